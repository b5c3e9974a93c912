//! People spread over a continuous risk factor: its distribution cut in equally likely parts, and means over it.
//!
//! The distribution is given by its mean m and standard deviation s; everything here is a *deviation* from the mean.
//!
//! **Ends.** Skewed shapes (lognormal, gamma) end at their quantiles ε and 1 − ε, ε = 0.01%: nobody lies beyond these.
//! Without an end of the tail a few people in a million could have most of the events, or the mean of ratios would
//! not be finite. Those who are left are scaled so that their mean is m. Parts, means of ratios and persons share
//! this rule. *Example:* lognormal, m = 27 and s = 5 (σ = 0.1837): nobody is above 27·e^(3.719σ − σ²/2) = 52.6; the
//! mean of those left would be 26.9986, so values are multiplied by 1.000051. Normal factors have no ends.
//!
//! **Parts.** Part k of n holds the people between their quantiles k/n and (k+1)/n; its value is the mean of the factor
//! among them. With Φ, φ the standard normal, z_k = Φ⁻¹(k/n), y_k = Φ⁻¹(ε + (1 − 2ε)·k/n) and P the incomplete gamma
//! function,
//!
//! | shape | mean of part k |
//! |---|---|
//! | normal | m + s·n·(φ(z_k) − φ(z_{k+1})) |
//! | lognormal, σ² = ln(1 + s²/m²) | m·n·(Φ(y_{k+1} − σ) − Φ(y_k − σ)) / (Φ(y_n − σ) − Φ(y_0 − σ)) |
//! | gamma, a = m²/s², q_k the unit quantile of Φ(y_k) | m·n·(P(a+1, q_{k+1}) − P(a+1, q_k)) / (P(a+1, q_n) − P(a+1, q_0)) |
//!
//! Their mean is m. *Example:* a normal factor with m = 27 and s = 5 in two parts: 27 ∓ 5·√(2/π) = 23.011 and 30.989.
//! Skewed parts are found as shares of m: a deviation is right to some 10⁻¹⁵·n·m, however small s is.

use super::incomplete_gamma::UnitGamma;
use super::normal::{normal_cdf, normal_inverse};
use crate::scenario::checked::FactorShape;

/// Share of people beyond each end of a skewed shape who are left out.
const BEYOND: f64 = 1e-4;

/// Gamma shapes beyond which the distribution is normal to the last digits that matter (its skewness is 2/√shape).
const NORMAL_FROM: f64 = 1e10;

/// Steps (an even number) in the sum over people that is the mean of ratios of a lognormal factor, which has no closed
/// form.
const LOGNORMAL_STEPS: usize = 1000;

/// A distribution of a risk factor among people of one profile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    shape: FactorShape,
    mean: f64,
    sd: f64,
    /// Mean of those between the ends, over the mean of all.
    kept: f64,
}

/// Boundaries between equally likely parts of the standard normal, with what it takes to find the means of parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Parts {
    /// Φ⁻¹ of the boundaries of skewed shapes, k = 0…n.
    boundaries: Vec<f64>,
    /// Means of the parts of the standard normal.
    normal: Vec<f64>,
}

impl Parts {
    /// `count` parts, at least one.
    pub fn new(count: usize) -> Self {
        let count = count.max(1);
        let rank = |k: usize| k as f64 / count as f64;
        let density = |k: usize| match k {
            0 => 0.0,
            k if k == count => 0.0,
            k => {
                let z = normal_inverse(rank(k));
                libm::exp(-0.5 * z * z) / libm::sqrt(std::f64::consts::TAU)
            }
        };
        Self {
            boundaries: (0..=count).map(|k| normal_inverse(within_ends(rank(k)))).collect(),
            normal: (0..count).map(|k| count as f64 * (density(k) - density(k + 1))).collect(),
        }
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
        // What all parts together hold of the mean of a distribution without ends.
        let all = spread.kept * (1.0 - 2.0 * BEYOND);
        match spread.shape {
            FactorShape::Normal => {
                out.iter_mut().zip(&self.normal).for_each(|(out, z)| *out = sd * z);
            }
            FactorShape::LogNormal => {
                let sigma = log_sd(mean, sd);
                let pieces = self.boundaries.windows(2).map(|z| normal_between(z[0] - sigma, z[1] - sigma));
                out.iter_mut().zip(pieces).for_each(|(out, share)| *out = mean * (n * share / all - 1.0));
            }
            FactorShape::Gamma => {
                let shape = (mean / sd) * (mean / sd);
                let (unit, next) = (UnitGamma::new(shape), UnitGamma::new(shape + 1.0));
                let mut before = next.both_tails(quantile(&unit, BEYOND));
                for (k, out) in out.iter_mut().enumerate() {
                    let after = next.both_tails(quantile(&unit, within_ends((k + 1) as f64 / n)));
                    *out = mean * (n * between(before, after) / all - 1.0);
                    before = after;
                }
            }
        }
    }
}

impl Spread {
    /// A distribution by its mean (above 0 unless the shape is normal) and standard deviation (not negative).
    #[must_use]
    pub fn new(shape: FactorShape, mean: f64, sd: f64) -> Self {
        let gamma_shape = (mean / sd) * (mean / sd);
        let shape = match shape {
            // Nothing tells it from a normal distribution.
            FactorShape::Gamma if gamma_shape > NORMAL_FROM => FactorShape::Normal,
            shape => shape,
        };
        let held = match shape {
            _ if sd == 0.0 => None,
            FactorShape::Normal => None,
            FactorShape::LogNormal => {
                let (sigma, end) = (log_sd(mean, sd), normal_inverse(1.0 - BEYOND));
                Some(normal_between(-end - sigma, end - sigma))
            }
            FactorShape::Gamma => {
                let (unit, next) = (UnitGamma::new(gamma_shape), UnitGamma::new(gamma_shape + 1.0));
                let ends = [BEYOND, 1.0 - BEYOND].map(|rank| next.both_tails(quantile(&unit, rank)));
                Some(between(ends[0], ends[1]))
            }
        };
        Self { shape, mean, sd, kept: held.map_or(1.0, |held| held / (1.0 - 2.0 * BEYOND)) }
    }

    /// Whether this is the distribution that [`Spread::new`] would give.
    #[must_use]
    pub fn is_of(&self, mean: f64, sd: f64) -> bool {
        self.mean == mean && self.sd == sd
    }

    /// The deviation from the mean below which a share `u` of people lie, 0 < u < 1.
    pub fn deviation(&self, u: f64) -> f64 {
        let Self { mean, sd, kept, .. } = *self;
        if sd == 0.0 {
            return 0.0;
        }
        match self.shape {
            FactorShape::Normal => sd * normal_inverse(u),
            FactorShape::LogNormal => {
                let sigma = log_sd(mean, sd);
                let z = normal_inverse(within_ends(u));
                mean * libm::expm1(sigma * z - 0.5 * sigma * sigma - libm::log(kept))
            }
            FactorShape::Gamma => {
                let shape = (mean / sd) * (mean / sd);
                mean * (UnitGamma::new(shape).quantile(within_ends(u)) / (shape * kept) - 1.0)
            }
        }
    }

    /// ln of the mean over people of e^(c·deviation): what a rate ratio of e^c a unit does to a whole profile. `None`
    /// for a gamma distribution of which this mean would not be finite without an end of the tail.
    ///
    /// With θ = s²/m over the mean of those left (as a share of m), a = m²/s² and unit quantiles q, the mean of a gamma
    /// distribution is e^(−cm)·(1 − θc)^−a·(P(a, q_n·(1 − θc)) − P(a, q_0·(1 − θc))) / (1 − 2ε), for θc < 1.
    pub fn log_mean_ratio(&self, c: f64) -> Option<f64> {
        let Self { mean, sd, kept, .. } = *self;
        if sd == 0.0 || c == 0.0 {
            return Some(0.0);
        }
        match self.shape {
            FactorShape::Normal => Some(0.5 * c * c * sd * sd),
            FactorShape::LogNormal => Some(self.log_mean_of_lognormal(c)),
            FactorShape::Gamma => {
                let shape = (mean / sd) * (mean / sd);
                let x = sd * sd / mean * c / kept;
                if x >= 1.0 {
                    return None;
                }
                let unit = UnitGamma::new(shape);
                let ends = [BEYOND, 1.0 - BEYOND]
                    .map(|rank| unit.both_tails((quantile(&unit, rank) * (1.0 - x)).max(f64::MIN_POSITIVE)));
                let left = between(ends[0], ends[1]) / (1.0 - 2.0 * BEYOND);
                (left > 0.0).then(|| libm::log(left) - shape * libm::log1p(-x) - mean * c)
            }
        }
    }

    /// The same for a lognormal factor: the integral over z = Φ⁻¹(rank) by Simpson's rule.
    fn log_mean_of_lognormal(&self, c: f64) -> f64 {
        let Self { mean, sd, kept, .. } = *self;
        let (sigma, end) = (log_sd(mean, sd), normal_inverse(1.0 - BEYOND));
        let lower = -0.5 * sigma * sigma - libm::log(kept);
        let exponent = |step: usize| {
            let z = end * (2.0 * step as f64 / LOGNORMAL_STEPS as f64 - 1.0);
            c * mean * libm::expm1(sigma * z + lower) - 0.5 * z * z
        };
        let highest = (0..=LOGNORMAL_STEPS).map(exponent).fold(f64::NEG_INFINITY, f64::max);
        let weighed = (0..=LOGNORMAL_STEPS).map(|step| {
            let weight = match step {
                0 | LOGNORMAL_STEPS => 1.0,
                step if step % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * libm::exp(exponent(step) - highest)
        });
        let step = 2.0 * end / LOGNORMAL_STEPS as f64;
        let sum = weighed.sum::<f64>() * step / 3.0;
        highest + libm::log(sum / (libm::sqrt(std::f64::consts::TAU) * (1.0 - 2.0 * BEYOND)))
    }
}

/// The rank among all people of the rank `u` among those between the ends.
fn within_ends(u: f64) -> f64 {
    BEYOND + (1.0 - 2.0 * BEYOND) * u
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

/// A quantile of a gamma distribution; that of a shape near zero can be below the smallest number.
fn quantile(unit: &UnitGamma, rank: f64) -> f64 {
    unit.quantile(rank).max(f64::MIN_POSITIVE)
}

/// The share between two points, each with its lower and upper tail: the smaller tails have all their digits.
fn between(from: (f64, f64), to: (f64, f64)) -> f64 {
    if to.0 < 0.5 { to.0 - from.0 } else { from.1 - to.1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPES: [FactorShape; 3] = [FactorShape::Normal, FactorShape::LogNormal, FactorShape::Gamma];

    fn deviations(shape: FactorShape, mean: f64, sd: f64, count: usize) -> Vec<f64> {
        let mut out = vec![0.0; count];
        Parts::new(count).deviations(Spread::new(shape, mean, sd), &mut out);
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
                // What lies beyond the ends of a skewed shape is missing.
                assert!(many > 0.85 * sd * sd, "{shape:?} {mean} {sd}: {many}");
            }
        }
    }

    #[test]
    fn part_means_are_the_means_of_quantiles_within_the_part() {
        for shape in SHAPES {
            let spread = Spread::new(shape, 3.0, 2.0);
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
            let spread = Spread::new(shape, 27.0, 5.0);
            for c in [libm::log(1.1), libm::log(0.95)] {
                // Midpoints of ranks are people.
                const PEOPLE: usize = 100_000;
                let ranks = (0..PEOPLE).map(|person| (person as f64 + 0.5) / PEOPLE as f64);
                let mean = ranks.map(|u| libm::exp(c * spread.deviation(u))).sum::<f64>() / PEOPLE as f64;
                let exact = spread.log_mean_ratio(c).unwrap();
                assert!((libm::log(mean) - exact).abs() < 1e-4, "{shape:?} {c}: {mean} {exact}");
                for (count, tolerance) in [(200, 2e-3), (1000, 4e-4)] {
                    let parts = log_mean_of_ratios(&deviations(shape, 27.0, 5.0, count), c);
                    assert!((parts - exact).abs() < tolerance, "{shape:?} {c}, {count}: {parts} {exact}");
                }
            }
        }
        // Normal, ratio 1.1, sd 5: exp(½(5 ln 1.1)²) = 1.1202.
        let normal = Spread::new(FactorShape::Normal, 27.0, 5.0);
        let mean = libm::exp(normal.log_mean_ratio(libm::log(1.1)).unwrap());
        assert!((mean - 1.120_2).abs() < 1e-4, "{mean}");
        // θ·c ≥ 1: some people of a gamma distribution would have no end of events.
        let gamma = Spread::new(FactorShape::Gamma, 1.0, 2.0);
        assert_eq!(gamma.log_mean_ratio(0.3), None);
    }

    #[test]
    fn nobody_of_a_skewed_shape_lies_beyond_its_outermost_ten_thousandths() {
        // Lognormal 27, 5: σ² = ln(1 + 25/729). The 99.99% quantile is 3.719 σ above the mean of logarithms.
        let sigma = libm::sqrt(libm::log1p(25.0 / 729.0));
        let spread = Spread::new(FactorShape::LogNormal, 27.0, 5.0);
        let highest = 27.0 * libm::exp(3.719_016_485 * sigma - 0.5 * sigma * sigma) / spread.kept;
        let last = 27.0 + spread.deviation(1.0 - 1e-13);
        assert!((last - highest).abs() < 1e-6, "{last} {highest}");
        assert!((spread.kept - 0.999_949).abs() < 1e-6, "{}", spread.kept);
        // Exponential with mean 2: those below −2·ln(0.0001) = 18.42 have P(2, 9.21) of the mean, 1 − 10.21·0.0001.
        let spread = Spread::new(FactorShape::Gamma, 2.0, 2.0);
        let last = (2.0 + spread.deviation(1.0 - 1e-13)) * spread.kept;
        assert!((last - 18.420_681).abs() < 1e-5, "{last}");
        let kept = (1.0 - 10.210_34e-4 - 0.5e-8) / 0.9998;
        assert!((spread.kept - kept).abs() < 1e-9, "{} {kept}", spread.kept);
    }

    #[test]
    fn people_and_many_parts_agree_where_the_tail_is_heavy() {
        // Lognormal 2, 3 at 1.1 a unit: the highest of all have 400 times as many events as the lowest; without an end
        // of the tail the mean would not be finite. Exponential with mean 2 at 1.5 a unit: θc = 0.81.
        for (shape, sd, ratio) in [(FactorShape::LogNormal, 3.0, 1.1), (FactorShape::Gamma, 2.0, 1.5)] {
            const PEOPLE: usize = 1_000_000;
            let (spread, c) = (Spread::new(shape, 2.0, sd), libm::log(ratio));
            let exact = spread.log_mean_ratio(c).unwrap();
            let ranks = (0..PEOPLE).map(|person| (person as f64 + 0.5) / PEOPLE as f64);
            let mean = ranks.map(|u| libm::exp(c * spread.deviation(u))).sum::<f64>() / PEOPLE as f64;
            assert!((libm::log(mean) - exact).abs() < 1e-3, "{shape:?}: {} {exact}", libm::log(mean));
            for (count, tolerance) in [(200, 0.1), (1000, 0.03), (20_000, 0.001)] {
                let parts = log_mean_of_ratios(&deviations(shape, 2.0, sd, count), c);
                assert!((parts - exact).abs() < tolerance, "{shape:?}, {count}: {parts} {exact}");
            }
        }
    }
}
