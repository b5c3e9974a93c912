//! Enrolment: who is in the pool, who is invited, and how far each comes in the cascade.
//!
//! **Pool.** Those who are eligible, alive and not yet a participant at the moment of enrolment: the
//! comparator's people minus the shadows of all participants so far (people as they would have been without
//! the programme, so that an effect never changes who is invited). A participant is a person whose deepest step
//! has an effect, or leaves the pool by its own declaration; everyone else stays and may be invited again.
//! Programmes on one model share the pool; of two that enrol at the same moment the first in the file is first.
//!
//! **Reach.** With relative chances w, a cell's share invited is min(1, k·w), with k such that the invited
//! total is what the plan says, or everybody with a chance where that is fewer.
//!
//! **Cascade.** A tree: each step is a share of the step it is `of`; siblings exclude each other and their
//! shares sum to at most 1. `capacity` turns away evenly whoever is above it; they stay at the step before.
//! *Example:* a pool of 943.454, 20% invited, half of them tested, 60% of those in a course: 188.691, 94.345
//! and 56.607 persons. Where participants pay something themselves and a response to that is stated, the share that takes the
//! step is times the factor of [`Environment::take_up`].

use super::points::{Points, Values, within};
use super::profiles::{Cells, Profiles};
use crate::formula::{LANES, Lane, Scratch};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{EnrolAmount, Programme, Quantity, Scenario, Variables};

/// A moment at which a cohort enrols.
#[derive(Clone, Debug)]
pub struct Moment {
    /// Programme.
    pub programme: usize,
    /// Position among the programme's years of enrolment.
    pub position: usize,
    /// Boundary, cycles from 1 January of the start year.
    pub boundary: usize,
    /// The strategy's cells at their age then.
    pub points: Points,
    /// The moment itself, for plans by year.
    pub calendar: Points,
}

/// The moments of a strategy's programmes on one model, in order of time and then of the file.
pub fn moments(scenario: &Scenario, programmes: &[usize], profiles: &Profiles, cells: &Cells) -> Vec<Moment> {
    let time = scenario.time;
    let mut list = Vec::new();
    for &programme in programmes {
        let enrol = &scenario.programmes[programme].enrol;
        for (position, &year) in enrol.years.iter().enumerate() {
            let rows: Vec<Vec<f64>> = cells
                .list
                .iter()
                .map(|cell| {
                    let profile = &profiles.list[cell.profile];
                    let mut row = cell.variables.clone();
                    // Who has not entered yet is nobody; the age of entry keeps tables in range.
                    row[Variables::AGE] = f64::from(profile.age) + year.saturating_sub(profile.enters) as f64;
                    row[Variables::YEAR] = f64::from(time.start) + year as f64;
                    row[Variables::TIME] =
                        (year * time.cycles_per_year + enrol.cycle_in_year) as f64 * time.cycle_length();
                    row
                })
                .collect();
            list.push(Moment {
                programme,
                position,
                boundary: year * time.cycles_per_year + enrol.cycle_in_year,
                points: Points::from_rows(scenario.variables.count(), &rows),
                calendar: Points::calendar(scenario, year * time.cycles_per_year + enrol.cycle_in_year),
            });
        }
    }
    // Stable: programmes at the same moment keep the order of the file.
    list.sort_by_key(|moment| (moment.boundary, moment.programme));
    list
}

/// Who enrols at one moment.
#[derive(Clone, Debug, Default)]
pub struct Enrolled {
    /// Persons invited, `[cell][state]`.
    pub invited: Vec<Lane>,
    /// Share of those invited who come as far as each step or further, `[cell][step]`.
    pub reaching: Vec<Lane>,
    /// Share of those invited whose deepest step it is, `[cell][step]`.
    pub deepest: Vec<Lane>,
    /// Share of those invited who are turned away from a step for lack of capacity, `[cell][step]`.
    pub turned_away: Vec<Lane>,
    /// Whether anyone of a cell is invited in any draw.
    pub any: Vec<bool>,
}

/// Who may be invited at one moment, and which share of them is.
pub(super) struct Invitation {
    /// Persons eligible, `[cell][state]`.
    pub eligible: Vec<Lane>,
    /// Persons eligible by cell.
    pub by_cell: Vec<Lane>,
    /// Share of those that is invited, by cell.
    pub fractions: Vec<Lane>,
}

/// Chooses whom to invite from `pool` (persons, `[cell][state]`).
///
/// # Errors
/// A quantity outside its range: a share above 1, a negative number of persons.
pub(super) fn invite(
    scenario: &Scenario,
    moment: &Moment,
    pool: &[Lane],
    environment: &Environment,
    scratch: &mut Scratch,
) -> Result<Invitation, QuantityError> {
    let programme = &scenario.programmes[moment.programme];
    let model = &scenario.models[programme.model];
    let (cells, states) = (moment.points.len(), model.states.len());
    let mut eligible = vec![Lane::ZERO; cells * states];
    let mut values = Values::default();
    for (state, description) in model.states.iter().enumerate() {
        if !description.alive {
            continue;
        }
        moment.points.evaluate(
            &programme.eligible,
            environment,
            Some(description.code),
            scratch,
            &mut values,
        )?;
        for cell in 0..cells {
            let here = pool[cell * states + state].max(Lane::ZERO);
            let holds = values.at(cell);
            eligible[cell * states + state] =
                Lane::from_fn(|lane| if holds[lane] != 0.0 { here[lane] } else { 0.0 });
        }
    }
    let by_cell: Vec<Lane> = eligible
        .chunks_exact(states)
        .map(|row| row.iter().fold(Lane::ZERO, |sum, &persons| sum + persons))
        .collect();
    let total = by_cell.iter().fold(Lane::ZERO, |sum, &persons| sum + persons);
    let wanted = wanted(programme, moment, environment, total, scratch)?;
    moment.points.evaluate(&programme.reach, environment, None, scratch, &mut values)?;
    within(&programme.reach, &values, 0.0, f64::INFINITY)?;
    let fractions = invited_fractions(&by_cell, &values, wanted, total);
    Ok(Invitation { eligible, by_cell, fractions })
}

/// Chooses whom to invite from `pool` (persons, `[cell][state]`) and follows them down the cascade.
///
/// # Errors
/// A quantity outside its range: a share below 0, siblings' shares above 1, a negative number of persons.
pub fn enrol(
    scenario: &Scenario,
    moment: &Moment,
    pool: &[Lane],
    environment: &Environment,
    scratch: &mut Scratch,
) -> Result<Enrolled, QuantityError> {
    let programme = &scenario.programmes[moment.programme];
    let states = scenario.models[programme.model].states.len();
    let Invitation { eligible: mut invited, by_cell, fractions } =
        invite(scenario, moment, pool, environment, scratch)?;
    for (row, fraction) in invited.chunks_exact_mut(states).zip(&fractions) {
        for persons in row {
            *persons *= *fraction;
        }
    }
    let mut enrolled = cascade(scenario, moment, environment, scratch)?;
    let persons: Vec<Lane> = by_cell.iter().zip(&fractions).map(|(&n, &f)| n * f).collect();
    limit_to_capacity(programme, moment, environment, &persons, &mut enrolled, scratch)?;
    enrolled.any = persons.iter().map(|n| n.any(|n| n > 0.0)).collect();
    enrolled.invited = invited;
    Ok(enrolled)
}

fn wanted(
    programme: &Programme,
    moment: &Moment,
    environment: &Environment,
    pool: Lane,
    scratch: &mut Scratch,
) -> Result<Lane, QuantityError> {
    let mut positive = |quantity: &Quantity| {
        let value = moment.calendar.only(quantity, environment, scratch)?;
        if value.any(|v| v < 0.0) {
            return Err(QuantityError::new(quantity, "is negative in some draw"));
        }
        Ok(value)
    };
    let wanted = match &programme.enrol.amount {
        EnrolAmount::Share(quantity) => {
            let share = positive(quantity)?;
            if share.any(|s| s > 1.0) {
                return Err(QuantityError::new(quantity, "is a share above 1 in some draw"));
            }
            return Ok(pool * share);
        }
        EnrolAmount::Persons(quantity) => positive(quantity)?,
        EnrolAmount::Total(quantity) => positive(quantity)? / programme.enrol.years.len() as f64,
    };
    Ok(wanted.min(pool))
}

/// Share invited of each cell: min(1, k·w).
fn invited_fractions(pool: &[Lane], weights: &Values, wanted: Lane, total: Lane) -> Vec<Lane> {
    if !weights.varies() {
        let fraction = Lane::from_fn(|lane| if total[lane] > 0.0 { wanted[lane] / total[lane] } else { 0.0 });
        return vec![fraction; pool.len()];
    }
    let mut fractions = vec![Lane::ZERO; pool.len()];
    for lane in 0..LANES {
        // Cells at their ceiling only grow in number, so this ends after as many rounds as there are cells.
        let mut full = vec![false; pool.len()];
        loop {
            let (mut weighted, mut left) = (0.0, wanted[lane]);
            for cell in 0..pool.len() {
                let persons = pool[cell][lane];
                if full[cell] {
                    left -= persons;
                } else {
                    weighted += persons * weights.at(cell)[lane];
                }
            }
            let k = if weighted > 0.0 { left.max(0.0) / weighted } else { 0.0 };
            let mut changed = false;
            for cell in 0..pool.len() {
                let fraction = if full[cell] { 1.0 } else { k * weights.at(cell)[lane] };
                if fraction > 1.0 {
                    full[cell] = true;
                    changed = true;
                }
                fractions[cell][lane] = fraction.min(1.0);
            }
            if !changed {
                break;
            }
        }
    }
    fractions
}

/// Shares of those invited who reach each step, by cell, before capacity.
pub(super) fn cascade(
    scenario: &Scenario,
    moment: &Moment,
    environment: &Environment,
    scratch: &mut Scratch,
) -> Result<Enrolled, QuantityError> {
    let programme = &scenario.programmes[moment.programme];
    let (cells, steps) = (moment.points.len(), programme.steps.len());
    let mut reaching = vec![Lane::ZERO; cells * steps];
    let mut siblings = vec![Lane::ZERO; cells * (steps + 1)];
    let mut values = Values::default();
    for (index, step) in programme.steps.iter().enumerate() {
        moment.points.evaluate(&step.share, environment, None, scratch, &mut values)?;
        within(&step.share, &values, 0.0, 1.0 + 1e-12)?;
        let parent = step.parent.map_or(steps, |p| p);
        // By the year in which it is reached, for which an own payment is asked then.
        let year = (moment.boundary + step.after) / scenario.time.cycles_per_year;
        let take_up = environment.take_up(moment.programme, index, year);
        for cell in 0..cells {
            let share = values.at(cell) * take_up;
            let taken = &mut siblings[cell * (steps + 1) + parent];
            *taken += share;
            if taken.any(|t| t > 1.0 + 1e-9) {
                let worst = taken.0.iter().copied().fold(0.0, f64::max);
                return Err(QuantityError::new(
                    &step.share,
                    format!(
                        "with its siblings the shares sum to {worst} for some people in some draw, above 1"
                    ),
                ));
            }
            let of = step.parent.map_or(Lane::ONE, |p| reaching[cell * steps + p]);
            reaching[cell * steps + index] = of * share;
        }
    }
    let mut enrolled =
        Enrolled { reaching, turned_away: vec![Lane::ZERO; cells * steps], ..Enrolled::default() };
    settle_deepest(programme, cells, &mut enrolled);
    Ok(enrolled)
}

/// Deepest = reaching − Σ of the steps below.
fn settle_deepest(programme: &Programme, cells: usize, enrolled: &mut Enrolled) {
    let steps = programme.steps.len();
    enrolled.deepest = enrolled.reaching.clone();
    for cell in 0..cells {
        for (index, step) in programme.steps.iter().enumerate() {
            if let Some(parent) = step.parent {
                let here = enrolled.reaching[cell * steps + index];
                enrolled.deepest[cell * steps + parent] -= here;
            }
        }
        for deepest in &mut enrolled.deepest[cell * steps..(cell + 1) * steps] {
            *deepest = deepest.max(Lane::ZERO);
        }
    }
}

/// Persons who can come to a step at one moment, where that is limited.
///
/// # Errors
/// A capacity below 0.
pub(super) fn capacity(
    programme: &Programme,
    moment: &Moment,
    step: usize,
    environment: &Environment,
    scratch: &mut Scratch,
) -> Result<Option<Lane>, QuantityError> {
    let Some(quantity) = &programme.steps[step].capacity else { return Ok(None) };
    let capacity = moment.calendar.only(quantity, environment, scratch)?;
    if capacity.any(|c| c < 0.0) {
        return Err(QuantityError::new(quantity, "is negative in some draw"));
    }
    Ok(Some(capacity))
}

fn limit_to_capacity(
    programme: &Programme,
    moment: &Moment,
    environment: &Environment,
    persons: &[Lane],
    enrolled: &mut Enrolled,
    scratch: &mut Scratch,
) -> Result<(), QuantityError> {
    let steps = programme.steps.len();
    if programme.steps.iter().all(|step| step.capacity.is_none()) {
        return Ok(());
    }
    for index in 0..steps {
        let Some(capacity) = capacity(programme, moment, index, environment, scratch)? else { continue };
        let demand = persons
            .iter()
            .enumerate()
            .fold(Lane::ZERO, |sum, (cell, &n)| sum + n * enrolled.reaching[cell * steps + index]);
        let served =
            Lane::from_fn(
                |lane| {
                    if demand[lane] > capacity[lane] { capacity[lane] / demand[lane] } else { 1.0 }
                },
            );
        if served == Lane::ONE {
            continue;
        }
        let below: Vec<usize> = (index..steps).filter(|&step| descends(programme, step, index)).collect();
        for cell in 0..persons.len() {
            let at = cell * steps;
            enrolled.turned_away[at + index] = enrolled.reaching[at + index] * (Lane::ONE - served);
            for &step in &below {
                enrolled.reaching[at + step] *= served;
            }
        }
    }
    settle_deepest(programme, persons.len(), enrolled);
    Ok(())
}

/// Whether a step is `of` another, directly or further down, or is that step.
pub fn descends(programme: &Programme, step: usize, ancestor: usize) -> bool {
    let mut at = Some(step);
    while let Some(index) = at {
        if index == ancestor {
            return true;
        }
        at = programme.steps[index].parent;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reach_keeps_the_invited_total_and_nobody_above_one() {
        // 100 and 100 persons, weights 3 and 1, 120 wanted: the first would get k·3 = 0.9 with k = 0.3.
        let weights = Values::from_each(vec![Lane::splat(3.0), Lane::splat(1.0)]);
        let pool = [Lane::splat(100.0), Lane::splat(100.0)];
        let f = invited_fractions(&pool, &weights, Lane::splat(120.0), Lane::splat(200.0));
        assert!((f[0][0] - 0.9).abs() < 1e-12 && (f[1][0] - 0.3).abs() < 1e-12);
        // 160 wanted: 3k would be 1.2, so the first is full and the second takes 60 of 100.
        let f = invited_fractions(&pool, &weights, Lane::splat(160.0), Lane::splat(200.0));
        assert!((f[0][0] - 1.0).abs() < 1e-12 && (f[1][0] - 0.6).abs() < 1e-12);
    }
}
