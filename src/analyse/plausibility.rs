//! Whether results are too good, or rest on too little, to be taken at their word.
//!
//! Four things are looked at, because claims about prevention have gone wrong in these ways before:
//!
//! - **more is saved than there was to save:** the care costs avoided for each participant exceed what that participant
//!   would have cost without the programme, over the same years (not discounted, at the stated values);
//! - **benefit over ten times the cost:** expected present value of avoided care over that of the programme. *Example:* a
//!   course for 160 people that cost 19,146 and was said to save 968,736 has a ratio of 50.6, and 6,055 saved for
//!   each participant who cost 120;
//! - **passed on one to one:** an effect on the first event of a chain (a fall) is taken over unchanged by something costly that follows from it
//!   (a hip fracture), though trials often find less there: no effect of the same step stands on that event or on one
//!   between it and the first. Not said where the effect says why in `passed_on`, nor of an effect that is none at the stated
//!   values. *Example:* with a ratio of its own for injuries, fractures that are injuries take that one, but visits for
//!   fear of falling, which hang on the fall itself, still take that of falls;
//! - **before and after:** the size of an effect rests on a figure that was measured before and after without a
//!   control group (`design = "before-after"`), so that whatever would have happened anyway counts as effect.
//!
//! The first two are looked at in every variant, at the stated values where it has no draws. What is doubtful in the
//! scenario itself is not said again of its variants; of several variants that are doubted the worst comes first. The last
//! also looks at what a `set` of a strategy, a variant or an arrangement makes of the effect, and says which it is.

use super::Findings;
use super::arm::Arm;
use crate::sample::{Environment, QuantityError};
use crate::scenario::Scenario;
use crate::scenario::checked::{Measure, Node, Origin, Priced, Quantity, Set, StudyDesign};
use crate::value::costs_without;
use crate::value::flows::Valued;
use std::collections::{BTreeMap, BTreeSet};

/// The ratio of benefit to cost above which a result is doubted.
pub const LARGEST_RATIO: f64 = 10.0;

/// Something that makes a result doubtful.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// More care is saved for each participant than they would have used.
    SavedMoreThanSpent {
        /// Index of the strategy.
        strategy: usize,
        /// The scenario itself, or variants, the first of which the figures are of.
        within: Within,
        /// Care costs avoided for each participant, EUR.
        saved: f64,
        /// Care costs of each participant without the programme, EUR.
        spent: f64,
    },
    /// Avoided care is worth many times what the programme costs.
    LargeRatio {
        /// Index of the strategy.
        strategy: usize,
        /// The scenario itself, or variants, the first of which the figures are of.
        within: Within,
        /// Benefit over cost.
        ratio: f64,
        /// Care costs avoided for each participant, EUR, present value.
        saved: f64,
    },
    /// An effect on the first event of a chain is that on what follows.
    PassedOn {
        /// Index of the effect.
        effect: usize,
        /// Indices of the events in the effect's model that follow, cost something and take the effect over.
        follows: Vec<usize>,
    },
    /// An effect rests on a figure without a control group.
    BeforeAfter {
        /// Index of the effect.
        effect: usize,
        /// Where it does.
        within: Within,
        /// Name of the number.
        number: String,
    },
}

/// The part of a scenario that is doubted.
#[derive(Clone, Debug, PartialEq)]
pub enum Within {
    /// The scenario as it stands.
    Scenario,
    /// A strategy, for what it sets.
    Strategy(usize),
    /// Variants and no others.
    Variants(Vec<usize>),
    /// An arrangement, for what it sets.
    Arrangement(usize),
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
    let alone = deliveries
        .filter(|(_, delivery)| delivery.arrangement.is_none() && offers(delivery.strategy))
        .map(|(index, delivery)| (index, delivery.strategy));
    let mut known: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    let mut without = |variant: usize| -> Result<Vec<f64>, QuantityError> {
        if let Some(costs) = known.get(&variant) {
            return Ok(costs.clone());
        }
        let costs = costs_without(scenario, variant)?;
        known.insert(variant, costs.clone());
        Ok(costs)
    };
    for (index, strategy) in alone {
        let mut spent: Vec<Worst> = Vec::new();
        let mut ratios: Vec<Worst> = Vec::new();
        for (variant, found) in findings.variants.iter().enumerate() {
            let participants = &found.outcomes.deliveries[index].participants;
            let increment = &Arm::new(valued, variant, index).base().increment;
            let change: f64 = (0..increment.rows()).map(|row| increment.total(row)[0]).sum();
            if change < 0.0 && participants.base > 0.0 {
                let saved = -change / participants.base;
                let cost = without(variant)?[index] / participants.base;
                if cost > 0.0 && saved > cost * (1.0 + 1e-9) {
                    spent.push(Worst { variant, by: saved / cost, figures: [saved, cost] });
                }
            }
            let Some(cea) = &found.cost_effectiveness else { continue };
            let result = &cea.strategies[strategy];
            let balance = Balance {
                participants: participants.expected(),
                programme: result.programme_cost.expected(),
                saved: -result.disease_increment.expected(),
            };
            let saved = balance.saved / balance.participants;
            let large = balance.large_ratio();
            ratios.extend(large.map(|ratio| Worst { variant, by: ratio, figures: [ratio, saved] }));
        }
        doubts.extend(worst(spent).map(|(within, [saved, spent])| Doubt::SavedMoreThanSpent {
            strategy,
            within,
            saved,
            spent,
        }));
        doubts.extend(worst(ratios).map(|(within, [ratio, saved])| Doubt::LargeRatio {
            strategy,
            within,
            ratio,
            saved,
        }));
    }
    doubts.extend(of_scenario(scenario));
    Ok(doubts)
}

/// A variant in which something is doubtful, with how much so, and the figures to tell.
struct Worst {
    variant: usize,
    by: f64,
    figures: [f64; 2],
}

/// The scenario itself if it is doubted, else the variants that are, the worst first; with the figures of the first.
fn worst(mut doubted: Vec<Worst>) -> Option<(Within, [f64; 2])> {
    if let Some(main) = doubted.iter().find(|doubted| doubted.variant == 0) {
        return Some((Within::Scenario, main.figures));
    }
    doubted.sort_by(|one, other| other.by.total_cmp(&one.by).then(one.variant.cmp(&other.variant)));
    let figures = doubted.first()?.figures;
    Some((Within::Variants(doubted.iter().map(|doubted| doubted.variant).collect()), figures))
}

/// What is doubtful about a scenario before it is run.
#[must_use]
pub fn of_scenario(scenario: &Scenario) -> Vec<Doubt> {
    let offered: BTreeSet<usize> =
        scenario.strategies.iter().flat_map(|strategy| strategy.programmes.iter().copied()).collect();
    let stated = Environment::base(scenario).ok();
    // By effect: what takes it over at some step.
    let mut used: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for programme in offered {
        for step in &scenario.programmes[programme].steps {
            for &effect in &step.effects {
                used.entry(effect).or_default().extend(passed_on(scenario, effect, &step.effects));
            }
        }
    }
    let mut doubts = Vec::new();
    for (effect, follows) in used {
        if !follows.is_empty() && !does_nothing(&scenario.effects[effect].measure, stated.as_ref()) {
            doubts.push(Doubt::PassedOn { effect, follows: follows.into_iter().collect() });
        }
        doubts.extend(before_after(scenario, effect));
    }
    doubts
}

/// The costly events that follow from the event that an effect is on and take its ratio over.
fn passed_on(scenario: &Scenario, index: usize, together: &[usize]) -> Vec<usize> {
    let effect = &scenario.effects[index];
    let Node::Event(root) = effect.node else { return Vec::new() };
    let model = &scenario.models[effect.model];
    if !effect.passed_on.is_empty() || model.events[root].parent.is_some() {
        return Vec::new();
    }
    let costly = |event: usize| {
        let on = Priced::Node { model: effect.model, node: Node::Event(event) };
        model.events[event].qaly_loss.is_some() || scenario.unit_costs.iter().any(|cost| cost.on == on)
    };
    let own = |event: usize| {
        let mut others = together.iter().map(|&other| &scenario.effects[other]);
        others.any(|other| other.model == effect.model && other.node == Node::Event(event))
    };
    let takes_over = |event: usize| {
        let mut upwards = std::iter::successors(Some(event), |&event| model.events[event].parent);
        // Up to the root, or to an effect below it.
        event != root && upwards.find(|&event| event == root || own(event)) == Some(root)
    };
    (0..model.events.len()).filter(|&event| takes_over(event) && costly(event)).collect()
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

/// Where the size of an effect rests on numbers that were measured before and after, without a control group.
fn before_after(scenario: &Scenario, effect: usize) -> Vec<Doubt> {
    let offering: Vec<usize> = (0..scenario.strategies.len())
        .filter(|&strategy| {
            let mut programmes = scenario.strategies[strategy].programmes.iter();
            programmes.any(|&programme| {
                scenario.programmes[programme].steps.iter().any(|step| step.effects.contains(&effect))
            })
        })
        .collect();
    let numbers = |sets: &[&[Set]]| measured_before_and_after(scenario, effect, sets);
    let plain = numbers(&[]);
    let mut found: BTreeMap<String, Within> = BTreeMap::new();
    for &strategy in &offering {
        for number in numbers(&[&scenario.strategies[strategy].set]) {
            let place = if plain.contains(&number) { Within::Scenario } else { Within::Strategy(strategy) };
            let known = found.entry(number).or_insert_with(|| place.clone());
            if place == Within::Scenario {
                *known = place;
            }
        }
    }
    let told = |found: BTreeMap<String, Within>| -> Vec<Doubt> {
        found.into_iter().map(|(number, within)| Doubt::BeforeAfter { effect, within, number }).collect()
    };
    if found.values().any(|within| *within == Within::Scenario) {
        return told(found);
    }
    let mut in_variants: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (variant, described) in scenario.variants.iter().enumerate().skip(1) {
        for &strategy in &offering {
            for number in numbers(&[&described.set, &scenario.strategies[strategy].set]) {
                if !found.contains_key(&number) {
                    let variants = in_variants.entry(number).or_default();
                    if variants.last() != Some(&variant) {
                        variants.push(variant);
                    }
                }
            }
        }
    }
    for (arrangement, described) in scenario.arrangements.iter().enumerate() {
        for &strategy in &offering {
            for number in numbers(&[&scenario.strategies[strategy].set, &described.set]) {
                if !in_variants.contains_key(&number) {
                    found.entry(number).or_insert(Within::Arrangement(arrangement));
                }
            }
        }
    }
    found.extend(in_variants.into_iter().map(|(number, variants)| (number, Within::Variants(variants))));
    told(found)
}

/// The numbers behind the size of an effect that were measured before and after, where some sets replace parameters, each
/// reading the values that those before it leave.
fn measured_before_and_after(scenario: &Scenario, effect: usize, sets: &[&[Set]]) -> Vec<String> {
    let size = size(&scenario.effects[effect].measure);
    let list = &scenario.parameters.list;
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut formulas: BTreeSet<&str> = BTreeSet::new();
    let mut known: BTreeSet<(usize, usize)> = BTreeSet::new();
    // Quantities, with the number of sets that they are read after.
    let mut open: Vec<(&Quantity, usize)> = vec![(size, sets.len())];
    while let Some((quantity, after)) = open.pop() {
        let into = if quantity.program.parameters().is_empty() { &mut names } else { &mut formulas };
        into.insert(&quantity.path);
        for parameter in scenario.read_by(&quantity.program) {
            if !known.insert((parameter, after)) {
                continue;
            }
            let set = (0..after).rev().find_map(|index| {
                sets[index].iter().find(|set| set.parameter == parameter).map(|set| (&set.value, index))
            });
            if let Some(set) = set {
                open.push(set);
                continue;
            }
            names.insert(&list[parameter].name);
            if let Origin::Formula(formula) = &list[parameter].origin {
                open.push((formula, after));
            }
        }
    }
    let measured = |name: &str| {
        let mut inputs = scenario.inputs.iter();
        inputs.any(|input| input.path == name && input.design == Some(StudyDesign::BeforeAfter))
    };
    // A formula is named only where none of the numbers in it is.
    let of = |names: BTreeSet<&str>| -> Vec<String> {
        names.into_iter().filter(|name| measured(name)).map(str::to_owned).collect()
    };
    let numbers = of(names);
    if numbers.is_empty() { of(formulas) } else { numbers }
}
