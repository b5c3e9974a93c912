//! The comparator of the engine `counts`: every profile as a chain of binomial numbers.

use super::pool::Kept;
use crate::formula::{LANES, Lane};
use crate::sample::{QuantityError, Stream};
use crate::simulate::Observer;
use crate::simulate::chance::exits::Exits;
use crate::simulate::chance::luck::purpose;
use crate::simulate::chance::occurrences::Atoms;
use crate::simulate::chance::people::groups;
use crate::simulate::chance::samplers::multinomial;
use crate::simulate::engine::{Block, Memory};
use crate::simulate::expected::start_shares;
use crate::simulate::trajectory::Trajectory;

/// Blocks of random numbers that each state has in each cycle: what one state uses moves no other state's luck.
pub(super) const BLOCKS: u64 = 1 << 12;
/// Those of a state's events come behind those of its moves.
pub(super) const EVENTS: u64 = 1 << 11;
/// And those that say which moves a node counts behind both.
pub(super) const TALLY: u64 = EVENTS + (1 << 10);

/// The people of the comparator, as cohorts need them.
#[derive(Clone, Debug, Default)]
pub struct Present {
    /// Nothing where nobody enrols.
    pub(super) kept: Kept,
    /// Whole persons of each population group, by lane.
    pub(super) groups: Vec<Vec<u32>>,
    /// Whole persons of each profile at entry, by lane.
    pub(super) persons: Vec<Vec<u32>>,
}

/// Follows the comparator and reports each profile; `wanted` tells at which boundaries someone enrols.
///
/// # Errors
/// Start shares that cannot be evaluated or do not sum to 1.
pub fn comparator(
    block: &Block<'_>,
    wanted: &[bool],
    memory: &mut Memory,
    observer: &mut impl Observer,
) -> Result<Present, QuantityError> {
    let Block { scenario, plan, environment, runs, .. } = *block;
    let (time, states) = (scenario.time, plan.structure.states);
    let scratch = &mut memory.expected.scratch;
    let expected = plan.profiles.persons(scenario, environment, scratch)?;
    let starts = start_shares(scenario, plan, environment, scratch)?;
    let name = &scenario.models[plan.model].id;
    let (starting, moving) = (purpose(&[name, "start"]), purpose(&[name, "comparator"]));
    let mut present = Present::default();
    for lane in 0..runs.own {
        let luck = runs.luck(lane);
        let groups = groups(scenario, &luck);
        present.persons.push(plan.families.persons(&plan.profiles, name, &groups, &expected, lane, &luck));
        present.groups.push(groups);
    }
    let first_kept = wanted.iter().position(|&wanted| wanted).filter(|&boundary| boundary < time.cycles());
    if let Some(from) = first_kept {
        let profiles = plan.profiles.list.len();
        present.kept = Kept::new(&plan.structure, &plan.occurrences, profiles, from, time.cycles());
    }
    let memory = &mut memory.counts;
    memory.without.resize_with(memory.without.len().max(1), Trajectory::default);
    let trajectory = &mut memory.without[0];
    let mut chain = Chain::default();
    let mut weights = vec![0.0; states];
    for (index, profile) in plan.profiles.list.iter().enumerate() {
        let first = profile.enters * time.cycles_per_year;
        trajectory.reset(first, time.cycles() - first, states, plan.structure.columns());
        chain.start(runs.own, states);
        for lane in 0..runs.own {
            let luck = runs.luck(lane);
            for (weight, share) in weights.iter_mut().zip(&starts[index * states..]) {
                *weight = share[lane];
            }
            let people = present.persons[lane][index];
            multinomial(people, &weights, &mut chain.now[lane], &mut luck.stream(starting, index as u64));
            chain.streams.push(luck.stream(moving, index as u64));
        }
        chain.follow(block, index, first_kept.map(|_| &mut present.kept), trajectory);
        trajectory.repeat_last(runs.own);
        observer.comparator(plan.model, index, plan.grid.path(index), trajectory);
    }
    debug_assert!(runs.own <= LANES);
    Ok(present)
}

/// Room for following one profile, all lanes side by side: what they read of a cycle is read once.
#[derive(Debug, Default)]
struct Chain {
    /// By lane and state.
    now: Vec<Vec<u32>>,
    next: Vec<u32>,
    /// By lane.
    streams: Vec<Stream>,
    exits: Exits,
    atoms: Atoms,
    moves: Vec<u32>,
    happened: Vec<u32>,
    tally: Vec<u32>,
}

impl Chain {
    /// Nobody anywhere.
    fn start(&mut self, lanes: usize, states: usize) {
        self.now.resize_with(lanes, Vec::new);
        for now in &mut self.now {
            now.clear();
            now.resize(states, 0);
        }
        self.next.clear();
        self.next.resize(states, 0);
        self.streams.clear();
    }

    /// Follows the people in `now` from the start of the trajectory.
    fn follow(
        &mut self,
        block: &Block<'_>,
        profile: usize,
        mut kept: Option<&mut Kept>,
        trajectory: &mut Trajectory,
    ) {
        let (structure, occurrences) = (&block.plan.structure, &block.plan.occurrences);
        let (states, columns, first) = (trajectory.states, trajectory.columns, trajectory.first);
        let path = block.plan.grid.path(profile);
        self.moves.clear();
        self.moves.resize(structure.exit_list.len(), 0);
        self.happened.clear();
        self.happened.resize(occurrences.len(), 0);
        for (lane, now) in self.now.iter().enumerate() {
            for (row, &people) in trajectory.persons.iter_mut().zip(now) {
                row[lane] = f64::from(people);
            }
        }
        for cycle in 0..trajectory.cycles {
            let absolute = first + cycle;
            let counts = &mut trajectory.counts[cycle * columns..(cycle + 1) * columns];
            let persons = &mut trajectory.persons[(cycle + 1) * states..(cycle + 2) * states];
            for lane in 0..self.now.len() {
                self.cycle(block, absolute, path[absolute] as usize, lane, counts);
                let now = &mut self.now[lane];
                if let Some(kept) = &mut kept
                    && absolute >= kept.from()
                {
                    let during = kept.during(lane, profile, absolute);
                    during.persons.copy_from_slice(now);
                    during.moves.copy_from_slice(&self.moves);
                    during.atoms.copy_from_slice(&self.happened);
                }
                std::mem::swap(now, &mut self.next);
                for (row, &people) in persons.iter_mut().zip(&*now) {
                    row[lane] = f64::from(people);
                }
            }
        }
    }

    /// Follows one lane through one cycle: from `now` to `next`.
    fn cycle(&mut self, block: &Block<'_>, cycle: usize, point: usize, lane: usize, counts: &mut [Lane]) {
        let (structure, occurrences) = (&block.plan.structure, &block.plan.occurrences);
        let (rates, states) = (block.rates, structure.states);
        let hazards = rates.exit_hazards(point);
        self.next.fill(0);
        self.moves.fill(0);
        self.happened.fill(0);
        let stream = &mut self.streams[lane];
        for state in 0..states {
            let people = self.now[lane][state];
            if people == 0 {
                continue;
            }
            let exits = structure.exit_from[state]..structure.exit_from[state + 1];
            let events = occurrences.of(state);
            if exits.is_empty() && events.is_empty() {
                self.next[state] += people;
                continue;
            }
            let address = (cycle * states + state) as u64 * BLOCKS;
            stream.jump(address);
            let (time, staying) = (rates.time_at_risk(point, state), rates.staying(point, state));
            self.exits.read(&hazards[exits.clone()], time, staying, lane);
            let moves = &mut self.moves[exits.clone()];
            let stayers = self.exits.draw(people, moves, stream);
            self.next[state] += stayers;
            if stayers < people {
                for (&(to, column), &moved) in structure.exit_list[exits].iter().zip(&*moves) {
                    self.next[to] += moved;
                    if column != usize::MAX {
                        counts[column][lane] += f64::from(moved);
                    }
                }
            }
            if events.is_empty() {
                continue;
            }
            let own = rates.event_rates(point, state);
            occurrences.atoms(state, |event| own[event][lane], &mut self.atoms);
            let length = block.scenario.time.cycle_length();
            let at_risk = self.exits.at_risk(stayers, people - stayers, length);
            let happened = &mut self.happened[events];
            stream.jump(address + EVENTS);
            occurrences.draw(&self.atoms, at_risk, stream, happened);
            stream.jump(address + TALLY);
            occurrences.tally(&self.atoms, happened, moves, stream, &mut self.tally, |event, n| {
                counts[event][lane] += f64::from(n);
            });
        }
    }
}
