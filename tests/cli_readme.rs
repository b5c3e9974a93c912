//! The commands of the README do what it says: every line of its first table is run as it is written there.

use assert_cmd::Command;
use std::path::Path;

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
    if ["run", "deal"].contains(&subcommand.as_str()) {
        // Whoever types one line after the other has the results of the one before replaced.
        command.arg("--force");
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
    let home = tempfile::tempdir().unwrap();
    // A line that uses a file stands below the one that makes it.
    for line in &lines {
        let text = run(line, home.path());
        let written = line.words.iter().any(|word| word == "--out");
        assert!(written || !text.trim().is_empty(), "{line:?} says nothing");
        if let Some(file) = &line.into {
            std::fs::write(home.path().join(file), &text).unwrap();
            let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(schema.get("properties").is_some(), "{file} describes no keys");
        }
    }
    // The line about Dutch Excel is the last that runs this file.
    let summary = std::fs::read_to_string(home.path().join("results/my_town/summary.csv")).unwrap();
    assert!(summary.lines().next().is_some_and(|header| header.contains("variant;strategy")), "{summary}");
}
