//! What a scenario may say but probably does not mean.

use crate::sample::Environment;
use crate::scenario::checked::{Factor, Model, Node as ModelNode, Variables, WithinCycle};
use crate::scenario::diagnostic::Diagnostic;

use super::context::{At, Reader};

/// From this age people leave their insurer far less often than the mean of all ages.
const OLDER: u16 = 65;

/// For each event, then transition, whether a risk factor drives it, by itself or by what it follows from.
fn driven_by(model: &Model, factor: &Factor) -> Vec<bool> {
    let own = |node: ModelNode| factor.hazard_ratios.iter().any(|ratio| ratio.node == node);
    let mut driven = Vec::new();
    // Parents come before children.
    for (index, event) in model.events.iter().enumerate() {
        driven.push(own(ModelNode::Event(index)) || event.parent.is_some_and(|parent| driven[parent]));
    }
    driven.extend((0..model.transitions.len()).map(|index| own(ModelNode::Transition(index))));
    driven
}

impl Reader<'_> {
    /// Says what is doubtful.
    pub(super) fn warn(&mut self, top: &At<'_>, base: &Environment) {
        if self.scenario.time.within_cycle == WithinCycle::EveryBoundary
            && let Some(time) = top.below("time")
        {
            let message = Diagnostic::warning("every-boundary counts one cycle too many")
                .at(time.span_of("within_cycle"))
                .label("n + 1 boundaries count for n cycles")
                .help("keep it only to reproduce a published table; `half-cycle` counts right");
            self.say(message);
        }
        self.warn_of_double_gains(top);
        self.warn_of_factors_twice(top);
        self.warn_of_leaving(top, base);
    }

    /// A gain of utility beside fewer events may count the same health twice.
    fn warn_of_double_gains(&mut self, top: &At<'_>) {
        let mut messages = Vec::new();
        for programme in &self.scenario.programmes {
            let effects = || {
                programme.steps.iter().flat_map(|step| &step.effects).map(|at| &self.scenario.effects[*at])
            };
            let utility = effects().find(|effect| matches!(effect.node, ModelNode::Utility(_)));
            let event = effects()
                .find(|effect| matches!(effect.node, ModelNode::Event(_) | ModelNode::Transition(_)));
            let (Some(utility), Some(event)) = (utility, event) else { continue };
            let Some(at) = top.below("effects").and_then(|effects| effects.below(&utility.id)) else {
                continue;
            };
            let title = format!("`{}` acts both on events and on quality of life", programme.id);
            messages.push(
                Diagnostic::warning(title)
                    .at(&at.span)
                    .label(format!("beside `{}`", event.id))
                    .help("make sure that the gain in quality of life is not already that of fewer events"),
            );
        }
        messages.into_iter().for_each(|message| self.say(message));
    }

    /// An effect on a risk factor beside one on what the factor does may count the same health twice.
    fn warn_of_factors_twice(&mut self, top: &At<'_>) {
        let mut messages = Vec::new();
        for programme in &self.scenario.programmes {
            let effects = || {
                programme.steps.iter().flat_map(|step| &step.effects).map(|at| &self.scenario.effects[*at])
            };
            let model = &self.scenario.models[programme.model];
            let mut told = Vec::new();
            for on_factor in effects() {
                let ModelNode::Factor(factor) = on_factor.node else { continue };
                let factor = &model.factors[factor];
                let driven = driven_by(model, factor);
                let also = effects().find(|other| match other.node {
                    ModelNode::Event(event) => driven[event],
                    ModelNode::Transition(transition) => driven[model.events.len() + transition],
                    ModelNode::Utility(state) => factor.utilities.iter().any(|known| known.state == state),
                    ModelNode::State(_) | ModelNode::Factor(_) => false,
                });
                let Some(also) = also.filter(|also| !told.contains(&(&on_factor.id, &also.id))) else {
                    continue;
                };
                told.push((&on_factor.id, &also.id));
                let Some(at) = top.below("effects").and_then(|effects| effects.below(&on_factor.id)) else {
                    continue;
                };
                let what = match also.node {
                    ModelNode::Utility(_) => "a quality of life",
                    _ => "a rate",
                };
                let title =
                    format!("`{}` acts on `{}` and on {what} that it drives", programme.id, factor.id);
                messages.push(
                    Diagnostic::warning(title)
                        .at(&at.span)
                        .label(format!("beside `{}`", also.id))
                        .help("make sure that the one gain is not already part of the other"),
                );
            }
        }
        messages.into_iter().for_each(|message| self.say(message));
    }

    /// Older people change insurers less often than all people.
    fn warn_of_leaving(&mut self, top: &At<'_>, base: &Environment) {
        let programmes = &self.scenario.programmes;
        let youngest = programmes
            .iter()
            .filter_map(|programme| self.eligible_ages(programme, base).first().copied())
            .min();
        if youngest.is_none_or(|youngest| youngest < OLDER) {
            return;
        }
        let mut messages = Vec::new();
        for insurer in &self.scenario.parties.insurers {
            let rate = &insurer.leaving_rate.program;
            let stays =
                || rate.evaluate_once(&base.parameters, &base.tables).is_ok_and(|rate| rate.0[0] == 0.0);
            if rate.variables().contains(&Variables::AGE) || stays() {
                continue;
            }
            let id = &self.scenario.parties.list[insurer.party].id;
            let Some(at) = top.below("parties").and_then(|parties| parties.below(id)) else { continue };
            messages.push(
                Diagnostic::warning(format!(
                    "one leaving rate of `{id}` for all ages, and everybody eligible is 65 or over"
                ))
                .at(at.span_of("leaving_rate"))
                .label("older people change insurers less often than the mean of all ages")
                .help("give it by age, such as `leaving_rate = \"insurer_leaving_rate(age)\"`"),
            );
        }
        messages.into_iter().for_each(|message| self.say(message));
    }
}
