//! Speed of chance: single random numbers, and whole people followed by the engine `counts`.

use criterion::{Criterion, criterion_group, criterion_main};
use ounce::sample::{Stream, hash_of_name};
use ounce::simulate::chance::samplers::{binomial, hypergeometric, poisson};
use std::hint::black_box;

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

criterion_group!(benches, numbers);
criterion_main!(benches);
