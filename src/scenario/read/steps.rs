//! `[programmes.*.cascade]`: the steps after the invitation.

use crate::scenario::checked::{Step, StepCost};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::tree::{Entry, Node};

use super::context::{At, Reader};
use super::place::{FACTORS, HISTORY, PERSON, Place, STATE};
use super::quantity::constant;

/// The word for all who are invited, from whom the first steps are taken.
const INVITED: &str = "invited";

impl<'t> Reader<'_> {
    /// Reads the steps of a programme, parents before what follows from them.
    pub(super) fn read_steps(&mut self, programme: &At<'t>, model: usize, provider: usize) -> Vec<Step> {
        let mut waiting: Vec<(&'t str, At<'t>)> = programme.ids("cascade");
        let ids: Vec<&str> = waiting.iter().map(|(id, _)| *id).collect();
        for (id, at) in &waiting {
            if *id == INVITED {
                self.error(&at.span, "a step cannot be called `invited`", "this means all who are invited");
            }
            if let Some(parent) = at.text("of") {
                let known = ids.iter().copied().chain([INVITED]);
                self.find("step", parent, at.span_of("of"), known);
            }
        }
        let mut steps: Vec<Step> = Vec::new();
        loop {
            let ready = waiting.iter().position(|(_, at)| {
                let parent = at.text("of").unwrap_or(INVITED);
                !ids.contains(&parent) || steps.iter().any(|step| step.id == parent)
            });
            let Some(ready) = ready else { break };
            let (id, at) = waiting.remove(ready);
            let step = self.read_step(id, &at, &steps, model, provider);
            steps.push(step);
        }
        if let Some((_, at)) = waiting.first() {
            let circle: Vec<&str> = waiting.iter().map(|(id, _)| *id).collect();
            let label = format!("in the circle or behind it: {}", circle.join(", "));
            let id = programme.path.rsplit('.').next().unwrap_or_default();
            for step in circle {
                self.broke("step", format!("{id}.{step}"));
            }
            self.error(
                at.span_of("of"),
                "steps that follow from one another in a circle are never reached",
                label,
            );
        }
        if steps.is_empty() {
            self.missing(programme, "cascade");
        }
        steps
    }

    fn read_step(&mut self, id: &str, at: &At<'t>, steps: &[Step], model: usize, provider: usize) -> Step {
        self.check_source(at.table);
        let parent = at.text("of").and_then(|of| steps.iter().position(|step| step.id == of));
        let share = self.required(at, "share", Place::share(PERSON | FACTORS | HISTORY));
        let above = parent.map_or(0, |parent| steps[parent].after);
        let after = self.after(at, above);
        let capacity = self.quantity(at, "capacity", Place::choice(0));
        let only_if = self.condition(at, "only_if", PERSON | STATE | FACTORS);
        let own = at.node("effects").map(|_| self.effects_of(at, model));
        let (effects, effects_from) = match (own, parent) {
            (Some(effects), _) => (effects, steps.len()),
            (None, Some(parent)) => (steps[parent].effects.clone(), steps[parent].effects_from),
            (None, None) => (Vec::new(), steps.len()),
        };
        let provider = self.provider(at, provider);
        let costs = self.step_costs(at);
        Step {
            id: id.to_owned(),
            name: at.name(id),
            parent,
            share,
            after,
            capacity,
            only_if,
            leaves_pool: at.flag("leaves_pool"),
            effects,
            effects_from,
            costs,
            provider,
        }
    }

    /// Cycles from enrolment to the step.
    fn after(&mut self, at: &At<'_>, above: usize) -> usize {
        let Some(node) = at.node("after") else { return above };
        let Some(years) = self.plain_number(node) else { return above };
        let per_year = self.scenario.time.cycles_per_year as f64;
        let cycles = years * per_year;
        if years < 0.0 || (cycles - cycles.round()).abs() > 1e-9 {
            let cycle = match self.scenario.time.cycles_per_year {
                1 => "a year",
                2 => "half a year",
                4 => "a quarter",
                _ => "a month",
            };
            let title =
                format!("a step {years} years after enrolment falls between two boundaries of cycles");
            self.error(&node.span, title, format!("expected a multiple of the cycle, {cycle}"));
            return above;
        }
        let cycles = cycles.round() as usize;
        if cycles < above {
            let label = format!("the step before comes {} years after enrolment", above as f64 / per_year);
            self.error(&node.span, "a step cannot come before the step that it follows", label);
            return above;
        }
        cycles
    }

    /// The effects that a step names: each on another node of its programme's model.
    fn effects_of(&mut self, at: &At<'_>, model: usize) -> Vec<usize> {
        let ids: Vec<String> = self.scenario.effects.iter().map(|effect| effect.id.clone()).collect();
        let mut effects: Vec<usize> = Vec::new();
        for (name, span) in at.texts("effects") {
            let Some(effect) = self.find("effect", name, span, ids.iter().map(String::as_str)) else {
                continue;
            };
            let (of_model, node) = (self.scenario.effects[effect].model, self.scenario.effects[effect].node);
            if of_model != model {
                let other = self.scenario.models[of_model].id.clone();
                let own = self.scenario.models[model].id.clone();
                let title = format!("`{name}` acts on the model `{other}`");
                self.error(span, title, format!("the programme acts on `{own}`"));
                continue;
            }
            let twin = effects.iter().find(|known| self.scenario.effects[**known].node == node);
            if let Some(twin) = twin {
                let title = format!("`{}` and `{name}` act on the same node", ids[*twin]);
                let message = Diagnostic::error(title)
                    .at(span)
                    .label("one step has one effect on a node")
                    .help("combine them into one effect, or put them on steps that follow each other");
                self.say(message);
                continue;
            }
            effects.push(effect);
        }
        effects
    }

    fn step_costs(&mut self, at: &At<'t>) -> Vec<StepCost> {
        let mut costs = Vec::new();
        let Some(below) = at.below("costs") else { return costs };
        let place = Place::evidence(PERSON | FACTORS).money();
        for entry in at.entries("costs") {
            let Entry { key: id, node, .. } = entry;
            let Some(cost) = below.entry(entry) else {
                let value = self.quantity_at(node, below.path_of(id), place, &below.provenance, None);
                let times = constant(1.0, format!("{}.times", below.path_of(id)));
                costs.push(StepCost { id: id.clone(), value, spread: vec![1.0], times });
                continue;
            };
            self.check_source(cost.table);
            self.check_one_price_year(&cost);
            let value = self.required(&cost, "value", place);
            let times = self.quantity_or(&cost, "times", Place::choice(PERSON | FACTORS), 1.0);
            let spread = cost.node("spread").map_or_else(|| vec![1.0], |node| self.spread_of(node));
            costs.push(StepCost { id: id.clone(), value, spread, times });
        }
        costs
    }

    /// Shares over the first and following years; they sum to one.
    fn spread_of(&mut self, node: &Node) -> Vec<f64> {
        let shares: Vec<f64> =
            node.as_list().unwrap_or_default().iter().filter_map(|share| self.plain_number(share)).collect();
        let sum: f64 = shares.iter().sum();
        if shares.iter().any(|share| *share < 0.0) || (sum - 1.0).abs() > 1e-9 {
            let label = "expected shares that are not negative and sum to 1";
            self.error(&node.span, format!("the parts of this cost sum to {sum}"), label);
            return vec![1.0];
        }
        shares
    }
}
