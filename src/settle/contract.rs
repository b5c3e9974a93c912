//! One clause in one block of draws: its quantities, its years, its caps, and how its amounts are booked.
//!
//! **Euros.** Amounts are euros of the valuation's price year. Where a clause is nominal, an amount written in
//! the contract is paid unchanged in later years, whatever prices have done; in euros of the price year P an
//! amount paid in calendar year Y is therefore multiplied by (1 + i)^−(Y − P), with i the yearly inflation and
//! Y the year it is *paid*: the year it concerns and the lag.
//!
//! **Caps** limit what the payer pays: per year concerned, and over the contract. They are amounts written in
//! the contract, so for a nominal clause they are compared with nominal payments.

use super::books::{Account, BookLine, LineKind};
use super::parties::Market;
use super::warning::ClauseOf;
use super::{SettleError, costs};
use crate::formula::{LANES, Lane};
use crate::sample::{Environment, QuantityError};
use crate::scenario::Scenario;
use crate::scenario::checked::{Arrangement, Clause, Payer, Quantity, Request, Requested};
use crate::value::flows::Flows;

/// What a clause's quantity may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// From 0 to 1.
    Share,
    /// Zero or more.
    NotNegative,
    /// More than zero.
    Positive,
    /// Any number.
    Any,
}

/// One strategy under one arrangement in one block of draws.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Index of the arrangement.
    pub arrangement_index: usize,
    /// The arrangement.
    pub arrangement: &'a Arrangement,
    /// Index of the strategy.
    pub strategy: usize,
    /// What the delivery changes.
    pub flows: &'a Flows,
    /// Parameters, for the quantities of clauses: those of the delivery, unless terms are negotiated.
    pub environment: &'a Environment,
    /// Market shares, and who buys.
    pub market: Market,
    /// Numbers of the runs in the lanes; `None` at the stated values, where nothing is left to chance.
    pub runs: Option<[u64; LANES]>,
}

impl<'a> Block<'a> {
    /// Prepares a block.
    ///
    /// # Errors
    /// Market shares outside 0 to 1 or together above 1.
    pub fn new(
        scenario: &'a Scenario,
        arrangement_index: usize,
        strategy: usize,
        flows: &'a Flows,
    ) -> Result<Self, SettleError> {
        let arrangement = &scenario.arrangements[arrangement_index];
        let market = Market::new(scenario, arrangement.purchase, &flows.environment)?;
        let environment = &flows.environment;
        Ok(Self {
            scenario,
            arrangement_index,
            arrangement,
            strategy,
            flows,
            environment,
            market,
            runs: None,
        })
    }

    /// Years of the horizon.
    #[must_use]
    pub fn horizon(&self) -> usize {
        self.flows.shape.years
    }

    /// Whether the strategy offers a programme; clauses about others pay nothing.
    #[must_use]
    pub fn offers(&self, programme: usize) -> bool {
        self.scenario.strategies[self.strategy].programmes.contains(&programme)
    }

    /// A clause of the arrangement.
    #[must_use]
    pub fn contract(&self, index: usize) -> Contract<'_> {
        Contract { block: self, index, clause: &self.arrangement.clauses[index] }
    }

    /// Row of resource cost `item` in a year, scaled to who is offered the programme.
    #[must_use]
    pub fn item_cost(&self, item: usize, year: usize) -> Lane {
        costs::scaled(self.flows, &self.market, item, year)
    }
}

/// One clause in one block of draws.
#[derive(Clone, Copy, Debug)]
pub struct Contract<'a> {
    /// Where it is settled.
    pub block: &'a Block<'a>,
    /// Its position in the arrangement.
    pub index: usize,
    /// What it says.
    pub clause: &'a Clause,
}

impl Contract<'_> {
    /// Identifiers of the arrangement and the clause, for messages.
    #[must_use]
    pub fn names(&self) -> (String, String) {
        (self.block.arrangement.id.clone(), self.clause.id.clone())
    }

    /// Which clause it is, for warnings.
    #[must_use]
    pub fn clause_of(&self) -> ClauseOf {
        ClauseOf { arrangement: self.block.arrangement_index, clause: self.index }
    }

    /// A quantity of the clause.
    ///
    /// # Errors
    /// A value outside the range in some draw.
    pub fn quantity(&self, quantity: &Quantity, range: Range) -> Result<Lane, SettleError> {
        let value = self.block.environment.quantity(quantity)?;
        let (allowed, words): (fn(f64) -> bool, _) = match range {
            Range::Share => (|v| (0.0..=1.0).contains(&v), "between 0 and 1"),
            Range::NotNegative => (|v| v >= 0.0, "zero or more"),
            Range::Positive => (|v| v > 0.0, "above 0"),
            Range::Any => (|v| !v.is_nan(), "a number"),
        };
        match value.0.iter().find(|&&value| !allowed(value)) {
            None => Ok(value),
            Some(bad) => {
                Err(QuantityError::new(quantity, format!("must be {words}, but is {bad} in some draw"))
                    .into())
            }
        }
    }

    /// A quantity that may be absent.
    ///
    /// # Errors
    /// A value outside the range in some draw.
    pub fn optional(&self, quantity: Option<&Quantity>, range: Range) -> Result<Option<Lane>, SettleError> {
        quantity.map(|quantity| self.quantity(quantity, range)).transpose()
    }

    /// Whether the clause is in force in a year.
    #[must_use]
    pub fn in_force(&self, year: usize) -> bool {
        self.clause.years.as_ref().is_none_or(|years| years.contains(&year))
    }

    /// 1 where what is granted by the year is still paid, 0 where the arrangement's gate has stopped enrolment by then: money
    /// for a programme as a whole ends with it, whereas who has enrolled is served and paid for to the end.
    #[must_use]
    pub fn goes_on(&self, year: usize) -> Lane {
        match (&self.block.arrangement.gate, &self.block.flows.gate) {
            (Some(gate), Some(evidence)) if !self.clause.despite_gate && year >= gate.year => {
                evidence.continues
            }
            _ => Lane::ONE,
        }
    }

    /// The same of what is granted for one programme: a gate that is about another stops nothing of it.
    #[must_use]
    pub fn goes_on_with(&self, programme: Option<usize>, year: usize) -> Lane {
        let gate = self.block.arrangement.gate.as_ref();
        match gate.is_some_and(|gate| Some(gate.result.counts.programme) == programme) {
            true => self.goes_on(year),
            false => Lane::ONE,
        }
    }

    /// What an amount is, in euros of the price year, for each written euro that is paid in year index `paid`.
    ///
    /// # Errors
    /// A nominal clause in a scenario without inflation.
    pub fn deflator(&self, paid: usize) -> Result<Lane, SettleError> {
        if !self.clause.nominal {
            return Ok(Lane::ONE);
        }
        let Some(inflation) = self.block.flows.inflation else {
            let (arrangement, clause) = self.names();
            return Err(SettleError::NominalWithoutInflation { arrangement, clause });
        };
        let paid = i64::from(self.block.scenario.time.start) + paid as i64;
        let years = paid - i64::from(self.block.scenario.valuation.price_year);
        let growth = (0..years.unsigned_abs()).fold(Lane::ONE, |growth, _| growth * (1.0 + inflation));
        Ok(if years >= 0 { Lane::ONE / growth } else { growth })
    }

    /// The deflator of what concerns a year and is paid after the clause's lag.
    ///
    /// # Errors
    /// A nominal clause in a scenario without inflation.
    pub fn lagged_deflator(&self, year: usize) -> Result<Lane, SettleError> {
        self.deflator(year + self.clause.lag)
    }

    /// The caps of the clause, none used yet.
    ///
    /// # Errors
    /// A negative cap.
    pub fn caps(&self) -> Result<Caps, SettleError> {
        Ok(Caps {
            per_year: self.optional(self.clause.cap_per_year.as_ref(), Range::NotNegative)?,
            left: self.optional(self.clause.cap_total.as_ref(), Range::NotNegative)?,
        })
    }

    /// Row of what a clause asked to be counted; `position` is that among its requests.
    ///
    /// # Errors
    /// When it was not counted.
    pub fn row(&self, position: usize) -> Result<usize, SettleError> {
        let block = self.block;
        block.flows.shape.request_of(block.arrangement_index, self.index, position).ok_or_else(|| {
            let (arrangement, clause) = self.names();
            SettleError::NotCounted { arrangement, clause }
        })
    }

    /// What a clause asked to be counted, by year, for the whole region; `position` is that among its requests.
    ///
    /// # Errors
    /// When it was not counted.
    pub fn counted(&self, position: usize) -> Result<&[Lane], SettleError> {
        Ok(self.block.flows.requested.row(self.row(position)?))
    }

    /// Persons (or what is counted of them) that a clause asked for, by year, among those who are offered the
    /// programme; `position` is that among its requests.
    ///
    /// # Errors
    /// When they were not counted.
    pub fn persons(&self, position: usize) -> Result<Vec<Lane>, SettleError> {
        let scale = self.block.market.per_person();
        Ok(self.counted(position)?.iter().map(|&persons| persons * scale).collect())
    }

    /// Applies caps to amounts by year concerned, in year order; nothing in years out of force.
    ///
    /// # Errors
    /// A negative cap, or a nominal clause without inflation.
    pub fn capped(
        &self,
        mut amount: impl FnMut(usize) -> Result<Lane, SettleError>,
    ) -> Result<Vec<Lane>, SettleError> {
        let mut caps = self.caps()?;
        (0..self.block.horizon())
            .map(|year| {
                if !self.in_force(year) {
                    return Ok(Lane::ZERO);
                }
                Ok(caps.pay(amount(year)?, self.lagged_deflator(year)?))
            })
            .collect()
    }

    /// What a clause counts of participants, by year, of those who concern its payer: where insurers pay, those
    /// insured with them in the year; else all who are offered the programme. Persons who reach a step are counted
    /// whole: a step is reached once.
    ///
    /// # Errors
    /// When it was not counted.
    pub fn participants(&self, position: usize) -> Result<Vec<Lane>, SettleError> {
        let block = self.block;
        let requests = self.clause.terms.requests();
        let is_count = |request: &Request| matches!(request.what, Requested::Participants { .. });
        let all = self.clause.requests(&block.scenario.parties).len();
        if !is_count(&requests[position]) || all == requests.len() {
            return self.persons(position);
        }
        let insurers = block.scenario.parties.insurers.len();
        let before = requests[..position].iter().filter(|request| is_count(request)).count();
        let first = requests.len() + before * insurers;
        let total = self.counted(position)?;
        let retained: Vec<&[Lane]> =
            (0..insurers).map(|insurer| self.counted(first + insurer)).collect::<Result<_, _>>()?;
        let payers = block.market.resolve(self.clause.from);
        Ok((0..block.horizon())
            .map(|year| {
                payers.iter().fold(Lane::ZERO, |sum, &(party, _)| {
                    sum + block.market.insured(party, total[year], |insurer| retained[insurer][year])
                })
            })
            .collect())
    }

    /// Share of the participants who were insured with the payer when they enrolled; all where no insurer pays.
    #[must_use]
    pub fn enrolled(&self) -> Lane {
        let parties = &self.block.scenario.parties;
        let payers = self.block.market.resolve(self.clause.from);
        if !payers.iter().all(|&(party, _)| parties.insures(party)) {
            return Lane::ONE;
        }
        let with = self.block.market.enrolled_with();
        let of_payers = with.iter().filter(|(party, _)| payers.iter().any(|(payer, _)| payer == party));
        of_payers.fold(Lane::ZERO, |sum, &(_, share)| sum + share)
    }

    /// What is settled in each year: nothing in years out of force, and where the contract is settled as a whole
    /// all its years in the last one.
    #[must_use]
    pub fn by_settlement(&self, whole_contract: bool, mut amounts: Vec<Lane>) -> Vec<Lane> {
        let mut last = None;
        for (year, amount) in amounts.iter_mut().enumerate() {
            if self.in_force(year) {
                last = Some(year);
            } else {
                *amount = Lane::ZERO;
            }
        }
        if let (true, Some(last)) = (whole_contract, last) {
            let total = amounts.iter().fold(Lane::ZERO, |sum, &amount| sum + amount);
            amounts.fill(Lane::ZERO);
            amounts[last] = total;
        }
        amounts
    }

    /// Whether something is settled in a year.
    #[must_use]
    pub fn settles(&self, whole_contract: bool, year: usize) -> bool {
        let later = year + 1..self.block.horizon();
        self.in_force(year) && !(whole_contract && later.into_iter().any(|year| self.in_force(year)))
    }

    /// Postings of the clause from payer to payee, `lag` years after the years they concern.
    #[must_use]
    pub fn pay(&self, amounts: &[Lane]) -> Vec<BookLine> {
        self.post(self.clause.from, self.clause.to, LineKind::Clause(self.index), self.clause.lag, amounts)
    }

    /// Postings of what the payee pays back, `lag` years after the years they concern.
    #[must_use]
    pub fn pay_back(&self, amounts: &[Lane]) -> Vec<BookLine> {
        self.post(self.clause.to, self.clause.from, LineKind::Repayment(self.index), self.clause.lag, amounts)
    }

    /// Postings between two sides, each divided over the parties behind it; a party pays itself nothing.
    #[must_use]
    pub fn post(
        &self,
        from: Payer,
        to: Payer,
        kind: LineKind,
        lag: usize,
        amounts: &[Lane],
    ) -> Vec<BookLine> {
        let market = &self.block.market;
        let payees = market.resolve(to);
        let mut lines = Vec::new();
        for (payer, paid) in market.resolve(from) {
            for &(payee, received) in payees.iter().filter(|(payee, _)| *payee != payer) {
                let shifted = std::iter::repeat_n(Lane::ZERO, lag)
                    .chain(amounts.iter().map(|&amount| amount * paid * received))
                    .collect();
                let line = BookLine::new(Account::Party(payer), Account::Party(payee), kind, shifted);
                lines.push(BookLine { lag, ..line });
            }
        }
        lines
    }
}

/// Caps of a clause and how much of them is left, in written euros.
#[derive(Clone, Debug)]
pub struct Caps {
    /// At most so much for a year.
    pub per_year: Option<Lane>,
    /// At most so much from now on.
    pub left: Option<Lane>,
}

impl Caps {
    /// What is paid of an amount for one year; `deflator` is the price-year value of a written euro.
    pub fn pay(&mut self, amount: Lane, deflator: Lane) -> Lane {
        let mut paid = amount;
        if let Some(cap) = self.per_year {
            paid = paid.min(cap * deflator);
        }
        if let Some(left) = self.left {
            paid = paid.min(left * deflator);
            self.left = Some((left - paid / deflator).max(Lane::ZERO));
        }
        paid
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settle::testing::{self, lump_sum};

    #[test]
    fn a_nominal_amount_is_worth_less_in_euros_of_the_price_year() {
        // Start 2026, price year 2024, 2% inflation: 100 paid in 2026 is 100 / 1.02² = 96.117 of 2024; with a
        // lag of one year 100 / 1.02³ = 94.232.
        let mut clause = lump_sum("100");
        clause.nominal = true;
        let scenario = testing::scenario().clause(clause).build();
        let mut flows = testing::flows(&scenario, 3);
        flows.inflation = Some(Lane::splat(0.02));
        let block = Block::new(&scenario, 0, testing::STRATEGY, &flows).unwrap();
        let contract = block.contract(0);
        approx::assert_relative_eq!(contract.deflator(0).unwrap()[0], 0.961_169, epsilon = 1e-6);
        approx::assert_relative_eq!(contract.deflator(1).unwrap()[0], 0.942_322, epsilon = 1e-6);
    }

    #[test]
    fn a_nominal_clause_without_inflation_is_an_error() {
        let mut clause = lump_sum("100");
        clause.nominal = true;
        let scenario = testing::scenario().clause(clause).build();
        let flows = testing::flows(&scenario, 1);
        let block = Block::new(&scenario, 0, testing::STRATEGY, &flows).unwrap();
        assert!(block.contract(0).deflator(0).unwrap_err().to_string().contains("needs `inflation`"));
    }

    #[test]
    fn caps_bind_per_year_first_and_then_over_the_contract() {
        // 60 a year at most and 100 in all: 80, 50, 30 become 60, 40, 0.
        let mut caps = Caps { per_year: Some(Lane::splat(60.0)), left: Some(Lane::splat(100.0)) };
        let paid = [80.0, 50.0, 30.0].map(|amount| caps.pay(Lane::splat(amount), Lane::ONE)[0]);
        assert_eq!(paid, [60.0, 40.0, 0.0]);
    }

    #[test]
    fn a_nominal_cap_over_the_contract_is_used_up_by_nominal_payments() {
        // Written cap 100; a written euro is worth 0.5: 30 price-year euros use up 60, so 40·0.5 = 20 is left.
        let mut caps = Caps { per_year: None, left: Some(Lane::splat(100.0)) };
        let half = Lane::splat(0.5);
        assert_eq!(caps.pay(Lane::splat(30.0), half)[0], 30.0);
        assert_eq!(caps.pay(Lane::splat(30.0), half)[0], 20.0);
    }

    #[test]
    fn a_value_out_of_range_is_an_error_that_names_it() {
        let scenario = testing::scenario().clause(lump_sum("0 - 5")).build();
        let flows = testing::flows(&scenario, 1);
        let block = Block::new(&scenario, 0, testing::STRATEGY, &flows).unwrap();
        let quantity = testing::quantity("0 - 5");
        let error = block.contract(0).quantity(&quantity, Range::NotNegative).unwrap_err();
        assert!(error.to_string().contains("must be zero or more, but is -5"), "{error}");
    }
}
