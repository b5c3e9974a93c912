//! The shape of a health model: which exits a state has and which events happen in it.
//!
//! **Events.** A root event has a rate per person-year; a branch's rate is the root's rate times the shares
//! down to it. Every node counts all its occurrences. A leaf that leads to another state is also a
//! transition: its rate competes with the other exits of the state, and at most one move happens to a person
//! in a cycle. A leaf that leads to the state a person is in already is an event and no move.

use crate::scenario::checked::{Frequency, Model};
use std::ops::Range;

/// Where an exit's hazard comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Leaf event.
    Event(usize),
    /// Transition.
    Transition(usize),
    /// Background and excess mortality.
    Death,
}

/// A way out of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// State entered.
    pub to: usize,
    /// What makes people leave.
    pub cause: Cause,
}

/// How the exits of a state are stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// Hazards per person-year: h_i sums over exits, P(exit j within Δt) = (h_j/h)(1 − e^(−hΔt)).
    Hazards,
    /// Probabilities within a year: 1 − (1 − p)^Δt within a cycle, exits in proportion.
    PerYear,
    /// Probabilities within a cycle, literally.
    PerCycle,
}

/// Those who take one exit, seen from the state they enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// State they leave.
    pub from: usize,
    /// Position of the exit in [`Structure::exit_list`].
    pub exit: usize,
    /// Column that counts them, or `usize::MAX` where the event does.
    pub column: usize,
}

/// The shape of a model.
#[derive(Clone, Debug)]
pub struct Structure {
    /// Number of states.
    pub states: usize,
    /// Number of events.
    pub events: usize,
    /// Number of transitions.
    pub transitions: usize,
    /// Exits by state; empty for a state nobody leaves.
    pub exits: Vec<Vec<Exit>>,
    /// All exits, state by state: (state entered, column that counts it or `usize::MAX` where the event does).
    pub exit_list: Vec<(usize, usize)>,
    /// First exit of each state in `exit_list`; one more at the end.
    pub exit_from: Vec<usize>,
    /// Transitions out of each state.
    pub transitions_from: Vec<Vec<usize>>,
    /// Columns whose occurrences are deaths: fatal leaves, transitions to death, background and excess.
    pub fatal: Vec<usize>,
    /// For each state those who arrive from states before it, and from states after it.
    pub arrivals: Vec<[Vec<Arrival>; 2]>,
    /// States in which events happen, by their position in `event_slot`.
    pub eventful: Vec<usize>,
    /// The first to the last of the events that happen in each of those states.
    pub event_ranges: Vec<Range<usize>>,
    /// Columns in which nothing is ever counted.
    pub idle_columns: Vec<usize>,
    /// Columns of deaths from background and excess mortality by state, where they happen.
    death_columns: Vec<Option<usize>>,
    columns: usize,
    /// Events that happen in each state.
    pub events_in: Vec<Vec<usize>>,
    /// Position of each state among those in which events happen.
    pub event_slot: Vec<Option<usize>>,
    /// Number of states in which events happen.
    pub event_slots: usize,
    /// How exits are stated, by state.
    pub rows: Vec<Row>,
    /// Whether people in a state live.
    pub alive: Vec<bool>,
    /// Parent of each event.
    pub parents: Vec<Option<usize>>,
}

impl Structure {
    /// The shape of a checked model.
    pub fn new(model: &Model) -> Self {
        let states = model.states.len();
        let mut exits = vec![Vec::new(); states];
        let mut events_in = vec![Vec::new(); states];
        let mut rows = vec![Row::Hazards; states];
        for (index, event) in model.events.iter().enumerate() {
            for &state in &event.states {
                events_in[state].push(index);
                if let Some(to) = event.moves_to.filter(|&to| to != state) {
                    exits[state].push(Exit { to, cause: Cause::Event(index) });
                }
            }
        }
        for (index, transition) in model.transitions.iter().enumerate() {
            exits[transition.from].push(Exit { to: transition.to, cause: Cause::Transition(index) });
            rows[transition.from] = match transition.frequency {
                Frequency::Rate(_) => Row::Hazards,
                Frequency::PerYear(_) => Row::PerYear,
                Frequency::PerCycle(_) => Row::PerCycle,
            };
        }
        if let Some(death) = model.death {
            for (state, description) in model.states.iter().enumerate() {
                let can_die = model.background.is_some()
                    && description.mortality_ratio.program.constant() != Some(0.0)
                    || description.excess_mortality.is_some();
                if description.alive && can_die {
                    exits[state].push(Exit { to: death, cause: Cause::Death });
                }
            }
        }
        let (events, transitions) = (model.events.len(), model.transitions.len());
        let alive: Vec<bool> = model.states.iter().map(|s| s.alive).collect();
        let transitions_from = exits
            .iter()
            .map(|row| {
                row.iter()
                    .filter_map(|exit| match exit.cause {
                        Cause::Transition(t) => Some(t),
                        _ => None,
                    })
                    .collect()
            })
            .collect();
        let leads_to_death = |to: Option<usize>| to.is_some_and(|to| !alive[to]);
        let mut fatal: Vec<usize> =
            (0..events).filter(|&e| leads_to_death(model.events[e].moves_to)).collect();
        fatal.extend(
            (0..transitions).filter(|&t| leads_to_death(Some(model.transitions[t].to))).map(|t| events + t),
        );
        let mut columns = events + transitions;
        let death_columns: Vec<Option<usize>> = exits
            .iter()
            .map(|row: &Vec<Exit>| {
                row.iter().any(|exit| exit.cause == Cause::Death).then(|| {
                    columns += 1;
                    columns - 1
                })
            })
            .collect();
        fatal.extend(death_columns.iter().flatten());
        let mut event_slots = 0;
        let event_slot: Vec<Option<usize>> = events_in
            .iter()
            .map(|events: &Vec<usize>| {
                (!events.is_empty()).then(|| {
                    event_slots += 1;
                    event_slots - 1
                })
            })
            .collect();
        let (mut exit_list, mut exit_from) = (Vec::new(), vec![0]);
        for (state, row) in exits.iter().enumerate() {
            exit_list.extend(row.iter().map(|exit| {
                let column = match exit.cause {
                    Cause::Event(_) => usize::MAX,
                    Cause::Transition(t) => events + t,
                    Cause::Death => death_columns[state].unwrap_or(usize::MAX),
                };
                (exit.to, column)
            }));
            exit_from.push(exit_list.len());
        }
        let mut arrivals = vec![[Vec::new(), Vec::new()]; states];
        for (from, row) in exits.iter().enumerate() {
            for (position, &Exit { to, .. }) in row.iter().enumerate() {
                let exit = exit_from[from] + position;
                let column: usize = exit_list[exit].1;
                arrivals[to][usize::from(from > to)].push(Arrival { from, exit, column });
            }
        }
        let eventful: Vec<usize> = (0..states).filter(|&state| event_slot[state].is_some()).collect();
        let event_ranges = eventful
            .iter()
            .map(|&state| {
                let events: &Vec<usize> = &events_in[state];
                let end = events.iter().max().map_or(0, |&last| last + 1);
                events.iter().min().copied().unwrap_or(end)..end
            })
            .collect();
        let counted = |column: usize| {
            column < events && !eventful.is_empty() || exit_list.iter().any(|&(_, of_exit)| of_exit == column)
        };
        let idle_columns = (0..columns).filter(|&column| !counted(column)).collect();
        Self {
            states,
            events,
            transitions,
            exits,
            transitions_from,
            fatal,
            exit_list,
            exit_from,
            arrivals,
            eventful,
            event_ranges,
            idle_columns,
            death_columns,
            columns,
            events_in,
            event_slot,
            event_slots,
            rows,
            alive,
            parents: model.events.iter().map(|e| e.parent).collect(),
        }
    }

    /// Columns of [`super::Trajectory::counts`]: events, transitions, deaths by state where there are any.
    pub fn columns(&self) -> usize {
        self.columns
    }
    /// Column of a transition.
    pub fn transition_column(&self, transition: usize) -> usize {
        self.events + transition
    }
    /// Column of deaths in a state from background and excess mortality, if people die of those there.
    pub fn death_column(&self, state: usize) -> Option<usize> {
        self.death_columns[state]
    }
}
