//! Results as files and words.
//!
//! A run writes one folder. Tables are tidy CSV files, described column by column in `datapackage.json`;
//! `draws.parquet` holds every draw, and `manifest.json` says what was run on what. The same scenario, seed and
//! version give the same bytes: no file holds a time, a path of the machine or the number of threads.

pub mod csv;
mod datapackage;
pub mod deal;
pub mod doubts;
pub mod folder;
pub mod labels;
pub mod layout;
mod manifest;
mod number_name;
pub mod parquet;
pub mod part;
pub mod table;
pub mod tables;
pub mod terminal;
#[cfg(test)]
mod tests;
pub mod warnings;
pub mod words;

pub use manifest::{InputFile, Provenance};

use crate::analyse::Findings;
use crate::analyse::plausibility::Doubt;
use crate::sample::{Environment, QuantityError};
use crate::scenario::Scenario;
use crate::value::flows::Valued;
use csv::CsvStyle;
use folder::{FolderError, Writing};
use rayon::prelude::*;
use std::io::{self, Write as _};
use table::Table;
use warnings::Told;

/// Everything that a report tells.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// What was asked.
    pub scenario: &'a Scenario,
    /// What was computed.
    pub valued: &'a Valued,
    /// What it amounts to.
    pub findings: &'a Findings,
    /// Discount rates of the scenario itself.
    pub rates: Rates,
    /// What a reader should know.
    pub warnings: Vec<Told>,
    /// Folder of the results as it is shown to people; `None` when nothing is written.
    pub folder: Option<String>,
}

impl Run<'_> {
    /// Whether there are draws besides the base case.
    pub fn drawn(&self) -> bool {
        self.valued.variants.iter().any(|variant| !variant.blocks.is_empty())
    }
}

/// Yearly discount rates at the stated values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Of costs.
    pub costs: f64,
    /// Of health effects.
    pub effects: f64,
    /// Of parties' cash flows.
    pub parties: f64,
}

impl Rates {
    /// The rates of a scenario.
    ///
    /// # Errors
    /// A rate that cannot be computed.
    pub fn of(scenario: &Scenario) -> Result<Self, QuantityError> {
        let base = Environment::base(scenario)?;
        let valuation = &scenario.valuation;
        let rate = |quantity| base.quantity(quantity).map(|rate| rate.0[0]);
        Ok(Self {
            costs: rate(&valuation.discount_costs)?,
            effects: rate(&valuation.discount_effects)?,
            parties: rate(&valuation.discount_parties)?,
        })
    }
}

/// What results of any command were made of.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// What was asked.
    pub scenario: &'a Scenario,
    /// Number of draws; 0: the base case only.
    pub draws: usize,
    /// Runs of each draw.
    pub replicates: usize,
    /// Independent randomisations of the design.
    pub randomisations: usize,
    /// Discount rates.
    pub rates: Rates,
    /// What a reader should know.
    pub warnings: &'a [Told],
    /// What makes the results doubtful.
    pub doubts: &'a [Doubt],
}

impl<'a> Made<'a> {
    /// Of flows, whether with draws or without.
    #[must_use]
    pub fn new(scenario: &'a Scenario, valued: &Valued, rates: Rates, warnings: &'a [Told]) -> Self {
        let drawn = valued.variants.iter().any(|variant| !variant.blocks.is_empty());
        let of = |count: usize| if drawn { count } else { 0 };
        Self {
            scenario,
            draws: of(valued.draws()),
            replicates: of(valued.design.replicates),
            randomisations: of(valued.design.randomisations),
            rates,
            warnings,
            doubts: &[],
        }
    }
}

/// Writes all files of a run.
///
/// # Errors
/// The file system refuses.
pub fn write(
    run: &Run<'_>,
    provenance: &Provenance,
    style: CsvStyle,
    writing: &Writing,
) -> Result<(), FolderError> {
    let tables = tables::csv_tables(run.scenario, run.valued, run.findings);
    let draws = tables::draws(run.scenario, run.valued, run.findings);
    let doubts = &run.findings.doubts;
    let made = Made { doubts, ..Made::new(run.scenario, run.valued, run.rates, &run.warnings) };
    write_tables(&made, &tables, draws.as_ref(), provenance, style, writing)
}

/// Writes tables, every draw if there is such a table, and the files that tell what they are and what they were made of.
///
/// # Errors
/// The file system refuses.
pub fn write_tables(
    made: &Made<'_>,
    tables: &[Table],
    draws: Option<&Table>,
    provenance: &Provenance,
    style: CsvStyle,
    writing: &Writing,
) -> Result<(), FolderError> {
    let written: Vec<Result<(), FolderError>> = tables
        .par_iter()
        .map(|table| writing.file(&format!("{}.csv", table.name), |out| csv::write(table, style, out)))
        .collect();
    written.into_iter().collect::<Result<(), _>>()?;
    if let Some(draws) = draws {
        let content = |out: &mut _| parquet::write(draws, out).map_err(io::Error::other);
        writing.file(&format!("{}.parquet", draws.name), content)?;
    }
    let package = datapackage::describe(made.scenario, tables, draws, style);
    json(writing, "datapackage.json", &package)?;
    json(writing, folder::MANIFEST, &manifest::manifest(made, provenance, &names(tables, draws)))
}

fn names(tables: &[Table], draws: Option<&Table>) -> Vec<String> {
    let csv = tables.iter().map(|table| format!("{}.csv", table.name));
    csv.chain(draws.map(|table| format!("{}.parquet", table.name))).collect()
}

fn json(writing: &Writing, name: &str, value: &serde_json::Value) -> Result<(), FolderError> {
    writing.file(name, |out| {
        serde_json::to_writer_pretty(&mut *out, value).map_err(io::Error::from)?;
        out.write_all(b"\n")
    })
}
