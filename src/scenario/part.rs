//! Part of the people of a scenario, such as one municipality, with their part of what the file says of all together.
//!
//! **Share.** For each programme: people kept ÷ people of the file, at the start, of those whom it is for: who could be invited
//! by age, sex and labels in some state and some class of risk. Where it is for nobody at the start, all people at the start. A
//! clause has the share of the programme that it counts; one that counts none, that of all whom any programme is for.
//!
//! **What is scaled by it.** Fixed costs, persons to enrol and capacities; in contracts lump sums, grants, investments, capital,
//! floors and premiums, caps in euros or in persons, volumes beyond which another price holds, stated benchmarks, and results that
//! are counts. Prices per person, rates and shares hold for each person and stay. So do the sizes of comparison groups and
//! minimum savings by number of participants: a small place is small.
//!
//! *Example:* of 400 people of 75 and over, 300 live in Best. A coordinator for a programme from 75 costs 1,000 euros a year;
//! Best alone bears 750 of them, also where half of all people of the file live elsewhere.

use std::collections::BTreeMap;

use super::checked::{
    Arrangement, Benchmark, Clause, CountBenchmark, EnrolAmount, Group, OutcomeTerms, Pays, Programme,
    Quantity, Scenario, Terms, Variables,
};
use super::diagnostic::Diagnostic;
use super::read::may_be_invited;
use crate::sample::Environment;

/// What part of the people is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Share of those whom each programme is for.
    pub programmes: Vec<f64>,
    /// Share of those whom any programme is for.
    pub any: f64,
    /// Share of all people.
    pub all: f64,
    /// Whether amounts of the whole file were scaled.
    pub amounts: bool,
    /// Whether some programme reaches some people more than others.
    pub relative_reach: bool,
}

impl Scenario {
    /// Keeps only the people of whom all of these traits have these values, with their part of what the file says of all
    /// together. `None` where everybody is kept.
    ///
    /// # Errors
    /// The population has no such trait, or nobody has that value.
    pub fn keep_only(&mut self, only: &[(String, String)]) -> Result<Option<Part>, Diagnostic> {
        if only.is_empty() {
            return Ok(None);
        }
        let base = Environment::base(self).map_err(|error| Diagnostic::error(error.to_string()))?;
        let before = self.people_by_programme(&base);
        for (id, value) in only {
            self.keep(id, value)?;
        }
        let after = self.people_by_programme(&base);
        let all = after.all / before.all;
        let share = |kept: f64, of: f64| if of > 0.0 { kept / of } else { all };
        let programmes =
            after.programmes.iter().zip(&before.programmes).map(|(&kept, &of)| share(kept, of)).collect();
        let mut part = Part {
            programmes,
            any: share(after.any, before.any),
            all,
            amounts: false,
            relative_reach: self
                .programmes
                .iter()
                .any(|programme| programme.reach.program.constant().is_none()),
        };
        let mut scale = Scale { any: false };
        for (programme, &share) in self.programmes.iter_mut().zip(&part.programmes) {
            scale.programme(programme, share);
        }
        for arrangement in &mut self.arrangements {
            scale.arrangement(arrangement, &part);
        }
        part.amounts = scale.any;
        Ok(Some(part))
    }

    fn people_by_programme(&self, base: &Environment) -> People {
        let mut people = People { programmes: vec![0.0; self.programmes.len()], any: 0.0, all: 0.0 };
        // Whether somebody of such values may be invited, by programme and what it looks at.
        let mut known: BTreeMap<(usize, Vec<u64>), bool> = BTreeMap::new();
        for group in self.population.groups.iter().filter(|group| group.enters == 0) {
            let values = self.values_of(group);
            let mut any = false;
            for (index, programme) in self.programmes.iter().enumerate() {
                let looks_at = programme.eligible.program.variables();
                let own = values.iter().filter(|(variable, _)| looks_at.contains(variable));
                let key = (index, own.map(|(_, value)| value.to_bits()).collect());
                let open =
                    *known.entry(key).or_insert_with(|| may_be_invited(self, programme, &values, base));
                if open && self.models[programme.model].follows(group.age) {
                    people.programmes[index] += group.persons;
                    any = true;
                }
            }
            people.all += group.persons;
            if any {
                people.any += group.persons;
            }
        }
        people
    }

    /// What the population file knows of a group, by variable.
    fn values_of(&self, group: &Group) -> Vec<(usize, f64)> {
        let mut values = vec![(Variables::AGE, f64::from(group.age)), (Variables::SEX, group.sex)];
        let labels = self.variables.labels.iter().enumerate().filter(|(_, label)| label.class.is_none());
        values.extend(labels.zip(&group.labels).map(|((index, _), &code)| (Variables::label(index), code)));
        values
    }
}

/// Persons at the start: whom each programme is for, whom any is for, and all.
struct People {
    programmes: Vec<f64>,
    any: f64,
    all: f64,
}

/// Scales what is of all people together, and notes whether there was any.
struct Scale {
    any: bool,
}

impl Scale {
    fn one(&mut self, quantity: &mut Quantity, share: f64) {
        quantity.program = quantity.program.times(share);
        self.any = true;
    }

    fn some<'q>(&mut self, quantities: impl IntoIterator<Item = &'q mut Quantity>, share: f64) {
        quantities.into_iter().for_each(|quantity| self.one(quantity, share));
    }

    fn programme(&mut self, programme: &mut Programme, share: f64) {
        match &mut programme.enrol.amount {
            EnrolAmount::Persons(persons) | EnrolAmount::Total(persons) => self.one(persons, share),
            EnrolAmount::Share(_) => {}
        }
        self.some(programme.fixed.iter_mut().map(|fixed| &mut fixed.value), share);
        self.some(programme.steps.iter_mut().filter_map(|step| step.capacity.as_mut()), share);
    }

    fn arrangement(&mut self, arrangement: &mut Arrangement, part: &Part) {
        if let Some(gate) = &mut arrangement.gate {
            let share = part.programmes[gate.result.counts.programme];
            if gate.result.per.is_none() {
                self.one(&mut gate.standard_error, share);
            }
            self.result(&mut gate.result, share);
        }
        self.some(arrangement.entry.iter_mut().map(|entry| &mut entry.premium), part.any);
        for clause in &mut arrangement.clauses {
            let counted = clause.terms.requests().first().map(|request| request.programme);
            let share = counted.map_or(part.any, |programme| part.programmes[programme]);
            self.clause(clause, share);
        }
    }

    fn clause(&mut self, clause: &mut Clause, share: f64) {
        self.some([&mut clause.cap_per_year, &mut clause.cap_total].into_iter().flatten(), share);
        match &mut clause.terms {
            Terms::Fee { tiers, volume_cap, .. } => {
                self.some(tiers.iter_mut().map(|tier| &mut tier.above).chain(volume_cap), share);
            }
            Terms::LumpSum { amount } => self.one(amount, share),
            Terms::Subsidy { grant, .. } => self.some(grant, share),
            Terms::SharedSavings(terms) => {
                if let Benchmark::Fixed(amount) = &mut terms.benchmark {
                    self.one(amount, share);
                }
                self.some(terms.loss.iter_mut().filter_map(|loss| loss.cap_amount.as_mut()), share);
            }
            Terms::OutcomePayment(terms) => self.result(terms, share),
            Terms::ImpactBond(bond) => {
                self.some([&mut bond.investment, &mut bond.assessor_fee], share);
                bond.triggers.iter_mut().for_each(|trigger| self.result(&mut trigger.terms, share));
            }
            Terms::Guarantee { floor, .. } => self.one(floor, share),
            Terms::RevolvingFund(fund) => self.some([&mut fund.capital, &mut fund.administration], share),
            Terms::Capitation { .. }
            | Terms::Bundled(_)
            | Terms::CostShare { .. }
            | Terms::Copayment { .. }
            | Terms::CoFinancing { .. } => {}
        }
    }

    /// A result that is a count grows with people, and its price does not; of a result per person it is the other way round.
    fn result(&mut self, terms: &mut OutcomeTerms, share: f64) {
        let is_count = terms.per.is_none();
        if is_count {
            self.one(&mut terms.threshold, share);
            self.some(&mut terms.error_sd, share);
            if let CountBenchmark::Fixed(number) = &mut terms.benchmark {
                self.one(number, share);
            }
        }
        match &mut terms.pays {
            Pays::PerUnit(_) if is_count => {}
            Pays::PerUnit(amount) | Pays::Trigger(amount) => self.one(amount, share),
        }
    }
}
