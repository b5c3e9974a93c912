//! `[budgets]`, `[unit_costs]`, `[outcomes]` and `[goals]`.

use crate::scenario::checked::{
    Budget, Goal, GoalMeasure, Node as ModelNode, Outcome, Priced, Term, UnitCost,
};

use super::context::{At, Reader};
use super::place::{PERSON, Place, SINCE};
use super::quantity::constant;

impl<'t> Reader<'_> {
    /// Reads the budgets.
    pub(super) fn read_budgets(&mut self, top: &At<'t>) {
        for (id, at) in top.ids("budgets") {
            self.check_source(at.table);
            let insurance = at.text("kind") == Some("insurance");
            if !insurance && let Some(node) = at.node("lost_to_equalisation") {
                let label = "only a budget of `kind = \"insurance\"` is equalised";
                self.error(&node.span, "risk equalisation is between health insurers", label);
            }
            let place = Place::share(SINCE);
            let budget = Budget {
                id: id.to_owned(),
                name: at.name(id),
                insurance,
                cashable: self.quantity_or(&at, "cashable", place, 1.0),
                lost_to_equalisation: self.quantity_or(&at, "lost_to_equalisation", place, 0.0),
            };
            self.scenario.budgets.push(budget);
        }
    }

    /// The position of a budget.
    pub(super) fn budget(&mut self, name: &str, span: &crate::scenario::sources::Span) -> Option<usize> {
        let ids: Vec<String> = self.scenario.budgets.iter().map(|budget| budget.id.clone()).collect();
        self.find("budget", name, span, ids.iter().map(String::as_str))
    }

    /// Reads the prices of events, states and life-years.
    pub(super) fn read_unit_costs(&mut self, top: &At<'t>) {
        for (id, at) in top.ids("unit_costs") {
            self.check_source(at.table);
            self.check_one_price_year(&at);
            let on = at.text("on").and_then(|on| self.priced(on, at.span_of("on")));
            let value = self.required(&at, "value", Place::evidence(PERSON).money());
            let mut budgets = Vec::new();
            if let Some(name) = at.text("budget") {
                let budget = self.budget(name, at.span_of("budget"));
                budgets.extend(budget.map(|budget| (budget, constant(1.0, at.path_of("budget")))));
            }
            if let Some(below) = at.below("budgets") {
                for entry in below.table {
                    let share = self.required(&below, &entry.key, Place::share(0));
                    let budget = self.budget(&entry.key, &entry.key_span);
                    budgets.extend(budget.map(|budget| (budget, share)));
                }
            }
            let cashable = self.quantity(&at, "cashable", Place::share(SINCE));
            let Some(on) = on else { continue };
            let name = at.name(id);
            self.scenario.unit_costs.push(UnitCost { id: id.to_owned(), name, on, value, budgets, cashable });
        }
    }

    /// Reads the outcomes.
    pub(super) fn read_outcomes(&mut self, top: &At<'t>) {
        for (id, at) in top.ids("outcomes") {
            self.check_source(at.table);
            let mut per = Vec::new();
            if let Some(below) = at.below("per") {
                for entry in below.table {
                    let amount = self.required(&below, &entry.key, Place::share(PERSON));
                    per.extend(self.priced(&entry.key, &entry.key_span).map(|on| (on, amount)));
                }
            }
            let unit = at.text("unit").unwrap_or_default().to_owned();
            self.scenario.outcomes.push(Outcome { id: id.to_owned(), name: at.name(id), unit, per });
        }
    }

    /// Reads the goals.
    pub(super) fn read_goals(&mut self, top: &At<'t>) {
        for (id, at) in top.ids("goals") {
            let measure = at.text("measure").and_then(|measure| self.goal_measure(measure, &at));
            let change = at.node("change").and_then(|node| self.plain_number(node));
            if let Some(change) = change.filter(|change| *change < -1.0) {
                let label = "nothing can fall by more than 100%";
                self.error(at.span_of("change"), format!("a change of {}%", change * 100.0), label);
            }
            let by = at.integer("by").and_then(|year| self.year_index(year, at.span_of("by")));
            let group = self.read_goal_group(&at);
            let (Some(measure), Some(change), Some(by)) = (measure, change, by) else { continue };
            let term = match at.text("term") {
                Some("short") => Term::Short,
                Some("middle") => Term::Middle,
                Some("long") => Term::Long,
                _ => match by {
                    0..=2 => Term::Short,
                    3..=5 => Term::Middle,
                    _ => Term::Long,
                },
            };
            self.scenario.goals.push(Goal {
                id: id.to_owned(),
                name: at.name(id),
                measure,
                group,
                change,
                by,
                term,
            });
        }
    }

    fn goal_measure(&mut self, measure: &str, at: &At<'_>) -> Option<GoalMeasure> {
        let span = at.span_of("measure");
        match measure {
            "deaths" => return Some(GoalMeasure::Deaths),
            "qaly" | "qalys" => return Some(GoalMeasure::Qaly),
            _ => {}
        }
        if measure.contains('.') {
            return match self.priced(measure, span)? {
                Priced::Node { model, node: ModelNode::Utility(_) } => {
                    let id = &self.scenario.models[model].id;
                    let title = format!("`{measure}` cannot be a goal");
                    let label = format!("expected an event or state of `{id}`");
                    self.error(span, title, label);
                    None
                }
                Priced::Node { model, node } => Some(GoalMeasure::Node { model, node }),
                Priced::LifeYear => None,
            };
        }
        let outcomes: Vec<String> = self.scenario.outcomes.iter().map(|outcome| outcome.id.clone()).collect();
        let known = outcomes.iter().map(String::as_str).chain(["deaths", "qaly"]);
        self.find("outcome", measure, span, known).map(GoalMeasure::Outcome)
    }
}
