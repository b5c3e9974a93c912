//! A party that delivers only if it may expect to gain.
//!
//! Under an arrangement with a condition of entry its party looks at what it may expect: the mean over draws of the present
//! value of what it is paid less what it spends, all it is party to in the books. It takes part only if
//!
//! E(net present value) − premium − a · SD(net present value) > 0,
//!
//! with a premium in euros and a price a of risk for each euro of standard deviation. If not, nothing is delivered under
//! this arrangement: nobody pays, nothing is avoided, and all postings are zero. That is a decision on expectations, so it is
//! the same in every draw. What is then shown of the arrangement is a delivery in which nobody takes part ([`withdraw`]).
//! *Example:* an expected gain of EUR 20,000 with a standard deviation of 50,000 and a price of risk of
//! 0.5: 20,000 − 25,000 < 0, so the party stays away.

use super::books::Books;
use super::{SettleError, Settled, Warning};
use crate::formula::{LANES, Lane};
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Engine, Entry, Quantity};
use crate::value::flows::Valued;

/// A party that stays away, so that nothing is delivered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Declined {
    /// Party.
    pub party: usize,
    /// What it may expect, EUR of present value.
    pub expected: f64,
    /// What it wants for the risk, EUR of present value.
    pub premium: f64,
}

/// Empties the books where the party stays away.
///
/// # Errors
/// A premium that is negative or cannot be computed.
pub(super) fn apply(
    engine: Engine,
    entry: &Entry,
    environment: &Environment,
    settled: &mut Settled,
) -> Result<(), SettleError> {
    let values: Vec<f64> = if settled.draws == 0 {
        vec![settled.base.present_value(entry.party, settled.rate)[0]]
    } else {
        let blocks = settled.blocks.iter();
        let lanes = blocks.flat_map(|books| books.present_value(entry.party, settled.rate).0);
        lanes.take(settled.draws).collect()
    };
    let (arrangement, party) = (settled.arrangement, entry.party);
    let risk_has_a_price = amount(&entry.per_deviation, environment)? > 0.0;
    if engine == Engine::Expected && settled.draws > 1 && risk_has_a_price {
        settled.warnings.push(Warning::RiskWithoutChance { arrangement, party });
    }
    let Some(declined) = decide(entry, environment, &values)? else { return Ok(()) };
    if settled.base.entries(party).next().is_none() {
        settled.warnings.push(Warning::TakesNoPart { arrangement, party });
    }
    let Declined { expected, premium, .. } = declined;
    settled.warnings.push(Warning::NotDelivered {
        strategy: settled.strategy,
        arrangement,
        party,
        expected,
        premium,
    });
    settled.declined = Some(declined);
    for books in std::iter::once(&mut settled.base).chain(&mut settled.blocks) {
        empty(books);
    }
    Ok(())
}

/// Lets nobody take part where a party stays away: what is shown of such an arrangement, its persons, outcomes and evidence,
/// is then that of no programme.
pub fn withdraw(valued: &mut Valued, settled: &[Settled]) {
    for settled in settled.iter().filter(|settled| settled.declined.is_some()) {
        valued.withdraw(settled.variant, settled.strategy, settled.arrangement);
    }
}

/// Whether the party stays away, of its net present value by draw.
///
/// # Errors
/// A premium that is negative or cannot be computed.
pub(crate) fn decide(
    entry: &Entry,
    environment: &Environment,
    values: &[f64],
) -> Result<Option<Declined>, SettleError> {
    let count = values.len() as f64;
    let expected = values.iter().fold(0.0, |sum, value| sum + value) / count;
    let squares = values.iter().fold(0.0, |sum, value| sum + (value - expected).powi(2));
    let deviation = if values.len() > 1 { (squares / (count - 1.0)).sqrt() } else { 0.0 };
    let premium =
        amount(&entry.premium, environment)? + amount(&entry.per_deviation, environment)? * deviation;
    let enters = expected - premium > 0.0;
    Ok((!enters).then_some(Declined { party: entry.party, expected, premium }))
}

fn amount(quantity: &Quantity, environment: &Environment) -> Result<f64, SettleError> {
    let value: Lane = environment.quantity(quantity)?;
    match (0..LANES).all(|lane| value[lane] >= 0.0) {
        true => Ok(value[0]),
        false => Err(QuantityError::new(quantity, "must be zero or more").into()),
    }
}

fn empty(books: &mut Books) {
    for line in &mut books.lines {
        line.amounts.clear();
    }
    for figure in &mut books.figures {
        figure.by_year.fill(Lane::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::scenario::checked::Parties;
    use crate::settle::phases;
    use crate::settle::testing::{self, FIRST_PARTY, lump_sum};
    use crate::value::flows::Flows;

    /// A provider that is paid 100 and delivers only on these conditions.
    fn scenario(premium: &str, per_deviation: &str) -> Scenario {
        let mut scenario = testing::scenario()
            .programme("chain", &["course"], &[])
            .party("town", &[])
            .clause(lump_sum("100"))
            .build();
        scenario.arrangements[0].entry = Some(Entry {
            party: Parties::PROVIDER,
            premium: testing::quantity(premium),
            per_deviation: testing::quantity(per_deviation),
        });
        scenario
    }

    /// Delivery that costs these amounts in the lanes of a block.
    fn costing(scenario: &Scenario, costs: [f64; 8]) -> Flows {
        let mut flows = testing::flows(scenario, 1);
        flows.programme_costs.row_mut(0)[0] = Lane(costs);
        flows
    }

    /// A provider with costs of these amounts in eight draws is paid 100; what it may expect decides.
    fn settled(premium: &str, per_deviation: &str, costs: [f64; 8]) -> Settled {
        let scenario = scenario(premium, per_deviation);
        testing::settle_blocks(&scenario, vec![costing(&scenario, costs)], 8)
    }

    /// Costs with a mean of 80 and a standard deviation of √(8 · 100 / 7) = 10.69.
    const COSTS: [f64; 8] = [70.0, 90.0, 70.0, 90.0, 70.0, 90.0, 70.0, 90.0];

    #[test]
    fn a_provider_that_may_expect_more_than_its_premium_delivers() {
        let settled = settled("19", "0", COSTS);
        assert_eq!(settled.declined, None);
        assert_eq!(settled.blocks[0].net(FIRST_PARTY)[0], Lane::splat(-100.0));
    }

    #[test]
    fn a_provider_that_may_not_delivers_nothing_and_nobody_pays() {
        let settled = settled("20", "0", COSTS);
        assert_eq!(
            settled.declined,
            Some(Declined { party: Parties::PROVIDER, expected: 20.0, premium: 20.0 })
        );
        assert_eq!(settled.blocks[0].gross(), Lane::ZERO);
        assert_eq!(settled.base.gross(), Lane::ZERO);
        assert!(
            settled.warnings.iter().any(|warning| matches!(warning, Warning::NotDelivered { .. })),
            "{:?}",
            settled.warnings
        );
    }

    #[test]
    fn a_price_of_risk_on_expected_numbers_is_warned_of() {
        let warned = |per_deviation| {
            let warnings = settled("0", per_deviation, COSTS).warnings;
            warnings.iter().any(|warning| matches!(warning, Warning::RiskWithoutChance { .. }))
        };
        assert!(warned("0.1"));
        assert!(!warned("0"));
    }

    #[test]
    fn a_party_that_nobody_pays_and_that_pays_nobody_is_warned_of() {
        let mut scenario = testing::scenario()
            .programme("chain", &["course"], &[])
            .party("town", &[])
            .party("club", &[])
            .clause(lump_sum("100"))
            .build();
        let warned = |scenario: &Scenario| {
            let flows = testing::flows(scenario, 1);
            let warnings = testing::settle_blocks(scenario, vec![flows], 8).warnings;
            warnings.iter().any(|warning| matches!(warning, Warning::TakesNoPart { .. }))
        };
        for (party, expected) in [(FIRST_PARTY + 1, true), (FIRST_PARTY, false)] {
            let nothing = || testing::quantity("0");
            scenario.arrangements[0].entry =
                Some(Entry { party, premium: nothing(), per_deviation: nothing() });
            assert_eq!(warned(&scenario), expected, "{party}");
        }
    }

    #[test]
    fn risk_has_a_price_for_each_euro_of_standard_deviation() {
        // 20 − 1.8 · 10.69 = 0.76 > 0 > 20 − 1.9 · 10.69 = −0.31.
        assert_eq!(settled("0", "1.8", COSTS).declined, None);
        assert!(settled("0", "1.9", COSTS).declined.is_some());
        assert_eq!(settled("0", "1.9", [80.0; 8]).declined, None);
    }

    #[test]
    fn lanes_that_repeat_the_last_draw_do_not_count() {
        // Ten draws: eight cost 80, two 30, which fills the other six lanes of the second block too. The mean cost is
        // (8 · 80 + 2 · 30) / 10 = 70, so 30 may be expected. Over sixteen lanes it would be 55, and 45.
        let settled = |premium| {
            let scenario = scenario(premium, "0");
            let blocks = [80.0, 30.0].map(|cost| costing(&scenario, [cost; 8])).to_vec();
            testing::settle_blocks(&scenario, blocks, 10)
        };
        assert_eq!(settled("29").declined, None);
        let declined = settled("31").declined;
        assert_eq!(declined, Some(Declined { party: Parties::PROVIDER, expected: 30.0, premium: 31.0 }));
    }

    #[test]
    fn the_deviation_is_that_of_the_draws_without_repeated_lanes() {
        // Nine draws: 80 eight times and once 53. Mean 77, so 23 may be expected; the squares of deviations are 8 · 9 + 576 =
        // 648, and √(648 / 8) = 9. With a price of risk of 2.5 that is 22.5 < 23; with 2.6 it is 23.4.
        let settled = |per_deviation| {
            let scenario = scenario("0", per_deviation);
            let blocks = [80.0, 53.0].map(|cost| costing(&scenario, [cost; 8])).to_vec();
            testing::settle_blocks(&scenario, blocks, 9)
        };
        assert_eq!(settled("2.5").declined, None);
        let Declined { expected, premium, .. } = settled("2.6").declined.unwrap();
        approx::assert_relative_eq!([expected, premium][..], [23.0, 23.4], epsilon = 1e-9);
    }

    #[test]
    fn without_draws_the_base_case_decides_and_risk_costs_nothing() {
        // Costs of 80 at the stated values: 20 may be expected, and one value has no deviation.
        let settled = |premium| {
            let scenario = scenario(premium, "1000");
            let flows = costing(&scenario, [80.0; 8]);
            let valued = testing::valued(&flows, Vec::new(), 0);
            phases::settle(&scenario, &valued).unwrap().remove(0)
        };
        let enters = settled("19");
        assert_eq!((enters.draws, enters.declined), (0, None));
        assert_eq!(enters.base.net(FIRST_PARTY)[0], Lane::splat(-100.0));
        let stays = settled("20");
        assert_eq!(
            stays.declined,
            Some(Declined { party: Parties::PROVIDER, expected: 20.0, premium: 20.0 })
        );
        assert_eq!(stays.base.gross(), Lane::ZERO);
    }
}
