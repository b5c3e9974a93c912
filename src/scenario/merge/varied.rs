//! Numbers that break-even questions vary: each becomes a quantity with a name of its own.

use super::split_path;
use crate::scenario::grammar::{Key, Kind, ROOT};
use crate::scenario::sources::Span;
use crate::scenario::tree::{Entry, Node, Table, Value};

/// Writes every number that a break-even question names by its path as a table with `value`, which the reader makes a
/// parameter of: `share = "14%"` becomes `share = { value = "14%", unit = "share" }`, with the unit that the key has unless
/// another is stated. What is no quantity, or is not there, is left for the reader to complain about.
pub(in crate::scenario) fn name_varied(root: &mut Node) {
    let paths: Vec<(Vec<String>, Option<&str>)> = root
        .get("thresholds")
        .and_then(Node::as_table)
        .into_iter()
        .flat_map(Table::iter)
        .filter_map(|entry| entry.node.get("parameter").and_then(Node::as_text))
        .filter_map(split_path)
        .filter(|path| path.len() > 1)
        .filter_map(|path| unit_of_quantity(root, &path).map(|unit| (path, unit)))
        .collect();
    for (path, unit) in paths {
        if let Some(node) = found(root, &path) {
            wrap(node);
            state_unit(node, unit);
        }
    }
}

/// The unit, if it has one, of the key of a quantity that stands there; `None` where there is no quantity. Sources and the like
/// under a quantity do not count. Behind names that the author chooses, a number has the unit of the table's key.
fn unit_of_quantity(root: &Node, path: &[String]) -> Option<Option<&'static str>> {
    let (mut kind, mut node, mut unit) = (&ROOT, root, None);
    for key in path {
        if matches!(kind, Kind::Quantity | Kind::Parameter) {
            return None;
        }
        let type_word = node.get("type").and_then(Node::as_text);
        if !all_keys_are_names(kind) {
            unit = key_of(kind, key, type_word).and_then(|known| known.unit);
        }
        (kind, node) = (kind.below(key, type_word)?, node.get(key)?);
    }
    let quantity = match kind {
        Kind::Quantity => true,
        Kind::Either(kinds) => kinds.iter().any(|kind| matches!(kind, Kind::Quantity)),
        _ => false,
    };
    quantity.then_some(unit)
}

/// What is known of a key of such a table.
fn key_of(kind: &Kind, name: &str, type_word: Option<&str>) -> Option<&'static Key> {
    match kind {
        Kind::Either(kinds) => kinds.iter().find_map(|kind| key_of(kind, name, type_word)),
        _ => kind.keys(type_word).find(|known| known.name == name),
    }
}

/// Whether the keys of such a table are names of other things or ages, so that they have no unit of their own.
fn all_keys_are_names(kind: &Kind) -> bool {
    match kind {
        Kind::Map { .. } => true,
        Kind::Either(kinds) => kinds.iter().any(all_keys_are_names),
        _ => false,
    }
}

fn found<'n>(node: &'n mut Node, path: &[String]) -> Option<&'n mut Node> {
    path.iter().try_fold(node, |node, key| {
        node.as_table_mut().and_then(|table| table.entry_mut(key)).map(|entry| &mut entry.node)
    })
}

fn wrap(node: &mut Node) {
    if matches!(node.value, Value::Table(_) | Value::List(_) | Value::Boolean(_)) {
        return;
    }
    let span: Span = node.span.clone();
    let value = std::mem::replace(&mut node.value, Value::Table(Table::default()));
    let inner = Entry { key: "value".to_owned(), key_span: span.clone(), node: Node { span, value } };
    if let Value::Table(table) = &mut node.value {
        table.put(inner);
    }
}

/// Adds the unit to a quantity that states none.
fn state_unit(node: &mut Node, unit: Option<&str>) {
    let span: Span = node.span.clone();
    if let (Some(unit), Value::Table(table)) = (unit, &mut node.value)
        && table.get("value").is_some()
        && table.get("unit").is_none()
    {
        let text = Node { span: span.clone(), value: Value::Text(unit.to_owned()) };
        table.put(Entry { key: "unit".to_owned(), key_span: span, node: text });
    }
}
