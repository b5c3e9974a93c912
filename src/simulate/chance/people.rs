//! Whole people: how many persons of which profile there are, and in which cell of a strategy.
//!
//! **Groups.** The population file need not hold whole persons. One uniform number makes all its groups whole, in
//! their order ([`Rounding`]): right in the mean, and less than one person off in all. **Families** are profiles
//! that differ in nothing but risk class; their people are spread over the classes by chance, multinomially with
//! the shares of the classes. **Cells** of a profile hold its people by labels that only programmes use: those of
//! each population group, without replacement, and by the shares of further classes.
//! *Example:* 10.5 people of 70, of whom 30% have a high risk: 10 or 11 people, each as often, and of 10 people on
//! average 3 have a high risk, with variance 2.1.

use super::luck::{Luck, purpose};
use super::samplers::{Rounding, multinomial, take};
use crate::formula::Lane;
use crate::scenario::checked::Scenario;
use crate::simulate::profiles::{Cells, Profiles};

/// Profiles of the same people, told apart by risk classes alone.
#[derive(Clone, Debug, Default)]
pub struct Families {
    /// Profiles of each family.
    list: Vec<Vec<usize>>,
}

/// Whole persons of each population group, in its order.
pub fn groups(scenario: &Scenario, luck: &Luck) -> Vec<u32> {
    let mut rounding = Rounding::new(luck.stream(purpose(&["people"]), 0).next_uniform());
    scenario.population.groups.iter().map(|group| rounding.next(group.persons) as u32).collect()
}

impl Families {
    /// The families of a list of profiles.
    pub fn new(profiles: &Profiles) -> Self {
        let mut first: std::collections::BTreeMap<&[usize], usize> = std::collections::BTreeMap::new();
        let mut list: Vec<Vec<usize>> = Vec::new();
        for (index, profile) in profiles.list.iter().enumerate() {
            let family = *first.entry(&profile.groups[..]).or_insert(list.len());
            if family == list.len() {
                list.push(Vec::new());
            }
            list[family].push(index);
        }
        Self { list }
    }

    /// Whole persons of each profile: `groups` by population group, spread by the `expected` persons of each profile
    /// in one lane. `name` is the model's id.
    pub fn persons(
        &self,
        profiles: &Profiles,
        name: &str,
        groups: &[u32],
        expected: &[Lane],
        lane: usize,
        luck: &Luck,
    ) -> Vec<u32> {
        let purpose = purpose(&[name, "classes"]);
        let mut persons = vec![0; profiles.list.len()];
        let (mut weights, mut spread) = (Vec::new(), Vec::new());
        for family in &self.list {
            let all = profiles.list[family[0]].groups.iter().map(|&group| groups[group]).sum();
            if let [only] = family[..] {
                persons[only] = all;
                continue;
            }
            weights.clear();
            weights.extend(family.iter().map(|&profile| expected[profile][lane]));
            spread.clear();
            spread.resize(family.len(), 0);
            multinomial(all, &weights, &mut spread, &mut luck.stream(purpose, family[0] as u64));
            for (&profile, &here) in family.iter().zip(&spread) {
                persons[profile] = here;
            }
        }
        persons
    }

    /// Whole persons of each cell: the `persons` of its profile, spread over the population groups without
    /// replacement, and over classes by `shares` (of the cells, in one lane). `name` is the model's id.
    #[allow(clippy::too_many_arguments)]
    pub fn cells(
        &self,
        cells: &Cells,
        name: &str,
        groups: &[u32],
        persons: &[u32],
        shares: &[Lane],
        lane: usize,
        luck: &Luck,
    ) -> Vec<u32> {
        let purpose = purpose(&[name, "cells"]);
        let mut first = vec![0; persons.len() + 1];
        for cell in &cells.list {
            first[cell.profile + 1] += 1;
        }
        for profile in 0..persons.len() {
            first[profile + 1] += first[profile];
        }
        let mut result = vec![0; cells.list.len()];
        for family in &self.list {
            let of = |profile: usize| first[profile]..first[profile + 1];
            // Parts of the family that the labels of population groups tell apart.
            let mut parts: Vec<&[usize]> = Vec::new();
            for cell in &cells.list[of(family[0])] {
                if !parts.contains(&&cell.groups[..]) {
                    parts.push(&cell.groups);
                }
            }
            let mut left: Vec<u32> =
                parts.iter().map(|part| part.iter().map(|&group| groups[group]).sum()).collect();
            let mut stream = luck.stream(purpose, family[0] as u64);
            for &profile in family {
                let here = of(profile);
                if here.len() == 1 {
                    result[here.start] = persons[profile];
                    continue;
                }
                let mut taken = vec![0; parts.len()];
                take(persons[profile], &mut left, &mut taken, &mut stream);
                for (part, &people) in parts.iter().zip(&taken) {
                    let inside: Vec<usize> =
                        here.clone().filter(|&cell| cells.list[cell].groups[..] == **part).collect();
                    let weights: Vec<f64> = inside.iter().map(|&cell| shares[cell][lane]).collect();
                    let mut spread = vec![0; inside.len()];
                    multinomial(people, &weights, &mut spread, &mut stream);
                    for (&cell, &people) in inside.iter().zip(&spread) {
                        result[cell] = people;
                    }
                }
            }
        }
        result
    }
}
