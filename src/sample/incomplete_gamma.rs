//! The incomplete gamma function and its inverse.
//!
//! `P(a, x) = 1/Γ(a) ∫₀ˣ t^(a−1) e^(−t) dt` is the distribution function of a gamma distribution with shape
//! `a` and scale 1; `Q = 1 − P`. Three ways of computing it, each where it is short: the power series below
//! `x = a + 1`, Legendre's continued fraction above (both in Abramowitz & Stegun 6.5), and for shapes beyond a
//! thousand Temme's uniform expansion (Temme 1979, *SIAM J. Math. Anal.* 10:757–766; DLMF 8.12).
//!
//! The inverse looks for `y = ln x`. There the density is `g(y) = x^a e^(−x)/Γ(a)`, which the distribution
//! function needs anyway, and its logarithm has the slope `a − x`; so a step of third order (Halley's), and a last
//! one of fifth, cost no more than one of Newton's, and shapes near zero, whose quantiles span hundreds of powers of ten, are as
//! smooth as large ones.

use super::normal::normal_inverse;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

/// Shapes from which on Stirling's series gives Γ to the last bits.
pub(super) const STIRLING_FROM: f64 = 10.0;
/// Shapes from which on Temme's expansion, cut after `a^−2`, is exact to about 1e-13.
const TEMME_FROM: f64 = 1000.0;
/// Where `ln x` is below this, `P = x^a/Γ(a + 1)` to the last bit: the next term is smaller by x.
const POWER_LAW_BELOW: f64 = -39.0;
/// The share of the smaller tail that may still be missing for the next step to be the last: the error of
/// [`last_step`] is about the fifth power of this.
pub(super) const LAST_STEP_WITHIN: f64 = 3e-3;
/// The share of the smaller tail beyond which what is missing is far: [`step_in_logarithm`] instead of Halley's.
pub(super) const FAR: f64 = 0.5;
/// Where a continued fraction ends at the latest: a hundred times the terms of the largest shapes in use.
pub(super) const MOST_TERMS: f64 = 1e6;
/// More than any input needs: a step that leaves the bracket is replaced by bisection, which ends by itself.
pub(super) const MOST_STEPS: usize = 200;

/// `ln Γ(z) − [(z − ½) ln z − z + ½ ln 2π]`, Stirling's series, for `z ≥ 10`.
pub(super) fn stirling_remainder(z: f64) -> f64 {
    let r = 1.0 / (z * z);
    let series = 1.0 / 12.0
        - r * (1.0 / 360.0
            - r * (1.0 / 1260.0 - r * (1.0 / 1680.0 - r * (1.0 / 1188.0 - r * 691.0 / 360_360.0))));
    series / z
}

/// `m − ln(1 + m)` for `m > −1` without the loss of digits near 0.
///
/// With `r = m/(2 + m)` the logarithm is `2 artanh r` and `m = 2r/(1 − r)`, which leaves
/// `r·m − 2r³(1/3 + r²/5 + r⁴/7 + …)`.
pub(super) fn excess_over_log(m: f64) -> f64 {
    if !(-0.4..=0.6).contains(&m) {
        return m - libm::log1p(m);
    }
    let r = m / (2.0 + m);
    let square = r * r;
    let mut series = 0.0;
    for k in (0..13).rev() {
        series = series * square + 1.0 / f64::from(2 * k + 3);
    }
    r * m - 2.0 * r * square * series
}

/// A gamma distribution of scale 1 with what its shape needs computed once.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnitGamma {
    shape: f64,
    /// `ln Γ(a)`.
    ln_gamma: f64,
    /// `√(a/2π) / Γ*(a)`: the density in `ln x` at `x = a`, used from shape 10.
    peak: f64,
}

impl UnitGamma {
    pub(super) fn new(shape: f64) -> Self {
        let peak = libm::sqrt(shape / TAU) * libm::exp(-stirling_remainder(shape.max(STIRLING_FROM)));
        Self { shape, ln_gamma: libm::lgamma(shape), peak }
    }

    /// The density in `ln x`: `x^a e^(−x)/Γ(a)`.
    fn density(&self, x: f64) -> f64 {
        let a = self.shape;
        if a < STIRLING_FROM {
            return libm::exp(a * libm::log(x) - x - self.ln_gamma);
        }
        self.peak * libm::exp(-a * excess_over_log((x - a) / a))
    }

    /// `(P, Q, density in ln x)` at `x > 0`; the smaller of the two tails has full relative precision.
    fn tails(&self, x: f64) -> (f64, f64, f64) {
        let a = self.shape;
        let density = self.density(x);
        if a >= TEMME_FROM
            && let Some((p, q)) = temme(a, x)
        {
            return (p, q, density);
        }
        if x < a + 1.0 {
            let mut term = 1.0;
            let mut sum = 1.0;
            let mut n = a;
            while term > sum * 1e-17 {
                n += 1.0;
                term *= x / n;
                sum += term;
            }
            let p = (density / a * sum).min(1.0);
            return (p, 1.0 - p, density);
        }
        let q = (density * continued_fraction(a, x)).min(1.0);
        (1.0 - q, q, density)
    }

    /// `P(a, x)`.
    pub(super) fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else if x == f64::INFINITY {
            1.0
        } else {
            self.tails(x).0
        }
    }

    /// `(P, Q)` at `x > 0`, the smaller with full relative precision.
    pub(super) fn both_tails(&self, x: f64) -> (f64, f64) {
        let (p, q, _) = self.tails(x);
        (p, q)
    }

    /// The logarithm of the quantile at `0 < u < 1`; finite also where the quantile itself is below the
    /// smallest floating-point number.
    pub(super) fn ln_quantile(&self, u: f64) -> f64 {
        let power_law = (libm::log(u) + self.ln_gamma + libm::log(self.shape)) / self.shape;
        if power_law < POWER_LAW_BELOW {
            return power_law;
        }
        libm::log(self.search(u, power_law))
    }

    /// The quantile at `0 < u < 1`.
    pub(super) fn quantile(&self, u: f64) -> f64 {
        if self.shape < 2.0 || u < 1e-6 {
            let power_law = (libm::log(u) + self.ln_gamma + libm::log(self.shape)) / self.shape;
            if power_law < POWER_LAW_BELOW {
                return libm::exp(power_law);
            }
            return self.search(u, power_law);
        }
        self.search(u, f64::INFINITY)
    }

    /// A first guess: in the lower tail the first two terms of the series, else Wilson and Hilferty's normal
    /// approximation to the cube root of `x/a`, and for small shapes the first term of the upper tail.
    fn first_guess(&self, u: f64, power_law: f64) -> f64 {
        let a = self.shape;
        let lower = libm::exp(power_law);
        if lower < 0.4 * (a + 1.0) && a < 30.0 {
            return lower * libm::exp(lower / (a + 1.0));
        }
        if a < 0.5 {
            let far = -(libm::log(1.0 - u) + self.ln_gamma);
            if far > 1.0 {
                let guess = far + (a - 1.0) * libm::log(far);
                return guess.max(0.1);
            }
            return 0.5;
        }
        let z = normal_inverse(u);
        let root = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * libm::sqrt(a));
        a * (root * root * root).max(1e-3)
    }

    /// Halley's method in `ln x`, kept inside a bracket.
    fn search(&self, u: f64, power_law: f64) -> f64 {
        let mut x = self.first_guess(u, power_law);
        let (mut low, mut high) = (0.0_f64, f64::INFINITY);
        let upper = 1.0 - u;
        let tolerance = LAST_STEP_WITHIN * u.min(upper);
        for _ in 0..MOST_STEPS {
            let (p, q, density) = self.tails(x);
            let missing = if u < 0.5 { u - p } else { q - upper };
            if missing > 0.0 {
                low = x;
            } else {
                high = x;
            }
            let newton = missing / density;
            let slope = self.shape - x;
            if missing.abs() <= tolerance {
                return x + x * libm::expm1(last_step(newton, slope, -x, -x));
            }
            let step = if missing.abs() > FAR * u.min(upper) {
                step_in_logarithm(u, (p, q), density)
            } else {
                newton / (1.0 + 0.5 * newton * slope).max(0.5)
            };
            let next = x * libm::exp(step);
            x = if next > low && next < high && step.abs() < 50.0 {
                next
            } else if high == f64::INFINITY {
                2.0 * low.max(1.0)
            } else if low == 0.0 {
                0.125 * high
            } else {
                libm::sqrt(low) * libm::sqrt(high)
            };
            if high - low <= f64::EPSILON * low {
                break;
            }
        }
        x
    }
}

/// `Q(a, x)` divided by the density in `ln x`, for `x ≥ a + 1`: Legendre's continued fraction
/// `1/(x+1−a− 1(1−a)/(x+3−a− 2(2−a)/(x+5−a− …)))`, summed forwards by Steed's method
/// (Barnett et al. 1974, *Comput. Phys. Commun.* 8:377–395).
fn continued_fraction(a: f64, x: f64) -> f64 {
    let mut denominator = x + 1.0 - a;
    let mut d = 1.0 / denominator;
    let mut change = d;
    let mut value = d;
    let mut n = 1.0;
    loop {
        let numerator = n * (a - n);
        denominator += 2.0;
        d = 1.0 / not_zero(numerator * d + denominator);
        change *= denominator * d - 1.0;
        value += change;
        if change.abs() < 2e-16 * value || n > MOST_TERMS {
            return value;
        }
        n += 1.0;
    }
}

/// Newton's step for the logarithm of the tail u lies in. Distribution functions here are log-concave in y, so
/// this approaches from far out in a few strides where a step for F itself would crawl.
pub(super) fn step_in_logarithm(u: f64, (p, q): (f64, f64), density: f64) -> f64 {
    if u < 0.5 { p / density * libm::log(u / p) } else { q / density * libm::log(q / (1.0 - u)) }
}

/// How far the quantile lies from y when `newton = (u − F(y))/g(y)` is small: the Taylor series of the inverse
/// function to the fourth power, from `y' = 1/g(y)`, given the first three derivatives of `ln g`.
pub(super) fn last_step(newton: f64, slope: f64, curvature: f64, third: f64) -> f64 {
    let fourth_power = 7.0 * slope * curvature - third - 6.0 * slope * slope * slope;
    let third_power = 2.0 * slope * slope - curvature;
    newton * (1.0 + newton * (-slope / 2.0 + newton * (third_power / 6.0 + newton * fourth_power / 24.0)))
}

/// Steed's method divides by these numbers: a zero among them is replaced by a very small number.
pub(super) fn not_zero(value: f64) -> f64 {
    if value.abs() < 1e-300 { 1e-300 } else { value }
}

/// `(P, Q)` for large shapes: `Q = ½ erfc(η√(a/2)) + e^(−aη²/2)/√(2πa) · Σ C_k(η) a^−k`, where
/// `½η² = m − ln(1 + m)`, `m = x/a − 1` and η has the sign of m. `None` where |η| is too large for the
/// coefficients kept (that is more than eleven standard deviations from the mean).
fn temme(a: f64, x: f64) -> Option<(f64, f64)> {
    let m = (x - a) / a;
    let half_square = excess_over_log(m);
    let eta = libm::copysign(libm::sqrt(2.0 * half_square), m);
    if eta.abs() > 0.35 {
        return None;
    }
    let polynomial = |coefficients: &[f64]| coefficients.iter().rev().fold(0.0, |sum, c| sum * eta + c);
    let correction = polynomial(&TEMME_0) + (polynomial(&TEMME_1) + polynomial(&TEMME_2) / a) / a;
    let rest = libm::exp(-a * half_square) / libm::sqrt(TAU * a) * correction;
    let argument = eta * libm::sqrt(a) * FRAC_1_SQRT_2;
    if eta < 0.0 {
        let p = (0.5 * libm::erfc(-argument) - rest).clamp(0.0, 1.0);
        Some((p, 1.0 - p))
    } else {
        let q = (0.5 * libm::erfc(argument) + rest).clamp(0.0, 1.0);
        Some((1.0 - q, q))
    }
}

/// Taylor coefficients in η of `C₀ = 1/m − 1/η`.
const TEMME_0: [f64; 9] = [
    -1.0 / 3.0,
    1.0 / 12.0,
    -2.0 / 135.0,
    1.0 / 864.0,
    1.0 / 2835.0,
    -139.0 / 777_600.0,
    1.0 / 25_515.0,
    -571.0 / 261_273_600.0,
    -281.0 / 151_559_100.0,
];
/// Taylor coefficients in η of `C₁ = 1/η³ − 1/m³ − 1/m² − 1/(12m)`.
const TEMME_1: [f64; 5] = [-1.0 / 540.0, -1.0 / 288.0, 1.0 / 378.0, -77.0 / 77_760.0, 1.0 / 4860.0];
/// Taylor coefficients in η of `C₂`.
const TEMME_2: [f64; 2] = [25.0 / 6048.0, -139.0 / 51_840.0];
