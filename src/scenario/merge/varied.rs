//! Numbers that break-even questions vary: each becomes a quantity with a name of its own.

use super::split_path;
use crate::scenario::grammar::{Kind, ROOT};
use crate::scenario::sources::Span;
use crate::scenario::tree::{Entry, Node, Table, Value};

/// Writes every number that a break-even question names by its path as a table with `value`, which the reader makes a
/// parameter of: `share = "14%"` becomes `share = { value = "14%" }`. What is no quantity, or is not there, is left for
/// the reader to complain about.
pub(in crate::scenario) fn name_varied(root: &mut Node) {
    let paths: Vec<Vec<String>> = root
        .get("thresholds")
        .and_then(Node::as_table)
        .into_iter()
        .flat_map(Table::iter)
        .filter_map(|entry| entry.node.get("parameter").and_then(Node::as_text))
        .filter_map(split_path)
        .filter(|path| path.len() > 1 && is_quantity(root, path))
        .collect();
    for path in paths {
        if let Some(node) = found(root, &path) {
            wrap(node);
        }
    }
}

/// Whether a quantity stands there; sources and the like under it do not count.
fn is_quantity(root: &Node, path: &[String]) -> bool {
    let (mut kind, mut node) = (&ROOT, root);
    for key in path {
        if matches!(kind, Kind::Quantity | Kind::Parameter) {
            return false;
        }
        let type_word = node.get("type").and_then(Node::as_text);
        match (kind.below(key, type_word), node.get(key)) {
            (Some(inner), Some(below)) => (kind, node) = (inner, below),
            _ => return false,
        }
    }
    match kind {
        Kind::Quantity => true,
        Kind::Either(kinds) => kinds.iter().any(|kind| matches!(kind, Kind::Quantity)),
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
