//! What the model gives: the scenario, run once, and figures of it by age, sex and year.

use ounce::sample::{Environment, QuantityError};
use ounce::scenario::checked::{Node, Scenario, Variables};
use ounce::scenario::{self, sources::Sources};
use ounce::simulate::expected::comparator;
use ounce::simulate::{Cohort, ModelPlan, Observer, Rates, Trajectory, Workspace};
use ounce::value::flows::{Counted, Flows, Grid};
use ounce::value::{Extent, value};
use std::collections::BTreeMap;
use std::path::Path;

/// The scenario with other ages or another cycle.
fn read(ages: &str, cycle: &str) -> Scenario {
    let file = Path::new("scenarios/validation/falls_nl_2024.toml");
    let mut sources = Sources::default();
    let set = [("population.ages", ages), ("time.cycle", cycle)].map(|(k, v)| (k.to_owned(), v.to_owned()));
    match scenario::read(file, &set, &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

/// The people of one age and sex (and risk class): persons by boundary and state, occurrences by cycle and event.
pub struct Group {
    /// Whole years on 1 January of the first year.
    pub age: usize,
    pub female: bool,
    persons: Vec<Vec<f64>>,
    counts: Vec<Vec<f64>>,
}

struct People<'a> {
    plan: &'a ModelPlan,
    groups: Vec<Group>,
}

impl Observer for People<'_> {
    fn comparator(&mut self, _: usize, profile: usize, _: &[u32], run: &Trajectory) {
        let first_draw = |row: &[ounce::formula::Lane]| row.iter().map(|lane| lane[0]).collect();
        let profile = &self.plan.profiles.list[profile];
        self.groups.push(Group {
            age: profile.age.into(),
            female: profile.variables[Variables::SEX] == Variables::FEMALE,
            persons: (0..=run.cycles).map(|boundary| first_draw(run.at(boundary))).collect(),
            counts: (0..run.cycles).map(|cycle| first_draw(run.during(cycle))).collect(),
        });
    }
    fn cohort(&mut self, _: &Cohort<'_>) -> Result<(), QuantityError> {
        unreachable!("the scenario has no programme")
    }
}

/// Follows everybody at the stated values.
fn follow(scenario: &Scenario) -> Vec<Group> {
    let environment = Environment::base(scenario).expect("a base case");
    let plan = ModelPlan::new(scenario, 0);
    let (mut workspace, mut rates) = (Workspace::default(), Rates::default());
    rates
        .fill(scenario, 0, &plan.structure, &plan.grid, &environment, &mut workspace.scratch)
        .expect("rates in range");
    let wanted = vec![false; scenario.time.cycles() + 1];
    let mut people = People { plan: &plan, groups: Vec::new() };
    comparator(scenario, &plan, &rates, &environment, &wanted, &mut workspace, &mut people)
        .expect("everybody followed");
    people.groups
}

/// Chance of dying within the year, by sex (women: true) and age; the last age stands for all older ones.
struct LifeTable(BTreeMap<(bool, usize), f64>);

impl LifeTable {
    fn read() -> Self {
        let mut file =
            csv::Reader::from_path("scenarios/data/mortality_nl_2022.csv").expect("the life table");
        let row = |record: csv::StringRecord| {
            let number = |column: usize| record[column].parse::<f64>().expect("a number");
            ((&record[1] == "female", number(0) as usize), number(2))
        };
        Self(file.records().map(|record| row(record.expect("a row"))).collect())
    }
    fn at(&self, female: bool, age: usize) -> f64 {
        let (_, q) = self.0.range((female, 0)..=(female, age)).next_back().expect("an age in the table");
        *q
    }
}

/// Everything the comparison needs.
pub struct Model {
    pub scenario: Scenario,
    pub flows: Flows,
    /// The same for those of 80 and over alone.
    pub oldest: (Scenario, Flows),
    groups: Vec<Group>,
    table: LifeTable,
}

fn valued(scenario: &Scenario) -> Flows {
    value(scenario, Extent::BaseCase, &|| ()).expect("a base case").variants[0].base[0].clone()
}

impl Model {
    pub fn run() -> Self {
        let (scenario, oldest) = (read("65+", "half-year"), read("80+", "half-year"));
        let (flows, flows_oldest) = (valued(&scenario), valued(&oldest));
        let groups = follow(&scenario);
        Self { scenario, flows, oldest: (oldest, flows_oldest), groups, table: LifeTable::read() }
    }
    fn state(&self, id: &str) -> usize {
        self.scenario.models[0].states.iter().position(|s| s.id == id).expect("a state")
    }
    /// Occurrences of an event in the first year among some of the people.
    pub fn events(&self, ids: &[&str], who: impl Fn(&Group) -> bool) -> f64 {
        let position = |id: &str| self.scenario.models[0].events.iter().position(|e| e.id == id);
        let columns: Vec<usize> = ids.iter().map(|id| position(id).expect("an event")).collect();
        let year = |g: &Group| columns.iter().map(|&c| g.counts[0][c] + g.counts[1][c]).sum::<f64>();
        self.groups.iter().filter(|g| who(g)).map(year).sum()
    }
    /// Person-years in a state in the first year (two half-years, trapezium).
    pub fn years_in(&self, state: &str, who: impl Fn(&Group) -> bool) -> f64 {
        let state = self.state(state);
        let [start, middle, end] = [0, 1, 2].map(|boundary| {
            self.groups.iter().filter(|g| who(g)).map(|g| g.persons[boundary][state]).sum::<f64>()
        });
        0.25 * start + 0.5 * middle + 0.25 * end
    }
    /// Person-years at home in the first year.
    pub fn years_at_home(&self, who: impl Fn(&Group) -> bool + Copy) -> f64 {
        self.years_in("home", who) + self.years_in("after_hip", who)
    }
    /// Deaths in a year, and those that the life table gives for whoever lives at its start; `who` is told the
    /// age on 1 January of that year.
    pub fn deaths(&self, year: usize, who: impl Fn(usize, bool) -> bool) -> (f64, f64) {
        let dead = self.state("dead");
        let mut sums = (0.0, 0.0);
        for group in self.groups.iter().filter(|g| who(g.age + year, g.female)) {
            let (start, end) = (&group.persons[2 * year], &group.persons[2 * year + 2]);
            let alive = start.iter().sum::<f64>() - start[dead];
            sums.0 += end[dead] - start[dead];
            sums.1 += alive * self.table.at(group.female, group.age + year);
        }
        sums
    }
    /// Costs of long-term care that the strategy without falls does not have, mean of the ten years.
    pub fn net_long_term_care(&self) -> f64 {
        let lines = lines(&self.scenario, &self.flows, "wlz");
        -lines.iter().map(|&line| self.flows.increment.total(line)[0]).sum::<f64>() / 10.0
    }
    /// Mean chance of dying within a year of a hip fracture: the deaths it causes, and the later ratio times
    /// the table's hazard for the rest. Moves to a nursing home are left out.
    pub fn mortality_after_hip(&self) -> f64 {
        let later = ["hip_mortality_men_later", "hip_mortality_women_later"]
            .map(|name| parameter(&self.scenario, &self.flows, name));
        let mut sums = (0.0, 0.0);
        for group in &self.groups {
            let only = |g: &Group| std::ptr::eq(g, group);
            let (all, killed) = (self.events(&["hip_fracture"], only), self.events(&["hip_death"], only));
            let hazard =
                -(-self.table.at(group.female, group.age)).ln_1p() * later[usize::from(group.female)];
            sums.0 += killed + (all - killed) * (1.0 - (-hazard).exp());
            sums.1 += all;
        }
        sums.0 / sums.1
    }
}

/// Deaths in the first year by the model and by the life table, of those of some ages, with another cycle.
pub fn deaths_with_cycle(ages: &str, cycle: &str) -> (f64, f64) {
    let scenario = read(ages, cycle);
    let flows = valued(&scenario);
    let table = LifeTable::read();
    let expected =
        |g: &ounce::scenario::checked::Group| g.persons * table.at(g.sex == Variables::FEMALE, g.age.into());
    let row = flows.shape.counted.iter().position(|c| matches!(c, Counted::Deaths { .. })).expect("deaths");
    (first_year(&flows.count_level, row), scenario.population.groups.iter().map(expected).sum())
}

fn first_year(grid: &Grid, row: usize) -> f64 {
    grid.at(row, 0)[0]
}

pub fn outcome(scenario: &Scenario, flows: &Flows, id: &str) -> f64 {
    let row = scenario.outcomes.iter().position(|o| o.id == id).expect("an outcome");
    first_year(&flows.outcome_level, row)
}

/// A parameter at its stated value.
fn parameter(scenario: &Scenario, flows: &Flows, name: &str) -> f64 {
    let position = scenario.parameters.list.iter().position(|p| p.name == name).expect("a parameter");
    flows.environment.parameters[position][0]
}

/// Moves by a transition in the first year.
pub fn moved(scenario: &Scenario, flows: &Flows, id: &str) -> f64 {
    let wanted =
        |node: Node| matches!(node, Node::Transition(t) if scenario.models[0].transitions[t].id == id);
    counted(flows, wanted)
}

fn counted(flows: &Flows, wanted: impl Fn(Node) -> bool) -> f64 {
    let row =
        flows.shape.counted.iter().position(|c| matches!(*c, Counted::Node { node, .. } if wanted(node)));
    first_year(&flows.count_level, row.expect("a counted event, transition or state"))
}

/// Rows of costs on a budget.
pub fn lines(scenario: &Scenario, flows: &Flows, id: &str) -> Vec<usize> {
    let budget = scenario.budgets.iter().position(|b| b.id == id).expect("a budget");
    (0..flows.shape.lines.len()).filter(|&line| flows.shape.lines[line].budget == budget).collect()
}

/// Direct costs of falls in the first year: Zvw, Wlz, Wmo. A nursing-home year costs the Wlz the same whoever
/// lives it, so of the Wlz only admissions by falls count: their number, times the mean stay (one over the
/// mortality of residents), times the costs per resident-year.
pub fn direct_costs(scenario: &Scenario, flows: &Flows) -> [f64; 3] {
    let on = |budget: &str| -> f64 {
        lines(scenario, flows, budget).iter().map(|&line| first_year(&flows.level, line)).sum()
    };
    let is_home =
        |node: Node| matches!(node, Node::State(s) if scenario.models[0].states[s].id == "nursing_home");
    let resident_year = on("wlz") / counted(flows, is_home);
    let stay = 1.0 / parameter(scenario, flows, "nursing_home_mortality");
    let admissions = outcome(scenario, flows, "nursing_home_admissions_by_falls");
    [on("zvw"), admissions * stay * resident_year, on("wmo")]
}
