//! Results that are too good, or rest on too little, say so.

mod common;

use common::scenario;
use ounce::analyse::plausibility::{Balance, Doubt, of_scenario};
use ounce::scenario::Scenario;

/// 100 people fall once a year; each fall costs EUR 100, one in ten is an injury of EUR 500. A course for all, on 1
/// January of the only year, changes the rate of falls.
fn falls(effects: &str, uses: &str, price: f64) -> Scenario {
    scenario(&text(effects, uses, price))
}

fn text(effects: &str, uses: &str, price: f64) -> String {
    format!(
        r#"
ounce = 1
title = "Falls"
time = {{ start = 2026, years = 1, cycle = "half-year" }}
uncertainty = {{ draws = 8, seed = 1, design = "random" }}
valuation = {{ price_year = 2024, discount = {{ costs = 0, effects = 0 }} }}
population = {{ closed = true, groups = {{ all = {{ age = 70, persons = 100 }} }} }}
budgets = {{ care = {{}} }}
strategies = {{ usual_care = {{}}, course = {{ programmes = ["course"] }} }}
sources = {{ pilot = {{ title = "A pilot", design = "before-after" }} }}
[parameters]
fall_cost = 100
measured = {{ value = 0.5, source = "pilot" }}
halved = "measured * 1"
trial = {{ value = 0.5, source = "pilot", design = "trial" }}
[models.m.states]
home = {{ start = 1, utility = 1 }}
dead = {{ start = 0, alive = false }}
[models.m.events]
fall = {{ in = ["home"], rate = 1 }}
injury = {{ of = "fall", share = 0.1 }}
[unit_costs]
fall = {{ on = "m.fall", value = "fall_cost", budget = "care" }}
injury = {{ on = "m.injury", value = 500, budget = "care" }}
{effects}
[programmes.course]
model = "m"
enrol = {{ years = "2026", share = 1, at = "start-of-year" }}
[programmes.course.cascade.course]
of = "invited"
share = 1
effects = {uses}
costs = {{ course = {price} }}
"#
    )
}

const FALLS: &str = "[effects.falls]\non = 'm.fall'\nrate_ratio = 'trial'\nlasts = 'always'\n";
const INJURIES: &str = "[effects.injuries]\non = 'm.injury'\nrate_ratio = 0.8\nlasts = 'always'\n";

/// All doubts of a run at the stated values.
fn doubts(scenario: &Scenario) -> Vec<Doubt> {
    let extent = ounce::value::Extent::BaseCase;
    let valued = ounce::value::value(scenario, extent, &|| ()).unwrap();
    let settled = ounce::settle::settle(scenario, &valued).unwrap();
    let findings = ounce::analyse::analyse(scenario, &valued, &settled);
    ounce::analyse::plausibility::doubts(scenario, &valued, &findings).unwrap()
}

#[test]
fn the_published_claim_of_fifty_pounds_for_each_pound_is_doubted() {
    // "Staying Steady", Gateshead: 160 people, 19,146 pounds, said to save 968,736.
    let claim = Balance { participants: 160.0, programme: 19_146.0, saved: 968_736.0 };
    let ratio = claim.large_ratio().unwrap();
    assert!((ratio - 50.59).abs() < 0.02, "{ratio}");
    assert!((claim.saved / claim.participants - 6_054.6).abs() < 0.1);
    let modest = Balance { saved: 10.0 * 19_146.0, ..claim };
    assert_eq!(modest.large_ratio(), None, "ten times is not more than ten times");
}

#[test]
fn a_course_that_saves_more_than_ten_times_its_price_is_doubted() {
    // Half of 100 falls of 100 + 0.1 · 500 = EUR 150 is saved: EUR 75 for each participant, who costs 5.
    let effects = format!("{FALLS}{INJURIES}");
    let found = doubts(&falls(&effects, "['falls', 'injuries']", 5.0));
    // The injuries have a ratio of their own: 100 · 0.1 · 500 · 0.2 = 1,000 and 100 · 100 · 0.5 = 5,000: 60 a person.
    match found.as_slice() {
        [Doubt::LargeRatio { strategy: 1, ratio, saved }] => {
            assert!((ratio - 12.0).abs() < 1e-9 && (saved - 60.0).abs() < 1e-9, "{ratio} {saved}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(doubts(&falls(&effects, "['falls', 'injuries']", 50.0)), []);
}

#[test]
fn an_effect_on_falls_that_is_that_on_injuries_too_is_doubted_unless_the_file_says_why() {
    let found = of_scenario(&falls(FALLS, "['falls']", 50.0));
    assert_eq!(found, [Doubt::PassedOn { effect: 0, follows: 1 }]);
    let why = FALLS.replace("lasts", "passed_on = 'the trial counted injurious falls'\nlasts");
    assert_eq!(of_scenario(&falls(&why, "['falls']", 50.0)), []);
    let own = format!("{FALLS}{INJURIES}");
    assert_eq!(of_scenario(&falls(&own, "['falls', 'injuries']", 50.0)), [], "an own ratio");
    let nothing = FALLS.replace("'trial'", "1");
    assert_eq!(of_scenario(&falls(&nothing, "['falls']", 50.0)), [], "no effect, nothing passed on");
}

#[test]
fn an_effect_from_before_and_after_is_doubted_through_formulas_and_sources() {
    let effects = format!("{}{INJURIES}", FALLS.replace("'trial'", "'halved'"));
    let found = of_scenario(&falls(&effects, "['falls', 'injuries']", 50.0));
    assert_eq!(found, [Doubt::BeforeAfter { effect: 0, number: "measured".into() }]);
    // What is said of the number itself goes before what is said of its source.
    let effects = format!("{FALLS}{INJURIES}");
    assert_eq!(of_scenario(&falls(&effects, "['falls', 'injuries']", 50.0)), []);
}

#[test]
fn more_saved_than_participants_would_have_cost_is_doubted() {
    // One in ten takes part. That a fall costs 10 instead of 100 for everybody saves 9,000: 900 for each participant, who
    // would have cost 10 + 0.1 · 500 = 60 at those prices.
    let text = text(FALLS, "['falls']", 50.0)
        .replace("share = 1, at", "share = 0.1, at")
        .replace("programmes = [\"course\"]", "programmes = [\"course\"], set = { fall_cost = 10 }");
    let found = doubts(&scenario(&text));
    let Some(Doubt::SavedMoreThanSpent { strategy: 1, saved, spent }) = found.first() else {
        panic!("{found:?}")
    };
    assert!(*saved > 900.0 && (spent - 60.0).abs() < 1e-9, "{saved} {spent}");
}
