//! A share of measured savings goes to who brings them about.
//!
//! **Rule.** Costs of the programme's participants on some budgets of the payer are compared with a benchmark, per
//! calendar year or over the contract as a whole (added up undiscounted and settled with its last year); what is
//! paid, and paid back under a two-sided contract, follows from [`kernel`].
//!
//! **Who is measured.** The programme's participants from enrolment on, where they concern the payer: on an
//! insurance budget those insured with it in the year (p(t) of them, [`crate::settle::leakage::retention`]), on a
//! public budget the share of the budget it holds. "Insurers" under joint purchase are measured together.
//!
//! **What is compared.**
//!
//! | benchmark | BM |
//! |---|---|
//! | true | costs of the same participants without the programme, in the same draw. Nobody could observe it; it shows what a contract could do at best |
//! | forecast | for each budget, mean costs without the programme per mean participant-year without it (means over all draws, by calendar year), times the participant-years alive in this draw with it: fixed beforehand per participant, so the payer keeps the volume risk and the provider that of a wrong forecast |
//! | control | costs per person-year of so many other persons without the programme, in the same draw and with luck of their own ([`crate::value::apart`]), times participant-years |
//! | before_after | costs per person-year of participants before, times participant-years |
//! | fixed | a stated amount a year |
//!
//! `claims` compares costs as they are. `margin` takes as the saving what the payer keeps of it, κ(1 − λ), with
//! rates and caps still relative to costs without the programme; that needs the true benchmark, since what is
//! cash is known of changes in cost only, and a strategy in which the programme is all that changes costs.
//!
//! **From when.** A saving counts from the largest of the minimum savings rate, the rate for this number of participants
//! where there is a scale by size, and z standard errors where it must be significant ([`kernel::standard_error`], with
//! the participant-years measured as n): a test of whether it is more than the chance differences between people's costs
//! would bring. In a two-sided contract a minimum that follows from a scale or a test holds for losses too, unless one is
//! stated for them. The share is multiplied by the quality score; below a minimum score nothing is paid, and a loss share
//! that falls with quality is at its largest.
//!
//! **Error of measurement.** What is measured is D + BM · s · ε, with ε standard normal from random numbers of its own, and
//! s either stated (`error_sd`) or cv · √((1 − R²)(1/n + 1/n_c)) (`error`): the differences between people's costs that
//! the model does not simulate, of n participant-years and n_c persons behind the benchmark. Unless stated these are those
//! of a control group, and with `before_after` the participants themselves (n_c = n); a test of significance takes the same.
//! In engines that follow whole people the luck of a control group is simulated: a cv of *all* differences between people
//! would count it twice, so it is that of what the model leaves out.
//!
//! The clause's caps in euros limit payments; repayments are limited by the loss limits alone.
//!
//! **Who bears which risk.** Volume: the payer, who shares more savings on more people. Price: the provider, who
//! has the cost of delivery and only a share of what it saves. Retention and outcome: both, by share.
//! Measurement: both, and much: with hundreds or thousands of people the benchmark's chance error is of the size
//! of the saving. A threshold is then met or missed by luck; expected counts of events do not show that, which a
//! warning says. Liquidity: the provider, until it is settled.
//!
//! **Example.** Benchmark 100, costs 97, minimum 2%, share 40%: 40% of 3 = 1.20 is paid.

pub mod kernel;

use super::{Known, Rule};
use crate::formula::{LANES, Lane};
use crate::scenario::checked::{Benchmark, Engine, MeasurementError, Measures, Quantity, SharedSavings};
use crate::settle::books::{BookLine, Books, Figure};
use crate::settle::contract::{Block, Contract, Range};
use crate::settle::{Agreed, Phase, SettleError, Warning, chance, leakage};
use crate::value::apart::Rates;
use crate::value::flows::Followed;
use kernel::{Kernel, LossKernel};

/// Relative to costs without the programme, changes that are not the participants' are noticed above this.
const SEPARABLE: f64 = 1e-6;

/// Terms of shared savings.
#[derive(Clone, Copy, Debug)]
pub struct SharedSavingsRule<'a> {
    /// As written.
    pub terms: &'a SharedSavings,
}

/// What follows from a measurement, EUR by year concerned; nothing in years that settle nothing.
struct Settlement {
    /// What was measured as the saving.
    saving: Vec<Lane>,
    /// What is paid, after caps.
    payments: Vec<Lane>,
    /// What is paid back.
    repayments: Vec<Lane>,
}

/// What of the participants concerns the payer of a clause.
struct Measured<'a> {
    block: &'a Block<'a>,
    payers: Vec<usize>,
}

impl<'a> Measured<'a> {
    fn new(contract: &Contract<'a>) -> Self {
        let payers = contract.block.market.resolve(contract.clause.from);
        Self { block: contract.block, payers: payers.into_iter().map(|(party, _)| party).collect() }
    }

    /// Share of a public budget that the payers hold.
    fn held(&self, budget: usize) -> f64 {
        leakage::holders(self.block.scenario, budget)
            .into_iter()
            .filter(|(holder, _)| self.payers.contains(holder))
            .map(|(_, share)| share)
            .sum()
    }

    /// Part of an amount on participants; `retained(i)` is ΣΠa of named insurer i.
    fn part(&self, budget: usize, total: Lane, retained: impl Fn(usize) -> Lane) -> Lane {
        let market = &self.block.market;
        if !self.block.scenario.budgets[budget].insurance {
            return total * market.per_person() * self.held(budget);
        }
        self.payers.iter().fold(Lane::ZERO, |sum, &party| sum + market.insured(party, total, &retained))
    }

    /// Participants' costs on a budget, by year.
    fn claims(&self, followed: &Followed, budget: usize) -> Vec<Lane> {
        let rows = self.block.flows.shape.lines.len();
        leakage::by_year(self.block.flows, budget, |row, year| {
            self.part(budget, followed.costs.at(row, year), |insurer| {
                followed.costs_retained.at(insurer * rows + row, year)
            })
        })
    }

    /// Participant-years alive, by year, of those who concern the payer on a budget.
    fn person_years(&self, followed: &Followed, budget: usize) -> Vec<Lane> {
        (0..self.block.horizon())
            .map(|year| {
                self.part(budget, followed.person_years.at(0, year), |insurer| {
                    followed.person_years_retained.at(insurer, year)
                })
            })
            .collect()
    }

    /// What the payers keep of savings on a budget, by year.
    fn margin(&self, budget: usize) -> Vec<Lane> {
        let flows = self.block.flows;
        let rows = flows.shape.lines.len();
        leakage::by_year(flows, budget, |row, year| {
            let cash = flows.cashable.at(row, year) - flows.equalised.at(row, year);
            -self.part(budget, cash, |insurer| flows.retained.at(insurer * rows + row, year))
        })
    }

    /// Whether the change in a budget's costs is that of the participants of one programme and nobody else's.
    fn separable(&self, programme: usize, budget: usize) -> bool {
        let flows = self.block.flows;
        let all = leakage::by_year(flows, budget, |row, year| flows.increment.at(row, year));
        let sum = |followed: &Followed| -> Vec<Lane> {
            leakage::by_year(flows, budget, |row, year| followed.costs.at(row, year))
        };
        let (with, without) = (sum(&flows.cohorts[programme]), sum(&flows.shadows[programme]));
        all.iter().zip(with.iter().zip(&without)).all(|(&all, (&with, &without))| {
            let other = (all - (with - without)).abs();
            let level = without.abs().max(all.abs());
            (0..LANES).all(|draw| other[draw] <= SEPARABLE * level[draw])
        })
    }
}

/// Adds by year.
fn add(sum: &mut [Lane], amounts: &[Lane]) {
    for (sum, &amount) in sum.iter_mut().zip(amounts) {
        *sum += amount;
    }
}

impl SharedSavingsRule<'_> {
    /// Sum over the clause's budgets, by year.
    fn over_budgets(&self, block: &Block<'_>, amounts: impl Fn(usize, usize) -> Vec<Lane>) -> Vec<Lane> {
        let mut sum = vec![Lane::ZERO; block.horizon()];
        for (position, &budget) in self.terms.budgets.iter().enumerate() {
            add(&mut sum, &amounts(position, budget));
        }
        sum
    }

    /// Benchmark and saving by year concerned.
    fn compare(
        &self,
        contract: &Contract<'_>,
        agreed: &Agreed,
    ) -> Result<(Vec<Lane>, Vec<Lane>), SettleError> {
        let block = contract.block;
        let measured = Measured::new(contract);
        let programme = self.terms.programme;
        let (cohort, shadow) = (&block.flows.cohorts[programme], &block.flows.shadows[programme]);
        let benchmark = match (&self.terms.benchmark, agreed) {
            (Benchmark::True, _) => self.over_budgets(block, |_, budget| measured.claims(shadow, budget)),
            (Benchmark::Forecast, Agreed::Forecast(rates)) => self.over_budgets(block, |position, budget| {
                let years = measured.person_years(cohort, budget);
                years.iter().zip(&rates[position]).map(|(&years, &rate)| years * rate).collect()
            }),
            (Benchmark::Forecast, _) => vec![Lane::ZERO; block.horizon()],
            (Benchmark::Control(persons), _) => {
                let persons = contract.quantity(persons, Range::Positive)?;
                self.over_budgets(block, |_, budget| {
                    let rates = Rates::of_costs(block.flows, programme, budget).control(
                        Rates::COSTS,
                        Rates::YEARS,
                        persons,
                    );
                    let years = measured.person_years(cohort, budget);
                    years.iter().zip(&rates).map(|(&years, &rate)| years * rate).collect()
                })
            }
            (Benchmark::BeforeAfter, _) => self.over_budgets(block, |_, budget| {
                let rates = Rates::of_costs(block.flows, programme, budget)
                    .before(Rates::FIRST_COSTS, Rates::FIRST_YEARS);
                let years = measured.person_years(cohort, budget);
                years.iter().zip(&rates).map(|(&years, &rate)| years * rate).collect()
            }),
            (Benchmark::Fixed(amount), _) => {
                let amount = contract.quantity(amount, Range::NotNegative)?;
                // In euros of the year of the claims that it is compared with, whenever the payment follows.
                (0..block.horizon())
                    .map(|year| Ok(amount * contract.deflator(year)?))
                    .collect::<Result<_, SettleError>>()?
            }
        };
        let saving = match self.terms.measures {
            Measures::Claims => {
                let actual = self.over_budgets(block, |_, budget| measured.claims(cohort, budget));
                benchmark.iter().zip(&actual).map(|(&benchmark, &actual)| benchmark - actual).collect()
            }
            Measures::Margin => {
                self.check_margin(contract, &measured)?;
                self.over_budgets(block, |_, budget| measured.margin(budget))
            }
        };
        Ok((benchmark, saving))
    }

    fn check_margin(&self, contract: &Contract<'_>, measured: &Measured<'_>) -> Result<(), SettleError> {
        let (arrangement, clause) = contract.names();
        if !matches!(self.terms.benchmark, Benchmark::True) {
            return Err(SettleError::MarginBenchmark { arrangement, clause });
        }
        let programme = self.terms.programme;
        if self.terms.budgets.iter().all(|&budget| measured.separable(programme, budget)) {
            return Ok(());
        }
        let programme = contract.block.scenario.programmes[programme].id.clone();
        Err(SettleError::MarginNotSeparable { arrangement, clause, programme })
    }

    /// Participants who are measured, by year: years alive, on an insurance budget of those insured with the payer.
    fn participants(&self, contract: &Contract<'_>) -> Vec<Lane> {
        let block = contract.block;
        let measured = Measured::new(contract);
        let cohort = &block.flows.cohorts[self.terms.programme];
        let mut most = vec![Lane::ZERO; block.horizon()];
        for &budget in &self.terms.budgets {
            let persons = if block.scenario.budgets[budget].insurance {
                measured.person_years(cohort, budget)
            } else {
                let scale = block.market.per_person();
                (0..block.horizon()).map(|year| cohort.person_years.at(0, year) * scale).collect()
            };
            for (most, persons) in most.iter_mut().zip(persons) {
                *most = most.max(persons);
            }
        }
        most
    }

    /// How many the benchmark rests on, by settlement of so many participant-years: those that are stated, else those of the
    /// control group, or the participants themselves in the year before; `None` where it adds no error.
    fn behind(
        &self,
        contract: &Contract<'_>,
        stated: Option<&Quantity>,
        years: &[Lane],
    ) -> Result<Option<Vec<Lane>>, SettleError> {
        let persons = match (stated, &self.terms.benchmark) {
            (Some(persons), _) | (None, Benchmark::Control(persons)) => persons,
            (None, Benchmark::BeforeAfter) => return Ok(Some(years.to_vec())),
            (None, _) => return Ok(None),
        };
        Ok(Some(vec![contract.quantity(persons, Range::Positive)?; years.len()]))
    }

    /// Adds the error of measurement to savings by settlement.
    fn add_error(
        &self,
        contract: &Contract<'_>,
        benchmark: &[Lane],
        saving: &mut [Lane],
    ) -> Result<(), SettleError> {
        let Some(error) = &self.terms.error else { return Ok(()) };
        let spread: Vec<Lane> = match error {
            MeasurementError::Stated(sd) => {
                vec![contract.quantity(sd, Range::NotNegative)?; saving.len()]
            }
            MeasurementError::People { cv, r_squared, controls } => {
                let cv = contract.quantity(cv, Range::NotNegative)?;
                let r_squared = contract.quantity(r_squared, Range::Share)?;
                let years = contract.by_settlement(self.terms.whole_contract, self.participants(contract));
                let behind = self.behind(contract, controls.as_ref(), &years)?;
                let spread = |year: usize, lane: usize| match years[year][lane] > 0.0 {
                    true => kernel::standard_error(
                        cv[lane],
                        r_squared[lane],
                        years[year][lane],
                        behind.as_ref().map(|behind| behind[year][lane]),
                    ),
                    // Nobody is measured.
                    false => 0.0,
                };
                (0..years.len()).map(|year| Lane::from_fn(|lane| spread(year, lane))).collect()
            }
        };
        for (year, saving) in saving.iter_mut().enumerate() {
            if contract.settles(self.terms.whole_contract, year) {
                *saving += benchmark[year] * spread[year] * chance::error(contract, "saving", year);
            }
        }
        Ok(())
    }

    /// What is measured, paid and paid back, by year concerned.
    fn settle(&self, contract: &Contract<'_>, agreed: &Agreed) -> Result<Settlement, SettleError> {
        let (benchmark, saving) = self.compare(contract, agreed)?;
        let benchmark = contract.by_settlement(self.terms.whole_contract, benchmark);
        let mut saving = contract.by_settlement(self.terms.whole_contract, saving);
        self.add_error(contract, &benchmark, &mut saving)?;
        let kernels = self.kernels(contract)?;
        let deflators: Vec<Lane> =
            (0..contract.block.horizon()).map(|year| contract.deflator(year)).collect::<Result<_, _>>()?;
        let minimum = self.minimum(contract)?;
        let settled = |year: usize, draw: usize| {
            // Amounts of a contract are in euros of the year of the claims, as the benchmark is.
            let kernel = kernels[draw].at(minimum[year][draw], deflators[year][draw]);
            kernel.settle(benchmark[year][draw], saving[year][draw])
        };
        let payments = contract.capped(|year| Ok(Lane::from_fn(|draw| settled(year, draw).payment)))?;
        let repayments = (0..contract.block.horizon())
            .map(|year| Lane::from_fn(|draw| settled(year, draw).repayment))
            .collect();
        Ok(Settlement { saving, payments, repayments })
    }

    /// Saving as a share of the benchmark from which it counts, by year settled.
    fn minimum(&self, contract: &Contract<'_>) -> Result<Vec<Lane>, SettleError> {
        let terms = self.terms;
        let stated = contract.quantity(&terms.minimum_savings_rate, Range::Share)?;
        let mut minimum = vec![stated; contract.block.horizon()];
        if terms.minimum_by_size.is_empty() && terms.significance.is_none() {
            return Ok(minimum);
        }
        let years = contract.by_settlement(terms.whole_contract, self.participants(contract));
        let in_force = (0..contract.block.horizon()).filter(|&year| contract.in_force(year)).count();
        let settled_together = if terms.whole_contract { in_force.max(1) as f64 } else { 1.0 };
        if !terms.minimum_by_size.is_empty() {
            let rates: Vec<(f64, Lane)> = terms
                .minimum_by_size
                .iter()
                .map(|(size, rate)| Ok((*size, contract.quantity(rate, Range::Share)?)))
                .collect::<Result<_, SettleError>>()?;
            for (minimum, &years) in minimum.iter_mut().zip(&years) {
                *minimum = minimum.max(Lane::from_fn(|lane| {
                    let scale: Vec<(f64, f64)> =
                        rates.iter().map(|(size, rate)| (*size, rate[lane])).collect();
                    kernel::minimum_by_size(&scale, years[lane] / settled_together)
                }));
            }
        }
        if let Some(test) = &terms.significance {
            let z = contract.quantity(&test.z, Range::NotNegative)?;
            let cv = contract.quantity(&test.cv, Range::NotNegative)?;
            let r_squared = contract.quantity(&test.r_squared, Range::Share)?;
            let behind = self.behind(contract, test.controls.as_ref(), &years)?;
            for (year, (minimum, &years)) in minimum.iter_mut().zip(&years).enumerate() {
                *minimum = minimum.max(Lane::from_fn(|lane| {
                    let controls = behind.as_ref().map(|behind| behind[year][lane]);
                    let error = kernel::standard_error(cv[lane], r_squared[lane], years[lane], controls);
                    if z[lane] == 0.0 { 0.0 } else { z[lane] * error }
                }));
            }
        }
        Ok(minimum)
    }

    /// The contract's terms in each draw of the block.
    fn kernels(&self, contract: &Contract<'_>) -> Result<[Kernel; LANES], SettleError> {
        let terms = self.terms;
        let share = contract.quantity(&terms.share, Range::Share)?;
        let quality = contract.optional(terms.quality.as_ref(), Range::Share)?.unwrap_or(Lane::ONE);
        let least = contract.optional(terms.quality_minimum.as_ref(), Range::Share)?.unwrap_or(Lane::ZERO);
        // Who fails the minimum has a quality of nothing.
        let quality = quality.zip(least, |quality, least| if quality < least { 0.0 } else { quality });
        let minimum = contract.quantity(&terms.minimum_savings_rate, Range::Share)?;
        let cap = contract.optional(terms.cap_savings_rate.as_ref(), Range::NotNegative)?;
        let loss = match &terms.loss {
            None => None,
            Some(loss) => {
                let mut of_loss = contract.quantity(&loss.share, Range::Share)?;
                if let Some((least, most)) = &loss.by_quality {
                    let least = contract.quantity(least, Range::Share)?;
                    let most = contract.quantity(most, Range::Share)?;
                    of_loss = Lane::from_fn(|lane| {
                        kernel::loss_share_by_quality(share[lane], quality[lane], least[lane], most[lane])
                    });
                }
                Some((
                    of_loss,
                    contract.optional(loss.minimum_rate.as_ref(), Range::Share)?,
                    contract.optional(loss.cap_rate.as_ref(), Range::NotNegative)?,
                    contract.optional(loss.cap_amount.as_ref(), Range::NotNegative)?,
                ))
            }
        };
        Ok(std::array::from_fn(|draw| Kernel {
            share: share[draw] * quality[draw],
            minimum_savings_rate: minimum[draw],
            deductible: terms.deductible,
            cap_savings_rate: cap.map(|cap| cap[draw]),
            loss: loss.map(|(share, minimum_rate, cap, amount)| LossKernel {
                share: share[draw],
                minimum_rate: minimum_rate.map(|rate| rate[draw]),
                cap_rate: cap.map(|cap| cap[draw]),
                cap_amount: amount.map(|amount| amount[draw]),
            }),
        }))
    }
}

impl Rule for SharedSavingsRule<'_> {
    fn phase(&self) -> Phase {
        Phase::Contingent
    }

    fn foreseen(&self, contract: &Contract<'_>, _known: &Known<'_>) -> Result<Vec<Lane>, SettleError> {
        let block = contract.block;
        if !matches!(self.terms.benchmark, Benchmark::Forecast) || !block.offers(self.terms.programme) {
            return Ok(Vec::new());
        }
        let measured = Measured::new(contract);
        let shadow = &block.flows.shadows[self.terms.programme];
        let mut amounts = Vec::new();
        for &budget in &self.terms.budgets {
            amounts.extend(measured.claims(shadow, budget));
            amounts.extend(measured.person_years(shadow, budget));
        }
        Ok(amounts)
    }

    fn agree(&self, contract: &Contract<'_>, means: &[f64], _warnings: &mut Vec<Warning>) -> Agreed {
        let years = contract.block.horizon();
        if means.is_empty() || years == 0 {
            return Agreed::Nothing;
        }
        let rate = |(&claims, &years): (&f64, &f64)| if years > 0.0 { claims / years } else { 0.0 };
        let rates = means.chunks(2 * years).map(|budget| {
            let (claims, person_years) = budget.split_at(years);
            claims.iter().zip(person_years).map(rate).collect()
        });
        Agreed::Forecast(rates.collect())
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        if !contract.block.offers(self.terms.programme) {
            return Ok(Vec::new());
        }
        let settlement = self.settle(contract, agreed)?;
        let mut lines = contract.pay(&settlement.payments);
        if self.terms.loss.is_some() {
            lines.extend(contract.pay_back(&settlement.repayments));
        }
        Ok(lines)
    }

    fn figures(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        agreed: &Agreed,
    ) -> Result<Vec<Figure>, SettleError> {
        if !contract.block.offers(self.terms.programme) {
            return Ok(Vec::new());
        }
        let settlement = self.settle(contract, agreed)?;
        let pays = |&payment: &Lane| payment.map(|payment| f64::from(u8::from(payment > 0.0)));
        let figure = |name: &str, unit, by_year| Figure {
            clause: contract.index,
            name: name.to_owned(),
            unit,
            by_year,
        };
        let pays = settlement.payments.iter().map(pays).collect();
        Ok(vec![figure("measured_result", "EUR", settlement.saving), figure("pays", "share of draws", pays)])
    }

    fn warnings(&self, contract: &Contract<'_>) -> Result<Vec<Warning>, SettleError> {
        let block = contract.block;
        if !block.offers(self.terms.programme) {
            return Ok(Vec::new());
        }
        let mut warnings = Vec::new();
        let clause = contract.clause_of();
        let expected = block.scenario.uncertainty.engine == Engine::Expected && self.terms.error.is_none();
        let loss = self.terms.loss.as_ref().and_then(|loss| loss.minimum_rate.as_ref());
        let tested = self.terms.significance.is_some() || !self.terms.minimum_by_size.is_empty();
        for rate in std::iter::once(&self.terms.minimum_savings_rate).chain(loss) {
            if expected && (tested || contract.quantity(rate, Range::Share)?.any(|rate| rate > 0.0)) {
                warnings.push(Warning::ChanceIgnored { clause, result: None });
                break;
            }
        }
        let measured = Measured::new(contract);
        let insurers = block.market.insurers();
        let insures = insurers.iter().any(|(party, _)| measured.payers.contains(party));
        for &budget in &self.terms.budgets {
            let budget_of = &block.scenario.budgets[budget];
            let concerned = if budget_of.insurance { insures } else { measured.held(budget) != 0.0 };
            if !concerned {
                warnings.push(Warning::HoldsNothing { clause, budget });
            }
        }
        Ok(warnings)
    }
}

#[cfg(test)]
mod tests;
