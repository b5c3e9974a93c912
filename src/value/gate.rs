//! First prove, then continue: whether enrolment goes on after a year, by what is measured until then.
//!
//! Under an arrangement with a gate at 1 January of year T every draw is delivered twice: once as planned, and once without
//! enrolment and without fixed costs from T on (who has enrolled is served to the end). Up to T the two are the same. What
//! is measured of them is
//!
//! D = ±Σ (count − benchmark) / Σ per − threshold + error, over the years before T,
//!
//! with the sign in which more is better. With a prior that knows nothing and a standard error s the probability that the
//! true value is above the threshold is Φ(D/s), and enrolment goes on where that is at least τ. *Example:* 12 falls fewer,
//! s = 10 and τ = 80%: Φ(1.2) = 88%, so it goes on.
//!
//! The same is asked of a programme that does nothing, whose participants are as their shadows: how often a worthless
//! programme goes on, and how often a good one is stopped, is what such a rule should be judged by. What clauses would
//! pay for a programme that does nothing is counted in the course that it takes.
//!
//! Everything up to 31 December of T − 1 is known on 1 January of T: no time is lost on collecting and judging it. A
//! real decision on that day rests on less, and so is wrong more often.
//!
//! A programme *works* where its result without any error, against what would really have been, is above the threshold: a
//! rule that stops one which misses it has done what it is for. In engines that follow whole people this is the result of
//! the people in that draw, luck of theirs included. Persons who reach a step are no effect, so there it says nothing.
//!
//! A forecast that a clause compares with is made of the courses that the draws take: its rate is that of people who enrolled
//! both before and after T in draws in which the programme goes on, and before T only in the others.
//!
//! A gate concerns the programme that it measures, and strategies that offer it; other programmes go on.
//!
//! The standard error is what whoever decides believes; chance between people is in the count where the engine follows
//! whole people, and `error_sd` adds what else goes wrong in measuring, from random numbers of its own.

use super::apart::Rates;
use super::flows::{Apart, Evidence, Flows, Followed, Grid};
use crate::formula::Lane;
use crate::sample::normal::{normal_cdf, normal_inverse};
use crate::sample::{QuantityError, Stream, hash_of_name};
use crate::scenario::checked::{Arrangement, CountBenchmark, Gate, Requested, Scenario};
use crate::simulate::engine::{Run, Runs};
use std::sync::Arc;

/// What was measured before the gate of an arrangement, in the flows of a delivery as planned.
///
/// # Errors
/// A quantity of the gate that cannot be computed or is out of range.
pub(super) fn evidence(
    scenario: &Scenario,
    arrangement: usize,
    gate: &Gate,
    strategy: usize,
    flows: &Flows,
    runs: &Runs,
) -> Result<Evidence, QuantityError> {
    let description = &scenario.arrangements[arrangement];
    let environment = &flows.environment;
    let row = |position: usize| {
        flows
            .shape
            .request_of(arrangement, description.clauses.len(), position)
            .expect("what a gate measures is counted")
    };
    let until = gate.year.min(flows.shape.years);
    let sum = |amounts: &[Lane]| amounts[..until].iter().fold(Lane::ZERO, |sum, &amount| sum + amount);
    let total = |position: usize| sum(flows.requested.row(row(position)));
    let terms = &gate.result;
    let programme = terms.counts.programme;
    let with = total(0);
    let (per, next) = match &terms.per {
        Some(_) => (Some(total(1)), 2),
        None => (None, 1),
    };
    let of_participants = matches!(terms.counts.what, Requested::Participants { .. });
    let without = if of_participants { total(next) } else { with };
    // For each person-year with and without the effect, so much is expected.
    let by_years = |rates: Vec<Lane>| -> [Lane; 2] {
        [next + 1, next + 2].map(|position| {
            let years = flows.requested.row(row(position));
            let amounts: Vec<Lane> = years.iter().zip(&rates).map(|(&years, &rate)| years * rate).collect();
            sum(&amounts)
        })
    };
    let in_range = |quantity, allowed: fn(f64) -> bool, words: &str| -> Result<Lane, QuantityError> {
        let value = environment.quantity(quantity)?;
        match value.0.iter().find(|&&value| !allowed(value)) {
            None => Ok(value),
            Some(bad) => {
                Err(QuantityError::new(quantity, format!("must be {words}, but is {bad} in some draw")))
            }
        }
    };
    let benchmark = match &terms.benchmark {
        CountBenchmark::Nothing | CountBenchmark::Forecast => [Lane::ZERO; 2],
        CountBenchmark::True => [without; 2],
        CountBenchmark::Fixed(number) => [environment.quantity(number)? * until as f64; 2],
        CountBenchmark::Control(persons) => {
            let persons = in_range(persons, |value| value > 0.0, "above 0")?;
            by_years(Rates::of_requests(flows, programme).control(row(next), row(next + 2), persons))
        }
        CountBenchmark::BeforeAfter => {
            by_years(Rates::of_requests(flows, programme).before(row(next + 3), row(next + 4)))
        }
    };
    let sign = if terms.fewer { -1.0 } else { 1.0 };
    let threshold = environment.quantity(&terms.threshold)?;
    let error = match &terms.error_sd {
        Some(sd) => environment.quantity(sd)? * error(scenario, description, strategy, runs),
        None => Lane::ZERO,
    };
    let above = |count: Lane, benchmark: Lane| {
        let difference = (count - benchmark) * sign;
        let result = per.map_or(difference, |per| {
            difference.zip(per, |difference, per| if per > 0.0 { difference / per } else { 0.0 })
        });
        result - threshold
    };
    let measure = |count: Lane, benchmark: Lane| above(count, benchmark) + error;
    let (measured, nothing) = (measure(with, benchmark[0]), measure(without, benchmark[1]));
    let standard_error = in_range(&gate.standard_error, |value| value >= 0.0, "zero or more")?;
    let confidence = in_range(&gate.confidence, |value| (0.0..=1.0).contains(&value), "between 0 and 1")?;
    let goes_on = |measured: Lane| {
        Lane::from_fn(|lane| {
            let there = per.is_none_or(|per| per[lane] > 0.0);
            f64::from(u8::from(
                there && probability(measured[lane], standard_error[lane]) >= confidence[lane],
            ))
        })
    };
    // Against what would really have been, and without error.
    let works = above(with, without).map(|above| f64::from(u8::from(above > 0.0)));
    Ok(Evidence {
        measured,
        measured_without_effect: nothing,
        continues: goes_on(measured),
        continues_without_effect: goes_on(nothing),
        works: if of_participants { works } else { Lane::ZERO },
    })
}

/// Probability that the true value is above zero when this was measured with this standard error.
fn probability(measured: f64, standard_error: f64) -> f64 {
    match standard_error > 0.0 {
        true => normal_cdf(measured / standard_error),
        false => f64::from(u8::from(measured > 0.0)),
    }
}

/// Standard normal errors by draw; none at the stated values.
fn error(scenario: &Scenario, arrangement: &Arrangement, strategy: usize, runs: &Runs) -> Lane {
    let unit = format!("{}/{}", arrangement.id, scenario.strategies[strategy].id);
    let purpose = hash_of_name("error of the evidence at a gate");
    let stream = Stream::new(scenario.uncertainty.seed, purpose, hash_of_name(&unit));
    Lane::from_fn(|lane| {
        let Run { draw, replicate } = runs.lanes[lane];
        if draw == Run::BASE { 0.0 } else { normal_inverse(stream.uniform_at(draw, replicate)) }
    })
}

/// In every draw the amounts of one of two courses of the same delivery: of the first where `choice` is 1. What was seen at
/// the gate is that of the first.
pub(super) fn choose(choice: Lane, mut first: Flows, mut second: Flows) -> Flows {
    let pick = |first: Lane, second: Lane| {
        Lane::from_fn(|lane| if choice[lane] == 1.0 { first[lane] } else { second[lane] })
    };
    let (Parts { grids, lists, apart }, Parts { grids: other_grids, lists: other_lists, apart: other_apart }) =
        (parts(&mut first), parts(&mut second));
    for (one, other) in grids.into_iter().zip(other_grids) {
        one.combine(other, pick);
    }
    if let (Some(one), Some(other)) = (apart, other_apart) {
        let (mut one_of, mut other_of) = (Apart::clone(one), Apart::clone(other));
        for (one, other) in grids_apart(&mut one_of).into_iter().zip(grids_apart(&mut other_of)) {
            one.combine(other, pick);
        }
        *one = Arc::new(one_of);
    }
    for (one, other) in lists.into_iter().zip(other_lists) {
        for (one, &mut other) in one.iter_mut().zip(other) {
            *one = pick(*one, other);
        }
    }
    first
}

/// What differs between the courses of a delivery.
struct Parts<'a> {
    grids: Vec<&'a mut Grid>,
    lists: Vec<&'a mut [Lane]>,
    apart: &'a mut Option<Arc<Apart>>,
}

fn parts(flows: &mut Flows) -> Parts<'_> {
    // Everything by name, so that nothing new is silently taken from the first course.
    let Flows {
        shape: _,
        environment: _,
        level,
        increment,
        cashable,
        equalised,
        retained,
        shadows,
        cohorts,
        programme_costs,
        enrolled,
        reached,
        turned_away,
        requested,
        count_level,
        count_increment,
        outcome_level,
        outcome_increment,
        health_level,
        health_increment,
        level_present,
        increment_present,
        programme_costs_present,
        health_level_present,
        health_increment_present,
        parties_rate: _,
        inflation: _,
        apart,
        gate: _,
        if_it_did_nothing: _,
    } = flows;
    let mut grids = vec![
        level,
        increment,
        cashable,
        equalised,
        retained,
        programme_costs,
        enrolled,
        reached,
        turned_away,
        requested,
        count_level,
        count_increment,
        outcome_level,
        outcome_increment,
        health_level,
        health_increment,
    ];
    grids.extend(shadows.iter_mut().chain(cohorts).flat_map(grids_followed));
    let lists: Vec<&mut [Lane]> = vec![
        level_present,
        increment_present,
        programme_costs_present,
        health_level_present,
        health_increment_present,
    ];
    Parts { grids, lists, apart }
}

fn grids_followed(followed: &mut Followed) -> [&mut Grid; 6] {
    let Followed {
        costs,
        costs_retained,
        person_years,
        person_years_retained,
        first_costs,
        first_person_years,
    } = followed;
    [costs, costs_retained, person_years, person_years_retained, first_costs, first_person_years]
}

fn grids_apart(apart: &mut Apart) -> Vec<&mut Grid> {
    let Apart { shadows, requested, expected } = apart;
    let mut all: Vec<&mut Grid> = shadows.iter_mut().flat_map(grids_followed).collect();
    all.push(requested);
    if let Some((shadows, requested)) = expected {
        all.extend(shadows.iter_mut().flat_map(grids_followed));
        all.push(requested);
    }
    all
}
