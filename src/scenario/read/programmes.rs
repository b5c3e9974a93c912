//! `[programmes]`: who is invited and when, and what it costs however many take part.

use crate::scenario::checked::{Enrol, EnrolAmount, FixedCost, Programme};
use crate::scenario::diagnostic::Diagnostic;

use super::context::{At, Reader};
use super::place::{FACTORS, HISTORY, PERSON, Place, STATE, YEAR};
use super::quantity::{constant, stand_in};

impl<'t> Reader<'_> {
    /// Reads the programmes.
    pub(super) fn read_programmes(&mut self, top: &At<'t>) {
        for (id, at) in top.ids("programmes") {
            self.check_source(at.table);
            let models: Vec<String> = self.scenario.models.iter().map(|model| model.id.clone()).collect();
            let model = at.text("model").and_then(|model| {
                self.find("model", model, at.span_of("model"), models.iter().map(String::as_str))
            });
            let provider = self.provider(&at, crate::scenario::checked::Parties::PROVIDER);
            let eligible = self
                .condition(&at, "eligible", PERSON | STATE | FACTORS | HISTORY)
                .unwrap_or_else(|| constant(1.0, at.path_of("eligible")));
            let relative_risk = self.quantity_or(&at, "relative_risk", Place::share(FACTORS), 1.0);
            let reach = self.quantity_or(&at, "reach", Place::choice(PERSON | FACTORS | HISTORY), 1.0);
            let enrol = self.enrolment(&at);
            let fixed = self.fixed_costs(&at, &enrol, provider);
            // Without its model nothing else about the programme can be said.
            let Some(model) = model else {
                self.broke("programme", id);
                continue;
            };
            let steps = self.read_steps(&at, model, provider);
            self.check_moment(&at, &enrol);
            self.scenario.programmes.push(Programme {
                id: id.to_owned(),
                name: at.name(id),
                model,
                eligible,
                provider,
                relative_risk,
                enrol,
                reach,
                fixed,
                steps,
                counted_for: 0,
            });
        }
    }

    /// Sets for how long people who take part in nothing are followed, once clauses have said what they count.
    pub(super) fn count_for(&mut self) {
        let scenario = &mut self.scenario;
        let requests: Vec<_> = scenario
            .arrangements
            .iter()
            .flat_map(|arrangement| &arrangement.clauses)
            .flat_map(|clause| clause.requests(&scenario.parties))
            .collect();
        for (index, programme) in scenario.programmes.iter_mut().enumerate() {
            let own =
                requests.iter().filter(|request| request.programme == index).map(|request| &request.what);
            programme.counted_for = programme.last_count(own, scenario.time.cycles_per_year);
        }
    }

    /// The party behind `provider`, or the one that holds around it.
    pub(super) fn provider(&mut self, at: &At<'_>, around: usize) -> usize {
        let Some(name) = at.text("provider") else { return around };
        self.party(name, at.span_of("provider")).unwrap_or(around)
    }

    fn enrolment(&mut self, at: &At<'_>) -> Enrol {
        let Some(below) = at.below("enrol") else {
            self.missing(at, "enrol");
            let amount = EnrolAmount::Share(stand_in(at.path_of("enrol"), Some(&at.span)));
            return Enrol { years: Vec::new(), cycle_in_year: 0, amount };
        };
        let years = below.node("years").and_then(|node| self.year_indices(node)).unwrap_or_default();
        let place = Place::choice(YEAR);
        let amount = if below.node("persons").is_some() {
            EnrolAmount::Persons(self.required(&below, "persons", place))
        } else if below.node("total").is_some() {
            EnrolAmount::Total(self.required(&below, "total", Place::choice(0)))
        } else {
            EnrolAmount::Share(self.required(&below, "share", place))
        };
        let cycle_in_year = match below.text("at") {
            Some("start-of-year") => 0,
            _ => self.scenario.time.cycles_per_year / 2,
        };
        Enrol { years, cycle_in_year, amount }
    }

    /// Mid-year must be a boundary between cycles.
    fn check_moment(&mut self, at: &At<'_>, enrol: &Enrol) {
        let mid_year = at.below("enrol").is_none_or(|enrol| enrol.text("at") != Some("start-of-year"));
        if mid_year && !self.scenario.time.cycles_per_year.is_multiple_of(2) && !enrol.years.is_empty() {
            let below = at.below("enrol");
            let spot = below.as_ref().map_or(&at.span, |below| match below.node("at") {
                Some(node) => &node.span,
                None => &below.span,
            });
            let message =
                Diagnostic::error("people enrol in the middle of a year, but a cycle lasts a whole year")
                    .at(spot)
                    .label("enrolment falls between two boundaries of cycles")
                    .help("write `cycle = \"half-year\"` in [time], or `at = \"start-of-year\"` here");
            self.say(message);
        }
    }

    fn fixed_costs(&mut self, at: &At<'t>, enrol: &Enrol, provider: usize) -> Vec<FixedCost> {
        let mut fixed = Vec::new();
        for (id, below) in at.ids("fixed") {
            self.check_source(below.table);
            self.check_one_price_year(&below);
            let value = self.required(&below, "value", Place::evidence(YEAR).money());
            let years = match below.node("years") {
                Some(node) => self.year_indices(node).unwrap_or_default(),
                None => enrol.years.clone(),
            };
            let provider = self.provider(&below, provider);
            fixed.push(FixedCost { id: id.to_owned(), value, years, provider });
        }
        fixed
    }
}
