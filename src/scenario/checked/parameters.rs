//! Parameters and the variables of formulas.

use super::{Localised, Quantity};
use crate::formula::{TableShape, TableValues};
use crate::sample::Plan;

/// Positions of the variables that a formula may use.
///
/// Positions 0–5 are fixed; labels and risk classes follow. A variable that a place does not define (say
/// `since` in the rate of an event) is an error when the file is read, so a program that reached a
/// [`super::Scenario`] only uses variables its place supplies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variables {
    /// Labels of the population file and risk classes, in positions [`Variables::FIRST_LABEL`]….
    pub labels: Vec<Label>,
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
    /// Position of the first label.
    pub const FIRST_LABEL: usize = 6;
    /// Code of men in [`Variables::SEX`].
    pub const MALE: f64 = 0.0;
    /// Code of women in [`Variables::SEX`].
    pub const FEMALE: f64 = 1.0;

    /// Number of variables.
    pub fn count(&self) -> usize {
        Self::FIRST_LABEL + self.labels.len()
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
