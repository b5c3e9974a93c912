//! People spread over a continuous risk factor: its distribution cut in equally likely parts, and means over it.
//!
//! The distribution is given by its mean m and standard deviation s. Everything here is a *deviation* from the mean,
//! which keeps its digits where s is small beside m.
//!
//! **Parts.** Part k of n holds the people between the quantiles k/n and (k+1)/n; its value is the mean of the factor
//! among them. With Φ, φ the standard normal, z_k = Φ⁻¹(k/n) and P the incomplete gamma function,
//!
//! | shape | mean of part k |
//! |---|---|
//! | normal | m + s·n·(φ(z_k) − φ(z_{k+1})) |
//! | lognormal, σ² = ln(1 + s²/m²) | m·n·(Φ(z_{k+1} − σ) − Φ(z_k − σ)) |
//! | gamma, shape a = m²/s², q_k the unit quantiles | m·n·(P(a+1, q_{k+1}) − P(a+1, q_k)) |
//!
//! Their mean is m. *Example:* a normal factor with m = 27 and s = 5 in two parts: 27 ∓ 5·√(2/π) = 23.011 and 30.989.

use super::incomplete_gamma::UnitGamma;
use super::normal::{normal_cdf, normal_inverse};
use crate::scenario::checked::FactorShape;

/// Gamma shapes beyond which the distribution is normal to the last digits that matter (its skewness is 2/√shape).
const NORMAL_FROM: f64 = 1e10;

/// Parts over which the mean of a lognormal factor's ratios is taken, which has no closed form (and no finite value
/// without an end of the tail).
const LOGNORMAL_PARTS: usize = 1000;

/// A distribution of a risk factor among people of one profile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Shape.
    pub shape: FactorShape,
    /// Mean; above 0 unless the shape is normal.
    pub mean: f64,
    /// Standard deviation, not negative.
    pub sd: f64,
}

/// Boundaries between equally likely parts of the standard normal, with what it takes to find the means of parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// Φ⁻¹(k/n) for k = 0…n.
    boundaries: Vec<f64>,
    /// Means of the parts of the standard normal.
    normal: Vec<f64>,
}

impl Parts {
    /// `count` parts, at least one.
    pub fn new(count: usize) -> Self {
        let count = count.max(1);
        let boundaries: Vec<f64> = (0..=count)
            .map(|k| match k {
                0 => f64::NEG_INFINITY,
                k if k == count => f64::INFINITY,
                k => normal_inverse(k as f64 / count as f64),
            })
            .collect();
        let density = |z: f64| libm::exp(-0.5 * z * z) / libm::sqrt(std::f64::consts::TAU);
        let normal = boundaries.windows(2).map(|z| count as f64 * (density(z[0]) - density(z[1]))).collect();
        Self { boundaries, normal }
    }

    /// Number of parts.
    pub fn count(&self) -> usize {
        self.normal.len()
    }

    /// Writes the deviation of each part's mean from the mean of all.
    pub fn deviations(&self, spread: Spread, out: &mut [f64]) {
        let Spread { mean, sd, .. } = spread;
        let n = self.count() as f64;
        if sd == 0.0 || self.count() == 1 {
            out.fill(0.0);
            return;
        }
        match spread.shape() {
            FactorShape::Normal => {
                out.iter_mut().zip(&self.normal).for_each(|(out, z)| *out = sd * z);
            }
            FactorShape::LogNormal => {
                let sigma = log_sd(mean, sd);
                let pieces = self.boundaries.windows(2).map(|z| normal_between(z[0] - sigma, z[1] - sigma));
                out.iter_mut().zip(pieces).for_each(|(out, share)| *out = mean * (n * share - 1.0));
            }
            FactorShape::Gamma => {
                let shape = (mean / sd) * (mean / sd);
                let (unit, next) = (UnitGamma::new(shape), UnitGamma::new(shape + 1.0));
                let mut before = (0.0, 1.0);
                for (k, out) in out.iter_mut().enumerate() {
                    let after = if k + 1 == self.count() {
                        (1.0, 0.0)
                    } else {
                        // Quantiles of a shape near zero can be below the smallest number.
                        next.both_tails(unit.quantile((k + 1) as f64 / n).max(f64::MIN_POSITIVE))
                    };
                    // The smaller tails have all their digits.
                    let share = if after.0 < 0.5 { after.0 - before.0 } else { before.1 - after.1 };
                    *out = mean * (n * share - 1.0);
                    before = after;
                }
            }
        }
    }
}

impl Spread {
    /// The shape, normal where nothing tells a gamma distribution from it.
    fn shape(&self) -> FactorShape {
        match self.shape {
            FactorShape::Gamma if (self.mean / self.sd) * (self.mean / self.sd) > NORMAL_FROM => {
                FactorShape::Normal
            }
            shape => shape,
        }
    }

    /// The deviation from the mean below which a share `u` of people lie, 0 < u < 1.
    pub fn deviation(&self, u: f64) -> f64 {
        let Self { mean, sd, .. } = *self;
        if sd == 0.0 {
            return 0.0;
        }
        match self.shape() {
            FactorShape::Normal => sd * normal_inverse(u),
            FactorShape::LogNormal => {
                let sigma = log_sd(mean, sd);
                mean * libm::expm1(sigma * normal_inverse(u) - 0.5 * sigma * sigma)
            }
            FactorShape::Gamma => {
                let shape = (mean / sd) * (mean / sd);
                mean * (UnitGamma::new(shape).quantile(u) / shape - 1.0)
            }
        }
    }

    /// ln of the mean over people of e^(c·deviation): what a rate ratio of e^c a unit does to a whole profile. `None`
    /// where this mean is not finite.
    pub fn log_mean_ratio(&self, c: f64) -> Option<f64> {
        let Self { mean, sd, .. } = *self;
        if sd == 0.0 || c == 0.0 {
            return Some(0.0);
        }
        match self.shape() {
            FactorShape::Normal => Some(0.5 * c * c * sd * sd),
            FactorShape::LogNormal => {
                let mut deviations = vec![0.0; LOGNORMAL_PARTS];
                thread_local!(static PARTS: Parts = Parts::new(LOGNORMAL_PARTS));
                PARTS.with(|parts| parts.deviations(*self, &mut deviations));
                Some(log_mean_of_ratios(&deviations, c))
            }
            FactorShape::Gamma => {
                // (1 − θc)^−a with a = m²/s² and θ = s²/m, less the mean's own m·c.
                let shape = (mean / sd) * (mean / sd);
                let x = sd * sd / mean * c;
                (x < 1.0).then(|| -shape * libm::log1p(-x) - mean * c)
            }
        }
    }
}

/// ln of the mean of e^(c·deviation) over parts.
pub fn log_mean_of_ratios(deviations: &[f64], c: f64) -> f64 {
    let highest = deviations.iter().map(|d| c * d).fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = deviations.iter().map(|d| libm::exp(c * d - highest)).sum();
    highest + libm::log(sum / deviations.len() as f64)
}

/// Standard deviation of the logarithm of a lognormal number.
fn log_sd(mean: f64, sd: f64) -> f64 {
    libm::sqrt(libm::log1p((sd / mean) * (sd / mean)))
}

/// Φ(to) − Φ(from), by the tails in which these have their digits.
fn normal_between(from: f64, to: f64) -> f64 {
    if from > 0.0 { normal_cdf(-from) - normal_cdf(-to) } else { normal_cdf(to) - normal_cdf(from) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: [FactorShape; 3] = [FactorShape::Normal, FactorShape::LogNormal, FactorShape::Gamma];

    fn deviations(shape: FactorShape, mean: f64, sd: f64, count: usize) -> Vec<f64> {
        let mut out = vec![0.0; count];
        Parts::new(count).deviations(Spread { shape, mean, sd }, &mut out);
        out
    }

    #[test]
    fn halves_of_a_normal_factor_lie_root_two_over_pi_standard_deviations_from_the_mean() {
        let halves = deviations(FactorShape::Normal, 27.0, 5.0, 2);
        let expected = 5.0 * libm::sqrt(2.0 / std::f64::consts::PI);
        assert!((halves[0] + expected).abs() < 1e-14 && (halves[1] - expected).abs() < 1e-14, "{halves:?}");
    }

    #[test]
    fn the_mean_over_parts_is_the_mean_and_the_spread_grows_to_that_of_all_people() {
        for shape in SHAPES {
            for (mean, sd) in [(27.0, 5.0), (2.0, 3.0), (140.0, 0.01)] {
                let variance = |count: usize| {
                    let parts = deviations(shape, mean, sd, count);
                    let sum: f64 = parts.iter().sum();
                    assert!(sum.abs() < 1e-9 * mean * count as f64, "{shape:?} {mean} {sd}: {sum}");
                    assert!(parts.windows(2).all(|pair| pair[0] < pair[1]), "{shape:?}: in order");
                    parts.iter().map(|d| d * d).sum::<f64>() / count as f64
                };
                let (few, many) = (variance(5), variance(200));
                assert!(few < many && many < sd * sd, "{shape:?} {mean} {sd}: {few} {many}");
                assert!(many > 0.9 * sd * sd, "{shape:?} {mean} {sd}: {many}");
            }
        }
    }

    #[test]
    fn part_means_are_the_means_of_quantiles_within_the_part() {
        for shape in SHAPES {
            let spread = Spread { shape, mean: 3.0, sd: 2.0 };
            let parts = deviations(shape, 3.0, 2.0, 4);
            for (part, expected) in parts.iter().enumerate() {
                const STEPS: usize = 20_000;
                let quantile =
                    |step: usize| spread.deviation((part as f64 + (step as f64 + 0.5) / STEPS as f64) / 4.0);
                let mean = (0..STEPS).map(quantile).sum::<f64>() / STEPS as f64;
                assert!((mean - expected).abs() < 1e-3, "{shape:?} part {part}: {mean} {expected}");
            }
        }
    }

    #[test]
    fn the_mean_of_ratios_over_many_parts_comes_to_the_one_over_people() {
        for shape in SHAPES {
            let spread = Spread { shape, mean: 27.0, sd: 5.0 };
            for c in [libm::log(1.1), libm::log(0.95)] {
                let parts = log_mean_of_ratios(&deviations(shape, 27.0, 5.0, 2000), c);
                let people = spread.log_mean_ratio(c).unwrap();
                assert!((parts - people).abs() < 5e-4, "{shape:?} {c}: {parts} {people}");
            }
        }
        // Normal, ratio 1.1, sd 5: exp(½(5 ln 1.1)²) = 1.1202.
        let normal = Spread { shape: FactorShape::Normal, mean: 27.0, sd: 5.0 };
        let mean = libm::exp(normal.log_mean_ratio(libm::log(1.1)).unwrap());
        assert!((mean - 1.120_2).abs() < 1e-4, "{mean}");
        // θ·c ≥ 1: some people of a gamma distribution would have no end of events.
        let gamma = Spread { shape: FactorShape::Gamma, mean: 1.0, sd: 2.0 };
        assert_eq!(gamma.log_mean_ratio(0.3), None);
    }
}
