//! Where avoided costs go before they reach who pays: why a programme that saves may not be bought.
//!
//! For one arrangement, in present values at the parties' rate, all that is avoided on budgets is divided into parts that add up
//! to it in every draw:
//!
//! avoided = not cash + equalisation + switching + free riding + wrong pocket + kept by payers
//!
//! *Payers* are the parties that pay for the programme: what they bear of its costs and pay for its delivery, as grants, shares of
//! costs or investments, is more than these bring them, in expectation. What is handed on out of savings or for results (shared
//! savings, outcome payments, co-financing, guarantees, what a fund is repaid) makes nobody a payer: it comes to the payers
//! under those clauses, and the savings it is paid from are still in another pocket. What does
//! not become cash frees capacity; what risk equalisation takes is the fund's. Of the cash that is left, what goes to insurers
//! that are no payers with participants who leave, or because one insurer buys for all, is switching and free riding; what
//! falls on the budgets of others who are no payers is in the wrong pocket: they gain by what somebody else pays for. The term
//! is that of Butler (2018) for savings that land in another sector than the one that invests.
//!
//! **Example.** A municipality pays a programme that avoids 100 of hospital care and 20 of its own support. 30 of the 100 is not cash
//! and 10 is equalised: 60 is the insurer's, who pays nothing, in the wrong pocket; the payer keeps 20 of 120.

use super::business_case::{PartyCase, Settlement};
use super::statistics::{Series, Summary};
use crate::formula::Lane;
use crate::scenario::checked::{Clause, Parties, Terms};
use crate::settle::{Account, BookLine, Books, LineKind, books};

/// Parts of what is avoided, present values at the parties' rate, EUR.
#[derive(Clone, Debug)]
pub struct Leakages {
    /// Parties that pay for the programme more than they are paid for it.
    pub payers: Vec<usize>,
    /// All that is avoided on budgets; negative where costs rise.
    pub avoided: Summary,
    /// What of it frees capacity and is nobody's cash.
    pub not_cash: Summary,
    /// What the equalisation fund takes.
    pub equalisation: Summary,
    /// What goes to insurers that do not pay, with participants who leave.
    pub switching: Summary,
    /// What falls to insurers that do not pay, as another buys for all.
    pub free_riding: Summary,
    /// What falls to other parties that do not pay.
    pub wrong_pocket: Summary,
    /// What stays with who pays.
    pub kept: Summary,
}

/// Whether a posting pays for the programme, and not out of what it saves or brings about.
fn for_delivery(clauses: &[Clause], kind: LineKind) -> bool {
    let of = |clause: usize| &clauses[clause].terms;
    match kind {
        LineKind::ProgrammeCost { .. } => true,
        LineKind::Clause(clause) => !matches!(
            of(clause),
            Terms::SharedSavings(_)
                | Terms::OutcomePayment(_)
                | Terms::CoFinancing { .. }
                | Terms::Guarantee { .. }
        ),
        LineKind::Repayment(clause) => !matches!(
            of(clause),
            Terms::SharedSavings(_) | Terms::RevolvingFund(_) | Terms::OutcomePayment(_)
        ),
        LineKind::Savings { .. }
        | LineKind::FreedCapacity { .. }
        | LineKind::Equalisation { .. }
        | LineKind::Switching { .. }
        | LineKind::FreeRiding { .. } => false,
    }
}

/// Parties that pay for the programme (present values, expected) more than they are paid for it.
fn payers(clauses: &[Clause], cases: &[PartyCase]) -> Vec<usize> {
    let pays = |case: &PartyCase| {
        let decided = case.lines.iter().filter(|line| for_delivery(clauses, line.kind));
        let (net, turnover) = decided.fold((0.0, 0.0), |(net, turnover), line| {
            let amount = line.present.expected();
            (net + amount, turnover + f64::abs(amount))
        });
        // Costs that are paid back in full leave rounding.
        net < -1e-9 * turnover
    };
    let parties = cases.iter().filter(|case| pays(case)).filter_map(|case| case.account.party());
    // What the equalisation fund takes is a part of its own, whatever it pays.
    parties.filter(|&party| party != Parties::EQUALISATION_FUND).collect()
}

/// Where what is avoided goes under an arrangement; `None` where nothing is avoided or nobody pays.
pub fn leakages(settlement: &Settlement<'_>, clauses: &[Clause], cases: &[PartyCase]) -> Option<Leakages> {
    let payers = payers(clauses, cases);
    let Settlement { arm, base, .. } = settlement;
    let factors = books::discount_factors(arm.base().parties_rate, base.years);
    let present = |line: &BookLine| {
        line.amounts.iter().zip(&factors).fold(Lane::ZERO, |sum, (&amount, &factor)| sum + amount * factor)
    };
    let part = |of: &dyn Fn(&BookLine) -> f64| -> Series {
        settlement.series(|books: &Books| {
            let counted = books.lines.iter().map(|line| (of(line), line)).filter(|(times, _)| *times != 0.0);
            counted.fold(Lane::ZERO, |sum, (times, line)| sum + present(line) * times)
        })
    };
    let pays = |account: Account| account.party().is_some_and(|party| payers.contains(&party));
    // What passes from one who pays to one who does not counts; the other way it would come back.
    let leaks = |line: &BookLine| f64::from(i8::from(pays(line.from)) - i8::from(pays(line.to)));
    let fund = Account::Party(Parties::EQUALISATION_FUND);
    let avoided = part(&|line| f64::from(u8::from(matches!(line.kind, LineKind::Savings { .. }))));
    let is_nothing = avoided.base == 0.0 && avoided.draws.iter().all(|&amount| amount == 0.0);
    if payers.is_empty() || is_nothing {
        return None;
    }
    let not_cash = part(&|line| line.sign(Account::Capacity));
    let equalisation = part(&|line| match line.kind {
        LineKind::Equalisation { .. } => line.sign(fund),
        _ => 0.0,
    });
    let switching =
        part(&|line| if matches!(line.kind, LineKind::Switching { .. }) { leaks(line) } else { 0.0 });
    let free_riding =
        part(&|line| if matches!(line.kind, LineKind::FreeRiding { .. }) { leaks(line) } else { 0.0 });
    let kept = part(&|line| {
        if line.kind.is_payment() {
            return 0.0;
        }
        payers.iter().map(|&party| line.sign(Account::Party(party))).sum()
    });
    let elsewhere = part(&|line| {
        let gains = |account: Account| {
            account.party().is_some_and(|party| !payers.contains(&party)) && account != fund
        };
        if line.kind.is_payment() {
            return 0.0;
        }
        f64::from(i8::from(gains(line.to)) - i8::from(gains(line.from)))
    });
    let passed_on = switching.plus(&free_riding);
    let wrong_pocket = elsewhere.zip(&passed_on, |elsewhere, passed_on| elsewhere - passed_on);
    let summary = |series: &Series| series.summary(arm.design());
    Some(Leakages {
        avoided: summary(&avoided),
        not_cash: summary(&not_cash),
        equalisation: summary(&equalisation),
        switching: summary(&switching),
        free_riding: summary(&free_riding),
        wrong_pocket: summary(&wrong_pocket),
        kept: summary(&kept),
        payers,
    })
}
