//! One price for a whole path through a programme: bundled payment.
//!
//! **Rule.** By the deepest step: with a price P_s of the path up to step s and N_s,t persons who reach it in year t,
//!
//! payment_t = Σ_s (P_s − P_before(s)) · N_s,t,
//!
//! where before(s) is the nearest priced step before s: at each priced step what the path has become dearer is paid.
//! So everyone has brought the price of the deepest priced step they reached, and nobody need know beforehand which
//! that will be. By year: a price for each person who reached a step, at the start of each of some years since, if
//! alive then.
//!
//! **Who bears which risk.** Number of persons: the payer, who must watch that not too many are enrolled. What a path
//! costs, and how much care it holds: the provider. Care outside the path: the payer. Retention: the provider for
//! steps not reached. Outcome: the payer. Measurement: none. Liquidity: low.
//!
//! **Example.** EUR 300 for a path that ends with the check, EUR 1,100 for one that goes on to the course. Of 100 who
//! are checked 40 take the course: 60 · 300 + 40 · 1,100 = EUR 62,000, paid as 100 · 300 + 40 · 800.

use super::{Rule, capitation};
use crate::formula::Lane;
use crate::scenario::checked::Bundle;
use crate::settle::books::{BookLine, Books};
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError};

/// Terms of a bundle.
#[derive(Clone, Copy, Debug)]
pub struct Bundled<'a> {
    /// What one price is for.
    pub bundle: &'a Bundle,
}

impl Bundled<'_> {
    fn offered(&self, contract: &Contract<'_>) -> bool {
        let programme = match self.bundle {
            Bundle::ByYear { persons, .. } => Some(persons.programme),
            Bundle::ByStep(steps) => steps.first().map(|step| step.persons.programme),
        };
        programme.is_some_and(|programme| contract.block.offers(programme))
    }

    /// What is due by year, in written euros.
    fn due(&self, contract: &Contract<'_>) -> Result<Vec<Lane>, SettleError> {
        match self.bundle {
            Bundle::ByYear { years, price, .. } => {
                let price = contract.quantity(price, Range::NotNegative)?;
                let persons = capitation::every_year(contract, *years)?;
                Ok(persons.into_iter().map(|persons| persons * price).collect())
            }
            Bundle::ByStep(steps) => {
                let prices: Vec<Lane> = steps
                    .iter()
                    .map(|step| contract.quantity(&step.price, Range::NotNegative))
                    .collect::<Result<_, _>>()?;
                let mut due = vec![Lane::ZERO; contract.block.horizon()];
                for (position, step) in steps.iter().enumerate() {
                    let dearer = prices[position] - step.before.map_or(Lane::ZERO, |before| prices[before]);
                    for (sum, persons) in due.iter_mut().zip(contract.persons(position)?) {
                        *sum += persons * dearer;
                    }
                }
                Ok(due)
            }
        }
    }
}

impl Rule for Bundled<'_> {
    fn phase(&self) -> Phase {
        Phase::Delivery
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        _agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        if !self.offered(contract) {
            return Ok(Vec::new());
        }
        let due = self.due(contract)?;
        let amounts = contract.capped(|year| Ok(due[year] * contract.lagged_deflator(year)?))?;
        Ok(contract.pay(&amounts))
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::checked::{Bundle, BundleStep, Parties, Request, Requested, Terms};
    use crate::settle::testing::{self, FIRST_PARTY};

    fn persons(step: usize) -> Request {
        Request { programme: 0, what: Requested::Persons { step, quarter: 0 }, where_: None }
    }

    fn town(bundle: Bundle) -> crate::scenario::Scenario {
        testing::scenario()
            .programme("chain", &["check", "course"], &[])
            .party("town", &[])
            .clause(testing::clause(FIRST_PARTY, Parties::PROVIDER, Terms::Bundled(bundle)))
            .build()
    }

    #[test]
    fn everyone_brings_the_price_of_the_deepest_step_they_reach() {
        // 100 are checked in 2026, 40 of them take the course in 2027: 30,000 and 32,000, together 62,000.
        let step = |step, before, price| BundleStep {
            persons: persons(step),
            before,
            price: testing::quantity(price),
        };
        let scenario = town(Bundle::ByStep(vec![step(0, None, "300"), step(1, Some(0), "1100")]));
        let mut flows = testing::flows(&scenario, 2);
        testing::set_requested(&mut flows, 0, &[100.0, 0.0]);
        testing::set_requested(&mut flows, 1, &[0.0, 40.0]);
        assert_eq!(testing::net_of(&scenario, flows, Parties::PROVIDER), [30_000.0, 32_000.0]);
    }

    #[test]
    fn a_yearly_bundle_is_paid_for_those_alive_at_the_start_of_each_year() {
        let bundle = Bundle::ByYear { persons: persons(0), years: 2, price: testing::quantity("400") };
        let scenario = town(bundle);
        let mut flows = testing::flows(&scenario, 2);
        testing::set_requested(&mut flows, 0, &[100.0, 0.0]);
        testing::set_requested(&mut flows, 1, &[0.0, 90.0]);
        assert_eq!(testing::net_of(&scenario, flows, Parties::PROVIDER), [40_000.0, 36_000.0]);
    }
}
