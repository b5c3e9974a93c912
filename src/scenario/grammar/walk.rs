//! All keys of the format, one after another.

use super::{Key, Kind, PARAMETER, QUANTITY, ROOT};

/// A key and where it may stand.
#[derive(Debug, Clone)]
pub struct Described {
    /// The path, with `*` for a name of the author's choice: `programmes.*.enrol.share`. Keys of the table that may
    /// stand wherever a number is wanted have the path `quantity.sd` and so on.
    pub path: String,
    /// The types of clause that have the key; none where it does not depend on the type.
    pub clause_types: Vec<&'static str>,
    /// The key.
    pub key: &'static Key,
}

/// Every key of the format with its path, in the order of the description; the keys of a quantity come last.
#[must_use]
pub fn described() -> Vec<Described> {
    let mut all = Vec::new();
    descend("", &ROOT, None, &mut all);
    list("quantity", QUANTITY.all_keys(), None, &mut all);
    all
}

fn descend(path: &str, kind: &'static Kind, clause_type: Option<&'static str>, all: &mut Vec<Described>) {
    match kind {
        Kind::Table(shape) => list(path, shape.all_keys(), clause_type, all),
        // Its other keys are those of any quantity.
        Kind::Parameter => list(path, Box::new(PARAMETER.keys.iter()), clause_type, all),
        Kind::Ids { kind, .. } => descend(&format!("{path}.*"), kind, clause_type, all),
        Kind::Either(kinds) => kinds.iter().for_each(|kind| descend(path, kind, clause_type, all)),
        Kind::ByType { types, .. } => {
            for kind in *types {
                list(path, kind.shape.all_keys(), Some(kind.name), all);
            }
            for described in all.iter_mut().filter(|described| described.clause_types.len() == types.len()) {
                described.clause_types.clear();
            }
        }
        _ => {}
    }
}

fn list(
    path: &str,
    keys: Box<dyn Iterator<Item = &'static Key>>,
    clause_type: Option<&'static str>,
    all: &mut Vec<Described>,
) {
    for key in keys {
        let path = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
        match all.iter_mut().find(|known| known.path == path && known.key.is_same(key)) {
            Some(known) => known.clause_types.extend(clause_type),
            None => {
                all.push(Described {
                    path: path.clone(),
                    clause_types: clause_type.into_iter().collect(),
                    key,
                });
                descend(&path, &key.kind, clause_type, all);
            }
        }
    }
}
