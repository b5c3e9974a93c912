//! Which engine follows the people, and what only some engines can do.

use crate::scenario::Overrides;
use crate::scenario::checked::Engine;
use crate::scenario::diagnostic::Diagnostic;

use super::context::{At, Reader};

impl Reader<'_> {
    /// Reads the keys of `[uncertainty]` that belong to the engine.
    pub(super) fn read_engine(&mut self, at: &At<'_>) {
        self.scenario.uncertainty.engine = match at.text("engine") {
            Some("counts") => Engine::Counts,
            Some("individual") => Engine::Individual,
            _ => Engine::Expected,
        };
        let mut number = |key: &str, most: usize| {
            let given = at.integer(key)?;
            let number = usize::try_from(given).ok().filter(|number| (1..=most).contains(number));
            if number.is_none() {
                let title = format!("{given} {}", key.replace('_', " "));
                self.error(at.span_of(key), title, format!("expected 1 to {most}"));
            }
            number
        };
        let (replicates, bins) = (number("replicates", 1000), number("factor_bins", 200));
        let uncertainty = &mut self.scenario.uncertainty;
        uncertainty.replicates = replicates.unwrap_or(uncertainty.replicates);
        uncertainty.factor_bins = bins.unwrap_or(uncertainty.factor_bins);
    }

    /// Puts what the command line says in the place of what the file says.
    pub(super) fn override_engine(&mut self, overrides: Overrides) {
        let uncertainty = &mut self.scenario.uncertainty;
        uncertainty.engine = overrides.engine.unwrap_or(uncertainty.engine);
        uncertainty.replicates = overrides.replicates.unwrap_or(uncertainty.replicates);
    }

    /// Says where the engine cannot do what the scenario asks.
    pub(super) fn check_engine(&mut self, top: &At<'_>) {
        let uncertainty = self.scenario.uncertainty;
        if uncertainty.engine == Engine::Expected && uncertainty.replicates > 1 {
            let title = format!("{} replicates of expected numbers are all the same", uncertainty.replicates);
            let mut message = Diagnostic::warning(title)
                .help("run the engine `counts` or `individual`, which know chance between persons");
            if let Some(node) = top.below("uncertainty").and_then(|at| at.node("replicates")) {
                message = message.at(&node.span).label("counted as 1");
            }
            self.say(message);
            self.scenario.uncertainty.replicates = 1;
        }
    }
}
