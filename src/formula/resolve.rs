//! Gives names their meaning, checks that they are used accordingly, and computes what is constant.

use std::ops::Range;

use super::FormulaError;
use super::function::Function;
use super::operation::{Binary, Unary, holds};
use super::parse::{Kind, Node, Operator};
use super::scope::{Scope, Symbol, nearest};
use super::table::{TableKey, TableShape};

/// A checked formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Constant(f64),
    Parameter(usize),
    Variable(usize),
    LaneVariable(usize),
    Unary(Unary, Box<Tree>),
    Binary(Binary, Box<Tree>, Box<Tree>),
    If(Box<[Tree; 3]>),
    Lookup { table: usize, shape: TableShape, keys: Vec<Tree> },
}

impl Tree {
    fn unary(operation: Unary, operand: Tree) -> Tree {
        match operand {
            Tree::Constant(value) => Tree::Constant(operation.apply(value)),
            operand => Tree::Unary(operation, Box::new(operand)),
        }
    }

    fn binary(operation: Binary, left: Tree, right: Tree) -> Tree {
        match (operation, &left, &right) {
            (_, Tree::Constant(left), Tree::Constant(right)) => {
                Tree::Constant(operation.apply(*left, *right))
            }
            // The left side decides: the right one is not looked at, as when it is not constant.
            (Binary::And, Tree::Constant(left), _) if !holds(*left) => Tree::Constant(0.0),
            (Binary::Or, Tree::Constant(left), _) if holds(*left) => Tree::Constant(1.0),
            _ => Tree::Binary(operation, Box::new(left), Box::new(right)),
        }
    }

    fn choice(condition: Tree, yes: Tree, no: Tree) -> Tree {
        match condition {
            Tree::Constant(value) => {
                if holds(value) {
                    yes
                } else {
                    no
                }
            }
            condition => Tree::If(Box::new([condition, yes, no])),
        }
    }

    /// Whether a table is looked up anywhere in this part.
    pub(super) fn looks_up(&self) -> bool {
        match self {
            Tree::Constant(_) | Tree::Parameter(_) | Tree::Variable(_) | Tree::LaneVariable(_) => false,
            Tree::Unary(_, operand) => operand.looks_up(),
            Tree::Binary(_, left, right) => left.looks_up() || right.looks_up(),
            Tree::If(parts) => parts.iter().any(Tree::looks_up),
            Tree::Lookup { .. } => true,
        }
    }
}

/// Checks a formula in its scope.
pub(super) fn resolve(root: &Node, scope: &dyn Scope) -> Result<Tree, Vec<FormulaError>> {
    let mut resolver = Resolver { scope, errors: Vec::new() };
    match resolver.number(root) {
        Some(tree) if resolver.errors.is_empty() => Ok(tree),
        _ => Err(resolver.errors),
    }
}

struct Resolver<'a> {
    scope: &'a dyn Scope,
    errors: Vec<FormulaError>,
}

impl Resolver<'_> {
    /// Notes an error. The part it stands in has no meaning, but the search for errors goes on.
    fn refuse<T>(&mut self, error: FormulaError) -> Option<T> {
        self.errors.push(error);
        None
    }

    /// A part that must be a number.
    fn number(&mut self, node: &Node) -> Option<Tree> {
        match &node.kind {
            Kind::Number(value) => Some(Tree::Constant(*value)),
            Kind::Text(text) => self.refuse(
                FormulaError::new(
                    node.span.clone(),
                    format!("the text '{text}' stands where a number belongs"),
                )
                .with_help(
                    "a quoted text can only be compared with a categorical variable: `sex == 'female'`",
                ),
            ),
            Kind::Name(name) => match self.symbol(name, &node.span)? {
                Symbol::Constant(value) => Some(Tree::Constant(value)),
                Symbol::Parameter(index) => Some(Tree::Parameter(index)),
                Symbol::Variable { index, categorical: false } => Some(Tree::Variable(index)),
                Symbol::LaneVariable(index) => Some(Tree::LaneVariable(index)),
                Symbol::Variable { index, categorical: true } => {
                    let example = self.scope.known_texts(index).into_iter().next();
                    let example = example.unwrap_or_else(|| "...".to_owned());
                    let message = format!("`{name}` is categorical and stands where a number belongs");
                    let help = format!(
                        "compare it with a text, `{name} == '{example}'`, or pass it as a table's key"
                    );
                    self.refuse(FormulaError::new(node.span.clone(), message).with_help(help))
                }
            },
            Kind::Negate(operand) => Some(Tree::unary(Unary::Negate, self.number(operand)?)),
            Kind::Not(operand) => Some(Tree::unary(Unary::Not, self.number(operand)?)),
            Kind::Binary { operator, left, right } => self.binary(*operator, left, right),
            Kind::Call { name, name_span, arguments } => match Function::named(name) {
                Some(function) => self.function(function, name, node, arguments),
                None => self.table(name, name_span, node, arguments),
            },
        }
    }

    fn symbol(&mut self, name: &str, span: &Range<usize>) -> Option<Symbol> {
        if let Some(symbol) = self.scope.symbol(name) {
            return Some(symbol);
        }
        let error = if let Some(function) = Function::named(name) {
            FormulaError::new(span.clone(), format!("`{name}` is a function, not a value"))
                .with_help(format!("write `{}`", function.usage()))
        } else if let Some((_, shape)) = self.scope.table(name) {
            FormulaError::new(span.clone(), format!("`{name}` is a table, not a value"))
                .with_help(format!("write `{}`", usage(shape)))
        } else {
            let error = FormulaError::new(span.clone(), format!("unknown name `{name}`"));
            match nearest(name, self.scope.known_names()) {
                Some(known) => error.with_help(format!("did you mean `{known}`?")),
                None => error,
            }
        };
        self.refuse(error)
    }

    fn binary(&mut self, operator: Operator, left: &Node, right: &Node) -> Option<Tree> {
        if let Operator::Equal | Operator::NotEqual = operator {
            match (&left.kind, &right.kind) {
                (Kind::Text(_), Kind::Text(_)) => {}
                (Kind::Text(text), _) => return self.text_comparison(operator, right, text, &left.span),
                (_, Kind::Text(text)) => return self.text_comparison(operator, left, text, &right.span),
                _ => {}
            }
        }
        // Both sides are looked at even if one is wrong: all errors are reported at once.
        let (left, right) = (self.number(left), self.number(right));
        Some(Tree::binary(operation(operator), left?, right?))
    }

    /// A categorical variable compared with a text.
    fn text_comparison(
        &mut self,
        operator: Operator,
        variable: &Node,
        text: &str,
        text_span: &Range<usize>,
    ) -> Option<Tree> {
        let Kind::Name(name) = &variable.kind else {
            self.number(variable);
            let message = format!("the text '{text}' is compared with something that is not a variable");
            return self.refuse(
                FormulaError::new(text_span.clone(), message)
                    .with_help("a quoted text can only be compared with a categorical variable"),
            );
        };
        let Symbol::Variable { index, categorical: true } = self.symbol(name, &variable.span)? else {
            let message = format!("`{name}` is a number and cannot be compared with the text '{text}'");
            return self.refuse(FormulaError::new(text_span.clone(), message));
        };
        let Some(code) = self.scope.code(index, text) else {
            let known = self.scope.known_texts(index);
            let error =
                FormulaError::new(text_span.clone(), format!("`{name}` never has the value '{text}'"));
            let help = match nearest(text, known.iter().cloned()) {
                Some(near) => format!("did you mean '{near}'?"),
                None if known.is_empty() => return self.refuse(error),
                None => format!("its values are '{}'", known.join("', '")),
            };
            return self.refuse(error.with_help(help));
        };
        Some(Tree::binary(operation(operator), Tree::Variable(index), Tree::Constant(code)))
    }

    fn function(&mut self, function: Function, name: &str, node: &Node, arguments: &[Node]) -> Option<Tree> {
        let trees: Vec<Option<Tree>> = arguments.iter().map(|argument| self.number(argument)).collect();
        let (fewest, most) = function.arguments();
        if !(fewest..=most).contains(&arguments.len()) {
            let expected = match (fewest, most) {
                (1, 1) => "1 argument".to_owned(),
                (fewest, usize::MAX) => format!("at least {fewest} arguments"),
                (fewest, most) if fewest == most => format!("{fewest} arguments"),
                (fewest, most) => format!("{fewest} or {most} arguments"),
            };
            let message = format!("`{name}` takes {expected}, not {}", arguments.len());
            return self.refuse(
                FormulaError::new(node.span.clone(), message)
                    .with_help(format!("write `{}`", function.usage())),
            );
        }
        let mut trees = trees.into_iter().collect::<Option<Vec<Tree>>>()?.into_iter();
        // The count has been checked, so that no argument is ever missing below.
        let first = trees.next()?;
        let unary = |operation| Some(Tree::unary(operation, first.clone()));
        match function {
            Function::If => Some(Tree::choice(first, trees.next()?, trees.next()?)),
            Function::Min => Some(trees.fold(first, |a, b| Tree::binary(Binary::Min, a, b))),
            Function::Max => Some(trees.fold(first, |a, b| Tree::binary(Binary::Max, a, b))),
            Function::Pow => Some(Tree::binary(Binary::Power, first, trees.next()?)),
            Function::Clamp => {
                let raised = Tree::binary(Binary::Max, first, trees.next()?);
                Some(Tree::binary(Binary::Min, raised, trees.next()?))
            }
            // One year is left out: multiplying or dividing by 1 changes no bit.
            Function::RateToProb => {
                let hazard = match trees.next() {
                    Some(years) => Tree::binary(Binary::Multiply, first, years),
                    None => first,
                };
                Some(Tree::unary(Unary::HazardToProbability, hazard))
            }
            Function::ProbToRate => {
                let hazard = Tree::unary(Unary::ProbabilityToHazard, first);
                Some(match trees.next() {
                    Some(years) => Tree::binary(Binary::Divide, hazard, years),
                    None => hazard,
                })
            }
            Function::Exp => unary(Unary::Exp),
            Function::Ln => unary(Unary::Ln),
            Function::Sqrt => unary(Unary::Sqrt),
            Function::Abs => unary(Unary::Abs),
            Function::Floor => unary(Unary::Floor),
            Function::OddsToProb => unary(Unary::OddsToProb),
            Function::ProbToOdds => unary(Unary::ProbToOdds),
            Function::Logistic => unary(Unary::Logistic),
        }
    }

    fn table(
        &mut self,
        name: &str,
        name_span: &Range<usize>,
        node: &Node,
        arguments: &[Node],
    ) -> Option<Tree> {
        let Some((table, shape)) = self.scope.table(name) else {
            for argument in arguments {
                // Nothing is known of the key, so a categorical variable may be right.
                if !matches!(argument.kind, Kind::Name(_)) {
                    self.number(argument);
                }
            }
            let error = if self.scope.symbol(name).is_some() {
                FormulaError::new(name_span.clone(), format!("`{name}` is a value, not a function or table"))
                    .with_help("write `*` to multiply")
            } else {
                let error =
                    FormulaError::new(name_span.clone(), format!("unknown function or table `{name}`"));
                let known = self.scope.known_names().into_iter();
                let known = known.filter(|known| self.scope.table(known).is_some());
                match nearest(name, known.chain(Function::names().map(str::to_owned))) {
                    Some(known) => error.with_help(format!("did you mean `{known}`?")),
                    None => error,
                }
            };
            return self.refuse(error);
        };
        let shape = shape.clone();
        if arguments.len() != shape.keys.len() {
            let keys: Vec<String> = shape.keys.iter().map(|key| format!("`{}`", key.name())).collect();
            let message = match keys.len() {
                0 => format!("the table `{name}` has no keys, {} given", arguments.len()),
                1 => format!("the table `{name}` has the key {}, {} given", keys[0], arguments.len()),
                _ => {
                    format!("the table `{name}` has the keys {}, {} given", keys.join(", "), arguments.len())
                }
            };
            return self.refuse(
                FormulaError::new(node.span.clone(), message).with_help(format!("write `{}`", usage(&shape))),
            );
        }
        let keys: Vec<Option<Tree>> =
            arguments.iter().zip(&shape.keys).map(|(argument, key)| self.key(argument, key, name)).collect();
        let keys = keys.into_iter().collect::<Option<Vec<Tree>>>()?;
        Some(Tree::Lookup { table, shape, keys })
    }

    /// An argument of a table: a number, or a categorical variable where the key has codes.
    fn key(&mut self, argument: &Node, key: &TableKey, table: &str) -> Option<Tree> {
        let Kind::Name(name) = &argument.kind else {
            return self.number(argument);
        };
        match (self.symbol(name, &argument.span)?, key) {
            (Symbol::Variable { index, categorical: true }, TableKey::Codes { .. }) => {
                Some(Tree::Variable(index))
            }
            (Symbol::Variable { categorical: true, .. }, TableKey::Bands { name: wanted, .. }) => {
                let message = format!("the key `{wanted}` of `{table}` is a number, `{name}` is categorical");
                self.refuse(FormulaError::new(argument.span.clone(), message))
            }
            _ => self.number(argument),
        }
    }
}

/// How a table is called, for messages.
fn usage(shape: &TableShape) -> String {
    let keys: Vec<&str> = shape.keys.iter().map(TableKey::name).collect();
    format!("{}({})", shape.name, keys.join(", "))
}

fn operation(operator: Operator) -> Binary {
    match operator {
        Operator::Or => Binary::Or,
        Operator::And => Binary::And,
        Operator::Equal => Binary::Equal,
        Operator::NotEqual => Binary::NotEqual,
        Operator::Less => Binary::Less,
        Operator::LessOrEqual => Binary::LessOrEqual,
        Operator::Greater => Binary::Greater,
        Operator::GreaterOrEqual => Binary::GreaterOrEqual,
        Operator::Add => Binary::Add,
        Operator::Subtract => Binary::Subtract,
        Operator::Multiply => Binary::Multiply,
        Operator::Divide => Binary::Divide,
        Operator::Power => Binary::Power,
    }
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
