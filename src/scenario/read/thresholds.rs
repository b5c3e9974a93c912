//! `[thresholds]`.

use crate::sample::UncertainKind;
use crate::scenario::checked::{Threshold, Whose};
use crate::scenario::diagnostic::Diagnostic;

use super::context::{At, Reader, some_of};

/// The word for everybody together.
const SOCIETY: &str = "society";

impl<'t> Reader<'_> {
    /// Reads the break-even questions.
    pub(super) fn read_break_even(&mut self, top: &At<'t>) {
        for (id, at) in top.ids("thresholds") {
            if self.asks_about_what_was_removed(top, id, &at) {
                continue;
            }
            let parameter = self.varied(&at);
            let range = self.threshold_range(&at);
            let strategy = self.threshold_strategy(&at);
            let whose = self.whose(&at);
            let arrangement = self.threshold_arrangement(&at, whose);
            let probability = self.threshold_probability(&at);
            let (Some(parameter), Some(range), Some(strategy), Some(whose), Some(arrangement)) =
                (parameter, range, strategy, whose, arrangement)
            else {
                continue;
            };
            let Some(probability) = probability else { continue };
            self.scenario.thresholds.push(Threshold {
                id: id.to_owned(),
                name: at.name(id),
                parameter,
                span: at.span_of("parameter").clone(),
                range,
                whose,
                strategy,
                arrangement,
                probability,
            });
        }
    }

    /// Whether a question of a file that is used is about an arrangement that the scenario has taken out: then it is left out too,
    /// with a warning. In the scenario's own file such a name is a mistake.
    fn asks_about_what_was_removed(&mut self, top: &At<'t>, id: &str, at: &At<'t>) -> bool {
        let Some(name) = at.text("arrangement") else { return false };
        let span = at.span_of("arrangement");
        let known = self.scenario.arrangements.iter().any(|arrangement| arrangement.id == name);
        if known || span.file == top.span.file || self.is_broken("arrangement", name) {
            return false;
        }
        let message = Diagnostic::warning(format!("the question `{id}` is left out"))
            .at(span)
            .label(format!("there is no arrangement `{name}` any more"))
            .help(format!("`thresholds.remove = [\"{id}\"]` takes the question out without a word"));
        self.say(message);
        true
    }

    /// The parameter that is varied. Numbers elsewhere were made parameters before reading, where they could be.
    fn varied(&mut self, at: &At<'t>) -> Option<usize> {
        let name = at.text("parameter")?;
        let span = at.span_of("parameter");
        let parts = self.scenario.parameters.plan.uncertain.iter();
        let divided = |of: &str| name.strip_prefix(of).is_some_and(|rest| rest.starts_with('.'));
        let together = parts
            .filter(|uncertain| matches!(uncertain.kind, UncertainKind::Dirichlet { .. }))
            .find(|uncertain| divided(&uncertain.name) || uncertain.name == name);
        if let Some(whole) = together {
            let title = format!("`{name}` cannot be varied by itself");
            let label = format!("the parts of `{}` add up to 1", whole.name);
            self.error(span, title, label);
            return None;
        }
        if let Some(found) = self.parameter(name) {
            return Some(found);
        }
        if self.is_broken("parameter", name) {
            return None;
        }
        let known: Vec<&str> =
            self.scenario.parameters.list.iter().map(|parameter| parameter.name.as_str()).collect();
        let mut message = Diagnostic::error(format!("there is no number `{name}` that can be varied"))
            .at(span)
            .label("expected a parameter, or the path of a number that is the same for all people")
            .did_you_mean(name, known.iter().copied());
        if message.help.is_empty() {
            message = message.help(format!("parameters: {}", some_of(&known)));
        }
        self.say(message);
        None
    }

    fn threshold_range(&mut self, at: &At<'t>) -> Option<(f64, f64)> {
        let low = at.node("low").and_then(|node| self.plain_number(node))?;
        let high = at.node("high").and_then(|node| self.plain_number(node))?;
        if low < high {
            return Some((low, high));
        }
        self.error(at.span_of("high"), format!("{low} to {high} is no range"), "must be above `low`");
        None
    }

    fn threshold_strategy(&mut self, at: &At<'t>) -> Option<usize> {
        let comparator = self.scenario.comparator;
        let ids: Vec<String> = self.scenario.strategies.iter().map(|strategy| strategy.id.clone()).collect();
        let others: Vec<usize> = (0..ids.len()).filter(|strategy| *strategy != comparator).collect();
        let Some(name) = at.text("strategy") else {
            if let [only] = others.as_slice() {
                return Some(*only);
            }
            let names: Vec<&str> = others.iter().map(|strategy| ids[*strategy].as_str()).collect();
            let message = Diagnostic::error("it does not say under which strategy")
                .at(&at.span)
                .label("needs `strategy`")
                .help(format!("known: {}", some_of(&names)));
            self.say(message);
            return None;
        };
        let found = self.find("strategy", name, at.span_of("strategy"), ids.iter().map(String::as_str))?;
        if found == comparator {
            let label = "this is the comparator: it gains and loses nothing over itself";
            self.error(at.span_of("strategy"), format!("nothing can break even with `{name}`"), label);
            return None;
        }
        Some(found)
    }

    fn whose(&mut self, at: &At<'t>) -> Option<Whose> {
        let worth = match at.node("willingness_to_pay") {
            Some(node) => Some(self.plain_number(node)?),
            None => None,
        };
        if let Some(worth) = worth.filter(|worth| *worth < 0.0) {
            let label = "expected 0 or more";
            self.error(at.span_of("willingness_to_pay"), format!("a health gain worth {worth} euros"), label);
            return None;
        }
        let name = at.text("party").unwrap_or(SOCIETY);
        let ids: Vec<String> = self.scenario.parties.list.iter().map(|party| party.id.clone()).collect();
        if name == SOCIETY && !ids.iter().any(|id| id == SOCIETY) {
            return Some(Whose::Society { willingness_to_pay: worth.unwrap_or(0.0) });
        }
        if worth.is_some() {
            let label = "what health is worth counts for society only";
            self.error(at.span_of("willingness_to_pay"), "a party breaks even in euros", label);
        }
        let known = ids.iter().map(String::as_str).chain([SOCIETY]);
        self.find("party", name, at.span_of("party"), known).map(Whose::Party)
    }

    /// The arrangement, `Some(None)` where none is needed.
    fn threshold_arrangement(&mut self, at: &At<'t>, whose: Option<Whose>) -> Option<Option<usize>> {
        let ids: Vec<String> =
            self.scenario.arrangements.iter().map(|arrangement| arrangement.id.clone()).collect();
        if let Some(name) = at.text("arrangement") {
            let known = ids.iter().map(String::as_str);
            return self.find("arrangement", name, at.span_of("arrangement"), known).map(Some);
        }
        match (whose, ids.len()) {
            (Some(Whose::Party(_)), 1) => Some(Some(0)),
            (Some(Whose::Party(_)), _) => {
                let names: Vec<&str> = ids.iter().map(String::as_str).collect();
                let message =
                    Diagnostic::error("it does not say under which arrangement the party breaks even")
                        .at(&at.span)
                        .label("needs `arrangement`");
                let message = match names.as_slice() {
                    [] => message.help("the scenario has no [arrangements]"),
                    names => message.help(format!("known: {}", some_of(names))),
                };
                self.say(message);
                None
            }
            _ => Some(None),
        }
    }

    /// The probability, `Some(None)` for none.
    fn threshold_probability(&mut self, at: &At<'t>) -> Option<Option<f64>> {
        let Some(node) = at.node("probability") else { return Some(None) };
        let probability = self.plain_number(node)?;
        if probability > 0.0 && probability < 1.0 {
            return Some(Some(probability));
        }
        self.error(&node.span, format!("a probability of {probability}"), "expected between 0% and 100%");
        None
    }
}
