//! Shares of a cost of 120 by every rule.

use super::*;
use crate::scenario::Scenario;
use crate::scenario::checked::{Base, Clause, Terms};
use crate::settle::Settled;
use crate::settle::testing::{self, FIRST_PARTY};
use crate::settle::warning::ClauseOf;

#[test]
fn shares_are_proportional_to_expected_benefit_and_losers_pay_nothing() {
    assert_eq!(proportional(&[300.0, 100.0, -50.0]), Some(vec![0.75, 0.25, 0.0]));
    assert_eq!(proportional(&[-1.0, 0.0]), None);
}

fn sharing(rule: ShareRule, parties: &[Payer]) -> Clause {
    let mut clause = testing::subsidy(testing::base(Base::Programme, None), "1");
    clause.terms = Terms::CostShare {
        base: testing::base(Base::Programme, None),
        parties: parties.to_vec(),
        rule,
        ex_post: false,
        needed: vec![false; parties.len()],
    };
    clause
}

/// Two budgets, a fund and a town that hold one each, a programme that costs 120.
fn region(clause: Clause) -> Scenario {
    testing::scenario()
        .programme("chain", &["course"], &[])
        .budget("wlz", false)
        .budget("wmo", false)
        .party("fund", &[(0, 1.0)])
        .party("town", &[(1, 1.0)])
        .clause(clause)
        .build()
}

const FUND: usize = FIRST_PARTY;
const TOWN: usize = FIRST_PARTY + 1;

const CLAUSE: ClauseOf = ClauseOf { arrangement: 0, clause: 0 };

/// One party would do better alone: by paying itself, or by not paying more than it saves.
fn alone(party: usize, paying: bool, by: f64, grant: f64) -> Warning {
    let members = vec![Payer::Party(party)];
    Warning::BetterAlone { strategy: testing::STRATEGY, clause: CLAUSE, members, paying, by, grant }
}

/// What must come from outside to satisfy everybody.
fn outside(warnings: &[Warning]) -> f64 {
    let [Warning::BetterAlone { grant, .. }] = warnings else { panic!("{warnings:?}") };
    (grant * 1e6).round() / 1e6
}

/// The region settled when the draws save these amounts.
fn settled(clause: Clause, draws: &[[f64; 2]]) -> Settled {
    let scenario = region(clause);
    let blocks = draws
        .chunks(8)
        .map(|draws| {
            let mut flows = testing::flows(&scenario, 1);
            testing::set_costs(&mut flows, &[120.0]);
            for budget in [0, 1] {
                let saved = Lane::from_fn(|draw| -draws[draw.min(draws.len() - 1)][budget]);
                flows.increment.row_mut(budget)[0] = saved;
                flows.cashable.row_mut(budget)[0] = saved;
            }
            flows
        })
        .collect();
    testing::settle_blocks(&scenario, blocks, draws.len())
}

/// Net of the clause to fund, town and provider, when the draws save these amounts, and what is warned of.
fn paid(clause: Clause, draws: &[[f64; 2]]) -> (Vec<f64>, Vec<Warning>) {
    let settled = settled(clause, draws);
    let of = |party| {
        let entries = settled.blocks[0].entries(party);
        entries
            .filter(|entry| matches!(entry.kind, LineKind::Clause(_)))
            .map(|entry| entry.sign * entry.amounts.first().map_or(0.0, |amount| amount[0]))
            .sum::<f64>()
    };
    ([FUND, TOWN, 4].map(of).to_vec(), settled.warnings)
}

#[test]
fn proportional_shares_rest_on_means_over_all_draws_and_not_on_the_draw() {
    // Means over ten draws (two blocks, the second with two draws): fund 9·100 + 900 = 1,800 / 10 = 180;
    // town 60. Shares 75% and 25%, also in the first draw, where the fund saves no more than 100.
    let mut draws = vec![[100.0, 60.0]; 10];
    draws[9] = [900.0, 60.0];
    let parties = [Payer::Party(FUND), Payer::Party(TOWN)];
    let (paid, warnings) = paid(sharing(ShareRule::Proportional, &parties), &draws);
    approx::assert_relative_eq!(paid[..], [-90.0, -30.0, 120.0], epsilon = 1e-9);
    assert!(warnings.is_empty());
}

#[test]
fn parties_share_equally_with_a_warning_when_nobody_is_expected_to_save() {
    let parties = [Payer::Party(FUND), Payer::Party(TOWN)];
    let (paid, warnings) = paid(sharing(ShareRule::Proportional, &parties), &[[-5.0, 0.0]; 8]);
    approx::assert_relative_eq!(paid[..], [-60.0, -60.0, 120.0], epsilon = 1e-9);
    assert_eq!(warnings[0], Warning::NobodySaves { strategy: testing::STRATEGY, clause: CLAUSE });
}

#[test]
fn who_bears_the_costs_keeps_its_own_share() {
    // Fund, town and provider a third each: the provider is paid 80 of 120.
    let parties = [Payer::Party(FUND), Payer::Party(TOWN), Payer::Party(4)];
    let (paid, _) = paid(sharing(ShareRule::Equal, &parties), &[[1.0, 1.0]; 8]);
    approx::assert_relative_eq!(paid[..], [-40.0, -40.0, 80.0], epsilon = 1e-9);
}

#[test]
fn fixed_shares_leave_the_rest_with_who_bears_the_costs() {
    let shares = ShareRule::Fixed(vec![testing::quantity("0.5"), testing::quantity("0.1")]);
    let (paid, _) = paid(sharing(shares, &[Payer::Party(FUND), Payer::Party(TOWN)]), &[[1.0, 1.0]; 8]);
    approx::assert_relative_eq!(paid[..], [-60.0, -12.0, 72.0], epsilon = 1e-9);
}

#[test]
fn an_insurer_that_bears_the_costs_keeps_its_part_of_what_insurers_pay() {
    // Insurer 0 (m = 0.4) delivers at 120; insurers share all of it: the unnamed 60% pays 72.
    let mut clause = sharing(ShareRule::Equal, &[Payer::Insurers]);
    clause.to = Payer::Party(testing::FIRST_INSURER);
    let mut scenario =
        testing::scenario().insurers(&[0.4]).programme("chain", &["course"], &[]).clause(clause).build();
    scenario.arrangements[0].providers = vec![(0, None, testing::FIRST_INSURER)];
    let mut flows = testing::flows(&scenario, 1);
    testing::set_costs(&mut flows, &[120.0]);
    let net = testing::net_of(&scenario, flows, testing::FIRST_INSURER);
    approx::assert_relative_eq!(net[0], -48.0, epsilon = 1e-12);
}

#[test]
fn a_cap_reduces_every_payer_in_proportion() {
    // 50% and 10% of 120 is 72; capped at 36 the two pay 30 and 6.
    let shares = ShareRule::Fixed(vec![testing::quantity("0.5"), testing::quantity("0.1")]);
    let mut clause = sharing(shares, &[Payer::Party(FUND), Payer::Party(TOWN)]);
    clause.cap_per_year = Some(testing::quantity("36"));
    let (paid, _) = paid(clause, &[[1.0, 1.0]; 8]);
    approx::assert_relative_eq!(paid[..], [-30.0, -6.0, 36.0], epsilon = 1e-9);
}

fn both() -> [Payer; 2] {
    [Payer::Party(FUND), Payer::Party(TOWN)]
}

#[test]
fn by_shapley_and_nash_two_who_cannot_pay_alone_have_the_same_gain() {
    // Fund saves 100, town 60, the programme costs 120: a surplus of 40, 20 for each; they pay 80 and 40.
    for rule in [ShareRule::Shapley, ShareRule::Nash(None)] {
        let (paid, warnings) = paid(sharing(rule, &both()), &[[100.0, 60.0]; 8]);
        approx::assert_relative_eq!(paid[..], [-80.0, -40.0, 120.0], epsilon = 1e-9);
        assert!(warnings.is_empty(), "{warnings:?}");
    }
}

#[test]
fn by_shapley_who_could_pay_alone_pays_less_for_company() {
    // Fund saves 200, town 60: v = 80, 0, 140. Shapley: (80 + 140) / 2 = 110 and (0 + 60) / 2 = 30: they pay 90, 30.
    // Nash divides 140 equally: 130 is paid by the fund, and the town, who saves 60, is paid 10.
    let (paid_shapley, _) = paid(sharing(ShareRule::Shapley, &both()), &[[200.0, 60.0]; 8]);
    approx::assert_relative_eq!(paid_shapley[..], [-90.0, -30.0, 120.0], epsilon = 1e-9);
    let (paid_nash, warnings) = paid(sharing(ShareRule::Nash(None), &both()), &[[200.0, 60.0]; 8]);
    approx::assert_relative_eq!(paid_nash[..], [-130.0, 10.0, 120.0], epsilon = 1e-9);
    // Alone the fund has 80, and here 70.
    assert_eq!(warnings, [alone(FUND, true, 10.0, 0.0)]);
}

#[test]
fn bargaining_power_divides_the_surplus() {
    let weights = ["3", "1"].map(testing::quantity).to_vec();
    let (paid, _) = paid(sharing(ShareRule::Nash(Some(weights)), &both()), &[[100.0, 60.0]; 8]);
    approx::assert_relative_eq!(paid[..], [-70.0, -50.0, 120.0], epsilon = 1e-9);
}

#[test]
fn without_a_surplus_everybody_pays_what_they_save() {
    // 50 and −20 of 120: the fund pays 50, the town nothing, the provider is left with 70.
    let (paid, _) = paid(sharing(ShareRule::Shapley, &both()), &[[50.0, -20.0]; 8]);
    approx::assert_relative_eq!(paid[..], [-50.0, 0.0, 50.0], epsilon = 1e-9);
}

#[test]
fn ex_post_shares_are_those_of_the_draw() {
    // 180 and 60 in the first draw: 75% and 25%; the mean of the others does not matter.
    let mut draws = [[60.0, 180.0]; 8];
    draws[0] = [180.0, 60.0];
    let mut clause = sharing(ShareRule::Proportional, &both());
    if let Terms::CostShare { ex_post, .. } = &mut clause.terms {
        *ex_post = true;
    }
    let (paid, _) = paid(clause, &draws);
    approx::assert_relative_eq!(paid[..], [-90.0, -30.0, 120.0], epsilon = 1e-9);
}

#[test]
fn a_party_that_pays_more_than_it_saves_would_be_better_off_without() {
    // Equal shares of 60; the town saves 10.
    let (_, warnings) = paid(sharing(ShareRule::Equal, &both()), &[[300.0, 10.0]; 8]);
    assert_eq!(warnings, [alone(TOWN, false, 50.0, 0.0)]);
}

#[test]
fn of_a_loser_and_two_winners_no_shares_satisfy_everybody() {
    let mut clause = sharing(ShareRule::Equal, &[Payer::Party(FUND), Payer::Party(TOWN), Payer::Party(4)]);
    // The fund saves 200, the town loses 50, the programme costs 120: together 30, the fund alone 80.
    let (_, warnings) = paid(clause.clone(), &[[200.0, -50.0]; 8]);
    assert_eq!(outside(&warnings), 50.0);
    if let Terms::CostShare { needed, .. } = &mut clause.terms {
        needed[1] = true;
    }
    // Where nothing happens without the town, nobody can do better alone than nothing.
    let (_, warnings) = paid(clause, &[[200.0, -50.0]; 8]);
    assert_eq!(outside(&warnings), 0.0);
}

#[test]
fn who_bears_the_costs_and_loses_is_made_whole_beyond_them() {
    // Town bears 120 and loses 30, the fund saves 250: Nash divides 100 equally. The fund pays 200, of which 80 are what
    // the town is to have beyond its costs: 30 that it loses and its gain of 50.
    let mut clause = sharing(ShareRule::Nash(None), &both());
    clause.to = Payer::Party(TOWN);
    let mut scenario = region(clause);
    scenario.arrangements[0].providers = vec![(0, None, TOWN)];
    let mut flows = testing::flows(&scenario, 1);
    testing::set_costs(&mut flows, &[120.0]);
    testing::set_increment(&mut flows, 0, 0, -250.0, 1.0, 0.0, 1.0);
    testing::set_increment(&mut flows, 1, 0, 30.0, 1.0, 0.0, 1.0);
    let net = |party| testing::net_of(&scenario, flows.clone(), party)[0];
    approx::assert_relative_eq!(net(FUND), 50.0, epsilon = 1e-9);
    approx::assert_relative_eq!(net(TOWN), 50.0, epsilon = 1e-9);
}

/// Figures of the core by name, in whole millionths; every draw, and the base case, must show the same.
fn core_of(clause: Clause, draws: &[[f64; 2]]) -> Vec<(String, f64)> {
    let settled = settled(clause, draws);
    for books in settled.blocks.iter().chain([&settled.base]) {
        assert_eq!(books.figures, settled.blocks[0].figures);
    }
    let figures = settled.blocks[0].figures.iter();
    figures.map(|figure| (figure.name.clone(), (figure.by_year[0][0] * 1e6).round() / 1e6)).collect()
}

fn core(clause: Clause, draws: &[[f64; 2]]) -> Vec<f64> {
    core_of(clause, draws).into_iter().map(|(_, value)| value).collect()
}

#[test]
fn figures_name_the_coalition_that_lacks_most_and_what_it_lacks() {
    // Equal shares of 60; the town saves 10, so it lacks 50. Shares of 110 and 10 would satisfy both: no grant is needed.
    let found = core_of(sharing(ShareRule::Equal, &both()), &[[300.0, 10.0]; 8]);
    let expected = [
        ("coalition_lacks", 50.0),
        ("in_coalition.fund", 0.0),
        ("in_coalition.town", 1.0),
        ("grant_for_stability", 0.0),
    ];
    assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn figures_of_stable_shares_are_zero() {
    assert_eq!(core(sharing(ShareRule::Shapley, &both()), &[[100.0, 60.0]; 8]), [0.0; 4]);
}

#[test]
fn where_no_shares_are_stable_figures_show_the_grant_that_makes_them_so() {
    // Each a third of 120. The town loses 50 and pays 40, the provider saves nothing and pays 40: together they lack 130.
    // All have 30, the fund alone 80: 50 must come from outside.
    let clause = sharing(ShareRule::Equal, &[Payer::Party(FUND), Payer::Party(TOWN), Payer::Party(4)]);
    assert_eq!(core(clause, &[[200.0, -50.0]; 8]), [130.0, 0.0, 1.0, 1.0, 50.0]);
}

#[test]
fn shares_of_the_draw_are_judged_by_what_is_expected_to_be_paid() {
    // The town saves 60 in every draw, the fund 0 or 300. Ex ante (150 : 60) the town pays 120 · 60 / 210 = 34.29 and gains.
    // Ex post it pays 120 where the fund saves nothing and 120 · 60 / 360 = 20 elsewhere: 70 expected, 10 more than it saves.
    let mut draws = [[0.0, 60.0]; 8];
    draws[4..].fill([300.0, 60.0]);
    let mut clause = sharing(ShareRule::Proportional, &both());
    assert_eq!(core(clause.clone(), &draws), [0.0; 4]);
    if let Terms::CostShare { ex_post, .. } = &mut clause.terms {
        *ex_post = true;
    }
    assert_eq!(core(clause.clone(), &draws), [10.0, 0.0, 1.0, 0.0]);
    let (_, warnings) = paid(clause, &draws);
    let [Warning::BetterAlone { members, paying: false, .. }] = &warnings[..] else { panic!("{warnings:?}") };
    assert_eq!(members[..], [Payer::Party(TOWN)]);
}
