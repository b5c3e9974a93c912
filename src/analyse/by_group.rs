//! What a scenario amounts to for groups of people, such as the inhabitants of each place, and which strategy comes first
//! for each.
//!
//! Groups that differ in nothing but size share a *mix*: statistics are computed once for its first group and times the
//! size for the others, which is exact because all draws of one are those of the other times the size.
//!
//! **Priorities.** Strategies are ranked by their mean over the draws, best first; a criterion that is a ratio is the mean of its
//! numerator divided by the mean of its denominator, as a ratio of costs to effects is, and not the mean of ratios, in which draws
//! with few participants would weigh most. The chance to be first is the share of draws in
//! which a strategy is best (the earlier one of the file where two are equal):
//!
//! | criterion | value | best | who takes part |
//! |---|---|---|---|
//! | net benefit | threshold × QALYs gained − net costs, EUR | highest | all, the comparator with 0 |
//! | net cost per participant | net costs / participants, EUR | lowest | strategies with participants in every draw |
//! | QALYs per million | QALYs gained per million EUR of programme costs | highest | strategies that cost something in every draw |
//!
//! Costs and QALYs are present values. *Example:* 2 QALYs for 30,000 EUR on balance have a net benefit of 10,000 EUR at a
//! threshold of 20,000 EUR per QALY.

use super::goals::{GoalInMix, design_of_groups, in_mix};
use super::measures::{Measure, Row, measures};
use super::outcomes::participating_rows;
use super::statistics::{Series, Spread, Summary};
use crate::scenario::Scenario;
use crate::value::by_group::{Figure, Groups, Side};
use crate::value::flows::{Flows, RunDesign, Valued};
use rayon::prelude::*;

/// Results by group.
#[derive(Clone, Debug)]
pub struct GroupFindings {
    /// Of the first group of each mix.
    pub mixes: Vec<MixFindings>,
}

/// What happens to the first group of a mix.
#[derive(Clone, Debug)]
pub struct MixFindings {
    /// Comparator, by measure: over the horizon, not discounted.
    pub level: Vec<Summary>,
    /// Comparator's disease costs by budget, EUR, present value.
    pub level_costs: Vec<Summary>,
    /// By strategy beside the comparator.
    pub strategies: Vec<StrategyInGroup>,
    /// Goals about all people, among those of this group, by goal and strategy.
    pub goals: Vec<GoalInMix>,
    /// Rankings of strategies, by criterion and then from the first place down.
    pub priorities: Vec<Priority>,
}

/// What a strategy means for the first group of a mix.
#[derive(Clone, Debug)]
pub struct StrategyInGroup {
    /// Strategy.
    pub strategy: usize,
    /// Participants.
    pub participants: Amount,
    /// By measure: strategy − comparator over the horizon, not discounted.
    pub difference: Vec<Summary>,
    /// Resource costs of the programmes, fixed costs among them, EUR, present value.
    pub programme_cost: Amount,
    /// Of these, fixed costs.
    pub fixed_cost: Amount,
    /// Disease costs over the comparator by budget, EUR, present value.
    pub budgets: Vec<Amount>,
    /// All costs over the comparator, EUR, present value.
    pub cost: Amount,
    /// QALYs over the comparator, present value.
    pub qalys: Amount,
    /// Life-years over the comparator, present value.
    pub life_years: Amount,
}

/// An amount in all, per person at the start and per participant.
#[derive(Clone, Debug)]
pub struct Amount {
    /// In all.
    pub total: Summary,
    /// Per person at the start.
    pub per_inhabitant: Summary,
    /// Per participant; `None` where some draw has none.
    pub per_participant: Option<Summary>,
}

/// By what strategies are ranked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Criterion {
    /// Net benefit at a threshold, EUR per QALY.
    NetBenefit(f64),
    /// Net costs per participant.
    CostPerParticipant,
    /// QALYs per million euros of programme costs.
    QalysPerMillion,
}

impl Criterion {
    /// Whether its values are as many times larger as a group is.
    pub fn grows_with_size(self) -> bool {
        matches!(self, Self::NetBenefit(_))
    }
    fn lowest_is_best(self) -> bool {
        matches!(self, Self::CostPerParticipant)
    }
}

/// A place in a ranking.
#[derive(Clone, Debug)]
pub struct Priority {
    /// By what.
    pub criterion: Criterion,
    /// 1 for the first.
    pub rank: usize,
    /// Strategy, the comparator among them.
    pub strategy: usize,
    /// Its value.
    pub value: Summary,
    /// Share of draws in which it is first; `None` when only the base case was run.
    pub first: Option<f64>,
}

impl Summary {
    /// The same statistics of an amount that is `size` times as large in every draw.
    pub fn times(&self, size: f64) -> Self {
        let spread = self.spread.map(|spread| Spread {
            mean: spread.mean * size,
            sd: spread.sd * size,
            mcse: spread.mcse * size,
            p2_5: spread.p2_5 * size,
            p50: spread.p50 * size,
            p97_5: spread.p97_5 * size,
            n: spread.n,
            split: None,
        });
        Self { base: self.base * size, spread }
    }
}

/// Results by group; `None` where the scenario asks for none.
pub fn by_group(scenario: &Scenario, valued: &Valued) -> Option<GroupFindings> {
    let groups = valued.groups.as_ref().filter(|groups| !groups.list.is_empty())?;
    let design = design_of_groups(valued, groups);
    let list = measures(scenario, &valued.shape);
    let firsts: Vec<f64> = groups.mixes().map(|group| group.persons).collect();
    let of_mix = |(mix, &persons): (usize, &f64)| {
        Reading { scenario, valued, groups, design, mix, persons }.findings(&list)
    };
    Some(GroupFindings { mixes: firsts.par_iter().enumerate().map(of_mix).collect() })
}

struct Reading<'a> {
    scenario: &'a Scenario,
    valued: &'a Valued,
    groups: &'a Groups,
    design: RunDesign,
    mix: usize,
    persons: f64,
}

impl Reading<'_> {
    fn series(&self, side: Side, figure: Figure) -> Series {
        let (base, draws) = self.groups.amounts(self.mix, side, figure);
        Series { base, draws }
    }

    fn sum(&self, side: Side, figures: impl Iterator<Item = Figure>) -> Series {
        let none = Series { base: 0.0, draws: vec![0.0; self.groups.draws] };
        figures.fold(none, |sum, figure| sum.plus(&self.series(side, figure)))
    }

    fn measured(&self, side: Side, measure: &Measure) -> Summary {
        let figure = match measure.row {
            Row::Count(row) => Figure::Count(row),
            Row::Outcome(row) => Figure::Outcome(row),
            Row::Health(Flows::QALYS) => Figure::Qalys,
            Row::Health(_) => Figure::LifeYears,
        };
        self.series(side, figure).summary(self.design)
    }

    fn findings(&self, list: &[Measure]) -> MixFindings {
        let budgets = || (0..self.scenario.budgets.len()).map(Figure::Budget);
        let summary = |side, figure| self.series(side, figure).summary(self.design);
        let zero = Series { base: 0.0, draws: vec![0.0; self.groups.draws] };
        let comparator = self.scenario.comparator;
        let mut candidates =
            vec![Candidate { strategy: comparator, cost: zero.clone(), qalys: zero.clone(), delivery: None }];
        let mut strategies = Vec::new();
        for (position, &strategy) in self.groups.strategies.iter().enumerate() {
            let side = Side::Strategy(position);
            let programmes = &self.scenario.strategies[strategy].programmes;
            let rows = participating_rows(self.scenario, &self.valued.shape);
            let own = rows.into_iter().filter(|&row| programmes.contains(&self.valued.shape.steps[row].0));
            let participants = self.sum(side, own.map(Figure::Reached));
            let fixed_cost = self.series(side, Figure::FixedCosts);
            let programme_cost = self.series(side, Figure::StepCosts).plus(&fixed_cost);
            let cost = self.sum(side, budgets()).plus(&programme_cost);
            let qalys = self.series(side, Figure::QalysPresent);
            let amount = |series: &Series| self.amount(series, &participants);
            strategies.push(StrategyInGroup {
                strategy,
                participants: amount(&participants),
                difference: list.iter().map(|measure| self.measured(side, measure)).collect(),
                fixed_cost: amount(&fixed_cost),
                budgets: budgets().map(|figure| amount(&self.series(side, figure))).collect(),
                life_years: amount(&self.series(side, Figure::LifeYearsPresent)),
                programme_cost: amount(&programme_cost),
                cost: amount(&cost),
                qalys: amount(&qalys),
            });
            candidates.push(Candidate {
                strategy,
                cost,
                qalys,
                delivery: Some((participants, programme_cost)),
            });
        }
        candidates.sort_by_key(|candidate| candidate.strategy);
        MixFindings {
            level: list.iter().map(|measure| self.measured(Side::Comparator, measure)).collect(),
            level_costs: budgets().map(|figure| summary(Side::Comparator, figure)).collect(),
            strategies,
            goals: self.goals(),
            priorities: self.priorities(&candidates),
        }
    }

    fn goals(&self) -> Vec<GoalInMix> {
        let Self { scenario, valued, groups, design, mix, .. } = *self;
        let about_all = (0..scenario.goals.len()).filter(|&goal| scenario.goals[goal].group.is_empty());
        about_all.flat_map(|goal| in_mix(scenario, valued, groups, (goal, mix), design)).collect()
    }

    fn amount(&self, series: &Series, participants: &Series) -> Amount {
        Amount {
            total: series.summary(self.design),
            per_inhabitant: series.map(|amount| amount / self.persons).summary(self.design),
            per_participant: some_in_every_draw(participants)
                .then(|| series.zip(participants, |amount, persons| amount / persons).summary(self.design)),
        }
    }

    fn priorities(&self, candidates: &[Candidate]) -> Vec<Priority> {
        let thresholds = self.scenario.valuation.willingness_to_pay.iter();
        let criteria = thresholds
            .map(|&threshold| Criterion::NetBenefit(threshold))
            .chain([Criterion::CostPerParticipant, Criterion::QalysPerMillion]);
        criteria.flat_map(|criterion| rank(criterion, candidates, self.design)).collect()
    }
}

/// A strategy on its way into a ranking.
struct Candidate {
    strategy: usize,
    cost: Series,
    qalys: Series,
    /// Participants and programme costs; none for the comparator.
    delivery: Option<(Series, Series)>,
}

impl Candidate {
    fn score(&self, criterion: Criterion, design: RunDesign) -> Option<Score> {
        let per = |amount: &Series, of: &Series, scale: f64| {
            some_in_every_draw(of).then(|| Score::ratio(&amount.map(|amount| scale * amount), of, design))
        };
        match (criterion, &self.delivery) {
            (Criterion::NetBenefit(threshold), _) => {
                let by_draw = self.qalys.zip(&self.cost, |qalys, cost| threshold * qalys - cost);
                Some(Score { value: by_draw.summary(design), by_draw })
            }
            (Criterion::CostPerParticipant, Some((participants, _))) => per(&self.cost, participants, 1.0),
            (Criterion::QalysPerMillion, Some((_, spent))) => per(&self.qalys, spent, 1e6),
            (_, None) => None,
        }
    }
}

/// What a strategy is worth by a criterion.
struct Score {
    value: Summary,
    by_draw: Series,
}

impl Score {
    /// The ratio R of means of two amounts a and b. Its Monte Carlo standard error is that of the mean of (a − R·b)/mean(b); all
    /// other statistics are those of the ratios of single draws.
    fn ratio(amount: &Series, of: &Series, design: RunDesign) -> Self {
        let by_draw = amount.zip(of, |amount, of| amount / of);
        let mut value = by_draw.summary(design);
        if let Some(spread) = &mut value.spread {
            let base = of.expected();
            let ratio = amount.expected() / base;
            let off = amount.zip(of, |amount, of| (amount - ratio * of) / base).summary(design);
            spread.mean = ratio;
            spread.mcse = off.spread.map_or(f64::NAN, |off| off.mcse);
        }
        Self { value, by_draw }
    }
}

fn some_in_every_draw(series: &Series) -> bool {
    series.base > 0.0 && series.draws.iter().all(|&amount| amount > 0.0)
}

/// Ranks by expected values; places of equals follow the file.
fn rank(criterion: Criterion, candidates: &[Candidate], design: RunDesign) -> Vec<Priority> {
    let sign = if criterion.lowest_is_best() { -1.0 } else { 1.0 };
    let valued: Vec<(usize, Score)> = candidates
        .iter()
        .filter_map(|candidate| Some((candidate.strategy, candidate.score(criterion, design)?)))
        .collect();
    let best = |draw: usize| {
        let mut first = 0;
        for (index, (_, score)) in valued.iter().enumerate() {
            if sign * score.by_draw.draws[draw] > sign * valued[first].1.by_draw.draws[draw] {
                first = index;
            }
        }
        first
    };
    let draws = valued.first().map_or(0, |(_, score)| score.by_draw.draws.len());
    let mut wins = vec![0usize; valued.len()];
    for draw in 0..draws {
        wins[best(draw)] += 1;
    }
    let expected = |index: usize| sign * valued[index].1.value.expected();
    let mut order: Vec<usize> = (0..valued.len()).collect();
    order.sort_by(|&a, &b| expected(b).total_cmp(&expected(a)));
    let place = |(place, index): (usize, usize)| Priority {
        criterion,
        rank: place + 1,
        strategy: valued[index].0,
        value: valued[index].1.value,
        first: (draws > 0).then(|| wins[index] as f64 / draws as f64),
    };
    order.into_iter().enumerate().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(draws: &[f64]) -> Series {
        Series { base: draws[0], draws: draws.to_vec() }
    }

    #[test]
    fn two_qalys_for_thirty_thousand_are_worth_it_at_twenty_thousand_and_not_in_the_draw_that_gains_one() {
        let none =
            Candidate { strategy: 0, cost: series(&[0.0; 2]), qalys: series(&[0.0; 2]), delivery: None };
        let spent = Some((series(&[100.0; 2]), series(&[50_000.0; 2])));
        let chain = Candidate {
            strategy: 1,
            cost: series(&[30_000.0, 30_000.0]),
            qalys: series(&[4.0, 1.0]),
            delivery: spent,
        };
        let candidates = [none, chain];
        // 20,000 x (4, 1) − 30,000 = 50,000 and −10,000: first in one draw of two, and on average.
        let benefit = rank(Criterion::NetBenefit(20_000.0), &candidates, RunDesign::PLAIN);
        let told: Vec<_> = benefit.iter().map(|p| (p.strategy, p.rank, p.first)).collect();
        assert_eq!(told, [(1, 1, Some(0.5)), (0, 2, Some(0.5))]);
        assert_eq!(benefit[0].value.expected(), 20_000.0);
        // 30,000 / 100 participants; 4 QALYs for 50,000 are 80 a million, 1 is 20.
        let cost = rank(Criterion::CostPerParticipant, &candidates, RunDesign::PLAIN);
        assert_eq!((cost.len(), cost[0].value.base), (1, 300.0));
        let qalys = rank(Criterion::QalysPerMillion, &candidates, RunDesign::PLAIN);
        assert_eq!((qalys[0].value.base, qalys[0].value.expected()), (80.0, 50.0));
    }

    #[test]
    fn costs_per_participant_are_all_costs_by_all_participants() {
        // 1,000 euros for 10 and 3,000 for 90: 4,000 by 100 = 40, where the mean of 100 and 33.3 is 66.7. A strategy of 50 in every
        // draw comes second, though it is dearer in one draw only.
        let of = |strategy: usize, cost: &[f64], participants: &[f64]| Candidate {
            strategy,
            cost: series(cost),
            qalys: series(&[0.0; 2]),
            delivery: Some((series(participants), series(cost))),
        };
        let candidates = [of(1, &[1_000.0, 3_000.0], &[10.0, 90.0]), of(2, &[50.0; 2], &[1.0; 2])];
        let ranked = rank(Criterion::CostPerParticipant, &candidates, RunDesign::PLAIN);
        let told: Vec<_> = ranked.iter().map(|p| (p.strategy, p.value.expected(), p.first)).collect();
        assert_eq!(told, [(1, 40.0, Some(0.5)), (2, 50.0, Some(0.5))]);
        // (1,000 − 40·10)/50 = 12 and (3,000 − 40·90)/50 = −12: standard deviation 12·√2, standard error 12.
        let mcse = ranked[0].value.spread.map(|spread| spread.mcse).unwrap();
        assert!((mcse - 12.0).abs() < 1e-9, "{mcse}");
    }

    #[test]
    fn a_town_twice_as_large_has_twice_the_statistics() {
        let one = series(&[1.0, 3.0]).summary(RunDesign::PLAIN);
        assert_eq!(one.times(2.0), series(&[2.0, 6.0]).summary(RunDesign::PLAIN));
    }
}
