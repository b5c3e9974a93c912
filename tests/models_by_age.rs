//! Models of different ages in one scenario: each follows the people of its ages and knows nothing of the others.

use ounce::scenario::checked::Scenario;
use ounce::scenario::{self, sources::Sources};
use ounce::value::flows::Flows;
use ounce::value::{Extent, value};

/// A hundred people of 70 whose falls a course halves, and a hundred children with a lesson; rates of falls are not known
/// of children.
const BOTH: &str = r#"
ounce = 1
title = "Old and young"
time = { start = 2026, years = 2, cycle = "half-year" }
uncertainty = { draws = 8, seed = 1, design = "random" }
valuation = { discount = { costs = 0, effects = 0 } }
strategies = { usual_care = {}, both = { programmes = ["course", "lesson"] } }
[population]
closed = true
[population.groups]
old = { age = 70, persons = 100 }
young = { age = 10, persons = 100 }
[population.classes.risk.values]
low = { share = "1 - high(age)" }
high = { share = "high(age)", relative_rates = { "falls.fall" = 2 } }
[tables.falls_a_year]
keys = ["age"]
kind = "rate"
per = "person-year"
rows = { "65+" = 0.8 }
[tables.high]
keys = ["age"]
kind = "share"
rows = { "65+" = 0.25 }
[models.falls]
ages = "65+"
states = { home = { start = 1, utility = 1 }, dead = { start = 0, alive = false } }
events = { fall = { in = ["home"], rate = "falls_a_year(age)" } }
[models.school]
ages = "4-17"
states = { well = { start = 1, utility = 1 }, dead = { start = 0, alive = false } }
events = { cold = { in = ["well"], rate = 3 } }
[effects]
halved = { on = "falls.fall", rate_ratio = 0.5, lasts = "always" }
fewer_colds = { on = "school.cold", rate_ratio = 0.9, lasts = "always" }
[programmes.course]
model = "falls"
enrol = { years = "2026", share = 0.5, at = "start-of-year" }
cascade = { course = { of = "invited", share = 1, effects = ["halved"] } }
[programmes.lesson]
model = "school"
enrol = { years = "2026", share = 1, at = "start-of-year" }
cascade = { lesson = { of = "invited", share = 1, effects = ["fewer_colds"] } }
"#;

fn loaded(text: &str) -> Result<Scenario, String> {
    let mut sources = Sources::default();
    match scenario::read_text("ages.toml", text, &[], &mut sources) {
        Ok(loaded) => Ok(loaded.scenario),
        Err(problems) => Err(problems.render(&sources, false)),
    }
}

fn flows(text: &str) -> Flows {
    let scenario = loaded(text).unwrap_or_else(|problems| panic!("{problems}"));
    let valued = value(&scenario, Extent::BaseCase, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    valued.variants[0].base[0].clone()
}

#[test]
fn each_model_counts_the_people_of_its_ages() {
    let flows = flows(BOTH);
    // Two years: 100 old people fall 0.8 times a year, 160 falls, and half of them have half: −40. The children have 600
    // colds, and a tenth fewer: −60.
    let total = |row: usize| (flows.count_level.total(row)[0], flows.count_increment.total(row)[0]);
    let found: Vec<(f64, f64)> = (0..flows.count_level.rows()).map(total).collect();
    for (level, increment) in [(160.0, -40.0), (600.0, -60.0)] {
        let close = |(l, i): &(f64, f64)| (l - level).abs() < 1e-9 && (i - increment).abs() < 1e-9;
        assert!(found.iter().any(close), "{level} and {increment} not in {found:?}");
    }
}

#[test]
fn without_ages_a_model_follows_everybody_and_must_know_them() {
    let problems = loaded(&BOTH.replace("ages = \"65+\"\n", "")).unwrap_err();
    assert!(problems.contains("has no row for age = 10"), "{problems}");
}

#[test]
fn a_model_of_ages_that_nobody_has_is_a_mistake() {
    let problems = loaded(&BOTH.replace("ages = \"65+\"", "ages = \"90+\"")).unwrap_err();
    assert!(problems.contains("`models.falls` follows nobody"), "{problems}");
}

#[test]
fn who_becomes_eligible_later_must_be_followed_from_the_start() {
    // Those of 70 in 2027 are 69 now; they live here, but the model follows nobody below 70.
    let open = BOTH
        .replace("closed = true\n", "")
        .replace("old = { age = 70,", "nearly = { age = 69, persons = 100 }\nold = { age = 70,")
        .replace("ages = \"65+\"", "ages = \"70+\"")
        .replace("model = \"falls\"\n", "model = \"falls\"\neligible = \"age == 70\"\n")
        .replace("years = \"2026\", share = 0.5", "years = \"2026-2027\", share = 0.5")
        .replace("model = \"school\"\n", "model = \"school\"\neligible = \"age == 10\"\n");
    let problems = loaded(&open).unwrap_err();
    assert!(problems.contains("missing ages on 1 January 2026: 69"), "{problems}");
}
