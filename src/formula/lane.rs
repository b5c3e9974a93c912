//! Eight draws side by side.
//!
//! The innermost axis of every array in the calculation is a lane: the same quantity in eight draws of the
//! parameters. Arithmetic on a lane is arithmetic on each of its elements, so loops over lanes become vector
//! instructions, and since nothing is ever added up *across* a lane, results do not depend on how draws are
//! divided over threads.

use std::ops::{Add, AddAssign, Div, DivAssign, Index, IndexMut, Mul, MulAssign, Neg, Sub, SubAssign};

/// Number of draws in a [`Lane`].
pub const LANES: usize = 8;

/// The values of one quantity in [`LANES`] draws.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lane(pub [f64; LANES]);

impl Lane {
    /// Zero in every draw.
    pub const ZERO: Lane = Lane::splat(0.0);
    /// One in every draw.
    pub const ONE: Lane = Lane::splat(1.0);

    /// The same value in every draw.
    #[inline(always)]
    pub const fn splat(value: f64) -> Lane {
        Lane([value; LANES])
    }

    /// The lane whose element for draw `i` is `value(i)`.
    #[inline(always)]
    pub fn from_fn(value: impl FnMut(usize) -> f64) -> Lane {
        Lane(std::array::from_fn(value))
    }

    /// Applies `function` to the value of each draw.
    #[inline(always)]
    pub fn map(self, function: impl Fn(f64) -> f64) -> Lane {
        let mut result = [0.0; LANES];
        for (to, from) in result.iter_mut().zip(self.0) {
            *to = function(from);
        }
        Lane(result)
    }

    /// Applies `function` to the two values of each draw.
    #[inline(always)]
    pub fn zip(self, other: Lane, function: impl Fn(f64, f64) -> f64) -> Lane {
        let mut result = [0.0; LANES];
        for (to, (left, right)) in result.iter_mut().zip(self.0.into_iter().zip(other.0)) {
            *to = function(left, right);
        }
        Lane(result)
    }

    /// The smaller of the two in each draw; not a number where either is not a number.
    #[inline(always)]
    pub fn min(self, other: Lane) -> Lane {
        self.zip(other, smaller)
    }

    /// The larger of the two in each draw; not a number where either is not a number.
    #[inline(always)]
    pub fn max(self, other: Lane) -> Lane {
        self.zip(other, larger)
    }

    /// Absolute value in each draw.
    #[inline(always)]
    pub fn abs(self) -> Lane {
        self.map(f64::abs)
    }

    /// Square root in each draw; not a number for negative values.
    #[inline(always)]
    pub fn sqrt(self) -> Lane {
        self.map(f64::sqrt)
    }

    /// Takes each draw's value from `yes` where this lane is not zero, from `no` where it is.
    #[inline(always)]
    pub fn select(self, yes: Lane, no: Lane) -> Lane {
        Lane::from_fn(|i| if self.0[i] != 0.0 { yes.0[i] } else { no.0[i] })
    }

    /// Whether no draw is infinite or not a number.
    #[inline(always)]
    pub fn all_finite(&self) -> bool {
        self.all(f64::is_finite)
    }

    /// Whether `condition` holds in at least one draw.
    #[inline(always)]
    pub fn any(&self, condition: impl Fn(f64) -> bool) -> bool {
        // No early end: eight comparisons side by side cost less than a branch for each.
        self.0.iter().fold(false, |any, &value| any | condition(value))
    }

    /// Whether `condition` holds in every draw.
    #[inline(always)]
    pub fn all(&self, condition: impl Fn(f64) -> bool) -> bool {
        self.0.iter().fold(true, |all, &value| all & condition(value))
    }
}

/// Stands in the body of a loop over lanes that have nothing to do with each other. Without it the compiler sees
/// that eight lanes can be computed at once, and does so across them: the first draws of eight lanes, then the
/// second, gathered and scattered one by one, which takes ten times as long as one lane after the other.
#[inline(always)]
pub(crate) fn lane_by_lane() {
    std::hint::black_box(());
}

/// The smaller of two numbers; not a number if either is. The standard library's `min` would pass over a
/// value that is not a number, and so hide a division of zero by zero further up.
#[inline(always)]
pub(crate) fn smaller(left: f64, right: f64) -> f64 {
    if left < right || left.is_nan() { left } else { right }
}

/// The larger of two numbers; not a number if either is.
#[inline(always)]
pub(crate) fn larger(left: f64, right: f64) -> f64 {
    if left > right || left.is_nan() { left } else { right }
}

impl From<[f64; LANES]> for Lane {
    #[inline(always)]
    fn from(values: [f64; LANES]) -> Lane {
        Lane(values)
    }
}

impl Index<usize> for Lane {
    type Output = f64;
    #[inline(always)]
    fn index(&self, draw: usize) -> &f64 {
        &self.0[draw]
    }
}

impl IndexMut<usize> for Lane {
    #[inline(always)]
    fn index_mut(&mut self, draw: usize) -> &mut f64 {
        &mut self.0[draw]
    }
}

impl Neg for Lane {
    type Output = Lane;
    #[inline(always)]
    fn neg(self) -> Lane {
        self.map(|value| -value)
    }
}

macro_rules! elementwise {
    ($trait:ident, $method:ident, $assign_trait:ident, $assign:ident, $operator:tt) => {
        impl $trait for Lane {
            type Output = Lane;
            #[inline(always)]
            fn $method(self, other: Lane) -> Lane {
                self.zip(other, |left, right| left $operator right)
            }
        }
        impl $trait<f64> for Lane {
            type Output = Lane;
            #[inline(always)]
            fn $method(self, other: f64) -> Lane {
                self.map(|left| left $operator other)
            }
        }
        impl $trait<Lane> for f64 {
            type Output = Lane;
            #[inline(always)]
            fn $method(self, other: Lane) -> Lane {
                other.map(|right| self $operator right)
            }
        }
        impl $assign_trait for Lane {
            #[inline(always)]
            fn $assign(&mut self, other: Lane) {
                *self = *self $operator other;
            }
        }
        impl $assign_trait<f64> for Lane {
            #[inline(always)]
            fn $assign(&mut self, other: f64) {
                *self = *self $operator other;
            }
        }
    };
}

elementwise!(Add, add, AddAssign, add_assign, +);
elementwise!(Sub, sub, SubAssign, sub_assign, -);
elementwise!(Mul, mul, MulAssign, mul_assign, *);
elementwise!(Div, div, DivAssign, div_assign, /);

#[cfg(test)]
mod tests {
    use super::*;

    fn counting() -> Lane {
        Lane::from_fn(|draw| draw as f64)
    }

    #[test]
    fn arithmetic_is_draw_by_draw() {
        let twos = Lane::splat(2.0);
        assert_eq!((counting() + twos)[3], 5.0);
        assert_eq!((counting() - twos)[3], 1.0);
        assert_eq!((counting() * twos)[3], 6.0);
        assert_eq!((counting() / twos)[3], 1.5);
        assert_eq!((-counting())[3], -3.0);
        assert_eq!((1.0 - counting())[3], -2.0);
        assert_eq!((6.0 / counting())[3], 2.0);
        assert_eq!((counting() / 2.0)[3], 1.5);
    }

    #[test]
    fn assignment_operators_agree_with_the_plain_ones() {
        let mut lane = counting();
        lane += Lane::ONE;
        lane *= counting();
        lane -= 2.0;
        lane /= 4.0;
        // Draw 5: ((5 + 1) * 5 - 2) / 4 = 7.
        assert_eq!(lane[5], 7.0);
        lane[5] = 8.0;
        assert_eq!(lane[5], 8.0);
    }

    #[test]
    fn a_lane_fills_one_cache_line() {
        assert_eq!(size_of::<Lane>(), 64);
        assert_eq!(align_of::<Lane>(), 64);
    }

    #[test]
    fn smallest_and_largest_pass_on_what_is_not_a_number() {
        for (left, right) in [(f64::NAN, 1.0), (1.0, f64::NAN)] {
            let (left, right) = (Lane::splat(left), Lane::splat(right));
            assert!(left.min(right).all(f64::is_nan));
            assert!(left.max(right).all(f64::is_nan));
        }
        assert_eq!(counting().min(Lane::splat(3.0))[7], 3.0);
        assert_eq!(counting().max(Lane::splat(3.0))[0], 3.0);
    }

    #[test]
    fn select_chooses_draw_by_draw() {
        let even = Lane::from([1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
        let chosen = even.select(counting(), -counting());
        assert_eq!(chosen.0, [0.0, -1.0, 2.0, -3.0, 4.0, -5.0, 6.0, -7.0]);
    }

    #[test]
    fn one_infinite_draw_makes_a_lane_not_finite() {
        let mut lane = counting();
        assert!(lane.all_finite());
        lane[6] = f64::INFINITY;
        assert!(!lane.all_finite());
        assert!(lane.any(|value| value == f64::INFINITY));
    }
}
