//! One delivery of one variant, read draw by draw.

use super::statistics::Series;
use crate::formula::{LANES, Lane};
use crate::value::flows::{Flows, RunDesign, Valued};

/// The flows of one delivery (a strategy, or a strategy under an arrangement that changes behaviour) of one
/// variant: the base case and all blocks of draws.
#[derive(Clone, Copy, Debug)]
pub struct Arm<'a> {
    valued: &'a Valued,
    variant: usize,
    delivery: usize,
}

impl<'a> Arm<'a> {
    /// The delivery with index `delivery` of variant `variant`.
    pub fn new(valued: &'a Valued, variant: usize, delivery: usize) -> Self {
        Self { valued, variant, delivery }
    }

    /// At the stated values.
    pub fn base(&self) -> &'a Flows {
        &self.valued.variants[self.variant].base[self.delivery]
    }

    /// How the runs are designed.
    pub fn design(&self) -> RunDesign {
        self.valued.design
    }

    /// One quantity in the base case and every draw.
    pub fn series(&self, amount: impl Fn(&Flows) -> Lane) -> Series {
        let blocks = &self.valued.variants[self.variant].blocks;
        let mut draws = Vec::with_capacity(blocks.len() * LANES);
        for block in blocks {
            draws.extend_from_slice(&amount(&block[self.delivery]).0);
        }
        draws.truncate(if blocks.is_empty() { 0 } else { self.valued.runs });
        Series { base: amount(self.base()).0[0], draws }
    }

    /// A row of a grid: one quantity for each year. Over a horizon so long that the draws were kept as totals
    /// only, years have a base case and no draws.
    pub fn by_year(&self, row: impl Fn(&Flows) -> &[Lane]) -> Vec<Series> {
        let blocks = &self.valued.variants[self.variant].blocks;
        let years = row(self.base()).len();
        let kept = blocks.first().is_none_or(|block| row(&block[self.delivery]).len() == years);
        let blocks = if kept { blocks.as_slice() } else { &[] };
        let base = row(self.base()).iter().map(|amount| amount.0[0]);
        let mut years: Vec<Series> =
            base.map(|base| Series { base, draws: Vec::with_capacity(blocks.len() * LANES) }).collect();
        for block in blocks {
            for (series, amount) in years.iter_mut().zip(row(&block[self.delivery])) {
                series.draws.extend_from_slice(&amount.0);
            }
        }
        for series in &mut years {
            series.draws.truncate(self.valued.runs);
        }
        years
    }
}

/// Sum of a slice of lanes, in its order.
pub fn sum(amounts: &[Lane]) -> Lane {
    amounts.iter().fold(Lane::ZERO, |sum, &amount| sum + amount)
}
