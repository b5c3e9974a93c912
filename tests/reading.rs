//! What scenario files mean once they are read, and what is doubtful about them.

use ounce::sample::{Design, DesignKind, Environment, check_ranges, sample};
use ounce::scenario::checked::{Origin, Parties, PartyKind, Payer, Purchase, Scenario, Terms};
use ounce::scenario::sources::Sources;
use ounce::scenario::{self, Loaded};

const SMALL: &str = r#"ounce = 1
title = { en = "Small", nl = "Klein" }
[time]
start = 2026
years = 4
[valuation]
price_year = 2022
cpi = "cpi"
inflation = "rise"
discount = { costs = 0.03, effects = 0.015 }
[tables.cpi]
keys = ["year"]
kind = "index"
assumption = "a"
rows = { "2020" = 100, "2021" = 110, "2022" = 121 }
[population.groups.women]
age = 70
sex = "female"
persons = 1000
[parameters]
rise = { value = 0.02, assumption = "a" }
[models.falls]
assumption = "a"
[models.falls.states.home]
start = 1
[models.falls.states.nursing_home]
[models.falls.events.fall]
in = ["home"]
rate = 0.4
[models.falls.events.admitted]
of = "fall"
share = 0.01
moves_to = "nursing_home"
[budgets.zvw]
kind = "insurance"
[strategies.usual_care]
"#;

/// Population that is taken as it is, a programme of two steps, an insurer and an arrangement.
const PROGRAMME: &str = r#"
[effects.course]
on = "falls.fall"
rate_ratio = { value = 0.8, assumption = "a" }
lasts = { full = { value = 1, assumption = "a" } }
[programmes.chain]
model = "falls"
eligible = "age >= 65"
enrol = { years = "2026-2027", share = 0.2 }
[programmes.chain.cascade.check]
of = "invited"
share = { value = 0.5, assumption = "a" }
effects = ["course"]
[programmes.chain.cascade.course]
of = "check"
share = { value = 0.5, assumption = "a" }
after = 1
[programmes.chain.cascade.drop_out]
of = "course"
share = { value = 0.1, assumption = "a" }
effects = []
[strategies.chain]
programmes = ["chain"]
[parties.zilver]
kind = "insurer"
market_share = { value = 0.4, assumption = "a" }
leaving_rate = { value = 0, assumption = "a" }
[parties.town]
kind = "municipality"
[parties.families]
kind = "household"
[arrangements.today]
purchase = "region"
insurer = "zilver"
[arrangements.today.clauses.own_payment]
type = "copayment"
to = "provider"
step = "chain.course"
price = { value = 20, nominal = true }
"#;

fn read(text: &str) -> Loaded {
    let mut sources = Sources::new();
    scenario::read_text("test.toml", text, &[], &mut sources)
        .unwrap_or_else(|messages| panic!("{}", messages.render(&sources, false)))
}

fn with(more: &str) -> Scenario {
    read(&format!("{SMALL}{more}")).scenario
}

fn programme(changes: &[(&str, &str)]) -> Loaded {
    let text = format!(
        "{}{PROGRAMME}",
        SMALL.replace("[population.groups", "[population]\nclosed = true\n[population.groups")
    );
    read(&changes.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "the scenario does not hold {from:?}");
        text.replacen(from, to, 1)
    }))
}

/// The value of a parameter in the base case.
fn base(scenario: &Scenario, name: &str) -> f64 {
    let index = scenario.parameters.list.iter().position(|parameter| parameter.name == name);
    let environment = Environment::base(scenario).unwrap();
    environment.parameters[index.unwrap_or_else(|| panic!("no parameter `{name}`"))][0]
}

fn warnings(loaded: &Loaded) -> Vec<&str> {
    loaded.warnings.iter().map(|message| message.title.as_str()).collect()
}

// Parameters

#[test]
fn formulas_may_use_parameters_that_are_written_later() {
    let scenario = with(
        "[parameters.b]\nvalue = \"2 * c\"\n[parameters.c]\nvalue = \"d + 1\"\n[parameters.d]\nvalue = 3\nassumption = \"a\"\n",
    );
    assert_eq!(base(&scenario, "b"), 8.0);
}

#[test]
fn a_formula_may_look_up_a_table_whose_rows_are_formulas_of_parameters() {
    let scenario = with(
        "[tables.steps]\nkeys = [\"age\"]\nkind = \"rate\"\nassumption = \"a\"\nrows = { \"60-69\" = 1, \"70+\" = \"2 * rise\" }\n\
         [parameters.at_70]\nvalue = \"steps(70) + 1\"\n",
    );
    assert!((base(&scenario, "at_70") - 1.04).abs() < 1e-15);
    assert!((base(&scenario, "tables.steps.rows.70+") - 0.04).abs() < 1e-15);
}

#[test]
fn components_of_a_dirichlet_are_parameters_whose_stated_values_sum_to_one() {
    let scenario = with(
        "[parameters.way]\ndist = \"dirichlet\"\ncomponents = { course = 70, otago = 20, none = 10 }\nassumption = \"a\"\n\
              [parameters.most]\nvalue = \"way.course + way.otago\"\n",
    );
    assert_eq!(base(&scenario, "way.course"), 0.7);
    assert!((base(&scenario, "most") - 0.9).abs() < 1e-15);
    assert_eq!(scenario.parameters.columns.len(), 3);
}

#[test]
fn amounts_are_moved_to_the_price_year() {
    let scenario = with(
        "[parameters.price]\nvalue = 100\nprice_year = 2020\nassumption = \"a\"\n\
         [parameters.later]\nvalue = 100\nprice_year = 2024\nassumption = \"a\"\n\
         [parameters.double]\nvalue = \"2 * price\"\n",
    );
    // 121 / 100, and 1 / 1.02^2 with inflation after the table.
    assert!((base(&scenario, "price") - 121.0).abs() < 1e-12);
    assert!((base(&scenario, "later") - 100.0 / 1.0404).abs() < 1e-12);
    assert!((base(&scenario, "double") - 242.0).abs() < 1e-12, "a formula of amounts is not moved again");
}

#[test]
fn an_uncertain_number_anywhere_is_a_parameter_called_by_its_path() {
    let scenario = with(
        "[unit_costs.fall]\non = \"falls.fall\"\nbudget = \"zvw\"\n\
         value = { value = 300, se = 20, dist = \"gamma\", price_year = 2021, assumption = \"a\" }\n",
    );
    assert!((base(&scenario, "unit_costs.fall.value") - 330.0).abs() < 1e-12);
    let drawn = scenario.parameters.columns[0];
    assert_eq!(scenario.parameters.list[drawn].name, "unit_costs.fall.value");
    assert!(matches!(scenario.parameters.list[drawn].origin, Origin::Drawn { stated: 300.0 }));
    let input = scenario.inputs.iter().find(|input| input.path == "unit_costs.fall.value").unwrap();
    // shape = (300 / 20)^2, scale = 20^2 / 300
    assert_eq!(input.distribution, "gamma(shape 225, scale 1.33333)");
}

#[test]
fn percentages_are_numbers_and_set_values_too() {
    let mut sources = Sources::new();
    let set = [("rise".to_owned(), "3%".to_owned())];
    let loaded = scenario::read_text("test.toml", SMALL, &set, &mut sources).unwrap();
    assert_eq!(base(&loaded.scenario, "rise"), 0.03);
}

// Programmes

#[test]
fn a_step_without_effects_of_its_own_goes_on_with_those_of_the_step_above() {
    let scenario = programme(&[]).scenario;
    let steps = &scenario.programmes[0].steps;
    let found: Vec<_> = steps
        .iter()
        .map(|step| (step.id.as_str(), step.effects.len(), step.effects_from, step.after))
        .collect();
    // Two cycles a year; the clock of the course's effects is that of the check; an empty list ends them.
    assert_eq!(found, [("check", 1, 0, 0), ("course", 1, 0, 2), ("drop_out", 0, 2, 2)]);
}

#[test]
fn enrolment_is_on_the_boundary_in_the_middle_of_the_year() {
    let scenario = programme(&[]).scenario;
    assert_eq!(
        (scenario.programmes[0].enrol.years.as_slice(), scenario.programmes[0].enrol.cycle_in_year),
        (&[0, 1][..], 1)
    );
    let monthly = programme(&[("years = 4\n", "years = 4\ncycle = \"month\"\n")]).scenario;
    assert_eq!(monthly.programmes[0].enrol.cycle_in_year, 6);
}

#[test]
fn the_comparator_is_the_first_strategy_without_anything() {
    let scenario = programme(&[(
        "[strategies.usual_care]",
        "[strategies.zero]\nset = { rise = 0 }\n[strategies.usual_care]",
    )])
    .scenario;
    assert_eq!(scenario.strategies[scenario.comparator].id, "usual_care");
    assert_eq!(scenario.variants[0].id, "main");
}

// Parties and contracts

#[test]
fn some_parties_are_always_there_and_may_get_another_name() {
    let scenario = programme(&[(
        "[parties.town]",
        "[parties.provider]\nkind = \"provider\"\nname = \"Thuiszorg\"\n[parties.town]",
    )])
    .scenario;
    let list = &scenario.parties.list;
    let ids: Vec<&str> = list.iter().map(|party| party.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "others",
            "other_insurers",
            "equalisation_fund",
            "outside",
            "provider",
            "zilver",
            "town",
            "families"
        ]
    );
    assert_eq!(
        (list[Parties::PROVIDER].name.en.as_str(), list[Parties::PROVIDER].kind),
        ("Thuiszorg", PartyKind::Provider)
    );
}

#[test]
fn a_copayment_is_paid_by_the_household_and_may_be_nominal() {
    let scenario = programme(&[]).scenario;
    let arrangement = &scenario.arrangements[0];
    assert_eq!(arrangement.purchase, Purchase::Region { insurer: 0 });
    let clause = &arrangement.clauses[0];
    assert_eq!((clause.from, clause.to), (Payer::Party(7), Payer::Party(Parties::PROVIDER)));
    assert!(clause.nominal && matches!(clause.terms, Terms::Copayment { .. }));
}

// What is doubtful

#[test]
fn a_number_without_source_or_assumption_is_doubtful() {
    let loaded = read(&SMALL.replace("[models.falls]\nassumption = \"a\"\n", ""));
    let titles = warnings(&loaded);
    assert!(
        titles.contains(&"`models.falls.events.fall.rate` has neither a source nor an assumption"),
        "{titles:?}"
    );
    assert!(
        !titles.iter().any(|title| title.contains("start")),
        "a share of 1 only says how the model is built: {titles:?}"
    );
    assert_eq!(warnings(&read(SMALL)), [""; 0]);
}

#[test]
fn every_boundary_is_doubtful() {
    let loaded = read(&SMALL.replace("years = 4\n", "years = 4\nwithin_cycle = \"every-boundary\"\n"));
    assert_eq!(warnings(&loaded), ["every-boundary counts one cycle too many"]);
}

#[test]
fn a_large_chance_to_leave_a_state_in_a_cycle_is_doubtful() {
    // 0.8 falls a year, every one of them a move: 0.4 in half a year.
    let loaded = read(&SMALL.replace("rate = 0.4", "rate = 0.8").replace("share = 0.01", "share = 1"));
    assert_eq!(
        warnings(&loaded),
        ["the rate of leaving `falls.home` for another state in a cycle is 0.4, more than 0.3"]
    );
}

#[test]
fn one_leaving_rate_for_all_ages_is_doubtful_for_older_people() {
    let loaded = programme(&[("leaving_rate = { value = 0,", "leaving_rate = { value = 0.07,")]);
    assert_eq!(
        warnings(&loaded),
        ["one leaving rate of `zilver` for all ages, and everybody eligible is 65 or over"]
    );
    let loaded = programme(&[
        ("leaving_rate = { value = 0,", "leaving_rate = { value = 0.07,"),
        ("age >= 65", "age >= 18"),
    ]);
    assert_eq!(warnings(&loaded), [""; 0]);
}

#[test]
fn fewer_events_and_better_quality_of_life_may_be_the_same_gain() {
    let better = "[effects.better]\non = \"falls.home.utility\"\ndifference = { value = 0.01, assumption = \"a\" }\nlasts = \"always\"\n[effects.course]";
    let loaded = programme(&[
        ("[effects.course]", better),
        ("effects = [\"course\"]", "effects = [\"course\", \"better\"]"),
    ]);
    assert_eq!(warnings(&loaded), ["`chain` acts both on events and on quality of life"]);
    // A contact with care that costs no health and leads nowhere has no gain to count twice.
    let loaded = programme(&[
        ("[effects.course]", better),
        ("effects = [\"course\"]", "effects = [\"course\", \"better\"]"),
        ("moves_to = \"nursing_home\"\n", ""),
    ]);
    assert_eq!(warnings(&loaded), [""; 0]);
}

#[test]
fn a_consequence_that_would_follow_more_than_every_event_brings_a_warning() {
    // 60% of falls end in admission; falls × 0.5 and admissions × 0.9 would be 0.6 · 0.9 / 0.5 = 1.08 of the falls left.
    let effect = |ratio: &str| {
        format!(
            "[effects.fewer_admissions]\non = \"falls.admitted\"\nrate_ratio = {{ value = {ratio}, assumption = \"a\" }}\n\
             lasts = \"always\"\n[effects.course]"
        )
    };
    let with = |ratio: &str| {
        programme(&[
            ("share = 0.01", "share = { value = 0.6, assumption = \"a\" }"),
            ("value = 0.8", "value = 0.5"),
            ("effects = [\"course\"]", "effects = [\"course\", \"fewer_admissions\"]"),
            ("[effects.course]", &effect(ratio)),
        ])
    };
    let loaded = with("0.9");
    let expected = "the share of events `fall` with the consequence `admitted` after the effects of `check` is 1.08 in the \
                    base case, more than all";
    assert!(warnings(&loaded).contains(&expected), "{:?}", warnings(&loaded));
    // With the same ratio for both nothing changes in the share.
    let same = with("0.5");
    assert!(!warnings(&same).iter().any(|title| title.contains("more than all")));
}

#[test]
fn shared_savings_warn_of_thresholds_and_of_sharing_more_than_is_kept() {
    let clause = "[arrangements.today.clauses.share]\ntype = \"shared-savings\"\nfrom = \"insurers\"\nto = \"town\"\n\
                  benchmark = \"forecast\"\nmeasures = \"claims\"\nshare = 0.6\nminimum_savings_rate = 0.02\n\
                  [arrangements.today.clauses.own_payment]";
    let changes = [
        ("[arrangements.today.clauses.own_payment]", clause),
        ("kind = \"insurance\"", "kind = \"insurance\"\ncashable = { value = 0.5, assumption = \"a\" }"),
    ];
    let loaded = programme(&changes);
    let titles = warnings(&loaded);
    assert!(titles.contains(&"the engine \"expected\" ignores chance at a threshold"), "{titles:?}");
    assert!(
        titles.contains(&"the payer passes on 0.6 of each euro of claims saved and keeps less"),
        "{titles:?}"
    );
}

// All draws

#[test]
fn shares_are_checked_in_every_draw_and_the_draw_is_named() {
    // Two steps of the same step: 0.5 + a normal around 0.45 with sd 0.05 is above 1 in one draw of six.
    let loaded = programme(&[
        (
            "share = { value = 0.5, assumption = \"a\" }\nafter",
            "share = { value = 0.45, sd = 0.05, dist = \"normal\", assumption = \"a\" }\nafter",
        ),
        (
            "of = \"course\"\nshare = { value = 0.1, assumption = \"a\" }",
            "of = \"check\"\nshare = { value = 0.5, assumption = \"a\" }",
        ),
    ]);
    let design = Design { kind: DesignKind::Sobol, draws: 64, seed: 1 };
    let draws = sample(&loaded.scenario.parameters.plan, &design).unwrap();
    let found = check_ranges(&loaded.scenario, &draws).unwrap();
    let titles: Vec<&str> = found.iter().map(|message| message.title.as_str()).collect();
    assert_eq!(titles.len(), 1, "{titles:?}");
    assert!(
        titles[0].starts_with("the shares of the steps of `check` in `chain` sum to 1.")
            && titles[0].contains("in draw ")
    );
}

#[test]
fn a_scenario_that_holds_in_every_draw_has_nothing_said_about_it() {
    let loaded = programme(&[(
        "rate_ratio = { value = 0.8,",
        "rate_ratio = { value = 0.8, ci95 = [0.7, 0.9], dist = \"lognormal\",",
    )]);
    let draws =
        sample(&loaded.scenario.parameters.plan, &Design { kind: DesignKind::Sobol, draws: 64, seed: 1 })
            .unwrap();
    assert!(check_ranges(&loaded.scenario, &draws).unwrap().is_empty());
}

// Whatever is written, reading ends with an answer.

mod any_text {
    use super::{PROGRAMME, SMALL};
    use ounce::scenario::{self, sources::Sources};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn a_damaged_scenario_is_read_or_refused_but_never_breaks_the_reader(
            cut in 0.0..1.0_f64, length in 0_usize..60, put in prop::sample::select(vec![
                "", "0", "-1", "\"x\"", "\"1 / 0\"", "{}", "[]", "true", "9e307", "\n[parameters]\n", "\"age\"", "{ value = 1, sd = 2 }",
            ]),
        ) {
            let text = format!("{SMALL}{PROGRAMME}");
            let start = (cut * text.len() as f64) as usize;
            let end = (start + length).min(text.len());
            let damaged = format!("{}{put}{}", &text[..start], &text[end..]);
            let mut sources = Sources::new();
            if let Err(messages) = scenario::read_text("test.toml", &damaged, &[], &mut sources) {
                prop_assert!(messages.has_errors());
                prop_assert!(!messages.render(&sources, false).is_empty());
            }
        }
    }
}
