//! `ounce explain`: what a key means, and how results are calculated.

use std::process::ExitCode;

use clap::Args;

use super::INVALID;

/// What `ounce explain` is asked.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A key (`share`), a path (`programmes.chain.enrol.share`), `clauses` or `clause NAME`, `quantity` or `methods`;
    /// without it the list of tables
    pub key: Vec<String>,
}

/// Prints what the key means.
#[must_use]
pub fn explain(arguments: ExplainArgs) -> ExitCode {
    let key = (!arguments.key.is_empty()).then(|| arguments.key.join(" "));
    match crate::scenario::explain::explain(key.as_deref()) {
        Ok(text) => super::print(&text),
        Err(message) => super::complain(&message, INVALID),
    }
}
