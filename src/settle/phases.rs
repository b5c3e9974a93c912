//! The two passes and the four phases of a settlement.

use super::books::{BookLine, Books, Figure, LineKind};
use super::clauses::{Known, Rule, rule};
use super::contract::Block;
use super::entry::{self, Declined};
use super::{SettleError, Warning, chance, costs, leakage, noise, overlap};
use crate::formula::{LANES, Lane};
use crate::scenario::Scenario;
use crate::scenario::checked::{Clause, Terms};
use crate::value::flows::{Flows, Valued};
use rayon::prelude::*;

/// When a clause settles. It reads only what earlier phases have booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Payments for delivery: fees, lump sums, own contributions.
    Delivery,
    /// Payments on costs that the first phase has not covered: subsidies, cost shares.
    Costs,
    /// Payments that depend on what happens: shared savings, outcomes, bonds, co-financing.
    Contingent,
    /// Payments that depend on what all the others leave: guarantees, revolving funds.
    NetPosition,
}

impl Phase {
    /// All phases in order.
    pub const ALL: [Self; 4] = [Self::Delivery, Self::Costs, Self::Contingent, Self::NetPosition];

    /// Those after the first.
    pub(crate) const LATER: [Self; 3] = [Self::Costs, Self::Contingent, Self::NetPosition];
}

/// What the first pass fixed for one clause.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Agreed {
    /// The clause has no terms of this kind.
    #[default]
    Nothing,
    /// Cost shares in the order of the clause's parties.
    Shares(Vec<f64>),
    /// Expected costs per participant-year, EUR, `[budget of the clause][year]`.
    Forecast(Vec<Vec<f64>>),
}

/// What the first pass over all draws fixed beforehand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectations {
    /// By clause of the arrangement.
    pub clauses: Vec<Agreed>,
    /// What clauses show of these means, the same in every draw.
    pub figures: Vec<Figure>,
    /// Draws that the means are over; 0 where none were run and the base case stands in for them.
    pub draws: usize,
}

/// A strategy settled under an arrangement.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Index of the variant.
    pub variant: usize,
    /// Index of the strategy.
    pub strategy: usize,
    /// Index of the arrangement.
    pub arrangement: usize,
    /// At the stated values; every lane is the same.
    pub base: Books,
    /// By block of draws. Every block and the base case have the same lines.
    pub blocks: Vec<Books>,
    /// Number of draws: lanes of the last block beyond it repeat the last draw.
    pub draws: usize,
    /// Yearly rate at which parties' cash flows are discounted.
    pub rate: f64,
    /// What was fixed beforehand.
    pub expectations: Expectations,
    /// What a reader should know.
    pub warnings: Vec<Warning>,
    /// Who stays away, so that nothing is delivered and all postings are zero.
    pub declined: Option<Declined>,
}

impl Settled {
    /// Mean over draws of a line's amounts by year, EUR undiscounted, in draw order; without draws those of the
    /// base case.
    #[must_use]
    pub fn expected_line(&self, line: usize) -> Vec<f64> {
        let by_year = |year: usize| match self.draws {
            0 => self.base.lines[line].at(year)[0],
            draws => mean(self.blocks.iter().map(|books| books.lines[line].at(year)), draws),
        };
        (0..self.base.years).map(by_year).collect()
    }
}

/// Settles every strategy but the comparator under every arrangement, for every variant.
///
/// Results are in the order variants, strategies, arrangements of the scenario. Blocks of draws are settled in
/// parallel; results are placed by index and every fold over draws is serial and in the order of the draws, so
/// they do not depend on the number of threads.
///
/// # Errors
/// The first fault in the order of the results: a quantity out of range, market shares above one, shares of
/// costs above one, terms that contradict each other.
pub fn settle(scenario: &Scenario, valued: &Valued) -> Result<Vec<Settled>, SettleError> {
    let mut results = Vec::new();
    for (variant, flows) in valued.variants.iter().enumerate() {
        for strategy in (0..scenario.strategies.len()).filter(|&index| index != scenario.comparator) {
            for arrangement in 0..scenario.arrangements.len() {
                let delivery = valued.delivery_of(strategy, arrangement);
                let blocks: Vec<&Flows> = flows.blocks.iter().map(|block| &block[delivery]).collect();
                let deal = Deal { scenario, arrangement, strategy };
                let settled = deal.settle(
                    variant,
                    &flows.base[delivery],
                    &blocks,
                    [valued.runs, valued.design.replicates],
                )?;
                check_finite(scenario, &settled)?;
                results.push(settled);
            }
        }
    }
    Ok(results)
}

/// Fails where an amount became infinite or undefined: contract terms may be any number.
fn check_finite(scenario: &Scenario, settled: &Settled) -> Result<(), SettleError> {
    let lines = std::iter::once(&settled.base).chain(&settled.blocks).flat_map(|books| &books.lines);
    let Some(line) = lines.into_iter().find(|line| !line.amounts.iter().all(Lane::all_finite)) else {
        return Ok(());
    };
    let arrangement = &scenario.arrangements[settled.arrangement];
    let what = match line.kind {
        LineKind::Clause(clause) | LineKind::Repayment(clause) => {
            format!("what clause `{}` pays", arrangement.clauses[clause].id)
        }
        _ => "a cost or saving that it settles".to_owned(),
    };
    Err(SettleError::NotFinite { arrangement: arrangement.id.clone(), what })
}

/// One strategy under one arrangement.
#[derive(Clone, Copy)]
struct Deal<'a> {
    scenario: &'a Scenario,
    arrangement: usize,
    strategy: usize,
}

/// A block after the first pass.
struct Opened<'a> {
    block: Block<'a>,
    savings: Books,
    /// Costs of delivery and the first phase.
    delivery: Books,
    foreseen: Vec<Vec<Lane>>,
}

impl<'a> Deal<'a> {
    fn clauses(&self) -> &'a [Clause] {
        &self.scenario.arrangements[self.arrangement].clauses
    }

    fn settle(
        &self,
        variant: usize,
        base: &'a Flows,
        blocks: &[&'a Flows],
        [draws, replicates]: [usize; 2],
    ) -> Result<Settled, SettleError> {
        let rules: Vec<Box<dyn Rule + 'a>> = self.clauses().iter().map(|clause| rule(clause)).collect();
        let opened_base = self.open(&rules, base, None)?;
        let opened: Vec<_> = blocks
            .par_iter()
            .enumerate()
            .map(|(block, flows)| self.open(&rules, flows, Some(chance::numbers(block, draws, replicates))))
            .collect();
        let opened: Vec<Opened<'a>> = opened.into_iter().collect::<Result<_, _>>()?;

        let mut warnings = Vec::new();
        let draws = if opened.is_empty() { 0 } else { draws };
        let expectations = if draws > 0 {
            agree(&rules, &opened, draws, &mut warnings)
        } else {
            let agreed = agree(&rules, std::slice::from_ref(&opened_base), 1, &mut warnings);
            if agreed.clauses.iter().any(|agreed| *agreed != Agreed::Nothing) {
                warnings.push(Warning::WithoutDraws);
            }
            Expectations { draws: 0, ..agreed }
        };
        for (index, rule) in rules.iter().enumerate() {
            warnings.extend(rule.warnings(&opened_base.block.contract(index))?);
        }
        let base_books = self.post(&rules, opened_base, &expectations)?;
        let books: Vec<_> =
            opened.into_par_iter().map(|opened| self.post(&rules, opened, &expectations)).collect();
        let mut settled = Settled {
            variant,
            strategy: self.strategy,
            arrangement: self.arrangement,
            base: base_books,
            blocks: books.into_iter().collect::<Result<_, _>>()?,
            draws,
            rate: base.parties_rate,
            expectations,
            warnings,
            declined: None,
        };
        let delivers = !self.scenario.strategies[self.strategy].programmes.is_empty();
        if let (true, Some(entry)) = (delivers, &self.scenario.arrangements[self.arrangement].entry) {
            entry::apply(self.scenario.uncertainty.engine, entry, &base.environment, &mut settled)?;
        }
        Ok(settled)
    }

    /// First pass: postings of what is avoided, and what the terms rest on.
    fn open(
        &self,
        rules: &[Box<dyn Rule + 'a>],
        flows: &'a Flows,
        runs: Option<[u64; LANES]>,
    ) -> Result<Opened<'a>, SettleError> {
        let mut block = Block::new(self.scenario, self.arrangement, self.strategy, flows)?;
        block.runs = runs;
        let years = self.years(flows.shape.years);
        let lines = leakage::postings(self.scenario, &block.market, flows);
        let savings = Books { years, lines, ..Books::default() };
        let costs = Books { years, lines: costs::postings(&block), ..Books::default() };
        // Nothing that is paid in the first phase rests on expectations.
        let unknown = Expectations { clauses: vec![Agreed::Nothing; rules.len()], ..Expectations::default() };
        let delivery = post_phases(&block, rules, &unknown, &[Phase::Delivery], costs)?;
        let known = Known { savings: &savings, delivery: &delivery };
        let foreseen = rules
            .iter()
            .enumerate()
            .map(|(index, rule)| rule.foreseen(&block.contract(index), &known))
            .collect::<Result<_, _>>()?;
        Ok(Opened { block, savings, delivery, foreseen })
    }

    /// Years that postings may fall in: a lag goes past the horizon, and so does what is carried into the year
    /// after it.
    fn years(&self, horizon: usize) -> usize {
        years(self.clauses(), horizon)
    }

    /// Second pass: all postings, phase by phase.
    fn post(
        &self,
        rules: &[Box<dyn Rule + 'a>],
        opened: Opened<'a>,
        expectations: &Expectations,
    ) -> Result<Books, SettleError> {
        let Opened { block, savings: mut books, delivery, .. } = opened;
        overlap::check(&block, rules, expectations)?;
        books.lines.extend(delivery.lines);
        books.figures.extend(delivery.figures);
        let mut books = post_phases(&block, rules, expectations, &Phase::LATER, books)?;
        let figures = noise::figures(&block, rules, expectations, &books)?;
        books.figures.extend(figures);
        books.figures.extend_from_slice(&expectations.figures);
        Ok(books)
    }
}

/// Years that postings under clauses may fall in.
pub(crate) fn years(clauses: &[Clause], horizon: usize) -> usize {
    let beyond = |clause: &Clause| {
        let carried = matches!(&clause.terms, Terms::Subsidy { grant: Some(_), .. });
        clause.lag + usize::from(carried)
    };
    horizon + clauses.iter().map(beyond).max().unwrap_or(0)
}

/// Runs phases in order over books; every clause of a phase reads the books as the phase found them.
pub(crate) fn post_phases(
    block: &Block<'_>,
    rules: &[Box<dyn Rule + '_>],
    expectations: &Expectations,
    phases: &[Phase],
    mut books: Books,
) -> Result<Books, SettleError> {
    for &phase in phases {
        let posted = post_phase(block, rules, expectations, phase, &books, |_| true)?;
        let mut figures: Vec<Figure> = Vec::new();
        for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.phase() == phase) {
            figures.extend(rule.figures(&block.contract(index), &books, &expectations.clauses[index])?);
        }
        books.lines.extend(posted);
        books.figures.extend(figures);
    }
    Ok(books)
}

/// What clauses post in one phase; they read the books as they find them. Others than those that are `wanted` post
/// nothing.
pub(crate) fn post_phase(
    block: &Block<'_>,
    rules: &[Box<dyn Rule + '_>],
    expectations: &Expectations,
    phase: Phase,
    books: &Books,
    wanted: impl Fn(usize) -> bool,
) -> Result<Vec<BookLine>, SettleError> {
    let mut posted = Vec::new();
    for (index, rule) in rules.iter().enumerate().filter(|(index, _)| wanted(*index)) {
        let contract = block.contract(index);
        if rule.phase() == phase {
            posted.extend(rule.post(&contract, books, &expectations.clauses[index])?);
        } else if phase == Phase::Delivery {
            posted.extend(rule.advance(&contract, books)?);
        }
    }
    Ok(posted)
}

/// Terms from means over the draws, in draw order.
fn agree(
    rules: &[Box<dyn Rule + '_>],
    opened: &[Opened<'_>],
    draws: usize,
    warnings: &mut Vec<Warning>,
) -> Expectations {
    let mut figures = Vec::new();
    let clauses = rules
        .iter()
        .enumerate()
        .map(|(clause, rule)| {
            let amounts = opened[0].foreseen[clause].len();
            let means: Vec<f64> = (0..amounts)
                .map(|amount| mean(opened.iter().map(|block| block.foreseen[clause][amount]), draws))
                .collect();
            let contract = opened[0].block.contract(clause);
            figures.extend(rule.expected_figures(&contract, &means));
            rule.agree(&contract, &means, warnings)
        })
        .collect();
    Expectations { clauses, figures, draws }
}

/// Mean over draws, in draw order; lanes beyond the last draw do not count.
pub(crate) fn mean(blocks: impl Iterator<Item = Lane>, draws: usize) -> f64 {
    let values = blocks.flat_map(|lane| lane.0);
    values.take(draws).fold(0.0, |sum, value| sum + value) / draws as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::checked::{Base, Payer, ShareRule};
    use crate::settle::testing;
    use crate::value::flows::{Delivery, RunDesign, VariantFlows};

    #[test]
    fn results_come_by_variant_strategy_and_arrangement_each_with_its_own_delivery() {
        // The second arrangement changes behaviour: its delivery saves 7 instead of 5; the second variant 10 more.
        let mut scenario = testing::scenario().budget("wmo", false).party("town", &[(0, 1.0)]).build();
        let mut other = scenario.arrangements[0].clone();
        other.id = "other".to_owned();
        scenario.arrangements.push(other);
        let saves = |amount: f64| {
            let mut flows = testing::flows(&scenario, 1);
            testing::set_increment(&mut flows, 0, 0, -amount, 1.0, 0.0, 1.0);
            flows
        };
        let variant = |more: f64| VariantFlows {
            base: vec![saves(5.0 + more), saves(7.0 + more)],
            blocks: vec![vec![saves(5.0 + more), saves(7.0 + more)]],
        };
        let strategy = testing::STRATEGY;
        let valued = Valued {
            shape: saves(0.0).shape,
            deliveries: vec![
                Delivery { strategy, arrangement: None },
                Delivery { strategy, arrangement: Some(1) },
            ],
            variants: vec![variant(0.0), variant(10.0)],
            runs: 8,
            design: RunDesign::PLAIN,
            sampled: Vec::new(),
            groups: None,
            warnings: Vec::new(),
        };
        let settled = settle(&scenario, &valued).unwrap();
        let found: Vec<_> = settled
            .iter()
            .map(|s| (s.variant, s.strategy, s.arrangement, s.blocks[0].net(testing::FIRST_PARTY)[0][0]))
            .collect();
        assert_eq!(found, [(0, 1, 0, 5.0), (0, 1, 1, 7.0), (1, 1, 0, 15.0), (1, 1, 1, 17.0)]);
    }

    #[test]
    fn without_draws_the_base_case_stands_in_for_expectations_and_a_warning_says_so() {
        let mut clause = testing::subsidy(testing::base(Base::Programme, None), "1");
        clause.terms = Terms::CostShare {
            base: testing::base(Base::Programme, None),
            parties: vec![Payer::Party(testing::FIRST_PARTY)],
            rule: ShareRule::Proportional,
            ex_post: false,
            needed: vec![false],
        };
        let scenario = testing::scenario()
            .budget("wmo", false)
            .party("town", &[(0, 1.0)])
            .programme("chain", &["course"], &[])
            .clause(clause)
            .build();
        let mut flows = testing::flows(&scenario, 1);
        testing::set_increment(&mut flows, 0, 0, -5.0, 1.0, 0.0, 1.0);
        let deal = Deal { scenario: &scenario, arrangement: 0, strategy: testing::STRATEGY };
        let settled = deal.settle(0, &flows, &[], [8, 1]).unwrap();
        assert_eq!(settled.expectations.clauses, [Agreed::Shares(vec![1.0])]);
        assert_eq!(settled.draws, 0);
        assert_eq!(settled.warnings[0], Warning::WithoutDraws);
    }

    #[test]
    fn the_expected_amount_of_a_line_is_its_mean_over_draws() {
        let scenario = testing::scenario().budget("wmo", false).party("town", &[(0, 1.0)]).build();
        let mut flows = testing::flows(&scenario, 1);
        flows.increment.row_mut(0)[0] = Lane::from_fn(|draw| -(draw as f64));
        flows.cashable.row_mut(0)[0] = Lane::from_fn(|draw| -(draw as f64));
        let settled = testing::settle_blocks(&scenario, vec![flows], 4);
        let line = settled.blocks[0].entries(testing::FIRST_PARTY).next().unwrap().line;
        assert_eq!(settled.expected_line(line), [1.5]); // 0, 1, 2, 3
    }

    #[test]
    fn lanes_beyond_the_last_draw_do_not_count_in_a_mean() {
        // Ten draws: eight times 1, then 6 and 6 in a lane whose other elements repeat the last draw.
        let blocks = [Lane::splat(1.0), Lane::splat(6.0)];
        assert_eq!(mean(blocks.into_iter(), 10), 2.0);
        assert_eq!(blocks.len() * LANES, 16);
    }
}
