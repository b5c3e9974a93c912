use super::*;
use crate::scenario::checked::Parties;
use crate::settle::testing::{self, FIRST_PARTY, lump_sum};

/// A town and an insurer with names in two languages, and one clause.
fn region() -> Scenario {
    let mut scenario = testing::scenario()
        .budget("wmo", false)
        .party("town", &[(0, 1.0)])
        .programme("chain", &["course"], &[])
        .clause(lump_sum("1"))
        .build();
    let named = |en: &str, nl: &str| Localised { en: en.to_owned(), nl: nl.to_owned() };
    scenario.parties.list[FIRST_PARTY].name = named("Municipality", "Gemeente");
    scenario.parties.list[Parties::PROVIDER].name = named("Provider", "Aanbieder");
    scenario.budgets[0].name = named("Social support", "Wmo");
    scenario.arrangements[0].name = named("Shared purse", "Gedeelde beurs");
    scenario.arrangements[0].clauses[0].name = named("Who pays", "Wie betaalt");
    scenario
}

const CLAUSE: ClauseOf = ClauseOf { arrangement: 0, clause: 0 };

fn alone(members: Vec<Payer>, paying: bool, grant: f64) -> Warning {
    Warning::BetterAlone {
        strategy: testing::STRATEGY,
        clause: CLAUSE,
        members,
        paying,
        by: 328_099.0,
        grant,
    }
}

fn told(warning: &Warning) -> Told {
    Told::of_contract(&region(), warning)
}

#[test]
fn who_pays_more_than_it_saves_reads_so_by_name_and_in_euros_of_the_language() {
    let told = told(&alone(vec![Payer::Party(FIRST_PARTY), Payer::Insurers], false, 50_000.0));
    assert_eq!(
        told.words.en,
        "Shared purse: Who pays: Municipality and health insurers together would pay €328,000 more than they save (expected, \
         all years together). No shares satisfy everybody unless €50,000 comes from outside."
    );
    assert_eq!(
        told.words.nl,
        "Gedeelde beurs: Wie betaalt: Gemeente en zorgverzekeraars betalen samen € 328.000 meer dan ze besparen (naar \
         verwachting, alle jaren samen). Geen verdeling stelt iedereen tevreden zonder € 50.000 van buiten."
    );
}

#[test]
fn one_party_is_spoken_of_as_one() {
    let told = [false, true].map(|paying| told(&alone(vec![Payer::Party(FIRST_PARTY)], paying, 0.0)));
    let nl = told.map(|told| told.words.nl);
    assert!(nl[0].contains("Gemeente betaalt € 328.000 meer dan die bespaart"), "{nl:?}");
    assert!(nl[1].contains("Gemeente zou € 328.000 beter af zijn"), "{nl:?}");
}

#[test]
fn programs_read_identifiers_and_whole_euros() {
    let told = told(&alone(vec![Payer::Party(FIRST_PARTY), Payer::Insurers], true, 0.0));
    assert_eq!(
        told.text,
        "clause `clause0`: `town` and `insurers` would be better off by EUR 328099 paying without the others, in expected \
         present value"
    );
}

#[test]
fn no_warning_for_readers_holds_an_identifier_in_back_quotes() {
    let strategy = testing::STRATEGY;
    let all = [
        Warning::WithoutDraws,
        Warning::NobodySaves { strategy, clause: CLAUSE },
        alone(vec![Payer::Party(FIRST_PARTY)], true, 1.0),
        Warning::ChanceIgnored { clause: CLAUSE, result: Some("falls".to_owned()) },
        Warning::HoldsNothing { clause: CLAUSE, budget: 0 },
        Warning::RiskWithoutChance { arrangement: 0, party: Parties::PROVIDER },
        Warning::TakesNoPart { arrangement: 0, party: Parties::PROVIDER },
        Warning::NotDelivered {
            strategy,
            arrangement: 0,
            party: Parties::PROVIDER,
            expected: 1.0,
            premium: 2.0,
        },
    ];
    for warning in &all {
        let Told { words, .. } = told(warning);
        assert!(!words.en.contains(['`', '{']) && !words.nl.contains(['`', '{']), "{words:?}");
        assert_ne!(words.en, words.nl);
    }
}

#[test]
fn the_strategy_is_named_where_there_are_several() {
    let mut scenario = region();
    let warning = Warning::NobodySaves { strategy: testing::STRATEGY, clause: CLAUSE };
    let said = |scenario: &Scenario| Told::of_contract(scenario, &warning).words.en;
    assert!(said(&scenario).starts_with("Shared purse: Who pays: "), "{}", said(&scenario));
    let mut other = scenario.strategies[testing::STRATEGY].clone();
    other.id = "other".to_owned();
    scenario.strategies.push(other);
    scenario.strategies[testing::STRATEGY].name = Localised::same("Falls course");
    assert!(said(&scenario).starts_with("Falls course, Shared purse: Who pays: "), "{}", said(&scenario));
}

#[test]
fn the_same_warning_of_two_settlements_is_told_once() {
    let warning = Warning::HoldsNothing { clause: CLAUSE, budget: 0 };
    let twice = [told(&warning), told(&Warning::WithoutDraws), told(&warning)];
    assert_eq!(Told::once(twice.into_iter()).len(), 2);
}
