//! People: who is where, and what happens to them. This stage counts and knows no money.
//!
//! The road through it, for one block of eight draws: [`rates`] turns the model's formulas into hazards;
//! [`dynamics`] follows a group of people from boundary to boundary; [`enrolment`] decides who takes part when;
//! [`effects`] says what that changes; [`expected`] puts them together and shows every group it followed to an
//! [`Observer`].
//!
//! **Time.** Boundaries lie at t = c·Δt years from 1 January of the start year; a cycle belongs to the calendar
//! year in which it begins. Age is the age on 1 January of the start year plus whole calendar years since; it
//! changes on 1 January only, for participants too.
//!
//! **Nobody vanishes.** In every draw and at every boundary the persons in all states (dead included) sum to
//! those at the start plus those who entered since.

pub mod dynamics;
pub mod effects;
pub mod enrolment;
pub mod expected;
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

/// Everybody of one cell who was invited to a programme at one moment, followed with and without its effects.
/// Both runs start with all who were invited; shares say how many of them came how far.
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
    /// Share of those invited who come as far as each step.
    pub reaching: &'a [Lane],
    /// Share whose deepest step it is.
    pub deepest: &'a [Lane],
    /// Share turned away from a step for lack of capacity.
    pub turned_away: &'a [Lane],
    /// Whether `with` holds a run for the step; if not, its people go as the shadow does.
    pub followed: &'a [bool],
    /// Without effects.
    pub shadow: &'a Trajectory,
    /// With the effects of each step as the deepest, where followed.
    pub with: &'a [Trajectory],
    /// Effects of the programme.
    pub effects: &'a Effects,
}

impl Cohort<'_> {
    /// The run of those whose deepest step it is.
    pub fn run(&self, step: usize) -> &Trajectory {
        if self.followed[step] { &self.with[step] } else { self.shadow }
    }
}
