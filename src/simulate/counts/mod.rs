//! The engine `counts`: whole people, at a cost that does not grow with their number.
//!
//! What happens in a cycle to people who are alike is a few random numbers, however many they are: how many of n
//! people in a state leave it is Binomial(n, 1 − e^(−hΔt)), by which exit multinomial, and events are Poisson numbers
//! given the person-time (see [`super::chance`]). Each lane is one run and is followed by itself, from random numbers
//! of its own.
//!
//! **Comparator, shadow, cohort.** The comparator is followed once, whole, and its moves and events are kept by
//! profile and cycle. Whoever takes part is someone of the comparator, so their shadow's moves are drawn from the
//! comparator's own: of the F people of a profile who left a state by some exit, those of a group of N among the A who
//! were in the state are hypergeometric, without replacement from group to group; of the events each belongs to the
//! group with the probability of its share in the person-time. What is left is the pool, which so can never hold
//! fewer than nobody. With its effects a group is held as pairs (state without, state with), see `pairs.rs`.
//! *Example:* 50 of 1,000 people die in a cycle; of 100 who take part on average 5 die as shadows, with variance
//! 100·0.05·0.95·900/999 = 4.28, and the other 900 are the pool, of whom the rest of the 50 die.
//!
//! **Groups apart.** Who is invited, and to which step each comes, is drawn (`enrolment.rs`); the people of each deepest
//! step are followed as a group of their own. People who were invited and take no part stay in the pool; where a later
//! step counts them, they are watched there: their moves are a sample of the pool's and stay in it.
//!
//! **Other risks.** Where participants differ from their class (`relative_risk`), their shadows have rates of their own
//! and cannot be found among the comparator's moves. They are drawn freely; as many people as they were at enrolment
//! leave the pool and move with the comparator's. In the mean this is what the engine `expected` does but for the
//! pool, which it reduces by the shadows themselves. What a strategy comes to then varies more than in `individual`,
//! where the shadow has luck in common with the person whose it is; what participants gain varies alike.

mod comparator;
mod enrolment;
mod pairs;
mod pool;
mod rows;

pub use comparator::{Present, comparator};
pub use enrolment::cohorts;

use super::trajectory::Trajectory;
use pairs::Room;
use pool::Kept;

/// Memory that is kept from block to block.
#[derive(Debug, Default)]
pub struct Memory {
    /// Without effects, by step; the first serves the comparator.
    without: Vec<Trajectory>,
    /// With them.
    with: Vec<Trajectory>,
    room: Room,
    /// What is left of the comparator's moves and events.
    left: Kept,
}

#[cfg(test)]
mod tests;
