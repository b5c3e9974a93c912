//! What simulation hands on: persons at boundaries and what happened in between.

use super::dynamics::Altered;
use crate::formula::{LANES, Lane};

/// One group of people followed from a boundary to the horizon, in eight draws at once.
///
/// `persons` holds people by state at boundaries `first, first + 1, …, first + cycles`, shape
/// `[boundary][state]`; `counts` what happened in each cycle, shape `[cycle][column]`: events, then
/// transitions, then deaths by the state they happened in (background and excess, not those that are events; no
/// column for a state in which nobody dies of these).
#[derive(Clone, Debug, Default)]
pub struct Trajectory {
    /// Boundary at which following starts.
    pub first: usize,
    /// Number of cycles followed.
    pub cycles: usize,
    /// Number of states.
    pub states: usize,
    /// Number of count columns.
    pub columns: usize,
    /// Persons, `[boundary][state]`.
    pub persons: Vec<Lane>,
    /// Occurrences, `[cycle][column]`.
    pub counts: Vec<Lane>,
    /// What risk factors add to utility, summed over the people at the start and at the end of each cycle,
    /// `[cycle][start, end]`; empty where they add nothing.
    pub quality: Vec<Lane>,
    /// Room for following.
    pub(super) altered: Altered,
}

/// Gives lanes without a run of their own the numbers of the last of the `own` that have one.
pub(super) fn repeat_last(lanes: &mut [Lane], own: usize) {
    if own < LANES {
        for lane in lanes {
            let last = lane[own - 1];
            lane.0[own..].fill(last);
        }
    }
}

impl Trajectory {
    /// Gives lanes without a run of their own the numbers of the last of the `own` that have one.
    pub(super) fn repeat_last(&mut self, own: usize) {
        for lanes in [&mut self.persons, &mut self.counts, &mut self.quality] {
            repeat_last(lanes, own);
        }
    }

    /// Makes room for following `cycles` cycles from boundary `first`, everything zero.
    pub fn reset(&mut self, first: usize, cycles: usize, states: usize, columns: usize) {
        self.persons.clear();
        self.counts.clear();
        self.make_room(first, cycles, states, columns);
    }

    /// As [`Trajectory::reset`], but what it held before may still be there: for those who write every entry.
    pub fn make_room(&mut self, first: usize, cycles: usize, states: usize, columns: usize) {
        (self.first, self.cycles, self.states, self.columns) = (first, cycles, states, columns);
        self.quality.clear();
        self.persons.resize((cycles + 1) * states, Lane::ZERO);
        self.counts.resize(cycles * columns, Lane::ZERO);
    }

    /// Persons by state at a boundary, counted from 1 January of the start year.
    #[inline]
    pub fn at(&self, boundary: usize) -> &[Lane] {
        let from = (boundary - self.first) * self.states;
        &self.persons[from..from + self.states]
    }

    /// Occurrences by column in a cycle, counted from 1 January of the start year.
    #[inline]
    pub fn during(&self, cycle: usize) -> &[Lane] {
        let from = (cycle - self.first) * self.columns;
        &self.counts[from..from + self.columns]
    }
}
