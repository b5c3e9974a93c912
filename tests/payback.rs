//! Whether a party has its money back by a date.

mod common;

use assert_cmd::Command;
use common::{HALVED_FALLS, assert_amount, men};
use ounce::analyse::analyse;
use ounce::analyse::business_case::PartyCase;
use ounce::scenario::checked::Scenario;
use ounce::scenario::{self, sources::Sources};
use ounce::settle::{Account, settle};
use ounce::value::{Extent, value};

/// An insurer with a fifth of a hundred men buys for its own: 12.50 euros for each of its 20 men who take part, and it keeps
/// 100 euros of avoided care in the first year, 93 in the second and 86.6125 in the third, as men leave.
fn insurer(years: usize, within: &str) -> Scenario {
    common::scenario(&format!(
        r#"{}
[budgets.zvw]
kind = "insurance"
[unit_costs.fall]
on = "m.fall"
value = 10
budget = "zvw"
[parties.zilver]
kind = "insurer"
market_share = 0.2
leaving_rate = 0.07
[arrangements.deal]
purchase = "own"
insurer = "zilver"
[arrangements.deal.clauses.fee]
type = "fee"
from = "insurers"
to = "provider"
step = "p.course"
price = 12.5
[results]
payback_within = {within}
{HALVED_FALLS}"#,
        men(years, "half-year")
    ))
}

fn case(scenario: &Scenario) -> PartyCase {
    let valued = value(scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    let settled = settle(scenario, &valued).expect("books");
    let findings = analyse(scenario, &valued, &settled);
    let party = Account::Party(scenario.parties.insurers[0].party);
    let mut cases = findings.variants[0].settlements[0].cases.iter();
    cases.find(|case| case.account == party).expect("the insurer").clone()
}

#[test]
fn the_balance_after_two_years_is_that_of_a_run_of_two_years() {
    // −250 + 100 = −150; + 93 = −57; + 86.6125 = 29.6125.
    let long = case(&insurer(6, "[2, 3, 1]"));
    let found: Vec<_> = long.within.iter().map(|position| (position.years, position.paid_back)).collect();
    assert_eq!(found, [(1, Some(0.0)), (2, Some(0.0)), (3, Some(1.0))], "the shortest first");
    for (position, expected) in long.within.iter().zip([-150.0, -57.0, 29.6125]) {
        assert_amount(position.balance.base, expected);
        let short = case(&insurer(position.years, &format!("[{}]", position.years)));
        assert_amount(short.cash.total.base, expected);
        assert_amount(short.cash.present.base, position.present.base);
    }
}

#[test]
fn who_asks_for_no_date_is_told_of_none() {
    assert!(case(&insurer(2, "[]")).within.is_empty());
}

/// The summary on the screen of a file, in English or Dutch.
fn told(language: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let text = r#"
ounce = 1
use = ["first_steps.toml"]
[results]
payback_within = [2, 5]
"#;
    std::fs::write(home.path().join("dates.toml"), text).unwrap();
    let mut command = Command::cargo_bin("ounce").unwrap();
    let arguments = ["run", "dates.toml", "--draws", "16", "--lang", language, "--out", "out"];
    let output = command.current_dir(home.path()).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = std::fs::read_to_string(home.path().join("out/payback.csv")).unwrap();
    assert!(table.starts_with("variant,strategy,arrangement,party,measure,year,unit,base,"), "{table}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn those_who_pay_read_where_they_stand_by_each_date_in_both_languages() {
    let english = told("en");
    assert!(english.contains("Is the money back by then?"), "{english}");
    assert!(english.contains("A = within 2 years, to the end of 2027"), "{english}");
    let dutch = told("nl");
    assert!(dutch.contains("Is het geld dan terug?"), "{dutch}");
    assert!(dutch.contains("B = binnen 5 jaar, tot en met 2030"), "{dutch}");
}

#[test]
fn every_programme_in_the_insurers_portfolio_spends_the_same_budget() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/insurer_portfolio.toml");
    let mut sources = Sources::default();
    let scenario = match scenario::read(&path, &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    };
    let valued = value(&scenario, Extent::BaseCase, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    let findings = analyse(&scenario, &valued, &[]);
    let strategies = &findings.variants[0].cost_effectiveness.as_ref().expect("strategies").strategies;
    let costs: Vec<f64> = strategies.iter().skip(1).map(|of| of.programme_cost.base).collect();
    let (least, most) =
        costs.iter().fold((f64::INFINITY, 0.0_f64), |(least, most), &cost| (least.min(cost), most.max(cost)));
    assert!(most <= 1.05 * least, "{costs:?}");
}
