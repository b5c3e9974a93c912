//! `ounce deal`: the folder it writes, what it says, and its exit codes.

mod common;

use assert_cmd::Command;
use common::package::assert_primary_keys;
use std::collections::BTreeMap;
use std::path::Path;

/// Exit code and the texts on standard output and standard error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::cargo_bin("ounce").unwrap();
    let output =
        command.env_remove("NO_COLOR").current_dir(folder).arg("deal").args(arguments).output().unwrap();
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

/// A course for 50 people at 100 euros each avoids 30 falls in two years, which cost the town 100 euros each: the town
/// bears 5000 and saves 3000. The state pays a share of the costs.
fn town(state: &str) -> String {
    format!(
        r#"
ounce = 1
title = {{ en = "A course", nl = "Een cursus" }}
time = {{ start = 2026, years = 2, cycle = "half-year" }}
uncertainty = {{ draws = 8, seed = 1, design = "random" }}
valuation = {{ discount = {{ costs = 0, effects = 0 }}, price_year = 2024 }}
population = {{ closed = true, groups = {{ all = {{ age = 70, persons = 100 }} }} }}
budgets = {{ care = {{}} }}
strategies = {{ usual_care = {{}}, course = {{ programmes = ["course"] }} }}
effects = {{ halved = {{ on = "life.fall", rate_ratio = 0.5, lasts = "always" }} }}
unit_costs = {{ fall = {{ on = "life.fall", value = 100, budget = "care" }} }}
parties = {{ town = {{ kind = "municipality", budgets = ["care"] }}, state = {{ kind = "state" }} }}
[models.life]
states = {{ home = {{ start = 1, utility = 1 }}, dead = {{ start = 0, alive = false }} }}
events = {{ fall = {{ in = ["home"], rate = 0.8 }} }}
[programmes.course]
model = "life"
provider = "town"
eligible = "state == 'home'"
enrol = {{ years = "2026", share = 0.5 }}
cascade = {{ course = {{ of = "invited", share = 1, effects = ["halved"], costs = {{ course = 100 }} }} }}
[arrangements.grant.clauses.grant]
type = "subsidy"
from = "state"
to = "town"
base = "course"
share = {{ negotiable = {{ low = 0, high = 0.6, step = 0.1 }} }}
[deal.parties]
town = {{ needed = true }}
state = {state}
"#
    )
}

fn written(state: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("town.toml"), town(state)).unwrap();
    home
}

#[test]
fn a_deal_is_told_in_words_with_a_row_for_each_combination_and_party() {
    // The town needs 2000 of 5000: 0.4 or more. The state pays at most 2600: 0.5 or less.
    let home = written("{ net_at_least = -2600 }");
    let (code, stdout, stderr) = run(home.path(), &["town.toml"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("Yes: 2 of 7 combinations give every party what it asks."), "{stdout}");
    let files = files(&home.path().join("results/town_deal"));
    for name in [
        "deals.csv",
        "deal_solutions.csv",
        "deal_openings.csv",
        "inputs.csv",
        "datapackage.json",
        "manifest.json",
    ] {
        assert!(files.contains_key(name), "{name} of {:?}", files.keys());
    }
    let keys = assert_primary_keys(&files);
    assert_eq!(keys["deals"], ["point", "arrangement", "party"]);
    let deals = String::from_utf8(files["deals.csv"].clone()).unwrap();
    let header = "point,arrangement,grant_share,party,mean,gain,probability,cvar_5,payback_year,greatest_outlay,\
                  condition_holds,shortfall,probability_condition,delivered,feasible,frontier,probability_all";
    assert_eq!(deals.lines().next(), Some(header));
    assert_eq!(deals.lines().count(), 1 + 7 * 2);
    let row = deals.lines().find(|line| line.starts_with("6,grant,0.5,state,")).unwrap();
    assert!(row.starts_with("6,grant,0.5,state,-2500,-2500,0,-2500,,2500,1,0,1,1,1,1,1"), "{row}");
    let package: serde_json::Value = serde_json::from_slice(&files["datapackage.json"]).unwrap();
    assert_eq!(package["resources"][0]["name"], "deals");
    let manifest: serde_json::Value = serde_json::from_slice(&files["manifest.json"]).unwrap();
    assert_eq!(manifest["draws"], 8);
}

#[test]
fn where_there_is_no_deal_it_is_told_who_blocks_it_and_what_would_help() {
    // The state pays at most 1500, which is 0.3; there the town lacks 500. At 0.4 the state lacks 500 instead, but who
    // gains least (the state) has more at 0.3. Both together save 3000 of 5000.
    let home = written("{ net_at_least = -1500 }");
    let (code, stdout, stderr) = run(home.path(), &["town.toml"]);
    assert_eq!(code, 0, "{stderr}");
    assert_primary_keys(&files(&home.path().join("results/town_deal")));
    let text = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("No: none of the 7 combinations gives every party what it asks."), "{stdout}");
    assert!(text.contains("town blocks the deal: it lacks €500 there."), "{stdout}");
    assert!(text.contains("A grant of €500 from outside (€500 to town), with “grant” 30%."), "{stdout}");
    assert!(text.contains("No single term was found"), "{stdout}");
    // The town does with a loss of 500 at 0.3, or the state with one of 2000 at 0.4.
    for asks_less in [
        "town asks less: to be at most €500 worse off than without a deal, instead of not to be worse off than without a deal; with \
         “grant” 30%.",
        "state asks less: an expected result of at least −€2,000, instead of an expected result of at least −€1,500; with \
         “grant” 40%.",
    ] {
        assert!(text.contains(asks_less), "{stdout}");
    }
    assert!(
        text.contains(
            "Expected savings of town, without whom nothing happens, are €3,000 in all, and the programme costs €5,000. Of \
             the costs €2,000 is not earned back by them"
        ),
        "{stdout}"
    );
    // Both together save less than it costs, so no point is nearest to a fair division of nothing.
    let solutions =
        String::from_utf8(files(&home.path().join("results/town_deal"))["deal_solutions.csv"].clone())
            .unwrap();
    assert!(solutions.contains("\nnearest,") && !solutions.contains("\nshapley,"), "{solutions}");
    let (_, dutch, _) = run(home.path(), &["town.toml", "--lang", "nl", "--force"]);
    let dutch = dutch.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(dutch.contains("town houdt het akkoord tegen: die komt daar € 500 tekort."), "{dutch}");
}

#[test]
fn terms_are_called_after_their_clauses_in_both_languages() {
    let home = tempfile::tempdir().unwrap();
    let name = "[arrangements.grant.clauses.grant]\nname = { en = \"Share of the state\", nl = \"Deel van het Rijk\" }\n";
    let text = town("{ net_at_least = -1500 }").replace("[arrangements.grant.clauses.grant]\n", name);
    std::fs::write(home.path().join("town.toml"), text).unwrap();
    let words = |arguments: &[&str]| {
        let (code, stdout, stderr) = run(home.path(), arguments);
        assert_eq!(code, 0, "{stderr}");
        stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let english = words(&["town.toml"]);
    assert!(
        english.contains("Share of the state 30%") && english.contains("with “Share of the state” 30%"),
        "{english}"
    );
    let dutch = words(&["town.toml", "--lang", "nl", "--force"]);
    assert!(
        dutch.contains("Deel van het Rijk 30%") && dutch.contains("met “Deel van het Rijk” 30%"),
        "{dutch}"
    );
    assert!(!english.contains("grant_share") && !dutch.contains("grant_share"));
}

#[test]
fn who_lacks_almost_as_much_as_who_lacks_most_is_told_too() {
    // The town asks for 300 and the state pays at most 1,700. At 0.4 the town has 0 and the state −2,000: both lack 300.
    let home = tempfile::tempdir().unwrap();
    let text =
        town("{ net_at_least = -1700 }").replace("town = { needed = true }", "town = { net_at_least = 300 }");
    std::fs::write(home.path().join("town.toml"), text).unwrap();
    let (_, stdout, stderr) = run(home.path(), &["town.toml"]);
    let text = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains(
            "town stands most in the way of a deal: it lacks €300 there. Almost as much is lacking for state."
        ),
        "{stdout}{stderr}"
    );
}

#[test]
fn a_deal_is_the_same_bytes_for_any_number_of_threads() {
    let home = tempfile::tempdir().unwrap();
    let written = |name: &str, threads: &str| {
        let arguments = ["negotiation.toml", "--draws", "20", "--threads", threads, "--out", name, "--quiet"];
        let (code, stdout, stderr) = run(home.path(), &arguments);
        assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
        files(&home.path().join(name))
    };
    assert_eq!(written("one", "1"), written("three", "3"));
}

#[test]
fn a_scenario_without_a_table_is_told_so() {
    let home = tempfile::tempdir().unwrap();
    let (code, _, stderr) = run(home.path(), &["first_steps.toml", "--draws", "8"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("no [deal] table"), "{stderr}");
}
