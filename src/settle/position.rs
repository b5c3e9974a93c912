//! Where a party stands: its net by year and draw, and what is usually asked about it.

use super::books::{Books, present_value};
use super::phases::Settled;
use crate::formula::LANES;

/// A party's cash position over all draws (or in the base case, which then counts as one draw).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Position {
    /// Net, EUR undiscounted, `[year][draw]`; the years after the horizon that lags reach are included.
    pub net: Vec<Vec<f64>>,
    /// Present value of the net at the parties' common rate, EUR, by draw.
    pub present_value: Vec<f64>,
    /// Present value of what the party pays by decision (programme costs and clauses, gross), EUR, by draw.
    pub put_in: Vec<f64>,
}

impl Position {
    /// Over all draws, in draw order.
    #[must_use]
    pub fn over_draws(settled: &Settled, party: usize) -> Self {
        let mut position = Self { net: vec![Vec::new(); settled.base.years], ..Self::default() };
        for (block, books) in settled.blocks.iter().enumerate() {
            let draws = settled.draws.saturating_sub(block * LANES).min(LANES);
            position.extend(books, party, settled.rate, draws);
        }
        position
    }

    /// At the stated values.
    #[must_use]
    pub fn base(settled: &Settled, party: usize) -> Self {
        let mut position = Self { net: vec![Vec::new(); settled.base.years], ..Self::default() };
        position.extend(&settled.base, party, settled.rate, 1);
        position
    }

    fn extend(&mut self, books: &Books, party: usize, rate: f64, draws: usize) {
        let net = books.net(party);
        let present = present_value(&net, rate);
        for (by_draw, amount) in self.net.iter_mut().zip(&net) {
            by_draw.extend_from_slice(&amount.0[..draws]);
        }
        self.present_value.extend_from_slice(&present.0[..draws]);
        self.put_in.extend_from_slice(&books.put_in(party, rate).0[..draws]);
    }

    /// Mean net by year, EUR undiscounted; zero without draws.
    #[must_use]
    pub fn expected_net(&self) -> Vec<f64> {
        self.net.iter().map(|by_draw| mean(by_draw)).collect()
    }

    /// Mean present value, EUR.
    #[must_use]
    pub fn expected_present_value(&self) -> f64 {
        mean(&self.present_value)
    }

    /// Share of draws in which the present value is not negative.
    #[must_use]
    pub fn chance_not_negative(&self) -> f64 {
        if self.present_value.is_empty() {
            return 0.0;
        }
        let count = self.present_value.iter().filter(|&&value| value >= 0.0).count();
        count as f64 / self.present_value.len() as f64
    }

    /// Payback year of the expected net, see [`payback_year`].
    #[must_use]
    pub fn payback_year(&self) -> Option<usize> {
        payback_year(&self.expected_net())
    }

    /// Payback year in each draw.
    #[must_use]
    pub fn payback_years(&self) -> Vec<Option<usize>> {
        (0..self.present_value.len()).map(|draw| payback_year(&self.path(draw))).collect()
    }

    /// Greatest cash need of the expected net, EUR, see [`greatest_cash_need`].
    #[must_use]
    pub fn greatest_cash_need(&self) -> f64 {
        greatest_cash_need(&self.expected_net())
    }

    /// Greatest cash need in each draw, EUR.
    #[must_use]
    pub fn greatest_cash_needs(&self) -> Vec<f64> {
        (0..self.present_value.len()).map(|draw| greatest_cash_need(&self.path(draw))).collect()
    }

    /// Return on what the party put in: mean present value of its net per euro, in present value, of programme
    /// costs and clauses that it paid, gross of what others paid it. 0.5 says that each euro came back with 50
    /// cents. `None` when it put nothing in. A ratio of means.
    #[must_use]
    pub fn return_on_put_in(&self) -> Option<f64> {
        let put_in = mean(&self.put_in);
        (put_in > 0.0).then(|| self.expected_present_value() / put_in)
    }

    /// Mean present value in the worst `share` of draws, EUR, see [`conditional_value_at_risk`].
    #[must_use]
    pub fn conditional_value_at_risk(&self, share: f64) -> f64 {
        conditional_value_at_risk(&self.present_value, share)
    }

    fn path(&self, draw: usize) -> Vec<f64> {
        self.net.iter().map(|by_draw| by_draw[draw]).collect()
    }
}

/// Mean in order; 0 of nothing.
fn mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    values.iter().fold(0.0, |sum, value| sum + value) / values.len() as f64
}

/// First year index from which the cumulative undiscounted net stays at or above zero until the end; `None` if
/// it ends below. Rounding (10⁻⁹ of the sum of absolute amounts) does not count as below.
#[must_use]
pub fn payback_year(net: &[f64]) -> Option<usize> {
    let tolerance = 1e-9 * net.iter().map(|amount| amount.abs()).sum::<f64>();
    let mut cumulative = 0.0;
    let mut first = 0;
    for (year, amount) in net.iter().enumerate() {
        cumulative += amount;
        if cumulative < -tolerance {
            first = year + 1;
        }
    }
    (first < net.len()).then_some(first)
}

/// Largest amount that is out of pocket at the end of a year, EUR undiscounted: the most negative cumulative net,
/// as a positive number; 0 if it never is.
#[must_use]
pub fn greatest_cash_need(net: &[f64]) -> f64 {
    let mut cumulative = 0.0;
    let mut need: f64 = 0.0;
    for amount in net {
        cumulative += amount;
        need = need.max(-cumulative);
    }
    need
}

/// Mean of the lowest `share` of values: with 200 values and 5% of the ten lowest. Where the share is no whole
/// number of values, the last one counts for the part that is needed. 0 of nothing.
#[must_use]
pub fn conditional_value_at_risk(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let wanted = (share * sorted.len() as f64).min(sorted.len() as f64);
    if wanted <= 0.0 {
        return sorted.first().copied().unwrap_or(0.0);
    }
    let mut left = wanted;
    let mut sum = 0.0;
    for value in sorted {
        let weight = left.min(1.0);
        sum += weight * value;
        left -= weight;
        if left <= 0.0 {
            break;
        }
    }
    sum / wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::Lane;
    use crate::settle::books::{Account, BookLine, LineKind};

    #[test]
    fn payback_is_the_first_year_from_which_the_sum_stays_up() {
        assert_eq!(payback_year(&[-100.0, 60.0, 50.0]), Some(2));
        // Above zero in year 1, below in year 2, up again in year 3.
        assert_eq!(payback_year(&[-100.0, 110.0, -20.0, 15.0]), Some(3));
        assert_eq!(payback_year(&[-100.0, 60.0]), None);
        assert_eq!(payback_year(&[5.0, 5.0]), Some(0));
        assert_eq!(payback_year(&[]), None);
    }

    #[test]
    fn rounding_does_not_delay_payback() {
        assert_eq!(payback_year(&[0.3, -0.1, -0.2]), Some(0)); // the sum is −2.8e-17
    }

    #[test]
    fn cash_need_is_the_deepest_point_of_the_sum() {
        // Cumulative −100, −40, −90, 20.
        assert_eq!(greatest_cash_need(&[-100.0, 60.0, -50.0, 110.0]), 100.0);
        assert_eq!(greatest_cash_need(&[10.0, 5.0]), 0.0);
    }

    #[test]
    fn the_worst_five_per_cent_of_forty_draws_are_two() {
        let values: Vec<f64> = (1..=40).rev().map(f64::from).collect();
        assert_eq!(conditional_value_at_risk(&values, 0.05), 1.5); // mean of 1 and 2
        // 2.5% of 60 is one and a half values: (1 + 0.5·2) / 1.5.
        let values: Vec<f64> = (1..=60).map(f64::from).collect();
        approx::assert_relative_eq!(conditional_value_at_risk(&values, 0.025), 2.0 / 1.5, epsilon = 1e-12);
    }

    #[test]
    fn the_worst_draw_stands_in_when_there_are_too_few() {
        assert_eq!(conditional_value_at_risk(&[3.0, -7.0], 0.05), -7.0);
    }

    /// Ten draws: the party pays 100 and gets back 90 + 10·draw a year later.
    fn settled() -> Settled {
        let block = |first: usize| Books {
            years: 2,
            lines: vec![
                BookLine::new(
                    Account::Party(5),
                    Account::Resources,
                    LineKind::ProgrammeCost { item: 0 },
                    vec![Lane::splat(100.0)],
                ),
                BookLine::new(
                    Account::Care,
                    Account::Party(5),
                    LineKind::Savings { budget: 0 },
                    vec![Lane::ZERO, Lane::from_fn(|lane| 90.0 + 10.0 * (first + lane).min(9) as f64)],
                ),
            ],
        };
        Settled {
            variant: 0,
            strategy: 1,
            arrangement: 0,
            base: block(0),
            blocks: vec![block(0), block(8)],
            draws: 10,
            rate: 0.0,
            expectations: crate::settle::Expectations::default(),
            warnings: Vec::new(),
        }
    }

    #[test]
    fn a_position_holds_every_draw_once() {
        let position = Position::over_draws(&settled(), 5);
        let values: Vec<f64> = (0..10).map(|draw| -10.0 + 10.0 * f64::from(draw)).collect();
        assert_eq!(position.present_value, values);
        assert_eq!(position.net[0], vec![-100.0; 10]);
        assert_eq!(position.expected_net(), [-100.0, 135.0]); // mean of 90, 100, …, 180
        assert_eq!(position.chance_not_negative(), 0.9);
        assert_eq!(position.return_on_put_in(), Some(0.35));
        assert_eq!(position.payback_year(), Some(1));
        assert_eq!(position.payback_years()[0], None);
        assert_eq!(position.greatest_cash_needs(), vec![100.0; 10]);
    }

    #[test]
    fn a_party_that_puts_nothing_in_has_no_return() {
        assert_eq!(Position::over_draws(&settled(), 6).return_on_put_in(), None);
        assert_eq!(Position::base(&settled(), 5).present_value, [-10.0]);
    }
}
