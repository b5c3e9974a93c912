//! The same people in the same draw, had the programme no effect at all.
//!
//! Every cohort is followed with its effects and, as its shadow, without them. So the world in which a programme is
//! delivered and does nothing is there already: participants' costs and results are those of their shadows, nothing is
//! avoided, and the programme costs what it costs. In engines that follow whole people the shadow is a course of chance
//! as real as that of the cohort. No second simulation is needed.
//!
//! Where enrolment depends on evidence, that of a programme which does nothing may decide otherwise: who enrols then, and
//! for how long, is that of the course which it would take.

use super::flows::{Flows, Grid};
use crate::formula::Lane;
use crate::scenario::checked::Requested;

impl Flows {
    /// The flows of the same delivery without any effect: changes are zero, participants are as their shadows.
    ///
    /// Steps are reached by the same persons: where an effect lets more of them live until a later step, these few are
    /// still counted.
    #[must_use]
    pub fn without_effects(&self) -> Self {
        if let Some(other) = &self.if_it_did_nothing {
            return Self::clone(other);
        }
        let nothing = |grid: &Grid| Grid::zeros(grid.rows(), grid.years());
        let zeros = |list: &[Lane]| vec![Lane::ZERO; list.len()];
        let mut requested = self.requested.clone();
        for (row, (arrangement, clause, request)) in self.shape.requests.iter().enumerate() {
            let Requested::Participants { what, effects: true, insurer } = request.what else { continue };
            let shadow = Requested::Participants { what, effects: false, insurer };
            let other = self.shape.requests.iter().position(|(a, c, other)| {
                (a, c) == (arrangement, clause)
                    && other.programme == request.programme
                    && other.what == shadow
            });
            if let Some(other) = other {
                requested.row_mut(row).copy_from_slice(self.requested.row(other));
            }
        }
        Self {
            increment: nothing(&self.increment),
            cashable: nothing(&self.cashable),
            equalised: nothing(&self.equalised),
            retained: nothing(&self.retained),
            cohorts: self.shadows.clone(),
            requested,
            count_increment: nothing(&self.count_increment),
            outcome_increment: nothing(&self.outcome_increment),
            health_increment: nothing(&self.health_increment),
            increment_present: zeros(&self.increment_present),
            health_increment_present: [Lane::ZERO; 2],
            ..self.clone()
        }
    }
}
