//! What each type of clause does, in plain words: the one source of `ounce explain clause`.
//!
//! The figures of every example are worked out again by a test of settlement, which settles the clause as it stands here
//! on what is given.

/// A clause at length.
#[derive(Debug)]
pub struct ClauseText {
    /// The rule, in lines.
    pub formula: &'static [&'static str],
    /// Who bears what.
    pub risks: Risks,
    /// The clause at work.
    pub example: Example,
}

/// Who bears which risk.
#[derive(Debug)]
pub struct Risks {
    /// More or fewer people than planned.
    pub volume: &'static str,
    /// Delivery is dearer than planned.
    pub price: &'static str,
    /// People leave.
    pub retention: &'static str,
    /// The effect is smaller.
    pub outcome: &'static str,
    /// Payment on chance or on wrong figures.
    pub measurement: &'static str,
    /// Money comes later than costs.
    pub liquidity: &'static str,
}

/// A clause with figures.
#[derive(Debug)]
pub struct Example {
    /// What happens, and how the payment follows.
    pub words: &'static str,
    /// The clause as it would stand in a file.
    pub clause: &'static str,
    /// What happens, for the calculation.
    pub given: &'static [Given],
    /// What parties gain by the clause in each year, EUR.
    pub gains: &'static [(&'static str, &'static [f64])],
}

/// What is given in an example, by year.
#[derive(Debug)]
pub enum Given {
    /// What the clause counts, by the position of its request.
    Counted(usize, &'static [f64]),
    /// Costs of a step or of a coordinator, by the position of the cost.
    Costs(usize, &'static [f64]),
    /// Costs avoided on a budget, by its position.
    Avoided(usize, &'static [f64]),
    /// Claims of participants on the municipality's budget without and with the programme, and their years.
    Claims {
        /// Without the programme.
        without: &'static [f64],
        /// With it.
        with: &'static [f64],
        /// Participant-years.
        years: &'static [f64],
    },
    /// Change in a named outcome, by its position.
    Change(usize, &'static [f64]),
}

pub(super) static FEE: ClauseText = ClauseText {
    formula: &[
        "persons(t) = sum over quarters q of stay^q * persons whose quarter q begins in year t",
        "payment(t) = price * min(persons(t), volume_cap); with tiers each person beyond a number at its price",
        "then at most cap_per_year and cap_total",
    ],
    risks: Risks {
        volume: "the payer, up to the caps; above them the provider works unpaid",
        price: "the provider",
        retention: "the provider, who is not paid for steps and quarters that are not reached",
        outcome: "the payer",
        measurement: "nobody; with `where` on a class people are paid for by their recorded class",
        liquidity: "low",
    },
    example: Example {
        words: "100 people start four quarters of treatment in the middle of 2026, at 193.80 a quarter. 10% of those \
                paid for in a quarter do not come to the next. 2026: 193.80 * (100 + 90) = 36,822. 2027: 193.80 * (81 + \
                72.9) = 29,825.82.",
        clause: "type = \"fee\"\nfrom = \"municipality\"\nto = \"provider\"\nstep = \"chain.enrolled\"\nprice = 193.80\n\
                 quarters = 4\nstay = \"90%\"\n",
        given: &[
            Given::Counted(0, &[100.0, 0.0]),
            Given::Counted(1, &[100.0, 0.0]),
            Given::Counted(2, &[0.0, 100.0]),
            Given::Counted(3, &[0.0, 100.0]),
        ],
        gains: &[("municipality", &[-36_822.0, -29_825.82]), ("provider", &[36_822.0, 29_825.82])],
    },
};

pub(super) static LUMP_SUM: ClauseText = ClauseText {
    formula: &["payment(t) = amount, whatever is delivered", "then at most cap_per_year and cap_total"],
    risks: Risks {
        volume: "the provider",
        price: "the provider",
        retention: "the payer",
        outcome: "the payer",
        measurement: "nobody",
        liquidity: "low",
    },
    example: Example {
        words: "A coordinator is paid 60,000 a year in 2026 and 2027, whether 10 people come or 1,000.",
        clause: "type = \"lump-sum\"\nfrom = \"municipality\"\nto = \"provider\"\namount = 60_000\n\
                 years = \"2026-2027\"\n",
        given: &[],
        gains: &[("municipality", &[-60_000.0, -60_000.0]), ("provider", &[60_000.0, 60_000.0])],
    },
};

pub(super) static COPAYMENT: ClauseText = ClauseText {
    formula: &[
        "payment(t) = price * persons who reach the step in year t",
        "with uptake_response r, of those who would take the step (1 - r)^price come; people are then followed again",
        "  under this arrangement; without a response nobody stays away",
    ],
    risks: Risks {
        volume: "the provider, less what participants bring",
        price: "the provider; participants bear the price itself",
        retention: "the provider",
        outcome: "who pays the rest",
        measurement: "nobody",
        liquidity: "low",
    },
    example: Example {
        words: "90 participants pay 50 each: 4,500.",
        clause: "type = \"copayment\"\nfrom = \"participants\"\nto = \"provider\"\nstep = \"chain.course\"\n\
                 price = 50\n",
        given: &[Given::Counted(0, &[90.0, 0.0])],
        gains: &[("families", &[-4500.0, 0.0]), ("provider", &[4500.0, 0.0])],
    },
};

pub(super) static CAPITATION: ClauseText = ClauseText {
    formula: &[
        "payment(t) = amount * heads(t)",
        "with a corridor, costs C(t) that the receiver bears itself and payment P(t):",
        "  the payer adds (1 - beyond) * max(0, C - (1 + corridor) * P)",
        "  the receiver pays back (1 - beyond) * max(0, (1 - corridor) * P - C)",
        "with a stop-loss, one head costs X, lognormal with mean m = C / heads and the stated cv:",
        "  the payer adds carried * sum over heads of max(0, X - limit), on average carried * heads * e",
        "  with s2 = ln(1 + cv^2), d = (ln(m / limit) + s2 / 2) / s: e = m * N(d) - limit * N(d - s)",
        "  and the corridor looks at C - heads * e; drawn by year, as the receiver's costs are not: in truth",
        "  what the receiver gets above e is what dear heads cost it, so its own spread is less than shown",
    ],
    risks: Risks {
        volume: "of work: the provider, within the corridor, of a single head up to `limit`; of heads: the payer",
        price: "the provider, within the corridor",
        retention: "the provider",
        outcome: "the provider, who has the work if it fails",
        measurement: "both, in how heads are weighted",
        liquidity: "low",
    },
    example: Example {
        words: "120 for each of 1,000 heads is 120,000. Costs are 150,000, 150 a head on average. With cv = 2 a head costs 12.59 \
                above the limit of 1,000 on average, so the payer carries 12,592. The corridor of 10% reaches to 132,000; of \
                the 5,408 that the other costs are beyond it 40% stays with the provider, and the payer adds 60%, 3,245: \
                135,837 in all.",
        clause: "type = \"capitation\"\nfrom = \"municipality\"\nto = \"provider\"\nstep = \"chain.enrolled\"\n\
                 for_years = 1\namount = 120\nbase = \"chain\"\ncorridor = \"10%\"\nbeyond = \"40%\"\n\
                 stop_loss = { limit = 1_000, cv = 2 }\n",
        given: &[Given::Counted(0, &[1000.0, 0.0]), Given::Costs(0, &[150_000.0, 0.0])],
        gains: &[("municipality", &[-135_836.810_046, 0.0]), ("provider", &[135_836.810_046, 0.0])],
    },
};

pub(super) static BUNDLED: ClauseText = ClauseText {
    formula: &[
        "by step: payment(t) = sum over priced steps s of (price of s - price of the priced step before s)",
        "         * persons who reach s in year t: at each step what the path has become dearer",
        "by year: payment(t) = price * persons alive at the start of each of `for_years` years since the step",
    ],
    risks: Risks {
        volume: "of enrolled persons: the payer",
        price: "the provider, who keeps what a path costs less",
        retention: "the provider, for steps that are not reached",
        outcome: "the payer, as for care outside the path",
        measurement: "nobody",
        liquidity: "low",
    },
    example: Example {
        words: "The path costs 300 up to enrolment and 1,100 up to the course. 100 people enrol in 2026, 40 of them take \
                the course in 2027. 2026: 100 * 300 = 30,000. 2027: 40 * (1,100 - 300) = 32,000. Together 62,000 = 60 * 300 + 40 * 1,100.",
        clause: "type = \"bundled\"\nfrom = \"municipality\"\nto = \"provider\"\n\
                 prices = { \"chain.enrolled\" = 300, \"chain.course\" = 1_100 }\n",
        given: &[Given::Counted(0, &[100.0, 0.0]), Given::Counted(1, &[0.0, 40.0])],
        gains: &[("municipality", &[-30_000.0, -32_000.0]), ("provider", &[30_000.0, 32_000.0])],
    },
};

pub(super) static SUBSIDY: ClauseText = ClauseText {
    formula: &[
        "need(t) = share * costs that the receiver bears in the base after payments for delivery",
        "spend(t) = min(need(t), grant + carried(t-1))",
        "carried(t) = min(carry_over * grant, grant + carried(t-1) - spend(t)); carried money is not carried again",
        "without claw-back spend(t) is paid; with it the grant is paid and the rest goes back, `lag` years later",
    ],
    risks: Risks {
        volume: "up to the grant the payer, above it who bears the costs",
        price: "shared, as share to 1 - share",
        retention: "nobody: costs are what they are",
        outcome: "none of its concern",
        measurement: "nobody, as costs are accounted for",
        liquidity: "who bears the costs where it is paid afterwards, the payer where it is paid in advance",
    },
    example: Example {
        words: "A grant of 100 a year; 20% of a year's grant may be carried. 2026: costs of 70, so 100 is paid, 20 is \
                carried and 10 goes back. 2027: costs of 130, of which 100 + 20 are spent.",
        clause: "type = \"subsidy\"\nfrom = \"state\"\nto = \"provider\"\nbase = \"chain\"\ngrant = 100\n\
                 carry_over = \"20%\"\nclawback = true\nyears = \"2026-2027\"\n",
        given: &[Given::Costs(0, &[70.0, 130.0])],
        gains: &[("state", &[-90.0, -100.0]), ("provider", &[90.0, 100.0])],
    },
};

pub(super) static COST_SHARE: ClauseText = ClauseText {
    formula: &[
        "payment of i(t) = x(i) * costs that `of` bears in the base; the rest stays with it",
        "fixed: as stated. equal: 1/n. proportional: x(i) = B(i) / sum of B, negative ones as 0",
        "shapley, nash: x(i) = (B(i) - gain(i)) / C, the gains dividing the surplus, sum of B - C:",
        "  shapley: mean over all orders of arrival of what i adds; nash: by `weights`, else equally",
        "  without a surplus each pays what it saves",
        "B(i): present value of what i saves net of leakages, C: of the costs; means over draws, or ex post of the draw",
        "stable if no coalition S of parties may expect less than v(S) = max(0, sum of its B - C), what it could have alone",
        "clauses.csv: coalition_lacks, how much less the coalition that lacks most expects (0: stable); in_coalition.PARTY,",
        "  1 for its members; grant_for_stability, what must come from outside before any shares satisfy everybody",
    ],
    risks: Risks {
        volume: "all, by share",
        price: "all, by share",
        retention: "nobody",
        outcome: "ex ante each for its own savings, ex post all",
        measurement: "in the expected benefits, once; ex post in those of every draw",
        liquidity: "`of`, until it is paid",
    },
    example: Example {
        words: "Costs of 120. The long-term care fund saves 200 and the municipality 60. Together they have 260 - 120 = \
                140; the fund alone would have 80, the municipality nothing. Shapley: the fund gains (80 + 140) / 2 = \
                110 and pays 90; the municipality gains (0 + 60) / 2 = 30 and pays 30.",
        clause: "type = \"cost-share\"\nbase = \"chain\"\nof = \"provider\"\nparties = [\"wlz_fund\", \
                 \"municipality\"]\nrule = \"shapley\"\n",
        given: &[
            Given::Costs(0, &[120.0, 0.0]),
            Given::Avoided(1, &[200.0, 0.0]),
            Given::Avoided(0, &[60.0, 0.0]),
        ],
        gains: &[("wlz_fund", &[-90.0, 0.0]), ("municipality", &[-30.0, 0.0]), ("provider", &[120.0, 0.0])],
    },
};

pub(super) static SHARED_SAVINGS: ClauseText = ClauseText {
    formula: &[
        "saving D = benchmark BM - claims of participants, per year or over the contract",
        "payment = min(share * quality * D, cap_savings_rate * BM) if D > 0 and D >= minimum * BM, else 0",
        "minimum: the largest of minimum_savings_rate, minimum_by_size, and z * cv * sqrt((1 - r_squared) *",
        "  (1/participants + 1/controls)) under a test of significance",
        "with `deductible` on D - minimum * BM; else on all of D once the minimum is met",
        "measured with error: D + BM * s * e, with e standard normal and s either error_sd or, under `error`,",
        "  cv * sqrt((1 - r_squared) * (1/participants + 1/controls))",
        "benchmark BM: control and before_after are so much per person-year, times participant-years",
        "controls, unless stated: those of the benchmark's control group; with before_after the participants themselves",
        "`error` is what the model does not simulate: with whole people the luck of a control group is in the benchmark",
        "before_after here leaves out regression to the mean: people picked for a bad year do better in the next one",
        "  by themselves, so a real contract seems to save more, and pays more for nothing, than this one",
        "luck: settlement_noise.csv says how often it pays for a programme that does nothing, and",
        "  how often it does not pay for this one",
        "two-sided: repayment = min(loss_share * -D, loss_cap_rate * BM, loss_cap_amount) if -D >= minimum_loss_rate * BM",
    ],
    risks: Risks {
        volume: "the payer, who shares more savings on more people",
        price: "the provider, who has the cost of delivery and a share of what it saves",
        retention: "both, by share",
        outcome: "both, by share",
        measurement: "both, and much: chance differences are of the size of a saving unless groups are very large",
        liquidity: "the provider, until it is settled",
    },
    example: Example {
        words: "Participants would have cost 100,000 and cost 97,000, a saving of 3%; the minimum of 2% is met, and 40% \
                of 3,000 is paid: 1,200. In 2027 they cost 98,500: 1.5% is too little.",
        clause: "type = \"shared-savings\"\nfrom = \"municipality\"\nto = \"provider\"\nbenchmark = \"true\"\n\
                 measures = \"claims\"\nshare = \"40%\"\nminimum_savings_rate = \"2%\"\ncap_savings_rate = \"10%\"\n",
        given: &[Given::Claims {
            without: &[100_000.0, 100_000.0],
            with: &[97_000.0, 98_500.0],
            years: &[50.0, 50.0],
        }],
        gains: &[("municipality", &[-1200.0, 0.0]), ("provider", &[1200.0, 0.0])],
    },
};

pub(super) static OUTCOME_PAYMENT: ClauseText = ClauseText {
    formula: &[
        "result x = (count - benchmark) / per + error, with the opposite sign where less is better",
        "price: payment = price * max(0, x - threshold), for each unit beyond what would have come anyway",
        "amount: payment = amount if x >= threshold, else 0",
        "error: mean 0 and standard deviation error_sd, from random numbers of its own",
        "before_after here leaves out regression to the mean: people picked for a bad year do better in the next one",
        "  by themselves, so a real contract seems to do more, and pays more for nothing, than this one",
        "luck: settlement_noise.csv says how often it pays for a programme that does nothing, and",
        "  how often it does not pay for this one",
    ],
    risks: Risks {
        volume: "the payer, up to the caps",
        price: "the provider",
        retention: "the provider",
        outcome: "the provider",
        measurement: "both; in a small group chance decides whether a threshold is met",
        liquidity: "the provider, until it is settled",
    },
    example: Example {
        words: "The diabetes contract of Aarhus recruits 450 people and pays when 36% of them, 162, complete it; here \
                250,000, for the contract as a whole. 150 complete in 2026 and 12 in 2027, of 450 recruited in 2026: \
                162 / 450 = 36%. (That 31% of 162 completers improve has a standard error of sqrt(0.31 * 0.69 / 162) = \
                3.6 points, `error_sd = 0.036`: at that share payment is the toss of a coin.)",
        clause: "type = \"outcome-payment\"\nfrom = \"municipality\"\nto = \"provider\"\nstep = \"chain.course\"\n\
                 per = \"chain.enrolled\"\nthreshold = \"36%\"\namount = 250_000\nperiod = \"contract\"\n\
                 years = \"2026-2027\"\n",
        given: &[Given::Counted(0, &[150.0, 12.0]), Given::Counted(1, &[450.0, 0.0])],
        gains: &[("municipality", &[0.0, -250_000.0]), ("provider", &[0.0, 250_000.0])],
    },
};

pub(super) static IMPACT_BOND: ClauseText = ClauseText {
    formula: &[
        "the investor pays `investment` to the provider in each of `investment_years`",
        "results bring Y(t), as under an outcome payment, at most cap_per_year and cap_total",
        "Y(t) pays first the assessor, then the investor until it has its principal and return_cap a year;",
        "the rest stays with who pays for results",
        "open to the investor: B(t) = (1 + return_cap) * B(t-1) + investment(t) - paid to it",
        "stopped at a gate: no investment from its year on; results of those enrolled before still repay",
    ],
    risks: Risks {
        volume: "the investor; the payer up to the caps",
        price: "the provider, whose advance is fixed",
        retention: "the investor",
        outcome: "the investor, who may lose all",
        measurement: "the payer and the investor",
        liquidity: "the investor",
    },
    example: Example {
        words: "100,000 is invested in 2026. In 2027 150 people complete the course at 1,000 each: 150,000. The assessor \
                has 5,000, the investor 100,000 * 1.12 = 112,000, and 33,000 stays with the municipality.",
        clause: "type = \"impact-bond\"\nfrom = \"municipality\"\nto = \"investor\"\nprovider = \"provider\"\n\
                 investment = 100_000\ninvestment_years = 2026\nassessor_fee = 5_000\nreturn_cap = \"12%\"\n\
                 triggers.completion = { step = \"chain.course\", price = 1_000 }\n",
        given: &[Given::Counted(0, &[0.0, 150.0])],
        gains: &[
            ("municipality", &[0.0, -117_000.0]),
            ("investor", &[-100_000.0, 112_000.0]),
            ("provider", &[100_000.0, 0.0]),
            ("outside", &[0.0, 5_000.0]),
        ],
    },
};

pub(super) static CO_FINANCING: ClauseText = ClauseText {
    formula: &[
        "the named outcome holds the amount per case, such as min(share by age * tariff, most per case)",
        "payment(t) = (1 - equalised) * (its total with the strategy - its total without); negative when avoided",
        "a gate does not end it: it is a rule on care, and no money for a programme",
    ],
    risks: Risks {
        volume: "of care: the payer, also where it has no influence on it",
        price: "the payer, by share",
        retention: "none of its concern",
        outcome: "shared, by share",
        measurement: "nobody",
        liquidity: "none",
    },
    example: Example {
        words: "A municipality pays 56% of a tariff of 30,000 for people of 80 and over: 16,800 an admission. Ten \
                admissions less: it keeps 168,000, which the region no longer receives.",
        clause: "type = \"co-financing\"\nfrom = \"municipality\"\nto = \"region\"\noutcome = \"municipal_share\"\n",
        given: &[Given::Change(0, &[-168_000.0, 0.0])],
        gains: &[("municipality", &[168_000.0, 0.0]), ("region", &[-168_000.0, 0.0])],
    },
};

pub(super) static GUARANTEE: ClauseText = ClauseText {
    formula: &[
        "payment(t) = share * max(0, floor - net position of the receiver for year t)",
        "per year, or once over the contract; then at most cap_per_year and cap_total",
        "stopped at a gate: losses are still covered, as of those enrolled before; a floor above 0 becomes 0",
    ],
    risks: Risks {
        volume: "beyond the floor the guarantor, by share and up to the caps",
        price: "beyond the floor the guarantor",
        retention: "beyond the floor the guarantor",
        outcome: "beyond the floor the guarantor",
        measurement: "nobody, as books are audited",
        liquidity: "the receiver, until it is settled",
    },
    example: Example {
        words: "The provider has costs of 50,000 and is paid nothing. Of the loss beyond 20,000 the state covers 80%: \
                24,000.",
        clause: "type = \"guarantee\"\nfrom = \"state\"\nto = \"provider\"\nfloor = -20_000\nshare = \"80%\"\n",
        given: &[Given::Costs(0, &[50_000.0, 0.0])],
        gains: &[("state", &[-24_000.0, 0.0]), ("provider", &[24_000.0, 0.0])],
    },
};

pub(super) static REVOLVING_FUND: ClauseText = ClauseText {
    formula: &[
        "payment(t) = min(share * costs borne(t), balance(t) - administration(t)), within the caps",
        "repaid(t) = sum over parties of their share * max(0, what they save in t net of leakages)",
        "balance(t+1) = (1 + interest) * balance(t) + repaid(t) - payment(t) - administration(t); at first `capital`",
        "what it cannot pay stays with who bears the costs; shown: balance, unmet need, share of draws run dry",
        "stopped at a gate: an open fund pays and is repaid for those enrolled; one still to open is not opened",
    ],
    risks: Risks {
        volume: "who bears the costs, once the fund is empty",
        price: "the fund",
        retention: "the fund",
        outcome: "who brought the capital, then who bears the costs",
        measurement: "who repays and the fund: savings are estimated, and repaying them is often voluntary",
        liquidity: "who brought the capital",
    },
    example: Example {
        words: "The state brings in 100. 2026: costs of 60 are paid, 40 is left; the municipality saves 100 and repays \
                half, so 90. 2027: costs of 120, of which 90 are paid and 30 stay with the provider.",
        clause: "type = \"revolving-fund\"\nfrom = \"fund\"\nto = \"provider\"\nbase = \"chain\"\ncapital = 100\n\
                 capital_from = \"state\"\nrepay = { municipality = \"50%\" }\n",
        given: &[Given::Costs(0, &[60.0, 120.0]), Given::Avoided(0, &[100.0, 0.0])],
        gains: &[
            ("state", &[-100.0, 0.0]),
            ("municipality", &[-50.0, 0.0]),
            ("fund", &[90.0, -90.0]),
            ("provider", &[60.0, 90.0]),
        ],
    },
};
