//! What must hold in every run, to the person, where people are whole.

mod common;

use common::{assert_amounts, men, scenario};
use ounce::scenario::checked::{Engine, Scenario};
use ounce::value::flows::{Counted, Flows, Valued};
use ounce::value::{Extent, value};

/// Hundreds of men who die at 0.3 a year; half of them have test A and half test B, which do nothing and are paid for a
/// year later, by who lives then.
const TWO_TESTS: &str = r#"
[models.m.transitions.dying]
from = "home"
to = "dead"
rate = 0.3
[programmes.p]
model = "m"
eligible = "state == 'home'"
enrol = { years = "2026", share = 1, at = "start-of-year" }
[programmes.p.cascade.test_a]
of = "invited"
share = 0.5
[programmes.p.cascade.test_a.costs.later]
value = 1
spread = [0, 1]
[programmes.p.cascade.test_b]
of = "invited"
share = 0.5
[programmes.p.cascade.test_b.costs.later]
value = 1
spread = [0, 1]
[strategies.prevention]
programmes = ["p"]
"#;

fn run(mut scenario: Scenario, engine: Engine) -> Valued {
    scenario.uncertainty.engine = engine;
    scenario.uncertainty.draws = 64;
    value(&scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"))
}

fn blocks(valued: &Valued) -> impl Iterator<Item = &Flows> {
    valued.variants[0].blocks.iter().map(|deliveries| &deliveries[0])
}

#[test]
fn everybody_who_is_watched_is_somebody_else() {
    // All hundred are invited, so the survivors of both tests are the survivors of all, in every run.
    let text = format!("{}{TWO_TESTS}", men(3, "half-year"));
    for engine in [Engine::Counts, Engine::Individual] {
        let valued = run(scenario(&text), engine);
        let deaths = valued.shape.counted.iter().position(|c| matches!(c, Counted::Deaths { .. })).unwrap();
        let mut different = std::collections::BTreeSet::new();
        for flows in blocks(&valued) {
            for lane in 0..8 {
                let alive = 100.0 - flows.count_level.at(deaths, 0)[lane];
                let paid: f64 = (0..2).map(|item| flows.programme_costs.at(item, 1)[lane]).sum();
                assert_amounts(&[paid], &[alive]);
                different.insert(alive as u32);
            }
        }
        assert!(different.len() > 5, "deaths are chance");
    }
}

/// Men who move to a home for good when they break a hip; those who did are offered something two years on.
const AFTER_A_HIP: &str = r#"
[models.m.states.nursing_home]
[models.m.events.hip]
in = ["home"]
rate = 0.2
moves_to = "nursing_home"
[programmes.p]
model = "m"
eligible = "state == 'nursing_home' and past_hip >= 1"
enrol = { years = "2028", share = 1, at = "start-of-year" }
[programmes.p.cascade.offer]
of = "invited"
share = 1
[strategies.prevention]
programmes = ["p"]
"#;

#[test]
fn a_past_is_kept_where_nothing_more_can_happen() {
    let text = format!("{}{AFTER_A_HIP}", men(4, "half-year"));
    let valued = run(
        scenario(&text.replace("[uncertainty]", "[uncertainty]\nengine = \"individual\"")),
        Engine::Individual,
    );
    let hip = valued
        .shape
        .counted
        .iter()
        .position(|c| matches!(c, Counted::Node { node: ounce::scenario::checked::Node::Event(0), .. }))
        .unwrap();
    for flows in blocks(&valued) {
        for lane in 0..8 {
            let before = flows.count_level.at(hip, 0)[lane] + flows.count_level.at(hip, 1)[lane];
            assert_amounts(&[flows.reached.total(0)[lane]], &[before]);
            assert!(before > 10.0);
        }
    }
}
