//! Speed of chance: single random numbers, and whole people followed by the engine `counts`.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ounce::formula::LANES;
use ounce::sample::{Design, Environment, QuantityError, Stream, hash_of_name, sample};
use ounce::scenario::checked::Engine;
use ounce::scenario::{self, sources::Sources};
use ounce::simulate::chance::samplers::{binomial, hypergeometric, poisson};
use ounce::simulate::engine::{Block, Memory, Runs};
use ounce::simulate::{Cohort, ModelPlan, Observer, Rates, Trajectory};
use rayon::prelude::*;
use std::hint::black_box;
use std::path::Path;

/// Cycles through a list of cases, so that no branch is learned by heart.
fn numbers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("chance");
    let mut stream = Stream::new(1, hash_of_name("bench"), 0);
    let cases =
        [(3, 0.2), (40, 0.01), (200, 0.03), (900, 0.006), (2_000, 0.4), (8_000, 0.02), (50_000, 0.001)];
    group.bench_function("7 binomial numbers of 3 to 50,000 people", |bencher| {
        bencher.iter(|| cases.iter().map(|&(n, p)| binomial(black_box(n), p, &mut stream)).sum::<u64>());
    });
    let means = [0.001, 0.05, 0.4, 2.0, 8.0, 30.0, 700.0];
    group.bench_function("7 poisson numbers of mean 0.001 to 700", |bencher| {
        bencher.iter(|| means.iter().map(|&mean| poisson(black_box(mean), &mut stream)).sum::<u64>());
    });
    let draws =
        [(100, 3, 10), (5_000, 40, 10), (5_000, 200, 300), (40_000, 9_000, 700), (90_000, 4_000, 30_000)];
    group.bench_function("5 hypergeometric numbers", |bencher| {
        bencher.iter(|| {
            draws.iter().map(|&(n, k, m)| hypergeometric(black_box(n), k, m, &mut stream)).sum::<u64>()
        });
    });
    group.finish();
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

/// Follows the comparator's people of two strategies from sampled parameters, block by block; the time includes
/// turning formulas into hazards.
fn people(criterion: &mut Criterion, file: &str, draws: usize, persons: Option<f64>) {
    let mut sources = Sources::default();
    let mut scenario = match scenario::read(Path::new(file), &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    };
    if let Some(persons) = persons {
        scenario.population.groups[0].persons = persons;
    }
    let seed = scenario.uncertainty.seed;
    let design = Design { kind: scenario.uncertainty.design, draws, seed };
    let sampled = sample(&scenario.parameters.plan, &design).expect("a sample");
    let plan = ModelPlan::new(&scenario, 0);
    let blocks: Vec<(Runs, Vec<Environment>)> = (0..draws.div_ceil(LANES))
        .map(|block| {
            let base = Environment::draws(&scenario, &sampled.columns, block).expect("parameters");
            let arms =
                scenario.strategies.iter().take(2).map(|s| base.with(&scenario, &s.set).expect("an arm"));
            (Runs::of_block(seed, block, draws, 1), arms.collect())
        })
        .collect();
    let all: f64 = scenario.population.groups.iter().map(|group| group.persons).sum();
    let cycles = all * draws as f64 * 2.0 * scenario.time.cycles() as f64;
    let mut group =
        criterion.benchmark_group(format!("counts: {all} persons x {draws} draws x 2 strategies"));
    group.throughput(Throughput::Elements(cycles as u64));
    group.sample_size(10);
    group.bench_function(file, |bencher| {
        bencher.iter(|| {
            blocks.par_iter().for_each_init(
                || (Memory::default(), Rates::default()),
                |(memory, rates), (runs, arms)| {
                    for environment in arms {
                        let (structure, scratch) = (&plan.structure, &mut memory.expected.scratch);
                        rates.fill(&scenario, 0, structure, &plan.grid, environment, scratch).expect("rates");
                        let block = Block {
                            engine: Engine::Counts,
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

fn sick_sicker(criterion: &mut Criterion) {
    people(criterion, "scenarios/validation/sick_sicker.toml", 100, Some(10_000.0));
}

fn dutch_people(criterion: &mut Criterion) {
    people(criterion, "scenarios/validation/falls_nl_2024.toml", 96, None);
}

criterion_group!(benches, numbers, sick_sicker, dutch_people);
criterion_main!(benches);
