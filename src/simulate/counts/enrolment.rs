//! Enrolment of whole people: who is in the pool, who is invited, how far each comes, and what becomes of them.
//!
//! **Invited.** How many of each cell are expected to be invited follows from the pool that is really there, by the
//! rules of [`crate::simulate::enrolment`]; systematic rounding over the cells makes these numbers whole. Whoever they
//! are, they are a simple random sample of the eligible people of the cell, so that their states are hypergeometric.
//! **Cascade.** The deepest step of each of them is multinomial with the shares of the steps. **Capacity.** Where more
//! come to a step than it can take (a capacity that is not whole is made so by chance), those above it are chosen at
//! random among all who came, and stay at the step before.
//! *Example:* 943 eligible, of whom 20% are invited: 188 or 189 people (188.6 on average); half of them are tested:
//! Binomial(188, ½), on average 94 with variance 47.

use super::pairs::Group;
use super::pool::Kept;
use super::{Memory as CountsMemory, Present};
use crate::formula::{LANES, Lane};
use crate::sample::QuantityError;
use crate::scenario::checked::Programme;
use crate::simulate::chance::luck::purpose;
use crate::simulate::chance::samplers::{Rounding, multinomial, take};
use crate::simulate::effects::{Effects, Schedule};
use crate::simulate::engine::{Block, Memory};
use crate::simulate::enrolment::{Moment, capacity, cascade, descends, invite};
use crate::simulate::expected::EnrolmentPlan;
use crate::simulate::trajectory::Trajectory;
use crate::simulate::trajectory::repeat_last;
use crate::simulate::{Cohort, Followed, Observer};

/// Enrols and follows the cohorts of a strategy, and reports each.
///
/// # Errors
/// A quantity of the programmes outside its range, with its place.
pub fn cohorts(
    block: &Block<'_>,
    enrolment: &EnrolmentPlan,
    present: &Present,
    memory: &mut Memory,
    observer: &mut impl Observer,
) -> Result<(), QuantityError> {
    let Block { scenario, plan, environment, runs, .. } = *block;
    let states = plan.structure.states;
    memory.counts.left.copy(&present.kept);
    let shares = enrolment.cells.shares(scenario, environment, &mut memory.expected.scratch)?;
    let mut pools = Pools::new(block, enrolment, present, &shares);
    let mut lanes = vec![Lane::ZERO; enrolment.cells.list.len() * states];
    for moment in &enrolment.moments {
        pools.go_to(block, moment.boundary, &mut memory.counts.left);
        for (lane, persons) in pools.persons.iter().enumerate() {
            for (cell, &here) in lanes.iter_mut().zip(persons) {
                cell[lane] = f64::from(here);
            }
        }
        repeat_last(&mut lanes, runs.own);
        let enrolled = enrol(block, enrolment, moment, &lanes, &pools, memory)?;
        follow_moment(block, enrolment, moment, enrolled, &mut pools, memory, observer)?;
    }
    Ok(())
}

/// People not taking part, by cell and state.
struct Pools {
    /// First cell of each profile; one more at the end.
    first: Vec<usize>,
    /// By lane, `[cell][state]`.
    persons: Vec<Vec<u32>>,
    /// Persons of each cell at entry, by lane; empty where every profile is one cell.
    at_entry: Vec<Vec<u32>>,
    /// Boundary at which the pools are.
    boundary: Option<usize>,
}

impl Pools {
    fn new(block: &Block<'_>, enrolment: &EnrolmentPlan, present: &Present, shares: &[Lane]) -> Self {
        let Block { scenario, plan, runs, .. } = *block;
        let profiles = plan.profiles.list.len();
        let mut first = vec![0; profiles + 1];
        for cell in &enrolment.cells.list {
            first[cell.profile + 1] += 1;
        }
        for profile in 0..profiles {
            first[profile + 1] += first[profile];
        }
        let cells = enrolment.cells.list.len();
        let at_entry = (0..if cells > profiles { runs.own } else { 0 }).map(|lane| {
            let name = &scenario.models[plan.model].id;
            let (groups, persons) = (&present.groups[lane], &present.persons[lane]);
            let luck = runs.luck(lane);
            plan.families.cells(&enrolment.cells, name, groups, persons, shares, lane, &luck)
        });
        let at_entry = at_entry.collect();
        Self {
            first,
            persons: vec![vec![0; cells * plan.structure.states]; runs.own],
            at_entry,
            boundary: None,
        }
    }

    /// The number of a cell: its profile, and its place in it. Other strategies do not change it; another programme of the
    /// same strategy does where it splits profiles by a further label.
    fn unit(&self, profile: usize, cell: usize) -> u64 {
        (profile as u64) << 24 | (cell - self.first[profile]) as u64
    }

    /// Moves on to the boundary of the next enrolment.
    fn go_to(&mut self, block: &Block<'_>, boundary: usize, left: &mut Kept) {
        if self.boundary == Some(boundary) {
            return;
        }
        let Block { scenario, plan, runs, .. } = *block;
        let states = plan.structure.states;
        let purpose = purpose(&[&scenario.models[plan.model].id, "pool"]);
        for (profile, description) in plan.profiles.list.iter().enumerate() {
            let cells = self.first[profile]..self.first[profile + 1];
            let entry = description.enters * scenario.time.cycles_per_year;
            if boundary < entry {
                continue;
            }
            for lane in 0..runs.own {
                let here = &mut self.persons[lane][cells.start * states..cells.end * states];
                if cells.len() == 1 {
                    here.copy_from_slice(left.persons(lane, profile, boundary));
                    continue;
                }
                let mut stream = runs.luck(lane).stream(purpose, profile as u64);
                match self.boundary.filter(|&before| before >= entry) {
                    // Whose cell someone is does not change what happens to them, so at the first moment the cells are
                    // a random division of the profile's people.
                    None => {
                        // Away from the numbers of cycles.
                        stream.jump(STARTS);
                        let mut all = left.persons(lane, profile, boundary).to_vec();
                        for (cell, row) in cells.clone().zip(here.chunks_exact_mut(states)) {
                            take(self.at_entry[lane][cell], &mut all, row, &mut stream);
                        }
                    }
                    Some(before) => {
                        let mut part = left.part(lane, profile);
                        for cycle in before..boundary {
                            stream.jump(cycle as u64 * super::comparator::BLOCKS);
                            let during = part.during(cycle);
                            divide_moves(&plan.structure, during.persons, during.moves, here, &mut stream);
                        }
                    }
                }
            }
        }
        self.boundary = Some(boundary);
    }
}

/// Divides the moves of a profile's pool over its cells (`[cell][state]`).
fn divide_moves(
    structure: &crate::simulate::Structure,
    persons: &[u32],
    moves: &[u32],
    cells: &mut [u32],
    stream: &mut crate::sample::Stream,
) {
    let states = structure.states;
    let mut next = vec![0; cells.len()];
    for state in 0..states {
        let exits = structure.exit_from[state]..structure.exit_from[state + 1];
        let mut outcomes = moves[exits.clone()].to_vec();
        outcomes.push(persons[state] - outcomes.iter().sum::<u32>());
        let mut taken = vec![0; outcomes.len()];
        for (row, next) in cells.chunks_exact(states).zip(next.chunks_exact_mut(states)) {
            taken.fill(0);
            take(row[state], &mut outcomes, &mut taken, stream);
            for (&(to, _), &moved) in structure.exit_list[exits.clone()].iter().zip(&taken) {
                next[to] += moved;
            }
            next[state] += taken[exits.len()];
        }
    }
    cells.copy_from_slice(&next);
}

/// Who enrols at one moment, by lane.
struct Enrolled {
    /// Persons eligible, `[cell][state]`.
    eligible: Vec<Vec<u32>>,
    /// Persons whose deepest step it is, `[cell][step]`.
    deepest: Vec<Vec<u32>>,
    /// Persons turned away from a step, `[cell][step]`.
    turned_away: Vec<Vec<u32>>,
}

fn enrol(
    block: &Block<'_>,
    enrolment: &EnrolmentPlan,
    moment: &Moment,
    pool: &[Lane],
    pools: &Pools,
    memory: &mut Memory,
) -> Result<Enrolled, QuantityError> {
    let Block { scenario, environment, runs, .. } = *block;
    let scratch = &mut memory.expected.scratch;
    let programme = &scenario.programmes[moment.programme];
    let steps = programme.steps.len();
    let invitation = invite(scenario, moment, pool, environment, scratch)?;
    let shares = cascade(scenario, moment, environment, scratch)?.deepest;
    let mut capacities = Vec::with_capacity(steps);
    for step in 0..steps {
        capacities.push(capacity(programme, moment, step, environment, scratch)?);
    }
    let key = |what: &str| moment_purpose(block, moment, what);
    let (inviting, cascading, limiting) = (key("invited"), key("cascade"), key("capacity"));
    let mut enrolled = Enrolled { eligible: Vec::new(), deepest: Vec::new(), turned_away: Vec::new() };
    let mut weights = vec![0.0; steps + 1];
    let mut row = vec![0; steps + 1];
    for lane in 0..runs.own {
        let luck = runs.luck(lane);
        let mut rounding = Rounding::new(luck.stream(inviting, 0).next_uniform());
        let mut deepest = vec![0; enrolment.cells.list.len() * steps];
        for (cell, description) in enrolment.cells.list.iter().enumerate() {
            let eligible = invitation.by_cell[cell][lane];
            let invited = rounding.next(eligible * invitation.fractions[cell][lane]).min(eligible as u64);
            if invited == 0 {
                continue;
            }
            let of_cell = cell * steps..(cell + 1) * steps;
            for (weight, share) in weights.iter_mut().zip(&shares[of_cell.clone()]) {
                *weight = share[lane];
            }
            weights[steps] = (1.0 - weights[..steps].iter().sum::<f64>()).max(0.0);
            row.fill(0);
            let mut stream = luck.stream(cascading, pools.unit(description.profile, cell));
            multinomial(invited as u32, &weights, &mut row, &mut stream);
            deepest[of_cell].copy_from_slice(&row[..steps]);
        }
        let mut turned_away = vec![0; deepest.len()];
        for (step, capacity) in capacities.iter().enumerate() {
            if let Some(capacity) = capacity {
                let mut stream =
                    luck.stream(limiting, crate::sample::hash_of_name(&programme.steps[step].id));
                let places = Rounding::new(stream.next_uniform()).next(capacity[lane]);
                turn_away(programme, step, places, &mut deepest, &mut turned_away, &mut stream);
            }
        }
        enrolled.eligible.push(invitation.eligible.iter().map(|persons| persons[lane] as u32).collect());
        enrolled.deepest.push(deepest);
        enrolled.turned_away.push(turned_away);
    }
    Ok(enrolled)
}

/// The purpose of luck at a moment of enrolment: the ids of the model and the programme, and the year.
fn moment_purpose(block: &Block<'_>, moment: &Moment, what: &str) -> u64 {
    let programme = &block.scenario.programmes[moment.programme];
    let year = programme.enrol.years[moment.position].to_string();
    purpose(&[&block.scenario.models[block.plan.model].id, &programme.id, &year, what])
}

/// Sends whoever comes to a step beyond its places back to the step before, chosen at random.
fn turn_away(
    programme: &Programme,
    step: usize,
    places: u64,
    deepest: &mut [u32],
    turned_away: &mut [u32],
    stream: &mut crate::sample::Stream,
) {
    let steps = programme.steps.len();
    let comes = |at: usize| descends(programme, at % steps, step);
    let mut came: Vec<u32> =
        deepest.iter().enumerate().map(|(at, &people)| if comes(at) { people } else { 0 }).collect();
    let all: u64 = came.iter().map(|&people| u64::from(people)).sum();
    if all <= places {
        return;
    }
    let mut away = vec![0; came.len()];
    take((all - places) as u32, &mut came, &mut away, stream);
    for (at, &people) in away.iter().enumerate().filter(|(_, people)| **people > 0) {
        let cell = at - at % steps;
        deepest[at] -= people;
        turned_away[cell + step] += people;
        if let Some(before) = programme.steps[step].parent {
            deepest[cell + before] += people;
        }
    }
}

/// Follows everyone who enrols at one moment.
fn follow_moment(
    block: &Block<'_>,
    enrolment: &EnrolmentPlan,
    moment: &Moment,
    mut enrolled: Enrolled,
    pools: &mut Pools,
    memory: &mut Memory,
    observer: &mut impl Observer,
) -> Result<(), QuantityError> {
    let Block { scenario, plan, environment, runs, .. } = *block;
    let (structure, time) = (&plan.structure, scenario.time);
    let programme = &scenario.programmes[moment.programme];
    let (steps, states, columns) = (programme.steps.len(), structure.states, structure.columns());
    let cycles = time.cycles() - moment.boundary;
    let watched = cycles.min(programme.counted_for);
    let scratch = &mut memory.expected.scratch;
    let effects = Effects::new(scenario, moment.programme, cycles, &moment.points, environment, scratch)?;
    let CountsMemory { without, with, room, left } = &mut memory.counts;
    without.resize_with(without.len().max(steps), Trajectory::default);
    with.resize_with(with.len().max(steps), Trajectory::default);
    let purposes: Vec<u64> = programme
        .steps
        .iter()
        .map(|step| moment_purpose(block, moment, &format!("step/{}", step.id)))
        .collect();
    let (mut shadow, mut schedules) = (Schedule::default(), vec![Schedule::default(); steps]);
    let mut scheduled = false;
    let mut turned_away = vec![Lane::ZERO; steps];
    // The pool of a profile by lane, without those who have been watched, and whether it holds the cell's.
    let (mut copies, mut copied) = (vec![Vec::new(); runs.own], vec![false; runs.own]);
    for (cell, description) in enrolment.cells.list.iter().enumerate() {
        let of_cell = cell * steps..(cell + 1) * steps;
        let people = |step: usize| enrolled.deepest.iter().map(move |deepest| deepest[cell * steps + step]);
        let anyone: Vec<bool> = (0..steps).map(|step| people(step).any(|n| n > 0)).collect();
        for (step, away) in turned_away.iter_mut().enumerate() {
            *away = Lane::from_fn(|lane| {
                f64::from(enrolled.turned_away[lane.min(runs.own - 1)][of_cell.start + step])
            });
        }
        if !anyone.contains(&true) && turned_away.iter().all(|away| *away == Lane::ZERO) {
            continue;
        }
        if effects.varies() || !scheduled {
            effects.schedule(scenario, structure, None, cell, &mut shadow);
            for (step, schedule) in schedules.iter_mut().enumerate() {
                effects.schedule(scenario, structure, Some(step), cell, schedule);
            }
            scheduled = true;
        }
        let path = plan.grid.path(description.profile);
        room.rows_without.reset(cycles, states, structure.exit_list.len());
        let at = cell * states..(cell + 1) * states;
        // Participants first: who only stays in the pool is watched among those they leave there.
        copied.fill(false);
        let (taking, watching): (Vec<usize>, Vec<usize>) =
            (0..steps).filter(|&step| anyone[step]).partition(|&step| programme.participates(step));
        for step in taking.into_iter().chain(watching) {
            let (without, with) = (&mut without[step], &mut with[step]);
            let takes_part = programme.participates(step);
            let acts = programme.acts(step) && !schedules[step].is_idle();
            let cycles = if takes_part { cycles } else { watched };
            without.reset(moment.boundary, cycles, states, columns);
            if acts {
                with.reset(moment.boundary, cycles, states, columns);
                room.rows_with.reset(cycles, states, structure.exit_list.len());
            }
            for lane in 0..runs.own {
                let people = enrolled.deepest[lane][of_cell.start + step];
                if people == 0 {
                    continue;
                }
                let mut stream =
                    runs.luck(lane).stream(purposes[step], pools.unit(description.profile, cell));
                stream.jump(STARTS);
                room.start.clear();
                room.start.resize(states, 0);
                take(people, &mut enrolled.eligible[lane][at.clone()], &mut room.start, &mut stream);
                let group = Group {
                    block,
                    path,
                    first: moment.boundary,
                    cycles,
                    lane,
                    without: (!shadow.is_idle()).then_some(&shadow),
                    with: acts.then_some(&schedules[step]),
                };
                let mut part = left.part(lane, description.profile);
                if takes_part {
                    for (pool, &leaves) in pools.persons[lane][at.clone()].iter_mut().zip(&room.start) {
                        *pool -= leaves;
                    }
                    room.follow(&group, &mut part, &mut stream, without, with);
                } else {
                    let copy = &mut copies[lane];
                    if !std::mem::replace(&mut copied[lane], true) {
                        part.copy_to(copy);
                    }
                    room.watch(&group, &mut part.with_data(copy), &mut stream, without);
                }
            }
            without.repeat_last(runs.own);
            if acts {
                with.repeat_last(runs.own);
            } else {
                with.clone_from(without);
            }
        }
        observer.cohort(&Cohort {
            model: plan.model,
            programme: moment.programme,
            position: moment.position,
            boundary: moment.boundary,
            cell,
            point: cell,
            points: &moment.points,
            path,
            turned_away: &turned_away,
            people: Followed::Apart { without: &without[..steps], with: &with[..steps], anyone: &anyone },
            effects: &effects,
        })?;
    }
    debug_assert!(runs.own <= LANES);
    Ok(())
}

/// Where the numbers for the states at enrolment stand in a stream: behind those of all cycles.
const STARTS: u64 = 1 << 60;
