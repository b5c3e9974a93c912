//! Where a net value crosses zero while one number is varied.
//!
//! The net value is known, at the stated values and in every draw, at a few values of the number. Between two of them it is taken as a
//! straight line, draw by draw. Where that line crosses zero the net value is worked out in full, and so on until the
//! crossing does not move any more. The same draws are used everywhere, so the curve is as smooth as the model.

use crate::analyse::statistics::{Series, mean};

/// What of the net value is to be zero or more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aim {
    /// It, at the stated values of all other numbers.
    Stated,
    /// Its mean over the draws.
    Mean,
    /// The share of draws in which it is zero or more, less this probability.
    Probability(f64),
}

impl Aim {
    /// How far the aim is exceeded; negative where it is missed.
    pub fn excess(self, net: &Series) -> f64 {
        match self {
            Self::Stated => net.base,
            Self::Mean => mean(&net.draws),
            Self::Probability(wanted) => net.probability(|value| value >= 0.0).unwrap_or(f64::NAN) - wanted,
        }
    }
}

/// A value of the number at which the aim is just reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// The value.
    pub value: f64,
    /// Whether the aim is reached from here upwards; else from here downwards.
    pub at_least: bool,
    /// Change of the excess per unit of the number around the crossing.
    pub slope: f64,
}

/// How closely crossings are looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Care {
    /// Values at which the net value is worked out to begin with, both ends of the range among them.
    pub grid: usize,
    /// A crossing is known within this part of the range.
    pub tolerance: f64,
    /// How often the net value is worked out at most for one crossing.
    pub rounds: usize,
}

/// The net value at the values of the number where it has been worked out, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Value of the number, net value there.
    pub points: Vec<(f64, Series)>,
}

impl Curve {
    /// Adds a point; one that is there already is left as it is.
    pub fn add(&mut self, value: f64, net: Series) {
        let place = self.points.partition_point(|(known, _)| *known < value);
        if self.points.get(place).is_none_or(|(known, _)| *known != value) {
            self.points.insert(place, (value, net));
        }
    }

    /// The net value by straight lines between the two nearest points.
    fn between(&self, place: usize, value: f64) -> Series {
        let ((low, before), (high, after)) = (&self.points[place], &self.points[place + 1]);
        let part = (value - low) / (high - low);
        before.zip(after, |before, after| before + part * (after - before))
    }

    fn width(&self) -> f64 {
        match (self.points.first(), self.points.last()) {
            (Some((low, _)), Some((high, _))) => high - low,
            _ => 0.0,
        }
    }

    /// How far the excess may lie below zero and still be nothing but rounding.
    fn rounding(&self, aim: Aim) -> f64 {
        1e-12 * self.points.iter().fold(0.0, |size: f64, (_, net)| size.max(aim.excess(net).abs()))
    }

    /// Whether the net value is exactly zero wherever it was worked out.
    pub fn is_nothing(&self) -> bool {
        self.points.iter().all(|(_, net)| net.base == 0.0 && net.draws.iter().all(|&value| value == 0.0))
    }

    /// Whether the aim is reached at the lowest value.
    pub fn reached_at_lowest(&self, aim: Aim) -> bool {
        let rounding = self.rounding(aim);
        self.points.first().is_some_and(|(_, net)| aim.excess(net) >= -rounding)
    }

    /// Places after which the aim changes from missed to reached (`true`) or back.
    fn changes(&self, aim: Aim) -> Vec<(usize, bool)> {
        let rounding = self.rounding(aim);
        let reached: Vec<bool> = self.points.iter().map(|(_, net)| aim.excess(net) >= -rounding).collect();
        (1..reached.len())
            .filter(|&at| reached[at - 1] != reached[at])
            .map(|at| (at - 1, reached[at]))
            .collect()
    }

    /// Where the straight lines after a place cross; `upward`: from missed to reached.
    fn crossing_after(&self, (place, upward): (usize, bool), aim: Aim) -> f64 {
        let rounding = self.rounding(aim);
        let (mut low, mut high) = (self.points[place].0, self.points[place + 1].0);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if !(low < middle && middle < high) {
                break;
            }
            let reached = aim.excess(&self.between(place, middle)) >= -rounding;
            if reached == upward {
                high = middle;
            } else {
                low = middle;
            }
        }
        0.5 * (low + high)
    }

    /// Finds every crossing between the points that are known, working out more of them with `net`.
    ///
    /// # Errors
    /// Those of `net`.
    pub fn crossings<E>(
        &mut self,
        aim: Aim,
        care: Care,
        net: &mut dyn FnMut(f64) -> Result<Series, E>,
    ) -> Result<Vec<Crossing>, E> {
        let near = care.tolerance * self.width();
        let count = self.changes(aim).len();
        for index in 0..count {
            let mut width = f64::INFINITY;
            for _ in 0..care.rounds {
                // More points may show more changes; those are found in the rounds of the later ones.
                let Some(&change) = self.changes(aim).get(index) else { break };
                let (low, high) = (self.points[change.0].0, self.points[change.0 + 1].0);
                // A little more than a step of that size, which rounding may make.
                if high - low <= 1.01 * near {
                    break;
                }
                let guess = self.crossing_after(change, aim);
                // A bend in the curve can hold the guesses up at one end; then the bracket is halved.
                let held_up = high - low > 0.5 * width;
                width = high - low;
                let value = if guess - low < 0.5 * near {
                    low + near
                } else if high - guess < 0.5 * near {
                    high - near
                } else if held_up {
                    0.5 * (low + high)
                } else {
                    guess
                };
                self.add(value, net(value)?);
            }
        }
        let crossing = |change: (usize, bool)| {
            let value = self.crossing_after(change, aim);
            Crossing { value, at_least: change.1, slope: self.slope(value, aim, 10.0 * near) }
        };
        Ok(self.changes(aim).into_iter().map(crossing).collect())
    }

    /// The crossing by straight lines that lies nearest to a value.
    pub fn crossing_nearest(&self, aim: Aim, value: f64) -> Option<f64> {
        let crossings = self.changes(aim).into_iter().map(|change| self.crossing_after(change, aim));
        crossings.min_by(|a, b| (a - value).abs().total_cmp(&(b - value).abs()))
    }

    /// Slope of the excess between the nearest points at some distance on both sides.
    fn slope(&self, value: f64, aim: Aim, distance: f64) -> f64 {
        let before = self.points.iter().rev().find(|(known, _)| *known <= value - distance);
        let after = self.points.iter().find(|(known, _)| *known >= value + distance);
        let (Some((low, before)), Some((high, after))) =
            (before.or(self.points.first()), after.or(self.points.last()))
        else {
            return f64::NAN;
        };
        (aim.excess(after) - aim.excess(before)) / (high - low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARE: Care = Care { grid: 5, tolerance: 1e-6, rounds: 60 };

    /// Crossings of a function, its stated value and its draws, and how often it was worked out.
    fn search(aim: Aim, net: impl Fn(f64) -> Series) -> (Vec<Crossing>, usize) {
        let mut curve = Curve::default();
        for step in 0..CARE.grid {
            let value = step as f64 / (CARE.grid - 1) as f64;
            curve.add(value, net(value));
        }
        let mut count = 0;
        let mut counted = |value: f64| -> Result<Series, ()> {
            count += 1;
            Ok(net(value))
        };
        let found = curve.crossings(aim, CARE, &mut counted).unwrap();
        (found, count)
    }

    fn stated(net: impl Fn(f64) -> f64) -> impl Fn(f64) -> Series {
        move |value| Series { base: net(value), draws: Vec::new() }
    }

    #[test]
    fn a_straight_line_crosses_where_it_says() {
        let (found, count) = search(Aim::Stated, stated(|x| 3.0 - 10.0 * x));
        assert_eq!(found.len(), 1);
        assert!((found[0].value - 0.3).abs() < 1e-12 && !found[0].at_least);
        assert!((found[0].slope + 10.0).abs() < 1e-6);
        assert!(count <= 4, "{count} times");
    }

    #[test]
    fn a_curve_is_followed_to_its_crossing() {
        let (found, count) = search(Aim::Stated, stated(|x| x * x * x - 0.2));
        assert!((found[0].value - 0.2_f64.cbrt()).abs() < 1e-9 && found[0].at_least);
        assert!(count <= 12, "{count} times");
    }

    #[test]
    fn a_bend_does_not_hold_the_search_up() {
        // Flat just below zero up to 0.9, then steep: guesses by straight lines alone would creep up from below.
        let bent = |x: f64| if x < 0.9 { -1.0 } else { 1e4 * (x - 0.9) - 1.0 };
        let (found, count) = search(Aim::Stated, stated(bent));
        assert!((found[0].value - 0.9001).abs() < 1e-6);
        assert!(count <= 45, "{count} times");
    }

    #[test]
    fn a_jump_is_found_within_the_tolerance() {
        let (found, _) = search(Aim::Stated, stated(|x| if x < 0.4 { -5.0 } else { 2.0 }));
        assert!((found[0].value - 0.4).abs() <= 1e-6);
    }

    #[test]
    fn every_crossing_is_found_in_order() {
        // Zero at 0.1, 0.4 and 0.9.
        let (found, _) = search(Aim::Stated, stated(|x| (x - 0.1) * (x - 0.4) * (x - 0.9)));
        let values: Vec<(f64, bool)> =
            found.iter().map(|c| ((c.value * 1e6).round() / 1e6, c.at_least)).collect();
        assert_eq!(values, [(0.1, true), (0.4, false), (0.9, true)]);
    }

    #[test]
    fn the_mean_crosses_where_the_mean_of_the_draws_is_zero() {
        // Nets x − 0.2, x − 0.5 and x − 0.6: the mean is zero at their mean.
        let net = |x: f64| Series { base: 0.0, draws: vec![x - 0.2, x - 0.5, x - 0.6] };
        let (found, _) = search(Aim::Mean, net);
        assert!((found[0].value - 1.3 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_probability_is_reached_where_that_share_of_the_draws_is() {
        // 100 draws, the d-th not negative from d/100 on: 80% of them from 0.8 on.
        let net = |x: f64| Series { base: 0.0, draws: (1..=100).map(|d| x - f64::from(d) / 100.0).collect() };
        let (found, _) = search(Aim::Probability(0.8), net);
        assert!((found[0].value - 0.8).abs() <= 1e-6 && found[0].at_least);
    }

    #[test]
    fn no_change_of_sign_is_no_crossing() {
        assert!(search(Aim::Stated, stated(|x| x + 1.0)).0.is_empty());
        let mut curve = Curve::default();
        curve.add(0.0, Series::default());
        curve.add(1.0, Series::default());
        assert!(curve.is_nothing() && curve.reached_at_lowest(Aim::Stated));
    }
}
