//! How well founded the numbers of a scenario are.

use super::Scenario;

/// How many numbers and tables about the world a scenario has, by where they come from. Contract terms, years, caps
/// and plans are choices and do not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origins {
    /// From a source.
    pub sourced: usize,
    /// Those of them that were adapted, with the reason.
    pub adapted: usize,
    /// Assumed, with the reason.
    pub assumed: usize,
    /// Neither.
    pub unknown: usize,
}

impl Origins {
    /// Counts the numbers of a scenario.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let mut counts = Self::default();
        for input in scenario.inputs.iter().filter(|input| input.needs_origin) {
            match (input.source.is_empty(), input.assumption.is_empty()) {
                (false, reason) => {
                    counts.sourced += 1;
                    counts.adapted += usize::from(!reason);
                }
                (true, false) => counts.assumed += 1,
                (true, true) => counts.unknown += 1,
            }
        }
        counts
    }
}
