//! Tables of a negotiation: every point, the named solutions, and what would open a deal.

use crate::analyse::deal::opening::Opening;
use crate::analyse::deal::{Condition, Deal, Point};
use crate::report::table::{Cell, Kind, Table};
use crate::scenario::Scenario;

type Spec = (&'static str, Kind, &'static str, &'static str);

const POINT: Spec = ("point", Kind::Integer, "", "number of the combination of terms");
const ARRANGEMENT: Spec = ("arrangement", Kind::Key, "", "funding arrangement");
const PARTY: Spec = ("party", Kind::Key, "", "party at the table");

/// All tables of a negotiation.
#[must_use]
pub fn deal_tables(scenario: &Scenario, deal: &Deal) -> Vec<Table> {
    let context = Context { scenario, deal };
    vec![context.deals(), context.solutions(), context.openings(), super::inputs(scenario)]
}

struct Context<'a> {
    scenario: &'a Scenario,
    deal: &'a Deal,
}

/// A named solution with the point that it is.
type Named = (&'static str, usize);

impl Context<'_> {
    /// Negotiable terms of any of the arrangements, in the order of the scenario.
    fn terms(&self) -> Vec<usize> {
        let all = self.deal.contracts.iter().flat_map(|contract| contract.terms.iter().copied());
        let mut terms: Vec<usize> = all.collect();
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// A table with a column for each term after the first columns.
    fn table(&self, name: &str, description: &str, before: &[Spec], after: &[Spec]) -> Table {
        let terms = &self.scenario.negotiation.terms;
        let units: Vec<(&str, &str)> = self
            .terms()
            .into_iter()
            .map(|term| {
                let parameter = &self.scenario.parameters.list[terms[term].parameter];
                (terms[term].id.as_str(), parameter.unit.as_str())
            })
            .collect();
        let taken = |id: &str| before.iter().chain(after).any(|(name, ..)| *name == id);
        let ids: Vec<String> = units
            .iter()
            .map(|&(id, _)| if taken(id) { format!("term_{id}") } else { id.to_owned() })
            .collect();
        let of_term = "value of this negotiable term, as it would be written in the file; empty: the arrangement has it not";
        let of_terms =
            units.iter().zip(&ids).map(|(&(_, unit), id)| (id.as_str(), Kind::Number, unit, of_term));
        let columns: Vec<(&str, Kind, &str, &str)> =
            before.iter().copied().chain(of_terms).chain(after.iter().copied()).collect();
        Table::new(name, description, &columns)
    }

    /// Arrangement and terms of a point.
    fn keys<'a>(&'a self, point: &Point) -> Vec<Cell<'a>> {
        let contract = &self.deal.contracts[point.contract];
        let values = self.deal.values(self.scenario, point);
        let arrangement: Cell<'a> = (&self.scenario.arrangements[contract.arrangement].id).into();
        let of_terms = self.terms().into_iter().map(|term| {
            let at = contract.terms.iter().position(|&other| other == term);
            Cell::from(at.map(|at| values[at]))
        });
        std::iter::once(arrangement).chain(of_terms).collect()
    }

    fn party(&self, seat: usize) -> &str {
        &self.scenario.parties.list[self.deal.seats[seat].party].id
    }

    fn deals(&self) -> Table {
        let mut table = self.table(
            "deals",
            "Every combination of terms, and what it means for each party at the table. Present values at the parties' \
             rate. Combinations in which subsidies and cost shares pay more than all costs are left out.",
            &[POINT, ARRANGEMENT],
            &[
                PARTY,
                ("mean", Kind::Number, "EUR", "expected net present value"),
                ("gain", Kind::Number, "EUR", "expected net present value more than without a deal"),
                (
                    "probability",
                    Kind::Number,
                    "1",
                    "share of draws in which the net present value is not negative",
                ),
                (
                    "cvar_5",
                    Kind::Number,
                    "EUR",
                    "mean net present value over the worst twentieth of draws",
                ),
                (
                    "payback_year",
                    Kind::Integer,
                    "calendar year",
                    "first year from which the sum of expected net receipts stays at or above zero; empty: never, or no money moves",
                ),
                (
                    "greatest_outlay",
                    Kind::Number,
                    "EUR per year",
                    "most that it is expected to pay by decision in a year, less what it is paid so",
                ),
                ("condition_holds", Kind::Integer, "", "1: all conditions of the party hold, 0: not"),
                (
                    "shortfall",
                    Kind::Number,
                    "EUR",
                    "least present value from outside with which they would hold",
                ),
                (
                    "probability_condition",
                    Kind::Number,
                    "1",
                    "share of draws in which the party has what it asks",
                ),
                (
                    "delivered",
                    Kind::Integer,
                    "",
                    "1: the programme is delivered; 0: who delivers only with a gain stays away, so there is no deal",
                ),
                ("feasible", Kind::Integer, "", "1: delivered, and all conditions of all parties hold, 0: not"),
                (
                    "frontier",
                    Kind::Integer,
                    "",
                    "1: feasible, and no feasible combination has a larger expected gain for one party at the table and a \
                     smaller one for none; 0: not",
                ),
                (
                    "probability_all",
                    Kind::Number,
                    "1",
                    "share of draws in which all parties have what they ask",
                ),
            ],
        ).numbered_by(&["point"]);
        for (number, point) in self.deal.points.iter().enumerate() {
            let keys = self.keys(point);
            let feasible = point.is_feasible();
            for (seat, judged) in point.parties.iter().enumerate() {
                let year = |year: usize| i64::from(self.scenario.time.start) + year as i64;
                let statistics: [Cell<'_>; 14] = [
                    self.party(seat).into(),
                    judged.net.into(),
                    judged.gain.into(),
                    judged.no_loss.into(),
                    judged.worst.into(),
                    judged.payback.map(year).into(),
                    judged.outlay.into(),
                    i64::from(judged.shortfall == 0.0).into(),
                    judged.shortfall.into(),
                    judged.chance.into(),
                    i64::from(point.is_delivered()).into(),
                    i64::from(feasible).into(),
                    i64::from(self.deal.solutions.frontier[number]).into(),
                    point.chance.into(),
                ];
                let number: Cell<'_> = (number as i64 + 1).into();
                table.push(std::iter::once(number).chain(keys.iter().copied()).chain(statistics));
            }
        }
        table
    }

    fn named(&self) -> Vec<Named> {
        let solutions = &self.deal.solutions;
        let mut named = Vec::new();
        named.extend(solutions.max_min.map(|point| ("max_min", point)));
        named.extend(solutions.nash.map(|point| ("nash", point)));
        named.extend(solutions.shapley.map(|point| ("shapley", point)));
        if solutions.max_min.is_none() {
            named.push(("nearest", solutions.nearest));
        }
        named
    }

    fn solutions(&self) -> Table {
        let mut table = self.table(
            "deal_solutions",
            "Named combinations of terms: max_min (the smallest gain is largest), nash (the product of gains is largest), \
             shapley (nearest to the target by the Shapley value), and where no deal is possible nearest (the largest \
             shortfall is smallest). Gains are over the fallback.",
            &[("solution", Kind::Key, "", "max_min, nash, shapley or nearest"), POINT, ARRANGEMENT],
            &[
                ("party", Kind::Key, "", "party"),
                ("at_table", Kind::Integer, "", "1: at the table; 0: not, so that only `mean` is told"),
                ("mean", Kind::Number, "EUR", "expected net present value"),
                ("gain", Kind::Number, "EUR", "expected net present value more than without a deal"),
                ("shortfall", Kind::Number, "EUR", "what its conditions lack"),
                ("benefit", Kind::Number, "EUR", "expected savings net of leakages, before any payment"),
                (
                    "shapley_target",
                    Kind::Number,
                    "EUR",
                    "net present value by the Shapley value; empty: all together save no more than it costs",
                ),
                (
                    "side_payment",
                    Kind::Number,
                    "EUR",
                    "received (negative: paid) beside the contract to have the target, in the max_min or nearest combination",
                ),
            ],
        );
        let best = self.deal.solutions.nearest;
        for (name, number) in self.named() {
            let point = &self.deal.points[number];
            let contract = &self.deal.contracts[point.contract];
            for (seat, judged) in point.parties.iter().enumerate() {
                let divides = contract.shapley.worth > 0.0;
                let target = divides.then(|| contract.shapley.target[seat]);
                let payment = (divides && number == best).then(|| self.deal.solutions.side_payments[seat]);
                let before: [Cell<'_>; 2] = [name.into(), (number as i64 + 1).into()];
                let after: [Cell<'_>; 8] = [
                    self.party(seat).into(),
                    1_i64.into(),
                    judged.net.into(),
                    judged.gain.into(),
                    judged.shortfall.into(),
                    contract.benefits[seat].into(),
                    target.into(),
                    payment.into(),
                ];
                table.push(before.into_iter().chain(self.keys(point)).chain(after));
            }
            let others = self.deal.others.get(&number).into_iter().flatten();
            for &(party, net) in others.filter(|(_, net)| net.abs() >= 0.5) {
                let before: [Cell<'_>; 2] = [name.into(), (number as i64 + 1).into()];
                let party = &self.scenario.parties.list[party].id;
                let after: [Cell<'_>; 8] = [
                    party.into(),
                    0_i64.into(),
                    net.into(),
                    Cell::Empty,
                    Cell::Empty,
                    Cell::Empty,
                    Cell::Empty,
                    Cell::Empty,
                ];
                table.push(before.into_iter().chain(self.keys(point)).chain(after));
            }
        }
        table
    }

    fn openings(&self) -> Table {
        let mut table = self.table(
            "deal_openings",
            "What would make a deal possible, with the terms at which it would. condition: a party that asks less; term: the \
             value to which the range of one term must be widened; grant: money from outside at one of the combinations of \
             terms, to each party; grant_with_side_payments: what of the costs the expected savings of the needed parties \
             (of all, where none is named so) do not cover, which somebody must accept to bear however they pay each other. \
             Only the last is told where a deal is possible.",
            &[
                ("opening", Kind::Key, "", "condition, term, grant or grant_with_side_payments"),
                (
                    "point",
                    Kind::Integer,
                    "",
                    "number of the combination of terms, where it is one of the space",
                ),
                ARRANGEMENT,
            ],
            &[
                PARTY,
                ("what", Kind::Key, "", "the condition, by its key, or the term"),
                ("asked", Kind::Number, "as the condition or term", "what is asked now, or where the range ends now"),
                (
                    "value",
                    Kind::Number,
                    "as the condition or term",
                    "what would have to do instead; empty for payback_within: no date",
                ),
                (
                    "amount",
                    Kind::Number,
                    "EUR",
                    "present value of the grant, of what is not earned back, or of what the party lacks",
                ),
            ],
        ).numbered_by(&["point"]);
        for (contract, &amount) in
            self.deal.contracts.iter().zip(&self.deal.solutions.grant_with_side_payments)
        {
            let arrangement = &self.scenario.arrangements[contract.arrangement].id;
            let before: [Cell<'_>; 3] = ["grant_with_side_payments".into(), Cell::Empty, arrangement.into()];
            let terms = self.terms().into_iter().map(|_| Cell::Empty);
            let after = [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, amount.into()];
            table.push(before.into_iter().chain(terms).chain(after));
        }
        for opening in &self.deal.openings {
            match opening {
                Opening::Grant { point, to } => {
                    for (seat, &amount) in to.iter().enumerate() {
                        let before: [Cell<'_>; 2] = ["grant".into(), (*point as i64 + 1).into()];
                        let after: [Cell<'_>; 5] =
                            [self.party(seat).into(), Cell::Empty, Cell::Empty, Cell::Empty, amount.into()];
                        let keys = self.keys(&self.deal.points[*point]);
                        table.push(before.into_iter().chain(keys).chain(after));
                    }
                }
                Opening::Condition { seat, point } => {
                    let judged = &self.deal.points[*point].parties[*seat];
                    for (asked, reached) in self.deal.seats[*seat].unmet(judged) {
                        let before: [Cell<'_>; 2] = ["condition".into(), (*point as i64 + 1).into()];
                        let ((key, asked), (_, reached)) = (level(asked), level(reached));
                        let after: [Cell<'_>; 5] = [
                            self.party(*seat).into(),
                            key.into(),
                            asked.into(),
                            reached.into(),
                            judged.shortfall.into(),
                        ];
                        let keys = self.keys(&self.deal.points[*point]);
                        table.push(before.into_iter().chain(keys).chain(after));
                    }
                }
                Opening::Term { term, value, point } => {
                    let negotiable = &self.scenario.negotiation.terms[*term];
                    let end = if *value > negotiable.high { negotiable.high } else { negotiable.low };
                    let before: [Cell<'_>; 2] = ["term".into(), Cell::Empty];
                    let after: [Cell<'_>; 5] =
                        [Cell::Empty, (&negotiable.id).into(), end.into(), (*value).into(), Cell::Empty];
                    table.push(before.into_iter().chain(self.keys(point)).chain(after));
                }
            }
        }
        table
    }
}

/// The key of a condition and its level; none where money never comes back.
fn level(condition: Condition) -> (&'static str, Option<f64>) {
    match condition {
        Condition::Net(net) => ("net_at_least", Some(net)),
        Condition::Gain(gain) => ("gain_at_least", Some(gain)),
        Condition::Chance(chance) => ("chance_of_no_loss", Some(chance)),
        Condition::Worst(worst) => ("worst_at_least", Some(worst)),
        Condition::Payback(years) => ("payback_within", years.map(|years| years as f64)),
        Condition::Budget(budget) => ("budget_per_year", Some(budget)),
    }
}
