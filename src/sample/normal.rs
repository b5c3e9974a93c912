//! The standard normal distribution, on `libm` so that its numbers are the same on every machine.

use std::f64::consts::FRAC_1_SQRT_2;

/// The distribution function of the standard normal, `Φ(z) = ½ erfc(−z/√2)`.
pub(crate) fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// The inverse of [`normal_cdf`], for `0 < u < 1`.
///
/// The rational approximations PPND16 of algorithm AS 241 (Wichura 1988, *Applied Statistics* 37:477–484),
/// with a relative error of about 1e-16 over all of double precision: one in the centre, where
/// `|u − ½| ≤ 0.425`, two in the tails, in `r = √(−ln min(u, 1 − u))`.
pub(crate) fn normal_inverse(u: f64) -> f64 {
    let from_centre = u - 0.5;
    if from_centre.abs() <= 0.425 {
        let r = 0.180_625 - from_centre * from_centre;
        return from_centre * ratio(&CENTRE_NUMERATOR, &CENTRE_DENOMINATOR, r);
    }
    let tail = if from_centre < 0.0 { u } else { 1.0 - u };
    let r = libm::sqrt(-libm::log(tail));
    let size = if r <= 5.0 {
        ratio(&TAIL_NUMERATOR, &TAIL_DENOMINATOR, r - 1.6)
    } else {
        ratio(&FAR_NUMERATOR, &FAR_DENOMINATOR, r - 5.0)
    };
    if from_centre < 0.0 { -size } else { size }
}

/// Two polynomials of degree seven, coefficients from the constant upwards, one over the other.
fn ratio(numerator: &[f64; 8], denominator: &[f64; 8], r: f64) -> f64 {
    let polynomial = |coefficients: &[f64; 8]| coefficients.iter().rev().fold(0.0, |sum, c| sum * r + c);
    polynomial(numerator) / polynomial(denominator)
}

const CENTRE_NUMERATOR: [f64; 8] = [
    3.387_132_872_796_366_5,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_3e3,
    1.373_169_376_550_946e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
const CENTRE_DENOMINATOR: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_659_7e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_854e3,
];
const TAIL_NUMERATOR: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const TAIL_DENOMINATOR: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR_NUMERATOR: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_DENOMINATOR: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_7e-15,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn familiar_percentiles_come_out() {
        // Tables of the normal distribution: 1.959963984540054 at 97.5%, 1.2815515655446004 at 90%.
        assert!((normal_inverse(0.975) - 1.959_963_984_540_054_2).abs() < 1e-15);
        assert!((normal_inverse(0.9) - 1.281_551_565_544_600_4).abs() < 1e-15);
        assert_eq!(normal_inverse(0.5), 0.0);
    }

    #[test]
    fn the_inverse_undoes_the_distribution_function_from_tail_to_tail() {
        let mut u = 1e-300;
        while u < 0.5 {
            let back = normal_cdf(normal_inverse(u));
            // A relative error ε of z is one of z²ε in the chance, and z² reaches 1,400: 2e-12 is ε = 1.5e-15.
            assert!((back / u - 1.0).abs() < 2e-12, "u = {u}: back {back}");
            assert_eq!(normal_inverse(1.0 - u.max(1e-10)), -normal_inverse(1.0 - (1.0 - u.max(1e-10))));
            u *= 1.7;
        }
    }
}
