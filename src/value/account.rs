//! Accounts: what happened to a group of people, summed over its members cycle by cycle, and what it is worth.

use super::functionals::{Functionals, Prices, Source};
use super::tally::Tally;
use crate::formula::{Lane, lane_by_lane};
use crate::scenario::checked::{Time, WithinCycle};
use crate::simulate::Structure;
use multiversion::multiversion;
use std::cell::RefCell;
use std::sync::Arc;

/// Sums over people, by cycle from 1 January of the start year.
#[derive(Clone, Debug, Default)]
pub struct Account {
    columns: usize,
    states: usize,
    moving: usize,
    first: usize,
    /// `[cycle][occurrences by column, then people at the start by state, then people at the end by state]`.
    counts: Vec<Lane>,
    /// `[cycle][moving figure][occurrences, at the start, at the end]`.
    priced: Vec<Lane>,
}

impl Account {
    /// An empty account of cycles `first`….
    pub fn reset(&mut self, structure: &Structure, functionals: &Functionals, first: usize, cycles: usize) {
        self.columns = structure.columns();
        self.states = structure.states;
        self.moving = functionals.moving_count();
        self.first = first;
        self.counts.clear();
        self.counts.resize((cycles - first) * (self.columns + 2 * self.states), Lane::ZERO);
        self.priced.clear();
        self.priced.resize((cycles - first) * self.moving * 3, Lane::ZERO);
    }

    /// Adds a tally, each cycle times a weight where one is given.
    pub fn add(
        &mut self,
        tally: &Tally,
        functionals: &Functionals,
        prices: &Prices,
        weights: Option<&[Lane]>,
    ) {
        add_counts(self, tally, weights);
        if self.moving > 0 {
            add_moving(self, tally, functionals, prices, weights);
            if let Some(slot) = functionals.moving[functionals.qalys] {
                for cycle in 0..tally.quality().len() / 2 {
                    let weight = weights.map_or(Lane::ONE, |weights| weights[cycle]);
                    let [start, end] = [0, 1].map(|end| tally.quality()[2 * cycle + end] * weight);
                    self.add_figure(tally.first + cycle, slot, [Lane::ZERO, start, end]);
                }
            }
        }
    }

    /// Adds to a moving figure in a cycle: occurrences, at the start, at the end.
    pub fn add_figure(&mut self, cycle: usize, moving: usize, amounts: [Lane; 3]) {
        let at = ((cycle - self.first) * self.moving + moving) * 3;
        for (sum, amount) in self.priced[at..at + 3].iter_mut().zip(amounts) {
            *sum += amount;
        }
    }

    /// Occurrences in a column in a cycle.
    pub fn occurrences(&self, cycle: usize, column: usize) -> Lane {
        self.counts[(cycle - self.first) * (self.columns + 2 * self.states) + column]
    }

    /// People in a state at the start and the end of a cycle.
    pub fn people(&self, cycle: usize, state: usize) -> [Lane; 2] {
        let at = (cycle - self.first) * (self.columns + 2 * self.states) + self.columns + state;
        [self.counts[at], self.counts[at + self.states]]
    }

    /// First cycle.
    pub fn first(&self) -> usize {
        self.first
    }

    /// A figure in a cycle: occurrences, at the start, at the end (the last two per person, not yet times Δt).
    pub fn figure(
        &self,
        functionals: &Functionals,
        prices: &Prices,
        figure: usize,
        cycle: usize,
    ) -> [Lane; 3] {
        let mut sum = [Lane::ZERO; 3];
        if let Some(moving) = functionals.moving[figure] {
            let at = ((cycle - self.first) * self.moving + moving) * 3;
            sum.copy_from_slice(&self.priced[at..at + 3]);
        }
        for &term in &functionals.constant[figure] {
            let price = prices.values[term].at(0);
            match functionals.terms[term].source {
                Source::Column(column) => sum[0] += price * self.occurrences(cycle, column),
                Source::State(state) => {
                    let [start, end] = self.people(cycle, state);
                    sum[1] += price * start;
                    sum[2] += price * end;
                }
            }
        }
        sum
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add_counts(account: &mut Account, tally: &Tally, weights: Option<&[Lane]>) {
    let width = account.columns + 2 * account.states;
    let offset = tally.first - account.first;
    for cycle in 0..tally.cycles {
        let weight = weights.map_or(Lane::ONE, |weights| weights[cycle]);
        let row = &mut account.counts[(offset + cycle) * width..(offset + cycle + 1) * width];
        let (columns, people) = row.split_at_mut(account.columns);
        let (starts, ends) = people.split_at_mut(account.states);
        let [start, end] = tally.persons(cycle);
        for (sums, amounts) in [(columns, tally.counts(cycle)), (starts, start), (ends, end)] {
            for (sum, &amount) in sums.iter_mut().zip(amounts) {
                *sum += amount * weight;
                lane_by_lane();
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn add_moving(
    account: &mut Account,
    tally: &Tally,
    functionals: &Functionals,
    prices: &Prices,
    weights: Option<&[Lane]>,
) {
    let offset = tally.first - account.first;
    for (term, price) in functionals.terms.iter().zip(&prices.values) {
        if !term.varies {
            continue;
        }
        let Some(slot) = functionals.moving[term.figure] else { continue };
        for cycle in 0..tally.cycles {
            let weight = weights.map_or(Lane::ONE, |weights| weights[cycle]);
            let price = price.at(tally.path[cycle] as usize) * weight;
            let at = ((offset + cycle) * account.moving + slot) * 3;
            match term.source {
                Source::Column(column) => account.priced[at] += price * tally.counts(cycle)[column],
                Source::State(state) => {
                    let [start, end] = tally.persons(cycle);
                    account.priced[at + 1] += price * start[state];
                    account.priced[at + 2] += price * end[state];
                }
            }
        }
    }
}

/// Weights of a cycle's figure: undiscounted amount and present value.
///
/// **Time in a state** of a cycle is Δt·½(people at its start after enrolment + people at its end before the
/// next enrolment); each half is discounted at its own boundary, occurrences at the middle of the cycle, with
/// the factor (1+r)^−t. The other two corrections count the start only, or every boundary once.
#[derive(Clone, Debug)]
pub struct Clock {
    cycle_length: f64,
    correction: WithinCycle,
    cycles: usize,
    /// (1+r)^−t at boundaries 0…n.
    boundary: Vec<f64>,
    /// (1+r)^−t in the middle of cycles.
    middle: Vec<f64>,
    /// (1+r)^−t in the middle of calendar years.
    year: Vec<f64>,
}

impl Clock {
    /// Discount factors of a yearly rate.
    pub fn new(time: &Time, rate: f64) -> Self {
        let factor = |t: f64| libm::pow(1.0 + rate, -t);
        let length = time.cycle_length();
        Self {
            cycle_length: length,
            correction: time.within_cycle,
            cycles: time.cycles(),
            boundary: (0..=time.cycles()).map(|c| factor(c as f64 * length)).collect(),
            middle: (0..time.cycles()).map(|c| factor((c as f64 + 0.5) * length)).collect(),
            year: (0..time.years).map(|y| factor(y as f64 + 0.5)).collect(),
        }
    }

    /// The clock of a rate, made once per thread: powers are dear, and every block needs the same few.
    pub fn known(time: &Time, rate: f64) -> Arc<Self> {
        thread_local!(static KNOWN: RefCell<Vec<(Time, u64, Arc<Clock>)>> = const { RefCell::new(Vec::new()) });
        KNOWN.with_borrow_mut(|known| {
            let same = known.iter().find(|(t, r, _)| t == time && *r == rate.to_bits());
            if let Some((_, _, clock)) = same {
                return Arc::clone(clock);
            }
            let clock = Arc::new(Self::new(time, rate));
            if known.len() >= 64 {
                known.clear();
            }
            known.push((*time, rate.to_bits(), Arc::clone(&clock)));
            clock
        })
    }

    /// Whether another clock discounts at the same rate.
    pub fn same_rate(&self, other: &Self) -> bool {
        self.year == other.year
    }
    /// Factor at a boundary.
    pub fn at_boundary(&self, boundary: usize) -> f64 {
        self.boundary[boundary]
    }
    /// Factor in the middle of a calendar year.
    pub fn mid_year(&self, year: usize) -> f64 {
        self.year[year]
    }

    /// Undiscounted amount of a figure in a cycle.
    pub fn amount(&self, [occurrences, start, end]: [Lane; 3], cycle: usize) -> Lane {
        let [at_start, at_end] = self.halves(cycle);
        occurrences + start * at_start + end * at_end
    }

    /// Present value of a figure in a cycle.
    pub fn present(&self, [occurrences, start, end]: [Lane; 3], cycle: usize) -> Lane {
        let [at_start, at_end] = self.halves(cycle);
        occurrences * self.middle[cycle]
            + start * (at_start * self.boundary[cycle])
            + end * (at_end * self.boundary[cycle + 1])
    }

    fn halves(&self, cycle: usize) -> [f64; 2] {
        match self.correction {
            WithinCycle::HalfCycle => [0.5 * self.cycle_length; 2],
            WithinCycle::None => [self.cycle_length, 0.0],
            WithinCycle::EveryBoundary => {
                [self.cycle_length, if cycle + 1 == self.cycles { self.cycle_length } else { 0.0 }]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A constant of one person in a state: weights must sum to n (n + 1 where every boundary counts).
    #[test]
    fn correction_weights_of_a_constant_stream() {
        for (correction, expected) in
            [(WithinCycle::HalfCycle, 5.0), (WithinCycle::None, 5.0), (WithinCycle::EveryBoundary, 6.0)]
        {
            let time = Time { start: 2026, years: 5, cycles_per_year: 1, within_cycle: correction };
            let clock = Clock::new(&time, 0.0);
            let one = [Lane::ZERO, Lane::ONE, Lane::ONE];
            let sum: f64 = (0..5).map(|c| clock.amount(one, c)[0]).sum();
            assert_eq!(sum, expected, "{correction:?}");
        }
    }

    /// Two years, 3%: ½ + 1/1.03 + ½/1.03² = 1.942219…
    #[test]
    fn halves_are_discounted_at_their_own_boundaries() {
        let time = Time { start: 2026, years: 2, cycles_per_year: 1, within_cycle: WithinCycle::HalfCycle };
        let clock = Clock::new(&time, 0.03);
        let one = [Lane::ZERO, Lane::ONE, Lane::ONE];
        let sum = clock.present(one, 0)[0] + clock.present(one, 1)[0];
        assert!((sum - (0.5 + 1.0 / 1.03 + 0.5 / (1.03 * 1.03))).abs() < 1e-15);
    }
}
