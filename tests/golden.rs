//! What the shipped scenarios say, at few draws: whoever changes a figure or a sentence sees where it shows.
//!
//! Every scenario that stands directly in `scenarios/` has a snapshot in `tests/golden/`; one that is new gets its own with
//! `INSTA_UPDATE=always cargo test --test golden`.

use assert_cmd::Command;
use std::path::{Path, PathBuf};

/// One block of lanes: enough to show ranges, few enough for a quick test.
const DRAWS: &str = "8";

/// The scenarios that can be run as they are, in alphabetical order.
fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect();
    files.sort();
    files
}

/// The summary on the terminal, without the folder that it names last.
fn summary(scenario: &Path) -> String {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::cargo_bin("ounce").unwrap();
    command.env_remove("NO_COLOR").current_dir(home.path());
    let output = command.arg("run").arg(scenario).args(["--draws", DRAWS, "--out", "out"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", scenario.display());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_shipped_scenarios_say_is_what_was_agreed() {
    let found = scenarios();
    assert!(found.len() >= 4, "{found:?}");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        // All of them, so that one look shows every difference.
        let different: Vec<String> = found
            .iter()
            .filter_map(|scenario| {
                let name = scenario.file_stem()?.to_string_lossy().into_owned();
                let text = summary(scenario);
                let same = std::panic::catch_unwind(|| insta::assert_snapshot!(name.as_str(), text)).is_ok();
                (!same).then_some(name)
            })
            .collect();
        assert!(different.is_empty(), "{different:?}");
    });
}

#[test]
fn no_snapshot_outlives_its_scenario() {
    let names: Vec<String> = scenarios()
        .iter()
        .map(|path| format!("{}.snap", path.file_stem().unwrap().to_string_lossy()))
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(names.contains(&name) || name.ends_with(".snap.new"), "{name} belongs to no scenario");
    }
}
