//! Whole people: exact numbers of persons in every draw, and the means and variances that theory gives. The engine
//! `individual` has the same means in a town with labels, classes and two programmes.

mod common;

use common::{HALVED_FALLS, men, scenario};
use ounce::formula::LANES;
use ounce::scenario::checked::{Engine, Scenario};
use ounce::scenario::{self, sources::Sources};
use ounce::value::flows::{Counted, Flows, Grid, Valued};
use ounce::value::{Extent, value};
use std::path::Path;

fn read(file: &str) -> Scenario {
    let mut sources = Sources::default();
    match scenario::read(Path::new(file), &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

fn run(mut scenario: Scenario, engine: Engine, draws: usize) -> Valued {
    scenario.uncertainty.engine = engine;
    scenario.uncertainty.draws = draws;
    scenario.variants.truncate(1);
    value(&scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"))
}

/// A figure of the first delivery in every draw.
fn draws(valued: &Valued, figure: impl Fn(&Flows, usize) -> f64) -> Vec<f64> {
    (0..valued.runs).map(|run| figure(&valued.variants[0].blocks[run / LANES][0], run % LANES)).collect()
}

fn mean(list: &[f64]) -> f64 {
    list.iter().sum::<f64>() / list.len() as f64
}

fn variance(list: &[f64]) -> f64 {
    let mean = mean(list);
    list.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (list.len() - 1) as f64
}

/// The mean within five standard errors; `error` of the variance where it is a Poisson number or near one.
fn assert_mean(list: &[f64], expected: f64, name: &str) {
    let error = (variance(list) / list.len() as f64).sqrt();
    assert!(
        (mean(list) - expected).abs() <= 5.0 * error,
        "{name}: {} and not {expected} ± {error}",
        mean(list)
    );
}

/// The variance within five standard errors: √(2/n) of it for numbers that are nearly normal.
fn assert_variance(list: &[f64], expected: f64, name: &str) {
    let error = expected * (2.0 / list.len() as f64).sqrt();
    assert!(
        (variance(list) - expected).abs() <= 5.0 * error,
        "{name}: {}, expected {expected}",
        variance(list)
    );
}

type GridOf = fn(&Flows) -> &Grid;

/// Every figure of expected numbers and of an engine over the horizon, in the same draws: the mean difference within
/// five standard errors.
fn assert_agreement(scenario: &Scenario, engine: Engine, number: usize) {
    let expected = run(scenario.clone(), Engine::Expected, number);
    let counts = run(scenario.clone(), engine, number);
    let grids: [(&str, GridOf); 11] = [
        ("count_level", |f| &f.count_level),
        ("count_increment", |f| &f.count_increment),
        ("health_level", |f| &f.health_level),
        ("health_increment", |f| &f.health_increment),
        ("level", |f| &f.level),
        ("increment", |f| &f.increment),
        ("retained", |f| &f.retained),
        ("reached", |f| &f.reached),
        ("turned_away", |f| &f.turned_away),
        ("programme_costs", |f| &f.programme_costs),
        ("requested", |f| &f.requested),
    ];
    let shape = &expected.variants[0].blocks[0];
    for (delivery, first) in shape.iter().enumerate() {
        for (name, grid) in grids {
            for row in 0..grid(first).rows() {
                let of = |valued: &Valued| -> Vec<f64> {
                    (0..valued.runs)
                        .map(|run| {
                            let flows = &valued.variants[0].blocks[run / LANES][delivery];
                            grid(flows).row(row).iter().map(|year| year[run % LANES]).sum()
                        })
                        .collect()
                };
                let (expected, counts) = (of(&expected), of(&counts));
                let differences: Vec<f64> = counts.iter().zip(&expected).map(|(c, e)| c - e).collect();
                let error = (variance(&differences) / number as f64).sqrt();
                let rounding = 1e-9 * mean(&expected).abs();
                assert!(
                    mean(&differences).abs() <= 5.0 * error + rounding,
                    "delivery {delivery}, {name} row {row}: {} instead of {}, standard error {error}",
                    mean(&counts),
                    mean(&expected)
                );
            }
        }
    }
}

#[test]
fn the_mean_of_the_toy_case_is_what_is_expected() {
    // A hundred times as many women, so that the rarest difference (admissions) happens.
    let mut scenario = read("scenarios/validation/toy_t2.toml");
    scenario.population.groups[0].persons = 100_000.0;
    assert_agreement(&scenario, Engine::Counts, 600);
}

#[test]
fn the_mean_of_amstelland_is_what_is_expected() {
    assert_agreement(&read("scenarios/amstelland_falls.toml"), Engine::Counts, 240);
}

#[test]
fn the_mean_of_a_town_with_labels_classes_and_two_programmes_is_what_is_expected() {
    // So many people, so few of them invited, that neither places nor the people of a cell run out: with a limit the
    // mean of what is left is not what is left of the mean.
    let text = include_str!("town.toml")
        .replace("capacity = 8, ", "")
        .replace("persons = 60.5", "persons = 3000.5")
        .replace("persons = 40", "persons = 2000")
        .replace("share = 0.5 }\nreach", "share = 0.15 }\nreach");
    assert_agreement(&scenario(&text), Engine::Counts, 1000);
    assert_agreement(&scenario(&text), Engine::Individual, 480);
    // Participants of another risk: once, because what they leave in the pool is counted otherwise.
    let other = text
        .replace("reach =", "relative_risk = 1.5\nreach =")
        .replace("\"2026-2028\"", "\"2026\"")
        .replace("\"2026-2027\"", "\"2026\"");
    assert_agreement(&scenario(&other), Engine::Counts, 1000);
    assert_agreement(&scenario(&other), Engine::Individual, 480);
}

#[test]
fn the_mean_of_sick_sicker_is_what_is_expected() {
    assert_agreement(&read("scenarios/validation/sick_sicker.toml"), Engine::Counts, 240);
}

const DEATHS: &str = "[models.m.mortality]\nrate = 0.1\n";

#[test]
fn deaths_are_a_binomial_number_and_falls_a_poisson_number() {
    let text = men(1, "year") + HALVED_FALLS + DEATHS;
    let valued = run(scenario(&text), Engine::Counts, 4000);
    let deaths = draws(&valued, |flows, lane| flows.count_level.total(row(flows, false))[lane]);
    // 100 men, each dies with 1 − e^−0.1 = 0.0951626.
    let p = -(-0.1_f64).exp_m1();
    assert!(deaths.iter().all(|n| n.fract() == 0.0));
    assert_mean(&deaths, 100.0 * p, "deaths");
    assert_variance(&deaths, 100.0 * p * (1.0 - p), "deaths");
    let falls = draws(&valued, |flows, lane| flows.count_level.total(0)[lane]);
    // One a year in the time at risk: 100·g(0.1) = 951.6/10 person-years; that of each man has the variance of who
    // stays (1 year) against who leaves (L = 1/0.1 − e^−0.1/p = 0.49167).
    let time = 100.0 * p / 0.1;
    let left = 10.0 - (-0.1_f64).exp() / p;
    assert_mean(&falls, time, "falls");
    assert_variance(&falls, time + 100.0 * p * (1.0 - p) * (1.0 - left).powi(2), "falls");
}

/// Row of deaths, or of time in a state.
fn row(flows: &Flows, of_state: bool) -> usize {
    let found = flows.shape.counted.iter().position(|counted| match counted {
        Counted::Deaths { .. } => !of_state,
        Counted::Node { node, .. } => of_state && matches!(node, ounce::scenario::checked::Node::State(0)),
    });
    found.expect("a row")
}

#[test]
fn with_common_luck_the_difference_has_the_variance_of_what_is_avoided() {
    let text = men(1, "year") + HALVED_FALLS;
    let valued = run(scenario(&text), Engine::Counts, 4000);
    let avoided = draws(&valued, |flows, lane| -flows.count_increment.total(0)[lane]);
    // 100 falls without, 50 with: a fall that happens without happens with half the chance, so that Poisson(50) are
    // avoided. Two independent arms would have a variance of 150.
    assert!(avoided.iter().all(|n| *n >= 0.0 && n.fract() == 0.0));
    assert_mean(&avoided, 50.0, "avoided");
    assert_variance(&avoided, 50.0, "avoided");
}

#[test]
fn two_arms_have_the_same_luck() {
    // 10,000 men of whom 10% and 9.5% die as a hazard: binomial numbers of variance 861 and 822 each, 1,683 in
    // independent arms; with the same random numbers the difference hardly varies.
    let text = men(1, "year").replace("persons = 100", "persons = 10000")
        + "[models.m.mortality]\nrate = \"hazard\"\n[strategies.safer]\nset = { hazard = 0.095 }\n\
           [parameters]\nhazard = { value = 0.1, assumption = \"test\" }\n";
    let valued = run(scenario(&text), Engine::Counts, 2000);
    let without = draws(&valued, |flows, lane| flows.count_level.total(row(flows, false))[lane]);
    let more = draws(&valued, |flows, lane| flows.count_increment.total(row(flows, false))[lane]);
    let with: Vec<f64> = without.iter().zip(&more).map(|(n, more)| n + more).collect();
    let chance = |h: f64| -(-h).exp_m1();
    assert_mean(&more, 10_000.0 * (chance(0.095) - chance(0.1)), "difference");
    let independent = variance(&without) + variance(&with);
    assert!(variance(&more) < independent / 10.0, "{} of {independent}", variance(&more));
}

#[test]
fn a_strategy_has_the_variance_of_its_own_people() {
    // Half of 100 men take part and fall half as often: 75 falls, and as a Poisson number should, with variance 75:
    // their shadows' falls are among those of the comparator.
    let text = men(1, "year") + &HALVED_FALLS.replace("share = 1, at", "share = 0.5, at");
    let valued = run(scenario(&text), Engine::Counts, 4000);
    let falls =
        draws(&valued, |flows, lane| flows.count_level.total(0)[lane] + flows.count_increment.total(0)[lane]);
    assert_mean(&falls, 75.0, "falls");
    assert_variance(&falls, 75.0, "falls");
}

#[test]
fn an_effect_without_size_changes_nothing_and_one_that_takes_all_leaves_nothing() {
    let text = men(3, "half-year")
        + DEATHS
        + &HALVED_FALLS.replace("rate_ratio = 0.5", "rate_ratio = \"size\"")
        + "[parameters]\nx = { dist = \"uniform\", low = 0, high = 1, value = 0.5, assumption = \"test\" }\n\
           size = { value = \"if(x < 0.3, 1, if(x < 0.6, 0, 0.7))\", assumption = \"test\" }\n";
    let valued = run(scenario(&text), Engine::Counts, 64);
    let (_, x) = &valued.sampled[0];
    let figures = [
        draws(&valued, |f, lane| f.count_level.total(0)[lane]),
        draws(&valued, |f, lane| f.count_increment.total(0)[lane]),
        draws(&valued, |f, lane| f.count_increment.total(row(f, false))[lane]),
        draws(&valued, |f, lane| f.health_increment.total(1)[lane]),
    ];
    for (draw, &x) in x.iter().enumerate() {
        let [falls, change, deaths, health] = [0, 1, 2, 3].map(|figure: usize| figures[figure][draw]);
        // Falls kill nobody here, so lives are the same to the bit in every draw.
        assert!(deaths == 0.0 && health == 0.0);
        if x < 0.3 {
            assert_eq!(change, 0.0, "draw {draw}");
        } else if x < 0.6 {
            assert_eq!(change, -falls, "draw {draw}");
        } else {
            assert!(change < 0.0 && change > -falls, "draw {draw}");
        }
    }
}

#[test]
fn half_a_person_is_there_in_half_of_the_draws() {
    let text = men(1, "year").replace("persons = 100", "persons = 2.5") + HALVED_FALLS;
    let valued = run(scenario(&text), Engine::Counts, 1000);
    let years = draws(&valued, |flows, lane| flows.health_level.total(0)[lane]);
    assert!(years.iter().all(|&n| n == 2.0 || n == 3.0));
    assert_mean(&years, 2.5, "persons");
}

#[test]
fn capacity_is_never_exceeded_and_the_others_are_turned_away() {
    let text = men(2, "year")
        + &HALVED_FALLS
            .replace("share = 1\neffects", "share = 0.5\ncapacity = 40.5\neffects")
            .replace("\"2026\"", "\"2026-2027\"");
    let valued = run(scenario(&text), Engine::Counts, 400);
    for year in [0, 1] {
        let reached = draws(&valued, |flows, lane| flows.reached.row(0)[year][lane]);
        let away = draws(&valued, |flows, lane| flows.turned_away.row(0)[year][lane]);
        assert!(reached.iter().all(|&n| n <= 41.0), "year {year}");
        let came: Vec<f64> = reached.iter().zip(&away).map(|(r, a)| r + a).collect();
        if year == 0 {
            // Half of 100 come, of whom 40 or 41 are served; fewer come once in some 40 draws.
            assert_mean(&came, 50.0, "came");
            assert_variance(&came, 25.0, "came");
            assert!(reached.iter().zip(&away).all(|(&r, &a)| a == 0.0 || r == 40.0 || r == 41.0));
        }
    }
}

#[test]
fn any_number_of_threads_and_any_other_strategy_leave_the_same_bits() {
    let text = men(3, "half-year")
        + DEATHS
        + &HALVED_FALLS.replace("\"2026\", share = 1", "\"2026-2028\", share = 0.3");
    let more = r#"
[programmes.q]
model = "m"
eligible = "1"
enrol = { years = "2026-2027", share = 0.9 }
cascade = { talk = { of = "invited", share = 0.7, effects = ["fewer_falls"] } }
[strategies.more]
programmes = ["q", "p"]
[arrangements.deal]
"#;
    let figures = |text: &str, threads| -> Vec<u64> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let valued = pool.install(|| run(scenario(text), Engine::Counts, 21));
        let grids: [GridOf; 5] = [
            |f| &f.count_level,
            |f| &f.count_increment,
            |f| &f.health_increment,
            |f| &f.reached,
            |f| &f.health_level,
        ];
        grids
            .iter()
            .flat_map(|grid| {
                (0..2)
                    .flat_map(|row| {
                        draws(
                            &valued,
                            |f, lane| if row < grid(f).rows() { grid(f).total(row)[lane] } else { 0.0 },
                        )
                    })
                    .collect::<Vec<_>>()
            })
            .map(f64::to_bits)
            .collect()
    };
    let one = figures(&text, 1);
    assert_eq!(one, figures(&text, 2));
    assert_eq!(one, figures(&(text.clone() + more), 7));
}
