//! How much of a measured payment is luck.
//!
//! A clause that pays for measured results ([`crate::scenario::checked::Terms::measures`]) is settled twice in every draw: for the programme as it
//! is, and for one that is delivered and does nothing ([`crate::value::flows::Flows::without_effects`]), with the same people, the same benchmark
//! and the same error of measurement. What it then pays is paid for nothing.
//!
//! | figure | by year concerned |
//! |---|---|
//! | `payment` | what is paid, less what is paid back |
//! | `payment_without_effect` | the same for a programme that does nothing |
//! | `…_without_effect` | every other figure of the clause, such as what is measured and whether it pays |
//!
//! Over draws the mean of `pays_without_effect` is the chance of payment for nothing, and one less the mean of `pays` the
//! chance that a programme which works is not paid. The second settlement uses what was agreed in the first one: a forecast
//! rests on people without the programme, whom effects do not change (but for a gate: a forecast is of the courses that
//! draws take, and effects decide which).

use super::books::{BookLine, Books, Figure, LineKind};
use super::clauses::Rule;
use super::contract::{Block, Contract};
use super::{Expectations, SettleError};
use crate::formula::Lane;

/// Ends the name of a figure of a programme that does nothing.
pub const WITHOUT_EFFECT: &str = "_without_effect";

/// Figures of all clauses that pay for measured results; `books` holds what they really pay.
///
/// # Errors
/// A quantity without a usable value.
pub(super) fn figures(
    block: &Block<'_>,
    rules: &[Box<dyn Rule + '_>],
    expectations: &Expectations,
    books: &Books,
) -> Result<Vec<Figure>, SettleError> {
    let clauses = &block.arrangement.clauses;
    let measured: Vec<usize> = (0..clauses.len())
        .filter(|&clause| clauses[clause].terms.measures().is_some_and(|programme| block.offers(programme)))
        .collect();
    if measured.is_empty() {
        return Ok(Vec::new());
    }
    let flows = block.flows.without_effects();
    let without = Block { flows: &flows, ..block.clone() };
    // Results are measured, not read from the books.
    let none = Books { years: books.years, ..Books::default() };
    let mut figures = Vec::new();
    for clause in measured {
        let (rule, agreed) = (&rules[clause], &expectations.clauses[clause]);
        let other = without.contract(clause);
        let payment = |name: &str, lines: &[BookLine]| Figure {
            clause,
            name: name.to_owned(),
            unit: "EUR",
            by_year: paid(&other, lines),
        };
        figures.push(payment("payment", &books.lines));
        figures.push(payment("payment_without_effect", &rule.post(&other, &none, agreed)?));
        figures.extend(
            rule.figures(&other, &none, agreed)?
                .into_iter()
                .map(|figure| Figure { name: figure.name + WITHOUT_EFFECT, ..figure }),
        );
    }
    Ok(figures)
}

/// What the payers of a clause pay under it, less what they are paid back, by the years concerned. An advance that
/// someone else pays under the clause does not count.
fn paid(contract: &Contract<'_>, lines: &[BookLine]) -> Vec<Lane> {
    let payers: Vec<usize> =
        contract.block.market.resolve(contract.clause.from).into_iter().map(|(party, _)| party).collect();
    let pays = |side: super::Account| side.party().is_some_and(|party| payers.contains(&party));
    let mut paid = vec![Lane::ZERO; contract.block.horizon()];
    for line in lines {
        let sign = match line.kind {
            LineKind::Clause(clause) if clause == contract.index && pays(line.from) => 1.0,
            LineKind::Repayment(clause) if clause == contract.index && pays(line.to) => -1.0,
            _ => continue,
        };
        for (year, paid) in paid.iter_mut().enumerate() {
            *paid += line.concerning(year) * sign;
        }
    }
    paid
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::scenario::checked::{Benchmark, MeasurementError, Measures, Parties, SharedSavings, Terms};
    use crate::settle::testing::{self, FIRST_PARTY};
    use crate::settle::{Books, Settled};

    fn terms(benchmark: Benchmark, minimum: &str) -> SharedSavings {
        SharedSavings {
            programme: 0,
            budgets: vec![0],
            benchmark,
            measures: Measures::Claims,
            share: testing::quantity("0.5"),
            minimum_savings_rate: testing::quantity(minimum),
            minimum_by_size: Vec::new(),
            significance: None,
            error: None,
            quality: None,
            quality_minimum: None,
            deductible: false,
            cap_savings_rate: None,
            loss: None,
            whole_contract: false,
        }
    }

    fn town(terms: SharedSavings) -> Scenario {
        let clause = testing::clause(FIRST_PARTY, Parties::PROVIDER, Terms::SharedSavings(Box::new(terms)));
        testing::scenario()
            .programme("chain", &["course"], &[])
            .budget("wmo", false)
            .party("town", &[(0, 1.0)])
            .clause(clause)
            .build()
    }

    /// Eight draws in which ten participants cost these amounts without the programme, and a tenth less with it.
    fn settled(terms: SharedSavings, without: [f64; 8]) -> Settled {
        let scenario = town(terms);
        let mut flows = testing::flows(&scenario, 1);
        flows.shadows[0].costs.row_mut(0)[0] = Lane(without);
        flows.cohorts[0].costs.row_mut(0)[0] = Lane(without) * 0.9;
        for followed in [&mut flows.shadows[0], &mut flows.cohorts[0]] {
            followed.person_years.row_mut(0)[0] = Lane::splat(10.0);
        }
        testing::settle_blocks(&scenario, vec![flows], 8)
    }

    fn figure(books: &Books, name: &str) -> [f64; 8] {
        books.figures.iter().find(|figure| figure.name == name).unwrap().by_year[0].0
    }

    /// Costs without the programme of which the mean is 100.
    const COSTS: [f64; 8] = [70.0, 80.0, 90.0, 98.0, 102.0, 110.0, 120.0, 130.0];

    #[test]
    fn against_a_forecast_a_programme_that_does_nothing_is_paid_when_costs_happen_to_be_low() {
        // Forecast 100. Without effect 30, 20, 10 and 2 less in four draws of eight, else nothing; half is paid. With a
        // tenth off, 100 − 0.9 · c = 37, 28, 19, 11.8, 8.2, 1 in six draws.
        let books = &settled(terms(Benchmark::Forecast, "0"), COSTS).blocks[0];
        let without = figure(books, "payment_without_effect");
        approx::assert_relative_eq!(without[..], [15.0, 10.0, 5.0, 1.0, 0.0, 0.0, 0.0, 0.0], epsilon = 1e-9);
        let with = figure(books, "payment");
        approx::assert_relative_eq!(with[..], [18.5, 14.0, 9.5, 5.9, 4.1, 0.5, 0.0, 0.0], epsilon = 1e-9);
        let chance = |name| figure(books, name).iter().sum::<f64>() / 8.0;
        assert_eq!([chance("pays"), chance("pays_without_effect")], [0.75, 0.5]);
        approx::assert_relative_eq!(
            figure(books, "measured_result_without_effect")[7],
            -30.0,
            epsilon = 1e-9
        );
    }

    #[test]
    fn a_threshold_makes_payment_for_nothing_rarer_and_misses_more_of_what_works() {
        // From 15% of 100: 30 and 20 remain of the first, 37, 28 and 19 of the second.
        let books = &settled(terms(Benchmark::Forecast, "15%"), COSTS).blocks[0];
        let chance = |name| figure(books, name).iter().sum::<f64>() / 8.0;
        assert_eq!([chance("pays"), chance("pays_without_effect")], [0.375, 0.25]);
    }

    #[test]
    fn against_what_would_really_have_been_nothing_is_paid_for_nothing() {
        let books = &settled(terms(Benchmark::True, "0"), COSTS).blocks[0];
        assert_eq!(figure(books, "payment_without_effect"), [0.0; 8]);
        assert_eq!(figure(books, "measured_result_without_effect"), [0.0; 8]);
        approx::assert_relative_eq!(figure(books, "payment")[0], 3.5, epsilon = 1e-9);
    }

    #[test]
    fn an_error_of_measurement_is_the_same_with_the_effect_and_without() {
        let mut with_error = terms(Benchmark::True, "0");
        with_error.error = Some(MeasurementError::Stated(testing::quantity("0.2")));
        let books = &settled(with_error, [100.0; 8]).blocks[0];
        let (with, without) =
            (figure(books, "measured_result"), figure(books, "measured_result_without_effect"));
        for draw in 0..8 {
            approx::assert_relative_eq!(with[draw] - without[draw], 10.0, epsilon = 1e-9);
            assert_ne!(without[draw], 0.0);
        }
    }

    #[test]
    fn an_error_from_differences_between_people_has_their_spread_over_the_root_of_their_number() {
        // cv 3 and R² 0.1 over ten participant-years: 3 · √(0.9 / 10) = 0.9 of a benchmark of 100, where a stated 0.9 is
        // the same.
        let measured = |error| {
            let mut with_error = terms(Benchmark::True, "0");
            with_error.error = Some(error);
            figure(&settled(with_error, [100.0; 8]).blocks[0], "measured_result")
        };
        let people = measured(MeasurementError::People {
            cv: testing::quantity("3"),
            r_squared: testing::quantity("0.1"),
            controls: None,
        });
        let stated = measured(MeasurementError::Stated(testing::quantity("0.9")));
        approx::assert_relative_eq!(people[..], stated[..], epsilon = 1e-9);
    }

    #[test]
    fn a_larger_error_raises_what_a_one_sided_contract_is_expected_to_pay() {
        // E max(0, D + s ε) grows with s, draw by draw of ε and −ε; here over the eight errors of the draws.
        let expected = |sd: &str| {
            let mut with_error = terms(Benchmark::True, "0");
            with_error.error = Some(MeasurementError::Stated(testing::quantity(sd)));
            let scenario = town(with_error);
            let blocks = (0..1024).map(|_| {
                let mut flows = testing::flows(&scenario, 1);
                flows.shadows[0].costs.row_mut(0)[0] = Lane::splat(100.0);
                flows.cohorts[0].costs.row_mut(0)[0] = Lane::splat(98.0);
                for followed in [&mut flows.shadows[0], &mut flows.cohorts[0]] {
                    followed.person_years.row_mut(0)[0] = Lane::splat(10.0);
                }
                flows
            });
            let settled = testing::settle_blocks(&scenario, blocks.collect(), 8192);
            settled.blocks.iter().flat_map(|books| figure(books, "payment")).sum::<f64>() / 8192.0
        };
        let [none, small, large] = ["0", "0.05", "0.2"].map(expected);
        assert!(none < small && small < large, "{none} {small} {large}");
        // With s = 20 and D = 2: s φ(0.1) + D Φ(0.1) = 20 · 0.39695 + 2 · 0.53983 = 9.019; half of it is paid.
        // Its spread over draws is 6.0, so the standard error of 8,192 is 0.07.
        approx::assert_relative_eq!(large, 4.509, epsilon = 0.25);
    }
}
