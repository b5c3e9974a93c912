//! What people see when a data file is wrong: the file's own line and field.

use ounce::scenario::sources::Sources;
use ounce::scenario::{self, Loaded};

const SCENARIO: &str = r#"ounce = 1
title = "Small"
[time]
start = 2026
years = 2
[valuation]
price_year = 2022
cpi = "prices"
discount = { costs = 0.03, effects = 0.015 }
[population]
file = "people.csv"
spread = "nation"
[tables.nation]
file = "nation.csv"
keys = ["age", "sex"]
value = "persons"
kind = "count"
last_row = "and_over"
assumption = "a"
[tables.prices]
file = "prices.csv"
keys = ["year"]
value = "index"
kind = "index"
assumption = "a"
[parameters.draw]
dist = "samples"
file = "draws.csv"
assumption = "a"
[models.falls]
assumption = "a"
[models.falls.states.home]
start = 1
[models.falls.events.fall]
in = ["home"]
rate = "draw.rate"
[strategies.usual_care]
"#;

const DATA: [(&str, &str); 4] = [
    ("people.csv", "age,sex,district,persons\n2,female,north,100\n3,male,south,50\n"),
    (
        "nation.csv",
        "age,sex,persons\n2,male,40\n2,female,60\n3,male,10\n3,female,30\n4,male,5\n4,female,15\n",
    ),
    ("prices.csv", "year,index\n2020,100\n2021,110\n2022,121\n"),
    ("draws.csv", "rate,share\n0.4,0.1\n0.6,0.3\n"),
];

/// Reads the scenario with some of its data files replaced.
fn read(replaced: &[(&str, &[u8])]) -> Result<Loaded, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.toml"), SCENARIO).unwrap();
    for (name, text) in DATA {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    for (name, bytes) in replaced {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let mut sources = Sources::new();
    scenario::read(&folder.path().join("main.toml"), &[], &mut sources).map_err(|messages| {
        let folder = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
        messages.render(&sources, false).replace(&folder, "")
    })
}

/// Ages, sex codes and persons, in the order of the file.
fn people(text: &str) -> Vec<(u16, f64, f64)> {
    let loaded = read(&[("people.csv", text.as_bytes())]).unwrap_or_else(|messages| panic!("{messages}"));
    loaded.scenario.population.groups.iter().map(|group| (group.age, group.sex, group.persons)).collect()
}

#[track_caller]
fn wrong(name: &str, text: &[u8]) -> String {
    match read(&[(name, text)]) {
        Ok(_) => panic!("no error with {}", String::from_utf8_lossy(text)),
        Err(messages) => messages,
    }
}

#[track_caller]
fn says(messages: &str, words: &[&str]) {
    for word in words {
        assert!(messages.contains(word), "no {word:?} in\n{messages}");
    }
}

// People

#[test]
fn labels_and_single_ages_are_taken_as_they_are() {
    let loaded = read(&[]).unwrap_or_else(|messages| panic!("{messages}"));
    let labels = &loaded.scenario.variables.labels;
    assert_eq!(
        (labels[0].id.as_str(), labels[0].values.as_slice()),
        ("district", &["north".to_owned(), "south".to_owned()][..])
    );
    let groups = &loaded.scenario.population.groups;
    assert_eq!((groups[1].age, groups[1].labels[0], groups[1].persons), (3, 1.0, 50.0));
}

#[test]
fn a_band_is_divided_in_proportion_to_the_table() {
    // Women of 2 and 3 are 60 and 30 in the table: 90 of them become 60 and 30.
    assert_eq!(people("age,sex,persons\n2-3,female,90\n"), [(2, 1.0, 60.0), (3, 1.0, 30.0)]);
}

#[test]
fn an_open_band_runs_to_the_last_age_of_the_table() {
    // Men of 3 and of 4-and-over are 10 and 5.
    assert_eq!(people("age,sex,persons\n3+,male,30\n"), [(3, 0.0, 20.0), (4, 0.0, 10.0)]);
}

#[test]
fn unknown_sex_is_divided_too() {
    // 40 men and 60 women of 2.
    assert_eq!(people("age,persons\n2,50\n"), [(2, 0.0, 20.0), (2, 1.0, 30.0)]);
}

#[test]
fn semicolons_and_decimal_commas_are_read_as_dutch_spreadsheets_write_them() {
    assert_eq!(
        people("\u{feff}age;sex;persons\r\n2;male;1,5\r\n\r\n3;male;2\r\n"),
        [(2, 0.0, 1.5), (3, 0.0, 2.0)]
    );
}

#[test]
fn every_wrong_field_is_underlined_in_its_own_line() {
    let text = "age,sex,persons\n2,female,-5\n\n3,woman,4\nold,male,2\n4,male,many\n5,male,nan\n";
    insta::assert_snapshot!(wrong("people.csv", text.as_bytes()), @r"
    error: -5 persons
     --> people.csv:2:10
      |
    2 | 2,female,-5
      |          ^^ expected a number that is not negative

    error: `woman` is not a sex
     --> people.csv:4:3
      |
    4 | 3,woman,4
      |   ^^^^^ expected male or female

    error: `old` is not an age
     --> people.csv:5:1
      |
    5 | old,male,2
      | ^^^ expected 64, 65-69 or 95+

    error: `many` is not a number
     --> people.csv:6:8
      |
    6 | 4,male,many
      |        ^^^^ expected a finite number for `persons`

    error: `nan` is not a number
     --> people.csv:7:8
      |
    7 | 5,male,nan
      |        ^^^ expected a finite number for `persons`

    5 errors
    ");
}

#[test]
fn a_missing_column_brings_the_nearest_name() {
    let messages = wrong("people.csv", b"age,sex,person\n2,female,3\n");
    says(
        &messages,
        &["people.csv:1:1", "the file has no column `persons`", "did you mean `person`?", "1 error\n"],
    );
}

#[test]
fn the_same_people_twice_are_an_error() {
    says(
        &wrong("people.csv", b"age,sex,persons\n2,male,3\n2,male,4\n"),
        &["these people stand here twice", ":3:1"],
    );
    says(&wrong("people.csv", b"age,sex,persons\n2-4,male,3\n3,male,4\n"), &["the ages 2-4 and 3 overlap"]);
}

#[test]
fn an_empty_population_is_an_error() {
    says(&wrong("people.csv", b"age,sex,persons\n2,male,0\n"), &["the population is empty"]);
    says(&wrong("people.csv", b"age,sex,persons\n"), &["the population is empty"]);
    says(&wrong("people.csv", b""), &["the file `people.csv` is empty"]);
}

#[test]
fn a_line_with_too_few_fields_is_an_error() {
    says(
        &wrong("people.csv", b"age,sex,persons\n2,male\n"),
        &["2 fields in a file of 3 columns", "people.csv:2:1"],
    );
}

#[test]
fn a_file_that_is_not_utf_8_is_an_error_at_its_byte() {
    let messages = wrong("people.csv", b"age,sex,persons\n2,f\xffmale,3\n");
    says(&messages, &["people.csv:2:4: not UTF-8 text", "CSV UTF-8"]);
}

// Tables

#[test]
fn a_table_without_a_row_for_a_combination_is_an_error() {
    let messages = wrong("nation.csv", b"age,sex,persons\n2,male,40\n2,female,60\n3,male,10\n");
    says(&messages, &["the table `nation` lacks rows", "no row for `age 3, sex female`", "1 error\n"]);
}

#[test]
fn a_gap_between_ages_is_an_error() {
    let messages = wrong("nation.csv", b"age,sex,persons\n2,male,40\n2,female,60\n4,male,10\n4,female,10\n");
    says(&messages, &["the bands 2 and 4 of `age` leave a gap", "expected a band from 3"]);
}

#[test]
fn a_row_twice_is_an_error() {
    let messages = wrong("prices.csv", b"year,index\n2021,110\n2022,121\n2022,122\n");
    says(&messages, &["the table `prices` has this row twice", "prices.csv:4:1"]);
}

#[test]
fn a_figure_that_its_kind_does_not_allow_is_an_error() {
    let messages = wrong("nation.csv", b"age,sex,persons\n2,male,-40\n2,female,60\n");
    says(&messages, &["-40 is no count", "nation.csv:2:8"]);
    says(
        &wrong("prices.csv", b"year,index\n2021,inf\n2022,121\n"),
        &["`inf` is not a number", "prices.csv:2:6"],
    );
}

// Samples

#[test]
fn columns_of_a_sample_become_parameters_drawn_together() {
    let loaded = read(&[]).unwrap_or_else(|messages| panic!("{messages}"));
    let parameters = &loaded.scenario.parameters;
    let names: Vec<&str> = parameters.columns.iter().map(|at| parameters.list[*at].name.as_str()).collect();
    assert_eq!(names, ["draw.rate", "draw.share"]);
}

#[test]
fn a_sample_with_something_else_than_numbers_is_an_error() {
    says(
        &wrong("draws.csv", b"rate,share\n0.4,much\n"),
        &["`much` is not a number", "draws.csv:2:5", "1 error\n"],
    );
}
