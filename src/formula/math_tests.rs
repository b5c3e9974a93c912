//! The functions against `libm`, in units in the last place.

use proptest::prelude::*;

use super::*;
use crate::formula::lane::LANES;

/// Distance in units in the last place: how many representable numbers lie between the two.
fn ulps(left: f64, right: f64) -> u64 {
    if left.is_nan() && right.is_nan() {
        return 0;
    }
    if left.is_nan() || right.is_nan() {
        return u64::MAX;
    }
    // Orders the bits as the numbers they stand for; both zeros become 0.
    fn ordered(value: f64) -> i128 {
        let magnitude = i128::from(value.abs().to_bits());
        if value.is_sign_negative() { -magnitude } else { magnitude }
    }
    u64::try_from((ordered(left) - ordered(right)).unsigned_abs()).unwrap_or(u64::MAX)
}

#[track_caller]
fn assert_close(name: &str, x: f64, ours: f64, reference: f64, most: u64) {
    let distance = ulps(ours, reference);
    assert!(distance <= most, "{name}({x:e}) = {ours:e}, libm {reference:e}: {distance} ulp apart");
}

/// Numbers from `low` to `high`, `count` of them, evenly spaced.
fn grid(low: f64, high: f64, count: u32) -> impl Iterator<Item = f64> {
    (0..=count).map(move |i| low + (high - low) * f64::from(i) / f64::from(count))
}

/// Positive numbers of every binary order of magnitude, subnormal ones included.
fn every_magnitude() -> impl Iterator<Item = f64> {
    (0..0x7ff0_u64).flat_map(|head| [0, 0x5555_5555_5555, 0xaaaa_aaaa_aaaa].map(|tail| (head, tail))).map(
        |(head, tail)| {
            // 16 leading bits: exponent and 4 bits of the fraction.
            f64::from_bits(head << 48 | tail)
        },
    )
}

/// (1 − e^−x) / x from `libm`, with its limits.
fn reference_one_minus_exp_over(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { -libm::expm1(-x) / x }
}

#[test]
fn exp_is_within_two_ulp_of_libm() {
    for x in grid(-746.0, 710.0, 400_000).chain(grid(-1.5, 1.5, 200_000)) {
        assert_close("exp", x, exp_scalar(x), libm::exp(x), 2);
    }
    for x in every_magnitude().flat_map(|x| [x, -x]) {
        assert_close("exp", x, exp_scalar(x), libm::exp(x), 2);
    }
}

#[test]
fn expm1_is_within_two_ulp_of_libm() {
    for x in grid(-60.0, 710.0, 400_000).chain(grid(-3.0, 3.0, 400_000)) {
        assert_close("expm1", x, expm1_scalar(x), libm::expm1(x), 2);
    }
    for x in every_magnitude().flat_map(|x| [x, -x]) {
        assert_close("expm1", x, expm1_scalar(x), libm::expm1(x), 2);
    }
}

#[test]
fn ln_is_within_two_ulp_of_libm() {
    for x in grid(0.0, 4.0, 400_000).chain(grid(0.99, 1.01, 200_000)).chain(every_magnitude()) {
        assert_close("ln", x, ln_scalar(x), libm::log(x), 2);
    }
}

#[test]
fn ln_1p_is_within_two_ulp_of_libm() {
    for x in grid(-1.0, 4.0, 400_000).chain(grid(-0.01, 0.01, 200_000)) {
        assert_close("ln_1p", x, ln_1p_scalar(x), libm::log1p(x), 2);
    }
    for x in every_magnitude().flat_map(|x| [x, -x]) {
        assert_close("ln_1p", x, ln_1p_scalar(x), libm::log1p(x), 2);
    }
}

#[test]
fn time_at_risk_is_within_three_ulp_of_libm() {
    for x in grid(-700.0, 700.0, 200_000).chain(grid(-2.0, 2.0, 200_000)) {
        assert_close("g", x, one_minus_exp_over_scalar(x), reference_one_minus_exp_over(x), 3);
    }
    for x in every_magnitude() {
        assert_close("g", x, one_minus_exp_over_scalar(x), reference_one_minus_exp_over(x), 3);
    }
}

#[test]
fn time_at_risk_near_zero_is_its_series() {
    // 1 − x/2 + x²/6; the next term is below 1e-13.
    let x = 1e-4;
    let series = 1.0 - x / 2.0 + x * x / 6.0;
    assert!((one_minus_exp_over_scalar(x) - series).abs() < 1e-13);
    assert_eq!(one_minus_exp_over_scalar(0.0), 1.0);
    assert_eq!(one_minus_exp_over_scalar(-0.0), 1.0);
    assert_eq!(one_minus_exp_over_scalar(1e-310), 1.0);
}

#[test]
fn values_at_the_edges_are_those_of_the_definition() {
    let infinity = f64::INFINITY;
    assert_eq!(exp_scalar(infinity), infinity);
    assert_eq!(exp_scalar(-infinity), 0.0);
    assert_eq!(exp_scalar(709.78), libm::exp(709.78));
    assert_eq!(exp_scalar(709.79), infinity);
    assert_eq!(exp_scalar(-745.1), f64::from_bits(1));
    assert_eq!(exp_scalar(-745.2), 0.0);
    assert_eq!(expm1_scalar(infinity), infinity);
    assert_eq!(expm1_scalar(-infinity), -1.0);
    assert_eq!(expm1_scalar(1e300), infinity);
    assert_eq!(expm1_scalar(-1e300), -1.0);
    assert_eq!(ln_scalar(infinity), infinity);
    assert_eq!(ln_scalar(0.0), -infinity);
    assert_eq!(ln_scalar(-0.0), -infinity);
    assert_eq!(ln_1p_scalar(infinity), infinity);
    assert_eq!(ln_1p_scalar(-1.0), -infinity);
    assert_eq!(one_minus_exp_over_scalar(infinity), 0.0);
    assert_eq!(one_minus_exp_over_scalar(-infinity), infinity);
    for function in [exp_scalar, expm1_scalar, ln_scalar, ln_1p_scalar, one_minus_exp_over_scalar] {
        assert!(function(f64::NAN).is_nan());
    }
    for function in [ln_scalar, ln_1p_scalar] {
        assert!(function(-2.0).is_nan());
        assert!(function(-infinity).is_nan());
    }
}

#[test]
fn zero_keeps_its_sign_where_the_function_does() {
    for function in [expm1_scalar, ln_1p_scalar] {
        assert_eq!(function(0.0).to_bits(), 0.0_f64.to_bits());
        assert_eq!(function(-0.0).to_bits(), (-0.0_f64).to_bits());
    }
}

#[test]
fn a_number_multiplied_by_a_power_of_two_keeps_its_fraction() {
    // 2^k by repeated doubling, against the bits assembled from k.
    let mut doubled = 1.0;
    for k in 0..=1023 {
        assert_eq!(power_of_two(k), doubled);
        doubled *= 2.0;
    }
    assert_eq!(power_of_two(-1022), f64::MIN_POSITIVE);
}

/// Any 64 bits read as a number: every magnitude, both signs, infinities and what is not a number.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<u64>().prop_map(f64::from_bits), -750.0..750.0_f64, -1.0..1.0_f64]
}

/// Bits, with everything that is not a number counted as one.
fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn any_number_is_within_the_stated_error(x in any_number()) {
        prop_assert!(ulps(exp_scalar(x), libm::exp(x)) <= 2);
        prop_assert!(ulps(expm1_scalar(x), libm::expm1(x)) <= 2);
        prop_assert!(ulps(ln_scalar(x), libm::log(x)) <= 2);
        prop_assert!(ulps(ln_1p_scalar(x), libm::log1p(x)) <= 2);
    }

    #[test]
    fn a_lane_and_its_elements_have_the_same_bits(values in proptest::array::uniform8(any_number())) {
        let lane = Lane(values);
        type Pair = (Lane, fn(f64) -> f64);
        let pairs: [Pair; 5] = [
            (exp(lane), exp_scalar),
            (expm1(lane), expm1_scalar),
            (ln(lane), ln_scalar),
            (ln_1p(lane), ln_1p_scalar),
            (one_minus_exp_over(lane), one_minus_exp_over_scalar),
        ];
        for (lane, scalar) in pairs {
            for draw in 0..LANES {
                prop_assert_eq!(bits(lane[draw]), bits(scalar(values[draw])));
            }
        }
        let power = pow(lane, Lane::splat(1.5));
        for draw in 0..LANES {
            prop_assert_eq!(bits(power[draw]), bits(libm::pow(values[draw], 1.5)));
        }
    }

    #[test]
    fn logarithm_undoes_the_exponential(x in -700.0..700.0_f64) {
        // An error of 2 ulp in e^x is an error of 4e-16 in its logarithm.
        let back = ln_scalar(exp_scalar(x));
        prop_assert!((back - x).abs() <= 1e-15 + 3e-16 * x.abs());
    }
}
