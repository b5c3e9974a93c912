//! The table of luck in settlements.

use super::{ARRANGEMENT, Context, MEASURE, STRATEGY, UNIT, VARIANT};
use super::{single, statistics, with_statistics};
use crate::analyse::noise::{Needed, ResultNoise, Verdict};
use crate::report::table::{Cell, Kind, Table};

/// How much of payments for measured results is luck; `None` where no clause measures anything or nothing was drawn.
pub(super) fn settlement_noise(context: &Context<'_>) -> Option<Table> {
    let mut table = with_statistics(
        "settlement_noise",
        "How much of payments for measured results is luck, over the whole contract: each clause is settled in every draw for \
         the programme and for one that is delivered and does nothing. The mean of a chance is the chance.",
        &[
            VARIANT,
            STRATEGY,
            ARRANGEMENT,
            (
                "clause",
                Kind::Key,
                "",
                "clause of the arrangement; `gate`: the evidence on which enrolment goes on",
            ),
            ("result", Kind::Key, "", "which result, where a clause measures several"),
            MEASURE,
            UNIT,
        ],
        &[(
            "verdict",
            Kind::Key,
            "",
            "of a result: informative, mostly_noise, unrelated to the effect, without_chance, no_effect, or target (decided by the \
             target and not by chance)",
        )],
    );
    let mut any = false;
    for (variant, findings) in context.findings.variants.iter().enumerate() {
        for settlement in &findings.settlements {
            let clauses = &context.scenario.arrangements[settlement.arrangement].clauses;
            if let Some(gate) = &settlement.gate {
                any = true;
                let mut push = |measure: &str, unit: &str, cells, verdict: &str| {
                    let keys: [Cell<'_>; 7] = [
                        context.variant(variant).into(),
                        context.strategy(settlement.strategy).into(),
                        context.arrangement(settlement.arrangement).into(),
                        "gate".into(),
                        "".into(),
                        measure.into(),
                        unit.into(),
                    ];
                    let cells: [Cell<'_>; 7] = cells;
                    table.push(keys.into_iter().chain(cells).chain([Cell::from(verdict)]));
                };
                let verdict = word(gate.verdict);
                push("participants", "persons", statistics(&gate.participants), "");
                push("measured_result", "as measured", statistics(&gate.measured), "");
                let nothing = &gate.measured_without_effect;
                push("measured_result_without_effect", "as measured", statistics(nothing), "");
                push("continues", "1", statistics(&gate.continues), verdict);
                let nothing = &gate.continues_without_effect;
                push("continues_without_effect", "1", statistics(nothing), verdict);
                push("stops_though_it_works", "1", single(None, gate.stopped_though_it_works), verdict);
                if let Verdict::Noise { needed, .. } = gate.verdict {
                    let (measure, number) = participants(needed);
                    push(measure, "persons", single(None, number), verdict);
                }
            }
            for noise in &settlement.noise {
                any = true;
                let mut push = |result: &str, measure: &str, unit: &str, cells, verdict: &str| {
                    let keys: [Cell<'_>; 7] = [
                        context.variant(variant).into(),
                        context.strategy(settlement.strategy).into(),
                        context.arrangement(settlement.arrangement).into(),
                        clauses[noise.clause].id.as_str().into(),
                        result.into(),
                        measure.into(),
                        unit.into(),
                    ];
                    let cells: [Cell<'_>; 7] = cells;
                    table.push(keys.into_iter().chain(cells).chain([Cell::from(verdict)]));
                };
                push("", "participants", "persons", statistics(&noise.participants), "");
                push("", "payment", "EUR", statistics(&noise.payment), "");
                let nothing = &noise.payment_without_effect;
                push("", "payment_without_effect", "EUR", statistics(nothing), "");
                for result in &noise.results {
                    let ResultNoise { name, unit, .. } = result;
                    let verdict = word(result.verdict);
                    push(name, "measured_result", unit, statistics(&result.measured), "");
                    let nothing = &result.measured_without_effect;
                    push(name, "measured_result_without_effect", unit, statistics(nothing), "");
                    push(name, "pays", "1", statistics(&result.pays), verdict);
                    push(name, "pays_without_effect", "1", statistics(&result.pays_without_effect), verdict);
                    let not = single(Some(1.0 - result.pays.base), result.pays.spread.map(|s| 1.0 - s.mean));
                    push(name, "does_not_pay_with_effect", "1", not, verdict);
                    if let Verdict::Noise { needed, .. } = result.verdict {
                        let (measure, number) = participants(needed);
                        push(name, measure, "persons", single(None, number), verdict);
                    }
                }
            }
        }
    }
    any.then_some(table)
}

/// The measure of how many participants are needed, and the number where there is one.
fn participants(needed: Needed) -> (&'static str, Option<f64>) {
    match needed {
        Needed::About(number) => ("participants_needed", Some(number)),
        Needed::AtLeast(number) => ("participants_needed_at_least", Some(number)),
        Needed::None | Needed::NotKnown => ("participants_needed", None),
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Informative => "informative",
        Verdict::Unrelated => "unrelated",
        Verdict::WithoutChance => "without_chance",
        Verdict::NoEffect => "no_effect",
        Verdict::Target => "target",
        Verdict::Noise { .. } => "mostly_noise",
    }
}
