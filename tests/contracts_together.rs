//! Arrangements whose clauses are each right and together cannot be meant.

mod common;

use common::{HALVED_FALLS, men};
use ounce::scenario::sources::Sources;

const PARTIES: &str = r#"
[parties.town]
kind = "municipality"
[parties.region]
kind = "other"
budgets = ["care"]
[parties.pioneer]
kind = "investor"
"#;

/// Whether the hundred men, a course that halves their falls, and some clauses are refused, and what is said about them.
fn said(clauses: &str) -> (bool, String) {
    let text = format!("{}{HALVED_FALLS}{PARTIES}{clauses}", men(3, "half-year"));
    let mut sources = Sources::default();
    match ounce::scenario::read_text("test.toml", &text, &[], &mut sources) {
        Ok(loaded) => (false, loaded.warnings.render(&sources, false)),
        Err(messages) => (true, messages.render(&sources, false)),
    }
}

fn says(clauses: &str, words: &[&str]) {
    let (_, messages) = said(clauses);
    for word in words {
        assert!(messages.contains(word), "no {word:?} in\n{messages}");
    }
}

fn silent(clauses: &str, word: &str) {
    let (refused, messages) = said(clauses);
    assert!(!refused, "{messages}");
    assert!(!messages.contains(word), "{word:?} in\n{messages}");
}

fn clause(name: &str, terms: &str) -> String {
    format!("[arrangements.deal.clauses.{name}]\n{terms}\n")
}

fn subsidy(name: &str, base: &str, terms: &str) -> String {
    clause(
        name,
        &format!("type = \"subsidy\"\nfrom = \"region\"\nto = \"provider\"\nbase = \"{base}\"\n{terms}"),
    )
}

#[test]
fn two_grants_do_not_pay_more_than_the_costs() {
    let [most, half] = ["share = 0.7", "share = 0.3"];
    says(
        &(subsidy("a", "p", most) + &subsidy("b", "p", most)),
        &["`a` and `b` together pay 140% of the same costs", "pays 70% of them"],
    );
    silent(&(subsidy("a", "p", most) + &subsidy("b", "p", half)), "of the same costs");
    // One for the whole programme and one for a step of it overlap on the step.
    says(
        &(subsidy("a", "p", most) + &subsidy("b", "p.course", most)),
        &["`a` and `b` together pay 140% of the same costs"],
    );
    // In different years they do not.
    silent(
        &(subsidy("a", "p", &format!("{most}\nyears = 2026"))
            + &subsidy("b", "p", &format!("{most}\nyears = 2027"))),
        "of the same costs",
    );
}

#[test]
fn an_investor_that_pays_is_paid_somewhere() {
    let gift = clause(
        "gift",
        "type = \"lump-sum\"\nfrom = \"pioneer\"\nto = \"provider\"\namount = 100\nyears = 2026",
    );
    let back =
        clause("back", "type = \"lump-sum\"\nfrom = \"town\"\nto = \"pioneer\"\namount = 110\nyears = 2028");
    says(&gift, &["nobody repays the investor `pioneer`"]);
    silent(&(gift + &back), "nobody repays");
    let fund = |repay: &str| {
        clause(
            "fund",
            &format!(
                "type = \"revolving-fund\"\nfrom = \"town\"\nto = \"provider\"\nbase = \"p\"\ncapital = 10\n\
                 capital_from = \"pioneer\"\nrepay = {{ {repay} }}"
            ),
        )
    };
    // What is repaid goes to the fund, not to who filled it.
    for repay in ["", "region = 0.5"] {
        says(&fund(repay), &["nobody repays the investor `pioneer`"]);
    }
    silent(&(fund("region = 0.5") + &back), "nobody repays");
}

#[test]
fn shares_that_the_arrangement_sets_are_judged_when_it_is_settled() {
    let uncertain = "[parameters.part]\nvalue = 0.7\nassumption = \"an example\"\n";
    let two = subsidy("a", "p", "share = \"part\"") + &subsidy("b", "p", "share = \"part\"");
    says(&format!("{uncertain}{two}"), &["together pay 140% of the same costs"]);
    let set = "[arrangements.deal.set]\npart = 0.4\n";
    silent(&format!("{uncertain}{set}{two}"), "of the same costs");
}

#[test]
fn a_bond_can_pay_back_what_was_invested() {
    let bond = |terms: &str, price: f64| {
        clause(
            "bond",
            &format!(
                "type = \"impact-bond\"\nfrom = \"town\"\nto = \"pioneer\"\nprovider = \"provider\"\n\
                 investment = 500\ninvestment_years = \"2026-2027\"\nreturn_cap = 0.1\n{terms}\n\
                 triggers = {{ falls = {{ node = \"m.fall\", benchmark = \"true\", better = \"less\", price = {price} }} }}"
            ),
        )
    };
    let never = "the investor of `bond` can never have its money back";
    says(
        &bond("cap_total = 900", 1.0),
        &[never, "1000 euros are invested, and `cap_total` lets 900 be repaid"],
    );
    silent(&bond("cap_total = 1100", 1.0), never);
    says(&bond("", 0.0), &["nothing repays the investor of `bond`"]);
}

#[test]
fn funds_that_fill_each_other_are_an_error() {
    let fund = |name: &str, own: &str, by: &str, share: f64| {
        clause(
            name,
            &format!(
                "type = \"revolving-fund\"\nfrom = \"{own}\"\nto = \"provider\"\nbase = \"p\"\nshare = {share}\ncapital = 10\n\
                 capital_from = \"{by}\"\nrepay = {{ others = 0.5 }}"
            ),
        )
    };
    let word = "is filled by money that it fills itself";
    says(&(fund("a", "town", "region", 0.5) + &fund("b", "region", "town", 0.5)), &[word]);
    silent(&fund("a", "town", "region", 0.5), word);
}

#[test]
fn a_cap_that_is_always_what_is_paid_is_told() {
    let savings = |terms: &str| {
        clause(
            "savings",
            &format!(
                "type = \"shared-savings\"\nfrom = \"region\"\nto = \"provider\"\nbudgets = [\"care\"]\nbenchmark = \"true\"\n\
                 measures = \"claims\"\nshare = 0.5\n{terms}"
            ),
        )
    };
    // 4% saved and half of it shared is 2% of the benchmark, and 1% is paid.
    let word = "once `minimum_savings_rate` is met, what is paid is always `cap_savings_rate`";
    says(&savings("minimum_savings_rate = 0.04\ncap_savings_rate = 0.01"), &[word, "0.01 of the benchmark"]);
    silent(&savings("minimum_savings_rate = 0.04\ncap_savings_rate = 0.03"), word);
}
