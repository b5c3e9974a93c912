//! A group of people who take part, held as pairs: how many are in state a without the effects and in b with them.
//!
//! **Without** is given: the group's part of the comparator's moves, see [`super::pool`]. **With**, of pairs that begin
//! a cycle in the same state: whoever makes outcome j (an exit, or staying) without the effects, with probability p_j,
//! makes it with them too with probability min(1, q_j/p_j), and otherwise another, i with weight max(0, q_i − p_i). So
//! both outcomes have their own probabilities and are the same as often as these allow. Pairs in different states
//! have no luck in common. Events: see [`crate::simulate::chance::occurrences`].
//! *Example:* a hazard ratio of 0.8 turns p = 0.1 to leave into q = 0.0808: of 50 who would have left 40.4 leave, and
//! nobody who would have stayed.

mod single;

use super::comparator::{BLOCKS, EVENTS, TALLY};
use super::pool::{CycleOf, Part};
use super::rows::Rows;
use crate::sample::Stream;
use crate::simulate::chance::exits::Exits;
use crate::simulate::chance::occurrences::{Atoms, Occurrences};
use crate::simulate::chance::samplers::{binomial, multinomial, take};
use crate::simulate::effects::Schedule;
use crate::simulate::engine::Block;
use crate::simulate::structure::Structure;
use crate::simulate::trajectory::Trajectory;

/// A state's numbers for pairs come behind those for moves.
const PAIRS: u64 = 1 << 10;
/// Events of those who are in different states with and without the effects come behind the others.
const APART: u64 = EVENTS + (1 << 9);

/// People of one cell and deepest step, in one lane.
#[derive(Clone, Copy)]
pub(super) struct Group<'a> {
    /// The model in this block.
    pub block: &'a Block<'a>,
    /// Point of the grid in each cycle from 1 January of the start year.
    pub path: &'a [u32],
    /// Boundary of enrolment.
    pub first: usize,
    /// Cycles to follow.
    pub cycles: usize,
    /// Lane.
    pub lane: usize,
    /// Rates of their own without the effects; `None`: those of the comparator.
    pub without: Option<&'a Schedule>,
    /// What the effects change; `None`: nothing.
    pub with: Option<&'a Schedule>,
}

/// Room for following groups.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// By state at enrolment.
    pub start: Vec<u32>,
    /// Rows of the cell without effects.
    pub rows_without: Rows,
    /// Rows of the cell and step with them.
    pub rows_with: Rows,
    /// `[without][with]`.
    now: Vec<u32>,
    next: Vec<u32>,
    /// Whoever left the pool for these people, where shadows are not the comparator's.
    gone: Vec<u32>,
    gone_next: Vec<u32>,
    /// Outcomes (exits, then staying) of one state without the effects, and of a part of its people.
    outcomes: Vec<u32>,
    part: Vec<u32>,
    partner: Vec<u32>,
    matched: Vec<u32>,
    weights: Vec<f64>,
    /// Atoms of one state without the effects.
    happened: Vec<u32>,
    happened_same: Vec<u32>,
    /// By exit of all states, with the effects.
    moves: Vec<u32>,
    /// Of them, those of people in another state without the effects; and by state, who of these stayed.
    moves_apart: Vec<u32>,
    stayed_apart: Vec<u32>,
    /// By atom of all states, with the effects.
    atoms: Vec<u32>,
    exits: Exits,
    exits_without: Exits,
    exits_with: Exits,
    before: Atoms,
    after: Atoms,
    tally: Vec<u32>,
}

fn refill(list: &mut Vec<u32>, len: usize) {
    list.clear();
    list.resize(len, 0);
}

/// State that an outcome of a state leads to.
#[inline]
fn to(structure: &Structure, state: usize, outcome: usize) -> usize {
    let exit = structure.exit_from[state] + outcome;
    if exit < structure.exit_from[state + 1] { structure.exit_list[exit].0 } else { state }
}

/// Adds the moves of a state to a row of columns.
fn count_moves(
    structure: &Structure,
    state: usize,
    moves: &[u32],
    lane: usize,
    counts: &mut [crate::formula::Lane],
) {
    let exits = &structure.exit_list[structure.exit_from[state]..structure.exit_from[state + 1]];
    for (&(_, column), &moved) in exits.iter().zip(moves) {
        if moved > 0 && column != usize::MAX {
            counts[column][lane] += f64::from(moved);
        }
    }
}

impl Room {
    /// Follows the people in `start` with and without the effects, takes them out of the pool, and writes both sides;
    /// `with` only where there are effects.
    pub fn follow(
        &mut self,
        group: &Group<'_>,
        pool: &mut Part<'_>,
        stream: &mut Stream,
        without: &mut Trajectory,
        with: &mut Trajectory,
    ) {
        let (structure, occurrences) = (&group.block.plan.structure, &group.block.plan.occurrences);
        let (states, columns, lane) = (structure.states, without.columns, group.lane);
        refill(&mut self.now, states * states);
        refill(&mut self.next, states * states);
        for state in 0..states {
            self.now[state * states + state] = self.start[state];
        }
        self.gone.clone_from(&self.start);
        self.write_persons(group, 0, without, with);
        for cycle in 0..group.cycles {
            self.next.fill(0);
            refill(&mut self.moves, structure.exit_list.len());
            refill(&mut self.moves_apart, structure.exit_list.len());
            refill(&mut self.stayed_apart, states);
            refill(&mut self.atoms, occurrences.len());
            let mut during = pool.during(group.first + cycle);
            if group.without.is_some() {
                self.leave_pool(group, cycle, &mut during, stream);
            }
            let range = cycle * columns..(cycle + 1) * columns;
            for state in 0..states {
                let people: u32 = self.now[state * states..(state + 1) * states].iter().sum();
                if people > 0 {
                    let counts = &mut without.counts[range.clone()];
                    self.one_state(group, cycle, state, people, &mut during, stream, counts);
                }
            }
            if group.with.is_some() {
                let counts = &mut with.counts[range];
                for state in 0..states {
                    self.events_with(group, cycle, state, stream);
                    count_moves(structure, state, &self.moves[structure.exit_from[state]..], lane, counts);
                    self.tally_with(group, cycle, state, stream, counts);
                }
            }
            std::mem::swap(&mut self.now, &mut self.next);
            self.write_persons(group, cycle + 1, without, with);
        }
    }

    fn write_persons(
        &self,
        group: &Group<'_>,
        boundary: usize,
        without: &mut Trajectory,
        with: &mut Trajectory,
    ) {
        let states = without.states;
        for state in 0..states {
            let at = boundary * states + state;
            let people: u32 = self.now[state * states..(state + 1) * states].iter().sum();
            without.persons[at][group.lane] = f64::from(people);
            if group.with.is_some() {
                let people: u32 = self.now[state..].iter().step_by(states).sum();
                with.persons[at][group.lane] = f64::from(people);
            }
        }
    }

    /// Where the numbers of a state in a cycle begin.
    fn address(group: &Group<'_>, cycle: usize, state: usize) -> u64 {
        ((group.first + cycle) * group.block.plan.structure.states + state) as u64 * BLOCKS
    }

    /// What happens in a cycle to all who are in a state without the effects.
    #[allow(clippy::too_many_arguments)]
    fn one_state(
        &mut self,
        group: &Group<'_>,
        cycle: usize,
        state: usize,
        people: u32,
        during: &mut CycleOf<'_>,
        stream: &mut Stream,
        counts: &mut [crate::formula::Lane],
    ) {
        let block = group.block;
        let (structure, occurrences) = (&block.plan.structure, &block.plan.occurrences);
        let (length, lane) = (block.scenario.time.cycle_length(), group.lane);
        let point = group.path[group.first + cycle] as usize;
        let address = Self::address(group, cycle, state);
        let (exits, events) = (structure.exits[state].len(), occurrences.of(state));
        refill(&mut self.outcomes, exits + 1);
        refill(&mut self.happened, events.len());
        stream.jump(address);
        self.rows_without.read(block, point, cycle, state, group.without, lane, &mut self.exits_without);
        let (moves, stayed) = self.outcomes.split_at_mut(exits);
        if group.without.is_none() {
            stayed[0] = during.take(
                structure,
                occurrences,
                state,
                people,
                &self.exits_without,
                length,
                stream,
                moves,
                &mut self.happened,
            );
        } else {
            stayed[0] = self.exits_without.draw(people, moves, stream);
        }
        let stayers = stayed[0];
        count_moves(structure, state, moves, lane, counts);
        let time = self.exits_without.at_risk(stayers, people - stayers, length);
        let own = block.rates.event_rates(point, state);
        let multiplied = |schedule: Option<&Schedule>, event: usize| {
            own[event][lane] * schedule.map_or(1.0, |schedule| schedule.row(cycle)[event][lane])
        };
        let changed = group.with.is_some_and(|schedule| schedule.touches(cycle, state));
        let same = self.now[state * structure.states + state];
        if !events.is_empty() {
            let free = group.without.is_some();
            let anything = stayers < people || self.happened.iter().any(|&n| n > 0);
            if free || anything || (changed && same > 0) {
                occurrences.atoms(state, |event| multiplied(group.without, event), &mut self.before);
            }
            if free {
                stream.jump(address + EVENTS);
                occurrences.draw(&self.before, time, stream, &mut self.happened);
            }
            if free || anything {
                stream.jump(address + TALLY);
                let moves = &self.outcomes[..exits];
                occurrences.tally(
                    &self.before,
                    &self.happened,
                    moves,
                    stream,
                    &mut self.tally,
                    |event, n| {
                        counts[event][lane] += f64::from(n);
                    },
                );
            }
        }
        stream.jump(address + PAIRS);
        if same < people {
            self.states_apart(group, cycle, state, stream);
        }
        // What is left of the outcomes is that of pairs in the same state.
        if same == 0 {
            return;
        }
        let stayers_with =
            if changed { self.together(group, cycle, state, stream) } else { self.alike(structure, state) };
        if events.is_empty() || group.with.is_none() {
            return;
        }
        let stayers = self.outcomes[exits];
        let time_same = self.exits_without.at_risk(stayers, same - stayers, length);
        stream.jump(address + EVENTS + EVENTS / 8);
        let happened: &[u32] = if same == people {
            &self.happened
        } else {
            refill(&mut self.happened_same, events.len());
            Occurrences::share(time_same / time, &mut self.happened, stream, &mut self.happened_same);
            &self.happened_same
        };
        let out = &mut self.atoms[events];
        if !changed {
            out.iter_mut().zip(happened).for_each(|(out, &n)| *out += n);
            return;
        }
        occurrences.atoms(state, |event| multiplied(group.with, event), &mut self.after);
        let time_with = self.exits_with.at_risk(stayers_with, same - stayers_with, length);
        occurrences.follow((&self.before, time_same), (&self.after, time_with), happened, stream, out);
    }

    /// Pairs in the same state that effects do not touch: the same outcome. Returns how many stay.
    fn alike(&mut self, structure: &Structure, state: usize) -> u32 {
        let first = structure.exit_from[state];
        let exits = structure.exits[state].len();
        for (outcome, &n) in self.outcomes.iter().enumerate() {
            if n > 0 {
                let there = to(structure, state, outcome);
                self.next[there * structure.states + there] += n;
                if outcome < exits {
                    self.moves[first + outcome] += n;
                }
            }
        }
        self.outcomes[exits]
    }

    /// Pairs in the same state under effects. Returns how many stay with them.
    fn together(&mut self, group: &Group<'_>, cycle: usize, state: usize, stream: &mut Stream) -> u32 {
        let structure = &group.block.plan.structure;
        let point = group.path[group.first + cycle] as usize;
        self.rows_with.read(group.block, point, cycle, state, group.with, group.lane, &mut self.exits_with);
        if self.exits_with == self.exits_without {
            return self.alike(structure, state);
        }
        let (first, exits) = (structure.exit_from[state], structure.exits[state].len());
        let chance = |row: &Exits, outcome: usize| {
            if outcome < exits { row.probability(outcome) } else { row.staying }
        };
        self.weights.clear();
        self.weights.extend((0..=exits).map(|outcome| {
            (chance(&self.exits_with, outcome) - chance(&self.exits_without, outcome)).max(0.0)
        }));
        let mut stayers = 0;
        let mut arrive = |room: &mut (&mut Vec<u32>, &mut Vec<u32>), outcome: usize, other: usize, n: u32| {
            room.0[to(structure, state, outcome) * structure.states + to(structure, state, other)] += n;
            if other < exits {
                room.1[first + other] += n;
            } else {
                stayers += n;
            }
        };
        let mut room = (&mut self.next, &mut self.moves);
        for outcome in 0..=exits {
            let n = self.outcomes[outcome];
            if n == 0 {
                continue;
            }
            let (p, q) = (chance(&self.exits_without, outcome), chance(&self.exits_with, outcome));
            let kept = if q >= p { n } else { binomial(u64::from(n), q / p, stream) as u32 };
            arrive(&mut room, outcome, outcome, kept);
            if kept == n {
                continue;
            }
            refill(&mut self.matched, exits + 1);
            let lost = multinomial(n - kept, &self.weights, &mut self.matched, stream);
            // Nothing has become more likely but by rounding: the outcome stays.
            arrive(&mut room, outcome, outcome, lost);
            for other in 0..=exits {
                if self.matched[other] > 0 {
                    arrive(&mut room, outcome, other, self.matched[other]);
                }
            }
        }
        stayers
    }

    /// Pairs in a state without the effects and in another with them: outcomes of their own, matched at random. Takes
    /// what happens to them without the effects out of `outcomes`.
    fn states_apart(&mut self, group: &Group<'_>, cycle: usize, state: usize, stream: &mut Stream) {
        let structure = &group.block.plan.structure;
        let point = group.path[group.first + cycle] as usize;
        for other in 0..structure.states {
            let people = self.now[state * structure.states + other];
            if other == state || people == 0 {
                continue;
            }
            refill(&mut self.part, self.outcomes.len());
            take(people, &mut self.outcomes, &mut self.part, stream);
            let exits = structure.exits[other].len();
            refill(&mut self.partner, exits + 1);
            self.rows_with.read(group.block, point, cycle, other, group.with, group.lane, &mut self.exits);
            self.partner[exits] = self.exits.draw(people, &mut self.partner[..exits], stream);
            for (outcome, &n) in self.partner.iter().enumerate() {
                if outcome < exits {
                    self.moves[structure.exit_from[other] + outcome] += n;
                    self.moves_apart[structure.exit_from[other] + outcome] += n;
                } else {
                    self.stayed_apart[other] += n;
                }
            }
            for (outcome, &n) in self.part.iter().enumerate() {
                if n == 0 {
                    continue;
                }
                refill(&mut self.matched, exits + 1);
                take(n, &mut self.partner, &mut self.matched, stream);
                for (partner, &n) in self.matched.iter().enumerate() {
                    self.next
                        [to(structure, state, outcome) * structure.states + to(structure, other, partner)] +=
                        n;
                }
            }
        }
    }

    /// Draws the events of those who are in a state with the effects and in another without them.
    fn events_with(&mut self, group: &Group<'_>, cycle: usize, state: usize, stream: &mut Stream) {
        let block = group.block;
        let (structure, occurrences) = (&block.plan.structure, &block.plan.occurrences);
        let (events, lane) = (occurrences.of(state), group.lane);
        let moved = &self.moves_apart[structure.exit_from[state]..structure.exit_from[state + 1]];
        let (stayers, leavers) = (self.stayed_apart[state], moved.iter().sum::<u32>());
        if events.is_empty() || stayers + leavers == 0 {
            return;
        }
        let point = group.path[group.first + cycle] as usize;
        self.rows_with.read(block, point, cycle, state, group.with, lane, &mut self.exits);
        let time = self.exits.at_risk(stayers, leavers, block.scenario.time.cycle_length());
        self.atoms_with(group, cycle, state);
        stream.jump(Self::address(group, cycle, state) + APART);
        occurrences.draw(&self.after, time, stream, &mut self.atoms[events]);
    }

    /// Rates of atoms with the effects.
    fn atoms_with(&mut self, group: &Group<'_>, cycle: usize, state: usize) {
        let point = group.path[group.first + cycle] as usize;
        let own = group.block.rates.event_rates(point, state);
        let lane = group.lane;
        let ratio = |event: usize| group.with.map_or(1.0, |schedule| schedule.row(cycle)[event][lane]);
        let atoms = &mut self.after;
        group.block.plan.occurrences.atoms(state, |event| own[event][lane] * ratio(event), atoms);
    }

    /// Adds up the events of a state with the effects.
    fn tally_with(
        &mut self,
        group: &Group<'_>,
        cycle: usize,
        state: usize,
        stream: &mut Stream,
        counts: &mut [crate::formula::Lane],
    ) {
        let (structure, occurrences) = (&group.block.plan.structure, &group.block.plan.occurrences);
        let (events, exits) =
            (occurrences.of(state), structure.exit_from[state]..structure.exit_from[state + 1]);
        let happened = self.atoms[events.clone()].iter().chain(&self.moves[exits.clone()]).any(|&n| n > 0);
        if events.is_empty() || !happened {
            return;
        }
        self.atoms_with(group, cycle, state);
        stream.jump(Self::address(group, cycle, state) + TALLY);
        let (atoms, moves) = (&self.atoms[events], &self.moves[exits]);
        occurrences.tally(&self.after, atoms, moves, stream, &mut self.tally, |event, n| {
            counts[event][group.lane] += f64::from(n);
        });
    }
}
