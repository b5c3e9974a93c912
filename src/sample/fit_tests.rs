use super::*;
use proptest::prelude::*;

fn fitted(stated: Stated) -> Fit {
    match fit(&stated) {
        Ok(fit) => fit,
        Err(error) => panic!("{error}"),
    }
}

fn refused(stated: Stated) -> FitError {
    match fit(&stated) {
        Ok(fit) => panic!("accepted as {fit:?}"),
        Err(error) => error,
    }
}

fn of(family: Family) -> Stated {
    Stated { family: Some(family), ..Stated::default() }
}

fn by_sd(family: Family, value: f64, sd: f64) -> Stated {
    Stated { value: Some(value), sd: Some(sd), ..of(family) }
}

fn by_interval(family: Family, value: Option<f64>, low: f64, high: f64) -> Stated {
    Stated { value, ci95: Some((low, high)), ..of(family) }
}

fn close(found: f64, expected: f64) -> bool {
    (found / expected - 1.0).abs() < 1e-12
}

#[test]
fn a_beta_comes_from_mean_and_sd() {
    // 0.85·0.15/0.03² − 1 = 140.667; times 0.85 and 0.15.
    let Distribution::Beta { alpha, beta } = fitted(by_sd(Family::Beta, 0.85, 0.03)).distribution else {
        panic!("not a beta")
    };
    assert!(close(alpha, 119.566_666_666_666_65) && close(beta, 21.1), "{alpha}, {beta}");
}

#[test]
fn a_gamma_comes_from_mean_and_sd() {
    // (5294/1487)² and 1487²/5294.
    let Distribution::Gamma { shape, scale } = fitted(by_sd(Family::Gamma, 5294.0, 1487.0)).distribution
    else {
        panic!("not a gamma")
    };
    assert!(
        close(shape, 28_026_436.0 / 2_211_169.0) && close(scale, 417.674_537_211_938_06),
        "{shape}, {scale}"
    );
}

#[test]
fn a_lognormal_comes_from_mean_and_sd() {
    let fit = fitted(by_sd(Family::LogNormal, 1710.0, 27.568_097_504_180_443));
    let Distribution::LogNormal { mean_log, sd_log } = fit.distribution else { panic!("not a lognormal") };
    assert!(close(mean_log, 7.444_118_711_866_036) && close(sd_log, 0.016_120_647_050_844_022));
    assert_eq!(fit.value, 1710.0);
    assert!(close(fit.distribution.mean(), 1710.0) && close(fit.distribution.sd(), 27.568_097_504_180_443));
}

#[test]
fn the_value_of_a_lognormal_with_an_interval_is_its_median() {
    // A rate ratio 0.77 (0.71 to 0.83): σ = ln(0.83/0.71)/3.92 = 0.0398357.
    let fit = fitted(by_interval(Family::LogNormal, Some(0.77), 0.71, 0.83));
    let Distribution::LogNormal { mean_log, sd_log } = fit.distribution else { panic!("not a lognormal") };
    assert!(close(mean_log.exp(), 0.77) && close(sd_log, (0.83_f64 / 0.71).ln() / 3.92));
    assert!(fit.warnings.is_empty(), "{:?}", fit.warnings);
    // Without a value: √(0.5·2) = 1.
    assert!(close(fitted(by_interval(Family::LogNormal, None, 0.5, 2.0)).value, 1.0));
    // By its own parameters: exp(meanlog).
    let own = Stated { mean_log: Some(2.0), sd_log: Some(0.1), ..of(Family::LogNormal) };
    assert!(close(fitted(own).value, 2.0_f64.exp()));
}

#[test]
fn a_normal_takes_the_middle_of_its_interval_without_a_value() {
    let fit = fitted(by_interval(Family::Normal, None, -1.0, 5.0));
    assert_eq!(fit.value, 2.0);
    assert!((fit.achieved_ci95.0 + 1.0).abs() < 1e-12 && (fit.achieved_ci95.1 - 5.0).abs() < 1e-12);
}

#[test]
fn a_proportion_of_n_persons_is_a_beta_without_dist() {
    let fit = fitted(Stated { value: Some(0.2), n: Some(50.0), ..Stated::default() });
    assert_eq!(fit.distribution, Distribution::Beta { alpha: 10.0, beta: 40.0 });
    assert_eq!(fit.value, 0.2);
}

#[test]
fn a_value_alone_is_certain() {
    let fit = fitted(Stated { value: Some(3.0), ..Stated::default() });
    assert_eq!(fit.distribution, Distribution::Fixed(3.0));
    assert_eq!(fit.achieved_ci95, (3.0, 3.0));
}

#[test]
fn a_gamma_takes_a_rate_for_a_scale() {
    let stated = Stated { shape: Some(4.0), rate: Some(0.5), ..of(Family::Gamma) };
    let fit = fitted(stated);
    assert_eq!(fit.distribution, Distribution::Gamma { shape: 4.0, scale: 2.0 });
    assert_eq!(fit.value, 8.0);
    assert_eq!(refused(Stated { scale: Some(2.0), ..stated }).key(), "rate");
}

#[test]
fn the_value_of_a_pert_is_its_mode_and_of_a_uniform_its_middle() {
    let bounds = Stated { low: Some(1.0), high: Some(4.0), ..of(Family::Uniform) };
    assert_eq!(fitted(bounds).value, 2.5);
    let pert = Stated { value: Some(2.0), family: Some(Family::Pert), ..bounds };
    assert_eq!(fitted(pert).distribution, Distribution::Pert { low: 1.0, mode: 2.0, high: 4.0 });
    assert_eq!(fitted(pert).value, 2.0);
    assert_eq!(refused(Stated { value: None, ..pert }).key(), "value");
    assert_eq!(refused(Stated { value: Some(5.0), ..pert }).key(), "value");
    assert_eq!(refused(Stated { low: Some(4.0), ..bounds }).key(), "low");
}

#[test]
fn an_interval_around_the_wrong_place_warns_with_the_one_achieved() {
    // A mean of 0.29 in an interval of 0.1 to 0.3: the beta's interval of that width is about 0.195 to 0.395.
    let fit = fitted(by_interval(Family::Beta, Some(0.29), 0.1, 0.3));
    assert!((fit.achieved_ci95.1 - fit.achieved_ci95.0 - 0.2).abs() < 1e-9);
    assert!(
        fit.warnings.len() == 1 && fit.warnings[0].contains("instead of 0.1 to 0.3"),
        "{:?}",
        fit.warnings
    );
}

#[test]
fn an_interval_wider_than_any_gamma_warns_with_the_widest() {
    // The 97.5% percentile of a gamma is at most 11.45 times its mean, at shape 0.041, and the 2.5% one is 0
    // there (mpmath, inverting gammainc for shapes from 0.02 to 0.2).
    let fit = fitted(by_interval(Family::Gamma, Some(1.0), 0.0, 100.0));
    assert!(fit.warnings.iter().any(|warning| warning.contains("as wide as 0 to 100")), "{:?}", fit.warnings);
    let width = fit.achieved_ci95.1 - fit.achieved_ci95.0;
    assert!((width - 11.45).abs() < 0.01, "{width}");
}

#[test]
fn the_spread_between_persons_is_not_the_uncertainty_of_their_mean() {
    let fit = fitted(Stated { n: Some(100.0), ..by_sd(Family::Gamma, 500.0, 400.0) });
    assert!(fit.warnings.iter().any(|warning| warning.contains("write se = 40 ")), "{:?}", fit.warnings);
}

#[test]
fn a_spread_without_dist_is_refused_with_a_fitting_suggestion() {
    let without = |stated: Stated| refused(Stated { family: None, ..stated }).to_string();
    let share = without(by_interval(Family::Beta, Some(0.2), 0.1, 0.3));
    assert!(
        share.starts_with("ci95 is given without a distribution") && share.contains("\"beta\""),
        "{share}"
    );
    assert!(without(by_sd(Family::Gamma, 5294.0, 1487.0)).contains("\"gamma\" for a cost"));
    assert!(without(by_interval(Family::Normal, Some(0.0), -1.0, 1.0)).contains("\"normal\""));
    let range = Stated { low: Some(1.0), high: Some(2.0), ..Stated::default() };
    assert!(without(range).contains("\"pert\""));
    assert_eq!(refused(range).key(), "low");
}

#[test]
fn a_spread_no_beta_can_have_is_refused_with_the_largest() {
    // √(0.1·0.9) = 0.3.
    let error = refused(by_sd(Family::Beta, 0.1, 0.4));
    assert_eq!(error.key(), "sd");
    assert!(error.to_string().contains("it stays below 0.3"), "{error}");
}

#[test]
fn each_error_names_the_key_at_fault() {
    let interval = by_interval(Family::Beta, Some(0.2), 0.1, 0.3);
    let cases = [
        (Stated { value: Some(0.4), ..interval }, "value"),
        (Stated { ci95: Some((0.3, 0.1)), ..interval }, "ci95"),
        (Stated { ci95: Some((0.1, 1.3)), ..interval }, "ci95"),
        (Stated { value: None, ci95: Some((0.0, 2.0)), ..of(Family::LogNormal) }, "ci95"),
        (Stated { sd: Some(0.1), ..interval }, "ci95"),
        (Stated { alpha: Some(2.0), ..interval }, "ci95"),
        (Stated { shape: Some(2.0), ..interval }, "shape"),
        (Stated { value: Some(f64::NAN), ..interval }, "value"),
        (by_sd(Family::Normal, 1.0, 0.0), "sd"),
        (by_sd(Family::Gamma, -2.0, 1.0), "value"),
        (by_sd(Family::Gamma, 1.0, 1e-7), "sd"),
        (by_sd(Family::Fixed, 1.0, 0.1), "sd"),
        (Stated { value: Some(1.0), ..of(Family::Gamma) }, "dist"),
        (Stated { alpha: Some(1.0), ..of(Family::Beta) }, "beta"),
        (Stated { sd: Some(1.0), ..of(Family::Normal) }, "value"),
        (Stated { value: Some(12.0), n: Some(50.0), ..Stated::default() }, "value"),
        (of(Family::Fixed), "value"),
    ];
    for (stated, key) in cases {
        let error = refused(stated);
        assert_eq!(error.key(), key, "{error}");
    }
}

#[test]
fn the_spread_that_sits_on_both_ends_is_warned_of() {
    let fit = fitted(by_sd(Family::Beta, 0.5, 0.45));
    assert!(fit.warnings.iter().any(|warning| warning.contains("0 and 1 become the likeliest")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn mean_and_sd_come_back(mean in 0.01_f64..0.99, part in 0.01_f64..0.95) {
        let sd = part * (mean * (1.0 - mean)).sqrt();
        for family in [Family::Normal, Family::LogNormal, Family::Beta, Family::Gamma] {
            let distribution = fitted(by_sd(family, mean, sd)).distribution;
            prop_assert!((distribution.mean() / mean - 1.0).abs() < 1e-10, "{distribution:?}");
            prop_assert!((distribution.sd() / sd - 1.0).abs() < 1e-10, "{distribution:?}");
        }
    }

    #[test]
    fn the_width_comes_back_with_the_mean(mean in 0.05_f64..0.95, part in 0.01_f64..0.9, place in 0.2_f64..0.8) {
        let width = part * mean.min(1.0 - mean);
        let (low, high) = (mean - place * width, mean + (1.0 - place) * width);
        for family in [Family::Normal, Family::Beta, Family::Gamma] {
            let fit = fitted(by_interval(family, Some(mean), low, high));
            prop_assert!((fit.distribution.mean() / mean - 1.0).abs() < 1e-12);
            let achieved = fit.achieved_ci95.1 - fit.achieved_ci95.0;
            prop_assert!((achieved / width - 1.0).abs() < 1e-8, "{family:?}: {achieved} for {width}");
        }
    }

    #[test]
    fn both_bounds_come_back_without_a_value(low in 0.01_f64..0.6, width in 0.02_f64..0.35) {
        for family in [Family::Normal, Family::Beta, Family::Gamma, Family::LogNormal] {
            let fit = fitted(by_interval(family, None, low, low + width));
            prop_assert!((fit.achieved_ci95.0 - low).abs() < 1e-3 * width, "{family:?}: {:?}", fit.achieved_ci95);
            prop_assert!((fit.achieved_ci95.1 - low - width).abs() < 1e-3 * width, "{family:?}");
        }
    }
}
