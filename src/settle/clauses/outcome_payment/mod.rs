//! A price for measured results: pay for outcomes.
//!
//! **Rule.** Something is counted of the programme's participants from enrolment on: persons who reach a step, events,
//! moves, time in a state, or a named outcome. Settled by calendar year, or once for the contract as a whole (added up,
//! with its last year), the result is
//!
//! x = ±(count − benchmark) / per + error,
//!
//! the sign being that in which more is better (`better = "less"`: fewer is). Without a benchmark it is the count
//! itself; `per` divides it by persons who reach a step, which makes a share or a mean of it. The error has a mean of
//! zero and a stated standard deviation, and comes from random numbers of its own. Then
//!
//! - individual: payment = P · max(0, x − threshold), a price for each unit beyond what would have come anyway;
//! - cohort: payment = A if x ≥ threshold, else 0,
//!
//! and the clause's caps in euros. Where there is nobody to divide by nothing is paid.
//!
//! | benchmark | count without the programme |
//! |---|---|
//! | true | of the same participants in the same draw. Nobody could observe it |
//! | forecast | mean count without it per mean participant-year (over all draws, by year), times this draw's participant-years |
//! | control | of so many other persons in the same draw, with luck of their own, per person-year ([`crate::value::apart`]), times this draw's participant-years |
//! | before_after | of the participants themselves per person-year before, times this draw's participant-years |
//! | fixed | a stated number a year |
//!
//! Where insurers pay, what happens to participants is counted of those insured with them in the year
//! ([`crate::settle::leakage::retention`]); persons who reach a step are counted whole, as a fee counts them, and `per`
//! counts those who were with the payer when they enrolled.
//!
//! **Who bears which risk.** Volume: the payer, who pays for more results of more people. Price, retention and outcome:
//! the provider. Measurement: both; with few people a threshold is met or missed by chance. Liquidity: the provider.
//!
//! **Example.** Denmark's first health impact contract (Aarhus, 2022) recruits 450 people with type 2 diabetes. It
//! pays when 36% (162) complete three years, when 31% of those (50) have lowered their HbA1c by 8.5%, and when the mean
//! of those who complete has fallen by 8.5%. At 162 completers and a share of 31% that share has a standard error of
//! √(0.31 · 0.69 / 162) = 3.6 points: the second payment is a coin that is tossed.

pub mod measure;

use super::{Known, Rule};
use crate::formula::Lane;
use crate::scenario::checked::{OutcomeTerms, Pays};
use crate::settle::books::{BookLine, Books, Figure};
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError, Warning};
use measure::Measurement;

/// Terms of an outcome payment.
#[derive(Clone, Copy, Debug)]
pub struct OutcomePayment<'a> {
    /// As written.
    pub terms: &'a OutcomeTerms,
}

impl OutcomePayment<'_> {
    fn measurement(&self) -> Measurement<'_> {
        Measurement { terms: self.terms, name: "", first: 0 }
    }
}

/// What was fixed beforehand for the measurement at a position.
pub(super) fn forecast(agreed: &Agreed, position: usize) -> &[f64] {
    match agreed {
        Agreed::Forecast(rates) => rates.get(position).map_or(&[], Vec::as_slice),
        _ => &[],
    }
}

/// Whether chance decides a threshold that counts of expected numbers cannot show.
pub(super) fn ignores_chance(contract: &Contract<'_>, terms: &OutcomeTerms) -> Result<bool, SettleError> {
    let trigger = matches!(terms.pays, Pays::Trigger(_));
    let error = contract.optional(terms.error_sd.as_ref(), Range::NotNegative)?;
    let expected = contract.block.scenario.uncertainty.engine == crate::scenario::checked::Engine::Expected;
    Ok(trigger && expected && error.is_none_or(|sd| sd.all(|sd| sd == 0.0)))
}

impl Rule for OutcomePayment<'_> {
    fn phase(&self) -> Phase {
        Phase::Contingent
    }

    fn foreseen(&self, contract: &Contract<'_>, _known: &Known<'_>) -> Result<Vec<Lane>, SettleError> {
        self.measurement().foreseen(contract)
    }

    fn agree(&self, _contract: &Contract<'_>, means: &[f64], _warnings: &mut Vec<Warning>) -> Agreed {
        if means.is_empty() { Agreed::Nothing } else { Agreed::Forecast(vec![Measurement::forecast(means)]) }
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        let measurement = self.measurement();
        if !measurement.is_offered(contract) {
            return Ok(Vec::new());
        }
        let results = measurement.settle(contract, forecast(agreed, 0))?;
        let amounts = contract.capped(|year| Ok(results.due[year] * contract.lagged_deflator(year)?))?;
        Ok(contract.pay(&amounts))
    }

    fn figures(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        agreed: &Agreed,
    ) -> Result<Vec<Figure>, SettleError> {
        let measurement = self.measurement();
        if !measurement.is_offered(contract) {
            return Ok(Vec::new());
        }
        let results = measurement.settle(contract, forecast(agreed, 0))?;
        let figure = |name: &str, unit, by_year| Figure {
            clause: contract.index,
            name: name.to_owned(),
            unit,
            by_year,
        };
        Ok(vec![
            figure("measured_result", measurement.unit(), results.measured),
            figure("pays", "share of draws", results.reached),
        ])
    }

    fn warnings(&self, contract: &Contract<'_>) -> Result<Vec<Warning>, SettleError> {
        if !self.measurement().is_offered(contract) || !ignores_chance(contract, self.terms)? {
            return Ok(Vec::new());
        }
        Ok(vec![Warning::ChanceIgnored { clause: contract.clause_of(), result: None }])
    }
}

#[cfg(test)]
mod tests;
