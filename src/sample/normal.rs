//! The standard normal distribution, on `libm` so that its numbers are the same on every machine.

use std::f64::consts::FRAC_1_SQRT_2;

/// The distribution function of the standard normal, `Φ(z) = ½ erfc(−z/√2)`.
pub(super) fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// The inverse of [`normal_cdf`], for `0 < u < 1`.
///
/// The rational approximations PPND16 of algorithm AS 241 (Wichura 1988, *Applied Statistics* 37:477–484),
/// with a relative error of about 1e-16 over all of double precision: one in the centre, where
/// `|u − ½| ≤ 0.425`, two in the tails, in `r = √(−ln min(u, 1 − u))`.
pub(super) fn normal_inverse(u: f64) -> f64 {
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
    3.387_132_872_796_366_608,
    1.331_416_678_917_843_774_5e2,
    1.971_590_950_306_551_442_7e3,
    1.373_169_376_550_946_112_5e4,
    4.592_195_393_154_987_145_7e4,
    6.726_577_092_700_870_085_3e4,
    3.343_057_558_358_812_810_5e4,
    2.509_080_928_730_122_672_7e3,
];
const CENTRE_DENOMINATOR: [f64; 8] = [
    1.0,
    4.231_333_070_160_091_125_2e1,
    6.871_870_074_920_579_083e2,
    5.394_196_021_424_751_107_7e3,
    2.121_379_430_158_659_586_7e4,
    3.930_789_580_009_271_061e4,
    2.872_908_573_572_194_267_4e4,
    5.226_495_278_852_854_561e3,
];
const TAIL_NUMERATOR: [f64; 8] = [
    1.423_437_110_749_683_577_34,
    4.630_337_846_156_545_295_9,
    5.769_497_221_460_691_405_5,
    3.647_848_324_763_204_605_04,
    1.270_458_252_452_368_382_58,
    2.417_807_251_774_506_117_7e-1,
    2.272_384_498_926_918_458_33e-2,
    7.745_450_142_783_414_076_4e-4,
];
const TAIL_DENOMINATOR: [f64; 8] = [
    1.0,
    2.053_191_626_637_758_821_87,
    1.676_384_830_183_803_849_4,
    6.897_673_349_851_000_045_5e-1,
    1.481_039_764_274_800_745_9e-1,
    1.519_866_656_361_645_719_66e-2,
    5.475_938_084_995_344_946e-4,
    1.050_750_071_644_416_843_24e-9,
];
const FAR_NUMERATOR: [f64; 8] = [
    6.657_904_643_501_103_777_2,
    5.463_784_911_164_114_369_9,
    1.784_826_539_917_291_335_8,
    2.965_605_718_285_048_912_3e-1,
    2.653_218_952_657_612_309_3e-2,
    1.242_660_947_388_078_438_6e-3,
    2.711_555_568_743_487_578_15e-5,
    2.010_334_399_292_288_132_65e-7,
];
const FAR_DENOMINATOR: [f64; 8] = [
    1.0,
    5.998_322_065_558_879_376_9e-1,
    1.369_298_809_227_358_053_1e-1,
    1.487_536_129_085_061_485_25e-2,
    7.868_691_311_456_132_591e-4,
    1.846_318_317_510_054_681_8e-5,
    1.421_511_758_316_445_888_7e-7,
    2.044_263_103_389_939_785_64e-15,
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
