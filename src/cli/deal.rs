//! `ounce deal`: which contract would every party sign?

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::options::{Read, ResultOptions, ScenarioOptions};
use crate::analyse::deal::{DealError, deal};
use crate::report::folder::Target;
use crate::report::tables::deal_tables;
use crate::report::{Made, Provenance, Rates, deal as words, write_tables};
use crate::sample::Draws;
use crate::scenario::diagnostic::Diagnostic;
use crate::value::{Extent, blocks, value_draws};

/// What `ounce deal` is asked.
#[derive(Debug, Args)]
pub struct DealArgs {
    /// Which scenario.
    #[command(flatten)]
    pub scenario: ScenarioOptions,
    /// Where results go.
    #[command(flatten)]
    pub results: ResultOptions,
}

/// Settles a scenario at all combinations of its negotiable terms, writes a folder and prints what comes of it.
#[must_use]
pub fn negotiate(arguments: DealArgs) -> ExitCode {
    arguments.scenario.on_threads(|| negotiate_here(&arguments))
}

fn negotiate_here(arguments: &DealArgs) -> ExitCode {
    let mut read = match arguments.scenario.read() {
        Ok(read) => read,
        Err(code) => return code,
    };
    if read.scenario.negotiation.table.is_none() {
        return Failure::from(DealError::NoTable).report(&read.sources);
    }
    let draws = match read.draw() {
        Ok(draws) => draws,
        Err(failure) => return failure.report(&read.sources),
    };
    let make = |target| compute_and_write(arguments, &read, draws, target);
    arguments.results.deliver(&read, &arguments.folder(), make)
}

/// Everything behind the reading; gives the summary in words.
fn compute_and_write(
    arguments: &DealArgs,
    read: &Read,
    draws: Draws,
    target: Target,
) -> Result<String, Failure> {
    let Read { scenario, sources, .. } = read;
    // People are followed once; variants are other questions.
    let bar = arguments.results.progress_bar(blocks(scenario, Extent::Draws));
    let valued = value_draws(scenario, Extent::Draws, Some(draws), &|| bar.inc(1))?;
    bar.finish_and_clear();
    let found = deal(scenario, &valued)?;
    let provenance = Provenance::new(sources, arguments.options());
    let warnings = read.told(&valued, found.warnings.iter(), Vec::new());
    let rates = Rates::of(scenario)?;
    let made = Made::new(scenario, &valued, rates, &warnings);
    let writing = target.begin()?;
    let tables = deal_tables(scenario, &found);
    write_tables(&made, &tables, None, &provenance, arguments.results.style(), &writing)?;
    let folder = target.path().display().to_string();
    target.finish(writing, arguments.results.force)?;
    Ok(words::summary(scenario, &found, rates, &folder, arguments.results.language()))
}

impl From<DealError> for Failure {
    fn from(error: DealError) -> Self {
        match error {
            DealError::Settle(error) => error.into(),
            error => Self::scenario(Diagnostic::error(error.to_string())),
        }
    }
}

impl DealArgs {
    /// The folder that was named, or `results/`, the name of the scenario and `_deal`.
    fn folder(&self) -> PathBuf {
        let mut name = self.scenario.stem().into_os_string();
        name.push("_deal");
        self.results.folder(name.as_ref())
    }

    /// The options that change results, for the manifest.
    fn options(&self) -> Vec<(String, String)> {
        let mut options = self.scenario.told();
        options.extend(self.results.told());
        options
    }
}
