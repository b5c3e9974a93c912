//! An amount per head and year, whatever is delivered: population-based payment.
//!
//! **Rule.** With h_t heads and an amount b, payment_t = b · h_t. Heads are
//!
//! - those who reached a step and are alive at the start of each of some years since (its restriction makes groups of
//!   different weight: a clause each); or
//! - the whole population, weighted: a named outcome such as one per year of life, more for the old. Where the arrangement's
//!   gate stops enrolment they are paid for no longer from its year on, unless `despite_gate`, and nothing is settled.
//!
//! With a corridor of width γ and a share α, and costs C_t that the receiver bears in the base, the part 1 − α of a
//! deviation beyond ±γ · payment_t is settled with the payer: it pays (1 − α) · max(0, C_t − (1 + γ) payment_t) more, or
//! is paid back (1 − α) · max(0, (1 − γ) payment_t − C_t). C_t are the resource costs of the base that the receiver bears
//! itself, of all people, in the year concerned; what others pay it for delivery, or it pays others, is not in them.
//!
//! The clause's caps limit the payment and what the corridor adds to it together. A cap does not move the corridor,
//! which lies around b · h_t; and what a cap has kept from being paid is not paid back either: only
//! what was paid beyond b · h_t less the payer's part comes back.
//!
//! **Who bears which risk.** Volume of work, price, retention and outcome: the provider, within the corridor. The
//! payer: that heads are counted rightly, and that work is put off. Measurement: in the weights. Liquidity: low.
//!
//! **Example.** EUR 120 for each of 1,000 heads is 120,000. Costs 150,000, corridor 10%, beyond it 40% stays with the
//! provider: 150,000 − 132,000 = 18,000 too much, of which the payer adds 60%: 10,800. Under a cap of EUR 100,000 a year it
//! pays 100,000.

use super::Rule;
use crate::formula::Lane;
use crate::scenario::checked::{Corridor, Heads, Quantity, Requested};
use crate::settle::books::{BookLine, Books};
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError, costs};

/// Terms of a capitation.
#[derive(Clone, Copy, Debug)]
pub struct Capitation<'a> {
    /// Who counts.
    pub heads: &'a Heads,
    /// EUR per head and year.
    pub amount: &'a Quantity,
    /// How a deviation of costs is shared.
    pub corridor: Option<&'a Corridor>,
}

impl Capitation<'_> {
    fn heads(&self, contract: &Contract<'_>) -> Result<Vec<Lane>, SettleError> {
        let block = contract.block;
        match self.heads {
            Heads::Step { years, .. } => every_year(contract, *years),
            Heads::Population { outcome } => {
                let flows = block.flows;
                let scale = block.market.per_person();
                let heads = |year| {
                    flows.outcome_level.at(*outcome, year) + flows.outcome_increment.at(*outcome, year)
                };
                Ok((0..block.horizon()).map(|year| heads(year) * scale * contract.goes_on(year)).collect())
            }
        }
    }

    /// What is added and what is paid back because costs are not what the amount brings.
    fn deviation(
        &self,
        contract: &Contract<'_>,
        corridor: &Corridor,
        payment: &[Lane],
    ) -> Result<(Vec<Lane>, Vec<Lane>), SettleError> {
        let [(party, _)] = contract.block.market.resolve(contract.clause.to)[..] else {
            let (arrangement, clause) = contract.names();
            return Err(SettleError::SeveralPaid { arrangement, clause });
        };
        let Requested::Cost(base) = corridor.base.what else {
            let (arrangement, clause) = contract.names();
            return Err(SettleError::NotCounted { arrangement, clause });
        };
        let costs = costs::resources(contract.block, corridor.base.programme, base, party);
        let width = contract.quantity(&corridor.width, Range::Share)?;
        let shared = 1.0 - contract.quantity(&corridor.beyond, Range::Share)?;
        let beyond = |year: usize, sign: f64| {
            if !contract.in_force(year) {
                return Lane::ZERO;
            }
            let deviation = (costs[year] - payment[year]) * sign;
            let settled = match self.heads {
                Heads::Step { .. } => Lane::ONE,
                Heads::Population { .. } => contract.goes_on(year),
            };
            (deviation - width * payment[year]).max(Lane::ZERO) * shared * settled
        };
        let years = 0..payment.len();
        Ok((
            years.clone().map(|year| beyond(year, 1.0)).collect(),
            years.map(|year| beyond(year, -1.0)).collect(),
        ))
    }
}

/// Persons at the start of each year since a step, by calendar year.
pub(super) fn every_year(contract: &Contract<'_>, years: usize) -> Result<Vec<Lane>, SettleError> {
    let mut heads = vec![Lane::ZERO; contract.block.horizon()];
    for year in 0..years {
        for (sum, here) in heads.iter_mut().zip(contract.persons(year)?) {
            *sum += here;
        }
    }
    Ok(heads)
}

impl Rule for Capitation<'_> {
    fn phase(&self) -> Phase {
        Phase::Delivery
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        _agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        if let Heads::Step { persons, .. } = self.heads
            && !contract.block.offers(persons.programme)
        {
            return Ok(Vec::new());
        }
        let heads = self.heads(contract)?;
        let amount = contract.quantity(self.amount, Range::NotNegative)?;
        let payment: Vec<Lane> = (0..contract.block.horizon())
            .map(|year| Ok(heads[year] * amount * contract.lagged_deflator(year)?))
            .collect::<Result<_, SettleError>>()?;
        let Some(corridor) = self.corridor else {
            return Ok(contract.pay(&contract.capped(|year| Ok(payment[year]))?));
        };
        let (added, returned) = self.deviation(contract, corridor, &payment)?;
        let paid = contract.capped(|year| Ok(payment[year] + added[year]))?;
        // What caps have kept from being paid is not paid back.
        let returned: Vec<Lane> = (0..paid.len())
            .map(|year| {
                let not_paid = (payment[year] - paid[year]).max(Lane::ZERO);
                (returned[year] - not_paid).max(Lane::ZERO)
            })
            .collect();
        let mut lines = contract.pay(&paid);
        lines.extend(contract.pay_back(&returned));
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use crate::formula::Lane;
    use crate::scenario::checked::{
        Base, Clause, Corridor, Heads, Outcome, Parties, Request, Requested, Terms,
    };
    use crate::settle::testing::{self, FIRST_PARTY};

    fn capitation(heads: Heads, corridor: Option<Corridor>) -> Clause {
        let amount = testing::quantity("120");
        testing::clause(FIRST_PARTY, Parties::PROVIDER, Terms::Capitation { heads, amount, corridor })
    }

    fn enrolled(years: usize) -> Heads {
        let persons =
            Request { programme: 0, what: Requested::Persons { step: 0, quarter: 0 }, where_: None };
        Heads::Step { persons, years }
    }

    fn town(clause: Clause) -> testing::Builder {
        testing::scenario().programme("chain", &["course"], &[]).party("town", &[]).clause(clause)
    }

    #[test]
    fn everybody_enrolled_is_paid_for_at_the_start_of_each_year() {
        // 100 enrol in 2026; 95 of them live a year later, when 50 more enrol.
        let scenario = town(capitation(enrolled(2), None)).build();
        let mut flows = testing::flows(&scenario, 2);
        testing::set_requested(&mut flows, 0, &[100.0, 50.0]);
        testing::set_requested(&mut flows, 1, &[0.0, 95.0]);
        assert_eq!(testing::net_of(&scenario, flows, Parties::PROVIDER), [12_000.0, 17_400.0]);
    }

    #[test]
    fn a_population_is_paid_for_whatever_the_strategy() {
        // 1,000 weighted heads without and 2 more with the programme.
        let mut scenario = town(capitation(Heads::Population { outcome: 0 }, None)).build();
        scenario.outcomes.push(Outcome {
            id: "heads".to_owned(),
            name: Default::default(),
            unit: "heads".to_owned(),
            per: Vec::new(),
        });
        let mut flows = testing::flows(&scenario, 1);
        flows.outcome_level = crate::value::flows::Grid::zeros(1, 1);
        flows.outcome_increment = crate::value::flows::Grid::zeros(1, 1);
        flows.outcome_level.row_mut(0)[0] = Lane::splat(1000.0);
        flows.outcome_increment.row_mut(0)[0] = Lane::splat(2.0);
        assert_eq!(testing::net_of(&scenario, flows, Parties::PROVIDER), [120_240.0]);
    }

    #[test]
    fn a_population_is_paid_for_no_longer_where_the_gate_has_stopped_the_programme() {
        let outcome =
            Outcome { id: "heads".into(), name: Default::default(), unit: "heads".into(), per: Vec::new() };
        for (despite, later) in [(false, 0.0), (true, 120_000.0)] {
            let mut clause = capitation(Heads::Population { outcome: 0 }, None);
            clause.despite_gate = despite;
            let mut scenario = town(clause).build();
            scenario.outcomes.push(outcome.clone());
            scenario.arrangements[0].gate = Some(testing::gate(1));
            let mut flows = testing::flows(&scenario, 2);
            flows.outcome_level = crate::value::flows::Grid::zeros(1, 2);
            flows.outcome_increment = crate::value::flows::Grid::zeros(1, 2);
            flows.outcome_level.row_mut(0).fill(Lane::splat(1000.0));
            flows.gate = Some(testing::evidence(0.0));
            assert_eq!(testing::net_of(&scenario, flows, Parties::PROVIDER), [120_000.0, later]);
        }
    }

    #[test]
    fn beyond_the_corridor_costs_are_shared_both_ways() {
        // 1,000 heads bring 120,000. Costs 150,000: 60% of 18,000 is added, the provider loses 30,000 − 10,800. Costs
        // 90,000: 60% of 108,000 − 90,000 goes back. Costs 125,000: within the corridor.
        let corridor = || Corridor {
            base: testing::base(Base::Programme, None),
            width: testing::quantity("0.1"),
            beyond: testing::quantity("0.4"),
        };
        for (costs, net) in [(150_000.0, -19_200.0), (90_000.0, 19_200.0), (125_000.0, -5_000.0)] {
            let scenario = town(capitation(enrolled(1), Some(corridor()))).build();
            let mut flows = testing::flows(&scenario, 1);
            testing::set_requested(&mut flows, 0, &[1000.0]);
            testing::set_costs(&mut flows, &[costs]);
            let provider = testing::net_of(&scenario, flows, Parties::PROVIDER);
            approx::assert_relative_eq!(provider[0], net, epsilon = 1e-9);
        }
    }

    #[test]
    fn a_cap_holds_for_the_payment_and_what_the_corridor_adds_together() {
        // 1,000 heads would bring 120,000. Costs 150,000: 120,000 + 10,800, of which the cap lets 100,000 through. Costs
        // 90,000: 120,000 − 10,800 is due, still above the cap, and nothing goes back; at 60,000 it is 120,000 − 28,800 =
        // 91,200, and 8,800 of the 100,000 go back.
        for (costs, net) in [(150_000.0, -50_000.0), (90_000.0, 10_000.0), (60_000.0, 31_200.0)] {
            let corridor = Corridor {
                base: testing::base(Base::Programme, None),
                width: testing::quantity("0.1"),
                beyond: testing::quantity("0.4"),
            };
            let mut clause = capitation(enrolled(1), Some(corridor));
            clause.cap_per_year = Some(testing::quantity("100_000"));
            let scenario = town(clause).build();
            let mut flows = testing::flows(&scenario, 1);
            testing::set_requested(&mut flows, 0, &[1000.0]);
            testing::set_costs(&mut flows, &[costs]);
            let provider = testing::net_of(&scenario, flows, Parties::PROVIDER);
            approx::assert_relative_eq!(provider[0], net, epsilon = 1e-9);
        }
    }
}
