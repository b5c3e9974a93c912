//! The incomplete beta function and its inverse.
//!
//! `I_x(a, b) = 1/B(a, b) ∫₀ˣ t^(a−1) (1 − t)^(b−1) dt` is the distribution function of a beta distribution,
//! computed by the continued fraction of DLMF 8.17.22 on the side of the mean where that converges in about
//! `√max(a, b)` terms.
//!
//! The inverse looks for the logit `w = ln(x/(1 − x))`. There the density is `x^a (1 − x)^b / B(a, b)`, which the
//! distribution function needs anyway, its logarithm has the slope `a − (a + b) x`, and both ends of (0, 1) keep
//! all their digits. Halley's method, third order, kept inside a bracket; the last step is of fifth order.

use super::incomplete_gamma::{
    FAR, LAST_STEP_WITHIN, MOST_STEPS, MOST_TERMS, STIRLING_FROM, excess_over_log, last_step, not_zero,
    step_in_logarithm, stirling_remainder,
};
use super::normal::normal_inverse;
use std::f64::consts::TAU;

/// Where the logarithm of a tail's distance is below this, the tail is a pure power to the last bit.
const POWER_LAW_BELOW: f64 = -39.0;

/// `ln B(a, b)` without the loss of digits when one shape is large and the other small.
fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large < STIRLING_FROM {
        return libm::lgamma(small) + libm::lgamma(large) - libm::lgamma(small + large);
    }
    // ln Γ(large) − ln Γ(large + small) by Stirling's formula, large terms cancelled by hand.
    let sum = small + large;
    let difference = small - (large - 0.5) * libm::log1p(small / large) - small * libm::log(sum)
        + stirling_remainder(large)
        - stirling_remainder(sum);
    libm::lgamma(small) + difference
}

/// A beta distribution with what its shapes need computed once.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnitBeta {
    a: f64,
    b: f64,
    /// `ln B(a, b)`.
    ln_beta: f64,
    /// The density in the logit at `x = a/(a + b)`, used where both shapes are at least 10.
    peak: f64,
}

impl UnitBeta {
    pub(super) fn new(a: f64, b: f64) -> Self {
        let remainder = |z: f64| stirling_remainder(z.max(STIRLING_FROM));
        let peak =
            libm::sqrt(a / (a + b) * b / TAU) * libm::exp(remainder(a + b) - remainder(a) - remainder(b));
        Self { a, b, ln_beta: ln_beta(a, b), peak }
    }

    /// The density in the logit, `x^a y^b / B(a, b)` with `y = 1 − x`; `ln_x` and `ln_y` are the logarithms.
    fn density(&self, x: f64, y: f64, ln_x: f64, ln_y: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        if a < STIRLING_FROM || b < STIRLING_FROM {
            return libm::exp(a * ln_x + b * ln_y - self.ln_beta);
        }
        let off = b * x - a * y;
        self.peak * libm::exp(-a * excess_over_log(off / a) - b * excess_over_log(-off / b))
    }

    /// `(I_x, 1 − I_x)`, given the density in the logit; the smaller one has full relative precision.
    fn tails(&self, x: f64, y: f64, density: f64) -> (f64, f64) {
        let (a, b) = (self.a, self.b);
        if x * (a + b + 2.0) <= a + 1.0 {
            let p = (density * continued_fraction(a, b, x) / a).min(1.0);
            (p, 1.0 - p)
        } else {
            let q = (density * continued_fraction(b, a, y) / b).min(1.0);
            (1.0 - q, q)
        }
    }

    /// `I_x(a, b)`.
    pub(super) fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        if x >= 1.0 {
            return 1.0;
        }
        let y = 1.0 - x;
        let density = self.density(x, y, libm::log(x), libm::log1p(-x));
        self.tails(x, y, density).0
    }

    /// The quantile at `0 < u < 1`.
    pub(super) fn quantile(&self, u: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        let upper = 1.0 - u;
        // Shapes near zero press the quantile against an end: there the tail is a power.
        if a < 2.0 {
            let power = (libm::log(u) + libm::log(a) + self.ln_beta) / a;
            if power < POWER_LAW_BELOW && power + libm::log(b.max(1.0)) < POWER_LAW_BELOW {
                return libm::exp(power);
            }
        }
        if b < 2.0 {
            let power = (libm::log(upper) + libm::log(b) + self.ln_beta) / b;
            if power < POWER_LAW_BELOW && power + libm::log(a.max(1.0)) < POWER_LAW_BELOW {
                return -libm::expm1(power);
            }
        }
        self.search(u, upper)
    }

    /// A first guess of the logit: Abramowitz & Stegun 26.5.22 for shapes from 1 (a normal approximation),
    /// else the two tails taken as powers.
    fn first_guess(&self, u: f64, upper: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        if a >= 1.0 && b >= 1.0 {
            let z = -normal_inverse(u);
            let lambda = (z * z - 3.0) / 6.0;
            let (ra, rb) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
            let h = 2.0 / (ra + rb);
            let w = z * libm::sqrt((h + lambda).max(0.0)) / h
                - (rb - ra) * (lambda + 5.0 / 6.0 - 2.0 / (3.0 * h));
            return libm::log(a / b) - 2.0 * w;
        }
        let total = a + b;
        let left = libm::exp(a * libm::log(a / total)) / a;
        let right = libm::exp(b * libm::log(b / total)) / b;
        if u * (left + right) < left {
            let ln_x = libm::log(a * u * (left + right)) / a;
            let ln_x = ln_x.min(-1e-3);
            ln_x - libm::log(-libm::expm1(ln_x))
        } else {
            let ln_y = libm::log(b * upper * (left + right)) / b;
            let ln_y = ln_y.min(-1e-3);
            libm::log(-libm::expm1(ln_y)) - ln_y
        }
    }

    fn search(&self, u: f64, upper: f64) -> f64 {
        let (a, b) = (self.a, self.b);
        let mut logit = self.first_guess(u, upper);
        let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
        let tolerance = LAST_STEP_WITHIN * u.min(upper);
        for _ in 0..MOST_STEPS {
            let (x, y, ln_x, ln_y) = from_logit(logit);
            let density = self.density(x, y, ln_x, ln_y);
            let (p, q) = self.tails(x, y, density);
            let missing = if u < 0.5 { u - p } else { q - upper };
            if missing > 0.0 {
                low = logit;
            } else {
                high = logit;
            }
            let newton = missing / density;
            // Slope, curvature and third derivative of the log density.
            let slope = a * y - b * x;
            let curvature = -(a + b) * x * y;
            if missing.abs() <= tolerance {
                return from_logit(logit + last_step(newton, slope, curvature, curvature * (y - x))).0;
            }
            let step = if missing.abs() > FAR * u.min(upper) {
                step_in_logarithm(u, (p, q), density)
            } else {
                newton / (1.0 + 0.5 * newton * slope).max(0.5)
            };
            let next = logit + step;
            logit = if next > low && next < high && step.abs() < 50.0 {
                next
            } else if high == f64::INFINITY {
                low + 4.0 + low.abs()
            } else if low == f64::NEG_INFINITY {
                high - 4.0 - high.abs()
            } else {
                0.5 * (low + high)
            };
            if low.is_finite() && high - low <= f64::EPSILON * low.abs() {
                break;
            }
        }
        from_logit(logit).0
    }
}

/// `(x, 1 − x, ln x, ln(1 − x))` from the logit.
fn from_logit(logit: f64) -> (f64, f64, f64, f64) {
    let small = libm::exp(-logit.abs());
    let ln_larger = -libm::log1p(small);
    let smaller = small / (1.0 + small);
    let larger = 1.0 - smaller;
    let ln_smaller = ln_larger - logit.abs();
    if logit < 0.0 {
        (smaller, larger, ln_smaller, ln_larger)
    } else {
        (larger, smaller, ln_larger, ln_smaller)
    }
}

/// The continued fraction `1/(1 + d₁/(1 + d₂/(1 + …)))` of `a I_x(a, b) / (x^a (1 − x)^b / B(a, b))`, where
/// `d₂ₘ = m (b − m) x / ((a + 2m − 1)(a + 2m))` and `d₂ₘ₊₁ = −(a + m)(a + b + m) x / ((a + 2m)(a + 2m + 1))`.
///
/// Every second convergent is taken, those of
/// `1/(1 + d₁ − d₁d₂/(1 + d₂ + d₃ − d₃d₄/(1 + d₄ + d₅ − …)))`, summed forwards by Steed's method
/// (Barnett et al. 1974, *Comput. Phys. Commun.* 8:377–395).
fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    let sum = a + b;
    let mut odd = -sum * x / (a + 1.0);
    let mut d = 1.0 / not_zero(1.0 + odd);
    let mut change = d;
    let mut value = d;
    let mut m = 1.0;
    loop {
        let place = a + 2.0 * m;
        let scale = x / ((place - 1.0) * place * (place + 1.0));
        let even = m * (b - m) * (place + 1.0) * scale;
        let numerator = -odd * even;
        odd = -(a + m) * (sum + m) * (place - 1.0) * scale;
        let denominator = 1.0 + even + odd;
        d = 1.0 / not_zero(denominator + numerator * d);
        change *= denominator * d - 1.0;
        value += change;
        if change.abs() < 2e-16 * value.abs() || m > MOST_TERMS {
            return value;
        }
        m += 1.0;
    }
}
