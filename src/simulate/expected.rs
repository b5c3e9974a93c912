//! The engine `expected`: exact expected numbers of persons and events, no chance of the first order.
//!
//! **Comparator, shadow, cohort.** The comparator is followed once, whole. Each cohort that enrols is followed
//! twice from the same start: with its effects, and as its *shadow* without them. The strategy is the
//! comparator minus the shadows plus the cohorts; what a programme brings is the sum over cohorts of (with −
//! shadow), so that no large numbers cancel and every gain is known by the time since enrolment.
//!
//! Everybody invited in a cell at a moment has the same mix of states, so one shadow serves all of them: those
//! whose deepest step is s are the share `deepest[s]` of it, and the same share of the run with s's effects.

use super::chance::occurrences::Occurrences;
use super::chance::people::Families;
use super::effects::{Effects, Schedule};
use super::enrolment::{Enrolled, Moment, enrol, moments};
use super::points::{Values, within};
use super::profiles::{Cells, Profiles};
use super::rates::{Grid, Rates};
use super::structure::Structure;
use super::trajectory::Trajectory;
use super::{Cohort, Followed, Observer};
use crate::formula::{Lane, Scratch};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Engine, Scenario};

/// What of a model is the same in every draw.
#[derive(Clone, Debug)]
pub struct ModelPlan {
    /// Index of the model.
    pub model: usize,
    /// States, exits, events.
    pub structure: Structure,
    /// People it tells apart.
    pub profiles: Profiles,
    /// Points at which its formulas are evaluated.
    pub grid: Grid,
    /// Its event trees, for whole people.
    pub occurrences: Occurrences,
    /// Profiles that differ in nothing but risk class, for whole people.
    pub families: Families,
}

impl ModelPlan {
    /// Plans the simulation of a model by the scenario's engine.
    pub fn new(scenario: &Scenario, model: usize) -> Self {
        Self::for_engine(scenario, model, scenario.uncertainty.engine)
    }

    /// Plans the simulation of a model by an engine.
    pub fn for_engine(scenario: &Scenario, model: usize, engine: Engine) -> Self {
        let structure = Structure::new(&scenario.models[model]);
        let profiles = Profiles::new(scenario, model, engine);
        let grid = Grid::new(scenario, model, &profiles);
        let occurrences = Occurrences::new(&structure);
        let families = Families::new(&profiles);
        Self { model, structure, profiles, grid, occurrences, families }
    }
}

/// What of a strategy's programmes on a model is the same in every draw.
#[derive(Clone, Debug)]
pub struct EnrolmentPlan {
    /// How its programmes split profiles.
    pub cells: Cells,
    /// When cohorts enrol.
    pub moments: Vec<Moment>,
}

impl EnrolmentPlan {
    /// Plans the enrolment of a strategy's programmes on a model.
    pub fn new(scenario: &Scenario, plan: &ModelPlan, strategy: usize) -> Self {
        let programmes: Vec<usize> = scenario.strategies[strategy]
            .programmes
            .iter()
            .copied()
            .filter(|&p| scenario.programmes[p].model == plan.model)
            .collect();
        let cells = plan.profiles.cells(scenario, &programmes);
        let moments = moments(scenario, &programmes, &plan.profiles, &cells);
        Self { cells, moments }
    }

    /// The same as long as a programme goes on: nobody enrols in it at a boundary or later.
    #[must_use]
    pub fn until(&self, boundary: usize, programme: usize) -> Self {
        let stays = |moment: &&Moment| moment.programme != programme || moment.boundary < boundary;
        let moments = self.moments.iter().filter(stays).cloned().collect();
        Self { cells: self.cells.clone(), moments }
    }
}

/// Memory that is kept from block to block.
#[derive(Debug, Default)]
pub struct Workspace {
    /// Room for formulas.
    pub scratch: Scratch,
    shadow: Trajectory,
    with: Vec<Trajectory>,
    schedules: Vec<Schedule>,
    shadow_schedule: Schedule,
    /// What effects alone do to cells with one and the same size of them.
    of_effects: Vec<OfEffects>,
    starts: Starts,
}

/// What effects do to a cell and to all others in which they have the same sizes, before risk factors tell people apart.
#[derive(Debug, Default)]
struct OfEffects {
    cell: usize,
    shadow: Schedule,
    /// By step; unused where no run needs it.
    steps: Vec<Schedule>,
}

impl OfEffects {
    /// Makes the schedules of a cell: the shadow's, and those of the steps that have a run.
    fn prepare(
        &mut self,
        scenario: &Scenario,
        structure: &Structure,
        effects: &Effects,
        runs: &[bool],
        cell: usize,
    ) {
        self.cell = cell;
        self.steps.resize_with(runs.len().max(self.steps.len()), Schedule::default);
        effects.schedule(scenario, structure, None, cell, &mut self.shadow);
        for (step, schedule) in
            self.steps.iter_mut().enumerate().take(runs.len()).filter(|(step, _)| runs[*step])
        {
            effects.schedule(scenario, structure, Some(step), cell, schedule);
        }
    }
}

/// Sets of schedules kept for the cells of a moment. With more sizes of effects than this, such as one for each age, they
/// are made anew for each cell.
const KEPT: usize = 16;

/// Who starts where.
#[derive(Debug, Default)]
struct Starts {
    /// By profile.
    persons: Vec<Lane>,
    /// Shares, then persons, by profile and state.
    by_state: Vec<Lane>,
    /// Sum of the shares by profile.
    sums: Vec<Lane>,
    share: Values,
}

/// The people of the comparator at the boundaries at which someone enrols, `[boundary][profile][state]`.
#[derive(Clone, Debug, Default)]
pub struct Present {
    persons: Vec<Vec<Lane>>,
}

/// Follows the comparator and reports each profile; returns who is there at each boundary in `wanted`.
///
/// # Errors
/// Start shares that cannot be evaluated or do not sum to 1.
pub fn comparator(
    scenario: &Scenario,
    plan: &ModelPlan,
    rates: &Rates,
    environment: &Environment,
    wanted: &[bool],
    workspace: &mut Workspace,
    observer: &mut impl Observer,
) -> Result<Present, QuantityError> {
    let (time, states) = (scenario.time, plan.structure.states);
    workspace.starts.evaluate(scenario, plan, environment, &mut workspace.scratch)?;
    let mut present = Present {
        persons: wanted
            .iter()
            .map(|&w| if w { vec![Lane::ZERO; plan.profiles.list.len() * states] } else { Vec::new() })
            .collect(),
    };
    for (index, profile) in plan.profiles.list.iter().enumerate() {
        let first = profile.enters * time.cycles_per_year;
        let trajectory = &mut workspace.shadow;
        trajectory.make_room(first, time.cycles() - first, states, plan.structure.columns());
        let factors = (!rates.factors.is_empty()).then(|| {
            let schedule = &mut workspace.shadow_schedule;
            schedule.reset(&plan.structure, time.cycles() - first);
            rates.factors.multiply(&plan.grid.factors, index, 0.0, time.cycle_length(), schedule);
            &*schedule
        });
        super::dynamics::follow(
            &plan.structure,
            rates,
            plan.grid.path(index),
            time.cycle_length(),
            &workspace.starts.by_state[index * states..(index + 1) * states],
            factors,
            trajectory,
        );
        rates.factors.add_quality(&plan.grid.factors, index, 0.0, time.cycle_length(), trajectory);
        for (boundary, row) in present.persons.iter_mut().enumerate() {
            if !row.is_empty() && boundary >= first {
                row[index * states..(index + 1) * states].copy_from_slice(trajectory.at(boundary));
            }
        }
        observer.comparator(plan.model, index, plan.grid.path(index), trajectory);
    }
    Ok(present)
}

impl Starts {
    /// Persons by profile and state at the age of entry.
    fn evaluate(
        &mut self,
        scenario: &Scenario,
        plan: &ModelPlan,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<(), QuantityError> {
        plan.profiles.fill_persons(scenario, environment, scratch, &mut self.persons)?;
        self.evaluate_shares(scenario, plan, environment, scratch)?;
        let states = plan.structure.states;
        for (row, &persons) in self.by_state.chunks_exact_mut(states).zip(&self.persons) {
            for share in row {
                *share = persons * *share;
            }
        }
        Ok(())
    }

    /// Shares by profile and state at the age of entry.
    fn evaluate_shares(
        &mut self,
        scenario: &Scenario,
        plan: &ModelPlan,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<(), QuantityError> {
        let description = &scenario.models[plan.model];
        let (profiles, states) = (plan.profiles.list.len(), description.states.len());
        self.by_state.resize(profiles * states, Lane::ZERO);
        self.sums.clear();
        self.sums.resize(profiles, Lane::ZERO);
        for (state, described) in description.states.iter().enumerate() {
            let points = plan.profiles.points();
            points.evaluate(&described.start, environment, None, scratch, &mut self.share)?;
            within(&described.start, &self.share, -1e-12, 1.0 + 1e-12)?;
            for profile in 0..profiles {
                let share = self.share.at(profile);
                self.by_state[profile * states + state] = share;
                self.sums[profile] += share;
            }
        }
        if let Some(sum) = self.sums.iter().flat_map(|sum| sum.0).find(|sum| (sum - 1.0).abs() > 1e-9) {
            return Err(QuantityError::new(
                &description.states[0].start,
                format!("the start shares of `{}` sum to {sum} for some people, not to 1", description.id),
            ));
        }
        Ok(())
    }
}

/// Start shares by profile and state, at the age of entry.
pub(super) fn start_shares(
    scenario: &Scenario,
    plan: &ModelPlan,
    environment: &Environment,
    scratch: &mut Scratch,
) -> Result<Vec<Lane>, QuantityError> {
    let mut starts = Starts::default();
    starts.evaluate_shares(scenario, plan, environment, scratch)?;
    Ok(starts.by_state)
}

/// Enrols and follows the cohorts of a strategy on one model, and reports each.
///
/// # Errors
/// A quantity of the programmes outside its range, with its place.
#[allow(clippy::too_many_arguments)]
pub fn cohorts(
    scenario: &Scenario,
    plan: &ModelPlan,
    enrolment: &EnrolmentPlan,
    rates: &Rates,
    present: &Present,
    environment: &Environment,
    workspace: &mut Workspace,
    observer: &mut impl Observer,
) -> Result<(), QuantityError> {
    let (time, states, cells) = (scenario.time, plan.structure.states, enrolment.cells.list.len());
    let shares = enrolment.cells.shares(scenario, environment, &mut workspace.scratch)?;
    // Shadows of all participants so far at the boundaries at which someone enrols.
    let mut boundaries: Vec<usize> = enrolment.moments.iter().map(|moment| moment.boundary).collect();
    boundaries.dedup();
    let mut taken = Taken { persons: vec![Lane::ZERO; boundaries.len() * cells * states], boundaries };
    let mut pool = vec![Lane::ZERO; cells * states];
    for moment in &enrolment.moments {
        let of_bins = with_factors(scenario, plan, enrolment, rates, moment);
        let moment = of_bins.as_ref().unwrap_or(moment);
        let here = &present.persons[moment.boundary];
        let gone = taken.at(moment.boundary, cells * states);
        for (cell, description) in enrolment.cells.list.iter().enumerate() {
            for state in 0..states {
                let at = cell * states + state;
                let all = here[description.profile * states + state] * shares[cell];
                pool[at] = all - gone[at];
                if (pool[at] + all * 1e-9).any(|left| left < -1e-9) {
                    let quantity = &scenario.programmes[moment.programme].relative_risk;
                    return Err(QuantityError::new(
                        quantity,
                        "participants differ so much from their class that fewer than nobody is left of the others",
                    ));
                }
            }
        }
        let enrolled = enrol(scenario, moment, &pool, environment, &mut workspace.scratch)?;
        let cycles = time.cycles() - moment.boundary;
        let effects = Effects::new(
            scenario,
            moment.programme,
            cycles,
            &moment.points,
            environment,
            &mut workspace.scratch,
        )?;
        follow_moment(
            scenario, plan, enrolment, rates, moment, &enrolled, &effects, workspace, &mut taken, observer,
        )?;
    }
    Ok(())
}

/// Years between the entry of a profile's people and a boundary.
fn years_since_entry(scenario: &Scenario, plan: &ModelPlan, profile: usize, boundary: usize) -> f64 {
    let entry = plan.profiles.list[profile].enters * scenario.time.cycles_per_year;
    boundary.saturating_sub(entry) as f64 * scenario.time.cycle_length()
}

/// A moment at which the values of risk factors are known, where its programme asks for them.
fn with_factors(
    scenario: &Scenario,
    plan: &ModelPlan,
    enrolment: &EnrolmentPlan,
    rates: &Rates,
    moment: &Moment,
) -> Option<Moment> {
    let quantities = super::profiles::programme_quantities(scenario, moment.programme);
    let asked = |variable: usize| quantities.iter().any(|q| q.program.variables().contains(&variable));
    let factors = scenario.models[plan.model].factors.iter().enumerate();
    let asked: Vec<(usize, usize)> =
        factors.map(|(index, f)| (index, f.variable)).filter(|&(_, variable)| asked(variable)).collect();
    if asked.is_empty() {
        return None;
    }
    let mut moment = moment.clone();
    for (factor, variable) in asked {
        let values = enrolment.cells.list.iter().map(|cell| {
            let years = years_since_entry(scenario, plan, cell.profile, moment.boundary);
            rates.factors.value(&plan.grid.factors, cell.profile, factor, years)
        });
        let values = values.collect();
        moment.points.set_lanes(variable, values);
    }
    Some(moment)
}

/// People whom participation has taken out of the pool, as they would have been without it.
struct Taken {
    /// Boundaries at which someone enrols, ascending.
    boundaries: Vec<usize>,
    /// `[boundary][cell][state]`.
    persons: Vec<Lane>,
}

impl Taken {
    /// By cell and state at a boundary of enrolment.
    fn at(&self, boundary: usize, width: usize) -> &[Lane] {
        let index = self.boundaries.partition_point(|&b| b < boundary);
        &self.persons[index * width..(index + 1) * width]
    }

    /// Adds the shadows of a cell's participants, a share of those in `shadow`.
    fn add(&mut self, shadow: &Trajectory, participants: Lane, cell: usize, cells: usize) {
        let states = shadow.states;
        for (index, &boundary) in self.boundaries.iter().enumerate() {
            if boundary >= shadow.first {
                let at = (index * cells + cell) * states;
                for (gone, &persons) in self.persons[at..at + states].iter_mut().zip(shadow.at(boundary)) {
                    *gone += persons * participants;
                }
            }
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn follow_moment(
    scenario: &Scenario,
    plan: &ModelPlan,
    enrolment: &EnrolmentPlan,
    rates: &Rates,
    moment: &Moment,
    enrolled: &Enrolled,
    effects: &Effects,
    workspace: &mut Workspace,
    taken: &mut Taken,
    observer: &mut impl Observer,
) -> Result<(), QuantityError> {
    let programme = &scenario.programmes[moment.programme];
    let (time, states, cells) = (scenario.time, plan.structure.states, enrolment.cells.list.len());
    let (steps, columns) = (programme.steps.len(), plan.structure.columns());
    let cycles = time.cycles() - moment.boundary;
    workspace.with.resize_with(steps, Trajectory::default);
    workspace.schedules.resize_with(steps, Schedule::default);
    // Steps whose run serves people who have effects: their own, or those of a later step that come too late.
    let mut runs = vec![false; steps];
    for step in (0..steps).filter(|&step| programme.acts(step)) {
        runs[effects.alike(step)] = true;
    }
    // Sets in `of_effects` that hold those of this moment.
    let mut kept = 0;
    let mut latest = None;
    let mut run_of: Vec<Option<usize>> = vec![None; steps];
    let mut turned_away = vec![Lane::ZERO; steps];
    for (cell, description) in enrolment.cells.list.iter().enumerate() {
        if !enrolled.any[cell] {
            continue;
        }
        let years = years_since_entry(scenario, plan, description.profile, moment.boundary);
        let known = (0..kept).find(|&set| effects.same_sizes(workspace.of_effects[set].cell, cell));
        let known = known.unwrap_or_else(|| {
            // The last set makes room for whatever finds none of its own.
            let set = kept.min(KEPT - 1);
            kept = set + 1;
            latest = None;
            if workspace.of_effects.len() <= set {
                workspace.of_effects.push(OfEffects::default());
            }
            workspace.of_effects[set].prepare(scenario, &plan.structure, effects, &runs, cell);
            set
        });
        if !rates.factors.is_empty() || latest != Some(known) {
            let own = &workspace.of_effects[known];
            let (factors, profile) = (&plan.grid.factors, description.profile);
            let multiply = |schedule: &mut Schedule| {
                rates.factors.multiply(factors, profile, years, time.cycle_length(), schedule);
            };
            workspace.shadow_schedule.copy(&own.shadow);
            multiply(&mut workspace.shadow_schedule);
            for step in (0..steps).filter(|&step| runs[step]) {
                workspace.schedules[step].copy(&own.steps[step]);
                multiply(&mut workspace.schedules[step]);
            }
            latest = Some(known);
        }
        let path = plan.grid.path(description.profile);
        let start = &enrolled.invited[cell * states..(cell + 1) * states];
        let shadow_schedule = (!workspace.shadow_schedule.is_idle()).then_some(&workspace.shadow_schedule);
        let deepest = &enrolled.deepest[cell * steps..(cell + 1) * steps];
        let takes_part = (0..steps).any(|s| programme.participates(s) && deepest[s].any(|share| share > 0.0));
        // Who does not take part is followed only as far as steps still count them.
        let cycles = if takes_part { cycles } else { cycles.min(programme.counted_for) };
        let shadow = &mut workspace.shadow;
        shadow.make_room(moment.boundary, cycles, states, columns);
        let length = time.cycle_length();
        super::dynamics::follow(&plan.structure, rates, path, length, start, shadow_schedule, shadow);
        rates.factors.add_quality(&plan.grid.factors, description.profile, years, length, shadow);
        let mut participants = Lane::ZERO;
        for step in 0..steps {
            if programme.participates(step) {
                participants += deepest[step];
            }
            run_of[step] = None;
            if !programme.acts(step) || deepest[step].all(|share| share <= 0.0) {
                continue;
            }
            let first = effects.alike(step);
            run_of[step] = Some(first);
            if !run_of[..step].contains(&Some(first)) {
                let with = &mut workspace.with[first];
                with.make_room(moment.boundary, cycles, states, columns);
                let schedule = &workspace.schedules[first];
                let schedule = (!schedule.is_idle()).then_some(schedule);
                super::dynamics::follow(&plan.structure, rates, path, length, start, schedule, with);
                rates.factors.add_quality(&plan.grid.factors, description.profile, years, length, with);
            }
        }
        if takes_part {
            taken.add(shadow, participants, cell, cells);
        }
        let invited = start.iter().fold(Lane::ZERO, |sum, &persons| sum + persons);
        for (persons, &share) in
            turned_away.iter_mut().zip(&enrolled.turned_away[cell * steps..(cell + 1) * steps])
        {
            *persons = invited * share;
        }
        observer.cohort(&Cohort {
            model: plan.model,
            programme: moment.programme,
            position: moment.position,
            boundary: moment.boundary,
            cell,
            point: cell,
            points: &moment.points,
            path,
            turned_away: &turned_away,
            people: Followed::Together { deepest, shadow, with: &workspace.with, run_of: &run_of },
            effects,
        })?;
    }
    Ok(())
}
