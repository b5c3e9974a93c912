//! Following a group of people from boundary to boundary.
//!
//! With total exit hazard h from a state, n people at the start of a cycle of length Δt spend
//! n·Δt·g(hΔt) person-years at risk in it, g(x) = (1 − e^(−x))/x: those who stay Δt each, those who leave
//! less. Occurrences of an event are its rate times that person-time; moves by exit j are h_j times it; so
//! stayers and leavers sum to n. Who moves is at risk of the new state's events from the next boundary.
//! *Example:* 950 people, h = 0.0138278696, Δt = ½: 473.3617 person-years at risk, 6.5456 leavers; with 0.8
//! falls a person-year 378.6894 falls (counting 1 − e^(−0.8·½) per person would lose a sixth of them).

use super::effects::{Acts, Schedule};
use super::rates::{AtPoint, Rates, hazard_per_probability};
use super::structure::{Arrival, Cause, Row, Structure};
use super::trajectory::Trajectory;
use crate::formula::{Lane, lane_by_lane, math};
use multiversion::multiversion;
use std::ops::Range;

/// Follows `start` persons by state from boundary `first` over `trajectory.cycles` cycles; `path` holds the
/// point of each cycle from 1 January of the start year; `schedule` counts its cycles from `first`.
///
/// The trajectory must have been given [`Trajectory::make_room`] with `first` and its length; every entry is
/// written.
pub fn follow(
    structure: &Structure,
    rates: &Rates,
    path: &[u32],
    cycle_length: f64,
    start: &[Lane],
    schedule: Option<&Schedule>,
    trajectory: &mut Trajectory,
) {
    let (states, cycles) = (trajectory.states, trajectory.cycles);
    let path = &path[trajectory.first..trajectory.first + cycles];
    trajectory.persons[..states].copy_from_slice(start);
    let mut altered = std::mem::take(&mut trajectory.altered);
    let mut cycle = 0;
    while cycle < cycles {
        match schedule {
            Some(schedule) if schedule.touches_any(cycle) => {
                let point = path[cycle] as usize;
                alter(structure, rates, point, cycle_length, schedule, cycle, &mut altered);
                pass_altered(structure, altered.rates(), cycle, trajectory);
                cycle += 1;
            }
            _ => {
                let touched = |cycle: &usize| schedule.is_some_and(|s| s.touches_any(*cycle));
                let end = (cycle..cycles).find(touched).unwrap_or(cycles);
                pass_unaltered(structure, rates, path, cycle..end, trajectory);
                cycle = end;
            }
        }
    }
    trajectory.altered = altered;
}

/// Follows cycles `range` of a trajectory at the rates of their points.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn pass_unaltered(
    structure: &Structure,
    rates: &Rates,
    path: &[u32],
    range: Range<usize>,
    trajectory: &mut Trajectory,
) {
    let mut cycle = range.start;
    while cycle < range.end {
        // People often stay at a point for some cycles.
        let point = path[cycle];
        let rates = rates.at(point as usize);
        while cycle < range.end && path[cycle] == point {
            pass(structure, &rates, cycle, trajectory);
            cycle += 1;
        }
    }
}

/// Follows one cycle of a trajectory.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn pass_altered(structure: &Structure, rates: AtPoint, cycle: usize, trajectory: &mut Trajectory) {
    pass(structure, &rates, cycle, trajectory);
}

/// From one boundary to the next. Everybody is read once and written once: who is in a state at the end is summed
/// in the order of the states people come from, and each exit is counted on the way.
#[inline(always)]
fn pass(structure: &Structure, rates: &AtPoint<'_>, cycle: usize, trajectory: &mut Trajectory) {
    let (states, columns) = (structure.states, structure.columns());
    let (before, after) = trajectory.persons.split_at_mut((cycle + 1) * states);
    let now = &before[cycle * states..][..states];
    let next = &mut after[..states];
    let counts = &mut trajectory.counts[cycle * columns..(cycle + 1) * columns];
    let (time, stay) = (&rates.time[..states], &rates.stay[..states]);
    for (((persons, [before, after]), &n), &stay) in
        next.iter_mut().zip(&structure.arrivals).zip(now).zip(stay)
    {
        let mut sum = Lane::ZERO;
        arrive(before, now, time, rates.exit, counts, &mut sum);
        sum += n * stay;
        arrive(after, now, time, rates.exit, counts, &mut sum);
        *persons = sum;
    }
    // Rates of events that do not happen in a state are zero there.
    let happened = &mut counts[..structure.events];
    happened.fill(Lane::ZERO);
    for (slot, (&state, range)) in structure.eventful.iter().zip(&structure.event_ranges).enumerate() {
        let time = now[state] * time[state];
        let rates = &rates.event[slot * structure.events..][range.clone()];
        for (count, &rate) in happened[range.clone()].iter_mut().zip(rates) {
            *count += time * rate;
            lane_by_lane();
        }
    }
    for &column in &structure.idle_columns {
        counts[column] = Lane::ZERO;
    }
}

/// Adds those who take exits into a state, and counts them.
#[inline(always)]
fn arrive(
    arrivals: &[Arrival],
    now: &[Lane],
    time: &[Lane],
    hazards: &[Lane],
    counts: &mut [Lane],
    sum: &mut Lane,
) {
    for arrival in arrivals {
        let moved = now[arrival.from] * time[arrival.from] * hazards[arrival.exit];
        *sum += moved;
        if let Some(count) = counts.get_mut(arrival.column) {
            *count = moved;
        }
    }
}

/// g(x) = (1 − e^(−x))/x. A function of its own, because inside a larger one the compiler computes it draw by draw.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
#[inline(never)]
pub(super) fn share_at_risk(x: Lane) -> Lane {
    math::one_minus_exp_over(x)
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

/// Room for the rates of one cycle under effects.
#[derive(Clone, Debug, Default)]
pub(super) struct Altered {
    time: Vec<Lane>,
    stay: Vec<Lane>,
    exit: Vec<Lane>,
    event: Vec<Lane>,
}

impl Altered {
    fn rates(&self) -> AtPoint<'_> {
        AtPoint { time: &self.time, stay: &self.stay, exit: &self.exit, event: &self.event }
    }
}

/// The rates at a point as a schedule changes them in a cycle.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn alter(
    structure: &Structure,
    rates: &Rates,
    point: usize,
    cycle_length: f64,
    schedule: &Schedule,
    cycle: usize,
    altered: &mut Altered,
) {
    let own = rates.at(point);
    let copy = |to: &mut Vec<Lane>, from: &[Lane]| {
        to.clear();
        to.extend_from_slice(from);
    };
    copy(&mut altered.time, own.time);
    copy(&mut altered.stay, own.stay);
    copy(&mut altered.exit, own.exit);
    // Rates outside the range of a state's events are never read.
    altered.event.resize(own.event.len(), Lane::ZERO);
    let row = schedule.row(cycle);
    for (slot, (&state, range)) in structure.eventful.iter().zip(&structure.event_ranges).enumerate() {
        let own = &own.event[slot * structure.events..][range.clone()];
        let rates = &mut altered.event[slot * structure.events..][range.clone()];
        if schedule.touches(cycle, state) {
            for ((rate, &own), &ratio) in rates.iter_mut().zip(own).zip(&row[range.clone()]) {
                *rate = own * ratio;
                lane_by_lane();
            }
        } else {
            rates.copy_from_slice(own);
        }
    }
    for state in 0..structure.states {
        if !schedule.touches(cycle, state) {
            continue;
        }
        let exits = structure.exit_from[state]..structure.exit_from[state + 1];
        let exit = &mut altered.exit[exits];
        (altered.time[state], altered.stay[state]) =
            row_under_effects(structure, rates, point, state, cycle_length, schedule, cycle, exit);
    }
}

/// A state's row under effects: writes the hazards of its exits to `hazards`; returns the person-time at risk in a
/// cycle per person at its start, and the probability of staying.
#[inline(always)]
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
    let per_probability = per_probability(structure, rates, point, state, cycle_length, schedule, cycle);
    let mut total = Lane::ZERO;
    for (hazard, exit) in hazards.iter_mut().zip(&structure.exits[state]) {
        *hazard =
            changed_hazard(structure, rates, point, state, exit.cause, schedule, cycle, per_probability);
        total += *hazard;
    }
    let x = total * cycle_length;
    let g = share_at_risk(x);
    (g * cycle_length, Lane::ONE - x * g)
}

/// Hazard per probability of a row, where an effect acts on a probability or the odds of it.
fn per_probability(
    structure: &Structure,
    rates: &Rates,
    point: usize,
    state: usize,
    cycle_length: f64,
    schedule: &Schedule,
    cycle: usize,
) -> Option<Lane> {
    let transitions = &structure.transitions_from[state];
    let by_probability =
        schedule.has_acts() && transitions.iter().any(|&t| schedule.acts(cycle, t) != Acts::Hazard);
    by_probability.then(|| {
        let total = transitions.iter().fold(Lane::ZERO, |sum, &transition| {
            sum + changed_probability(structure, rates, point, transition, schedule, cycle)
        });
        let period = if structure.rows[state] == Row::PerYear { 1.0 } else { cycle_length };
        hazard_per_probability(total.min(Lane::ONE), period)
    })
}
