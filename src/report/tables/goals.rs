//! Tables of goals: of all people, and of each group.

use super::groups::{BY, GROUP, by};
use super::{ARRANGEMENT, Context, STRATEGY, UNIT, VARIANT, YEAR, statistics, with_statistics};
use crate::analyse::goals::GoalInMix;
use crate::analyse::measures::goal_rows;
use crate::report::table::{Cell, Kind, Table};
use crate::scenario::checked::Term;
use crate::value::by_group::Group;

/// Goals and the chance that they are reached.
pub(super) fn goals(context: &Context<'_>) -> Table {
    let mut table = with_statistics(
        "goals",
        "For each goal: the change of the measure relative to the comparator in the goal's year, and the \
         probability that the goal is reached. A goal about some people only is told in expected numbers, of the scenario \
         itself.",
        &[
            VARIANT,
            STRATEGY,
            ARRANGEMENT,
            ("goal", Kind::Key, "", "goal"),
            ("term", Kind::Key, "", "short, middle or long"),
            YEAR,
            UNIT,
        ],
        &[
            ("target", Kind::Number, "1", "wanted relative change"),
            ("reached_in_base", Kind::Integer, "", "1 if it is reached at the stated values, else 0"),
            ("probability", Kind::Number, "1", "share of draws in which it is reached"),
        ],
    );
    for (variant, findings) in context.findings.variants.iter().enumerate() {
        for result in &findings.goals {
            let goal = &context.scenario.goals[result.goal];
            let [strategy, arrangement] = context.delivery(result.delivery);
            let keys: [Cell<'_>; 7] = [
                context.variant(variant).into(),
                strategy,
                arrangement,
                (&goal.id).into(),
                term(goal.term).into(),
                context.year(goal.by).into(),
                "1".into(),
            ];
            let after: [Cell<'_>; 3] =
                [goal.change.into(), i64::from(result.reached_in_base).into(), result.probability.into()];
            table.push(keys.into_iter().chain(statistics(&result.change)).chain(after));
        }
    }
    table
}

fn term(term: Term) -> &'static str {
    match term {
        Term::Short => "short",
        Term::Middle => "middle",
        Term::Long => "long",
    }
}

/// Goals about all people, among those of each group; `None` where there are none.
pub(super) fn by_group(context: &Context<'_>) -> Option<Table> {
    let (groups, findings) = (context.valued.groups.as_ref()?, context.findings.groups.as_ref()?);
    let mut table = with_statistics(
        "goals_by_group",
        "For each goal and group of people, of the scenario itself: what is measured in the goal's year, its change, and the \
         probability that the change in the group is as large as is wanted of all people. People are followed in expected \
         numbers whatever the engine of the run, so chance between persons is not in it. Levels and differences of the groups of one \
         label sum to those of all people.",
        &[
            BY,
            GROUP,
            STRATEGY,
            ("goal", Kind::Key, "", "goal"),
            ("term", Kind::Key, "", "short, middle or long"),
            YEAR,
            (
                "quantity",
                Kind::Key,
                "",
                "level: of the comparator; difference: strategy minus comparator; relative_change: difference divided by level",
            ),
            UNIT,
        ],
        &[
            ("target", Kind::Number, "1", "wanted relative change"),
            ("reached_in_base", Kind::Integer, "", "1 if it is reached at the stated values, else 0"),
            ("probability", Kind::Number, "1", "share of draws in which it is reached"),
        ],
    );
    for group in &groups.list {
        for of in &findings.mixes[group.mix].goals {
            rows(context, &mut table, group, of);
        }
    }
    (table.rows() > 0).then_some(table)
}

fn rows(context: &Context<'_>, table: &mut Table, group: &Group, of: &GoalInMix) {
    let goal = &context.scenario.goals[of.goal];
    let measure = goal_rows(&context.valued.shape, goal.measure)
        .first()
        .and_then(|&row| context.findings.measures.iter().find(|measure| measure.row == row));
    let unit = measure.map_or("", |measure| measure.unit.as_str());
    let judged = [goal.change.into(), i64::from(of.reached_in_base).into(), of.probability.into()];
    let amounts = [
        ("level", unit, of.level.times(group.size), [Cell::Empty; 3]),
        ("difference", unit, of.difference.times(group.size), [Cell::Empty; 3]),
        ("relative_change", "1", of.change, judged),
    ];
    for (quantity, unit, summary, after) in amounts {
        let keys: [Cell<'_>; 8] = [
            by(context, group).into(),
            (&group.value).into(),
            context.strategy(of.strategy).into(),
            (&goal.id).into(),
            term(goal.term).into(),
            context.year(goal.by).into(),
            quantity.into(),
            unit.into(),
        ];
        table.push(keys.into_iter().chain(statistics(&summary)).chain(after));
    }
}
