//! Why something that was read has no results.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{INVALID, UNFINISHED, complain};
use crate::analyse::threshold::Problem;
use crate::report::folder::FolderError;
use crate::sample::{QuantityError, SampleError};
use crate::scenario::Scenario;
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::sources::Sources;
use crate::settle::SettleError;

/// Why a run that was read has no results.
pub(super) enum Failure {
    /// The scenario asks for something impossible, which only its numbers show.
    Scenario(Diagnostics),
    /// The results cannot be written.
    Folder(FolderError),
    /// The lives of persons cannot be written.
    Trace(PathBuf, std::io::Error),
}

impl Failure {
    /// Tells it, and gives the exit code.
    pub(super) fn report(self, sources: &Sources) -> ExitCode {
        match self {
            Self::Scenario(diagnostics) => {
                diagnostics.emit(sources);
                ExitCode::from(INVALID)
            }
            Self::Folder(error) => complain(&error.to_string(), UNFINISHED),
            Self::Trace(file, error) => {
                complain(&format!("cannot write {}: {error}", file.display()), UNFINISHED)
            }
        }
    }

    /// A break-even question that cannot be answered.
    pub(super) fn threshold(scenario: &Scenario, question: usize, problem: &Problem) -> Self {
        let asked = &scenario.thresholds[question];
        let name = &scenario.parameters.list[asked.parameter].name;
        let diagnostic = Diagnostic::error(format!("no break-even value of `{name}` can be found"))
            .at(&asked.span)
            .label(problem.to_string())
            .help("`low` and `high` must be values that the number may have");
        Self::scenario(diagnostic)
    }

    /// One thing that is wrong with the scenario.
    pub(super) fn scenario(diagnostic: Diagnostic) -> Self {
        let mut diagnostics = Diagnostics::new();
        diagnostics.push(diagnostic);
        Self::Scenario(diagnostics)
    }
}

impl From<QuantityError> for Failure {
    fn from(error: QuantityError) -> Self {
        let mut diagnostic = Diagnostic::error(error.to_string());
        if let Some(span) = &error.span {
            diagnostic = diagnostic.at(span);
        }
        Self::scenario(diagnostic)
    }
}

impl From<SampleError> for Failure {
    fn from(error: SampleError) -> Self {
        Self::scenario(Diagnostic::error(error.to_string()))
    }
}

impl From<SettleError> for Failure {
    fn from(error: SettleError) -> Self {
        match error {
            SettleError::Quantity(error) => error.into(),
            error => Self::scenario(Diagnostic::error(error.to_string())),
        }
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        Self::Folder(error)
    }
}
