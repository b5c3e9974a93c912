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
use crate::scenario::checked::{Scenario, Trait};

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

/// Shares of the people of every profile and cell.
#[derive(Clone, Debug)]
pub struct Mix {
    /// Persons, those who enter later among them.
    pub people: f64,
    /// Persons at the start.
    pub persons: f64,
    /// `[model][profile]`.
    pub profiles: Vec<Vec<f64>>,
    /// `[strategy][model][cell]`.
    pub cells: Vec<Vec<Vec<f64>>>,
}

/// Groups with the mixes that they are made of, by trait and then in the order of its values.
pub fn mixes(scenario: &Scenario, plan: &Plan) -> (Vec<Group>, Vec<Mix>) {
    let (mut groups, mut mixes) = (Vec::new(), Vec::<Mix>::new());
    for (by, &of) in scenario.results.by.iter().enumerate() {
        for (value, own) in scenario.trait_values(of).into_iter().zip(by_value(scenario, plan, of)) {
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

/// What each value of a trait is made of. The population is gone through once, whatever the number of values.
fn by_value(scenario: &Scenario, plan: &Plan, of: Trait) -> Vec<Mix> {
    let population = &scenario.population.groups;
    let codes: Vec<usize> = population.iter().map(|group| scenario.trait_of(group, of) as usize).collect();
    let values = scenario.trait_values(of).len();
    // Shares of the people of some rows: [value][row].
    let shares = |rows: &mut dyn Iterator<Item = &Vec<usize>>| -> Vec<Vec<f64>> {
        let mut shares = vec![Vec::new(); values];
        for groups in rows {
            let all: f64 = groups.iter().map(|&group| population[group].persons).sum();
            shares.iter_mut().for_each(|shares| shares.push(0.0));
            for &group in groups {
                if let Some(share) = shares[codes[group]].last_mut() {
                    *share += if all > 0.0 { population[group].persons / all } else { 0.0 };
                }
            }
        }
        shares
    };
    let none = Mix { people: 0.0, persons: 0.0, profiles: Vec::new(), cells: Vec::new() };
    let mut mixes = vec![none; values];
    for (group, &code) in population.iter().zip(&codes) {
        mixes[code].people += group.persons;
        if group.enters == 0 {
            mixes[code].persons += group.persons;
        }
    }
    for model in &plan.models {
        let rows = shares(&mut model.profiles.list.iter().map(|profile| &profile.groups));
        mixes.iter_mut().zip(rows).for_each(|(mix, shares)| mix.profiles.push(shares));
    }
    for by_model in &plan.enrolments {
        let rows = by_model.iter().map(|enrolment| {
            // Where nobody enrols nothing is shared out.
            let cells = if enrolment.moments.is_empty() { &[][..] } else { &enrolment.cells.list[..] };
            shares(&mut cells.iter().map(|cell| &cell.groups))
        });
        let rows: Vec<Vec<Vec<f64>>> = rows.collect();
        for (value, mix) in mixes.iter_mut().enumerate() {
            mix.cells.push(rows.iter().map(|of_model| of_model[value].clone()).collect());
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
