//! Whether all who share a cost are better off than some of them would be alone.
//!
//! **Test.** The game is that of expected benefits and the expected cost ([`Game::of_cost`]). Party i may expect the gain
//!
//! g_i = E(B_i) − E(payment of i), where E(payment) is x_i · E(C) ex ante, and E(x_i · C) where shares are those of the draw,
//!
//! all as present values and before caps of the clause. A coalition blocks where its members gain less than it is worth
//! alone: it *lacks* v(S) − Σ_{i∈S} g_i. Parties decide whether to join before anything has happened, so also shares that
//! are settled ex post are judged by what is expected of them. The game is that of the means: what a coalition could gain
//! by stepping in only in draws in which that pays is not in it, since it would have to know the draw beforehand.
//!
//! **Figures**, the same in every draw, in the first year of the horizon:
//!
//! | figure | meaning |
//! |---|---|
//! | `coalition_lacks` | what the coalition that lacks most lacks, EUR; 0: the shares are stable |
//! | `in_coalition.PARTY` | 1 for its members, 0 for the others |
//! | `grant_for_stability` | what must come from outside before any shares satisfy every coalition, EUR; 0: some do |
//!
//! **Example.** Equal shares of 120 by a fund that saves 300 and a town that saves 10: the town pays 60 and lacks 50. No
//! grant is needed, since other shares, such as 110 and 10, satisfy both.

use super::CostShare;
use crate::formula::Lane;
use crate::scenario::checked::Payer;
use crate::settle::Warning;
use crate::settle::books::Figure;
use crate::settle::coalition::{Blocking, Game};
use crate::settle::contract::Contract;

/// What parties may expect of sharing a cost, in the order of the parties; present values, EUR.
pub(super) struct Expected<'m> {
    benefits: &'m [f64],
    cost: f64,
    /// Shares that follow from the means.
    pub shares: Vec<f64>,
    /// Whether these are equal only because nobody is expected to save anything.
    pub nobody_saves: bool,
    payments: Vec<f64>,
}

impl CostShare<'_> {
    /// What follows from the means of what was foreseen; `None` where nothing was.
    pub(super) fn expected<'m>(&self, means: &'m [f64]) -> Option<Expected<'m>> {
        let parties = self.parties.len();
        let in_draws = self.depends_on_draw();
        if means.len() != (if in_draws { 3 } else { 2 }) * parties + 1 {
            return None;
        }
        let (benefits, rest) = means.split_at(parties);
        let (cost, stated, paid) = (rest[0], &rest[1..=parties], &rest[parties + 1..]);
        if in_draws {
            let (shares, payments) = (Vec::new(), paid.to_vec());
            return Some(Expected { benefits, cost, shares, nobody_saves: false, payments });
        }
        let (shares, nobody_saves) = self.by_benefit(benefits, cost, stated);
        let payments = shares.iter().map(|share| share * cost).collect();
        Some(Expected { benefits, cost, shares, nobody_saves, payments })
    }

    fn blocking(&self, expected: &Expected<'_>) -> (Game, Option<Blocking>) {
        let game = Game::of_cost(expected.benefits, expected.cost, self.needed);
        let gains: Vec<f64> = expected
            .benefits
            .iter()
            .zip(&expected.payments)
            .map(|(benefit, payment)| benefit - payment)
            .collect();
        let blocking = game.blocking(&gains);
        (game, blocking)
    }

    /// Says who would be better off without the others.
    pub(super) fn better_alone(&self, contract: &Contract<'_>, expected: &Expected<'_>) -> Option<Warning> {
        let (game, blocking) = self.blocking(expected);
        let blocking = blocking?;
        Some(Warning::BetterAlone {
            strategy: contract.block.strategy,
            clause: contract.clause_of(),
            members: blocking.members.iter().map(|&member| self.parties[member]).collect(),
            paying: blocking.worth > 0.0,
            by: blocking.lacks,
            grant: game.grant_for_stability(),
        })
    }

    /// The coalition that lacks most, and what would satisfy everybody.
    pub(super) fn core_figures(&self, contract: &Contract<'_>, expected: &Expected<'_>) -> Vec<Figure> {
        let (game, blocking) = self.blocking(expected);
        let figure = |name: String, unit: &'static str, value: f64| Figure {
            clause: contract.index,
            name,
            unit,
            by_year: vec![Lane::splat(value)],
        };
        let name = |payer: &Payer| match *payer {
            Payer::Insurers => "insurers".to_owned(),
            Payer::Party(party) => contract.block.scenario.parties.list[party].id.clone(),
        };
        let lacks = blocking.as_ref().map_or(0.0, |blocking| blocking.lacks);
        let mut figures = vec![figure("coalition_lacks".to_owned(), "EUR", lacks)];
        for (position, payer) in self.parties.iter().enumerate() {
            let is_in = blocking.as_ref().is_some_and(|blocking| blocking.members.contains(&position));
            let name = format!("in_coalition.{}", name(payer));
            figures.push(figure(name, "1 if so", f64::from(u8::from(is_in))));
        }
        figures.push(figure("grant_for_stability".to_owned(), "EUR", game.grant_for_stability()));
        figures
    }
}
