//! Who lives there.

use super::Quantity;

/// Persons on 1 January of the start year, those who enter later, and risk classes.
#[derive(Clone, Debug, Default)]
pub struct Population {
    /// Groups by single year of age, sex and labels.
    pub groups: Vec<Group>,
    /// Risk classes that split every group.
    pub classes: Vec<RiskClass>,
    /// Whether the file names a sex; if not, formulas cannot use `sex`.
    pub has_sex: bool,
}

/// Persons of one age, sex and set of labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Whole years on 1 January of the year they enter.
    pub age: u16,
    /// Code of sex ([`super::Variables::MALE`], [`super::Variables::FEMALE`]).
    pub sex: f64,
    /// Code of each population label, in the order of [`super::Variables::labels`] without risk classes.
    pub labels: Vec<f64>,
    /// Number of persons; need not be whole.
    pub persons: f64,
    /// Year index at whose 1 January they enter (0: there at the start).
    pub enters: usize,
}

/// A division of people into classes of risk that the population file does not know.
///
/// Each person belongs to one class for life; the shares are those at the age of entry. Relative rates are
/// normalised by those shares, so that the class-weighted mean of a rate is the stated population rate:
/// rate in class c = stated rate · r_c / Σ_k s_k r_k.
#[derive(Clone, Debug)]
pub struct RiskClass {
    /// Identifier, usable as a variable in formulas.
    pub id: String,
    /// Position among the variables.
    pub variable: usize,
    /// Its values; the code of a value is its position.
    pub values: Vec<ClassValue>,
    /// Chance that a person is recorded in another class (evenly over the others); settlement only.
    pub misclassified: Quantity,
}

/// One class.
#[derive(Clone, Debug)]
pub struct ClassValue {
    /// Identifier.
    pub id: String,
    /// Share of people of that age, sex and labels.
    pub share: Quantity,
    /// Relative rate of root events and transitions, by class.
    pub relative_rates: Vec<RelativeRate>,
}

/// A node of a model that is more or less frequent in a class.
#[derive(Clone, Debug)]
pub struct RelativeRate {
    /// Model.
    pub model: usize,
    /// Event or transition.
    pub node: super::Node,
    /// Rate relative to the other classes.
    pub value: Quantity,
}
