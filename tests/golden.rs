//! What the shipped scenarios say, at few draws: whoever changes a figure or a sentence sees where it shows.
//!
//! Every scenario that stands directly in `scenarios/` has a snapshot in `tests/golden/`, and a few have one in Dutch, which
//! councillors read; one that is new gets its own with `INSTA_UPDATE=always cargo test --test golden`.

use assert_cmd::Command;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

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

/// Scenarios of which the Dutch summary is kept too: one with everything in it, and one whose effect is not known.
const IN_DUTCH: [&str; 2] = ["amstelland_falls", "wellbeing_on_prescription"];

/// A summary that is kept.
#[derive(Debug)]
struct Kept {
    /// What its snapshot is called.
    name: String,
    scenario: PathBuf,
    lang: &'static str,
}

/// All that are kept: every scenario in English, then the few in Dutch.
fn kept() -> Vec<Kept> {
    let found = scenarios();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let english = found.iter().map(|path| Kept { name: name(path), scenario: path.clone(), lang: "en" });
    let dutch = IN_DUTCH.iter().map(|&of| {
        let scenario = found.iter().find(|path| name(path) == of).unwrap_or_else(|| panic!("{of} is gone"));
        Kept { name: format!("{of}_nl"), scenario: scenario.clone(), lang: "nl" }
    });
    english.chain(dutch).collect()
}

/// The summary on the terminal, without the folder that it names last.
fn summary(Kept { scenario, lang, .. }: &Kept) -> Result<String, String> {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::cargo_bin("ounce").unwrap();
    command.env_remove("NO_COLOR").current_dir(home.path()).arg("run").arg(scenario);
    let output = command.args(["--draws", DRAWS, "--lang", lang, "--out", "out"]).output().unwrap();
    if !output.status.success() {
        return Err(format!("{}: {}", scenario.display(), String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8(output.stdout).unwrap())
}

/// All summaries in order. Several run at a time: few draws are one block, which keeps one processor busy for the most part.
fn summaries(kept: &[Kept]) -> Vec<Result<String, String>> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some((place, of)) = {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    kept.get(place).map(|of| (place, of))
                } {
                    sender.send((place, summary(of))).unwrap();
                }
            });
        }
    });
    drop(sender);
    let mut found: Vec<_> = receiver.iter().collect();
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, text)| text).collect()
}

#[test]
fn what_shipped_scenarios_say_is_what_was_agreed() {
    let kept = kept();
    assert!(kept.len() >= 4 + IN_DUTCH.len(), "{kept:?}");
    let found = summaries(&kept);
    assert_eq!(found.len(), kept.len());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        // All of them, so that one look shows every difference.
        let different: Vec<String> = kept
            .iter()
            .zip(found)
            .filter_map(|(Kept { name, .. }, found)| {
                let text = match found {
                    Ok(text) => text,
                    Err(problem) => return Some(problem),
                };
                let same = std::panic::catch_unwind(|| insta::assert_snapshot!(name.as_str(), text)).is_ok();
                (!same).then(|| name.clone())
            })
            .collect();
        assert!(different.is_empty(), "{different:?}");
    });
}

#[test]
fn no_snapshot_outlives_its_scenario() {
    let names: Vec<String> = kept().iter().map(|kept| format!("{}.snap", kept.name)).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(names.contains(&name) || name.ends_with(".snap.new"), "{name} belongs to no scenario");
    }
}
