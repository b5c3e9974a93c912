//! Whole numbers by chance: exact samplers whose cost does not grow with the numbers of people.
//!
//! | law | small | large |
//! |---|---|---|
//! | Binomial(n, p) | n·min(p, 1−p) < 10: inversion | BTPE (Kachitvichyanukul & Schmeiser 1988) of `rand_distr` |
//! | Poisson(m) | m < 10: inversion | PTRS (Hörmann 1993), transformed rejection |
//! | Hypergeometric | mean < 10: inversion | HRUA (Stadlober 1990), ratio of uniforms |
//!
//! **Inversion** takes one uniform number u and goes up from 0 until u is below the cumulative probability; as
//! 1 − P(0) is at most the mean m, u ≤ 1 − m means 0 at once, which makes rare events cheap. The result rises with
//! u, so two arms that share u differ only as far as their chances do. u is a multiple of 2⁻⁵³, so events rarer
//! than about 10⁻¹⁵ in a whole group of people do not happen.
//!
//! The binomial inversion is our own because that of `rand_distr` computes (1 − p)ⁿ from a rounded 1 − p: with
//! n = 10⁸ and p = 0.6·10⁻¹⁶ it has almost twice the mean; ours is exp(n·ln(1 − p)) with ln(1 + x) of x = −p.
//! Its hypergeometric numbers follow a rough form of Stirling's formula, and are not used. BTPE compares with the
//! logarithm of the machine's own library, whose last bit may differ between machines: about one number in 10¹⁴
//! can be another there.
//!
//! *Example:* 1,000 people of whom each falls ill with 0.2%: mean 2, P(0) = 0.998¹⁰⁰⁰ = 0.1351; u = 0.5 gives 2, as
//! P(0) + P(1) = 0.4057 and P(0) + P(1) + P(2) = 0.6767.

use crate::formula::math::{exp_scalar as exp, ln_1p_scalar as ln_1p, ln_scalar as ln};
use crate::sample::Stream;
use rand_distr::{Binomial, Distribution};

/// Means below which a number is found by inversion.
const INVERSION: f64 = 10.0;

/// Longest way up of an inversion; with a mean below 10 nobody comes here but by rounding, and tries again.
const HIGHEST: u64 = 150;

/// People up to whom each is placed by a number of their own.
const ONE_BY_ONE: u32 = 3;

/// How many of `n` have what each has with probability `p` (below 0 is read as 0, above 1 as 1).
pub fn binomial(n: u64, p: f64, stream: &mut Stream) -> u64 {
    if n == 0 || p.is_nan() || p <= 0.0 {
        return 0;
    }
    if p >= 1.0 {
        return n;
    }
    if p > 0.5 { n - binomial_below_half(n, 1.0 - p, stream) } else { binomial_below_half(n, p, stream) }
}

fn binomial_below_half(n: u64, p: f64, stream: &mut Stream) -> u64 {
    let mean = n as f64 * p;
    if mean >= INVERSION {
        return match Binomial::new(n, p) {
            Ok(law) => law.sample(stream),
            Err(_) => 0,
        };
    }
    let none = |_| {
        if n < 8 { (1..n).fold(1.0 - p, |product, _| product * (1.0 - p)) } else { exp(n as f64 * ln_1p(-p)) }
    };
    let odds = p / (1.0 - p);
    invert(mean, n, none, |below| (n - below) as f64 / (below + 1) as f64 * odds, stream)
}

/// Number of events where `mean` are expected and they do not depend on each other.
pub fn poisson(mean: f64, stream: &mut Stream) -> u64 {
    if mean.is_nan() || mean <= 0.0 {
        0
    } else if mean < INVERSION {
        invert(mean, u64::MAX, |mean| exp(-mean), |below| mean / (below + 1) as f64, stream)
    } else {
        poisson_by_rejection(mean, stream)
    }
}

/// The number whose cumulative probability a uniform number reaches. `none` is P(0) from the mean, `ratio(k)` is
/// P(k + 1)/P(k), which is 0 at `highest`.
#[inline]
fn invert(
    mean: f64,
    highest: u64,
    none: impl FnOnce(f64) -> f64,
    ratio: impl Fn(u64) -> f64,
    stream: &mut Stream,
) -> u64 {
    let mut u = stream.next_uniform();
    if u <= 1.0 - mean {
        return 0;
    }
    let none = none(mean);
    loop {
        let (mut number, mut here) = (0, none);
        while u > here {
            u -= here;
            // Only rounding comes beyond the highest number.
            if number == highest || number == HIGHEST {
                break;
            }
            here *= ratio(number);
            number += 1;
        }
        if u <= here {
            return number;
        }
        u = stream.next_uniform();
    }
}

/// PTRS: a transformed uniform number under a table mountain, accepted at once in nine of ten cases.
fn poisson_by_rejection(mean: f64, stream: &mut Stream) -> u64 {
    let b = 0.931 + 2.53 * mean.sqrt();
    let a = -0.059 + 0.02483 * b;
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let surely = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let u = stream.next_uniform() - 0.5;
        let v = stream.next_uniform();
        let edge = 0.5 - u.abs();
        let number = ((2.0 * a / edge + b) * u + mean + 0.43).floor();
        if edge >= 0.07 && v <= surely {
            return number as u64;
        }
        if number < 0.0 || (edge < 0.013 && v > edge) {
            continue;
        }
        if ln(v * inverse_alpha / (a / (edge * edge) + b)) <= ln_poisson(number as u64, mean) {
            return number as u64;
        }
    }
}

/// ln of the Poisson probability: k·ln(m/k) + k − m − ½ln(2πk) − c(k), without the loss of digits of k·ln m − m.
fn ln_poisson(k: u64, mean: f64) -> f64 {
    let number = k as f64;
    if k < FACTORIALS as u64 {
        return number * ln(mean) - mean - ln_factorial(k);
    }
    let apart = (mean - number) / number;
    number * (ln_1p(apart) - apart) - 0.5 * ln(std::f64::consts::TAU * number) - stirling(number)
}

/// How many of `taken` people, taken at random from `all` of whom `marked` are marked, are marked.
///
/// `taken` and `marked` must not exceed `all`.
pub fn hypergeometric(all: u64, marked: u64, taken: u64, stream: &mut Stream) -> u64 {
    debug_assert!(marked <= all && taken <= all);
    // Marked among the taken; by the few marked or unmarked, and by the few taken or left.
    if marked > all - marked {
        return taken - fewer_marked(all, all - marked, taken, stream);
    }
    fewer_marked(all, marked, taken, stream)
}

fn fewer_marked(all: u64, marked: u64, taken: u64, stream: &mut Stream) -> u64 {
    if taken > all - taken {
        return marked - fewer_taken(all, marked, all - taken, stream);
    }
    fewer_taken(all, marked, taken, stream)
}

/// At most half is marked and at most half is taken.
fn fewer_taken(all: u64, marked: u64, taken: u64, stream: &mut Stream) -> u64 {
    let (few, many) = if marked < taken { (marked, taken) } else { (taken, marked) };
    if few == 0 {
        return 0;
    }
    let mean = few as f64 * many as f64 / all as f64;
    if mean >= INVERSION {
        return hypergeometric_by_rejection(all, few, many, stream);
    }
    let rest = all - many;
    let none = |_| {
        if few < 8 {
            (0..few).fold(1.0, |product, i| product * ((rest - i) as f64 / (all - i) as f64))
        } else {
            exp(ln_ratio_of_factorials(rest, all) + ln_ratio_of_factorials(all - few, rest - few))
        }
    };
    let ratio =
        |k: u64| ((few - k) as f64 * (many - k) as f64) / ((k + 1) as f64 * (rest - few + k + 1) as f64);
    invert(mean, few, none, ratio, stream)
}

/// HRUA: a ratio of uniform numbers under a table mountain around the mode.
fn hypergeometric_by_rejection(all: u64, few: u64, many: u64, stream: &mut Stream) -> u64 {
    let (n, f, m) = (all as f64, few as f64, many as f64);
    let rest = all - many;
    let share = m / n;
    let centre = f * share + 0.5;
    let sd = ((n - f) * f * share * (1.0 - share) / (n - 1.0) + 0.5).sqrt();
    // 2√(2/e) and 3 − 2√(3/e).
    let width = 1.715_527_769_921_413_5 * sd + 0.898_916_162_058_898_8;
    let mode = (((f + 1.0) * (m + 1.0)) / (n + 2.0)).floor() as u64;
    // Beyond 16 standard deviations the probability is below 10⁻³⁰.
    let end = (f + 1.0).min((centre + 16.0 * sd).floor());
    loop {
        let u = stream.next_uniform();
        let v = stream.next_uniform();
        let place = centre + width * (v - 0.5) / u;
        if place < 0.0 || place >= end {
            continue;
        }
        let k = place as u64;
        let height = ln_ratio_of_factorials(mode, k)
            + ln_ratio_of_factorials(few - mode, few - k)
            + ln_ratio_of_factorials(many - mode, many - k)
            + ln_ratio_of_factorials(rest + mode - few, rest + k - few);
        if u * (4.0 - u) - 3.0 <= height {
            return k;
        }
        if u * (u - height) >= 1.0 {
            continue;
        }
        if 2.0 * ln(u) <= height {
            return k;
        }
    }
}

/// Numbers whose factorials are multiplied out.
const FACTORIALS: usize = 16;

fn ln_factorial(k: u64) -> f64 {
    if k < FACTORIALS as u64 {
        return ln((2..=k).fold(1.0, |product, i| product * i as f64));
    }
    let x = k as f64;
    (x + 0.5) * ln(x) - x + 0.5 * ln(std::f64::consts::TAU) + stirling(x)
}

/// What Stirling's formula leaves of ln x!; below 2·10⁻¹³ from 16 on with these four terms.
fn stirling(x: f64) -> f64 {
    let square = 1.0 / (x * x);
    (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0))) / x
}

/// ln(a!/b!), without the loss of digits of the difference of two large logarithms.
fn ln_ratio_of_factorials(a: u64, b: u64) -> f64 {
    if a == b {
        return 0.0;
    }
    if a.min(b) < FACTORIALS as u64 {
        return ln_factorial(a) - ln_factorial(b);
    }
    let (x, y) = (a as f64, b as f64);
    let apart = y - x;
    let larger = (y + 0.5) * ln_1p(apart / x) + apart * ln(x) - apart + stirling(y) - stirling(x);
    -larger
}

/// Spreads `n` people over places with the given weights: adds to `out` how many come to each. Everyone comes
/// somewhere; where no weight is positive nobody does, and `n` is returned as left over.
pub fn multinomial(n: u32, weights: &[f64], out: &mut [u32], stream: &mut Stream) -> u32 {
    if n == 0 {
        return 0;
    }
    let Some(last) = weights.iter().rposition(|&w| w > 0.0) else { return n };
    let mut rest = weights[..=last].iter().fold(0.0, |sum, &w| sum + w);
    if n <= ONE_BY_ONE {
        for _ in 0..n {
            let mut u = stream.next_uniform() * rest;
            let place = weights[..last].iter().position(|&w| {
                let here = u < w;
                u -= w;
                here
            });
            out[place.unwrap_or(last)] += 1;
        }
        return 0;
    }
    let mut left = n;
    for (place, &weight) in weights[..last].iter().enumerate() {
        let here = binomial(u64::from(left), weight / rest, stream) as u32;
        out[place] += here;
        left -= here;
        if left == 0 {
            return 0;
        }
        rest -= weight;
    }
    out[last] += left;
    0
}

/// Takes `n` people at random out of `pool`, and adds to `out` how many come from each place. The pool must hold as
/// many.
pub fn take(n: u32, pool: &mut [u32], out: &mut [u32], stream: &mut Stream) {
    if n == 0 {
        return;
    }
    let mut all: u64 = pool.iter().map(|&here| u64::from(here)).sum();
    debug_assert!(u64::from(n) <= all);
    if n <= ONE_BY_ONE {
        for _ in 0..n {
            let mut person = stream.next_below(all);
            for (here, taken) in pool.iter_mut().zip(out.iter_mut()) {
                if person < u64::from(*here) {
                    *here -= 1;
                    *taken += 1;
                    break;
                }
                person -= u64::from(*here);
            }
            all -= 1;
        }
        return;
    }
    let mut left = u64::from(n);
    for (here, taken) in pool.iter_mut().zip(out) {
        if left == 0 {
            return;
        }
        let from_here = hypergeometric(all, u64::from(*here), left, stream);
        all -= u64::from(*here);
        *here -= from_here as u32;
        *taken += from_here as u32;
        left -= from_here;
    }
}

/// Makes numbers whole one after the other, keeping their running total: with one uniform number u each becomes
/// ⌊C + u⌋ − ⌊C₋ + u⌋, C the total up to and with it, C₋ the total before.
///
/// Each is right in the mean and less than one from what it was, and so is every total of neighbours. What is
/// whole already stays. *Example:* 0.4, 0.4, 0.4 with u = 0.7: totals 1.1, 1.5, 1.9 give 1, 0, 0.
#[derive(Clone, Copy, Debug)]
pub struct Rounding {
    fraction: f64,
}

impl Rounding {
    /// Starts with a uniform number below 1.
    pub const fn new(uniform: f64) -> Self {
        Self { fraction: uniform }
    }

    /// The next number, made whole.
    pub fn next(&mut self, number: f64) -> u64 {
        let whole = number.max(0.0).floor();
        self.fraction += number.max(0.0) - whole;
        if self.fraction >= 1.0 {
            self.fraction -= 1.0;
            whole as u64 + 1
        } else {
            whole as u64
        }
    }
}

#[cfg(test)]
#[path = "samplers_tests.rs"]
mod tests;
