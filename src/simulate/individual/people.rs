//! Who there is: whole persons of every profile, with their risk class, the state they start in, and their cell.
//!
//! **Persons.** Every population group holds whole persons ([`groups`]). Those of a family (profiles that differ in
//! risk class only) are numbered, group after group, so a person has the labels of a group. **Luck.** The class, the
//! start and the cell of a person are decided by that person's own numbers: they are the same under every arm
//! unless shares differ, and a programme that tells more people apart moves nobody else.

use super::sojourns::Person;
use crate::formula::Lane;
use crate::sample::{Stream, hash_of_name};
use crate::scenario::checked::{Scenario, Variables};
use crate::simulate::ModelPlan;
use crate::simulate::chance::luck::{Luck, purpose};
use crate::simulate::chance::people::groups;
use crate::simulate::profiles::{Cells, Profile};

/// The number that stands for a profile's entry, age, sex and labels in random streams, with its risk classes or
/// without them.
pub(super) fn name(scenario: &Scenario, profile: &Profile, classes: bool) -> u64 {
    let mut name = format!("{}/{}/{}", profile.enters, profile.age, profile.variables[Variables::SEX]);
    let values = scenario.variables.labels_of(&profile.variables);
    for (label, value) in scenario.variables.labels.iter().zip(values) {
        if classes || label.class.is_none() {
            name += &format!("/{value}");
        }
    }
    hash_of_name(&name)
}

/// The number of each profile's family in random streams.
pub(super) fn families(scenario: &Scenario, plan: &ModelPlan) -> Vec<u64> {
    plan.profiles.list.iter().map(|profile| name(scenario, profile, false)).collect()
}

/// The people of one run, profile by profile.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    /// All persons, in the order of profiles and then of their numbers.
    pub list: Vec<Person>,
    /// First person of each profile, and the number of all.
    pub from: Vec<usize>,
    /// Persons of each population group.
    groups: Vec<u32>,
}

impl People {
    /// The persons of a profile.
    pub fn of(&self, profile: usize) -> &[Person] {
        &self.list[self.from[profile]..self.from[profile + 1]]
    }

    /// Draws the people of one run. `persons` are those expected of each profile, of which only the proportions within
    /// a family count; `starts` the start shares by profile and state.
    pub fn draw(
        scenario: &Scenario,
        plan: &ModelPlan,
        families: &[u64],
        luck: &Luck,
        lane: usize,
        persons: &[Lane],
        starts: &[Lane],
    ) -> Self {
        let (model, states) = (&scenario.models[plan.model].id, plan.structure.states);
        let purpose = purpose(&[model, "class and start"]);
        let groups = groups(scenario, luck);
        let mut by_profile: Vec<Vec<Person>> = vec![Vec::new(); plan.profiles.list.len()];
        for family in plan.families.list() {
            let of_family = &plan.profiles.list[family[0]].groups;
            let all: u32 = of_family.iter().map(|&group| groups[group]).sum();
            let shares: Vec<f64> = family.iter().map(|&profile| persons[profile][lane]).collect();
            let starts: Vec<Vec<f64>> = family
                .iter()
                .map(|&profile| {
                    starts[profile * states..(profile + 1) * states].iter().map(|share| share[lane]).collect()
                })
                .collect();
            if let [profile] = family[..]
                && let Some(state) = only(&starts[0])
            {
                by_profile[profile].extend((0..all).map(|number| Person { number, state }));
                continue;
            }
            let mut stream = luck.stream(purpose, families[family[0]]);
            for number in 0..all {
                stream.jump(u64::from(number));
                let member = chosen(&shares, stream.next_uniform());
                let state = chosen(&starts[member], stream.next_uniform()) as u16;
                by_profile[family[member]].push(Person { number, state });
            }
        }
        let (mut list, mut from) = (Vec::new(), vec![0]);
        for mut of_profile in by_profile {
            list.append(&mut of_profile);
            from.push(list.len());
        }
        Self { list, from, groups }
    }

    /// The persons of each cell of a strategy; `shares` are those of the cells in their profile.
    pub fn cells(
        &self,
        scenario: &Scenario,
        plan: &ModelPlan,
        cells: &Cells,
        luck: &Luck,
        lane: usize,
        shares: &[Lane],
    ) -> Vec<Vec<u32>> {
        let purpose = purpose(&[&scenario.models[plan.model].id, "cell"]);
        let mut by_cell = vec![Vec::new(); cells.list.len()];
        let mut first = 0;
        for (profile, description) in plan.profiles.list.iter().enumerate() {
            let end = first + cells.list[first..].iter().take_while(|cell| cell.profile == profile).count();
            let persons = self.from[profile]..self.from[profile + 1];
            if end == first + 1 {
                by_cell[first].extend(persons.map(|person| person as u32));
                first = end;
                continue;
            }
            // Cells that hold people of each group.
            let mut holds: Vec<(usize, usize)> = (first..end)
                .flat_map(|cell| cells.list[cell].groups.iter().map(move |&group| (group, cell)))
                .collect();
            holds.sort_unstable();
            let mut stream = luck.stream(purpose, name(scenario, description, false));
            // Numbers are in the order of groups.
            let (mut position, mut passed) = (0, 0);
            for person in persons {
                let number = self.list[person].number;
                while number >= passed + self.groups[description.groups[position]] {
                    passed += self.groups[description.groups[position]];
                    position += 1;
                }
                let group = description.groups[position];
                let from = holds.partition_point(|&(g, _)| g < group);
                let here = &holds[from..holds.partition_point(|&(g, _)| g <= group)];
                let cell = match *here {
                    [(_, cell)] => cell,
                    _ => {
                        // A share belongs to all the groups of a cell: within a group only proportions count.
                        let weights: Vec<f64> = here
                            .iter()
                            .map(|&(_, cell)| {
                                let fraction = cells.list[cell].fraction;
                                if fraction > 0.0 { shares[cell][lane] / fraction } else { 0.0 }
                            })
                            .collect();
                        stream.jump(u64::from(number));
                        here[chosen(&weights, stream.next_uniform())].1
                    }
                };
                by_cell[cell].push(person as u32);
            }
            first = end;
        }
        by_cell
    }
}

/// The only state that people start in.
fn only(shares: &[f64]) -> Option<u16> {
    let mut positive = shares.iter().enumerate().filter(|(_, share)| **share > 0.0);
    let (state, _) = positive.next()?;
    positive.next().is_none().then_some(state as u16)
}

/// The place that a uniform number falls in, of places that are as wide as their weights.
pub(super) fn chosen(weights: &[f64], uniform: f64) -> usize {
    let all: f64 = weights.iter().map(|weight| weight.max(0.0)).sum();
    let mut left = uniform * all;
    let mut last = 0;
    for (place, &weight) in weights.iter().enumerate() {
        if weight > 0.0 {
            last = place;
            if left < weight {
                break;
            }
            left -= weight;
        }
    }
    last
}

/// The two numbers of a person in a stream at one moment.
pub(super) fn numbers(stream: &mut Stream, number: u32, moment: usize) -> [f64; 2] {
    stream.jump(u64::from(number) << 32 | moment as u64);
    [stream.next_uniform(), stream.next_uniform()]
}
