//! Costs that one party bears, shared by several.
//!
//! **Rule.** Party `of` bears C_t in year t ([`crate::settle::costs`]); each party i pays it a share x_i · C_t.
//! The share of `of` itself, where it is among the parties, stays with it. The shares are
//!
//! - fixed: as stated, together at most 1, the rest stays with `of`;
//! - equal: 1/n for n parties ("insurers" together are one party);
//! - proportional: x_i = B_i / Σ B, negative B_i counting as 0. If nobody saves anything, the shares are equal;
//! - Shapley and Nash ([`crate::settle::coalition`]): x_i = (B_i − g_i) / C, with g_i what the rule gives i of the surplus
//!   Σ B − C. A party that loses may be paid. If there is no surplus there is nothing to divide: each pays what it saves
//!   (nothing if it loses), and the rest stays with `of`.
//!
//! B_i is the present value, at the parties' common rate, of what i saves over the horizon net of leakages, C that of
//! the costs shared; payments under the contract do not count. *Ex ante* (the usual) both are means over all draws, so
//! that the shares are one number per contract: ratios of means, since means of ratios would weigh draws by their noise.
//! *Ex post* they are those of the draw, as if parties settled by what has happened.
//!
//! Ex ante it is also tested whether a coalition would be better off without the others (the core); a warning names the
//! one that lacks most.
//!
//! **Who bears which risk.** Volume and price: all, by share. Retention: in the costs none. Outcome: ex ante each party
//! for its own savings, since shares do not change when these come out otherwise; ex post all. Measurement: in the
//! expected benefits, once, or in those of the draw. Liquidity: `of`, until it is paid.
//!
//! **Example.** Costs 120; the insurers are expected to save 300, the long-term care fund 100, the municipality
//! to lose 50. In proportion they pay 90, 30 and 0.

use super::{Known, Rule};
use crate::formula::{LANES, Lane};
use crate::scenario::checked::{Payer, Request, ShareRule};
use crate::settle::books::{BookLine, Books, LineKind, present_value};
use crate::settle::coalition::Game;
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError, costs};

/// Terms of a cost share.
#[derive(Clone, Copy, Debug)]
pub struct CostShare<'a> {
    /// Costs that are shared.
    pub base: &'a Request,
    /// Parties that share.
    pub parties: &'a [Payer],
    /// By what rule.
    pub rule: &'a ShareRule,
    /// Whether shares follow from what happened in the draw.
    pub ex_post: bool,
    /// Whether nothing happens without the party.
    pub needed: &'a [bool],
}

/// Shares in proportion to expected benefits, negative ones as 0; `None` if none is positive.
#[must_use]
pub fn proportional(benefits: &[f64]) -> Option<Vec<f64>> {
    let positive: Vec<f64> = benefits.iter().map(|&benefit| benefit.max(0.0)).collect();
    let total: f64 = positive.iter().sum();
    (total > 0.0).then(|| positive.iter().map(|benefit| benefit / total).collect())
}

/// Shares of a cost that leave everybody these gains; where there is no surplus each pays what it saves.
fn leaving(benefits: &[f64], cost: f64, game: &Game, gains: &[f64]) -> Vec<f64> {
    if cost <= 0.0 {
        return vec![0.0; benefits.len()];
    }
    if game.of_all() <= 0.0 {
        let together: f64 = benefits.iter().map(|benefit| benefit.max(0.0)).sum();
        // Never more than the cost, where only losers stand in the way of a surplus.
        let part = if together > cost { cost / together } else { 1.0 };
        return benefits.iter().map(|benefit| part * benefit.max(0.0) / cost).collect();
    }
    benefits.iter().zip(gains).map(|(benefit, gain)| (benefit - gain) / cost).collect()
}

impl CostShare<'_> {
    /// Shares that follow from benefits and the cost, and whether they had to be equal as nobody saves anything.
    fn by_benefit(&self, benefits: &[f64], cost: f64, weights: &[f64]) -> (Vec<f64>, bool) {
        let game = || Game::of_cost(benefits, cost, self.needed);
        let equal = vec![1.0 / self.parties.len() as f64; self.parties.len()];
        match self.rule {
            ShareRule::Fixed(_) => (weights.to_vec(), false),
            ShareRule::Equal => (equal, false),
            ShareRule::Proportional => match proportional(benefits) {
                Some(shares) => (shares, false),
                None => (equal, true),
            },
            ShareRule::Shapley => {
                let game = game();
                (leaving(benefits, cost, &game, &game.shapley()), false)
            }
            ShareRule::Nash(_) => {
                let game = game();
                (leaving(benefits, cost, &game, &game.nash(weights)), false)
            }
        }
    }

    /// What the rule is stated in: fixed shares, or bargaining weights.
    fn stated(&self, contract: &Contract<'_>) -> Result<Vec<Lane>, SettleError> {
        match self.rule {
            ShareRule::Fixed(shares) => {
                shares.iter().map(|share| contract.quantity(share, Range::Share)).collect()
            }
            ShareRule::Nash(Some(weights)) => {
                weights.iter().map(|weight| contract.quantity(weight, Range::NotNegative)).collect()
            }
            _ => Ok(vec![Lane::ONE; self.parties.len()]),
        }
    }

    /// Present value of what each party saves.
    fn benefits(&self, contract: &Contract<'_>, books: &Books) -> Vec<Lane> {
        let block = contract.block;
        let benefit = |&payer: &Payer| {
            block.market.resolve(payer).into_iter().fold(Lane::ZERO, |sum, (party, _)| {
                sum + present_value(&books.saved(party), block.flows.parties_rate)
            })
        };
        self.parties.iter().map(benefit).collect()
    }

    /// Whether the shares of a draw depend on what happens in it.
    fn depends_on_draw(&self) -> bool {
        self.ex_post && !matches!(self.rule, ShareRule::Fixed(_) | ShareRule::Equal)
    }

    /// Shares in the order of the parties; `happened` holds benefits and costs of the draws.
    fn shares(
        &self,
        contract: &Contract<'_>,
        agreed: &Agreed,
        happened: Option<(&[Lane], Lane)>,
    ) -> Result<Vec<Lane>, SettleError> {
        if let (true, Some((benefits, cost))) = (self.depends_on_draw(), happened) {
            let stated = self.stated(contract)?;
            let mut shares = vec![Lane::ZERO; self.parties.len()];
            for lane in 0..LANES {
                let of = |amounts: &[Lane]| amounts.iter().map(|amount| amount[lane]).collect::<Vec<f64>>();
                let (by_party, _) = self.by_benefit(&of(benefits), cost[lane], &of(&stated));
                for (share, of_party) in shares.iter_mut().zip(by_party) {
                    share[lane] = of_party;
                }
            }
            return Ok(shares);
        }
        match (self.rule, agreed) {
            (ShareRule::Fixed(_), _) => self.stated(contract),
            (_, Agreed::Shares(shares)) => Ok(shares.iter().map(|&share| Lane::splat(share)).collect()),
            _ => Ok(vec![Lane::splat(1.0 / self.parties.len() as f64); self.parties.len()]),
        }
    }

    /// Share that others than the party bearing the costs pay; it may itself be one of "insurers".
    fn paid_by_others(&self, contract: &Contract<'_>, shares: &[Lane]) -> Lane {
        let market = &contract.block.market;
        let bearing = market.resolve(contract.clause.to);
        let is_other = |party: usize| bearing.iter().all(|&(bears, _)| bears != party);
        let others = self.parties.iter().zip(shares).flat_map(|(&payer, &share)| {
            market.resolve(payer).into_iter().map(move |(party, part)| (party, share * part))
        });
        others.filter(|&(party, _)| is_other(party)).fold(Lane::ZERO, |sum, (_, share)| sum + share)
    }

    /// Says who would be better off without the others at these shares.
    fn test_core(
        &self,
        contract: &Contract<'_>,
        [benefits, shares]: [&[f64]; 2],
        cost: f64,
        warnings: &mut Vec<String>,
    ) {
        let game = Game::of_cost(benefits, cost, self.needed);
        let gains: Vec<f64> =
            benefits.iter().zip(shares).map(|(benefit, share)| benefit - share * cost).collect();
        let Some(blocking) = game.blocking(&gains) else { return };
        let (_, clause) = contract.names();
        let parties = &contract.block.scenario.parties.list;
        let name = |&member: &usize| match self.parties[member] {
            Payer::Insurers => "insurers".to_owned(),
            Payer::Party(party) => parties[party].id.clone(),
        };
        let who: Vec<String> = blocking.members.iter().map(|member| format!("`{}`", name(member))).collect();
        let why =
            if blocking.worth > 0.0 { "paying for it without the others" } else { "without the programme" };
        let mut text = format!(
            "clause `{clause}`: with these shares {} would be better off {why}, by EUR {:.0} in expected present value",
            who.join(" and "),
            blocking.lacks
        );
        let grant = game.grant_for_stability();
        if grant > 0.0 {
            text.push_str(&format!("; no shares satisfy everybody unless EUR {grant:.0} comes from outside"));
        }
        warnings.push(text);
    }
}

impl Rule for CostShare<'_> {
    fn phase(&self) -> Phase {
        Phase::Costs
    }

    /// Benefits by party, the cost, and what the rule is stated in.
    fn foreseen(&self, contract: &Contract<'_>, known: &Known<'_>) -> Result<Vec<Lane>, SettleError> {
        if !contract.block.offers(self.base.programme) {
            return Ok(Vec::new());
        }
        let borne = costs::borne(contract, self.base, known.delivery)?;
        let mut amounts = self.benefits(contract, known.savings);
        amounts.push(present_value(&borne, contract.block.flows.parties_rate));
        amounts.extend(self.stated(contract)?);
        Ok(amounts)
    }

    fn agree(&self, contract: &Contract<'_>, means: &[f64], warnings: &mut Vec<String>) -> Agreed {
        let parties = self.parties.len();
        if means.len() != 2 * parties + 1 || self.depends_on_draw() {
            return Agreed::Nothing;
        }
        let (benefits, rest) = means.split_at(parties);
        let (cost, stated) = (rest[0], &rest[1..]);
        let (shares, nobody_saves) = self.by_benefit(benefits, cost, stated);
        if nobody_saves {
            let (_, clause) = contract.names();
            warnings.push(format!(
                "clause `{clause}` shares costs in proportion to expected benefit, but none of its parties is \
                 expected to save anything: they share equally instead"
            ));
        }
        self.test_core(contract, [benefits, &shares], cost, warnings);
        match self.rule {
            ShareRule::Fixed(_) | ShareRule::Equal => Agreed::Nothing,
            _ => Agreed::Shares(shares),
        }
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        earlier: &Books,
        agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        if !contract.block.offers(self.base.programme) {
            return Ok(Vec::new());
        }
        let borne = costs::borne(contract, self.base, earlier)?;
        let benefits = self.benefits(contract, earlier);
        let cost = present_value(&borne, contract.block.flows.parties_rate);
        let shares = self.shares(contract, agreed, Some((&benefits, cost)))?;
        let others = self.paid_by_others(contract, &shares);
        let together = contract.capped(|year| Ok(borne[year] * others))?;
        let mut lines = Vec::new();
        for (&party, &share) in self.parties.iter().zip(&shares) {
            let part = costs::ratio(share, others);
            let amounts: Vec<Lane> = together.iter().map(|&amount| amount * part).collect();
            let clause = contract.clause;
            let kind = LineKind::Clause(contract.index);
            lines.extend(contract.post(party, clause.to, kind, clause.lag, &amounts));
        }
        Ok(lines)
    }

    fn share_of_costs(
        &self,
        contract: &Contract<'_>,
        agreed: &Agreed,
    ) -> Result<Option<(&Request, Lane)>, SettleError> {
        if self.depends_on_draw() {
            // Known only when it has happened: at most all of the costs.
            return Ok(Some((self.base, Lane::ONE)));
        }
        let shares = self.shares(contract, agreed, None)?;
        Ok(Some((self.base, self.paid_by_others(contract, &shares))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::scenario::checked::{Base, Clause, Terms};
    use crate::settle::testing::{self, FIRST_PARTY};

    #[test]
    fn shares_are_proportional_to_expected_benefit_and_losers_pay_nothing() {
        assert_eq!(proportional(&[300.0, 100.0, -50.0]), Some(vec![0.75, 0.25, 0.0]));
        assert_eq!(proportional(&[-1.0, 0.0]), None);
    }

    fn sharing(rule: ShareRule, parties: &[Payer]) -> Clause {
        let mut clause = testing::subsidy(testing::base(Base::Programme, None), "1");
        clause.terms = Terms::CostShare {
            base: testing::base(Base::Programme, None),
            parties: parties.to_vec(),
            rule,
            ex_post: false,
            needed: vec![false; parties.len()],
        };
        clause
    }

    /// Two budgets, a fund and a town that hold one each, a programme that costs 120.
    fn region(clause: Clause) -> Scenario {
        testing::scenario()
            .programme("chain", &["course"], &[])
            .budget("wlz", false)
            .budget("wmo", false)
            .party("fund", &[(0, 1.0)])
            .party("town", &[(1, 1.0)])
            .clause(clause)
            .build()
    }

    const FUND: usize = FIRST_PARTY;
    const TOWN: usize = FIRST_PARTY + 1;

    /// Net of the clause to fund, town and provider, when the draws save these amounts.
    fn paid(clause: Clause, draws: &[[f64; 2]]) -> (Vec<f64>, Vec<String>) {
        let scenario = region(clause);
        let blocks = draws
            .chunks(8)
            .map(|draws| {
                let mut flows = testing::flows(&scenario, 1);
                testing::set_costs(&mut flows, &[120.0]);
                for budget in [0, 1] {
                    let saved = Lane::from_fn(|draw| -draws[draw.min(draws.len() - 1)][budget]);
                    flows.increment.row_mut(budget)[0] = saved;
                    flows.cashable.row_mut(budget)[0] = saved;
                }
                flows
            })
            .collect();
        let settled = testing::settle_blocks(&scenario, blocks, draws.len());
        let of = |party| {
            let entries = settled.blocks[0].entries(party);
            entries
                .filter(|entry| matches!(entry.kind, LineKind::Clause(_)))
                .map(|entry| entry.sign * entry.amounts.first().map_or(0.0, |amount| amount[0]))
                .sum::<f64>()
        };
        ([FUND, TOWN, 4].map(of).to_vec(), settled.warnings)
    }

    #[test]
    fn proportional_shares_rest_on_means_over_all_draws_and_not_on_the_draw() {
        // Means over ten draws (two blocks, the second with two draws): fund 9·100 + 900 = 1,800 / 10 = 180;
        // town 60. Shares 75% and 25%, also in the first draw, where the fund saves no more than 100.
        let mut draws = vec![[100.0, 60.0]; 10];
        draws[9] = [900.0, 60.0];
        let parties = [Payer::Party(FUND), Payer::Party(TOWN)];
        let (paid, warnings) = paid(sharing(ShareRule::Proportional, &parties), &draws);
        approx::assert_relative_eq!(paid[..], [-90.0, -30.0, 120.0], epsilon = 1e-9);
        assert!(warnings.is_empty());
    }

    #[test]
    fn parties_share_equally_with_a_warning_when_nobody_is_expected_to_save() {
        let parties = [Payer::Party(FUND), Payer::Party(TOWN)];
        let (paid, warnings) = paid(sharing(ShareRule::Proportional, &parties), &[[-5.0, 0.0]; 8]);
        approx::assert_relative_eq!(paid[..], [-60.0, -60.0, 120.0], epsilon = 1e-9);
        assert!(warnings[0].contains("share equally"), "{warnings:?}");
    }

    #[test]
    fn who_bears_the_costs_keeps_its_own_share() {
        // Fund, town and provider a third each: the provider is paid 80 of 120.
        let parties = [Payer::Party(FUND), Payer::Party(TOWN), Payer::Party(4)];
        let (paid, _) = paid(sharing(ShareRule::Equal, &parties), &[[1.0, 1.0]; 8]);
        approx::assert_relative_eq!(paid[..], [-40.0, -40.0, 80.0], epsilon = 1e-9);
    }

    #[test]
    fn fixed_shares_leave_the_rest_with_who_bears_the_costs() {
        let shares = ShareRule::Fixed(vec![testing::quantity("0.5"), testing::quantity("0.1")]);
        let (paid, _) = paid(sharing(shares, &[Payer::Party(FUND), Payer::Party(TOWN)]), &[[1.0, 1.0]; 8]);
        approx::assert_relative_eq!(paid[..], [-60.0, -12.0, 72.0], epsilon = 1e-9);
    }

    #[test]
    fn an_insurer_that_bears_the_costs_keeps_its_part_of_what_insurers_pay() {
        // Insurer 0 (m = 0.4) delivers at 120; insurers share all of it: the unnamed 60% pays 72.
        let mut clause = sharing(ShareRule::Equal, &[Payer::Insurers]);
        clause.to = Payer::Party(testing::FIRST_INSURER);
        let mut scenario =
            testing::scenario().insurers(&[0.4]).programme("chain", &["course"], &[]).clause(clause).build();
        scenario.arrangements[0].providers = vec![(0, None, testing::FIRST_INSURER)];
        let mut flows = testing::flows(&scenario, 1);
        testing::set_costs(&mut flows, &[120.0]);
        let net = testing::net_of(&scenario, flows, testing::FIRST_INSURER);
        approx::assert_relative_eq!(net[0], -48.0, epsilon = 1e-12);
    }

    #[test]
    fn a_cap_reduces_every_payer_in_proportion() {
        // 50% and 10% of 120 is 72; capped at 36 the two pay 30 and 6.
        let shares = ShareRule::Fixed(vec![testing::quantity("0.5"), testing::quantity("0.1")]);
        let mut clause = sharing(shares, &[Payer::Party(FUND), Payer::Party(TOWN)]);
        clause.cap_per_year = Some(testing::quantity("36"));
        let (paid, _) = paid(clause, &[[1.0, 1.0]; 8]);
        approx::assert_relative_eq!(paid[..], [-30.0, -6.0, 36.0], epsilon = 1e-9);
    }

    fn both() -> [Payer; 2] {
        [Payer::Party(FUND), Payer::Party(TOWN)]
    }

    #[test]
    fn by_shapley_and_nash_two_who_cannot_pay_alone_have_the_same_gain() {
        // Fund saves 100, town 60, the programme costs 120: a surplus of 40, 20 for each; they pay 80 and 40.
        for rule in [ShareRule::Shapley, ShareRule::Nash(None)] {
            let (paid, warnings) = paid(sharing(rule, &both()), &[[100.0, 60.0]; 8]);
            approx::assert_relative_eq!(paid[..], [-80.0, -40.0, 120.0], epsilon = 1e-9);
            assert!(warnings.is_empty(), "{warnings:?}");
        }
    }

    #[test]
    fn by_shapley_who_could_pay_alone_pays_less_for_company() {
        // Fund saves 200, town 60: v = 80, 0, 140. Shapley: (80 + 140) / 2 = 110 and (0 + 60) / 2 = 30: they pay 90, 30.
        // Nash divides 140 equally: 130 is paid by the fund, and the town, who saves 60, is paid 10.
        let (paid_shapley, _) = paid(sharing(ShareRule::Shapley, &both()), &[[200.0, 60.0]; 8]);
        approx::assert_relative_eq!(paid_shapley[..], [-90.0, -30.0, 120.0], epsilon = 1e-9);
        let (paid_nash, warnings) = paid(sharing(ShareRule::Nash(None), &both()), &[[200.0, 60.0]; 8]);
        approx::assert_relative_eq!(paid_nash[..], [-130.0, 10.0, 120.0], epsilon = 1e-9);
        // Alone the fund has 80, and here 70.
        assert!(
            warnings[0].contains("`fund` would be better off paying for it without the others, by EUR 10 ")
        );
    }

    #[test]
    fn bargaining_power_divides_the_surplus() {
        let weights = ["3", "1"].map(testing::quantity).to_vec();
        let (paid, _) = paid(sharing(ShareRule::Nash(Some(weights)), &both()), &[[100.0, 60.0]; 8]);
        approx::assert_relative_eq!(paid[..], [-70.0, -50.0, 120.0], epsilon = 1e-9);
    }

    #[test]
    fn without_a_surplus_everybody_pays_what_they_save() {
        // 50 and −20 of 120: the fund pays 50, the town nothing, the provider is left with 70.
        let (paid, _) = paid(sharing(ShareRule::Shapley, &both()), &[[50.0, -20.0]; 8]);
        approx::assert_relative_eq!(paid[..], [-50.0, 0.0, 50.0], epsilon = 1e-9);
    }

    #[test]
    fn ex_post_shares_are_those_of_the_draw() {
        // 180 and 60 in the first draw: 75% and 25%; the mean of the others does not matter.
        let mut draws = [[60.0, 180.0]; 8];
        draws[0] = [180.0, 60.0];
        let mut clause = sharing(ShareRule::Proportional, &both());
        if let Terms::CostShare { ex_post, .. } = &mut clause.terms {
            *ex_post = true;
        }
        let (paid, _) = paid(clause, &draws);
        approx::assert_relative_eq!(paid[..], [-90.0, -30.0, 120.0], epsilon = 1e-9);
    }

    #[test]
    fn a_party_that_pays_more_than_it_saves_would_be_better_off_without() {
        // Equal shares of 60; the town saves 10.
        let (_, warnings) = paid(sharing(ShareRule::Equal, &both()), &[[300.0, 10.0]; 8]);
        assert!(
            warnings[0].contains("`town` would be better off without the programme, by EUR 50 "),
            "{warnings:?}"
        );
    }

    #[test]
    fn of_a_loser_and_two_winners_no_shares_satisfy_everybody() {
        let mut clause =
            sharing(ShareRule::Equal, &[Payer::Party(FUND), Payer::Party(TOWN), Payer::Party(4)]);
        // The fund saves 200, the town loses 50, the programme costs 120: together 30, the fund alone 80.
        let (_, warnings) = paid(clause.clone(), &[[200.0, -50.0]; 8]);
        assert!(
            warnings[0].ends_with("no shares satisfy everybody unless EUR 50 comes from outside"),
            "{warnings:?}"
        );
        if let Terms::CostShare { needed, .. } = &mut clause.terms {
            needed[1] = true;
        }
        // Where nothing happens without the town, nobody can do better alone than nothing.
        let (_, warnings) = paid(clause, &[[200.0, -50.0]; 8]);
        assert!(!warnings[0].contains("comes from outside"), "{warnings:?}");
    }
}
