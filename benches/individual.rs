//! Speed of the engine `individual`, driven by scenario files; throughput in person-cycles.
//!
//! The workload of Sick-Sicker: 10,000 persons × 100 draws × 75 cycles × 2 strategies (standard of care, and B, which
//! slows the disease).

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ounce::formula::LANES;
use ounce::sample::{Design, Environment, QuantityError, sample};
use ounce::scenario::checked::{Engine, Scenario};
use ounce::scenario::{self, sources::Sources};
use ounce::simulate::engine::{Block, Memory, Runs};
use ounce::simulate::{Cohort, ModelPlan, Observer, Rates, Trajectory};
use rayon::prelude::*;
use std::hint::black_box;
use std::path::Path;

fn read(file: &str, set: &[(&str, &str)]) -> Scenario {
    let mut sources = Sources::default();
    let set: Vec<(String, String)> = set.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
    match scenario::read(Path::new(file), &set, &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

/// Looks at every trajectory and keeps nothing.
struct Glance;

impl Observer for Glance {
    fn comparator(&mut self, _: usize, _: usize, _: &[u32], trajectory: &Trajectory) {
        black_box(trajectory.persons.last());
    }
    fn cohort(&mut self, _: &Cohort<'_>) -> Result<(), QuantityError> {
        Ok(())
    }
}

fn sick_sicker(criterion: &mut Criterion) {
    const DRAWS: usize = 100;
    let mut scenario = read(
        "scenarios/validation/sick_sicker.toml",
        &[
            ("population.groups.healthy25.persons", "10000"),
            ("uncertainty.draws", "100"),
            ("uncertainty.engine", "individual"),
            ("uncertainty.design", "random"),
        ],
    );
    scenario.variants.truncate(1);
    let design = Design { kind: scenario.uncertainty.design, draws: DRAWS, seed: scenario.uncertainty.seed };
    let draws = sample(&scenario.parameters.plan, &design).expect("a sample");
    let plan = ModelPlan::new(&scenario, 0);
    let arms: Vec<_> = scenario.strategies.iter().filter(|s| ["SoC", "B"].contains(&s.id.as_str())).collect();
    let blocks: Vec<(Runs, Vec<Environment>)> = (0..DRAWS.div_ceil(LANES))
        .map(|block| {
            let base = Environment::runs(&scenario, &draws.columns, block, 1).expect("parameters");
            let arms = arms.iter().map(|s| base.with(&scenario, &s.set).expect("an arm")).collect();
            (Runs::of_block(design.seed, block, DRAWS, 1), arms)
        })
        .collect();
    let mut group = criterion
        .benchmark_group("individual sick_sicker 10,000 persons x 100 draws x 75 cycles x 2 strategies");
    group.throughput(Throughput::Elements((10_000 * DRAWS * 75 * arms.len()) as u64));
    group.sample_size(20);
    group.bench_function("simulate", |bencher| {
        bencher.iter(|| {
            blocks.par_iter().for_each_init(
                || (Memory::default(), Rates::default()),
                |(memory, rates), (runs, arms)| {
                    for environment in arms {
                        rates
                            .fill(
                                &scenario,
                                0,
                                &plan.structure,
                                &plan.grid,
                                environment,
                                &mut memory.expected.scratch,
                            )
                            .expect("rates in range");
                        let block = Block {
                            engine: Engine::Individual,
                            scenario: &scenario,
                            plan: &plan,
                            rates,
                            environment,
                            runs,
                        };
                        block.comparator(&[], memory, &mut Glance).expect("people");
                    }
                },
            );
        });
    });
    group.finish();
}

criterion_group!(benches, sick_sicker);
criterion_main!(benches);
