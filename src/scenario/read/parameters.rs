//! `[parameters]`: named numbers, in an order in which each only depends on earlier ones.
//!
//! Rows of tables that are formulas or uncertain are parameters too. A formula may use parameters written later in the
//! file; a circle of them has no value and is reported with the way round.

use std::collections::BTreeMap;

use crate::formula::parse;
use crate::scenario::checked::{Origin, Parameter, Quantity, TableRows, Variables};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;
use crate::scenario::tree::{Node, Table};

use super::context::{At, Provenance, Reader, localised};
use super::literal;
use super::negotiation::Use;
use super::place::{self, Place};
use super::quantity::{is_uncertain, parameter_program, stand_in};

/// A parameter before it has a value.
pub(super) struct Definition<'t> {
    pub(super) name: String,
    pub(super) node: &'t Node,
    /// Where its name is written.
    pub(super) span: Span,
    /// Where numbers around it come from.
    pub(super) provenance: Provenance,
    /// The price year of the table around it.
    pub(super) price_year: Option<&'t Node>,
    pub(super) place: Place,
    /// The row of a table that it fills.
    pub(super) row: Option<(usize, usize)>,
}

impl<'t> Definition<'t> {
    /// The formula by which the parameter is computed.
    fn formula(&self) -> Option<(&'t Node, &'t str)> {
        let node = match self.node.as_table() {
            Some(table) if is_uncertain(table) => return None,
            Some(table) => table.get("value")?,
            None => self.node,
        };
        let text = node.as_text()?;
        literal::number(node).is_none().then_some((node, text))
    }

    /// `dirichlet` or `samples`: a parameter that stands for several.
    fn several(&self) -> Option<&'static str> {
        let dist = self.node.as_table()?.get("dist")?.as_text()?;
        ["dirichlet", "samples"].into_iter().find(|several| *several == dist)
    }
}

impl<'t> Reader<'_> {
    /// Reads `[parameters]` together with the rows of tables that are parameters.
    pub(super) fn read_parameters(&mut self, top: &At<'t>, rows: Vec<Definition<'t>>) {
        let mut definitions = self.definitions(top);
        definitions.extend(rows);
        let order = self.order(&definitions);
        // All names are known before the first formula is compiled, so that a misspelt one finds its neighbour.
        let mut defined: Vec<(usize, &Definition<'t>)> = Vec::new();
        for definition in definitions.iter().filter(|definition| definition.several().is_some()) {
            if self.define_several(definition).is_none() {
                self.broke("parameter", &definition.name);
            }
        }
        for (number, circular) in &order {
            let definition = &definitions[*number];
            if definition.several().is_some() {
                continue;
            }
            let index = self.declare(&definition.name);
            if let Some((table, row)) = definition.row
                && let TableRows::Parameters(rows) = &mut self.scenario.tables[table].rows
            {
                rows[row] = index;
            }
            // What is part of a circle keeps no value; nothing more is said about it.
            if !circular {
                defined.push((index, definition));
            }
        }
        for (index, definition) in defined {
            if definition.row.is_some()
                && let Some(table) = definition.node.as_table()
            {
                self.refuse_negotiable(table);
            }
            self.define(
                index,
                definition.node,
                definition.place,
                &definition.provenance,
                definition.price_year,
            );
        }
    }

    /// The entries of `[parameters]`.
    fn definitions(&mut self, top: &At<'t>) -> Vec<Definition<'t>> {
        let mut definitions = Vec::new();
        for entry in top.entries("parameters") {
            let taken = place::RESERVED.contains(&entry.key.as_str());
            let variables = &self.scenario.variables;
            let known = |list: &[String], name: &str| list.iter().any(|known| known == name);
            let past = entry.key.strip_prefix(Variables::PAST);
            let what = if taken {
                Some("a variable")
            } else if variables.labels.iter().any(|label| label.id == entry.key) {
                Some("a label or class of the population")
            } else if known(&variables.factors, &entry.key) {
                Some("a risk factor")
            } else if past.is_some_and(|event| known(&variables.events, event)) {
                Some("a variable: the number of past events of a person")
            } else {
                None
            };
            if let Some(what) = what {
                let title = format!("a parameter cannot be called `{}`", entry.key);
                self.error(&entry.key_span, title, format!("this is {what}"));
                self.broke("parameter", &entry.key);
                continue;
            }
            definitions.push(Definition {
                name: entry.key.clone(),
                node: &entry.node,
                span: entry.key_span.clone(),
                provenance: Provenance::default(),
                price_year: None,
                place: Place::evidence(0).money(),
                row: None,
            });
        }
        definitions
    }

    /// The order in which definitions can be worked out, each with whether it is part of a circle.
    fn order(&mut self, definitions: &[Definition<'t>]) -> Vec<(usize, bool)> {
        let names: BTreeMap<&str, usize> =
            definitions.iter().enumerate().map(|(number, d)| (d.name.as_str(), number)).collect();
        let mut rows: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, definition) in definitions.iter().enumerate() {
            if let Some((table, _)) = definition.row {
                rows.entry(table).or_default().push(number);
            }
        }
        let needs: Vec<Vec<usize>> = definitions
            .iter()
            .map(|definition| {
                let Some(expression) = definition.formula().and_then(|(_, text)| parse(text).ok()) else {
                    return Vec::new();
                };
                let named =
                    expression.names().into_iter().filter_map(|(name, _)| names.get(name.as_str()).copied());
                let looked_up = expression.tables().into_iter().filter_map(|(name, _)| {
                    self.raw_tables.get(&name).and_then(|table| rows.get(&table.index))
                });
                named.chain(looked_up.flatten().copied()).collect()
            })
            .collect();
        let mut walk =
            Walk { needs: &needs, state: vec![State::New; needs.len()], path: Vec::new(), order: Vec::new() };
        let mut circles = Vec::new();
        for start in 0..needs.len() {
            walk.visit(start, &mut circles);
        }
        let order = walk.order;
        for circle in &circles {
            self.report_circle(definitions, circle);
        }
        order
            .into_iter()
            .map(|number| (number, circles.iter().any(|circle| circle.contains(&number))))
            .collect()
    }

    fn report_circle(&mut self, definitions: &[Definition<'_>], circle: &[usize]) {
        let mut way: Vec<&str> = circle.iter().map(|number| definitions[*number].name.as_str()).collect();
        way.push(way[0]);
        let first = &definitions[circle[0]];
        let mut message =
            Diagnostic::error("parameters that depend on one another in a circle have no value")
                .at(&first.span)
                .label(way.join(" -> "));
        for number in &circle[1..] {
            message = message.also(&definitions[*number].span, "on the way round");
        }
        self.say(message);
    }

    /// Adds a parameter without a value.
    pub(super) fn declare(&mut self, name: &str) -> usize {
        self.scenario.parameters.list.push(Parameter {
            name: name.to_owned(),
            origin: Origin::Fixed(f64::NAN),
            index_factor: 1.0,
            local: None,
            unit: String::new(),
        });
        self.scenario.parameters.list.len() - 1
    }

    /// Gives a declared parameter its value.
    fn define(
        &mut self,
        index: usize,
        node: &Node,
        place: Place,
        around: &Provenance,
        price_year: Option<&Node>,
    ) {
        let name = self.scenario.parameters.list[index].name.clone();
        let table = node.as_table();
        let provenance = table.map_or_else(|| around.clone(), |table| Provenance::of(table, around));
        let (value, price_year) = match table {
            Some(table) => {
                self.check_source(table);
                self.check_nominal(table, place);
                self.describe_parameter(index, table);
                (table.get("value").or_else(|| table.get("mean")), table.get("price_year").or(price_year))
            }
            None => (Some(node), price_year),
        };
        let negotiable = table.and_then(|table| {
            let entry = table.entry("negotiable")?;
            Some((table, entry.node.as_table()?, &entry.key_span))
        });
        let origin = self.for_use(Use::Parameter, |reader| match (negotiable, table) {
            (Some((table, of, span)), _) => reader.define_negotiable(index, table, of, span, &provenance),
            (None, Some(table)) if is_uncertain(table) => {
                reader.define_uncertain(index, node, table, value, place, &provenance)
            }
            (None, table) => reader.define_certain(&name, node, value, place, &provenance, table),
        });
        if let Some(origin) = origin {
            self.scenario.parameters.list[index].origin = origin;
        }
        self.index_parameter(index, price_year);
    }

    fn define_certain(
        &mut self,
        name: &str,
        node: &Node,
        value: Option<&Node>,
        place: Place,
        provenance: &Provenance,
        table: Option<&Table>,
    ) -> Option<Origin> {
        let Some(value) = value else {
            self.error(&node.span, format!("`{name}` has no `value`"), "needs `value`");
            return None;
        };
        self.note_input(value, name, place, provenance, table);
        if let Some(number) = literal::number(value) {
            return Some(Origin::Fixed(number));
        }
        let text = value.as_text()?;
        let program = self.formula(value, text, 0, 1.0)?;
        Some(match program.constant() {
            Some(number) if number.is_finite() => Origin::Fixed(number),
            _ => Origin::Formula(Quantity { program, path: name.to_owned(), span: Some(value.span.clone()) }),
        })
    }

    /// Unit and question.
    pub(super) fn describe_parameter(&mut self, index: usize, table: &Table) {
        let unit = table.get("unit").and_then(Node::as_text).unwrap_or_default().to_owned();
        let local = table.get("local").and_then(Node::as_boolean).unwrap_or(false);
        let question = table.get("question").and_then(localised).unwrap_or_default();
        let parameter = &mut self.scenario.parameters.list[index];
        parameter.unit = unit;
        parameter.local = local.then_some(question);
    }

    /// A quantity in a table elsewhere than in `[parameters]`: a parameter named by its path.
    pub(super) fn inline_parameter(
        &mut self,
        table: &Table,
        node: &Node,
        path: String,
        place: Place,
        around: &Provenance,
        price_year: Option<&Node>,
    ) -> Quantity {
        if let Some(dist) = table.get("dist")
            && matches!(dist.as_text(), Some("dirichlet" | "samples"))
        {
            let title = format!("`{}` stands for several parameters", dist.as_text().unwrap_or_default());
            self.error(&dist.span, title, "can only stand in [parameters]");
            return stand_in(path, Some(&node.span));
        }
        let span = table.get("value").map_or(&node.span, |value| &value.span);
        let index = self.declare(&path);
        if self.used == Use::World {
            self.refuse_negotiable(table);
            self.used_in_world.push((index, span.clone()));
        }
        self.define(index, node, place, around, price_year.filter(|_| place.money));
        Quantity { program: parameter_program(index), path, span: Some(span.clone()) }
    }

    /// Whether a `source` is one of `[sources]`.
    pub(super) fn check_source(&mut self, table: &Table) {
        let Some(node) = table.get("source") else { return };
        let Some(name) = node.as_text() else { return };
        let known: Vec<String> = self.scenario.citations.iter().map(|source| source.id.clone()).collect();
        self.find("source", name, &node.span, known.iter().map(String::as_str));
    }
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    New,
    Open,
    Done,
}

/// A depth-first walk along what each definition needs.
struct Walk<'n> {
    needs: &'n [Vec<usize>],
    state: Vec<State>,
    path: Vec<usize>,
    order: Vec<usize>,
}

impl Walk<'_> {
    /// Visits what `number` needs, then `number` itself. The stack is the walk's own: a chain of formulas may be long.
    fn visit(&mut self, number: usize, circles: &mut Vec<Vec<usize>>) {
        let mut stack = vec![(number, 0)];
        while let Some((at, next)) = stack.pop() {
            if next == 0 {
                match self.state[at] {
                    State::Done => continue,
                    State::Open => {
                        if let Some(start) = self.path.iter().position(|open| *open == at) {
                            circles.push(self.path[start..].to_vec());
                        }
                        continue;
                    }
                    State::New => {
                        self.state[at] = State::Open;
                        self.path.push(at);
                    }
                }
            }
            match self.needs[at].get(next) {
                Some(needed) => {
                    stack.push((at, next + 1));
                    stack.push((*needed, 0));
                }
                None => {
                    self.state[at] = State::Done;
                    self.path.pop();
                    self.order.push(at);
                }
            }
        }
    }
}
