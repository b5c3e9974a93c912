//! What a scenario may say but probably does not mean.

use crate::sample::Environment;
use crate::scenario::checked::{Node as ModelNode, Variables, WithinCycle};
use crate::scenario::diagnostic::Diagnostic;

use super::context::{At, Reader};

/// From this age people leave their insurer far less often than the mean of all ages.
const OLDER: u16 = 65;

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

    /// A gain of utility beside fewer events may count the same health twice, unless the events cost no health.
    fn warn_of_double_gains(&mut self, top: &At<'_>) {
        let mut messages = Vec::new();
        for programme in &self.scenario.programmes {
            let effects = || {
                programme.steps.iter().flat_map(|step| &step.effects).map(|at| &self.scenario.effects[*at])
            };
            let utility = effects().find(|effect| matches!(effect.node, ModelNode::Utility(_)));
            let model = &self.scenario.models[programme.model];
            let factors = &model.factors;
            let event = effects().find(|effect| match effect.node {
                ModelNode::Event(event) => model.costs_health(event),
                ModelNode::Transition(_) => true,
                ModelNode::Factor(factor) => {
                    // A utility that the factor itself drives is told of as that.
                    let factor = &factors[factor];
                    let told = utility.is_some_and(|utility| {
                        factor.utilities.iter().any(|known| utility.node == ModelNode::Utility(known.state))
                    });
                    !factor.hazard_ratios.is_empty() && !told
                }
                ModelNode::State(_) | ModelNode::Utility(_) => false,
            });
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
            let pairs = effects().flat_map(|one| effects().map(move |other| (one, other)));
            for (on_factor, also) in pairs {
                let ModelNode::Factor(factor) = on_factor.node else { continue };
                let factor = &model.factors[factor];
                let driven = model.driven_by(factor);
                let twice = match also.node {
                    ModelNode::Event(event) => driven[event].is_some(),
                    ModelNode::Transition(transition) => driven[model.events.len() + transition].is_some(),
                    ModelNode::Utility(state) => factor.utilities.iter().any(|known| known.state == state),
                    ModelNode::State(_) | ModelNode::Factor(_) => false,
                };
                if !twice || told.contains(&(&on_factor.id, &also.id)) {
                    continue;
                }
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
