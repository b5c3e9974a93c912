//! Finding the distribution whose 95% interval is as wide as stated.

use super::distribution::Distribution;

/// Ratio between successive concentrations tried while looking for a bracket.
const STRIDE: f64 = 1.3;
/// Where the search for a wider distribution ends: below this concentration nearly all of it sits on its ends.
const SMALLEST_CONCENTRATION: f64 = 0.01;
/// Halvings of a bracket: 60 bring any down to the last bits.
const HALVINGS: usize = 60;

fn width(distribution: &Distribution) -> f64 {
    let (low, high) = distribution.ci95();
    high - low
}

/// The distribution among `of(concentration)` whose 95% interval has the stated width.
///
/// The width falls as the concentration rises, except at very small ones, where it has a maximum; where the
/// stated width exceeds it, the widest distribution found comes back (the caller compares the widths).
/// `start` is a guess of the concentration, on the falling side of that maximum (shapes of at least 1).
pub(super) fn of_width(of: impl Fn(f64) -> Distribution, start: f64, stated: f64) -> Distribution {
    let mut narrow = start;
    while width(&of(narrow)) > stated && narrow < 1e12 {
        narrow *= STRIDE;
    }
    let mut wide = narrow;
    let mut widest = (width(&of(wide)), wide);
    while widest.0 < stated {
        wide /= STRIDE;
        if wide < SMALLEST_CONCENTRATION {
            return of(widest.1);
        }
        let now = width(&of(wide));
        if now < widest.0 {
            // Past the maximum: it lies within a stride on either side of the widest so far.
            return of(maximum(&of, widest.1));
        }
        widest = (now, wide);
        if now < stated {
            narrow = wide;
        }
    }
    let (mut low, mut high) = (wide, narrow);
    for _ in 0..HALVINGS {
        let middle = libm::sqrt(low) * libm::sqrt(high);
        if width(&of(middle)) > stated {
            low = middle;
        } else {
            high = middle;
        }
        if high - low <= 4.0 * f64::EPSILON * high {
            break;
        }
    }
    of(high)
}

/// The concentration of the widest distribution within a stride of `near`, by golden section.
fn maximum(of: &impl Fn(f64) -> Distribution, near: f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_8;
    let at = |log: f64| width(&of(libm::exp(log)));
    let (mut low, mut high) = (libm::log(near / STRIDE), libm::log(near * STRIDE));
    while high - low > 1e-6 {
        let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        if at(left) < at(right) {
            low = left;
        } else {
            high = right;
        }
    }
    libm::exp(0.5 * (low + high))
}

/// The distribution among `of_mean(mean)`, each of the stated width, whose 95% interval begins where stated:
/// so both bounds are met.
pub(super) fn of_bounds(of_mean: impl Fn(f64) -> Distribution, low: f64, high: f64) -> Distribution {
    let (mut least, mut most) = (low, high);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (least + most);
        if of_mean(middle).ci95().0 < low {
            least = middle;
        } else {
            most = middle;
        }
        if most - least <= 1e-13 * (high - low) {
            break;
        }
    }
    of_mean(0.5 * (least + most))
}
