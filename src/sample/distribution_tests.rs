use super::*;
use proptest::prelude::*;
use statrs::distribution::{ContinuousCDF, Gamma as StatrsGamma};

fn gamma(shape: f64) -> Distribution {
    Distribution::Gamma { shape, scale: 1.0 }
}

fn beta(alpha: f64, beta: f64) -> Distribution {
    Distribution::Beta { alpha, beta }
}

/// The quantile is right when it goes back to u, or when u lies between the two neighbouring floating-point
/// numbers (near 0 and 1 those can be far apart in probability).
fn assert_round_trip(distribution: &Distribution, u: f64) {
    let x = distribution.inverse_cdf(u);
    let back = distribution.cdf(x);
    let between = distribution.cdf(x.next_down()) <= u && u <= distribution.cdf(x.next_up());
    // In the tails the chance itself is small, so there the error must be small beside it.
    let allowed = 1e-10 * (10.0 * u.min(1.0 - u)).min(1.0);
    assert!(
        (back - u).abs() < allowed.max(1e-15) || between,
        "{distribution:?} at u = {u}: x = {x}, back = {back}, off by {}",
        back - u
    );
}

#[test]
fn gamma_agrees_with_the_incomplete_gamma_function_at_40_digits() {
    // (shape, x, P, Q) by mpmath's gammainc with 40 digits.
    let cases = [
        (0.01, 1e-5, 0.896_336_798_267_197_2, 0.103_663_201_732_802_8),
        (0.01, 0.5, 0.994_373_243_806_032_8, 0.005_626_756_193_967_184),
        (0.3, 0.02, 0.342_997_515_856_987_9, 0.657_002_484_143_012_1),
        (0.3, 3.0, 0.993_509_627_300_901_6, 0.006_490_372_699_098_434),
        (2.5, 1.0, 0.150_854_963_915_390_36, 0.849_145_036_084_609_6),
        (2.5, 7.0, 0.984_390_583_899_733_1, 0.015_609_416_100_266_915),
        (40.0, 30.0, 0.046_253_037_645_842_036, 0.953_746_962_354_158),
        (40.0, 60.0, 0.997_451_807_696_386_7, 0.002_548_192_303_613_322_4),
        (900.0, 870.0, 0.158_609_355_431_481_2, 0.841_390_644_568_518_8),
        (900.0, 1000.0, 0.999_377_402_215_725, 0.000_622_597_784_275_047_3),
        (1500.0, 1400.0, 0.004_231_080_348_517_12, 0.995_768_919_651_483),
        (1500.0, 1620.0, 0.998_768_976_651_120_2, 0.001_231_023_348_879_772_7),
        (5000.0, 4900.0, 0.077_944_956_226_513_91, 0.922_055_043_773_486_1),
        (5000.0, 5200.0, 0.997_415_186_504_646_2, 0.002_584_813_495_353_809),
        (1e6, 998_000.0, 0.022_696_114_006_736_803, 0.977_303_885_993_263_2),
        (1e6, 1_003_000.0, 0.998_638_259_353_782_4, 0.001_361_740_646_217_591_5),
    ];
    for (shape, x, p, q) in cases {
        let (below, above) = UnitGamma::new(shape).both_tails(x);
        assert!((below / p - 1.0).abs() < 3e-13, "P({shape}, {x}) = {below}, not {p}");
        assert!((above / q - 1.0).abs() < 3e-13, "Q({shape}, {x}) = {above}, not {q}");
    }
}

#[test]
fn beta_agrees_with_the_incomplete_beta_function_at_40_digits() {
    // (α, β, x, I) by mpmath (hypergeometric series, and quadrature where that does not converge).
    let cases = [
        (0.01, 0.01, 0.3, 0.495_823_613_602_382_03),
        (0.1, 0.1, 0.0001, 0.201_936_448_382_532_1),
        (0.5, 0.5, 0.75, 2.0 / 3.0), // arcsine law: 2/π asin √x
        (2.0, 3.0, 0.4, 0.5248),     // 6x² − 8x³ + 3x⁴
        (20.0, 80.0, 0.15, 0.098_499_358_348_015_71),
        (20.0, 80.0, 0.3, 0.989_597_662_698_711_8),
        (5.0, 9995.0, 0.0003, 0.184_661_131_913_340_77),
        (5.0, 9995.0, 0.001, 0.970_785_152_130_152_6),
        (0.01, 5000.0, 1e-6, 0.953_759_925_196_697_7),
        (5000.0, 5000.0, 0.49, 0.022_742_032_324_574_546),
        (5000.0, 5000.0, 0.505, 0.841_344_746_371_036_8),
        (119.566_666_666_666_65, 21.1, 0.9, 0.963_715_087_108_853_5),
    ];
    for (a, b, x, expected) in cases {
        let found = beta(a, b).cdf(x);
        assert!((found / expected - 1.0).abs() < 1e-12, "I_{x}({a}, {b}) = {found}, not {expected}");
    }
}

#[test]
fn the_inverse_undoes_the_distribution_function_for_shapes_from_a_hundredth_to_five_thousand() {
    let shapes =
        [0.01, 0.05, 0.1, 0.3, 0.49, 0.5, 0.9, 1.0, 1.5, 2.0, 2.5, 12.67, 80.0, 999.0, 1001.0, 5000.0];
    let chances = [1e-12, 1e-6, 1e-3, 0.025, 0.1, 0.3, 0.5, 0.62, 0.9, 0.975, 0.999, 1.0 - 1e-6, 1.0 - 1e-12];
    for shape in shapes {
        for u in chances {
            assert_round_trip(&gamma(shape), u);
            for other in shapes {
                assert_round_trip(&beta(shape, other), u);
            }
        }
    }
}

#[test]
fn gamma_quantiles_agree_with_another_library() {
    for (shape, u) in [(0.7, 0.1), (2.5, 0.3), (12.67, 0.975), (300.0, 0.01)] {
        // statrs takes the rate, one over the scale.
        let theirs = StatrsGamma::new(shape, 1.0).map(|g| g.inverse_cdf(u));
        let ours = gamma(shape).inverse_cdf(u);
        assert!(theirs.is_ok_and(|theirs| (ours / theirs - 1.0).abs() < 1e-8), "shape {shape} at {u}");
    }
}

#[test]
fn a_quantile_below_the_smallest_number_is_zero_and_its_logarithm_is_known() {
    // P = x^a/Γ(a+1): ln x = (ln 1e-4 + ln Γ(1.01))/0.01 = −926.7…, far below ln of the smallest number, −744.4.
    assert_eq!(gamma(0.01).inverse_cdf(1e-4), 0.0);
    let ln = UnitGamma::new(0.01).ln_quantile(1e-4);
    assert!((ln - (libm::log(1e-4) + libm::lgamma(1.01)) / 0.01).abs() < 1e-9, "{ln}");
}

#[test]
fn moments_follow_from_the_quantiles_of_every_family() {
    let cases = [
        Distribution::Normal { mean: 3.0, sd: 2.0 },
        Distribution::LogNormal { mean_log: 1.0, sd_log: 0.4 },
        beta(2.0, 5.0),
        gamma(3.0),
        Distribution::Weibull { shape: 1.7, scale: 4.0 },
        Distribution::Uniform { low: -1.0, high: 4.0 },
        Distribution::Triangular { low: 0.0, mode: 1.0, high: 4.0 },
        Distribution::Pert { low: 0.0, mode: 1.0, high: 4.0 },
    ];
    for distribution in cases {
        // The mean is ∫ F⁻¹(u) du; the midpoint rule with 20,000 points leaves about 1e-3 in the tails.
        let n = 20_000;
        let quantile = distribution.quantile_function();
        let points: Vec<f64> = (0..n).map(|i| quantile.at((f64::from(i) + 0.5) / f64::from(n))).collect();
        let mean = points.iter().sum::<f64>() / f64::from(n);
        let variance = points.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n);
        assert!((mean - distribution.mean()).abs() < 1e-3, "{distribution:?}: mean {mean}");
        assert!((variance.sqrt() / distribution.sd() - 1.0).abs() < 1e-3, "{distribution:?}: sd");
        for u in [0.01, 0.2, 0.25, 0.5, 0.77, 0.99] {
            assert_round_trip(&distribution, u);
        }
    }
}

#[test]
fn outside_the_open_interval_the_ends_of_the_support_come_out() {
    assert_eq!(beta(2.0, 3.0).inverse_cdf(0.0), 0.0);
    assert_eq!(beta(2.0, 3.0).inverse_cdf(1.0), 1.0);
    assert_eq!(gamma(2.0).inverse_cdf(1.0), f64::INFINITY);
    assert_eq!(Distribution::Normal { mean: 0.0, sd: 1.0 }.inverse_cdf(-0.5), f64::NEG_INFINITY);
    assert!(gamma(2.0).inverse_cdf(f64::NAN).is_nan());
}

#[test]
fn names_are_those_of_scenario_files() {
    for family in Family::ALL {
        assert_eq!(Family::named(family.name()), Some(family));
    }
    assert_eq!(Family::named("gaussian"), None);
    assert_eq!(Distribution::Pert { low: 0.0, mode: 1.0, high: 2.0 }.name(), "pert");
}

#[test]
fn impossible_numbers_are_named() {
    assert_eq!(beta(2.0, 3.0).problem(), None);
    assert!(beta(-2.0, 3.0).problem().is_some_and(|sentence| sentence.contains("alpha is -2")));
    assert!(gamma(f64::NAN).problem().is_some_and(|sentence| sentence.contains("shape")));
    let backwards = Distribution::Pert { low: 0.0, mode: 5.0, high: 2.0 };
    assert!(backwards.problem().is_some_and(|sentence| sentence.contains("in this order")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn any_gamma_goes_there_and_back(log_shape in -4.6_f64..8.5, log_u in -30.0_f64..0.0, upper: bool) {
        let u = if upper { 1.0 - log_u.exp() } else { log_u.exp() };
        assert_round_trip(&gamma(log_shape.exp()), u);
    }

    #[test]
    fn any_beta_goes_there_and_back(log_a in -4.6_f64..8.5, log_b in -4.6_f64..8.5, log_u in -30.0_f64..0.0, upper: bool) {
        let u = if upper { 1.0 - log_u.exp() } else { log_u.exp() };
        assert_round_trip(&beta(log_a.exp(), log_b.exp()), u);
    }

    #[test]
    fn quantiles_rise_with_the_chance(log_a in -3.0_f64..6.0, log_b in -3.0_f64..6.0, u in 0.001_f64..0.998) {
        for distribution in [gamma(log_a.exp()), beta(log_a.exp(), log_b.exp())] {
            prop_assert!(distribution.inverse_cdf(u) <= distribution.inverse_cdf(u + 0.001));
        }
    }
}
