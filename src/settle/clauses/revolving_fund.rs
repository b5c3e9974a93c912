//! A fund that pays for delivery and is repaid out of what beneficiaries save.
//!
//! **Rule.** With F_t the balance at the start of year t (F_0 the capital), r interest above inflation, C_t the costs
//! that the receiver bears after payments for delivery ([`crate::settle::costs`]) and s the share of them that the fund
//! means to pay:
//!
//! - administration_t = min(a, F_t)
//! - need_t = s · C_t
//! - payment_t = min(need_t, F_t − administration_t), within the clause's caps
//! - repaid_t = Σ_i φ_i · max(0, what i saves in t, net of leakages)
//! - F_(t+1) = (1 + r) · F_t + repaid_t − payment_t − administration_t
//!
//! A fund pays up to its balance: what it cannot pay stays with who bears the costs, and enrolment is not steered by
//! it. The need it did not meet, its balance, and in which draws it has been ruined are shown: from the first year in which
//! its balance after administration is below what it would have to pay under its caps. Need that only a cap leaves unmet
//! ruins nobody. Savings are those of the draw
//! itself, which nobody could observe; what is repaid with a lag comes in that much later.
//!
//! Where the arrangement's gate stops the programme there are no new costs to pay. A fund that is open by then pays on for
//! who has enrolled, is repaid out of what their results save, and is administered. One that would open in the gate's
//! year or later is not opened for a programme that was stopped, unless `despite_gate`: no capital is brought in, nothing is
//! paid, and nothing is repaid.
//!
//! **Who bears which risk.** Volume: who bears the costs, once the fund is empty. Outcome: who brought the capital, and
//! then who bears the costs. Price: the fund. Measurement: who repays, and the fund: savings are estimated, and repaying
//! is often voluntary. Liquidity: who brought the capital.
//!
//! **Example.** Capital 100, costs of 60 a year, 50 a year repaid from the second year on, no interest: pays 60 and
//! leaves 40; pays 40 of 60 in the second year (20 is not met) and is repaid 50; pays 50 in the third.

use super::Rule;
use crate::formula::Lane;
use crate::scenario::checked::{Parties, Payer, Request, RevolvingFund};
use crate::settle::books::{BookLine, Books, Figure, LineKind};
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError, costs};

/// Terms of a revolving fund.
#[derive(Clone, Copy, Debug)]
pub struct Fund<'a> {
    /// As written.
    pub terms: &'a RevolvingFund,
}

/// What a fund does, by year.
#[derive(Default)]
struct Course {
    capital: Vec<Lane>,
    interest: Vec<Lane>,
    administration: Vec<Lane>,
    payments: Vec<Lane>,
    balance: Vec<Lane>,
    unmet: Vec<Lane>,
    /// 1 where the balance was below what the caps would have let the fund pay.
    short: Vec<Lane>,
}

impl Fund<'_> {
    /// 1 where the fund is opened: in its first year in force, if the programme has not been stopped by then.
    fn opens(&self, contract: &Contract<'_>) -> Lane {
        let first = (0..contract.block.horizon()).find(|&year| contract.in_force(year));
        first.map_or(Lane::ONE, |year| contract.goes_on_with(Some(self.terms.base.programme), year))
    }

    /// What each party repays, by year concerned.
    fn repaid(
        &self,
        contract: &Contract<'_>,
        earlier: &Books,
    ) -> Result<Vec<(usize, Vec<Lane>)>, SettleError> {
        let mut repaid = Vec::new();
        for (payer, share) in &self.terms.repay {
            let share = contract.quantity(share, Range::Share)? * self.opens(contract);
            for (party, _) in contract.block.market.resolve(*payer) {
                let saved = earlier.saved(party);
                let amounts = (0..contract.block.horizon())
                    .map(|year| match contract.in_force(year) {
                        true => saved[year].max(Lane::ZERO) * share,
                        false => Lane::ZERO,
                    })
                    .collect();
                repaid.push((party, amounts));
            }
        }
        Ok(repaid)
    }

    fn course(
        &self,
        contract: &Contract<'_>,
        earlier: &Books,
        repaid: &[(usize, Vec<Lane>)],
    ) -> Result<Course, SettleError> {
        let terms = self.terms;
        let borne = costs::borne(contract, &terms.base, earlier)?;
        let share = contract.quantity(&terms.share, Range::Share)?;
        let opens = self.opens(contract);
        let capital = contract.quantity(&terms.capital, Range::NotNegative)? * opens;
        let interest = contract.quantity(&terms.interest, Range::Any)?;
        let administration = contract.quantity(&terms.administration, Range::NotNegative)?;
        let mut caps = contract.caps()?;
        let (mut balance, mut opened) = (Lane::ZERO, false);
        let mut course = Course::default();
        for (year, &borne) in borne.iter().enumerate() {
            let in_force = contract.in_force(year);
            let deflator = contract.deflator(year)?;
            let brought = if in_force && !opened { capital * deflator } else { Lane::ZERO };
            opened |= in_force;
            balance += brought;
            let running = if in_force { (administration * deflator).min(balance) } else { Lane::ZERO };
            let need = if in_force { borne * share * opens } else { Lane::ZERO };
            let allowed = caps.clone().pay(need, deflator);
            // Less than 10⁻⁹ of what is to be paid is rounding.
            let short = (allowed - (balance - running))
                .zip(allowed, |missing, allowed| f64::from(u8::from(missing > 1e-9 * allowed)));
            let paid = caps.pay(need.min(balance - running), deflator);
            let earned = balance * interest;
            let came_in = repaid.iter().fold(Lane::ZERO, |sum, (_, amounts)| {
                sum + year.checked_sub(contract.clause.lag).map_or(Lane::ZERO, |from| amounts[from])
            });
            // What is left of an empty balance after rounding is nothing.
            balance = (balance + earned + came_in - paid - running).max(Lane::ZERO);
            course.capital.push(brought);
            course.interest.push(earned);
            course.administration.push(running);
            course.payments.push(paid);
            course.unmet.push(need - paid);
            course.short.push(short);
            course.balance.push(balance);
        }
        Ok(course)
    }
}

impl Rule for Fund<'_> {
    fn phase(&self) -> Phase {
        Phase::NetPosition
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        earlier: &Books,
        _agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        if !contract.block.offers(self.terms.base.programme) {
            return Ok(Vec::new());
        }
        let repaid = self.repaid(contract, earlier)?;
        let course = self.course(contract, earlier, &repaid)?;
        let clause = contract.clause;
        let (fund, outside) = (clause.from, Payer::Party(Parties::OUTSIDE));
        let (pays, repays) = (LineKind::Clause(contract.index), LineKind::Repayment(contract.index));
        let mut lines = contract.post(fund, clause.to, pays, 0, &course.payments);
        lines.extend(contract.post(fund, outside, pays, 0, &course.administration));
        lines.extend(contract.post(outside, fund, pays, 0, &course.interest));
        if let Some(from) = self.terms.capital_from {
            lines.extend(contract.post(from, fund, pays, 0, &course.capital));
        }
        for (party, amounts) in repaid {
            lines.extend(contract.post(Payer::Party(party), fund, repays, clause.lag, &amounts));
        }
        Ok(lines)
    }

    fn figures(
        &self,
        contract: &Contract<'_>,
        earlier: &Books,
        _agreed: &Agreed,
    ) -> Result<Vec<Figure>, SettleError> {
        if !contract.block.offers(self.terms.base.programme) {
            return Ok(Vec::new());
        }
        let repaid = self.repaid(contract, earlier)?;
        let course = self.course(contract, earlier, &repaid)?;
        let mut dry = Lane::ZERO;
        let ruined = course
            .short
            .iter()
            .map(|&short| {
                dry = dry.max(short);
                dry
            })
            .collect();
        let figure = |name: &str, unit, by_year| Figure {
            clause: contract.index,
            name: name.to_owned(),
            unit,
            by_year,
        };
        Ok(vec![
            figure("balance", "EUR", course.balance),
            figure("unmet_need", "EUR", course.unmet),
            figure("ruined", "share of draws", ruined),
        ])
    }

    fn share_of_costs(
        &self,
        contract: &Contract<'_>,
        _agreed: &Agreed,
    ) -> Result<Option<(&Request, Lane)>, SettleError> {
        Ok(Some((&self.terms.base, contract.quantity(&self.terms.share, Range::Share)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::scenario::checked::{Base, Clause, Terms};
    use crate::settle::testing::{self, FIRST_PARTY};

    const FUND: usize = FIRST_PARTY;
    const TOWN: usize = FIRST_PARTY + 1;
    const STATE: usize = FIRST_PARTY + 2;

    /// A fund with 100 from the state that pays all of the costs and is repaid half of what the town saves.
    fn fund(change: impl FnOnce(&mut RevolvingFund)) -> Clause {
        let mut terms = RevolvingFund {
            base: testing::base(Base::Programme, None),
            share: testing::quantity("1"),
            capital: testing::quantity("100"),
            capital_from: Some(Payer::Party(STATE)),
            interest: testing::quantity("0"),
            administration: testing::quantity("0"),
            repay: vec![(Payer::Party(TOWN), testing::quantity("0.5"))],
        };
        change(&mut terms);
        testing::clause(FUND, Parties::PROVIDER, Terms::RevolvingFund(Box::new(terms)))
    }

    fn region(clause: Clause) -> Scenario {
        testing::scenario()
            .programme("chain", &["course"], &[])
            .budget("wmo", false)
            .party("fund", &[])
            .party("town", &[(0, 1.0)])
            .party("state", &[])
            .clause(clause)
            .build()
    }

    fn settle(clause: Clause, costs: &[f64], saved: &[f64]) -> Books {
        settle_in(&region(clause), costs, saved, None)
    }

    /// With a decision at a gate, 1 to go on.
    fn settle_in(scenario: &Scenario, costs: &[f64], saved: &[f64], goes_on: Option<f64>) -> Books {
        let mut flows = testing::flows(scenario, costs.len());
        for year in 0..costs.len() {
            flows.programme_costs.row_mut(0)[year] = Lane::splat(costs[year]);
            testing::set_increment(&mut flows, 0, year, -saved[year], 1.0, 0.0, 1.0);
        }
        flows.gate = goes_on.map(testing::evidence);
        testing::settle_blocks(scenario, vec![flows], 8).blocks.remove(0)
    }

    fn by_year(books: &Books, party: usize) -> Vec<f64> {
        books.net(party).iter().map(|net| net[0]).collect()
    }

    fn figure(books: &Books, name: &str) -> Vec<f64> {
        let figure = books.figures.iter().find(|figure| figure.name == name).unwrap();
        figure.by_year.iter().map(|lane| lane[0]).collect()
    }

    #[test]
    fn a_fund_pays_up_to_its_balance_and_is_repaid_from_savings() {
        // 100; pays 60, 40 left; pays 40 of 60, repaid 50; pays 50 of 60, repaid 50.
        let books = settle(fund(|_| ()), &[60.0, 60.0, 60.0], &[0.0, 100.0, 100.0]);
        assert_eq!(by_year(&books, Parties::PROVIDER), [0.0, -20.0, -10.0]);
        assert_eq!(by_year(&books, TOWN), [0.0, 50.0, 50.0]);
        assert_eq!(by_year(&books, STATE), [-100.0, 0.0, 0.0]);
        assert_eq!(figure(&books, "balance"), [40.0, 50.0, 50.0]);
        assert_eq!(figure(&books, "unmet_need"), [0.0, 20.0, 10.0]);
        assert_eq!(figure(&books, "ruined"), [0.0, 1.0, 1.0]);
        // What the fund has gained is its balance.
        assert_eq!(by_year(&books, FUND).iter().sum::<f64>(), 50.0);
    }

    #[test]
    fn a_fund_that_pays_less_than_is_needed_because_of_its_cap_is_not_ruined() {
        // Costs 60, at most 30 a year: 70 and 40 are left, then 10; in the fourth year 30 is to be paid out of 10.
        let mut clause = fund(|_| ());
        clause.cap_per_year = Some(testing::quantity("30"));
        let books = settle(clause, &[60.0; 4], &[0.0; 4]);
        assert_eq!(figure(&books, "balance"), [70.0, 40.0, 10.0, 0.0]);
        assert_eq!(figure(&books, "unmet_need"), [30.0, 30.0, 30.0, 50.0]);
        assert_eq!(figure(&books, "ruined"), [0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn a_fund_that_is_open_when_a_gate_stops_the_programme_pays_and_is_repaid_for_who_has_enrolled() {
        // 100; pays 60, 40 left. Stopped before 2027, when 10 are still spent on who enrolled and 100 are saved: 40 - 10 + 50.
        let mut scenario = region(fund(|_| ()));
        scenario.arrangements[0].gate = Some(testing::gate(1));
        let books = settle_in(&scenario, &[60.0, 10.0], &[0.0, 100.0], Some(0.0));
        assert_eq!(by_year(&books, Parties::PROVIDER), [0.0, 0.0]);
        assert_eq!(figure(&books, "balance"), [40.0, 80.0]);
    }

    #[test]
    fn a_fund_is_not_opened_for_a_programme_that_a_gate_has_stopped() {
        // In force from 2027, the year of the gate. Stopped: costs of 10 for who enrolled stay with the provider, the town
        // keeps the 100 it saves, and the state its capital. Going on, or despite the gate, 10 are paid and 50 repaid.
        for (goes_on, despite, opened) in [(0.0, false, false), (1.0, false, true), (0.0, true, true)] {
            let mut clause = fund(|_| ());
            clause.years = Some(vec![1]);
            clause.despite_gate = despite;
            let mut scenario = region(clause);
            scenario.arrangements[0].gate = Some(testing::gate(1));
            let books = settle_in(&scenario, &[60.0, 10.0], &[0.0, 100.0], Some(goes_on));
            let of = |party| by_year(&books, party);
            let [provider, town, state] = if opened { [0.0, 50.0, -100.0] } else { [-10.0, 100.0, 0.0] };
            assert_eq!(of(Parties::PROVIDER), [-60.0, provider], "{goes_on}, {despite}");
            assert_eq!((of(TOWN)[1], of(STATE)[1]), (town, state), "{goes_on}, {despite}");
            assert_eq!(figure(&books, "ruined")[1], 0.0, "{goes_on}, {despite}");
            if !opened {
                assert_eq!(figure(&books, "unmet_need"), [0.0, 0.0]);
            }
        }
    }

    #[test]
    fn interest_comes_from_outside_and_administration_goes_there() {
        // 100 · 1.02 − 60 − 5 = 37.
        let clause = fund(|terms| {
            terms.interest = testing::quantity("2%");
            terms.administration = testing::quantity("5");
        });
        let books = settle(clause, &[60.0], &[0.0]);
        assert_eq!(figure(&books, "balance"), [37.0]);
        assert_eq!(by_year(&books, Parties::OUTSIDE), [3.0]);
    }

    #[test]
    fn losses_are_not_paid_by_the_fund_and_what_is_repaid_later_comes_later() {
        let mut clause = fund(|_| ());
        clause.lag = 1;
        let books = settle(clause, &[60.0, 60.0, 60.0], &[-40.0, 100.0, 0.0]);
        // The town's loss of 40 stays with it; 50 on 2027 comes in 2028 and could be spent in 2029.
        assert_eq!(by_year(&books, TOWN), [-40.0, 100.0, -50.0, 0.0]);
        assert_eq!(figure(&books, "balance"), [40.0, 0.0, 50.0]);
    }

    #[test]
    fn a_fund_that_is_always_repaid_enough_is_never_ruined() {
        let books = settle(fund(|_| ()), &[90.0; 5], &[180.0; 5]);
        assert_eq!(figure(&books, "ruined"), [0.0; 5]);
        assert_eq!(by_year(&books, Parties::PROVIDER), [0.0; 5]);
    }
}
