//! Continuous risk factors in expected numbers: the stated rate is that of people as they enter, effects shift the
//! factor, programmes choose by it, and bins come to the whole distribution.

mod common;

use common::{assert_amount, assert_amounts, base_flows, by_year, count, men, scenario, strategy_total};
use ounce::formula::Scratch;
use ounce::sample::Environment;
use ounce::scenario::checked::Scenario;
use ounce::simulate::{ModelPlan, Rates};
use ounce::value::flows::{Counted, Flows};
use ounce::value::{Extent, value};

/// ln of the ratio 1.1 a unit.
const LOG: f64 = 0.095_310_179_804_324_87;

/// A hundred men who fall once a year, with a normal factor of mean 27 and standard deviation 5; `rest` is added.
fn weighed(years: usize, bins: usize, factor: &str, rest: &str) -> String {
    let men = men(years, "year")
        .replace("design = \"random\"", &format!("design = \"random\"\nfactor_bins = {bins}"));
    format!(
        r#"{men}
[models.m.events.fall]
in = ["home"]
rate = 1
[models.m.factors.bmi]
distribution = "normal"
mean = 27
sd = 5
{factor}
{rest}
"#
    )
}

/// A programme for everybody at home who meets a condition, from 1 January 2026.
fn programme(eligible: &str, effects: &str, names: &str) -> String {
    format!(
        r#"
{effects}
[programmes.p]
model = "m"
eligible = "state == 'home' and {eligible}"
enrol = {{ years = "2026", share = 1, at = "start-of-year" }}
[programmes.p.cascade.course]
of = "invited"
share = 1
effects = [{names}]
costs = {{ course = "bmi" }}
[strategies.prevention]
programmes = ["p"]
"#
    )
}

fn shifted(lasts: &str) -> String {
    let effect = format!("[effects.lighter]\non = \"m.bmi\"\ndifference = -3\nlasts = {lasts}");
    programme("age >= 65", &effect, "\"lighter\"")
}

fn levels(flows: &Flows, s: &Scenario, id: &str) -> Vec<f64> {
    by_year(&flows.count_level, row(flows, s, id))
}

fn increments(flows: &Flows, s: &Scenario, id: &str) -> Vec<f64> {
    by_year(&flows.count_increment, row(flows, s, id))
}

fn row(flows: &Flows, s: &Scenario, id: &str) -> usize {
    let event = s.models[0].events.iter().position(|event| event.id == id);
    let wanted = |counted: &Counted| match *counted {
        Counted::Node { node, .. } => event.is_some_and(|e| node == ounce::scenario::checked::Node::Event(e)),
        Counted::Deaths { .. } => event.is_none(),
    };
    flows.shape.counted.iter().position(wanted).unwrap()
}

/// Multipliers of the two bins of the factor at 1.1 a unit: bins lie 5·√(2/π) below and above the mean.
fn two_bins() -> [f64; 2] {
    let shift = LOG * 5.0 * (2.0 / std::f64::consts::PI).sqrt();
    [-shift, shift].map(|x| x.exp() / shift.cosh())
}

#[test]
fn the_stated_rate_is_that_of_people_as_they_enter_for_any_number_of_bins() {
    // Multiplying by 1.1^(x − mean) alone would give exp(½·(5·ln 1.1)²) = 1.12 times as many falls.
    for bins in [1, 2, 7, 50] {
        let s = scenario(&weighed(1, bins, "hazard_ratios = { fall = 1.1 }", common::NOTHING_ELSE));
        assert_amount(count(&base_flows(&s), &s, "fall").0, 100.0);
    }
}

#[test]
fn the_stated_rate_is_met_whatever_the_shape_and_in_every_draw() {
    for shape in ["normal", "lognormal", "gamma"] {
        let factor = r#"
hazard_ratios = { fall = { value = 1.1, ci95 = [1.05, 1.15], dist = "lognormal", assumption = "a" } }"#;
        let text = weighed(1, 10, factor, common::NOTHING_ELSE)
            .replace("distribution = \"normal\"", &format!("distribution = \"{shape}\""))
            .replace("sd = 5", "sd = { value = 5, se = 0.5, dist = \"gamma\", assumption = \"a\" }");
        let s = scenario(&text);
        let valued = value(&s, Extent::Draws, &|| ()).unwrap();
        for block in &valued.variants[0].blocks {
            let flows = &block[0];
            let falls = flows.count_level.total(row(flows, &s, "fall"));
            assert!(falls.all(|falls| (falls - 100.0).abs() < 1e-9), "{shape}: {falls:?}");
        }
    }
}

#[test]
fn a_shift_multiplies_what_the_factor_drives_while_it_lasts() {
    // 3 units less at 1.1 a unit: 1.1^−3 = 0.7513 of the falls.
    for bins in [1, 10] {
        let s = scenario(&weighed(2, bins, "hazard_ratios = { fall = 1.1 }", &shifted("{ full = 1 }")));
        assert_amounts(&increments(&base_flows(&s), &s, "fall"), &[100.0 * (1.1_f64.powi(-3) - 1.0), 0.0]);
    }
}

#[test]
fn people_regain_the_level_to_which_the_years_have_brought_them() {
    // One unit more each year: 100, 110, 121 falls. The course takes 3 units off for a year and a fading half of
    // them in the second; in the third there is nothing left of it.
    let factor = "drift = 1\nhazard_ratios = { fall = 1.1 }";
    let s = scenario(&weighed(3, 10, factor, &shifted("{ full = 1, fade = 1 }")));
    let flows = base_flows(&s);
    assert_amounts(&levels(&flows, &s, "fall"), &[100.0, 110.0, 121.0]);
    let expected = [100.0 * (1.1_f64.powi(-3) - 1.0), 110.0 * (1.1_f64.powf(-1.5) - 1.0), 0.0];
    assert_amounts(&increments(&flows, &s, "fall"), &expected);
}

#[test]
fn a_shift_comes_on_top_of_another_effect_on_the_same_event() {
    let effects = r#"
[effects.lighter]
on = "m.bmi"
difference = -3
lasts = "always"
[effects.stronger]
on = "m.fall"
rate_ratio = 0.5
lasts = "always""#;
    let rest = programme("age >= 65", effects, "\"lighter\", \"stronger\"");
    let s = scenario(&weighed(1, 10, "hazard_ratios = { fall = 1.1 }", &rest));
    assert_amounts(&increments(&base_flows(&s), &s, "fall"), &[100.0 * (0.5 * 1.1_f64.powi(-3) - 1.0)]);
}

#[test]
fn consequences_inherit_a_ratio_and_one_of_their_own_replaces_it() {
    // Half of the falls hurt and a tenth break a hip; hips have a ratio of 1 of their own.
    let events = r#"
[models.m.events.injury]
of = "fall"
share = 0.5
[models.m.events.hip]
of = "fall"
share = 0.1"#;
    let rest = format!("{events}{}", shifted("\"always\""));
    let s = scenario(&weighed(1, 10, "hazard_ratios = { fall = 1.1, hip = 1 }", &rest));
    let flows = base_flows(&s);
    let less = 1.1_f64.powi(-3) - 1.0;
    assert_amounts(&increments(&flows, &s, "fall"), &[100.0 * less]);
    assert_amounts(&increments(&flows, &s, "injury"), &[50.0 * less]);
    assert_amounts(&increments(&flows, &s, "hip"), &[0.0]);
    assert_amounts(&levels(&flows, &s, "hip"), &[10.0]);
}

#[test]
fn a_programme_for_the_heavier_half_finds_their_rates_and_pays_by_their_weight() {
    // Two bins, at 27 ± 3.989: fifty people are above 27. All their falls are prevented.
    let effect = "[effects.none]\non = \"m.fall\"\nrate_ratio = 0\nlasts = \"always\"";
    let rest = programme("bmi > 27", effect, "\"none\"");
    let s = scenario(&weighed(1, 2, "hazard_ratios = { fall = 1.1 }", &rest));
    let flows = base_flows(&s);
    assert_amounts(&increments(&flows, &s, "fall"), &[-50.0 * two_bins()[1]]);
    assert_amount(strategy_total(&flows.reached, 0), 50.0);
    let heavy = 27.0 + 5.0 * (2.0 / std::f64::consts::PI).sqrt();
    assert_amount(strategy_total(&flows.programme_costs, 0), 50.0 * heavy);
}

#[test]
fn an_effect_can_be_sized_by_the_factor_at_enrolment() {
    // The heavier half loses what is above 27; the lighter half is not touched.
    let effect = "[effects.to_27]\non = \"m.bmi\"\ndifference = \"-max(0, bmi - 27)\"\nlasts = \"always\"";
    let s = scenario(&weighed(
        1,
        2,
        "hazard_ratios = { fall = 1.1 }",
        &programme("age >= 65", effect, "\"to_27\""),
    ));
    let shift = LOG * 5.0 * (2.0 / std::f64::consts::PI).sqrt();
    let expected = 50.0 * two_bins()[1] * ((-shift).exp() - 1.0);
    assert_amounts(&increments(&base_flows(&s), &s, "fall"), &[expected]);
}

#[test]
fn utility_follows_the_factor_and_the_shift() {
    // 0.5 a year each, less 0.01 for each unit above the mean at entry. With 1 unit more a year: 50, 49, 48 QALYs.
    // The course takes 3 units off in the first two years: 3 QALYs each.
    let rest = shifted("{ full = 2 }");
    let s = scenario(&weighed(3, 10, "drift = 1\nutility = { home = -0.01 }", &rest));
    let flows = base_flows(&s);
    assert_amounts(&by_year(&flows.health_level, Flows::QALYS), &[50.0, 49.0, 48.0]);
    assert_amounts(&by_year(&flows.health_increment, Flows::QALYS), &[3.0, 3.0, 0.0]);
}

#[test]
fn who_is_at_higher_risk_leaves_first() {
    // Two bins that die with 0.5 a year times their multipliers; nobody falls who is dead.
    let dying = "[models.m.transitions.dying]\nfrom = \"home\"\nto = \"dead\"\nrate = 0.5";
    let text = weighed(2, 2, "hazard_ratios = { dying = 1.1 }", &format!("{dying}{}", common::NOTHING_ELSE));
    let s = scenario(&text);
    let died = |year: i32| -> f64 {
        let left = |boundary: i32| {
            two_bins().iter().map(|m| 50.0 * (-0.5 * m * f64::from(boundary)).exp()).sum::<f64>()
        };
        left(year) - left(year + 1)
    };
    assert_amounts(&levels(&base_flows(&s), &s, "deaths"), &[died(0), died(1)]);
}

#[test]
fn more_bins_come_to_the_whole_distribution() {
    // Dead after 5 years at 0.5 · 1.1^(x−27)/E a year, over the normal distribution by a sum of small steps.
    let left = |z: f64| (-2.5 * (LOG * 5.0 * z - 0.5 * (LOG * 5.0_f64).powi(2)).exp()).exp();
    let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let steps = (-9000..9000).map(|step| (f64::from(step) + 0.5) / 1000.0);
    let exact = 100.0 * (1.0 - steps.map(|z| left(z) * density(z) / 1000.0).sum::<f64>());
    let dying = "[models.m.transitions.dying]\nfrom = \"home\"\nto = \"dead\"\nrate = 0.5";
    let error = |bins: usize| {
        let rest = format!("{dying}{}", common::NOTHING_ELSE);
        let s = scenario(&weighed(5, bins, "hazard_ratios = { dying = 1.1 }", &rest));
        (levels(&base_flows(&s), &s, "deaths").iter().sum::<f64>() - exact).abs()
    };
    let errors = [1, 2, 5, 20, 100].map(error);
    assert!(errors.windows(2).all(|pair| pair[1] < 0.5 * pair[0]), "{errors:?}");
    assert!(errors[4] < 0.02, "{errors:?}");
}

#[test]
fn ratios_of_risks_change_the_probability_before_the_factor_changes_the_hazard() {
    // 20% a year, halved to 10%; then 1 − 0.9^m with m the multiplier of each bin.
    let dying = "[models.m.transitions.dying]\nfrom = \"home\"\nto = \"dead\"\nprobability = 0.2\n";
    let effect = "[effects.halved]\non = \"m.dying\"\nrisk_ratio = 0.5\nlasts = \"always\"";
    let rest = format!("{dying}{}", programme("age >= 65", effect, "\"halved\""));
    let s = scenario(&weighed(1, 2, "hazard_ratios = { dying = 1.1 }", &rest));
    let flows = base_flows(&s);
    let dead = |stay: f64| two_bins().iter().map(|m| 50.0 * (1.0 - stay.powf(*m))).sum::<f64>();
    assert_amounts(&levels(&flows, &s, "deaths"), &[dead(0.8)]);
    assert_amounts(&increments(&flows, &s, "deaths"), &[dead(0.9) - dead(0.8)]);
}

#[test]
fn two_factors_are_independent_of_each_other() {
    // The heavier half and the quarter that is heavy and has high pressure; each ratio meets the stated rate.
    let pressure = r#"
[models.m.factors.pressure]
distribution = "lognormal"
mean = 140
sd = 20
hazard_ratios = { fall = 1.01 }
"#;
    let effect = "[effects.none]\non = \"m.fall\"\nrate_ratio = 0\nlasts = \"always\"";
    let rest = format!("{pressure}{}", programme("bmi > 27 and pressure > 138", effect, "\"none\""));
    let s = scenario(&weighed(1, 2, "hazard_ratios = { fall = 1.1 }", &rest));
    let flows = base_flows(&s);
    assert_amount(count(&flows, &s, "fall").0, 100.0);
    assert_amount(strategy_total(&flows.reached, 0), 25.0);
    assert!(
        count(&flows, &s, "fall").1 < -25.0 * two_bins()[1],
        "high pressure adds to the falls of the heavy"
    );
}

#[test]
fn persons_together_have_the_stated_rate_and_utility_too() {
    for shape in ["normal", "lognormal", "gamma"] {
        let factor = "drift = 1\nhazard_ratios = { fall = 1.1 }\nutility = { home = -0.01 }";
        let text = weighed(1, 10, factor, common::NOTHING_ELSE)
            .replace("distribution = \"normal\"", &format!("distribution = \"{shape}\""))
            .replace("design = \"random\"", "design = \"random\"\nengine = \"individual\"");
        let s = scenario(&text);
        let plan = ModelPlan::new(&s, 0);
        assert_eq!(plan.profiles.bins, 1, "persons have values of their own");
        let (environment, mut rates) = (Environment::base(&s).unwrap(), Rates::default());
        rates.fill(&s, 0, &plan.structure, &plan.grid, &environment, &mut Scratch::new()).unwrap();
        let (factors, people) = (&rates.factors, &plan.grid.factors);
        const PERSONS: usize = 100_000;
        let (mut multiplier, mut utility) = (0.0, 0.0);
        for person in 0..PERSONS {
            let rank = (person as f64 + 0.5) / PERSONS as f64;
            let deviation = [factors.deviation(0, 0, 0, rank)];
            for (node, start, yearly) in factors.exponents(people, 0, 0, &deviation) {
                assert!(node == 0 && (yearly - LOG).abs() < 1e-15, "one unit a year");
                multiplier += start.exp() / PERSONS as f64;
            }
            for (state, start, yearly) in factors.utilities(0, 0, &deviation) {
                assert_eq!((state, yearly), (0, -0.01));
                utility += start / PERSONS as f64;
            }
            let later = factors.value_of(0, 0, 0, deviation[0], 2.0);
            assert!((later - (29.0 + deviation[0])).abs() < 1e-12);
        }
        // Midpoints of ranks lack the outermost tail.
        assert!((multiplier - 1.0).abs() < 1e-3, "{shape}: {multiplier}");
        assert!(utility.abs() < 1e-4, "{shape}: {utility}");
    }
}

#[test]
fn nobody_vanishes_between_bins() {
    let rest = format!(
        "[models.m.transitions.dying]\nfrom = \"home\"\nto = \"dead\"\nrate = 0.1\n{}",
        programme(
            "bmi > 30",
            "[effects.lighter]\non = \"m.bmi\"\ndifference = -3\nlasts = \"always\"",
            "\"lighter\""
        )
    );
    let s = scenario(&weighed(10, 10, "drift = 0.2\nhazard_ratios = { dying = 1.1, fall = 1.05 }", &rest));
    let flows = base_flows(&s);
    let years: f64 = ["home", "dead"].iter().map(|state| count(&flows, &s, state).0).sum();
    let change: f64 = ["home", "dead"].iter().map(|state| count(&flows, &s, state).1).sum();
    assert_amount(years, 1000.0);
    assert_amount(change, 0.0);
    assert!(count(&flows, &s, "home").1 > 0.0, "people live longer");
}

#[test]
fn a_factor_that_does_nothing_changes_no_bit() {
    let rest = shifted("\"always\"").replace("costs = { course = \"bmi\" }", "costs = { course = 27 }");
    let plain = scenario(&weighed(3, 1, "", &rest));
    let split = scenario(&weighed(3, 1, "hazard_ratios = { fall = 1 }", &rest));
    assert_eq!(base_flows(&plain).count_level, base_flows(&split).count_level);
    assert_eq!(base_flows(&plain).count_increment, base_flows(&split).count_increment);
}

#[test]
fn ten_bins_of_a_factor_that_does_nothing_are_as_no_factor() {
    let split = scenario(&weighed(3, 10, "", common::NOTHING_ELSE));
    let text = men(3, "year") + "[models.m.events.fall]\nin = [\"home\"]\nrate = 1\n" + common::NOTHING_ELSE;
    let (split, plain) = (base_flows(&split), base_flows(&scenario(&text)));
    for row in 0..plain.shape.counted.len() {
        assert_amounts(&by_year(&split.count_level, row), &by_year(&plain.count_level, row));
    }
}

/// Forty poor and sixty rich men, of whom a programme takes some.
fn told_apart(eligible: &str) -> Flows {
    let effect = "[effects.none]\non = \"m.fall\"\nrate_ratio = 0\nlasts = \"always\"";
    let text = weighed(1, 2, "hazard_ratios = { fall = 1.1 }", &programme(eligible, effect, "\"none\""));
    let one = "[population.groups.men]\nage = 70\nsex = \"male\"\npersons = 100\n";
    assert!(text.contains(one));
    let two = r#"[population.groups.poor]
age = 70
sex = "male"
persons = 40
labels = { ses = "low" }
[population.groups.rich]
age = 70
sex = "male"
persons = 60
labels = { ses = "high" }
[population.classes.risk.values.low]
share = 0.7
[population.classes.risk.values.high]
share = 0.3
"#;
    let s = scenario(&text.replace(one, two));
    let flows = base_flows(&s);
    assert_amount(count(&flows, &s, "fall").0, 100.0);
    let fewer = -count(&flows, &s, "fall").1;
    let reached = strategy_total(&flows.reached, 0);
    assert_amount(fewer, reached * if eligible.contains("bmi") { two_bins()[1] } else { 1.0 });
    flows
}

#[test]
fn labels_and_classes_of_a_programme_split_every_bin() {
    let reached = |eligible: &str| strategy_total(&told_apart(eligible).reached, 0);
    assert_amount(reached("ses == 'low'"), 40.0);
    assert_amount(reached("ses == 'low' and bmi > 27"), 20.0);
    assert_amount(reached("risk == 'high'"), 30.0);
    assert_amount(reached("risk == 'high' and bmi > 27"), 15.0);
    // 40 · 0.3 · 1/2.
    assert_amount(reached("risk == 'high' and ses == 'low' and bmi > 27"), 6.0);
}

#[test]
fn who_enrols_later_has_the_value_of_then() {
    // 5 units a year bring the lighter half from 23.0 to 28.0 by 2027. Falls of 2027 are 1.1^5 as many; all are prevented.
    let effect = "[effects.none]\non = \"m.fall\"\nrate_ratio = 0\nlasts = \"always\"";
    let rest = programme("bmi > 27", effect, "\"none\"").replace("years = \"2026\"", "years = \"2027\"");
    let s = scenario(&weighed(2, 2, "drift = 5\nhazard_ratios = { fall = 1.1 }", &rest));
    let flows = base_flows(&s);
    assert_amount(strategy_total(&flows.reached, 0), 100.0);
    assert_amounts(&increments(&flows, &s, "fall"), &[0.0, -100.0 * 1.1_f64.powi(5)]);
}

#[test]
fn a_strategy_can_set_a_ratio() {
    // One unit a year more at 1.1 a unit: 110 falls in the second year; at 1 a unit 100.
    let rest = "[parameters]\nr = { value = 1.1, assumption = \"a\" }\n[strategies.other]\nset = { r = 1 }";
    let s = scenario(&weighed(2, 2, "drift = 1\nhazard_ratios = { fall = \"r\" }", rest));
    let flows = base_flows(&s);
    assert_amounts(&levels(&flows, &s, "fall"), &[100.0, 110.0]);
    assert_amounts(&increments(&flows, &s, "fall"), &[0.0, -10.0]);
}

#[test]
fn background_mortality_takes_out_what_a_factor_drives_at_its_mean() {
    // Life table −ln 0.9, of which 0.05 is the model's own: the rest is the same for both bins.
    let dying = "[models.m.mortality]\nprobability = 0.1\n[models.m.transitions.dying]\nfrom = \"home\"\nto = \"dead\"\nrate = 0.05";
    let text = weighed(1, 2, "hazard_ratios = { dying = 1.1 }", &format!("{dying}{}", common::NOTHING_ELSE));
    let s = scenario(&text);
    let background = -(0.9_f64.ln()) - 0.05;
    let died: f64 = two_bins().iter().map(|m| 50.0 * (1.0 - (-background - 0.05 * m).exp())).sum();
    assert_amounts(&levels(&base_flows(&s), &s, "deaths"), &[died]);
}

#[test]
fn many_bins_and_persons_agree_whatever_the_tail() {
    // Deaths of a year at 0.5 a year times what the factor does. Of a heavy tail the last of 200 bins is still a coarse
    // picture: its mean stands for people some of whom have far more, so others have up to a fortieth more than persons.
    for (shape, mean, sd, ratio, tolerance) in
        [("lognormal", 27, 5, 1.1, 0.02), ("lognormal", 2, 3, 1.1, 1.0), ("gamma", 2, 2, 1.3, 0.3)]
    {
        let dying = "[models.m.transitions.dying]\nfrom = \"home\"\nto = \"dead\"\nrate = 0.5";
        let factor = format!("hazard_ratios = {{ dying = {ratio} }}");
        let text = weighed(1, 200, &factor, &format!("{dying}{}", common::NOTHING_ELSE))
            .replace("distribution = \"normal\"", &format!("distribution = \"{shape}\""))
            .replace("mean = 27\nsd = 5", &format!("mean = {mean}\nsd = {sd}"));
        let s = scenario(&text);
        let bins: f64 = levels(&base_flows(&s), &s, "deaths").iter().sum();
        let s =
            scenario(&text.replace("design = \"random\"", "design = \"random\"\nengine = \"individual\""));
        let plan = ModelPlan::new(&s, 0);
        let (environment, mut rates) = (Environment::base(&s).unwrap(), Rates::default());
        rates.fill(&s, 0, &plan.structure, &plan.grid, &environment, &mut Scratch::new()).unwrap();
        const PERSONS: usize = 20_000;
        let died = |person: usize| {
            let rank = (person as f64 + 0.5) / PERSONS as f64;
            let deviation = [rates.factors.deviation(0, 0, 0, rank)];
            let mut exponents = rates.factors.exponents(&plan.grid.factors, 0, 0, &deviation);
            1.0 - (-0.5 * exponents.next().unwrap().1.exp()).exp()
        };
        let persons = 100.0 * (0..PERSONS).map(died).sum::<f64>() / PERSONS as f64;
        assert!((bins - persons).abs() < tolerance, "{shape} {mean} {sd}: {bins} {persons}");
    }
}

#[test]
fn another_strategy_and_other_threads_change_no_bit_of_people_with_factors() {
    use ounce::scenario::checked::Engine;
    let factor =
        "hazard_ratios = { fall = { value = 1.1, sd = 0.02, dist = \"lognormal\", assumption = \"a\" } }";
    let one = weighed(3, 5, factor, &shifted("\"always\""));
    let strategies = "[strategies.alone]\nprogrammes = [\"q\"]\n[programmes.q]\nmodel = \"m\"\neligible = \"bmi >= 27\"\n\
                      enrol = { years = \"2026\", share = 0.5, at = \"start-of-year\" }\n[programmes.q.cascade.talk]\n\
                      of = \"invited\"\nshare = 0.5\neffects = [\"lighter\"]\n";
    let two = format!("{one}{strategies}");
    let flows = |text: &str, engine: Engine, threads: usize| -> Vec<Flows> {
        let mut scenario = scenario(text);
        scenario.uncertainty.engine = engine;
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let valued = pool.install(|| value(&scenario, Extent::Draws, &|| ()));
        let valued = valued.unwrap_or_else(|error| panic!("{error}"));
        valued.variants[0].blocks.iter().map(|block| block[0].clone()).collect()
    };
    for engine in [Engine::Expected, Engine::Individual] {
        let (alone, together) = (flows(&one, engine, 1), flows(&two, engine, 3));
        assert_eq!(alone.len(), 2);
        for (alone, together) in alone.iter().zip(&together) {
            assert!(alone.count_level == together.count_level, "{}", engine.word());
            assert!(alone.count_increment == together.count_increment, "{}", engine.word());
            assert!(alone.health_increment == together.health_increment, "{}", engine.word());
        }
    }
}

#[test]
fn an_effect_on_a_factor_that_comes_after_the_horizon_changes_nothing() {
    // The course is a year after the talk, which is the end; before it stands a programme with an effect.
    let programme = |id: &str, after: u32| {
        format!(
            "[programmes.{id}]\nmodel = \"m\"\neligible = \"age >= 65\"\n\
             enrol = {{ years = \"2026\", share = 0.5, at = \"start-of-year\" }}\n\
             [programmes.{id}.cascade.talk]\nof = \"invited\"\nshare = 1\n\
             [programmes.{id}.cascade.course]\nof = \"talk\"\nshare = 1\nafter = {after}\neffects = [\"lighter\"]\n"
        )
    };
    let rest = format!(
        "[effects.lighter]\non = \"m.bmi\"\ndifference = -3\nlasts = \"always\"\n{}{}\
         [strategies.late]\nprogrammes = [\"late\"]\n[strategies.both]\nprogrammes = [\"soon\", \"late\"]\n\
         [strategies.soon]\nprogrammes = [\"soon\"]\n",
        programme("soon", 0),
        programme("late", 1)
    );
    let s = scenario(&weighed(
        1,
        3,
        "drift = 1\nhazard_ratios = { fall = 1.1 }\nutility = { home = -0.01 }",
        &rest,
    ));
    let valued = value(&s, Extent::BaseCase, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    let [late, both, soon] = &valued.variants[0].base[..] else { panic!("three strategies") };
    assert_eq!(count(late, &s, "fall").1, 0.0);
    assert_eq!(strategy_total(&late.health_increment, Flows::QALYS), 0.0);
    assert!(count(soon, &s, "fall").1 < 0.0);
    assert_eq!(count(both, &s, "fall").1, count(soon, &s, "fall").1);
}
