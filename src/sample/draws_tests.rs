use super::super::design::DesignKind::{self, LatinHypercube, Random, Sobol};
use super::*;
use proptest::prelude::*;

fn number(name: &str, distribution: Distribution) -> Uncertain {
    Uncertain { name: name.to_owned(), kind: UncertainKind::Distribution(distribution) }
}

fn plan(uncertain: Vec<Uncertain>) -> Plan {
    Plan { uncertain, rank_correlations: Vec::new() }
}

fn design(kind: DesignKind, draws: usize) -> Design {
    Design { kind, draws, seed: 20_260_101 }
}

fn three() -> Vec<Uncertain> {
    vec![
        number("fall_rate", Distribution::Gamma { shape: 12.67, scale: 417.67 }),
        number("uptake", Distribution::Beta { alpha: 119.57, beta: 21.1 }),
        number("cost", Distribution::LogNormal { mean_log: 7.44, sd_log: 0.016 }),
    ]
}

fn correlated(first: &str, second: &str, rho: f64) -> (String, String, f64) {
    (first.to_owned(), second.to_owned(), rho)
}

fn drawn(plan: &Plan, design: Design) -> Draws {
    match sample(plan, &design) {
        Ok(draws) => draws,
        Err(error) => panic!("{error}"),
    }
}

fn refused(plan: &Plan) -> String {
    match sample(plan, &design(Sobol, 40)) {
        Ok(_) => panic!("accepted"),
        Err(error) => error.to_string(),
    }
}

fn ranks(column: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..column.len()).collect();
    order.sort_by(|i, j| column[*i].total_cmp(&column[*j]));
    let mut ranks = vec![0.0; column.len()];
    for (rank, i) in order.into_iter().enumerate() {
        ranks[i] = rank as f64;
    }
    ranks
}

fn spearman(x: &[f64], y: &[f64]) -> f64 {
    // Without ties: 1 − 6 Σ d² / (n (n² − 1)).
    let n = x.len() as f64;
    let squares: f64 = ranks(x).iter().zip(ranks(y)).map(|(a, b)| (a - b).powi(2)).sum();
    1.0 - 6.0 * squares / (n * (n * n - 1.0))
}

#[test]
fn the_moments_of_every_column_are_those_of_its_distribution_under_every_design() {
    for kind in [Random, LatinHypercube, Sobol] {
        let plan = plan(three());
        let draws = drawn(&plan, design(kind, 5120));
        assert_eq!(draws.names, ["fall_rate", "uptake", "cost"]);
        assert_eq!(draws.randomisations, if kind == Random { 1 } else { 10 });
        for (parameter, column) in plan.uncertain.iter().zip(&draws.columns) {
            let UncertainKind::Distribution(distribution) = parameter.kind else { panic!("not a number") };
            let mean = column.iter().sum::<f64>() / 5120.0;
            let variance = column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 5119.0;
            // Five standard errors of independent draws: 5/√5120 = 0.07 sd; the sd itself within 5/√(2·5120).
            assert!(
                (mean - distribution.mean()).abs() < 0.07 * distribution.sd(),
                "{kind:?} {}",
                parameter.name
            );
            assert!((variance.sqrt() / distribution.sd() - 1.0).abs() < 0.06, "{kind:?} {}", parameter.name);
        }
    }
}

#[test]
fn another_parameter_changes_no_bit_of_the_others() {
    for kind in [Random, LatinHypercube] {
        let before = drawn(&plan(three()), design(kind, 300));
        let mut more = three();
        more.insert(1, number("aardvark", Distribution::Uniform { low: 0.0, high: 1.0 }));
        let after = drawn(&plan(more), design(kind, 300));
        assert_eq!(before.columns[0], after.columns[0]);
        assert_eq!(before.columns[1..], after.columns[2..]);
    }
}

#[test]
fn a_certain_number_takes_no_dimension_of_a_sobol_design() {
    let before = drawn(&plan(three()), design(Sobol, 64));
    let mut more = three();
    more.push(number("aardvark", Distribution::Fixed(3.0)));
    let after = drawn(&plan(more), design(Sobol, 64));
    assert_eq!(before.columns[..], after.columns[..3]);
    assert_eq!(after.columns[3], vec![3.0; 64]);
}

#[test]
fn the_same_seed_gives_the_same_bits_on_one_two_and_seven_threads() {
    let mut plan = plan(three());
    plan.uncertain.push(Uncertain {
        name: "shares".to_owned(),
        kind: UncertainKind::Dirichlet { components: vec![("a".to_owned(), 3.0), ("b".to_owned(), 0.02)] },
    });
    plan.rank_correlations.push(correlated("cost", "uptake", -0.3));
    for kind in [Random, LatinHypercube, Sobol] {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            pool.map(|pool| pool.install(|| drawn(&plan, design(kind, 2500)))).ok()
        };
        let one = on(1);
        assert!(one.is_some());
        assert_eq!(one, on(2));
        assert_eq!(one, on(7));
        let other_seed = drawn(&plan, Design { seed: 2, ..design(kind, 2500) });
        assert!(one.is_some_and(|one| one.columns[0] != other_seed.columns[0]));
    }
}

#[test]
fn stated_rank_correlations_come_out_and_margins_stay() {
    for kind in [Random, LatinHypercube, Sobol] {
        let mut plan = plan(three());
        plan.rank_correlations =
            vec![correlated("fall_rate", "cost", 0.7), correlated("uptake", "cost", -0.4)];
        let draws = drawn(&plan, design(kind, 5120));
        let [fall_rate, uptake, cost] = &draws.columns[..] else { panic!("three columns") };
        // The standard error of a rank correlation of n draws is about 1/√n = 0.014; five of them.
        assert!((spearman(fall_rate, cost) - 0.7).abs() < 0.07);
        assert!((spearman(uptake, cost) + 0.4).abs() < 0.07);
        assert!(spearman(fall_rate, uptake).abs() < 0.07);
        let mean = uptake.iter().sum::<f64>() / 5120.0;
        assert!((mean - 119.57 / 140.67).abs() < 0.07 * 0.03);
    }
}

#[test]
fn correlating_two_parameters_leaves_the_third_as_it_was() {
    let mut plan = plan(three());
    let before = drawn(&plan, design(Sobol, 640));
    plan.rank_correlations.push(correlated("fall_rate", "cost", 0.7));
    let after = drawn(&plan, design(Sobol, 640));
    assert_eq!(before.columns[1], after.columns[1]);
    // "cost" comes first by name and keeps its own; "fall_rate" follows it.
    assert_eq!(before.columns[2], after.columns[2]);
    assert_ne!(before.columns[0], after.columns[0]);
}

#[test]
fn shares_of_a_dirichlet_sum_to_one_and_have_its_moments() {
    let components = [("in_balans", 70.0), ("otago", 20.0), ("none", 10.0)];
    let plan = plan(vec![Uncertain {
        name: "course".to_owned(),
        kind: UncertainKind::Dirichlet {
            components: components.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
        },
    }]);
    let draws = drawn(&plan, design(Sobol, 5120));
    assert_eq!(draws.names, ["course.in_balans", "course.otago", "course.none"]);
    for d in 0..5120 {
        let sum: f64 = draws.columns.iter().map(|column| column[d]).sum();
        assert!((sum - 1.0).abs() < 1e-15);
    }
    for (column, (name, count)) in draws.columns.iter().zip(components) {
        let mean = column.iter().sum::<f64>() / 5120.0;
        let variance = column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 5119.0;
        // Component i has the mean p = c/100 and the variance p (1 − p)/101.
        let p = count / 100.0;
        assert!((mean - p).abs() < 1e-3, "{name}: {mean}");
        assert!((variance / (p * (1.0 - p) / 101.0) - 1.0).abs() < 0.05, "{name}: {variance}");
    }
}

#[test]
fn concentrations_near_zero_still_give_shares() {
    let plan = plan(vec![Uncertain {
        name: "x".to_owned(),
        kind: UncertainKind::Dirichlet {
            components: vec![("a".to_owned(), 1e-3), ("b".to_owned(), 1e-3), ("c".to_owned(), 1e-3)],
        },
    }]);
    let draws = drawn(&plan, design(Random, 500));
    for d in 0..500 {
        let sum: f64 = draws.columns.iter().map(|column| column[d]).sum();
        assert!((sum - 1.0).abs() < 1e-15, "draw {d}: {sum}");
    }
}

#[test]
fn one_dimension_picks_a_row_for_all_columns_of_a_sample() {
    let plan = plan(vec![Uncertain {
        name: "posterior".to_owned(),
        kind: UncertainKind::Samples {
            columns: vec![
                ("a".to_owned(), (0..8).map(f64::from).collect()),
                ("b".to_owned(), (0..8).map(|i| f64::from(i) * 10.0).collect()),
            ],
        },
    }]);
    let draws = drawn(&plan, design(Sobol, 160));
    assert_eq!(draws.names, ["posterior.a", "posterior.b"]);
    let tenfold: Vec<f64> = draws.columns[0].iter().map(|a| a * 10.0).collect();
    assert_eq!(tenfold, draws.columns[1]);
    // Ten randomisations of 16 points over 8 rows: each row 20 times.
    for row in 0..8 {
        assert_eq!(draws.columns[0].iter().filter(|a| **a == f64::from(row)).count(), 20);
    }
}

#[test]
fn errors_name_the_parameter_and_say_what_to_do() {
    let bad = plan(vec![number("x", Distribution::Gamma { shape: -1.0, scale: 2.0 })]);
    assert_eq!(refused(&bad), "`x` (gamma): shape is -1 and must be more than 0; correct it");

    let twice = plan(vec![three()[0].clone(), three()[0].clone()]);
    assert!(refused(&twice).contains("two uncertain parameters are called `fall_rate`"));

    let mut unknown = plan(three());
    unknown.rank_correlations.push(correlated("cost", "prize", 0.2));
    assert!(refused(&unknown).contains("is about `prize`"));

    let mut too_far = plan(three());
    too_far.rank_correlations.push(correlated("cost", "uptake", 1.2));
    assert!(refused(&too_far).contains("must lie between -1 and 1"));

    let mut opposite = plan(three());
    for (first, second) in [("cost", "uptake"), ("uptake", "fall_rate"), ("fall_rate", "cost")] {
        opposite.rank_correlations.push(correlated(first, second, -0.9));
    }
    let message = refused(&opposite);
    assert!(message.contains("`cost` with `fall_rate`: -0.48"), "{message}");

    assert_eq!(sample(&plan(three()), &design(Random, 0)), Err(SampleError::NoDraws));
}

#[test]
fn a_sobol_design_beyond_its_dimensions_is_refused_with_a_way_out() {
    let many: Vec<Uncertain> = (0..=SOBOL_DIMENSIONS)
        .map(|i| number(&format!("p{i}"), Distribution::Uniform { low: 0.0, high: 1.0 }))
        .collect();
    let message = refused(&plan(many.clone()));
    assert!(message.contains("needs 1001") && message.contains("latin-hypercube"), "{message}");
    assert_eq!(drawn(&plan(many), design(LatinHypercube, 20)).columns.len(), 1001);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn any_plan_of_shares_sums_to_one(concentrations in prop::collection::vec(0.01_f64..50.0, 2..6), seed: u64) {
        let components = concentrations.iter().enumerate().map(|(i, c)| (i.to_string(), *c)).collect();
        let shares = Uncertain { name: "x".to_owned(), kind: UncertainKind::Dirichlet { components } };
        let draws = drawn(&plan(vec![shares]), Design { kind: Sobol, draws: 40, seed });
        for d in 0..40 {
            let sum: f64 = draws.columns.iter().map(|column| column[d]).sum();
            prop_assert!((sum - 1.0).abs() < 1e-12);
        }
    }
}
