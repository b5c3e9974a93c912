//! The top of a scenario file.

use super::arrangements::ARRANGEMENT;
use super::effects::EFFECT;
use super::models::MODEL;
use super::money::{BUDGET, OUTCOME, UNIT_COST};
use super::negotiation::DEAL;
use super::parties::PARTY;
use super::population::POPULATION;
use super::programmes::PROGRAMME;
use super::run::{RESULTS, TIME, UNCERTAINTY, VALUATION};
use super::strategies::{GOAL, SOURCE, STRATEGY, VARIANT};
use super::tables::{CORRELATION, TABLE};
use super::thresholds::THRESHOLD;
use super::{Key, Kind, Shape, key};

/// The tables and keys at the top of a scenario file.
pub static SCENARIO: Shape = Shape::new("scenario", KEYS);

const fn ids(entry: &'static str, kind: &'static Kind) -> Kind {
    Kind::Ids { entry, kind }
}

static KEYS: &[Key] = &[
    key("ounce", Kind::Integer, "Version of the file format.", "ounce = 1").required(),
    key("title", Kind::Localised, "What the report is called.", "title = \"Falls prevention in The Hague\"")
        .required(),
    key(
        "description",
        Kind::Localised,
        "What the scenario is about, in plain words.",
        "description = \"What would a chain approach do here, and who would pay and gain?\"",
    ),
    key(
        "question",
        Kind::Localised,
        "The question that it answers, for lists of scenarios.",
        "question = \"What would a chain approach cost and bring in, and for whom?\"",
    ),
    key(
        "asked_by",
        Kind::Localised,
        "Who asks that question, for lists of scenarios.",
        "asked_by = \"Adviser of a municipality\"",
    ),
    key(
        "use",
        Kind::List(&Kind::Text),
        "Files to build on. Later files of the list go over earlier ones, and this file over all of them. A path is \
         relative to the file that writes it; a local file wins over a shipped one.",
        "use = [\"lib/nl.toml\", \"lib/falls.toml\"]",
    ),
    key("time", Kind::Table(&TIME), "From when, how long and in which steps.", "time = { start = 2026, years = 10 }")
        .required(),
    key(
        "uncertainty",
        Kind::Table(&UNCERTAINTY),
        "How many draws of the uncertain parameters, and how they are drawn.",
        "uncertainty = { draws = 5000, seed = 1 }",
    ),
    key(
        "valuation",
        Kind::Table(&VALUATION),
        "Price year, discount rates and willingness to pay.",
        "valuation = { price_year = 2024, discount = { costs = 0.03, effects = 0.015 } }",
    )
    .required(),
    key(
        "population",
        Kind::Table(&POPULATION),
        "Who lives there on 1 January of the first year.",
        "population = { file = \"data/zuidwest.csv\" }",
    )
    .required(),
    key(
        "tables",
        ids("table", &Kind::Table(&TABLE)),
        "Figures by age, sex, year or label, to be called in formulas: `mortality(age, sex)`.",
        "tables.fall_rate = { keys = [\"age\"], rows = { \"65-79\" = 0.4, \"80+\" = 0.7 }, kind = \"rate\" }",
    ),
    key(
        "parameters",
        ids("parameter", &Kind::Parameter),
        "Named numbers, most with uncertainty and a source, to be used in formulas.",
        "parameters.uptake = { value = 0.34, n = 1200, source = \"monitor2024\" }",
    ),
    key(
        "correlations",
        ids("correlation", &Kind::Table(&CORRELATION)),
        "Which parameters are drawn together, and how closely.",
        "correlations.prices = { between = [\"price_course\", \"price_hall\"], rho = 0.5 }",
    ),
    key(
        "models",
        ids("health model", &Kind::Table(&MODEL)),
        "Health models: states people are in, moves between them, events that happen to them.",
        "models.falls.states.home.start = 1",
    )
    .required(),
    key(
        "unit_costs",
        ids("unit cost", &Kind::Table(&UNIT_COST)),
        "What an event or a year in a state costs, and whose budget that is.",
        "unit_costs.ed = { on = \"falls.ed_visit\", value = 410, budget = \"zvw\" }",
    ),
    key(
        "budgets",
        ids("budget", &Kind::Table(&BUDGET)),
        "The purses that disease costs come out of, and how much of a saving they really keep.",
        "budgets.zvw = { kind = \"insurance\", cashable = 0.5 }",
    ),
    key(
        "outcomes",
        ids("outcome", &Kind::Table(&OUTCOME)),
        "Other things to count, such as hours of care.",
        "outcomes.care_hours = { unit = \"hours\", per = { \"falls.nursing_home\" = 1200 } }",
    ),
    key(
        "effects",
        ids("effect", &Kind::Table(&EFFECT)),
        "What a step of a programme does to one event, transition or utility of a health model.",
        "effects.exercise = { on = \"falls.fall\", rate_ratio = 0.77, lasts = { full = 1, fade = 2 } }",
    ),
    key(
        "programmes",
        ids("programme", &Kind::Table(&PROGRAMME)),
        "Whom a programme invites, which steps they take, what those cost and do.",
        "programmes.chain.enrol = { years = \"2026-2029\", share = \"14%\" }",
    ),
    key(
        "strategies",
        ids("strategy", &Kind::Table(&STRATEGY)),
        "The courses of action to compare. The comparator is the one marked so, else the first without programmes \
         and `set`.",
        "strategies.chain = { programmes = [\"chain\"] }",
    )
    .required(),
    key(
        "variants",
        ids("variant", &Kind::Table(&VARIANT)),
        "Whole runs beside the main one with other values of some parameters, such as other discount rates.",
        "variants.social = { set = { discount_rate_costs = 0.0225 } }",
    ),
    key(
        "parties",
        ids("party", &Kind::Table(&PARTY)),
        "Who may pay or gain: insurers, municipality, state, providers and others.",
        "parties.municipality = { kind = \"municipality\", budgets = [\"wmo\"] }",
    ),
    key(
        "arrangements",
        ids("arrangement", &Kind::Table(&ARRANGEMENT)),
        "Ways of paying for the same programme: clauses between parties, settled side by side.",
        "arrangements.grant = { clauses = { spuk = { type = \"lump-sum\", from = \"state\", to = \"municipality\", \
         amount = 450000, years = \"2026\" } } }",
    ),
    key(
        "deal",
        Kind::Table(&DEAL),
        "Who negotiates about which arrangements, and what each wants: `ounce deal` looks for terms that all accept.",
        "deal = { parties = { municipality = { budget_per_year = 300000 } } }",
    ),
    key(
        "goals",
        ids("goal", &Kind::Table(&GOAL)),
        "What is to be reached by when; the report says how likely each strategy is to reach it.",
        "goals.fewer_fractures = { measure = \"falls.hip_fracture\", change = \"-10%\", by = 2030 }",
    ),
    key(
        "results",
        Kind::Table(&RESULTS),
        "What is told besides the usual tables: results by group of people, numbers to watch, payback by a date.",
        "results = { by = [\"municipality\"], monitoring = true }",
    ),
    key(
        "thresholds",
        ids("threshold", &Kind::Table(&THRESHOLD)),
        "What must be true: at which value of a number somebody breaks even. The report says it near the top.",
        "thresholds.effect_needed = { parameter = \"rr_exercise\", low = 0.5, high = 1 }",
    ),
    key(
        "sources",
        ids("source", &Kind::Table(&SOURCE)),
        "Publications and registers that figures refer to.",
        "sources.cbs2022 = { title = \"Life expectancy by age\", organisation = \"CBS\", year = 2022 }",
    ),
];
