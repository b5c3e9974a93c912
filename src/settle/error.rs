//! What can go wrong in settlement.

use crate::sample::QuantityError;

/// A contract that cannot be settled.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettleError {
    /// A quantity of a clause or party has no usable value.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    /// The named insurers hold more than everyone.
    #[error(
        "the market shares of the named insurers add up to {total} in some draw; together they are at most 1"
    )]
    MarketShares {
        /// Largest sum over the lanes of a block.
        total: f64,
    },
    /// More than all costs would be paid back.
    #[error(
        "arrangement `{arrangement}`: subsidies and cost shares {clauses} together pay {total} times the same \
         costs of `{party}` in {year}; shares on one base are at most 100%"
    )]
    SharesAboveOne {
        /// Arrangement.
        arrangement: String,
        /// Party that would be paid more than its costs.
        party: String,
        /// The clauses, each in back quotes.
        clauses: String,
        /// Calendar year.
        year: i32,
        /// Sum of the shares.
        total: f64,
    },
    /// The party paid has no costs in the base.
    #[error(
        "arrangement `{arrangement}`, clause `{clause}`: `{party}` bears no cost in the base and pays for none of \
         it; a subsidy or cost share is paid to the party that does (see `providers` of the arrangement)"
    )]
    BearsNothing {
        /// Arrangement.
        arrangement: String,
        /// Clause.
        clause: String,
        /// Party that is to be paid.
        party: String,
    },
    /// A restricted base whose costs several parties bear.
    #[error(
        "arrangement `{arrangement}`, clause `{clause}`: several parties bear the costs of the base, so how much of \
         the part under `where` is borne by `{party}` is not known; name a step as the base"
    )]
    SeveralBearers {
        /// Arrangement.
        arrangement: String,
        /// Clause.
        clause: String,
        /// Party that is to be paid.
        party: String,
    },
    /// A cost-based payment to several insurers at once.
    #[error(
        "arrangement `{arrangement}`, clause `{clause}`: a subsidy or cost share is paid to one party, the one that \
         bears the costs, not to all insurers"
    )]
    SeveralPaid {
        /// Arrangement.
        arrangement: String,
        /// Clause.
        clause: String,
    },
    /// Nominal amounts without inflation.
    #[error(
        "arrangement `{arrangement}`, clause `{clause}`: `nominal = true` needs `inflation` under [valuation]"
    )]
    NominalWithoutInflation {
        /// Arrangement.
        arrangement: String,
        /// Clause.
        clause: String,
    },
    /// Margin against a benchmark that has none.
    #[error(
        "arrangement `{arrangement}`, clause `{clause}`: `measures = \"margin\"` needs `benchmark = \"true\"`: what \
         is cash and what equalisation takes is known of the change in costs, not of their level"
    )]
    MarginBenchmark {
        /// Arrangement.
        arrangement: String,
        /// Clause.
        clause: String,
    },
    /// Margin of one programme among several causes of change.
    #[error(
        "arrangement `{arrangement}`, clause `{clause}`: `measures = \"margin\"` cannot be told apart for programme \
         `{programme}`: the strategy changes costs in other ways too; use `measures = \"claims\"`"
    )]
    MarginNotSeparable {
        /// Arrangement.
        arrangement: String,
        /// Clause.
        clause: String,
        /// Programme.
        programme: String,
    },
    /// An amount that is too large to be a number, or undefined.
    #[error("arrangement `{arrangement}`: {what} is no finite number in some draw")]
    NotFinite {
        /// Arrangement.
        arrangement: String,
        /// What is not finite.
        what: String,
    },
    /// A clause that needs an amount which was not counted.
    #[error(
        "arrangement `{arrangement}`, clause `{clause}`: the amount it pays for was not counted in this run"
    )]
    NotCounted {
        /// Arrangement.
        arrangement: String,
        /// Clause.
        clause: String,
    },
}
