//! Whether the numbers of a scenario can be what they say they are, in the base case and in every draw.
//!
//! Shares and probabilities lie between 0 and 1, rates and prices are not negative, the shares in which people start
//! or are divided over classes sum to 1, the steps that exclude one another take at most everybody, all ways out of a
//! state together have a probability of at most 1. A quantity that depends on people or time is looked at for all
//! people of the population, at every age that they reach. Nothing is simulated.

mod ends;
mod points;
mod rules;

pub(crate) use points::outer;

use std::collections::BTreeSet;

use super::{Draws, Environment, QuantityError};
use crate::formula::{Column, Inputs, LANES, Lane, Program, Scratch, TableValues};
use crate::scenario::checked::{Origin, Quantity, Scenario, Set, Variables};
use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use ends::Ends;
use points::Points;
use rules::{Range, Rule, Rules};

/// A sum of shares may miss 1 by this much: rounding, no more.
const ROUNDING: f64 = 1e-9;

/// The hazard of leaving a state in one cycle above which one move per cycle is a coarse picture.
const LARGE_EXIT: f64 = 0.3;

/// Checks the values in one environment, and in each arm that sets parameters. `when` ends the messages: "in the base
/// case".
#[must_use]
pub fn check_values(scenario: &Scenario, environment: &Environment, when: &str) -> Diagnostics {
    let mut checking = Checking::new(scenario);
    checking.arms(environment, &|_| when.to_owned(), LANES);
    checking.messages
}

/// Checks the values in every draw of a run, and in each arm that sets parameters. What is wrong in the base case
/// already has been said when the scenario was read, and is not said again.
///
/// # Errors
/// A parameter that cannot be computed in some draw.
pub fn check_ranges(scenario: &Scenario, draws: &Draws) -> Result<Diagnostics, QuantityError> {
    let mut checking = Checking::new(scenario);
    checking.arms(&Environment::base(scenario)?, &|_| String::new(), 1);
    checking.messages = Diagnostics::new();
    checking.leave_out_what_is_certain();
    let count = draws.columns.first().map_or(0, Vec::len);
    for block in 0..count.div_ceil(LANES) {
        let environment = Environment::draws(scenario, &draws.columns, block)?;
        let lanes = (count - block * LANES).min(LANES);
        checking.arms(&environment, &|lane| format!("in draw {}", block * LANES + lane + 1), lanes);
    }
    Ok(checking.messages)
}

/// Whether a program depends on a number that could not be read, so that nothing can be said about its value.
pub(crate) fn rests_on_nothing(program: &Program, environment: &Environment) -> bool {
    let unknown = |lane: &Lane| !lane.0[0].is_finite();
    program.constant().is_some_and(|value| !value.is_finite())
        || program.parameters().iter().any(|index| environment.parameters.get(*index).is_none_or(unknown))
        || program.tables().iter().any(|table| match environment.tables.get(*table) {
            Some(TableValues::Lanes(lanes)) => lanes.iter().any(unknown),
            Some(TableValues::Numbers(_)) => false,
            None => true,
        })
}

struct Checking<'s> {
    scenario: &'s Scenario,
    rules: Vec<Rule<'s>>,
    arms: Vec<Arm<'s>>,
    points: Vec<Points>,
    ends: Vec<Ends<'s>>,
    /// Ends about which something has been said: model, whether it is a share, which.
    told: BTreeSet<(usize, bool, usize)>,
    /// Rules about which something has been said.
    said: BTreeSet<usize>,
    scratch: Scratch,
    messages: Diagnostics,
}

/// Which draws are looked at, and what they are called.
struct Moment<'a> {
    name: &'a dyn Fn(usize) -> String,
    lanes: usize,
    arm: &'a str,
}

/// Parameters replaced in a strategy, variant or arrangement.
struct Arm<'s> {
    set: &'s [Set],
    /// How messages end: ` in the variant \`social\``.
    name: String,
    /// The rules whose values may differ.
    rules: Vec<usize>,
}

impl<'s> Arm<'s> {
    /// The arms of a scenario.
    fn all(scenario: &'s Scenario, rules: &[Rule<'_>]) -> Vec<Self> {
        let strategies =
            scenario.strategies.iter().map(|arm| (&arm.set, format!(" with the strategy `{}`", arm.id)));
        let variants =
            scenario.variants.iter().map(|arm| (&arm.set, format!(" in the variant `{}`", arm.id)));
        let arrangements = scenario
            .arrangements
            .iter()
            .map(|arm| (&arm.set, format!(" under the arrangement `{}`", arm.id)));
        let arms = strategies.chain(variants).chain(arrangements).filter(|(set, _)| !set.is_empty());
        arms.map(|(set, name)| {
            let fixed = unaffected(scenario, |parameter| set.iter().any(|set| set.parameter == parameter));
            let differs = |rule: &Rule<'_>| {
                let used = rule.terms.iter().flatten().chain(&rule.over);
                used.into_iter().any(|quantity| depends(scenario, &quantity.program, &fixed))
            };
            let rules = (0..rules.len()).filter(|rule| differs(&rules[*rule])).collect();
            Arm { set, name, rules }
        })
        .collect()
    }
}

/// For each parameter whether it stays the same when those change that `changes` picks.
fn unaffected(scenario: &Scenario, changes: impl Fn(usize) -> bool) -> Vec<bool> {
    let mut fixed: Vec<bool> = Vec::with_capacity(scenario.parameters.list.len());
    for (number, parameter) in scenario.parameters.list.iter().enumerate() {
        let same = match &parameter.origin {
            Origin::Formula(formula) => !depends(scenario, &formula.program, &fixed),
            Origin::Fixed(_) | Origin::Drawn { .. } => true,
        };
        fixed.push(same && !changes(number));
    }
    fixed
}

/// Whether a program uses a parameter that is not fixed, itself or by a table.
fn depends(scenario: &Scenario, program: &Program, fixed: &[bool]) -> bool {
    scenario.read_by(program).any(|used| !fixed.get(used).copied().unwrap_or(false))
}

impl<'s> Checking<'s> {
    fn new(scenario: &'s Scenario) -> Self {
        let Rules { mut grid, list } = Rules::of(scenario);
        let ends = Ends::of(scenario, &mut grid);
        let points = grid.into_points();
        Self {
            scenario,
            arms: Arm::all(scenario, &list),
            rules: list,
            points,
            ends,
            told: BTreeSet::new(),
            said: BTreeSet::new(),
            scratch: Scratch::new(),
            messages: Diagnostics::new(),
        }
    }

    /// Passes over rules whose values are the same in every draw.
    fn leave_out_what_is_certain(&mut self) {
        let scenario = self.scenario;
        let drawn =
            |parameter: usize| matches!(scenario.parameters.list[parameter].origin, Origin::Drawn { .. });
        let arms = self.arms.iter().flat_map(|arm| arm.set);
        let set: BTreeSet<usize> = arms.map(|set| set.parameter).collect();
        let certain = unaffected(scenario, |parameter| drawn(parameter) || set.contains(&parameter));
        let varies = |quantity: &&Quantity| depends(scenario, &quantity.program, &certain);
        self.ends.retain(|ends| ends.quantities.iter().any(varies));
        for (number, rule) in self.rules.iter().enumerate() {
            let mut used = rule.terms.iter().flatten().chain(&rule.over);
            if !used.any(|quantity| depends(scenario, &quantity.program, &certain)) {
                self.said.insert(number);
            }
        }
    }

    /// The main analysis, then every arm with parameters of its own.
    fn arms(&mut self, environment: &Environment, name: &dyn Fn(usize) -> String, lanes: usize) {
        let all: Vec<usize> = (0..self.rules.len()).collect();
        self.environment(environment, &all, &Moment { name, lanes, arm: "" });
        let arms = std::mem::take(&mut self.arms);
        for arm in &arms {
            if arm.rules.iter().any(|rule| !self.said.contains(rule)) {
                self.arm(environment, arm, &Moment { name, lanes, arm: &arm.name });
            }
        }
        self.arms = arms;
    }

    fn arm(&mut self, environment: &Environment, arm: &Arm<'_>, moment: &Moment<'_>) {
        let unknown = arm.set.iter().any(|set| rests_on_nothing(&set.value.program, environment));
        let known = environment.parameters.iter().all(Lane::all_finite);
        if unknown || !known {
            return;
        }
        match environment.with(self.scenario, arm.set) {
            Ok(environment) => self.environment(&environment, &arm.rules, moment),
            Err(error) => {
                let mut message = Diagnostic::error(format!("`{}` has no value{}", error.path, moment.arm))
                    .label(error.problem);
                if let Some(span) = &error.span {
                    message = message.at(span);
                }
                self.messages.push(message);
            }
        }
    }

    fn environment(&mut self, environment: &Environment, rules: &[usize], moment: &Moment<'_>) {
        for &rule in rules {
            if !self.said.contains(&rule)
                && let Some(message) = self.rule(rule, environment, moment)
            {
                self.messages.push(message);
                self.said.insert(rule);
            }
        }
        self.ends(environment, moment);
    }

    fn rule(&mut self, number: usize, environment: &Environment, moment: &Moment<'_>) -> Option<Diagnostic> {
        let rule = &self.rules[number];
        let points = &self.points[rule.points];
        let mut sum = vec![Lane::ZERO; points.count];
        for term in &rule.terms {
            let mut product = vec![Lane::ONE; points.count];
            for quantity in term {
                if rests_on_nothing(&quantity.program, environment) {
                    return None;
                }
                let values = match evaluate(&quantity.program, points, environment, &mut self.scratch) {
                    Ok(values) => values,
                    // What is wrong with one quantity is said once, not again in each sum.
                    Err(_) if rule.terms.len() > 1 || term.len() > 1 => return None,
                    Err(problem) => {
                        return Some(at_quantity(
                            Diagnostic::error(format!("`{}` has no value for some people", quantity.path))
                                .label(problem),
                            quantity,
                        ));
                    }
                };
                product.iter_mut().zip(&values).for_each(|(product, value)| *product *= *value);
            }
            sum.iter_mut().zip(&product).for_each(|(sum, value)| *sum += *value);
        }
        if let Some(over) = rule.over {
            if rests_on_nothing(&over.program, environment) {
                return None;
            }
            let divisors = evaluate(&over.program, points, environment, &mut self.scratch).ok()?;
            for (sum, &divisor) in sum.iter_mut().zip(&divisors) {
                // Where the event itself no longer happens there is nothing to be a share of.
                *sum = sum.zip(divisor, |sum, divisor| if divisor > 0.0 { sum / divisor } else { 0.0 });
            }
        }
        let values = || {
            let lanes = |(point, value): (usize, &Lane)| {
                let lanes = value.0[..moment.lanes].to_vec();
                lanes.into_iter().enumerate().map(move |(lane, value)| (point, lane, value * rule.factor))
            };
            sum.iter().enumerate().flat_map(lanes)
        };
        let found = match rule.range {
            Range::Exit | Range::ChangedShare => values().max_by(|one, other| one.2.total_cmp(&other.2)),
            _ => values().find(|(.., value)| problem(rule.range, *value).is_some()),
        };
        let (point, lane, value) = found?;
        let expected = problem(rule.range, value)?;
        self.message(rule, value, expected, point, lane, moment)
    }

    fn message(
        &self,
        rule: &Rule<'_>,
        value: f64,
        expected: &str,
        point: usize,
        lane: usize,
        moment: &Moment<'_>,
    ) -> Option<Diagnostic> {
        let quantities: Vec<&Quantity> = rule.terms.iter().flatten().copied().collect();
        let first = quantities.iter().find(|quantity| quantity.span.is_some()).or(quantities.first())?;
        // Where one term of a sum is no share itself, that has been said of the term.
        if !rule.what.is_empty() && !value.is_finite() {
            return None;
        }
        let whom = self.describe(&self.points[rule.points], point);
        let when = format!("{}{}", (moment.name)(lane), moment.arm);
        let shown = round(value);
        let mut message = match (rule.range, rule.what.as_str()) {
            (Range::Exit, what) => {
                Diagnostic::warning(format!("{what} is {shown}{whom}, more than {LARGE_EXIT}"))
                    .help("people move at most once in a cycle: take a shorter `cycle` in [time]")
            }
            (Range::ChangedShare, what) => {
                Diagnostic::warning(format!("{what} is {shown} {when}{whom}, more than all"))
                    .help("a ratio for a consequence that is higher than the ratio for its event makes it more frequent among \
                           the events that are left")
            }
            (_, "") => Diagnostic::error(format!("`{}` is {shown} {when}{whom}", first.path)),
            (_, what) => Diagnostic::error(format!("{what} sum to {shown} {when}{whom}")),
        };
        message = at_quantity(message.label(expected), first);
        if !rule.what.is_empty() {
            for other in &quantities {
                if other.path != first.path
                    && let Some(span) = &other.span
                {
                    let role = match rule.range {
                        Range::ChangedShare => "the share before effects",
                        _ => "added to it",
                    };
                    message = message.also(span, role);
                }
            }
        }
        Some(message)
    }

    /// The people at a point in words: `, for age 70, sex female`.
    fn describe(&self, points: &Points, point: usize) -> String {
        let mut parts = Vec::new();
        for (variable, column) in points.columns.iter().enumerate() {
            let Some(value) = column.get(point) else { continue };
            let word = |words: &[String]| words.get(*value as usize).cloned().unwrap_or_default();
            parts.push(match variable {
                Variables::AGE => format!("age {value}"),
                Variables::SEX if *value == Variables::FEMALE => "women".to_owned(),
                Variables::SEX => "men".to_owned(),
                Variables::STATE => format!("state {}", word(&self.scenario.variables.states)),
                Variables::YEAR => format!("{value}"),
                Variables::TIME => format!("{value} years after the start"),
                Variables::SINCE => format!("{value} years after enrolment"),
                other => {
                    let variables = &self.scenario.variables;
                    match (variables.label_at(other), variables.factor_at(other)) {
                        (Some(label), _) => {
                            let label = &variables.labels[label];
                            format!("{} {}", label.id, word(&label.values))
                        }
                        (None, Some(factor)) => format!("{} {}", variables.factors[factor], round(*value)),
                        // History is looked at where it begins, which is the same for all.
                        (None, None) => continue,
                    }
                }
            });
        }
        if parts.is_empty() { String::new() } else { format!(", for {}", parts.join(", ")) }
    }
}

fn at_quantity(message: Diagnostic, quantity: &Quantity) -> Diagnostic {
    match &quantity.span {
        Some(span) => message.at(span),
        None => message,
    }
}

/// The values of a program at points.
fn evaluate(
    program: &Program,
    points: &Points,
    environment: &Environment,
    scratch: &mut Scratch,
) -> Result<Vec<Lane>, String> {
    let variables: Vec<Column<'_>> = points.columns.iter().map(Column::from).collect();
    let inputs = Inputs {
        parameters: &environment.parameters,
        variables: &variables,
        points: points.count,
        tables: &environment.tables,
    };
    let mut out = vec![Lane::ZERO; points.count];
    program.evaluate(&inputs, scratch, &mut out).map_err(|error| error.to_string())?;
    Ok(out)
}

/// What was expected instead of a value that a range does not allow.
fn problem(range: Range, value: f64) -> Option<&'static str> {
    if !value.is_finite() {
        return Some("expected a finite number");
    }
    let (sound, expected) = match range {
        Range::Finite => (true, ""),
        Range::NotNegative => (value >= 0.0, "expected a number that is not negative"),
        Range::Positive => (value > 0.0, "expected a number above 0"),
        Range::Rate => (value >= 0.0, "a rate is not negative"),
        Range::Probability => {
            ((-ROUNDING..=1.0 + ROUNDING).contains(&value), "expected a probability from 0 to 1")
        }
        Range::Share => ((-ROUNDING..=1.0 + ROUNDING).contains(&value), "expected a share from 0 to 1"),
        Range::Utility => (value <= 1.0 + ROUNDING, "expected at most 1, the value of full health"),
        Range::YearlyRate => (value > -1.0 && value <= 1.0, "expected a yearly rate such as 0.03"),
        Range::Whole => ((value - 1.0).abs() <= ROUNDING, "expected a sum of 1"),
        Range::AtMostWhole => (value <= 1.0 + ROUNDING, "expected a sum of at most 1"),
        Range::ChangedShare => {
            (value <= 1.0 + ROUNDING, "this ratio, with that of the event, asks for too many")
        }
        Range::Exit => (value <= LARGE_EXIT, "the highest of all people; chances within a cycle are coarse"),
    };
    (!sound).then_some(expected)
}

/// Six significant digits, for people.
fn round(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}
