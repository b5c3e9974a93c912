//! What persons have been through, as variables of formulas.

mod common;

use common::{men, scenario};
use ounce::formula::{Lane, Scratch};
use ounce::sample::Environment;
use ounce::scenario::checked::Variables;
use ounce::simulate::points::{Points, Values};
use ounce::simulate::{ModelPlan, Rates};

/// Men who fall more often the more often they have fallen, and die sooner the longer they are at home.
fn with_history() -> ounce::scenario::checked::Scenario {
    let men = men(2, "year").replace("design = \"random\"", "design = \"random\"\nengine = \"individual\"");
    scenario(&format!(
        r#"{men}
[models.m.events.fall]
in = ["home"]
rate = "0.5 * (1 + min(past_fall, 2))"
[models.m.transitions.dying]
from = "home"
to = "dead"
rate = "0.1 + 0.02 * time_in_state"
{}"#,
        common::NOTHING_ELSE
    ))
}

#[test]
fn points_hold_the_history_of_eight_persons() {
    let s = with_history();
    let past_fall = s.variables.past(0);
    let row = vec![f64::NAN; s.variables.count()];
    let mut points = Points::from_rows(s.variables.count(), &[row.clone(), row]);
    points.set_lanes(past_fall, vec![Lane::from_fn(|person| person as f64), Lane::splat(1.0)]);
    let environment = Environment::base(&s).unwrap();
    let (mut scratch, mut values) = (Scratch::new(), Values::default());
    let rate = &s.models[0].events[0].amount;
    points.evaluate(rate, &environment, None, &mut scratch, &mut values).unwrap();
    assert_eq!(values.at(0).0, [0.5, 1.0, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5]);
    assert_eq!(values.at(1), Lane::ONE);
    // What changes from cycle to cycle is written in place.
    points.lanes_mut(past_fall).unwrap()[1] = Lane::ZERO;
    points.evaluate(rate, &environment, None, &mut scratch, &mut values).unwrap();
    assert_eq!(values.at(1), Lane::splat(0.5));
}

#[test]
fn rates_of_the_model_are_those_of_people_whose_history_begins() {
    let s = with_history();
    let plan = ModelPlan::new(&s, 0);
    let environment = Environment::base(&s).unwrap();
    let mut rates = Rates::default();
    rates.fill(&s, 0, &plan.structure, &plan.grid, &environment, &mut Scratch::new()).unwrap();
    assert_eq!(rates.event_rates(0, 0)[0], Lane::splat(0.5));
    assert_eq!(rates.transition_rates(0)[0], Lane::splat(0.1));
    assert!(s.models[0].with_history);
}

#[test]
fn every_position_means_one_variable() {
    let variables = Variables {
        labels: Vec::new(),
        factors: vec!["bmi".into(), "pressure".into()],
        events: vec!["fall".into()],
        states: Vec::new(),
    };
    let roles = |variable: usize| {
        [
            variables.label_at(variable).is_some(),
            variables.factor_at(variable).is_some(),
            variables.past_at(variable).is_some(),
        ]
    };
    for variable in 0..=Variables::TIME_IN_STATE {
        assert_eq!(roles(variable), [false; 3], "{variable}");
    }
    assert_eq!(roles(variables.factor(1)), [false, true, false]);
    assert_eq!(roles(variables.past(0)), [false, false, true]);
    assert_eq!(roles(variables.count()), [false; 3]);
    assert!(variables.is_lane(Variables::TIME_IN_STATE) && !variables.is_lane(Variables::SINCE));
}
