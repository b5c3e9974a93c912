//! Laws that hold for all flows, purchases and contracts.

mod cases;
mod variance;

use super::books::Account;
use super::testing::{self, FIRST_INSURER, STRATEGY};
use super::{LineKind, Settled};
use crate::formula::{LANES, Lane};
use crate::scenario::Scenario;
use crate::scenario::checked::{
    Benchmark, Bundle, Heads, MeasurementError, Parties, Purchase, ShareRule, Terms,
};
use crate::scenario::grammar::CLAUSE_TYPES;
use crate::value::flows::{Flows, ItemKind};
use cases::{CLAUSES, Case, YEARS, case, clauses, flows, scenario};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn settled(scenario: &Scenario, seed: u64) -> (Settled, Vec<Flows>) {
    let blocks: Vec<Flows> = (0..2).map(|block| flows(scenario, seed.wrapping_add(block))).collect();
    (testing::settle_blocks(scenario, blocks.clone(), 2 * LANES), blocks)
}

/// What an insurer that buys for its own insured scales by, computed apart from the code under test.
fn scale(case: &Case) -> f64 {
    if case.purchase >= 3 { case.market_shares[case.purchase - 3] } else { 1.0 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Σ net of parties = −Σ increments − programme costs − freed capacity − what `outside` is paid.
    #[test]
    fn a_contract_redistributes_and_creates_nothing(case in case()) {
        let scenario = scenario(&case, clauses(&case));
        let (settled, blocks) = settled(&scenario, case.seed);
        for (books, flows) in settled.blocks.iter().zip(&blocks) {
            let parties: Vec<Vec<Lane>> = (0..scenario.parties.list.len())
                .filter(|&party| party != Parties::OUTSIDE)
                .map(|party| books.net(party))
                .collect();
            let outside = books.net(Parties::OUTSIDE);
            let gross = books.gross();
            for year in 0..books.years {
                for draw in 0..LANES {
                    let net: f64 = parties.iter().map(|net| net[year][draw]).sum();
                    let mut expected = -outside[year][draw];
                    if year < YEARS {
                        for row in 0..3 {
                            let (all, cash) = (flows.increment.at(row, year), flows.cashable.at(row, year));
                            let capacity = -(all[draw] - cash[draw]);
                            expected -= scale(&case) * (all[draw] + capacity);
                        }
                        for (row, item) in flows.shape.items.iter().enumerate() {
                            let cost = flows.programme_costs.at(row, year)[draw];
                            let per_person = matches!(item.kind, ItemKind::Step { .. });
                            expected -= cost * if per_person { scale(&case) } else { 1.0 };
                        }
                    }
                    prop_assert!(
                        (net - expected).abs() <= 1e-9 * gross[draw],
                        "year {year}, draw {draw}: {net} instead of {expected}"
                    );
                }
            }
        }
    }

    /// Clauses read earlier phases only, so the order they are written in does not matter.
    #[test]
    fn the_order_of_clauses_does_not_matter(case in case()) {
        let forward = scenario(&case, clauses(&case));
        let mut backward = scenario(&case, clauses(&case).into_iter().rev().collect());
        // The same names, since errors of measurement go by them.
        let names: Vec<String> = forward.arrangements[0].clauses.iter().map(|clause| clause.id.clone()).collect();
        for (clause, name) in backward.arrangements[0].clauses.iter_mut().rev().zip(names) {
            clause.id = name;
        }
        let mut blocks = flows(&forward, case.seed);
        // The same for every request, since requests follow the order of the clauses.
        for row in 0..blocks.requested.rows() {
            blocks.requested.row_mut(row).fill(Lane::splat(40.0));
        }
        let mut reversed = blocks.clone();
        reversed.shape = testing::flows(&backward, YEARS).shape;
        let first = testing::settle_blocks(&forward, vec![blocks], LANES);
        let second = testing::settle_blocks(&backward, vec![reversed], LANES);
        for party in 0..forward.parties.list.len() {
            let (first, gross) = (&first.blocks[0], first.blocks[0].gross());
            for (one, other) in first.net(party).iter().zip(second.blocks[0].net(party)) {
                for draw in 0..LANES {
                    prop_assert!((one[draw] - other[draw]).abs() <= 1e-9 * gross[draw]);
                }
            }
        }
    }

    /// Every block has the same lines, so that a line can be followed over draws.
    #[test]
    fn every_block_and_the_base_case_have_the_same_lines(case in case()) {
        let scenario = scenario(&case, clauses(&case));
        let (settled, _) = settled(&scenario, case.seed);
        let lines = |books: &super::Books| -> Vec<(Account, Account, LineKind)> {
            books.lines.iter().map(|line| (line.from, line.to, line.kind)).collect()
        };
        for books in &settled.blocks {
            prop_assert_eq!(lines(books), lines(&settled.base));
            prop_assert!(books.lines.iter().all(|line| line.amounts.len() <= books.years));
        }
    }

    /// What an insurer saves does not rise with what equalisation takes (below zero: adds), nor with how fast insured leave.
    #[test]
    fn an_insurer_saves_less_the_more_leaks(
        share in 0.05..0.9_f64,
        saved in 1.0..1e4_f64,
        cashable in 0.1..1.0_f64,
        lost in [-1.0..1.0_f64, -1.0..1.0_f64],
        left in [0.0..1.0_f64, 0.0..1.0_f64],
        purchase in 0..3_usize,
    ) {
        let mut scenario = testing::scenario().insurers(&[share]).budget("zvw", true).build();
        scenario.arrangements[0].purchase =
            [Purchase::Joint, Purchase::Region { insurer: 0 }, Purchase::Own { insurer: 0 }][purchase];
        let saves = |lost: f64, left: f64| {
            let mut flows = testing::flows(&scenario, 1);
            testing::set_increment(&mut flows, 0, 0, -saved, cashable, lost, 1.0 - left);
            testing::net_of(&scenario, flows, FIRST_INSURER)[0]
        };
        let [few, many] = if lost[0] <= lost[1] { lost } else { [lost[1], lost[0]] };
        let [slow, fast] = if left[0] <= left[1] { left } else { [left[1], left[0]] };
        prop_assert!(saves(many, slow) <= saves(few, slow) + 1e-9 * saved);
        prop_assert!(saves(few, fast) <= saves(few, slow) + 1e-9 * saved);
    }

    /// Results are placed by index: the same bits on one thread and on three.
    #[test]
    fn threads_change_no_bit(case in case()) {
        let scenario = scenario(&case, clauses(&case));
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| settled(&scenario, case.seed).0)
        };
        prop_assert_eq!(on(1).blocks, on(3).blocks);
    }
}

/// The word of a clause's type.
fn word(terms: &Terms) -> &'static str {
    match terms {
        Terms::Fee { .. } => "fee",
        Terms::Capitation { .. } => "capitation",
        Terms::Bundled(_) => "bundled",
        Terms::LumpSum { .. } => "lump-sum",
        Terms::Subsidy { .. } => "subsidy",
        Terms::CostShare { .. } => "cost-share",
        Terms::Copayment { .. } => "copayment",
        Terms::SharedSavings(_) => "shared-savings",
        Terms::OutcomePayment(_) => "outcome-payment",
        Terms::ImpactBond(_) => "impact-bond",
        Terms::CoFinancing { .. } => "co-financing",
        Terms::Guarantee { .. } => "guarantee",
        Terms::RevolvingFund(_) => "revolving-fund",
    }
}

/// In which of its forms a clause is.
fn forms(terms: &Terms) -> Vec<&'static str> {
    match terms {
        Terms::CostShare { rule, ex_post, .. } => vec![match (rule, ex_post) {
            (ShareRule::Fixed(_), _) => "cost-share: fixed",
            (ShareRule::Equal, _) => "cost-share: equal",
            (ShareRule::Proportional, false) => "cost-share: proportional",
            (ShareRule::Proportional, true) => "cost-share: proportional, ex post",
            (ShareRule::Shapley, false) => "cost-share: shapley",
            (ShareRule::Shapley, true) => "cost-share: shapley, ex post",
            (ShareRule::Nash(_), false) => "cost-share: nash",
            (ShareRule::Nash(_), true) => "cost-share: nash, ex post",
        }],
        Terms::Bundled(Bundle::ByStep(_)) => vec!["bundled: by step"],
        Terms::Bundled(Bundle::ByYear { .. }) => vec!["bundled: by year"],
        Terms::Capitation { heads: Heads::Step { .. }, .. } => vec!["capitation: of a step"],
        Terms::Capitation { heads: Heads::Population { .. }, .. } => vec!["capitation: of an outcome"],
        Terms::SharedSavings(terms) => {
            let benchmark = match terms.benchmark {
                Benchmark::True => "shared-savings: true",
                Benchmark::Forecast => "shared-savings: forecast",
                Benchmark::Fixed(_) => "shared-savings: fixed",
                Benchmark::Control(_) => "shared-savings: control",
                Benchmark::BeforeAfter => "shared-savings: before_after",
            };
            let error = match terms.error {
                Some(MeasurementError::Stated(_)) => Some("shared-savings: stated error"),
                Some(MeasurementError::People { .. }) => Some("shared-savings: error of people"),
                None => None,
            };
            let significance = terms.significance.as_ref().map(|_| "shared-savings: significance");
            let quality = terms.quality.as_ref().map(|_| "shared-savings: quality");
            [Some(benchmark), error, significance, quality].into_iter().flatten().collect()
        }
        _ => Vec::new(),
    }
}

fn all_of_them(seed: u64) -> Case {
    Case {
        purchase: 0,
        market_shares: [0.4, 0.3],
        clauses: vec![true; CLAUSES],
        lag: 1,
        nominal: true,
        numbers: [0.5; 4],
        seed,
    }
}

#[test]
fn the_cases_have_clauses_of_every_type_there_is() {
    let covered: BTreeSet<&str> = clauses(&all_of_them(1)).iter().map(|clause| word(&clause.terms)).collect();
    let known: BTreeSet<&str> = CLAUSE_TYPES.iter().map(|kind| kind.name).collect();
    assert_eq!(covered, known);
}

#[test]
fn the_cases_have_clauses_of_every_form() {
    // Which benchmark one of them has differs between cases.
    let clauses = [1, 2, 3].map(|seed| clauses(&all_of_them(seed))).concat();
    let covered: BTreeSet<&str> = clauses.iter().flat_map(|clause| forms(&clause.terms)).collect();
    let wanted = [
        "bundled: by step",
        "bundled: by year",
        "capitation: of a step",
        "capitation: of an outcome",
        "cost-share: equal",
        "cost-share: fixed",
        "cost-share: nash",
        "cost-share: nash, ex post",
        "cost-share: proportional",
        "cost-share: proportional, ex post",
        "cost-share: shapley",
        "cost-share: shapley, ex post",
        "shared-savings: before_after",
        "shared-savings: control",
        "shared-savings: error of people",
        "shared-savings: fixed",
        "shared-savings: forecast",
        "shared-savings: quality",
        "shared-savings: significance",
        "shared-savings: stated error",
        "shared-savings: true",
    ];
    assert_eq!(covered, BTreeSet::from(wanted));
}

#[test]
fn every_clause_of_the_cases_pays_something() {
    let case = all_of_them(1);
    let scenario = scenario(&case, clauses(&case));
    assert_eq!(scenario.arrangements[0].clauses.len(), CLAUSES);
    let (settled, _) = settled(&scenario, case.seed);
    let lines = || settled.blocks.iter().flat_map(|books| &books.lines);
    for (clause, of) in scenario.arrangements[0].clauses.iter().enumerate() {
        let pays = |line: &super::BookLine| {
            line.kind == LineKind::Clause(clause)
                && line.amounts.iter().any(|amount| amount.any(|amount| amount != 0.0))
        };
        assert!(lines().any(pays), "clause {clause}, {}, pays nothing", word(&of.terms));
    }
    assert_eq!(settled.strategy, STRATEGY);
}
