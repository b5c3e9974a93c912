//! Capitations, corridors and stop-losses by hand.

use super::stop_loss::OfAll;
use crate::formula::Lane;
use crate::scenario::checked::{
    Base, Clause, Corridor, Heads, Outcome, Parties, Payer, Request, Requested, StopLoss, Terms,
};
use crate::settle::testing::{self, FIRST_PARTY};
use crate::settle::{LineKind, SettleError, Settled};

fn capitation(heads: Heads, corridor: Option<Corridor>) -> Clause {
    with_stop_loss(heads, corridor, None)
}

fn with_stop_loss(heads: Heads, corridor: Option<Corridor>, stop_loss: Option<StopLoss>) -> Clause {
    let amount = testing::quantity("120");
    let terms = Terms::Capitation { heads, amount, corridor, stop_loss: stop_loss.map(Box::new) };
    testing::clause(FIRST_PARTY, Parties::PROVIDER, terms)
}

fn enrolled(years: usize) -> Heads {
    let persons = Request { programme: 0, what: Requested::Persons { step: 0, quarter: 0 }, where_: None };
    Heads::Step { persons, years }
}

fn town(clause: Clause) -> testing::Builder {
    testing::scenario().programme("chain", &["course"], &[]).party("town", &[]).clause(clause)
}

#[test]
fn everybody_enrolled_is_paid_for_at_the_start_of_each_year() {
    // 100 enrol in 2026; 95 of them live a year later, when 50 more enrol.
    let scenario = town(capitation(enrolled(2), None)).build();
    let mut flows = testing::flows(&scenario, 2);
    testing::set_requested(&mut flows, 0, &[100.0, 50.0]);
    testing::set_requested(&mut flows, 1, &[0.0, 95.0]);
    assert_eq!(testing::net_of(&scenario, flows, Parties::PROVIDER), [12_000.0, 17_400.0]);
}

#[test]
fn a_population_is_paid_for_whatever_the_strategy() {
    // 1,000 weighted heads without and 2 more with the programme.
    let mut scenario = town(capitation(Heads::Population { outcome: 0 }, None)).build();
    scenario.outcomes.push(Outcome {
        id: "heads".to_owned(),
        name: Default::default(),
        unit: "heads".to_owned(),
        per: Vec::new(),
    });
    let mut flows = testing::flows(&scenario, 1);
    flows.outcome_level = crate::value::flows::Grid::zeros(1, 1);
    flows.outcome_increment = crate::value::flows::Grid::zeros(1, 1);
    flows.outcome_level.row_mut(0)[0] = Lane::splat(1000.0);
    flows.outcome_increment.row_mut(0)[0] = Lane::splat(2.0);
    assert_eq!(testing::net_of(&scenario, flows, Parties::PROVIDER), [120_240.0]);
}

#[test]
fn a_population_is_paid_for_no_longer_where_the_gate_has_stopped_the_programme() {
    let outcome =
        Outcome { id: "heads".into(), name: Default::default(), unit: "heads".into(), per: Vec::new() };
    for (despite, later) in [(false, 0.0), (true, 120_000.0)] {
        let mut clause = capitation(Heads::Population { outcome: 0 }, None);
        clause.despite_gate = despite;
        let mut scenario = town(clause).build();
        scenario.outcomes.push(outcome.clone());
        scenario.arrangements[0].gate = Some(testing::gate(1));
        let mut flows = testing::flows(&scenario, 2);
        flows.outcome_level = crate::value::flows::Grid::zeros(1, 2);
        flows.outcome_increment = crate::value::flows::Grid::zeros(1, 2);
        flows.outcome_level.row_mut(0).fill(Lane::splat(1000.0));
        flows.gate = Some(testing::evidence(0.0));
        assert_eq!(testing::net_of(&scenario, flows, Parties::PROVIDER), [120_000.0, later]);
    }
}

#[test]
fn beyond_the_corridor_costs_are_shared_both_ways() {
    // 1,000 heads bring 120,000. Costs 150,000: 60% of 18,000 is added, the provider loses 30,000 − 10,800. Costs
    // 90,000: 60% of 108,000 − 90,000 goes back. Costs 125,000: within the corridor.
    let corridor = || Corridor {
        base: testing::base(Base::Programme, None),
        width: testing::quantity("0.1"),
        beyond: testing::quantity("0.4"),
    };
    for (costs, net) in [(150_000.0, -19_200.0), (90_000.0, 19_200.0), (125_000.0, -5_000.0)] {
        let scenario = town(capitation(enrolled(1), Some(corridor()))).build();
        let mut flows = testing::flows(&scenario, 1);
        testing::set_requested(&mut flows, 0, &[1000.0]);
        testing::set_costs(&mut flows, &[costs]);
        let provider = testing::net_of(&scenario, flows, Parties::PROVIDER);
        approx::assert_relative_eq!(provider[0], net, epsilon = 1e-9);
    }
}

#[test]
fn a_cap_holds_for_the_payment_and_what_the_corridor_adds_together() {
    // 1,000 heads would bring 120,000. Costs 150,000: 120,000 + 10,800, of which the cap lets 100,000 through. Costs
    // 90,000: 120,000 − 10,800 is due, still above the cap, and nothing goes back; at 60,000 it is 120,000 − 28,800 =
    // 91,200, and 8,800 of the 100,000 go back.
    for (costs, net) in [(150_000.0, -50_000.0), (90_000.0, 10_000.0), (60_000.0, 31_200.0)] {
        let corridor = Corridor {
            base: testing::base(Base::Programme, None),
            width: testing::quantity("0.1"),
            beyond: testing::quantity("0.4"),
        };
        let mut clause = capitation(enrolled(1), Some(corridor));
        clause.cap_per_year = Some(testing::quantity("100_000"));
        let scenario = town(clause).build();
        let mut flows = testing::flows(&scenario, 1);
        testing::set_requested(&mut flows, 0, &[1000.0]);
        testing::set_costs(&mut flows, &[costs]);
        let provider = testing::net_of(&scenario, flows, Parties::PROVIDER);
        approx::assert_relative_eq!(provider[0], net, epsilon = 1e-9);
    }
}

/// Above a limit, with a spread between persons, so much of what they cost is carried.
fn stop_loss(limit: &str, cv: &str, carried: &str) -> StopLoss {
    StopLoss {
        base: testing::base(Base::Programme, None),
        limit: testing::quantity(limit),
        cv: testing::quantity(cv),
        carried: testing::quantity(carried),
    }
}

/// A thousand heads who cost a million, over some blocks of draws.
fn thousand(clause: Clause, blocks: usize) -> Result<Settled, SettleError> {
    let scenario = town(clause).build();
    let mut flows = testing::flows(&scenario, 1);
    testing::set_requested(&mut flows, 0, &[1000.0]);
    testing::set_costs(&mut flows, &[1e6]);
    testing::try_settle(&scenario, vec![flows; blocks], blocks * 8)
}

fn provider_at_stated_values(clause: Clause) -> f64 {
    thousand(clause, 1).unwrap().base.net(Parties::PROVIDER)[0][0]
}

#[test]
fn of_a_thousand_heads_what_is_above_the_limit_is_carried() {
    // Mean 1,000, cv 3, limit 10,000. By integrating (x - 10,000) and its square over the lognormal density above the limit
    // (midpoint rule in the logarithm): 109.8240097 and 4,421,520.696 a head; so 109,824.01 of a million, variance
    // 1,000 (4,421,520.696 - 109.8240097^2). Nine tenths of it: 98,841.61. The payment is 120,000.
    let all = OfAll::new(1000.0, 1e6, 3.0, 10_000.0);
    approx::assert_relative_eq!(all.mean, 109_824.009_7, epsilon = 1e-3);
    approx::assert_relative_eq!(all.variance, 1000.0 * 4_409_459.382_7, max_relative = 1e-9);
    let net =
        provider_at_stated_values(with_stop_loss(enrolled(1), None, Some(stop_loss("10_000", "3", "0.9"))));
    approx::assert_relative_eq!(net, 120_000.0 + 98_841.608_7 - 1e6, epsilon = 1e-3);
}

#[test]
fn without_spread_every_head_is_as_dear_as_the_mean() {
    // 1,000 a head: 300 above a limit of 700 in every draw, and nothing above 1,100.
    for (limit, excess) in [("700", 300_000.0), ("1_100", 0.0)] {
        let settled =
            thousand(with_stop_loss(enrolled(1), None, Some(stop_loss(limit, "0", "1"))), 1).unwrap();
        let net = Lane::splat(120_000.0 + excess - 1e6);
        assert_eq!(settled.blocks[0].net(Parties::PROVIDER)[0], net, "{limit}");
    }
}

#[test]
fn draws_of_the_excess_have_its_mean_and_its_variance_and_are_never_negative() {
    let clause = with_stop_loss(enrolled(1), None, Some(stop_loss("10_000", "3", "1")));
    let settled = thousand(clause, 1000).unwrap();
    let excess: Vec<f64> =
        settled.blocks.iter().flat_map(|books| (books.net(Parties::PROVIDER)[0] + 880_000.0).0).collect();
    let n = excess.len() as f64;
    let all = OfAll::new(1000.0, 1e6, 3.0, 10_000.0);
    let mean = excess.iter().sum::<f64>() / n;
    let variance = excess.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    assert!((mean - all.mean).abs() < 4.0 * (all.variance / n).sqrt(), "{mean}");
    // The fourth moment of a gamma distribution of shape k is (3 + 6/k) times the square of its variance.
    let shape = all.mean * all.mean / all.variance;
    let error = all.variance * ((2.0 + 6.0 / shape) / n).sqrt();
    assert!((variance - all.variance).abs() < 4.0 * error, "{variance}");
    assert!(excess.iter().all(|&x| x > -1e-6));
    // Different in every draw, and its mean at the stated values.
    assert_ne!(excess[0], excess[1]);
    approx::assert_relative_eq!(
        settled.base.net(Parties::PROVIDER)[0][0],
        all.mean - 880_000.0,
        max_relative = 1e-12
    );
}

#[test]
fn a_limit_nobody_reaches_carries_nothing_and_one_near_nothing_carries_all() {
    assert!(OfAll::new(1000.0, 1e6, 3.0, 1e12).mean < 1e-6);
    assert_eq!(OfAll::new(1000.0, 1e6, 3.0, f64::INFINITY), OfAll { mean: 0.0, variance: 0.0 });
    // All costs, with the variance of all costs: 1,000 (1,000 * 3)^2.
    let all = OfAll::new(1000.0, 1e6, 3.0, 1e-6);
    approx::assert_relative_eq!(all.mean, 1e6, max_relative = 1e-8);
    approx::assert_relative_eq!(all.variance, 9e9, max_relative = 1e-8);
}

#[test]
fn a_higher_limit_carries_less_and_a_wider_spread_more() {
    let limits = [100.0, 500.0, 1000.0, 1500.0, 5000.0, 50_000.0];
    let spreads = [0.0, 1e-6, 0.1, 0.5, 1.0, 3.0, 10.0];
    let mean = |limit: f64, cv: f64| OfAll::new(1000.0, 1e6, cv, limit).mean;
    for cv in spreads {
        for pair in limits.windows(2) {
            assert!(mean(pair[1], cv) <= mean(pair[0], cv), "cv {cv}, {pair:?}");
        }
    }
    for limit in limits {
        for pair in spreads.windows(2) {
            assert!(mean(limit, pair[1]) >= mean(limit, pair[0]) - 1e-6, "limit {limit}, {pair:?}");
        }
    }
}

#[test]
fn whatever_its_numbers_an_excess_is_a_number_and_not_negative() {
    let sizes = [0.0, 1e-300, 1e-9, 1.0, 1e3, 1e9];
    for heads in sizes {
        for costs in sizes {
            for cv in [0.0, 1e-12, 1e-4, 3.0, 1e3] {
                for limit in [1e-9, 1.0, 1e3, 1e12] {
                    let all = OfAll::new(heads, costs, cv, limit);
                    for u in [1e-16, 0.5, 1.0 - 1e-16] {
                        let excess = all.at(u);
                        assert!(
                            excess >= 0.0,
                            "{heads} heads, {costs}, {cv}, {limit}: {all:?} gives {excess}"
                        );
                    }
                    assert!(
                        all.mean <= costs * (1.0 + 1e-9),
                        "{heads} heads, {costs}, {cv}, {limit}: {all:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_corridor_looks_at_costs_without_what_is_above_the_limit() {
    // A million less 300,000 above the limit, of which the payer carries half, leaves 700,000 to the corridor, which reaches
    // to 132,000: 60% of 568,000 is added. The provider has 120,000 + 150,000 + 340,800 against a million.
    let corridor = Corridor {
        base: testing::base(Base::Programme, None),
        width: testing::quantity("0.1"),
        beyond: testing::quantity("0.4"),
    };
    let clause = with_stop_loss(enrolled(1), Some(corridor), Some(stop_loss("700", "0", "0.5")));
    approx::assert_relative_eq!(provider_at_stated_values(clause), -389_200.0, epsilon = 1e-6);
}

#[test]
fn a_cap_holds_for_the_stop_loss_too() {
    // 120,000 and 300,000 above the limit, of which 200,000 in all is paid.
    let mut clause = with_stop_loss(enrolled(1), None, Some(stop_loss("700", "0", "1")));
    clause.cap_per_year = Some(testing::quantity("200_000"));
    approx::assert_relative_eq!(provider_at_stated_values(clause), -800_000.0, epsilon = 1e-6);
}

#[test]
fn under_a_cap_nothing_comes_back_that_was_not_paid() {
    // 1,000 heads cost 60 each; 10 each is above a limit of 50. The corridor (of no width) looks at 50,000 and wants back
    // 60% of 120,000 - 50,000 = 42,000 of 130,000 that are due. The cap let 100,000 through, so 12,000 come back.
    let corridor = Corridor {
        base: testing::base(Base::Programme, None),
        width: testing::quantity("0"),
        beyond: testing::quantity("0.4"),
    };
    let mut clause = with_stop_loss(enrolled(1), Some(corridor), Some(stop_loss("50", "0", "1")));
    clause.cap_per_year = Some(testing::quantity("100_000"));
    let scenario = town(clause).build();
    let mut flows = testing::flows(&scenario, 1);
    testing::set_requested(&mut flows, 0, &[1000.0]);
    testing::set_costs(&mut flows, &[60_000.0]);
    let provider = testing::net_of(&scenario, flows, Parties::PROVIDER);
    approx::assert_relative_eq!(provider[0], 88_000.0 - 60_000.0, epsilon = 1e-6);
}

#[test]
fn what_the_payer_carries_is_shown_and_only_in_years_in_force() {
    let mut clause = with_stop_loss(enrolled(1), None, Some(stop_loss("10_000", "3", "1")));
    clause.years = Some(vec![1]);
    let scenario = town(clause).build();
    let mut flows = testing::flows(&scenario, 2);
    testing::set_requested(&mut flows, 0, &[1000.0, 1000.0]);
    flows.programme_costs.row_mut(0).fill(Lane::splat(1e6));
    let settled = testing::settle_blocks(&scenario, vec![flows], 8);
    let books = &settled.blocks[0];
    let figure = &books.figures[0];
    assert_eq!((figure.name.as_str(), figure.by_year[0]), ("carried_above_limit", Lane::ZERO));
    let paid = books.lines.iter().find(|line| matches!(line.kind, LineKind::Clause(_))).unwrap();
    assert_eq!(paid.at(0), Lane::ZERO);
    for draw in 0..8 {
        approx::assert_relative_eq!(figure.by_year[1][draw] + 120_000.0, paid.at(1)[draw], epsilon = 1e-6);
    }
}

#[test]
fn a_stop_loss_needs_a_limit_above_nothing_a_spread_and_a_share() {
    for (limit, cv, carried, message) in [
        ("0", "3", "1", "must be above 0, but is 0"),
        ("1000", "-1", "1", "must be zero or more, but is -1"),
        ("1000", "3", "1.1", "must be between 0 and 1, but is 1.1"),
    ] {
        let clause = with_stop_loss(enrolled(1), None, Some(stop_loss(limit, cv, carried)));
        let error = thousand(clause, 1).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn costs_of_several_receivers_are_not_known_by_head() {
    let mut clause = with_stop_loss(enrolled(1), None, Some(stop_loss("1000", "3", "1")));
    clause.to = Payer::Insurers;
    let mut scenario = testing::scenario()
        .insurers(&[0.3, 0.2])
        .programme("chain", &["course"], &[])
        .party("town", &[])
        .clause(clause)
        .build();
    scenario.arrangements[0].clauses[0].from = Payer::Party(testing::FIRST_INSURER + 2);
    let mut flows = testing::flows(&scenario, 1);
    testing::set_requested(&mut flows, 0, &[1000.0]);
    let error = testing::try_settle(&scenario, vec![flows], 8).unwrap_err();
    assert!(matches!(error, SettleError::SeveralPaid { .. }), "{error}");
}
