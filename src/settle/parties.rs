//! Who is insured with whom, and who pays when a clause says "insurers".
//!
//! Named insurers have market shares m_i; who is left is insured with `other_insurers`, whose share is
//! 1 − Σ m_i. Which share p0 of the participants an insurer has when they enrol follows from who buys:
//!
//! - **joint**: all insurers pay by market share, and each has p0 = m of the participants;
//! - **region**: one insurer pays for everybody in the region, and still has p0 = m: the others ride free;
//! - **own**: one insurer offers the programme to its own insured, so p0 = 1 for it and 0 for the others. The
//!   delivery was followed for the whole region; everything per person (changes in costs, persons, costs of
//!   steps) is therefore multiplied by its market share m, fixed costs are not. A strategy that also replaces
//!   parameters is scaled in the same way, as if the change concerned its own insured only.
//!
//! Over the years people change insurer: see [`super::leakage::retention`].

use super::{SettleError, leakage};
use crate::formula::Lane;
use crate::sample::{Environment, QuantityError};
use crate::scenario::Scenario;
use crate::scenario::checked::{Parties, Payer, Purchase};

/// Sums of market shares may exceed one by this much before it is an error: rounding, no more.
const ROUNDING: f64 = 1e-9;

/// Market shares in one block of draws, and who buys.
#[derive(Clone, Debug)]
pub struct Market {
    /// Party and m of each named insurer, then of insurers that are not named.
    insurers: Vec<(usize, Lane)>,
    purchase: Purchase,
}

impl Market {
    /// Evaluates market shares in a block of draws.
    ///
    /// # Errors
    /// A share outside 0 to 1, or shares that together exceed 1.
    pub fn new(
        scenario: &Scenario,
        purchase: Purchase,
        environment: &Environment,
    ) -> Result<Self, SettleError> {
        let mut insurers = Vec::new();
        for insurer in &scenario.parties.insurers {
            let share = environment.quantity(&insurer.market_share)?;
            if share.any(|value| !(0.0..=1.0).contains(&value)) {
                let problem = format!("a market share is between 0 and 1, not {:?} in some draw", share.0);
                return Err(QuantityError::new(&insurer.market_share, problem).into());
            }
            insurers.push((insurer.party, share));
        }
        let named = insurers.iter().fold(Lane::ZERO, |sum, &(_, share)| sum + share);
        if named.any(|total| total > 1.0 + ROUNDING) {
            return Err(SettleError::MarketShares { total: named.0.iter().copied().fold(0.0, f64::max) });
        }
        let unnamed = (1.0 - named).map(|rest| if rest > ROUNDING { rest } else { 0.0 });
        insurers.push((Parties::OTHER_INSURERS, unnamed));
        Ok(Self { insurers, purchase })
    }

    /// What everything per person is multiplied by: the purchaser's market share where an insurer buys for its
    /// own insured only, else 1.
    #[must_use]
    pub fn per_person(&self) -> Lane {
        match self.purchase {
            Purchase::Own { insurer } => self.insurers[insurer].1,
            Purchase::Joint | Purchase::Region { .. } => Lane::ONE,
        }
    }

    /// All insurers with their market shares: the named ones, then `other_insurers`.
    #[must_use]
    pub fn insurers(&self) -> &[(usize, Lane)] {
        &self.insurers
    }

    /// The insurer that offers the programme to its own insured only: its index among named insurers, its party.
    #[must_use]
    pub fn own(&self) -> Option<(usize, usize)> {
        match self.purchase {
            Purchase::Own { insurer } => Some((insurer, self.insurers[insurer].0)),
            Purchase::Joint | Purchase::Region { .. } => None,
        }
    }

    /// The insurer that buys for the whole region: its index among named insurers, its party.
    #[must_use]
    pub fn buys_for_all(&self) -> Option<(usize, usize)> {
        match self.purchase {
            Purchase::Region { insurer } => Some((insurer, self.insurers[insurer].0)),
            Purchase::Joint | Purchase::Own { .. } => None,
        }
    }

    /// Insurers that have participants at enrolment, with their share p0 of them.
    #[must_use]
    pub fn enrolled_with(&self) -> Vec<(usize, Lane)> {
        match self.own() {
            Some((_, party)) => vec![(party, Lane::ONE)],
            None => self.insurers.clone(),
        }
    }

    /// The part of an amount on participants that concerns those insured with `party` in the year it falls,
    /// after scaling to who is offered the programme; zero for who is no insurer.
    ///
    /// `total` is Σa over all participants, `retained(i)` is ΣΠa with the leaving rate of named insurer i. The
    /// insurer of enrolment has p(t) = m + (p0 − m)Π of a. Where all participants started with insurer k
    /// (`own`), the rest Σ(1 − p(t))a has gone to the others in proportion to their market shares, named or
    /// not: insurer j has (1 − p(t)) m_j / (1 − m_k) = m_j (1 − Π_k), so that only the rate at which people
    /// leave k matters.
    pub fn insured(&self, party: usize, total: Lane, retained: impl Fn(usize) -> Lane) -> Lane {
        let Some((position, &(_, share))) =
            self.insurers.iter().enumerate().find(|(_, (insurer, _))| *insurer == party)
        else {
            return Lane::ZERO;
        };
        match self.purchase {
            Purchase::Joint | Purchase::Region { .. } => share * total,
            Purchase::Own { insurer } if insurer == position => {
                self.per_person() * leakage::retained_amount(share, Lane::ONE, total, retained(insurer))
            }
            Purchase::Own { insurer } => self.per_person() * share * (total - retained(insurer)),
        }
    }

    /// The parties behind a side of a clause, with the share each pays or is paid.
    #[must_use]
    pub fn resolve(&self, payer: Payer) -> Vec<(usize, Lane)> {
        match (payer, self.purchase) {
            (Payer::Party(party), _) => vec![(party, Lane::ONE)],
            (Payer::Insurers, Purchase::Joint) => self.insurers.clone(),
            (Payer::Insurers, Purchase::Region { insurer } | Purchase::Own { insurer }) => {
                vec![(self.insurers[insurer].0, Lane::ONE)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settle::testing;

    fn market(shares: &[f64], purchase: Purchase) -> Result<Market, SettleError> {
        let scenario = testing::scenario().insurers(shares).build();
        Market::new(&scenario, purchase, &testing::environment())
    }

    #[test]
    fn insurers_pay_by_market_share_under_joint_purchase_and_the_purchaser_pays_else() {
        let joint = market(&[0.5, 0.2], Purchase::Joint).unwrap();
        let shares: Vec<(usize, f64)> =
            joint.resolve(Payer::Insurers).into_iter().map(|(party, share)| (party, share[0])).collect();
        let zilver = testing::FIRST_INSURER;
        assert_eq!(shares[..2], [(zilver, 0.5), (zilver + 1, 0.2)]);
        assert_eq!(shares[2].0, Parties::OTHER_INSURERS);
        approx::assert_relative_eq!(shares[2].1, 0.3);
        let region = market(&[0.5, 0.2], Purchase::Region { insurer: 1 }).unwrap();
        assert_eq!(region.resolve(Payer::Insurers), vec![(zilver + 1, Lane::ONE)]);
    }

    #[test]
    fn nobody_is_insured_with_unnamed_insurers_when_the_named_ones_have_all() {
        // 0.1 + 0.2 + 0.7 is not exactly 1 in binary; the rest is rounding, not people.
        let all = market(&[0.1, 0.2, 0.7], Purchase::Joint).unwrap();
        assert_eq!(all.insurers()[3], (Parties::OTHER_INSURERS, Lane::ZERO));
    }

    #[test]
    fn market_shares_above_one_are_refused() {
        let error = market(&[0.6, 0.5], Purchase::Joint).unwrap_err();
        assert!(error.to_string().contains("add up to 1.1"), "{error}");
        assert!(market(&[1.2], Purchase::Joint).unwrap_err().to_string().contains("between 0 and 1"));
    }

    #[test]
    fn an_amount_on_an_insurers_own_insured_stays_whole_while_they_move() {
        // k has m = 0.4 and offers the programme to its own insured, Π = 0.75, a = 100 in the region: 40 among
        // its insured. p(t) = 0.4 + 0.6·0.75 = 0.85: k keeps 34. The other 6 goes to who has 0.2 and to the
        // unnamed 0.4 as 1 : 2.
        let own = market(&[0.4, 0.2], Purchase::Own { insurer: 0 }).unwrap();
        let part = |party| own.insured(party, Lane::splat(100.0), |_| Lane::splat(75.0))[0];
        approx::assert_relative_eq!(part(testing::FIRST_INSURER), 34.0, epsilon = 1e-12);
        approx::assert_relative_eq!(part(testing::FIRST_INSURER + 1), 2.0, epsilon = 1e-12);
        approx::assert_relative_eq!(part(Parties::OTHER_INSURERS), 4.0, epsilon = 1e-12);
        assert_eq!(part(Parties::PROVIDER), 0.0);
    }
}
