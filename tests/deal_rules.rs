//! What a negotiation comes to on people who were really followed, and what cannot be negotiated.

use ounce::analyse::deal::{Deal, deal};
use ounce::scenario::checked::Scenario;
use ounce::scenario::{self, sources::Sources};
use ounce::settle::settle;
use ounce::value::flows::Valued;
use ounce::value::{Extent, value};

fn read(text: &str) -> Result<Scenario, String> {
    let mut sources = Sources::default();
    match scenario::read_text("test.toml", text, &[], &mut sources) {
        Ok(loaded) => Ok(loaded.scenario),
        Err(problems) => Err(problems.render(&sources, false)),
    }
}

fn run(scenario: &Scenario) -> Valued {
    value(scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"))
}

fn found(scenario: &Scenario) -> Deal {
    deal(scenario, &run(scenario)).unwrap_or_else(|error| panic!("{error}"))
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
    assert_eq!((deal.solutions.nearest, deal.points[0].chance), (1, 0.0));
    assert_eq!(deal.solutions.shapley, None, "nothing is saved, so there is nothing to divide");
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

#[test]
fn a_term_that_changes_nothing_and_an_end_that_no_step_reaches_are_warned_of() {
    let warnings = |text: &str| {
        let mut sources = Sources::default();
        match scenario::read_text("test.toml", text, &[], &mut sources) {
            Ok(loaded) => loaded.warnings.render(&sources, false),
            Err(problems) => panic!("{}", problems.render(&sources, false)),
        }
    };
    let fee = |low: u8, high: u8, step: u8| {
        format!("fee = {{ negotiable = {{ low = {low}, high = {high}, step = {step} }} }}")
    };
    let table = "deal = { arrangements = [\"fees\"], parties = { town = {}, provider = {} } }";
    let unused = warnings(&small(&fee(80, 120, 20), "100", table));
    assert!(unused.contains("`fee` is negotiable, but no clause uses it"), "{unused}");
    let used = warnings(&small(&fee(80, 120, 20), "\"fee\"", table));
    assert!(!used.contains("negotiable") && !used.contains("steps of"), "{used}");
    let short = warnings(&small(&fee(80, 125, 20), "\"fee\"", table));
    assert!(short.contains("steps of 20 from 80 do not reach 125"), "{short}");
    assert!(short.contains("the highest value that is tried is 120"), "{short}");
}

#[test]
fn nobody_has_less_than_nothing_to_spend() {
    let fee = "{ negotiable = { low = 80, high = 120, step = 20 } }";
    let error =
        read(&small("", fee, "deal = { parties = { town = { budget_per_year = -1 } } }")).unwrap_err();
    assert!(error.contains("a budget of -1"), "{error}");
    let none = "deal = { parties = { town = { budget_per_year = 0 } } }";
    assert!(found(&read(&small("", fee, none)).unwrap()).feasible().is_empty(), "the town only pays");
}

/// The town pays a fee for 50 people and each fall that is avoided is worth 301 to it: 10 falls in 2026 and 20 in 2027.
fn town_that_saves(low: u32, high: u32, step: u32, asks: &str, rate: &str) -> Scenario {
    let table = format!(
        "deal = {{ parties = {{ town = {{ {asks} }} }} }}\n\
         unit_costs = {{ fall = {{ on = \"life.fall\", value = 301, budget = \"care\" }} }}"
    );
    let price = format!("{{ negotiable = {{ low = {low}, high = {high}, step = {step} }} }}");
    let parameters = format!("r = {rate}");
    let text = small(&parameters, &price, &table).replace("rate = 0.8", "rate = \"r\"");
    read(&text.replace("draws = 8", "draws = 40")).unwrap_or_else(|error| panic!("{error}"))
}

/// What the town lacks at each point.
fn lacks(deal: &Deal) -> Vec<f64> {
    deal.points.iter().map(|point| point.parties[0].shortfall.round()).collect()
}

#[test]
fn who_wants_its_money_back_in_time_signs_for_prices_that_savings_pay_by_then() {
    // 3,010 is saved in 2026 and 6,020 in 2027; 50 people at 60, 100, 140, 180 and 220 cost 3,000 to 11,000 in 2026.
    let within = |years: u8| {
        found(&town_that_saves(60, 220, 40, &format!("payback_within = {years}"), "{ value = 0.8 }"))
    };
    let first = within(1);
    assert_eq!(first.feasible(), [0]);
    assert_eq!(lacks(&first), [0.0, 1990.0, 3990.0, 5990.0, 7990.0]);
    let years: Vec<Option<usize>> = first.points.iter().map(|point| point.parties[0].payback).collect();
    assert_eq!(years, [Some(0), Some(1), Some(1), Some(1), None]);
    let second = within(2);
    assert_eq!(second.feasible(), [0, 1, 2, 3]);
    assert_eq!(lacks(&second), [0.0, 0.0, 0.0, 0.0, 1970.0]);
}

#[test]
fn who_has_a_budget_signs_for_what_it_can_pay_whatever_it_saves() {
    // 5,000 a year pays 50 people at 100 each; what is saved is not money to spend.
    let asks = "budget_per_year = 5000, net_at_least = -100000";
    let deal = found(&town_that_saves(60, 140, 40, asks, "{ value = 0.8 }"));
    assert_eq!(deal.feasible(), [0, 1]);
    assert_eq!(lacks(&deal), [0.0, 0.0, 2000.0]);
    let outlays: Vec<f64> = deal.points.iter().map(|point| point.parties[0].outlay.round()).collect();
    assert_eq!(outlays, [3000.0, 5000.0, 7000.0]);
}

#[test]
fn who_fears_the_worst_signs_for_the_mean_of_the_worst_twentieth_of_draws() {
    // With a rate of r falls a year 37.5 r are avoided. Two of 40 draws are the worst: those with the lowest rates.
    let rate = "{ value = 0.8, sd = 0.2, dist = \"gamma\" }";
    let scenario = town_that_saves(60, 180, 40, "worst_at_least = -2000", rate);
    let valued = run(&scenario);
    let mut rates = valued.sampled.iter().find(|(name, _)| name == "r").unwrap().1.clone();
    rates.sort_by(f64::total_cmp);
    let saved = 301.0 * 37.5 * 0.5 * (rates[0] + rates[1]);
    let deal = deal(&scenario, &valued).unwrap();
    let mut signs = Vec::new();
    for (point, price) in [60.0, 100.0, 140.0, 180.0].into_iter().enumerate() {
        let worst = saved - 50.0 * price;
        let judged = &deal.points[point].parties[0];
        assert!((judged.worst - worst).abs() < 1e-6, "{} where {worst} is", judged.worst);
        assert!((judged.shortfall - (-2000.0 - worst).max(0.0)).abs() < 1e-6);
        signs.extend((worst >= -2000.0).then_some(point));
    }
    assert_eq!(deal.feasible(), signs);
    assert!(!signs.is_empty() && signs.len() < 4, "{signs:?}");
}

#[test]
fn shares_that_a_set_makes_uncertain_are_looked_at_in_each_draw() {
    // The state's 0.3 and the town's 0.3 or 0.7 fit; but under this arrangement the state's share is drawn around 0.3.
    let clause = |id: &str, from: &str, share: &str| {
        format!(
            "[arrangements.fees.clauses.{id}]\ntype = \"subsidy\"\nfrom = \"{from}\"\nto = \"provider\"\n\
             base = \"course\"\nshare = {share}\n"
        )
    };
    let parameters = "part = 0.3\ndrawn = { value = 0.3, sd = 0.03, dist = \"beta\" }";
    let table = "deal = { parties = { town = {}, state = {} } }";
    let text = small(parameters, "0", table)
        .replace("budgets = [\"care\"] } }", "budgets = [\"care\"] }, state = { kind = \"state\" } }")
        + &clause("one", "state", "\"part\"")
        + &clause("two", "town", "{ negotiable = { low = 0.3, high = 0.7, step = 0.4 } }");
    let possible = |text: &str| -> Vec<bool> {
        found(&read(text).unwrap()).points.iter().map(|point| point.is_possible()).collect()
    };
    assert_eq!(possible(&text), [true, true]);
    let set = "[arrangements.fees]\nset = { part = \"drawn\" }\n";
    assert_eq!(possible(&format!("{text}{set}")), [true, false]);
}
