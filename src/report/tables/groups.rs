//! Tables of places and other groups of people, and the numbers to watch.

use super::{Context, MEASURE, STRATEGY, Spec, UNIT, YEAR, statistics, with_statistics};
use crate::analyse::by_group::{Amount, Criterion, MixFindings, StrategyInGroup};
use crate::analyse::monitoring::{What, name};
use crate::analyse::statistics::{Spread, Summary};
use crate::report::table::{Cell, Kind, Table};
use crate::value::by_group::Group;
use crate::value::flows::RunDesign;

pub(super) const BY: Spec = ("by", Kind::Key, "", "label that groups are told apart by");
pub(super) const GROUP: Spec = ("group", Kind::Key, "", "value of the label");
const BUDGET: Spec = ("budget", Kind::Key, "", "budget that care is paid from; empty: all of them");

/// What happens to each group, and what that costs.
pub(super) fn by_group(context: &Context<'_>) -> Option<Table> {
    let (groups, findings) = (context.valued.groups.as_ref()?, context.findings.groups.as_ref()?);
    let quantity =
        "level: of the comparator; difference: strategy minus comparator; reached: persons who take part";
    let mut table = with_statistics(
        "by_group",
        "Horizon totals for each group of people, of the scenario itself. People are followed in expected numbers whatever \
         the engine of the run, so chance between persons is not in the spread; run one place with --where and the engine \
         `counts` for that. Counts, life_years and qalys are not discounted; what ends in _present is a present \
         value. Groups of one label sum to the total; fixed costs are divided by the people who reach the first steps.",
        &[
            BY,
            GROUP,
            STRATEGY,
            MEASURE,
            ("quantity", Kind::Key, "", quantity),
            ("per", Kind::Key, "", "total, person_at_start (of the ages in the file) or participant"),
            BUDGET,
            UNIT,
        ],
        &[],
    );
    for group in &groups.list {
        let mix = &findings.mixes[group.mix];
        let mut rows = Rows { context, table: &mut table, group };
        rows.comparator(mix);
        for strategy in &mix.strategies {
            rows.strategy(strategy);
        }
    }
    Some(table)
}

/// Rows of one group.
struct Rows<'a> {
    context: &'a Context<'a>,
    table: &'a mut Table,
    group: &'a Group,
}

impl Rows<'_> {
    fn push(&mut self, strategy: usize, keys: [&str; 5], summary: &Summary) {
        let [measure, quantity, per, budget, unit] = keys;
        let all: [&str; 8] = [
            by(self.context, self.group),
            &self.group.value,
            self.context.strategy(strategy),
            measure,
            quantity,
            per,
            budget,
            unit,
        ];
        self.table.push(all.map(Cell::from).into_iter().chain(statistics(summary)));
    }

    fn comparator(&mut self, mix: &MixFindings) {
        let (comparator, size) = (self.context.scenario.comparator, self.group.size);
        let persons = self.group.persons;
        let certain = Spread::of(&[persons, persons], RunDesign::PLAIN);
        let spread = certain.filter(|_| mix.level.iter().any(|level| level.spread.is_some()));
        let summary = Summary { base: persons, spread };
        self.push(comparator, ["persons_at_start", "level", "total", "", "persons"], &summary);
        for (measure, level) in self.context.findings.measures.iter().zip(&mix.level) {
            let keys = [measure.id.as_str(), "level", "total", "", measure.unit.as_str()];
            self.push(comparator, keys, &level.times(size));
        }
        for (budget, level) in self.context.scenario.budgets.iter().zip(&mix.level_costs) {
            let keys = ["disease_cost_present", "level", "total", budget.id.as_str(), "EUR"];
            self.push(comparator, keys, &level.times(size));
        }
    }

    fn strategy(&mut self, of: &StrategyInGroup) {
        let size = self.group.size;
        let participants = &of.participants;
        let keys = ["participants", "reached", "total", "", "persons"];
        self.push(of.strategy, keys, &participants.total.times(size));
        let keys = ["participants", "reached", "person_at_start", "", "persons"];
        self.push(of.strategy, keys, &participants.per_inhabitant);
        for (measure, difference) in self.context.findings.measures.iter().zip(&of.difference) {
            let keys = [measure.id.as_str(), "difference", "total", "", measure.unit.as_str()];
            self.push(of.strategy, keys, &difference.times(size));
        }
        let scenario = self.context.scenario;
        self.amounts(of.strategy, ["programme_cost_present", "", "EUR"], &of.programme_cost);
        self.amounts(of.strategy, ["fixed_cost_present", "", "EUR"], &of.fixed_cost);
        for (budget, amount) in scenario.budgets.iter().zip(&of.budgets) {
            self.amounts(of.strategy, ["disease_cost_present_difference", &budget.id, "EUR"], amount);
        }
        self.amounts(of.strategy, ["cost_present_difference", "", "EUR"], &of.cost);
        self.amounts(of.strategy, ["qalys_present_difference", "", "QALYs"], &of.qalys);
        self.amounts(of.strategy, ["life_years_present_difference", "", "life-years"], &of.life_years);
    }

    fn amounts(&mut self, strategy: usize, [measure, budget, unit]: [&str; 3], amount: &Amount) {
        let size = self.group.size;
        let mut push = |per: &str, summary: &Summary| {
            self.push(strategy, [measure, "difference", per, budget, unit], summary);
        };
        push("total", &amount.total.times(size));
        push("person_at_start", &amount.per_inhabitant);
        if let Some(summary) = &amount.per_participant {
            push("participant", summary);
        }
    }
}

pub(super) fn by<'a>(context: &Context<'a>, group: &Group) -> &'a str {
    context.scenario.trait_id(context.scenario.results.by[group.by])
}

/// Strategies in order of preference for each group.
pub(super) fn priorities(context: &Context<'_>) -> Option<Table> {
    let (groups, findings) = (context.valued.groups.as_ref()?, context.findings.groups.as_ref()?);
    let criterion = "net_benefit: threshold times QALYs gained minus net costs, highest first; \
                     net_cost_per_participant: lowest first; qalys_per_million: QALYs per million euros of programme costs, \
                     highest first";
    let mut table = with_statistics(
        "priorities",
        "Strategies in order of preference for each group, by their mean over the draws; of a ratio the mean is that of \
         what is divided by that of what divides it. Costs and QALYs are present values. Groups that are made of the same sorts of people in the same proportions have the same order.",
        &[
            BY,
            GROUP,
            ("criterion", Kind::Key, "", criterion),
            ("wtp", Kind::Number, "EUR per QALY", "threshold, where the criterion has one"),
            ("rank", Kind::Integer, "", "1 for the first"),
            STRATEGY,
            UNIT,
        ],
        &[("probability_first", Kind::Number, "1", "share of draws in which the strategy is first")],
    ).numbered_by(&["wtp"]);
    for group in &groups.list {
        for place in &findings.mixes[group.mix].priorities {
            let (name, threshold, unit) = match place.criterion {
                Criterion::NetBenefit(threshold) => ("net_benefit", Some(threshold), "EUR"),
                Criterion::CostPerParticipant => ("net_cost_per_participant", None, "EUR per participant"),
                Criterion::QalysPerMillion => ("qalys_per_million", None, "QALYs per million EUR"),
            };
            let size = if place.criterion.grows_with_size() { group.size } else { 1.0 };
            let keys: [Cell<'_>; 7] = [
                by(context, group).into(),
                (&group.value).into(),
                name.into(),
                threshold.into(),
                (place.rank as i64).into(),
                context.strategy(place.strategy).into(),
                unit.into(),
            ];
            let cells = statistics(&place.value.times(size)).into_iter().chain([place.first.into()]);
            table.push(keys.into_iter().chain(cells));
        }
    }
    Some(table)
}

/// Numbers to watch.
pub(super) fn monitoring(context: &Context<'_>) -> Option<Table> {
    let watched = &context.findings.monitoring;
    let statistic = |name, what| (name, Kind::Number, "see unit", what);
    let mut table = Table::new(
        "monitoring",
        "How many to expect in each year, of the scenario itself, and bounds within which 95 of 100 registered numbers \
         should lie: doubt about the parameters and chance between persons. Of 40 numbers about one lies below and one \
         above by chance alone.",
        &[
            STRATEGY,
            MEASURE,
            ("quantity", Kind::Key, "", "reached: persons at a step; occurrences: events, moves and deaths"),
            YEAR,
            UNIT,
            statistic("base", "expected at the stated values of all parameters"),
            statistic("mean", "expected, mean over the draws"),
            statistic("p2_5", "lower bound: one of 40 numbers lies below"),
            statistic("p50", "half of the numbers lie below"),
            statistic("p97_5", "upper bound: one of 40 numbers lies above"),
        ],
    );
    for of in watched {
        let id = name(context.scenario, context.valued, &context.findings.measures, of.what);
        let (quantity, unit) = match of.what {
            What::Step(_) => ("reached", "persons"),
            What::Measure(measure) => ("occurrences", context.findings.measures[measure].unit.as_str()),
        };
        for (year, (expected, counts)) in of.expected.iter().zip(&of.counts).enumerate() {
            let spread = counts.spread;
            table.push([
                context.strategy(of.strategy).into(),
                (&id).into(),
                quantity.into(),
                context.year(year).into(),
                unit.into(),
                expected.base.into(),
                expected.spread.map(|spread| spread.mean).into(),
                spread.map(|spread| spread.p2_5).into(),
                spread.map(|spread| spread.p50).into(),
                spread.map(|spread| spread.p97_5).into(),
            ]);
        }
    }
    (!watched.is_empty()).then_some(table)
}
