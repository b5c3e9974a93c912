//! `[population.classes]`: risk classes that the population file does not know.

use crate::scenario::checked::{ClassValue, Label, Node as ModelNode, RelativeRate, RiskClass};

use super::context::{At, Reader};
use super::place::{AGE, LABELS, Place, RESERVED, SEX};

impl<'t> Reader<'_> {
    /// Makes classes known as variables, before any formula is compiled.
    pub(super) fn name_classes(&mut self, population: &At<'t>) {
        for (class, (id, at)) in population.ids("classes").into_iter().enumerate() {
            let taken = RESERVED.contains(&id);
            if taken || self.scenario.variables.labels.iter().any(|label| label.id == id) {
                let label =
                    if taken { "this is a variable of formulas" } else { "a label is called so already" };
                self.error(&at.span, format!("a class cannot be called `{id}`"), label);
            }
            let values = at.ids("values").into_iter().map(|(value, _)| value.to_owned()).collect();
            self.scenario.variables.labels.push(Label { id: id.to_owned(), values, class: Some(class) });
        }
    }

    /// Reads the shares, and the chance to be recorded in another class.
    pub(super) fn read_classes(&mut self, top: &At<'t>) {
        let Some(population) = top.below("population") else { return };
        for (id, at) in population.ids("classes") {
            self.check_source(at.table);
            let mut values = Vec::new();
            for (value, below) in at.ids("values") {
                self.check_source(below.table);
                let share = self.required(&below, "share", Place::share(AGE | SEX | LABELS));
                values.push(ClassValue { id: value.to_owned(), share, relative_rates: Vec::new() });
            }
            if values.is_empty() {
                self.error(&at.span, format!("the class `{id}` has no values"), "needs at least two values");
            }
            let misclassified = self.quantity_or(&at, "misclassified", Place::evidence(0), 0.0);
            let variable = self
                .scenario
                .variables
                .labels
                .iter()
                .position(|label| label.id == id && label.class.is_some())
                .map_or(0, crate::scenario::checked::Variables::label);
            self.scenario.population.classes.push(RiskClass {
                id: id.to_owned(),
                variable,
                values,
                misclassified,
            });
        }
    }

    /// Reads the relative rates, now that models are known.
    pub(super) fn read_relative_rates(&mut self, top: &At<'t>) {
        let Some(population) = top.below("population") else { return };
        for (class, (_, at)) in population.ids("classes").into_iter().enumerate() {
            for (value, (_, below)) in at.ids("values").into_iter().enumerate() {
                let Some(rates) = below.below("relative_rates") else { continue };
                let mut relative_rates = Vec::new();
                for entry in rates.table {
                    let place = Place::evidence(AGE | SEX | LABELS);
                    let value = self.required(&rates, &entry.key, place);
                    let Some((model, node)) = self.model_node(&entry.key, &entry.key_span) else { continue };
                    match node {
                        ModelNode::Event(event)
                            if self.scenario.models[model].events[event].parent.is_none() => {}
                        ModelNode::Transition(_) => {}
                        ModelNode::Event(_) => {
                            let label = "expected an event that is not `of` another, or a transition";
                            self.error(&entry.key_span, "a consequence has no rate of its own", label);
                            continue;
                        }
                        ModelNode::Factor(_) => {
                            let label = "expected an event or transition";
                            self.error(&entry.key_span, "a risk factor has no rate", label);
                            continue;
                        }
                        ModelNode::State(_) | ModelNode::Utility(_) => {
                            let label = "expected an event or transition";
                            self.error(&entry.key_span, "a state has no rate", label);
                            continue;
                        }
                    }
                    relative_rates.push(RelativeRate { model, node, value });
                }
                let classes = &mut self.scenario.population.classes;
                if let Some(found) = classes.get_mut(class).and_then(|class| class.values.get_mut(value)) {
                    found.relative_rates = relative_rates;
                }
            }
        }
    }
}
