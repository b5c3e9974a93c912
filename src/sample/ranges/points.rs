//! The people, years and states at which quantities are looked at.

use std::collections::{BTreeMap, BTreeSet};

use crate::formula::Scratch;
use crate::sample::Environment;
use crate::sample::parts::{Parts, Spread};
use crate::scenario::checked::{FactorShape, Scenario, Variables};

/// What a quantity is looked at with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Domain {
    /// Everybody at every age they reach; of a model those whom it follows, in its states.
    Reached(Option<usize>),
    /// Those whom a model follows at the age at which they enter.
    Entering(usize),
    /// At the age at which they enter, those whom some model follows that tells the classes of this set apart, by their
    /// rates; everybody if none does.
    Classed(usize),
}

/// Values of the variables, one of each at every point.
#[derive(Clone, Debug, Default)]
pub(super) struct Points {
    /// Number of points.
    pub(super) count: usize,
    /// By variable; empty for a variable that is not needed.
    pub(super) columns: Vec<Vec<f64>>,
}

/// All combinations that occur of the variables that a quantity needs.
pub(super) struct Grid<'s> {
    scenario: &'s Scenario,
    known: BTreeMap<(Domain, Vec<usize>), usize>,
    points: Vec<Points>,
}

impl<'s> Grid<'s> {
    pub(super) fn new(scenario: &'s Scenario) -> Self {
        Self { scenario, known: BTreeMap::new(), points: Vec::new() }
    }

    /// The number of the points for these variables; see [`Grid::points`].
    pub(super) fn number(&mut self, domain: Domain, variables: &BTreeSet<usize>) -> usize {
        let key = (domain, variables.iter().copied().collect::<Vec<usize>>());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let points = self.build(domain, variables);
        self.points.push(points);
        self.known.insert(key, self.points.len() - 1);
        self.points.len() - 1
    }

    /// All points by number.
    pub(super) fn into_points(self) -> Vec<Points> {
        self.points
    }

    fn build(&self, domain: Domain, variables: &BTreeSet<usize>) -> Points {
        let count = self.scenario.variables.count();
        let mut points = Points { count: 1, columns: vec![Vec::new(); count] };
        points
            .columns
            .iter_mut()
            .enumerate()
            .filter(|(v, _)| variables.contains(v))
            .for_each(|(_, column)| column.push(0.0));
        let person: Vec<usize> = variables.iter().copied().filter(|v| self.is_personal(*v)).collect();
        if !person.is_empty() {
            points = cross(&points, &person, &self.people(domain, &person));
        }
        for (class, risk) in self.scenario.population.classes.iter().enumerate() {
            if variables.contains(&risk.variable) {
                let codes =
                    (0..self.scenario.population.classes[class].values.len()).map(|code| vec![code as f64]);
                points = cross(&points, &[risk.variable], &codes.collect::<Vec<_>>());
            }
        }
        let horizon = self.scenario.time.years;
        let years = || (0..horizon).map(|year| year as f64);
        if variables.contains(&Variables::STATE) {
            let codes: Vec<Vec<f64>> = self.states(domain).into_iter().map(|code| vec![code]).collect();
            points = cross(&points, &[Variables::STATE], &codes);
        }
        if variables.contains(&Variables::YEAR) || variables.contains(&Variables::TIME) {
            let start = f64::from(self.scenario.time.start);
            let both: Vec<Vec<f64>> = years().map(|year| vec![start + year, year]).collect();
            points = cross(&points, &[Variables::YEAR, Variables::TIME], &both);
        }
        if variables.contains(&Variables::SINCE) {
            let halves: Vec<Vec<f64>> = (0..=2 * horizon).map(|half| vec![half as f64 / 2.0]).collect();
            points = cross(&points, &[Variables::SINCE], &halves);
        }
        // Where history begins, nothing has happened; of a risk factor the outer values show how far a formula goes.
        for &variable in variables {
            if self.scenario.variables.is_history(variable) {
                points = cross(&points, &[variable], &[vec![0.0]]);
            } else if self.scenario.variables.factor_at(variable).is_some() {
                points = cross(&points, &[variable], &outer_values(self.scenario, variable));
            }
        }
        points
    }

    /// Whether a variable is known of each group of the population.
    fn is_personal(&self, variable: usize) -> bool {
        let labels = &self.scenario.variables.labels;
        match variable {
            Variables::AGE | Variables::SEX => true,
            _ => {
                self.scenario.variables.label_at(variable).is_some_and(|label| labels[label].class.is_none())
            }
        }
    }

    /// The different people as far as these variables tell.
    fn people(&self, domain: Domain, variables: &[usize]) -> Vec<Vec<f64>> {
        let horizon = self.scenario.time.years;
        let mut seen: BTreeSet<Vec<i64>> = BTreeSet::new();
        for group in self.scenario.population.groups.iter().filter(|group| self.concerns(domain, group.age)) {
            let years = match domain {
                Domain::Entering(_) | Domain::Classed(_) => 1,
                Domain::Reached(_) if variables.contains(&Variables::AGE) => {
                    horizon.saturating_sub(group.enters).max(1)
                }
                Domain::Reached(_) => 1,
            };
            for year in 0..years {
                seen.insert(
                    variables
                        .iter()
                        .map(|variable| match *variable {
                            Variables::AGE => i64::from(group.age) + year as i64,
                            Variables::SEX => group.sex as i64,
                            label => {
                                let label = self.scenario.variables.label_at(label);
                                label.and_then(|label| group.labels.get(label)).map_or(0, |code| *code as i64)
                            }
                        })
                        .collect(),
                );
            }
        }
        seen.into_iter().map(|person| person.into_iter().map(|value| value as f64).collect()).collect()
    }

    /// Whether people who enter at an age are looked at.
    fn concerns(&self, domain: Domain, age: u16) -> bool {
        let models = &self.scenario.models;
        match domain {
            Domain::Reached(None) => true,
            Domain::Reached(Some(model)) | Domain::Entering(model) => models[model].follows(age),
            Domain::Classed(class) => {
                let values = &self.scenario.population.classes[class].values;
                let mut acted_on = values.iter().flat_map(|value| &value.relative_rates).peekable();
                acted_on.peek().is_none() || acted_on.any(|rate| models[rate.model].follows(age))
            }
        }
    }

    /// Codes of the states of the living.
    fn states(&self, domain: Domain) -> Vec<f64> {
        let models = &self.scenario.models;
        let of =
            |model: usize| models[model].states.iter().filter(|state| state.alive).map(|state| state.code);
        match domain {
            Domain::Reached(Some(model)) => of(model).collect(),
            _ => (0..models.len()).flat_map(of).collect(),
        }
    }
}

/// The lowest and the highest value of a risk factor, one in each row.
fn outer_values(scenario: &Scenario, variable: usize) -> Vec<Vec<f64>> {
    match outer(scenario, variable) {
        Some((lowest, highest)) if lowest < highest => vec![vec![lowest], vec![highest]],
        Some((only, _)) => vec![vec![only]],
        None => vec![vec![1.0]],
    }
}

/// The lowest and the highest mean of a bin at entry, in the base case, of the risk factors of a name: over all
/// people and models. Nothing where none can be computed.
pub(crate) fn outer(scenario: &Scenario, variable: usize) -> Option<(f64, f64)> {
    let environment = Environment::base(scenario).ok()?;
    let parts = Parts::new(scenario.uncertainty.factor_bins);
    let mut bins = vec![0.0; parts.count()];
    let models = scenario.models.iter().enumerate();
    let factors = models.flat_map(|(model, of)| of.factors.iter().map(move |factor| (model, factor)));
    let mut grid = Grid::new(scenario);
    let mut found: Option<(f64, f64)> = None;
    for (model, factor) in factors.filter(|(_, factor)| factor.variable == variable) {
        let quantities = [&factor.mean, &factor.sd];
        let used =
            quantities.iter().flat_map(|quantity| quantity.program.variables().iter().copied()).collect();
        let number = grid.number(Domain::Entering(model), &used);
        let points = &grid.points[number];
        let [mean, sd] = quantities.map(|quantity| {
            super::evaluate(&quantity.program, points, &environment, &mut Scratch::new()).unwrap_or_default()
        });
        let mut known = BTreeSet::new();
        for (mean, sd) in mean.iter().zip(&sd).map(|(mean, sd)| (mean[0], sd[0])) {
            let sound = factor.distribution == FactorShape::Normal || mean > 0.0;
            let sound = sound && sd >= 0.0 && mean.is_finite() && sd.is_finite();
            if !sound || !known.insert((mean.to_bits(), sd.to_bits())) {
                continue;
            }
            parts.deviations(Spread::new(factor.distribution, mean, sd), &mut bins);
            let ends = [bins[0], bins[bins.len() - 1]].map(|deviation| mean + deviation);
            let (lowest, highest) = found.unwrap_or((ends[0], ends[1]));
            found = Some((lowest.min(ends[0]), highest.max(ends[1])));
        }
    }
    found
}

/// Every point with every one of the rows, whose values are those of `variables` as far as the points have these.
fn cross(points: &Points, variables: &[usize], rows: &[Vec<f64>]) -> Points {
    let mut crossed =
        Points { count: points.count * rows.len(), columns: vec![Vec::new(); points.columns.len()] };
    for (variable, column) in points.columns.iter().enumerate() {
        if column.is_empty() {
            continue;
        }
        let at = variables.iter().position(|known| *known == variable);
        crossed.columns[variable] = match at {
            Some(at) => (0..points.count).flat_map(|_| rows.iter().map(move |row| row[at])).collect(),
            None => column.iter().flat_map(|value| rows.iter().map(move |_| *value)).collect(),
        };
    }
    crossed
}
