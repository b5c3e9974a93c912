//! A negotiation on the screen: what each asks, whether there is a deal, at which terms, who blocks, what would open it.

mod terms;
mod words;

use super::Rates;
use super::layout::{Line, WIDTH, wrap};
use super::warnings::Told;
use super::words::Lang;
use crate::analyse::deal::opening::Opening;
use crate::analyse::deal::solutions::counted;
use crate::analyse::deal::{Condition, Deal, Point, Wants};
use crate::analyse::measures::or_id;
use crate::scenario::Scenario;
use crate::scenario::checked::Localised;
use words as w;

/// Part of what lacks most that is almost as much.
const CLOSE: f64 = 0.9;

/// The summary of a negotiation in words; `folder` is where the files are.
#[must_use]
pub fn summary(scenario: &Scenario, deal: &Deal, rates: Rates, folder: &str, lang: Lang) -> String {
    let mut page = Page { scenario, deal, lang, text: String::new() };
    page.head(rates);
    page.asked();
    page.verdict();
    if deal.solutions.max_min.is_none() {
        page.opens();
    }
    page.shapley();
    page.beware();
    page.text.push('\n');
    page.paragraph(&lang.say(super::labels::Label::WhereFiles, &[folder]));
    page.text
}

struct Page<'a> {
    scenario: &'a Scenario,
    deal: &'a Deal,
    lang: Lang,
    text: String,
}

impl Page<'_> {
    fn paragraph(&mut self, text: &str) {
        self.text.push_str(&wrap(text, WIDTH, 0));
    }

    fn say(&mut self, text: (&str, &str), gaps: &[&str]) {
        let text = self.lang.fill(text, gaps);
        self.paragraph(&text);
    }

    fn heading(&mut self, text: &str, rule: &str) {
        self.paragraph(text);
        self.text.push_str(&rule.repeat(text.chars().count().min(WIDTH)));
        self.text.push('\n');
    }

    fn section(&mut self, text: (&str, &str)) {
        self.text.push('\n');
        let text = self.lang.fill(text, &[]);
        self.heading(&text, "-");
    }

    fn name(&self, name: &Localised, id: &str) -> String {
        self.lang.of(&or_id(name, id)).to_owned()
    }

    fn party(&self, seat: usize) -> String {
        let party = &self.scenario.parties.list[self.deal.seats[seat].party];
        self.name(&party.name, &party.id)
    }

    fn arrangement(&self, arrangement: usize) -> String {
        let arrangement = &self.scenario.arrangements[arrangement];
        self.name(&arrangement.name, &arrangement.id)
    }

    fn money(&self, amount: f64) -> String {
        self.lang.money(amount)
    }

    fn list(&self, names: &[String]) -> String {
        self.lang.list(names)
    }

    fn count(&self, number: usize) -> String {
        self.lang.number(number as f64, 0)
    }

    /// The value of a term: euros, a share, or a number.
    fn value(&self, term: usize, value: f64) -> String {
        let term = &self.scenario.negotiation.terms[term];
        let unit = self.scenario.parameters.list[term.parameter].unit.as_str();
        match unit {
            _ if unit.starts_with("EUR") => self.money(value),
            "" | "share" if term.low >= 0.0 && term.high <= 1.0 => self.lang.percent(value),
            _ => self.lang.rounded(value),
        }
    }

    /// The name of a term.
    fn term(&self, term: usize) -> String {
        terms::name(self.scenario, term, self.lang)
    }

    fn head(&mut self, rates: Rates) {
        let title = self.lang.of(&self.scenario.title).to_owned();
        self.heading(&title, "=");
        let strategy = &self.scenario.strategies[self.deal.strategy];
        let strategy = self.name(&strategy.name, &strategy.id);
        let parties: Vec<String> = (0..self.deal.seats.len()).map(|seat| self.party(seat)).collect();
        let possible = self.deal.points.iter().filter(|point| point.is_possible()).count();
        let gaps = [
            strategy,
            self.list(&parties),
            self.count(possible),
            self.count(self.deal.draws),
            self.lang.percent(rates.parties),
            self.scenario.valuation.price_year.to_string(),
        ];
        self.say(w::ABOUT, &gaps.each_ref().map(String::as_str));
        let fallback = match self.deal.fallback {
            Some(arrangement) => format!("\"{}\"", self.arrangement(arrangement)),
            None => self.lang.fill(w::NO_PROGRAMME, &[]),
        };
        self.say(w::FALLBACK, &[&fallback]);
        let left_out = self.deal.points.len() - possible;
        if left_out > 0 {
            let left_out = self.count(left_out);
            self.say(w::LEFT_OUT, &[&left_out]);
        }
        for (index, contract) in self.deal.contracts.iter().enumerate() {
            let away =
                self.deal.points.iter().filter(|point| point.contract == index && point.declined).count();
            let entry = &self.scenario.arrangements[contract.arrangement].entry;
            if let (1.., Some(entry)) = (away, entry) {
                let party = &self.scenario.parties.list[entry.party];
                let (away, party) = (self.count(away), self.name(&party.name, &party.id));
                self.say(w::STAYS_AWAY, &[&away, &party]);
            }
        }
    }

    fn asked(&mut self) {
        self.section(w::ASKED);
        for seat in 0..self.deal.seats.len() {
            let asks = self.asks(&self.deal.seats[seat]);
            let text = format!("{}: {}.", self.party(seat), self.list(&asks));
            self.text.push_str(&wrap(&text, WIDTH, 2));
        }
    }

    fn asks(&self, wants: &Wants) -> Vec<String> {
        wants.conditions().into_iter().map(|condition| self.ask(condition)).collect()
    }

    fn ask(&self, condition: Condition) -> String {
        let (text, gap) = match condition {
            Condition::Net(net) => (w::ASKS_NET, self.money(net)),
            Condition::Gain(0.0) => (w::ASKS_NO_WORSE, String::new()),
            Condition::Gain(gain) if gain < 0.0 => (w::ASKS_WORSE, self.money(-gain)),
            Condition::Gain(gain) => (w::ASKS_GAIN, self.money(gain)),
            Condition::Chance(chance) => (w::ASKS_CHANCE, self.lang.percent(chance)),
            Condition::Worst(worst) => (w::ASKS_WORST, self.money(worst)),
            Condition::Payback(Some(years)) => (w::ASKS_PAYBACK, years.to_string()),
            Condition::Payback(None) => (w::ASKS_NEVER, String::new()),
            Condition::Budget(budget) => (w::ASKS_BUDGET, self.money(budget)),
        };
        self.lang.fill(text, &[&gap])
    }

    fn verdict(&mut self) {
        self.section(w::VERDICT);
        let possible = self.count(self.deal.points.iter().filter(|point| point.is_possible()).count());
        let solutions = &self.deal.solutions;
        let Some(max_min) = solutions.max_min else {
            self.say(w::NO, &[&possible]);
            self.section(w::NEAREST);
            self.point(solutions.nearest);
            self.blocks();
            return;
        };
        let feasible = self.count(self.deal.feasible().len());
        self.say(w::YES, &[&feasible, &possible]);
        self.section(w::MAX_MIN);
        self.point(max_min);
        match solutions.nash {
            Some(nash) if nash == max_min => self.say(w::SAME_NASH, &[]),
            Some(nash) => {
                self.section(w::NASH);
                self.point(nash);
            }
            None => self.say(w::NO_NASH, &[]),
        }
    }

    /// Who lacks most at the nearest point, and who almost as much.
    fn blocks(&mut self) {
        let solutions = &self.deal.solutions;
        let Some((seat, most)) = solutions.blocking(&self.deal.points) else { return };
        let lacks = |seat: &usize| self.deal.points[solutions.nearest].parties[*seat].shortfall;
        let seats = 0..self.deal.seats.len();
        let others: Vec<usize> = seats.filter(|other| *other != seat && lacks(other) > 0.0).collect();
        let close = others.iter().filter(|other| lacks(other) >= CLOSE * most);
        let close: Vec<String> = close.map(|&other| self.party(other)).collect();
        let (party, most, close) = (self.party(seat), self.money(most), self.list(&close));
        self.say(if others.is_empty() { w::BLOCKS } else { w::BLOCKS_MOST }, &[&party, &most]);
        if !close.is_empty() {
            self.say(w::ALMOST_AS_MUCH, &[&close]);
        }
    }

    fn beware(&mut self) {
        if self.deal.warnings.is_empty() {
            return;
        }
        self.section(w::BEWARE);
        for warning in &self.deal.warnings {
            let told = Told::of_contract(self.scenario, warning);
            self.text.push_str(&wrap(&format!("- {}", self.lang.of(&told.words)), WIDTH, 2));
        }
    }

    /// The terms of a point, and what each party has by it.
    fn point(&mut self, number: usize) {
        let point = &self.deal.points[number];
        let contract = &self.deal.contracts[point.contract];
        let arrangement = self.arrangement(contract.arrangement);
        self.say(w::UNDER, &[&arrangement]);
        let values = self.deal.values(self.scenario, point);
        for (&term, &value) in contract.terms.iter().zip(&values) {
            let (label, value) = (self.term(term), self.value(term, value));
            self.text.push_str(&Line { label: &label, value: &value, note: "" }.to_string());
        }
        for (seat, judged) in point.parties.iter().enumerate() {
            let (label, value) = (self.party(seat), self.money(judged.net));
            let gaps =
                [self.money(judged.gain.abs()), self.lang.percent(judged.no_loss), self.money(judged.outlay)];
            let text = if judged.gain < -0.5 { w::LOSES } else { w::GETS };
            let mut note = self.lang.fill(text, &gaps.each_ref().map(String::as_str));
            if judged.shortfall > 0.0 {
                note = format!("{}; {note}", self.lang.fill(w::LACKS, &[&self.money(judged.shortfall)]));
            }
            self.text.push_str(&Line { label: &label, value: &value, note: "" }.to_string());
            self.text.push_str(&format!("    {}", wrap(&note, WIDTH - 4, 4)));
        }
        let chance = self.lang.percent(point.chance);
        self.say(w::CHANCE, &[&chance]);
        let losing = (0..point.parties.len()).filter(|&seat| point.parties[seat].gain < -0.5);
        let losing = self.list(&losing.map(|seat| self.party(seat)).collect::<Vec<_>>());
        if point.is_feasible() && !losing.is_empty() {
            self.say(w::AT_A_LOSS, &[&losing]);
        }
        let others = self.deal.others.get(&number).into_iter().flatten().filter(|(_, net)| *net < -0.5);
        let others: Vec<String> = others
            .map(|&(party, net)| {
                let party = &self.scenario.parties.list[party];
                self.lang.fill(w::OTHER_LOSES, &[&self.name(&party.name, &party.id), &self.money(-net)])
            })
            .collect();
        if !others.is_empty() {
            let others = self.list(&others);
            self.say(w::OTHERS, &[&others]);
        }
    }

    /// The terms of a point in a sentence.
    fn at(&self, point: &Point) -> String {
        let contract = &self.deal.contracts[point.contract];
        let values = self.deal.values(self.scenario, point);
        let terms: Vec<String> = contract
            .terms
            .iter()
            .zip(values)
            .map(|(&term, value)| format!("“{}” {}", self.term(term), self.value(term, value)))
            .collect();
        let terms = match terms.is_empty() {
            true => self.lang.fill(w::AS_STATED, &[]),
            false => self.list(&terms),
        };
        match self.deal.contracts.len() {
            1 => terms,
            _ => format!("\"{}\": {terms}", self.arrangement(contract.arrangement)),
        }
    }

    fn opens(&mut self) {
        self.section(w::OPENS);
        let deal = self.deal;
        let (mut any_condition, mut any_term) = (false, false);
        for opening in &deal.openings {
            let Opening::Condition { seat, point } = opening else { continue };
            let point = &deal.points[*point];
            let unmet = deal.seats[*seat].unmet(&point.parties[*seat]);
            if unmet.is_empty() {
                continue;
            }
            any_condition = true;
            let list = |of: &dyn Fn(&(Condition, Condition)) -> Condition| {
                self.list(&unmet.iter().map(|pair| self.ask(of(pair))).collect::<Vec<_>>())
            };
            let gaps = [self.party(*seat), list(&|pair| pair.1), list(&|pair| pair.0), self.at(point)];
            self.say(w::CONDITION, &gaps.each_ref().map(String::as_str));
        }
        if !any_condition {
            self.say(w::NO_CONDITION, &[]);
        }
        for opening in &deal.openings {
            let Opening::Term { term, value, point } = opening else { continue };
            any_term = true;
            let negotiable = &self.scenario.negotiation.terms[*term];
            let end = if *value > negotiable.high { negotiable.high } else { negotiable.low };
            let gaps = [self.term(*term), self.value(*term, *value), self.value(*term, end), self.at(point)];
            self.say(w::TERM, &gaps.each_ref().map(String::as_str));
        }
        if !any_term {
            self.say(w::NO_TERM, &[]);
        }
        for opening in &deal.openings {
            let Opening::Grant { point, to } = opening else { continue };
            let given = to.iter().enumerate().filter(|(_, amount)| **amount > 0.0);
            let amounts: Vec<String> = given
                .map(|(seat, &amount)| self.lang.fill(w::GRANT_TO, &[&self.money(amount), &self.party(seat)]))
                .collect();
            let gaps = [self.money(to.iter().sum()), self.list(&amounts), self.at(&deal.points[*point])];
            self.say(w::GRANT, &gaps.each_ref().map(String::as_str));
        }
        self.earned_back(deal.points[deal.solutions.nearest].contract);
    }

    /// Whether those who are needed save enough to pay for the programme.
    fn earned_back(&mut self, contract: usize) {
        let seats = counted(&self.deal.seats);
        let names = self.list(&seats.iter().map(|&seat| self.party(seat)).collect::<Vec<_>>());
        let names = if seats.iter().any(|&seat| self.deal.seats[seat].needed) {
            self.lang.fill(w::NEEDED, &[&names])
        } else {
            names
        };
        let found = &self.deal.contracts[contract];
        let savings = self.money(seats.iter().map(|&seat| found.benefits[seat]).sum());
        let cost = self.money(found.cost);
        let open = self.deal.solutions.grant_with_side_payments[contract];
        if open > 0.0 {
            let open = self.money(open);
            self.say(w::NOT_ENOUGH, &[&names, &savings, &cost, &open]);
        } else {
            self.say(w::ENOUGH, &[&names, &savings, &cost]);
        }
    }

    fn shapley(&mut self) {
        self.section(w::SHAPLEY);
        let nearest = &self.deal.points[self.deal.solutions.nearest];
        let contract = &self.deal.contracts[nearest.contract];
        let shapley = &contract.shapley;
        let savings = self.money(contract.benefits.iter().sum());
        let cost = self.money(contract.cost);
        if shapley.worth <= 0.0 {
            self.say(w::SHAPLEY_NOTHING, &[&savings, &cost]);
            return;
        }
        let worth = self.money(shapley.worth);
        self.say(w::SHAPLEY_ABOUT, &[&savings, &cost, &worth]);
        for (seat, &payment) in self.deal.solutions.side_payments.iter().enumerate() {
            let amount = self.money(payment.abs());
            let note = match payment {
                _ if payment.abs() < 0.5 => self.lang.fill(w::SIDE_NOTHING, &[]),
                _ if payment > 0.0 => self.lang.fill(w::SIDE_RECEIVES, &[&amount]),
                _ => self.lang.fill(w::SIDE_PAYS, &[&amount]),
            };
            let (label, value) = (self.party(seat), self.money(shapley.target[seat]));
            self.text.push_str(&Line { label: &label, value: &value, note: "" }.to_string());
            self.text.push_str(&format!("    {}", wrap(&note, WIDTH - 4, 4)));
        }
        if let Some(blocking) = &shapley.blocking {
            let members: Vec<String> = blocking.members.iter().map(|&seat| self.party(seat)).collect();
            let (members, lacks) = (self.list(&members), self.money(blocking.lacks));
            self.say(w::UNSTABLE, &[&members, &lacks]);
        }
        let balance: f64 = self.deal.solutions.side_payments.iter().sum();
        if balance.abs() >= 0.5 {
            let text = if balance > 0.0 { w::SIDE_MORE } else { w::SIDE_LESS };
            let balance = self.money(balance.abs());
            self.say(text, &[&balance]);
        }
        if let Some(nearest) = self.deal.solutions.shapley {
            let terms = self.at(&self.deal.points[nearest]);
            self.say(w::SHAPLEY_NEAREST, &[&terms]);
        }
    }
}
