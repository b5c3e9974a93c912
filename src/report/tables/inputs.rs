//! The list of inputs: every number with where it comes from.

use crate::report::table::{Kind, Table};
use crate::scenario::Scenario;
use crate::scenario::checked::StudyDesign;

/// Every number of the scenario with its origin.
pub fn inputs(scenario: &Scenario) -> Table {
    let mut table = Table::new(
        "inputs",
        "Every number of the scenario as it was stated, with its uncertainty and its origin.",
        &[
            ("path", Kind::Key, "", "place in the scenario"),
            ("stated", Kind::Text, "", "value or formula as written"),
            ("distribution", Kind::Text, "", "distribution with its parameters; empty: fixed"),
            ("unit", Kind::Text, "", "unit as written"),
            (
                "origin",
                Kind::Text,
                "",
                "source, assumption, choice (contract terms, years and plans need neither) or unknown",
            ),
            ("assumption", Kind::Text, "", "why it is assumed"),
            ("design", Kind::Text, "", "what sort of study it comes from, where that is said"),
            ("source", Kind::Text, "", "identifier of the source"),
            ("source_title", Kind::Text, "", "title of the source"),
            ("source_organisation", Kind::Text, "", "organisation or authors"),
            ("source_year", Kind::Integer, "", "year of publication"),
            ("source_link", Kind::Text, "", "link or DOI"),
        ],
    );
    for input in &scenario.inputs {
        let origin = match (input.source.is_empty(), input.assumption.is_empty(), input.needs_origin) {
            (false, ..) => "source",
            (true, false, _) => "assumption",
            (true, true, false) => "choice",
            (true, true, true) => "unknown",
        };
        let source = scenario.citations.iter().find(|citation| citation.id == input.source);
        table.push([
            (&input.path).into(),
            (&input.stated).into(),
            (&input.distribution).into(),
            (&input.unit).into(),
            origin.into(),
            (&input.assumption).into(),
            input.design.map(StudyDesign::word).into(),
            (&input.source).into(),
            source.map(|source| &source.title).into(),
            source.map(|source| &source.organisation).into(),
            source.and_then(|source| source.year).into(),
            source.map(|source| &source.link).into(),
        ]);
    }
    table
}
