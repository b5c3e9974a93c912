//! `[models]`: states, transitions, events and background mortality.

use super::documentation::DOCUMENTATION;
use super::{Key, Kind, Shape, exactly_one, key};

pub(super) static MODEL: Shape = Shape::new("health model", MODEL_KEYS).sharing(&[&DOCUMENTATION]);
static MORTALITY: Shape = Shape::new("background mortality", MORTALITY_KEYS)
    .sharing(&[&DOCUMENTATION])
    .one_of(&[exactly_one(&["probability", "rate"])]);
static STATE: Shape = Shape::new("state", STATE_KEYS).sharing(&[&DOCUMENTATION]);
static FACTOR: Shape = Shape::new("risk factor", FACTOR_KEYS).sharing(&[&DOCUMENTATION]);
static TRANSITION: Shape = Shape::new("transition", TRANSITION_KEYS)
    .sharing(&[&DOCUMENTATION])
    .one_of(&[exactly_one(&["rate", "probability"])]);
static EVENT: Shape = Shape::new("event", EVENT_KEYS)
    .sharing(&[&DOCUMENTATION])
    .one_of(&[exactly_one(&["in", "of"]), exactly_one(&["rate", "share"])]);

static MODEL_KEYS: &[Key] = &[
    key(
        "ages",
        Kind::Ages,
        "Which ages it follows: people who enter the population at another age, on 1 January of the first year or later, \
         are no part of it. So models of children, adults and older people can stand in one scenario.",
        "ages = \"60+\"",
    )
    .default("everybody"),
    key(
        "states",
        Kind::Ids { entry: "state", kind: &Kind::Table(&STATE) },
        "The conditions of life people can be in; each person is in exactly one.",
        "states.home = { start = \"1 - share_nursing_home\", utility = 0.8 }",
    )
    .required(),
    key(
        "mortality",
        Kind::Table(&MORTALITY),
        "Mortality of the population as in a life table. Deaths that the model itself brings are taken out of it, so \
         that the two together give the life table.",
        "mortality = { probability = \"mortality_nl(age, sex)\" }",
    ),
    key(
        "transitions",
        Kind::Ids { entry: "transition", kind: &Kind::Table(&TRANSITION) },
        "Moves from one state to another.",
        "transitions.decline = { from = \"home\", to = \"nursing_home\", rate = 0.01 }",
    ),
    key(
        "events",
        Kind::Ids { entry: "event", kind: &Kind::Table(&EVENT) },
        "What happens to people: events with a rate, and their consequences, each a share of another event.",
        "events.fall = { in = [\"home\"], rate = \"fall_rate(age)\" }",
    ),
    key(
        "factors",
        Kind::Ids { entry: "risk factor", kind: &Kind::Table(&FACTOR) },
        "Risk factors that differ between people without end, such as body mass: how they are spread, how they change \
         with the years, and what they do to events and quality of life.",
        "factors.bmi = { distribution = \"normal\", mean = 27, sd = 4.5, hazard_ratios = { diabetes = 1.17 } }",
    ),
];

static MORTALITY_KEYS: &[Key] = &[
    key(
        "probability",
        Kind::Quantity,
        "Chance to die within a year, as in a life table.",
        "probability = \"mortality_nl(age, sex)\"",
    )
    .unit("per year"),
    key("rate", Kind::Quantity, "Death rate instead.", "rate = \"exp(-10 + 0.1 * age)\"")
        .unit("per person-year"),
];

static STATE_KEYS: &[Key] = &[
    key(
        "start",
        Kind::Quantity,
        "Share of the people who are in this state at the start; over all states it sums to one.",
        "start = \"1 - share_nursing_home(age)\"",
    )
    .unit("share")
    .default("0"),
    key(
        "alive",
        Kind::Boolean,
        "Whether people in it are alive. A model with mortality has one state that says `false`.",
        "alive = false",
    )
    .default("true"),
    key(
        "mortality_ratio",
        Kind::Quantity,
        "How many times the background mortality holds in this state.",
        "mortality_ratio = 2.1",
    )
    .default("1"),
    key(
        "excess_mortality",
        Kind::Quantity,
        "Death rate on top of the background mortality.",
        "excess_mortality = 0.05",
    )
    .unit("per person-year")
    .default("0"),
    key(
        "utility",
        Kind::Quantity,
        "Quality of life in this state, from 0 (as bad as death) to 1; may depend on age, sex and labels.",
        "utility = \"utility_nl(age, sex)\"",
    )
    .unit("QALY per person-year")
    .default("1 for those alive, 0 for the dead"),
];

static TRANSITION_KEYS: &[Key] = &[
    key("from", Kind::Reference("a state of the same model"), "The state people leave.", "from = \"home\"")
        .required(),
    key(
        "to",
        Kind::Reference("a state of the same model"),
        "The state they come into.",
        "to = \"nursing_home\"",
    )
    .required(),
    key("rate", Kind::Quantity, "How often, for each year that a person is in `from`.", "rate = 0.01")
        .unit("per person-year"),
    key(
        "probability",
        Kind::Quantity,
        "Chance to make the move instead. All moves from one state have rates, or all have probabilities.",
        "probability = 0.01",
    ),
    key(
        "per",
        Kind::Choice(&["year", "cycle"]),
        "Over which time the probability holds. \"cycle\" takes it literally, as published matrices need.",
        "per = \"year\"",
    )
    .default("year"),
];

static FACTOR_KEYS: &[Key] = &[
    key(
        "distribution",
        Kind::Choice(&["normal", "lognormal", "gamma"]),
        "Its shape among people of the same age, sex, labels and classes. `lognormal` and `gamma` have no values below \
         zero, and end at their 0.01% and 99.99% quantiles, so that a few people in a million do not decide; those \
         who are left keep the mean.",
        "distribution = \"normal\"",
    )
    .required(),
    key(
        "mean",
        Kind::Quantity,
        "Mean when people enter; may depend on their age then, sex, labels and classes.",
        "mean = \"26 + 0.03 * (age - 65)\"",
    )
    .required(),
    key(
        "sd",
        Kind::Quantity,
        "Standard deviation between people of the same age, sex and labels when they enter.",
        "sd = 4.5",
    )
    .required(),
    key("unit", Kind::Text, "What it is measured in.", "unit = \"kg/m2\""),
    key(
        "drift",
        Kind::Quantity,
        "By how much it goes up for everybody in each year after they enter, over and above what rates by attained \
         age already hold; may depend on age at entry, sex, labels and classes. Rates use its value at the start of \
         a cycle.",
        "drift = 0.1",
    )
    .unit("units per year")
    .default("0"),
    key(
        "hazard_ratios",
        Kind::Map { keys: "events or transitions of the model", kind: &Kind::Quantity, whole: false },
        "By how much one unit more multiplies a rate. Stated rates are those of people of the same age, sex, labels \
         and classes together as they enter, so the ratio says who among them has more and who less; that the mean of \
         the factor differs between ages, sexes, labels or classes does not change rates. Of a probability, the factor \
         multiplies the hazard, -ln(1 - p); the mean of the hazards is that of the stated probability. Consequences of an \
         event change with it, unless they have a ratio of their own.",
        "hazard_ratios = { fall = 1.05 }",
    ),
    key(
        "utility",
        Kind::Map { keys: "states of the model", kind: &Kind::Quantity, whole: false },
        "What one unit above the mean at entry adds to the quality of life in a state.",
        "utility = { home = -0.004 }",
    )
    .unit("QALY per person-year and unit"),
];

static EVENT_KEYS: &[Key] = &[
    key(
        "in",
        Kind::List(&Kind::Reference("a state of the same model")),
        "For an event with a rate: the states in which it happens.",
        "in = [\"home\", \"after_hip\"]",
    ),
    key(
        "rate",
        Kind::Quantity,
        "How often, for each year that a person is in one of these states.",
        "rate = 0.45",
    )
    .unit("per person-year"),
    key(
        "of",
        Kind::Reference("an event of the same model"),
        "For a consequence: the event that it follows.",
        "of = \"fall\"",
    ),
    key("share", Kind::Quantity, "Which share of these events has the consequence.", "share = 0.09")
        .unit("share"),
    key(
        "qaly_loss",
        Kind::Quantity,
        "Quality-adjusted life years lost by each occurrence.",
        "qaly_loss = 0.02",
    )
    .unit("QALY")
    .default("0"),
    key(
        "moves_to",
        Kind::Reference("a state of the same model"),
        "The state into which the event brings people. Only an event without consequences of its own has this.",
        "moves_to = \"nursing_home\"",
    ),
];
