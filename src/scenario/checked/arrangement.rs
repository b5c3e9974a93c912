//! Parties, funding arrangements and their clauses.

use super::{Localised, Node, OutcomeTerms, Quantity, Set, Terms};

/// All parties. The first five are always there; the file's own follow.
#[derive(Clone, Debug)]
pub struct Parties {
    /// Parties by index.
    pub list: Vec<Party>,
    /// Named health insurers.
    pub insurers: Vec<Insurer>,
}

impl Parties {
    /// Holds the budgets, or shares of budgets, that no named party holds.
    pub const OTHERS: usize = 0;
    /// Health insurers that are not named, with the rest of the market.
    pub const OTHER_INSURERS: usize = 1;
    /// The risk equalisation fund.
    pub const EQUALISATION_FUND: usize = 2;
    /// Whoever is paid for the arrangement's own costs (assessors, interest); its position is not summed.
    pub const OUTSIDE: usize = 3;
    /// Whoever delivers a programme that names no provider.
    pub const PROVIDER: usize = 4;

    /// Whether a party insures people: a named insurer, or those that are not named.
    #[must_use]
    pub fn insures(&self, party: usize) -> bool {
        party == Self::OTHER_INSURERS || self.insurers.iter().any(|insurer| insurer.party == party)
    }

    /// Whether two sides of clauses may be the same party, whoever buys.
    #[must_use]
    pub fn overlap(&self, one: Payer, other: Payer) -> bool {
        match (one, other) {
            (Payer::Insurers, Payer::Party(party)) | (Payer::Party(party), Payer::Insurers) => {
                self.insures(party)
            }
            _ => one == other,
        }
    }
}

/// A party.
#[derive(Clone, Debug)]
pub struct Party {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// What it is.
    pub kind: PartyKind,
    /// Public budgets it holds, with shares (insurance budgets follow market shares instead).
    pub budgets: Vec<(usize, f64)>,
}

/// What a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartyKind {
    /// A health insurer.
    Insurer,
    /// A municipality.
    Municipality,
    /// The long-term care fund; its regional office (zorgkantoor) acts for it.
    WlzFund,
    /// The state.
    State,
    /// An employer.
    Employer,
    /// Participants and their families.
    Household,
    /// A provider of a programme.
    Provider,
    /// An investor.
    Investor,
    /// The risk equalisation fund.
    EqualisationFund,
    /// Anything else.
    Other,
}

/// A named health insurer.
#[derive(Clone, Debug)]
pub struct Insurer {
    /// Its party.
    pub party: usize,
    /// m: share of the region's people insured with it, 0 to 1.
    pub market_share: Quantity,
    /// c: share of its insured that leaves each 1 January; formula of age.
    pub leaving_rate: Quantity,
}

/// Who buys for whom among insurers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purchase {
    /// Every insurer pays and keeps by market share.
    Joint,
    /// One insurer pays for the whole region and keeps its market share: the others ride free.
    Region {
        /// Index in [`Parties::insurers`].
        insurer: usize,
    },
    /// One insurer offers the programme to its own insured only: all quantities per person are times its
    /// market share, fixed costs are not.
    Own {
        /// Index in [`Parties::insurers`].
        insurer: usize,
    },
}

/// An arrangement that its file calls optional and that names something this scenario lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Identifier.
    pub id: String,
    /// What it lacks, in the words of the first error about it.
    pub reason: String,
}

/// A funding arrangement: parties bound by clauses.
#[derive(Clone, Debug)]
pub struct Arrangement {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// What it amounts to, for readers.
    pub description: Localised,
    /// Whether this is what happens without a new deal.
    pub fallback: bool,
    /// Who buys among insurers.
    pub purchase: Purchase,
    /// Parties that bear a programme's (or step's) resource costs instead of its provider: (programme, step, party).
    pub providers: Vec<(usize, Option<usize>, usize)>,
    /// Replaced parameters: a second delivery.
    pub set: Vec<Set>,
    /// Whether enrolment goes on after a year depends on what is measured until then.
    pub gate: Option<Gate>,
    /// Whether the programme is delivered at all depends on what its provider may expect.
    pub entry: Option<Entry>,
    /// Clauses in the order of the file.
    pub clauses: Vec<Clause>,
}

/// First prove, then continue: enrolment after a year depends on what is measured until then.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Year index from whose 1 January enrolment goes on or stops.
    pub year: usize,
    /// What is measured in the years before it; its threshold is what it must exceed, what it pays is not read.
    pub result: OutcomeTerms,
    /// Standard error that whoever decides takes the result to have.
    pub standard_error: Quantity,
    /// Probability that the result is above its threshold from which enrolment goes on.
    pub confidence: Quantity,
}

/// A provider that takes part only if it gains.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Party.
    pub party: usize,
    /// Risk premium, EUR of present value.
    pub premium: Quantity,
    /// Risk premium for each euro of standard deviation of its net present value.
    pub per_deviation: Quantity,
}

impl Arrangement {
    /// Whether people are followed again under it: it sets parameters, keeps some away, or may end enrolment.
    #[must_use]
    pub fn changes_delivery(&self) -> bool {
        let keeps_away = |clause: &Clause| matches!(clause.terms, Terms::Copayment { response: Some(_), .. });
        !self.set.is_empty() || self.gate.is_some() || self.clauses.iter().any(keeps_away)
    }

    /// What has to be counted while people are followed: (position of the clause, request). The evidence of a gate stands
    /// after that of all clauses.
    pub fn requests<'a>(&'a self, parties: &'a Parties) -> impl Iterator<Item = (usize, Request)> + 'a {
        let of_clauses = self.clauses.iter().enumerate().flat_map(|(position, clause)| {
            clause.requests(parties).into_iter().map(move |request| (position, request))
        });
        let of_gate = self.gate.iter().flat_map(|gate| gate.result.requests());
        of_clauses.chain(of_gate.map(|request| (self.clauses.len(), request)))
    }
}

/// One clause.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Identifier.
    pub id: String,
    /// Name for readers.
    pub name: Localised,
    /// Who pays.
    pub from: Payer,
    /// Who is paid.
    pub to: Payer,
    /// Year indices in which it is in force; `None`: always.
    pub years: Option<Vec<usize>>,
    /// EUR a year at most.
    pub cap_per_year: Option<Quantity>,
    /// EUR over the contract at most.
    pub cap_total: Option<Quantity>,
    /// Years between the year it concerns and the year it is paid.
    pub lag: usize,
    /// Contract amounts are in euros of the year they are paid: deflated by inflation.
    pub nominal: bool,
    /// Whether it is paid on where an arrangement's gate stops enrolment.
    pub despite_gate: bool,
    /// What it says.
    pub terms: Terms,
}

impl Clause {
    /// What the clause needs counted while people are followed, in a fixed order: that of its terms, and where
    /// insurers pay each count of participants again for every named insurer.
    #[must_use]
    pub fn requests(&self, parties: &Parties) -> Vec<Request> {
        let mut requests = self.terms.requests();
        let insured = match self.from {
            Payer::Insurers => true,
            Payer::Party(party) => parties.insures(party),
        };
        let of_insurers: Vec<Request> = requests
            .iter()
            .filter(|_| insured)
            .flat_map(|request| (0..parties.insurers.len()).filter_map(|insurer| request.of_insurer(insurer)))
            .collect();
        requests.extend(of_insurers);
        requests
    }
}

/// A side of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    /// A party by index.
    Party(usize),
    /// Health insurers: by market share under joint purchase, else the purchasing insurer.
    Insurers,
}

/// Something whose yearly amount a clause needs: counted while people are followed.
#[derive(Clone, Debug)]
pub struct Request {
    /// Programme.
    pub programme: usize,
    /// What of it.
    pub what: Requested,
    /// Restriction to people for whom it is non-zero, by their *recorded* class.
    pub where_: Option<Quantity>,
}

/// What a clause needs the yearly amount of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requested {
    /// Persons who reach a step and are alive some quarters of a year later.
    Persons {
        /// Step.
        step: usize,
        /// Quarters since they reached it; 0: at that moment.
        quarter: usize,
    },
    /// Resource costs.
    Cost(Base),
    /// Something counted of participants from enrolment on.
    Participants {
        /// What is counted.
        what: Tallied,
        /// Whether with the programme's effects, or of the same people without them.
        effects: bool,
        /// Times Π of a named insurer, which tells how many are still insured with it; `None`: of all.
        insurer: Option<usize>,
    },
    /// The same in the first year since enrolment and without the programme's effects, in the year of enrolment: what is
    /// known of participants from before.
    Before {
        /// What is counted.
        what: Tallied,
    },
}

/// What is counted of participants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tallied {
    /// Events, transitions (occurrences) or states (person-years) of the programme's model.
    Node(Node),
    /// A named outcome.
    Outcome(usize),
    /// Person-years alive.
    PersonYears,
}

/// Part of a programme's resource costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// All of it.
    Programme,
    /// The costs of one step.
    Step(usize),
    /// All fixed costs.
    Fixed,
    /// One fixed cost.
    FixedItem(usize),
}
