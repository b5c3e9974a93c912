//! People who are followed on one side only: those of the pool.

use super::{CycleOf, Group, PAIRS, Part, Room, Stream, Trajectory, refill, to};

impl Room {
    /// Takes as many people of the comparator out of the pool as enrolled, wherever they are now.
    pub(super) fn leave_pool(
        &mut self,
        group: &Group<'_>,
        cycle: usize,
        during: &mut CycleOf<'_>,
        stream: &mut Stream,
    ) {
        let block = group.block;
        let (structure, occurrences) = (&block.plan.structure, &block.plan.occurrences);
        let point = group.path[group.first + cycle] as usize;
        refill(&mut self.gone_next, structure.states);
        for state in 0..structure.states {
            let people = self.gone[state];
            if people == 0 {
                continue;
            }
            let exits = structure.exits[state].len();
            refill(&mut self.outcomes, exits + 1);
            refill(&mut self.happened, occurrences.of(state).len());
            stream.jump(Self::address(group, cycle, state) + PAIRS + PAIRS / 2);
            self.rows_without.read(block, point, cycle, state, None, group.lane, &mut self.exits);
            let length = block.scenario.time.cycle_length();
            let moves = &mut self.outcomes[..exits];
            let happened = &mut self.happened;
            self.gone_next[state] += during.take(
                structure,
                occurrences,
                state,
                people,
                &self.exits,
                length,
                stream,
                moves,
                happened,
            );
            for (outcome, &moved) in self.outcomes[..exits].iter().enumerate() {
                self.gone_next[to(structure, state, outcome)] += moved;
            }
        }
        std::mem::swap(&mut self.gone, &mut self.gone_next);
    }

    /// Watches people who stay in the pool: where they are at each boundary. They are taken out of `pool`, a copy that
    /// only those watched in one cell and lane share, so that no two of them are the same person.
    pub fn watch(
        &mut self,
        group: &Group<'_>,
        pool: &mut Part<'_>,
        stream: &mut Stream,
        run: &mut Trajectory,
    ) {
        let structure = &group.block.plan.structure;
        let (states, lane) = (structure.states, group.lane);
        self.gone.clone_from(&self.start);
        for cycle in 0..=group.cycles {
            for (state, &people) in self.gone.iter().enumerate() {
                run.persons[cycle * states + state][lane] = f64::from(people);
            }
            if cycle == group.cycles {
                break;
            }
            let mut during = pool.during(group.first + cycle);
            refill(&mut self.gone_next, states);
            for state in 0..states {
                let people = self.gone[state];
                if people == 0 {
                    continue;
                }
                let exits = structure.exits[state].len();
                refill(&mut self.outcomes, exits + 1);
                stream.jump(Self::address(group, cycle, state));
                let moves = &mut self.outcomes[..exits];
                self.gone_next[state] += during.take_moves(structure, state, people, stream, moves);
                for (outcome, &moved) in self.outcomes[..exits].iter().enumerate() {
                    self.gone_next[to(structure, state, outcome)] += moved;
                }
            }
            std::mem::swap(&mut self.gone, &mut self.gone_next);
        }
    }
}
