//! Designs: how the uniform numbers behind the draws are spread.

use super::sobol;
use super::stream::{Stream, hash_of_name, open_unit};
use rayon::prelude::*;
use std::ops::Range;

/// How many independent randomisations a Latin hypercube or Sobol' design consists of, so that its error can be
/// measured; one only where there are fewer than [`FEWEST_DRAWS_TO_SPLIT`] draws.
pub const RANDOMISATIONS: usize = 10;

/// The fewest draws that are split into [`RANDOMISATIONS`].
pub const FEWEST_DRAWS_TO_SPLIT: usize = 20;

const PURPOSE_RANDOM: u64 = hash_of_name("parameter draw");
const PURPOSE_LATIN_HYPERCUBE: u64 = hash_of_name("parameter draw, Latin hypercube");
const PURPOSE_SOBOL: u64 = hash_of_name("parameter draw, Sobol scramble");

/// How uniform numbers are spread over the unit interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DesignKind {
    /// Independent numbers.
    Random,
    /// One number in each of n equal intervals, in a random order.
    LatinHypercube,
    /// Scrambled Sobol' points.
    Sobol,
}

/// A design: its kind, how many draws and the seed everything random follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Design {
    /// How the numbers are spread.
    pub kind: DesignKind,
    /// How many draws.
    pub draws: usize,
    /// The run's seed.
    pub seed: u64,
}

impl Design {
    /// How many independent randomisations the draws consist of.
    pub fn randomisations(&self) -> usize {
        match self.kind {
            DesignKind::Random => 1,
            DesignKind::LatinHypercube | DesignKind::Sobol if self.draws >= FEWEST_DRAWS_TO_SPLIT => {
                RANDOMISATIONS
            }
            DesignKind::LatinHypercube | DesignKind::Sobol => 1,
        }
    }

    /// The uniform numbers of each dimension, `[dimension][draw]`; the dimensions are those named, in that order.
    ///
    /// Fewer columns come back than were asked for where a Sobol' design has more dimensions than direction
    /// numbers.
    pub(super) fn uniforms(&self, names: &[&str]) -> Vec<Vec<f64>> {
        let blocks = blocks(self.draws, self.randomisations());
        let by_name = |column: fn(&Self, u64, &[Range<usize>]) -> Vec<f64>| {
            names.par_iter().map(|name| column(self, hash_of_name(name), &blocks)).collect()
        };
        match self.kind {
            DesignKind::Random => by_name(Self::random_column),
            DesignKind::LatinHypercube => by_name(Self::latin_hypercube_column),
            DesignKind::Sobol => {
                let mut sorted: Vec<&str> = names.to_vec();
                sorted.sort_unstable();
                let directions = sobol::directions(names.len());
                names
                    .par_iter()
                    .filter_map(|name| {
                        let rank = sorted.binary_search(name).ok()?;
                        Some(self.sobol_column(rank as u64, directions.get(rank)?, &blocks))
                    })
                    .collect()
            }
        }
    }

    fn random_column(&self, unit: u64, _: &[Range<usize>]) -> Vec<f64> {
        let stream = Stream::new(self.seed, PURPOSE_RANDOM, unit);
        (0..self.draws as u64).map(|draw| stream.uniform_at(draw, 0)).collect()
    }

    fn latin_hypercube_column(&self, unit: u64, blocks: &[Range<usize>]) -> Vec<f64> {
        let stream = Stream::new(self.seed, PURPOSE_LATIN_HYPERCUBE, unit);
        let mut column = Vec::with_capacity(self.draws);
        for (randomisation, block) in blocks.iter().enumerate() {
            let mut walk = stream.at_draw(randomisation as u64);
            let mut intervals: Vec<u32> = (0..block.len() as u32).collect();
            // Fisher and Yates' shuffle.
            for last in (1..intervals.len()).rev() {
                let other = walk.next_below(last as u64 + 1) as usize;
                intervals.swap(last, other);
            }
            column.extend(intervals.iter().map(|interval| {
                // 32 random bits within the interval: the sum is exact, so no number crosses into the next.
                let within = ((walk.next_bits() >> 32) as f64 + 0.5) / 4_294_967_296.0;
                ((f64::from(*interval) + within) / block.len() as f64).min(open_unit(u64::MAX))
            }));
        }
        column
    }

    fn sobol_column(&self, dimension: u64, v: &sobol::Directions, blocks: &[Range<usize>]) -> Vec<f64> {
        let stream = Stream::new(self.seed, PURPOSE_SOBOL, dimension);
        let mut column = Vec::with_capacity(self.draws);
        for (randomisation, block) in blocks.iter().enumerate() {
            let key = stream.bits_at(randomisation as u64, 0);
            column.extend(sobol::points(v, block.len()).map(|point| sobol::scrambled(point, key)));
        }
        column
    }
}

/// Which draws belong to which randomisation: equal blocks of `draws / randomisations`, the remainder in the
/// last.
pub fn blocks(draws: usize, randomisations: usize) -> Vec<Range<usize>> {
    let randomisations = randomisations.max(1);
    let size = draws / randomisations;
    (0..randomisations)
        .map(|r| r * size..if r + 1 == randomisations { draws } else { (r + 1) * size })
        .collect()
}

/// The Monte Carlo standard error of a mean over draws.
///
/// Under one randomisation the draws are independent: `sd/√n`. Under `R > 1` the draws within a randomisation
/// are not, but the randomisations are, and the error is that of the mean of their means,
/// `√( R/(R − 1) · Σ wᵣ² (mᵣ − m)² )`, where `wᵣ` is the share of the draws in randomisation r, `mᵣ` its mean
/// and m the mean of all; with equal shares this is the standard deviation of the means over `√R`
/// (Owen 2013, *Monte Carlo theory, methods and examples*, ch. 17).
///
/// NaN for fewer than two values, as one value shows no spread. `randomisations` is that of
/// [`Draws`](super::Draws) the values follow from, in its order of draws.
pub fn mcse(values: &[f64], randomisations: usize) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    if randomisations < 2 || values.len() < randomisations {
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        return if values.len() < 2 { f64::NAN } else { libm::sqrt(squares / (n - 1.0) / n) };
    }
    let between: f64 = blocks(values.len(), randomisations)
        .into_iter()
        .map(|block| {
            let size = block.len() as f64;
            let own = values[block].iter().sum::<f64>() / size;
            let off = size / n * (own - mean);
            off * off
        })
        .sum();
    let r = randomisations as f64;
    libm::sqrt(between * r / (r - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn design(kind: DesignKind, draws: usize) -> Design {
        Design { kind, draws, seed: 1 }
    }

    #[test]
    fn blocks_are_equal_and_the_last_takes_the_remainder() {
        assert_eq!(blocks(7, 3), [0..2, 2..4, 4..7]);
        assert_eq!(blocks(5, 1).len(), 1);
    }

    #[test]
    fn small_designs_are_not_split() {
        assert_eq!(design(DesignKind::Sobol, 19).randomisations(), 1);
        assert_eq!(design(DesignKind::Sobol, 20).randomisations(), 10);
        assert_eq!(design(DesignKind::Random, 5000).randomisations(), 1);
    }

    #[test]
    fn a_latin_hypercube_has_one_number_in_each_interval_of_each_randomisation() {
        // 105 draws: nine blocks of 10 and one of 15.
        let columns = design(DesignKind::LatinHypercube, 105).uniforms(&["a", "b"]);
        for column in &columns {
            for block in blocks(105, 10) {
                let size = block.len();
                let mut intervals: Vec<usize> =
                    column[block].iter().map(|u| (u * size as f64) as usize).collect();
                intervals.sort_unstable();
                assert_eq!(intervals, (0..size).collect::<Vec<_>>());
            }
        }
        assert_ne!(columns[0], columns[1]);
    }

    #[test]
    fn the_sobol_dimension_of_a_name_is_its_rank() {
        let sobol = design(DesignKind::Sobol, 64);
        let forwards = sobol.uniforms(&["a", "b"]);
        let backwards = sobol.uniforms(&["b", "a"]);
        assert_eq!(forwards[0], backwards[1]);
        assert_eq!(forwards[1], backwards[0]);
    }

    #[test]
    fn the_error_of_independent_values_is_the_textbook_one() {
        // 1, 2, 3, 4: variance 5/3, over 4 values: √(5/12).
        assert!((mcse(&[1.0, 2.0, 3.0, 4.0], 1) - (5.0_f64 / 12.0).sqrt()).abs() < 1e-15);
        assert!(mcse(&[1.0], 1).is_nan());
    }

    #[test]
    fn the_error_of_randomisations_is_that_of_their_means() {
        // Means of two blocks: 2 and 5, their sd √4.5, over √2: 1.5.
        assert!((mcse(&[1.0, 3.0, 4.0, 6.0], 2) - 1.5).abs() < 1e-15);
        // Unequal blocks (2 and 3 values): m = 3, means 1.5 and 4; √(2·(0.4²·1.5² + 0.6²·1²)) = √1.44.
        assert!((mcse(&[1.0, 2.0, 3.0, 4.0, 5.0], 2) - 1.2).abs() < 1e-15);
    }

    #[test]
    fn sobol_beats_latin_hypercube_and_that_beats_random_on_a_smooth_integral() {
        // ∏ (1 + (u_j − ½)/2) over four dimensions has the mean 1.
        let names = ["a", "b", "c", "d"];
        let error = |kind| {
            let columns = design(kind, 2560).uniforms(&names);
            let values: Vec<f64> =
                (0..2560).map(|d| columns.iter().map(|c| 1.0 + 0.5 * (c[d] - 0.5)).product()).collect();
            let mean = values.iter().sum::<f64>() / 2560.0;
            let error = mcse(&values, design(kind, 2560).randomisations());
            assert!((mean - 1.0).abs() < 5.0 * error, "{kind:?}: {mean} ± {error}");
            error
        };
        let (random, hypercube, sobol) =
            (error(DesignKind::Random), error(DesignKind::LatinHypercube), error(DesignKind::Sobol));
        assert!(hypercube < random / 3.0, "{hypercube} against {random}");
        assert!(sobol < hypercube / 3.0, "{sobol} against {hypercube}");
    }
}
