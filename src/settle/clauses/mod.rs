//! The kinds of clauses, a file each.
//!
//! | clause | phase | volume risk | price risk | retention risk | outcome risk | measurement risk | liquidity risk |
//! |---|---|---|---|---|---|---|---|
//! | [`fee`] | delivery | payer | provider | provider | payer | none | low |
//! | [`lump_sum`] | delivery | provider | provider | payer | payer | none | low |
//! | [`copayment`] | delivery | provider | provider | provider | others | none | low |
//! | [`subsidy`] | costs | who bears the costs, above the grant | shared by share | none | none | none | by the way it is paid |
//! | [`cost_share`] | costs | shared by share | shared by share | none | each payer | in the expected benefit | who bears the costs, until paid |
//! | [`shared_savings`] | contingent | payer | provider | shared by share | shared by share | both | provider, until settled |

pub mod copayment;
pub mod cost_share;
pub mod fee;
pub mod lump_sum;
pub mod shared_savings;
pub mod subsidy;

use super::books::{BookLine, Books};
use super::contract::Contract;
use super::{Agreed, Phase, SettleError};
use crate::formula::Lane;
use crate::scenario::checked::{Clause, Request, Terms};

/// What every kind of clause can do.
pub trait Rule: Send + Sync {
    /// When it settles: it reads the books of earlier phases only.
    fn phase(&self) -> Phase;

    /// First pass: amounts in this block whose means over all draws fix the terms. `savings` holds the postings of
    /// what the delivery avoids, and nothing else. Most clauses need none.
    ///
    /// # Errors
    /// A quantity without a usable value.
    fn foreseen(&self, _contract: &Contract<'_>, _savings: &Books) -> Result<Vec<Lane>, SettleError> {
        Ok(Vec::new())
    }

    /// Between the passes: the terms that follow from the means of [`Rule::foreseen`], in the same order.
    fn agree(&self, _contract: &Contract<'_>, _means: &[f64], _warnings: &mut Vec<String>) -> Agreed {
        Agreed::Nothing
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
    fn warnings(&self, _contract: &Contract<'_>) -> Result<Vec<String>, SettleError> {
        Ok(Vec::new())
    }
}

/// The rule by which a clause settles.
#[must_use]
pub fn rule(clause: &Clause) -> Box<dyn Rule + '_> {
    match &clause.terms {
        Terms::Fee { persons, price, volume_cap } => {
            Box::new(fee::Fee { persons, price, volume_cap: volume_cap.as_ref() })
        }
        Terms::LumpSum { amount } => Box::new(lump_sum::LumpSum { amount }),
        Terms::Copayment { persons, price } => Box::new(copayment::Copayment { persons, price }),
        Terms::Subsidy { base, share, grant, carry_over, clawback } => {
            Box::new(subsidy::Subsidy { base, share, grant: grant.as_ref(), carry_over, clawback: *clawback })
        }
        Terms::CostShare { base, parties, rule } => Box::new(cost_share::CostShare { base, parties, rule }),
        Terms::SharedSavings(terms) => Box::new(shared_savings::SharedSavingsRule { terms }),
    }
}
