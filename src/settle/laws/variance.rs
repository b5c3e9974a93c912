//! Outcomes that vary more raise what a one-sided payment is expected to be.
//!
//! A payment that follows a result above a threshold and is nothing below it, r · max(0, x), is convex in x: of two
//! distributions with the same mean, the one with the wider spread around it has the higher mean payment (Jensen). The payer
//! has written an option, and chance alone has a price. It does not hold for payments that are capped or that jump at a
//! threshold.

use super::super::LineKind;
use super::testing;
use crate::formula::{LANES, Lane};
use crate::scenario::Scenario;
use crate::scenario::checked::{
    Benchmark, CountBenchmark, Measures, Node, OutcomeTerms, Parties, Pays, Request, Requested,
    SharedSavings, Tallied, Terms,
};
use crate::settle::testing::FIRST_PARTY;
use proptest::prelude::*;

/// Clauses that pay only upwards.
#[derive(Clone, Copy, Debug)]
enum OneSided {
    /// A share of all savings.
    Savings,
    /// A share of savings above a minimum.
    SavingsAboveMinimum,
    /// A price for each unit of a result above a threshold.
    Results,
    /// A share of what a party lacks of a floor under its position.
    Floor,
}

/// What a benchmark is, a count would be, or is granted for costs.
const LEVEL: f64 = 100.0;

fn scenario(kind: OneSided, rate: f64, threshold: f64) -> Scenario {
    let quantity = |number: f64| testing::quantity(&number.to_string());
    let terms = match kind {
        OneSided::Savings | OneSided::SavingsAboveMinimum => Terms::SharedSavings(Box::new(SharedSavings {
            programme: 0,
            budgets: vec![0],
            benchmark: Benchmark::Fixed(quantity(LEVEL)),
            measures: Measures::Claims,
            share: quantity(rate),
            minimum_savings_rate: quantity(threshold / LEVEL),
            minimum_by_size: Vec::new(),
            significance: None,
            error: None,
            quality: None,
            quality_minimum: None,
            deductible: matches!(kind, OneSided::SavingsAboveMinimum),
            cap_savings_rate: None,
            loss: None,
            whole_contract: false,
        })),
        OneSided::Results => Terms::OutcomePayment(Box::new(OutcomeTerms {
            counts: Request {
                programme: 0,
                what: Requested::Participants {
                    what: Tallied::Node(Node::Event(0)),
                    effects: true,
                    insurer: None,
                },
                where_: None,
            },
            per: None,
            benchmark: CountBenchmark::Fixed(quantity(LEVEL)),
            fewer: true,
            threshold: quantity(threshold),
            pays: Pays::PerUnit(quantity(rate)),
            error_sd: None,
            whole_contract: false,
        })),
        // A loss of more than LEVEL + threshold: of costs that nobody pays.
        OneSided::Floor => Terms::Guarantee {
            floor: testing::quantity(&format!("0 - {}", LEVEL + threshold)),
            share: quantity(rate),
            whole_contract: false,
        },
    };
    testing::scenario()
        .programme("chain", &["course"], &[])
        .budget("wmo", false)
        .party("town", &[(0, 1.0)])
        .clause(testing::clause(FIRST_PARTY, Parties::PROVIDER, terms))
        .build()
}

/// Mean payment when what is measured is so much better than [`LEVEL`] in eight draws.
fn expected(kind: OneSided, scenario: &Scenario, better: Lane) -> f64 {
    let mut flows = testing::flows(scenario, 1);
    let level = Lane::splat(LEVEL);
    match kind {
        OneSided::Savings | OneSided::SavingsAboveMinimum => {
            flows.cohorts[0].costs.row_mut(0)[0] = level - better;
            flows.cohorts[0].person_years.row_mut(0)[0] = Lane::splat(10.0);
        }
        OneSided::Results => flows.requested.row_mut(0)[0] = level - better,
        // What is paid for is a loss.
        OneSided::Floor => flows.programme_costs.row_mut(0)[0] = level + better,
    }
    let settled = testing::settle_blocks(scenario, vec![flows], LANES);
    let lines = settled.blocks[0].lines.iter().filter(|line| matches!(line.kind, LineKind::Clause(0)));
    lines.map(|line| (0..LANES).map(|draw| line.at(0)[draw]).sum::<f64>()).sum::<f64>() / LANES as f64
}

fn one_sided() -> impl Strategy<Value = OneSided> {
    prop_oneof![
        Just(OneSided::Savings),
        Just(OneSided::SavingsAboveMinimum),
        Just(OneSided::Results),
        Just(OneSided::Floor),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn more_variance_raises_the_expected_one_sided_payment(
        kind in one_sided(),
        rate in 0.05..1.0_f64,
        threshold in 0.0..20.0_f64,
        mean in -30.0..40.0_f64,
        deviations in [-20.0..20.0_f64, -20.0..20.0_f64, -20.0..20.0_f64, -20.0..20.0_f64],
        scale in [0.0..1.0_f64, 1.0..2.0_f64],
    ) {
        let threshold = if matches!(kind, OneSided::Savings) { 0.0 } else { threshold };
        let scenario = scenario(kind, rate, threshold);
        // Draws in pairs on either side of the mean.
        let better = |scale: f64| {
            Lane::from_fn(|draw| mean + scale * deviations[draw / 2] * if draw % 2 == 0 { 1.0 } else { -1.0 })
        };
        let [none, less, more] = [0.0, scale[0], scale[1]].map(|s| expected(kind, &scenario, better(s)));
        prop_assert!(none <= less + 1e-9 && less <= more + 1e-9, "{none} {less} {more}");
        // Where some draws are paid for and others are not, strictly: by r · min(E max(0, x), E max(0, −x)).
        let excess = better(scale[1]) - threshold;
        if excess.any(|x| x > 1.0) && excess.any(|x| x < -1.0) {
            prop_assert!(more >= none + rate / LANES as f64, "{none} {more}");
        }
    }
}

#[test]
fn one_sided_payments_follow_what_exceeds_the_threshold_and_stop_there() {
    // Half of what exceeds 10 in eight draws, four of 30 and four of −10: (20 · 4 + 0 · 4) / 8 · ½ = 5; of the mean, 10,
    // nothing is paid.
    let draws = |first: f64, other: f64| Lane::from_fn(|draw| if draw < 4 { first } else { other });
    for kind in [OneSided::SavingsAboveMinimum, OneSided::Results, OneSided::Floor] {
        let scenario = scenario(kind, 0.5, 10.0);
        approx::assert_relative_eq!(expected(kind, &scenario, draws(30.0, -10.0)), 5.0, epsilon = 1e-9);
        approx::assert_abs_diff_eq!(expected(kind, &scenario, draws(10.0, 10.0)), 0.0, epsilon = 1e-9);
    }
}
