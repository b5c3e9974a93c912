//! Break-even questions: at which value of a number does somebody not lose?

use super::Localised;
use crate::scenario::sources::Span;

/// At which value of a parameter somebody breaks even.
#[derive(Clone, Debug)]
pub struct Threshold {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Index of the parameter that is varied.
    pub parameter: usize,
    /// Where it is asked.
    pub span: Span,
    /// Lowest and highest value that is looked at.
    pub range: (f64, f64),
    /// Who is to break even.
    pub whose: Whose,
    /// Index of the strategy.
    pub strategy: usize,
    /// Index of the arrangement; always there for a party.
    pub arrangement: Option<usize>,
    /// Break even in this share of the draws; `None`: in expectation.
    pub probability: Option<f64>,
}

/// Whose balance a break-even question is about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Whose {
    /// Everybody's: costs of care and programme, and health.
    Society {
        /// EUR that a quality-adjusted life year is worth; 0: euros only.
        willingness_to_pay: f64,
    },
    /// A party's, by index.
    Party(usize),
}
