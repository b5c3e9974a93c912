//! `ounce check`: check a scenario without running it.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::options::Engine;
use super::{INVALID, UNFINISHED};
use crate::analyse::plausibility::of_scenario;
use crate::report::doubts::sentence;
use crate::report::words::Lang;
use crate::sample::{Design, check_ranges, sample};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::sources::Sources;
use crate::scenario::{self, Loaded, Origins, Overrides};

/// What `ounce check` is asked.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Scenario file, or the name of a shipped scenario
    pub file: String,
    /// Another value for a parameter or any other quantity; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = super::assignment)]
    pub set: Vec<(String, String)>,
    /// The engine to check it for, instead of what the file says
    #[arg(long, value_name = "ENGINE")]
    pub engine: Option<Engine>,
    /// Fail on warnings too
    #[arg(long)]
    pub strict: bool,
}

/// Checks a scenario: 0 when it can be run, 2 when it is wrong, 1 when it has warnings and the check is strict.
#[must_use]
pub fn check(arguments: CheckArgs) -> ExitCode {
    let mut sources = Sources::new();
    let overrides = Overrides { engine: arguments.engine.map(Into::into), replicates: None };
    match scenario::read_with(Path::new(&arguments.file), &arguments.set, overrides, &mut sources) {
        Err(messages) => {
            messages.emit(&sources);
            ExitCode::from(INVALID)
        }
        Ok(mut loaded) => {
            match in_all_draws(&loaded) {
                Ok(found) => loaded.warnings.append(found),
                Err(problem) => return super::complain(&problem, INVALID),
            }
            for doubt in of_scenario(&loaded.scenario) {
                let text = sentence(&loaded.scenario, &doubt, Lang::En);
                loaded.warnings.push(Diagnostic::warning(text));
            }
            if !loaded.warnings.is_empty() {
                loaded.warnings.emit(&sources);
            }
            if loaded.warnings.has_errors() {
                return ExitCode::from(INVALID);
            }
            let printed = super::print(&account(&arguments.file, &loaded));
            if arguments.strict && loaded.warnings.warning_count() > 0 {
                return ExitCode::from(UNFINISHED);
            }
            printed
        }
    }
}

/// What the numbers of the scenario are in the draws that a run would make.
fn in_all_draws(loaded: &Loaded) -> Result<Diagnostics, String> {
    let uncertainty = &loaded.scenario.uncertainty;
    let design = Design { kind: uncertainty.design, draws: uncertainty.draws, seed: uncertainty.seed };
    let draws = sample(&loaded.scenario.parameters.plan, &design).map_err(|problem| problem.to_string())?;
    check_ranges(&loaded.scenario, &draws).map_err(|problem| problem.to_string())
}

/// What the scenario holds and where its numbers come from, in a few lines.
fn account(file: &str, loaded: &Loaded) -> String {
    let scenario = &loaded.scenario;
    let Origins { sourced, adapted, assumed, unknown } = Origins::of(scenario);
    let persons: f64 =
        scenario.population.groups.iter().filter(|group| group.enters == 0).map(|g| g.persons).sum();
    let last = i64::from(scenario.time.start) + scenario.time.years as i64 - 1;
    let warnings = match loaded.warnings.warning_count() {
        0 => String::new(),
        count => format!(", {}", counted(count, "warning", "warnings")),
    };
    let drawn = scenario.parameters.columns.len();
    let mut lines = vec![
        format!("{file}: ok, no errors{warnings}"),
        format!(
            "  {} people, {} to {last}; {}, {}, {}",
            persons.round(),
            scenario.time.start,
            counted(scenario.programmes.len(), "programme", "programmes"),
            counted(scenario.strategies.len(), "strategy", "strategies"),
            counted(scenario.arrangements.len(), "arrangement", "arrangements"),
        ),
        format!(
            "  {} about the world: {sourced} with a source ({adapted} of these adapted, with the reason), {assumed} assumed, \
             {unknown} without either",
            counted(sourced + assumed + unknown, "number or table", "numbers and tables"),
        ),
        format!("  {drawn} of the numbers are uncertain"),
    ];
    let left_out = &scenario.left_out;
    lines.extend(
        left_out.iter().map(|one| format!("  left out, as it is optional: `{}`, {}", one.id, one.reason)),
    );
    lines.join("\n") + "\n"
}

fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}
