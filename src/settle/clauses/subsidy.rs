//! A share of costs actually borne, up to a grant: a municipal subsidy, a specific-purpose grant of the state.
//!
//! **Rule.** In year t, with costs C_t that the party paid really bears ([`crate::settle::costs`]), a share s, a
//! grant of G_t and a share χ of it that may be carried to the next year:
//!
//! - need_t = s · C_t
//! - spend_t = min(need_t, G_t + carry_(t−1))
//! - unspent_t = G_t + carry_(t−1) − spend_t
//! - carry_t = min(χ · G_t, unspent_t)
//! - clawback_t = unspent_t − carry_t
//!
//! Carried money is not carried again: what is left of it after a year falls under the claw-back. The year after
//! the last one in force can still be paid from what was carried into it, and from nothing else.
//!
//! With `clawback` the grant G_t is paid in advance in its own year, and clawback_t comes back `lag` years after
//! year t. Without it spend_t is paid, `lag` years after year t. A subsidy without a grant is open-ended: it pays
//! need_t, and there is nothing to take back. Caps limit the grant where it is paid in advance (what came back
//! is available again under the cap over the contract), else the payments.
//!
//! Nominal grants lose value while they are carried. Where the arrangement's gate stops enrolment in the programme there is
//! no grant from its year on (G_t = 0), unless it is paid `despite_gate`; an open-ended subsidy pays on for who has enrolled.
//!
//! **Who bears which risk.** Volume: up to the grant who pays it, above it who bears the costs (or people are
//! turned away, which is a plan and not a contract). Price: shared as s to 1 − s. Retention and outcome: none of
//! its concern. Measurement: none, since costs are accounted for. Liquidity: who bears the costs where they are
//! paid afterwards, who pays the grant where it is paid in advance.
//!
//! **Example.** A grant of 100, costs of 70 that qualify in full, 20% may be carried: 100 is paid, 70 spent, 20
//! carried and 10 taken back. Costs of 130 next year: 100 + 20 is spent and 10 stays with who bears the costs.

use super::Rule;
use crate::formula::Lane;
use crate::scenario::checked::{Quantity, Request};
use crate::settle::books::{BookLine, Books, LineKind};
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError, costs};

/// Terms of a subsidy.
#[derive(Clone, Copy, Debug)]
pub struct Subsidy<'a> {
    /// Costs that qualify.
    pub base: &'a Request,
    /// Share of them that is paid.
    pub share: &'a Quantity,
    /// EUR granted per year.
    pub grant: Option<&'a Quantity>,
    /// Share of a year's grant that may be carried to the next year.
    pub carry_over: &'a Quantity,
    /// Whether the grant is paid in advance and what is left taken back.
    pub clawback: bool,
}

/// What happens to a grant in a year.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GrantYear {
    /// Spent on costs.
    pub spend: Lane,
    /// Carried to the next year.
    pub carry: Lane,
    /// Taken back.
    pub clawback: Lane,
}

/// One year of a grant: see the head of this file. `carried` is what came from the year before.
#[must_use]
pub fn grant_year(need: Lane, grant: Lane, carried: Lane, carry_over: Lane) -> GrantYear {
    let available = grant + carried;
    let spend = need.min(available);
    let unspent = available - spend;
    let carry = unspent.min(carry_over * grant);
    GrantYear { spend, carry, clawback: unspent - carry }
}

impl Subsidy<'_> {
    /// Payments on costs, no grant.
    fn open_ended(&self, contract: &Contract<'_>, need: &[Lane]) -> Result<Vec<BookLine>, SettleError> {
        let amounts = contract.capped(|year| Ok(need[year]))?;
        Ok(contract.pay(&amounts))
    }

    /// A grant, year by year: payments and repayments by year concerned.
    fn granted(
        &self,
        contract: &Contract<'_>,
        need: &[Lane],
        grant: &Quantity,
    ) -> Result<(Vec<Lane>, Vec<Lane>), SettleError> {
        let written = contract.quantity(grant, Range::NotNegative)?;
        let carry_over = contract.quantity(self.carry_over, Range::Share)?;
        let horizon = contract.block.horizon();
        let mut caps = contract.caps()?;
        let mut carried = Lane::ZERO;
        let (mut paid, mut returned) = (Vec::new(), Vec::new());
        // One year more than the horizon: what was carried into it is taken back then.
        for year in 0..=horizon {
            let deflator =
                if self.clawback { contract.deflator(year)? } else { contract.lagged_deflator(year)? };
            let in_force = year < horizon && contract.in_force(year);
            let goes_on = contract.goes_on_with(Some(self.base.programme), year);
            let mut grant = if in_force { written * goes_on * deflator } else { Lane::ZERO };
            if self.clawback {
                grant = caps.pay(grant, deflator);
            }
            let need = need.get(year).copied().unwrap_or(Lane::ZERO);
            let this = grant_year(need, grant, carried, carry_over);
            if self.clawback {
                caps.left = caps.left.map(|left| left + this.clawback / deflator);
                paid.push(grant);
                returned.push(this.clawback);
            } else {
                paid.push(caps.pay(this.spend, deflator));
            }
            // A written euro that is carried is worth what a written euro is worth next year.
            let next = if self.clawback {
                contract.deflator(year + 1)?
            } else {
                contract.lagged_deflator(year + 1)?
            };
            carried = if contract.clause.nominal { this.carry / deflator * next } else { this.carry };
        }
        Ok((paid, returned))
    }
}

impl Rule for Subsidy<'_> {
    fn phase(&self) -> Phase {
        Phase::Costs
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        earlier: &Books,
        _agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        if !contract.block.offers(self.base.programme) {
            return Ok(Vec::new());
        }
        let share = contract.quantity(self.share, Range::Share)?;
        let borne = costs::borne(contract, self.base, earlier)?;
        let need: Vec<Lane> = borne.into_iter().map(|cost| cost * share).collect();
        let Some(grant) = self.grant else { return self.open_ended(contract, &need) };
        let (paid, returned) = self.granted(contract, &need, grant)?;
        if !self.clawback {
            return Ok(contract.pay(&paid));
        }
        let clause = contract.clause;
        let mut lines = contract.post(clause.from, clause.to, LineKind::Clause(contract.index), 0, &paid);
        lines.extend(contract.pay_back(&returned));
        Ok(lines)
    }

    fn share_of_costs(
        &self,
        contract: &Contract<'_>,
        _agreed: &Agreed,
    ) -> Result<Option<(&Request, Lane)>, SettleError> {
        Ok(Some((self.base, contract.quantity(self.share, Range::Share)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::checked::{Base, Clause, Payer, Terms};
    use crate::settle::testing::{self, FIRST_PARTY as STATE};

    #[test]
    fn a_grant_of_which_seventy_is_spent_carries_twenty_and_gives_ten_back() {
        let lane = Lane::splat;
        let first = grant_year(lane(70.0), lane(100.0), lane(0.0), lane(0.2));
        assert_eq!((first.spend[0], first.carry[0], first.clawback[0]), (70.0, 20.0, 10.0));
        let next = grant_year(lane(130.0), lane(100.0), first.carry, lane(0.2));
        assert_eq!((next.spend[0], next.carry[0], next.clawback[0]), (120.0, 0.0, 0.0));
    }

    #[test]
    fn carried_money_is_not_carried_again() {
        // 20 carried into a year without a grant and costs of 5: 15 goes back.
        let lane = Lane::splat;
        let year = grant_year(lane(5.0), lane(0.0), lane(20.0), lane(0.2));
        assert_eq!((year.spend[0], year.carry[0], year.clawback[0]), (5.0, 0.0, 15.0));
    }

    fn grant(share: &str, amount: &str, carried: &str, taken_back: bool) -> Clause {
        let mut clause = testing::subsidy(testing::base(Base::Programme, None), share);
        clause.from = Payer::Party(STATE);
        if let Terms::Subsidy { grant, carry_over, clawback, .. } = &mut clause.terms {
            *grant = Some(testing::quantity(amount));
            *carry_over = testing::quantity(carried);
            *clawback = taken_back;
        }
        clause
    }

    /// What the state pays by year on costs by year.
    fn state_pays(clause: Clause, costs: &[f64]) -> Vec<f64> {
        let scenario = testing::scenario()
            .programme("chain", &["course"], &[])
            .party("state", &[])
            .clause(clause)
            .build();
        let mut flows = testing::flows(&scenario, costs.len());
        for (year, &cost) in costs.iter().enumerate() {
            flows.programme_costs.row_mut(0)[year] = Lane::splat(cost);
        }
        testing::net_of(&scenario, flows, STATE).into_iter().map(|net| -net).collect()
    }

    #[test]
    fn no_grant_follows_where_the_gate_has_stopped_enrolment() {
        // Grants of 100 in two years, costs of 70 and, of those who have enrolled, 20. Stopped in the second year: 70 is
        // spent in the first, a fifth is carried (20) and 10 goes back; the second year has those 20 only. Going on: 100 is
        // there and 20 carried; 20 is spent, of the 100 left 20 is carried and 80 goes back, and so do the 20 a year later.
        for (goes_on, despite, pays) in [
            (0.0, false, [90.0, 0.0, 0.0, 0.0]),
            (1.0, false, [90.0, 20.0, -20.0, 0.0]),
            (0.0, true, [90.0, 20.0, -20.0, 0.0]),
        ] {
            let mut clause = grant("1", "100", "0.2", true);
            clause.years = Some(vec![0, 1]);
            clause.despite_gate = despite;
            let mut scenario = testing::scenario()
                .programme("chain", &["course"], &[])
                .party("state", &[])
                .clause(clause)
                .build();
            scenario.arrangements[0].gate = Some(testing::gate(1));
            let mut flows = testing::flows(&scenario, 3);
            for (year, cost) in [70.0, 20.0].into_iter().enumerate() {
                flows.programme_costs.row_mut(0)[year] = Lane::splat(cost);
            }
            flows.gate = Some(testing::evidence(goes_on));
            let paid: Vec<f64> =
                testing::net_of(&scenario, flows, STATE).into_iter().map(|net| -net).collect();
            assert_eq!(paid, pays, "goes on {goes_on}, despite {despite}");
        }
    }

    #[test]
    fn a_grant_paid_in_advance_is_settled_against_costs_the_year_after() {
        // Grant 100 in two years; costs 70 and 90. Year 0: pays 100, 20 carried, 10 back. Year 1: 120 to spend,
        // 90 spent, of the 30 left 20 is carried and 10 back. Year 2: no costs, 20 back. All back a year later.
        let mut clause = grant("1", "100", "0.2", true);
        clause.years = Some(vec![0, 1]);
        clause.lag = 1;
        let pays = state_pays(clause, &[70.0, 90.0]);
        assert_eq!(pays, [100.0, 90.0, -10.0, -20.0]);
    }

    #[test]
    fn the_state_has_paid_what_was_spent_when_all_is_settled() {
        let clause = grant("1", "100", "0.2", true);
        let total: f64 = state_pays(clause, &[70.0, 130.0, 40.0]).iter().sum();
        // 70, then 120 of 130, then 40.
        assert_eq!(total, 230.0);
    }

    #[test]
    fn without_claw_back_costs_are_paid_up_to_the_grant_and_what_was_carried() {
        assert_eq!(state_pays(grant("1", "100", "0.2", false), &[70.0, 130.0]), [70.0, 120.0, 0.0]);
        assert_eq!(state_pays(grant("0.5", "100", "0", false), &[70.0, 230.0]), [35.0, 100.0, 0.0]);
    }

    #[test]
    fn costs_of_the_year_after_the_last_are_paid_from_what_was_carried_only() {
        let mut clause = grant("1", "100", "0.2", false);
        clause.years = Some(vec![0]);
        assert_eq!(state_pays(clause, &[70.0, 130.0]), [70.0, 20.0, 0.0]);
    }

    #[test]
    fn a_third_of_coordination_costs_is_paid_and_nothing_of_delivery() {
        // Coordination 90, delivery 400: a coalition grant of one third pays 30.
        let mut clause = testing::subsidy(testing::base(Base::Fixed, None), "1 / 3");
        clause.from = Payer::Party(STATE);
        let scenario = testing::scenario()
            .programme("chain", &["course"], &["coordinator"])
            .party("state", &[])
            .clause(clause)
            .build();
        let mut flows = testing::flows(&scenario, 1);
        testing::set_costs(&mut flows, &[400.0, 90.0]);
        approx::assert_relative_eq!(testing::net_of(&scenario, flows, STATE)[0], -30.0, epsilon = 1e-12);
    }

    #[test]
    fn a_cap_over_the_contract_counts_what_came_back_as_unspent() {
        // Grants of 100 and a cap of 150: 100 is paid and 30 comes back, so 80 is left for the next year.
        let mut clause = grant("1", "100", "0", true);
        clause.cap_total = Some(testing::quantity("150"));
        let pays = state_pays(clause, &[70.0, 100.0]);
        assert_eq!(pays, [70.0, 80.0, 0.0]);
    }
}
