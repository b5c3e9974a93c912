//! Quantities: a number, a percentage, a formula, or a table with `value` and what is known about it.
//!
//! A table with a value that stands elsewhere than in `[parameters]` becomes a parameter named by its dotted path, so
//! that it can be drawn, set and varied like the others. Only a formula that uses variables of its place (age, say)
//! stays where it is: it has no single value.

use crate::formula::{Expression, FormulaError, Program, Symbol, compile, parse};
use crate::scenario::checked::{Input, Quantity, StudyDesign};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;
use crate::scenario::tree::{Node, Table};

use super::context::{At, Provenance, Reader, some_of};
use super::literal;
use super::negotiation::Use;
use super::place::{self, Concern, Names, Place, Single, Wanted};

/// Keys that say how uncertain a quantity is.
const UNCERTAINTY_KEYS: [&str; 15] = [
    "sd",
    "se",
    "ci95",
    "n",
    "low",
    "high",
    "mean",
    "meanlog",
    "sdlog",
    "alpha",
    "beta",
    "shape",
    "scale",
    "rate",
    "components",
];

/// Whether a quantity's table says how uncertain it is.
pub(super) fn is_uncertain(table: &Table) -> bool {
    let dist = table.get("dist").and_then(Node::as_text);
    dist.is_some_and(|dist| dist != "fixed") || UNCERTAINTY_KEYS.iter().any(|key| table.get(key).is_some())
}

/// The stated value as written, for the list of inputs.
pub(super) fn as_written(node: &Node) -> String {
    match (node.as_text(), node.as_number()) {
        (Some(text), _) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        (None, Some(number)) => number.to_string(),
        (None, None) => String::new(),
    }
}

impl Reader<'_> {
    /// The quantity behind a key, or `None` when the key is absent.
    pub(super) fn quantity(&mut self, at: &At<'_>, key: &str, place: Place) -> Option<Quantity> {
        let node = at.node(key)?;
        let price_year = at.node("price_year").filter(|_| place.money);
        Some(self.quantity_at(node, at.path_of(key), place, &at.provenance, price_year))
    }

    /// The quantity behind a key, or a number where the key is absent.
    pub(super) fn quantity_or(&mut self, at: &At<'_>, key: &str, place: Place, otherwise: f64) -> Quantity {
        match self.quantity(at, key, place) {
            Some(quantity) => quantity,
            None => constant(otherwise, at.path_of(key)),
        }
    }

    /// The quantity behind a key that must be there.
    pub(super) fn required(&mut self, at: &At<'_>, key: &str, place: Place) -> Quantity {
        match self.quantity(at, key, place) {
            Some(quantity) => quantity,
            None => {
                self.missing(at, key);
                stand_in(at.path_of(key), None)
            }
        }
    }

    /// A quantity anywhere; `price_year` is the one of the table around it.
    pub(super) fn quantity_at(
        &mut self,
        node: &Node,
        path: String,
        place: Place,
        around: &Provenance,
        price_year: Option<&Node>,
    ) -> Quantity {
        let Some(table) = node.as_table() else {
            self.note_input(node, &path, place, around, None);
            return self.bare(node, path, place, price_year);
        };
        let Some(value) = table.get("value").or_else(|| table.get("mean")) else {
            if is_uncertain(table) || table.get("negotiable").is_some() {
                return self.inline_parameter(table, node, path, place, around, price_year);
            }
            self.error(&node.span, format!("`{path}` has no `value`"), "needs `value`");
            return stand_in(path, Some(&node.span));
        };
        let price_year = table.get("price_year").or(price_year);
        self.check_nominal(table, place);
        let has_variables = value.as_text().is_some_and(|text| self.uses_variables(text));
        if has_variables {
            if is_uncertain(table) {
                self.error(
                    &value.span,
                    "a formula of people or time cannot have a distribution",
                    "give the uncertain number a name in [parameters] and use it in this formula",
                );
                return stand_in(path, Some(&value.span));
            }
            let provenance = Provenance::of(table, around);
            self.check_source(table);
            self.note_input(value, &path, place, &provenance, Some(table));
            return self.bare(value, path, place, price_year);
        }
        self.inline_parameter(table, node, path, place, around, price_year)
    }

    /// A number or a formula.
    fn bare(&mut self, node: &Node, path: String, place: Place, price_year: Option<&Node>) -> Quantity {
        let factor = self.price_factor(price_year);
        if let Some(number) = literal::number(node) {
            return Quantity {
                program: number_program(number * factor),
                path,
                span: Some(node.span.clone()),
            };
        }
        let Some(text) = node.as_text() else {
            // A wrong kind of value has been reported by the check of the structure.
            return stand_in(path, Some(&node.span));
        };
        self.check_kind(node, text, place);
        let program = self.formula(node, text, place.variables, factor);
        match program {
            Some(program) => {
                if factor != 1.0 {
                    self.check_indexed_once(&program, node);
                }
                Quantity { program, path, span: Some(node.span.clone()) }
            }
            None => stand_in(path, Some(&node.span)),
        }
    }

    /// Only what a contract pays can be fixed in euros of the year of payment.
    pub(super) fn check_nominal(&mut self, table: &Table, place: Place) {
        let Some(entry) = table.entry("nominal") else { return };
        let of_contract = place.money && place.concern == Concern::Choice;
        if entry.node.as_boolean() == Some(true) && !of_contract {
            let label = "all other amounts are in euros of one price year";
            self.error(&entry.key_span, "only an amount in a clause can be nominal", label);
        }
    }

    /// A formula with a price year must not use amounts that have been moved to the price year already.
    pub(super) fn check_indexed_once(&mut self, program: &Program, node: &Node) {
        let list = &self.scenario.parameters.list;
        let twice = program.parameters().iter().filter_map(|index| list.get(*index)).find(|parameter| {
            // Comparing with the factor of what is no money, which is exactly 1.
            parameter.index_factor != 1.0
        });
        if let Some(parameter) = twice {
            let title = format!("`{}` would be moved to the price year twice", parameter.name);
            let label = "uses an amount with a price year of its own, and has one itself";
            self.error(&node.span, title, label);
        }
    }

    /// A formula behind a key; `None` when the key is absent. Conditions are formulas too.
    pub(super) fn condition(&mut self, at: &At<'_>, key: &str, variables: u16) -> Option<Quantity> {
        let node = at.node(key)?;
        let text = node.as_text()?;
        let path = at.path_of(key);
        let program = self.formula(node, text, variables, 1.0);
        Some(match program {
            Some(program) => Quantity { program, path, span: Some(node.span.clone()) },
            None => stand_in(path, Some(&node.span)),
        })
    }

    /// Parses and compiles a formula, times a factor; mistakes are reported at the character.
    pub(super) fn formula(
        &mut self,
        node: &Node,
        text: &str,
        variables: u16,
        factor: f64,
    ) -> Option<Program> {
        let expression = match parse(text) {
            Ok(expression) => expression,
            Err(error) => {
                self.formula_error(node, text, &error);
                return None;
            }
        };
        let whole = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        if expression.tables().iter().any(|(table, _)| self.is_broken("table", table))
            || expression.names().iter().any(|(name, _)| self.is_broken("parameter", &whole(name)))
        {
            return None;
        }
        let names = Names {
            variables: &self.scenario.variables,
            has_sex: self.scenario.population.has_sex,
            parameters: &self.scenario.parameters,
            shapes: &self.shapes,
            allowed: variables,
        };
        let mut elsewhere: Vec<Diagnostic> = Vec::new();
        for (name, range) in expression.names() {
            if let Some(supplied) = names.elsewhere(&name) {
                let allowed = names.allowed_words();
                let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
                let label = match (name.as_str(), names.has_sex, allowed.as_slice()) {
                    ("sex", false, _) => {
                        "the population does not say who is a man and who a woman".to_owned()
                    }
                    (_, _, []) => "only parameters and tables have a value here".to_owned(),
                    (_, _, allowed) => format!("besides parameters, known here: {}", some_of(allowed)),
                };
                let span = self.inside(node, text, &range);
                let mut message =
                    Diagnostic::error(format!("`{name}` has no value here")).at(&span).label(label);
                if let Some(help) = place::where_known(supplied) {
                    message = message.help(help);
                }
                elsewhere.push(message);
            }
        }
        if !elsewhere.is_empty() {
            elsewhere.into_iter().for_each(|message| self.say(message));
            return None;
        }
        let mut compiled = compile(&expression, &names);
        if factor != 1.0 && compiled.is_ok() {
            // The factor becomes part of the formula, as if it were written in it.
            compiled = match parse(&format!("({text}) * {factor:?}")) {
                Ok(expression) => compile(&expression, &names),
                Err(error) => Err(vec![error]),
            };
        }
        match compiled {
            Ok(program) => {
                if self.used == Use::World {
                    let used = program.parameters().iter().map(|parameter| (*parameter, node.span.clone()));
                    self.used_in_world.extend(used);
                }
                Some(program)
            }
            Err(errors) => {
                errors.iter().for_each(|error| self.formula_error(node, text, error));
                None
            }
        }
    }

    fn formula_error(&mut self, node: &Node, text: &str, error: &FormulaError) {
        let span = self.inside(node, text, &error.span);
        let mut message = Diagnostic::error(error.message.clone()).at(&span).label("in this formula");
        if let Some(help) = &error.help {
            message = message.help(help.clone());
        }
        self.say(message);
    }

    /// The place of a part of a text in the file; the whole text where escapes make that uncertain.
    pub(super) fn inside(&self, node: &Node, text: &str, part: &std::ops::Range<usize>) -> Span {
        let source = self.sources.get(node.span.file).text();
        let written = source.get(node.span.range.clone()).unwrap_or_default();
        match written.find(text) {
            Some(start) if !text.is_empty() => {
                let start = node.span.range.start + start;
                Span { file: node.span.file, range: start + part.start..start + part.end }
            }
            _ => node.span.clone(),
        }
    }

    /// Whether a formula uses variables of a person or of time; a formula that cannot be parsed does not.
    pub(super) fn uses_variables(&self, text: &str) -> bool {
        let Ok(expression) = parse(text) else { return false };
        let all = super::place::variables(&self.scenario.variables, true);
        expression.names().iter().any(|(name, _)| all.iter().any(|variable| variable.name == *name))
    }

    /// Refuses a table of probabilities as a rate, and the other way round.
    fn check_kind(&mut self, node: &Node, text: &str, place: Place) {
        let Some(wanted) = place.wanted else { return };
        let Some(table) = bare_table(text) else { return };
        let kind = self.raw_tables.get(&table).map(|table| table.kind.clone());
        let (title, help) = match (wanted, kind.as_deref()) {
            (Wanted::Rate, Some("probability")) => (
                format!("`{table}` holds probabilities, a rate is wanted here"),
                format!("write `prob_to_rate({})`", text.trim()),
            ),
            (Wanted::Probability, Some("rate")) => (
                format!("`{table}` holds rates, a probability is wanted here"),
                format!("write `rate_to_prob({})`, or use the key `rate`", text.trim()),
            ),
            _ => return,
        };
        self.say(Diagnostic::error(title).at(&node.span).label("of another kind").help(help));
    }

    /// Adds a number to the list of inputs.
    pub(super) fn note_input(
        &mut self,
        node: &Node,
        path: &str,
        place: Place,
        provenance: &Provenance,
        table: Option<&Table>,
    ) {
        let needs_origin = place.concern != Concern::Choice && self.states_a_number(node, place.concern);
        let unit = table.and_then(|table| table.get("unit")).and_then(Node::as_text).unwrap_or_default();
        self.scenario.inputs.push(Input {
            path: path.to_owned(),
            stated: as_written(node),
            distribution: String::new(),
            unit: unit.to_owned(),
            source: provenance.source.clone(),
            assumption: provenance.assumption.clone(),
            design: self.design_of(provenance),
            needs_origin,
        });
        if needs_origin && provenance.is_missing() {
            self.without_origin(path, &node.span);
        }
    }

    /// What sort of study a number comes from: what is said of it, else of its source.
    pub(super) fn design_of(&self, provenance: &Provenance) -> Option<StudyDesign> {
        let source = || self.scenario.citations.iter().find(|source| source.id == provenance.source);
        provenance.design.or_else(|| source().and_then(|source| source.design))
    }

    /// Warns that a number has neither source nor assumption.
    pub(super) fn without_origin(&mut self, path: &str, span: &Span) {
        self.say(
            Diagnostic::warning(format!("`{path}` has neither a source nor an assumption"))
                .at(span)
                .label("where does this number come from?")
                .help("add `source = \"...\"` (an entry of [sources]) or `assumption = \"why\"`"),
        );
    }

    /// Whether a quantity is a number of its own: a formula of parameters or tables is as good as they are.
    fn states_a_number(&self, node: &Node, concern: Concern) -> bool {
        if let Some(number) = literal::number(node) {
            return concern == Concern::Evidence || (number != 0.0 && number != 1.0);
        }
        let Some(text) = node.as_text() else { return false };
        let Ok(expression) = parse(text) else { return false };
        let of_parameters = expression.names().iter().any(|(name, _)| self.parameter(name).is_some());
        !of_parameters && expression.tables().is_empty()
    }

    /// The index of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<usize> {
        self.scenario.parameters.list.iter().position(|parameter| parameter.name == name)
    }
}

/// The name of the table when a formula is nothing but a look-up in it.
fn bare_table(text: &str) -> Option<String> {
    let text = text.trim();
    let expression: Expression = parse(text).ok()?;
    let tables = expression.tables();
    let [(name, span)] = tables.as_slice() else { return None };
    if span.start != 0 || !text.ends_with(')') {
        return None;
    }
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return (at + 1 == text.len()).then(|| name.clone());
                }
            }
            _ => {}
        }
    }
    None
}

/// A number that the file does not write, such as a default.
pub(crate) fn constant(value: f64, path: impl Into<String>) -> Quantity {
    Quantity { program: number_program(value), path: path.into(), span: None }
}

/// What reading goes on with after a mistake. Not a number, so that no check says anything about its value.
pub(super) fn stand_in(path: impl Into<String>, span: Option<&Span>) -> Quantity {
    Quantity { program: number_program(f64::NAN), path: path.into(), span: span.cloned() }
}

/// The program of a parameter's value.
pub(super) fn parameter_program(index: usize) -> Program {
    single(Symbol::Parameter(index))
}

fn number_program(value: f64) -> Program {
    single(Symbol::Constant(value))
}

/// A program that is one name, whatever that name means.
fn single(meaning: Symbol) -> Program {
    let compiled = parse("it").and_then(|it| compile(&it, &Single(meaning)).map_err(|mut all| all.remove(0)));
    match compiled {
        Ok(program) => program,
        Err(error) => unreachable!("a name alone is a formula: {error}"),
    }
}
