//! A small run with made-up flows: three years, ten draws, two arrangements, two variants.
//!
//! In draw d the programme does f = 0.55 + 0.1 d times what it does at the stated values (f = 1), d = 0 … 9.

use crate::analyse::{Findings, analyse};
use crate::formula::{LANES, Lane};
use crate::scenario::Scenario;
use crate::scenario::checked::*;
use crate::settle::settle;
use crate::settle::testing::{self, quantity};
use crate::value::flows::{
    Counted, Delivery, Flows, Followed, Grid, Item, ItemKind, Line, RunDesign, Shape, Valued, VariantFlows,
};
use std::sync::Arc;

pub const DRAWS: usize = 10;
pub const YEARS: usize = 3;
pub const INSURER: usize = 5;
pub const MUNICIPALITY: usize = 6;
pub const FUND: usize = 7;

fn named(en: &str, nl: &str) -> Localised {
    Localised { en: en.into(), nl: nl.into() }
}

/// The scenario.
pub fn scenario() -> Scenario {
    let mut scenario = testing::scenario()
        .insurers(&[0.6])
        .party("gemeente", &[(2, 1.0)])
        .party("wlz_fund", &[(1, 1.0)])
        .budget("zvw", true)
        .budget("wlz", false)
        .budget("wmo", false)
        .programme("chain", &["risk_check", "course"], &["coordinator"])
        .build();
    scenario.title = named("Fall prevention in Waterdorp", "Valpreventie in Waterdorp");
    scenario.time.years = YEARS;
    scenario.uncertainty.draws = DRAWS;
    scenario.valuation.discount_costs = quantity("0.03");
    scenario.valuation.discount_effects = quantity("0.015");
    scenario.valuation.discount_parties = quantity("0.03");
    scenario.valuation.willingness_to_pay = vec![5_000.0, 20_000.0];
    scenario.population.groups =
        vec![Group { age: 75, sex: Variables::FEMALE, labels: Vec::new(), persons: 10_000.0, enters: 0 }];
    scenario.models = vec![model()];
    let budgets = [("Zvw", "Zvw"), ("Wlz", "Wlz"), ("Wmo", "Wmo")];
    for (budget, (en, nl)) in scenario.budgets.iter_mut().zip(budgets) {
        budget.name = named(en, nl);
    }
    let parties = [
        (Parties::OTHER_INSURERS, "Other health insurers", "Andere zorgverzekeraars"),
        (Parties::EQUALISATION_FUND, "Risk equalisation fund", "Vereveningsfonds"),
        (INSURER, "Insurer Zilver", "Verzekeraar Zilver"),
        (MUNICIPALITY, "Municipality", "Gemeente"),
        (FUND, "Wlz fund", "Wlz-fonds"),
    ];
    for (party, en, nl) in parties {
        scenario.parties.list[party].name = named(en, nl);
    }
    let programme = &mut scenario.programmes[0];
    programme.provider = MUNICIPALITY;
    programme.fixed[0].provider = MUNICIPALITY;
    for (step, (en, nl)) in
        programme.steps.iter_mut().zip([("Risk check", "Risicocheck"), ("Course", "Beweegcursus")])
    {
        step.name = named(en, nl);
        step.provider = MUNICIPALITY;
    }
    programme.steps[0].leaves_pool = false;
    programme.steps[1].parent = Some(0);
    programme.steps[1].effects = vec![0];
    scenario.strategies[0].name = named("Care as it is", "Zorg zoals die is");
    scenario.strategies[1].name = named("Fall prevention chain", "Ketenaanpak valpreventie");
    scenario.arrangements[0].id = "status_quo".into();
    scenario.arrangements[0].name = named("The municipality pays", "De gemeente betaalt");
    let mut shared = scenario.arrangements[0].clone();
    shared.id = "together".into();
    shared.name = named("Insurers contribute a lump sum", "Verzekeraars dragen een vast bedrag bij");
    shared.fallback = false;
    let mut clause = testing::clause(0, MUNICIPALITY, Terms::LumpSum { amount: quantity("20_000") });
    clause.id = "contribution".into();
    clause.from = Payer::Insurers;
    clause.years = Some((0..YEARS).collect());
    shared.clauses = vec![clause];
    scenario.arrangements.push(shared);
    scenario.goals = vec![Goal {
        id: "fewer_hip_fractures".into(),
        name: named("Fewer hip fractures", "Minder heupfracturen"),
        measure: GoalMeasure::Node { model: 0, node: Node::Event(1) },
        group: Vec::new(),
        change: -0.025,
        by: 2,
        term: Term::Short,
    }];
    scenario.variants.push(Variant {
        id: "cautious".into(),
        name: named("Half the effect", "Het halve effect"),
        set: Vec::new(),
    });
    scenario.citations = vec![Citation {
        id: "trial2019".into(),
        title: "Exercise, \"falls\" and injuries".into(),
        organisation: "Example group".into(),
        year: Some(2019),
        link: "https://example.org/trial".into(),
        design: Some(StudyDesign::Trial),
    }];
    let input = |path: &str, stated: &str, source: &str, assumption: &str, needs_origin| Input {
        path: path.into(),
        stated: stated.into(),
        distribution: String::new(),
        unit: String::new(),
        source: source.into(),
        assumption: assumption.into(),
        design: (source == "trial2019").then_some(StudyDesign::Trial),
        needs_origin,
    };
    scenario.inputs = vec![
        input("parameters.rr_exercise", "0.77", "trial2019", "", true),
        input("parameters.uptake", "34%", "", "as in the neighbouring town", true),
        input("unit_costs.hip.value", "9000", "", "", true),
        input("arrangements.together.clauses.contribution.amount", "20000", "", "", false),
    ];
    scenario
}

fn model() -> Model {
    let state = |id: &str, alive| State {
        id: id.into(),
        name: Localised::default(),
        code: 0.0,
        alive,
        start: quantity("1"),
        mortality_ratio: quantity("1"),
        excess_mortality: None,
        utility: None,
    };
    let event = |id: &str, name, parent| Event {
        id: id.into(),
        name,
        parent,
        states: vec![0],
        amount: quantity("1"),
        moves_to: None,
        qaly_loss: None,
    };
    Model {
        id: "falls".into(),
        ages: None,
        states: vec![state("home", true), state("dead", false)],
        death: Some(1),
        background: None,
        transitions: Vec::new(),
        events: vec![
            event("fall", named("Falls", "Vallen"), None),
            event("hip_fracture", named("Hip fractures", "Heupfracturen"), Some(0)),
        ],
        with_history: false,
        factors: Vec::new(),
    }
}

fn shape() -> Arc<Shape> {
    let node = |node| Counted::Node { model: 0, node };
    Arc::new(Shape {
        years: YEARS,
        lines: (0..3).map(|budget| Line { unit_cost: budget, budget }).collect(),
        items: [ItemKind::Step { step: 0, cost: 0 }, ItemKind::Step { step: 1, cost: 0 }, ItemKind::Fixed(0)]
            .map(|kind| Item { programme: 0, kind, provider: MUNICIPALITY })
            .to_vec(),
        counted: vec![
            node(Node::Event(0)),
            node(Node::Event(1)),
            node(Node::State(0)),
            Counted::Deaths { model: 0 },
        ],
        outcomes: 0,
        insurers: 1,
        steps: vec![(0, 0), (0, 1)],
        requests: Vec::new(),
        programmes: 1,
    })
}

/// Flows in which the programme does `factor` times what it does at the stated values.
fn flows(shape: &Arc<Shape>, factor: Lane) -> Flows {
    let every_year = |rows: &[Lane]| {
        let mut grid = Grid::zeros(rows.len(), YEARS);
        for (row, &amount) in rows.iter().enumerate() {
            grid.row_mut(row).fill(amount);
        }
        grid
    };
    let certain = |rows: &[f64]| rows.iter().map(|&amount| Lane::splat(amount)).collect::<Vec<_>>();
    let times = |rows: &[f64]| rows.iter().map(|&amount| factor * amount).collect::<Vec<_>>();
    // Zvw, Wlz, Wmo; half is cash, and of the insurers' half a fifth is lost to equalisation.
    let avoided = [-30_000.0, -20_000.0, -10_000.0];
    let followed = Followed {
        costs: Grid::zeros(3, YEARS),
        costs_retained: Grid::zeros(3, YEARS),
        person_years: Grid::zeros(1, YEARS),
        person_years_retained: Grid::zeros(1, YEARS),
        first_costs: Grid::zeros(0, YEARS),
        first_person_years: Grid::zeros(0, YEARS),
    };
    // Present values as if everything of a year fell at its middle at 3%, health at 1.5%.
    let present = |rate: f64, yearly: &[Lane]| -> Vec<Lane> {
        let growth: f64 = 1.0 + rate;
        let annuity = (0..YEARS).map(|year| growth.powi(-(year as i32)) / growth.sqrt()).sum::<f64>();
        yearly.iter().map(|&amount| amount * annuity).collect()
    };
    let costs = certain(&[15_000.0, 23_000.0, 12_000.0]);
    let health = (certain(&[9_800.0, 7_500.0]), times(&[0.4, 2.0]));
    let pair = |lanes: Vec<Lane>| [lanes[0], lanes[1]];
    Flows {
        shape: shape.clone(),
        environment: testing::environment(),
        level: every_year(&certain(&[9e6, 6e6, 3e6])),
        increment: every_year(&times(&avoided)),
        cashable: every_year(&times(&avoided.map(|amount| amount / 2.0))),
        equalised: every_year(&times(&[avoided[0] / 2.0 * 0.2, 0.0, 0.0])),
        retained: every_year(&times(&[avoided[0] / 2.0 * 0.8 * 0.9, 0.0, 0.0])),
        shadows: vec![followed.clone()],
        cohorts: vec![followed],
        programme_costs: every_year(&costs),
        enrolled: every_year(&certain(&[400.0])),
        reached: every_year(&certain(&[400.0, 80.0])),
        turned_away: every_year(&certain(&[0.0, 5.0])),
        requested: Grid::zeros(0, YEARS),
        count_level: every_year(&certain(&[5_000.0, 100.0, 9_800.0, 300.0])),
        count_increment: every_year(&times(&[-100.0, -2.5, 0.4, -0.2])),
        outcome_level: Grid::zeros(0, YEARS),
        outcome_increment: Grid::zeros(0, YEARS),
        health_level: every_year(&health.0),
        health_increment: every_year(&health.1),
        level_present: present(0.03, &certain(&[9e6, 6e6, 3e6])),
        increment_present: present(0.03, &times(&avoided)),
        programme_costs_present: present(0.03, &costs),
        health_level_present: pair(present(0.015, &health.0)),
        health_increment_present: pair(present(0.015, &health.1)),
        parties_rate: 0.03,
        inflation: None,
        apart: None,
        gate: None,
        if_it_did_nothing: None,
    }
}

/// The factor of each draw.
pub fn factor(draw: usize) -> f64 {
    0.55 + 0.1 * draw.min(DRAWS - 1) as f64
}

/// Flows of all draws, or of the base case only.
pub fn valued(base_only: bool) -> Valued {
    let shape = shape();
    let variant = |strength: f64| VariantFlows {
        base: vec![flows(&shape, Lane::splat(strength))],
        blocks: (0..if base_only { 0 } else { DRAWS.div_ceil(LANES) })
            .map(|block| {
                let factors = Lane::from_fn(|lane| strength * factor(block * LANES + lane));
                vec![flows(&shape, factors)]
            })
            .collect(),
    };
    Valued {
        shape: shape.clone(),
        deliveries: vec![Delivery { strategy: 1, arrangement: None }],
        variants: vec![variant(1.0), variant(0.5)],
        runs: if base_only { 0 } else { DRAWS },
        design: RunDesign::PLAIN,
        sampled: if base_only {
            Vec::new()
        } else {
            vec![("rr_exercise".into(), (0..DRAWS).map(factor).collect())]
        },
        groups: None,
        warnings: Vec::new(),
    }
}

/// Everything that a report needs.
pub struct Fixture {
    pub scenario: Scenario,
    pub valued: Valued,
    pub findings: Findings,
}

/// The run.
pub fn fixture(base_only: bool) -> Fixture {
    let scenario = scenario();
    let valued = valued(base_only);
    let settled = settle(&scenario, &valued).unwrap();
    let findings = analyse(&scenario, &valued, &settled);
    Fixture { scenario, valued, findings }
}
