//! Results that are too good, or rest on too little, say so.

mod common;

use common::scenario;
use ounce::analyse::plausibility::{Balance, Doubt, Within, of_scenario};
use ounce::report::doubts::sentence;
use ounce::report::words::Lang;
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

fn before_after(within: Within, number: &str) -> Doubt {
    Doubt::BeforeAfter { effect: 0, within, number: number.to_owned() }
}

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
        [Doubt::LargeRatio { strategy: 1, within: Within::Scenario, ratio, saved }] => {
            assert!((ratio - 12.0).abs() < 1e-9 && (saved - 60.0).abs() < 1e-9, "{ratio} {saved}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(doubts(&falls(&effects, "['falls', 'injuries']", 50.0)), []);
}

#[test]
fn an_effect_on_falls_that_is_that_on_injuries_too_is_doubted_unless_the_file_says_why() {
    let found = of_scenario(&falls(FALLS, "['falls']", 50.0));
    assert_eq!(found, [Doubt::PassedOn { effect: 0, follows: vec![1] }]);
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
    assert_eq!(found, [before_after(Within::Scenario, "measured")]);
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
    let Some(Doubt::SavedMoreThanSpent { strategy: 1, within: Within::Scenario, saved, spent }) =
        found.first()
    else {
        panic!("{found:?}")
    };
    assert!(*saved > 900.0 && (spent - 60.0).abs() < 1e-9, "{saved} {spent}");
}

#[test]
fn a_variant_that_saves_too_much_is_doubted_where_the_scenario_itself_is_not() {
    // 60 is saved for each participant (see above): at a price of 50 that is no reason for doubt, at 5 and at 4 it is.
    let effects = format!("{FALLS}{INJURIES}");
    let text = text(&effects, "['falls', 'injuries']", 50.0)
        .replace("course = 50 }", "course = 'price' }")
        .replace("[parameters]", "[parameters]\nprice = 50");
    let variants = "[variants.dear]\nset = { price = 60 }\n[variants.cheap]\nset = { price = 5 }\n\
                    [variants.cheaper]\nset = { price = 4 }\n";
    let scenario = scenario(&(text + variants));
    let found = doubts(&scenario);
    let [doubt @ Doubt::LargeRatio { strategy: 1, within: Within::Variants(which), ratio, saved }] =
        found.as_slice()
    else {
        panic!("{found:?}")
    };
    assert_eq!(which, &[3, 2], "the worst first");
    assert!((ratio - 15.0).abs() < 1e-9 && (saved - 60.0).abs() < 1e-9, "{ratio} {saved}");
    let told = [Lang::En, Lang::Nl].map(|lang| sentence(&scenario, doubt, lang));
    assert!(told[0].starts_with("In the variants “cheaper” and “cheap” (figures of the first): Too good"));
    assert!(told[1].starts_with("In de varianten “cheaper” en “cheap” (cijfers van de eerste): Te mooi"));
}

#[test]
fn what_participants_would_have_cost_in_a_variant_is_asked_of_that_variant() {
    // With the course a fall costs what `after` says, for everybody. At 100 nothing changes but that falls are halved for one
    // in ten; at 10, as above, 900 and more is saved for each participant, who would have cost 10 + 0.1 · 500 = 60.
    let text = text(FALLS, "['falls']", 50.0)
        .replace("share = 1, at", "share = 0.1, at")
        .replace("[parameters]", "[parameters]\nafter = 100")
        .replace("programmes = [\"course\"]", "programmes = [\"course\"], set = { fall_cost = 'after' }");
    let found = doubts(&scenario(&(text + "[variants.cheaper_care]\nset = { after = 10 }\n")));
    let Some(Doubt::SavedMoreThanSpent { strategy: 1, within, saved, spent }) = found.first() else {
        panic!("{found:?}")
    };
    assert_eq!(*within, Within::Variants(vec![1]));
    assert!(*saved > 900.0 && (spent - 60.0).abs() < 1e-9, "{saved} {spent}");
}

#[test]
fn an_own_ratio_for_one_consequence_does_not_speak_for_the_others() {
    // Falls cause injuries, some of them fractures, and visits that are no injuries.
    let chain = |effects: &str, uses: &str| {
        let text = text(effects, uses, 50.0).replace(
            "[unit_costs]",
            "fracture = { of = 'injury', share = 0.2 }\nvisit = { of = 'fall', share = 0.3 }\n[unit_costs]\n\
                 fracture = { on = 'm.fracture', value = 9000, budget = 'care' }\n\
                 visit = { on = 'm.visit', value = 90, budget = 'care' }",
        );
        scenario(&text)
    };
    let (injury, fracture, visit) = (1, 2, 3);
    let takes_over = |effects: &str, uses: &str| match of_scenario(&chain(effects, uses)).as_slice() {
        [Doubt::PassedOn { effect: 0, follows }] => follows.clone(),
        [] => Vec::new(),
        other => panic!("{other:?}"),
    };
    assert_eq!(takes_over(FALLS, "['falls']"), [injury, fracture, visit]);
    let visits = INJURIES.replace("injuries", "visits").replace("injury", "visit");
    let own_visits = format!("{FALLS}{visits}");
    assert_eq!(
        takes_over(&own_visits, "['falls', 'visits']"),
        [injury, fracture],
        "visits are the cheap ones"
    );
    let own_injuries = format!("{FALLS}{INJURIES}");
    assert_eq!(
        takes_over(&own_injuries, "['falls', 'injuries']"),
        [visit],
        "fractures take that of injuries"
    );
    let both = format!("{FALLS}{INJURIES}{visits}");
    assert_eq!(takes_over(&both, "['falls', 'injuries', 'visits']"), [0_usize; 0]);
    let scenario = chain(FALLS, "['falls']");
    let doubt = &of_scenario(&scenario)[0];
    let told = sentence(&scenario, doubt, Lang::Nl);
    assert!(told.contains("een-op-een doorgegeven aan wat volgt (injury, fracture en visit)"), "{told}");
}

#[test]
fn an_effect_that_a_set_takes_from_before_and_after_is_doubted_where_it_does() {
    let effects = format!("{FALLS}{INJURIES}");
    let text = text(&effects, "['falls', 'injuries']", 50.0);
    let of = |text: &str| of_scenario(&scenario(text));
    assert_eq!(of(&text), []);
    // By another number's name, through a formula, in two variants; the third sets something else.
    let variants = "[variants.hopeful]\nset = { trial = 'halved' }\n[variants.dear]\nset = { fall_cost = 200 }\n\
                    [variants.fond]\nset = { trial = 'measured * 0.9' }\n";
    assert_eq!(of(&format!("{text}{variants}")), [before_after(Within::Variants(vec![1, 3]), "measured")]);
    // Written in the `set` itself.
    let own = "[variants.own]\nset = { trial = { value = 0.4, source = 'pilot' } }\n";
    let found = of(&format!("{text}{own}"));
    assert!(
        matches!(found.as_slice(), [Doubt::BeforeAfter { effect: 0, within: Within::Variants(which), .. }] if which == &[1]),
        "{found:?}"
    );
    let with_set = |set: &str| {
        let programmes = "programmes = [\"course\"]";
        text.replace(programmes, &format!("{programmes}, set = {{ {set} }}"))
    };
    assert_eq!(of(&with_set("trial = 'measured'")), [before_after(Within::Strategy(1), "measured")]);
    // A strategy reads what the variant makes of a number.
    let again =
        with_set("trial = 'fall_cost / 200'") + "[variants.v]\nset = { fall_cost = '200 * measured' }\n";
    assert_eq!(of(&again), [before_after(Within::Variants(vec![1]), "measured")]);
    let told = sentence(&scenario(&again), &of(&again)[0], Lang::En);
    assert!(told.starts_with("In the variant “v”: The effect “falls” rests on"), "{told}");
}

#[test]
fn a_strategy_that_replaces_what_was_measured_before_and_after_does_not_rest_on_it() {
    let effects = format!("{}{INJURIES}", FALLS.replace("'trial'", "'halved'"));
    let text = text(&effects, "['falls', 'injuries']", 50.0);
    let programmes = "programmes = [\"course\"]";
    let replaced = text.replace(programmes, &format!("{programmes}, set = {{ measured = 'trial' }}"));
    assert_eq!(of_scenario(&scenario(&replaced)), []);
}

#[test]
fn a_number_is_named_rather_than_the_formula_it_stands_in_and_an_effect_is_doubted_once() {
    // The variant says itself that it rests on the pilot.
    let effects = format!("{FALLS}{INJURIES}");
    let variant = "[variants.v]\nset = { trial = 'measured * 1' }\nsource = 'pilot'\n";
    let found = of_scenario(&scenario(&(text(&effects, "['falls', 'injuries']", 50.0) + variant)));
    assert_eq!(found, [before_after(Within::Variants(vec![1]), "measured")]);
    // An effect that rests on such a measurement anyway is not doubted again for the variant's number.
    let effects = format!("{}{INJURIES}", FALLS.replace("'trial'", "'halved'"));
    let variant = "[variants.v]\nset = { measured = 0.4 }\nsource = 'pilot'\n";
    let found = of_scenario(&scenario(&(text(&effects, "['falls', 'injuries']", 50.0) + variant)));
    assert_eq!(found, [before_after(Within::Scenario, "measured")]);
}
