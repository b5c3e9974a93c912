//! Contracts of every type and form, and flows of any sign and size.

use crate::formula::Lane;
use crate::scenario::Scenario;
use crate::scenario::checked::{
    Base, Benchmark, BondTrigger, Bundle, BundleStep, Clause, Corridor, CountBenchmark, Heads, ImpactBond,
    Localised, LossTerms, MeasurementError, Measures, Node, OutcomeTerms, Parties, Payer, Pays, Purchase,
    Request, Requested, RevolvingFund, ShareRule, SharedSavings, Significance, StopLoss, Tallied, Terms,
};
use crate::settle::testing::{self, FIRST_INSURER};
use crate::value::flows::{Evidence, Flows, Grid};
use proptest::prelude::*;

/// Years of the horizon.
pub const YEARS: usize = 3;
/// Number of clauses of a case.
pub const CLAUSES: usize = 26;
pub const MUNICIPALITY: usize = FIRST_INSURER + 2;
pub const FUND: usize = FIRST_INSURER + 3;

/// What varies between cases.
#[derive(Clone, Debug)]
pub struct Case {
    pub purchase: usize,
    pub market_shares: [f64; 2],
    pub clauses: Vec<bool>,
    pub lag: usize,
    pub nominal: bool,
    pub numbers: [f64; 4],
    pub seed: u64,
}

/// Any case.
pub fn case() -> impl Strategy<Value = Case> {
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

/// Every type of clause, with numbers of the case; their forms are in [`more_forms`] too.
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
        benchmark: match case.seed % 3 {
            0 => Benchmark::Forecast,
            1 => Benchmark::True,
            _ => Benchmark::Fixed(quantity("300")),
        },
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
    .chain(more_forms(case))
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
        triggers: vec![BondTrigger {
            id: "falls".to_owned(),
            name: Localised::default(),
            terms: falls.clone(),
        }],
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

/// Cost shares by every rule, each of a step of the second programme, ex ante and ex post.
fn cost_shares(weights: [&str; 3]) -> Vec<Clause> {
    let weights = || Some(weights.map(testing::quantity).to_vec());
    let rules = [
        (ShareRule::Equal, false),
        (ShareRule::Proportional, false),
        (ShareRule::Shapley, false),
        (ShareRule::Nash(weights()), false),
        (ShareRule::Proportional, true),
        (ShareRule::Shapley, true),
        (ShareRule::Nash(weights()), true),
    ];
    let share = |(step, (rule, ex_post)): (usize, (ShareRule, bool))| {
        let terms = Terms::CostShare {
            base: Request { programme: 1, ..testing::base(Base::Step(step), None) },
            parties: vec![Payer::Insurers, Payer::Party(MUNICIPALITY), Payer::Party(FUND)],
            rule,
            ex_post,
            needed: vec![false, false, step.is_multiple_of(2)],
        };
        testing::clause(MUNICIPALITY, Parties::PROVIDER, terms)
    };
    rules.into_iter().enumerate().map(share).collect()
}

/// Clauses of a type that another list has in another form, and co-financing.
fn more_forms(case: &Case) -> Vec<Clause> {
    let [a, b, c, d] = case.numbers.map(|number| number.to_string());
    let quantity = |text: &str| testing::quantity(text);
    let provider = Parties::PROVIDER;
    let mut clauses = cost_shares([&a, &b, "1"]);
    let reached = |step, before, price: &str| BundleStep {
        persons: Request { programme: 1, what: Requested::Persons { step, quarter: 0 }, where_: None },
        before,
        price: quantity(price),
    };
    let path = vec![reached(0, None, &a), reached(1, Some(0), &format!("{a} + {b}"))];
    clauses.push(testing::clause(FUND, provider, Terms::Bundled(Bundle::ByStep(path))));
    let by_head = Terms::Capitation {
        heads: Heads::Population { outcome: 0 },
        amount: quantity(&c),
        corridor: None,
        stop_loss: None,
    };
    clauses.push(testing::clause(MUNICIPALITY, provider, by_head));
    let co_financing = Terms::CoFinancing { outcome: 0, equalised: quantity(&format!("{d} / 2")) };
    clauses.push(testing::clause(MUNICIPALITY, FUND, co_financing));
    let people = |cv: &str| (quantity(cv), quantity("0.1"), None);
    let (cv, r_squared, controls) = people(&b);
    let savings = |benchmark| SharedSavings {
        programme: 0,
        budgets: vec![1, 2],
        benchmark,
        measures: Measures::Claims,
        share: quantity(&a),
        minimum_savings_rate: quantity("0"),
        minimum_by_size: Vec::new(),
        significance: None,
        error: Some(MeasurementError::People { cv, r_squared, controls }),
        quality: Some(quantity(&format!("0.5 + {c} / 2"))),
        quality_minimum: Some(quantity("0.6")),
        deductible: false,
        cap_savings_rate: None,
        loss: None,
        whole_contract: false,
    };
    let against_controls = savings(Benchmark::Control(quantity("300")));
    let (cv, r_squared, controls) = people(&d);
    let against_before = SharedSavings {
        benchmark: Benchmark::BeforeAfter,
        minimum_by_size: vec![(50.0, quantity("0.02")), (200.0, quantity("0.01"))],
        significance: Some(Significance { z: quantity("0.1"), cv, r_squared, controls }),
        error: Some(MeasurementError::Stated(quantity("0.1"))),
        loss: Some(LossTerms {
            share: quantity(&b),
            minimum_rate: None,
            cap_rate: None,
            cap_amount: Some(quantity("60")),
            by_quality: Some((quantity("0.4"), quantity("0.75"))),
        }),
        ..against_controls.clone()
    };
    for terms in [against_controls, against_before] {
        clauses.push(testing::clause(MUNICIPALITY, provider, Terms::SharedSavings(Box::new(terms))));
    }
    clauses
}

/// A scenario of a case, with these clauses.
pub fn scenario(case: &Case, clauses: Vec<Clause>) -> Scenario {
    let mut builder = testing::scenario()
        .insurers(&case.market_shares)
        .budget("zvw", true)
        .budget("wmo", false)
        .budget("wlz", false)
        .party("municipality", &[(1, 0.7)])
        .party("fund", &[(2, 1.0)])
        .programme("chain", &["course"], &["coordinator"])
        .programme("paths", &["one", "two", "three", "four", "five", "six", "seven"], &[]);
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

/// The clauses that a case has.
pub fn clauses(case: &Case) -> Vec<Clause> {
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
pub fn flows(scenario: &Scenario, seed: u64) -> Flows {
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
    (flows.outcome_level, flows.outcome_increment) = (Grid::zeros(1, YEARS), Grid::zeros(1, YEARS));
    noise.fill(&mut flows.outcome_level, |x| 50.0 * (1.5 + x));
    noise.fill(&mut flows.outcome_increment, |x| 20.0 * x);
    for followed in flows.shadows.iter_mut().chain(&mut flows.cohorts) {
        for grid in [
            &mut followed.costs,
            &mut followed.costs_retained,
            &mut followed.person_years,
            &mut followed.person_years_retained,
            &mut followed.first_costs,
            &mut followed.first_person_years,
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
