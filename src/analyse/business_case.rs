//! What an arrangement means for each party: what it pays, what it gains, when, and how surely.
//!
//! Present values of parties are at one common rate, every amount of a calendar year discounted at its
//! middle. They are not added up over parties, and not to the totals of the cost-effectiveness analysis, which
//! discounts each flow at its own moment.

use super::ClauseFigure;
use super::arm::{Arm, sum};
use super::cash_flow::{CashFlow, assess, present_value, ratio_of_means};
use super::payback_within::{Position, positions};
use super::statistics::{Series, Summary};
use crate::formula::Lane;
use crate::scenario::Scenario;
use crate::settle::{Account, Books, LineKind, books};
use crate::value::flows::Flows;
use rayon::prelude::*;

/// The postings of one arrangement for one delivery of one variant.
#[derive(Clone, Copy, Debug)]
pub struct Settlement<'a> {
    /// The delivery that is settled.
    pub arm: Arm<'a>,
    /// Number of draws.
    pub draws: usize,
    /// At the stated values.
    pub base: &'a Books,
    /// By block of draws; empty when only the base case was run.
    pub blocks: &'a [Books],
}

/// A party's business case under one arrangement.
#[derive(Clone, Debug)]
pub struct PartyCase {
    /// Whose.
    pub account: Account,
    /// Its net cash flow.
    pub cash: CashFlow,
    /// Net present value, EUR, by draw.
    pub present: Series,
    /// Present value of what it pays by decision (programme costs and clauses), gross, EUR.
    pub put_in: Summary,
    /// Expected net present value for each euro put in; `None` for who puts in nothing.
    pub return_on_put_in: Option<f64>,
    /// Where it stands after each number of years that the scenario asks about.
    pub within: Vec<Position>,
    /// What it pays and gains, line by line.
    pub lines: Vec<LineCase>,
    /// An insurer's net receipts over the horizon, not discounted, per insured person of the population file
    /// per month, EUR.
    pub per_insured_month: Option<Summary>,
}

/// One line of a party's business case; positive is gained, negative is paid.
#[derive(Clone, Debug)]
pub struct LineCase {
    /// What for.
    pub kind: LineKind,
    /// The other side.
    pub counterparty: Account,
    /// Over all years, EUR, not discounted.
    pub total: Summary,
    /// Present value, EUR.
    pub present: Summary,
}

impl<'a> Settlement<'a> {
    /// One quantity of the books in the base case and every draw.
    pub(super) fn series(&self, amount: impl Fn(&Books) -> Lane) -> Series {
        let mut draws: Vec<f64> = self.blocks.iter().flat_map(|books| amount(books).0).collect();
        draws.truncate(self.draws);
        Series { base: amount(self.base).0[0], draws }
    }

    fn by_year(&self, account: Account) -> Vec<Series> {
        let base = self.base.balance(account);
        let mut years: Vec<Series> =
            base.iter().map(|amount| Series { base: amount.0[0], draws: Vec::new() }).collect();
        for books in self.blocks {
            for (series, amount) in years.iter_mut().zip(books.balance(account)) {
                series.draws.extend_from_slice(&amount.0);
            }
        }
        for series in &mut years {
            series.draws.truncate(self.draws);
        }
        years
    }

    /// The accounts that appear in the books and are somebody's result, parties in order; then freed capacity.
    pub fn accounts(&self) -> Vec<Account> {
        let mut accounts: Vec<Account> = self
            .base
            .lines
            .iter()
            .flat_map(|line| [line.from, line.to])
            .filter(|account| matches!(account, Account::Party(_) | Account::Capacity))
            .collect();
        accounts.sort();
        accounts.dedup();
        accounts
    }

    /// What clauses show beside their payments.
    pub fn figures(&self) -> Vec<ClauseFigure> {
        let of_year = |position: usize, year: usize| {
            self.series(|books| books.figures[position].by_year[year]).summary(self.arm.design())
        };
        let figures = self.base.figures.iter().enumerate().map(|(position, figure)| ClauseFigure {
            clause: figure.clause,
            name: figure.name.clone(),
            unit: figure.unit,
            by_year: (0..figure.by_year.len()).map(|year| of_year(position, year)).collect(),
        });
        figures.collect()
    }

    /// The business case of every account.
    pub fn cases(&self, scenario: &Scenario) -> Vec<PartyCase> {
        self.accounts().into_par_iter().map(|account| self.case(scenario, account)).collect()
    }

    /// Net present value of an account by draw, EUR.
    pub fn present(&self, account: Account) -> Series {
        let by_year = self.by_year(account);
        present_value(&by_year, &books::discount_factors(self.arm.base().parties_rate, by_year.len()))
    }

    fn case(&self, scenario: &Scenario, account: Account) -> PartyCase {
        let rate = self.arm.base().parties_rate;
        let design = self.arm.design();
        let by_year = self.by_year(account);
        let (cash, present) = assess(&by_year, rate, design);
        let put_in = match account {
            Account::Party(party) => self.series(|books| books.put_in(party, rate)),
            _ => present.map(|_| 0.0),
        };
        PartyCase {
            account,
            per_insured_month: self.per_insured_month(scenario, account, &by_year),
            return_on_put_in: ratio_of_means(&present, &put_in),
            put_in: put_in.summary(design),
            within: positions(&by_year, rate, &scenario.results.payback_within, design),
            lines: self.lines(account, rate),
            cash,
            present,
        }
    }

    /// Postings with the same purpose and other side are one line.
    fn lines(&self, account: Account, rate: f64) -> Vec<LineCase> {
        let design = self.arm.design();
        let mut found: Vec<(LineKind, Account, Vec<usize>)> = Vec::new();
        for (position, line) in
            self.base.lines.iter().enumerate().filter(|(_, line)| line.sign(account) != 0.0)
        {
            let counterparty = if line.sign(account) > 0.0 { line.from } else { line.to };
            match found.iter_mut().find(|(kind, other, _)| (*kind, *other) == (line.kind, counterparty)) {
                Some((.., positions)) => positions.push(position),
                None => found.push((line.kind, counterparty, vec![position])),
            }
        }
        let add = |books: &Books, positions: &[usize], value: &dyn Fn(&[Lane]) -> Lane| {
            positions.iter().fold(Lane::ZERO, |sum, &position| {
                let line = &books.lines[position];
                sum + value(&line.amounts) * line.sign(account)
            })
        };
        let factors = books::discount_factors(rate, self.base.years);
        let present = |amounts: &[Lane]| {
            amounts.iter().zip(&factors).fold(Lane::ZERO, |sum, (&amount, &factor)| sum + amount * factor)
        };
        found
            .into_iter()
            .map(|(kind, counterparty, positions)| LineCase {
                kind,
                counterparty,
                total: self.series(|books| add(books, &positions, &sum)).summary(design),
                present: self.series(|books| add(books, &positions, &present)).summary(design),
            })
            .collect()
    }

    fn per_insured_month(
        &self,
        scenario: &Scenario,
        account: Account,
        by_year: &[Series],
    ) -> Option<Summary> {
        let insurer = scenario.parties.insurers.iter().find(|i| Account::Party(i.party) == account)?;
        let insured_months = self.arm.series(|flows| {
            let share = flows.environment.quantity(&insurer.market_share).unwrap_or(Lane::ZERO);
            share * flows.health_level.total(Flows::LIFE_YEARS) * 12.0
        });
        let net = by_year.iter().skip(1).fold(by_year.first()?.clone(), |sum, year| sum.plus(year));
        let insured = insured_months.base > 0.0 && insured_months.draws.iter().all(|&months| months > 0.0);
        insured.then(|| net.zip(&insured_months, |net, months| net / months).summary(self.arm.design()))
    }
}
