//! Discounting moments, arms that set parameters, several models, and whom clauses count.

mod common;

use common::{
    HALVED_FALLS, NOTHING_ELSE, assert_amount, assert_amounts, base_flows, by_year, count, men, scenario,
};
use ounce::scenario::checked::Scenario;
use ounce::value::flows::{Flows, Valued};
use ounce::value::{Extent, value};

fn base_case(s: &Scenario) -> Valued {
    value(s, Extent::BaseCase, &|| ()).unwrap_or_else(|error| panic!("{error}"))
}

/// The men at discount rates of 4% for costs and 1.5% for effects.
fn discounted(years: usize, cycle: &str) -> String {
    men(years, cycle).replace("costs = 0.0, effects = 0.0", "costs = 0.04, effects = 0.015")
}

#[test]
fn events_are_discounted_at_the_middle_of_their_cycle() {
    // 50 falls in each half-year of two, at 0.25, 0.75, 1.25 and 1.75 years; 10 euros and 0.01 QALYs each.
    let text = discounted(2, "half-year")
        + "[models.m.events.fall]\nin = [\"home\"]\nrate = 1\nqaly_loss = 0.01\n\
           [unit_costs.fall]\non = \"m.fall\"\nvalue = 10\nbudget = \"care\"\n"
        + NOTHING_ELSE;
    let flows = base_flows(&scenario(&text));
    let moments = [0.25, 0.75, 1.25, 1.75];
    let euros: f64 = moments.iter().map(|&t| 500.0 * 1.04f64.powf(-t)).sum();
    assert_amount(flows.level_present[0][0], euros);
    // 50 person-years with utility 0.5 each half-year, half of it at either boundary.
    let qalys: f64 = moments
        .iter()
        .map(|&t| {
            let factor = |t: f64| 1.015f64.powf(-t);
            12.5 * (factor(t - 0.25) + factor(t + 0.25)) - 0.5 * factor(t)
        })
        .sum();
    assert_amount(flows.health_level_present[Flows::QALYS][0], qalys);
}

#[test]
fn programme_costs_are_discounted_at_the_step_and_parts_of_a_spread_a_year_apart() {
    // Enrolled in the middle of 2026, course half a year on: 600 euros at 1 year, 400 at 2 years.
    let text = discounted(3, "half-year")
        + &HALVED_FALLS.replace(", at = \"start-of-year\"", "").replace(
            "share = 1\neffects = [\"fewer_falls\"]",
            "share = 1\nafter = 0.5\neffects = [\"fewer_falls\"]\n\
             [programmes.p.cascade.course.costs.course]\nvalue = 5\ntimes = 2\nspread = [0.6, 0.4]",
        );
    let flows = base_flows(&scenario(&text));
    assert_amounts(&by_year(&flows.programme_costs, 0), &[0.0, 600.0, 400.0]);
    assert_amount(flows.programme_costs_present[0][0], 600.0 / 1.04 + 400.0 / 1.04f64.powi(2));
}

#[test]
fn fixed_costs_are_discounted_at_the_middle_of_the_year() {
    let text = discounted(2, "half-year")
        + &HALVED_FALLS.replace(
            "[strategies.prevention]",
            "[programmes.p.fixed.coordinator]\nvalue = 1000\nyears = \"2026-2027\"\n[strategies.prevention]",
        );
    let flows = base_flows(&scenario(&text));
    assert_amount(flows.programme_costs_present[0][0], 1_000.0 * (1.04f64.powf(-0.5) + 1.04f64.powf(-1.5)));
}

/// A price of falls and a parameter that moves nobody, although the rate of falls mentions it.
fn priced(more: &str) -> String {
    men(3, "half-year")
        + &HALVED_FALLS
            .replace("rate = 1\n", "rate = \"1 + 0 * neutral\"\n")
            .replace("rate_ratio = 0.5", "rate_ratio = \"ratio\"")
        + r#"
[unit_costs.fall]
on = "m.fall"
value = "price"
budget = "care"
[parameters]
neutral = { value = 1, assumption = "moves nobody" }
price = { value = 10, assumption = "round" }
ratio = { value = 0.5, assumption = "round" }
"# + more
}

#[test]
fn an_arrangement_that_sets_a_parameter_has_a_delivery_of_its_own() {
    // Ratio 0.5 saves 50 falls a year, 0.8 under the arrangement 20; the other arrangement shares the first.
    let s = scenario(&priced("[arrangements.plain]\n[arrangements.deal]\nset = { ratio = 0.8 }\n"));
    let valued = base_case(&s);
    assert_eq!(valued.deliveries.len(), 2);
    let strategy = 1 - s.comparator;
    let falls = |arrangement: usize| {
        valued.variants[0].base[valued.delivery_of(strategy, arrangement)].count_increment.total(0)[0]
    };
    assert_amount(falls(0), -150.0);
    assert_amount(falls(1), -60.0);
}

#[test]
fn a_strategy_that_changes_prices_equals_the_same_strategy_simulated_whole() {
    // Falls cost 30 instead of 10: half of 9000 euros is left, where the comparator has 3000.
    let prices =
        scenario(&priced("").replace("programmes = [\"p\"]", "programmes = [\"p\"]\nset = { price = 30 }"));
    let whole = scenario(&priced("").replace(
        "programmes = [\"p\"]",
        "programmes = [\"p\"]\nset = { price = 30, neutral = \"2 * neutral\" }",
    ));
    let (a, b) = (base_flows(&prices), base_flows(&whole));
    assert_amount(a.level.total(0)[0], 3_000.0);
    assert_amount(a.increment.total(0)[0], 1_500.0);
    assert_amounts(&by_year(&a.count_increment, 0), &[-50.0; 3]);
    assert_eq!(a.increment, b.increment);
    assert_eq!(a.count_increment, b.count_increment);
    assert_eq!(a.health_increment, b.health_increment);
    assert_eq!(a.increment_present, b.increment_present);
}

#[test]
fn a_strategy_may_change_what_happens_to_everybody() {
    // A rate of 2 falls a year for all, halved again by the programme: nothing differs but the price.
    let text = priced("")
        .replace("1 + 0 * neutral", "neutral")
        .replace("programmes = [\"p\"]", "programmes = [\"p\"]\nset = { price = 20, neutral = 2 }");
    let flows = base_flows(&scenario(&text));
    assert_amounts(&by_year(&flows.count_increment, 0), &[0.0; 3]);
    assert_amounts(&by_year(&flows.increment, 0), &[1_000.0; 3]);
}

#[test]
fn a_variant_has_its_own_discount_rates() {
    // 500 euros each half-year at 4% in the scenario and 3% in the variant; life-years at 0% and 3%.
    let text = priced("[variants.equal]\nset = { rate_costs = 0.03, rate_effects = 0.03 }\n")
        .replace("costs = 0.0, effects = 0.0", "costs = \"rate_costs\", effects = \"rate_effects\"")
        .replace("[parameters]", "[parameters]\nrate_costs = 0.04\nrate_effects = 0.0");
    let s = scenario(&text);
    let valued = base_case(&s);
    assert_eq!(valued.variants.len(), 2);
    for (variant, costs, effects) in [(0, 0.04f64, 0.0f64), (1, 0.03, 0.03)] {
        let flows = &valued.variants[variant].base[0];
        let euros: f64 = (0..6).map(|k| 500.0 * (1.0 + costs).powf(-0.25 - 0.5 * f64::from(k))).sum();
        let years: f64 = (0..6)
            .map(|k| (1.0 + effects).powf(-0.5 * f64::from(k)))
            .map(|v| 25.0 * (v + v * (1.0 + effects).powf(-0.5)))
            .sum();
        assert_amount(flows.level_present[0][0], euros);
        assert_amount(flows.health_level_present[Flows::LIFE_YEARS][0], years);
        assert_amount(flows.level.total(0)[0], 3_000.0);
    }
}

/// The same men in a second model, where a year of smoking kills with hazard ln 2 unless they stop.
const SECOND_MODEL: &str = r#"
[models.s.states.smoker]
start = 1
utility = 0.5
[models.s.states.gone]
start = 0
alive = false
[models.s.events.death]
in = ["smoker"]
rate = "ln(2)"
moves_to = "gone"
[effects.stops]
on = "s.death"
rate_ratio = 0
lasts = "always"
[programmes.q]
model = "s"
eligible = "age > 0"
enrol = { years = "2026", share = 1, at = "start-of-year" }
[programmes.q.cascade.course]
of = "invited"
share = 1
effects = ["stops"]
[unit_costs.living]
on = "life-year"
value = 100
budget = "care"
"#;

#[test]
fn increments_of_programmes_on_two_models_add() {
    // Falls: half of 100. Smoking: 50 of 100 would have died in the year, now nobody: half a cycle's person-years,
    // ½·(0 + 50) with yearly cycles, at 100 euros each.
    let text = men(1, "year") + &HALVED_FALLS.replace("[\"p\"]", "[\"p\", \"q\"]") + SECOND_MODEL;
    let s = scenario(&text);
    let flows = base_flows(&s);
    assert_amount(count(&flows, &s, "fall").1, -50.0);
    assert_amount(count(&flows, &s, "death").1, -50.0);
    assert_amount(flows.health_increment.total(Flows::LIFE_YEARS)[0], 25.0);
    assert_amount(flows.increment.total(0)[0], 2_500.0);
}

#[test]
fn an_outcome_of_life_years_counts_the_people_of_two_models_once() {
    // 100 person-years and a fall each in the model of falls, in which nobody dies: 100 · 1 + 100 · 0.1. What the
    // programmes change adds up: 50 falls less, and 25 person-years more in the model of smoking.
    let outcome = "[outcomes.mixed]\nunit = \"units\"\nper = { \"life-year\" = 1, \"m.fall\" = 0.1 }\n";
    let text = men(1, "year") + &HALVED_FALLS.replace("[\"p\"]", "[\"p\", \"q\"]") + SECOND_MODEL + outcome;
    let flows = base_flows(&scenario(&text));
    assert_amount(flows.outcome_level.total(0)[0], 110.0);
    assert_amount(flows.outcome_increment.total(0)[0], 20.0);
}

#[test]
fn levels_of_people_whom_two_models_describe_come_from_the_first() {
    // In the model of falls nobody dies: 100 person-years and 10,000 euros, not those of both models.
    let text = men(1, "year") + &HALVED_FALLS.replace("[\"p\"]", "[\"p\", \"q\"]") + SECOND_MODEL;
    let flows = base_flows(&scenario(&text));
    assert_amount(flows.health_level.total(Flows::LIFE_YEARS)[0], 100.0);
    assert_amount(flows.level.total(0)[0], 10_000.0);
}

/// A fee for each man of the high class (30%) who takes the course.
fn fee(misclassified: &str, more: &str) -> String {
    men(1, "half-year")
        + &HALVED_FALLS
            .replace("eligible = \"state == 'home'\"", &format!("eligible = \"state == 'home'\"\n{more}"))
        + &format!(
            r#"
[population.classes.risk]
misclassified = {misclassified}
[population.classes.risk.values.low]
share = 0.7
[population.classes.risk.values.high]
share = 0.3
[parties.town]
kind = "municipality"
[arrangements.deal.clauses.fee]
type = "fee"
from = "town"
to = "provider"
step = "p.course"
price = 100
where = "risk == 'high'"
"#
        )
}

#[test]
fn a_clause_about_a_risk_class_counts_its_share_of_participants() {
    assert_amounts(&by_year(&base_flows(&scenario(&fee("0", ""))).requested, 0), &[30.0]);
}

#[test]
fn a_clause_counts_the_recorded_class_however_far_the_programme_tells_classes_apart() {
    // 10% are recorded in the other class: 30·0.9 + 70·0.1 = 34, whether or not the programme splits the class.
    let whole = base_flows(&scenario(&fee("0.1", "")));
    assert_amounts(&by_year(&whole.requested, 0), &[34.0]);
    let split = base_flows(&scenario(&fee("0.1", "reach = \"if(risk == 'high', 2, 2)\"")));
    assert_amounts(&by_year(&split.requested, 0), &[34.0]);
    assert_amount(split.count_increment.total(0)[0], whole.count_increment.total(0)[0]);
}

#[test]
fn of_a_programme_for_the_high_class_only_those_recorded_in_it_are_paid_for() {
    let flows = base_flows(&scenario(
        &fee("0.1", "").replace("eligible = \"state == 'home'\"", "eligible = \"risk == 'high'\""),
    ));
    assert_amount(flows.reached.total(0)[0], 30.0);
    assert_amounts(&by_year(&flows.requested, 0), &[27.0]);
}
