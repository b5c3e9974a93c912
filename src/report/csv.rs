//! Tables as CSV, for software and for Dutch Excel.
//!
//! Numbers are written with as many digits as bring back the same double, never rounded, and as nothing where
//! there is none. Very large and very small ones are written with an exponent.

use super::table::{Table, Values};
use std::io::{self, Write};

/// How CSV is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CsvStyle {
    /// Comma between fields, decimal point: what software expects.
    #[default]
    En,
    /// Semicolon between fields, decimal comma, byte order mark: what Excel with Dutch settings opens well.
    Nl,
}

impl CsvStyle {
    /// Between fields.
    pub fn delimiter(self) -> char {
        match self {
            Self::En => ',',
            Self::Nl => ';',
        }
    }

    /// Between units and tenths.
    pub fn decimal(self) -> char {
        match self {
            Self::En => '.',
            Self::Nl => ',',
        }
    }
}

/// Writes a table with its header.
///
/// # Errors
/// Those of the writer.
pub fn write(table: &Table, style: CsvStyle, mut out: impl Write) -> io::Result<()> {
    if style == CsvStyle::Nl {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let mut line = Vec::with_capacity(1024);
    for (position, column) in table.columns.iter().enumerate() {
        separate(&mut line, position, style);
        text(&mut line, &column.name, style);
    }
    line.push(b'\n');
    for row in 0..table.rows() {
        for (position, column) in table.columns.iter().enumerate() {
            separate(&mut line, position, style);
            match &column.values {
                Values::Text(values) => text(&mut line, &values[row], style),
                Values::Number(values) => number(&mut line, values[row], style)?,
                Values::Integer(values) => {
                    if let Some(value) = values[row] {
                        write!(line, "{value}")?;
                    }
                }
            }
        }
        line.push(b'\n');
        if line.len() > 1 << 16 {
            out.write_all(&line)?;
            line.clear();
        }
    }
    out.write_all(&line)
}

fn separate(line: &mut Vec<u8>, position: usize, style: CsvStyle) {
    if position > 0 {
        line.push(style.delimiter() as u8);
    }
}

fn text(line: &mut Vec<u8>, value: &str, style: CsvStyle) {
    let special = |c: char| c == style.delimiter() || matches!(c, '"' | '\n' | '\r');
    if value.contains(special) {
        line.push(b'"');
        line.extend(value.replace('"', "\"\"").bytes());
        line.push(b'"');
    } else {
        line.extend(value.bytes());
    }
}

fn number(line: &mut Vec<u8>, value: f64, style: CsvStyle) -> io::Result<()> {
    if !value.is_finite() {
        return Ok(());
    }
    let start = line.len();
    // Adding zero turns minus zero into zero.
    let value = value + 0.0;
    let size = value.abs();
    if size == 0.0 || (1e-5..1e16).contains(&size) {
        write!(line, "{value}")?;
    } else {
        write!(line, "{value:e}")?;
    }
    if style == CsvStyle::Nl
        && let Some(point) = line[start..].iter().position(|&byte| byte == b'.')
    {
        line[start + point] = b',';
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::table::{Cell, Kind};
    use proptest::prelude::*;

    fn written(table: &Table, style: CsvStyle) -> String {
        let mut bytes = Vec::new();
        write(table, style, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    fn example() -> Table {
        let columns =
            [("party", Kind::Key, "", ""), ("year", Kind::Year, "", ""), ("mean", Kind::Number, "EUR", "")];
        let mut table = Table::new("cashflow", "", &columns);
        table.push(["a \"named\", party; here".into(), 2026.into(), 1234.5.into()]);
        table.push(["b".into(), Cell::Empty, f64::NAN.into()]);
        table.push(["c".into(), 2027.into(), (-0.0).into()]);
        table.push(["d".into(), 2027.into(), (-1.5e-7).into()]);
        table.push(["e".into(), 2027.into(), (1e300).into()]);
        table
    }

    #[test]
    fn software_gets_commas_and_points() {
        let expected = "party,year,mean\n\"a \"\"named\"\", party; here\",2026,1234.5\nb,,\nc,2027,0\n\
                        d,2027,-1.5e-7\ne,2027,1e300\n";
        assert_eq!(written(&example(), CsvStyle::En), expected);
    }

    #[test]
    fn dutch_excel_gets_semicolons_and_decimal_commas() {
        let expected = "\u{feff}party;year;mean\n\"a \"\"named\"\", party; here\";2026;1234,5\nb;;\nc;2027;0\n\
                        d;2027;-1,5e-7\ne;2027;1e300\n";
        assert_eq!(written(&example(), CsvStyle::Nl), expected);
    }

    proptest! {
        #[test]
        fn every_number_comes_back_as_it_was(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let mut table = Table::new("x", "", &[("mean", Kind::Number, "", "")]);
            table.push([value.into()]);
            let text = written(&table, CsvStyle::En);
            let back: f64 = text.lines().nth(1).unwrap().parse().unwrap();
            prop_assert_eq!(back, value);
        }
    }
}
