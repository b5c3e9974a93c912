//! Collecting what simulation shows: the comparator, and every cohort with its shadow.
//!
//! **Reached.** Persons who reach a step are those of the cohort alive at enrolment + the step's `after`; they
//! are counted in the calendar year of that moment. What falls at or after the horizon is left out.
//! **Resource costs** of a step fall when it is reached; the k-th part of a `spread` falls k years later, on
//! those of them alive then. **Retention.** Cohorts are kept apart by moment of enrolment, and by age where the
//! chance to change insurer depends on it, because later shares of insurers depend on the time since then.

use super::account::{Account, Clock};
use super::flows::{Grid, ItemKind, Shape};
use super::functionals::{Functionals, Prices};
use super::plan::{Plan, asks_for};
use super::retention::Retention;
use crate::formula::{Lane, Scratch};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Node, Requested, Scenario, Variables};
use crate::simulate::points::{Values, within};
use crate::simulate::{Cohort, Observer, Trajectory};

/// People who enrolled in a programme at one moment and are alike in retention.
#[derive(Clone, Debug)]
pub struct Group {
    /// Model.
    pub model: usize,
    /// Programme.
    pub programme: usize,
    /// Boundary of enrolment.
    pub boundary: usize,
    /// Π by insurer and calendar year from that of enrolment.
    pub retained: Vec<Vec<Lane>>,
    /// Participants without effects.
    pub shadow: Account,
    /// Participants with them.
    pub cohort: Account,
}

/// Amounts of a programme's delivery that do not need an account.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// Resource costs, `[item][year]`, EUR.
    pub costs: Grid,
    /// Their present values by item.
    pub costs_present: Vec<Lane>,
    /// Persons reaching steps, `[step row][year]`.
    pub reached: Grid,
    /// Persons turned away, `[step row][year]`.
    pub turned_away: Grid,
    /// What clauses asked for, `[request][year]`.
    pub requested: Grid,
}

impl Delivered {
    /// Nothing delivered yet.
    pub fn new(shape: &Shape) -> Self {
        Self {
            costs: Grid::zeros(shape.items.len(), shape.years),
            costs_present: vec![Lane::ZERO; shape.items.len()],
            reached: Grid::zeros(shape.steps.len(), shape.years),
            turned_away: Grid::zeros(shape.steps.len(), shape.years),
            requested: Grid::zeros(shape.requests.len(), shape.years),
        }
    }
}

/// Sums the comparator of one model.
pub struct Population<'a> {
    /// Terms.
    pub functionals: &'a Functionals,
    /// Their prices.
    pub prices: &'a Prices,
    /// The sum.
    pub account: &'a mut Account,
}

impl Observer for Population<'_> {
    fn comparator(&mut self, _: usize, _: usize, path: &[u32], trajectory: &Trajectory) {
        self.account.add(trajectory, Lane::ONE, self.functionals, self.prices, path);
    }
    fn cohort(&mut self, _: &Cohort<'_>) -> Result<(), QuantityError> {
        Ok(())
    }
}

/// Sums the cohorts of a strategy on one model.
pub struct Participants<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The plan.
    pub plan: &'a Plan,
    /// Strategy.
    pub strategy: usize,
    /// Terms.
    pub functionals: &'a Functionals,
    /// Their prices.
    pub prices: &'a Prices,
    /// Parameters of the arm.
    pub environment: &'a Environment,
    /// Discounting of costs.
    pub clock: &'a Clock,
    /// Retention of insured.
    pub retention: &'a Retention,
    /// Groups so far.
    pub groups: &'a mut Vec<Group>,
    /// Deliveries so far.
    pub delivered: &'a mut Delivered,
    /// Room for formulas.
    pub scratch: &'a mut Scratch,
    /// Quantities of the moment being shown.
    pub moment: Option<MomentValues>,
}

/// Quantities of a programme at one moment of enrolment, by cell.
pub struct MomentValues {
    programme: usize,
    position: usize,
    /// By step and cost: price × times.
    costs: Vec<Vec<(Values, Values)>>,
    /// By step and state: whether people reach it.
    only_if: Vec<Option<Vec<Values>>>,
    /// By request of this programme: (request, share of each cell or everybody).
    requests: Vec<(usize, Option<Vec<Lane>>)>,
    /// Group by age at enrolment.
    group_of_age: Vec<Option<usize>>,
}

impl Observer for Participants<'_> {
    fn comparator(&mut self, _: usize, _: usize, _: &[u32], _: &Trajectory) {}

    fn cohort(&mut self, cohort: &Cohort<'_>) -> Result<(), QuantityError> {
        let fresh = self
            .moment
            .as_ref()
            .is_none_or(|m| m.programme != cohort.programme || m.position != cohort.position);
        if fresh {
            self.moment = Some(self.evaluate(cohort)?);
        }
        let group = self.group(cohort);
        self.follow(cohort, group);
        self.deliver(cohort);
        Ok(())
    }
}

impl Participants<'_> {
    fn evaluate(&mut self, cohort: &Cohort<'_>) -> Result<MomentValues, QuantityError> {
        let programme = &self.scenario.programmes[cohort.programme];
        let model = &self.scenario.models[cohort.model];
        let (mut costs, mut only_if) = (Vec::new(), Vec::new());
        for step in &programme.steps {
            let mut of_step = Vec::new();
            for cost in &step.costs {
                let (mut value, mut times) = (Values::default(), Values::default());
                cohort.points.evaluate(&cost.value, self.environment, None, self.scratch, &mut value)?;
                cohort.points.evaluate(&cost.times, self.environment, None, self.scratch, &mut times)?;
                within(&cost.times, &times, 0.0, f64::INFINITY)?;
                of_step.push((value, times));
            }
            costs.push(of_step);
            only_if.push(match &step.only_if {
                None => None,
                Some(condition) => {
                    let mut by_state = Vec::new();
                    for state in &model.states {
                        let mut holds = Values::default();
                        cohort.points.evaluate(
                            condition,
                            self.environment,
                            Some(state.code),
                            self.scratch,
                            &mut holds,
                        )?;
                        by_state.push(holds);
                    }
                    Some(by_state)
                }
            });
        }
        let mut requests = Vec::new();
        for (index, (_, _, request)) in self.plan.shape.requests.iter().enumerate() {
            if request.programme == cohort.programme {
                let shares = match &self.plan.recorded[self.strategy][index] {
                    None => None,
                    Some(by_moment) => Some(by_moment[cohort.position].shares(
                        self.scenario,
                        self.environment,
                        self.scratch,
                    )?),
                };
                requests.push((index, shares));
            }
        }
        Ok(MomentValues {
            programme: cohort.programme,
            position: cohort.position,
            costs,
            only_if,
            requests,
            group_of_age: Vec::new(),
        })
    }

    /// The group a cohort belongs to; a new one where no group of this moment has the same retention.
    fn group(&mut self, cohort: &Cohort<'_>) -> usize {
        let time = self.scenario.time;
        let age = cohort.points.value(Variables::AGE, cohort.point).max(0.0) as usize;
        let moment = self.moment.as_mut().expect("a moment is set before its cohorts are grouped");
        if moment.group_of_age.len() <= age {
            moment.group_of_age.resize(age + 1, None);
        }
        if let Some(group) = moment.group_of_age[age] {
            return group;
        }
        let years = time.years - time.year_of(cohort.boundary);
        let retained: Vec<Vec<Lane>> =
            (0..self.retention.insurers()).map(|i| self.retention.path(i, age, years)).collect();
        let known = self.groups.iter().position(|g| {
            g.programme == cohort.programme && g.boundary == cohort.boundary && g.retained == retained
        });
        let group = known.unwrap_or_else(|| {
            let structure = &self.plan.models[cohort.model].structure;
            let (mut shadow, mut with) = (Account::default(), Account::default());
            shadow.reset(structure, self.functionals, cohort.boundary, time.cycles());
            with.reset(structure, self.functionals, cohort.boundary, time.cycles());
            self.groups.push(Group {
                model: cohort.model,
                programme: cohort.programme,
                boundary: cohort.boundary,
                retained,
                shadow,
                cohort: with,
            });
            self.groups.len() - 1
        });
        moment.group_of_age[age] = Some(group);
        group
    }

    /// Adds participants to their group, with and without effects. Both sides are added step by step in the
    /// same order, so that without an effect their difference is exactly nothing.
    fn follow(&mut self, cohort: &Cohort<'_>, group: usize) {
        let programme = &self.scenario.programmes[cohort.programme];
        let group = &mut self.groups[group];
        let mut differences = Vec::new();
        let acts_on_utility =
            programme.steps.iter().flat_map(|step| &step.effects).any(|&effect| {
                matches!(self.scenario.effects[effect].node, Node::Utility(_) | Node::Factor(_))
            });
        for step in 0..programme.steps.len() {
            let weight = cohort.weight(step);
            if !programme.participates(step) || weight == Lane::ZERO {
                continue;
            }
            group.shadow.add(cohort.without(step), weight, self.functionals, self.prices, cohort.path);
            let run = cohort.with(step);
            group.cohort.add(run, weight, self.functionals, self.prices, cohort.path);
            if !acts_on_utility {
                continue;
            }
            let Some(slot) = self.functionals.moving[self.functionals.qalys] else { continue };
            for cycle in 0..run.cycles {
                cohort.effects.utility_differences(
                    self.scenario,
                    step,
                    cohort.point,
                    cycle,
                    &mut differences,
                );
                let absolute = run.first + cycle;
                for &(state, difference) in &differences {
                    let amount = difference * weight;
                    let start = run.at(absolute)[state] * amount;
                    let end = run.at(absolute + 1)[state] * amount;
                    group.cohort.add_figure(absolute, slot, [Lane::ZERO, start, end]);
                }
            }
        }
    }

    /// Counts persons reaching steps and their resource costs.
    fn deliver(&mut self, cohort: &Cohort<'_>) {
        let time = self.scenario.time;
        let programme = &self.scenario.programmes[cohort.programme];
        let alive = &self.plan.models[cohort.model].structure.alive;
        let Some(moment) = &self.moment else { return };
        for (index, step) in programme.steps.iter().enumerate() {
            let row = self.plan.step_row(cohort.programme, index);
            let enrolled = time.year_of(cohort.boundary);
            self.delivered.turned_away.add(row, enrolled, cohort.turned_away[index]);
            let boundary = cohort.boundary + step.after;
            if boundary >= time.cycles() {
                continue;
            }
            // By the deepest step of those who come this far: how many reach it, and their run.
            let mut reached = Vec::new();
            let mut persons = Lane::ZERO;
            for deepest in index..programme.steps.len() {
                let share = cohort.weight(deepest);
                if share == Lane::ZERO || !crate::simulate::enrolment::descends(programme, deepest, index) {
                    continue;
                }
                let run = cohort.with(deepest);
                let all = living(run, boundary, alive);
                let here = match &moment.only_if[index] {
                    None => all,
                    Some(by_state) => {
                        run.at(boundary).iter().enumerate().fold(Lane::ZERO, |sum, (state, &n)| {
                            let holds = by_state[state].at(cohort.point);
                            if alive[state] {
                                sum + Lane::from_fn(|l| if holds[l] != 0.0 { n[l] } else { 0.0 })
                            } else {
                                sum
                            }
                        })
                    }
                };
                persons += here * share;
                reached.push((run, here * share, all));
            }
            if reached.is_empty() {
                continue;
            }
            let year = time.year_of(boundary);
            self.delivered.reached.add(row, year, persons);
            for (request, shares) in &moment.requests {
                let Requested::Persons { step, quarter } = self.plan.shape.requests[*request].2.what else {
                    continue;
                };
                if step != index {
                    continue;
                }
                let share = shares.as_ref().map_or(Lane::ONE, |s| s[cohort.cell]);
                let quarters_of_cycle = quarter * time.cycles_per_year;
                let (before, after) = (boundary + quarters_of_cycle / 4, quarters_of_cycle % 4);
                if before >= time.cycles() {
                    continue;
                }
                // A quarter may begin within a cycle: people alive then lie on the line between its ends.
                let weight = after as f64 / 4.0;
                let mut left = Lane::ZERO;
                for (run, here, all) in &reached {
                    let mut surviving = living(run, before, alive);
                    if after > 0 {
                        surviving = surviving * (1.0 - weight) + living(run, before + 1, alive) * weight;
                    }
                    left += part_of(*here, surviving, *all);
                }
                self.delivered.requested.add(*request, time.year_of(before), left * share);
            }
            for (position, cost) in step.costs.iter().enumerate() {
                let (value, times) = &moment.costs[index][position];
                let price = value.at(cohort.point) * times.at(cohort.point);
                let kind = ItemKind::Step { step: index, cost: position };
                let item = self.plan.item_row(cohort.programme, kind);
                for (later, &part) in cost.spread.iter().enumerate() {
                    let moment_of_part = boundary + later * time.cycles_per_year;
                    if moment_of_part >= time.cycles() {
                        break;
                    }
                    let mut left = Lane::ZERO;
                    for (run, here, all) in &reached {
                        left += part_of(*here, living(run, moment_of_part, alive), *all);
                    }
                    let amount = price * left * part;
                    let year = time.year_of(moment_of_part);
                    self.delivered.costs.add(item, year, amount);
                    self.delivered.costs_present[item] += amount * self.clock.at_boundary(moment_of_part);
                    for (request, shares) in &moment.requests {
                        if asks_for(&self.plan.shape.requests[*request].2, kind) {
                            let share = shares.as_ref().map_or(Lane::ONE, |s| s[cohort.cell]);
                            self.delivered.requested.add(*request, year, amount * share);
                        }
                    }
                }
            }
        }
    }
}

/// Those of `here` who are among `surviving`, of `all` that were there; nobody where nobody was.
fn part_of(here: Lane, surviving: Lane, all: Lane) -> Lane {
    Lane::from_fn(|l| if all[l] > 0.0 { here[l] * (surviving[l] / all[l]) } else { 0.0 })
}

/// People alive at a boundary.
fn living(run: &Trajectory, boundary: usize, alive: &[bool]) -> Lane {
    run.at(boundary).iter().zip(alive).fold(Lane::ZERO, |sum, (&n, &lives)| if lives { sum + n } else { sum })
}
