//! Rows under effects: made when somebody needs them, for eight runs at once, and read run by run.

use crate::formula::Lane;
use crate::simulate::chance::exits::Exits;
use crate::simulate::dynamics::row_under_effects;
use crate::simulate::effects::Schedule;
use crate::simulate::engine::Block;

/// The rows of the people of one cell in each cycle since enrolment.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// `[cycle][state]`.
    ready: Vec<bool>,
    time: Vec<Lane>,
    staying: Vec<Lane>,
    /// `[cycle][exit]`.
    hazards: Vec<Lane>,
}

impl Rows {
    /// Forgets all rows; makes room for `cycles` cycles.
    pub fn reset(&mut self, cycles: usize, states: usize, exits: usize) {
        self.ready.clear();
        self.ready.resize(cycles * states, false);
        self.time.resize(cycles * states, Lane::ZERO);
        self.staying.resize(cycles * states, Lane::ZERO);
        self.hazards.resize(cycles * exits, Lane::ZERO);
    }

    /// Reads the row of a state in a cycle since enrolment, at `point` of the grid, in one lane.
    #[allow(clippy::too_many_arguments)]
    pub fn read(
        &mut self,
        block: &Block<'_>,
        point: usize,
        cycle: usize,
        state: usize,
        schedule: Option<&Schedule>,
        lane: usize,
        exits: &mut Exits,
    ) {
        let structure = &block.plan.structure;
        let own = structure.exit_from[state]..structure.exit_from[state + 1];
        let rates = block.rates;
        let Some(schedule) = schedule.filter(|schedule| schedule.touches(cycle, state)) else {
            let (time, staying) = (rates.time_at_risk(point, state), rates.staying(point, state));
            exits.read(&rates.exit_hazards(point)[own], time, staying, lane);
            return;
        };
        let at = cycle * structure.states + state;
        let first = cycle * structure.exit_list.len();
        let hazards = &mut self.hazards[first + own.start..first + own.end];
        if !self.ready[at] {
            let length = block.scenario.time.cycle_length();
            (self.time[at], self.staying[at]) =
                row_under_effects(structure, rates, point, state, length, schedule, cycle, hazards);
            self.ready[at] = true;
        }
        exits.read(hazards, self.time[at], self.staying[at], lane);
    }
}
