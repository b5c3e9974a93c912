//! Persons with risk factors and a past, in the engine `individual`.

mod common;

use common::{count, men, scenario};
use ounce::formula::Lane;
use ounce::scenario::checked::{Engine, Scenario};
use ounce::value::flows::{Flows, Grid};
use ounce::value::{Extent, value};

/// A hundred men, in `draws` runs of persons.
fn persons(years: usize, cycle: &str, draws: usize, more: &str) -> Scenario {
    let head = men(years, cycle)
        .replace("design = \"random\"", "design = \"random\"\nengine = \"individual\"\nfactor_bins = 200");
    let mut scenario = scenario(&format!("{head}\n{more}"));
    scenario.uncertainty.draws = draws;
    assert_eq!(scenario.uncertainty.engine, Engine::Individual);
    scenario
}

fn blocks(s: &Scenario, threads: usize) -> (Flows, Vec<Flows>) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let valued = pool.install(|| value(s, Extent::Draws, &|| ())).unwrap_or_else(|e| panic!("{e}"));
    let variant = &valued.variants[0];
    (variant.base[0].clone(), variant.blocks.iter().map(|deliveries| deliveries[0].clone()).collect())
}

/// Row of a node among the counts.
fn row(s: &Scenario, flows: &Flows, id: &str) -> usize {
    let is = |row: usize| {
        let mut flows = flows.clone();
        flows.count_level = Grid::zeros(flows.count_level.rows(), 1);
        flows.count_level.add(row, 0, Lane::ONE);
        count(&flows, s, id).0 == 1.0
    };
    (0..flows.count_level.rows()).find(|&row| is(row)).expect("a node")
}

fn mean_and_sd(numbers: &[f64]) -> (f64, f64) {
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    (mean, (numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

fn totals(blocks: &[Flows], figure: impl Fn(&Flows) -> Lane) -> Vec<f64> {
    blocks.iter().flat_map(|flows| figure(flows).0).collect()
}

/// Asserts that a mean over runs is the expected one, to five standard errors.
#[track_caller]
fn assert_mean(what: &str, numbers: &[f64], expected: f64) {
    let (mean, sd) = mean_and_sd(numbers);
    let error = sd / (numbers.len() as f64).sqrt();
    assert!((mean - expected).abs() <= 5.0 * error + 1e-9, "{what}: {mean} instead of {expected}, {error}");
}

type GridOf = fn(&Flows) -> &Grid;

/// Asserts that every figure has the mean of the base case.
fn assert_means_of_base_case(s: &Scenario, ids: &[&str]) {
    let (base, drawn) = blocks(s, 2);
    for id in ids {
        let at = row(s, &base, id);
        assert_mean(id, &totals(&drawn, |f| f.count_level.total(at)), base.count_level.total(at)[0]);
        let increments = totals(&drawn, |f| f.count_increment.total(at));
        assert_mean(&format!("increment of {id}"), &increments, base.count_increment.total(at)[0]);
    }
    let grids: [(&str, GridOf); 5] = [
        ("reached", |f| &f.reached),
        ("programme costs", |f| &f.programme_costs),
        ("health", |f| &f.health_level),
        ("increment of health", |f| &f.health_increment),
        ("costs", |f| &f.level),
    ];
    for (what, grid) in grids {
        for row in 0..grid(&base).rows() {
            let numbers = totals(&drawn, |flows| grid(flows).total(row));
            assert_mean(&format!("{what} {row}"), &numbers, grid(&base).total(row)[0]);
        }
    }
}

/// Men who fall once a year and die, both more often the heavier they are, and who gain weight.
const WEIGHT: &str = r#"
[models.m.events.fall]
in = ["home"]
rate = 1
[models.m.events.fracture]
of = "fall"
share = 0.1
[models.m.transitions.dying]
from = "home"
to = "dead"
rate = 0.1
[models.m.factors.bmi]
distribution = "normal"
mean = 27
sd = 5
drift = 0.4
hazard_ratios = { fall = 1.1, dying = 1.04 }
utility = { home = -0.01 }
[effects.lighter]
on = "m.bmi"
difference = "-0.1 * bmi"
lasts = { full = 1, fade = 1 }
[programmes.p]
model = "m"
eligible = "state == 'home' and bmi > 28"
reach = "bmi"
enrol = { years = "2026-2027", share = 0.4 }
[programmes.p.cascade.course]
of = "invited"
share = "if(bmi > 32, 0.7, 0.5)"
effects = ["lighter"]
costs = { course = "bmi" }
[strategies.prevention]
programmes = ["p"]
"#;

#[test]
fn persons_with_a_factor_have_the_means_of_many_bins() {
    let s = persons(3, "half-year", 960, WEIGHT);
    assert_means_of_base_case(&s, &["fall", "fracture", "dying"]);
}

#[test]
fn people_who_differ_have_more_varied_counts() {
    // A hundred men, one fall a year each on average, for a year. With r = 1.1 and a standard deviation of 5 the
    // multiplier has the variance exp((5·ln 1.1)²) − 1 = 0.2550, so the falls have 100·(1 + 0.2550) = 125.5; the
    // standard error of the variance of 960 numbers is √(2/959) = 4.6%; four of them.
    let more = r#"
[models.m.events.fall]
in = ["home"]
rate = 1
[models.m.factors.bmi]
distribution = "normal"
mean = 27
sd = 5
hazard_ratios = { fall = 1.1 }
[strategies.other]
set = { x = 1 }
[parameters]
x = { value = 0, assumption = "none" }
"#;
    let s = persons(1, "year", 960, more);
    let (_, drawn) = blocks(&s, 2);
    let at = row(&s, &drawn[0], "fall");
    let falls = totals(&drawn, |flows| flows.count_level.total(at));
    assert_mean("falls", &falls, 100.0);
    let variance = mean_and_sd(&falls).1.powi(2);
    assert!((variance / 125.5 - 1.0).abs() < 0.185, "{variance}");
}

#[test]
fn dying_may_begin_with_a_time_in_the_state() {
    // Nobody dies within two years at home, then at 0.5 a year: after four years 100·(1 − e^(−1)) = 63.21.
    let more = r#"
[models.m.transitions.dying]
from = "home"
to = "dead"
rate = "if(time_in_state >= 2, 0.5, 0)"
[strategies.other]
set = { x = 1 }
[parameters]
x = { value = 0, assumption = "none" }
"#;
    let s = persons(4, "half-year", 320, more);
    let (base, drawn) = blocks(&s, 2);
    let at = row(&s, &base, "dying");
    let dead = totals(&drawn, |flows| flows.count_level.total(at));
    assert_mean("deaths", &dead, 100.0 * (1.0 - (-1.0_f64).exp()));
    // The base case is the mean of 64 runs: variance 23.25/64.
    assert!((base.count_level.total(at)[0] - 63.21).abs() < 5.0 * (23.25_f64 / 64.0).sqrt());
}

/// Falls once a year until the first, from the next half-year on twice a year.
const AGAIN: &str = r#"
[models.m.events.fall]
in = ["home"]
rate = "if(past_fall > 0, 2, 1)"
[effects.safe]
on = "m.fall"
rate_ratio = "ratio"
lasts = "always"
[programmes.p]
model = "m"
eligible = "state == 'home' and past_fall >= least"
enrol = { years = "2027", share = 1, at = "start-of-year" }
[programmes.p.cascade.course]
of = "invited"
share = 1
effects = ["safe"]
costs = { course = 10 }
[strategies.prevention]
programmes = ["p"]
[parameters]
ratio = { value = 0.5, assumption = "none" }
least = { value = 0, assumption = "none" }
"#;

/// Falls expected of one man in half-year cycles `from` to `until`, if `ratio` multiplies them from cycle 2 on.
fn falls(until: usize, ratio: f64) -> f64 {
    let (mut never, mut sum) = (1.0, 0.0);
    for cycle in 0..until {
        let ratio = if cycle >= 2 { ratio } else { 1.0 };
        sum += ratio * (never * 0.5 + (1.0 - never) * 1.0);
        never *= (-0.5 * ratio).exp();
    }
    sum
}

#[test]
fn who_has_fallen_falls_more_often() {
    let s = persons(4, "half-year", 320, AGAIN);
    let (base, drawn) = blocks(&s, 2);
    let at = row(&s, &base, "fall");
    assert_mean("falls", &totals(&drawn, |f| f.count_level.total(at)), 100.0 * falls(8, 1.0));
    // Everybody takes part from the second year on.
    let avoided = totals(&drawn, |f| f.count_increment.total(at));
    assert_mean("increment", &avoided, 100.0 * (falls(8, 0.5) - falls(8, 1.0)));
    // Luck in common: the increment varies far less than falls do.
    let apart = 2.0 * mean_and_sd(&totals(&drawn, |f| f.count_level.total(at))).1.powi(2);
    assert!(mean_and_sd(&avoided).1.powi(2) < apart / 2.0);
}

#[test]
fn participants_have_their_own_lives_without_the_programme() {
    // A ratio of 0 takes away exactly what happens to everybody after the first year; one of 1 takes nothing.
    for (ratio, left) in [("0", 0.0), ("1", 1.0)] {
        let text = AGAIN.replace("ratio = { value = 0.5", &format!("ratio = {{ value = {ratio}"));
        let (base, drawn) = {
            let s = persons(4, "half-year", 32, &text);
            (row(&s, &blocks(&s, 1).0, "fall"), blocks(&s, 1).1)
        };
        for flows in drawn {
            let (level, increment) = (flows.count_level.row(base), flows.count_increment.row(base));
            for year in 1..4 {
                assert_eq!(level[year] * (left - 1.0), increment[year]);
            }
        }
    }
}

#[test]
fn a_programme_can_choose_by_the_past() {
    // In the first year 1 − e^(−1) = 0.632 of the men fall, and only they are invited.
    let text = AGAIN.replace("least = { value = 0", "least = { value = 1");
    let s = persons(4, "half-year", 320, &text);
    let (_, drawn) = blocks(&s, 2);
    assert_mean("invited", &totals(&drawn, |f| f.reached.total(0)), 100.0 * (1.0 - (-1.0_f64).exp()));
}

#[test]
fn persons_are_the_same_on_any_number_of_threads_and_beside_another_strategy() {
    for text in [WEIGHT, AGAIN] {
        let s = persons(3, "half-year", 21, text);
        let mut beside = s.clone();
        let mut twin = s.strategies[1].clone();
        twin.id = "twin".into();
        beside.strategies.push(twin);
        let (one, other) = (blocks(&s, 1).1, blocks(&beside, 3).1);
        for (one, other) in one.iter().zip(&other) {
            assert_eq!(one.count_level, other.count_level);
            assert_eq!(one.count_increment, other.count_increment);
            assert_eq!(one.health_increment, other.health_increment);
        }
    }
}

#[test]
fn lives_that_are_told_are_those_that_are_counted() {
    // All persons of the first run: what happens in their lives adds up to the first run's figures, without the
    // programme and with it.
    for (text, events) in [(WEIGHT, ["fall", "fracture"]), (AGAIN, ["fall", "fall"])] {
        let s = persons(3, "half-year", 8, text);
        let draws = ounce::value::draw(&s).expect("draws");
        let lives = ounce::value::trace(&s, Some(&draws), 1000).unwrap_or_else(|e| panic!("{e}"));
        let (_, drawn) = blocks(&s, 1);
        for (strategy, lives) in lives.iter().enumerate() {
            assert_eq!(lives[0].len(), 100);
            assert_eq!(lives[0].iter().any(|life| life.takes_part.is_some()), strategy > 0);
            for id in events {
                let event = s.models[0].events.iter().position(|event| event.id == id).expect("an event");
                let told: u32 = lives[0]
                    .iter()
                    .flat_map(|life| life.events.iter().flatten().flatten())
                    .filter(|(known, _)| *known == event)
                    .map(|(_, times)| times)
                    .sum();
                let at = row(&s, &drawn[0], id);
                let mut counted = drawn[0].count_level.total(at)[0];
                if strategy > 0 {
                    counted += drawn[0].count_increment.total(at)[0];
                }
                assert_eq!(f64::from(told), counted, "{id} with strategy {strategy}");
            }
        }
    }
}

#[test]
fn as_many_lives_are_told_as_asked_for() {
    let s = persons(3, "half-year", 8, WEIGHT);
    let lives = ounce::value::trace(&s, None, 7).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(lives[0][0].len(), 7);
    let table = ounce::report::tables::persons(&s, &lives);
    // Seven boundaries each, under two strategies.
    assert_eq!(table.rows(), 7 * 7 * 2);
    let numbers: Vec<usize> = lives[1][0].iter().map(|life| life.person).collect();
    assert_eq!(numbers, lives[0][0].iter().map(|life| life.person).collect::<Vec<_>>());
}
