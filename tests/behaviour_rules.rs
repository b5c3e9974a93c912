//! Arrangements that change what is delivered: own payments that keep people away, and evidence on which enrolment goes on.

mod common;

use common::{HALVED_FALLS, assert_amounts, men, scenario};
use ounce::scenario::checked::{Engine, Scenario};
use ounce::settle::entry::withdraw;
use ounce::settle::{Account, Settled, settle};
use ounce::value::flows::{Flows, Valued};
use ounce::value::{Extent, value};

const PARTIES: &str = "[parties.town]\nkind = \"municipality\"\nbudgets = [\"care\"]\n[parties.families]\nkind = \"household\"\n";

/// The hundred men for two years, half of those who may come in each of them, under one arrangement.
fn deal(arrangement: &str) -> Scenario {
    deal_of(&men(2, "half-year"), "", arrangement)
}

/// The same of these men and with more said of the course.
fn deal_of(men: &str, course: &str, arrangement: &str) -> Scenario {
    let course = HALVED_FALLS
        .replace("years = \"2026\", share = 1", "years = \"2026-2027\", share = 0.5")
        .replace("of = \"invited\"\n", &format!("of = \"invited\"\n{course}"));
    scenario(&format!("{men}{course}{PARTIES}{arrangement}"))
}

/// At the stated values: persons who come to the course by year, under the arrangement and without it, and the settlement.
fn base(scenario: &Scenario) -> ([Vec<f64>; 2], Settled) {
    let valued = value(scenario, Extent::BaseCase, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    let settled = settle(scenario, &valued).unwrap_or_else(|error| panic!("{error}")).remove(0);
    let reached = |flows: &Flows| flows.reached.row(0).iter().map(|persons| persons[0]).collect();
    let list = &valued.variants[0].base;
    ([reached(&list[valued.delivery_of(1, 0)]), reached(&list[0])], settled)
}

fn net(scenario: &Scenario, settled: &Settled, party: &str) -> Vec<f64> {
    let party = scenario.parties.list.iter().position(|known| known.id == party).unwrap();
    settled.base.net(party).iter().map(|net| net[0]).collect()
}

const OWN_PAYMENT: &str = "[arrangements.deal.clauses.own]\ntype = \"copayment\"\nfrom = \"participants\"\nto = \"provider\"\n\
                           step = \"p.course\"\nprice = 50\nuptake_response = \"0.4%\"\n";

#[test]
fn an_own_payment_keeps_people_away_under_its_arrangement_only() {
    // 0.996^50 = 0.81839: of 50 invited in 2026 40.92 come, and of half of the 59.08 others (29.54) 24.176 in 2027. All
    // who come pay 50. Without the arrangement 50 and 25 come.
    let deal = deal(OWN_PAYMENT);
    let left = 0.996_f64.powi(50);
    let first = 50.0 * left;
    let second = (100.0 - first) / 2.0 * left;
    let ([with, without], settled) = base(&deal);
    assert_amounts(&with, &[first, second]);
    assert_amounts(&without, &[50.0, 25.0]);
    assert_amounts(&net(&deal, &settled, "families"), &[-50.0 * first, -50.0 * second]);
}

#[test]
fn an_own_payment_keeps_away_only_who_enrols_in_the_years_in_which_it_is_asked() {
    let deal = deal(&format!("{OWN_PAYMENT}years = 2027\n"));
    let ([with, _], _) = base(&deal);
    assert_amounts(&with, &[50.0, 25.0 * 0.996_f64.powi(50)]);
}

#[test]
fn who_is_kept_away_by_an_own_payment_is_who_would_pay_it() {
    // The course is reached a year after enrolment and paid for in 2027: by those who enrolled in 2026. Who enrols in 2027
    // would reach it in 2028, when it is free.
    let after = deal_of(&men(2, "half-year"), "after = 1\n", &format!("{OWN_PAYMENT}years = 2027\n"));
    let first = 50.0 * 0.996_f64.powi(50);
    let ([with, without], settled) = base(&after);
    assert_amounts(&with, &[0.0, first]);
    assert_amounts(&without, &[0.0, 50.0]);
    assert_amounts(&net(&after, &settled, "families"), &[0.0, -50.0 * first]);
    let warned = value(&after, Extent::BaseCase, &|| ()).unwrap().warnings;
    assert_eq!(
        warned[0].nl,
        "p, course: voor wie in 2027 instroomt valt het deels op of na het einde van de looptijd; dat \
                              deel telt niet mee."
    );
}

#[test]
fn a_nominal_own_payment_keeps_fewer_away_as_prices_rise() {
    // In euros of 2026 the 50 of 2027 are 50 / 1.25 = 40.
    let men =
        men(2, "half-year").replace("[valuation]\n", "[valuation]\nprice_year = 2026\ninflation = 0.25\n");
    let nominal = deal_of(&men, "", &format!("{OWN_PAYMENT}nominal = true\n"));
    let first = 50.0 * 0.996_f64.powi(50);
    let ([with, _], _) = base(&nominal);
    assert_amounts(&with, &[first, (100.0 - first) / 2.0 * 0.996_f64.powi(40)]);
}

#[test]
fn an_own_payment_keeps_whole_people_away_as_often_as_is_expected() {
    // 40.92 in 2026 and 24.18 in 2027; in sixteen draws the mean of each has a standard error of at most √(100/4/16) = 1.25.
    for engine in [Engine::Counts, Engine::Individual] {
        let mut deal = deal(OWN_PAYMENT);
        deal.uncertainty.engine = engine;
        let valued = value(&deal, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"));
        let delivery = valued.delivery_of(1, 0);
        for (year, expected) in [(0, 40.92), (1, 24.18)] {
            let blocks = valued.variants[0].blocks.iter();
            let seen: f64 = blocks.flat_map(|block| block[delivery].reached.row(0)[year].0).sum();
            assert!((seen / 16.0 - expected).abs() < 5.0, "{engine:?}: {} in {year}", seen / 16.0);
        }
    }
}

#[test]
fn without_a_response_nobody_stays_away_and_nothing_is_simulated_again() {
    let deal = deal(&OWN_PAYMENT.replace("uptake_response = \"0.4%\"\n", ""));
    let valued = value(&deal, Extent::BaseCase, &|| ()).unwrap();
    assert_eq!(valued.deliveries.len(), 1);
}

/// Fifty men fall 25 times less in 2026; with a standard error of 10 that is 2.5 of them: Φ(2.5) = 99.38%.
fn gate(terms: &str) -> String {
    format!(
        "[arrangements.deal.gate]\nyear = 2027\nnode = \"m.fall\"\nbetter = \"less\"\nstandard_error = 10\n{terms}"
    )
}

#[test]
fn enrolment_goes_on_where_the_evidence_is_strong_enough_and_stops_where_it_is_not() {
    let goes_on = deal(&gate("benchmark = \"true\"\nconfidence = \"99%\"\n"));
    assert_amounts(&base(&goes_on).0[0], &[50.0, 25.0]);
    let stops = deal(&gate("benchmark = \"true\"\nconfidence = \"99.9%\"\n"));
    let ([with, without], _) = base(&stops);
    assert_amounts(&with, &[50.0, 0.0]);
    assert_amounts(&without, &[50.0, 25.0]);
}

#[test]
fn who_has_enrolled_before_the_gate_keeps_the_effect_after_it() {
    // Half of fifty falls are avoided in 2026 and in 2027.
    let stops = deal(&gate("benchmark = \"true\"\nconfidence = \"99.9%\"\n"));
    let valued = value(&stops, Extent::BaseCase, &|| ()).unwrap();
    let flows = &valued.variants[0].base[valued.delivery_of(1, 0)];
    let (_, avoided) = common::count(flows, &stops, "fall");
    approx::assert_relative_eq!(avoided, -50.0, epsilon = 1e-9);
}

#[test]
fn fixed_costs_of_later_years_are_not_made_when_enrolment_stops() {
    let fixed = "[programmes.p.fixed.coordinator]\nvalue = 1000\nyears = \"2026-2027\"\n";
    for (confidence, later) in [("99%", 1000.0), ("99.9%", 0.0)] {
        let gate = gate(&format!("benchmark = \"true\"\nconfidence = \"{confidence}\"\n"));
        let deal = deal(&format!("{fixed}{gate}"));
        let (_, settled) = base(&deal);
        assert_amounts(&net(&deal, &settled, "provider"), &[-1000.0, -later]);
    }
}

/// A thousand draws of an arrangement with a gate.
fn noise(deal: &mut Scenario, engine: Engine) -> ounce::analyse::noise::GateNoise {
    deal.uncertainty.engine = engine;
    deal.uncertainty.draws = 1024;
    let valued = value(deal, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    let settled = settle(deal, &valued).unwrap_or_else(|error| panic!("{error}"));
    let findings = ounce::analyse::analyse(deal, &valued, &settled);
    findings.variants[0].settlements[0].gate.clone().unwrap()
}

/// Within four standard errors of 1,024 draws.
fn assert_chance(seen: f64, chance: f64) {
    let error = (chance * (1.0 - chance) / 1024.0).sqrt();
    assert!((seen - chance).abs() <= 4.0 * error, "{seen} where {chance} is to be expected");
}

#[test]
fn a_good_programme_is_stopped_and_a_worthless_one_goes_on_as_often_as_the_error_of_measurement_makes_it() {
    // At 90% the result must be 1.2816 · 10 = 12.816. Of 25 ± 10 it is in Φ(1.2184) = 88.85% of draws, of 0 ± 10 in 10%.
    let mut deal = deal(&gate("benchmark = \"true\"\nconfidence = \"90%\"\nerror_sd = 10\n"));
    let seen = noise(&mut deal, Engine::Expected);
    assert_chance(seen.continues.expected(), 0.8885);
    assert_chance(seen.continues_without_effect.expected(), 0.1);
    assert_chance(seen.stopped_though_it_works.unwrap(), 0.1115);
}

#[test]
fn a_control_group_makes_the_decision_as_uncertain_as_both_groups_are_by_chance() {
    // Fifty men without effect fall 50 ± √50 times; fifty of 200 controls 50 ± √(50 · 50/200). At 90% the difference must
    // be above 12.816: for nothing P(Z > 12.816/√62.5) = 5.25%; with 25 ± √25 falls P(Z > −12.184/√37.5) = 97.67%.
    let mut deal = deal(&gate("benchmark = { control = 200 }\nconfidence = \"90%\"\n"));
    for engine in [Engine::Counts, Engine::Individual] {
        let seen = noise(&mut deal, engine);
        assert_chance(seen.continues_without_effect.expected(), 0.0525);
        assert_chance(seen.continues.expected(), 0.9767);
    }
}

#[test]
fn people_who_are_compared_with_change_no_bit_of_the_others() {
    let plain = "[arrangements.deal.clauses.it]\ntype = \"outcome-payment\"\nfrom = \"town\"\nto = \"provider\"\n\
                 node = \"m.fall\"\nbenchmark = \"true\"\nbetter = \"less\"\nprice = 1\n";
    let falls = |arrangements: &str| {
        let mut deal = deal(arrangements);
        deal.uncertainty.engine = Engine::Counts;
        let valued = value(&deal, Extent::Draws, &|| ()).unwrap();
        let counts = |flows: &Flows| [flows.count_level.clone(), flows.count_increment.clone()];
        valued.variants[0].blocks.iter().map(|block| counts(&block[0])).collect::<Vec<_>>()
    };
    let compared = plain.replace("\"true\"", "{ control = 40 }");
    assert_eq!(falls(plain), falls(&compared));
    let gated = gate("benchmark = { control = 40 }\nconfidence = \"80%\"\n");
    assert_eq!(falls(plain), falls(&format!("{plain}{gated}")));
}

/// What is said in words of a run, in one line.
fn summary(
    deal: &Scenario,
    valued: &Valued,
    settled: &[Settled],
    lang: ounce::report::words::Lang,
) -> String {
    let findings = ounce::analyse::analyse(deal, valued, settled);
    let run = ounce::report::Run {
        scenario: deal,
        valued,
        findings: &findings,
        rates: ounce::report::Rates::of(deal).unwrap(),
        warnings: Vec::new(),
        folder: None,
    };
    let text = ounce::report::terminal::summary(&run, lang);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_summary_says_how_often_a_gate_is_wrong_and_that_nothing_is_delivered() {
    use ounce::report::words::Lang;
    // The provider spends nothing. Paid 20 a year it comes, and the gate is told of; paid nothing, it may expect 0 and
    // wants more than 10. Then nothing is measured either.
    let gated = gate("benchmark = \"true\"\nconfidence = \"90%\"\nerror_sd = 10\n");
    for (paid, comes) in [(20, true), (0, false)] {
        let mut deal = deal(&format!(
            "[arrangements.deal.entry]\npremium = 10\n{gated}[arrangements.deal.clauses.paid]\ntype = \"lump-sum\"\n\
             from = \"town\"\nto = \"provider\"\namount = {paid}\nyears = \"2026-2027\"\n\
             despite_gate = true\n"
        ));
        deal.uncertainty.draws = 256;
        let mut valued = value(&deal, Extent::Draws, &|| ()).unwrap();
        let settled = settle(&deal, &valued).unwrap();
        withdraw(&mut valued, &settled);
        let en = summary(&deal, &valued, &settled, Lang::En);
        for words in [
            "evidence in 2027. Chance that a programme that does nothing goes on: ",
            "Idealised: it is measured against what would really have been",
        ] {
            assert_eq!(en.contains(words), comes, "{words:?} in\n{en}");
        }
        assert_eq!(en.contains("deal: nothing is delivered."), !comes, "{en}");
        let nl = summary(&deal, &valued, &settled, Lang::Nl);
        assert_eq!(nl.contains("Kans dat een programma doorgaat dat niets doet: "), comes, "{nl}");
        assert_eq!(nl.contains("deal: er wordt niets uitgevoerd."), !comes, "{nl}");
    }
}

/// Falls cost 100 each, of which 60 is cash when they are avoided; the course costs 10. Several clauses, one to an assessor.
const CONTRACT: &str = r#"
[unit_costs.fall]
on = "m.fall"
value = 100
budget = "care"
assumption = "made up"
[arrangements.deal.clauses.fee]
type = "fee"
from = "town"
to = "provider"
step = "p.course"
price = 12
[arrangements.deal.clauses.assessor]
type = "lump-sum"
from = "town"
to = "outside"
amount = 3
years = "2026-2028"
lag = 1
[arrangements.deal.clauses.heads]
type = "capitation"
from = "town"
to = "provider"
step = "p.course"
amount = 2
base = "p"
corridor = 0.1
stop_loss = { limit = 15, cv = 2 }
[arrangements.deal.clauses.falls]
type = "outcome-payment"
from = "families"
to = "provider"
node = "m.fall"
benchmark = "true"
better = "less"
price = 1
error_sd = 5
"#;

/// The contract under an arrangement that changes who takes part; chance is in the runs but for expected numbers.
fn contract(arrangement: &str, engine: Engine) -> Scenario {
    let men = men(3, "half-year").replace("[budgets.care]\n", "[budgets.care]\ncashable = 0.6\n");
    let mut deal = deal_of(&men, "costs = { lessons = 10 }\n", &format!("{CONTRACT}{arrangement}"));
    deal.uncertainty.engine = engine;
    deal
}

/// In every draw and year: what parties have together is what is avoided on budgets, less what delivery costs, freed capacity
/// and what is paid to outsiders.
fn assert_conserved(deal: &Scenario, valued: &Valued, settled: &Settled) {
    let delivery = valued.delivery_of(settled.strategy, settled.arrangement);
    for (block, books) in settled.blocks.iter().enumerate() {
        let flows = &valued.variants[0].blocks[block][delivery];
        let (capacity, gross) = (books.balance(Account::Capacity), books.gross());
        for (year, capacity) in capacity.iter().enumerate() {
            for draw in 0..8 {
                let parties = (0..deal.parties.list.len()).map(|party| books.net(party)[year][draw]);
                let all: f64 = parties.sum();
                let of = |grid: &ounce::value::flows::Grid| match year < flows.shape.years {
                    true => (0..grid.rows()).map(|row| grid.at(row, year)[draw]).sum(),
                    false => 0.0,
                };
                let expected = -of(&flows.increment) - of(&flows.programme_costs) - capacity[draw];
                assert!(
                    (all - expected).abs() <= 1e-9 * gross[draw],
                    "{all} instead of {expected} in {year}"
                );
            }
        }
    }
}

#[test]
fn a_contract_creates_nothing_whoever_it_lets_take_part() {
    // Parties include `outside`, whose gain is the arrangement's own cost.
    let gated = gate("benchmark = \"true\"\nconfidence = \"90%\"\nerror_sd = 10\n");
    let enters = "[arrangements.deal.entry]\npremium = 10\n";
    for engine in [Engine::Expected, Engine::Counts] {
        for arrangement in [&gated, OWN_PAYMENT, enters, &format!("{gated}{OWN_PAYMENT}{enters}")] {
            let deal = contract(arrangement, engine);
            let mut valued = value(&deal, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"));
            let settled = settle(&deal, &valued).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(settled[0].declined, None);
            withdraw(&mut valued, &settled);
            assert_conserved(&deal, &valued, &settled[0]);
            let delivery = valued.delivery_of(1, 0);
            let reached = valued.variants[0].blocks[0][delivery].reached.total(0);
            assert!((0..8).all(|draw| reached[draw] > 0.0), "{arrangement}");
        }
    }
}

#[test]
fn under_an_arrangement_whose_provider_stays_away_all_is_as_without_a_programme() {
    let stays = "[arrangements.deal.entry]\npremium = 1_000_000\n";
    let gated = gate("benchmark = \"true\"\nconfidence = \"90%\"\nerror_sd = 10\n");
    for engine in [Engine::Expected, Engine::Counts] {
        for more in ["", OWN_PAYMENT, &gated] {
            let deal = contract(&format!("{stays}{more}"), engine);
            let mut valued = value(&deal, Extent::Draws, &|| ()).unwrap();
            let settled = settle(&deal, &valued).unwrap();
            assert!(settled[0].declined.is_some());
            withdraw(&mut valued, &settled);
            assert_conserved(&deal, &valued, &settled[0]);
            assert!(settled[0].blocks.iter().all(|books| books.gross().0 == [0.0; 8]));
            let (own, plain) = (valued.delivery_of(1, 0), 0);
            assert_ne!(own, plain, "what is said of the strategy itself stays");
            for block in &valued.variants[0].blocks {
                let (without, with) = (&block[own], &block[plain]);
                let zero = |grid: &ounce::value::flows::Grid| {
                    (0..grid.rows()).all(|row| grid.row(row).iter().all(|amount| amount.0 == [0.0; 8]))
                };
                for grid in [
                    &without.increment,
                    &without.programme_costs,
                    &without.reached,
                    &without.enrolled,
                    &without.requested,
                    &without.count_increment,
                    &without.health_increment,
                ] {
                    assert!(zero(grid));
                }
                assert!(!zero(&with.reached) && !zero(&with.increment));
                assert_eq!(without.count_level, with.count_level);
                assert!(without.gate.is_none());
            }
            let findings = ounce::analyse::analyse(&deal, &valued, &settled);
            let of = &findings.variants[0].settlements[0];
            assert!(of.gate.is_none() && of.noise.is_empty());
            assert_eq!(findings.variants[0].outcomes.deliveries[own].participants.expected(), 0.0);
        }
    }
}

/// Reads an arrangement that makes no sense, and looks for words in its only error.
fn wrong(arrangement: &str, words: &[&str]) {
    let text = format!("{}{HALVED_FALLS}{PARTIES}{arrangement}", men(2, "half-year"));
    let mut sources = ounce::scenario::sources::Sources::default();
    let messages = match ounce::scenario::read_text("test.toml", &text, &[], &mut sources) {
        Ok(_) => panic!("no error in\n{arrangement}"),
        Err(messages) => messages.render(&sources, false),
    };
    for word in words {
        assert!(messages.contains(word), "no {word:?} in\n{messages}");
    }
    assert!(messages.contains("\n1 error"), "more than one error:\n{messages}");
}

#[test]
fn a_gate_before_anybody_has_enrolled_or_on_a_forecast_is_an_error() {
    let first = gate("benchmark = \"true\"\nconfidence = \"90%\"\n").replace("year = 2027", "year = 2026");
    wrong(&first, &["nothing is measured before the gate", "nobody has enrolled before it"]);
    let forecast = gate("benchmark = \"forecast\"\nconfidence = \"90%\"\n");
    wrong(&forecast, &["a gate is about evidence, not about a forecast"]);
    let alone = gate("confidence = \"90%\"\n");
    wrong(&alone, &["a count can never be less than nothing", "needs `benchmark`: less than what?"]);
    let more = alone.replace("better = \"less\"\n", "");
    wrong(&more, &["the same of a programme that does nothing", "needs `benchmark`"]);
    let nothing = gate("benchmark = \"true\"\nconfidence = \"90%\"\n").replace("node = \"m.fall\"\n", "");
    wrong(&nothing, &["step", "node", "outcome"]);
}

#[test]
fn a_response_of_uptake_is_that_of_all_who_come_to_the_step() {
    wrong(
        &format!("{OWN_PAYMENT}where = \"age >= 75\"\n"),
        &["`where` and `uptake_response` do not go together"],
    );
}

#[test]
fn a_saving_is_measured_with_one_error_and_against_one_benchmark() {
    let savings = |terms: &str| {
        format!(
            "[arrangements.deal.clauses.it]\ntype = \"shared-savings\"\nfrom = \"town\"\nto = \"provider\"\n\
             measures = \"claims\"\nshare = 0.5\n{terms}"
        )
    };
    let both = "benchmark = \"forecast\"\nerror = { cv = 3 }\nerror_sd = 0.1\n";
    wrong(&savings(both), &["`error`", "`error_sd`"]);
    wrong(&savings("benchmark = { fixed = 100, control = 50 }\n"), &["`fixed`", "`control`"]);
}
