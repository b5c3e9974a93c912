//! Small scenarios and flows for the tests of settlement.

use super::Agreed;
use super::books::Books;
use super::clauses::{Rule, rule};
use super::contract::Block;
use super::phases::{self, Expectations, Phase, Settled};
use crate::formula::{self, Lane, Scope, Symbol, TableShape};
use crate::sample::{DesignKind, Environment};
use crate::scenario::Scenario;
use crate::scenario::checked::*;
use crate::value::flows::{
    Delivery, Evidence, Flows, Followed, Grid, Item, ItemKind, Line, RunDesign, Shape, Valued, VariantFlows,
};
use std::sync::Arc;

/// The strategy under test; 0 is the comparator.
pub const STRATEGY: usize = 1;
/// Party of the first named insurer.
pub const FIRST_INSURER: usize = 5;
/// Party of the first other party in a scenario without named insurers.
pub const FIRST_PARTY: usize = 5;

struct Nothing;

impl Scope for Nothing {
    fn symbol(&self, name: &str) -> Option<Symbol> {
        let index = name.strip_prefix('p')?.parse().ok()?;
        Some(Symbol::Parameter(index))
    }
    fn table(&self, _name: &str) -> Option<(usize, &TableShape)> {
        None
    }
    fn code(&self, _variable: usize, _text: &str) -> Option<f64> {
        None
    }
    fn known_names(&self) -> Vec<String> {
        Vec::new()
    }
    fn known_texts(&self, _variable: usize) -> Vec<String> {
        Vec::new()
    }
}

/// A formula of the parameters `p0`, `p1`, ….
pub fn quantity(text: &str) -> Quantity {
    let program = formula::compile(&formula::parse(text).unwrap(), &Nothing).unwrap();
    Quantity { program, path: format!("test.{text}"), span: None }
}

/// An environment without parameters.
pub fn environment() -> Environment {
    let replaced = std::collections::BTreeSet::new();
    Environment { parameters: Vec::new(), tables: std::sync::Arc::default(), take_up: Vec::new(), replaced }
}

/// Builds a scenario with one arrangement, `deal`.
pub struct Builder {
    scenario: Scenario,
}

/// A scenario with the implicit parties and nothing else, 2026 on, prices of 2024.
pub fn scenario() -> Builder {
    let strategy = |id: &str| Strategy {
        id: id.to_owned(),
        name: Localised::same(id),
        programmes: Vec::new(),
        set: Vec::new(),
    };
    let kinds = [
        ("others", PartyKind::Other),
        ("other_insurers", PartyKind::Insurer),
        ("equalisation_fund", PartyKind::EqualisationFund),
        ("outside", PartyKind::Other),
        ("provider", PartyKind::Provider),
    ];
    let party = |(id, kind): (&str, PartyKind)| Party {
        id: id.to_owned(),
        name: Localised::same(id),
        kind,
        budgets: Vec::new(),
    };
    let scenario = Scenario {
        title: Localised::default(),
        description: Localised::default(),
        question: Localised::default(),
        asked_by: Localised::default(),
        time: Time { start: 2026, years: 1, cycles_per_year: 1, within_cycle: WithinCycle::HalfCycle },
        uncertainty: Uncertainty {
            draws: 8,
            seed: 1,
            design: DesignKind::Random,
            engine: Engine::Expected,
            replicates: 1,
            factor_bins: 10,
        },
        valuation: Valuation {
            price_year: 2024,
            discount_costs: quantity("0"),
            discount_effects: quantity("0"),
            discount_parties: quantity("0"),
            willingness_to_pay: Vec::new(),
            inflation: None,
        },
        variables: Variables::default(),
        parameters: Parameters::default(),
        tables: Vec::new(),
        population: Population::default(),
        models: Vec::new(),
        unit_costs: Vec::new(),
        budgets: Vec::new(),
        outcomes: Vec::new(),
        effects: Vec::new(),
        programmes: Vec::new(),
        strategies: vec![strategy("usual_care"), strategy("prevention")],
        comparator: 0,
        variants: vec![Variant {
            id: "main".to_owned(),
            name: Localised::default(),
            description: Localised::default(),
            set: Vec::new(),
        }],
        parties: Parties { list: kinds.map(party).to_vec(), insurers: Vec::new() },
        arrangements: vec![Arrangement {
            id: "deal".to_owned(),
            name: Localised::default(),
            description: Localised::default(),
            fallback: true,
            purchase: Purchase::Joint,
            providers: Vec::new(),
            set: Vec::new(),
            gate: None,
            entry: None,
            clauses: Vec::new(),
        }],
        negotiation: crate::scenario::checked::Negotiation::default(),
        left_out: Vec::new(),
        goals: Vec::new(),
        results: Results::default(),
        thresholds: Vec::new(),
        citations: Vec::new(),
        inputs: Vec::new(),
    };
    Builder { scenario }
}

impl Builder {
    /// Named insurers with these market shares (numbers), the first parties after the implicit ones.
    pub fn insurers(mut self, shares: &[f64]) -> Self {
        for (index, share) in shares.iter().enumerate() {
            let party = self.scenario.parties.list.len();
            self = self.party(&format!("insurer{index}"), &[]);
            self.scenario.parties.list[party].kind = PartyKind::Insurer;
            self.scenario.parties.insurers.push(Insurer {
                party,
                market_share: quantity(&share.to_string()),
                leaving_rate: quantity("0"),
            });
        }
        self
    }

    /// A party that holds shares of budgets.
    pub fn party(mut self, id: &str, budgets: &[(usize, f64)]) -> Self {
        self.scenario.parties.list.push(Party {
            id: id.to_owned(),
            name: Localised::same(id),
            kind: PartyKind::Other,
            budgets: budgets.to_vec(),
        });
        self
    }

    /// A budget, with one disease cost on it.
    pub fn budget(mut self, id: &str, insurance: bool) -> Self {
        self.scenario.budgets.push(Budget {
            id: id.to_owned(),
            name: Localised::same(id),
            insurance,
            cashable: quantity("1"),
            lost_to_equalisation: quantity("0"),
        });
        self
    }

    /// A programme of the strategy with steps and fixed costs, one cost each, delivered by `provider`.
    pub fn programme(mut self, id: &str, steps: &[&str], fixed: &[&str]) -> Self {
        let step = |(index, id): (usize, &&str)| Step {
            id: (*id).to_owned(),
            name: Localised::same(*id),
            parent: None,
            share: quantity("1"),
            after: 0,
            capacity: None,
            only_if: None,
            leaves_pool: true,
            effects: Vec::new(),
            effects_from: index,
            costs: vec![StepCost {
                id: "cost".to_owned(),
                value: quantity("1"),
                spread: vec![1.0],
                times: quantity("1"),
            }],
            provider: Parties::PROVIDER,
        };
        let fixed_cost = |id: &&str| FixedCost {
            id: (*id).to_owned(),
            value: quantity("1"),
            years: Vec::new(),
            provider: Parties::PROVIDER,
        };
        let index = self.scenario.programmes.len();
        self.scenario.programmes.push(Programme {
            id: id.to_owned(),
            name: Localised::same(id),
            model: 0,
            eligible: quantity("1"),
            provider: Parties::PROVIDER,
            relative_risk: quantity("1"),
            enrol: Enrol { years: Vec::new(), cycle_in_year: 0, amount: EnrolAmount::Share(quantity("1")) },
            reach: quantity("1"),
            fixed: fixed.iter().map(fixed_cost).collect(),
            steps: steps.iter().enumerate().map(step).collect(),
            counted_for: 0,
        });
        self.scenario.strategies[STRATEGY].programmes.push(index);
        self
    }

    /// A clause of the arrangement.
    pub fn clause(mut self, mut clause: Clause) -> Self {
        let clauses = &mut self.scenario.arrangements[0].clauses;
        clause.id = format!("clause{}", clauses.len());
        clauses.push(clause);
        self
    }

    /// Parameters `p0`, `p1`, … that are the same in every draw: 0.
    pub fn parameters(mut self, count: usize) -> Self {
        for index in 0..count {
            self.scenario.parameters.list.push(Parameter {
                name: format!("p{index}"),
                origin: Origin::Fixed(0.0),
                index_factor: 1.0,
                local: None,
                unit: String::new(),
            });
        }
        self
    }

    /// Number of clauses so far.
    pub fn clauses(&self) -> usize {
        self.scenario.arrangements[0].clauses.len()
    }

    /// The scenario.
    pub fn build(self) -> Scenario {
        self.scenario
    }
}

/// A gate in a year on persons who reach the first step of the first programme.
pub fn gate(year: usize) -> Gate {
    let counts = Request { programme: 0, what: Requested::Persons { step: 0, quarter: 0 }, where_: None };
    Gate {
        year,
        result: OutcomeTerms {
            counts,
            per: None,
            benchmark: CountBenchmark::Nothing,
            fewer: false,
            threshold: quantity("0"),
            pays: Pays::Trigger(quantity("0")),
            error_sd: None,
            whole_contract: false,
        },
        standard_error: quantity("1"),
        confidence: quantity("0.5"),
    }
}

/// Evidence at a gate in which only the decision counts: 1 where enrolment goes on.
pub fn evidence(goes_on: f64) -> Evidence {
    Evidence {
        measured: Lane::ZERO,
        measured_without_effect: Lane::ZERO,
        continues: Lane::splat(goes_on),
        continues_without_effect: Lane::ZERO,
        works: Lane::ZERO,
    }
}

/// A clause between two parties, always in force, without caps.
pub fn clause(from: usize, to: usize, terms: Terms) -> Clause {
    Clause {
        id: String::new(),
        name: Localised::default(),
        from: Payer::Party(from),
        to: Payer::Party(to),
        years: None,
        cap_per_year: None,
        cap_total: None,
        lag: 0,
        nominal: false,
        despite_gate: false,
        terms,
    }
}

/// A lump sum from the first party to the provider.
pub fn lump_sum(amount: &str) -> Clause {
    clause(FIRST_PARTY, Parties::PROVIDER, Terms::LumpSum { amount: quantity(amount) })
}

/// A fee for the first step of the first programme.
pub fn fee(from: usize, to: usize, price: &str) -> Clause {
    let persons = Request { programme: 0, what: Requested::Persons { step: 0, quarter: 0 }, where_: None };
    let terms = Terms::Fee {
        persons,
        quarters: 1,
        stay: quantity("1"),
        price: quantity(price),
        tiers: Vec::new(),
        volume_cap: None,
        highest: None,
    };
    clause(from, to, terms)
}

/// A base in the first programme.
pub fn base(base: Base, where_: Option<Quantity>) -> Request {
    Request { programme: 0, what: Requested::Cost(base), where_ }
}

/// A share of costs that the first party pays to the provider, without a grant.
pub fn subsidy(base: Request, share: &str) -> Clause {
    let terms = Terms::Subsidy {
        base,
        share: quantity(share),
        grant: None,
        carry_over: quantity("0"),
        clawback: false,
    };
    clause(FIRST_PARTY, Parties::PROVIDER, terms)
}

/// Restricts who is counted by a clause.
pub fn restrict(clause: &mut Clause, restriction: Option<Quantity>) {
    if let Some(request) = request_of_mut(&mut clause.terms) {
        request.where_ = restriction;
    }
}

fn request_of_mut(terms: &mut Terms) -> Option<&mut Request> {
    match terms {
        Terms::Fee { persons, .. } | Terms::Copayment { persons, .. } => Some(persons),
        Terms::Subsidy { base, .. } | Terms::CostShare { base, .. } => Some(base),
        _ => None,
    }
}

/// Flows of zeros: one line per budget, one item per step and fixed cost, one row per request of a clause.
pub fn flows(scenario: &Scenario, years: usize) -> Flows {
    let insurers = scenario.parties.insurers.len();
    let lines: Vec<Line> = (0..scenario.budgets.len()).map(|budget| Line { unit_cost: 0, budget }).collect();
    let mut items = Vec::new();
    for (programme, of) in scenario.programmes.iter().enumerate() {
        let provider = of.provider;
        for step in 0..of.steps.len() {
            items.push(Item { programme, kind: ItemKind::Step { step, cost: 0 }, provider });
        }
        for fixed in 0..of.fixed.len() {
            items.push(Item { programme, kind: ItemKind::Fixed(fixed), provider });
        }
    }
    let mut requests = Vec::new();
    let asked = scenario.arrangements[0].requests(&scenario.parties);
    requests.extend(asked.map(|(clause, request)| (0, clause, request)));
    let grid = |rows: usize| Grid::zeros(rows, years);
    let rows = lines.len();
    let followed = || Followed {
        costs: grid(rows),
        costs_retained: grid(insurers * rows),
        person_years: grid(1),
        person_years_retained: grid(insurers),
        first_costs: grid(rows),
        first_person_years: grid(1),
    };
    let programmes = scenario.programmes.len();
    Flows {
        environment: environment(),
        level: grid(rows),
        increment: grid(rows),
        cashable: grid(rows),
        equalised: grid(rows),
        retained: grid(insurers * rows),
        shadows: (0..programmes).map(|_| followed()).collect(),
        cohorts: (0..programmes).map(|_| followed()).collect(),
        programme_costs: grid(items.len()),
        enrolled: grid(programmes),
        reached: grid(0),
        turned_away: grid(0),
        requested: grid(requests.len()),
        count_level: grid(0),
        count_increment: grid(0),
        outcome_level: grid(0),
        outcome_increment: grid(0),
        health_level: grid(2),
        health_increment: grid(2),
        level_present: vec![Lane::ZERO; rows],
        increment_present: vec![Lane::ZERO; rows],
        programme_costs_present: vec![Lane::ZERO; items.len()],
        health_level_present: [Lane::ZERO; 2],
        health_increment_present: [Lane::ZERO; 2],
        parties_rate: 0.0,
        inflation: None,
        apart: None,
        gate: None,
        if_it_did_nothing: None,
        shape: Arc::new(Shape { years, lines, items, insurers, requests, programmes, ..Shape::default() }),
    }
}

/// Sets the change in cost of a line in a year, with κ, λ and one Π for all insurers.
pub fn set_increment(
    flows: &mut Flows,
    row: usize,
    year: usize,
    amount: f64,
    cashable: f64,
    lost: f64,
    product: f64,
) {
    let lines = flows.shape.lines.len();
    flows.increment.row_mut(row)[year] = Lane::splat(amount);
    flows.cashable.row_mut(row)[year] = Lane::splat(cashable * amount);
    flows.equalised.row_mut(row)[year] = Lane::splat(cashable * lost * amount);
    for insurer in 0..flows.shape.insurers {
        let kept = cashable * (1.0 - lost) * product * amount;
        flows.retained.row_mut(insurer * lines + row)[year] = Lane::splat(kept);
    }
}

/// Sets resource costs of every item in the first year.
pub fn set_costs(flows: &mut Flows, costs: &[f64]) {
    for (item, &cost) in costs.iter().enumerate() {
        flows.programme_costs.row_mut(item)[0] = Lane::splat(cost);
    }
}

/// Sets what a request counted, by year.
pub fn set_requested(flows: &mut Flows, row: usize, amounts: &[f64]) {
    for (year, &amount) in amounts.iter().enumerate() {
        flows.requested.row_mut(row)[year] = Lane::splat(amount);
    }
}

/// Books after the first phase, without savings and programme costs.
pub fn first_phase(block: &Block<'_>) -> Books {
    let rules: Vec<Box<dyn Rule + '_>> = block.arrangement.clauses.iter().map(rule).collect();
    let expectations =
        Expectations { clauses: vec![Agreed::Nothing; rules.len()], ..Expectations::default() };
    let empty = Books { years: block.horizon() + 1, ..Books::default() };
    phases::post_phases(block, &rules, &expectations, &[Phase::Delivery], empty).unwrap()
}

/// Settles blocks of draws; the first also stands for the base case.
pub fn settle_blocks(scenario: &Scenario, blocks: Vec<Flows>, draws: usize) -> Settled {
    try_settle(scenario, blocks, draws).unwrap()
}

/// Settles blocks of draws; the first also stands for the base case.
pub fn try_settle(
    scenario: &Scenario,
    blocks: Vec<Flows>,
    draws: usize,
) -> Result<Settled, super::SettleError> {
    let valued = valued(&blocks[0].clone(), blocks, draws);
    Ok(phases::settle(scenario, &valued)?.remove(0))
}

/// A base case and blocks of draws of the one delivery.
pub fn valued(base: &Flows, blocks: Vec<Flows>, draws: usize) -> Valued {
    Valued {
        shape: base.shape.clone(),
        deliveries: vec![Delivery { strategy: STRATEGY, arrangement: None }],
        variants: vec![VariantFlows {
            base: vec![base.clone()],
            blocks: blocks.into_iter().map(|block| vec![block]).collect(),
        }],
        runs: draws,
        design: RunDesign::PLAIN,
        sampled: Vec::new(),
        groups: None,
        warnings: Vec::new(),
    }
}

/// Net of a party by year in the first draw.
pub fn net_of(scenario: &Scenario, flows: Flows, party: usize) -> Vec<f64> {
    let settled = settle_blocks(scenario, vec![flows], 8);
    settled.blocks[0].net(party).iter().map(|net| net[0]).collect()
}

/// Net of a party by year when the first clause's request counts these amounts.
pub fn net(scenario: &Scenario, requested: &[f64], party: usize) -> Vec<f64> {
    let mut flows = flows(scenario, requested.len());
    set_requested(&mut flows, 0, requested);
    net_of(scenario, flows, party)
}
