//! Prices and qualities of what happens: euros per budget, life-years and QALYs. This stage knows no contract.
//!
//! [`value`] runs the simulation block by block (eight draws each) and prices what it shows. Two kinds of cost
//! never mix: *disease costs* are prices of events, states and life-years and fall on budgets; *programme
//! costs* are resource costs of a provider and on no budget, and reach payers only through clauses.
//!
//! **Arms.** A strategy is the comparator plus the increments of its cohorts. Where a strategy, variant or
//! arrangement sets parameters that decide where people are, that arm is simulated whole in the same draws;
//! where it only changes prices, the same people are priced again.
//!
//! **Base case.** At the stated values people are followed in expected numbers, whatever the engine of the draws, so
//! that the base case has no chance in it. A model that only the engine `individual` can follow, because its rates
//! or its programmes' eligibility, reach, shares or sizes depend on a person's history, has the mean of 64 runs at the stated values instead.
//!
//! **Same seed, same numbers.** A block's result depends on nothing but its draws; blocks are put together in
//! their order, whatever thread made them.

mod account;
pub mod apart;
pub mod by_group;
mod collect;
mod deliver;
pub mod flows;
mod functionals;
mod gate;
mod leakage;
mod own_payments;
mod plan;
mod recorded;
mod retention;
mod tally;
mod without_effects;

use crate::formula::{LANES, Lane, Scratch};
use crate::sample::{Design, Draws, Environment, QuantityError, SampleError, sample};
use crate::scenario::checked::{Engine, Gate, Model, Scenario, Set};
use crate::simulate::Rates;
use crate::simulate::engine::{Block, Memory, Present, Runs};
use crate::simulate::individual::trace::{Traced, trace as lives};
use crate::simulate::points::Points;
use account::Account;
use collect::{Delivered, Participants, Population, Tallies};
use deliver::{Detail, Levels};
use flows::{Apart, Flows, RunDesign, Valued, VariantFlows};
use functionals::Prices;
use leakage::Clocks;
use plan::Plan;
use rayon::prelude::*;
use retention::Retention;
use std::sync::Arc;

pub use account::Clock;

/// Blocks of eight runs that stand for the stated values where only runs of persons can give them.
const BLOCKS_AT_STATED_VALUES: usize = 8;

/// Longest horizon for which counts are kept by year in every draw unless asked for; beyond it only in the base case.
const YEARS_IN_DETAIL: usize = 25;

/// A run that could not be valued.
#[derive(Debug, thiserror::Error)]
pub enum ValueError {
    /// A quantity outside its range or that cannot be computed.
    #[error(transparent)]
    Quantity(#[from] QuantityError),
    /// Parameters that cannot be drawn.
    #[error(transparent)]
    Sample(#[from] SampleError),
}

/// How much of a scenario is run. The base case of every variant always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The stated values only.
    BaseCase,
    /// All draws of the scenario itself.
    Draws,
    /// All draws of the scenario and of every variant.
    DrawsOfVariants,
}

impl Extent {
    /// Whether a variant (0: the scenario itself) is run in all draws.
    pub fn draws(self, variant: usize) -> bool {
        match self {
            Self::BaseCase => false,
            Self::Draws => variant == 0,
            Self::DrawsOfVariants => true,
        }
    }
}

/// Draws the uncertain parameters of a scenario.
///
/// # Errors
/// Parameters that cannot be drawn.
pub fn draw(scenario: &Scenario) -> Result<Draws, SampleError> {
    let uncertainty = scenario.uncertainty;
    let design = Design { kind: uncertainty.design, draws: uncertainty.draws, seed: uncertainty.seed };
    sample(&scenario.parameters.plan, &design)
}

/// Values a scenario as far as `extent` says. `progress` is told after each block of draws.
///
/// # Errors
/// The first problem in the order of variants and draws, with its place in the scenario.
pub fn value(
    scenario: &Scenario,
    extent: Extent,
    progress: &(dyn Fn() + Sync),
) -> Result<Valued, ValueError> {
    let draws = if extent.draws(0) { Some(draw(scenario)?) } else { None };
    Ok(value_draws(scenario, extent, draws, progress)?)
}

/// Values a scenario in draws that [`draw`] has made; `None` where `extent` needs none.
///
/// # Errors
/// The first problem in the order of variants and draws, with its place in the scenario.
pub fn value_draws(
    scenario: &Scenario,
    extent: Extent,
    draws: Option<Draws>,
    progress: &(dyn Fn() + Sync),
) -> Result<Valued, QuantityError> {
    let uncertainty = scenario.uncertainty;
    let engines = vec![uncertainty.engine; scenario.models.len()];
    let plan = Plan::new(scenario, &engines);
    // Risk factors split people in bins where they are followed in expected numbers, and only there.
    let stated_engines = engines_at_stated_values(scenario);
    let has_factors = scenario.models.iter().any(|model| !model.factors.is_empty());
    let stated_plan =
        (has_factors && stated_engines != engines).then(|| Plan::new(scenario, &stated_engines));
    let stated_plan = stated_plan.as_ref().unwrap_or(&plan);
    let detail = |by_year: bool| Detail { by_year, settlement: !scenario.arrangements.is_empty() };
    let columns: &[Vec<f64>] = draws.as_ref().map_or(&[], |d| &d.columns);
    let mut variants = Vec::new();
    let stated = Environment::base(scenario)?;
    let base_cases: Vec<Result<Vec<Flows>, QuantityError>> = scenario
        .variants
        .par_iter()
        .map(|variant| base_case(scenario, stated_plan, &stated_engines, detail(true), &variant.set, &stated))
        .collect();
    let replicates = replicates(scenario);
    let runs = uncertainty.draws * replicates;
    let asking = match uncertainty.engine {
        Engine::Expected => Vec::new(),
        Engine::Counts | Engine::Individual => asking(scenario, &plan.deliveries),
    };
    for ((index, variant), base) in scenario.variants.iter().enumerate().zip(base_cases) {
        let base = base?;
        let blocks = if extent.draws(index) { runs.div_ceil(LANES) } else { 0 };
        let mut clauses = scenario.arrangements.iter().flat_map(|arrangement| &arrangement.clauses);
        let by_year = scenario.time.years <= YEARS_IN_DETAIL
            || !scenario.goals.is_empty()
            || scenario.results.monitoring
            || clauses.any(|clause| clause.terms.needs_population());
        let results: Vec<Result<Vec<Flows>, QuantityError>> = (0..blocks)
            .into_par_iter()
            .map_init(Room::default, |room, index| {
                let environment = Environment::runs(scenario, columns, index, replicates)?;
                let how = How {
                    engines: &engines,
                    runs: &Runs::of_block(uncertainty.seed, index, runs, replicates),
                    detail: detail(by_year),
                    apart: (!asking.is_empty()).then_some(Compared {
                        plan: stated_plan,
                        engines: &stated_engines,
                        asking: &asking,
                    }),
                    gates: Gates::Decide,
                };
                let flows = block(scenario, &plan, &how, &variant.set, &environment, room);
                progress();
                flows
            })
            .collect();
        let blocks = results.into_iter().collect::<Result<Vec<_>, _>>()?;
        variants.push(VariantFlows { base, blocks });
    }
    let drawn = if extent.draws(0) { uncertainty.draws } else { 0 };
    let (groups, without_groups) = by_group::by_group(scenario, columns, drawn)?;
    let (names, randomisations, columns) =
        draws.map_or((Vec::new(), 1, Vec::new()), |d| (d.names, d.randomisations, d.columns));
    let mut warnings = plan.warnings;
    warnings.extend(without_groups);
    Ok(Valued {
        shape: plan.shape,
        deliveries: plan.deliveries,
        variants,
        runs: if extent.draws(0) { runs } else { 0 },
        design: RunDesign { randomisations, replicates },
        sampled: names.into_iter().zip(columns).collect(),
        groups,
        warnings,
    })
}

/// The lives of persons of the first run, `[strategy][model]`, at most `most` of each: the run that has draw 1, or the
/// stated values where there are no draws.
///
/// # Errors
/// The first problem in the order of strategies, with its place in the scenario.
pub fn trace(
    scenario: &Scenario,
    draws: Option<&Draws>,
    most: usize,
) -> Result<Vec<Vec<Vec<Traced>>>, QuantityError> {
    let seed = scenario.uncertainty.seed;
    let plan = Plan::new(scenario, &vec![Engine::Individual; scenario.models.len()]);
    let (drawn, runs) = match draws {
        Some(draws) => {
            let replicates = replicates(scenario);
            (Environment::runs(scenario, &draws.columns, 0, replicates)?, Runs::of_block(seed, 0, 1, 1))
        }
        None => (Environment::base(scenario)?, Runs { own: 1, ..Runs::at_stated_values(seed, 0) }),
    };
    let variant = drawn.with(scenario, &scenario.variants[0].set)?;
    let mut all = Vec::with_capacity(scenario.strategies.len());
    for (strategy, description) in scenario.strategies.iter().enumerate() {
        let environment = variant.with(scenario, &description.set)?;
        let mut of_strategy = Vec::with_capacity(plan.models.len());
        for (m, model) in plan.models.iter().enumerate() {
            let mut rates = Rates::default();
            let scratch = &mut Scratch::default();
            rates.fill(scenario, m, &model.structure, &model.grid, &environment, scratch)?;
            let block = Block {
                engine: Engine::Individual,
                scenario,
                plan: model,
                rates: &rates,
                environment: &environment,
                runs: &runs,
            };
            of_strategy.push(lives(&block, &plan.enrolments[strategy][m], most)?);
        }
        all.push(of_strategy);
    }
    Ok(all)
}

/// By delivery, what all participants' care would cost over the horizon without the programmes, EUR, not discounted, at the
/// stated values of a variant. A participant of two programmes counts in both.
///
/// # Errors
/// A quantity outside its range or that cannot be computed.
pub fn costs_without(scenario: &Scenario, variant: usize) -> Result<Vec<f64>, QuantityError> {
    let engines = engines_at_stated_values(scenario);
    let mut plan = Plan::new(scenario, &engines);
    plan.measured.fill(true);
    plan.shadowed.fill(true);
    let detail = Detail { by_year: true, settlement: true };
    let stated = Environment::base(scenario)?;
    let deliveries = base_case(scenario, &plan, &engines, detail, &scenario.variants[variant].set, &stated)?;
    let of_lines = |costs: &flows::Grid| (0..costs.rows()).map(|row| costs.total(row)[0]).sum::<f64>();
    Ok(deliveries.iter().map(|flows| flows.shadows.iter().map(|of| of_lines(&of.costs)).sum()).collect())
}

/// Number of blocks a run will report progress for.
pub fn blocks(scenario: &Scenario, extent: Extent) -> usize {
    let variants = (0..scenario.variants.len()).filter(|&variant| extent.draws(variant)).count();
    (scenario.uncertainty.draws * replicates(scenario)).div_ceil(LANES) * variants
}

/// Runs of each draw: one where there is no chance to repeat.
fn replicates(scenario: &Scenario) -> usize {
    match scenario.uncertainty.engine {
        Engine::Expected => 1,
        Engine::Counts | Engine::Individual => scenario.uncertainty.replicates.max(1),
    }
}

/// How the people of one block are followed, and what of them is kept.
struct How<'a> {
    /// Engine by model.
    engines: &'a [Engine],
    /// Which runs the lanes hold.
    runs: &'a Runs,
    detail: Detail,
    /// How expected numbers are found, where people apart are followed as well.
    apart: Option<Compared<'a>>,
    /// What evidence decides about enrolment.
    gates: Gates,
}

/// Which course a delivery takes whose enrolment depends on evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gates {
    /// The one that the evidence decides on, draw by draw.
    Decide,
    /// The one that was planned, for people apart where the programme goes on.
    GoOn,
    /// The one in which it is stopped, for people apart where it is.
    Stop,
}

/// From a year on nobody enrols in a programme and none of its fixed costs are made.
#[derive(Clone, Copy, Debug)]
struct Stop {
    year: usize,
    programme: usize,
}

/// The gate of an arrangement where it concerns a strategy: one that offers the programme that is measured.
fn gate_of<'a>(scenario: &'a Scenario, delivery: &flows::Delivery) -> Option<(usize, &'a Gate, Stop)> {
    let index = delivery.arrangement?;
    let gate = scenario.arrangements[index].gate.as_ref()?;
    let programme = gate.result.counts.programme;
    let offered = scenario.strategies[delivery.strategy].programmes.contains(&programme);
    offered.then_some((index, gate, Stop { year: gate.year, programme }))
}

/// Expected numbers beside runs of whole people.
#[derive(Clone, Copy)]
struct Compared<'a> {
    plan: &'a Plan,
    engines: &'a [Engine],
    /// Positions of deliveries that are compared with people apart.
    asking: &'a [usize],
}

/// Positions of the deliveries for which a clause or gate compares with people apart.
fn asking(scenario: &Scenario, deliveries: &[flows::Delivery]) -> Vec<usize> {
    let asks = |delivery: &flows::Delivery| {
        scenario.arrangements.iter().enumerate().any(|(index, arrangement)| {
            let settled = match delivery.arrangement {
                Some(own) => own == index,
                None => !arrangement.changes_delivery(),
            };
            let of_gate = arrangement.gate.as_ref().is_some_and(|gate| gate.result.benchmark.is_apart());
            settled && (of_gate || arrangement.clauses.iter().any(|clause| clause.terms.is_apart()))
        })
    };
    (0..deliveries.len()).filter(|&position| asks(&deliveries[position])).collect()
}

/// Engines of the base case: expected numbers, except where a model needs persons.
fn engines_at_stated_values(scenario: &Scenario) -> Vec<Engine> {
    let engine = |model: &Model| if model.with_history { Engine::Individual } else { Engine::Expected };
    scenario.models.iter().map(engine).collect()
}

/// A variant at the stated values.
fn base_case(
    scenario: &Scenario,
    plan: &Plan,
    engines: &[Engine],
    detail: Detail,
    variant: &[Set],
    stated: &Environment,
) -> Result<Vec<Flows>, QuantityError> {
    let seed = scenario.uncertainty.seed;
    let blocks = if engines.contains(&Engine::Individual) { BLOCKS_AT_STATED_VALUES } else { 1 };
    let results: Vec<Result<Vec<Flows>, QuantityError>> = (0..blocks)
        .into_par_iter()
        .map_init(Room::default, |room, index| {
            let runs = &Runs::at_stated_values(seed, index);
            let how = How { engines, runs, detail, apart: None, gates: Gates::Decide };
            block(scenario, plan, &how, variant, stated, room)
        })
        .collect();
    let all = results.into_iter().collect::<Result<Vec<_>, _>>()?;
    match <[_; 1]>::try_from(all) {
        Ok([only]) => Ok(only),
        Err(all) => Ok((0..plan.deliveries.len())
            .map(|delivery| Flows::mean(all.iter().map(|block| &block[delivery])))
            .collect()),
    }
}

/// Memory of a thread, kept from block to block.
#[derive(Default)]
struct Room {
    memory: Memory,
    arms: Vec<Arm>,
    /// Room for formulas of what simulation shows, while the memory is in use.
    scratch: Scratch,
    tallies: Tallies,
    /// For expected numbers beside runs of whole people.
    beside: Option<Box<Room>>,
}

/// The people of an arm without programmes, in one block.
#[derive(Default)]
struct Arm {
    environment: Option<Environment>,
    rates: Vec<Rates>,
    present: Vec<Present>,
    accounts: Vec<Account>,
    prices: Vec<Prices>,
    /// Arm whose people these are, where only prices differ.
    people_of: Option<usize>,
}

/// All deliveries of a variant in one block of draws, with people apart where a clause compares with them.
fn block(
    scenario: &Scenario,
    plan: &Plan,
    how: &How<'_>,
    variant: &[Set],
    drawn: &Environment,
    room: &mut Room,
) -> Result<Vec<Flows>, QuantityError> {
    let all: Vec<usize> = (0..plan.deliveries.len()).collect();
    let Some(compared) = how.apart else {
        return deliveries(scenario, plan, how, variant, drawn, room, &all, [&[], &[]]);
    };
    let asking = compared.asking;
    let mut apart = |gates: Gates| -> Result<Vec<Option<Arc<Apart>>>, QuantityError> {
        let elsewhere = How { runs: &how.runs.with_other_luck(), apart: None, gates, ..*how };
        let others = deliveries(scenario, plan, &elsewhere, variant, drawn, room, asking, [&[], &[]])?;
        let expected = if compared.engines.contains(&Engine::Individual) {
            None
        } else {
            let numbers = How { engines: compared.engines, apart: None, gates, ..*how };
            let room = &mut **room.beside.get_or_insert_default();
            Some(deliveries(scenario, compared.plan, &numbers, variant, drawn, room, asking, [&[], &[]])?)
        };
        let mut expected = expected.map(Vec::into_iter);
        let of_delivery = |other: Flows| {
            let of_expected = expected.as_mut().and_then(Iterator::next);
            Arc::new(Apart {
                shadows: other.shadows,
                requested: other.requested,
                expected: of_expected.map(|flows| (flows.shadows, flows.requested)),
            })
        };
        let mut by_delivery = vec![None; all.len()];
        for (&position, apart) in asking.iter().zip(others.into_iter().map(of_delivery)) {
            by_delivery[position] = Some(apart);
        }
        Ok(by_delivery)
    };
    let going_on = apart(Gates::GoOn)?;
    // Before a gate both courses are the same, so only clauses need who is stopped.
    let after_gates = scenario.arrangements.iter().any(|arrangement| {
        arrangement.gate.is_some() && arrangement.clauses.iter().any(|clause| clause.terms.is_apart())
    });
    let stopped = if after_gates { apart(Gates::Stop)? } else { Vec::new() };
    deliveries(scenario, plan, how, variant, drawn, room, &all, [&going_on, &stopped])
}

/// The deliveries at some positions, of a variant in one block of draws; `apart` holds people apart, by delivery, or
/// nothing: of the courses as planned, and of those that are stopped.
#[allow(clippy::too_many_arguments)]
fn deliveries(
    scenario: &Scenario,
    plan: &Plan,
    how: &How<'_>,
    variant: &[Set],
    drawn: &Environment,
    room: &mut Room,
    positions: &[usize],
    [apart, apart_if_stopped]: [&[Option<Arc<Apart>>]; 2],
) -> Result<Vec<Flows>, QuantityError> {
    let environment = drawn.with(scenario, variant)?;
    let base = environment.with(scenario, &scenario.strategies[scenario.comparator].set)?;
    let mut used = 0;
    let comparator_arm = arm(scenario, plan, how, base, room, &mut used)?;
    let mut list = Vec::with_capacity(positions.len());
    for &position in positions {
        let delivery = &plan.deliveries[position];
        let strategy = &scenario.strategies[delivery.strategy];
        let mut own = environment.with(scenario, &strategy.set)?;
        if let Some(index) = delivery.arrangement {
            let arrangement = &scenario.arrangements[index];
            own = own.with(scenario, &arrangement.set)?;
            own = own_payments::applied(own, scenario, arrangement)?;
        }
        let arms = [comparator_arm, arm(scenario, plan, how, own, room, &mut used)?];
        let gate = gate_of(scenario, delivery);
        let stops = gate.filter(|_| how.gates == Gates::Stop).map(|(_, _, stop)| stop);
        let mut flows = deliver_one(scenario, plan, how, delivery.strategy, arms, stops, room)?;
        flows.apart = apart.get(position).cloned().flatten();
        if let (Gates::Decide, Some((index, gate, stop))) = (how.gates, gate) {
            let evidence = gate::evidence(scenario, index, gate, delivery.strategy, &flows, how.runs)?;
            let mut stopped = deliver_one(scenario, plan, how, delivery.strategy, arms, Some(stop), room)?;
            stopped.apart = apart_if_stopped.get(position).cloned().flatten();
            let clauses = &scenario.arrangements[index].clauses;
            let other = (evidence.continues != evidence.continues_without_effect
                && clauses.iter().any(|clause| clause.terms.measures().is_some()))
            .then(|| {
                let course = gate::choose(evidence.continues_without_effect, flows.clone(), stopped.clone());
                let continues = evidence.continues_without_effect;
                Arc::new(Flows {
                    gate: Some(flows::Evidence { continues, ..evidence }),
                    ..course.without_effects()
                })
            });
            flows = gate::choose(evidence.continues, flows, stopped);
            flows.gate = Some(evidence);
            flows.if_it_did_nothing = other;
        }
        list.push(flows);
    }
    Ok(list)
}

/// Finds or simulates the arm of an environment; returns its position.
fn arm(
    scenario: &Scenario,
    plan: &Plan,
    how: &How<'_>,
    environment: Environment,
    room: &mut Room,
    used: &mut usize,
) -> Result<usize, QuantityError> {
    let same = |arm: &Arm, parameters: &dyn Fn(usize) -> Vec<usize>| {
        arm.environment.as_ref().is_some_and(|other| {
            (0..plan.models.len())
                .flat_map(parameters)
                .all(|p| same_bits(other.parameters[p], environment.parameters[p]))
        })
    };
    if let Some(known) =
        (0..*used).find(|&a| room.arms[a].environment.as_ref().is_some_and(|e| *e == environment))
    {
        return Ok(known);
    }
    let people = |m: usize| plan.dynamics[m].iter().chain(&plan.prices[m]).copied().collect::<Vec<_>>();
    let people_of = (0..*used).find(|&a| room.arms[a].people_of.is_none() && same(&room.arms[a], &people));
    let index = *used;
    *used += 1;
    if room.arms.len() < *used {
        room.arms.push(Arm::default());
    }
    let mut arm = std::mem::take(&mut room.arms[index]);
    arm.people_of = people_of;
    arm.rates.resize_with(plan.models.len(), Rates::default);
    arm.accounts.resize_with(plan.models.len(), Account::default);
    arm.prices.resize_with(plan.models.len(), Prices::default);
    arm.present.clear();
    for (m, model) in plan.models.iter().enumerate() {
        let functionals = &plan.functionals[m];
        functionals.prices(model, &environment, &mut room.memory.expected.scratch, &mut arm.prices[m])?;
        if people_of.is_none() {
            arm.rates[m].fill(
                scenario,
                m,
                &model.structure,
                &model.grid,
                &environment,
                &mut room.memory.expected.scratch,
            )?;
            arm.accounts[m].reset(&model.structure, functionals, 0, scenario.time.cycles());
            room.tallies.difference.clear();
            let mut observer = Population {
                functionals,
                prices: &arm.prices[m],
                account: &mut arm.accounts[m],
                tally: &mut room.tallies.difference,
            };
            let block = Block {
                engine: how.engines[m],
                scenario,
                plan: model,
                rates: &arm.rates[m],
                environment: &environment,
                runs: how.runs,
            };
            arm.present.push(block.comparator(&plan.wanted[m], &mut room.memory, &mut observer)?);
            observer.finish();
        }
    }
    arm.environment = Some(environment);
    room.arms[index] = arm;
    Ok(index)
}

fn same_bits(a: Lane, b: Lane) -> bool {
    a.0.iter().zip(b.0).all(|(x, y)| x.to_bits() == y.to_bits())
}

/// Cohorts and flows of one delivery, in which a programme may stop.
fn deliver_one(
    scenario: &Scenario,
    plan: &Plan,
    how: &How<'_>,
    strategy: usize,
    [comparator_arm, own_arm]: [usize; 2],
    stops: Option<Stop>,
    room: &mut Room,
) -> Result<Flows, QuantityError> {
    let Room { memory, arms, scratch, tallies, beside: _ } = room;
    let own = &arms[own_arm];
    let people = &arms[own.people_of.unwrap_or(own_arm)];
    let environment = own.environment.as_ref().expect("an arm that was found has an environment");
    let clocks = Clocks::new(scenario, environment)?;
    let mut groups = Vec::new();
    let mut delivered = Delivered::new(&plan.shape);
    for (m, model) in plan.models.iter().enumerate() {
        let planned = &plan.enrolments[strategy][m];
        let shortened =
            stops.map(|stop| planned.until(stop.year * scenario.time.cycles_per_year, stop.programme));
        let enrolment = shortened.as_ref().unwrap_or(planned);
        if enrolment.moments.is_empty() {
            continue;
        }
        let (youngest, oldest) = ages(scenario);
        let retention = Retention::new(scenario, environment, youngest, oldest, scratch)?;
        let mut observer = Participants {
            scenario,
            plan,
            strategy,
            functionals: &plan.functionals[m],
            prices: &own.prices[m],
            environment,
            clock: &clocks.costs,
            retention: &retention,
            groups: &mut groups,
            delivered: &mut delivered,
            scratch: &mut *scratch,
            moment: None,
            settlement: how.detail.settlement,
            tallies: &mut *tallies,
        };
        let block = Block {
            engine: how.engines[m],
            scenario,
            plan: model,
            rates: &people.rates[m],
            environment,
            runs: how.runs,
        };
        block.cohorts(enrolment, &people.present[m], memory, &mut observer)?;
        observer.finish();
    }
    fixed_costs(scenario, plan, strategy, stops, environment, &clocks, &mut delivered)?;
    let levels = |arm: usize| {
        let people = arms[arm].people_of.unwrap_or(arm);
        Levels {
            accounts: arms[people].accounts.iter().collect(),
            prices: arms[arm].prices.iter().collect(),
            environment: arms[arm].environment.as_ref().expect("an arm that was found has an environment"),
        }
    };
    let whole = (own_arm != comparator_arm).then(|| levels(own_arm));
    let prices: Vec<&Prices> = own.prices.iter().collect();
    deliver::flows(
        scenario,
        plan,
        how.detail,
        &levels(comparator_arm),
        whole.as_ref(),
        &groups,
        &prices,
        delivered,
        environment,
        &clocks,
        scratch,
    )
}

/// Youngest and oldest age of anybody over the horizon.
fn ages(scenario: &Scenario) -> (usize, usize) {
    let ages = || scenario.population.groups.iter().map(|g| usize::from(g.age));
    (ages().min().unwrap_or(0), ages().max().unwrap_or(0) + scenario.time.years)
}

/// Fixed costs of the strategy's programmes, at mid-year, until a programme stops.
fn fixed_costs(
    scenario: &Scenario,
    plan: &Plan,
    strategy: usize,
    stops: Option<Stop>,
    environment: &Environment,
    clocks: &Clocks,
    delivered: &mut Delivered,
) -> Result<(), QuantityError> {
    for &programme in &scenario.strategies[strategy].programmes {
        for (index, cost) in scenario.programmes[programme].fixed.iter().enumerate() {
            let kind = flows::ItemKind::Fixed(index);
            let mut scratch = Scratch::default();
            let row = plan.item_row(programme, kind);
            let made = |year: usize| stops.is_none_or(|stop| stop.programme != programme || year < stop.year);
            for &year in cost.years.iter().filter(|&&year| made(year)) {
                let middle = year * scenario.time.cycles_per_year + scenario.time.cycles_per_year / 2;
                let amount =
                    Points::calendar(scenario, middle).only(&cost.value, environment, &mut scratch)?;
                delivered.costs.add(row, year, amount);
                delivered.costs_present[row] += amount * clocks.costs.mid_year(year);
                for (request, (_, _, asked)) in plan.shape.requests.iter().enumerate() {
                    if asked.programme == programme && plan::asks_for(asked, kind) {
                        delivered.requested.add(request, year, amount);
                    }
                }
            }
        }
    }
    Ok(())
}
