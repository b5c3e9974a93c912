//! Tables of health: outcomes, and cost-effectiveness.

use super::{
    ARRANGEMENT, Context, MEASURE, STRATEGY, Spec, UNIT, VARIANT, YEAR, statistics, with_statistics,
};
use crate::analyse::cost_effectiveness::Place;
use crate::analyse::dominance::{Comparison, Standing};
use crate::analyse::outcomes::{Amounts, DeliveryOutcomes};
use crate::analyse::statistics::Summary;
use crate::report::table::{Cell, Kind, Table};

/// What happens to people, by year and over the horizon.
pub(super) fn outcomes(context: &Context<'_>) -> Table {
    let quantity = "level: with the strategy; difference: strategy minus comparator; reached and turned_away: \
                    persons at a step of a programme";
    let per = "total, participant, or thousand_inhabitants (persons in the population file at the start)";
    let mut table = with_statistics(
        "outcomes",
        "What happens to people, not discounted: life-years, QALYs, named outcomes, events, time in states and \
         deaths, and how many people each step reaches.",
        &[
            VARIANT,
            STRATEGY,
            ARRANGEMENT,
            MEASURE,
            ("quantity", Kind::Key, "", quantity),
            ("per", Kind::Key, "", per),
            YEAR,
            UNIT,
        ],
        &[],
    );
    let measures = &context.findings.measures;
    for (variant, findings) in context.findings.variants.iter().enumerate() {
        let comparator: Cell<'_> = context.strategy(context.scenario.comparator).into();
        for (measure, amounts) in measures.iter().zip(&findings.outcomes.comparator) {
            let keys = [context.variant(variant).into(), comparator, Cell::Empty, (&measure.id).into()];
            push_amounts(context, &mut table, keys, "level", &measure.unit, amounts);
        }
        for (delivery, outcomes) in findings.outcomes.deliveries.iter().enumerate() {
            let [strategy, arrangement] = context.delivery(delivery);
            let keys = [context.variant(variant).into(), strategy, arrangement];
            push_delivery(context, &mut table, keys, outcomes);
        }
    }
    table
}

fn push_delivery(context: &Context<'_>, table: &mut Table, keys: [Cell<'_>; 3], outcomes: &DeliveryOutcomes) {
    let [variant, strategy, arrangement] = keys;
    for (row, &(programme, step)) in context.valued.shape.steps.iter().enumerate() {
        let programme = &context.scenario.programmes[programme];
        let id = format!("{}.{}", programme.id, programme.steps[step].id);
        let keys = [variant, strategy, arrangement, (&id).into()];
        push_amounts(context, table, keys, "reached", "persons", &outcomes.reached[row]);
        push_amounts(context, table, keys, "turned_away", "persons", &outcomes.turned_away[row]);
    }
    for (index, measure) in context.findings.measures.iter().enumerate() {
        let keys = [variant, strategy, arrangement, (&measure.id).into()];
        push_amounts(context, table, keys, "level", &measure.unit, &outcomes.level[index]);
        push_amounts(context, table, keys, "difference", &measure.unit, &outcomes.difference[index]);
        let mut per = |per: &str, summary: &Summary| {
            let rest = ["difference".into(), per.into(), Cell::Empty, (&measure.unit).into()];
            table.push(keys.into_iter().chain(rest).chain(statistics(summary)));
        };
        if let Some(summary) = &outcomes.per_participant[index] {
            per("participant", summary);
        }
        per("thousand_inhabitants", &outcomes.per_thousand[index]);
    }
}

fn push_amounts(
    context: &Context<'_>,
    table: &mut Table,
    keys: [Cell<'_>; 4],
    quantity: &str,
    unit: &str,
    amounts: &Amounts,
) {
    let years = amounts.by_year.iter().enumerate();
    let years = years.map(|(year, summary)| (Some(context.year(year)), summary));
    for (year, summary) in years.chain([(None, &amounts.total)]) {
        let rest = [quantity.into(), "total".into(), year.into(), unit.into()];
        table.push(keys.into_iter().chain(rest).chain(statistics(summary)));
    }
}

/// The full incremental analysis.
pub(super) fn cea(context: &Context<'_>) -> Table {
    let mut table = Table::new(
        "cea",
        "Full incremental cost-effectiveness analysis, at the stated values and on the means over the draws.",
        &[
            VARIANT,
            ("statistic", Kind::Key, "", "base: at the stated values; mean: means over the draws"),
            STRATEGY,
            ("cost", Kind::Number, "EUR", "all costs, present value at the costs' rate"),
            ("qalys", Kind::Number, "QALYs", "present value at the effects' rate"),
            ("life_years", Kind::Number, "life-years", "present value at the effects' rate"),
            ("cost_difference", Kind::Number, "EUR", "over the comparator"),
            ("qalys_difference", Kind::Number, "QALYs", "over the comparator"),
            (
                "status",
                Kind::Text,
                "",
                "ND not dominated, D strictly dominated, ED extendedly dominated, EQ equal to the strategy in \
                 `versus`",
            ),
            ("versus", Kind::Text, "", "next cheaper strategy that is not dominated"),
            ("icer", Kind::Number, "EUR per QALY", "incremental cost-effectiveness ratio against `versus`"),
            (
                "comparison",
                Kind::Text,
                "",
                "with the comparator alone: costs_per_qaly, saves_per_qaly_lost, dominant, dominated or same",
            ),
            (
                "icer_comparator",
                Kind::Number,
                "EUR per QALY",
                "ratio against the comparator, where it has one",
            ),
        ],
    );
    for (variant, findings) in context.findings.variants.iter().enumerate() {
        let Some(cea) = &findings.cost_effectiveness else { continue };
        for statistic in ["base", "mean"] {
            for (strategy, result) in cea.strategies.iter().enumerate() {
                let is_base = statistic == "base";
                let Some(place) = (if is_base { Some(result.base) } else { result.expected }) else {
                    continue;
                };
                let of = |summary: &Summary| if is_base { summary.base } else { summary.expected() };
                let (status, versus, icer) = standing(&place);
                let (comparison, icer_comparator) = comparison(&place);
                table.push([
                    context.variant(variant).into(),
                    statistic.into(),
                    context.strategy(strategy).into(),
                    of(&result.cost_summary).into(),
                    of(&result.qalys_summary).into(),
                    of(&result.life_years_summary).into(),
                    place.increment.cost.into(),
                    place.increment.qalys.into(),
                    status.into(),
                    versus.map(|versus| context.strategy(versus)).into(),
                    icer.into(),
                    comparison.into(),
                    icer_comparator.into(),
                ]);
            }
        }
    }
    table
}

fn standing(place: &Place) -> (&'static str, Option<usize>, Option<f64>) {
    match place.standing {
        Standing::Reference => ("ND", None, None),
        Standing::OnFrontier { versus, icer } => ("ND", Some(versus), Some(icer)),
        Standing::Dominated => ("D", None, None),
        Standing::ExtendedlyDominated => ("ED", None, None),
        Standing::SameAs(other) => ("EQ", Some(other), None),
    }
}

fn comparison(place: &Place) -> (&'static str, Option<f64>) {
    match place.comparison {
        Comparison::Costs(icer) => ("costs_per_qaly", Some(icer)),
        Comparison::Saves(icer) => ("saves_per_qaly_lost", Some(icer)),
        Comparison::Dominant => ("dominant", None),
        Comparison::Dominated => ("dominated", None),
        Comparison::Same => ("same", None),
    }
}

const WTP: Spec = ("wtp", Kind::Number, "EUR per QALY", "threshold: willingness to pay for a QALY");

/// Acceptability curve and frontier, expected losses and incremental net benefit.
pub(super) fn ceac(context: &Context<'_>) -> Table {
    let mut table = with_statistics(
        "ceac",
        "For each threshold: the probability that a strategy is the best buy (acceptability curve), the strategy \
         with the highest expected net benefit (frontier), expected losses, and statistics of the incremental net \
         monetary benefit over the comparator.",
        &[VARIANT, STRATEGY, WTP, MEASURE, UNIT],
        &[
            ("probability", Kind::Number, "1", "share of draws in which this strategy is best; sums to 1"),
            ("probability_mcse", Kind::Number, "1", "Monte Carlo standard error of the probability"),
            (
                "frontier",
                Kind::Integer,
                "",
                "1 for the strategy with the highest expected net benefit, else 0",
            ),
            ("expected_loss", Kind::Number, "EUR", "mean of what is lost when another strategy is best"),
            ("expected_loss_mcse", Kind::Number, "EUR", "Monte Carlo standard error of the expected loss"),
        ],
    ).numbered_by(&["wtp"]);
    for (variant, findings) in context.findings.variants.iter().enumerate() {
        let thresholds = findings.cost_effectiveness.iter().flat_map(|cea| &cea.thresholds);
        for at in thresholds {
            for (strategy, choice) in at.strategies.iter().enumerate() {
                let keys: [Cell<'_>; 5] = [
                    context.variant(variant).into(),
                    context.strategy(strategy).into(),
                    at.threshold.into(),
                    "incremental_net_benefit".into(),
                    "EUR".into(),
                ];
                let after: [Cell<'_>; 5] = [
                    choice.probability.map(|p| p.mean).into(),
                    choice.probability.map(|p| p.mcse).into(),
                    i64::from(strategy == at.frontier).into(),
                    choice.expected_loss.map(|loss| loss.mean).into(),
                    choice.expected_loss.map(|loss| loss.mcse).into(),
                ];
                table.push(keys.into_iter().chain(statistics(&choice.inmb)).chain(after));
            }
        }
    }
    table
}

/// Expected value of perfect information.
pub(super) fn evpi(context: &Context<'_>) -> Table {
    let mut table = Table::new(
        "evpi",
        "Expected value of perfect information for the whole population of the scenario: what it would be worth, \
         at most, to know all parameters before choosing.",
        &[
            VARIANT,
            WTP,
            ("frontier", Kind::Text, "", "strategy with the highest expected net benefit"),
            ("evpi", Kind::Number, "EUR", "expected value of perfect information"),
            ("mcse", Kind::Number, "EUR", "its Monte Carlo standard error"),
        ],
    ).numbered_by(&["wtp"]);
    for (variant, findings) in context.findings.variants.iter().enumerate() {
        for at in findings.cost_effectiveness.iter().flat_map(|cea| &cea.thresholds) {
            table.push([
                context.variant(variant).into(),
                at.threshold.into(),
                context.strategy(at.frontier).into(),
                at.evpi.map(|evpi| evpi.mean).into(),
                at.evpi.map(|evpi| evpi.mcse).into(),
            ]);
        }
    }
    table
}
