use super::*;
use crate::formula::{LANES, Lane};
use crate::sample::{Design, Environment, QuantityError, sample};
use crate::scenario::checked::{Engine, Scenario};
use crate::scenario::{self, sources::Sources};
use crate::simulate::engine::{Block, Memory as AllMemory, Runs};
use crate::simulate::{Cohort, EnrolmentPlan, ModelPlan, Observer, Rates};

/// A town with labels, classes, two programmes and a cascade; `more` goes to the first programme.
fn town(more: &str) -> Scenario {
    let text = include_str!("../../../tests/town.toml").replace("reach =", &format!("{more}\nreach ="));
    let mut sources = Sources::default();
    match scenario::read_text("town.toml", &text, &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

/// Comparator's trajectories by profile, and shadows and cohorts of all participants.
#[derive(Default)]
struct Seen {
    comparator: Vec<Trajectory>,
    /// (profile, without, with).
    pairs: Vec<(usize, Trajectory, Trajectory)>,
    watched: usize,
    profile_of_cell: Vec<usize>,
    participates: Vec<Vec<bool>>,
}

impl Observer for Seen {
    fn comparator(&mut self, _: usize, _: usize, _: &[u32], trajectory: &Trajectory) {
        self.comparator.push(trajectory.clone());
    }
    fn cohort(&mut self, cohort: &Cohort<'_>) -> Result<(), QuantityError> {
        for (step, &takes_part) in self.participates[cohort.programme].iter().enumerate() {
            if cohort.weight(step) == Lane::ZERO {
                continue;
            }
            if !takes_part {
                self.watched += 1;
                assert!(cohort.without(step).persons == cohort.with(step).persons);
                continue;
            }
            let profile = self.profile_of_cell[cohort.cell];
            self.pairs.push((profile, cohort.without(step).clone(), cohort.with(step).clone()));
        }
        Ok(())
    }
}

fn follow(scenario: &Scenario) -> Vec<Seen> {
    let plan = ModelPlan::new(scenario, 0);
    let enrolment = EnrolmentPlan::new(scenario, &plan, 1);
    let mut wanted = vec![false; scenario.time.cycles() + 1];
    enrolment.moments.iter().for_each(|moment| wanted[moment.boundary] = true);
    let (draws, seed) = (scenario.uncertainty.draws, scenario.uncertainty.seed);
    let design = Design { kind: scenario.uncertainty.design, draws, seed };
    let sampled = sample(&scenario.parameters.plan, &design).expect("a sample");
    let mut memory = AllMemory::default();
    (0..draws.div_ceil(LANES))
        .map(|index| {
            let environment = Environment::draws(scenario, &sampled.columns, index).expect("parameters");
            let mut rates = Rates::default();
            let scratch = &mut memory.expected.scratch;
            rates
                .fill(scenario, 0, &plan.structure, &plan.grid, &environment, scratch)
                .expect("rates in range");
            let runs = Runs::of_block(seed, index, draws, 1);
            let block = Block {
                engine: Engine::Counts,
                scenario,
                plan: &plan,
                rates: &rates,
                environment: &environment,
                runs: &runs,
            };
            let mut seen = Seen {
                profile_of_cell: enrolment.cells.list.iter().map(|cell| cell.profile).collect(),
                participates: scenario
                    .programmes
                    .iter()
                    .map(|programme| (0..programme.steps.len()).map(|s| programme.participates(s)).collect())
                    .collect(),
                ..Seen::default()
            };
            let present = block.comparator(&wanted, &mut memory, &mut seen).expect("people");
            block.cohorts(&enrolment, &present, &mut memory, &mut seen).expect("cohorts");
            seen
        })
        .collect()
}

fn persons(trajectory: &Trajectory, boundary: usize) -> Lane {
    trajectory.at(boundary).iter().fold(Lane::ZERO, |sum, &n| sum + n)
}

fn is_whole(trajectory: &Trajectory) -> bool {
    trajectory.persons.iter().chain(&trajectory.counts).all(|n| n.all(|n| n >= 0.0 && n.fract() == 0.0))
}

#[test]
fn nobody_vanishes_and_everybody_is_whole() {
    for seen in follow(&town("")) {
        let all = seen.comparator.iter().fold(Lane::ZERO, |sum, t| sum + persons(t, 0));
        assert!(all.all(|n| n == 100.0 || n == 101.0), "{all:?}");
        for trajectory in
            seen.comparator.iter().chain(seen.pairs.iter().flat_map(|(_, without, with)| [without, with]))
        {
            assert!(is_whole(trajectory));
            let start = persons(trajectory, trajectory.first);
            for boundary in trajectory.first..=trajectory.first + trajectory.cycles {
                assert_eq!(persons(trajectory, boundary), start);
            }
        }
        for (_, without, with) in &seen.pairs {
            assert_eq!(without.at(without.first), with.at(with.first));
        }
        assert!(seen.watched > 0, "whoever has a check without a course is counted for a year");
    }
}

#[test]
fn the_pool_never_holds_fewer_than_nobody_and_nothing_that_did_not_happen() {
    let mut taken = 0.0;
    for seen in follow(&town("")) {
        for (profile, pool) in seen.comparator.iter().enumerate() {
            let (mut pool, states, columns) = (pool.clone(), pool.states, pool.columns);
            for (_, without, _) in seen.pairs.iter().filter(|(of, ..)| *of == profile) {
                let first = without.first;
                for (here, &n) in pool.persons[first * states..].iter_mut().zip(&without.persons) {
                    *here -= n;
                    taken += n[0];
                }
                for (here, &n) in pool.counts[first * columns..].iter_mut().zip(&without.counts) {
                    *here -= n;
                }
            }
            assert!(is_whole(&pool), "profile {profile}");
        }
    }
    assert!(taken > 0.0);
}

#[test]
fn participants_with_other_risks_have_shadows_of_their_own_and_the_pool_stays() {
    let falls = |scenario: &Scenario| {
        let (mut falls, mut people) = (0.0, 0.0);
        for seen in follow(scenario) {
            for (_, without, _) in &seen.pairs {
                assert!(is_whole(without));
                falls += (0..without.cycles).map(|c| without.counts[c * without.columns][0]).sum::<f64>();
                people += persons(without, without.first)[0];
            }
        }
        falls / people
    };
    // Twice the falls, but for those who are in a nursing home by then.
    let ratio = falls(&town("relative_risk = 2")) / falls(&town(""));
    assert!(ratio > 1.3 && ratio < 2.2, "{ratio}");
}
