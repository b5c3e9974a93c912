//! Hazards at every point, in one block of draws.
//!
//! **Rates of a node.** The own rate of an event is the root's rate per person-year times the shares down to
//! it. Where risk classes have relative rates r, the root's rate in class c is multiplied by r_c / Σ_k s_k r_k
//! with s the shares of the classes at the age of entry, so that the population's mean stays as stated.
//!
//! **Rows of probabilities.** p = Σ p_j within the stated period T corresponds to the hazard −ln(1−p)/T, of
//! which exit j has the share p_j/p. A certain exit (p ≥ 1) is read as a hazard of 50 per period.

use super::factors::{FactorPlan, Factors};
use super::mortality::{MortalityGrid, background};
use super::points::{Points, Values, within};
use super::profiles::{Profiles, acts_on};
use super::structure::{Cause, Row, Structure};
use crate::formula::{Lane, Scratch, math};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Frequency, Node, Scenario, Variables};
use multiversion::multiversion;
use std::collections::BTreeMap;
use std::hint::select_unpredictable as choose;

/// Hazard per stated period that stands for certainty.
pub(super) const CERTAIN: f64 = 50.0;

/// Where the formulas of a model are evaluated, and which point each profile is at in each cycle.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Points with attained age.
    pub points: Points,
    /// The same people at the age of entry (for class shares).
    entry: Points,
    /// Point by profile and cycle, `[profile × cycles + cycle]`; cycles before entry hold the first point.
    pub point_of: Vec<u32>,
    cycles: usize,
    mortality: Option<MortalityGrid>,
    /// Risk factors of the profiles.
    pub factors: FactorPlan,
}

impl Grid {
    /// Points of a model over the horizon.
    pub fn new(scenario: &Scenario, model: usize, profiles: &Profiles) -> Self {
        let quantities = super::profiles::model_quantities(scenario, model);
        let uses = |variable: usize| quantities.iter().any(|q| q.program.variables().contains(&variable));
        // Shares of acting classes are those at entry; ages that they cannot tell apart need one point.
        let shares: Vec<_> = scenario
            .population
            .classes
            .iter()
            .flat_map(|class| &class.values)
            .filter(|value| value.relative_rates.iter().any(|r| r.model == model))
            .map(|value| &value.share.program)
            .collect();
        let classes_by_age = shares.iter().any(|share| share.variables().contains(&Variables::AGE));
        let (by_year, by_time) = (uses(Variables::YEAR), uses(Variables::TIME));
        // The background hazard is that of an age and sex, whatever the formulas mention.
        let mortality = scenario.models[model].background.is_some();
        let by_age = mortality || uses(Variables::AGE) || classes_by_age;
        let by_sex = mortality || uses(Variables::SEX);
        let time = scenario.time;
        let cycles = time.cycles();
        let variables = scenario.variables.count();
        let mut index: BTreeMap<Vec<u64>, u32> = BTreeMap::new();
        let (mut rows, mut entry_rows) = (Vec::new(), Vec::new());
        let mut point_of = Vec::with_capacity(profiles.list.len() * cycles);
        for profile in &profiles.list {
            for cycle in 0..cycles {
                let year = time.year_of(cycle).max(profile.enters);
                let mut row = profile.variables.clone();
                // Engines that follow persons give them a history of their own.
                scenario.variables.begin_history(&mut row);
                row[Variables::AGE] = f64::from(profile.age) + (year - profile.enters) as f64;
                row[Variables::YEAR] = f64::from(time.start) + year as f64;
                row[Variables::TIME] =
                    cycle.max(profile.enters * time.cycles_per_year) as f64 * time.cycle_length();
                let mut entry = profile.variables.clone();
                if !classes_by_age {
                    entry[Variables::AGE] = row[Variables::AGE];
                }
                let mut key: Vec<u64> =
                    scenario.variables.labels_of(&row).iter().map(|v| v.to_bits()).collect();
                if by_sex {
                    key.push(row[Variables::SEX].to_bits());
                }
                if by_age {
                    key.push(row[Variables::AGE].to_bits());
                    for share in &shares {
                        key.extend(share.signature(Variables::AGE, entry[Variables::AGE]));
                    }
                }
                if by_year {
                    key.push(row[Variables::YEAR].to_bits());
                }
                if by_time {
                    key.push(row[Variables::TIME].to_bits());
                }
                let next = rows.len() as u32;
                let point = *index.entry(key).or_insert_with(|| {
                    rows.push(row);
                    entry_rows.push(entry);
                    next
                });
                point_of.push(point);
            }
        }
        let points = Points::from_rows(variables, &rows);
        let mortality = mortality.then(|| MortalityGrid::new(scenario, profiles, &rows));
        let entry = Points::from_rows(variables, &entry_rows);
        Self {
            points,
            entry,
            point_of,
            cycles,
            mortality,
            factors: FactorPlan::new(scenario, model, profiles),
        }
    }

    /// Points of a profile by cycle.
    #[inline]
    pub fn path(&self, profile: usize) -> &[u32] {
        &self.point_of[profile * self.cycles..(profile + 1) * self.cycles]
    }
}

/// Hazards of one model at every point, in one block of draws; kept and refilled from block to block.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    events: usize,
    states: usize,
    transitions: usize,
    /// `[point][state in which events happen][event]`: own rate per person-year.
    event: Vec<Lane>,
    event_slot: Vec<Option<usize>>,
    event_slots: usize,
    /// `[point][transition]`: hazard per person-year.
    transition: Vec<Lane>,
    /// `[point][transition]`: probability in the stated period, where the row is stated so.
    pub(super) probability: Vec<Lane>,
    /// `[point][state]`: background and excess hazard of dying.
    death: Vec<Lane>,
    /// Background hazard by age and sex.
    background: Vec<Lane>,
    /// `[point][state]`: expected person-time at risk in a cycle, per person at its start, years.
    time: Vec<Lane>,
    /// `[point][state]`: probability of staying for a cycle.
    stay: Vec<Lane>,
    /// `[point][exit]`: hazards in the order of the structure's exits, one after the other.
    exit: Vec<Lane>,
    exits: usize,
    /// Risk factors; the rates are those of people before they are told apart by these.
    pub factors: Factors,
    values: Values,
}

/// Everything that decides what happens to people at one point.
#[derive(Clone, Copy, Debug)]
pub struct AtPoint<'a> {
    /// Person-time at risk in a cycle per person at its start, by state.
    pub time: &'a [Lane],
    /// Probability of staying, by state.
    pub stay: &'a [Lane],
    /// Hazards of exits, in the order of [`Structure::exit_list`].
    pub exit: &'a [Lane],
    /// Own rates of events per person-year, `[state in which events happen][event]`.
    pub event: &'a [Lane],
}

impl Rates {
    /// All rates at a point.
    #[inline(always)]
    pub fn at(&self, point: usize) -> AtPoint<'_> {
        let row = |width: usize| point * width..(point + 1) * width;
        AtPoint {
            time: &self.time[row(self.states)],
            stay: &self.stay[row(self.states)],
            exit: &self.exit[row(self.exits)],
            event: &self.event[row(self.event_slots * self.events)],
        }
    }
    /// Own rates of events in a state at a point, by event, per person-year.
    #[inline]
    pub fn event_rates(&self, point: usize, state: usize) -> &[Lane] {
        match self.event_slot[state] {
            Some(slot) => {
                let from = (point * self.event_slots + slot) * self.events;
                &self.event[from..from + self.events]
            }
            None => &[],
        }
    }
    /// Hazards of transitions at a point.
    #[inline]
    pub fn transition_rates(&self, point: usize) -> &[Lane] {
        &self.transition[point * self.transitions..(point + 1) * self.transitions]
    }
    /// Background and excess hazard of dying.
    #[inline]
    pub fn death_rate(&self, point: usize, state: usize) -> Lane {
        self.death[point * self.states + state]
    }
    /// Person-time at risk in a cycle per person at its start: Δt·g(hΔt).
    #[inline]
    pub fn time_at_risk(&self, point: usize, state: usize) -> Lane {
        self.time[point * self.states + state]
    }
    /// Hazards of all exits at a point, in the order of [`Structure::exit_list`].
    #[inline]
    pub fn exit_hazards(&self, point: usize) -> &[Lane] {
        &self.exit[point * self.exits..(point + 1) * self.exits]
    }
    /// Probability of staying.
    #[inline]
    pub fn staying(&self, point: usize, state: usize) -> Lane {
        self.stay[point * self.states + state]
    }

    /// Evaluates the model in an environment.
    ///
    /// # Errors
    /// A negative rate, a probability above one, more modelled deaths than the life table has, a missing
    /// table row: with the place in the scenario.
    pub fn fill(
        &mut self,
        scenario: &Scenario,
        model: usize,
        structure: &Structure,
        grid: &Grid,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<(), QuantityError> {
        self.raw(scenario, model, structure, &grid.points, &grid.entry, environment, scratch)?;
        if let Some(mortality) = &grid.mortality {
            self.background = background(scenario, model, structure, mortality, environment, scratch)?;
            let background: Vec<Lane> =
                mortality.group_of_point.iter().map(|&group| self.background[group]).collect();
            self.add_background(scenario, model, &grid.points, &background, environment, scratch)?;
        }
        self.finish(structure, scenario.time.cycle_length(), grid.points.len());
        self.factors.fill(scenario, model, &grid.factors, environment, scratch)
    }

    /// Evaluates the model for people with a history: `at` holds for each kind of them the point of the grid that they
    /// are at, `histories` for each variable of history its value by kind. `base` are the rates at the grid.
    ///
    /// # Errors
    /// As [`Rates::fill`].
    #[allow(clippy::too_many_arguments)]
    pub(super) fn fill_histories(
        &mut self,
        scenario: &Scenario,
        model: usize,
        structure: &Structure,
        grid: &Grid,
        base: &Rates,
        at: &[u32],
        histories: Vec<(usize, Vec<f64>)>,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<(), QuantityError> {
        let mut points = grid.points.pick(at);
        for (variable, values) in histories {
            points.set_column(variable, values);
        }
        self.raw(scenario, model, structure, &points, &grid.entry.pick(at), environment, scratch)?;
        if let Some(mortality) = &grid.mortality {
            let background: Vec<Lane> =
                at.iter().map(|&point| base.background[mortality.group_of_point[point as usize]]).collect();
            self.add_background(scenario, model, &points, &background, environment, scratch)?;
        }
        self.finish(structure, scenario.time.cycle_length(), at.len());
        Ok(())
    }

    /// Adds the `background` hazard of dying at each point, times the ratio of each state.
    fn add_background(
        &mut self,
        scenario: &Scenario,
        model: usize,
        points: &Points,
        background: &[Lane],
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<(), QuantityError> {
        let mut ratio = Values::default();
        for (state, description) in scenario.models[model].states.iter().enumerate() {
            if !description.alive {
                continue;
            }
            let quantity = &description.mortality_ratio;
            points.evaluate(quantity, environment, Some(description.code), scratch, &mut ratio)?;
            within(quantity, &ratio, 0.0, f64::INFINITY)?;
            for (point, &background) in background.iter().enumerate() {
                self.death[point * self.states + state] += background * ratio.at(point);
            }
        }
        Ok(())
    }

    /// Event rates, transition hazards and excess mortality, without the background.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn raw(
        &mut self,
        scenario: &Scenario,
        model: usize,
        structure: &Structure,
        points: &Points,
        entry: &Points,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<(), QuantityError> {
        let description = &scenario.models[model];
        (self.events, self.states, self.transitions) =
            (structure.events, structure.states, structure.transitions);
        self.event_slot.clone_from(&structure.event_slot);
        self.event_slots = structure.event_slots;
        let n = points.len();
        for (buffer, size) in [
            (&mut self.event, n * structure.event_slots * self.events),
            (&mut self.transition, n * self.transitions),
            (&mut self.probability, n * self.transitions),
            (&mut self.death, n * self.states),
            (&mut self.time, n * self.states),
            (&mut self.stay, n * self.states),
        ] {
            buffer.clear();
            buffer.resize(size, Lane::ZERO);
        }
        let mut values = std::mem::take(&mut self.values);
        for (index, event) in description.events.iter().enumerate() {
            let by_state = event.amount.program.variables().contains(&Variables::STATE);
            let class_factor =
                self.class_factor(scenario, model, Node::Event(index), points, entry, environment, scratch)?;
            for (position, &state) in event.states.iter().enumerate() {
                if position == 0 || by_state {
                    let code = description.states[state].code;
                    points.evaluate(&event.amount, environment, Some(code), scratch, &mut values)?;
                    let highest = if event.parent.is_some() { 1.0 + 1e-9 } else { f64::INFINITY };
                    within(&event.amount, &values, 0.0, highest)?;
                }
                let Some(slot) = structure.event_slot[state] else { continue };
                for point in 0..n {
                    let from = (point * structure.event_slots + slot) * self.events;
                    let mut rate = values.at(point);
                    if let Some(parent) = event.parent {
                        rate *= self.event[from + parent];
                    }
                    if let Some(factor) = &class_factor {
                        rate *= factor[point];
                    }
                    self.event[from + index] = rate;
                }
            }
        }
        for (index, transition) in description.transitions.iter().enumerate() {
            let code = description.states[transition.from].code;
            let (quantity, highest) = match &transition.frequency {
                Frequency::Rate(q) => (q, f64::INFINITY),
                Frequency::PerYear(q) | Frequency::PerCycle(q) => (q, 1.0 + 1e-12),
            };
            points.evaluate(quantity, environment, Some(code), scratch, &mut values)?;
            within(quantity, &values, 0.0, highest)?;
            let class_factor = self.class_factor(
                scenario,
                model,
                Node::Transition(index),
                points,
                entry,
                environment,
                scratch,
            )?;
            let is_rate = matches!(transition.frequency, Frequency::Rate(_));
            let target = if is_rate { &mut self.transition } else { &mut self.probability };
            for point in 0..n {
                let mut value = values.at(point);
                if let Some(factor) = &class_factor {
                    value *= factor[point];
                }
                target[point * self.transitions + index] = value;
            }
        }
        self.convert_probabilities(scenario, model, structure, n)?;
        for (state, description) in description.states.iter().enumerate() {
            if let Some(excess) = &description.excess_mortality {
                points.evaluate(excess, environment, Some(description.code), scratch, &mut values)?;
                within(excess, &values, 0.0, f64::INFINITY)?;
                for point in 0..n {
                    self.death[point * self.states + state] += values.at(point);
                }
            }
        }
        self.values = values;
        Ok(())
    }

    /// Factor r_c / Σ s_k r_k of a node at each point, or `None` where no class acts on it.
    #[allow(clippy::too_many_arguments)]
    fn class_factor(
        &self,
        scenario: &Scenario,
        model: usize,
        node: Node,
        points: &Points,
        entry: &Points,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<Option<Vec<Lane>>, QuantityError> {
        let mut factor: Option<Vec<Lane>> = None;
        for class in &scenario.population.classes {
            if class.values.iter().all(|v| acts_on(v, model, node).is_none()) {
                continue;
            }
            let mut own = vec![Lane::ONE; points.len()];
            let mut mean = vec![Lane::ZERO; points.len()];
            let (mut share, mut relative) = (Values::default(), Values::default());
            for (code, value) in class.values.iter().enumerate() {
                entry.evaluate(&value.share, environment, None, scratch, &mut share)?;
                within(&value.share, &share, -1e-12, 1.0 + 1e-12)?;
                if let Some(quantity) = acts_on(value, model, node) {
                    points.evaluate(quantity, environment, None, scratch, &mut relative)?;
                    within(quantity, &relative, 0.0, f64::INFINITY)?;
                }
                let acts = acts_on(value, model, node).is_some();
                for point in 0..points.len() {
                    let r = if acts { relative.at(point) } else { Lane::ONE };
                    mean[point] += share.at(point) * r;
                    if points.value(class.variable, point) == code as f64 {
                        own[point] = r;
                    }
                }
            }
            let factor = factor.get_or_insert_with(|| vec![Lane::ONE; points.len()]);
            for point in 0..points.len() {
                // Where every relative rate is 0 (or only classes without people have one) nothing happens.
                factor[point] *= Lane::from_fn(|lane| {
                    let (own, mean) = (own[point][lane], mean[point][lane]);
                    if mean > 0.0 { own / mean } else { 0.0 }
                });
            }
        }
        Ok(factor)
    }

    fn convert_probabilities(
        &mut self,
        scenario: &Scenario,
        model: usize,
        structure: &Structure,
        points: usize,
    ) -> Result<(), QuantityError> {
        for (state, row) in structure.rows.iter().enumerate() {
            let period = match row {
                Row::Hazards => continue,
                Row::PerYear => 1.0,
                Row::PerCycle => scenario.time.cycle_length(),
            };
            let exits = &structure.transitions_from[state];
            for point in 0..points {
                let row = &self.probability[point * self.transitions..(point + 1) * self.transitions];
                let total = exits.iter().fold(Lane::ZERO, |sum, &t| sum + row[t]);
                if total.any(|p| p > 1.0 + 1e-9) {
                    let first = &scenario.models[model].transitions[exits[0]].frequency;
                    let (Frequency::Rate(q) | Frequency::PerYear(q) | Frequency::PerCycle(q)) = first;
                    let worst = total.0.iter().copied().fold(0.0, f64::max);
                    let name = &scenario.models[model].states[state].id;
                    return Err(QuantityError::new(
                        q,
                        format!("the probabilities of leaving `{name}` sum to {worst} in some draw, above 1"),
                    ));
                }
                let per_probability = hazard_per_probability(total, period);
                for &t in exits {
                    self.transition[point * self.transitions + t] =
                        self.probability[point * self.transitions + t] * per_probability;
                }
            }
        }
        Ok(())
    }

    /// Staying and time at risk from the hazards.
    fn finish(&mut self, structure: &Structure, cycle_length: f64, points: usize) {
        self.exits = structure.exit_list.len();
        self.exit.clear();
        self.exit.reserve(points * self.exits);
        for point in 0..points {
            for state in 0..self.states {
                let at = point * self.states + state;
                if structure.exits[state].is_empty() {
                    (self.time[at], self.stay[at]) = (Lane::splat(cycle_length), Lane::ONE);
                    continue;
                }
                let mut hazard = Lane::ZERO;
                for exit in &structure.exits[state] {
                    let own = self.hazard(point, state, exit.cause);
                    self.exit.push(own);
                    hazard += own;
                }
                let x = hazard * cycle_length;
                let g = super::dynamics::share_at_risk(x);
                self.time[at] = g * cycle_length;
                self.stay[at] = Lane::ONE - x * g;
            }
        }
    }

    /// Hazard of an exit.
    #[inline]
    pub fn hazard(&self, point: usize, state: usize, cause: Cause) -> Lane {
        match cause {
            Cause::Event(event) => self.event_rates(point, state)[event],
            Cause::Transition(transition) => self.transition[point * self.transitions + transition],
            Cause::Death => self.death[point * self.states + state],
        }
    }
}

/// h/p for a row with total probability p within a period (years): −ln(1−p)/(p·period), its limit 1/period at
/// p = 0, and 50 per period over p where leaving is certain.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
#[inline(never)]
pub(super) fn hazard_per_probability(total: Lane, period: f64) -> Lane {
    // Choices between computed values: branches would be taken draw by draw.
    total.map(|p| {
        let log = math::ln_1p_scalar(-choose(p < 1.0 - 1e-16, p, 1.0 - 1e-16));
        let certain = CERTAIN / period / p;
        let usual = choose(-log < CERTAIN, -log, CERTAIN) / p / period;
        choose(p >= 1.0 - 1e-15, certain, choose(p < 1e-300, 1.0 / period, usual))
    })
}
