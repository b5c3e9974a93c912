//! Background mortality: what the life table leaves once the model's own deaths are taken out.
//!
//! What a model says about dying in its states and from its events is *excess*; the rest of
//! the life table is background. With h_table(a) = −ln(1 − q(a)), start shares s_i at the attained age a,
//! modelled fatal hazards f_i and mortality ratios hr_i per state i,
//!
//! h(a) = (h_table(a) − Σ_i s_i f_i) / Σ_i s_i hr_i,
//!
//! averaged over all labels and classes of that age and sex, for people whose risk factors multiply by their mean of 1
//! and whose history begins: that factors drift, and that those at higher risk die first, is not known to it, so deaths
//! of later years need not add up to the table's where a factor drives fatal events. So h depends on age and sex alone and is the same
//! for participants and others. If the modelled deaths exceed the table's, that is an error of the scenario.
//! *Example:* h_table = 0.0149820500, 95% at home (ratio 1), 5% in a nursing home (ratio 4), no modelled
//! fatal events: h = 0.0149820500 / (0.95 + 0.05·4) = 0.0130278696 per person-year.

use super::points::{Points, Values, within};
use super::profiles::{Profiles, multiply_by_share};
use super::rates::{CERTAIN, Rates};
use super::structure::Structure;
use crate::formula::{Lane, Scratch, math};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Background, Quantity, Scenario, Variables};
use std::collections::BTreeMap;

/// People of one sex with the same labels and classes.
#[derive(Default)]
struct Combination {
    variables: Vec<f64>,
    /// Persons by age (bits of the age).
    by_age: BTreeMap<u64, f64>,
    persons: f64,
}

/// Everyone of an age and sex, for the background hazard.
#[derive(Clone, Debug)]
pub(super) struct MortalityGrid {
    points: Points,
    /// Weight (persons) of each point within its age and sex, before class shares.
    weights: Vec<f64>,
    /// Age-and-sex group of each point.
    group_of: Vec<usize>,
    groups: usize,
    /// Group of each point of the main grid.
    pub(super) group_of_point: Vec<usize>,
    /// Classes whose shares weigh the points.
    classes: Vec<usize>,
}

impl MortalityGrid {
    pub(super) fn new(scenario: &Scenario, profiles: &Profiles, rows: &[Vec<f64>]) -> Self {
        let mut groups: BTreeMap<(u64, u64), usize> = BTreeMap::new();
        let mut group_of_point = Vec::with_capacity(rows.len());
        for row in rows {
            let key = (row[Variables::AGE].to_bits(), row[Variables::SEX].to_bits());
            let next = groups.len();
            group_of_point.push(*groups.entry(key).or_insert(next));
        }
        // Combinations of labels and classes by sex, with persons by age; newcomers count only where nobody of
        // their sex is there at the start.
        let mut combos: BTreeMap<(u64, Vec<u64>), Combination> = BTreeMap::new();
        let there =
            |sex: f64| profiles.list.iter().any(|p| p.enters == 0 && p.variables[Variables::SEX] == sex);
        for profile in &profiles.list {
            if profile.enters > 0 && there(profile.variables[Variables::SEX]) {
                continue;
            }
            let labels: Vec<u64> =
                scenario.variables.labels_of(&profile.variables).iter().map(|v| v.to_bits()).collect();
            let entry =
                combos.entry((profile.variables[Variables::SEX].to_bits(), labels)).or_insert_with(|| {
                    Combination { variables: profile.variables.clone(), ..Combination::default() }
                });
            *entry.by_age.entry(f64::from(profile.age).to_bits()).or_insert(0.0) += profile.persons;
            entry.persons += profile.persons;
        }
        let (mut points, mut weights, mut group_of) = (Vec::new(), Vec::new(), Vec::new());
        for (&(age, sex), &group) in &groups {
            let of_sex: Vec<_> = combos.iter().filter(|((s, _), _)| *s == sex).map(|(_, v)| v).collect();
            let at_age: f64 = of_sex.iter().filter_map(|combination| combination.by_age.get(&age)).sum();
            for combination in of_sex {
                let weight = if at_age > 0.0 {
                    combination.by_age.get(&age).copied().unwrap_or(0.0)
                } else {
                    combination.persons
                };
                if weight > 0.0 {
                    let mut row = combination.variables.clone();
                    scenario.variables.begin_history(&mut row);
                    row[Variables::AGE] = f64::from_bits(age);
                    row[Variables::YEAR] = f64::from(scenario.time.start);
                    row[Variables::TIME] = 0.0;
                    points.push(row);
                    weights.push(weight);
                    group_of.push(group);
                }
            }
        }
        Self {
            points: Points::from_rows(scenario.variables.count(), &points),
            weights,
            group_of,
            groups: groups.len(),
            group_of_point,
            classes: profiles.classes().to_vec(),
        }
    }
}

/// Background hazard by age-and-sex group.
pub(super) fn background(
    scenario: &Scenario,
    model: usize,
    structure: &Structure,
    grid: &MortalityGrid,
    environment: &Environment,
    scratch: &mut Scratch,
) -> Result<Vec<Lane>, QuantityError> {
    let description = &scenario.models[model];
    let mut rates = Rates::default();
    rates.raw(scenario, model, structure, &grid.points, &grid.points, environment, scratch)?;
    let mut weights: Vec<Lane> = grid.weights.iter().map(|&w| Lane::splat(w)).collect();
    for &class in &grid.classes {
        multiply_by_share(scenario, class, &grid.points, environment, scratch, &mut weights)?;
    }
    let mut table = Values::default();
    let quantity: &Quantity = match &description.background {
        Some(Background::Probability(q) | Background::Rate(q)) => q,
        None => return Ok(vec![Lane::ZERO; grid.groups]),
    };
    grid.points.evaluate(quantity, environment, None, scratch, &mut table)?;
    let is_probability = matches!(description.background, Some(Background::Probability(_)));
    within(quantity, &table, 0.0, f64::INFINITY)?;
    let (mut whole, mut fatal, mut ratios, mut all) = (
        vec![Lane::ZERO; grid.groups],
        vec![Lane::ZERO; grid.groups],
        vec![Lane::ZERO; grid.groups],
        vec![Lane::ZERO; grid.groups],
    );
    let (mut start, mut ratio) = (Values::default(), Values::default());
    for (state, described) in description.states.iter().enumerate() {
        if !described.alive {
            continue;
        }
        grid.points.evaluate(&described.start, environment, None, scratch, &mut start)?;
        grid.points.evaluate(
            &described.mortality_ratio,
            environment,
            Some(described.code),
            scratch,
            &mut ratio,
        )?;
        for (point, &persons) in weights.iter().enumerate() {
            let group = grid.group_of[point];
            let weight = persons * start.at(point);
            let mut hazard = Lane::ZERO;
            for exit in &structure.exits[state] {
                if !structure.alive[exit.to] {
                    hazard += rates.hazard(point, state, exit.cause);
                }
            }
            fatal[group] += weight * hazard;
            ratios[group] += weight * ratio.at(point);
        }
    }
    for (point, &persons) in weights.iter().enumerate() {
        let group = grid.group_of[point];
        let q = table.at(point);
        let h = if is_probability {
            let log = math::ln_1p(-q.min(Lane::splat(1.0 - 1e-16)));
            Lane::from_fn(|lane| if q[lane] >= 1.0 { CERTAIN } else { -log[lane] })
        } else {
            q
        };
        whole[group] += persons * h;
        all[group] += persons;
    }
    let mut result = vec![Lane::ZERO; grid.groups];
    for group in 0..grid.groups {
        if all[group].any(|w| w <= 0.0) {
            continue;
        }
        let left = whole[group] - fatal[group];
        // A model in which all deaths are events leaves nothing but rounding.
        let rounding = whole[group] * 1e-12;
        let left = Lane::from_fn(|lane| if left[lane].abs() <= rounding[lane] { 0.0 } else { left[lane] });
        if left.any(|h| h < 0.0) {
            let point = grid.group_of.iter().position(|&g| g == group).unwrap_or(0);
            let age = grid.points.value(Variables::AGE, point);
            let lane = (0..crate::formula::LANES).find(|&l| left[l] < 0.0).unwrap_or(0);
            return Err(QuantityError::new(
                quantity,
                format!(
                    "at age {age} the model's own deaths ({:.5} per person-year) exceed the life table's ({:.5}) in some draw",
                    fatal[group][lane] / all[group][lane],
                    whole[group][lane] / all[group][lane]
                ),
            ));
        }
        result[group] = Lane::from_fn(|lane| {
            let ratio = ratios[group][lane];
            if ratio > 0.0 { left[lane] / ratio } else { 0.0 }
        });
    }
    Ok(result)
}
