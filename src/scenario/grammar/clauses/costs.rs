//! Terms of payments on costs.

use super::super::{Key, Kind, Shape, at_most_one, key};
use super::{BASE, COMMON, DESPITE_GATE};

pub(super) static SUBSIDY: Shape = Shape::new("subsidy", SUBSIDY_KEYS)
    .sharing(&[&COMMON])
    .one_of(&[at_most_one(&["grant", "cap_per_year"])]);
pub(super) static COST_SHARE: Shape = Shape::new("cost share", COST_SHARE_KEYS)
    .sharing(&[&COMMON])
    .one_of(&[at_most_one(&["shares", "weights"])]);

static SUBSIDY_KEYS: &[Key] = &[
    BASE,
    key("share", Kind::Quantity, "Which share of the costs is paid.", "share = \"80%\"")
        .unit("share")
        .default("100%"),
    key("grant", Kind::Quantity, "The grant for a year: the most that is paid in it.", "grant = 450000")
        .unit("EUR per year")
        .default("no limit"),
    key(
        "carry_over",
        Kind::Quantity,
        "Share of a year's grant that may be kept for the next year when it is not spent.",
        "carry_over = \"25%\"",
    )
    .unit("share")
    .default("0"),
    key("clawback", Kind::Boolean, "Whether what is not spent goes back.", "clawback = true")
        .default("false"),
    DESPITE_GATE,
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
        Kind::Choice(&["fixed", "equal", "proportional", "shapley", "nash"]),
        "How they divide them: in the shares given, equally, in proportion to what each expects to save, by what each \
         adds to the coalitions it could join (shapley), or so that each gains as much (nash).",
        "rule = \"equal\"",
    )
    .required(),
    key(
        "shares",
        Kind::Map { keys: "parties", kind: &Kind::Quantity, whole: true },
        "For the rule fixed: the share of each, together one.",
        "shares = { municipality = 0.4, insurers = 0.6 }",
    ).unit("share"),
    key(
        "weights",
        Kind::Map { keys: "parties", kind: &Kind::Quantity, whole: true },
        "For the rule nash: bargaining power of each, in proportion to which gains are divided.",
        "weights = { municipality = 1, insurers = 2 }",
    )
    .default("equal"),
    key(
        "when",
        Kind::Choice(&["ex-ante", "ex-post"]),
        "Whether shares follow from what is expected beforehand, or from what has happened.",
        "when = \"ex-post\"",
    )
    .default("ex-ante"),
    key(
        "needed",
        Kind::List(&Kind::Reference("a party of `parties`")),
        "Parties without whom nothing happens, so that a coalition without them is worth nothing.",
        "needed = [\"municipality\"]",
    )
    .default("none"),
];
