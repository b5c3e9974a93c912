//! Luck: the random numbers of one run, addressed by what they are for.
//!
//! A number depends on the seed, the *purpose* (a text made of the ids of what it is for, never of positions in a
//! list), the *unit* within that purpose (a profile, a cell, a person), the draw and the replicate. So the same
//! people have the same luck in every arm, and adding a strategy, programme or arrangement changes no number of
//! another one.

use crate::sample::{Stream, hash_of_name};

/// Bits of a stream's draw that number the draw; the replicate stands above them.
const BITS_OF_DRAW: u32 = 40;

/// The luck of one run: one draw of the parameters, one replicate of chance.
///
/// Replicate 0 has the numbers of a run without replicates. *Example:* replicate 2 of draw 7 reads its streams at
/// 7 + 2·2⁴⁰.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Luck {
    /// Seed of the run.
    pub seed: u64,
    /// Draw of the parameters.
    pub draw: u64,
    /// Replicate of that draw.
    pub replicate: u64,
}

impl Luck {
    /// The stream of a purpose (see [`purpose`]) and a unit.
    pub const fn stream(&self, purpose: u64, unit: u64) -> Stream {
        Stream::new(self.seed, purpose, unit).at_draw(self.draw | self.replicate << BITS_OF_DRAW)
    }
}

/// The number that stands for a purpose: the hash of its words, joined by `/`, which no id contains.
pub fn purpose(words: &[&str]) -> u64 {
    hash_of_name(&words.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicate_zero_is_the_draw_itself_and_others_differ() {
        let luck = |draw, replicate| Luck { seed: 1, draw, replicate }.stream(5, 6).next_bits();
        assert_eq!(luck(7, 0), Stream::new(1, 5, 6).bits_at(7, 0));
        assert_eq!(luck(7, 2), Stream::new(1, 5, 6).bits_at(7 + (2 << 40), 0));
        assert_ne!(luck(7, 2), luck(7, 0));
    }

    #[test]
    fn a_purpose_is_told_by_its_words_and_their_order() {
        assert_eq!(purpose(&["falls", "moves"]), hash_of_name("falls/moves"));
        assert_ne!(purpose(&["falls", "moves"]), purpose(&["moves", "falls"]));
    }
}
