//! `[thresholds]`: which value of a number makes a party, or society, break even.

use super::documentation::DOCUMENTATION;
use super::{Key, Kind, Shape, key};

pub(super) static THRESHOLD: Shape = Shape::new("threshold", THRESHOLD_KEYS).sharing(&[&DOCUMENTATION]);

static THRESHOLD_KEYS: &[Key] = &[
    key(
        "parameter",
        Kind::Text,
        "The number that is varied, everything else staying as it is: a parameter, or the path of any other number, such \
         as \"effects.exercise.lasts.full\" or \"programmes.chain.enrol.share\". Amounts are in euros of the valuation's \
         price year. An uncertain number is certain while it is varied.",
        "parameter = \"rr_exercise\"",
    )
    .required(),
    key(
        "low",
        Kind::Number,
        "The lowest value that is looked at. The number must be allowed to be that.",
        "low = 0.5",
    )
    .required(),
    key("high", Kind::Number, "The highest value that is looked at.", "high = 1").required(),
    key(
        "party",
        Kind::Reference("a party, or \"society\""),
        "Who is to break even. A party does when the present value of all it pays and gains is not negative; society \
         when the programme and care together cost no more than before, less what the health gained is worth if \
         `willingness_to_pay` is given.",
        "party = \"municipality\"",
    )
    .default("society"),
    key(
        "strategy",
        Kind::Reference("a strategy"),
        "Under which strategy.",
        "strategy = \"chain\"",
    )
    .default("the only one beside the comparator"),
    key(
        "arrangement",
        Kind::Reference("an arrangement"),
        "Under which way of paying; society needs it only where an arrangement changes what happens.",
        "arrangement = \"grant\"",
    )
    .default("for a party the only one"),
    key(
        "willingness_to_pay",
        Kind::Number,
        "For society: what a quality-adjusted life year gained is worth. Without it only euros count.",
        "willingness_to_pay = 20000",
    )
    .unit("EUR per QALY"),
    key(
        "probability",
        Kind::Number,
        "Break even with this probability over the draws, instead of in expectation.",
        "probability = \"80%\"",
    ),
];
