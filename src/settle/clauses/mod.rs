//! The kinds of clauses, a file each.
//!
//! | phase | clauses |
//! |---|---|
//! | delivery | [`fee`], [`lump_sum`], [`copayment`], [`capitation`], [`bundled`], and the advance of [`impact_bond`] |
//! | costs | [`subsidy`], [`cost_share`] |
//! | contingent | [`shared_savings`], [`outcome_payment`], [`impact_bond`], [`co_financing`] |
//! | net position | [`guarantee`], [`revolving_fund`] |
//!
//! `ounce explain clause NAME` says of each in plain words what it does, who bears which risk, and shows it at work.

pub mod bundled;
pub mod capitation;
pub mod co_financing;
pub mod copayment;
pub mod cost_share;
#[cfg(test)]
mod examples;
pub mod fee;
pub mod guarantee;
pub mod impact_bond;
pub mod lump_sum;
pub mod outcome_payment;
pub mod revolving_fund;
pub mod shared_savings;
pub mod subsidy;

use super::books::{BookLine, Books, Figure};
use super::contract::Contract;
use super::{Agreed, Phase, SettleError, Warning};
use crate::formula::Lane;
use crate::scenario::checked::{Clause, Request, Terms};

/// What is known of a block in the first pass.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Postings of what the delivery avoids.
    pub savings: &'a Books,
    /// Postings of what delivery costs, and of payments for it.
    pub delivery: &'a Books,
}

/// What every kind of clause can do.
pub trait Rule: Send + Sync {
    /// When it settles: it reads the books of earlier phases only.
    fn phase(&self) -> Phase;

    /// What it pays in the first phase already, where it settles later: an advance. `earlier` holds what is avoided
    /// and what delivery costs.
    ///
    /// # Errors
    /// A quantity without a usable value.
    fn advance(&self, _contract: &Contract<'_>, _earlier: &Books) -> Result<Vec<BookLine>, SettleError> {
        Ok(Vec::new())
    }

    /// First pass: amounts in this block whose means over all draws fix the terms. Most clauses need none.
    ///
    /// # Errors
    /// A quantity without a usable value.
    fn foreseen(&self, _contract: &Contract<'_>, _known: &Known<'_>) -> Result<Vec<Lane>, SettleError> {
        Ok(Vec::new())
    }

    /// Between the passes: the terms that follow from the means of [`Rule::foreseen`], in the same order.
    fn agree(&self, _contract: &Contract<'_>, _means: &[f64], _warnings: &mut Vec<Warning>) -> Agreed {
        Agreed::Nothing
    }

    /// Between the passes: what a reader should see of the means of [`Rule::foreseen`] themselves, the same in every draw.
    fn expected_figures(&self, _contract: &Contract<'_>, _means: &[f64]) -> Vec<Figure> {
        Vec::new()
    }

    /// Second pass: postings in this block.
    ///
    /// # Errors
    /// A quantity without a usable value, or terms that contradict each other.
    fn post(
        &self,
        contract: &Contract<'_>,
        earlier: &Books,
        agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError>;

    /// What a reader should see beside the payments, such as whether a threshold was reached; from the same books
    /// as [`Rule::post`], and the same figures in every block.
    ///
    /// # Errors
    /// A quantity without a usable value.
    fn figures(
        &self,
        _contract: &Contract<'_>,
        _earlier: &Books,
        _agreed: &Agreed,
    ) -> Result<Vec<Figure>, SettleError> {
        Ok(Vec::new())
    }

    /// For clauses on costs: the base and the share of it that others pay to the party bearing it.
    ///
    /// # Errors
    /// A share outside 0 to 1.
    fn share_of_costs(
        &self,
        _contract: &Contract<'_>,
        _agreed: &Agreed,
    ) -> Result<Option<(&Request, Lane)>, SettleError> {
        Ok(None)
    }

    /// What a reader of the results should know about the clause, judged at the stated values.
    ///
    /// # Errors
    /// A quantity without a usable value.
    fn warnings(&self, _contract: &Contract<'_>) -> Result<Vec<Warning>, SettleError> {
        Ok(Vec::new())
    }
}

/// The rule by which a clause settles.
#[must_use]
pub fn rule(clause: &Clause) -> Box<dyn Rule + '_> {
    match &clause.terms {
        Terms::Fee { persons, quarters, stay, price, tiers, volume_cap, highest } => Box::new(fee::Fee {
            persons,
            quarters: *quarters,
            stay,
            price,
            tiers,
            volume_cap: volume_cap.as_ref(),
            highest: highest.as_deref(),
        }),
        Terms::LumpSum { amount } => Box::new(lump_sum::LumpSum { amount }),
        Terms::Copayment { persons, price, .. } => Box::new(copayment::Copayment { persons, price }),
        Terms::Capitation { heads, amount, corridor, stop_loss } => Box::new(capitation::Capitation {
            heads,
            amount,
            corridor: corridor.as_ref(),
            stop_loss: stop_loss.as_deref(),
        }),
        Terms::Bundled(bundle) => Box::new(bundled::Bundled { bundle }),
        Terms::Subsidy { base, share, grant, carry_over, clawback } => {
            Box::new(subsidy::Subsidy { base, share, grant: grant.as_ref(), carry_over, clawback: *clawback })
        }
        Terms::CostShare { base, parties, rule, ex_post, needed } => {
            Box::new(cost_share::CostShare { base, parties, rule, ex_post: *ex_post, needed })
        }
        Terms::SharedSavings(terms) => Box::new(shared_savings::SharedSavingsRule { terms }),
        Terms::OutcomePayment(terms) => Box::new(outcome_payment::OutcomePayment { terms }),
        Terms::ImpactBond(terms) => Box::new(impact_bond::Bond { terms }),
        Terms::CoFinancing { outcome, equalised } => {
            Box::new(co_financing::CoFinancing { outcome: *outcome, equalised })
        }
        Terms::Guarantee { floor, share, whole_contract } => {
            Box::new(guarantee::Guarantee { floor, share, whole_contract: *whole_contract })
        }
        Terms::RevolvingFund(terms) => Box::new(revolving_fund::Fund { terms }),
    }
}
