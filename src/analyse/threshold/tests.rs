//! A course for 50 people that prevents 30 visits in two years, as worked out by hand.

use super::crossings::{Aim, Care, Crossing, Curve};
use super::{Answer, Depth, End, Found, ends, find, grid};
use crate::analyse::statistics::{Series, mean, quantiles};
use crate::scenario::sources::Sources;
use crate::scenario::{self, Scenario};
use crate::value::draw;

/// Half of a hundred people, from the middle of the first of two years: 50 · 1.5 years · `rate` · (1 − `ratio`) visits
/// are prevented, with the stated values 50 · 1.5 · 0.8 · 0.5 = 30, each of EUR 900. Nothing is discounted.
const COURSE: &str = r#"
ounce = 1
title = "A course"
time = { start = 2026, years = 2, cycle = "half-year" }
uncertainty = { draws = 64, seed = 1, design = "random" }
valuation = { price_year = 2024, discount = { costs = 0, effects = 0 } }
population = { closed = true, groups = { all = { age = 70, persons = 100 } } }
budgets = { care = {} }
parties = { town = { kind = "municipality", budgets = ["care"] }, state = { kind = "state" } }
strategies = { usual_care = {}, course = { programmes = ["course"] } }
effects = { fewer = { on = "life.visit", rate_ratio = "ratio", lasts = "always" } }
unit_costs = { visit = { on = "life.visit", value = "visit_cost", budget = "care" } }
[parameters]
rate = { value = 0.8, sd = 0.1, dist = "gamma" }
ratio = 0.5
price = { value = 400, unit = "EUR", low = 300, high = 500, dist = "uniform" }
visit_cost = 900
loss = 0
[models.life]
states = { home = { start = 1, utility = 1 }, dead = { start = 0, alive = false } }
events = { visit = { in = ["home"], rate = "rate", qaly_loss = "loss" } }
[programmes.course]
model = "life"
provider = "town"
eligible = "state == 'home'"
enrol = { years = "2026", share = 0.5 }
cascade = { course = { of = "invited", share = 1, effects = ["fewer"], costs = { course = "price" } } }
[arrangements.grant.clauses.half]
type = "fee"
from = "state"
to = "town"
step = "course.course"
price = 100
"#;

fn course(question: &str) -> Scenario {
    let text = format!("{COURSE}\n[thresholds.asked]\n{question}\n");
    let loaded = scenario::read_text("course.toml", &text, &[], &mut Sources::default());
    loaded
        .unwrap_or_else(|messages| panic!("{:?}", messages.iter().map(|m| &m.title).collect::<Vec<_>>()))
        .scenario
}

fn answer(question: &str, depth: Depth) -> Found {
    find(&course(question), 0, depth).unwrap()
}

/// The only break-even value, and whether it is a least one.
fn only(answer: &Answer) -> (f64, bool) {
    match answer {
        Answer::At(crossings) if crossings.len() == 1 => (crossings[0].value, crossings[0].at_least),
        other => panic!("{other:?}"),
    }
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-6 * expected.abs(), "{found} where {expected} was expected");
}

#[test]
fn society_breaks_even_where_the_price_is_what_is_saved_for_each_participant() {
    let found = answer("parameter = 'price'\nlow = 0\nhigh = 2000", Depth::Stated);
    let (value, at_least) = only(&found.base);
    // 30 visits of EUR 900 for 50 participants.
    near(value, 540.0);
    assert!(!at_least && found.stated == 400.0 && found.drawn.is_none());
}

#[test]
fn the_effect_that_is_needed_is_where_visits_prevented_pay_for_the_course() {
    // 50 · 400 = 900 · 50 · 1.5 · 0.8 · (1 − ratio): 1 − ratio = 20,000 / 54,000.
    let found = answer("parameter = 'ratio'\nlow = 0.1\nhigh = 1", Depth::Stated);
    near(only(&found.base).0, 1.0 - 20.0 / 54.0);
}

#[test]
fn health_counts_for_what_it_is_worth() {
    // Where a visit costs nothing, the course of 50 · 400 euros must be worth its health: 30 visits · loss · 20,000.
    let text = "parameter = 'loss'\nlow = 0\nhigh = 0.5\nwillingness_to_pay = 20000";
    let mut scenario = course(text);
    let visit_cost = scenario.parameters.list.iter().position(|p| p.name == "visit_cost").unwrap();
    scenario.parameters.list[visit_cost].origin = crate::scenario::checked::Origin::Fixed(0.0);
    let found = find(&scenario, 0, Depth::Stated).unwrap();
    near(only(&found.base).0, 1.0 / 30.0);
}

#[test]
fn a_party_breaks_even_with_what_it_is_paid() {
    // The town saves EUR 540 and is paid EUR 100 for each participant.
    let found = answer("parameter = 'price'\nlow = 0\nhigh = 2000\nparty = 'town'", Depth::Stated);
    near(only(&found.base).0, 640.0);
    // The state only pays.
    let found = answer("parameter = 'price'\nlow = 0\nhigh = 2000\nparty = 'state'", Depth::Stated);
    assert_eq!(found.base, Answer::Never);
}

#[test]
fn any_number_can_be_varied_by_its_path() {
    // A formula of nothing but a parameter, in the place where it is used.
    let path = "effects.fewer.rate_ratio";
    let found = answer(&format!("parameter = '{path}'\nlow = 0.1\nhigh = 1"), Depth::Stated);
    near(only(&found.base).0, 1.0 - 20.0 / 54.0);
    // A plain number of a contract: with a price of 400 the town gains 140 for each participant even without the fee.
    let path = "arrangements.grant.clauses.half.price";
    let found = answer(&format!("parameter = '{path}'\nlow = 0\nhigh = 500\nparty = 'town'"), Depth::Stated);
    assert_eq!((found.base, found.stated), (Answer::Always, 100.0));
}

#[test]
fn a_number_without_a_unit_has_that_of_its_key_where_it_is_varied() {
    let unit = |path: &str| {
        let scenario = course(&format!("parameter = '{path}'\nlow = 0.1\nhigh = 1"));
        scenario.parameters.list[scenario.thresholds[0].parameter].unit.clone()
    };
    assert_eq!(unit("arrangements.grant.clauses.half.price"), "EUR per person");
    assert_eq!(unit("programmes.course.cascade.course.share"), "share");
    // A ratio has none, and what states its own keeps it.
    assert_eq!(unit("effects.fewer.rate_ratio"), "");
    assert_eq!(unit("price"), "EUR");
}

#[test]
fn over_draws_the_value_follows_the_rate_of_each_draw() {
    // In a draw with rate r the price that breaks even is 540 · r / 0.8. The price is uncertain itself, and is not any more.
    let scenario = course("parameter = 'price'\nlow = 100\nhigh = 1500");
    let draws = draw(&scenario).unwrap();
    let rates = &draws.columns[draws.names.iter().position(|name| name == "rate").unwrap()];
    let prices: Vec<f64> = rates.iter().map(|rate| 540.0 * rate / 0.8).collect();
    let found = find(&scenario, 0, Depth::Full).unwrap();
    let drawn = found.drawn.unwrap();
    assert_eq!(drawn.draws, 64);
    near(only(&drawn.answer).0, mean(&prices));
    // 64 draws: 97.5% of them are more than 62 and less than 63.
    let mut sorted = prices.clone();
    sorted.sort_by(f64::total_cmp);
    let [low, high] = drawn.range.unwrap();
    let (low, high) = (low.value().unwrap(), high.value().unwrap());
    let tolerance = 1e-4 * 1400.0;
    assert!(low > sorted[0] - tolerance && low < sorted[2] + tolerance);
    assert!(high > sorted[61] - tolerance && high < sorted[63] + tolerance);
    // Error of a mean: sd / √n.
    let own = mean(&prices);
    let sd = (prices.iter().map(|p| (p - own).powi(2)).sum::<f64>() / 63.0).sqrt();
    assert!((drawn.mcse.unwrap() / (sd / 8.0) - 1.0).abs() < 1e-3);
}

#[test]
fn a_probability_asks_for_a_lower_price_than_expectation_does() {
    let scenario = course("parameter = 'price'\nlow = 100\nhigh = 1500\nprobability = '80%'");
    let draws = draw(&scenario).unwrap();
    let rates = &draws.columns[draws.names.iter().position(|name| name == "rate").unwrap()];
    let drawn = find(&scenario, 0, Depth::Full).unwrap().drawn.unwrap();
    let prices: Vec<f64> = rates.iter().map(|rate| 540.0 * rate / 0.8).collect();
    // 80% of the draws must allow more: the lower quintile of what they allow.
    let [quintile] = quantiles(&prices, [0.2]).unwrap();
    let (value, at_least) = only(&drawn.answer);
    assert!(!at_least && (value / quintile - 1.0).abs() < 0.02, "{value} near {quintile}");
    assert!(drawn.mcse.unwrap() > 0.0);
}

#[test]
fn the_quick_answer_is_the_full_one_where_the_net_value_is_a_straight_line() {
    let scenario = course("parameter = 'price'\nlow = 100\nhigh = 1500");
    let full = find(&scenario, 0, Depth::Full).unwrap().drawn.unwrap();
    let quick = find(&scenario, 0, Depth::Quick).unwrap();
    let drawn = quick.drawn.as_ref().unwrap();
    near(only(&drawn.answer).0, only(&full.answer).0);
    assert!(quick.curve.len() <= 10, "{} runs", quick.curve.len());
    for (quick, full) in drawn.range.unwrap().iter().zip(full.range.unwrap()) {
        assert!((quick.value().unwrap() / full.value().unwrap() - 1.0).abs() < 1e-3);
    }
}

#[test]
fn what_does_nothing_to_a_party_has_no_value_to_break_even_at() {
    let text = COURSE.replace("price = 100", "price = 0");
    let text =
        format!("{text}\n[thresholds.asked]\nparameter = 'price'\nlow = 0\nhigh = 1000\nparty = 'state'\n");
    let scenario = scenario::read_text("c.toml", &text, &[], &mut Sources::default()).unwrap().scenario;
    assert_eq!(find(&scenario, 0, Depth::Stated).unwrap().base, Answer::Nothing);
}

#[test]
fn a_value_that_the_number_cannot_have_is_refused_before_anybody_is_followed() {
    let scenario = course("parameter = 'programmes.course.enrol.share'\nlow = 0\nhigh = 1.5");
    let problem = find(&scenario, 0, Depth::Stated).unwrap_err().to_string();
    assert!(problem.starts_with("it cannot be 1.5: `programmes.course.enrol.share`"), "{problem}");
}

#[test]
fn other_strategies_and_arrangements_change_no_bit_of_an_answer() {
    let question = "parameter = 'price'\nlow = 100\nhigh = 1500\nparty = 'town'\narrangement = 'grant'\nstrategy = 'course'";
    let alone = find(&course(question), 0, Depth::Quick).unwrap();
    let more =
        "course = { programmes = ['course'] }, again = { programmes = ['course'], set = { ratio = 0.9 } }";
    let text = COURSE.replace("course = { programmes = [\"course\"] }", more);
    let text = format!("{text}\n[arrangements.none]\n[thresholds.asked]\n{question}\n");
    let scenario = scenario::read_text("c.toml", &text, &[], &mut Sources::default()).unwrap().scenario;
    let among = find(&scenario, 0, Depth::Quick).unwrap();
    assert_eq!(alone.base, among.base);
    assert_eq!(alone.drawn.unwrap().answer, among.drawn.unwrap().answer);
}

/// The crossing of the mean of some draws' nets over 0 to 1, and the ends of the range around it.
fn range_of(net: impl Fn(f64) -> Vec<f64>) -> (Crossing, [End; 2]) {
    let care = Care { grid: 5, tolerance: 1e-6, rounds: 60 };
    let mut one = |value: f64| -> Result<Series, ()> { Ok(Series { base: 0.0, draws: net(value) }) };
    let mut curve = Curve::default();
    for value in grid(0.0, 1.0, care.grid) {
        curve.add(value, one(value).unwrap());
    }
    let crossings = curve.crossings(Aim::Mean, care, &mut one).unwrap();
    let [only] = crossings.as_slice() else { panic!("{crossings:?}") };
    (*only, ends(&mut curve, only, care, &mut one).unwrap())
}

/// 99 draws alike, and one that is large.
fn with_an_outlier(alike: f64, outlier: f64) -> Vec<f64> {
    let mut draws = vec![alike; 99];
    draws.push(outlier);
    draws
}

#[test]
fn where_one_draw_carries_the_mean_the_break_even_values_of_the_others_lie_beyond_the_range() {
    // The mean is (−99 + 1000x) / 100: zero at 0.099. But 99 draws lose 1 at every value, so that 2.5% never break even by 1.
    let (crossing, ends) = range_of(|x| with_an_outlier(-1.0, 1000.0 * x));
    assert!(crossing.at_least && (crossing.value - 0.099).abs() < 1e-6);
    assert_eq!(ends, [End::Above, End::Above]);
    // Where less is better, (−99 + 500 − 1000x) / 100 is zero at 0.401, and those 99 would need less than 0.
    let (crossing, ends) = range_of(|x| with_an_outlier(-1.0, 500.0 - 1000.0 * x));
    assert!(!crossing.at_least && (crossing.value - 0.401).abs() < 1e-6);
    assert_eq!(ends, [End::Below, End::Below]);
}

#[test]
fn where_one_draw_drags_the_mean_down_the_others_break_even_before_the_range_begins() {
    // (99 − 500 + 1000x) / 100 is zero at 0.401; 99 draws gain 1 at every value, from 0 on.
    let (crossing, ends) = range_of(|x| with_an_outlier(1.0, 1000.0 * x - 500.0));
    assert!(crossing.at_least && (crossing.value - 0.401).abs() < 1e-6);
    assert_eq!(ends, [End::Below, End::Below]);
    // Where less is better they would still break even above 1.
    let (crossing, ends) = range_of(|x| with_an_outlier(1.0, -1000.0 * x));
    assert!(!crossing.at_least && (crossing.value - 0.099).abs() < 1e-6);
    assert_eq!(ends, [End::Above, End::Above]);
}

#[test]
fn each_end_has_a_side_of_its_own() {
    // Ten draws always gain, ten never do, and the d-th of the others does from d/100 on.
    let draws = |x: f64| {
        let between = (10..90).map(|d| x - f64::from(d) / 100.0);
        between.chain([0.1; 10]).chain([-0.1; 10]).collect::<Vec<f64>>()
    };
    assert_eq!(range_of(draws).1, [End::Below, End::Above]);
    // Ten always gain and all others do from somewhere: the 97.5% end is a value.
    let draws = |x: f64| (0..90).map(|d| x - f64::from(d) / 100.0).chain([0.1; 10]).collect::<Vec<f64>>();
    let [low, high] = range_of(draws).1;
    // 97.5% of 100 draws are 98: the ten, and those with d up to 87.
    assert_eq!(low, End::Below);
    assert!((high.value().unwrap() - 0.87).abs() < 1e-5, "{high:?}");
}
