//! What one operation of a formula does to numbers, points and lanes.
//!
//! Each operation is defined once, for single numbers. The versions over arrays apply that definition to every
//! element, so a formula has the same bits whichever way it is evaluated.

use multiversion::multiversion;

use super::lane::{self, Lane};
use super::math;

/// An operation on one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Negate,
    Not,
    Exp,
    Ln,
    Sqrt,
    Abs,
    Floor,
    OddsToProb,
    ProbToOdds,
    Logistic,
    /// Probability of at least one event at this cumulative hazard: 1 − e^−x.
    HazardToProbability,
    /// The cumulative hazard at which that probability is x: −ln(1 − x).
    ProbabilityToHazard,
}

/// An operation on two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binary {
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
    Min,
    Max,
}

/// Any number but zero counts as true.
#[inline(always)]
pub(super) fn holds(value: f64) -> bool {
    value != 0.0
}

#[inline(always)]
fn truth(value: bool) -> f64 {
    if value { 1.0 } else { 0.0 }
}

/// Definitions, one number at a time.
mod define {
    use super::{holds, math, truth};

    macro_rules! define {
        ($($name:ident($($operand:ident),+) = $value:expr;)+) => {
            $(#[inline(always)] pub(super) fn $name($($operand: f64),+) -> f64 { $value })+
        };
    }

    define! {
        negate(x) = -x;
        not(x) = truth(!holds(x));
        sqrt(x) = x.sqrt();
        abs(x) = x.abs();
        floor(x) = x.floor();
        odds_to_prob(odds) = odds / (1.0 + odds);
        prob_to_odds(probability) = probability / (1.0 - probability);
        or(a, b) = truth(holds(a) | holds(b));
        and(a, b) = truth(holds(a) & holds(b));
        equal(a, b) = truth(a == b);
        not_equal(a, b) = truth(a != b);
        less(a, b) = truth(a < b);
        less_or_equal(a, b) = truth(a <= b);
        greater(a, b) = truth(a > b);
        greater_or_equal(a, b) = truth(a >= b);
        add(a, b) = a + b;
        subtract(a, b) = a - b;
        multiply(a, b) = a * b;
        divide(a, b) = a / b;
        hazard_to_probability(hazard) = -math::expm1_scalar(-hazard);
        probability_to_hazard(probability) = -math::ln_1p_scalar(-probability);
        select(condition, yes, no) = if holds(condition) { yes } else { no };
    }

    /// 1 / (1 + e^-x), with the exponential of a negative number on both sides, which cannot overflow.
    #[inline(always)]
    pub(super) fn logistic(x: f64) -> f64 {
        let small = math::exp_scalar(-x.abs());
        let numerator = if x < 0.0 { small } else { 1.0 };
        numerator / (1.0 + small)
    }
}

/// Runs `$body` with `$function` bound to the definition of a unary operation.
macro_rules! with_unary {
    ($operation:expr, $function:ident => $body:expr) => {
        with_unary!(@match $operation, $function, $body,
            Negate = define::negate, Not = define::not, Exp = math::exp_scalar, Ln = math::ln_scalar,
            Sqrt = define::sqrt, Abs = define::abs, Floor = define::floor, OddsToProb = define::odds_to_prob,
            ProbToOdds = define::prob_to_odds, Logistic = define::logistic, HazardToProbability = define::hazard_to_probability,
            ProbabilityToHazard = define::probability_to_hazard)
    };
    (@match $operation:expr, $function:ident, $body:expr, $($variant:ident = $definition:path),+) => {
        match $operation {
            $(Unary::$variant => { let $function = $definition; $body })+
        }
    };
}

/// Runs `$body` with `$function` bound to the definition of a binary operation.
macro_rules! with_binary {
    ($operation:expr, $function:ident => $body:expr) => {
        with_binary!(@match $operation, $function, $body,
            Or = define::or, And = define::and, Equal = define::equal, NotEqual = define::not_equal,
            Less = define::less, LessOrEqual = define::less_or_equal, Greater = define::greater,
            GreaterOrEqual = define::greater_or_equal, Add = define::add, Subtract = define::subtract,
            Multiply = define::multiply, Divide = define::divide, Power = math::pow_scalar,
            Min = lane::smaller, Max = lane::larger)
    };
    (@match $operation:expr, $function:ident, $body:expr, $($variant:ident = $definition:path),+) => {
        match $operation {
            $(Binary::$variant => { let $function = $definition; $body })+
        }
    };
}

/// The operand of an operation over points, with one value per point.
#[derive(Clone, Copy)]
pub(super) enum PointSource<'a> {
    /// The same number at every point.
    Same(f64),
    /// A number per point.
    Points(&'a [f64]),
}

impl PointSource<'_> {
    #[inline(always)]
    fn at(&self, point: usize) -> f64 {
        match self {
            PointSource::Same(value) => *value,
            PointSource::Points(values) => values[point],
        }
    }
}

/// The operand of an operation over points and draws.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// The same number at every point in every draw.
    Number(f64),
    /// The same draws at every point.
    Same(&'a Lane),
    /// A number per point, the same in every draw.
    Points(&'a [f64]),
    /// A lane per point.
    Lanes(&'a [Lane]),
}

impl Source<'_> {
    #[inline(always)]
    pub(super) fn at(&self, point: usize) -> Lane {
        match self {
            Source::Number(value) => Lane::splat(*value),
            Source::Same(lane) => **lane,
            Source::Points(values) => Lane::splat(values[point]),
            Source::Lanes(lanes) => lanes[point],
        }
    }
}

// The kinds of operands are told apart outside the loops, so that each loop is one the compiler vectorises.

#[inline(always)]
fn map_lanes(function: impl Fn(f64) -> f64, source: Source, to: &mut [Lane]) {
    match source {
        Source::Number(value) => to.fill(Lane::splat(function(value))),
        Source::Same(lane) => to.fill(lane.map(function)),
        Source::Points(values) => {
            for (to, value) in to.iter_mut().zip(values) {
                *to = Lane::splat(function(*value));
            }
        }
        Source::Lanes(lanes) => map_each(function, lanes, to),
    }
}

/// A function of its own, so that the compiler knows that the two slices do not overlap.
#[inline(always)]
fn map_each(function: impl Fn(f64) -> f64, lanes: &[Lane], to: &mut [Lane]) {
    for (to, lane) in to.iter_mut().zip(lanes) {
        *to = lane.map(&function);
        lane::lane_by_lane();
    }
}

#[inline(always)]
fn zip_lanes(function: impl Fn(f64, f64) -> f64, left: Source, right: Source, to: &mut [Lane]) {
    for (point, to) in to.iter_mut().enumerate() {
        *to = left.at(point).zip(right.at(point), &function);
    }
}

#[inline(always)]
fn map_points(function: impl Fn(f64) -> f64, source: PointSource, to: &mut [f64]) {
    match source {
        PointSource::Same(value) => to.fill(function(value)),
        PointSource::Points(values) => {
            for (to, value) in to.iter_mut().zip(values) {
                *to = function(*value);
            }
        }
    }
}

#[inline(always)]
fn zip_points(function: impl Fn(f64, f64) -> f64, left: PointSource, right: PointSource, to: &mut [f64]) {
    match (left, right) {
        (PointSource::Same(left), right) => map_points(|right| function(left, right), right, to),
        (left, PointSource::Same(right)) => map_points(|left| function(left, right), left, to),
        (PointSource::Points(left), PointSource::Points(right)) => {
            for (to, (left, right)) in to.iter_mut().zip(left.iter().zip(right)) {
                *to = function(*left, *right);
            }
        }
    }
}

impl Unary {
    /// The operation on one number.
    pub(super) fn apply(self, value: f64) -> f64 {
        with_unary!(self, function => function(value))
    }
}

impl Binary {
    /// The operation on two numbers.
    pub(super) fn apply(self, left: f64, right: f64) -> f64 {
        with_binary!(self, function => function(left, right))
    }
}

/// A unary operation over points and draws.
#[multiversion(targets("x86_64+avx2+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn unary_lanes(operation: Unary, source: Source, to: &mut [Lane]) {
    with_unary!(operation, function => map_lanes(function, source, to));
}

/// A binary operation over points and draws.
#[multiversion(targets("x86_64+avx2+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn binary_lanes(operation: Binary, left: Source, right: Source, to: &mut [Lane]) {
    with_binary!(operation, function => zip_lanes(function, left, right, to));
}

/// A choice over points and draws, made draw by draw.
#[multiversion(targets("x86_64+avx2+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn select_lanes(condition: Source, yes: Source, no: Source, to: &mut [Lane]) {
    for (point, to) in to.iter_mut().enumerate() {
        *to = condition.at(point).select(yes.at(point), no.at(point));
    }
}

/// A unary operation over points.
#[multiversion(targets("x86_64+avx2+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn unary_points(operation: Unary, source: PointSource, to: &mut [f64]) {
    with_unary!(operation, function => map_points(function, source, to));
}

/// A binary operation over points.
#[multiversion(targets("x86_64+avx2+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn binary_points(operation: Binary, left: PointSource, right: PointSource, to: &mut [f64]) {
    with_binary!(operation, function => zip_points(function, left, right, to));
}

/// A choice over points.
#[multiversion(targets("x86_64+avx2+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub(super) fn select_points(condition: PointSource, yes: PointSource, no: PointSource, to: &mut [f64]) {
    for (point, to) in to.iter_mut().enumerate() {
        *to = define::select(condition.at(point), yes.at(point), no.at(point));
    }
}
