//! The published Sick-Sicker microsimulation: means, standard deviations between persons, and the standard
//! deviation of the same person's life with treatment minus without.
//!
//! Exact values: the mean and the second moment of discounted costs and QALYs over all lives of the Markov chain,
//! computed by an independent program; the published run of 100,000 lives agrees with them within its own error.
//! The scenario has one person, so each draw is a life, and statistics over draws are statistics over persons.

use ounce::analyse::analyse;
use ounce::analyse::statistics::Series;
use ounce::scenario::checked::Scenario;
use ounce::scenario::{self, sources::Sources};
use ounce::settle::settle;
use ounce::value::{Extent, value};
use std::path::Path;

const NO_TREATMENT: usize = 0;
const TREATMENT: usize = 1;

fn read() -> Scenario {
    let mut sources = Sources::default();
    let file = Path::new("scenarios/validation/sick_sicker_microsimulation.toml");
    match scenario::read(file, &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

/// Costs and QALYs of every life, by strategy, present values.
fn lives(scenario: &Scenario) -> [(Series, Series); 2] {
    let valued = value(scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    let settled = settle(scenario, &valued).unwrap_or_else(|error| panic!("{error}"));
    let findings = analyse(scenario, &valued, &settled);
    let strategies = &findings.variants[0].cost_effectiveness.as_ref().expect("two strategies").strategies;
    [NO_TREATMENT, TREATMENT].map(|s| (strategies[s].cost.clone(), strategies[s].qalys.clone()))
}

/// Mean and standard deviation must be within five standard errors of the exact values. The standard error of a
/// variance s² over n lives is √((m₄ − s⁴)/n), m₄ the fourth central moment.
fn assert_moments(lives: &Series, mean: f64, sd: f64, what: &str) {
    let n = lives.draws.len() as f64;
    let own = lives.draws.iter().sum::<f64>() / n;
    let moment = |power: i32| lives.draws.iter().map(|x| (x - own).powi(power)).sum::<f64>() / n;
    let (variance, fourth) = (moment(2), moment(4));
    let error = (variance / n).sqrt();
    assert!(
        (own - mean).abs() < 5.0 * error,
        "{what}: mean {own} instead of {mean} (standard error {error})"
    );
    let error = ((fourth - variance * variance) / n).sqrt();
    assert!(
        (variance - sd * sd).abs() < 5.0 * error,
        "{what}: standard deviation {} instead of {sd}",
        variance.sqrt()
    );
}

#[test]
fn lives_have_the_published_means_and_standard_deviations() {
    let [(cost, qalys), (cost_treated, qalys_treated)] = lives(&read());
    assert_eq!(cost.draws.len(), 20_000);
    assert_moments(&cost, 75976.1491401425, 57903.0695840203, "cost without treatment");
    assert_moments(&cost_treated, 141623.0281883438, 108371.2683412286, "cost with treatment");
    assert_moments(&qalys, 15.838847814543, 4.9489062605, "QALYs without treatment");
    assert_moments(&qalys_treated, 16.400405589241, 5.0978155965, "QALYs with treatment");
}

#[test]
fn a_person_lives_the_same_life_with_a_treatment_that_changes_no_chance() {
    let [(cost, qalys), (cost_treated, qalys_treated)] = lives(&read());
    // Were the two lives independent, the standard deviation of the difference in cost would be
    // √(57,903² + 108,371²) = 122,900 and not 51,857, and that in QALYs 7.1 and not 0.36.
    assert_moments(&cost_treated.zip(&cost, |a, b| a - b), 65646.8790482013, 51857.0928108718, "extra cost");
    let gained = qalys_treated.zip(&qalys, |a, b| a - b);
    assert_moments(&gained, 0.561557774699, 0.3562800135, "QALYs gained");
    // Treated lives differ by 0.2 for each (discounted) year in S1 and by 12,000 for each in S1 and S2; nobody loses.
    assert!(gained.draws.iter().all(|&gain| gain >= 0.0));
}

#[test]
fn the_expected_numbers_are_exact() {
    let mut scenario = read();
    scenario.uncertainty.draws = 8;
    let [(cost, qalys), (cost_treated, qalys_treated)] = lives(&scenario);
    for (series, exact) in [
        (cost, 75976.1491401425),
        (cost_treated, 141623.0281883438),
        (qalys, 15.838847814543),
        (qalys_treated, 16.400405589241),
    ] {
        assert!((series.base - exact).abs() <= 1e-9 * exact, "{} instead of {exact}", series.base);
    }
}
