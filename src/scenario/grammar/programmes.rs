//! `[programmes]`: enrolment, the cascade of steps, and costs.

use super::documentation::DOCUMENTATION;
use super::money::PRICE_YEAR;
use super::{Key, Kind, Shape, exactly_one, key};

pub(super) static PROGRAMME: Shape = Shape::new("programme", PROGRAMME_KEYS).sharing(&[&DOCUMENTATION]);
static ENROL: Shape =
    Shape::new("enrolment", ENROL_KEYS).one_of(&[exactly_one(&["share", "persons", "total"])]);
static FIXED: Shape = Shape::new("fixed cost", FIXED_KEYS).sharing(&[&DOCUMENTATION]);
static STEP: Shape = Shape::new("step", STEP_KEYS).sharing(&[&DOCUMENTATION]);
static COST: Shape = Shape::new("cost of a step", COST_KEYS).sharing(&[&DOCUMENTATION]);
static STEP_COST: Kind = Kind::Either(&[Kind::NumberOrFormula, Kind::Table(&COST)]);

const PROVIDER: Kind = Kind::Reference("a party");

static PROGRAMME_KEYS: &[Key] = &[
    key("model", Kind::Reference("a health model"), "The health model that it works on.", "model = \"falls\"")
        .required(),
    key(
        "eligible",
        Kind::Formula,
        "Who may be invited: a condition on age, sex, labels, classes and state at the moment of enrolment.",
        "eligible = \"age >= 65 and state == 'home'\"",
    )
    .default("everybody alive"),
    key(
        "provider",
        PROVIDER,
        "Who makes the costs, before any arrangement moves them.",
        "provider = \"municipality\"",
    )
    .default("the party `provider`"),
    key(
        "relative_risk",
        Kind::Quantity,
        "Rates of those who take part as a multiple of those of their class, without the programme. Other than 1 \
         needs a source or an assumption.",
        "relative_risk = { value = 1.2, assumption = \"those who worry come first\" }",
    )
    .default("1"),
    key(
        "enrol",
        Kind::Table(&ENROL),
        "How many people are invited, and when.",
        "enrol = { years = \"2026-2029\", share = \"14%\" }",
    )
    .required(),
    key(
        "reach",
        Kind::Quantity,
        "Chance to be invited, relative to others; may depend on age, sex, labels and classes. The number invited \
         stays the same.",
        "reach = \"if(ses == 'low', 0.6, 1.0)\"",
    )
    .default("1"),
    key(
        "fixed",
        Kind::Ids { entry: "fixed cost", kind: &Kind::Table(&FIXED) },
        "Costs by the year, however many people take part.",
        "fixed.coordinator = { value = 62000 }",
    ),
    key(
        "cascade",
        Kind::Ids { entry: "step", kind: &Kind::Table(&STEP) },
        "The steps after the invitation: a tree in which each step is a share of the step before it.",
        "cascade.risk_check = { of = \"invited\", share = 0.34 }",
    )
    .required(),
];

static ENROL_KEYS: &[Key] = &[
    key("years", Kind::Years, "The calendar years of enrolment.", "years = \"2026-2029\"").required(),
    key(
        "share",
        Kind::Quantity,
        "Share of all who could be invited that is invited in a year.",
        "share = \"14%\"",
    )
    .unit("per year"),
    key("persons", Kind::Quantity, "Number of people invited in a year.", "persons = 800")
        .unit("persons per year"),
    key("total", Kind::Quantity, "Number of people invited over all years, evenly.", "total = 3200")
        .unit("persons"),
    key(
        "at",
        Kind::Choice(&["mid-year", "start-of-year"]),
        "When in the year they enrol.",
        "at = \"mid-year\"",
    )
    .default("mid-year"),
];

static FIXED_KEYS: &[Key] = &[
    key("value", Kind::Quantity, "The amount for each year.", "value = 62000")
        .unit("EUR per year")
        .required(),
    PRICE_YEAR,
    key("years", Kind::Years, "The years in which it is made.", "years = \"2026-2030\"")
        .default("the years of enrolment"),
    key("provider", PROVIDER, "Who makes the cost.", "provider = \"ggd\"").default("the programme's"),
];

static STEP_KEYS: &[Key] = &[
    key(
        "of",
        Kind::Reference("another step, or \"invited\""),
        "The step before this one. Steps of the same step exclude one another.",
        "of = \"invited\"",
    )
    .required(),
    key("share", Kind::Quantity, "Which share of that step comes here.", "share = \"uptake_risk_check\"").unit("share")
        .required(),
    key(
        "after",
        Kind::Quantity,
        "Years from enrolment to this step. Its costs fall then, and its effects take over then.",
        "after = 0.5",
    )
    .unit("years since enrolment")
    .default("that of the step before"),
    key("capacity", Kind::Quantity, "Most people who can come here in a year.", "capacity = 400")
        .unit("persons per year")
        .default("no limit"),
    key(
        "only_if",
        Kind::Formula,
        "Whom it still concerns when the step comes: a condition on state, age, sex, labels and classes. A risk factor or \
         past event in it is as it was at enrolment.",
        "only_if = \"state == 'home'\"",
    )
    .default("everybody alive"),
    key(
        "leaves_pool",
        Kind::Boolean,
        "Whether those who end here are not invited again. Whoever has an effect never is.",
        "leaves_pool = true",
    )
    .default("false, and true with effects"),
    key(
        "effects",
        Kind::List(&Kind::Reference("an effect")),
        "What the step does from now on, instead of the effects of the step before; [] ends those.",
        "effects = [\"exercise\", \"exercise_injuries\"]",
    )
    .default("those of the step before go on"),
    key("provider", PROVIDER, "Who makes the costs of this step.", "provider = \"physiotherapist\"")
        .default("the programme's"),
    key(
        "costs",
        Kind::Ids { entry: "cost", kind: &STEP_COST },
        "Costs for each person who reaches the step.",
        "costs = { course = \"price_course\" }",
    )
    .unit("EUR per person"),
];

static COST_KEYS: &[Key] = &[
    key(
        "value",
        Kind::Quantity,
        "The amount for each person; may depend on age, sex, labels and classes, and on risk factors and past events as \
         they were at enrolment.",
        "value = { value = 290, low = 230, high = 350, dist = \"pert\" }",
    )
    .unit("EUR per person")
    .required(),
    PRICE_YEAR,
    key(
        "spread",
        Kind::List(&Kind::Number),
        "How the amount is spread over the first and following years; later parts fall on those still alive.",
        "spread = [0.6, 0.4]",
    )
    .default("all at once"),
    key(
        "times",
        Kind::Quantity,
        "How many times a person has it. Risk factors and past events in it are as they were at enrolment.",
        "times = 12",
    )
    .default("1"),
];
