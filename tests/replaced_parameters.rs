//! What the arms of a run make of a parameter, one within another: a variant, its strategies, and their arrangements.

mod common;

use common::scenario;
use ounce::sample::Environment;

const TEXT: &str = r#"
ounce = 1
title = "Parameters"
time = { start = 2026, years = 1, cycle = "half-year" }
valuation = { price_year = 2024, discount = { costs = 0, effects = 0 } }
population = { closed = true, groups = { all = { age = 70, persons = 100 } } }
models.m.states = { home = { start = 1 }, dead = { start = 0, alive = false } }
[parameters]
a = 1
b = "2 * a"
c = 5
d = "b + c"
[strategies.usual_care]
[strategies.other_c]
set = { c = 6 }
[strategies.other_a]
set = { a = 3 }
[variants.ten]
set = { b = 10 }
"#;

/// Values of a, b, c and d in a variant and a strategy.
fn values(variant: &str, strategy: &str) -> [f64; 4] {
    let scenario = scenario(TEXT);
    let variant = scenario.variants.iter().find(|known| known.id == variant).unwrap();
    let strategy = scenario.strategies.iter().find(|known| known.id == strategy).unwrap();
    let base = Environment::base(&scenario).unwrap();
    let within = base.with(&scenario, &variant.set).unwrap().with(&scenario, &strategy.set).unwrap();
    ["a", "b", "c", "d"].map(|name| {
        let index = scenario.parameters.list.iter().position(|known| known.name == name).unwrap();
        within.parameters[index][0]
    })
}

#[test]
fn formulas_follow_what_a_strategy_sets() {
    assert_eq!(values("main", "other_a"), [3.0, 6.0, 5.0, 11.0]);
}

#[test]
fn what_a_variant_sets_holds_in_strategies_that_set_something_else() {
    assert_eq!(values("ten", "other_c"), [1.0, 10.0, 6.0, 16.0]);
    // Also where it would follow if the variant had left it alone.
    assert_eq!(values("ten", "other_a"), [3.0, 10.0, 5.0, 15.0]);
}
