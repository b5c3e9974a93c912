//! Euros of different years, moved to the price year of the results.
//!
//! An amount of year y becomes an amount of the price year p by the factor index(p) / index(y), where the index is
//! the table of consumer prices up to its last year L and index(L) · (1 + inflation)^(y − L) after it. Years before
//! the table are an error.

use std::collections::BTreeMap;

use crate::formula::TableKey;
use crate::formula::math;
use crate::scenario::checked::Origin;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::tree::Node;

use super::context::{At, Reader};
use super::place::Place;
use super::quantity::constant;

/// What is known about prices, and what waits for it.
#[derive(Default)]
pub(super) struct Prices {
    /// Price year of the results.
    year: i32,
    /// Index by year.
    index: BTreeMap<i32, f64>,
    /// Inflation after the table, in the base case.
    inflation: Option<f64>,
    /// Whether the above is known already.
    known: bool,
    /// Parameters with a price year, read before prices were known.
    parameters: Vec<(usize, Node)>,
    /// Tables of plain amounts with a price year.
    pub(super) tables: Vec<(usize, Node)>,
}

impl Prices {
    /// The factor to euros of the price year, or what is wrong.
    fn factor(&self, year: i32) -> Result<f64, String> {
        if year == self.year {
            return Ok(1.0);
        }
        let (from, to) = (self.level(year)?, self.level(self.year)?);
        Ok(to / from)
    }

    fn level(&self, year: i32) -> Result<f64, String> {
        let (Some((first, _)), Some((last, highest))) =
            (self.index.first_key_value(), self.index.last_key_value())
        else {
            return Err("needs a table of consumer prices: `valuation.cpi`".to_owned());
        };
        if let Some(level) = self.index.get(&year) {
            return Ok(*level);
        }
        if year < *first {
            return Err(format!("the table of consumer prices begins in {first}"));
        }
        match self.inflation {
            Some(inflation) => Ok(highest * math::pow_scalar(1.0 + inflation, f64::from(year - last))),
            None => Err(format!("the table of consumer prices ends in {last}: needs `valuation.inflation`")),
        }
    }
}

impl Reader<'_> {
    /// The factor for an amount that states its price year; an amount read too early is remembered instead.
    pub(super) fn price_factor(&mut self, price_year: Option<&Node>) -> f64 {
        let Some(node) = price_year.filter(|_| self.prices.known) else { return 1.0 };
        let Some(year) = node.as_integer().and_then(|year| i32::try_from(year).ok()) else { return 1.0 };
        match self.prices.factor(year) {
            Ok(factor) => factor,
            Err(problem) => {
                let title =
                    format!("amounts of {year} cannot be moved to the prices of {}", self.prices.year);
                self.error(&node.span, title, problem);
                1.0
            }
        }
    }

    /// An amount says once of which year it is: beside `value`, or in the table that stands there.
    pub(super) fn check_one_price_year(&mut self, at: &At<'_>) {
        let inner = at.node("value").and_then(Node::as_table).and_then(|value| value.get("price_year"));
        if let (Some(_), Some(inner)) = (at.node("price_year"), inner) {
            let span = inner.span.clone();
            let label = "it stands beside `value` as well: leave one of them out";
            self.error(&span, "an amount has one `price_year`", label);
        }
    }

    /// Gives a parameter the factor of its price year, now or when prices are known.
    pub(super) fn index_parameter(&mut self, parameter: usize, price_year: Option<&Node>) {
        let Some(node) = price_year else { return };
        if !self.prices.known {
            self.prices.parameters.push((parameter, node.clone()));
            return;
        }
        let factor = self.price_factor(Some(node));
        let Some(known) = self.scenario.parameters.list.get_mut(parameter) else { return };
        known.index_factor = factor;
        if let Origin::Formula(formula) = &known.origin
            && factor != 1.0
        {
            let program = formula.program.clone();
            self.check_indexed_once(&program, node);
        }
    }

    /// Reads `[valuation]`, then moves what was read before to its price year.
    pub(super) fn read_valuation(&mut self, top: &At<'_>) {
        let Some(at) = top.below("valuation") else { return };
        self.read_index(&at);
        let last = self.prices.index.last_key_value().map(|(year, _)| *year);
        let stated = at.integer("price_year").and_then(|year| i32::try_from(year).ok());
        self.prices.year = stated.or(last).unwrap_or(self.scenario.time.start);
        self.scenario.valuation.price_year = self.prices.year;
        let rate = Place::choice(0);
        let inflation = self.quantity(&at, "inflation", Place::evidence(0));
        self.prices.inflation = inflation.as_ref().and_then(|inflation| self.base_value(inflation));
        self.scenario.valuation.inflation = inflation;
        if let Some(discount) = at.below("discount") {
            let costs = self.required(&discount, "costs", rate);
            let effects = self.required(&discount, "effects", rate);
            let parties = self.quantity(&discount, "parties", rate).unwrap_or_else(|| costs.clone());
            for quantity in [&costs, &effects, &parties] {
                if let Some(name) = self.drawn_in(quantity) {
                    let spot = quantity.span.as_ref().unwrap_or(&discount.span);
                    let title = "a discount rate is a choice and cannot be uncertain";
                    let message = Diagnostic::error(title)
                        .at(spot)
                        .label(format!("depends on `{name}`, which is drawn"))
                        .help("compare discount rates in [variants]");
                    self.say(message);
                }
            }
            let valuation = &mut self.scenario.valuation;
            (valuation.discount_costs, valuation.discount_effects) = (costs, effects);
            valuation.discount_parties = parties;
        } else {
            self.missing(&at, "discount");
        }
        self.read_thresholds(&at);
        self.prices.known = true;
        self.base = None;
        for (parameter, node) in std::mem::take(&mut self.prices.parameters) {
            self.index_parameter(parameter, Some(&node));
        }
        for (table, node) in std::mem::take(&mut self.prices.tables) {
            let factor = self.price_factor(Some(&node));
            self.scale_table(table, factor);
        }
    }

    fn read_thresholds(&mut self, at: &At<'_>) {
        let Some(list) = at.node("willingness_to_pay").and_then(Node::as_list) else {
            self.scenario.valuation.willingness_to_pay = vec![20_000.0, 50_000.0, 80_000.0];
            return;
        };
        let mut thresholds = Vec::new();
        for node in list {
            match super::literal::number(node) {
                Some(threshold) if threshold >= 0.0 => thresholds.push(threshold),
                _ => self.error(&node.span, "no amount per QALY", "expected a number that is not negative"),
            }
        }
        self.scenario.valuation.willingness_to_pay = thresholds;
    }

    /// Reads the table of consumer prices that the scenario names.
    fn read_index(&mut self, at: &At<'_>) {
        let Some(node) = at.node("cpi") else { return };
        let Some(name) = node.as_text() else { return };
        let known: Vec<String> = self.raw_tables.keys().cloned().collect();
        if self.find("table", name, &node.span, known.iter().map(String::as_str)).is_none() {
            return;
        }
        let Some(table) = self.raw_tables.get(name) else { return };
        let shape = &self.shapes[table.index];
        let (Some(numbers), [TableKey::Bands { name: key, lowest, .. }]) =
            (&table.numbers, shape.keys.as_slice())
        else {
            let written = table.span.clone();
            let message = Diagnostic::error(format!("`{name}` is no table of consumer prices"))
                .at(&node.span)
                .label("expected a table of numbers with the year as its only key")
                .also(&written, "the table");
            self.say(message);
            return;
        };
        let index: BTreeMap<i32, f64> =
            lowest.iter().zip(numbers).map(|(year, level)| (*year as i32, *level)).collect();
        if key != "year" || index.values().any(|level| *level <= 0.0) {
            let label = "expected the year as key and positive index figures";
            self.error(&node.span, format!("`{name}` is no table of consumer prices"), label);
            return;
        }
        self.prices.index = index;
    }

    /// Moves a table of plain amounts to the price year.
    fn scale_table(&mut self, table: usize, factor: f64) {
        use crate::formula::TableValues;
        use crate::scenario::checked::TableRows;
        if let Some(table) = self.scenario.tables.get_mut(table)
            && let TableRows::Numbers(TableValues::Numbers(numbers)) = &mut table.rows
        {
            numbers.iter_mut().for_each(|number| *number *= factor);
        }
    }

    /// `unrelated_costs` in `[valuation]`: short for a unit cost of life-years.
    pub(super) fn read_unrelated_costs(&mut self, top: &At<'_>) {
        use crate::scenario::checked::{Localised, Priced, UnitCost};
        let Some(at) = top.below("valuation").and_then(|at| at.below("unrelated_costs")) else { return };
        let value = self.required(&at, "value", Place::evidence(super::place::PERSON).money());
        let Some(budget) = at.text("budget") else { return };
        let ids: Vec<String> = self.scenario.budgets.iter().map(|budget| budget.id.clone()).collect();
        let found = self.find("budget", budget, at.span_of("budget"), ids.iter().map(String::as_str));
        let Some(budget) = found else { return };
        self.scenario.unit_costs.push(UnitCost {
            id: "unrelated_costs".to_owned(),
            name: Localised {
                en: "Costs of other illness".to_owned(),
                nl: "Kosten van andere ziekten".to_owned(),
            },
            on: Priced::LifeYear,
            value,
            budgets: vec![(budget, constant(1.0, at.path_of("budget")))],
            cashable: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices(inflation: Option<f64>) -> Prices {
        let index = BTreeMap::from([(2020, 100.0), (2021, 110.0), (2022, 121.0)]);
        Prices { year: 2022, index, inflation, ..Prices::default() }
    }

    #[test]
    fn an_amount_is_moved_by_the_ratio_of_index_figures() {
        assert_eq!(prices(None).factor(2020), Ok(1.21));
        assert_eq!(prices(None).factor(2022), Ok(1.0));
    }

    #[test]
    fn after_the_table_prices_rise_with_inflation() {
        // A euro of 2024 is worth 1 / 1.02^2 euros of 2022.
        let factor = prices(Some(0.02)).factor(2024).unwrap();
        assert!((factor - 1.0 / 1.0404).abs() < 1e-15, "{factor}");
        assert!(prices(None).factor(2024).unwrap_err().contains("inflation"));
    }

    #[test]
    fn before_the_table_there_is_no_factor() {
        assert!(prices(Some(0.02)).factor(2019).unwrap_err().contains("begins in 2020"));
    }

    #[test]
    fn without_a_table_only_the_price_year_itself_is_known() {
        let prices = Prices { year: 2024, ..Prices::default() };
        assert_eq!(prices.factor(2024), Ok(1.0));
        assert!(prices.factor(2023).is_err());
    }
}
