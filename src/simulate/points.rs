//! Points at which the formulas of a health model are evaluated: each distinct combination of the variables
//! that they really use, once.

use crate::formula::{Column, Inputs, Lane, Scratch};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Quantity, Scenario, Variables};

/// A list of points, as columns by variable.
#[derive(Clone, Debug, Default)]
pub struct Points {
    columns: Vec<Vec<f64>>,
    /// Columns with a value per lane, by variable; they go before those in `columns`.
    lanes: Vec<(usize, Vec<Lane>)>,
    len: usize,
}

/// A quantity at every point: one value where it uses no variables.
#[derive(Clone, Debug, Default)]
pub struct Values {
    data: Vec<Lane>,
    each: bool,
}

impl Values {
    /// The value at a point.
    #[inline]
    pub fn at(&self, point: usize) -> Lane {
        if self.each { self.data[point] } else { self.data[0] }
    }
    /// Whether the value differs by point.
    pub fn varies(&self) -> bool {
        self.each
    }
    /// The only value of a quantity that uses no variables.
    pub fn single(&self) -> Option<Lane> {
        if self.each { None } else { self.data.first().copied() }
    }
    /// All distinct values held: one, or one a point.
    pub fn held(&self) -> &[Lane] {
        &self.data
    }
}

impl Points {
    /// Points from rows, each with a value for every variable.
    pub fn from_rows(variables: usize, rows: &[Vec<f64>]) -> Self {
        let columns = (0..variables).map(|v| rows.iter().map(|row| row[v]).collect()).collect();
        Self { columns, lanes: Vec::new(), len: rows.len() }
    }
    /// Gives a variable a value per point and lane, see [`Variables::is_lane`]. Lanes are draws, or persons where
    /// parameters are the same in all lanes.
    pub fn set_lanes(&mut self, variable: usize, values: Vec<Lane>) {
        debug_assert_eq!(values.len(), self.len);
        match self.lanes.iter_mut().find(|(known, _)| *known == variable) {
            Some((_, known)) => *known = values,
            None => self.lanes.push((variable, values)),
        }
    }
    /// The values of a variable that were given by [`Points::set_lanes`], to be changed in place.
    pub fn lanes_mut(&mut self, variable: usize) -> Option<&mut [Lane]> {
        self.lanes.iter_mut().find(|(known, _)| *known == variable).map(|(_, values)| &mut values[..])
    }
    /// Some of the points, by position; a point may come more than once.
    pub(super) fn pick(&self, positions: &[u32]) -> Self {
        let of = |column: &Vec<f64>| positions.iter().map(|&position| column[position as usize]).collect();
        let of_lanes =
            |column: &Vec<Lane>| positions.iter().map(|&position| column[position as usize]).collect();
        Self {
            columns: self.columns.iter().map(of).collect(),
            lanes: self.lanes.iter().map(|(variable, column)| (*variable, of_lanes(column))).collect(),
            len: positions.len(),
        }
    }
    /// Gives a variable another value at each point.
    pub(super) fn set_column(&mut self, variable: usize, values: Vec<f64>) {
        debug_assert_eq!(values.len(), self.len);
        self.columns[variable] = values;
    }
    /// One point at a moment of the calendar, with nobody in particular: for plans that change over the years.
    pub fn calendar(scenario: &Scenario, boundary: usize) -> Self {
        let time = scenario.time;
        let mut row = vec![f64::NAN; scenario.variables.count()];
        row[Variables::YEAR] = f64::from(time.start) + time.year_of(boundary) as f64;
        row[Variables::TIME] = boundary as f64 * time.cycle_length();
        Self::from_rows(scenario.variables.count(), &[row])
    }
    /// The value of a quantity at the only point.
    ///
    /// # Errors
    /// As [`Points::evaluate`].
    pub fn only(
        &self,
        quantity: &Quantity,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<Lane, QuantityError> {
        let mut values = Values::default();
        self.evaluate(quantity, environment, None, scratch, &mut values)?;
        Ok(values.at(0))
    }
    /// Number of points.
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// The value of a variable at a point.
    pub fn value(&self, variable: usize, point: usize) -> f64 {
        self.columns[variable][point]
    }

    /// Evaluates a quantity at all points; `state` is the code of the state where the formula may use it.
    ///
    /// # Errors
    /// A missing table row, or a value that is not finite, with the place of the quantity.
    pub fn evaluate(
        &self,
        quantity: &Quantity,
        environment: &Environment,
        state: Option<f64>,
        scratch: &mut Scratch,
        values: &mut Values,
    ) -> Result<(), QuantityError> {
        if quantity.program.variables().is_empty() {
            values.each = false;
            values.data.resize(1, Lane::ZERO);
            return environment.quantity_into(quantity, scratch, &mut values.data);
        }
        let states = match state {
            Some(code) if quantity.program.variables().contains(&Variables::STATE) => vec![code; self.len],
            _ => Vec::new(),
        };
        let mut columns: Vec<Column<'_>> = self
            .columns
            .iter()
            .enumerate()
            .map(|(v, column)| {
                if v == Variables::STATE && !states.is_empty() {
                    Column::from(&states)
                } else {
                    Column::from(column)
                }
            })
            .collect();
        for (variable, lanes) in &self.lanes {
            columns[*variable] = Column::Lanes(lanes);
        }
        values.each = true;
        values.data.resize(self.len, Lane::ZERO);
        let inputs = Inputs {
            parameters: &environment.parameters,
            variables: &columns,
            points: self.len,
            tables: &environment.tables,
        };
        quantity
            .program
            .evaluate(&inputs, scratch, &mut values.data)
            .map_err(|error| QuantityError::evaluation(quantity, &error))?;
        if values.data.iter().all(Lane::all_finite) {
            Ok(())
        } else {
            Err(QuantityError::new(
                quantity,
                "the formula gives no finite number for some people in some draw",
            ))
        }
    }
}

/// Fails unless every value lies between `low` and `high`.
///
/// # Errors
/// The first value outside, with the place of the quantity.
pub fn within(quantity: &Quantity, values: &Values, low: f64, high: f64) -> Result<(), QuantityError> {
    for lane in values.held() {
        if lane.any(|value| (value < low) | (value > high)) {
            let value = lane.0.iter().find(|&&value| value < low || value > high).unwrap_or(&f64::NAN);
            let range = if high.is_finite() {
                format!("between {low} and {high}")
            } else {
                format!("at least {low}")
            };
            return Err(QuantityError::new(
                quantity,
                format!("is {value} in some draw, but must be {range}"),
            ));
        }
    }
    Ok(())
}

impl Values {
    /// Makes it one value for all points.
    pub fn set_single(&mut self, value: Lane) {
        self.each = false;
        self.data.clear();
        self.data.push(value);
    }
    /// Replaces every value held by a function of it.
    pub fn map(&mut self, function: impl Fn(Lane) -> Lane) {
        for value in &mut self.data {
            *value = function(*value);
        }
    }
}

#[cfg(test)]
impl Values {
    /// A value for each point.
    pub fn from_each(data: Vec<Lane>) -> Self {
        Self { data, each: true }
    }
}
