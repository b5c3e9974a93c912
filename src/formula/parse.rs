//! From formula text to a tree of operations, each with its place in the text.

use std::ops::Range;

use super::FormulaError;
use super::function::Function;
use super::token::{Spanned, Token, tokens};

/// The deepest tree accepted. The tree is walked by recursion, so without a bound a hostile text could
/// exhaust the stack; a formula that people can read stays far below it.
const DEEPEST: usize = 300;
/// The deepest nesting of brackets, minus signs and powers accepted, for the same reason.
const DEEPEST_NESTING: usize = 100;

/// A parsed formula. Names have no meaning yet: [`compile`](super::compile) gives them one.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    pub(super) root: Node,
}

/// A part of a formula and the bytes it stands on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) kind: Kind,
    /// The same with the brackets around it.
    outer: Range<usize>,
    /// Levels below this one, plus one.
    height: usize,
}

/// What a part of a formula says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Number(f64),
    Text(String),
    Name(String),
    Negate(Box<Node>),
    Not(Box<Node>),
    Binary { operator: Operator, left: Box<Node>, right: Box<Node> },
    Call { name: String, name_span: Range<usize>, arguments: Vec<Node> },
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

impl Operator {
    fn from_sign(sign: &str) -> Option<Operator> {
        Some(match sign {
            "or" => Operator::Or,
            "and" => Operator::And,
            "==" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            ">=" => Operator::GreaterOrEqual,
            "+" => Operator::Add,
            "-" => Operator::Subtract,
            "*" => Operator::Multiply,
            "/" => Operator::Divide,
            "^" => Operator::Power,
            _ => return None,
        })
    }

    /// How strongly the operator binds; a higher one takes its operands first.
    fn strength(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            // 3 is `not`.
            _ if self.is_comparison() => 4,
            Operator::Add | Operator::Subtract => 5,
            Operator::Multiply | Operator::Divide => 6,
            // 7 is the minus sign before an operand.
            _ => 8,
        }
    }

    fn is_comparison(self) -> bool {
        matches!(
            self,
            Operator::Equal
                | Operator::NotEqual
                | Operator::Less
                | Operator::LessOrEqual
                | Operator::Greater
                | Operator::GreaterOrEqual
        )
    }
}

const NOT: u8 = 3;
const MINUS: u8 = 7;

/// Reads a formula.
///
/// # Errors
/// Where the text is no formula: an error whose span covers the offending characters.
///
/// ```
/// let formula = ounce::formula::parse("if(age >= 75, fall_rate(age), shares.none)")?;
/// let names: Vec<String> = formula.names().into_iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["age", "age", "shares.none"]);
/// assert_eq!(formula.tables(), [("fall_rate".to_string(), 14..23)]);
///
/// let error = ounce::formula::parse("2 * (age + 1").unwrap_err();
/// assert_eq!(error.span, 4..5);
/// # Ok::<(), ounce::formula::FormulaError>(())
/// ```
pub fn parse(text: &str) -> Result<Expression, FormulaError> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, nesting: 0 };
    if parser.peek().token == Token::End {
        return Err(FormulaError::new(0..text.len(), "a formula is expected, the text is empty"));
    }
    let root = parser.expression(0)?;
    let next = parser.peek();
    if next.token != Token::End {
        return Err(parser.trailing(next));
    }
    Ok(Expression { root })
}

impl Expression {
    /// The names used as values, in the order of the text, each as often as it stands there, with its place.
    pub fn names(&self) -> Vec<(String, Range<usize>)> {
        let mut found = Vec::new();
        self.root.visit(&mut |node| {
            if let Kind::Name(name) = &node.kind {
                found.push((name.clone(), node.span.clone()));
            }
        });
        found
    }

    /// The names called as tables, that is, like a function but not the name of one; in the order of the
    /// text, with their places.
    pub fn tables(&self) -> Vec<(String, Range<usize>)> {
        let mut found = Vec::new();
        self.root.visit(&mut |node| {
            if let Kind::Call { name, name_span, .. } = &node.kind
                && Function::named(name).is_none()
            {
                found.push((name.clone(), name_span.clone()));
            }
        });
        found
    }
}

impl Node {
    fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Node)) {
        see(self);
        match &self.kind {
            Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => {}
            Kind::Negate(operand) | Kind::Not(operand) => operand.visit(see),
            Kind::Binary { left, right, .. } => {
                left.visit(see);
                right.visit(see);
            }
            Kind::Call { arguments, .. } => arguments.iter().for_each(|argument| argument.visit(see)),
        }
    }
}

struct Parser {
    tokens: Vec<Spanned>,
    at: usize,
    nesting: usize,
}

impl Parser {
    fn peek(&self) -> &Spanned {
        // The last token is `End` and is never passed.
        &self.tokens[self.at]
    }

    fn next(&mut self) -> Spanned {
        let spanned = self.tokens[self.at].clone();
        if spanned.token != Token::End {
            self.at += 1;
        }
        spanned
    }

    fn skip(&mut self, sign: &'static str) -> bool {
        let found = self.peek().token == Token::Sign(sign);
        self.at += usize::from(found);
        found
    }

    fn node(span: Range<usize>, kind: Kind) -> Result<Node, FormulaError> {
        let below = match &kind {
            Kind::Number(_) | Kind::Text(_) | Kind::Name(_) => 0,
            Kind::Negate(operand) | Kind::Not(operand) => operand.height,
            Kind::Binary { left, right, .. } => left.height.max(right.height),
            Kind::Call { arguments, .. } => arguments.iter().map(|node| node.height).max().unwrap_or(0),
        };
        if below >= DEEPEST {
            return Err(FormulaError::new(span, "this formula is too long to read")
                .with_help("give its parts names as parameters of their own"));
        }
        Ok(Node { outer: span.clone(), span, kind, height: below + 1 })
    }

    /// Reads operands joined by operators that bind at least as strongly as `weakest`.
    fn expression(&mut self, weakest: u8) -> Result<Node, FormulaError> {
        self.nesting += 1;
        if self.nesting > DEEPEST_NESTING {
            let span = self.peek().span.clone();
            return Err(FormulaError::new(span, "the formula is nested too deeply here")
                .with_help("give its parts names as parameters of their own"));
        }
        let mut left = self.operand(weakest)?;
        // Whether `left` is a comparison that stands there without brackets.
        let mut compared = false;
        while let Token::Sign(sign) = self.peek().token
            && let Some(operator) = Operator::from_sign(sign)
            && operator.strength() >= weakest
        {
            let span = self.next().span;
            if compared && operator.is_comparison() {
                return Err(FormulaError::new(span, "comparisons cannot be chained")
                    .with_help("write `a < b and b < c`"));
            }
            compared = operator.is_comparison();
            // Powers group from the right, all others from the left.
            let strength = operator.strength();
            let right = self.expression(if operator == Operator::Power { strength } else { strength + 1 })?;
            let span = left.outer.start..right.outer.end;
            left = Self::node(span, Kind::Binary { operator, left: Box::new(left), right: Box::new(right) })?;
        }
        self.nesting -= 1;
        Ok(left)
    }

    fn operand(&mut self, weakest: u8) -> Result<Node, FormulaError> {
        let Spanned { token, span } = self.next();
        match token {
            Token::Number(value) => Self::node(span, Kind::Number(value)),
            Token::Text(text) => Self::node(span, Kind::Text(text)),
            Token::Name(name) => {
                let opening = self.peek().span.clone();
                if self.skip("(") {
                    self.call(name, span, opening)
                } else {
                    Self::node(span, Kind::Name(name))
                }
            }
            Token::Sign("(") => {
                let mut inner = self.expression(0)?;
                let end = self.close(&span)?;
                inner.outer = span.start..end;
                Ok(inner)
            }
            Token::Sign("-") => {
                let operand = self.expression(MINUS)?;
                Self::node(span.start..operand.outer.end, Kind::Negate(Box::new(operand)))
            }
            Token::Sign("+") => {
                Err(FormulaError::new(span, "a value is expected here, found `+`").with_help("leave it out"))
            }
            Token::Sign("not") if weakest > NOT => {
                Err(FormulaError::new(span, "`not` binds more loosely than the operator before it")
                    .with_help("put it in brackets: `(not ...)`"))
            }
            Token::Sign("not") => {
                let operand = self.expression(NOT)?;
                Self::node(span.start..operand.outer.end, Kind::Not(Box::new(operand)))
            }
            Token::Sign(sign) => {
                Err(FormulaError::new(span, format!("a value is expected here, found `{sign}`")))
            }
            Token::End => Err(self.ends_early(span)),
        }
    }

    /// The error for a text that ends where a value should stand. It points at what asks for the value.
    fn ends_early(&self, end: Range<usize>) -> FormulaError {
        let asking = self.at.checked_sub(1).map_or(end, |before| self.tokens[before].span.clone());
        FormulaError::new(asking, "a value is expected after this, the formula ends")
    }

    fn close(&mut self, opening: &Range<usize>) -> Result<usize, FormulaError> {
        let next = self.peek().clone();
        if self.skip(")") {
            return Ok(next.span.end);
        }
        if next.token == Token::End {
            return Err(FormulaError::new(opening.clone(), "this bracket is never closed")
                .with_help("add the missing `)`"));
        }
        Err(self.trailing(&next))
    }

    fn call(
        &mut self,
        name: String,
        name_span: Range<usize>,
        opening: Range<usize>,
    ) -> Result<Node, FormulaError> {
        let mut arguments = Vec::new();
        if self.peek().token != Token::Sign(")") {
            loop {
                if self.peek().token == Token::End {
                    break;
                }
                arguments.push(self.expression(0)?);
                if !self.skip(",") {
                    break;
                }
            }
        }
        let end = self.close(&opening)?;
        Self::node(name_span.start..end, Kind::Call { name, name_span, arguments })
    }

    /// The error for a token that cannot stand behind a complete operand.
    fn trailing(&self, next: &Spanned) -> FormulaError {
        let before = self.at.checked_sub(1).map(|before| &self.tokens[before].token);
        let (message, help) = match &next.token {
            Token::Sign(")") => ("this bracket was never opened".to_owned(), None),
            Token::Sign(",") => {
                let decimal = matches!(before, Some(Token::Number(_)))
                    && matches!(self.tokens.get(self.at + 1).map(|s| &s.token), Some(Token::Number(_)));
                let help = if decimal { "write decimals with a point: `0.14`" } else { "remove it" };
                ("a comma stands between arguments only".to_owned(), Some(help.to_owned()))
            }
            Token::Sign(sign) => (format!("an operator is expected here, found `{sign}`"), None),
            Token::Name(name) => (format!("an operator is expected before `{name}`"), None),
            Token::Number(_) | Token::Text(_) | Token::End => {
                ("an operator is expected before this".to_owned(), None)
            }
        };
        FormulaError { span: next.span.clone(), message, help }
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
