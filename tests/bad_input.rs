//! What people see when a scenario is wrong: every mistake at its file, line and column, with what was expected.

use ounce::scenario::sources::Sources;
use ounce::scenario::{self, Loaded};

/// A small scenario with a bit of everything and no mistake.
const GOOD: &str = r#"ounce = 1
title = "Small"
[time]
start = 2026
years = 4
[valuation]
discount = { costs = 0.03, effects = 0.015 }
[population]
closed = true
file = "people.csv"
[parameters]
fall_rate = { value = 0.5, assumption = "a" }
uptake = { value = 0.4, n = 100, assumption = "a" }
price = { value = 200, assumption = "a" }
[tables.hip_share]
file = "hip.csv"
keys = ["age"]
value = "share"
kind = "share"
assumption = "a"
[models.falls]
assumption = "a"
[models.falls.states.home]
start = 1
utility = 0.8
[models.falls.states.nursing_home]
utility = 0.5
[models.falls.states.dead]
alive = false
[models.falls.transitions.dying]
from = "home"
to = "dead"
rate = 0.02
[models.falls.events.fall]
in = ["home"]
rate = "fall_rate"
[models.falls.events.hip]
of = "fall"
share = "hip_share(age)"
[models.falls.events.admitted]
of = "hip"
share = 0.1
moves_to = "nursing_home"
[budgets.zvw]
kind = "insurance"
[budgets.wlz]
[unit_costs.hip]
on = "falls.hip"
value = { value = 9000, assumption = "a" }
budgets = { zvw = 0.9, wlz = 0.1 }
assumption = "a"
[effects.course]
on = "falls.fall"
rate_ratio = { value = 0.77, ci95 = [0.71, 0.83], dist = "lognormal", assumption = "a" }
lasts = { full = 1, fade = 2 }
assumption = "a"
[programmes.chain]
model = "falls"
eligible = "age >= 65 and state == 'home'"
enrol = { years = "2026-2027", share = 0.2 }
[programmes.chain.cascade.check]
of = "invited"
share = "uptake"
[programmes.chain.cascade.course]
of = "check"
share = { value = 0.6, assumption = "a" }
after = 0.5
costs = { course = "price" }
effects = ["course"]
[programmes.chain.cascade.exercise]
of = "check"
share = { value = 0.3, assumption = "a" }
[strategies.usual_care]
[strategies.chain]
programmes = ["chain"]
[parties.insurer]
kind = "insurer"
market_share = { value = 0.4, assumption = "a" }
leaving_rate = { value = "0.02 + 0 * age", assumption = "a" }
[parties.municipality]
kind = "municipality"
budgets = ["wlz"]
[arrangements.today.clauses.fee]
type = "fee"
from = "insurers"
to = "municipality"
step = "chain.course"
price = 150
years = "2026-2028"
"#;

const PEOPLE: &str = "age,sex,persons\n70,female,600\n70,male,400\n71,male,300\n";
const HIP: &str = "age,share\n60-69,0.01\n70-79,0.02\n80+,0.03\n";

/// Reads the scenario `main.toml` among files in a folder of their own; messages without the folder's name.
fn read(files: &[(&str, &[u8])]) -> Result<Loaded, String> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let mut sources = Sources::new();
    let path = folder.path().join("main.toml");
    scenario::read(&path, &[], &mut sources).map_err(|messages| {
        let folder = format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR);
        messages.render(&sources, false).replace(&folder, "")
    })
}

fn read_toml(text: &str) -> Result<Loaded, String> {
    read(&[("main.toml", text.as_bytes()), ("people.csv", PEOPLE.as_bytes()), ("hip.csv", HIP.as_bytes())])
}

/// The good scenario with some words replaced by others.
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(GOOD.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the scenario does not hold {from:?}");
        text.replacen(from, to, 1)
    })
}

/// The messages about the good scenario after changes that make it wrong.
fn wrong(changes: &[(&str, &str)]) -> String {
    match read_toml(&changed(changes)) {
        Ok(_) => panic!("no error after {changes:?}"),
        Err(messages) => messages,
    }
}

/// That there is one error and that it has all of these words.
#[track_caller]
fn says(messages: &str, words: &[&str]) {
    for word in words {
        assert!(messages.contains(word), "no {word:?} in\n{messages}");
    }
    assert!(messages.ends_with("1 error\n"), "more than one error:\n{messages}");
}

#[test]
fn the_scenario_of_these_tests_has_neither_errors_nor_warnings() {
    let loaded = read_toml(GOOD).unwrap_or_else(|messages| panic!("{messages}"));
    let warnings = loaded.warnings.iter().map(|message| message.title.clone()).collect::<Vec<_>>();
    assert_eq!(warnings, [""; 0]);
}

// Names

#[test]
fn an_unknown_key_brings_the_nearest_known_one() {
    let messages = wrong(&[("start = 1\nutility", "start = 1\nutilty")]);
    says(&messages, &["unknown key `utilty`", "main.toml:25:1", "did you mean `utility`?"]);
}

#[test]
fn a_misspelt_name_in_a_formula_is_underlined_there() {
    insta::assert_snapshot!(wrong(&[("rate = \"fall_rate\"", "rate = \"2 * fal_rate\"")]), @r#"
    error: unknown name `fal_rate`
      --> main.toml:36:13
       |
    36 | rate = "2 * fal_rate"
       |             ^^^^^^^^ in this formula
       |
       = help: did you mean `fall_rate`?

    1 error
    "#);
}

#[test]
fn a_variable_is_only_known_where_it_has_a_value() {
    let messages = wrong(&[("eligible = \"age", "eligible = \"since < 3 and age")]);
    says(&messages, &["`since` has no value here", "main.toml:59:13", "known here: `age`, `sex`, `state`"]);
    let messages = wrong(&[("price = { value = 200,", "price = { value = \"10 * age\",")]);
    says(&messages, &["`age` has no value here", "only parameters and tables"]);
}

#[test]
fn sex_is_unknown_where_the_population_does_not_tell() {
    let text = changed(&[("rate = \"fall_rate\"", "rate = \"if(sex == 'male', 1, 2) * fall_rate\"")]);
    let people = b"age,persons\n70,1000\n71,300\n";
    let messages =
        read(&[("main.toml", text.as_bytes()), ("people.csv", people), ("hip.csv", HIP.as_bytes())])
            .err()
            .unwrap();
    says(&messages, &["`sex` has no value here", "the population does not say who is a man"]);
}

#[test]
fn a_clause_that_names_an_unknown_party_or_step_brings_the_nearest() {
    let messages = wrong(&[("to = \"municipality\"", "to = \"municipalty\"")]);
    says(&messages, &["there is no party `municipalty`", "main.toml:86:6", "did you mean `municipality`?"]);
    let messages = wrong(&[("step = \"chain.course\"", "step = \"chain.corse\"")]);
    says(&messages, &["there is no step `chain.corse`", "did you mean `chain.course`?"]);
    let messages = wrong(&[("step = \"chain.course\"", "step = \"chian.course\"")]);
    says(&messages, &["there is no programme `chian`", "did you mean `chain`?"]);
}

#[test]
fn what_could_not_be_read_is_not_called_unknown_on_top_of_that() {
    let messages = wrong(&[("on = \"falls.fall\"", "on = \"falls.fal\"")]);
    says(&messages, &["there is no event, transition or state `falls.fal`", "did you mean `falls.fall`?"]);
    let messages = wrong(&[("model = \"falls\"", "model = \"fals\"")]);
    says(&messages, &["there is no model `fals`"]);
}

#[test]
fn an_unknown_source_is_an_error() {
    let messages = wrong(&[(
        "uptake = { value = 0.4, n = 100, assumption = \"a\"",
        "uptake = { value = 0.4, n = 100, source = \"cbs\"",
    )]);
    says(&messages, &["there is no source `cbs`", "main.toml:13:43"]);
}

#[test]
fn two_parts_of_a_model_cannot_share_a_name() {
    let messages = wrong(&[("[models.falls.transitions.dying]", "[models.falls.transitions.fall]")]);
    says(&messages, &["two things in `models.falls` are called `fall`", "`falls.fall` would mean either"]);
}

// Circles

#[test]
fn circular_parameters_are_shown_with_the_way_round() {
    let circle =
        "fall_rate = { value = \"b * 2\", assumption = \"a\" }\nb = \"c + 1\"\nc = \"fall_rate / 2\"\n";
    let messages = wrong(&[("fall_rate = { value = 0.5, assumption = \"a\" }\n", circle)]);
    insta::assert_snapshot!(messages, @r#"
    error: parameters that depend on one another in a circle have no value
      --> main.toml:12:1
       |
    12 | fall_rate = { value = "b * 2", assumption = "a" }
       | ^^^^^^^^^ fall_rate -> b -> c -> fall_rate
    13 | b = "c + 1"
       | - on the way round
    14 | c = "fall_rate / 2"
       | - on the way round

    1 error
    "#);
}

#[test]
fn a_parameter_of_itself_is_a_circle() {
    let messages = wrong(&[("price = { value = 200,", "price = { value = \"price + 1\",")]);
    says(&messages, &["price -> price"]);
}

#[test]
fn circular_use_is_shown_with_the_way_round() {
    let messages =
        read(&[("main.toml", b"use = ['b.toml']\n"), ("b.toml", b"use = ['main.toml']\n")]).err().unwrap();
    assert!(messages.contains("main.toml") && messages.contains("b.toml:1:8"), "{messages}");
}

#[test]
fn events_and_steps_cannot_follow_from_each_other_in_a_circle() {
    let messages = wrong(&[("of = \"fall\"", "of = \"admitted\"")]);
    says(&messages, &["events that follow from one another in a circle", "hip, admitted"]);
    let messages = wrong(&[("of = \"invited\"", "of = \"course\"")]);
    says(&messages, &["steps that follow from one another in a circle", "check, course, exercise"]);
}

// Shares, probabilities and rates

#[test]
fn a_share_above_one_is_an_error() {
    let messages = wrong(&[("share = 0.1\nmoves", "share = \"150%\"\nmoves")]);
    says(
        &messages,
        &["`models.falls.events.admitted.share` is 1.5 in the base case", "expected a share from 0 to 1"],
    );
}

#[test]
fn a_row_of_probabilities_above_one_is_an_error() {
    let row = "probability = 0.7\n[models.falls.transitions.moving]\nfrom = \"home\"\nto = \"nursing_home\"\nprobability = 0.6";
    let messages = wrong(&[("rate = 0.02", row), ("moves_to = \"nursing_home\"\n", "")]);
    insta::assert_snapshot!(messages, @r#"
    error: the probabilities of leaving `falls.home` sum to 1.3 in the base case
      --> main.toml:33:15
       |
    33 | probability = 0.7
       |               ^^^ expected a sum of at most 1
    ...
    37 | probability = 0.6
       |               --- added to it

    1 error
    "#);
}

#[test]
fn a_state_is_left_by_rates_or_by_probabilities_but_not_by_both() {
    let messages = wrong(&[("rate = 0.02", "probability = 0.02")]);
    says(
        &messages,
        &[
            "people leave `home` both by a probability per year and by a rate",
            "event `admitted` a rate",
            "prob_to_rate",
        ],
    );
}

#[test]
fn a_negative_rate_is_an_error_for_whom_it_is_negative() {
    let messages = wrong(&[("rate = 0.02", "rate = \"0.02 * (70.5 - age)\"")]);
    says(&messages, &["`models.falls.transitions.dying.rate` is -0.01 in the base case, for age 71"]);
}

#[test]
fn a_set_of_an_arm_is_checked_like_the_rest() {
    let messages = wrong(&[(
        "programmes = [\"chain\"]\n",
        "programmes = [\"chain\"]\nset = { uptake = \"uptake + 0.7\" }\n",
    )]);
    says(
        &messages,
        &["`programmes.chain.cascade.check.share` is 1.1 in the base case with the strategy `chain`"],
    );
}

#[test]
fn steps_that_exclude_one_another_take_at_most_everybody() {
    let messages = wrong(&[("share = { value = 0.3", "share = { value = 0.5")]);
    says(&messages, &["the shares of the steps of `check` in `chain` sum to 1.1", "added to it"]);
}

#[test]
fn people_start_somewhere_all_of_them() {
    let messages = wrong(&[("start = 1\n", "start = 0.9\n")]);
    says(&messages, &["the shares in which people start in `falls` sum to 0.9"]);
}

#[test]
fn a_cost_falls_on_budgets_as_a_whole() {
    let messages = wrong(&[("wlz = 0.1 }", "wlz = 0.2 }")]);
    says(&messages, &["the shares of budgets in `unit_costs.hip` sum to 1.1"]);
}

#[test]
fn a_formula_without_a_finite_value_is_an_error() {
    let messages = wrong(&[("price = { value = 200,", "price = { value = \"1 / (uptake - 0.4)\",")]);
    says(&messages, &["`price` has no value", "no finite number"]);
    let messages = wrong(&[("rate = 0.02", "rate = \"1 / (age - 70)\"")]);
    says(&messages, &["`models.falls.transitions.dying.rate` is inf in the base case, for age 70"]);
}

#[test]
fn infinite_and_missing_numbers_are_no_numbers_of_a_scenario() {
    for written in ["inf", "nan", "-inf", "1e999"] {
        let messages = wrong(&[("rate = 0.02", &format!("rate = {written}"))]);
        assert!(messages.contains("a number must be finite"), "{messages}");
    }
    let messages = wrong(&[("rate = 0.02", "rate = \"nan\"")]);
    says(&messages, &["unknown name `nan`"]);
}

// Uncertainty

#[test]
fn a_value_lies_in_its_own_interval() {
    let messages = wrong(&[("ci95 = [0.71, 0.83]", "ci95 = [0.81, 0.93]")]);
    insta::assert_snapshot!(messages, @r#"
    error: `effects.course.rate_ratio`: the value 0.77 lies outside its own ci95, 0.81 to 0.93
      --> main.toml:54:24
       |
    54 | rate_ratio = { value = 0.77, ci95 = [0.81, 0.93], dist = "lognormal", assumption = "a" }
       |                        ^^^^ correct one of them

    1 error
    "#);
}

#[test]
fn a_distribution_that_cannot_have_that_mean_and_sd_is_an_error() {
    let messages = wrong(&[("value = 0.4, n = 100,", "value = 0.4, sd = 0.6, dist = \"beta\",")]);
    says(
        &messages,
        &["no beta distribution with mean 0.4 has a standard deviation of 0.6", "main.toml:13:30"],
    );
}

#[test]
fn an_uncertainty_without_a_distribution_brings_a_suggestion() {
    let messages = wrong(&[(", dist = \"lognormal\"", "")]);
    says(&messages, &["ci95 is given without a distribution", "lognormal"]);
}

#[test]
fn a_formula_has_no_distribution_of_its_own() {
    let messages = wrong(&[("value = 0.4, n = 100,", "value = \"price / 500\", n = 100,")]);
    says(&messages, &["a formula cannot have a distribution of its own"]);
}

#[test]
fn a_discount_rate_is_not_drawn() {
    let messages = wrong(&[("effects = 0.015", "effects = \"uptake / 10\"")]);
    says(&messages, &["a discount rate is a choice", "depends on `uptake`"]);
}

#[test]
fn correlations_are_between_uncertain_numbers_and_do_not_contradict_each_other() {
    let one = "[correlations.x]\nbetween = [\"uptake\", \"price\"]\nrho = 0.5\n[strategies.usual_care]";
    says(&wrong(&[("[strategies.usual_care]", one)]), &["there is no uncertain parameter `price`"]);
    let far = one.replace("\"price\"", "\"effects.course.rate_ratio\"").replace("0.5", "1.5");
    says(&wrong(&[("[strategies.usual_care]", &far)]), &["is 1.5"]);
}

// Programmes

#[test]
fn mid_year_needs_cycles_of_half_a_year_or_shorter() {
    let messages = wrong(&[("years = 4\n", "years = 4\ncycle = \"year\"\n"), ("after = 0.5", "after = 1")]);
    says(
        &messages,
        &["people enrol in the middle of a year", "cycle = \"half-year\"", "at = \"start-of-year\""],
    );
}

#[test]
fn a_step_falls_on_a_boundary_of_cycles_and_not_before_its_parent() {
    says(&wrong(&[("after = 0.5", "after = 0.3")]), &["a step 0.3 years after enrolment", "half a year"]);
    let later = [("share = \"uptake\"", "share = \"uptake\"\nafter = 1")];
    says(&wrong(&later), &["a step cannot come before the step that it follows", "comes 1 years after"]);
}

#[test]
fn one_step_has_one_effect_on_a_node() {
    let twin = "[effects.again]\non = \"falls.fall\"\nrate_ratio = { value = 0.9, assumption = \"a\" }\nlasts = \"always\"\n";
    let messages = wrong(&[
        ("[programmes.chain]", &format!("{twin}[programmes.chain]")),
        ("effects = [\"course\"]", "effects = [\"course\", \"again\"]"),
    ]);
    says(&messages, &["`course` and `again` act on the same node"]);
}

#[test]
fn a_risk_ratio_needs_a_probability() {
    let messages = wrong(&[("rate_ratio = {", "risk_ratio = {")]);
    says(&messages, &["a ratio of risks or odds needs a probability", "use `rate_ratio`"]);
}

#[test]
fn ages_that_become_eligible_must_be_in_the_population() {
    let messages = wrong(&[("closed = true\n", "")]);
    // 65 in 2027 is 64 on 1 January 2026; the file has 70 and 71.
    says(&messages, &["missing ages on 1 January 2026: 64-69, 72-90", "`closed = true`"]);
}

#[test]
fn years_outside_the_horizon_are_an_error() {
    says(
        &wrong(&[("2026-2028", "2026-2035")]),
        &["the year 2035 lies outside the horizon", "from 2026 to 2029"],
    );
    says(&wrong(&[("2026-2027", "2025-2027")]), &["the year 2025 lies outside the horizon"]);
    says(&wrong(&[("2026-2027", "next year")]), &["these are not calendar years"]);
}

// Contracts

fn savings(terms: &str) -> Vec<(&'static str, String)> {
    let clause = "[arrangements.today.clauses.share]\ntype = \"shared-savings\"\nfrom = \"insurers\"\nto = \"municipality\"\n";
    vec![("years = \"2026-2028\"\n", format!("years = \"2026-2028\"\n{clause}{terms}"))]
}

#[test]
fn a_cap_below_its_threshold_is_an_error() {
    let changes = savings(
        "benchmark = \"true\"\nmeasures = \"margin\"\nshare = 0.5\nminimum_savings_rate = 0.05\ndeductible = true\ncap_savings_rate = 0.02\n",
    );
    let changes: Vec<(&str, &str)> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
    let messages = wrong(&changes);
    assert!(
        messages.contains("`cap_savings_rate` (0.02) is below `minimum_savings_rate` (0.05)"),
        "{messages}"
    );
}

#[test]
fn participants_pay_only_where_there_are_households() {
    let messages = wrong(&[("from = \"insurers\"", "from = \"participants\"")]);
    says(&messages, &["there is no party of participants", "kind = \"household\""]);
}

#[test]
fn parties_hold_at_most_all_of_a_budget() {
    let messages = wrong(&[(
        "budgets = [\"wlz\"]\n",
        "budgets = [\"wlz\"]\n[parties.state]\nkind = \"state\"\nbudgets = { wlz = 0.5 }\n",
    )]);
    says(&messages, &["parties hold 150% of the budget `wlz`", "held here too"]);
}

#[test]
fn amounts_of_another_price_year_need_a_table_of_consumer_prices() {
    let messages = wrong(&[("price = { value = 200,", "price = { value = 200, price_year = 2020,")]);
    says(&messages, &["amounts of 2020 cannot be moved to the prices of 2026", "valuation.cpi"]);
}

#[test]
fn all_mistakes_are_shown_at_once_in_the_order_of_the_file() {
    let messages = wrong(&[
        ("rate = 0.02", "rate = -0.02"),
        ("on = \"falls.hip\"", "on = \"falls.hips\""),
        ("to = \"municipality\"", "to = \"mayor\""),
    ]);
    let at = |words: &str| messages.find(words).unwrap_or_else(|| panic!("no {words:?} in\n{messages}"));
    assert!(at("is -0.02") < at("`falls.hips`") && at("`falls.hips`") < at("`mayor`"));
    assert!(messages.ends_with("3 errors\n"), "{messages}");
}

// Engines

#[test]
fn an_engine_is_one_of_three_and_settings_of_engines_have_limits() {
    let of =
        |uncertainty: &str| wrong(&[("[valuation]", &format!("[uncertainty]\n{uncertainty}\n[valuation]"))]);
    says(&of("engine = \"cohort\""), &["main.toml:7:10", "\"expected\", \"counts\", \"individual\""]);
    says(
        &of("engine = \"counts\"\nreplicates = 0"),
        &["0 replicates", "expected 1 to 1000", "main.toml:8:14"],
    );
    says(&of("factor_bins = 201"), &["201 factor bins", "expected 1 to 200", "main.toml:7:15"]);
}

#[test]
fn more_people_than_can_be_counted_one_by_one_are_refused() {
    // 2 billion women; expected numbers know no such bound.
    let text = format!("{BILLIONS}uncertainty = {{ engine = \"counts\" }}\n{BILLIONS_AFTER}");
    let messages = refusal(&text);
    assert!(messages.contains("2000000000 people are more than the engine `counts` can count"), "{messages}");
    assert!(
        scenario::read_text("test.toml", &text.replace("counts", "expected"), &[], &mut Sources::default())
            .is_ok()
    );
}

const BILLIONS: &str = "ounce = 1\ntitle = \"Many\"\ntime = { start = 2026, years = 1 }\n\
                        valuation = { discount = { costs = 0, effects = 0 } }\n\
                        population = { closed = true, groups = { all = { age = 70, persons = 2e9 } } }\n";
const BILLIONS_AFTER: &str = "strategies = { usual_care = {} }\n[models.life.states]\nwell = { start = 1 }\n";

fn refusal(text: &str) -> String {
    let mut sources = Sources::default();
    match scenario::read_text("test.toml", text, &[], &mut sources) {
        Ok(_) => panic!("it was read"),
        Err(problems) => problems.render(&sources, false),
    }
}

#[test]
fn replicates_of_expected_numbers_bring_a_warning() {
    let text = changed(&[("[valuation]", "[uncertainty]\nreplicates = 4\n[valuation]")]);
    let loaded = read_toml(&text).unwrap_or_else(|messages| panic!("{messages}"));
    let warnings = loaded.warnings.iter().map(|message| message.title.clone()).collect::<Vec<_>>();
    assert_eq!(warnings, ["4 replicates of expected numbers are all the same"]);
    assert_eq!(loaded.scenario.uncertainty.replicates, 1);
}

#[test]
fn nobody_can_have_the_money_back_after_the_end_of_the_run() {
    let messages = wrong(&[("[valuation]", "[results]\npayback_within = [2, 5]\n[valuation]")]);
    says(
        &messages,
        &["no balance after 5 years", "the run follows 4 years: expected 1 to 4", "main.toml:7:"],
    );
    let twice = wrong(&[("[valuation]", "[results]\npayback_within = [2, 2]\n[valuation]")]);
    says(&twice, &["2 years stand here twice"]);
}

#[test]
fn an_amount_says_once_of_which_year_it_is() {
    let inner = "value = { value = 9000, price_year = 2026, assumption = \"a\" }";
    let messages =
        wrong(&[("value = { value = 9000, assumption = \"a\" }", &format!("price_year = 2026\n{inner}"))]);
    says(&messages, &["an amount has one `price_year`", "it stands beside `value` as well"]);
}
