//! Shipped arrangements redistribute: who signs what changes nobody's sum.

use super::{Account, Books, Settled, settle};
use crate::formula::{LANES, Lane};
use crate::scenario::checked::{Parties, Purchase, Scenario};
use crate::scenario::{self, sources::Sources};
use crate::value::{Extent, value};

/// Draws of each scenario: one block.
const DRAWS: usize = 8;

fn shipped(name: &str) -> Scenario {
    let path = format!("{}/scenarios/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut sources = Sources::default();
    let overrides = scenario::Overrides::default();
    match scenario::read_with(std::path::Path::new(&path), &[], overrides, &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

/// The names of the scenarios that are ready to run.
fn names() -> Vec<String> {
    let folder = format!("{}/scenarios", env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    names
}

/// What all parties have together before the arrangement's own costs, by draw: all years, undiscounted.
fn sum_of_parties(scenario: &Scenario, books: &Books) -> Lane {
    let net = |party: usize| books.net(party).into_iter().fold(Lane::ZERO, |sum, net| sum + net);
    let parties = (0..scenario.parties.list.len()).filter(|&party| party != Parties::OUTSIDE);
    let all = parties.fold(Lane::ZERO, |sum, party| sum + net(party));
    // What is paid to outsiders (assessors, interest) is the arrangement's own cost.
    let own =
        books.balance(Account::Party(Parties::OUTSIDE)).into_iter().fold(Lane::ZERO, |sum, net| sum + net);
    all + own
}

#[test]
fn all_shipped_arrangements_that_change_no_behaviour_give_the_parties_the_same_sum_draw_by_draw() {
    let mut compared = 0;
    for name in names() {
        let mut scenario = shipped(&name);
        scenario.uncertainty.draws = DRAWS;
        scenario.variants.truncate(1);
        let valued =
            value(&scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let settled = settle(&scenario, &valued).unwrap_or_else(|error| panic!("{name}: {error}"));
        let fixed = |settled: &&Settled| {
            let arrangement = &scenario.arrangements[settled.arrangement];
            // Who buys for its own insured only offers the programme to fewer.
            let all = !matches!(arrangement.purchase, Purchase::Own { .. });
            all && !arrangement.changes_delivery() && settled.declined.is_none()
        };
        for strategy in 0..scenario.strategies.len() {
            let mut of_strategy = settled.iter().filter(|s| s.strategy == strategy).filter(fixed);
            let Some(first) = of_strategy.next() else { continue };
            let expected = sum_of_parties(&scenario, &first.blocks[0]);
            for other in of_strategy {
                let sum = sum_of_parties(&scenario, &other.blocks[0]);
                let gross = other.blocks[0].gross();
                for draw in 0..LANES {
                    let arrangement = &scenario.arrangements[other.arrangement].id;
                    assert!(
                        (sum[draw] - expected[draw]).abs() <= 1e-9 * gross[draw].max(1.0),
                        "{name}, {arrangement}, draw {draw}: {} where another arrangement leaves {}",
                        sum[draw],
                        expected[draw]
                    );
                }
                compared += 1;
            }
        }
    }
    assert!(compared >= 3, "{compared} arrangements were compared");
}
