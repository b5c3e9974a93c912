//! A price for every person who reaches a step: fee-for-service, or a bundle when the step is enrolment.
//!
//! **Rule.** In year t, with N_t persons who reach the step (those the restriction keeps, alive when they reach
//! it), price P and a volume cap of V persons a year:
//!
//! payment_t = P · min(N_t, V), then the clause's caps in euros.
//!
//! Where an insurer buys for its own insured only, N_t counts those.
//!
//! **Who bears which risk.** Volume: the payer, up to the caps; above them the provider works unpaid. Price (what
//! delivery really costs): the provider. Retention: the provider, who is not paid for steps that are not
//! reached. Outcome: the payer. Measurement: none, but a restriction by class pays by the *recorded* class, so
//! misclassification moves money between payers. Liquidity: low.
//!
//! **Example.** A lifestyle programme has an intake at EUR 81.93, four quarters of treatment at EUR 193.80 and
//! four of maintenance at EUR 98.29 (maximum tariffs of the Dutch Healthcare Authority for 2023). Who completes
//! it costs the insurer 81.93 + 4 · 193.80 + 4 · 98.29 = EUR 1,250.29.

use super::Rule;
use crate::formula::Lane;
use crate::scenario::checked::{Quantity, Request};
use crate::settle::books::{BookLine, Books};
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError};

/// Terms of a fee.
#[derive(Clone, Copy, Debug)]
pub struct Fee<'a> {
    /// Who is paid for.
    pub persons: &'a Request,
    /// EUR per person.
    pub price: &'a Quantity,
    /// Persons a year that are paid for at most.
    pub volume_cap: Option<&'a Quantity>,
}

impl Rule for Fee<'_> {
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
        let volume_cap = contract.optional(self.volume_cap, Range::NotNegative)?;
        per_person(contract, self.price, volume_cap)
    }
}

/// Postings of a price for each person counted.
pub(super) fn per_person(
    contract: &Contract<'_>,
    price: &Quantity,
    volume_cap: Option<Lane>,
) -> Result<Vec<BookLine>, SettleError> {
    let persons = contract.persons()?;
    let price = contract.quantity(price, Range::NotNegative)?;
    let amounts = contract.capped(|year| {
        let paid_for = volume_cap.map_or(persons[year], |cap| persons[year].min(cap));
        Ok(paid_for * price * contract.lagged_deflator(year)?)
    })?;
    Ok(contract.pay(&amounts))
}

#[cfg(test)]
mod tests {
    use crate::scenario::checked::{Parties, Payer, Purchase, Terms};
    use crate::settle::testing::{self, FIRST_INSURER, FIRST_PARTY};

    fn paid(fee: crate::scenario::checked::Clause, persons: &[f64], party: usize) -> Vec<f64> {
        let scenario = testing::scenario()
            .programme("gli", &["intake"], &[])
            .party("municipality", &[])
            .clause(fee)
            .build();
        testing::net(&scenario, persons, party)
    }

    #[test]
    fn a_completed_lifestyle_programme_costs_the_published_sum_of_its_tariffs() {
        // Tariffs of 2023: 1,250.29; ten per cent more by written contract: 1,375.32; tariffs of 2021: 835.74.
        let price = |tariffs: &str| paid(testing::fee(FIRST_PARTY, 4, tariffs), &[1.0], 4)[0];
        approx::assert_abs_diff_eq!(price("81.93 + 4 * 193.80 + 4 * 98.29"), 1250.29, epsilon = 1e-9);
        approx::assert_abs_diff_eq!(
            price("110% * (81.93 + 4 * 193.80 + 4 * 98.29)"),
            1375.32,
            epsilon = 5e-3
        );
        approx::assert_abs_diff_eq!(price("61.58 + 4 * 115.19 + 4 * 78.35"), 835.74, epsilon = 1e-9);
    }

    #[test]
    fn persons_above_the_volume_cap_are_not_paid_for() {
        let mut fee = testing::fee(FIRST_PARTY, 4, "10");
        if let Terms::Fee { volume_cap, .. } = &mut fee.terms {
            *volume_cap = Some(testing::quantity("100"));
        }
        assert_eq!(paid(fee, &[80.0, 120.0], FIRST_PARTY), [-800.0, -1000.0]);
    }

    #[test]
    fn a_fee_is_booked_after_its_lag_even_when_that_is_past_the_horizon() {
        let mut fee = testing::fee(FIRST_PARTY, 4, "10");
        fee.lag = 1;
        assert_eq!(paid(fee, &[3.0, 4.0], 4), [0.0, 30.0, 40.0]);
    }

    #[test]
    fn outside_its_years_nothing_is_paid() {
        let mut fee = testing::fee(FIRST_PARTY, 4, "10");
        fee.years = Some(vec![1]);
        assert_eq!(paid(fee, &[3.0, 4.0], 4), [0.0, 40.0]);
    }

    #[test]
    fn insurers_together_pay_by_market_share() {
        let mut fee = testing::fee(FIRST_PARTY, 4, "10");
        fee.from = Payer::Insurers;
        let scenario =
            testing::scenario().insurers(&[0.6]).programme("gli", &["intake"], &[]).clause(fee).build();
        assert_eq!(testing::net(&scenario, &[10.0], FIRST_INSURER), [-60.0]);
        assert_eq!(testing::net(&scenario, &[10.0], Parties::OTHER_INSURERS), [-40.0]);
    }

    #[test]
    fn an_insurer_that_buys_for_its_own_insured_pays_for_those() {
        let mut fee = testing::fee(FIRST_PARTY, 4, "10");
        fee.from = Payer::Insurers;
        let mut scenario =
            testing::scenario().insurers(&[0.6]).programme("gli", &["intake"], &[]).clause(fee).build();
        scenario.arrangements[0].purchase = Purchase::Own { insurer: 0 };
        assert_eq!(testing::net(&scenario, &[10.0], FIRST_INSURER), [-60.0]);
        assert_eq!(testing::net(&scenario, &[10.0], Parties::OTHER_INSURERS), [0.0]);
    }

    #[test]
    fn a_strategy_without_the_programme_pays_no_fees() {
        let mut scenario = testing::scenario()
            .programme("gli", &["intake"], &[])
            .party("municipality", &[])
            .clause(testing::fee(FIRST_PARTY, 4, "10"))
            .build();
        scenario.strategies[testing::STRATEGY].programmes.clear();
        assert_eq!(testing::net(&scenario, &[10.0], FIRST_PARTY), [0.0]);
    }
}
