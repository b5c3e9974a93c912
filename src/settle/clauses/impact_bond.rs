//! An investor pays for delivery beforehand and is repaid for measured results: a social or health impact bond.
//!
//! **Rule.** In each year of investment the investor pays I_t to the provider, as an advance in the first phase. The
//! results are settled as those of an outcome payment ([`super::outcome_payment`]), several together; what they bring
//! in year t, after the clause's caps, is Y_t. It runs down a waterfall:
//!
//! 1. the assessor's fee, as far as Y_t reaches, to the party `outside`;
//! 2. to the investor, until it has had its principal and a return of r a year;
//! 3. what is left stays with who pays for the results.
//!
//! With B_t what the investor still has to get, B_t = (1 + r) · B_(t−1) + I_t − (paid to it in t). So its internal rate
//! of return is at most r, and −100% where no result is reached. With a lag Y_t is paid, and B grows, that much later.
//!
//! Where the arrangement's gate stops enrolment in the programme invested in, the investor advances nothing more from its
//! year on (I_t = 0), unless `despite_gate`: an advance is for people still to be enrolled. Results of those enrolled before
//! are paid for as ever, in that year and later, and repay what was advanced until then.
//!
//! **Who bears which risk.** Outcome and retention: the investor. Volume: the investor, up to the caps the payer.
//! Price: the provider, whose advance is fixed. Measurement: the payer and the investor. Liquidity: the investor.
//!
//! **Example.** EUR 100,000 invested in the first year, a cap of 12% a year. A result worth EUR 150,000 in the third
//! year brings the investor 100,000 · 1.12² = EUR 125,440; of the rest the payer keeps what the assessor does not cost.

use super::outcome_payment::measure::Measurement;
use super::outcome_payment::{forecast, ignores_chance};
use super::{Known, Rule};
use crate::formula::Lane;
use crate::scenario::checked::{CountBenchmark, ImpactBond, Parties, Payer};
use crate::settle::books::{BookLine, Books, Figure, LineKind};
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError, Warning};

/// Terms of an impact bond.
#[derive(Clone, Copy, Debug)]
pub struct Bond<'a> {
    /// As written.
    pub terms: &'a ImpactBond,
}

/// What happens to the payments for results, by year concerned.
struct Waterfall {
    fees: Vec<Lane>,
    investor: Vec<Lane>,
    kept: Vec<Lane>,
}

impl Bond<'_> {
    fn measurements(&self) -> Vec<Measurement<'_>> {
        let mut first = 0;
        let mut list = Vec::new();
        for trigger in &self.terms.triggers {
            list.push(Measurement { terms: &trigger.terms, name: &trigger.id, first });
            first += trigger.terms.requests().len();
        }
        list
    }

    /// The programme invested in.
    fn programme(&self) -> Option<usize> {
        self.terms.triggers.first().map(|trigger| trigger.terms.counts.programme)
    }

    fn is_offered(&self, contract: &Contract<'_>) -> bool {
        self.measurements().first().is_some_and(|measurement| measurement.is_offered(contract))
    }

    /// What the investor advances in a year, EUR as written: nothing more where the gate has stopped the programme.
    fn investment(&self, contract: &Contract<'_>) -> Result<impl Fn(usize) -> Lane, SettleError> {
        let investment = contract.quantity(&self.terms.investment, Range::NotNegative)?;
        Ok(move |year: usize| match self.terms.investment_years.contains(&year) {
            true => investment * contract.goes_on_with(self.programme(), year),
            false => Lane::ZERO,
        })
    }

    /// What results bring by year concerned, EUR of the price year, after caps.
    fn earned(&self, contract: &Contract<'_>, agreed: &Agreed) -> Result<Vec<Lane>, SettleError> {
        let mut due = vec![Lane::ZERO; contract.block.horizon()];
        for (position, measurement) in self.measurements().iter().enumerate() {
            let results = measurement.settle(contract, forecast(agreed, position))?;
            for (sum, amount) in due.iter_mut().zip(results.due) {
                *sum += amount;
            }
        }
        contract.capped(|year| Ok(due[year] * contract.lagged_deflator(year)?))
    }

    /// Divides what results bring.
    fn waterfall(&self, contract: &Contract<'_>, earned: &[Lane]) -> Result<Waterfall, SettleError> {
        let growth = 1.0 + contract.quantity(&self.terms.return_cap, Range::NotNegative)?;
        let investment = self.investment(contract)?;
        let fee = contract.quantity(&self.terms.assessor_fee, Range::NotNegative)?;
        let lag = contract.clause.lag;
        let mut open = Lane::ZERO;
        let mut result = Waterfall { fees: Vec::new(), investor: Vec::new(), kept: Vec::new() };
        for paid in 0..earned.len() + lag {
            open *= growth;
            open += investment(paid);
            let Some(year) = paid.checked_sub(lag) else { continue };
            // In euros as written, in which the return of a nominal bond counts.
            let deflator = contract.deflator(paid)?;
            let pot = earned[year] / deflator;
            let fee = pot.min(fee);
            let investor = (pot - fee).min(open);
            open -= investor;
            result.fees.push(fee * deflator);
            result.investor.push(investor * deflator);
            result.kept.push((pot - fee - investor) * deflator);
        }
        Ok(result)
    }
}

impl Rule for Bond<'_> {
    fn phase(&self) -> Phase {
        Phase::Contingent
    }

    fn advance(&self, contract: &Contract<'_>, _earlier: &Books) -> Result<Vec<BookLine>, SettleError> {
        if !self.is_offered(contract) {
            return Ok(Vec::new());
        }
        let investment = self.investment(contract)?;
        let amounts: Vec<Lane> = (0..contract.block.horizon())
            .map(|year| Ok(investment(year) * contract.deflator(year)?))
            .collect::<Result<_, SettleError>>()?;
        let kind = LineKind::Clause(contract.index);
        Ok(contract.post(contract.clause.to, self.terms.provider, kind, 0, &amounts))
    }

    fn foreseen(&self, contract: &Contract<'_>, _known: &Known<'_>) -> Result<Vec<Lane>, SettleError> {
        let mut amounts = Vec::new();
        for measurement in self.measurements() {
            amounts.extend(measurement.foreseen(contract)?);
        }
        Ok(amounts)
    }

    fn agree(&self, contract: &Contract<'_>, means: &[f64], _warnings: &mut Vec<Warning>) -> Agreed {
        if means.is_empty() {
            return Agreed::Nothing;
        }
        let mut rest = means;
        let rates = self.measurements().into_iter().map(|measurement| {
            let forecasts = matches!(measurement.terms.benchmark, CountBenchmark::Forecast);
            let own = if forecasts { 2 * contract.block.horizon() } else { 0 };
            let (these, others) = rest.split_at(own);
            rest = others;
            Measurement::forecast(these)
        });
        Agreed::Forecast(rates.collect())
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        if !self.is_offered(contract) {
            return Ok(Vec::new());
        }
        let waterfall = self.waterfall(contract, &self.earned(contract, agreed)?)?;
        let clause = contract.clause;
        let kind = LineKind::Clause(contract.index);
        let outside = Payer::Party(Parties::OUTSIDE);
        let mut lines = contract.post(clause.from, outside, kind, clause.lag, &waterfall.fees);
        lines.extend(contract.pay(&waterfall.investor));
        Ok(lines)
    }

    fn figures(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        agreed: &Agreed,
    ) -> Result<Vec<Figure>, SettleError> {
        if !self.is_offered(contract) {
            return Ok(Vec::new());
        }
        let figure = |name: String, unit, by_year| Figure { clause: contract.index, name, unit, by_year };
        let mut figures = Vec::new();
        for (position, measurement) in self.measurements().iter().enumerate() {
            let results = measurement.settle(contract, forecast(agreed, position))?;
            let name = measurement.name;
            figures.push(figure(format!("{name}.measured_result"), measurement.unit(), results.measured));
            figures.push(figure(format!("{name}.pays"), "share of draws", results.reached));
        }
        let kept = self.waterfall(contract, &self.earned(contract, agreed)?)?.kept;
        figures.push(figure("left_with_payer".to_owned(), "EUR", kept));
        Ok(figures)
    }

    fn warnings(&self, contract: &Contract<'_>) -> Result<Vec<Warning>, SettleError> {
        let mut warnings = Vec::new();
        for trigger in self.terms.triggers.iter().filter(|_| self.is_offered(contract)) {
            if ignores_chance(contract, &trigger.terms)? {
                let (clause, result) = (contract.clause_of(), Some(trigger.id.clone()));
                warnings.push(Warning::ChanceIgnored { clause, result });
            }
        }
        Ok(warnings)
    }
}

#[cfg(test)]
mod tests {
    use crate::analyse::cash_flow::internal_rates;
    use crate::scenario::Scenario;
    use crate::scenario::checked::*;
    use crate::settle::testing::{self, FIRST_PARTY};

    const TOWN: usize = FIRST_PARTY;
    const INVESTOR: usize = FIRST_PARTY + 1;

    /// 100,000 in the first year; 1,000 for each person who completes; 12% at most; an assessor at 5,000.
    fn bond() -> Clause {
        let persons =
            Request { programme: 0, what: Requested::Persons { step: 0, quarter: 0 }, where_: None };
        let terms = OutcomeTerms {
            counts: persons,
            per: None,
            benchmark: CountBenchmark::Nothing,
            fewer: false,
            threshold: testing::quantity("0"),
            pays: Pays::PerUnit(testing::quantity("1000")),
            error_sd: None,
            whole_contract: false,
        };
        let bond = ImpactBond {
            provider: Payer::Party(Parties::PROVIDER),
            investment: testing::quantity("100_000"),
            investment_years: vec![0],
            assessor_fee: testing::quantity("5_000"),
            return_cap: testing::quantity("12%"),
            triggers: vec![BondTrigger { id: "completes".to_owned(), terms }],
        };
        testing::clause(TOWN, INVESTOR, Terms::ImpactBond(Box::new(bond)))
    }

    fn region(clause: Clause) -> Scenario {
        testing::scenario()
            .programme("chain", &["completes"], &[])
            .party("town", &[])
            .party("investor", &[])
            .clause(clause)
            .build()
    }

    /// Net by year of town, investor, provider and outside when these persons complete.
    fn net(clause: Clause, persons: &[f64]) -> [Vec<f64>; 4] {
        let scenario = region(clause);
        [TOWN, INVESTOR, Parties::PROVIDER, Parties::OUTSIDE]
            .map(|party| testing::net(&scenario, persons, party))
    }

    #[test]
    fn a_capped_return_leaves_the_rest_with_who_pays_for_results() {
        // 150 complete in the third year: 150,000, of which 5,000 assess it and 100,000 · 1.12² = 125,440 is returned.
        let [town, investor, provider, outside] = net(bond(), &[0.0, 0.0, 150.0]);
        approx::assert_relative_eq!(investor[..], [-100_000.0, 0.0, 125_440.0], epsilon = 1e-9);
        assert_eq!((provider, outside), (vec![100_000.0, 0.0, 0.0], vec![0.0, 0.0, 5_000.0]));
        approx::assert_relative_eq!(town[..], [0.0, 0.0, -130_440.0], epsilon = 1e-9);
        approx::assert_relative_eq!(internal_rates(&investor)[0], 0.12, epsilon = 1e-9);
    }

    #[test]
    fn an_investor_without_results_has_lost_everything() {
        let [town, investor, ..] = net(bond(), &[0.0, 0.0, 0.0]);
        assert_eq!(internal_rates(&investor), [-1.0]);
        assert_eq!(town, [0.0, 0.0, 0.0]);
    }

    #[test]
    fn repayments_follow_the_balance_from_year_to_year() {
        // 65,000 less 5,000 a year: 100,000 · 1.12 − 60,000 = 52,000 open; 52,000 · 1.12 = 58,240 of 60,000 is paid.
        let [_, investor, ..] = net(bond(), &[0.0, 65.0, 65.0]);
        approx::assert_relative_eq!(investor[..], [-100_000.0, 60_000.0, 58_240.0], epsilon = 1e-9);
        approx::assert_relative_eq!(internal_rates(&investor)[0], 0.12, epsilon = 1e-9);
    }

    #[test]
    fn nothing_is_advanced_where_the_gate_has_stopped_the_programme_but_results_repay_what_was() {
        // 100,000 in each of two years, stopped before the second. 150 complete in the third: 150,000 less 5,000, of which
        // 100,000 * 1.12^2 = 125,440 is open; had it gone on, 125,440 + 112,000 would be, and 145,000 is paid.
        let two_years = || {
            let mut clause = bond();
            let Terms::ImpactBond(terms) = &mut clause.terms else { unreachable!() };
            terms.investment_years = vec![0, 1];
            clause
        };
        let stopped = |clause: Clause, goes_on: f64| -> Vec<f64> {
            let mut scenario = region(clause);
            scenario.arrangements[0].gate = Some(testing::gate(1));
            let mut flows = testing::flows(&scenario, 3);
            testing::set_requested(&mut flows, 0, &[0.0, 0.0, 150.0]);
            flows.gate = Some(testing::evidence(goes_on));
            testing::net_of(&scenario, flows, INVESTOR)
        };
        let gone_on = [-100_000.0, -100_000.0, 145_000.0];
        approx::assert_relative_eq!(
            stopped(two_years(), 0.0)[..],
            [-100_000.0, 0.0, 125_440.0],
            epsilon = 1e-9
        );
        approx::assert_relative_eq!(stopped(two_years(), 1.0)[..], gone_on, epsilon = 1e-9);
        let despite = Clause { despite_gate: true, ..two_years() };
        approx::assert_relative_eq!(stopped(despite, 0.0)[..], gone_on, epsilon = 1e-9);
    }

    #[test]
    fn payments_never_exceed_the_cap_of_the_contract() {
        let mut clause = bond();
        clause.cap_total = Some(testing::quantity("80_000"));
        let [town, investor, ..] = net(clause, &[0.0, 65.0, 65.0]);
        // 65,000 and 15,000, of each 5,000 to the assessor.
        approx::assert_relative_eq!(town[..], [0.0, -65_000.0, -15_000.0], epsilon = 1e-9);
        assert!(internal_rates(&investor)[0] < 0.0);
    }

    #[test]
    fn a_return_goes_on_until_the_payment_that_comes_later() {
        let mut clause = bond();
        clause.lag = 1;
        let [_, investor, ..] = net(clause, &[0.0, 150.0]);
        approx::assert_relative_eq!(investor[..], [-100_000.0, 0.0, 125_440.0], epsilon = 1e-9);
    }

    #[test]
    fn the_return_is_at_most_the_cap_whatever_the_results() {
        for step in 0..200 {
            // Any results, many of them far above what is needed.
            let persons: Vec<f64> = (0..4).map(|year| f64::from((step * 37 + year * 53) % 211)).collect();
            let [town, investor, ..] = net(bond(), &persons);
            let rates = internal_rates(&investor);
            // Repaid in full in the year of investment it has no flow that could have a rate.
            let flows = investor.iter().any(|&net| net != 0.0);
            assert_eq!(rates.is_empty(), !flows, "{persons:?}: {investor:?}");
            assert!(rates.iter().all(|&rate| rate <= 0.12 + 1e-9), "{persons:?}: {investor:?}");
            assert!(town.iter().zip(&persons).all(|(town, persons)| -town <= persons * 1000.0 + 1e-6));
        }
    }
}
