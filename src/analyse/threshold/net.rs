//! The net value of one side of a scenario as a function of one number.

use super::Problem;
use crate::analyse::arm::{Arm, sum};
use crate::analyse::business_case::Settlement;
use crate::analyse::statistics::Series;
use crate::sample::ranges::check_values;
use crate::sample::{Draws, Environment};
use crate::scenario::checked::{Quantity, Results, Scenario, Set, Threshold, Variant, Whose};
use crate::scenario::diagnostic::Severity;
use crate::settle::{Account, settle};
use crate::value::flows::{Flows, RunDesign, Valued};
use crate::value::{Extent, draw, value_draws};

/// Position of the strategy in the narrowed scenario; the comparator comes before it.
const STRATEGY: usize = 1;

/// A scenario with nothing left in it but what one question is about.
pub(super) struct Net {
    scenario: Scenario,
    parameter: usize,
    whose: Whose,
    draws: Option<Draws>,
}

impl Net {
    /// Leaves out all other strategies, arrangements and variants: they change no figure of this one. `draws` is how many
    /// there are at most; 0 for the stated values only.
    ///
    /// # Errors
    /// Parameters that cannot be drawn.
    pub(super) fn new(scenario: &Scenario, question: &Threshold, draws: usize) -> Result<Self, Problem> {
        let mut narrow = scenario.clone();
        let strategies = [scenario.comparator, question.strategy];
        narrow.strategies = strategies.map(|index| scenario.strategies[index].clone()).to_vec();
        narrow.comparator = 0;
        let arrangement = question.arrangement.map(|index| scenario.arrangements[index].clone());
        narrow.arrangements = arrangement.into_iter().collect();
        narrow.variants.truncate(1);
        narrow.goals.clear();
        narrow.results = Results::default();
        narrow.thresholds.clear();
        narrow.uncertainty.draws = narrow.uncertainty.draws.min(draws);
        let draws = if draws > 0 { Some(draw(&narrow)?) } else { None };
        Ok(Self { scenario: narrow, parameter: question.parameter, whose: question.whose, draws })
    }

    /// Whether the number may have these values, as far as can be told without following people.
    ///
    /// # Errors
    /// What is wrong with the first value that it cannot have.
    pub(super) fn check(&mut self, values: &[f64]) -> Result<(), Problem> {
        for &value in values {
            self.set(&[value]);
            let found = check_values(&self.scenario, &Environment::base(&self.scenario)?, "");
            if let Some(error) = found.iter().find(|message| message.severity == Severity::Error) {
                // The check names the variant that the value was put in, which is none of the scenario's.
                let why = error.title.split("  in the variant").next().unwrap_or_default().to_owned();
                return Err(Problem::Value { value, why });
            }
        }
        Ok(())
    }

    /// The stated value of the number.
    ///
    /// # Errors
    /// A parameter that cannot be computed.
    pub(super) fn stated(scenario: &Scenario, parameter: usize) -> Result<f64, Problem> {
        Ok(Environment::base(scenario)?.parameters[parameter].0[0])
    }

    /// How the runs of the draws are designed.
    pub(super) fn design(&self) -> RunDesign {
        let replicates = match self.scenario.uncertainty.engine {
            crate::scenario::checked::Engine::Expected => 1,
            _ => self.scenario.uncertainty.replicates.max(1),
        };
        RunDesign { randomisations: self.draws.as_ref().map_or(1, |draws| draws.randomisations), replicates }
    }

    /// Net values at the stated values of all other numbers, for several values of this one.
    ///
    /// # Errors
    /// A run that could not be finished.
    pub(super) fn at_stated(&mut self, values: &[f64]) -> Result<Vec<Series>, Problem> {
        self.set(values);
        let valued = value_draws(&self.scenario, Extent::BaseCase, None, &|| ())?;
        self.net(&valued)
    }

    /// The net value at the stated values and in every draw, for one value of the number.
    ///
    /// # Errors
    /// A run that could not be finished.
    pub(super) fn in_draws(&mut self, value: f64) -> Result<Series, Problem> {
        self.set(&[value]);
        let valued = value_draws(&self.scenario, Extent::Draws, self.draws.clone(), &|| ())?;
        let mut found = self.net(&valued)?;
        Ok(found.swap_remove(0))
    }

    /// Makes a variant of each value.
    fn set(&mut self, values: &[f64]) {
        let main = self.scenario.variants[0].clone();
        let variant = |&value: &f64| {
            let value = Quantity { span: None, ..crate::scenario::constant(value, "thresholds") };
            Variant { set: vec![Set { parameter: self.parameter, value }], ..main.clone() }
        };
        self.scenario.variants = values.iter().map(variant).collect();
    }

    /// The net value by variant.
    fn net(&self, valued: &Valued) -> Result<Vec<Series>, Problem> {
        let variants = 0..valued.variants.len();
        let delivery = match self.scenario.arrangements.len() {
            0 => 0,
            _ => valued.delivery_of(STRATEGY, 0),
        };
        match self.whose {
            Whose::Society { willingness_to_pay } => {
                let gain = |flows: &Flows| {
                    let costs = sum(&flows.increment_present) + sum(&flows.programme_costs_present);
                    flows.health_increment_present[Flows::QALYS] * willingness_to_pay - costs
                };
                // Where a party stays away under the arrangement nothing is delivered, and nothing gained or spent.
                let asks = self.scenario.arrangements.iter().any(|arrangement| arrangement.entry.is_some());
                let settled = if asks { settle(&self.scenario, valued)? } else { Vec::new() };
                let away =
                    |variant: usize| settled.iter().any(|s| s.variant == variant && s.declined.is_some());
                let net = |variant: usize| {
                    let series = Arm::new(valued, variant, delivery).series(gain);
                    if away(variant) { series.map(|_| 0.0) } else { series }
                };
                Ok(variants.map(net).collect())
            }
            Whose::Party(party) => {
                let settled = settle(&self.scenario, valued)?;
                let present = |variant: usize| {
                    let settled = settled.iter().find(|settled| settled.variant == variant)?;
                    let arm = Arm::new(valued, variant, delivery);
                    let draws = settled.draws;
                    let settlement = Settlement { arm, draws, base: &settled.base, blocks: &settled.blocks };
                    Some(settlement.present(Account::Party(party)))
                };
                Ok(variants.filter_map(present).collect())
            }
        }
    }
}
