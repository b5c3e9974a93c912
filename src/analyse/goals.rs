//! Whether goals are reached.
//!
//! A goal is a relative change of a measure in one year: (strategy − comparator) / comparator of that year. A
//! goal of −10% is reached in a draw in which the change is −10% or less, a goal of +10% in one in which it is
//! +10% or more.
//!
//! A goal may be about some people only (`group`), and a goal about all is told for every place or other group that the scenario asks
//! for. Those are changes among the people of that group, in expected numbers whatever the engine of the run, for the
//! scenario itself and its strategies only. Levels and changes in numbers of the groups of one label sum to those of all people.
//!
//! *Example:* of 200 falls in 2028 a programme avoids 3 in Aa and 1 in Best, where 100 people fall each: −2% in all, −3% in
//! Aa and −1% in Best.

use super::arm::Arm;
use super::measures::goal_rows;
use super::statistics::{Series, Summary};
use crate::formula::Lane;
use crate::scenario::Scenario;
use crate::scenario::checked::Goal;
use crate::value::by_group::{Figure, Groups, Side, Yearly, measured_by};
use crate::value::flows::{Delivery, Flows, RunDesign, Valued};

/// A goal under one delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct GoalResult {
    /// Index of the goal.
    pub goal: usize,
    /// Index of the delivery.
    pub delivery: usize,
    /// Relative change in the goal's year; −0.1 is ten per cent less than the comparator.
    pub change: Summary,
    /// Whether it is reached at the stated values.
    pub reached_in_base: bool,
    /// Share of draws in which it is reached; `None` when only the base case was run.
    pub probability: Option<f64>,
}

/// Every goal under every delivery of one variant. A goal whose measure is zero in the comparator has no
/// relative change and is left out. Over a horizon so long that draws are kept as totals only, a goal has no
/// probability.
pub fn goals(scenario: &Scenario, valued: &Valued, variant: usize) -> Vec<GoalResult> {
    let mut results = Vec::new();
    for (index, goal) in scenario.goals.iter().enumerate() {
        let rows = goal_rows(&valued.shape, goal.measure);
        let Some(level_row) = rows.first() else { continue };
        if !goal.group.is_empty() {
            // Of the scenario itself only.
            if variant == 0 {
                results.extend(in_its_group(scenario, valued, index));
            }
            continue;
        }
        for delivery in 0..valued.deliveries.len() {
            let arm = Arm::new(valued, variant, delivery);
            let in_year = |row: &dyn Fn(&Flows) -> &[Lane]| arm.by_year(row).into_iter().nth(goal.by);
            let Some(level) = in_year(&|flows| level_row.level(flows)) else { continue };
            let changes = rows.iter().filter_map(|row| in_year(&|flows| row.increment(flows)));
            let nothing = level.map(|_| 0.0);
            let increment = changes.fold(nothing, |sum, change| sum.plus(&change));
            let change = relative(&increment, &level);
            results.extend(change.map(|change| assess(goal, index, delivery, &change, arm.design())));
        }
    }
    results
}

/// A goal under one strategy among the people of one mix.
#[derive(Clone, Debug)]
pub struct GoalInMix {
    /// Index of the goal.
    pub goal: usize,
    /// Strategy.
    pub strategy: usize,
    /// The measure of the comparator in the goal's year.
    pub level: Summary,
    /// Strategy − comparator.
    pub difference: Summary,
    /// Relative change.
    pub change: Summary,
    /// Whether it is reached at the stated values.
    pub reached_in_base: bool,
    /// Share of draws in which it is reached; `None` when only the base case was run.
    pub probability: Option<f64>,
}

/// A goal among the people of a mix, by strategy beside the comparator.
pub fn in_mix(
    scenario: &Scenario,
    valued: &Valued,
    groups: &Groups,
    (index, mix): (usize, usize),
    design: RunDesign,
) -> Vec<GoalInMix> {
    let goal = &scenario.goals[index];
    let measured = measured_by(&valued.shape, goal.measure);
    let series = |side: Side, of: Yearly| {
        let (base, draws) = groups.amounts(mix, side, Figure::InYear(of, goal.by));
        Series { base, draws }
    };
    let Some(&first) = measured.first() else { return Vec::new() };
    let level = series(Side::Comparator, first);
    let of_strategy = |(position, &strategy): (usize, &usize)| {
        let nothing = level.map(|_| 0.0);
        let changes = measured.iter().map(|&of| series(Side::Strategy(position), of));
        let difference = changes.fold(nothing, |sum, change| sum.plus(&change));
        let change = relative(&difference, &level)?;
        let judged = assess(goal, index, position, &change, design);
        Some(GoalInMix {
            goal: index,
            strategy,
            level: level.summary(design),
            difference: difference.summary(design),
            change: judged.change,
            reached_in_base: judged.reached_in_base,
            probability: judged.probability,
        })
    };
    groups.strategies.iter().enumerate().filter_map(of_strategy).collect()
}

/// A goal that is about some people only, by strategy.
fn in_its_group(scenario: &Scenario, valued: &Valued, index: usize) -> Vec<GoalResult> {
    let Some(groups) = &valued.groups else { return Vec::new() };
    let Some(mix) = groups.goals.get(index).copied().flatten() else { return Vec::new() };
    let found = in_mix(scenario, valued, groups, (index, mix), design_of_groups(valued, groups));
    let result = |of: GoalInMix| {
        let own = |delivery: &Delivery| delivery.strategy == of.strategy && delivery.arrangement.is_none();
        Some(GoalResult {
            goal: index,
            delivery: valued.deliveries.iter().position(own)?,
            change: of.change,
            reached_in_base: of.reached_in_base,
            probability: of.probability,
        })
    };
    found.into_iter().filter_map(result).collect()
}

/// How the draws of groups are designed: each was followed once.
pub fn design_of_groups(valued: &Valued, groups: &Groups) -> RunDesign {
    let whole = groups.draws == valued.draws();
    RunDesign { randomisations: if whole { valued.design.randomisations } else { 1 }, replicates: 1 }
}

/// Relative change; `None` where there is nothing that could change.
fn relative(difference: &Series, level: &Series) -> Option<Series> {
    let change = difference.zip(level, |difference, level| difference / level);
    (change.base.is_finite() && change.draws.iter().all(|change| change.is_finite())).then_some(change)
}

fn assess(goal: &Goal, index: usize, delivery: usize, change: &Series, design: RunDesign) -> GoalResult {
    let reached = |value: f64| if goal.change <= 0.0 { value <= goal.change } else { value >= goal.change };
    GoalResult {
        goal: index,
        delivery,
        change: change.summary(design),
        reached_in_base: reached(change.base),
        probability: change.probability(reached),
    }
}
