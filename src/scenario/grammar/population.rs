//! `[population]`: who lives there.

use super::documentation::DOCUMENTATION;
use super::{Key, Kind, Shape, exactly_one, key};

pub(super) static POPULATION: Shape =
    Shape::new("population", POPULATION_KEYS).one_of(&[exactly_one(&["file", "groups"])]);
static GROUP: Shape = Shape::new("group", GROUP_KEYS).sharing(&[&DOCUMENTATION]);
static CLASSES: Shape = Shape::new("classes", CLASSES_KEYS).sharing(&[&DOCUMENTATION]);
static CLASS: Shape = Shape::new("class", CLASS_KEYS).sharing(&[&DOCUMENTATION]);

static POPULATION_KEYS: &[Key] = &[
    key(
        "file",
        Kind::Text,
        "CSV of the people on 1 January of the first year. Columns: `persons`, `age` (64, 65-69, 95+), `sex` (male \
         or female) if known; every other column is a label such as a neighbourhood.",
        "file = \"data/zuidwest.csv\"",
    ),
    key(
        "groups",
        Kind::Ids { entry: "group", kind: &Kind::Table(&GROUP) },
        "The people, written here instead of in a file.",
        "groups.women80 = { age = 80, sex = \"female\", persons = 1000 }",
    ),
    key(
        "ages",
        Kind::Ages,
        "Which single ages to keep, after bands have been spread over them.",
        "ages = \"62+\"",
    )
    .unit("years")
    .default("all"),
    key(
        "closed",
        Kind::Boolean,
        "Says that nobody is to grow into the eligible ages: no error about younger ages missing from the file.",
        "closed = true",
    )
    .default("false"),
    key(
        "spread",
        Kind::Reference("a table of kind count by age and sex"),
        "The table in whose proportions age bands, open top bands and unknown sex are divided over single ages.",
        "spread = \"population_nl\"",
    )
    .default("none; then a band is an error"),
    key(
        "inflow_file",
        Kind::Text,
        "CSV of the people who come to live there on 1 January of later years: `year`, `age`, `sex`, labels, \
         `persons`.",
        "inflow_file = \"data/newcomers.csv\"",
    )
    .default("nobody"),
    key(
        "classes",
        Kind::Ids { entry: "set of classes", kind: &Kind::Table(&CLASSES) },
        "Divides people by something that steers both their health and whom the programme sees, such as fall risk.",
        "classes.risk.values = { low = { share = 0.7 }, high = { share = 0.3 } }",
    ),
];

static GROUP_KEYS: &[Key] = &[
    key("age", Kind::Ages, "Their age on 1 January of the first year.", "age = 80").unit("years").required(),
    key("sex", Kind::Choice(&["female", "male"]), "The sex of these people.", "sex = \"female\"")
        .default("divided as in the table named by `spread`"),
    key("persons", Kind::Number, "How many they are.", "persons = 1000").unit("persons").required(),
    key(
        "labels",
        Kind::Map { keys: "labels", kind: &Kind::Text, whole: true },
        "What else is known about them.",
        "labels = { ses = \"low\" }",
    ),
];

static CLASSES_KEYS: &[Key] = &[
    key(
        "misclassified",
        Kind::Quantity,
        "Chance that a person is recorded in another class than the true one. Concerns payments only.",
        "misclassified = 0.1",
    )
    .unit("share")
    .default("0"),
    key(
        "values",
        Kind::Ids { entry: "class", kind: &Kind::Table(&CLASS) },
        "The classes. Their shares sum to one.",
        "values.high = { share = 0.3, relative_rates = { \"falls.fall\" = 2.5 } }",
    )
    .required(),
];

static CLASS_KEYS: &[Key] = &[
    key(
        "share",
        Kind::Quantity,
        "Share of the people in this class; may depend on age, sex and labels.",
        "share = \"if(age >= 80, 0.4, 0.2)\"",
    ).unit("share")
    .required(),
    key(
        "relative_rates",
        Kind::Map { keys: "events or transitions of a model", kind: &Kind::Quantity, whole: false },
        "How much more often an event happens in this class than in another. Rates are scaled so that the mean over \
         all classes stays the stated rate.",
        "relative_rates = { \"falls.fall\" = 2.5 }",
    )
    .default("1"),
];
