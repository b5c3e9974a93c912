//! `[time]`, `[uncertainty]`, `[valuation]` and `[results]`: how the scenario is run and valued, and what it tells.

use super::{Key, Kind, Shape, key};

pub(super) static TIME: Shape = Shape::new("time", TIME_KEYS);
pub(super) static UNCERTAINTY: Shape = Shape::new("uncertainty", UNCERTAINTY_KEYS);
pub(super) static VALUATION: Shape = Shape::new("valuation", VALUATION_KEYS);
pub(super) static RESULTS: Shape = Shape::new("results", RESULTS_KEYS);
static DISCOUNT: Shape = Shape::new("discount", DISCOUNT_KEYS);
static UNRELATED_COSTS: Shape = Shape::new("unrelated costs", UNRELATED_COSTS_KEYS);

static TIME_KEYS: &[Key] = &[
    key("start", Kind::Integer, "The calendar year on whose 1 January the run begins.", "start = 2026")
        .unit("year")
        .required(),
    key("years", Kind::Integer, "How many years are followed.", "years = 10").unit("years").required(),
    key(
        "cycle",
        Kind::Choice(&["year", "half-year", "quarter", "month"]),
        "Length of a step in time. Programmes enrol in the middle of a year by default, which needs half a year or \
         shorter.",
        "cycle = \"half-year\"",
    )
    .default("half-year"),
    key(
        "within_cycle",
        Kind::Choice(&["half-cycle", "none", "every-boundary"]),
        "How time in a state is counted from the people at the start and end of each cycle. Their mean \
         (half-cycle), those at the start (none), or every boundary in full, which counts one cycle too many and is \
         there to reproduce published models.",
        "within_cycle = \"half-cycle\"",
    )
    .default("half-cycle"),
];

static UNCERTAINTY_KEYS: &[Key] = &[
    key("draws", Kind::Integer, "How many sets of parameter values are drawn.", "draws = 5000")
        .default("1000"),
    key(
        "seed",
        Kind::Integer,
        "Start of the random numbers: the same seed gives the same results.",
        "seed = 1",
    )
    .default("1"),
    key(
        "design",
        Kind::Choice(&["sobol", "latin-hypercube", "random"]),
        "How the draws are spread over the range of the parameters. `sobol` needs the fewest draws.",
        "design = \"sobol\"",
    )
    .default("sobol"),
    key(
        "engine",
        Kind::Choice(&["expected", "counts", "individual"]),
        "How people are followed: expected numbers, without chance between persons; whole numbers of people, by chance \
         (counts); or one by one, by chance, each with a history and risk factors of their own (individual).",
        "engine = \"expected\"",
    )
    .default("expected"),
    key(
        "replicates",
        Kind::Integer,
        "How many times chance between persons is tried in each draw of the parameters, 1 to 1000. Tells what is \
         uncertain because the evidence is from what is uncertain because people are few. `expected` knows no chance.",
        "replicates = 10",
    )
    .default("1"),
    key(
        "factor_bins",
        Kind::Integer,
        "In how many equally large parts `expected` cuts the distribution of each risk factor, 1 to 200. More parts \
         are more exact and take longer. A part is eligible as a whole or not at all: of a normal factor with mean 27 and \
         standard deviation 5, 27.4% are above 30, of 10 parts 30%. Where programmes choose by a factor, write 50 or more.",
        "factor_bins = 20",
    )
    .default("10"),
];

static VALUATION_KEYS: &[Key] = &[
    key("price_year", Kind::Integer, "The year in whose euros results are stated.", "price_year = 2024")
        .default("the last year of the table of consumer prices"),
    key(
        "cpi",
        Kind::Reference("a table of kind index with the year as key"),
        "Consumer prices, to move amounts from their own price year to that of the results.",
        "cpi = \"cpi_nl\"",
    )
    .default("none; then amounts of other price years are an error"),
    key(
        "inflation",
        Kind::Quantity,
        "Price rise for years after the table of consumer prices, and for contract amounts marked `nominal`.",
        "inflation = 0.02",
    )
    .unit("per year"),
    key(
        "discount",
        Kind::Table(&DISCOUNT),
        "Discount rates: how much less a euro or a health gain counts when it comes a year later.",
        "discount = { costs = 0.03, effects = 0.015 }",
    )
    .required(),
    key(
        "willingness_to_pay",
        Kind::List(&Kind::Number),
        "What a quality-adjusted life year may cost: the thresholds for net benefit and acceptability.",
        "willingness_to_pay = [20000, 50000, 80000]",
    )
    .unit("EUR per QALY")
    .default("[20000, 50000, 80000]"),
    key(
        "unrelated_costs",
        Kind::Table(&UNRELATED_COSTS),
        "Costs of other illness in life years gained. A unit cost on \"life-year\" says the same and is preferred.",
        "unrelated_costs = { value = \"1200 + 90 * (age - 65)\", budget = \"zvw\" }",
    ),
];

static DISCOUNT_KEYS: &[Key] = &[
    key("costs", Kind::Quantity, "Discount rate of costs.", "costs = 0.03").unit("per year").required(),
    key("effects", Kind::Quantity, "Discount rate of health effects.", "effects = 0.015")
        .unit("per year")
        .required(),
    key(
        "parties",
        Kind::Quantity,
        "The common rate at which parties' cash flows are compared.",
        "parties = 0.03",
    )
    .unit("per year")
    .default("the rate of costs"),
];

static UNRELATED_COSTS_KEYS: &[Key] = &[
    key(
        "value",
        Kind::Quantity,
        "Amount for each year that a person lives; may depend on age and sex.",
        "value = \"unrelated_costs_nl(age, sex)\"",
    )
    .unit("EUR per person-year")
    .required(),
    key("budget", Kind::Reference("a budget"), "Whose budget that is.", "budget = \"zvw\"").required(),
];

static RESULTS_KEYS: &[Key] = &[
    key(
        "by",
        Kind::List(&Kind::Reference("a label of the population, or \"sex\"")),
        "Results for each group of people with the same value of a label, such as each municipality, in `by_group.csv` \
         and `priorities.csv`. Several labels are told one after another, not crossed.",
        "by = [\"municipality\"]",
    )
    .default("none"),
    key(
        "monitoring",
        Kind::Boolean,
        "Whether `monitoring.csv` tells, year by year, how many people at each step and how many events to expect, with a \
         band in which 95 of 100 counts lie, chance between persons included: to hold what is registered against.",
        "monitoring = true",
    )
    .default("false"),
    key(
        "payback_within",
        Kind::List(&Kind::Integer),
        "After how many years `payback.csv` and the summary tell whether each party has its money back, and how likely that \
         is. The balance is judged at the end of that year: what comes later does not count.",
        "payback_within = [5, 10, 15]",
    )
    .unit("years from the start")
    .default("none"),
];
