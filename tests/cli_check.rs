//! `ounce check` and what all commands share: exit codes and messages.

use assert_cmd::Command;

fn ounce() -> Command {
    let mut command = Command::cargo_bin("ounce").unwrap();
    command.env_remove("NO_COLOR");
    command
}

/// Exit code and the texts on standard output and standard error.
fn run(folder: &std::path::Path, arguments: &[&str]) -> (i32, String, String) {
    let output = ounce().current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        std::fs::write(folder.path().join(path), text).unwrap();
    }
    folder
}

#[test]
fn a_shipped_scenario_is_right_in_an_empty_folder() {
    let folder = folder_with(&[]);
    let (code, stdout, stderr) = run(folder.path(), &["check", "first_steps.toml"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("no errors"), "{stdout}");
}

#[test]
fn a_wrong_scenario_is_exit_code_2_with_file_line_and_column() {
    let folder =
        folder_with(&[("mine.toml", "use = ['first_steps.toml']\n[time]\nyeers = 3\nstart = 'now'\n")]);
    let (code, stdout, stderr) = run(folder.path(), &["check", "mine.toml"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("mine.toml:3:1") && stderr.contains("did you mean `years`?"), "{stderr}");
    assert!(stderr.contains("mine.toml:4:9"), "all faults at once: {stderr}");
    assert!(!stderr.contains('\u{1b}'), "no colour where there is no terminal");
}

#[test]
fn a_missing_file_is_exit_code_2() {
    let folder = folder_with(&[]);
    for command in ["check", "run"] {
        let (code, _, stderr) = run(folder.path(), &[command, "nowhere.toml"]);
        assert_eq!(code, 2);
        assert!(stderr.contains("there is no file `nowhere.toml`"), "{stderr}");
    }
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    let folder = folder_with(&[]);
    for arguments in [
        &["chekc"][..],
        &[],
        &["run"],
        &["run", "x.toml", "--draws", "0"],
        &["run", "x.toml", "--draws", "many"],
        &["run", "x.toml", "--set", "years"],
        &["run", "x.toml", "--lang", "de"],
    ] {
        let (code, stdout, stderr) = run(folder.path(), arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(!stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn an_assignment_on_the_command_line_is_checked_too() {
    let folder = folder_with(&[]);
    let check = |assignment: &str| run(folder.path(), &["check", "first_steps.toml", "--set", assignment]);
    assert_eq!(check("uptake=40%").0, 0);
    assert_eq!(check("time.years=3").0, 0);
    let (code, _, stderr) = check("uptaek=40%");
    assert_eq!(code, 2);
    assert!(stderr.contains("--set:1:1") && stderr.contains("did you mean `uptake`?"), "{stderr}");
}

#[test]
fn a_local_library_wins_over_the_shipped_one() {
    let folder = folder_with(&[
        ("mine.toml", "use = ['first_steps.toml']\n"),
        ("first_steps.toml", "[time]\nwrong = 1\n"),
    ]);
    let (code, _, stderr) = run(folder.path(), &["check", "mine.toml"]);
    assert_eq!(code, 2);
    assert!(stderr.contains(" first_steps.toml:2:1"), "{stderr}");
}
