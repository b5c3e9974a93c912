//! The engine `individual`: persons.

use super::Observer;
use super::engine::{Block, Memory as AllMemory};
use super::expected::EnrolmentPlan;
use crate::sample::QuantityError;

/// The people of the comparator.
#[derive(Clone, Debug, Default)]
pub struct Present;

/// Memory that is kept from block to block.
#[derive(Debug, Default)]
pub struct Memory;

/// Follows the comparator and reports each profile.
///
/// # Errors
/// Start shares that cannot be evaluated or do not sum to 1.
pub fn comparator(
    block: &Block<'_>,
    _wanted: &[bool],
    _memory: &mut AllMemory,
    _observer: &mut impl Observer,
) -> Result<Present, QuantityError> {
    let start = &block.scenario.models[block.plan.model].states[0].start;
    Err(QuantityError::new(start, "the engine `individual` is not available"))
}

/// Enrols and follows the cohorts of a strategy, and reports each.
///
/// # Errors
/// A quantity of the programmes outside its range, with its place.
pub fn cohorts(
    _block: &Block<'_>,
    _enrolment: &EnrolmentPlan,
    _present: &Present,
    _memory: &mut AllMemory,
    _observer: &mut impl Observer,
) -> Result<(), QuantityError> {
    Ok(())
}
