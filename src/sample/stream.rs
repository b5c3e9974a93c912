//! Random numbers that are addressed, not drawn in turn.
//!
//! Every random number is a function of five whole numbers: the run's *seed*, a *purpose* (what the number is
//! for), a *unit* (which parameter, which person), a *draw* and a *position*. Nothing depends on the order of
//! the work, on the number of threads or on what else a scenario contains; two arms that ask for the same
//! address get the same number, which is what makes their difference precise (common random numbers).
//!
//! The function is Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, *Parallel random numbers: as easy as 1, 2,
//! 3*, SC'11): ten rounds of multiplication and exchange turn a 128-bit counter and a 64-bit key into 128 bits.
//! Its first block, with the seed as the key and (purpose, unit) as the counter, gives the key of a stream;
//! the stream's counter is (draw, position). Names become numbers by FNV-1a, 64 bits.

use rand::rand_core::TryRng;
use std::convert::Infallible;

/// FNV-1a with 64 bits: the number that stands for a name in a random stream.
///
/// `h = 14695981039346656037`; for each byte of the UTF-8 text `h = (h xor byte) · 1099511628211 mod 2⁶⁴`
/// (Fowler, Noll & Vo).
pub const fn hash_of_name(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    hash
}

/// Philox4x32 with ten rounds.
const fn philox(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    let mut round = 0;
    while round < 10 {
        let first = counter[0] as u64 * 0xD251_1F53;
        let second = counter[2] as u64 * 0xCD9E_8D57;
        counter = [
            (second >> 32) as u32 ^ counter[1] ^ key[0],
            second as u32,
            (first >> 32) as u32 ^ counter[3] ^ key[1],
            first as u32,
        ];
        key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
        round += 1;
    }
    counter
}

/// Philox on whole words: two words of counter, one of key, two words of random bits.
const fn block(key: u64, high: u64, low: u64) -> [u64; 2] {
    let counter = [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32];
    let bits = philox(counter, [key as u32, (key >> 32) as u32]);
    [bits[0] as u64 | (bits[1] as u64) << 32, bits[2] as u64 | (bits[3] as u64) << 32]
}

/// A number in the open interval (0, 1) from 64 random bits: one of the 2⁵² odd multiples of 2⁻⁵³.
///
/// All of them, and one minus each of them, are exact, so neither 0 nor 1 can come out and `1 − u` is as good
/// a random number as u.
pub const fn open_unit(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / (1_u64 << 52) as f64)
}

/// The random numbers for one purpose and one unit, all draws.
///
/// As an iterator of bits (it implements the generator trait of `rand`, so any sampler of `rand_distr` works on
/// it) it walks through the positions of one draw; [`uniform_at`](Self::uniform_at) jumps anywhere.
#[derive(Debug, Clone)]
pub struct Stream {
    key: u64,
    draw: u64,
    position: u64,
    /// The bits at `position` where that is odd: the other half of the block that the walk has just used.
    second: u64,
}

impl Stream {
    /// The stream of a purpose (its [`hash_of_name`]) and a unit, at position 0 of draw 0.
    pub const fn new(seed: u64, purpose: u64, unit: u64) -> Self {
        Self { key: block(seed, purpose, unit)[0], draw: 0, position: 0, second: 0 }
    }

    /// The same stream at position 0 of another draw.
    #[must_use]
    pub const fn at_draw(&self, draw: u64) -> Self {
        Self { key: self.key, draw, position: 0, second: 0 }
    }

    /// Goes to the position 2·`block` of the same draw, so that what follows does not depend on how many numbers
    /// were used before.
    pub const fn jump(&mut self, block: u64) {
        self.position = block.wrapping_mul(2);
    }

    /// The 64 random bits at a draw and position.
    pub const fn bits_at(&self, draw: u64, position: u64) -> u64 {
        block(self.key, draw, position >> 1)[(position & 1) as usize]
    }

    /// The uniform number in (0, 1) at a draw and position.
    pub const fn uniform_at(&self, draw: u64, position: u64) -> f64 {
        open_unit(self.bits_at(draw, position))
    }

    /// The next uniform number in (0, 1).
    pub const fn next_uniform(&mut self) -> f64 {
        open_unit(self.next_bits())
    }

    /// The next 64 random bits.
    pub const fn next_bits(&mut self) -> u64 {
        let position = self.position;
        self.position = position.wrapping_add(1);
        // A walk starts at an even position, so whoever comes to an odd one has made its block.
        if position & 1 == 1 {
            return self.second;
        }
        let [first, second] = block(self.key, self.draw, position >> 1);
        self.second = second;
        first
    }

    /// The next whole number below `bound`: the high half of `bits · bound`, whose departure from even chances,
    /// at most `bound/2⁶⁴`, no sample can show.
    pub const fn next_below(&mut self, bound: u64) -> u64 {
        ((self.next_bits() as u128 * bound as u128) >> 64) as u64
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.next_bits() >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.next_bits())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next_bits().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

/// The uniform number in the open interval (0, 1) at one address: seed, purpose (its [`hash_of_name`]), draw,
/// unit and position `k`.
///
/// For many numbers of one purpose and unit a [`Stream`] is twice as fast.
pub const fn uniform(seed: u64, purpose: u64, draw: u64, unit: u64, k: u64) -> f64 {
    Stream::new(seed, purpose, unit).uniform_at(draw, k)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_distr::{Distribution, Exp1};

    #[test]
    fn philox_gives_the_published_test_vectors() {
        // File kat_vectors of the Random123 distribution, lines "philox4x32 10".
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn names_hash_to_the_published_values_of_fnv_1a() {
        // Test vectors on the page of Fowler, Noll & Vo.
        assert_eq!(hash_of_name(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash_of_name("a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(hash_of_name("foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn neither_zero_nor_one_comes_out() {
        // 2⁻⁵³, half the distance between 1 and the next number.
        assert_eq!(open_unit(0), f64::EPSILON / 2.0);
        assert_eq!(open_unit(u64::MAX), 1.0 - f64::EPSILON / 2.0);
        assert_eq!(1.0 - open_unit(u64::MAX), open_unit(0));
    }

    #[test]
    fn every_part_of_the_address_counts() {
        let base = uniform(1, 2, 3, 4, 5);
        for other in [
            uniform(0, 2, 3, 4, 5),
            uniform(1, 0, 3, 4, 5),
            uniform(1, 2, 0, 4, 5),
            uniform(1, 2, 3, 0, 5),
            uniform(1, 2, 3, 4, 0),
            uniform(1, 4, 3, 2, 5),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn walking_and_jumping_meet() {
        let stream = Stream::new(7, hash_of_name("test"), 1);
        let mut walker = stream.at_draw(9);
        for position in 0..5 {
            assert_eq!(walker.next_uniform(), stream.uniform_at(9, position));
        }
        assert_eq!(stream.uniform_at(9, 3), uniform(7, hash_of_name("test"), 9, 1, 3));
        walker.jump(50);
        for position in 100..103 {
            assert_eq!(walker.next_uniform(), stream.uniform_at(9, position));
        }
    }

    #[test]
    fn uniforms_pass_a_kolmogorov_smirnov_test() {
        // Along draws, along units and along positions; √n·D has a 1-in-10,000 critical value of 2.23.
        let n = 20_000_u64;
        let purpose = hash_of_name("kolmogorov");
        let walks: [Box<dyn Fn(u64) -> f64>; 3] = [
            Box::new(move |i| uniform(1, purpose, i, 0, 0)),
            Box::new(move |i| uniform(1, purpose, 0, i, 0)),
            Box::new(move |i| uniform(1, purpose, 0, 0, i)),
        ];
        for walk in walks {
            let mut sorted: Vec<f64> = (0..n).map(walk).collect();
            sorted.sort_by(f64::total_cmp);
            let distance = sorted
                .iter()
                .enumerate()
                .map(|(i, u)| (u - (i as f64 + 0.5) / n as f64).abs())
                .fold(0.0, f64::max);
            assert!(distance * (n as f64).sqrt() < 2.23, "D = {distance}");
        }
    }

    #[test]
    fn the_samplers_of_rand_distr_run_on_a_stream() {
        let mut stream = Stream::new(1, hash_of_name("exponential"), 0);
        let n = 4000;
        let total: f64 = (0..n).map(|_| -> f64 { Exp1.sample(&mut stream) }).sum();
        // Mean 1, standard error 1/√4000 = 0.016; five of them.
        assert!((total / f64::from(n) - 1.0).abs() < 0.08);
    }

    #[test]
    fn whole_numbers_below_a_bound_are_even() {
        let mut stream = Stream::new(1, hash_of_name("die"), 0);
        let mut counts = [0_i32; 6];
        for _ in 0..6000 {
            counts[stream.next_below(6) as usize] += 1;
        }
        // Each Binomial(6000, 1/6): mean 1000, sd 28.9; five of them.
        assert!(counts.iter().all(|count| (count - 1000).abs() < 145), "{counts:?}");
    }
}
