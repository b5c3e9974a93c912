//! Costs that one party bears, shared by several.
//!
//! **Rule.** Party `of` bears C_t in year t ([`crate::settle::costs`]); each party i pays it a share x_i · C_t.
//! The share of `of` itself, where it is among the parties, stays with it. The shares are
//!
//! - fixed: as stated, together at most 1, the rest stays with `of`;
//! - equal: 1/n for n parties ("insurers" together are one party);
//! - proportional: x_i = B_i / Σ B, where B_i is the mean over all draws of the present value, at the parties'
//!   common rate, of what i saves over the horizon net of leakages. Payments under the contract do not count,
//!   and a negative mean counts as 0. If nobody is expected to save anything, the shares are equal and a
//!   warning says so.
//!
//! Proportional shares are ratios of means, one number per contract: means of ratios would weigh draws by their
//! noise, and shares at mean parameters would be those of a case that no draw is. Everyone who pays in
//! proportion has the same expected return, and an interest in being thought to gain little.
//!
//! **Who bears which risk.** Volume and price: all, by share. Retention: in the costs none. Outcome: each party
//! for its own savings, since shares do not change when these come out otherwise. Measurement: in the expected
//! benefits, once. Liquidity: `of`, until it is paid.
//!
//! **Example.** Costs 120; the insurers are expected to save 300, the long-term care fund 100, the municipality
//! to lose 50: shares 75%, 25% and 0%, so 90, 30 and 0 are paid.

use super::Rule;
use crate::formula::Lane;
use crate::scenario::checked::{Payer, Request, ShareRule};
use crate::settle::books::{BookLine, Books, LineKind};
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
}

/// Shares in proportion to expected benefits, negative ones as 0; `None` if none is positive.
#[must_use]
pub fn proportional(benefits: &[f64]) -> Option<Vec<f64>> {
    let positive: Vec<f64> = benefits.iter().map(|&benefit| benefit.max(0.0)).collect();
    let total: f64 = positive.iter().sum();
    (total > 0.0).then(|| positive.iter().map(|benefit| benefit / total).collect())
}

impl CostShare<'_> {
    /// Shares in the order of the parties.
    fn shares(&self, contract: &Contract<'_>, agreed: &Agreed) -> Result<Vec<Lane>, SettleError> {
        match (self.rule, agreed) {
            (ShareRule::Fixed(shares), _) => {
                shares.iter().map(|share| contract.quantity(share, Range::Share)).collect()
            }
            (ShareRule::Proportional, Agreed::Shares(shares)) => {
                Ok(shares.iter().map(|&share| Lane::splat(share)).collect())
            }
            (ShareRule::Equal | ShareRule::Proportional, _) => Ok(self.equal()),
        }
    }

    fn equal(&self) -> Vec<Lane> {
        vec![Lane::splat(1.0 / self.parties.len() as f64); self.parties.len()]
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
}

impl Rule for CostShare<'_> {
    fn phase(&self) -> Phase {
        Phase::Costs
    }

    fn foreseen(&self, contract: &Contract<'_>, savings: &Books) -> Result<Vec<Lane>, SettleError> {
        if !matches!(self.rule, ShareRule::Proportional) {
            return Ok(Vec::new());
        }
        let block = contract.block;
        let benefit = |&payer: &Payer| {
            block.market.resolve(payer).into_iter().fold(Lane::ZERO, |sum, (party, _)| {
                sum + savings.present_value(party, block.flows.parties_rate)
            })
        };
        Ok(self.parties.iter().map(benefit).collect())
    }

    fn agree(&self, contract: &Contract<'_>, means: &[f64], warnings: &mut Vec<String>) -> Agreed {
        if !matches!(self.rule, ShareRule::Proportional) {
            return Agreed::Nothing;
        }
        let shares = proportional(means).unwrap_or_else(|| {
            let (_, clause) = contract.names();
            warnings.push(format!(
                "clause `{clause}` shares costs in proportion to expected benefit, but none of its parties is \
                 expected to save anything: they share equally instead"
            ));
            vec![1.0 / self.parties.len() as f64; self.parties.len()]
        });
        Agreed::Shares(shares)
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
        let shares = self.shares(contract, agreed)?;
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
        let shares = self.shares(contract, agreed)?;
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
        clause.terms =
            Terms::CostShare { base: testing::base(Base::Programme, None), parties: parties.to_vec(), rule };
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
}
