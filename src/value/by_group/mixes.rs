//! Which people a group is made of: its share of each sort of people that the run tells apart.
//!
//! People of one profile (or cell, where programmes tell more people apart) are treated alike, so a group that is the
//! share w of a profile's persons has the share w of whatever happens to them: what happens to a group is Σ w·(profile),
//! and groups that share out the whole population sum to its total. Two groups that are made of the same sorts in the same
//! proportions (towns of which only the size is known, say) are one *mix* in two sizes and are added up once.
//!
//! *Example:* of 60 people of 70 and 40 of 80, town A has 30 and 10: it gets half of what happens to the first and a
//! quarter of what happens to the second.

use super::super::plan::Plan;
use crate::scenario::checked::{Goal, Scenario, Trait};
use crate::simulate::{EnrolmentPlan, ModelPlan};
use std::collections::BTreeMap;

/// Persons whose shares differ by less than this, relatively, are the same mix: rounding in dividing people over ages.
const SAME: f64 = 1e-12;

/// People of the population who have one value of a trait.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What it is told apart by: position in [`crate::scenario::checked::Results::by`].
    pub by: usize,
    /// Its value of the trait.
    pub value: String,
    /// Persons at the start.
    pub persons: f64,
    /// Mix that it is made of.
    pub mix: usize,
    /// Its size in that mix.
    pub size: f64,
}

/// Profiles or cells that are made of the same groups of the population, such as those that differ in risk class only: what
/// happens to them is added up in one row.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Row of each profile or cell.
    pub of: Vec<usize>,
    /// Groups of the population by row.
    pub groups: Vec<Vec<usize>>,
}

impl Rows {
    fn new<'a>(all: impl Iterator<Item = &'a Vec<usize>>) -> Self {
        let mut rows = Self::default();
        let mut known: BTreeMap<&[usize], usize> = BTreeMap::new();
        for groups in all {
            let row = *known.entry(groups).or_insert_with(|| {
                rows.groups.push(groups.clone());
                rows.groups.len() - 1
            });
            rows.of.push(row);
        }
        rows
    }
}

/// The rows of a run.
#[derive(Clone, Debug)]
pub struct AllRows {
    /// By model.
    pub profiles: Vec<Rows>,
    /// By strategy and model; none where nobody enrols.
    pub cells: Vec<Vec<Rows>>,
}

impl AllRows {
    /// Rows of the profiles and cells of a plan.
    pub fn new(plan: &Plan) -> Self {
        let profiles = |model: &ModelPlan| Rows::new(model.profiles.list.iter().map(|p| &p.groups));
        let cells = |enrolment: &EnrolmentPlan| {
            let cells = if enrolment.moments.is_empty() { &[][..] } else { &enrolment.cells.list[..] };
            Rows::new(cells.iter().map(|cell| &cell.groups))
        };
        Self {
            profiles: plan.models.iter().map(profiles).collect(),
            cells: plan.enrolments.iter().map(|by_model| by_model.iter().map(cells).collect()).collect(),
        }
    }
}

/// Shares of the people of every row.
#[derive(Clone, Debug)]
pub struct Mix {
    /// Persons, those who enter later among them.
    pub people: f64,
    /// Persons at the start.
    pub persons: f64,
    /// `[model][row]`.
    pub profiles: Vec<Vec<f64>>,
    /// `[strategy][model][row]`.
    pub cells: Vec<Vec<Vec<f64>>>,
}

/// Groups with the mixes that they are made of, by trait and then in the order of its values.
pub fn mixes(scenario: &Scenario, rows: &AllRows) -> (Vec<Group>, Vec<Mix>) {
    let (mut groups, mut mixes) = (Vec::new(), Vec::<Mix>::new());
    for (by, &of) in scenario.results.by.iter().enumerate() {
        for (value, own) in scenario.trait_values(of).into_iter().zip(by_value(scenario, rows, of)) {
            if own.people <= 0.0 {
                continue;
            }
            let known = mixes.iter().position(|known| is_same(known, &own));
            let mix = known.unwrap_or(mixes.len());
            let size = known.map_or(1.0, |known| own.people / mixes[known].people);
            groups.push(Group { by, value: value.to_owned(), persons: own.persons, mix, size });
            if known.is_none() {
                mixes.push(own);
            }
        }
    }
    (groups, mixes)
}

/// The mix of the people whom each goal is about; `None` for one about all, and where nobody is left of them. Mixes that are
/// of no group are added behind the others.
pub fn of_goals(scenario: &Scenario, rows: &AllRows, mixes: &mut Vec<Mix>) -> Vec<Option<usize>> {
    let of_goal = |goal: &Goal| {
        if goal.group.is_empty() {
            return None;
        }
        let is_meant =
            |group| goal.group.iter().all(|&(of, code)| scenario.trait_of(group, of) as usize == code);
        let codes: Vec<usize> =
            scenario.population.groups.iter().map(|group| usize::from(!is_meant(group))).collect();
        let own = made_of(scenario, rows, &codes, 2).swap_remove(0);
        (own.people > 0.0).then(|| {
            mixes.push(own);
            mixes.len() - 1
        })
    };
    scenario.goals.iter().map(of_goal).collect()
}

/// What each value of a trait is made of.
fn by_value(scenario: &Scenario, all: &AllRows, of: Trait) -> Vec<Mix> {
    let population = &scenario.population.groups;
    let codes: Vec<usize> = population.iter().map(|group| scenario.trait_of(group, of) as usize).collect();
    made_of(scenario, all, &codes, scenario.trait_values(of).len())
}

/// What the people of each code are made of; one code below `values` for each group of the population, which is gone through once,
/// whatever the number of values.
fn made_of(scenario: &Scenario, all: &AllRows, codes: &[usize], values: usize) -> Vec<Mix> {
    let population = &scenario.population.groups;
    // Shares of the people of some rows: [value][row].
    let shares = |rows: &Rows| -> Vec<Vec<f64>> {
        let mut shares = vec![vec![0.0; rows.groups.len()]; values];
        for (row, groups) in rows.groups.iter().enumerate() {
            let all: f64 = groups.iter().map(|&group| population[group].persons).sum();
            for &group in groups {
                if all > 0.0 {
                    shares[codes[group]][row] += population[group].persons / all;
                }
            }
        }
        shares
    };
    let none = Mix { people: 0.0, persons: 0.0, profiles: Vec::new(), cells: Vec::new() };
    let mut mixes = vec![none; values];
    for (group, &code) in population.iter().zip(codes) {
        mixes[code].people += group.persons;
        if group.enters == 0 {
            mixes[code].persons += group.persons;
        }
    }
    for rows in &all.profiles {
        mixes.iter_mut().zip(shares(rows)).for_each(|(mix, shares)| mix.profiles.push(shares));
    }
    for by_model in &all.cells {
        let of_models: Vec<Vec<Vec<f64>>> = by_model.iter().map(shares).collect();
        for (value, mix) in mixes.iter_mut().enumerate() {
            mix.cells.push(of_models.iter().map(|of_model| of_model[value].clone()).collect());
        }
    }
    mixes
}

/// Whether two groups differ in nothing but size.
fn is_same(one: &Mix, other: &Mix) -> bool {
    let ratio = other.people / one.people;
    let same = |one: &[f64], other: &[f64]| {
        one.iter().zip(other).all(|(a, b)| (a * ratio - b).abs() <= SAME * b.abs().max(a * ratio))
    };
    let profiles = one.profiles.iter().zip(&other.profiles).all(|(a, b)| same(a, b));
    let cells = one.cells.iter().flatten().zip(other.cells.iter().flatten()).all(|(a, b)| same(a, b));
    profiles && cells && (one.persons * ratio - other.persons).abs() <= SAME * other.persons
}
