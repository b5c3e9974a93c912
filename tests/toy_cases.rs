//! Two small cases worked by an independent program (`tests/data/toy_expected.csv`, 12 significant digits), met by
//! the simulation itself (persons and occurrences, priced again here by hand) and by the flows that value makes
//! of it. Levels to 1e-9 relative; increments to 1e-9 of the shadow's level of the same measure and year.

use ounce::formula::Lane;
use ounce::sample::{Environment, QuantityError};
use ounce::scenario::checked::Scenario;
use ounce::scenario::{self, sources::Sources};
use ounce::simulate::expected::{cohorts, comparator};
use ounce::simulate::{Cohort, EnrolmentPlan, ModelPlan, Observer, Rates, Trajectory, Workspace};
use ounce::value::flows::{Flows, ItemKind};
use std::collections::BTreeMap;
use std::path::Path;

/// (group, measure, year or `total` or `t=…`) to value.
type Figures = BTreeMap<(String, String, String), f64>;

fn expected(case: &str) -> Figures {
    let mut reader =
        csv::Reader::from_path("tests/data/toy_expected.csv").expect("the expected results are there");
    reader
        .records()
        .map(|record| record.expect("a well-formed row"))
        .filter(|record| &record[0] == case)
        .map(|r| ((r[1].into(), r[2].into(), r[4].into()), r[5].parse().expect("a number")))
        .collect()
}

fn read(file: &str) -> Scenario {
    let mut sources = Sources::default();
    match scenario::read(Path::new(file), &[], &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

/// Persons and occurrences of one group, by absolute boundary and cycle, first lane only.
#[derive(Clone, Default)]
struct Track {
    first: usize,
    persons: Vec<Vec<f64>>,
    counts: Vec<Vec<f64>>,
}

impl Track {
    fn of(run: &Trajectory, weight: f64) -> Self {
        let lanes = |row: &[Lane]| row.iter().map(|lane| lane[0] * weight).collect::<Vec<_>>();
        Self {
            first: run.first,
            persons: (run.first..=run.first + run.cycles).map(|b| lanes(run.at(b))).collect(),
            counts: (run.first..run.first + run.cycles).map(|c| lanes(run.during(c))).collect(),
        }
    }

    /// Every measure of the expected results, priced by hand. States: home, nursing, dead; columns: fall, ed,
    /// hip, admitted, then deaths by state.
    fn measures(&self, group: &str, figures: &mut Figures) {
        let mut add = |measure: &str, year: String, value: f64| {
            *figures.entry((group.into(), measure.into(), year)).or_insert(0.0) += value;
        };
        for (index, counts) in self.counts.iter().enumerate() {
            let cycle = self.first + index;
            let t = cycle as f64 * 0.5;
            let (start, end) = (&self.persons[index], &self.persons[index + 1]);
            let time = |state: usize| 0.25 * (start[state] + end[state]);
            let factor = |rate: f64, t: f64| (1.0 + rate).powf(-t);
            let halves = |state: usize, rate: f64| {
                0.25 * (start[state] * factor(rate, t) + end[state] * factor(rate, t + 0.5))
            };
            let mid = factor(0.03, t + 0.25);
            let (ed, hip, nursing) = (300.0 * counts[1], 9_000.0 * counts[2], 100_000.0 * time(1));
            let (pv_ed, pv_hip, pv_nursing) = (ed * mid, hip * mid, 100_000.0 * halves(1, 0.03));
            let measures = [
                ("home_time", time(0)),
                ("nursing_time", time(1)),
                ("falls", counts[0]),
                ("ed", counts[1]),
                ("hip", counts[2]),
                ("moves", counts[3]),
                ("deaths", counts[4] + counts[5]),
                ("deaths_home", counts[4]),
                ("deaths_nursing", counts[5]),
                ("cost_ed", ed),
                ("cost_hip", hip),
                ("cost_nursing", nursing),
                ("cost", ed + hip + nursing),
                ("qaly", 0.8 * time(0) + 0.5 * time(1) - 0.05 * counts[2]),
                ("pv_cost_ed", pv_ed),
                ("pv_cost_hip", pv_hip),
                ("pv_cost_nursing", pv_nursing),
                ("pv_cost", pv_ed + pv_hip + pv_nursing),
                (
                    "pv_qaly",
                    0.8 * halves(0, 0.015) + 0.5 * halves(1, 0.015)
                        - 0.05 * counts[2] * factor(0.015, t + 0.25),
                ),
            ];
            for (measure, value) in measures {
                add(measure, (2026 + cycle / 2).to_string(), value);
                add(measure, "total".into(), value);
            }
        }
        for (index, persons) in self.persons.iter().enumerate() {
            let t = (self.first + index) as f64 * 0.5;
            for (state, name) in ["persons_home", "persons_nursing", "persons_dead"].iter().enumerate() {
                add(name, format!("t={t}"), persons[state]);
            }
        }
    }
}

/// Keeps every group it is shown.
#[derive(Default)]
struct Recorder {
    comparator: Vec<Track>,
    /// Invited, reaching check, reaching course, alive at the course; shadow and cohort of the course.
    cohorts: Vec<([f64; 4], Track, Track)>,
}

impl Observer for Recorder {
    fn comparator(&mut self, _: usize, _: usize, _: &[u32], trajectory: &Trajectory) {
        self.comparator.push(Track::of(trajectory, 1.0));
    }
    fn cohort(&mut self, cohort: &Cohort<'_>) -> Result<(), QuantityError> {
        let invited: f64 = cohort.without(0).at(cohort.boundary).iter().map(|n| n[0]).sum();
        let (check, course) = (cohort.weight(0)[0], cohort.weight(1)[0]);
        let (shadow, with) = (Track::of(cohort.without(1), course), Track::of(cohort.with(1), course));
        let alive = with.persons[1][0] + with.persons[1][1];
        let persons = [invited, invited * (check + course), invited * course, alive];
        self.cohorts.push((persons, shadow, with));
        Ok(())
    }
}

/// Runs the simulation of a toy scenario at its stated values.
fn simulate(scenario: &Scenario, strategy: usize) -> Recorder {
    let environment = Environment::base(scenario).expect("a base case");
    let plan = ModelPlan::new(scenario, 0);
    let enrolment = EnrolmentPlan::new(scenario, &plan, strategy);
    let mut workspace = Workspace::default();
    let mut rates = Rates::default();
    rates
        .fill(scenario, 0, &plan.structure, &plan.grid, &environment, &mut workspace.scratch)
        .expect("rates in range");
    let mut recorder = Recorder::default();
    let wanted = vec![true; scenario.time.cycles() + 1];
    let present = comparator(scenario, &plan, &rates, &environment, &wanted, &mut workspace, &mut recorder)
        .expect("the comparator");
    cohorts(scenario, &plan, &enrolment, &rates, &present, &environment, &mut workspace, &mut recorder)
        .expect("the cohorts");
    recorder
}

fn assert_close(got: f64, want: f64, scale: f64, what: &str) {
    assert!((got - want).abs() <= 1e-9 * scale.abs() + 1e-300, "{what}: {got} instead of {want}");
}

#[test]
fn closed_cohort_has_the_expected_persons_events_costs_and_qalys() {
    let scenario = read("scenarios/validation/toy_t1.toml");
    let recorder = simulate(&scenario, scenario.comparator);
    let mut figures = Figures::new();
    for track in &recorder.comparator {
        track.measures("comparator", &mut figures);
    }
    let expected = expected("T1");
    assert_eq!(expected.len(), 122);
    for (key, &want) in &expected {
        assert_close(figures[key], want, want, &format!("{key:?}"));
    }
}

#[test]
fn programme_with_shadow_and_cohorts_has_the_expected_persons_and_increments() {
    let scenario = read("scenarios/validation/toy_t2.toml");
    let strategy = 1 - scenario.comparator;
    let recorder = simulate(&scenario, strategy);
    assert_eq!(recorder.cohorts.len(), 2);
    let mut figures = Figures::new();
    for track in &recorder.comparator {
        track.measures("strategy", &mut figures);
    }
    let mut pool = 943.454415892;
    for (year, (persons, shadow, with)) in ["2026", "2027"].iter().zip(&recorder.cohorts) {
        let group = |kind: &str| format!("cohort {year}{kind}");
        shadow.measures(&group(" shadow"), &mut figures);
        with.measures(&group(" with"), &mut figures);
        for (name, value) in ["invited", "check", "course", "course_alive"].iter().zip(persons) {
            let key = (group(""), (*name).to_string(), (*year).to_string());
            figures.insert(key, *value);
        }
        figures.insert((group(""), "pool".into(), (*year).to_string()), persons[0] / 0.2);
        assert_close(persons[0] / 0.2, pool, pool, "pool");
        pool = 874.163019396;
    }
    let mut increments = Figures::new();
    for year in ["2026", "2027"] {
        let kind = |kind: &str| format!("cohort {year} {kind}");
        let with: Vec<_> =
            figures.iter().filter(|(k, _)| k.0 == kind("with")).map(|(k, v)| (k.clone(), *v)).collect();
        for (key, value) in with {
            let shadow = figures[&(kind("shadow"), key.1.clone(), key.2.clone())];
            increments.insert((kind("increment"), key.1.clone(), key.2.clone()), value - shadow);
            *increments.entry(("increment".into(), key.1.clone(), key.2.clone())).or_insert(0.0) +=
                value - shadow;
            *figures.entry(("strategy".into(), key.1.clone(), key.2.clone())).or_insert(0.0) +=
                value - shadow;
        }
    }
    let shadow_level = |measure: &str, year: &str| -> f64 {
        ["2026", "2027"]
            .iter()
            .filter_map(|y| {
                figures.get(&(format!("cohort {y} shadow"), measure.to_string(), year.to_string()))
            })
            .map(|v| v.abs())
            .sum()
    };
    let mut met = 0;
    for (key, &want) in &expected("T2") {
        let what = format!("{key:?}");
        if key.0.ends_with("increment") {
            let got = increments.get(key).copied().unwrap_or(0.0);
            assert_close(got, want, shadow_level(&key.1, &key.2), &what);
        } else if let Some(&got) = figures.get(key) {
            assert_close(got, want, want, &what);
        } else if key.0.starts_with("cohort") {
            // Before it enrols a cohort has nothing.
            assert_close(0.0, want, 0.0, &what);
        } else {
            continue; // programme costs and cost-effectiveness: the next test
        }
        met += 1;
    }
    assert_eq!(met, 835 - 9, "every value but those of the next test");
}

/// Horizon totals in lane 0 of a grid's row.
fn total(grid: &ounce::value::flows::Grid, row: usize) -> f64 {
    grid.total(row)[0]
}

#[test]
fn flows_have_the_expected_programme_costs_budgets_and_cost_effectiveness() {
    let scenario = read("scenarios/validation/toy_t2.toml");
    let valued = ounce::value::value(&scenario, ounce::value::Extent::BaseCase, &|| ()).expect("a base case");
    let flows: &Flows = &valued.variants[0].base[0];
    let expected = expected("T2");
    let want = |group: &str, measure: &str, year: &str| -> f64 {
        expected[&(group.to_string(), measure.to_string(), year.to_string())]
    };
    let row = |budget: &str| -> Vec<usize> {
        let budget = scenario.budgets.iter().position(|b| b.id == budget).expect("the budget");
        (0..valued.shape.lines.len()).filter(|&l| valued.shape.lines[l].budget == budget).collect()
    };
    for (y, year) in ["2026", "2027", "2028", "2029"].iter().enumerate() {
        let got: f64 = (0..valued.shape.items.len()).map(|i| flows.programme_costs.at(i, y)[0]).sum();
        assert_close(got, want("strategy", "programme_cost", year), got, year);
        let cost: f64 = (0..3).map(|l| flows.increment.at(l, y)[0]).sum();
        assert_close(cost, want("increment", "cost", year), 30_000.0, year);
        let qaly = flows.health_increment.at(Flows::QALYS, y)[0];
        assert_close(qaly, want("increment", "qaly", year), 90.0, year);
        let level: f64 = (0..3).map(|l| flows.level.at(l, y)[0]).sum();
        assert_close(level + cost, want("strategy", "cost", year), level, year);
    }
    let programme: f64 = flows.programme_costs_present.iter().map(|v| v[0]).sum();
    assert_close(programme, want("strategy", "pv_programme_cost", "total"), programme, "programme costs");
    let budget = |id: &str| -> f64 { row(id).iter().map(|&l| flows.increment_present[l][0]).sum() };
    assert_close(budget("zvw"), -3_360.840_560_75, 20_000.0, "change in zvw costs");
    assert_close(budget("wlz"), -5_025.565_716_5, 35_000.0, "change in wlz costs");
    let costs = programme + budget("zvw") + budget("wlz");
    let qalys = flows.health_increment_present[Flows::QALYS][0];
    assert_close(costs, want("cea", "delta_cost_pv", "total"), 55_000.0, "costs");
    assert_close(qalys, want("cea", "delta_qaly_pv", "total"), 248.0, "QALYs");
    let icer = want("cea", "icer", "total");
    assert!((costs / qalys / icer - 1.0).abs() < 1e-7, "{}", costs / qalys);
    let coordinator =
        valued.shape.items.iter().position(|i| matches!(i.kind, ItemKind::Fixed(0))).expect("a row");
    assert_eq!(total(&flows.programme_costs, coordinator), 20_000.0);
}
