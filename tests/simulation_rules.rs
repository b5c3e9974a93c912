//! Rules of time, enrolment, effects and mortality, each in the smallest scenario that shows it.

mod common;

use common::{base_flows, count, men, scenario, strategy_total};
use ounce::value::flows::Flows;
use proptest::prelude::*;

/// A hundred men of 70 in half-year cycles for four years, and more tables.
fn with(more: &str) -> ounce::scenario::Scenario {
    scenario(&format!("{}\n{more}", men(4, "half-year")))
}

#[test]
fn a_fall_changes_no_state_and_recurs() {
    // 0.85 falls per person-year, nobody dies: 100 · 0.85 · 4 = 340; 1 − exp(−0.85) each year would give 229.
    let s = with(
        "[models.m.events.fall]\nin = [\"home\"]\nrate = 0.85\n[strategies.other]\nset = { x = 1 }\n[parameters]\nx = { value = 0, assumption = \"none\" }",
    );
    let flows = base_flows(&s);
    assert!((count(&flows, &s, "fall").0 - 340.0).abs() < 1e-9);
}

#[test]
fn probabilities_of_a_row_convert_jointly() {
    // 0.3 and 0.2 a year from home: half a year keeps √0.5 = 0.70711, so after four years 0.5⁴ = 0.0625 are left,
    // and 0.3/0.5 of the others are in the first state.
    let s = with(
        r#"
[models.m.states.ill]
start = 0
[models.m.transitions.falls_ill]
from = "home"
to = "ill"
probability = 0.3
[models.m.transitions.dies]
from = "home"
to = "dead"
probability = 0.2
[strategies.other]
set = { x = 1 }
[parameters]
x = { value = 0, assumption = "none" }"#,
    );
    let flows = base_flows(&s);
    let (ill, dead) = (count(&flows, &s, "falls_ill").0, count(&flows, &s, "dies").0);
    assert!((ill - 93.75 * 0.6).abs() < 1e-9, "{ill}");
    assert!((dead - 93.75 * 0.4).abs() < 1e-9, "{dead}");
}

#[test]
fn background_mortality_leaves_room_for_modelled_deaths() {
    // Table hazard 0.10; falls kill 0.8 · 0.05 = 0.04 a year; background is the other 0.06; together 0.10:
    // 100·exp(−0.4) alive after four years.
    let s = with(
        r#"
[models.m.mortality]
rate = 0.10
[models.m.events.fall]
in = ["home"]
rate = 0.8
[models.m.events.fatal]
of = "fall"
share = 0.05
moves_to = "dead"
[strategies.other]
set = { x = 1 }
[parameters]
x = { value = 0, assumption = "none" }"#,
    );
    let flows = base_flows(&s);
    let deaths = common::deaths(&flows);
    assert!((deaths.0 - 100.0 * (1.0 - (-0.4f64).exp())).abs() < 1e-9, "{}", deaths.0);
    let fatal = count(&flows, &s, "fatal").0;
    assert!((fatal - 0.4 * deaths.0).abs() < 1e-9, "four in ten deaths are falls: {fatal}");
}

#[test]
fn more_modelled_deaths_than_the_life_table_is_an_error() {
    let s = with(
        r#"
[models.m.mortality]
rate = 0.01
[models.m.events.fatal]
in = ["home"]
rate = 0.02
moves_to = "dead"
[strategies.other]
set = { x = 1 }
[parameters]
x = { value = 0, assumption = "none" }"#,
    );
    let error =
        ounce::value::value(&s, ounce::value::Extent::BaseCase, &|| ()).expect_err("deaths exceed the table");
    assert!(error.to_string().contains("exceed the life table"), "{error}");
}

/// A programme that everybody at home takes up in the middle of 2026, with an effect from a course half a year on.
const PROGRAMME: &str = r#"
[models.m.events.fall]
in = ["home"]
rate = 1.0
[models.m.events.injury]
of = "fall"
share = 0.1
[effects.fewer_falls]
on = "m.fall"
rate_ratio = 0.5
lasts = { full = 1, fade = 2 }
[programmes.p]
model = "m"
eligible = "state == 'home'"
enrol = { years = "2026", share = 1 }
[programmes.p.cascade.course]
of = "invited"
share = 1
after = 0.5
effects = ["fewer_falls"]
costs = { course = 10 }
[strategies.prevention]
programmes = ["p"]
"#;

#[test]
fn an_effect_starts_when_the_step_is_reached_and_fades_by_its_mean_over_each_cycle() {
    // Course at 1 January 2027. Strengths 1, 1, 0.875, 0.625, 0.375, 0.125 over the six half-years left.
    let s = with(PROGRAMME);
    let flows = base_flows(&s);
    let expected: f64 =
        [1.0, 1.0, 0.875, 0.625, 0.375, 0.125].iter().map(|s: &f64| 50.0 * (0.5f64.powf(*s) - 1.0)).sum();
    let got = count(&flows, &s, "fall").1;
    assert!((got - expected).abs() < 1e-9, "{got} instead of {expected}");
    // Injuries have no ratio of their own: a tenth of that.
    assert!((count(&flows, &s, "injury").1 - expected / 10.0).abs() < 1e-9);
}

#[test]
fn a_ratio_of_its_own_replaces_the_inherited_one_even_when_it_is_one() {
    let s = with(&format!(
        "{}\n[effects.injuries]\non = \"m.injury\"\nrate_ratio = 1\nlasts = \"always\"\n",
        PROGRAMME.replace("[\"fewer_falls\"]", "[\"fewer_falls\", \"injuries\"]")
    ));
    let flows = base_flows(&s);
    assert!(count(&flows, &s, "fall").1 < -1.0);
    assert_eq!(count(&flows, &s, "injury").1, 0.0);
}

#[test]
fn half_life_halves_the_strength() {
    // Half-life of one year: mean strength over the first half-year after the course is (1 − 2^−½)/(½ ln 2).
    let s = with(&PROGRAMME.replace("{ full = 1, fade = 2 }", "{ half_life = 1 }"));
    let flows = base_flows(&s);
    let mean = |u: f64| (2f64.powf(-u) - 2f64.powf(-u - 0.5)) / (0.5 * std::f64::consts::LN_2);
    let expected: f64 = (0..6).map(|k| 50.0 * (0.5f64.powf(mean(0.5 * k as f64)) - 1.0)).sum();
    assert!((count(&flows, &s, "fall").1 - expected).abs() < 1e-9);
}

#[test]
fn without_an_effect_nothing_differs_at_all() {
    let s = with(&PROGRAMME.replace("rate_ratio = 0.5", "rate_ratio = 1"));
    let flows = base_flows(&s);
    assert_eq!(count(&flows, &s, "fall").1, 0.0);
    assert_eq!(strategy_total(&flows.health_increment, Flows::QALYS), 0.0);
    assert_eq!(strategy_total(&flows.programme_costs, 0), 1_000.0);
}

#[test]
fn participants_leave_the_pool_and_others_may_be_invited_again() {
    // Half of the pool is invited, half of those take the course: 25, then 0.25 · 75 = 18.75.
    let s = with(
        &PROGRAMME
            .replace("years = \"2026\", share = 1", "years = \"2026-2027\", share = 0.5")
            .replace("of = \"invited\"\nshare = 1", "of = \"invited\"\nshare = 0.5"),
    );
    let flows = base_flows(&s);
    assert!((strategy_total(&flows.reached, 0) - 43.75).abs() < 1e-9);
}

#[test]
fn capacity_turns_people_away_and_says_so() {
    let s = with(&PROGRAMME.replace("after = 0.5", "after = 0.5\ncapacity = 30"));
    let flows = base_flows(&s);
    assert!((strategy_total(&flows.reached, 0) - 30.0).abs() < 1e-9);
    assert!((strategy_total(&flows.turned_away, 0) - 70.0).abs() < 1e-9);
}

#[test]
fn spread_costs_fall_on_those_still_alive() {
    // Hazard ln 2 a year: at the course (1 January 2027) half of 100 are left; a year later a quarter.
    let s = with(
        &PROGRAMME
            .replace(
                "costs = { course = 10 }",
                "[programmes.p.cascade.course.costs.course]\nvalue = 10\nspread = [0.6, 0.4]",
            )
            .replace(
                "[models.m.events.fall]",
                "[models.m.mortality]\nrate = \"ln(2)\"\n[models.m.events.fall]",
            ),
    );
    let flows = base_flows(&s);
    let by_year: Vec<f64> = (0..4).map(|y| flows.programme_costs.at(0, y)[0]).collect();
    let expected = [0.0, 50.0 * 6.0, 25.0 * 4.0, 0.0];
    for (got, want) in by_year.iter().zip(expected) {
        assert!((got - want).abs() < 1e-9, "{by_year:?}");
    }
}

#[test]
fn class_weighted_mean_is_the_stated_rate() {
    let s = with(
        r#"
[models.m.events.fall]
in = ["home"]
rate = 0.6
[population.classes.risk.values.low]
share = 0.7
[population.classes.risk.values.high]
share = 0.3
relative_rates = { "m.fall" = 3 }
[strategies.other]
set = { x = 1 }
[parameters]
x = { value = 0, assumption = "none" }"#,
    );
    let flows = base_flows(&s);
    assert!((count(&flows, &s, "fall").0 - 100.0 * 0.6 * 4.0).abs() < 1e-9);
}

#[test]
fn a_programme_for_the_high_risk_class_finds_that_classs_rate() {
    // Normalised rate of the high class: 0.6 · 3/(0.7 + 0.9) = 1.125; 30 people; ratio 0.5 for ever from 2027 on.
    let s = with(
        r#"
[models.m.events.fall]
in = ["home"]
rate = 0.6
[population.classes.risk.values.low]
share = 0.7
[population.classes.risk.values.high]
share = 0.3
relative_rates = { "m.fall" = 3 }
[effects.fewer_falls]
on = "m.fall"
rate_ratio = 0.5
lasts = "always"
[programmes.p]
model = "m"
eligible = "state == 'home' and risk == 'high'"
enrol = { years = "2027", share = 1, at = "start-of-year" }
[programmes.p.cascade.course]
of = "invited"
share = 1
effects = ["fewer_falls"]
[strategies.prevention]
programmes = ["p"]"#,
    );
    let flows = base_flows(&s);
    let got = count(&flows, &s, "fall").1;
    assert!((got + 30.0 * 1.125 * 0.5 * 3.0).abs() < 1e-9, "{got}");
}

#[test]
fn an_added_strategy_changes_no_bit_of_another() {
    let one = with(PROGRAMME);
    let two = with(&format!(
        "{PROGRAMME}\n[population.classes.income.values.low]\nshare = 0.4\n[population.classes.income.values.high]\nshare = 0.6\n{}",
        PROGRAMME
            .split("[programmes.p]")
            .nth(1)
            .map(|rest| format!("[programmes.q]{rest}"))
            .unwrap_or_default()
            .replace("programmes.p.", "programmes.q.")
            .replace("[\"p\"]", "[\"q\"]")
            .replace("strategies.prevention", "strategies.more")
            .replace("share = 1 }", "share = 1 }\nreach = \"if(income == 'low', 1, 2)\"")
    ));
    let (a, b) = (base_flows(&one), base_flows(&two));
    assert_eq!(a.count_increment, b.count_increment);
    assert_eq!(a.health_increment, b.health_increment);
    assert_eq!(a.programme_costs.row(0), b.programme_costs.row(0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Persons in all states and dead sum to those at the start plus who entered, at the end of every year.
    #[test]
    fn nobody_vanishes(
        hazard in 0.0..3.0f64, rate in 0.0..5.0f64, moving in 0.0..1.0f64, back in 0.0..2.0f64,
        ratio in 0.0..3.0f64, share in 0.0..1.0f64,
    ) {
        let s = with(&format!(r#"
[models.m.states.ill]
start = 0
mortality_ratio = 2
[models.m.mortality]
rate = "{hazard}"
[models.m.events.fall]
in = ["home"]
rate = {rate}
[models.m.events.move]
of = "fall"
share = {moving}
moves_to = "ill"
[models.m.transitions.recover]
from = "ill"
to = "home"
rate = {back}
[effects.e]
on = "m.fall"
rate_ratio = {ratio}
lasts = "always"
[programmes.p]
model = "m"
eligible = "state == 'home'"
enrol = {{ years = "2026-2028", share = {share} }}
[programmes.p.cascade.course]
of = "invited"
share = 0.5
effects = ["e"]
[strategies.prevention]
programmes = ["p"]
"#));
        let flows = base_flows(&s);
        // Alive person-years plus those of the dead make up persons × years: 100 · 4, and their increments none.
        let alive = strategy_total(&flows.health_level, Flows::LIFE_YEARS);
        let dead = count(&flows, &s, "dead");
        prop_assert!((alive + dead.0 - 400.0).abs() < 1e-9 * 400.0);
        let gained = strategy_total(&flows.health_increment, Flows::LIFE_YEARS);
        prop_assert!((gained + dead.1).abs() < 1e-9 * 400.0, "{gained} {}", dead.1);
    }
}
