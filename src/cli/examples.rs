//! `ounce examples`: the scenarios that come with the program.

use std::process::ExitCode;

use clap::Args;

use super::Language;
use crate::report::labels::Label;
use crate::scenario::catalogue::{Card, catalogue};
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::embedded::Library;
use crate::scenario::merge;
use crate::scenario::sources::Sources;
use crate::scenario::tree::Node;

/// What `ounce examples` is asked.
#[derive(Debug, Args)]
pub struct ExamplesArgs {
    /// Language of titles and descriptions
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t)]
    pub lang: Language,
    /// The question that each answers, who asks it, and how well founded its numbers are
    #[arg(long)]
    pub long: bool,
}

/// Lists the shipped scenarios with title and description.
#[must_use]
pub fn examples(arguments: ExamplesArgs) -> ExitCode {
    let library = Library::shipped();
    let lang = arguments.lang;
    let list = if arguments.long { long(&catalogue(&library), lang) } else { list(&library, lang) };
    super::print(&format!(
        "{list}`ounce run NAME` runs one of these; `ounce new NAME` writes a short file that builds on it.\n"
    ))
}

/// The scenarios of a library, each with its title and description, and an empty line after it.
pub(super) fn list(library: &Library, language: Language) -> String {
    let mut text = String::new();
    for path in library.scenarios() {
        text.push_str(path);
        text.push('\n');
        let mut sources = Sources::with_library(library.clone());
        let root = merge::load(&format!("shipped:{path}"), &mut sources, &mut Diagnostics::new());
        for key in ["title", "description"] {
            let words = root.as_ref().and_then(|root| root.get(key));
            if let Some(words) = words.and_then(|node| in_language(node, language)) {
                text.push_str(&wrapped(words));
            }
        }
        text.push('\n');
    }
    text
}

/// The scenarios at length: what each asks, who asks it, and where its numbers come from.
fn long(cards: &[Card], language: Language) -> String {
    let lang = language.of_texts();
    let mut text = String::new();
    for card in cards {
        text.push_str(&card.path);
        text.push('\n');
        let question =
            [lang.of(&card.question), lang.of(&card.title)].into_iter().find(|text| !text.is_empty());
        text.push_str(&wrapped(question.unwrap_or_default()));
        let who = lang.of(&card.asked_by);
        if !who.is_empty() {
            text.push_str(&wrapped(&lang.say(Label::AskedBy, &[who])));
        }
        let counts = card.origins;
        let all = counts.sourced + counts.assumed + counts.unknown;
        let gaps = [all, counts.sourced, counts.adapted, counts.assumed, counts.unknown]
            .map(|count| count.to_string());
        let label = if counts.unknown == 0 { Label::Founded } else { Label::FoundedInPart };
        text.push_str(&wrapped(&lang.say(label, &gaps.each_ref().map(String::as_str)[..gaps_of(label)])));
        text.push('\n');
    }
    text
}

/// Gaps of a line about origins: the last one tells what has none.
fn gaps_of(label: Label) -> usize {
    if label == Label::Founded { 4 } else { 5 }
}

/// A text, or that of one language, or that of the only language there is.
pub(super) fn in_language(node: &Node, language: Language) -> Option<&str> {
    node.as_text()
        .or_else(|| node.get(language.code()).and_then(Node::as_text))
        .or_else(|| node.as_table().and_then(|table| table.iter().find_map(|entry| entry.node.as_text())))
}

/// The text in lines of at most 96 letters, indented.
fn wrapped(text: &str) -> String {
    crate::scenario::explain::wrap(text, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_are_listed_with_title_and_description_in_a_language() {
        let library = Library::from_files([
            ("falls.toml", "use = ['lib/base.toml']\ntitle = { en = 'Falls', nl = 'Vallen' }\n"),
            ("lib/base.toml", "description = 'What does a course do?'"),
            ("wrong.toml", "title ="),
        ]);
        let all = list(&library, Language::Nl);
        assert_eq!(all, "falls.toml\n    Vallen\n    What does a course do?\n\nwrong.toml\n\n");
        assert!(list(&library, Language::En).contains("    Falls\n"));
    }

    #[test]
    fn a_text_in_one_language_only_serves_for_both() {
        let library = Library::from_files([("a.toml", "title = { nl = 'Alleen Nederlands' }")]);
        assert!(list(&library, Language::En).contains("Alleen Nederlands"));
    }
}
