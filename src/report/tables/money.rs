//! Tables of money: the summary, yearly cash flows, and who pays and who gains.

use super::{ARRANGEMENT, Context, MEASURE, PARTY, STRATEGY, Spec, UNIT, VARIANT, YEAR};
use super::{single, statistics, with_statistics};
use crate::analyse::business_case::PartyCase;
use crate::analyse::cost_effectiveness::StrategyResult;
use crate::analyse::statistics::Summary;
use crate::report::table::{Cell, Kind, Table};

const BUDGET: Spec = ("budget", Kind::Key, "", "budget that care is paid from; empty: all of them");
const PROBABILITY: Spec = (
    "probability",
    Kind::Number,
    "1",
    "share of draws in which the amount is not negative, where that is asked",
);

const SPLIT: [Spec; 2] = [
    (
        "variance_parameters",
        Kind::Number,
        "square of unit",
        "part of the variance that is doubt about parameters: more evidence can narrow it; empty without replicates",
    ),
    (
        "variance_chance",
        Kind::Number,
        "square of unit",
        "part of the variance that is chance between persons: its share becomes smaller with more participants; empty without replicates",
    ),
];

/// The statistics, and the two parts of the variance.
fn statistics_with_split(summary: &Summary) -> [Cell<'static>; 9] {
    let split = summary.spread.and_then(|spread| spread.split);
    with_split(
        statistics(summary),
        [split.map(|split| split.parameters).into(), split.map(|split| split.chance).into()],
    )
}

fn with_split(statistics: [Cell<'static>; 7], split: [Cell<'static>; 2]) -> [Cell<'static>; 9] {
    std::array::from_fn(|column| if column < 7 { statistics[column] } else { split[column - 7] })
}

/// Headline results: costs and health by strategy, and each party's business case.
pub(super) fn summary(context: &Context<'_>) -> Table {
    let mut table = with_statistics(
        "summary",
        "Headline results: costs and health of each strategy, and the business case of each party. Costs of \
         strategies are present values at the costs' rate, health at the effects' rate, parties' results at the \
         parties' rate; they are not to be added.",
        &[VARIANT, STRATEGY, ARRANGEMENT, PARTY, BUDGET, MEASURE, UNIT],
        &[SPLIT[0], SPLIT[1], PROBABILITY],
    );
    for (variant, findings) in context.findings.variants.iter().enumerate() {
        let results = findings.cost_effectiveness.iter().flat_map(|cea| cea.strategies.iter().enumerate());
        for (strategy, result) in results {
            strategy_rows(context, &mut table, variant, strategy, result);
        }
        for (delivery, outcomes) in findings.outcomes.deliveries.iter().enumerate() {
            let [strategy, arrangement] = context.delivery(delivery);
            let keys = [context.variant(variant).into(), strategy, arrangement];
            push(
                &mut table,
                keys,
                ["", "", "participants", "persons"],
                statistics_with_split(&outcomes.participants),
                None,
            );
        }
        for settlement in &findings.settlements {
            let keys = [
                context.variant(variant).into(),
                context.strategy(settlement.strategy).into(),
                context.arrangement(settlement.arrangement).into(),
            ];
            for case in &settlement.cases {
                party_rows(context, &mut table, keys, case);
            }
        }
    }
    table
}

fn push<'a>(
    table: &mut Table,
    keys: [Cell<'a>; 3],
    [party, budget, measure, unit]: [&'a str; 4],
    statistics: [Cell<'static>; 9],
    probability: Option<f64>,
) {
    let rest = [party.into(), budget.into(), measure.into(), unit.into()];
    table.push(keys.into_iter().chain(rest).chain(statistics).chain([probability.into()]));
}

fn strategy_rows(
    context: &Context<'_>,
    table: &mut Table,
    variant: usize,
    strategy: usize,
    r: &StrategyResult,
) {
    let keys = [context.variant(variant).into(), context.strategy(strategy).into(), Cell::Empty];
    let mut row = |budget: &str, measure: &str, unit: &str, summary: &Summary| {
        let names = ["", budget, measure, unit];
        table.push(
            keys.into_iter()
                .chain(names.map(Cell::from))
                .chain(statistics_with_split(summary))
                .chain([Cell::Empty]),
        );
    };
    row("", "cost_present", "EUR", &r.cost_summary);
    row("", "qalys_present", "QALYs", &r.qalys_summary);
    row("", "life_years_present", "life-years", &r.life_years_summary);
    if strategy == context.scenario.comparator {
        return;
    }
    row("", "cost_present_difference", "EUR", &r.cost_increment);
    row("", "programme_cost_present", "EUR", &r.programme_cost);
    row("", "disease_cost_present_difference", "EUR", &r.disease_increment);
    for (budget, summary) in context.scenario.budgets.iter().zip(&r.budgets) {
        row(&budget.id, "disease_cost_present_difference", "EUR", summary);
    }
    row("", "qalys_present_difference", "QALYs", &r.qalys_increment);
    row("", "life_years_present_difference", "life-years", &r.life_years_increment);
}

fn party_rows<'a>(context: &'a Context<'_>, table: &mut Table, keys: [Cell<'a>; 3], case: &PartyCase) {
    let party = context.account(case.account);
    let cash = &case.cash;
    let drawn = cash.present.spread.is_some();
    // What is read off the expected flow belongs to the base case when that is all there is.
    let one = |base, expected| with_split(single(base, expected), [Cell::Empty; 2]);
    let of_expected = |value: Option<f64>| if drawn { one(None, value) } else { one(value, None) };
    let mut row = |measure: &'static str, unit: &'static str, cells, probability| {
        push(table, keys, [party, "", measure, unit], cells, probability);
    };
    row("net_present_value", "EUR", statistics_with_split(&cash.present), cash.probability_not_negative);
    row("net", "EUR", statistics_with_split(&cash.total), None);
    if case.account.party().is_none() {
        // Freed capacity is nobody's: it is put in by nobody and pays nobody back.
        return;
    }
    row("put_in_present", "EUR", statistics_with_split(&case.put_in), None);
    row("return_on_put_in", "EUR per EUR", of_expected(case.return_on_put_in), None);
    row("greatest_cash_need", "EUR", statistics_with_split(&cash.cash_need), None);
    row(
        "payback_year",
        "calendar year",
        of_expected(cash.payback.map(|year| context.year(year) as f64)),
        None,
    );
    row("net_present_value_worst_5_percent", "EUR", one(None, cash.tail), None);
    // A flow that changes sign several times may have several rates; each has a key of its own.
    let names = ["internal_rate_of_return", "internal_rate_of_return_2", "internal_rate_of_return_3"];
    for (name, &rate) in names.into_iter().zip(&cash.internal_rates) {
        row(name, "per year", of_expected(Some(rate)), None);
    }
    if let Some(summary) = &case.per_insured_month {
        row(
            "net_per_insured_month",
            "EUR per insured person per month",
            statistics_with_split(summary),
            None,
        );
    }
}

/// Net receipts of each party by year.
pub(super) fn cashflow(context: &Context<'_>) -> Table {
    let mut table = with_statistics(
        "cashflow",
        "Net receipts of each party by calendar year, not discounted; negative is paid. Rows with the measure `net_total` have no year: \
         each is the sum of the party's years and is not to be added to them.",
        &[
            VARIANT,
            STRATEGY,
            ARRANGEMENT,
            PARTY,
            (
                "measure",
                Kind::Key,
                "",
                "net: of one year; net_total: of all years together, with an empty year",
            ),
            YEAR,
            UNIT,
        ],
        &[],
    );
    for (variant, findings) in context.findings.variants.iter().enumerate() {
        for settlement in &findings.settlements {
            for case in &settlement.cases {
                let years = case.cash.by_year.iter().enumerate();
                let years = years.map(|(year, summary)| (Some(context.year(year)), summary));
                for (year, summary) in years.chain([(None, &case.cash.total)]) {
                    let keys: [Cell<'_>; 7] = [
                        context.variant(variant).into(),
                        context.strategy(settlement.strategy).into(),
                        context.arrangement(settlement.arrangement).into(),
                        context.account(case.account).into(),
                        if year.is_some() { "net" } else { "net_total" }.into(),
                        year.into(),
                        "EUR".into(),
                    ];
                    table.push(keys.into_iter().chain(statistics(summary)));
                }
            }
        }
    }
    table
}

/// Each party's business case line by line.
pub(super) fn who_pays_who_gains(context: &Context<'_>) -> Table {
    let mut table = with_statistics(
        "who_pays_who_gains",
        "What each party pays (negative) and gains (positive), line by line, over all years.",
        &[
            VARIANT,
            STRATEGY,
            ARRANGEMENT,
            PARTY,
            (
                "line",
                Kind::Key,
                "",
                "savings (all that is avoided on a budget) or savings_in_wrong_pocket (the same, of a party that does not pay; \
                 less its freed_capacity and the like this is wrong_pocket of `leakages`), freed_capacity (what of it is not \
                 cash), equalisation, switching, free_riding, programme_cost, clause or repayment",
            ),
            ("item", Kind::Key, "", "budget, cost of a programme, or clause"),
            ("counterparty", Kind::Key, "", "the other side: a party, `care`, `capacity` or `resources`"),
            ("measure", Kind::Key, "", "present_value at the parties' rate, or amount without discounting"),
            UNIT,
        ],
        &[],
    );
    for (variant, findings) in context.findings.variants.iter().enumerate() {
        for settlement in &findings.settlements {
            for case in &settlement.cases {
                for line in &case.lines {
                    let (sort, item) = context.line(settlement.arrangement, line.kind);
                    let pays = settlement.leakages.as_ref().is_none_or(|leakages| {
                        case.account.party().is_some_and(|party| leakages.payers.contains(&party))
                    });
                    let sort = if sort == "savings" && !pays { "savings_in_wrong_pocket" } else { sort };
                    for (measure, summary) in [("present_value", &line.present), ("amount", &line.total)] {
                        let keys: [Cell<'_>; 9] = [
                            context.variant(variant).into(),
                            context.strategy(settlement.strategy).into(),
                            context.arrangement(settlement.arrangement).into(),
                            context.account(case.account).into(),
                            sort.into(),
                            (&item).into(),
                            context.account(line.counterparty).into(),
                            measure.into(),
                            "EUR".into(),
                        ];
                        table.push(keys.into_iter().chain(statistics(summary)));
                    }
                }
            }
        }
    }
    table
}

/// Where what is avoided goes; `None` where nobody pays for anything.
pub(super) fn leakages(context: &Context<'_>) -> Option<Table> {
    let mut table = with_statistics(
        "leakages",
        "Where what a programme avoids goes before it reaches who pays for it, over all years: present values at the parties' rate. \
         `avoided` is the sum of the other parts. Who pays are the parties that pay for the programme (its costs, its delivery, grants, shares of costs, investments) more \
         than they are paid for it; what is handed on out of savings or for results makes nobody a payer.",
        &[
            VARIANT,
            STRATEGY,
            ARRANGEMENT,
            (
                "part",
                Kind::Key,
                "",
                "avoided; not_cash (freed capacity); equalisation; switching and free_riding (to insurers that do not pay); \
                 wrong_pocket (on budgets of others that do not pay); kept (by who pays)",
            ),
            UNIT,
        ],
        &[],
    );
    let mut any = false;
    for (variant, findings) in context.findings.variants.iter().enumerate() {
        for settlement in &findings.settlements {
            let Some(leakages) = &settlement.leakages else { continue };
            any = true;
            let parts = [
                ("avoided", &leakages.avoided),
                ("not_cash", &leakages.not_cash),
                ("equalisation", &leakages.equalisation),
                ("switching", &leakages.switching),
                ("free_riding", &leakages.free_riding),
                ("wrong_pocket", &leakages.wrong_pocket),
                ("kept", &leakages.kept),
            ];
            for (part, summary) in parts {
                let keys: [Cell<'_>; 5] = [
                    context.variant(variant).into(),
                    context.strategy(settlement.strategy).into(),
                    context.arrangement(settlement.arrangement).into(),
                    part.into(),
                    "EUR".into(),
                ];
                table.push(keys.into_iter().chain(statistics(summary)));
            }
        }
    }
    any.then_some(table)
}

/// What clauses show beside their payments; `None` where no clause shows anything.
pub(super) fn clauses(context: &Context<'_>) -> Option<Table> {
    let mut table = with_statistics(
        "clauses",
        "What clauses show beside their payments, by calendar year: measured results, whether they pay (the mean is the \
         chance that they do), what a fund holds and cannot pay, and, in the first year, whether shares of a cost are stable. \
         Figures that end with `_without_effect` are those of a \
         programme that is delivered and does nothing.",
        &[
            VARIANT,
            STRATEGY,
            ARRANGEMENT,
            ("clause", Kind::Key, "", "clause of the arrangement"),
            (
                "figure",
                Kind::Key,
                "",
                "what is shown; of several results of one clause with the name of the result",
            ),
            YEAR,
            UNIT,
        ],
        &[],
    );
    let mut any = false;
    for (variant, findings) in context.findings.variants.iter().enumerate() {
        for settlement in &findings.settlements {
            let clauses = &context.scenario.arrangements[settlement.arrangement].clauses;
            for figure in &settlement.figures {
                for (year, summary) in figure.by_year.iter().enumerate() {
                    any = true;
                    let keys: [Cell<'_>; 7] = [
                        context.variant(variant).into(),
                        context.strategy(settlement.strategy).into(),
                        context.arrangement(settlement.arrangement).into(),
                        clauses[figure.clause].id.as_str().into(),
                        figure.name.as_str().into(),
                        Some(context.year(year)).into(),
                        figure.unit.into(),
                    ];
                    table.push(keys.into_iter().chain(statistics(summary)));
                }
            }
        }
    }
    any.then_some(table)
}
