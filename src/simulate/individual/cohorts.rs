//! The cohorts of a strategy: who enrols, and both lives of everybody who does.

use super::books::{Books, Pasts};
use super::by_person::{self, Enrolled};
use super::invite::{Candidate, Chosen, Moment};
use super::pairs::{self, Along, Changed, Lucks, Together};
use super::people::{families, name};
use super::rows::{Rows, asked};
use super::tally::{EventsOfPairs, Pool, Room};
use super::trace::Recorder;
use super::{OfRun, Present};
use crate::formula::{LANES, Lane, Scratch};
use crate::sample::{QuantityError, hash_of_name};
use crate::simulate::chance::luck::purpose;
use crate::simulate::effects::{Effects, Schedule};
use crate::simulate::engine::{Block, Memory as AllMemory};
use crate::simulate::enrolment::{Moment as Enrolling, capacity, cascade, invite};
use crate::simulate::expected::EnrolmentPlan;
use crate::simulate::trajectory::Trajectory;
use crate::simulate::{Cohort, Followed, Observer};

/// Memory that is kept from block to block.
#[derive(Debug, Default)]
pub(super) struct Memory {
    without: Vec<Trajectory>,
    with: Vec<Trajectory>,
    schedules: Vec<Schedule>,
    shadow_schedule: Schedule,
    changed: Changed,
    shadow_changed: Changed,
    pairs: pairs::Room,
    together: Together,
    room: Room,
    books: Books,
    pasts: Pasts,
}

/// One run, as enrolment goes on.
struct Going<'a> {
    of_run: &'a OfRun,
    /// Persons of each cell.
    cells: Vec<Vec<u32>>,
    /// Whether somebody takes part already.
    taken: Vec<bool>,
    /// What is left of the comparator's people, by profile, where somebody was taken out.
    pools: Vec<Option<Pool>>,
}

/// Those of a row whose deepest step it is.
struct Step<'a> {
    moment: &'a Enrolling,
    cell: usize,
    step: usize,
    /// For how long they are followed.
    cycles: usize,
}

/// What all moments of a strategy share.
pub(super) struct Strategy<'a> {
    pub block: &'a Block<'a>,
    pub present: &'a Present,
    pub enrolment: &'a EnrolmentPlan,
    families: Vec<u64>,
    /// Number of each cell in random streams.
    pub cells: Vec<u64>,
}

/// Enrols and follows the cohorts of a strategy, and reports each.
///
/// # Errors
/// A quantity of the programmes outside its range, with its place.
pub(super) fn cohorts(
    block: &Block<'_>,
    enrolment: &EnrolmentPlan,
    present: &Present,
    memory: &mut AllMemory,
    observer: &mut impl Observer,
) -> Result<(), QuantityError> {
    let (scenario, plan) = (block.scenario, block.plan);
    let shares = enrolment.cells.shares(scenario, block.environment, &mut memory.expected.scratch)?;
    let cells = enrolment.cells.list.iter().map(|cell| {
        let labels = scenario.variables.labels_of(&cell.variables).iter();
        let labels: String = labels.map(|value| format!("/{value}")).collect();
        hash_of_name(&format!("{}{labels}", name(scenario, &plan.profiles.list[cell.profile], true)))
    });
    let strategy =
        Strategy { block, present, enrolment, families: families(scenario, plan), cells: cells.collect() };
    let mut runs: Vec<Going<'_>> = present
        .runs
        .iter()
        .enumerate()
        .map(|(lane, of_run)| {
            let people = &of_run.paths.people;
            let luck = block.runs.luck(lane);
            Going {
                of_run,
                cells: people.cells(scenario, plan, &enrolment.cells, &luck, lane, &shares),
                taken: vec![false; people.list.len()],
                pools: vec![None; plan.profiles.list.len()],
            }
        })
        .collect();
    if let (Some(recorder), Some(run)) = (&mut memory.individual.recorder, present.runs.first()) {
        recorder.of(run.paths.people.list.len());
    }
    memory.individual.cohorts.books = Books::new(scenario, plan.model, plan.grid.points.len());
    memory.individual.cohorts.pasts = present.pasts.clone();
    for moment in &enrolment.moments {
        strategy.enrol(moment, &mut runs, memory, observer)?;
    }
    Ok(())
}

impl Strategy<'_> {
    fn enrol(
        &self,
        moment: &Enrolling,
        runs: &mut [Going<'_>],
        memory: &mut AllMemory,
        observer: &mut impl Observer,
    ) -> Result<(), QuantityError> {
        let Block { scenario, plan, environment, .. } = *self.block;
        let programme = &scenario.programmes[moment.programme];
        let (states, steps) = (plan.structure.states, programme.steps.len());
        let scratch = &mut memory.expected.scratch;
        let by_cell: Vec<Vec<Vec<Candidate>>> =
            runs.iter().map(|run| self.candidates(run, moment.boundary)).collect();
        // Where the programme looks at what only persons have, each of them stands for themselves.
        let asked = asked(scenario, moment.programme);
        let rows = if asked.is_empty() {
            let cells = (0..self.cells.len()).collect();
            Rows { moment: moment.clone(), moment_of_cells: moment.clone(), cells, people: by_cell }
        } else {
            self.rows(moment, &asked, by_cell)
        };
        let mut pool = vec![Lane::ZERO; rows.cells.len() * states];
        for (lane, people) in rows.people.iter().enumerate() {
            for (row, here) in people.iter().enumerate() {
                for candidate in here {
                    pool[row * states + usize::from(candidate.state)][lane] += 1.0;
                }
            }
        }
        // Lanes behind the last run repeat it, so that no formula sees a pool of nobody there.
        for persons in &mut pool {
            let last = persons[runs.len() - 1];
            persons.0[runs.len()..].fill(last);
        }
        let invitation = invite(scenario, &rows.moment, &pool, environment, scratch)?;
        let reaching = cascade(scenario, &rows.moment, environment, scratch)?;
        let capacities = (0..steps)
            .map(|step| capacity(programme, moment, step, environment, scratch))
            .collect::<Result<Vec<_>, _>>()?;
        let mut chosen: Vec<Chosen> = rows
            .people
            .iter()
            .enumerate()
            .map(|(lane, people)| {
                let luck = self.block.runs.luck(lane);
                Moment { programme, states, boundary: moment.boundary, luck, lane }.choose(
                    &invitation,
                    &reaching,
                    &capacities,
                    people,
                )
            })
            .collect();
        let rows = if asked.is_empty() { rows } else { self.close_ranks(&rows, &asked, &mut chosen, steps) };
        let cycles = scenario.time.cycles() - moment.boundary;
        let points = &rows.moment.points;
        let effects = Effects::new(scenario, moment.programme, cycles, points, environment, scratch)?;
        self.follow(&rows, &chosen, &effects, runs, memory, observer)
    }

    /// Everybody of each cell who is there, alive and no participant.
    fn candidates(&self, run: &Going<'_>, boundary: usize) -> Vec<Vec<Candidate>> {
        let Block { scenario, plan, .. } = *self.block;
        let paths = &run.of_run.paths;
        let cells = self.enrolment.cells.list.iter().zip(&run.cells);
        cells
            .map(|(cell, persons)| {
                let first = plan.profiles.list[cell.profile].enters * scenario.time.cycles_per_year;
                if boundary < first {
                    return Vec::new();
                }
                let there = persons.iter().filter(|&&person| !run.taken[person as usize]);
                there
                    .filter_map(|&person| {
                        let state = paths.state_at(person as usize, boundary - first);
                        plan.structure.alive[state].then(|| Candidate {
                            person,
                            number: paths.people.list[person as usize].number,
                            family: self.families[cell.profile],
                            state: state as u16,
                        })
                    })
                    .collect()
            })
            .collect()
    }

    /// Follows everybody who came to a step, row by row.
    fn follow(
        &self,
        rows: &Rows,
        chosen: &[Chosen],
        effects: &Effects,
        runs: &mut [Going<'_>],
        memory: &mut AllMemory,
        observer: &mut impl Observer,
    ) -> Result<(), QuantityError> {
        let Block { scenario, plan, .. } = *self.block;
        let (structure, moment) = (&plan.structure, &rows.moment);
        let programme = &scenario.programmes[moment.programme];
        let steps = programme.steps.len();
        let AllMemory { expected, individual, .. } = memory;
        let super::Memory { cohorts: memory, recorder, .. } = individual;
        memory.without.resize_with(steps, Trajectory::default);
        memory.with.resize_with(steps, Trajectory::default);
        memory.schedules.resize_with(steps, Schedule::default);
        let mut scheduled = false;
        let mut anyone = vec![false; steps];
        for (row, &cell) in rows.cells.iter().enumerate() {
            let of_row = row * steps..(row + 1) * steps;
            let mut turned_away = vec![Lane::ZERO; steps];
            anyone.fill(false);
            for (lane, chosen) in chosen.iter().enumerate() {
                for (step, at) in of_row.clone().enumerate() {
                    turned_away[step][lane] = f64::from(chosen.turned_away[at]);
                    anyone[step] |= !chosen.members[at].is_empty();
                }
            }
            for persons in &mut turned_away {
                let last = persons[chosen.len() - 1];
                persons.0[chosen.len()..LANES].fill(last);
            }
            if !anyone.contains(&true) && turned_away.iter().all(|&persons| persons == Lane::ZERO) {
                continue;
            }
            if effects.varies() || !scheduled {
                effects.schedule(scenario, structure, None, row, &mut memory.shadow_schedule);
                for (step, schedule) in memory.schedules.iter_mut().enumerate() {
                    effects.schedule(scenario, structure, Some(step), row, schedule);
                }
                scheduled = true;
            }
            for step in (0..steps).filter(|&step| anyone[step]) {
                let members: Vec<&[u32]> =
                    chosen.iter().map(|chosen| &chosen.members[row * steps + step][..]).collect();
                let mut recorder = recorder.as_mut().filter(|_| programme.participates(step));
                if let Some(recorder) = &mut recorder {
                    recorder.joining(moment.programme, step, moment.boundary);
                }
                let going = Step { moment, cell, step, cycles: self.cycles(moment, step) };
                if by_person::is_needed(self.block) {
                    let scratch = &mut expected.scratch;
                    self.follow_persons(&going, &members, runs, memory, scratch, recorder)?;
                } else {
                    self.follow_step(&going, &members, runs, memory, recorder);
                }
            }
            observer.cohort(&Cohort {
                model: plan.model,
                programme: moment.programme,
                position: moment.position,
                boundary: moment.boundary,
                cell,
                point: row,
                points: &moment.points,
                path: plan.grid.path(self.enrolment.cells.list[cell].profile),
                turned_away: &turned_away,
                people: Followed::Apart { without: &memory.without, with: &memory.with, anyone: &anyone },
                effects,
            })?;
        }
        Ok(())
    }

    /// Cycles for which those of a step are followed: who does not take part only as far as steps still count them.
    fn cycles(&self, moment: &Enrolling, step: usize) -> usize {
        let all = self.block.scenario.time.cycles() - moment.boundary;
        let programme = &self.block.scenario.programmes[moment.programme];
        if programme.participates(step) { all } else { all.min(programme.counted_for) }
    }

    /// Follows those of a row whose deepest step it is, in all runs, where rates depend on the person.
    fn follow_persons(
        &self,
        going: &Step<'_>,
        members: &[&[u32]],
        runs: &mut [Going<'_>],
        memory: &mut Memory,
        scratch: &mut Scratch,
        recorder: Option<&mut Recorder>,
    ) -> Result<(), QuantityError> {
        let Step { moment, cell, step, cycles } = *going;
        let profile = self.enrolment.cells.list[cell].profile;
        let takes_part = self.block.scenario.programmes[moment.programme].participates(step);
        let Memory { books, pasts, shadow_schedule, schedules, .. } = memory;
        let changes = |schedule| takes_part.then_some(schedule).filter(|s: &&Schedule| !s.is_idle());
        let enrolled = Enrolled {
            block: self.block,
            profile,
            family: self.families[profile],
            boundary: moment.boundary,
            cycles,
            effects: [changes(&*shadow_schedule), changes(&schedules[step])],
        };
        let trajectories = [&mut memory.without[step], &mut memory.with[step]];
        enrolled.follow(self.present, members, books, pasts, scratch, recorder, trajectories)?;
        if takes_part {
            for (members, run) in members.iter().zip(runs) {
                members.iter().for_each(|&member| run.taken[member as usize] = true);
            }
        }
        Ok(())
    }

    /// Follows those of a cell whose deepest step it is, in all runs.
    fn follow_step(
        &self,
        going: &Step<'_>,
        members: &[&[u32]],
        runs: &mut [Going<'_>],
        memory: &mut Memory,
        mut recorder: Option<&mut Recorder>,
    ) {
        let Step { moment, cell, step, cycles } = *going;
        let Block { scenario, plan, rates, .. } = *self.block;
        let (time, structure) = (scenario.time, &plan.structure);
        let programme = &scenario.programmes[moment.programme];
        let profile = self.enrolment.cells.list[cell].profile;
        let first = plan.profiles.list[profile].enters * time.cycles_per_year;
        let takes_part = programme.participates(step);
        let (length, path) = (time.cycle_length(), &plan.grid.path(profile)[moment.boundary..]);
        let Memory { changed, shadow_changed, together, .. } = memory;
        let plain = Along { structure, rates, path, changes: None };
        let altered = |schedule, changed| Along { changes: Some((schedule, changed)), ..plain };
        let mut without = plain;
        if takes_part && !memory.shadow_schedule.is_idle() {
            shadow_changed.fill(&plain, &memory.shadow_schedule, cycles, length);
            without = altered(&memory.shadow_schedule, &*shadow_changed);
        }
        let schedule = &memory.schedules[step];
        let mut with = plain;
        if takes_part && !schedule.is_idle() {
            changed.fill(&plain, schedule, cycles, length);
            with = altered(schedule, &*changed);
        }
        let trajectories = [&mut memory.without[step], &mut memory.with[step]];
        let [of_without, of_with] = trajectories;
        of_without.reset(moment.boundary, cycles, structure.states, structure.columns());
        of_with.reset(moment.boundary, cycles, structure.states, structure.columns());
        let model = &scenario.models[plan.model].id;
        let events = purpose(&[model, "events of participants", &programme.id, &programme.steps[step].id]);
        for (lane, (members, run)) in members.iter().zip(runs.iter_mut()).enumerate() {
            let luck = self.block.runs.luck(lane);
            let mut lucks = Lucks {
                with: luck.stream(purpose(&[model, "with"]), self.families[profile]),
                without: luck.stream(purpose(&[model, "without"]), self.families[profile]),
            };
            let mut ends = [vec![0; structure.states], vec![0; structure.states]];
            let [ends_without, ends_with] = &mut ends;
            pairs::follow(
                &run.of_run.paths,
                members,
                (moment.boundary - first, moment.boundary),
                cycles,
                &without,
                &with,
                lane,
                &mut lucks,
                &mut memory.pairs,
                together,
                recorder.as_deref_mut().filter(|_| lane == 0),
                [ends_without, ends_with],
            );
            let nobody = vec![0; structure.states];
            together.same_without.write(structure, ends_without, lane, of_without);
            together.apart_without.write(structure, &nobody, lane, of_without);
            together.same_with.write(structure, ends_with, lane, of_with);
            together.apart_with.write(structure, &nobody, lane, of_with);
            if !takes_part {
                continue;
            }
            for &member in *members {
                run.taken[member as usize] = true;
            }
            let of_run = run.of_run;
            let pool = run.pools[profile].get_or_insert_with(|| of_run.pools[profile].clone());
            let stream = luck.stream(events, self.cells[cell] ^ hash_of_name(&moment.boundary.to_string()));
            let drawing = EventsOfPairs {
                occurrences: &plan.occurrences,
                without,
                with,
                cycle_length: length,
                lane,
                first: moment.boundary - first,
            };
            drawing.draw(together, pool, &stream, &mut memory.room, [of_without, of_with]);
        }
        of_without.repeat_last(members.len());
        of_with.repeat_last(members.len());
    }
}
