//! Numbers, years and ages as people write them.

use std::ops::RangeInclusive;

use crate::scenario::sources::Span;
use crate::scenario::tree::Node;

use super::context::Reader;

/// A number, or a text that is one: `0.14`, `"14%"`, `"-10%"`, `"1_000"`.
pub(super) fn number(node: &Node) -> Option<f64> {
    node.as_number().or_else(|| node.as_text().and_then(number_in_text))
}

/// A text that is nothing but a number or a percentage.
pub(super) fn number_in_text(text: &str) -> Option<f64> {
    let text = text.trim();
    let (digits, divisor) = match text.strip_suffix('%') {
        Some(digits) => (digits.trim_end(), 100.0),
        None => (text, 1.0),
    };
    // `inf`, `nan` and the like are words for Rust's parser; a number starts with a digit, a point or a sign.
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let plain = digits.replace('_', "");
    plain.parse::<f64>().ok().map(|number| number / divisor).filter(|number| number.is_finite())
}

/// A number with the decimal comma of Dutch spreadsheets, where `comma` says that it is in use.
pub(super) fn number_in_field(text: &str, comma: bool) -> Option<f64> {
    if comma { number_in_text(&text.replace(',', ".")) } else { number_in_text(text) }
}

/// Whole numbers from the first to the last, such as ages; no last for an open band.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Band {
    pub(super) first: u16,
    /// Last number of the band itself; `None`: and over.
    pub(super) last: Option<u16>,
}

impl Band {
    /// Whether a number is in the band.
    pub(super) fn contains(self, number: u16) -> bool {
        number >= self.first && self.last.is_none_or(|last| number <= last)
    }

    /// Whether the band is one single number.
    pub(super) fn is_single(self) -> bool {
        self.last == Some(self.first)
    }

    /// Whether two bands share a number.
    pub(super) fn overlaps(self, other: Band) -> bool {
        self.last.is_none_or(|last| other.first <= last) && other.last.is_none_or(|last| self.first <= last)
    }
}

impl std::fmt::Display for Band {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.last {
            None => write!(f, "{}+", self.first),
            Some(last) if last == self.first => write!(f, "{last}"),
            Some(last) => write!(f, "{}-{last}", self.first),
        }
    }
}

/// The oldest age that a band may name.
const OLDEST: u16 = 130;

/// A band of whole numbers: `64`, `65-69`, `85+`. `None` for anything else.
pub(super) fn band(text: &str) -> Option<Band> {
    let whole = |text: &str| {
        let text = text.trim();
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse::<u16>().ok() } else { None }
    };
    let text = text.trim();
    if let Some(first) = text.strip_suffix('+') {
        return Some(Band { first: whole(first)?, last: None });
    }
    match text.split_once(['-', '–']) {
        Some((first, last)) => {
            let (first, last) = (whole(first)?, whole(last)?);
            (first <= last).then_some(Band { first, last: Some(last) })
        }
        None => whole(text).map(|number| Band { first: number, last: Some(number) }),
    }
}

/// A band of ages in whole years.
pub(super) fn ages(text: &str) -> Option<Band> {
    band(text).filter(|band| band.last.unwrap_or(band.first) <= OLDEST)
}

/// An age or band in the tree, as a whole number or a text.
pub(super) fn ages_of(node: &Node) -> Option<Band> {
    match node.as_integer() {
        Some(age) => ages(&age.to_string()),
        None => node.as_text().and_then(ages),
    }
}

/// Calendar years: `2026`, `"2026"`, `"2026-2029"`. `None` for anything else.
pub(super) fn years(node: &Node) -> Option<RangeInclusive<i64>> {
    if let Some(year) = node.as_integer() {
        return Some(year..=year);
    }
    let text = node.as_text()?;
    let year = |text: &str| text.trim().parse::<i64>().ok().filter(|year| (1000..=9999).contains(year));
    match text.split_once(['-', '–']) {
        Some((first, last)) => {
            let (first, last) = (year(first)?, year(last)?);
            (first <= last).then_some(first..=last)
        }
        None => year(text).map(|year| year..=year),
    }
}

/// Years of the run, the first being 1: `"year 1"`, `"year 1-4"`. `None` for anything else.
pub(super) fn years_of_run(node: &Node) -> Option<RangeInclusive<usize>> {
    let text = node.as_text()?.trim().strip_prefix("year")?;
    let year = |text: &str| text.trim().parse::<usize>().ok().filter(|year| (1..=999).contains(year));
    let (first, last) = text.split_once(['-', '–']).unwrap_or((text, text));
    let (first, last) = (year(first)?, year(last)?);
    (text.starts_with(char::is_whitespace) && first <= last).then_some(first..=last)
}

impl Reader<'_> {
    /// Years as indices from the start of the horizon; calendar years outside it are an error, years of the run are cut.
    pub(super) fn year_indices(&mut self, node: &Node) -> Option<Vec<usize>> {
        if let Some(years) = years_of_run(node) {
            return Some((years.start() - 1..(*years.end()).min(self.scenario.time.years)).collect());
        }
        let Some(years) = years(node) else {
            let label = "expected 2026, \"2026-2029\", or years of the run such as \"year 1-4\"";
            self.error(&node.span, "these are not calendar years", label);
            return None;
        };
        let first = self.year_index(*years.start(), &node.span)?;
        let last = self.year_index(*years.end(), &node.span)?;
        Some((first..=last).collect())
    }

    /// A calendar year as index from the start of the horizon; a year outside it is an error.
    pub(super) fn year_index(&mut self, year: i64, span: &Span) -> Option<usize> {
        let time = self.scenario.time;
        let index = usize::try_from(year - i64::from(time.start)).ok().filter(|index| *index < time.years);
        if index.is_none() {
            let last = i64::from(time.start) + time.years as i64 - 1;
            self.error(
                span,
                format!("the year {year} lies outside the horizon"),
                format!("the scenario runs from {} to {last}", time.start),
            );
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_a_number() {
        assert_eq!(number_in_text("14%"), Some(0.14));
        assert_eq!(number_in_text(" -10 % "), Some(-0.1));
        assert_eq!(number_in_text("1_000"), Some(1000.0));
        assert_eq!(number_in_text("1e-3"), Some(0.001));
    }

    #[test]
    fn years_of_the_run_are_counted_from_one() {
        let of = |text: &str| {
            let mut sources = crate::scenario::sources::Sources::new();
            let file = sources.add_text("x", "");
            years_of_run(&Node {
                span: Span { file, range: 0..0 },
                value: crate::scenario::tree::Value::Text(text.into()),
            })
        };
        assert_eq!(of("year 1-4"), Some(1..=4));
        assert_eq!(of("year 10"), Some(10..=10));
        for text in ["year 0", "year 4-1", "year1", "years 1", "2026", "year"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn words_and_formulas_are_no_numbers() {
        for text in ["", "nan", "inf", "-inf", "infinity", "uptake", "2 * 3", "%", "1e999"] {
            assert_eq!(number_in_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_decimal_comma_counts_only_where_commas_separate_nothing() {
        assert_eq!(number_in_field("1,5", true), Some(1.5));
        assert_eq!(number_in_field("1,5", false), None);
    }

    #[test]
    fn ages_are_single_years_bands_or_open() {
        assert_eq!(ages("64"), Some(Band { first: 64, last: Some(64) }));
        assert_eq!(ages("65-69"), Some(Band { first: 65, last: Some(69) }));
        assert_eq!(ages("95+"), Some(Band { first: 95, last: None }));
        for text in ["", "old", "69-65", "-5", "65-", "400", "65.5"] {
            assert_eq!(ages(text), None, "{text}");
        }
    }

    #[test]
    fn bands_that_share_an_age_overlap() {
        let band = |text: &str| ages(text).unwrap();
        assert!(band("65-69").overlaps(band("69")));
        assert!(band("85+").overlaps(band("95+")));
        assert!(!band("65-69").overlaps(band("70+")));
    }
}
