//! From accounts to flows: amounts by budget and year, with what is cash, what equalisation takes and what
//! an insurer still holds.
//!
//! **Cashability and equalisation.** Of an increment a in a cycle, κ(since) is cash to whoever holds the budget,
//! and on insurance budgets κλ goes back to the equalisation fund; both are functions of the time since
//! enrolment, read at mid-cycle, and act on rises and falls alike. For what a strategy changes by setting
//! parameters there is no enrolment; since then counts from the start.

use super::account::{Account, Clock};
use super::collect::{Delivered, Group, Pair};
use super::flows::{Counted, Flows, Followed, Grid, ItemKind};
use super::functionals::{Figure, Functionals, Prices};
use super::leakage::{Clocks, Leakage};
use super::plan::Plan;
use crate::formula::{Lane, Scratch};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Node, Priced, Requested, Scenario, Tallied};
use std::sync::Arc;

/// The comparator, or a whole arm, of every model in one block.
pub struct Levels<'a> {
    /// Account by model.
    pub accounts: Vec<&'a Account>,
    /// Prices by model.
    pub prices: Vec<&'a Prices>,
    /// Parameters.
    pub environment: &'a Environment,
}

/// How much detail a block keeps.
#[derive(Clone, Copy, Debug)]
pub struct Detail {
    /// Counts by year, or only their totals (then grids have one column).
    pub by_year: bool,
    /// What settlement needs.
    pub settlement: bool,
}

/// Builds the flows of one delivery in one block.
#[allow(clippy::too_many_arguments)]
pub fn flows(
    scenario: &Scenario,
    plan: &Plan,
    detail: Detail,
    comparator: &Levels<'_>,
    arm: Option<&Levels<'_>>,
    groups: &[Group],
    group_prices: &[&Prices],
    delivered: Delivered,
    environment: &Environment,
    clocks: &Clocks,
    scratch: &mut Scratch,
) -> Result<Flows, QuantityError> {
    let shape = &plan.shape;
    let (lines, insurers) = (shape.lines.len(), shape.insurers);
    let years = shape.years;
    let counted_years = if detail.by_year { years } else { 1 };
    let settled = |rows: usize| Grid::zeros(if detail.settlement { rows } else { 0 }, years);
    let followed = |programme: usize| {
        let measured =
            |rows: usize| if plan.measured[programme] { settled(rows) } else { Grid::zeros(0, years) };
        Followed {
            costs: measured(lines),
            costs_retained: measured(insurers * lines),
            person_years: measured(1),
            person_years_retained: measured(insurers),
            first_costs: measured(lines),
            first_person_years: measured(1),
        }
    };
    let inflation = match &scenario.valuation.inflation {
        Some(quantity) => Some(environment.quantity(quantity)?),
        None => None,
    };
    let mut flows = Flows {
        shape: Arc::clone(shape),
        environment: environment.clone(),
        level: Grid::zeros(lines, counted_years),
        increment: Grid::zeros(lines, if detail.settlement { years } else { counted_years }),
        cashable: settled(lines),
        equalised: settled(lines),
        retained: settled(insurers * lines),
        shadows: (0..shape.programmes).map(followed).collect(),
        cohorts: (0..shape.programmes).map(followed).collect(),
        programme_costs: delivered.costs,
        enrolled: delivered.enrolled,
        reached: delivered.reached,
        turned_away: delivered.turned_away,
        requested: delivered.requested,
        count_level: Grid::zeros(shape.counted.len(), counted_years),
        count_increment: Grid::zeros(shape.counted.len(), counted_years),
        outcome_level: Grid::zeros(shape.outcomes, counted_years),
        outcome_increment: Grid::zeros(shape.outcomes, counted_years),
        health_level: Grid::zeros(2, counted_years),
        health_increment: Grid::zeros(2, counted_years),
        level_present: vec![Lane::ZERO; lines],
        increment_present: vec![Lane::ZERO; lines],
        programme_costs_present: delivered.costs_present,
        health_level_present: [Lane::ZERO; 2],
        health_increment_present: [Lane::ZERO; 2],
        parties_rate: clocks.parties,
        inflation,
        apart: None,
        gate: None,
        if_it_did_nothing: None,
    };
    let leakage = Leakage::new(scenario, shape, environment, detail.settlement, scratch)?;
    let comparator_leakage = Leakage::new(scenario, shape, comparator.environment, false, scratch)?;
    let comparator_clocks = Clocks::new(scenario, comparator.environment)?;
    for (own, other, quantity) in [
        (&clocks.costs, &comparator_clocks.costs, &scenario.valuation.discount_costs),
        (&clocks.effects, &comparator_clocks.effects, &scenario.valuation.discount_effects),
    ] {
        if !own.same_rate(other) {
            return Err(QuantityError::new(
                quantity,
                "a strategy or arrangement cannot have a discount rate of its own; a variant can",
            ));
        }
    }
    for model in 0..plan.models.len() {
        let functionals = &plan.functionals[model];
        let reader = Reader { scenario, plan, functionals, model };
        let (account, prices) = (comparator.accounts[model], comparator.prices[model]);
        for cycle in account.first()..scenario.time.cycles() {
            let year = scenario.time.year_of(cycle);
            let counted_year = if detail.by_year { year } else { 0 };
            reader.add_level(
                &mut flows,
                account,
                prices,
                cycle,
                counted_year,
                &comparator_clocks,
                &comparator_leakage.split,
            );
            if let Some(arm) = arm {
                let sides = Sides {
                    with: (arm.accounts[model], arm.prices[model]),
                    without: (account, prices),
                    split: [&leakage.split, &comparator_leakage.split],
                };
                reader.add_arm(&mut flows, &sides, cycle, counted_year, clocks, &leakage, detail);
            }
        }
    }
    for group in groups {
        let functionals = &plan.functionals[group.model];
        let reader = Reader { scenario, plan, functionals, model: group.model };
        let prices = group_prices[group.model];
        for cycle in group.boundary..scenario.time.cycles() {
            let counted_year = if detail.by_year { scenario.time.year_of(cycle) } else { 0 };
            reader.add_group(&mut flows, group, prices, cycle, counted_year, clocks, &leakage, detail);
        }
    }
    check_finite(scenario, plan, &flows)?;
    Ok(flows)
}

/// Fails where an amount became infinite or undefined, with the quantity it comes from.
fn check_finite(scenario: &Scenario, plan: &Plan, flows: &Flows) -> Result<(), QuantityError> {
    let problem = "gives amounts that are no finite numbers in some draw";
    for (row, line) in plan.shape.lines.iter().enumerate() {
        if !(flows.level_present[row].all_finite() && flows.increment_present[row].all_finite()) {
            return Err(QuantityError::new(&scenario.unit_costs[line.unit_cost].value, problem));
        }
    }
    for (row, item) in plan.shape.items.iter().enumerate() {
        if !flows.programme_costs.total(row).all_finite() {
            let programme = &scenario.programmes[item.programme];
            let quantity = match item.kind {
                ItemKind::Step { step, cost } => &programme.steps[step].costs[cost].value,
                ItemKind::Fixed(index) => &programme.fixed[index].value,
            };
            return Err(QuantityError::new(quantity, problem));
        }
    }
    let counts = (0..plan.shape.counted.len()).all(|row| {
        flows.count_level.total(row).all_finite() && flows.count_increment.total(row).all_finite()
    });
    let health =
        [flows.health_level_present, flows.health_increment_present].iter().flatten().all(Lane::all_finite);
    let outcomes = (0..plan.shape.outcomes).all(|row| {
        flows.outcome_level.total(row).all_finite() && flows.outcome_increment.total(row).all_finite()
    });
    if counts && health && outcomes {
        return Ok(());
    }
    let quantity = &scenario.models[0].states[0].start;
    Err(QuantityError::new(
        quantity,
        "the model gives numbers of people, events or QALYs that are not finite in some draw",
    ))
}

/// A whole arm and the comparator: accounts with their prices, and shares of unit costs on budgets.
struct Sides<'a> {
    with: (&'a Account, &'a Prices),
    without: (&'a Account, &'a Prices),
    split: [&'a [Lane]; 2],
}

/// A row among the requests that counts something of participants.
struct TalliedRow {
    row: usize,
    what: Tallied,
    effects: bool,
    insurer: Option<usize>,
    /// Only in the first year since enrolment, and booked in the year of enrolment.
    first: bool,
}

struct Reader<'a> {
    scenario: &'a Scenario,
    plan: &'a Plan,
    functionals: &'a Functionals,
    model: usize,
}

impl Reader<'_> {
    /// What clauses count of a programme's participants.
    fn tallied(&self, programme: usize) -> impl Iterator<Item = TalliedRow> {
        self.plan.shape.requests.iter().enumerate().filter_map(move |(row, (_, _, request))| {
            match request.what {
                Requested::Participants { what, effects, insurer } if request.programme == programme => {
                    Some(TalliedRow { row, what, effects, insurer, first: false })
                }
                Requested::Before { what } if request.programme == programme => {
                    Some(TalliedRow { row, what, effects: false, insurer: None, first: true })
                }
                _ => None,
            }
        })
    }

    /// Undiscounted counts of a row in a cycle: occurrences, person-years or deaths.
    fn count(&self, account: &Account, counted: Counted, cycle: usize, clock: &Clock) -> Option<Lane> {
        count(self.plan, self.model, account, counted, cycle, clock)
    }

    #[allow(clippy::too_many_arguments)]
    fn add_level(
        &self,
        flows: &mut Flows,
        account: &Account,
        prices: &Prices,
        cycle: usize,
        counted_year: usize,
        clocks: &Clocks,
        split: &[Lane],
    ) {
        for &row in &self.plan.counted_of[self.model] {
            let counted = self.plan.shape.counted[row];
            if let Some(count) = self.count(account, counted, cycle, &clocks.costs) {
                flows.count_level.add(row, counted_year, count);
            }
        }
        for (position, &figure) in self.functionals.figures.iter().enumerate() {
            if !self.functionals.active[position] {
                continue;
            }
            let amounts = account.figure(self.functionals, prices, position, cycle);
            match figure {
                // Several models describe the same people: costs of their life-years come from the first.
                Figure::Cost(unit_cost)
                    if self.model > 0 && self.scenario.unit_costs[unit_cost].on == Priced::LifeYear => {}
                Figure::Cost(unit_cost) => {
                    let (amount, present) =
                        (clocks.costs.amount(amounts, cycle), clocks.costs.present(amounts, cycle));
                    for &row in &self.plan.lines_of[unit_cost] {
                        flows.level.add(row, counted_year, amount * split[row]);
                        flows.level_present[row] += present * split[row];
                    }
                }
                // So do outcomes of their life-years.
                Figure::OutcomeOfLives(_) if self.model > 0 => {}
                Figure::Outcome(outcome) | Figure::OutcomeOfLives(outcome) => {
                    flows.outcome_level.add(outcome, counted_year, clocks.costs.amount(amounts, cycle));
                }
                // Several models describe the same people: levels of health come from the first.
                Figure::LifeYears | Figure::Qalys if self.model == 0 => {
                    let row = if figure == Figure::Qalys { Flows::QALYS } else { Flows::LIFE_YEARS };
                    flows.health_level.add(row, counted_year, clocks.effects.amount(amounts, cycle));
                    flows.health_level_present[row] += clocks.effects.present(amounts, cycle);
                }
                Figure::LifeYears | Figure::Qalys => {}
            }
        }
    }

    /// What an arm that is simulated whole has more than the comparator.
    #[allow(clippy::too_many_arguments)]
    fn add_arm(
        &self,
        flows: &mut Flows,
        sides: &Sides<'_>,
        cycle: usize,
        counted_year: usize,
        clocks: &Clocks,
        leakage: &Leakage,
        detail: Detail,
    ) {
        let year = self.scenario.time.year_of(cycle);
        for &row in &self.plan.counted_of[self.model] {
            let counted = self.plan.shape.counted[row];
            let with = self.count(sides.with.0, counted, cycle, &clocks.costs);
            let without = self.count(sides.without.0, counted, cycle, &clocks.costs);
            if let (Some(with), Some(without)) = (with, without) {
                flows.count_increment.add(row, counted_year, with - without);
            }
        }
        for (position, &figure) in self.functionals.figures.iter().enumerate() {
            if !self.functionals.active[position] {
                continue;
            }
            let with = sides.with.0.figure(self.functionals, sides.with.1, position, cycle);
            let without = sides.without.0.figure(self.functionals, sides.without.1, position, cycle);
            let difference = [with[0] - without[0], with[1] - without[1], with[2] - without[2]];
            let Figure::Cost(unit_cost) = figure else {
                add_effect(flows, figure, difference, cycle, counted_year, clocks);
                continue;
            };
            let cost = [with, without, difference].map(|figure| clocks.costs.amount(figure, cycle));
            let present = [with, without, difference].map(|figure| clocks.costs.present(figure, cycle));
            for &row in &self.plan.lines_of[unit_cost] {
                let [own, other] = [sides.split[0][row], sides.split[1][row]];
                // With the same split nothing cancels that did not change.
                let [increment, present] = [cost, present].map(|[with, without, difference]| {
                    if own == other { difference * own } else { with * own - without * other }
                });
                flows.increment_present[row] += present;
                add_increment(flows, row, [year, counted_year], increment, leakage, cycle, detail);
            }
        }
    }

    /// What participants of one moment have more with the effects of their programme than without.
    #[allow(clippy::too_many_arguments)]
    fn add_group(
        &self,
        flows: &mut Flows,
        group: &Group,
        prices: &Prices,
        cycle: usize,
        counted_year: usize,
        clocks: &Clocks,
        leakage: &Leakage,
        detail: Detail,
    ) {
        let (year, since) = (self.scenario.time.year_of(cycle), cycle - group.boundary);
        let enrolled = self.scenario.time.year_of(group.boundary);
        let first_year = since < self.scenario.time.cycles_per_year;
        // The year an amount of a row belongs to, if any.
        let booked = |tallied: &TalliedRow| match tallied.first {
            false => Some(year),
            true => first_year.then_some(enrolled),
        };
        let measured = detail.settlement && self.plan.measured[group.programme];
        let lines = self.plan.shape.lines.len();
        let read =
            |account: &Account, position: usize| account.figure(self.functionals, prices, position, cycle);
        // Undiscounted, without effects and with them.
        let both = |pair: &Pair, position: usize| {
            let without = clocks.costs.amount(read(&pair.shadow, position), cycle);
            [without, without + clocks.costs.amount(read(&pair.difference, position), cycle)]
        };
        for &row in &self.plan.counted_of[self.model] {
            let counted = self.plan.shape.counted[row];
            if let Some(count) = self.count(&group.all.difference, counted, cycle, &clocks.costs) {
                flows.count_increment.add(row, counted_year, count);
            }
        }
        // Of those still insured with an insurer, where a clause counts only these.
        let of = |insurer: Option<usize>| insurer.map_or(&group.all, |insurer| &group.retained[insurer]);
        for tallied in self.tallied(group.programme) {
            let Tallied::Node(node) = tallied.what else { continue };
            let Some(year) = booked(&tallied) else { continue };
            let pair = of(tallied.insurer);
            let count = |account| {
                let counted = Counted::Node { model: self.model, node };
                self.count(account, counted, cycle, &clocks.costs).unwrap_or(Lane::ZERO)
            };
            let without = count(&pair.shadow);
            let amount = if tallied.effects { without + count(&pair.difference) } else { without };
            flows.requested.add(tallied.row, year, amount);
        }
        for (position, &figure) in self.functionals.figures.iter().enumerate() {
            if !self.functionals.active[position] {
                continue;
            }
            let difference = read(&group.all.difference, position);
            let Figure::Cost(unit_cost) = figure else {
                add_effect(flows, figure, difference, cycle, counted_year, clocks);
                let counted = match figure {
                    Figure::Outcome(outcome) | Figure::OutcomeOfLives(outcome) => {
                        Some(Tallied::Outcome(outcome))
                    }
                    Figure::LifeYears => Some(Tallied::PersonYears),
                    Figure::Cost(_) | Figure::Qalys => None,
                };
                for tallied in self.tallied(group.programme) {
                    if counted == Some(tallied.what)
                        && let Some(year) = booked(&tallied)
                    {
                        let [without, with] = both(of(tallied.insurer), position);
                        flows.requested.add(tallied.row, year, if tallied.effects { with } else { without });
                    }
                }
                if figure == Figure::LifeYears && measured {
                    let add = |flows: &mut Flows, [without, with]: [Lane; 2], insurer: Option<usize>| {
                        for (side, amount) in [
                            (&mut flows.shadows[group.programme], without),
                            (&mut flows.cohorts[group.programme], with),
                        ] {
                            match insurer {
                                None => side.person_years.add(0, year, amount),
                                Some(insurer) => side.person_years_retained.add(insurer, year, amount),
                            }
                        }
                    };
                    let all = both(&group.all, position);
                    add(flows, all, None);
                    if first_year {
                        for (side, amount) in [
                            (&mut flows.shadows[group.programme], all[0]),
                            (&mut flows.cohorts[group.programme], all[1]),
                        ] {
                            side.first_person_years.add(0, enrolled, amount);
                        }
                    }
                    for (insurer, retained) in group.retained.iter().enumerate() {
                        add(flows, both(retained, position), Some(insurer));
                    }
                }
                continue;
            };
            let amount = clocks.costs.amount(difference, cycle);
            let present = clocks.costs.present(difference, cycle);
            for &row in &self.plan.lines_of[unit_cost] {
                let split = leakage.split[row];
                flows.increment_present[row] += present * split;
                add_increment(flows, row, [year, counted_year], amount * split, leakage, since, detail);
            }
            for (insurer, retained) in group.retained.iter().enumerate() {
                let amount = clocks.costs.amount(read(&retained.difference, position), cycle);
                for &row in &self.plan.lines_of[unit_cost] {
                    let kept = leakage.cashable[row][since] - leakage.equalised[row][since];
                    flows.retained.add(insurer * lines + row, year, amount * leakage.split[row] * kept);
                }
            }
            if !measured {
                continue;
            }
            let all = both(&group.all, position);
            for &row in &self.plan.lines_of[unit_cost] {
                let [without, with] = all.map(|amount| amount * leakage.split[row]);
                for (side, amount) in [
                    (&mut flows.shadows[group.programme], without),
                    (&mut flows.cohorts[group.programme], with),
                ] {
                    side.costs.add(row, year, amount);
                    if first_year {
                        side.first_costs.add(row, enrolled, amount);
                    }
                }
            }
            for (insurer, retained) in group.retained.iter().enumerate() {
                let retained = both(retained, position);
                for &row in &self.plan.lines_of[unit_cost] {
                    let [without, with] = retained.map(|amount| amount * leakage.split[row]);
                    let at = insurer * lines + row;
                    flows.shadows[group.programme].costs_retained.add(at, year, without);
                    flows.cohorts[group.programme].costs_retained.add(at, year, with);
                }
            }
        }
    }
}

/// Undiscounted counts of a row in a cycle of a model's account: occurrences, person-years or deaths; none where the row
/// belongs to another model.
pub(super) fn count(
    plan: &Plan,
    own: usize,
    account: &Account,
    counted: Counted,
    cycle: usize,
    clock: &Clock,
) -> Option<Lane> {
    let structure = &plan.models[own].structure;
    match counted {
        Counted::Node { model, node } if model == own => Some(match node {
            Node::Event(event) => account.occurrences(cycle, event),
            Node::Transition(transition) => {
                account.occurrences(cycle, structure.transition_column(transition))
            }
            Node::State(state) | Node::Utility(state) => {
                let [start, end] = account.people(cycle, state);
                clock.amount([Lane::ZERO, start, end], cycle)
            }
            Node::Factor(_) => Lane::ZERO,
        }),
        Counted::Deaths { model } if model == own => {
            let deaths = structure.fatal.iter();
            Some(deaths.fold(Lane::ZERO, |sum, &column| sum + account.occurrences(cycle, column)))
        }
        _ => None,
    }
}

/// Adds a difference in outcomes or health.
fn add_effect(
    flows: &mut Flows,
    figure: Figure,
    difference: [Lane; 3],
    cycle: usize,
    counted_year: usize,
    clocks: &Clocks,
) {
    match figure {
        Figure::Cost(_) => {}
        Figure::Outcome(outcome) | Figure::OutcomeOfLives(outcome) => {
            flows.outcome_increment.add(outcome, counted_year, clocks.costs.amount(difference, cycle));
        }
        Figure::LifeYears | Figure::Qalys => {
            let row = if figure == Figure::Qalys { Flows::QALYS } else { Flows::LIFE_YEARS };
            flows.health_increment.add(row, counted_year, clocks.effects.amount(difference, cycle));
            flows.health_increment_present[row] += clocks.effects.present(difference, cycle);
        }
    }
}

/// Adds an undiscounted increment of a line, and for settlement what of it is cash.
fn add_increment(
    flows: &mut Flows,
    row: usize,
    [year, counted_year]: [usize; 2],
    increment: Lane,
    leakage: &Leakage,
    since: usize,
    detail: Detail,
) {
    if !detail.settlement {
        flows.increment.add(row, counted_year, increment);
        return;
    }
    flows.increment.add(row, year, increment);
    flows.cashable.add(row, year, increment * leakage.cashable[row][since]);
    flows.equalised.add(row, year, increment * leakage.equalised[row][since]);
}
