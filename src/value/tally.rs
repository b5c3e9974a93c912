//! People who are priced alike, counted together before they are priced.
//!
//! A price that differs by age, sex, label or class must be applied before people who pay different prices are
//! added up. Those who pay the same at every moment are added up first and priced once; simulation shows people in
//! the order of their age, so that one tally at a time is enough.

use super::functionals::Functionals;
use crate::formula::{Lane, lane_by_lane};
use crate::simulate::Trajectory;
use multiversion::multiversion;

/// Sums over people who were followed over the same cycles and are priced alike in each.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// First cycle.
    pub first: usize,
    /// Number of cycles.
    pub cycles: usize,
    /// Point of each cycle at which a price is read.
    pub path: Vec<u32>,
    columns: usize,
    states: usize,
    /// Occurrences, `[cycle][column]`.
    counts: Vec<Lane>,
    /// People, `[boundary][state]`.
    persons: Vec<Lane>,
    /// What risk factors add to utility, `[cycle][start, end]`; empty where they add nothing.
    quality: Vec<Lane>,
}

impl Tally {
    /// Whether people of a trajectory and path may be added to those who are there.
    pub fn fits(&self, functionals: &Functionals, trajectory: &Trajectory, path: &[u32]) -> bool {
        let class = |&point: &u32| functionals.price_classes[point as usize];
        (self.first, self.cycles, self.columns, self.states)
            == (trajectory.first, trajectory.cycles, trajectory.columns, trajectory.states)
            && self.path.iter().map(class).eq(cycles_of(trajectory, path).iter().map(class))
    }

    /// Nobody yet, for people as in a trajectory and path.
    pub fn begin(&mut self, trajectory: &Trajectory, path: &[u32]) {
        (self.first, self.cycles) = (trajectory.first, trajectory.cycles);
        (self.columns, self.states) = (trajectory.columns, trajectory.states);
        self.path.clear();
        self.path.extend_from_slice(cycles_of(trajectory, path));
        self.counts.clear();
        self.counts.resize(trajectory.counts.len(), Lane::ZERO);
        self.persons.clear();
        self.persons.resize(trajectory.persons.len(), Lane::ZERO);
        self.quality.clear();
        self.quality.resize(trajectory.quality.len(), Lane::ZERO);
    }

    /// Nobody any more, over no cycles.
    pub fn clear(&mut self) {
        self.cycles = 0;
        self.path.clear();
        self.quality.clear();
    }

    /// Adds `weight` times a trajectory.
    pub fn add(&mut self, trajectory: &Trajectory, weight: Lane) {
        add(&mut self.counts, &trajectory.counts, weight);
        add(&mut self.persons, &trajectory.persons, weight);
        add(&mut self.quality, &trajectory.quality, weight);
    }

    /// Adds `weight` times what one trajectory has more than another: exactly nothing where they are the same.
    pub fn add_difference(&mut self, with: &Trajectory, without: &Trajectory, weight: Lane) {
        add_difference(&mut self.counts, &with.counts, &without.counts, weight);
        add_difference(&mut self.persons, &with.persons, &without.persons, weight);
        add_difference(&mut self.quality, &with.quality, &without.quality, weight);
    }

    /// Occurrences by column in one of its cycles.
    pub fn counts(&self, cycle: usize) -> &[Lane] {
        &self.counts[cycle * self.columns..(cycle + 1) * self.columns]
    }

    /// What risk factors add to utility, `[cycle][start, end]`.
    pub fn quality(&self) -> &[Lane] {
        &self.quality
    }

    /// People by state at the start and at the end of one of its cycles.
    pub fn persons(&self, cycle: usize) -> [&[Lane]; 2] {
        let persons = &self.persons[cycle * self.states..(cycle + 2) * self.states];
        let (start, end) = persons.split_at(self.states);
        [start, end]
    }
}

fn cycles_of<'a>(trajectory: &Trajectory, path: &'a [u32]) -> &'a [u32] {
    &path[trajectory.first..trajectory.first + trajectory.cycles]
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add(sums: &mut [Lane], amounts: &[Lane], weight: Lane) {
    for (sum, &amount) in sums.iter_mut().zip(amounts) {
        *sum += amount * weight;
        lane_by_lane();
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add_difference(sums: &mut [Lane], with: &[Lane], without: &[Lane], weight: Lane) {
    for ((sum, &with), &without) in sums.iter_mut().zip(with).zip(without) {
        *sum += (with - without) * weight;
        lane_by_lane();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One cycle of one state and one event: persons at its start and end, and occurrences.
    fn trajectory(start: f64, end: f64, count: f64) -> Trajectory {
        let mut trajectory = Trajectory::default();
        trajectory.reset(0, 1, 1, 1);
        trajectory.persons.copy_from_slice(&[Lane::splat(start), Lane::splat(end)]);
        trajectory.counts[0] = Lane::splat(count);
        trajectory
    }

    #[test]
    fn half_of_two_falls_less_is_one_fall_less_and_the_same_people_are_no_difference() {
        let (with, without) = (trajectory(10.0, 9.0, 4.0), trajectory(10.0, 9.0, 6.0));
        let mut tally = Tally::default();
        tally.begin(&with, &[0]);
        tally.add_difference(&with, &without, Lane::splat(0.5));
        assert_eq!(tally.counts(0), [Lane::splat(-1.0)]);
        assert_eq!(tally.persons(0), [&[Lane::ZERO][..]; 2]);
    }

    #[test]
    fn a_tally_begins_anew_without_those_who_were_there() {
        let people = trajectory(10.0, 9.0, 6.0);
        let mut tally = Tally::default();
        for _ in 0..2 {
            tally.begin(&people, &[0]);
            tally.add(&people, Lane::ONE);
        }
        assert_eq!(tally.counts(0), [Lane::splat(6.0)]);
    }
}
