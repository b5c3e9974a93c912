//! Exponential and logarithm with the same bits on every machine.
//!
//! The mathematics library of an operating system differs from the next one in the last bits, and so would
//! the results of a run. These functions are built from additions, multiplications and divisions only, which
//! IEEE 754 rounds in one way everywhere, in a fixed order and without fused multiply-add. Each exists for one
//! number and for a [`Lane`]; the second is the first applied to each element, so both give the same bits.
//! There are no branches, only choices between computed values, which lets a caller compiled for AVX2 or
//! AVX-512 compute a whole lane at once. (An `if` would do the same in principle, but the compiler may move
//! computations into its arms, and then computes the elements of a lane one by one.)
//!
//! Errors are measured in units in the last place (ulp) of the result: at most 2 for [`exp`], [`expm1`],
//! [`ln`] and [`ln_1p`], at most 3 for [`one_minus_exp_over`], over their whole range, subnormal numbers
//! included.
//!
//! The method is the classical one: reduce the argument to a short interval around zero, evaluate a
//! polynomial there, and undo the reduction. The polynomials are Chebyshev fits made in 300-bit arithmetic for
//! this module; the error each leaves is stated with its coefficients.

use std::f64::consts::LOG2_E;
use std::hint::select_unpredictable as choose;

use super::lane::Lane;

/// ln 2 in two parts. The first ends in 21 zero bits, so its product with a whole number below 2^21 is exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
/// What [`LN_2_HIGH`] leaves of ln 2.
const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// 1.5 · 2^52. Adding it to a number of modest size leaves that number, rounded to whole, in the low bits.
const ROUND_TO_WHOLE: f64 = 6_755_399_441_055_744.0;

/// Coefficients of (e^r − 1 − r) / r² in ascending powers of r, for |r| <= ln(2) / 2.
/// The fit leaves 2^-61 of e^r − 1 − r.
const EXP: [f64; 11] = [
    0.5,
    f64::from_bits(0x3fc5_5555_5555_5556),
    f64::from_bits(0x3fa5_5555_5555_5555),
    f64::from_bits(0x3f81_1111_1111_09b3),
    f64::from_bits(0x3f56_c16c_16c1_67e1),
    f64::from_bits(0x3f2a_01a0_1a7c_41d5),
    f64::from_bits(0x3efa_01a0_1a47_b054),
    f64::from_bits(0x3ec7_1de0_dae6_3bb3),
    f64::from_bits(0x3e92_7e4e_1f48_534f),
    f64::from_bits(0x3e5a_f38a_9b0e_c855),
    f64::from_bits(0x3e21_f66d_f7fc_a49f),
];

/// Coefficients of (ln((1+s)/(1−s)) / s − 2) / s² in ascending powers of s², for s up to (√2−1)/(√2+1).
/// The fit leaves 2^-59 of the logarithm.
const LN: [f64; 7] = [
    f64::from_bits(0x3fe5_5555_5555_5558),
    f64::from_bits(0x3fd9_9999_9999_52cc),
    f64::from_bits(0x3fd2_4924_92df_3ba9),
    f64::from_bits(0x3fcc_71c6_2e26_208b),
    f64::from_bits(0x3fc7_462b_58e4_6ebe),
    f64::from_bits(0x3fc3_9fe4_2e97_40a7),
    f64::from_bits(0x3fc2_b59b_7136_16c9),
];

/// e^x for a lane.
#[inline(always)]
pub fn exp(x: Lane) -> Lane {
    x.map(exp_scalar)
}

/// e^x − 1 for a lane, exact in relative terms near zero too.
#[inline(always)]
pub fn expm1(x: Lane) -> Lane {
    x.map(expm1_scalar)
}

/// Natural logarithm for a lane.
#[inline(always)]
pub fn ln(x: Lane) -> Lane {
    x.map(ln_scalar)
}

/// ln(1 + x) for a lane, exact in relative terms near zero too.
#[inline(always)]
pub fn ln_1p(x: Lane) -> Lane {
    x.map(ln_1p_scalar)
}

/// (1 − e^−x) / x for a lane; see [`one_minus_exp_over_scalar`].
#[inline(always)]
pub fn one_minus_exp_over(x: Lane) -> Lane {
    x.map(one_minus_exp_over_scalar)
}

/// `base` to the power `exponent` for a lane; see [`pow_scalar`].
#[inline(always)]
pub fn pow(base: Lane, exponent: Lane) -> Lane {
    base.zip(exponent, pow_scalar)
}

/// An argument of the exponential, written as k · ln 2 + r with whole k and |r| <= ln(2) / 2.
struct Reduced {
    /// k as a floating-point number.
    power: f64,
    /// k as a whole number.
    power_bits: i64,
    /// r.
    rest: f64,
    /// e^r − 1 − r, plus what rounding took from r.
    beyond_linear: f64,
}

#[inline(always)]
fn whole_part(shifted: f64) -> i64 {
    (shifted.to_bits() as i64).wrapping_sub(ROUND_TO_WHOLE.to_bits() as i64)
}

/// 2^k for -1022 <= k <= 1023.
#[inline(always)]
fn power_of_two(k: i64) -> f64 {
    f64::from_bits((k.wrapping_add(1023) as u64) << 52)
}

#[inline(always)]
fn reduce(x: f64) -> Reduced {
    let shifted = x * LOG2_E + ROUND_TO_WHOLE;
    let power = shifted - ROUND_TO_WHOLE;
    let high = x - power * LN_2_HIGH;
    let low = power * LN_2_LOW;
    let r = high - low;
    let lost = (high - r) - low;
    // Pairs first, so that the additions do not have to wait for each other.
    let r2 = r * r;
    let r4 = r2 * r2;
    let r8 = r4 * r4;
    let first = (EXP[0] + EXP[1] * r) + (EXP[2] + EXP[3] * r) * r2;
    let second = (EXP[4] + EXP[5] * r) + (EXP[6] + EXP[7] * r) * r2;
    let third = (EXP[8] + EXP[9] * r) + EXP[10] * r2;
    let series = first + (second * r4 + third * r8);
    Reduced { power, power_bits: whole_part(shifted), rest: r, beyond_linear: r2 * series + lost }
}

/// e^r · 2^k, with 2^k in two factors: one alone would overflow or vanish before the product does.
#[inline(always)]
fn scale(reduced: &Reduced) -> f64 {
    let half = whole_part(reduced.power * 0.5 + ROUND_TO_WHOLE);
    let other_half = reduced.power_bits.wrapping_sub(half);
    (1.0 + (reduced.rest + reduced.beyond_linear)) * power_of_two(half) * power_of_two(other_half)
}

/// Keeps x where e^x neither overflows nor vanishes. Passes on what is not a number.
#[inline(always)]
fn within_range(x: f64) -> f64 {
    let x = choose(x > 710.0, 710.0, x);
    choose(x < -746.0, -746.0, x)
}

/// e^x. Infinite above 709.78…, zero below −745.13….
///
/// ```
/// use ounce::formula::math::exp_scalar;
/// assert_eq!(exp_scalar(0.0), 1.0);
/// assert_eq!(exp_scalar(f64::NEG_INFINITY), 0.0);
/// ```
#[inline(always)]
pub fn exp_scalar(x: f64) -> f64 {
    scale(&reduce(within_range(x)))
}

/// e^x − 1, exact in relative terms near zero too.
///
/// ```
/// use ounce::formula::math::expm1_scalar;
/// assert_eq!(expm1_scalar(1e-20), 1e-20);
/// ```
#[inline(always)]
pub fn expm1_scalar(x: f64) -> f64 {
    let reduced = reduce(within_range(x));
    // 2^k (1 + r + rest) − 1, the largest terms first: for small k they cancel without rounding. Powers
    // outside -60..=1000 are not used below; the bounds keep the bits those of a finite number.
    let power = choose(reduced.power < -60.0, -60.0, reduced.power);
    let power = choose(power > 1000.0, 1000.0, power);
    let power = whole_part(power + ROUND_TO_WHOLE);
    let two_to_k = power_of_two(power);
    let direct = ((two_to_k - 1.0) + two_to_k * reduced.rest) + two_to_k * reduced.beyond_linear;
    // Beyond 2^60 the −1 is lost in rounding; there the scaling of `exp` also covers the last power of two.
    let large = scale(&reduced);
    let value = choose(x > 42.0, large, direct);
    let value = choose(x < -40.0, -1.0, value);
    // Zero keeps its sign.
    choose(x == 0.0, x, value)
}

/// Natural logarithm: −∞ at zero, not a number below.
///
/// ```
/// use ounce::formula::math::ln_scalar;
/// assert_eq!(ln_scalar(1.0), 0.0);
/// assert_eq!(ln_scalar(0.0), f64::NEG_INFINITY);
/// assert!(ln_scalar(-1.0).is_nan());
/// ```
#[inline(always)]
pub fn ln_scalar(x: f64) -> f64 {
    // Bits of √½: fractions are brought between it and its double, so that ln of the fraction is smallest.
    const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const FRACTION: u64 = 0x000f_ffff_ffff_ffff;
    // Or-ing a whole number below 2^52 into these bits gives 2^52 plus that number.
    const WHOLE: u64 = 0x4330_0000_0000_0000;
    let subnormal = x < f64::MIN_POSITIVE;
    let two_to_54 = 18_014_398_509_481_984.0;
    let normal = choose(subnormal, x * two_to_54, x);
    let shift = choose(subnormal, 54.0, 0.0);
    let bits = normal.to_bits().wrapping_add(1.0_f64.to_bits().wrapping_sub(ROOT_HALF));
    let fraction = f64::from_bits((bits & FRACTION).wrapping_add(ROOT_HALF));
    let power = f64::from_bits(WHOLE | (bits >> 52)) - (4_503_599_627_370_496.0 + 1023.0) - shift;

    // ln(1 + f) = f − f²/2 + s (f²/2 + R), with s = f / (2 + f) and R the series in s².
    let f = fraction - 1.0;
    let s = f / (2.0 + f);
    let w = s * s;
    let w2 = w * w;
    let series = (LN[0] + LN[1] * w) + w2 * ((LN[2] + LN[3] * w) + w2 * ((LN[4] + LN[5] * w) + w2 * LN[6]));
    let half_square = 0.5 * f * f;
    let small = half_square - (s * (half_square + w * series) + power * LN_2_LOW);
    let value = power * LN_2_HIGH - (small - f);
    let value = choose(x == f64::INFINITY, x, value);
    let value = choose(x == 0.0, f64::NEG_INFINITY, value);
    choose(x >= 0.0, value, f64::NAN)
}

/// ln(1 + x), exact in relative terms near zero too.
///
/// Adding one rounds; the logarithm of the rounded sum u is corrected by what rounding took, divided by u.
///
/// ```
/// use ounce::formula::math::ln_1p_scalar;
/// assert_eq!(ln_1p_scalar(1e-20), 1e-20);
/// ```
#[inline(always)]
pub fn ln_1p_scalar(x: f64) -> f64 {
    let sum = 1.0 + x;
    // What rounding took from the sum, found from its larger term.
    let lost = choose(x < 1.0, x - (sum - 1.0), 1.0 - (sum - x));
    let corrected = ln_scalar(sum) + lost / sum;
    let value = choose(x == f64::INFINITY, x, corrected);
    let value = choose(x == -1.0, f64::NEG_INFINITY, value);
    choose(x == 0.0, x, value)
}

/// g(x) = (1 − e^−x) / x = −expm1(−x) / x, with g(0) = 1.
///
/// With a hazard h per year over an interval of Δt years and x = h Δt, a person at risk at its start spends
/// Δt · g(x) of it still at risk, on average. Overflows to infinity below x = −709.78….
///
/// ```
/// use ounce::formula::math::one_minus_exp_over_scalar;
/// assert_eq!(one_minus_exp_over_scalar(0.0), 1.0);
/// ```
#[inline(always)]
pub fn one_minus_exp_over_scalar(x: f64) -> f64 {
    let value = -expm1_scalar(-x) / x;
    let value = choose(x == f64::NEG_INFINITY, f64::INFINITY, value);
    choose(x == 0.0, 1.0, value)
}

/// `base` to the power `exponent`, by the `libm` crate.
///
/// e^(y ln x) would not do: it multiplies the error of the logarithm by y.
#[inline(always)]
pub fn pow_scalar(base: f64, exponent: f64) -> f64 {
    libm::pow(base, exponent)
}

#[cfg(test)]
#[path = "math_tests.rs"]
mod tests;
