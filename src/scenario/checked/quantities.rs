//! Every number of a clause, whatever its type.

use super::{
    Benchmark, BondTrigger, Bundle, BundleStep, Clause, Corridor, CountBenchmark, Heads, HighestPrice,
    ImpactBond, LossTerms, MeasurementError, OutcomeTerms, Pays, Quantity, RevolvingFund, ShareRule,
    SharedSavings, Significance, StopLoss, Terms, Tier,
};

impl Clause {
    /// The quantities that settling the clause evaluates, in a fixed order; conditions of `where` are not among them:
    /// they are looked at while people are followed.
    #[must_use]
    pub fn quantities(&self) -> Vec<&Quantity> {
        let mut list: Vec<&Quantity> = Vec::new();
        list.extend(&self.cap_per_year);
        list.extend(&self.cap_total);
        list.extend(self.terms.quantities());
        list
    }
}

// No field is passed over by `..` where one could hold a quantity: a new one must be listed here.
impl Terms {
    fn quantities(&self) -> Vec<&Quantity> {
        let mut list: Vec<&Quantity> = Vec::new();
        match self {
            Self::Fee { persons: _, quarters: _, stay, price, tiers, volume_cap, highest } => {
                list.extend([stay, price]);
                for Tier { above, price } in tiers {
                    list.extend([above, price]);
                }
                list.extend(volume_cap);
                if let Some(highest) = highest {
                    let HighestPrice { legal, raise } = &**highest;
                    list.extend([legal, raise]);
                }
            }
            Self::Capitation { heads, amount, corridor, stop_loss } => {
                match heads {
                    Heads::Step { .. } | Heads::Population { .. } => list.push(amount),
                }
                if let Some(Corridor { base: _, width, beyond }) = corridor {
                    list.extend([width, beyond]);
                }
                if let Some(stop_loss) = stop_loss {
                    let StopLoss { base: _, limit, cv, carried } = &**stop_loss;
                    list.extend([limit, cv, carried]);
                }
            }
            Self::Bundled(Bundle::ByStep(steps)) => {
                list.extend(steps.iter().map(|BundleStep { persons: _, before: _, price }| price));
            }
            Self::Bundled(Bundle::ByYear { persons: _, years: _, price }) => list.push(price),
            // The response keeps people away, which settlement finds done.
            Self::Copayment { persons: _, price, response: _ } => list.push(price),
            Self::LumpSum { amount } => list.push(amount),
            Self::Subsidy { base: _, share, grant, carry_over, clawback: _ } => {
                list.extend([share, carry_over]);
                list.extend(grant);
            }
            Self::CostShare { base: _, parties: _, rule, ex_post: _, needed: _ } => match rule {
                ShareRule::Fixed(shares) => list.extend(shares),
                ShareRule::Nash(weights) => list.extend(weights.iter().flatten()),
                ShareRule::Equal | ShareRule::Proportional | ShareRule::Shapley => {}
            },
            Self::SharedSavings(terms) => list.extend(terms.quantities()),
            Self::OutcomePayment(terms) => list.extend(terms.quantities()),
            Self::ImpactBond(bond) => {
                let ImpactBond {
                    provider: _,
                    investment,
                    investment_years: _,
                    assessor_fee,
                    return_cap,
                    triggers,
                } = &**bond;
                list.extend([investment, assessor_fee, return_cap]);
                list.extend(
                    triggers.iter().flat_map(|BondTrigger { id: _, name: _, terms }| terms.quantities()),
                );
            }
            Self::CoFinancing { outcome: _, equalised } => list.push(equalised),
            Self::Guarantee { floor, share, whole_contract: _ } => list.extend([floor, share]),
            Self::RevolvingFund(fund) => {
                let RevolvingFund {
                    base: _,
                    share,
                    capital,
                    capital_from: _,
                    interest,
                    administration,
                    repay,
                } = &**fund;
                list.extend([share, capital, interest, administration]);
                list.extend(repay.iter().map(|(_, share)| share));
            }
        }
        list
    }
}

impl SharedSavings {
    fn quantities(&self) -> Vec<&Quantity> {
        let Self {
            programme: _,
            budgets: _,
            benchmark,
            measures: _,
            share,
            minimum_savings_rate,
            minimum_by_size,
            significance,
            error,
            quality,
            quality_minimum,
            deductible: _,
            cap_savings_rate,
            loss,
            whole_contract: _,
        } = self;
        let mut list = vec![share, minimum_savings_rate];
        match benchmark {
            Benchmark::True | Benchmark::Forecast | Benchmark::BeforeAfter => {}
            Benchmark::Fixed(amount) | Benchmark::Control(amount) => list.push(amount),
        }
        list.extend(minimum_by_size.iter().map(|(_, rate)| rate));
        if let Some(Significance { z, cv, r_squared, controls }) = significance {
            list.extend([z, cv, r_squared]);
            list.extend(controls);
        }
        match error {
            None => {}
            Some(MeasurementError::Stated(sd)) => list.push(sd),
            Some(MeasurementError::People { cv, r_squared, controls }) => {
                list.extend([cv, r_squared]);
                list.extend(controls);
            }
        }
        list.extend(quality);
        list.extend(quality_minimum);
        list.extend(cap_savings_rate);
        if let Some(LossTerms { share, minimum_rate, cap_rate, cap_amount, by_quality }) = loss {
            list.push(share);
            list.extend(minimum_rate);
            list.extend(cap_rate);
            list.extend(cap_amount);
            list.extend(by_quality.iter().flat_map(|(least, most)| [least, most]));
        }
        list
    }
}

impl OutcomeTerms {
    fn quantities(&self) -> Vec<&Quantity> {
        let Self { counts: _, per: _, benchmark, fewer: _, threshold, pays, error_sd, whole_contract: _ } =
            self;
        let (Pays::PerUnit(price) | Pays::Trigger(price)) = pays;
        let mut list = vec![threshold, price];
        list.extend(error_sd);
        match benchmark {
            CountBenchmark::Nothing
            | CountBenchmark::True
            | CountBenchmark::Forecast
            | CountBenchmark::BeforeAfter => {}
            CountBenchmark::Fixed(number) | CountBenchmark::Control(number) => list.push(number),
        }
        list
    }
}
