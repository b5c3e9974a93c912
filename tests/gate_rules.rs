//! What a gate stops and what it leaves alone: programmes, money, people who are compared with, and other arrangements.

mod common;

use common::{HALVED_FALLS, assert_amounts, by_year, men, scenario};
use ounce::analyse::analyse;
use ounce::analyse::noise::GateNoise;
use ounce::scenario::checked::{Engine, Scenario};
use ounce::settle::{Settled, settle};
use ounce::value::flows::{Flows, Valued};
use ounce::value::{Extent, value};

const PARTIES: &str = "[parties.town]\nkind = \"municipality\"\nbudgets = [\"care\"]\n[parties.families]\nkind = \"household\"\n";

/// The hundred men for two years, half of those who may come in each of them: 50 and then 25.
fn town(more: &str) -> Scenario {
    let course = HALVED_FALLS.replace("years = \"2026\", share = 1", "years = \"2026-2027\", share = 0.5");
    scenario(&format!("{}{course}{PARTIES}{more}", men(2, "half-year")))
}

/// Fifty men fall 25 times less in 2026; with a standard error of 1,000 that is sure enough for a confidence of 50% and not
/// for one of 60%.
fn gate(confidence: &str, terms: &str) -> String {
    format!(
        "[arrangements.deal.gate]\nyear = 2027\nnode = \"m.fall\"\nbetter = \"less\"\nstandard_error = 1000\n\
         confidence = \"{confidence}\"\n{terms}\n"
    )
}

const TRUE: &str = "benchmark = \"true\"";

fn valued(scenario: &Scenario) -> Valued {
    value(scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"))
}

fn settled(scenario: &Scenario, valued: &Valued) -> Settled {
    settle(scenario, valued).unwrap_or_else(|error| panic!("{error}")).remove(0)
}

fn party(scenario: &Scenario, id: &str) -> usize {
    scenario.parties.list.iter().position(|known| known.id == id).unwrap()
}

/// A second programme, to which a fifth of those come who may in each year. It has no effect, so who came may come again.
const TALK: &str = "[programmes.q]\nmodel = \"m\"\neligible = \"state == 'home'\"\n\
                    enrol = { years = \"2026-2027\", share = 0.2, at = \"start-of-year\" }\n\
                    [programmes.q.cascade.talk]\nof = \"invited\"\nshare = 1\n\
                    [programmes.q.fixed.desk]\nvalue = 10\nyears = \"2026-2027\"\n\
                    [strategies.both]\nprogrammes = [\"p\", \"q\"]\n[strategies.talk]\nprogrammes = [\"q\"]\n";

#[test]
fn a_gate_stops_the_programme_that_it_measures_and_no_other() {
    let town = town(&format!("{TALK}{}", gate("99%", "benchmark = \"true\"\nprogramme = \"p\"")));
    let valued = valued(&town);
    let base = |strategy: usize| &valued.variants[0].base[valued.delivery_of(strategy, 0)];
    let both = base(2);
    assert_amounts(&by_year(&both.reached, 0), &[50.0, 0.0]);
    // A fifth of the 50 who do not come to the course; the course stops, so these 50 are asked again.
    assert_amounts(&by_year(&both.reached, 1), &[10.0, 10.0]);
    let desk: f64 = (0..both.programme_costs.rows()).map(|row| both.programme_costs.total(row)[0]).sum();
    common::assert_amount(desk, 20.0);
}

#[test]
fn a_strategy_that_does_not_offer_what_a_gate_measures_goes_on_as_planned() {
    let town = town(&format!("{TALK}{}", gate("99%", "benchmark = \"true\"\nprogramme = \"p\"")));
    let valued = valued(&town);
    let talk = &valued.variants[0].base[valued.delivery_of(3, 0)];
    assert!(talk.gate.is_none());
    assert_amounts(&by_year(&talk.reached, 1), &[20.0, 20.0]);
    let planned = valued.deliveries.iter().position(|d| d.strategy == 3 && d.arrangement.is_none()).unwrap();
    assert_eq!(bits(talk), bits(&valued.variants[0].base[planned]));
}

#[test]
fn a_lump_sum_stops_with_the_programme_unless_it_is_paid_despite_the_gate() {
    let lump = "[arrangements.deal.clauses.network]\ntype = \"lump-sum\"\nfrom = \"town\"\nto = \"provider\"\namount = 100\n\
                years = \"2026-2027\"\n";
    for (confidence, key, second) in [
        ("99%", "", 0.0),
        ("50%", "", 100.0),
        ("99%", "despite_gate = true\n", 100.0),
        ("99%", "despite_gate = false\n", 0.0),
    ] {
        let town = town(&format!("{lump}{key}{}", gate(confidence, TRUE)));
        let valued = valued(&town);
        let settled = settled(&town, &valued);
        let net: Vec<f64> = settled.base.net(party(&town, "provider")).iter().map(|net| net[0]).collect();
        assert_amounts(&net, &[100.0, second]);
    }
}

#[test]
fn controls_of_a_stopped_programme_are_those_of_the_people_who_had_enrolled() {
    // Nobody dies: 50 person-years in 2026, and in 2027 the same 50 where it stops and 75 where it goes on.
    let clause = "[arrangements.deal.clauses.it]\ntype = \"outcome-payment\"\nfrom = \"town\"\nto = \"provider\"\n\
                  node = \"m.fall\"\nbenchmark = { control = 40 }\nbetter = \"less\"\nprice = 1\n";
    for (confidence, second) in [("99%", 50.0), ("0%", 75.0)] {
        let mut town = town(&format!("{clause}{}", gate(confidence, "benchmark = { control = 40 }")));
        town.uncertainty.engine = Engine::Counts;
        let valued = valued(&town);
        for block in &valued.variants[0].blocks {
            let flows = &block[valued.delivery_of(1, 0)];
            // After the count, with and without the programme, and the years with it: the years without it.
            let row = flows.shape.request_of(0, 0, 3).unwrap();
            let (_, expected) = flows.apart.as_ref().unwrap().expected.as_ref().unwrap();
            assert_amounts(&by_year(expected, row), &[50.0, second]);
        }
    }
}

#[test]
fn what_is_paid_for_a_programme_that_does_nothing_is_paid_in_the_course_that_it_takes() {
    // A euro for each fall of participants, who all live: without effect 50 in 2026, and in 2027 75 where it goes on and 50
    // where it is stopped. A result of 25 ± 10 nearly always goes on, one of 0 ± 10 in half of the draws.
    let clause = "[arrangements.deal.clauses.it]\ntype = \"outcome-payment\"\nfrom = \"town\"\nto = \"provider\"\n\
                  node = \"m.fall\"\nprice = 1\n";
    let gate = gate("50%", &format!("{TRUE}\nerror_sd = 10"))
        .replace("standard_error = 1000", "standard_error = 10");
    let town = town(&format!("{clause}{gate}"));
    let valued = valued(&town);
    let settled = settled(&town, &valued);
    let mut other = 0;
    for (books, flows) in settled.blocks.iter().zip(&valued.variants[0].blocks) {
        let evidence = flows[valued.delivery_of(1, 0)].gate.unwrap();
        let figure = |name: &str| &books.figures.iter().find(|figure| figure.name == name).unwrap().by_year;
        for lane in 0..8 {
            let paid =
                [figure("payment"), figure("payment_without_effect")].map(|of| [of[0][lane], of[1][lane]]);
            let [with, without] = [evidence.continues[lane], evidence.continues_without_effect[lane]];
            assert_amounts(&paid[0], &[25.0, 25.0 + 12.5 * with]);
            assert_amounts(&paid[1], &[50.0, 50.0 + 25.0 * without]);
            other += usize::from(with != without);
        }
    }
    assert!(other > 0, "in no draw the two take another course");
}

#[test]
fn only_what_is_compared_with_people_apart_is_simulated_again() {
    let clause = "type = \"outcome-payment\"\nfrom = \"town\"\nto = \"provider\"\nnode = \"m.fall\"\nbetter = \"less\"\nprice = 1\n";
    let mut town = town(&format!(
        "[arrangements.plain.clauses.it]\n{clause}benchmark = \"true\"\n{}[arrangements.deal.clauses.it]\n{clause}\
         benchmark = {{ control = 40 }}\n",
        gate("50%", TRUE)
    ));
    town.uncertainty.engine = Engine::Counts;
    let valued = valued(&town);
    for (arrangement, apart) in town.arrangements.iter().enumerate().map(|(at, of)| (at, of.id == "deal")) {
        let delivery = valued.delivery_of(1, arrangement);
        assert!(valued.variants[0].blocks.iter().all(|block| block[delivery].apart.is_some() == apart));
    }
}

fn noise(terms: &str) -> GateNoise {
    let gate = format!(
        "[arrangements.deal.gate]\nyear = 2027\nstandard_error = 10\nconfidence = \"90%\"\n{terms}\n"
    );
    let mut town = town(&gate);
    town.uncertainty.draws = 1024;
    let valued = valued(&town);
    let settled = settle(&town, &valued).unwrap_or_else(|error| panic!("{error}"));
    analyse(&town, &valued, &settled).variants[0].settlements[0].gate.clone().unwrap()
}

#[test]
fn stopping_a_programme_that_misses_the_threshold_is_no_mistake() {
    // 25 falls are avoided. Of at least 20: 5 ± 10 must be above 12.816, which it is not in Φ(0.7816) = 78.3% of draws. Of at
    // least 30 it is rightly stopped.
    let falls = "node = \"m.fall\"\nbetter = \"less\"\nbenchmark = \"true\"\nerror_sd = 10\n";
    let stopped = noise(&format!("{falls}threshold = 20")).stopped_though_it_works.unwrap();
    assert!((stopped - 0.783).abs() <= 4.0 * (0.783_f64 * 0.217 / 1024.0).sqrt(), "{stopped}");
    assert_eq!(noise(&format!("{falls}threshold = 30")).stopped_though_it_works, None);
}

#[test]
fn how_many_come_says_nothing_about_whether_a_programme_works() {
    let come = noise("step = \"p.course\"\nbenchmark = { fixed = 10 }\nerror_sd = 10");
    assert_eq!(come.stopped_though_it_works, None);
}

/// All that is delivered, to the bit.
fn bits(flows: &Flows) -> String {
    let grids = [
        &flows.level,
        &flows.increment,
        &flows.cashable,
        &flows.programme_costs,
        &flows.reached,
        &flows.turned_away,
        &flows.count_level,
        &flows.count_increment,
        &flows.health_level,
        &flows.health_increment,
    ];
    format!("{grids:?}{:?}{:?}", flows.shadows, flows.cohorts)
}

const PRICES: &str = "[unit_costs.fall]\non = \"m.fall\"\nvalue = 100\nbudget = \"care\"\n";

#[test]
fn a_gate_that_everything_passes_delivers_what_was_planned_to_the_bit() {
    for engine in [Engine::Expected, Engine::Counts, Engine::Individual] {
        let mut town = town(&format!("{PRICES}{}", gate("0%", TRUE)));
        town.uncertainty.engine = engine;
        let valued = valued(&town);
        let variant = &valued.variants[0];
        for flows in variant.blocks.iter().chain([&variant.base]) {
            assert!(flows[0].gate.is_none());
            assert_eq!(bits(&flows[0]), bits(&flows[valued.delivery_of(1, 0)]));
        }
    }
}

const FEE: &str =
    "clauses.fee]\ntype = \"fee\"\nfrom = \"town\"\nto = \"provider\"\nstep = \"p.course\"\nprice = 30\n";
const OWN_PAYMENT: &str = "clauses.own]\ntype = \"copayment\"\nfrom = \"participants\"\nto = \"provider\"\nstep = \"p.course\"\n\
                           price = 50\nuptake_response = \"0.4%\"\n";

#[test]
fn an_arrangement_with_a_gate_controls_and_an_own_payment_changes_no_bit_of_another() {
    let plain = format!(
        "{PRICES}[arrangements.plain.{FEE}[arrangements.plain.clauses.it]\ntype = \"outcome-payment\"\nfrom = \"town\"\n\
         to = \"provider\"\nnode = \"m.fall\"\nbenchmark = \"forecast\"\nbetter = \"less\"\nprice = 1\n"
    );
    let other = format!(
        "{}[arrangements.deal.{OWN_PAYMENT}[arrangements.deal.clauses.it]\ntype = \"outcome-payment\"\nfrom = \"town\"\n\
         to = \"provider\"\nnode = \"m.fall\"\nbenchmark = {{ control = 40 }}\nbetter = \"less\"\nprice = 1\n",
        gate("60%", "benchmark = { control = 40 }")
    );
    let of_plain = |text: &str, engine: Engine, threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut town = town(text);
            town.uncertainty.engine = engine;
            let valued = valued(&town);
            let settled = settled(&town, &valued);
            assert_eq!(town.arrangements[settled.arrangement].id, "plain");
            let variant = &valued.variants[0];
            let flows: Vec<String> =
                variant.blocks.iter().chain([&variant.base]).map(|block| bits(&block[0])).collect();
            let nets = |books: &ounce::settle::Books| {
                (0..town.parties.list.len())
                    .map(|party| format!("{:?}", books.net(party)))
                    .collect::<Vec<_>>()
            };
            let nets: Vec<_> = settled.blocks.iter().chain([&settled.base]).map(nets).collect();
            (flows, nets)
        })
    };
    for engine in [Engine::Expected, Engine::Counts, Engine::Individual] {
        let alone = of_plain(&plain, engine, 1);
        assert_eq!(alone, of_plain(&format!("{plain}{other}"), engine, 1));
        assert_eq!(alone, of_plain(&format!("{plain}{other}"), engine, 2));
    }
}

#[test]
fn what_parties_gain_together_is_what_care_and_the_programme_cost_less_under_a_gate_and_an_own_payment() {
    let deal = format!(
        "{PRICES}{}[arrangements.deal.{FEE}[arrangements.deal.{OWN_PAYMENT}[arrangements.deal.clauses.network]\n\
         type = \"lump-sum\"\nfrom = \"town\"\nto = \"provider\"\namount = 100\nyears = \"2026-2027\"\n\
         [programmes.p.fixed.desk]\nvalue = 70\nyears = \"2026-2027\"\n",
        gate("50.8%", TRUE)
    );
    for engine in [Engine::Expected, Engine::Counts, Engine::Individual] {
        let mut town = town(&deal);
        town.uncertainty.engine = engine;
        let valued = valued(&town);
        let settled = settled(&town, &valued);
        let mut moved = 0.0_f64;
        for (block, books) in valued.variants[0].blocks.iter().zip(&settled.blocks) {
            let flows = &block[valued.delivery_of(1, 0)];
            for lane in 0..ounce::formula::LANES {
                for year in 0..2 {
                    let all: f64 =
                        (0..town.parties.list.len()).map(|party| books.net(party)[year][lane]).sum();
                    let sum = |grid: &ounce::value::flows::Grid| -> f64 {
                        (0..grid.rows()).map(|row| grid.at(row, year)[lane]).sum()
                    };
                    let costs = sum(&flows.increment) + sum(&flows.programme_costs);
                    assert!((all + costs).abs() < 1e-6, "{engine:?} {year} {lane}: {all} and costs {costs}");
                    moved += all.abs();
                }
            }
        }
        assert!(moved > 1000.0, "{moved}");
    }
}
