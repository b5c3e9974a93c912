//! The engines: one model, followed in expected numbers, in whole people, or person by person.
//!
//! All engines show an [`Observer`] the same things: a trajectory for every profile of the comparator, and a pair of
//! trajectories for every cohort. What a [`Lane`](crate::formula::Lane) holds in `expected` are eight draws of the
//! parameters; in the other two each element is one *run* of one draw, whose numbers of people are whole.
//!
//! **Runs.** With D draws and R replicates there are D·R runs; run k has the parameters of draw k div R and the
//! luck of replicate k mod R. Lane l of block b holds run 8b + l; lanes behind the last run repeat it.

use super::chance::luck::Luck;
use super::expected::{self, EnrolmentPlan, ModelPlan, Workspace};
use super::{Observer, Rates, counts, individual};
use crate::formula::LANES;
use crate::sample::{Environment, QuantityError, hash_of_name};
use crate::scenario::checked::{Engine, Scenario};

/// One run: a draw of the parameters, and which of its repetitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Draw; [`Run::BASE`] for the stated values.
    pub draw: u64,
    /// Replicate.
    pub replicate: u64,
}

impl Run {
    /// Stands for a draw in the runs at the stated values.
    pub const BASE: u64 = (1 << 40) - 1;
}

/// The runs of one block, and the seed they share.
#[derive(Clone, Copy, Debug)]
pub struct Runs {
    /// Seed of the scenario.
    pub seed: u64,
    /// By lane.
    pub lanes: [Run; LANES],
    /// How many lanes hold a run of their own; the others repeat the last of these.
    pub own: usize,
}

impl Runs {
    /// The runs of a block, of `runs` in all, `replicates` for each draw.
    pub fn of_block(seed: u64, block: usize, runs: usize, replicates: usize) -> Self {
        let last = runs.saturating_sub(1);
        let lanes = std::array::from_fn(|lane| {
            let run = (block * LANES + lane).min(last);
            Run { draw: (run / replicates) as u64, replicate: (run % replicates) as u64 }
        });
        Self { seed, lanes, own: LANES.min(runs - (block * LANES).min(last)) }
    }

    /// The luck of a lane.
    pub fn luck(&self, lane: usize) -> Luck {
        let Run { draw, replicate } = self.lanes[lane];
        Luck { seed: self.seed, draw, replicate }
    }

    /// The same runs with other luck.
    #[must_use]
    pub fn with_other_luck(&self) -> Self {
        Self { seed: self.seed ^ hash_of_name("people apart from the participants"), ..*self }
    }

    /// The `block`-th eight runs at the stated values.
    pub fn at_stated_values(seed: u64, block: usize) -> Self {
        let lanes =
            std::array::from_fn(|lane| Run { draw: Run::BASE, replicate: (block * LANES + lane) as u64 });
        Self { seed, lanes, own: LANES }
    }
}

/// The people of a comparator, as later cohorts need them.
#[derive(Clone, Debug)]
pub enum Present {
    /// Expected numbers.
    Expected(expected::Present),
    /// Whole people.
    Counts(counts::Present),
    /// Persons.
    Individual(individual::Present),
}

/// Memory that is kept from block to block.
#[derive(Debug, Default)]
pub struct Memory {
    /// Of the engine `expected`, with the room for formulas that all engines use.
    pub expected: Workspace,
    /// Of the engine `counts`.
    pub counts: counts::Memory,
    /// Of the engine `individual`.
    pub individual: individual::Memory,
}

/// A model in one block of runs.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// How people are followed.
    pub engine: Engine,
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The model.
    pub plan: &'a ModelPlan,
    /// Its hazards in these draws.
    pub rates: &'a Rates,
    /// The parameters of these draws.
    pub environment: &'a Environment,
    /// Which runs these are.
    pub runs: &'a Runs,
}

impl Block<'_> {
    /// Follows the comparator and reports each profile; `wanted` tells at which boundaries someone enrols.
    ///
    /// # Errors
    /// Start shares that cannot be evaluated or do not sum to 1.
    pub fn comparator(
        &self,
        wanted: &[bool],
        memory: &mut Memory,
        observer: &mut impl Observer,
    ) -> Result<Present, QuantityError> {
        match self.engine {
            Engine::Expected => expected::comparator(
                self.scenario,
                self.plan,
                self.rates,
                self.environment,
                wanted,
                &mut memory.expected,
                observer,
            )
            .map(Present::Expected),
            Engine::Counts => counts::comparator(self, wanted, memory, observer).map(Present::Counts),
            Engine::Individual => {
                individual::comparator(self, wanted, memory, observer).map(Present::Individual)
            }
        }
    }

    /// Enrols and follows the cohorts of a strategy, and reports each.
    ///
    /// # Errors
    /// A quantity of the programmes outside its range, with its place.
    pub fn cohorts(
        &self,
        enrolment: &EnrolmentPlan,
        present: &Present,
        memory: &mut Memory,
        observer: &mut impl Observer,
    ) -> Result<(), QuantityError> {
        match present {
            Present::Expected(present) => expected::cohorts(
                self.scenario,
                self.plan,
                enrolment,
                self.rates,
                present,
                self.environment,
                &mut memory.expected,
                observer,
            ),
            Present::Counts(present) => counts::cohorts(self, enrolment, present, memory, observer),
            Present::Individual(present) => individual::cohorts(self, enrolment, present, memory, observer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_is_repeated_as_often_as_it_has_replicates() {
        // 3 draws x 4 replicates = 12 runs; block 1 holds runs 8 to 11, draw 2 alone, and repeats the last.
        let runs = Runs::of_block(1, 1, 12, 4);
        assert_eq!(runs.own, 4);
        assert_eq!(runs.lanes[0], Run { draw: 2, replicate: 0 });
        assert_eq!(runs.lanes[3], Run { draw: 2, replicate: 3 });
        assert_eq!(runs.lanes[7], runs.lanes[3]);
        assert_eq!(Runs::of_block(1, 0, 12, 4).lanes[5], Run { draw: 1, replicate: 1 });
    }
}
