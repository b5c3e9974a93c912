//! Sobol' points with Owen's scrambling.
//!
//! A Sobol' sequence fills the unit cube evenly: among its first `2^k` points every interval
//! `[i/2^k, (i+1)/2^k)` of every coordinate holds exactly one. Point i has in dimension j the coordinate
//! `i'₁ v₁ ⊕ i'₂ v₂ ⊕ …`, where `i'` are the binary digits of the Gray code of i and the direction numbers v
//! come from a primitive polynomial per dimension, chosen by Joe & Kuo (2008, *SIAM J. Sci. Comput.*
//! 30:2635–2654) so that pairs of dimensions are even too.
//!
//! The points themselves are not random, so on their own they give no standard error. Owen's nested uniform
//! scrambling (1995, *Randomly permuted (t,m,s)-nets and (t,s)-sequences*) makes them so and keeps the
//! evenness: in each dimension, each binary digit is flipped or not by a fair coin that depends on all the
//! digits before it. Here the coin is a hash of the scramble's key and those digits, for 32 digits; the 20
//! digits below are a hash of all 32, as points that differ anywhere in 32 digits get independent ones.

use super::stream::open_unit;

const TABLE: &str = include_str!("joe_kuo_d6_1000.txt");

/// Binary digits of the points before scrambling, so also the power of two of the longest sequence.
const DIGITS: usize = 32;

/// How many dimensions there are direction numbers for.
pub const SOBOL_DIMENSIONS: usize = 1000;

/// The direction numbers of one dimension; `v[k]` as a fraction of 2³².
pub(super) type Directions = [u32; DIGITS];

/// Direction numbers of the first `dimensions` dimensions; fewer where the table ends
/// (at [`SOBOL_DIMENSIONS`]).
pub(super) fn directions(dimensions: usize) -> Vec<Directions> {
    let first: Directions = std::array::from_fn(|k| 1 << (DIGITS - 1 - k));
    let others = TABLE.lines().filter(|line| !line.starts_with('#')).map(of_line);
    std::iter::once(first).chain(others).take(dimensions).collect()
}

/// From a line `d s a m₁ … m_s`: `v_k = m_k/2^k` for `k ≤ s`, and beyond
/// `v_k = v_{k−s}/2^s ⊕ v_{k−s} ⊕ a₁ v_{k−1} ⊕ … ⊕ a_{s−1} v_{k−s+1}` (Bratley & Fox 1988).
fn of_line(line: &str) -> Directions {
    let mut numbers = line.split(' ').map_while(|text| text.parse::<u32>().ok()).skip(1);
    let degree = numbers.next().unwrap_or(0) as usize;
    let polynomial = numbers.next().unwrap_or(0);
    let mut v = [0; DIGITS];
    for (k, m) in numbers.enumerate() {
        v[k] = m << (DIGITS - 1 - k);
    }
    for k in degree..DIGITS {
        let mut value = v[k - degree] ^ (v[k - degree] >> degree);
        for back in 1..degree {
            if polynomial >> (degree - 1 - back) & 1 == 1 {
                value ^= v[k - back];
            }
        }
        v[k] = value;
    }
    v
}

/// The first `count` points of one dimension, unscrambled, as fractions of 2³².
pub(super) fn points(v: &Directions, count: usize) -> impl Iterator<Item = u32> + '_ {
    let mut state = 0;
    (0..count as u64).map(move |i| {
        let point = state;
        // The Gray codes of i and i + 1 differ in one digit: the lowest digit of i that is 0.
        state ^= v.get((!i).trailing_zeros() as usize).copied().unwrap_or(0);
        point
    })
}

/// A point scrambled with a key, in the open interval (0, 1).
pub(super) fn scrambled(point: u32, key: u64) -> f64 {
    let mut flips = 0_u32;
    for depth in 0..DIGITS as u32 {
        // The digits above this one, behind a 1 that says how many they are.
        let above = (1_u64 << depth) | (u64::from(point) >> 1 >> (31 - depth));
        flips |= ((mixed(key ^ above.wrapping_mul(SPREAD)) >> 63) as u32) << (31 - depth);
    }
    let rest = mixed(key ^ (1 << 32 | u64::from(point)).wrapping_mul(SPREAD)) >> 44;
    open_unit(u64::from(point ^ flips) << 32 | rest << 12)
}

/// The odd number closest to 2⁶⁴ over the golden ratio: consecutive numbers times this lie far apart.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A 64-bit mixing function, every bit of the result depending on every bit of the argument: the last step of
/// SplitMix64 with the constants of Stafford's variant 13.
const fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_points_are_the_published_ones() {
        // Joe & Kuo's notes on generating Sobol' sequences, ten points in three dimensions.
        let published = [
            [0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25],
            [0.25, 0.75, 0.75],
            [0.375, 0.375, 0.625],
            [0.875, 0.875, 0.125],
            [0.625, 0.125, 0.875],
            [0.125, 0.625, 0.375],
            [0.1875, 0.3125, 0.9375],
            [0.6875, 0.8125, 0.4375],
        ];
        for (dimension, v) in directions(3).iter().enumerate() {
            let ours: Vec<f64> = points(v, 10).map(|p| f64::from(p) / 4_294_967_296.0).collect();
            let theirs: Vec<f64> = published.iter().map(|point| point[dimension]).collect();
            assert_eq!(ours, theirs, "dimension {}", dimension + 1);
        }
    }

    #[test]
    fn every_dimension_has_its_directions() {
        let all = directions(usize::MAX);
        assert_eq!(all.len(), SOBOL_DIMENSIONS);
        for (dimension, v) in all.iter().enumerate() {
            for (k, direction) in v.iter().enumerate() {
                // v_k is an odd multiple of 2^−(k+1): this makes each coordinate even on its own.
                assert_eq!(direction.trailing_zeros() as usize, DIGITS - 1 - k, "dimension {dimension}");
            }
        }
    }

    #[test]
    fn scrambled_points_stay_one_to_an_interval_in_every_dimension() {
        for (dimension, v) in directions(40).iter().enumerate() {
            let mut seen = [0; 256];
            for point in points(v, 256) {
                seen[(scrambled(point, 99 + dimension as u64) * 256.0) as usize] += 1;
            }
            assert_eq!(seen, [1; 256], "dimension {dimension}");
        }
    }

    #[test]
    fn the_first_two_dimensions_stay_a_net_when_scrambled() {
        // A (0, 8, 2)-net: each of the 256 boxes of 2^−k by 2^−(8−k) holds one of 256 points.
        let v = directions(2);
        let cloud: Vec<(f64, f64)> = points(&v[0], 256)
            .zip(points(&v[1], 256))
            .map(|(x, y)| (scrambled(x, 5), scrambled(y, 6)))
            .collect();
        for k in 0..=8 {
            let (columns, rows) = (1_usize << k, 1_usize << (8 - k));
            let mut seen = vec![0; 256];
            for (x, y) in &cloud {
                seen[(x * columns as f64) as usize * rows + (y * rows as f64) as usize] += 1;
            }
            assert_eq!(seen, vec![1; 256], "boxes 2^-{k} wide");
        }
    }

    #[test]
    fn another_key_gives_other_points_and_each_point_is_uniform_over_keys() {
        let n = 4000;
        for point in [0, 0x8000_0000, 0xDEAD_BEEF] {
            let mut over_keys: Vec<f64> = (0..n).map(|key| scrambled(point, mixed(key))).collect();
            over_keys.sort_by(f64::total_cmp);
            let distance = over_keys
                .iter()
                .enumerate()
                .map(|(i, u)| (u - (i as f64 + 0.5) / n as f64).abs())
                .fold(0.0, f64::max);
            // Kolmogorov-Smirnov: √n·D stays below 2.23 in 9,999 of 10,000 samples.
            assert!(distance * (n as f64).sqrt() < 2.23, "point {point}: D = {distance}");
        }
    }
}
