//! Settling one arrangement at many values of its negotiable terms, without following anybody again.
//!
//! A party's position is a sum over postings, so it is a sum over clauses. A clause depends on few of the terms: its own,
//! and those of the clauses whose postings it reads (`dependence`). Clauses that depend on the same terms form a
//! [`Part`]; what depends on none (savings, costs of delivery, fixed clauses) is one too. A part is settled once for each
//! combination of *its* terms and kept as the present value of what it brings each party in each draw; the position at a
//! point of the whole space is then a sum of a few rows. With terms a (10 values) and b (10) in a fee and a subsidy on
//! what the fee leaves, and c (100) in a shared saving, 10 + 100 + 100 settlements of a clause or two give 10,000 points.
//!
//! What a part needs more room for than there is ([`ROOM`]) is settled while points go by, and forgotten. What settling
//! itself holds, several times its result, is bounded apart (64 MB).
//!
//! A clause that reads much spoils this: a guarantee on the net position of a party that every other clause pays depends on
//! all terms, so that it and all that it reads are settled at every point.
//!
//! **Same numbers.** At any point the positions are those that [`crate::settle::settle`] gives with these values written
//! in the file, up to rounding in the order of additions (10⁻¹² of turnover). Terms that rest on expectations are agreed
//! anew at each combination of what they depend on.

mod dependence;
mod part;

pub use part::{Part, Settlement};

use super::books::present_value;
use super::clauses::{Known, Rule, rule};
use super::contract::Block;
use super::phases::{mean, post_phase, years};
use super::{
    Agreed, Books, Expectations, Phase, SettleError, Warning, chance, costs, entry, leakage, overlap,
};
use crate::formula::{LANES, Lane};
use crate::sample::Environment;
use crate::scenario::Scenario;
use crate::scenario::checked::{Clause, Negotiable, Origin, Quantity, Set};
use crate::value::flows::{Flows, Valued};
use dependence::Dependence;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes that settled parts of an arrangement may take together.
pub const ROOM: usize = 1 << 28;

/// Steps of the terms that something depends on, in the order of the terms: 0 is the lowest value.
pub type Steps = Vec<i64>;

/// An arrangement with its negotiable terms, over all draws of one strategy.
pub struct Negotiated<'a> {
    scenario: &'a Scenario,
    /// Index of the arrangement.
    pub arrangement: usize,
    rules: Vec<Box<dyn Rule + 'a>>,
    /// The stated values.
    base: Opened<'a>,
    blocks: Vec<Opened<'a>>,
    /// Number of draws.
    pub draws: usize,
    /// Yearly rate at which parties' cash flows are discounted.
    pub rate: f64,
    /// Years that postings may fall in.
    pub years: usize,
    /// Negotiable terms that it depends on: indices into those of the scenario.
    pub terms: Vec<usize>,
    dependence: Dependence,
    /// Parameters computed from negotiable ones, in order.
    affected: Vec<usize>,
    parts: Vec<Part>,
    /// Parties whose positions are wanted; last, if it is none of them, the one on whose gain delivery depends.
    pub seats: Vec<usize>,
    /// Whether what the shares of costs add up to can differ between draws.
    shares_vary: bool,
}

/// A block of draws, with what no term changes.
struct Opened<'a> {
    block: Block<'a>,
    /// Savings.
    savings: Books,
    /// Costs of delivery.
    costs: Books,
}

/// Expectations of clauses, by clause and the steps of what it depends on.
type Agreements = BTreeMap<(usize, Steps), Agreed>;

impl<'a> Negotiated<'a> {
    /// Opens an arrangement for a strategy of the scenario itself (its first variant). `negotiable` are the terms of the
    /// scenario, or none where all keep their stated values; `seats` are the parties whose positions are wanted.
    ///
    /// # Errors
    /// A quantity out of range, or market shares above one.
    pub fn new(
        scenario: &'a Scenario,
        valued: &'a Valued,
        strategy: usize,
        arrangement: usize,
        negotiable: &[Negotiable],
        seats: &[usize],
    ) -> Result<Self, SettleError> {
        let delivery = valued.delivery_of(strategy, arrangement);
        let variant = &valued.variants[0];
        let clauses: &'a [Clause] = &scenario.arrangements[arrangement].clauses;
        let draws = valued.runs;
        let years = years(clauses, valued.shape.years);
        let open = |flows: &'a Flows, runs: Option<[u64; LANES]>| -> Result<Opened<'a>, SettleError> {
            let mut block = Block::new(scenario, arrangement, strategy, flows)?;
            block.runs = runs;
            let books = |lines| Books { years, lines, ..Books::default() };
            let savings = books(leakage::postings(scenario, &block.market, flows));
            let costs = books(costs::postings(&block));
            Ok(Opened { block, savings, costs })
        };
        let runs = |block: usize| chance::numbers(block, draws, valued.design.replicates);
        let base = open(&variant.base[delivery], None)?;
        let blocks: Vec<Result<Opened<'a>, SettleError>> = variant
            .blocks
            .par_iter()
            .enumerate()
            .map(|(index, block)| open(&block[delivery], Some(runs(index))))
            .collect();
        let rules: Vec<Box<dyn Rule + 'a>> = clauses.iter().map(|clause| rule(clause)).collect();
        let (terms, dependence) = Dependence::of(scenario, clauses, &rules, negotiable);
        let negotiable = |&term: &usize| scenario.negotiation.terms[term].parameter;
        let mut affected: Vec<usize> =
            terms.iter().map(negotiable).flat_map(|parameter| scenario.dependants(parameter)).collect();
        affected.sort_unstable();
        affected.dedup();
        let mut seats = seats.to_vec();
        if let Some(entry) = &scenario.arrangements[arrangement].entry
            && !seats.contains(&entry.party)
        {
            seats.push(entry.party);
        }
        let parts = Part::all(scenario, clauses, &dependence, &seats);
        let blocks: Vec<Opened<'a>> = blocks.into_iter().collect::<Result<_, _>>()?;
        let shares = dependence.sharing.iter().flat_map(|&clause| clauses[clause].quantities());
        let sets = [&scenario.strategies[strategy].set, &scenario.arrangements[arrangement].set];
        let behind = behind(scenario, shares, &sets.map(Vec::as_slice));
        let stated = &base.block.environment.parameters;
        let shares_vary = behind.iter().any(|&parameter| {
            let differs = |value: f64| value != stated[parameter][0];
            blocks.iter().any(|opened| opened.block.environment.parameters[parameter].any(differs))
        });
        Ok(Self {
            scenario,
            arrangement,
            rules,
            rate: variant.base[delivery].parties_rate,
            base,
            blocks,
            draws,
            years,
            terms,
            dependence,
            affected,
            parts,
            seats,
            shares_vary,
        })
    }

    /// What each of the parties may expect to save, net of leakages, and what the programmes are expected to cost: present
    /// values, EUR. Contracts do not change either.
    #[must_use]
    pub fn benefits_and_cost(&self) -> (Vec<f64>, f64) {
        let expected =
            |amount: &dyn Fn(&Opened<'a>) -> Lane| mean(self.blocks.iter().map(amount), self.draws);
        let benefit =
            |&party: &usize| expected(&|opened| present_value(&opened.savings.saved(party), self.rate));
        let cost = expected(&|opened| {
            let lines = opened.costs.lines.iter();
            lines.fold(Lane::ZERO, |sum, line| sum + present_value(&line.amounts, self.rate))
        });
        (self.seats.iter().map(benefit).collect(), cost)
    }

    /// Position among [`Self::seats`] of the party that delivers only if it may expect to gain.
    #[must_use]
    pub fn enters(&self) -> Option<usize> {
        let entry = self.scenario.arrangements[self.arrangement].entry.as_ref()?;
        self.seats.iter().position(|&party| party == entry.party)
    }

    /// Whether that party stays away, of its net present value by draw: then nothing is delivered and nobody pays.
    ///
    /// # Errors
    /// A premium that is negative or cannot be computed.
    pub fn stays_away(&self, present: &[f64]) -> Result<bool, SettleError> {
        match &self.scenario.arrangements[self.arrangement].entry {
            None => Ok(false),
            Some(entry) => Ok(entry::decide(entry, self.base.block.environment, present)?.is_some()),
        }
    }

    /// Its parts.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Bytes that settling a part once leaves.
    #[must_use]
    pub fn room_of(&self, part: &Part) -> usize {
        part.seats.len() * Settlement::numbers(self.draws, self.years) * size_of::<f64>()
    }

    /// Values of the terms at a point, in the order of [`Self::terms`].
    #[must_use]
    pub fn values(&self, steps: &[i64]) -> Vec<f64> {
        self.terms
            .iter()
            .zip(steps)
            .map(|(&term, &s)| self.scenario.negotiation.terms[term].value(s))
            .collect()
    }

    /// Parameters of a block at some steps; of terms that are not mentioned nothing may depend on the result.
    fn environment(
        &self,
        opened: &Opened<'_>,
        terms: &[usize],
        steps: &[i64],
    ) -> Result<Environment, SettleError> {
        let values: Vec<(usize, f64)> = terms
            .iter()
            .zip(steps)
            .map(|(&term, &step)| {
                let term = &self.scenario.negotiation.terms[self.terms[term]];
                (term.parameter, term.value(step))
            })
            .collect();
        if values.is_empty() {
            return Ok(opened.block.environment.clone());
        }
        Ok(opened.block.environment.at(self.scenario, &values, &self.affected)?)
    }

    /// Which points are contracts at all: at some combinations subsidies and cost shares would together pay more than the
    /// costs. By the steps of all terms; the result is in the order of `points`.
    ///
    /// # Errors
    /// A quantity out of range.
    pub fn possible(&self, points: &[&[i64]]) -> Result<Vec<bool>, SettleError> {
        let terms = self.dependence.union(&self.dependence.sharing);
        let pick = |point: &[i64]| -> Steps { terms.iter().map(|&term| point[term]).collect() };
        let mut distinct: BTreeMap<Steps, bool> = points.iter().map(|point| (pick(point), true)).collect();
        // Also one clause alone: a cost share may give several parties shares that are too much together.
        if !self.dependence.sharing.is_empty() {
            let all: Vec<Steps> = distinct.keys().cloned().collect();
            let agreed = self.agreements(&self.dependence.sharing, &terms, &all)?;
            let found: Vec<Result<bool, SettleError>> =
                all.par_iter().map(|steps| self.shares_fit(&terms, steps, &agreed)).collect();
            for (steps, fits) in all.into_iter().zip(found) {
                distinct.insert(steps, fits?);
            }
        }
        Ok(points.iter().map(|point| distinct[&pick(point)]).collect())
    }

    fn shares_fit(&self, terms: &[usize], steps: &[i64], agreed: &Agreements) -> Result<bool, SettleError> {
        match self.check_shares(terms, steps, agreed) {
            Ok(()) => Ok(true),
            Err(SettleError::SharesAboveOne { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether an arrangement that is opened without negotiable terms is a contract.
    ///
    /// # Errors
    /// Shares of costs above one, or a quantity out of range.
    pub fn check_stated(&self) -> Result<(), SettleError> {
        let agreed = self.agreements(&self.dependence.sharing, &[], &[Steps::new()])?;
        self.check_shares(&[], &[], &agreed)
    }

    fn check_shares(&self, terms: &[usize], steps: &[i64], agreed: &Agreements) -> Result<(), SettleError> {
        let draws: &[Opened<'a>] = if self.shares_vary { &self.blocks } else { &[] };
        for opened in std::iter::once(&self.base).chain(draws) {
            let environment = self.environment(opened, terms, steps)?;
            let block = Block { environment: &environment, ..opened.block.clone() };
            let expectations = self.expectations(agreed, terms, steps);
            overlap::check(&block, &self.rules, &expectations)?;
        }
        Ok(())
    }

    /// What is agreed beforehand at some steps of `terms`, by clause.
    fn expectations(&self, agreed: &Agreements, terms: &[usize], steps: &[i64]) -> Expectations {
        let clauses = (0..self.rules.len()).map(|clause| {
            let own = self.own_steps(clause, terms, steps);
            own.and_then(|own| agreed.get(&(clause, own)).cloned()).unwrap_or_default()
        });
        Expectations { clauses: clauses.collect(), draws: self.draws, ..Expectations::default() }
    }

    /// Steps of the terms that a clause depends on, of those of `terms`; `None` where one is not among them.
    fn own_steps(&self, clause: usize, terms: &[usize], steps: &[i64]) -> Option<Steps> {
        let of = |term: &usize| terms.iter().position(|other| other == term).map(|at| steps[at]);
        self.dependence.terms[clause].iter().map(of).collect()
    }

    /// First pass: terms of some clauses that rest on means over draws, for each of these combinations.
    fn agreements(
        &self,
        clauses: &[usize],
        terms: &[usize],
        combinations: &[Steps],
    ) -> Result<Agreements, SettleError> {
        let mut agreed = Agreements::new();
        let foreseeing = self.foreseeing(clauses)?;
        if foreseeing.is_empty() {
            return Ok(agreed);
        }
        let mut wanted: BTreeMap<(usize, Steps), &Steps> = BTreeMap::new();
        for steps in combinations {
            for &clause in &foreseeing {
                if let Some(own) = self.own_steps(clause, terms, steps) {
                    wanted.entry((clause, own)).or_insert(steps);
                }
            }
        }
        let wanted: Vec<((usize, Steps), &Steps)> = wanted.into_iter().collect();
        let found: Vec<Result<Agreed, SettleError>> = wanted
            .par_iter()
            .map(|((clause, _), steps)| self.agree(*clause, terms, steps, &mut Vec::new()))
            .collect();
        for ((key, _), found) in wanted.into_iter().zip(found) {
            agreed.insert(key, found?);
        }
        Ok(agreed)
    }

    /// Terms of a clause that rest on means over draws.
    fn agree(
        &self,
        clause: usize,
        terms: &[usize],
        steps: &[i64],
        warnings: &mut Vec<Warning>,
    ) -> Result<Agreed, SettleError> {
        let mut sums: Vec<f64> = Vec::new();
        for (index, opened) in self.blocks.iter().enumerate() {
            let lanes = (self.draws - index * LANES).min(LANES);
            for (at, amount) in self.foreseen(opened, clause, terms, steps)?.into_iter().enumerate() {
                if sums.len() <= at {
                    sums.push(0.0);
                }
                // In draw order, as one long sum.
                sums[at] = amount.0[..lanes].iter().fold(sums[at], |sum, value| sum + value);
            }
        }
        let means: Vec<f64> = sums.into_iter().map(|sum| sum / self.draws as f64).collect();
        let first = &self.blocks[0];
        let environment = self.environment(first, terms, steps)?;
        let block = Block { environment: &environment, ..first.block.clone() };
        Ok(self.rules[clause].agree(&block.contract(clause), &means, warnings))
    }

    /// What a reader should know about its clauses at the stated values.
    ///
    /// # Errors
    /// A quantity out of range.
    pub fn warnings(&self) -> Result<Vec<Warning>, SettleError> {
        let mut warnings = Vec::new();
        let all: Vec<usize> = (0..self.rules.len()).collect();
        for clause in self.foreseeing(&all)? {
            self.agree(clause, &[], &[], &mut warnings)?;
        }
        for (clause, rule) in self.rules.iter().enumerate() {
            warnings.extend(rule.warnings(&self.base.block.contract(clause))?);
        }
        Ok(warnings)
    }

    /// Those of some clauses that have terms of this kind.
    fn foreseeing(&self, clauses: &[usize]) -> Result<Vec<usize>, SettleError> {
        let Some(first) = self.blocks.first() else { return Ok(Vec::new()) };
        let all: Vec<usize> = (0..self.terms.len()).collect();
        let lowest = vec![0; all.len()];
        let mut found = Vec::new();
        for &clause in clauses {
            if !self.foreseen(first, clause, &all, &lowest)?.is_empty() {
                found.push(clause);
            }
        }
        Ok(found)
    }

    fn foreseen(
        &self,
        opened: &Opened<'a>,
        clause: usize,
        terms: &[usize],
        steps: &[i64],
    ) -> Result<Vec<Lane>, SettleError> {
        let environment = self.environment(opened, terms, steps)?;
        let block = Block { environment: &environment, ..opened.block.clone() };
        let mut delivery = opened.costs.clone();
        let unknown = self.expectations(&Agreements::new(), terms, steps);
        let reads = |other: usize| self.dependence.reads[clause].contains(&other);
        delivery.lines.extend(post_phase(&block, &self.rules, &unknown, Phase::Delivery, &delivery, reads)?);
        let known = Known { savings: &opened.savings, delivery: &delivery };
        self.rules[clause].foreseen(&block.contract(clause), &known)
    }
}

/// Parameters that some quantities depend on, directly, through formulas and tables, and through what arms set.
fn behind<'a>(
    scenario: &'a Scenario,
    quantities: impl Iterator<Item = &'a Quantity>,
    sets: &[&'a [Set]],
) -> BTreeSet<usize> {
    let mut open: Vec<&Quantity> = quantities.collect();
    let mut known = BTreeSet::new();
    while let Some(quantity) = open.pop() {
        for parameter in scenario.read_by(&quantity.program) {
            if !known.insert(parameter) {
                continue;
            }
            if let Origin::Formula(formula) = &scenario.parameters.list[parameter].origin {
                open.push(formula);
            }
            let set = sets.iter().flat_map(|set| set.iter()).filter(|set| set.parameter == parameter);
            open.extend(set.map(|set| &set.value));
        }
    }
    known
}
