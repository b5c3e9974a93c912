//! Laws that hold for all flows, purchases and contracts.

use super::books::Account;
use super::testing::{self, FIRST_INSURER, STRATEGY};
use super::{LineKind, Settled};
use crate::formula::{LANES, Lane};
use crate::scenario::Scenario;
use crate::scenario::checked::{
    Base, Benchmark, BondTrigger, Bundle, Clause, Corridor, CountBenchmark, Heads, ImpactBond, LossTerms,
    Measures, Node, OutcomeTerms, Parties, Payer, Pays, Purchase, Request, Requested, RevolvingFund,
    ShareRule, SharedSavings, StopLoss, Tallied, Terms,
};
use crate::value::flows::{Evidence, Flows, Grid, ItemKind};
use proptest::prelude::*;

const YEARS: usize = 3;
const CLAUSES: usize = 14;
const MUNICIPALITY: usize = FIRST_INSURER + 2;
const FUND: usize = FIRST_INSURER + 3;

/// What varies between cases.
#[derive(Clone, Debug)]
struct Case {
    purchase: usize,
    market_shares: [f64; 2],
    clauses: Vec<bool>,
    lag: usize,
    nominal: bool,
    numbers: [f64; 4],
    seed: u64,
}

fn case() -> impl Strategy<Value = Case> {
    (
        0..5_usize,
        [0.05..0.5, 0.05..0.5],
        prop::collection::vec(any::<bool>(), CLAUSES),
        0..3_usize,
        any::<bool>(),
        [0.0..1.0, 0.0..1.0, 0.0..1.0, 0.0..1.0],
        any::<u64>(),
    )
        .prop_map(|(purchase, market_shares, clauses, lag, nominal, numbers, seed)| Case {
            purchase,
            market_shares,
            clauses,
            lag,
            nominal,
            numbers,
            seed,
        })
}

/// Every kind of clause, with numbers of the case.
fn all_clauses(case: &Case) -> Vec<Clause> {
    let [a, b, c, d] = case.numbers.map(|number| number.to_string());
    let persons = Request { programme: 0, what: Requested::Persons { step: 0, quarter: 0 }, where_: None };
    let quantity = |text: &str| testing::quantity(text);
    let provider = Parties::PROVIDER;
    let mut fee = testing::fee(provider, provider, &format!("3 * {a}"));
    fee.from = Payer::Insurers;
    let contribution = Terms::Copayment { persons, price: quantity(&format!("5 * {b}")), response: None };
    let mut lump_sum = testing::lump_sum(&format!("40 * {c}"));
    lump_sum.from = Payer::Party(MUNICIPALITY);
    let mut assessor = testing::lump_sum(&format!("20 * {d}"));
    assessor.from = Payer::Party(FUND);
    assessor.to = Payer::Party(Parties::OUTSIDE);
    let mut subsidy = testing::subsidy(testing::base(Base::Programme, None), &format!("{a} / 2"));
    subsidy.from = Payer::Party(FUND);
    if let Terms::Subsidy { grant, carry_over, clawback, .. } = &mut subsidy.terms {
        *grant = Some(quantity(&format!("400 * {b}")));
        *carry_over = quantity(&d);
        *clawback = case.seed.is_multiple_of(2);
    }
    let cost_share = |rule| Terms::CostShare {
        base: testing::base(Base::Programme, None),
        parties: vec![Payer::Insurers, Payer::Party(MUNICIPALITY), Payer::Party(FUND)],
        rule,
        ex_post: false,
        needed: vec![false; 3],
    };
    let fixed = ["0.2", "0.2", "0.1"].map(quantity).to_vec();
    let shared_savings = Terms::SharedSavings(Box::new(SharedSavings {
        programme: 0,
        budgets: vec![0, 1],
        benchmark: if case.seed.is_multiple_of(3) { Benchmark::Forecast } else { Benchmark::True },
        measures: Measures::Claims,
        share: quantity(&c),
        minimum_savings_rate: quantity("0.01"),
        minimum_by_size: Vec::new(),
        significance: None,
        error: None,
        quality: None,
        quality_minimum: None,
        deductible: case.seed.is_multiple_of(5),
        cap_savings_rate: Some(quantity("0.2")),
        loss: Some(LossTerms {
            share: quantity(&d),
            minimum_rate: Some(quantity("0.01")),
            cap_rate: Some(quantity("0.1")),
            cap_amount: None,
            by_quality: None,
        }),
        whole_contract: case.seed.is_multiple_of(7),
    }));
    let mut savings = testing::clause(provider, provider, shared_savings);
    savings.from = Payer::Insurers;
    vec![
        fee,
        testing::clause(MUNICIPALITY, provider, contribution),
        lump_sum,
        assessor,
        subsidy,
        testing::clause(MUNICIPALITY, provider, cost_share(ShareRule::Fixed(fixed))),
        savings,
        testing::clause(FUND, MUNICIPALITY, Terms::LumpSum { amount: quantity("3") }),
    ]
    .into_iter()
    .chain(newer_clauses(case))
    .collect()
}

/// Clauses on heads, results and net positions.
fn newer_clauses(case: &Case) -> Vec<Clause> {
    let [a, b, c, d] = case.numbers.map(|number| number.to_string());
    let quantity = |text: &str| testing::quantity(text);
    let provider = Parties::PROVIDER;
    let persons = || Request { programme: 0, what: Requested::Persons { step: 0, quarter: 0 }, where_: None };
    let falls = OutcomeTerms {
        counts: Request {
            what: Requested::Participants {
                what: Tallied::Node(Node::Event(0)),
                effects: true,
                insurer: None,
            },
            ..persons()
        },
        per: Some(persons()),
        benchmark: if case.seed.is_multiple_of(2) { CountBenchmark::Forecast } else { CountBenchmark::True },
        fewer: case.seed.is_multiple_of(3),
        threshold: quantity(&format!("{a} - {b}")),
        pays: if case.seed.is_multiple_of(5) {
            Pays::PerUnit(quantity(&format!("20 * {c}")))
        } else {
            Pays::Trigger(quantity(&format!("30 * {c}")))
        },
        error_sd: Some(quantity(&d)),
        whole_contract: case.seed.is_multiple_of(7),
    };
    let bond = ImpactBond {
        provider: Payer::Party(provider),
        investment: quantity(&format!("50 * {a}")),
        investment_years: vec![0, 1],
        assessor_fee: quantity(&b),
        return_cap: quantity(&format!("{c} / 5")),
        triggers: vec![BondTrigger { id: "falls".to_owned(), terms: falls.clone() }],
    };
    let corridor = Corridor {
        base: testing::base(Base::Programme, None),
        width: quantity(&format!("{b} / 2")),
        beyond: quantity(&c),
    };
    let stop_loss = StopLoss {
        base: testing::base(Base::Programme, None),
        limit: quantity(&format!("1 + 20 * {a}")),
        cv: quantity(&format!("3 * {b}")),
        carried: quantity(&d),
    };
    let fund = RevolvingFund {
        base: testing::base(Base::Programme, None),
        share: quantity(&format!("(1 - {a}) / 2.1")),
        capital: quantity(&format!("90 * {a}")),
        capital_from: Some(Payer::Party(MUNICIPALITY)),
        interest: quantity(&format!("{b} / 50")),
        administration: quantity(&c),
        repay: vec![(Payer::Insurers, quantity(&d)), (Payer::Party(MUNICIPALITY), quantity(&a))],
    };
    let heads = Heads::Step { persons: persons(), years: 2 };
    let amount = quantity(&format!("8 * {d}"));
    let bundle = Bundle::ByYear { persons: persons(), years: 2, price: quantity(&a) };
    vec![
        testing::clause(
            FUND,
            provider,
            Terms::Capitation {
                heads,
                amount,
                corridor: Some(corridor),
                stop_loss: Some(Box::new(stop_loss)),
            },
        ),
        testing::clause(MUNICIPALITY, provider, Terms::Bundled(bundle)),
        testing::clause(MUNICIPALITY, provider, Terms::OutcomePayment(Box::new(falls))),
        testing::clause(MUNICIPALITY, FUND, Terms::ImpactBond(Box::new(bond))),
        testing::clause(
            MUNICIPALITY,
            FUND,
            Terms::Guarantee {
                floor: quantity(&format!("100 * ({a} - {b})")),
                share: quantity(&c),
                whole_contract: case.seed.is_multiple_of(2),
            },
        ),
        testing::clause(FUND, provider, Terms::RevolvingFund(Box::new(fund))),
    ]
}

fn scenario(case: &Case, clauses: Vec<Clause>) -> Scenario {
    let mut builder = testing::scenario()
        .insurers(&case.market_shares)
        .budget("zvw", true)
        .budget("wmo", false)
        .budget("wlz", false)
        .party("municipality", &[(1, 0.7)])
        .party("fund", &[(2, 1.0)])
        .programme("chain", &["course"], &["coordinator"]);
    for clause in clauses {
        builder = builder.clause(clause);
    }
    let mut scenario = builder.build();
    scenario.arrangements[0].purchase = match case.purchase {
        0 => Purchase::Joint,
        1 | 2 => Purchase::Region { insurer: case.purchase - 1 },
        other => Purchase::Own { insurer: other - 3 },
    };
    scenario.arrangements[0].gate = case.seed.is_multiple_of(2).then(|| testing::gate(1));
    scenario
}

fn clauses(case: &Case) -> Vec<Clause> {
    let mut clauses: Vec<Clause> =
        all_clauses(case).into_iter().zip(&case.clauses).filter_map(|(c, &on)| on.then_some(c)).collect();
    for clause in &mut clauses {
        clause.lag = case.lag;
        clause.nominal = case.nominal;
        clause.despite_gate = case.seed.is_multiple_of(4);
    }
    clauses
}

/// Numbers between −1 and 1 (SplitMix64).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
    fn fill(&mut self, grid: &mut Grid, map: impl Fn(f64) -> f64) {
        for row in 0..grid.rows() {
            for lane in grid.row_mut(row) {
                *lane = Lane::from_fn(|_| map(self.next()));
            }
        }
    }
}

/// Flows with any signs and sizes; only what value would also keep is kept (persons and costs are not negative).
fn flows(scenario: &Scenario, seed: u64) -> Flows {
    let mut flows = testing::flows(scenario, YEARS);
    let mut noise = Noise(seed);
    for grid in [&mut flows.increment, &mut flows.cashable, &mut flows.equalised, &mut flows.retained] {
        noise.fill(grid, |x| 1e3 * x);
    }
    // Equalisation concerns insurance budgets only.
    for row in 1..3 {
        flows.equalised.row_mut(row).fill(Lane::ZERO);
    }
    noise.fill(&mut flows.programme_costs, |x| 100.0 * (1.0 + x));
    noise.fill(&mut flows.requested, |x| 10.0 * (1.0 + x));
    for followed in flows.shadows.iter_mut().chain(&mut flows.cohorts) {
        for grid in [
            &mut followed.costs,
            &mut followed.costs_retained,
            &mut followed.person_years,
            &mut followed.person_years_retained,
        ] {
            noise.fill(grid, |x| 100.0 * (1.5 + x));
        }
    }
    flows.inflation = Some(Lane::from_fn(|draw| 0.005 * draw as f64));
    // Some draws go on at the gate, others do not.
    flows.gate = scenario.arrangements[0].gate.as_ref().map(|_| Evidence {
        continues: Lane::from_fn(|_| f64::from(u8::from(noise.next() > 0.0))),
        ..testing::evidence(0.0)
    });
    flows
}

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

    /// What an insurer saves does not rise with what equalisation takes, nor with how fast insured leave.
    #[test]
    fn an_insurer_saves_less_the_more_leaks(
        share in 0.05..0.9_f64,
        saved in 1.0..1e4_f64,
        cashable in 0.1..1.0_f64,
        lost in [0.0..1.0_f64, 0.0..1.0_f64],
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

#[test]
fn the_cases_settle_every_kind_of_clause() {
    let case = Case {
        purchase: 0,
        market_shares: [0.4, 0.3],
        clauses: vec![true; CLAUSES],
        lag: 1,
        nominal: true,
        numbers: [0.5; 4],
        seed: 1,
    };
    let scenario = scenario(&case, clauses(&case));
    let (settled, _) = settled(&scenario, case.seed);
    for clause in 0..CLAUSES {
        let paid =
            |line: &&super::BookLine| line.kind == LineKind::Clause(clause) && !line.amounts.is_empty();
        assert!(settled.blocks[0].lines.iter().any(|line| paid(&line)), "clause {clause} pays nothing");
    }
    assert_eq!(settled.strategy, STRATEGY);
}
