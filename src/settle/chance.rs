//! Errors of measurement: random numbers of their own, apart from everything that is simulated.
//!
//! An error belongs to a measurement: an arrangement, a clause, what of it, and a strategy, by their names. So it is the
//! same whatever else a scenario contains, and two measurements never share one. It belongs to a draw and a replicate of it,
//! not to the number of a run: the first replicates have the errors of a run without replicates. At the stated values there
//! is none.

use super::contract::Contract;
use crate::formula::{LANES, Lane};
use crate::sample::normal::normal_inverse;
use crate::sample::{Stream, hash_of_name};
use crate::simulate::engine::Runs;

/// Numbers of the runs in the lanes of a block, of `runs` in all with so many replicates of each draw: draw and replicate in
/// one. Lanes beyond the last run repeat it.
#[must_use]
pub fn numbers(block: usize, runs: usize, replicates: usize) -> [u64; LANES] {
    let lanes = Runs::of_block(0, block, runs, replicates.max(1)).lanes;
    lanes.map(|run| run.draw | run.replicate << REPLICATE)
}

/// Bits of a run's number below those of its replicate.
const REPLICATE: u32 = 40;

/// Standard normal errors of a clause's measurement `what` in a year, by draw.
#[must_use]
pub fn error(contract: &Contract<'_>, what: &str, year: usize) -> Lane {
    uniform(contract, what, year).map_or(Lane::ZERO, |u| Lane::from_fn(|lane| normal_inverse(u[lane])))
}

/// What chance makes of a clause's `what` in a year, as numbers evenly spread between 0 and 1, by draw; `None` at the
/// stated values.
#[must_use]
pub fn uniform(contract: &Contract<'_>, what: &str, year: usize) -> Option<Lane> {
    let block = contract.block;
    let runs = block.runs?;
    let strategy = &block.scenario.strategies[block.strategy].id;
    let unit = format!("{}/{}/{what}/{strategy}", block.arrangement.id, contract.clause.id);
    let purpose = hash_of_name("error of a measured result");
    let stream = Stream::new(block.scenario.uncertainty.seed, purpose, hash_of_name(&unit));
    Some(Lane::from_fn(|lane| stream.uniform_at(runs[lane], year as u64)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settle::contract::Block;
    use crate::settle::testing::{self, lump_sum};

    /// Errors in the first year of draws 0 to 7, of a clause of this name.
    fn errors(clause: &str, runs: Option<[u64; 8]>) -> Lane {
        let mut scenario = testing::scenario().clause(lump_sum("1")).build();
        scenario.arrangements[0].clauses[0].id = clause.to_owned();
        let flows = testing::flows(&scenario, 1);
        let mut block = Block::new(&scenario, 0, testing::STRATEGY, &flows).unwrap();
        block.runs = runs;
        error(&block.contract(0), "falls", 0)
    }

    #[test]
    fn an_error_belongs_to_a_draw_and_a_clause() {
        let first = Some(std::array::from_fn(|lane| lane as u64));
        let one = errors("a", first);
        assert_eq!(one, errors("a", first));
        assert_ne!(one, errors("b", first));
        let later = errors("a", Some(std::array::from_fn(|lane| lane as u64 + 7)));
        assert_eq!(one[7], later[0]);
    }

    #[test]
    fn the_first_replicates_have_the_errors_of_a_run_without_replicates() {
        // Eight draws of two replicates: the first block has draws 0 to 3, twice each.
        let alone = errors("a", Some(numbers(0, 8, 1)));
        let twice = errors("a", Some(numbers(0, 16, 2)));
        assert_eq!([0, 2, 4, 6].map(|run| twice[run]), [0, 1, 2, 3].map(|draw| alone[draw]));
        assert!(
            (0..4).all(|draw| twice[2 * draw + 1] != alone[draw] && twice[2 * draw + 1] != alone[draw + 1])
        );
    }

    #[test]
    fn nothing_is_left_to_chance_at_the_stated_values() {
        assert_eq!(errors("a", None), Lane::ZERO);
    }
}
