//! A published figure that is one number, or a range.

use crate::published::{Kind, Row, Unit};

/// Where the model should lie.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wanted {
    /// As near to the number as the row says.
    Near,
    /// Between the ends.
    Within(f64, f64),
    /// Above the upper end.
    Above(f64, f64),
}

pub struct Figure {
    row: Row,
    wanted: Wanted,
}

impl From<Row> for Figure {
    fn from(row: Row) -> Self {
        Self { row, wanted: Wanted::Near }
    }
}

impl Figure {
    /// The model should lie within a range.
    pub fn within(
        (low, high): (f64, f64),
        (what, source): (&'static str, &'static str),
        model: f64,
        unit: Unit,
        kind: Kind,
        remark: &'static str,
    ) -> Self {
        let row =
            Row { what, source, published: "", target: high, model, unit, tolerance: 0.0, kind, remark };
        Self { row, wanted: Wanted::Within(low, high) }
    }

    /// The same row, when the model should lie above the range.
    pub fn above(self) -> Self {
        match self.wanted {
            Wanted::Within(low, high) => Self { wanted: Wanted::Above(low, high), ..self },
            _ => self,
        }
    }

    pub fn agrees(&self) -> bool {
        match self.wanted {
            Wanted::Near => self.row.difference().abs() <= self.row.tolerance,
            Wanted::Within(low, high) => (low..=high).contains(&self.row.model),
            // A contrast is far away.
            Wanted::Above(_, high) if self.row.kind == Kind::Contrast => self.row.model > 2.0 * high,
            Wanted::Above(_, high) => self.row.model > high,
        }
    }

    pub fn show(&self) -> String {
        let (Wanted::Within(low, high) | Wanted::Above(low, high)) = self.wanted else {
            return self.row.show();
        };
        let show = |x| self.row.unit.show(x);
        let place = match self.row.model {
            model if model < low => "below",
            model if model > high => "above",
            _ => "within",
        };
        self.row.line(&format!("{} to {}", show(low), show(high)), place)
    }
}

pub fn table(figures: &[Figure]) -> String {
    let head = "| Figure | Source | Published | Model | Difference | Input or held out |\n|---|---|---|---|---|---|\n";
    figures.iter().fold(head.to_owned(), |text, figure| text + &figure.show() + "\n")
}
