//! Measures of effect, how long they last, and which step's effects people have.

mod common;

use common::{HALVED_FALLS, assert_amount, assert_amounts, base_flows, by_year, count, men, scenario};
use ounce::value::flows::Flows;

/// Men who fall ill with 20% and die with 10% a year, whose programme starts with the year.
fn ill(effects: &str, which: &str) -> String {
    format!(
        r#"{}
[models.m.states.ill]
start = 0
[models.m.transitions.falls_ill]
from = "home"
to = "ill"
probability = 0.2
[models.m.transitions.dies]
from = "home"
to = "dead"
probability = 0.1
{effects}
[programmes.p]
model = "m"
eligible = "state == 'home'"
enrol = {{ years = "2026", share = 1, at = "start-of-year" }}
[programmes.p.cascade.course]
of = "invited"
share = 1
effects = [{which}]
[strategies.prevention]
programmes = ["p"]
"#,
        men(1, "half-year")
    )
}

fn increments(text: &str) -> (f64, f64) {
    let s = scenario(text);
    let flows = base_flows(&s);
    (count(&flows, &s, "falls_ill").1, count(&flows, &s, "dies").1)
}

#[test]
fn a_risk_ratio_multiplies_the_yearly_probability() {
    // 0.2 becomes 0.1 and 0.1 stays: exactly ten fewer of a hundred, also in two half-years.
    let (falls_ill, dies) =
        increments(&ill("[effects.e]\non = \"m.falls_ill\"\nrisk_ratio = 0.5\nlasts = \"always\"", "\"e\""));
    assert_amount(falls_ill, -10.0);
    assert_amount(dies, 0.0);
}

#[test]
fn an_odds_ratio_multiplies_the_odds_of_the_yearly_probability() {
    // Odds 0.25 become 0.125: a probability of 1/9.
    let (falls_ill, dies) =
        increments(&ill("[effects.e]\non = \"m.falls_ill\"\nodds_ratio = 0.5\nlasts = \"always\"", "\"e\""));
    assert_amount(falls_ill, 100.0 * (1.0 / 9.0 - 0.2));
    assert_amount(dies, 0.0);
}

#[test]
fn a_hazard_ratio_acts_on_the_share_of_the_rows_hazard() {
    // The row's hazard −ln 0.7 splits 2 to 1; half of the first: H = (⅓ + ⅓)·(−ln 0.7), both exits equally likely.
    let (falls_ill, dies) = increments(&ill(
        "[effects.e]\non = \"m.falls_ill\"\nhazard_ratio = 0.5\nlasts = \"always\"",
        "\"e\"",
    ));
    let leave = 100.0 * (1.0 - 0.7f64.powf(2.0 / 3.0));
    assert_amount(falls_ill, leave / 2.0 - 20.0);
    assert_amount(dies, leave / 2.0 - 10.0);
}

#[test]
fn a_risk_ratio_and_a_hazard_ratio_in_one_row_act_on_the_probability_first() {
    // 0.2 becomes 0.1, so the row is 0.1 + 0.1 with hazard −ln 0.8, half for each; then that of dying times 3:
    // H = (½ + 3/2)·(−ln 0.8), a quarter falls ill, three quarters die: 1 − 0.8² = 36 leave.
    let (falls_ill, dies) = increments(&ill(
        "[effects.e]\non = \"m.falls_ill\"\nrisk_ratio = 0.5\nlasts = \"always\"\n\
         [effects.d]\non = \"m.dies\"\nhazard_ratio = 3\nlasts = \"always\"",
        "\"e\", \"d\"",
    ));
    assert_amount(falls_ill, 9.0 - 20.0);
    assert_amount(dies, 27.0 - 10.0);
}

#[test]
fn an_odds_ratio_and_a_hazard_ratio_in_one_row_act_on_the_probability_first() {
    // Odds 0.25 times 4 are 1: 0.5. The row is 0.5 + 0.1 with hazard −ln 0.4, a sixth of it dying; that never.
    // H = 5/6·(−ln 0.4).
    let (falls_ill, dies) = increments(&ill(
        "[effects.e]\non = \"m.falls_ill\"\nodds_ratio = 4\nlasts = \"always\"\n\
         [effects.d]\non = \"m.dies\"\nhazard_ratio = 0\nlasts = \"always\"",
        "\"e\", \"d\"",
    ));
    assert_amount(falls_ill, 100.0 * (1.0 - 0.4f64.powf(5.0 / 6.0)) - 20.0);
    assert_amount(dies, -10.0);
}

#[test]
fn an_effect_in_one_state_changes_no_bit_of_another() {
    let text = format!(
        r#"{}
[models.m.mortality]
rate = 0.1234567
[models.m.states.ill]
start = 0.3
[models.m.events.visit]
in = ["ill"]
rate = 0.7654321
{}"#,
        men(4, "half-year").replace("start = 1\n", "start = 0.7\n"),
        HALVED_FALLS
            .replace("on = \"m.fall\"", "on = \"m.visit\"")
            .replace("\"state == 'home'\"", "\"age > 0\"")
    );
    let s = scenario(&text);
    let flows = base_flows(&s);
    assert_eq!(count(&flows, &s, "fall").1.to_bits(), 0.0f64.to_bits());
    assert_eq!(count(&flows, &s, "dead").1, 0.0);
    let (level, increment) = count(&flows, &s, "visit");
    assert!((increment / level + 0.5).abs() < 1e-12, "{level} {increment}");
}

#[test]
fn a_difference_in_utility_fades_by_its_mean_over_each_cycle() {
    // 0.1 for 100 men over 2.0 effective years (full for one year, then fading over two): 20 QALYs.
    let text = men(4, "half-year")
        + &HALVED_FALLS
            .replace("on = \"m.fall\"\nrate_ratio = 0.5", "on = \"m.home.utility\"\ndifference = 0.1")
            .replace("lasts = \"always\"", "lasts = { full = 1, fade = 2 }");
    let flows = base_flows(&scenario(&text));
    // Strength by year: 1, (0.875 + 0.625)/2, (0.375 + 0.125)/2, 0.
    assert_amounts(&by_year(&flows.health_increment, Flows::QALYS), &[10.0, 7.5, 2.5, 0.0]);
    assert_amounts(&by_year(&flows.health_increment, Flows::LIFE_YEARS), &[0.0; 4]);
}

#[test]
fn how_long_an_effect_lasts_may_be_a_formula_of_the_time_since_it_took_over() {
    // From 2027 on, 1 − since/2: mean strengths 0.875, 0.625, 0.375, 0.125 over half-years, then 0.
    let text = men(4, "half-year")
        + &HALVED_FALLS
            .replace("lasts = \"always\"", "lasts = \"max(0, 1 - since / 2)\"")
            .replace("share = 1\neffects", "share = 1\nafter = 1\neffects");
    let s = scenario(&text);
    let row = |s: f64| 50.0 * (0.5f64.powf(s) - 1.0);
    let flows = base_flows(&s);
    assert_amounts(
        &by_year(&flows.count_increment, 0),
        &[0.0, row(0.875) + row(0.625), row(0.375) + row(0.125), 0.0],
    );
}

#[test]
fn an_effect_that_always_lasts_does_not_fade() {
    let flows = base_flows(&scenario(&(men(4, "quarter") + HALVED_FALLS)));
    assert_amounts(&by_year(&flows.count_increment, 0), &[-50.0; 4]);
}

#[test]
fn a_ratio_of_zero_prevents_everything_while_it_lasts_and_nothing_after() {
    let text = men(3, "half-year")
        + &HALVED_FALLS
            .replace("rate_ratio = 0.5", "rate_ratio = 0")
            .replace("lasts = \"always\"", "lasts = { full = 1, fade = 0 }");
    let flows = base_flows(&scenario(&text));
    assert_amounts(&by_year(&flows.count_increment, 0), &[-100.0, 0.0, 0.0]);
}

/// Everybody takes the course at once and goes on to a deeper step a year later.
fn deeper(effects: &str) -> String {
    men(4, "half-year")
        + &HALVED_FALLS.replace("years = \"2026\"", "years = \"2026-2029\"").replace(
            "[strategies.prevention]",
            &format!(
                "[effects.weaker]\non = \"m.fall\"\nrate_ratio = 0.8\nlasts = {{ full = 1, fade = 0 }}\n\
                 [programmes.p.cascade.more]\nof = \"course\"\nshare = 1\nafter = 1\n{effects}\n[strategies.prevention]"
            ),
        )
}

#[test]
fn effects_of_a_deeper_step_replace_those_of_the_step_above_with_a_clock_of_their_own() {
    // Ratio 0.5 in 2026; then 0.8 for the one year after it took over, although the first would last for ever.
    let flows = base_flows(&scenario(&deeper("effects = [\"weaker\"]")));
    assert_amounts(&by_year(&flows.count_increment, 0), &[-50.0, -20.0, 0.0, 0.0]);
}

#[test]
fn a_deeper_step_that_names_no_effects_lets_those_of_the_step_above_go_on() {
    let flows = base_flows(&scenario(&deeper("")));
    assert_amounts(&by_year(&flows.count_increment, 0), &[-50.0; 4]);
}

#[test]
fn a_step_with_an_empty_list_ends_the_effects_and_its_people_stay_participants() {
    // What they had until then they keep; nobody is left in the pool of 2027 to 2029.
    let flows = base_flows(&scenario(&deeper("effects = []")));
    assert_amounts(&by_year(&flows.count_increment, 0), &[-50.0, 0.0, 0.0, 0.0]);
    assert_amounts(&by_year(&flows.reached, 0), &[100.0, 0.0, 0.0, 0.0]);
    assert_amounts(&by_year(&flows.reached, 1), &[0.0, 100.0, 0.0, 0.0]);
}

#[test]
fn who_goes_on_without_effects_of_a_deeper_step_fares_as_who_does_not() {
    // Half go on. All have half the falls for ever, and 0.1 more quality of life in each of four years.
    let text = deeper("")
        .replace("of = \"course\"\nshare = 1", "of = \"course\"\nshare = 0.5")
        .replace("effects = [\"fewer_falls\"]", "effects = [\"fewer_falls\", \"well\"]")
        + "\n[effects.well]\non = \"m.home.utility\"\ndifference = 0.1\nlasts = \"always\"\n";
    let flows = base_flows(&scenario(&text));
    assert_amounts(&by_year(&flows.count_increment, 0), &[-50.0; 4]);
    assert_amounts(&by_year(&flows.health_increment, 1), &[10.0; 4]);
    assert_amounts(&by_year(&flows.reached, 1), &[0.0, 50.0, 0.0, 0.0]);
}
