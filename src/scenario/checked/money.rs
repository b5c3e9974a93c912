//! Prices, budgets and outcomes.

use super::{Localised, Node, Quantity, Trait};

/// A price.
#[derive(Clone, Debug)]
pub struct UnitCost {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// What it is a price of.
    pub on: Priced,
    /// EUR of the valuation's price year, per occurrence or per person-year; formula of age, sex, labels, classes.
    pub value: Quantity,
    /// Budgets it falls on, with shares that sum to 1 (formulas of parameters only).
    pub budgets: Vec<(usize, Quantity)>,
    /// Share of an avoided euro that becomes cash, instead of the budget's; formula of `since`.
    pub cashable: Option<Quantity>,
}

/// What has a price or counts towards an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priced {
    /// An event, transition (per occurrence) or state (per person-year) of a model.
    Node {
        /// Model.
        model: usize,
        /// Node.
        node: Node,
    },
    /// Every person-year alive (in the first model).
    LifeYear,
}

/// A pocket that disease costs fall in.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Identifier, such as `zvw`.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Whether health insurers hold it by market share.
    pub insurance: bool,
    /// κ: share of an avoided (or extra) euro that is cash to whoever holds it; formula of `since`.
    pub cashable: Quantity,
    /// λ: share of that cash that risk equalisation takes back (insurance only); formula of `since`.
    pub lost_to_equalisation: Quantity,
}

/// A named outcome.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Unit.
    pub unit: String,
    /// Amount per occurrence or person-year; formulas of age, sex, labels, classes.
    pub per: Vec<(Priced, Quantity)>,
}

/// A goal: a change of a measure by a year.
#[derive(Clone, Debug)]
pub struct Goal {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// What is measured.
    pub measure: GoalMeasure,
    /// Whom it is about: traits with the code of the value that people have of each; empty for all people.
    pub group: Vec<(Trait, usize)>,
    /// Wanted change relative to the comparator in that year; −0.1 is ten per cent less.
    pub change: f64,
    /// Year index by which.
    pub by: usize,
    /// Short, middle or long term.
    pub term: Term,
}

/// What a goal measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GoalMeasure {
    /// Events, transitions or person-years in a state.
    Node {
        /// Model.
        model: usize,
        /// Node.
        node: Node,
    },
    /// A named outcome.
    Outcome(usize),
    /// Deaths from any cause.
    Deaths,
    /// Quality-adjusted life-years.
    Qaly,
}

/// Term of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Within two years.
    Short,
    /// Within five.
    Middle,
    /// Later.
    Long,
}
