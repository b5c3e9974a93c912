//! A floor under a party's net position.
//!
//! **Rule.** After all clauses of earlier phases, in each year in force (or once for the years together, with the last
//! one), with n_t the net position of the party guaranteed (what it saves, is paid, pays and has in costs) and a floor f:
//!
//! payment_t = s · max(0, f − n_t), then the clause's caps.
//!
//! n_t is what concerns year t, whenever it is paid: a fee that comes a year later is no loss. What concerns a year after
//! the horizon (a grant that was carried there and is taken back) counts with the last year.
//!
//! A floor of −20,000 leaves a loss of that much with the party. Guarantees read the books before any guarantee or
//! revolving fund, so one does not see another; parties cannot guarantee each other in a circle, and nobody's loss can be
//! guaranteed while a revolving fund pays its costs.
//!
//! An arrangement's gate does not end a guarantee. What a party loses after enrolment has been stopped it loses on people
//! it enrolled, and on what it agreed, while the guarantee stood; there are no new ones to lose on. A floor above nothing is
//! another thing: so much income by the year whatever is done. Where the programme has been stopped by the year that is
//! settled the floor is min(f, 0), unless `despite_gate`.
//!
//! **Who bears which risk.** All risks of the party guaranteed beyond the floor: the guarantor, by share and up to the
//! caps. A party that cannot lose has less reason to be careful; the share and the floor are there for that.
//!
//! **Example.** A provider loses EUR 50,000 in a year. Above a loss of EUR 20,000 the state covers 80%: it pays
//! 0.8 · 30,000 = EUR 24,000, and the provider has lost EUR 26,000.

use super::Rule;
use crate::formula::Lane;
use crate::scenario::checked::Quantity;
use crate::settle::books::{BookLine, Books};
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError};

/// Terms of a guarantee.
#[derive(Clone, Copy, Debug)]
pub struct Guarantee<'a> {
    /// EUR per year, or over the contract.
    pub floor: &'a Quantity,
    /// Share of what is missing that is paid.
    pub share: &'a Quantity,
    /// Whether the years are settled together.
    pub whole_contract: bool,
}

impl Rule for Guarantee<'_> {
    fn phase(&self) -> Phase {
        Phase::NetPosition
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        earlier: &Books,
        _agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        let [(party, _)] = contract.block.market.resolve(contract.clause.to)[..] else {
            let (arrangement, clause) = contract.names();
            return Err(SettleError::SeveralPaid { arrangement, clause });
        };
        let mut net = earlier.net_concerning(party);
        let beyond = net.split_off(contract.block.horizon());
        if let Some(last) = net.last_mut() {
            *last = beyond.into_iter().fold(*last, |sum, amount| sum + amount);
        }
        let net = contract.by_settlement(self.whole_contract, net);
        let floor = contract.quantity(self.floor, Range::Any)?;
        let share = contract.quantity(self.share, Range::Share)?;
        let amounts = contract.capped(|year| {
            if !contract.settles(self.whole_contract, year) {
                return Ok(Lane::ZERO);
            }
            // Of a programme that was stopped losses are covered, and no gain is.
            let (loss, gain) = (floor.min(Lane::ZERO), floor.max(Lane::ZERO));
            let floor = loss + gain * contract.goes_on(year);
            Ok((floor * contract.deflator(year)? - net[year]).max(Lane::ZERO) * share)
        })?;
        Ok(contract.pay(&amounts))
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::checked::{Clause, Parties, Terms};
    use crate::settle::testing::{self, FIRST_PARTY};

    fn guarantee(floor: &str, share: &str, whole_contract: bool) -> Clause {
        let terms = Terms::Guarantee {
            floor: testing::quantity(floor),
            share: testing::quantity(share),
            whole_contract,
        };
        testing::clause(FIRST_PARTY, Parties::PROVIDER, terms)
    }

    /// What the provider has left by year, of costs by year and a fee of 10 for each of these persons.
    fn left(clause: Clause, costs: &[f64], persons: &[f64]) -> Vec<f64> {
        left_of(testing::fee(FIRST_PARTY + 1, Parties::PROVIDER, "10"), clause, costs, persons)
    }

    fn left_of(fee: Clause, clause: Clause, costs: &[f64], persons: &[f64]) -> Vec<f64> {
        let scenario = testing::scenario()
            .programme("chain", &["course"], &[])
            .party("state", &[])
            .party("town", &[])
            .clause(fee)
            .clause(clause)
            .build();
        let mut flows = testing::flows(&scenario, costs.len());
        for (year, &cost) in costs.iter().enumerate() {
            flows.programme_costs.row_mut(0)[year] = crate::formula::Lane::splat(cost);
        }
        testing::set_requested(&mut flows, 0, persons);
        testing::net_of(&scenario, flows, Parties::PROVIDER)
    }

    #[test]
    fn four_fifths_of_a_loss_beyond_what_stays_are_covered() {
        let net = left(guarantee("0 - 20_000", "0.8", false), &[60_000.0, 12_000.0], &[1000.0, 1000.0]);
        assert_eq!(net, [-26_000.0, -2_000.0]);
    }

    #[test]
    fn a_floor_of_a_gain_lifts_up_to_it_and_takes_nothing_above() {
        assert_eq!(
            left(guarantee("500", "1", false), &[9_800.0, 1_000.0], &[1000.0, 1000.0]),
            [500.0, 9_000.0]
        );
    }

    #[test]
    fn after_a_gate_has_stopped_the_programme_losses_are_covered_and_no_gain_is() {
        // Costs of 3,000 and then 1,000 and 0 for those who enrolled, no income. A floor of 500 lifts by 3,500 in the first
        // year; where it was stopped before the second, by the 1,000 lost then and by nothing in the third; else to 500.
        let at_gate = |clause: Clause, goes_on: f64| {
            let mut scenario = testing::scenario()
                .programme("chain", &["course"], &[])
                .party("state", &[])
                .clause(clause)
                .build();
            scenario.arrangements[0].gate = Some(testing::gate(1));
            let mut flows = testing::flows(&scenario, 3);
            for (year, cost) in [3_000.0, 1_000.0, 0.0].into_iter().enumerate() {
                flows.programme_costs.row_mut(0)[year] = crate::formula::Lane::splat(cost);
            }
            flows.gate = Some(testing::evidence(goes_on));
            testing::net_of(&scenario, flows, Parties::PROVIDER)
        };
        let of = || guarantee("500", "1", false);
        assert_eq!(at_gate(of(), 0.0), [500.0, 0.0, 0.0]);
        assert_eq!(at_gate(of(), 1.0), [500.0; 3]);
        assert_eq!(at_gate(Clause { despite_gate: true, ..of() }, 0.0), [500.0; 3]);
        // A loss that stays is as it was.
        assert_eq!(at_gate(guarantee("0 - 400", "1", false), 0.0), [-400.0, -400.0, 0.0]);
    }

    #[test]
    fn over_the_contract_a_good_year_is_set_off_against_a_bad_one() {
        // −30,000 and +10,000: 20,000 is missing, paid with the last year.
        let net = left(guarantee("0", "1", true), &[40_000.0, 0.0], &[1000.0, 1000.0]);
        assert_eq!(net, [-30_000.0, 30_000.0]);
    }

    #[test]
    fn a_guarantee_pays_no_more_than_its_cap() {
        let mut clause = guarantee("0", "1", false);
        clause.cap_total = Some(testing::quantity("5_000"));
        assert_eq!(left(clause, &[14_000.0, 14_000.0], &[1000.0, 1000.0]), [0.0, -3_000.0]);
    }

    #[test]
    fn a_fee_that_is_paid_later_is_no_loss() {
        // Costs of 10,000 a year and a fee of 10 for each of 1,000 persons, paid a year later: nothing is missing in any
        // year, nor over both.
        for whole_contract in [false, true] {
            let mut fee = testing::fee(FIRST_PARTY + 1, Parties::PROVIDER, "10");
            fee.lag = 1;
            let guarantee = guarantee("0", "1", whole_contract);
            let net = left_of(fee, guarantee, &[10_000.0, 10_000.0], &[1000.0, 1000.0]);
            assert_eq!(net, [-10_000.0, 0.0, 10_000.0]);
        }
    }

    #[test]
    fn a_lower_floor_never_pays_more() {
        let of = |floor: &str| left(guarantee(floor, "1", false), &[33_000.0], &[1000.0])[0];
        let floors = ["0", "0 - 10_000", "0 - 23_000", "0 - 40_000"].map(of);
        assert!(floors.is_sorted_by(|a, b| a >= b), "{floors:?}");
    }
}
