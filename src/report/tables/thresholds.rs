//! Break-even values, and the curves that they were read from.

use super::{ARRANGEMENT, Context, STRATEGY};
use crate::analyse::threshold::{Answer, Crossing, End, Found};
use crate::report::table::{Cell, Kind, Table};
use crate::scenario::checked::Whose;

type Spec = (&'static str, Kind, &'static str, &'static str);

const QUESTION: Spec = ("threshold", Kind::Key, "", "break-even question");
const PARAMETER: Spec =
    ("parameter", Kind::Text, "", "number that is varied, everything else staying as it is");
const PARTY: Spec = ("party", Kind::Key, "", "who is to break even: a party, or `society`");
const UNIT: Spec = ("unit", Kind::Text, "", "unit of the number");

/// Break-even values; none where no question was asked.
pub(super) fn thresholds(context: &Context<'_>) -> Vec<Table> {
    if context.findings.thresholds.is_empty() {
        return Vec::new();
    }
    vec![values(context), curves(context)]
}

fn values(context: &Context<'_>) -> Table {
    let number = |name, description| (name, Kind::Number, "see unit", description);
    let mut table = Table::new(
        "thresholds",
        "What must be true: the value of a number at which somebody breaks even, everything else as in the scenario. \
         More than one row where the net value changes sign several times.",
        &[
            QUESTION,
            STRATEGY,
            ARRANGEMENT,
            PARTY,
            (
                "crossing",
                Kind::Key,
                "",
                "which of several, from the lowest value of the number; empty for none",
            ),
            PARAMETER,
            UNIT,
            (
                "willingness_to_pay",
                Kind::Number,
                "EUR per QALY",
                "what a QALY gained counts for; society only",
            ),
            (
                "probability",
                Kind::Number,
                "1",
                "share of draws that are to break even; empty: in expectation",
            ),
            number("low", "lowest value that was looked at"),
            number("high", "highest value that was looked at"),
            number("stated", "value in the scenario"),
            (
                "base_answer",
                Kind::Text,
                "",
                "at the stated values of all other numbers: at_least, at_most, always, never, or nothing (is paid or \
                 gained)",
            ),
            number("base", "break-even value at the stated values of all other numbers"),
            ("answer", Kind::Text, "", "over draws; as base_answer"),
            number("value", "break-even value over draws, in expectation or with the probability"),
            number("mcse", "its Monte Carlo standard error"),
            number(
                "p2_5",
                "value below which 2.5% of the break-even values of single draws lie; empty: outside",
            ),
            number("p97_5", "value below which 97.5% of them lie; empty: outside what was looked at"),
            (
                "p2_5_beyond",
                Kind::Text,
                "",
                "where p2_5 lies if it is outside: `low` (below the lowest value) or `high` (above the highest)",
            ),
            ("p97_5_beyond", Kind::Text, "", "the same of p97_5"),
            ("draws", Kind::Integer, "", "number of draws"),
        ],
    );
    for found in &context.findings.thresholds {
        let drawn = found.drawn.as_ref();
        let answer = drawn.map(|drawn| &drawn.answer);
        let count = crossings(&found.base).len().max(answer.map_or(0, |answer| crossings(answer).len()));
        for row in 0..count.max(1) {
            let asked = &context.scenario.thresholds[found.question];
            let mut cells = keys(context, found);
            let crossing = (count > 0).then(|| (row + 1).to_string());
            cells.push(crossing.as_ref().into());
            let parameter = &context.scenario.parameters.list[asked.parameter];
            let base = crossings(&found.base).get(row);
            let over_draws = answer.and_then(|answer| crossings(answer).get(row));
            let range = drawn.and_then(|drawn| drawn.range);
            let end = |which: usize| range.map(|range| range[which]);
            let worth = match asked.whose {
                Whose::Society { willingness_to_pay } => {
                    Some(willingness_to_pay).filter(|worth| *worth > 0.0)
                }
                Whose::Party(_) => None,
            };
            let more: [Cell<'_>; 17] = [
                (&parameter.name).into(),
                (&parameter.unit).into(),
                worth.into(),
                asked.probability.into(),
                asked.range.0.into(),
                asked.range.1.into(),
                found.stated.into(),
                word(&found.base, base).into(),
                base.map(|crossing| crossing.value).into(),
                answer.map(|answer| word(answer, over_draws)).into(),
                over_draws.map(|crossing| crossing.value).into(),
                drawn.and_then(|drawn| drawn.mcse).into(),
                end(0).and_then(End::value).into(),
                end(1).and_then(End::value).into(),
                end(0).and_then(beyond).into(),
                end(1).and_then(beyond).into(),
                drawn.map(|drawn| drawn.draws as i64).into(),
            ];
            table.push(cells.into_iter().chain(more));
        }
    }
    table
}

fn curves(context: &Context<'_>) -> Table {
    let mut columns = vec![
        QUESTION,
        STRATEGY,
        ARRANGEMENT,
        PARTY,
        ("parameter_value", Kind::Number, "see thresholds", "value of the number"),
    ];
    columns.extend([
        ("base", Kind::Number, "EUR", "net value at the stated values of all other numbers"),
        ("mean", Kind::Number, "EUR", "mean net value over the draws"),
        ("mcse", Kind::Number, "EUR", "Monte Carlo standard error of the mean"),
        ("p2_5", Kind::Number, "EUR", "2.5% quantile over the draws"),
        ("p97_5", Kind::Number, "EUR", "97.5% quantile over the draws"),
        ("probability", Kind::Number, "1", "share of draws in which the net value is not negative"),
    ]);
    let mut table = Table::new(
        "threshold_curves",
        "The net value of whoever is to break even, at every value of the number at which it was worked out.",
        &columns,
    )
    .numbered_by(&["parameter_value"]);
    for found in &context.findings.thresholds {
        for point in &found.curve {
            let spread = point.net.spread;
            let more: [Cell<'_>; 7] = [
                point.value.into(),
                point.net.base.into(),
                spread.map(|spread| spread.mean).into(),
                spread.map(|spread| spread.mcse).into(),
                spread.map(|spread| spread.p2_5).into(),
                spread.map(|spread| spread.p97_5).into(),
                point.probability.into(),
            ];
            table.push(keys(context, found).into_iter().chain(more));
        }
    }
    table
}

/// Question, strategy, arrangement and party.
fn keys<'a>(context: &Context<'a>, found: &Found) -> Vec<Cell<'a>> {
    let scenario = context.scenario;
    let asked = &scenario.thresholds[found.question];
    let party = match asked.whose {
        Whose::Society { .. } => "society",
        Whose::Party(party) => &scenario.parties.list[party].id,
    };
    vec![
        (&asked.id).into(),
        (&scenario.strategies[asked.strategy].id).into(),
        asked.arrangement.map(|index| &scenario.arrangements[index].id).into(),
        party.into(),
    ]
}

fn crossings(answer: &Answer) -> &[Crossing] {
    match answer {
        Answer::At(crossings) => crossings,
        Answer::Nothing | Answer::Always | Answer::Never => &[],
    }
}

/// The side on which an end lies outside.
fn beyond(end: End) -> Option<&'static str> {
    match end {
        End::Below => Some("low"),
        End::At(_) => None,
        End::Above => Some("high"),
    }
}

fn word(answer: &Answer, crossing: Option<&Crossing>) -> &'static str {
    match (answer, crossing) {
        (Answer::Nothing, _) => "nothing",
        (Answer::Always, _) => "always",
        (Answer::Never, _) => "never",
        (Answer::At(_), Some(crossing)) if crossing.at_least => "at_least",
        (Answer::At(_), Some(_)) => "at_most",
        (Answer::At(_), None) => "",
    }
}
