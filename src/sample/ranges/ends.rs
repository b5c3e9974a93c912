//! What risk factors do at the ends of their distribution: a quality of life above 1, and consequences more frequent
//! than the events that they follow.
//!
//! The ends are the lowest and the highest bin ([`crate::sample::parts`]), whose means d (as deviations) stand for
//! people there; looked at are all people of the population in every year t after they enter.
//!
//! * Quality of life in a state: u + Σ b·(d + drift·t), over factors, each with the d that makes it highest; at most 1.
//! * Share of a consequence with a ratio of its own: share · Π (r/r')^(d + drift·t) / (E[r^d] / E[r'^d]), r' the ratio
//!   of its event, E the mean over bins; at most 1.
//!
//! *Example:* utility 0.98, −0.004 a unit, standard deviation 5 in 10 bins: the lowest bin lies 1.755·5 = 8.77 below the
//! mean, where utility is 0.98 + 0.035 = 1.015. Both are warnings, as the mean of all people may be sound.

use std::collections::BTreeSet;

use super::points::{Domain, Grid, Points};
use super::{Checking, Moment, ROUNDING, at_quantity, evaluate, round};
use crate::formula::{LANES, Lane};
use crate::sample::Environment;
use crate::sample::parts::{Parts, Spread, log_mean_of_ratios};
use crate::scenario::checked::{Factor, FactorShape, Model, Quantity, Scenario, Variables};
use crate::scenario::diagnostic::Diagnostic;

/// What is looked at of the factors of a model.
pub(super) struct Ends<'s> {
    model: usize,
    /// Number of the points, at the age of entry.
    points: usize,
    pub(super) quantities: Vec<&'s Quantity>,
}

/// A quality of life or a share, in all values that the factors give it.
struct Looked<'s> {
    /// Without factors.
    amount: Option<&'s Quantity>,
    /// By factor that acts on it: its position, the change a unit (of a share: of the logarithm).
    by: Vec<(usize, Lane)>,
    /// Of a share, by factor: ratios whose means over people it is divided and multiplied by, as logarithms.
    means: Vec<(usize, Lane, Lane)>,
    /// Whether the changes are of the logarithm.
    share: bool,
    at: &'s Quantity,
    /// What it is, in words, and its number among the model's.
    what: String,
    number: usize,
}

/// A factor's drift, bins and ends, by point.
struct Spreads {
    drift: Vec<Lane>,
    bins: Vec<[Vec<f64>; LANES]>,
}

impl<'s> Ends<'s> {
    pub(super) fn of(scenario: &'s Scenario, grid: &mut Grid<'s>) -> Vec<Self> {
        let models = scenario.models.iter().enumerate().filter(|(_, model)| !model.factors.is_empty());
        models
            .map(|(model, description)| {
                let mut quantities: Vec<&Quantity> = Vec::new();
                for factor in &description.factors {
                    quantities.extend([&factor.mean, &factor.sd, &factor.drift]);
                    quantities.extend(factor.hazard_ratios.iter().map(|ratio| &ratio.value));
                    quantities.extend(factor.utilities.iter().map(|utility| &utility.value));
                    let states = factor.utilities.iter().map(|utility| &description.states[utility.state]);
                    quantities.extend(states.filter_map(|state| state.utility.as_ref()));
                }
                let branches = description.events.iter().filter(|event| event.parent.is_some());
                quantities.extend(branches.map(|event| &event.amount));
                let used: BTreeSet<usize> = quantities
                    .iter()
                    .flat_map(|quantity| quantity.program.variables().iter().copied())
                    .collect();
                Self { model, points: grid.number(Domain::Entering(model), &used), quantities }
            })
            .collect()
    }
}

impl<'s> Checking<'s> {
    /// Looks at the ends of the factors of all models.
    pub(super) fn ends(&mut self, environment: &Environment, moment: &Moment<'_>) {
        for number in 0..self.ends.len() {
            let (model, points) = (self.ends[number].model, self.ends[number].points);
            let unknown = |quantity: &&Quantity| super::rests_on_nothing(&quantity.program, environment);
            if self.ends[number].quantities.iter().any(unknown) {
                continue;
            }
            self.ends_of(model, points, environment, moment);
        }
    }

    /// Nothing is said where something cannot be computed: other rules say that.
    fn ends_of(
        &mut self,
        model: usize,
        points: usize,
        environment: &Environment,
        moment: &Moment<'_>,
    ) -> Option<()> {
        let scenario = self.scenario;
        let description = &scenario.models[model];
        let mut of_factors = Vec::new();
        for factor in &description.factors {
            of_factors.push(self.spreads(factor, points, environment)?);
        }
        let mut looked = qualities(description, environment)?;
        looked.extend(shares(description, environment)?);
        for looked in looked {
            if self.told.contains(&(model, looked.share, looked.number)) {
                continue;
            }
            let mut highest: Option<(f64, usize, usize, usize)> = None;
            for year in 0..scenario.time.years {
                let later = self.points[points].later(year);
                let amounts = match looked.amount {
                    Some(amount) => evaluate(&amount.program, &later, environment, &mut self.scratch).ok(),
                    None => Some(vec![Lane::ONE; later.count]),
                };
                // A table that ends before this age has nobody of it.
                let Some(amounts) = amounts else { break };
                for (point, amount) in amounts.iter().enumerate() {
                    for lane in 0..moment.lanes {
                        let value = looked.value(amount[lane], &of_factors, point, lane, year as f64);
                        if highest.is_none_or(|(known, ..)| value > known) {
                            highest = Some((value, point, lane, year));
                        }
                    }
                }
            }
            let Some((value, point, lane, year)) = highest else { continue };
            if value <= 1.0 + ROUNDING {
                continue;
            }
            self.told.insert((model, looked.share, looked.number));
            let whom = self.describe(&self.points[points].later(year), point);
            let title = format!(
                "{} is {} {}{} at the ends of risk factors{whom}",
                looked.what,
                round(value),
                (moment.name)(lane),
                moment.arm
            );
            let label = match looked.share {
                true => "more than all of these events would have the consequence",
                false => "expected at most 1, the value of full health",
            };
            self.messages.push(at_quantity(Diagnostic::warning(title).label(label), looked.at));
        }
        Some(())
    }

    fn spreads(&mut self, factor: &Factor, points: usize, environment: &Environment) -> Option<Spreads> {
        let at = &self.points[points];
        let mut values = |quantity: &Quantity| {
            let values = evaluate(&quantity.program, at, environment, &mut self.scratch).ok()?;
            values.iter().all(Lane::all_finite).then_some(values)
        };
        let (mean, sd, drift) = (values(&factor.mean)?, values(&factor.sd)?, values(&factor.drift)?);
        let parts = Parts::new(self.scenario.uncertainty.factor_bins);
        let mut known: Option<(f64, f64)> = None;
        let mut bins = vec![0.0; parts.count()];
        let mut all = Vec::with_capacity(mean.len());
        for (mean, sd) in mean.iter().zip(&sd) {
            let mut of_point: [Vec<f64>; LANES] = Default::default();
            for (lane, of_lane) in of_point.iter_mut().enumerate() {
                let (mean, sd) = (mean[lane], sd[lane]);
                if sd < 0.0 || (factor.distribution != FactorShape::Normal && mean <= 0.0) {
                    return None;
                }
                if known != Some((mean, sd)) {
                    parts.deviations(Spread::new(factor.distribution, mean, sd), &mut bins);
                    known = Some((mean, sd));
                }
                of_lane.clone_from(&bins);
            }
            all.push(of_point);
        }
        Some(Spreads { drift, bins: all })
    }
}

impl Looked<'_> {
    /// The highest value that the factors give it.
    fn value(&self, amount: f64, factors: &[Spreads], point: usize, lane: usize, years: f64) -> f64 {
        let mut change = 0.0;
        for &(factor, unit) in &self.by {
            let of_factor = &factors[factor];
            let (bins, unit) = (&of_factor.bins[point][lane], unit[lane]);
            let (lowest, highest) = (bins[0], bins[bins.len() - 1]);
            change += (unit * lowest).max(unit * highest) + unit * of_factor.drift[point][lane] * years;
        }
        for &(factor, own, above) in &self.means {
            let bins = &factors[factor].bins[point][lane];
            change -= log_mean_of_ratios(bins, own[lane]) - log_mean_of_ratios(bins, above[lane]);
        }
        if self.share { amount * libm::exp(change) } else { amount + change }
    }
}

/// The qualities of life that factors change.
fn qualities<'s>(model: &'s Model, environment: &Environment) -> Option<Vec<Looked<'s>>> {
    let mut all: Vec<Looked<'s>> = Vec::new();
    for (number, state) in model.states.iter().enumerate() {
        let mut by = Vec::new();
        let mut at = None;
        for (index, factor) in model.factors.iter().enumerate() {
            for utility in factor.utilities.iter().filter(|utility| utility.state == number) {
                by.push((index, environment.quantity(&utility.value).ok()?));
                at = at.or(Some(&utility.value));
            }
        }
        let Some(at) = at else { continue };
        let what = format!("the quality of life in `{}.{}`", model.id, state.id);
        let amount = state.utility.as_ref();
        all.push(Looked { amount, by, means: Vec::new(), share: false, at, what, number });
    }
    Some(all)
}

/// The consequences that have another ratio than their events.
fn shares<'s>(model: &'s Model, environment: &Environment) -> Option<Vec<Looked<'s>>> {
    let mut all: Vec<Looked<'s>> = Vec::new();
    let driven: Vec<Vec<Option<usize>>> =
        model.factors.iter().map(|factor| model.driven_by(factor)).collect();
    for (number, event) in model.events.iter().enumerate() {
        let Some(parent) = event.parent else { continue };
        let (mut by, mut means, mut at) = (Vec::new(), Vec::new(), None);
        for (index, (factor, driven)) in model.factors.iter().zip(&driven).enumerate() {
            let Some(own) = driven[number].filter(|own| driven[parent] != Some(*own)) else { continue };
            let log = |ratio: usize| {
                let ratio = environment.quantity(&factor.hazard_ratios[ratio].value).ok()?;
                (!ratio.any(|ratio| ratio <= 0.0)).then(|| Lane(ratio.0.map(libm::log)))
            };
            let (one, other) = (log(own)?, driven[parent].map_or(Some(Lane::ZERO), log)?);
            by.push((index, one - other));
            means.push((index, one, other));
            at = at.or(Some(&factor.hazard_ratios[own].value));
        }
        let Some(at) = at else { continue };
        let what =
            format!("the share of events `{}` with the consequence `{}`", model.events[parent].id, event.id);
        all.push(Looked { amount: Some(&event.amount), by, means, share: true, at, what, number });
    }
    Some(all)
}

impl Points {
    /// The same people some years later.
    fn later(&self, years: usize) -> Self {
        let mut later = self.clone();
        later.columns[Variables::AGE].iter_mut().for_each(|age| *age += years as f64);
        later
    }
}
