//! From the tree of a scenario file to a [`Scenario`]: every name found, every formula compiled,
//! every mistake reported at its place.
//!
//! Sections are read in the order in which they build on one another: sources, time, the labels of the population,
//! states, tables, parameters, prices, people, then models, money, parties, programmes, strategies and arrangements.
//! A mistake does not stop the reading: something stands in for what could not be read, and at the end all mistakes
//! are shown together.

mod arrangements;
mod base;
mod classes;
mod clauses;
mod context;
mod csv;
mod delivery;
mod effects;
mod eligible;
mod engine;
mod factors;
mod groups;
mod literal;
mod models;
mod money;
mod negotiation;
mod net;
mod parameters;
mod parties;
mod place;
mod population;
mod prices;
mod programmes;
mod quantity;
mod results;
mod savings;
mod soundness;
mod steps;
mod strategies;
mod tables;
mod thresholds;
mod uncertain;
mod warnings;

use std::collections::{BTreeMap, BTreeSet};

use super::Overrides;
use super::checked::{
    Engine, Localised, Negotiation, Parameters, Parties, Population, Results, Scenario, Time, Uncertainty,
    Valuation, Variables, WithinCycle,
};
use super::diagnostic::Diagnostics;
use super::sources::Sources;
use super::tree::Node;
use crate::sample::{DesignKind, ranges};

use context::{At, Reader, localised};
pub(super) use eligible::may_be_invited;
use negotiation::Use;
use prices::Prices;
pub(crate) use quantity::constant;

/// Reads a merged tree whose structure has been checked.
///
/// The messages hold all that is wrong or doubtful; the scenario is whole only if none of them is an error. `explained`
/// says that the check of the structure has found errors: what is missing because of them is then not said again.
pub(super) fn read(
    root: &Node,
    overrides: Overrides,
    explained: bool,
    sources: &mut Sources,
) -> (Scenario, Diagnostics) {
    let mut reader = Reader {
        sources,
        messages: Diagnostics::new(),
        gaps: Vec::new(),
        scenario: blank(),
        shapes: Vec::new(),
        raw_tables: BTreeMap::new(),
        prices: Prices::default(),
        broken: BTreeSet::new(),
        drawn: Vec::new(),
        base: None,
        used: Use::World,
        used_in_world: Vec::new(),
    };
    if let Some(top) = At::top(root) {
        reader.read_all(&top, overrides);
    }
    let Reader { mut messages, gaps, scenario, .. } = reader;
    if !explained && !messages.has_errors() {
        gaps.into_iter().for_each(|gap| messages.push(gap));
    }
    (scenario, messages)
}

impl<'t> Reader<'_> {
    fn read_all(&mut self, top: &At<'t>, overrides: Overrides) {
        self.scenario.title = top.node("title").and_then(localised).unwrap_or_default();
        self.scenario.description = top.description();
        self.scenario.question = top.node("question").and_then(localised).unwrap_or_default();
        self.scenario.asked_by = top.node("asked_by").and_then(localised).unwrap_or_default();
        self.read_sources(top);
        self.read_time(top);
        self.read_uncertainty(top);
        self.override_engine(overrides);
        let people = self.read_labels(top);
        self.name_states(top);
        self.name_factors_and_events(top);
        let rows = self.read_tables(top);
        self.read_parameters(top, rows);
        self.read_valuation(top);
        self.read_people(top, &people);
        self.read_classes(top);
        self.read_models(top);
        self.read_relative_rates(top);
        self.read_budgets(top);
        self.read_unit_costs(top);
        self.read_unrelated_costs(top);
        self.read_outcomes(top);
        self.read_goals(top);
        self.read_results(top);
        self.read_effects(top);
        self.read_parties(top);
        self.read_programmes(top);
        self.read_strategies(top);
        self.read_variants(top);
        self.read_arrangements(top);
        self.count_for();
        self.read_negotiation(top);
        self.read_plan(top);
        self.read_break_even(top);
        self.check_variables_of_models();
        let base = self.final_environment();
        self.messages.append(ranges::check_values(&self.scenario, &base, "in the base case"));
        self.check_eligible_ages(top, &base);
        self.check_engine(top);
        self.warn(top, &base);
    }

    fn read_time(&mut self, top: &At<'t>) {
        let Some(at) = top.below("time") else { return };
        let mut time = self.scenario.time;
        if let Some(start) = at.integer("start") {
            match i32::try_from(start) {
                Ok(start @ 1900..=2200) => time.start = start,
                _ => self.error(
                    at.span_of("start"),
                    format!("{start} is no calendar year"),
                    "expected such as 2026",
                ),
            }
        }
        if let Some(years) = at.integer("years") {
            match usize::try_from(years) {
                Ok(years @ 1..=150) => time.years = years,
                _ => self.error(
                    at.span_of("years"),
                    format!("a horizon of {years} years"),
                    "expected 1 to 150",
                ),
            }
        }
        time.cycles_per_year = match at.text("cycle") {
            Some("year") => 1,
            Some("quarter") => 4,
            Some("month") => 12,
            _ => 2,
        };
        time.within_cycle = match at.text("within_cycle") {
            Some("none") => WithinCycle::None,
            Some("every-boundary") => WithinCycle::EveryBoundary,
            _ => WithinCycle::HalfCycle,
        };
        self.scenario.time = time;
    }
}

/// A scenario of which nothing has been read.
fn blank() -> Scenario {
    let zero = || constant(0.0, "valuation.discount");
    Scenario {
        title: Localised::default(),
        description: Localised::default(),
        question: Localised::default(),
        asked_by: Localised::default(),
        time: Time { start: 2026, years: 1, cycles_per_year: 2, within_cycle: WithinCycle::HalfCycle },
        uncertainty: Uncertainty {
            draws: 1000,
            seed: 1,
            design: DesignKind::Sobol,
            engine: Engine::Expected,
            replicates: 1,
            factor_bins: 10,
        },
        valuation: Valuation {
            price_year: 0,
            discount_costs: zero(),
            discount_effects: zero(),
            discount_parties: zero(),
            willingness_to_pay: Vec::new(),
            inflation: None,
        },
        variables: Variables::default(),
        parameters: Parameters::default(),
        tables: Vec::new(),
        population: Population::default(),
        models: Vec::new(),
        unit_costs: Vec::new(),
        budgets: Vec::new(),
        outcomes: Vec::new(),
        effects: Vec::new(),
        programmes: Vec::new(),
        strategies: Vec::new(),
        comparator: 0,
        variants: Vec::new(),
        parties: Parties { list: Vec::new(), insurers: Vec::new() },
        arrangements: Vec::new(),
        negotiation: Negotiation::default(),
        left_out: Vec::new(),
        goals: Vec::new(),
        results: Results::default(),
        thresholds: Vec::new(),
        citations: Vec::new(),
        inputs: Vec::new(),
    }
}
