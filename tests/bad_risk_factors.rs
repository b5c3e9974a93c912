//! What people see when risk factors, histories or engines are used wrongly: each mistake at its place.

use ounce::scenario::checked::Engine;
use ounce::scenario::sources::Sources;
use ounce::scenario::{self, Overrides};

/// A scenario with two health models, a risk factor and a programme that uses it, without a mistake.
const GOOD: &str = r#"ounce = 1
title = "Weight"
time = { start = 2026, years = 4 }
valuation = { discount = { costs = 0.03, effects = 0.015 } }
population = { closed = true, groups = { all = { age = 70, persons = 100 } } }
budgets = { care = {} }
strategies = { usual_care = {}, course = { programmes = ["course"] } }
[models.eyes]
assumption = "a"
states = { sees = { start = 1 } }
events = { cataract = { in = ["sees"], rate = 0.1 } }
factors = { glare = { distribution = "normal", mean = 1, sd = 1 } }
[models.life]
assumption = "a"
states = { home = { start = 1, utility = 0.8 }, dead = { alive = false } }
[models.life.transitions]
dying = { from = "home", to = "dead", rate = 0.02 }
[models.life.events]
fall = { in = ["home"], rate = 0.8 }
hip = { of = "fall", share = 0.01 }
[models.life.factors.bmi]
distribution = "gamma"
mean = "27 + 0.01 * (age - 65)"
sd = 5
drift = 0.1
hazard_ratios = { fall = 1.02, dying = 1.01 }
utility = { home = -0.004 }
[effects.lighter]
on = "life.bmi"
difference = "-0.1 * bmi"
lasts = { full = 1 }
assumption = "a"
[programmes.course]
model = "life"
assumption = "a"
eligible = "state == 'home' and bmi > 30"
reach = "if(bmi > 35, 2, 1)"
enrol = { years = "2026", share = 0.5 }
cascade = { course = { of = "invited", share = 0.5, effects = ["lighter"], costs = { course = 100 } } }
[uncertainty]
factor_bins = 50
"#;

/// All messages about the scenario after changes, run by an engine.
fn messages(changes: &[(&str, &str)], engine: Engine) -> String {
    let text = changes.iter().fold(GOOD.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the scenario does not hold {from:?}");
        text.replacen(from, to, 1)
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("main.toml");
    std::fs::write(&path, text).unwrap();
    let mut sources = Sources::new();
    let overrides = Overrides { engine: Some(engine), replicates: None };
    let found = match scenario::read_with(&path, &[], overrides, &mut sources) {
        Ok(loaded) => loaded.warnings,
        Err(messages) => messages,
    };
    let folder = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
    found.render(&sources, false).replace(&folder, "")
}

/// That after changes there is one message, at a place and with all of these words.
#[track_caller]
fn says(changes: &[(&str, &str)], place: &str, words: &[&str]) {
    says_under(Engine::Expected, changes, place, words);
}

#[track_caller]
fn says_under(engine: Engine, changes: &[(&str, &str)], place: &str, words: &[&str]) {
    let messages = messages(changes, engine);
    let place = format!("main.toml:{place}\n");
    for word in words.iter().copied().chain([place.as_str()]) {
        assert!(messages.contains(word), "no {word:?} in\n{messages}");
    }
    let last = messages.lines().last().unwrap_or_default();
    assert!(["1 error", "1 warning"].contains(&last), "more than one message:\n{messages}");
}

#[test]
fn the_scenario_of_these_tests_has_neither_errors_nor_warnings() {
    assert_eq!(messages(&[], Engine::Expected), "");
    assert_eq!(messages(&[], Engine::Individual), "");
}

// Risk factors

#[test]
fn what_a_factor_drives_is_an_event_or_transition_of_its_model() {
    let ratio = |name: &str| [("{ fall = 1.02,".to_owned(), format!("{{ {name} = 1.02,"))];
    let says = |name: &str, words: &[&str]| {
        let change = ratio(name);
        let change = [(change[0].0.as_str(), change[0].1.as_str())];
        self::says(&change, "26:19", words);
    };
    says("fal", &["there is no event or transition `fal`", "did you mean `fall`?"]);
    says("cataract", &["there is no event or transition `cataract`"]);
    says(
        "home",
        &["`home` is a state, which has no rate", "write deaths that the factor drives as one of these"],
    );
    says("excess_mortality", &["background and excess mortality cannot have a hazard ratio"]);
}

#[test]
fn states_whose_utility_a_factor_changes_have_people_alive() {
    says(
        &[("utility = { home = -0.004", "utility = { hom = -0.004")],
        "27:13",
        &["there is no state `hom`", "did you mean `home`?"],
    );
    says(
        &[("utility = { home = -0.004", "utility = { dead = -0.004")],
        "27:13",
        &["`dead` is a state of the dead"],
    );
}

#[test]
fn numbers_of_a_factor_have_their_ranges() {
    says(
        &[("sd = 5", "sd = -5")],
        "24:6",
        &["`models.life.factors.bmi.sd` is -5 in the base case", "not negative"],
    );
    says(
        &[("mean = \"27 + 0.01 * (age - 65)\"", "mean = 0")],
        "23:8",
        &["is 0 in the base case", "expected a number above 0"],
    );
    says(&[("fall = 1.02", "fall = 0")], "26:26", &["hazard_ratios.fall` is 0", "expected a number above 0"]);
    says(&[("\"gamma\"", "\"beta\"")], "22:16", &["\"normal\", \"lognormal\", \"gamma\""]);
    says(&[("sd = 5\n", "")], "21:1", &["lacks `sd`"]);
    says(
        &[("sd = 5\n", "sd = 5\nhazard_ratio = 1\n")],
        "25:1",
        &["unknown key `hazard_ratio`", "did you mean `hazard_ratios`?"],
    );
}

#[test]
fn a_factor_cannot_have_the_name_of_something_else() {
    let named = |name: &str, place: &str, words: &[&str]| {
        let change = format!("factors = {{ {name} = {{");
        says(&[("factors = { glare = {", &change)], place, words);
    };
    named("age", "12:13", &["a risk factor cannot be called `age`", "`age` is a variable of formulas"]);
    named("time_in_state", "12:13", &["a risk factor cannot be called `time_in_state`"]);
    named("cataract", "12:13", &["two things in `models.eyes` are called `cataract`"]);
    says(
        &[("[models.eyes]", "[parameters]\nbmi = { value = 1, assumption = \"a\" }\n[models.eyes]")],
        "9:1",
        &["a parameter cannot be called `bmi`", "this is a risk factor"],
    );
    says(
        &[("[models.eyes]", "[parameters]\npast_fall = { value = 1, assumption = \"a\" }\n[models.eyes]")],
        "9:1",
        &["a parameter cannot be called `past_fall`", "the number of past events of a person"],
    );
}

#[test]
fn a_factor_in_a_rate_is_told_where_it_belongs() {
    insta::assert_snapshot!(messages(&[("rate = 0.02", "rate = \"0.02 * bmi / 27\"")], Engine::Expected), @r#"
    error: `bmi` has no value here
      --> main.toml:17:54
       |
    17 | dying = { from = "home", to = "dead", rate = "0.02 * bmi / 27" }
       |                                                      ^^^ besides parameters, known here: `age`, `year`, `time`, `time_in_state`, `past_EVENT`
       |
       = help: a risk factor acts on rates by its `hazard_ratios` and on quality of life by its `utility`; formulas use it only to choose people for a programme and to size its costs and effects

    1 error
    "#);
    says(
        &[("utility = 0.8", "utility = \"1 - bmi / 100\"")],
        "15:47",
        &["`bmi` has no value here", "`hazard_ratios`", "`utility`"],
    );
    says(&[("mean = \"27", "mean = \"bmi + 27")], "23:9", &["`bmi` has no value here"]);
}

#[test]
fn a_programme_uses_the_factors_of_its_own_model() {
    says(
        &[("eligible = \"state == 'home' and bmi > 30\"", "eligible = \"state == 'home' and glare > 30\"")],
        "36:33",
        &["the model `life` has no risk factor `glare`"],
    );
    says(
        &[("difference = \"-0.1 * bmi\"", "difference = \"-0.1 * glare\"")],
        "30:22",
        &["no risk factor `glare`"],
    );
}

#[test]
fn a_factor_is_shifted_by_a_difference() {
    says(
        &[("difference = \"-0.1 * bmi\"", "rate_ratio = 0.9")],
        "30:1",
        &["a risk factor is changed by a `difference`", "not on `life.bmi`", "`hazard_ratios`"],
    );
    says(&[("on = \"life.bmi\"", "on = \"life.bmy\"")], "29:6", &["`life.bmy`", "did you mean `life.bmi`?"]);
}

#[test]
fn a_factor_is_not_counted_and_has_no_price() {
    says(
        &[(
            "[models.eyes]",
            "[unit_costs]\nx = { on = \"life.bmi\", value = 1, budget = \"care\", assumption = \"a\" }\n[models.eyes]",
        )],
        "9:12",
        &["a risk factor does not happen"],
    );
}

#[test]
fn acting_on_a_factor_and_on_what_it_drives_brings_a_warning() {
    let twice = |on: &str, place: &str, words: &[&str]| {
        let effect =
            format!("[effects.other]\n{on}\nlasts = \"always\"\nassumption = \"a\"\n[effects.lighter]");
        let changes = [
            ("[effects.lighter]", effect.as_str()),
            ("effects = [\"lighter\"]", "effects = [\"lighter\", \"other\"]"),
        ];
        says(&changes, place, words);
    };
    let beside = ["`course` acts on `bmi` and on a rate that it drives", "beside `other`"];
    twice("on = \"life.fall\"\nrate_ratio = 0.9", "33:10", &beside);
    // Hip fractures inherit the ratio of falls.
    twice("on = \"life.hip\"\nrate_ratio = 0.9", "33:10", &beside);
    // Another state's quality of life is no work of the factor, but may hold the gain of fewer events.
    let beside = ["`course` acts both on events and on quality of life", "beside `lighter`"];
    let effect = "[effects.other]\non = \"life.home.utility\"\ndifference = 0.1\nlasts = \"always\"\nassumption = \"a\"\n[effects.lighter]";
    let changes = [
        ("utility = { home = -0.004 }\n", "\n"),
        ("[effects.lighter]", effect),
        ("effects = [\"lighter\"]", "effects = [\"lighter\", \"other\"]"),
    ];
    says(&changes, "28:10", &beside);
    let beside = ["`course` acts on `bmi` and on a quality of life that it drives"];
    twice("on = \"life.home.utility\"\ndifference = 0.1", "33:10", &beside);
}

#[test]
fn bins_of_several_factors_are_not_too_many_together() {
    let more = (1..=4).map(|number| format!("f{number} = {{ distribution = \"normal\", mean = 1, sd = 1 }}"));
    let factors = format!("factors = {{ {}, ", more.collect::<Vec<_>>().join(", "));
    says(
        &[("factors = { ", &factors)],
        "41:15",
        &[
            "50 bins of each of 5 risk factors of `eyes` are too many together",
            "split in 50^5, more than 10000",
        ],
    );
    let bins = [("factors = { ", factors.as_str()), ("factor_bins = 50", "factor_bins = 6")];
    let messages = messages(&bins, Engine::Expected);
    assert!(!messages.contains("too many together"), "{messages}");
}

#[test]
fn a_programme_that_chooses_by_few_bins_brings_a_warning() {
    let words = ["`course` chooses by `bmi`, of which there are 10 bins", "write `factor_bins = 50`"];
    says(&[("factor_bins = 50", "factor_bins = 10")], "36:33", &words);
    // By the size of an effect too.
    let changes =
        [("factor_bins = 50", "factor_bins = 10"), (" and bmi > 30", ""), ("if(bmi > 35, 2, 1)", "1")];
    says(&changes, "30:22", &words);
    let messages = messages(&[("factor_bins = 50", "factor_bins = 10")], Engine::Individual);
    assert_eq!(messages, "", "persons are no bins");
}

#[test]
fn a_quality_of_life_above_1_at_the_ends_of_a_factor_brings_a_warning() {
    // Gamma, mean 27.05, standard deviation 5: the lightest 2% are some 10 below the mean and gain 0.04.
    says(
        &[("utility = 0.8", "utility = 0.98")],
        "27:20",
        &[
            "the quality of life in `life.home` is 1.0",
            "in the base case at the ends of risk factors, for age 70",
        ],
    );
    // 5 units less each year: 15 less in the fourth and last year, 0.06 more.
    says(
        &[("utility = 0.8", "utility = 0.92"), ("drift = 0.1", "drift = -5")],
        "27:20",
        &["the quality of life in `life.home`", "for age 73"],
    );
}

#[test]
fn a_consequence_more_frequent_than_its_event_at_the_ends_of_a_factor_brings_a_warning() {
    // At 1.3 a unit the heaviest 2%, some 13 above the mean, break their hip more often than they fall.
    says(
        &[("share = 0.01 }", "share = 0.3 }"), ("{ fall = 1.02,", "{ fall = 1.02, hip = 1.3,")],
        "26:38",
        &["the share of events `fall` with the consequence `hip` is", "at the ends of risk factors"],
    );
}

#[test]
fn a_ratio_without_a_mean_over_a_gamma_distribution_is_refused_under_every_engine() {
    // Standard deviation 20, mean 27: θ = 14.8; at 1.2 a unit θ·ln 1.2 = 2.7.
    for engine in ["expected", "individual"] {
        let text = GOOD
            .replace("sd = 5", "sd = 20")
            .replace("fall = 1.02", "fall = 1.2")
            .replace("factor_bins = 50", &format!("factor_bins = 50\nengine = \"{engine}\""));
        let mut sources = Sources::default();
        let loaded = scenario::read_text("main.toml", &text, &[], &mut sources).ok().unwrap();
        let error = ounce::value::value(&loaded.scenario, ounce::value::Extent::BaseCase, &|| ());
        let error = error.err().unwrap().to_string();
        assert!(error.contains("too far from 1 for this gamma distribution"), "{engine}: {error}");
    }
}

// Engines

#[test]
fn whole_numbers_of_people_have_no_risk_factors() {
    let text = messages(&[], Engine::Counts);
    for words in [
        "the engine `counts` cannot follow the risk factor `life.bmi`",
        "main.toml:21:22",
        "`expected` or `individual`",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}

#[test]
fn only_persons_have_a_history() {
    let history = [("rate = 0.02", "rate = \"0.02 + 0.01 * time_in_state\"")];
    let words = [
        "the engine `expected` knows no history of persons, such as `time_in_state`",
        "`--engine individual`",
    ];
    says(&history, "17:61", &words);
    assert_eq!(messages(&history, Engine::Individual), "");
    for (from, to, place) in [
        ("rate = 0.8", "rate = \"0.8 + 0.1 * min(past_fall, 3)\"", "19:49"),
        ("share = 0.01", "share = \"if(past_hip > 0, 0.02, 0.01)\"", "20:34"),
        ("bmi > 30", "past_fall > 0", "36:33"),
        ("if(bmi > 35, 2, 1)", "if(past_fall > 0, 2, 1)", "37:13"),
        ("share = 0.5, effects", "share = \"if(past_fall > 0, 0.5, 0.4)\", effects", "39:52"),
    ] {
        says(&[(from, to)], place, &["the engine `expected` knows no history of persons, such as `past_"]);
        assert_eq!(messages(&[(from, to)], Engine::Individual), "", "{to}");
    }
}

#[test]
fn history_is_that_of_the_model_and_only_known_where_it_matters() {
    says_under(
        Engine::Individual,
        &[("rate = 0.8", "rate = \"0.8 + 0.1 * past_cataract\"")],
        "19:45",
        &["the model `life` has no event `cataract`"],
    );
    says_under(
        Engine::Individual,
        &[("rate = 0.8", "rate = \"0.8 + 0.1 * past_fal\"")],
        "19:45",
        &["unknown name `past_fal`", "did you mean `past_fall`?"],
    );
    says_under(
        Engine::Individual,
        &[("utility = 0.8", "utility = \"0.8 - 0.1 * time_in_state\"")],
        "15:55",
        &["`time_in_state` has no value here", "a person's history is known in rates"],
    );
}
