//! What the values of a scenario must be: one list for the base case and for every draw.

use std::collections::BTreeSet;

use super::points::{Domain, Grid};
use crate::scenario::checked::{
    Background, Benchmark, Bundle, CountBenchmark, EnrolAmount, FactorShape, Frequency, Heads, Lasts,
    Measure, MeasurementError, Model, Node, OutcomeTerms, Pays, Priced, Programme, Quantity, Scenario,
    ShareRule, Step, Terms,
};

/// What a value must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// Any number.
    Finite,
    /// Not negative.
    NotNegative,
    /// More than zero.
    Positive,
    /// A rate per person-year.
    Rate,
    /// A probability.
    Probability,
    /// A share.
    Share,
    /// A utility: at most 1.
    Utility,
    /// A discount rate or inflation: above −1.
    YearlyRate,
    /// A sum of shares: exactly 1.
    Whole,
    /// A sum of shares: at most 1.
    AtMostWhole,
    /// Share of an event that has a consequence, once effects have changed both: a warning above 1.
    ChangedShare,
    /// Hazard of moving to another state of the living times the length of a cycle: a warning above 0.3.
    Exit,
}

/// Values that are added up and then looked at. Each term is a product.
pub(super) struct Rule<'s> {
    pub(super) range: Range,
    /// What it is the sum of, in words; empty for a single quantity.
    pub(super) what: String,
    pub(super) terms: Vec<Vec<&'s Quantity>>,
    /// What the sum is divided by, if anything.
    pub(super) over: Option<&'s Quantity>,
    /// Factor on the sum.
    pub(super) factor: f64,
    /// Number of the points in the grid.
    pub(super) points: usize,
}

/// Rules while they are being collected.
pub(super) struct Rules<'s> {
    pub(super) grid: Grid<'s>,
    pub(super) list: Vec<Rule<'s>>,
}

const EVERYBODY: Domain = Domain::Reached(None);

impl<'s> Rules<'s> {
    pub(super) fn of(scenario: &'s Scenario) -> Self {
        let mut rules = Rules { grid: Grid::new(scenario), list: Vec::new() };
        rules.valuation(scenario);
        rules.population(scenario);
        for (number, model) in scenario.models.iter().enumerate() {
            rules.model(number, model, scenario.time.cycle_length());
        }
        rules.money(scenario);
        rules.effects(scenario);
        rules.programmes(scenario);
        rules.contracts(scenario);
        rules
    }

    fn one(&mut self, range: Range, quantity: &'s Quantity, domain: Domain) {
        self.add(range, String::new(), vec![vec![quantity]], 1.0, domain);
    }

    fn maybe(&mut self, range: Range, quantity: Option<&'s Quantity>, domain: Domain) {
        if let Some(quantity) = quantity {
            self.one(range, quantity, domain);
        }
    }

    fn sum(&mut self, range: Range, what: String, quantities: Vec<&'s Quantity>, domain: Domain) {
        let terms = quantities.into_iter().map(|quantity| vec![quantity]).collect();
        self.add(range, what, terms, 1.0, domain);
    }

    fn add(
        &mut self,
        range: Range,
        what: String,
        terms: Vec<Vec<&'s Quantity>>,
        factor: f64,
        domain: Domain,
    ) {
        self.add_quotient(range, what, terms, None, factor, domain);
    }

    fn add_quotient(
        &mut self,
        range: Range,
        what: String,
        terms: Vec<Vec<&'s Quantity>>,
        over: Option<&'s Quantity>,
        factor: f64,
        domain: Domain,
    ) {
        let variables: BTreeSet<usize> = terms
            .iter()
            .flatten()
            .chain(&over)
            .flat_map(|quantity| quantity.program.variables().iter().copied())
            .collect();
        if terms.is_empty() {
            return;
        }
        let points = self.grid.number(domain, &variables);
        self.list.push(Rule { range, what, terms, over, factor, points });
    }

    fn valuation(&mut self, scenario: &'s Scenario) {
        let valuation = &scenario.valuation;
        for rate in [&valuation.discount_costs, &valuation.discount_effects, &valuation.discount_parties] {
            self.one(Range::YearlyRate, rate, EVERYBODY);
        }
        self.maybe(Range::YearlyRate, valuation.inflation.as_ref(), EVERYBODY);
    }

    fn population(&mut self, scenario: &'s Scenario) {
        for (number, class) in scenario.population.classes.iter().enumerate() {
            for value in &class.values {
                self.one(Range::Share, &value.share, Domain::Classed(number));
                for rate in &value.relative_rates {
                    self.one(Range::NotNegative, &rate.value, Domain::Entering(rate.model));
                }
            }
            let shares = class.values.iter().map(|value| &value.share).collect();
            self.sum(
                Range::Whole,
                format!("the shares of the classes of `{}`", class.id),
                shares,
                Domain::Classed(number),
            );
            self.one(Range::Share, &class.misclassified, EVERYBODY);
        }
    }

    fn model(&mut self, number: usize, model: &'s Model, cycle: f64) {
        let domain = Domain::Reached(Some(number));
        match &model.background {
            Some(Background::Probability(quantity)) => self.one(Range::Probability, quantity, domain),
            Some(Background::Rate(quantity)) => self.one(Range::Rate, quantity, domain),
            None => {}
        }
        for state in &model.states {
            self.one(Range::Share, &state.start, domain);
            self.one(Range::NotNegative, &state.mortality_ratio, domain);
            self.maybe(Range::Rate, state.excess_mortality.as_ref(), domain);
            self.maybe(Range::Utility, state.utility.as_ref(), domain);
        }
        let starts = model.states.iter().map(|state| &state.start).collect();
        self.sum(Range::Whole, format!("the shares in which people start in `{}`", model.id), starts, domain);
        for transition in &model.transitions {
            match &transition.frequency {
                Frequency::Rate(rate) => self.one(Range::Rate, rate, domain),
                Frequency::PerYear(share) | Frequency::PerCycle(share) => {
                    self.one(Range::Probability, share, domain)
                }
            }
        }
        for factor in &model.factors {
            let mean = match factor.distribution {
                FactorShape::Normal => Range::Finite,
                FactorShape::LogNormal | FactorShape::Gamma => Range::Positive,
            };
            self.one(mean, &factor.mean, Domain::Entering(number));
            self.one(Range::NotNegative, &factor.sd, Domain::Entering(number));
            self.one(Range::Finite, &factor.drift, Domain::Entering(number));
            for ratio in &factor.hazard_ratios {
                self.one(Range::Positive, &ratio.value, domain);
            }
            for utility in &factor.utilities {
                self.one(Range::Finite, &utility.value, domain);
            }
        }
        for event in &model.events {
            let range = if event.parent.is_some() { Range::Share } else { Range::Rate };
            self.one(range, &event.amount, domain);
            self.maybe(Range::Finite, event.qaly_loss.as_ref(), domain);
        }
        for state in 0..model.states.len() {
            self.exits(number, model, state, cycle);
        }
    }

    /// All ways out of a state together.
    fn exits(&mut self, number: usize, model: &'s Model, state: usize, cycle: f64) {
        let mut probabilities: Vec<&'s Quantity> = Vec::new();
        let mut hazards: Vec<Vec<&'s Quantity>> = Vec::new();
        for transition in model.transitions.iter().filter(|transition| transition.from == state) {
            match &transition.frequency {
                Frequency::PerYear(share) | Frequency::PerCycle(share) => probabilities.push(share),
                Frequency::Rate(rate) if model.states[transition.to].alive => hazards.push(vec![rate]),
                // Nobody moves on from death within a cycle, so nothing is lost by one move at most.
                Frequency::Rate(_) => {}
            }
        }
        for event in model.events.iter().filter(|event| event.states.contains(&state)) {
            if event.moves_to.is_none_or(|to| to == state || !model.states[to].alive) {
                continue;
            }
            let mut chain = vec![&event.amount];
            let mut parent = event.parent;
            while let Some(above) = parent {
                chain.push(&model.events[above].amount);
                parent = model.events[above].parent;
            }
            hazards.push(chain);
        }
        let id = &model.states[state].id;
        if probabilities.len() > 1 {
            let what = format!("the probabilities of leaving `{}.{id}`", model.id);
            self.sum(Range::AtMostWhole, what, probabilities, Domain::Reached(Some(number)));
        }
        let what = format!("the rate of leaving `{}.{id}` for another state in a cycle", model.id);
        // At the ages of the start: the few who live to be much older do not make a shorter cycle worth its time.
        self.add(Range::Exit, what, hazards, cycle, Domain::Entering(number));
    }

    fn money(&mut self, scenario: &'s Scenario) {
        let of = |priced: &Priced| match priced {
            Priced::Node { model, .. } => Domain::Reached(Some(*model)),
            Priced::LifeYear => EVERYBODY,
        };
        for cost in &scenario.unit_costs {
            let domain = of(&cost.on);
            self.one(Range::Finite, &cost.value, domain);
            for (_, share) in &cost.budgets {
                self.one(Range::Share, share, domain);
            }
            let shares = cost.budgets.iter().map(|(_, share)| share).collect();
            self.sum(
                Range::Whole,
                format!("the shares of budgets in `unit_costs.{}`", cost.id),
                shares,
                domain,
            );
            self.maybe(Range::Share, cost.cashable.as_ref(), domain);
        }
        for budget in &scenario.budgets {
            self.one(Range::Share, &budget.cashable, EVERYBODY);
            self.one(Range::Finite, &budget.lost_to_equalisation, EVERYBODY);
        }
        for outcome in &scenario.outcomes {
            for (priced, amount) in &outcome.per {
                self.one(Range::Finite, amount, of(priced));
            }
        }
        let insurers = &scenario.parties.insurers;
        for insurer in insurers {
            self.one(Range::Share, &insurer.market_share, EVERYBODY);
            self.one(Range::Share, &insurer.leaving_rate, EVERYBODY);
        }
        if insurers.len() > 1 {
            let shares = insurers.iter().map(|insurer| &insurer.market_share).collect();
            self.sum(Range::AtMostWhole, "the market shares of insurers".to_owned(), shares, EVERYBODY);
        }
    }

    fn effects(&mut self, scenario: &'s Scenario) {
        for effect in &scenario.effects {
            let domain = Domain::Reached(Some(effect.model));
            match &effect.measure {
                Measure::RateRatio(ratio) | Measure::RiskRatio(ratio) | Measure::OddsRatio(ratio) => {
                    self.one(Range::NotNegative, ratio, domain);
                }
                Measure::Difference(difference) => self.one(Range::Finite, difference, domain),
            }
            match &effect.lasts {
                Lasts::Always => {}
                Lasts::Fade { full, fade } => {
                    self.one(Range::NotNegative, full, domain);
                    self.one(Range::NotNegative, fade, domain);
                }
                Lasts::HalfLife(years) => self.one(Range::Positive, years, domain),
                Lasts::Formula(strength) => self.one(Range::Share, strength, domain),
            }
        }
    }

    /// A consequence with a ratio of its own is a share · own ratio / ratio of its event of that event; more than all
    /// of them makes no sense, and says that the two ratios do not go together.
    fn changed_shares(&mut self, scenario: &'s Scenario, programme: &'s Programme) {
        let model = &scenario.models[programme.model];
        let own = |step: &'s Step, event: usize| {
            step.effects.iter().map(|&effect| &scenario.effects[effect]).find_map(|effect| {
                match (effect.node, &effect.measure) {
                    (Node::Event(of), Measure::RateRatio(ratio)) if of == event => Some(ratio),
                    _ => None,
                }
            })
        };
        for (number, step) in programme.steps.iter().enumerate() {
            for (index, event) in model.events.iter().enumerate().filter(|_| step.effects_from == number) {
                let (Some(parent), Some(ratio)) = (event.parent, own(step, index)) else { continue };
                let mut above = Some(parent);
                let over = std::iter::from_fn(|| {
                    let at = above?;
                    above = model.events[at].parent;
                    Some(at)
                })
                .find_map(|at| own(step, at));
                let what = format!(
                    "the share of events `{}` with the consequence `{}` after the effects of `{}`",
                    model.events[parent].id, event.id, step.id
                );
                let terms = vec![vec![ratio, &event.amount]];
                let domain = Domain::Reached(Some(programme.model));
                self.add_quotient(Range::ChangedShare, what, terms, over, 1.0, domain);
            }
        }
    }

    fn programmes(&mut self, scenario: &'s Scenario) {
        for programme in &scenario.programmes {
            self.changed_shares(scenario, programme);
            let domain = Domain::Reached(Some(programme.model));
            self.one(Range::Finite, &programme.eligible, domain);
            self.one(Range::NotNegative, &programme.relative_risk, domain);
            self.one(Range::NotNegative, &programme.reach, domain);
            match &programme.enrol.amount {
                EnrolAmount::Share(share) => self.one(Range::Share, share, domain),
                EnrolAmount::Persons(persons) | EnrolAmount::Total(persons) => {
                    self.one(Range::NotNegative, persons, domain);
                }
            }
            for cost in &programme.fixed {
                self.one(Range::Finite, &cost.value, domain);
            }
            for (number, step) in programme.steps.iter().enumerate() {
                self.one(Range::Share, &step.share, domain);
                self.maybe(Range::NotNegative, step.capacity.as_ref(), domain);
                self.maybe(Range::Finite, step.only_if.as_ref(), domain);
                for cost in &step.costs {
                    self.one(Range::Finite, &cost.value, domain);
                    self.one(Range::NotNegative, &cost.times, domain);
                }
                let eldest = programme.steps.iter().position(|sibling| sibling.parent == step.parent);
                let siblings: Vec<&Quantity> = programme
                    .steps
                    .iter()
                    .filter(|sibling| sibling.parent == step.parent)
                    .map(|sibling| &sibling.share)
                    .collect();
                if eldest == Some(number) && siblings.len() > 1 {
                    let of = step.parent.map_or("invited", |parent| programme.steps[parent].id.as_str());
                    let what = format!("the shares of the steps of `{of}` in `{}`", programme.id);
                    self.sum(Range::AtMostWhole, what, siblings, domain);
                }
            }
        }
    }

    fn contracts(&mut self, scenario: &'s Scenario) {
        for arrangement in &scenario.arrangements {
            for clause in &arrangement.clauses {
                self.maybe(Range::NotNegative, clause.cap_per_year.as_ref(), EVERYBODY);
                self.maybe(Range::NotNegative, clause.cap_total.as_ref(), EVERYBODY);
                self.terms(&clause.terms);
            }
            if let Some(gate) = &arrangement.gate {
                self.result(&gate.result);
                self.one(Range::Share, &gate.confidence, EVERYBODY);
                self.one(Range::NotNegative, &gate.standard_error, EVERYBODY);
            }
            if let Some(entry) = &arrangement.entry {
                self.one(Range::NotNegative, &entry.premium, EVERYBODY);
                self.one(Range::NotNegative, &entry.per_deviation, EVERYBODY);
            }
        }
    }

    fn terms(&mut self, terms: &'s Terms) {
        match terms {
            Terms::Fee { persons, stay, price, tiers, volume_cap, highest, .. } => {
                self.maybe(Range::Finite, persons.where_.as_ref(), EVERYBODY);
                self.one(Range::Share, stay, EVERYBODY);
                self.one(Range::NotNegative, price, EVERYBODY);
                for tier in tiers {
                    self.one(Range::NotNegative, &tier.above, EVERYBODY);
                    self.one(Range::NotNegative, &tier.price, EVERYBODY);
                }
                self.maybe(Range::NotNegative, volume_cap.as_ref(), EVERYBODY);
                if let Some(highest) = highest {
                    self.one(Range::NotNegative, &highest.legal, EVERYBODY);
                    self.one(Range::NotNegative, &highest.raise, EVERYBODY);
                }
            }
            Terms::Capitation { heads, amount, corridor, stop_loss } => {
                if let Heads::Step { persons, .. } = heads {
                    self.maybe(Range::Finite, persons.where_.as_ref(), EVERYBODY);
                }
                self.one(Range::NotNegative, amount, EVERYBODY);
                if let Some(corridor) = corridor {
                    self.one(Range::Share, &corridor.width, EVERYBODY);
                    self.one(Range::Share, &corridor.beyond, EVERYBODY);
                }
                if let Some(stop_loss) = stop_loss {
                    self.one(Range::Positive, &stop_loss.limit, EVERYBODY);
                    self.one(Range::NotNegative, &stop_loss.cv, EVERYBODY);
                    self.one(Range::Share, &stop_loss.carried, EVERYBODY);
                }
            }
            Terms::Bundled(Bundle::ByYear { persons, price, .. }) => {
                self.maybe(Range::Finite, persons.where_.as_ref(), EVERYBODY);
                self.one(Range::NotNegative, price, EVERYBODY);
            }
            Terms::Bundled(Bundle::ByStep(steps)) => {
                for step in steps {
                    self.maybe(Range::Finite, step.persons.where_.as_ref(), EVERYBODY);
                    self.one(Range::NotNegative, &step.price, EVERYBODY);
                }
            }
            Terms::LumpSum { amount } => self.one(Range::NotNegative, amount, EVERYBODY),
            Terms::Subsidy { base, share, grant, carry_over, .. } => {
                self.maybe(Range::Finite, base.where_.as_ref(), EVERYBODY);
                self.one(Range::Share, share, EVERYBODY);
                self.maybe(Range::NotNegative, grant.as_ref(), EVERYBODY);
                self.one(Range::Share, carry_over, EVERYBODY);
            }
            Terms::CostShare { base, rule, .. } => {
                self.maybe(Range::Finite, base.where_.as_ref(), EVERYBODY);
                if let ShareRule::Fixed(shares) = rule {
                    for share in shares {
                        self.one(Range::Share, share, EVERYBODY);
                    }
                    let all = shares.iter().collect();
                    self.sum(Range::AtMostWhole, "the shares of the parties".to_owned(), all, EVERYBODY);
                }
                if let ShareRule::Nash(Some(weights)) = rule {
                    for weight in weights {
                        self.one(Range::NotNegative, weight, EVERYBODY);
                    }
                }
            }
            Terms::Copayment { persons, price, response } => {
                self.maybe(Range::Finite, persons.where_.as_ref(), EVERYBODY);
                self.maybe(Range::Share, response.as_ref(), EVERYBODY);
                self.one(Range::NotNegative, price, EVERYBODY);
            }
            Terms::SharedSavings(savings) => {
                self.one(Range::Share, &savings.share, EVERYBODY);
                self.one(Range::Share, &savings.minimum_savings_rate, EVERYBODY);
                self.maybe(Range::Share, savings.cap_savings_rate.as_ref(), EVERYBODY);
                match &savings.benchmark {
                    Benchmark::Fixed(amount) => self.one(Range::NotNegative, amount, EVERYBODY),
                    Benchmark::Control(persons) => self.one(Range::Positive, persons, EVERYBODY),
                    Benchmark::True | Benchmark::Forecast | Benchmark::BeforeAfter => {}
                }
                if let Some(loss) = &savings.loss {
                    self.one(Range::Share, &loss.share, EVERYBODY);
                    self.maybe(Range::Share, loss.minimum_rate.as_ref(), EVERYBODY);
                    self.maybe(Range::Share, loss.cap_rate.as_ref(), EVERYBODY);
                    self.maybe(Range::NotNegative, loss.cap_amount.as_ref(), EVERYBODY);
                    if let Some((least, most)) = &loss.by_quality {
                        self.one(Range::Share, least, EVERYBODY);
                        self.one(Range::Share, most, EVERYBODY);
                    }
                }
                for (_, rate) in &savings.minimum_by_size {
                    self.one(Range::Share, rate, EVERYBODY);
                }
                if let Some(test) = &savings.significance {
                    self.one(Range::NotNegative, &test.z, EVERYBODY);
                    self.one(Range::NotNegative, &test.cv, EVERYBODY);
                    self.one(Range::Share, &test.r_squared, EVERYBODY);
                    self.maybe(Range::Positive, test.controls.as_ref(), EVERYBODY);
                }
                match &savings.error {
                    None => {}
                    Some(MeasurementError::Stated(sd)) => self.one(Range::NotNegative, sd, EVERYBODY),
                    Some(MeasurementError::People { cv, r_squared, controls }) => {
                        self.one(Range::NotNegative, cv, EVERYBODY);
                        self.one(Range::Share, r_squared, EVERYBODY);
                        self.maybe(Range::Positive, controls.as_ref(), EVERYBODY);
                    }
                }
                self.maybe(Range::Share, savings.quality.as_ref(), EVERYBODY);
                self.maybe(Range::Share, savings.quality_minimum.as_ref(), EVERYBODY);
            }
            Terms::OutcomePayment(result) => self.result(result),
            Terms::ImpactBond(bond) => {
                self.one(Range::NotNegative, &bond.investment, EVERYBODY);
                self.one(Range::NotNegative, &bond.assessor_fee, EVERYBODY);
                self.one(Range::NotNegative, &bond.return_cap, EVERYBODY);
                for trigger in &bond.triggers {
                    self.result(&trigger.terms);
                }
            }
            Terms::CoFinancing { equalised, .. } => self.one(Range::Share, equalised, EVERYBODY),
            Terms::Guarantee { floor, share, .. } => {
                self.one(Range::Finite, floor, EVERYBODY);
                self.one(Range::Share, share, EVERYBODY);
            }
            Terms::RevolvingFund(fund) => {
                self.maybe(Range::Finite, fund.base.where_.as_ref(), EVERYBODY);
                self.one(Range::Share, &fund.share, EVERYBODY);
                self.one(Range::NotNegative, &fund.capital, EVERYBODY);
                self.one(Range::YearlyRate, &fund.interest, EVERYBODY);
                self.one(Range::NotNegative, &fund.administration, EVERYBODY);
                for (_, share) in &fund.repay {
                    self.one(Range::Share, share, EVERYBODY);
                }
            }
        }
    }

    fn result(&mut self, terms: &'s OutcomeTerms) {
        self.maybe(Range::Finite, terms.counts.where_.as_ref(), EVERYBODY);
        self.one(Range::Finite, &terms.threshold, EVERYBODY);
        let (Pays::PerUnit(price) | Pays::Trigger(price)) = &terms.pays;
        self.one(Range::NotNegative, price, EVERYBODY);
        self.maybe(Range::NotNegative, terms.error_sd.as_ref(), EVERYBODY);
        match &terms.benchmark {
            CountBenchmark::Fixed(number) => self.one(Range::NotNegative, number, EVERYBODY),
            CountBenchmark::Control(persons) => self.one(Range::Positive, persons, EVERYBODY),
            CountBenchmark::Nothing
            | CountBenchmark::True
            | CountBenchmark::Forecast
            | CountBenchmark::BeforeAfter => {}
        }
    }
}
