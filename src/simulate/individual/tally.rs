//! What whole people did, cycle by cycle, and what happened to them meanwhile.

use super::pairs::{Along, Together};
use crate::formula::Lane;
use crate::sample::Stream;
use crate::simulate::chance::exits::Exits;
use crate::simulate::chance::occurrences::{Atoms, Occurrences};
use crate::simulate::structure::Structure;
use crate::simulate::trajectory::Trajectory;

/// Whole people of one run: how many are in each state at the start of each cycle, and how many leave by each exit.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Cycles.
    pub cycles: usize,
    states: usize,
    exits: usize,
    /// `[cycle][state]`: people who begin the cycle in the state.
    persons: Vec<u32>,
    /// `[cycle][exit]`: people who leave by it, by [`Structure::exit_list`].
    leavers: Vec<u32>,
}

impl Tally {
    /// Nobody.
    pub fn reset(&mut self, structure: &Structure, cycles: usize) {
        (self.cycles, self.states, self.exits) = (cycles, structure.states, structure.exit_list.len());
        self.persons.clear();
        self.persons.resize(cycles * self.states, 0);
        self.leavers.clear();
        self.leavers.resize(cycles * self.exits, 0);
    }
    /// People who begin a cycle in a state.
    #[inline]
    pub fn persons(&self, cycle: usize, state: usize) -> u32 {
        self.persons[cycle * self.states + state]
    }
    /// Leavers of a state in a cycle, by exit.
    #[inline]
    pub fn leavers(&self, structure: &Structure, cycle: usize, state: usize) -> &[u32] {
        let at = cycle * self.exits;
        &self.leavers[at + structure.exit_from[state]..at + structure.exit_from[state + 1]]
    }
    /// Sets who is in each state at the start of a cycle.
    #[inline]
    pub fn set_persons(&mut self, cycle: usize, persons: &[u32]) {
        self.persons[cycle * self.states..(cycle + 1) * self.states].copy_from_slice(persons);
    }
    /// Sets the leavers of a cycle from exit `from` on.
    #[inline]
    pub fn set_leavers(&mut self, cycle: usize, from: usize, leavers: &[u32]) {
        let at = cycle * self.exits + from;
        self.leavers[at..at + leavers.len()].copy_from_slice(leavers);
    }
    /// Adds somebody who begins a cycle in a state and leaves it by an exit, or stays.
    #[inline]
    pub fn add(&mut self, structure: &Structure, cycle: usize, state: usize, exit: Option<usize>) {
        self.persons[cycle * self.states + state] += 1;
        if let Some(exit) = exit {
            self.leavers[cycle * self.exits + structure.exit_from[state] + exit] += 1;
        }
    }
    /// Takes the people of another tally out, whose first cycle is cycle `from` of this one.
    fn take(&mut self, structure: &Structure, cycle: usize, state: usize, other: &Tally, of: usize) {
        self.persons[cycle * self.states + state] -= other.persons(of, state);
        let exits = structure.exit_from[state]..structure.exit_from[state + 1];
        let own = &mut self.leavers[cycle * self.exits..][exits];
        for (left, &gone) in own.iter_mut().zip(other.leavers(structure, of, state)) {
            *left -= gone;
        }
    }

    /// Adds people and moves to a lane of a trajectory; `ends` are the people at its last boundary.
    pub fn write(&self, structure: &Structure, ends: &[u32], lane: usize, trajectory: &mut Trajectory) {
        let all = self.persons.iter().chain(ends);
        for (persons, &n) in trajectory.persons.iter_mut().zip(all) {
            persons[lane] += f64::from(n);
        }
        for (cycle, leavers) in self.leavers.chunks_exact(self.exits.max(1)).enumerate() {
            let counts = &mut trajectory.counts[cycle * trajectory.columns..(cycle + 1) * trajectory.columns];
            for (&(_, column), &moved) in structure.exit_list.iter().zip(leavers) {
                // Moves by events count with the events.
                if let Some(count) = counts.get_mut(column) {
                    count[lane] += f64::from(moved);
                }
            }
        }
    }
}

/// The people of a profile in one run, less those who were taken out: who they are by state and moves, and how often
/// each atom of events happened to them, `[cycle][atom]`.
#[derive(Clone, Debug, Default)]
pub(super) struct Pool {
    pub tally: Tally,
    pub happened: Vec<u32>,
}

/// Memory for drawing events.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    exits: Exits,
    atoms: Atoms,
    changed_exits: Exits,
    changed_atoms: Atoms,
    happened: Vec<u32>,
    happened_with: Vec<u32>,
    sums: Vec<u32>,
}

/// Where in a stream the numbers for a cycle and state stand, and for the last use of them.
fn address(structure: &Structure, cycle: usize, state: usize) -> u64 {
    ((cycle * structure.states + state) as u64) << 32
}
const TALLY: u64 = 1 << 31;

impl Tally {
    /// Person-years at risk of those who begin a cycle in a state.
    fn at_risk(
        &self,
        structure: &Structure,
        cycle: usize,
        state: usize,
        exits: &Exits,
        cycle_length: f64,
    ) -> f64 {
        let left: u32 = self.leavers(structure, cycle, state).iter().sum();
        exits.at_risk(self.persons(cycle, state) - left, left, cycle_length)
    }
}

/// Draws the events of everyone of a profile in one run, and adds them to a lane of `trajectory`; returns how often
/// each atom happened, `[cycle][atom]`.
#[allow(clippy::too_many_arguments)]
pub(super) fn events_of_all(
    occurrences: &Occurrences,
    along: &Along<'_>,
    cycle_length: f64,
    tally: &Tally,
    stream: &Stream,
    lane: usize,
    room: &mut Room,
    trajectory: &mut Trajectory,
) -> Vec<u32> {
    let structure = along.structure;
    let mut all = vec![0; tally.cycles * occurrences.len()];
    let mut stream = stream.clone();
    for cycle in 0..tally.cycles {
        let from = cycle * trajectory.columns;
        let counts = &mut trajectory.counts[from..from + trajectory.columns];
        for state in 0..structure.states {
            if tally.persons(cycle, state) == 0 || structure.events_in[state].is_empty() {
                continue;
            }
            along.exits(cycle, state, lane, &mut room.exits);
            let rate = |event| along.event_rate(cycle, state, event, lane);
            occurrences.atoms(state, rate, &mut room.atoms);
            let time = tally.at_risk(structure, cycle, state, &room.exits, cycle_length);
            let at = address(structure, trajectory.first + cycle, state);
            stream.jump(at);
            let atoms = occurrences.of(state);
            let happened =
                &mut all[cycle * occurrences.len() + atoms.start..cycle * occurrences.len() + atoms.end];
            occurrences.draw(&room.atoms, time, &mut stream, happened);
            stream.jump(at + TALLY);
            let leavers = tally.leavers(structure, cycle, state);
            occurrences.tally(&room.atoms, happened, leavers, &mut stream, &mut room.sums, |event, n| {
                counts[event][lane] += f64::from(n);
            });
        }
    }
    all
}

/// The events of pairs in one run.
pub(super) struct EventsOfPairs<'a> {
    pub occurrences: &'a Occurrences,
    pub without: Along<'a>,
    pub with: Along<'a>,
    pub cycle_length: f64,
    pub lane: usize,
    /// Cycle of the pool in which the pairs begin.
    pub first: usize,
}

impl EventsOfPairs<'_> {
    /// Takes out of the pool what happened to the pairs without the programme, draws what happens with it, and adds
    /// both to a lane of the two trajectories. Pairs whose life without it is not that of the comparator
    /// (`without` has changes) leave the pool their events.
    pub fn draw(
        &self,
        together: &Together,
        pool: &mut Pool,
        stream: &Stream,
        room: &mut Room,
        trajectories: [&mut Trajectory; 2],
    ) {
        let structure = self.without.structure;
        let [without, with] = trajectories;
        let mut stream = stream.clone();
        for cycle in 0..together.same_without.cycles {
            for state in 0..structure.states {
                if structure.events_in[state].is_empty() {
                    continue;
                }
                let from = cycle * without.columns;
                let counts = [
                    &mut without.counts[from..from + without.columns],
                    &mut with.counts[from..from + without.columns],
                ];
                self.draw_state(cycle, state, together, pool, &mut stream, room, counts);
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn draw_state(
        &self,
        cycle: usize,
        state: usize,
        together: &Together,
        pool: &mut Pool,
        stream: &mut Stream,
        room: &mut Room,
        counts: [&mut [Lane]; 2],
    ) {
        let (structure, occurrences, lane) = (self.without.structure, self.occurrences, self.lane);
        let Together { same_without, same_with, apart_without, apart_with } = together;
        let [counts_without, counts_with] = counts;
        let same = same_without.persons(cycle, state) > 0;
        let (apart, other) = (apart_without.persons(cycle, state) > 0, apart_with.persons(cycle, state) > 0);
        if !same && !apart && !other {
            return;
        }
        let at = address(structure, cycle, state);
        stream.jump(at);
        let Room { exits, atoms, changed_exits, changed_atoms, happened, happened_with, sums } = room;
        self.without.exits(cycle, state, lane, exits);
        occurrences.atoms(state, |event| self.without.event_rate(cycle, state, event, lane), atoms);
        self.with.exits(cycle, state, lane, changed_exits);
        occurrences.atoms(state, |event| self.with.event_rate(cycle, state, event, lane), changed_atoms);
        let time =
            |tally: &Tally, exits: &Exits| tally.at_risk(structure, cycle, state, exits, self.cycle_length);
        let of_state = occurrences.of(state);
        let width = of_state.len();
        let in_pool = (self.first + cycle) * occurrences.len();
        let mut from_pool = |tally: &Tally, stream: &mut Stream, happened: &mut Vec<u32>| {
            happened.clear();
            happened.resize(width, 0);
            let own = time(tally, exits);
            if self.without.changes.is_some() {
                occurrences.draw(atoms, own, stream, happened);
                return;
            }
            let all = pool.tally.at_risk(structure, self.first + cycle, state, exits, self.cycle_length);
            let atoms = &mut pool.happened[in_pool + of_state.start..in_pool + of_state.end];
            Occurrences::share((own / all).min(1.0), atoms, stream, happened);
            pool.tally.take(structure, self.first + cycle, state, tally, cycle);
        };
        let tallying = stream.clone();
        let mut count = |atoms: &Atoms, happened: &[u32], moves: &Tally, counts: &mut [Lane]| {
            let moves = moves.leavers(structure, cycle, state);
            let mut stream = tallying.clone();
            stream.jump(at + TALLY);
            occurrences.tally(atoms, happened, moves, &mut stream, sums, |event, n| {
                counts[event][lane] += f64::from(n);
            });
        };
        if same {
            from_pool(same_without, stream, happened);
            happened_with.clear();
            happened_with.resize(width, 0);
            let before = (&*atoms, time(same_without, exits));
            let after = (&*changed_atoms, time(same_with, changed_exits));
            occurrences.follow(before, after, happened, stream, happened_with);
            count(atoms, happened, same_without, counts_without);
            count(changed_atoms, happened_with, same_with, counts_with);
        }
        if apart {
            from_pool(apart_without, stream, happened);
            count(atoms, happened, apart_without, counts_without);
        }
        if other {
            happened_with.clear();
            happened_with.resize(width, 0);
            occurrences.draw(changed_atoms, time(apart_with, changed_exits), stream, happened_with);
            count(changed_atoms, happened_with, apart_with, counts_with);
        }
    }
}
