//! The comparator's people, moves and events by profile and cycle, and what groups leave of them.

use crate::formula::LANES;
use crate::sample::Stream;
use crate::simulate::chance::exits::Exits;
use crate::simulate::chance::occurrences::Occurrences;
use crate::simulate::chance::samplers::{hypergeometric, take};
use crate::simulate::structure::Structure;

/// Whole people of all profiles in each cycle from the first enrolment on: by state at its start, who left by each
/// exit, and how often each atom of events happened. Shape `[lane][profile][cycle][states, exits, atoms]`.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    data: Vec<u32>,
    /// Cycle that comes first.
    from: usize,
    cycles: usize,
    profiles: usize,
    states: usize,
    exits: usize,
    width: usize,
}

/// The part of one profile in one lane.
pub(super) struct Part<'a> {
    data: &'a mut [u32],
    from: usize,
    states: usize,
    exits: usize,
    width: usize,
}

/// One cycle of a part.
pub(super) struct CycleOf<'a> {
    /// Persons by state at the start.
    pub persons: &'a mut [u32],
    /// Who left, by exit of all states.
    pub moves: &'a mut [u32],
    /// Atoms of all states.
    pub atoms: &'a mut [u32],
}

impl Kept {
    /// Room for cycles `from` to `until`, everything zero.
    pub fn new(
        structure: &Structure,
        occurrences: &Occurrences,
        profiles: usize,
        from: usize,
        until: usize,
    ) -> Self {
        let (states, exits) = (structure.states, structure.exit_list.len());
        let width = states + exits + occurrences.len();
        let cycles = until - from;
        Self {
            data: vec![0; LANES * profiles * cycles * width],
            from,
            cycles,
            profiles,
            states,
            exits,
            width,
        }
    }

    /// Becomes the same as another, in the memory it has.
    pub fn copy(&mut self, other: &Self) {
        let mut data = std::mem::take(&mut self.data);
        data.clone_from(&other.data);
        *self = Self { data, ..*other };
    }

    /// A profile in a lane.
    pub fn part(&mut self, lane: usize, profile: usize) -> Part<'_> {
        let size = self.cycles * self.width;
        let at = (lane * self.profiles + profile) * size;
        Part {
            data: &mut self.data[at..at + size],
            from: self.from,
            states: self.states,
            exits: self.exits,
            width: self.width,
        }
    }

    /// First cycle that is kept.
    pub fn from(&self) -> usize {
        self.from
    }

    /// A cycle of a profile in a lane.
    pub fn during(&mut self, lane: usize, profile: usize, cycle: usize) -> CycleOf<'_> {
        let at = ((lane * self.profiles + profile) * self.cycles + cycle - self.from) * self.width;
        split(&mut self.data[at..at + self.width], self.states, self.exits)
    }

    /// Persons of a profile by state at the start of a cycle, in a lane.
    pub fn persons(&self, lane: usize, profile: usize, cycle: usize) -> &[u32] {
        let at = ((lane * self.profiles + profile) * self.cycles + cycle - self.from) * self.width;
        &self.data[at..at + self.states]
    }
}

fn split(row: &mut [u32], states: usize, exits: usize) -> CycleOf<'_> {
    let (persons, rest) = row.split_at_mut(states);
    let (moves, atoms) = rest.split_at_mut(exits);
    CycleOf { persons, moves, atoms }
}

impl Part<'_> {
    /// Copies all cycles to `data`.
    pub fn copy_to(&self, data: &mut Vec<u32>) {
        data.clear();
        data.extend_from_slice(self.data);
    }

    /// The same cycles, in the copy that [`Part::copy_to`] made.
    pub fn with_data<'b>(&self, data: &'b mut [u32]) -> Part<'b> {
        Part { data, from: self.from, states: self.states, exits: self.exits, width: self.width }
    }

    /// A cycle, counted from 1 January of the start year.
    #[inline]
    pub fn during(&mut self, cycle: usize) -> CycleOf<'_> {
        let at = (cycle - self.from) * self.width;
        split(&mut self.data[at..at + self.width], self.states, self.exits)
    }
}

impl CycleOf<'_> {
    /// Takes `people` at random out of those in a state: adds their moves to `moves` (by exit of the state) and the
    /// atoms that happened to them to `atoms`; returns how many stay. `exits` are the comparator's.
    #[allow(clippy::too_many_arguments)]
    pub fn take(
        &mut self,
        structure: &Structure,
        occurrences: &Occurrences,
        state: usize,
        people: u32,
        exits: &Exits,
        cycle_length: f64,
        stream: &mut Stream,
        moves: &mut [u32],
        atoms: &mut [u32],
    ) -> u32 {
        let all = self.persons[state];
        let left = &mut self.moves[structure.exit_from[state]..structure.exit_from[state + 1]];
        let gone: u32 = left.iter().sum();
        let leavers = hypergeometric(u64::from(all), u64::from(gone), u64::from(people), stream) as u32;
        take(leavers, left, moves, stream);
        let pool = &mut self.atoms[occurrences.of(state)];
        if pool.iter().any(|&n| n > 0) {
            let own = exits.at_risk(people - leavers, leavers, cycle_length);
            let share = own / exits.at_risk(all - gone, gone, cycle_length);
            Occurrences::share(share, pool, stream, atoms);
        }
        self.persons[state] -= people;
        people - leavers
    }

    /// Takes `people` at random out of those in a state and adds their moves to `moves`, as [`CycleOf::take`] does but
    /// for the atoms; returns how many stay.
    pub fn take_moves(
        &mut self,
        structure: &Structure,
        state: usize,
        people: u32,
        stream: &mut Stream,
        moves: &mut [u32],
    ) -> u32 {
        let left = &mut self.moves[structure.exit_from[state]..structure.exit_from[state + 1]];
        let gone: u32 = left.iter().sum();
        let all = u64::from(self.persons[state]);
        let leavers = hypergeometric(all, u64::from(gone), u64::from(people), stream) as u32;
        take(leavers, left, moves, stream);
        self.persons[state] -= people;
        people - leavers
    }
}
