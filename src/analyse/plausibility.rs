//! Whether results are too good, or rest on too little, to be taken at their word.
//!
//! Four things are looked at, because claims about prevention have gone wrong in these ways before:
//!
//! - **more is saved than there was to save:** the care costs avoided for each participant exceed what that participant
//!   would have cost without the programme, over the same years (not discounted, at the stated values);
//! - **benefit over ten times the cost:** expected present value of avoided care over that of the programme. *Example:* a
//!   course for 160 people that cost 19,146 and was said to save 968,736 has a ratio of 50.6, and 6,055 saved for
//!   each participant who cost 120;
//! - **passed on one to one:** an effect on the first event of a chain (a fall) is taken over unchanged by everything costly that follows from it
//!   (injuries), though trials often find less there. Not said where one of the consequences has an effect of its own, or
//!   where the effect says why in `passed_on`, nor of an effect that is none at the stated values;
//! - **before and after:** the size of an effect rests on a figure that was measured before and after without a
//!   control group (`design = "before-after"`), so that whatever would have happened anyway counts as effect.

use super::Findings;
use super::arm::Arm;
use crate::sample::{Environment, QuantityError};
use crate::scenario::Scenario;
use crate::scenario::checked::{Effect, Measure, Node, Origin, Priced, Quantity, StudyDesign};
use crate::value::costs_without;
use crate::value::flows::Valued;
use std::collections::BTreeSet;

/// The ratio of benefit to cost above which a result is doubted.
pub const LARGEST_RATIO: f64 = 10.0;

/// Something that makes a result doubtful.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// More care is saved for each participant than they would have used.
    SavedMoreThanSpent {
        /// Index of the strategy.
        strategy: usize,
        /// Care costs avoided for each participant, EUR.
        saved: f64,
        /// Care costs of each participant without the programme, EUR.
        spent: f64,
    },
    /// Avoided care is worth many times what the programme costs.
    LargeRatio {
        /// Index of the strategy.
        strategy: usize,
        /// Benefit over cost.
        ratio: f64,
        /// Care costs avoided for each participant, EUR, present value.
        saved: f64,
    },
    /// An effect on the first event of a chain is that on all that follows.
    PassedOn {
        /// Index of the effect.
        effect: usize,
        /// Index of the event in the effect's model that follows and costs something.
        follows: usize,
    },
    /// An effect rests on a figure without a control group.
    BeforeAfter {
        /// Index of the effect.
        effect: usize,
        /// Name of the number.
        number: String,
    },
}

/// What a strategy costs and saves, and for how many people.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Balance {
    /// Participants.
    pub participants: f64,
    /// What the programme costs, EUR, present value.
    pub programme: f64,
    /// Care costs avoided, EUR, present value.
    pub saved: f64,
}

impl Balance {
    /// Benefit over cost where it is large: care avoided, EUR, for each EUR of the programme.
    #[must_use]
    pub fn large_ratio(self) -> Option<f64> {
        let ratio = self.saved / self.programme;
        (self.programme > 0.0 && ratio > LARGEST_RATIO).then_some(ratio)
    }
}

/// All that is doubtful about a run.
///
/// # Errors
/// A run at the stated values that cannot be finished: what participants would have cost needs one of its own.
pub fn doubts(
    scenario: &Scenario,
    valued: &Valued,
    findings: &Findings,
) -> Result<Vec<Doubt>, QuantityError> {
    let mut doubts = Vec::new();
    let offers = |strategy: usize| !scenario.strategies[strategy].programmes.is_empty();
    let deliveries = valued.deliveries.iter().enumerate();
    let alone: Vec<(usize, usize)> = deliveries
        .filter(|(_, delivery)| delivery.arrangement.is_none() && offers(delivery.strategy))
        .map(|(index, delivery)| (index, delivery.strategy))
        .collect();
    if let Some(main) = findings.variants.first().filter(|_| !alone.is_empty()) {
        let without = costs_without(scenario)?;
        for (index, strategy) in alone {
            let participants = &main.outcomes.deliveries[index].participants;
            let increment = &Arm::new(valued, 0, index).base().increment;
            let change: f64 = (0..increment.rows()).map(|row| increment.total(row)[0]).sum();
            let (saved, spent) = (-change / participants.base, without[index] / participants.base);
            if saved.is_finite() && spent > 0.0 && saved > spent * (1.0 + 1e-9) {
                doubts.push(Doubt::SavedMoreThanSpent { strategy, saved, spent });
            }
            let Some(cea) = &main.cost_effectiveness else { continue };
            let result = &cea.strategies[strategy];
            let balance = Balance {
                participants: participants.expected(),
                programme: result.programme_cost.expected(),
                saved: -result.disease_increment.expected(),
            };
            let saved = balance.saved / balance.participants;
            doubts.extend(balance.large_ratio().map(|ratio| Doubt::LargeRatio { strategy, ratio, saved }));
        }
    }
    doubts.extend(of_scenario(scenario));
    Ok(doubts)
}

/// What is doubtful about a scenario before it is run.
#[must_use]
pub fn of_scenario(scenario: &Scenario) -> Vec<Doubt> {
    let offered: BTreeSet<usize> =
        scenario.strategies.iter().flat_map(|strategy| strategy.programmes.iter().copied()).collect();
    let stated = Environment::base(scenario).ok();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut doubts = Vec::new();
    for programme in offered {
        for step in &scenario.programmes[programme].steps {
            for &effect in &step.effects {
                if used.insert(effect) {
                    let nothing = does_nothing(&scenario.effects[effect].measure, stated.as_ref());
                    let follows = passed_on(scenario, effect, &step.effects).filter(|_| !nothing);
                    doubts.extend(follows.map(|follows| Doubt::PassedOn { effect, follows }));
                    let numbers = before_after(scenario, &scenario.effects[effect]).into_iter();
                    doubts.extend(numbers.map(|number| Doubt::BeforeAfter { effect, number }));
                }
            }
        }
    }
    doubts
}

/// The first costly event that follows from the event that an effect is on, where all of them take its ratio over.
fn passed_on(scenario: &Scenario, index: usize, together: &[usize]) -> Option<usize> {
    let effect = &scenario.effects[index];
    let Node::Event(root) = effect.node else { return None };
    let model = &scenario.models[effect.model];
    if !effect.passed_on.is_empty() || model.events[root].parent.is_some() {
        return None;
    }
    let costly = |event: usize| {
        let on = Priced::Node { model: effect.model, node: Node::Event(event) };
        model.events[event].qaly_loss.is_some() || scenario.unit_costs.iter().any(|cost| cost.on == on)
    };
    let follows = |event: usize| {
        std::iter::successors(model.events[event].parent, |&above| model.events[above].parent)
            .any(|above| above == root)
    };
    let own = together.iter().map(|&other| &scenario.effects[other]).any(|other| {
        other.model == effect.model && matches!(other.node, Node::Event(event) if follows(event))
    });
    (0..model.events.len()).find(|&event| !own && follows(event) && costly(event))
}

/// Whether an effect changes nothing at the stated values. A size that differs between people does something.
fn does_nothing(measure: &Measure, stated: Option<&Environment>) -> bool {
    let none = if matches!(measure, Measure::Difference(_)) { 0.0 } else { 1.0 };
    stated.is_some_and(|stated| stated.quantity(size(measure)).is_ok_and(|size| size.0[0] == none))
}

fn size(measure: &Measure) -> &Quantity {
    match measure {
        Measure::RateRatio(size)
        | Measure::RiskRatio(size)
        | Measure::OddsRatio(size)
        | Measure::Difference(size) => size,
    }
}

/// The numbers behind the size of an effect that were measured before and after, without a control group.
fn before_after(scenario: &Scenario, effect: &Effect) -> Vec<String> {
    let size = size(&effect.measure);
    let list = &scenario.parameters.list;
    let mut open: Vec<usize> = size.program.parameters().to_vec();
    let mut known: BTreeSet<usize> = BTreeSet::new();
    while let Some(parameter) = open.pop() {
        if known.insert(parameter)
            && let Origin::Formula(formula) = &list[parameter].origin
        {
            open.extend(formula.program.parameters());
        }
    }
    let names = known.iter().map(|&parameter| list[parameter].name.as_str()).chain([size.path.as_str()]);
    let measured = |name: &str| {
        scenario
            .inputs
            .iter()
            .any(|input| input.path == name && input.design == Some(StudyDesign::BeforeAfter))
    };
    let mut found: Vec<String> = names.filter(|name| measured(name)).map(str::to_owned).collect();
    found.dedup();
    found
}
