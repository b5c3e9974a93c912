//! Speed of a negotiation: the shipped one, 9,405 combinations of four terms, each settled in 5,000 draws.
//!
//! People are followed beforehand; only what `ounce deal` does for each combination is measured, and what it does once
//! (opening the arrangement, naming solutions). First as it is shipped, where each clause depends on few terms; then with a
//! guarantee of the municipality's position, which depends on all terms, so that all clauses are settled at every combination.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ounce::scenario::{self, sources::Sources};
use ounce::value::{Extent, value};
use std::hint::black_box;

const GUARANTEE: &str = "[arrangements.bargain.clauses.floor]\ntype = \"guarantee\"\nfrom = \"state\"\n\
                         to = \"municipality\"\nfloor = -100000\n";

fn negotiation(criterion: &mut Criterion, name: &str, clause: &str) {
    let text = format!("ounce = 1\nuse = [\"scenarios/negotiation.toml\"]\n{clause}");
    let mut sources = Sources::default();
    let mut scenario = match scenario::read_text("bench.toml", &text, &[], &mut sources) {
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
    group.bench_function(name, |bencher| {
        bencher.iter(|| black_box(ounce::analyse::deal::deal(&scenario, &valued).expect("a deal")));
    });
    group.finish();
}

fn negotiations(criterion: &mut Criterion) {
    negotiation(criterion, "as it is", "");
    negotiation(criterion, "with a guarantee that depends on all terms", GUARANTEE);
}

criterion_group!(benches, negotiations);
criterion_main!(benches);
