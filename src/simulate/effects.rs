//! Effects over time: how strong they are in each cycle, and by what they multiply the rates of a cohort.
//!
//! **Which effects.** A person has the effects of the deepest step reached so far: those of a deeper step take
//! over at enrolment + its `after`; nobody profits from a step before it happens. A step that names no effects
//! lets those of the step above go on.
//!
//! **Strength.** The clock of `lasts` starts when the effect takes over. The strength in a cycle is the mean of
//! the fade over that cycle, and a ratio acts as ratio^strength. *Example:* full for 1 year, then fading over 2
//! years, in half-year cycles: 1, 1, 0.875, 0.625, 0.375, 0.125; together 2.0 years of full effect.
//!
//! **Inheritance.** A ratio applies to the own rate of the event it names. Branches below inherit it unless
//! they have a ratio of their own, which replaces the inherited one, also while its own strength is 0: a trial's
//! ratio for injuries is not on top of its ratio for falls. *Example:* falls 0.77 and emergency visits 0.9:
//! the rate of emergency visits is 0.9 times what it was, whatever the ratio of falls.
//!
//! **Risk factors.** An effect on a factor shifts it by difference·strength, so it multiplies what the factor drives
//! by r^(difference·strength), on top of other effects, and adds b·difference·strength to utilities; when the effect
//! is gone people are where drift has brought them meanwhile. *Example:* 3 units less at 1.1 a unit: 1.1^−3 = 0.751.

use super::factors::log_ratio;
use super::points::{Points, Values, within};
use super::structure::Structure;
use crate::formula::{Column, Inputs, Lane, Scratch, math};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Effect, Factor, Lasts, Measure, Model, Node, Quantity, Scenario, Variables};

/// Points in a cycle at which a strength given as a formula is averaged.
const MIDPOINTS: usize = 32;

/// Mean strength of an effect in each of `cycles` cycles after it took over, each `cycle_length` years.
///
/// # Errors
/// A formula or duration that cannot be evaluated, is negative, or a strength outside 0 to 1.
pub fn strengths(
    lasts: &Lasts,
    cycles: usize,
    cycle_length: f64,
    environment: &Environment,
    scratch: &mut Scratch,
) -> Result<Vec<Lane>, QuantityError> {
    let mean = |integral: &dyn Fn(f64) -> Lane| -> Vec<Lane> {
        (0..cycles)
            .map(|k| {
                let (from, to) = (k as f64 * cycle_length, (k + 1) as f64 * cycle_length);
                (integral(to) - integral(from)) / (to - from)
            })
            .collect()
    };
    match lasts {
        Lasts::Always => Ok(vec![Lane::ONE; cycles]),
        Lasts::Fade { full, fade } => {
            let (full, fade) = (duration(full, environment)?, duration(fade, environment)?);
            Ok(mean(&|u| {
                Lane::from_fn(|lane| {
                    let (full, fade) = (full[lane], fade[lane]);
                    let faded = (u - full).clamp(0.0, fade);
                    let lost = if fade > 0.0 { faded * faded / (2.0 * fade) } else { 0.0 };
                    u.min(full) + faded - lost
                })
            }))
        }
        Lasts::HalfLife(half_life) => {
            let quantity = half_life;
            let half_life = duration(quantity, environment)?;
            if half_life.any(|years| years == 0.0) {
                return Err(QuantityError::new(quantity, "is a half-life of 0 in some draw"));
            }
            // Mean of 2^(−u/H) over a cycle from u on: 2^(−u/H)·g(Δt ln2/H).
            let decay = Lane::splat(std::f64::consts::LN_2) / half_life;
            let within_cycle = math::one_minus_exp_over(decay * cycle_length);
            Ok((0..cycles).map(|k| math::exp(-(decay * (k as f64 * cycle_length))) * within_cycle).collect())
        }
        Lasts::Formula(quantity) => {
            let n = cycles * MIDPOINTS;
            let since: Vec<f64> =
                (0..n).map(|i| (i as f64 + 0.5) / MIDPOINTS as f64 * cycle_length).collect();
            let mut columns = vec![Column::EMPTY; Variables::SINCE + 1];
            columns[Variables::SINCE] = Column::Numbers(&since);
            let mut values = vec![Lane::ZERO; n];
            let inputs = Inputs {
                parameters: &environment.parameters,
                variables: &columns,
                points: n,
                tables: &environment.tables,
            };
            quantity
                .program
                .evaluate(&inputs, scratch, &mut values)
                .map_err(|error| QuantityError::evaluation(quantity, &error))?;
            if values.iter().any(|v| v.any(|s| !(0.0..=1.0).contains(&s))) {
                return Err(QuantityError::new(
                    quantity,
                    "the strength of an effect must lie between 0 and 1",
                ));
            }
            Ok(values
                .chunks_exact(MIDPOINTS)
                .map(|chunk| chunk.iter().fold(Lane::ZERO, |sum, &v| sum + v) / MIDPOINTS as f64)
                .collect())
        }
    }
}

/// Whether two durations are written alike, so that their strengths are the same.
fn alike(one: &Lasts, other: &Lasts) -> bool {
    match (one, other) {
        (Lasts::Always, Lasts::Always) => true,
        (Lasts::Fade { full: a, fade: b }, Lasts::Fade { full: c, fade: d }) => {
            a.program == c.program && b.program == d.program
        }
        (Lasts::HalfLife(a), Lasts::HalfLife(b)) | (Lasts::Formula(a), Lasts::Formula(b)) => {
            a.program == b.program
        }
        _ => false,
    }
}

fn duration(quantity: &Quantity, environment: &Environment) -> Result<Lane, QuantityError> {
    let value = environment.quantity(quantity)?;
    if value.any(|years| years < 0.0) {
        return Err(QuantityError::new(quantity, "is a negative duration in some draw"));
    }
    Ok(value)
}

/// How an effect acts on a transition stated as a probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Acts {
    /// Not, or on the hazard.
    Hazard,
    /// On the probability, with this ratio.
    Risk(Lane),
    /// On the odds, with this ratio.
    Odds(Lane),
}

/// What multiplies the rates of a cohort in each cycle since enrolment.
#[derive(Clone, Debug, Default)]
pub struct Schedule {
    width: usize,
    /// `[cycle][event, then transition]`: of hazards.
    multipliers: Vec<Lane>,
    /// `[cycle][state]`: whether something in the state is changed.
    touched: Vec<bool>,
    states: usize,
    /// How transitions are acted on, `[cycle][transition]`; empty where all are hazards.
    acts: Vec<Acts>,
    transitions: usize,
}

impl Schedule {
    /// Whether anything in a state is changed in a cycle since enrolment.
    #[inline]
    pub fn touches(&self, cycle: usize, state: usize) -> bool {
        self.touched[cycle * self.states + state]
    }
    /// Whether anything at all is changed in a cycle since enrolment.
    #[inline]
    pub fn touches_any(&self, cycle: usize) -> bool {
        self.touched[cycle * self.states..(cycle + 1) * self.states].contains(&true)
    }
    /// Multipliers of events, then transitions, in a cycle since enrolment.
    #[inline]
    pub fn row(&self, cycle: usize) -> &[Lane] {
        &self.multipliers[cycle * self.width..(cycle + 1) * self.width]
    }
    /// Whether any effect acts on a probability or its odds.
    #[inline]
    pub(super) fn has_acts(&self) -> bool {
        !self.acts.is_empty()
    }
    #[inline]
    pub(super) fn acts(&self, cycle: usize, transition: usize) -> Acts {
        if self.acts.is_empty() { Acts::Hazard } else { self.acts[cycle * self.transitions + transition] }
    }
    /// Whether nothing is changed in any cycle.
    pub fn is_idle(&self) -> bool {
        !self.touched.contains(&true)
    }
    /// Number of cycles.
    pub(super) fn cycles(&self) -> usize {
        self.touched.len().checked_div(self.states).unwrap_or(0)
    }
    /// Makes it what another one is.
    pub(super) fn copy(&mut self, other: &Self) {
        self.width = other.width;
        self.states = other.states;
        self.transitions = other.transitions;
        self.multipliers.clone_from(&other.multipliers);
        self.touched.clone_from(&other.touched);
        self.acts.clone_from(&other.acts);
    }
    /// Prepares a schedule of `cycles` cycles in which nothing is changed.
    pub(super) fn reset(&mut self, structure: &Structure, cycles: usize) {
        self.width = structure.events + structure.transitions;
        self.transitions = structure.transitions;
        self.states = structure.states;
        self.multipliers.clear();
        self.multipliers.resize(cycles * self.width, Lane::ONE);
        self.touched.clear();
        self.touched.resize(cycles * self.states, false);
        self.acts.clear();
    }
    /// Multiplies the hazards of events or transitions in a cycle; `states` are those in which they happen.
    #[inline]
    pub(super) fn multiply(&mut self, cycle: usize, nodes: &[usize], by: Lane, states: &[usize]) {
        if by == Lane::ONE {
            return;
        }
        let row = &mut self.multipliers[cycle * self.width..(cycle + 1) * self.width];
        for &node in nodes {
            row[node] *= by;
        }
        for state in states {
            self.touched[cycle * self.states + state] = true;
        }
    }
}

/// Effects of one programme in one block of draws: strengths, and sizes by cell.
#[derive(Clone, Debug)]
pub struct Effects {
    programme: usize,
    cycles: usize,
    /// Per step that names effects: per effect its strength by cycle since it took over.
    strengths: Vec<Vec<Vec<Lane>>>,
    /// Per step, per effect: size at each cell (ln ratio for ratios, the difference itself otherwise).
    sizes: Vec<Vec<Values>>,
    relative_risk: Values,
    /// By factor of the model: what a shift does, where an effect shifts it.
    shifts: Vec<Option<Shift>>,
    /// By step: the first step whose people have the same effects at all times.
    alike: Vec<usize>,
}

/// What shifting a risk factor by one unit does.
#[derive(Clone, Debug)]
struct Shift {
    /// ln of a ratio of rates, with the events, then transitions, that have it.
    rates: Vec<(Lane, Vec<usize>)>,
    /// State; difference in its utility.
    utilities: Vec<(usize, Lane)>,
}

impl Shift {
    fn new(model: &Model, factor: &Factor, environment: &Environment) -> Result<Self, QuantityError> {
        let logs = factor
            .hazard_ratios
            .iter()
            .map(|ratio| log_ratio(&ratio.value, environment))
            .collect::<Result<Vec<Lane>, _>>()?;
        let mut rates: Vec<(Lane, Vec<usize>)> = Vec::new();
        for (node, by) in model.driven_by(factor).into_iter().enumerate() {
            let Some(ratio) = by else { continue };
            match rates.iter_mut().find(|(known, _)| *known == logs[ratio]) {
                Some((_, nodes)) => nodes.push(node),
                None => rates.push((logs[ratio], vec![node])),
            }
        }
        let utilities = factor
            .utilities
            .iter()
            .map(|utility| Ok((utility.state, environment.quantity(&utility.value)?)))
            .collect::<Result<Vec<_>, QuantityError>>()?;
        Ok(Self { rates, utilities })
    }
}

impl Effects {
    /// Evaluates the effects of a programme for the cells in `points`.
    ///
    /// # Errors
    /// A quantity that cannot be evaluated, a negative ratio.
    pub fn new(
        scenario: &Scenario,
        programme: usize,
        cycles: usize,
        points: &Points,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<Self, QuantityError> {
        let description = &scenario.programmes[programme];
        let model = &scenario.models[description.model];
        let mut shifts: Vec<Option<Shift>> = vec![None; model.factors.len()];
        let (mut all_strengths, mut all_sizes) = (Vec::new(), Vec::new());
        // Effects of one programme often fade alike.
        let mut known: Vec<(&Lasts, Vec<Lane>)> = Vec::new();
        for (index, step) in description.steps.iter().enumerate() {
            let (mut of_step, mut sizes) = (Vec::new(), Vec::new());
            if step.effects_from == index {
                for &effect in &step.effects {
                    let effect = &scenario.effects[effect];
                    let length = scenario.time.cycle_length();
                    of_step.push(match known.iter().find(|(lasts, _)| alike(lasts, &effect.lasts)) {
                        Some((_, strengths)) => strengths.clone(),
                        None => {
                            let own = strengths(&effect.lasts, cycles, length, environment, scratch)?;
                            known.push((&effect.lasts, own.clone()));
                            own
                        }
                    });
                    sizes.push(size(effect, points, environment, scratch)?);
                    if let Node::Factor(factor) = effect.node {
                        shifts[factor] = Some(Shift::new(model, &model.factors[factor], environment)?);
                    }
                }
            }
            all_strengths.push(of_step);
            all_sizes.push(sizes);
        }
        let mut relative_risk = Values::default();
        points.evaluate(&description.relative_risk, environment, None, scratch, &mut relative_risk)?;
        within(&description.relative_risk, &relative_risk, 0.0, f64::INFINITY)?;
        let sources: Vec<Vec<Option<usize>>> = (0..description.steps.len())
            .map(|deepest| {
                let reached = |cycle| Self::reached(scenario, programme, deepest, cycle);
                (0..cycles)
                    .map(|cycle| reached(cycle).map(|step| description.steps[step].effects_from))
                    .collect()
            })
            .collect();
        let alike = sources
            .iter()
            .enumerate()
            .map(|(step, own)| sources.iter().position(|other| other == own).unwrap_or(step))
            .collect();
        Ok(Self {
            programme,
            cycles,
            strengths: all_strengths,
            sizes: all_sizes,
            relative_risk,
            shifts,
            alike,
        })
    }

    /// The first step whose people have the same effects as those of a step, at all times: one run serves both.
    pub(super) fn alike(&self, step: usize) -> usize {
        self.alike[step]
    }

    /// Whether the effects have the same sizes in two cells.
    pub(super) fn same_sizes(&self, one: usize, other: usize) -> bool {
        let sizes = self.sizes.iter().flatten().chain(std::iter::once(&self.relative_risk));
        sizes.into_iter().all(|values| !values.varies() || values.at(one) == values.at(other))
    }

    /// Whether schedules differ by cell.
    pub fn varies(&self) -> bool {
        self.relative_risk.varies() || self.sizes.iter().flatten().any(Values::varies)
    }

    /// The deepest step on the way to `deepest` that has been reached `cycle` cycles after enrolment.
    fn reached(scenario: &Scenario, programme: usize, deepest: usize, cycle: usize) -> Option<usize> {
        let steps = &scenario.programmes[programme].steps;
        let mut step = Some(deepest);
        while let Some(index) = step {
            if steps[index].after <= cycle {
                return Some(index);
            }
            step = steps[index].parent;
        }
        None
    }

    /// Multipliers of a cohort whose deepest step is `deepest` (`None`: its shadow), for one cell.
    pub fn schedule(
        &self,
        scenario: &Scenario,
        structure: &Structure,
        deepest: Option<usize>,
        cell: usize,
        schedule: &mut Schedule,
    ) {
        let description = &scenario.programmes[self.programme];
        let width = structure.events + structure.transitions;
        schedule.reset(structure, self.cycles);
        let risk = self.relative_risk.at(cell);
        let risky = risk != Lane::ONE;
        let mut owner: Vec<Option<usize>> = vec![None; structure.events];
        let mut touched = vec![false; width];
        for cycle in 0..self.cycles {
            let row = &mut schedule.multipliers[cycle * width..(cycle + 1) * width];
            touched.fill(false);
            let step = deepest.and_then(|d| Self::reached(scenario, self.programme, d, cycle));
            if let Some(source) = step.map(|s| description.steps[s].effects_from) {
                let own = &description.steps[source].effects;
                let since = cycle - description.steps[source].after;
                owner.fill(None);
                for (position, &effect) in own.iter().enumerate() {
                    let effect = &scenario.effects[effect];
                    let exponent = exponent(
                        self.strengths[source][position][since],
                        self.sizes[source][position].at(cell),
                    );
                    match effect.node {
                        Node::Event(event) => {
                            owner[event] = Some(position);
                            row[event] = math::exp(exponent);
                        }
                        Node::Transition(transition) => {
                            let ratio = math::exp(exponent);
                            touched[structure.events + transition] = exponent != Lane::ZERO;
                            let acts = match effect.measure {
                                Measure::RiskRatio(_) => Acts::Risk(ratio),
                                Measure::OddsRatio(_) => Acts::Odds(ratio),
                                _ => Acts::Hazard,
                            };
                            if acts == Acts::Hazard {
                                row[structure.events + transition] = ratio;
                            } else {
                                schedule.acts.resize(self.cycles * structure.transitions, Acts::Hazard);
                                schedule.acts[cycle * structure.transitions + transition] = acts;
                            }
                        }
                        Node::State(_) | Node::Utility(_) | Node::Factor(_) => {}
                    }
                }
                // Parents come before children, so one pass hands ratios down the tree.
                for event in 0..structure.events {
                    if owner[event].is_none()
                        && let Some(parent) = structure.parents[event]
                        && owner[parent].is_some()
                    {
                        owner[event] = owner[parent];
                        row[event] = row[parent];
                    }
                    touched[event] = row[event] != Lane::ONE;
                }
                for (position, &effect) in own.iter().enumerate() {
                    let Node::Factor(factor) = scenario.effects[effect].node else { continue };
                    let Some(shift) = &self.shifts[factor] else { continue };
                    let units =
                        self.strengths[source][position][since] * self.sizes[source][position].at(cell);
                    if units == Lane::ZERO {
                        continue;
                    }
                    for (log_ratio, nodes) in &shift.rates {
                        let ratio = math::exp(units * *log_ratio);
                        for &node in nodes {
                            row[node] *= ratio;
                            touched[node] = true;
                        }
                    }
                }
            }
            if risky {
                for event in 0..structure.events {
                    row[event] *= risk;
                    touched[event] = true;
                }
            }
            let states = &mut schedule.touched[cycle * structure.states..(cycle + 1) * structure.states];
            for (state, events) in structure.events_in.iter().enumerate() {
                let by_event = events.iter().any(|&event| touched[event]);
                let by_transition = structure.transitions_from[state]
                    .iter()
                    .any(|&transition| touched[structure.events + transition]);
                states[state] = by_event || by_transition;
            }
        }
    }

    /// Differences in utility of a cohort in a cycle since enrolment: (state, difference × strength).
    pub fn utility_differences(
        &self,
        scenario: &Scenario,
        deepest: usize,
        cell: usize,
        cycle: usize,
        out: &mut Vec<(usize, Lane)>,
    ) {
        out.clear();
        let description = &scenario.programmes[self.programme];
        let Some(step) = Self::reached(scenario, self.programme, deepest, cycle) else { return };
        let source = description.steps[step].effects_from;
        let since = cycle - description.steps[source].after;
        for (position, &effect) in description.steps[source].effects.iter().enumerate() {
            let amount = || self.strengths[source][position][since] * self.sizes[source][position].at(cell);
            match scenario.effects[effect].node {
                Node::Utility(state) => out.push((state, amount())),
                Node::Factor(factor) => {
                    let shift = self.shifts[factor].iter().flat_map(|shift| &shift.utilities);
                    out.extend(shift.map(|&(state, per_unit)| (state, amount() * per_unit)));
                }
                _ => {}
            }
        }
    }
}

/// strength·ln(ratio), and 0 where the strength is 0 even if the ratio is 0.
#[inline]
fn exponent(strength: Lane, log_ratio: Lane) -> Lane {
    Lane::from_fn(|lane| if strength[lane] == 0.0 { 0.0 } else { strength[lane] * log_ratio[lane] })
}

fn size(
    effect: &Effect,
    points: &Points,
    environment: &Environment,
    scratch: &mut Scratch,
) -> Result<Values, QuantityError> {
    let mut values = Values::default();
    match &effect.measure {
        Measure::Difference(quantity) => {
            points.evaluate(quantity, environment, None, scratch, &mut values)?
        }
        Measure::RateRatio(quantity) | Measure::RiskRatio(quantity) | Measure::OddsRatio(quantity) => {
            points.evaluate(quantity, environment, None, scratch, &mut values)?;
            within(quantity, &values, 0.0, f64::INFINITY)?;
            values.map(math::ln);
        }
    }
    Ok(values)
}
