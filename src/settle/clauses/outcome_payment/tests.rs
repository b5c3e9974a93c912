//! Payments for results on small numbers.

use super::*;
use crate::scenario::Scenario;
use crate::scenario::checked::{
    Clause, CountBenchmark, Node, Parties, Payer, Purchase, Request, Requested, Tallied, Terms,
};
use crate::settle::testing::{self, FIRST_PARTY};

/// Falls of participants.
fn falls() -> Request {
    let what = Requested::Participants { what: Tallied::Node(Node::Event(0)), effects: true, insurer: None };
    Request { programme: 0, what, where_: None }
}

fn persons(step: usize) -> Request {
    Request { programme: 0, what: Requested::Persons { step, quarter: 0 }, where_: None }
}

fn terms(counts: Request, pays: Pays) -> OutcomeTerms {
    OutcomeTerms {
        counts,
        per: None,
        benchmark: CountBenchmark::Nothing,
        fewer: false,
        threshold: testing::quantity("0"),
        pays,
        error_sd: None,
        whole_contract: false,
    }
}

fn avoided(benchmark: CountBenchmark) -> OutcomeTerms {
    let price = testing::quantity("500");
    OutcomeTerms { benchmark, fewer: true, ..terms(falls(), Pays::PerUnit(price)) }
}

fn clause(terms: OutcomeTerms) -> Clause {
    testing::clause(FIRST_PARTY, Parties::PROVIDER, Terms::OutcomePayment(Box::new(terms)))
}

fn town(clause: Clause) -> Scenario {
    testing::scenario()
        .programme("chain", &["recruited", "completes", "responds"], &[])
        .party("town", &[])
        .clause(clause)
        .build()
}

/// What the provider is paid by year when the clause's requests count these amounts.
fn paid(clause: Clause, requested: &[&[f64]]) -> Vec<f64> {
    let scenario = town(clause);
    let mut flows = testing::flows(&scenario, requested[0].len());
    for (row, amounts) in requested.iter().enumerate() {
        testing::set_requested(&mut flows, row, amounts);
    }
    testing::net_of(&scenario, flows, Parties::PROVIDER)
}

#[test]
fn every_avoided_fall_beyond_the_threshold_is_paid_for() {
    // 100 without and 88 with the programme, 2 would not have happened anyway: 10 · 500. More falls bring nothing.
    let mut terms = avoided(CountBenchmark::True);
    terms.threshold = testing::quantity("2");
    assert_eq!(paid(clause(terms), &[&[88.0, 105.0], &[100.0, 100.0]]), [5000.0, 0.0]);
}

#[test]
fn a_fixed_benchmark_is_a_number_a_year() {
    let terms = avoided(CountBenchmark::Fixed(testing::quantity("90")));
    assert_eq!(paid(clause(terms), &[&[88.0, 80.0]]), [1000.0, 5000.0]);
}

#[test]
fn a_forecast_is_a_rate_per_participant_year_times_the_years_that_were_lived() {
    // Without: 100 falls in 200 years. With: 88 falls in 190 years, 95 expected: 7 avoided.
    let terms = avoided(CountBenchmark::Forecast);
    let amounts = paid(clause(terms), &[&[88.0], &[100.0], &[190.0], &[200.0]]);
    approx::assert_relative_eq!(amounts[0], 3500.0, epsilon = 1e-9);
}

#[test]
fn settled_as_one_a_bad_year_is_set_off_against_a_good_one() {
    let mut terms = avoided(CountBenchmark::True);
    terms.whole_contract = true;
    assert_eq!(paid(clause(terms), &[&[90.0, 104.0], &[100.0, 100.0]]), [0.0, 3000.0]);
}

#[test]
fn payments_for_results_are_capped_as_those_of_any_clause() {
    let mut clause = clause(avoided(CountBenchmark::True));
    clause.cap_per_year = Some(testing::quantity("4_000"));
    clause.cap_total = Some(testing::quantity("5_000"));
    assert_eq!(paid(clause, &[&[88.0, 88.0], &[100.0, 100.0]]), [4000.0, 1000.0]);
}

#[test]
fn an_insurer_pays_for_results_of_those_still_insured_with_it() {
    // m = 0.4, Π = 0.75. 90 falls and 100 without: 10 avoided. For its own insured p = 0.4 + 0.6 · 0.75 = 0.85:
    // 0.4 · 0.85 · 10 · 500 = 1,700. For the region its market share: 2,000. Jointly all insurers pay for all: 5,000.
    let paid = |purchase| {
        let mut clause = clause(avoided(CountBenchmark::True));
        clause.from = Payer::Insurers;
        let mut scenario =
            testing::scenario().insurers(&[0.4]).programme("chain", &["course"], &[]).clause(clause).build();
        scenario.arrangements[0].purchase = purchase;
        let mut flows = testing::flows(&scenario, 1);
        for (row, count) in [90.0, 100.0, 67.5, 75.0].into_iter().enumerate() {
            testing::set_requested(&mut flows, row, &[count]);
        }
        testing::net_of(&scenario, flows, Parties::PROVIDER)[0]
    };
    approx::assert_relative_eq!(paid(Purchase::Own { insurer: 0 }), 1700.0, epsilon = 1e-9);
    approx::assert_relative_eq!(paid(Purchase::Region { insurer: 0 }), 2000.0, epsilon = 1e-9);
    approx::assert_relative_eq!(paid(Purchase::Joint), 5000.0, epsilon = 1e-9);
}

#[test]
fn a_mean_per_person_is_of_the_people_the_insurer_had_at_enrolment() {
    // The region: 60 falls of 100 persons; the insurer that pays has 40% of both. A mean of 0.6 is paid at 0.6.
    let terms = OutcomeTerms {
        per: Some(persons(0)),
        threshold: testing::quantity("0.6"),
        ..terms(falls(), Pays::Trigger(testing::quantity("100")))
    };
    let mut clause = clause(terms);
    clause.from = Payer::Insurers;
    let mut scenario =
        testing::scenario().insurers(&[0.4]).programme("chain", &["course"], &[]).clause(clause).build();
    scenario.arrangements[0].purchase = Purchase::Region { insurer: 0 };
    let mut flows = testing::flows(&scenario, 1);
    for (row, count) in [60.0, 100.0, 60.0].into_iter().enumerate() {
        testing::set_requested(&mut flows, row, &[count]);
    }
    assert_eq!(testing::net_of(&scenario, flows, Parties::PROVIDER), [100.0]);
}

/// The contract of Aarhus: 100 for each of its three results, settled as one.
fn aarhus(counts: Request, per: Request, threshold: &str, error: Option<&str>) -> Clause {
    let terms = OutcomeTerms {
        per: Some(per),
        threshold: testing::quantity(threshold),
        error_sd: error.map(testing::quantity),
        whole_contract: true,
        ..terms(counts, Pays::Trigger(testing::quantity("100")))
    };
    clause(terms)
}

#[test]
fn the_contract_of_aarhus_pays_at_162_completers_of_450_and_50_responders_of_162() {
    // 36% of 450 is 162; 50 of 162 is 30.9%, which the contract calls 31%.
    let completion = || aarhus(persons(1), persons(0), "36%", None);
    assert_eq!(paid(completion(), &[&[162.0], &[450.0]]), [100.0]);
    assert_eq!(paid(completion(), &[&[161.0], &[450.0]]), [0.0]);
    let responders = || aarhus(persons(2), persons(1), "50 / 162", None);
    assert_eq!(paid(responders(), &[&[50.0], &[162.0]]), [100.0]);
    assert_eq!(paid(responders(), &[&[49.0], &[162.0]]), [0.0]);
    // Nobody completes: no share, no payment.
    assert_eq!(paid(responders(), &[&[0.0], &[0.0]]), [0.0]);
}

#[test]
fn at_the_expected_share_the_contract_of_aarhus_tosses_a_coin() {
    // Standard error √(0.31 · 0.69 / 162) = 0.0363 about the threshold itself: in half of 4,000 draws it pays, within
    // four standard errors of √(0.25 / 4,000). At a true share of 0.35, 1.1 standard errors above: Φ(1.10) = 86.5%.
    let share_that_pays = |responders: f64| {
        let scenario = town(aarhus(persons(2), persons(1), "0.31", Some("sqrt(0.31 * 0.69 / 162)")));
        let mut flows = testing::flows(&scenario, 1);
        testing::set_requested(&mut flows, 0, &[responders]);
        testing::set_requested(&mut flows, 1, &[162.0]);
        let settled = testing::settle_blocks(&scenario, vec![flows; 500], 4000);
        let paid = settled.blocks.iter().flat_map(|books| books.net(Parties::PROVIDER)[0].0);
        (paid.filter(|&paid| paid > 0.0).count() as f64 / 4000.0, settled)
    };
    let (half, settled) = share_that_pays(0.31 * 162.0);
    approx::assert_abs_diff_eq!(half, 0.5, epsilon = 4.0 * (0.25_f64 / 4000.0).sqrt());
    let (most, _) = share_that_pays(0.35 * 162.0);
    approx::assert_abs_diff_eq!(most, 0.865, epsilon = 4.0 * (0.865_f64 * 0.135 / 4000.0).sqrt());
    let figure = &settled.blocks[0].figures[1];
    assert_eq!(
        (figure.name.as_str(), figure.by_year[0]),
        ("pays", settled.blocks[0].net(Parties::PROVIDER)[0] / 100.0)
    );
}

#[test]
fn more_error_in_the_result_raises_the_expected_payment_of_a_one_sided_contract() {
    // At a result of exactly the threshold a price per unit pays P · E[max(0, error)] = P · sd / √(2π).
    let expected = |sd: &str| {
        let mut terms = avoided(CountBenchmark::True);
        terms.threshold = testing::quantity("10");
        terms.error_sd = Some(testing::quantity(sd));
        let scenario = town(clause(terms));
        let mut flows = testing::flows(&scenario, 1);
        testing::set_requested(&mut flows, 0, &[90.0]);
        testing::set_requested(&mut flows, 1, &[100.0]);
        let settled = testing::settle_blocks(&scenario, vec![flows; 500], 4000);
        settled.blocks.iter().flat_map(|books| books.net(Parties::PROVIDER)[0].0).sum::<f64>() / 4000.0
    };
    let (none, one, two) = (expected("0"), expected("1"), expected("2"));
    assert_eq!(none, 0.0);
    approx::assert_abs_diff_eq!(one, 500.0 / (2.0 * std::f64::consts::PI).sqrt(), epsilon = 20.0);
    approx::assert_relative_eq!(two, 2.0 * one, epsilon = 1e-9);
}
