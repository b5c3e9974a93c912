//! The one shape that all results take on their way to a file.
//!
//! A [`Table`] has a name, described columns and rows. CSV, Parquet and the data package are written from the
//! same columns, so a unit or description is said once.

/// A table of results.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// File name without its ending; snake_case.
    pub name: String,
    /// What it holds, for the data package.
    pub description: String,
    /// Columns, keys first; all of the same length.
    pub columns: Vec<Column>,
    /// Columns of numbers that tell rows apart, besides those of keys and years.
    pub numbered_by: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Header; snake_case.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
    /// Unit, or empty.
    pub unit: String,
    /// What it says.
    pub description: String,
    /// The values.
    pub values: Values,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Part of what identifies a row; empty where it does not apply.
    Key,
    /// Words.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// A calendar year; part of what identifies a row, empty for the horizon as a whole.
    Year,
}

/// Values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// For [`Kind::Key`] and [`Kind::Text`].
    Text(Vec<String>),
    /// For [`Kind::Number`]; a value that is not finite is a missing one.
    Number(Vec<f64>),
    /// For [`Kind::Integer`] and [`Kind::Year`].
    Integer(Vec<Option<i64>>),
}

/// A value on its way into a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// For keys and text.
    Text(&'a str),
    /// For numbers; a value that is not finite is a missing one.
    Number(f64),
    /// For whole numbers and years.
    Integer(i64),
    /// Nothing.
    Empty,
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Cell<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

impl Table {
    /// A table without rows. Each column: name, kind, unit, description.
    pub fn new(name: &str, description: &str, columns: &[(&str, Kind, &str, &str)]) -> Self {
        let columns = columns.iter().map(|&(name, kind, unit, description)| Column {
            name: name.into(),
            kind,
            unit: unit.into(),
            description: description.into(),
            values: match kind {
                Kind::Key | Kind::Text => Values::Text(Vec::new()),
                Kind::Number => Values::Number(Vec::new()),
                Kind::Integer | Kind::Year => Values::Integer(Vec::new()),
            },
        });
        Self {
            name: name.into(),
            description: description.into(),
            columns: columns.collect(),
            numbered_by: Vec::new(),
        }
    }

    /// Says that these columns of numbers tell rows apart as well.
    pub fn numbered_by(mut self, columns: &[&str]) -> Self {
        self.numbered_by = columns.iter().map(|&name| name.to_owned()).collect();
        self
    }

    /// The columns that together tell each row from all others, units not among them; none where rows are told apart by
    /// their order only.
    pub fn primary_key(&self) -> Vec<&str> {
        let is_key = |column: &&Column| {
            let key = matches!(column.kind, Kind::Key | Kind::Year) && column.name != "unit";
            key || self.numbered_by.contains(&column.name)
        };
        self.columns.iter().filter(is_key).map(|column| column.name.as_str()).collect()
    }

    /// Adds a row.
    ///
    /// # Panics
    /// The row does not fit the columns: tables are filled by this crate only.
    pub fn push<'a>(&mut self, row: impl IntoIterator<Item = Cell<'a>>) {
        let mut columns = self.columns.iter_mut();
        for cell in row {
            let column = columns.next().expect("no more cells than columns");
            match (&mut column.values, cell) {
                (Values::Text(values), Cell::Text(text)) => values.push(text.into()),
                (Values::Text(values), Cell::Empty) => values.push(String::new()),
                (Values::Number(values), Cell::Number(number)) => values.push(number),
                (Values::Number(values), Cell::Empty) => values.push(f64::NAN),
                (Values::Integer(values), Cell::Integer(number)) => values.push(Some(number)),
                (Values::Integer(values), Cell::Empty) => values.push(None),
                (_, cell) => panic!("{cell:?} does not fit the column `{}`", column.name),
            }
        }
        assert!(columns.next().is_none(), "a cell for each column of {}", self.name);
    }

    /// Adds a whole column of numbers.
    pub fn push_column(&mut self, name: String, unit: &str, description: String, values: Vec<f64>) {
        let column = Column {
            name,
            kind: Kind::Number,
            unit: unit.into(),
            description,
            values: Values::Number(values),
        };
        self.columns.push(column);
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }
}

impl Values {
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Number(values) => values.len(),
            Self::Integer(values) => values.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_fills_every_column_and_leaves_what_does_not_apply_empty() {
        let mut table = Table::new(
            "outcomes",
            "",
            &[("measure", Kind::Key, "", ""), ("year", Kind::Year, "", ""), ("mean", Kind::Number, "", "")],
        );
        table.push(["deaths".into(), Cell::Empty, 2.5.into()]);
        table.push(["deaths".into(), 2026.into(), None::<f64>.into()]);
        assert_eq!(table.rows(), 2);
        assert_eq!(table.columns[1].values, Values::Integer(vec![None, Some(2026)]));
        let Values::Number(means) = &table.columns[2].values else { panic!("numbers") };
        assert!(means[0] == 2.5 && means[1].is_nan());
    }

    #[test]
    #[should_panic(expected = "does not fit the column `mean`")]
    fn a_word_in_a_column_of_numbers_is_a_mistake_of_ours() {
        Table::new("x", "", &[("mean", Kind::Number, "", "")]).push(["many".into()]);
    }
}
