//! What happens to people: counts, named outcomes, life-years and QALYs, by year and in all.
//!
//! Amounts are not discounted. *Participants* are the persons who reach the first step that has an effect or
//! ends being invited again; what lies below such a step is part of it. *Inhabitants* are the persons in the
//! population file on 1 January of the first year.

use super::arm::{Arm, sum};
use super::measures::{Measure, measures};
use super::statistics::{Series, Summary};
use crate::formula::Lane;
use crate::scenario::Scenario;
use crate::value::flows::{Flows, RunDesign, Shape, Valued};
use rayon::prelude::*;

/// What happens to people in one variant.
#[derive(Clone, Debug)]
pub struct Outcomes {
    /// By measure; empty when there is no delivery to read the comparator from.
    pub comparator: Vec<Amounts>,
    /// By delivery.
    pub deliveries: Vec<DeliveryOutcomes>,
}

/// One quantity by year and over the horizon.
#[derive(Clone, Debug)]
pub struct Amounts {
    /// By year of the horizon.
    pub by_year: Vec<Summary>,
    /// Over the horizon.
    pub total: Summary,
    /// Over the horizon, by draw.
    pub draws: Vec<f64>,
}

/// What happens to people under one delivery.
#[derive(Clone, Debug)]
pub struct DeliveryOutcomes {
    /// By measure: with the strategy.
    pub level: Vec<Amounts>,
    /// By measure: strategy − comparator.
    pub difference: Vec<Amounts>,
    /// By measure: strategy − comparator over the horizon, per participant; `None` where some draw has none.
    pub per_participant: Vec<Option<Summary>>,
    /// By measure: strategy − comparator over the horizon, per thousand inhabitants.
    pub per_thousand: Vec<Summary>,
    /// Participants over the horizon.
    pub participants: Summary,
    /// By step row of the shape: persons who reach it.
    pub reached: Vec<Amounts>,
    /// By step row of the shape: persons turned away for lack of capacity.
    pub turned_away: Vec<Amounts>,
}

/// Counts the outcomes of one variant. The list of measures is that of [`measures`].
pub fn outcomes(scenario: &Scenario, valued: &Valued, variant: usize) -> Outcomes {
    let list = measures(scenario, &valued.shape);
    let Some(first) = (!valued.deliveries.is_empty()).then(|| Arm::new(valued, variant, 0)) else {
        return Outcomes { comparator: Vec::new(), deliveries: Vec::new() };
    };
    let comparator =
        list.par_iter().map(|measure| amounts(first, |flows| measure.row.level(flows))).collect();
    let deliveries = (0..valued.deliveries.len())
        .map(|delivery| of_delivery(scenario, Arm::new(valued, variant, delivery), &list))
        .collect();
    Outcomes { comparator, deliveries }
}

fn of_delivery(scenario: &Scenario, arm: Arm<'_>, list: &[Measure]) -> DeliveryOutcomes {
    let design = arm.design();
    let shape = &arm.base().shape;
    let inhabitants = inhabitants(scenario);
    let rows = participating_rows(scenario, shape);
    let participants =
        arm.series(|flows| rows.iter().fold(Lane::ZERO, |persons, &row| persons + flows.reached.total(row)));
    let some_in_every_draw = participants.base > 0.0 && participants.draws.iter().all(|&p| p > 0.0);
    let mut result = DeliveryOutcomes {
        level: Vec::new(),
        difference: Vec::new(),
        per_participant: Vec::new(),
        per_thousand: Vec::new(),
        participants: participants.summary(design),
        reached: steps(arm, |flows, row| flows.reached.row(row)),
        turned_away: steps(arm, |flows, row| flows.turned_away.row(row)),
    };
    let by_measure: Vec<_> = list
        .par_iter()
        .map(|measure| {
            let difference = amounts(arm, |flows| measure.row.increment(flows));
            let level = levels(arm, measure);
            let total = Series { base: difference.total.base, draws: difference.draws.clone() };
            let per_participant = some_in_every_draw
                .then(|| total.zip(&participants, |amount, persons| amount / persons).summary(design));
            let per_thousand = total.map(|amount| amount / inhabitants * 1000.0).summary(design);
            (level, difference, per_participant, per_thousand)
        })
        .collect();
    for (level, difference, per_participant, per_thousand) in by_measure {
        result.level.push(level);
        result.difference.push(difference);
        result.per_participant.push(per_participant);
        result.per_thousand.push(per_thousand);
    }
    result
}

fn steps(arm: Arm<'_>, row: impl Fn(&Flows, usize) -> &[Lane] + Sync) -> Vec<Amounts> {
    let count = arm.base().shape.steps.len();
    (0..count).into_par_iter().map(|step| amounts(arm, |flows| row(flows, step))).collect()
}

fn amounts(arm: Arm<'_>, row: impl Fn(&Flows) -> &[Lane]) -> Amounts {
    let total = arm.series(|flows| sum(row(flows)));
    Amounts::new(&arm.by_year(row), total, arm.design())
}

fn levels(arm: Arm<'_>, measure: &Measure) -> Amounts {
    let level = arm.by_year(|flows| measure.row.level(flows));
    let difference = arm.by_year(|flows| measure.row.increment(flows));
    let by_year: Vec<Series> = level.iter().zip(&difference).map(|(a, b)| a.plus(b)).collect();
    let total = arm.series(|flows| sum(measure.row.level(flows)) + sum(measure.row.increment(flows)));
    Amounts::new(&by_year, total, arm.design())
}

impl Amounts {
    fn new(by_year: &[Series], total: Series, design: RunDesign) -> Self {
        Self {
            by_year: by_year.iter().map(|series| series.summary(design)).collect(),
            total: total.summary(design),
            draws: total.draws,
        }
    }
}

/// Persons in the population file at the start.
pub fn inhabitants(scenario: &Scenario) -> f64 {
    scenario.population.groups.iter().filter(|group| group.enters == 0).map(|group| group.persons).sum()
}

/// Rows of the shape's steps at which persons become participants. Where no step of a programme has an effect
/// or ends being invited, those who reach one of its first steps are counted.
pub fn participating_rows(scenario: &Scenario, shape: &Shape) -> Vec<usize> {
    let takes_part = |programme: usize, step: usize| {
        let step = &scenario.programmes[programme].steps[step];
        step.leaves_pool || !step.effects.is_empty()
    };
    let none_takes_part = |programme: usize| {
        (0..scenario.programmes[programme].steps.len()).all(|step| !takes_part(programme, step))
    };
    let above = |programme: usize, step: usize| {
        let steps = &scenario.programmes[programme].steps;
        std::iter::successors(steps[step].parent, |&parent| steps[parent].parent)
    };
    let rows = shape.steps.iter().enumerate().filter(|&(_, &(programme, step))| {
        if none_takes_part(programme) {
            scenario.programmes[programme].steps[step].parent.is_none()
        } else {
            takes_part(programme, step) && !above(programme, step).any(|above| takes_part(programme, above))
        }
    });
    rows.map(|(row, _)| row).collect()
}
