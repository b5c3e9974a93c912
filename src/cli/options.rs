//! Options that commands share: which scenario and which numbers of it, and where and how results are written.

use std::io::IsTerminal as _;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use super::failure::Failure;
use super::{INVALID, Language, UNFINISHED, complain, print};
use crate::report::Provenance;
use crate::report::csv::CsvStyle as Style;
use crate::report::folder::Target;
use crate::report::part::in_words;
use crate::report::warnings::Told;
use crate::report::words::Lang;
use crate::sample::{Draws, check_ranges};
use crate::scenario::checked::Localised;
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::sources::Sources;
use crate::scenario::{self, Overrides, Scenario};
use crate::settle;
use crate::value::draw;
use crate::value::flows::Valued;

/// Which scenario, and what of it is to be otherwise than the file says.
#[derive(Debug, Args)]
pub struct ScenarioOptions {
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
    /// Only the people of whom a label of the population has this value, such as one municipality; given several times,
    /// people of whom all hold. Fixed costs, capacities and amounts in contracts are those of the whole file, and scaled to
    /// the part of its people who are left
    #[arg(long = "where", value_name = "LABEL=VALUE", value_parser = super::assignment)]
    pub only: Vec<(String, String)>,
    /// How many threads; results do not depend on it
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
}

/// Where results go, and how they are written.
#[derive(Debug, Args)]
pub struct ResultOptions {
    /// Folder for the results; by default `results/` and the name of the scenario
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// How CSV files are written: with points and commas, or as Dutch spreadsheets expect them
    #[arg(long, value_name = "STYLE", value_enum, default_value_t)]
    pub csv_style: CsvStyle,
    /// Language of the report
    #[arg(long, value_name = "LANGUAGE", value_enum, default_value_t)]
    pub lang: Language,
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

/// A scenario as it was read.
pub(super) struct Read {
    pub(super) scenario: Scenario,
    pub(super) sources: Sources,
    /// What is doubtful.
    pub(super) warnings: Diagnostics,
    /// Which part of the people is kept, and what that does to amounts.
    pub(super) part: Option<Localised>,
}

impl Read {
    /// What a reader of results should know: about the people and the file, about what was computed, and about contracts.
    pub(super) fn told<'a>(
        &self,
        valued: &Valued,
        contracts: impl Iterator<Item = &'a settle::Warning>,
        luck: Vec<Told>,
    ) -> Vec<Told> {
        let of_part = self.part.iter().cloned().map(Told::in_words);
        let of_reading =
            self.warnings.iter().map(|warning| Told::plain(Provenance::sentence(warning, &self.sources)));
        let of_values = valued.warnings.iter().cloned().map(Told::in_words);
        let of_contracts = contracts.map(|warning| Told::of_contract(&self.scenario, warning));
        Told::once(of_part.chain(of_reading).chain(of_values).chain(of_contracts).chain(luck))
    }
}

impl ScenarioOptions {
    /// Does something on the number of threads that was asked for.
    pub(super) fn on_threads(&self, work: impl FnOnce() -> ExitCode + Send) -> ExitCode {
        let Some(threads) = self.threads else { return work() };
        match rayon::ThreadPoolBuilder::new().num_threads(threads.get()).build() {
            Ok(pool) => pool.install(work),
            Err(error) => complain(&format!("cannot start {threads} threads: {error}"), UNFINISHED),
        }
    }

    /// Reads and checks the scenario. What is wrong with it is told at once, and the exit code given.
    pub(super) fn read(&self) -> Result<Read, ExitCode> {
        self.read_and("")
    }

    /// Reads and checks the scenario with lines more that the command line stands for, written as in a file.
    pub(super) fn read_and(&self, lines: &str) -> Result<Read, ExitCode> {
        let mut sources = Sources::new();
        let over = ("command line", lines);
        match scenario::read_and(Path::new(&self.file), &self.set, over, self.overrides(), &mut sources) {
            Ok(loaded) => {
                let (mut scenario, warnings) = (loaded.scenario, loaded.warnings);
                self.override_uncertainty(&mut scenario);
                match scenario.keep_only(&self.only) {
                    Ok(part) => {
                        let part = part.map(|part| in_words(&scenario, &self.only, &part));
                        Ok(Read { scenario, sources, warnings, part })
                    }
                    Err(wrong) => Err(Failure::scenario(wrong).report(&sources)),
                }
            }
            Err(diagnostics) => {
                diagnostics.emit(&sources);
                Err(ExitCode::from(INVALID))
            }
        }
    }

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

    /// Name of the scenario: its file without ending.
    pub(super) fn stem(&self) -> PathBuf {
        Path::new(&self.file).file_stem().unwrap_or_default().into()
    }

    /// The options that change results, for the manifest.
    pub(super) fn told(&self) -> Vec<(String, String)> {
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
        for (label, value) in &self.only {
            add(&format!("where {label}"), value.clone());
        }
        options
    }
}

impl Read {
    /// Draws the parameters and looks whether each number is in its range in all of them: a share above one is
    /// found in the first second and not half-way. What is doubtful is added to the warnings.
    pub(super) fn draw(&mut self) -> Result<Draws, Failure> {
        let draws = draw(&self.scenario)?;
        let found = check_ranges(&self.scenario, &draws)?;
        if found.has_errors() {
            return Err(Failure::Scenario(found));
        }
        self.warnings.append(found);
        self.warnings.sort();
        Ok(draws)
    }
}

impl ResultOptions {
    /// The folder that was named, or `results/` and a name.
    pub(super) fn folder(&self, name: &Path) -> PathBuf {
        self.out.clone().unwrap_or_else(|| Path::new("results").join(name))
    }

    pub(super) fn style(&self) -> Style {
        match self.csv_style {
            CsvStyle::En => Style::En,
            CsvStyle::Nl => Style::Nl,
        }
    }

    pub(super) fn language(&self) -> Lang {
        self.lang.of_texts()
    }

    /// Tells what is doubtful, looks whether `folder` may be written, then has it made and prints the summary.
    pub(super) fn deliver(
        &self,
        read: &Read,
        folder: &Path,
        make: impl FnOnce(Target) -> Result<String, Failure>,
    ) -> ExitCode {
        let doubtful = !read.warnings.is_empty();
        if !self.quiet && doubtful {
            read.warnings.emit(&read.sources);
        }
        let target = match Target::check(folder, self.force) {
            Ok(target) => target,
            Err(error) => return complain(&error.to_string(), UNFINISHED),
        };
        match make(target) {
            Ok(_) if self.quiet => ExitCode::SUCCESS,
            Ok(summary) => print(&format!("{}{summary}", if doubtful { "\n" } else { "" })),
            Err(failure) => failure.report(&read.sources),
        }
    }

    /// The options that change what is written, for the manifest.
    pub(super) fn told(&self) -> Vec<(String, String)> {
        match self.csv_style {
            CsvStyle::En => Vec::new(),
            CsvStyle::Nl => vec![("csv-style".to_owned(), "nl".to_owned())],
        }
    }

    /// On a terminal only: in a pipe or a log it would be noise.
    pub(super) fn progress_bar(&self, steps: usize) -> ProgressBar {
        if self.quiet || steps == 0 || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(steps as u64);
        match ProgressStyle::with_template("{wide_bar} {percent}% {eta}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        }
    }
}
