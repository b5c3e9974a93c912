//! Persons, sojourn by sojourn.
//!
//! **The loop.** Up to 256 persons are under way at a time. A round draws one exponential number for each of them, in
//! vector instructions, finds in the tables of [`Clocks`] where their sojourn ends, counts the end, and moves them
//! there; who is dead, in a state that nobody leaves, or at the horizon makes room for the next person. So the work
//! is one random number and one search a *sojourn*, not one a cycle; the dead need none; and vectors stay full
//! until the last persons of a profile.
//!
//! **Luck.** The number for a sojourn is addressed by the person and by the boundary at which the sojourn begins.
//! Under another arm a person whose path has so far been the same has the same number; and whose path has not, has
//! it again as soon as both paths have a move at the same moment.

use super::clocks::{Clocks, Layout, STAYS};
use crate::formula::{LANES, Lane, math};
use crate::sample::Stream;
use multiversion::multiversion;

/// Persons under way at a time.
const ABREAST: usize = 256;

/// A person at the start of a profile's following.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// Number among the people whose luck has one stream.
    pub number: u32,
    /// State at the first boundary.
    pub state: u16,
}

/// A move: who came to which state at which boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Move {
    /// Position of the person in the list given.
    pub person: u32,
    /// Boundary since the first.
    pub boundary: u16,
    /// Position among the exits of the state that was left.
    pub exit: u16,
    /// State entered.
    pub state: u16,
}

/// Follows persons to the horizon. Adds to `ends` (by entry of the layout) how many sojourns end there.
pub(super) fn follow(layout: &Layout, clocks: &Clocks, stream: &Stream, people: &[Person], ends: &mut [u32]) {
    rounds::<false>(layout, clocks, stream, people, ends, &mut Vec::new());
}

/// Follows persons to the horizon and adds to `moves` every move before it, in the order of time for each person.
pub(super) fn follow_each(
    layout: &Layout,
    clocks: &Clocks,
    stream: &Stream,
    people: &[Person],
    ends: &mut [u32],
    moves: &mut Vec<Move>,
) {
    rounds::<true>(layout, clocks, stream, people, ends, moves);
}

#[inline(always)]
fn rounds<const EACH: bool>(
    layout: &Layout,
    clocks: &Clocks,
    stream: &Stream,
    people: &[Person],
    ends: &mut [u32],
    moves: &mut Vec<Move>,
) {
    let mut positions = [0_u32; ABREAST];
    let mut numbers = [0_u32; ABREAST];
    let mut boundaries = [0_u32; ABREAST];
    let mut begins = [0_u32; ABREAST];
    let mut states = [0_u16; ABREAST];
    let mut exponentials = [0.0; ABREAST];
    let mut coming = people.iter().enumerate().filter(|(_, person)| layout.leaves(person.state.into()));
    let mut abreast = 0;
    loop {
        while abreast < ABREAST
            && let Some((position, person)) = coming.next()
        {
            if EACH {
                positions[abreast] = position as u32;
            }
            numbers[abreast] = person.number;
            boundaries[abreast] = 0;
            begins[abreast] = layout.states[usize::from(person.state)].0;
            states[abreast] = person.state;
            abreast += 1;
        }
        if abreast == 0 {
            return;
        }
        draw(stream, &numbers, &boundaries, abreast, &mut exponentials);
        let mut going_on = 0;
        for at in 0..abreast {
            let end = clocks.end(usize::from(states[at]), begins[at], exponentials[at]);
            ends[end] += 1;
            let after = layout.after[end];
            if EACH && after.begin != STAYS {
                moves.push(Move {
                    person: positions[at],
                    boundary: after.boundary as u16,
                    exit: after.exit,
                    state: after.state,
                });
            }
            if EACH {
                positions[going_on] = positions[at];
            }
            numbers[going_on] = numbers[at];
            boundaries[going_on] = after.boundary;
            begins[going_on] = after.begin;
            states[going_on] = after.state;
            going_on += usize::from(after.moves_on);
        }
        abreast = going_on;
    }
}

/// −ln u for the first `abreast` persons, and a few more up to a full vector.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn draw(
    stream: &Stream,
    numbers: &[u32; ABREAST],
    boundaries: &[u32; ABREAST],
    abreast: usize,
    out: &mut [f64; ABREAST],
) {
    let (numbers, _) = numbers.as_chunks::<LANES>();
    let (boundaries, _) = boundaries.as_chunks::<LANES>();
    let (out, _) = out.as_chunks_mut::<LANES>();
    for ((numbers, boundaries), out) in numbers.iter().zip(boundaries).zip(out).take(abreast.div_ceil(LANES))
    {
        let uniform = Lane(stream.uniforms_of_blocks(*numbers, *boundaries));
        *out = (-math::ln(uniform)).0;
    }
}
