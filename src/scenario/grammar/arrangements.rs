//! `[arrangements]`: ways of paying.

use super::clauses::CLAUSE;
use super::documentation::DOCUMENTATION;
use super::strategies::SET;
use super::{Key, Kind, Shape, key};

pub(super) static ARRANGEMENT: Shape = Shape::new("arrangement", KEYS).sharing(&[&DOCUMENTATION]);

static KEYS: &[Key] = &[
    key(
        "fallback",
        Kind::Boolean,
        "Marks what happens when parties do not agree; other arrangements are measured against it. At most one.",
        "fallback = true",
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
        "clauses",
        Kind::Ids { entry: "clause", kind: &CLAUSE },
        "Who pays whom for what. Costs that no clause covers stay with who makes them.",
        "clauses.grant = { type = \"subsidy\", from = \"state\", to = \"municipality\", base = \"chain\", share = 1 }",
    ),
];
