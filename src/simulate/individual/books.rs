//! Rates of people with a history.
//!
//! Rates may be formulas of the time in the present state and of the number of past events. Persons who are alike in
//! these and in age, sex and labels have the same rates, so a formula is evaluated once for each *history* that
//! somebody has, for all runs of a block at once, and kept: the number of histories grows far more slowly than the
//! number of persons. *Example:* 10,000 people in yearly cycles whose rate depends on the time in their state have at
//! most 75 histories in 75 years at an age that does not matter.

use crate::formula::Scratch;
use crate::sample::QuantityError;
use crate::scenario::checked::{Scenario, Variables};
use crate::simulate::Rates;
use crate::simulate::engine::Block;
use crate::simulate::profiles::{dynamics_quantities, programme_quantities};
use std::collections::BTreeMap;

/// Stands for a history whose rates have not been needed yet.
const UNKNOWN: u32 = u32::MAX;

/// What of a person's past is followed: how often some events have happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Pasts {
    /// Events that some formula asks for, by index in the model, with their variables.
    pub events: Vec<(usize, usize)>,
    /// Position of each event of the model among those.
    position: Vec<Option<usize>>,
    /// Numbers of past events, by the number that stands for them; 0 is no past.
    list: Vec<Vec<u16>>,
    known: BTreeMap<Vec<u16>, u32>,
}

impl Pasts {
    /// What the formulas of a model and of the programmes on it ask for.
    pub fn new(scenario: &Scenario, model: usize) -> Self {
        let description = &scenario.models[model];
        let programmes = (0..scenario.programmes.len()).filter(|&p| scenario.programmes[p].model == model);
        let mut quantities = dynamics_quantities(scenario, model);
        quantities.extend(programmes.flat_map(|programme| programme_quantities(scenario, programme)));
        let mut events = Vec::new();
        for (index, event) in description.events.iter().enumerate() {
            let variable = scenario.variables.events.iter().position(|id| *id == event.id);
            let variable = variable.map(|position| scenario.variables.past(position));
            if let Some(variable) = variable
                && quantities.iter().any(|quantity| quantity.program.variables().contains(&variable))
            {
                events.push((index, variable));
            }
        }
        let position = (0..description.events.len())
            .map(|event| events.iter().position(|&(known, _)| known == event))
            .collect();
        let nothing = vec![0; events.len()];
        Self { events, position, list: vec![nothing.clone()], known: BTreeMap::from([(nothing, 0)]) }
    }

    /// Whether any event is followed.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
    /// How often each event has happened.
    pub fn of(&self, past: u32) -> &[u16] {
        &self.list[past as usize]
    }
    /// Whether an event is followed.
    pub fn follows(&self, event: usize) -> bool {
        self.position[event].is_some()
    }

    /// The past after an event has happened some more times.
    pub fn after(&mut self, past: u32, event: usize, times: u32) -> u32 {
        let Some(position) = self.position[event] else { return past };
        let mut numbers = self.list[past as usize].clone();
        numbers[position] = numbers[position].saturating_add(times.min(u32::from(u16::MAX)) as u16);
        let next = self.list.len() as u32;
        let list = &mut self.list;
        *self.known.entry(numbers).or_insert_with_key(|numbers| {
            list.push(numbers.clone());
            next
        })
    }
}

/// Rates by history, in one block of runs.
#[derive(Debug, Default)]
pub(super) struct Books {
    /// Whether the model asks for any history.
    used: bool,
    /// Whether it asks for the time in the state.
    by_time: bool,
    /// By point, past and cycles in the state: position in `rows`.
    known: Vec<Vec<Vec<u32>>>,
    /// Batch and point in it.
    rows: Vec<(u32, u32)>,
    batches: Vec<Rates>,
    /// Asked for and not yet known: point, past, cycles in the state.
    asked: Vec<(u32, u32, u32)>,
}

impl Books {
    /// Empty books for a model.
    pub fn new(scenario: &Scenario, model: usize, points: usize) -> Self {
        let used = scenario.models[model].with_history;
        let uses_time = |quantity: &&crate::scenario::checked::Quantity| {
            quantity.program.variables().contains(&Variables::TIME_IN_STATE)
        };
        let by_time = used && dynamics_quantities(scenario, model).iter().any(uses_time);
        Self { used, by_time, known: vec![Vec::new(); if used { points } else { 0 }], ..Self::default() }
    }

    /// Notes that the rates of a history will be needed at a point.
    #[inline]
    pub fn ask(&mut self, point: u32, past: u32, cycles_in_state: usize) {
        if !self.used {
            return;
        }
        let time = if self.by_time { cycles_in_state } else { 0 };
        let pasts = &mut self.known[point as usize];
        if pasts.len() <= past as usize {
            pasts.resize(past as usize + 1, Vec::new());
        }
        let times = &mut pasts[past as usize];
        if times.len() <= time {
            times.resize(time + 1, UNKNOWN);
        }
        if times[time] == UNKNOWN {
            // Where it will stand once it has been evaluated.
            times[time] = (self.rows.len() + self.asked.len()) as u32;
            self.asked.push((point, past, time as u32));
        }
    }

    /// Evaluates what was asked for.
    ///
    /// # Errors
    /// A rate outside its range for some history.
    pub fn evaluate(
        &mut self,
        block: &Block<'_>,
        pasts: &Pasts,
        scratch: &mut Scratch,
    ) -> Result<(), QuantityError> {
        if self.asked.is_empty() {
            return Ok(());
        }
        let at: Vec<u32> = self.asked.iter().map(|&(point, ..)| point).collect();
        let length = block.scenario.time.cycle_length();
        let times = self.asked.iter().map(|&(_, _, time)| f64::from(time) * length).collect();
        let mut histories: Vec<(usize, Vec<f64>)> = vec![(Variables::TIME_IN_STATE, times)];
        for (position, &(_, variable)) in pasts.events.iter().enumerate() {
            let numbers = self.asked.iter().map(|&(_, past, _)| f64::from(pasts.of(past)[position]));
            histories.push((variable, numbers.collect()));
        }
        let mut rates = Rates::default();
        rates.fill_histories(
            block.scenario,
            block.plan.model,
            &block.plan.structure,
            &block.plan.grid,
            block.rates,
            &at,
            histories,
            block.environment,
            scratch,
        )?;
        let batch = self.batches.len() as u32;
        self.rows.extend((0..at.len() as u32).map(|row| (batch, row)));
        self.batches.push(rates);
        self.asked.clear();
        Ok(())
    }

    /// The rates of a history at a point, and where in them.
    #[inline]
    pub fn at<'a>(
        &'a self,
        base: &'a Rates,
        point: u32,
        past: u32,
        cycles_in_state: usize,
    ) -> (&'a Rates, usize) {
        if !self.used {
            return (base, point as usize);
        }
        let time = if self.by_time { cycles_in_state } else { 0 };
        let row = self.known[point as usize][past as usize][time];
        let (batch, row) = self.rows[row as usize];
        (&self.batches[batch as usize], row as usize)
    }
}
