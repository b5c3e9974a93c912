//! The tables of a run.
//!
//! Key columns come first, then statistics that are named the same everywhere. A key that does not apply to a
//! row is empty, an empty `year` means the whole horizon. Present values stand under measures of their own,
//! and present values at different rates are never added up: there is no row of totals over parties.

mod deals;
mod goals;
mod groups;
mod health;
mod inputs;
mod money;
mod noise;
mod payback;
mod persons;
mod sample;
mod thresholds;

pub use deals::deal_tables;
pub use inputs::inputs;
pub use persons::persons;

use super::table::{Cell, Kind, Table};
use crate::analyse::Findings;
use crate::analyse::statistics::Summary;
use crate::scenario::Scenario;
use crate::settle::{Account, LineKind};
use crate::value::flows::{ItemKind, Valued};

/// Every table of a run that is written as CSV.
pub fn csv_tables(scenario: &Scenario, valued: &Valued, findings: &Findings) -> Vec<Table> {
    let context = Context { scenario, valued, findings };
    let mut tables = vec![
        money::summary(&context),
        money::cashflow(&context),
        money::who_pays_who_gains(&context),
        health::outcomes(&context),
        health::cea(&context),
        health::ceac(&context),
        health::evpi(&context),
        goals::goals(&context),
        inputs(scenario),
    ];
    tables.extend(payback::payback(&context));
    tables.extend(money::clauses(&context));
    tables.extend(groups::by_group(&context));
    tables.extend(groups::priorities(&context));
    tables.extend(goals::by_group(&context));
    tables.extend(groups::monitoring(&context));
    tables.extend(noise::settlement_noise(&context));
    tables.extend(thresholds::thresholds(&context));
    if valued.variants.first().is_some_and(|main| !main.blocks.is_empty()) {
        tables.extend(sample::psa(&context));
    }
    tables
}

/// Every draw with its parameters and results; `None` when only the base case was run.
pub fn draws(scenario: &Scenario, valued: &Valued, findings: &Findings) -> Option<Table> {
    let any = valued.variants.iter().any(|variant| !variant.blocks.is_empty());
    any.then(|| sample::draws(&Context { scenario, valued, findings }))
}

/// What tables are made of.
struct Context<'a> {
    scenario: &'a Scenario,
    valued: &'a Valued,
    findings: &'a Findings,
}

type Spec = (&'static str, Kind, &'static str, &'static str);

const VARIANT: Spec = ("variant", Kind::Key, "", "variant of the scenario; `main` is the scenario itself");
const STRATEGY: Spec = ("strategy", Kind::Key, "", "strategy");
const ARRANGEMENT: Spec = ("arrangement", Kind::Key, "", "funding arrangement; empty where none applies");
const PARTY: Spec = (
    "party",
    Kind::Key,
    "",
    "party whose money it is; `capacity` is care capacity that is freed and is nobody's cash",
);
const MEASURE: Spec = ("measure", Kind::Key, "", "what is measured");
const YEAR: Spec = ("year", Kind::Year, "", "calendar year; empty: the whole horizon");
const UNIT: Spec = ("unit", Kind::Key, "", "unit of the statistics in this row");

const STATISTICS: [Spec; 7] = [
    ("base", Kind::Number, "see unit", "at the stated values of all parameters"),
    ("mean", Kind::Number, "see unit", "mean over the draws"),
    ("sd", Kind::Number, "see unit", "standard deviation over the draws"),
    ("mcse", Kind::Number, "see unit", "Monte Carlo standard error of the mean"),
    ("p2_5", Kind::Number, "see unit", "2.5% quantile over the draws"),
    ("p50", Kind::Number, "see unit", "median over the draws"),
    ("p97_5", Kind::Number, "see unit", "97.5% quantile over the draws"),
];

fn with_statistics(name: &str, description: &str, keys: &[Spec], after: &[Spec]) -> Table {
    let columns: Vec<Spec> = keys.iter().chain(&STATISTICS).chain(after).copied().collect();
    Table::new(name, description, &columns)
}

fn statistics(summary: &Summary) -> [Cell<'static>; 7] {
    let spread = summary.spread;
    let of = |value: Option<f64>| Cell::from(value);
    [
        summary.base.into(),
        of(spread.map(|s| s.mean)),
        of(spread.map(|s| s.sd)),
        of(spread.map(|s| s.mcse)),
        of(spread.map(|s| s.p2_5)),
        of(spread.map(|s| s.p50)),
        of(spread.map(|s| s.p97_5)),
    ]
}

/// For a quantity that has one value only: a year, or a ratio of expected values.
fn single(base: Option<f64>, expected: Option<f64>) -> [Cell<'static>; 7] {
    let mut cells = [Cell::Empty; 7];
    cells[0] = base.into();
    cells[1] = expected.into();
    cells
}

impl Context<'_> {
    fn variant(&self, variant: usize) -> &str {
        &self.scenario.variants[variant].id
    }

    fn strategy(&self, strategy: usize) -> &str {
        &self.scenario.strategies[strategy].id
    }

    fn arrangement(&self, arrangement: usize) -> &str {
        &self.scenario.arrangements[arrangement].id
    }

    /// Strategy, and arrangement if the delivery is changed by one.
    fn delivery(&self, delivery: usize) -> [Cell<'_>; 2] {
        let delivery = self.valued.deliveries[delivery];
        [self.strategy(delivery.strategy).into(), delivery.arrangement.map(|a| self.arrangement(a)).into()]
    }

    fn year(&self, index: usize) -> i64 {
        i64::from(self.scenario.time.start) + index as i64
    }

    fn account(&self, account: Account) -> &str {
        match account {
            Account::Party(party) => &self.scenario.parties.list[party].id,
            Account::Care => "care",
            Account::Capacity => "capacity",
            Account::Resources => "resources",
        }
    }

    /// What a posting is for: its sort, and the budget, cost or clause.
    fn line(&self, arrangement: usize, kind: LineKind) -> (&'static str, String) {
        let budget = |budget: usize| self.scenario.budgets[budget].id.clone();
        let clause = |clause: usize| self.scenario.arrangements[arrangement].clauses[clause].id.clone();
        match kind {
            LineKind::Savings { budget: index } => ("savings", budget(index)),
            LineKind::FreedCapacity { budget: index } => ("freed_capacity", budget(index)),
            LineKind::Equalisation { budget: index } => ("equalisation", budget(index)),
            LineKind::Switching { budget: index } => ("switching", budget(index)),
            LineKind::FreeRiding { budget: index } => ("free_riding", budget(index)),
            LineKind::ProgrammeCost { item } => ("programme_cost", self.item(item)),
            LineKind::Clause(index) => ("clause", clause(index)),
            LineKind::Repayment(index) => ("repayment", clause(index)),
        }
    }

    /// Dotted name of a programme's cost.
    fn item(&self, item: usize) -> String {
        let item = self.valued.shape.items[item];
        let programme = &self.scenario.programmes[item.programme];
        match item.kind {
            ItemKind::Step { step, cost } => {
                let step = &programme.steps[step];
                format!("{}.{}.{}", programme.id, step.id, step.costs[cost].id)
            }
            ItemKind::Fixed(fixed) => format!("{}.fixed.{}", programme.id, programme.fixed[fixed].id),
        }
    }
}
