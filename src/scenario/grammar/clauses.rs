//! `[arrangements.*.clauses]`: the terms by type of clause.

use super::documentation::DOCUMENTATION;
use super::{ClauseType, Key, Kind, Shape, at_most_one, key};

/// A clause of an arrangement.
pub(super) static CLAUSE: Kind = Kind::ByType { name: "clause", types: TYPES };

static TYPES: &[ClauseType] = &[
    ClauseType { name: "fee", meaning: "A price for each person who reaches a step.", shape: &FEE },
    ClauseType { name: "lump-sum", meaning: "A fixed amount a year.", shape: &LUMP_SUM },
    ClauseType {
        name: "subsidy",
        meaning: "A share of costs that were really made, or a grant up to an amount a year.",
        shape: &SUBSIDY,
    },
    ClauseType {
        name: "cost-share",
        meaning: "Divides costs that one party makes over several.",
        shape: &COST_SHARE,
    },
    ClauseType { name: "copayment", meaning: "A price that participants pay themselves.", shape: &COPAYMENT },
    ClauseType {
        name: "shared-savings",
        meaning: "The payer passes on a share of what it saves against a benchmark.",
        shape: &SHARED_SAVINGS,
    },
];

static COMMON: Shape = Shape::new("clause", COMMON_KEYS).sharing(&[&DOCUMENTATION]);
static FEE: Shape = Shape::new("fee", FEE_KEYS).sharing(&[&COMMON]);
static LUMP_SUM: Shape = Shape::new("lump sum", LUMP_SUM_KEYS).sharing(&[&COMMON]);
static SUBSIDY: Shape = Shape::new("subsidy", SUBSIDY_KEYS)
    .sharing(&[&COMMON])
    .one_of(&[at_most_one(&["grant", "cap_per_year"])]);
static COST_SHARE: Shape = Shape::new("cost share", COST_SHARE_KEYS).sharing(&[&COMMON]);
static COPAYMENT: Shape = Shape::new("copayment", COPAYMENT_KEYS).sharing(&[&COMMON]);
static SHARED_SAVINGS: Shape = Shape::new("shared savings", SHARED_SAVINGS_KEYS).sharing(&[&COMMON]);
static BENCHMARK: Shape = Shape::new("fixed benchmark", BENCHMARK_KEYS).whole();

static COMMON_KEYS: &[Key] = &[
    key(
        "type",
        Kind::Choice(&["fee", "lump-sum", "subsidy", "cost-share", "copayment", "shared-savings"]),
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

static FEE_KEYS: &[Key] = &[
    STEP,
    key("price", Kind::Quantity, "The price for each person.", "price = 55")
        .unit("EUR per person")
        .required(),
    key("volume_cap", Kind::Quantity, "Most people paid for in a year.", "volume_cap = 500")
        .unit("persons per year")
        .default("no limit"),
    key(
        "max_price",
        Kind::Quantity,
        "Highest price that may be asked, such as a legal tariff.",
        "max_price = 61",
    )
    .unit("EUR per person")
    .default("no limit"),
];

static LUMP_SUM_KEYS: &[Key] =
    &[key("amount", Kind::Quantity, "The amount for each year of `years`.", "amount = 120000")
        .unit("EUR per year")
        .required()];

static SUBSIDY_KEYS: &[Key] = &[
    BASE,
    key("share", Kind::Quantity, "Which share of the costs is paid.", "share = \"80%\"").default("100%"),
    key("grant", Kind::Quantity, "The grant for a year: the most that is paid in it.", "grant = 450000")
        .unit("EUR per year")
        .default("no limit"),
    key(
        "carry_over",
        Kind::Quantity,
        "Share of a year's grant that may be kept for the next year when it is not spent.",
        "carry_over = \"25%\"",
    )
    .default("0"),
    key("clawback", Kind::Boolean, "Whether what is not spent goes back.", "clawback = true")
        .default("false"),
];

static COST_SHARE_KEYS: &[Key] = &[
    BASE,
    key("of", Kind::Reference("a party"), "The party that makes the costs.", "of = \"municipality\"")
        .required(),
    key(
        "parties",
        Kind::List(&Kind::Reference("a party, or \"insurers\"")),
        "The parties that bear them together.",
        "parties = [\"municipality\", \"insurers\"]",
    )
    .required(),
    key(
        "rule",
        Kind::Choice(&["fixed", "equal", "proportional"]),
        "How they divide them: in the shares given, equally, or in proportion to what each expects to save.",
        "rule = \"equal\"",
    )
    .required(),
    key(
        "shares",
        Kind::Map { keys: "parties", kind: &Kind::Quantity, whole: true },
        "For the rule fixed: the share of each, together one.",
        "shares = { municipality = 0.4, insurers = 0.6 }",
    ),
];

static COPAYMENT_KEYS: &[Key] = &[
    STEP,
    key("price", Kind::Quantity, "What each person pays.", "price = 25").unit("EUR per person").required(),
];

static SHARED_SAVINGS_KEYS: &[Key] = &[
    key(
        "programme",
        Kind::Reference("a programme"),
        "The programme whose participants are followed.",
        "programme = \"chain\"",
    )
    .default("the only programme of the scenario"),
    key(
        "benchmark",
        Kind::Either(&[Kind::Choice(&["true", "forecast"]), Kind::Table(&BENCHMARK)]),
        "Against what savings are measured: what would really have been without the programme (true; nobody can \
         observe it), what was expected beforehand (forecast), or a fixed amount.",
        "benchmark = \"forecast\"",
    )
    .required(),
    key(
        "measures",
        Kind::Choice(&["claims", "margin"]),
        "What is measured: claims as invoiced, or what the payer really keeps of a saving.",
        "measures = \"claims\"",
    )
    .required(),
    key("share", Kind::Quantity, "Share of the savings that is passed on.", "share = \"50%\"").required(),
    key(
        "minimum_savings_rate",
        Kind::Quantity,
        "Savings below this share of the benchmark are not shared.",
        "minimum_savings_rate = \"2%\"",
    )
    .default("0"),
    key(
        "deductible",
        Kind::Boolean,
        "Whether only the savings above the minimum are shared; otherwise all, once it is reached.",
        "deductible = true",
    )
    .default("false"),
    key("cap_savings_rate", Kind::Quantity, "Most that is passed on, as a share of the benchmark.", "cap_savings_rate = \"10%\"")
        .default("no limit"),
    key(
        "sided",
        Kind::Choice(&["one", "two"]),
        "Whether the receiver pays back when costs turn out above the benchmark (two) or not (one).",
        "sided = \"one\"",
    )
    .default("one"),
    key("loss_share", Kind::Quantity, "Two-sided: share of a loss that is paid back.", "loss_share = \"50%\"")
        .default("`share`"),
    key(
        "loss_cap_rate",
        Kind::Quantity,
        "Two-sided: most that is paid back, as a share of the benchmark.",
        "loss_cap_rate = \"5%\"",
    )
    .default("no limit"),
    key(
        "minimum_loss_rate",
        Kind::Quantity,
        "Two-sided: losses below this share of the benchmark are not shared.",
        "minimum_loss_rate = \"2%\"",
    )
    .default("0"),
    key(
        "period",
        Kind::Choice(&["year", "contract"]),
        "Whether each calendar year is settled by itself or all years together.",
        "period = \"year\"",
    )
    .default("year"),
    key(
        "budgets",
        Kind::List(&Kind::Reference("a budget")),
        "The budgets on which savings are measured.",
        "budgets = [\"zvw\"]",
    )
    .default("those that the payer holds"),
];

static BENCHMARK_KEYS: &[Key] = &[key(
    "fixed",
    Kind::Quantity,
    "The amount for a year against which claims are measured.",
    "fixed = 1250000",
)
.unit("EUR per year")
.required()];
