//! What own payments do to who takes part.

use crate::sample::environment::TakeUp;
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Arrangement, Requested, Terms};

/// The environment of a delivery under an arrangement, with what own payments do to the uptake of steps.
///
/// Of those who would take a step, the share r stays away for each euro that they pay: (1 − r)^price are left.
/// *Example:* 0.4% for each euro and a price of 50: 0.996^50 = 81.8% still come.
///
/// # Errors
/// A price or a response that cannot be computed or is out of range.
pub(super) fn applied(
    mut environment: Environment,
    arrangement: &Arrangement,
) -> Result<Environment, QuantityError> {
    for clause in &arrangement.clauses {
        let Terms::Copayment { persons, price, response: Some(response) } = &clause.terms else { continue };
        let Requested::Persons { step, .. } = persons.what else { continue };
        let left = environment.quantity(response)?;
        if left.any(|left| !(0.0..=1.0).contains(&left)) {
            return Err(QuantityError::new(response, "must be between 0 and 1 in every draw"));
        }
        let factor = environment.quantity(price)?.zip(left, |price, away| (1.0 - away).powf(price));
        let take_up = TakeUp { programme: persons.programme, step, years: clause.years.clone(), factor };
        environment.take_up.push(take_up);
    }
    Ok(environment)
}
