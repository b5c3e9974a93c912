//! Numbers to watch: how many people at each step and how many events to expect in each year, and within which bounds the
//! number that is registered should lie.
//!
//! The bounds hold 95 of 100 counts: doubt about the parameters and chance between persons. Under the engines `counts` and
//! `individual` each run counts whole people already. Expected numbers have no chance of their own; there each draw's
//! expected number m gets one count from the Poisson law of mean m. That is the chance of events that do not depend on each
//! other; of an invited number that is fixed a step takes a share, whose chance is smaller, so bounds of steps are wide
//! rather than narrow.
//!
//! A count outside the bounds says that the place differs from the scenario, not why. One of 40 counts lies below and one of 40
//! above by chance alone, so of many numbers some will.
//!
//! *Example:* 100 falls expected in every draw: 95 of 100 counts lie between 81 and 120.

use super::arm::Arm;
use super::measures::{Measure, Row, measures};
use super::statistics::{Series, Summary};
use crate::scenario::Scenario;
use crate::scenario::checked::{Engine, Node};
use crate::simulate::chance::luck::{Luck, purpose};
use crate::simulate::chance::samplers::poisson;
use crate::value::flows::{Counted, Flows, Valued};
use rayon::prelude::*;

/// A number to watch.
#[derive(Clone, Debug)]
pub struct Watched {
    /// Strategy, the comparator among them.
    pub strategy: usize,
    /// What is counted.
    pub what: What,
    /// By year of the horizon: expected.
    pub expected: Vec<Summary>,
    /// By year of the horizon: counts, chance included; no spread without draws by year.
    pub counts: Vec<Summary>,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Persons who reach a step, by row of the shape's steps.
    Step(usize),
    /// Events, moves and deaths, by position among the measures.
    Measure(usize),
}

/// The numbers to watch; none where the scenario does not ask for them.
pub fn monitoring(scenario: &Scenario, valued: &Valued) -> Vec<Watched> {
    if !scenario.results.monitoring || valued.deliveries.is_empty() {
        return Vec::new();
    }
    let list = measures(scenario, &valued.shape);
    let happens = |measure: &Measure| match measure.row {
        Row::Count(row) => match valued.shape.counted[row] {
            Counted::Deaths { .. } => true,
            Counted::Node { node, .. } => matches!(node, Node::Event(_) | Node::Transition(_)),
        },
        Row::Outcome(_) | Row::Health(_) => false,
    };
    let watched: Vec<usize> = (0..list.len()).filter(|&index| happens(&list[index])).collect();
    let mut wanted: Vec<(usize, Option<usize>, What)> =
        watched.iter().map(|&index| (scenario.comparator, None, What::Measure(index))).collect();
    for (position, delivery) in valued.deliveries.iter().enumerate() {
        if delivery.arrangement.is_some() {
            continue;
        }
        let programmes = &scenario.strategies[delivery.strategy].programmes;
        let own = |row: &usize| programmes.contains(&valued.shape.steps[*row].0);
        let steps = (0..valued.shape.steps.len()).filter(own).map(What::Step);
        let events = watched.iter().map(|&index| What::Measure(index));
        wanted.extend(steps.chain(events).map(|what| (delivery.strategy, Some(position), what)));
    }
    wanted
        .into_par_iter()
        .map(|(strategy, delivery, what)| {
            let arm = Arm::new(valued, 0, delivery.unwrap_or(0));
            let series = match what {
                What::Step(row) => arm.by_year(|flows| flows.reached.row(row)),
                What::Measure(index) => {
                    let row = list[index].row;
                    let level = arm.by_year(|flows: &Flows| row.level(flows));
                    match delivery {
                        None => level,
                        Some(_) => {
                            let change = arm.by_year(|flows: &Flows| row.increment(flows));
                            level.iter().zip(&change).map(|(level, change)| level.plus(change)).collect()
                        }
                    }
                }
            };
            let name = name(scenario, valued, &list, what);
            let counts = |(year, series): (usize, &Series)| {
                counted(scenario, &name, year, series).summary(valued.design)
            };
            Watched {
                strategy,
                what,
                expected: series.iter().map(|series| series.summary(valued.design)).collect(),
                counts: series.iter().enumerate().map(counts).collect(),
            }
        })
        .collect()
}

/// Identifier of what is watched: `programme.step` or that of the measure.
pub fn name(scenario: &Scenario, valued: &Valued, measures: &[Measure], what: What) -> String {
    match what {
        What::Measure(index) => measures[index].id.clone(),
        What::Step(row) => {
            let (programme, step) = valued.shape.steps[row];
            let programme = &scenario.programmes[programme];
            format!("{}.{}", programme.id, programme.steps[step].id)
        }
    }
}

/// One count for each run. Luck belongs to what is counted and the year, so strategies that expect the same count the same.
fn counted(scenario: &Scenario, name: &str, year: usize, series: &Series) -> Series {
    if scenario.uncertainty.engine != Engine::Expected {
        return series.clone();
    }
    let purpose = purpose(&["monitoring", name]);
    let seed = scenario.uncertainty.seed;
    let draws = series.draws.iter().enumerate().map(|(draw, &mean)| {
        let mut stream = Luck { seed, draw: draw as u64, replicate: 0 }.stream(purpose, year as u64);
        poisson(mean, &mut stream) as f64
    });
    Series { base: series.base, draws: draws.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::flows::RunDesign;

    #[test]
    fn of_a_hundred_expected_falls_ninety_five_of_a_hundred_counts_lie_between_81_and_120() {
        let scenario = crate::settle::testing::scenario().build();
        let falls = Series { base: 100.0, draws: vec![100.0; 20_000] };
        let counts = counted(&scenario, "falls.fall", 3, &falls).summary(RunDesign::PLAIN);
        let spread = counts.spread.unwrap();
        // Poisson(100): P(count <= 80) = 0.0226 and P(count <= 81) = 0.0289; P(<= 119) = 0.9715, P(<= 120) = 0.9773.
        // Quantiles of 20,000 draws lie a standard error of 0.0011 in probability around them.
        assert_eq!((spread.p2_5, spread.p97_5), (81.0, 120.0));
        assert!((spread.mean - 100.0).abs() < 0.4, "{}", spread.mean);
    }

    #[test]
    fn counts_of_another_year_or_event_have_luck_of_their_own() {
        let scenario = crate::settle::testing::scenario().build();
        let falls = Series { base: 100.0, draws: vec![100.0; 8] };
        let first = counted(&scenario, "falls.fall", 0, &falls);
        assert_eq!(first, counted(&scenario, "falls.fall", 0, &falls));
        assert_ne!(first, counted(&scenario, "falls.fall", 1, &falls));
        assert_ne!(first, counted(&scenario, "falls.hip_fracture", 0, &falls));
    }
}
