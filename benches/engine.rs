//! Speed of the stages on published and shipped scenarios, driven by their files.
//!
//! `simulate` follows the people of every strategy of Sick-Sicker (10,000 draws × 4 strategies × 75 cycles) from
//! sampled parameters to persons and occurrences; `value` adds sampling, pricing and present values. The fall
//! chain adds cohorts with their shadows.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ounce::formula::LANES;
use ounce::sample::{Design, Environment, QuantityError, sample};
use ounce::scenario::checked::Scenario;
use ounce::scenario::{self, sources::Sources};
use ounce::simulate::expected::comparator;
use ounce::simulate::{Cohort, ModelPlan, Observer, Rates, Trajectory, Workspace};
use rayon::prelude::*;
use std::hint::black_box;
use std::path::Path;

fn read(file: &str) -> Scenario {
    let mut sources = Sources::default();
    match scenario::read(Path::new(file), &[], &mut sources) {
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
    let mut scenario = read("scenarios/validation/sick_sicker.toml");
    scenario.uncertainty.draws = 10_000;
    scenario.variants.truncate(1);
    let design = Design {
        kind: scenario.uncertainty.design,
        draws: scenario.uncertainty.draws,
        seed: scenario.uncertainty.seed,
    };
    let draws = sample(&scenario.parameters.plan, &design).expect("a sample");
    let plan = ModelPlan::new(&scenario, 0);
    let environments: Vec<Vec<Environment>> = (0..design.draws / LANES)
        .map(|block| {
            let base = Environment::draws(&scenario, &draws.columns, block).expect("parameters");
            scenario.strategies.iter().map(|s| base.with(&scenario, &s.set).expect("an arm")).collect()
        })
        .collect();
    let mut group = criterion.benchmark_group("sick_sicker 10,000 draws x 4 strategies x 75 cycles");
    group.throughput(Throughput::Elements(10_000 * 4 * 75));
    group.sample_size(20);
    group.bench_function("simulate", |bencher| {
        bencher.iter(|| {
            environments.par_iter().with_min_len(32).for_each_init(
                || (Workspace::default(), Rates::default()),
                |(workspace, rates), arms| {
                    for environment in arms {
                        rates
                            .fill(
                                &scenario,
                                0,
                                &plan.structure,
                                &plan.grid,
                                environment,
                                &mut workspace.scratch,
                            )
                            .expect("rates in range");
                        comparator(&scenario, &plan, rates, environment, &[], workspace, &mut Glance)
                            .expect("people");
                    }
                },
            );
        });
    });
    group.bench_function("sample", |bencher| {
        bencher.iter(|| sample(&scenario.parameters.plan, &design).expect("a sample"));
    });
    group.bench_function("value", |bencher| {
        bencher.iter(|| ounce::value::value(&scenario, ounce::value::Extent::Draws, &|| ()).expect("flows"));
    });
    group.finish();
}

fn amstelland(criterion: &mut Criterion) {
    let mut scenario = read("scenarios/amstelland_falls.toml");
    scenario.uncertainty.draws = 512;
    let mut group = criterion.benchmark_group("amstelland 512 draws");
    group.throughput(Throughput::Elements(512));
    group.sample_size(10);
    group.bench_function("value", |bencher| {
        bencher.iter(|| ounce::value::value(&scenario, ounce::value::Extent::Draws, &|| ()).expect("flows"));
    });
    group.finish();
}

criterion_group!(benches, sick_sicker, amstelland);
criterion_main!(benches);
