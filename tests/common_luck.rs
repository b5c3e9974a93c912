//! People have the same luck with and without a programme, unless an effect changes it.

mod common;

use common::scenario;
use ounce::scenario::checked::{Engine, Scenario};
use ounce::value::flows::{Flows, Valued};
use ounce::value::{Extent, value};

/// 2,000 people who fall, break a hip, move and die; a course for 10% of them that prevents a fifth of the falls.
const COURSE: &str = r#"
ounce = 1
title = "A course against falls"
time = { start = 2026, years = 5, cycle = "half-year" }
uncertainty = { draws = 400, seed = 3, design = "random" }
valuation = { discount = { costs = 0.03, effects = 0.015 } }
population = { closed = true, groups = { women = { age = 80, persons = 2000 } } }
budgets = { care = {} }
strategies = { usual_care = {}, course = { programmes = ["course"] } }
[effects.fewer_falls]
on = "life.fall"
rate_ratio = 0.8
lasts = "always"
[models.life.states]
home = { start = 0.95, utility = 0.8 }
nursing_home = { start = 0.05, utility = 0.5, excess_mortality = 0.3 }
dead = { start = 0, alive = false }
[models.life.transitions]
move = { from = "home", to = "nursing_home", rate = 0.02 }
death = { from = "home", to = "dead", rate = 0.06 }
[models.life.events]
fall = { in = ["home"], rate = 0.8 }
hip_fracture = { of = "fall", share = 0.015, moves_to = "nursing_home" }
[unit_costs.fall]
on = "life.fall"
value = 150
budget = "care"
[unit_costs.nursing_home]
on = "life.nursing_home"
value = 90000
budget = "care"
[programmes.course]
model = "life"
eligible = "state == 'home'"
enrol = { years = "2026", share = 0.1 }
cascade = { course = { of = "invited", share = 1, effects = ["fewer_falls"], costs = { course = 300 } } }
"#;

fn run(engine: Engine, seed: u64) -> Valued {
    let mut scenario: Scenario = scenario(COURSE);
    scenario.uncertainty.engine = engine;
    scenario.uncertainty.seed = seed;
    value(&scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"))
}

/// Undiscounted costs of care in every run: without the course, and what the course changes.
fn costs(valued: &Valued) -> (Vec<f64>, Vec<f64>) {
    let sum = |of: &dyn Fn(&Flows) -> [f64; 8]| -> Vec<f64> {
        let mut values: Vec<f64> = valued.variants[0].blocks.iter().flat_map(|block| of(&block[0])).collect();
        values.truncate(valued.runs);
        values
    };
    let lines = valued.shape.lines.len();
    let total = |grid: fn(&Flows) -> &ounce::value::flows::Grid| {
        move |flows: &Flows| {
            let mut all = [0.0; 8];
            for line in 0..lines {
                for (all, amount) in all.iter_mut().zip(grid(flows).total(line).0) {
                    *all += amount;
                }
            }
            all
        }
    };
    (sum(&total(|flows| &flows.level)), sum(&total(|flows| &flows.increment)))
}

fn variance(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (values.len() - 1) as f64
}

#[test]
fn the_difference_of_two_arms_varies_far_less_with_common_luck_than_with_luck_of_their_own() {
    for engine in [Engine::Counts, Engine::Individual] {
        let (without, change) = costs(&run(engine, 3));
        let (other_without, other_change) = costs(&run(engine, 4));
        // With the course in the other run's luck, minus without it in this one's.
        let apart: Vec<f64> = other_without
            .iter()
            .zip(&other_change)
            .zip(&without)
            .map(|((without, change), own)| without + change - own)
            .collect();
        let factor = variance(&apart) / variance(&change);
        // 2,000 people differ by chance in two arms, only some 16 hip fractures less among 200 in one.
        assert!(factor > 20.0, "{}: only {factor} times", engine.word());
        let same: Vec<f64> = costs(&run(engine, 3)).1;
        assert_eq!(change, same);
    }
}
