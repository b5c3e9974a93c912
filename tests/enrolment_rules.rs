//! Who is there, who is invited, and how far they come.

mod common;

use common::{
    HALVED_FALLS, NOTHING_ELSE, assert_amount, assert_amounts, base_flows, by_year, count, deaths, men,
    scenario,
};
use ounce::value::flows::Flows;

#[test]
fn newcomers_enter_on_1_january_of_their_year_at_their_age_then() {
    // 40 men of 70 from 2028 on, 10 of 71 from 2029 on: 100·4 + 40·2 + 10 person-years. A visit a year at 71:
    // 100 in 2027, and in 2029 the 40 and the 10.
    let text = men(4, "half-year")
        .replace("closed = true", "closed = true\ninflow_file = \"tests/data/newcomers.csv\"")
        + "[models.m.events.visit]\nin = [\"home\"]\nrate = \"if(age == 71, 1, 0)\"\n"
        + NOTHING_ELSE;
    let flows = base_flows(&scenario(&text));
    assert_amounts(&by_year(&flows.health_level, Flows::LIFE_YEARS), &[100.0, 100.0, 140.0, 150.0]);
    assert_amounts(&by_year(&flows.count_level, 0), &[0.0, 100.0, 0.0, 50.0]);
}

#[test]
fn bands_and_the_open_band_are_spread_over_ages_and_sexes_in_proportion_to_a_table() {
    // 65-66: 30 persons over weights 2, 6, 1, 1; 67 and over: 100 over 3, 3, 2, 2.
    let spread = |event: &str| {
        let text = men(1, "year").replace(
            "[population.groups.men]\nage = 70\nsex = \"male\"\npersons = 100\n",
            "file = \"tests/data/bands.csv\"\nspread = \"persons_table\"\n\
             [tables.persons_table]\nfile = \"tests/data/bands_by_age_and_sex.csv\"\nkeys = [\"age\", \"sex\"]\n\
             value = \"persons\"\nkind = \"count\"\n",
        ) + &format!("[models.m.events.visit]\nin = [\"home\"]\nrate = \"if({event}, 1, 0)\"\n")
            + NOTHING_ELSE;
        let s = scenario(&text);
        count(&base_flows(&s), &s, "visit").0
    };
    assert_amount(spread("age == 65 and sex == 'male'"), 6.0);
    assert_amount(spread("age == 65 and sex == 'female'"), 18.0);
    assert_amount(spread("age == 66 and sex == 'female'"), 3.0);
    assert_amount(spread("age == 67"), 60.0);
    assert_amount(spread("age == 68 and sex == 'male'"), 20.0);
}

#[test]
fn occurrences_and_deaths_do_not_depend_on_the_length_of_the_cycle() {
    // Hazard 0.25: 100·(1 − e^−1) deaths in four years, and 0.85 falls per person-year of exponential survival:
    // 0.85·100·(1 − e^−1)/0.25.
    let left = 1.0 - (-1.0f64).exp();
    for cycle in ["year", "half-year", "quarter", "month"] {
        let text = men(4, cycle)
            + "[models.m.mortality]\nrate = 0.25\n[models.m.events.fall]\nin = [\"home\"]\nrate = 0.85\n"
            + NOTHING_ELSE;
        let s = scenario(&text);
        let flows = base_flows(&s);
        assert_amount(deaths(&flows).0, 100.0 * left);
        assert_amount(count(&flows, &s, "fall").0, 340.0 * left);
    }
}

#[test]
fn a_probability_per_cycle_is_taken_literally() {
    // Of 100 men 100·(1 − p)^k are at home at boundary k; each cycle counts half of both its boundaries.
    for (cycle, n) in [("year", 1), ("half-year", 2), ("quarter", 4), ("month", 12)] {
        for p in [1.0, 0.99, 0.2] {
            let text = men(1, cycle)
                + "[models.m.states.ill]\nstart = 0\n[models.m.transitions.falls_ill]\nfrom = \"home\"\nto = \"ill\"\n"
                + &format!("probability = {p:.2}\nper = \"cycle\"\n")
                + NOTHING_ELSE;
            let s = scenario(&text);
            let flows = base_flows(&s);
            let left = |k: i32| 100.0 * (1.0f64 - p).powi(k);
            let time: f64 = (0..n).map(|k| (left(k) + left(k + 1)) / 2.0 / f64::from(n)).sum();
            assert_amount(count(&flows, &s, "falls_ill").0, 100.0 - left(n));
            assert_amount(count(&flows, &s, "home").0, time);
        }
    }
}

#[test]
fn certain_death_within_a_year_is_a_hazard_of_fifty_a_year() {
    // After half a year 100·e^−25 are left, after a year 100·e^−50: ¼·(100 + 2·100·e^−25 + 100·e^−50) person-years.
    let text = men(1, "half-year") + "[models.m.mortality]\nprobability = 1\n" + NOTHING_ELSE;
    let flows = base_flows(&scenario(&text));
    let expected = 25.0 * (1.0 + 2.0 * (-25.0f64).exp() + (-50.0f64).exp());
    let got = flows.health_level.total(Flows::LIFE_YEARS)[0];
    assert!((got - expected).abs() < 1e-13, "{got} instead of {expected}");
    assert_amount(deaths(&flows).0, 100.0);
}

/// A second programme beside the first, each with its own share of whom it finds.
fn two_programmes(order: &str) -> Flows {
    let second = HALVED_FALLS
        .split_once("[programmes.p]")
        .and_then(|(_, rest)| rest.split_once("[strategies.prevention]"))
        .map(|(programme, _)| {
            programme.replace("programmes.p.", "programmes.q.").replace("share = 1, at", "share = 0.4, at")
        })
        .expect("a programme");
    let text = men(1, "half-year")
        + &HALVED_FALLS
            .replace("share = 1, at", "share = 0.5, at")
            .replace("[strategies.prevention]", &format!("[programmes.q]{second}\n[strategies.prevention]"))
            .replace("programmes = [\"p\"]", &format!("programmes = [{order}]"));
    base_flows(&scenario(&text))
}

#[test]
fn programmes_at_one_moment_share_one_pool_and_the_first_in_the_file_comes_first() {
    // Half of 100, then two fifths of the other 50; falls 70·0.5 fewer. The strategy's order does not matter.
    for order in ["\"p\", \"q\"", "\"q\", \"p\""] {
        let flows = two_programmes(order);
        assert_amount(flows.reached.total(0)[0], 50.0);
        assert_amount(flows.reached.total(1)[0], 20.0);
        assert_amount(flows.count_increment.total(0)[0], -35.0);
    }
}

#[test]
fn a_capacity_below_another_sees_only_those_who_were_served_above() {
    // 100 want the check and 60 get it; half of those, 30, want the course and 20 get it.
    let text = men(1, "half-year")
        + &HALVED_FALLS.replace(
            "[programmes.p.cascade.course]\nof = \"invited\"\nshare = 1\n",
            "[programmes.p.cascade.check]\nof = \"invited\"\nshare = 1\ncapacity = 60\n\
             [programmes.p.cascade.course]\nof = \"check\"\nshare = 0.5\ncapacity = 20\n",
        );
    let flows = base_flows(&scenario(&text));
    assert_amounts(&[flows.reached.total(0)[0], flows.reached.total(1)[0]], &[60.0, 20.0]);
    assert_amounts(&[flows.turned_away.total(0)[0], flows.turned_away.total(1)[0]], &[40.0, 10.0]);
    assert_amount(flows.count_increment.total(0)[0], -10.0);
}

#[test]
fn reach_weighs_who_is_invited_and_keeps_the_total() {
    // 100 men of 70 and 100 of 75 with weights 1 and 3; 80 of 200 invited: 20 and 60. The course costs 1 and 1000.
    let text = men(1, "half-year").replace(
        "[models.m.states.home]",
        "[population.groups.older]\nage = 75\nsex = \"male\"\npersons = 100\n[models.m.states.home]",
    ) + &HALVED_FALLS
        .replace(
            "share = 1, at = \"start-of-year\" }",
            "share = 0.4, at = \"start-of-year\" }\nreach = \"if(age >= 75, 3, 1)\"",
        )
        .replace(
            "effects = [\"fewer_falls\"]",
            "effects = [\"fewer_falls\"]\ncosts = { course = \"if(age >= 75, 1000, 1)\" }",
        );
    let flows = base_flows(&scenario(&text));
    assert_amount(flows.reached.total(0)[0], 80.0);
    assert_amount(flows.programme_costs.total(0)[0], 60_020.0);
}

#[test]
fn nobody_is_invited_twice_over_when_reach_would_ask_for_it() {
    // Weights 1 and 9 with 160 of 200 invited: all 100 of the older, 60 of the younger.
    let text = men(1, "half-year").replace(
        "[models.m.states.home]",
        "[population.groups.older]\nage = 75\nsex = \"male\"\npersons = 100\n[models.m.states.home]",
    ) + &HALVED_FALLS
        .replace(
            "share = 1, at = \"start-of-year\" }",
            "persons = 160, at = \"start-of-year\" }\nreach = \"if(age >= 75, 9, 1)\"",
        )
        .replace(
            "effects = [\"fewer_falls\"]",
            "effects = [\"fewer_falls\"]\ncosts = { course = \"if(age >= 75, 1000, 1)\" }",
        );
    let flows = base_flows(&scenario(&text));
    assert_amount(flows.programme_costs.total(0)[0], 100_060.0);
}

#[test]
fn a_total_is_divided_over_the_years_of_enrolment() {
    let text = men(3, "half-year")
        + &HALVED_FALLS.replace("years = \"2026\", share = 1", "years = \"2026-2028\", total = 90");
    assert_amounts(&by_year(&base_flows(&scenario(&text)).reached, 0), &[30.0; 3]);
}

#[test]
fn only_those_in_the_named_state_reach_a_step_with_only_if() {
    // 60 at home and 40 ill are all invited; the course is for those at home.
    let text = men(1, "half-year").replace("start = 1\n", "start = 0.6\n")
        + "[models.m.states.ill]\nstart = 0.4\n"
        + &HALVED_FALLS.replace("\"state == 'home'\"", "\"age > 0\"").replace(
            "effects = [\"fewer_falls\"]",
            "effects = [\"fewer_falls\"]\nonly_if = \"state == 'home'\"\ncosts = { course = 10 }",
        );
    let flows = base_flows(&scenario(&text));
    assert_amount(flows.reached.total(0)[0], 60.0);
    assert_amount(flows.programme_costs.total(0)[0], 600.0);
}

#[test]
fn with_class_shares_by_age_and_sex_deaths_are_those_of_the_life_table() {
    // Men of 70 have 20% in the high class, women of 80 have 50%. The fatal event, 0.02 per person-year, is three
    // times as frequent there: normalised by 1.4 and 2. Background 0.10 − 0.02 for everybody, so the hazards are
    // 0.08 + 0.02/1.4 and 0.08 + 0.06/1.4; 0.08 + 0.02/2 and 0.08 + 0.06/2: on average 0.10 each.
    let text = men(1, "month").replace(
        "[models.m.states.home]",
        "[population.groups.women]\nage = 80\nsex = \"female\"\npersons = 100\n[models.m.states.home]",
    ) + r#"
[models.m.mortality]
rate = 0.1
[models.m.events.fatal]
in = ["home"]
rate = 0.02
moves_to = "dead"
[population.classes.risk.values.low]
share = "if(sex == 'male', 1 - 0.02 * (age - 60), 0.5)"
[population.classes.risk.values.high]
share = "if(sex == 'male', 0.02 * (age - 60), 0.5)"
relative_rates = { "m.fatal" = 3 }
"# + NOTHING_ELSE;
    let s = scenario(&text);
    let flows = base_flows(&s);
    let dying = |persons: f64, hazard: f64| persons * (1.0 - (-hazard).exp());
    let expected = dying(80.0, 0.08 + 0.02 / 1.4)
        + dying(20.0, 0.08 + 0.06 / 1.4)
        + dying(50.0, 0.09)
        + dying(50.0, 0.11);
    let got = deaths(&flows).0;
    assert_amount(got, expected);
    // The life table's own: 200·(1 − e^−0.1); the high class dies out a little faster within the year.
    assert!((got / (200.0 * (1.0 - (-0.1f64).exp())) - 1.0).abs() < 1e-3, "{got}");
}

#[test]
fn with_classes_of_equal_mortality_deaths_are_those_of_the_life_table_in_every_year() {
    // Table hazard 0.05 at 70, 0.06 at 71, 0.07 at 72: 100·(1 − e^−0.18) deaths in three years, whatever the shares
    // of the classes at each age.
    let text = men(3, "quarter")
        + r#"
[models.m.mortality]
rate = "0.05 + 0.01 * (age - 70)"
[models.m.events.fall]
in = ["home"]
rate = 0.5
[models.m.events.fatal]
in = ["home"]
rate = 0.02
moves_to = "dead"
[population.classes.risk.values.low]
share = "0.8 - 0.1 * (age - 70)"
[population.classes.risk.values.high]
share = "0.2 + 0.1 * (age - 70)"
relative_rates = { "m.fall" = 3 }
"# + NOTHING_ELSE;
    let flows = base_flows(&scenario(&text));
    assert_amount(deaths(&flows).0, 100.0 * (1.0 - (-0.18f64).exp()));
}
