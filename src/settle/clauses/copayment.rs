//! What participants pay themselves for a step: an own contribution, or the deductible that falls on it.
//!
//! **Rule.** payment_t = P · N_t with N_t persons who reach the step in year t, then the clause's caps.
//!
//! **Uptake.** With a response r, of those who would take the step only (1 − r)^P come: each euro keeps away the share r of
//! who is left. People are then followed again under this arrangement ([`crate::sample::Environment::take_up`]). Without a
//! response nobody stays away. A response that depends on who people are is a parameter in the step's `share`, which the
//! arrangement sets.
//!
//! **Who bears which risk.** Price and volume: the provider, less what participants bring. Participants bear the
//! price itself, and the risk that they are held back by it. Retention: the provider. Outcome: who pays the
//! rest. Measurement: none. Liquidity: low.
//!
//! **Example.** 90 participants at EUR 50: the households pay EUR 4,500 to the provider, and a subsidy on costs
//! in the same year is on EUR 4,500 less.

use super::{Rule, fee};
use crate::scenario::checked::{Quantity, Request};
use crate::settle::books::{BookLine, Books};
use crate::settle::contract::Contract;
use crate::settle::{Agreed, Phase, SettleError};

/// Terms of an own contribution.
#[derive(Clone, Copy, Debug)]
pub struct Copayment<'a> {
    /// Who pays it.
    pub persons: &'a Request,
    /// EUR per person.
    pub price: &'a Quantity,
}

impl Rule for Copayment<'_> {
    fn phase(&self) -> Phase {
        Phase::Delivery
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        _agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        if !contract.block.offers(self.persons.programme) {
            return Ok(Vec::new());
        }
        let prices = fee::Prices::new(contract, self.price, &[])?;
        fee::charge(contract, &contract.persons(0)?, &prices, None)
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::checked::{Base, Payer, Terms};
    use crate::settle::testing::{self, FIRST_PARTY};

    #[test]
    fn what_participants_pay_is_no_longer_subsidised() {
        // Costs 10,000; 90 participants pay 50 each; a subsidy of all costs pays the other 5,500.
        let household = FIRST_PARTY + 1;
        let mut copayment = testing::fee(household, 4, "50");
        if let Terms::Fee { persons, price, .. } = copayment.terms {
            copayment.terms = Terms::Copayment { persons, price, response: None };
        }
        let mut subsidy = testing::subsidy(testing::base(Base::Programme, None), "1");
        subsidy.from = Payer::Party(FIRST_PARTY);
        let scenario = testing::scenario()
            .programme("course", &["lessons"], &[])
            .party("municipality", &[])
            .party("household", &[])
            .clause(copayment)
            .clause(subsidy)
            .build();
        let mut flows = testing::flows(&scenario, 1);
        testing::set_costs(&mut flows, &[10_000.0]);
        testing::set_requested(&mut flows, 0, &[90.0]);
        assert_eq!(testing::net_of(&scenario, flows.clone(), household), [-4500.0]);
        assert_eq!(testing::net_of(&scenario, flows.clone(), FIRST_PARTY), [-5500.0]);
        assert_eq!(testing::net_of(&scenario, flows, 4), [0.0]);
    }
}
