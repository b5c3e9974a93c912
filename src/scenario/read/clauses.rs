//! `[arrangements.*.clauses]`: what each clause says.

use crate::scenario::checked::{Clause, PartyKind, Payer, Purchase, Quantity, ShareRule, Terms};
use crate::scenario::tree::Node;
use crate::settle::coalition::MOST_PLAYERS;

use super::context::{At, Reader};
use super::negotiation::Use;
use super::place::{PERSON, Place};
use super::quantity::constant;

/// Amounts agreed in a clause.
pub(super) const AMOUNT: Place = Place::choice(0).money();

impl<'t> Reader<'_> {
    /// Reads a clause; `None` after a mistake that leaves nothing to settle.
    pub(super) fn read_clause(&mut self, id: &str, at: &At<'t>, purchase: Purchase) -> Option<Clause> {
        self.check_source(at.table);
        let kind = at.text("type")?;
        let sides = self.sides(kind, at);
        let years = at.node("years").map(|node| self.year_indices(node).unwrap_or_default());
        let years = years.filter(|years| !years.is_empty());
        let cap_per_year = self.quantity(at, "cap_per_year", AMOUNT);
        let cap_total = self.quantity(at, "cap_total", AMOUNT);
        let lag = match at.integer("lag") {
            Some(lag) if lag < 0 => {
                self.error(at.span_of("lag"), format!("a lag of {lag} years"), "expected 0 or more");
                0
            }
            lag => usize::try_from(lag.unwrap_or(0)).unwrap_or(0),
        };
        let by_amount = |node: &Node| node.get("nominal").and_then(Node::as_boolean).unwrap_or(false);
        let nominal = at.flag("nominal") || at.table.iter().any(|entry| by_amount(&entry.node));
        if nominal && self.scenario.valuation.inflation.is_none() {
            let label = "needs `valuation.inflation`, which wears it down";
            self.error(at.span_of("nominal"), "an amount in euros of the year of payment", label);
        }
        let terms = match kind {
            "fee" => self.fee(at),
            "lump-sum" => self.lump_sum(at),
            "subsidy" => self.subsidy(at),
            "cost-share" => self.cost_share(at),
            "copayment" => self.copayment(at),
            "capitation" => self.capitation(at),
            "bundled" => self.bundled(at),
            "shared-savings" => self.shared_savings(at, sides.map(|(from, _)| from), purchase),
            "outcome-payment" => self.outcome_payment(at),
            "impact-bond" => self.impact_bond(at, sides.map(|(_, to)| to)),
            "co-financing" => self.co_financing(at),
            "guarantee" => self.guarantee(at, sides.map(|(_, to)| to)),
            "revolving-fund" => self.revolving_fund(at, sides.map(|(from, _)| from)),
            _ => None,
        };
        let of_a_year = matches!(
            kind,
            "lump-sum" | "subsidy" | "capitation" | "impact-bond" | "guarantee" | "revolving-fund"
        );
        let despite_gate = of_a_year && at.flag("despite_gate");
        let (from, to) = sides?;
        let clause = Clause {
            id: id.to_owned(),
            name: at.name(id),
            from,
            to,
            years,
            cap_per_year,
            cap_total,
            lag,
            nominal,
            despite_gate,
            terms: terms?,
        };
        self.check_amount(at, &clause);
        Some(clause)
    }

    /// Who pays whom.
    fn sides(&mut self, kind: &str, at: &At<'_>) -> Option<(Payer, Payer)> {
        if kind == "cost-share" {
            for key in ["from", "to"] {
                if let Some(entry) = at.table.entry(key) {
                    let label = "its `parties` pay, to the party that it is `of`";
                    self.error(&entry.key_span, format!("a cost share has no `{key}`"), label);
                }
            }
            let to = at.text("of").and_then(|of| self.payer(of, at.span_of("of")));
            let from = at.texts("parties").first().and_then(|(name, span)| self.payer(name, span));
            return Some((from?, to?));
        }
        if kind == "impact-bond" && at.node("from").is_none() {
            let label = "needs `from`: who pays for results";
            self.error(&at.span, format!("the investor of `{}` has nobody who repays it", at.path), label);
            return None;
        }
        let mut side = |key: &str, otherwise: Option<&str>| match (at.text(key), otherwise) {
            (Some(name), _) => self.payer(name, at.span_of(key)),
            (None, Some(name)) => self.payer(name, &at.span),
            (None, None) => {
                let label = if key == "from" { "needs `from`: who pays" } else { "needs `to`: who receives" };
                let title = format!(
                    "`{}` does not say who {}",
                    at.path,
                    if key == "from" { "pays" } else { "receives" }
                );
                self.error(&at.span, title, label);
                None
            }
        };
        let from = side("from", (kind == "copayment").then_some("participants"));
        let to = side("to", None);
        let (from, to) = (from?, to?);
        if from == to {
            self.error(at.span_of("to"), "who pays also receives", "expected another party than in `from`");
            return None;
        }
        Some((from, to))
    }

    /// `where`: persons for whom a clause holds.
    pub(super) fn restriction(&mut self, at: &At<'_>) -> Option<Quantity> {
        // Who is meant is looked at while people are followed, not in settlement.
        self.for_use(Use::World, |reader| reader.condition(at, "where", PERSON))
    }

    /// Refuses `where` in a clause that is not about persons.
    pub(super) fn no_restriction(&mut self, at: &At<'_>, why: &str) {
        if let Some(entry) = at.table.entry("where") {
            self.error(&entry.key_span, "`where` picks persons", why);
        }
    }

    fn lump_sum(&mut self, at: &At<'_>) -> Option<Terms> {
        self.no_restriction(at, "a lump sum does not depend on them");
        let amount = self.required(at, "amount", AMOUNT);
        if at.node("years").is_none() {
            let label = "needs `years`: in which it is paid";
            self.error(&at.span, format!("the lump sum `{}` has no years", at.path), label);
        }
        Some(Terms::LumpSum { amount })
    }

    fn subsidy(&mut self, at: &At<'_>) -> Option<Terms> {
        let share = self.quantity_or(at, "share", Place::choice(0), 1.0);
        let grant = self.quantity(at, "grant", AMOUNT).or_else(|| self.quantity(at, "cap_per_year", AMOUNT));
        let carry_over = self.quantity_or(at, "carry_over", Place::choice(0), 0.0);
        let clawback = at.flag("clawback");
        for key in ["carry_over", "clawback"] {
            if grant.is_none()
                && let Some(entry) = at.table.entry(key)
            {
                let label = "needs `grant`: the amount for a year";
                self.error(&entry.key_span, format!("`{key}` is about a grant"), label);
            }
        }
        Some(Terms::Subsidy { base: self.base_of(at)?, share, grant, carry_over, clawback })
    }

    fn cost_share(&mut self, at: &At<'_>) -> Option<Terms> {
        let mut parties = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for (name, span) in at.texts("parties") {
            if names.contains(&name) {
                self.error(span, format!("`{name}` stands here twice"), "the second");
                continue;
            }
            if let Some(payer) = self.payer(name, span) {
                names.push(name);
                parties.push(payer);
            }
        }
        let rule = match at.text("rule") {
            Some("equal") => ShareRule::Equal,
            Some("proportional") => ShareRule::Proportional,
            Some("shapley") => ShareRule::Shapley,
            Some("nash") => ShareRule::Nash(self.weights(at, &names)),
            _ => ShareRule::Fixed(self.fixed_shares(at, &names)),
        };
        if !matches!(rule, ShareRule::Fixed(_))
            && let Some(entry) = at.table.entry("shares")
        {
            self.error(
                &entry.key_span,
                "this rule works the shares out itself",
                "belongs to the rule \"fixed\"",
            );
        }
        if !matches!(rule, ShareRule::Nash(_))
            && let Some(entry) = at.table.entry("weights")
        {
            self.error(
                &entry.key_span,
                "this rule knows no bargaining power",
                "belongs to the rule \"nash\"",
            );
        }
        if parties.len() > MOST_PLAYERS {
            let label = format!("at most {MOST_PLAYERS}: every coalition of them is looked at");
            self.error(at.span_of("parties"), format!("{} parties share costs", parties.len()), label);
            return None;
        }
        let ex_post = at.text("when") == Some("ex-post");
        if ex_post && matches!(rule, ShareRule::Fixed(_) | ShareRule::Equal) {
            let label = "belongs to a rule by benefit";
            self.error(at.span_of("when"), "these shares do not depend on what happens", label);
        }
        let mut needed = vec![false; parties.len()];
        for (name, span) in at.texts("needed") {
            match names.iter().position(|known| *known == name) {
                Some(position) => needed[position] = true,
                None => self.unknown("sharing party", name, span, &names),
            }
        }
        Some(Terms::CostShare { base: self.base_of(at)?, parties, rule, ex_post, needed })
    }

    /// The bargaining power of each party, in the order of the parties.
    fn weights(&mut self, at: &At<'_>, names: &[&str]) -> Option<Vec<Quantity>> {
        let below = at.below("weights")?;
        for entry in below.table {
            if !names.contains(&entry.key.as_str()) {
                self.unknown("sharing party", &entry.key, &entry.key_span, names);
            }
        }
        Some(names.iter().map(|name| self.quantity_or(&below, name, Place::choice(0), 1.0)).collect())
    }

    /// The stated share of each party, in the order of the parties.
    fn fixed_shares(&mut self, at: &At<'_>, names: &[&str]) -> Vec<Quantity> {
        let Some(below) = at.below("shares") else {
            let label = "needs `shares`: the share of each party";
            self.error(at.span_of("rule"), "the rule \"fixed\" has no shares", label);
            return names.iter().map(|name| constant(0.0, at.path_of(name))).collect();
        };
        for entry in below.table {
            if !names.contains(&entry.key.as_str()) {
                self.unknown("sharing party", &entry.key, &entry.key_span, names);
            }
        }
        let mut shares = Vec::new();
        for name in names {
            if below.node(name).is_none() {
                self.error(
                    &below.span,
                    format!("`{name}` has no share"),
                    "expected a share for each of `parties`",
                );
            }
            shares.push(self.quantity_or(&below, name, Place::choice(0), 0.0));
        }
        shares
    }

    /// The budgets that a payer holds, whole or in part.
    pub(super) fn budgets_of(&self, payer: Payer) -> Vec<usize> {
        let insurance =
            || (0..self.scenario.budgets.len()).filter(|at| self.scenario.budgets[*at].insurance).collect();
        match payer {
            Payer::Insurers => insurance(),
            Payer::Party(party) => match &self.scenario.parties.list[party] {
                party if party.kind == PartyKind::Insurer => insurance(),
                party => party.budgets.iter().map(|(budget, _)| *budget).collect(),
            },
        }
    }

    /// The programme that a clause about savings measures.
    pub(super) fn measured_programme(&mut self, at: &At<'_>) -> Option<usize> {
        if let Some(name) = at.text("programme") {
            return self.programme_named(name, at.span_of("programme"));
        }
        match self.scenario.programmes.len() {
            1 => Some(0),
            0 => {
                self.error(
                    &at.span,
                    "there is no programme whose savings could be shared",
                    "about which programme?",
                );
                None
            }
            _ => {
                let label = "needs `programme`, as the scenario has several";
                self.error(&at.span, format!("`{}` does not say which programme saves", at.path), label);
                None
            }
        }
    }

    /// A plain list of budgets by name.
    pub(super) fn named_budgets(&mut self, at: &At<'_>, key: &str) -> Vec<usize> {
        let mut budgets = Vec::new();
        for (name, span) in at.texts(key) {
            if let Some(budget) = self.budget(name, span)
                && !budgets.contains(&budget)
            {
                budgets.push(budget);
            }
        }
        budgets
    }

    /// The text of a node, for words that may also stand as `true`.
    pub(super) fn word(node: &Node) -> Option<&str> {
        match node.as_boolean() {
            Some(true) => Some("true"),
            _ => node.as_text(),
        }
    }
}
