//! `ounce run`: run a scenario and write its results.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::options::{Read, ResultOptions, ScenarioOptions};
use super::{INVALID, complain};
use crate::analyse::analyse;
use crate::analyse::plausibility::doubts;
use crate::analyse::threshold::{Depth, find_all};
use crate::report::csv;
use crate::report::folder::Target;
use crate::report::tables::persons;
use crate::report::warnings::Told;
use crate::report::{Provenance, Rates, Run, terminal, write};
use crate::sample::Draws;
use crate::scenario;
use crate::settle::entry::withdraw;
use crate::settle::settle;
use crate::value::{Extent, blocks, trace, value_draws};

/// What `ounce run` is asked.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Which scenario.
    #[command(flatten)]
    pub scenario: ScenarioOptions,
    /// Where results go.
    #[command(flatten)]
    pub results: ResultOptions,
    /// File for the lives of persons of the first run, as CSV; the engine must be `individual`
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Most persons in that file
    #[arg(long, value_name = "N", default_value = "1000", requires = "trace")]
    pub trace_persons: NonZeroUsize,
    /// Only the base case at the stated values, without uncertainty
    #[arg(long, conflicts_with = "all_variants")]
    pub base_case: bool,
    /// Run variants in all draws too, not only at the stated values
    #[arg(long)]
    pub all_variants: bool,
}

/// Runs a scenario: reads and checks it, makes sure that the results can be written, computes, writes the
/// folder and prints the summary.
#[must_use]
pub fn run(arguments: RunArgs) -> ExitCode {
    arguments.scenario.on_threads(|| run_here(&arguments))
}

fn run_here(arguments: &RunArgs) -> ExitCode {
    let mut read = match arguments.scenario.read() {
        Ok(read) => read,
        Err(code) => return code,
    };
    let engine = read.scenario.uncertainty.engine;
    if arguments.trace.is_some() && engine != scenario::checked::Engine::Individual {
        let word = engine.word();
        let problem = format!("the engine `{word}` follows no single persons, so there is nothing to trace");
        return complain(&format!("{problem}; add `--engine individual`"), INVALID);
    }
    let draws = match (!arguments.base_case).then(|| read.draw()).transpose() {
        Ok(draws) => draws,
        Err(failure) => return failure.report(&read.sources),
    };
    let make = |target| compute_and_write(arguments, &read, draws, target);
    arguments.results.deliver(&read, &arguments.folder(), make)
}

/// Everything behind the reading; gives the summary in words.
fn compute_and_write(
    arguments: &RunArgs,
    read: &Read,
    draws: Option<Draws>,
    target: Target,
) -> Result<String, Failure> {
    let Read { scenario, sources, .. } = read;
    let extent = arguments.extent();
    let lives = match &arguments.trace {
        None => None,
        Some(_) => Some(trace(scenario, draws.as_ref(), arguments.trace_persons.get())?),
    };
    let steps = if arguments.base_case { 0 } else { blocks(scenario, extent) };
    let bar = arguments.results.progress_bar(steps);
    let mut valued = value_draws(scenario, extent, draws, &|| bar.inc(1))?;
    bar.finish_and_clear();
    let settled = settle(scenario, &valued)?;
    withdraw(&mut valued, &settled);
    let mut findings = analyse(scenario, &valued, &settled);
    findings.doubts = doubts(scenario, &valued, &findings)?;
    let depth = if arguments.base_case { Depth::Stated } else { Depth::Quick };
    findings.thresholds = find_all(scenario, depth)
        .map_err(|(question, problem)| Failure::threshold(scenario, question, &problem))?;
    let provenance = Provenance::new(sources, arguments.options());
    // Variants without draws of their own would repeat that they have none.
    let told = settled.iter().filter(|settled| settled.variant == 0 || settled.draws > 0);
    let luck = Told::of_luck(scenario, &findings);
    let warnings = read.told(&valued, told.flat_map(|settled| &settled.warnings), luck);
    let run = Run {
        scenario,
        valued: &valued,
        findings: &findings,
        rates: Rates::of(scenario)?,
        warnings,
        folder: Some(target.path().display().to_string()),
    };
    let style = arguments.results.style();
    let writing = target.begin()?;
    write(&run, &provenance, style, &writing)?;
    target.finish(writing, arguments.results.force)?;
    if let (Some(file), Some(lives)) = (&arguments.trace, lives) {
        let written = std::fs::File::create(file)
            .and_then(|out| csv::write(&persons(scenario, &lives), style, std::io::BufWriter::new(out)));
        written.map_err(|error| Failure::Trace(file.clone(), error))?;
    }
    Ok(terminal::summary(&run, arguments.results.language()))
}

impl RunArgs {
    /// The folder that was named, or `results/` and the name of the scenario.
    fn folder(&self) -> PathBuf {
        self.results.folder(&self.scenario.stem())
    }

    fn extent(&self) -> Extent {
        match (self.base_case, self.all_variants) {
            (true, _) => Extent::BaseCase,
            (false, false) => Extent::Draws,
            (false, true) => Extent::DrawsOfVariants,
        }
    }

    /// The options that change results, for the manifest.
    fn options(&self) -> Vec<(String, String)> {
        let mut options = self.scenario.told();
        for (name, said) in [("base-case", self.base_case), ("all-variants", self.all_variants)] {
            if said {
                options.push((name.to_owned(), "true".to_owned()));
            }
        }
        options.extend(self.results.told());
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use std::path::Path;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        run: RunArgs,
    }

    fn arguments(line: &[&str]) -> RunArgs {
        Line::parse_from([&["run"], line].concat()).run
    }

    #[test]
    fn results_are_named_after_the_scenario_unless_told_otherwise() {
        assert_eq!(arguments(&["plans/den_haag.toml"]).folder(), Path::new("results/den_haag"));
        assert_eq!(arguments(&["first_steps"]).folder(), Path::new("results/first_steps"));
        assert_eq!(arguments(&["x.toml", "--out", "a/b"]).folder(), Path::new("a/b"));
    }

    #[test]
    fn the_manifest_is_told_what_changes_results_and_nothing_else() {
        let line =
            ["x.toml", "--draws", "100", "--set", "uptake=30%", "--threads", "2", "--quiet", "--force"];
        let expected = [("draws", "100"), ("set uptake", "30%")];
        assert_eq!(arguments(&line).options(), expected.map(|(name, value)| (name.into(), value.into())));
        let line = ["x.toml", "--engine", "counts", "--replicates", "20"];
        let expected = [("engine", "counts"), ("replicates", "20")];
        assert_eq!(arguments(&line).options(), expected.map(|(name, value)| (name.into(), value.into())));
    }
}
