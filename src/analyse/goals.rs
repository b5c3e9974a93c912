//! Whether goals are reached.
//!
//! A goal is a relative change of a measure in one year: (strategy − comparator) / comparator of that year. A
//! goal of −10% is reached in a draw in which the change is −10% or less, a goal of +10% in one in which it is
//! +10% or more.

use super::arm::Arm;
use super::measures::goal_rows;
use super::statistics::{Series, Summary};
use crate::formula::Lane;
use crate::scenario::Scenario;
use crate::scenario::checked::Goal;
use crate::value::flows::{Flows, RunDesign, Valued};

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
        let rows = goal_rows(scenario, &valued.shape, goal.measure);
        let Some(level_row) = rows.first() else { continue };
        for delivery in 0..valued.deliveries.len() {
            let arm = Arm::new(valued, variant, delivery);
            let in_year = |row: &dyn Fn(&Flows) -> &[Lane]| arm.by_year(row).into_iter().nth(goal.by);
            let Some(level) = in_year(&|flows| level_row.level(flows)) else { continue };
            let changes = rows.iter().filter_map(|row| in_year(&|flows| row.increment(flows)));
            let nothing = level.map(|_| 0.0);
            let increment = changes.fold(nothing, |sum, change| sum.plus(&change));
            let change = increment.zip(&level, |increment, level| increment / level);
            if change.base.is_finite() && change.draws.iter().all(|change| change.is_finite()) {
                results.push(assess(goal, index, delivery, &change, arm.design()));
            }
        }
    }
    results
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
