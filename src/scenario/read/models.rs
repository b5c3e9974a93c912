//! `[models]`: states, background mortality, transitions and the tree of events.

use crate::scenario::checked::{
    Background, Event, Frequency, Model, Node as ModelNode, Priced, State, Transition,
};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;

use super::context::{At, Reader};
use super::literal::ages_of;
use super::place::{AGE, HISTORY, PERSON, Place, SEX, Wanted, YEAR};
use super::quantity::stand_in;

/// Where rates and shares of events stand.
const RATE: Place = Place::evidence(PERSON | YEAR | HISTORY).wants(Wanted::Rate);

/// What a path into a model names.
const NODE: &str = "event, transition or state";

impl<'t> Reader<'_> {
    /// Makes the states of all models known as values of `state`.
    pub(super) fn name_states(&mut self, top: &At<'t>) {
        for (_, model) in top.ids("models") {
            for (state, _) in model.ids("states") {
                if !self.scenario.variables.states.iter().any(|known| known == state) {
                    self.scenario.variables.states.push(state.to_owned());
                }
            }
        }
    }

    /// Reads all models.
    pub(super) fn read_models(&mut self, top: &At<'t>) {
        for (id, at) in top.ids("models") {
            self.check_source(at.table);
            let mut model = Model {
                id: id.to_owned(),
                ages: self.ages_followed(&at),
                states: Vec::new(),
                death: None,
                background: None,
                transitions: Vec::new(),
                events: Vec::new(),
                factors: Vec::new(),
                with_history: false,
            };
            self.read_background(&at, &mut model);
            self.read_states(&at, &mut model);
            self.find_death(&at, &mut model);
            self.read_transitions(&at, &mut model);
            self.read_events(&at, &mut model);
            self.read_factors(&at, &mut model);
            self.check_names(&at, &model);
            self.check_mixing(&at, &model);
            self.scenario.models.push(model);
        }
        if self.scenario.models.is_empty() {
            self.missing(top, "models");
        }
    }

    /// The ages at entry that a model follows; somebody of the population must have one of them.
    fn ages_followed(&mut self, at: &At<'t>) -> Option<(u16, u16)> {
        let node = at.node("ages")?;
        let Some(band) = ages_of(node) else {
            self.error(&node.span, "these are not ages", "expected an age such as 64, \"65-69\" or \"60+\"");
            return None;
        };
        let ages = (band.first, band.last.unwrap_or(u16::MAX));
        let groups = &self.scenario.population.groups;
        if !groups.is_empty() && !groups.iter().any(|group| (ages.0..=ages.1).contains(&group.age)) {
            let title = format!("`{}` follows nobody", at.path);
            self.error(&node.span, title, "nobody of the population enters at such an age");
        }
        Some(ages)
    }

    fn read_background(&mut self, at: &At<'t>, model: &mut Model) {
        let Some(mortality) = at.below("mortality") else { return };
        self.check_source(mortality.table);
        let place = Place::evidence(AGE | SEX);
        model.background = if mortality.node("rate").is_some() {
            Some(Background::Rate(self.required(&mortality, "rate", place.wants(Wanted::Rate))))
        } else {
            let quantity = self.required(&mortality, "probability", place.wants(Wanted::Probability));
            Some(Background::Probability(quantity))
        };
    }

    fn read_states(&mut self, at: &At<'t>, model: &mut Model) {
        for (id, state) in at.ids("states") {
            self.check_source(state.table);
            let alive = state.node("alive").and_then(crate::scenario::tree::Node::as_boolean).unwrap_or(true);
            let start = self.quantity_or(&state, "start", Place::share(PERSON), 0.0);
            let hit = if alive && model.background.is_some() { 1.0 } else { 0.0 };
            let mortality_ratio = self.quantity_or(&state, "mortality_ratio", Place::evidence(PERSON), hit);
            let excess_mortality = self.quantity(&state, "excess_mortality", RATE);
            let utility = self.quantity(&state, "utility", Place::evidence(PERSON));
            if !alive {
                for key in ["mortality_ratio", "excess_mortality", "utility"] {
                    if let Some(node) = state.node(key) {
                        let title = format!("the dead have no `{key}`");
                        self.error(&node.span, title, format!("`{id}` says `alive = false`"));
                    }
                }
            }
            if model.background.is_none()
                && let Some(node) = state.node("mortality_ratio")
            {
                let title = "a mortality ratio multiplies the background mortality";
                self.error(&node.span, title, format!("`models.{}` has no `mortality`", model.id));
            }
            let code = self.scenario.variables.states.iter().position(|known| known == id);
            model.states.push(State {
                id: id.to_owned(),
                name: state.name(id),
                code: code.map_or(f64::NAN, |code| code as f64),
                alive,
                start,
                mortality_ratio,
                excess_mortality,
                utility,
            });
        }
    }

    /// The state to which background mortality leads: the only one whose people are dead, or among several `dead`.
    fn find_death(&mut self, at: &At<'t>, model: &mut Model) {
        let dead: Vec<usize> = (0..model.states.len()).filter(|state| !model.states[*state].alive).collect();
        let named = dead.iter().copied().find(|state| model.states[*state].id == "dead");
        model.death = match dead.as_slice() {
            [only] => Some(*only),
            _ => named,
        };
        let needs =
            model.background.is_some() || model.states.iter().any(|state| state.excess_mortality.is_some());
        if needs && model.death.is_none() {
            let title = match dead.len() {
                0 => format!("`models.{}` has no state for the dead", model.id),
                _ => format!("`models.{}` does not say where background mortality leads", model.id),
            };
            let label = match dead.len() {
                0 => "needs a state with `alive = false`",
                _ => "several states have `alive = false`: call the one it leads to `dead`",
            };
            self.error(&at.span, title, label);
        }
    }

    /// The position of a state of a model.
    fn state_of(&mut self, model: &Model, name: &str, span: &Span) -> Option<usize> {
        self.find("state", name, span, model.states.iter().map(|state| state.id.as_str()))
    }

    fn read_transitions(&mut self, at: &At<'t>, model: &mut Model) {
        for (id, transition) in at.ids("transitions") {
            self.check_source(transition.table);
            let frequency = if transition.node("rate").is_some() {
                if let Some(node) = transition.node("per") {
                    self.error(
                        &node.span,
                        "a rate is always per person-year",
                        "`per` belongs to a probability",
                    );
                }
                Frequency::Rate(self.required(&transition, "rate", RATE))
            } else {
                let place = Place::evidence(PERSON | YEAR | HISTORY).wants(Wanted::Probability);
                let probability = self.required(&transition, "probability", place);
                match transition.text("per") {
                    Some("cycle") => Frequency::PerCycle(probability),
                    _ => Frequency::PerYear(probability),
                }
            };
            let end = |reader: &mut Self, key: &str| {
                let name = transition.text(key)?;
                reader.state_of(model, name, transition.span_of(key))
            };
            let (Some(from), Some(to)) = (end(self, "from"), end(self, "to")) else {
                self.broke(NODE, format!("{}.{id}", model.id));
                continue;
            };
            if from == to {
                let label = "staying is what is left over";
                self.error(transition.span_of("to"), format!("`{id}` leads back to where it begins"), label);
            } else if !model.states[from].alive {
                let title = format!("`{}` is a state of the dead", model.states[from].id);
                self.error(transition.span_of("from"), title, "nobody leaves it");
            }
            model.transitions.push(Transition {
                id: id.to_owned(),
                name: transition.name(id),
                from,
                to,
                frequency,
            });
        }
    }

    /// Reads the events, parents before what follows from them.
    fn read_events(&mut self, at: &At<'t>, model: &mut Model) {
        let mut waiting: Vec<(&'t str, At<'t>)> = at.ids("events");
        let ids: Vec<&str> = waiting.iter().map(|(id, _)| *id).collect();
        for (_, event) in &waiting {
            if let Some(parent) = event.text("of") {
                self.find("event", parent, event.span_of("of"), ids.iter().copied());
            }
        }
        loop {
            let ready = waiting.iter().position(|(_, event)| {
                let parent = event.text("of");
                parent.is_none_or(|parent| {
                    !ids.contains(&parent) || model.events.iter().any(|known| known.id == parent)
                })
            });
            let Some(ready) = ready else { break };
            let (id, event) = waiting.remove(ready);
            self.read_event(id, &event, model);
        }
        if let Some((_, event)) = waiting.first() {
            let circle: Vec<&str> = waiting.iter().map(|(id, _)| *id).collect();
            let label = format!("in the circle or behind it: {}", circle.join(", "));
            for event in circle {
                self.broke(NODE, format!("{}.{event}", model.id));
            }
            self.error(
                event.span_of("of"),
                "events that follow from one another in a circle never begin",
                label,
            );
        }
        let parents: Vec<usize> = model.events.iter().filter_map(|event| event.parent).collect();
        for parent in parents {
            let event = &model.events[parent];
            if event.moves_to.is_some()
                && let Some(below) = at.below("events").and_then(|events| events.below(&event.id))
            {
                let message =
                    Diagnostic::error(format!("`{}` has consequences and moves people itself", event.id))
                        .at(below.span_of("moves_to"))
                        .label("only an event without consequences can move people")
                        .help("give the move to a consequence of its own, with `share` of this event");
                self.say(message);
            }
        }
    }

    fn read_event(&mut self, id: &str, at: &At<'t>, model: &mut Model) {
        self.check_source(at.table);
        let parent = at.text("of").and_then(|of| model.events.iter().position(|event| event.id == of));
        let is_branch = at.node("of").is_some();
        let (wanted, other) = if is_branch { ("share", "rate") } else { ("rate", "share") };
        if let Some(entry) = at.table.entry(other) {
            let title = match is_branch {
                true => format!("`{id}` follows from another event and has a `share` of it, no rate"),
                false => format!("`{id}` follows from no other event and has a `rate`, no share"),
            };
            self.error(&entry.key_span, title, format!("expected `{wanted}`"));
        }
        let place = if is_branch { Place::share(PERSON | YEAR | HISTORY) } else { RATE };
        let amount = match at.node(wanted) {
            Some(_) => self.required(at, wanted, place),
            None => stand_in(at.path_of(wanted), Some(&at.span)),
        };
        let states = match parent {
            Some(parent) => model.events[parent].states.clone(),
            None => {
                let mut states = Vec::new();
                for (name, span) in at.texts("in") {
                    let Some(state) = self.state_of(model, name, span) else { continue };
                    if !model.states[state].alive {
                        self.error(
                            span,
                            format!("`{name}` is a state of the dead"),
                            "nothing happens to them",
                        );
                    } else if states.contains(&state) {
                        self.error(span, format!("`{name}` stands here twice"), "the second");
                    } else {
                        states.push(state);
                    }
                }
                states
            }
        };
        let moves_to = at.text("moves_to").and_then(|to| self.state_of(model, to, at.span_of("moves_to")));
        let qaly_loss = self.quantity(at, "qaly_loss", Place::evidence(PERSON));
        model.events.push(Event {
            id: id.to_owned(),
            name: at.name(id),
            parent,
            states,
            amount,
            moves_to,
            qaly_loss,
        });
    }

    /// Events, states, transitions and risk factors of a model are called by one name each.
    fn check_names(&mut self, at: &At<'t>, model: &Model) {
        let mut seen: Vec<(&str, Span)> = Vec::new();
        for key in ["states", "transitions", "events", "factors"] {
            for (id, entry) in at.ids(key) {
                if let Some((_, first)) = seen.iter().find(|(known, _)| *known == id) {
                    let title = format!("two things in `models.{}` are called `{id}`", model.id);
                    let message = Diagnostic::error(title)
                        .at(&entry.span)
                        .label(format!("`{}.{id}` would mean either", model.id))
                        .also(first, "the other");
                    self.say(message);
                }
                seen.push((id, entry.span.clone()));
            }
        }
    }

    /// The exits of a state are all rates, or all probabilities over the same time.
    fn check_mixing(&mut self, at: &At<'t>, model: &Model) {
        for (number, state) in model.states.iter().enumerate() {
            let mut kinds: Vec<(&str, String)> = Vec::new();
            for transition in model.transitions.iter().filter(|transition| transition.from == number) {
                let kind = match transition.frequency {
                    Frequency::Rate(_) => "rate",
                    Frequency::PerYear(_) => "probability per year",
                    Frequency::PerCycle(_) => "probability per cycle",
                };
                kinds.push((kind, format!("transition `{}`", transition.id)));
            }
            let moves = |event: &&Event| {
                event.states.contains(&number) && event.moves_to.is_some_and(|to| to != number)
            };
            for event in model.events.iter().filter(moves) {
                kinds.push(("rate", format!("event `{}`", event.id)));
            }
            if state.alive && (model.background.is_some() || state.excess_mortality.is_some()) {
                kinds.push(("rate", "mortality".to_owned()));
            }
            let Some((first, one)) = kinds.first() else { continue };
            if let Some((kind, other)) = kinds.iter().find(|(kind, _)| kind != first) {
                let spot = at.below("states").and_then(|states| states.below(&state.id));
                let title = format!("people leave `{}` both by a {first} and by a {kind}", state.id);
                let message = Diagnostic::error(title)
                    .at(spot.as_ref().map_or(&at.span, |spot| &spot.span))
                    .label(format!("{one} is a {first}, {other} a {kind}"))
                    .help("write the yearly probability p as `rate = \"prob_to_rate(p)\"`");
                self.say(message);
            }
        }
    }

    /// The node that a path such as `falls.fall` names; a state's utility is `falls.home.utility`.
    pub(super) fn model_node(&mut self, path: &str, span: &Span) -> Option<(usize, ModelNode)> {
        let mut parts = path.split('.');
        let (model, name, rest) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let ids: Vec<String> = self.scenario.models.iter().map(|model| model.id.clone()).collect();
        let Some(name) = name else {
            let title = format!("`{path}` names no part of a model");
            self.error(span, title, "expected the model and its event, transition or state: `falls.fall`");
            return None;
        };
        let index = self.find("model", model, span, ids.iter().map(String::as_str))?;
        let model = &self.scenario.models[index];
        let event = model.events.iter().position(|event| event.id == name).map(ModelNode::Event);
        let transition =
            model.transitions.iter().position(|known| known.id == name).map(ModelNode::Transition);
        let factor = model.factors.iter().position(|factor| factor.id == name).map(ModelNode::Factor);
        let state = model.states.iter().position(|state| state.id == name);
        let node = match (rest, state) {
            (Some("utility"), Some(state)) => Some(ModelNode::Utility(state)),
            (None, state) => event.or(transition).or(state.map(ModelNode::State)).or(factor),
            _ => None,
        };
        if node.is_none() && !self.is_broken(NODE, path) {
            let events = model.events.iter().map(|event| event.id.as_str());
            let transitions = model.transitions.iter().map(|transition| transition.id.as_str());
            let states = model.states.iter().map(|state| state.id.as_str());
            let factors = model.factors.iter().map(|factor| factor.id.as_str());
            let all = events.chain(transitions).chain(states).chain(factors);
            let known: Vec<String> = all.map(str::to_owned).collect();
            let known: Vec<String> = known.into_iter().map(|name| format!("{}.{name}", ids[index])).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            self.unknown(NODE, path, span, &known);
        }
        node.map(|node| (index, node))
    }

    /// What a unit cost or outcome is counted by.
    pub(super) fn priced(&mut self, path: &str, span: &Span) -> Option<Priced> {
        if path == "life-year" {
            return Some(Priced::LifeYear);
        }
        let (model, node) = self.model_node(path, span)?;
        let title = match node {
            ModelNode::Utility(_) => "a utility does not happen",
            ModelNode::Factor(_) => "a risk factor does not happen",
            _ => return Some(Priced::Node { model, node }),
        };
        self.error(span, title, "expected an event, transition or state");
        None
    }
}
