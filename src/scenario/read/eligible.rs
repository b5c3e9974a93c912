//! Ages that become eligible while a programme enrols must be in the population.

use std::collections::BTreeSet;

use crate::formula::{Column, Inputs, LANES, Lane, Scratch};
use crate::sample::Environment;
use crate::scenario::checked::{Group, Programme, Scenario, Variables};
use crate::scenario::diagnostic::Diagnostic;

use super::context::{At, Reader};
use super::place;

/// Ages from which a population that stops may simply have nobody older.
const OLD: u16 = 90;

impl Reader<'_> {
    /// Reports ages on 1 January of the start that the population lacks although they become eligible before the last
    /// enrolment. A population that says `closed = true` is taken as it is.
    pub(super) fn check_eligible_ages(&mut self, top: &At<'_>, base: &Environment) {
        let Some(at) = top.below("population") else { return };
        if at.flag("closed") || self.scenario.population.groups.is_empty() {
            return;
        }
        let mut messages = Vec::new();
        for programme in &self.scenario.programmes {
            let Some(last) = programme.enrol.years.iter().max() else { continue };
            let eligible = self.eligible_ages(programme, base);
            let mut missing: BTreeSet<u16> = BTreeSet::new();
            for year in &programme.enrol.years {
                let present = self.ages_in(*year, programme.model);
                let oldest = present.last().copied().unwrap_or(0).max(OLD);
                for age in eligible.iter().filter(|age| **age <= oldest && !present.contains(age)) {
                    missing.extend(age.checked_sub(*year as u16));
                }
            }
            if missing.is_empty() {
                continue;
            }
            let start = self.scenario.time.start;
            let title = format!(
                "people who are or become eligible for `{}` by {} are not in the population",
                programme.id,
                i64::from(start) + *last as i64
            );
            let spot = ["ages", "file", "groups"].into_iter().find_map(|key| at.node(key));
            messages.push(
                Diagnostic::error(title)
                    .at(spot.map_or(&at.span, |node| &node.span))
                    .label(format!("missing ages on 1 January {start}: {}", ranges(&missing)))
                    .help("add these ages, or write `closed = true` if nobody is to grow into the programme"),
            );
        }
        messages.into_iter().for_each(|message| self.say(message));
    }

    /// The ages at which somebody may be invited.
    pub(super) fn eligible_ages(&self, programme: &Programme, base: &Environment) -> BTreeSet<u16> {
        let somebody =
            |age: &u16| may_be_invited(&self.scenario, programme, &[(Variables::AGE, f64::from(*age))], base);
        (0..=120_u16).filter(somebody).collect()
    }

    /// The ages that people whom a model follows have in a year of the horizon.
    fn ages_in(&self, year: usize, model: usize) -> BTreeSet<u16> {
        let model = &self.scenario.models[model];
        let there = |group: &&Group| group.enters <= year && model.follows(group.age);
        let groups = self.scenario.population.groups.iter().filter(there);
        groups.map(|group| group.age + (year - group.enters) as u16).collect()
    }
}

/// Whether somebody of whom some variables are known may be invited, whatever the others are.
pub(in crate::scenario) fn may_be_invited(
    scenario: &Scenario,
    programme: &Programme,
    known: &[(usize, f64)],
    base: &Environment,
) -> bool {
    let program = &programme.eligible.program;
    let mut columns: Vec<Vec<f64>> = vec![Vec::new(); scenario.variables.count()];
    let mut points = 1;
    for &variable in program.variables() {
        let stated = known.iter().find(|(known, _)| *known == variable);
        let values: Vec<f64> = match variable {
            _ if stated.is_some() => stated.map(|(_, value)| *value).into_iter().collect(),
            Variables::STATE => scenario.models[programme.model]
                .states
                .iter()
                .filter(|state| state.alive)
                .map(|state| state.code)
                .collect(),
            _ if scenario.variables.is_history(variable) => vec![0.0, 1.0, 10.0],
            _ if scenario.variables.factor_at(variable).is_some() => {
                // From the lowest bin of all people to the highest, so that a range between is met too.
                let ends = crate::sample::ranges::outer(scenario, variable);
                let between = |(lowest, highest): (f64, f64)| {
                    [0.0, 0.25, 0.5, 0.75, 1.0].map(|part| lowest + part * (highest - lowest))
                };
                ends.into_iter().flat_map(between).collect()
            }
            _ => (0..place::texts_of(&scenario.variables, variable).len()).map(|code| code as f64).collect(),
        };
        for column in &mut columns {
            *column = column.iter().flat_map(|value| values.iter().map(move |_| *value)).collect();
        }
        columns[variable] = (0..points).flat_map(|_| values.iter().copied()).collect();
        points *= values.len();
    }
    let variables: Vec<Column<'_>> = columns.iter().map(Column::from).collect();
    let inputs = Inputs { parameters: &base.parameters, variables: &variables, points, tables: &base.tables };
    let mut out = vec![Lane([0.0; LANES]); points];
    // A table that ends before this age has nobody of it.
    let evaluated = program.evaluate(&inputs, &mut Scratch::new(), &mut out);
    evaluated.is_ok() && out.iter().any(|lane| lane.0[0] != 0.0 && lane.0[0].is_finite())
}

/// Numbers as ranges: `62-64, 70`.
fn ranges(numbers: &BTreeSet<u16>) -> String {
    let mut parts: Vec<(u16, u16)> = Vec::new();
    for &number in numbers {
        match parts.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => parts.push((number, number)),
        }
    }
    let shown: Vec<String> = parts
        .into_iter()
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}-{last}") })
        .collect();
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_ages_are_shown_as_a_range() {
        assert_eq!(ranges(&BTreeSet::from([62, 63, 64, 70])), "62-64, 70");
    }
}
