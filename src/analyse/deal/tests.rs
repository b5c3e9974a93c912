//! A town and a fund share the costs of a programme: everything can be worked out by hand.
//!
//! The programme costs the town 100 in the first year. It saves the town S and the fund F, in some tests more in one half
//! of the draws than in the other. The fund pays the town a share b of the costs, which is negotiated: the town has
//! S − 100(1 − b), the fund F − 100b, both together S + F − 100. Nothing is discounted.

use super::*;
use crate::formula::{LANES, Lane};
use crate::scenario::checked::{Base, Negotiable, Payer, Seat, Table, Terms};
use crate::settle::testing::{self, FIRST_PARTY as TOWN};
use crate::value::flows::{Delivery, Flows, RunDesign, VariantFlows};
use proptest::prelude::*;

const FUND: usize = TOWN + 1;

/// A seat without conditions: signs what is no worse than nothing.
fn seat(party: usize) -> Seat {
    Seat {
        party,
        needed: false,
        net_at_least: None,
        gain_at_least: Some(testing::quantity("0")),
        chance_of_no_loss: None,
        worst_at_least: None,
        payback_within: None,
        budget_per_year: None,
        weight: testing::quantity("1"),
    }
}

/// The share b from low to high by a step, with what the town and the fund save in each of eight draws.
struct Case {
    low: f64,
    high: f64,
    step: f64,
    town: [f64; LANES],
    fund: [f64; LANES],
    seats: Vec<Seat>,
}

impl Case {
    fn new(low: f64, high: f64, step: f64, town: f64, fund: f64) -> Self {
        let seats = vec![seat(TOWN), seat(FUND)];
        Self { low, high, step, town: [town; LANES], fund: [fund; LANES], seats }
    }

    fn find(self) -> (Scenario, Deal) {
        let mut subsidy = testing::subsidy(testing::base(Base::Programme, None), "p0");
        subsidy.from = Payer::Party(FUND);
        subsidy.to = Payer::Party(TOWN);
        let mut scenario = testing::scenario()
            .budget("wmo", false)
            .budget("wlz", false)
            .party("town", &[(0, 1.0)])
            .party("fund", &[(1, 1.0)])
            .programme("chain", &["course"], &[])
            .clause(subsidy)
            .parameters(1)
            .build();
        scenario.arrangements[0].providers = vec![(0, None, TOWN)];
        scenario.negotiation.terms.push(Negotiable {
            id: "share".to_owned(),
            parameter: 0,
            low: self.low,
            high: self.high,
            step: self.step,
            span: None,
        });
        scenario.negotiation.table = Some(Table {
            strategy: testing::STRATEGY,
            arrangements: vec![0],
            fallback: None,
            seats: self.seats,
        });
        let mut flows = testing::flows(&scenario, 1);
        testing::set_costs(&mut flows, &[100.0]);
        for (row, saved) in [(0, self.town), (1, self.fund)] {
            let change = Lane::from_fn(|draw| -saved[draw]);
            flows.increment.row_mut(row)[0] = change;
            flows.cashable.row_mut(row)[0] = change;
        }
        flows.environment.parameters.push(Lane::splat(self.low));
        let valued = valued(flows);
        let deal = deal(&scenario, &valued).unwrap();
        (scenario, deal)
    }
}

fn valued(flows: Flows) -> Valued {
    Valued {
        shape: flows.shape.clone(),
        deliveries: vec![Delivery { strategy: testing::STRATEGY, arrangement: None }],
        variants: vec![VariantFlows { base: vec![flows.clone()], blocks: vec![vec![flows]] }],
        runs: LANES,
        design: RunDesign::PLAIN,
        sampled: Vec::new(),
        groups: None,
        warnings: Vec::new(),
    }
}

/// The share at a point.
fn share(scenario: &Scenario, deal: &Deal, point: usize) -> f64 {
    deal.values(scenario, &deal.points[point])[0]
}

fn nets(deal: &Deal) -> Vec<[f64; 2]> {
    let round = |value: f64| (value * 1e9).round() / 1e9;
    deal.points.iter().map(|point| [round(point.parties[0].net), round(point.parties[1].net)]).collect()
}

#[test]
fn the_space_the_feasible_set_and_the_frontier_of_a_shared_cost() {
    // S = 40, F = 100; b = 0.5, 0.6, …, 1: the town has −10, 0, …, 40 and the fund 50, 40, …, 0. All but the first are
    // feasible, and since both have 40 together none is better than another.
    let (_, deal) = Case::new(0.5, 1.0, 0.1, 40.0, 100.0).find();
    assert_eq!(
        nets(&deal),
        [[-10.0, 50.0], [0.0, 40.0], [10.0, 30.0], [20.0, 20.0], [30.0, 10.0], [40.0, 0.0]]
    );
    assert_eq!(deal.feasible(), [1, 2, 3, 4, 5]);
    assert_eq!(deal.solutions.frontier, [false, true, true, true, true, true]);
    assert!(deal.openings.is_empty());
}

#[test]
fn max_min_and_nash_meet_in_the_middle_unless_one_has_more_power() {
    let (scenario, deal) = Case::new(0.5, 1.0, 0.1, 40.0, 100.0).find();
    // The smallest gain is 20 at most, the product 20 · 20.
    assert_eq!(share(&scenario, &deal, deal.solutions.max_min.unwrap()), 0.8);
    assert_eq!(share(&scenario, &deal, deal.solutions.nash.unwrap()), 0.8);
    // With three times the power: 3 ln 30 + ln 10 = 12.5 is more than 4 ln 20 = 12.0 and 3 ln 10 + ln 30 = 10.3.
    let mut case = Case::new(0.5, 1.0, 0.1, 40.0, 100.0);
    case.seats[0].weight = testing::quantity("3");
    let (scenario, deal) = case.find();
    assert_eq!(share(&scenario, &deal, deal.solutions.nash.unwrap()), 0.9);
    assert_eq!(share(&scenario, &deal, deal.solutions.max_min.unwrap()), 0.8);
}

#[test]
fn the_shapley_target_gives_who_could_do_it_alone_more() {
    // S = 40, F = 120: the fund alone is worth 20, both 60. The fund: ½ · 20 + ½ · 60 = 40; the town ½ · 0 + ½ · 40 = 20.
    // At b = 0.8 the fund has 40 and the town 20: no side payments.
    let (scenario, deal) = Case::new(0.5, 1.0, 0.1, 40.0, 120.0).find();
    let contract = &deal.contracts[0];
    assert_eq!((contract.benefits.as_slice(), contract.cost), ([40.0, 120.0].as_slice(), 100.0));
    assert_eq!(contract.shapley.target, [20.0, 40.0]);
    assert_eq!(share(&scenario, &deal, deal.solutions.shapley.unwrap()), 0.8);
    assert!(contract.shapley.blocking.is_none());
}

#[test]
fn side_payments_lead_from_the_best_point_to_the_target() {
    // S = 40, F = 100, b = 0.5, 0.7, 0.9: (−10, 50), (10, 30), (30, 10). The smallest gain is 10 in the last two, and so is
    // the other: the first of them. The target is 20 each: the fund pays the town 10.
    let (scenario, deal) = Case::new(0.5, 0.9, 0.2, 40.0, 100.0).find();
    assert_eq!(share(&scenario, &deal, deal.solutions.nearest), 0.7);
    let payments = &deal.solutions.side_payments;
    approx::assert_relative_eq!(payments.as_slice(), [10.0, -10.0].as_slice(), epsilon = 1e-9);
}

#[test]
fn where_savings_do_not_cover_the_cost_a_grant_must() {
    // S = 20, F = 60: 20 is missing however it is divided. b = 0.5 … 1: the town has −30 … 20, the fund 10 … −40.
    // At 0.7 both lack 10, which is the least of the largest; the town is named first. Within the terms it takes 20 too.
    let (scenario, deal) = Case::new(0.5, 1.0, 0.1, 20.0, 60.0).find();
    assert!(deal.feasible().is_empty());
    assert_eq!((deal.solutions.max_min, deal.solutions.nash), (None, None));
    assert_eq!(share(&scenario, &deal, deal.solutions.nearest), 0.7);
    let (blocks, lacks) = deal.solutions.blocking(&deal.points).unwrap();
    approx::assert_relative_eq!(lacks, 10.0, epsilon = 1e-9);
    assert_eq!(blocks, 0);
    assert_eq!(deal.solutions.grant_with_side_payments, [20.0]);
    let Opening::Grant { point, to } = &deal.openings[0] else { panic!("{:?}", deal.openings) };
    approx::assert_relative_eq!(to.iter().sum::<f64>(), 20.0, epsilon = 1e-9);
    approx::assert_relative_eq!(deal.solutions.grant.1, 20.0, epsilon = 1e-9);
    assert_eq!(*point, deal.solutions.grant.0);
    let terms = deal.openings.iter().filter(|opening| matches!(opening, Opening::Term { .. })).count();
    assert_eq!(terms, 0, "no share helps: {:?}", deal.openings);
}

#[test]
fn a_party_that_asked_less_would_open_the_deal_where_all_others_are_content() {
    // S = 20, F = 60. The fund is content at b ≤ 0.6, where the town has −20; the town at b ≥ 0.8, where the fund has −20.
    let (scenario, deal) = Case::new(0.5, 1.0, 0.1, 20.0, 60.0).find();
    let mut told = Vec::new();
    for opening in &deal.openings {
        let Opening::Condition { seat, point } = opening else { continue };
        let [(asked, reached)] = deal.seats[*seat].unmet(&deal.points[*point].parties[*seat])[..] else {
            panic!("{opening:?}")
        };
        let Condition::Gain(reached) = reached else { panic!("{reached:?}") };
        assert_eq!(asked, Condition::Gain(0.0));
        told.push((*seat, share(&scenario, &deal, *point), reached.round()));
    }
    assert_eq!(told, [(0, 0.6, -20.0), (1, 0.8, -20.0)]);
}

#[test]
fn only_those_who_are_needed_count_for_the_least_grant() {
    // The fund need not agree: the town alone lacks 100 − 20.
    let mut case = Case::new(0.5, 1.0, 0.1, 20.0, 60.0);
    case.seats[0].needed = true;
    let (_, deal) = case.find();
    assert_eq!(deal.solutions.grant_with_side_payments, [80.0]);
}

#[test]
fn a_range_that_ends_too_early_is_told_where_it_should_end() {
    // S = 40, F = 100 with b up to 0.2: the town needs 0.6, four steps further.
    let (scenario, deal) = Case::new(0.0, 0.2, 0.1, 40.0, 100.0).find();
    assert!(deal.feasible().is_empty());
    let (blocks, lacks) = deal.solutions.blocking(&deal.points).unwrap();
    assert_eq!(blocks, 0);
    approx::assert_relative_eq!(lacks, 40.0, epsilon = 1e-9);
    let Opening::Term { term, value, point } = &deal.openings[1] else { panic!("{:?}", deal.openings) };
    assert_eq!((*term, *value), (0, 0.6));
    assert_eq!(deal.values(&scenario, point), [0.6]);
    assert_eq!(deal.solutions.grant_with_side_payments, [0.0], "they have enough together");
}

#[test]
fn a_share_beyond_all_costs_does_not_hide_that_all_of_them_would_do() {
    // S = 0, F = 100 with b up to 0.7: the town needs 1, three steps further; the fourth is no share.
    let (scenario, deal) = Case::new(0.4, 0.7, 0.1, 0.0, 100.0).find();
    assert!(deal.feasible().is_empty());
    let Opening::Term { value, point, .. } = &deal.openings[1] else { panic!("{:?}", deal.openings) };
    assert_eq!((*value, deal.values(&scenario, point)), (1.0, vec![1.0]));
}

#[test]
fn a_range_is_widened_downwards_too_up_to_nothing() {
    // S = 100, F = 0 with b from 0.3: the fund signs for nothing only; the fourth step down is no share.
    let (scenario, deal) = Case::new(0.3, 0.6, 0.1, 100.0, 0.0).find();
    let Opening::Term { value, point, .. } = &deal.openings[1] else { panic!("{:?}", deal.openings) };
    assert_eq!((*value, deal.values(&scenario, point)), (0.0, vec![0.0]));
}

#[test]
fn a_party_that_fears_a_loss_signs_for_less() {
    // The fund saves 50 or 150, the town 40. The fund wants to lose in at most two draws of five: then b ≤ 0.5, and at 0.6
    // it loses 10 in half of the draws. The town needs 0.6: no deal, the fund lacks 10 there.
    let mut case = Case::new(0.4, 0.6, 0.1, 40.0, 0.0);
    case.fund = [50.0, 150.0, 50.0, 150.0, 50.0, 150.0, 50.0, 150.0];
    case.seats[1] =
        Seat { gain_at_least: None, chance_of_no_loss: Some(testing::quantity("0.6")), ..seat(FUND) };
    let (scenario, deal) = case.find();
    let losses: Vec<f64> = deal.points.iter().map(|point| point.parties[1].no_loss).collect();
    assert_eq!(losses, [1.0, 1.0, 0.5]);
    let lacks: Vec<[f64; 2]> = deal
        .points
        .iter()
        .map(|point| [point.parties[0].shortfall.round(), point.parties[1].shortfall.round()])
        .collect();
    assert_eq!(lacks, [[20.0, 0.0], [10.0, 0.0], [0.0, 10.0]]);
    // Of 0.5 and 0.6 the one that is better for who gains least: (0, 40) before (−10, 50).
    assert_eq!(share(&scenario, &deal, deal.solutions.nearest), 0.6);
    let blocking = deal.solutions.blocking(&deal.points).map(|(seat, lacks)| (seat, lacks.round()));
    assert_eq!(blocking, Some((1, 10.0)));
    // At 0.6 the town is content in all draws and the fund in half of them.
    assert_eq!(deal.points[2].chance, 0.5);
}

#[test]
fn terms_that_pay_more_than_the_costs_are_no_contract() {
    // Beyond b = 1 a subsidy would be no share: two subsidies of up to 0.6 each.
    let (mut scenario, _) = Case::new(0.5, 0.6, 0.1, 40.0, 100.0).find();
    let second = scenario.arrangements[0].clauses[0].clone();
    scenario.arrangements[0]
        .clauses
        .push(crate::scenario::checked::Clause { id: "again".to_owned(), ..second });
    let mut flows = testing::flows(&scenario, 1);
    testing::set_costs(&mut flows, &[100.0]);
    flows.environment.parameters.push(Lane::splat(0.5));
    let deal = deal(&scenario, &valued(flows)).unwrap();
    // Twice 0.5 is all of the costs, twice 0.6 too much.
    assert_eq!(deal.points.iter().map(Point::is_possible).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn the_fallback_is_where_gains_are_counted_from() {
    // Without a deal the fund pays 0.7: (10, 30). Of 0.6, 0.7, 0.8 only 0.7 leaves nobody worse off.
    let (mut scenario, _) = Case::new(0.6, 0.8, 0.1, 40.0, 100.0).find();
    let mut now = scenario.arrangements[0].clone();
    now.id = "now".to_owned();
    let Terms::Subsidy { share, .. } = &mut now.clauses[0].terms else { panic!("a subsidy") };
    *share = testing::quantity("0.7");
    scenario.arrangements.push(now);
    if let Some(table) = &mut scenario.negotiation.table {
        table.fallback = Some(1);
    }
    let mut flows = testing::flows(&scenario, 1);
    testing::set_costs(&mut flows, &[100.0]);
    testing::set_increment(&mut flows, 0, 0, -40.0, 1.0, 0.0, 1.0);
    testing::set_increment(&mut flows, 1, 0, -100.0, 1.0, 0.0, 1.0);
    flows.environment.parameters.push(Lane::splat(0.6));
    let deal = deal(&scenario, &valued(flows)).unwrap();
    approx::assert_relative_eq!(deal.without.as_slice(), [10.0, 30.0].as_slice(), epsilon = 1e-9);
    assert_eq!(deal.feasible(), [1]);
    assert_eq!(deal.solutions.nash, None, "nobody gains over the fallback");
}

#[test]
fn without_room_to_keep_parts_they_are_settled_while_points_go_by() {
    let (scenario, deal) = Case::new(0.0, 1.0, 0.1, 40.0, 100.0).find();
    let mut flows = testing::flows(&scenario, 1);
    testing::set_costs(&mut flows, &[100.0]);
    testing::set_increment(&mut flows, 0, 0, -40.0, 1.0, 0.0, 1.0);
    testing::set_increment(&mut flows, 1, 0, -100.0, 1.0, 0.0, 1.0);
    flows.environment.parameters.push(Lane::splat(0.0));
    let valued = valued(flows);
    let terms = &scenario.negotiation.terms;
    let negotiated =
        [Negotiated::new(&scenario, &valued, testing::STRATEGY, 0, terms, &[TOWN, FUND]).unwrap()];
    let fallback = [Without::default(), Without::default()];
    for room in [0, 300, 4000] {
        let space = Space {
            scenario: &scenario,
            negotiated: &negotiated,
            seats: &deal.seats,
            fallback: &fallback,
            room,
        };
        assert_eq!(space.points().unwrap(), deal.points, "{room} bytes");
    }
}

#[test]
fn the_room_of_a_part_is_that_of_the_numbers_it_leaves() {
    let (scenario, _) = Case::new(0.0, 1.0, 0.1, 40.0, 100.0).find();
    let mut flows = testing::flows(&scenario, 1);
    testing::set_costs(&mut flows, &[100.0]);
    flows.environment.parameters.push(Lane::splat(0.0));
    let valued = valued(flows);
    let terms = &scenario.negotiation.terms;
    let negotiated = Negotiated::new(&scenario, &valued, testing::STRATEGY, 0, terms, &[TOWN, FUND]).unwrap();
    for part in negotiated.parts() {
        let steps = vec![0; part.terms.len()];
        let settled = negotiated.settle_part(part, &[steps]).unwrap().remove(0);
        let rows = [settled.present, settled.expected, settled.paid].concat();
        let numbers = rows.iter().map(Vec::len).sum::<usize>() + settled.turnover.len();
        assert_eq!(negotiated.room_of(part), 8 * numbers);
    }
}

/// Two arrangements of the town and the fund: under each the fund pays a share, of its own range, of what the programme costs
/// there. S = 40, F = 100.
fn two(ranges: [[f64; 3]; 2], costs: [f64; 2], asks: &str) -> (Scenario, Deal) {
    let (mut scenario, _) = Case::new(0.5, 0.6, 0.1, 40.0, 100.0).find();
    let mut second = scenario.arrangements[0].clone();
    second.id = "second".to_owned();
    let Terms::Subsidy { share, .. } = &mut second.clauses[0].terms else { panic!("a subsidy") };
    *share = testing::quantity("p1");
    scenario.arrangements.push(second);
    let another = scenario.parameters.list[0].clone();
    scenario.parameters.list.push(crate::scenario::checked::Parameter { name: "p1".to_owned(), ..another });
    scenario.negotiation.terms = (0..2)
        .map(|parameter| {
            let [low, high, step] = ranges[parameter];
            Negotiable { id: format!("share_{parameter}"), parameter, low, high, step, span: None }
        })
        .collect();
    if let Some(table) = &mut scenario.negotiation.table {
        table.arrangements = vec![0, 1];
        for seat in &mut table.seats {
            seat.gain_at_least = Some(testing::quantity(asks));
        }
    }
    let flows = costs.map(|cost| {
        let mut flows = testing::flows(&scenario, 1);
        testing::set_costs(&mut flows, &[cost]);
        testing::set_increment(&mut flows, 0, 0, -40.0, 1.0, 0.0, 1.0);
        testing::set_increment(&mut flows, 1, 0, -100.0, 1.0, 0.0, 1.0);
        flows.environment.parameters.extend(ranges.map(|[low, ..]| Lane::splat(low)));
        flows
    });
    let mut valued = valued(flows[0].clone());
    valued.deliveries.push(Delivery { strategy: testing::STRATEGY, arrangement: Some(1) });
    valued.variants = vec![VariantFlows { base: flows.to_vec(), blocks: vec![flows.to_vec()] }];
    let deal = deal(&scenario, &valued).unwrap();
    (scenario, deal)
}

#[test]
fn the_best_of_several_arrangements_is_chosen_and_each_has_terms_of_its_own() {
    // b = 0.5, 0.7, 0.9: (−10, 50), (10, 30), (30, 10); c = 0.2, 0.8: (−40, 80), (20, 20). The least gain is largest in the last.
    let (scenario, deal) = two([[0.5, 0.9, 0.2], [0.2, 0.8, 0.6]], [100.0, 100.0], "0");
    let expected = [[-10.0, 50.0], [10.0, 30.0], [30.0, 10.0], [-40.0, 80.0], [20.0, 20.0]];
    assert_eq!(nets(&deal), expected);
    assert_eq!(deal.points.iter().map(|point| point.contract).collect::<Vec<_>>(), [0, 0, 0, 1, 1]);
    assert_eq!(
        (deal.contracts[0].terms.as_slice(), deal.contracts[1].terms.as_slice()),
        (&[0][..], &[1][..])
    );
    assert_eq!(deal.feasible(), [1, 2, 4]);
    assert_eq!(
        (deal.solutions.max_min, deal.solutions.nash, deal.solutions.shapley),
        (Some(4), Some(4), Some(4))
    );
    assert_eq!(share(&scenario, &deal, 4), 0.8);
    assert_eq!(deal.solutions.frontier, [false, true, true, false, true]);
}

#[test]
fn one_fair_division_is_compared_with_the_points_of_all_arrangements() {
    // Both ask for 25. First arrangement: 40 to divide, 20 each. Second: the programme costs 145, 5 more than is saved, so that
    // nothing would be divided. With c = 0.7 there: 40 − 145 · 0.3 = −3.5 and 100 − 145 · 0.7 = −1.5, close to nothing each.
    let (_, deal) = two([[0.5, 0.9, 0.2], [0.7, 0.8, 0.1]], [100.0, 145.0], "25");
    assert!(deal.feasible().is_empty());
    let targets =
        deal.contracts.iter().map(|contract| contract.shapley.target.as_slice()).collect::<Vec<_>>();
    assert_eq!(targets, [[20.0, 20.0], [0.0, 0.0]]);
    // 0.7 and 0.9 are √(10² + 10²) from the target; the other points lie much further from it.
    assert_eq!((deal.solutions.nearest, deal.solutions.shapley), (1, Some(1)));
    // The town lacks 15 at b = 0.7, and would have to ask for 10 only; nobody needs more than 15 in all.
    assert_eq!((deal.solutions.grant.0, deal.solutions.grant.1.round()), (1, 15.0));
    let others: Vec<f64> = deal.solutions.grant_with_side_payments.iter().map(|open| open.round()).collect();
    assert_eq!(others, [0.0, 5.0]);
}

#[test]
fn the_ranges_of_all_arrangements_are_widened_each_for_its_own_terms() {
    // b up to 0.2 and c up to 0.5: the town needs 0.6 under both.
    let (scenario, deal) = two([[0.0, 0.2, 0.1], [0.3, 0.5, 0.1]], [100.0, 100.0], "0");
    let mut terms = Vec::new();
    for opening in &deal.openings {
        if let Opening::Term { term, value, point } = opening {
            terms.push((*term, *value, point.contract, deal.values(&scenario, point)));
        }
    }
    assert_eq!(terms, [(0, 0.6, 0, vec![0.6]), (1, 0.6, 1, vec![0.6])]);
    let Opening::Grant { point, to } = &deal.openings[0] else { panic!("{:?}", deal.openings) };
    // Under the second the town lacks 10 only, at its highest share.
    assert_eq!((deal.points[*point].contract, to.iter().sum::<f64>().round()), (1, 10.0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// The named points are what their names say, by looking at all points.
    #[test]
    fn named_points_are_the_best_of_all(
        town in 0.0..80.0_f64,
        fund in 0.0..120.0_f64,
        spread in 0.0..50.0_f64,
        weight in 1_u8..5,
    ) {
        let mut case = Case::new(0.0, 1.0, 0.05, town, fund);
        for draw in 0..LANES {
            case.fund[draw] += if draw % 2 == 0 { spread } else { -spread };
        }
        case.seats[0].weight = testing::quantity(&weight.to_string());
        let (_, deal) = case.find();
        let feasible = deal.feasible();
        let gains = |point: usize| [deal.points[point].parties[0].gain, deal.points[point].parties[1].gain];
        let least = |point: usize| gains(point)[0].min(gains(point)[1]);
        for (point, one) in deal.points.iter().enumerate() {
            // Transfers create nothing.
            let together: f64 = one.parties.iter().map(|party| party.net).sum();
            prop_assert!((together - (town + fund - 100.0)).abs() < 1e-9);
            prop_assert_eq!(one.is_feasible(), least(point) >= -1e-7);
            // And so no point can be better for one and worse for none: all that are feasible are on the frontier.
            prop_assert_eq!(deal.solutions.frontier[point], feasible.contains(&point));
        }
        prop_assert_eq!(deal.solutions.max_min.is_some(), !feasible.is_empty());
        if let Some(best) = deal.solutions.max_min {
            prop_assert!(feasible.iter().all(|&point| least(point) <= least(best) + 1e-6));
        }
        if let Some(best) = deal.solutions.nash {
            let product = |point: usize| gains(point)[0].powi(i32::from(weight)) * gains(point)[1];
            for &point in &feasible {
                prop_assert!(product(point) <= product(best) * (1.0 + 1e-6) || least(point) <= 1e-6);
            }
        }
        // What each lacks at a share b: the town 100(1 − b) − S, the fund 100b − F.
        let lacking = |step: i32| {
            let share = 0.05 * f64::from(step);
            (100.0 * (1.0 - share) - town).max(0.0) + (100.0 * share - fund).max(0.0)
        };
        let least = (0..=20).map(lacking).fold(f64::INFINITY, f64::min);
        prop_assert!((deal.solutions.grant.1 - least).abs() < 1e-6, "{:?} where {least} is", deal.solutions.grant);
    }
}
