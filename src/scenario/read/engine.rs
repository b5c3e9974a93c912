//! Which engine follows the people, and what only some engines can do.

use crate::scenario::Overrides;
use crate::scenario::checked::{Engine, Frequency, Measure, Model, Programme, Quantity, Scenario, Variables};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;

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

    /// Refuses risk factors and events of another health model in formulas, and notes which models need a history.
    pub(super) fn check_variables_of_models(&mut self) {
        let mut problems: Vec<(Span, String, String)> = Vec::new();
        let mut with_history = vec![false; self.scenario.models.len()];
        for (model, quantity) in of_models(&self.scenario) {
            let (variables, description) = (&self.scenario.variables, &self.scenario.models[model]);
            for &variable in quantity.program.variables() {
                with_history[model] |= variables.is_history(variable);
                let foreign = if let Some(factor) = variables.factor_at(variable) {
                    let name = &variables.factors[factor];
                    let known = description.factors.iter().any(|factor| factor.id == *name);
                    (!known).then(|| (name.clone(), "risk factor", name))
                } else if let Some(event) = variables.past_at(variable) {
                    let name = &variables.events[event];
                    let known = description.events.iter().any(|event| event.id == *name);
                    (!known).then(|| (format!("{}{name}", Variables::PAST), "event", name))
                } else {
                    None
                };
                let (Some((written, what, name)), Some(span)) = (foreign, &quantity.span) else { continue };
                let span = self.name_within(span, &written);
                let title = format!("the model `{}` has no {what} `{name}`", description.id);
                problems.push((span, title, "belongs to another model".to_owned()));
            }
        }
        for (model, with_history) in self.scenario.models.iter_mut().zip(with_history) {
            model.with_history = with_history;
        }
        problems.into_iter().for_each(|(span, title, label)| self.error(&span, title, label));
    }

    /// The place of a name in what is written at a span; all of it where the name is not found.
    fn name_within(&self, span: &Span, name: &str) -> Span {
        let text = self.sources.get(span.file).text();
        let written = text.get(span.range.clone()).unwrap_or_default();
        let whole = |at: &usize| {
            let letter = |text: Option<&str>| text.is_some_and(is_identifier_part);
            !letter(at.checked_sub(1).and_then(|before| written.get(before..*at)))
                && !letter(written.get(at + name.len()..at + name.len() + 1))
        };
        match written.match_indices(name).map(|(at, _)| at).find(whole) {
            Some(at) => {
                let start = span.range.start + at;
                Span { file: span.file, range: start..start + name.len() }
            }
            None => span.clone(),
        }
    }

    /// Says where the engine cannot do what the scenario asks.
    pub(super) fn check_engine(&mut self, top: &At<'_>) {
        self.check_history();
        self.check_counts(top);
        self.check_bins(top);
        self.check_people(top);
        self.warn_of_few_bins(top);
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

    /// Whole people are counted in numbers that end.
    fn check_people(&mut self, top: &At<'_>) {
        /// Events of so many people in a cycle still fit.
        const MOST: f64 = 1e9;
        let people: f64 = self.scenario.population.groups.iter().map(|group| group.persons).sum();
        let engine = self.scenario.uncertainty.engine;
        if engine == Engine::Expected || people <= MOST {
            return;
        }
        let title = format!("{people:.0} people are more than the engine `{}` can count", engine.word());
        let mut message = Diagnostic::error(title).help("use `engine = \"expected\"`, or fewer people");
        if let Some(at) = top.below("population") {
            message = message.at(&at.span).label(format!("at most {MOST:.0}"));
        }
        self.say(message);
    }

    /// Bins of several factors multiply, and with them people and work.
    fn check_bins(&mut self, top: &At<'_>) {
        /// Beyond this a run takes hours.
        const MOST: usize = 10_000;
        let bins = self.scenario.uncertainty.factor_bins;
        for (index, (model, at)) in top.ids("models").into_iter().enumerate() {
            let factors = self.scenario.models.get(index).map_or(0, |model| model.factors.len());
            let parts = bins.checked_pow(u32::try_from(factors).unwrap_or(u32::MAX));
            if parts.is_some_and(|parts| parts <= MOST) {
                continue;
            }
            let uncertainty = top.below("uncertainty").filter(|at| at.node("factor_bins").is_some());
            let spot =
                uncertainty.as_ref().map_or(&at.span, |uncertainty| uncertainty.span_of("factor_bins"));
            let title =
                format!("{bins} bins of each of {factors} risk factors of `{model}` are too many together");
            let message = Diagnostic::error(title)
                .at(spot)
                .label(format!("every kind of people would be split in {bins}^{factors}, more than {MOST}"))
                .help("write a smaller `factor_bins` in [uncertainty]");
            self.say(message);
        }
    }

    /// Programmes that choose by a factor take or leave whole bins.
    fn warn_of_few_bins(&mut self, top: &At<'_>) {
        /// From here on a bin holds at most 2% of people.
        const ENOUGH: usize = 50;
        let uncertainty = self.scenario.uncertainty;
        if uncertainty.engine != Engine::Expected || uncertainty.factor_bins >= ENOUGH {
            return;
        }
        let written = top.below("uncertainty").and_then(|at| at.node("factor_bins"));
        let mut messages = Vec::new();
        for programme in &self.scenario.programmes {
            let steps = || programme.steps.iter();
            let sizes = steps().flat_map(|step| &step.effects).map(|&effect| {
                let (Measure::RateRatio(size)
                | Measure::RiskRatio(size)
                | Measure::OddsRatio(size)
                | Measure::Difference(size)) = &self.scenario.effects[effect].measure;
                size
            });
            let mut all = [&programme.eligible, &programme.reach, &programme.relative_risk]
                .into_iter()
                .chain(steps().flat_map(|step| std::iter::once(&step.share).chain(&step.only_if)))
                .chain(sizes);
            let found = all.find_map(|quantity| {
                let mut used = quantity.program.variables().iter();
                let factor = used.find_map(|&variable| self.scenario.variables.factor_at(variable))?;
                Some((quantity.span.as_ref()?, &self.scenario.variables.factors[factor]))
            });
            let Some((span, factor)) = found else { continue };
            let bins = uncertainty.factor_bins;
            let title = format!("`{}` chooses by `{factor}`, of which there are {bins} bins", programme.id);
            let mut message = Diagnostic::warning(title)
                .at(&self.name_within(span, factor))
                .label("a bin is chosen as a whole or not at all")
                .help(format!(
                    "write `factor_bins = {ENOUGH}` or more in [uncertainty], or run the engine `individual`"
                ));
            if let Some(node) = written {
                message = message.also(&node.span, "few bins are coarse");
            }
            messages.push(message);
        }
        messages.into_iter().for_each(|message| self.say(message));
    }

    /// Only persons have a history.
    fn check_history(&mut self) {
        let engine = self.scenario.uncertainty.engine;
        if engine == Engine::Individual {
            return;
        }
        let variables = &self.scenario.variables;
        let mut messages = Vec::new();
        for (_, quantity) in of_models(&self.scenario) {
            let used = quantity.program.variables().iter().find(|variable| variables.is_history(**variable));
            let (Some(&used), Some(span)) = (used, &quantity.span) else { continue };
            let name = match variables.past_at(used) {
                Some(event) => format!("{}{}", Variables::PAST, variables.events[event]),
                None => "time_in_state".to_owned(),
            };
            let title =
                format!("the engine `{}` knows no history of persons, such as `{name}`", engine.word());
            messages.push(
                Diagnostic::error(title)
                    .at(&self.name_within(span, &name))
                    .label("only the engine `individual` does")
                    .help(
                        "write `engine = \"individual\"` in [uncertainty], or run with `--engine individual`",
                    ),
            );
        }
        messages.into_iter().for_each(|message| self.say(message));
    }

    /// Whole numbers of people have no values of a continuous factor.
    fn check_counts(&mut self, top: &At<'_>) {
        if self.scenario.uncertainty.engine != Engine::Counts {
            return;
        }
        for (model, at) in top.ids("models") {
            for (factor, at) in at.ids("factors") {
                let title = format!("the engine `counts` cannot follow the risk factor `{model}.{factor}`");
                let message = Diagnostic::error(title)
                    .at(&at.span)
                    .label("differs between people without end")
                    .help("run the engine `expected` or `individual`");
                self.say(message);
            }
        }
    }
}

fn is_identifier_part(letter: &str) -> bool {
    letter.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Quantities that may use what only one model knows, each with that model.
fn of_models(scenario: &Scenario) -> Vec<(usize, &Quantity)> {
    let models = scenario.models.iter().enumerate();
    let mut all: Vec<(usize, &Quantity)> =
        models.flat_map(|(index, model)| rates(model).into_iter().map(move |rate| (index, rate))).collect();
    for programme in &scenario.programmes {
        all.extend(selection(programme).into_iter().map(|quantity| (programme.model, quantity)));
    }
    for effect in &scenario.effects {
        let (Measure::RateRatio(size)
        | Measure::RiskRatio(size)
        | Measure::OddsRatio(size)
        | Measure::Difference(size)) = &effect.measure;
        all.push((effect.model, size));
    }
    all
}

/// What may use the history of a person in a model.
fn rates(model: &Model) -> Vec<&Quantity> {
    let transitions = model.transitions.iter().map(|transition| match &transition.frequency {
        Frequency::Rate(rate) | Frequency::PerYear(rate) | Frequency::PerCycle(rate) => rate,
    });
    let events = model.events.iter().map(|event| &event.amount);
    let excess = model.states.iter().filter_map(|state| state.excess_mortality.as_ref());
    transitions.chain(events).chain(excess).collect()
}

/// What selects people for a programme and sizes its costs.
fn selection(programme: &Programme) -> Vec<&Quantity> {
    let mut all = vec![&programme.eligible, &programme.reach, &programme.relative_risk];
    for step in &programme.steps {
        all.push(&step.share);
        all.extend(&step.only_if);
        all.extend(step.costs.iter().flat_map(|cost| [&cost.value, &cost.times]));
    }
    all
}
