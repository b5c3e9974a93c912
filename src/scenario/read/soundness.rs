//! Arrangements whose clauses are each right and together cannot be meant: costs paid more than once, an investor that nobody
//! repays, funds that fill each other.
//!
//! All at stated values; settlement checks shares in every draw. Numbers that the arrangement or a strategy replaces by a `set`
//! are left to settlement.

use crate::scenario::checked::{
    Base, Clause, PartyKind, Payer, Pays, Quantity, Requested, Set, ShareRule, Terms,
};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;

use super::context::Reader;

/// Shares may add up to this much more than 1: rounding, no more.
const ROUNDING: f64 = 1e-9;

/// A part of the costs of a programme that a clause pays.
struct Claim<'a> {
    clause: &'a Clause,
    programme: usize,
    base: Base,
    restricted: bool,
    share: f64,
}

/// Whether all costs of one base belong to another.
fn holds(outer: Base, inner: Base) -> bool {
    outer == inner || outer == Base::Programme || matches!((outer, inner), (Base::Fixed, Base::FixedItem(_)))
}

impl Reader<'_> {
    /// Whatever is wrong with the clauses of an arrangement together.
    pub(super) fn check_together(&mut self, set: &[Set], clauses: &[Clause], spans: &[(String, Span)]) {
        let strategies = self.scenario.strategies.iter().flat_map(|strategy| &strategy.set);
        let replaced: Vec<usize> =
            set.iter().chain(strategies).flat_map(|set| self.scenario.dependants(set.parameter)).collect();
        self.check_shares(&replaced, clauses, spans);
        self.check_investors(&replaced, clauses, spans);
        self.check_circle_of_funds(clauses, spans);
    }

    /// The value at the base case; `None` where a `set` replaces something that it depends on.
    fn lasting_value(&mut self, replaced: &[usize], quantity: &Quantity) -> Option<f64> {
        if self.scenario.read_by(&quantity.program).any(|used| replaced.contains(&used)) {
            return None;
        }
        self.base_value(quantity)
    }

    /// Shares of the same costs add up to at most 1.
    fn check_shares(&mut self, replaced: &[usize], clauses: &[Clause], spans: &[(String, Span)]) {
        let claims: Vec<Claim<'_>> =
            clauses.iter().filter_map(|clause| self.claim(replaced, clause)).collect();
        let mut told: Vec<Vec<&str>> = Vec::new();
        for claim in &claims {
            let rivals: Vec<&Claim<'_>> = claims
                .iter()
                .filter(|rival| {
                    rival.programme == claim.programme
                        && rival.clause.to == claim.clause.to
                        && holds(rival.base, claim.base)
                        && (!rival.restricted || rival.clause.id == claim.clause.id)
                        && self.together(rival.clause, claim.clause)
                })
                .collect();
            let total: f64 = rivals.iter().map(|rival| rival.share).sum();
            let names: Vec<&str> = rivals.iter().map(|rival| rival.clause.id.as_str()).collect();
            // One clause by itself is told where its share stands.
            if total <= 1.0 + ROUNDING || rivals.len() < 2 || told.contains(&names) {
                continue;
            }
            let listed: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let title =
                format!("{} together pay {}% of the same costs", listed.join(" and "), percent(total));
            let mut message = Diagnostic::error(title);
            let mut places =
                rivals.iter().filter_map(|rival| span_of(spans, rival.clause).zip(Some(rival.share)));
            if let Some((span, share)) = places.next() {
                message = message.at(span).label(format!("pays {}% of them", percent(share)));
            }
            for (span, share) in places {
                message = message.also(span, format!("pays {}% of them", percent(share)));
            }
            told.push(names);
            self.say(message.help("costs can be paid back once: let the shares add up to at most 100%"));
        }
    }

    fn claim<'a>(&mut self, replaced: &[usize], clause: &'a Clause) -> Option<Claim<'a>> {
        let (request, share) = match &clause.terms {
            Terms::Subsidy { base, share, .. } => (base, self.lasting_value(replaced, share)?),
            Terms::RevolvingFund(fund) => (&fund.base, self.lasting_value(replaced, &fund.share)?),
            Terms::CostShare { base, rule: ShareRule::Fixed(shares), parties, ex_post: false, .. } => {
                let others = parties.iter().zip(shares).filter(|(party, _)| **party != clause.to);
                let mut sum = 0.0;
                for (_, share) in others {
                    sum += self.lasting_value(replaced, share)?;
                }
                (base, sum)
            }
            _ => return None,
        };
        let Requested::Cost(base) = request.what else { return None };
        let restricted = request.where_.is_some();
        Some(Claim { clause, programme: request.programme, base, restricted, share })
    }

    /// Whoever is an investor has somebody who may repay it, with as much as it brings in.
    fn check_investors(&mut self, replaced: &[usize], clauses: &[Clause], spans: &[(String, Span)]) {
        let investors = self.scenario.parties.list.iter().enumerate();
        let investors: Vec<(Payer, String)> = investors
            .filter(|(_, party)| party.kind == PartyKind::Investor)
            .map(|(index, party)| (Payer::Party(index), party.id.clone()))
            .collect();
        for clause in clauses {
            let payers = match &clause.terms {
                // Advances are its; being paid for results is the clause's business.
                Terms::ImpactBond(_) => {
                    self.check_bond(replaced, clause, spans);
                    continue;
                }
                // What is repaid goes to the fund itself.
                Terms::RevolvingFund(fund) => {
                    let own = fund.repay.is_empty().then_some(clause.from);
                    [own, fund.capital_from]
                }
                _ => [Some(clause.from), None],
            };
            for (investor, id) in &investors {
                let repaid = clauses.iter().any(|other| other.to == *investor);
                if payers.contains(&Some(*investor))
                    && !repaid
                    && let Some(span) = span_of(spans, clause)
                {
                    let title = format!("nobody repays the investor `{id}`");
                    let label = "it pays here, and is paid nowhere in this arrangement";
                    self.error(span, title, label);
                }
            }
        }
    }

    /// What a bond may pay at most is not less than what is invested, and some result is paid for.
    fn check_bond(&mut self, replaced: &[usize], clause: &Clause, spans: &[(String, Span)]) {
        let Terms::ImpactBond(bond) = &clause.terms else { return };
        let Some(span) = span_of(spans, clause) else { return };
        let prices = bond.triggers.iter().map(|trigger| match &trigger.terms.pays {
            Pays::PerUnit(price) | Pays::Trigger(price) => self.lasting_value(replaced, price),
        });
        if prices.collect::<Option<Vec<f64>>>().is_some_and(|prices| prices.iter().all(|&price| price == 0.0))
        {
            let label = "every result is worth 0 euros";
            self.error(span, format!("nothing repays the investor of `{}`", clause.id), label);
        }
        let years = bond.investment_years.len() as f64;
        let invested = self.lasting_value(replaced, &bond.investment).map(|amount| amount * years);
        let cap = clause.cap_total.as_ref().and_then(|cap| self.lasting_value(replaced, cap));
        if let (Some(invested), Some(cap)) = (invested, cap)
            && cap < invested * (1.0 - ROUNDING)
        {
            let title = format!("the investor of `{}` can never have its money back", clause.id);
            let label = format!("{invested} euros are invested, and `cap_total` lets {cap} be repaid");
            self.error(span, title, label);
        }
    }

    /// No fund is filled by a fund that it fills itself.
    fn check_circle_of_funds(&mut self, clauses: &[Clause], spans: &[(String, Span)]) {
        let filled: Vec<(Payer, Payer, &Clause)> = clauses
            .iter()
            .filter_map(|clause| match &clause.terms {
                Terms::RevolvingFund(fund) => Some((clause.from, fund.capital_from?, clause)),
                _ => None,
            })
            .collect();
        for &(fund, by, clause) in &filled {
            let mut seen = vec![fund];
            let mut next = by;
            loop {
                if next == fund {
                    if let Some(span) = span_of(spans, clause) {
                        let title = format!("`{}` is filled by money that it fills itself", clause.id);
                        self.error(span, title, "its capital comes from a fund that has its capital from it");
                    }
                    return;
                }
                if seen.contains(&next) {
                    break;
                }
                seen.push(next);
                match filled.iter().find(|(fund, ..)| *fund == next) {
                    Some(&(_, by, _)) => next = by,
                    None => break,
                }
            }
        }
    }
}

fn span_of<'s>(spans: &'s [(String, Span)], clause: &Clause) -> Option<&'s Span> {
    spans.iter().find(|(id, _)| *id == clause.id).map(|(_, span)| span)
}

/// A share as a percentage with at most two decimals.
fn percent(share: f64) -> f64 {
    (share * 1e4).round() / 1e2
}
