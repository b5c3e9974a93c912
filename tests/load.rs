//! Every shipped scenario loads.

use std::path::{Path, PathBuf};

use ounce::scenario::sources::Sources;

fn scenarios(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "lib" && name != "data" {
            found.extend(scenarios(&path));
        } else if name.ends_with(".toml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn every_shipped_scenario_loads_without_errors() {
    let all = scenarios(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios"));
    assert!(!all.is_empty());
    let mut failed = Vec::new();
    for path in all {
        let mut sources = Sources::new();
        match ounce::scenario::read(&path, &[], &mut sources) {
            Ok(loaded) => assert!(!loaded.scenario.population.groups.is_empty(), "{}", path.display()),
            Err(messages) => failed.push(messages.render(&sources, false)),
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
