//! `[tables]`: figures by age, sex, year or label, from a data file or written in the scenario.
//!
//! A table has a row for every combination of its keys; bands of ages leave no gap and do not overlap. The row of the
//! highest age is open when it is written so (`85+`) or when the table says `last_row = "and_over"`; otherwise an age
//! beyond it has no row, which is an error where a formula asks for it.

use crate::formula::{TableKey, TableShape, TableValues};
use crate::scenario::checked::{Input, TableData, TableRows, Variables};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;
use crate::scenario::tree::Node;

use super::context::{At, Reader, some_of};
use super::literal::{self, Band};
use super::parameters::Definition;
use super::place::{self, Place};

/// What is remembered of a table besides its shape.
pub(super) struct RawTable {
    /// Position in [`crate::scenario::checked::Scenario::tables`].
    pub(super) index: usize,
    /// `probability`, `rate`, `count` ...
    pub(super) kind: String,
    /// The figures in the order of the shape, where they are plain numbers.
    pub(super) numbers: Option<Vec<f64>>,
    /// Where the table is written.
    pub(super) span: Span,
}

/// A key's value in one row.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Band(Band),
    Code(f64),
}

/// A row before the table has its shape.
struct Row<V> {
    cells: Vec<Cell>,
    /// Where the keys are written, for messages about the row.
    span: Span,
    value: V,
}

impl<'t> Reader<'_> {
    /// Reads all tables; rows that are no plain numbers are returned, to become parameters.
    pub(super) fn read_tables(&mut self, top: &At<'t>) -> Vec<Definition<'t>> {
        let mut definitions = Vec::new();
        for (id, at) in top.ids("tables") {
            self.read_table(id, &at, &mut definitions);
            if !self.raw_tables.contains_key(id) {
                self.broke("table", id);
            }
        }
        definitions
    }

    fn read_table(&mut self, id: &'t str, at: &At<'t>, definitions: &mut Vec<Definition<'t>>) {
        let keys: Vec<&str> = at.texts("keys").into_iter().map(|(key, _)| key).collect();
        if keys.is_empty() {
            self.missing(at, "keys");
            return;
        }
        self.check_source(at.table);
        let kind = at.text("kind").unwrap_or_default().to_owned();
        let index = self.scenario.tables.len();
        let (shape, rows, numbers) = if at.node("rows").is_some() {
            let Some(rows) = self.rows_written(at, &keys) else { return };
            let Some((shape, order)) = self.shape(id, at, &keys, &rows) else { return };
            let nodes: Vec<(&'t str, &'t Node)> = order.iter().map(|row| rows[*row].value).collect();
            match self.plain_rows(at, &kind, &nodes) {
                Some(numbers) => {
                    (shape, TableRows::Numbers(TableValues::Numbers(numbers.clone())), Some(numbers))
                }
                None => {
                    let place = row_place(&kind);
                    for (position, (key, node)) in nodes.into_iter().enumerate() {
                        definitions.push(Definition {
                            name: format!("{}.rows.{key}", at.path),
                            node,
                            span: node.span.clone(),
                            provenance: at.provenance.clone(),
                            price_year: at.node("price_year"),
                            place,
                            row: Some((index, position)),
                        });
                    }
                    let count = shape.len();
                    (shape, TableRows::Parameters(vec![usize::MAX; count]), None)
                }
            }
        } else {
            let Some(rows) = self.rows_of_file(at, &keys, &kind) else { return };
            let Some((shape, order)) = self.shape(id, at, &keys, &rows) else { return };
            let numbers: Vec<f64> = order.iter().map(|row| rows[*row].value).collect();
            let file = at.text("file").unwrap_or_default();
            self.note_table(at, format!("{} rows of {file}", numbers.len()), &at.path);
            (shape, TableRows::Numbers(TableValues::Numbers(numbers.clone())), Some(numbers))
        };
        if kind == "money"
            && let (Some(_), Some(year)) = (&numbers, at.node("price_year"))
        {
            self.prices.tables.push((index, year.clone()));
        }
        let raw = RawTable { index, kind, numbers, span: at.span.clone() };
        self.raw_tables.insert(id.to_owned(), raw);
        self.shapes.push(shape.clone());
        self.scenario.tables.push(TableData { shape, rows });
    }

    /// Rows that are all plain numbers; `None` when one is more than that.
    fn plain_rows(&mut self, at: &At<'_>, kind: &str, nodes: &[(&str, &Node)]) -> Option<Vec<f64>> {
        let numbers: Option<Vec<f64>> = nodes.iter().map(|(_, node)| literal::number(node)).collect();
        let numbers = numbers?;
        for ((_, node), number) in nodes.iter().zip(&numbers) {
            self.check_figure(kind, *number, &node.span);
        }
        let stated: Vec<String> =
            nodes.iter().zip(&numbers).map(|((key, _), number)| format!("{key}: {number}")).collect();
        self.note_table(at, stated.join(", "), &format!("{}.rows", at.path));
        Some(numbers)
    }

    /// The rows of a table written in the scenario; it has one key.
    fn rows_written(&mut self, at: &At<'t>, keys: &[&str]) -> Option<Vec<Row<(&'t str, &'t Node)>>> {
        let [key] = keys else {
            let title = format!("`{}` has {} keys", at.path, keys.len());
            let message = Diagnostic::error(title)
                .at(at.span_of("keys"))
                .label("rows written in the scenario have one key")
                .help("put the figures in a CSV with a column for each key and name it in `file`");
            self.say(message);
            return None;
        };
        let (mut rows, mut sound) = (Vec::new(), true);
        for entry in at.entries("rows") {
            match self.cell(key, &entry.key, &entry.key_span) {
                Some(cell) => rows.push(Row {
                    cells: vec![cell],
                    span: entry.key_span.clone(),
                    value: (entry.key.as_str(), &entry.node),
                }),
                None => sound = false,
            }
        }
        sound.then_some(rows)
    }

    /// The rows of a table in a data file.
    fn rows_of_file(&mut self, at: &At<'_>, keys: &[&str], kind: &str) -> Option<Vec<Row<f64>>> {
        let Some(node) = at.node("file") else {
            self.missing(at, "file");
            return None;
        };
        let data = self.data_file(node)?;
        let mut columns = Vec::new();
        for (key, span) in at.texts("keys") {
            columns.push(self.data_column(&data, key, span));
        }
        let value = self.data_column(&data, at.text("value").unwrap_or("value"), at.span_of("value"));
        let columns: Vec<usize> = columns.into_iter().collect::<Option<_>>()?;
        let value = value?;
        let (mut rows, mut sound) = (Vec::with_capacity(data.rows.len()), true);
        for row in &data.rows {
            let mut cells = Vec::with_capacity(keys.len());
            for (key, column) in keys.iter().zip(&columns) {
                let span = self.field_place(&data, row, *column);
                cells.extend(self.cell(key, &row.fields[*column], &span));
            }
            let number = self.number_field(&data, row, value);
            if let Some(number) = number {
                let span = self.field_place(&data, row, value);
                self.check_figure(kind, number, &span);
            }
            match number {
                Some(value) if cells.len() == keys.len() => {
                    rows.push(Row { cells, span: self.sources.line_span(data.file, row.line), value });
                }
                _ => sound = false,
            }
        }
        sound.then_some(rows)
    }

    /// What a row says for a key: a band of numbers or the code of a word.
    fn cell(&mut self, key: &str, text: &str, span: &Span) -> Option<Cell> {
        let words = self.words_of(key);
        if let Some(words) = words {
            let code = words.iter().position(|word| word == text);
            if code.is_none() {
                let known: Vec<&str> = words.iter().map(String::as_str).collect();
                let message = Diagnostic::error(format!("`{text}` is no value of `{key}`"))
                    .at(span)
                    .label(format!("known: {}", some_of(&known)))
                    .did_you_mean(text, known);
                self.say(message);
            }
            return code.map(|code| Cell::Code(code as f64));
        }
        let band = if key == "age" { literal::ages(text) } else { literal::band(text) };
        if band.is_none() {
            let expected = match key {
                "age" => "expected 64, 65-69 or 95+",
                _ => "expected a whole number or a band such as 1-4, as this is no label of the population",
            };
            self.error(span, format!("`{text}` is no value of `{key}`"), expected);
        }
        band.map(Cell::Band)
    }

    /// The words of a key that is a categorical variable.
    fn words_of(&self, key: &str) -> Option<Vec<String>> {
        let variables = &self.scenario.variables;
        let all = place::variables(variables, true);
        let variable =
            all.iter().find(|variable| variable.name == key && variable.values == place::ValuesOf::Texts)?;
        Some(place::texts_of(variables, variable.index))
    }

    /// The shape of a table, and for each of its rows which of the rows read it is.
    fn shape<V>(
        &mut self,
        id: &str,
        at: &At<'_>,
        keys: &[&str],
        rows: &[Row<V>],
    ) -> Option<(TableShape, Vec<usize>)> {
        if rows.is_empty() {
            self.error(&at.span, format!("the table `{id}` has no rows"), "needs at least one row");
            return None;
        }
        let open = at.text("last_row") == Some("and_over");
        let mut table_keys = Vec::with_capacity(keys.len());
        for (position, key) in keys.iter().enumerate() {
            table_keys.push(self.key(key, position, rows, open)?);
        }
        let shape = TableShape { name: id.to_owned(), keys: table_keys };
        let mut order: Vec<Option<usize>> = vec![None; shape.len()];
        let mut sound = true;
        for (number, row) in rows.iter().enumerate() {
            let values: Vec<f64> = row.cells.iter().map(Cell::first).collect();
            // Every row lies in the shape, which was made of them.
            let Ok(position) = shape.lookup(&values) else { continue };
            if let Some(before) = order[position] {
                let message = Diagnostic::error(format!("the table `{id}` has this row twice"))
                    .at(&row.span)
                    .label("again here")
                    .also(&rows[before].span, "first here");
                self.say(message);
                sound = false;
            }
            order[position] = Some(number);
        }
        let missing: Vec<String> = (0..shape.len())
            .filter(|row| order[*row].is_none())
            .map(|row| self.describe(&shape, row))
            .collect();
        if !missing.is_empty() {
            let known: Vec<&str> = missing.iter().map(String::as_str).collect();
            let title = format!("the table `{id}` lacks rows");
            let spot = at.node("rows").or(at.node("file")).map_or(&at.span, |node| &node.span);
            self.error(spot, title, format!("no row for {}", some_of(&known)));
            sound = false;
        }
        sound.then(|| (shape, order.into_iter().flatten().collect()))
    }

    /// One key of the shape: its values in ascending order without gaps.
    fn key<V>(&mut self, key: &str, position: usize, rows: &[Row<V>], open: bool) -> Option<TableKey> {
        let mut bands: Vec<(Band, &Span)> = Vec::new();
        let mut codes: Vec<f64> = Vec::new();
        for row in rows {
            match row.cells[position] {
                Cell::Band(band) if bands.iter().all(|(known, _)| *known != band) => {
                    bands.push((band, &row.span))
                }
                Cell::Code(code) if !codes.contains(&code) => codes.push(code),
                _ => {}
            }
        }
        if bands.is_empty() {
            codes.sort_by(f64::total_cmp);
            return Some(TableKey::Codes { name: key.to_owned(), codes });
        }
        bands.sort_by_key(|(band, _)| *band);
        for pair in bands.windows(2) {
            let ((before, first), (band, span)) = (pair[0], pair[1]);
            let next = before.last.map(|last| last + 1);
            if next != Some(band.first) {
                let what = if before.overlaps(band) { "overlap" } else { "leave a gap" };
                let message = Diagnostic::error(format!("the bands {before} and {band} of `{key}` {what}"))
                    .at(span)
                    .label(match next {
                        Some(next) => format!("expected a band from {next}"),
                        None => "an open band is the last one".to_owned(),
                    })
                    .also(first, "the band before");
                self.say(message);
                return None;
            }
        }
        let lowest = bands.iter().map(|(band, _)| f64::from(band.first)).collect();
        let last = bands.last().and_then(|(band, _)| band.last);
        let highest = if open { None } else { last.map(|last| f64::from(last) + 1.0) };
        Some(TableKey::Bands { name: key.to_owned(), lowest, highest })
    }

    /// A row in words: `age 70, sex female`.
    fn describe(&self, shape: &TableShape, mut row: usize) -> String {
        let mut parts = Vec::new();
        for key in shape.keys.iter().rev() {
            let at = row % key.len().max(1);
            row /= key.len().max(1);
            let value = match key {
                TableKey::Bands { lowest, .. } => lowest[at].to_string(),
                TableKey::Codes { codes, .. } => self
                    .words_of(key.name())
                    .and_then(|words| words.get(codes[at] as usize).cloned())
                    .unwrap_or_default(),
            };
            parts.push(format!("{} {value}", key.name()));
        }
        parts.reverse();
        parts.join(", ")
    }

    /// A figure that its kind allows.
    fn check_figure(&mut self, kind: &str, figure: f64, span: &Span) {
        let expected = match kind {
            "probability" | "share" if !(0.0..=1.0).contains(&figure) => "expected a number from 0 to 1",
            "rate" | "count" | "index" if figure < 0.0 => "expected a number that is not negative",
            "utility" if figure > 1.0 => "expected at most 1",
            _ => return,
        };
        self.error(span, format!("{figure} is no {kind}"), expected);
    }

    /// Adds a table of plain numbers to the list of inputs, as one entry.
    fn note_table(&mut self, at: &At<'_>, stated: String, path: &str) {
        let unit = at.text("per").map_or_else(String::new, |per| format!("per {per}"));
        self.scenario.inputs.push(Input {
            path: path.to_owned(),
            stated,
            distribution: String::new(),
            unit,
            source: at.provenance.source.clone(),
            assumption: at.provenance.assumption.clone(),
            design: self.design_of(&at.provenance),
            needs_origin: true,
        });
        if at.provenance.is_missing() {
            self.without_origin(&at.path, &at.span);
        }
    }
}

impl Cell {
    fn first(&self) -> f64 {
        match self {
            Cell::Band(band) => f64::from(band.first),
            Cell::Code(code) => *code,
        }
    }
}

/// The place of a row that becomes a parameter.
fn row_place(kind: &str) -> Place {
    let place = Place::evidence(0);
    if kind == "money" { place.money() } else { place }
}

impl RawTable {
    /// The last single value of a numeric key, such as the highest age.
    pub(super) fn last_of(shape: &TableShape, key: &str) -> Option<u16> {
        shape.keys.iter().find_map(|known| match known {
            TableKey::Bands { name, lowest, .. } if name == key => lowest.last().map(|last| *last as u16),
            _ => None,
        })
    }

    /// The figure for an age and sex in a table by age, or by age and sex; `None` where it has no such row.
    pub(super) fn by_age_and_sex(&self, shape: &TableShape, age: u16, sex: f64) -> Option<f64> {
        let keys: Vec<f64> = shape
            .keys
            .iter()
            .map(|key| match key.name() {
                "age" => f64::from(age),
                "sex" => sex,
                _ => f64::NAN,
            })
            .collect();
        let row = shape.lookup(&keys).ok()?;
        self.numbers.as_ref()?.get(row).copied()
    }

    /// Both sexes of a table by sex, the code of men where it does not tell them apart.
    pub(super) fn sexes(shape: &TableShape) -> Vec<f64> {
        let by_sex = shape.keys.iter().any(|key| key.name() == "sex");
        if by_sex { vec![Variables::MALE, Variables::FEMALE] } else { Vec::new() }
    }
}
