//! `[parties]`: who may pay or gain, the implicit ones first.

use crate::scenario::checked::{Insurer, Localised, Parties, Party, PartyKind};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;

use super::context::{At, Reader};
use super::place::{AGE, Place};

/// The parties that are always there: identifier, names, kind. In the order of the constants of [`Parties`].
const IMPLICIT: [(&str, &str, &str, PartyKind); 5] = [
    ("others", "Others", "Overigen", PartyKind::Other),
    ("other_insurers", "Other health insurers", "Andere zorgverzekeraars", PartyKind::Insurer),
    ("equalisation_fund", "Risk equalisation fund", "Vereveningsfonds", PartyKind::EqualisationFund),
    ("outside", "Outside the arrangement", "Buiten de regeling", PartyKind::Other),
    ("provider", "Provider of the programme", "Aanbieder van het programma", PartyKind::Provider),
];

/// Words that stand for a party in clauses.
const WORDS: [&str; 2] = ["insurers", "participants"];

impl<'t> Reader<'_> {
    /// Reads the parties.
    pub(super) fn read_parties(&mut self, top: &At<'t>) {
        self.scenario.parties.list = IMPLICIT
            .iter()
            .map(|(id, en, nl, kind)| Party {
                id: (*id).to_owned(),
                name: Localised { en: (*en).to_owned(), nl: (*nl).to_owned() },
                kind: *kind,
                budgets: Vec::new(),
            })
            .collect();
        let mut held: Vec<Vec<(f64, Span)>> = vec![Vec::new(); self.scenario.budgets.len()];
        for (id, at) in top.ids("parties") {
            self.check_source(at.table);
            let kind = kind_of(at.text("kind"));
            let budgets = self.held_budgets(&at, &mut held);
            let name = at.name(id);
            let implicit = self.scenario.parties.list.iter().position(|party| party.id == id);
            if let Some(known) = implicit.filter(|known| *known < IMPLICIT.len()) {
                self.rename(known, &at, kind, name, budgets);
                continue;
            }
            // `participants` may be the name of the household party; `insurers` means all of them.
            if id == WORDS[0] || (id == WORDS[1] && kind != PartyKind::Household) {
                let label = "in clauses this word means others: choose another name";
                self.error(&at.span, format!("a party cannot be called `{id}`"), label);
            }
            let party = self.scenario.parties.list.len();
            self.scenario.parties.list.push(Party { id: id.to_owned(), name, kind, budgets });
            self.insurer_terms(&at, party, kind);
        }
        self.check_held(&held);
    }

    /// A party that is always there, under a name of the file's own.
    fn rename(
        &mut self,
        known: usize,
        at: &At<'_>,
        kind: PartyKind,
        name: Localised,
        budgets: Vec<(usize, f64)>,
    ) {
        let (id, .., fixed) = IMPLICIT[known];
        if kind != fixed && known != Parties::PROVIDER && known != Parties::OTHERS {
            let label = format!("`{id}` is always there and of another kind");
            self.error(at.span_of("kind"), format!("`{id}` cannot be of this kind"), label);
        }
        for key in ["market_share", "leaving_rate"] {
            if let Some(node) = at.node(key) {
                let label = "other insurers have the rest of the market";
                self.error(&node.span, format!("`{id}` has no `{key}` of its own"), label);
            }
        }
        let party = &mut self.scenario.parties.list[known];
        party.budgets = budgets;
        if at.node("name").is_some() {
            party.name = name;
        }
        if known == Parties::PROVIDER || known == Parties::OTHERS {
            party.kind = kind;
        }
    }

    fn insurer_terms(&mut self, at: &At<'_>, party: usize, kind: PartyKind) {
        if kind == PartyKind::Insurer {
            if at.node("market_share").is_none() {
                let label = "needs `market_share`: which share of the people is insured with it";
                self.error(&at.span, "an insurer without a market share", label);
            }
            let market_share = self.quantity_or(at, "market_share", Place::evidence(0), f64::NAN);
            let leaving_rate = self.quantity_or(at, "leaving_rate", Place::share(AGE), 0.0);
            self.scenario.parties.insurers.push(Insurer { party, market_share, leaving_rate });
            return;
        }
        for key in ["market_share", "leaving_rate"] {
            if let Some(entry) = at.table.entry(key) {
                let label = "only a party of `kind = \"insurer\"` has one";
                self.error(&entry.key_span, format!("this party has no `{key}`"), label);
            }
        }
    }

    /// The public budgets that a party holds.
    fn held_budgets(&mut self, at: &At<'t>, held: &mut [Vec<(f64, Span)>]) -> Vec<(usize, f64)> {
        let mut named: Vec<(&str, &Span, f64)> =
            at.texts("budgets").into_iter().map(|(name, span)| (name, span, 1.0)).collect();
        for entry in at.entries("budgets") {
            let share = if entry.node.as_table().is_some() {
                let label = "expected a plain number: who holds a budget is no estimate";
                self.error(&entry.node.span, "a share of a budget has no distribution", label);
                None
            } else {
                self.plain_number(&entry.node)
            };
            let Some(share) = share else { continue };
            if !(0.0..=1.0).contains(&share) {
                self.error(&entry.node.span, format!("a share of {share}"), "expected a number from 0 to 1");
            }
            named.push((&entry.key, &entry.key_span, share));
        }
        let mut budgets = Vec::new();
        for (name, span, share) in named {
            let Some(budget) = self.budget(name, span) else { continue };
            if self.scenario.budgets[budget].insurance {
                let label = "health insurers hold it, each for its own insured";
                self.error(span, format!("no party holds `{name}` by a share"), label);
                continue;
            }
            held[budget].push((share, span.clone()));
            budgets.push((budget, share));
        }
        budgets
    }

    /// Nobody holds more than all of a budget.
    fn check_held(&mut self, held: &[Vec<(f64, Span)>]) {
        for (budget, shares) in held.iter().enumerate() {
            let sum: f64 = shares.iter().map(|(share, _)| share).sum();
            let [.., (_, last)] = shares.as_slice() else { continue };
            if sum > 1.0 + 1e-9 {
                let id = self.scenario.budgets[budget].id.clone();
                let mut message =
                    Diagnostic::error(format!("parties hold {}% of the budget `{id}`", sum * 100.0))
                        .at(last)
                        .label("expected at most 100% together");
                for (_, span) in &shares[..shares.len() - 1] {
                    message = message.also(span, "held here too");
                }
                self.say(message);
            }
        }
    }

    /// The position of a party.
    pub(super) fn party(&mut self, name: &str, span: &Span) -> Option<usize> {
        let ids: Vec<String> = self.scenario.parties.list.iter().map(|party| party.id.clone()).collect();
        self.find("party", name, span, ids.iter().map(String::as_str))
    }

    /// The party of participants and their families.
    pub(super) fn household(&mut self, span: &Span) -> Option<usize> {
        let list = &self.scenario.parties.list;
        let found = list.iter().position(|party| party.kind == PartyKind::Household);
        if found.is_none() {
            let message = Diagnostic::error("there is no party of participants")
                .at(span)
                .label("means the party of `kind = \"household\"`")
                .help("add `[parties.participants]` with `kind = \"household\"`");
            self.say(message);
        }
        found
    }
}

fn kind_of(word: Option<&str>) -> PartyKind {
    match word {
        Some("insurer") => PartyKind::Insurer,
        Some("municipality") => PartyKind::Municipality,
        Some("wlz_fund") => PartyKind::WlzFund,
        Some("state") => PartyKind::State,
        Some("employer") => PartyKind::Employer,
        Some("household") => PartyKind::Household,
        Some("provider") => PartyKind::Provider,
        Some("investor") => PartyKind::Investor,
        Some("equalisation_fund") => PartyKind::EqualisationFund,
        _ => PartyKind::Other,
    }
}
