//! How many of those who enrolled are still insured with the insurer that had them then.
//!
//! With market share m, yearly leaving rate c(age) and p0 the share insured at enrolment, the share t years
//! later is p_t = m + (p0 − m)·Π, Π the product over the 1 Januaries since enrolment of 1 − c/(1 − m). (Of those
//! who leave, as many return as the market share says; so p tends to m.) Π is computed here, because p_t is
//! linear in p0: who buys for whom is settlement's business. *Example:* m → 0 and c = 7%: Π = 0.930, 0.804,
//! 0.696 and 0.484 after 1, 3, 5 and 10 years.

use crate::formula::{Lane, Scratch};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Scenario, Variables};
use crate::simulate::points::{Points, Values, within};

/// Highest age for which a leaving rate is looked up.
const OLDEST: usize = 130;

/// Factors 1 − c(age)/(1 − m) of every insurer in one block of draws.
#[derive(Clone, Debug, Default)]
pub struct Retention {
    /// By insurer and age.
    factors: Vec<Vec<Lane>>,
}

impl Retention {
    /// Evaluates market shares and leaving rates for ages that occur.
    ///
    /// # Errors
    /// A share or rate outside 0 to 1, or a missing table row.
    pub fn new(
        scenario: &Scenario,
        environment: &Environment,
        youngest: usize,
        oldest: usize,
        scratch: &mut Scratch,
    ) -> Result<Self, QuantityError> {
        let mut factors = Vec::new();
        let oldest = oldest.min(OLDEST);
        for insurer in &scenario.parties.insurers {
            let m = environment.quantity(&insurer.market_share)?;
            if m.any(|m| !(0.0..=1.0).contains(&m)) {
                return Err(QuantityError::new(
                    &insurer.market_share,
                    "a market share must lie between 0 and 1",
                ));
            }
            let rows: Vec<Vec<f64>> = (youngest..=oldest)
                .map(|age| {
                    let mut row = vec![f64::NAN; scenario.variables.count()];
                    row[Variables::AGE] = age as f64;
                    row
                })
                .collect();
            let points = Points::from_rows(scenario.variables.count(), &rows);
            let mut leaving = Values::default();
            points.evaluate(&insurer.leaving_rate, environment, None, scratch, &mut leaving)?;
            within(&insurer.leaving_rate, &leaving, 0.0, 1.0)?;
            let by_age = (0..=oldest)
                .map(|age| {
                    let c = leaving.at(age.saturating_sub(youngest));
                    Lane::from_fn(|lane| {
                        let others = 1.0 - m[lane];
                        if others > 0.0 { (1.0 - c[lane] / others).max(0.0) } else { 1.0 }
                    })
                })
                .collect();
            factors.push(by_age);
        }
        Ok(Self { factors })
    }

    /// Π of an insurer in each calendar year from that of enrolment on, for people of an age at enrolment.
    pub fn path(&self, insurer: usize, age: usize, years: usize) -> Vec<Lane> {
        let factors = &self.factors[insurer];
        let mut product = Lane::ONE;
        (0..years)
            .map(|year| {
                if year > 0 {
                    product *= factors[(age + year).min(factors.len() - 1)];
                }
                product
            })
            .collect()
    }

    /// Number of insurers.
    pub fn insurers(&self) -> usize {
        self.factors.len()
    }
}
