//! `[strategies]`, `[variants]`, `[goals]` and `[sources]`.

use super::documentation::DOCUMENTATION;
use super::{Key, Kind, Shape, at_most_one, key};

pub(super) static STRATEGY: Shape = Shape::new("strategy", STRATEGY_KEYS).sharing(&[&DOCUMENTATION]);
pub(super) static VARIANT: Shape = Shape::new("variant", VARIANT_KEYS).sharing(&[&DOCUMENTATION]);
pub(super) static GOAL: Shape = Shape::new("goal", GOAL_KEYS).sharing(&[&DOCUMENTATION]);
pub(super) static SOURCE: Shape = Shape::new("source", SOURCE_KEYS).one_of(&[at_most_one(&["url", "doi"])]);

/// Other values for parameters inside one arm.
pub(super) const SET: Kind = Kind::Map { keys: "parameters", kind: &Kind::Quantity, whole: false };

static STRATEGY_KEYS: &[Key] = &[
    key(
        "programmes",
        Kind::List(&Kind::Reference("a programme")),
        "The programmes it runs. Of programmes on one health model the first invites first.",
        "programmes = [\"chain\"]",
    )
    .default("none"),
    key("comparator", Kind::Boolean, "Whether all others are compared with this one.", "comparator = true")
        .default("true for the first strategy without programmes and without `set`"),
    key(
        "set",
        SET,
        "Other values for parameters in this strategy, in the same draw; a name on the right means the value before.",
        "set = { uptake_risk_check = \"1.5 * uptake_risk_check\" }",
    ),
];

static VARIANT_KEYS: &[Key] =
    &[key("set", SET, "Other values for parameters.", "set = { discount_rate_costs = 0.0225 }").required()];

static GOAL_KEYS: &[Key] = &[
    key(
        "measure",
        Kind::Reference("an event or state of a model, an outcome, \"deaths\" or \"qaly\""),
        "What is to change.",
        "measure = \"falls.hip_fracture\"",
    )
    .required(),
    key(
        "group",
        Kind::Map { keys: "labels", kind: &Kind::Text, whole: true },
        "Whom the goal is about: people with these values of labels of the population, or of `sex`. It is told in expected \
         numbers whatever the engine, for the scenario itself and not for its variants.",
        "group = { neighbourhood = \"Moerwijk\" }",
    )
    .default("all people"),
    key(
        "change",
        Kind::Number,
        "By how much, as a share of the comparator's level in that year.",
        "change = \"-10%\"",
    )
    .required(),
    key("by", Kind::Integer, "The year in which it is to be reached.", "by = 2030").unit("year").required(),
    key(
        "term",
        Kind::Choice(&["short", "middle", "long"]),
        "Under which term the report shows it.",
        "term = \"middle\"",
    )
    .default("short up to 2 years from the start, middle up to 5, then long"),
];

static SOURCE_KEYS: &[Key] = &[
    key(
        "title",
        Kind::Text,
        "Title of the publication or register.",
        "title = \"Levensverwachting naar leeftijd\"",
    )
    .required(),
    key("organisation", Kind::Text, "Authors or organisation.", "organisation = \"Statistics Netherlands\""),
    key("year", Kind::Integer, "Year of publication.", "year = 2022"),
    key("url", Kind::Text, "Where it is found.", "url = \"https://opendata.cbs.nl\""),
    key("doi", Kind::Text, "Digital object identifier.", "doi = \"10.1002/14651858.CD012424.pub2\""),
    super::documentation::DESIGN,
    super::documentation::OVERRIDE,
];
