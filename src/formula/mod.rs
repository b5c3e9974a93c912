//! The small expression language of scenario files.
//!
//! Wherever a scenario wants a number it may also give a formula:
//!
//! ```toml
//! rate = "fall_rate(age) * if(sex == 'female', 1.2, 1)"
//! ```
//!
//! # The language
//!
//! | written | meaning |
//! |---|---|
//! | `12`, `1_000`, `0.5`, `1e-3`, `14%` | numbers; `14%` is 0.14 |
//! | `age`, `price`, `shares.otago` | a variable, parameter or constant of the place |
//! | `mortality(age, sex)` | a value from a table, by its keys |
//! | `-a`, `a + b`, `a - b`, `a * b`, `a / b` | arithmetic |
//! | `a ^ b` | power; groups from the right, and before a minus sign: `-2 ^ 2` is −4 |
//! | `a == b`, `!=`, `<`, `<=`, `>`, `>=` | comparisons: 1 where they hold, 0 where not |
//! | `sex == 'female'`, `ses != "low"` | a categorical variable compared with a text |
//! | `not a`, `a and b`, `a or b` | logic, 1 or 0; any number but 0 counts as true |
//! | `if(c, a, b)` | a where c is true, b elsewhere |
//!
//! Stronger first: `^`, unary minus, `* /`, `+ -`, comparisons, `not`, `and`, `or`. Comparisons do not chain.
//!
//! | function | value |
//! |---|---|
//! | `min(a, b, ...)`, `max(a, b, ...)` | smallest, largest of two or more |
//! | `clamp(x, lo, hi)` | x, but at least lo, and at most hi |
//! | `abs(x)`, `floor(x)`, `sqrt(x)`, `exp(x)`, `ln(x)`, `pow(x, y)` | as in mathematics; `pow` is `^` |
//! | `rate_to_prob(r, years)` | probability of at least one event at a constant rate: 1 − e^(−r · years) |
//! | `prob_to_rate(p, years)` | the constant rate with that probability: −ln(1 − p) / years |
//! | `odds_to_prob(o)`, `prob_to_odds(p)` | o / (1 + o), p / (1 − p) |
//! | `logistic(x)` | 1 / (1 + e^(−x)) |
//!
//! `years` may be left out and is then 1. A value that is not a number (0/0, the logarithm of a negative
//! number) stays so through all arithmetic, `min`, `max` and `clamp`, so that it shows in the result.
//!
//! A formula only asks a table for what it uses: in `if(age >= 65, fall_rate(age), 0)` and in
//! `age >= 65 and fall_rate(age) > 0.3` the table need not have rows below 65.
//!
//! # From text to numbers
//!
//! [`parse`] reads the text. [`compile`] gives the names their meaning in a [`Scope`], reports everything that
//! is wrong at once, and writes a [`Program`]. [`Program::evaluate`] runs it over arrays: at every *point* (a
//! profile, an age, a year, ...; a variable has a value per point) and in the eight draws of a [`Lane`] (a
//! parameter has a value per draw). Parts that do not vary with the point are evaluated once per call, parts
//! that do not vary with the draw once per point.
//!
//! ```
//! use ounce::formula::{self, Column, Inputs, Lane, Scope, Scratch, Symbol, TableKey, TableShape, TableValues};
//!
//! /// A place that knows a parameter, two variables and a table.
//! struct Place(TableShape);
//!
//! impl Scope for Place {
//!     fn symbol(&self, name: &str) -> Option<Symbol> {
//!         match name {
//!             "ratio" => Some(Symbol::Parameter(0)),
//!             "age" => Some(Symbol::Variable { index: 0, categorical: false }),
//!             "sex" => Some(Symbol::Variable { index: 1, categorical: true }),
//!             _ => None,
//!         }
//!     }
//!     fn table(&self, name: &str) -> Option<(usize, &TableShape)> {
//!         (name == self.0.name).then_some((0, &self.0))
//!     }
//!     fn code(&self, _variable: usize, text: &str) -> Option<f64> {
//!         self.known_texts(1).iter().position(|known| known == text).map(|code| code as f64)
//!     }
//!     fn known_names(&self) -> Vec<String> {
//!         ["ratio", "age", "sex", "fall_rate"].map(String::from).to_vec()
//!     }
//!     fn known_texts(&self, _variable: usize) -> Vec<String> {
//!         ["male", "female"].map(String::from).to_vec()
//!     }
//! }
//!
//! let place = Place(TableShape {
//!     name: "fall_rate".into(),
//!     keys: vec![TableKey::Bands { name: "age".into(), lowest: vec![65.0, 75.0], highest: None }],
//! });
//! let text = "fall_rate(age) * if(sex == 'female', ratio, 1)";
//! let program = formula::compile(&formula::parse(text)?, &place).map_err(|mut all| all.remove(0))?;
//!
//! // Three points: a man of 70, a woman of 70, a woman of 80.
//! let (age, sex) = ([70.0, 70.0, 80.0], [0.0, 1.0, 1.0]);
//! let inputs = Inputs {
//!     parameters: &[Lane::splat(1.5)],
//!     variables: &[Column::Numbers(&age), Column::Numbers(&sex)],
//!     points: 3,
//!     tables: &[TableValues::Numbers(vec![0.25, 0.5])],
//! };
//! let mut out = [Lane::ZERO; 3];
//! program.evaluate(&inputs, &mut Scratch::new(), &mut out)?;
//! assert_eq!(out, [0.25, 0.375, 0.75].map(Lane::splat));
//!
//! let mistaken = formula::compile(&formula::parse("2 * ratoi")?, &place).unwrap_err();
//! assert_eq!(mistaken[0].span, 4..9);
//! assert_eq!(mistaken[0].help.as_deref(), Some("did you mean `ratio`?"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod function;
pub mod lane;
mod lower;
pub mod math;
mod operation;
mod parse;
mod program;
mod resolve;
mod scope;
mod table;
#[cfg(test)]
mod testing;
mod token;

use std::ops::Range;

pub(crate) use lane::lane_by_lane;
pub use lane::{LANES, Lane};
pub use parse::{Expression, parse};
pub use program::{Column, EvaluationError, Inputs, Program, Scratch, compile};
pub use scope::{Scope, Symbol};
pub use table::{MissingRow, TableKey, TableShape, TableValues};

/// A fault in a formula, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FormulaError {
    /// The bytes of the formula's text at fault.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl FormulaError {
    fn new(span: Range<usize>, message: impl Into<String>) -> FormulaError {
        FormulaError { span, message: message.into(), help: None }
    }

    fn with_help(self, help: impl Into<String>) -> FormulaError {
        FormulaError { help: Some(help.into()), ..self }
    }
}
