//! What lifestyle programmes are paid, do and cost by the library, at the stated values.

use crate::people::read;
use ounce::scenario::checked::Scenario;
use ounce::settle::settle;
use ounce::value::flows::{Flows, Valued};
use ounce::value::{Extent, value};

/// A strategy against its comparator.
pub struct Programme {
    scenario: Scenario,
    valued: Valued,
}

impl Programme {
    /// The lifestyle intervention, in prices of a year, with some numbers replaced.
    pub fn lifestyle(set: &[(&str, &str)]) -> Self {
        Self::run("scenarios/gli.toml", set)
    }

    /// Reversal of diabetes as in DiRECT, one year of enrolment, followed for 40 years at 3.5% for all as in Britain; with
    /// some kilograms lost.
    pub fn direct(kilograms: &str) -> Self {
        let set = [
            ("remission_after_1_year", "0.46"),
            ("reversal_weight_loss", kilograms),
            ("programmes.reversal.enrol.years", "2026"),
            ("programmes.reversal.enrol.at", "start-of-year"),
            ("discount_rate_costs", "0.035"),
            ("discount_rate_effects", "0.035"),
            ("time.years", "40"),
        ];
        Self::run("scenarios/diabetes_reversal.toml", &set)
    }

    fn run(file: &str, set: &[(&str, &str)]) -> Self {
        let mut scenario = read(file, set);
        scenario.variants.truncate(1);
        scenario.goals.clear();
        let valued = value(&scenario, Extent::BaseCase, &|| ()).expect("a base case");
        Self { scenario, valued }
    }

    fn flows(&self) -> &Flows {
        &self.valued.variants[0].base[0]
    }

    /// Persons who reach a step.
    pub fn reached(&self, step: &str) -> f64 {
        let steps = &self.scenario.programmes[0].steps;
        let position = steps.iter().position(|s| s.id == step).expect("a step");
        let row = self.valued.shape.steps.iter().position(|&s| s == (0, position)).expect("a row");
        self.flows().reached.total(row)[0]
    }

    /// All that the provider is paid under the first arrangement: what it is left with, and what it spent.
    pub fn paid(&self) -> f64 {
        let settled = settle(&self.scenario, &self.valued).expect("books").remove(0);
        let provider =
            self.scenario.parties.list.iter().position(|p| p.id == "provider").expect("a provider");
        let net: f64 = settled.base.net(provider).iter().map(|net| net[0]).sum();
        let costs = &self.flows().programme_costs;
        net + (0..costs.rows()).map(|row| costs.total(row)[0]).sum::<f64>()
    }

    /// All costs over the comparator, on some budgets (`None`: on all) with the programme's own, present value.
    pub fn cost(&self, budget: Option<&str>) -> f64 {
        let flows = self.flows();
        let on = |line: usize| {
            let id = &self.scenario.budgets[self.valued.shape.lines[line].budget].id;
            budget.is_none_or(|budget| budget == id)
        };
        let lines = (0..self.valued.shape.lines.len()).filter(|&line| on(line));
        let care: f64 = lines.map(|line| flows.increment_present[line][0]).sum();
        care + self.programme_cost()
    }

    /// What the programme itself costs, present value.
    pub fn programme_cost(&self) -> f64 {
        self.flows().programme_costs_present.iter().map(|cost| cost[0]).sum()
    }

    /// QALYs over the comparator, present value.
    pub fn qalys(&self) -> f64 {
        self.flows().health_increment_present[Flows::QALYS][0]
    }

    /// A named outcome over the comparator, in a year or over all.
    pub fn outcome(&self, id: &str, year: Option<usize>) -> f64 {
        let row = self.scenario.outcomes.iter().position(|o| o.id == id).expect("an outcome");
        let grid = &self.flows().outcome_increment;
        year.map_or_else(|| grid.total(row), |year| grid.at(row, year))[0]
    }
}
