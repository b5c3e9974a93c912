//! What was run, on what, with which version.

use super::Made;
use super::doubts::sentence;
use super::words::Lang;
use crate::sample::DesignKind;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::{Origin, Sources};
use serde_json::{Value, json};
use std::path::{Component, Path, PathBuf};

/// What a run was made from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provenance {
    /// Name of the scenario: its file without ending.
    pub name: String,
    /// All files that were read.
    pub files: Vec<InputFile>,
    /// Options of the command line that change results, as they were given.
    pub options: Vec<(String, String)>,
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Path, relative to the folder of the scenario.
    pub path: String,
    /// `local`, `embedded` (shipped with the program) or `given` (on the command line).
    pub origin: &'static str,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
}

impl Provenance {
    /// The files that were read for a scenario, the scenario itself first.
    pub fn new(sources: &Sources, options: Vec<(String, String)>) -> Self {
        let main = first_path(sources);
        let home = main.parent().unwrap_or(Path::new(""));
        let files = sources.iter().map(|(_, source)| InputFile {
            path: relative(Path::new(source.path()), home),
            origin: match source.origin() {
                Origin::Local => "local",
                Origin::Embedded => "embedded",
                Origin::Given => "given",
            },
            sha256: source.sha256().to_owned(),
        });
        let name = main.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Self { name, files: files.collect(), options }
    }

    /// A message as one sentence with its place, without paths that only this machine knows.
    pub fn sentence(message: &Diagnostic, sources: &Sources) -> String {
        let Some(span) = &message.span else { return message.title.clone() };
        let main = first_path(sources);
        let home = main.parent().unwrap_or(Path::new(""));
        let path = relative(Path::new(sources.get(span.file).path()), home);
        let (line, column) = sources.line_and_column(span.file, span.range.start);
        format!("{} ({path}:{line}:{column})", message.title)
    }
}

/// Path of the scenario itself.
fn first_path(sources: &Sources) -> PathBuf {
    sources.iter().next().map(|(_, source)| PathBuf::from(source.path())).unwrap_or_default()
}

/// The path from the scenario's folder, with `/` on every system; nothing that only this machine knows.
pub(super) fn relative(path: &Path, home: &Path) -> String {
    let inside = path.strip_prefix(home).unwrap_or(path);
    let parts: Vec<String> = inside
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            Component::ParentDir => Some("..".to_owned()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
        })
        .collect();
    if inside.is_absolute() { parts.last().cloned().unwrap_or_default() } else { parts.join("/") }
}

/// The manifest. It holds no time and no path of the machine, so that two runs can be compared byte by byte.
pub(super) fn manifest(made: &Made<'_>, provenance: &Provenance, tables: &[String]) -> Value {
    let uncertainty = made.scenario.uncertainty;
    let options: serde_json::Map<String, Value> =
        provenance.options.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let files: Vec<Value> = provenance
        .files
        .iter()
        .map(|file| json!({ "path": file.path, "origin": file.origin, "sha256": file.sha256 }))
        .collect();
    json!({
        "ounce": env!("CARGO_PKG_VERSION"),
        "format": 1,
        "scenario": provenance.name,
        "title": { "en": made.scenario.title.en, "nl": made.scenario.title.nl },
        "seed": uncertainty.seed,
        "design": match uncertainty.design {
            DesignKind::Random => "random",
            DesignKind::LatinHypercube => "latin-hypercube",
            DesignKind::Sobol => "sobol",
        },
        "engine": uncertainty.engine.word(),
        "replicates": made.replicates,
        "draws": made.draws,
        "randomisations": made.randomisations,
        "price_year": made.scenario.valuation.price_year,
        "discount_rates": {
            "costs": made.rates.costs,
            "effects": made.rates.effects,
            "parties": made.rates.parties,
        },
        "options": options,
        "inputs": files,
        "warnings": made.warnings.iter().map(|warning| &warning.text).collect::<Vec<_>>(),
        "doubts": made.doubts.iter().map(|doubt| json!({
            "en": sentence(made.scenario, doubt, Lang::En),
            "nl": sentence(made.scenario, doubt, Lang::Nl),
        })).collect::<Vec<Value>>(),
        "tables": tables,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_the_folder_of_the_scenario() {
        let path = |path: &str, home: &str| relative(Path::new(path), Path::new(home));
        assert_eq!(path("/home/me/plans/data/people.csv", "/home/me/plans"), "data/people.csv");
        assert_eq!(path("plans/../other/x.toml", "plans"), "../other/x.toml");
        assert_eq!(path("./plan.toml", ""), "plan.toml");
        assert_eq!(path("shipped:lib/nl.toml", "plans"), "shipped:lib/nl.toml");
        assert_eq!(path("/secret/place/x.csv", "/home/me"), "x.csv", "no path of the machine");
    }
}
