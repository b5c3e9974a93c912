//! Shared savings on small numbers.

use super::*;
use crate::scenario::Scenario;
use crate::scenario::checked::{Clause, Engine, LossTerms, Parties, Payer, Purchase, Significance, Terms};
use crate::settle::testing::{self, FIRST_INSURER, FIRST_PARTY};
use crate::settle::warning::ClauseOf;
use crate::value::flows::Flows;

fn terms(benchmark: Benchmark) -> SharedSavings {
    SharedSavings {
        programme: 0,
        budgets: vec![0],
        benchmark,
        measures: Measures::Claims,
        share: testing::quantity("0.5"),
        minimum_savings_rate: testing::quantity("0"),
        minimum_by_size: Vec::new(),
        significance: None,
        error: None,
        quality: None,
        quality_minimum: None,
        deductible: false,
        cap_savings_rate: None,
        loss: None,
        whole_contract: false,
    }
}

fn contract(terms: SharedSavings) -> Clause {
    testing::clause(FIRST_PARTY, Parties::PROVIDER, Terms::SharedSavings(Box::new(terms)))
}

/// A town that holds a budget and shares what a programme saves on it.
fn town(terms: SharedSavings) -> Scenario {
    testing::scenario()
        .programme("chain", &["course"], &[])
        .budget("wmo", false)
        .party("town", &[(0, 1.0)])
        .clause(contract(terms))
        .build()
}

/// Participants' costs by year without and with the programme, and their years alive.
fn follow(flows: &mut Flows, without: &[f64], with: &[f64], years: f64) {
    for year in 0..without.len() {
        flows.shadows[0].costs.row_mut(0)[year] = Lane::splat(without[year]);
        flows.cohorts[0].costs.row_mut(0)[year] = Lane::splat(with[year]);
        for followed in [&mut flows.shadows[0], &mut flows.cohorts[0]] {
            followed.person_years.row_mut(0)[year] = Lane::splat(years);
        }
    }
}

/// What the provider gains by year.
fn gains(scenario: &Scenario, without: &[f64], with: &[f64]) -> Vec<f64> {
    let mut flows = testing::flows(scenario, without.len());
    follow(&mut flows, without, with, 10.0);
    testing::net_of(scenario, flows, Parties::PROVIDER)
}

#[test]
fn half_of_what_participants_cost_less_is_paid_each_year() {
    assert_eq!(gains(&town(terms(Benchmark::True)), &[100.0, 90.0], &[97.0, 95.0]), [1.5, 0.0]);
}

#[test]
fn losses_of_a_two_sided_contract_are_paid_back() {
    let mut two_sided = terms(Benchmark::True);
    two_sided.loss = Some(LossTerms {
        share: testing::quantity("0.3"),
        minimum_rate: Some(testing::quantity("0.02")),
        cap_rate: None,
        cap_amount: None,
        by_quality: None,
    });
    approx::assert_relative_eq!(gains(&town(two_sided), &[100.0], &[104.0])[..], [-1.2], epsilon = 1e-12);
}

#[test]
fn settled_as_one_a_bad_year_is_set_off_against_a_good_one() {
    // Savings 10 and −6: yearly 5 and 0, as one (10 − 6)/2 with the last year.
    let mut whole = terms(Benchmark::True);
    whole.whole_contract = true;
    assert_eq!(gains(&town(whole), &[100.0, 100.0], &[90.0, 106.0]), [0.0, 2.0]);
}

#[test]
fn payments_are_capped_and_lagged_as_those_of_any_clause() {
    let mut scenario = town(terms(Benchmark::True));
    scenario.arrangements[0].clauses[0].cap_per_year = Some(testing::quantity("4"));
    scenario.arrangements[0].clauses[0].lag = 1;
    assert_eq!(gains(&scenario, &[100.0, 100.0], &[90.0, 98.0]), [0.0, 4.0, 1.0]);
}

#[test]
fn a_nominal_benchmark_is_in_euros_of_the_year_of_the_claims_however_late_it_is_paid() {
    // 30,000 of 2026 at 10% inflation since 2024 are 24,793.39; claims 20,000; half of the difference a year later.
    let mut scenario = town(terms(Benchmark::Fixed(testing::quantity("30000"))));
    scenario.arrangements[0].clauses[0].nominal = true;
    scenario.arrangements[0].clauses[0].lag = 1;
    let mut flows = testing::flows(&scenario, 1);
    follow(&mut flows, &[25_000.0], &[20_000.0], 10.0);
    flows.inflation = Some(Lane::splat(0.10));
    let gains = testing::net_of(&scenario, flows, Parties::PROVIDER);
    let expected = [0.0, (30_000.0 / 1.21 - 20_000.0) / 2.0];
    approx::assert_relative_eq!(gains[..], expected[..], epsilon = 1e-9);
}

#[test]
fn a_forecast_pays_for_deviations_of_costs_but_not_of_volume() {
    // Two draws: 10 and 30 participant-years, costs without the programme 100 and 300: 10 per year expected.
    // Both cost 9 per year with it: half of 1 · 10 = 5 and of 1 · 30 = 15.
    let scenario = town(terms(Benchmark::Forecast));
    let mut flows = testing::flows(&scenario, 1);
    let by_draw = |first: f64, other: f64| Lane::from_fn(|draw| if draw == 0 { first } else { other });
    follow(&mut flows, &[0.0], &[0.0], 0.0);
    flows.shadows[0].costs.row_mut(0)[0] = by_draw(100.0, 300.0);
    flows.cohorts[0].costs.row_mut(0)[0] = by_draw(90.0, 270.0);
    flows.shadows[0].person_years.row_mut(0)[0] = by_draw(10.0, 30.0);
    flows.cohorts[0].person_years.row_mut(0)[0] = by_draw(10.0, 30.0);
    let settled = testing::settle_blocks(&scenario, vec![flows], 2);
    let net = settled.blocks[0].net(Parties::PROVIDER)[0];
    approx::assert_relative_eq!(net[0], 5.0, epsilon = 1e-12);
    approx::assert_relative_eq!(net[1], 15.0, epsilon = 1e-12);
    assert_eq!(settled.expectations.clauses[0], Agreed::Forecast(vec![vec![10.0]]));
}

#[test]
fn a_forecast_is_a_ratio_of_means_and_leaves_the_error_of_the_forecast_to_the_parties() {
    // Costs without 100 and 200 at ten years each: 15 expected. With the programme 100 and 200: half of
    // 15 · 10 − 100 = 25 in the first draw, nothing in the second.
    let scenario = town(terms(Benchmark::Forecast));
    let mut flows = testing::flows(&scenario, 1);
    follow(&mut flows, &[0.0], &[0.0], 10.0);
    let costs = Lane::from_fn(|draw| if draw == 0 { 100.0 } else { 200.0 });
    flows.shadows[0].costs.row_mut(0)[0] = costs;
    flows.cohorts[0].costs.row_mut(0)[0] = costs;
    let settled = testing::settle_blocks(&scenario, vec![flows], 2);
    let net = settled.blocks[0].net(Parties::PROVIDER)[0];
    approx::assert_relative_eq!(net[0], 25.0, epsilon = 1e-12);
    assert_eq!(net[1], 0.0);
}

#[test]
fn a_stated_benchmark_is_a_yearly_amount() {
    let scenario = town(terms(Benchmark::Fixed(testing::quantity("80"))));
    assert_eq!(gains(&scenario, &[0.0, 0.0], &[70.0, 85.0]), [5.0, 0.0]);
}

#[test]
fn a_programme_that_is_not_offered_saves_nothing_against_a_stated_benchmark() {
    let mut scenario = town(terms(Benchmark::Fixed(testing::quantity("80"))));
    scenario.strategies[testing::STRATEGY].programmes.clear();
    assert_eq!(gains(&scenario, &[0.0], &[0.0]), [0.0]);
}

/// An insurer with 40% of the market that shares savings on its budget.
fn insurer(purchase: Purchase, terms: SharedSavings) -> Scenario {
    let mut clause = contract(terms);
    clause.from = Payer::Insurers;
    let mut scenario = testing::scenario()
        .insurers(&[0.4])
        .programme("chain", &["course"], &[])
        .budget("zvw", true)
        .clause(clause)
        .build();
    scenario.arrangements[0].purchase = purchase;
    scenario
}

/// Costs 100 without and 90 with the programme, Π = 0.75 for both.
fn with_switching(scenario: &Scenario) -> Flows {
    let mut flows = testing::flows(scenario, 1);
    follow(&mut flows, &[100.0], &[90.0], 10.0);
    flows.shadows[0].costs_retained.row_mut(0)[0] = Lane::splat(75.0);
    flows.cohorts[0].costs_retained.row_mut(0)[0] = Lane::splat(67.5);
    testing::set_increment(&mut flows, 0, 0, -10.0, 0.5, 0.2, 0.75);
    flows
}

fn clause_from(scenario: &Scenario, flows: Flows, party: usize) -> f64 {
    let settled = testing::settle_blocks(scenario, vec![flows], 8);
    settled.blocks[0]
        .lines
        .iter()
        .filter(|line| line.from.party() == Some(party) && line.kind == crate::settle::LineKind::Clause(0))
        .map(|line| line.at(0)[0])
        .sum()
}

#[test]
fn an_insurer_shares_savings_on_the_participants_who_are_still_with_it() {
    // Own insured: 40% of the region, of whom p = 0.4 + 0.6·0.75 = 0.85 are left: half of 0.4·0.85·10 = 1.7.
    let scenario = insurer(Purchase::Own { insurer: 0 }, terms(Benchmark::True));
    let paid = clause_from(&scenario, with_switching(&scenario), FIRST_INSURER);
    approx::assert_relative_eq!(paid, 1.7, epsilon = 1e-12);
    // For the region: its market share of 10, 4, however people move.
    let scenario = insurer(Purchase::Region { insurer: 0 }, terms(Benchmark::True));
    let paid = clause_from(&scenario, with_switching(&scenario), FIRST_INSURER);
    approx::assert_relative_eq!(paid, 2.0, epsilon = 1e-12);
    // Jointly all insurers share all savings, by market share.
    let scenario = insurer(Purchase::Joint, terms(Benchmark::True));
    let flows = with_switching(&scenario);
    approx::assert_relative_eq!(clause_from(&scenario, flows.clone(), FIRST_INSURER), 2.0, epsilon = 1e-12);
    approx::assert_relative_eq!(clause_from(&scenario, flows, Parties::OTHER_INSURERS), 3.0, epsilon = 1e-12);
}

#[test]
fn margin_is_what_the_payer_keeps_of_the_saving() {
    // κ(1 − λ) = 0.5 · 0.8 of 10 is 4; jointly half of it is paid, 0.4 of that by the named insurer.
    let mut margin = terms(Benchmark::True);
    margin.measures = Measures::Margin;
    let scenario = insurer(Purchase::Joint, margin);
    let paid = clause_from(&scenario, with_switching(&scenario), FIRST_INSURER);
    approx::assert_relative_eq!(paid, 0.8, epsilon = 1e-12);
}

#[test]
fn margin_needs_the_true_benchmark_and_a_programme_that_is_alone() {
    let mut margin = terms(Benchmark::Fixed(testing::quantity("100")));
    margin.measures = Measures::Margin;
    let scenario = insurer(Purchase::Joint, margin.clone());
    let error = testing::try_settle(&scenario, vec![with_switching(&scenario)], 8).unwrap_err();
    assert!(error.to_string().contains("needs `benchmark = \"true\"`"), "{error}");
    margin.benchmark = Benchmark::True;
    let scenario = insurer(Purchase::Joint, margin);
    let mut flows = with_switching(&scenario);
    // Another cause saves 1 more than the participants do.
    testing::set_increment(&mut flows, 0, 0, -11.0, 0.5, 0.2, 0.75);
    let error = testing::try_settle(&scenario, vec![flows], 8).unwrap_err();
    assert!(error.to_string().contains("programme `chain`"), "{error}");
}

#[test]
fn a_threshold_on_expected_counts_warns_that_chance_is_ignored() {
    let mut gate = terms(Benchmark::True);
    gate.minimum_savings_rate = testing::quantity("2%");
    let warned = |terms, engine| {
        let mut scenario = town(terms);
        scenario.uncertainty.engine = engine;
        let flows = testing::flows(&scenario, 1);
        testing::settle_blocks(&scenario, vec![flows], 8).warnings
    };
    let ignored = Warning::ChanceIgnored { clause: ClauseOf { arrangement: 0, clause: 0 }, result: None };
    assert_eq!(warned(gate.clone(), Engine::Expected), [ignored]);
    assert!(warned(terms(Benchmark::True), Engine::Expected).is_empty());
    // The other engines have chance in their events.
    assert!(warned(gate, Engine::Counts).is_empty());
}

#[test]
fn a_payer_that_does_not_hold_the_budget_is_pointed_out() {
    let mut scenario = town(terms(Benchmark::True));
    scenario.parties.list[FIRST_PARTY].budgets.clear();
    let flows = testing::flows(&scenario, 1);
    let warnings = testing::settle_blocks(&scenario, vec![flows], 8).warnings;
    assert_eq!(
        warnings,
        [Warning::HoldsNothing { clause: ClauseOf { arrangement: 0, clause: 0 }, budget: 0 }]
    );
}

#[test]
fn a_saving_that_chance_could_bring_is_not_shared() {
    // 10 participant-years, cv 0.5, R² 0.36, as many controls: se = 0.5 · √(0.64 · 0.2) = 17.9%. At one standard error
    // 17 of 100 is not enough and 18 is.
    let mut tested = terms(Benchmark::True);
    tested.significance = Some(Significance {
        z: testing::quantity("1"),
        cv: testing::quantity("0.5"),
        r_squared: testing::quantity("0.36"),
        controls: Some(testing::quantity("10")),
    });
    assert_eq!(gains(&town(tested), &[100.0, 100.0], &[83.0, 82.0]), [0.0, 9.0]);
}

#[test]
fn a_test_of_significance_knows_how_small_the_group_is_that_is_compared_with() {
    // As above, where nothing is stated about how many the benchmark rests on: ten controls, or the ten participants in the
    // year before. Taken to be very many the standard error would be 0.5 · √(0.64 / 10) = 12.6%, and 17 enough.
    for benchmark in [Benchmark::Control(testing::quantity("10")), Benchmark::BeforeAfter] {
        let mut tested = terms(benchmark);
        tested.significance = Some(Significance {
            z: testing::quantity("1"),
            cv: testing::quantity("0.5"),
            r_squared: testing::quantity("0.36"),
            controls: None,
        });
        let scenario = town(tested);
        for (with, gain) in [(83.0, 0.0), (82.0, 9.0)] {
            let mut flows = testing::flows(&scenario, 1);
            follow(&mut flows, &[100.0], &[with], 10.0);
            flows.shadows[0].first_costs.row_mut(0)[0] = Lane::splat(100.0);
            flows.shadows[0].first_person_years.row_mut(0)[0] = Lane::splat(10.0);
            assert_eq!(testing::net_of(&scenario, flows, Parties::PROVIDER), [gain]);
        }
    }
}

#[test]
fn over_the_contract_participant_years_add_up_and_less_is_significant() {
    // 20 participant-years without controls: se = 0.5 · √(0.64 / 20) = 8.9% of 200: 17 is not enough and 18 is.
    let mut tested = terms(Benchmark::True);
    tested.whole_contract = true;
    tested.significance = Some(Significance {
        z: testing::quantity("1"),
        cv: testing::quantity("0.5"),
        r_squared: testing::quantity("0.36"),
        controls: None,
    });
    assert_eq!(gains(&town(tested.clone()), &[100.0, 100.0], &[91.0, 92.0]), [0.0, 0.0]);
    assert_eq!(gains(&town(tested), &[100.0, 100.0], &[91.0, 91.0]), [0.0, 9.0]);
}

#[test]
fn the_minimum_by_number_of_participants_is_that_of_this_group() {
    // 10 participants between 5 (4%) and 15 (2%): 3%.
    let mut sliding = terms(Benchmark::True);
    sliding.minimum_by_size = vec![(5.0, testing::quantity("0.04")), (15.0, testing::quantity("0.02"))];
    assert_eq!(gains(&town(sliding), &[100.0, 100.0], &[97.5, 97.0]), [0.0, 1.5]);
}

#[test]
fn quality_lowers_the_share_of_savings_and_raises_that_of_losses() {
    // 75% at a quality of 0.6: 45% of a saving of 10; of a loss of 10 1 − 0.45 = 55%. Below the minimum: 0 and 75%.
    let enhanced = |quality: &str| {
        let mut terms = terms(Benchmark::True);
        terms.share = testing::quantity("0.75");
        terms.quality = Some(testing::quantity(quality));
        terms.quality_minimum = Some(testing::quantity("0.3"));
        terms.loss = Some(LossTerms {
            share: testing::quantity("0.75"),
            minimum_rate: Some(testing::quantity("0")),
            cap_rate: Some(testing::quantity("0.15")),
            cap_amount: None,
            by_quality: Some((testing::quantity("0.40"), testing::quantity("0.75"))),
        });
        gains(&town(terms), &[100.0, 100.0], &[90.0, 110.0])
    };
    approx::assert_relative_eq!(enhanced("0.6")[..], [4.5, -5.5], epsilon = 1e-12);
    approx::assert_relative_eq!(enhanced("0.2")[..], [0.0, -7.5], epsilon = 1e-12);
}

#[test]
fn a_loss_limit_in_euros_is_in_euros_of_the_year_of_the_claims() {
    // 30% of a loss of 4,000 is 1,200; 1,000 of 2026 at 10% inflation since 2024 are 826.45.
    let mut limited = terms(Benchmark::True);
    limited.loss = Some(LossTerms {
        share: testing::quantity("0.3"),
        minimum_rate: Some(testing::quantity("0")),
        cap_rate: None,
        cap_amount: Some(testing::quantity("1_000")),
        by_quality: None,
    });
    let mut scenario = town(limited);
    scenario.arrangements[0].clauses[0].nominal = true;
    let mut flows = testing::flows(&scenario, 1);
    follow(&mut flows, &[100_000.0], &[104_000.0], 10.0);
    flows.inflation = Some(Lane::splat(0.10));
    let gains = testing::net_of(&scenario, flows, Parties::PROVIDER);
    approx::assert_relative_eq!(gains[0], -1_000.0 / 1.21, epsilon = 1e-9);
}

#[test]
fn a_loss_that_chance_could_bring_is_not_paid_back_either() {
    // se = 17.9% as above: at one standard error a loss of 17 of 100 is not enough and 18 is, of which 30% is owed. With a
    // stated minimum of 0 both count.
    let owed = |minimum_rate| {
        let mut tested = terms(Benchmark::True);
        tested.significance = Some(Significance {
            z: testing::quantity("1"),
            cv: testing::quantity("0.5"),
            r_squared: testing::quantity("0.36"),
            controls: Some(testing::quantity("10")),
        });
        tested.loss = Some(LossTerms {
            share: testing::quantity("0.3"),
            minimum_rate,
            cap_rate: None,
            cap_amount: None,
            by_quality: None,
        });
        gains(&town(tested), &[100.0, 100.0], &[117.0, 118.0])
    };
    approx::assert_relative_eq!(owed(None)[..], [0.0, -5.4], epsilon = 1e-12);
    approx::assert_relative_eq!(owed(Some(testing::quantity("0")))[..], [-5.1, -5.4], epsilon = 1e-12);
}

#[test]
fn controls_are_more_than_nobody() {
    let mut tested = terms(Benchmark::True);
    tested.significance = Some(Significance {
        z: testing::quantity("1"),
        cv: testing::quantity("0.5"),
        r_squared: testing::quantity("0"),
        controls: Some(testing::quantity("0")),
    });
    let scenario = town(tested);
    let mut flows = testing::flows(&scenario, 1);
    follow(&mut flows, &[100.0], &[80.0], 10.0);
    let error = testing::try_settle(&scenario, vec![flows], 8).unwrap_err();
    assert!(error.to_string().contains("must be above 0, but is 0"), "{error}");
}
