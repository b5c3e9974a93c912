//! Terms of payments for measured results: outcome payments and impact bonds.

use crate::scenario::checked::{
    BondTrigger, Clause, CountBenchmark, ImpactBond, OutcomeTerms, Payer, Pays, Priced, Request, Requested,
    Tallied, Terms,
};
use crate::scenario::diagnostic::Diagnostic;

use super::clauses::AMOUNT;
use super::context::{At, Reader};
use super::place::Place;
use super::quantity::constant;

/// Numbers agreed in a clause.
const NUMBER: Place = Place::choice(0);

impl<'t> Reader<'_> {
    pub(super) fn outcome_payment(&mut self, at: &At<'t>) -> Option<Terms> {
        Some(Terms::OutcomePayment(Box::new(self.result(at, at)?)))
    }

    /// An amount above a cap would never be paid as agreed.
    pub(super) fn check_amount(&mut self, at: &At<'t>, clause: &Clause) {
        match &clause.terms {
            Terms::OutcomePayment(terms) => self.check_result(at, at, clause, terms),
            Terms::ImpactBond(bond) => {
                for (id, below) in at.ids("triggers") {
                    if let Some(trigger) = bond.triggers.iter().find(|trigger| trigger.id == id) {
                        self.check_result(at, &below, clause, &trigger.terms);
                    }
                }
            }
            _ => {}
        }
    }

    /// `at` is where the caps stand, `result` where the amount does.
    fn check_result(&mut self, at: &At<'t>, result: &At<'t>, clause: &Clause, terms: &OutcomeTerms) {
        let Pays::Trigger(amount) = &terms.pays else { return };
        for (key, cap) in [("cap_per_year", &clause.cap_per_year), ("cap_total", &clause.cap_total)] {
            let cap = cap.as_ref().and_then(|cap| self.base_value(cap));
            if let (Some(amount), Some(cap)) = (self.base_value(amount), cap)
                && amount > cap * (1.0 + 1e-12)
            {
                let title = format!("the amount of {amount} can never be paid: `{key}` is {cap}");
                let message = Diagnostic::error(title)
                    .at(result.span_of("amount"))
                    .label("paid once its target is reached")
                    .also(at.span_of(key), "the most that is paid");
                self.say(message);
            }
        }
    }

    pub(super) fn impact_bond(&mut self, at: &At<'t>, to: Option<Payer>) -> Option<Terms> {
        self.no_restriction(at, "stands with a result");
        if to == Some(Payer::Insurers) {
            let label = "expected the party that invests, by name";
            self.error(at.span_of("to"), "all insurers together are no investor", label);
        }
        let provider = at.text("provider").and_then(|name| self.payer(name, at.span_of("provider")));
        if let (Some(name), Some(to)) = (at.text("provider"), at.text("to"))
            && name == to
        {
            let label = "expected the party that delivers";
            self.error(at.span_of("provider"), "the investor would pay itself", label);
        }
        let investment = self.required(at, "investment", AMOUNT);
        let assessor_fee = self.quantity_or(at, "assessor_fee", AMOUNT, 0.0);
        let return_cap = self.required(at, "return_cap", NUMBER);
        let years = at.node("investment_years").map(|node| self.year_indices(node).unwrap_or_default());
        let mut triggers = Vec::new();
        for (id, below) in at.ids("triggers") {
            let terms = self.result(&below, at)?;
            triggers.push(BondTrigger { id: id.to_owned(), terms });
        }
        let programme = triggers.first().map(|trigger| trigger.terms.counts.programme);
        let Some(programme) = programme else {
            let label = "needs `triggers`: the results that are paid for";
            self.error(&at.span, format!("nothing repays the investor of `{}`", at.path), label);
            return None;
        };
        if triggers.iter().any(|trigger| trigger.terms.counts.programme != programme) {
            let label = "expected results of one programme";
            self.error(at.span_of("triggers"), "a bond invests in one programme", label);
        }
        Some(Terms::ImpactBond(Box::new(ImpactBond {
            provider: provider?,
            investment,
            investment_years: years.unwrap_or_default(),
            assessor_fee,
            return_cap,
            triggers,
        })))
    }

    /// What is measured and paid; `clause` holds the years of the contract.
    fn result(&mut self, at: &At<'t>, clause: &At<'t>) -> Option<OutcomeTerms> {
        let measured = self.measurement(at)?;
        let whole_contract = at.text("period") == Some("contract");
        if whole_contract && clause.node("years").is_none() {
            let label = "the clause needs `years`: from when to when the contract runs";
            self.error(at.span_of("period"), "a contract settled as one has no end", label);
        }
        let pays = match at.node("amount") {
            Some(_) => Pays::Trigger(self.required(at, "amount", AMOUNT)),
            None => Pays::PerUnit(self.required(at, "price", AMOUNT)),
        };
        let trigger = matches!(pays, Pays::Trigger(_));
        let threshold = self.base_value(&measured.threshold);
        if trigger
            && let (Some(threshold), Some(node)) = (threshold, at.node("amount"))
            && threshold <= 0.0
            && at.node("benchmark").is_none()
        {
            let label = "paid whatever happens: needs a `threshold` above 0";
            self.error(&node.span, "an amount without a target", label);
        }
        // An amount is due at its threshold, a price for what is above it.
        if trigger && threshold.is_some_and(|threshold| threshold > 0.0)
            || !trigger && threshold.is_some_and(|threshold| threshold >= 0.0)
        {
            self.check_fewer(at, &measured);
        }
        let by_chance = measured.benchmark.is_a_rate();
        if !trigger && threshold == Some(0.0) && by_chance {
            self.warn_of_paying_for_nothing(at, "set a `threshold` above what chance can bring");
        }
        if trigger && at.node("error_sd").is_none() {
            self.warn_of_chance(at, "threshold");
        }
        Some(OutcomeTerms { pays, whole_contract, ..measured })
    }

    /// Fewer than nothing there can never be.
    pub(super) fn check_fewer(&mut self, at: &At<'t>, measured: &OutcomeTerms) {
        if measured.fewer && matches!(measured.benchmark, CountBenchmark::Nothing) {
            let label = "needs `benchmark`: less than what?";
            self.error(at.span_of("better"), "a count can never be less than nothing", label);
        }
    }

    /// What is measured, before anything is paid for it.
    pub(super) fn measurement(&mut self, at: &At<'t>) -> Option<OutcomeTerms> {
        let counts = self.counted(at)?;
        let per = match at.text("per") {
            None => None,
            Some(path) => {
                let (programme, step) = self.step_named(path, at.span_of("per"))?;
                if programme != counts.programme {
                    let label = "expected a step of the programme whose result is measured";
                    self.error(at.span_of("per"), "divides by persons of another programme", label);
                }
                let what = Requested::Persons { step, quarter: 0 };
                Some(Request { programme, what, where_: counts.where_.clone() })
            }
        };
        let benchmark = self.count_benchmark(at);
        let of_steps = matches!(counts.what, Requested::Persons { .. });
        if of_steps && (matches!(benchmark, CountBenchmark::True) || benchmark.is_a_rate()) {
            let label = "without the programme nobody reaches its steps; expected a fixed number or none";
            self.error(at.span_of("benchmark"), "steps have no counterpart without the programme", label);
        }
        let threshold = self.quantity_or(at, "threshold", NUMBER, 0.0);
        let fewer = at.text("better") == Some("less");
        self.check_share(at, &counts, &per, &threshold);
        Some(OutcomeTerms {
            counts,
            per,
            benchmark,
            fewer,
            threshold,
            pays: Pays::PerUnit(constant(0.0, at.path_of("price"))),
            error_sd: self.quantity(at, "error_sd", NUMBER),
            whole_contract: false,
        })
    }

    /// A share of persons can never be above 1.
    fn check_share(
        &mut self,
        at: &At<'t>,
        counts: &Request,
        per: &Option<Request>,
        threshold: &crate::scenario::checked::Quantity,
    ) {
        let (
            Some(Request { what: Requested::Persons { step: whole, .. }, .. }),
            Requested::Persons { step, .. },
        ) = (per, counts.what)
        else {
            return;
        };
        let programme = &self.scenario.programmes[counts.programme];
        if !crate::simulate::enrolment::descends(programme, step, *whole) {
            return;
        }
        if let Some(target) = self.base_value(threshold)
            && target > 1.0
        {
            let title = format!("a target of {}% of those who started", (target * 1e4).round() / 1e2);
            self.error(at.span_of("threshold"), title, "can never be reached: expected at most 100%");
        }
    }

    /// What is counted: persons who reach a step, what happens to participants, or a named outcome of theirs.
    fn counted(&mut self, at: &At<'t>) -> Option<Request> {
        if let Some(path) = at.text("step") {
            if let Some(entry) = at.table.entry("programme") {
                self.error(
                    &entry.key_span,
                    "a step says of which programme it is",
                    "belongs to `node` or `outcome`",
                );
            }
            let (programme, step) = self.step_named(path, at.span_of("step"))?;
            let what = Requested::Persons { step, quarter: 0 };
            return Some(Request { programme, what, where_: self.restriction(at) });
        }
        self.no_restriction(at, "results are counted of all who take part");
        let programme = self.measured_programme(at)?;
        let model = self.scenario.programmes[programme].model;
        let tallied = if let Some(path) = at.text("node") {
            match self.priced(path, at.span_of("node"))? {
                Priced::Node { model: of, node } if of == model => Tallied::Node(node),
                _ => {
                    let id = self.scenario.models[model].id.clone();
                    let label = format!("expected something of the programme's model, `{id}`");
                    self.error(at.span_of("node"), "nothing of it is counted of these participants", label);
                    return None;
                }
            }
        } else if let Some(name) = at.text("outcome") {
            let outcome = self.outcome_named(name, at.span_of("outcome"))?;
            let measured = self.scenario.outcomes[outcome].per.iter().any(|(on, _)| match on {
                Priced::Node { model: of, .. } => *of == model,
                Priced::LifeYear => true,
            });
            if !measured {
                let label = "counts nothing of the model that the programme's participants are in";
                self.error(
                    at.span_of("outcome"),
                    format!("nothing measures `{name}` of participants"),
                    label,
                );
                return None;
            }
            Tallied::Outcome(outcome)
        } else {
            return None;
        };
        let what = Requested::Participants { what: tallied, effects: true, insurer: None };
        Some(Request { programme, what, where_: None })
    }

    fn count_benchmark(&mut self, at: &At<'t>) -> CountBenchmark {
        if let Some(below) = at.below("benchmark") {
            return match self.quantity(&below, "control", NUMBER) {
                Some(persons) => CountBenchmark::Control(persons),
                None => CountBenchmark::Fixed(self.required(&below, "fixed", NUMBER)),
            };
        }
        match at.node("benchmark").and_then(Self::word) {
            Some("forecast") => CountBenchmark::Forecast,
            Some("before_after") => CountBenchmark::BeforeAfter,
            Some(_) => CountBenchmark::True,
            None => CountBenchmark::Nothing,
        }
    }
}
