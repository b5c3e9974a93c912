//! One combination of terms, and how each party judges it.

use super::wants::{Judged, Wants, Without};
use crate::settle::SettleError;
use crate::settle::deal::{Negotiated, Settlement};

/// A party's position at a point.
#[derive(Clone, Copy, Debug)]
pub struct Position<'a> {
    /// Net present value by draw, EUR.
    pub present: &'a [f64],
    /// Expected net receipts by year, EUR, not discounted.
    pub expected: &'a [f64],
    /// The same of what is paid by decision: programme costs and clauses.
    pub paid: &'a [f64],
    /// Expected sum of absolute amounts, EUR: the measure for rounding.
    pub turnover: f64,
}

/// A combination of terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Position among the contracts.
    pub contract: usize,
    /// Step of each of its terms, from the lowest value.
    pub steps: Vec<i64>,
    /// How each party judges it, by seat; empty where the terms are no contract, since shares add up to more than all costs.
    pub parties: Vec<Judged>,
    /// Whether the party on whose gain delivery depends stays away at these terms: nobody has or pays anything, and there is
    /// no deal.
    pub declined: bool,
    /// Share of draws in which the conditions of all hold; 0 where nothing is delivered.
    pub chance: f64,
}

impl Point {
    /// Whether the terms can be agreed on at all.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        !self.parties.is_empty()
    }

    /// Whether the terms can be agreed on, and the programme is delivered at them.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        self.is_possible() && !self.declined
    }

    /// Whether the programme is delivered and all conditions of all parties hold.
    #[must_use]
    pub fn is_feasible(&self) -> bool {
        self.is_delivered() && self.parties.iter().all(|judged| judged.shortfall == 0.0)
    }

    /// What all lack together, EUR.
    #[must_use]
    pub fn grant(&self) -> f64 {
        self.parties.iter().map(|judged| judged.shortfall).sum()
    }
}

/// Rows that are added up, kept from point to point.
#[derive(Default)]
pub(super) struct Room {
    present: Vec<f64>,
    expected: Vec<f64>,
    paid: Vec<f64>,
    content: Vec<bool>,
}

/// What a part brings the parties: their positions among the seats, and what it brings each.
pub(super) type Share<'a> = (&'a [usize], &'a Settlement);

impl Room {
    /// Adds up the shares of a party; calls `look` with the sum.
    pub(super) fn position<T>(
        &mut self,
        seat: usize,
        shares: &[Share<'_>],
        look: impl FnOnce(&Position<'_>, &mut [bool]) -> T,
    ) -> T {
        let mut turnover = 0.0;
        let mut first = true;
        for (seats, settlement) in shares {
            let Some(at) = seats.iter().position(|&other| other == seat) else { continue };
            turnover += settlement.turnover[at];
            let rows = [
                (&mut self.present, &settlement.present[at]),
                (&mut self.expected, &settlement.expected[at]),
                (&mut self.paid, &settlement.paid[at]),
            ];
            for (sum, row) in rows {
                if first {
                    sum.clear();
                    sum.extend_from_slice(row);
                } else {
                    for (sum, amount) in sum.iter_mut().zip(row) {
                        *sum += amount;
                    }
                }
            }
            first = false;
        }
        // As in the books, what is less than 10⁻¹² of turnover a year is rounding: a provider whose costs are paid in full
        // must not lose in half of the draws.
        let rounding = 1e-12 * turnover;
        let over_years = rounding * self.expected.len() as f64;
        for (sum, dust) in
            [(&mut self.present, over_years), (&mut self.expected, rounding), (&mut self.paid, rounding)]
        {
            for value in sum.iter_mut() {
                if value.abs() <= dust {
                    *value = 0.0;
                }
            }
        }
        let position =
            Position { present: &self.present, expected: &self.expected, paid: &self.paid, turnover };
        look(&position, &mut self.content)
    }

    /// Sets a party's rows to nothing.
    fn clear(&mut self, draws: usize, years: usize) {
        for (row, length) in
            [(&mut self.present, draws), (&mut self.expected, years), (&mut self.paid, years)]
        {
            row.clear();
            row.resize(length, 0.0);
        }
    }

    /// How all parties judge a point, the share of draws in which all are content, and whether the party on whose gain
    /// delivery depends stays away: then all have nothing.
    pub(super) fn judge(
        &mut self,
        negotiated: &Negotiated<'_>,
        seats: &[Wants],
        fallback: &[Without],
        shares: &[Share<'_>],
        factors: &[f64],
    ) -> Result<(Vec<Judged>, f64, bool), SettleError> {
        self.content.clear();
        self.content.resize(negotiated.draws, true);
        let stays_away = match negotiated.enters() {
            Some(seat) => {
                self.position(seat, shares, |position, _| negotiated.stays_away(position.present))?
            }
            None => false,
        };
        let mut judged = Vec::with_capacity(seats.len());
        for (seat, wants) in seats.iter().enumerate() {
            let without = &fallback[seat];
            judged.push(if stays_away {
                self.clear(negotiated.draws, negotiated.years);
                let Self { present, expected, paid, content } = self;
                let nothing = Position { present, expected, paid, turnover: 0.0 };
                wants.judge(&nothing, without, factors, content)
            } else {
                self.position(seat, shares, |position, content| {
                    wants.judge(position, without, factors, content)
                })
            });
        }
        let all = self.content.iter().filter(|&&content| content && !stays_away).count();
        Ok((judged, all as f64 / negotiated.draws as f64, stays_away))
    }
}
