//! `[unit_costs]`, `[budgets]` and `[outcomes]`.

use super::documentation::DOCUMENTATION;
use super::{Key, Kind, Shape, exactly_one, key};

pub(super) static UNIT_COST: Shape = Shape::new("unit cost", UNIT_COST_KEYS)
    .sharing(&[&DOCUMENTATION])
    .one_of(&[exactly_one(&["budgets", "budget"])]);
pub(super) static BUDGET: Shape = Shape::new("budget", BUDGET_KEYS).sharing(&[&DOCUMENTATION]);
pub(super) static OUTCOME: Shape = Shape::new("outcome", OUTCOME_KEYS).sharing(&[&DOCUMENTATION]);

/// The prices in which an amount is stated, beside the amount.
pub(super) const PRICE_YEAR: Key =
    key("price_year", Kind::Integer, "The year in whose prices the amount is.", "price_year = 2024")
        .default("the price year of the valuation");

static UNIT_COST_KEYS: &[Key] = &[
    key(
        "on",
        Kind::Reference("an event or state of a model (`falls.ed_visit`), or \"life-year\""),
        "What is paid for: each occurrence of an event, each year in a state, or each year that a person lives.",
        "on = \"falls.ed_visit\"",
    )
    .required(),
    key(
        "value",
        Kind::Quantity,
        "The amount; may depend on age, sex and labels.",
        "value = { value = 410, se = 20, source = \"dbc2023\" }",
    )
    .unit("EUR per occurrence or person-year")
    .required(),
    PRICE_YEAR,
    key("budget", Kind::Reference("a budget"), "Whose budget it is, where it is one.", "budget = \"zvw\""),
    key(
        "budgets",
        Kind::Map { keys: "budgets", kind: &Kind::Quantity, whole: true },
        "How it is divided over budgets; the shares sum to one.",
        "budgets = { zvw = 0.95, household = 0.05 }",
    ).unit("share"),
    key(
        "cashable",
        Kind::Quantity,
        "Share of an avoided euro that becomes cash, where it differs from the budget's; may depend on `since`.",
        "cashable = \"min(1, 0.3 + 0.1 * since)\"",
    ).unit("share")
    .default("that of the budget"),
];

static BUDGET_KEYS: &[Key] = &[
    key(
        "kind",
        Kind::Choice(&["public", "insurance"]),
        "Whether insurers hold it, each for its own insured, or one party or several hold it in fixed shares.",
        "kind = \"insurance\"",
    )
    .default("public"),
    key(
        "cashable",
        Kind::Quantity,
        "Share of an avoided euro that becomes cash; the rest is capacity that is freed but goes on costing. May \
         depend on `since`, the years since enrolment.",
        "cashable = 0.5",
    ).unit("share")
    .default("1"),
    key(
        "lost_to_equalisation",
        Kind::Quantity,
        "Share of the cash that risk equalisation takes from an insurer again; for insurance only. May depend on \
         `since`.",
        "lost_to_equalisation = \"if(since >= 3, 0.6, 0)\"",
    ).unit("share")
    .default("0"),
];

static OUTCOME_KEYS: &[Key] = &[
    key("unit", Kind::Text, "Unit in which it is counted.", "unit = \"hours\"").required(),
    key(
        "per",
        Kind::Map { keys: "events or states of a model", kind: &Kind::Quantity, whole: false },
        "How much of it goes with each occurrence of an event or each year in a state.",
        "per = { \"falls.hip_fracture\" = 120, \"falls.nursing_home\" = 1200 }",
    )
    .required(),
];
