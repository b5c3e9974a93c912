//! What parties negotiate about, and what each wants.

use super::{Origin, Quantity, Scenario, TableData, TableRows};
use crate::formula::Program;
use crate::scenario::sources::Span;

/// Terms that parties can negotiate, and who sits at the table.
#[derive(Clone, Debug, Default)]
pub struct Negotiation {
    /// Negotiable terms, in the order of the file.
    pub terms: Vec<Negotiable>,
    /// The table; `None` where the scenario has no `[deal]`.
    pub table: Option<Table>,
}

/// A parameter whose value parties can agree on. Nothing but quantities of clauses depends on it.
#[derive(Clone, Debug)]
pub struct Negotiable {
    /// Identifier for results: that of the parameter, or clause and key.
    pub id: String,
    /// Index of the parameter.
    pub parameter: usize,
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// From one value to the next.
    pub step: f64,
    /// Where it is written.
    pub span: Option<Span>,
}

impl Negotiable {
    /// Number of values: low, low + step, … up to high.
    #[must_use]
    pub fn count(&self) -> usize {
        // A step that is not exact in binary still ends at the highest value.
        ((self.high - self.low) / self.step + 1e-9).floor() as usize + 1
    }

    /// Value at a step from the lowest, also before it or beyond the highest; 0.1 · 3 is 0.3, and 0.3 − 0.1 · 3 is 0.
    #[must_use]
    pub fn value(&self, step: i64) -> f64 {
        let value = self.low + step as f64 * self.step;
        if value.abs() < 1e-9 * self.step {
            return 0.0;
        }
        format!("{value:.12e}").parse().unwrap_or(value)
    }
}

/// The table of a negotiation.
#[derive(Clone, Debug)]
pub struct Table {
    /// Strategy that is negotiated about.
    pub strategy: usize,
    /// Arrangements among which is chosen.
    pub arrangements: Vec<usize>,
    /// What happens without agreement; `None`: no programme.
    pub fallback: Option<usize>,
    /// Who negotiates.
    pub seats: Vec<Seat>,
}

/// A party at the table. Amounts are EUR of the valuation's price year, at the stated values.
#[derive(Clone, Debug)]
pub struct Seat {
    /// Index of the party.
    pub party: usize,
    /// Whether nothing happens without it.
    pub needed: bool,
    /// Expected net present value at least.
    pub net_at_least: Option<Quantity>,
    /// Expected net present value over that of the fallback at least.
    pub gain_at_least: Option<Quantity>,
    /// Probability of a net present value that is not negative at least.
    pub chance_of_no_loss: Option<Quantity>,
    /// Mean net present value over the worst twentieth of draws at least.
    pub worst_at_least: Option<Quantity>,
    /// Years within which its expected money is back.
    pub payback_within: Option<usize>,
    /// Expected payments by decision, less what it is paid, per year at most.
    pub budget_per_year: Option<Quantity>,
    /// Bargaining power.
    pub weight: Quantity,
}

impl Scenario {
    /// Parameters that a formula reads itself: those it names, and the rows of tables it names.
    pub fn read_by<'a>(&'a self, program: &'a Program) -> impl Iterator<Item = usize> + 'a {
        let rows = program.tables().iter().flat_map(|&table| self.tables[table].parameters());
        program.parameters().iter().chain(rows).copied()
    }

    /// Parameters whose value depends on that of one of them, itself included, in their order.
    #[must_use]
    pub fn dependants(&self, parameter: usize) -> Vec<usize> {
        let list = &self.parameters.list;
        let mut depends = vec![false; list.len()];
        depends[parameter] = true;
        for (index, other) in list.iter().enumerate() {
            let Origin::Formula(formula) = &other.origin else { continue };
            depends[index] |= self.read_by(&formula.program).any(|used| depends[used]);
        }
        (0..list.len()).filter(|&index| depends[index]).collect()
    }
}

impl TableData {
    /// Parameters that are its rows.
    #[must_use]
    pub fn parameters(&self) -> &[usize] {
        match &self.rows {
            TableRows::Parameters(rows) => rows,
            TableRows::Numbers(_) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(low: f64, high: f64, step: f64) -> Negotiable {
        Negotiable { id: "x".to_owned(), parameter: 0, low, high, step, span: None }
    }

    #[test]
    fn values_run_from_low_to_high_without_binary_dust() {
        let share = term(0.0, 0.3, 0.1);
        assert_eq!(share.count(), 4);
        assert_eq!((0..4).map(|step| share.value(step)).collect::<Vec<_>>(), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(share.value(5), 0.5);
        assert_eq!(share.value(-1), -0.1);
        assert_eq!(term(0.3, 0.6, 0.1).value(-3), 0.0);
    }

    #[test]
    fn the_highest_value_is_left_out_where_steps_do_not_end_there() {
        let price = term(10.0, 25.0, 10.0);
        assert_eq!((price.count(), price.value(1)), (2, 20.0));
    }
}
