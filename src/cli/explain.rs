//! `ounce explain`: what a key means, and how results are calculated.

use std::process::ExitCode;

use clap::Args;

use super::INVALID;

/// What `ounce explain` is asked.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A key (`share`), a path (`programmes.chain.enrol.share`), a type of clause, `quantity` or `methods`; without
    /// it the list of tables
    pub key: Option<String>,
}

/// Prints what the key means.
#[must_use]
pub fn explain(arguments: ExplainArgs) -> ExitCode {
    match crate::scenario::explain::explain(arguments.key.as_deref()) {
        Ok(text) => super::print(&text),
        Err(message) => super::complain(&message, INVALID),
    }
}
