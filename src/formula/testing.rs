//! A place for the tests of this module: some names, tables and values, and a second way to evaluate formulas.

use super::lane::LANES;
use super::parse::{Expression, Kind, Node, Operator};
use super::{Column, Inputs, Lane, MissingRow, Scope, Symbol, TableKey, TableShape, TableValues, lane, math};

/// Parameters 0 to 2; `discount` is a constant.
pub(super) const PARAMETERS: [&str; 3] = ["price", "ratio", "shares.otago"];
/// Variables 0 to 3; `sex` is categorical.
pub(super) const VARIABLES: [&str; 4] = ["age", "sex", "since", "unused"];
/// The value of `discount`.
pub(super) const DISCOUNT: f64 = 0.04;
const SEXES: [&str; 2] = ["male", "female"];

/// Names and table shapes.
pub(super) struct Place {
    tables: Vec<TableShape>,
}

impl Place {
    pub(super) fn new() -> Place {
        let age = |lowest: &[f64], highest| TableKey::Bands {
            name: "age".into(),
            lowest: lowest.to_vec(),
            highest,
        };
        let sex = TableKey::Codes { name: "sex".into(), codes: vec![0.0, 1.0] };
        let since = TableKey::Bands { name: "since".into(), lowest: vec![0.0, 1.0], highest: Some(2.0) };
        let shapes = [
            ("fall_rate", vec![age(&[65.0, 75.0, 85.0], None)]),
            ("mortality", vec![age(&[0.0, 50.0, 70.0], None), sex]),
            ("fade", vec![since]),
        ];
        let tables = shapes.into_iter().map(|(name, keys)| TableShape { name: name.into(), keys }).collect();
        Place { tables }
    }
}

impl Scope for Place {
    fn symbol(&self, name: &str) -> Option<Symbol> {
        if name == "discount" {
            return Some(Symbol::Constant(DISCOUNT));
        }
        let parameter = PARAMETERS.iter().position(|known| *known == name).map(Symbol::Parameter);
        parameter.or_else(|| {
            let index = VARIABLES.iter().position(|known| *known == name)?;
            Some(Symbol::Variable { index, categorical: name == "sex" })
        })
    }

    fn table(&self, name: &str) -> Option<(usize, &TableShape)> {
        self.tables.iter().enumerate().find(|(_, shape)| shape.name == name)
    }

    fn code(&self, variable: usize, text: &str) -> Option<f64> {
        let code = SEXES.iter().position(|known| variable == 1 && *known == text)?;
        Some(code as f64)
    }

    fn known_names(&self) -> Vec<String> {
        let tables = self.tables.iter().map(|shape| shape.name.as_str());
        PARAMETERS.into_iter().chain(VARIABLES).chain(["discount"]).chain(tables).map(String::from).collect()
    }

    fn known_texts(&self, variable: usize) -> Vec<String> {
        if variable == 1 { SEXES.map(String::from).to_vec() } else { Vec::new() }
    }
}

/// Values for everything in [`Place`].
#[derive(Clone, Debug)]
pub(super) struct Values {
    pub(super) parameters: Vec<Lane>,
    pub(super) variables: Vec<Vec<f64>>,
    pub(super) points: usize,
    pub(super) tables: Vec<TableValues>,
}

impl Values {
    /// `points` points with ages from 60 to 90, alternating sexes, and `since` from 0 to 3. Parameters differ
    /// by draw and by index. The table `mortality` has lanes, the others numbers.
    pub(super) fn new(points: usize) -> Values {
        let along = |low: f64, high: f64, period: usize| {
            (0..points).map(|point| low + (high - low) * (point % period) as f64 / period as f64).collect()
        };
        let parameters = (0..PARAMETERS.len())
            .map(|index| Lane::from_fn(|draw| 0.25 + index as f64 + draw as f64 / 16.0))
            .collect();
        Values {
            parameters,
            variables: vec![
                along(60.0, 90.0, 31),
                along(0.0, 2.0, 2),
                along(0.0, 3.0, 7),
                along(0.0, 1.0, 5),
            ],
            points,
            tables: vec![
                TableValues::Numbers(vec![0.3, 0.45, 0.7]),
                TableValues::Lanes(
                    (0..6).map(|row| Lane::from_fn(|draw| (row * LANES + draw) as f64 / 100.0)).collect(),
                ),
                TableValues::Numbers(vec![1.0, 0.5]),
            ],
        }
    }

    /// Runs `use_inputs` with these values as inputs.
    pub(super) fn with_inputs<R>(&self, use_inputs: impl FnOnce(&Inputs) -> R) -> R {
        let variables: Vec<Column> = self.variables.iter().map(Column::from).collect();
        use_inputs(&Inputs {
            parameters: &self.parameters,
            variables: &variables,
            points: self.points,
            tables: &self.tables,
        })
    }
}

/// A formula's value at one point in one draw, by recursion over its tree and from left to right, looking only
/// at what is needed.
pub(super) fn plainly(
    expression: &Expression,
    values: &Values,
    point: usize,
    draw: usize,
) -> Result<f64, MissingRow> {
    Plain { place: Place::new(), values, point, draw }.value(&expression.root)
}

struct Plain<'a> {
    place: Place,
    values: &'a Values,
    point: usize,
    draw: usize,
}

impl Plain<'_> {
    fn value(&self, node: &Node) -> Result<f64, MissingRow> {
        let truth = |held: bool| if held { 1.0 } else { 0.0 };
        Ok(match &node.kind {
            Kind::Number(value) => *value,
            // Only ever compared with `sex`.
            Kind::Text(text) => self.place.code(1, text).unwrap(),
            Kind::Name(name) => match self.place.symbol(name).unwrap() {
                Symbol::Constant(value) => value,
                Symbol::Parameter(index) => self.values.parameters[index][self.draw],
                Symbol::Variable { index, .. } | Symbol::LaneVariable(index) => {
                    self.values.variables[index][self.point]
                }
            },
            Kind::Negate(operand) => -self.value(operand)?,
            Kind::Not(operand) => truth(self.value(operand)? == 0.0),
            Kind::Binary { operator, left, right } => {
                let left = self.value(left)?;
                match operator {
                    Operator::And if left == 0.0 => return Ok(0.0),
                    Operator::Or if left != 0.0 => return Ok(1.0),
                    _ => {}
                }
                let right = self.value(right)?;
                match operator {
                    Operator::Or | Operator::And => truth(right != 0.0),
                    Operator::Equal => truth(left == right),
                    Operator::NotEqual => truth(left != right),
                    Operator::Less => truth(left < right),
                    Operator::LessOrEqual => truth(left <= right),
                    Operator::Greater => truth(left > right),
                    Operator::GreaterOrEqual => truth(left >= right),
                    Operator::Add => left + right,
                    Operator::Subtract => left - right,
                    Operator::Multiply => left * right,
                    Operator::Divide => left / right,
                    Operator::Power => libm::pow(left, right),
                }
            }
            Kind::Call { name, arguments, .. } => self.call(name, arguments)?,
        })
    }

    fn call(&self, name: &str, arguments: &[Node]) -> Result<f64, MissingRow> {
        let first = self.value(&arguments[0])?;
        if name == "if" {
            return self.value(&arguments[if first != 0.0 { 1 } else { 2 }]);
        }
        let rest = arguments[1..].iter().map(|node| self.value(node)).collect::<Result<Vec<f64>, _>>()?;
        let years = rest.first().copied().unwrap_or(1.0);
        Ok(match name {
            "min" => rest.into_iter().fold(first, lane::smaller),
            "max" => rest.into_iter().fold(first, lane::larger),
            "exp" => math::exp_scalar(first),
            "ln" => math::ln_scalar(first),
            "sqrt" => first.sqrt(),
            "pow" => libm::pow(first, rest[0]),
            "abs" => first.abs(),
            "clamp" => lane::smaller(lane::larger(first, rest[0]), rest[1]),
            "floor" => first.floor(),
            "rate_to_prob" => -math::expm1_scalar(-(first * years)),
            "prob_to_rate" => -math::ln_1p_scalar(-first) / years,
            "odds_to_prob" => first / (1.0 + first),
            "prob_to_odds" => first / (1.0 - first),
            "logistic" if first < 0.0 => math::exp_scalar(first) / (1.0 + math::exp_scalar(first)),
            "logistic" => 1.0 / (1.0 + math::exp_scalar(-first)),
            table => {
                let (index, shape) = self.place.table(table).unwrap();
                let keys: Vec<f64> = [first].into_iter().chain(rest).collect();
                let row = shape.lookup(&keys)?;
                match &self.values.tables[index] {
                    TableValues::Numbers(values) => values[row],
                    TableValues::Lanes(lanes) => lanes[row][self.draw],
                }
            }
        })
    }
}
