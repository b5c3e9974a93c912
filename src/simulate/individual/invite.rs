//! Who takes part: invitations, the cascade and its capacities, person by person.
//!
//! The expected number of invitations of each cell follows from the people who are really there, by the rule that
//! [`enrolment`](crate::simulate::enrolment) states; it is made whole over the cells with one number, and goes to
//! those of the cell who have the smallest number of their own. Where a programme asks for a person's risk factors or
//! past, everybody is a row of their own and the same number makes the rows whole: each is invited with the right
//! chance, spread evenly over the list. How far somebody comes in the cascade is decided by
//! one number of theirs: the smaller, the further, so that a higher share at a step adds people to those who come there
//! already. Where a step is full, those with the largest number for it stay at the step before.

use super::people::numbers;
use crate::formula::Lane;
use crate::scenario::checked::Programme;
use crate::simulate::chance::luck::{Luck, purpose};
use crate::simulate::chance::samplers::Rounding;
use crate::simulate::enrolment::{Enrolled, Invitation, descends};

/// Somebody who may be invited.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// Position among the people of the run.
    pub person: u32,
    /// Number in the family.
    pub number: u32,
    /// Family, as its streams know it.
    pub family: u64,
    /// Where they are.
    pub state: u16,
}

/// Who came to which step as the deepest, in one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    /// Persons by cell and deepest step, `[cell × steps + step]`.
    pub members: Vec<Vec<u32>>,
    /// Persons turned away, in the same shape.
    pub turned_away: Vec<u32>,
}

/// One moment of enrolment in one run.
pub(super) struct Moment<'a> {
    pub programme: &'a Programme,
    pub states: usize,
    pub boundary: usize,
    pub luck: Luck,
    pub lane: usize,
}

impl Moment<'_> {
    /// Chooses among the candidates of each cell.
    pub fn choose(
        &self,
        invitation: &Invitation,
        cascade: &Enrolled,
        capacities: &[Option<Lane>],
        candidates: &[Vec<Candidate>],
    ) -> Chosen {
        let steps = self.programme.steps.len();
        let stream = |what: &str, unit: u64| self.luck.stream(purpose(&[&self.programme.id, what]), unit);
        let uniform = |what: &str, unit: u64| stream(what, unit).next_uniform();
        let mut rounding = Rounding::new(uniform("invitations", self.boundary as u64));
        // Persons, with the step they come to; their numbers for capacities stay with them.
        let mut coming: Vec<(usize, Candidate, Option<usize>)> = Vec::new();
        let mut of_family: Option<(u64, [crate::sample::Stream; 2])> = None;
        for (cell, candidates) in candidates.iter().enumerate() {
            let expected = (invitation.by_cell[cell] * invitation.fractions[cell])[self.lane];
            let wanted = rounding.next(expected) as usize;
            if wanted == 0 || candidates.is_empty() {
                continue;
            }
            let family = candidates[0].family;
            let (_, [inviting, coming_far]) = match &mut of_family {
                Some(known) if known.0 == family => known,
                other => other.insert((family, [stream("invited", family), stream("cascade", family)])),
            };
            let eligible =
                |state: u16| invitation.eligible[cell * self.states + usize::from(state)][self.lane] > 0.0;
            let mut order: Vec<(f64, usize)> = Vec::with_capacity(candidates.len());
            for (position, candidate) in candidates.iter().enumerate() {
                if eligible(candidate.state) {
                    order.push((numbers(inviting, candidate.number, self.boundary)[0], position));
                }
            }
            let wanted = wanted.min(order.len());
            if wanted < order.len() {
                order.select_nth_unstable_by(wanted, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                order.truncate(wanted);
                order.sort_unstable_by_key(|&(_, position)| position);
            }
            for (_, position) in order {
                let candidate = candidates[position];
                let number = numbers(coming_far, candidate.number, self.boundary)[0];
                let step = self.descend(&cascade.reaching[cell * steps..(cell + 1) * steps], number);
                coming.push((cell, candidate, step));
            }
        }
        let cells = candidates.len();
        let mut chosen =
            Chosen { members: vec![Vec::new(); cells * steps], turned_away: vec![0; cells * steps] };
        for (step, capacity) in capacities.iter().enumerate() {
            if let Some(capacity) = capacity {
                let fraction = uniform("capacity", (self.boundary * steps + step) as u64);
                let places = (capacity[self.lane] + fraction).floor();
                self.limit(step, places, &mut coming, &mut chosen.turned_away);
            }
        }
        for (cell, candidate, step) in coming {
            if let Some(step) = step {
                chosen.members[cell * steps + step].push(candidate.person);
            }
        }
        chosen
    }

    /// The deepest step that somebody with a uniform number comes to. Each step holds the part of [0, 1) that is as
    /// wide as its share of those invited, the first of siblings first, all inside the part of the step above.
    fn descend(&self, reaching: &[Lane], number: f64) -> Option<usize> {
        let (mut at, mut from) = (None, 0.0);
        for (index, step) in self.programme.steps.iter().enumerate() {
            if step.parent != at {
                continue;
            }
            let share = reaching[index][self.lane];
            if number < from + share {
                at = Some(index);
            } else {
                from += share;
            }
        }
        at
    }

    /// Sends back whom a step has no place for.
    fn limit(
        &self,
        step: usize,
        places: f64,
        coming: &mut [(usize, Candidate, Option<usize>)],
        turned_away: &mut [u32],
    ) {
        let programme = self.programme;
        let mut demand: Vec<(f64, usize)> = Vec::new();
        for (position, (_, candidate, deepest)) in coming.iter().enumerate() {
            if deepest.is_some_and(|deepest| descends(programme, deepest, step)) {
                let words = [&programme.id, "place", &programme.steps[step].id];
                let mut stream = self.luck.stream(purpose(&words), candidate.family);
                demand.push((numbers(&mut stream, candidate.number, self.boundary)[0], position));
            }
        }
        if demand.len() as f64 <= places {
            return;
        }
        demand.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for &(_, position) in &demand[places as usize..] {
            let (cell, _, deepest) = &mut coming[position];
            *deepest = programme.steps[step].parent;
            turned_away[*cell * programme.steps.len() + step] += 1;
        }
    }
}
