//! Findings of a small run, worked by hand. Yearly, at the stated values: the programme costs EUR 50,000 and
//! avoids 30,000 of Zvw, 20,000 of Wlz and 10,000 of Wmo costs, half of it cash; 2 QALYs and 0.4 life-years are
//! gained; 80 people take the course. The three mid-year discount factors at 3% sum to
//! 1.03^−0.5 + 1.03^−1.5 + 1.03^−2.5 = 2.870726992.

use super::business_case::PartyCase;
use super::dominance::{Comparison, Standing};
use super::fixture::{self, DRAWS, FUND, INSURER, MUNICIPALITY, YEARS, factor, fixture};
use super::measures::Row;
use super::{Findings, analyse};
use crate::formula::Lane;
use crate::scenario::checked::Purchase;
use crate::settle::{Account, LineKind, settle};
use crate::value::flows::{Flows, Grid};
use approx::assert_relative_eq;

const ANNUITY: f64 = 2.870_726_992_061_466;

fn position(findings: &Findings, id: &str) -> usize {
    findings.measures.iter().position(|measure| measure.id == id).unwrap()
}

fn case(findings: &Findings, arrangement: usize, account: Account) -> &PartyCase {
    let settlement = &findings.variants[0].settlements[arrangement];
    settlement.cases.iter().find(|case| case.account == account).unwrap()
}

#[test]
fn the_cost_of_a_strategy_is_its_programme_less_what_care_it_avoids() {
    let findings = fixture(false).findings;
    let result = &findings.variants[0].cost_effectiveness.as_ref().unwrap().strategies[1];
    assert_relative_eq!(result.programme_cost.base, 50_000.0 * ANNUITY, max_relative = 1e-12);
    assert_relative_eq!(result.disease_increment.base, -60_000.0 * ANNUITY, max_relative = 1e-12);
    assert_relative_eq!(result.budgets[0].base, -30_000.0 * ANNUITY, max_relative = 1e-12);
    assert_relative_eq!(result.cost_increment.base, -10_000.0 * ANNUITY, max_relative = 1e-12);
    // The factors of the draws are evenly spread around 1, so the mean is the base case.
    assert_relative_eq!(result.cost_increment.expected(), -10_000.0 * ANNUITY, max_relative = 1e-12);
    assert_eq!(result.cost.draws.len(), DRAWS);
    assert_eq!(result.base.comparison, Comparison::Dominant);
    assert_eq!(result.base.standing, Standing::Reference);
}

#[test]
fn half_the_effect_costs_its_price_per_qaly() {
    // EUR 20,000 a year for one QALY a year; QALYs are discounted at 1.5%: their factors sum to 2.933960623.
    let findings = fixture(false).findings;
    let result = &findings.variants[1].cost_effectiveness.as_ref().unwrap().strategies[1];
    let Standing::OnFrontier { versus, icer } = result.expected.unwrap().standing else {
        panic!("on the frontier: {:?}", result.expected);
    };
    assert_eq!(versus, 0);
    assert_relative_eq!(icer, 20_000.0 * ANNUITY / 2.933_960_623, max_relative = 1e-9);
}

#[test]
fn an_increment_survives_a_level_a_million_million_times_its_size() {
    let scenario = fixture::scenario();
    let mut valued = fixture::valued(false);
    for flows in
        valued.variants.iter_mut().flat_map(|v| v.base.iter_mut().chain(v.blocks.iter_mut().flatten()))
    {
        flows.level_present = vec![Lane::splat(1e15); 3];
        flows.increment_present = vec![Lane::splat(-1e-3), Lane::ZERO, Lane::ZERO];
        flows.programme_costs_present = vec![Lane::ZERO; 3];
    }
    let findings = analyse(&scenario, &valued, &[]);
    let cea = findings.variants[0].cost_effectiveness.as_ref().unwrap();
    assert_eq!(cea.strategies[1].cost_increment.expected(), -1e-3);
    let tiny = &cea.thresholds[0].strategies[1];
    assert_eq!(tiny.probability.unwrap().mean, 1.0);
}

#[test]
fn participants_are_those_who_reach_the_first_step_that_does_something() {
    // The risk check has no effect of its own: its 400 people a year do not count, the 80 of the course do.
    let findings = fixture(false).findings;
    let outcomes = &findings.variants[0].outcomes.deliveries[0];
    assert_eq!(outcomes.participants.base, 240.0);
    assert_eq!(outcomes.reached[0].total.base, 1_200.0);
    assert_eq!(outcomes.turned_away[1].by_year.len(), YEARS);
    let hip = position(&findings, "falls.hip_fracture");
    assert_relative_eq!(outcomes.difference[hip].total.base, -7.5);
    assert_relative_eq!(outcomes.level[hip].total.base, 292.5);
    assert_relative_eq!(outcomes.per_participant[hip].unwrap().base, -7.5 / 240.0);
    assert_relative_eq!(outcomes.per_thousand[hip].base, -0.75);
}

#[test]
fn without_participants_nothing_is_said_per_participant() {
    let scenario = fixture::scenario();
    let mut valued = fixture::valued(false);
    for block in &mut valued.variants[0].blocks {
        block[0].reached = Grid::zeros(2, YEARS);
    }
    let findings = analyse(&scenario, &valued, &[]);
    assert!(findings.variants[0].outcomes.deliveries[0].per_participant.iter().all(Option::is_none));
    assert!(findings.variants[1].outcomes.deliveries[0].per_participant.iter().all(Option::is_some));
}

#[test]
fn a_long_horizon_keeps_totals_by_draw_and_years_at_the_stated_values() {
    let scenario = fixture::scenario();
    let mut valued = fixture::valued(false);
    let total = |grid: &Grid| {
        let mut one = Grid::zeros(grid.rows(), 1);
        (0..grid.rows()).for_each(|row| one.row_mut(row)[0] = grid.total(row));
        one
    };
    for flows in valued.variants[0].blocks.iter_mut().flatten() {
        for grid in [
            &mut flows.count_level,
            &mut flows.count_increment,
            &mut flows.health_level,
            &mut flows.health_increment,
        ] {
            *grid = total(grid);
        }
    }
    let findings = analyse(&scenario, &valued, &[]);
    let whole = fixture(false).findings;
    let (short, long) = (&findings.variants[0].outcomes, &whole.variants[0].outcomes);
    let falls = position(&findings, "falls.fall");
    let (short, long) = (&short.deliveries[0].difference[falls], &long.deliveries[0].difference[falls]);
    assert_eq!(short.total, long.total);
    assert_eq!(short.by_year.len(), YEARS);
    assert!(short.by_year.iter().all(|year| year.spread.is_none() && year.base == -100.0));
    assert_eq!(findings.variants[0].goals[0].probability, None);
    assert!(findings.variants[0].goals[0].reached_in_base);
}

#[test]
fn a_goal_is_reached_in_the_draws_in_which_the_change_is_large_enough() {
    // −2.5% is met where the factor is at least 1: in the draws 5 to 9 of 0 to 9.
    let findings = fixture(false).findings;
    let goal = &findings.variants[0].goals[0];
    assert_eq!((0..DRAWS).filter(|&draw| factor(draw) >= 1.0).count(), 5);
    assert_eq!(goal.probability, Some(0.5));
    assert_relative_eq!(goal.change.base, -0.025);
    assert_eq!(findings.variants[1].goals[0].probability, Some(0.0));
}

#[test]
fn the_municipality_bears_the_programme_and_keeps_the_cash_of_its_own_budget() {
    // 50,000 a year out, half of 10,000 in: −45,000 a year. For each euro put in it loses 90 cents.
    let findings = fixture(false).findings;
    let case = case(&findings, 0, Account::Party(MUNICIPALITY));
    assert!(case.cash.by_year.iter().all(|year| year.base == -45_000.0));
    assert_relative_eq!(case.cash.present.base, -45_000.0 * ANNUITY, max_relative = 1e-12);
    assert_relative_eq!(case.put_in.base, 50_000.0 * ANNUITY, max_relative = 1e-12);
    assert_relative_eq!(case.return_on_put_in.unwrap(), -0.9, max_relative = 1e-12);
    assert_eq!(case.cash.cash_need.base, 135_000.0);
    assert_eq!(case.cash.payback, None);
    assert_eq!(case.cash.internal_rates, [-1.0]);
    let savings = case.lines.iter().find(|line| line.kind == LineKind::Savings { budget: 2 }).unwrap();
    assert_eq!((savings.total.base, savings.counterparty), (30_000.0, Account::Care));
    let freed = case.lines.iter().find(|line| line.kind == LineKind::FreedCapacity { budget: 2 }).unwrap();
    assert_eq!((freed.total.base, freed.counterparty), (-15_000.0, Account::Capacity));
}

#[test]
fn an_insurers_result_is_told_per_insured_person_and_month() {
    // 60% of 15,000 cash less a fifth for equalisation, three years: 21,600; 60% of 29,400 life-years insured.
    let findings = fixture(false).findings;
    let case = case(&findings, 0, Account::Party(INSURER));
    assert_relative_eq!(case.cash.total.base, 21_600.0, max_relative = 1e-12);
    let monthly = case.per_insured_month.unwrap();
    assert_relative_eq!(monthly.base, 21_600.0 / (0.6 * 29_400.0 * 12.0), max_relative = 1e-12);
}

#[test]
fn of_what_is_avoided_little_reaches_the_municipality_that_pays() {
    // A year: 30,000 on zvw, 20,000 on wlz and 10,000 on wmo, half of it cash. A fifth of the 15,000 of insurers is equalised. They and
    // the Wlz fund, with 12,000 and 10,000, pay nothing; the municipality pays and keeps 5,000.
    let findings = fixture(false).findings;
    let leakages = findings.variants[0].settlements[0].leakages.as_ref().unwrap();
    assert_eq!(leakages.payers, [MUNICIPALITY]);
    let parts = [
        (&leakages.avoided, 60_000.0),
        (&leakages.not_cash, 30_000.0),
        (&leakages.equalisation, 3_000.0),
        (&leakages.switching, 0.0),
        (&leakages.free_riding, 0.0),
        (&leakages.wrong_pocket, 22_000.0),
        (&leakages.kept, 5_000.0),
    ];
    for (part, a_year) in parts {
        assert_relative_eq!(part.base, a_year * ANNUITY, max_relative = 1e-9, epsilon = 1e-6);
    }
}

/// The small run with insurers that buy in some way and another party that bears the programme.
fn bought(purchase: Purchase, payer: usize) -> Findings {
    let mut scenario = fixture::scenario();
    scenario.arrangements[0].purchase = purchase;
    scenario.arrangements[0].providers = vec![(0, None, payer)];
    let valued = fixture::valued(true);
    let settled = settle(&scenario, &valued).unwrap();
    analyse(&scenario, &valued, &settled)
}

#[test]
fn the_parts_of_what_is_avoided_add_up_under_every_purchase_and_whoever_pays() {
    let insurer = Purchase::Own { insurer: 0 };
    for purchase in [Purchase::Joint, Purchase::Region { insurer: 0 }, insurer] {
        for payer in [MUNICIPALITY, INSURER, FUND] {
            let findings = bought(purchase, payer);
            let leakages = findings.variants[0].settlements[0].leakages.as_ref().unwrap();
            let parts = [
                &leakages.not_cash,
                &leakages.equalisation,
                &leakages.switching,
                &leakages.free_riding,
                &leakages.wrong_pocket,
                &leakages.kept,
            ];
            let sum: f64 = parts.iter().map(|part| part.base).sum();
            assert_relative_eq!(sum, leakages.avoided.base, max_relative = 1e-9);
            // Who pays is not who merely saves: parts at others appear where others save.
            assert_eq!(leakages.payers, [payer]);
            assert!(leakages.wrong_pocket.base > 0.0, "{purchase:?}, {payer}");
        }
    }
}

#[test]
fn what_parties_gain_together_with_freed_capacity_is_what_the_strategy_saves() {
    // 60,000 avoided less 50,000 spent, three years: 30,000, whatever the contract.
    let findings = fixture(false).findings;
    for settlement in &findings.variants[0].settlements {
        let total: f64 = settlement.cases.iter().map(|case| case.cash.total.base).sum();
        assert_relative_eq!(total, 30_000.0, max_relative = 1e-9);
        for case in &settlement.cases {
            let lines: f64 = case.lines.iter().map(|line| line.total.base).sum();
            assert_relative_eq!(lines, case.cash.total.base, max_relative = 1e-9, epsilon = 1e-9);
        }
    }
}

#[test]
fn every_measure_has_a_name_a_unit_and_a_row() {
    let findings = fixture(false).findings;
    let ids: Vec<&str> = findings.measures.iter().map(|measure| measure.id.as_str()).collect();
    let expected = ["life_years", "qalys", "falls.fall", "falls.hip_fracture", "falls.home", "falls.deaths"];
    assert_eq!(ids, expected);
    let units: Vec<&str> = findings.measures.iter().map(|measure| measure.unit.as_str()).collect();
    assert_eq!(units[2..], ["occurrences", "occurrences", "person-years", "persons"]);
    assert_eq!(findings.measures[1].row, Row::Health(Flows::QALYS));
    assert_eq!(findings.measures[4].name.en, "home", "the identifier where there is no name");
}

#[test]
fn findings_do_not_depend_on_the_number_of_threads() {
    let with_threads = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| format!("{:?}", fixture(false).findings))
    };
    assert_eq!(with_threads(1), with_threads(3));
}

#[test]
fn a_file_with_only_a_comparator_has_nothing_to_compare() {
    let mut scenario = fixture::scenario();
    scenario.strategies.truncate(1);
    let mut valued = fixture::valued(false);
    valued.deliveries.clear();
    let settled = settle(&scenario, &valued).unwrap();
    let findings = analyse(&scenario, &valued, &settled);
    assert!(findings.variants[0].cost_effectiveness.is_none());
    assert!(findings.variants[0].outcomes.deliveries.is_empty());
}
