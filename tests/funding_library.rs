//! The library of ways to pay: every one of them settles on a programme that knows nothing of it.

use ounce::scenario::checked::Scenario;
use ounce::scenario::{self, sources::Sources};
use ounce::settle::{LineKind, Settled, settle};
use ounce::value::{Extent, value};

/// A programme that has all that the library asks for by name: steps of the lifestyle intervention, risk classes, a result that
/// is agreed on, and what a municipality pays of hospital care.
const PROGRAMME: &str = r#"
ounce = 1
title = "A programme"
use = ["lib/nl.toml", "lib/funding.toml"]
time = { start = 2030, years = 6, cycle = "half-year" }
uncertainty = { draws = 16, seed = 1, design = "random" }
strategies = { usual_care = {}, course = { programmes = ["course"] } }
[parameters]
gate_standard_error = { value = 0.5, assumption = "so sure that the gate lets it through" }
[population]
closed = true
groups = { all = { age = 70, sex = "female", persons = 1000 } }
[population.classes.risk.values]
low = { share = 0.5 }
high_with_condition = { share = 0.5 }
[models.life]
assumption = "made up"
states = { home = { start = 1, utility = 0.9 }, dead = { start = 0, alive = false } }
transitions = { dying = { from = "home", to = "dead", rate = 0.02 } }
[models.life.events]
fall = { in = ["home"], rate = 0.8 }
admission = { of = "fall", share = 0.05, qaly_loss = 0.05 }
[unit_costs]
hospital = { on = "life.admission", value = 9000, budget = "zvw", assumption = "made up" }
nursing_home = { on = "life.admission", value = 6000, budget = "wlz", assumption = "made up" }
help = { on = "life.admission", value = 1000, budget = "wmo", assumption = "made up" }
[outcomes]
agreed_result = { unit = "admissions", per = { "life.admission" = -1 }, assumption = "made up" }
cofinanced_care = { unit = "EUR", per = { "life.admission" = 2000 }, assumption = "made up" }
[effects.fewer]
on = "life.fall"
rate_ratio = { value = 0.5, sd = 0.1, dist = "gamma", assumption = "made up" }
lasts = "always"
[programmes.course]
model = "life"
provider = "municipality"
enrol = { years = "2030-2032", share = 0.3 }
fixed = { coordinator = { value = 20000, assumption = "made up" } }
[programmes.course.cascade]
intake = { of = "invited", share = { value = 0.6, assumption = "made up" }, costs = { intake = 60 }, assumption = "made up" }
start = { of = "intake", share = 0.9, costs = { treatment = 500 }, effects = ["fewer"], assumption = "made up" }
year_1 = { of = "start", share = 0.7, after = 1, costs = { maintenance = 200 }, assumption = "made up" }
"#;

fn loaded(text: &str) -> Result<Scenario, String> {
    let mut sources = Sources::default();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/programme.toml");
    match scenario::read_text(path, text, &[], &mut sources) {
        Ok(loaded) => Ok(loaded.scenario),
        Err(problems) => Err(problems.render(&sources, false)),
    }
}

fn read(text: &str) -> Scenario {
    loaded(text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The books of every arrangement by its name.
fn settled(scenario: &Scenario) -> Vec<(&str, Settled)> {
    let valued = value(scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    let all = settle(scenario, &valued).unwrap_or_else(|error| panic!("{error}"));
    all.into_iter()
        .filter(|settled| settled.variant == 0)
        .map(|settled| (scenario.arrangements[settled.arrangement].id.as_str(), settled))
        .collect()
}

/// What flows under a clause by year at the stated values, EUR.
fn paid(settled: &Settled, clause: usize) -> Vec<f64> {
    let base = &settled.base;
    let lines = base.lines.iter().filter(|line| line.kind == LineKind::Clause(clause));
    lines.fold(vec![0.0; base.years], |sum, line| {
        sum.iter().enumerate().map(|(year, sum)| sum + line.at(year)[0]).collect()
    })
}

#[test]
fn every_way_to_pay_settles_on_a_programme_with_all_that_it_names() {
    let scenario = read(PROGRAMME);
    assert_eq!(scenario.left_out, []);
    let all = settled(&scenario);
    assert_eq!(all.len(), 32);
    let parties = scenario.parties.list.len();
    // Money moves and is neither made nor lost: together the parties have the same under every way.
    let together = |settled: &Settled| -> f64 {
        (0..parties).flat_map(|party| settled.base.net(party)).map(|net| net[0]).sum()
    };
    let (_, first) = &all[0];
    for (id, settled) in &all {
        // A price of 250 brings less than the 565 that a participant costs, so this provider stays away; and an own payment
        // keeps people away, and an insurer that buys for its own insured helps fewer, so that less is spent and less is saved.
        if *id == "fee_if_it_pays" {
            assert!(settled.declined.is_some(), "{id}");
            assert_eq!(settled.base.gross()[0], 0.0, "{id}");
            continue;
        }
        let same_people = !["own_payment_deters", "one_insurer_own_insured"].contains(id);
        let difference = together(settled) - together(first);
        let none = difference.abs() < 1e-9 * settled.base.gross()[0];
        assert_eq!(none, same_people, "{id}: {difference}");
        for clause in 0..scenario.arrangements[settled.arrangement].clauses.len() {
            let moved: f64 = paid(settled, clause).iter().map(|euros| euros.abs()).sum();
            // So few people never save so much that it could not be chance.
            assert_eq!(moved > 0.0, *id != "shared_savings", "{id}, clause {clause}");
        }
    }
}

#[test]
fn the_first_step_is_the_one_after_the_invitation() {
    // 300 of 1,000 are invited in 2030 and 180 of them come: 180 · 250 euros.
    let scenario = read(&PROGRAMME.replace("use = [", "valuation = { price_year = 2024 }\nuse = ["));
    let all = settled(&scenario);
    let (_, fee) = all.iter().find(|(id, _)| *id == "fee_per_participant").unwrap();
    // They enrol in the middle of the year, so 2% of half a year have died and are not invited.
    let alive = 1.0 - (1.0 - (-0.01_f64).exp());
    assert!((paid(fee, 0)[0] - 180.0 * alive * 250.0).abs() < 1e-6, "{:?}", paid(fee, 0));
}

#[test]
fn years_of_the_run_are_counted_from_its_start_whenever_that_is() {
    // Transformation money is there in the first two years: 2030 and 2031.
    let scenario = read(PROGRAMME);
    let all = settled(&scenario);
    let (_, money) = all.iter().find(|(id, _)| *id == "transformation_money").unwrap();
    let years: Vec<bool> = paid(money, 0).iter().take(6).map(|euros| *euros > 0.0).collect();
    assert_eq!(years, [true, true, false, false, false, false]);
}

#[test]
fn what_does_not_fit_a_programme_is_left_out_and_said() {
    let bare = PROGRAMME
        .replace("start = {", "lesson = {")
        .replace("of = \"start\"", "of = \"lesson\"")
        .replace("cofinanced_care = {", "other_care = {");
    let scenario = read(&bare);
    let left_out: Vec<(&str, &str)> =
        scenario.left_out.iter().map(|one| (one.id.as_str(), one.reason.as_str())).collect();
    assert_eq!(
        left_out,
        [
            ("fee_by_quarter", "there is no step `course.start`"),
            ("municipal_cofinancing", "there is no outcome `cofinanced_care`"),
        ]
    );
    assert_eq!(scenario.arrangements.len(), 30);
}

#[test]
fn programme_stands_for_one_programme_only() {
    let second = "[programmes.other]\nmodel = \"life\"\nenrol = { years = \"2030\", share = 0.1 }\n\
                  cascade = { talk = { of = \"invited\", share = 1 } }\n\
                  [arrangements.mine.clauses.fee]\ntype = \"fee\"\nfrom = \"insurers\"\nto = \"provider\"\n\
                  step = \"programme.first\"\nprice = 1\n";
    let problems = loaded(&format!("{PROGRAMME}{second}")).unwrap_err();
    assert!(problems.contains("`programme` stands for the only programme, and there are 2"), "{problems}");
}

#[test]
fn a_question_about_a_way_to_pay_that_was_taken_out_is_left_out_with_a_warning() {
    let text =
        "ounce = 1\nuse = [\"amstelland_falls.toml\"]\narrangements.remove = [\"municipality_pays\"]\n";
    let mut sources = Sources::default();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/mine.toml");
    let loaded = scenario::read_text(path, text, &[], &mut sources);
    let loaded = loaded.unwrap_or_else(|problems| panic!("{}", problems.render(&sources, false)));
    let asked: Vec<&str> = loaded.scenario.thresholds.iter().map(|question| question.id.as_str()).collect();
    assert_eq!(asked, ["effect_on_injuries"]);
    let warnings = loaded.warnings.render(&sources, false);
    assert!(warnings.contains("the question `grant` is left out"), "{warnings}");
    // In the file itself it is a mistake.
    let own = format!("{text}thresholds.grant = {{ arrangement = \"municipality_payz\" }}\n");
    let problems = scenario::read_text(path, &own, &[], &mut Sources::default());
    assert!(problems.is_err(), "an unknown arrangement");
}
