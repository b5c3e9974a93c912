//! An amount per head and year, whatever is delivered: population-based payment.
//!
//! **Rule.** With h_t heads and an amount b, payment_t = b · h_t. Heads are
//!
//! - those who reached a step and are alive at the start of each of some years since (its restriction makes groups of
//!   different weight: a clause each); or
//! - the whole population, weighted: a named outcome such as one per year of life, more for the old. Where the arrangement's
//!   gate stops enrolment they are paid for no longer from its year on, unless `despite_gate`, and nothing is settled.
//!
//! With a corridor of width γ and a share α, and costs C_t that the receiver bears in the base, the part 1 − α of a
//! deviation beyond ±γ · payment_t is settled with the payer: it pays (1 − α) · max(0, C_t − (1 + γ) payment_t) more, or
//! is paid back (1 − α) · max(0, (1 − γ) payment_t − C_t). C_t are the resource costs of the base that the receiver bears
//! itself, of all people, in the year concerned; what others pay it for delivery, or it pays others, is not in them.
//!
//! With a stop-loss the payer carries a share of what single heads cost above a limit in a year (`stop_loss` in this folder). The
//! corridor then looks at costs without that excess: at C_t less its mean, since C_t is a mean over what chance makes of
//! single persons.
//!
//! The clause's caps limit the payment, what the corridor adds to it and what the stop-loss pays together. A cap does not
//! move the corridor, which lies around b · h_t; and what a cap has kept from being paid is not paid back either: only
//! what was paid beyond what is due less the payer's part comes back.
//!
//! **Who bears which risk.** Volume of work, price, retention and outcome: the provider, within the corridor. Single
//! persons who are very dear: the provider up to the limit of the stop-loss, the payer beyond it. The
//! payer: that heads are counted rightly, and that work is put off. Measurement: in the weights. Liquidity: low.
//!
//! **Example.** EUR 120 for each of 1,000 heads is 120,000. Costs 150,000, corridor 10%, beyond it 40% stays with the
//! provider: 150,000 − 132,000 = 18,000 too much, of which the payer adds 60%: 10,800. Under a cap of EUR 100,000 a year it
//! pays 100,000.

mod stop_loss;
#[cfg(test)]
mod tests;

use super::Rule;
use crate::formula::Lane;
use crate::scenario::checked::{Corridor, Heads, Quantity, Request, Requested, StopLoss};
use crate::settle::books::{BookLine, Books, Figure};
use crate::settle::contract::{Contract, Range};
use crate::settle::{Agreed, Phase, SettleError, costs};

/// Terms of a capitation.
#[derive(Clone, Copy, Debug)]
pub struct Capitation<'a> {
    /// Who counts.
    pub heads: &'a Heads,
    /// EUR per head and year.
    pub amount: &'a Quantity,
    /// How a deviation of costs is shared.
    pub corridor: Option<&'a Corridor>,
    /// What the payer carries of persons who are dear.
    pub stop_loss: Option<&'a StopLoss>,
}

impl Capitation<'_> {
    /// Whether the strategy offers the programme whose people are the heads; a population is there anyway.
    fn is_offered(&self, contract: &Contract<'_>) -> bool {
        match self.heads {
            Heads::Step { persons, .. } => contract.block.offers(persons.programme),
            Heads::Population { .. } => true,
        }
    }

    fn heads(&self, contract: &Contract<'_>) -> Result<Vec<Lane>, SettleError> {
        let block = contract.block;
        match self.heads {
            Heads::Step { years, .. } => every_year(contract, *years),
            Heads::Population { outcome } => {
                let flows = block.flows;
                let scale = block.market.per_person();
                let heads = |year| {
                    flows.outcome_level.at(*outcome, year) + flows.outcome_increment.at(*outcome, year)
                };
                Ok((0..block.horizon()).map(|year| heads(year) * scale * contract.goes_on(year)).collect())
            }
        }
    }

    /// What is added and what is paid back because costs are not what the amount brings; `excess` is what a stop-loss
    /// takes out of costs.
    fn deviation(
        &self,
        contract: &Contract<'_>,
        corridor: &Corridor,
        payment: &[Lane],
        excess: &[Lane],
    ) -> Result<(Vec<Lane>, Vec<Lane>), SettleError> {
        let costs = costs_of_receiver(contract, &corridor.base)?;
        let width = contract.quantity(&corridor.width, Range::Share)?;
        let shared = 1.0 - contract.quantity(&corridor.beyond, Range::Share)?;
        let beyond = |year: usize, sign: f64| {
            if !contract.in_force(year) {
                return Lane::ZERO;
            }
            let deviation = (costs[year] - excess[year] - payment[year]) * sign;
            let settled = match self.heads {
                Heads::Step { .. } => Lane::ONE,
                Heads::Population { .. } => contract.goes_on(year),
            };
            (deviation - width * payment[year]).max(Lane::ZERO) * shared * settled
        };
        let years = 0..payment.len();
        Ok((
            years.clone().map(|year| beyond(year, 1.0)).collect(),
            years.map(|year| beyond(year, -1.0)).collect(),
        ))
    }
}

/// Resource costs that the receiver bears itself in a base, by year.
fn costs_of_receiver(contract: &Contract<'_>, base: &Request) -> Result<Vec<Lane>, SettleError> {
    let [(party, _)] = contract.block.market.resolve(contract.clause.to)[..] else {
        let (arrangement, clause) = contract.names();
        return Err(SettleError::SeveralPaid { arrangement, clause });
    };
    let Requested::Cost(what) = base.what else {
        let (arrangement, clause) = contract.names();
        return Err(SettleError::NotCounted { arrangement, clause });
    };
    Ok(costs::resources(contract.block, base.programme, what, party))
}

/// Persons at the start of each year since a step, by calendar year.
pub(super) fn every_year(contract: &Contract<'_>, years: usize) -> Result<Vec<Lane>, SettleError> {
    let mut heads = vec![Lane::ZERO; contract.block.horizon()];
    for year in 0..years {
        for (sum, here) in heads.iter_mut().zip(contract.persons(year)?) {
            *sum += here;
        }
    }
    Ok(heads)
}

impl Rule for Capitation<'_> {
    fn phase(&self) -> Phase {
        Phase::Delivery
    }

    fn post(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        _agreed: &Agreed,
    ) -> Result<Vec<BookLine>, SettleError> {
        if !self.is_offered(contract) {
            return Ok(Vec::new());
        }
        let heads = self.heads(contract)?;
        let amount = contract.quantity(self.amount, Range::NotNegative)?;
        let payment: Vec<Lane> = (0..contract.block.horizon())
            .map(|year| Ok(heads[year] * amount * contract.lagged_deflator(year)?))
            .collect::<Result<_, SettleError>>()?;
        let none = vec![Lane::ZERO; payment.len()];
        let excess = match self.stop_loss {
            Some(stop_loss) => stop_loss::excess(contract, stop_loss, &heads)?,
            None => stop_loss::Excess { carried: none.clone(), mean: none.clone() },
        };
        let (added, returned) = match self.corridor {
            Some(corridor) => self.deviation(contract, corridor, &payment, &excess.mean)?,
            None => (none.clone(), none),
        };
        let due = |year: usize| payment[year] + excess.carried[year];
        let paid = contract.capped(|year| Ok(due(year) + added[year]))?;
        if self.corridor.is_none() {
            return Ok(contract.pay(&paid));
        }
        // What caps have kept from being paid is not paid back.
        let returned: Vec<Lane> = (0..paid.len())
            .map(|year| {
                let not_paid = (due(year) - paid[year]).max(Lane::ZERO);
                (returned[year] - not_paid).max(Lane::ZERO)
            })
            .collect();
        let mut lines = contract.pay(&paid);
        lines.extend(contract.pay_back(&returned));
        Ok(lines)
    }

    fn figures(
        &self,
        contract: &Contract<'_>,
        _earlier: &Books,
        _agreed: &Agreed,
    ) -> Result<Vec<Figure>, SettleError> {
        let Some(stop_loss) = self.stop_loss.filter(|_| self.is_offered(contract)) else {
            return Ok(Vec::new());
        };
        let excess = stop_loss::excess(contract, stop_loss, &self.heads(contract)?)?;
        let name = "carried_above_limit".to_owned();
        Ok(vec![Figure { clause: contract.index, name, unit: "EUR", by_year: excess.carried }])
    }
}
