//! Whether a party has its money back by a stated date.
//!
//! *Payback within n years* looks at a party's net receipts of the first n calendar years and at nothing after them:
//!
//! ```text
//! balance(n) = Σ_{y < n} f_y               f_y: net receipts of calendar year y = 0, 1, …, EUR
//! present(n) = Σ_{y < n} f_y (1 + r)^−(y + ½)
//! P(paid back within n) = share of draws in which balance(n) ≥ 0
//! ```
//!
//! The balance is not discounted, as for the year of payback. It is judged at that date: what is paid or saved later does
//! not count, so that a lag or a repayment beyond it falls away, and a balance that sinks below zero afterwards has been paid back
//! within n years all the same. Where nothing else of the scenario depends on the length of the horizon (a contract's term,
//! shares that follow from savings over the horizon), a run of n years with the same enrolment gives the same figures, but
//! for payments with a lag, which such a run still books after its end. A deficit smaller than 1e-9 of all that went in and out is
//! rounding. Where no money moves there is nothing to pay back and no probability.
//!
//! *Example:* −100, 60 and 60 EUR have a balance of −40 after two years and of 20 after three.

use super::cash_flow::present_value;
use super::statistics::{Series, Summary};
use crate::settle::books::discount_factors;
use crate::value::flows::RunDesign;

/// A party's position after some years.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    /// Calendar years from the start that are counted.
    pub years: usize,
    /// Net receipts until the end of the last of them, EUR, not discounted.
    pub balance: Summary,
    /// The same as a present value.
    pub present: Summary,
    /// Share of draws in which the balance is not negative; `None` without draws or where no money moves.
    pub paid_back: Option<f64>,
    /// Share of draws in which the present value is not negative; likewise.
    pub present_not_negative: Option<f64>,
}

/// A party's position after each number of years, from its net receipts by year and the yearly rate.
pub fn positions(by_year: &[Series], rate: f64, horizons: &[usize], design: RunDesign) -> Vec<Position> {
    let factors = discount_factors(rate, by_year.len());
    let position = |&years: &usize| {
        let counted = &by_year[..years.min(by_year.len())];
        let turnover = present_value(
            &counted.iter().map(|year| year.map(f64::abs)).collect::<Vec<_>>(),
            &vec![1.0; counted.len()],
        );
        let moves = turnover.base > 0.0 || turnover.draws.iter().any(|&amount| amount > 0.0);
        let not_negative = |amount: &Series| {
            let enough = amount.zip(&turnover, |amount, turnover| amount + 1e-9 * turnover);
            enough.probability(|value| value >= 0.0).filter(|_| moves)
        };
        let balance = present_value(counted, &vec![1.0; counted.len()]);
        let present = present_value(counted, &factors);
        Position {
            years,
            paid_back: not_negative(&balance),
            present_not_negative: not_negative(&present),
            balance: balance.summary(design),
            present: present.summary(design),
        }
    };
    horizons.iter().map(position).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(draws: [&[f64]; 2]) -> Vec<Series> {
        let years = draws[0].iter().zip(draws[1]);
        years.map(|(&a, &b)| Series { base: a, draws: vec![a, b] }).collect()
    }

    #[test]
    fn what_comes_after_the_date_does_not_count() {
        // Balances −100, −40, 20, −80 in the first draw and −100, −100, −100, 50 in the second.
        let flow = flow([&[-100.0, 60.0, 60.0, -100.0], &[-100.0, 0.0, 0.0, 150.0]]);
        let found = positions(&flow, 0.0, &[2, 3, 4], RunDesign::PLAIN);
        let told: Vec<_> = found.iter().map(|p| (p.years, p.balance.base, p.paid_back)).collect();
        assert_eq!(told, [(2, -40.0, Some(0.0)), (3, 20.0, Some(0.5)), (4, -80.0, Some(0.5))]);
        assert_eq!(found[1].balance.expected(), -40.0, "20 and −100");
    }

    #[test]
    fn what_is_paid_back_in_euros_may_not_be_at_a_discount() {
        // −100/1.1^0.5 + 105/1.1^1.5 = −95.346259 + 91.012338.
        let found = positions(&flow([&[-100.0, 105.0]; 2]), 0.1, &[2], RunDesign::PLAIN);
        assert!((found[0].present.base + 4.333_920_860).abs() < 1e-9, "{}", found[0].present.base);
        assert_eq!((found[0].paid_back, found[0].present_not_negative), (Some(1.0), Some(0.0)));
    }

    #[test]
    fn rounding_is_no_deficit_and_where_no_money_moves_nothing_is_paid_back() {
        // 0.3 − 0.1 − 0.2 comes out at −2.8e-17.
        let even = positions(&flow([&[0.3, -0.1, -0.2]; 2]), 0.0, &[3], RunDesign::PLAIN);
        assert_eq!(even[0].paid_back, Some(1.0));
        let nothing = positions(&flow([&[0.0, 5.0]; 2]), 0.0, &[1, 2], RunDesign::PLAIN);
        assert_eq!([nothing[0].paid_back, nothing[1].paid_back], [None, Some(1.0)]);
    }
}
