//! What own payments do to who takes part.

use crate::formula::Lane;
use crate::sample::environment::TakeUp;
use crate::sample::{Environment, QuantityError};
use crate::scenario::Scenario;
use crate::scenario::checked::{Arrangement, Requested, Terms};

/// The environment of a delivery under an arrangement, with what own payments do to the uptake of steps.
///
/// Of those who would take a step, the share r stays away for each euro that they pay: (1 − r)^price are left.
/// *Example:* 0.4% for each euro and a price of 50: 0.996^50 = 81.8% still come.
///
/// It keeps away who would reach the step in a year for which the payment is asked, whenever they enrolled. A nominal
/// payment weighs as many euros of the price year as it is worth in that year: with 2% inflation the 50 are worth 45.3
/// after five years, and 83.4% come.
///
/// # Errors
/// A price or a response that cannot be computed or is out of range.
pub(super) fn applied(
    mut environment: Environment,
    scenario: &Scenario,
    arrangement: &Arrangement,
) -> Result<Environment, QuantityError> {
    for clause in &arrangement.clauses {
        let Terms::Copayment { persons, price, response: Some(response) } = &clause.terms else { continue };
        let Requested::Persons { step, .. } = persons.what else { continue };
        let away = environment.quantity(response)?;
        if away.any(|away| !(0.0..=1.0).contains(&away)) {
            return Err(QuantityError::new(response, "must be between 0 and 1 in every draw"));
        }
        let written = environment.quantity(price)?;
        if written.any(|price| price < 0.0) {
            return Err(QuantityError::new(price, "must be zero or more in every draw"));
        }
        let factor = |price: Lane| price.zip(away, |price, away| (1.0 - away).powf(price));
        let programme = persons.programme;
        let change =
            |years: Option<Vec<usize>>, price: Lane| TakeUp { programme, step, years, factor: factor(price) };
        let inflation = match &scenario.valuation.inflation {
            // Without inflation settlement refuses a nominal clause.
            Some(inflation) if clause.nominal => Some(environment.quantity(inflation)?),
            _ => None,
        };
        match inflation {
            None => environment.take_up.push(change(clause.years.clone(), written)),
            Some(inflation) => {
                let concerned = |year: &usize| clause.years.as_ref().is_none_or(|years| years.contains(year));
                for year in (0..scenario.time.years).filter(concerned) {
                    let paid = scenario.time.start + i32::try_from(year + clause.lag).unwrap_or(0);
                    let later = paid - scenario.valuation.price_year;
                    let price = written.zip(inflation, |price, i| price / (1.0 + i).powi(later));
                    environment.take_up.push(change(Some(vec![year]), price));
                }
            }
        }
    }
    Ok(environment)
}
