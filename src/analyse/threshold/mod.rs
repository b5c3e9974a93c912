//! What must be true: the value of one number at which a party, or society, breaks even.
//!
//! Let N_d(x) be the net value in draw d when the number is x and everything else is as in that draw. For a party it is
//! the present value of all it pays and gains; for society λ·ΔQALY − Δcosts, with λ what a quality-adjusted life year is
//! worth (0 for euros only), Δ against the comparator, both discounted. All values of x are tried in the same draws: an
//! uncertain number that is varied becomes certain, and nothing else changes.
//!
//! - **In expectation** the break-even value solves mean_d N_d(x) = 0.
//! - **With probability p** it solves (share of draws with N_d(x) ≥ 0) = p.
//! - **Range:** the values at which 2.5% and 97.5% of the draws break even. Where N_d has one zero in every draw this
//!   is the range that holds 95 of 100 break-even values of single draws. An end may lie outside the values that were looked
//!   at, on either side: with a few very large draws the mean may be positive although hardly any draw is, or negative although
//!   hardly any is. Which side it is follows from the share of draws that break even at the lowest value.
//! - **Monte Carlo error** (of a value in expectation): the standard error of the mean net value at the break-even
//!   value, over the slope of that mean. For a probability: half the distance between the values at which the share
//!   of draws is one standard error lower and higher.
//!
//! *Example.* A course for 50 people prevents 30 visits of EUR 900. Society breaks even at a price of 30·900/50 =
//! EUR 540 for each participant; where the number of visits prevented is 30·r with uncertain r, in draw d at 540·r_d,
//! so in expectation at 540 times the mean of r, with the quantiles of 540·r as its range.
//!
//! Not every question has one answer: the net value may have one sign over the whole range, or change it several
//! times. Both are told as they are.

mod crossings;
mod net;
#[cfg(test)]
mod tests;

use super::statistics::{Series, Summary};
use crate::sample::{QuantityError, SampleError, mcse};
use crate::scenario::Scenario;
use crate::scenario::checked::Threshold;
use crate::settle::SettleError;
use crate::value::flows::RunDesign;
use crossings::{Aim, Care, Curve};
use net::Net;

pub use crossings::Crossing;

/// Draws that a run uses at most for its break-even values: each of them is a run of its own.
pub const DRAWS_IN_A_RUN: usize = 128;

/// Shares of draws at the ends of a range.
const ENDS: [f64; 2] = [0.025, 0.975];

/// How closely break-even values are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// As a part of a run, at the stated values only.
    Stated,
    /// As a part of a run: few draws, and few values of the number. The ends of the range are exact where the net value of
    /// a draw is a straight line between those values, and close to it elsewhere.
    Quick,
    /// For its own sake: all draws.
    Full,
}

impl Depth {
    /// At the stated values.
    fn stated(self) -> Care {
        let grid = if self == Self::Full { 33 } else { 9 };
        Care { grid, tolerance: 1e-6, rounds: 60 }
    }

    /// Over draws: for the answer itself, and for the ends of its range.
    fn drawn(self) -> [Care; 2] {
        match self {
            Self::Stated | Self::Quick => {
                [Care { grid: 3, tolerance: 1e-3, rounds: 4 }, Care { grid: 3, tolerance: 1e-2, rounds: 1 }]
            }
            Self::Full => [Care { grid: 9, tolerance: 1e-4, rounds: 20 }; 2],
        }
    }

    fn draws(self, draws: usize) -> usize {
        match self {
            Self::Stated => 0,
            Self::Quick => draws.min(DRAWS_IN_A_RUN),
            Self::Full => draws,
        }
    }
}

/// The answer to one break-even question.
#[derive(Clone, Debug)]
pub struct Found {
    /// Index of the question.
    pub question: usize,
    /// The number's own value in the base case.
    pub stated: f64,
    /// At the stated values of all other numbers.
    pub base: Answer,
    /// Over draws; `None` when only the base case was run.
    pub drawn: Option<Drawn>,
    /// The net value where it was worked out, by rising value of the number.
    pub curve: Vec<Point>,
}

/// The net value at one value of the number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Value of the number.
    pub value: f64,
    /// Net value, EUR.
    pub net: Summary,
    /// Share of draws in which it is not negative; `None` without draws.
    pub probability: Option<f64>,
}

/// Where somebody breaks even.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The number does nothing, and nothing is paid or gained at any value.
    Nothing,
    /// At every value that was looked at.
    Always,
    /// At none.
    Never,
    /// From the first crossing on, or up to it; with more crossings, in some parts of the range.
    At(Vec<Crossing>),
}

/// The answer over draws.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// In expectation, or with the probability asked for.
    pub answer: Answer,
    /// Number of draws.
    pub draws: usize,
    /// Monte Carlo standard error of the first crossing.
    pub mcse: Option<f64>,
    /// Values at which 2.5% and 97.5% of the draws break even, the lower one first. There is a range only where there is one
    /// crossing.
    pub range: Option<[End; 2]>,
}

/// An end of the range of break-even values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// Below all values that were looked at.
    Below,
    /// A value.
    At(f64),
    /// Above all values that were looked at.
    Above,
}

impl End {
    /// The value, where it is among those that were looked at.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        match self {
            Self::At(value) => Some(value),
            Self::Below | Self::Above => None,
        }
    }
}

/// A break-even question that has no answer because the runs it needs are impossible.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The number cannot have a value in the range.
    #[error("it cannot be {value}: {why}")]
    Value {
        /// The value.
        value: f64,
        /// Why not.
        why: String,
    },
    /// A quantity outside its range or that cannot be computed.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    /// Parameters that cannot be drawn.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A contract that cannot be settled.
    #[error(transparent)]
    Settle(#[from] SettleError),
}

/// Answers a break-even question of a scenario.
///
/// # Errors
/// The number cannot have the values that are looked at, or a run at one of them fails.
pub fn find(scenario: &Scenario, question: usize, depth: Depth) -> Result<Found, Problem> {
    let asked = &scenario.thresholds[question];
    let mut net = Net::new(scenario, asked, depth.draws(scenario.uncertainty.draws))?;
    let (low, high) = asked.range;
    net.check(&[low, high])?;
    let stated = Net::stated(scenario, asked.parameter)?;
    let (base, stated_curve) = at_stated_values(&mut net, low, high, depth.stated())?;
    if depth == Depth::Stated {
        let curve = told(&stated_curve, RunDesign::PLAIN);
        return Ok(Found { question, stated, base, drawn: None, curve });
    }
    let (drawn, curve) = over_draws(&mut net, asked, depth, &base)?;
    Ok(Found { question, stated, base, drawn: Some(drawn), curve })
}

/// Answers all break-even questions of a scenario.
///
/// # Errors
/// The first problem, with the index of its question.
pub fn find_all(scenario: &Scenario, depth: Depth) -> Result<Vec<Found>, (usize, Problem)> {
    (0..scenario.thresholds.len())
        .map(|question| find(scenario, question, depth).map_err(|problem| (question, problem)))
        .collect()
}

/// Values from low to high at equal distances.
fn grid(low: f64, high: f64, count: usize) -> Vec<f64> {
    let last = (count - 1) as f64;
    (0..count)
        .map(|step| if step + 1 == count { high } else { low + (high - low) * (step as f64 / last) })
        .collect()
}

/// The values to begin with over draws: a grid, and what is known from the stated values, with the middle between that
/// and the ends of the range on both sides.
fn first_values(mut grid: Vec<f64>, base: &Answer) -> Vec<f64> {
    if let Answer::At(crossings) = base {
        let (low, high) = (grid[0], grid[grid.len() - 1]);
        if let [only] = crossings.as_slice() {
            grid.extend([0.5 * (low + only.value), 0.5 * (only.value + high)]);
        }
        grid.extend(crossings.iter().map(|crossing| crossing.value));
    }
    grid
}

fn at_stated_values(net: &mut Net, low: f64, high: f64, care: Care) -> Result<(Answer, Curve), Problem> {
    let mut curve = Curve::default();
    let values = grid(low, high, care.grid);
    for (value, found) in values.iter().zip(net.at_stated(&values)?) {
        curve.add(*value, found);
    }
    let mut one = |value: f64| net.at_stated(&[value]).map(|mut found| found.swap_remove(0));
    let crossings = curve.crossings(Aim::Stated, care, &mut one)?;
    Ok((answer(&curve, Aim::Stated, crossings), curve))
}

fn answer(curve: &Curve, aim: Aim, crossings: Vec<Crossing>) -> Answer {
    if curve.is_nothing() {
        Answer::Nothing
    } else if !crossings.is_empty() {
        Answer::At(crossings)
    } else if curve.reached_at_lowest(aim) {
        Answer::Always
    } else {
        Answer::Never
    }
}

fn over_draws(
    net: &mut Net,
    asked: &Threshold,
    depth: Depth,
    base: &Answer,
) -> Result<(Drawn, Vec<Point>), Problem> {
    let (low, high) = asked.range;
    let [care, care_at_ends] = depth.drawn();
    let design = net.design();
    let mut curve = Curve::default();
    for value in first_values(grid(low, high, care.grid), base) {
        curve.add(value, net.in_draws(value)?);
    }
    let mut one = |value: f64| net.in_draws(value);
    let aim = asked.probability.map_or(Aim::Mean, Aim::Probability);
    let crossings = curve.crossings(aim, care, &mut one)?;
    let (range, mcse) = match crossings.as_slice() {
        [only] => {
            let ends = ends(&mut curve, only, care_at_ends, &mut one)?;
            let at_crossing = one(only.value)?;
            let error = monte_carlo_error(&curve, asked, only, &at_crossing, design);
            curve.add(only.value, at_crossing);
            (Some(ends), error)
        }
        _ => (None, None),
    };
    let draws = curve.points.first().map_or(0, |(_, net)| net.draws.len()) / design.replicates.max(1);
    let drawn = Drawn { answer: answer(&curve, aim, crossings), draws, mcse, range };
    let told = told(&curve, design);
    Ok((drawn, told))
}

/// The ends of the range of break-even values around a crossing, the lower one first.
fn ends<E>(
    curve: &mut Curve,
    only: &Crossing,
    care: Care,
    net: &mut dyn FnMut(f64) -> Result<Series, E>,
) -> Result<[End; 2], E> {
    let mut ends = [End::Below; 2];
    for (end, share) in ends.iter_mut().zip(ENDS) {
        let aim = Aim::Probability(share);
        let found = curve.crossings(aim, care, net)?;
        // Fewer draws break even further from the crossing on its losing side, more on its gaining side.
        let outer = if (share < 0.5) == only.at_least { found.first() } else { found.last() };
        *end = match outer {
            Some(crossing) => End::At(crossing.value),
            // Enough draws break even at the lowest value, hence everywhere. Where a higher value is better that
            // many do from below; where a lower one is, up to above.
            None if curve.reached_at_lowest(aim) == only.at_least => End::Below,
            None => End::Above,
        };
    }
    if !only.at_least {
        ends.reverse();
    }
    Ok(ends)
}

/// Monte Carlo standard error of a crossing; `None` where it cannot be told.
fn monte_carlo_error(
    curve: &Curve,
    asked: &Threshold,
    crossing: &Crossing,
    net: &Series,
    design: RunDesign,
) -> Option<f64> {
    let error = match asked.probability {
        None => {
            let error = net.summary(design).spread?.mcse;
            (error / crossing.slope).abs()
        }
        Some(probability) => {
            let reached = net.map(|value| f64::from(u8::from(value >= 0.0))).by_draw(design);
            let error = mcse(&reached.draws, design.randomisations);
            let at = |share: f64| curve.crossing_nearest(Aim::Probability(share), crossing.value);
            0.5 * (at(probability + error)? - at(probability - error)?).abs()
        }
    };
    error.is_finite().then_some(error)
}

fn told(curve: &Curve, design: RunDesign) -> Vec<Point> {
    let point = |(value, net): &(f64, Series)| Point {
        value: *value,
        net: net.summary(design),
        probability: net.probability(|net| net >= 0.0),
    };
    curve.points.iter().map(point).collect()
}
