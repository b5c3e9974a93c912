//! `[parties]`: who may pay or gain.

use super::documentation::DOCUMENTATION;
use super::{Key, Kind, Shape, key};

pub(super) static PARTY: Shape = Shape::new("party", KEYS).sharing(&[&DOCUMENTATION]);

static KEYS: &[Key] = &[
    key(
        "kind",
        Kind::Choice(&[
            "insurer",
            "municipality",
            "wlz_fund",
            "state",
            "employer",
            "household",
            "provider",
            "investor",
            "equalisation_fund",
            "other",
        ]),
        "What sort of party it is. Insurers hold the budgets of kind insurance by market share.",
        "kind = \"insurer\"",
    )
    .required(),
    key(
        "budgets",
        Kind::Either(&[
            Kind::List(&Kind::Reference("a budget")),
            Kind::Map { keys: "budgets", kind: &Kind::Quantity, whole: true },
        ]),
        "The public budgets it holds, all of each or the share given.",
        "budgets = { wmo = 1.0 }",
    )
    .unit("share")
    .default("none"),
    key(
        "market_share",
        Kind::Quantity,
        "Insurers: share of the inhabitants they insure.",
        "market_share = 0.62",
    )
    .unit("share"),
    key(
        "leaving_rate",
        Kind::Quantity,
        "Insurers: share of the insured who change to another insurer each year; may depend on age.",
        "leaving_rate = \"if(age >= 65, 0.02, 0.07)\"",
    )
    .unit("per year")
    .default("0"),
];
