//! What many draws of one quantity amount to: mean, spread, quantiles, and how sure the mean itself is.

use crate::formula::LANES;
use crate::sample::mcse;
use crate::value::flows::RunDesign;

/// One quantity at the stated values and in every draw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// At the stated values of all parameters.
    pub base: f64,
    /// By draw; empty when only the base case was run.
    pub draws: Vec<f64>,
}

impl Series {
    /// Applies a function to the base case and to every draw.
    pub fn map(&self, function: impl Fn(f64) -> f64) -> Self {
        Self { base: function(self.base), draws: self.draws.iter().map(|&value| function(value)).collect() }
    }

    /// Combines two quantities of the same draws.
    ///
    /// # Panics
    /// The two have a different number of draws.
    pub fn zip(&self, other: &Self, function: impl Fn(f64, f64) -> f64) -> Self {
        assert_eq!(self.draws.len(), other.draws.len(), "two quantities of the same draws");
        let pairs = self.draws.iter().zip(&other.draws);
        Self { base: function(self.base, other.base), draws: pairs.map(|(&a, &b)| function(a, b)).collect() }
    }

    /// The sum with another quantity, draw by draw.
    pub fn plus(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a + b)
    }

    /// Statistics; `design` tells how the runs hang together.
    pub fn summary(&self, design: RunDesign) -> Summary {
        Summary { base: self.base, spread: Spread::of(&self.draws, design) }
    }

    /// One value a draw of the parameters: the mean over its replicates, which differ in chance only.
    pub fn by_draw(&self, design: RunDesign) -> Self {
        let means = self.draws.chunks(design.replicates.max(1)).map(|runs| match runs {
            [only] => *only,
            runs => mean(runs),
        });
        Self { base: self.base, draws: means.collect() }
    }

    /// Mean over draws, or the base case where there are none.
    pub fn expected(&self) -> f64 {
        if self.draws.is_empty() { self.base } else { mean(&self.draws) }
    }

    /// Share of draws in which the condition holds; `None` without draws.
    pub fn probability(&self, condition: impl Fn(f64) -> bool) -> Option<f64> {
        let count = self.draws.iter().filter(|&&value| condition(value)).count();
        (!self.draws.is_empty()).then(|| count as f64 / self.draws.len() as f64)
    }
}

/// A quantity at the stated values and its statistics over draws.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Summary {
    /// At the stated values of all parameters.
    pub base: f64,
    /// Over draws; `None` when only the base case was run.
    pub spread: Option<Spread>,
}

impl Summary {
    /// Mean over draws, or the base case where there are none.
    pub fn expected(&self) -> f64 {
        self.spread.map_or(self.base, |spread| spread.mean)
    }

    /// Whether the mean is lost in the spread, below a twentieth of the standard deviation: about as many draws then lie
    /// on either side of nought, and a ratio to the mean has no meaning.
    pub fn about_nil(&self) -> bool {
        self.spread.is_some_and(|spread| spread.mean.abs() < spread.sd / 20.0)
    }

    /// Whether no difference is known: it is nil at the stated values, up to rounding, and the middle 95% of the draws have it on
    /// either side of nil. The mean is then chance and the skewness of distributions, not a finding.
    pub fn none_known(&self) -> bool {
        self.spread.is_some_and(|spread| {
            let nil = self.base.abs() <= 1e-9 * spread.sd;
            nil && spread.p2_5 < 0.0 && spread.p97_5 > 0.0
        })
    }
}

/// Statistics over draws, in the unit of the quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation (divisor n − 1); not a number for a single draw.
    pub sd: f64,
    /// Monte Carlo standard error of the mean, from the design's independent randomisations; not a number
    /// for a single draw.
    pub mcse: f64,
    /// 2.5% quantile.
    pub p2_5: f64,
    /// Median.
    pub p50: f64,
    /// 97.5% quantile.
    pub p97_5: f64,
    /// Number of runs.
    pub n: usize,
    /// What of the variance is doubt about parameters and what is chance; only where draws have replicates.
    pub split: Option<Split>,
}

/// The variance over nested runs, split in two (analysis of variance of one random factor).
///
/// With x_dr the result of replicate r (of R) of draw d (of D), x̄_d the mean of a draw and x̄ the mean of all,
///
/// chance = Σ_d Σ_r (x_dr − x̄_d)² / (D(R − 1)),
/// parameters = Σ_d (x̄_d − x̄)² / (D − 1) − chance/R,
///
/// the second at least 0: the means of a few replicates still hold some chance, which is taken off. More evidence
/// can narrow the first part only; with more participants the share of the other becomes smaller (of a total the
/// variance by chance grows with the number of people, that by parameters with its square). Both are unbiased but
/// for that bound, so they need not add up to the square of the standard deviation of all runs. *Example:* draws (1, 3) and (5, 9): chance
/// (1 + 1 + 4 + 4)/2 = 5, parameters (7 − 2)²/2 − 5/2 = 10.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Split {
    /// Variance from what is not known of the parameters; not a number for a single draw.
    pub parameters: f64,
    /// Variance from chance between persons.
    pub chance: f64,
}

impl Split {
    fn of(runs: &[f64], means: &[f64], replicates: usize) -> Option<Self> {
        if replicates < 2 || runs.len() < replicates {
            return None;
        }
        let own = |index: usize| means[index / replicates];
        let within: Vec<f64> = runs.iter().enumerate().map(|(index, value)| value - own(index)).collect();
        let draws = means.len() as f64;
        let chance = compensated_sum(&within, |off| off * off) / (draws * (replicates - 1) as f64);
        let all = mean(means);
        let between = compensated_sum(means, |value| (value - all) * (value - all)) / (draws - 1.0);
        let parameters = between - chance / replicates as f64;
        let parameters = if parameters < 0.0 { 0.0 } else { parameters };
        Some(Self { parameters, chance })
    }
}

impl Spread {
    /// Statistics of one value a run, in the order of runs; `None` for none.
    pub fn of(runs: &[f64], design: RunDesign) -> Option<Self> {
        let &first = runs.first()?;
        let n = runs.len();
        let (low, high) = range(runs);
        if low == high {
            // The same in every run: say so exactly, whatever the rounding of a sum would make of it.
            let sd = if n == 1 { f64::NAN } else { 0.0 };
            let split = (design.replicates > 1).then_some(Split { parameters: sd, chance: 0.0 });
            return Some(Self { mean: first, sd, mcse: sd, p2_5: first, p50: first, p97_5: first, n, split });
        }
        let mean = mean(runs);
        let squares = compensated_sum(runs, |value| (value - mean) * (value - mean));
        let [p2_5, p50, p97_5] = quantiles_between(runs, [0.025, 0.5, 0.975], low, high);
        let sd = (squares / (n - 1) as f64).sqrt();
        // Replicates of a draw share its parameters, so only the means of draws are independent.
        let (mcse, split) = if design.replicates > 1 {
            let means = Series { base: f64::NAN, draws: runs.to_vec() }.by_draw(design).draws;
            (mcse(&means, design.randomisations), Split::of(runs, &means, design.replicates))
        } else {
            (mcse(runs, design.randomisations), None)
        };
        Some(Self { mean, sd, mcse, p2_5, p50, p97_5, n, split })
    }
}

/// Sum of a term for each value, in which the rounding errors of all additions are carried along and added at the end.
///
/// Terms 1, 9, 17 … go to a first running sum, terms 2, 10, 18 … to a second, and so on: eight sums that do
/// not wait for each other, folded in that order at the end. Each addition a + b = s is followed by its exact
/// error e = (a − (s − b′)) + (b − b′), b′ = s − a (the two-sum of Knuth, The Art of Computer Programming,
/// volume 2, 4.2.2, theorem B). The order depends on nothing but the terms' own.
pub fn compensated_sum(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let mut sums = [0.0; LANES];
    let mut errors = [0.0; LANES];
    let (groups, rest) = values.as_chunks::<LANES>();
    for group in groups {
        for lane in 0..LANES {
            let (sum, error) = two_sum(sums[lane], term(group[lane]));
            sums[lane] = sum;
            errors[lane] += error;
        }
    }
    for (lane, &value) in rest.iter().enumerate() {
        let (sum, error) = two_sum(sums[lane], term(value));
        sums[lane] = sum;
        errors[lane] += error;
    }
    let (mut total, mut rest) = (0.0, 0.0);
    for lane in 0..LANES {
        let (sum, error) = two_sum(total, sums[lane]);
        total = sum;
        rest += error + errors[lane];
    }
    total + rest
}

#[inline(always)]
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_rounded = sum - a;
    (sum, (a - (sum - b_rounded)) + (b - b_rounded))
}

/// Mean, from a compensated sum; not a number for no values.
pub fn mean(values: &[f64]) -> f64 {
    compensated_sum(values, |value| value) / values.len() as f64
}

/// Quantiles by linear interpolation between order statistics: with x₁ ≤ … ≤ xₙ and h = (n − 1)p + 1, the
/// quantile is x⌊h⌋ + (h − ⌊h⌋)(x⌊h⌋₊₁ − x⌊h⌋).
///
/// This is type 7 of Hyndman and Fan, The American Statistician 1996;50:361, the default of R, NumPy and
/// spreadsheets. `None` for no values.
pub fn quantiles<const N: usize>(values: &[f64], probabilities: [f64; N]) -> Option<[f64; N]> {
    let (low, high) = range(values);
    (!values.is_empty()).then(|| quantiles_between(values, probabilities, low, high))
}

fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| {
        (if value < low { value } else { low }, if value > high { value } else { high })
    })
}

/// Below this number of values sorting all of them is as quick as dividing them over buckets.
const SORT_ALL: usize = 512;
const BUCKETS: usize = 1024;

fn quantiles_between<const N: usize>(
    values: &[f64],
    probabilities: [f64; N],
    low: f64,
    high: f64,
) -> [f64; N] {
    let last = values.len() - 1;
    let places = probabilities.map(|probability| {
        let position = last as f64 * probability;
        let below = (position.floor() as usize).min(last);
        (below, position - below as f64)
    });
    let ranks = places.iter().flat_map(|&(below, _)| [below, (below + 1).min(last)]);
    let statistics = OrderStatistics::new(values, low, high, ranks);
    places.map(|(below, fraction)| {
        let lower = statistics.at(below);
        if fraction == 0.0 { lower } else { lower + fraction * (statistics.at(below + 1) - lower) }
    })
}

/// The k-th smallest values of a list, for a few k. The values are counted into buckets of equal width, and
/// only the buckets that hold a wanted rank are gathered and sorted.
struct OrderStatistics {
    /// Rank of the first value of each gathered bucket, and its values in order.
    gathered: Vec<(usize, Vec<f64>)>,
}

impl OrderStatistics {
    fn new(values: &[f64], low: f64, high: f64, ranks: impl Iterator<Item = usize>) -> Self {
        let scale = BUCKETS as f64 / (high - low);
        if values.len() < SORT_ALL || !scale.is_normal() {
            return Self { gathered: vec![(0, sorted(values.to_vec()))] };
        }
        // Rises with the value, since each operation that it consists of does, rounding included.
        let bucket_of = |value: f64| (((value - low) * scale) as usize).min(BUCKETS - 1);
        let mut first = vec![0; BUCKETS + 1];
        for &value in values {
            first[bucket_of(value) + 1] += 1;
        }
        for bucket in 0..BUCKETS {
            first[bucket + 1] += first[bucket];
        }
        let mut wanted: Vec<usize> =
            ranks.map(|rank| first.partition_point(|&first| first <= rank) - 1).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut slots = vec![None; BUCKETS];
        let mut gathered: Vec<(usize, Vec<f64>)> = Vec::with_capacity(wanted.len());
        for &bucket in &wanted {
            slots[bucket] = Some(gathered.len());
            gathered.push((first[bucket], Vec::with_capacity(first[bucket + 1] - first[bucket])));
        }
        for &value in values {
            if let Some(slot) = slots[bucket_of(value)] {
                gathered[slot].1.push(value);
            }
        }
        for (_, values) in &mut gathered {
            values.sort_unstable_by(f64::total_cmp);
        }
        Self { gathered }
    }

    fn at(&self, rank: usize) -> f64 {
        let slot = self.gathered.partition_point(|(first, _)| *first <= rank) - 1;
        let (first, values) = &self.gathered[slot];
        values[rank - first]
    }
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_statistics_of_one_to_five_are_those_of_the_textbook() {
        let series = Series { base: 3.5, draws: vec![5.0, 1.0, 4.0, 2.0, 3.0] };
        let summary = series.summary(RunDesign::PLAIN);
        let spread = summary.spread.unwrap();
        assert_eq!(summary.base, 3.5);
        assert_eq!((spread.mean, spread.p50, spread.n), (3.0, 3.0, 5));
        // Squares 4 + 1 + 0 + 1 + 4 = 10 over n − 1 = 4.
        assert_eq!(spread.sd, 2.5_f64.sqrt());
        // h − 1 = 4 · 0.025 = 0.1: a tenth of the way from 1 to 2, and the mirror image of it.
        assert!((spread.p2_5 - 1.1).abs() < 1e-15 && (spread.p97_5 - 4.9).abs() < 1e-15);
    }

    #[test]
    fn nested_runs_tell_chance_from_doubt_about_parameters() {
        // Draws (1, 3) and (5, 9), as in the documentation of the split; the error of the mean is that of the two
        // means 2 and 7: sd 5/√2 over √2.
        let design = RunDesign { randomisations: 1, replicates: 2 };
        let spread = Spread::of(&[1.0, 3.0, 5.0, 9.0], design).unwrap();
        assert_eq!(spread.split, Some(Split { parameters: 10.0, chance: 5.0 }));
        assert!((spread.mcse - 2.5).abs() < 1e-15);
        // Draws that differ less than their replicates: nothing is left for the parameters, and not less than that.
        let alike = Spread::of(&[0.0, 4.0, 1.0, 3.0], design).unwrap();
        assert_eq!(alike.split, Some(Split { parameters: 0.0, chance: 5.0 }));
    }

    #[test]
    fn a_sum_keeps_what_plain_addition_loses() {
        // 1e16 + 1 is 1e16 in double precision; the two ones and the half survive here.
        let terms = [1e16, 1.0, -1e16, 1.0, 0.5];
        assert_eq!(compensated_sum(&terms, |term| term), 2.5);
        // The same where large terms meet in one running sum, eight places apart.
        let mut apart = vec![0.0; 17];
        (apart[0], apart[8], apart[16]) = (1e16, 1.0, -1e16);
        assert_eq!(compensated_sum(&apart, |term| term), 1.0);
    }

    #[test]
    fn a_quantity_that_is_the_same_in_every_draw_has_no_spread_at_all() {
        // Three times 0.1 is 0.30000000000000004 when added; the mean is 0.1 nevertheless.
        let spread = Spread::of(&[0.1; 3], RunDesign::PLAIN).unwrap();
        assert_eq!((spread.mean, spread.sd, spread.mcse), (0.1, 0.0, 0.0));
        assert_eq!((spread.p2_5, spread.p50, spread.p97_5), (0.1, 0.1, 0.1));
    }

    #[test]
    fn one_draw_has_a_mean_but_no_standard_deviation() {
        let spread = Spread::of(&[7.0], RunDesign::PLAIN).unwrap();
        assert_eq!((spread.mean, spread.p97_5), (7.0, 7.0));
        assert!(spread.sd.is_nan() && spread.mcse.is_nan());
    }

    #[test]
    fn without_draws_only_the_base_case_speaks() {
        let summary = Series { base: 2.0, draws: Vec::new() }.summary(RunDesign::PLAIN);
        assert_eq!(summary, Summary { base: 2.0, spread: None });
        assert_eq!(summary.expected(), 2.0);
        assert_eq!(quantiles(&[], [0.5]), None);
    }

    #[test]
    fn a_mean_below_a_twentieth_of_the_standard_deviation_is_about_nil() {
        // −1, 1 and 0.2: mean 0.0667, standard deviation 1.007. With 0.1 instead of 0.2 the mean is 0.0333.
        let of = |third: f64| Series { base: 9.0, draws: vec![-1.0, 1.0, third] }.summary(RunDesign::PLAIN);
        assert!(!of(0.2).about_nil());
        assert!(of(0.1).about_nil());
        assert!(!Series { base: 0.0, draws: Vec::new() }.summary(RunDesign::PLAIN).about_nil());
    }

    #[test]
    fn nothing_is_known_where_the_stated_values_give_nil_and_draws_go_either_way() {
        let of = |base: f64, draws: &[f64]| Series { base, draws: draws.to_vec() }.summary(RunDesign::PLAIN);
        assert!(of(0.0, &[-9.0, 1.0, 2.0]).none_known(), "a mean of −2 is no finding");
        assert!(!of(0.5, &[-9.0, 1.0, 2.0]).none_known());
        assert!(!of(0.0, &[1.0, 2.0, 3.0]).none_known());
        assert!(!of(0.0, &[0.0, 0.0, 0.0]).none_known(), "exactly nothing is known");
        assert!(!of(0.0, &[]).none_known());
    }

    #[test]
    fn a_probability_is_the_share_of_draws() {
        let series = Series { base: 0.0, draws: vec![-1.0, 0.0, 1.0, 2.0] };
        assert_eq!(series.probability(|value| value >= 0.0), Some(0.75));
        assert_eq!(Series::default().probability(|value| value >= 0.0), None);
    }

    fn by_sorting(values: &[f64], probability: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let position = (sorted.len() - 1) as f64 * probability;
        let below = position.floor() as usize;
        let above = (below + 1).min(sorted.len() - 1);
        sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
    }

    #[test]
    fn quantiles_of_a_lopsided_list_are_exact() {
        // One value a million times the others puts nearly all of them in the first bucket.
        let mut values: Vec<f64> = (0..5000).map(|i| f64::from(i * 7919 % 5000)).collect();
        values.push(5e9);
        for probability in [0.0, 0.025, 0.5, 0.975, 1.0] {
            assert_eq!(quantiles(&values, [probability]), Some([by_sorting(&values, probability)]));
        }
    }

    proptest! {
        #[test]
        fn quantiles_by_buckets_equal_quantiles_by_sorting(
            values in proptest::collection::vec(-1e6..1e6_f64, 1..2000),
            probability in 0.0..=1.0_f64,
        ) {
            prop_assert_eq!(quantiles(&values, [probability]), Some([by_sorting(&values, probability)]));
        }

        #[test]
        fn the_mean_moves_with_a_shift(
            values in proptest::collection::vec(-1e3..1e3_f64, 2..100),
            shift in -1e9..1e9_f64,
        ) {
            let shifted: Vec<f64> = values.iter().map(|value| value + shift).collect();
            prop_assert!((mean(&shifted) - (mean(&values) + shift)).abs() <= 1e-15 * (shift.abs() + 1e3) * 2.0);
        }
    }
}
