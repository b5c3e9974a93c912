//! The engine `individual`: persons.
//!
//! `people` says who there is; `clocks` turns the hazards along a profile's path into tables; `sojourns` follows
//! person by person through them, and `comparator` counts who started where and how many sojourns ended in each cycle
//! by each exit. The people at the boundaries follow from these, and so does the person-time during which `tally`
//! lets events happen. Where somebody enrols later, `paths` keeps every life: `invite` says who takes part,
//! `pairs` follows them with and without the programme, and `cohorts` puts this together.
//!
//! Where rates depend on the person, by risk factors (`drive`) or by what they have been through (`books`), lives are
//! drawn cycle by cycle instead (`lives`, `by_person`); programmes may then look at single persons (`rows`).

mod books;
mod by_person;
mod clocks;
mod cohorts;
mod comparator;
mod drive;
mod invite;
mod lives;
mod pairs;
mod paths;
mod people;
mod rows;
mod sojourns;
mod tally;
pub mod trace;

use super::Observer;
use super::engine::{Block, Memory as AllMemory};
use super::expected::EnrolmentPlan;
use super::trajectory::Trajectory;
use crate::formula::Lane;
use crate::sample::QuantityError;
use books::Pasts;
use paths::Paths;
use tally::{Pool, Room, Tally};

/// The people of the comparator, by run; nobody where no one enrols later.
#[derive(Clone, Debug, Default)]
pub struct Present {
    runs: Vec<OfRun>,
    /// What may have happened to somebody, where rates ask for it.
    pasts: Pasts,
    /// Boundaries at which someone enrols.
    wanted: Vec<usize>,
}

/// The people of one run.
#[derive(Clone, Debug)]
struct OfRun {
    paths: Paths,
    /// People by state and moves, and what happened to them, by profile; none where rates depend on the person.
    pools: Vec<Pool>,
    /// What had happened to each person at each boundary at which someone enrols, where rates ask for it.
    pasts: Vec<Vec<u32>>,
}

/// Memory that is kept from block to block.
#[derive(Debug, Default)]
pub struct Memory {
    parts: Vec<Lane>,
    trajectory: Trajectory,
    tally: Tally,
    room: Room,
    cohorts: cohorts::Memory,
    /// Writes down the lives of some persons, if asked.
    recorder: Option<trace::Recorder>,
}

/// Follows the comparator and reports each profile.
///
/// # Errors
/// Start shares that cannot be evaluated or do not sum to 1.
pub fn comparator(
    block: &Block<'_>,
    wanted: &[bool],
    memory: &mut AllMemory,
    observer: &mut impl Observer,
) -> Result<Present, QuantityError> {
    if by_person::is_needed(block) {
        return by_person::comparator(block, wanted, memory, observer);
    }
    comparator::comparator(block, wanted, memory, observer)
}

/// Enrols and follows the cohorts of a strategy, and reports each.
///
/// # Errors
/// A quantity of the programmes outside its range, with its place.
pub fn cohorts(
    block: &Block<'_>,
    enrolment: &EnrolmentPlan,
    present: &Present,
    memory: &mut AllMemory,
    observer: &mut impl Observer,
) -> Result<(), QuantityError> {
    cohorts::cohorts(block, enrolment, present, memory, observer)
}
