//! The summary on the screen: short enough to read aloud in a meeting, at most 80 columns wide.
//!
//! It tells what the programme does for people, what it costs and saves, who pays and who gains, how sure
//! that is, what to keep in mind, and where the files are. Amounts have three significant digits; the files
//! hold all of them.

mod goals;
mod luck;
mod money_at_risk;
mod must_be_true;
mod payback;
mod places;
mod reservations;
mod what_if;
mod who_pays;

pub use must_be_true::break_even;

use super::labels::Label;
use super::layout::{Line, WIDTH, wrap};
use super::words::Lang;
use super::{Rates, Run};
use crate::analyse::VariantFindings;
use crate::analyse::cost_effectiveness::{CostEffectiveness, StrategyResult};
use crate::analyse::dominance::{Comparison, Standing};
use crate::analyse::measures::{Measure, Row, goal_rows, or_id};
use crate::analyse::outcomes::DeliveryOutcomes;
use crate::analyse::statistics::Summary;
use crate::scenario::checked::{Engine, Localised, Node, Priced};
use crate::value::flows::{Counted, Flows};

/// Events, outcomes and the like that are shown at most; the files hold all.
const MEASURES_SHOWN: usize = 8;

/// The summary of a run in words.
pub fn summary(run: &Run<'_>, lang: Lang) -> String {
    let mut page = Page { run, lang, text: String::new(), told: Vec::new() };
    page.head();
    page.must_be_true();
    if let Some(main) = run.findings.variants.first() {
        for (delivery, of) in run.valued.deliveries.iter().enumerate() {
            if of.arrangement.is_none() {
                page.what_it_does(main, delivery, of.strategy);
            }
        }
        page.ways_to_pay();
        page.who_pays(main);
        page.payback(main);
        page.luck(main);
        page.how_sure(main);
        page.goals(main);
        page.places();
        page.goals_by_place();
        page.what_if();
    }
    page.keep_in_mind();
    page.text
}

struct Page<'a> {
    run: &'a Run<'a>,
    lang: Lang,
    text: String,
    /// Explanations that were given; each is given once.
    told: Vec<Label>,
}

impl Page<'_> {
    fn say(&self, label: Label, gaps: &[&str]) -> String {
        self.lang.say(label, gaps)
    }

    fn name(&self, name: &Localised, id: &str) -> String {
        self.lang.of(&or_id(name, id)).to_owned()
    }

    fn strategy_name(&self, strategy: usize) -> String {
        let strategy = &self.run.scenario.strategies[strategy];
        self.name(&strategy.name, &strategy.id)
    }

    fn paragraph(&mut self, text: &str) {
        self.text.push_str(&wrap(text, WIDTH, 0));
    }

    fn explain(&mut self, label: Label) {
        if !self.told.contains(&label) {
            self.told.push(label);
            let text = self.say(label, &[]);
            self.paragraph(&text);
        }
    }

    fn heading(&mut self, text: &str) {
        self.text.push('\n');
        self.paragraph(text);
        let width = text.chars().count().min(WIDTH);
        self.text.push_str(&"-".repeat(width));
        self.text.push('\n');
    }

    fn head(&mut self) {
        let scenario = self.run.scenario;
        let title = self.lang.of(&scenario.title).to_owned();
        self.paragraph(&title);
        let width = title.chars().count().min(WIDTH);
        self.text.push_str(&"=".repeat(width));
        self.text.push('\n');
        let comparator = self.strategy_name(scenario.comparator);
        let years = scenario.time.years.to_string();
        let start = scenario.time.start.to_string();
        let text = if self.run.drawn() {
            let draws = self.lang.number(self.run.valued.draws() as f64, 0);
            self.say(Label::Compared, &[&comparator, &years, &start, &draws])
        } else {
            self.say(Label::ComparedBaseOnly, &[&comparator, &years, &start])
        };
        self.paragraph(&text);
        if self.run.drawn() && scenario.uncertainty.engine != Engine::Expected {
            let text = self.say(Label::WithChance, &[]);
            self.paragraph(&text);
        }
        let replicates = self.run.valued.design.replicates;
        if self.run.drawn() && replicates > 1 {
            let text = self.say(Label::Replicates, &[&replicates.to_string()]);
            self.paragraph(&text);
        }
        if self.run.valued.deliveries.is_empty() {
            let text = self.say(Label::NothingCompared, &[]);
            self.paragraph(&text);
        }
    }

    fn interval(&self, summary: &Summary, show: impl Fn(f64) -> String) -> String {
        summary.spread.map_or_else(String::new, |spread| {
            let (low, high) = (show(spread.p2_5), show(spread.p97_5));
            if low == high { String::new() } else { format!("({low} {} {high})", self.say(Label::To, &[])) }
        })
    }

    fn line(&mut self, label: &str, value: String, note: String) {
        self.text.push_str(&Line { label, value: &value, note: &note }.to_string());
    }

    fn amount(&mut self, label: &str, summary: &Summary, more: &str) {
        let value = self.lang.rounded(summary.expected());
        let mut note = self.interval(summary, |value| self.lang.rounded(value));
        if !more.is_empty() {
            note = format!("{note} {more}").trim_start().to_owned();
        }
        self.line(label, value, note);
    }

    /// Years of life: where no difference is known that is said, with the range, instead of a mean.
    fn health(&mut self, label: &str, summary: &Summary, more: &str) {
        if summary.none_known() {
            let note = self.interval(summary, |value| self.lang.rounded(value));
            let value = self.say(Label::NoneKnown, &[]);
            self.line(label, value, note);
        } else {
            self.amount(label, summary, more);
        }
    }

    fn euros(&mut self, label: &str, summary: &Summary) {
        let value = self.lang.money(summary.expected());
        let note = self.interval(summary, |value| self.lang.money(value));
        self.line(label, value, note);
    }

    fn what_it_does(&mut self, main: &VariantFindings, delivery: usize, strategy: usize) {
        let title = self.say(Label::WhatItDoes, &[&self.strategy_name(strategy)]);
        self.heading(&title);
        if self.run.drawn() {
            self.explain(Label::RangesExplained);
        }
        let outcomes = &main.outcomes.deliveries[delivery];
        self.people(outcomes, strategy);
        let years = self.run.scenario.time.years.to_string();
        let text = self.say(Label::ChangeOf, &[&years]);
        self.paragraph(&format!("{text}:"));
        let (shown, left_out) = self.shown_measures(strategy);
        for index in shown {
            let measure = &self.run.findings.measures[index];
            let before = main.outcomes.comparator[index].total.expected();
            let change = &outcomes.difference[index].total;
            let share = change.expected() / before;
            // Below half a tenth of a per cent the amount says more than the share.
            let told = before > 0.0 && share.abs() >= 0.0005;
            let more = if told { self.lang.change(share) } else { String::new() };
            let mut label = self.lang.of(&measure.name).to_owned();
            if measure.unit == "EUR" {
                self.euros(&label, change);
                continue;
            }
            if matches!(measure.row, Row::Outcome(_)) && !measure.unit.is_empty() && !speaks(measure) {
                label = format!("{label} ({})", measure.unit);
            }
            match measure.row {
                Row::Health(_) => self.health(&label, change, &more),
                Row::Count(_) | Row::Outcome(_) => self.amount(&label, change, &more),
            }
        }
        if left_out {
            let text = self.say(Label::NotActedOn, &[]);
            self.paragraph(&text);
        }
        self.explain(Label::QalyExplained);
        if let Some(cea) = &main.cost_effectiveness {
            self.costs(&cea.strategies[strategy]);
        }
    }

    fn people(&mut self, outcomes: &DeliveryOutcomes, strategy: usize) {
        let scenario = self.run.scenario;
        if scenario.strategies[strategy].programmes.is_empty() {
            return;
        }
        let label = self.say(Label::PeopleTakingPart, &[]);
        self.amount(&label, &outcomes.participants, "");
        for (row, &(programme, step)) in self.run.valued.shape.steps.iter().enumerate() {
            if !scenario.strategies[strategy].programmes.contains(&programme) {
                continue;
            }
            let step = &scenario.programmes[programme].steps[step];
            let name = self.name(&step.name, &step.id);
            let label = self.say(Label::StepReached, &[&name]);
            self.amount(&label, &outcomes.reached[row].total, "");
            if outcomes.turned_away[row].total.expected() > 0.0 {
                let label = self.say(Label::TurnedAway, &[&name]);
                self.amount(&label, &outcomes.turned_away[row].total, "");
            }
        }
    }

    /// What goals measure first, then named outcomes, events, and deaths; states where a model has no
    /// events. Life-years and QALYs close the list. What the strategy cannot change is left out; the second value says whether
    /// anything was.
    fn shown_measures(&self, strategy: usize) -> (Vec<usize>, bool) {
        let scenario = self.run.scenario;
        let shape = &self.run.valued.shape;
        let position = |row: Row| self.run.findings.measures.iter().position(|measure| measure.row == row);
        let goals = scenario.goals.iter().flat_map(|goal| goal_rows(shape, goal.measure));
        let wanted = |measure: &Measure| match measure.row {
            Row::Outcome(_) => true,
            Row::Health(_) => false,
            Row::Count(row) => match shape.counted[row] {
                Counted::Deaths { .. } => true,
                Counted::Node { model, node } => match node {
                    Node::Event(_) => true,
                    Node::State(state) => {
                        scenario.models[model].events.is_empty() && scenario.models[model].states[state].alive
                    }
                    Node::Transition(_) | Node::Utility(_) | Node::Factor(_) => false,
                },
            },
        };
        let mut shown: Vec<usize> = goals.filter_map(position).collect();
        shown.extend(
            self.run.findings.measures.iter().enumerate().filter(|(_, m)| wanted(m)).map(|(index, _)| index),
        );
        let health = [Flows::LIFE_YEARS, Flows::QALYS].map(|row| position(Row::Health(row)));
        shown.retain(|index| !health.contains(&Some(*index)));
        let mut seen = Vec::new();
        shown.retain(|index| {
            let new = !seen.contains(index);
            seen.push(*index);
            new
        });
        let all = shown.len();
        shown.retain(|&index| self.acts_on(strategy, self.run.findings.measures[index].row));
        let left_out = shown.len() < all;
        shown.truncate(MEASURES_SHOWN);
        shown.extend(health.into_iter().flatten());
        (shown, left_out)
    }

    /// Whether a strategy can change what is measured: a programme acts on people in its own health model only.
    fn acts_on(&self, strategy: usize, row: Row) -> bool {
        let scenario = self.run.scenario;
        let own = &scenario.strategies[strategy];
        if !own.set.is_empty() || !scenario.strategies[scenario.comparator].set.is_empty() {
            return true;
        }
        let touched = |model: usize| own.programmes.iter().any(|&of| scenario.programmes[of].model == model);
        match row {
            Row::Health(_) => true,
            Row::Outcome(outcome) => scenario.outcomes[outcome].per.iter().any(|(of, _)| match *of {
                Priced::Node { model, .. } => touched(model),
                Priced::LifeYear => true,
            }),
            Row::Count(row) => match self.run.valued.shape.counted[row] {
                Counted::Node { model, .. } | Counted::Deaths { model } => touched(model),
            },
        }
    }

    fn costs(&mut self, result: &StrategyResult) {
        let scenario = self.run.scenario;
        let title = self.say(Label::WhatItCosts, &[]);
        self.heading(&title);
        let rate = self.rate(|rates| rates.costs);
        let text = self.say(Label::MoneyBasis, &[&scenario.valuation.price_year.to_string(), &rate]);
        self.paragraph(&text);
        let label = self.say(Label::ProgrammeCost, &[]);
        if result.programme_cost.expected() != 0.0 {
            self.euros(&label, &result.programme_cost);
        }
        let mut explained = Vec::new();
        for (budget, summary) in scenario.budgets.iter().zip(&result.budgets) {
            if summary.expected() == 0.0 && summary.spread.is_none_or(|spread| spread.sd == 0.0) {
                continue;
            }
            let name = self.name(&budget.name, &budget.id);
            let label = self.say(Label::CareCosts, &[&name]);
            self.euros(&label, summary);
            explained.extend(laws(&name));
        }
        let label = self.say(Label::OnBalance, &[]);
        self.euros(&label, &result.cost_increment);
        let label = self.say(Label::DiscountedQalys, &[&self.rate(|rates| rates.effects)]);
        self.health(&label, &result.qalys_increment, "");
        for label in explained {
            self.explain(label);
        }
        let balance = result.cost_increment.expected();
        let euros = self.lang.money(balance.abs());
        if balance != 0.0 {
            let label = if balance < 0.0 { Label::SavesOnBalance } else { Label::CostsOnBalance };
            let text = self.say(label, &[&euros]);
            self.paragraph(&text);
        }
        let place = result.expected.unwrap_or(result.base);
        let text = match place.comparison {
            _ if result.qalys_increment.none_known() => self.say(Label::NoGainKnown, &[]),
            Comparison::Costs(_) | Comparison::Saves(_) if result.qalys_increment.about_nil() => {
                self.say(Label::HealthUnknown, &[])
            }
            Comparison::Costs(icer) => self.say(Label::PricePerQaly, &[&self.lang.money(icer)]),
            Comparison::Saves(icer) => self.say(Label::CheaperAndWorse, &[&self.lang.money(icer)]),
            Comparison::Dominant => self.say(Label::CheaperAndBetter, &[]),
            Comparison::Dominated => self.say(Label::DearerAndWorse, &[]),
            Comparison::Same => self.say(Label::NoDifference, &[]),
        };
        self.paragraph(&text);
        let overtaken = matches!(place.standing, Standing::Dominated | Standing::ExtendedlyDominated);
        if overtaken && scenario.strategies.len() > 2 {
            let text = self.say(Label::Overtaken, &[]);
            self.paragraph(&text);
        }
    }

    fn chance(&self, chance: f64) -> String {
        self.lang.chance(chance, self.run.valued.runs)
    }

    fn rate(&self, of: impl Fn(&Rates) -> f64) -> String {
        self.lang.percent(of(&self.run.rates))
    }

    fn how_sure(&mut self, main: &VariantFindings) {
        let Some(cea) = &main.cost_effectiveness else { return };
        let title = self.say(Label::HowSure, &[]);
        self.heading(&title);
        self.best_buys(cea);
        self.chance_share(cea);
        if self.run.drawn() {
            let text = self.say(Label::ModelDoubt, &[]);
            self.paragraph(&text);
        }
    }

    /// How much of the spread is chance between persons, where draws were repeated.
    fn chance_share(&mut self, cea: &CostEffectiveness) {
        for (strategy, result) in cea.strategies.iter().enumerate() {
            let Some(split) = result.cost_increment.spread.and_then(|spread| spread.split) else { continue };
            let share = split.chance / (split.parameters + split.chance);
            if share.is_finite() {
                let texts = [self.strategy_name(strategy), self.lang.percent(share)];
                let text = self.say(Label::ChanceShare, &[&texts[0], &texts[1]]);
                self.paragraph(&text);
            }
        }
    }

    fn best_buys(&mut self, cea: &CostEffectiveness) {
        for at in &cea.thresholds {
            let threshold = self.lang.money(at.threshold);
            let best = self.strategy_name(at.frontier);
            let text = match at.strategies[at.frontier].probability {
                Some(chance) => {
                    let draws = self.run.valued.draws() as f64;
                    let best_in = self.lang.number((chance.mean * draws).round(), 0);
                    self.say(Label::BestBuy, &[&threshold, &best, &best_in, &self.lang.number(draws, 0)])
                }
                None => self.say(Label::BestBuyBaseOnly, &[&threshold, &best]),
            };
            self.item(&text);
        }
        let worth = cea.thresholds.iter().filter_map(|at| at.evpi).map(|evpi| evpi.mean).fold(0.0, f64::max);
        if worth > 0.0 {
            let text = self.say(Label::WorthKnowing, &[&self.lang.money(worth)]);
            self.paragraph(&text);
        }
    }

    fn item(&mut self, text: &str) {
        self.text.push_str(&wrap(&format!("- {text}"), WIDTH, 2));
    }
}

/// Whether the name of a measure is more than its identifier, so that it tells its own unit.
fn speaks(measure: &Measure) -> bool {
    let plain = measure.id.replace('_', " ");
    [&measure.name.en, &measure.name.nl]
        .into_iter()
        .any(|name| !name.is_empty() && *name != measure.id && *name != plain)
}

/// The Dutch laws that a name mentions, which readers elsewhere cannot know.
fn laws(name: &str) -> impl Iterator<Item = Label> {
    let name = name.to_lowercase();
    let laws = [("zvw", Label::Zvw), ("wlz", Label::Wlz), ("wmo", Label::Wmo)];
    laws.into_iter().filter(move |(law, _)| name.contains(law)).map(|(_, label)| label)
}
