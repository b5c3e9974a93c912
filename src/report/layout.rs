//! Text in 80 columns: paragraphs, lines with numbers, and small tables.

use std::fmt::{self, Display, Formatter};

/// Columns of a page.
pub const WIDTH: usize = 80;

const LABEL: usize = 32;
const VALUE: usize = 14;

/// Breaks a text between words into lines of at most `width` characters, each later line moved in by
/// `indent`. A word that is longer than a line gets one of its own. Ends with a line end.
pub fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut result = String::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            result.push('\n');
            result.push_str(&" ".repeat(indent));
            used = indent;
        } else if used > 0 {
            result.push(' ');
            used += 1;
        }
        result.push_str(word);
        used += length;
    }
    result.push('\n');
    result
}

/// A label, a number at the right of its column, and what belongs to the number.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What it is.
    pub label: &'a str,
    /// The number.
    pub value: &'a str,
    /// Its margin, say.
    pub note: &'a str,
}

impl Display for Line<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let wrapped = wrap(self.label, LABEL, 2);
        let mut lines: Vec<&str> = wrapped.lines().collect();
        let last = lines.pop().unwrap_or_default();
        for line in lines {
            writeln!(f, "  {line}")?;
        }
        let start = format!("  {last:LABEL$} {:>VALUE$}", self.value);
        let note = self.note;
        if start.chars().count() + 1 + note.chars().count() <= WIDTH {
            writeln!(f, "{}", format!("{start} {note}").trim_end())
        } else {
            writeln!(f, "{start}")?;
            writeln!(f, "{note:>WIDTH$}")
        }
    }
}

/// A small table: names at the left, columns under letters that are explained above it. What does not fit
/// next to each other comes below.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// Above the names.
    pub corner: String,
    /// What the columns are.
    pub columns: Vec<String>,
    /// Names with a cell for each column.
    pub rows: Vec<(String, Vec<String>)>,
}

impl Matrix {
    /// The same cells with the columns as rows, under another corner.
    pub fn turned(self, corner: String) -> Self {
        let row = |column: usize| self.rows.iter().map(|(_, cells)| cells[column].clone()).collect();
        let rows =
            self.columns.iter().enumerate().map(|(column, name)| (name.clone(), row(column))).collect();
        Self { corner, columns: self.rows.iter().map(|(name, _)| name.clone()).collect(), rows }
    }
}

impl Display for Matrix {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let length = |text: &str| text.chars().count();
        let names = self.rows.iter().map(|(name, _)| length(name)).chain([length(&self.corner)]);
        let label = names.max().unwrap_or(0).min(LABEL);
        let cells = self.rows.iter().flat_map(|(_, cells)| cells).map(|cell| length(cell));
        let width = cells.max().unwrap_or(0).max(6) + 2;
        let at_once = ((WIDTH - label) / width).max(1);
        let blocks = self.columns.len().div_ceil(at_once).max(1);
        let at_once = self.columns.len().div_ceil(blocks).max(1);
        for (column, name) in self.columns.iter().enumerate() {
            f.write_str(&wrap(&format!("{} = {name}", letter(column)), WIDTH, 4))?;
        }
        for first in (0..self.columns.len()).step_by(at_once) {
            let columns = first..(first + at_once).min(self.columns.len());
            let rule = "-".repeat(label + width * columns.len());
            write!(f, "{:label$}", self.corner)?;
            for column in columns.clone() {
                write!(f, "{:>width$}", letter(column))?;
            }
            writeln!(f, "\n{rule}")?;
            for (name, cells) in &self.rows {
                let wrapped = wrap(name, label, 0);
                let mut lines: Vec<&str> = wrapped.lines().collect();
                let last = lines.pop().unwrap_or_default();
                for line in lines {
                    writeln!(f, "{line}")?;
                }
                let mut row = format!("{last:label$}");
                for cell in &cells[columns.clone()] {
                    row.push_str(&format!("{cell:>width$}"));
                }
                writeln!(f, "{}", row.trim_end())?;
            }
        }
        Ok(())
    }
}

/// A, B, … Z, AA, AB, …
fn letter(mut index: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + (index % 26) as u8));
        if index < 26 {
            break;
        }
        index = index / 26 - 1;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_breaks_between_words() {
        assert_eq!(wrap("one two three four", 9, 2), "one two\n  three\n  four\n");
        assert_eq!(wrap("", 9, 0), "\n");
    }

    #[test]
    fn numbers_stand_under_each_other_whatever_their_labels() {
        let short = Line { label: "Falls", value: "−42", note: "(−60 to −25)" }.to_string();
        let long = Line {
            label: "Hip fractures that lead to admission to hospital",
            value: "−4",
            note: "(−6 to −2)",
        }
        .to_string();
        let end = |text: &str| text.lines().last().map(|line| line.chars().position(|c| c == '(')).unwrap();
        assert_eq!(end(&short), end(&long));
        assert_eq!(long.lines().count(), 2);
    }

    #[test]
    fn a_wide_table_continues_below() {
        let matrix = Matrix {
            corner: "Party".into(),
            columns: (1..=7).map(|n| format!("Deal {n}")).collect(),
            rows: vec![("Municipality".into(), vec!["−1,230 (>99%)".into(); 7])],
        };
        let text = matrix.to_string();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(text.matches("Municipality").count(), 2);
        assert_eq!(text.matches("−1,230 (>99%)").count(), 7);
        assert!(text.starts_with("A = Deal 1\n"), "{text}");
    }

    #[test]
    fn columns_beyond_the_alphabet_have_two_letters() {
        assert_eq!([0, 25, 26, 27, 52].map(letter), ["A", "Z", "AA", "AB", "BA"]);
    }

    #[test]
    fn a_table_that_is_turned_has_its_columns_as_rows() {
        let cell = |text: &str| text.to_owned();
        let matrix = Matrix {
            corner: cell("party"),
            columns: vec![cell("fee"), cell("grant")],
            rows: vec![(cell("town"), vec![cell("1"), cell("2")])],
        };
        let turned = matrix.turned(cell("way"));
        assert_eq!((turned.corner.as_str(), turned.columns), ("way", vec![cell("town")]));
        assert_eq!(turned.rows, [(cell("fee"), vec![cell("1")]), (cell("grant"), vec![cell("2")])]);
    }
}
