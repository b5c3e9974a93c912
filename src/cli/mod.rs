//! The command line: a file for each subcommand.
//!
//! Exit codes: 0 when all went well; 2 when the command line or the scenario is wrong or a file is missing; 1 when a
//! run could not finish, or when `check --strict` has warnings. Messages go to standard error, results asked for on
//! the terminal to standard output.

pub mod check;
pub mod deal;
pub mod examples;
pub mod explain;
mod failure;
pub mod new;
pub mod options;
pub mod run;
pub mod schema;
pub mod threshold;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use crate::report::words::Lang;
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::grammar::check_structure;
use crate::scenario::merge;
use crate::scenario::sources::Sources;
use crate::scenario::tree::Node;

/// The command or the scenario is wrong, or a file is missing.
pub const INVALID: u8 = 2;

/// The scenario is right, but the work could not be finished; or a strict check has warnings.
pub const UNFINISHED: u8 = 1;

/// What does a prevention programme do to people, what does it cost and save, and whose pocket is that in?
#[derive(Debug, Parser)]
#[command(name = "ounce", version, arg_required_else_help = true, propagate_version = false)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a scenario and write its results to a folder
    Run(run::RunArgs),
    /// Find the value of a number at which a party, or society, breaks even
    Threshold(threshold::ThresholdArgs),
    /// Look for a contract that every party would sign
    Deal(deal::DealArgs),
    /// Check a scenario without running it
    Check(check::CheckArgs),
    /// Write a short file for your own place, to fill in
    New(new::NewArgs),
    /// List the scenarios that come with the program
    Examples(examples::ExamplesArgs),
    /// Print the JSON Schema of scenario files, for editors
    Schema,
    /// Explain a key of the scenario format, or how results are calculated
    Explain(explain::ExplainArgs),
}

/// Language of texts for readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Language {
    /// English
    #[default]
    En,
    /// Nederlands
    Nl,
}

impl Language {
    /// The key of the language in a scenario file.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Nl => "nl",
        }
    }

    /// The same language, as reports know it.
    fn of_texts(self) -> Lang {
        match self {
            Language::En => Lang::En,
            Language::Nl => Lang::Nl,
        }
    }
}

/// Reads the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Run(arguments) => run::run(arguments),
        Command::Threshold(arguments) => threshold::threshold(arguments),
        Command::Deal(arguments) => deal::negotiate(arguments),
        Command::Check(arguments) => check::check(arguments),
        Command::New(arguments) => new::new(arguments),
        Command::Examples(arguments) => examples::examples(arguments),
        Command::Schema => schema::schema(),
        Command::Explain(arguments) => explain::explain(arguments),
    }
}

/// Writes to standard output. A reader that stops reading, such as `head`, is no failure.
fn print(text: &str) -> ExitCode {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => complain(&format!("cannot write to standard output: {error}"), UNFINISHED),
    }
}

/// Writes an error to standard error and gives the exit code.
fn complain(message: &str, code: u8) -> ExitCode {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "error: {message}");
    ExitCode::from(code)
}

/// A scenario as read and merged, with the assignments of the command line and what is to be said about it.
#[derive(Debug)]
pub struct Loaded {
    /// All texts it was read from.
    pub sources: Sources,
    /// Messages so far.
    pub diagnostics: Diagnostics,
    /// The merged tree; `None` when it could not be read or its structure is wrong.
    pub root: Option<Node>,
}

/// Reads a scenario and checks its structure.
#[must_use]
pub fn load(file: &str, set: &[(String, String)]) -> Loaded {
    let mut sources = Sources::new();
    let mut diagnostics = Diagnostics::new();
    let mut root = merge::load(file, &mut sources, &mut diagnostics);
    if let Some(root) = &mut root {
        merge::set(root, set, &mut sources, &mut diagnostics);
        check_structure(root, &mut diagnostics);
    }
    let root = root.filter(|_| !diagnostics.has_errors());
    Loaded { sources, diagnostics, root }
}

/// The two sides of `name=value`.
fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("expected name=value, such as uptake=30% or time.years=5".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_has_no_contradictions() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_assignment_has_a_name_and_a_value() {
        assert_eq!(assignment("x = a == b"), Ok(("x".to_owned(), " a == b".to_owned())));
        assert!(assignment("x").is_err());
        assert!(assignment("=3").is_err());
    }
}
