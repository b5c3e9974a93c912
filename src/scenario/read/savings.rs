//! Clauses about savings: what is measured, against what, and how much of it is paid.

use crate::scenario::checked::{
    Benchmark, Engine, LossTerms, MeasurementError, Measures, Payer, Purchase, Quantity, SharedSavings,
    Significance, Terms,
};
use crate::scenario::diagnostic::Diagnostic;

use super::context::{At, Reader};
use super::place::Place;
use super::quantity::constant;

/// Shares and rates agreed in a clause.
const RATE: Place = Place::choice(0);

impl<'t> Reader<'_> {
    /// Reads the terms of shared savings.
    pub(super) fn shared_savings(
        &mut self,
        at: &At<'t>,
        from: Option<Payer>,
        purchase: Purchase,
    ) -> Option<Terms> {
        if let Some(entry) = at.table.entry("where") {
            let label = "savings are measured over all who take part";
            self.error(&entry.key_span, "`where` picks persons", label);
        }
        let benchmark = self.benchmark(at);
        let measures = match at.text("measures") {
            Some("margin") => Measures::Margin,
            _ => Measures::Claims,
        };
        let share = self.required(at, "share", RATE);
        let minimum_savings_rate = self.quantity_or(at, "minimum_savings_rate", RATE, 0.0);
        let deductible = at.flag("deductible");
        let cap_savings_rate = self.quantity(at, "cap_savings_rate", RATE);
        let two_sided = at.text("sided") == Some("two");
        // What chance may bring it may take as well: where the minimum follows from the number of participants or from a
        // test, it holds for losses too unless another one is stated.
        let follows = at.node("minimum_by_size").is_some() || at.node("significance").is_some();
        let loss = two_sided.then(|| LossTerms {
            share: self.quantity(at, "loss_share", RATE).unwrap_or_else(|| share.clone()),
            minimum_rate: match at.node("minimum_loss_rate") {
                None if follows => None,
                _ => Some(self.quantity_or(at, "minimum_loss_rate", RATE, 0.0)),
            },
            cap_rate: self.quantity(at, "loss_cap_rate", RATE),
            cap_amount: self.quantity(at, "loss_cap_amount", RATE.money()),
            by_quality: at
                .below("loss_by_quality")
                .map(|below| (self.required(&below, "least", RATE), self.required(&below, "most", RATE))),
        });
        self.check_quality(at, loss.as_ref());
        for key in ["loss_share", "minimum_loss_rate", "loss_cap_rate", "loss_cap_amount", "loss_by_quality"]
        {
            if !two_sided && let Some(entry) = at.table.entry(key) {
                let label = "belongs to `sided = \"two\"`";
                self.error(&entry.key_span, "a one-sided contract shares no losses", label);
            }
        }
        let whole_contract = at.text("period") == Some("contract");
        if whole_contract && at.node("years").is_none() {
            let label = "needs `years`: from when to when the contract runs";
            self.error(at.span_of("period"), "a contract settled as one has no end", label);
        }
        let mut budgets = self.named_budgets(at, "budgets");
        if budgets.is_empty() && at.node("budgets").is_none() {
            budgets = from.map_or_else(Vec::new, |from| self.budgets_of(from));
            if let (Some(_), true) = (from, budgets.is_empty()) {
                let label = "holds no budget on which savings could be measured";
                self.error(at.span_of("from"), "this payer saves nothing that is counted", label);
            }
        }
        let terms = SharedSavings {
            programme: self.measured_programme(at)?,
            budgets,
            benchmark,
            measures,
            share,
            minimum_savings_rate,
            minimum_by_size: self.minimum_by_size(at),
            significance: at.below("significance").map(|below| self.significance(&below)),
            error: self.measurement_error(at),
            quality: self.quantity(at, "quality", RATE),
            quality_minimum: self.quantity(at, "quality_minimum", RATE),
            deductible,
            cap_savings_rate,
            loss,
            whole_contract,
        };
        self.check_cap(at, &terms);
        self.warn_of_threshold(at, &terms);
        self.warn_of_first_euro(at, &terms);
        self.warn_of_share(at, &terms, purchase);
        Some(Terms::SharedSavings(Box::new(terms)))
    }

    /// Minimum rates by number of participants.
    fn minimum_by_size(&mut self, at: &At<'t>) -> Vec<(f64, Quantity)> {
        let Some(below) = at.below("minimum_by_size") else { return Vec::new() };
        let mut scale: Vec<(f64, Quantity)> = Vec::new();
        for entry in below.table {
            let rate = self.required(&below, &entry.key, RATE);
            let size = entry.key.replace('_', "").parse::<f64>().ok().filter(|size| size.is_finite());
            let Some(size) = size.filter(|size| *size >= 0.0) else {
                let title = format!("`{}` is no number of participants", entry.key);
                self.error(&entry.key_span, title, "expected a number such as 5000");
                continue;
            };
            if scale.last().is_some_and(|(before, _)| size <= *before) {
                let label = "expected numbers that rise";
                self.error(
                    &entry.key_span,
                    format!("{size} participants stand after as many or more"),
                    label,
                );
                continue;
            }
            scale.push((size, rate));
        }
        scale
    }

    fn significance(&mut self, at: &At<'t>) -> Significance {
        Significance {
            z: self.quantity_or(at, "z", RATE, 1.96),
            cv: self.required(at, "cv", RATE),
            r_squared: self.quantity_or(at, "r_squared", RATE, 0.0),
            controls: self.quantity(at, "controls", RATE),
        }
    }

    fn measurement_error(&mut self, at: &At<'t>) -> Option<MeasurementError> {
        match at.below("error") {
            Some(below) => Some(MeasurementError::People {
                cv: self.required(&below, "cv", RATE),
                r_squared: self.quantity_or(&below, "r_squared", RATE, 0.0),
                controls: self.quantity(&below, "controls", RATE),
            }),
            None => self.quantity(at, "error_sd", RATE).map(MeasurementError::Stated),
        }
    }

    /// What is about quality needs a quality, and bounds that leave room.
    fn check_quality(&mut self, at: &At<'t>, loss: Option<&LossTerms>) {
        for key in ["quality_minimum", "loss_by_quality"] {
            if at.node("quality").is_none()
                && let Some(entry) = at.table.entry(key)
            {
                self.error(&entry.key_span, format!("`{key}` is about a quality score"), "needs `quality`");
            }
        }
        let Some((least, most)) = loss.and_then(|loss| loss.by_quality.as_ref()) else { return };
        if let (Some(least), Some(most)) = (self.base_value(least), self.base_value(most))
            && least > most
        {
            let title = format!("a loss share of at least {least} and at most {most}");
            self.error(at.span_of("loss_by_quality"), title, "expected `least` below `most`");
        }
    }

    fn benchmark(&mut self, at: &At<'_>) -> Benchmark {
        if let Some(below) = at.below("benchmark") {
            return match self.quantity(&below, "control", RATE) {
                Some(persons) => Benchmark::Control(persons),
                None => Benchmark::Fixed(self.required(&below, "fixed", RATE.money())),
            };
        }
        match at.node("benchmark").and_then(Self::word) {
            Some("forecast") => Benchmark::Forecast,
            Some("before_after") => Benchmark::BeforeAfter,
            Some(_) => Benchmark::True,
            None => Benchmark::Fixed(constant(f64::NAN, at.path_of("benchmark"))),
        }
    }

    /// A cap below the threshold would never let anything through.
    fn check_cap(&mut self, at: &At<'_>, terms: &SharedSavings) {
        let loss = terms.loss.as_ref();
        let pairs = [
            (
                "cap_savings_rate",
                terms.cap_savings_rate.as_ref(),
                "minimum_savings_rate",
                Some(&terms.minimum_savings_rate),
            ),
            (
                "loss_cap_rate",
                loss.and_then(|loss| loss.cap_rate.as_ref()),
                "minimum_loss_rate",
                loss.and_then(|loss| loss.minimum_rate.as_ref()),
            ),
        ];
        for (cap_key, cap, minimum_key, minimum) in pairs {
            let (Some(cap), Some(minimum)) = (cap, minimum) else { continue };
            let (Some(cap), Some(minimum)) = (self.base_value(cap), self.base_value(minimum)) else {
                continue;
            };
            if terms.deductible && cap < minimum {
                let title = format!("`{cap_key}` ({cap}) is below `{minimum_key}` ({minimum})");
                let message = Diagnostic::error(title)
                    .at(at.span_of(cap_key))
                    .label("the cap would be reached before anything is shared")
                    .also(at.span_of(minimum_key), "the threshold");
                self.say(message);
            }
        }
    }

    /// A share of every euro that seems to be saved is paid for nothing whenever chance happens to lower costs.
    fn warn_of_first_euro(&mut self, at: &At<'_>, terms: &SharedSavings) {
        let measured =
            matches!(terms.benchmark, Benchmark::Forecast | Benchmark::Control(_) | Benchmark::BeforeAfter);
        let from_nothing = self.base_value(&terms.minimum_savings_rate) == Some(0.0)
            && terms.minimum_by_size.is_empty()
            && terms.significance.is_none();
        if measured && from_nothing && terms.loss.is_none() {
            self.warn_of_paying_for_nothing(
                at,
                "set `minimum_savings_rate` or `significance`, or share losses too",
            );
        }
    }

    /// Warns that chance alone pays every second time.
    pub(super) fn warn_of_paying_for_nothing(&mut self, at: &At<'_>, help: &str) {
        let message = Diagnostic::warning("chance alone pays here about every second time")
            .at(at.span_of("benchmark"))
            .label("a programme that does nothing does better than this in about half of all settlements")
            .help(help);
        self.say(message);
    }

    /// Expected numbers either reach a threshold or do not: chance between years and persons is not in them.
    fn warn_of_threshold(&mut self, at: &At<'_>, terms: &SharedSavings) {
        if terms.error.is_some() {
            return;
        }
        let thresholds = [
            ("minimum_savings_rate", Some(&terms.minimum_savings_rate)),
            ("minimum_loss_rate", terms.loss.as_ref().and_then(|loss| loss.minimum_rate.as_ref())),
        ];
        for (key, threshold) in thresholds {
            let reached = threshold.and_then(|threshold| self.base_value(threshold));
            if reached.is_some_and(|threshold| threshold > 0.0) {
                self.warn_of_chance(at, key);
            }
        }
        for key in ["minimum_by_size", "significance"] {
            self.warn_of_chance(at, key);
        }
    }

    /// Warns that the threshold behind a key, if there is one, is settled without chance: the other engines have it.
    pub(super) fn warn_of_chance(&mut self, at: &At<'_>, key: &str) {
        if self.scenario.uncertainty.engine != Engine::Expected {
            return;
        }
        let Some(node) = at.node(key) else { return };
        let message = Diagnostic::warning("the engine \"expected\" ignores chance at a threshold")
            .at(&node.span)
            .label("in a real year chance alone can lift a result over it, or keep it under it")
            .help("read the chance of payment as that of the parameters only");
        self.say(message);
    }

    /// Who pays a share of claims that is more than it keeps of them pays money out on every euro saved.
    fn warn_of_share(&mut self, at: &At<'_>, terms: &SharedSavings, purchase: Purchase) {
        if terms.measures != Measures::Claims {
            return;
        }
        let Some(share) = self.base_value(&terms.share) else { return };
        let years = self.scenario.time.years;
        for budget in &terms.budgets {
            let (cashable, lost) = {
                let budget = &self.scenario.budgets[*budget];
                (budget.cashable.clone(), budget.lost_to_equalisation.clone())
            };
            let kept: Option<Vec<f64>> = (0..years)
                .map(|year| {
                    let since = year as f64 + 0.5;
                    Some(
                        self.base_value_since(&cashable, since)?
                            * (1.0 - self.base_value_since(&lost, since)?),
                    )
                })
                .collect();
            let Some(kept) = kept else { continue };
            let least = kept.iter().copied().fold(f64::INFINITY, f64::min);
            if share > least + 1e-9 {
                let id = self.scenario.budgets[*budget].id.clone();
                let whole = match purchase {
                    Purchase::Region { .. } => ", and of that only its market share",
                    Purchase::Joint | Purchase::Own { .. } => "",
                };
                let title = format!(
                    "the payer passes on {} of each euro of claims saved and keeps less",
                    round(share)
                );
                let most = kept.iter().copied().fold(0.0, f64::max);
                let label = format!(
                    "of a euro less on `{id}` it keeps {} to {}{whole}, by years since enrolment",
                    round(least),
                    round(most)
                );
                let message = Diagnostic::warning(title)
                    .at(at.span_of("share"))
                    .label(label)
                    .help("share what is kept instead: `measures = \"margin\"`");
                self.say(message);
            }
        }
    }
}

/// Three decimals, for people.
fn round(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}
