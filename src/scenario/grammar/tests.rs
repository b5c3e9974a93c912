use super::*;
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::embedded::Library;
use crate::scenario::merge::load_text;
use crate::scenario::sources::Sources;

#[test]
fn every_key_says_what_it_means_and_shows_an_example_of_itself() {
    for described in described() {
        let (path, key) = (&described.path, described.key);
        assert!(key.meaning.len() > 10, "{path}");
        assert!(key.meaning.ends_with('.'), "{path}: {}", key.meaning);
        assert!(!key.meaning.contains("  "), "{path}: {}", key.meaning);
        let rest = key.example.strip_prefix(key.name).unwrap_or("?");
        assert!(rest.starts_with([' ', '.']), "the example of {path} does not show it: {}", key.example);
    }
}

#[test]
fn every_example_is_accepted_where_it_stands() {
    for described in described().iter().filter(|described| described.key.name != "use") {
        let (table, _) = described.path.rsplit_once('.').unwrap_or_default();
        let table = table.replace("quantity", "parameters.*").replace('*', "x");
        let mut text = String::new();
        if table.contains(".clauses.x") && described.key.name != "type" {
            let word = described.clause_types.first().unwrap_or(&"fee");
            text = format!("[arrangements.x.clauses.x]\ntype = \"{word}\"\n");
        }
        if !table.is_empty() && !text.contains(&format!("[{table}]")) {
            text.push_str(&format!("[{table}]\n"));
        }
        text.push_str(described.key.example);
        let mut sources = Sources::with_library(Library::from_files([]));
        let mut diagnostics = Diagnostics::new();
        if let Some(root) = load_text("example", &text, &mut sources, &mut diagnostics) {
            check_structure(&root, &mut diagnostics);
        }
        // An example of one key is no complete scenario.
        let wrong = diagnostics
            .iter()
            .filter(|message| !message.title.contains(" lacks ") && !message.title.ends_with("has no value"));
        let wrong: Vec<_> = wrong.map(|message| message.render(&sources, false)).collect();
        assert!(wrong.is_empty(), "{}\n{}", described.path, wrong.join("\n"));
    }
}

#[test]
fn no_table_names_a_key_twice() {
    let all = described();
    for (at, one) in all.iter().enumerate() {
        let same = |other: &&Described| other.path == one.path && other.clause_types == one.clause_types;
        assert!(all[at + 1..].iter().find(same).is_none(), "{}", one.path);
    }
}

#[test]
fn alternatives_are_keys_of_their_table() {
    fn visit(kind: &'static Kind, seen: &mut Vec<&'static str>) {
        let shapes: Vec<&Shape> = match kind {
            Kind::ByType { types, .. } => types.iter().map(|kind| kind.shape).collect(),
            Kind::Ids { kind, .. } | Kind::List(kind) | Kind::Map { kind, .. } => return visit(kind, seen),
            Kind::Either(kinds) => return kinds.iter().for_each(|kind| visit(kind, seen)),
            _ => kind.shape().into_iter().collect(),
        };
        for shape in shapes.into_iter().filter(|shape| !seen.contains(&shape.name)).collect::<Vec<_>>() {
            seen.push(shape.name);
            for name in shape.alternatives.iter().flat_map(|group| group.keys) {
                assert!(shape.key(name).is_some(), "{}: {name}", shape.name);
            }
            shape.all_keys().for_each(|key| visit(&key.kind, seen));
        }
    }
    let mut seen = Vec::new();
    visit(&ROOT, &mut seen);
    assert!(seen.contains(&"shared savings") && seen.contains(&"cost of a step"), "{seen:?}");
}

#[test]
fn paths_are_found_by_name() {
    let all = described();
    let paths: Vec<&str> = all.iter().map(|described| described.path.as_str()).collect();
    for path in [
        "time.start",
        "programmes.*.enrol.share",
        "programmes.*.cascade.*.costs.*.spread",
        "arrangements.*.clauses.*.price",
        "population.classes.*.values.*.relative_rates",
        "quantity.ci95",
        "parameters.*.components",
    ] {
        assert!(paths.contains(&path), "{path}");
    }
}

#[test]
fn a_name_is_an_identifier_or_not() {
    assert!(is_identifier("a_1") && is_identifier("_x"));
    assert!(!is_identifier("") && !is_identifier("1a") && !is_identifier("a-b") && !is_identifier("é"));
}
