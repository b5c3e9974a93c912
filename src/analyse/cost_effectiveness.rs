//! Costs and QALYs of every strategy, and what a QALY costs.
//!
//! The cost of a strategy is the present value, at the costs' rate, of all disease costs on all budgets plus
//! the resource costs of its programmes. Tariffs, subsidies and other contract payments move money between
//! parties and are no cost here. QALYs are a present value at the effects' rate. Totals are the comparator's
//! level plus the increment; increments come straight from the increments of the flows, never from the
//! difference of two totals.

use super::acceptability::{AtThreshold, Increments, at_threshold};
use super::arm::{Arm, sum};
use super::dominance::{Comparison, Point, Standing, incremental_analysis};
use super::statistics::{Series, Summary};
use crate::formula::Lane;
use crate::scenario::Scenario;
use crate::value::flows::{Flows, Valued};

/// The cost-effectiveness analysis of one variant.
#[derive(Clone, Debug)]
pub struct CostEffectiveness {
    /// By strategy, in file order, the comparator among them.
    pub strategies: Vec<StrategyResult>,
    /// The choice at each threshold of the scenario.
    pub thresholds: Vec<AtThreshold>,
}

/// Costs and health of one strategy: totals, and increments over the comparator.
#[derive(Clone, Debug)]
pub struct StrategyResult {
    /// All costs, EUR, present value, by draw.
    pub cost: Series,
    /// QALYs, present value, by draw.
    pub qalys: Series,
    /// Disease costs over the comparator, EUR, present value; negative when avoided.
    pub disease_increment: Summary,
    /// Resource costs of the programmes, EUR, present value.
    pub programme_cost: Summary,
    /// Disease costs over the comparator by budget, EUR, present value.
    pub budgets: Vec<Summary>,
    /// All costs, EUR, present value.
    pub cost_summary: Summary,
    /// QALYs, present value.
    pub qalys_summary: Summary,
    /// Life-years, present value at the effects' rate.
    pub life_years_summary: Summary,
    /// All costs over the comparator, EUR, present value.
    pub cost_increment: Summary,
    /// QALYs over the comparator, present value.
    pub qalys_increment: Summary,
    /// Life-years over the comparator, present value at the effects' rate.
    pub life_years_increment: Summary,
    /// At the stated values.
    pub base: Place,
    /// On the means over draws; `None` when only the base case was run.
    pub expected: Option<Place>,
}

/// Where a strategy stands in the incremental analysis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Increments over the comparator.
    pub increment: Point,
    /// Among all strategies.
    pub standing: Standing,
    /// Against the comparator alone.
    pub comparison: Comparison,
}

struct Collected {
    cost: Series,
    qalys: Series,
    life_years: Series,
    disease: Series,
    programmes: Series,
    cost_increment: Series,
    qalys_increment: Series,
    life_years_increment: Series,
    budgets: Vec<Series>,
}

/// Analyses one variant; `None` when nothing is compared with the comparator.
pub fn cost_effectiveness(scenario: &Scenario, valued: &Valued, variant: usize) -> Option<CostEffectiveness> {
    let design = valued.design;
    let own_delivery = |strategy: usize| {
        valued.deliveries.iter().position(|d| d.strategy == strategy && d.arrangement.is_none())
    };
    let any = valued.deliveries.iter().position(|delivery| delivery.arrangement.is_none())?;
    let collected: Vec<Collected> = (0..scenario.strategies.len())
        .map(|strategy| match own_delivery(strategy).filter(|_| strategy != scenario.comparator) {
            Some(delivery) => collect(scenario, Arm::new(valued, variant, delivery), true),
            None => collect(scenario, Arm::new(valued, variant, any), false),
        })
        .collect();
    let points = |of: &dyn Fn(&Series) -> f64| -> Vec<Point> {
        let point = |c: &Collected| Point { cost: of(&c.cost_increment), qalys: of(&c.qalys_increment) };
        collected.iter().map(point).collect()
    };
    let base = places(&points(&|series| series.base));
    let drawn = collected.iter().any(|c| !c.cost.draws.is_empty());
    let expected = drawn.then(|| places(&points(&Series::expected)));
    let increments: Vec<Increments<'_>> =
        collected.iter().map(|c| Increments { cost: &c.cost_increment, qalys: &c.qalys_increment }).collect();
    let thresholds = scenario.valuation.willingness_to_pay.iter();
    let thresholds = thresholds.map(|&threshold| at_threshold(&increments, threshold, design)).collect();
    let strategies = collected
        .into_iter()
        .enumerate()
        .map(|(strategy, c)| StrategyResult {
            disease_increment: c.disease.summary(design),
            programme_cost: c.programmes.summary(design),
            budgets: c.budgets.iter().map(|budget| budget.summary(design)).collect(),
            cost_summary: c.cost.summary(design),
            qalys_summary: c.qalys.summary(design),
            life_years_summary: c.life_years.summary(design),
            cost_increment: c.cost_increment.summary(design),
            qalys_increment: c.qalys_increment.summary(design),
            life_years_increment: c.life_years_increment.summary(design),
            cost: c.cost,
            qalys: c.qalys,
            base: base[strategy],
            expected: expected.as_ref().map(|places| places[strategy]),
        })
        .collect();
    Some(CostEffectiveness { strategies, thresholds })
}

fn places(points: &[Point]) -> Vec<Place> {
    let standings = incremental_analysis(points);
    let place = |(&increment, standing)| Place { increment, standing, comparison: Comparison::of(increment) };
    points.iter().zip(standings).map(place).collect()
}

/// `with` false: the comparator, read from the levels of any delivery.
fn collect(scenario: &Scenario, arm: Arm<'_>, with: bool) -> Collected {
    let only = |amount: Lane| if with { amount } else { Lane::ZERO };
    let disease_of = |flows: &Flows| only(sum(&flows.increment_present));
    let programmes_of = |flows: &Flows| only(sum(&flows.programme_costs_present));
    let gained = |flows: &Flows, row: usize| only(flows.health_increment_present[row]);
    let total = |flows: &Flows, row: usize| flows.health_level_present[row] + gained(flows, row);
    let budget_of = |flows: &Flows, budget: usize| {
        let lines = flows.shape.lines.iter().zip(&flows.increment_present);
        only(
            lines
                .filter(|(line, _)| line.budget == budget)
                .fold(Lane::ZERO, |sum, (_, &amount)| sum + amount),
        )
    };
    Collected {
        cost: arm.series(|flows| sum(&flows.level_present) + (disease_of(flows) + programmes_of(flows))),
        qalys: arm.series(|flows| total(flows, Flows::QALYS)),
        life_years: arm.series(|flows| total(flows, Flows::LIFE_YEARS)),
        disease: arm.series(disease_of),
        programmes: arm.series(programmes_of),
        cost_increment: arm.series(|flows| disease_of(flows) + programmes_of(flows)),
        qalys_increment: arm.series(|flows| gained(flows, Flows::QALYS)),
        life_years_increment: arm.series(|flows| gained(flows, Flows::LIFE_YEARS)),
        budgets: (0..scenario.budgets.len())
            .map(|budget| arm.series(|flows| budget_of(flows, budget)))
            .collect(),
    }
}
