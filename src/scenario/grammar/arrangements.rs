//! `[arrangements]`: ways of paying.

use super::clauses::CLAUSE;
use super::documentation::DOCUMENTATION;
use super::strategies::SET;
use super::{Key, Kind, Shape, key};

pub(super) static ARRANGEMENT: Shape = Shape::new("arrangement", KEYS).sharing(&[&DOCUMENTATION]);

static ENTRY: Shape = Shape::new("condition of entry", ENTRY_KEYS);

static ENTRY_KEYS: &[Key] = &[
    key("party", Kind::Reference("a party"), "Who delivers only if it may gain.", "party = \"provider\"")
        .default("\"provider\""),
    key(
        "premium",
        Kind::Quantity,
        "What it wants for the risk: its expected net present value must be above it.",
        "premium = 10000",
    )
    .unit("EUR of present value")
    .default("0"),
    key(
        "per_deviation",
        Kind::Quantity,
        "What it wants, besides, for each euro of the standard deviation of its net present value.",
        "per_deviation = 0.25",
    )
    .unit("EUR per EUR")
    .default("0"),
];

static KEYS: &[Key] = &[
    key(
        "fallback",
        Kind::Boolean,
        "Marks what happens when parties do not agree; other arrangements are measured against it. At most one.",
        "fallback = true",
    )
    .default("false"),
    key(
        "optional",
        Kind::Boolean,
        "For a library: the arrangement is left out of a scenario that lacks a step, party or outcome it names; \
         `ounce check` says so. In paths `programme` is the only programme of the scenario and `programme.first` the \
         step that follows the invitation.",
        "optional = true",
    )
    .default("false"),
    key(
        "purchase",
        Kind::Choice(&["joint", "region", "own"]),
        "How insurers buy: each pays and keeps its market share (joint), one pays for the whole region and keeps \
         only the savings on its own insured (region), or one buys for its own insured only (own).",
        "purchase = \"joint\"",
    )
    .default("joint"),
    key(
        "insurer",
        Kind::Reference("a party of kind insurer"),
        "The insurer that buys, for region and own.",
        "insurer = \"zilver\"",
    ),
    key(
        "providers",
        Kind::Map {
            keys: "programmes or steps (`chain`, `chain.risk_check`)",
            kind: &Kind::Reference("a party"),
            whole: false,
        },
        "Other parties that make the costs under this arrangement; concerns payments only.",
        "providers = { chain = \"municipality\" }",
    ),
    key(
        "set",
        SET,
        "Other values for parameters under this arrangement: the programme is then simulated a second time.",
        "set = { uptake_risk_check = 0.45 }",
    ),
    key(
        "gate",
        Kind::Table(&super::clauses::GATE),
        "First prove, then continue: whether people go on to be enrolled from a year on depends on what is measured until \
         then. Both courses are simulated and every draw takes one. Lump sums, grants and investors' \
         advances for that programme, amounts for the whole population, guaranteed gains and funds that are still to open \
         stop with enrolment, unless they are paid `despite_gate`.",
        "gate = { year = 2029, node = \"falls.hip_fracture\", benchmark = \"true\", better = \"less\", standard_error = 8, confidence = \"80%\" }",
    )
    .default("none: enrolment is as planned"),
    key(
        "entry",
        Kind::Table(&ENTRY),
        "A party that delivers only if it may expect to gain: what it is paid less its costs and a premium for risk. If not, \
         nothing is delivered under this arrangement.",
        "entry = { party = \"provider\", premium = 10000 }",
    )
    .default("none: everybody takes part"),
    key(
        "clauses",
        Kind::Ids { entry: "clause", kind: &CLAUSE },
        "Who pays whom for what. Costs that no clause covers stay with who makes them.",
        "clauses.grant = { type = \"subsidy\", from = \"state\", to = \"municipality\", base = \"chain\", share = 1 }",
    ),
];
