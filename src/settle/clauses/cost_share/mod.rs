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
//! Whether a coalition would be better off without the others (the core) is tested on what parties may expect ([`core`]).
//! A warning names the coalition that lacks most, and the figures of the clause hold it with what it lacks.
//!
//! **Who bears which risk.** Volume and price: all, by share. Retention: in the costs none. Outcome: ex ante each party
//! for its own savings, since shares do not change when these come out otherwise; ex post all. Measurement: in the
//! expected benefits, once, or in those of the draw. Liquidity: `of`, until it is paid.
//!
//! **Example.** Costs 120; the insurers are expected to save 300, the long-term care fund 100, the municipality
//! to lose 50. In proportion they pay 90, 30 and 0.

pub mod core;

use super::{Known, Rule};
use crate::formula::{LANES, Lane};
use crate::scenario::checked::{Payer, Request, ShareRule};
use crate::settle::books::{BookLine, Books, Figure, LineKind, present_value};
use crate::settle::coalition::Game;
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError, Warning, costs};

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
}

impl Rule for CostShare<'_> {
    fn phase(&self) -> Phase {
        Phase::Costs
    }

    /// Benefits by party, the cost, what the rule is stated in and, where shares are those of the draw, what each pays.
    fn foreseen(&self, contract: &Contract<'_>, known: &Known<'_>) -> Result<Vec<Lane>, SettleError> {
        if !contract.block.offers(self.base.programme) {
            return Ok(Vec::new());
        }
        let borne = costs::borne(contract, self.base, known.delivery)?;
        let benefits = self.benefits(contract, known.savings);
        let cost = present_value(&borne, contract.block.flows.parties_rate);
        let mut amounts = benefits.clone();
        amounts.push(cost);
        amounts.extend(self.stated(contract)?);
        if self.depends_on_draw() {
            let shares = self.shares(contract, &Agreed::Nothing, Some((&benefits, cost)))?;
            amounts.extend(shares.into_iter().map(|share| share * cost));
        }
        Ok(amounts)
    }

    fn agree(&self, contract: &Contract<'_>, means: &[f64], warnings: &mut Vec<Warning>) -> Agreed {
        let Some(expected) = self.expected(means) else { return Agreed::Nothing };
        if expected.nobody_saves {
            let (strategy, clause) = (contract.block.strategy, contract.clause_of());
            warnings.push(Warning::NobodySaves { strategy, clause });
        }
        warnings.extend(self.better_alone(contract, &expected));
        match self.rule {
            ShareRule::Fixed(_) | ShareRule::Equal => Agreed::Nothing,
            _ if self.depends_on_draw() => Agreed::Nothing,
            _ => Agreed::Shares(expected.shares),
        }
    }

    fn expected_figures(&self, contract: &Contract<'_>, means: &[f64]) -> Vec<Figure> {
        self.expected(means).map_or_else(Vec::new, |expected| self.core_figures(contract, &expected))
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
        let others = self.paid_by_others(contract, &shares);
        // Who bears the costs may itself be one who loses, and be made whole beyond them.
        let by_gain = matches!(self.rule, ShareRule::Shapley | ShareRule::Nash(_));
        Ok(Some((self.base, if by_gain { others.min(Lane::ONE) } else { others })))
    }
}

#[cfg(test)]
mod tests;
