//! Collecting what simulation shows: the comparator, and every cohort with its shadow.
//!
//! **Reached.** Persons who reach a step are those of the cohort alive at enrolment + the step's `after`; they
//! are counted in the calendar year of that moment. What falls at or after the horizon is left out.
//! **Resource costs** of a step fall when it is reached; the k-th part of a `spread` falls k years later, on
//! those of them alive then. **Retention.** Later shares of insurers depend on the time since enrolment and, where
//! the chance to change insurer does, on age: people are summed by moment of enrolment, once as they are and once
//! for each insurer times Π, their retention in the year of each cycle.

use super::account::{Account, Clock};
use super::flows::{Grid, ItemKind, Shape};
use super::functionals::{Functionals, Prices};
use super::plan::{Plan, asks_for};
use super::retention::Retention;
use super::tally::Tally;
use crate::formula::{Lane, Scratch};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Node, Requested, Scenario, Variables};
use crate::simulate::points::{Values, within};
use crate::simulate::{Cohort, Observer, Trajectory};

/// People who enrolled in a programme at one moment.
#[derive(Clone, Debug)]
pub struct Group {
    /// Model.
    pub model: usize,
    /// Programme.
    pub programme: usize,
    /// Boundary of enrolment.
    pub boundary: usize,
    /// All participants.
    pub all: Pair,
    /// By insurer, each cycle times Π; empty without settlement.
    pub retained: Vec<Pair>,
}

/// What effects change for some people, and those people without effects.
#[derive(Clone, Debug)]
pub struct Pair {
    /// With effects less without.
    pub difference: Account,
    /// Without effects; nobody is counted where no clause asks for these participants.
    pub shadow: Account,
}

/// Sums of people who are alike in prices and retention, kept from block to block.
#[derive(Clone, Debug, Default)]
pub struct Tallies {
    /// With effects less without; or everybody of a comparator.
    pub difference: Tally,
    /// Without effects.
    pub shadow: Tally,
}

/// Amounts of a programme's delivery that do not need an account.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// Resource costs, `[item][year]`, EUR.
    pub costs: Grid,
    /// Their present values by item.
    pub costs_present: Vec<Lane>,
    /// Participants by the year in which they enrol, `[programme][year]`.
    pub enrolled: Grid,
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
            enrolled: Grid::zeros(shape.programmes, shape.years),
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
    /// People who are priced alike.
    pub tally: &'a mut Tally,
}

impl Population<'_> {
    /// Adds those who were seen last.
    pub fn finish(&mut self) {
        self.account.add(self.tally, self.functionals, self.prices, None);
        self.tally.clear();
    }
}

impl Observer for Population<'_> {
    fn comparator(&mut self, _: usize, _: usize, path: &[u32], trajectory: &Trajectory) {
        if !self.tally.fits(self.functionals, trajectory, path) {
            self.account.add(self.tally, self.functionals, self.prices, None);
            self.tally.begin(trajectory, path);
        }
        self.tally.add(trajectory, Lane::ONE);
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
    /// Whether parties will settle.
    pub settlement: bool,
    /// People of the moment being shown who are alike.
    pub tallies: &'a mut Tallies,
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
    /// Position among `retained` by age at enrolment.
    retained_of_age: Vec<Option<usize>>,
    /// Distinct retentions: Π by insurer and cycle since enrolment.
    retained: Vec<Vec<Vec<Lane>>>,
    /// Position among `retained` of those in the tallies; none while there is nobody.
    tallied: Option<usize>,
}

impl Observer for Participants<'_> {
    fn comparator(&mut self, _: usize, _: usize, _: &[u32], _: &Trajectory) {}

    fn cohort(&mut self, cohort: &Cohort<'_>) -> Result<(), QuantityError> {
        let fresh = self
            .moment
            .as_ref()
            .is_none_or(|m| m.programme != cohort.programme || m.position != cohort.position);
        if fresh {
            self.finish();
            self.moment = Some(self.evaluate(cohort)?);
            self.groups.push(self.group(cohort));
        }
        self.follow(cohort);
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
            retained_of_age: Vec::new(),
            retained: Vec::new(),
            tallied: None,
        })
    }

    /// A group without people for the moment of a cohort.
    fn group(&self, cohort: &Cohort<'_>) -> Group {
        let structure = &self.plan.models[cohort.model].structure;
        let cycles = self.scenario.time.cycles();
        let mut account = Account::default();
        account.reset(structure, self.functionals, cohort.boundary, cycles);
        let pair = Pair { difference: account.clone(), shadow: account };
        let insurers = if self.settlement { self.retention.insurers() } else { 0 };
        Group {
            model: cohort.model,
            programme: cohort.programme,
            boundary: cohort.boundary,
            retained: vec![pair.clone(); insurers],
            all: pair,
        }
    }

    /// Position among the moment's retentions of people of an age at enrolment.
    fn retained(&mut self, cohort: &Cohort<'_>) -> usize {
        let time = self.scenario.time;
        let age = cohort.points.value(Variables::AGE, cohort.point).max(0.0) as usize;
        let moment = self.moment.as_mut().expect("a moment is set before its cohorts are followed");
        if moment.retained_of_age.len() <= age {
            moment.retained_of_age.resize(age + 1, None);
        }
        *moment.retained_of_age[age].get_or_insert_with(|| {
            let from = time.year_of(cohort.boundary);
            let insurers = if self.settlement { self.retention.insurers() } else { 0 };
            let retained: Vec<Vec<Lane>> = (0..insurers)
                .map(|insurer| {
                    let by_year = self.retention.path(insurer, age, time.years - from);
                    (cohort.boundary..time.cycles()).map(|c| by_year[time.year_of(c) - from]).collect()
                })
                .collect();
            moment.retained.iter().position(|known| *known == retained).unwrap_or_else(|| {
                moment.retained.push(retained);
                moment.retained.len() - 1
            })
        })
    }

    /// Adds those in the tallies to the last group.
    pub fn finish(&mut self) {
        let Some(moment) = &mut self.moment else { return };
        let Some(tallied) = moment.tallied.take() else { return };
        let Some(group) = self.groups.last_mut() else { return };
        let shadowed = self.settlement && self.plan.shadowed[group.programme];
        let pairs = std::iter::once((&mut group.all, None)).chain(
            group
                .retained
                .iter_mut()
                .zip(&moment.retained[tallied])
                .map(|(pair, by_cycle)| (pair, Some(by_cycle))),
        );
        for (pair, weights) in pairs {
            let weights = weights.map(|by_cycle| &by_cycle[..]);
            pair.difference.add(&self.tallies.difference, self.functionals, self.prices, weights);
            if shadowed {
                pair.shadow.add(&self.tallies.shadow, self.functionals, self.prices, weights);
            }
        }
        self.tallies.difference.clear();
        self.tallies.shadow.clear();
    }

    /// Adds participants to the tallies: what effects change for them and, where a clause asks for them, how they
    /// would have fared without.
    fn follow(&mut self, cohort: &Cohort<'_>) {
        let programme = &self.scenario.programmes[cohort.programme];
        let shadowed = self.settlement && self.plan.shadowed[cohort.programme];
        let acts_on_utility =
            programme.steps.iter().flat_map(|step| &step.effects).any(|&effect| {
                matches!(self.scenario.effects[effect].node, Node::Utility(_) | Node::Factor(_))
            });
        let retained = self.retained(cohort);
        let takes_part = |step: usize| programme.participates(step) && cohort.weight(step) != Lane::ZERO;
        for step in (0..programme.steps.len()).filter(|&step| takes_part(step)) {
            let (with, without) = (cohort.with(step), cohort.without(step));
            // Steps that share a run are added as one.
            let shares = |other: &usize| takes_part(*other) && std::ptr::eq(cohort.with(*other), with);
            if (0..step).any(|other| shares(&other)) {
                continue;
            }
            let weight = (step..programme.steps.len())
                .filter(shares)
                .fold(Lane::ZERO, |sum, other| sum + cohort.weight(other));
            let changed = !std::ptr::eq(with, without);
            if !(changed || shadowed || acts_on_utility) {
                continue;
            }
            let tallied = self.moment.as_ref().and_then(|moment| moment.tallied);
            if tallied != Some(retained) || !self.tallies.difference.fits(self.functionals, with, cohort.path)
            {
                self.finish();
                self.tallies.difference.begin(with, cohort.path);
                self.tallies.shadow.begin(without, cohort.path);
                if let Some(moment) = &mut self.moment {
                    moment.tallied = Some(retained);
                }
            }
            if changed {
                self.tallies.difference.add_difference(with, without, weight);
            }
            if shadowed {
                self.tallies.shadow.add(without, weight);
            }
            if acts_on_utility {
                self.add_utilities(cohort, step, with, weight);
            }
        }
    }

    /// Adds what effects on utilities change for those whose deepest step it is.
    fn add_utilities(&mut self, cohort: &Cohort<'_>, step: usize, run: &Trajectory, weight: Lane) {
        let Some(slot) = self.functionals.moving[self.functionals.qalys] else { return };
        let Some(group) = self.groups.last_mut() else { return };
        let mut differences = Vec::new();
        for cycle in 0..run.cycles {
            cohort.effects.utility_differences(self.scenario, step, cohort.point, cycle, &mut differences);
            let absolute = run.first + cycle;
            for &(state, difference) in &differences {
                let amount = difference * weight;
                let start = run.at(absolute)[state] * amount;
                let end = run.at(absolute + 1)[state] * amount;
                group.all.difference.add_figure(absolute, slot, [Lane::ZERO, start, end]);
            }
        }
    }

    /// Counts persons reaching steps and their resource costs.
    fn deliver(&mut self, cohort: &Cohort<'_>) {
        let time = self.scenario.time;
        let programme = &self.scenario.programmes[cohort.programme];
        let alive = &self.plan.models[cohort.model].structure.alive;
        let Some(moment) = &self.moment else { return };
        let participating = (0..programme.steps.len()).filter(|&step| programme.participates(step));
        for step in participating.filter(|&step| cohort.weight(step) != Lane::ZERO) {
            let persons = living(cohort.with(step), cohort.boundary, alive) * cohort.weight(step);
            self.delivered.enrolled.add(cohort.programme, time.year_of(cohort.boundary), persons);
        }
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
                let left = if quarter == 0 {
                    persons
                } else {
                    reached.iter().fold(Lane::ZERO, |sum, (run, here, all)| {
                        let mut surviving = living(run, before, alive);
                        if after > 0 {
                            surviving = surviving * (1.0 - weight) + living(run, before + 1, alive) * weight;
                        }
                        sum + part_of(*here, surviving, *all)
                    })
                };
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
                    // At the step itself nobody has died since.
                    let left = if later == 0 {
                        persons
                    } else {
                        reached.iter().fold(Lane::ZERO, |sum, (run, here, all)| {
                            sum + part_of(*here, living(run, moment_of_part, alive), *all)
                        })
                    };
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
