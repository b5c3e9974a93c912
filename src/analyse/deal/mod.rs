//! Which contract every party would sign.
//!
//! Negotiable terms span a space; with several arrangements it is that of each, side by side. Every point is settled in
//! all draws ([`crate::settle::deal`]) and judged by each party ([`wants`]). A point is *feasible* when the programme is
//! delivered (a party with a condition of entry does not stay away) and all conditions of all parties at the table hold. Of the feasible points [`solutions`] names
//!
//! - the **frontier**: no other feasible point gives a party more and none less, in expected net present value;
//! - **max-min**: the smallest gain over the fallback is largest (then the second smallest, and so on);
//! - **Nash**: Σ w_i ln(gain_i) is largest, among points where all gain;
//! - **Shapley**: a target, what each party adds to the coalitions it could join ([`crate::settle::coalition`]), with
//!   B_i = what i is expected to save net of leakages and C = what the programme is expected to cost. With it come the
//!   side payments that lead there from the best point, and the point that is nearest to it. With several arrangements it is
//!   the target of the one that the best point is under; where all together save no more than it costs there is none.
//!
//! Where nothing is feasible, the *nearest* point is the one at which the largest shortfall is smallest (then the second
//! largest, and so on); who lacks most there blocks the deal, and [`opening`] tells what would open it.
//!
//! All values are expectations over draws, in present value at the parties' common rate. The fallback is an arrangement,
//! settled for the same strategy, or no programme at all, in which every position is 0.

pub mod opening;
pub mod point;
pub mod solutions;
mod space;
#[cfg(test)]
mod tests;
pub mod wants;

pub use point::{Point, Position};
pub use wants::{Condition, Judged, Wants, Without};

use crate::sample::Environment;
use crate::scenario::Scenario;
use crate::scenario::checked::Table;
use crate::settle::coalition::Game;
use crate::settle::deal::{Negotiated, ROOM, Steps};
use crate::settle::{SettleError, Warning};
use crate::value::flows::Valued;
use opening::Opening;
use solutions::{Shapley, Solutions};
use space::Space;
use std::collections::{BTreeMap, BTreeSet};

/// What a negotiation comes to.
#[derive(Clone, Debug)]
pub struct Deal {
    /// The strategy negotiated about.
    pub strategy: usize,
    /// What happens without a deal; `None`: no programme.
    pub fallback: Option<usize>,
    /// The parties at the table with their conditions.
    pub seats: Vec<Wants>,
    /// Arrangements to choose from.
    pub contracts: Vec<Contract>,
    /// Every point, arrangement by arrangement, the last term varying fastest.
    pub points: Vec<Point>,
    /// Number of draws.
    pub draws: usize,
    /// Expected net present value without a deal, EUR, by seat.
    pub without: Vec<f64>,
    /// Named solutions.
    pub solutions: Solutions,
    /// What would make a deal possible; empty where one is.
    pub openings: Vec<Opening>,
    /// Parties that are not at the table with their expected net present values, EUR, at the points that are named.
    pub others: BTreeMap<usize, Vec<(usize, f64)>>,
    /// What a reader should know about the contracts, in sentences.
    pub warnings: Vec<Warning>,
}

/// An arrangement to choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct Contract {
    /// Index of the arrangement.
    pub arrangement: usize,
    /// Its negotiable terms: indices into those of the scenario.
    pub terms: Vec<usize>,
    /// What each party may expect to save net of leakages, EUR, by seat.
    pub benefits: Vec<f64>,
    /// What the programme is expected to cost, EUR.
    pub cost: f64,
    /// The target by the Shapley value, and whether it is stable.
    pub shapley: Shapley,
}

impl Deal {
    /// Points at which all conditions of all parties hold.
    #[must_use]
    pub fn feasible(&self) -> Vec<usize> {
        (0..self.points.len()).filter(|&point| self.points[point].is_feasible()).collect()
    }

    /// Values of the terms at a point, in the order of its contract's terms.
    #[must_use]
    pub fn values(&self, scenario: &Scenario, point: &Point) -> Vec<f64> {
        let terms = &self.contracts[point.contract].terms;
        let value = |(&term, &step): (&usize, &i64)| scenario.negotiation.terms[term].value(step);
        terms.iter().zip(&point.steps).map(value).collect()
    }
}

/// Why there are no findings.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DealError {
    /// The scenario has no `[deal]`.
    #[error(
        "the scenario has no [deal] table: who negotiates, and what does each want? See `ounce explain deal`"
    )]
    NoTable,
    /// No combination of terms is a contract.
    #[error("at every combination of terms subsidies and cost shares would together pay more than the costs")]
    NothingPossible,
    /// At all combinations of terms somebody keeps away, so that nothing is delivered.
    #[error(
        "at every combination of terms {parties} may expect too little and delivers nothing: there is no contract to agree \
         on (see `entry` of the arrangement)"
    )]
    NothingDelivered {
        /// Who keeps away, each in back quotes.
        parties: String,
    },
    /// A contract that cannot be settled.
    #[error(transparent)]
    Settle(#[from] SettleError),
}

/// Looks at every point of a negotiation.
///
/// # Errors
/// No table, no possible point, or terms that cannot be settled.
pub fn deal(scenario: &Scenario, valued: &Valued) -> Result<Deal, DealError> {
    let table = scenario.negotiation.table.as_ref().ok_or(DealError::NoTable)?;
    let base = Environment::base(scenario).map_err(SettleError::from)?;
    let seats: Vec<Wants> = table
        .seats
        .iter()
        .map(|seat| Wants::of(seat, &base))
        .collect::<Result<_, _>>()
        .map_err(SettleError::from)?;
    let parties: Vec<usize> = seats.iter().map(|seat| seat.party).collect();
    let open =
        |arrangement, terms| Negotiated::new(scenario, valued, table.strategy, arrangement, terms, &parties);
    let fallback = match table.fallback {
        Some(arrangement) => space::stated(&open(arrangement, &[])?)?,
        None => vec![Without::default(); seats.len()],
    };
    let terms = &scenario.negotiation.terms;
    let negotiated: Vec<Negotiated<'_>> =
        table.arrangements.iter().map(|&arrangement| open(arrangement, terms)).collect::<Result<_, _>>()?;
    let space = Space { scenario, negotiated: &negotiated, seats: &seats, fallback: &fallback, room: ROOM };
    let points = space.points()?;
    if points.iter().all(|point| point.parties.is_empty()) {
        return Err(DealError::NothingPossible);
    }
    if !points.iter().any(Point::is_delivered) {
        let away = negotiated
            .iter()
            .filter_map(|negotiated| scenario.arrangements[negotiated.arrangement].entry.as_ref());
        let mut parties: Vec<String> =
            away.map(|entry| format!("`{}`", scenario.parties.list[entry.party].id)).collect();
        parties.dedup();
        return Err(DealError::NothingDelivered { parties: parties.join(" or ") });
    }
    let contracts: Vec<Contract> = negotiated
        .iter()
        .map(|negotiated| {
            let (mut benefits, cost) = negotiated.benefits_and_cost();
            benefits.truncate(seats.len());
            let needed: Vec<bool> = seats.iter().map(|seat| seat.needed).collect();
            let game = Game::of_cost(&benefits, cost, &needed);
            let shapley = Shapley::of(&game);
            let (arrangement, terms) = (negotiated.arrangement, negotiated.terms.clone());
            Contract { arrangement, terms, benefits, cost, shapley }
        })
        .collect();
    let solutions = Solutions::of(&points, &contracts, &seats);
    let openings = opening::openings(&space, &points, &contracts, &solutions)?;
    let named: BTreeSet<usize> = [solutions.max_min, solutions.nash, solutions.shapley]
        .into_iter()
        .flatten()
        .chain([solutions.nearest, solutions.grant.0])
        .collect();
    let others = others(scenario, valued, table, &contracts, &points, &named)?;
    let mut warnings: Vec<Warning> = Vec::new();
    for negotiated in &negotiated {
        for warning in negotiated.warnings()? {
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
    }
    let without = fallback.iter().take(seats.len()).map(|without| without.expected).collect();
    Ok(Deal {
        strategy: table.strategy,
        fallback: table.fallback,
        seats,
        contracts,
        points,
        draws: valued.runs,
        without,
        solutions,
        openings,
        others,
        warnings,
    })
}

/// Expected net present values of all who are not at the table, at some points.
fn others(
    scenario: &Scenario,
    valued: &Valued,
    table: &Table,
    contracts: &[Contract],
    points: &[Point],
    named: &BTreeSet<usize>,
) -> Result<BTreeMap<usize, Vec<(usize, f64)>>, SettleError> {
    let seated = |party: &usize| table.seats.iter().any(|seat| seat.party == *party);
    let parties: Vec<usize> = (0..scenario.parties.list.len()).filter(|party| !seated(party)).collect();
    let wants: Vec<Wants> =
        parties.iter().map(|&party| Wants { party, weight: 1.0, ..Wants::default() }).collect();
    let fallback = vec![Without::default(); parties.len()];
    let mut found = BTreeMap::new();
    for (contract, &Contract { arrangement, .. }) in contracts.iter().enumerate() {
        let own: Vec<usize> =
            named.iter().copied().filter(|&point| points[point].contract == contract).collect();
        if own.is_empty() {
            continue;
        }
        let terms = &scenario.negotiation.terms;
        let negotiated = [Negotiated::new(scenario, valued, table.strategy, arrangement, terms, &parties)?];
        let space =
            Space { scenario, negotiated: &negotiated, seats: &wants, fallback: &fallback, room: ROOM };
        let steps: Vec<Steps> = own.iter().map(|&point| points[point].steps.clone()).collect();
        for (point, judged) in own.into_iter().zip(space.judge(0, &steps)?) {
            let nets = judged.parties.iter().map(|judged| judged.net);
            found.insert(point, parties.iter().copied().zip(nets).collect());
        }
    }
    Ok(found)
}
