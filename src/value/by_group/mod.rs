//! Results by group of people: what happens to those of each place, say, over the whole horizon.
//!
//! Groups are followed in expected numbers whatever the engine of the run, each draw once: chance in one place is found by
//! running that place by itself. Horizon totals are kept for every sort of people (see `mixes`) and a group is a sum over
//! them, so that cost grows with the sorts of people and not with the number of places.
//!
//! **Fixed costs** belong to nobody in particular. A group bears them in proportion to those of its people who reach the
//! first steps of the programme; where nobody does, in proportion to its people. With that, all groups of a trait sum to
//! the total. Nothing is settled by group.
//!
//! **Goals.** What a goal measures is totalled over its year as well, and over no other year. A goal about some people only
//! (`group`) is a mix of its own.
//!
//! **Memory.** A draw takes 8 bytes × mixes × figures × (strategies + 1); draws that would take more than a gigabyte
//! together are left out, the last ones first, and a warning says so.

mod mixes;
mod totals;

pub use mixes::Group;

use super::account::Account;
use super::collect::{Delivered, Participants, Tallies};
use super::flows::{Counted, ItemKind, Shape};
use super::functionals::Prices;
use super::leakage::{Clocks, Leakage};
use super::plan::Plan;
use super::retention::Retention;
use super::tally::Tally;
use super::{ages, fixed_costs};
use crate::formula::{LANES, Lane, Scratch};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Engine, GoalMeasure, Localised, Scenario};
use crate::simulate::Rates;
use crate::simulate::engine::{Block, Memory, Present, Runs};
use mixes::{AllRows, Mix, mixes, of_goals};
use rayon::prelude::*;
use totals::{OfCells, OfProfiles, Reader, Whose};

/// Most that the draws of all groups may take.
const MOST_BYTES: usize = 1 << 30;

/// What is totalled over the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Row of the counts.
    Count(usize),
    /// Named outcome.
    Outcome(usize),
    /// Life-years.
    LifeYears,
    /// Quality-adjusted life-years.
    Qalys,
    /// Present value at the effects' rate.
    LifeYearsPresent,
    /// Present value at the effects' rate.
    QalysPresent,
    /// Disease costs on a budget, EUR, present value at the costs' rate.
    Budget(usize),
    /// Persons who reach a step, by row of the shape's steps.
    Reached(usize),
    /// Resource costs of steps, EUR, present value at the costs' rate.
    StepCosts,
    /// Fixed costs of programmes, EUR, present value at the costs' rate.
    FixedCosts,
    /// What a goal measures, in one year index.
    InYear(Yearly, usize),
}

/// What is totalled over the year of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Yearly {
    /// Row of the counts.
    Count(usize),
    /// Named outcome.
    Outcome(usize),
    /// Quality-adjusted life-years, not discounted.
    Qalys,
}

/// What a goal is measured by, that of its level first; empty when it is not counted. Every model follows
/// the whole population, so deaths from any cause have the level of the first model that counts them, and
/// programmes on different models add their changes.
pub fn measured_by(shape: &Shape, goal: GoalMeasure) -> Vec<Yearly> {
    let counted = |wanted: &dyn Fn(&Counted) -> bool| {
        let rows = shape.counted.iter().enumerate().filter(|(_, counted)| wanted(counted));
        rows.map(|(row, _)| Yearly::Count(row)).collect()
    };
    match goal {
        GoalMeasure::Node { model, node } => counted(&|c| *c == Counted::Node { model, node }),
        GoalMeasure::Deaths => counted(&|c| matches!(c, Counted::Deaths { .. })),
        GoalMeasure::Outcome(outcome) if outcome < shape.outcomes => vec![Yearly::Outcome(outcome)],
        GoalMeasure::Outcome(_) => Vec::new(),
        GoalMeasure::Qaly => vec![Yearly::Qalys],
    }
}

/// What happens to groups of people.
#[derive(Clone, Debug)]
pub struct Groups {
    /// The groups, by trait and then in the order of its values.
    pub list: Vec<Group>,
    /// By goal of the scenario: the mix of the people it is about; `None` where it is about all, or nobody is left of them.
    pub goals: Vec<Option<usize>>,
    /// What is totalled.
    pub figures: Vec<Figure>,
    /// Strategies beside the comparator, in file order.
    pub strategies: Vec<usize>,
    /// Draws that were followed.
    pub draws: usize,
    /// Base case, then blocks of draws.
    sums: Vec<Sums>,
}

/// Totals of all mixes in one block of draws: `[comparator, then strategies][mix][figure]`.
type Sums = Vec<Vec<Lane>>;

/// Whose totals are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The comparator's.
    Comparator,
    /// What a strategy has more than the comparator, by its position in [`Groups::strategies`].
    Strategy(usize),
}

impl Groups {
    /// The first group of each mix, with the position of the mix.
    pub fn mixes(&self) -> impl Iterator<Item = &Group> {
        let count = self.list.iter().map(|group| group.mix + 1).max().unwrap_or(0);
        (0..count).filter_map(|mix| self.list.iter().find(|group| group.mix == mix))
    }

    /// A figure of a mix at the stated values and in each draw that was followed; zero for what is not totalled.
    pub fn amounts(&self, mix: usize, side: Side, figure: Figure) -> (f64, Vec<f64>) {
        let Some(position) = self.figures.iter().position(|known| *known == figure) else {
            return (0.0, vec![0.0; self.draws]);
        };
        let of = |sums: &Sums| {
            let side = match side {
                Side::Comparator => 0,
                Side::Strategy(strategy) => strategy + 1,
            };
            sums[side][mix * self.figures.len() + position]
        };
        let (base, blocks) =
            self.sums.split_first().map_or((0.0, &[][..]), |(base, rest)| (of(base)[0], rest));
        let mut draws: Vec<f64> = blocks.iter().flat_map(|sums| of(sums).0).collect();
        draws.truncate(self.draws);
        (base, draws)
    }
}

/// What happens to the groups that a scenario asks for, at the stated values and in draws (values by parameter, in the
/// plan's order); `None` where it asks for none or where people cannot be followed in expected numbers. A warning in plain
/// words tells what is missing.
///
/// # Errors
/// A quantity outside its range or that cannot be computed.
pub(super) fn by_group(
    scenario: &Scenario,
    columns: &[Vec<f64>],
    draws: usize,
) -> Result<(Option<Groups>, Option<Localised>), QuantityError> {
    if scenario.results.by.is_empty() && scenario.goals.iter().all(|goal| goal.group.is_empty()) {
        return Ok((None, None));
    }
    if let Some(model) = scenario.models.iter().find(|model| model.with_history) {
        let id = model.id.replace('_', " ");
        let why = Localised {
            en: format!(
                "There are no results by group: the model {id} depends on the history of persons and cannot be followed in \
                 expected numbers."
            ),
            nl: format!(
                "Er zijn geen uitkomsten per groep: het model {id} hangt af van wat personen eerder overkwam en is niet in \
                 verwachte aantallen te volgen."
            ),
        };
        return Ok((None, Some(why)));
    }
    let bare = Scenario { arrangements: Vec::new(), ..scenario.clone() };
    let plan = Plan::new(&bare, &vec![Engine::Expected; bare.models.len()]);
    let rows = AllRows::new(&plan);
    let (list, mut mixes) = mixes(&bare, &rows);
    let goals = of_goals(&bare, &rows, &mut mixes);
    let figures = figures(&bare, &plan.shape);
    let strategies: Vec<usize> = (0..bare.strategies.len()).filter(|&s| s != bare.comparator).collect();
    let bytes = 8 * mixes.len() * figures.len() * (strategies.len() + 1);
    let kept = draws.min((MOST_BYTES / bytes.max(1)).max(LANES));
    let warning = (kept < draws).then(|| Localised {
        en: format!("Results by group are of the first {kept} of {draws} draws: more would not fit in memory."),
        nl: format!(
            "Uitkomsten per groep zijn van de eerste {kept} van {draws} trekkingen: meer past niet in het geheugen."
        ),
    });
    let work = Work {
        scenario: &bare,
        plan: &plan,
        rows: &rows,
        groups: &list,
        mixes: &mixes,
        figures: &figures,
        strategies: &strategies,
    };
    let blocks: Vec<Result<Sums, QuantityError>> = (0..=kept.div_ceil(LANES))
        .into_par_iter()
        .map_init(Room::default, |room, index| match index.checked_sub(1) {
            None => work.block(
                &Environment::base(&bare)?,
                &Runs::at_stated_values(bare.uncertainty.seed, 0),
                room,
            ),
            Some(block) => {
                let environment = Environment::draws(&bare, columns, block)?;
                work.block(&environment, &Runs::of_block(bare.uncertainty.seed, block, draws, 1), room)
            }
        })
        .collect();
    let sums = blocks.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok((Some(Groups { list, goals, figures, strategies, draws: kept, sums }), warning))
}

fn figures(scenario: &Scenario, shape: &Shape) -> Vec<Figure> {
    let mut list: Vec<Figure> = (0..shape.counted.len()).map(Figure::Count).collect();
    list.extend((0..shape.outcomes).map(Figure::Outcome));
    list.extend([Figure::LifeYears, Figure::Qalys, Figure::LifeYearsPresent, Figure::QalysPresent]);
    list.extend((0..scenario.budgets.len()).map(Figure::Budget));
    list.extend((0..shape.steps.len()).map(Figure::Reached));
    list.extend([Figure::StepCosts, Figure::FixedCosts]);
    for goal in &scenario.goals {
        for of in measured_by(shape, goal.measure) {
            let figure = Figure::InYear(of, goal.by);
            if !list.contains(&figure) {
                list.push(figure);
            }
        }
    }
    list
}

/// Memory of a thread, kept from block to block.
#[derive(Default)]
struct Room {
    memory: Memory,
    scratch: Scratch,
    tallies: Tallies,
}

/// An arm of one block: its parameters, hazards and prices by model.
struct Arm {
    environment: Environment,
    clocks: Clocks,
    split: Vec<Lane>,
    rates: Vec<Rates>,
    prices: Vec<Prices>,
    present: Vec<Present>,
}

struct Work<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
    rows: &'a AllRows,
    groups: &'a [Group],
    mixes: &'a [Mix],
    figures: &'a [Figure],
    strategies: &'a [usize],
}

impl Work<'_> {
    fn block(&self, drawn: &Environment, runs: &Runs, room: &mut Room) -> Result<Sums, QuantityError> {
        let Self { scenario, plan, .. } = *self;
        let base = drawn.with(scenario, &scenario.strategies[scenario.comparator].set)?;
        let mut levels = self.nobody();
        let comparator = self.arm(base, runs, (Whose::Everybody, 1.0), &mut levels, room)?;
        let mut sums = vec![self.of_profiles(&levels)];
        for &strategy in self.strategies {
            let own = drawn.with(scenario, &scenario.strategies[strategy].set)?;
            let mut changes = self.nobody();
            let own_arm = if own == comparator.environment {
                None
            } else {
                // A strategy that sets parameters is another arm for everybody.
                let before = comparator.environment.clone();
                self.arm(before, runs, (Whose::Changes, -1.0), &mut changes, room)?;
                Some(self.arm(own, runs, (Whose::Changes, 1.0), &mut changes, room)?)
            };
            let mut sum = self.of_profiles(&changes);
            let arm = own_arm.as_ref().unwrap_or(&comparator);
            for model in 0..plan.models.len() {
                self.cohorts(strategy, model, arm, runs, room, &mut sum)?;
            }
            self.share_fixed_costs(strategy, arm, &mut sum)?;
            sums.push(sum);
        }
        Ok(sums)
    }

    /// Totals of nobody, `[model][row][figure]`.
    fn nobody(&self) -> Vec<Vec<Lane>> {
        let models = self.rows.profiles.iter();
        models.map(|rows| vec![Lane::ZERO; rows.groups.len() * self.figures.len()]).collect()
    }

    /// Follows everybody of an arm and adds them to totals, with a sign.
    fn arm(
        &self,
        environment: Environment,
        runs: &Runs,
        (whose, sign): (Whose, f64),
        totals: &mut [Vec<Lane>],
        room: &mut Room,
    ) -> Result<Arm, QuantityError> {
        let Self { scenario, plan, figures, .. } = *self;
        let clocks = Clocks::new(scenario, &environment)?;
        let split = Leakage::new(scenario, &plan.shape, &environment, false, &mut room.scratch)?.split;
        let mut arm =
            Arm { environment, clocks, split, rates: Vec::new(), prices: Vec::new(), present: Vec::new() };
        for (index, model) in plan.models.iter().enumerate() {
            let scratch = &mut room.memory.expected.scratch;
            let (mut rates, mut prices) = (Rates::default(), Prices::default());
            plan.functionals[index].prices(model, &arm.environment, scratch, &mut prices)?;
            rates.fill(scenario, index, &model.structure, &model.grid, &arm.environment, scratch)?;
            let mut observer = OfProfiles {
                reader: Reader {
                    scenario,
                    plan,
                    model: index,
                    prices: &prices,
                    clocks: &arm.clocks,
                    split: &arm.split,
                    figures,
                },
                whose,
                sign,
                rows: &self.rows.profiles[index],
                totals: &mut totals[index],
                tally: Tally::default(),
                account: Account::default(),
            };
            let block = Block {
                engine: Engine::Expected,
                scenario,
                plan: model,
                rates: &rates,
                environment: &arm.environment,
                runs,
            };
            arm.present.push(block.comparator(&plan.wanted[index], &mut room.memory, &mut observer)?);
            arm.rates.push(rates);
            arm.prices.push(prices);
        }
        Ok(arm)
    }

    /// Adds the cohorts of a strategy on a model to the totals of mixes.
    fn cohorts(
        &self,
        strategy: usize,
        model: usize,
        arm: &Arm,
        runs: &Runs,
        room: &mut Room,
        sum: &mut [Lane],
    ) -> Result<(), QuantityError> {
        let Self { scenario, plan, figures, .. } = *self;
        let enrolment = &plan.enrolments[strategy][model];
        if enrolment.moments.is_empty() {
            return Ok(());
        }
        let Room { memory, scratch, tallies } = room;
        let (youngest, oldest) = ages(scenario);
        let retention = Retention::new(scenario, &arm.environment, youngest, oldest, scratch)?;
        let rows = &self.rows.cells[strategy][model];
        let mut totals = vec![Lane::ZERO; rows.groups.len() * figures.len()];
        let mut observer = OfCells {
            reader: Reader {
                scenario,
                plan,
                model,
                prices: &arm.prices[model],
                clocks: &arm.clocks,
                split: &arm.split,
                figures,
            },
            participants: Participants {
                scenario,
                plan,
                strategy,
                functionals: &plan.functionals[model],
                prices: &arm.prices[model],
                environment: &arm.environment,
                clock: &arm.clocks.costs,
                retention: &retention,
                groups: &mut Vec::new(),
                delivered: &mut Delivered::new(&plan.shape),
                scratch,
                moment: None,
                settlement: false,
                tallies,
            },
            rows,
            totals: &mut totals,
        };
        let block = Block {
            engine: Engine::Expected,
            scenario,
            plan: &plan.models[model],
            rates: &arm.rates[model],
            environment: &arm.environment,
            runs,
        };
        block.cohorts(enrolment, &arm.present[model], memory, &mut observer)?;
        for (index, mix) in self.mixes.iter().enumerate() {
            let own = &mut sum[index * figures.len()..(index + 1) * figures.len()];
            add_shares(&mix.cells[strategy][model], &totals, own);
        }
        Ok(())
    }

    /// Totals of mixes, `[mix][figure]`, from those of profiles.
    fn of_profiles(&self, totals: &[Vec<Lane>]) -> Vec<Lane> {
        let width = self.figures.len();
        let mut sums = vec![Lane::ZERO; self.mixes.len() * width];
        for (mix, own) in self.mixes.iter().zip(sums.chunks_exact_mut(width)) {
            for (shares, totals) in mix.profiles.iter().zip(totals) {
                add_shares(shares, totals, own);
            }
        }
        sums
    }

    /// Divides the fixed costs of a strategy's programmes.
    fn share_fixed_costs(&self, strategy: usize, arm: &Arm, sum: &mut [Lane]) -> Result<(), QuantityError> {
        let Self { scenario, plan, figures, .. } = *self;
        if self.groups.is_empty() {
            // Only goals are asked about.
            return Ok(());
        }
        let shape = &plan.shape;
        let mut delivered = Delivered::new(shape);
        fixed_costs(scenario, plan, strategy, None, &arm.environment, &arm.clocks, &mut delivered)?;
        let of = |figure: Figure| figures.iter().position(|known| *known == figure);
        let Some(fixed) = of(Figure::FixedCosts) else { return Ok(()) };
        for &programme in &scenario.strategies[strategy].programmes {
            let items = shape.items.iter().zip(&delivered.costs_present);
            let is_own = |kind: &ItemKind| matches!(kind, ItemKind::Fixed(_));
            let cost = items
                .filter(|(item, _)| item.programme == programme && is_own(&item.kind))
                .fold(Lane::ZERO, |sum, (_, &present)| sum + present);
            if cost == Lane::ZERO {
                continue;
            }
            let first = |row: &usize| {
                let (of, step) = shape.steps[*row];
                of == programme && scenario.programmes[of].steps[step].parent.is_none()
            };
            let rows: Vec<usize> =
                (0..shape.steps.len()).filter(first).filter_map(|row| of(Figure::Reached(row))).collect();
            // All people have some value of each trait, so the groups of the first trait are everybody.
            let reached = |mix: usize, sum: &[Lane]| {
                rows.iter().fold(Lane::ZERO, |all, &row| all + sum[mix * figures.len() + row])
            };
            let first = self.groups.iter().filter(|group| group.by == 0);
            let groups: Vec<(usize, f64)> = first.map(|group| (group.mix, group.size)).collect();
            let all = groups.iter().fold(Lane::ZERO, |all, &(mix, size)| all + reached(mix, sum) * size);
            let people: f64 = groups.iter().map(|&(mix, size)| self.mixes[mix].people * size).sum();
            for (index, mix) in self.mixes.iter().enumerate() {
                let own = reached(index, sum);
                let share =
                    Lane::from_fn(
                        |lane| {
                            if all[lane] > 0.0 { own[lane] / all[lane] } else { mix.people / people }
                        },
                    );
                sum[index * figures.len() + fixed] += cost * share;
            }
        }
        Ok(())
    }
}

/// Adds the shares of the people of each row, `[row][figure]`, to a sum by figure.
fn add_shares(shares: &[f64], totals: &[Lane], sum: &mut [Lane]) {
    for (&share, totals) in shares.iter().zip(totals.chunks_exact(sum.len())) {
        if share != 0.0 {
            for (sum, &total) in sum.iter_mut().zip(totals) {
                *sum += total * share;
            }
        }
    }
}
