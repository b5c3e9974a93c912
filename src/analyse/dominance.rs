//! Which strategies are worth considering, and what each further quality-adjusted life-year costs.
//!
//! Strategies are points (cost, QALYs), both as increments over the comparator so that the small differences
//! that prevention makes are not lost in large totals. In order of cost, a strategy is *strictly dominated*
//! when another costs no more and yields no fewer QALYs, one of the two being better. Of the others, one is
//! *extendedly dominated* when it lies on or above the line between a cheaper and a dearer one, so that a
//! mixture of those two would be at least as good. What is left has rising incremental cost-effectiveness
//! ratios, ICER = Δcost / ΔQALY against the next cheaper one that is left. Source: Drummond and others,
//! Methods for the Economic Evaluation of Health Care Programmes, 4th edition, section 4.4.

/// Expected increments of a strategy over the comparator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// EUR, present value.
    pub cost: f64,
    /// QALYs, present value.
    pub qalys: f64,
}

/// Place of a strategy in the full incremental analysis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Standing {
    /// The cheapest strategy that is not dominated: others are compared with it.
    Reference,
    /// Not dominated.
    OnFrontier {
        /// Index of the next cheaper strategy that is not dominated.
        versus: usize,
        /// EUR per QALY gained over that strategy.
        icer: f64,
    },
    /// Another strategy costs no more and yields no fewer QALYs.
    Dominated,
    /// A mixture of a cheaper and a dearer strategy is at least as good.
    ExtendedlyDominated,
    /// Exactly the same cost and QALYs as a strategy earlier in the file, which stands for both.
    SameAs(usize),
}

/// The standing of each strategy, in the order given.
pub fn incremental_analysis(points: &[Point]) -> Vec<Standing> {
    let mut standings = vec![Standing::Dominated; points.len()];
    let mut by_cost: Vec<usize> = (0..points.len()).collect();
    // Of equal costs the one with most QALYs first; the sort is stable, so equal points stay in file order.
    by_cost.sort_by(|&a, &b| {
        points[a].cost.total_cmp(&points[b].cost).then(points[b].qalys.total_cmp(&points[a].qalys))
    });
    let mut frontier: Vec<usize> = Vec::new();
    for &candidate in &by_cost {
        let point = points[candidate];
        if let Some(&best) = frontier.last()
            && point.qalys <= points[best].qalys
        {
            if let Some(&twin) = frontier.iter().find(|&&other| points[other] == point) {
                standings[candidate] = Standing::SameAs(twin);
            }
            continue;
        }
        while let [.., before, last] = frontier[..]
            && !bends_outward(points[before], points[last], point)
        {
            standings[last] = Standing::ExtendedlyDominated;
            frontier.pop();
        }
        frontier.push(candidate);
    }
    for (place, &strategy) in frontier.iter().enumerate() {
        standings[strategy] = match place.checked_sub(1).map(|place| frontier[place]) {
            None => Standing::Reference,
            Some(versus) => {
                let (from, to) = (points[versus], points[strategy]);
                Standing::OnFrontier { versus, icer: (to.cost - from.cost) / (to.qalys - from.qalys) }
            }
        };
    }
    standings
}

/// Whether the ratio from `b` to `c` is higher than that from `a` to `b`, for rising QALYs.
fn bends_outward(a: Point, b: Point, c: Point) -> bool {
    (c.cost - b.cost) * (b.qalys - a.qalys) > (b.cost - a.cost) * (c.qalys - b.qalys)
}

/// How a strategy compares with the comparator alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Comparison {
    /// Dearer and better: EUR per QALY gained.
    Costs(f64),
    /// No dearer and no worse, one of the two strictly: it dominates the comparator.
    Dominant,
    /// No cheaper and no better, one of the two strictly: the comparator dominates it.
    Dominated,
    /// Cheaper and worse: EUR saved per QALY lost.
    Saves(f64),
    /// No difference in cost and QALYs.
    Same,
}

impl Comparison {
    /// Reads an increment over the comparator.
    pub fn of(increment: Point) -> Self {
        let Point { cost, qalys } = increment;
        if cost == 0.0 && qalys == 0.0 {
            Self::Same
        } else if cost <= 0.0 && qalys >= 0.0 {
            Self::Dominant
        } else if cost >= 0.0 && qalys <= 0.0 {
            Self::Dominated
        } else if cost > 0.0 {
            Self::Costs(cost / qalys)
        } else {
            Self::Saves(cost / qalys)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points(list: &[(f64, f64)]) -> Vec<Point> {
        list.iter().map(|&(cost, qalys)| Point { cost, qalys }).collect()
    }

    #[test]
    fn a_dearer_and_worse_strategy_is_dominated_and_left_out_of_the_ratios() {
        // The published Sick-Sicker means: B − SoC 107,520.544659614 / 1.473133676523 = 72,987.64,
        // AB − B 119,774.787777488 / 0.952378994157 = 125,763.79; A costs more than B and yields less.
        let standings = incremental_analysis(&points(&[
            (151_579.865_957_389_93, 20.711_331_464_322_175),
            (284_804.513_370_572_6, 21.498_662_808_437_548),
            (259_100.410_617_004_47, 22.184_465_140_845_496),
            (378_875.198_394_492_15, 23.136_844_135_002_61),
        ]));
        assert_eq!(standings[0], Standing::Reference);
        assert_eq!(standings[1], Standing::Dominated);
        for (strategy, versus, expected) in [(2, 0, 72_987.636_066_652_88), (3, 2, 125_763.785_753_687_33)] {
            let Standing::OnFrontier { versus: against, icer } = standings[strategy] else {
                panic!("strategy {strategy} is on the frontier, not {:?}", standings[strategy]);
            };
            assert_eq!(against, versus);
            assert!((icer / expected - 1.0).abs() < 1e-9, "{icer}");
        }
    }

    #[test]
    fn a_strategy_above_the_line_between_two_others_is_extendedly_dominated() {
        // 0 → 1: 100 per QALY; 1 → 2: 50 per QALY. So 1 goes, and 2 costs 150 / 2 = 75 per QALY over 0.
        let standings = incremental_analysis(&points(&[(0.0, 0.0), (100.0, 1.0), (150.0, 2.0)]));
        assert_eq!(standings[1], Standing::ExtendedlyDominated);
        assert_eq!(standings[2], Standing::OnFrontier { versus: 0, icer: 75.0 });
    }

    #[test]
    fn one_dearer_strategy_can_drive_out_several() {
        // Ratios 10, 20, 30 and then 0.5: the last leaves none of the three between.
        let standings = incremental_analysis(&points(&[
            (0.0, 0.0),
            (10.0, 1.0),
            (30.0, 2.0),
            (60.0, 3.0),
            (61.0, 103.0),
        ]));
        assert_eq!(standings[1..4], [Standing::ExtendedlyDominated; 3]);
        assert_eq!(standings[4], Standing::OnFrontier { versus: 0, icer: 61.0 / 103.0 });
    }

    #[test]
    fn a_saving_strategy_becomes_the_reference_and_dominates_the_comparator() {
        let standings = incremental_analysis(&points(&[(0.0, 0.0), (-5.0, 0.1)]));
        assert_eq!(standings, [Standing::Dominated, Standing::Reference]);
    }

    #[test]
    fn exactly_equal_strategies_share_the_place_of_the_first_in_the_file() {
        let standings = incremental_analysis(&points(&[(0.0, 0.0), (1.0, 1.0), (1.0, 1.0)]));
        assert_eq!(standings[1], Standing::OnFrontier { versus: 0, icer: 1.0 });
        assert_eq!(standings[2], Standing::SameAs(1));
    }

    #[test]
    fn each_quadrant_of_the_cost_effectiveness_plane_has_its_word() {
        let of = |cost, qalys| Comparison::of(Point { cost, qalys });
        assert_eq!(of(200.0, 4.0), Comparison::Costs(50.0));
        assert_eq!(of(-200.0, -4.0), Comparison::Saves(50.0));
        assert_eq!(of(-200.0, 4.0), Comparison::Dominant);
        assert_eq!(of(200.0, -4.0), Comparison::Dominated);
        assert_eq!(of(200.0, 0.0), Comparison::Dominated);
        assert_eq!(of(0.0, 4.0), Comparison::Dominant);
        assert_eq!(of(0.0, 0.0), Comparison::Same);
    }

    proptest! {
        #[test]
        fn ratios_rise_along_the_frontier_and_each_is_best_at_its_own_threshold(
            list in proptest::collection::vec((-100.0..100.0_f64, -1.0..1.0_f64), 1..9),
        ) {
            let points = points(&list);
            let standings = incremental_analysis(&points);
            let mut icers: Vec<f64> = standings.iter().filter_map(|standing| match standing {
                Standing::OnFrontier { icer, .. } => Some(*icer),
                _ => None,
            }).collect();
            icers.sort_by(f64::total_cmp);
            prop_assert!(icers.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(icers.iter().all(|&icer| icer >= 0.0));
            prop_assert_eq!(standings.iter().filter(|s| **s == Standing::Reference).count(), 1);
            // At a threshold between two ratios the net benefit is highest on the frontier.
            for threshold in icers.windows(2).map(|pair| 0.5 * (pair[0] + pair[1])) {
                let benefit = |point: &Point| threshold * point.qalys - point.cost;
                let best = (0..points.len()).max_by(|&a, &b| benefit(&points[a]).total_cmp(&benefit(&points[b])));
                let on_frontier =
                    matches!(standings[best.unwrap()], Standing::Reference | Standing::OnFrontier { .. });
                prop_assert!(on_frontier);
            }
        }
    }
}
