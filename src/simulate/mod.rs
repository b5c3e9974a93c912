//! People: who is where, and what happens to them. This stage counts and knows no money.
//!
//! The road through it, for one block of eight draws: [`rates`] turns the model's formulas into hazards;
//! [`dynamics`] follows a group of people from boundary to boundary; [`factors`] says who of them is at higher risk;
//! [`enrolment`] decides who takes part when; [`effects`] says what that changes. An [`engine`] puts them together and
//! shows every group it followed to an [`Observer`]: [`expected`] in expected numbers, [`counts`] in whole people,
//! [`individual`] person by person.
//!
//! **Time.** Boundaries lie at t = c·Δt years from 1 January of the start year; a cycle belongs to the calendar
//! year in which it begins. Age is the age on 1 January of the start year plus whole calendar years since; it
//! changes on 1 January only, for participants too.
//!
//! **Nobody vanishes.** In every draw and at every boundary the persons in all states (dead included) sum to
//! those at the start plus those who entered since.

pub mod chance;
pub mod counts;
pub mod dynamics;
pub mod effects;
pub mod engine;
pub mod enrolment;
pub mod expected;
pub mod factors;
pub mod individual;
mod mortality;
pub mod points;
pub mod profiles;
pub mod rates;
pub mod structure;
pub mod trajectory;

pub use expected::{EnrolmentPlan, ModelPlan, Workspace};
pub use rates::Rates;
pub use structure::Structure;
pub use trajectory::Trajectory;

use crate::formula::Lane;
use crate::sample::QuantityError;
use effects::Effects;
use points::Points;

/// Sees every group of people that is followed, once.
pub trait Observer {
    /// A profile of the comparator; `path` holds the point of each cycle from 1 January of the start year.
    fn comparator(&mut self, model: usize, profile: usize, path: &[u32], trajectory: &Trajectory);
    /// Everybody of one cell who was invited at one moment.
    ///
    /// # Errors
    /// A quantity that cannot be evaluated for these people.
    fn cohort(&mut self, cohort: &Cohort<'_>) -> Result<(), QuantityError>;
}

/// Everybody of one cell who was invited to a programme at one moment, followed with and without its effects,
/// by the deepest step that they come to.
#[derive(Clone, Copy, Debug)]
pub struct Cohort<'a> {
    /// Model.
    pub model: usize,
    /// Programme.
    pub programme: usize,
    /// Position among the programme's years of enrolment.
    pub position: usize,
    /// Boundary of enrolment.
    pub boundary: usize,
    /// Cell of the strategy.
    pub cell: usize,
    /// Position of the cell in `points`.
    pub point: usize,
    /// The strategy's cells at their age at enrolment.
    pub points: &'a Points,
    /// Point of the model's grid in each cycle from 1 January of the start year.
    pub path: &'a [u32],
    /// Persons turned away from each step for lack of capacity.
    pub turned_away: &'a [Lane],
    /// Who was followed.
    pub people: Followed<'a>,
    /// Effects of the programme.
    pub effects: &'a Effects,
}

/// The runs of a cohort, by the deepest step people come to.
#[derive(Clone, Copy, Debug)]
pub enum Followed<'a> {
    /// All who were invited, followed together; a share of them comes to each step as the deepest. Expected numbers
    /// allow this: everybody invited in a cell has the same mix of states.
    Together {
        /// Share whose deepest step it is.
        deepest: &'a [Lane],
        /// Without effects.
        shadow: &'a Trajectory,
        /// Runs with effects; steps with the same effects share one.
        with: &'a [Trajectory],
        /// By step: the run in `with` of those whose deepest step it is; if none, they go as the shadow does.
        run_of: &'a [Option<usize>],
    },
    /// The people of each deepest step, followed by themselves. Whole people need this: who came to one step did not
    /// come to another.
    Apart {
        /// Without effects.
        without: &'a [Trajectory],
        /// With the effects of each step as the deepest.
        with: &'a [Trajectory],
        /// Whether there is anyone at the step in any draw; if not, its runs mean nothing.
        anyone: &'a [bool],
    },
}

impl Cohort<'_> {
    /// By what the runs of a step are multiplied to give those whose deepest step it is.
    pub fn weight(&self, step: usize) -> Lane {
        match self.people {
            Followed::Together { deepest, .. } => deepest[step],
            Followed::Apart { anyone, .. } => {
                if anyone[step] {
                    Lane::ONE
                } else {
                    Lane::ZERO
                }
            }
        }
    }
    /// The run without effects, for those whose deepest step it is.
    pub fn without(&self, step: usize) -> &Trajectory {
        match self.people {
            Followed::Together { shadow, .. } => shadow,
            Followed::Apart { without, .. } => &without[step],
        }
    }
    /// The run with the effects of those whose deepest step it is.
    pub fn with(&self, step: usize) -> &Trajectory {
        match self.people {
            Followed::Together { shadow, with, run_of, .. } => run_of[step].map_or(shadow, |run| &with[run]),
            Followed::Apart { with, .. } => &with[step],
        }
    }
}
