//! Profiles: the distinct people that a health model can tell apart; and cells: how a strategy's programmes
//! split them further.
//!
//! A profile is a combination of age at entry, sex, and those labels and risk classes that the model (with
//! its prices and outcomes) really uses. A neighbourhood that no formula mentions is no part of it, so cost
//! grows with profiles and not with places. A strategy's programmes may use more labels (reach by income, say);
//! these split only the strategy's own cohorts, into cells, so that adding a strategy changes no figure of
//! another one.

use super::points::{Points, Values};
use crate::formula::{Lane, Scratch};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{
    Background, Engine, EnrolAmount, Frequency, Lasts, Measure, Node, Priced, Quantity, Scenario, Variables,
};
use std::collections::{BTreeMap, BTreeSet};

/// The people of one model, as profiles.
#[derive(Clone, Debug)]
pub struct Profiles {
    /// Profiles in order of entry, age, sex and labels.
    pub list: Vec<Profile>,
    /// Labels (positions among the scenario's labels) that tell profiles apart.
    pub labels: Vec<usize>,
    /// Risk classes among those labels.
    classes: Vec<usize>,
    points: Points,
    /// The engine that they are made for.
    pub engine: Engine,
    /// Bins that risk factors split each of them into; those that differ by bin alone stand together.
    pub bins: usize,
}

/// People alike to a health model.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Year index at whose 1 January they enter.
    pub enters: usize,
    /// Whole years of age then.
    pub age: u16,
    /// Value of every variable at entry; not a number where the model does not use the label.
    pub variables: Vec<f64>,
    /// Persons of that age, sex and labels, before classes are told apart; divided by the bins of risk factors.
    pub persons: f64,
    /// Positions of the population groups it is made of.
    pub groups: Vec<usize>,
}

/// A part of a profile that a strategy's programmes tell apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Profile.
    pub profile: usize,
    /// Value of every variable at entry; not a number where neither model nor programmes use the label.
    pub variables: Vec<f64>,
    /// Share of the profile's persons with these population labels (1 where none are told apart).
    pub fraction: f64,
    /// Population groups it is made of.
    pub groups: Vec<usize>,
}

/// Labels used by a list of quantities, closed over the labels that the shares of used classes need.
pub fn labels_used<'a>(
    scenario: &Scenario,
    quantities: impl Iterator<Item = &'a Quantity>,
) -> BTreeSet<usize> {
    let mut used = BTreeSet::new();
    for quantity in quantities {
        used.extend(quantity.program.variables().iter().filter_map(|&v| scenario.variables.label_at(v)));
    }
    close_over_classes(scenario, &mut used);
    used
}

fn close_over_classes(scenario: &Scenario, used: &mut BTreeSet<usize>) {
    loop {
        let before = used.len();
        for class in &scenario.population.classes {
            if scenario.variables.label_at(class.variable).is_some_and(|label| used.contains(&label)) {
                for value in &class.values {
                    let variables = value.share.program.variables();
                    used.extend(variables.iter().filter_map(|&v| scenario.variables.label_at(v)));
                }
            }
        }
        if used.len() == before {
            return;
        }
    }
}

/// Every quantity of a model, its prices and its outcomes.
pub fn model_quantities(scenario: &Scenario, model: usize) -> Vec<&Quantity> {
    let mut list = dynamics_quantities(scenario, model);
    let description = &scenario.models[model];
    list.extend(description.states.iter().filter_map(|s| s.utility.as_ref()));
    list.extend(description.events.iter().filter_map(|e| e.qaly_loss.as_ref()));
    list.extend(description.factors.iter().flat_map(|f| &f.utilities).map(|u| &u.value));
    let mine = |priced: &Priced| match priced {
        Priced::Node { model: m, .. } => *m == model,
        Priced::LifeYear => true,
    };
    list.extend(scenario.unit_costs.iter().filter(|u| mine(&u.on)).map(|u| &u.value));
    list.extend(
        scenario
            .outcomes
            .iter()
            .flat_map(|o| o.per.iter().filter(|(p, _)| mine(p)).map(|(_, quantity)| quantity)),
    );
    list
}

/// Every quantity that decides where people are and what happens to them.
pub fn dynamics_quantities(scenario: &Scenario, model: usize) -> Vec<&Quantity> {
    let description = &scenario.models[model];
    let mut list: Vec<&Quantity> = Vec::new();
    for state in &description.states {
        list.push(&state.start);
        list.push(&state.mortality_ratio);
        list.extend(&state.excess_mortality);
    }
    match &description.background {
        Some(Background::Probability(q) | Background::Rate(q)) => list.push(q),
        None => {}
    }
    for transition in &description.transitions {
        match &transition.frequency {
            Frequency::Rate(q) | Frequency::PerYear(q) | Frequency::PerCycle(q) => list.push(q),
        }
    }
    list.extend(description.events.iter().map(|e| &e.amount));
    for factor in &description.factors {
        list.extend([&factor.mean, &factor.sd, &factor.drift]);
        list.extend(factor.hazard_ratios.iter().map(|ratio| &ratio.value));
    }
    for class in &scenario.population.classes {
        for value in &class.values {
            let here: Vec<_> = value.relative_rates.iter().filter(|r| r.model == model).collect();
            if !here.is_empty() {
                list.extend(here.iter().map(|r| &r.value));
                list.push(&value.share);
            }
        }
    }
    list
}

/// Every quantity of a programme that is evaluated by cell.
pub(super) fn programme_quantities(scenario: &Scenario, programme: usize) -> Vec<&Quantity> {
    let description = &scenario.programmes[programme];
    let mut list = vec![&description.eligible, &description.reach, &description.relative_risk];
    match &description.enrol.amount {
        EnrolAmount::Share(q) | EnrolAmount::Persons(q) | EnrolAmount::Total(q) => list.push(q),
    }
    for step in &description.steps {
        list.push(&step.share);
        list.extend(&step.capacity);
        list.extend(&step.only_if);
        list.extend(step.costs.iter().flat_map(|c| [&c.value, &c.times]));
        for &effect in &step.effects {
            let effect = &scenario.effects[effect];
            match &effect.measure {
                Measure::RateRatio(q)
                | Measure::RiskRatio(q)
                | Measure::OddsRatio(q)
                | Measure::Difference(q) => {
                    list.push(q);
                }
            }
            match &effect.lasts {
                Lasts::Always => {}
                Lasts::Fade { full, fade } => list.extend([full, fade]),
                Lasts::HalfLife(q) | Lasts::Formula(q) => list.push(q),
            }
        }
    }
    list
}

impl Profiles {
    /// Profiles of a model's population, as an engine needs them.
    pub fn new(scenario: &Scenario, model: usize, engine: Engine) -> Self {
        let mut used = labels_used(scenario, model_quantities(scenario, model).into_iter());
        for class in &scenario.population.classes {
            let acts = class.values.iter().any(|v| v.relative_rates.iter().any(|r| r.model == model));
            if acts {
                used.extend(scenario.variables.label_at(class.variable));
            }
        }
        close_over_classes(scenario, &mut used);
        let labels: Vec<usize> = used.into_iter().collect();
        let mut merged: BTreeMap<(usize, u16, u64, Vec<u64>), Profile> = BTreeMap::new();
        let follows = |age| scenario.models[model].follows(age);
        for (index, group) in scenario.population.groups.iter().enumerate().filter(|(_, g)| follows(g.age)) {
            for variables in combinations(scenario, &labels, group) {
                let key = (
                    group.enters,
                    group.age,
                    group.sex.to_bits(),
                    scenario.variables.labels_of(&variables).iter().map(|v| v.to_bits()).collect(),
                );
                let profile = merged.entry(key).or_insert_with(|| Profile {
                    enters: group.enters,
                    age: group.age,
                    variables,
                    persons: 0.0,
                    groups: Vec::new(),
                });
                profile.persons += group.persons;
                profile.groups.push(index);
            }
        }
        let mut list: Vec<Profile> = merged.into_values().collect();
        let bins = super::factors::bins(scenario, model, engine);
        if bins > 1 {
            list = list
                .into_iter()
                .flat_map(|profile| {
                    let persons = profile.persons / bins as f64;
                    std::iter::repeat_n(Profile { persons, ..profile }, bins)
                })
                .collect();
        }
        let rows: Vec<Vec<f64>> = list.iter().map(|p| p.variables.clone()).collect();
        let points = Points::from_rows(scenario.variables.count(), &rows);
        let classes = labels.iter().filter_map(|&l| scenario.variables.labels[l].class).collect();
        Self { list, labels, classes, points, engine, bins }
    }

    /// Persons of each profile at entry: the population's, times the share of its classes.
    ///
    /// # Errors
    /// A class share that cannot be evaluated or lies outside 0 to 1.
    pub fn persons(
        &self,
        scenario: &Scenario,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<Vec<Lane>, QuantityError> {
        let mut persons = Vec::new();
        self.fill_persons(scenario, environment, scratch, &mut persons)?;
        Ok(persons)
    }

    /// As [`Profiles::persons`], into memory that is kept.
    pub(super) fn fill_persons(
        &self,
        scenario: &Scenario,
        environment: &Environment,
        scratch: &mut Scratch,
        persons: &mut Vec<Lane>,
    ) -> Result<(), QuantityError> {
        persons.clear();
        persons.extend(self.list.iter().map(|p| Lane::splat(p.persons)));
        for &class in &self.classes {
            multiply_by_share(scenario, class, &self.points, environment, scratch, persons)?;
        }
        Ok(())
    }

    /// Risk classes that tell profiles apart.
    pub fn classes(&self) -> &[usize] {
        &self.classes
    }
    /// The profiles as points at the age of entry.
    pub fn points(&self) -> &Points {
        &self.points
    }

    /// The cells of a strategy's programmes on this model.
    pub fn cells(&self, scenario: &Scenario, programmes: &[usize]) -> Cells {
        let quantities = programmes.iter().flat_map(|&p| programme_quantities(scenario, p));
        let used = labels_used(scenario, quantities);
        let extra: Vec<usize> = used.into_iter().filter(|l| !self.labels.contains(l)).collect();
        let classes: Vec<usize> = extra.iter().filter_map(|&l| scenario.variables.labels[l].class).collect();
        let mut list = Vec::new();
        for (index, profile) in self.list.iter().enumerate() {
            let mut merged: BTreeMap<Vec<u64>, Cell> = BTreeMap::new();
            for &group in &profile.groups {
                let description = &scenario.population.groups[group];
                let labels: Vec<usize> = self.labels.iter().chain(&extra).copied().collect();
                for mut variables in combinations(scenario, &labels, description) {
                    for &label in &self.labels {
                        variables[Variables::label(label)] = profile.variables[Variables::label(label)];
                    }
                    let key = scenario.variables.labels_of(&variables).iter().map(|v| v.to_bits()).collect();
                    let cell = merged.entry(key).or_insert_with(|| Cell {
                        profile: index,
                        variables,
                        fraction: 0.0,
                        groups: Vec::new(),
                    });
                    if cell.groups.last() != Some(&group) {
                        cell.groups.push(group);
                        let persons = profile.persons * self.bins as f64;
                        cell.fraction += if persons > 0.0 { description.persons / persons } else { 0.0 };
                    }
                }
            }
            let single = merged.len() == 1;
            list.extend(merged.into_values().map(|mut cell| {
                if single {
                    cell.fraction = 1.0;
                }
                cell
            }));
        }
        Cells { list, classes }
    }
}

/// The cells of a strategy, with the classes that split profiles into them.
#[derive(Clone, Debug)]
pub struct Cells {
    /// In profile order.
    pub list: Vec<Cell>,
    classes: Vec<usize>,
}

impl Cells {
    /// Share of its profile's persons that each cell holds.
    ///
    /// # Errors
    /// A class share that cannot be evaluated or lies outside 0 to 1.
    pub fn shares(
        &self,
        scenario: &Scenario,
        environment: &Environment,
        scratch: &mut Scratch,
    ) -> Result<Vec<Lane>, QuantityError> {
        let mut shares: Vec<Lane> = self.list.iter().map(|cell| Lane::splat(cell.fraction)).collect();
        if !self.classes.is_empty() {
            let rows: Vec<Vec<f64>> = self.list.iter().map(|cell| cell.variables.clone()).collect();
            let points = Points::from_rows(scenario.variables.count(), &rows);
            for &class in &self.classes {
                multiply_by_share(scenario, class, &points, environment, scratch, &mut shares)?;
            }
        }
        Ok(shares)
    }
}

/// Multiplies each point's value by the share of the class value that the point has.
pub(super) fn multiply_by_share(
    scenario: &Scenario,
    class: usize,
    points: &Points,
    environment: &Environment,
    scratch: &mut Scratch,
    values: &mut [Lane],
) -> Result<(), QuantityError> {
    let class = &scenario.population.classes[class];
    let mut share = Values::default();
    let mut sums = vec![Lane::ZERO; points.len()];
    for (code, value) in class.values.iter().enumerate() {
        points.evaluate(&value.share, environment, None, scratch, &mut share)?;
        super::points::within(&value.share, &share, -1e-12, 1.0 + 1e-12)?;
        for (point, out) in values.iter_mut().enumerate() {
            sums[point] += share.at(point);
            if points.value(class.variable, point) == code as f64 {
                *out *= share.at(point);
            }
        }
    }
    match sums.iter().flat_map(|sum| sum.0).find(|sum| sum.is_nan() || (sum - 1.0).abs() > 1e-9) {
        Some(sum) => Err(QuantityError::new(
            &class.values[0].share,
            format!("the shares of `{}` sum to {sum} for some people in some draw, not to 1", class.id),
        )),
        None => Ok(()),
    }
}

/// Variable values of a group at entry, one row for each combination of the classes among `labels`.
fn combinations(
    scenario: &Scenario,
    labels: &[usize],
    group: &crate::scenario::checked::Group,
) -> Vec<Vec<f64>> {
    let mut base = vec![f64::NAN; scenario.variables.count()];
    base[Variables::AGE] = f64::from(group.age);
    base[Variables::SEX] = group.sex;
    base[Variables::YEAR] = f64::from(scenario.time.start) + group.enters as f64;
    base[Variables::TIME] = group.enters as f64;
    let mut rows = vec![base];
    let mut population_label = 0;
    for (position, label) in scenario.variables.labels.iter().enumerate() {
        match label.class {
            None => {
                if labels.contains(&position) {
                    for row in &mut rows {
                        row[Variables::label(position)] = group.labels[population_label];
                    }
                }
                population_label += 1;
            }
            Some(class) if labels.contains(&position) => {
                let values = scenario.population.classes[class].values.len();
                rows = rows
                    .iter()
                    .flat_map(|row| {
                        (0..values).map(move |code| {
                            let mut row = row.clone();
                            row[Variables::label(position)] = code as f64;
                            row
                        })
                    })
                    .collect();
            }
            Some(_) => {}
        }
    }
    rows
}

/// Whether a class makes a node of a model more or less frequent.
pub(super) fn acts_on(
    value: &crate::scenario::checked::ClassValue,
    model: usize,
    node: Node,
) -> Option<&Quantity> {
    value.relative_rates.iter().find(|r| r.model == model && r.node == node).map(|r| &r.value)
}
