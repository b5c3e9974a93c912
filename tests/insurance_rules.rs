//! What of avoided costs is cash, what equalisation takes, what an insurer still holds; budgets and price years.

mod common;

use common::{HALVED_FALLS, assert_amount, assert_amounts, base_flows, by_year, men, scenario};
use ounce::settle::{Account, LineKind, settle};
use ounce::value::{Extent, value};

/// An insurer, and 10 euros of insured care for each fall: a year of half as many falls avoids 500 euros.
fn insured(years: usize, more: &str) -> String {
    format!(
        r#"{}
[budgets.zvw]
kind = "insurance"
[unit_costs.fall]
on = "m.fall"
value = 10
budget = "zvw"
[parties.zilver]
kind = "insurer"
market_share = 0.000000000001
leaving_rate = 0.07
[arrangements.deal]
{more}{HALVED_FALLS}"#,
        men(years, "half-year")
    )
}

#[test]
fn of_a_small_insurers_participants_who_leave_at_seven_percent_a_year_48_percent_are_left_after_ten_years() {
    let flows = base_flows(&scenario(&insured(11, "")));
    let kept: Vec<f64> = by_year(&flows.retained, 0).iter().map(|amount| amount / -500.0).collect();
    // 0.93, 0.93³, 0.93⁵ and 0.93¹⁰; nobody has left in the year of enrolment.
    for (year, expected) in
        [(0, 1.0), (1, 0.93), (3, 0.804_357), (5, 0.695_688_369_3), (10, 0.483_982_307_18)]
    {
        assert!((kept[year] - expected).abs() < 1e-9, "year {year}: {} instead of {expected}", kept[year]);
    }
}

#[test]
fn people_change_insurer_on_1_january_only() {
    // Enrolled in the middle of 2026: 250 euros avoided that year with all of them, then 500 with 93%.
    let text = insured(2, "").replace(", at = \"start-of-year\"", "");
    assert_amounts(&by_year(&base_flows(&scenario(&text)).retained, 0), &[-250.0, -465.0]);
}

#[test]
fn the_leaving_rate_is_that_of_the_age_on_the_1_january_of_leaving() {
    // Men of 70 in 2026 are 71 on 1 January 2027 and 72 a year later: factors 0.9 and 0.8.
    let text = insured(3, "")
        .replace("leaving_rate = 0.07", "leaving_rate = \"if(age == 71, 0.1, if(age == 72, 0.2, 0))\"");
    assert_amounts(&by_year(&base_flows(&scenario(&text)).retained, 0), &[-500.0, -450.0, -360.0]);
}

#[test]
fn an_insurer_that_buys_for_its_own_insured_loses_savings_as_they_leave() {
    // A fifth of the men are its own: 100 euros a year. After one 1 January 1 − c = 0.93 of them are left, after
    // two p = 0.2 + 0.8·(1 − 0.07/0.8)² = 0.866125: some of those who left have returned.
    let text = insured(3, "purchase = \"own\"\ninsurer = \"zilver\"\n")
        .replace("market_share = 0.000000000001", "market_share = 0.2");
    let s = scenario(&text);
    let valued = value(&s, Extent::BaseCase, &|| ()).expect("a base case");
    let settled = settle(&s, &valued).expect("books");
    let party = s.parties.insurers[0].party;
    let net: Vec<f64> = settled[0].base.net(party).iter().map(|net| net[0]).take(3).collect();
    assert_amounts(&net, &[100.0, 93.0, 86.6125]);
}

#[test]
fn an_insurer_that_pays_for_the_region_keeps_its_market_share() {
    // p0 = m, so p stays m: a fifth of 500 euros, and the other insurers ride free on four fifths.
    let text = insured(3, "purchase = \"region\"\ninsurer = \"zilver\"\n")
        .replace("market_share = 0.000000000001", "market_share = 0.2");
    let s = scenario(&text);
    let valued = value(&s, Extent::BaseCase, &|| ()).expect("a base case");
    let settled = settle(&s, &valued).expect("books");
    let party = s.parties.insurers[0].party;
    let net: Vec<f64> = settled[0].base.net(party).iter().map(|net| net[0]).take(3).collect();
    assert_amounts(&net, &[100.0, 100.0, 100.0]);
}

/// Present value to the insurer, a fifth of the market, of 500 euros a year that are avoided for four years.
fn value_to_insurer(purchase: &str, lost_to_equalisation: f64, leaving_rate: f64) -> f64 {
    let text = insured(4, purchase)
        .replace("market_share = 0.000000000001", "market_share = 0.2")
        .replace("leaving_rate = 0.07", &format!("leaving_rate = {leaving_rate}"))
        .replace(
            "kind = \"insurance\"",
            &format!("kind = \"insurance\"\ncashable = 0.8\nlost_to_equalisation = {lost_to_equalisation}"),
        );
    let s = scenario(&text);
    let valued = value(&s, Extent::BaseCase, &|| ()).expect("a base case");
    let settled = settle(&s, &valued).expect("books").remove(0);
    settled.base.present_value(s.parties.insurers[0].party, settled.rate)[0]
}

const PURCHASES: [&str; 3] = [
    "purchase = \"joint\"\n",
    "purchase = \"region\"\ninsurer = \"zilver\"\n",
    "purchase = \"own\"\ninsurer = \"zilver\"\n",
];

/// Shares lost to equalisation; below zero the fund adds to what is avoided.
const LOST: [f64; 6] = [-0.5, -0.1, 0.0, 0.3, 0.8, 1.0];

#[test]
fn the_more_equalisation_takes_the_less_avoided_care_is_worth_to_an_insurer() {
    for purchase in PURCHASES {
        for leaving_rate in [0.0, 0.07, 0.4] {
            let values = LOST.map(|lost| value_to_insurer(purchase, lost, leaving_rate));
            // By (1 − λ), so strictly, and with all of it taken nothing is left.
            assert!(values.is_sorted_by(|one, next| one > next), "{purchase}{leaving_rate}: {values:?}");
            assert_amount(values[5], 0.0);
            assert_amount(values[0], 1.5 * values[2]);
        }
    }
}

#[test]
fn the_faster_insured_leave_the_less_avoided_care_is_worth_to_the_insurer_that_buys_for_them() {
    for lost in LOST {
        for (purchase, own) in PURCHASES.into_iter().zip([false, false, true]) {
            let values = [0.0, 0.02, 0.07, 0.4, 0.8].map(|rate| value_to_insurer(purchase, lost, rate));
            assert!(values.is_sorted_by(|one, next| *one >= *next - 1e-9), "{purchase}{lost}: {values:?}");
            // Who buys for all holds its share of the market in them, whoever leaves.
            let falls = own && lost < 1.0;
            assert_eq!(values[0] > values[4] + 1.0, falls, "{purchase}{lost}: {values:?}");
        }
    }
}

#[test]
fn where_equalisation_adds_to_what_is_avoided_it_makes_up_for_insured_who_leave() {
    // Nobody leaves and nothing is equalised, or some leave and the fund pays half on top: the one way in which more leaks and more
    // is left.
    let own = PURCHASES[2];
    assert!(value_to_insurer(own, -0.5, 0.07) > value_to_insurer(own, 0.0, 0.0));
    assert!(value_to_insurer(own, 0.1, 0.07) < value_to_insurer(own, 0.0, 0.0));
}

#[test]
fn cashability_is_read_in_the_middle_of_cycles_since_enrolment() {
    // 250 euros a half-year from the middle of 2026 on; since = 0.25, 0.75 … 3.25, of which a tenth is cash.
    let text = insured(4, "")
        .replace(", at = \"start-of-year\"", "")
        .replace("kind = \"insurance\"", "kind = \"insurance\"\ncashable = \"0.1 * since\"");
    let flows = base_flows(&scenario(&text));
    assert_amounts(
        &by_year(&flows.cashable, 0),
        &[-250.0 * 0.025, -250.0 * (0.075 + 0.125), -250.0 * (0.175 + 0.225), -250.0 * (0.275 + 0.325)],
    );
}

#[test]
fn equalisation_takes_its_share_of_what_is_cash_after_its_lag() {
    // Half is cash; of that two fifths go to the fund where two years have passed: from the cycle at 2.25 on.
    let text = insured(4, "").replace(", at = \"start-of-year\"", "").replace(
        "kind = \"insurance\"",
        "kind = \"insurance\"\ncashable = 0.5\nlost_to_equalisation = \"if(since < 2, 0, 0.4)\"",
    );
    let flows = base_flows(&scenario(&text));
    assert_amounts(&by_year(&flows.cashable, 0), &[-125.0, -250.0, -250.0, -250.0]);
    assert_amounts(&by_year(&flows.equalised, 0), &[0.0, 0.0, -50.0, -100.0]);
}

#[test]
fn what_is_not_cash_frees_capacity_and_is_nobodys_result() {
    let text = insured(1, "").replace("kind = \"insurance\"", "kind = \"insurance\"\ncashable = 0.3");
    let s = scenario(&text);
    let valued = value(&s, Extent::BaseCase, &|| ()).expect("a base case");
    let books = &settle(&s, &valued).expect("books")[0].base;
    // 70% of 500 euros.
    let freed: f64 = books
        .lines
        .iter()
        .filter(|line| matches!(line.kind, LineKind::FreedCapacity { .. }))
        .map(|line| line.sign(Account::Capacity) * line.at(0)[0])
        .sum();
    assert_amount(freed, 350.0);
    let parties: f64 = (0..s.parties.list.len()).map(|party| books.net(party)[0][0]).sum();
    assert_amount(parties, 150.0);
}

#[test]
fn a_unit_cost_is_split_over_budgets() {
    let text = insured(1, "").replace("budget = \"zvw\"", "budgets = { zvw = 0.7, care = 0.3 }");
    let s = scenario(&text);
    let flows = base_flows(&s);
    for (row, line) in flows.shape.lines.iter().enumerate() {
        let share = if s.budgets[line.budget].id == "zvw" { 0.7 } else { 0.3 };
        assert_amount(flows.level.total(row)[0], 1_000.0 * share);
        assert_amount(flows.increment.total(row)[0], -500.0 * share);
    }
    assert_eq!(flows.shape.lines.len(), 2);
}

#[test]
fn a_unit_cost_may_be_cash_where_its_budget_is_not() {
    let text = insured(1, "")
        .replace("kind = \"insurance\"", "kind = \"insurance\"\ncashable = 0")
        .replace("budget = \"zvw\"", "budget = \"zvw\"\ncashable = 0.25");
    assert_amounts(&by_year(&base_flows(&scenario(&text)).cashable, 0), &[-125.0]);
}

#[test]
fn prices_move_to_the_price_year_with_the_index_and_beyond_it_with_inflation() {
    // Index 100 in 2020 and 125 in 2025: 8 euros of 2020 are 10 of 2025. The course costs 11 euros of 2027, two
    // years after the table at 10% inflation: 11/1.21 of 2025.
    let text = insured(1, "")
        .replace("value = 10\n", "value = 8\nprice_year = 2020\n")
        .replace(
            "[valuation]",
            "[tables.prices]\nkeys = [\"year\"]\nkind = \"index\"\nfile = \"tests/data/prices.csv\"\nvalue = \"index\"\n\
             [valuation]\ncpi = \"prices\"\ninflation = 0.1",
        )
        .replace(
            "effects = [\"fewer_falls\"]",
            "effects = [\"fewer_falls\"]\ncosts = { course = { value = { value = 11, price_year = 2027 } } }",
        );
    let flows = base_flows(&scenario(&text));
    assert_amounts(&by_year(&flows.level, 0), &[1_000.0]);
    assert_amounts(&by_year(&flows.programme_costs, 0), &[1_100.0 / 1.21]);
}

#[test]
fn the_price_year_of_costs_of_steps_and_of_fixed_costs_may_stand_beside_the_amount() {
    // As above: 11 euros of 2027 are 11/1.21 of 2025, for a hundred men; 8 euros of 2020 are 10 of 2025.
    let text = insured(1, "")
        .replace(
            "[valuation]",
            "[tables.prices]\nkeys = [\"year\"]\nkind = \"index\"\nfile = \"tests/data/prices.csv\"\nvalue = \"index\"\n\
             [valuation]\ncpi = \"prices\"\ninflation = 0.1",
        )
        .replace(
            "effects = [\"fewer_falls\"]",
            "effects = [\"fewer_falls\"]\ncosts = { course = { value = 11, price_year = 2027 } }",
        )
        .replace("[programmes.p]\n", "[programmes.p]\nfixed.hall = { value = 8, price_year = 2020 }\n");
    let flows = base_flows(&scenario(&text));
    let costs = [0, 1].map(|item| by_year(&flows.programme_costs, item)[0]);
    assert_amount(costs.iter().sum(), 1_100.0 / 1.21 + 10.0);
    assert_amount(costs[1].min(costs[0]), 10.0);
}
