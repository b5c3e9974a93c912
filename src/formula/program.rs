//! A compiled formula and its evaluation over arrays.

use std::cell::RefCell;

use super::FormulaError;
use super::lane::{LANES, Lane};
use super::lower::{Action, Instruction, Lowered, Operand, Register, lower};
use super::operation::{
    Binary, PointSource, Source, binary_lanes, binary_points, holds, select_lanes, select_points,
    unary_lanes, unary_points,
};
use super::parse::Expression;
use super::resolve::resolve;
use super::scope::Scope;
use super::table::{MissingRow, TableKey, TableShape, TableValues};

/// Points evaluated at a time. A register of this many lanes is 4 KiB, so that the few registers of a formula
/// stay in the first-level cache.
const BLOCK: usize = 64;

/// A compiled formula.
///
/// It is a list of instructions on registers, not a tree: each instruction runs over many points before the
/// next one starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    // Boxed: programs stand in many small types.
    code: Box<Lowered>,
}

/// The values a formula is evaluated with.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// Every parameter's value in each draw of the lane, by index.
    pub parameters: &'a [Lane],
    /// Every variable's value at each point, by index. A variable that no evaluated program uses may be empty.
    pub variables: &'a [Column<'a>],
    /// The number of points.
    pub points: usize,
    /// The values of every table, by index.
    pub tables: &'a [TableValues],
}

/// The values of a variable at each point.
#[derive(Clone, Copy, Debug)]
pub enum Column<'a> {
    /// The same in every draw.
    Numbers(&'a [f64]),
    /// A value in each draw, for a variable that the formula's place calls [`super::Symbol::LaneVariable`].
    Lanes(&'a [Lane]),
}

impl Column<'_> {
    /// A variable without values.
    pub const EMPTY: Self = Self::Numbers(&[]);

    /// The number of points.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Lanes(lanes) => lanes.len(),
        }
    }

    /// Whether it has no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a> From<&'a [f64]> for Column<'a> {
    fn from(values: &'a [f64]) -> Self {
        Self::Numbers(values)
    }
}

impl<'a> From<&'a Vec<f64>> for Column<'a> {
    fn from(values: &'a Vec<f64>) -> Self {
        Self::Numbers(values)
    }
}

/// Memory for intermediate results, to be kept between evaluations: once it has grown to what a program
/// needs, evaluating allocates nothing. Its contents have no influence on results.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    once: Vec<Lane>,
    points: Vec<Vec<f64>>,
    lanes: Vec<Vec<Lane>>,
    rows: Vec<usize>,
}

/// Why a program could not be evaluated.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EvaluationError {
    /// A table has no row for a value the formula asks for.
    #[error("the table `{table}` has no row for {key} = {value}")]
    MissingRow {
        /// The table's name.
        table: String,
        /// The name of the key without such a row.
        key: String,
        /// The value asked for.
        value: f64,
    },
    /// A parameter the program uses was not passed.
    #[error("parameter {index} is used, {given} parameters are given")]
    MissingParameter {
        /// The parameter's index.
        index: usize,
        /// The number of parameters given.
        given: usize,
    },
    /// A variable the program uses does not have a value for each point.
    #[error("variable {index} has {given} values for {points} points")]
    VariableLength {
        /// The variable's index.
        index: usize,
        /// Its number of values; 0 where it was not passed at all.
        given: usize,
        /// The number of points.
        points: usize,
    },
    /// A variable has a value per draw, and the program was compiled for one that has not.
    #[error("variable {index} differs by draw where the formula expects one value")]
    VariableByDraw {
        /// The variable's index.
        index: usize,
    },
    /// A table the program uses does not have a value for each of its rows.
    #[error("the table `{table}` has {given} values for {rows} rows")]
    TableLength {
        /// The table's name.
        table: String,
        /// The number of values; 0 where they were not passed at all.
        given: usize,
        /// The number of rows of its shape.
        rows: usize,
    },
    /// The array for the results does not have a lane for each point.
    #[error("there is room for {given} results at {points} points")]
    ResultLength {
        /// The length of the array.
        given: usize,
        /// The number of points.
        points: usize,
    },
    /// A formula that uses variables was evaluated without points.
    #[error("the formula uses variable {index} where there are no points")]
    UsesVariable {
        /// The index of the first variable it uses.
        index: usize,
    },
}

impl From<MissingRow> for EvaluationError {
    fn from(MissingRow { table, key, value }: MissingRow) -> EvaluationError {
        EvaluationError::MissingRow { table, key, value }
    }
}

/// Checks a formula where it stands and compiles it.
///
/// # Errors
/// All faults in the meaning of the formula at once: unknown names, functions called with a wrong number of
/// arguments, texts and categorical variables where numbers belong.
pub fn compile(expression: &Expression, scope: &dyn Scope) -> Result<Program, Vec<FormulaError>> {
    let tree = resolve(&expression.root, scope)?;
    Ok(Program { code: Box::new(lower(&tree)) })
}

impl Scratch {
    /// Memory that grows with use.
    pub fn new() -> Scratch {
        Scratch::default()
    }

    fn prepare(&mut self, code: &Lowered) {
        fn grow<T: Clone>(registers: &mut Vec<Vec<T>>, count: usize, value: T) {
            while registers.len() < count {
                registers.push(vec![value.clone(); BLOCK]);
            }
        }
        if self.once.len() < code.once_registers {
            self.once.resize(code.once_registers, Lane::ZERO);
        }
        grow(&mut self.points, code.point_registers, 0.0);
        grow(&mut self.lanes, code.lane_registers, Lane::ZERO);
        if !code.tables.is_empty() && self.rows.is_empty() {
            self.rows.resize(BLOCK * LANES, 0);
        }
    }
}

impl Program {
    /// What the program can tell of a variable's value: two values with the same signature give the same result
    /// whatever else it is evaluated with. A variable that is only looked up in bands (ages in a table by age
    /// group) has the position of its band; one that is used otherwise, the value itself.
    pub fn signature(&self, variable: usize, value: f64) -> Vec<u64> {
        if self.code.lane_variables.contains(&variable) {
            return vec![value.to_bits()];
        }
        let wanted = Operand::Variable(variable);
        let mut signature = Vec::new();
        let mut used = |operands: &[Operand]| {
            if operands.contains(&wanted) {
                signature.push(value.to_bits());
            }
        };
        let mut bands = Vec::new();
        for instruction in self.code.once.iter().chain(&self.code.each) {
            match &instruction.action {
                Action::Unary(_, operand) => used(&[*operand]),
                Action::Binary(_, left, right) => used(&[*left, *right]),
                Action::Select { condition, yes, no } => used(&[*condition, *yes, *no]),
                Action::Lookup { table, keys, guard } => {
                    used(guard.as_slice());
                    for (operand, key) in keys.iter().zip(&self.code.shapes[*table].keys) {
                        match key {
                            TableKey::Bands { lowest, highest, .. }
                                if *operand == wanted
                                    && lowest.first().is_some_and(|&first| value >= first)
                                    && highest.is_none_or(|highest| value < highest) =>
                            {
                                bands.push(lowest.partition_point(|&from| from <= value) as u64);
                            }
                            _ => used(&[*operand]),
                        }
                    }
                }
            }
        }
        used(self.code.result.as_slice());
        signature.extend(bands);
        signature
    }

    /// The indices of the parameters the formula uses, ascending.
    pub fn parameters(&self) -> &[usize] {
        &self.code.parameters
    }

    /// The indices of the variables the formula uses, ascending.
    pub fn variables(&self) -> &[usize] {
        &self.code.variables
    }

    /// The indices of the tables the formula uses, ascending.
    pub fn tables(&self) -> &[usize] {
        &self.code.tables
    }

    /// The formula's value where it is the same whatever parameters, variables and tables are.
    pub fn constant(&self) -> Option<f64> {
        match self.code.result {
            Some(Operand::Constant(value)) => Some(value),
            _ => None,
        }
    }

    /// The program whose value is so many times that of this one, whatever it is evaluated with.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        let mut code = self.code.clone();
        let product = |of: Operand| Action::Binary(Binary::Multiply, of, Operand::Constant(factor));
        match code.result {
            Some(Operand::Constant(value)) => code.result = Some(Operand::Constant(value * factor)),
            Some(operand @ (Operand::Parameter(_) | Operand::Register(Register::Once(_)))) => {
                let to = Register::Once(code.once_registers);
                code.once_registers += 1;
                code.once.push(Instruction { action: product(operand), to });
                code.result = Some(Operand::Register(to));
            }
            Some(operand) => {
                code.each.push(Instruction { action: product(operand), to: Register::Out });
                code.result = None;
            }
            None => {
                let before = Register::Lanes(code.lane_registers);
                code.lane_registers += 1;
                if let Some(last) = code.each.last_mut() {
                    last.to = before;
                }
                let action = product(Operand::Register(before));
                code.each.push(Instruction { action, to: Register::Out });
            }
        }
        Self { code }
    }

    /// Evaluates the formula at every point in every draw of the lane, into `out`.
    ///
    /// # Errors
    /// [`EvaluationError::MissingRow`] where the formula asks a table for a row it does not have, in any draw;
    /// the other kinds where inputs are missing or of the wrong length. `out` is then partly written.
    pub fn evaluate(
        &self,
        inputs: &Inputs,
        scratch: &mut Scratch,
        out: &mut [Lane],
    ) -> Result<(), EvaluationError> {
        self.check(inputs, out.len())?;
        scratch.prepare(&self.code);
        let mut first = 0;
        let mut blocks = out.chunks_mut(BLOCK).peekable();
        if blocks.peek().is_none() {
            return Ok(());
        }
        self.run_once(inputs, scratch)?;
        for block in blocks {
            let frame = Frame { code: &self.code, inputs, first, count: block.len() };
            for instruction in &self.code.each {
                frame.run(instruction, scratch, block)?;
            }
            if let Some(result) = self.code.result {
                let registers =
                    Registers { once: &scratch.once, points: &scratch.points, lanes: &scratch.lanes };
                let source = frame.source(result, &registers);
                for (point, out) in block.iter_mut().enumerate() {
                    *out = source.at(point);
                }
            }
            first += block.len();
        }
        Ok(())
    }

    /// Evaluates a formula that uses no variables.
    ///
    /// # Errors
    /// As [`Program::evaluate`]; [`EvaluationError::UsesVariable`] where the formula uses a variable.
    pub fn evaluate_once(
        &self,
        parameters: &[Lane],
        tables: &[TableValues],
    ) -> Result<Lane, EvaluationError> {
        if let Some(&index) = self.code.variables.first() {
            return Err(EvaluationError::UsesVariable { index });
        }
        if let Some(value) = self.constant() {
            return Ok(Lane::splat(value));
        }
        let inputs = Inputs { parameters, variables: &[], points: 1, tables };
        let mut out = [Lane::ZERO];
        // Called for every quantity in every block: the room is kept with the thread.
        thread_local!(static ROOM: RefCell<Scratch> = RefCell::new(Scratch::new()));
        ROOM.with(|room| match room.try_borrow_mut() {
            Ok(mut room) => self.evaluate(&inputs, &mut room, &mut out),
            Err(_) => self.evaluate(&inputs, &mut Scratch::new(), &mut out),
        })?;
        Ok(out[0])
    }

    /// Checks everything that reading inputs relies on.
    fn check(&self, inputs: &Inputs, room: usize) -> Result<(), EvaluationError> {
        let points = inputs.points;
        if room != points {
            return Err(EvaluationError::ResultLength { given: room, points });
        }
        if let Some(&index) = self.code.parameters.last()
            && index >= inputs.parameters.len()
        {
            return Err(EvaluationError::MissingParameter { index, given: inputs.parameters.len() });
        }
        for &index in &self.code.variables {
            let given = inputs.variables.get(index).map_or(0, Column::len);
            if given != points {
                return Err(EvaluationError::VariableLength { index, given, points });
            }
            if let Column::Lanes(_) = inputs.variables[index]
                && !self.code.lane_variables.contains(&index)
            {
                return Err(EvaluationError::VariableByDraw { index });
            }
        }
        for (&index, shape) in self.code.tables.iter().zip(&self.code.shapes) {
            let given = inputs.tables.get(index).map_or(0, TableValues::len);
            if given != shape.len() {
                return Err(EvaluationError::TableLength {
                    table: shape.name.clone(),
                    given,
                    rows: shape.len(),
                });
            }
        }
        Ok(())
    }

    fn run_once(&self, inputs: &Inputs, scratch: &mut Scratch) -> Result<(), EvaluationError> {
        let frame = Frame { code: &self.code, inputs, first: 0, count: 1 };
        self.code.once.iter().try_for_each(|instruction| frame.run(instruction, scratch, &mut []))
    }
}

/// What an instruction may read.
struct Registers<'a> {
    once: &'a [Lane],
    points: &'a [Vec<f64>],
    lanes: &'a [Vec<Lane>],
}

/// The block of points an instruction runs over.
struct Frame<'a> {
    code: &'a Lowered,
    inputs: &'a Inputs<'a>,
    first: usize,
    count: usize,
}

impl Frame<'_> {
    fn run(
        &self,
        instruction: &Instruction,
        scratch: &mut Scratch,
        out: &mut [Lane],
    ) -> Result<(), EvaluationError> {
        let Scratch { once, points, lanes, rows } = scratch;
        match instruction.to {
            Register::Out => {
                self.write_lanes(&instruction.action, &Registers { once, points, lanes }, rows, out)
            }
            Register::Once(register) => {
                // Registers of this kind are numbered in the order in which they are written, so that what an
                // instruction reads stands before what it writes.
                let (once, to) = once.split_at_mut(register);
                let registers = Registers { once, points, lanes };
                self.write_lanes(&instruction.action, &registers, rows, &mut to[..1])
            }
            // A register of points is taken out of the scratch while it is written, and put back also after an
            // error: the scratch may be used again.
            Register::Lanes(register) => {
                let mut to = std::mem::take(&mut lanes[register]);
                let registers = Registers { once, points, lanes };
                let result = self.write_lanes(&instruction.action, &registers, rows, &mut to[..self.count]);
                lanes[register] = to;
                result
            }
            Register::Points(register) => {
                let mut to = std::mem::take(&mut points[register]);
                let registers = Registers { once, points, lanes };
                self.write_points(&instruction.action, &registers, &mut to[..self.count]);
                points[register] = to;
                Ok(())
            }
        }
    }

    fn write_lanes(
        &self,
        action: &Action,
        registers: &Registers<'_>,
        rows: &mut [usize],
        to: &mut [Lane],
    ) -> Result<(), EvaluationError> {
        let source = |operand: Operand| self.source(operand, registers);
        match action {
            Action::Unary(operation, operand) => unary_lanes(*operation, source(*operand), to),
            Action::Binary(operation, left, right) => {
                binary_lanes(*operation, source(*left), source(*right), to);
            }
            Action::Select { condition, yes, no } => {
                select_lanes(source(*condition), source(*yes), source(*no), to);
            }
            Action::Lookup { table, keys, guard } => {
                return self.look_up(*table, keys, *guard, registers, rows, to);
            }
        }
        Ok(())
    }

    fn write_points(&self, action: &Action, registers: &Registers<'_>, to: &mut [f64]) {
        match action {
            Action::Unary(operation, operand) => {
                unary_points(*operation, self.point_source(*operand, registers), to);
            }
            Action::Binary(operation, left, right) => binary_points(
                *operation,
                self.point_source(*left, registers),
                self.point_source(*right, registers),
                to,
            ),
            Action::Select { condition, yes, no } => select_points(
                self.point_source(*condition, registers),
                self.point_source(*yes, registers),
                self.point_source(*no, registers),
                to,
            ),
            Action::Lookup { .. } => unreachable!("a lookup varies with the draw and is written to lanes"),
        }
    }

    fn variable(&self, index: usize) -> Source<'_> {
        let block = self.first..self.first + self.count;
        match self.inputs.variables[index] {
            Column::Numbers(values) => Source::Points(&values[block]),
            Column::Lanes(lanes) => Source::Lanes(&lanes[block]),
        }
    }

    #[inline]
    fn source<'s>(&'s self, operand: Operand, registers: &Registers<'s>) -> Source<'s> {
        match operand {
            Operand::Constant(value) => Source::Number(value),
            Operand::Parameter(index) => Source::Same(&self.inputs.parameters[index]),
            Operand::Variable(index) | Operand::LaneVariable(index) => self.variable(index),
            Operand::Register(Register::Once(register)) => Source::Same(&registers.once[register]),
            Operand::Register(Register::Points(register)) => {
                Source::Points(&registers.points[register][..self.count])
            }
            Operand::Register(Register::Lanes(register)) => {
                Source::Lanes(&registers.lanes[register][..self.count])
            }
            Operand::Register(Register::Out) => unreachable!("the result is never read by an instruction"),
        }
    }

    fn point_source<'s>(&'s self, operand: Operand, registers: &Registers<'s>) -> PointSource<'s> {
        match self.source(operand, registers) {
            Source::Number(value) => PointSource::Same(value),
            Source::Points(values) => PointSource::Points(values),
            Source::Same(_) | Source::Lanes(_) => {
                unreachable!("what varies with the draw is written to lanes")
            }
        }
    }

    /// Finds the rows key by key, then reads the values.
    fn look_up(
        &self,
        table: usize,
        keys: &[Operand],
        guard: Option<Operand>,
        registers: &Registers<'_>,
        rows: &mut [usize],
        to: &mut [Lane],
    ) -> Result<(), EvaluationError> {
        /// Stands for a row that is missing where it is not asked for.
        const NONE: usize = usize::MAX;

        let shape: &TableShape = &self.code.shapes[table];
        let values = &self.inputs.tables[self.code.tables[table]];
        let guard = guard.map(|guard| self.source(guard, registers));
        let by_draw = keys.iter().any(|key| match self.source(*key, registers) {
            Source::Same(lane) => lane.any(|value| value.to_bits() != lane[0].to_bits()),
            Source::Number(_) | Source::Points(_) => false,
            Source::Lanes(_) => true,
        });
        let width = if by_draw { LANES } else { 1 };
        let used = to.len() * width;
        rows[..used].fill(0);

        let find = |rows: &mut [usize]| -> Result<(), EvaluationError> {
            for (at, (key, operand)) in shape.keys.iter().zip(keys).enumerate() {
                let source = self.source(*operand, registers);
                for (point, rows) in rows.chunks_exact_mut(width).enumerate() {
                    let lane = source.at(point);
                    for (draw, row) in rows.iter_mut().enumerate() {
                        match key.position(lane[draw]) {
                            Some(position) if *row != NONE => *row = *row * key.len() + position,
                            Some(_) => {}
                            None => {
                                let asked = guard.is_none_or(|guard| {
                                    let guard = guard.at(point);
                                    if by_draw { holds(guard[draw]) } else { guard.any(holds) }
                                });
                                if asked {
                                    return Err(shape.missing(at, lane[draw]).into());
                                }
                                *row = NONE;
                            }
                        }
                    }
                }
            }
            Ok(())
        };
        let found = find(&mut rows[..used]);
        if found.is_ok() {
            // A missing row that is not asked for may have any value; not a number would show a mistake.
            for (to, rows) in to.iter_mut().zip(rows.chunks_exact(width)) {
                *to = if by_draw {
                    Lane::from_fn(|draw| values.value(rows[draw], draw).unwrap_or(f64::NAN))
                } else {
                    values.lane(rows[0]).unwrap_or(Lane::splat(f64::NAN))
                };
            }
        }
        found
    }
}

#[cfg(test)]
#[path = "program_tests.rs"]
mod tests;
