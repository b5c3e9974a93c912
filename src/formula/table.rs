//! Tables that formulas look values up in: their shape, their values, and where a row is.

use super::lane::Lane;

/// The keys of a table, which a formula passes in this order: `mortality(age, sex)`.
///
/// Rows are numbered with the last key running fastest: with keys of n0, n1 and n2 rows, the row of positions
/// k0, k1, k2 is (k0 · n1 + k1) · n2 + k2.
///
/// ```
/// use ounce::formula::{TableKey, TableShape};
/// let shape = TableShape {
///     name: "fall_rate".into(),
///     keys: vec![
///         TableKey::Bands { name: "age".into(), lowest: vec![65.0, 75.0, 85.0], highest: None },
///         TableKey::Codes { name: "sex".into(), codes: vec![0.0, 1.0] },
///     ],
/// };
/// assert_eq!(shape.len(), 6);
/// // Age 78 is in the second band, code 1 is the second: row 1 · 2 + 1.
/// assert_eq!(shape.lookup(&[78.0, 1.0])?, 3);
/// assert!(shape.lookup(&[64.0, 1.0]).is_err());
/// # Ok::<(), ounce::formula::MissingRow>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TableShape {
    /// The name by which formulas call the table.
    pub name: String,
    /// The keys, in the order of the arguments.
    pub keys: Vec<TableKey>,
}

/// One key of a table.
#[derive(Clone, Debug, PartialEq)]
pub enum TableKey {
    /// Bands of a number, without gaps. Each runs from its own lower bound up to, not including, the next.
    Bands {
        /// What the key is called: `age`.
        name: String,
        /// Lower bounds, ascending.
        lowest: Vec<f64>,
        /// Where the last band ends: the first value *beyond* it, 85 for a last band `75-84`. None where the
        /// last band has no end (`85+`).
        highest: Option<f64>,
    },
    /// Single values: codes of a categorical variable, calendar years.
    Codes {
        /// What the key is called: `sex`.
        name: String,
        /// The value of each row.
        codes: Vec<f64>,
    },
}

/// A value for which a table has no row.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the table `{table}` has no row for {key} = {value}")]
pub struct MissingRow {
    /// The table's name.
    pub table: String,
    /// The name of the key that has no such row.
    pub key: String,
    /// The value asked for.
    pub value: f64,
}

/// The values of a table, a number or a lane of draws per row.
#[derive(Clone, Debug, PartialEq)]
pub enum TableValues {
    /// The same in every draw.
    Numbers(Vec<f64>),
    /// A value per draw.
    Lanes(Vec<Lane>),
}

impl TableValues {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            TableValues::Numbers(values) => values.len(),
            TableValues::Lanes(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The draws in a row.
    #[inline(always)]
    pub(super) fn lane(&self, row: usize) -> Option<Lane> {
        match self {
            TableValues::Numbers(values) => values.get(row).map(|value| Lane::splat(*value)),
            TableValues::Lanes(values) => values.get(row).copied(),
        }
    }

    /// The value of a row in one draw.
    #[inline(always)]
    pub(super) fn value(&self, row: usize, draw: usize) -> Option<f64> {
        match self {
            TableValues::Numbers(values) => values.get(row).copied(),
            TableValues::Lanes(values) => values.get(row).map(|lane| lane[draw]),
        }
    }
}

impl TableKey {
    /// What the key is called.
    pub fn name(&self) -> &str {
        match self {
            TableKey::Bands { name, .. } | TableKey::Codes { name, .. } => name,
        }
    }

    /// The number of different rows of this key.
    pub fn len(&self) -> usize {
        match self {
            TableKey::Bands { lowest, .. } => lowest.len(),
            TableKey::Codes { codes, .. } => codes.len(),
        }
    }

    /// Whether the key has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The position of the row for `value`, None where there is none.
    pub fn position(&self, value: f64) -> Option<usize> {
        match self {
            TableKey::Bands { lowest, highest, .. } => {
                let first = *lowest.first()?;
                // Also false where the value is not a number.
                let inside = value >= first && highest.is_none_or(|highest| value < highest);
                if !inside {
                    return None;
                }
                // In a table by single years the distance from the first row is the position.
                let guess = ((value - first) as usize).min(lowest.len() - 1);
                let fits = lowest[guess] <= value && lowest.get(guess + 1).is_none_or(|next| value < *next);
                Some(if fits { guess } else { lowest.partition_point(|bound| *bound <= value) - 1 })
            }
            TableKey::Codes { codes, .. } => codes.iter().position(|code| *code == value),
        }
    }
}

impl TableShape {
    /// The number of rows: the product of those of the keys.
    pub fn len(&self) -> usize {
        self.keys.iter().map(TableKey::len).product()
    }

    /// Whether the table has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of the row for these values of the keys, in the order of [`TableShape::keys`].
    ///
    /// # Errors
    /// [`MissingRow`] for the first key without a row for its value. A key left out of `keys` counts as not
    /// a number, for which no key has a row.
    pub fn lookup(&self, keys: &[f64]) -> Result<usize, MissingRow> {
        let mut row = 0;
        for (at, key) in self.keys.iter().enumerate() {
            let value = keys.get(at).copied().unwrap_or(f64::NAN);
            let position = key.position(value).ok_or_else(|| self.missing(at, value))?;
            row = row * key.len() + position;
        }
        Ok(row)
    }

    /// The error for a value of the key at position `at` without a row.
    pub(super) fn missing(&self, at: usize, value: f64) -> MissingRow {
        let key = self.keys.get(at).map_or("", TableKey::name).to_owned();
        MissingRow { table: self.name.clone(), key, value }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bands(lowest: &[f64], highest: Option<f64>) -> TableKey {
        TableKey::Bands { name: "age".into(), lowest: lowest.to_vec(), highest }
    }

    #[test]
    fn a_band_runs_from_its_lower_bound_to_the_next() {
        let key = bands(&[65.0, 75.0, 85.0], None);
        assert_eq!(key.position(64.9), None);
        assert_eq!(key.position(65.0), Some(0));
        assert_eq!(key.position(74.99), Some(0));
        assert_eq!(key.position(75.0), Some(1));
        assert_eq!(key.position(120.0), Some(2));
    }

    #[test]
    fn half_a_year_past_a_birthday_is_the_same_single_year() {
        let key = bands(&[69.0, 70.0, 71.0], Some(72.0));
        assert_eq!(key.position(70.5), Some(1));
        assert_eq!(key.position(71.9), Some(2));
        assert_eq!(key.position(72.0), None);
    }

    #[test]
    fn what_is_not_a_number_has_no_row() {
        assert_eq!(bands(&[0.0], None).position(f64::NAN), None);
        let codes = TableKey::Codes { name: "sex".into(), codes: vec![0.0, 1.0] };
        assert_eq!(codes.position(f64::NAN), None);
    }

    #[test]
    fn a_key_without_rows_finds_nothing() {
        assert_eq!(bands(&[], None).position(1.0), None);
        let shape = TableShape { name: "t".into(), keys: vec![bands(&[], None)] };
        assert!(shape.is_empty());
        assert!(shape.lookup(&[1.0]).is_err());
    }

    #[test]
    fn codes_need_no_order() {
        let codes = TableKey::Codes { name: "year".into(), codes: vec![2030.0, 2026.0] };
        assert_eq!(codes.position(2026.0), Some(1));
        assert_eq!(codes.position(2027.0), None);
    }

    #[test]
    fn the_last_key_runs_fastest() {
        let codes = TableKey::Codes { name: "c".into(), codes: vec![5.0, 6.0, 7.0] };
        let shape =
            TableShape { name: "t".into(), keys: vec![bands(&[0.0, 10.0], None), codes.clone(), codes] };
        assert_eq!(shape.len(), 18);
        // (1 · 3 + 0) · 3 + 2
        assert_eq!(shape.lookup(&[11.0, 5.0, 7.0]), Ok(11));
    }

    #[test]
    fn a_missing_row_names_table_key_and_value() {
        let shape = TableShape { name: "fall_rate".into(), keys: vec![bands(&[65.0], Some(75.0))] };
        let error = shape.lookup(&[80.0]).unwrap_err();
        assert_eq!(error.to_string(), "the table `fall_rate` has no row for age = 80");
        assert!(shape.lookup(&[]).unwrap_err().value.is_nan());
    }

    proptest! {
        #[test]
        fn the_band_found_is_the_one_a_plain_search_finds(
            mut lowest in proptest::collection::vec(-50.0..150.0_f64, 1..20),
            value in -60.0..200.0_f64,
            end in proptest::option::of(100.0..300.0_f64),
        ) {
            lowest.sort_by(f64::total_cmp);
            let plain = lowest
                .iter()
                .rposition(|bound| *bound <= value)
                .filter(|_| end.is_none_or(|end| value < end));
            prop_assert_eq!(bands(&lowest, end).position(value), plain);
        }
    }
}
