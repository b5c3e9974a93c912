//! Reports of a small run, as people and software get them.

use super::csv::CsvStyle;
use super::folder::Target;
use super::terminal;
use super::warnings::Told;
use super::words::Lang;
use super::{InputFile, Provenance, Rates, Run, write};
use crate::analyse::fixture::{Fixture, fixture};
use std::collections::BTreeMap;
use std::path::Path;

fn run(fixture: &Fixture) -> Run<'_> {
    Run {
        scenario: &fixture.scenario,
        valued: &fixture.valued,
        findings: &fixture.findings,
        rates: Rates::of(&fixture.scenario).unwrap(),
        warnings: vec![Told::plain("a step falls after the horizon and is left out")],
        folder: Some("results/waterdorp".into()),
    }
}

fn provenance() -> Provenance {
    let file = |path: &str, origin| InputFile { path: path.into(), origin, sha256: "0".repeat(64) };
    Provenance {
        name: "waterdorp".into(),
        files: vec![file("waterdorp.toml", "local"), file("shipped:lib/nl.toml", "embedded")],
        options: vec![("draws".into(), "10".into())],
    }
}

/// Writes the results and reads all files back, Parquet as its length only.
fn written(fixture: &Fixture, style: CsvStyle, folder: &Path) -> BTreeMap<String, String> {
    let target = Target::check(folder, false).unwrap();
    let writing = target.begin().unwrap();
    write(&run(fixture), &provenance(), style, &writing).unwrap();
    target.finish(writing, false).unwrap();
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(path).unwrap();
            let text = String::from_utf8(bytes.clone()).unwrap_or_else(|_| format!("{} bytes", bytes.len()));
            (name, text)
        })
        .collect()
}

#[test]
fn the_summary_in_english() {
    let fixture = fixture(false);
    insta::assert_snapshot!(terminal::summary(&run(&fixture), Lang::En));
}

#[test]
fn the_summary_in_dutch() {
    let fixture = fixture(false);
    insta::assert_snapshot!(terminal::summary(&run(&fixture), Lang::Nl));
}

#[test]
fn the_summary_of_the_base_case_alone() {
    let fixture = fixture(true);
    insta::assert_snapshot!(terminal::summary(&run(&fixture), Lang::En));
}

#[test]
fn no_line_of_a_summary_is_wider_than_eighty_columns() {
    for base_only in [false, true] {
        let fixture = fixture(base_only);
        for lang in [Lang::En, Lang::Nl] {
            for line in terminal::summary(&run(&fixture), lang).lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }
}

#[test]
fn each_dutch_law_is_explained_once() {
    let fixture = fixture(false);
    let text = terminal::summary(&run(&fixture), Lang::En);
    for law in ["Health Insurance Act", "Long-Term Care Act", "Social Support Act"] {
        assert_eq!(text.matches(law).count(), 1, "{law}");
    }
}

#[test]
fn a_gain_that_the_stated_values_do_not_have_is_not_told_as_one() {
    let mut fixture = fixture(false);
    let cea = fixture.findings.variants[0].cost_effectiveness.as_mut().unwrap();
    // Draws from −40 to 30 with a mean of −0.8, while the stated effect is none.
    let gain = &mut cea.strategies[1].qalys_increment;
    let mut spread = gain.spread.unwrap();
    (spread.mean, spread.sd, spread.p2_5, spread.p97_5) = (-0.8, 15.0, -40.0, 30.0);
    (gain.base, gain.spread) = (0.0, Some(spread));
    for (lang, known, figure) in [
        (Lang::En, "No gain in healthy years is known", "none known (−40 to 30)"),
        (Lang::Nl, "Er is geen winst in gezonde levensjaren bekend", "geen bekend (−40 tot 30)"),
    ] {
        let text = terminal::summary(&run(&fixture), lang);
        assert!(text.contains(known) && text.contains(figure), "{text}");
        assert!(!text.contains("−0.80") && !text.contains("−0,80"), "{text}");
    }
}

#[test]
fn a_folder_of_results() {
    let home = tempfile::tempdir().unwrap();
    let files = written(&fixture(false), CsvStyle::En, &home.path().join("waterdorp"));
    insta::assert_snapshot!("folder", files.keys().cloned().collect::<Vec<_>>().join("\n"));
    for (name, text) in files.iter().filter(|(name, _)| !name.ends_with(".parquet")) {
        insta::assert_snapshot!(name.replace('.', "_"), text);
    }
}

#[test]
fn two_runs_write_the_same_bytes() {
    let home = tempfile::tempdir().unwrap();
    let bytes = |name: &str| {
        let folder = home.path().join(name);
        written(&fixture(false), CsvStyle::En, &folder);
        let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
        names.sort();
        names.iter().map(|path| std::fs::read(path).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(bytes("first"), bytes("second"));
}

#[test]
fn the_base_case_alone_writes_no_draws_and_leaves_their_statistics_empty() {
    let home = tempfile::tempdir().unwrap();
    let files = written(&fixture(true), CsvStyle::En, &home.path().join("waterdorp"));
    assert!(!files.contains_key("draws.parquet") && !files.contains_key("psa_costs.csv"));
    let mut rows = csv::Reader::from_reader(files["cashflow.csv"].as_bytes());
    let headers = rows.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (base, mean) = (column("base"), column("mean"));
    for row in rows.records() {
        let row = row.unwrap();
        assert!(!row[base].is_empty() && row[mean].is_empty(), "{row:?}");
    }
}

#[test]
fn every_csv_is_described_column_by_column_and_holds_no_nan() {
    let home = tempfile::tempdir().unwrap();
    for (style, delimiter) in [(CsvStyle::En, b','), (CsvStyle::Nl, b';')] {
        let files = written(&fixture(false), style, &home.path().join(format!("{style:?}")));
        let package: serde_json::Value = serde_json::from_str(&files["datapackage.json"]).unwrap();
        let resources = package["resources"].as_array().unwrap();
        assert_eq!(resources.len(), files.len() - 2, "all files but the package and the manifest");
        for resource in resources.iter().filter(|resource| resource["format"] == "csv") {
            let text = files[resource["path"].as_str().unwrap()].trim_start_matches('\u{feff}');
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
            let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
            let fields = resource["schema"]["fields"].as_array().unwrap();
            let described: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
            assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), described);
            for row in reader.records() {
                for (value, field) in row.unwrap().iter().zip(fields) {
                    if field["type"] == "number" && !value.is_empty() {
                        let plain =
                            if style == CsvStyle::Nl { value.replace(',', ".") } else { value.into() };
                        assert!(plain.parse::<f64>().is_ok(), "{value}");
                    }
                }
            }
        }
    }
}
