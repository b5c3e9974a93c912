//! `[tables]` and `[correlations]`.

use super::documentation::DOCUMENTATION;
use super::{Key, Kind, Shape, exactly_one, key};

pub(super) static TABLE: Shape =
    Shape::new("table", TABLE_KEYS).sharing(&[&DOCUMENTATION]).one_of(&[exactly_one(&["file", "rows"])]);
pub(super) static CORRELATION: Shape = Shape::new("correlation", CORRELATION_KEYS).sharing(&[&DOCUMENTATION]);

static TABLE_KEYS: &[Key] = &[
    key("file", Kind::Text, "CSV with the figures.", "file = \"data/mortality_nl_2022.csv\""),
    key(
        "rows",
        Kind::Map { keys: "ages, years or words", kind: &Kind::Quantity, whole: true },
        "The figures, written here; for a table with one key. They may be formulas of parameters.",
        "rows = { \"65-74\" = 0.35, \"75-84\" = 0.5, \"85+\" = \"0.5 * steeper\" }",
    ),
    key(
        "keys",
        Kind::List(&Kind::Text),
        "The columns by which a figure is looked up, in the order of the arguments in formulas.",
        "keys = [\"age\", \"sex\"]",
    )
    .required(),
    key("value", Kind::Text, "The column of the CSV that holds the figures.", "value = \"qx\"")
        .default("value"),
    key(
        "kind",
        Kind::Choice(&["probability", "rate", "count", "money", "utility", "index", "share"]),
        "What the figures are. A probability where a rate is wanted is an error.",
        "kind = \"probability\"",
    )
    .required(),
    key(
        "per",
        Kind::Text,
        "Over which time the figures hold: \"year\", \"person-year\" or \"cycle\".",
        "per = \"year\"",
    ),
    key(
        "last_row",
        Kind::Choice(&["and_over"]),
        "Says that the row of the highest age also holds for all higher ages; otherwise these are an error.",
        "last_row = \"and_over\"",
    ),
    key(
        "price_year",
        Kind::Integer,
        "For amounts of money: the year in whose prices they are.",
        "price_year = 2023",
    ),
];

static CORRELATION_KEYS: &[Key] = &[
    key(
        "between",
        Kind::List(&Kind::Reference("a parameter")),
        "The parameters; of three or more each pair has this correlation.",
        "between = [\"price_course\", \"price_hall\"]",
    )
    .required(),
    key("rho", Kind::Number, "Spearman's rank correlation, between -1 and 1.", "rho = 0.5").required(),
];
