//! The people of the comparator.
//!
//! Runs and parts of a profile's people are followed on any thread; what they add up are whole numbers, whose sum does
//! not depend on the order.

use super::clocks::{Clocks, Layout, parts};
use super::pairs::Along;
use super::paths::Paths;
use super::people::{People, families, name};
use super::sojourns::{self, Move};
use super::tally::{Pool, Tally, events_of_all};
use super::{Memory, OfRun, Present};
use crate::formula::Lane;
use crate::sample::QuantityError;
use crate::simulate::Observer;
use crate::simulate::chance::luck::{Luck, purpose};
use crate::simulate::engine::{Block, Memory as AllMemory};
use crate::simulate::expected::start_shares;
use crate::simulate::structure::Structure;
use rayon::prelude::*;

/// Persons of a profile that are followed together on a thread.
const CHUNK: usize = 1 << 14;

/// One run of the comparator, in whole numbers.
struct Counted {
    /// Persons at entry, `[profile][state]`.
    start: Vec<u32>,
    /// Ends of sojourns, profile by profile, by entry of its layout.
    ends: Vec<u32>,
    /// First entry of each profile in `ends`.
    from: Vec<usize>,
    /// Lives, where someone enrols later.
    paths: Option<Paths>,
}

/// What all runs of a block share.
struct Shared<'a> {
    block: &'a Block<'a>,
    /// Number of each profile's family in random streams.
    families: Vec<u64>,
    /// Layout by year of entry, where someone enters then.
    layouts: Vec<Option<Layout>>,
    parts: &'a [Lane],
    /// Persons of each profile.
    persons: Vec<Lane>,
    /// Start shares by profile and state.
    starts: Vec<Lane>,
    /// Whether someone enrols later.
    keep: bool,
}

/// Follows the comparator and reports each profile; keeps the persons if someone enrols at any boundary.
///
/// # Errors
/// Start shares that cannot be evaluated or do not sum to 1.
pub(super) fn comparator(
    block: &Block<'_>,
    wanted: &[bool],
    memory: &mut AllMemory,
    observer: &mut impl Observer,
) -> Result<Present, QuantityError> {
    let (scenario, plan) = (block.scenario, block.plan);
    let (time, structure) = (scenario.time, &plan.structure);
    let scratch = &mut memory.expected.scratch;
    let persons = plan.profiles.persons(scenario, block.environment, scratch)?;
    let starts = start_shares(scenario, plan, block.environment, scratch)?;
    let Memory { parts: buffer, trajectory, room, tally, .. } = &mut memory.individual;
    parts(structure, block.rates, plan.grid.points.len(), time.cycle_length(), buffer);
    let mut layouts: Vec<Option<Layout>> = vec![None; time.years];
    for profile in &plan.profiles.list {
        let cycles = time.cycles() - profile.enters * time.cycles_per_year;
        layouts[profile.enters].get_or_insert_with(|| Layout::new(structure, cycles));
    }
    let keep = wanted.contains(&true);
    let shared =
        Shared { block, families: families(scenario, plan), layouts, parts: buffer, persons, starts, keep };
    let runs: Vec<Counted> = (0..block.runs.own).into_par_iter().map(|lane| shared.follow(lane)).collect();
    let lucks: Vec<Luck> = (0..runs.len()).map(|lane| block.runs.luck(lane)).collect();
    let events = purpose(&["events", &scenario.models[plan.model].id]);
    let mut pools: Vec<Vec<Pool>> = vec![Vec::new(); runs.len()];
    for (index, profile) in plan.profiles.list.iter().enumerate() {
        let Some(layout) = &shared.layouts[profile.enters] else { continue };
        let first = profile.enters * time.cycles_per_year;
        let path = &plan.grid.path(index)[first..];
        let along = Along { structure, rates: block.rates, path, changes: None };
        let number = name(scenario, profile, true);
        trajectory.reset(first, layout.cycles, structure.states, structure.columns());
        for (lane, run) in runs.iter().enumerate() {
            let start = &run.start[index * structure.states..(index + 1) * structure.states];
            let ends = &run.ends[run.from[index]..run.from[index] + layout.after.len()];
            let last = tally_of(structure, layout, start, ends, tally);
            tally.write(structure, &last, lane, trajectory);
            let stream = lucks[lane].stream(events, number);
            let length = time.cycle_length();
            let happened =
                events_of_all(&plan.occurrences, &along, length, tally, &stream, lane, room, trajectory);
            if keep {
                pools[lane].push(Pool { tally: tally.clone(), happened });
            }
        }
        trajectory.repeat_last(runs.len());
        observer.comparator(plan.model, index, plan.grid.path(index), trajectory);
    }
    let runs = runs.into_iter().zip(pools);
    let runs =
        runs.filter_map(|(run, pools)| Some(OfRun { paths: run.paths?, pools, pasts: Vec::new() })).collect();
    Ok(Present { runs, ..Present::default() })
}

impl Shared<'_> {
    /// Follows the people of one run.
    fn follow(&self, lane: usize) -> Counted {
        let Block { scenario, plan, runs, .. } = *self.block;
        let (structure, time) = (&plan.structure, scenario.time);
        let luck = runs.luck(lane);
        let people = People::draw(scenario, plan, &self.families, &luck, lane, &self.persons, &self.starts);
        let profiles = plan.profiles.list.len();
        let (mut start, mut ends, mut from) =
            (vec![0; profiles * structure.states], Vec::new(), Vec::with_capacity(profiles));
        for (index, profile) in plan.profiles.list.iter().enumerate() {
            from.push(ends.len());
            let Some(layout) = &self.layouts[profile.enters] else { continue };
            ends.resize(ends.len() + layout.after.len(), 0);
            for person in people.of(index) {
                start[index * structure.states + usize::from(person.state)] += 1;
            }
        }
        let purpose = purpose(&["sojourns", &scenario.models[plan.model].id]);
        let mut clocks = Clocks::default();
        let mut moves = Vec::new();
        for index in 0..profiles {
            let stream = luck.stream(purpose, self.families[index]);
            let of_profile = people.of(index);
            let enters = plan.profiles.list[index].enters;
            let Some(layout) = self.layouts[enters].as_ref().filter(|_| !of_profile.is_empty()) else {
                continue;
            };
            let path = &plan.grid.path(index)[enters * time.cycles_per_year..];
            clocks.fill(structure, path, self.parts, lane);
            let ends = &mut ends[from[index]..from[index] + layout.after.len()];
            if of_profile.len() <= 2 * CHUNK {
                let before = people.from[index] as u32;
                self.sojourns(layout, &clocks, &stream, of_profile, before, ends, &mut moves);
                continue;
            }
            let chunks: Vec<(Vec<u32>, Vec<Move>)> = of_profile
                .par_chunks(CHUNK)
                .enumerate()
                .map(|(chunk, people_of_chunk)| {
                    let (mut ends, mut moves) = (vec![0; layout.after.len()], Vec::new());
                    let before = (people.from[index] + chunk * CHUNK) as u32;
                    self.sojourns(layout, &clocks, &stream, people_of_chunk, before, &mut ends, &mut moves);
                    (ends, moves)
                })
                .collect();
            for (of_chunk, mut moves_of_chunk) in chunks {
                for (sum, n) in ends.iter_mut().zip(of_chunk) {
                    *sum += n;
                }
                moves.append(&mut moves_of_chunk);
            }
        }
        let paths = self.keep.then(|| Paths::new(people, &moves));
        Counted { start, ends, from, paths }
    }

    #[allow(clippy::too_many_arguments)]
    fn sojourns(
        &self,
        layout: &Layout,
        clocks: &Clocks,
        stream: &crate::sample::Stream,
        people: &[sojourns::Person],
        before: u32,
        ends: &mut [u32],
        moves: &mut Vec<Move>,
    ) {
        if self.keep {
            let from = moves.len();
            sojourns::follow_each(layout, clocks, stream, people, ends, moves);
            for step in &mut moves[from..] {
                step.person += before;
            }
        } else {
            sojourns::follow(layout, clocks, stream, people, ends);
        }
    }
}

/// The tally of people of whom `start` are in each state at first, and whose sojourns end as `ends` says; returns
/// who is where at the last boundary.
fn tally_of(
    structure: &Structure,
    layout: &Layout,
    start: &[u32],
    ends: &[u32],
    tally: &mut Tally,
) -> Vec<u32> {
    tally.reset(structure, layout.cycles);
    let mut now: Vec<u32> = start.to_vec();
    for cycle in 0..layout.cycles {
        tally.set_persons(cycle, &now);
        for (state, exits) in structure.exits.iter().enumerate() {
            if exits.is_empty() {
                continue;
            }
            let from = layout.entry(state, cycle, 0);
            let leavers = &ends[from..from + exits.len()];
            tally.set_leavers(cycle, structure.exit_from[state], leavers);
            for (exit, &moved) in exits.iter().zip(leavers) {
                now[state] -= moved;
                now[exit.to] += moved;
            }
        }
    }
    now
}
