//! The lives of some persons, written down while they are followed; nothing else depends on it.
//!
//! Persons are taken evenly over all profiles of the first run. What a life is without a programme is known from the
//! comparator; who takes part is recorded as they are with the programme, from enrolment on.

use super::drive::{Drive, Ranks};
use super::people::families;
use crate::sample::QuantityError;
use crate::simulate::engine::{Block, Memory, Present, Run};
use crate::simulate::expected::EnrolmentPlan;
use crate::simulate::trajectory::Trajectory;
use crate::simulate::{Cohort, Observer};
use std::collections::BTreeMap;

/// A person of the first run under one strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct Traced {
    /// Position among the persons of the run, the same under every strategy.
    pub person: usize,
    /// Whether the parameters are those of a draw.
    pub drawn: bool,
    /// Value of every variable at entry; not a number where the model does not use the label.
    pub variables: Vec<f64>,
    /// Boundary at which they enter.
    pub entry: usize,
    /// State at each boundary from entry on.
    pub states: Vec<usize>,
    /// Value of each risk factor at each of these boundaries, without what a programme shifts.
    pub factors: Vec<Vec<f64>>,
    /// Events by cycle from entry on, `(event, times)`, where they are drawn by person.
    pub events: Option<Vec<Vec<(usize, u32)>>>,
    /// Programme they take part in, deepest step, and boundary of enrolment.
    pub takes_part: Option<(usize, usize, usize)>,
}

/// Somebody who takes part: their life with the programme from enrolment on.
#[derive(Clone, Debug)]
struct Joined {
    takes_part: (usize, usize, usize),
    states: Vec<usize>,
}

/// What is written down of the first run.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorder {
    /// Most persons.
    most: usize,
    /// Persons of the run.
    people: usize,
    /// Programme, step and boundary of those who are followed now.
    joining: (usize, usize, usize),
    joined: BTreeMap<u32, Joined>,
    /// By person and cycle, without and with a programme.
    events: BTreeMap<(u32, usize), Vec<(usize, u32)>>,
}

impl Recorder {
    /// How many persons there are.
    pub fn of(&mut self, people: usize) {
        self.people = people;
    }

    /// Who follows takes part in a programme.
    pub fn joining(&mut self, programme: usize, step: usize, boundary: usize) {
        self.joining = (programme, step, boundary);
    }

    /// Whether a person is written down: as many as may be, evenly.
    fn takes(&self, person: u32) -> bool {
        let (person, people) = (person as usize, self.people.max(1));
        let most = self.most.min(people);
        (person + 1) * most / people > person * most / people
    }

    /// Somebody with a programme is in a state at the next boundary.
    pub fn state(&mut self, person: u32, state: usize) {
        if self.takes(person) {
            let takes_part = self.joining;
            let joined = self.joined.entry(person);
            joined.or_insert_with(|| Joined { takes_part, states: Vec::new() }).states.push(state);
        }
    }

    /// What happened to somebody in a cycle; what was written down of it before did not.
    pub fn events(&mut self, person: u32, cycle: usize, events: &[(usize, u32)]) {
        if !self.takes(person) {
            return;
        }
        if events.is_empty() {
            self.events.remove(&(person, cycle));
        } else {
            self.events.insert((person, cycle), events.to_vec());
        }
    }
}

/// Sees nothing.
struct Nobody;

impl Observer for Nobody {
    fn comparator(&mut self, _: usize, _: usize, _: &[u32], _: &Trajectory) {}
    fn cohort(&mut self, _: &Cohort<'_>) -> Result<(), QuantityError> {
        Ok(())
    }
}

/// Follows the people of a strategy on one model, and tells the lives of `most` of the persons of the first run.
///
/// # Errors
/// As [`Block::comparator`] and [`Block::cohorts`].
pub fn trace(
    block: &Block<'_>,
    enrolment: &EnrolmentPlan,
    most: usize,
) -> Result<Vec<Traced>, QuantityError> {
    let Block { scenario, plan, rates, runs, .. } = *block;
    let time = scenario.time;
    let mut memory = Memory::default();
    memory.individual.recorder = Some(Recorder { most, ..Recorder::default() });
    let mut wanted = vec![false; time.cycles() + 1];
    wanted[0] = true;
    for moment in &enrolment.moments {
        wanted[moment.boundary] = true;
    }
    let present = block.comparator(&wanted, &mut memory, &mut Nobody)?;
    block.cohorts(enrolment, &present, &mut memory, &mut Nobody)?;
    let Present::Individual(present) = present else { return Ok(Vec::new()) };
    let (Some(recorder), Some(run)) = (memory.individual.recorder, present.runs.first()) else {
        return Ok(Vec::new());
    };
    let (families, by_person) = (families(scenario, plan), super::by_person::is_needed(block));
    let mut list = Vec::new();
    for (profile, description) in plan.profiles.list.iter().enumerate() {
        let entry = description.enters * time.cycles_per_year;
        let cycles = time.cycles() - entry;
        let drive = Drive::new(block, profile, 0);
        let mut ranks = Ranks::new(scenario, plan.model, &runs.luck(0), families[profile]);
        let people = &run.paths.people;
        for person in people.from[profile]..people.from[profile + 1] {
            if !recorder.takes(person as u32) {
                continue;
            }
            let own = drive.own(block, &mut ranks, people.list[person].number);
            let mut states: Vec<usize> =
                (0..=cycles).map(|boundary| run.paths.state_at(person, boundary)).collect();
            let joined = recorder.joined.get(&(person as u32));
            if let Some(Joined { takes_part: (.., boundary), states: with }) = joined {
                states.truncate(boundary - entry);
                states.extend(with);
            }
            let value = |boundary: usize, factor: usize, deviation: f64| {
                let years = boundary as f64 * time.cycle_length();
                rates.factors.value_of(profile, factor, 0, deviation, years)
            };
            let at = |boundary: usize| {
                own.deviations.iter().enumerate().map(|(factor, &d)| value(boundary, factor, d)).collect()
            };
            let happened = |cycle: usize| {
                recorder.events.get(&(person as u32, entry + cycle)).cloned().unwrap_or_default()
            };
            list.push(Traced {
                person,
                drawn: runs.lanes[0].draw != Run::BASE,
                variables: description.variables.clone(),
                entry,
                states,
                factors: (0..=cycles).map(at).collect(),
                events: by_person.then(|| (0..cycles).map(happened).collect()),
                takes_part: joined.map(|joined| joined.takes_part),
            });
        }
    }
    Ok(list)
}
