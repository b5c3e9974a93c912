//! Following a group of people from boundary to boundary.
//!
//! With total exit hazard h from a state, n people at the start of a cycle of length Δt spend
//! n·Δt·g(hΔt) person-years at risk in it, g(x) = (1 − e^(−x))/x: those who stay Δt each, those who leave
//! less. Occurrences of an event are its rate times that person-time; moves by exit j are h_j times it; so
//! stayers and leavers sum to n. Who moves is at risk of the new state's events from the next boundary.
//! *Example:* 950 people, h = 0.0138278696, Δt = ½: 473.3617 person-years at risk, 6.5456 leavers; with 0.8
//! falls a person-year 378.6894 falls (counting 1 − e^(−0.8·½) per person would lose a sixth of them).

use super::effects::{Acts, Schedule};
use super::rates::{Rates, hazard_per_probability};
use super::structure::{Cause, Row, Structure};
use super::trajectory::Trajectory;
use crate::formula::{Lane, math};
use multiversion::multiversion;

/// Follows `start` persons by state from boundary `first` over `trajectory.cycles` cycles; `path` holds the
/// point of each cycle from 1 January of the start year; `schedule` counts its cycles from `first`.
///
/// The trajectory must have been [`Trajectory::reset`] with `first` and its length.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn follow(
    structure: &Structure,
    rates: &Rates,
    path: &[u32],
    cycle_length: f64,
    start: &[Lane],
    schedule: Option<&Schedule>,
    trajectory: &mut Trajectory,
) {
    let (states, columns, first) = (trajectory.states, trajectory.columns, trajectory.first);
    trajectory.persons[..states].copy_from_slice(start);
    for cycle in 0..trajectory.cycles {
        let point = path[first + cycle] as usize;
        let (before, after) = trajectory.persons.split_at_mut((cycle + 1) * states);
        let now = &before[cycle * states..];
        let next = &mut after[..states];
        let counts = &mut trajectory.counts[cycle * columns..(cycle + 1) * columns];
        for state in 0..states {
            let n = now[state];
            let exits = structure.exit_from[state]..structure.exit_from[state + 1];
            if exits.is_empty() && structure.events_in[state].is_empty() {
                next[state] += n;
                continue;
            }
            let events = rates.event_rates(point, state);
            match schedule {
                Some(schedule) if schedule.touches(cycle, state) => {
                    let changed = changed_row(structure, rates, point, state, cycle_length, schedule, cycle);
                    let time = n * changed.time;
                    next[state] += n * changed.stay;
                    let row = schedule.row(cycle);
                    for &event in &structure.events_in[state] {
                        counts[event] += time * (events[event] * row[event]);
                    }
                    for (position, exit) in structure.exits[state].iter().enumerate() {
                        let per_probability = changed.per_probability;
                        let hazard = changed_hazard(
                            structure,
                            rates,
                            point,
                            state,
                            exit.cause,
                            schedule,
                            cycle,
                            per_probability,
                        );
                        let moved = time * hazard;
                        next[exit.to] += moved;
                        let column = structure.exit_list[exits.start + position].1;
                        if column != usize::MAX {
                            counts[column] += moved;
                        }
                    }
                }
                _ => {
                    let time = n * rates.time_at_risk(point, state);
                    next[state] += n * rates.staying(point, state);
                    for &event in &structure.events_in[state] {
                        counts[event] += time * events[event];
                    }
                    let hazards = &rates.exit_hazards(point)[exits.clone()];
                    for (&(to, column), &hazard) in structure.exit_list[exits].iter().zip(hazards) {
                        let moved = time * hazard;
                        next[to] += moved;
                        if column != usize::MAX {
                            counts[column] += moved;
                        }
                    }
                }
            }
        }
    }
}

/// g(x) = (1 − e^(−x))/x. A function of its own, because inside a larger one the compiler computes it draw by draw.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
#[inline(never)]
pub(super) fn share_at_risk(x: Lane) -> Lane {
    math::one_minus_exp_over(x)
}

/// A state's row under effects.
struct ChangedRow {
    time: Lane,
    stay: Lane,
    /// Hazard per probability, where an effect acts on a probability or the odds of this row.
    per_probability: Option<Lane>,
}

/// A state's row under effects, in eight draws: writes the hazards of its exits to `hazards`; returns the person-time at
/// risk in a cycle per person at its start, and the probability of staying.
#[allow(clippy::too_many_arguments)]
pub(super) fn row_under_effects(
    structure: &Structure,
    rates: &Rates,
    point: usize,
    state: usize,
    cycle_length: f64,
    schedule: &Schedule,
    cycle: usize,
    hazards: &mut [Lane],
) -> (Lane, Lane) {
    let row = changed_row(structure, rates, point, state, cycle_length, schedule, cycle);
    for (hazard, exit) in hazards.iter_mut().zip(&structure.exits[state]) {
        *hazard =
            changed_hazard(structure, rates, point, state, exit.cause, schedule, cycle, row.per_probability);
    }
    (row.time, row.stay)
}

/// Hazard of an exit under effects. In a row with risk or odds ratios the probabilities are changed first and the
/// row is converted; ratios of hazards then act on the hazards of their own exits.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn changed_hazard(
    structure: &Structure,
    rates: &Rates,
    point: usize,
    state: usize,
    cause: Cause,
    schedule: &Schedule,
    cycle: usize,
    per_probability: Option<Lane>,
) -> Lane {
    let row = schedule.row(cycle);
    match cause {
        Cause::Event(event) => rates.hazard(point, state, cause) * row[event],
        Cause::Death => rates.hazard(point, state, cause),
        Cause::Transition(transition) => {
            let ratio = row[structure.events + transition];
            match per_probability {
                None => rates.hazard(point, state, cause) * ratio,
                Some(factor) => {
                    changed_probability(structure, rates, point, transition, schedule, cycle) * factor * ratio
                }
            }
        }
    }
}

/// Probability of a transition in its stated period under risk or odds ratios.
#[inline(always)]
fn changed_probability(
    structure: &Structure,
    rates: &Rates,
    point: usize,
    transition: usize,
    schedule: &Schedule,
    cycle: usize,
) -> Lane {
    let p = rates.probability[point * structure.transitions + transition];
    match schedule.acts(cycle, transition) {
        Acts::Hazard => p,
        Acts::Risk(ratio) => (p * ratio).min(Lane::ONE),
        Acts::Odds(ratio) => {
            let odds = p * ratio;
            odds / (Lane::ONE - p + odds)
        }
    }
}

#[inline(always)]
fn changed_row(
    structure: &Structure,
    rates: &Rates,
    point: usize,
    state: usize,
    cycle_length: f64,
    schedule: &Schedule,
    cycle: usize,
) -> ChangedRow {
    let transitions = &structure.transitions_from[state];
    let by_probability =
        schedule.has_acts() && transitions.iter().any(|&t| schedule.acts(cycle, t) != Acts::Hazard);
    let per_probability = by_probability.then(|| {
        let total = transitions.iter().fold(Lane::ZERO, |sum, &transition| {
            sum + changed_probability(structure, rates, point, transition, schedule, cycle)
        });
        let period = if structure.rows[state] == Row::PerYear { 1.0 } else { cycle_length };
        hazard_per_probability(total.min(Lane::ONE), period)
    });
    let mut hazard = Lane::ZERO;
    for exit in &structure.exits[state] {
        hazard +=
            changed_hazard(structure, rates, point, state, exit.cause, schedule, cycle, per_probability);
    }
    let x = hazard * cycle_length;
    let g = share_at_risk(x);
    ChangedRow { time: g * cycle_length, stay: Lane::ONE - x * g, per_probability }
}
