//! `ounce explain`, `ounce schema` and `ounce examples`.

use assert_cmd::Command;

/// Exit code and the texts on standard output and standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::cargo_bin("ounce").unwrap().args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn explain_without_a_key_lists_the_tables() {
    let (code, stdout, _) = run(&["explain"]);
    assert_eq!(code, 0);
    for table in ["time", "population", "arrangements"] {
        assert!(stdout.contains(&format!("\n  {table} ")), "{stdout}");
    }
}

#[test]
fn explain_shows_a_key() {
    let (code, stdout, _) = run(&["explain", "programmes.chain.enrol.share"]);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("programmes.*.enrol.share\n"), "{stdout}");
}

#[test]
fn explain_of_an_unknown_key_is_exit_code_2_with_the_nearest() {
    let (code, stdout, stderr) = run(&["explain", "progammes"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("did you mean `programmes`?"), "{stderr}");
}

#[test]
fn explain_methods_covers_what_has_to_be_defended() {
    let (code, stdout, _) = run(&["explain", "methods"]);
    assert_eq!(code, 0);
    for heading in [
        "Time",
        "Enrolment",
        "Effects",
        "Mortality",
        "Risk factors",
        "History",
        "Engines",
        "Events",
        "discounting",
        "Leakages",
        "Settlement",
        "Deals",
        "Uncertainty",
    ] {
        let headed = stdout.lines().zip(stdout.lines().skip(1));
        assert!(
            headed.into_iter().any(|(line, rule)| line.contains(heading) && rule.starts_with("---")),
            "{heading}"
        );
    }
}

#[test]
fn schema_is_json_of_draft_7() {
    let (code, stdout, _) = run(&["schema"]);
    assert_eq!(code, 0);
    let schema: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert_eq!(schema["properties"]["time"]["allOf"][0]["$ref"], "#/definitions/time");
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn examples_lists_titles_and_descriptions_in_both_languages() {
    let (code, english, _) = run(&["examples"]);
    assert_eq!(code, 0);
    assert!(english.contains("first_steps.toml\n    First steps\n    A balance course"), "{english}");
    let (_, dutch, _) = run(&["examples", "--lang", "nl"]);
    assert!(dutch.contains("first_steps.toml\n    Eerste stappen\n"), "{dutch}");
}
