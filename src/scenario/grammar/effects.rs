//! `[effects]`: what a step does to health.

use super::documentation::DOCUMENTATION;
use super::{Key, Kind, Shape, at_most_one, exactly_one, key};

pub(super) static EFFECT: Shape = Shape::new("effect", EFFECT_KEYS)
    .sharing(&[&DOCUMENTATION])
    .one_of(&[exactly_one(&["rate_ratio", "hazard_ratio", "risk_ratio", "odds_ratio", "difference"])]);
static LASTS: Shape = Shape::new("duration of an effect", LASTS_KEYS)
    .one_of(&[exactly_one(&["full", "half_life"]), at_most_one(&["fade", "half_life"])])
    .whole();

static EFFECT_KEYS: &[Key] = &[
    key(
        "on",
        Kind::Reference(
            "an event, transition or risk factor of a model (`falls.fall`), or a state's utility (`falls.home.utility`)",
        ),
        "What is changed. Consequences of an event change with it, unless they have an effect of their own, which \
         takes the place of the inherited one.",
        "on = \"falls.fall\"",
    )
    .required(),
    key("rate_ratio", Kind::Quantity, "Rate with the effect, as a multiple of the rate without.", "rate_ratio = 0.77"),
    key("hazard_ratio", Kind::Quantity, "Another word for `rate_ratio`.", "hazard_ratio = 0.77"),
    key(
        "risk_ratio",
        Kind::Quantity,
        "Ratio of probabilities; only on a transition that is written as a probability.",
        "risk_ratio = 0.8",
    ),
    key(
        "odds_ratio",
        Kind::Quantity,
        "Ratio of odds; only on a transition that is written as a probability.",
        "odds_ratio = 0.7",
    ),
    key("difference", Kind::Quantity, "What is added to a utility or a risk factor.", "difference = 0.02")
        .unit("QALY per person-year, or the unit of the risk factor"),
    key(
        "lasts",
        Kind::Either(&[Kind::Table(&LASTS), Kind::Choice(&["always"]), Kind::Formula]),
        "How long, from the moment the effect takes over: years of full effect and a fade, a half-life, \"always\", \
         or a formula of `since` between 0 and 1.",
        "lasts = { full = 1, fade = 2 }",
    )
    .required(),
    key(
        "passed_on",
        Kind::Text,
        "Why the effect on the first event of a chain also holds for all that follows from it. Without this, and without an \
         effect of its own on something that follows, the report doubts it: exercise prevents fewer injuries than falls.",
        "passed_on = \"the trial counted injurious falls\"",
    ),
    super::documentation::DESIGN,
];

static LASTS_KEYS: &[Key] = &[
    key("full", Kind::Quantity, "Years of full effect.", "full = 1").unit("years"),
    key("fade", Kind::Quantity, "Years in which it then wears off evenly.", "fade = 2")
        .unit("years")
        .default("0"),
    key(
        "half_life",
        Kind::Quantity,
        "Years in which the effect halves, from the first day.",
        "half_life = 3",
    )
    .unit("years"),
];
