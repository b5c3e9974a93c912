//! `ounce check`: check a scenario without running it.

use std::process::ExitCode;

use clap::Args;

use super::{INVALID, UNFINISHED};

/// What `ounce check` is asked.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Scenario file, or the name of a shipped scenario
    pub file: String,
    /// Another value for a parameter or any other quantity; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = super::assignment)]
    pub set: Vec<(String, String)>,
    /// Fail on warnings too
    #[arg(long)]
    pub strict: bool,
}

/// Checks a scenario: 0 when it can be run, 2 when it is wrong, 1 when it has warnings and the check is strict.
#[must_use]
pub fn check(arguments: CheckArgs) -> ExitCode {
    let loaded = super::load(&arguments.file, &arguments.set);
    loaded.diagnostics.emit(&loaded.sources);
    if loaded.root.is_none() {
        return ExitCode::from(INVALID);
    }
    if arguments.strict && loaded.diagnostics.warning_count() > 0 {
        return ExitCode::from(UNFINISHED);
    }
    super::print(&format!("{}: no errors\n", arguments.file))
}
