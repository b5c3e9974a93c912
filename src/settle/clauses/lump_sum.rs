//! A fixed amount a year: an availability payment, a coordinator, the budget of a network.
//!
//! **Rule.** payment_t = A in every year in force, whatever is delivered and whatever the strategy; from the year of the
//! arrangement's gate on only where enrolment goes on, unless it is paid `despite_gate`.
//!
//! **Who bears which risk.** Volume and price: the provider, who has the same amount for more people or dearer
//! work, and keeps it for fewer. Retention and outcome: the payer. Measurement: none. Liquidity: low.
//!
//! **Example.** EUR 60,000 a year in 2026 and 2027, nominal, at 2% inflation and in prices of 2024:
//! 60,000 / 1.02² = EUR 57,670 and 60,000 / 1.02³ = EUR 56,539.

use super::Rule;
use crate::scenario::checked::Quantity;
use crate::settle::books::{BookLine, Books};
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError};

/// Terms of a lump sum.
#[derive(Clone, Copy, Debug)]
pub struct LumpSum<'a> {
    /// EUR per year.
    pub amount: &'a Quantity,
}

impl Rule for LumpSum<'_> {
    fn phase(&self) -> Phase {
        Phase::Delivery
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        _agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        let amount = contract.quantity(self.amount, Range::NotNegative)?;
        let amounts = contract
            .capped(|year| Ok(amount * contract.goes_on(year) * contract.lagged_deflator(year)?))?;
        Ok(contract.pay(&amounts))
    }
}

#[cfg(test)]
mod tests {
    use crate::formula::Lane;
    use crate::settle::testing::{self, FIRST_PARTY};

    #[test]
    fn a_nominal_lump_sum_shrinks_in_euros_of_the_price_year() {
        let mut clause = testing::lump_sum("60_000");
        clause.nominal = true;
        let scenario = testing::scenario().party("municipality", &[]).clause(clause).build();
        let mut flows = testing::flows(&scenario, 2);
        flows.inflation = Some(Lane::splat(0.02));
        let net = testing::net_of(&scenario, flows, FIRST_PARTY);
        approx::assert_abs_diff_eq!(net[0], -57_670.0, epsilon = 0.5);
        approx::assert_abs_diff_eq!(net[1], -56_539.0, epsilon = 0.5);
    }

    #[test]
    fn a_cap_over_the_contract_ends_the_payments() {
        let mut clause = testing::lump_sum("60");
        clause.cap_total = Some(testing::quantity("100"));
        let scenario = testing::scenario().party("municipality", &[]).clause(clause).build();
        let flows = testing::flows(&scenario, 3);
        assert_eq!(testing::net_of(&scenario, flows, FIRST_PARTY), [-60.0, -40.0, 0.0]);
    }
}
