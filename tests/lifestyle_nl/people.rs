//! All Dutch people of 15 and over by the library of weight, diabetes and cardiovascular disease, without a programme.

use ounce::formula::Lane;
use ounce::sample::{Environment, QuantityError};
use ounce::scenario::checked::{Scenario, Variables};
use ounce::scenario::{self, sources::Sources};
use ounce::simulate::expected::comparator;
use ounce::simulate::{Cohort, ModelPlan, Observer, Rates, Trajectory, Workspace};
use std::collections::BTreeMap;
use std::path::Path;

/// Reads a scenario with some of its numbers replaced.
pub fn read(file: &str, set: &[(&str, &str)]) -> Scenario {
    let mut sources = Sources::default();
    let set: Vec<_> = set.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
    match scenario::read(Path::new(file), &set, &mut sources) {
        Ok(loaded) => loaded.scenario,
        Err(problems) => panic!("{}", problems.render(&sources, false)),
    }
}

/// People of one age, sex and weight: persons by boundary and state, what happened by cycle.
pub struct Group {
    /// Whole years on 1 January of the first year.
    pub age: usize,
    pub female: bool,
    /// 0 healthy, 1 overweight, 2 obese, 3 severely obese.
    pub weight: usize,
    pub persons: Vec<Vec<f64>>,
    pub counts: Vec<Vec<f64>>,
}

pub struct People {
    scenario: Scenario,
    plan: ModelPlan,
    pub groups: Vec<Group>,
}

struct Watch<'a> {
    plan: &'a ModelPlan,
    weight: usize,
    groups: Vec<Group>,
}

impl Observer for Watch<'_> {
    fn comparator(&mut self, _: usize, profile: usize, _: &[u32], run: &Trajectory) {
        let stated = |row: &[Lane]| row.iter().map(|lane| lane[0]).collect();
        let profile = &self.plan.profiles.list[profile];
        self.groups.push(Group {
            age: profile.age.into(),
            female: profile.variables[Variables::SEX] == Variables::FEMALE,
            weight: profile.variables[self.weight] as usize,
            persons: (0..=run.cycles).map(|boundary| stated(run.at(boundary))).collect(),
            counts: (0..run.cycles).map(|cycle| stated(run.during(cycle))).collect(),
        });
    }
    fn cohort(&mut self, _: &Cohort<'_>) -> Result<(), QuantityError> {
        unreachable!("the scenario has no programme")
    }
}

impl People {
    /// Follows the people of some ages for some years, half a year at a time, at the stated values but for those given.
    pub fn follow(ages: &str, years: usize, set: &[(&str, &str)]) -> Self {
        let years = years.to_string();
        let set = [&[("population.ages", ages), ("time.years", &years[..])], set].concat();
        let scenario = read("scenarios/validation/metabolic_nl.toml", &set);
        let environment = Environment::base(&scenario).expect("a base case");
        let plan = ModelPlan::new(&scenario, 0);
        let (mut workspace, mut rates) = (Workspace::default(), Rates::default());
        rates
            .fill(&scenario, 0, &plan.structure, &plan.grid, &environment, &mut workspace.scratch)
            .expect("rates in range");
        let wanted = vec![false; scenario.time.cycles() + 1];
        let class = scenario.population.classes.iter().find(|class| class.id == "weight");
        let weight = class.expect("the class of weight").variable;
        let mut watch = Watch { plan: &plan, weight, groups: Vec::new() };
        comparator(&scenario, &plan, &rates, &environment, &wanted, &mut workspace, &mut watch)
            .expect("everybody followed");
        let groups = watch.groups;
        Self { scenario, plan, groups }
    }

    fn states(&self, ids: &[&str]) -> Vec<usize> {
        let states = &self.scenario.models[0].states;
        ids.iter().map(|id| states.iter().position(|s| s.id == *id).expect("a state")).collect()
    }

    /// Persons in some states on 1 January of a year.
    pub fn there(&self, ids: &[&str], year: usize, who: impl Fn(&Group) -> bool) -> f64 {
        let states = self.states(ids);
        let persons = |g: &Group| states.iter().map(|&state| g.persons[2 * year][state]).sum::<f64>();
        self.groups.iter().filter(|g| who(g)).map(persons).sum()
    }

    /// Occurrences of events and transitions in the first year, each weighed.
    pub fn happened(&self, ids: &[&str], weigh: impl Fn(&Group) -> f64) -> f64 {
        let (model, structure) = (&self.scenario.models[0], &self.plan.structure);
        let column = |id: &str| {
            let event = model.events.iter().position(|event| event.id == id);
            let transition = model.transitions.iter().position(|transition| transition.id == id);
            event.or(transition.map(|t| structure.transition_column(t))).expect("an event or transition")
        };
        let columns: Vec<usize> = ids.iter().map(|id| column(id)).collect();
        let year = |g: &Group| columns.iter().map(|&c| g.counts[0][c] + g.counts[1][c]).sum::<f64>();
        self.groups.iter().map(|g| weigh(g) * year(g)).sum()
    }

    /// Deaths in a year, and those that the life table gives for whoever lives at its start; `who` is told the age on
    /// 1 January of that year.
    pub fn deaths(&self, year: usize, who: impl Fn(usize, bool) -> bool) -> (f64, f64) {
        let (dead, table) = (self.states(&["dead"])[0], life_table());
        let mut sums = (0.0, 0.0);
        for group in self.groups.iter().filter(|g| who(g.age + year, g.female)) {
            let (start, end) = (&group.persons[2 * year], &group.persons[2 * year + 2]);
            let alive = start.iter().sum::<f64>() - start[dead];
            let (_, q) = table
                .range((group.female, 0)..=(group.female, group.age + year))
                .next_back()
                .expect("an age");
            sums.0 += end[dead] - start[dead];
            sums.1 += alive * q;
        }
        sums
    }

    /// Years still lived, per person at the start.
    pub fn life_expectancy(&self, who: impl Fn(&Group) -> bool) -> f64 {
        let dead = self.states(&["dead"])[0];
        let (mut years, mut persons) = (0.0, 0.0);
        for group in self.groups.iter().filter(|g| who(g)) {
            let alive = |row: &Vec<f64>| row.iter().sum::<f64>() - row[dead];
            let lives: Vec<f64> = group.persons.iter().map(alive).collect();
            years += 0.25 * lives.windows(2).map(|pair| pair[0] + pair[1]).sum::<f64>();
            persons += lives[0];
        }
        years / persons
    }
}

/// Chance of dying within a year, by sex (women: true) and age; the last age stands for all older ones.
fn life_table() -> BTreeMap<(bool, usize), f64> {
    let mut file = csv::Reader::from_path("scenarios/data/mortality_nl_2022.csv").expect("the life table");
    let row = |record: csv::StringRecord| {
        let number = |column: usize| record[column].parse::<f64>().expect("a number");
        ((&record[1] == "female", number(0) as usize), number(2))
    };
    file.records().map(|record| row(record.expect("a row"))).collect()
}

/// All inhabitants of a sex, children too.
pub fn inhabitants(female: bool) -> f64 {
    let mut file = csv::Reader::from_path("scenarios/data/population_nl_2025.csv").expect("the population");
    file.records()
        .map(|record| record.expect("a row"))
        .filter(|record| (&record[1] == "female") == female)
        .map(|record| record[2].parse::<f64>().expect("a number"))
        .sum()
}
