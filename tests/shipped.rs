//! What every shipped scenario owes its reader: a question, who asks it, and where each number comes from.

use ounce::scenario::catalogue::{catalogue, table};
use ounce::scenario::embedded::Library;
use ounce::scenario::{self, sources::Sources};
use std::path::Path;

#[test]
fn every_scenario_says_what_it_answers_and_for_whom_in_both_languages() {
    let library = Library::shipped();
    let cards = catalogue(&library);
    assert_eq!(cards.len(), library.scenarios().count(), "all can be read");
    for card in &cards {
        for text in [&card.question, &card.asked_by] {
            assert!(!text.en.is_empty() && !text.nl.is_empty(), "{}", card.path);
        }
    }
}

#[test]
fn readme_lists_every_scenario_with_the_counts_of_its_files() {
    let want = table(&catalogue(&Library::shipped()));
    let readme = std::fs::read_to_string("scenarios/README.md").unwrap();
    let section = readme
        .split_once("<!-- scenarios -->")
        .and_then(|(_, rest)| rest.split_once("<!-- /scenarios -->"))
        .map(|(section, _)| section.trim());
    assert_eq!(
        section,
        Some(want.trim()),
        "between the markers in scenarios/README.md should stand:\n\n{want}"
    );
}

#[test]
fn readme_names_every_file_of_the_library() {
    let readme = std::fs::read_to_string("scenarios/README.md").unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir("scenarios/lib").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(readme.contains(&format!("| `lib/{name}` |")), "{name}");
        files += 1;
    }
    assert!(files > 10, "the library lies in scenarios/lib");
}

#[test]
fn no_number_about_the_world_is_without_a_source_or_a_reason() {
    let library = Library::shipped();
    for path in library.scenarios() {
        let mut sources = Sources::with_library(library.clone());
        let loaded = scenario::read(Path::new(&format!("shipped:{path}")), &[], &mut sources);
        let loaded = loaded.unwrap_or_else(|messages| panic!("{path}: {}", messages.render(&sources, false)));
        let unknown = loaded
            .scenario
            .inputs
            .iter()
            .filter(|input| input.needs_origin && input.source.is_empty() && input.assumption.is_empty());
        let unknown: Vec<&str> = unknown.map(|input| input.path.as_str()).collect();
        assert_eq!(unknown, Vec::<&str>::new(), "{path}");
    }
}
