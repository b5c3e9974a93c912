//! Clauses on people who were really followed: what they count, and the errors of contracts that make no sense.

mod common;

use common::{HALVED_FALLS, assert_amounts, men, scenario};
use ounce::scenario::checked::{Engine, Scenario};
use ounce::settle::{Settled, settle};
use ounce::value::{Extent, value};

const PARTIES: &str = r#"
[outcomes.heads]
unit = "heads"
per = { "m.home" = "if(age >= 71, 2, 1)" }
[outcomes.town_share]
unit = "EUR"
per = { "m.fall" = "min(if(age >= 71, 0.5, 0.2) * 100, 40)" }
[parties.town]
kind = "municipality"
[parties.region]
kind = "other"
budgets = ["care"]
"#;

/// The hundred men, a course that halves their falls from 1 January 2026 on, and one clause.
fn contract(clause: &str) -> Scenario {
    let course = HALVED_FALLS.replace("share = 1\neffects", "share = 1\ncosts = { lessons = 10 }\neffects");
    scenario(&format!(
        "{}{course}{PARTIES}[arrangements.deal.clauses.it]\nfrom = \"town\"\nto = \"provider\"\n{clause}",
        men(3, "half-year")
    ))
}

fn settled(scenario: &Scenario, extent: Extent) -> Settled {
    let valued = value(scenario, extent, &|| ()).unwrap_or_else(|error| panic!("{error}"));
    settle(scenario, &valued).unwrap_or_else(|error| panic!("{error}")).remove(0)
}

/// What the town pays by year at the stated values.
fn pays(scenario: &Scenario) -> Vec<f64> {
    let town = scenario.parties.list.iter().position(|party| party.id == "town").unwrap();
    settled(scenario, Extent::BaseCase).base.net(town).iter().map(|net| 0.0 - net[0]).collect()
}

#[test]
fn a_price_by_quarter_is_paid_at_the_start_of_each() {
    // A hundred men from 1 January 2026: four quarters in 2026, two in 2027.
    let fee = "type = \"fee\"\nstep = \"p.course\"\nprice = 3\nquarters = 6\n";
    assert_amounts(&pays(&contract(fee)), &[1200.0, 600.0, 0.0]);
    // 90% stay from quarter to quarter: 300 · (1 + 0.9 + 0.81 + 0.729) and 300 · (0.6561 + 0.59049).
    let stay = format!("{fee}stay = \"90%\"\n");
    assert_amounts(&pays(&contract(&stay)), &[1031.7, 373.977, 0.0]);
}

#[test]
fn a_quarter_that_begins_within_a_cycle_is_paid_for_who_is_alive_on_the_line_between_its_ends() {
    // They die at 0.2 a year: 100 · exp(−0.1) = 90.4837 are alive half a year on, half-way between a quarter on.
    let text = format!(
        "{}{HALVED_FALLS}{PARTIES}[models.m.transitions.dying]\nfrom = \"home\"\nto = \"dead\"\nrate = 0.2\n\
         [arrangements.deal.clauses.it]\nfrom = \"town\"\nto = \"provider\"\ntype = \"fee\"\nstep = \"p.course\"\n\
         price = 1\nquarters = 3\n",
        men(3, "half-year")
    );
    let later = 100.0 * (-0.1_f64).exp();
    assert_amounts(&pays(&scenario(&text)), &[100.0 + 0.5 * (100.0 + later) + later, 0.0, 0.0]);
}

/// The hundred men are all tested, and those who are 75 or over then have a course; the men are 70, so nobody has.
fn tested_only(clause: &str) -> Scenario {
    let course = HALVED_FALLS
        .replace("[programmes.p.cascade.course]\nof = \"invited\"", TEST)
        .replace("share = 1\neffects", "share = \"if(age >= 75, 1, 0)\"\neffects");
    assert!(course.contains("cascade.test") && course.contains("age >= 75"), "{course}");
    scenario(&format!("{}{course}{PARTIES}{clause}", men(3, "half-year")))
}

const TEST: &str =
    "[programmes.p.cascade.test]\nof = \"invited\"\nshare = 1\n[programmes.p.cascade.course]\nof = \"test\"";

const CAPITATION: &str = "[arrangements.deal.clauses.it]\nfrom = \"town\"\nto = \"provider\"\ntype = \"capitation\"\n\
                          step = \"p.test\"\namount = 7\n";

#[test]
fn people_who_take_part_in_nothing_are_followed_as_long_as_a_clause_counts_them() {
    // A hundred men who were tested and live: 700 a year, under every engine.
    for engine in [Engine::Expected, Engine::Counts, Engine::Individual] {
        let mut scenario = tested_only(CAPITATION);
        scenario.uncertainty.engine = engine;
        scenario.uncertainty.draws = 8;
        let settled = settled(&scenario, Extent::Draws);
        let town = scenario.parties.list.iter().position(|party| party.id == "town").unwrap();
        let paid: Vec<f64> = settled.blocks[0].net(town).iter().map(|net| 0.0 - net[3]).collect();
        assert_amounts(&paid, &[700.0, 700.0, 700.0]);
    }
}

#[test]
fn counting_people_for_longer_changes_nothing_else() {
    let flows = |clause: &str, engine: Engine| {
        let mut scenario = tested_only(clause);
        scenario.uncertainty.engine = engine;
        scenario.uncertainty.draws = 8;
        let valued = value(&scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"));
        let flows = &valued.variants[0].blocks[0][0];
        (flows.count_level.clone(), flows.count_increment.clone(), flows.reached.clone())
    };
    let fee =
        CAPITATION.replace("type = \"capitation\"", "type = \"fee\"").replace("amount = 7", "price = 7");
    for engine in [Engine::Expected, Engine::Counts, Engine::Individual] {
        assert!(flows(CAPITATION, engine) == flows(&fee, engine), "{}", engine.word());
    }
}

#[test]
fn falls_that_participants_do_not_have_are_paid_for() {
    // 100 a year become 50.
    let clause = "type = \"outcome-payment\"\nnode = \"m.fall\"\nbetter = \"less\"\nprice = 10\n";
    for benchmark in ["\"true\"", "\"forecast\"", "{ fixed = 100 }"] {
        let clause = format!("{clause}benchmark = {benchmark}\n");
        assert_amounts(&pays(&contract(&clause)), &[500.0, 500.0, 500.0]);
    }
}

#[test]
fn a_named_outcome_of_participants_is_paid_for_by_person() {
    // The town's share of 50 falls a year is 20 each at 70 and 40 (50, capped) from 71: 1,000, then 2,000, over three
    // years 5,000, for each of a hundred 50. More than 45 is worth 700, once.
    let clause = "type = \"outcome-payment\"\noutcome = \"town_share\"\nper = \"p.course\"\nthreshold = 45\n\
                  amount = 700\nperiod = \"contract\"\nyears = \"2026-2028\"\n";
    let scenario = contract(clause);
    assert_amounts(&pays(&scenario), &[0.0, 0.0, 700.0]);
    let settled = settled(&scenario, Extent::BaseCase);
    let figure = &settled.base.figures[0];
    assert_eq!(figure.name, "measured_result");
    assert_amounts(&[figure.by_year[2][0]], &[50.0]);
}

#[test]
fn a_population_is_paid_for_by_weighted_head() {
    // A hundred men of 70, 71 and 72: weights 1, 2 and 2.
    let clause = "type = \"capitation\"\noutcome = \"heads\"\namount = 5\n";
    assert_amounts(&pays(&contract(clause)), &[500.0, 1000.0, 1000.0]);
}

#[test]
fn a_municipality_keeps_its_share_of_avoided_care_by_age_up_to_a_most() {
    // 50 falls less a year: 20 each at 70, 40 from 71.
    let clause = "type = \"co-financing\"\noutcome = \"town_share\"\n";
    let scenario = contract(&clause.replace("type", "description = \"a\"\ntype"));
    assert_amounts(&pays(&scenario), &[-1000.0, -2000.0, -2000.0]);
}

#[test]
fn a_town_that_pays_no_share_or_is_equalised_in_full_is_indifferent_to_avoided_care() {
    // 50 falls less a year at 100 each: the region's budget avoids 5,000, of which it shares with the town what that no
    // longer pays. From 2027 on, at 71, the town's share is half, at most 40 a fall: 50 · 40 = 2,000.
    let gains = |share: &str, equalised: &str| {
        let clause = format!("type = \"co-financing\"\noutcome = \"town_share\"\nequalised = {equalised}\n");
        let parties = PARTIES.replace("if(age >= 71, 0.5, 0.2)", share);
        let s = scenario(&format!(
            "{}{HALVED_FALLS}{parties}[unit_costs.stay]\non = \"m.fall\"\nvalue = 100\nbudget = \"care\"\n\
             [arrangements.deal.clauses.it]\nfrom = \"town\"\nto = \"region\"\n{clause}",
            men(2, "half-year")
        ));
        let base = settled(&s, Extent::BaseCase).base;
        ["town", "region"].map(|id| {
            let party = s.parties.list.iter().position(|party| party.id == id).unwrap();
            base.net(party)[1][0]
        })
    };
    assert_amounts(&gains("if(age >= 71, 0.5, 0.2)", "0"), &[2000.0, 3000.0]);
    assert_amounts(&gains("if(age >= 71, 0.5, 0.2)", "0.75"), &[500.0, 4500.0]);
    for (share, equalised) in [("0", "0"), ("if(age >= 71, 0.5, 0.2)", "1")] {
        assert_amounts(&gains(share, equalised), &[0.0, 5000.0]);
    }
}

#[test]
fn an_error_of_measurement_is_the_same_whatever_else_is_agreed() {
    let clause = "type = \"outcome-payment\"\nnode = \"m.fall\"\nbetter = \"less\"\nprice = 10\n\
                  benchmark = \"true\"\nerror_sd = 5\n";
    let alone = settled(&contract(clause), Extent::Draws);
    let other = "[arrangements.deal.clauses.grant]\nfrom = \"town\"\nto = \"provider\"\ntype = \"lump-sum\"\n\
                 amount = 100\nyears = \"2026\"\n[arrangements.before]\n";
    let with_others = settled(&contract(&format!("{clause}{other}")), Extent::Draws);
    let measured = |settled: &Settled| settled.blocks[1].figures[0].by_year.clone();
    assert_eq!(measured(&alone), measured(&with_others));
    // Around 50, and not the same twice.
    let lane = measured(&alone)[0];
    assert!((0..8).all(|draw| (lane[draw] - 50.0).abs() < 25.0 && lane[draw] != lane[(draw + 1) % 8]));
}

#[test]
fn an_insurer_pays_for_falls_of_participants_who_have_stayed_with_it() {
    // It has 40% of the men and buys for these; 24% leave on each 1 January: Π = 1 − 0.24 / 0.6 = 0.6. Of its participants
    // 1, 0.4 + 0.6 · 0.6 = 0.76 and 0.4 + 0.6 · 0.36 = 0.616 are with it in the three years; 0.4 · 50 falls less a year
    // at 10 each, times these. Forecast and truth are the same where nothing is uncertain.
    for benchmark in ["true", "forecast"] {
        let text = format!(
            "{}{HALVED_FALLS}{PARTIES}[budgets.zvw]\nkind = \"insurance\"\n[parties.zilver]\nkind = \"insurer\"\n\
             market_share = 0.4\nleaving_rate = 0.24\n[arrangements.deal]\npurchase = \"own\"\ninsurer = \"zilver\"\n\
             [arrangements.deal.clauses.it]\ntype = \"outcome-payment\"\nfrom = \"insurers\"\nto = \"provider\"\n\
             node = \"m.fall\"\nbetter = \"less\"\nbenchmark = \"{benchmark}\"\nprice = 10\n",
            men(3, "half-year")
        );
        let scenario = scenario(&text);
        let zilver = scenario.parties.list.iter().position(|party| party.id == "zilver").unwrap();
        let net = settled(&scenario, Extent::BaseCase).base.net(zilver);
        let paid: Vec<f64> = net.iter().map(|net| -net[0]).collect();
        assert_amounts(&paid, &[200.0, 152.0, 123.2]);
    }
}

/// What two insurers pay in the first year for falls that participants have less of: `zilver` with 40% of the men, and all
/// others.
fn insurers_pay(from: &str, purchase: &str, per: &str) -> [f64; 2] {
    let text = format!(
        "{}{HALVED_FALLS}{PARTIES}[budgets.zvw]\nkind = \"insurance\"\n[parties.zilver]\nkind = \"insurer\"\n\
         market_share = 0.4\nleaving_rate = 0.24\n[arrangements.deal]\n{purchase}\n\
         [arrangements.deal.clauses.it]\ntype = \"outcome-payment\"\nfrom = \"{from}\"\nto = \"provider\"\n\
         node = \"m.fall\"\nbetter = \"less\"\nbenchmark = \"true\"\nprice = 10\n{per}",
        men(2, "half-year")
    );
    let scenario = scenario(&text);
    let books = settled(&scenario, Extent::BaseCase).base;
    ["zilver", "other_insurers"].map(|party| {
        let position = scenario.parties.list.iter().position(|known| known.id == party).unwrap();
        0.0 - books.net(position)[0][0]
    })
}

#[test]
fn insurers_pay_for_falls_of_those_who_are_insured_with_them() {
    // 50 falls less at 10 each: jointly all of them by market share; who buys for the region measures the 20 of its own
    // insured; the insurers without a name have 30.
    let region = "purchase = \"region\"\ninsurer = \"zilver\"";
    assert_amounts(&insurers_pay("insurers", "", ""), &[200.0, 300.0]);
    assert_amounts(&insurers_pay("insurers", region, ""), &[200.0, 0.0]);
    assert_amounts(&insurers_pay("other_insurers", "", ""), &[0.0, 300.0]);
}

#[test]
fn a_mean_per_participant_is_of_those_who_are_insured_with_the_payer() {
    // Whoever is measured, half a fall less for each of them.
    let region = "purchase = \"region\"\ninsurer = \"zilver\"";
    let per = "per = \"p.course\"\n";
    assert_amounts(&insurers_pay("insurers", "", per), &[2.0, 3.0]);
    assert_amounts(&insurers_pay("insurers", region, per), &[5.0, 0.0]);
    assert_amounts(&insurers_pay("zilver", "", per), &[5.0, 0.0]);
    assert_amounts(&insurers_pay("other_insurers", "", per), &[0.0, 5.0]);
}

#[test]
fn a_class_that_is_recorded_wrongly_moves_money_between_payers() {
    // 30 of 100 have a condition; 10% are recorded in the other class: 30 · 0.9 + 70 · 0.1 = 34 with one on record. A
    // course costs 100. Of those on record with a condition 40 each is their deductible and 60 the insurers'; the town
    // pays for the other 66. With the right record it is 30 and 70.
    let split = |wrong: f64| {
        let text = format!(
            "{}{HALVED_FALLS}{PARTIES}{}",
            men(1, "half-year").replace(
                "[budgets.care]",
                &format!(
                    "[population.classes.risk]\nmisclassified = {wrong}\n[population.classes.risk.values.low]\n\
                     share = 0.7\n[population.classes.risk.values.condition]\nshare = 0.3\n[budgets.care]\n\
                     [budgets.zvw]\nkind = \"insurance\""
                )
            ),
            r#"[parties.families]
kind = "household"
[arrangements.split.clauses]
insured = { type = "fee", from = "insurers", to = "provider", step = "p.course", where = "risk == 'condition'", price = 60 }
deductible = { type = "copayment", to = "provider", step = "p.course", where = "risk == 'condition'", price = 40 }
municipal = { type = "fee", from = "town", to = "provider", step = "p.course", where = "risk != 'condition'", price = 100 }
"#
        );
        let scenario = scenario(&text);
        let settled = settled(&scenario, Extent::BaseCase);
        ["other_insurers", "families", "town"].map(|party| {
            let position = scenario.parties.list.iter().position(|known| known.id == party).unwrap();
            settled.base.net(position)[0][0]
        })
    };
    assert_amounts(&split(0.0), &[-1800.0, -1200.0, -7000.0]);
    assert_amounts(&split(0.1), &[-2040.0, -1360.0, -6600.0]);
}

/// What is said about a clause that is wrong.
#[track_caller]
fn wrong(clause: &str, words: &[&str]) {
    let text =
        format!("{}{HALVED_FALLS}{PARTIES}[arrangements.deal.clauses.it]\n{clause}", men(3, "half-year"));
    let mut sources = ounce::scenario::sources::Sources::default();
    let messages = match ounce::scenario::read_text("test.toml", &text, &[], &mut sources) {
        Ok(_) => panic!("no error in\n{clause}"),
        Err(messages) => messages.render(&sources, false),
    };
    for word in words {
        assert!(messages.contains(word), "no {word:?} in\n{messages}");
    }
    assert!(messages.contains("\n1 error"), "more than one error:\n{messages}");
}

const SIDES: &str = "from = \"town\"\nto = \"provider\"\n";

#[test]
fn an_investor_needs_somebody_who_pays_for_results() {
    let bond = "type = \"impact-bond\"\nto = \"region\"\nprovider = \"provider\"\ninvestment = 100\n\
                investment_years = 2026\nreturn_cap = 0.1\n";
    let trigger = "triggers.falls = { node = \"m.fall\", price = 1 }\n";
    wrong(&format!("{bond}{trigger}"), &["has nobody who repays it", "needs `from`: who pays for results"]);
    wrong(&format!("from = \"town\"\n{bond}triggers = {{}}\n"), &["nothing repays the investor"]);
}

#[test]
fn what_nothing_measures_is_not_paid_for() {
    let clause = |what: &str| format!("{SIDES}type = \"outcome-payment\"\nprice = 1\n{what}");
    wrong(&clause("node = \"m.hip\"\n"), &["`m.hip`"]);
    wrong(
        &clause("outcome = \"nothing\"\n[outcomes.nothing]\nunit = \"EUR\"\nper = {}\n"),
        &["nothing measures `nothing` of participants"],
    );
    wrong(&clause("step = \"p.course\"\nbenchmark = \"true\"\n"), &["steps have no counterpart"]);
}

#[test]
fn targets_that_are_always_or_never_met_are_errors() {
    let clause =
        |what: &str| format!("{SIDES}type = \"outcome-payment\"\namount = 10\nstep = \"p.course\"\n{what}");
    wrong(&clause(""), &["an amount without a target"]);
    wrong(
        &clause("per = \"p.course\"\nthreshold = 1.2\n"),
        &["a target of 120% of those who started", "can never be reached"],
    );
}

#[test]
fn a_cap_below_what_it_caps_is_an_error() {
    wrong(
        &format!(
            "{SIDES}type = \"outcome-payment\"\nnode = \"m.fall\"\nthreshold = 10\namount = 500\ncap_total = 400\n"
        ),
        &["the amount of 500 can never be paid: `cap_total` is 400"],
    );
    wrong(
        &format!(
            "{SIDES}type = \"fee\"\nstep = \"p.course\"\nprice = 10\nvolume_cap = 40\n\
             tiers = {{ many = {{ above = 50, price = 9 }} }}\n"
        ),
        &["no more than 40 persons are paid for, and a tier begins at 50"],
    );
}

#[test]
fn a_corridor_and_a_stop_loss_need_costs_and_costs_one_of_these() {
    let clause =
        |what: &str| format!("{SIDES}type = \"capitation\"\nstep = \"p.course\"\namount = 10\n{what}");
    wrong(
        &clause("stop_loss = { limit = 1000, cv = 3 }\n"),
        &["a stop-loss without costs", "needs `base`: the costs of which each head has a part"],
    );
    wrong(&clause("base = \"p\"\n"), &["`base` is about a corridor or a stop-loss"]);
    wrong(
        &clause("base = \"p\"\nbeyond = 0.5\nstop_loss = { limit = 1000, cv = 3 }\n"),
        &["`beyond` is about a corridor"],
    );
    wrong(&clause("base = \"p\"\nstop_loss = { limit = 1000 }\n"), &["`cv`"]);
}

#[test]
fn what_dear_heads_cost_above_a_limit_is_carried_for_everybody_who_takes_part() {
    // A hundred men whose lessons cost 10 each in 2026: without spread 4 is above a limit of 6. 100 * (7 + 4).
    let clause = "type = \"capitation\"\nstep = \"p.course\"\nfor_years = 1\namount = 7\nbase = \"p\"\n\
                  stop_loss = { limit = 6, cv = 0 }\n";
    assert_amounts(&pays(&contract(clause)), &[1100.0, 0.0, 0.0]);
}

#[test]
fn guarantees_in_a_circle_are_an_error() {
    wrong(
        "type = \"guarantee\"\nfrom = \"town\"\nto = \"region\"\n[arrangements.deal.clauses.back]\n\
         type = \"guarantee\"\nfrom = \"region\"\nto = \"town\"\n",
        &["guarantees in a circle: it, back"],
    );
}

#[test]
fn two_guarantees_do_not_cover_more_than_the_loss() {
    wrong(
        "type = \"guarantee\"\nfrom = \"town\"\nto = \"provider\"\nshare = 0.7\n[arrangements.deal.clauses.more]\n\
         type = \"guarantee\"\nfrom = \"region\"\nto = \"provider\"\nshare = 0.6\n",
        &["two guarantees cover 130% of the same loss"],
    );
}

#[test]
fn a_price_may_be_a_tenth_above_the_highest_by_written_contract() {
    let fee = |terms: &str| format!("type = \"fee\"\nstep = \"p.course\"\n{terms}");
    // The maximum of 2023 for a quarter of treatment is 193.80; by written contract 213.18.
    contract(&fee("price = 213.18\nmax_price = 193.80\nmax_price_raise = \"10%\"\n"));
    wrong(
        &format!("{SIDES}{}", fee("price = 213.19\nmax_price = 193.80\nmax_price_raise = \"10%\"\n")),
        &["a price of 213.19 is above the highest that may be asked, 193.8, also with 10% more"],
    );
}

#[test]
fn tiers_rise_and_paths_that_go_further_cost_at_least_as_much() {
    wrong(
        &format!(
            "{SIDES}type = \"fee\"\nstep = \"p.course\"\nprice = 10\n\
             tiers = {{ a = {{ above = 50, price = 9 }}, b = {{ above = 40, price = 8 }} }}\n"
        ),
        &["tier `b` begins at 40"],
    );
    let more = "[programmes.p.cascade.more]\nof = \"course\"\nshare = 0.5\n";
    wrong(
        &format!("{SIDES}type = \"bundled\"\nprices = {{ \"p.course\" = 10, \"p.more\" = 8 }}\n{more}"),
        &["the longer path costs 8, less than 10"],
    );
}

#[test]
fn co_financing_is_in_euros_and_knows_no_caps() {
    let clause = |terms: &str| format!("{SIDES}type = \"co-financing\"\n{terms}");
    wrong(&clause("outcome = \"heads\"\n"), &["this outcome is in heads", "unit = \"EUR\""]);
    wrong(
        &clause("outcome = \"town_share\"\ncap_total = 5\n"),
        &["`cap_total` has no meaning for changes in what is paid"],
    );
}

#[test]
fn a_fund_does_not_repay_itself() {
    wrong(
        "type = \"revolving-fund\"\nfrom = \"region\"\nto = \"provider\"\nbase = \"p\"\ncapital = 10\n\
         repay = { region = 0.5 }\n",
        &["the fund would repay itself"],
    );
}

#[test]
fn nobody_repays_the_same_savings_twice() {
    let fund = |name: &str, repay: &str| {
        format!(
            "[arrangements.deal.clauses.{name}]\ntype = \"revolving-fund\"\nfrom = \"town\"\nto = \"provider\"\n\
             base = \"p\"\nshare = 0.5\ncapital = 10\nrepay = {repay}\n"
        )
    };
    let only = |clause: String| clause.split_once('\n').map_or(String::new(), |(_, rest)| rest.to_owned());
    let insured = "[budgets.zvw]\nkind = \"insurance\"\n[parties.zilver]\nkind = \"insurer\"\nmarket_share = 0.4\n\
                   leaving_rate = 0\n";
    wrong(
        &format!("{}{insured}", only(fund("it", "{ insurers = 0.3, zilver = 0.2 }"))),
        &["`zilver` repays the same savings a second time"],
    );
    wrong(
        &format!("{}{}", only(fund("it", "{ region = 0.7 }")), fund("more", "{ region = 0.6 }")),
        &["a party repays 130% of what it saves"],
    );
}

#[test]
fn a_guarantee_and_a_fund_do_not_cover_the_same_loss() {
    // Both would pay the 60 that the provider's costs leave, and the provider would gain 60.
    let clauses = |guaranteed: &str, funded: &str| {
        format!(
            "type = \"guarantee\"\n{SIDES}years = \"{guaranteed}\"\n[arrangements.deal.clauses.fund]\n\
             type = \"revolving-fund\"\nfrom = \"region\"\nto = \"provider\"\nbase = \"p\"\ncapital = 100\n\
             repay = {{ town = 0.5 }}\nyears = \"{funded}\"\n"
        )
    };
    wrong(&clauses("2026-2027", "2027-2028"), &["`it` and `fund` cover the same loss"]);
    scenario(&format!(
        "{}{HALVED_FALLS}{PARTIES}[arrangements.deal.clauses.it]\n{}",
        men(3, "half-year"),
        clauses("2026-2027", "2028")
    ));
}

#[test]
fn less_is_less_than_something_and_a_contract_has_an_end() {
    let clause = |what: &str| format!("{SIDES}type = \"outcome-payment\"\nnode = \"m.fall\"\n{what}");
    wrong(&clause("better = \"less\"\nprice = 10\n"), &["a count can never be less than nothing"]);
    wrong(
        &clause("better = \"less\"\namount = 10\nthreshold = 5\n"),
        &["a count can never be less than nothing"],
    );
    wrong(&clause("price = 10\nperiod = \"contract\"\n"), &["a contract settled as one has no end"]);
}

#[test]
fn the_triggers_of_a_bond_are_held_to_what_holds_for_results() {
    let bond = |investor: &str, trigger: &str| {
        format!(
            "type = \"impact-bond\"\nfrom = \"town\"\nto = \"{investor}\"\nprovider = \"provider\"\n\
             investment = 100\ninvestment_years = 2026\nreturn_cap = 0.1\ncap_total = 400\n\
             triggers.falls = {{ node = \"m.fall\", threshold = 10, {trigger} }}\n"
        )
    };
    wrong(&bond("region", "amount = 500"), &["the amount of 500 can never be paid: `cap_total` is 400"]);
    wrong(&bond("region", "amount = 300, period = \"contract\""), &["a contract settled as one has no end"]);
    wrong(
        &format!("{}[budgets.zvw]\nkind = \"insurance\"\n", bond("insurers", "amount = 300")),
        &["all insurers together are no investor"],
    );
}

/// What is doubtful about results that are paid for on these terms.
fn doubtful(engine: &str, terms: &str) -> String {
    let text = format!(
        "{}{HALVED_FALLS}{PARTIES}[arrangements.deal.clauses.it]\nfrom = \"region\"\nto = \"provider\"\n{terms}",
        men(1, "half-year").replace("seed = 1", &format!("seed = 1\nengine = \"{engine}\""))
    );
    let mut sources = ounce::scenario::sources::Sources::default();
    match ounce::scenario::read_text("test.toml", &text, &[], &mut sources) {
        Ok(loaded) => loaded.warnings.render(&sources, false),
        Err(messages) => panic!("{}", messages.render(&sources, false)),
    }
}

const SHARED: &str = "type = \"shared-savings\"\nmeasures = \"claims\"\nshare = 0.5\n";

#[test]
fn a_threshold_ignores_chance_only_where_numbers_are_expected() {
    let terms = format!("{SHARED}benchmark = \"true\"\nminimum_savings_rate = 0.02\n");
    assert!(doubtful("expected", &terms).contains("ignores chance at a threshold"));
    assert!(!doubtful("counts", &terms).contains("ignores chance at a threshold"));
}

#[test]
fn what_is_paid_from_the_first_unit_that_is_measured_is_paid_for_nothing_every_second_time() {
    let warned =
        |terms: &str| doubtful("counts", terms).contains("chance alone pays here about every second time");
    let fewer = "type = \"outcome-payment\"\nnode = \"m.fall\"\nbetter = \"less\"\nprice = 10\n";
    for benchmark in ["\"forecast\"", "\"before_after\"", "{ control = 100 }"] {
        let savings = format!("{SHARED}benchmark = {benchmark}\n");
        assert!(warned(&savings));
        assert!(!warned(&format!("{savings}minimum_savings_rate = 0.02\n")));
        assert!(!warned(&format!("{savings}significance = {{ cv = 3 }}\n")));
        assert!(!warned(&format!("{savings}sided = \"two\"\nloss_share = 0.5\n")));
        assert!(warned(&format!("{fewer}benchmark = {benchmark}\n")));
        assert!(!warned(&format!("{fewer}benchmark = {benchmark}\nthreshold = 20\n")));
    }
    assert!(!warned(&format!("{SHARED}benchmark = \"true\"\n")));
    assert!(!warned(&format!("{fewer}benchmark = \"true\"\n")));
}

#[test]
fn rules_of_division_take_what_belongs_to_them() {
    let share = |terms: &str| {
        format!(
            "type = \"cost-share\"\nbase = \"p\"\nof = \"provider\"\nparties = [\"town\", \"region\"]\n{terms}"
        )
    };
    wrong(&share("rule = \"equal\"\nwhen = \"ex-post\"\n"), &["these shares do not depend on what happens"]);
    wrong(&share("rule = \"shapley\"\nweights = { town = 2 }\n"), &["this rule knows no bargaining power"]);
    wrong(&share("rule = \"shapley\"\nneeded = [\"state\"]\n"), &["there is no sharing party `state`"]);
}

#[test]
fn a_scale_by_size_rises_and_quality_stands_where_it_is_used() {
    let savings = |terms: &str| {
        format!(
            "from = \"region\"\nto = \"provider\"\ntype = \"shared-savings\"\nbenchmark = \"true\"\nmeasures = \"claims\"\nshare = 0.5\n{terms}"
        )
    };
    wrong(
        &savings("minimum_by_size = { 900 = 0.03, 500 = 0.04 }\n"),
        &["500 participants stand after as many or more"],
    );
    wrong(&savings("minimum_by_size = { many = 0.03 }\n"), &["`many` is no number of participants"]);
    wrong(
        &savings("quality_minimum = 0.4\n"),
        &["`quality_minimum` is about a quality score", "needs `quality`"],
    );
}
