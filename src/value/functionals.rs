//! What counts of people are worth: every unit cost, named outcome, life-years and quality of life as a sum of
//! terms, each a price times a count.
//!
//! People are counted before they are priced: a term whose price is the same for everybody is priced once per
//! cycle from the summed counts; only a price that differs by age, sex, label or class is applied to each group.

use crate::formula::{Lane, Scratch};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Node, Priced, Quantity, Scenario, Variables};
use crate::simulate::ModelPlan;
use crate::simulate::points::{Points, Values, within};
use std::collections::BTreeMap;

/// Which figure of the results a term adds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Unit cost, EUR.
    Cost(usize),
    /// Named outcome, what is not counted by life-year.
    Outcome(usize),
    /// Named outcome, what is counted by life-year: several models describe the same lives.
    OutcomeOfLives(usize),
    /// Life-years.
    LifeYears,
    /// Quality-adjusted life-years.
    Qalys,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Occurrences in a column of a trajectory.
    Column(usize),
    /// Time in a state.
    State(usize),
}

/// One term.
#[derive(Clone, Debug)]
pub struct Term {
    /// Position of its figure in [`Functionals::figures`].
    pub figure: usize,
    /// What is counted.
    pub source: Source,
    /// Its price; `None` stands for 1.
    price: Option<(Quantity, f64 /* state code or not a number */)>,
    /// −1 for losses.
    sign: f64,
    /// Whether the price differs between people.
    pub varies: bool,
}

/// The terms of one model.
#[derive(Clone, Debug)]
pub struct Functionals {
    /// Figures that this model adds to.
    pub figures: Vec<Figure>,
    /// Terms.
    pub terms: Vec<Term>,
    /// Position of quality-adjusted life-years in `figures`.
    pub qalys: usize,
    /// For each figure its position among those that need sums by group, if it does.
    pub moving: Vec<Option<usize>>,
    /// For each figure the terms whose price is the same for everybody.
    pub constant: Vec<Vec<usize>>,
    /// Whether a figure has any term in this model.
    pub active: Vec<bool>,
    /// For each point of the model which points have the same prices: the same number.
    pub price_classes: Vec<u32>,
}

/// Prices of the terms of one model in one block of draws.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    /// By term; signed.
    pub values: Vec<Values>,
}

impl Functionals {
    /// Terms of a model; `utility_effects`: whether some programme or risk factor changes a utility of it.
    pub fn new(scenario: &Scenario, plan: &ModelPlan, utility_effects: bool) -> Self {
        let model = plan.model;
        let description = &scenario.models[model];
        let mut figures: Vec<Figure> = (0..scenario.unit_costs.len()).map(Figure::Cost).collect();
        figures.extend((0..scenario.outcomes.len()).map(Figure::Outcome));
        figures.extend((0..scenario.outcomes.len()).map(Figure::OutcomeOfLives));
        figures.extend([Figure::LifeYears, Figure::Qalys]);
        let (life_years, qalys) = (figures.len() - 2, figures.len() - 1);
        let mut terms = Vec::new();
        let mut push = |figure: usize, source: Source, price: Option<&Quantity>, sign: f64| {
            let code = match source {
                Source::State(state) => description.states[state].code,
                Source::Column(_) => f64::NAN,
            };
            let varies = price.is_some_and(|q| !q.program.variables().is_empty());
            terms.push(Term { figure, source, price: price.map(|q| (q.clone(), code)), sign, varies });
        };
        let sources = |on: &Priced| -> Vec<Source> {
            match *on {
                Priced::Node { model: m, node } if m == model => match node {
                    Node::Event(event) => vec![Source::Column(event)],
                    Node::Transition(transition) => {
                        vec![Source::Column(plan.structure.transition_column(transition))]
                    }
                    Node::State(state) | Node::Utility(state) => vec![Source::State(state)],
                    Node::Factor(_) => Vec::new(),
                },
                Priced::LifeYear => (0..description.states.len())
                    .filter(|&s| description.states[s].alive)
                    .map(Source::State)
                    .collect(),
                _ => Vec::new(),
            }
        };
        for (index, cost) in scenario.unit_costs.iter().enumerate() {
            for source in sources(&cost.on) {
                push(index, source, Some(&cost.value), 1.0);
            }
        }
        let (costs, outcomes) = (scenario.unit_costs.len(), scenario.outcomes.len());
        for (index, outcome) in scenario.outcomes.iter().enumerate() {
            for (on, amount) in &outcome.per {
                let of_lives = if matches!(on, Priced::LifeYear) { outcomes } else { 0 };
                for source in sources(on) {
                    push(costs + of_lives + index, source, Some(amount), 1.0);
                }
            }
        }
        for (state, described) in description.states.iter().enumerate() {
            if described.alive {
                push(life_years, Source::State(state), None, 1.0);
                if let Some(utility) = &described.utility {
                    push(qalys, Source::State(state), Some(utility), 1.0);
                }
            }
        }
        for (event, described) in description.events.iter().enumerate() {
            if let Some(loss) = &described.qaly_loss {
                push(qalys, Source::Column(event), Some(loss), -1.0);
            }
        }
        let mut moving = vec![None; figures.len()];
        let mut next = 0;
        for (figure, slot) in moving.iter_mut().enumerate() {
            let needed =
                terms.iter().any(|t| t.figure == figure && t.varies) || figure == qalys && utility_effects;
            if needed {
                *slot = Some(next);
                next += 1;
            }
        }
        let constant = (0..figures.len())
            .map(|figure| {
                (0..terms.len()).filter(|&t| terms[t].figure == figure && !terms[t].varies).collect()
            })
            .collect();
        let active = (0..figures.len())
            .map(|figure| moving[figure].is_some() || terms.iter().any(|t| t.figure == figure))
            .collect();
        let price_classes = price_classes(&terms, &plan.grid.points);
        Self { figures, terms, qalys, moving, constant, active, price_classes }
    }

    /// Number of figures summed by group.
    pub fn moving_count(&self) -> usize {
        self.moving.iter().flatten().count()
    }

    /// Evaluates all prices in an environment.
    ///
    /// # Errors
    /// A price that cannot be evaluated, a utility above 1.
    pub fn prices(
        &self,
        plan: &ModelPlan,
        environment: &Environment,
        scratch: &mut Scratch,
        prices: &mut Prices,
    ) -> Result<(), QuantityError> {
        prices.values.resize_with(self.terms.len(), Values::default);
        for (term, values) in self.terms.iter().zip(&mut prices.values) {
            match &term.price {
                Some((quantity, code)) => {
                    plan.grid.points.evaluate(quantity, environment, Some(*code), scratch, values)?;
                    if term.figure == self.qalys && matches!(term.source, Source::State(_)) {
                        within(quantity, values, f64::NEG_INFINITY, 1.0 + 1e-12)?;
                    }
                    let sign = term.sign;
                    values.map(|value| value * sign);
                }
                None => values.set_single(Lane::splat(term.sign)),
            }
        }
        Ok(())
    }
}

/// Numbers points by what prices that differ between people can tell of them.
fn price_classes(terms: &[Term], points: &Points) -> Vec<u32> {
    let programs: Vec<_> =
        terms.iter().filter(|term| term.varies).filter_map(|term| term.price.as_ref()).collect();
    let mut known: BTreeMap<Vec<u64>, u32> = BTreeMap::new();
    (0..points.len())
        .map(|point| {
            let signature = programs.iter().flat_map(|(quantity, _)| {
                let program = &quantity.program;
                // The state belongs to the term, not to the point.
                let variables = program.variables().iter().filter(|&&v| v != Variables::STATE);
                variables.flat_map(|&v| program.signature(v, points.value(v, point)))
            });
            let next = known.len() as u32;
            *known.entry(signature.collect()).or_insert(next)
        })
        .collect()
}
