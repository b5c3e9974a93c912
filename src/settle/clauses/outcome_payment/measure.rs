//! Measured results of a programme's participants.

use crate::formula::Lane;
use crate::scenario::checked::{CountBenchmark, OutcomeTerms, Pays, Requested};
use crate::settle::contract::{Contract, Range};
use crate::settle::{SettleError, chance, costs};
use crate::value::apart::Rates;

/// A result that is measured under a clause.
#[derive(Clone, Copy, Debug)]
pub struct Measurement<'a> {
    /// What is measured and paid.
    pub terms: &'a OutcomeTerms,
    /// Name of the measurement, for its error.
    pub name: &'a str,
    /// Position of its first request among those of the clause.
    pub first: usize,
}

/// What follows by year concerned; nothing in years that settle nothing.
#[derive(Clone, Debug)]
pub struct Results {
    /// What was measured.
    pub measured: Vec<Lane>,
    /// 1 where something is paid.
    pub reached: Vec<Lane>,
    /// EUR as written in the contract, before caps.
    pub due: Vec<Lane>,
}

impl Measurement<'_> {
    fn requests_before_benchmark(&self) -> usize {
        self.first + 1 + usize::from(self.terms.per.is_some())
    }

    /// Whether the strategy offers what is measured.
    #[must_use]
    pub fn is_offered(&self, contract: &Contract<'_>) -> bool {
        contract.block.offers(self.terms.counts.programme)
    }

    /// First pass: counts without the programme and person-years without it, by year, where a forecast is made.
    ///
    /// # Errors
    /// What was not counted.
    pub fn foreseen(&self, contract: &Contract<'_>) -> Result<Vec<Lane>, SettleError> {
        if !matches!(self.terms.benchmark, CountBenchmark::Forecast) {
            return Ok(Vec::new());
        }
        let without = self.requests_before_benchmark();
        let mut amounts = contract.participants(without)?;
        amounts.extend(contract.participants(without + 2)?);
        Ok(amounts)
    }

    /// Counts per person-year that are expected, by year.
    #[must_use]
    pub fn forecast(means: &[f64]) -> Vec<f64> {
        let (counts, years) = means.split_at(means.len() / 2);
        counts
            .iter()
            .zip(years)
            .map(|(&count, &years)| if years > 0.0 { count / years } else { 0.0 })
            .collect()
    }

    /// What the count is compared with, by year.
    fn benchmark(&self, contract: &Contract<'_>, forecast: &[f64]) -> Result<Vec<Lane>, SettleError> {
        let (without, programme) = (self.requests_before_benchmark(), self.terms.counts.programme);
        Ok(match &self.terms.benchmark {
            CountBenchmark::Nothing => vec![Lane::ZERO; contract.block.horizon()],
            CountBenchmark::True => contract.participants(without)?,
            CountBenchmark::Forecast => {
                let years = contract.participants(without + 1)?;
                let rate = |year: usize| forecast.get(year).copied().unwrap_or(0.0);
                years.into_iter().enumerate().map(|(year, persons)| persons * rate(year)).collect()
            }
            CountBenchmark::Control(persons) => {
                let persons = contract.quantity(persons, Range::Positive)?;
                let rows = [contract.row(without)?, contract.row(without + 2)?];
                let rates =
                    Rates::of_requests(contract.block.flows, programme).control(rows[0], rows[1], persons);
                times(contract.participants(without + 1)?, &rates)
            }
            CountBenchmark::BeforeAfter => {
                let rows = [contract.row(without + 3)?, contract.row(without + 4)?];
                let rates = Rates::of_requests(contract.block.flows, programme).before(rows[0], rows[1]);
                times(contract.participants(without + 1)?, &rates)
            }
            CountBenchmark::Fixed(number) => {
                let number = contract.quantity(number, Range::NotNegative)?;
                vec![number; contract.block.horizon()]
            }
        })
    }

    /// Settles every year.
    ///
    /// # Errors
    /// What was not counted, or a quantity without a usable value.
    pub fn settle(&self, contract: &Contract<'_>, forecast: &[f64]) -> Result<Results, SettleError> {
        let terms = self.terms;
        let counts = contract.participants(self.first)?;
        let benchmark = self.benchmark(contract, forecast)?;
        let sign = if terms.fewer { -1.0 } else { 1.0 };
        let difference =
            counts.iter().zip(&benchmark).map(|(&count, &other)| (count - other) * sign).collect();
        let difference = contract.by_settlement(terms.whole_contract, difference);
        let per = match &terms.per {
            None => None,
            Some(_) => {
                // Of the same people as the count: those who were with the payer when they enrolled.
                let counts_insured = matches!(terms.counts.what, Requested::Participants { .. });
                let part = if counts_insured { contract.enrolled() } else { Lane::ONE };
                let persons = contract.persons(self.first + 1)?.into_iter().map(|persons| persons * part);
                Some(contract.by_settlement(terms.whole_contract, persons.collect()))
            }
        };
        let threshold = contract.quantity(&terms.threshold, Range::Any)?;
        let spread = contract.optional(terms.error_sd.as_ref(), Range::NotNegative)?;
        let (Pays::PerUnit(price) | Pays::Trigger(price)) = &terms.pays;
        let price = contract.quantity(price, Range::NotNegative)?;
        let mut results = Results { measured: Vec::new(), reached: Vec::new(), due: Vec::new() };
        for (year, &difference) in difference.iter().enumerate() {
            let settles = contract.settles(terms.whole_contract, year);
            let mut measured = per.as_ref().map_or(difference, |per| costs::ratio(difference, per[year]));
            if let (true, Some(spread)) = (settles, spread) {
                measured += chance::error(contract, self.name, year) * spread;
            }
            // Nobody to measure it in, no result.
            let there = |lane: usize| settles && per.as_ref().is_none_or(|per| per[year][lane] > 0.0);
            let above = |lane: usize| measured[lane] - threshold[lane];
            let reached = |lane: usize| match terms.pays {
                Pays::PerUnit(_) => there(lane) && above(lane) > 0.0,
                Pays::Trigger(_) => there(lane) && above(lane) >= -ROUNDING * threshold[lane].abs(),
            };
            let reached = Lane::from_fn(|lane| f64::from(u8::from(reached(lane))));
            let due = match terms.pays {
                Pays::PerUnit(_) => (measured - threshold) * reached * price,
                Pays::Trigger(_) => reached * price,
            };
            results.measured.push(if settles { measured } else { Lane::ZERO });
            results.reached.push(reached);
            results.due.push(due);
        }
        Ok(results)
    }

    /// Unit of what is measured, for readers.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        match (&self.terms.per, self.terms.counts.what) {
            (Some(_), _) => "1",
            (None, Requested::Persons { .. }) => "persons",
            (None, _) => "occurrences, person-years or units",
        }
    }
}

/// Person-years times what is expected for each, by year.
fn times(years: Vec<Lane>, rates: &[Lane]) -> Vec<Lane> {
    years.into_iter().zip(rates).map(|(years, &rate)| years * rate).collect()
}

/// A threshold counts as reached this close below it, relative to it: rounding, no more.
const ROUNDING: f64 = 1e-9;
