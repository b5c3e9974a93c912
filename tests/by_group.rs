//! Results by group of people: sums of what happens to people of each sort.

mod common;

use common::{assert_amount, scenario};
use ounce::analyse::goals::{GoalInMix, design_of_groups, goals, in_mix};
use ounce::formula::LANES;
use ounce::scenario::checked::{Engine, Scenario};
use ounce::value::by_group::{Figure, Groups, Side, Yearly};
use ounce::value::flows::{Flows, ItemKind, Valued};
use ounce::value::{Extent, value};

/// Two towns of 70 and 80-year-olds; the programme reaches low incomes less, and falls of the old are more and dearer.
fn towns(more: &str) -> String {
    r#"
ounce = 1
title = "two towns"
time = { start = 2026, years = 4, cycle = "half-year" }
uncertainty = { draws = 21, seed = 1, design = "random" }
valuation = { discount = { costs = 0.03, effects = 0.015 }, willingness_to_pay = [20000] }
results = { by = ["town", "income", "sex"] }
budgets = { care = {}, help = {} }
[population]
closed = true
[population.groups]
a70 = { age = 70, sex = "male", persons = 300, labels = { town = "A", income = "low" } }
a70_high = { age = 70, sex = "male", persons = 100, labels = { town = "A", income = "high" } }
a80 = { age = 80, sex = "female", persons = 50, labels = { town = "A", income = "high" } }
b70 = { age = 70, sex = "male", persons = 200, labels = { town = "B", income = "high" } }
b80 = { age = 80, sex = "female", persons = 150, labels = { town = "B", income = "low" } }
[population.classes.risk.values]
low = { share = 0.7 }
high = { share = "if(income == 'low', 0.3, 0.3)", relative_rates = { "m.fall" = 3 } }
[models.m]
mortality = { rate = "0.03 * exp(0.1 * (age - 70))" }
[models.m.states]
home = { start = 1, utility = "0.9 - 0.005 * (age - 70)" }
dead = { start = 0, alive = false }
[models.m.events]
fall = { in = ["home"], rate = "falls * if(age >= 80, 2, 1)", qaly_loss = 0.01 }
fracture = { of = "fall", share = 0.05 }
[unit_costs]
fracture = { on = "m.fracture", value = "price * (1 + 0.1 * (age - 70))", budget = "care" }
day = { on = "life-year", value = 100, budget = "help" }
[effects]
fewer = { on = "m.fall", rate_ratio = "ratio", lasts = { full = 1, fade = 2 } }
better = { on = "m.home.utility", difference = 0.01, lasts = { full = 1, fade = 1 } }
[programmes.course]
model = "m"
eligible = "state == 'home'"
enrol = { years = "2026-2027", share = 0.4 }
reach = "if(income == 'low', 0.5, 1)"
fixed.coordinator = { value = 1000 }
[programmes.course.cascade]
test = { of = "invited", share = 0.5, costs = { test = 20 } }
course = { of = "test", share = "if(risk == 'high', 0.8, 0.2)", after = 0.5, costs = { course = 200 }, effects = ["fewer", "better"] }
[outcomes.hours]
unit = "hours"
per = { "m.fracture" = "2 + 0.1 * age", "m.home" = 1 }
[goals]
falls = { measure = "m.fall", change = "-2%", by = 2027 }
fractures = { measure = "m.fracture", change = "-1%", by = 2028 }
hours = { measure = "hours", change = "1%", by = 2027 }
health = { measure = "qaly", change = "0.1%", by = 2026 }
deaths = { measure = "deaths", change = "-1%", by = 2029 }
[strategies]
usual_care = {}
course = { programmes = ["course"] }
[parameters]
falls = { dist = "gamma", value = 0.5, sd = 0.1, assumption = "test" }
ratio = { dist = "lognormal", value = 0.7, ci95 = [0.6, 0.8], assumption = "test" }
price = { dist = "gamma", value = 5000, sd = 1000, assumption = "test" }
"#
    .to_owned()
        + more
}

fn run(scenario: &Scenario) -> Valued {
    value(scenario, Extent::Draws, &|| ()).unwrap_or_else(|error| panic!("{error}"))
}

fn groups(valued: &Valued) -> &Groups {
    valued.groups.as_ref().expect("the scenario asks for groups")
}

/// A figure of a group: base case, then draws.
fn amounts(groups: &Groups, by: usize, name: &str, side: Side, figure: Figure) -> Vec<f64> {
    let group = groups.list.iter().find(|group| group.by == by && group.value == name).expect("a group");
    let (base, draws) = groups.amounts(group.mix, side, figure);
    std::iter::once(base).chain(draws).map(|amount| amount * group.size).collect()
}

/// The same figure of everybody, from the flows: level of the comparator, and change.
fn whole(flows: &Flows, side: Side, figure: Figure) -> [f64; LANES] {
    let level = side == Side::Comparator;
    let of_items = |fixed: bool| {
        let items = flows.shape.items.iter().zip(&flows.programme_costs_present);
        let own = items.filter(|(item, _)| matches!(item.kind, ItemKind::Fixed(_)) == fixed);
        own.fold(ounce::formula::Lane::ZERO, |sum, (_, &cost)| sum + cost)
    };
    let pick = |grid: [&ounce::value::flows::Grid; 2], row: usize| grid[usize::from(!level)].total(row);
    let health = if level { flows.health_level_present } else { flows.health_increment_present };
    match figure {
        Figure::Count(row) => pick([&flows.count_level, &flows.count_increment], row),
        Figure::Outcome(row) => pick([&flows.outcome_level, &flows.outcome_increment], row),
        Figure::LifeYears => pick([&flows.health_level, &flows.health_increment], Flows::LIFE_YEARS),
        Figure::Qalys => pick([&flows.health_level, &flows.health_increment], Flows::QALYS),
        Figure::LifeYearsPresent => health[Flows::LIFE_YEARS],
        Figure::QalysPresent => health[Flows::QALYS],
        Figure::Budget(budget) => {
            let lines = if level { &flows.level_present } else { &flows.increment_present };
            let own = flows.shape.lines.iter().zip(lines).filter(|(line, _)| line.budget == budget);
            own.fold(ounce::formula::Lane::ZERO, |sum, (_, &cost)| sum + cost)
        }
        Figure::Reached(_) | Figure::StepCosts | Figure::FixedCosts if level => ounce::formula::Lane::ZERO,
        Figure::Reached(row) => flows.reached.total(row),
        Figure::StepCosts => of_items(false),
        Figure::FixedCosts => of_items(true),
        Figure::InYear(of, year) => {
            let (grid, row) = match of {
                Yearly::Count(row) => ([&flows.count_level, &flows.count_increment], row),
                Yearly::Outcome(row) => ([&flows.outcome_level, &flows.outcome_increment], row),
                Yearly::Qalys => ([&flows.health_level, &flows.health_increment], Flows::QALYS),
            };
            grid[usize::from(!level)].row(row)[year]
        }
    }
    .0
}

/// Asserts that the groups of each label sum to the flows of the run, in the base case and every draw.
fn assert_sums(scenario: &Scenario) {
    let valued = run(scenario);
    let groups = groups(&valued);
    assert_eq!(groups.draws, 21);
    let mut some = 0;
    for by in 0..scenario.results.by.len() {
        let own: Vec<_> = groups.list.iter().filter(|group| group.by == by).collect();
        assert!(own.len() > 1, "several groups");
        for delivery in 0..groups.strategies.len() {
            for side in [Side::Comparator, Side::Strategy(delivery)] {
                for &figure in &groups.figures {
                    let mut expected = vec![whole(&valued.variants[0].base[delivery], side, figure)[0]];
                    let blocks = valued.variants[0].blocks.iter();
                    expected.extend(blocks.flat_map(|block| whole(&block[delivery], side, figure)));
                    expected.truncate(22);
                    for (draw, &want) in expected.iter().enumerate() {
                        let parts = own.iter().map(|g| amounts(groups, by, &g.value, side, figure)[draw]);
                        let sum: f64 = parts.sum();
                        let level = whole(&valued.variants[0].base[delivery], Side::Comparator, figure)[0];
                        let size = want.abs().max(level.abs());
                        assert!((sum - want).abs() <= 1e-9 * size, "{side:?} {figure:?}: {sum}, not {want}");
                        some += usize::from(want != 0.0);
                    }
                }
            }
        }
    }
    assert!(some > 1000, "amounts that are not nothing: {some}");
}

#[test]
fn groups_sum_to_the_total() {
    assert_sums(&scenario(&towns("")));
}

#[test]
fn groups_of_a_strategy_that_sets_parameters_sum_to_the_total() {
    let more = "[strategies.safe_homes]\nset = { falls = \"0.8 * falls\", price = 4000 }\n\
                [strategies.both]\nset = { falls = \"0.8 * falls\" }\nprogrammes = [\"course\"]\n";
    assert_sums(&scenario(&(towns("") + more)));
}

#[test]
fn a_town_alone_has_what_its_row_says() {
    // Nothing couples the towns: shares are invited, nothing has a capacity. Reach is relative within the whole, so it is
    // left out here; and fixed costs are one town's alone.
    let text = towns("")
        .replace("reach = \"if(income == 'low', 0.5, 1)\"", "")
        .replace("fixed.coordinator = { value = 1000 }", "");
    let all = scenario(&text);
    let valued = run(&all);
    for town in ["A", "B"] {
        let mut alone = all.clone();
        alone.keep("town", town).unwrap_or_else(|problem| panic!("{problem:?}"));
        let one = run(&alone);
        for side in [Side::Comparator, Side::Strategy(0)] {
            for &figure in &groups(&valued).figures {
                let row = amounts(groups(&valued), 0, town, side, figure);
                let mut expected = vec![whole(&one.variants[0].base[0], side, figure)[0]];
                expected.extend(one.variants[0].blocks.iter().flat_map(|b| whole(&b[0], side, figure)));
                for (draw, (&row, &want)) in row.iter().zip(&expected).enumerate() {
                    let level = whole(&one.variants[0].base[0], Side::Comparator, figure)[0].abs();
                    let size = want.abs().max(level);
                    assert!(
                        (row - want).abs() <= 1e-9 * size,
                        "{town} {side:?} {figure:?} {draw}: {row}, {want}"
                    );
                }
            }
        }
    }
}

#[test]
fn people_of_a_group_count_in_proportion_to_whom_it_is_made_of() {
    // Half of A's 40 and all of B's 60 do not differ in anything that a formula uses: all fall once in the year; a quarter
    // of everybody takes the course. A: 40 falls, 10 people, half of them never fall: 5 falls fewer in the half year left.
    let text = common::men(1, "half-year")
        + common::HALVED_FALLS.replace("share = 1, at = \"start-of-year\"", "share = 0.25").as_str();
    let text = text
        .replace("[population.groups.men]\nage = 70\nsex = \"male\"\npersons = 100\n", "")
        .replace("closed = true", "closed = true\nfile = \"tests/data/two_towns.csv\"")
        + "[results]\nby = [\"town\"]\n";
    let valued = run(&scenario(&text));
    let groups = groups(&valued);
    let falls = Figure::Count(0);
    assert_amount(amounts(groups, 0, "A", Side::Comparator, falls)[0], 40.0);
    assert_amount(amounts(groups, 0, "B", Side::Comparator, falls)[0], 60.0);
    assert_amount(amounts(groups, 0, "A", Side::Strategy(0), Figure::Reached(0))[0], 10.0);
    assert_amount(amounts(groups, 0, "A", Side::Strategy(0), falls)[0], -2.5);
    assert_amount(amounts(groups, 0, "B", Side::Strategy(0), falls)[0], -3.75);
    assert_eq!((groups.list[0].mix, groups.list[1].mix), (0, 0), "towns of one make are added up once");
    assert_amount(groups.list[1].size, 1.5);
}

#[test]
fn groups_are_of_expected_numbers_whatever_the_engine() {
    let expected = run(&scenario(&towns("")));
    for engine in [Engine::Counts, Engine::Individual] {
        let mut other = scenario(&towns(""));
        other.uncertainty.engine = engine;
        other.uncertainty.replicates = 2;
        let other = run(&other);
        for side in [Side::Comparator, Side::Strategy(0)] {
            for &figure in &groups(&expected).figures {
                let of = |valued| amounts(groups(valued), 0, "A", side, figure);
                assert_eq!(of(&expected), of(&other), "{figure:?}");
            }
        }
    }
}

#[test]
fn asking_for_groups_changes_no_bit_of_the_run_and_threads_none_of_the_groups() {
    let asked = scenario(&towns(""));
    let mut plain = asked.clone();
    plain.results.by.clear();
    let bits = |valued: &Valued| -> Vec<u64> {
        let blocks = valued.variants[0].blocks.iter().flatten();
        blocks.flat_map(|flows| flows.count_increment.total(0).0).map(f64::to_bits).collect()
    };
    assert_eq!(bits(&run(&asked)), bits(&run(&plain)));
    let of = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of threads");
        let valued = pool.install(|| run(&asked));
        let groups = groups(&valued);
        let amounts = groups.figures.iter().map(|&f| amounts(groups, 1, "low", Side::Strategy(0), f));
        amounts.flatten().map(f64::to_bits).collect::<Vec<_>>()
    };
    let one = of(1);
    assert!(one == of(2) && one == of(7));
}

#[test]
fn a_label_that_is_none_is_told_with_the_nearest() {
    let mut sources = ounce::scenario::sources::Sources::default();
    for (by, told) in [("twon", "town"), ("risk", "a risk class")] {
        let text = towns("").replace("\"town\", \"income\", \"sex\"", &format!("\"{by}\""));
        let problems = ounce::scenario::read_text("towns.toml", &text, &[], &mut sources).unwrap_err();
        let told_of = problems.render(&sources, false);
        assert!(told_of.contains(&format!("`{by}`")) && told_of.contains(told), "{told_of}");
    }
}

/// Towns that nothing couples: invitations are shares and no cost is of all together.
fn uncoupled(more: &str) -> String {
    towns(more)
        .replace("reach = \"if(income == 'low', 0.5, 1)\"", "")
        .replace("fixed.coordinator = { value = 1000 }", "")
}

fn same(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(1e-3)
}

#[test]
fn a_goal_for_a_town_is_that_of_the_town_run_alone_and_of_a_goal_about_that_town() {
    let about = "[goals.hours_of_the_poor_in_b]\nmeasure = \"hours\"\nchange = \"1%\"\nby = 2027\n\
                 group = { town = \"B\", income = \"low\" }\n";
    let all = scenario(&uncoupled(about));
    let valued = run(&all);
    let of_groups = groups(&valued);
    let mut towns = 0;
    for town in ["A", "B"] {
        let mut alone = all.clone();
        alone.keep("town", town).unwrap_or_else(|problem| panic!("{problem:?}"));
        let one = goals(&alone, &run(&alone), 0);
        let group = of_groups.list.iter().find(|group| group.value == town).expect("the town");
        for goal in 0..5 {
            let of: Vec<GoalInMix> =
                in_mix(&all, &valued, of_groups, (goal, group.mix), design_of_groups(&valued, of_groups));
            let run_alone = one.iter().find(|result| result.goal == goal).expect("the goal");
            assert!(same(of[0].change.base, run_alone.change.base), "{town} {goal}");
            assert!(same(of[0].change.expected(), run_alone.change.expected()), "{town} {goal}");
            assert_eq!(of[0].probability, run_alone.probability, "{town} {goal}");
            towns += 1;
        }
    }
    assert_eq!(towns, 10);
    // The poor of B are those of 80 there.
    let mut alone = all.clone();
    alone.keep("town", "B").and_then(|()| alone.keep("income", "low")).expect("people of 80");
    let found = goals(&all, &valued, 0);
    let about = found.iter().find(|result| result.goal == 5).expect("the goal about some");
    let alone = goals(&alone, &run(&alone), 0);
    let expected = alone.iter().find(|result| result.goal == 2).expect("hours of those");
    assert!(same(about.change.base, expected.change.base), "{about:?} {expected:?}");
    assert!(same(about.change.expected(), expected.change.expected()));
    let all = found.iter().find(|result| result.goal == 2).expect("hours of all");
    assert!(!same(about.change.base, all.change.base), "the poor of B differ from everybody");
}

#[test]
fn a_goal_about_some_people_needs_no_results_by_group() {
    let group = "group = { town = \"B\" }\n";
    let about = format!("[goals.in_b]\nmeasure = \"m.fall\"\nchange = \"-2%\"\nby = 2027\n{group}");
    let asked = scenario(&towns(&about));
    let plain = scenario(&towns(&about).replace("results = { by = [\"town\", \"income\", \"sex\"] }", ""));
    let (asked, plain) = (goals(&asked, &run(&asked), 0), goals(&plain, &run(&plain), 0));
    assert_eq!(asked.last().map(|result| result.goal), Some(5));
    assert_eq!(asked, plain);
}

#[test]
fn a_goal_about_nobody_is_told_with_the_nearest() {
    let mut sources = ounce::scenario::sources::Sources::default();
    for (group, told) in [("twon = \"B\"", "`town`"), ("town = \"Bb\"", "`B`"), ("risk = \"low\"", "`risk`")]
    {
        let about =
            format!("[goals.x]\nmeasure = \"m.fall\"\nchange = 0\nby = 2027\ngroup = {{ {group} }}\n");
        let problems =
            ounce::scenario::read_text("towns.toml", &towns(&about), &[], &mut sources).unwrap_err();
        let text = problems.render(&sources, false);
        assert!(text.contains(told) && text.contains("towns.toml"), "{text}");
    }
}
