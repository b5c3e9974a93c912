//! Who bears what a programme costs, and what is left of it after payments for delivery.
//!
//! A programme's resource costs are borne by its provider, by the provider a step or fixed cost names, or by
//! the party that the arrangement's `providers` puts in its place; an entry for a step goes before one for the
//! whole programme. Each is a posting from that party to [`Account::Resources`].
//!
//! **Costs actually borne.** Subsidies and cost shares pay part of the costs that a party really has. For
//! party X, a base (a programme, a step, fixed costs) and a calendar year these are
//!
//! max(0, resource costs X bears + what X pays others for delivering it − what X is paid for delivering it),
//!
//! all of the year the delivery falls in, whenever it is paid. So a municipality that pays a provider per
//! participant has these fees as its costs, and the provider only what the fees do not cover. A surplus of one
//! year is the party's own and is not carried to the next.
//!
//! - Fees and own contributions for a step belong to that step, so to a base that holds it. They are no income
//!   of a base of fixed costs.
//! - A lump sum or a capitation of the population says not what it is for: it counts towards a base in the proportion
//!   that the base has in all resource costs of the party that *receives* it, in that year. A bundle by deepest step
//!   and an investor's advance are for one programme: they count towards its bases in the proportion in the resource
//!   costs of that programme, and towards no other.
//! - Where a base is restricted to some people, what was paid for delivery counts whole if it has the same
//!   restriction, in proportion to the resource costs if it has none, and not at all if it has another one
//!   (restrictions that differ are taken to be about different people). What is left is never more than what is
//!   left of the unrestricted base. Fixed costs do not depend on people and are no part of a restricted base.

use super::SettleError;
use super::books::{Account, BookLine, Books, LineKind};
use super::contract::{Block, Contract};
use super::parties::Market;
use crate::formula::{Lane, Program};
use crate::scenario::checked::{Arrangement, Base, Bundle, Heads, Request, Requested, Terms};
use crate::value::flows::{Flows, Item, ItemKind};

/// The party that bears a resource cost under an arrangement.
#[must_use]
pub fn bearer(arrangement: &Arrangement, item: &Item) -> usize {
    let named = |wanted: Option<usize>| {
        arrangement
            .providers
            .iter()
            .find(|(programme, step, _)| *programme == item.programme && *step == wanted)
            .map(|&(_, _, party)| party)
    };
    let of_step = match item.kind {
        ItemKind::Step { step, .. } => named(Some(step)),
        ItemKind::Fixed(_) => None,
    };
    of_step.or_else(|| named(None)).unwrap_or(item.provider)
}

/// A resource cost in a year: costs of steps are per person and scale with who is offered the programme, fixed
/// costs are not.
#[must_use]
pub fn scaled(flows: &Flows, market: &Market, item: usize, year: usize) -> Lane {
    let cost = flows.programme_costs.at(item, year);
    match flows.shape.items[item].kind {
        ItemKind::Step { .. } => cost * market.per_person(),
        ItemKind::Fixed(_) => cost,
    }
}

/// Postings of the resource costs of the programmes that the strategy offers.
#[must_use]
pub fn postings(block: &Block<'_>) -> Vec<BookLine> {
    let shape = &block.flows.shape;
    (0..shape.items.len())
        .filter(|&item| block.offers(shape.items[item].programme))
        .map(|item| {
            let party = Account::Party(bearer(block.arrangement, &shape.items[item]));
            let amounts = (0..shape.years).map(|year| block.item_cost(item, year)).collect();
            BookLine::new(party, Account::Resources, LineKind::ProgrammeCost { item }, amounts)
        })
        .collect()
}

/// Whether a resource cost is part of a base of its programme.
#[must_use]
pub fn holds(base: Base, kind: ItemKind) -> bool {
    match (base, kind) {
        (Base::Programme, _) => true,
        (Base::Step(wanted), ItemKind::Step { step, .. }) => step == wanted,
        (Base::Fixed, ItemKind::Fixed(_)) => true,
        (Base::FixedItem(wanted), ItemKind::Fixed(position)) => position == wanted,
        (Base::Step(_), ItemKind::Fixed(_)) | (Base::Fixed | Base::FixedItem(_), ItemKind::Step { .. }) => {
            false
        }
    }
}

/// Whether payments for delivering a step are about a base.
fn holds_step(base: Base, step: usize) -> bool {
    match base {
        Base::Programme => true,
        Base::Step(wanted) => step == wanted,
        Base::Fixed | Base::FixedItem(_) => false,
    }
}

/// The restriction of a base; one of fixed costs has none, since they do not depend on people.
#[must_use]
pub fn restriction(request: &Request) -> Option<&Program> {
    match request.what {
        Requested::Cost(Base::Fixed | Base::FixedItem(_)) => None,
        Requested::Cost(Base::Programme | Base::Step(_))
        | Requested::Persons { .. }
        | Requested::Participants { .. }
        | Requested::Before { .. } => request.where_.as_ref().map(|where_| &where_.program),
    }
}

/// Costs that a party bears in a base after payments for delivery, by year: see the head of this file.
///
/// The party is the one that clause `contract` pays and `request` its base; `delivery` holds the postings of
/// the first phase.
///
/// # Errors
/// The clause pays several parties, the party has no part in the base, or its part of a restricted base is not
/// known.
pub fn borne(contract: &Contract<'_>, request: &Request, delivery: &Books) -> Result<Vec<Lane>, SettleError> {
    let block = contract.block;
    let (arrangement, clause) = contract.names();
    let [(party, _)] = block.market.resolve(contract.clause.to)[..] else {
        return Err(SettleError::SeveralPaid { arrangement, clause });
    };
    let Requested::Cost(base) = request.what else {
        return Err(SettleError::NotCounted { arrangement, clause });
    };
    let basis = Basis { block, programme: request.programme, base };
    if !basis.concerns(party, delivery) {
        let party = block.scenario.parties.list[party].id.clone();
        return Err(SettleError::BearsNothing { arrangement, clause, party });
    }
    let Some(where_) = restriction(request) else {
        return Ok(basis.net(party, delivery, Part::All).into_iter().map(not_negative).collect());
    };
    let per_person = basis.restricted_costs(contract)?;
    let bearers = basis.bearers_per_person();
    let borne = match bearers.contains(&party) {
        false => Lane::ZERO,
        true if bearers.len() == 1 => Lane::ONE,
        true => {
            let party = block.scenario.parties.list[party].id.clone();
            return Err(SettleError::SeveralBearers { arrangement, clause, party });
        }
    };
    let part = basis.net(party, delivery, Part::Restricted { where_, costs: &per_person, borne });
    let all = basis.net(party, delivery, Part::All);
    Ok(part.into_iter().zip(all).map(|(part, all)| not_negative(part.min(all))).collect())
}

/// Resource costs that a party bears in a base of a programme, by year.
#[must_use]
pub fn resources(block: &Block<'_>, programme: usize, base: Base, party: usize) -> Vec<Lane> {
    let basis = Basis { block, programme, base };
    (0..block.horizon()).map(|year| basis.resources(party, year)).collect()
}

fn not_negative(amount: Lane) -> Lane {
    amount.max(Lane::ZERO)
}

/// A base of costs in one block of draws.
struct Basis<'a> {
    block: &'a Block<'a>,
    programme: usize,
    base: Base,
}

/// What a payment for delivery is for.
enum Purpose<'a> {
    /// Persons who reach a step.
    Step(&'a Request),
    /// A programme, without saying what of it.
    Programme(usize),
    /// It does not say.
    Unstated,
}

/// Which people's costs are meant.
#[derive(Clone, Copy)]
enum Part<'a> {
    All,
    Restricted { where_: &'a Program, costs: &'a [Lane], borne: Lane },
}

impl Basis<'_> {
    /// Rows of the resource costs in the base.
    fn items(&self) -> impl Iterator<Item = usize> {
        let items = &self.block.flows.shape.items;
        (0..items.len())
            .filter(move |&row| items[row].programme == self.programme && holds(self.base, items[row].kind))
    }

    /// Costs per person of those the base is restricted to, by year: what was counted for the clause, less the
    /// fixed costs, which are counted whole whatever the restriction.
    fn restricted_costs(&self, contract: &Contract<'_>) -> Result<Vec<Lane>, SettleError> {
        let flows = self.block.flows;
        let scale = self.block.market.per_person();
        let mut costs = contract.counted(0)?.to_vec();
        let fixed = self.items().filter(|&row| matches!(flows.shape.items[row].kind, ItemKind::Fixed(_)));
        for row in fixed {
            for (cost, &fixed) in costs.iter_mut().zip(flows.programme_costs.row(row)) {
                *cost -= fixed;
            }
        }
        Ok(costs.into_iter().map(|cost| cost * scale).collect())
    }

    /// Parties that bear its costs per person.
    fn bearers_per_person(&self) -> Vec<usize> {
        let items = &self.block.flows.shape.items;
        let mut parties: Vec<usize> = self
            .items()
            .filter(|&row| matches!(items[row].kind, ItemKind::Step { .. }))
            .map(|row| bearer(self.block.arrangement, &items[row]))
            .collect();
        parties.sort_unstable();
        parties.dedup();
        parties
    }

    /// Whether a party bears a cost in the base or pays for its delivery.
    fn concerns(&self, party: usize, delivery: &Books) -> bool {
        let items = &self.block.flows.shape.items;
        self.items().any(|row| bearer(self.block.arrangement, &items[row]) == party)
            || delivery.lines.iter().any(|line| {
                line.from == Account::Party(party)
                    && match self.purpose(line) {
                        Some(Purpose::Step(persons)) => self.about(persons),
                        Some(Purpose::Programme(programme)) => programme == self.programme,
                        Some(Purpose::Unstated) => true,
                        None => false,
                    }
            })
    }

    /// What a posting under a clause pays for.
    fn purpose(&self, line: &BookLine) -> Option<Purpose<'_>> {
        let (LineKind::Clause(clause) | LineKind::Repayment(clause)) = line.kind else { return None };
        let terms = &self.block.arrangement.clauses[clause].terms;
        match terms {
            Terms::Fee { persons, .. }
            | Terms::Copayment { persons, .. }
            | Terms::Capitation { heads: Heads::Step { persons, .. }, .. }
            | Terms::Bundled(Bundle::ByYear { persons, .. }) => Some(Purpose::Step(persons)),
            Terms::LumpSum { .. } | Terms::Capitation { .. } => Some(Purpose::Unstated),
            // In the first phase a bond posts the investor's advance only.
            Terms::Bundled(Bundle::ByStep(_)) | Terms::ImpactBond(_) => {
                terms.requests().first().map(|request| Purpose::Programme(request.programme))
            }
            _ => None,
        }
    }

    /// Whether a payment per person is for a step of the base.
    fn about(&self, persons: &Request) -> bool {
        match persons.what {
            Requested::Persons { step, .. } => {
                persons.programme == self.programme && holds_step(self.base, step)
            }
            Requested::Cost(_) | Requested::Participants { .. } | Requested::Before { .. } => false,
        }
    }

    /// Resource costs of the base that a party bears, in a year.
    fn resources(&self, party: usize, year: usize) -> Lane {
        let items = &self.block.flows.shape.items;
        self.items()
            .filter(|&row| bearer(self.block.arrangement, &items[row]) == party)
            .fold(Lane::ZERO, |sum, row| sum + self.block.item_cost(row, year))
    }

    /// Part of a lump sum received by `party` that is for the base, in a year; `only`: of one that is for this
    /// programme.
    fn of_lump_sum(&self, party: usize, year: usize, only: Option<usize>) -> Lane {
        let items = &self.block.flows.shape.items;
        if only.is_some_and(|programme| programme != self.programme) {
            return Lane::ZERO;
        }
        let all = (0..items.len())
            .filter(|&row| {
                self.block.offers(items[row].programme)
                    && only.is_none_or(|programme| programme == items[row].programme)
                    && bearer(self.block.arrangement, &items[row]) == party
            })
            .fold(Lane::ZERO, |sum, row| sum + self.block.item_cost(row, year));
        ratio(self.resources(party, year), all)
    }

    /// Costs of a party by year: resources, plus what it pays for delivery, less what it is paid.
    fn net(&self, party: usize, delivery: &Books, part: Part<'_>) -> Vec<Lane> {
        let account = Account::Party(party);
        (0..self.block.horizon())
            .map(|year| {
                let own = match part {
                    Part::All => self.resources(party, year),
                    Part::Restricted { costs, borne, .. } => costs[year] * borne,
                };
                delivery.lines.iter().fold(own, |sum, line| {
                    let sign = line.sign(account);
                    if sign == 0.0 { sum } else { sum - self.paid(line, year, part) * sign }
                })
            })
            .collect()
    }

    /// What a posting pays for the delivery of the base in a year, whenever it is paid.
    fn paid(&self, line: &BookLine, year: usize, part: Part<'_>) -> Lane {
        let Some(purpose) = self.purpose(line) else { return Lane::ZERO };
        let amount = line.concerning(year);
        let (attributed, restricted_to, per_person) = match purpose {
            Purpose::Step(persons) if self.about(persons) => (amount, restriction(persons), true),
            Purpose::Step(_) => return Lane::ZERO,
            Purpose::Programme(_) | Purpose::Unstated => {
                let only = match purpose {
                    Purpose::Programme(programme) => Some(programme),
                    _ => None,
                };
                let delivers = if matches!(line.kind, LineKind::Repayment(_)) { line.from } else { line.to };
                let part = delivers.party().map_or(Lane::ZERO, |party| self.of_lump_sum(party, year, only));
                (amount * part, None, false)
            }
        };
        match (part, restricted_to) {
            (Part::All, _) => attributed,
            (Part::Restricted { where_, .. }, Some(other)) if where_ == other => attributed,
            (Part::Restricted { .. }, Some(_)) => Lane::ZERO,
            (Part::Restricted { costs, .. }, None) => {
                attributed * ratio(costs[year], self.all_bearers(year, per_person))
            }
        }
    }

    /// Resource costs of the base (of steps only, or fixed costs too), whoever bears them, in a year.
    fn all_bearers(&self, year: usize, per_person: bool) -> Lane {
        let items = &self.block.flows.shape.items;
        self.items()
            .filter(|&row| !per_person || matches!(items[row].kind, ItemKind::Step { .. }))
            .fold(Lane::ZERO, |sum, row| sum + self.block.item_cost(row, year))
    }
}

/// a / b, and 0 where b is 0.
pub(crate) fn ratio(numerator: Lane, denominator: Lane) -> Lane {
    numerator.zip(denominator, |a, b| if b == 0.0 { 0.0 } else { a / b })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::checked::{BundleStep, Clause, Parties, Payer, Purchase};
    use crate::settle::testing::{self, FIRST_PARTY as MUNICIPALITY};

    const STEP: usize = 0;

    /// One programme with a step that costs 100 a year and a coordinator of 50 a year.
    fn town() -> testing::Builder {
        testing::scenario().programme("chain", &["course"], &["coordinator"]).party("municipality", &[])
    }

    #[test]
    fn an_arrangement_names_who_bears_a_step_before_who_bears_the_programme() {
        let mut scenario = town().build();
        let arrangement = &mut scenario.arrangements[0];
        let step = Item { programme: 0, kind: ItemKind::Step { step: STEP, cost: 0 }, provider: 4 };
        let fixed = Item { programme: 0, kind: ItemKind::Fixed(0), provider: 4 };
        assert_eq!(bearer(arrangement, &step), 4);
        arrangement.providers = vec![(0, None, 7), (0, Some(STEP), 8)];
        assert_eq!(bearer(arrangement, &step), 8);
        assert_eq!(bearer(arrangement, &fixed), 7);
    }

    #[test]
    fn an_insurer_that_buys_for_its_own_insured_has_all_fixed_costs_but_fewer_participants() {
        // m = 0.3: the step costs 30 instead of 100, the coordinator still 50.
        let mut scenario = town().insurers(&[0.3]).build();
        scenario.arrangements[0].purchase = Purchase::Own { insurer: 0 };
        let mut flows = testing::flows(&scenario, 1);
        testing::set_costs(&mut flows, &[100.0, 50.0]);
        let block = Block::new(&scenario, 0, testing::STRATEGY, &flows).unwrap();
        let amounts: Vec<f64> = postings(&block).iter().map(|line| line.at(0)[0]).collect();
        assert_eq!(amounts, [30.0, 50.0]);
    }

    fn net(terms: Vec<Clause>, party: usize, base: Base) -> Result<f64, SettleError> {
        let mut builder = town();
        for clause in terms {
            builder = builder.clause(clause);
        }
        let index = builder.clauses();
        let base_request = testing::base(base, None);
        let mut subsidy = testing::subsidy(base_request.clone(), "1");
        subsidy.to = Payer::Party(party);
        let scenario = builder.clause(subsidy).build();
        let mut flows = testing::flows(&scenario, 1);
        testing::set_costs(&mut flows, &[100.0, 50.0]);
        testing::set_requested(&mut flows, 0, &[4.0]);
        let block = Block::new(&scenario, 0, testing::STRATEGY, &flows).unwrap();
        let delivery = testing::first_phase(&block);
        Ok(borne(&block.contract(index), &base_request, &delivery)?[0][0])
    }

    #[test]
    fn a_fee_is_income_of_the_provider_and_a_cost_of_who_pays_it() {
        // 4 persons at 20: the provider bears 100 − 80 of the step, the municipality 80.
        let fee = || vec![testing::fee(MUNICIPALITY, 4, "20")];
        assert_eq!(net(fee(), 4, Base::Step(STEP)).unwrap(), 20.0);
        assert_eq!(net(fee(), MUNICIPALITY, Base::Step(STEP)).unwrap(), 80.0);
        assert_eq!(net(fee(), 4, Base::Programme).unwrap(), 70.0);
        // Fees are no income of fixed costs.
        assert_eq!(net(fee(), 4, Base::Fixed).unwrap(), 50.0);
    }

    #[test]
    fn a_surplus_on_fees_is_the_providers_own_and_leaves_no_costs() {
        // 4 persons at 30 brings 120 for costs of 100.
        let fee = vec![testing::fee(MUNICIPALITY, 4, "30")];
        assert_eq!(net(fee, 4, Base::Step(STEP)).unwrap(), 0.0);
    }

    #[test]
    fn a_lump_sum_counts_towards_a_base_as_the_base_does_in_all_costs() {
        // 60 to a provider with costs 100 + 50: 40 towards the step, 20 towards the coordinator.
        let lump_sum = || vec![testing::lump_sum("60")];
        approx::assert_relative_eq!(net(lump_sum(), 4, Base::Step(STEP)).unwrap(), 60.0);
        approx::assert_relative_eq!(net(lump_sum(), 4, Base::Fixed).unwrap(), 30.0);
        approx::assert_relative_eq!(net(lump_sum(), MUNICIPALITY, Base::Programme).unwrap(), 60.0);
    }

    #[test]
    fn a_bundle_is_for_its_own_programme_and_for_no_other() {
        // One provider has costs 100 + 50 in the chain and 30 in another programme. A bundle of 2 persons at 60 in the
        // chain leaves 150 − 120 of the chain's costs and all 30 of the other's; by all costs it would have left 50 and 10.
        let bundle = || {
            let persons =
                Request { programme: 0, what: Requested::Persons { step: STEP, quarter: 0 }, where_: None };
            let step = BundleStep { persons, before: None, price: testing::quantity("60") };
            let terms = Terms::Bundled(Bundle::ByStep(vec![step]));
            testing::clause(MUNICIPALITY, Parties::PROVIDER, terms)
        };
        for (programme, left) in [(0, 30.0), (1, 30.0)] {
            let request = Request { programme, ..testing::base(Base::Programme, None) };
            let scenario = town()
                .programme("other", &["visit"], &[])
                .clause(bundle())
                .clause(testing::subsidy(request.clone(), "1"))
                .build();
            let mut flows = testing::flows(&scenario, 1);
            testing::set_costs(&mut flows, &[100.0, 50.0, 30.0]);
            testing::set_requested(&mut flows, 0, &[2.0]);
            let block = Block::new(&scenario, 0, testing::STRATEGY, &flows).unwrap();
            let net = borne(&block.contract(1), &request, &testing::first_phase(&block)).unwrap();
            approx::assert_relative_eq!(net[0][0], left, epsilon = 1e-12);
        }
    }

    #[test]
    fn who_has_no_part_in_a_base_cannot_be_paid_for_it() {
        let error = net(Vec::new(), MUNICIPALITY, Base::Programme).unwrap_err();
        assert!(error.to_string().contains("`municipality` bears no cost in the base"), "{error}");
    }

    #[test]
    fn fixed_costs_are_no_part_of_a_restricted_base() {
        // Low-risk people cost 40 of the step's 100; the coordinator's 50 is counted with them and taken off.
        let request = testing::base(Base::Programme, Some(testing::quantity("1 < 2")));
        let scenario = town().clause(testing::subsidy(request.clone(), "1")).build();
        let mut flows = testing::flows(&scenario, 1);
        testing::set_costs(&mut flows, &[100.0, 50.0]);
        testing::set_requested(&mut flows, 0, &[90.0]);
        let block = Block::new(&scenario, 0, testing::STRATEGY, &flows).unwrap();
        let net = borne(&block.contract(0), &request, &testing::first_phase(&block)).unwrap();
        assert_eq!(net[0], Lane::splat(40.0));
    }

    #[test]
    fn a_restricted_base_shares_in_unrestricted_fees_and_has_none_of_other_peoples() {
        // Low-risk people cost 40 of 100. A fee of 50 for everybody: 40 − 20 is left. A fee of 50 for high-risk
        // people only: all 40. Fees of 90 for high-risk people leave at most the 10 that are left of everything.
        let low = testing::quantity("1 < 2");
        let high = testing::quantity("2 < 1");
        for (where_, paid, left) in
            [(None, 50.0, 20.0), (Some(high.clone()), 50.0, 40.0), (Some(high), 90.0, 10.0)]
        {
            let mut fee = testing::fee(MUNICIPALITY, 4, "10");
            testing::restrict(&mut fee, where_);
            let request = testing::base(Base::Step(STEP), Some(low.clone()));
            let scenario = town().clause(fee).clause(testing::subsidy(request.clone(), "1")).build();
            let mut flows = testing::flows(&scenario, 1);
            testing::set_costs(&mut flows, &[100.0, 50.0]);
            testing::set_requested(&mut flows, 0, &[paid / 10.0]);
            testing::set_requested(&mut flows, 1, &[40.0]);
            let block = Block::new(&scenario, 0, testing::STRATEGY, &flows).unwrap();
            let delivery = testing::first_phase(&block);
            let net = borne(&block.contract(1), &request, &delivery).unwrap();
            approx::assert_relative_eq!(net[0][0], left, epsilon = 1e-12);
        }
    }
}
