//! What clauses say, by type.

use super::{Payer, Quantity, Request, Requested, Tallied};

/// What a clause says. Prices and amounts are EUR of the valuation's price year unless the clause is nominal.
#[derive(Clone, Debug)]
pub enum Terms {
    /// A price per person who reaches a step, once or by quarter.
    Fee {
        /// Persons by year.
        persons: Request,
        /// Quarters that are paid for, each at its start; 1: once.
        quarters: usize,
        /// Share of those paid for in a quarter who are still there in the next.
        stay: Quantity,
        /// EUR per person (and quarter).
        price: Quantity,
        /// Other prices for persons beyond a number in a year, by rising number.
        tiers: Vec<Tier>,
        /// Persons (or quarters of persons) a year that are paid for at most.
        volume_cap: Option<Quantity>,
    },
    /// An amount per head and year.
    Capitation {
        /// Who counts.
        heads: Heads,
        /// EUR per head and year.
        amount: Quantity,
        /// How a deviation of costs is shared; `None`: all of it is the receiver's.
        corridor: Option<Corridor>,
        /// What the payer carries of heads who are dear; `None`: nothing.
        stop_loss: Option<Box<StopLoss>>,
    },
    /// One price for a whole path.
    Bundled(Bundle),
    /// A yearly amount.
    LumpSum {
        /// EUR per year.
        amount: Quantity,
    },
    /// A share of costs actually borne, up to a grant, with carry-over and claw-back of what is not spent.
    Subsidy {
        /// Costs that qualify.
        base: Request,
        /// Share of the costs that is paid.
        share: Quantity,
        /// EUR granted per year; `None`: open-ended.
        grant: Option<Quantity>,
        /// Share of a year's grant that may be carried to the next year.
        carry_over: Quantity,
        /// Whether the grant is paid in advance and what is left is taken back (else paid on costs).
        clawback: bool,
    },
    /// Costs borne by one party, shared by several.
    CostShare {
        /// Costs that are shared.
        base: Request,
        /// Parties that share.
        parties: Vec<Payer>,
        /// By what rule.
        rule: ShareRule,
        /// Whether shares follow from what happened in the draw, not from what was expected.
        ex_post: bool,
        /// Whether nothing happens without the party, in the order of the parties.
        needed: Vec<bool>,
    },
    /// A price per person who reaches a step, paid by participants.
    Copayment {
        /// Persons by year.
        persons: Request,
        /// EUR per person.
        price: Quantity,
        /// Share of those who would take the step that each euro keeps away; `None`: nobody is.
        response: Option<Quantity>,
    },
    /// A share of measured savings.
    SharedSavings(Box<SharedSavings>),
    /// A price for measured results.
    OutcomePayment(Box<OutcomeTerms>),
    /// An investor pays beforehand and is repaid for measured results.
    ImpactBond(Box<ImpactBond>),
    /// A part of what use of care costs, paid by another party.
    CoFinancing {
        /// Named outcome that holds the amount per case, EUR.
        outcome: usize,
        /// Share of a change that an equalisation scheme undoes.
        equalised: Quantity,
    },
    /// A floor under a party's net position.
    Guarantee {
        /// EUR per year (or over the contract); negative: a loss that stays.
        floor: Quantity,
        /// Share of what is missing that is paid.
        share: Quantity,
        /// Whether the contract period is settled as one, at its end.
        whole_contract: bool,
    },
    /// A fund that pays for delivery and is repaid out of savings.
    RevolvingFund(Box<RevolvingFund>),
}

impl Terms {
    /// What the clause needs counted while people are followed, in a fixed order.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        match self {
            Self::Fee { persons, quarters, .. } => (0..*quarters).map(|q| persons.later(q)).collect(),
            Self::Copayment { persons, .. } => vec![persons.clone()],
            Self::Subsidy { base, .. } | Self::CostShare { base, .. } => vec![base.clone()],
            Self::Capitation { heads: Heads::Step { persons, years }, .. }
            | Self::Bundled(Bundle::ByYear { persons, years, .. }) => {
                (0..*years).map(|year| persons.later(4 * year)).collect()
            }
            Self::Bundled(Bundle::ByStep(steps)) => steps.iter().map(|step| step.persons.clone()).collect(),
            Self::OutcomePayment(terms) => terms.requests(),
            Self::ImpactBond(bond) => bond.triggers.iter().flat_map(|t| t.terms.requests()).collect(),
            Self::RevolvingFund(fund) => vec![fund.base.clone()],
            Self::LumpSum { .. }
            | Self::Capitation { heads: Heads::Population { .. }, .. }
            | Self::SharedSavings(_)
            | Self::CoFinancing { .. }
            | Self::Guarantee { .. } => Vec::new(),
        }
    }

    /// The programme whose results are measured, where payments follow from a measurement that may be wrong.
    #[must_use]
    pub fn measures(&self) -> Option<usize> {
        match self {
            Self::SharedSavings(terms) => Some(terms.programme),
            Self::OutcomePayment(terms) => Some(terms.counts.programme),
            Self::ImpactBond(bond) => bond.triggers.first().map(|trigger| trigger.terms.counts.programme),
            _ => None,
        }
    }

    /// Whether what is measured has an error of its own, besides chance between persons.
    #[must_use]
    pub fn measures_with_error(&self) -> bool {
        match self {
            Self::SharedSavings(terms) => terms.error.is_some(),
            Self::OutcomePayment(terms) => terms.error_sd.is_some(),
            Self::ImpactBond(bond) => bond.triggers.iter().any(|trigger| trigger.terms.error_sd.is_some()),
            _ => false,
        }
    }

    /// Whether what is measured rests on a stated number of other persons, however many take part.
    #[must_use]
    pub fn controls_are_stated(&self) -> bool {
        let counted = |terms: &OutcomeTerms| matches!(terms.benchmark, CountBenchmark::Control(_));
        match self {
            Self::SharedSavings(terms) => matches!(terms.benchmark, Benchmark::Control(_)),
            Self::OutcomePayment(terms) => counted(terms),
            Self::ImpactBond(bond) => bond.triggers.iter().any(|trigger| counted(&trigger.terms)),
            _ => false,
        }
    }

    /// Whether a result, by its name where there are several, is settled once for the whole contract.
    #[must_use]
    pub fn settles_as_one(&self, result: &str) -> bool {
        match self {
            Self::SharedSavings(terms) => terms.whole_contract,
            Self::OutcomePayment(terms) => terms.whole_contract,
            Self::ImpactBond(bond) => {
                let mut triggers = bond.triggers.iter();
                triggers.any(|trigger| trigger.id == result && trigger.terms.whole_contract)
            }
            _ => false,
        }
    }

    /// Whether something is measured against people apart from the participants, or against another time.
    #[must_use]
    pub fn is_apart(&self) -> bool {
        match self {
            Self::SharedSavings(terms) => {
                matches!(terms.benchmark, Benchmark::Control(_) | Benchmark::BeforeAfter)
            }
            Self::OutcomePayment(terms) => terms.benchmark.is_apart(),
            Self::ImpactBond(bond) => bond.triggers.iter().any(|trigger| trigger.terms.benchmark.is_apart()),
            _ => false,
        }
    }

    /// Whether something is measured against what would really have been, which nobody can observe.
    #[must_use]
    pub fn idealised(&self) -> bool {
        let count = |terms: &OutcomeTerms| terms.benchmark.idealised();
        match self {
            Self::SharedSavings(terms) => matches!(terms.benchmark, Benchmark::True),
            Self::OutcomePayment(terms) => count(terms),
            Self::ImpactBond(bond) => bond.triggers.iter().any(|trigger| count(&trigger.terms)),
            _ => false,
        }
    }

    /// Whether the clause reads totals over the population by year.
    #[must_use]
    pub fn needs_population(&self) -> bool {
        matches!(self, Self::CoFinancing { .. } | Self::Capitation { heads: Heads::Population { .. }, .. })
    }
}

impl Request {
    /// The same persons some quarters later.
    fn later(&self, quarters: usize) -> Self {
        let mut request = self.clone();
        if let Requested::Persons { quarter, .. } = &mut request.what {
            *quarter += quarters;
        }
        request
    }

    /// The same count of those insured with a named insurer; `None` where insurers make no difference.
    pub(super) fn of_insurer(&self, named: usize) -> Option<Self> {
        let mut request = self.clone();
        match &mut request.what {
            Requested::Participants { insurer, .. } => *insurer = Some(named),
            Requested::Persons { .. } | Requested::Cost(_) | Requested::Before { .. } => return None,
        }
        Some(request)
    }
}

/// A price for persons beyond a number.
#[derive(Clone, Debug)]
pub struct Tier {
    /// Persons a year beyond which it holds.
    pub above: Quantity,
    /// EUR per person.
    pub price: Quantity,
}

/// Who counts under a capitation.
#[derive(Clone, Debug)]
pub enum Heads {
    /// Those who reached a step, alive at the start of each of some years since.
    Step {
        /// Persons by year.
        persons: Request,
        /// Years that are paid for.
        years: usize,
    },
    /// The whole population, weighted: a named outcome.
    Population {
        /// Index of the outcome.
        outcome: usize,
    },
}

/// Sharing of a deviation of costs from what a capitation brings.
#[derive(Clone, Debug)]
pub struct Corridor {
    /// Costs that are compared with it.
    pub base: Request,
    /// Deviation, as a share of the payment, that the receiver bears alone.
    pub width: Quantity,
    /// Share of a deviation beyond it that the receiver bears.
    pub beyond: Quantity,
}

/// Sharing of what single heads cost above a limit.
#[derive(Clone, Debug)]
pub struct StopLoss {
    /// Costs of which the heads have each a part.
    pub base: Request,
    /// EUR per head and year above which the payer carries costs.
    pub limit: Quantity,
    /// Coefficient of variation of what one head costs in a year.
    pub cv: Quantity,
    /// Share of the costs above the limit that the payer carries.
    pub carried: Quantity,
}

/// What one price is for.
#[derive(Clone, Debug)]
pub enum Bundle {
    /// A path by the deepest step reached; every step after the steps that come before it.
    ByStep(Vec<BundleStep>),
    /// Every year since a step was reached.
    ByYear {
        /// Persons by year.
        persons: Request,
        /// Years that are paid for.
        years: usize,
        /// EUR per person and year.
        price: Quantity,
    },
}

/// A step with the price of the path up to it.
#[derive(Clone, Debug)]
pub struct BundleStep {
    /// Persons who reach it, by year.
    pub persons: Request,
    /// Position in the list of the nearest priced step before it.
    pub before: Option<usize>,
    /// EUR for the path up to this step.
    pub price: Quantity,
}

/// How a cost is shared.
#[derive(Clone, Debug)]
pub enum ShareRule {
    /// Stated shares, in the order of the parties; together at most 1.
    Fixed(Vec<Quantity>),
    /// The same for each.
    Equal,
    /// In proportion to expected benefit net of leakages.
    Proportional,
    /// By what each adds to the coalitions it could join.
    Shapley,
    /// So that gains are divided by bargaining power, in the order of the parties; `None`: equally.
    Nash(Option<Vec<Quantity>>),
}

/// Terms of shared savings.
#[derive(Clone, Debug)]
pub struct SharedSavings {
    /// Programme whose participants are measured.
    pub programme: usize,
    /// Budgets whose costs are measured.
    pub budgets: Vec<usize>,
    /// What actual costs are compared with.
    pub benchmark: Benchmark,
    /// Whether leakages are left out (`claims`) or taken off (`margin`).
    pub measures: Measures,
    /// Share of the saving that is paid.
    pub share: Quantity,
    /// Saving, as a share of the benchmark, below which nothing is paid.
    pub minimum_savings_rate: Quantity,
    /// The same by number of participants, rising numbers, straight lines between; empty: no such scale.
    pub minimum_by_size: Vec<(f64, Quantity)>,
    /// The saving must also be more than chance would bring.
    pub significance: Option<Significance>,
    /// Error with which the saving is measured; `None`: only what chance the people themselves bring.
    pub error: Option<MeasurementError>,
    /// Quality score from 0 to 1 that the share is multiplied by.
    pub quality: Option<Quantity>,
    /// Quality below which nothing is paid.
    pub quality_minimum: Option<Quantity>,
    /// Pay on the excess over the minimum only, not from the first euro.
    pub deductible: bool,
    /// Payment at most this share of the benchmark.
    pub cap_savings_rate: Option<Quantity>,
    /// Terms when costs are above the benchmark; `None`: one-sided.
    pub loss: Option<LossTerms>,
    /// Whether the contract period is settled as one, at its end.
    pub whole_contract: bool,
}

/// Terms of a two-sided contract when costs are above the benchmark.
#[derive(Clone, Debug)]
pub struct LossTerms {
    /// Share of the loss that is paid back.
    pub share: Quantity,
    /// Loss, as a share of the benchmark, below which nothing is paid back; `None`: the minimum that applies to savings.
    pub minimum_rate: Option<Quantity>,
    /// Repayment at most this share of the benchmark.
    pub cap_rate: Option<Quantity>,
    /// Repayment at most this, EUR per settlement.
    pub cap_amount: Option<Quantity>,
    /// Bounds of a share that falls with quality, 1 − share × quality, instead of `share`.
    pub by_quality: Option<(Quantity, Quantity)>,
}

/// A test whether a saving is more than chance.
#[derive(Clone, Debug)]
pub struct Significance {
    /// Standard errors that the saving must exceed.
    pub z: Quantity,
    /// Coefficient of variation of a person's yearly costs.
    pub cv: Quantity,
    /// Share of the variance that the benchmark explains.
    pub r_squared: Quantity,
    /// Persons the benchmark rests on; `None`: so many that they add no error.
    pub controls: Option<Quantity>,
}

/// How large the error in a measured saving is, as a share of the benchmark.
#[derive(Clone, Debug)]
pub enum MeasurementError {
    /// A stated standard deviation.
    Stated(Quantity),
    /// Differences between people's costs: cv · √((1 − R²)(1/n + 1/n_c)).
    People {
        /// Coefficient of variation of a person's yearly costs.
        cv: Quantity,
        /// Share of the variance that the benchmark explains.
        r_squared: Quantity,
        /// Persons the benchmark rests on; `None`: so many that they add no error.
        controls: Option<Quantity>,
    },
}

/// What actual costs are compared with.
#[derive(Clone, Debug)]
pub enum Benchmark {
    /// This draw's own counterfactual: idealised, nobody could observe it.
    True,
    /// Fixed beforehand: mean benchmark claims per mean participant-year, times this draw's participant-years.
    Forecast,
    /// A stated amount, EUR per year.
    Fixed(Quantity),
    /// So many other persons of the same kind without the programme, with chance of their own.
    Control(Quantity),
    /// Participants' own costs per year before.
    BeforeAfter,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measures {
    /// Costs on the payer's budget.
    Claims,
    /// Costs times what the payer keeps of them: cashable and not lost to equalisation.
    Margin,
}

/// What is measured of results, and what is paid for it.
#[derive(Clone, Debug)]
pub struct OutcomeTerms {
    /// What is counted.
    pub counts: Request,
    /// What the count is divided by; `None`: nothing.
    pub per: Option<Request>,
    /// What the count is compared with.
    pub benchmark: CountBenchmark,
    /// Whether less of it is better.
    pub fewer: bool,
    /// Result from which is paid.
    pub threshold: Quantity,
    /// What is paid.
    pub pays: Pays,
    /// Standard deviation of the error in the measured result.
    pub error_sd: Option<Quantity>,
    /// Whether the contract period is settled as one, at its end.
    pub whole_contract: bool,
}

impl OutcomeTerms {
    /// The count; what it is divided by; of participants the count without the programme, which is a benchmark or tells
    /// what would be paid for no effect at all; for a benchmark per person-year these years with and without it; and what was
    /// before.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        let mut requests = vec![self.counts.clone()];
        requests.extend(self.per.clone());
        let tallied = |what, effects| Request {
            programme: self.counts.programme,
            what: Requested::Participants { what, effects, insurer: None },
            where_: None,
        };
        if let Requested::Participants { what, .. } = self.counts.what {
            requests.push(tallied(what, false));
            if self.benchmark.is_a_rate() {
                requests.push(tallied(Tallied::PersonYears, true));
                requests.push(tallied(Tallied::PersonYears, false));
            }
            if matches!(self.benchmark, CountBenchmark::BeforeAfter) {
                let before = |what| Request {
                    programme: self.counts.programme,
                    what: Requested::Before { what },
                    where_: None,
                };
                requests.extend([before(what), before(Tallied::PersonYears)]);
            }
        }
        requests
    }
}

/// What a count is compared with.
#[derive(Clone, Debug)]
pub enum CountBenchmark {
    /// Nothing: the count itself is the result.
    Nothing,
    /// The same people without the programme in this draw: idealised, nobody could observe it.
    True,
    /// Fixed beforehand: mean count per mean participant-year, times this draw's participant-years.
    Forecast,
    /// A stated number.
    Fixed(Quantity),
    /// So many other persons of the same kind without the programme, with chance of their own.
    Control(Quantity),
    /// The same people's own count per year before.
    BeforeAfter,
}

impl CountBenchmark {
    /// Whether it is so much for each year that a participant lives.
    #[must_use]
    pub fn is_a_rate(&self) -> bool {
        matches!(self, Self::Forecast | Self::Control(_) | Self::BeforeAfter)
    }

    /// Whether it is what would really have been, which nobody can observe.
    #[must_use]
    pub fn idealised(&self) -> bool {
        matches!(self, Self::True)
    }

    /// Whether it is measured of people apart from the participants, or of another time.
    #[must_use]
    pub fn is_apart(&self) -> bool {
        matches!(self, Self::Control(_) | Self::BeforeAfter)
    }
}

/// What is paid for a result.
#[derive(Clone, Debug)]
pub enum Pays {
    /// EUR for each unit above the threshold.
    PerUnit(Quantity),
    /// EUR once the threshold is reached.
    Trigger(Quantity),
}

/// An investment that is repaid for results.
#[derive(Clone, Debug)]
pub struct ImpactBond {
    /// Who is paid by the investor.
    pub provider: Payer,
    /// EUR per year of investment.
    pub investment: Quantity,
    /// Year indices of investment.
    pub investment_years: Vec<usize>,
    /// EUR per settled year to assessors, before the investor.
    pub assessor_fee: Quantity,
    /// Highest yearly return of the investor.
    pub return_cap: Quantity,
    /// Results that are paid for.
    pub triggers: Vec<BondTrigger>,
}

/// A result that a bond pays for.
#[derive(Clone, Debug)]
pub struct BondTrigger {
    /// Identifier.
    pub id: String,
    /// What is measured and paid.
    pub terms: OutcomeTerms,
}

/// A fund that is repaid out of savings.
#[derive(Clone, Debug)]
pub struct RevolvingFund {
    /// Costs that it pays.
    pub base: Request,
    /// Share of them that it pays.
    pub share: Quantity,
    /// EUR at the start.
    pub capital: Quantity,
    /// Who brings that in; `None`: it is the fund's own.
    pub capital_from: Option<Payer>,
    /// Yearly interest on the balance, above inflation.
    pub interest: Quantity,
    /// EUR per year for its administration.
    pub administration: Quantity,
    /// Who repays, and which share of what it saves.
    pub repay: Vec<(Payer, Quantity)>,
}
