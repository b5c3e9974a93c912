//! Parameters and the variables of formulas.

use super::{Localised, Quantity};
use crate::formula::{TableShape, TableValues};
use crate::sample::Plan;

/// Positions of the variables that a formula may use.
///
/// A few positions are fixed; labels and risk classes follow, then risk factors, then counts of past events. A
/// variable that a place does not define (say `since` in the rate of an event) is an error when the file is read,
/// so a program that reached a [`super::Scenario`] only uses variables its place supplies.
///
/// Risk factors and the history of a person ([`Variables::is_lane`]) are variables with a value per point and
/// lane; all others have a value per point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variables {
    /// Labels of the population file and risk classes, see [`Variables::label`].
    pub labels: Vec<Label>,
    /// Identifiers of risk factors over all models, see [`Variables::factor`].
    pub factors: Vec<String>,
    /// Identifiers of events over all models, see [`Variables::past`].
    pub events: Vec<String>,
    /// Identifiers of states over all models; the code of a state in formulas is its position here.
    pub states: Vec<String>,
}

impl Variables {
    /// Attained age in whole years.
    pub const AGE: usize = 0;
    /// Sex: code 0 = male, 1 = female.
    pub const SEX: usize = 1;
    /// State of the health model.
    pub const STATE: usize = 2;
    /// Calendar year.
    pub const YEAR: usize = 3;
    /// Years since the start of the horizon.
    pub const TIME: usize = 4;
    /// Years since enrolment (since the effect took over inside `lasts`).
    pub const SINCE: usize = 5;
    /// Years since a person came into the state that they are in; 0 at entry.
    pub const TIME_IN_STATE: usize = 6;
    /// Position of the first label.
    const FIRST_LABEL: usize = 7;
    /// Code of men in [`Variables::SEX`].
    pub const MALE: f64 = 0.0;
    /// Code of women in [`Variables::SEX`].
    pub const FEMALE: f64 = 1.0;

    /// What the variables of past events are called: this and the identifier of the event.
    pub const PAST: &str = "past_";

    /// Number of variables.
    pub fn count(&self) -> usize {
        self.past(self.events.len())
    }

    /// Position of a label or risk class, by its index in `labels`.
    pub const fn label(label: usize) -> usize {
        Self::FIRST_LABEL + label
    }
    /// The index in `labels` of the label or risk class at a position, if it is one.
    pub fn label_at(&self, variable: usize) -> Option<usize> {
        variable.checked_sub(Self::FIRST_LABEL).filter(|&label| label < self.labels.len())
    }
    /// The values of all labels and risk classes, of a row with a value for every variable.
    pub fn labels_of<'r>(&self, row: &'r [f64]) -> &'r [f64] {
        &row[Self::FIRST_LABEL..Self::FIRST_LABEL + self.labels.len()]
    }

    /// Position of a risk factor, by its index in `factors`.
    pub fn factor(&self, factor: usize) -> usize {
        Self::FIRST_LABEL + self.labels.len() + factor
    }
    /// The index in `factors` of the risk factor at a position, if it is one.
    pub fn factor_at(&self, variable: usize) -> Option<usize> {
        variable.checked_sub(self.factor(0)).filter(|&factor| factor < self.factors.len())
    }

    /// Position of the number of past occurrences of an event, by its index in `events`.
    pub fn past(&self, event: usize) -> usize {
        self.factor(self.factors.len()) + event
    }
    /// The index in `events` of the event whose past occurrences are at a position, if any are.
    pub fn past_at(&self, variable: usize) -> Option<usize> {
        variable.checked_sub(self.past(0)).filter(|&event| event < self.events.len())
    }

    /// Whether it tells the history of a person: [`Variables::TIME_IN_STATE`] or past events.
    pub fn is_history(&self, variable: usize) -> bool {
        variable == Self::TIME_IN_STATE || self.past_at(variable).is_some()
    }
    /// Sets the history in a row with a value for every variable to that of a person who has just entered.
    pub fn begin_history(&self, row: &mut [f64]) {
        row[Self::TIME_IN_STATE] = 0.0;
        row[self.past(0)..self.past(self.events.len())].fill(0.0);
    }
    /// Whether it has a value per point and lane.
    pub fn is_lane(&self, variable: usize) -> bool {
        self.is_history(variable) || self.factor_at(variable).is_some()
    }
}

/// A label of the population or a risk class; the code of a value in formulas is its position in `values`.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Column name or class identifier.
    pub id: String,
    /// Its values.
    pub values: Vec<String>,
    /// Index in [`super::Population::classes`] when it is a risk class.
    pub class: Option<usize>,
}

/// All parameters, and the plan by which the uncertain ones are drawn.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    /// In an order in which a formula only uses earlier parameters.
    pub list: Vec<Parameter>,
    /// Distributions and correlations for sampling.
    pub plan: Plan,
    /// For each column that sampling yields (in its order): the parameter it fills.
    pub columns: Vec<usize>,
}

/// One named number.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Identifier, or dotted path for a number stated elsewhere than in `[parameters]`.
    pub name: String,
    /// Where its value comes from in a draw.
    pub origin: Origin,
    /// Factor to euros of the valuation's price year (1 for what is not money).
    pub index_factor: f64,
    /// Question for the local adviser when the parameter is marked `local`.
    pub local: Option<Localised>,
    /// Unit as written.
    pub unit: String,
}

/// Where a parameter's value comes from in a draw. The value is multiplied by `index_factor` afterwards,
/// except for a formula, whose ingredients are indexed already (factor 1 unless it states a price year).
#[derive(Clone, Debug)]
pub enum Origin {
    /// The same in every draw.
    Fixed(f64),
    /// Drawn; `stated` is its value in the base case.
    Drawn {
        /// Value in the base case.
        stated: f64,
    },
    /// Computed from earlier parameters.
    Formula(Quantity),
}

/// A table that formulas may call.
#[derive(Clone, Debug)]
pub struct TableData {
    /// Its keys.
    pub shape: TableShape,
    /// Numbers, or parameters whose values fill it in every draw.
    pub rows: TableRows,
}

/// The values of a table.
#[derive(Clone, Debug)]
pub enum TableRows {
    /// The same in every draw ([`TableValues::Numbers`]).
    Numbers(TableValues),
    /// Index of the parameter that holds each row's value (rows written as formulas become parameters).
    Parameters(Vec<usize>),
}
