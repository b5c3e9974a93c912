//! `[strategies]`, `[variants]`, `[sources]`, and what `set` replaces.

use crate::scenario::checked::{Citation, Localised, Set, Strategy, StudyDesign, Variant};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::tree::Node;

use super::context::{At, Reader};
use super::place::Place;

impl<'t> Reader<'_> {
    /// Reads the sources, to which everything else may refer.
    pub(super) fn read_sources(&mut self, top: &At<'t>) {
        for (id, at) in top.ids("sources") {
            let text = |key: &str| at.text(key).unwrap_or_default().trim().to_owned();
            let link = match at.text("doi") {
                Some(doi) => format!("https://doi.org/{}", doi.trim()),
                None => text("url"),
            };
            self.scenario.citations.push(Citation {
                id: id.to_owned(),
                title: text("title"),
                organisation: text("organisation"),
                year: at.integer("year"),
                link,
                design: at.text("design").and_then(StudyDesign::of),
            });
        }
    }

    /// Reads the strategies and finds the comparator.
    pub(super) fn read_strategies(&mut self, top: &At<'t>) {
        let mut marked: Vec<(usize, &'t Node)> = Vec::new();
        let ids: Vec<String> =
            self.scenario.programmes.iter().map(|programme| programme.id.clone()).collect();
        for (id, at) in top.ids("strategies") {
            let mut programmes = Vec::new();
            for (name, span) in at.texts("programmes") {
                let found = self.find("programme", name, span, ids.iter().map(String::as_str));
                if found.is_some_and(|programme| programmes.contains(&programme)) {
                    self.error(span, format!("`{name}` stands here twice"), "the second");
                } else {
                    programmes.extend(found);
                }
            }
            if at.flag("comparator") {
                marked.extend(at.node("comparator").map(|node| (self.scenario.strategies.len(), node)));
                if let Some(node) = at.node("programmes").filter(|_| !at.texts("programmes").is_empty()) {
                    let label = "what programmes do is counted against a comparator without them";
                    self.error(&node.span, "the comparator has programmes", label);
                }
            }
            let set = self.read_set(&at);
            self.note_set(&at, &set);
            self.scenario.strategies.push(Strategy { id: id.to_owned(), name: at.name(id), programmes, set });
        }
        if let [(_, first), (_, second), ..] = marked.as_slice() {
            let message = Diagnostic::error("two strategies are the comparator")
                .at(&second.span)
                .label("the second")
                .also(&first.span, "the first");
            self.say(message);
        }
        let plain = self
            .scenario
            .strategies
            .iter()
            .position(|strategy| strategy.programmes.is_empty() && strategy.set.is_empty());
        match marked.first().map(|(strategy, _)| *strategy).or(plain) {
            Some(comparator) => self.scenario.comparator = comparator,
            None if self.scenario.strategies.is_empty() => self.missing(top, "strategies"),
            None => {
                let below = top.below("strategies");
                let message = Diagnostic::error("there is no strategy to compare the others with")
                    .at(below.as_ref().map_or(&top.span, |at| &at.span))
                    .label("expected one without programmes and without `set`, such as `[strategies.usual_care]`")
                    .help("or write `comparator = true` in one that only has a `set`");
                self.say(message);
            }
        }
    }

    /// Reads the variants; the first is the scenario itself.
    pub(super) fn read_variants(&mut self, top: &At<'t>) {
        self.scenario.variants.push(Variant {
            id: "main".to_owned(),
            name: Localised { en: "Main analysis".to_owned(), nl: "Hoofdanalyse".to_owned() },
            description: Localised::default(),
            set: Vec::new(),
        });
        for (id, at) in top.ids("variants") {
            if id == "main" {
                self.error(&at.span, "a variant cannot be called `main`", "this is the scenario itself");
                continue;
            }
            self.check_source(at.table);
            let set = self.read_set(&at);
            self.scenario.variants.push(Variant {
                id: id.to_owned(),
                name: at.name(id),
                description: at.description(),
                set,
            });
        }
    }

    /// Notes that an arm replaces parameters.
    pub(super) fn note_set(&mut self, at: &At<'_>, sets: &[Set]) {
        let span = at.span_of("set");
        self.used_in_world.extend(sets.iter().map(|set| (set.parameter, span.clone())));
    }

    /// The parameters that an arm replaces. A name may be a path with dots, in quotes.
    pub(super) fn read_set(&mut self, at: &At<'t>) -> Vec<Set> {
        let mut sets = Vec::new();
        let Some(below) = at.below("set") else { return sets };
        for entry in below.table {
            let names: Vec<String> =
                self.scenario.parameters.list.iter().map(|parameter| parameter.name.clone()).collect();
            let known = names.iter().map(String::as_str);
            let parameter = self.find("parameter", &entry.key, &entry.key_span, known);
            let value = self.required(&below, &entry.key, Place::choice(0));
            sets.extend(parameter.map(|parameter| Set { parameter, value }));
        }
        sets
    }
}
