//! `ounce run`: the folder it writes, what it says, and its exit codes.

mod common;

use assert_cmd::Command;
use common::package::assert_primary_keys;
use common::{HALVED_FALLS, men};
use std::collections::BTreeMap;
use std::path::Path;

/// Exit code and the texts on standard output and standard error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("ounce").unwrap();
    let output =
        command.env_remove("NO_COLOR").current_dir(folder).arg("run").args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Name and bytes of every file.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn a_shipped_scenario_runs_in_an_empty_folder() {
    let home = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = run(home.path(), &["first_steps.toml", "--draws", "40"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("Who pays and who gains"), "{stdout}");
    assert!(stdout.contains("results/first_steps"), "{stdout}");
    let written = files(&home.path().join("results/first_steps"));
    for name in ["summary.csv", "cashflow.csv", "draws.parquet", "datapackage.json", "manifest.json"] {
        assert!(written.contains_key(name), "{name} of {:?}", written.keys());
    }
    let parameters = String::from_utf8(written["psa_parameters.csv"].clone()).unwrap();
    assert_eq!(parameters.lines().count(), 41, "a header and a row for each draw");
}

#[test]
fn results_are_the_same_bytes_for_any_number_of_threads_and_any_folder() {
    let home = tempfile::tempdir().unwrap();
    let written = |name: &str, threads: &str| {
        let arguments = ["first_steps.toml", "--draws", "100", "--threads", threads, "--out", name];
        let (code, _, stderr) = run(home.path(), &arguments);
        assert_eq!(code, 0, "{stderr}");
        files(&home.path().join(name))
    };
    assert_eq!(written("one", "1"), written("three", "3"));
}

#[test]
fn what_contracts_measure_and_whether_they_pay_is_a_table_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    let written = |name: &str, threads: &str| {
        let arguments = ["aarhus_diabetes.toml", "--draws", "512", "--threads", threads, "--out", name];
        let (code, _, stderr) = run(home.path(), &arguments);
        assert_eq!(code, 0, "{stderr}");
        files(&home.path().join(name))
    };
    let (one, three) = (written("one", "1"), written("three", "3"));
    assert_eq!(one, three, "errors of measurement do not depend on threads");
    let table = String::from_utf8(one["clauses.csv"].clone()).unwrap();
    assert!(table.starts_with("variant,strategy,arrangement,clause,figure,year,unit,base,mean,"), "{table}");
    // 37% are expected to complete, of whom 2.4% die before the last control: 36.1%, with a standard deviation of 7.4
    // points between draws and 2.3 by chance; the target is 36%: about Φ(0.1 / 7.7) = 51% of draws pay, within four
    // standard errors of √(0.25 / 512).
    let row = table.lines().find(|line| line.starts_with("main,course,bond,results,completion.pays,2025,"));
    let mean: f64 = row.unwrap().split(',').nth(8).unwrap().parse().unwrap();
    assert!((0.42..0.60).contains(&mean), "{mean}");
}

#[test]
fn who_would_do_better_without_the_others_is_in_the_table_of_clauses() {
    // A course costs 100 men 10 each; the region saves 50 falls a year at 100, the town nothing. In equal halves the town pays
    // 500 for nothing. Shares that satisfy both exist: the region pays all.
    let home = tempfile::tempdir().unwrap();
    let course = HALVED_FALLS.replace("share = 1\neffects", "share = 1\ncosts = { lessons = 10 }\neffects");
    let text = format!(
        "{}{course}[unit_costs.stay]\non = \"m.fall\"\nvalue = 100\nbudget = \"care\"\n\
         [parties]\ntown = {{ kind = \"municipality\" }}\nregion = {{ kind = \"other\", budgets = [\"care\"] }}\n\
         [arrangements.deal.clauses.halves]\ntype = \"cost-share\"\nbase = \"p\"\nof = \"provider\"\n\
         parties = [\"town\", \"region\"]\nrule = \"equal\"\n",
        men(2, "half-year")
    );
    std::fs::write(home.path().join("shared.toml"), text).unwrap();
    let (code, _, stderr) = run(home.path(), &["shared.toml", "--out", "out"]);
    assert_eq!(code, 0, "{stderr}");
    let table = String::from_utf8(files(&home.path().join("out"))["clauses.csv"].clone()).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let shown: Vec<(&str, &str, f64)> =
        rows.iter().map(|row| (row[4], row[5], row[8].parse::<f64>().unwrap())).collect();
    let expected = [
        ("coalition_lacks", "2026", 500.0),
        ("in_coalition.town", "2026", 1.0),
        ("in_coalition.region", "2026", 0.0),
        ("grant_for_stability", "2026", 0.0),
    ];
    assert_eq!(shown, expected, "{table}");
}

#[test]
fn a_result_that_a_bond_pays_for_is_called_by_its_name_in_the_language_of_the_reader() {
    let home = tempfile::tempdir().unwrap();
    for (lang, name) in [("en", "(enough of them improve)"), ("nl", "(genoeg van hen verbeteren)")] {
        let arguments = ["aarhus_diabetes.toml", "--draws", "8", "--lang", lang, "--out", lang];
        let (code, stdout, stderr) = run(home.path(), &arguments);
        assert_eq!(code, 0, "{stderr}");
        let said = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(name), "no {name} in {said}");
    }
}

#[test]
fn an_existing_result_is_kept_unless_told_otherwise() {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["first_steps.toml", "--base-case", "--out", "here"];
    assert_eq!(run(home.path(), &arguments).0, 0);
    let (code, _, stderr) = run(home.path(), &arguments);
    assert_eq!(code, 1);
    assert!(stderr.contains("--force"), "{stderr}");
    assert_eq!(run(home.path(), &[&arguments[..], &["--force"]].concat()).0, 0);
}

#[test]
fn the_base_case_alone_has_no_draws() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(run(home.path(), &["first_steps.toml", "--base-case", "--out", "here"]).0, 0);
    let written = files(&home.path().join("here"));
    assert!(!written.contains_key("draws.parquet") && !written.contains_key("psa_costs.csv"));
}

#[test]
fn quiet_is_quiet() {
    let home = tempfile::tempdir().unwrap();
    let (code, stdout, stderr) = run(home.path(), &["first_steps.toml", "--base-case", "--quiet"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "", ""));
}

#[test]
fn dutch_words_and_dutch_csv() {
    let home = tempfile::tempdir().unwrap();
    let arguments =
        ["first_steps.toml", "--draws", "16", "--lang", "nl", "--csv-style", "nl", "--out", "hier"];
    let (code, stdout, stderr) = run(home.path(), &arguments);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("Wie betaalt en wie profiteert"), "{stdout}");
    let summary = String::from_utf8(files(&home.path().join("hier"))["summary.csv"].clone()).unwrap();
    assert!(summary.starts_with("\u{feff}variant;strategy;arrangement;"), "{summary}");
}

#[test]
fn a_wrong_scenario_and_a_missing_file_are_two() {
    let home = tempfile::tempdir().unwrap();
    let (code, _, stderr) = run(home.path(), &["nowhere.toml"]);
    assert_eq!(code, 2, "{stderr}");
    let (code, _, stderr) = run(home.path(), &["first_steps.toml", "--set", "time.years=-1"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(files(home.path()).is_empty(), "nothing is left behind");
}

#[test]
fn a_share_above_one_in_some_draw_is_found_before_anything_is_computed() {
    let home = tempfile::tempdir().unwrap();
    let text = r#"
ounce = 1
title = "A course"
time = { start = 2026, years = 2, cycle = "half-year" }
uncertainty = { draws = 64, seed = 1, design = "random" }
valuation = { discount = { costs = 0.03, effects = 0.015 } }
population = { closed = true, groups = { all = { age = 70, persons = 100 } } }
parameters = { uptake = { value = 0.9, sd = 0.3, dist = "normal", assumption = "far too uncertain" } }
budgets = { care = {} }
strategies = { usual_care = {}, course = { programmes = ["course"] } }
effects = { halved = { on = "life.fall", rate_ratio = 0.5, lasts = "always" } }
[models.life]
states = { home = { start = 1, utility = 1 }, dead = { start = 0, alive = false } }
events = { fall = { in = ["home"], rate = 0.8 } }
[programmes.course]
model = "life"
eligible = "state == 'home'"
enrol = { years = "2026", share = 0.5 }
cascade = { course = { of = "invited", share = "uptake", effects = ["halved"], costs = { course = 100 } } }
"#;
    std::fs::write(home.path().join("course.toml"), text).unwrap();
    let (code, _, stderr) = run(home.path(), &["course.toml"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("course.toml:19:48"), "it points at the share: {stderr}");
    assert!(stderr.contains("in draw "), "{stderr}");
    assert!(!home.path().join("results").exists(), "nothing is left behind");
}

#[test]
fn a_folder_that_cannot_be_written_is_one() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("file"), "").unwrap();
    let (code, _, stderr) = run(home.path(), &["first_steps.toml", "--out", "file/results"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("file/results") || stderr.contains("`file`"), "{stderr}");
}

#[test]
fn assignments_of_the_command_line_are_in_the_manifest() {
    let home = tempfile::tempdir().unwrap();
    let arguments =
        ["first_steps.toml", "--set", "time.years=3", "--seed", "5", "--draws", "16", "--out", "here"];
    let (code, _, stderr) = run(home.path(), &arguments);
    assert_eq!(code, 0, "{stderr}");
    let written = files(&home.path().join("here"));
    let manifest: serde_json::Value = serde_json::from_slice(&written["manifest.json"]).unwrap();
    assert_eq!(manifest["options"]["set time.years"], "3");
    assert_eq!(manifest["seed"], 5);
    assert_eq!(manifest["inputs"][0]["origin"], "embedded");
    let text = String::from_utf8(written["manifest.json"].clone()).unwrap();
    assert!(!text.contains(&home.path().display().to_string()), "no path of the machine");
}

#[test]
fn an_engine_that_cannot_follow_the_scenario_is_refused_at_the_place_that_needs_another() {
    let home = tempfile::tempdir().unwrap();
    let text = r#"
ounce = 1
title = "Falls"
time = { start = 2026, years = 2, cycle = "half-year" }
uncertainty = { draws = 8, engine = "individual" }
valuation = { discount = { costs = 0.03, effects = 0.015 } }
population = { closed = true, groups = { all = { age = 70, persons = 100 } } }
budgets = { care = {} }
strategies = { usual_care = {} }
[models.life]
assumption = "made up"
states = { home = { start = 1, utility = 1 } }
events = { fall = { in = ["home"], rate = "0.8 + 0.1 * past_fall" } }
"#;
    std::fs::write(home.path().join("falls.toml"), text).unwrap();
    let (code, _, stderr) = run(home.path(), &["falls.toml", "--engine", "counts"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("falls.toml:13:56"), "it points at the history: {stderr}");
    assert!(
        stderr.contains("the engine `counts` knows no history of persons, such as `past_fall`"),
        "{stderr}"
    );
    let (code, _, stderr) = run(home.path(), &["falls.toml", "--engine", "cohort"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("[possible values: expected, counts, individual]"), "{stderr}");
}

#[test]
fn lives_of_persons_are_written_where_persons_are_followed() {
    let home = tempfile::tempdir().unwrap();
    let arguments = ["first_steps.toml", "--draws", "40", "--trace", "persons.csv", "--trace-persons", "5"];
    let (code, _, stderr) = run(home.path(), &arguments);
    assert_eq!(code, 2);
    assert!(stderr.contains("the engine `expected` follows no single persons"), "{stderr}");
    assert!(stderr.contains("--engine individual"), "{stderr}");
    let followed = [&arguments[..], &["--engine", "individual"]].concat();
    let (code, _, stderr) = run(home.path(), &followed);
    assert_eq!(code, 0, "{stderr}");
    let text = std::fs::read_to_string(home.path().join("persons.csv")).unwrap();
    assert!(text.starts_with("strategy,model,draw,replicate,person,age_at_entry,"), "{text}");
    let persons: std::collections::BTreeSet<&str> =
        text.lines().skip(1).filter_map(|line| line.split(',').nth(4)).collect();
    assert_eq!(persons.len(), 5);
}

#[test]
fn every_draw_is_run_as_often_as_asked_and_its_chance_told_apart() {
    let home = tempfile::tempdir().unwrap();
    for engine in ["counts", "individual"] {
        let written = |name: &str, threads: &str| {
            let arguments = ["first_steps.toml", "--draws", "30", "--engine", engine, "--replicates", "4"];
            let rest = ["--threads", threads, "--out", name, "--force"];
            let (code, stdout, stderr) = run(home.path(), &[&arguments[..], &rest].concat());
            assert_eq!(code, 0, "{stderr}");
            assert!(stdout.contains("Every draw was run 4 times with other chance."), "{stdout}");
            files(&home.path().join(name))
        };
        let (one, three) = (written("one", "1"), written("three", "3"));
        assert!(one == three, "the same bytes for any number of threads");
        let text = |name: &str| String::from_utf8(one[name].clone()).unwrap();
        // 30 draws, not 120 runs: what software for the value of information reads is about parameters.
        for name in ["psa_parameters.csv", "psa_costs.csv", "psa_effects.csv"] {
            assert_eq!(text(name).lines().count(), 31, "{name}");
        }
        let summary = text("summary.csv");
        let mut rows = summary.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let header = rows.next().unwrap();
        let column = |name: &str| header.iter().position(|&known| known == name).unwrap();
        let cost = rows.find(|row| row[column("measure")] == "cost_present_difference").unwrap();
        let number = |name: &str| cost[column(name)].parse::<f64>().unwrap();
        assert!(number("variance_chance") > 0.0 && number("variance_parameters") >= 0.0);
        assert!(text("manifest.json").contains("\"replicates\": 4"), "{}", text("manifest.json"));
    }
}

/// Two towns in the place of the people of a shipped scenario.
const TOWNS: &str = r#"
ounce = 1
title = "Two towns"
use = ["first_steps.toml"]
results = { by = ["town"], monitoring = true }
[population.groups]
remove = ["seventy"]
aa = { age = 70, sex = "female", persons = 9000, labels = { town = "Aa" } }
bee = { age = 70, sex = "female", persons = 3000, labels = { town = "Bee" } }
[goals.fewer_falls]
name = { en = "Fewer falls", nl = "Minder vallen" }
measure = "falls.fall"
change = "-1%"
by = 2027
"#;

#[test]
fn places_have_tables_of_their_own_and_one_can_be_run_alone() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("towns.toml"), TOWNS).unwrap();
    let written = |name: &str, more: &[&str]| {
        let arguments = [&["towns.toml", "--draws", "64", "--out", name][..], more].concat();
        let (code, stdout, stderr) = run(home.path(), &arguments);
        assert_eq!(code, 0, "{stderr}");
        (files(&home.path().join(name)), stdout, stderr)
    };
    let (one, stdout, _) = written("one", &["--threads", "1"]);
    assert_eq!(one, written("three", &["--threads", "3"]).0, "bits do not depend on threads");
    assert!(stdout.contains("Results by town") && stdout.contains("Bee"), "{stdout}");
    let keys = assert_primary_keys(&one);
    assert_eq!(keys["cashflow"], ["variant", "strategy", "arrangement", "party", "measure", "year"]);
    assert_eq!(keys["priorities"], ["by", "group", "criterion", "wtp", "strategy"]);
    assert!(keys.len() > 10, "{:?}", keys.keys());
    let table = |name: &str| String::from_utf8(one[name].clone()).unwrap();
    let value = |table: &str, row: &str, column: usize| -> f64 {
        let line = table.lines().find(|line| line.starts_with(row)).unwrap_or_else(|| panic!("no {row}"));
        line.split(',').nth(column).unwrap().parse().unwrap()
    };
    // Three quarters and a quarter of everything, as only their size differs.
    let groups = table("by_group.csv");
    let means = ["town,Aa,course,participants,reached,total", "town,Bee,course,participants,reached,total"]
        .map(|row| value(&groups, row, 9));
    assert!((means[0] / means[1] - 3.0).abs() < 1e-9, "{means:?}");
    let all = value(&table("summary.csv"), "main,course,,,,participants,persons", 8);
    assert!((means[0] + means[1] - all).abs() < 1e-9 * all, "{means:?} of {all}");
    assert!(table("priorities.csv").lines().count() > 2);
    let goals = table("goals_by_group.csv");
    let level = |town: &str| value(&goals, &format!("town,{town},course,fewer_falls,short,2027,level,"), 9);
    let change =
        |town: &str| value(&goals, &format!("town,{town},course,fewer_falls,short,2027,relative_change,"), 9);
    assert!((level("Aa") / level("Bee") - 3.0).abs() < 1e-9 && change("Aa") < 0.0, "{goals}");
    assert!((change("Aa") - change("Bee")).abs() < 1e-12, "towns that differ by size only");
    assert!(
        stdout.contains("Goals by town") && stdout.contains("Fewer falls by 2027, wanted −1%"),
        "{stdout}"
    );
    let (_, dutch, _) = written("nl", &["--lang", "nl"]);
    assert!(dutch.contains("Doelen per plaats") && dutch.contains("Minder vallen in 2027"), "{dutch}");
    let falls = table("monitoring.csv");
    let row = "course,falls.fall,occurrences,2027,occurrences";
    let [mean, low, high] = [6, 7, 9].map(|column| value(&falls, row, column));
    assert!(
        low < mean - 2.0 * mean.sqrt() * 0.9 && mean + 2.0 * mean.sqrt() * 0.9 < high,
        "{low} {mean} {high}"
    );
    let package = String::from_utf8(one["datapackage.json"].clone()).unwrap();
    assert!(package.contains("by_group.csv") && package.contains("monitoring.csv"));
    // One town alone.
    let (alone, stdout, _) = written("alone", &["--where", "town=Bee"]);
    let summary = String::from_utf8(alone["summary.csv"].clone()).unwrap();
    let alone = value(&summary, "main,course,,,,participants,persons", 8);
    assert!((alone - means[1]).abs() < 1e-9 * alone, "{alone}, not {}", means[1]);
    let told: String = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("town = Bee: 25% of"), "which part that is, is told: {stdout}");
    let (code, _, stderr) = run(home.path(), &["towns.toml", "--where", "town=Be"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("Bee"), "{stderr}");
}

/// First steps with a second model, sugar in the blood, and a strategy on each.
const TWO_MODELS: &str = r#"
ounce = 1
title = "Two models"
use = ["first_steps.toml"]
[models.sugar.states]
well = { start = 1, utility = 0.85 }
gone = { alive = false }
[models.sugar.events.onset]
name = { en = "new cases of diabetes", nl = "nieuwe gevallen van diabetes" }
in = ["well"]
rate = 0.02
[effects.diet]
on = "sugar.onset"
rate_ratio = 1
lasts = "always"
[programmes.diet]
model = "sugar"
enrol = { years = "2026", share = 0.5 }
cascade.diet = { of = "invited", share = 0.5, effects = ["diet"] }
[strategies.diet]
programmes = ["diet"]
[thresholds]
remove = ["price"]
[goals]
falls = { measure = "falls.fall", change = "-1%", by = 2027 }
onsets = { measure = "sugar.onset", change = "-1%", by = 2027 }
"#;

#[test]
fn a_strategy_is_not_credited_with_rows_of_zeros_about_what_it_does_not_act_on() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("two.toml"), TWO_MODELS).unwrap();
    let told = |language: &str| {
        let (code, stdout, stderr) =
            run(home.path(), &["two.toml", "--base-case", "--lang", language, "--out", language]);
        assert_eq!(code, 0, "{stderr}");
        stdout
    };
    let text = told("en");
    let section = |from: &str| {
        let start = text.find(from).unwrap_or_else(|| panic!("no {from}: {text}"));
        let rest = &text[start..];
        &rest[..rest.find("What it costs").unwrap()]
    };
    let (course, diet) = (section("What it does: Balance course"), section("What it does: diet"));
    assert!(course.contains("emergency visit") && !course.contains("new cases of diabetes"), "{course}");
    // A diet that changes nothing of its own model still shows that.
    assert!(diet.contains("new cases of diabetes") && !diet.contains("emergency visit"), "{diet}");
    for section in [course, diet] {
        assert!(section.contains("What it does not act on is left out here"), "{section}");
    }
    let goals: Vec<&str> = text.lines().filter(|line| line.contains("by 2027")).collect();
    assert_eq!(goals.len(), 2, "each goal for the strategy that acts on it: {goals:?}");
    assert!(told("nl").contains("Waar het niet op werkt staat hier niet bij"));
    let table = std::fs::read_to_string(home.path().join("en/outcomes.csv")).unwrap();
    assert!(table.contains("main,course,,sugar.onset,difference,total,"), "the file keeps them");
}
