//! One place of a file run alone: what the file says of all places together is scaled to the part of it.

mod common;

use ounce::sample::Environment;
use ounce::scenario::Scenario;
use ounce::scenario::checked::{EnrolAmount, Quantity, Terms};
use ounce::scenario::part::Part;

/// Aa has 300 people of 70 and 100 of 80, Best 100 of 70 and 300 of 80: half of the people, and three quarters of those of 75
/// and over, for whom the programme is.
const TOWNS: &str = r#"
ounce = 1
title = "two towns"
time = { start = 2026, years = 4, cycle = "half-year" }
valuation = { discount = { costs = 0, effects = 0 }, willingness_to_pay = [20000] }
[population]
closed = true
[population.groups]
a70 = { age = 70, sex = "male", persons = 300, labels = { town = "Aa" } }
a80 = { age = 80, sex = "male", persons = 100, labels = { town = "Aa" } }
b70 = { age = 70, sex = "male", persons = 100, labels = { town = "Best" } }
b80 = { age = 80, sex = "male", persons = 300, labels = { town = "Best" } }
[models.m]
mortality = { rate = 0.03 }
[models.m.states]
home = { start = 1, utility = 0.9 }
dead = { start = 0, alive = false }
[programmes.course]
model = "m"
eligible = "age >= 75 and state == 'home'"
enrol = { years = "2026", persons = 200 }
fixed.coordinator = { value = "1000 * coordinators", years = "2026" }
[programmes.course.cascade]
test = { of = "invited", share = 1, costs = { test = 20 }, capacity = 120 }
[strategies]
usual_care = {}
course = { programmes = ["course"] }
[parameters]
coordinators = { value = 2, assumption = "test" }
[parties]
town = { kind = "municipality" }
[arrangements.deal]
clauses.lump = { type = "lump-sum", from = "town", to = "provider", amount = 800, years = "2026" }
clauses.fee = { type = "fee", from = "town", to = "provider", step = "course.test", price = 25, volume_cap = 100, cap_per_year = 4000 }
"#;

fn alone(only: &[(&str, &str)]) -> (Scenario, Option<Part>) {
    let mut scenario = common::scenario(TOWNS);
    let only: Vec<_> = only.iter().map(|&(id, value)| (id.to_owned(), value.to_owned())).collect();
    let part = scenario.keep_only(&only).unwrap_or_else(|error| panic!("{error:?}"));
    (scenario, part)
}

fn amount(scenario: &Scenario, quantity: &Quantity) -> f64 {
    Environment::base(scenario).and_then(|base| base.quantity(quantity)).expect("a number")[0]
}

#[test]
fn a_place_has_the_share_of_the_people_whom_the_programme_is_for() {
    let (_, part) = alone(&[("town", "Best")]);
    let part = part.expect("a part");
    assert_eq!((part.programmes, part.any, part.all), (vec![0.75], 0.75, 0.5));
    assert_eq!((part.amounts, part.relative_reach), (true, false));
    assert_eq!(alone(&[]).1, None, "everybody is no part");
}

#[test]
fn fixed_costs_persons_and_capacities_are_three_quarters_and_costs_of_a_test_are_the_same() {
    let (scenario, _) = alone(&[("town", "Best")]);
    let course = &scenario.programmes[0];
    assert_eq!(amount(&scenario, &course.fixed[0].value), 1500.0, "three quarters of two coordinators");
    let EnrolAmount::Persons(persons) = &course.enrol.amount else { panic!("persons") };
    assert_eq!(amount(&scenario, persons), 150.0);
    assert_eq!(course.steps[0].capacity.as_ref().map(|most| amount(&scenario, most)), Some(90.0));
    assert_eq!(amount(&scenario, &course.steps[0].costs[0].value), 20.0);
}

#[test]
fn budgets_and_limits_in_contracts_are_three_quarters_and_prices_are_the_same() {
    let (scenario, _) = alone(&[("town", "Best")]);
    let [lump, fee] = &scenario.arrangements[0].clauses[..] else { panic!("two clauses") };
    let Terms::LumpSum { amount: lump } = &lump.terms else { panic!("a lump sum") };
    assert_eq!(amount(&scenario, lump), 600.0);
    assert_eq!(fee.cap_per_year.as_ref().map(|cap| amount(&scenario, cap)), Some(3000.0));
    let Terms::Fee { price, volume_cap, .. } = &fee.terms else { panic!("a fee") };
    assert_eq!(amount(&scenario, price), 25.0);
    assert_eq!(volume_cap.as_ref().map(|cap| amount(&scenario, cap)), Some(75.0));
}

#[test]
fn places_alone_sum_to_the_file() {
    // 2,000 euros of coordinators and 120 tests of 20 euros: 4,400 euros of the programme, undiscounted.
    let costs = |only: &[(&str, &str)]| {
        let flows = common::base_flows(&alone(only).0);
        (0..flows.programme_costs.rows()).map(|row| flows.programme_costs.total(row)[0]).sum::<f64>()
    };
    let (all, aa, best) = (costs(&[]), costs(&[("town", "Aa")]), costs(&[("town", "Best")]));
    common::assert_amount(all, 4400.0);
    common::assert_amount(aa, 1100.0);
    common::assert_amount(best, 3300.0);
}
