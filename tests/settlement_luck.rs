//! Payments for results of people who are followed by chance: what luck does to them.

mod common;

use common::{HALVED_FALLS, men, scenario};
use ounce::analyse::noise::{ClauseNoise, Needed, Verdict};
use ounce::analyse::{Findings, analyse};
use ounce::report::warnings::Told;
use ounce::report::words::Lang;
use ounce::report::{Rates, Run, terminal};
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
    let Verdict::Noise { needed: Needed::About(needed), .. } = noise.results[0].verdict else {
        panic!("{noise:?}")
    };
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

#[test]
fn a_control_group_of_the_same_size_doubles_the_variance_and_a_very_large_one_adds_none() {
    // N and M falls of two groups of a hundred: P(M − N >= 10) of two Poissons of 100, normal above 9.5 of √200, is 0.2509.
    // Against so many that their mean is 100 it is P(N <= 90) = 0.1714.
    for (controls, chance) in [("100", 0.2509), ("1e9", 0.1714)] {
        let clause = FEWER_THAN_FORECAST.replace("\"forecast\"", &format!("{{ control = {controls} }}"));
        let noise = noise(&contract(&format!("{clause}threshold = 9.5\n"), Engine::Counts));
        assert_chance(noise.results[0].pays_without_effect.expected(), chance);
        assert!(noise.results[0].pays.expected() > 0.99);
    }
}

#[test]
fn a_year_before_is_as_uncertain_as_the_year_after() {
    let clause = FEWER_THAN_FORECAST.replace("\"forecast\"", "\"before_after\"");
    let noise = noise(&contract(&format!("{clause}threshold = 9.5\n"), Engine::Counts));
    assert_chance(noise.results[0].pays_without_effect.expected(), 0.2509);
}

/// What is measured by year at the stated values.
fn measured(scenario: &Scenario) -> Vec<f64> {
    let valued = value(scenario, Extent::BaseCase, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    let settled = settle(scenario, &valued).unwrap_or_else(|error| panic!("{error}"));
    let figures = &settled[0].base.figures;
    let figure = figures.iter().find(|figure| figure.name == "measured_result").unwrap();
    figure.by_year.iter().map(|year| year[0]).collect()
}

#[test]
fn compared_with_the_year_before_an_effect_hides_behind_risks_that_rise_with_age() {
    // A fall a year at 70 and two at 71. The course halves them: 50 of 100 in 2026, 100 of 200 in 2027. Controls show 50 and
    // 100 less; against the hundred of the year before there is nothing left in 2027.
    let rising = HALVED_FALLS.replace("rate = 1\n", "rate = \"if(age >= 71, 2, 1)\"\n");
    let of = |benchmark: &str| {
        let clause = "type = \"outcome-payment\"\nnode = \"m.fall\"\nbetter = \"less\"\nprice = 1\n";
        scenario(&format!(
            "{}{rising}[parties.town]\nkind = \"municipality\"\n[arrangements.deal.clauses.it]\nfrom = \"town\"\n\
             to = \"provider\"\n{clause}benchmark = {benchmark}\n",
            men(2, "half-year")
        ))
    };
    common::assert_amounts(&measured(&of("{ control = 300 }")), &[50.0, 100.0]);
    common::assert_amounts(&measured(&of("\"before_after\"")), &[50.0, 0.0]);
}

#[test]
fn costs_are_compared_with_controls_and_with_the_year_before_as_counts_are() {
    // Falls cost 100 each: without the course 10,000 and 20,000, with it half.
    let rising = HALVED_FALLS.replace("rate = 1\n", "rate = \"if(age >= 71, 2, 1)\"\n");
    let of = |benchmark: &str| {
        let clause = "type = \"shared-savings\"\nmeasures = \"claims\"\nshare = 0.5\n";
        scenario(&format!(
            "{}{rising}[unit_costs.fall]\non = \"m.fall\"\nvalue = 100\nbudget = \"care\"\n[parties.town]\n\
             kind = \"municipality\"\nbudgets = [\"care\"]\n[arrangements.deal.clauses.it]\nfrom = \"town\"\n\
             to = \"provider\"\n{clause}benchmark = {benchmark}\n",
            men(2, "half-year")
        ))
    };
    common::assert_amounts(&measured(&of("{ control = 300 }")), &[5_000.0, 10_000.0]);
    common::assert_amounts(&measured(&of("\"true\"")), &[5_000.0, 10_000.0]);
    common::assert_amounts(&measured(&of("\"before_after\"")), &[5_000.0, 0.0]);
}

#[test]
fn programs_read_in_the_warnings_which_payment_is_mostly_noise() {
    let clause = format!("{FEWER_THAN_FORECAST}threshold = 1.5\n");
    let warned = |ratio: &str| {
        let text = HALVED_FALLS.replace("rate_ratio = 0.5", ratio);
        let scenario = contract_of(&text, &clause, Engine::Counts);
        let told = Told::of_luck(&scenario, &findings(&scenario)).into_iter();
        told.map(|told| told.text).collect::<Vec<_>>()
    };
    let said = "clause `it` under arrangement `deal`: what it pays for strategy `prevention` is mostly noise";
    assert_eq!(warned("rate_ratio = 0.98"), [said]);
    // Half of the falls less is more than chance, and the target is what pays for nothing.
    assert_eq!(warned("rate_ratio = 0.5"), [""; 0]);
}

#[test]
fn a_chance_over_several_years_is_said_to_be_one_and_of_which_strategy_it_is() {
    let course = HALVED_FALLS.replace("years = \"2026\"", "years = \"2026-2027\"");
    let second = "[strategies.again]\nname = \"Once more\"\nprogrammes = [\"p\"]\n";
    let mut scenario = scenario(&format!(
        "{}{course}{second}[parties.town]\nkind = \"municipality\"\n[arrangements.deal.clauses.it]\nfrom = \"town\"\n\
         to = \"provider\"\n{FEWER_THAN_FORECAST}threshold = 9.5\n",
        men(2, "half-year")
    ));
    scenario.uncertainty.engine = Engine::Counts;
    let said = summary(&scenario, Lang::En);
    let words = "Once more, deal: it. Chance that it pays in at least one of 2 years for a programme that does nothing: ";
    assert!(said.contains(words), "{said}");
    scenario.arrangements[0].clauses[0].years = Some(vec![1]);
    let said = summary(&scenario, Lang::Nl);
    assert!(
        said.contains("Once more, deal: it. Kans dat er betaald wordt voor een programma dat niets doet: "),
        "{said}"
    );
}

/// What a run says, in one line.
fn summary(scenario: &Scenario, lang: Lang) -> String {
    let valued = value(scenario, Extent::Draws, &|| ()).unwrap();
    let settled = settle(scenario, &valued).unwrap();
    let findings = analyse(scenario, &valued, &settled);
    let rates = Rates::of(scenario).unwrap();
    let run =
        Run { scenario, valued: &valued, findings: &findings, rates, warnings: Vec::new(), folder: None };
    terminal::summary(&run, lang).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_summary_says_in_plain_words_what_is_luck_and_how_many_participants_it_takes() {
    let text = HALVED_FALLS.replace("rate_ratio = 0.5", "rate_ratio = 0.98");
    let scenario = contract_of(&text, &format!("{FEWER_THAN_FORECAST}threshold = 1.5\n"), Engine::Counts);
    let valued = value(&scenario, Extent::Draws, &|| ()).unwrap();
    let settled = settle(&scenario, &valued).unwrap();
    let findings = analyse(&scenario, &valued, &settled);
    let rates = Rates::of(&scenario).unwrap();
    let run = Run {
        scenario: &scenario,
        valued: &valued,
        findings: &findings,
        rates,
        warnings: Told::of_luck(&scenario, &findings),
        folder: None,
    };
    let said = |lang, words: &[&str]| {
        let text = terminal::summary(&run, lang).split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(text.contains(word), "no {word:?} in\n{text}");
        }
    };
    said(
        Lang::En,
        &[
            "Effect or luck?",
            "Chance that it pays for a programme that does nothing: 4",
            "(now 100)",
            "- deal: it: whether it pays is for a large part luck; see",
        ],
    );
    said(Lang::Nl, &["Effect of geluk?", "Vooral geluk: er zijn ongeveer", "deelnemers nodig (nu 100)"]);
}
