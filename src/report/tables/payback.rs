//! Who has their money back after stated numbers of years.

use super::{ARRANGEMENT, Context, PARTY, STRATEGY, UNIT, VARIANT, statistics, with_statistics};
use crate::report::table::{Cell, Kind, Table};

/// Balances of parties at the dates that the scenario asks about; `None` where it asks about none.
pub(super) fn payback(context: &Context<'_>) -> Option<Table> {
    let horizons = &context.scenario.results.payback_within;
    let mut table = with_statistics(
        "payback",
        "Where each party stands at the end of stated years: what it received, and saved on care as far as it is cash for it, until then, less what it paid. Later money \
         does not count, so a saving after that date is not in it, and nor is a payment with a lag that falls after it.",
        &[
            VARIANT,
            STRATEGY,
            ARRANGEMENT,
            PARTY,
            (
                "measure",
                Kind::Key,
                "",
                "balance: not discounted; balance_present: present value at the parties' rate",
            ),
            ("year", Kind::Year, "", "last calendar year that is counted"),
            UNIT,
        ],
        &[
            ("within_years", Kind::Integer, "years", "number of years that are counted, from the start"),
            (
                "probability",
                Kind::Number,
                "1",
                "share of draws in which the balance is not negative; empty where no money moves",
            ),
        ],
    );
    for (variant, findings) in context.findings.variants.iter().enumerate() {
        for settlement in &findings.settlements {
            for case in settlement.cases.iter().filter(|case| case.account.party().is_some()) {
                for position in &case.within {
                    let balances = [
                        ("balance", &position.balance, position.paid_back),
                        ("balance_present", &position.present, position.present_not_negative),
                    ];
                    for (measure, summary, probability) in balances {
                        let keys: [Cell<'_>; 7] = [
                            context.variant(variant).into(),
                            context.strategy(settlement.strategy).into(),
                            context.arrangement(settlement.arrangement).into(),
                            context.account(case.account).into(),
                            measure.into(),
                            context.year(position.years - 1).into(),
                            "EUR".into(),
                        ];
                        let after = [(position.years as i64).into(), probability.into()];
                        table.push(keys.into_iter().chain(statistics(summary)).chain(after));
                    }
                }
            }
        }
    }
    (!horizons.is_empty() && table.rows() > 0).then_some(table)
}
