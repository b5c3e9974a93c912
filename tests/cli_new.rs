//! `ounce new`: a short file that builds on a shipped scenario.

use assert_cmd::Command;

/// Exit code and the texts on standard output and standard error.
fn run(folder: &std::path::Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("ounce").unwrap().current_dir(folder).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// The names of the shipped scenarios.
fn shipped(folder: &std::path::Path) -> Vec<String> {
    let (_, list, _) = run(folder, &["examples"]);
    list.lines().filter(|line| line.ends_with(".toml") && !line.starts_with(' ')).map(str::to_owned).collect()
}

#[test]
fn new_without_a_template_lists_them() {
    let folder = tempfile::tempdir().unwrap();
    let (code, stdout, _) = run(folder.path(), &["new"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("first_steps.toml"), "{stdout}");
}

#[test]
fn a_new_file_of_every_shipped_scenario_is_right_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let names = shipped(folder.path());
    assert!(names.contains(&"first_steps.toml".to_owned()), "{names:?}");
    for name in names {
        let out = name.rsplit('/').next().unwrap();
        let (code, _, stderr) = run(folder.path(), &["new", &name]);
        assert_eq!(code, 0, "{stderr}");
        let (code, _, stderr) = run(folder.path(), &["check", out]);
        assert_eq!(code, 0, "{name}: {stderr}");
    }
}

#[test]
fn a_question_is_filled_in_by_taking_its_mark_away() {
    let folder = tempfile::tempdir().unwrap();
    let (code, ..) = run(folder.path(), &["new", "first_steps", "--out", "mine.toml", "--lang", "nl"]);
    assert_eq!(code, 0);
    let path = folder.path().join("mine.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("# Welk deel van de uitgenodigden volgt de cursus?\n# uptake = { value = 0.3,"),
        "{text}"
    );
    std::fs::write(&path, text.replace("# uptake = { value = 0.3,", "uptake = { valeu = 0.4,")).unwrap();
    let (code, _, stderr) = run(folder.path(), &["check", "mine.toml"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("unknown key `valeu` in `parameters.uptake`"), "{stderr}");
}

#[test]
fn a_file_that_is_there_is_kept_unless_forced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("first_steps.toml");
    std::fs::write(&path, "mine").unwrap();
    let (code, _, stderr) = run(folder.path(), &["new", "first_steps.toml"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("is there already"), "{stderr}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    let (code, ..) = run(folder.path(), &["new", "first_steps.toml", "--force"]);
    assert_eq!(code, 0);
    assert!(std::fs::read_to_string(&path).unwrap().contains("use = [\"first_steps.toml\"]"));
}

#[test]
fn an_unknown_template_is_exit_code_2_with_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, stderr) = run(folder.path(), &["new", "first_stpes.toml"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("did you mean `first_steps.toml`?"), "{stderr}");
}
