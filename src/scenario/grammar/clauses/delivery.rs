//! Terms of payments for delivery.

use super::super::{Key, Kind, Shape, exactly_one, key};
use super::{COMMON, DESPITE_GATE, STEP};

pub(super) static FEE: Shape = Shape::new("fee", FEE_KEYS).sharing(&[&COMMON]);
static TIER: Shape = Shape::new("tier", TIER_KEYS);
pub(super) static LUMP_SUM: Shape = Shape::new("lump sum", LUMP_SUM_KEYS).sharing(&[&COMMON]);
pub(super) static COPAYMENT: Shape = Shape::new("copayment", COPAYMENT_KEYS).sharing(&[&COMMON]);
pub(super) static CAPITATION: Shape = Shape::new("capitation", CAPITATION_KEYS)
    .sharing(&[&COMMON])
    .one_of(&[exactly_one(&["step", "outcome"])]);
static STOP_LOSS: Shape = Shape::new("stop-loss", STOP_LOSS_KEYS);
pub(super) static BUNDLED: Shape =
    Shape::new("bundle", BUNDLED_KEYS).sharing(&[&COMMON]).one_of(&[exactly_one(&["prices", "price"])]);

static FEE_KEYS: &[Key] = &[
    STEP,
    key("price", Kind::Quantity, "The price for each person (and quarter).", "price = 55")
        .unit("EUR per person")
        .required(),
    key(
        "quarters",
        Kind::Integer,
        "For how many quarters since the step the price is paid: at the start of each, for those alive then.",
        "quarters = 4",
    )
    .default("1: once"),
    key(
        "stay",
        Kind::Quantity,
        "Share of those paid for in a quarter who still take part in the next.",
        "stay = \"92%\"",
    ).unit("share")
    .default("100%"),
    key(
        "tiers",
        Kind::Ids { entry: "tier", kind: &Kind::Table(&TIER) },
        "Other prices for persons beyond a number in a year.",
        "tiers.many = { above = 500, price = 48 }",
    )
    .default("one price"),
    key(
        "volume_cap",
        Kind::Quantity,
        "Most people (or quarters of people) paid for in a year.",
        "volume_cap = 500",
    )
    .unit("persons per year")
    .default("no limit"),
    key(
        "max_price",
        Kind::Quantity,
        "Highest price that may be asked, such as a legal tariff. Where a price is uncertain or varied, no more than this is charged.",
        "max_price = 61",
    )
    .unit("EUR per person")
    .default("no limit"),
    key(
        "max_price_raise",
        Kind::Quantity,
        "How far the price may go above the highest one by written contract; 10% under Dutch law.",
        "max_price_raise = \"10%\"",
    ).unit("share")
    .default("0"),
];

static TIER_KEYS: &[Key] = &[
    key("above", Kind::Quantity, "Persons in a year beyond which the price holds.", "above = 500")
        .unit("persons per year")
        .required(),
    key("price", Kind::Quantity, "The price for each person beyond that number.", "price = 48")
        .unit("EUR per person")
        .required(),
];

static LUMP_SUM_KEYS: &[Key] = &[
    key("amount", Kind::Quantity, "The amount for each year of `years`.", "amount = 120000")
        .unit("EUR per year")
        .required(),
    DESPITE_GATE,
];

static COPAYMENT_KEYS: &[Key] = &[
    STEP,
    key("price", Kind::Quantity, "What each person pays.", "price = 25").unit("EUR per person").required(),
    key(
        "uptake_response",
        Kind::Quantity,
        "Share of those who would take the step that each euro of it keeps away; the programme is then simulated again \
         under this arrangement.",
        "uptake_response = { value = \"0.4%\", assumption = \"no Dutch figure is known\" }",
    )
    .unit("per EUR")
    .default("0: nobody stays away"),
];

static CAPITATION_KEYS: &[Key] = &[
    key(
        "step",
        Kind::Reference("a step of a programme (`chain.risk_check`)"),
        "Those who reached it are the heads, at the start of each year since, as long as they live.",
        "step = \"chain.enrolled\"",
    ),
    key(
        "outcome",
        Kind::Reference("a named outcome"),
        "The whole population are the heads: a named outcome that counts them, such as one per year of life, more for \
         the old.",
        "outcome = \"weighted_heads\"",
    ),
    key("amount", Kind::Quantity, "The amount for each head and year.", "amount = 120")
        .unit("EUR per head per year")
        .required(),
    key(
        "for_years",
        Kind::Integer,
        "With `step`: for how many years since the step is paid.",
        "for_years = 3",
    )
    .unit("years")
    .default("to the end of the run"),
    key(
        "base",
        Kind::Reference("a programme, a step, or fixed costs (`chain.fixed`, `chain.fixed.coordinator`)"),
        "The costs with which the payment is compared, for a corridor, or of which each head has a part, for a stop-loss.",
        "base = \"chain\"",
    ),
    key(
        "corridor",
        Kind::Quantity,
        "Deviation of costs from the payment, as a share of it, that the receiver bears or keeps alone.",
        "corridor = \"5%\"",
    ).unit("share")
    .default("no corridor: all of it"),
    key(
        "beyond",
        Kind::Quantity,
        "Share of a deviation beyond the corridor that the receiver bears or keeps; the rest is settled.",
        "beyond = \"50%\"",
    ).unit("share")
    .default("0"),
    key(
        "stop_loss",
        Kind::Table(&STOP_LOSS),
        "What the payer carries of single heads who are very dear in a year. The model knows what heads cost on average; how \
         far one differs from another is stated.",
        "stop_loss = { limit = 20_000, cv = 3 }",
    )
    .default("nothing: all of it is the receiver's"),
    DESPITE_GATE,
];

static STOP_LOSS_KEYS: &[Key] = &[
    key(
        "limit",
        Kind::Quantity,
        "What one head costs the receiver in a year above which the payer carries it; the corridor then looks at costs \
         without what is above.",
        "limit = 20_000",
    )
    .unit("EUR per head per year")
    .required(),
    key(
        "cv",
        Kind::Quantity,
        "Coefficient of variation of what one head costs in a year: standard deviation by mean.",
        "cv = 3",
    )
    .required(),
    key("carried", Kind::Quantity, "Share of what is above the limit that the payer carries.", "carried = \"90%\"").unit("share")
        .default("100%"),
];

static BUNDLED_KEYS: &[Key] = &[
    key(
        "prices",
        Kind::Map { keys: "steps of a programme", kind: &Kind::Quantity, whole: false },
        "By the deepest step reached: the price of the whole path up to each step.",
        "prices = { \"chain.risk_check\" = 60, \"chain.course\" = 480 }",
    )
    .unit("EUR per person"),
    key("price", Kind::Quantity, "By year: the price for each person and year since `step`.", "price = 400")
        .unit("EUR per person per year"),
    key(
        "step",
        Kind::Reference("a step of a programme (`chain.risk_check`)"),
        "By year: the step from which years are counted.",
        "step = \"chain.enrolled\"",
    ),
    key("for_years", Kind::Integer, "By year: for how many years since the step is paid.", "for_years = 3")
        .unit("years")
        .default("to the end of the run"),
];
