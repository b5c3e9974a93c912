//! `[results]`: what groups of people are told apart by, and what else is told besides the usual tables.

use super::context::{At, Reader};
use crate::scenario::checked::Trait;
use crate::scenario::sources::Span;
use crate::scenario::tree::Node;

impl<'t> Reader<'_> {
    /// Reads what is told besides the usual tables.
    pub(super) fn read_results(&mut self, top: &At<'t>) {
        let Some(at) = top.below("results") else { return };
        self.scenario.results.monitoring = at.flag("monitoring");
        self.read_payback_within(&at);
        for (name, span) in at.texts("by") {
            let class = self.scenario.population.classes.iter().any(|class| class.id == name);
            if class {
                let label = "a risk class: nobody is known by it in the population file";
                self.error(span, format!("there are no results by `{name}`"), label);
                continue;
            }
            let Some(by) = self.find_trait(name, span) else { continue };
            if self.scenario.results.by.contains(&by) {
                self.error(span, format!("`{name}` stands here twice"), "the second");
            } else {
                self.scenario.results.by.push(by);
            }
        }
    }

    fn read_payback_within(&mut self, at: &At<'t>) {
        let horizon = self.scenario.time.years;
        for node in at.node("payback_within").and_then(Node::as_list).unwrap_or_default() {
            let Some(stated) = node.as_integer() else { continue };
            let years = usize::try_from(stated).unwrap_or(0);
            if years < 1 || years > horizon {
                let label = format!("the run follows {horizon} years: expected 1 to {horizon}");
                self.error(&node.span, format!("there is no balance after {stated} years"), label);
            } else if self.scenario.results.payback_within.contains(&years) {
                self.error(&node.span, format!("{years} years stand here twice"), "the second");
            } else {
                self.scenario.results.payback_within.push(years);
            }
        }
        self.scenario.results.payback_within.sort_unstable();
    }

    fn find_trait(&mut self, name: &str, span: &Span) -> Option<Trait> {
        let known: Vec<String> = self.scenario.traits().into_iter().map(|(id, _)| id.to_owned()).collect();
        let found = self.find("label of the population", name, span, known.iter().map(String::as_str))?;
        Some(self.scenario.traits()[found].1)
    }

    /// Whom a goal is about: traits, each with the code of a value.
    pub(super) fn read_goal_group(&mut self, at: &At<'t>) -> Vec<(Trait, usize)> {
        let mut group = Vec::new();
        for entry in at.entries("group") {
            let Some(value) = entry.node.as_text() else { continue };
            let Some(of) = self.find_trait(&entry.key, &entry.key_span) else { continue };
            let known: Vec<String> = self.scenario.trait_values(of).into_iter().map(str::to_owned).collect();
            let what = format!("value of `{}`", entry.key);
            let code = self.find(&what, value, &entry.node.span, known.iter().map(String::as_str));
            group.extend(code.map(|code| (of, code)));
        }
        group
    }
}
