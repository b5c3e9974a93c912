use super::*;
use crate::sample::hash_of_name;

/// Probabilities of whole numbers from `lowest`, made from the ratios P(k + 1)/P(k) alone: up and down from a
/// number near the mean until nothing is left, then divided by their sum. No logarithm and no factorial.
fn exact(near: u64, lowest: u64, highest: u64, ratio: impl Fn(u64) -> f64) -> (u64, Vec<f64>) {
    let near = near.clamp(lowest, highest);
    let mut below = Vec::new();
    let (mut k, mut p) = (near, 1.0);
    while k > lowest && p > 1e-25 {
        p /= ratio(k - 1);
        k -= 1;
        below.push(p);
    }
    below.reverse();
    let from = k;
    let mut list = below;
    let (mut k, mut p) = (near, 1.0);
    list.push(p);
    while k < highest && p > 1e-25 {
        p *= ratio(k);
        k += 1;
        list.push(p);
    }
    let sum: f64 = list.iter().sum();
    list.iter_mut().for_each(|p| *p /= sum);
    (from, list)
}

fn exact_binomial(n: u64, p: f64) -> (u64, Vec<f64>) {
    exact((n as f64 * p) as u64, 0, n, |k| (n - k) as f64 / (k + 1) as f64 * (p / (1.0 - p)))
}

/// Draws many numbers and compares them with exact probabilities: each number by itself where 10 or more are
/// expected, else together with its neighbours; some 40 groups where numbers are spread wide. The statistic has
/// mean d and variance 2d; five standard errors.
fn agrees(
    (from, exact): (u64, Vec<f64>),
    name: &str,
    draws: u32,
    mut sample: impl FnMut(&mut Stream) -> u64,
) {
    let mut stream = Stream::new(1, hash_of_name(name), 0);
    let mut seen = vec![0.0; exact.len()];
    for _ in 0..draws {
        let k = sample(&mut stream);
        assert!(k >= from && ((k - from) as usize) < seen.len(), "{name}: {k} has probability below 1e-25");
        seen[(k - from) as usize] += 1.0;
    }
    let least = if exact.len() < 100 { 10.0 } else { f64::from(draws) / 40.0 };
    let (mut statistic, mut bins) = (0.0, 0);
    let (mut here, mut expected) = (0.0, 0.0);
    let mut left = f64::from(draws);
    for (count, p) in seen.iter().zip(&exact) {
        here += count;
        expected += p * f64::from(draws);
        left -= p * f64::from(draws);
        if expected >= least && left >= least {
            statistic += (here - expected) * (here - expected) / expected;
            bins += 1;
            (here, expected) = (0.0, 0.0);
        }
    }
    statistic += (here - expected) * (here - expected) / expected;
    let freedom = f64::from(bins);
    assert!(bins >= 1, "{name}: one group tells nothing");
    let z = (statistic - freedom) / (2.0 * freedom).sqrt();
    assert!(z < 5.0, "{name}: chi-square {statistic} with {freedom} degrees of freedom");
}

#[test]
fn binomial_numbers_have_their_exact_probabilities() {
    // Either side of each change of method: 8 people, mean 10, p = ½; up to 10⁸ people, p near 0 and 1.
    let cases = [
        (1, 0.3),
        (2, 0.5),
        (7, 0.9),
        (8, 0.05),
        (15, 0.5),
        (19, 0.5),
        (20, 0.5),
        (21, 0.5),
        (30, 0.34),
        (100, 0.0999),
        (100, 0.1001),
        (100, 0.97),
        (1_000, 0.002),
        (10_000, 0.37),
        (3_700_000, 1.3e-6),
        (3_700_000, 0.000_01),
        (100_000_000, 2e-8),
        (100_000_000, 1.1e-7),
        (100_000_000, 0.013),
        (100_000_000, 0.5),
        (100_000_000, 0.999_999_95),
        (100_000_000, 0.999_99),
    ];
    for (n, p) in cases {
        agrees(exact_binomial(n, p), &format!("binomial {n} {p}"), 40_000, |s| binomial(n, p, s));
    }
}

#[test]
fn binomial_numbers_at_the_edges() {
    let mut stream = Stream::new(1, 2, 3);
    for (n, p, all) in [(0, 0.5, 0), (9, 0.0, 0), (9, 1.0, 9), (9, -0.1, 0), (9, 1.1, 9), (9, f64::NAN, 0)] {
        assert_eq!(binomial(n, p, &mut stream), all, "{n} people, p = {p}");
    }
    // A chance of 10⁻³⁰⁸ or less, subnormal numbers too, of 10⁸ people: nobody. Its complement is 1: everybody.
    for p in [f64::MIN_POSITIVE, f64::MIN_POSITIVE / 4.0, 5e-324] {
        for _ in 0..1000 {
            assert_eq!(binomial(100_000_000, p, &mut stream), 0);
            assert_eq!(binomial(100_000_000, 1.0 - p, &mut stream), 100_000_000);
        }
    }
    for n in [1, 5, 150, 1_000_000] {
        for p in [1e-17, 1e-9, 0.1, 0.5, 0.9, 1.0 - f64::EPSILON / 2.0] {
            assert!((0..200).all(|_| binomial(n, p, &mut stream) <= n));
        }
    }
}

#[test]
fn chances_smaller_than_the_step_of_numbers_near_one_keep_their_mean() {
    // 2·10¹⁵ people with a chance of 0.6·10⁻¹⁶ each: mean 0.12, though 1 − p is 1 or 1 − 1.1·10⁻¹⁶.
    let (n, p) = (2_000_000_000_000_000_u64, 0.6e-16);
    let mut stream = Stream::new(1, hash_of_name("tiny"), 0);
    let mean = (0..100_000).map(|_| binomial(n, p, &mut stream)).sum::<u64>() as f64 / 1e5;
    // Standard error √(0.12/10⁵) = 0.0011.
    assert!((mean - 0.12).abs() < 0.0055, "{mean}");
}

#[test]
fn poisson_numbers_have_their_exact_probabilities() {
    for mean in [1e-3, 0.3, 1.0, 5.0, 9.999, 10.0, 12.5, 40.0, 1_000.0, 250_000.0, 1e8] {
        let law = exact(mean as u64, 0, u64::MAX, |k| mean / (k + 1) as f64);
        agrees(law, &format!("poisson {mean}"), 40_000, |s| poisson(mean, s));
    }
    let mut stream = Stream::new(1, 2, 3);
    assert_eq!([0.0, -1.0, f64::NAN, 1e-300].map(|mean| poisson(mean, &mut stream)), [0; 4]);
}

#[test]
fn hypergeometric_numbers_have_their_exact_probabilities() {
    let cases = [
        (10_u64, 5_u64, 3_u64),
        (10, 7, 8),
        (50, 1, 30),
        (100, 50, 18),
        (100, 50, 22),
        (100, 80, 70),
        (1_000, 30, 100),
        (1_000, 500, 500),
        (40_000, 900, 12_000),
        (3_700_000, 200, 400_000),
        (3_700_000, 3_600_000, 1_000),
        (100_000_000, 50_000_000, 3_000_000),
        (100_000_000, 99_999_000, 60_000_000),
    ];
    for (all, marked, taken) in cases {
        let lowest = (marked + taken).saturating_sub(all);
        let ratio = |k: u64| {
            (marked - k) as f64 / (k + 1) as f64
                * ((taken - k) as f64 / (all + k + 1 - marked - taken) as f64)
        };
        let near = (marked as f64 * taken as f64 / all as f64) as u64;
        let law = exact(near, lowest, marked.min(taken), ratio);
        let name = format!("hypergeometric {all} {marked} {taken}");
        agrees(law, &name, 40_000, |s| hypergeometric(all, marked, taken, s));
    }
}

#[test]
fn hypergeometric_numbers_without_a_choice() {
    let mut stream = Stream::new(1, 2, 3);
    for (all, marked, taken, here) in [(0, 0, 0, 0), (9, 0, 4, 0), (9, 9, 4, 4), (9, 4, 9, 4), (9, 4, 0, 0)] {
        assert_eq!(hypergeometric(all, marked, taken, &mut stream), here);
    }
}

#[test]
fn ratios_of_factorials_are_products() {
    // 20!/17! = 20·19·18; 5!/3! = 20; (10⁸ + 1)!/10⁸! = 10⁸ + 1.
    for (a, b, ratio) in
        [(20, 17, 6840.0_f64), (5, 3, 20.0), (100_000_001, 100_000_000, 100_000_001.0), (17, 14, 4080.0)]
    {
        assert!((ln_ratio_of_factorials(a, b) - ratio.ln()).abs() < 1e-12);
        assert!((ln_ratio_of_factorials(b, a) + ratio.ln()).abs() < 1e-12);
    }
}

#[test]
fn people_spread_by_weights_in_the_mean_and_all_arrive() {
    let mut stream = Stream::new(1, hash_of_name("spread"), 0);
    let weights = [0.2, 0.0, 0.5, 0.3];
    for n in [2_u32, 40, 1_000] {
        let mut sums = [0_u32; 4];
        for _ in 0..4_000 {
            let mut out = [0; 4];
            assert_eq!(multinomial(n, &weights, &mut out, &mut stream), 0);
            assert_eq!(out.iter().sum::<u32>(), n);
            sums.iter_mut().zip(out).for_each(|(sum, here)| *sum += here);
        }
        for (sum, p) in sums.iter().zip(weights) {
            let (mean, variance) = (4_000.0 * f64::from(n) * p, 4_000.0 * f64::from(n) * p * (1.0 - p));
            assert!((f64::from(*sum) - mean).abs() <= 5.0 * variance.sqrt(), "{n} people, share {p}");
        }
    }
    let mut out = [0; 2];
    assert_eq!(multinomial(5, &[0.0, 0.0], &mut out, &mut stream), 5);
}

#[test]
fn people_taken_from_a_pool_are_gone_from_it() {
    let mut stream = Stream::new(1, hash_of_name("take"), 0);
    for n in [2_u32, 30, 60] {
        let mut sum = [0_u32; 3];
        for _ in 0..4_000 {
            let (mut pool, mut out) = ([30, 0, 30], [0; 3]);
            take(n, &mut pool, &mut out, &mut stream);
            assert_eq!(out.iter().sum::<u32>(), n);
            assert!((0..3).all(|i| pool[i] + out[i] == [30, 0, 30][i]));
            sum[0] += out[0];
        }
        // Variance n/4·(60 − n)/59 each.
        let variance = 4_000.0 * f64::from(n) / 4.0 * f64::from(60 - n) / 59.0;
        assert!((f64::from(sum[0]) - 2_000.0 * f64::from(n)).abs() <= 5.0 * variance.sqrt());
    }
}

#[test]
fn rounding_keeps_every_total_within_one_and_the_mean() {
    let numbers = [0.4, 2.75, 0.0, 3.0, 0.15, 1.2];
    let mut stream = Stream::new(1, hash_of_name("rounding"), 0);
    let mut sums = [0.0; 6];
    for _ in 0..20_000 {
        let mut rounding = Rounding::new(stream.next_uniform());
        let (mut total, mut whole) = (0.0, 0.0);
        for (sum, number) in sums.iter_mut().zip(numbers) {
            let here = rounding.next(number) as f64;
            assert!((here - number).abs() < 1.0);
            (total, whole) = (total + number, whole + here);
            assert!((total - whole).abs() < 1.0);
            *sum += here;
        }
    }
    for (sum, number) in sums.iter().zip(numbers) {
        // A fraction f has variance f(1 − f), at most ¼: standard error 0.0035.
        assert!((sum / 20_000.0 - number).abs() < 0.018);
    }
    let mut example = Rounding::new(0.7);
    assert_eq!([0.4, 0.4, 0.4].map(|number| example.next(number)), [1, 0, 0]);
    let mut whole = Rounding::new(1.0 - f64::EPSILON / 2.0);
    assert_eq!([1e8, 3.0, 0.0].map(|number| whole.next(number)), [100_000_000, 3, 0]);
}
