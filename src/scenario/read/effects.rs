//! `[effects]`: what a step of a programme changes, by how much and for how long.

use crate::scenario::checked::{Effect, Frequency, Lasts, Measure, Node as ModelNode};
use crate::scenario::diagnostic::Diagnostic;

use super::context::{At, Reader};
use super::place::{FACTORS, PERSON, Place, SINCE};
use super::quantity::stand_in;

impl<'t> Reader<'_> {
    /// Reads the effects.
    pub(super) fn read_effects(&mut self, top: &At<'t>) {
        for (id, at) in top.ids("effects") {
            self.check_source(at.table);
            let on = at.text("on").and_then(|on| self.model_node(on, at.span_of("on")));
            let measure = self.measure(&at);
            let lasts = self.lasts(&at);
            let Some((model, node)) = on else {
                self.broke("effect", id);
                continue;
            };
            self.check_measure(&at, model, node, &measure);
            self.scenario.effects.push(Effect {
                id: id.to_owned(),
                name: at.name(id),
                model,
                node,
                measure,
                lasts,
                passed_on: at.text("passed_on").unwrap_or_default().trim().to_owned(),
            });
        }
    }

    fn measure(&mut self, at: &At<'_>) -> Measure {
        let place = Place::evidence(PERSON | FACTORS);
        for key in ["rate_ratio", "hazard_ratio"] {
            if at.node(key).is_some() {
                return Measure::RateRatio(self.required(at, key, place));
            }
        }
        if at.node("risk_ratio").is_some() {
            return Measure::RiskRatio(self.required(at, "risk_ratio", place));
        }
        if at.node("odds_ratio").is_some() {
            return Measure::OddsRatio(self.required(at, "odds_ratio", place));
        }
        if at.node("difference").is_some() {
            return Measure::Difference(self.required(at, "difference", place));
        }
        self.missing(at, "rate_ratio");
        Measure::RateRatio(stand_in(at.path_of("rate_ratio"), Some(&at.span)))
    }

    /// A measure that the node can have.
    fn check_measure(&mut self, at: &At<'_>, model: usize, node: ModelNode, measure: &Measure) {
        let key = match measure {
            Measure::RateRatio(_) if at.node("hazard_ratio").is_some() => "hazard_ratio",
            Measure::RateRatio(_) => "rate_ratio",
            Measure::RiskRatio(_) => "risk_ratio",
            Measure::OddsRatio(_) => "odds_ratio",
            Measure::Difference(_) => "difference",
        };
        let on = at.text("on").unwrap_or_default();
        let problem = match (node, measure) {
            (ModelNode::State(_), _) => Some((
                "an effect changes an event, a transition, a utility or a risk factor, not a state itself",
                format!("for the quality of life in it write `on = \"{on}.utility\"`"),
            )),
            (ModelNode::Utility(_) | ModelNode::Factor(_), Measure::Difference(_)) => None,
            (ModelNode::Factor(_), _) => Some((
                "a risk factor is changed by a `difference`",
                "a ratio is for events and transitions; the factor's `hazard_ratios` say what follows"
                    .to_owned(),
            )),
            (ModelNode::Utility(_), _) => Some((
                "a utility is changed by a `difference`",
                "a ratio is for events and transitions".to_owned(),
            )),
            (_, Measure::Difference(_)) => Some((
                "a `difference` is for utilities and risk factors",
                "write `rate_ratio` for events and transitions".to_owned(),
            )),
            (_, Measure::RateRatio(_)) => None,
            (ModelNode::Transition(transition), _) => {
                match self.scenario.models[model].transitions[transition].frequency {
                    Frequency::Rate(_) => Some((
                        "a ratio of risks or odds needs a probability, and this transition has a rate",
                        "use `rate_ratio`, or write the transition as a `probability`".to_owned(),
                    )),
                    Frequency::PerYear(_) | Frequency::PerCycle(_) => None,
                }
            }
            (ModelNode::Event(_), _) => Some((
                "a ratio of risks or odds needs a probability, and events have rates",
                "use `rate_ratio`".to_owned(),
            )),
        };
        if let Some((title, help)) = problem {
            let spot = at.table.entry(key).map_or(&at.span, |entry| &entry.key_span);
            let message = Diagnostic::error(title)
                .at(spot)
                .label(format!("not on `{on}`"))
                .also(at.span_of("on"), "what it acts on")
                .help(help);
            self.say(message);
        }
    }

    fn lasts(&mut self, at: &At<'_>) -> Lasts {
        let place = Place::evidence(0);
        let Some(node) = at.node("lasts") else {
            self.missing(at, "lasts");
            return Lasts::Always;
        };
        if node.as_text() == Some("always") {
            return Lasts::Always;
        }
        let Some(below) = at.below("lasts") else {
            let path = at.path_of("lasts");
            return Lasts::Formula(self.quantity_at(
                node,
                path,
                Place::evidence(SINCE),
                &at.provenance,
                None,
            ));
        };
        if below.node("half_life").is_some() {
            return Lasts::HalfLife(self.required(&below, "half_life", place));
        }
        Lasts::Fade {
            full: self.quantity_or(&below, "full", place, 0.0),
            fade: self.quantity_or(&below, "fade", Place::share(0), 0.0),
        }
    }
}
