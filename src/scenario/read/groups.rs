//! `[results]`: what groups of people are told apart by.

use super::context::{At, Reader};

impl<'t> Reader<'_> {
    /// Reads what is told besides the usual tables.
    pub(super) fn read_results(&mut self, top: &At<'t>) {
        let Some(at) = top.below("results") else { return };
        self.scenario.results.monitoring = at.flag("monitoring");
        for (name, span) in at.texts("by") {
            let class = self.scenario.population.classes.iter().any(|class| class.id == name);
            if class {
                let label = "a risk class: nobody is known by it in the population file";
                self.error(span, format!("there are no results by `{name}`"), label);
                continue;
            }
            let known: Vec<String> =
                self.scenario.traits().into_iter().map(|(id, _)| id.to_owned()).collect();
            let found = self.find("label of the population", name, span, known.iter().map(String::as_str));
            let Some(by) = found.map(|found| self.scenario.traits()[found].1) else { continue };
            if self.scenario.results.by.contains(&by) {
                self.error(span, format!("`{name}` stands here twice"), "the second");
            } else {
                self.scenario.results.by.push(by);
            }
        }
    }
}
