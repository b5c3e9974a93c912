//! Published figures beside those of the model, as tables of the README.
#![allow(dead_code)]

use std::fmt::Write;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Was used to set the library.
    Input,
    /// Several inputs must give the life table back.
    Closure,
    /// Was not used.
    HeldOut,
    /// Rests on other assumptions: the model should not come near it.
    Contrast,
    /// What the model gives on assumptions of others.
    WhatIf,
}

#[derive(Clone, Copy, Debug)]
pub enum Unit {
    Count,
    MillionEuros,
    /// Difference in percentage points.
    Share,
    PerTenThousand,
    PerThousand,
    PerPersonYear,
    Euros,
    EurosEach,
    Years,
    Qalys,
    Persons,
}

impl Unit {
    pub fn show(self, x: f64) -> String {
        match self {
            Self::Count => thousands((x / 10.0).round() * 10.0),
            Self::MillionEuros => format!("€{} m", thousands((x / 1e6).round())),
            Self::Share => format!("{:.1}%", 100.0 * x),
            Self::PerTenThousand => format!("{:.0} per 10,000", 1e4 * x),
            Self::PerThousand => format!("{:.1} per 1,000", 1e3 * x),
            Self::PerPersonYear => format!("{x:.2} a year"),
            Self::Euros => format!("€{}", thousands(x)),
            Self::EurosEach => format!(
                "€{}.{:02}",
                thousands((x * 100.0).round().div_euclid(100.0)),
                (x * 100.0).round().rem_euclid(100.0)
            ),
            Self::Years => format!("{x:.1} years"),
            Self::Qalys => format!("{x:.3}"),
            Self::Persons => format!("{x:.0}"),
        }
    }
}

fn thousands(x: f64) -> String {
    let digits = format!("{x:.0}");
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A national figure and what the model makes of it.
pub struct Row {
    pub what: &'static str,
    pub source: &'static str,
    /// As published, where that is not what the model is held to.
    pub published: &'static str,
    /// What the model is held to.
    pub target: f64,
    pub model: f64,
    pub unit: Unit,
    /// Largest difference allowed: of shares in percentage points / 100, of others relative to the target.
    pub tolerance: f64,
    pub kind: Kind,
    /// Why it differs, or how the target was derived.
    pub remark: &'static str,
}

impl Row {
    pub fn difference(&self) -> f64 {
        if matches!(self.unit, Unit::Share) {
            self.model - self.target
        } else {
            self.model / self.target - 1.0
        }
    }
    pub fn show(&self) -> String {
        let target = self.unit.show(self.target);
        let published = if self.published.is_empty() {
            target
        } else {
            format!("{}; compared: {target}", self.published)
        };
        let unit = if matches!(self.unit, Unit::Share) { " pp" } else { "%" };
        // Rounded first, so that no "-0.0" is shown.
        let difference = (1000.0 * self.difference()).round() / 10.0 + 0.0;
        self.line(&published, &format!("{difference:+.1}{unit}"))
    }
    /// The row as a line of a table.
    pub fn line(&self, published: &str, difference: &str) -> String {
        let kind = match self.kind {
            Kind::Input => "input",
            Kind::Closure => "closure",
            Kind::HeldOut => "held out",
            Kind::Contrast => "contrast",
            Kind::WhatIf => "what if",
        };
        let remark = if self.remark.is_empty() { String::new() } else { format!(": {}", self.remark) };
        let (what, source, model) = (self.what, self.source, self.unit.show(self.model));
        format!("| {what} | {source} | {published} | {model} | {difference} | {kind}{remark} |")
    }
}

pub fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| Figure, a year | Source | Published | Model | Difference | Input or held out |\n|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let _ = writeln!(text, "{}", row.show());
    }
    text
}
