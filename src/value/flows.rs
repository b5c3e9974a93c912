//! What value hands on to settlement and analysis: amounts by year, for one block of eight draws.
//!
//! A [`Flows`] belongs to one delivery (a strategy, or a strategy under an arrangement that changes
//! behaviour) and one block of draws. Money is in EUR of the valuation's price year. By-year amounts are
//! undiscounted; each total that a cost-effectiveness analysis needs carries its own present value, because
//! every flow is discounted at its own moment (state time at its two boundaries, events in the middle of
//! their cycle, programme costs at the step), which a sum by year can no longer tell.
//!
//! **What is kept.** Without arrangements the grids that only settlement reads have no rows. Over a long horizon
//! counts, outcomes and health of the draws are kept as totals only: their grids have one column instead of one
//! a year ([`Grid::years`] tells); the base case always has all years.

use super::by_group::Groups;
use crate::formula::Lane;
use crate::sample::Environment;
use crate::scenario::checked::{Localised, Node, Request};
use std::sync::Arc;

/// Amounts by row and year, `[row][year]`, a lane of draws each.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    years: usize,
    data: Vec<Lane>,
}

impl Grid {
    /// The mean over grids and the lanes of each, in every lane.
    fn mean<'a>(grids: impl Iterator<Item = &'a Grid>) -> Self {
        let mut sum: Option<(Self, f64)> = None;
        for grid in grids {
            let (sum, count) = sum.get_or_insert_with(|| (Self::zeros(grid.rows(), grid.years), 0.0));
            *count += 1.0;
            for (sum, amount) in sum.data.iter_mut().zip(&grid.data) {
                *sum += *amount;
            }
        }
        let (mut mean, count) = sum.unwrap_or_else(|| (Self::zeros(0, 1), 1.0));
        for amount in &mut mean.data {
            *amount = mean_of_lanes(*amount) / count;
        }
        mean
    }
    /// A grid of zeros.
    pub fn zeros(rows: usize, years: usize) -> Self {
        Self { years, data: vec![Lane::ZERO; rows * years] }
    }
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.data.len().checked_div(self.years).unwrap_or(0)
    }
    /// Number of years.
    pub fn years(&self) -> usize {
        self.years
    }
    /// One row, by year.
    pub fn row(&self, row: usize) -> &[Lane] {
        &self.data[row * self.years..(row + 1) * self.years]
    }
    /// One row, by year, to be changed.
    pub fn row_mut(&mut self, row: usize) -> &mut [Lane] {
        &mut self.data[row * self.years..(row + 1) * self.years]
    }
    /// One amount.
    pub fn at(&self, row: usize, year: usize) -> Lane {
        self.data[row * self.years + year]
    }
    /// Adds to one amount.
    pub fn add(&mut self, row: usize, year: usize, amount: Lane) {
        self.data[row * self.years + year] += amount;
    }
    /// Combines every amount with that of a grid of the same form.
    pub(super) fn combine(&mut self, other: &Self, with: impl Fn(Lane, Lane) -> Lane) {
        for (amount, &other) in self.data.iter_mut().zip(&other.data) {
            *amount = with(*amount, other);
        }
    }
    /// Sum of a row over the years, in year order.
    pub fn total(&self, row: usize) -> Lane {
        self.row(row).iter().fold(Lane::ZERO, |sum, &amount| sum + amount)
    }
}

/// A disease cost on one budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Index of the unit cost.
    pub unit_cost: usize,
    /// Index of the budget.
    pub budget: usize,
}

/// A resource cost of a programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Programme.
    pub programme: usize,
    /// Which cost.
    pub kind: ItemKind,
    /// Party that bears it unless an arrangement names another.
    pub provider: usize,
}

/// Which cost of a programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    /// Cost of a step.
    Step {
        /// Step.
        step: usize,
        /// Position among the step's costs.
        cost: usize,
    },
    /// Fixed cost by position.
    Fixed(usize),
}

/// What is counted for reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Events, transitions (occurrences) or states (person-years).
    Node {
        /// Model.
        model: usize,
        /// Node.
        node: Node,
    },
    /// Deaths in a model, all causes.
    Deaths {
        /// Model.
        model: usize,
    },
}

/// Rows of the grids: what each index means. The same for every block and delivery of a run.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// Years of the horizon.
    pub years: usize,
    /// Rows of disease costs.
    pub lines: Vec<Line>,
    /// Rows of programme costs.
    pub items: Vec<Item>,
    /// Rows of counts.
    pub counted: Vec<Counted>,
    /// Rows of named outcomes: indices into the scenario's outcomes, all of them in order.
    pub outcomes: usize,
    /// Number of named insurers.
    pub insurers: usize,
    /// Rows of persons reaching steps: (programme, step).
    pub steps: Vec<(usize, usize)>,
    /// Rows that clauses asked for: (arrangement, clause, request), in the order of the file.
    pub requests: Vec<(usize, usize, Request)>,
    /// Number of programmes.
    pub programmes: usize,
}

impl Shape {
    /// Row in [`Flows::requested`] of a clause's request, by its position among those of the clause.
    pub fn request_of(&self, arrangement: usize, clause: usize, position: usize) -> Option<usize> {
        let of_clause =
            |(_, (a, c, _)): &(usize, &(usize, usize, Request))| *a == arrangement && *c == clause;
        self.requests.iter().enumerate().filter(of_clause).nth(position).map(|(row, _)| row)
    }
}

/// Disease costs of the participants of one programme, followed in one of the two ways.
#[derive(Clone, Debug)]
pub struct Followed {
    /// Costs Σa on each line, `[line][year]`, EUR.
    pub costs: Grid,
    /// ΣΠa for each insurer, `[insurer × lines + line][year]`, EUR: Π is the product over the 1 Januaries
    /// since enrolment of 1 − c/(1 − m).
    pub costs_retained: Grid,
    /// Person-years alive, `[0][year]`.
    pub person_years: Grid,
    /// Person-years times Π, `[insurer][year]`.
    pub person_years_retained: Grid,
    /// Costs in the first year since enrolment, `[line][year of enrolment]`, EUR.
    pub first_costs: Grid,
    /// Person-years in the first year since enrolment, `[0][year of enrolment]`.
    pub first_person_years: Grid,
}

/// What is known of people apart from the participants: the same programme in the same draw without effects, with other
/// luck. It stands for controls, and for the participants themselves in another year.
#[derive(Clone, Debug)]
pub struct Apart {
    /// Costs, by programme.
    pub shadows: Vec<Followed>,
    /// What clauses asked for, `[request][year]`.
    pub requested: Grid,
    /// The same in expected numbers, around which the luck of a group of another size is scaled; `None` where a model has
    /// no expected numbers.
    pub expected: Option<(Vec<Followed>, Grid)>,
}

/// What the evidence at a gate showed, draw by draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// What was measured, above the threshold.
    pub measured: Lane,
    /// What would have been measured of a programme that does nothing.
    pub measured_without_effect: Lane,
    /// 1 where enrolment goes on.
    pub continues: Lane,
    /// 1 where it would go on with a programme that does nothing.
    pub continues_without_effect: Lane,
    /// 1 where the result is truly above the threshold, whatever was measured; 0 where the gate counts steps.
    pub works: Lane,
}

/// Amounts by year and present values of one delivery in one block of draws.
#[derive(Clone, Debug)]
pub struct Flows {
    /// What the rows mean.
    pub shape: Arc<Shape>,
    /// Parameters of the delivery, for the quantities of clauses.
    pub environment: Environment,

    /// Comparator's disease costs, `[line][year]`, EUR.
    pub level: Grid,
    /// Strategy − comparator, Σa, `[line][year]`, EUR; negative when avoided.
    pub increment: Grid,
    /// Σκa: the part of the increment that is cash, `[line][year]`, EUR.
    pub cashable: Grid,
    /// Σκλa: the part of that which risk equalisation takes back (zero but on insurance budgets), EUR.
    pub equalised: Grid,
    /// Σκ(1−λ)Πa for each insurer, `[insurer × lines + line][year]`, EUR. An insurer with share m that had
    /// p0 of the participants keeps Σκ(1−λ)pₜa = m(Σκa − Σκλa) + (p0 − m)·(this).
    pub retained: Grid,
    /// Without the programme's effects, by programme.
    pub shadows: Vec<Followed>,
    /// With them, by programme.
    pub cohorts: Vec<Followed>,

    /// Programme resource costs, `[item][year]`, EUR.
    pub programme_costs: Grid,
    /// Participants by the year in which they enrol, `[programme][year]`.
    pub enrolled: Grid,
    /// Persons who reach a step, `[step row][year]`.
    pub reached: Grid,
    /// Persons turned away from a step for lack of capacity, `[step row][year]`.
    pub turned_away: Grid,
    /// What clauses asked for, `[request][year]`: persons, EUR, or what they count of participants.
    pub requested: Grid,

    /// Comparator's counts, `[counted][year]`: occurrences, person-years or deaths.
    pub count_level: Grid,
    /// Strategy − comparator.
    pub count_increment: Grid,
    /// Comparator's named outcomes, `[outcome][year]`.
    pub outcome_level: Grid,
    /// Strategy − comparator.
    pub outcome_increment: Grid,
    /// Comparator: row 0 life-years, row 1 quality-adjusted life-years, by year.
    pub health_level: Grid,
    /// Strategy − comparator, the same rows.
    pub health_increment: Grid,

    /// Present values at the costs' rate, EUR: comparator's disease costs by line.
    pub level_present: Vec<Lane>,
    /// Present values at the costs' rate, EUR: strategy − comparator by line.
    pub increment_present: Vec<Lane>,
    /// Present values at the costs' rate, EUR: programme costs by item.
    pub programme_costs_present: Vec<Lane>,
    /// Present values at the effects' rate: comparator's life-years and quality-adjusted life-years.
    pub health_level_present: [Lane; 2],
    /// Present values at the effects' rate: strategy − comparator.
    pub health_increment_present: [Lane; 2],
    /// Yearly rate at which parties' cash flows are discounted.
    pub parties_rate: f64,
    /// Yearly rate of inflation for nominal amounts, if stated.
    pub inflation: Option<Lane>,
    /// People apart, where a clause compares with them and chance is in the run.
    pub apart: Option<Arc<Apart>>,
    /// What an arrangement's gate saw, where it has one; amounts are those of the course that was chosen.
    pub gate: Option<Evidence>,
    /// The same delivery of a programme that does nothing, where a gate decides about it by other evidence and a clause pays
    /// for what is measured.
    pub if_it_did_nothing: Option<Arc<Flows>>,
}

impl Evidence {
    /// The mean over blocks and their lanes: of decisions, the share of runs in which they fall so.
    fn mean<'a>(all: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let count = all.clone().count() as f64;
        let mean = |of: fn(&Self) -> Lane| {
            mean_of_lanes(all.clone().fold(Lane::ZERO, |sum, evidence| sum + of(evidence))) / count
        };
        Self {
            measured: mean(|e| e.measured),
            measured_without_effect: mean(|e| e.measured_without_effect),
            continues: mean(|e| e.continues),
            continues_without_effect: mean(|e| e.continues_without_effect),
            works: mean(|e| e.works),
        }
    }
}

/// The mean over the lanes, in every lane.
fn mean_of_lanes(amount: Lane) -> Lane {
    Lane::splat(amount.0.iter().sum::<f64>() / amount.0.len() as f64)
}

impl Followed {
    fn mean<'a>(all: impl Iterator<Item = &'a Self> + Clone) -> Self {
        Self {
            costs: Grid::mean(all.clone().map(|f| &f.costs)),
            costs_retained: Grid::mean(all.clone().map(|f| &f.costs_retained)),
            person_years: Grid::mean(all.clone().map(|f| &f.person_years)),
            person_years_retained: Grid::mean(all.clone().map(|f| &f.person_years_retained)),
            first_costs: Grid::mean(all.clone().map(|f| &f.first_costs)),
            first_person_years: Grid::mean(all.map(|f| &f.first_person_years)),
        }
    }
}

impl Flows {
    /// The mean over blocks and their lanes, in every lane: all amounts are sums over people, so their mean is the
    /// amount to expect.
    ///
    /// # Panics
    /// No block is given.
    pub(super) fn mean<'a>(blocks: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let first = blocks.clone().next().expect("at least one block");
        let grid = |of: fn(&Flows) -> &Grid| Grid::mean(blocks.clone().map(of));
        let count = blocks.clone().count() as f64;
        let sum = |of: &dyn Fn(&Flows) -> Lane| {
            mean_of_lanes(blocks.clone().fold(Lane::ZERO, |sum, flows| sum + of(flows))) / count
        };
        let list = |of: fn(&Flows) -> &[Lane]| -> Vec<Lane> {
            (0..of(first).len()).map(|index| sum(&|flows: &Flows| of(flows)[index])).collect()
        };
        let followed = |of: fn(&Flows) -> &[Followed]| -> Vec<Followed> {
            (0..of(first).len())
                .map(|programme| Followed::mean(blocks.clone().map(|flows| &of(flows)[programme])))
                .collect()
        };
        Self {
            shape: Arc::clone(&first.shape),
            environment: first.environment.clone(),
            level: grid(|f| &f.level),
            increment: grid(|f| &f.increment),
            cashable: grid(|f| &f.cashable),
            equalised: grid(|f| &f.equalised),
            retained: grid(|f| &f.retained),
            shadows: followed(|f| &f.shadows),
            cohorts: followed(|f| &f.cohorts),
            programme_costs: grid(|f| &f.programme_costs),
            enrolled: grid(|f| &f.enrolled),
            reached: grid(|f| &f.reached),
            turned_away: grid(|f| &f.turned_away),
            requested: grid(|f| &f.requested),
            count_level: grid(|f| &f.count_level),
            count_increment: grid(|f| &f.count_increment),
            outcome_level: grid(|f| &f.outcome_level),
            outcome_increment: grid(|f| &f.outcome_increment),
            health_level: grid(|f| &f.health_level),
            health_increment: grid(|f| &f.health_increment),
            level_present: list(|f| &f.level_present),
            increment_present: list(|f| &f.increment_present),
            programme_costs_present: list(|f| &f.programme_costs_present),
            health_level_present: std::array::from_fn(|row| sum(&|f: &Flows| f.health_level_present[row])),
            health_increment_present: std::array::from_fn(|row| {
                sum(&|f: &Flows| f.health_increment_present[row])
            }),
            parties_rate: first.parties_rate,
            inflation: first.inflation,
            apart: None,
            gate: first.gate.map(|_| Evidence::mean(blocks.clone().filter_map(|flows| flows.gate.as_ref()))),
            if_it_did_nothing: first.if_it_did_nothing.as_ref().map(|_| {
                let all: Vec<&Self> =
                    blocks.clone().filter_map(|flows| flows.if_it_did_nothing.as_deref()).collect();
                Arc::new(Self::mean(all.iter().copied()))
            }),
        }
    }

    /// The same comparator, and nobody who takes part: what happens where nothing is delivered.
    #[must_use]
    pub fn without_participants(&self) -> Self {
        let nothing = |grid: &Grid| Grid::zeros(grid.rows(), grid.years());
        let nobody = |followed: &[Followed]| -> Vec<Followed> {
            let of_one = |followed: &Followed| {
                let Followed {
                    costs,
                    costs_retained,
                    person_years,
                    person_years_retained,
                    first_costs,
                    first_person_years,
                } = followed;
                Followed {
                    costs: nothing(costs),
                    costs_retained: nothing(costs_retained),
                    person_years: nothing(person_years),
                    person_years_retained: nothing(person_years_retained),
                    first_costs: nothing(first_costs),
                    first_person_years: nothing(first_person_years),
                }
            };
            followed.iter().map(of_one).collect()
        };
        // Every field, so that a new one is not passed over.
        Self {
            shape: Arc::clone(&self.shape),
            environment: self.environment.clone(),
            level: self.level.clone(),
            increment: nothing(&self.increment),
            cashable: nothing(&self.cashable),
            equalised: nothing(&self.equalised),
            retained: nothing(&self.retained),
            shadows: nobody(&self.shadows),
            cohorts: nobody(&self.cohorts),
            programme_costs: nothing(&self.programme_costs),
            enrolled: nothing(&self.enrolled),
            reached: nothing(&self.reached),
            turned_away: nothing(&self.turned_away),
            requested: nothing(&self.requested),
            count_level: self.count_level.clone(),
            count_increment: nothing(&self.count_increment),
            outcome_level: self.outcome_level.clone(),
            outcome_increment: nothing(&self.outcome_increment),
            health_level: self.health_level.clone(),
            health_increment: nothing(&self.health_increment),
            level_present: self.level_present.clone(),
            increment_present: vec![Lane::ZERO; self.increment_present.len()],
            programme_costs_present: vec![Lane::ZERO; self.programme_costs_present.len()],
            health_level_present: self.health_level_present,
            health_increment_present: [Lane::ZERO; 2],
            parties_rate: self.parties_rate,
            inflation: self.inflation,
            apart: None,
            gate: None,
            if_it_did_nothing: None,
        }
    }

    /// Row of health grids that holds life-years.
    pub const LIFE_YEARS: usize = 0;
    /// Row of health grids that holds quality-adjusted life-years.
    pub const QALYS: usize = 1;
}

/// What is simulated for a variant: a strategy, possibly changed by an arrangement's `set`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Strategy (never the comparator).
    pub strategy: usize,
    /// Arrangement whose `set` changes it.
    pub arrangement: Option<usize>,
}

/// How the runs of an analysis are designed, which decides how sure a mean over them is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunDesign {
    /// Independent randomisations that the draws consist of, in equal parts.
    pub randomisations: usize,
    /// Runs of each draw that differ only in chance.
    pub replicates: usize,
}

impl RunDesign {
    /// Independent draws, each run once.
    pub const PLAIN: Self = Self { randomisations: 1, replicates: 1 };
}

/// Everything valued: for each variant the base case and all draws.
#[derive(Clone, Debug)]
pub struct Valued {
    /// What the rows mean.
    pub shape: Arc<Shape>,
    /// Deliveries, every strategy but the comparator first, then those of arrangements that change behaviour.
    pub deliveries: Vec<Delivery>,
    /// By variant, in the scenario's order.
    pub variants: Vec<VariantFlows>,
    /// Number of runs: draws of the parameters times replicates, those of a draw next to each other. The last block may
    /// hold fewer than eight, its other lanes repeat the last run.
    pub runs: usize,
    /// How the runs are designed.
    pub design: RunDesign,
    /// The sample: name and values by draw (not by run) of every uncertain parameter, in the plan's order.
    pub sampled: Vec<(String, Vec<f64>)>,
    /// Results by group of people, where the scenario asks for them.
    pub groups: Option<Groups>,
    /// What is left out, in plain words.
    pub warnings: Vec<Localised>,
}

impl Valued {
    /// Number of draws of the parameters.
    pub fn draws(&self) -> usize {
        self.runs / self.design.replicates.max(1)
    }
    /// Makes nobody take part in a strategy under an arrangement in one variant; it gets a delivery of its own if it has none.
    pub fn withdraw(&mut self, variant: usize, strategy: usize, arrangement: usize) {
        let own = Delivery { strategy, arrangement: Some(arrangement) };
        let position = match self.deliveries.iter().position(|&delivery| delivery == own) {
            Some(position) => position,
            None => {
                let shared = self.delivery_of(strategy, arrangement);
                for VariantFlows { base, blocks } in &mut self.variants {
                    for list in std::iter::once(base).chain(blocks) {
                        list.push(list[shared].clone());
                    }
                }
                self.deliveries.push(own);
                self.deliveries.len() - 1
            }
        };
        let VariantFlows { base, blocks } = &mut self.variants[variant];
        for list in std::iter::once(base).chain(blocks) {
            list[position] = list[position].without_participants();
        }
    }
    /// Index of the delivery that an arrangement settles for a strategy.
    pub fn delivery_of(&self, strategy: usize, arrangement: usize) -> usize {
        self.deliveries
            .iter()
            .position(|d| d.strategy == strategy && d.arrangement == Some(arrangement))
            .or_else(|| {
                self.deliveries.iter().position(|d| d.strategy == strategy && d.arrangement.is_none())
            })
            .expect("every strategy but the comparator has a delivery")
    }
}

/// Flows of one variant.
#[derive(Clone, Debug)]
pub struct VariantFlows {
    /// At the stated values (every lane the same), by delivery.
    pub base: Vec<Flows>,
    /// `[block][delivery]`; empty when only the base case was asked for.
    pub blocks: Vec<Vec<Flows>>,
}
