//! What is counted, with the identifiers that tables use and the names that people read.

use crate::formula::Lane;
use crate::scenario::checked::{GoalMeasure, Localised, Node, Scenario};
use crate::value::by_group::{Yearly, measured_by};
use crate::value::flows::{Counted, Flows, Grid, Shape};

/// One row of the grids of counts, named outcomes or health.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// Identifier in tables: `model.node`, `model.deaths`, `life_years`, `qalys` or the outcome's own.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Unit of its amounts.
    pub unit: String,
    /// Where its amounts stand.
    pub row: Row,
}

/// Where the amounts of a measure stand in [`Flows`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// Row of the counts.
    Count(usize),
    /// Row of the named outcomes.
    Outcome(usize),
    /// Row of health: life-years or quality-adjusted life-years.
    Health(usize),
}

impl Row {
    /// Comparator's amounts by year.
    pub fn level(self, flows: &Flows) -> &[Lane] {
        self.of(&flows.count_level, &flows.outcome_level, &flows.health_level)
    }

    /// Strategy − comparator by year.
    pub fn increment(self, flows: &Flows) -> &[Lane] {
        self.of(&flows.count_increment, &flows.outcome_increment, &flows.health_increment)
    }

    fn of<'a>(self, counts: &'a Grid, outcomes: &'a Grid, health: &'a Grid) -> &'a [Lane] {
        match self {
            Self::Count(row) => counts.row(row),
            Self::Outcome(row) => outcomes.row(row),
            Self::Health(row) => health.row(row),
        }
    }
}

/// Everything that is counted: life-years and QALYs, named outcomes, then events, transitions, states and
/// deaths.
pub fn measures(scenario: &Scenario, shape: &Shape) -> Vec<Measure> {
    let mut list = vec![
        Measure {
            id: "life_years".into(),
            name: Localised { en: "Life-years".into(), nl: "Levensjaren".into() },
            unit: "life-years".into(),
            row: Row::Health(Flows::LIFE_YEARS),
        },
        Measure {
            id: "qalys".into(),
            name: Localised {
                en: "Healthy years of life (QALYs)".into(),
                nl: "Gezonde levensjaren (QALY's)".into(),
            },
            unit: "QALYs".into(),
            row: Row::Health(Flows::QALYS),
        },
    ];
    let outcomes = scenario.outcomes.iter().take(shape.outcomes).enumerate();
    list.extend(outcomes.map(|(row, outcome)| Measure {
        id: outcome.id.clone(),
        name: outcome.name.clone(),
        unit: outcome.unit.clone(),
        row: Row::Outcome(row),
    }));
    let counted = shape.counted.iter().enumerate();
    list.extend(counted.map(|(row, &counted)| counted_measure(scenario, row, counted)));
    list
}

fn counted_measure(scenario: &Scenario, row: usize, counted: Counted) -> Measure {
    let row = Row::Count(row);
    match counted {
        Counted::Node { model, node } => {
            let model = &scenario.models[model];
            let (id, name, unit) = match node {
                Node::Event(event) => (&model.events[event].id, &model.events[event].name, "occurrences"),
                Node::Transition(transition) => {
                    (&model.transitions[transition].id, &model.transitions[transition].name, "occurrences")
                }
                Node::State(state) | Node::Utility(state) => {
                    (&model.states[state].id, &model.states[state].name, "person-years")
                }
                Node::Factor(factor) => {
                    let factor = &model.factors[factor];
                    (&factor.id, &factor.name, factor.unit.as_str())
                }
            };
            let name = or_id(name, id);
            Measure { id: format!("{}.{id}", model.id), name, unit: unit.into(), row }
        }
        Counted::Deaths { model } => Measure {
            id: format!("{}.deaths", scenario.models[model].id),
            name: Localised { en: "Deaths".into(), nl: "Sterfgevallen".into() },
            unit: "persons".into(),
            row,
        },
    }
}

/// The name, or the identifier where the file gives no name.
pub fn or_id(name: &Localised, id: &str) -> Localised {
    if name.en.is_empty() && name.nl.is_empty() {
        Localised::same(id.replace('_', " "))
    } else {
        name.clone()
    }
}

/// Rows of what a goal measures, the row of its level first; see [`measured_by`].
pub fn goal_rows(shape: &Shape, goal: GoalMeasure) -> Vec<Row> {
    let row = |of| match of {
        Yearly::Count(row) => Row::Count(row),
        Yearly::Outcome(row) => Row::Outcome(row),
        Yearly::Qalys => Row::Health(Flows::QALYS),
    };
    measured_by(shape, goal).into_iter().map(row).collect()
}
