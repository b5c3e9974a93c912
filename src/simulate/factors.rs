//! Continuous risk factors: how much more or less often things happen to people who have more of one.
//!
//! **Value.** A person enters with the value x and has x + drift·t after t years; t is read at the start of each
//! cycle, as age and time are. So rates lag by half a cycle: with ratio r and drift a year, they are r^(drift·Δ/2) too
//! low in a cycle of Δ years (r = 1.1, drift 0.1 and yearly cycles: 0.5%). Quality of life lags likewise, at the end
//! of a cycle by Δ.
//!
//! **Rates.** With ratio r a unit, an event or transition that the factor drives has its rate multiplied by
//! r^(x + drift·t) / E[r^x], E the mean over the people of the profile as they enter: the stated rate is theirs. What
//! follows from an event inherits its ratio unless it has one of its own, which replaces it. Factors are independent
//! of each other within a profile; their multipliers multiply. *Example:* a normal factor with standard deviation 5
//! and r = 1.1. Someone 3 above the mean has 1.1³ / exp(½(5·ln 1.1)²) = 1.331 / 1.120 = 1.188 times the stated rate.
//!
//! **Quality of life.** With b a unit, utility changes by b·(x + drift·t − m), m the profile's mean at entry.
//!
//! **Bins.** Expected numbers need finitely many kinds of people: each profile is split into equally likely bins of
//! each factor, whose value is the mean of the factor within the bin ([`crate::sample::parts`]); E is then the mean
//! over bins, so that the stated rate is met for any number of them. Persons have values of their own, and E is that
//! of the distribution. Skewed shapes end at their outermost ten-thousandths, for bins, E and persons alike; a gamma
//! distribution whose E would not be finite without these ends is refused, whatever the engine.
//!
//! **Probabilities.** A factor multiplies the hazard −ln(1 − p) of a probability p. It is the mean of the hazards that
//! is the stated one; the mean of the probabilities is a little lower.

use super::effects::Schedule;
use super::points::{Points, Values, within};
use super::profiles::Profiles;
use super::trajectory::Trajectory;
use crate::formula::{LANES, Lane, Scratch, math};
use crate::sample::parts::{Parts, Spread, log_mean_of_ratios};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Engine, Factor, FactorShape, Quantity, Scenario};

/// What of a model's risk factors is the same in every draw.
#[derive(Clone, Debug)]
pub struct FactorPlan {
    /// Bins of each factor.
    parts: Parts,
    /// Bins that a profile is split into: those of one factor, to the power of the number of factors.
    bins: usize,
    /// Whether people are followed one by one, with values of their own.
    persons: bool,
    /// The people before they are split, at the age of entry.
    people: Points,
    /// What is driven: by event, then transition.
    nodes: Vec<Driven>,
}

/// An event or transition that risk factors drive.
#[derive(Clone, Debug)]
struct Driven {
    /// Position among events, then transitions.
    node: usize,
    /// Factors that drive it, each with the position of the ratio.
    by: Vec<(usize, usize)>,
    /// States in which it happens.
    states: Vec<usize>,
}

/// The bins in which an engine splits each profile of a model.
pub(super) fn bins(scenario: &Scenario, model: usize, engine: Engine) -> usize {
    let factors = scenario.models[model].factors.len() as u32;
    match engine {
        Engine::Expected => scenario.uncertainty.factor_bins.max(1).pow(factors),
        Engine::Counts | Engine::Individual => 1,
    }
}

/// ln of a ratio for each unit of a risk factor.
pub(super) fn log_ratio(quantity: &Quantity, environment: &Environment) -> Result<Lane, QuantityError> {
    let ratio = environment.quantity(quantity)?;
    if ratio.any(|ratio| ratio <= 0.0) {
        return Err(QuantityError::new(quantity, "is not above 0 in some draw"));
    }
    Ok(math::ln(ratio))
}

impl FactorPlan {
    /// Plans the factors of a model.
    pub(super) fn new(scenario: &Scenario, model: usize, profiles: &Profiles) -> Self {
        let description = &scenario.models[model];
        let bins = profiles.bins;
        let parts = Parts::new(if bins > 1 { scenario.uncertainty.factor_bins } else { 1 });
        let rows: Vec<Vec<f64>> = match description.factors.is_empty() {
            true => Vec::new(),
            false => profiles.list.iter().step_by(bins).map(|profile| profile.variables.clone()).collect(),
        };
        let by: Vec<Vec<Option<usize>>> =
            description.factors.iter().map(|factor| description.driven_by(factor)).collect();
        let nodes = (0..description.events.len() + description.transitions.len())
            .map(|node| Driven {
                node,
                by: by.iter().enumerate().filter_map(|(f, by)| by[node].map(|ratio| (f, ratio))).collect(),
                states: match node.checked_sub(description.events.len()) {
                    None => description.events[node].states.clone(),
                    Some(transition) => vec![description.transitions[transition].from],
                },
            })
            .filter(|driven| !driven.by.is_empty())
            .collect();
        let people = Points::from_rows(scenario.variables.count(), &rows);
        Self { parts, bins, persons: profiles.engine == Engine::Individual, people, nodes }
    }

    /// The events, then transitions, that any factor drives, in the order of [`Factors::exponents`].
    pub fn driven(&self) -> impl Iterator<Item = usize> + '_ {
        self.nodes.iter().map(|driven| driven.node)
    }

    /// The bin of a factor that a profile is in.
    fn part(&self, profile: usize, factor: usize) -> usize {
        let count = self.parts.count();
        (profile % self.bins) / count.pow(factor as u32) % count
    }
}

/// The risk factors of one model in one block of draws.
#[derive(Clone, Debug, Default)]
pub struct Factors {
    list: Vec<FactorValues>,
    alike: Vec<Alike>,
}

/// Driven nodes that the same factors drive with the same ratios in every lane: their multipliers are the same.
#[derive(Clone, Debug)]
struct Alike {
    /// The position of one of them in the plan.
    driven: usize,
    /// Events, then transitions.
    nodes: Vec<usize>,
    /// States in which any of them happens.
    states: Vec<usize>,
}

/// A risk factor in one block of draws. People are profiles before they are split into bins.
#[derive(Clone, Debug)]
struct FactorValues {
    mean: Values,
    sd: Values,
    drift: Values,
    /// By people, then lane.
    spreads: Vec<[Spread; LANES]>,
    /// By bin, then people: deviation from the mean at entry.
    deviation: Vec<Vec<Lane>>,
    /// By ratio: its logarithm.
    log_ratio: Vec<Lane>,
    /// By ratio, then people: ln E[r^(x − m)].
    log_mean: Vec<Vec<Lane>>,
    /// State and change of its utility a unit.
    utilities: Vec<(usize, Lane)>,
}

impl Factors {
    /// Evaluates the factors of a model.
    ///
    /// # Errors
    /// A quantity that cannot be evaluated or lies outside its range.
    pub(super) fn fill(
        &mut self,
        scenario: &Scenario,
        model: usize,
        plan: &FactorPlan,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<(), QuantityError> {
        self.list.clear();
        for factor in &scenario.models[model].factors {
            self.list.push(FactorValues::new(factor, plan, environment, scratch)?);
        }
        self.alike.clear();
        for (position, driven) in plan.nodes.iter().enumerate() {
            let list = &self.list;
            let ratios = |driven: &Driven| -> Vec<(usize, Lane)> {
                driven.by.iter().map(|&(factor, ratio)| (factor, list[factor].log_ratio[ratio])).collect()
            };
            let own = ratios(driven);
            let known = self.alike.iter().position(|others| ratios(&plan.nodes[others.driven]) == own);
            let known = known.unwrap_or_else(|| {
                self.alike.push(Alike { driven: position, nodes: Vec::new(), states: Vec::new() });
                self.alike.len() - 1
            });
            let Alike { nodes, states, .. } = &mut self.alike[known];
            nodes.push(driven.node);
            states.extend(&driven.states);
        }
        for Alike { states, .. } in &mut self.alike {
            states.sort_unstable();
            states.dedup();
        }
        Ok(())
    }

    /// Whether the model has none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether any factor changes the quality of life.
    pub fn act_on_utility(&self) -> bool {
        self.list.iter().any(|factor| !factor.utilities.is_empty())
    }

    /// The value of a factor in the bin of a profile, `years` after entry.
    pub fn value(&self, plan: &FactorPlan, profile: usize, factor: usize, years: f64) -> Lane {
        let (people, part) = (profile / plan.bins, plan.part(profile, factor));
        let factor = &self.list[factor];
        factor.mean.at(people) + factor.deviation[part][people] + factor.drift.at(people) * years
    }

    /// Multiplies a schedule by what the factors do to a profile; its first cycle begins `years` after entry.
    pub fn multiply(
        &self,
        plan: &FactorPlan,
        profile: usize,
        years: f64,
        cycle_length: f64,
        schedule: &mut Schedule,
    ) {
        let people = profile / plan.bins;
        for alike in &self.alike {
            let (mut start, mut slope) = (Lane::ZERO, Lane::ZERO);
            for &(index, ratio) in &plan.nodes[alike.driven].by {
                let factor = &self.list[index];
                let log_ratio = factor.log_ratio[ratio];
                let deviation = factor.deviation[plan.part(profile, index)][people];
                start += log_ratio * deviation - factor.log_mean[ratio][people];
                slope += log_ratio * factor.drift.at(people);
            }
            let at = |cycle: usize| math::exp(start + slope * (years + cycle as f64 * cycle_length));
            let mut multiplier = at(0);
            for cycle in 0..schedule.cycles() {
                if cycle > 0 && slope != Lane::ZERO {
                    multiplier = at(cycle);
                }
                schedule.multiply(cycle, &alike.nodes, multiplier, &alike.states);
            }
        }
    }

    /// Writes what the factors add to the utility of a trajectory's people, all of one profile; its first cycle
    /// begins `years` after entry.
    pub fn add_quality(
        &self,
        plan: &FactorPlan,
        profile: usize,
        years: f64,
        cycle_length: f64,
        trajectory: &mut Trajectory,
    ) {
        // What it held before may be that of another model.
        trajectory.quality.clear();
        if !self.act_on_utility() {
            return;
        }
        let people = profile / plan.bins;
        let (cycles, states) = (trajectory.cycles, trajectory.states);
        trajectory.quality.resize(2 * cycles, Lane::ZERO);
        for (index, factor) in self.list.iter().enumerate() {
            let deviation = factor.deviation[plan.part(profile, index)][people];
            for &(state, per_unit) in &factor.utilities {
                for cycle in 0..cycles {
                    let since = years + cycle as f64 * cycle_length;
                    let amount = per_unit * (deviation + factor.drift.at(people) * since);
                    for end in 0..2 {
                        trajectory.quality[2 * cycle + end] +=
                            amount * trajectory.persons[(cycle + end) * states + state];
                    }
                }
            }
        }
    }

    /// The deviation from the mean with which a person of a profile enters, by their rank `u` among people of the
    /// profile, 0 < u < 1.
    pub fn deviation(&self, profile: usize, factor: usize, lane: usize, u: f64) -> f64 {
        self.list[factor].spreads[profile][lane].deviation(u)
    }

    /// The value of a factor for a person with a deviation at entry, `years` later.
    pub fn value_of(&self, profile: usize, factor: usize, lane: usize, deviation: f64, years: f64) -> f64 {
        let factor = &self.list[factor];
        factor.mean.at(profile)[lane] + deviation + factor.drift.at(profile)[lane] * years
    }

    /// What the factors do to the rates of a person, by event, then transition: `(node, ln of the multiplier at
    /// entry, what is added to it each year)`. `deviations` holds one for each factor.
    pub fn exponents<'a>(
        &'a self,
        plan: &'a FactorPlan,
        profile: usize,
        lane: usize,
        deviations: &'a [f64],
    ) -> impl Iterator<Item = (usize, f64, f64)> + 'a {
        plan.nodes.iter().map(move |driven| {
            let (mut start, mut slope) = (0.0, 0.0);
            for &(index, ratio) in &driven.by {
                let factor = &self.list[index];
                let log_ratio = factor.log_ratio[ratio][lane];
                start += log_ratio * deviations[index] - factor.log_mean[ratio][profile][lane];
                slope += log_ratio * factor.drift.at(profile)[lane];
            }
            (driven.node, start, slope)
        })
    }

    /// What the factors add to the utility of a person: `(state, at entry, added each year)`.
    pub fn utilities<'a>(
        &'a self,
        profile: usize,
        lane: usize,
        deviations: &'a [f64],
    ) -> impl Iterator<Item = (usize, f64, f64)> + 'a {
        self.list.iter().zip(deviations).flat_map(move |(factor, deviation)| {
            let drift = factor.drift.at(profile)[lane];
            factor
                .utilities
                .iter()
                .map(move |(state, per_unit)| (*state, per_unit[lane] * deviation, per_unit[lane] * drift))
        })
    }
}

impl FactorValues {
    fn new(
        factor: &Factor,
        plan: &FactorPlan,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<Self, QuantityError> {
        let (mut mean, mut sd, mut drift) = (Values::default(), Values::default(), Values::default());
        plan.people.evaluate(&factor.mean, environment, None, scratch, &mut mean)?;
        plan.people.evaluate(&factor.sd, environment, None, scratch, &mut sd)?;
        plan.people.evaluate(&factor.drift, environment, None, scratch, &mut drift)?;
        within(&factor.sd, &sd, 0.0, f64::INFINITY)?;
        if factor.distribution != FactorShape::Normal
            && mean.held().iter().any(|mean| mean.any(|mean| mean <= 0.0))
        {
            return Err(QuantityError::new(
                &factor.mean,
                "is not above 0 in some draw, as a factor without values below 0 needs",
            ));
        }
        let mut values = Self {
            mean,
            sd,
            drift,
            spreads: Vec::new(),
            deviation: Vec::new(),
            log_ratio: Vec::new(),
            log_mean: Vec::new(),
            utilities: Vec::new(),
        };
        for ratio in &factor.hazard_ratios {
            values.log_ratio.push(log_ratio(&ratio.value, environment)?);
        }
        for utility in &factor.utilities {
            values.utilities.push((utility.state, environment.quantity(&utility.value)?));
        }
        values.split(factor, plan)?;
        Ok(values)
    }

    /// Bins, and means of ratios over them or over persons.
    fn split(&mut self, factor: &Factor, plan: &FactorPlan) -> Result<(), QuantityError> {
        let (people, count, ratios) = (plan.people.len(), plan.parts.count(), self.log_ratio.len());
        self.deviation = vec![vec![Lane::ZERO; people]; count];
        self.log_mean = vec![vec![Lane::ZERO; people]; ratios];
        let mut parts = vec![0.0; count];
        let mut log_means = vec![0.0; ratios];
        let none = Spread::new(factor.distribution, 1.0, 0.0);
        self.spreads = vec![[none; LANES]; people];
        // People and draws that are alike in all that matters, one after the other, share the work.
        let mut known: Option<(Spread, Vec<f64>)> = None;
        for person in 0..people {
            for lane in 0..LANES {
                let (mean, sd) = (self.mean.at(person)[lane], self.sd.at(person)[lane]);
                let logs = || self.log_ratio.iter().map(|log_ratio| log_ratio[lane]);
                let spread = match &known {
                    Some((spread, others)) if spread.is_of(mean, sd) && logs().eq(others.iter().copied()) => {
                        *spread
                    }
                    _ => {
                        let spread = Spread::new(factor.distribution, mean, sd);
                        plan.parts.deviations(spread, &mut parts);
                        for ((ratio, log_mean), c) in log_means.iter_mut().enumerate().zip(logs()) {
                            // Refused for bins too, which have an end only because there are not more of them.
                            let of_persons = spread.log_mean_ratio(c).ok_or_else(|| {
                                QuantityError::new(
                                    &factor.hazard_ratios[ratio].value,
                                    "is too far from 1 for this gamma distribution: the mean rate has no end",
                                )
                            })?;
                            *log_mean = if plan.persons { of_persons } else { log_mean_of_ratios(&parts, c) };
                        }
                        known = Some((spread, logs().collect()));
                        spread
                    }
                };
                self.spreads[person][lane] = spread;
                for (part, deviation) in parts.iter().enumerate() {
                    self.deviation[part][person][lane] = *deviation;
                }
                for (ratio, log_mean) in log_means.iter().enumerate() {
                    self.log_mean[ratio][person][lane] = *log_mean;
                }
            }
        }
        Ok(())
    }
}
