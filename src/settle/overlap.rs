//! No cost is paid back more than once.
//!
//! For each party whose costs are subsidised or shared, each step and fixed cost of a programme, and each year:
//! the shares that clauses pay of it add up to at most 1. Bases overlap (a subsidy of the whole programme and a
//! cost share of one of its steps); clauses restricted to different people do not, and each restriction is
//! checked together with the clauses that have none. Caps are left out of account: shares that only caps keep
//! below the costs would depend on the draw.

use super::clauses::Rule;
use super::contract::Block;
use super::{Expectations, SettleError, costs};
use crate::formula::{Lane, Program};
use crate::scenario::checked::{Base, Payer, Requested};
use crate::value::flows::ItemKind;

/// Shares may add up to this much more than 1: rounding, no more.
const ROUNDING: f64 = 1e-9;

/// A clause's claim on costs.
struct Claim<'a> {
    clause: usize,
    to: Payer,
    programme: usize,
    base: Base,
    restriction: Option<&'a Program>,
    share: Lane,
}

/// Checks a block.
///
/// # Errors
/// Shares that add up to more than 1 in some draw and year.
pub fn check(
    block: &Block<'_>,
    rules: &[Box<dyn Rule + '_>],
    expectations: &Expectations,
) -> Result<(), SettleError> {
    let mut claims = Vec::new();
    for (clause, rule) in rules.iter().enumerate() {
        let contract = block.contract(clause);
        if let Some((request, share)) = rule.share_of_costs(&contract, &expectations.clauses[clause])?
            && let Requested::Cost(base) = request.what
        {
            let restriction = costs::restriction(request);
            let to = contract.clause.to;
            claims.push(Claim { clause, to, programme: request.programme, base, restriction, share });
        }
    }
    for claim in &claims {
        for kind in kinds(block, claim) {
            for year in 0..block.horizon() {
                let rivals: Vec<&Claim<'_>> =
                    claims.iter().filter(|rival| overlaps(block, claim, rival, kind, year)).collect();
                let total = rivals.iter().fold(Lane::ZERO, |sum, rival| sum + rival.share);
                if total.any(|total| total > 1.0 + ROUNDING) {
                    return Err(error(block, claim, &rivals, total, year));
                }
            }
        }
    }
    Ok(())
}

/// Steps and fixed costs in the base of a claim.
fn kinds(block: &Block<'_>, claim: &Claim<'_>) -> Vec<ItemKind> {
    let programme = &block.scenario.programmes[claim.programme];
    let steps = (0..programme.steps.len()).map(|step| ItemKind::Step { step, cost: 0 });
    let fixed = (0..programme.fixed.len()).map(ItemKind::Fixed);
    steps.chain(fixed).filter(|&kind| concerns(claim, kind)).collect()
}

/// Whether a claim is about a cost; fixed costs are no part of a restricted base.
fn concerns(claim: &Claim<'_>, kind: ItemKind) -> bool {
    costs::holds(claim.base, kind) && (claim.restriction.is_none() || matches!(kind, ItemKind::Step { .. }))
}

/// Whether a claim counts together with another on one cost in a year.
fn overlaps(block: &Block<'_>, claim: &Claim<'_>, rival: &Claim<'_>, kind: ItemKind, year: usize) -> bool {
    let in_force = |claim: &Claim<'_>| block.contract(claim.clause).in_force(year);
    in_force(claim)
        && in_force(rival)
        && block.market.resolve(claim.to) == block.market.resolve(rival.to)
        && claim.programme == rival.programme
        && concerns(rival, kind)
        && (rival.restriction.is_none() || rival.restriction == claim.restriction)
}

fn error(
    block: &Block<'_>,
    claim: &Claim<'_>,
    rivals: &[&Claim<'_>],
    total: Lane,
    year: usize,
) -> SettleError {
    let names: Vec<String> =
        rivals.iter().map(|rival| format!("`{}`", block.arrangement.clauses[rival.clause].id)).collect();
    let party = match block.market.resolve(claim.to)[..] {
        [(party, _)] => block.scenario.parties.list[party].id.clone(),
        _ => "insurers".to_owned(),
    };
    SettleError::SharesAboveOne {
        arrangement: block.arrangement.id.clone(),
        party,
        clauses: names.join(", "),
        year: block.scenario.time.start + year as i32,
        total: total.0.iter().copied().fold(0.0, f64::max),
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::checked::{Base, Clause};
    use crate::settle::testing;

    fn settles(clauses: Vec<Clause>) -> Result<(), String> {
        let mut builder =
            testing::scenario().programme("chain", &["course"], &["coordinator"]).party("municipality", &[]);
        for clause in clauses {
            builder = builder.clause(clause);
        }
        let scenario = builder.build();
        let flows = testing::flows(&scenario, 2);
        testing::try_settle(&scenario, vec![flows], 8).map(|_| ()).map_err(|error| error.to_string())
    }

    fn subsidy(base: Base, share: &str) -> Clause {
        testing::subsidy(testing::base(base, None), share)
    }

    #[test]
    fn sixty_per_cent_of_the_programme_and_of_a_step_is_too_much_for_the_step() {
        let error =
            settles(vec![subsidy(Base::Programme, "0.6"), subsidy(Base::Step(0), "0.6")]).unwrap_err();
        assert!(error.contains("`clause0`, `clause1` together pay 1.2 times"), "{error}");
        assert!(error.contains("costs of `provider` in 2026"), "{error}");
    }

    #[test]
    fn bases_without_a_common_cost_may_be_paid_in_full() {
        assert_eq!(settles(vec![subsidy(Base::Fixed, "1"), subsidy(Base::Step(0), "1")]), Ok(()));
    }

    #[test]
    fn the_same_costs_may_be_paid_in_full_by_turns() {
        let (mut first, mut second) = (subsidy(Base::Programme, "1"), subsidy(Base::Programme, "1"));
        first.years = Some(vec![0]);
        second.years = Some(vec![1]);
        assert_eq!(settles(vec![first.clone(), second.clone()]), Ok(()));
        second.years = Some(vec![0, 1]);
        assert!(settles(vec![first, second]).is_err());
    }

    #[test]
    fn different_people_may_each_be_paid_in_full_but_not_together_with_everybody() {
        let restricted =
            |text: &str| testing::subsidy(testing::base(Base::Step(0), Some(testing::quantity(text))), "1");
        assert_eq!(settles(vec![restricted("1 < 2"), restricted("2 < 1")]), Ok(()));
        assert!(settles(vec![restricted("1 < 2"), subsidy(Base::Step(0), "0.1")]).is_err());
    }
}
