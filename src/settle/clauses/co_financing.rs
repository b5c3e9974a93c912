//! A party pays part of what care its residents use costs another: the Danish co-financing of hospital care.
//!
//! **Rule.** The amount a_j that goes with each case j of care (such as min(share by age · tariff, cap)) is a named
//! outcome in euros. What a programme changes in it is posted from the payer to who receives it, negative when cases are
//! avoided:
//!
//! payment_t = (1 − e) · (Σ a_j with the strategy − Σ a_j without it),
//!
//! with e what an equalisation scheme between payers undoes. As all books, it shows changes and not what is paid anyway.
//! So the payer keeps (1 − e) · share of every avoided tariff, by rule and without a contract; with e = 1, or a share of
//! 0, it is indifferent.
//!
//! An arrangement's gate does not end it. It is no money for a programme but a rule on care, and it goes on whoever is
//! enrolled: after enrolment has been stopped only those who took part before use other care than they would have, and what
//! that changes in the payer's bill is posted as before.
//!
//! **Who bears which risk.** Volume of care: the payer, also where it has no influence on it. Price: the payer, by
//! share. Outcome: shared by share. Retention and measurement: none. Liquidity: none.
//!
//! **Example.** 56% of a tariff of 50,000 kroner from the age of 80, at most 21,000 a case: ten admissions less leave
//! the municipality 210,000.

use super::Rule;
use crate::formula::Lane;
use crate::scenario::checked::Quantity;
use crate::settle::books::{BookLine, Books};
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError};

/// Terms of co-financing.
#[derive(Clone, Copy, Debug)]
pub struct CoFinancing<'a> {
    /// Named outcome that holds the amount per case.
    pub outcome: usize,
    /// Share of a change that an equalisation scheme undoes.
    pub equalised: &'a Quantity,
}

impl Rule for CoFinancing<'_> {
    fn phase(&self) -> Phase {
        Phase::Contingent
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        _agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        let block = contract.block;
        let left = (1.0 - contract.quantity(self.equalised, Range::Share)?) * block.market.per_person();
        let amounts: Vec<Lane> = (0..block.horizon())
            .map(|year| match contract.in_force(year) {
                true => block.flows.outcome_increment.at(self.outcome, year) * left,
                false => Lane::ZERO,
            })
            .collect();
        Ok(contract.pay(&amounts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::checked::{Parties, Terms};
    use crate::settle::testing::{self, FIRST_PARTY};
    use crate::value::flows::Grid;

    /// Net of municipality and region when co-financed amounts change by these; the region saves 100,000 a year.
    fn net(equalised: &str, change: f64) -> [f64; 2] {
        let (municipality, region) = (FIRST_PARTY, FIRST_PARTY + 1);
        let terms = Terms::CoFinancing { outcome: 0, equalised: testing::quantity(equalised) };
        let scenario = testing::scenario()
            .budget("hospital", false)
            .party("municipality", &[])
            .party("region", &[(0, 1.0)])
            .clause(testing::clause(municipality, region, terms))
            .build();
        let mut flows = testing::flows(&scenario, 1);
        testing::set_increment(&mut flows, 0, 0, -100_000.0, 1.0, 0.0, 1.0);
        flows.outcome_increment = Grid::zeros(1, 1);
        flows.outcome_increment.row_mut(0)[0] = Lane::splat(change);
        assert_eq!(testing::net_of(&scenario, flows.clone(), Parties::OTHERS), [0.0]);
        [municipality, region].map(|party| testing::net_of(&scenario, flows.clone(), party)[0])
    }

    #[test]
    fn what_the_municipality_no_longer_pays_the_region_no_longer_receives() {
        // 34% of 100,000 saved.
        assert_eq!(net("0", -34_000.0), [34_000.0, 66_000.0]);
    }

    #[test]
    fn care_that_earlier_participants_do_not_use_is_not_paid_for_after_a_gate_either() {
        // Enrolment was stopped before 2027; in 2026 and 2027 participants use 34,000 and 20,000 less of what is shared.
        let terms = Terms::CoFinancing { outcome: 0, equalised: testing::quantity("0") };
        let mut scenario = testing::scenario()
            .programme("chain", &["course"], &[])
            .party("municipality", &[])
            .party("region", &[])
            .clause(testing::clause(FIRST_PARTY, FIRST_PARTY + 1, terms))
            .build();
        scenario.arrangements[0].gate = Some(testing::gate(1));
        let mut flows = testing::flows(&scenario, 2);
        flows.outcome_increment = Grid::zeros(1, 2);
        flows.outcome_increment.row_mut(0)[0] = Lane::splat(-34_000.0);
        flows.outcome_increment.row_mut(0)[1] = Lane::splat(-20_000.0);
        flows.gate = Some(testing::evidence(0.0));
        assert_eq!(testing::net_of(&scenario, flows, FIRST_PARTY), [34_000.0, 20_000.0]);
    }

    #[test]
    fn a_share_of_nothing_or_full_equalisation_leaves_the_municipality_indifferent() {
        assert_eq!(net("0", 0.0), [0.0, 100_000.0]);
        assert_eq!(net("1", -34_000.0), [0.0, 100_000.0]);
    }
}
