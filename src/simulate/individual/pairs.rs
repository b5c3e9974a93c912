//! People who take part, followed twice: as they are, and as they would have been.
//!
//! The life without the programme is the person's own life in the comparator. The life with it is drawn cycle by
//! cycle: while both are in the same state, an outcome j that has probability p_j without and q_j with the programme,
//! and that has happened without it, happens with it too with probability min(1, q_j/p_j); else another outcome
//! happens with it, i with probability in proportion to max(0, q_i − p_i). So both make the same move as often as
//! the two chances allow, and where nothing is changed the two lives are one. Once they are apart, each goes its way.
//! *Example:* 10% fall ill without, 6% with a programme: 6% fall ill with both, 4% only without it.
//!
//! Where participants have a `relative_risk` of their own, the life without the programme is first drawn from their
//! life in the comparator in the same way.

use super::paths::{Paths, Walk};
use super::people::{chosen, numbers};
use super::tally::Tally;
use super::trace::Recorder;
use crate::formula::Lane;
use crate::sample::Stream;
use crate::simulate::Rates;
use crate::simulate::chance::exits::Exits;
use crate::simulate::dynamics::row_under_effects;
use crate::simulate::effects::Schedule;
use crate::simulate::structure::Structure;

/// Rows that a schedule changes, cycle by cycle, in eight runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Changed {
    /// `[cycle][exit]`.
    hazards: Vec<Lane>,
    /// `[cycle][state]`.
    time: Vec<Lane>,
    staying: Vec<Lane>,
}

/// The rates of people along a path, from the boundary at which they enrol.
#[derive(Clone, Copy)]
pub(super) struct Along<'a> {
    pub structure: &'a Structure,
    pub rates: &'a Rates,
    /// Points from the first cycle on.
    pub path: &'a [u32],
    /// What multiplies the rates, and the rows it changes.
    pub changes: Option<(&'a Schedule, &'a Changed)>,
}

impl Changed {
    /// Computes the rows that `schedule` changes in the first `cycles` cycles.
    pub fn fill(&mut self, along: &Along<'_>, schedule: &Schedule, cycles: usize, cycle_length: f64) {
        let Along { structure, rates, path, .. } = *along;
        let (states, exits) = (structure.states, structure.exit_list.len());
        self.hazards.resize(cycles * exits, Lane::ZERO);
        self.time.resize(cycles * states, Lane::ZERO);
        self.staying.resize(cycles * states, Lane::ZERO);
        for (cycle, &point) in path.iter().enumerate().take(cycles) {
            for state in 0..states {
                if !schedule.touches(cycle, state) {
                    continue;
                }
                let from = cycle * exits + structure.exit_from[state];
                let to = cycle * exits + structure.exit_from[state + 1];
                let (time, staying) = row_under_effects(
                    structure,
                    rates,
                    point as usize,
                    state,
                    cycle_length,
                    schedule,
                    cycle,
                    &mut self.hazards[from..to],
                );
                self.time[cycle * states + state] = time;
                self.staying[cycle * states + state] = staying;
            }
        }
    }
}

impl Along<'_> {
    /// Whether anything in a state is changed in a cycle.
    #[inline]
    pub fn touches(&self, cycle: usize, state: usize) -> bool {
        self.changes.is_some_and(|(schedule, _)| schedule.touches(cycle, state))
    }

    /// Reads the exits of a state in a cycle, in one run.
    #[inline]
    pub fn exits(&self, cycle: usize, state: usize, lane: usize, exits: &mut Exits) {
        let structure = self.structure;
        let of_state = structure.exit_from[state]..structure.exit_from[state + 1];
        match self.changes {
            Some((schedule, changed)) if schedule.touches(cycle, state) => {
                let (at, row) = (cycle * structure.states + state, cycle * structure.exit_list.len());
                let hazards = &changed.hazards[row + of_state.start..row + of_state.end];
                exits.read(hazards, changed.time[at], changed.staying[at], lane);
            }
            _ => {
                let (rates, point) = (self.rates, self.path[cycle] as usize);
                let hazards = &rates.exit_hazards(point)[of_state];
                exits.read(hazards, rates.time_at_risk(point, state), rates.staying(point, state), lane);
            }
        }
    }

    /// Own rate of an event in a state in a cycle, in one run.
    #[inline]
    pub fn event_rate(&self, cycle: usize, state: usize, event: usize, lane: usize) -> f64 {
        let own = self.rates.event_rates(self.path[cycle] as usize, state)[event][lane];
        match self.changes {
            Some((schedule, _)) if schedule.touches(cycle, state) => own * schedule.row(cycle)[event][lane],
            _ => own,
        }
    }
}

/// What became of pairs in one run, by the states they began each cycle in.
#[derive(Clone, Debug, Default)]
pub(super) struct Together {
    /// Pairs in the same state: those without the programme.
    pub same_without: Tally,
    /// The same pairs with it.
    pub same_with: Tally,
    /// Pairs in different states: those without it.
    pub apart_without: Tally,
    /// And those with it.
    pub apart_with: Tally,
}

impl Together {
    fn reset(&mut self, structure: &Structure, cycles: usize) {
        for tally in
            [&mut self.same_without, &mut self.same_with, &mut self.apart_without, &mut self.apart_with]
        {
            tally.reset(structure, cycles);
        }
    }
}

/// Room for following pairs.
#[derive(Clone, Debug, Default)]
pub(super) struct Room {
    before: Exits,
    after: Exits,
    weights: Vec<f64>,
}

/// The luck of participants beside their own in the comparator.
pub(super) struct Lucks {
    /// With the programme.
    pub with: Stream,
    /// Without it, where they differ from others.
    pub without: Stream,
}

/// Follows people of one profile from boundary `first` of their lives (since entry), `boundary` of the calendar, over
/// `cycles` cycles; adds to `ends` (without, with) where they are at the end.
#[allow(clippy::too_many_arguments)]
pub(super) fn follow(
    paths: &Paths,
    members: &[u32],
    (first, boundary): (usize, usize),
    cycles: usize,
    without: &Along<'_>,
    with: &Along<'_>,
    lane: usize,
    lucks: &mut Lucks,
    room: &mut Room,
    together: &mut Together,
    mut recorder: Option<&mut Recorder>,
    ends: [&mut [u32]; 2],
) {
    let structure = without.structure;
    together.reset(structure, cycles);
    let own = Along { changes: None, ..*without };
    let [ends_without, ends_with] = ends;
    for &member in members {
        let mut life = Walk::new(paths, member as usize, first);
        let number = paths.people.list[member as usize].number;
        let (mut shadow, mut person) = (life.state, life.state);
        for cycle in 0..cycles {
            if let Some(recorder) = &mut recorder {
                recorder.state(member, person);
            }
            let happened = life.exit(first + cycle);
            let shadow_exit = if without.changes.is_none() {
                happened
            } else {
                let states = (life.state, shadow);
                let draw = || numbers(&mut lucks.without, number, boundary + cycle);
                outcome(&own, without, cycle, states, happened, lane, draw, room)
            };
            let draw = || numbers(&mut lucks.with, number, boundary + cycle);
            let states = (shadow, person);
            let person_exit = outcome(without, with, cycle, states, shadow_exit, lane, draw, room);
            if shadow == person {
                together.same_without.add(structure, cycle, shadow, shadow_exit);
                together.same_with.add(structure, cycle, person, person_exit);
            } else {
                together.apart_without.add(structure, cycle, shadow, shadow_exit);
                together.apart_with.add(structure, cycle, person, person_exit);
            }
            life.advance(first + cycle);
            if let Some(exit) = shadow_exit {
                shadow = structure.exits[shadow][exit].to;
            }
            if let Some(exit) = person_exit {
                person = structure.exits[person][exit].to;
            }
        }
        if let Some(recorder) = &mut recorder {
            recorder.state(member, person);
        }
        ends_without[shadow] += 1;
        ends_with[person] += 1;
    }
}

/// The exit of the second of a pair in a cycle, given that of the first, who are in `states`.
#[allow(clippy::too_many_arguments)]
fn outcome(
    first: &Along<'_>,
    second: &Along<'_>,
    cycle: usize,
    states: (usize, usize),
    happened: Option<usize>,
    lane: usize,
    draw: impl FnOnce() -> [f64; 2],
    room: &mut Room,
) -> Option<usize> {
    let (state, own) = states;
    if second.structure.exits[own].is_empty() {
        return None;
    }
    if state == own && !first.touches(cycle, state) && !second.touches(cycle, state) {
        return happened;
    }
    let [keeping, other] = draw();
    second.exits(cycle, own, lane, &mut room.after);
    let Room { before, after, weights } = room;
    weights.clear();
    if state == own {
        first.exits(cycle, state, lane, before);
        let (p, q) = match happened {
            Some(exit) => (before.probability(exit), after.probability(exit)),
            None => (before.staying, after.staying),
        };
        if keeping * p < q {
            return happened;
        }
        let exits = 0..after.hazards.len();
        weights.extend(exits.map(|exit| (after.probability(exit) - before.probability(exit)).max(0.0)));
        weights.push((after.staying - before.staying).max(0.0));
        if weights.iter().all(|&weight| weight == 0.0) {
            return happened;
        }
    } else {
        weights.extend((0..after.hazards.len()).map(|exit| after.probability(exit)));
        weights.push(after.staying);
    }
    let place = chosen(weights, other);
    (place < after.hazards.len()).then_some(place)
}
