use super::super::sojourns::{Move, Person, follow, follow_each};
use super::*;
use crate::sample::Stream;
use crate::scenario::{self, sources::Sources};

/// Healthy people who fall ill or die, the ill who recover or die, and the dead.
fn illness() -> Structure {
    let text = r#"
ounce = 1
title = "Illness"
time = { start = 2026, years = 1 }
valuation = { discount = { costs = 0, effects = 0 } }
population = { closed = true, groups = { all = { age = 70, persons = 1 } } }
strategies = { usual_care = {} }
[models.life.states]
well = { start = 1 }
ill = { start = 0 }
dead = { start = 0, alive = false }
[models.life.transitions]
falls_ill = { from = "well", to = "ill", rate = 0 }
dies_well = { from = "well", to = "dead", rate = 0 }
recovers = { from = "ill", to = "well", rate = 0 }
dies_ill = { from = "ill", to = "dead", rate = 0 }
"#;
    let scenario =
        scenario::read_text("illness.toml", text, &[], &mut Sources::default()).expect("a scenario");
    Structure::new(&scenario.scenario.models[0])
}

/// Parts of one cycle of length 1 with the hazards of the four exits.
fn of_cycle(hazards: [f64; 4]) -> Vec<Lane> {
    let mut list = Vec::new();
    for pair in hazards.chunks(2) {
        let x: f64 = pair.iter().sum();
        let first = if x > 0.0 { pair[0] / x * (1.0 - (-x).exp()) } else { 0.0 };
        list.extend([Lane::splat(-(-first).ln_1p()), Lane::splat(x)]);
    }
    list
}

fn tables(structure: &Structure, hazards: &[[f64; 4]]) -> (Layout, Clocks) {
    let layout = Layout::new(structure, hazards.len());
    let parts: Vec<Lane> = hazards.iter().flat_map(|&hazards| of_cycle(hazards)).collect();
    let path: Vec<u32> = (0..hazards.len() as u32).collect();
    let mut clocks = Clocks::default();
    clocks.fill(structure, &path, &parts, 0);
    (layout, clocks)
}

#[test]
fn a_sojourn_passes_over_cycles_and_ends_by_the_exit_it_falls_on() {
    // Hazards 0.1 and 0.3: the first exit has the part of a cycle of 0.4 up to −ln(1 − ¼·0.32968) = 0.08602.
    let structure = illness();
    let (layout, clocks) = tables(&structure, &[[0.1, 0.3, 0.0, 0.0]; 5]);
    let end = |begin: usize, exponential: f64| clocks.end(0, layout.entry(0, begin, 0) as u32, exponential);
    assert_eq!(end(0, 1.0), layout.entry(0, 2, 1));
    assert_eq!(end(0, 0.8 + 0.0860), layout.entry(0, 2, 0));
    assert_eq!(end(0, 0.8 + 0.0861), layout.entry(0, 2, 1));
    // From the third cycle on two cycles later, and past the horizon of 2.0.
    assert_eq!(end(2, 1.0), layout.entry(0, 4, 1));
    assert_eq!(end(2, 1.3), layout.entry(0, 5, 0));
    assert_eq!(layout.after[end(2, 1.3)].begin, STAYS);
}

#[test]
fn nobody_leaves_where_there_is_no_hazard() {
    let structure = illness();
    let (layout, clocks) = tables(&structure, &[[0.0, 0.0, 0.0, 0.5], [0.0; 4], [0.0, 0.0, 0.5, 0.0]]);
    for exponential in [f64::EPSILON / 2.0, 1.0, 36.0] {
        assert_eq!(clocks.end(0, layout.entry(0, 0, 0) as u32, exponential), layout.entry(0, 3, 0));
    }
    // The ill die in the first cycle, recover in the third, and do nothing in the second.
    let end = |exponential| clocks.end(1, layout.entry(1, 0, 0) as u32, exponential);
    assert_eq!(end(0.49), layout.entry(1, 0, 1));
    assert_eq!(end(0.5), layout.entry(1, 2, 0));
}

#[test]
fn the_guide_finds_what_a_walk_finds() {
    // Uneven hazards over 40 cycles, from 10⁻⁶ to 3.
    let structure = illness();
    let stream = Stream::new(1, 2, 3);
    let uniform = |position| stream.uniform_at(0, position);
    let hazards: Vec<[f64; 4]> = (0..40)
        .map(|cycle| std::array::from_fn(|exit| 3.0 * uniform(cycle * 4 + exit as u64).powi(8) + 1e-6))
        .collect();
    let (layout, clocks) = tables(&structure, &hazards);
    for trial in 0..2000 {
        let begin = layout.entry(0, (trial % 40) as usize, 0);
        let exponential = -uniform(1000 + trial).ln();
        let hazard = clocks.begins[begin] + exponential;
        let mut walk = begin;
        while clocks.begins[walk + 1] <= hazard {
            walk += 1;
        }
        assert_eq!(clocks.end(0, begin as u32, exponential), walk);
    }
}

fn crowd(n: u32) -> Vec<Person> {
    (0..n).map(|number| Person { number, state: 0 }).collect()
}

#[test]
fn leavers_are_binomial_by_cycle_and_exit() {
    // 40,000 people, hazards 0.1 and 0.3 a cycle, nobody recovers: e^(−0.4·c) are left after c cycles, and a
    // quarter of the others are ill. Five standard errors of a binomial number.
    let structure = illness();
    let (layout, clocks) = tables(&structure, &[[0.1, 0.3, 0.0, 0.0]; 6]);
    let mut ends = vec![0; layout.after.len()];
    follow(&layout, &clocks, &Stream::new(1, 2, 3), &crowd(40_000), &mut ends);
    for cycle in 0..6 {
        let leaving = (-0.4 * cycle as f64).exp() * (1.0 - (-0.4_f64).exp());
        for (exit, share) in [(0, 0.25), (1, 0.75)] {
            let p = leaving * share;
            let n = f64::from(ends[layout.entry(0, cycle, exit)]);
            let error = (40_000.0 * p * (1.0 - p)).sqrt();
            assert!((n - 40_000.0 * p).abs() < 5.0 * error, "cycle {cycle}, exit {exit}: {n}, {p}");
        }
    }
    assert_eq!(ends[..layout.entry(0, 6, 0) + 1].iter().sum::<u32>(), 40_000);
}

#[test]
fn the_variance_between_runs_is_that_of_a_binomial_number() {
    // 500 people in 400 runs, of whom 1 − e^(−0.8) = 0.5507 leave in two cycles: variance 500·p·(1 − p) = 123.7. The
    // standard error of a variance of 400 numbers is √(2/399) = 7.1%; four of them.
    let structure = illness();
    let (layout, clocks) = tables(&structure, &[[0.2, 0.2, 0.0, 0.0]; 2]);
    let stream = Stream::new(1, 2, 3);
    let people = crowd(500);
    let left: Vec<f64> = (0..400)
        .map(|run| {
            let mut ends = vec![0; layout.after.len()];
            follow(&layout, &clocks, &stream.at_draw(run), &people, &mut ends);
            f64::from(ends[..layout.entry(0, 2, 0)].iter().sum::<u32>())
        })
        .collect();
    let mean = left.iter().sum::<f64>() / 400.0;
    let variance = left.iter().map(|n| (n - mean).powi(2)).sum::<f64>() / 399.0;
    let p = 1.0 - (-0.8_f64).exp();
    assert!((mean - 500.0 * p).abs() < 4.0 * (123.7_f64 / 400.0).sqrt(), "{mean}");
    assert!((variance / (500.0 * p * (1.0 - p)) - 1.0).abs() < 0.28, "{variance}");
}

#[test]
fn lives_and_tallies_tell_the_same() {
    let structure = illness();
    let (layout, clocks) = tables(&structure, &[[0.3, 0.1, 0.5, 0.2]; 10]);
    let (stream, people) = (Stream::new(1, 2, 3), crowd(1000));
    let (mut ends, mut again, mut moves) =
        (vec![0; layout.after.len()], vec![0; layout.after.len()], Vec::new());
    follow(&layout, &clocks, &stream, &people, &mut ends);
    follow_each(&layout, &clocks, &stream, &people, &mut again, &mut moves);
    assert_eq!(ends, again);
    let mut state = vec![0_usize; 1000];
    let mut counted = vec![0; layout.after.len()];
    for &Move { person, boundary, exit, state: to } in &moves {
        let from = state[person as usize];
        assert_eq!(structure.exits[from][usize::from(exit)].to, usize::from(to));
        counted[layout.entry(from, usize::from(boundary) - 1, exit.into())] += 1;
        state[person as usize] = to.into();
    }
    for (state, stay) in [(0, layout.entry(0, 10, 0)), (1, layout.entry(1, 10, 0))] {
        counted[stay] = ends[stay];
        assert!(ends[stay] > 0, "somebody stays in {state}");
    }
    assert_eq!(counted, ends);
}

#[test]
fn people_may_be_followed_in_any_parts() {
    let structure = illness();
    let (layout, clocks) = tables(&structure, &[[0.3, 0.1, 0.5, 0.2]; 10]);
    let (stream, people) = (Stream::new(1, 2, 3), crowd(1000));
    let mut whole = vec![0; layout.after.len()];
    follow(&layout, &clocks, &stream, &people, &mut whole);
    let mut parts = vec![0; layout.after.len()];
    for part in people.chunks(77) {
        follow(&layout, &clocks, &stream, part, &mut parts);
    }
    assert_eq!(whole, parts);
}

#[test]
fn a_change_in_one_state_leaves_the_luck_of_the_others() {
    // The ill recover more slowly: who never falls ill has the same life, and so has everybody up to falling ill.
    let structure = illness();
    let (stream, people) = (Stream::new(1, 2, 3), crowd(1000));
    let lives = |recovery: f64| {
        let (layout, clocks) = tables(&structure, &[[0.3, 0.1, recovery, 0.2]; 10]);
        let (mut ends, mut moves) = (vec![0; layout.after.len()], Vec::new());
        follow_each(&layout, &clocks, &stream, &people, &mut ends, &mut moves);
        moves
    };
    let (before, after) = (lives(0.5), lives(0.4));
    let of = |moves: &[Move], person: u32| -> Vec<Move> {
        moves.iter().copied().filter(|m| m.person == person).collect()
    };
    let mut ill = 0;
    for person in 0..1000 {
        let (before, after) = (of(&before, person), of(&after, person));
        assert_eq!(before.first(), after.first());
        if before.first().is_none_or(|first| first.state == 2) {
            assert_eq!(before, after);
        } else {
            ill += 1;
        }
    }
    assert!(ill > 500);
}
