//! The three engines agree, on every scenario that comes with the program.
//!
//! Each scenario is run with all parameters at their stated values in many runs that differ in chance only, its
//! population scaled to at most 5,000 people (1,200 where they have risk factors). The means over runs must be what `expected` gives, figure by figure
//! (five standard errors) and jointly (Hotelling's T² against its chi-square distribution); and `counts` and
//! `individual` must have the same variances where people of one profile are alike.

mod figures;
mod joint;

use figures::{Figures, base, run, scenarios};
use ounce::scenario::checked::{Engine, Scenario};

/// Runs of each engine.
const RUNS: usize = 240;

fn engines(scenario: &Scenario) -> Vec<Engine> {
    let history = scenario.models.iter().any(|model| model.with_history);
    let factors = scenario.models.iter().any(|model| !model.factors.is_empty());
    match (history, factors) {
        (true, _) => vec![Engine::Individual],
        (false, true) => vec![Engine::Expected, Engine::Individual],
        (false, false) => vec![Engine::Expected, Engine::Counts, Engine::Individual],
    }
}

/// Means of an engine against expected numbers.
fn assert_means(name: &str, engine: Engine, expected: &Figures, sample: &Figures) {
    let mut kept = Vec::new();
    for (index, figure) in sample.names.iter().enumerate() {
        let want = expected.runs[index][0];
        let runs = &sample.runs[index];
        let (mean, sd) = moments(runs);
        let error = sd / (runs.len() as f64).sqrt();
        let (low, high) = runs.iter().fold((f64::MAX, f64::MIN), |(low, high), &v| (low.min(v), high.max(v)));
        // No normal variable yet: a rare event may be seen never or thrice. The joint test leaves it out too.
        let largest = high.abs().max(low.abs());
        let few = want.abs() * (runs.len() as f64) < 20.0 * largest;
        if rarely_differs(runs) && ((low..=high).contains(&want) || few) || never_seen(figure, runs, want) {
            continue;
        }
        // A figure without chance is exact up to rounding.
        let tolerance = 5.0 * error + 1e-9 * want.abs();
        assert!(
            (mean - want).abs() <= tolerance,
            "{name}, {}: {figure}: mean {mean} instead of {want}, standard error {error}",
            engine.word()
        );
        if error > 1e-9 * want.abs() {
            kept.push(index);
        }
    }
    let distance = joint::hotelling(&kept, sample, expected);
    assert!(
        distance.p > 1e-5,
        "{name}, {}: together {} figures are off: T² = {} (p = {})",
        engine.word(),
        distance.figures,
        distance.t_squared,
        distance.p
    );
}

/// Whether something did not happen in any run that need not have: e^(−20) is the chance to miss what is expected 20
/// times in all runs. Costs and health of an event are nought where the event is.
fn never_seen(figure: &str, runs: &[f64], want: f64) -> bool {
    let never = runs.iter().all(|&value| value == 0.0);
    let counted = figure.contains("Node") || figure.contains("Deaths") || figure.contains("persons");
    never && (!counted || want.abs() * (runs.len() as f64) < 20.0)
}

/// Whether most runs have the same value and some another.
fn rarely_differs(runs: &[f64]) -> bool {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted[sorted.len() / 2];
    let others = runs.iter().filter(|&&value| value != middle).count();
    others > 0 && others < runs.len() / 4
}

/// Variances of two engines: ln(s₁²/s₂²) has the standard error √((k₁ − 1)/n₁ + (k₂ − 1)/n₂), k the kurtosis.
///
/// A strategy that sets parameters is a whole arm: how much luck it has in common with the comparator is a matter of the
/// engine, so only levels are compared there. The pairs of a cohort have one law in both engines.
fn assert_variances(name: &str, scenario: &Scenario, counts: &Figures, individual: &Figures) {
    let whole_arms = scenario.strategies.iter().any(|strategy| !strategy.set.is_empty());
    for (index, figure) in counts.names.iter().enumerate() {
        if whole_arms && !figure.starts_with("level") {
            continue;
        }
        let (one, other) = (&counts.runs[index], &individual.runs[index]);
        let ((mean, sd_one), (_, sd_other)) = (moments(one), moments(other));
        let certain = |sd: f64| sd <= 1e-9 * mean.abs();
        if rarely_differs(one) || rarely_differs(other) || certain(sd_one) && certain(sd_other) {
            continue;
        }
        let noise = |runs: &[f64]| (kurtosis(runs) - 1.0) / runs.len() as f64;
        let error = (noise(one) + noise(other)).sqrt();
        let distance = 2.0 * (sd_one / sd_other).ln();
        assert!(
            distance.abs() <= 5.0 * error,
            "{name}: {figure}: standard deviation {sd_one} in counts and {sd_other} in individual"
        );
    }
}

fn moments(runs: &[f64]) -> (f64, f64) {
    let n = runs.len() as f64;
    let mean = runs.iter().sum::<f64>() / n;
    let squares: f64 = runs.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}

fn kurtosis(runs: &[f64]) -> f64 {
    let (mean, sd) = moments(runs);
    runs.iter().map(|value| ((value - mean) / sd).powi(4)).sum::<f64>() / runs.len() as f64
}

#[test]
fn expected_numbers_are_the_means_of_whole_people_and_of_persons() {
    let all = scenarios();
    assert!(all.len() >= 6, "scenarios/ was not found");
    for (name, scenario) in &all {
        let engines = engines(scenario);
        // Flows are those of a strategy beside the comparator; a scenario may have none.
        if !engines.contains(&Engine::Expected) || scenario.strategies.len() < 2 {
            continue;
        }
        let expected = base(scenario);
        let samples: Vec<(Engine, Figures)> = engines
            .iter()
            .filter(|&&engine| engine != Engine::Expected)
            .map(|&engine| (engine, run(scenario, engine, RUNS)))
            .collect();
        for (engine, sample) in &samples {
            assert_means(name, *engine, &expected, sample);
        }
        if let [(_, counts), (_, individual)] = &samples[..] {
            assert_variances(name, scenario, counts, individual);
        }
    }
}
