//! The examples that `ounce explain clause` shows, settled as they stand.

use crate::formula::Lane;
use crate::scenario::checked::Scenario;
use crate::scenario::grammar::CLAUSE_TYPES;
use crate::scenario::grammar::texts::{Example, Given};
use crate::scenario::{self, sources::Sources};
use crate::settle::books::LineKind;
use crate::settle::testing;
use crate::value::flows::{Flows, Grid};

/// The world of the examples: budgets of municipality, long-term care and region, a programme of two steps.
const WORLD: &str = r#"
ounce = 1
title = "Examples"
time = { start = 2026, years = 2, cycle = "half-year" }
valuation = { discount = { costs = 0, effects = 0, parties = 0 } }
population = { closed = true, groups = { all = { age = 70, persons = 1000 } } }
budgets = { wmo = {}, wlz = {}, hospital = {} }
strategies = { usual_care = {}, chain = { programmes = ["chain"] } }
[models.life]
assumption = "made up"
states = { home = { start = 1 }, dead = { start = 0, alive = false } }
events = { fall = { in = ["home"], rate = 0.5 } }
[unit_costs]
support = { on = "life.fall", value = 100, budget = "wmo", assumption = "made up" }
nursing = { on = "life.fall", value = 100, budget = "wlz", assumption = "made up" }
admission = { on = "life.fall", value = 100, budget = "hospital", assumption = "made up" }
[outcomes.municipal_share]
unit = "EUR"
per = { "life.fall" = 16_800 }
[programmes.chain]
model = "life"
eligible = "state == 'home'"
enrol = { years = "2026", share = 0.5 }
[programmes.chain.cascade]
enrolled = { of = "invited", share = 1, leaves_pool = true, costs = { check = 1 } }
course = { of = "enrolled", share = 1, leaves_pool = true, costs = { lessons = 1 } }
[parties]
municipality = { kind = "municipality", budgets = ["wmo"] }
wlz_fund = { kind = "wlz_fund", budgets = ["wlz"] }
region = { kind = "other", budgets = ["hospital"] }
state = { kind = "state" }
families = { kind = "household" }
investor = { kind = "investor" }
fund = { kind = "other" }
"#;

fn read(example: &Example) -> Scenario {
    let text = format!("{WORLD}[arrangements.deal.clauses.example]\n{}", example.clause);
    let mut sources = Sources::default();
    match scenario::read_text("example.toml", &text, &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(messages) => panic!("{}\n{}", messages.render(&sources, false), example.clause),
    }
}

fn set(grid: &mut Grid, row: usize, amounts: &[f64], sign: f64) {
    for (cell, &amount) in grid.row_mut(row).iter_mut().zip(amounts) {
        *cell = Lane::splat(sign * amount);
    }
}

fn give(flows: &mut Flows, given: &Given) {
    match given {
        Given::Counted(row, amounts) => set(&mut flows.requested, *row, amounts, 1.0),
        Given::Costs(row, amounts) => set(&mut flows.programme_costs, *row, amounts, 1.0),
        Given::Avoided(row, amounts) => {
            set(&mut flows.increment, *row, amounts, -1.0);
            set(&mut flows.cashable, *row, amounts, -1.0);
        }
        Given::Claims { without, with, years } => {
            for (followed, costs) in [(&mut flows.shadows[0], without), (&mut flows.cohorts[0], with)] {
                set(&mut followed.costs, 0, costs, 1.0);
                set(&mut followed.person_years, 0, years, 1.0);
            }
        }
        Given::Change(row, amounts) => {
            flows.outcome_increment = Grid::zeros(1, 2);
            set(&mut flows.outcome_increment, *row, amounts, 1.0);
        }
    }
}

/// What a party gains by the clause in each year, at the stated values.
fn gains(scenario: &Scenario, flows: Flows, party: &str) -> Vec<f64> {
    let account = scenario.parties.list.iter().position(|known| known.id == party);
    let account = account.unwrap_or_else(|| panic!("no party `{party}`"));
    let books = testing::settle_blocks(scenario, vec![flows], 8).base;
    let mut gains = vec![0.0; books.years.max(2)];
    for entry in books.entries(account) {
        if matches!(entry.kind, LineKind::Clause(_) | LineKind::Repayment(_)) {
            for (sum, amount) in gains.iter_mut().zip(entry.amounts) {
                *sum += entry.sign * amount[0];
            }
        }
    }
    assert!(gains[2..].iter().all(|&gain| gain == 0.0), "{party} is paid after the years of the example");
    gains.truncate(2);
    gains
}

#[test]
fn every_example_of_the_explanations_gives_the_figures_it_shows() {
    for kind in CLAUSE_TYPES {
        let example = &kind.text.example;
        let scenario = read(example);
        assert_eq!(scenario.arrangements[0].clauses.len(), 1);
        let mut flows = testing::flows(&scenario, 2);
        example.given.iter().for_each(|given| give(&mut flows, given));
        for (party, expected) in example.gains {
            let found = gains(&scenario, flows.clone(), party);
            for (found, expected) in found.iter().zip(*expected) {
                assert!(
                    (found - expected).abs() < 1e-6,
                    "{}, {party}: {found} and not {expected}",
                    kind.name
                );
            }
        }
        let total: f64 = example.gains.iter().flat_map(|(_, gains)| *gains).sum();
        assert!(total.abs() < 1e-6, "{}: what is shown does not add up", kind.name);
    }
}

#[test]
fn the_amounts_of_an_example_stand_in_its_words() {
    for kind in CLAUSE_TYPES {
        let example = &kind.text.example;
        let named = example.gains.iter().flat_map(|(_, gains)| *gains).any(|gain| {
            let whole = format!("{:.0}", gain.abs());
            let with_commas: String = whole
                .chars()
                .enumerate()
                .flat_map(|(at, digit)| {
                    let comma = at > 0 && (whole.len() - at).is_multiple_of(3);
                    comma.then_some(',').into_iter().chain([digit])
                })
                .collect();
            *gain != 0.0 && example.words.contains(&with_commas)
        });
        assert!(named, "{}", kind.name);
    }
}
