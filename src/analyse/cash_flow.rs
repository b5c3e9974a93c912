//! What a yearly cash flow is worth to the party that has it.

use super::statistics::{Series, Summary, compensated_sum};
use crate::settle::books::discount_factors;
use crate::value::flows::RunDesign;

/// A party's net cash flow and what it amounts to.
#[derive(Clone, Debug, PartialEq)]
pub struct CashFlow {
    /// Net receipts by year, EUR, not discounted.
    pub by_year: Vec<Summary>,
    /// Net receipts over all years, EUR, not discounted.
    pub total: Summary,
    /// Net present value, EUR.
    pub present: Summary,
    /// Share of draws in which the net present value is not negative; `None` without draws.
    pub probability_not_negative: Option<f64>,
    /// Greatest cash need: how far the cumulative net receipts, not discounted, fall below zero, EUR.
    pub cash_need: Summary,
    /// Mean net present value over the worst twentieth of the draws, EUR; `None` without draws.
    pub tail: Option<f64>,
    /// Year of the expected flow from which its cumulative amount stays at or above zero; `None` if never.
    pub payback: Option<usize>,
    /// Yearly internal rates of return of the expected flow.
    pub internal_rates: Vec<f64>,
}

/// Σ over years of an amount times its factor.
pub fn present_value(by_year: &[Series], factors: &[f64]) -> Series {
    let draws = by_year.first().map_or(0, |year| year.draws.len());
    let mut present = Series { base: 0.0, draws: vec![0.0; draws] };
    for (year, factor) in by_year.iter().zip(factors) {
        present.base += year.base * factor;
        for (sum, amount) in present.draws.iter_mut().zip(&year.draws) {
            *sum += amount * factor;
        }
    }
    present
}

/// Assesses net receipts by year, discounted at mid-year; gives the net present value by draw as well.
pub fn assess(by_year: &[Series], rate: f64, design: RunDesign) -> (CashFlow, Series) {
    let present = present_value(by_year, &discount_factors(rate, by_year.len()));
    let total = present_value(by_year, &vec![1.0; by_year.len()]);
    let expected: Vec<f64> = by_year.iter().map(Series::expected).collect();
    let cash = CashFlow {
        by_year: by_year.iter().map(|year| year.summary(design)).collect(),
        total: total.summary(design),
        probability_not_negative: present.probability(|value| value >= 0.0),
        cash_need: cash_need(by_year).summary(design),
        tail: expected_shortfall(&present.draws, 0.05),
        present: present.summary(design),
        payback: payback(&expected),
        internal_rates: internal_rates(&expected),
    };
    (cash, present)
}

/// −min over years of the cumulative amount, at least 0.
fn cash_need(by_year: &[Series]) -> Series {
    let draws = by_year.first().map_or(0, |year| year.draws.len());
    let mut balance = Series { base: 0.0, draws: vec![0.0; draws] };
    let mut need = balance.clone();
    let step = |balance: &mut f64, need: &mut f64, amount: f64| {
        *balance += amount;
        *need = need.max(-*balance);
    };
    for year in by_year {
        step(&mut balance.base, &mut need.base, year.base);
        for ((balance, need), amount) in balance.draws.iter_mut().zip(&mut need.draws).zip(&year.draws) {
            step(balance, need, *amount);
        }
    }
    need
}

/// The first year from which the cumulative amount stays at or above zero until the end; `None` if it ends
/// below zero, or if no money moves. A deficit smaller than 1e-9 of all that went in and out is rounding.
pub fn payback(flow: &[f64]) -> Option<usize> {
    if flow.iter().all(|&amount| amount == 0.0) {
        return None;
    }
    let slack = 1e-9 * flow.iter().map(|amount| amount.abs()).sum::<f64>();
    let mut cumulative = 0.0;
    let mut first = 0;
    for (year, amount) in flow.iter().enumerate() {
        cumulative += amount;
        if cumulative < -slack {
            first = year + 1;
        }
    }
    (first < flow.len()).then_some(first)
}

/// Mean of the lowest share of the values, the last of them counted in part: expected shortfall, or CVaR.
/// With k = ⌊n·share⌋ it is (x₁ + … + x_k + (n·share − k)·x_{k+1}) / (n·share). Source: Acerbi and Tasche,
/// Journal of Banking & Finance 2002;26:1487. `None` for no values.
pub fn expected_shortfall(values: &[f64], share: f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let weight = values.len() as f64 * share;
    let whole = (weight.floor() as usize).min(values.len() - 1);
    let mut sorted = values.to_vec();
    sorted.select_nth_unstable_by(whole, f64::total_cmp);
    let part = sorted[whole] * (weight - whole as f64);
    sorted[..whole].sort_unstable_by(f64::total_cmp);
    let lowest = compensated_sum(&sorted[..whole], |value| value);
    Some(if sorted[..whole].iter().all(|&value| value == sorted[whole]) {
        sorted[whole]
    } else {
        (lowest + part) / weight
    })
}

/// Yearly rates r at which Σ f_y (1 + r)^−y = 0, lowest first: all of them between −99% and +99,900%.
///
/// A flow that only takes money has lost it: −100%. One that only brings money, or none at all, has no rate; nor
/// has one that begins by bringing money: that would be the rate of a loan, not of an investment.
/// A flow that changes sign several times may have several, and all are given, since none of them is *the*
/// rate of return.
///
/// With v = 1/(1 + r) the present value is a polynomial in v. Between two neighbouring zeros of its
/// derivative it is monotone and has at most one zero, found by bisection; the zeros of the derivative are
/// found in the same way from the next one down.
pub fn internal_rates(flow: &[f64]) -> Vec<f64> {
    if flow.iter().find(|&&f| f != 0.0).is_some_and(|&first| first > 0.0) {
        return Vec::new();
    }
    let (puts_in, takes_out) = (flow.iter().any(|&f| f < 0.0), flow.iter().any(|&f| f > 0.0));
    match (puts_in, takes_out) {
        (true, false) => vec![-1.0],
        (false, _) => Vec::new(),
        (true, true) => {
            let mut rates: Vec<f64> = zeros(flow, 1e-3, 100.0).into_iter().map(|v| (1.0 - v) / v).collect();
            rates.sort_by(f64::total_cmp);
            rates
        }
    }
}

/// Zeros of a polynomial at which it changes sign, between two bounds; coefficients from the constant up.
fn zeros(coefficients: &[f64], low: f64, high: f64) -> Vec<f64> {
    let largest = coefficients.iter().fold(0.0_f64, |largest, c| largest.max(c.abs()));
    if coefficients.len() < 2 || largest == 0.0 {
        return Vec::new();
    }
    // Scaled, so that a derivative of high order does not overflow.
    let scaled: Vec<f64> = coefficients.iter().map(|c| c / largest).collect();
    let derivative: Vec<f64> = scaled.iter().enumerate().skip(1).map(|(power, c)| power as f64 * c).collect();
    let mut bounds = vec![low];
    bounds.extend(zeros(&derivative, low, high));
    bounds.push(high);
    let value = |v: f64| scaled.iter().rev().fold(0.0, |sum, c| sum * v + c);
    bounds.windows(2).filter_map(|pair| bisect(value, pair[0], pair[1])).collect()
}

fn bisect(value: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> Option<f64> {
    let at_low = value(low);
    let at_high = value(high);
    if at_high == 0.0 && at_low != 0.0 {
        return Some(high);
    }
    if at_low * at_high >= 0.0 {
        return None;
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return Some(middle);
        }
        if (value(middle) < 0.0) == (at_low < 0.0) { low = middle } else { high = middle }
    }
}

/// Ratio of the mean of one amount to the mean of another; `None` where the second is not positive.
pub fn ratio_of_means(amount: &Series, base: &Series) -> Option<f64> {
    let base = base.expected();
    (base > 0.0).then(|| amount.expected() / base)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certain(flow: &[f64]) -> Vec<Series> {
        flow.iter().map(|&amount| Series { base: amount, draws: vec![amount; 4] }).collect()
    }

    #[test]
    fn amounts_of_a_year_are_discounted_at_its_middle() {
        // −100/1.03^0.5 + 60/1.03^1.5 + 60/1.03^2.5 = −98.5329278164 + 57.3978220290 + 55.7260408048.
        let (case, _) = assess(&certain(&[-100.0, 60.0, 60.0]), 0.03, RunDesign::PLAIN);
        assert!((case.present.base - 14.590_935_017_401_306).abs() < 1e-12, "{}", case.present.base);
        assert_eq!(case.total.base, 20.0);
        assert_eq!(case.probability_not_negative, Some(1.0));
        assert_eq!(case.cash_need.base, 100.0);
        assert_eq!(case.payback, Some(2));
    }

    #[test]
    fn the_chance_of_not_losing_counts_a_result_of_exactly_nothing() {
        let flow = [Series { base: 0.0, draws: vec![-1.0, 0.0, 0.0, 3.0] }];
        assert_eq!(assess(&flow, 0.03, RunDesign::PLAIN).0.probability_not_negative, Some(0.75));
    }

    #[test]
    fn payback_is_the_year_after_the_last_deficit() {
        assert_eq!(payback(&[-100.0, 150.0, -80.0, 40.0]), Some(3));
        assert_eq!(payback(&[-100.0, 60.0]), None);
        assert_eq!(payback(&[5.0, -5.0]), Some(0), "never below zero: from the first year");
        assert_eq!(payback(&[]), None);
        assert_eq!(payback(&[0.0, 0.0]), None, "no money moves");
        // 0.1 + 0.2 − 0.3 is −5.6e-17 in another order of addition; that is no deficit.
        assert_eq!(payback(&[0.3, -0.1, -0.2]), Some(0));
    }

    #[test]
    fn the_greatest_cash_need_is_the_lowest_balance() {
        // Balances 10, −90, −120, −20.
        let (case, _) = assess(&certain(&[10.0, -100.0, -30.0, 100.0]), 0.0, RunDesign::PLAIN);
        assert_eq!(case.cash_need.base, 120.0);
        assert_eq!(assess(&certain(&[10.0, -5.0]), 0.0, RunDesign::PLAIN).0.cash_need.base, 0.0);
    }

    #[test]
    fn expected_shortfall_averages_the_worst_draws_with_the_last_in_part() {
        let values: Vec<f64> = (1..=50).rev().map(f64::from).collect();
        // 5% of 50 is 2.5 draws: (1 + 2 + 0.5·3) / 2.5 = 1.8.
        assert_eq!(expected_shortfall(&values, 0.05), Some(1.8));
        // 5% of 4 is less than a draw: the worst one.
        assert_eq!(expected_shortfall(&[3.0, -2.0, 5.0, 9.0], 0.05), Some(-2.0));
        assert_eq!(expected_shortfall(&[], 0.05), None);
    }

    #[test]
    fn internal_rates_are_those_of_the_closed_forms() {
        let close = |found: &[f64], expected: &[f64]| {
            assert_eq!(found.len(), expected.len(), "{found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
            }
        };
        // 100 = 60v + 60v²: v = (−60 + √(3600 + 24000)) / 120.
        close(&internal_rates(&[-100.0, 60.0, 60.0]), &[0.130_662_386_291_807_5]);
        close(&internal_rates(&[-100.0, 20.0, 30.0, 40.0, 50.0]), &[0.128_257_269_001_673_97]);
        // 1000 − 2300v + 1320v² = 0 at v = 1/1.1 and at v = 1/1.2.
        close(&internal_rates(&[-1000.0, 2300.0, -1320.0]), &[0.1, 0.2]);
        close(&internal_rates(&[-100.0, 0.0, 50.0]), &[-1.0 + 0.5_f64.sqrt()]);
    }

    #[test]
    fn where_nothing_returns_all_is_lost_and_where_nothing_is_put_in_there_is_no_rate() {
        assert_eq!(internal_rates(&[-100.0, 0.0]), [-1.0]);
        assert!(internal_rates(&[100.0, 5.0]).is_empty());
        assert!(internal_rates(&[0.0, 0.0]).is_empty());
    }

    #[test]
    fn a_flow_of_seventy_five_years_keeps_its_rate() {
        // An annuity of 1 for 75 years bought at 5%: price (1 − 1.05^−75)/0.05 = 19.484970.
        let mut price = 0.0;
        let mut factor = 1.0;
        for _ in 0..75 {
            factor /= 1.05;
            price += factor;
        }
        let mut flow = vec![1.0; 76];
        flow[0] = -price;
        let rates = internal_rates(&flow);
        assert_eq!(rates.len(), 1, "{rates:?}");
        assert!((rates[0] - 0.05).abs() < 1e-9, "{rates:?}");
    }
}
