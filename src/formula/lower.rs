//! From a checked formula to a list of instructions on registers.
//!
//! Every part of a formula has a *level*: what its value varies with. A part that only varies with the draw is
//! evaluated once per call, a part that only varies with the point once per point, and only what varies with
//! both is evaluated for every point and draw.

use super::operation::{Binary, Unary};
use super::resolve::Tree;
use super::table::TableShape;

/// Where an instruction reads a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Operand {
    Constant(f64),
    /// An input: the parameter of this index.
    Parameter(usize),
    /// An input: the variable of this index, a number per point.
    Variable(usize),
    /// An input: the variable of this index, a lane per point.
    LaneVariable(usize),
    Register(Register),
}

/// Where an instruction writes its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Register {
    /// One lane per call.
    Once(usize),
    /// A number per point.
    Points(usize),
    /// A lane per point.
    Lanes(usize),
    /// The result of the formula, a lane per point. Never read.
    Out,
}

/// What a value varies with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Constant,
    Draws,
    Points,
    Both,
}

impl Level {
    fn with(self, other: Level) -> Level {
        match (self, other) {
            (Level::Constant, level) | (level, Level::Constant) => level,
            (one, two) if one == two => one,
            _ => Level::Both,
        }
    }
}

/// One step of a program.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Instruction {
    pub(super) action: Action,
    pub(super) to: Register,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Action {
    Unary(Unary, Operand),
    Binary(Binary, Operand, Operand),
    Select {
        condition: Operand,
        yes: Operand,
        no: Operand,
    },
    /// A row of the table at this position of [`Lowered::tables`]. Where a guard is given and does not hold,
    /// the value will not be used, and a missing row is no error.
    Lookup {
        table: usize,
        keys: Vec<Operand>,
        guard: Option<Operand>,
    },
}

/// The instructions of a formula.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Lowered {
    /// Run once per call.
    pub(super) once: Vec<Instruction>,
    /// Run for each block of points.
    pub(super) each: Vec<Instruction>,
    /// Where the value is found. None: the last instruction writes it to [`Register::Out`].
    pub(super) result: Option<Operand>,
    pub(super) once_registers: usize,
    pub(super) point_registers: usize,
    pub(super) lane_registers: usize,
    /// Indices of what is used, ascending and without repetition.
    pub(super) parameters: Vec<usize>,
    pub(super) variables: Vec<usize>,
    /// Those of `variables` that may differ by draw.
    pub(super) lane_variables: Vec<usize>,
    pub(super) tables: Vec<usize>,
    /// The shape of each of `tables`.
    pub(super) shapes: Vec<TableShape>,
}

/// Writes the instructions of a formula.
pub(super) fn lower(tree: &Tree) -> Lowered {
    let mut lowering = Lowering::default();
    lowering.collect(tree);
    let result = lowering.value(tree, None);
    let mut program = lowering.program;
    program.result = Some(result);
    if let Some(last) = program.each.last_mut()
        && let Register::Lanes(_) = last.to
        && result == Operand::Register(last.to)
    {
        last.to = Register::Out;
        program.result = None;
    }
    program
}

#[derive(Default)]
struct Lowering {
    program: Lowered,
    /// Registers whose value has been used, ready to be written again.
    free_points: Vec<usize>,
    free_lanes: Vec<usize>,
}

impl Lowering {
    /// Notes which inputs the formula uses.
    fn collect(&mut self, tree: &Tree) {
        fn insert(sorted: &mut Vec<usize>, index: usize) -> Option<usize> {
            let place = sorted.binary_search(&index).err()?;
            sorted.insert(place, index);
            Some(place)
        }
        match tree {
            Tree::Constant(_) => {}
            Tree::Parameter(index) => {
                insert(&mut self.program.parameters, *index);
            }
            Tree::Variable(index) => {
                insert(&mut self.program.variables, *index);
            }
            Tree::LaneVariable(index) => {
                insert(&mut self.program.variables, *index);
                insert(&mut self.program.lane_variables, *index);
            }
            Tree::Unary(_, operand) => self.collect(operand),
            Tree::Binary(_, left, right) => {
                self.collect(left);
                self.collect(right);
            }
            Tree::If(parts) => parts.iter().for_each(|part| self.collect(part)),
            Tree::Lookup { table, shape, keys } => {
                if let Some(place) = insert(&mut self.program.tables, *table) {
                    self.program.shapes.insert(place, shape.clone());
                }
                keys.iter().for_each(|key| self.collect(key));
            }
        }
    }

    /// Instructions for one part. `guard` holds where its value will be used; None: everywhere.
    fn value(&mut self, tree: &Tree, guard: Option<Operand>) -> Operand {
        match tree {
            Tree::Constant(value) => Operand::Constant(*value),
            Tree::Parameter(index) => Operand::Parameter(*index),
            Tree::Variable(index) => Operand::Variable(*index),
            Tree::LaneVariable(index) => Operand::LaneVariable(*index),
            Tree::Unary(operation, operand) => {
                let operand = self.value(operand, guard);
                let result = self.emit(Action::Unary(*operation, operand));
                self.release(operand);
                result
            }
            Tree::Binary(operation, left, right) => {
                let left = self.value(left, guard);
                let right = match operation {
                    Binary::And => self.branch(right, guard, left, true),
                    Binary::Or => self.branch(right, guard, left, false),
                    _ => self.value(right, guard),
                };
                let result = self.emit(Action::Binary(*operation, left, right));
                self.release(left);
                self.release(right);
                result
            }
            Tree::If(parts) => {
                let [condition, yes, no] = parts.as_ref();
                let condition = self.value(condition, guard);
                let yes = self.branch(yes, guard, condition, true);
                let no = self.branch(no, guard, condition, false);
                let result = self.emit(Action::Select { condition, yes, no });
                self.release(condition);
                self.release(yes);
                self.release(no);
                result
            }
            Tree::Lookup { table, keys, .. } => {
                let keys: Vec<Operand> = keys.iter().map(|key| self.value(key, guard)).collect();
                // `collect` has noted every table.
                let table = self.program.tables.binary_search(table).unwrap_or_default();
                let result = self.emit(Action::Lookup { table, keys: keys.clone(), guard });
                keys.into_iter().for_each(|key| self.release(key));
                result
            }
        }
    }

    /// Instructions for a part whose value is used only where `condition` holds (or, with `when` false, does
    /// not). All parts are computed everywhere, but a row missing where it is not asked for is no error:
    /// `if(age >= 65, fall_rate(age), 0)` is meant for tables that start at 65.
    fn branch(&mut self, tree: &Tree, outer: Option<Operand>, condition: Operand, when: bool) -> Operand {
        if !tree.looks_up() {
            return self.value(tree, outer);
        }
        let mut made = Vec::new();
        let mut guard = condition;
        if !when {
            guard = self.emit(Action::Unary(Unary::Not, guard));
            made.push(guard);
        }
        if let Some(outer) = outer {
            guard = self.emit(Action::Binary(Binary::And, outer, guard));
            made.push(guard);
        }
        let result = self.value(tree, Some(guard));
        made.into_iter().for_each(|guard| self.release(guard));
        result
    }

    fn level(operand: Operand) -> Level {
        match operand {
            Operand::Constant(_) => Level::Constant,
            Operand::Parameter(_) | Operand::Register(Register::Once(_)) => Level::Draws,
            Operand::Variable(_) | Operand::Register(Register::Points(_)) => Level::Points,
            Operand::LaneVariable(_) | Operand::Register(Register::Lanes(_) | Register::Out) => Level::Both,
        }
    }

    /// Writes an instruction into the list of its level and returns where its value will be.
    fn emit(&mut self, action: Action) -> Operand {
        let level = match &action {
            Action::Unary(_, operand) => Self::level(*operand),
            Action::Binary(_, left, right) => Self::level(*left).with(Self::level(*right)),
            Action::Select { condition, yes, no } => {
                Self::level(*condition).with(Self::level(*yes)).with(Self::level(*no))
            }
            // The values of a table may differ by draw, so a lookup always varies with it. A lookup that is
            // asked for at some points only must not be done before they are known.
            Action::Lookup { keys, guard, .. } => keys
                .iter()
                .chain(guard)
                .fold(Level::Draws, |level, operand| level.with(Self::level(*operand))),
        };
        let to = match level {
            Level::Constant | Level::Draws => {
                // Each has a register of its own: blocks of points read them long after they are written.
                self.program.once_registers += 1;
                Register::Once(self.program.once_registers - 1)
            }
            Level::Points => {
                let total = &mut self.program.point_registers;
                Register::Points(self.free_points.pop().unwrap_or_else(|| {
                    *total += 1;
                    *total - 1
                }))
            }
            Level::Both => {
                let total = &mut self.program.lane_registers;
                Register::Lanes(self.free_lanes.pop().unwrap_or_else(|| {
                    *total += 1;
                    *total - 1
                }))
            }
        };
        let list = match to {
            Register::Once(_) => &mut self.program.once,
            _ => &mut self.program.each,
        };
        list.push(Instruction { action, to });
        Operand::Register(to)
    }

    /// Marks a register as free. Called after the instruction that reads it has been given its own register,
    /// so that no instruction writes what it reads.
    fn release(&mut self, operand: Operand) {
        match operand {
            Operand::Register(Register::Points(register)) => self.free_points.push(register),
            Operand::Register(Register::Lanes(register)) => self.free_lanes.push(register),
            _ => {}
        }
    }
}
