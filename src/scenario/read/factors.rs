//! `[models.*.factors]`: continuous risk factors, and the names under which formulas know them and past events.

use crate::scenario::checked::{
    Factor, FactorShape, HazardRatio, Model, Node as ModelNode, UtilityPerUnit, Variables,
};
use crate::scenario::sources::Span;

use super::context::{At, Reader};
use super::place::{PERSON, Place, RESERVED};

impl<'t> Reader<'_> {
    /// Makes risk factors and events of all models known as variables, before any formula is compiled.
    pub(super) fn name_factors_and_events(&mut self, top: &At<'t>) {
        for (_, model) in top.ids("models") {
            for (id, at) in model.ids("factors") {
                let free = self.check_variable_name("risk factor", id, id, &at.span);
                if free && !self.scenario.variables.factors.iter().any(|known| known == id) {
                    self.scenario.variables.factors.push(id.to_owned());
                }
            }
        }
        for (_, model) in top.ids("models") {
            for (id, at) in model.ids("events") {
                let past = format!("{}{id}", Variables::PAST);
                let free = self.check_variable_name("event", id, &past, &at.span);
                if free && !self.scenario.variables.events.iter().any(|known| known == id) {
                    self.scenario.variables.events.push(id.to_owned());
                }
            }
        }
    }

    /// Whether a name is free for a variable; if it is not, refuses what would have that variable.
    fn check_variable_name(&mut self, what: &str, id: &str, variable: &str, span: &Span) -> bool {
        let label = if RESERVED.contains(&variable) {
            format!("`{variable}` is a variable of formulas")
        } else if self.scenario.variables.labels.iter().any(|label| label.id == variable) {
            format!("a label or class of the population is called `{variable}` already")
        } else if what == "event" && self.scenario.variables.factors.iter().any(|factor| factor == variable) {
            format!("a risk factor is called `{variable}`, which would be the number of past events")
        } else {
            return true;
        };
        let article = if what.starts_with('e') { "an" } else { "a" };
        self.error(span, format!("{article} {what} cannot be called `{id}`"), label);
        false
    }

    /// Reads the risk factors of a model whose states, transitions and events are known.
    pub(super) fn read_factors(&mut self, at: &At<'t>, model: &mut Model) {
        for (id, factor) in at.ids("factors") {
            self.check_source(factor.table);
            let place = Place::evidence(PERSON);
            let distribution = match factor.text("distribution") {
                Some("lognormal") => FactorShape::LogNormal,
                Some("gamma") => FactorShape::Gamma,
                _ => FactorShape::Normal,
            };
            if factor.node("distribution").is_none() {
                self.missing(&factor, "distribution");
            }
            let mean = self.required(&factor, "mean", place);
            let sd = self.required(&factor, "sd", place);
            let drift = self.quantity_or(&factor, "drift", place, 0.0);
            let variables = &self.scenario.variables;
            let variable = variables.factors.iter().position(|known| known == id);
            let variable = variables.factor(variable.unwrap_or(0));
            let hazard_ratios = self.hazard_ratios(&factor, model);
            let utilities = self.utilities_per_unit(&factor, model);
            model.factors.push(Factor {
                id: id.to_owned(),
                name: factor.name(id),
                unit: factor.text("unit").unwrap_or_default().to_owned(),
                variable,
                distribution,
                mean,
                sd,
                drift,
                hazard_ratios,
                utilities,
            });
        }
    }

    fn hazard_ratios(&mut self, factor: &At<'t>, model: &Model) -> Vec<HazardRatio> {
        let Some(below) = factor.below("hazard_ratios") else { return Vec::new() };
        let mut ratios = Vec::new();
        for entry in factor.entries("hazard_ratios") {
            let value = self.required(&below, &entry.key, Place::evidence(0));
            let node = self.driven_node(&entry.key, &entry.key_span, model);
            ratios.extend(node.map(|node| HazardRatio { node, value }));
        }
        ratios
    }

    /// The event or transition that a risk factor makes more or less frequent.
    fn driven_node(&mut self, name: &str, span: &Span, model: &Model) -> Option<ModelNode> {
        let event = model.events.iter().position(|event| event.id == name).map(ModelNode::Event);
        let transition =
            model.transitions.iter().position(|known| known.id == name).map(ModelNode::Transition);
        let node = event.or(transition);
        if node.is_some() || self.is_broken("event, transition or state", &format!("{}.{name}", model.id)) {
            return node;
        }
        let state = model.states.iter().any(|state| state.id == name);
        if state || ["mortality", "excess_mortality"].contains(&name) {
            let title = if state {
                format!("`{name}` is a state, which has no rate")
            } else {
                "background and excess mortality cannot have a hazard ratio".to_owned()
            };
            let label =
                "expected an event or transition; write deaths that the factor drives as one of these";
            self.error(span, title, label);
            return None;
        }
        let known: Vec<&str> = model
            .events
            .iter()
            .map(|event| event.id.as_str())
            .chain(model.transitions.iter().map(|transition| transition.id.as_str()))
            .collect();
        self.unknown("event or transition", name, span, &known);
        None
    }

    fn utilities_per_unit(&mut self, factor: &At<'t>, model: &Model) -> Vec<UtilityPerUnit> {
        let Some(below) = factor.below("utility") else { return Vec::new() };
        let mut utilities = Vec::new();
        for entry in factor.entries("utility") {
            let value = self.required(&below, &entry.key, Place::evidence(0));
            let states = model.states.iter().map(|state| state.id.as_str());
            let Some(state) = self.find("state", &entry.key, &entry.key_span, states) else { continue };
            if !model.states[state].alive {
                let title = format!("`{}` is a state of the dead", entry.key);
                self.error(&entry.key_span, title, "the dead have no quality of life");
                continue;
            }
            utilities.push(UtilityPerUnit { state, value });
        }
        utilities
    }
}
