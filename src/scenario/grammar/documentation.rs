//! Keys that document an entry, wherever the author gives something a name.

use super::{Key, Kind, Shape, key};

/// Documentation of a named entry, and the word by which it may replace another library's entry.
pub static DOCUMENTATION: Shape = Shape::new("documentation", KEYS);

static KEYS: &[Key] = &[
    key(
        "name",
        Kind::Localised,
        "What reports call it.",
        "name = { en = \"Chain approach\", nl = \"Ketenaanpak\" }",
    )
    .default("the name it has in the file"),
    key(
        "description",
        Kind::Localised,
        "What it is, in a few plain sentences.",
        "description = \"Fall risk check at home, followed by a course.\"",
    ),
    key(
        "source",
        Kind::Reference("an entry of [sources]"),
        "Where its figures come from.",
        "source = \"monitor2024\"",
    ),
    key(
        "assumption",
        Kind::Text,
        "Why its figures are taken, where no source gives them.",
        "assumption = \"as in the pilot of the neighbouring town\"",
    ),
    OVERRIDE,
];

/// What sort of study figures come from: of a quantity, an effect or a source.
pub(super) const DESIGN: Key = key(
    "design",
    Kind::Choice(&["meta-analysis", "trial", "cohort", "before-after", "registry", "model", "expert"]),
    "What sort of study the figures come from: several trials together, a trial with a control group, people who were \
     followed, people measured before and after without a control group, a register or survey, a model, or a judgement. The \
     report doubts an effect that rests on before and after alone.",
    "design = \"trial\"",
);

/// Also stands in quantities.
pub(super) const OVERRIDE: Key = key(
    "override",
    Kind::Boolean,
    "Says that this entry means to replace or extend the entry of the same name of another library in the list.",
    "override = true",
)
.default("false");
