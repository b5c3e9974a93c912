//! Terms of payments that depend on what all the others leave.

use super::super::{Key, Kind, Shape, key};
use super::{BASE, COMMON, DESPITE_GATE, PERIOD};

pub(super) static GUARANTEE: Shape = Shape::new("guarantee", GUARANTEE_KEYS).sharing(&[&COMMON]);
pub(super) static REVOLVING_FUND: Shape =
    Shape::new("revolving fund", REVOLVING_FUND_KEYS).sharing(&[&COMMON]);

static GUARANTEE_KEYS: &[Key] = &[
    key(
        "floor",
        Kind::Quantity,
        "Net position under which the receiver is lifted up again; negative for a loss that stays with it.",
        "floor = -20000",
    )
    .unit("EUR per year, or over the contract")
    .default("0"),
    key("share", Kind::Quantity, "Share of what is missing that is paid.", "share = \"80%\"")
        .unit("share")
        .default("100%"),
    PERIOD,
    DESPITE_GATE,
];

static REVOLVING_FUND_KEYS: &[Key] = &[
    BASE,
    key("share", Kind::Quantity, "Which share of the costs the fund means to pay.", "share = \"100%\"")
        .unit("share")
        .default("100%"),
    key("capital", Kind::Quantity, "What the fund starts with.", "capital = 1000000").unit("EUR").required(),
    key("capital_from", Kind::Reference("a party"), "Who brings the capital in.", "capital_from = \"state\"")
        .default("it is the fund's own"),
    key("interest", Kind::Quantity, "Yearly interest on the balance, above inflation.", "interest = \"1%\"")
        .unit("per year")
        .default("0"),
    key("administration", Kind::Quantity, "Yearly costs of running the fund.", "administration = 20000")
        .unit("EUR per year")
        .default("0"),
    key(
        "repay",
        Kind::Map { keys: "parties", kind: &Kind::Quantity, whole: true },
        "Which share of what it saves, net of leakages, each party repays to the fund.",
        "repay = { insurers = \"50%\", wlz_fund = \"30%\" }",
    )
    .unit("share")
    .required(),
    DESPITE_GATE,
];
