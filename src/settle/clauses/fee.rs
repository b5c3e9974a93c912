//! A price for every person who reaches a step: fee-for-service, once or for every quarter of a programme year.
//!
//! **Rule.** With N_q,t persons who reached the step (those the restriction keeps), whose q-th quarter since then
//! begins in year t and who are alive at that moment, a share s of them who stay from quarter to quarter, Q quarters
//! and a volume cap of V a year:
//!
//! n_t = Σ_{q<Q} s^q · N_q,t, payment_t = price of min(n_t, V), then the clause's caps in euros.
//!
//! With tiers the price falls (or rises) in steps: each person beyond the number of a tier is paid its price, those
//! before it theirs. A quarter is paid at its start, in the calendar year it starts in, and in full: who leaves or
//! dies during it has been paid for. Where an insurer buys for its own insured only, n_t counts those.
//!
//! A legal maximum P, with the raise r above it that a written contract allows, holds for every price: what is charged is
//! min(price, P (1 + r)) in every draw and wherever a price is varied or negotiated. A *stated* price above it is an error
//! when the scenario is read.
//!
//! **Who bears which risk.** Volume: the payer, up to the caps; above them the provider works unpaid. Price (what
//! delivery really costs): the provider. Retention: the provider, who is not paid for steps that are not
//! reached, nor for quarters after people left. Outcome: the payer. Measurement: none, but a restriction by class
//! pays by the *recorded* class, so misclassification moves money between payers. Liquidity: low.
//!
//! **Example.** A lifestyle programme has an intake at EUR 81.93, four quarters of treatment at EUR 193.80 and
//! four of maintenance at EUR 98.29 (maximum tariffs of the Dutch Healthcare Authority for 2023). Who completes
//! it costs the insurer 81.93 + 4 · 193.80 + 4 · 98.29 = EUR 1,250.29.

use super::Rule;
use crate::formula::Lane;
use crate::scenario::checked::{HighestPrice, Quantity, Request, Tier};
use crate::settle::books::{BookLine, Books};
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError};

/// Terms of a fee.
#[derive(Clone, Copy, Debug)]
pub struct Fee<'a> {
    /// Who is paid for.
    pub persons: &'a Request,
    /// Quarters that are paid for.
    pub quarters: usize,
    /// Share that stays from quarter to quarter.
    pub stay: &'a Quantity,
    /// EUR per person (and quarter).
    pub price: &'a Quantity,
    /// Other prices beyond numbers of persons.
    pub tiers: &'a [Tier],
    /// Persons (or quarters) a year that are paid for at most.
    pub volume_cap: Option<&'a Quantity>,
    /// What no price may pass.
    pub highest: Option<&'a HighestPrice>,
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
        let stay = contract.quantity(self.stay, Range::Share)?;
        let mut persons = vec![Lane::ZERO; contract.block.horizon()];
        let mut still = Lane::ONE;
        for quarter in 0..self.quarters {
            for (sum, here) in persons.iter_mut().zip(contract.persons(quarter)?) {
                *sum += here * still;
            }
            still *= stay;
        }
        let mut prices = Prices::new(contract, self.price, self.tiers)?;
        if let Some(HighestPrice { legal, raise }) = self.highest {
            let legal = contract.quantity(legal, Range::NotNegative)?;
            prices.at_most(legal * (contract.quantity(raise, Range::NotNegative)? + 1.0));
        }
        let volume_cap = contract.optional(self.volume_cap, Range::NotNegative)?;
        charge(contract, &persons, &prices, volume_cap)
    }
}

/// A price per person, and others beyond numbers of persons.
pub(super) struct Prices {
    first: Lane,
    beyond: Vec<(Lane, Lane)>,
}

impl Prices {
    /// Evaluates prices.
    pub(super) fn new(
        contract: &Contract<'_>,
        price: &Quantity,
        tiers: &[Tier],
    ) -> Result<Self, SettleError> {
        let tier = |tier: &Tier| {
            let above = contract.quantity(&tier.above, Range::NotNegative)?;
            Ok((above, contract.quantity(&tier.price, Range::NotNegative)?))
        };
        Ok(Self {
            first: contract.quantity(price, Range::NotNegative)?,
            beyond: tiers.iter().map(tier).collect::<Result<_, SettleError>>()?,
        })
    }

    /// Charges nothing above the highest price.
    fn at_most(&mut self, highest: Lane) {
        self.first = self.first.min(highest);
        for (_, price) in &mut self.beyond {
            *price = price.min(highest);
        }
    }

    /// What a number of persons costs.
    fn of(&self, persons: Lane) -> Lane {
        let mut price = self.first;
        self.beyond.iter().fold(persons * price, |sum, &(above, next)| {
            let change = next - price;
            price = next;
            sum + (persons - above).max(Lane::ZERO) * change
        })
    }
}

/// Postings of prices for persons by year.
pub(super) fn charge(
    contract: &Contract<'_>,
    persons: &[Lane],
    prices: &Prices,
    volume_cap: Option<Lane>,
) -> Result<Vec<BookLine>, SettleError> {
    let amounts = contract.capped(|year| {
        let paid_for = volume_cap.map_or(persons[year], |cap| persons[year].min(cap));
        Ok(prices.of(paid_for) * contract.lagged_deflator(year)?)
    })?;
    Ok(contract.pay(&amounts))
}

#[cfg(test)]
mod tests {
    use crate::scenario::checked::{HighestPrice, Parties, Payer, Purchase, Quantity, Terms, Tier};
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
    fn no_price_is_charged_above_the_legal_maximum_and_a_tenth() {
        // 100 people at 250 and, beyond 60 of them, at 150; the maximum is 200 and a contract allows 10% more: 60 * 220 + 40 * 150.
        let mut fee = testing::fee(FIRST_PARTY, Parties::PROVIDER, "250");
        if let Terms::Fee { tiers, highest, .. } = &mut fee.terms {
            tiers.push(Tier { above: testing::quantity("60"), price: testing::quantity("150") });
            *highest = Some(Box::new(HighestPrice {
                legal: testing::quantity("200"),
                raise: testing::quantity("0.1"),
            }));
        }
        approx::assert_relative_eq!(
            paid(fee, &[100.0], Parties::PROVIDER)[0],
            19_200.0,
            max_relative = 1e-12
        );
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

    fn changed(
        change: impl FnOnce(&mut usize, &mut Quantity, &mut Vec<Tier>),
    ) -> crate::scenario::checked::Clause {
        let mut fee = testing::fee(FIRST_PARTY, 4, "10");
        if let Terms::Fee { quarters, stay, tiers, .. } = &mut fee.terms {
            change(quarters, stay, tiers);
        }
        fee
    }

    #[test]
    fn quarters_are_paid_in_the_year_they_begin_for_those_who_stay() {
        // Four quarters from the middle of the first year, 100 people alive throughout: two quarters a year. Of
        // each quarter's 90% stay: 10 · (100 + 90) = 1,900 and 10 · (81 + 72.9) = 1,539.
        let fee = changed(|quarters, stay, _| {
            *quarters = 4;
            *stay = testing::quantity("0.9");
        });
        let scenario = testing::scenario()
            .programme("gli", &["intake"], &[])
            .party("municipality", &[])
            .clause(fee)
            .build();
        let mut flows = testing::flows(&scenario, 2);
        for (quarter, persons) in [[100.0, 0.0], [100.0, 0.0], [0.0, 100.0], [0.0, 100.0]].iter().enumerate()
        {
            testing::set_requested(&mut flows, quarter, persons);
        }
        let paid = testing::net_of(&scenario, flows, 4);
        approx::assert_relative_eq!(paid[..], [1900.0, 1539.0], epsilon = 1e-9);
    }

    #[test]
    fn tiers_are_paid_for_the_persons_beyond_them() {
        // 10 each for 100, 8 for the next 100, 5 after that: 250 persons bring 1,000 + 800 + 250.
        let fee = changed(|_, _, tiers| {
            let tier = |above: &str, price: &str| Tier {
                above: testing::quantity(above),
                price: testing::quantity(price),
            };
            *tiers = vec![tier("100", "8"), tier("200", "5")];
        });
        assert_eq!(paid(fee, &[250.0, 150.0, 50.0], 4), [2050.0, 1400.0, 500.0]);
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
