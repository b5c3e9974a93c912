//! The figures of a run that engines are compared on.

use ounce::formula::Lane;
use ounce::sample::Draws;
use ounce::scenario::checked::{Engine, EnrolAmount, Scenario};
use ounce::scenario::{self, sources::Sources};
use ounce::value::flows::{Flows, Grid, Valued};
use ounce::value::{Extent, value, value_draws};
use std::path::{Path, PathBuf};

/// People that a scenario keeps at most.
const PEOPLE: f64 = 5000.0;
/// The same where people have risk factors, who are followed cycle by cycle.
const PEOPLE_WITH_FACTORS: f64 = 1200.0;

/// Named figures, each with one value a run.
pub struct Figures {
    pub names: Vec<String>,
    /// `[figure][run]`.
    pub runs: Vec<Vec<f64>>,
}

/// Every shipped scenario, made small, with its name.
pub fn scenarios() -> Vec<(String, Scenario)> {
    let mut files: Vec<PathBuf> = ["scenarios", "scenarios/validation"]
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).expect("the folder of scenarios"))
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    files.sort();
    files.iter().map(|file| (file.display().to_string(), small(read(file)))).collect()
}

fn read(file: &Path) -> Scenario {
    let mut sources = Sources::default();
    match scenario::read(file, &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

/// Scales the people down where enrolment is a share of them; leaves out what does not change people.
fn small(mut scenario: Scenario) -> Scenario {
    let people: f64 = scenario.population.groups.iter().map(|group| group.persons).sum();
    let by_plan =
        scenario.programmes.iter().any(|programme| !matches!(programme.enrol.amount, EnrolAmount::Share(_)));
    let factors = scenario.models.iter().any(|model| !model.factors.is_empty());
    let most = if factors { PEOPLE_WITH_FACTORS } else { PEOPLE };
    if people > most && !by_plan {
        for group in &mut scenario.population.groups {
            group.persons *= most / people;
        }
    }
    scenario.variants.truncate(1);
    scenario.arrangements.clear();
    scenario.goals.clear();
    scenario.results = ounce::scenario::checked::Results::default();
    // Fine enough that the rest between bins and persons is below the noise.
    scenario.uncertainty.factor_bins = 20;
    scenario
}

/// Expected numbers at the stated values.
pub fn base(scenario: &Scenario) -> Figures {
    let valued = value(scenario, Extent::BaseCase, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    let flows = &valued.variants[0].base;
    collect(&valued, &[flows], 1)
}

/// Runs of an engine that differ in chance only: every parameter keeps its stated value.
pub fn run(scenario: &Scenario, engine: Engine, runs: usize) -> Figures {
    let mut scenario = scenario.clone();
    scenario.uncertainty.engine = engine;
    scenario.uncertainty.draws = runs;
    scenario.uncertainty.replicates = 1;
    let stated = ounce::sample::Environment::base(&scenario).unwrap_or_else(|error| panic!("{error}"));
    let columns = &scenario.parameters.columns;
    let factor = |parameter: usize| scenario.parameters.list[parameter].index_factor;
    let draws = Draws {
        names: columns.iter().map(|&parameter| scenario.parameters.list[parameter].name.clone()).collect(),
        columns: columns
            .iter()
            .map(|&parameter| vec![stated.parameters[parameter][0] / factor(parameter); runs])
            .collect(),
        randomisations: 1,
    };
    let valued = value_draws(&scenario, Extent::Draws, Some(draws), &|| ())
        .unwrap_or_else(|error| panic!("{}: {error}", engine.word()));
    let blocks: Vec<&Vec<Flows>> = valued.variants[0].blocks.iter().collect();
    collect(&valued, &blocks, runs)
}

fn collect(valued: &Valued, blocks: &[&Vec<Flows>], runs: usize) -> Figures {
    let mut figures = Figures { names: Vec::new(), runs: Vec::new() };
    let mut add = |name: String, of: &dyn Fn(&Vec<Flows>) -> Lane| {
        let mut values: Vec<f64> = blocks.iter().flat_map(|block| of(block).0).collect();
        values.truncate(runs);
        figures.names.push(name);
        figures.runs.push(values);
    };
    for row in 0..valued.shape.counted.len() {
        let what = format!("{:?}", valued.shape.counted[row]);
        add(format!("level of {what}"), &|block| block[0].count_level.total(row));
        for delivery in 0..valued.deliveries.len() {
            add(format!("increment {delivery} of {what}"), &|block| {
                block[delivery].count_increment.total(row)
            });
            // How a cohort hangs together with the comparator shows in their sum.
            add(format!("{what} with strategy {delivery}"), &|block| {
                block[delivery].count_level.total(row) + block[delivery].count_increment.total(row)
            });
        }
    }
    for delivery in 0..valued.deliveries.len() {
        let mut grid = |name: &str, of: fn(&Flows) -> &Grid| {
            for row in 0..of(&blocks[0][delivery]).rows() {
                add(format!("{name} {row} of delivery {delivery}"), &|block| of(&block[delivery]).total(row));
            }
        };
        grid("persons reaching step", |flows| &flows.reached);
        grid("programme cost", |flows| &flows.programme_costs);
        grid("disease cost increment of line", |flows| &flows.increment);
        grid("health increment", |flows| &flows.health_increment);
        grid("outcome increment", |flows| &flows.outcome_increment);
    }
    figures
}
