//! Data files: rows of fields, each of which can be pointed at.

use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::{FileId, Span};
use crate::scenario::tree::Node;

use super::context::{Reader, some_of};
use super::literal;

/// A data file with a line of column names.
pub(super) struct DataFile {
    pub(super) file: FileId,
    separator: u8,
    header_line: usize,
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<DataRow>,
}

/// A line of a data file.
pub(super) struct DataRow {
    /// Line from 1.
    pub(super) line: usize,
    pub(super) fields: Vec<String>,
}

impl DataFile {
    /// The position of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }
}

impl Reader<'_> {
    /// Reads the data file whose path stands in `node`.
    ///
    /// Fields are separated by commas, or by semicolons where the line of column names has these; then numbers
    /// may have a decimal comma, as Dutch spreadsheets write them. Lines without any text are passed over.
    pub(super) fn data_file(&mut self, node: &Node) -> Option<DataFile> {
        let path = node.as_text()?;
        let file = match self.sources.resolve(node.span.file, path) {
            Ok(file) => file,
            Err(message) => {
                self.say(message.at(&node.span).label("named here"));
                return None;
            }
        };
        let text = self.sources.get(file).text();
        let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let separator = if header.contains(';') { b';' } else { b',' };
        let mut records = csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(separator)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut lines: Vec<DataRow> = Vec::new();
        let (mut line, mut counted) = (1, 0);
        for record in records.records() {
            let Ok(record) = record else {
                // The text is UTF-8 and lines may have any length, so nothing is left that could be wrong.
                continue;
            };
            let mut start = record.position().map_or(counted, |at| at.byte() as usize).min(text.len());
            // The position of a record includes empty lines before it.
            start += text.as_bytes()[start..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
            line += text.as_bytes()[counted..start].iter().filter(|byte| **byte == b'\n').count();
            counted = start;
            if record.iter().any(|field| !field.is_empty()) {
                lines.push(DataRow { line, fields: record.iter().map(str::to_owned).collect() });
            }
        }
        if lines.is_empty() {
            self.say(
                Diagnostic::error(format!("the file `{path}` is empty")).at(&node.span).label("named here"),
            );
            return None;
        }
        let header = lines.remove(0);
        let data =
            DataFile { file, separator, header_line: header.line, columns: header.fields, rows: lines };
        self.check_shape(&data).then_some(data)
    }

    /// Column names that differ, and as many fields in each row.
    fn check_shape(&mut self, data: &DataFile) -> bool {
        let mut sound = true;
        for (at, column) in data.columns.iter().enumerate() {
            if data.columns[..at].contains(column) {
                let span = self.sources.field_span(data.file, data.header_line, at, data.separator);
                self.error(&span, format!("two columns are called `{column}`"), "the second");
                sound = false;
            }
        }
        for row in &data.rows {
            if row.fields.len() != data.columns.len() {
                let span = self.sources.line_span(data.file, row.line);
                let title =
                    format!("{} fields in a file of {} columns", row.fields.len(), data.columns.len());
                self.error(&span, title, format!("columns: {}", data.columns.join(", ")));
                sound = false;
            }
        }
        sound
    }

    /// The position of a column that must be there; else an error that points at the line of column names.
    pub(super) fn data_column(&mut self, data: &DataFile, name: &str, asked: &Span) -> Option<usize> {
        let found = data.column(name);
        if found.is_none() {
            let columns: Vec<&str> = data.columns.iter().map(String::as_str).collect();
            let span = self.sources.line_span(data.file, data.header_line);
            let message = Diagnostic::error(format!("the file has no column `{name}`"))
                .at(&span)
                .label(format!("columns: {}", some_of(&columns)))
                .also(asked, "asked for here")
                .did_you_mean(name, columns);
            self.say(message);
        }
        found
    }

    /// Where a field is written.
    pub(super) fn field_place(&self, data: &DataFile, row: &DataRow, column: usize) -> Span {
        self.sources.field_span(data.file, row.line, column, data.separator)
    }

    /// Where the line of column names is written, or one name in it.
    pub(super) fn header_place(&self, data: &DataFile, column: usize) -> Span {
        self.sources.field_span(data.file, data.header_line, column, data.separator)
    }

    /// The number in a field; anything else is an error.
    pub(super) fn number_field(&mut self, data: &DataFile, row: &DataRow, column: usize) -> Option<f64> {
        let field = &row.fields[column];
        let number = literal::number_in_field(field, data.separator == b';');
        if number.is_none() {
            let span = self.field_place(data, row, column);
            let title = match field.as_str() {
                "" => format!("`{}` is empty", data.columns[column]),
                field => format!("`{field}` is not a number"),
            };
            self.error(&span, title, format!("expected a finite number for `{}`", data.columns[column]));
        }
        number
    }

    /// The age or band in a field; anything else is an error.
    pub(super) fn ages_field(
        &mut self,
        data: &DataFile,
        row: &DataRow,
        column: usize,
    ) -> Option<literal::Band> {
        let ages = literal::ages(&row.fields[column]);
        if ages.is_none() {
            let span = self.field_place(data, row, column);
            let title = format!("`{}` is not an age", row.fields[column]);
            self.error(&span, title, "expected 64, 65-69 or 95+");
        }
        ages
    }

    /// The code of a sex in a field; anything else is an error.
    pub(super) fn sex_field(&mut self, data: &DataFile, row: &DataRow, column: usize) -> Option<f64> {
        let sex = super::place::code_of(
            &self.scenario.variables,
            crate::scenario::checked::Variables::SEX,
            &row.fields[column],
        );
        if sex.is_none() {
            let span = self.field_place(data, row, column);
            self.error(&span, format!("`{}` is not a sex", row.fields[column]), "expected male or female");
        }
        sex
    }
}
