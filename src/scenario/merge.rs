//! Several files into one scenario.
//!
//! A file builds on the files in its `use` list. All files are put in one order, each once however often it is used:
//! a file comes after everything it uses, and later files of a list after earlier ones. Then each goes over those
//! before it, key by key. A quantity (a number with its uncertainty and source) is one statement and is replaced as a
//! whole, and so is every list. Where a table says the same thing in several ways (`share` or `persons`), the way of
//! the later file drives out the other.
//!
//! Two libraries that do not know of each other must not define the same name by accident: that is an error unless
//! the later one says `override = true` in the entry. A file may redefine what it uses itself.
//!
//! `remove = ["name"]` takes entries of earlier files out; what the file itself writes under that name then stands
//! alone.

mod varied;

use std::collections::{BTreeMap, BTreeSet};

pub(in crate::scenario) use varied::name_varied;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::grammar::{Kind, ROOT};
use super::sources::{FileId, Sources, Span};
use super::tree::{self, Entry, Node, Table, Value};

/// The version of the file format that this program reads.
pub const FORMAT_VERSION: i64 = 1;

/// Reads the scenario in the file `path` with all files it uses, as one tree.
///
/// `None` when a file could not be read, is not TOML, or uses itself by way of others; why is in the diagnostics.
pub fn load(path: &str, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Node> {
    match sources.open(path) {
        Ok(file) => load_file(file, sources, diagnostics),
        Err(error) => {
            diagnostics.push(error);
            None
        }
    }
}

/// Reads the scenario in a text that is in no file; messages call it `name`.
pub fn load_text(
    name: &str,
    text: &str,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    let file = sources.add_text(name, text);
    load_file(file, sources, diagnostics)
}

fn load_file(root: FileId, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Node> {
    let errors_before = diagnostics.error_count();
    let mut reading =
        Reading { sources, diagnostics, layers: Vec::new(), below: BTreeMap::new(), open: Vec::new() };
    reading.read(root);
    let Reading { layers, below, .. } = reading;
    if diagnostics.error_count() > errors_before {
        return None;
    }
    let mut scenario = Node { span: Span { file: root, range: 0..0 }, value: Value::Table(Table::default()) };
    let mut merging =
        Merging { sources, diagnostics, below: &below, defined_by: BTreeMap::new(), layer: root };
    for (file, layer) in layers {
        merging.layer = file;
        merging.merge(&mut scenario, layer, Some(&ROOT), &mut Vec::new(), false);
    }
    Some(scenario)
}

/// Puts `name=value` assignments of the command line over a scenario.
///
/// A name is that of a parameter, or a path with dots such as `time.years` or `programmes.chain.enrol.share`. A value
/// is written as in a file, where a text needs no quotes; so `14%` and formulas can be given as they are. Messages
/// point into a text called `--set`.
pub fn set(
    root: &mut Node,
    assignments: &[(String, String)],
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) {
    if assignments.is_empty() {
        return;
    }
    let lines: Vec<String> = assignments.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let file = sources.add_text("--set", &lines.join("\n"));
    let mut start = 0;
    for ((name, value), line) in assignments.iter().zip(&lines) {
        let name_span = Span { file, range: start..start + name.len() };
        let value_span = Span { file, range: start + name.len() + 1..start + line.len() };
        start += line.len() + 1;
        let Some(path) = assigned_path(root, name, &name_span, diagnostics) else { continue };
        let Some(value) = assigned_value(value, value_span, diagnostics) else { continue };
        let layer = path.iter().rev().fold(value, |node, key| {
            let mut table = Table::default();
            table.put(Entry { key: key.clone(), key_span: name_span.clone(), node });
            Node { span: name_span.clone(), value: Value::Table(table) }
        });
        let below = BTreeMap::new();
        let mut merging =
            Merging { sources, diagnostics, below: &below, defined_by: BTreeMap::new(), layer: file };
        merging.merge(root, layer, Some(&ROOT), &mut Vec::new(), true);
    }
}

/// Puts a text in the format of scenario files over a scenario; messages call it `name`.
pub fn put_over(
    root: &mut Node,
    name: &str,
    text: &str,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) {
    let file = sources.add_text(name, text);
    let layer = tree::parse(file, sources, diagnostics);
    let below = BTreeMap::new();
    let mut merging =
        Merging { sources, diagnostics, below: &below, defined_by: BTreeMap::new(), layer: file };
    merging.merge(root, layer, Some(&ROOT), &mut Vec::new(), true);
}

/// The path that the left side of an assignment means; `None` with a message when it means nothing.
fn assigned_path(root: &Node, name: &str, span: &Span, diagnostics: &mut Diagnostics) -> Option<Vec<String>> {
    let mut path = split_path(name).or_else(|| {
        diagnostics.push(
            Diagnostic::error(format!("`{name}` is no name of a value"))
                .at(span)
                .label("expected a parameter or a path such as `time.years`"),
        );
        None
    })?;
    let parameters = root.get("parameters").and_then(Node::as_table);
    if path.len() == 1 && ROOT.below(&path[0], None).is_none() {
        if parameters.is_none_or(|table| table.get(&path[0]).is_none()) {
            let known = parameters.into_iter().flat_map(Table::keys);
            diagnostics.push(
                Diagnostic::error(format!("there is no parameter `{name}`"))
                    .at(span)
                    .label("expected a parameter of the scenario or a path such as `time.years`")
                    .did_you_mean(name, known),
            );
            return None;
        }
        path.insert(0, "parameters".to_owned());
    }
    let (mut kind, mut node) = (&ROOT, Some(root));
    for (depth, key) in path.iter().enumerate() {
        let so_far = path[..depth].join(".");
        let table = node.and_then(Node::as_table);
        if depth > 0 && kind.is_whole() && !matches!(kind, Kind::Map { .. }) {
            diagnostics.push(
                Diagnostic::error(format!("`{so_far}` is replaced as a whole"))
                    .at(span)
                    .label(format!("expected `{so_far}=...`"))
                    .help(format!("the new value stands without the old uncertainty: {}", kind.expected())),
            );
            return None;
        }
        let type_word = table.and_then(|table| table.get("type")).and_then(Node::as_text);
        let present = table.and_then(|table| table.get(key));
        let missing = kind.is_ids() && present.is_none();
        let (Some(inner), false) = (kind.below(key, type_word), missing) else {
            let known: Vec<&str> = if kind.is_ids() {
                table.into_iter().flat_map(Table::keys).collect()
            } else {
                kind.known_keys(type_word)
            };
            let place = if so_far.is_empty() { "the scenario".to_owned() } else { format!("`{so_far}`") };
            diagnostics.push(
                Diagnostic::error(format!("there is no `{key}` in {place}"))
                    .at(span)
                    .did_you_mean(key, known.iter().copied()),
            );
            return None;
        };
        (kind, node) = (inner, present);
    }
    Some(path)
}

/// The keys of a dotted path, each possibly in quotes; `None` when it is not one.
fn split_path(name: &str) -> Option<Vec<String>> {
    let mut sources = Sources::with_library(super::embedded::Library::from_files([]));
    let file = sources.add_text("--set", &format!("{name} = 0"));
    let mut diagnostics = Diagnostics::new();
    let mut node = tree::parse(file, &sources, &mut diagnostics);
    let mut path = Vec::new();
    while let Value::Table(table) = node.value {
        let mut entries = table.into_iter();
        let (Some(entry), None) = (entries.next(), entries.next()) else { return None };
        path.push(entry.key);
        node = entry.node;
    }
    (diagnostics.is_empty() && !name.contains('\n')).then_some(path)
}

fn assigned_value(value: &str, span: Span, diagnostics: &mut Diagnostics) -> Option<Node> {
    if value.trim().is_empty() {
        let error = Diagnostic::error("nothing is assigned").at(&span).label("expected a value after `=`");
        diagnostics.push(error);
        return None;
    }
    let errors_before = diagnostics.error_count();
    match tree::parse_value(value, &span, diagnostics) {
        Some(node) => Some(node),
        None if diagnostics.error_count() > errors_before => None,
        None => Some(Node { span, value: Value::Text(value.trim().to_owned()) }),
    }
}

/// Reading a file and all it uses.
struct Reading<'a> {
    sources: &'a mut Sources,
    diagnostics: &'a mut Diagnostics,
    /// Files in the order in which they go over one another.
    layers: Vec<(FileId, Node)>,
    /// For each file that was read all files it builds on, directly or by way of others.
    below: BTreeMap<FileId, BTreeSet<FileId>>,
    /// The files from the first one to the present one, each using the next.
    open: Vec<FileId>,
}

impl Reading<'_> {
    fn read(&mut self, file: FileId) {
        self.open.push(file);
        let mut root = tree::parse(file, self.sources, self.diagnostics);
        let mut below = BTreeSet::new();
        if let Some(table) = root.as_table_mut() {
            let used = table.remove("use");
            self.check_version(table);
            for (path, span) in self.used_paths(used) {
                if let Some(inner) = self.read_used(file, &path, &span) {
                    below.extend(self.below.get(&inner).into_iter().flatten());
                    below.insert(inner);
                }
            }
        }
        self.below.insert(file, below);
        self.layers.push((file, root));
        self.open.pop();
    }

    fn read_used(&mut self, from: FileId, path: &str, span: &Span) -> Option<FileId> {
        let inner = match self.sources.resolve(from, path) {
            Ok(inner) => inner,
            Err(error) => {
                self.diagnostics.push(error.at(span));
                return None;
            }
        };
        if let Some(first) = self.open.iter().position(|open| *open == inner) {
            let chain: Vec<&str> = self.open[first..]
                .iter()
                .chain([&inner])
                .map(|file| self.sources.get(*file).path())
                .collect();
            let error = Diagnostic::error("files use each other in a circle")
                .at(span)
                .label("leads back to a file that is being read")
                .help(format!("the circle: {}", chain.join(" uses ")));
            self.diagnostics.push(error);
            return None;
        }
        if !self.below.contains_key(&inner) {
            self.read(inner);
        }
        Some(inner)
    }

    fn used_paths(&mut self, used: Option<Entry>) -> Vec<(String, Span)> {
        let Some(used) = used else { return Vec::new() };
        let mut paths = Vec::new();
        let expected = "expected a list of paths such as [\"lib/nl.toml\"]";
        let Some(list) = used.node.as_list() else {
            let title = format!("`use` is {}", used.node.value.kind());
            self.diagnostics.push(Diagnostic::error(title).at(&used.node.span).label(expected));
            return paths;
        };
        for node in list {
            match node.as_text() {
                Some(path) => paths.push((path.to_owned(), node.span.clone())),
                None => {
                    let title = format!("a path in `use` is {}", node.value.kind());
                    self.diagnostics.push(Diagnostic::error(title).at(&node.span).label(expected));
                }
            }
        }
        paths
    }

    fn check_version(&mut self, table: &Table) {
        if let Some(node) = table.get("ounce")
            && node.as_integer() != Some(FORMAT_VERSION)
        {
            self.diagnostics.push(
                Diagnostic::error("the file is of another version of the format").at(&node.span).label(
                    format!("this program reads version {FORMAT_VERSION}: `ounce = {FORMAT_VERSION}`"),
                ),
            );
        }
    }
}

/// Putting one file after another over a scenario.
struct Merging<'a> {
    sources: &'a Sources,
    diagnostics: &'a mut Diagnostics,
    below: &'a BTreeMap<FileId, BTreeSet<FileId>>,
    /// Which files wrote an entry that has a name of the author's choice, by its path.
    defined_by: BTreeMap<Vec<String>, BTreeSet<FileId>>,
    /// The file that is being put over the others.
    layer: FileId,
}

impl Merging<'_> {
    /// `free`: this part may go over other libraries.
    fn merge(
        &mut self,
        scenario: &mut Node,
        later: Node,
        kind: Option<&'static Kind>,
        path: &mut Vec<String>,
        free: bool,
    ) {
        let structural = kind.filter(|kind| !kind.is_whole());
        let (Some(kind), Value::Table(_)) = (structural, &later.value) else {
            *scenario = without_override(later, kind);
            return;
        };
        let Value::Table(later_table) = later.value else { return };
        if !matches!(scenario.value, Value::Table(_)) {
            scenario.value = Value::Table(Table::default());
        }
        scenario.span = later.span;
        if let Value::Table(table) = &mut scenario.value {
            self.merge_tables(table, later_table, kind, path, free);
        }
    }

    fn merge_tables(
        &mut self,
        table: &mut Table,
        mut later: Table,
        kind: &'static Kind,
        path: &mut Vec<String>,
        free: bool,
    ) {
        if kind.is_ids() {
            if let Some(remove) = later.remove("remove") {
                self.remove(table, &remove.node, path);
            }
        } else {
            if kind.below("override", None).is_some() {
                later.remove("override");
            }
            let type_of = |table: &Table| table.get("type").and_then(Node::as_text).map(str::to_owned);
            let (before, after) = (type_of(table), type_of(&later));
            if matches!(kind, Kind::ByType { .. }) && before.is_some() && after.is_some() && before != after {
                *table = Table::default();
            }
            let type_word = after.or(before);
            for group in kind.alternatives(type_word.as_deref()) {
                if group.keys.iter().any(|key| later.get(key).is_some()) {
                    for key in group.keys.iter().filter(|key| later.get(key).is_none()) {
                        table.remove(key);
                    }
                }
            }
        }
        let type_word =
            later.get("type").or_else(|| table.get("type")).and_then(Node::as_text).map(str::to_owned);
        for entry in later {
            let inner_kind = kind.below(&entry.key, type_word.as_deref());
            let inner_free = free || entry.node.get("override").and_then(Node::as_boolean) == Some(true);
            path.push(entry.key.clone());
            if !kind.is_ids() || self.may_define(table, &entry, path, inner_free) {
                match table.entry_mut(&entry.key) {
                    Some(present) => {
                        present.key_span = entry.key_span;
                        self.merge(&mut present.node, entry.node, inner_kind, path, inner_free);
                    }
                    None => {
                        let Entry { key, key_span, node } = entry;
                        let empty = Value::Table(Table::default());
                        let mut fresh = Node { span: node.span.clone(), value: empty };
                        self.merge(&mut fresh, node, inner_kind, path, inner_free);
                        table.put(Entry { key, key_span, node: fresh });
                    }
                }
            }
            path.pop();
        }
    }

    /// Notes that the present file defines the entry; false when two libraries collide on it.
    fn may_define(&mut self, table: &Table, entry: &Entry, path: &[String], free: bool) -> bool {
        let known = self.below.get(&self.layer);
        let authors = self.defined_by.entry(path.to_vec()).or_default();
        let stranger =
            authors.iter().find(|author| known.is_none_or(|known| !known.contains(author))).copied();
        authors.insert(self.layer);
        let (false, Some(stranger), Some(present)) = (free, stranger, table.entry(&entry.key)) else {
            return true;
        };
        let (here, there) = (self.sources.get(self.layer).path(), self.sources.get(stranger).path());
        self.diagnostics.push(
            Diagnostic::error(format!("two libraries define `{}`", path.join(".")))
                .at(&entry.key_span)
                .label("defined again here")
                .also(&present.key_span, "first defined here")
                .help("write `override = true` in this entry if it is meant to go over the other")
                .help(format!("or let `{here}` use `{there}`, if it builds on it")),
        );
        false
    }

    fn remove(&mut self, table: &mut Table, remove: &Node, path: &[String]) {
        let expected = "expected a list of names such as [\"otago\"]";
        let Some(list) = remove.as_list() else {
            let title = format!("`remove` is {}", remove.value.kind());
            self.diagnostics.push(Diagnostic::error(title).at(&remove.span).label(expected));
            return;
        };
        for node in list {
            let Some(name) = node.as_text() else {
                let title = format!("a name in `remove` is {}", node.value.kind());
                self.diagnostics.push(Diagnostic::error(title).at(&node.span).label(expected));
                continue;
            };
            if table.remove(name).is_none() {
                let error = Diagnostic::error(format!("there is no `{}.{name}` to remove", path.join(".")))
                    .at(&node.span)
                    .label("no file that this one builds on has it")
                    .did_you_mean(name, table.keys());
                self.diagnostics.push(error);
            }
            let mut gone = path.to_vec();
            gone.push(name.to_owned());
            self.defined_by.retain(|defined, _| !defined.starts_with(&gone));
        }
    }
}

/// The word `override` has done its work once files are merged.
fn without_override(mut node: Node, kind: Option<&Kind>) -> Node {
    if kind.is_some_and(|kind| kind.below("override", None).is_some())
        && let Some(table) = node.as_table_mut()
    {
        table.remove("override");
    }
    node
}

#[cfg(test)]
mod tests;
