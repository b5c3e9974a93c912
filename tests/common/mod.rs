//! Reading small scenarios in tests, and finding figures in their flows.
#![allow(dead_code)]

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
