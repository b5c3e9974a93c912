use super::*;
use crate::sample::hash_of_name;
use crate::scenario::{self, sources::Sources};

/// Falls at home, of which some need a doctor and some break a hip, which moves people to another state.
fn falls() -> (Structure, Occurrences) {
    let text = r#"
ounce = 1
title = "falls"
time = { start = 2026, years = 1, cycle = "half-year" }
uncertainty = { draws = 8, seed = 1, design = "random" }
valuation = { discount = { costs = 0, effects = 0 } }
population = { closed = true, groups = { all = { age = 70, persons = 100 } } }
strategies = { usual_care = {} }
[models.life]
states = { home = { start = 1, utility = 1 }, hip = { start = 0, utility = 1 } }
[models.life.events]
fall = { in = ["home"], rate = 0.8 }
doctor = { of = "fall", share = 0.1 }
broken_hip = { of = "fall", share = 0.01, moves_to = "hip" }
"#;
    let mut sources = Sources::default();
    let scenario = match scenario::read_text("falls.toml", text, &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    };
    let structure = Structure::new(&scenario.models[0]);
    let occurrences = Occurrences::new(&structure);
    (structure, occurrences)
}

fn atoms(occurrences: &Occurrences, own: [f64; 3]) -> Atoms {
    let mut atoms = Atoms::default();
    occurrences.atoms(0, |event| own[event], &mut atoms);
    atoms
}

/// Occurrences of falls, doctor's visits and hip fractures.
fn tally(o: &Occurrences, atoms: &Atoms, happened: &[u32], moves: u32, stream: &mut Stream) -> [u32; 3] {
    let mut row = [0; 3];
    o.tally(atoms, happened, &[moves], stream, &mut Vec::new(), |event, n| row[event] += n);
    row
}

fn assert_near(got: f64, expected: f64, error: f64) {
    assert!((got - expected).abs() < 5.0 * error, "{got}, expected {expected} with standard error {error}");
}

#[test]
fn the_time_of_leavers_is_the_same_on_both_sides_of_the_change_of_formula() {
    // x = 1, Δt = ½: 1/h − Δt·e^−1/(1 − e^−1) with h = 2.
    let g = 1.0 - (-1.0_f64).exp();
    let direct = 0.5 - 0.5 * (-1.0_f64).exp() / g;
    assert!((leaver_time(1.0, 0.5 * g, 1.0 - g, 0.5) - direct).abs() < 1e-15);
    let x = 0.01_f64;
    let g = -(-x).exp_m1() / x;
    let series = leaver_time(x * (1.0 - 1e-12), 0.0, 0.0, 0.5);
    assert!((leaver_time(x, 0.5 * g, 1.0 - x * g, 0.5) - series).abs() < 1e-13);
    // Nobody leaves: those who would leave at once after a moment are at risk for half the cycle.
    assert_eq!(leaver_time(0.0, 0.5, 1.0, 0.5), 0.25);
}

#[test]
fn atoms_are_what_branches_and_moves_leave() {
    let (_, o) = falls();
    let atoms = atoms(&o, [0.8, 0.1, 0.01]);
    // 0.8 − 0.1 − 0.01 falls without a doctor and without a move.
    for (got, expected) in atoms.rates.iter().zip([0.69, 0.1, 0.0]) {
        assert!((got - expected).abs() < 1e-12);
    }
    // 5 such falls, 2 with a doctor, 1 move: 8 falls, 2 doctor's visits, 1 hip fracture.
    assert_eq!(tally(&o, &atoms, &[5, 2, 0], 1, &mut Stream::new(1, 2, 3)), [8, 2, 1]);
}

#[test]
fn a_node_smaller_than_its_branches_is_drawn_by_itself() {
    let (_, o) = falls();
    // Falls 0.08 a year after an effect on falls alone, doctor's visits 0.1: the rest of falls is 0.08 − 0.01.
    let atoms = atoms(&o, [0.08, 0.1, 0.01]);
    assert!((atoms.rates[0] - 0.07).abs() < 1e-12);
    assert_eq!(tally(&o, &atoms, &[5, 2, 0], 1, &mut Stream::new(1, 2, 3)), [6, 2, 1]);
}

#[test]
fn a_node_smaller_than_its_moves_counts_a_share_of_them() {
    let (_, o) = falls();
    // Falls 0.004 a year, hip fractures 0.01: of 1,000 moves 40% are counted as falls.
    let atoms = atoms(&o, [0.004, 0.0, 0.01]);
    assert_eq!(atoms.total, 0.0);
    let [falls, doctor, hips] = tally(&o, &atoms, &[0, 0, 0], 1000, &mut Stream::new(1, 2, 3));
    assert_eq!((doctor, hips), (0, 1000));
    assert_near(f64::from(falls), 400.0, (1000.0_f64 * 0.4 * 0.6).sqrt());
}

#[test]
fn every_node_has_its_mean_and_the_variance_of_a_poisson_number() {
    let (_, o) = falls();
    let atoms = atoms(&o, [0.8, 0.1, 0.01]);
    // Small and large groups are drawn in different ways.
    for time in [1.0, 40.0] {
        let mut stream = Stream::new(1, hash_of_name("nodes"), 0);
        let runs = 20_000;
        let (mut sums, mut squares) = ([0.0; 2], [0.0; 2]);
        for _ in 0..runs {
            let mut happened = [0; 3];
            o.draw(&atoms, time, &mut stream, &mut happened);
            let row = tally(&o, &atoms, &happened, 0, &mut stream);
            for node in 0..2 {
                let n = f64::from(row[node]);
                sums[node] += n;
                squares[node] += n * n;
            }
        }
        for (node, rate) in [0.79, 0.1].into_iter().enumerate() {
            let (n, mean) = (f64::from(runs), rate * time);
            let got = sums[node] / n;
            assert_near(got, mean, (mean / n).sqrt());
            // The variance of a sample variance: (2m² + m)/n.
            assert_near(squares[node] / n - got * got, mean, ((2.0 * mean * mean + mean) / n).sqrt());
        }
    }
}

#[test]
fn shares_of_a_pool_are_poisson_numbers_of_their_own_and_add_up() {
    let (_, o) = falls();
    let atoms = atoms(&o, [0.8, 0.1, 0.01]);
    let mut stream = Stream::new(1, hash_of_name("share"), 0);
    let (mut here, mut there, mut product) = (0.0, 0.0, 0.0);
    let runs = 20_000;
    for _ in 0..runs {
        let (mut pool, mut own) = ([0; 3], [0; 3]);
        o.draw(&atoms, 10.0, &mut stream, &mut pool);
        let before = pool;
        Occurrences::share(0.3, &mut pool, &mut stream, &mut own);
        assert!((0..3).all(|i| pool[i] + own[i] == before[i]));
        let (a, b) = (f64::from(own.iter().sum::<u32>()), f64::from(pool.iter().sum::<u32>()));
        (here, there, product) = (here + a, there + b, product + a * b);
    }
    // 7.9 in all: 2.37 and 5.53, independent of each other.
    let n = f64::from(runs);
    assert_near(here / n, 2.37, (2.37 / n).sqrt());
    assert_near(there / n, 5.53, (5.53 / n).sqrt());
    assert_near(product / n - here / n * (there / n), 0.0, (2.37 * 5.53 / n).sqrt());
}

#[test]
fn an_effect_thins_what_happened_or_adds_to_it() {
    let (_, o) = falls();
    let before = atoms(&o, [0.8, 0.1, 0.0]);
    // Falls that need no doctor fall from 0.7 to 0.35, doctor's visits rise from 0.1 to 0.15.
    let after = atoms(&o, [0.5, 0.15, 0.0]);
    for time in [2.0, 100.0] {
        let mut stream = Stream::new(1, hash_of_name("follow"), 0);
        let runs = 10_000;
        let (mut sums, mut difference) = ([0.0; 2], [0.0; 2]);
        for _ in 0..runs {
            let (mut without, mut with) = ([0; 3], [0; 3]);
            o.draw(&before, time, &mut stream, &mut without);
            o.follow((&before, time), (&after, time), &without, &mut stream, &mut with);
            assert!(with[0] <= without[0] && with[1] >= without[1]);
            for atom in 0..2 {
                sums[atom] += f64::from(with[atom]);
                difference[atom] += (f64::from(with[atom]) - f64::from(without[atom])).powi(2);
            }
        }
        let n = f64::from(runs);
        for (atom, (rate, apart)) in [(0.35, -0.35), (0.15, 0.05)].into_iter().enumerate() {
            let mean: f64 = rate * time;
            assert_near(sums[atom] / n, mean, (mean / n).sqrt());
            // The difference is a Poisson number: square m + m², whose variance is m + 6m² + 4m³.
            let m = f64::abs(apart) * time;
            let error = ((m + 6.0 * m * m + 4.0 * m * m * m) / n).sqrt();
            assert_near(difference[atom] / n, m + m * m, error);
        }
    }
}

#[test]
fn without_a_difference_the_same_happens() {
    let (_, o) = falls();
    let same = atoms(&o, [0.8, 0.1, 0.01]);
    let mut with = [0; 3];
    let mut stream = Stream::new(1, 2, 3);
    o.follow((&same, 7.0), (&same, 7.0), &[4, 1, 0], &mut stream, &mut with);
    assert_eq!(with, [4, 1, 0]);
}
