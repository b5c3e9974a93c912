//! What of a valuation is the same in every draw.

use super::flows::{Counted, Delivery, Item, ItemKind, Line, Shape};
use super::functionals::Functionals;
use super::recorded::Recorded;
use crate::scenario::checked::{
    Engine, Localised, Measure, Node, Quantity, Request, Requested, Scenario, TableRows, Terms,
};
use crate::simulate::{EnrolmentPlan, ModelPlan};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The plan of a valuation.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Rows of the results.
    pub shape: Arc<Shape>,
    /// What is simulated.
    pub deliveries: Vec<Delivery>,
    /// Health models.
    pub models: Vec<ModelPlan>,
    /// Terms by model.
    pub functionals: Vec<Functionals>,
    /// Enrolment by strategy and model.
    pub enrolments: Vec<Vec<EnrolmentPlan>>,
    /// Conditions of clauses: by strategy, request, and moment of the request's programme (in the order of the
    /// enrolment plan); `None` where a request has none.
    pub recorded: Vec<Vec<Option<Vec<Recorded>>>>,
    /// By model: boundaries at which someone enrols under some strategy.
    pub wanted: Vec<Vec<bool>>,
    /// By model: parameters that decide where people are.
    pub dynamics: Vec<Vec<usize>>,
    /// By model: parameters that prices use, where prices differ by person.
    pub prices: Vec<Vec<usize>>,
    /// What is left out, in plain words.
    pub warnings: Vec<Localised>,
    /// Programmes whose participants' costs some clause measures.
    pub measured: Vec<bool>,
    /// Programmes whose participants some clause asks for as they would have been without effects.
    pub shadowed: Vec<bool>,
    /// By unit cost: its lines.
    pub lines_of: Vec<Vec<usize>>,
    /// By model: rows of what is counted in it.
    pub counted_of: Vec<Vec<usize>>,
    /// By programme: row of its first step, of its first step cost by step, and of its first fixed cost.
    rows: Vec<ProgrammeRows>,
}

/// Where the rows of a programme start.
#[derive(Clone, Debug)]
struct ProgrammeRows {
    steps: usize,
    costs: Vec<usize>,
    fixed: usize,
}

impl Plan {
    /// Row of a step among those reached.
    pub fn step_row(&self, programme: usize, step: usize) -> usize {
        self.rows[programme].steps + step
    }
    /// Row of a resource cost.
    pub fn item_row(&self, programme: usize, kind: ItemKind) -> usize {
        match kind {
            ItemKind::Step { step, cost } => self.rows[programme].costs[step] + cost,
            ItemKind::Fixed(index) => self.rows[programme].fixed + index,
        }
    }

    /// Plans a valuation, with an engine for each model.
    pub fn new(scenario: &Scenario, engines: &[Engine]) -> Self {
        let models: Vec<ModelPlan> = engines
            .iter()
            .enumerate()
            .map(|(m, &engine)| ModelPlan::for_engine(scenario, m, engine))
            .collect();
        let functionals: Vec<Functionals> = models
            .iter()
            .map(|plan| {
                let utility_effects = scenario
                    .effects
                    .iter()
                    .any(|e| e.model == plan.model && matches!(e.measure, Measure::Difference(_)));
                let by_factors =
                    scenario.models[plan.model].factors.iter().any(|factor| !factor.utilities.is_empty());
                Functionals::new(scenario, plan, utility_effects || by_factors)
            })
            .collect();
        let enrolments: Vec<Vec<EnrolmentPlan>> = (0..scenario.strategies.len())
            .map(|strategy| models.iter().map(|plan| EnrolmentPlan::new(scenario, plan, strategy)).collect())
            .collect();
        let shape = Arc::new(shape(scenario));
        let wanted = models
            .iter()
            .enumerate()
            .map(|(m, _)| {
                let mut wanted = vec![false; scenario.time.cycles() + 1];
                for moment in enrolments.iter().flat_map(|by_model| &by_model[m].moments) {
                    wanted[moment.boundary] = true;
                }
                wanted
            })
            .collect();
        let recorded = (0..scenario.strategies.len())
            .map(|strategy| {
                shape
                    .requests
                    .iter()
                    .map(|(_, _, request)| {
                        let condition = request.where_.as_ref()?;
                        let model = scenario.programmes[request.programme].model;
                        let enrolment = &enrolments[strategy][model];
                        Some(
                            enrolment
                                .moments
                                .iter()
                                .filter(|moment| moment.programme == request.programme)
                                .map(|moment| Recorded::new(scenario, condition, &enrolment.cells, moment))
                                .collect(),
                        )
                    })
                    .collect()
            })
            .collect();
        let dynamics = (0..models.len())
            .map(|m| {
                let mut quantities = crate::simulate::profiles::dynamics_quantities(scenario, m);
                for class in &scenario.population.classes {
                    quantities.extend(class.values.iter().map(|v| &v.share));
                }
                parameters(scenario, quantities.into_iter())
            })
            .collect();
        let prices = (0..models.len())
            .map(|m| {
                if functionals[m].moving_count() == 0 {
                    return Vec::new();
                }
                parameters(scenario, crate::simulate::profiles::model_quantities(scenario, m).into_iter())
            })
            .collect();
        let mut measured = vec![false; scenario.programmes.len()];
        for clause in scenario.arrangements.iter().flat_map(|a| &a.clauses) {
            if let Terms::SharedSavings(terms) = &clause.terms {
                measured[terms.programme] = true;
            }
        }
        let lines_of = (0..scenario.unit_costs.len())
            .map(|u| (0..shape.lines.len()).filter(|&l| shape.lines[l].unit_cost == u).collect())
            .collect();
        let counted_of = (0..models.len())
            .map(|m| {
                let of = |counted: &Counted| match *counted {
                    Counted::Node { model, .. } | Counted::Deaths { model } => model == m,
                };
                (0..shape.counted.len()).filter(|&row| of(&shape.counted[row])).collect()
            })
            .collect();
        let shadowed = (0..scenario.programmes.len())
            .map(|programme| {
                measured[programme]
                    || shape.requests.iter().any(|(_, _, request)| {
                        request.programme == programme
                            && matches!(
                                request.what,
                                Requested::Participants { .. } | Requested::Before { .. }
                            )
                    })
            })
            .collect();
        Self {
            measured,
            shadowed,
            lines_of,
            counted_of,
            rows: rows(scenario),
            deliveries: deliveries(scenario),
            warnings: late_steps(scenario),
            shape,
            models,
            functionals,
            enrolments,
            recorded,
            wanted,
            dynamics,
            prices,
        }
    }
}

/// Every strategy but the comparator, then those that an arrangement changes.
fn deliveries(scenario: &Scenario) -> Vec<Delivery> {
    let strategies = || (0..scenario.strategies.len()).filter(|&s| s != scenario.comparator);
    let mut list: Vec<Delivery> =
        strategies().map(|strategy| Delivery { strategy, arrangement: None }).collect();
    for (index, arrangement) in scenario.arrangements.iter().enumerate() {
        if arrangement.changes_delivery() {
            list.extend(strategies().map(|strategy| Delivery { strategy, arrangement: Some(index) }));
        }
    }
    list
}

/// Rows of programmes, in the order in which [`shape`] lays them out.
fn rows(scenario: &Scenario) -> Vec<ProgrammeRows> {
    let (mut step, mut item) = (0, 0);
    scenario
        .programmes
        .iter()
        .map(|programme| {
            let steps = step;
            step += programme.steps.len();
            let mut costs = Vec::new();
            for described in &programme.steps {
                costs.push(item);
                item += described.costs.len();
            }
            let fixed = item;
            item += programme.fixed.len();
            ProgrammeRows { steps, costs, fixed }
        })
        .collect()
}

fn shape(scenario: &Scenario) -> Shape {
    let mut counted = Vec::new();
    for (model, description) in scenario.models.iter().enumerate() {
        counted.extend((0..description.events.len()).map(|e| Counted::Node { model, node: Node::Event(e) }));
        counted.extend(
            (0..description.transitions.len()).map(|t| Counted::Node { model, node: Node::Transition(t) }),
        );
        counted.extend((0..description.states.len()).map(|s| Counted::Node { model, node: Node::State(s) }));
        counted.push(Counted::Deaths { model });
    }
    let mut lines = Vec::new();
    for (unit_cost, cost) in scenario.unit_costs.iter().enumerate() {
        lines.extend(cost.budgets.iter().map(|&(budget, _)| Line { unit_cost, budget }));
    }
    let (mut items, mut steps) = (Vec::new(), Vec::new());
    for (programme, description) in scenario.programmes.iter().enumerate() {
        for (step, described) in description.steps.iter().enumerate() {
            steps.push((programme, step));
            items.extend((0..described.costs.len()).map(|cost| Item {
                programme,
                kind: ItemKind::Step { step, cost },
                provider: described.provider,
            }));
        }
        items.extend(description.fixed.iter().enumerate().map(|(index, cost)| Item {
            programme,
            kind: ItemKind::Fixed(index),
            provider: cost.provider,
        }));
    }
    let mut requests: Vec<(usize, usize, Request)> = Vec::new();
    for (arrangement, description) in scenario.arrangements.iter().enumerate() {
        let asked = description.requests(&scenario.parties);
        requests.extend(asked.map(|(clause, request)| (arrangement, clause, request)));
    }
    Shape {
        years: scenario.time.years,
        lines,
        items,
        counted,
        outcomes: scenario.outcomes.len(),
        insurers: scenario.parties.insurers.len(),
        steps,
        requests,
        programmes: scenario.programmes.len(),
    }
}

/// Parameters that quantities use directly or by way of tables.
fn parameters<'a>(scenario: &Scenario, quantities: impl Iterator<Item = &'a Quantity>) -> Vec<usize> {
    let mut used = BTreeSet::new();
    for quantity in quantities {
        used.extend(quantity.program.parameters());
        for &table in quantity.program.tables() {
            if let TableRows::Parameters(rows) = &scenario.tables[table].rows {
                used.extend(rows);
            }
        }
    }
    used.into_iter().collect()
}

/// Whether a request is about a cost of a step (`None`: a fixed cost).
pub fn asks_for(request: &Request, kind: ItemKind) -> bool {
    use crate::scenario::checked::Base;
    match (&request.what, kind) {
        (Requested::Persons { .. } | Requested::Participants { .. } | Requested::Before { .. }, _) => false,
        (Requested::Cost(Base::Programme), _) => true,
        (Requested::Cost(Base::Step(wanted)), ItemKind::Step { step, .. }) => *wanted == step,
        (Requested::Cost(Base::Fixed), ItemKind::Fixed(_)) => true,
        (Requested::Cost(Base::FixedItem(wanted)), ItemKind::Fixed(index)) => *wanted == index,
        _ => false,
    }
}

/// Steps and parts of costs that fall at or after the horizon.
fn late_steps(scenario: &Scenario) -> Vec<Localised> {
    // A name in one language serves both, and an identifier where there is none.
    let named = |text: &str, other: &str, id: &str| {
        let name = [text, other].into_iter().find(|name| !name.is_empty());
        name.map_or_else(|| id.replace('_', " "), str::to_owned)
    };
    let mut warnings = Vec::new();
    let time = scenario.time;
    for programme in &scenario.programmes {
        let Some(&last) = programme.enrol.years.iter().max() else { continue };
        let boundary = last * time.cycles_per_year + programme.enrol.cycle_in_year;
        for step in &programme.steps {
            let spread = step.costs.iter().map(|c| c.spread.len()).max().unwrap_or(1).saturating_sub(1);
            if boundary + step.after + spread * time.cycles_per_year >= time.cycles() {
                let year = time.start + last as i32;
                let (name, of) = (&step.name, &programme.name);
                warnings.push(Localised {
                    en: format!(
                        "{}, {}: for those who enrol in {year} it falls partly at or after the horizon; that part is left out.",
                        named(&of.en, &of.nl, &programme.id),
                        named(&name.en, &name.nl, &step.id),
                    ),
                    nl: format!(
                        "{}, {}: voor wie in {year} instroomt valt het deels op of na het einde van de looptijd; dat deel telt \
                         niet mee.",
                        named(&of.nl, &of.en, &programme.id),
                        named(&name.nl, &name.en, &step.id),
                    ),
                });
            }
        }
    }
    warnings
}
