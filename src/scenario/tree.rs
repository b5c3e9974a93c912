//! A scenario file as a tree of values, each with the place where it is written.
//!
//! The tree keeps the order of the file, since order means something in places: the strategy that comes first is the
//! comparator. Dates, `inf` and `nan` are TOML but no values of a scenario, so they are errors here already.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Diagnostics};
use super::sources::{FileId, Sources, Span};

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where the value is written. For a table with a header of its own this is the header.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A value of a scenario file.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text in quotes.
    Text(String),
    /// A number without a decimal point.
    Integer(i64),
    /// A number with a decimal point or exponent; always finite.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// Values between square brackets.
    List(Vec<Node>),
    /// Keys and values.
    Table(Table),
}

/// Keys and values in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key is written.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}

impl Value {
    /// What kind of value this is, in plain words with an article.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Integer(_) => "a whole number",
            Value::Number(_) => "a number",
            Value::Boolean(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

impl Node {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self.value {
            Value::Integer(integer) => Some(integer),
            _ => None,
        }
    }

    /// The number, whole or not, if it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        match self.value {
            Value::Number(number) => Some(number),
            // Exact up to 2^53; a scenario has no larger whole numbers than a random seed, which is read as integer.
            #[allow(clippy::cast_precision_loss)]
            Value::Integer(integer) => Some(integer as f64),
            _ => None,
        }
    }

    /// True or false, if it is one of them.
    #[must_use]
    pub fn as_boolean(&self) -> Option<bool> {
        match self.value {
            Value::Boolean(boolean) => Some(boolean),
            _ => None,
        }
    }

    /// The values of the list, if it is one.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// The table, if it is one.
    #[must_use]
    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The table to change, if it is one.
    pub fn as_table_mut(&mut self) -> Option<&mut Table> {
        match &mut self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The value below a table's key, if this is a table that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_table().and_then(|table| table.get(key))
    }
}

impl Table {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of a key: the value with the places of both.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The entry of a key, to change.
    pub fn entry_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.key.as_str())
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Puts an entry in: in the place of the one with the same key, else at the end.
    pub fn put(&mut self, entry: Entry) {
        match self.entry_mut(&entry.key) {
            Some(present) => *present = entry,
            None => self.entries.push(entry),
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at))
    }
}

impl IntoIterator for Table {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a> IntoIterator for &'a Table {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

/// Reads a TOML text into a tree. All syntax errors go to the diagnostics; what could be read is returned all the same.
pub fn parse(file: FileId, sources: &Sources, diagnostics: &mut Diagnostics) -> Node {
    let text = sources.get(file).text();
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = Span { file, range: error.span().unwrap_or(0..0) };
        let message = error.message();
        let title = match message.split_once(',') {
            Some((title, _)) => title,
            None => message,
        };
        let label = message.strip_prefix(title).unwrap_or_default().trim_start_matches(", ");
        diagnostics.push(Diagnostic::error(format!("not TOML: {title}")).at(&span).label(label));
    }
    let mut reading = Reading { file, diagnostics };
    let span = reading.span(&(0..0));
    Node { span, value: Value::Table(reading.table(table.get_ref())) }
}

/// Reads one TOML value, such as the right side of an assignment; `None` when the text is not exactly one value.
#[must_use]
pub fn parse_value(text: &str, span: &Span, diagnostics: &mut Diagnostics) -> Option<Node> {
    let value = DeValue::parse(text).ok()?;
    let mut reading = Reading { file: span.file, diagnostics };
    let mut node = reading.node(&value)?;
    shift(&mut node, span.range.start);
    Some(node)
}

/// Moves the places in a tree that was read from a part of a text to their place in the whole.
fn shift(node: &mut Node, by: usize) {
    let range = &mut node.span.range;
    *range = range.start + by..range.end + by;
    match &mut node.value {
        Value::List(list) => list.iter_mut().for_each(|node| shift(node, by)),
        Value::Table(table) => {
            for entry in &mut table.entries {
                let range = &mut entry.key_span.range;
                *range = range.start + by..range.end + by;
                shift(&mut entry.node, by);
            }
        }
        Value::Text(_) | Value::Integer(_) | Value::Number(_) | Value::Boolean(_) => {}
    }
}

struct Reading<'a> {
    file: FileId,
    diagnostics: &'a mut Diagnostics,
}

impl Reading<'_> {
    fn span(&self, range: &std::ops::Range<usize>) -> Span {
        Span { file: self.file, range: range.clone() }
    }

    fn table(&mut self, table: &DeTable<'_>) -> Table {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            if let Some(node) = self.node(value) {
                let key_span = self.span(&key.span());
                entries.push(Entry { key: key.get_ref().to_string(), key_span, node });
            }
        }
        Table { entries }
    }

    /// `None` when the value is no value of a scenario; why is in the diagnostics.
    fn node(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Node> {
        let span = self.span(&value.span());
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Boolean(boolean) => Value::Boolean(*boolean),
            DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
                Ok(integer) => Value::Integer(integer),
                Err(_) => {
                    return self.refuse(
                        &span,
                        "this whole number is too large",
                        "at most 9223372036854775807",
                    );
                }
            },
            DeValue::Float(float) => match float.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Value::Number(number),
                _ => return self.refuse(&span, "a number must be finite", "expected a finite number"),
            },
            DeValue::Datetime(_) => {
                return self.refuse(
                    &span,
                    "a date is not a value of a scenario",
                    "expected a calendar year such as 2026 or a text such as \"2026-2029\"",
                );
            }
            DeValue::Array(values) => {
                Value::List(values.iter().filter_map(|value| self.node(value)).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        Some(Node { span, value })
    }

    fn refuse(&mut self, span: &Span, title: &str, expected: &str) -> Option<Node> {
        self.diagnostics.push(Diagnostic::error(title).at(span).label(expected));
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Node, Sources, Diagnostics) {
        let mut sources = Sources::new();
        let mut diagnostics = Diagnostics::new();
        let file = sources.add_text("x.toml", text);
        let node = parse(file, &sources, &mut diagnostics);
        (node, sources, diagnostics)
    }

    #[test]
    fn a_file_becomes_a_tree_in_its_own_order() {
        let (root, _, diagnostics) =
            read("zebra = 1\napple = 2.5\n[b]\nlist = [\"x\", true]\n[a.inner]\ny = 1_000\n");
        assert!(diagnostics.is_empty());
        let keys: Vec<_> = root.as_table().unwrap().keys().collect();
        assert_eq!(keys, ["zebra", "apple", "b", "a"]);
        assert_eq!(root.get("zebra").unwrap().value, Value::Integer(1));
        assert_eq!(root.get("apple").unwrap().as_number(), Some(2.5));
        let list = root.get("b").unwrap().get("list").unwrap().as_list().unwrap();
        assert_eq!((list[0].as_text(), list[1].as_boolean()), (Some("x"), Some(true)));
        assert_eq!(root.get("a").unwrap().get("inner").unwrap().get("y").unwrap().as_integer(), Some(1000));
    }

    #[test]
    fn every_key_and_value_knows_its_place() {
        let text = "[time]\nstart = 2026\nshort = { deep = \"x\" }\n";
        let (root, ..) = read(text);
        let at = |span: &Span| &text[span.range.clone()];
        let time = root.as_table().unwrap().entry("time").unwrap();
        assert_eq!((at(&time.key_span), at(&time.node.span)), ("time", "[time]"));
        let start = time.node.as_table().unwrap().entry("start").unwrap();
        assert_eq!((at(&start.key_span), at(&start.node.span)), ("start", "2026"));
        let short = time.node.get("short").unwrap();
        assert_eq!(at(&short.span), "{ deep = \"x\" }");
        assert_eq!(at(&short.get("deep").unwrap().span), "\"x\"");
    }

    #[test]
    fn several_syntax_errors_are_reported_at_once() {
        let (_, sources, diagnostics) = read("a = \nb = 1\nb = 2\nc = [1, 2\n");
        assert!(diagnostics.error_count() >= 3, "{}", diagnostics.render(&sources, false));
        let text = diagnostics.render(&sources, false);
        assert!(text.contains("x.toml:1:") && text.contains("x.toml:3:1"), "{text}");
    }

    #[test]
    fn dates_and_infinite_numbers_are_no_values() {
        let (root, sources, diagnostics) =
            read("a = inf\nb = nan\nc = 2026-01-01\nd = 1e999\ne = 99999999999999999999\n");
        assert!(root.as_table().unwrap().is_empty());
        assert_eq!(diagnostics.error_count(), 5, "{}", diagnostics.render(&sources, false));
    }

    #[test]
    fn a_single_value_is_read_with_its_place_in_the_whole() {
        let mut sources = Sources::new();
        let text = "x = { value = 3 }";
        let file = sources.add_text("--set", text);
        let mut diagnostics = Diagnostics::new();
        let node = parse_value("{ value = 3 }", &Span { file, range: 4..17 }, &mut diagnostics).unwrap();
        assert_eq!(&text[node.get("value").unwrap().span.range.clone()], "3");
        assert!(parse_value("a + b", &Span { file, range: 0..5 }, &mut diagnostics).is_none());
    }
}
