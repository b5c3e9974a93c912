//! Terms of payments for delivery: fees, own contributions, capitation, bundles.

use crate::scenario::checked::{
    Bundle, BundleStep, Corridor, Heads, HighestPrice, Quantity, Request, Requested, StopLoss, Terms, Tier,
};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::sources::Span;

use super::clauses::AMOUNT;
use super::context::{At, Reader};
use super::place::Place;

/// Quarters in a year.
const QUARTERS: usize = 4;

impl<'t> Reader<'_> {
    pub(super) fn fee(&mut self, at: &At<'t>) -> Option<Terms> {
        let price = self.required(at, "price", AMOUNT);
        let volume_cap = self.quantity(at, "volume_cap", Place::choice(0));
        let tiers = self.tiers(at);
        let most = volume_cap.as_ref().and_then(|cap| self.base_value(cap));
        for (tier, _) in &tiers {
            if let (Some(above), Some(most)) = (self.base_value(&tier.above), most)
                && above >= most
            {
                let title = format!("no more than {most} persons are paid for, and a tier begins at {above}");
                self.error(at.span_of("volume_cap"), title, "this tier is never reached");
            }
        }
        let prices: Vec<(&Quantity, Span)> = std::iter::once((&price, at.span_of("price").clone()))
            .chain(tiers.iter().map(|(tier, span)| (&tier.price, span.clone())))
            .collect();
        let highest = self.highest(at, &prices).map(Box::new);
        let most = self.scenario.time.years * QUARTERS;
        let quarters = self.count(at, "quarters", 1, most);
        let stay = self.quantity_or(at, "stay", Place::choice(0), 1.0);
        if quarters == 1
            && let Some(entry) = at.table.entry("stay")
        {
            self.error(&entry.key_span, "nobody need stay for a price that is paid once", "needs `quarters`");
        }
        let tiers = tiers.into_iter().map(|(tier, _)| tier).collect();
        Some(Terms::Fee { persons: self.persons_of(at)?, quarters, stay, price, tiers, volume_cap, highest })
    }

    /// Prices beyond numbers of persons, which must rise.
    fn tiers(&mut self, at: &At<'t>) -> Vec<(Tier, Span)> {
        let mut tiers: Vec<(Tier, Span)> = Vec::new();
        let mut last = 0.0;
        for (id, below) in at.ids("tiers") {
            let above = self.required(&below, "above", Place::choice(0));
            let price = self.required(&below, "price", AMOUNT);
            if let Some(number) = self.base_value(&above) {
                if number <= last {
                    let title = format!("tier `{id}` begins at {number}, not above the tier before it");
                    self.error(below.span_of("above"), title, "expected numbers that rise from tier to tier");
                }
                last = number;
            }
            tiers.push((Tier { above, price }, below.span_of("price").clone()));
        }
        tiers
    }

    /// What no price may pass. At its stated value none does; in other draws, and where it is varied, the highest is charged.
    fn highest(&mut self, at: &At<'t>, prices: &[(&Quantity, Span)]) -> Option<HighestPrice> {
        let raise = self.quantity_or(at, "max_price_raise", Place::choice(0), 0.0);
        let Some(legal) = self.quantity(at, "max_price", AMOUNT) else {
            if let Some(entry) = at.table.entry("max_price_raise") {
                self.error(&entry.key_span, "there is no highest price to go above", "needs `max_price`");
            }
            return None;
        };
        let highest = HighestPrice { legal, raise };
        let stated = (self.base_value(&highest.legal), self.base_value(&highest.raise));
        let (Some(most), Some(raise)) = stated else { return Some(highest) };
        for (price, span) in prices {
            let Some(price) = self.base_value(price) else { continue };
            if price > most * (1.0 + raise) * (1.0 + 1e-12) {
                let mut title = format!("a price of {price} is above the highest that may be asked, {most}");
                if raise > 0.0 {
                    title.push_str(&format!(
                        ", also with {}% more by written contract",
                        (raise * 1e4).round() / 1e2
                    ));
                }
                let message = Diagnostic::error(title)
                    .at(span)
                    .label("at its stated value")
                    .also(at.span_of("max_price"), "the highest price");
                self.say(message);
            }
        }
        Some(highest)
    }

    pub(super) fn copayment(&mut self, at: &At<'t>) -> Option<Terms> {
        let price = self.required(at, "price", AMOUNT);
        let response = self.quantity(at, "uptake_response", Place::evidence(0));
        if response.is_some()
            && let Some(entry) = at.table.entry("where")
        {
            let label = "a response of uptake is that of all who come to the step";
            let help =
                "let the step's `share` depend on who they are, by a parameter that the arrangement sets";
            let message = Diagnostic::error("`where` and `uptake_response` do not go together")
                .at(&entry.key_span)
                .label(label)
                .help(help);
            self.say(message);
        }
        Some(Terms::Copayment { persons: self.persons_of(at)?, price, response })
    }

    pub(super) fn capitation(&mut self, at: &At<'t>) -> Option<Terms> {
        let amount = self.required(at, "amount", AMOUNT);
        let (corridor, stop_loss) = (self.corridor(at), self.stop_loss(at));
        let heads = match at.text("outcome") {
            Some(name) => {
                self.no_restriction(at, "the named outcome says for whom it counts how much");
                if let Some(entry) = at.table.entry("for_years") {
                    self.error(
                        &entry.key_span,
                        "the whole population is paid for every year",
                        "belongs to `step`",
                    );
                }
                Heads::Population { outcome: self.outcome_named(name, at.span_of("outcome"))? }
            }
            None => Heads::Step { persons: self.persons_of(at)?, years: self.years_paid(at) },
        };
        Some(Terms::Capitation { heads, amount, corridor, stop_loss })
    }

    fn corridor(&mut self, at: &At<'t>) -> Option<Corridor> {
        if at.node("corridor").is_none() {
            if let Some(entry) = at.table.entry("beyond") {
                self.error(&entry.key_span, "`beyond` is about a corridor", "needs `corridor`");
            }
            if let (Some(entry), None) = (at.table.entry("base"), at.node("stop_loss")) {
                let title = "`base` is about a corridor or a stop-loss";
                self.error(&entry.key_span, title, "needs `corridor` or `stop_loss`");
            }
            return None;
        }
        if at.node("base").is_none() {
            let label = "needs `base`: the costs with which the payment is compared";
            self.error(at.span_of("corridor"), "a corridor without costs", label);
            return None;
        }
        let width = self.required(at, "corridor", Place::choice(0));
        let beyond = self.quantity_or(at, "beyond", Place::choice(0), 0.0);
        let base = Request { where_: None, ..self.base_of(at)? };
        Some(Corridor { base, width, beyond })
    }

    fn stop_loss(&mut self, at: &At<'t>) -> Option<Box<StopLoss>> {
        let below = at.below("stop_loss")?;
        if at.node("base").is_none() {
            let label = "needs `base`: the costs of which each head has a part";
            self.error(at.span_of("stop_loss"), "a stop-loss without costs", label);
            return None;
        }
        let limit = self.required(&below, "limit", AMOUNT);
        let cv = self.required(&below, "cv", Place::choice(0));
        let carried = self.quantity_or(&below, "carried", Place::choice(0), 1.0);
        let base = Request { where_: None, ..self.base_of(at)? };
        Some(Box::new(StopLoss { base, limit, cv, carried }))
    }

    pub(super) fn bundled(&mut self, at: &At<'t>) -> Option<Terms> {
        let Some(below) = at.below("prices") else {
            let price = self.required(at, "price", AMOUNT);
            if at.node("step").is_none() {
                let label = "needs `step`: from which step years are counted";
                self.error(at.span_of("price"), "a bundle by year does not say for whom", label);
                return None;
            }
            let (persons, years) = (self.persons_of(at)?, self.years_paid(at));
            return Some(Terms::Bundled(Bundle::ByYear { persons, years, price }));
        };
        for key in ["step", "for_years"] {
            if let Some(entry) = at.table.entry(key) {
                self.error(
                    &entry.key_span,
                    format!("`{key}` is about a bundle by year"),
                    "belongs to `price`",
                );
            }
        }
        let where_ = self.restriction(at);
        let mut priced: Vec<(usize, usize, Quantity, Span)> = Vec::new();
        for entry in below.table {
            let price = self.required(&below, &entry.key, AMOUNT);
            if let Some((programme, step)) = self.step_named(&entry.key, &entry.key_span) {
                priced.push((programme, step, price, entry.node.span.clone()));
            }
        }
        let programme = priced.first()?.0;
        if let Some((.., span)) = priced.iter().find(|(other, ..)| *other != programme) {
            self.error(span, "a bundle is of one programme", "a step of another programme");
            return None;
        }
        priced.sort_by_key(|(_, step, ..)| *step);
        let mut steps: Vec<BundleStep> = Vec::new();
        for (_, step, price, span) in &priced {
            let before = self.priced_before(programme, *step, &priced);
            if let Some(before) = before
                && let (Some(own), Some(other)) = (self.base_value(price), self.base_value(&priced[before].2))
                && own < other
            {
                let title = format!("the longer path costs {own}, less than {other} for a part of it");
                let message = Diagnostic::error(title)
                    .at(span)
                    .label("the whole path")
                    .also(&priced[before].3, "a part of it");
                self.say(message);
            }
            let what = Requested::Persons { step: *step, quarter: 0 };
            let persons = Request { programme, what, where_: where_.clone() };
            steps.push(BundleStep { persons, before, price: price.clone() });
        }
        Some(Terms::Bundled(Bundle::ByStep(steps)))
    }

    /// Position among the priced steps of the nearest one that comes before a step.
    fn priced_before(
        &self,
        programme: usize,
        step: usize,
        priced: &[(usize, usize, Quantity, Span)],
    ) -> Option<usize> {
        let steps = &self.scenario.programmes[programme].steps;
        let mut parent = steps[step].parent;
        while let Some(before) = parent {
            if let Some(position) = priced.iter().position(|(_, step, ..)| *step == before) {
                return Some(position);
            }
            parent = steps[before].parent;
        }
        None
    }

    /// A step by its path.
    pub(super) fn step_named(&mut self, path: &str, span: &Span) -> Option<(usize, usize)> {
        let (programme, rest) = self.programme_part(path, span)?;
        let Some(step) = rest else {
            let id = self.scenario.programmes[programme].id.clone();
            let label = format!("expected a step of it: `{id}.<step>`");
            self.error(span, format!("`{path}` is a programme"), label);
            return None;
        };
        Some((programme, self.step_of(programme, step, span)?))
    }

    /// A named outcome.
    pub(super) fn outcome_named(&mut self, name: &str, span: &Span) -> Option<usize> {
        let ids: Vec<String> = self.scenario.outcomes.iter().map(|outcome| outcome.id.clone()).collect();
        self.find("outcome", name, span, ids.iter().map(String::as_str))
    }

    fn years_paid(&mut self, at: &At<'_>) -> usize {
        let years = self.scenario.time.years;
        self.count(at, "for_years", years, years)
    }

    /// A whole number from 1; beyond what the run can show it is cut.
    fn count(&mut self, at: &At<'_>, key: &str, otherwise: usize, most: usize) -> usize {
        match at.integer(key) {
            None => otherwise,
            Some(number) if number < 1 => {
                self.error(at.span_of(key), format!("`{key}` is {number}"), "expected 1 or more");
                1
            }
            Some(number) => usize::try_from(number).unwrap_or(most).min(most),
        }
    }
}
