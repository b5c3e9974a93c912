//! What a provider is paid by quarter, where nobody dies: the published figures to the cent.

use ounce::scenario::{self, sources::Sources};
use ounce::settle::settle;
use ounce::value::{Extent, value};

/// A thousand intakes on 1 January 2026, at the highest prices of 2023 and in its euros.
fn paid(starts: f64, year_1: f64, year_2: f64) -> f64 {
    let text = format!(
        r#"
ounce = 1
title = "payments"
use = ["lib/nl.toml", "lib/gli_prices.toml"]
[time]
start = 2026
years = 4
cycle = "half-year"
[uncertainty]
draws = 8
seed = 1
[valuation]
price_year = 2023
[population]
closed = true
[population.groups.adults]
age = 50
persons = 1000
[parameters]
price_level = {{ value = 1, override = true }}
[models.m.states.living]
start = 1
[models.m.states.dead]
start = 0
alive = false
[programmes.gli]
model = "m"
eligible = "age >= 18"
enrol = {{ years = "2026", share = 1, at = "start-of-year" }}
[programmes.gli.cascade.intake]
of = "invited"
share = 1
leaves_pool = true
[programmes.gli.cascade.start]
of = "intake"
share = {starts}
[programmes.gli.cascade.year_1]
of = "start"
share = {year_1}
after = 1
[strategies.usual_care]
comparator = true
[strategies.gli]
programmes = ["gli"]
[arrangements.joint]
purchase = "joint"
[arrangements.joint.clauses.intake]
type = "fee"
from = "insurers"
to = "provider"
step = "gli.intake"
price = "price_level * price_intake"
[arrangements.joint.clauses.treatment]
type = "fee"
from = "insurers"
to = "provider"
step = "gli.start"
price = "price_level * price_treatment"
quarters = 4
stay = "{year_1} ^ 0.25"
[arrangements.joint.clauses.maintenance]
type = "fee"
from = "insurers"
to = "provider"
step = "gli.year_1"
price = "price_level * price_maintenance"
quarters = 4
stay = "{year_2} ^ 0.25"
"#
    );
    let mut sources = Sources::default();
    let scenario = match scenario::read_text("scenarios/payments.toml", &text, &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    };
    let valued = value(&scenario, Extent::BaseCase, &|| ()).expect("a base case");
    let settled = settle(&scenario, &valued).expect("books").remove(0);
    let provider = scenario.parties.list.iter().position(|p| p.id == "provider").expect("a provider");
    settled.base.net(provider).iter().map(|net| net[0]).sum::<f64>() / 1000.0
}

#[test]
fn payments_where_nobody_dies_are_the_published_ones_to_the_cent() {
    // 81.93 + 0.9 · (193.80 · Σ 0.73^(q/4) + 0.73 · 98.29 · Σ 0.80^(q/4)), q = 0 … 3.
    let intake = paid(0.9, 0.73, 0.80);
    assert!((intake - 942.38).abs() < 0.005, "{intake}");
    assert!((intake / 0.9 - 1047.09).abs() < 0.005, "{}", intake / 0.9);
    // 81.93 + 4 · 193.80 + 4 · 98.29.
    let completer = paid(1.0, 1.0, 1.0);
    assert!((completer - 1250.29).abs() < 0.005, "{completer}");
}
