//! How likely each strategy is to be the best buy, and what it costs to choose in doubt.
//!
//! For a threshold λ (EUR per QALY) the incremental net monetary benefit of strategy s in a draw is
//! INMB = λ·ΔQALYs − Δcost over the comparator, whose own INMB is 0. Differences only: the large totals that
//! all strategies share never enter, so an advantage of one euro on a million counts for what it is.
//!
//! * The best strategy of a draw is the one with the highest INMB. Ties exist between exactly equal values
//!   only and go to the strategy that comes first in the file, so nothing depends on chance.
//! * The acceptability curve (CEAC) is the share of draws in which a strategy is best; it sums to 1.
//! * The frontier (CEAF) marks the strategy with the highest *expected* INMB, which is the one to choose.
//! * The expected loss of a strategy is the mean over draws of (highest INMB − its own). Each term is at
//!   least 0, so the expected value of perfect information (EVPI), the expected loss of the frontier
//!   strategy, cannot be negative; it equals mean of maxima − maximum of means.
//!
//! Source: Fenwick, Claxton and Sculpher, Health Economics 2001;10:779.

use super::statistics::{Series, Summary, mean};
use crate::sample::mcse;
use crate::value::flows::RunDesign;

/// Costs and QALYs of a strategy over the comparator, by draw.
#[derive(Clone, Copy, Debug)]
pub struct Increments<'a> {
    /// EUR, present value.
    pub cost: &'a Series,
    /// QALYs, present value.
    pub qalys: &'a Series,
}

/// The choice between strategies at one threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct AtThreshold {
    /// λ, EUR per QALY.
    pub threshold: f64,
    /// Index of the strategy with the highest expected incremental net benefit.
    pub frontier: usize,
    /// Expected value of perfect information, EUR for the whole population of the scenario.
    pub evpi: Option<Estimate>,
    /// By strategy.
    pub strategies: Vec<Choice>,
}

/// A strategy at one threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Incremental net monetary benefit over the comparator, EUR.
    pub inmb: Summary,
    /// Probability of being the best; `None` without draws.
    pub probability: Option<Estimate>,
    /// Expected loss, EUR.
    pub expected_loss: Option<Estimate>,
}

/// A mean over draws with its Monte Carlo standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Mean over draws.
    pub mean: f64,
    /// Monte Carlo standard error.
    pub mcse: f64,
}

impl Estimate {
    fn of(values: &[f64], design: RunDesign) -> Option<Self> {
        let mcse = if values.len() < 2 { f64::NAN } else { mcse(values, design.randomisations) };
        (!values.is_empty()).then(|| Self { mean: mean(values), mcse })
    }
}

/// Compares the strategies, in file order and with the comparator among them, at one threshold.
pub fn at_threshold(strategies: &[Increments<'_>], threshold: f64, design: RunDesign) -> AtThreshold {
    let inmb: Vec<Series> = strategies
        .iter()
        .map(|strategy| {
            strategy.qalys.zip(strategy.cost, |qalys, cost| threshold * qalys - cost).by_draw(design)
        })
        .collect();
    // Of runs in replicates one value a draw is left: research can settle parameters, and no research settles chance. Of R
    // replicates 1/R of the variance by chance stays in.
    let design = RunDesign { replicates: 1, ..design };
    let draws = inmb.iter().map(|series| series.draws.len()).min().unwrap_or(0);
    let winners: Vec<usize> =
        (0..draws).map(|draw| first_highest(inmb.iter().map(|series| series.draws[draw]))).collect();
    let frontier = first_highest(inmb.iter().map(Series::expected));
    let mut values = Vec::with_capacity(draws);
    let strategies: Vec<Choice> = inmb
        .iter()
        .enumerate()
        .map(|(strategy, own)| {
            values.clear();
            values.extend(winners.iter().map(|&winner| f64::from(u8::from(winner == strategy))));
            let probability = Estimate::of(&values, design);
            values.clear();
            let losses = winners.iter().zip(&own.draws).enumerate();
            values.extend(losses.map(|(draw, (&winner, own))| inmb[winner].draws[draw] - own));
            let expected_loss = Estimate::of(&values, design);
            Choice { inmb: own.summary(design), probability, expected_loss }
        })
        .collect();
    let evpi = strategies[frontier].expected_loss;
    AtThreshold { threshold, frontier, evpi, strategies }
}

/// Position of the highest value; of exactly equal ones, the first.
fn first_highest(values: impl Iterator<Item = f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (position, value) in values.enumerate() {
        if value > best.1 {
            best = (position, value);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn series(draws: Vec<f64>) -> Series {
        Series { base: mean(&draws), draws }
    }

    #[test]
    fn a_sure_advantage_of_one_euro_on_a_million_is_certain_and_free_of_regret() {
        // Net benefits near 1e6 a person, B better by exactly 1 in all draws: P(B) = 1 and EVPI = 0.
        let nothing = series(vec![0.0; 1000]);
        let cheaper = series(vec![-1.0; 1000]);
        let strategies =
            [Increments { cost: &nothing, qalys: &nothing }, Increments { cost: &cheaper, qalys: &nothing }];
        let result = at_threshold(&strategies, 20_000.0, RunDesign::PLAIN);
        assert_eq!(result.frontier, 1);
        assert_eq!(result.strategies[1].probability, Some(Estimate { mean: 1.0, mcse: 0.0 }));
        assert_eq!(result.strategies[0].probability.unwrap().mean, 0.0);
        assert_eq!(result.evpi.unwrap().mean, 0.0);
        assert_eq!(result.strategies[0].expected_loss.unwrap().mean, 1.0);
    }

    #[test]
    fn four_draws_by_hand() {
        // λ = 10: INMB of B = 10·ΔQ − ΔC = 5, −3, 5, −3; of C = 1, 1, 1, 1. Best: B, C, B, C.
        let (zero, qalys) = (series(vec![0.0; 4]), series(vec![1.0, 0.2, 1.0, 0.2]));
        let (cost_b, cost_c) = (series(vec![5.0; 4]), series(vec![-1.0; 4]));
        let strategies = [
            Increments { cost: &zero, qalys: &zero },
            Increments { cost: &cost_b, qalys: &qalys },
            Increments { cost: &cost_c, qalys: &zero },
        ];
        let result = at_threshold(&strategies, 10.0, RunDesign::PLAIN);
        let probabilities: Vec<f64> =
            result.strategies.iter().map(|choice| choice.probability.unwrap().mean).collect();
        assert_eq!(probabilities, [0.0, 0.5, 0.5]);
        // Expected INMB: B (5 − 3)/2 = 1, C 1: equal, so the first in the file. Mean of maxima (5 + 1)/2 = 3.
        assert_eq!(result.frontier, 1);
        assert_eq!(result.evpi.unwrap().mean, 2.0);
        let losses: Vec<f64> =
            result.strategies.iter().map(|choice| choice.expected_loss.unwrap().mean).collect();
        assert_eq!(losses, [3.0, 2.0, 2.0]);
    }

    #[test]
    fn a_tie_goes_to_the_first_in_the_file() {
        let same = series(vec![0.0; 5]);
        let strategies = [Increments { cost: &same, qalys: &same }; 3];
        let result = at_threshold(&strategies, 50_000.0, RunDesign::PLAIN);
        assert_eq!(result.strategies[0].probability.unwrap().mean, 1.0);
        assert_eq!(result.frontier, 0);
    }

    #[test]
    fn the_base_case_alone_has_a_best_strategy_but_no_probabilities() {
        let zero = Series::default();
        let gain = Series { base: 0.5, draws: Vec::new() };
        let strategies = [Increments { cost: &zero, qalys: &zero }, Increments { cost: &zero, qalys: &gain }];
        let result = at_threshold(&strategies, 20_000.0, RunDesign::PLAIN);
        assert_eq!((result.frontier, result.evpi), (1, None));
        assert_eq!(result.strategies[1].probability, None);
        assert_eq!(result.strategies[1].inmb.base, 10_000.0);
    }

    proptest! {
        #[test]
        fn probabilities_sum_to_one_and_information_is_never_worth_less_than_nothing(
            draws in proptest::collection::vec((-10.0..10.0_f64, -1.0..1.0_f64, -10.0..10.0_f64), 1..60),
            threshold in 0.0..100.0_f64,
        ) {
            let zero = series(vec![0.0; draws.len()]);
            let cost_b = series(draws.iter().map(|draw| draw.0).collect());
            let qalys = series(draws.iter().map(|draw| draw.1).collect());
            let cost_c = series(draws.iter().map(|draw| draw.2).collect());
            let strategies = [
                Increments { cost: &zero, qalys: &zero },
                Increments { cost: &cost_b, qalys: &qalys },
                Increments { cost: &cost_c, qalys: &qalys },
            ];
            let result = at_threshold(&strategies, threshold, RunDesign::PLAIN);
            let total: f64 = result.strategies.iter().map(|choice| choice.probability.unwrap().mean).sum();
            prop_assert!((total - 1.0).abs() < 1e-12);
            let evpi = result.evpi.unwrap().mean;
            prop_assert!(evpi >= 0.0);
            // The definition in the textbooks: mean of the maxima less the maximum of the means.
            let increments = [(&zero, &zero), (&cost_b, &qalys), (&cost_c, &qalys)];
            let inmb = |strategy: usize, draw: usize| {
                let (cost, qalys) = increments[strategy];
                threshold * qalys.draws[draw] - cost.draws[draw]
            };
            let maxima: f64 = (0..draws.len())
                .map(|draw| (0..3).map(|strategy| inmb(strategy, draw)).fold(f64::MIN, f64::max))
                .sum::<f64>() / draws.len() as f64;
            let best = result.strategies.iter().map(|choice| choice.inmb.expected()).fold(f64::MIN, f64::max);
            prop_assert!((evpi - (maxima - best)).abs() < 1e-9);
        }
    }
}
