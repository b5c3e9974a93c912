//! Payments for results of people who are followed by chance: what luck does to them.

mod common;

use common::{HALVED_FALLS, men, scenario};
use ounce::analyse::noise::{ClauseNoise, Verdict};
use ounce::analyse::{Findings, analyse};
use ounce::scenario::checked::{Engine, Scenario};
use ounce::settle::settle;
use ounce::value::{Extent, value};

const DRAWS: usize = 1024;

/// The hundred men for a year, a course that halves their falls, and one clause, followed in whole people.
fn contract(clause: &str, engine: Engine) -> Scenario {
    contract_of(HALVED_FALLS, clause, engine)
}

fn contract_of(course: &str, clause: &str, engine: Engine) -> Scenario {
    let mut scenario = scenario(&format!(
        "{}{course}[parties.town]\nkind = \"municipality\"\n\
         [arrangements.deal.clauses.it]\nfrom = \"town\"\nto = \"provider\"\n{clause}",
        men(1, "half-year")
    ));
    scenario.uncertainty.engine = engine;
    scenario.uncertainty.draws = DRAWS;
    scenario
}

fn findings(scenario: &Scenario) -> Findings {
    let valued = value(scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    let settled = settle(scenario, &valued).unwrap_or_else(|error| panic!("{error}"));
    analyse(scenario, &valued, &settled)
}

fn noise(scenario: &Scenario) -> ClauseNoise {
    findings(scenario).variants[0].settlements[0].noise[0].clone()
}

/// A share seen in the draws against the chance, within four standard errors.
fn assert_chance(seen: f64, chance: f64) {
    let error = (chance * (1.0 - chance) / DRAWS as f64).sqrt();
    assert!((seen - chance).abs() <= 4.0 * error, "{seen} where {chance} is to be expected");
}

const FEWER_THAN_FORECAST: &str = "type = \"outcome-payment\"\nnode = \"m.fall\"\nbenchmark = \"forecast\"\nbetter = \"less\"\namount = 1000\n";

#[test]
fn ten_falls_less_than_forecast_come_about_by_chance_once_in_six_times() {
    // A hundred men fall 100 times a year, Poisson: P(N <= 90) = 0.1714 for a course that does nothing; with it they fall 50
    // times, and P(N <= 90) is all but 1. (Half a fall less keeps the forecast, a mean over draws, from deciding.)
    let clause = format!("{FEWER_THAN_FORECAST}threshold = 9.5\n");
    for engine in [Engine::Counts, Engine::Individual] {
        let noise = noise(&contract(&clause, engine));
        let result = &noise.results[0];
        assert_chance(result.pays_without_effect.expected(), 0.1714);
        assert!(result.pays.expected() > 0.999);
        assert_eq!(result.verdict, Verdict::Informative);
        assert_chance(noise.payment_without_effect.expected() / 1000.0, 0.1714);
    }
}

#[test]
fn a_course_that_does_little_needs_many_more_participants_before_its_payment_follows_the_effect() {
    // A ratio of 0.98 avoids 2 falls of 100, where chance has a spread of 10: 100 · 2.80² · 10² / 2² = 19,600 men. The 2
    // avoided are known to ±0.044 (Poisson, 1,024 draws) and the variance to ±4.4%: within 25%.
    let clause = format!("{FEWER_THAN_FORECAST}threshold = 1.5\n");
    let text = HALVED_FALLS.replace("rate_ratio = 0.5", "rate_ratio = 0.98");
    let noise = noise(&contract_of(&text, &clause, Engine::Counts));
    let Verdict::Noise { needed: Some(needed) } = noise.results[0].verdict else { panic!("{noise:?}") };
    assert!((needed / 19_622.0 - 1.0).abs() < 0.25, "{needed}");
}

#[test]
fn expected_numbers_hold_no_chance_and_nothing_is_said_about_luck() {
    let noise = noise(&contract(&format!("{FEWER_THAN_FORECAST}threshold = 9.5\n"), Engine::Expected));
    assert_eq!(noise.results[0].verdict, Verdict::WithoutChance);
    assert_eq!(noise.results[0].pays_without_effect.expected(), 0.0);
}

#[test]
fn a_step_that_is_reached_tells_nothing_about_the_effect() {
    let clause = "type = \"outcome-payment\"\nstep = \"p.course\"\nthreshold = 90\namount = 1000\n";
    let noise = noise(&contract(clause, Engine::Counts));
    assert_eq!(noise.results[0].verdict, Verdict::Unrelated);
    assert_eq!(noise.payment, noise.payment_without_effect);
}
