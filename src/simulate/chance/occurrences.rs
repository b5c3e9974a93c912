//! Events of whole people: how often each node of the event tree happens in one state and cycle.
//!
//! **Moves and the rest.** A leaf that moves people happens when it moves somebody, and its moves count in every
//! node above it. What a node has besides, its *rest*, has the node's own rate minus those of the moving leaves
//! below it, and happens during the person-time at risk: Poisson numbers, given who stayed and who left.
//!
//! **Atoms.** The rests of a tree overlap (a fall that needs a doctor is a fall), so what is drawn are *atoms*. The
//! atom of a node is its rest minus the rests of its branches: falls that need no doctor. Where the branches
//! overlap, so that this is negative, the atom is the whole rest of the node, independent of its branches. Where the
//! moving leaves alone exceed the node, no rest is left, and of its moves it counts each with the probability own
//! rate / rate of moves: so every node is right in the mean.
//! *Example:* 0.8 falls a year, of which 0.1 need a doctor and 0.01 move people to another state: the rest of falls
//! is 0.79, its atom 0.69.
//!
//! **Person-time.** Who stays is at risk for Δt, who leaves for L = 1/h − Δt·e^(−x)/(1 − e^(−x)) on average, x = hΔt
//! ([`leaver_time`]).
//!
//! **Shares and pairs.** Given that an atom happened to people n times, it happened to those who have the share s
//! of their person-time Binomial(n, s) times ([`Occurrences::share`]): so a shadow is a part of its comparator. A
//! pair of one who would have had m_0 atoms without an effect and has m_1 with it has min(m_0, m_1) in common
//! ([`Occurrences::follow`]): of the k atoms that happened without it each happens with it with probability
//! min(1, m_1/m_0), and Poisson(m_1 − m_0) more where the effect makes it worse.

use super::samplers::{binomial, poisson, take};
use crate::sample::Stream;
use crate::simulate::structure::{Cause, Structure};

/// Mean below which atoms are drawn together and then told apart.
const TOGETHER: f64 = 1.0;
/// Mean of all from which that is no gain.
const MANY: f64 = 4.0;

/// Mean person-time at risk of those who leave a state within a cycle, years. `time` is the person-time per person
/// at the start, `staying` the probability to stay, x = hΔt.
///
/// L = (time − staying·Δt)/(1 − staying); for x < 0.01, where that loses digits, Δt(½ − x/12 + x³/720).
pub fn leaver_time(x: f64, time: f64, staying: f64, cycle_length: f64) -> f64 {
    if x < 0.01 {
        cycle_length * (0.5 - x / 12.0 + x * x * x / 720.0)
    } else {
        (time - staying * cycle_length) / (1.0 - staying)
    }
}

/// The event trees of a model, state by state.
#[derive(Clone, Debug)]
pub struct Occurrences {
    /// Nodes of all states, one state after the other, parents before their branches.
    nodes: Vec<Node>,
    /// First node of each state; one more at the end.
    from: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Node {
    event: usize,
    /// Position of the parent among the nodes of the state.
    parent: Option<usize>,
    /// Position among the exits of the state, for a leaf that moves people.
    exit: Option<usize>,
}

/// Atoms of one state: how often each happens, per person-year.
#[derive(Clone, Debug, Default)]
pub struct Atoms {
    state: usize,
    /// Rate of each atom, by position among the events of the state.
    pub rates: Vec<f64>,
    /// Sum of the rates.
    pub total: f64,
    /// Whether the node's rest is its atom and the rests of its branches.
    joined: Vec<bool>,
    /// Share of the moves below that the node counts.
    counted: Vec<f64>,
    /// Whether every node counts all moves below it.
    all_counted: bool,
    rests: Vec<f64>,
    moving: Vec<f64>,
}

impl Occurrences {
    /// The trees of a model.
    pub fn new(structure: &Structure) -> Self {
        let (mut nodes, mut from) = (Vec::new(), vec![0]);
        for (state, events) in structure.events_in.iter().enumerate() {
            for &event in events {
                let parent = structure.parents[event].and_then(|p| events.iter().position(|&e| e == p));
                let exit = structure.exits[state].iter().position(|exit| exit.cause == Cause::Event(event));
                nodes.push(Node { event, parent, exit });
            }
            from.push(nodes.len());
        }
        Self { nodes, from }
    }

    /// Number of atoms of all states.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }
    /// Whether the model has no events.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
    /// Positions of a state's atoms among those of all states.
    #[inline]
    pub fn of(&self, state: usize) -> std::ops::Range<usize> {
        self.from[state]..self.from[state + 1]
    }

    /// Rates of the atoms of a state from the own rates of its events, per person-year.
    pub fn atoms(&self, state: usize, own_rate: impl Fn(usize) -> f64, atoms: &mut Atoms) {
        let nodes = &self.nodes[self.of(state)];
        let n = nodes.len();
        atoms.rates.clear();
        atoms.rates.extend(nodes.iter().map(|node| own_rate(node.event)));
        atoms.moving.clear();
        atoms.moving.resize(n, 0.0);
        atoms.rests.clear();
        atoms.rests.resize(n, 0.0);
        atoms.joined.resize(n, true);
        atoms.counted.resize(n, 1.0);
        (atoms.state, atoms.total, atoms.all_counted) = (state, 0.0, true);
        // From the leaves up: `rests` gathers the rests of the branches until the node's own turn comes.
        for (position, node) in nodes.iter().enumerate().rev() {
            let own = atoms.rates[position];
            if node.exit.is_some() {
                atoms.moving[position] = own;
            }
            let moving = atoms.moving[position];
            let rounding = 1e-12 * (own + moving);
            let rest = own - moving;
            atoms.counted[position] = 1.0;
            if rest < -rounding {
                atoms.counted[position] = own / moving;
                atoms.all_counted = false;
            }
            let rest = if rest > rounding { rest } else { 0.0 };
            let atom = rest - atoms.rests[position];
            atoms.joined[position] = atom >= -rounding;
            let atom = match atoms.joined[position] {
                true if atom > rounding => atom,
                true => 0.0,
                false => rest,
            };
            atoms.rates[position] = atom;
            atoms.rests[position] = rest;
            atoms.total += atom;
            if let Some(parent) = node.parent {
                atoms.moving[parent] += moving;
                atoms.rests[parent] += rest;
            }
        }
    }

    /// Draws how often each atom happens in some person-time (years); adds to `out`.
    pub fn draw(&self, atoms: &Atoms, time: f64, stream: &mut Stream, out: &mut [u32]) {
        if atoms.total * time <= 0.0 {
            return;
        }
        // The sum of Poisson numbers is one, and its parts given the sum are spread by their means.
        let mut rare = 0.0;
        for (&rate, here) in atoms.rates.iter().zip(&mut *out) {
            let mean = rate * time;
            if mean < TOGETHER {
                rare += mean;
            } else {
                *here += poisson(mean, stream) as u32;
            }
        }
        let rare_mean = |position: usize| Some(atoms.rates[position] * time).filter(|&mean| mean < TOGETHER);
        spread_rare(rare, rare_mean, stream, out);
    }

    /// Takes out of `pool` the atoms that happened to people with a share of its person-time; adds them to `out`.
    pub fn share(share: f64, pool: &mut [u32], stream: &mut Stream, out: &mut [u32]) {
        let all = pool.iter().map(|&n| u64::from(n)).sum();
        take(binomial(all, share, stream) as u32, pool, out, stream);
    }

    /// Draws how often each atom happens to people with an effect, given how often it happened to the same people
    /// without it (`happened`), each in their own person-time; adds to `out`.
    pub fn follow(
        &self,
        without: (&Atoms, f64),
        with: (&Atoms, f64),
        happened: &[u32],
        stream: &mut Stream,
        out: &mut [u32],
    ) {
        let ((before, time_before), (after, time_after)) = (without, with);
        let mut more = 0.0;
        for (position, &k) in happened.iter().enumerate() {
            let m0 = before.rates[position] * time_before;
            let m1 = after.rates[position] * time_after;
            if m1 >= m0 {
                out[position] += k;
                more += m1 - m0;
            } else if k > 0 {
                out[position] += binomial(u64::from(k), m1 / m0, stream) as u32;
            }
        }
        if more <= 0.0 {
            return;
        }
        let extra = |position: usize| {
            Some(after.rates[position] * time_after - before.rates[position] * time_before)
                .filter(|&more| more > 0.0)
        };
        if more < MANY {
            spread_rare(more, extra, stream, out);
            return;
        }
        for (position, here) in out.iter_mut().enumerate() {
            *here += poisson(extra(position).unwrap_or(0.0), stream) as u32;
        }
    }

    /// Adds up the tree: atoms and moves of a state (`moves` by exit) as occurrences of every node, by event.
    /// `stream` must be the same for a pair, so that what is the same for both is counted alike.
    pub fn tally(
        &self,
        atoms: &Atoms,
        happened: &[u32],
        moves: &[u32],
        stream: &mut Stream,
        rests: &mut Vec<u32>,
        mut add: impl FnMut(usize, u32),
    ) {
        let nodes = &self.nodes[self.of(atoms.state)];
        // First half: rests; second half: moves below.
        rests.clear();
        rests.resize(2 * nodes.len(), 0);
        let (rests, below) = rests.split_at_mut(nodes.len());
        for (position, node) in nodes.iter().enumerate().rev() {
            if let Some(exit) = node.exit {
                below[position] += moves[exit];
            }
            let rest = happened[position] + if atoms.joined[position] { rests[position] } else { 0 };
            let moved = if atoms.all_counted {
                below[position]
            } else {
                binomial(u64::from(below[position]), atoms.counted[position], stream) as u32
            };
            if let Some(parent) = node.parent {
                rests[parent] += rest;
                below[parent] += below[position];
            }
            if rest + moved > 0 {
                add(node.event, rest + moved);
            }
        }
    }
}

/// Draws a Poisson number of mean `all`, and spreads it over the places that have a mean, of which `all` is the sum.
fn spread_rare(all: f64, mean: impl Fn(usize) -> Option<f64>, stream: &mut Stream, out: &mut [u32]) {
    for _ in 0..poisson(all, stream) {
        let mut u = stream.next_uniform() * all;
        let mut place = None;
        for position in 0..out.len() {
            let Some(here) = mean(position).filter(|&here| here > 0.0) else { continue };
            place = Some(position);
            if u < here {
                break;
            }
            u -= here;
        }
        if let Some(place) = place {
            out[place] += 1;
        }
    }
}

#[cfg(test)]
#[path = "occurrences_tests.rs"]
mod tests;
