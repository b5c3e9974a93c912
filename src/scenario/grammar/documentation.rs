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

/// Also stands in quantities.
pub(super) const OVERRIDE: Key = key(
    "override",
    Kind::Boolean,
    "Says that this entry means to replace or extend the entry of the same name of another library in the list.",
    "override = true",
)
.default("false");
