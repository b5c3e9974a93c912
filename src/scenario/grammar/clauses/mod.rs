//! `[arrangements.*.clauses]`: the terms by type of clause.

mod contingent;
mod costs;
mod delivery;
mod net;
pub mod texts;

pub(super) use contingent::GATE;

use super::documentation::DOCUMENTATION;
use super::{ClauseType, Key, Kind, Shape, key};

/// A clause of an arrangement.
pub(super) static CLAUSE: Kind = Kind::ByType { name: "clause", types: TYPES };

/// The types of clauses, in the order of the phases in which they settle.
pub static TYPES: &[ClauseType] = &[
    ClauseType {
        name: "fee",
        meaning: "A price for each person who reaches a step, once or for every quarter since.",
        shape: &delivery::FEE,
        text: &texts::FEE,
    },
    ClauseType {
        name: "lump-sum",
        meaning: "A fixed amount a year.",
        shape: &delivery::LUMP_SUM,
        text: &texts::LUMP_SUM,
    },
    ClauseType {
        name: "copayment",
        meaning: "A price that participants pay themselves.",
        shape: &delivery::COPAYMENT,
        text: &texts::COPAYMENT,
    },
    ClauseType {
        name: "capitation",
        meaning: "An amount per head and year, of those who reached a step or of the whole population.",
        shape: &delivery::CAPITATION,
        text: &texts::CAPITATION,
    },
    ClauseType {
        name: "bundled",
        meaning: "One price for a whole path through a programme, by the deepest step reached or by year.",
        shape: &delivery::BUNDLED,
        text: &texts::BUNDLED,
    },
    ClauseType {
        name: "subsidy",
        meaning: "A share of costs that were really made, or a grant up to an amount a year.",
        shape: &costs::SUBSIDY,
        text: &texts::SUBSIDY,
    },
    ClauseType {
        name: "cost-share",
        meaning: "Divides costs that one party makes over several.",
        shape: &costs::COST_SHARE,
        text: &texts::COST_SHARE,
    },
    ClauseType {
        name: "shared-savings",
        meaning: "The payer passes on a share of what it saves against a benchmark.",
        shape: &contingent::SHARED_SAVINGS,
        text: &texts::SHARED_SAVINGS,
    },
    ClauseType {
        name: "outcome-payment",
        meaning: "A price for measured results: for each unit, or once a threshold is reached.",
        shape: &contingent::OUTCOME_PAYMENT,
        text: &texts::OUTCOME_PAYMENT,
    },
    ClauseType {
        name: "impact-bond",
        meaning: "An investor pays for delivery beforehand and is repaid, with a capped return, for measured results.",
        shape: &contingent::IMPACT_BOND,
        text: &texts::IMPACT_BOND,
    },
    ClauseType {
        name: "co-financing",
        meaning: "A party pays part of what care its residents use costs another, as by the Danish rule.",
        shape: &contingent::CO_FINANCING,
        text: &texts::CO_FINANCING,
    },
    ClauseType {
        name: "guarantee",
        meaning: "A floor under a party's net position.",
        shape: &net::GUARANTEE,
        text: &texts::GUARANTEE,
    },
    ClauseType {
        name: "revolving-fund",
        meaning: "A fund that pays for delivery as far as it reaches, and is repaid out of what parties save.",
        shape: &net::REVOLVING_FUND,
        text: &texts::REVOLVING_FUND,
    },
];

/// The names of the types, in the same order.
const NAMES: &[&str] = &{
    let mut names = [""; TYPES.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = TYPES[at].name;
        at += 1;
    }
    names
};

static COMMON: Shape = Shape::new("clause", COMMON_KEYS).sharing(&[&DOCUMENTATION]);

static COMMON_KEYS: &[Key] = &[
    key(
        "type",
        Kind::Choice(NAMES),
        "What sort of clause it is; the other keys depend on it.",
        "type = \"fee\"",
    )
    .required(),
    key(
        "from",
        Kind::Reference("a party, \"insurers\" or \"participants\""),
        "Who pays. \"insurers\" means all of them by market share when they buy jointly, else the one that buys.",
        "from = \"insurers\"",
    ),
    key("to", Kind::Reference("a party"), "Who receives.", "to = \"municipality\""),
    key(
        "where",
        Kind::Formula,
        "For which participants it holds: a condition on age, sex, labels and classes.",
        "where = \"risk == 'high'\"",
    )
    .default("all"),
    key("years", Kind::Years, "In which calendar years it holds.", "years = \"2026-2029\"").default("all"),
    key("cap_per_year", Kind::Quantity, "Most that is paid in a year.", "cap_per_year = 450000")
        .unit("EUR per year")
        .default("no limit"),
    key("cap_total", Kind::Quantity, "Most that is paid over all years.", "cap_total = 1200000")
        .unit("EUR")
        .default("no limit"),
    key(
        "nominal",
        Kind::Boolean,
        "Whether amounts stay the same number of euros each year, so that inflation wears them down.",
        "nominal = true",
    )
    .default("false"),
    key("price_year", Kind::Integer, "The year in whose prices its amounts are.", "price_year = 2024")
        .default("the price year of the valuation"),
    key("lag", Kind::Integer, "Years after which it is paid.", "lag = 1").unit("years").default("0"),
];

const DESPITE_GATE: Key = key(
    "despite_gate",
    Kind::Boolean,
    "With a `gate`: whether what is not paid by person is paid on after enrolment has been stopped: a lump sum, a grant, an \
     amount for the whole population, an investor's advance, a guaranteed gain, the capital of a fund that is still to \
     open.",
    "despite_gate = true",
)
.default("false: it stops with enrolment");

const STEP: Key = key(
    "step",
    Kind::Reference("a step of a programme (`chain.risk_check`)"),
    "The step that is paid for, for each person who reaches it.",
    "step = \"chain.risk_check\"",
)
.required();

const BASE: Key = key(
    "base",
    Kind::Reference("a programme, a step, or fixed costs (`chain.fixed`, `chain.fixed.coordinator`)"),
    "The costs that it is about, less what payments for delivery brought for them.",
    "base = \"chain\"",
)
.required();

const PERIOD: Key = key(
    "period",
    Kind::Choice(&["year", "contract"]),
    "Whether each calendar year is settled by itself or all years together.",
    "period = \"year\"",
)
.default("year");
