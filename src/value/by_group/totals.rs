//! Horizon totals of every profile and cell: what happened to its people, and what that is worth.

use super::super::account::Account;
use super::super::collect::{Delivered, Participants};
use super::super::deliver::count;
use super::super::flows::ItemKind;
use super::super::functionals::{Figure as Priced, Functionals, Prices};
use super::super::leakage::Clocks;
use super::super::plan::Plan;
use super::super::tally::Tally;
use super::mixes::Rows;
use super::{Figure, Yearly};
use crate::formula::Lane;
use crate::sample::QuantityError;
use crate::scenario::checked::{Priced as On, Scenario};
use crate::simulate::{Cohort, Observer, Trajectory};

/// Whose people are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Everybody: several models describe the same people, so their lives are counted in the first model only.
    Everybody,
    /// What a programme changes: programmes on different models add.
    Changes,
}

/// Reads accounts of one model into totals by figure.
pub struct Reader<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The plan.
    pub plan: &'a Plan,
    /// Model.
    pub model: usize,
    /// Its prices.
    pub prices: &'a Prices,
    /// Discounting.
    pub clocks: &'a Clocks,
    /// By line: share of its unit cost on its budget.
    pub split: &'a [Lane],
    /// What is totalled.
    pub figures: &'a [Figure],
}

impl Reader<'_> {
    fn functionals(&self) -> &Functionals {
        &self.plan.functionals[self.model]
    }

    /// Adds `sign` times an account to totals by figure.
    fn add(&self, account: &Account, whose: Whose, sign: f64, totals: &mut [Lane]) {
        let cycles = account.first()..self.scenario.time.cycles();
        let functionals = self.functionals();
        let lives_count = whose == Whose::Changes || self.model == 0;
        let mut add = |figure: Figure, amount: Lane| {
            if let Some(position) = self.figures.iter().position(|known| *known == figure) {
                totals[position] += amount * sign;
            }
        };
        for &row in &self.plan.counted_of[self.model] {
            let counted = self.plan.shape.counted[row];
            let in_cycle = |cycle| count(self.plan, self.model, account, counted, cycle, &self.clocks.costs);
            let total = cycles.clone().filter_map(in_cycle).fold(Lane::ZERO, |sum, amount| sum + amount);
            add(Figure::Count(row), total);
        }
        for (position, &figure) in functionals.figures.iter().enumerate() {
            if !functionals.active[position] {
                continue;
            }
            let health = matches!(figure, Priced::LifeYears | Priced::Qalys);
            let clock = if health { &self.clocks.effects } else { &self.clocks.costs };
            let (mut amount, mut present) = (Lane::ZERO, Lane::ZERO);
            for cycle in cycles.clone() {
                let amounts = account.figure(functionals, self.prices, position, cycle);
                amount += clock.amount(amounts, cycle);
                present += clock.present(amounts, cycle);
            }
            match figure {
                Priced::Cost(unit_cost) => {
                    if lives_count || self.scenario.unit_costs[unit_cost].on != On::LifeYear {
                        for &line in &self.plan.lines_of[unit_cost] {
                            let budget = self.plan.shape.lines[line].budget;
                            add(Figure::Budget(budget), present * self.split[line]);
                        }
                    }
                }
                Priced::Outcome(outcome) => add(Figure::Outcome(outcome), amount),
                Priced::OutcomeOfLives(outcome) if lives_count => add(Figure::Outcome(outcome), amount),
                Priced::LifeYears if lives_count => {
                    add(Figure::LifeYears, amount);
                    add(Figure::LifeYearsPresent, present);
                }
                Priced::Qalys if lives_count => {
                    add(Figure::Qalys, amount);
                    add(Figure::QalysPresent, present);
                }
                Priced::OutcomeOfLives(_) | Priced::LifeYears | Priced::Qalys => {}
            }
        }
        self.add_years(account, lives_count, sign, totals);
    }

    /// Adds `sign` times the years that goals ask about, which stand last among the figures.
    fn add_years(&self, account: &Account, lives_count: bool, sign: f64, totals: &mut [Lane]) {
        let per_year = self.scenario.time.cycles_per_year;
        let functionals = self.functionals();
        let asked = self.figures.iter().enumerate().rev().map_while(|(position, figure)| match *figure {
            Figure::InYear(of, year) => Some((position, of, year)),
            _ => None,
        });
        for (position, of, year) in asked {
            let cycles = account.first().max(year * per_year)..(year + 1) * per_year;
            let clock = &self.clocks.costs;
            if let Yearly::Count(row) = of {
                let counted = self.plan.shape.counted[row];
                for amount in
                    cycles.filter_map(|cycle| count(self.plan, self.model, account, counted, cycle, clock))
                {
                    totals[position] += amount * sign;
                }
                continue;
            }
            for (at, &figure) in functionals.figures.iter().enumerate() {
                let is_asked = match (of, figure) {
                    (Yearly::Outcome(outcome), Priced::Outcome(own)) => own == outcome,
                    (Yearly::Outcome(outcome), Priced::OutcomeOfLives(own)) => lives_count && own == outcome,
                    (Yearly::Qalys, Priced::Qalys) => lives_count,
                    _ => false,
                };
                if is_asked && functionals.active[at] {
                    for cycle in cycles.clone() {
                        let amounts = account.figure(functionals, self.prices, at, cycle);
                        totals[position] += clock.amount(amounts, cycle) * sign;
                    }
                }
            }
        }
    }
}

/// Totals the people of an arm without programmes, `[row][figure]`.
pub struct OfProfiles<'a> {
    /// Reads accounts.
    pub reader: Reader<'a>,
    /// Whose people they are.
    pub whose: Whose,
    /// By what their totals are multiplied: −1 to take them off those of another arm.
    pub sign: f64,
    /// Row of each profile.
    pub rows: &'a Rows,
    /// The totals.
    pub totals: &'a mut [Lane],
    /// Room for one profile.
    pub tally: Tally,
    /// Room for one profile.
    pub account: Account,
}

impl Observer for OfProfiles<'_> {
    fn comparator(&mut self, _: usize, profile: usize, path: &[u32], trajectory: &Trajectory) {
        let Reader { plan, model, scenario, prices, figures, .. } = self.reader;
        let (functionals, structure) = (&plan.functionals[model], &plan.models[model].structure);
        self.tally.begin(trajectory, path);
        self.tally.add(trajectory, Lane::ONE);
        self.account.reset(structure, functionals, trajectory.first, scenario.time.cycles());
        self.account.add(&self.tally, functionals, prices, None);
        let row = self.rows.of[profile];
        let totals = &mut self.totals[row * figures.len()..(row + 1) * figures.len()];
        self.reader.add(&self.account, self.whose, self.sign, totals);
    }
    fn cohort(&mut self, _: &Cohort<'_>) -> Result<(), QuantityError> {
        Ok(())
    }
}

/// Totals the cohorts of a strategy, `[row][figure]`: what `participants` has collected is read and put back to nothing
/// after each.
pub struct OfCells<'a> {
    /// Reads accounts.
    pub reader: Reader<'a>,
    /// Collects one cohort.
    pub participants: Participants<'a>,
    /// Row of each cell.
    pub rows: &'a Rows,
    /// The totals.
    pub totals: &'a mut [Lane],
}

impl Observer for OfCells<'_> {
    fn comparator(&mut self, _: usize, _: usize, _: &[u32], _: &Trajectory) {}

    fn cohort(&mut self, cohort: &Cohort<'_>) -> Result<(), QuantityError> {
        self.participants.cohort(cohort)?;
        self.participants.finish();
        let Reader { plan, model, scenario, figures, .. } = self.reader;
        let row = self.rows.of[cohort.cell];
        let totals = &mut self.totals[row * figures.len()..(row + 1) * figures.len()];
        if let Some(group) = self.participants.groups.last_mut() {
            let account = &mut group.all.difference;
            self.reader.add(account, Whose::Changes, 1.0, totals);
            let structure = &plan.models[model].structure;
            account.reset(structure, &plan.functionals[model], group.boundary, scenario.time.cycles());
        }
        let delivered = std::mem::replace(&mut *self.participants.delivered, Delivered::new(&plan.shape));
        for (position, figure) in figures.iter().enumerate() {
            match *figure {
                Figure::Reached(row) => totals[position] += delivered.reached.total(row),
                Figure::StepCosts => {
                    let items = plan.shape.items.iter().zip(&delivered.costs_present);
                    for (_, &present) in items.filter(|(item, _)| matches!(item.kind, ItemKind::Step { .. }))
                    {
                        totals[position] += present;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}
