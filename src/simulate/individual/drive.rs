//! What a person's risk factors do to their rates and their quality of life.

use crate::formula::math;
use crate::scenario::checked::Scenario;
use crate::simulate::chance::exits::Exits;
use crate::simulate::chance::luck::{Luck, purpose};
use crate::simulate::engine::Block;
use crate::simulate::structure::{Cause, Structure};

/// The factors of one profile in one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Drive {
    profile: usize,
    lane: usize,
    /// By exit of all states: what of a person's multipliers acts on it.
    exits: Vec<Option<usize>>,
    /// By event.
    events: Vec<Option<usize>>,
    /// What is added to the logarithm of each multiplier a year.
    slopes: Vec<f64>,
}

/// What of a person's factors does not change.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    /// Deviation of each factor from the mean at entry.
    pub deviations: Vec<f64>,
    /// Logarithm of each multiplier at entry.
    starts: Vec<f64>,
    /// State, what is added to its utility at entry, and how much more each year.
    utilities: Vec<(usize, f64, f64)>,
}

impl Drive {
    /// The factors of a profile in a lane.
    pub fn new(block: &Block<'_>, profile: usize, lane: usize) -> Self {
        let (structure, factors) = (&block.plan.structure, &block.plan.grid.factors);
        let driven: Vec<usize> = factors.driven().collect();
        let position = |node: usize| driven.iter().position(|&known| known == node);
        let exits = structure.exits.iter().flatten().map(|exit| match exit.cause {
            Cause::Event(event) => position(event),
            Cause::Transition(transition) => position(structure.events + transition),
            Cause::Death => None,
        });
        let number = block.scenario.models[block.plan.model].factors.len();
        let means = vec![0.0; number];
        let slopes = block.rates.factors.exponents(factors, profile, lane, &means);
        Self {
            profile,
            lane,
            exits: exits.collect(),
            events: (0..structure.events).map(position).collect(),
            slopes: slopes.map(|(_, _, slope)| slope).collect(),
        }
    }

    /// A person's own factors: their rank among the people of the profile is a number of theirs.
    pub fn own(&self, block: &Block<'_>, ranks: &mut Ranks, number: u32) -> Own {
        let factors = &block.rates.factors;
        let deviations: Vec<f64> = ranks
            .streams
            .iter_mut()
            .enumerate()
            .map(|(factor, stream)| {
                stream.jump(u64::from(number));
                factors.deviation(self.profile, factor, self.lane, stream.next_uniform())
            })
            .collect();
        let plan = &block.plan.grid.factors;
        let exponents = factors.exponents(plan, self.profile, self.lane, &deviations);
        let starts = exponents.map(|(_, start, _)| start).collect();
        let utilities = factors.utilities(self.profile, self.lane, &deviations).collect();
        Own { deviations, starts, utilities }
    }

    fn multiplier(&self, own: &Own, node: usize, years: f64) -> f64 {
        math::exp_scalar(own.starts[node] + self.slopes[node] * years)
    }

    /// Multiplies the exits of a state, `years` after entry.
    pub fn multiply(
        &self,
        structure: &Structure,
        own: &Own,
        state: usize,
        years: f64,
        cycle_length: f64,
        exits: &mut Exits,
    ) {
        let driven = &self.exits[structure.exit_from[state]..structure.exit_from[state + 1]];
        if driven.iter().all(Option::is_none) {
            return;
        }
        exits.total = 0.0;
        for (hazard, node) in exits.hazards.iter_mut().zip(driven) {
            if let Some(node) = node {
                *hazard *= self.multiplier(own, *node, years);
            }
            exits.total += *hazard;
        }
        let x = exits.total * cycle_length;
        let share = math::one_minus_exp_over_scalar(x);
        exits.time = share * cycle_length;
        exits.staying = 1.0 - x * share;
    }

    /// Multiplier of an event.
    #[inline]
    pub fn of_event(&self, own: &Own, event: usize, years: f64) -> f64 {
        self.events[event].map_or(1.0, |node| self.multiplier(own, node, years))
    }
}

impl Own {
    /// What the factors add to the utility of a person in a state, `years` after entry.
    pub fn utility(&self, state: usize, years: f64) -> f64 {
        let here = self.utilities.iter().filter(|(known, ..)| *known == state);
        here.map(|(_, start, slope)| start + slope * years).sum()
    }
}

/// The ranks of the people of a family, by factor.
#[derive(Clone, Debug)]
pub(super) struct Ranks {
    streams: Vec<crate::sample::Stream>,
}

impl Ranks {
    /// The ranks of a family in a run.
    pub fn new(scenario: &Scenario, model: usize, luck: &Luck, family: u64) -> Self {
        let description = &scenario.models[model];
        let stream = |id: &String| luck.stream(purpose(&[&description.id, "factor", id]), family);
        Self { streams: description.factors.iter().map(|factor| stream(&factor.id)).collect() }
    }
}
