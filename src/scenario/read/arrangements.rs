//! `[arrangements]`: who buys, who bears costs, and the clauses between parties.

use crate::scenario::checked::{
    Arrangement, Base, CountBenchmark, Entry, Gate, LeftOut, Payer, Purchase, Request, Requested,
};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;
use crate::scenario::tree::Node;

use super::context::{At, Reader};
use super::negotiation::Use;
use super::place::Place;

/// Numbers that parties agree.
const CHOICE: Place = Place::choice(0);

/// The only programme of a scenario, in a clause that is to serve any scenario.
const ANY_PROGRAMME: &str = "programme";
/// The step that follows the invitation, likewise.
const FIRST_STEP: &str = "first";

impl<'t> Reader<'_> {
    /// Reads the arrangements.
    pub(super) fn read_arrangements(&mut self, top: &At<'t>) {
        let mut fallback: Option<&'t Node> = None;
        for (id, at) in top.ids("arrangements") {
            let before = (self.messages.len(), self.gaps.len(), self.scenario.inputs.len());
            self.check_source(at.table);
            if at.flag("fallback") {
                let node = at.node("fallback");
                if let (Some(first), Some(second)) = (fallback, node) {
                    let message = Diagnostic::error("two arrangements are the fallback")
                        .at(&second.span)
                        .label("the second")
                        .also(&first.span, "the first");
                    self.say(message);
                }
                fallback = fallback.or(node);
            }
            let purchase = self.purchase(&at);
            let providers = self.other_providers(&at);
            let set = self.read_set(&at);
            self.note_set(&at, &set);
            let gate = at.below("gate").and_then(|below| self.gate(&below));
            let entry = at.below("entry").and_then(|below| self.entry(&below));
            let (mut clauses, mut spans) = (Vec::new(), Vec::new());
            for (clause, below) in at.ids("clauses") {
                clauses.extend(
                    self.for_use(Use::Contract, |reader| reader.read_clause(clause, &below, purchase)),
                );
                spans.push((clause.to_owned(), below.span.clone()));
            }
            self.check_guarantees(&clauses, &spans);
            self.check_funds(&clauses, &spans);
            self.check_together(&set, &clauses, &spans);
            if at.flag("optional")
                && let Some(reason) = self.messages.take_back(before.0)
            {
                self.gaps.truncate(before.1);
                self.scenario.inputs.truncate(before.2);
                self.scenario.left_out.push(LeftOut { id: id.to_owned(), reason });
                continue;
            }
            self.scenario.arrangements.push(Arrangement {
                id: id.to_owned(),
                name: at.name(id),
                description: at.description(),
                fallback: at.flag("fallback"),
                purchase,
                providers,
                set,
                gate,
                entry,
                clauses,
            });
        }
    }

    /// From when on enrolment depends on evidence, and on which.
    fn gate(&mut self, at: &At<'t>) -> Option<Gate> {
        let year =
            at.node("year").and_then(|node| self.year_indices(node)).and_then(|years| match years[..] {
                [year] => Some(year),
                _ => {
                    self.error(
                        at.span_of("year"),
                        "a gate stands in one year",
                        "expected a single year of the run",
                    );
                    None
                }
            });
        let result = self.measurement(at)?;
        let gate = Gate {
            year: year?,
            standard_error: self.required(at, "standard_error", CHOICE),
            confidence: self.required(at, "confidence", CHOICE),
            result,
        };
        let first = &self.scenario.programmes[gate.result.counts.programme].enrol.years;
        if first.iter().all(|&year| year >= gate.year) {
            let label = "nobody has enrolled before it";
            self.error(at.span_of("year"), "nothing is measured before the gate", label);
        } else if first.iter().all(|&year| year < gate.year) {
            let message = Diagnostic::warning("the gate changes nothing for who enrols")
                .at(at.span_of("year"))
                .label("all have enrolled by then; only fixed costs of later years depend on it");
            self.say(message);
        }
        if matches!(gate.result.benchmark, CountBenchmark::Forecast) {
            let label = "expected what is measured in the same years, or a fixed number";
            self.error(at.span_of("benchmark"), "a gate is about evidence, not about a forecast", label);
        }
        let of_steps = matches!(gate.result.counts.what, Requested::Persons { .. });
        if !of_steps && matches!(gate.result.benchmark, CountBenchmark::Nothing) {
            if gate.result.fewer {
                self.check_fewer(at, &gate.result);
            } else {
                let label = "needs `benchmark`: what would have come without the programme?";
                self.error(
                    &at.span,
                    "the evidence would be the same of a programme that does nothing",
                    label,
                );
            }
        }
        if gate.result.error_sd.is_none() {
            self.warn_of_chance(at, "standard_error");
        }
        Some(gate)
    }

    /// Who delivers only if it may gain.
    fn entry(&mut self, at: &At<'t>) -> Option<Entry> {
        let name = at.text("party").unwrap_or("provider");
        let party = self.party(name, at.span_of("party"))?;
        Some(Entry {
            party,
            premium: self.quantity_or(at, "premium", CHOICE.money(), 0.0),
            per_deviation: self.quantity_or(at, "per_deviation", CHOICE, 0.0),
        })
    }

    fn purchase(&mut self, at: &At<'_>) -> Purchase {
        let word = at.text("purchase").unwrap_or("joint");
        let insurer = at.text("insurer").and_then(|name| {
            let ids: Vec<String> = self.insurer_ids();
            self.find("insurer", name, at.span_of("insurer"), ids.iter().map(String::as_str))
        });
        match (word, insurer) {
            ("region", Some(insurer)) => Purchase::Region { insurer },
            ("own", Some(insurer)) => Purchase::Own { insurer },
            ("region" | "own", None) => {
                if at.node("insurer").is_none() {
                    let label = "needs `insurer`: which one buys";
                    self.error(
                        at.span_of("purchase"),
                        format!("`purchase = \"{word}\"` names no insurer"),
                        label,
                    );
                }
                Purchase::Joint
            }
            _ => {
                if let Some(node) = at.node("insurer") {
                    let label = "under joint purchase every insurer pays its share";
                    self.error(&node.span, "`insurer` belongs to the purchase `region` or `own`", label);
                }
                Purchase::Joint
            }
        }
    }

    fn insurer_ids(&self) -> Vec<String> {
        let parties = &self.scenario.parties;
        parties.insurers.iter().map(|insurer| parties.list[insurer.party].id.clone()).collect()
    }

    fn other_providers(&mut self, at: &At<'t>) -> Vec<(usize, Option<usize>, usize)> {
        let mut providers = Vec::new();
        for entry in at.entries("providers") {
            let Some(name) = entry.node.as_text() else { continue };
            let party = self.party(name, &entry.node.span);
            let Some((programme, rest)) = self.programme_part(&entry.key, &entry.key_span) else { continue };
            let step = match rest {
                Some(step) => match self.step_of(programme, step, &entry.key_span) {
                    Some(step) => Some(step),
                    None => continue,
                },
                None => None,
            };
            providers.extend(party.map(|party| (programme, step, party)));
        }
        providers
    }

    /// The programme at the start of a path, and what follows it.
    pub(super) fn programme_part<'p>(
        &mut self,
        path: &'p str,
        span: &Span,
    ) -> Option<(usize, Option<&'p str>)> {
        let (programme, rest) = match path.split_once('.') {
            Some((programme, rest)) => (programme, Some(rest)),
            None => (path, None),
        };
        Some((self.programme_named(programme, span)?, rest))
    }

    /// The programme of a name. `programme` is the only one of the scenario, whatever it is called, so that a library of
    /// arrangements need not know it.
    pub(super) fn programme_named(&mut self, name: &str, span: &Span) -> Option<usize> {
        let ids: Vec<String> =
            self.scenario.programmes.iter().map(|programme| programme.id.clone()).collect();
        match ids.as_slice() {
            [_] if name == ANY_PROGRAMME && ids[0] != name => Some(0),
            [_, _, ..] if name == ANY_PROGRAMME && !ids.iter().any(|id| id == name) => {
                let title =
                    format!("`{ANY_PROGRAMME}` stands for the only programme, and there are {}", ids.len());
                self.error(span, title, "which one?");
                None
            }
            _ => self.find("programme", name, span, ids.iter().map(String::as_str)),
        }
    }

    /// The position of a step of a programme. `first` is the step that follows the invitation, whatever it is called.
    pub(super) fn step_of(&mut self, programme: usize, name: &str, span: &Span) -> Option<usize> {
        let steps = &self.scenario.programmes[programme].steps;
        if name == FIRST_STEP && steps.iter().all(|step| step.id != name) {
            let roots: Vec<usize> = (0..steps.len()).filter(|at| steps[*at].parent.is_none()).collect();
            let [root] = roots.as_slice() else {
                let title = format!("{} steps follow the invitation", roots.len());
                self.error(span, title, "which one is the first?");
                return None;
            };
            return Some(*root);
        }
        let id = &self.scenario.programmes[programme].id;
        let known: Vec<String> = self.scenario.programmes[programme]
            .steps
            .iter()
            .map(|step| format!("{id}.{}", step.id))
            .collect();
        let path = format!("{id}.{name}");
        self.find("step", &path, span, known.iter().map(String::as_str))
    }

    /// A side of a clause: a party, `insurers`, or `participants`.
    pub(super) fn payer(&mut self, name: &str, span: &Span) -> Option<Payer> {
        match name {
            "insurers" => {
                if !self.scenario.budgets.iter().any(|budget| budget.insurance) {
                    let label = "no budget is of `kind = \"insurance\"`";
                    self.error(span, "there is nothing for insurers to hold", label);
                }
                Some(Payer::Insurers)
            }
            "participants" => self.household(span).map(Payer::Party),
            name => {
                let ids: Vec<String> =
                    self.scenario.parties.list.iter().map(|party| party.id.clone()).collect();
                let known = ids.iter().map(String::as_str).chain(["insurers", "participants"]);
                self.find("party", name, span, known).map(Payer::Party)
            }
        }
    }

    /// The persons of a step that a clause pays for.
    pub(super) fn persons_of(&mut self, at: &At<'_>) -> Option<Request> {
        let (programme, step) = self.step_named(at.text("step")?, at.span_of("step"))?;
        let what = Requested::Persons { step, quarter: 0 };
        Some(Request { programme, what, where_: self.restriction(at) })
    }

    /// The resource costs that a clause is about.
    pub(super) fn base_of(&mut self, at: &At<'_>) -> Option<Request> {
        let path = at.text("base")?;
        let span = at.span_of("base");
        let (programme, rest) = self.programme_part(path, span)?;
        let base = match rest {
            None => Base::Programme,
            Some("fixed") => Base::Fixed,
            Some(rest) => match rest.strip_prefix("fixed.") {
                Some(item) => {
                    let ids: Vec<String> = self.scenario.programmes[programme]
                        .fixed
                        .iter()
                        .map(|cost| cost.id.clone())
                        .collect();
                    let found = self.find("fixed cost", item, span, ids.iter().map(String::as_str))?;
                    Base::FixedItem(found)
                }
                None => Base::Step(self.step_of(programme, rest, span)?),
            },
        };
        let where_ = self.restriction(at);
        if where_.is_some() && matches!(base, Base::Fixed | Base::FixedItem(_)) {
            let label = "fixed costs are made for all";
            self.error(at.span_of("where"), "`where` picks persons", label);
        }
        Some(Request { programme, what: Requested::Cost(base), where_ })
    }
}
