//! A point of a negotiation is what settling the contract with these terms gives; and what cannot be negotiated.

use ounce::analyse::cash_flow::{expected_shortfall, payback};
use ounce::analyse::deal::{Deal, deal};
use ounce::scenario::checked::Scenario;
use ounce::scenario::{self, sources::Sources};
use ounce::settle::{Books, Settled, settle};
use ounce::value::flows::Valued;
use ounce::value::{Extent, value};

fn read(text: &str) -> Result<Scenario, String> {
    let mut sources = Sources::default();
    match scenario::read_text("test.toml", text, &[], &mut sources) {
        Ok(loaded) => Ok(loaded.scenario),
        Err(problems) => Err(problems.render(&sources, false)),
    }
}

/// A term as it is negotiated, and the clauses around it.
struct Terms<'a> {
    clauses: &'a str,
    /// For each `@` in the clauses: low, high and step.
    ranges: &'a [[f64; 3]],
}

const EVERYBODY: [&str; 10] = [
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
        let seats: String = EVERYBODY.iter().map(|party| format!("[deal.parties.{party}]\n")).collect();
        let text = format!(
            "ounce = 1\nuse = [\"scenarios/amstelland_falls.toml\"]\nuncertainty = {{ draws = 20 }}\n\
             arrangements.remove = [\"insurer_pays\", \"shared_savings\", \"proportional\", \"municipality_pays\"]\n\
             variants.remove = [\"in_balans_trial\", \"no_fewer_fractures\", \"otago_injuries_as_measured\", \
             \"injuries_follow_falls\"]\n\
             [deal]\nstrategy = \"chain\"\narrangements = [\"bargain\"]\nfallback = \"no_programme\"\n{seats}{clauses}"
        );
        read(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }
}

fn run(scenario: &Scenario) -> Valued {
    value(scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"))
}

fn found(scenario: &Scenario) -> Deal {
    deal(scenario, &run(scenario)).unwrap_or_else(|error| panic!("{error}"))
}

/// By draw.
fn by_draw(settled: &Settled, amount: impl Fn(&Books) -> ounce::formula::Lane) -> Vec<f64> {
    let mut draws: Vec<f64> = settled.blocks.iter().flat_map(|books| amount(books).0).collect();
    draws.truncate(settled.draws);
    draws
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Compares some points with a settlement of the contract that says the same.
fn assert_same(terms: &Terms<'_>, points: usize) {
    let negotiated = terms.scenario(None);
    let deal = found(&negotiated);
    let together = |point: usize| deal.points[point].parties.iter().map(|party| party.net).sum::<f64>();
    let turnover: f64 = deal.points[0].parties.iter().map(|party| party.net.abs()).sum();
    for point in 0..deal.points.len() {
        assert!((together(point) - together(0)).abs() <= 1e-9 * turnover, "money is made or lost");
    }
    let step = (deal.points.len() / points).max(1);
    for point in (0..deal.points.len()).step_by(step) {
        let values = deal.values(&negotiated, &deal.points[point]);
        let scenario = terms.scenario(Some(&values));
        let settled = settle(&scenario, &run(&scenario)).unwrap_or_else(|error| panic!("{error}"));
        let bargain = settled.iter().find(|s| scenario.arrangements[s.arrangement].id == "bargain").unwrap();
        for (seat, judged) in deal.points[point].parties.iter().enumerate() {
            let party = scenario.parties.list.iter().position(|party| party.id == EVERYBODY[seat]).unwrap();
            let present = by_draw(bargain, |books| books.present_value(party, bargain.rate));
            let close = |one: f64, other: f64, what: &str| {
                assert!(
                    (one - other).abs() <= 1e-12 * turnover,
                    "{} at {values:?}: {what} {one}, settled {other}",
                    EVERYBODY[seat]
                );
            };
            close(judged.net, mean(&present), "net");
            close(judged.worst, expected_shortfall(&present, 0.05).unwrap(), "worst");
            let no_loss = present.iter().filter(|&&value| value >= 0.0).count() as f64 / present.len() as f64;
            assert_eq!(judged.no_loss, no_loss, "{} at {values:?}", EVERYBODY[seat]);
            let years = bargain.base.years;
            let flow: Vec<f64> =
                (0..years).map(|year| mean(&by_draw(bargain, |books| books.net(party)[year]))).collect();
            assert_eq!(judged.payback, payback(&flow), "{} at {values:?}", EVERYBODY[seat]);
            let outlay = (0..years).map(|year| {
                mean(&by_draw(bargain, |books| {
                    let entries = books.entries(party).filter(|entry| entry.kind.is_payment());
                    entries.fold(ounce::formula::Lane::ZERO, |sum, entry| {
                        sum - entry.amounts.get(year).copied().unwrap_or(ounce::formula::Lane::ZERO)
                            * entry.sign
                    })
                }))
            });
            close(judged.outlay, outlay.fold(0.0, f64::max), "outlay");
        }
    }
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
    assert_same(&Terms { clauses, ranges: &ranges }, 5);
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
    assert_same(&Terms { clauses, ranges: &ranges }, 5);
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
    assert_same(&Terms { clauses, ranges: &ranges }, 4);
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
    assert_same(&Terms { clauses, ranges: &ranges }, 4);
}

/// A small scenario with a fee that is negotiated.
fn small(parameters: &str, price: &str, more: &str) -> String {
    format!(
        r#"
ounce = 1
title = "a course"
time = {{ start = 2026, years = 2, cycle = "half-year" }}
uncertainty = {{ draws = 8, seed = 1, design = "random" }}
valuation = {{ discount = {{ costs = 0, effects = 0 }} }}
population = {{ closed = true, groups = {{ all = {{ age = 70, persons = 100 }} }} }}
budgets = {{ care = {{}} }}
strategies = {{ usual_care = {{}}, course = {{ programmes = ["course"] }} }}
effects = {{ halved = {{ on = "life.fall", rate_ratio = 0.5, lasts = "always" }} }}
parties = {{ town = {{ kind = "municipality", budgets = ["care"] }} }}
{more}
[parameters]
{parameters}
[models.life]
states = {{ home = {{ start = 1, utility = 1 }}, dead = {{ start = 0, alive = false }} }}
events = {{ fall = {{ in = ["home"], rate = 0.8 }} }}
[programmes.course]
model = "life"
eligible = "state == 'home'"
enrol = {{ years = "2026", share = 0.5 }}
cascade = {{ course = {{ of = "invited", share = 1, effects = ["halved"], costs = {{ course = 100 }} }} }}
[arrangements.fees.clauses.fee]
type = "fee"
from = "town"
to = "provider"
step = "course.course"
price = {price}
"#
    )
}

const TABLE: &str = "deal = { parties = { town = {}, provider = {} } }";

#[test]
fn a_named_number_that_only_clauses_use_can_be_negotiated() {
    let text = small("fee = { negotiable = { low = 80, high = 120, step = 20 } }", "\"1.1 * fee\"", TABLE);
    let scenario = read(&text).unwrap();
    assert_eq!(scenario.negotiation.terms[0].id, "fee");
    // 50 people at 88, 110, 132 against costs of 100: the provider has −600, 500 and 1600.
    let deal = found(&scenario);
    let provider: Vec<f64> = deal.points.iter().map(|point| point.parties[1].net.round()).collect();
    assert_eq!(provider, [-600.0, 500.0, 1600.0]);
}

#[test]
fn at_terms_that_keep_the_provider_away_nothing_happens() {
    // As above, where the provider delivers only if it may gain: at 88 it does not, so nobody has or pays anything.
    let entry = "[arrangements.fees.entry]\nparty = \"provider\"\n";
    let fee = "fee = { negotiable = { low = 80, high = 120, step = 20 } }";
    let deal = found(&read(&format!("{}{entry}", small(fee, "\"1.1 * fee\"", TABLE))).unwrap());
    let nets: Vec<[f64; 2]> =
        deal.points.iter().map(|point| [0, 1].map(|seat: usize| point.parties[seat].net.round())).collect();
    assert_eq!(nets, [[0.0, 0.0], [-5500.0, 500.0], [-6600.0, 1600.0]]);
    // Nobody loses where nothing happens, but that is no deal, and needs no grant either.
    let delivered: Vec<bool> = deal.points.iter().map(|point| point.is_delivered()).collect();
    assert_eq!(delivered, [false, true, true]);
    assert!(deal.feasible().is_empty());
    assert_eq!((deal.solutions.nearest, deal.solutions.shapley, deal.points[0].chance), (1, 1, 0.0));
    assert_eq!((deal.solutions.grant.0, deal.solutions.grant.1.round()), (1, 5500.0));
}

#[test]
fn who_is_not_at_the_table_but_pays_is_told() {
    // The town decides alone what it pays the provider for 50 people at a cost of 100: nothing, so the provider loses 5000.
    let table = "deal = { parties = { town = {} } }";
    let scenario = read(&small("", "{ negotiable = { low = 0, high = 100, step = 50 } }", table)).unwrap();
    let deal = found(&scenario);
    assert_eq!(deal.solutions.max_min, Some(0));
    let provider = ounce::scenario::checked::Parties::PROVIDER;
    let losing: Vec<(usize, f64)> = deal.others[&0]
        .iter()
        .map(|&(party, net)| (party, net.round()))
        .filter(|(_, net)| *net < 0.0)
        .collect();
    assert_eq!(losing, [(provider, -5000.0)]);
}

#[test]
fn warnings_about_clauses_reach_a_deal() {
    // Whether there are ten falls is settled on the expected number, without chance.
    let reward = "[arrangements.fees.clauses.reward]\ntype = \"outcome-payment\"\nfrom = \"town\"\nto = \"provider\"\n\
                  node = \"life.fall\"\nthreshold = 10\namount = 500\n";
    let text = small("", "{ negotiable = { low = 80, high = 120, step = 20 } }", TABLE);
    let scenario = read(&format!("{text}{reward}")).unwrap();
    let valued = run(&scenario);
    let settled = settle(&scenario, &valued).unwrap();
    let warnings = deal(&scenario, &valued).unwrap().warnings;
    assert_eq!(warnings, settled[0].warnings);
    let text = warnings[0].text(&scenario);
    assert!(text.contains("`reward` settles a threshold on expected numbers"), "{text}");
}

#[test]
fn where_the_provider_always_stays_away_there_is_nothing_to_agree_on() {
    // A fee of 30 at most for what costs 100.
    let entry = "[arrangements.fees.entry]\nparty = \"provider\"\n";
    let fee = "fee = { negotiable = { low = 10, high = 30, step = 10 } }";
    let scenario = read(&format!("{}{entry}", small(fee, "\"fee\"", TABLE))).unwrap();
    let error = deal(&scenario, &run(&scenario)).unwrap_err().to_string();
    assert!(error.contains("at every combination of terms `provider`"), "{error}");
}

#[test]
fn shares_of_one_clause_that_are_more_than_all_costs_are_no_contract() {
    // Of 0.2, 0.4, 0.6 and 0.8 each, 4 + 3 + 2 + 1 pairs add up to at most 1.
    let split = "[arrangements.fees.clauses.split]\ntype = \"cost-share\"\nbase = \"course\"\nof = \"provider\"\n\
                 parties = [\"town\", \"state\"]\nrule = \"fixed\"\nshares.town = { negotiable = { low = 0.2, high = 0.8, \
                 step = 0.2 } }\nshares.state = { negotiable = { low = 0.2, high = 0.8, step = 0.2 } }\n";
    let text = small("", "100", "deal = { parties = { town = {}, state = {} } }")
        .replace("budgets = [\"care\"] } }", "budgets = [\"care\"] }, state = { kind = \"state\" } }");
    let scenario = read(&format!("{text}{split}")).unwrap();
    let found = found(&scenario);
    assert_eq!(found.points.len(), 16);
    for point in &found.points {
        let together: f64 = found.values(&scenario, point).iter().sum();
        assert_eq!(point.is_possible(), together < 1.0 + 1e-9, "{together}");
    }
}

#[test]
fn at_the_terms_of_the_fallback_everybody_has_in_all_draws_what_it_has_there() {
    let clauses = |arrangement: &str, share: &str, amount: &str| {
        format!(
            "[arrangements.{arrangement}.clauses.g]\ntype = \"subsidy\"\nfrom = \"state\"\nto = \"provider\"\n\
             base = \"course\"\nshare = {share}\n[arrangements.{arrangement}.clauses.h]\ntype = \"lump-sum\"\n\
             from = \"state\"\nto = \"provider\"\namount = {amount}\nyears = \"2026\"\n"
        )
    };
    let uncertain = "r = { value = 0.8, ci95 = [0.5, 1.1], dist = \"normal\", assumption = \"an example\" }";
    let table =
        "deal = { arrangements = [\"bargain\"], fallback = \"now\", parties = { town = {}, state = {} } }";
    let text = small(uncertain, "100", table)
        .replace("budgets = [\"care\"] } }", "budgets = [\"care\"] }, state = { kind = \"state\" } }")
        .replace("draws = 8", "draws = 64")
        .replace("costs = 0,", "costs = 0.03,")
        .replace("rate = 0.8", "rate = \"r\"");
    let now = clauses("now", "0.3", "77.7");
    let range = |low: f64, high: f64, step: f64| {
        format!("{{ negotiable = {{ low = {low}, high = {high}, step = {step} }} }}")
    };
    let bargain = clauses("bargain", &range(0.2, 0.4, 0.1), &range(7.7, 77.7, 7.0));
    let scenario = read(&format!("{text}{now}{bargain}")).unwrap();
    let deal = found(&scenario);
    let same = deal.points.iter().find(|point| deal.values(&scenario, point) == [0.3, 77.7]).unwrap();
    assert!(same.is_feasible());
    assert_eq!((same.chance, same.parties[1].chance), (1.0, 1.0));
}

#[test]
fn a_fallback_that_pays_more_than_all_costs_is_refused_as_it_is_by_a_run() {
    let clause = |arrangement: &str, id: &str, share: &str| {
        format!(
            "[arrangements.{arrangement}.clauses.{id}]\ntype = \"subsidy\"\nfrom = \"town\"\nto = \"provider\"\n\
             base = \"course\"\nshare = {share}\n"
        )
    };
    let table = "deal = { arrangements = [\"fees\"], fallback = \"now\", parties = { town = {} } }";
    let text = small("", "{ negotiable = { low = 80, high = 120, step = 20 } }", table);
    let now = clause("now", "one", "0.75") + &clause("now", "two", "0.5");
    let scenario = read(&format!("{text}{now}")).unwrap();
    let error = deal(&scenario, &run(&scenario)).unwrap_err().to_string();
    assert!(error.contains("together pay 1.25 times"), "{error}");
    assert_eq!(settle(&scenario, &run(&scenario)).unwrap_err().to_string(), error);
}

#[test]
fn money_cannot_be_asked_back_after_the_horizon() {
    // The horizon is two years.
    let fee = "{ negotiable = { low = 80, high = 120, step = 20 } }";
    let text = |years: u8| {
        small("", fee, &format!("deal = {{ parties = {{ town = {{ payback_within = {years} }} }} }}"))
    };
    let deal = found(&read(&text(2)).unwrap());
    assert!(deal.feasible().is_empty(), "the town only pays");
    let error = read(&text(3)).unwrap_err();
    assert!(error.contains("payback within 3 years"), "{error}");
    assert!(error.contains("expected from 1 to 2"), "{error}");
}

#[test]
fn what_keeps_people_away_cannot_be_negotiated() {
    let payment = "[arrangements.fees.clauses.own]\ntype = \"copayment\"\nto = \"provider\"\nstep = \"course.course\"\n\
                   price = { negotiable = { low = 0, high = 20, step = 10 } }\n";
    let people = "budgets = [\"care\"] }, people = { kind = \"household\" } }";
    let town = small("", "100", TABLE).replace("budgets = [\"care\"] } }", people);
    let text = |more: &str| format!("{town}{payment}{more}");
    assert_eq!(found(&read(&text("")).unwrap()).points.len(), 3);
    let error = read(&text("uptake_response = 0.01\n")).unwrap_err();
    assert!(error.contains("decides who takes part"), "{error}");
}

#[test]
fn a_run_uses_the_stated_value_or_the_middle() {
    let fee = |price: &str| {
        let scenario = read(&small("", price, TABLE)).unwrap();
        let settled = settle(&scenario, &run(&scenario)).unwrap();
        settled[0].base.net(ounce::scenario::checked::Parties::PROVIDER)[0][0] + 5000.0
    };
    assert_eq!(fee("{ negotiable = { low = 80, high = 120, step = 20 } }"), 5000.0);
    assert_eq!(fee("{ value = 90, negotiable = { low = 80, high = 120, step = 20 } }"), 4500.0);
}

#[test]
fn what_changes_people_prices_or_plans_cannot_be_negotiated() {
    let fee = "fee = { negotiable = { low = 80, high = 120, step = 20 } }";
    let text = small(fee, "\"fee\"", TABLE).replace("course = 100", "course = \"fee\"");
    let error = read(&text).unwrap_err();
    assert!(error.contains("`fee` is negotiable, but more than contracts depends on it"), "{error}");
    assert!(error.contains("test.toml:22"), "{error}");
    // Through another parameter too.
    let text = small(&format!("{fee}\ncost = \"2 * fee\""), "\"fee\"", TABLE)
        .replace("course = 100", "course = \"cost\"");
    assert!(read(&text).unwrap_err().contains("more than contracts"), "through another parameter");
    // And where somebody else's number says so itself.
    let text = small("", "3", TABLE)
        .replace("rate = 0.8", "rate = { negotiable = { low = 0.1, high = 0.9, step = 0.1 } }");
    assert!(
        read(&text).unwrap_err().contains("only a term of a contract is negotiable"),
        "a rate of the model"
    );
}

#[test]
fn a_range_that_is_none_is_refused() {
    for (range, message) in [
        ("{ low = 80, high = 80, step = 20 }", "expected more than `low`"),
        ("{ low = 80, high = 120, step = 0 }", "a step of 0"),
        ("{ low = 80, high = 120, step = -1 }", "a step of -1"),
        ("{ low = 0, high = 1, step = 0.000001 }", "values of one term"),
        ("{ low = 0, high = 1 }", "`step`"),
    ] {
        let error = read(&small("", &format!("{{ negotiable = {range} }}"), TABLE)).unwrap_err();
        assert!(error.contains(message), "{range}: {error}");
    }
}

#[test]
fn a_deal_without_anything_to_choose_is_refused() {
    let error = read(&small("", "100", TABLE)).unwrap_err();
    assert!(error.contains("nothing to negotiate about"), "{error}");
    let table = "deal = { arrangements = [\"fees\"], parties = { town = {} } }";
    assert_eq!(found(&read(&small("", "100", table)).unwrap()).points.len(), 1, "one arrangement as it is");
    let table = "deal = { parties = { town = { chance_of_no_loss = 1.5 } } }";
    let fee = "{ negotiable = { low = 80, high = 120, step = 20 } }";
    assert!(read(&small("", fee, table)).unwrap_err().contains("a probability of 1.5"));
    let table = "deal = { parties = { twon = {} } }";
    assert!(read(&small("", fee, table)).unwrap_err().contains("town"), "the nearest name is told");
}
