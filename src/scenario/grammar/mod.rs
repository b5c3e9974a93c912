//! What may stand in a scenario file: one description for every use of it.
//!
//! Each key has its kind, default, unit, meaning and an example, once. From these follow the messages about unknown
//! keys and wrong kinds ([`check_structure`]), which values merge key by key and which are replaced as a whole
//! ([`super::merge`]), the JSON Schema for editors ([`super::schema`]) and the texts of `ounce explain`
//! ([`super::explain`]).

mod arrangements;
mod check;
mod clauses;
mod documentation;
mod effects;
mod models;
mod money;
mod negotiation;
mod parties;
mod population;
mod programmes;
mod quantity;
mod run;
mod strategies;
mod tables;
mod thresholds;
mod top;
mod walk;

pub use check::check_structure;
pub use clauses::TYPES as CLAUSE_TYPES;
pub use clauses::texts;
pub use documentation::DOCUMENTATION;
pub use quantity::{PARAMETER, QUANTITY};
use texts::ClauseText;
pub use top::SCENARIO;
pub use walk::{Described, described};

/// A key of a table.
#[derive(Debug)]
pub struct Key {
    /// The key as it is written.
    pub name: &'static str,
    /// What stands behind it.
    pub kind: Kind,
    /// Whether a complete scenario cannot do without.
    pub required: bool,
    /// What holds when the key is absent.
    pub default: Option<&'static str>,
    /// Unit of the value.
    pub unit: Option<&'static str>,
    /// What it means, in plain words.
    pub meaning: &'static str,
    /// A line of TOML as it could stand in the table.
    pub example: &'static str,
}

/// A key with its kind, meaning and example; the rest by the methods below.
const fn key(name: &'static str, kind: Kind, meaning: &'static str, example: &'static str) -> Key {
    Key { name, kind, required: false, default: None, unit: None, meaning, example }
}

impl Key {
    /// Whether this is the same key as another, written in another table.
    #[must_use]
    pub fn is_same(&self, other: &Key) -> bool {
        self.name == other.name && self.meaning == other.meaning
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(unit);
        self
    }
}

/// The keys that a table may hold.
#[derive(Debug)]
pub struct Shape {
    /// What such a table is called in messages and in the schema, without an article: `programme`.
    pub name: &'static str,
    /// Its own keys.
    pub keys: &'static [Key],
    /// Keys it shares with other tables.
    pub shared: &'static [&'static Shape],
    /// Groups of keys that say the same thing in different ways.
    pub alternatives: &'static [Alternatives],
    /// Whether it is one statement, so that a later file replaces all of it.
    pub whole: bool,
}

/// Keys of which one table uses at most one.
#[derive(Debug)]
pub struct Alternatives {
    /// The keys.
    pub keys: &'static [&'static str],
    /// Whether a complete scenario must have one of them.
    pub required: bool,
}

impl Shape {
    const fn new(name: &'static str, keys: &'static [Key]) -> Self {
        Shape { name, keys, shared: &[], alternatives: &[], whole: false }
    }

    const fn sharing(mut self, shared: &'static [&'static Shape]) -> Self {
        self.shared = shared;
        self
    }

    const fn one_of(mut self, alternatives: &'static [Alternatives]) -> Self {
        self.alternatives = alternatives;
        self
    }

    const fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    /// All keys: its own, then the shared ones.
    pub fn all_keys(&self) -> Box<dyn Iterator<Item = &'static Key>> {
        Box::new(self.keys.iter().chain(self.shared.iter().flat_map(|shape| shape.all_keys())))
    }

    /// The key of that name.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.all_keys().find(|key| key.name == name)
    }
}

/// Exactly one of these keys.
const fn exactly_one(keys: &'static [&'static str]) -> Alternatives {
    Alternatives { keys, required: true }
}

/// At most one of these keys.
const fn at_most_one(keys: &'static [&'static str]) -> Alternatives {
    Alternatives { keys, required: false }
}

/// What stands behind a key.
#[derive(Debug)]
pub enum Kind {
    /// A number, a formula or a table with `value` and its uncertainty. Always replaced as a whole.
    Quantity,
    /// The same in `[parameters]`, where the table may also hold several numbers that are drawn together.
    Parameter,
    /// A number or a formula, but no table.
    NumberOrFormula,
    /// A formula, often a condition.
    Formula,
    /// A number, or a text such as `"14%"`.
    Number,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A text.
    Text,
    /// A text, or one for each language.
    Localised,
    /// A calendar year or a range of them, `2026` or `"2026-2029"`, or years counted from the start of the run:
    /// `"year 1-4"`.
    Years,
    /// An age or a range of ages: `64`, `"65-69"` or `"85+"`.
    Ages,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// The name of something else in the scenario: what, with an article.
    Reference(&'static str),
    /// Values between square brackets.
    List(&'static Kind),
    /// A table with known keys.
    Table(&'static Shape),
    /// A table whose keys are names that the author chooses; these are merged one by one.
    Ids {
        /// What an entry is, without an article.
        entry: &'static str,
        /// What stands behind each name.
        kind: &'static Kind,
    },
    /// A table whose keys are names of other things or ages.
    Map {
        /// What the keys are, in the plural.
        keys: &'static str,
        /// What stands behind each key.
        kind: &'static Kind,
        /// Whether the entries make one statement, so that a later file replaces all of it.
        whole: bool,
    },
    /// A table whose known keys depend on its key `type`.
    ByType {
        /// What such a table is, without an article.
        name: &'static str,
        /// The types, each with its keys.
        types: &'static [ClauseType],
    },
    /// One of several kinds, the usual one first.
    Either(&'static [Kind]),
}

/// A value of the key `type` and the table that belongs to it.
#[derive(Debug)]
pub struct ClauseType {
    /// The word behind `type`.
    pub name: &'static str,
    /// What it does, in plain words.
    pub meaning: &'static str,
    /// Its keys.
    pub shape: &'static Shape,
    /// What it does, at length.
    pub text: &'static ClauseText,
}

impl Kind {
    /// What is expected, in plain words with an article.
    #[must_use]
    pub fn expected(&self) -> String {
        match self {
            Kind::Quantity | Kind::Parameter => "a number, a formula or a table with `value`".to_owned(),
            Kind::NumberOrFormula => "a number or a formula".to_owned(),
            Kind::Formula => "a formula (a text)".to_owned(),
            Kind::Number => "a number, or a text such as \"14%\"".to_owned(),
            Kind::Integer => "a whole number".to_owned(),
            Kind::Boolean => "true or false".to_owned(),
            Kind::Text => "a text".to_owned(),
            Kind::Localised => "a text, or a table with `en` and `nl`".to_owned(),
            Kind::Years => {
                "a year such as 2026, or a text such as \"2026-2029\" or, counted from the start, \"year 1-4\"".to_owned()
            }
            Kind::Ages => "an age such as 64 or a text such as \"65-69\" or \"85+\"".to_owned(),
            Kind::Choice(words) => match words {
                [word] => format!("\"{word}\""),
                _ => format!("one of {}", quoted(words)),
            },
            Kind::Reference(what) => format!("the name of {what}"),
            Kind::List(kind) => format!("a list; each value {}", kind.expected()),
            Kind::Table(shape) => format!("a table with {}", some_keys(shape)),
            Kind::Ids { entry, .. } => format!("a table with a name for each {entry}"),
            Kind::Map { keys, kind, .. } => {
                format!("a table with {keys} as keys; behind each {}", kind.expected())
            }
            Kind::ByType { name, .. } => format!("a table with the `type` of {name} and its terms"),
            Kind::Either(kinds) => kinds.iter().map(Kind::expected).collect::<Vec<_>>().join(", or "),
        }
    }

    /// The table that may stand there with the same keys everywhere.
    #[must_use]
    pub fn shape(&self) -> Option<&'static Shape> {
        match self {
            Kind::Quantity => Some(&QUANTITY),
            Kind::Parameter => Some(&PARAMETER),
            Kind::Table(shape) => Some(shape),
            _ => None,
        }
    }

    /// Whether a later file replaces such a value as a whole where both files have a table.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        match self {
            Kind::Table(shape) => shape.whole,
            Kind::Map { whole, .. } => *whole,
            Kind::Ids { .. } | Kind::ByType { .. } => false,
            Kind::Either(kinds) => kinds.iter().all(Kind::is_whole),
            _ => true,
        }
    }

    /// Whether the keys of such a table are names that authors choose, so that files can collide on them.
    #[must_use]
    pub fn is_ids(&self) -> bool {
        matches!(self, Kind::Ids { .. })
    }

    /// What stands below `name` in such a table; `type_word` is the table's `type` where kinds depend on it.
    #[must_use]
    pub fn below(&self, name: &str, type_word: Option<&str>) -> Option<&'static Kind> {
        match self {
            Kind::Quantity | Kind::Parameter | Kind::Table(_) => {
                self.shape().and_then(|shape| shape.key(name)).map(|key| &key.kind)
            }
            Kind::Ids { kind, .. } | Kind::Map { kind, .. } => Some(kind),
            Kind::ByType { types, .. } => {
                let known = types.iter().find(|kind| Some(kind.name) == type_word);
                match known {
                    Some(kind) => kind.shape.key(name).map(|key| &key.kind),
                    None => types.iter().find_map(|kind| kind.shape.key(name)).map(|key| &key.kind),
                }
            }
            Kind::Either(kinds) => kinds.iter().find_map(|kind| kind.below(name, type_word)),
            _ => None,
        }
    }

    /// The keys of such a table with all that is known of them; `type_word` as in [`Kind::below`].
    pub fn keys(&self, type_word: Option<&str>) -> Box<dyn Iterator<Item = &'static Key>> {
        match self {
            Kind::ByType { types, .. } => {
                let shape = types.iter().find(|kind| Some(kind.name) == type_word).map(|kind| kind.shape);
                Box::new(shape.into_iter().flat_map(Shape::all_keys))
            }
            _ => Box::new(self.shape().into_iter().flat_map(Shape::all_keys)),
        }
    }

    /// The names of the keys that such a table may hold; none where authors choose the names.
    #[must_use]
    pub fn known_keys(&self, type_word: Option<&str>) -> Vec<&'static str> {
        let names = |shape: &Shape| shape.all_keys().map(|key| key.name).collect::<Vec<_>>();
        match self {
            Kind::Quantity | Kind::Parameter | Kind::Table(_) => self.shape().map(names).unwrap_or_default(),
            Kind::ByType { types, .. } => {
                let mut known: Vec<&str> = types
                    .iter()
                    .filter(|kind| type_word.is_none_or(|word| kind.name == word))
                    .flat_map(|kind| names(kind.shape))
                    .collect();
                let mut seen = std::collections::BTreeSet::new();
                known.retain(|name| seen.insert(*name));
                known
            }
            Kind::Either(kinds) => kinds.iter().flat_map(|kind| kind.known_keys(type_word)).collect(),
            _ => Vec::new(),
        }
    }

    /// The groups of keys of which such a table has only one.
    #[must_use]
    pub fn alternatives(&self, type_word: Option<&str>) -> &'static [Alternatives] {
        match self {
            Kind::Table(shape) => shape.alternatives,
            Kind::ByType { types, .. } => types
                .iter()
                .find(|kind| Some(kind.name) == type_word)
                .map_or(&[], |kind| kind.shape.alternatives),
            Kind::Either(kinds) => kinds
                .iter()
                .find_map(|kind| match kind {
                    Kind::Table(shape) => Some(shape.alternatives),
                    _ => None,
                })
                .unwrap_or(&[]),
            _ => &[],
        }
    }
}

/// Words in quotes with commas between.
fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// The keys of a table that its author will look for first.
fn some_keys(shape: &Shape) -> String {
    let names: Vec<String> = shape.keys.iter().take(4).map(|key| format!("`{}`", key.name)).collect();
    let rest = if shape.keys.len() > 4 { ", ..." } else { "" };
    format!("{}{rest}", names.join(", "))
}

/// The whole scenario file as one kind.
pub static ROOT: Kind = Kind::Table(&SCENARIO);

/// A name that an author may choose: letters, digits and `_`, not starting with a digit.
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests;
