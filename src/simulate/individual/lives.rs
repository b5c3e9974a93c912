//! Persons who differ in risk factors or in their past, followed cycle by cycle.
//!
//! Where rates depend on the person, a person's life is drawn cycle by cycle: whether and by which exit they leave the
//! state they are in, and how often each event happens to them meanwhile. The rules are those of whole people
//! ([`crate::simulate::chance`]), with a person's own hazards: those of their history ([`Books`]), times what their
//! risk factors do ([`Drive`]). Every number is addressed by person and cycle, so a life can be drawn again, and is
//! the same: who takes part in a programme has their own life without it.

use super::books::{Books, Pasts};
use super::drive::{Drive, Own};
use super::people::{chosen, numbers};
use crate::formula::Lane;
use crate::sample::Stream;
use crate::simulate::Rates;
use crate::simulate::chance::exits::Exits;
use crate::simulate::chance::luck::{Luck, purpose};
use crate::simulate::chance::occurrences::{Atoms, Occurrences};
use crate::simulate::dynamics::row_under_effects;
use crate::simulate::effects::Schedule;
use crate::simulate::engine::Block;
use crate::simulate::structure::Structure;
use crate::simulate::trajectory::Trajectory;

/// Where somebody is in their life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Life {
    /// State at the start of the cycle.
    pub state: usize,
    /// Boundary at which they came into it.
    pub entered: usize,
    /// What has happened to them, by its number in [`Pasts`].
    pub past: u32,
}

/// The rates of one profile in one run, with or without effects from a boundary on.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub structure: &'a Structure,
    pub occurrences: &'a Occurrences,
    pub rates: &'a Rates,
    /// Points from 1 January of the start year on.
    pub path: &'a [u32],
    pub drive: &'a Drive,
    pub lane: usize,
    pub cycle_length: f64,
    /// Boundary at which the people of the profile enter.
    pub entry: usize,
    /// Effects, and the boundary from which their cycles are counted.
    pub effects: Option<(&'a Schedule, usize)>,
}

/// What happens to somebody in a cycle: their exits and atoms, which exit they take, how often each atom happens.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    exits: Exits,
    atoms: Atoms,
    /// The exit they leave by.
    pub exit: Option<usize>,
    happened: Vec<u32>,
    hazards: Vec<Lane>,
    weights: Vec<f64>,
}

/// What happened to somebody in a cycle, and room for adding it up.
#[derive(Clone, Debug, Default)]
pub(super) struct Passed {
    sums: Vec<u32>,
    /// Event and times.
    pub events: Vec<(usize, u32)>,
}

/// The streams of the people of a family in one run.
#[derive(Clone, Debug)]
pub(super) struct Lucks {
    moves: Stream,
    events: Stream,
}

impl Lucks {
    /// The streams for a kind of lives.
    pub fn new(model: &str, kind: &str, luck: &Luck, family: u64) -> Self {
        let stream = |what: &str| luck.stream(purpose(&[model, kind, what]), family);
        Self { moves: stream("moves of persons"), events: stream("events of persons") }
    }

    /// The two numbers for somebody's move in a cycle.
    fn of_move(&mut self, number: u32, cycle: usize) -> [f64; 2] {
        numbers(&mut self.moves, number, cycle)
    }

    /// The stream of somebody's events in a cycle: 2¹² blocks of numbers.
    fn of_events(&mut self, number: u32, cycle: usize) -> &mut Stream {
        self.events.jump(u64::from(number) << 31 | (cycle as u64) << 12);
        &mut self.events
    }
}

impl Side<'_> {
    /// The history that somebody's rates follow in a cycle.
    pub fn ask(&self, life: &Life, cycle: usize, books: &mut Books) {
        if self.can_change(life.state) {
            books.ask(self.path[cycle], life.past, cycle - life.entered);
        }
    }

    /// Whether anything can happen in a state.
    pub fn can_change(&self, state: usize) -> bool {
        !self.structure.exits[state].is_empty() || !self.structure.events_in[state].is_empty()
    }

    fn schedule(&self, cycle: usize, state: usize) -> Option<(&Schedule, usize)> {
        let (schedule, from) = self.effects?;
        schedule.touches(cycle - from, state).then_some((schedule, cycle - from))
    }

    /// Somebody's exits and atoms in a cycle.
    fn read(&self, life: &Life, own: &Own, cycle: usize, books: &Books, outcome: &mut Outcome) {
        let (structure, state, lane) = (self.structure, life.state, self.lane);
        let (rates, point) = books.at(self.rates, self.path[cycle], life.past, cycle - life.entered);
        let years = (cycle - self.entry) as f64 * self.cycle_length;
        let of_state = structure.exit_from[state]..structure.exit_from[state + 1];
        let scheduled = self.schedule(cycle, state);
        let Outcome { exits, atoms, hazards, .. } = outcome;
        match scheduled {
            Some((schedule, since)) => {
                hazards.resize(of_state.len(), Lane::ZERO);
                let (time, staying) = row_under_effects(
                    structure,
                    rates,
                    point,
                    state,
                    self.cycle_length,
                    schedule,
                    since,
                    hazards,
                );
                exits.read(hazards, time, staying, lane);
            }
            None => exits.read(
                &rates.exit_hazards(point)[of_state],
                rates.time_at_risk(point, state),
                rates.staying(point, state),
                lane,
            ),
        }
        self.drive.multiply(structure, own, state, years, self.cycle_length, exits);
        if structure.events_in[state].is_empty() {
            return;
        }
        let rows = rates.event_rates(point, state);
        let by_effects = scheduled.map(|(schedule, since)| schedule.row(since));
        self.occurrences.atoms(
            state,
            |event| {
                let by_effects = by_effects.map_or(1.0, |row| row[event][lane]);
                rows[event][lane] * by_effects * self.drive.of_event(own, event, years)
            },
            atoms,
        );
    }

    /// Whether a life's rates are those of the other side in a cycle, and so is the life itself.
    fn is_that_of(&self, life: &Life, other: &Side<'_>, of_other: &Life, cycle: usize) -> bool {
        life == of_other
            && self.schedule(cycle, life.state).is_none()
            && other.schedule(cycle, life.state).is_none()
    }

    fn at_risk(&self, outcome: &Outcome) -> f64 {
        let left = u32::from(outcome.exit.is_some());
        outcome.exits.at_risk(1 - left, left, self.cycle_length)
    }

    /// Draws what happens to somebody in a cycle.
    #[allow(clippy::too_many_arguments)]
    pub fn draw(
        &self,
        life: &Life,
        own: &Own,
        number: u32,
        cycle: usize,
        books: &Books,
        lucks: &mut Lucks,
        outcome: &mut Outcome,
    ) {
        outcome.exit = None;
        outcome.happened.clear();
        let events = !self.structure.events_in[life.state].is_empty();
        if !self.can_change(life.state) {
            return;
        }
        self.read(life, own, cycle, books, outcome);
        if !self.structure.exits[life.state].is_empty() {
            let [moving, whereto] = lucks.of_move(number, cycle);
            if moving < 1.0 - outcome.exits.staying {
                outcome.exit = Some(chosen(&outcome.exits.hazards, whereto));
            }
        }
        if events {
            outcome.happened.resize(outcome.atoms.rates.len(), 0);
            let (atoms, time) = (&outcome.atoms, self.at_risk(outcome));
            self.occurrences.draw(atoms, time, lucks.of_events(number, cycle), &mut outcome.happened);
        }
    }

    /// Draws what happens to somebody on this side, given what happens to the same person on the other side: as much
    /// the same as the chances allow where both are in the same state, and by itself where they are not. False where
    /// nothing tells the sides apart, and `outcome` is left alone: what happens on the other side happens here.
    #[allow(clippy::too_many_arguments)]
    pub fn draw_like(
        &self,
        life: &Life,
        other: &Side<'_>,
        of_other: &Life,
        on_other: &Outcome,
        own: &Own,
        number: u32,
        cycle: usize,
        books: &Books,
        lucks: &mut Lucks,
        outcome: &mut Outcome,
    ) -> bool {
        if self.is_that_of(life, other, of_other, cycle) {
            return false;
        }
        if life.state != of_other.state {
            self.draw(life, own, number, cycle, books, lucks, outcome);
            return true;
        }
        outcome.exit = None;
        outcome.happened.clear();
        if !self.can_change(life.state) {
            return true;
        }
        self.read(life, own, cycle, books, outcome);
        if !self.structure.exits[life.state].is_empty() {
            let [keeping, whereto] = lucks.of_move(number, cycle);
            outcome.exit = keep_or_change(&on_other.exits, outcome, on_other.exit, keeping, whereto);
        }
        if !self.structure.events_in[life.state].is_empty() {
            outcome.happened.resize(outcome.atoms.rates.len(), 0);
            let before = (&on_other.atoms, other.at_risk(on_other));
            let time = self.at_risk(outcome);
            let Outcome { atoms, happened, .. } = outcome;
            let stream = lucks.of_events(number, cycle);
            self.occurrences.follow(before, (atoms, time), &on_other.happened, stream, happened);
        }
        true
    }

    /// Adds what happened to somebody in a cycle to the columns of that cycle, and goes on to the next boundary.
    #[allow(clippy::too_many_arguments)]
    pub fn pass(
        &self,
        life: &mut Life,
        number: u32,
        cycle: usize,
        outcome: &Outcome,
        pasts: &mut Pasts,
        lucks: &mut Lucks,
        passed: &mut Passed,
        counts: &mut [Lane],
    ) {
        let (structure, lane) = (self.structure, self.lane);
        passed.events.clear();
        if !structure.events_in[life.state].is_empty() {
            let mut moves = [0; 32];
            let exits = structure.exits[life.state].len();
            let mut many = Vec::new();
            let moves = if exits <= moves.len() {
                &mut moves[..exits]
            } else {
                many.resize(exits, 0);
                &mut many[..]
            };
            if let Some(exit) = outcome.exit {
                moves[exit] = 1;
            }
            let mut past = life.past;
            let stream = lucks.of_events(number, cycle);
            // Behind all numbers that draw the atoms.
            stream.jump(u64::from(number) << 31 | (cycle as u64) << 12 | 1 << 11);
            let Passed { sums, events } = passed;
            self.occurrences.tally(&outcome.atoms, &outcome.happened, moves, stream, sums, |event, n| {
                counts[event][lane] += f64::from(n);
                events.push((event, n));
                if pasts.follows(event) {
                    past = pasts.after(past, event, n);
                }
            });
            life.past = past;
        }
        if let Some(exit) = outcome.exit {
            let exit_of_all = structure.exit_from[life.state] + exit;
            if let Some(count) = counts.get_mut(structure.exit_list[exit_of_all].1) {
                count[lane] += 1.0;
            }
            life.state = structure.exits[life.state][exit].to;
            life.entered = cycle + 1;
        }
    }
}

/// The exit of the second of a pair in the same state, given that of the first.
fn keep_or_change(
    before: &Exits,
    outcome: &mut Outcome,
    happened: Option<usize>,
    keeping: f64,
    whereto: f64,
) -> Option<usize> {
    let (after, weights) = (&outcome.exits, &mut outcome.weights);
    let (p, q) = match happened {
        Some(exit) => (before.probability(exit), after.probability(exit)),
        None => (before.staying, after.staying),
    };
    if keeping * p < q {
        return happened;
    }
    weights.clear();
    weights.extend((0..after.hazards.len()).map(|e| (after.probability(e) - before.probability(e)).max(0.0)));
    weights.push((after.staying - before.staying).max(0.0));
    if weights.iter().all(|&weight| weight == 0.0) {
        return happened;
    }
    let place = chosen(weights, whereto);
    (place < after.hazards.len()).then_some(place)
}

/// Adds a person to those in a state at a boundary.
#[inline]
pub(super) fn count(trajectory: &mut Trajectory, boundary: usize, state: usize, lane: usize) {
    let at = (boundary - trajectory.first) * trajectory.states + state;
    trajectory.persons[at][lane] += 1.0;
}

/// Prepares a trajectory for people whose risk factors may change their quality of life.
pub(super) fn prepare(block: &Block<'_>, first: usize, cycles: usize, trajectory: &mut Trajectory) {
    let structure = &block.plan.structure;
    trajectory.reset(first, cycles, structure.states, structure.columns());
    if block.rates.factors.act_on_utility() {
        trajectory.quality.resize(2 * cycles, Lane::ZERO);
    }
}

/// Adds what a person's factors do to their quality of life in a cycle, who is in the two states at its start and end.
#[inline]
pub(super) fn add_quality(
    trajectory: &mut Trajectory,
    own: &Own,
    cycle: usize,
    years: f64,
    lane: usize,
    states: [usize; 2],
) {
    if trajectory.quality.is_empty() {
        return;
    }
    let at = 2 * (cycle - trajectory.first);
    for (end, state) in states.into_iter().enumerate() {
        trajectory.quality[at + end][lane] += own.utility(state, years);
    }
}
