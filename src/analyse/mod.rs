//! Statistics over draws: what a scenario amounts to for people, for society and for each party.
//!
//! | module | answers |
//! |---|---|
//! | [`statistics`] | mean, spread and quantiles of one quantity |
//! | [`outcomes`] | what happens to people, by year |
//! | [`cost_effectiveness`] | what a strategy costs and yields; [`dominance`], [`acceptability`] |
//! | [`business_case`] | what an arrangement means for each party; [`cash_flow`] |
//! | [`payback_within`] | whether a party has its money back by a stated date |
//! | [`noise`] | whether measured payments follow the effect or luck |
//! | [`deal`] | which contract every party would sign |
//! | [`goals`] | whether goals are reached |
//! | [`by_group`] | what it means for each place or group of people, and what comes first there |
//! | [`monitoring`] | which numbers to expect in each year |
//! | [`plausibility`] | whether that is too good to be true |
//! | [`threshold`] | what must be true for somebody to break even |
//!
//! Every statistic is computed from the draws in draw order, one quantity at a time, so the number of threads
//! changes no bit of it.

pub mod acceptability;
pub mod arm;
pub mod business_case;
pub mod by_group;
pub mod cash_flow;
pub mod cost_effectiveness;
pub mod deal;
pub mod dominance;
#[cfg(test)]
pub(crate) mod fixture;
pub mod goals;
pub mod leakages;
pub mod measures;
pub mod monitoring;
pub mod noise;
pub mod outcomes;
pub mod payback_within;
pub mod plausibility;
pub mod statistics;
#[cfg(test)]
mod tests;
pub mod threshold;

use crate::scenario::Scenario;
use crate::settle::Settled;
use crate::settle::entry::Declined;
use crate::value::flows::Valued;
use arm::Arm;
use business_case::{PartyCase, Settlement};
use cost_effectiveness::CostEffectiveness;
use goals::GoalResult;
use leakages::Leakages;
use measures::Measure;
use noise::{ClauseNoise, GateNoise};
use outcomes::Outcomes;
use statistics::Summary;

/// What a run has found.
#[derive(Clone, Debug)]
pub struct Findings {
    /// What is counted; outcomes refer to it by position.
    pub measures: Vec<Measure>,
    /// By variant, in the scenario's order.
    pub variants: Vec<VariantFindings>,
    /// Of the scenario itself, by group of people.
    pub groups: Option<by_group::GroupFindings>,
    /// Of the scenario itself: numbers to watch.
    pub monitoring: Vec<monitoring::Watched>,
    /// Answers to break-even questions. They need runs of their own, so [`analyse`] gives none; see [`threshold::find_all`].
    pub thresholds: Vec<threshold::Found>,
    /// What makes the results doubtful; see [`plausibility::doubts`].
    pub doubts: Vec<plausibility::Doubt>,
}

/// What a run has found in one variant.
#[derive(Clone, Debug)]
pub struct VariantFindings {
    /// Costs and QALYs; `None` when nothing is compared with the comparator.
    pub cost_effectiveness: Option<CostEffectiveness>,
    /// What happens to people.
    pub outcomes: Outcomes,
    /// Goals under every delivery.
    pub goals: Vec<GoalResult>,
    /// Arrangements, in the order they were settled.
    pub settlements: Vec<SettlementFindings>,
}

/// What an arrangement means for everyone, with one strategy.
#[derive(Clone, Debug)]
pub struct SettlementFindings {
    /// Strategy.
    pub strategy: usize,
    /// Arrangement.
    pub arrangement: usize,
    /// By party.
    pub cases: Vec<PartyCase>,
    /// Where what is avoided goes before it reaches who pays; `None` where nothing is avoided or nobody pays.
    pub leakages: Option<Leakages>,
    /// What clauses show beside their payments.
    pub figures: Vec<ClauseFigure>,
    /// How much of measured payments is luck; empty without draws.
    pub noise: Vec<ClauseNoise>,
    /// How much of the decision at a gate is luck.
    pub gate: Option<GateNoise>,
    /// Who stays away, so that nothing is delivered.
    pub declined: Option<Declined>,
}

/// Something that a clause shows beside its payments.
#[derive(Clone, Debug)]
pub struct ClauseFigure {
    /// Clause.
    pub clause: usize,
    /// What it is.
    pub name: String,
    /// Unit.
    pub unit: &'static str,
    /// By year index.
    pub by_year: Vec<Summary>,
}

/// Turns flows and books into findings.
pub fn analyse(scenario: &Scenario, valued: &Valued, settled: &[Settled]) -> Findings {
    let variants = (0..valued.variants.len()).map(|variant| VariantFindings {
        cost_effectiveness: cost_effectiveness::cost_effectiveness(scenario, valued, variant),
        outcomes: outcomes::outcomes(scenario, valued, variant),
        goals: goals::goals(scenario, valued, variant),
        settlements: settled
            .iter()
            .filter(|settled| settled.variant == variant)
            .map(|settled| settlement(scenario, valued, settled))
            .collect(),
    });
    Findings {
        measures: measures::measures(scenario, &valued.shape),
        variants: variants.collect(),
        groups: by_group::by_group(scenario, valued),
        monitoring: monitoring::monitoring(scenario, valued),
        thresholds: Vec::new(),
        doubts: Vec::new(),
    }
}

fn settlement(scenario: &Scenario, valued: &Valued, settled: &Settled) -> SettlementFindings {
    let Settled { variant, strategy, arrangement, base, blocks, .. } = settled;
    let delivery = valued.delivery_of(*strategy, *arrangement);
    let arm = Arm::new(valued, *variant, delivery);
    let settlement = Settlement { arm, draws: settled.draws, base, blocks };
    let (cases, figures) = (settlement.cases(scenario), settlement.figures());
    let leakages = leakages::leakages(&settlement, &scenario.arrangements[*arrangement].clauses, &cases);
    let declined = settled.declined;
    // Nothing is measured of what is not delivered.
    let (noise, gate) = match declined {
        None => (
            noise::noise(scenario, *arrangement, &settlement),
            noise::gate(scenario, *arrangement, &settlement),
        ),
        Some(_) => (Vec::new(), None),
    };
    SettlementFindings {
        strategy: *strategy,
        arrangement: *arrangement,
        cases,
        leakages,
        figures,
        noise,
        gate,
        declined,
    }
}
