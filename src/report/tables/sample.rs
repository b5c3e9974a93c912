//! The draws themselves: for value-of-information software, and all of them in one table.

use super::Context;
use crate::report::table::{Cell, Kind, Table};

/// The sample of the scenario itself in the layout that BCEA, dampack, voi and SAVI read: a row for each draw,
/// a column for each parameter, or for each strategy, the comparator among them. Where draws have replicates, costs
/// and effects are the means over them, because the value of information is about parameters, not about chance; of R
/// replicates 1/R of the variance by chance stays in.
pub(super) fn psa(context: &Context<'_>) -> Vec<Table> {
    let mut parameters = Table::new(
        "psa_parameters",
        "Probabilistic sensitivity analysis: sampled parameters, a row for each draw, the draws of `main`.",
        &[],
    );
    for (name, values) in &context.valued.sampled {
        parameters.push_column(name.clone(), "", format!("sampled values of {name}"), values.clone());
    }
    let mut costs = Table::new(
        "psa_costs",
        "Probabilistic sensitivity analysis: present value of all costs by strategy, a row for each draw.",
        &[],
    );
    let mut effects = Table::new(
        "psa_effects",
        "Probabilistic sensitivity analysis: present value of QALYs by strategy, a row for each draw.",
        &[],
    );
    let main = context.findings.variants.first();
    let results = main.and_then(|main| main.cost_effectiveness.as_ref()).map(|cea| &cea.strategies);
    for (strategy, result) in context.scenario.strategies.iter().zip(results.into_iter().flatten()) {
        let column = |what: &str| format!("{what} with {}", strategy.id);
        let design = context.valued.design;
        let (cost, qalys) = (result.cost.by_draw(design), result.qalys.by_draw(design));
        costs.push_column(strategy.id.clone(), "EUR", column("all costs"), cost.draws);
        effects.push_column(strategy.id.clone(), "QALYs", column("QALYs"), qalys.draws);
    }
    [parameters, costs, effects].into_iter().filter(|table| !table.columns.is_empty()).collect()
}

/// Every draw of every variant: parameters, results of every strategy, and every party's result.
pub(super) fn draws(context: &Context<'_>) -> Table {
    let mut table = Table::new(
        "draws",
        "Every draw: sampled parameters, results by strategy and measure, and net present values by strategy, \
         arrangement and party.",
        &[
            ("variant", Kind::Key, "", "variant of the scenario; `main` is the scenario itself"),
            ("draw", Kind::Integer, "", "number of the draw, from 1"),
            ("replicate", Kind::Integer, "", "number of the run among those of its draw, from 1"),
        ],
    ).numbered_by(&["draw", "replicate"]);
    let replicates = context.valued.design.replicates;
    let variants = drawn(context);
    for &variant in &variants {
        for run in 0..context.valued.runs {
            let (draw, replicate) = (run / replicates + 1, run % replicates + 1);
            table.push([
                Cell::Text(context.variant(variant)),
                Cell::Integer(draw as i64),
                Cell::Integer(replicate as i64),
            ]);
        }
    }
    for (name, values) in &context.valued.sampled {
        let name = format!("parameter/{name}");
        let by_run: Vec<f64> =
            values.iter().flat_map(|&value| std::iter::repeat_n(value, replicates)).collect();
        table.push_column(name, "", "sampled parameter".into(), by_run.repeat(variants.len()));
    }
    strategies(context, &mut table);
    deliveries(context, &mut table);
    settlements(context, &mut table);
    table
}

/// Variants of which there are draws.
fn drawn(context: &Context<'_>) -> Vec<usize> {
    let variants = context.valued.variants.iter().enumerate();
    variants.filter(|(_, variant)| !variant.blocks.is_empty()).map(|(index, _)| index).collect()
}

/// A column that is read in every variant of which there are draws.
fn push(
    context: &Context<'_>,
    table: &mut Table,
    name: String,
    unit: &str,
    description: &str,
    values: impl Fn(usize) -> Option<Vec<f64>>,
) {
    let missing = || vec![f64::NAN; context.valued.runs];
    let all = drawn(context).into_iter().flat_map(|variant| values(variant).unwrap_or_else(missing));
    table.push_column(name, unit, description.into(), all.collect());
}

fn strategies(context: &Context<'_>, table: &mut Table) {
    let result = |variant: usize, strategy: usize| {
        let cea = context.findings.variants[variant].cost_effectiveness.as_ref()?;
        Some(&cea.strategies[strategy])
    };
    for strategy in 0..context.scenario.strategies.len() {
        let id = context.strategy(strategy);
        push(context, table, format!("{id}/cost_present"), "EUR", "all costs, present value", |variant| {
            Some(result(variant, strategy)?.cost.draws.clone())
        });
        push(context, table, format!("{id}/qalys_present"), "QALYs", "QALYs, present value", |variant| {
            Some(result(variant, strategy)?.qalys.draws.clone())
        });
    }
}

fn deliveries(context: &Context<'_>, table: &mut Table) {
    let variants = &context.findings.variants;
    let comparator = context.strategy(context.scenario.comparator);
    for (index, measure) in context.findings.measures.iter().enumerate() {
        push(
            context,
            table,
            format!("{comparator}/{}", measure.id),
            &measure.unit,
            "not discounted",
            |variant| Some(variants[variant].outcomes.comparator.get(index)?.draws.clone()),
        );
    }
    for (delivery, of) in context.valued.deliveries.iter().enumerate() {
        let mut id = context.strategy(of.strategy).to_owned();
        if let Some(arrangement) = of.arrangement {
            id = format!("{id}/{}", context.arrangement(arrangement));
        }
        for (index, measure) in context.findings.measures.iter().enumerate() {
            push(
                context,
                table,
                format!("{id}/{}", measure.id),
                &measure.unit,
                "not discounted",
                |variant| {
                    Some(variants[variant].outcomes.deliveries.get(delivery)?.level[index].draws.clone())
                },
            );
        }
    }
}

fn settlements(context: &Context<'_>, table: &mut Table) {
    let variants = &context.findings.variants;
    let Some(main) = variants.first() else { return };
    for settlement in &main.settlements {
        for case in &settlement.cases {
            let name = format!(
                "{}/{}/{}/net_present_value",
                context.strategy(settlement.strategy),
                context.arrangement(settlement.arrangement),
                context.account(case.account),
            );
            push(context, table, name, "EUR", "net present value", |variant| {
                let same = variants[variant].settlements.iter().find(|other| {
                    (other.strategy, other.arrangement) == (settlement.strategy, settlement.arrangement)
                })?;
                let same = same.cases.iter().find(|other| other.account == case.account)?;
                Some(same.present.draws.clone())
            });
        }
    }
}
