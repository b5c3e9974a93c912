//! The lives of persons, as lists of moves.

use super::people::People;
use super::sojourns::Move;

/// A step in somebody's life: from `boundary` on in `state`, having left the state before by `exit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Boundary since entry.
    pub boundary: u16,
    /// Position among the exits of the state that was left.
    pub exit: u16,
    /// State entered.
    pub state: u16,
}

/// The lives of all persons of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Paths {
    /// Who they are.
    pub people: People,
    /// First step of each person in `steps`; one more at the end.
    from: Vec<u32>,
    steps: Vec<Step>,
}

impl Paths {
    /// The lives of `people`; `moves` are in the order of time for each person, and number persons from the first.
    pub fn new(people: People, moves: &[Move]) -> Self {
        let mut from = vec![0_u32; people.list.len() + 1];
        for step in moves {
            from[step.person as usize + 1] += 1;
        }
        for person in 1..from.len() {
            from[person] += from[person - 1];
        }
        let mut next = from.clone();
        let mut steps = vec![Step { boundary: 0, exit: 0, state: 0 }; moves.len()];
        for &Move { person, boundary, exit, state } in moves {
            let at = &mut next[person as usize];
            steps[*at as usize] = Step { boundary, exit, state };
            *at += 1;
        }
        Self { people, from, steps }
    }

    /// The moves of a person.
    pub fn of(&self, person: usize) -> &[Step] {
        &self.steps[self.from[person] as usize..self.from[person + 1] as usize]
    }

    /// Where a person is at a boundary since entry.
    pub fn state_at(&self, person: usize, boundary: usize) -> usize {
        self.state_since(person, boundary).0
    }

    /// Where a person is at a boundary since entry, and from which boundary on.
    pub fn state_since(&self, person: usize, boundary: usize) -> (usize, usize) {
        let steps = self.of(person).iter().take_while(|step| usize::from(step.boundary) <= boundary);
        match steps.last() {
            Some(step) => (step.state.into(), step.boundary.into()),
            None => (self.people.list[person].state.into(), 0),
        }
    }
}

/// Walks along somebody's life cycle by cycle.
#[derive(Clone, Debug)]
pub(super) struct Walk<'a> {
    /// Where the person is at the start of the cycle.
    pub state: usize,
    left: &'a [Step],
}

impl<'a> Walk<'a> {
    /// Starts at a boundary since entry.
    pub fn new(paths: &'a Paths, person: usize, boundary: usize) -> Self {
        let steps = paths.of(person);
        let passed = steps.partition_point(|step| usize::from(step.boundary) <= boundary);
        let state = match steps[..passed].last() {
            Some(step) => step.state,
            None => paths.people.list[person].state,
        };
        Self { state: usize::from(state), left: &steps[passed..] }
    }

    /// The exit by which the person leaves in the cycle from `boundary` on, if they do.
    #[inline]
    pub fn exit(&self, boundary: usize) -> Option<usize> {
        let step = self.left.first()?;
        (usize::from(step.boundary) == boundary + 1).then_some(usize::from(step.exit))
    }

    /// Goes on to the next boundary.
    #[inline]
    pub fn advance(&mut self, boundary: usize) {
        if let Some((step, left)) = self.left.split_first()
            && usize::from(step.boundary) == boundary + 1
        {
            self.state = usize::from(step.state);
            self.left = left;
        }
    }
}
