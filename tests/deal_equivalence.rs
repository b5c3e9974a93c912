//! A point of a negotiation is what settling the contract with these terms gives, whatever the clauses.

mod common;

use common::scenario;
use ounce::analyse::cash_flow::{expected_shortfall, payback};
use ounce::analyse::deal::{Deal, deal};
use ounce::formula::Lane;
use ounce::scenario::checked::Scenario;
use ounce::settle::{Books, Settled, settle};
use ounce::value::flows::Valued;
use ounce::value::{Extent, value};

/// Terms as they are negotiated, and the clauses around them.
struct Terms<'a> {
    world: &'a str,
    /// Who sits at the table: everybody, so that money is neither made nor lost.
    parties: &'a [&'a str],
    clauses: &'a str,
    /// For each `@` in the clauses: low, high and step.
    ranges: &'a [[f64; 3]],
}

const AMSTELLAND: &str = r#"
ounce = 1
use = ["scenarios/amstelland_falls.toml"]
uncertainty = { draws = 20 }
arrangements.remove = ["insurer_pays", "shared_savings", "proportional", "municipality_pays"]
variants.remove = ["in_balans_trial", "no_fewer_fractures", "otago_injuries_as_measured", "injuries_follow_falls"]
"#;

const IN_AMSTELLAND: [&str; 10] = [
    "municipality",
    "state",
    "insurer",
    "other_insurers",
    "wlz_fund",
    "participants",
    "provider",
    "equalisation_fund",
    "others",
    "outside",
];

/// A thousand people of whom some follow a course that makes falls rarer; falls cost insurers, the long-term care fund and
/// the municipality something. How much rarer, and what a fall costs, is uncertain.
const TOWN: &str = r#"
ounce = 1
title = "a course"
time = { start = 2026, years = 4, cycle = "half-year" }
uncertainty = { draws = 12, seed = 1, design = "random" }
valuation = { price_year = 2024, inflation = 0.02, discount = { costs = 0.03, effects = 0.015 } }
strategies = { usual_care = {}, chain = { programmes = ["p"] } }
effects = { fewer = { on = "m.fall", rate_ratio = "ratio", lasts = "always" } }
outcomes = { towns_share = { unit = "EUR", per = { "m.fall" = 60 } } }
budgets = { zvw = { kind = "insurance" }, wlz = {}, wmo = {} }
[population]
closed = true
groups = { all = { age = 70, persons = 1000 } }
[population.classes.risk.values]
low = { share = 0.7 }
high = { share = 0.3 }
[parties]
insurer = { kind = "insurer", market_share = 0.4, leaving_rate = 0.06 }
municipality = { kind = "municipality", budgets = ["wmo"] }
wlz_fund = { kind = "wlz_fund", budgets = ["wlz"] }
state = { kind = "state" }
investor = { kind = "investor" }
participants = { kind = "household" }
[parameters]
ratio = { value = 0.6, sd = 0.1, dist = "gamma" }
fall_cost = { value = 400, sd = 80, dist = "gamma" }
[models.m]
states = { home = { start = 1, utility = 1 }, dead = { start = 0, alive = false } }
events = { fall = { in = ["home"], rate = 0.5 } }
[unit_costs]
visit = { on = "m.fall", value = "fall_cost", budget = "zvw" }
care = { on = "m.fall", value = 250, budget = "wlz" }
help = { on = "m.fall", value = 150, budget = "wmo" }
[programmes.p]
model = "m"
provider = "municipality"
eligible = "state == 'home'"
enrol = { years = "2026-2027", share = 0.2 }
[programmes.p.cascade.enrolled]
of = "invited"
share = 0.8
costs = { intake = 40 }
[programmes.p.cascade.course]
of = "enrolled"
share = 0.5
effects = ["fewer"]
costs = { course = 300 }
"#;

const IN_TOWN: [&str; 11] = [
    "municipality",
    "state",
    "insurer",
    "other_insurers",
    "wlz_fund",
    "investor",
    "participants",
    "provider",
    "equalisation_fund",
    "others",
    "outside",
];

impl Terms<'_> {
    /// The scenario; with `values` instead of what is negotiated, where they are given.
    fn scenario(&self, values: Option<&[f64]>) -> Scenario {
        let mut written = self.clauses.split('@');
        let mut clauses = written.next().unwrap_or_default().to_owned();
        for (at, rest) in written.enumerate() {
            let [low, high, step] = self.ranges[at];
            clauses.push_str(&match values {
                Some(values) => values[at].to_string(),
                None => format!("{{ negotiable = {{ low = {low}, high = {high}, step = {step} }} }}"),
            });
            clauses.push_str(rest);
        }
        let seats: String = self.parties.iter().map(|party| format!("[deal.parties.{party}]\n")).collect();
        let table =
            "[deal]\nstrategy = \"chain\"\narrangements = [\"bargain\"]\nfallback = \"no_programme\"\n";
        scenario(&format!("{}{table}{seats}{clauses}", self.world))
    }
}

fn run(scenario: &Scenario) -> Valued {
    value(scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"))
}

fn found(scenario: &Scenario) -> Deal {
    deal(scenario, &run(scenario)).unwrap_or_else(|error| panic!("{error}"))
}

/// By draw.
fn by_draw(settled: &Settled, amount: impl Fn(&Books) -> Lane) -> Vec<f64> {
    let mut draws: Vec<f64> = settled.blocks.iter().flat_map(|books| amount(books).0).collect();
    draws.truncate(settled.draws);
    draws
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Compares some points, the last among them, with a settlement of the contract that says the same.
fn assert_same(what: &str, terms: &Terms<'_>, points: usize) {
    let negotiated = terms.scenario(None);
    let deal = found(&negotiated);
    let together = |point: usize| deal.points[point].parties.iter().map(|party| party.net).sum::<f64>();
    let turnover: f64 = deal.points[0].parties.iter().map(|party| party.net.abs()).sum();
    for point in 0..deal.points.len() {
        let difference = (together(point) - together(0)).abs();
        assert!(difference <= 1e-9 * turnover, "{what}: money is made or lost");
    }
    let last = deal.points.len() - 1;
    let moved = deal.points[0].parties.iter().zip(&deal.points[last].parties);
    assert!(
        moved.into_iter().any(|(one, other)| (one.net - other.net).abs() > 1.0),
        "{what}: terms do nothing"
    );
    let step = (deal.points.len() / points).max(1);
    for point in (0..deal.points.len()).rev().step_by(step) {
        let values = deal.values(&negotiated, &deal.points[point]);
        let scenario = terms.scenario(Some(&values));
        let settled = settle(&scenario, &run(&scenario)).unwrap_or_else(|error| panic!("{what}: {error}"));
        let bargain = settled.iter().find(|s| scenario.arrangements[s.arrangement].id == "bargain").unwrap();
        for (seat, judged) in deal.points[point].parties.iter().enumerate() {
            let id = terms.parties[seat];
            let party = scenario.parties.list.iter().position(|party| party.id == id).unwrap();
            let present = by_draw(bargain, |books| books.present_value(party, bargain.rate));
            let close = |one: f64, other: f64, which: &str| {
                assert!(
                    (one - other).abs() <= 1e-12 * turnover,
                    "{what}, {id} at {values:?}: {which} {one}, settled {other}"
                );
            };
            close(judged.net, mean(&present), "net");
            close(judged.worst, expected_shortfall(&present, 0.05).unwrap(), "worst");
            let no_loss = present.iter().filter(|&&value| value >= 0.0).count() as f64 / present.len() as f64;
            assert_eq!(judged.no_loss, no_loss, "{what}, {id} at {values:?}");
            let years = bargain.base.years;
            let flow: Vec<f64> =
                (0..years).map(|year| mean(&by_draw(bargain, |books| books.net(party)[year]))).collect();
            assert_eq!(judged.payback, payback(&flow), "{what}, {id} at {values:?}");
            let outlay = (0..years).map(|year| {
                mean(&by_draw(bargain, |books| {
                    let entries = books.entries(party).filter(|entry| entry.kind.is_payment());
                    entries.fold(Lane::ZERO, |sum, entry| {
                        sum - entry.amounts.get(year).copied().unwrap_or(Lane::ZERO) * entry.sign
                    })
                }))
            });
            close(judged.outlay, outlay.fold(0.0, f64::max), "outlay");
        }
    }
}

fn assert_same_in_amstelland(clauses: &str, ranges: &[[f64; 3]]) {
    assert_same("Amstelland", &Terms { world: AMSTELLAND, parties: &IN_AMSTELLAND, clauses, ranges }, 5);
}

#[test]
fn every_point_is_what_settling_it_gives_for_payments_costs_and_results() {
    let clauses = r#"
[arrangements.bargain.clauses.assessment]
type = "fee"
from = "insurers"
to = "municipality"
step = "chain.assessment"
price = @
[arrangements.bargain.clauses.start]
type = "lump-sum"
from = "state"
to = "municipality"
amount = @
years = "2026"
[arrangements.bargain.clauses.coordination]
type = "subsidy"
from = "state"
to = "municipality"
base = "chain.fixed"
share = @
grant = 40000
carry_over = 0.2
[arrangements.bargain.clauses.courses]
type = "cost-share"
base = "chain.in_balans"
of = "municipality"
parties = ["insurer", "wlz_fund"]
rule = "proportional"
cap_per_year = @
[arrangements.bargain.clauses.savings]
type = "shared-savings"
from = "insurers"
to = "municipality"
budgets = ["zvw"]
benchmark = "forecast"
measures = "claims"
share = @
lag = 1
"#;
    let ranges = [
        [60.0, 100.0, 40.0],
        [0.0, 50000.0, 50000.0],
        [0.0, 0.4, 0.4],
        [20000.0, 90000.0, 70000.0],
        [0.2, 0.5, 0.3],
    ];
    assert_same_in_amstelland(clauses, &ranges);
}

#[test]
fn every_point_is_what_settling_it_gives_for_guarantees_and_outcomes() {
    let clauses = r#"
[arrangements.bargain.clauses.fewer_fractures]
type = "outcome-payment"
from = "wlz_fund"
to = "municipality"
node = "falls.hip_fracture"
better = "less"
benchmark = "forecast"
price = @
[arrangements.bargain.clauses.tests]
type = "fee"
from = "state"
to = "municipality"
step = "chain.risk_test"
price = @
[arrangements.bargain.clauses.floor]
type = "guarantee"
from = "state"
to = "municipality"
floor = @
share = 0.8
"#;
    let ranges = [[1000.0, 9000.0, 4000.0], [0.0, 20.0, 10.0], [-150000.0, -50000.0, 100000.0]];
    assert_same_in_amstelland(clauses, &ranges);
}

#[test]
fn every_point_is_what_settling_it_gives_for_a_revolving_fund() {
    let clauses = r#"
[arrangements.bargain.clauses.fund]
type = "revolving-fund"
from = "state"
to = "municipality"
base = "chain"
share = @
capital = @
repay = { insurer = 0.5, wlz_fund = 0.4 }
[arrangements.bargain.clauses.tests]
type = "fee"
from = "insurers"
to = "municipality"
step = "chain.risk_test"
price = @
"#;
    let ranges = [[0.5, 0.8, 0.3], [100000.0, 400000.0, 300000.0], [0.0, 20.0, 20.0]];
    assert_same_in_amstelland(clauses, &ranges);
}

#[test]
fn every_point_is_what_settling_it_gives_for_a_stop_loss() {
    let clauses = r#"
[arrangements.bargain.clauses.heads]
type = "capitation"
from = "insurers"
to = "municipality"
step = "chain.assessment"
for_years = 2
amount = 60
base = "chain"
corridor = 0.1
beyond = 0.5
stop_loss = { limit = @, cv = @, carried = @ }
[arrangements.bargain.clauses.coordination]
type = "subsidy"
from = "state"
to = "municipality"
base = "chain.fixed"
share = 0.5
"#;
    let ranges = [[200.0, 800.0, 600.0], [1.0, 3.0, 2.0], [0.5, 1.0, 0.5]];
    assert_same_in_amstelland(clauses, &ranges);
}

/// Clauses by what they test, each with the terms that are negotiated.
const CASES: &[(&str, &str, &[[f64; 3]])] = &[
    (
        "a bond, and a subsidy on what the investor leaves to be paid",
        r#"
[arrangements.bargain.clauses.bond]
type = "impact-bond"
from = "state"
to = "investor"
provider = "municipality"
investment = @
investment_years = 2026
assessor_fee = 500
return_cap = @
triggers.completion = { step = "p.course", price = @ }
[arrangements.bargain.clauses.subsidy]
type = "subsidy"
from = "wlz_fund"
to = "municipality"
base = "p"
share = @
"#,
        &[[5000.0, 15000.0, 10000.0], [0.02, 0.12, 0.1], [100.0, 200.0, 100.0], [0.2, 0.6, 0.4]],
    ),
    (
        "an amount a head, and a subsidy on what it leaves",
        r#"
[arrangements.bargain.clauses.heads]
type = "capitation"
from = "insurers"
to = "municipality"
step = "p.enrolled"
for_years = 2
amount = @
[arrangements.bargain.clauses.subsidy]
type = "subsidy"
from = "state"
to = "municipality"
base = "p"
share = @
"#,
        &[[20.0, 60.0, 40.0], [0.3, 0.9, 0.6]],
    ),
    (
        "an amount a head within a corridor",
        r#"
[arrangements.bargain.clauses.heads]
type = "capitation"
from = "insurers"
to = "municipality"
step = "p.enrolled"
for_years = 1
amount = @
base = "p"
corridor = @
beyond = @
"#,
        &[[100.0, 250.0, 150.0], [0.05, 0.1, 0.05], [0.4, 0.8, 0.4]],
    ),
    (
        "a price for the whole path",
        r#"
[arrangements.bargain.clauses.path]
type = "bundled"
from = "insurers"
to = "municipality"
prices = { "p.enrolled" = @, "p.course" = @ }
"#,
        &[[30.0, 60.0, 30.0], [100.0, 300.0, 100.0]],
    ),
    (
        "an own payment, and a guarantee of who receives it",
        r#"
[arrangements.bargain.clauses.own]
type = "copayment"
to = "municipality"
step = "p.course"
price = @
[arrangements.bargain.clauses.floor]
type = "guarantee"
from = "state"
to = "municipality"
floor = @
"#,
        &[[0.0, 50.0, 25.0], [-8000.0, -1000.0, 7000.0]],
    ),
    (
        "a part of residents' care",
        r#"
[arrangements.bargain.clauses.part]
type = "co-financing"
from = "municipality"
to = "state"
outcome = "towns_share"
equalised = @
"#,
        &[[0.0, 0.8, 0.4]],
    ),
    (
        "costs shared by the Shapley value, after a fee and up to a cap",
        r#"
[arrangements.bargain.clauses.fee]
type = "fee"
from = "state"
to = "municipality"
step = "p.enrolled"
price = @
[arrangements.bargain.clauses.split]
type = "cost-share"
base = "p"
of = "municipality"
parties = ["insurer", "other_insurers", "wlz_fund"]
rule = "shapley"
cap_per_year = @
"#,
        &[[0.0, 60.0, 30.0], [3000.0, 12000.0, 9000.0]],
    ),
    (
        "costs shared by bargaining power",
        r#"
[arrangements.bargain.clauses.fee]
type = "fee"
from = "state"
to = "municipality"
step = "p.course"
price = @
[arrangements.bargain.clauses.split]
type = "cost-share"
base = "p"
of = "municipality"
parties = ["insurers", "wlz_fund"]
rule = "nash"
weights.wlz_fund = @
"#,
        &[[0.0, 100.0, 50.0], [0.5, 2.0, 1.5]],
    ),
    (
        "costs shared by what each saved in the end",
        r#"
[arrangements.bargain.clauses.split]
type = "cost-share"
base = "p"
of = "municipality"
parties = ["insurers", "wlz_fund", "state"]
rule = "proportional"
when = "ex-post"
cap_total = @
[arrangements.bargain.clauses.fee]
type = "fee"
from = "state"
to = "municipality"
step = "p.course"
price = @
"#,
        &[[4000.0, 40000.0, 12000.0], [0.0, 100.0, 100.0]],
    ),
    (
        "a fund that pays what a bond leaves",
        r#"
[arrangements.bargain.clauses.bond]
type = "impact-bond"
from = "wlz_fund"
to = "investor"
provider = "municipality"
investment = @
investment_years = 2026
return_cap = 0.08
triggers.falls = { node = "m.fall", better = "less", benchmark = "forecast", price = @ }
[arrangements.bargain.clauses.fund]
type = "revolving-fund"
from = "state"
to = "municipality"
base = "p"
share = @
capital = 20000
repay = { insurer = 0.5 }
"#,
        &[[5000.0, 20000.0, 15000.0], [50.0, 150.0, 100.0], [0.4, 1.0, 0.6]],
    ),
    (
        "one insurer that pays for the region",
        r#"
[arrangements.bargain]
purchase = "region"
insurer = "insurer"
[arrangements.bargain.clauses.fee]
type = "fee"
from = "insurers"
to = "municipality"
step = "p.course"
price = @
[arrangements.bargain.clauses.savings]
type = "shared-savings"
from = "insurers"
to = "municipality"
budgets = ["zvw"]
benchmark = "true"
measures = "margin"
share = @
"#,
        &[[50.0, 250.0, 100.0], [0.1, 0.5, 0.4]],
    ),
    (
        "one insurer that pays for its own people",
        r#"
[arrangements.bargain]
purchase = "own"
insurer = "insurer"
[arrangements.bargain.clauses.fee]
type = "fee"
from = "insurers"
to = "municipality"
step = "p.course"
price = @
[arrangements.bargain.clauses.subsidy]
type = "subsidy"
from = "state"
to = "municipality"
base = "p"
share = @
"#,
        &[[50.0, 250.0, 100.0], [0.1, 0.5, 0.4]],
    ),
    (
        "amounts in euros of the year of payment, years later",
        r#"
[arrangements.bargain.clauses.fee]
type = "fee"
from = "insurers"
to = "municipality"
step = "p.course"
price = @
nominal = true
lag = 2
[arrangements.bargain.clauses.sum]
type = "lump-sum"
from = "state"
to = "municipality"
amount = @
nominal = true
years = "2027-2028"
"#,
        &[[50.0, 250.0, 100.0], [1000.0, 5000.0, 4000.0]],
    ),
    (
        "costs of some people only",
        r#"
[arrangements.bargain.clauses.high]
type = "subsidy"
from = "state"
to = "municipality"
base = "p.course"
where = "risk == 'high'"
share = @
[arrangements.bargain.clauses.all]
type = "subsidy"
from = "wlz_fund"
to = "municipality"
base = "p"
share = @
"#,
        &[[0.1, 0.5, 0.2], [0.1, 0.4, 0.3]],
    ),
    (
        "a guarantee up to amounts",
        r#"
[arrangements.bargain.clauses.fee]
type = "fee"
from = "insurers"
to = "municipality"
step = "p.course"
price = @
[arrangements.bargain.clauses.floor]
type = "guarantee"
from = "state"
to = "municipality"
floor = @
share = @
cap_per_year = @
cap_total = 12000
"#,
        &[[0.0, 100.0, 100.0], [-5000.0, 0.0, 5000.0], [0.5, 1.0, 0.5], [2000.0, 9000.0, 7000.0]],
    ),
    (
        "an arrangement that changes what people do",
        r#"
[arrangements.bargain]
set = { ratio = "ratio * 0.9" }
[arrangements.bargain.clauses.fee]
type = "fee"
from = "insurers"
to = "municipality"
step = "p.course"
price = @
[arrangements.bargain.clauses.falls]
type = "outcome-payment"
from = "wlz_fund"
to = "municipality"
node = "m.fall"
better = "less"
benchmark = "forecast"
price = @
"#,
        &[[50.0, 250.0, 200.0], [20.0, 80.0, 60.0]],
    ),
];

#[test]
fn every_point_is_what_settling_it_gives_for_each_kind_of_clause() {
    for (what, clauses, ranges) in CASES {
        assert_same(what, &Terms { world: TOWN, parties: &IN_TOWN, clauses, ranges }, 4);
    }
}
