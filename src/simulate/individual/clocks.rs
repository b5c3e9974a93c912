//! Cumulative hazards along a profile's path, as tables in which a whole sojourn is found at once.
//!
//! **One clock a sojourn.** A person who is in a state from boundary a on leaves it when the hazard summed since a
//! exceeds E = −ln u, u uniform: so with hazards h_j of the exits that are constant within a cycle of length Δt, and
//! x_c = Δt·Σ h_j, the chance to leave in the first cycle is 1 − e^(−x_a), and the same again in each later one.
//! With H(c) = Σ x up to boundary c, the person leaves in the cycle c with H(c) ≤ H(a) + E < H(c + 1).
//!
//! **The exit on the same clock.** Within a cycle the interval from H(c) to H(c + 1) is divided among the exits: exit
//! k ends at H(c) + y_k, y_k = −ln(1 − (P_1 + … + P_k)) with P_j = (h_j/x)·Δt·(1 − e^(−x)) the chance to leave by exit j.
//! An exponential number that falls in the cycle falls in the part of exit j with chance P_j. So one number
//! decides both when and whereto, and one search in one ascending table finds both.
//! *Example:* two exits with hazards 0.1 and 0.3 in yearly cycles: x = 0.4, 1 − e^(−0.4) = 0.32968; the first has
//! a quarter, y_1 = −ln(1 − 0.08242) = 0.08602, y_2 = 0.4. A person with E = 1.0 passes two cycles (H = 0.8) and
//! has 0.2 left, above 0.08602: leaves in the third cycle by the second exit.
//!
//! **Search.** A guide divides the range of the table in equal buckets and says for each from where to look on:
//! less than one step on average, however many cycles are passed over.

use crate::formula::{Lane, math};
use crate::simulate::Rates;
use crate::simulate::structure::Structure;
use multiversion::multiversion;

/// Buckets of the guide per entry of the table.
const BUCKETS: usize = 8;

/// Number of buckets from which on they are counted: 2⁵² makes a number's last bits whole.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// Where the tables of each state stand, for everyone who is followed for the same number of cycles.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Cycles followed.
    pub cycles: usize,
    /// First entry and number of exits by state.
    pub states: Vec<(u32, u32)>,
    /// What follows each entry: whether the person can move on, the boundary (since the first) and the state.
    pub after: Vec<After>,
}

/// Stands for the next sojourn of somebody who stays to the horizon.
pub(super) const STAYS: u32 = u32::MAX;

/// What follows a sojourn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct After {
    /// Entry at which the next sojourn begins.
    pub begin: u32,
    /// Boundary from which the person is in the next state, counted from the first.
    pub boundary: u32,
    /// The next state.
    pub state: u16,
    /// Position among the exits of the state that was left.
    pub exit: u16,
    /// Whether anybody leaves that state before the horizon.
    pub moves_on: bool,
}

impl Layout {
    /// Places the tables of a model for people who are followed for `cycles` cycles.
    ///
    /// A state with e exits has e entries for each cycle, one for those who stay to the horizon, and one that ends
    /// every search.
    pub fn new(structure: &Structure, cycles: usize) -> Self {
        let mut states = Vec::new();
        let mut from = 0;
        for exits in &structure.exits {
            let exits = exits.len();
            states.push((from as u32, exits as u32));
            from += if exits > 0 { exits * cycles + 2 } else { 0 };
        }
        let mut after = Vec::with_capacity(from);
        for (state, exits) in structure.exits.iter().enumerate().filter(|(_, exits)| !exits.is_empty()) {
            for boundary in 1..=cycles as u32 {
                after.extend(exits.iter().enumerate().map(|(position, exit)| {
                    let (from, exits) = states[exit.to];
                    After {
                        begin: from + boundary * exits,
                        boundary,
                        state: exit.to as u16,
                        exit: position as u16,
                        moves_on: (boundary as usize) < cycles && exits > 0,
                    }
                }));
            }
            let stays = After {
                begin: STAYS,
                boundary: cycles as u32,
                state: state as u16,
                exit: 0,
                moves_on: false,
            };
            after.extend([stays, stays]);
        }
        Self { cycles, states, after }
    }

    /// Whether anybody leaves a state.
    pub fn leaves(&self, state: usize) -> bool {
        self.states[state].1 > 0
    }

    /// Those who leave a state by an exit in a cycle since the first, among the tallies of all entries.
    pub fn entry(&self, state: usize, cycle: usize, exit: usize) -> usize {
        let (from, exits) = self.states[state];
        from as usize + cycle * exits as usize + exit
    }
}

/// Where each exit's part of a cycle ends, from the start of the cycle, at every point: `[point][exit]`.
///
/// The last exit of a state ends at x, the hazard of the whole cycle.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn parts(
    structure: &Structure,
    rates: &Rates,
    points: usize,
    cycle_length: f64,
    parts: &mut Vec<Lane>,
) {
    parts.clear();
    parts.reserve(points * structure.exit_list.len());
    for point in 0..points {
        let hazards = rates.exit_hazards(point);
        for state in 0..structure.states {
            let exits = structure.exit_from[state]..structure.exit_from[state + 1];
            let mut all = Lane::ZERO;
            for &hazard in &hazards[exits.clone()] {
                all += hazard;
            }
            let (x, time) = (all * cycle_length, rates.time_at_risk(point, state));
            let mut sum = Lane::ZERO;
            for exit in exits.clone() {
                sum += hazards[exit];
                let part = if exit + 1 == exits.end { x } else { exponent_of(sum * time).min(x) };
                parts.push(part);
            }
        }
    }
}

/// −ln(1 − p), infinite at p = 1.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
#[inline(never)]
fn exponent_of(p: Lane) -> Lane {
    -math::ln_1p(-p.min(Lane::ONE))
}

/// The tables of one profile in one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Clocks {
    /// Where each entry begins, by [`Layout`].
    begins: Vec<f64>,
    guides: Vec<Guide>,
    guide: Vec<u32>,
}

/// Where a state's guide stands.
#[derive(Clone, Copy, Debug, Default)]
struct Guide {
    from: u32,
    buckets: f64,
    per_hazard: f64,
}

impl Guide {
    /// Bucket of a cumulative hazard: not falling, so that who is in a lower bucket has the lower hazard.
    #[inline(always)]
    fn bucket(&self, hazard: f64) -> usize {
        let bucket = hazard * self.per_hazard;
        let bucket = if bucket < self.buckets { bucket } else { self.buckets };
        // The last bits of 2⁵² + bucket are the bucket, to the nearest: no conversion that looks for overflow.
        ((bucket + WHOLE).to_bits() & 0xffff_ffff) as usize
    }
}

impl Clocks {
    /// Fills the tables for a profile whose points are `path` from its first cycle on, from [`parts`] of lane `lane`.
    pub fn fill(&mut self, structure: &Structure, path: &[u32], parts: &[Lane], lane: usize) {
        self.begins.clear();
        self.guides.clear();
        self.guide.clear();
        let exits = structure.exit_list.len();
        for state in 0..structure.states {
            let of_state = structure.exit_from[state]..structure.exit_from[state + 1];
            if of_state.is_empty() {
                self.guides.push(Guide::default());
                continue;
            }
            let from = self.begins.len();
            let mut all = 0.0;
            self.begins.push(0.0);
            for &point in path {
                let row = &parts[point as usize * exits..(point as usize + 1) * exits];
                let start = all;
                for part in &row[of_state.clone()] {
                    all = start + part[lane];
                    self.begins.push(all);
                }
            }
            self.guide_state(from, all);
            self.begins.push(f64::INFINITY);
        }
    }

    /// Makes the guide of the entries from `from` on, the last of which begins at `all`.
    fn guide_state(&mut self, from: usize, all: f64) {
        let entries = self.begins.len() - from;
        let buckets = (entries * BUCKETS).next_power_of_two();
        let guide = Guide {
            from: self.guide.len() as u32,
            buckets: buckets as f64,
            per_hazard: if all > 0.0 { (buckets as f64 / all).min(f64::MAX) } else { f64::MAX },
        };
        // Bucket b starts at the last entry that begins in a lower bucket.
        let mut filled = 0;
        for (entry, &begin) in self.begins[from..].iter().enumerate() {
            let bucket = guide.bucket(begin);
            while filled <= bucket {
                self.guide.push((from + entry.saturating_sub(1)) as u32);
                filled += 1;
            }
        }
        while filled <= buckets {
            self.guide.push((from + entries - 1) as u32);
            filled += 1;
        }
        self.guides.push(guide);
    }

    /// The entry in which a sojourn in a state ends that begins at entry `begin` and takes the hazard `exponential`.
    #[inline(always)]
    pub fn end(&self, state: usize, begin: u32, exponential: f64) -> usize {
        let hazard = self.begins[begin as usize] + exponential;
        let guide = &self.guides[state];
        let entry = self.guide[guide.from as usize + guide.bucket(hazard)] as usize;
        // The first step without a branch: whether it is needed, nothing can foresee.
        let mut entry = entry + usize::from(self.begins[entry + 1] <= hazard);
        while self.begins[entry + 1] <= hazard {
            entry += 1;
        }
        entry
    }
}

#[cfg(test)]
#[path = "clocks_tests.rs"]
mod tests;
