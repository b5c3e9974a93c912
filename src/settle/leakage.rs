//! What lies between an avoided cost and somebody's cash.
//!
//! An avoided euro on an insurance budget is divided, and the parts sum to one:
//!
//! | part | goes to |
//! |---|---|
//! | 1 − κ | capacity that is freed but still paid for |
//! | κλ | the risk equalisation fund |
//! | κ(1 − λ)p | the insurer the participant enrolled with |
//! | κ(1 − λ)(1 − p) | other insurers |
//!
//! κ is the share that becomes cash and λ the share of it that risk equalisation takes back, both by time
//! since enrolment; p is the share of participants still with their insurer ([`retention`]). An avoided euro
//! on another public budget is κ to whoever holds the budget, by share, and 1 − κ to capacity; shares that
//! nobody holds are booked to `others`. Rises in cost are divided in the same way, with the opposite sign:
//! there is no rule by which a party keeps savings and passes on losses.
//!
//! To show where savings go they are booked as a chain. Whoever holds a budget is booked all that is avoided on it, and then
//! what of that does not become cash but frees capacity. An insurer is booked what is avoided on participants insured with
//! it when they enrolled, then what is not cash, then what equalisation takes of the rest, then what goes with those who
//! have left. An insurer that buys for the whole region is booked what is avoided on everybody, and at the end what of it
//! others have who pay nothing: their free ride.

use super::books::{Account, BookLine, LineKind};
use super::parties::Market;
use crate::formula::Lane;
use crate::scenario::Scenario;
use crate::scenario::checked::Parties;
use crate::value::flows::Flows;

/// Share of participants insured with an insurer some years after enrolment: p = m + (p0 − m)Π.
///
/// `market_share` is m, `at_enrolment` is p0 and `product` is Π, the product over the 1 Januaries since
/// enrolment of 1 − c/(1 − m) with c the yearly share of its insured that leaves. Who leaves is replaced, over
/// the population, by who comes, so a group that starts with share m keeps it, and any other drifts towards m:
/// after one 1 January, of p0 = 1 the share 1 − c is left.
///
/// With c = 7% and a market share near 0 (all who leave are gone) 93.0%, 80.4%, 69.6% and 48.4% are left after
/// 1, 3, 5 and 10 years.
#[must_use]
pub fn retention(market_share: f64, at_enrolment: f64, product: f64) -> f64 {
    retained_amount(Lane::splat(market_share), Lane::splat(at_enrolment), Lane::ONE, Lane::splat(product))[0]
}

/// Σ p(t)a over participants: mΣa + (p0 − m)ΣΠa, since [`retention`] is linear in Π.
#[must_use]
pub fn retained_amount(market_share: Lane, at_enrolment: Lane, total: Lane, retained: Lane) -> Lane {
    market_share * total + (at_enrolment - market_share) * retained
}

/// Budgets that some disease cost falls on, in the scenario's order.
fn budgets_in_use(flows: &Flows, scenario: &Scenario) -> Vec<usize> {
    (0..scenario.budgets.len())
        .filter(|&budget| flows.shape.lines.iter().any(|line| line.budget == budget))
        .collect()
}

/// Shares of a public budget by holder; what nobody holds is `others`'.
#[must_use]
pub fn holders(scenario: &Scenario, budget: usize) -> Vec<(usize, f64)> {
    let mut holders: Vec<(usize, f64)> = Vec::new();
    for (party, held) in scenario.parties.list.iter().enumerate() {
        let share: f64 =
            held.budgets.iter().filter(|(held, _)| *held == budget).map(|(_, share)| share).sum();
        if share != 0.0 {
            holders.push((party, share));
        }
    }
    let rest = 1.0 - holders.iter().map(|(_, share)| share).sum::<f64>();
    if rest.abs() > 1e-12 {
        match holders.iter_mut().find(|(party, _)| *party == Parties::OTHERS) {
            Some((_, share)) => *share += rest,
            None => holders.push((Parties::OTHERS, rest)),
        }
    }
    holders
}

/// Sums, over the rows of one budget, of `amount(row, year)` by year.
pub(crate) fn by_year(flows: &Flows, budget: usize, amount: impl Fn(usize, usize) -> Lane) -> Vec<Lane> {
    let rows: Vec<usize> =
        (0..flows.shape.lines.len()).filter(|&row| flows.shape.lines[row].budget == budget).collect();
    (0..flows.shape.years)
        .map(|year| rows.iter().fold(Lane::ZERO, |sum, &row| sum + amount(row, year)))
        .collect()
}

/// All postings of what a delivery avoids, over the horizon.
#[must_use]
pub fn postings(scenario: &Scenario, market: &Market, flows: &Flows) -> Vec<BookLine> {
    let mut lines = Vec::new();
    for budget in budgets_in_use(flows, scenario) {
        let all = by_year(flows, budget, |row, year| flows.increment.at(row, year));
        let cash = by_year(flows, budget, |row, year| flows.cashable.at(row, year));
        let saved = |amounts: &[Lane], factor: Lane| -> Vec<Lane> {
            amounts.iter().map(|&amount| -(amount * factor)).collect()
        };
        let scale = market.per_person();
        let freed: Vec<Lane> = all.iter().zip(&cash).map(|(&all, &cash)| all - cash).collect();
        // All that is avoided goes to who holds the budget, and what is not cash from there to capacity.
        let avoided = |holder: Account, share: Lane, lines: &mut Vec<BookLine>| {
            let (savings, capacity) = (LineKind::Savings { budget }, LineKind::FreedCapacity { budget });
            lines.push(BookLine::new(Account::Care, holder, savings, saved(&all, scale * share)));
            lines.push(BookLine::new(holder, Account::Capacity, capacity, saved(&freed, scale * share)));
        };
        if !scenario.budgets[budget].insurance {
            for (holder, share) in holders(scenario, budget) {
                avoided(Account::Party(holder), Lane::splat(share), &mut lines);
            }
            continue;
        }
        let equalised = by_year(flows, budget, |row, year| flows.equalised.at(row, year));
        let bought_for = match market.buys_for_all() {
            Some((_, purchaser)) => vec![(purchaser, Lane::ONE)],
            None => market.enrolled_with(),
        };
        for (insurer, share) in bought_for {
            let insurer = Account::Party(insurer);
            avoided(insurer, share, &mut lines);
            let amounts = saved(&equalised, scale * share);
            let fund = Account::Party(Parties::EQUALISATION_FUND);
            lines.push(BookLine::new(insurer, fund, LineKind::Equalisation { budget }, amounts));
        }
        let others_gain = match (market.own(), market.buys_for_all()) {
            (Some((_, purchaser)), _) => Some((purchaser, LineKind::Switching { budget })),
            (None, Some((_, purchaser))) => Some((purchaser, LineKind::FreeRiding { budget })),
            (None, None) => None,
        };
        if let Some((purchaser, kind)) = others_gain {
            for &(other, _) in market.insurers().iter().filter(|(party, _)| *party != purchaser) {
                let amounts = kept(market, flows, budget, other).iter().map(|&amount| -amount).collect();
                lines.push(BookLine::new(Account::Party(purchaser), Account::Party(other), kind, amounts));
            }
        }
    }
    lines
}

/// Σκ(1 − λ)p(t)a of an insurer on one insurance budget, by year: the change in its cash.
pub(crate) fn kept(market: &Market, flows: &Flows, budget: usize, insurer: usize) -> Vec<Lane> {
    let rows = flows.shape.lines.len();
    by_year(flows, budget, |row, year| {
        let total = flows.cashable.at(row, year) - flows.equalised.at(row, year);
        market.insured(insurer, total, |named| flows.retained.at(named * rows + row, year))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::checked::Purchase;
    use crate::settle::books::Books;
    use crate::settle::testing::{self, FIRST_INSURER};

    fn saved(purchase: Purchase, scenario: &Scenario, flows: &Flows) -> Books {
        let market = Market::new(scenario, purchase, &flows.environment).unwrap();
        Books { years: flows.shape.years, lines: postings(scenario, &market, flows), ..Books::default() }
    }

    fn first(books: &Books, account: Account) -> f64 {
        books.balance(account)[0][0]
    }

    #[test]
    fn at_seven_per_cent_a_year_half_of_the_participants_have_left_after_ten_years() {
        // 0.93¹, 0.93³, 0.93⁵, 0.93¹⁰ for an insurer so small that nobody comes back.
        for (years, left) in [(1, 0.930), (3, 0.804), (5, 0.696), (10, 0.484)] {
            approx::assert_abs_diff_eq!(retention(0.0, 1.0, 0.93_f64.powi(years)), left, epsilon = 5e-4);
        }
    }

    #[test]
    fn retention_falls_by_the_leaving_rate_in_the_first_year_whatever_the_market_share() {
        // m = 0.3, c = 7%: Π = 1 − 0.07/0.7 = 0.9 and p = 0.3 + 0.7·0.9 = 0.93.
        approx::assert_relative_eq!(retention(0.3, 1.0, 1.0 - 0.07 / 0.7), 0.93, epsilon = 1e-12);
    }

    #[test]
    fn a_group_that_mirrors_the_market_stays_so() {
        approx::assert_relative_eq!(retention(0.3, 0.3, 0.2), 0.3);
    }

    #[test]
    fn a_hundred_euros_of_falls_are_51_for_insurers_44_for_long_term_care_and_5_for_the_municipality() {
        // Direct medical costs of falls among people over 65: 455, 390 and 48 of 893 million.
        let scenario = testing::scenario()
            .insurers(&[1.0])
            .budget("zvw", true)
            .budget("wlz", false)
            .budget("wmo", false)
            .party("wlz_fund", &[(1, 1.0)])
            .party("municipality", &[(2, 1.0)])
            .build();
        let mut flows = testing::flows(&scenario, 1);
        for (row, part) in [455.0, 390.0, 48.0].into_iter().enumerate() {
            testing::set_increment(&mut flows, row, 0, -100.0 * part / 893.0, 1.0, 0.0, 1.0);
        }
        let books = saved(Purchase::Joint, &scenario, &flows);
        let zilver = Account::Party(FIRST_INSURER);
        approx::assert_abs_diff_eq!(first(&books, zilver), 51.0, epsilon = 0.05);
        approx::assert_abs_diff_eq!(first(&books, Account::Party(FIRST_INSURER + 1)), 43.7, epsilon = 0.05);
        approx::assert_abs_diff_eq!(first(&books, Account::Party(FIRST_INSURER + 2)), 5.4, epsilon = 0.05);
    }

    #[test]
    fn an_avoided_euro_is_divided_over_capacity_equalisation_and_insurers() {
        // κ = 0.8, λ = 0.25, m = 0.4, Π = 0.75 under own purchase; 100 avoided per region, 40 at k.
        // Capacity 0.2·40 = 8; equalisation 0.8·0.25·40 = 8; κ(1−λ) = 0.6, so 24 is divided: p = 0.85 leaves
        // k 20.4, others 3.6.
        let scenario = testing::scenario().insurers(&[0.4]).budget("zvw", true).build();
        let mut flows = testing::flows(&scenario, 1);
        testing::set_increment(&mut flows, 0, 0, -100.0, 0.8, 0.25, 0.75);
        let books = saved(Purchase::Own { insurer: 0 }, &scenario, &flows);
        let of = |account| first(&books, account);
        approx::assert_relative_eq!(of(Account::Capacity), 8.0, epsilon = 1e-12);
        approx::assert_relative_eq!(of(Account::Party(Parties::EQUALISATION_FUND)), 8.0, epsilon = 1e-12);
        approx::assert_relative_eq!(of(Account::Party(FIRST_INSURER)), 20.4, epsilon = 1e-12);
        approx::assert_relative_eq!(of(Account::Party(Parties::OTHER_INSURERS)), 3.6, epsilon = 1e-12);
        approx::assert_relative_eq!(of(Account::Care), -40.0, epsilon = 1e-12);
        // The chain: 40 avoided, 8 of it no cash, less 8, less 3.6.
        let chain: Vec<f64> = books.entries(FIRST_INSURER).map(|e| e.sign * e.amounts[0][0]).collect();
        approx::assert_relative_eq!(chain[..], [40.0, -8.0, -8.0, -3.6], epsilon = 1e-12);
    }

    #[test]
    fn who_buys_for_the_region_pays_all_and_keeps_its_market_share() {
        let scenario = testing::scenario().insurers(&[0.4]).budget("zvw", true).build();
        let mut flows = testing::flows(&scenario, 1);
        testing::set_increment(&mut flows, 0, 0, -100.0, 1.0, 0.0, 0.75);
        let books = saved(Purchase::Region { insurer: 0 }, &scenario, &flows);
        approx::assert_relative_eq!(first(&books, Account::Party(FIRST_INSURER)), 40.0);
        approx::assert_relative_eq!(first(&books, Account::Party(Parties::OTHER_INSURERS)), 60.0);
        // The chain: 100 avoided, all of it cash, nothing to equalisation, 60 to those who ride free.
        let chain: Vec<(LineKind, f64)> = books
            .entries(FIRST_INSURER)
            .map(|e| (e.kind, e.sign * e.amounts.first().map_or(0.0, |a| a[0])))
            .collect();
        let budget = 0;
        let lines = [
            LineKind::Savings { budget },
            LineKind::FreedCapacity { budget },
            LineKind::Equalisation { budget },
            LineKind::FreeRiding { budget },
        ];
        assert_eq!(chain, [(lines[0], 100.0), (lines[1], 0.0), (lines[2], 0.0), (lines[3], -60.0)]);
    }

    #[test]
    fn a_rise_in_costs_is_divided_as_a_fall_is() {
        let scenario = testing::scenario().budget("wmo", false).party("municipality", &[(0, 0.3)]).build();
        let mut flows = testing::flows(&scenario, 1);
        testing::set_increment(&mut flows, 0, 0, 100.0, 0.5, 0.0, 1.0);
        let books = saved(Purchase::Joint, &scenario, &flows);
        approx::assert_relative_eq!(first(&books, Account::Capacity), -50.0);
        approx::assert_relative_eq!(first(&books, Account::Party(FIRST_INSURER)), -15.0);
        approx::assert_relative_eq!(first(&books, Account::Party(Parties::OTHERS)), -35.0);
    }
}
