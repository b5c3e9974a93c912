//! Whom a clause's `where` is about: the share of a cell's people for whom it holds, by their recorded class.
//!
//! A clause never splits cohorts: where its condition uses labels that neither the health model nor the
//! programme tells apart, people within a cell were treated alike, so the share of the cell for whom it holds is
//! all that is needed. Settlement knows people by their *recorded* risk class: with a chance ε a person is
//! recorded in one of the other classes, each of them equally likely.

use crate::formula::{Lane, Scratch};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Quantity, Scenario, Variables};
use crate::simulate::enrolment::Moment;
use crate::simulate::points::{Points, Values};
use crate::simulate::profiles::{Cells, labels_used};
use std::collections::BTreeMap;

/// The people of every cell as far as one condition tells them apart; the same in every draw.
#[derive(Clone, Debug)]
pub struct Recorded {
    condition: Quantity,
    points: Points,
    /// The same people at the age of entry, for the shares of classes.
    entry: Points,
    cell_of: Vec<usize>,
    /// Share of the cell with the row's population labels.
    fraction: Vec<f64>,
    /// Classes the condition uses.
    classes: Vec<usize>,
    /// By row and class: the true class of the cell, if its cell has one.
    truth: Vec<Vec<Option<f64>>>,
    cells: usize,
}

impl Recorded {
    /// Prepares a condition for a strategy's cells at a moment.
    pub fn new(scenario: &Scenario, condition: &Quantity, cells: &Cells, moment: &Moment) -> Self {
        let used = labels_used(scenario, std::iter::once(condition));
        let classes: Vec<usize> = used.iter().filter_map(|&l| scenario.variables.labels[l].class).collect();
        let mut recorded = Self {
            condition: condition.clone(),
            points: Points::default(),
            entry: Points::default(),
            cell_of: Vec::new(),
            fraction: Vec::new(),
            classes: classes.clone(),
            truth: Vec::new(),
            cells: cells.list.len(),
        };
        let (mut all, mut entries) = (Vec::new(), Vec::new());
        for (index, cell) in cells.list.iter().enumerate() {
            let mut base: Vec<f64> =
                (0..scenario.variables.count()).map(|v| moment.points.value(v, index)).collect();
            let truth: Vec<Option<f64>> = classes
                .iter()
                .map(|&class| {
                    let code = base[scenario.population.classes[class].variable];
                    (!code.is_nan()).then_some(code)
                })
                .collect();
            let persons: f64 = cell.groups.iter().map(|&g| scenario.population.groups[g].persons).sum();
            let mut by_labels: BTreeMap<Vec<u64>, f64> = BTreeMap::new();
            for &group in &cell.groups {
                let group = &scenario.population.groups[group];
                let mut position = 0;
                for (label, description) in scenario.variables.labels.iter().enumerate() {
                    if description.class.is_none() {
                        if used.contains(&label) {
                            base[Variables::label(label)] = group.labels[position];
                        }
                        position += 1;
                    }
                }
                let key = base.iter().map(|v| v.to_bits()).collect();
                *by_labels.entry(key).or_insert(0.0) +=
                    if persons > 0.0 { group.persons / persons } else { 0.0 };
            }
            for (key, fraction) in by_labels {
                let row: Vec<f64> = key.into_iter().map(f64::from_bits).collect();
                let mut rows = vec![row];
                for &class in &classes {
                    let class = &scenario.population.classes[class];
                    rows = rows
                        .iter()
                        .flat_map(|row| {
                            (0..class.values.len()).map(move |code| {
                                let mut row = row.clone();
                                row[class.variable] = code as f64;
                                row
                            })
                        })
                        .collect();
                }
                for row in rows {
                    let mut entry = row.clone();
                    entry[Variables::AGE] = cell.variables[Variables::AGE];
                    entries.push(entry);
                    all.push(row);
                    recorded.cell_of.push(index);
                    recorded.fraction.push(fraction);
                    recorded.truth.push(truth.clone());
                }
            }
        }
        recorded.points = Points::from_rows(scenario.variables.count(), &all);
        recorded.entry = Points::from_rows(scenario.variables.count(), &entries);
        recorded
    }

    /// Share of each cell for whom the condition holds.
    ///
    /// # Errors
    /// A condition or class share that cannot be evaluated.
    pub fn shares(
        &self,
        scenario: &Scenario,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<Vec<Lane>, QuantityError> {
        let mut holds = Values::default();
        self.points.evaluate(&self.condition, environment, None, scratch, &mut holds)?;
        let mut weight: Vec<Lane> = self.fraction.iter().map(|&f| Lane::splat(f)).collect();
        for (position, &class) in self.classes.iter().enumerate() {
            let class = &scenario.population.classes[class];
            let wrong = environment.quantity(&class.misclassified)?;
            if wrong.any(|e| !(0.0..=1.0).contains(&e)) {
                return Err(QuantityError::new(&class.misclassified, "a chance must lie between 0 and 1"));
            }
            let others = (class.values.len() - 1).max(1) as f64;
            for (code, value) in class.values.iter().enumerate() {
                let mut share = Values::default();
                self.entry.evaluate(&value.share, environment, None, scratch, &mut share)?;
                for (row, weight) in weight.iter_mut().enumerate() {
                    if self.points.value(class.variable, row) != code as f64 {
                        continue;
                    }
                    let truly = match self.truth[row][position] {
                        Some(truth) => Lane::splat(if truth == code as f64 { 1.0 } else { 0.0 }),
                        None => share.at(row),
                    };
                    *weight *= truly * (Lane::ONE - wrong) + (Lane::ONE - truly) * wrong / others;
                }
            }
        }
        let mut shares = vec![Lane::ZERO; self.cells];
        for (row, &cell) in self.cell_of.iter().enumerate() {
            let yes = holds.at(row);
            shares[cell] += Lane::from_fn(|lane| if yes[lane] != 0.0 { weight[row][lane] } else { 0.0 });
        }
        Ok(shares)
    }
}
