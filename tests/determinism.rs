//! The same scenario gives the same bits, whatever the number of threads and whatever else is asked.

mod common;

use common::{HALVED_FALLS, men, scenario};
use ounce::formula::Lane;
use ounce::value::flows::{Flows, Grid, Valued};
use ounce::value::{Extent, value};

/// 21 draws, so that the last of three blocks is not full, of a rate, an effect and a price.
fn uncertain(more: &str) -> String {
    men(4, "quarter").replace("draws = 16", "draws = 21")
        + &HALVED_FALLS
            .replace("rate = 1\n", "rate = \"falls\"\n")
            .replace("rate_ratio = 0.5", "rate_ratio = \"ratio\"")
            .replace("years = \"2026\", share = 1", "years = \"2026-2029\", share = 0.3")
        + r#"
[models.m.mortality]
rate = "0.03 * exp(0.1 * (age - 70))"
[models.m.states.nursing]
start = 0
utility = 0.3
mortality_ratio = 4
[models.m.events.admission]
of = "fall"
share = 0.05
moves_to = "nursing"
[unit_costs.fall]
on = "m.fall"
value = "price"
budget = "care"
[parameters]
falls = { dist = "gamma", value = 0.85, sd = 0.1, assumption = "test" }
ratio = { dist = "lognormal", value = 0.77, ci95 = [0.7, 0.85], assumption = "test" }
price = { dist = "gamma", value = 1000, sd = 300, assumption = "test" }
"# + more
}

fn run(text: &str, extent: Extent, threads: usize) -> Valued {
    let s = scenario(text);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of threads");
    pool.install(|| value(&s, extent, &|| ())).unwrap_or_else(|error| panic!("{error}"))
}

fn bits<'a>(lanes: impl IntoIterator<Item = &'a Lane>) -> Vec<u64> {
    lanes.into_iter().flat_map(|lane| lane.0.map(f64::to_bits)).collect()
}

/// Every bit of what does not depend on whether something is settled.
fn fingerprint(flows: &Flows) -> Vec<Vec<u64>> {
    let grid = |grid: &Grid| bits((0..grid.rows()).flat_map(|row| grid.row(row)));
    let mut all: Vec<Vec<u64>> = [
        &flows.level,
        &flows.increment,
        &flows.programme_costs,
        &flows.reached,
        &flows.turned_away,
        &flows.count_level,
        &flows.count_increment,
        &flows.outcome_increment,
        &flows.health_level,
        &flows.health_increment,
    ]
    .into_iter()
    .map(grid)
    .collect();
    all.push(bits(&flows.level_present));
    all.push(bits(&flows.increment_present));
    all.push(bits(&flows.programme_costs_present));
    all.push(bits(&flows.health_level_present));
    all.push(bits(&flows.health_increment_present));
    all
}

/// Base case and all blocks of the scenario itself, first delivery.
fn of_the_scenario(valued: &Valued) -> Vec<Vec<Vec<u64>>> {
    let first = &valued.variants[0];
    std::iter::once(&first.base[0]).chain(first.blocks.iter().map(|b| &b[0])).map(fingerprint).collect()
}

#[test]
fn one_two_and_seven_threads_give_the_same_bits() {
    let one = run(&uncertain(""), Extent::Draws, 1);
    assert_eq!(one.variants[0].blocks.len(), 3, "21 draws are three blocks of eight");
    // Draws differ from each other, so equal bits are not those of a constant.
    let falls = one.variants[0].blocks[0][0].count_increment.total(0);
    assert!(falls[0] < 0.0 && falls[0] != falls[1], "{falls:?}");
    for threads in [2, 7] {
        let other = run(&uncertain(""), Extent::Draws, threads);
        assert!(of_the_scenario(&one) == of_the_scenario(&other), "{threads} threads");
        assert_eq!(one.sampled, other.sampled);
    }
}

#[test]
fn lanes_beyond_the_last_draw_repeat_it() {
    // Draws 16 to 20 are lanes 0 to 4 of the third block.
    let valued = run(&uncertain(""), Extent::Draws, 2);
    assert_eq!(valued.draws(), 21);
    let last = valued.variants[0].blocks[2][0].count_increment.total(0);
    assert!(last[3] != last[4]);
    assert!((5..8).all(|lane| last[lane].to_bits() == last[4].to_bits()), "{last:?}");
}

#[test]
fn arrangements_change_no_bit_of_what_is_delivered() {
    let plain = run(&uncertain(""), Extent::Draws, 2);
    let one = run(&uncertain("[arrangements.deal]\n"), Extent::Draws, 2);
    let two = run(
        &uncertain("[arrangements.other]\nset = { ratio = 0.9 }\n[arrangements.deal]\n"),
        Extent::Draws,
        2,
    );
    assert!(of_the_scenario(&plain) == of_the_scenario(&one));
    assert!(of_the_scenario(&plain) == of_the_scenario(&two));
    let (first, second) = (&two.variants[0].blocks[0][0], &two.variants[0].blocks[0][1]);
    assert!(
        fingerprint(first) != fingerprint(second),
        "the arrangement that sets a ratio has its own delivery"
    );
}

#[test]
fn variants_change_no_bit_of_the_scenario_itself() {
    let plain = run(&uncertain(""), Extent::Draws, 2);
    let more = run(
        &uncertain(
            "[variants.dear]\nset = { price = \"2 * price\" }\n[variants.weak]\nset = { ratio = 0.95 }\n",
        ),
        Extent::DrawsOfVariants,
        7,
    );
    assert_eq!(more.variants.len(), 3);
    assert!(of_the_scenario(&plain) == of_the_scenario(&more));
    assert_eq!(plain.sampled, more.sampled);
    // Twice the price in the same draws is exactly twice the cost.
    for (own, dear) in more.variants[0].blocks.iter().zip(&more.variants[1].blocks) {
        let (own, dear) = (own[0].level.total(0), dear[0].level.total(0));
        assert!((0..8).all(|lane| (dear[lane] / own[lane] - 2.0).abs() < 1e-12));
    }
}

#[test]
fn more_draws_of_a_random_design_leave_the_first_ones_as_they_were() {
    let few = run(&uncertain(""), Extent::Draws, 2);
    let many = run(&uncertain("").replace("draws = 21", "draws = 43"), Extent::Draws, 2);
    for block in 0..2 {
        let (few, many) = (&few.variants[0].blocks[block][0], &many.variants[0].blocks[block][0]);
        assert!(fingerprint(few) == fingerprint(many), "block {block}");
    }
}
