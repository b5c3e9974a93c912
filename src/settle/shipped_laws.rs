//! Shipped arrangements redistribute: who signs what changes nobody's sum, and what all have is what is avoided less what it
//! costs.

use super::parties::Market;
use super::{Account, Books, Settled, costs, entry, settle};
use crate::formula::{LANES, Lane};
use crate::scenario::checked::{Parties, Purchase, Scenario};
use crate::scenario::{self, sources::Sources};
use crate::value::flows::Flows;
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

/// What a delivery avoids on all budgets less what programmes cost, by draw: all years, undiscounted. An insurer that buys
/// for its own insured offers the programme to them only; fixed costs are made whole.
fn avoided_less_costs(scenario: &Scenario, settled: &Settled, flows: &Flows) -> Lane {
    let purchase = scenario.arrangements[settled.arrangement].purchase;
    let market = Market::new(scenario, purchase, &flows.environment).unwrap();
    let lines = 0..flows.increment.rows();
    let added = lines.fold(Lane::ZERO, |sum, line| sum + flows.increment.total(line)) * market.per_person();
    let offered = &scenario.strategies[settled.strategy].programmes;
    let items = (0..flows.shape.items.len()).filter(|&i| offered.contains(&flows.shape.items[i].programme));
    let years = |item: usize| (0..flows.shape.years).map(move |year| (item, year));
    let spent = items
        .flat_map(years)
        .fold(Lane::ZERO, |sum, (item, year)| sum + costs::scaled(flows, &market, item, year));
    Lane::ZERO - added - spent
}

#[track_caller]
fn assert_close(found: Lane, expected: Lane, gross: Lane, what: &str) {
    for draw in 0..LANES {
        assert!(
            (found[draw] - expected[draw]).abs() <= 1e-9 * gross[draw].max(1.0),
            "{what}, draw {draw}: {} instead of {}",
            found[draw],
            expected[draw]
        );
    }
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
fn all_shipped_arrangements_give_the_parties_what_is_avoided_less_what_it_costs_draw_by_draw() {
    for name in names() {
        let mut scenario = shipped(&name);
        scenario.uncertainty.draws = DRAWS;
        scenario.variants.truncate(1);
        let mut valued =
            value(&scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let settled = settle(&scenario, &valued).unwrap_or_else(|error| panic!("{name}: {error}"));
        entry::withdraw(&mut valued, &settled);
        // Also where the arrangement changes who takes part, is bought for some only, or where nobody delivers.
        for of in &settled {
            let flows = &valued.variants[0].blocks[0][valued.delivery_of(of.strategy, of.arrangement)];
            let (books, expected) = (&of.blocks[0], avoided_less_costs(&scenario, of, flows));
            let capacity =
                books.balance(Account::Capacity).into_iter().fold(Lane::ZERO, |sum, net| sum + net);
            let what = format!("{name}, {}", scenario.arrangements[of.arrangement].id);
            assert_close(sum_of_parties(&scenario, books) + capacity, expected, books.gross(), &what);
        }
        let changes_nothing = |arrangement: usize| {
            let arrangement = &scenario.arrangements[arrangement];
            !matches!(arrangement.purchase, Purchase::Own { .. }) && !arrangement.changes_delivery()
        };
        let fixed = |of: &&Settled| changes_nothing(of.arrangement) && of.declined.is_none();
        let mut compared = 0;
        for strategy in 0..scenario.strategies.len() {
            let mut of_strategy = settled.iter().filter(|s| s.strategy == strategy).filter(fixed);
            let Some(first) = of_strategy.next() else { continue };
            let expected = sum_of_parties(&scenario, &first.blocks[0]);
            compared += 1;
            for other in of_strategy {
                let what = format!("{name}, {}", scenario.arrangements[other.arrangement].id);
                let sum = sum_of_parties(&scenario, &other.blocks[0]);
                assert_close(sum, expected, other.blocks[0].gross(), &what);
                compared += 1;
            }
        }
        // None passes because it was left out.
        let strategies = scenario.strategies.len() - 1;
        let enters = |&arrangement: &usize| scenario.arrangements[arrangement].entry.is_none();
        let arrangements = (0..scenario.arrangements.len()).filter(|&a| changes_nothing(a)).filter(enters);
        let expected = arrangements.count() * strategies;
        assert!(compared >= expected, "{name}: {compared} of {expected} were compared");
    }
}
