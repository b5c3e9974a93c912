//! What can be wrong with the statement of an uncertain number.

/// Why what is stated about a number makes no distribution.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// Not a finite number.
    #[error("{key} is {value}; give a finite number")]
    NotFinite {
        /// The key.
        key: &'static str,
        /// Its value.
        value: f64,
    },
    /// An uncertainty without a family.
    #[error("{key} is given without a distribution; add {suggestion}")]
    FamilyMissing {
        /// The key that says there is an uncertainty.
        key: &'static str,
        /// Which family to add.
        suggestion: &'static str,
    },
    /// A key the family has no use for.
    #[error("a {family} distribution has no {key}; remove it, or choose another dist (it takes {keys})")]
    NotUsed {
        /// The family.
        family: &'static str,
        /// The key.
        key: &'static str,
        /// The keys the family takes.
        keys: String,
    },
    /// A key the family needs.
    #[error("a {family} distribution stated like this needs {key}; add it (it takes {keys})")]
    Missing {
        /// The family.
        family: &'static str,
        /// The missing key.
        key: &'static str,
        /// The keys the family takes.
        keys: String,
    },
    /// A family without any statement of spread.
    #[error("a {family} distribution needs a spread; add one (it takes {keys}), or write dist = \"fixed\"")]
    NoSpread {
        /// The family.
        family: &'static str,
        /// The keys the family takes.
        keys: String,
    },
    /// Two statements of the same thing.
    #[error("{first} and {second} both state the distribution; keep one")]
    Conflict {
        /// The first key.
        first: &'static str,
        /// The second key, the one at fault.
        second: &'static str,
    },
    /// Zero or negative where only more than zero makes sense.
    #[error(
        "{key} of a {family} distribution is {value} and must be more than 0; a certain number needs no dist"
    )]
    NotPositive {
        /// The family.
        family: &'static str,
        /// The key.
        key: &'static str,
        /// Its value.
        value: f64,
    },
    /// A mean the family cannot have.
    #[error(
        "{key} is {value}, and a {family} distribution lies strictly between {low} and {high}; \
         choose another dist, or write the number without a spread"
    )]
    OutsideSupport {
        /// The family.
        family: &'static str,
        /// The key.
        key: &'static str,
        /// Its value.
        value: f64,
        /// Lower end of the support.
        low: f64,
        /// Upper end of the support.
        high: f64,
    },
    /// An interval with its bounds in the wrong order, or without width.
    #[error(
        "ci95 runs from {low} to {high}; put the lower bound first, and leave ci95 out if they are equal"
    )]
    IntervalOrder {
        /// First bound.
        low: f64,
        /// Second bound.
        high: f64,
    },
    /// A value outside its own interval.
    #[error("the value {value} lies outside its own ci95, {low} to {high}; correct one of them")]
    OutsideInterval {
        /// The value.
        value: f64,
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// An interval that reaches where the family has no values.
    #[error(
        "ci95 {low} to {high} reaches beyond what a {family} distribution can be; \
         correct it, or use dist = \"normal\" if such values make sense"
    )]
    IntervalOutsideSupport {
        /// The family.
        family: &'static str,
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// A spread no distribution with this mean can have.
    #[error(
        "no {family} distribution with mean {mean} has a standard deviation of {sd}: it stays below {largest}; \
         check whether {key} is the spread between persons, and use the standard error"
    )]
    SpreadTooLarge {
        /// The family.
        family: &'static str,
        /// The key that states the spread.
        key: &'static str,
        /// The mean.
        mean: f64,
        /// The stated standard deviation.
        sd: f64,
        /// What it must stay below.
        largest: f64,
    },
    /// A spread so small (or so large) that the parameters of the distribution cannot be computed.
    #[error(
        "the spread that {key} states is out of proportion to the value for a {family} distribution; \
         check it, write the number without a spread, or use dist = \"normal\""
    )]
    TooNarrow {
        /// The family.
        family: &'static str,
        /// The key that states the spread.
        key: &'static str,
    },
    /// Bounds in the wrong order, or without width.
    #[error("low is {low} and high is {high}; low must be less than high")]
    RangeOrder {
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
    /// A value outside its own bounds.
    #[error(
        "the value {value} of a {family} distribution lies outside low {low} to high {high}; correct one of them"
    )]
    OutsideRange {
        /// The family.
        family: &'static str,
        /// The value.
        value: f64,
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
}

impl FitError {
    /// The key of the scenario file that is at fault, as it is written there; of a missing key, its name.
    /// Where the family itself is missing or lacks a spread, the key to add or change is `dist` beside it; the
    /// key named is the one that shows the uncertainty.
    pub fn key(&self) -> &'static str {
        match self {
            Self::NotFinite { key, .. }
            | Self::FamilyMissing { key, .. }
            | Self::NotUsed { key, .. }
            | Self::Missing { key, .. }
            | Self::NotPositive { key, .. }
            | Self::OutsideSupport { key, .. }
            | Self::SpreadTooLarge { key, .. }
            | Self::TooNarrow { key, .. } => key,
            Self::Conflict { second, .. } => second,
            Self::NoSpread { .. } => "dist",
            Self::IntervalOrder { .. } | Self::IntervalOutsideSupport { .. } => "ci95",
            Self::OutsideInterval { .. } | Self::OutsideRange { .. } => "value",
            Self::RangeOrder { .. } => "low",
        }
    }
}
