//! `ounce run`: run a scenario and write its results.

use std::io::IsTerminal as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::{INVALID, Language, UNFINISHED, complain, print};
use crate::analyse::analyse;
use crate::analyse::threshold::{Depth, Problem, find_all};
use crate::report::csv::{self, CsvStyle as Style};
use crate::report::folder::{FolderError, Target};
use crate::report::tables::persons;
use crate::report::words::Lang;
use crate::report::{Provenance, Rates, Run, terminal, write};
use crate::sample::{Draws, QuantityError, SampleError, check_ranges};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::sources::Sources;
use crate::scenario::{self, Overrides, Scenario};
use crate::settle::{SettleError, settle};
use crate::value::{Extent, blocks, draw, trace, value_draws};

/// What `ounce run` is asked.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Scenario file; a shipped scenario is run by its name
    pub file: String,
    /// How many draws of the uncertain parameters, instead of what the file says
    #[arg(long, value_name = "N")]
    pub draws: Option<NonZeroUsize>,
    /// Start of the random numbers, instead of what the file says
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How people are followed, instead of what the file says
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<Engine>,
    /// How many times chance between persons is tried in each draw, instead of what the file says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub replicates: Option<u16>,
    /// Another value for a parameter or any other quantity; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = super::assignment)]
    pub set: Vec<(String, String)>,
    /// Folder for the results; by default `results/` and the name of the scenario
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// How many threads; results do not depend on it
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// How CSV files are written: with points and commas, or as Dutch spreadsheets expect them
    #[arg(long, value_name = "STYLE", value_enum, default_value_t)]
    pub csv_style: CsvStyle,
    /// Language of the report
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t)]
    pub lang: Language,
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
    /// Replace results that are there already
    #[arg(long)]
    pub force: bool,
    /// Say nothing, except errors
    #[arg(long)]
    pub quiet: bool,
}

/// How people are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// Expected numbers, without chance between persons
    Expected,
    /// Whole numbers of people, by chance
    Counts,
    /// One by one, by chance, each with a history and risk factors of their own
    Individual,
}

impl From<Engine> for scenario::checked::Engine {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Expected => Self::Expected,
            Engine::Counts => Self::Counts,
            Engine::Individual => Self::Individual,
        }
    }
}

/// How CSV files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CsvStyle {
    /// Commas between fields, decimal point
    #[default]
    En,
    /// Semicolons between fields, decimal comma, marked as UTF-8
    Nl,
}

/// Runs a scenario: reads and checks it, makes sure that the results can be written, computes, writes the
/// folder and prints the summary.
#[must_use]
pub fn run(arguments: RunArgs) -> ExitCode {
    let Some(threads) = arguments.threads else { return run_here(&arguments) };
    match rayon::ThreadPoolBuilder::new().num_threads(threads.get()).build() {
        Ok(pool) => pool.install(|| run_here(&arguments)),
        Err(error) => complain(&format!("cannot start {threads} threads: {error}"), UNFINISHED),
    }
}

fn run_here(arguments: &RunArgs) -> ExitCode {
    let mut sources = Sources::new();
    let (mut scenario, mut warnings) = match scenario::read_with(
        Path::new(&arguments.file),
        &arguments.set,
        arguments.overrides(),
        &mut sources,
    ) {
        Ok(loaded) => (loaded.scenario, loaded.warnings),
        Err(diagnostics) => {
            diagnostics.emit(&sources);
            return ExitCode::from(INVALID);
        }
    };
    arguments.override_uncertainty(&mut scenario);
    if arguments.trace.is_some() && scenario.uncertainty.engine != scenario::checked::Engine::Individual {
        let word = scenario.uncertainty.engine.word();
        let problem = format!("the engine `{word}` follows no single persons, so there is nothing to trace");
        return complain(&format!("{problem}; add `--engine individual`"), INVALID);
    }
    let draws = match arguments.draws_in_range(&scenario) {
        Ok((draws, found)) => {
            warnings.append(found);
            warnings.sort();
            draws
        }
        Err(failure) => return failure.report(&sources),
    };
    if !arguments.quiet && !warnings.is_empty() {
        warnings.emit(&sources);
    }
    let target = match Target::check(&arguments.folder(), arguments.force) {
        Ok(target) => target,
        Err(error) => return complain(&error.to_string(), UNFINISHED),
    };
    let read = Read { scenario: &scenario, sources: &sources, warnings: &warnings };
    match compute_and_write(arguments, read, draws, target) {
        Ok(_) if arguments.quiet => ExitCode::SUCCESS,
        Ok(summary) => print(&format!("{}{summary}", if warnings.is_empty() { "" } else { "\n" })),
        Err(failure) => failure.report(&sources),
    }
}

/// A scenario as it was read.
#[derive(Clone, Copy)]
struct Read<'a> {
    scenario: &'a Scenario,
    sources: &'a Sources,
    warnings: &'a Diagnostics,
}

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

    fn scenario(diagnostic: Diagnostic) -> Self {
        let mut diagnostics = Diagnostics::new();
        diagnostics.push(diagnostic);
        Self::Scenario(diagnostics)
    }
}

impl Failure {
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

/// Everything behind the reading; gives the summary in words.
fn compute_and_write(
    arguments: &RunArgs,
    read: Read<'_>,
    draws: Option<Draws>,
    target: Target,
) -> Result<String, Failure> {
    let Read { scenario, sources, warnings } = read;
    let extent = arguments.extent();
    let lives = match &arguments.trace {
        None => None,
        Some(_) => Some(trace(scenario, draws.as_ref(), arguments.trace_persons.get())?),
    };
    let bar = arguments.progress_bar(blocks(scenario, extent));
    let valued = value_draws(scenario, extent, draws, &|| bar.inc(1))?;
    bar.finish_and_clear();
    let settled = settle(scenario, &valued)?;
    let mut findings = analyse(scenario, &valued, &settled);
    let depth = if arguments.base_case { Depth::Stated } else { Depth::Quick };
    findings.thresholds = find_all(scenario, depth)
        .map_err(|(question, problem)| Failure::threshold(scenario, question, &problem))?;
    let provenance = Provenance::new(sources, arguments.options());
    let mut sentences: Vec<String> =
        warnings.iter().map(|warning| Provenance::sentence(warning, sources)).collect();
    // Variants without draws of their own would repeat that they have none.
    let told = settled.iter().filter(|settled| settled.variant == 0 || settled.draws > 0);
    let settled_warnings = told.flat_map(|settled| &settled.warnings);
    for warning in valued.warnings.iter().chain(settled_warnings) {
        if !sentences.contains(warning) {
            sentences.push(warning.clone());
        }
    }
    let run = Run {
        scenario,
        valued: &valued,
        findings: &findings,
        rates: Rates::of(scenario)?,
        warnings: sentences,
        folder: Some(target.path().display().to_string()),
    };
    let style = match arguments.csv_style {
        CsvStyle::En => Style::En,
        CsvStyle::Nl => Style::Nl,
    };
    let writing = target.begin()?;
    write(&run, &provenance, style, &writing)?;
    target.finish(writing, arguments.force)?;
    if let (Some(file), Some(lives)) = (&arguments.trace, lives) {
        let written = std::fs::File::create(file)
            .and_then(|out| csv::write(&persons(scenario, &lives), style, std::io::BufWriter::new(out)));
        written.map_err(|error| Failure::Trace(file.clone(), error))?;
    }
    let lang = match arguments.lang {
        Language::En => Lang::En,
        Language::Nl => Lang::Nl,
    };
    Ok(terminal::summary(&run, lang))
}

impl RunArgs {
    fn override_uncertainty(&self, scenario: &mut Scenario) {
        let uncertainty = &mut scenario.uncertainty;
        if let Some(draws) = self.draws {
            uncertainty.draws = draws.get();
        }
        if let Some(seed) = self.seed {
            uncertainty.seed = seed;
        }
    }

    /// What must be known when the file is read.
    fn overrides(&self) -> Overrides {
        Overrides { engine: self.engine.map(Into::into), replicates: self.replicates.map(usize::from) }
    }

    /// The folder that was named, or `results/` and the name of the scenario.
    fn folder(&self) -> PathBuf {
        self.out.clone().unwrap_or_else(|| {
            let stem = Path::new(&self.file).file_stem().unwrap_or_default();
            Path::new("results").join(stem)
        })
    }

    /// Draws the parameters and looks whether each number is in its range in all of them: a share above one is
    /// found in the first second and not half-way. Gives what is doubtful too.
    fn draws_in_range(&self, scenario: &Scenario) -> Result<(Option<Draws>, Diagnostics), Failure> {
        if self.base_case {
            return Ok((None, Diagnostics::new()));
        }
        let draws = draw(scenario)?;
        let found = check_ranges(scenario, &draws)?;
        if found.has_errors() { Err(Failure::Scenario(found)) } else { Ok((Some(draws), found)) }
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
        let mut options = Vec::new();
        let mut add = |name: &str, value: String| options.push((name.to_owned(), value));
        if let Some(draws) = self.draws {
            add("draws", draws.to_string());
        }
        if let Some(seed) = self.seed {
            add("seed", seed.to_string());
        }
        if let Some(engine) = self.engine {
            add("engine", scenario::checked::Engine::from(engine).word().to_owned());
        }
        if let Some(replicates) = self.replicates {
            add("replicates", replicates.to_string());
        }
        for (name, value) in &self.set {
            add(&format!("set {name}"), value.clone());
        }
        if self.base_case {
            add("base-case", "true".to_owned());
        }
        if self.all_variants {
            add("all-variants", "true".to_owned());
        }
        if self.csv_style == CsvStyle::Nl {
            add("csv-style", "nl".to_owned());
        }
        options
    }

    /// On a terminal only: in a pipe or a log it would be noise.
    fn progress_bar(&self, blocks: usize) -> ProgressBar {
        if self.quiet || self.base_case || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(blocks as u64);
        match ProgressStyle::with_template("{wide_bar} {percent}% {eta}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

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
