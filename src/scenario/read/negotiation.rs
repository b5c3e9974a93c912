//! `negotiable` terms and `[deal]`.
//!
//! A negotiable number is a parameter like any other: it has a stated value, and what a negotiation tries are other
//! values of it. It must be a matter of contracts alone, so that people need not be followed again: whatever a formula
//! outside of clauses uses is noted while formulas are compiled, and in the end compared with what depends on a term.

use crate::scenario::checked::{Input, Negotiable, Origin, Quantity, Seat, Table as Seats, TableData, Terms};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;
use crate::scenario::tree::{Node, Table};

use super::clauses::AMOUNT;
use super::context::{At, Provenance, Reader};
use super::literal;
use super::place::Place;
use super::quantity::{constant, is_uncertain};
use std::collections::BTreeSet;

/// Most values of all terms of an arrangement together.
const MOST_POINTS: usize = 100_000;

/// What the formulas that are being read are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// The terms of a clause.
    Contract,
    /// The value of a parameter.
    Parameter,
    /// Anything else.
    World,
}

/// The word for usual care as the fallback.
const NO_PROGRAMME: &str = "no_programme";

impl<'t> Reader<'_> {
    /// The stated value of a negotiable parameter; `None` after a mistake.
    pub(super) fn define_negotiable(
        &mut self,
        index: usize,
        table: &Table,
        of: &Table,
        span: &Span,
        provenance: &Provenance,
    ) -> Option<Origin> {
        if is_uncertain(table) {
            let label = "a term that is agreed on is certain: leave the distribution out";
            self.error(span, "a negotiable number cannot be uncertain", label);
            return None;
        }
        let mut number = |key: &str| of.get(key).and_then(|node| self.plain_number(node));
        let (low, high, step) = (number("low")?, number("high")?, number("step")?);
        if step <= 0.0 {
            let node = of.get("step").map_or(span, |node| &node.span);
            self.error(node, format!("a step of {step}"), "expected more than 0");
            return None;
        }
        if low >= high {
            let node = of.get("high").map_or(span, |node| &node.span);
            let title = format!("values from {low} to {high}");
            self.error(node, title, "expected more than `low`");
            return None;
        }
        if (high - low) / step >= MOST_POINTS as f64 {
            let node = of.get("step").map_or(span, |node| &node.span);
            let label = format!("expected a step that gives at most {MOST_POINTS} values");
            self.error(node, format!("{:.0} values of one term", (high - low) / step + 1.0), label);
            return None;
        }
        let value = table.get("value");
        let stated = match value {
            Some(value) => match literal::number(value) {
                Some(number) => number,
                None => {
                    let label = "expected a number; without `value` it is the middle of the range";
                    self.error(&value.span, "a negotiable number cannot be a formula", label);
                    return None;
                }
            },
            None => 0.5 * (low + high),
        };
        if !(low..=high).contains(&stated)
            && let Some(value) = value
        {
            let message = Diagnostic::warning(format!("{stated} is not among what can be agreed on"))
                .at(&value.span)
                .label("`ounce run` uses this")
                .also(span, format!("`ounce deal` looks from {low} to {high}"));
            self.say(message);
        }
        let term = Negotiable {
            id: self.scenario.parameters.list[index].name.clone(),
            parameter: index,
            low,
            high,
            step,
            span: Some(span.clone()),
        };
        let last = term.value(term.count() as i64 - 1);
        if high - last > 1e-6 * step {
            let message = Diagnostic::warning(format!("steps of {step} from {low} do not reach {high}"))
                .at(of.get("high").map_or(span, |node| &node.span))
                .label(format!("the highest value that is tried is {last}"));
            self.say(message);
        }
        // A choice, which needs no source.
        self.scenario.inputs.push(Input {
            path: term.id.clone(),
            stated: stated.to_string(),
            distribution: format!("negotiable({low} to {high} by {step})"),
            unit: table.get("unit").and_then(Node::as_text).unwrap_or_default().to_owned(),
            source: provenance.source.clone(),
            assumption: provenance.assumption.clone(),
            needs_origin: false,
            design: None,
        });
        self.scenario.negotiation.terms.push(term);
        Some(Origin::Fixed(stated))
    }

    /// Refuses `negotiable` where a number is no term of a contract.
    pub(super) fn refuse_negotiable(&mut self, table: &Table) {
        if let Some(entry) = table.entry("negotiable") {
            let label = "expected in a clause, or in [parameters] for a number that only clauses use";
            self.error(&entry.key_span, "only a term of a contract is negotiable", label);
        }
    }

    /// Reads something of which all formulas serve one purpose.
    pub(super) fn for_use<T>(&mut self, used: Use, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.used, used);
        let result = read(self);
        self.used = before;
        result
    }

    /// Names the terms for results, checks that nothing but clauses depends on them, and reads `[deal]`.
    pub(super) fn read_negotiation(&mut self, top: &At<'t>) {
        // Keys of a clause are read in an order of their own.
        let place = |term: &Negotiable| term.span.as_ref().map(|span| (span.file, span.range.start));
        self.scenario.negotiation.terms.sort_by_key(place);
        if let Some(at) = top.below("deal") {
            self.scenario.negotiation.table = self.for_use(Use::World, |reader| reader.table(&at));
        }
        self.check_terms();
        self.name_terms();
    }

    fn check_terms(&mut self) {
        let arrangements = 0..self.scenario.arrangements.len();
        let used: BTreeSet<usize> = arrangements.flat_map(|index| self.terms_of(index)).collect();
        for (index, term) in self.scenario.negotiation.terms.clone().iter().enumerate() {
            if let (false, Some(span)) = (used.contains(&index), &term.span) {
                let message =
                    Diagnostic::warning(format!("`{}` is negotiable, but no clause uses it", term.id))
                        .at(span)
                        .label("`ounce deal` has nothing to try");
                self.say(message);
            }
        }
        for term in self.scenario.negotiation.terms.clone() {
            let dependants = self.scenario.dependants(term.parameter);
            let Some(span) = &term.span else { continue };
            let mut rows = self.scenario.tables.iter().flat_map(TableData::parameters);
            let in_table = rows.any(|row| dependants.contains(row));
            if in_table {
                let title = format!("`{}` is negotiable, but a table depends on it", term.id);
                self.error(span, title, "only quantities of clauses can depend on a negotiable number");
                continue;
            }
            let keeps_away =
                self.scenario.arrangements.iter().flat_map(|arrangement| &arrangement.clauses).any(
                    |clause| {
                        let Terms::Copayment { price, response: Some(response), .. } = &clause.terms else {
                            return false;
                        };
                        let mut used = price.program.parameters().iter().chain(response.program.parameters());
                        used.any(|parameter| dependants.contains(parameter))
                    },
                );
            if keeps_away {
                let title = format!("`{}` is negotiable, but decides who takes part", term.id);
                self.error(
                    span,
                    title,
                    "an own payment with an `uptake_response` keeps people away: it cannot be negotiated",
                );
                continue;
            }
            let elsewhere = self.used_in_world.iter().find(|(used, _)| dependants.contains(used));
            if let Some((_, elsewhere)) = &elsewhere.cloned() {
                let title = format!("`{}` is negotiable, but more than contracts depends on it", term.id);
                let help = "only quantities of clauses can depend on a negotiable number: who takes part, and what it \
                            does and costs, is the same under all terms";
                let message = Diagnostic::error(title)
                    .at(elsewhere)
                    .label("people, prices or plans would change with it")
                    .also(span, "negotiable here")
                    .help(help);
                self.say(message);
            }
        }
    }

    /// A number in a clause is called after the clause and its key, with the arrangement where that is not enough.
    fn name_terms(&mut self) {
        let parts = |id: &str| -> Option<(String, String)> {
            let (arrangement, rest) = id.strip_prefix("arrangements.")?.split_once(".clauses.")?;
            Some((arrangement.to_owned(), rest.replace('.', "_")))
        };
        let full: Vec<String> = self.scenario.negotiation.terms.iter().map(|term| term.id.clone()).collect();
        let short: Vec<String> =
            full.iter().map(|id| parts(id).map_or_else(|| id.clone(), |(_, rest)| rest)).collect();
        for (index, id) in full.iter().enumerate() {
            let twice = short.iter().filter(|other| **other == short[index]).count() > 1;
            self.scenario.negotiation.terms[index].id = match parts(id) {
                Some((arrangement, rest)) if twice => format!("{arrangement}_{rest}"),
                _ => short[index].clone(),
            };
        }
    }

    fn table(&mut self, at: &At<'t>) -> Option<Seats> {
        let strategy = self.negotiated_strategy(at)?;
        let arrangements = self.negotiated_arrangements(at)?;
        let fallback = self.fallback(at)?;
        let mut seats = Vec::new();
        for (name, below) in at.ids("parties") {
            let party = self.party(name, &below.span)?;
            seats.push(self.seat(party, &below));
        }
        let most = crate::settle::coalition::MOST_PLAYERS;
        if seats.is_empty() || seats.len() > most {
            let title = format!("{} parties at the table", seats.len());
            self.error(at.span_of("parties"), title, format!("expected 1 to {most}"));
            return None;
        }
        Some(Seats { strategy, arrangements, fallback, seats })
    }

    fn negotiated_strategy(&mut self, at: &At<'_>) -> Option<usize> {
        let comparator = self.scenario.comparator;
        let ids: Vec<String> = self.scenario.strategies.iter().map(|strategy| strategy.id.clone()).collect();
        if let Some(name) = at.text("strategy") {
            let found =
                self.find("strategy", name, at.span_of("strategy"), ids.iter().map(String::as_str))?;
            if found == comparator {
                let label = "expected another: this is what goes on if nothing is done";
                self.error(at.span_of("strategy"), "the comparator is nothing to negotiate about", label);
                return None;
            }
            return Some(found);
        }
        let mut others = (0..ids.len()).filter(|&strategy| strategy != comparator);
        match (others.next(), others.next()) {
            (Some(only), None) => Some(only),
            (None, _) => {
                self.error(
                    &at.span,
                    "there is no strategy to negotiate about",
                    "expected one besides the comparator",
                );
                None
            }
            (Some(_), Some(_)) => {
                self.error(&at.span, "the deal does not say which strategy it is about", "needs `strategy`");
                None
            }
        }
    }

    fn negotiated_arrangements(&mut self, at: &At<'_>) -> Option<Vec<usize>> {
        let ids: Vec<String> =
            self.scenario.arrangements.iter().map(|arrangement| arrangement.id.clone()).collect();
        let mut chosen = Vec::new();
        for (name, span) in at.texts("arrangements") {
            let found = self.find("arrangement", name, span, ids.iter().map(String::as_str))?;
            if chosen.contains(&found) {
                self.error(span, format!("`{name}` stands here twice"), "the second");
            } else {
                chosen.push(found);
            }
        }
        if chosen.is_empty() {
            chosen = (0..ids.len()).filter(|&arrangement| !self.terms_of(arrangement).is_empty()).collect();
        }
        if chosen.is_empty() {
            let label =
                "name `arrangements` to choose from, or write `negotiable = { low, high, step }` in a clause";
            self.error(&at.span, "there is nothing to negotiate about", label);
            return None;
        }
        let mut points = 0_usize;
        for &arrangement in &chosen {
            let terms = &self.scenario.negotiation.terms;
            let own = self
                .terms_of(arrangement)
                .iter()
                .fold(1_usize, |product, &term| product.saturating_mul(terms[term].count()));
            points = points.saturating_add(own);
        }
        if points > MOST_POINTS {
            let label =
                format!("expected at most {MOST_POINTS}: take larger steps, or fewer negotiable terms");
            self.error(&at.span, format!("a deal with {points} combinations of terms"), label);
            return None;
        }
        Some(chosen)
    }

    /// Terms that clauses of an arrangement depend on.
    fn terms_of(&self, arrangement: usize) -> Vec<usize> {
        let clauses = &self.scenario.arrangements[arrangement].clauses;
        let used: Vec<usize> = clauses
            .iter()
            .flat_map(|clause| clause.quantities())
            .flat_map(|q| q.program.parameters().to_vec())
            .collect();
        let terms = &self.scenario.negotiation.terms;
        (0..terms.len())
            .filter(|&term| {
                let dependants = self.scenario.dependants(terms[term].parameter);
                used.iter().any(|parameter| dependants.contains(parameter))
            })
            .collect()
    }

    fn fallback(&mut self, at: &At<'_>) -> Option<Option<usize>> {
        let ids: Vec<String> =
            self.scenario.arrangements.iter().map(|arrangement| arrangement.id.clone()).collect();
        match at.text("fallback") {
            Some(NO_PROGRAMME) if !ids.iter().any(|id| id == NO_PROGRAMME) => Some(None),
            Some(name) => {
                let known = ids.iter().map(String::as_str).chain([NO_PROGRAMME]);
                self.find("arrangement", name, at.span_of("fallback"), known).map(Some)
            }
            None => Some(self.scenario.arrangements.iter().position(|arrangement| arrangement.fallback)),
        }
    }

    fn seat(&mut self, party: usize, at: &At<'t>) -> Seat {
        let chance = self.quantity(at, "chance_of_no_loss", Place::choice(0));
        if let Some(chance) = &chance
            && let Some(value) = self.base_value(chance)
            && !(0.0..=1.0).contains(&value)
        {
            let label = "expected from 0 to 1, such as \"60%\"";
            self.error(at.span_of("chance_of_no_loss"), format!("a probability of {value}"), label);
        }
        let payback_within = at.integer("payback_within").and_then(|years| match usize::try_from(years) {
            Ok(years) if (1..=self.scenario.time.years).contains(&years) => Some(years),
            _ => {
                let horizon = self.scenario.time.years;
                let label =
                    format!("expected from 1 to {horizon}: what comes after the horizon is not known");
                self.error(at.span_of("payback_within"), format!("payback within {years} years"), label);
                None
            }
        });
        let weight = match self.quantity(at, "weight", Place::choice(0)) {
            Some(weight) => weight,
            None => constant(1.0, at.path_of("weight")),
        };
        if self.base_value(&weight).is_some_and(|weight| weight <= 0.0) {
            self.error(at.span_of("weight"), "a party without bargaining power", "expected more than 0");
        }
        let mut seat = Seat {
            party,
            needed: at.flag("needed"),
            net_at_least: self.quantity(at, "net_at_least", AMOUNT),
            gain_at_least: self.quantity(at, "gain_at_least", AMOUNT),
            chance_of_no_loss: chance,
            worst_at_least: self.quantity(at, "worst_at_least", AMOUNT),
            payback_within,
            budget_per_year: self.quantity(at, "budget_per_year", AMOUNT),
            weight,
        };
        if let Some(budget) = &seat.budget_per_year
            && let Some(value) = self.base_value(budget)
            && value < 0.0
        {
            let label = "expected 0 or more: what it can pay, not what it wants to be paid";
            self.error(at.span_of("budget_per_year"), format!("a budget of {value}"), label);
        }
        let stated: [Option<&Quantity>; 5] = [
            seat.net_at_least.as_ref(),
            seat.gain_at_least.as_ref(),
            seat.chance_of_no_loss.as_ref(),
            seat.worst_at_least.as_ref(),
            seat.budget_per_year.as_ref(),
        ];
        if seat.budget_per_year.is_some() && stated.iter().flatten().count() == 1 && payback_within.is_none()
        {
            let message = Diagnostic::warning("a party that signs any loss which its budget can bear")
                .at(&at.span)
                .label("asks nothing about its result")
                .help("`net_at_least` says what the result is worth to it: at most what loss it signs for");
            self.say(message);
        }
        if stated.iter().all(Option::is_none) && payback_within.is_none() {
            seat.gain_at_least = Some(constant(0.0, at.path_of("gain_at_least")));
        }
        seat
    }
}
