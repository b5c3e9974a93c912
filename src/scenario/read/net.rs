//! Terms of co-financing, guarantees and revolving funds.

use crate::scenario::checked::{Clause, Payer, RevolvingFund, Terms};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;

use super::clauses::AMOUNT;
use super::context::{At, Reader};
use super::place::Place;

/// Shares and rates agreed in a clause.
const RATE: Place = Place::choice(0);

impl<'t> Reader<'_> {
    pub(super) fn co_financing(&mut self, at: &At<'t>) -> Option<Terms> {
        self.no_restriction(at, "the named outcome says for whom it counts how much");
        for key in ["cap_per_year", "cap_total", "nominal"] {
            if let Some(entry) = at.table.entry(key) {
                let label = "write what is paid at most for a case into the named outcome";
                self.error(
                    &entry.key_span,
                    format!("`{key}` has no meaning for changes in what is paid"),
                    label,
                );
            }
        }
        let outcome = self.outcome_named(at.text("outcome")?, at.span_of("outcome"))?;
        let unit = self.scenario.outcomes[outcome].unit.clone();
        if unit != "EUR" {
            let label = "expected an outcome with `unit = \"EUR\"`: what is paid for each case";
            self.error(at.span_of("outcome"), format!("this outcome is in {unit}"), label);
        }
        Some(Terms::CoFinancing { outcome, equalised: self.quantity_or(at, "equalised", RATE, 0.0) })
    }

    pub(super) fn guarantee(&mut self, at: &At<'t>, to: Option<Payer>) -> Option<Terms> {
        self.no_restriction(at, "a net position is of all a party does");
        if to == Some(Payer::Insurers) {
            let label = "expected one of them by name";
            self.error(at.span_of("to"), "all insurers together have no net position", label);
        }
        let whole_contract = at.text("period") == Some("contract");
        if whole_contract && at.node("years").is_none() {
            let label = "needs `years`: from when to when the contract runs";
            self.error(at.span_of("period"), "a contract settled as one has no end", label);
        }
        let floor = self.quantity_or(at, "floor", AMOUNT, 0.0);
        Some(Terms::Guarantee { floor, share: self.quantity_or(at, "share", RATE, 1.0), whole_contract })
    }

    pub(super) fn revolving_fund(&mut self, at: &At<'t>, from: Option<Payer>) -> Option<Terms> {
        if from == Some(Payer::Insurers) {
            let label = "expected the party that is the fund";
            self.error(at.span_of("from"), "insurers are no fund", label);
        }
        let capital = self.required(at, "capital", AMOUNT);
        let capital_from =
            at.text("capital_from").and_then(|name| self.payer(name, at.span_of("capital_from")));
        let interest = self.quantity_or(at, "interest", RATE, 0.0);
        let administration = self.quantity_or(at, "administration", AMOUNT, 0.0);
        let mut repay = Vec::new();
        if let Some(below) = at.below("repay") {
            for entry in below.table {
                let share = self.required(&below, &entry.key, RATE);
                let payer = self.payer(&entry.key, &entry.key_span);
                if payer.is_some() && payer == from {
                    self.error(&entry.key_span, "the fund would repay itself", "expected a party that saves");
                }
                if let Some(payer) = payer
                    && repay.iter().any(|&(known, _)| self.scenario.parties.overlap(known, payer))
                {
                    let title = format!("`{}` repays the same savings a second time", entry.key);
                    self.error(
                        &entry.key_span,
                        title,
                        "this party stands before it, or is part of one that does",
                    );
                    continue;
                }
                repay.extend(payer.map(|payer| (payer, share)));
            }
        }
        let (base, share) = (self.base_of(at)?, self.quantity_or(at, "share", RATE, 1.0));
        let fund = RevolvingFund { base, share, capital, capital_from, interest, administration, repay };
        Some(Terms::RevolvingFund(Box::new(fund)))
    }

    /// Whether two clauses are in force in some same year.
    pub(super) fn together(&self, one: &Clause, other: &Clause) -> bool {
        let holds = |clause: &Clause, year| clause.years.as_ref().is_none_or(|years| years.contains(&year));
        (0..self.scenario.time.years).any(|year| holds(one, year) && holds(other, year))
    }

    /// Revolving funds of one arrangement: nobody repays more than it saves, and no loss that a fund covers is guaranteed
    /// as well, since neither clause sees what the other pays.
    pub(super) fn check_funds(&mut self, clauses: &[Clause], spans: &[(String, Span)]) {
        let span =
            |clause: &Clause| spans.iter().find(|(id, _)| *id == clause.id).map(|(_, span)| span.clone());
        for (position, fund) in clauses.iter().enumerate() {
            let Terms::RevolvingFund(terms) = &fund.terms else { continue };
            let Some(here) = span(fund) else { continue };
            for clause in clauses {
                let same = self.scenario.parties.overlap(clause.to, fund.to);
                if matches!(clause.terms, Terms::Guarantee { .. })
                    && same
                    && self.together(clause, fund)
                    && let Some(there) = span(clause)
                {
                    let title = format!("`{}` and `{}` cover the same loss", clause.id, fund.id);
                    let message = Diagnostic::error(title)
                        .at(&there)
                        .label("guarantees the net position of a party")
                        .also(
                            &here,
                            "pays the costs of that party in the same years, unseen by the guarantee",
                        )
                        .help("use one of them, or let them be in force in different years");
                    self.say(message);
                }
            }
            for (payer, share) in &terms.repay {
                let mut sum = self.base_value(share);
                for earlier in &clauses[..position] {
                    let Terms::RevolvingFund(other) = &earlier.terms else { continue };
                    if !self.together(earlier, fund) {
                        continue;
                    }
                    for (known, share) in &other.repay {
                        if self.scenario.parties.overlap(*known, *payer) {
                            sum = sum.and_then(|sum| Some(sum + self.base_value(share)?));
                        }
                    }
                }
                if let Some(sum) = sum
                    && sum > 1.0 + 1e-9
                {
                    let title = format!("a party repays {}% of what it saves", (sum * 1e4).round() / 1e2);
                    self.error(&here, title, "expected at most 100%, all funds of the arrangement together");
                }
            }
        }
    }

    /// Guarantees of one arrangement: none twice for the same loss, and none in a circle.
    pub(super) fn check_guarantees(&mut self, clauses: &[Clause], spans: &[(String, Span)]) {
        let guarantees: Vec<&Clause> =
            clauses.iter().filter(|clause| matches!(clause.terms, Terms::Guarantee { .. })).collect();
        let span =
            |clause: &Clause| spans.iter().find(|(id, _)| *id == clause.id).map(|(_, span)| span.clone());
        for (position, clause) in guarantees.iter().enumerate() {
            let mut way = vec![clause.id.clone()];
            let mut at = clause.from;
            // Who guarantees the guarantor, and so on.
            while let Some(next) = guarantees.iter().find(|other| other.to == at) {
                if next.id == clause.id {
                    let first = guarantees[..position].iter().all(|earlier| !way.contains(&earlier.id));
                    if let (true, Some(span)) = (first, span(clause)) {
                        let title = format!("guarantees in a circle: {}", way.join(", "));
                        self.error(&span, title, "each would have to know first what the others pay");
                    }
                    break;
                }
                if way.contains(&next.id) {
                    break;
                }
                way.push(next.id.clone());
                at = next.from;
            }
            let share = |clause: &Clause| match &clause.terms {
                Terms::Guarantee { share, .. } => Some(share.clone()),
                _ => None,
            };
            for other in &guarantees[position + 1..] {
                let overlap = self.together(clause, other);
                let together = [share(clause), share(other)]
                    .into_iter()
                    .flatten()
                    .map(|share| self.base_value(&share))
                    .sum::<Option<f64>>();
                if let (true, true, Some(together)) = (other.to == clause.to, overlap, together)
                    && together > 1.0 + 1e-9
                    && let (Some(first), Some(second)) = (span(clause), span(other))
                {
                    let title =
                        format!("two guarantees cover {}% of the same loss", (together * 1e4).round() / 1e2);
                    let message =
                        Diagnostic::error(title).at(&second).label("the second").also(&first, "the first");
                    self.say(message);
                }
            }
        }
    }
}
