//! Programmes and strategies.

use super::{Localised, Quantity, Requested, Set};

/// A programme: who is invited when, the cascade of steps, and what it costs.
#[derive(Clone, Debug)]
pub struct Programme {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Model it acts on.
    pub model: usize,
    /// Non-zero for those who may be invited; formula of age at enrolment, sex, labels, classes and state.
    pub eligible: Quantity,
    /// Party that bears its resource costs unless a step or cost names another.
    pub provider: usize,
    /// Event rates of participants relative to their class.
    pub relative_risk: Quantity,
    /// Enrolment by calendar year.
    pub enrol: Enrol,
    /// Relative chance of being invited.
    pub reach: Quantity,
    /// Costs that do not depend on persons.
    pub fixed: Vec<FixedCost>,
    /// Steps, parents before children.
    pub steps: Vec<Step>,
    /// Cycles after enrolment for which people who take part in nothing are followed: see [`Programme::last_count`].
    pub counted_for: usize,
}

impl Programme {
    /// Whether people whose deepest step it is have an effect at some time: it or a step above it has one.
    pub fn acts(&self, step: usize) -> bool {
        let mut at = Some(step);
        while let Some(index) = at {
            if !self.steps[index].effects.is_empty() {
                return true;
            }
            at = self.steps[index].parent;
        }
        false
    }

    /// Whether people whose deepest step it is are participants: they have an effect at some time, or the step
    /// says that they leave the pool.
    pub fn participates(&self, step: usize) -> bool {
        self.acts(step) || self.steps[step].leaves_pool
    }

    /// Cycles after enrolment at which a step, the last part of its costs, or a clause that asks for `requests` counts
    /// people for the last time. *Example:* a step after 1 cycle whose people a clause counts in four quarters, in cycles
    /// of half a year: 1 + 2 = 3.
    #[must_use]
    pub fn last_count<'a>(
        &self,
        requests: impl Iterator<Item = &'a Requested>,
        cycles_per_year: usize,
    ) -> usize {
        let spread = |step: &Step| {
            step.costs.iter().map(|cost| cost.spread.len().saturating_sub(1)).max().unwrap_or(0)
        };
        let of_steps = self.steps.iter().map(|step| step.after + spread(step) * cycles_per_year);
        let of_clauses = requests.filter_map(|requested| match *requested {
            Requested::Persons { step, quarter } => {
                Some(self.steps[step].after + (quarter * cycles_per_year).div_ceil(4))
            }
            Requested::Cost(_) | Requested::Participants { .. } | Requested::Before { .. } => None,
        });
        of_steps.chain(of_clauses).max().unwrap_or(0)
    }
}

/// Enrolment.
#[derive(Clone, Debug)]
pub struct Enrol {
    /// Year indices in which a cohort enrols.
    pub years: Vec<usize>,
    /// Cycles after 1 January at which it enrols.
    pub cycle_in_year: usize,
    /// How many are invited.
    pub amount: EnrolAmount,
}

/// How many are invited.
#[derive(Clone, Debug)]
pub enum EnrolAmount {
    /// Share of the pool, each year.
    Share(Quantity),
    /// Persons, each year.
    Persons(Quantity),
    /// Persons over all years, evenly.
    Total(Quantity),
}

/// A yearly cost, at mid-year.
#[derive(Clone, Debug)]
pub struct FixedCost {
    /// Identifier.
    pub id: String,
    /// EUR per year.
    pub value: Quantity,
    /// Year indices.
    pub years: Vec<usize>,
    /// Party that bears it.
    pub provider: usize,
}

/// A step of the cascade.
#[derive(Clone, Debug)]
pub struct Step {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Step it is a share of; `None`: of those invited.
    pub parent: Option<usize>,
    /// Share of the parent.
    pub share: Quantity,
    /// Cycles from enrolment to the step.
    pub after: usize,
    /// Persons a year at most.
    pub capacity: Option<Quantity>,
    /// Only those for whom it is non-zero are counted as reaching it and cost something; formula of `state`
    /// besides age, sex, labels. Effects and the steps below are not restricted by it.
    pub only_if: Option<Quantity>,
    /// Whether people whose deepest step this is leave the pool even without an effect.
    pub leaves_pool: bool,
    /// Effects in force from this step on: its own, or those of the step above when it names none.
    pub effects: Vec<usize>,
    /// Step whose clock these effects run on (itself, or the step above that named them).
    pub effects_from: usize,
    /// Costs per person reaching it.
    pub costs: Vec<StepCost>,
    /// Party that bears its resource costs.
    pub provider: usize,
}

/// A cost per person reaching a step.
#[derive(Clone, Debug)]
pub struct StepCost {
    /// Identifier.
    pub id: String,
    /// EUR each time; formula of age at enrolment, sex, labels, classes.
    pub value: Quantity,
    /// Shares over years: the k-th part falls k years after the step, on those alive then.
    pub spread: Vec<f64>,
    /// How many times.
    pub times: Quantity,
}

/// A strategy: programmes offered, parameters set.
#[derive(Clone, Debug)]
pub struct Strategy {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Programmes offered.
    pub programmes: Vec<usize>,
    /// Replaced parameters.
    pub set: Vec<Set>,
}
