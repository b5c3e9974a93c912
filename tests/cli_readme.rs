//! The commands of the README do what it says: every line of its first table is run as it is written there.

use assert_cmd::Command;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Enough to run everything that a run with draws does.
const DRAWS: &str = "8";

/// A line of the table: what to type, split at spaces, and the file that `>` sends the output to.
#[derive(Debug)]
struct Line {
    words: Vec<String>,
    into: Option<String>,
}

/// The commands under a heading of the README: what stands between backticks in the last column of its table.
fn commands(readme: &str, heading: &str) -> Vec<Line> {
    let section = readme.split_once(&format!("## {heading}\n")).expect("the heading").1;
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    rows.map(|row| {
        let command = row.split('`').nth(1).unwrap_or_else(|| panic!("no command in {row}"));
        let (command, into) = match command.split_once(" > ") {
            Some((command, file)) => (command, Some(file.trim().to_owned())),
            None => (command, None),
        };
        Line { words: command.split_whitespace().map(str::to_owned).collect(), into }
    })
    .collect()
}

/// Runs a line in a folder, on few draws where the command draws, and gives what it wrote to the screen.
fn run(line: &Line, folder: &Path) -> String {
    let [program, subcommand, ..] = line.words.as_slice() else { panic!("{line:?} is no command") };
    assert_eq!(program, "ounce", "{line:?}");
    let mut command = Command::cargo_bin("ounce").unwrap();
    command.current_dir(folder).args(&line.words[1..]);
    if ["run", "threshold", "deal"].contains(&subcommand.as_str()) {
        command.args(["--draws", DRAWS]);
    }
    let output = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", line.words.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_command_for_who_has_never_run_such_a_thing_works_as_it_is_written() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let lines = commands(&std::fs::read_to_string(readme).unwrap(), "If you have never run such a thing");
    let subcommands: Vec<&str> = lines.iter().map(|line| line.words[1].as_str()).collect();
    for subcommand in ["new", "check", "run", "threshold", "deal", "explain", "schema"] {
        assert!(subcommands.contains(&subcommand), "{subcommands:?} has no {subcommand}");
    }
    let make = lines.iter().position(|line| line.words[1] == "new").unwrap();
    let home = tempfile::tempdir().unwrap();
    run(&lines[make], home.path());
    let own = home.path().join("my_town.toml");
    let text = std::fs::read_to_string(&own).expect("the line with `new` makes my_town.toml");
    std::fs::write(&own, text + &no_questions("amstelland_falls.toml")).unwrap();
    // Each of the others in a folder of its own, some at a time.
    let others: Vec<&Line> =
        lines.iter().enumerate().filter(|(at, _)| *at != make).map(|(_, line)| line).collect();
    let left = Mutex::new(others.iter());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(line) = next(&left) {
                    let folder = tempfile::tempdir().unwrap();
                    std::fs::copy(&own, folder.path().join("my_town.toml")).unwrap();
                    works(line, folder.path());
                }
            });
        }
    });
}

fn next<'a>(left: &Mutex<std::slice::Iter<'_, &'a Line>>) -> Option<&'a Line> {
    left.lock().unwrap().next().copied()
}

/// Takes out the break-even questions of a shipped scenario: each takes many runs, and the line with `threshold` asks one.
fn no_questions(scenario: &str) -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(scenario);
    let text = std::fs::read_to_string(path).unwrap();
    let names = text.lines().filter_map(|line| line.strip_prefix("[thresholds.")?.strip_suffix(']'));
    let names: Vec<String> = names.map(|name| format!("\"{name}\"")).collect();
    format!("\n[thresholds]\nremove = [{}]\n", names.join(", "))
}

/// Runs a line and looks at what it left.
fn works(line: &Line, folder: &Path) {
    let text = run(line, folder);
    assert!(!text.trim().is_empty(), "{line:?} says nothing");
    if line.into.is_some() {
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(schema.get("properties").is_some(), "{line:?} describes no keys");
    }
    if line.words.iter().any(|word| word == "--csv-style") {
        let summary = std::fs::read_to_string(folder.join("results/my_town/summary.csv")).unwrap();
        let header = summary.lines().next().unwrap_or_default();
        assert!(header.contains("variant;strategy"), "{header}");
    }
}
