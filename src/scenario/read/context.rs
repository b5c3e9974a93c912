//! The reader's desk: the tree on one side, the scenario that grows on the other, the messages in between.

use std::collections::{BTreeMap, BTreeSet};

use super::negotiation::Use;
use super::prices::Prices;
use super::tables::RawTable;
use crate::formula::TableShape;
use crate::sample::{Environment, Uncertain};
use crate::scenario::checked::{Localised, Scenario, StudyDesign};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::sources::{Sources, Span};
use crate::scenario::tree::{Entry, Node, Table};

/// What is known while a scenario is read.
///
/// Sections are read in an order in which each only refers to earlier ones, so whatever a name may refer to is in
/// `scenario` already. After a mistake reading goes on with a stand-in, so that one run of `check` shows all mistakes.
pub(super) struct Reader<'a> {
    pub(super) sources: &'a mut Sources,
    pub(super) messages: Diagnostics,
    /// What is missing or of a wrong kind, to be said when nothing else explains it.
    pub(super) gaps: Vec<Diagnostic>,
    /// What has been read so far.
    pub(super) scenario: Scenario,
    /// Keys of the tables, in the order of [`Scenario::tables`].
    pub(super) shapes: Vec<TableShape>,
    /// The rows of tables of plain numbers, for prices and for spreading people over ages.
    pub(super) raw_tables: BTreeMap<String, RawTable>,
    pub(super) prices: Prices,
    /// What could not be read, as sort and name: nothing is said about references to it.
    pub(super) broken: BTreeSet<(&'static str, String)>,
    /// What is drawn, and the parameters that each of it fills.
    pub(super) drawn: Vec<(Uncertain, Vec<usize>)>,
    /// Values in the base case of the parameters read so far.
    pub(super) base: Option<Environment>,
    /// What the formulas that are being read are for.
    pub(super) used: Use,
    /// Parameters used by formulas that are no terms of clauses, with the places.
    pub(super) used_in_world: Vec<(usize, Span)>,
}

/// A table of the scenario on the reader's way down, with what it inherits from the tables above it.
#[derive(Clone)]
pub(super) struct At<'t> {
    pub(super) table: &'t Table,
    /// Where to point when something is missing in it.
    pub(super) span: Span,
    /// Dotted path.
    pub(super) path: String,
    /// Where its numbers come from, unless they say so themselves.
    pub(super) provenance: Provenance,
}

/// Where a number comes from.
#[derive(Clone, Default)]
pub(super) struct Provenance {
    /// Identifier of a source, or empty.
    pub(super) source: String,
    /// Why it is assumed, or empty.
    pub(super) assumption: String,
    /// What sort of study it comes from, where it says so itself.
    pub(super) design: Option<StudyDesign>,
}

impl Provenance {
    /// What a table says of itself, else what holds around it.
    pub(super) fn of(table: &Table, around: &Provenance) -> Provenance {
        let text = |key: &str| table.get(key).and_then(Node::as_text).unwrap_or_default().trim().to_owned();
        let design = StudyDesign::of(&text("design"));
        let own = Provenance { source: text("source"), assumption: text("assumption"), design };
        if own.is_missing() { Provenance { design: design.or(around.design), ..around.clone() } } else { own }
    }

    /// Whether neither a source nor an assumption is given.
    pub(super) fn is_missing(&self) -> bool {
        self.source.is_empty() && self.assumption.is_empty()
    }
}

impl<'t> At<'t> {
    /// The top of the scenario.
    pub(super) fn top(root: &'t Node) -> Option<Self> {
        let table = root.as_table()?;
        Some(Self { table, span: root.span.clone(), path: String::new(), provenance: Provenance::default() })
    }

    /// The table behind an entry.
    pub(super) fn entry(&self, entry: &'t Entry) -> Option<Self> {
        let table = entry.node.as_table()?;
        Some(Self {
            table,
            span: entry.key_span.clone(),
            path: self.path_of(&entry.key),
            provenance: Provenance::of(table, &self.provenance),
        })
    }

    /// The table behind a key, if there is one.
    pub(super) fn below(&self, key: &str) -> Option<Self> {
        self.table.entry(key).and_then(|entry| self.entry(entry))
    }

    /// The dotted path of a key.
    pub(super) fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    pub(super) fn node(&self, key: &str) -> Option<&'t Node> {
        self.table.get(key)
    }

    pub(super) fn text(&self, key: &str) -> Option<&'t str> {
        self.node(key).and_then(Node::as_text)
    }

    pub(super) fn integer(&self, key: &str) -> Option<i64> {
        self.node(key).and_then(Node::as_integer)
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        self.node(key).and_then(Node::as_boolean).unwrap_or(false)
    }

    /// The texts of a list with their places; values of another kind are left out.
    pub(super) fn texts(&self, key: &str) -> Vec<(&'t str, &'t Span)> {
        let list = self.node(key).and_then(Node::as_list).unwrap_or_default();
        list.iter().filter_map(|node| Some((node.as_text()?, &node.span))).collect()
    }

    /// Where a key's value is written, else the table.
    pub(super) fn span_of(&self, key: &str) -> &Span {
        self.table.get(key).map_or(&self.span, |node| &node.span)
    }

    /// The entries of a table whose keys are names chosen by the author, each with its table.
    pub(super) fn ids(&self, key: &str) -> Vec<(&'t str, Self)> {
        let Some(below) = self.below(key) else { return Vec::new() };
        let table: &'t Table = below.table;
        table.iter().filter_map(|entry| Some((entry.key.as_str(), below.entry(entry)?))).collect()
    }

    /// The entries of a table whose keys are names, with their values of any kind.
    pub(super) fn entries(&self, key: &str) -> Vec<&'t Entry> {
        let table = self.node(key).and_then(Node::as_table);
        let entries = table.into_iter().flat_map(Table::iter);
        // What other files take out has been taken out already.
        entries.filter(|entry| entry.key != "remove" || entry.node.as_list().is_none()).collect()
    }

    /// The name for readers: as written, else the identifier.
    pub(super) fn name(&self, id: &str) -> Localised {
        self.node("name").and_then(localised).unwrap_or_else(|| Localised::same(id))
    }

    /// The description for readers, or an empty text.
    pub(super) fn description(&self) -> Localised {
        self.node("description").and_then(localised).unwrap_or_default()
    }
}

/// A text, or one for each language; a missing language takes the other's.
pub(super) fn localised(node: &Node) -> Option<Localised> {
    if let Some(text) = node.as_text() {
        return Some(Localised::same(text.trim()));
    }
    let language = |key: &str| node.get(key).and_then(Node::as_text).map(|text| text.trim().to_owned());
    match (language("en"), language("nl")) {
        (Some(en), Some(nl)) => Some(Localised { en, nl }),
        (Some(one), None) | (None, Some(one)) => Some(Localised::same(one)),
        (None, None) => None,
    }
}

impl Reader<'_> {
    /// Notes a message.
    pub(super) fn say(&mut self, message: Diagnostic) {
        self.messages.push(message);
    }

    /// Notes an error at a spot.
    pub(super) fn error(&mut self, span: &Span, title: impl Into<String>, label: impl Into<String>) {
        self.messages.push(Diagnostic::error(title).at(span).label(label));
    }

    /// Notes that a key is missing. The check of the structure says so as well, and better; this is said only when
    /// nothing else is wrong.
    pub(super) fn missing(&mut self, at: &At<'_>, key: &str) {
        let title = match at.path.as_str() {
            "" => format!("`{key}` is missing"),
            path => format!("`{key}` is missing in `{path}`"),
        };
        self.gaps.push(Diagnostic::error(title).at(&at.span).label(format!("needs `{key}`")));
    }

    /// Notes a name that nothing has, with the nearest that something has.
    pub(super) fn unknown(&mut self, what: &str, name: &str, span: &Span, known: &[&str]) {
        let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        let mut message = Diagnostic::error(format!("there is no {what} `{name}`"))
            .at(span)
            .label(format!("expected the name of {article} {what}"))
            .did_you_mean(name, known.iter().copied());
        if message.help.is_empty() {
            message = match known {
                [] => message.help(format!("the scenario has no {what}")),
                _ => message.help(format!("known: {}", some_of(known))),
            };
        }
        self.messages.push(message);
    }

    /// Notes that something with a name could not be read.
    pub(super) fn broke(&mut self, what: &'static str, name: impl Into<String>) {
        self.broken.insert((what, name.into()));
    }

    /// Whether something of that name is there but could not be read.
    pub(super) fn is_broken(&self, what: &str, name: &str) -> bool {
        self.broken.iter().any(|(sort, known)| *sort == what && known == name)
    }

    /// The position of a name among those of one sort, or an error that names the nearest.
    pub(super) fn find<'n>(
        &mut self,
        what: &str,
        name: &str,
        span: &Span,
        known: impl IntoIterator<Item = &'n str>,
    ) -> Option<usize> {
        let known: Vec<&str> = known.into_iter().collect();
        let found = known.iter().position(|known| *known == name);
        if found.is_none() && !self.is_broken(what, name) {
            self.unknown(what, name, span, &known);
        }
        found
    }
}

/// A list of names for a message; a long one is cut.
pub(super) fn some_of(names: &[&str]) -> String {
    const SHOWN: usize = 12;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let rest = if names.len() > SHOWN { format!(" and {} more", names.len() - SHOWN) } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}
