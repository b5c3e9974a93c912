//! Reading small scenarios in tests, and finding figures in their flows.
#![allow(dead_code)]

pub mod package;

use ounce::scenario::checked::{Node, Scenario};
use ounce::scenario::{self, sources::Sources};
use ounce::value::flows::{Counted, Flows, Grid};

/// Reads a scenario that is written in the test.
pub fn scenario(text: &str) -> Scenario {
    let mut sources = Sources::default();
    match scenario::read_text("test.toml", text, &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

/// Flows of the first strategy that is not the comparator, at the stated values.
pub fn base_flows(scenario: &Scenario) -> Flows {
    let valued = ounce::value::value(scenario, ounce::value::Extent::BaseCase, &|| ())
        .unwrap_or_else(|error| panic!("{error}"));
    valued.variants[0].base[0].clone()
}

/// Horizon total of a row in the first draw.
pub fn strategy_total(grid: &Grid, row: usize) -> f64 {
    grid.total(row)[0]
}

/// Comparator's total and the increment of an event, transition or state by its id.
pub fn count(flows: &Flows, scenario: &Scenario, id: &str) -> (f64, f64) {
    let row = flows
        .shape
        .counted
        .iter()
        .position(|counted| match *counted {
            Counted::Node { model, node } => {
                let model = &scenario.models[model];
                let name = match node {
                    Node::Event(e) => &model.events[e].id,
                    Node::Transition(t) => &model.transitions[t].id,
                    Node::State(s) | Node::Utility(s) => &model.states[s].id,
                    Node::Factor(f) => &model.factors[f].id,
                };
                name == id
            }
            Counted::Deaths { .. } => false,
        })
        .unwrap_or_else(|| panic!("no `{id}`"));
    (strategy_total(&flows.count_level, row), strategy_total(&flows.count_increment, row))
}

/// Comparator's deaths and the increment.
pub fn deaths(flows: &Flows) -> (f64, f64) {
    let row = flows
        .shape
        .counted
        .iter()
        .position(|counted| matches!(counted, Counted::Deaths { .. }))
        .expect("a row of deaths");
    (strategy_total(&flows.count_level, row), strategy_total(&flows.count_increment, row))
}

/// 100 men of 70, healthy or dead, followed from 2026 for some years in cycles of one length; nothing is discounted.
pub fn men(years: usize, cycle: &str) -> String {
    format!(
        r#"
ounce = 1
title = "a hundred men"
[time]
start = 2026
years = {years}
cycle = "{cycle}"
[uncertainty]
draws = 16
seed = 1
design = "random"
[valuation]
discount = {{ costs = 0.0, effects = 0.0 }}
[population]
closed = true
[population.groups.men]
age = 70
sex = "male"
persons = 100
[models.m.states.home]
start = 1
utility = 0.5
[models.m.states.dead]
start = 0
alive = false
[budgets.care]
[strategies.usual_care]
"#
    )
}

/// One fall a year at home; all enrol on 1 January 2026 in a programme that halves it for ever.
pub const HALVED_FALLS: &str = r#"
[models.m.events.fall]
in = ["home"]
rate = 1
[effects.fewer_falls]
on = "m.fall"
rate_ratio = 0.5
lasts = "always"
[programmes.p]
model = "m"
eligible = "state == 'home'"
enrol = { years = "2026", share = 1, at = "start-of-year" }
[programmes.p.cascade.course]
of = "invited"
share = 1
effects = ["fewer_falls"]
[strategies.prevention]
programmes = ["p"]
"#;

/// A strategy that changes nothing, where only the comparator is looked at.
pub const NOTHING_ELSE: &str = r#"
[strategies.other]
set = { nothing = 1 }
[parameters]
nothing = { value = 0, assumption = "none" }
"#;

/// Amounts of a row by year in the first draw.
pub fn by_year(grid: &Grid, row: usize) -> Vec<f64> {
    grid.row(row).iter().map(|amount| amount[0]).collect()
}

/// Asserts that amounts are those expected, to 1e-9 absolutely.
#[track_caller]
pub fn assert_amounts(got: &[f64], expected: &[f64]) {
    assert_eq!(got.len(), expected.len(), "{got:?} instead of {expected:?}");
    for (g, e) in got.iter().zip(expected) {
        assert!((g - e).abs() < 1e-9, "{got:?} instead of {expected:?}");
    }
}

/// Asserts that an amount is the one expected, to 1e-9 absolutely.
#[track_caller]
pub fn assert_amount(got: f64, expected: f64) {
    assert!((got - expected).abs() < 1e-9, "{got} instead of {expected}");
}
