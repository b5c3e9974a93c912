//! Named points among those that parties could agree on.

use super::Contract;
use super::point::Point;
use super::wants::Wants;
use crate::settle::coalition::{Blocking, Game};
use rayon::prelude::*;
use std::cmp::Ordering;

/// Gains that differ by less than this part of the largest are the same: rounding.
const ROUNDING: f64 = 1e-9;

/// The target by the Shapley value.
#[derive(Clone, Debug, PartialEq)]
pub struct Shapley {
    /// Net present value that each party would have, EUR, by seat.
    pub target: Vec<f64>,
    /// What all together have, EUR.
    pub worth: f64,
    /// Parties that would be better off without the others at the target; `None`: it is stable.
    pub blocking: Option<Blocking>,
    /// What must come from outside before some division satisfies every coalition, EUR.
    pub grant_for_stability: f64,
}

impl Shapley {
    /// The target of a game.
    #[must_use]
    pub fn of(game: &Game) -> Self {
        let target = game.shapley();
        let blocking = game.blocking(&target);
        Self { worth: game.of_all(), grant_for_stability: game.grant_for_stability(), blocking, target }
    }
}

/// Named points, by their position among all.
#[derive(Clone, Debug, PartialEq)]
pub struct Solutions {
    /// By point: it is feasible, and no feasible point is better for a party and worse for none.
    pub frontier: Vec<bool>,
    /// The smallest gain is largest; `None`: nothing is feasible.
    pub max_min: Option<usize>,
    /// The product of gains is largest; `None`: there is no feasible point at which all gain.
    pub nash: Option<usize>,
    /// The largest shortfall is smallest: among feasible points, where all are 0, that of `max_min`.
    pub nearest: usize,
    /// Nearest to the target by the Shapley value, which is that of the contract of the nearest point; `None`: all together
    /// have nothing to divide under it.
    pub shapley: Option<usize>,
    /// Side payments that lead from the nearest point to the target, EUR, by seat: positive is received. They add up to
    /// what all have more at the target than at the point, which comes from parties that are not at the table.
    pub side_payments: Vec<f64>,
    /// The least grant with which parties can agree on one of the points, and the point.
    pub grant: (usize, f64),
    /// What of the costs is not earned back by those who are needed (by all, where none is named so), EUR, by contract:
    /// max(0, C − Σ B_i). Somebody must accept to bear it, one of them, another party, or who gives a grant.
    pub grant_with_side_payments: Vec<f64>,
}

impl Solutions {
    /// Finds them, among points at which the programme is delivered; there is at least one.
    #[must_use]
    pub fn of(points: &[Point], contracts: &[Contract], seats: &[Wants]) -> Self {
        let possible: Vec<usize> = (0..points.len()).filter(|&point| points[point].is_delivered()).collect();
        let feasible: Vec<usize> =
            possible.iter().copied().filter(|&point| points[point].is_feasible()).collect();
        let gains =
            |point: usize| -> Vec<f64> { points[point].parties.iter().map(|party| party.gain).collect() };
        let all = possible.iter().flat_map(|&point| gains(point));
        let slack = ROUNDING * all.fold(0.0_f64, |largest, gain| largest.max(gain.abs()));
        let lexical = |one: &[f64], other: &[f64]| {
            let differs = one.iter().zip(other).find(|(one, other)| (*one - *other).abs() > slack);
            differs.map_or(Ordering::Equal, |(one, other)| one.total_cmp(other))
        };
        let rising = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values
        };
        // Of equals the first.
        let best = |among: &[usize], key: &dyn Fn(usize) -> Vec<f64>| {
            let keys = among.iter().map(|&point| (point, key(point)));
            keys.reduce(|best, next| if lexical(&next.1, &best.1).is_gt() { next } else { best })
                .map(|(p, _)| p)
        };
        let max_min = best(&feasible, &|point| rising(gains(point)));
        let lacks = |point: usize| {
            let shortfalls: Vec<f64> = points[point].parties.iter().map(|party| -party.shortfall).collect();
            rising(shortfalls).into_iter().chain(rising(gains(point))).collect::<Vec<f64>>()
        };
        let nearest = max_min.or_else(|| best(&possible, &lacks)).unwrap_or(0);
        let gaining: Vec<usize> =
            feasible.iter().copied().filter(|&point| gains(point).iter().all(|&gain| gain > slack)).collect();
        // Products that differ by rounding only are the same: of these the first.
        let equal = ROUNDING * seats.iter().map(|seat| seat.weight).sum::<f64>();
        let product = |&point: &usize| -> (usize, f64) {
            let logarithms = gains(point).into_iter().zip(seats).map(|(gain, seat)| seat.weight * gain.ln());
            (point, logarithms.sum())
        };
        let nash = gaining
            .iter()
            .map(product)
            .reduce(|best, next| if next.1 > best.1 + equal { next } else { best })
            .map(|(point, _)| point);
        // One target for all: distances to several would compare what cannot be compared.
        let Shapley { target, worth, .. } = &contracts[points[nearest].contract].shapley;
        let distance = |&point: &usize| -> (usize, f64) {
            let apart = points[point].parties.iter().zip(target).map(|(party, target)| party.net - target);
            (point, apart.map(|apart| apart.powi(2)).sum())
        };
        let among = if feasible.is_empty() { &possible } else { &feasible };
        let shapley = among
            .iter()
            .map(distance)
            .reduce(|best, next| if next.1 < best.1 { next } else { best })
            .filter(|_| *worth > 0.0)
            .map(|(point, _)| point);
        let side_payments =
            target.iter().zip(&points[nearest].parties).map(|(target, party)| target - party.net).collect();
        let least = possible
            .iter()
            .map(|&point| (point, points[point].grant()))
            .reduce(|best, next| if next.1 < best.1 { next } else { best });
        Self {
            frontier: frontier(points, &feasible, slack),
            max_min,
            nash,
            nearest,
            shapley,
            side_payments,
            grant: least.unwrap_or((nearest, 0.0)),
            grant_with_side_payments: contracts.iter().map(|contract| lacking(contract, seats)).collect(),
        }
    }

    /// The seat that lacks most at the nearest point, and how much, EUR; `None` where a deal is possible.
    #[must_use]
    pub fn blocking(&self, points: &[Point]) -> Option<(usize, f64)> {
        let parties = points[self.nearest].parties.iter().enumerate();
        let most =
            parties.reduce(|most, next| if next.1.shortfall > most.1.shortfall { next } else { most })?;
        (most.1.shortfall > 0.0).then_some((most.0, most.1.shortfall))
    }
}

/// Seats whose savings are compared with the costs: those without whom nothing happens, or all where none is named so.
#[must_use]
pub fn counted(seats: &[Wants]) -> Vec<usize> {
    let anybody = seats.iter().any(|seat| seat.needed);
    (0..seats.len()).filter(|&seat| seats[seat].needed || !anybody).collect()
}

/// What of the costs they do not earn back.
fn lacking(contract: &Contract, seats: &[Wants]) -> f64 {
    let together: f64 = counted(seats).into_iter().map(|seat| contract.benefits[seat]).sum();
    (contract.cost - together).max(0.0)
}

/// Points that are compared with the frontier side by side before they are compared with each other.
const BATCH: usize = 256;

/// Which points no other feasible point dominates: none of whose gains is less, and who have more together. Points go by from the
/// largest sum of gains down, each compared with those found to be on the frontier only: who is dominated at all is
/// dominated by one of these. So it takes n · f comparisons of n points with a frontier of f; at its worst, many parties and most
/// points on the frontier, half the square of n. Where parties just pay each other all sums are equal and there is nothing to compare.
fn frontier(points: &[Point], feasible: &[usize], slack: f64) -> Vec<bool> {
    let gains = |point: usize| points[point].parties.iter().map(|party| party.gain);
    let mut order: Vec<(f64, usize)> = feasible.iter().map(|&point| (gains(point).sum(), point)).collect();
    order.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    let dominated = |&(sum, point): &(f64, usize), by: &[(f64, usize)]| {
        let mut larger = by.iter().take_while(|(other, _)| *other > sum + slack);
        larger.any(|&(_, other)| gains(other).zip(gains(point)).all(|(other, own)| other >= own - slack))
    };
    let mut found: Vec<(f64, usize)> = Vec::new();
    for batch in order.chunks(BATCH) {
        let free: Vec<bool> = batch.par_iter().map(|next| !dominated(next, &found)).collect();
        let before = found.len();
        for (next, free) in batch.iter().zip(free) {
            if free && !dominated(next, &found[before..]) {
                found.push(*next);
            }
        }
    }
    let mut frontier = vec![false; points.len()];
    for (_, point) in found {
        frontier[point] = true;
    }
    frontier
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::deal::Judged;
    use proptest::prelude::*;

    fn point(gains: &[f64]) -> Point {
        let party = |&gain: &f64| Judged {
            net: gain,
            gain,
            no_loss: 1.0,
            worst: gain,
            payback: None,
            outlay: 0.0,
            shortfall: 0.0,
            chance: 1.0,
        };
        Point {
            contract: 0,
            steps: Vec::new(),
            parties: gains.iter().map(party).collect(),
            declined: false,
            chance: 1.0,
        }
    }

    #[test]
    fn the_frontier_leaves_out_what_is_better_for_one_and_worse_for_none() {
        // (2, 2) is better than (2, 1) and (1, 1); (0, 3) and (3, 0) are better than nothing else for one of the two.
        let points = [[2.0, 2.0], [2.0, 1.0], [1.0, 1.0], [0.0, 3.0], [3.0, 0.0]].map(|gains| point(&gains));
        assert_eq!(frontier(&points, &[0, 1, 2, 3, 4], 1e-9), [true, false, false, true, true]);
        assert_eq!(
            frontier(&points, &[1, 2], 1e-9),
            [false, true, false, false, false],
            "among these two only"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// The same as comparing every pair.
        #[test]
        fn the_frontier_is_what_comparing_all_pairs_gives(gains in prop::collection::vec(prop::collection::vec(0_u8..12, 3), 1..600)) {
            let gains: Vec<Vec<f64>> = gains.iter().map(|row| row.iter().map(|&gain| f64::from(gain)).collect()).collect();
            let points: Vec<Point> = gains.iter().map(|row| point(row)).collect();
            let all: Vec<usize> = (0..points.len()).collect();
            let found = frontier(&points, &all, 1e-9);
            for (at, own) in gains.iter().enumerate() {
                let dominated = gains.iter().any(|other| {
                    other.iter().zip(own).all(|(other, own)| other >= own) && other != own
                });
                prop_assert_eq!(found[at], !dominated);
            }
        }
    }
}
