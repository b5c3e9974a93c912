//! Which negotiable terms a clause's payments depend on.
//!
//! | clause | reads | depends on the terms of |
//! |---|---|---|
//! | payments for delivery, shared savings, outcomes, bonds, co-financing | what people do and what care costs | itself |
//! | subsidies, cost shares, revolving funds | what payments for delivery leave the party that bears the costs | itself, and payments for delivery in which that party pays or is paid |
//! | guarantees | the net position of the party guaranteed | itself, and every earlier clause in which that party pays or is paid |
//!
//! A clause that is read brings along what it depends on itself.

use crate::scenario::Scenario;
use crate::scenario::checked::{Clause, Negotiable, Parties, Payer, Terms};
use crate::settle::Phase;
use crate::settle::clauses::Rule;

/// What depends on what, within an arrangement.
#[derive(Clone, Debug)]
pub(super) struct Dependence {
    /// By clause: clauses whose postings it reads, and those that they read.
    pub(super) reads: Vec<Vec<usize>>,
    /// By clause: positions of the terms it depends on, rising.
    pub(super) terms: Vec<Vec<usize>>,
    /// Clauses that pay a share of costs.
    pub(super) sharing: Vec<usize>,
}

impl Dependence {
    /// The terms on which an arrangement depends (indices into those of the scenario), and how.
    pub(super) fn of(
        scenario: &Scenario,
        clauses: &[Clause],
        rules: &[Box<dyn Rule + '_>],
        negotiable: &[Negotiable],
    ) -> (Vec<usize>, Self) {
        let own: Vec<Vec<usize>> =
            clauses.iter().map(|clause| own_terms(scenario, clause, negotiable)).collect();
        let mut terms: Vec<usize> = own.iter().flatten().copied().collect();
        terms.sort_unstable();
        terms.dedup();
        let mut reads: Vec<Vec<usize>> = vec![Vec::new(); clauses.len()];
        // Earlier phases first: what is read is known by then.
        for phase in Phase::ALL {
            for index in (0..clauses.len()).filter(|&index| rules[index].phase() == phase) {
                let direct: Vec<usize> = (0..clauses.len())
                    .filter(|&other| other != index)
                    .filter(|&other| {
                        read(&scenario.parties, &clauses[index], &clauses[other], rules[other].phase())
                    })
                    .collect();
                let mut all: Vec<usize> =
                    direct.iter().flat_map(|&other| reads[other].iter().copied().chain([other])).collect();
                all.sort_unstable();
                all.dedup();
                reads[index] = all;
            }
        }
        let by_clause = (0..clauses.len()).map(|clause| {
            let all = reads[clause].iter().chain([&clause]).flat_map(|&clause| &own[clause]);
            let mut found: Vec<usize> =
                all.filter_map(|term| terms.iter().position(|other| other == term)).collect();
            found.sort_unstable();
            found.dedup();
            found
        });
        let sharing = (0..clauses.len()).filter(|&clause| reads_costs(&clauses[clause].terms)).collect();
        let dependence = Self { terms: by_clause.collect(), reads, sharing };
        (terms, dependence)
    }

    /// Positions of the terms that any of some clauses depends on, rising.
    pub(super) fn union(&self, clauses: &[usize]) -> Vec<usize> {
        let mut all: Vec<usize> =
            clauses.iter().flat_map(|&clause| self.terms[clause].iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Terms that a clause's own quantities depend on.
fn own_terms(scenario: &Scenario, clause: &Clause, terms: &[Negotiable]) -> Vec<usize> {
    let used: Vec<usize> = clause
        .quantities()
        .iter()
        .flat_map(|quantity| quantity.program.parameters().iter().copied())
        .collect();
    (0..terms.len())
        .filter(|&term| {
            let dependants = scenario.dependants(terms[term].parameter);
            used.iter().any(|parameter| dependants.contains(parameter))
        })
        .collect()
}

/// Whether a clause pays on costs that somebody bears after payments for delivery.
fn reads_costs(terms: &Terms) -> bool {
    matches!(terms, Terms::Subsidy { .. } | Terms::CostShare { .. } | Terms::RevolvingFund(_))
}

/// Whether a clause reads what another posts in an earlier phase.
fn read(parties: &Parties, clause: &Clause, other: &Clause, phase: Phase) -> bool {
    let touches = sides(other).into_iter().any(|side| parties.overlap(side, clause.to));
    match &clause.terms {
        terms if reads_costs(terms) => {
            let advances = matches!(other.terms, Terms::ImpactBond(_));
            (phase == Phase::Delivery || advances) && touches
        }
        Terms::Guarantee { .. } => phase != Phase::NetPosition && touches,
        _ => false,
    }
}

/// All sides between which a clause may post.
pub(super) fn sides(clause: &Clause) -> Vec<Payer> {
    let mut sides = vec![clause.from, clause.to];
    match &clause.terms {
        Terms::CostShare { parties, .. } => sides.extend(parties),
        Terms::ImpactBond(bond) => sides.extend([bond.provider, Payer::Party(Parties::OUTSIDE)]),
        Terms::RevolvingFund(fund) => {
            sides.push(Payer::Party(Parties::OUTSIDE));
            sides.extend(fund.capital_from);
            sides.extend(fund.repay.iter().map(|(payer, _)| *payer));
        }
        _ => {}
    }
    sides
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::checked::{Base, Parties};
    use crate::settle::clauses::rule;
    use crate::settle::testing::{self, FIRST_PARTY as STATE};

    const TOWN: usize = STATE + 1;

    /// Terms that each of some clauses depends on; term 0 is parameter 0, and so on.
    fn depends(clauses: Vec<Clause>, terms: usize) -> Vec<Vec<usize>> {
        let mut builder =
            testing::scenario().programme("chain", &["course"], &[]).party("state", &[]).party("town", &[]);
        for clause in clauses {
            builder = builder.clause(clause);
        }
        let scenario = builder.parameters(terms).build();
        let negotiable: Vec<Negotiable> = (0..terms)
            .map(|parameter| Negotiable {
                id: String::new(),
                parameter,
                low: 0.0,
                high: 1.0,
                step: 1.0,
                span: None,
            })
            .collect();
        let clauses = &scenario.arrangements[0].clauses;
        let rules: Vec<_> = clauses.iter().map(rule).collect();
        Dependence::of(&scenario, clauses, &rules, &negotiable).1.terms
    }

    fn guarantee() -> Clause {
        let terms = Terms::Guarantee {
            floor: testing::quantity("p3"),
            share: testing::quantity("1"),
            whole_contract: false,
        };
        testing::clause(STATE, TOWN, terms)
    }

    #[test]
    fn a_subsidy_depends_on_payments_to_whom_it_pays_and_on_no_others() {
        let to_provider = testing::fee(STATE, Parties::PROVIDER, "p0");
        let to_town = testing::fee(STATE, TOWN, "p1");
        let mut subsidy = testing::subsidy(testing::base(Base::Programme, None), "p2");
        subsidy.to = Payer::Party(TOWN);
        assert_eq!(depends(vec![to_provider, to_town, subsidy], 3), [vec![0], vec![1], vec![1, 2]]);
    }

    #[test]
    fn a_guarantee_depends_on_all_that_the_party_pays_and_is_paid_and_on_what_that_depends_on() {
        // The subsidy goes to the town and reads the fee that the town is paid; another fee does not concern the town.
        let to_town = testing::fee(STATE, TOWN, "p0");
        let elsewhere = testing::fee(STATE, Parties::PROVIDER, "p1");
        let mut subsidy = testing::subsidy(testing::base(Base::Programme, None), "p2");
        subsidy.to = Payer::Party(TOWN);
        let found = depends(vec![to_town, elsewhere, subsidy, guarantee()], 4);
        assert_eq!(found, [vec![0], vec![1], vec![0, 2], vec![0, 2, 3]]);
    }

    #[test]
    fn a_clause_without_negotiable_terms_depends_on_what_it_reads_only() {
        let to_town = testing::fee(STATE, TOWN, "p0");
        let mut subsidy = testing::subsidy(testing::base(Base::Programme, None), "0.5");
        subsidy.to = Payer::Party(TOWN);
        assert_eq!(depends(vec![to_town, subsidy, testing::lump_sum("7")], 1), [vec![0], vec![0], vec![]]);
    }
}
