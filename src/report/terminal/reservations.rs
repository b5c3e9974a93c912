//! What to keep in mind, and where the files are.

use super::Page;
use crate::report::doubts::sentence;
use crate::report::labels::Label;
use crate::report::warnings::Told;
use crate::scenario::checked::{Engine, Input};

/// Warnings that are shown at most; the manifest holds all.
const WARNINGS_SHOWN: usize = 5;

impl Page<'_> {
    /// How well founded the numbers are, what the ranges leave out, and warnings. A warning about a place in a
    /// file is for who writes the scenario: it is counted here and told in the manifest.
    pub(super) fn keep_in_mind(&mut self) {
        let title = self.say(Label::LeftOut, &[]);
        self.heading(&title);
        let evidence: Vec<_> = self.run.scenario.inputs.iter().filter(|input| input.needs_origin).collect();
        let all = evidence.len().to_string();
        let unsourced = evidence.iter().copied().filter(|input| input.source.is_empty());
        let (unknown, assumed): (Vec<&Input>, Vec<&Input>) =
            unsourced.partition(|input| input.assumption.is_empty());
        let doubts = self.run.findings.doubts.iter();
        let mut items: Vec<String> =
            doubts.map(|doubt| sentence(self.run.scenario, doubt, self.lang)).collect();
        if !unknown.is_empty() {
            items.push(self.say(Label::Unsourced, &[&unknown.len().to_string(), &all]));
        }
        if !assumed.is_empty() {
            items.push(self.say(Label::Assumptions, &[&assumed.len().to_string(), &all]));
        }
        if self.run.drawn() {
            let chance = match self.run.scenario.uncertainty.engine {
                Engine::Expected => Label::ChanceBetweenPersons,
                Engine::Counts | Engine::Individual => Label::ChanceInKnowledge,
            };
            items.push(self.say(chance, &[]));
        }
        let (technical, plain): (Vec<&Told>, Vec<&Told>) =
            self.run.warnings.iter().partition(|warning| has_place(&warning.text));
        items.extend(
            plain.iter().take(WARNINGS_SHOWN).map(|&warning| self.lang.of(&warning.words).to_owned()),
        );
        let more = plain.len().saturating_sub(WARNINGS_SHOWN);
        if more > 0 {
            items.push(self.say(Label::MoreWarnings, &[&more.to_string()]));
        }
        match technical.len() {
            0 => {}
            1 => items.push(self.say(Label::TechnicalRemark, &[])),
            count => items.push(self.say(Label::TechnicalRemarks, &[&count.to_string()])),
        }
        if items.is_empty() {
            items.push(self.say(Label::NoWarnings, &[]));
        }
        for item in items {
            self.item(&item);
        }
        if let Some(folder) = &self.run.folder {
            self.text.push('\n');
            let text = self.say(Label::WhereFiles, &[folder]);
            self.text.push_str(&text);
            self.text.push('\n');
        }
    }
}

/// Whether a warning ends with a place in a file, as in `(falls.toml:225:8)`.
fn has_place(warning: &str) -> bool {
    let inside = warning.strip_suffix(')').and_then(|text| text.rsplit_once('(')).map(|(_, inside)| inside);
    let mut parts = inside.unwrap_or_default().rsplitn(3, ':');
    let mut number = || parts.next().is_some_and(|part| part.parse::<u32>().is_ok());
    number() && number() && parts.next().is_some_and(|file| !file.is_empty())
}

#[cfg(test)]
mod tests {
    use super::has_place;

    #[test]
    fn a_place_is_a_file_a_line_and_a_column_in_brackets_at_the_end() {
        assert!(has_place("the interval becomes wider (shipped:lib/falls.toml:225:8)"));
        assert!(!has_place("a step falls after the horizon and is left out"));
        assert!(!has_place("the fund holds nothing (see budgets)"));
        assert!(!has_place("between 10:30:00 and noon"));
    }
}
