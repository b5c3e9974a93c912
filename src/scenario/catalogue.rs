//! The scenarios of a library: what each asks, for whom, and how well founded its numbers are.

use std::path::Path;

use super::checked::Localised;
use super::embedded::Library;
use super::sources::Sources;
use super::{Origins, read};

/// What a list tells of a scenario, all of it from the scenario's own files.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// Path in the library.
    pub path: String,
    /// Title.
    pub title: Localised,
    /// The question that it answers, or empty.
    pub question: Localised,
    /// Who asks it, or empty.
    pub asked_by: Localised,
    /// Where its numbers come from.
    pub origins: Origins,
}

/// All scenarios of a library that can be read, in the order of their paths.
#[must_use]
pub fn catalogue(library: &Library) -> Vec<Card> {
    let card = |path: &str| {
        let mut sources = Sources::with_library(library.clone());
        let scenario = read(Path::new(&format!("shipped:{path}")), &[], &mut sources).ok()?.scenario;
        let origins = Origins::of(&scenario);
        let (title, question, asked_by) = (scenario.title, scenario.question, scenario.asked_by);
        Some(Card { path: path.to_owned(), title, question, asked_by, origins })
    };
    library.scenarios().filter_map(card).collect()
}

/// The cards as a table in Markdown, in English.
#[must_use]
pub fn table(cards: &[Card]) -> String {
    let mut text = String::from(
        "| scenario | question | who asks | numbers with a source | of these adapted | assumed |\n|---|---|---|---:|---:|---:|\n",
    );
    for card in cards {
        let Card { path, question, asked_by, origins, .. } = card;
        text.push_str(&format!(
            "| `{path}` | {} | {} | {} | {} | {} |\n",
            question.en, asked_by.en, origins.sourced, origins.adapted, origins.assumed
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_that_cannot_be_read_has_no_card() {
        let library = Library::from_files([("wrong.toml", "title =")]);
        assert_eq!(catalogue(&library), []);
    }

    #[test]
    fn a_line_of_the_table_has_the_question_who_asks_it_and_the_counts() {
        let words = |text: &str| Localised::same(text);
        let origins = Origins { sourced: 3, adapted: 1, assumed: 2, unknown: 0 };
        let card = Card {
            path: "falls.toml".into(),
            title: words("Falls"),
            question: words("What does it bring?"),
            asked_by: words("A town"),
            origins,
        };
        assert!(table(&[card]).ends_with("| `falls.toml` | What does it bring? | A town | 3 | 1 | 2 |\n"));
    }
}
