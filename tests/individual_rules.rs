//! Rules of the engine `individual`: whole persons, luck in common, and the means of the engine `expected`.

mod common;

use common::{count, men, scenario};
use ounce::formula::LANES;
use ounce::scenario::checked::{Engine, Scenario};
use ounce::value::flows::Flows;
use ounce::value::{Extent, value};

/// A hundred men in half-year cycles for four years, in `draws` runs of persons.
fn persons(draws: usize, more: &str) -> Scenario {
    let mut scenario = scenario(&format!("{}\n{more}", men(4, "half-year")));
    scenario.uncertainty.engine = Engine::Individual;
    scenario.uncertainty.draws = draws;
    scenario
}

/// Flows of the first strategy that is not the comparator, by block of runs, on a number of threads.
fn blocks(scenario: &Scenario, threads: usize) -> Vec<Flows> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let valued = pool.install(|| value(scenario, Extent::Draws, &|| ())).unwrap_or_else(|e| panic!("{e}"));
    valued.variants[0].blocks.iter().map(|deliveries| deliveries[0].clone()).collect()
}

/// A figure in every run.
fn runs(blocks: &[Flows], figure: impl Fn(&Flows) -> ounce::formula::Lane) -> Vec<f64> {
    blocks.iter().flat_map(|flows| figure(flows).0).collect()
}

fn mean_and_sd(numbers: &[f64]) -> (f64, f64) {
    let n = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / n;
    (mean, (numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

/// Ill men, who fall more and die.
const ILLNESS: &str = r#"
[models.m.states.ill]
start = 0
[models.m.transitions.falls_ill]
from = "home"
to = "ill"
rate = "0.2 * ratio"
[models.m.transitions.recovers]
from = "ill"
to = "home"
rate = 0.3
[models.m.transitions.dies]
from = "ill"
to = "dead"
rate = 0.25
[models.m.events.fall]
in = ["home", "ill"]
rate = 0.8
[models.m.events.hip_fracture]
of = "fall"
share = 0.05
moves_to = "ill"
[strategies.fewer]
set = { ratio = 0.8 }
[parameters]
ratio = { value = 1, assumption = "none" }
"#;

/// The figure of a node in the comparator and its increment, by run.
fn by_run(s: &Scenario, blocks: &[Flows], id: &str) -> [Vec<f64>; 2] {
    let row = row_of(s, &blocks[0], id);
    [
        runs(blocks, |flows| flows.count_level.total(row)),
        runs(blocks, |flows| flows.count_increment.total(row)),
    ]
}

fn row_of(s: &Scenario, flows: &Flows, id: &str) -> usize {
    let is = |row: usize| {
        let mut flows = flows.clone();
        flows.count_level = ounce::value::flows::Grid::zeros(flows.count_level.rows(), 1);
        flows.count_level.add(row, 0, ounce::formula::Lane::ONE);
        count(&flows, s, id).0 == 1.0
    };
    (0..flows.count_level.rows()).find(|&row| is(row)).expect("a node")
}

#[test]
fn means_are_those_of_expected_numbers() {
    // 480 runs of 100 men without uncertain parameters; five standard errors of each mean.
    let s = persons(480, ILLNESS);
    let valued = value(&s, Extent::Draws, &|| ()).unwrap_or_else(|e| panic!("{e}"));
    let base = &valued.variants[0].base[0];
    let drawn: Vec<Flows> = valued.variants[0].blocks.iter().map(|b| b[0].clone()).collect();
    for id in ["fall", "hip_fracture", "falls_ill", "recovers", "dies", "ill"] {
        let (level, increment) = count(base, &s, id);
        for (numbers, expected) in by_run(&s, &drawn, id).iter().zip([level, increment]) {
            let (mean, sd) = mean_and_sd(numbers);
            let error = sd / (numbers.len() as f64).sqrt();
            assert!((mean - expected).abs() < 5.0 * error, "{id}: {mean} instead of {expected}, {error}");
        }
    }
}

#[test]
fn people_and_what_happens_to_them_are_whole() {
    let s = persons(16, ILLNESS);
    for flows in blocks(&s, 1) {
        for row in 0..flows.count_level.rows() {
            for amount in flows.count_level.row(row).iter().flat_map(|lane| lane.0) {
                // Time in a state counts halves of half-years.
                assert_eq!(amount * 4.0, (amount * 4.0).round(), "row {row}");
            }
        }
    }
}

#[test]
fn deaths_vary_as_those_of_a_hundred_persons_do() {
    // Nobody falls ill and 0.2 die a year: 100 men, 1 − e^(−0.8) = 0.5507 dead after four years, variance 24.74. The
    // standard error of the variance of 480 numbers is √(2/479) = 6.5%; four of them.
    let s = persons(
        480,
        "[models.m.transitions.dies]\nfrom = \"home\"\nto = \"dead\"\nrate = 0.2\n[strategies.other]\nset = { x = 1 }\n[parameters]\nx = { value = 0, assumption = \"none\" }",
    );
    let drawn = blocks(&s, 2);
    let [dead, difference] = by_run(&s, &drawn, "dies");
    let (mean, sd) = mean_and_sd(&dead);
    assert!((mean - 55.067).abs() < 5.0 * (24.74_f64 / 480.0).sqrt(), "{mean}");
    assert!((sd * sd / 24.74 - 1.0).abs() < 0.26, "{}", sd * sd);
    assert!(difference.iter().all(|&d| d == 0.0), "the same hazards give the same lives");
}

#[test]
fn runs_are_the_same_on_any_number_of_threads() {
    // Eleven runs: the last of two blocks is not full. 40,000 men are followed in parts.
    let mut s = persons(11, ILLNESS);
    s.population.groups[0].persons = 40_000.4;
    let counts = |blocks: Vec<Flows>| -> Vec<Vec<f64>> {
        let of = |flows: &Flows, row: usize| {
            flows.count_level.row(row).iter().flat_map(|lane| lane.0).collect::<Vec<_>>()
        };
        blocks
            .iter()
            .flat_map(|flows| (0..flows.count_level.rows()).map(|row| of(flows, row)).collect::<Vec<_>>())
            .collect()
    };
    assert_eq!(counts(blocks(&s, 1)), counts(blocks(&s, 3)));
    // What stands behind the last run repeats it.
    let last = &blocks(&s, 1)[1];
    assert_eq!(last.count_level.at(0, 0)[2], last.count_level.at(0, 0)[LANES - 1]);
}

#[test]
fn luck_in_common_makes_differences_precise() {
    // The ratio of falling ill is 0.8 in one arm. With other luck in it (another seed) the variance of the
    // difference would be the sum of both variances.
    let s = persons(240, ILLNESS);
    let drawn = blocks(&s, 2);
    let [level, difference] = by_run(&s, &drawn, "ill");
    let variance = |numbers: &[f64]| mean_and_sd(numbers).1.powi(2);
    let apart =
        variance(&level) + variance(&level.iter().zip(&difference).map(|(a, b)| a + b).collect::<Vec<_>>());
    assert!(variance(&difference) < apart / 5.0, "{} against {apart}", variance(&difference));
}

/// A course for half of those at home in each of two years, of whom 60% take it up, that makes falls and illness rarer.
const COURSE: &str = r#"
[models.m.states.ill]
start = 0.1
[models.m.transitions.falls_ill]
from = "home"
to = "ill"
rate = 0.2
[models.m.transitions.recovers]
from = "ill"
to = "home"
rate = 0.3
[models.m.transitions.dies]
from = "ill"
to = "dead"
rate = 0.25
[models.m.events.fall]
in = ["home", "ill"]
rate = 0.8
[models.m.events.hip_fracture]
of = "fall"
share = 0.05
moves_to = "ill"
[effects.fewer_falls]
on = "m.fall"
rate_ratio = "falls_ratio"
lasts = { full = 1, fade = 2 }
[effects.less_illness]
on = "m.falls_ill"
rate_ratio = "illness_ratio"
lasts = "always"
[programmes.p]
model = "m"
eligible = "state == 'home'"
enrol = { years = "2026-2027", share = 0.5 }
[programmes.p.cascade.test]
of = "invited"
share = 0.8
costs = { test = 10 }
[programmes.p.cascade.course]
of = "test"
share = 0.6
after = 0.5
effects = ["fewer_falls", "less_illness"]
costs = { course = 100 }
[strategies.prevention]
programmes = ["p"]
[parameters]
falls_ratio = { value = 0.6, assumption = "none" }
illness_ratio = { value = 0.5, assumption = "none" }
"#;

fn course(draws: usize, change: &[(&str, &str)]) -> Scenario {
    let mut text = men(4, "half-year").replace("start = 1\n", "start = 0.9\n") + COURSE;
    for (old, new) in change {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    let mut scenario = scenario(&text);
    scenario.uncertainty.engine = Engine::Individual;
    scenario.uncertainty.draws = draws;
    scenario
}

/// Asserts that means over runs are those of expected numbers, to five standard errors.
fn assert_means(s: &Scenario, ids: &[&str]) {
    let valued = value(s, Extent::Draws, &|| ()).unwrap_or_else(|e| panic!("{e}"));
    let base = &valued.variants[0].base[0];
    let drawn: Vec<Flows> = valued.variants[0].blocks.iter().map(|b| b[0].clone()).collect();
    let check = |what: &str, numbers: &[f64], expected: f64| {
        let (mean, sd) = mean_and_sd(numbers);
        let error = sd / (numbers.len() as f64).sqrt();
        assert!((mean - expected).abs() <= 5.0 * error, "{what}: {mean} instead of {expected}, {error}");
    };
    for id in ids {
        let (level, increment) = count(base, s, id);
        let [levels, increments] = by_run(s, &drawn, id);
        check(id, &levels, level);
        check(&format!("increment of {id}"), &increments, increment);
    }
    for row in 0..base.reached.rows() {
        check("reached", &runs(&drawn, |flows| flows.reached.total(row)), base.reached.total(row)[0]);
    }
    for row in 0..base.programme_costs.rows() {
        let costs = runs(&drawn, |flows| flows.programme_costs.total(row));
        check("programme costs", &costs, base.programme_costs.total(row)[0]);
    }
}

const EVERYTHING: [&str; 7] = ["fall", "hip_fracture", "falls_ill", "recovers", "dies", "home", "ill"];

#[test]
fn a_programme_has_the_means_of_expected_numbers() {
    assert_means(&course(960, &[]), &EVERYTHING);
}

#[test]
fn participants_with_a_risk_of_their_own_have_the_means_of_expected_numbers() {
    assert_means(&course(960, &[("enrol = ", "relative_risk = 1.5\nenrol = ")]), &EVERYTHING);
}

#[test]
fn an_effect_of_ratio_one_changes_nothing() {
    let ratios = [
        ("falls_ratio = { value = 0.6", "falls_ratio = { value = 1"),
        ("illness_ratio = { value = 0.5", "illness_ratio = { value = 1"),
    ];
    for flows in blocks(&course(64, &ratios), 2) {
        for row in 0..flows.count_increment.rows() {
            assert!(flows.count_increment.row(row).iter().all(|&lane| lane == ounce::formula::Lane::ZERO));
        }
        assert!(flows.reached.total(1).0.iter().any(|&n| n > 0.0), "somebody took the course");
    }
}

#[test]
fn the_comparator_of_a_pair_is_the_person_without_the_programme() {
    // In all runs the strategy's people are whole and none of their counts is negative: what a programme takes away
    // did happen.
    for flows in blocks(&course(64, &[]), 2) {
        for row in 0..flows.count_level.rows() {
            for (level, increment) in flows.count_level.row(row).iter().zip(flows.count_increment.row(row)) {
                assert!((*level + *increment).all(|n| n >= 0.0));
            }
        }
    }
}

#[test]
fn pairs_make_differences_precise() {
    // Falls avoided by a course with a ratio of 0.6 for some 40 of 100 men: the falls that do not happen are some of
    // those that happen without it, so their variance is of the order of their number, not of twice all falls.
    let s = course(480, &[]);
    let drawn = blocks(&s, 2);
    let [falls, avoided] = by_run(&s, &drawn, "fall");
    let ((mean, sd), (_, all)) = (mean_and_sd(&avoided), mean_and_sd(&falls));
    assert!(mean < -15.0 && sd * sd < 2.0 * all * all / 5.0, "{mean} {sd} {all}");
}

#[test]
fn capacity_turns_away_who_is_too_many() {
    // 48 of 100 men come to the test in the first year on average, and 20 places; all who are turned away are counted.
    let s = course(64, &[("costs = { test = 10 }", "costs = { test = 10 }\ncapacity = 20")]);
    for flows in blocks(&s, 1) {
        let (tested, turned_away) = (flows.reached.row(0), flows.turned_away.row(0));
        assert_eq!(tested[0], ounce::formula::Lane::splat(20.0));
        assert!(turned_away[0].all(|n| n > 0.0 && n == n.round()));
    }
}

#[test]
fn another_programme_moves_no_luck() {
    let alone = blocks(&course(16, &[]), 1);
    let mut s = course(
        16,
        &[(
            "[strategies.prevention]",
            "[programmes.q]\nmodel = \"m\"\neligible = \"state == 'ill'\"\nenrol = { years = \"2026\", share = 1 }\n[programmes.q.cascade.visit]\nof = \"invited\"\nshare = 1\neffects = [\"fewer_falls\"]\n[strategies.prevention]",
        )],
    );
    let other = s.strategies.iter().position(|strategy| strategy.id == "prevention").expect("a strategy");
    let mut both = s.strategies[other].clone();
    both.id = "both".into();
    both.programmes = vec![0, 1];
    s.strategies.push(both);
    let (one, two) = (&alone, &blocks(&s, 3));
    for (one, two) in one.iter().zip(two) {
        for row in 0..one.count_increment.rows() {
            assert_eq!(one.count_increment.row(row), two.count_increment.row(row));
            assert_eq!(one.count_level.row(row), two.count_level.row(row));
        }
    }
}
