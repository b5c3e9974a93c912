//! Speed of a negotiation: the shipped one, 9,405 combinations of four terms, each settled in 5,000 draws.
//!
//! People are followed beforehand; only what `ounce deal` does for each combination is measured, and what it does once
//! (opening the arrangement, naming solutions).

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ounce::scenario::{self, sources::Sources};
use ounce::value::{Extent, value};
use std::hint::black_box;
use std::path::Path;

fn negotiation(criterion: &mut Criterion) {
    let mut sources = Sources::default();
    let mut scenario = match scenario::read(Path::new("scenarios/negotiation.toml"), &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    };
    scenario.uncertainty.draws = 5000;
    scenario.variants.truncate(1);
    let valued = value(&scenario, Extent::Draws, &|| ()).expect("flows");
    let points = ounce::analyse::deal::deal(&scenario, &valued).expect("a deal").points.len();
    let mut group = criterion.benchmark_group(format!("{points} combinations x 5,000 draws"));
    group.throughput(Throughput::Elements(points as u64));
    group.sample_size(10);
    group.bench_function("deal", |bencher| {
        bencher.iter(|| black_box(ounce::analyse::deal::deal(&scenario, &valued).expect("a deal")));
    });
    group.finish();
}

criterion_group!(benches, negotiation);
criterion_main!(benches);
