//! One test of many figures together.

use super::figures::Figures;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// How far the means of a sample are from what is expected, all figures together.
pub struct Distance {
    pub t_squared: f64,
    /// Figures that are linearly independent.
    pub figures: usize,
    /// Chance of such a distance or a larger one.
    pub p: f64,
}

/// Hotelling's T² = n (x̄ − μ)ᵀ S⁻¹ (x̄ − μ), by elimination: each figure is taken net of those before it, and left out
/// where almost nothing of it remains (costs are sums of counts).
///
/// With m figures and n runs (n − m)/(m(n − 1))·T² has an F distribution with m and n − m degrees of freedom; of many
/// figures `LIMIT` at most are taken, from the whole list of counts, costs and health alike, so that m·F is near enough
/// to chi-square, and a p-value of 1 in 100,000 is asked of it.
pub fn hotelling(kept: &[usize], sample: &Figures, expected: &Figures) -> Distance {
    const LIMIT: usize = 12;
    let n = kept.first().map_or(1, |&index| sample.runs[index].len()) as f64;
    // Orthonormal deviations of the figures taken so far, with the standardised distance of each.
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let mut distances: Vec<f64> = Vec::new();
    let stride = (kept.len() / LIMIT).max(1);
    let spread = (0..stride).flat_map(|from| kept.iter().skip(from).step_by(stride));
    for &index in spread {
        if basis.len() == LIMIT {
            break;
        }
        let runs = &sample.runs[index];
        let mean = runs.iter().sum::<f64>() / n;
        let mut rest: Vec<f64> = runs.iter().map(|value| value - mean).collect();
        let mut off = mean - expected.runs[index][0];
        let whole = norm(&rest);
        for (direction, &distance) in basis.iter().zip(&distances) {
            let along: f64 = direction.iter().zip(&rest).map(|(a, b)| a * b).sum();
            for (rest, step) in rest.iter_mut().zip(direction) {
                *rest -= along * step;
            }
            off -= along * distance;
        }
        let left = norm(&rest);
        if left > 1e-3 * whole {
            distances.push(off / left);
            basis.push(rest.iter().map(|value| value / left).collect());
        }
    }
    // S = Σ(x − x̄)(x − x̄)ᵀ/(n − 1): in the orthonormal directions it is 1/(n − 1) times the unit matrix.
    let t_squared = n * (n - 1.0) * distances.iter().map(|d| d * d).sum::<f64>();
    let figures = distances.len();
    let p = if figures == 0 {
        1.0
    } else {
        let m = figures as f64;
        let scaled = (n - m) / (n - 1.0) * t_squared;
        1.0 - ChiSquared::new(m).expect("degrees of freedom").cdf(scaled)
    };
    Distance { t_squared, figures, p }
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}
