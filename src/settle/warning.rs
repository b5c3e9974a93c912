//! What a reader should know about contracts: what happened. How it is said is for the report.

use crate::scenario::Scenario;
use crate::scenario::checked::Payer;

/// Something about a settlement that a reader should know.
#[derive(Clone, Debug, PartialEq)]
pub enum Warning {
    /// No draws were run, so terms that rest on expectations are those of the base case.
    WithoutDraws,
    /// Costs are shared in proportion to expected benefit, and nobody is expected to save anything.
    NobodySaves {
        /// Strategy.
        strategy: usize,
        /// The clause.
        clause: ClauseOf,
    },
    /// Some who share costs would do better by paying without the others, or by not paying at all.
    BetterAlone {
        /// Strategy.
        strategy: usize,
        /// The clause.
        clause: ClauseOf,
        /// Who.
        members: Vec<Payer>,
        /// Whether they would pay for the programme themselves; else they pay more here than they save.
        paying: bool,
        /// By how much, expected present value, EUR.
        by: f64,
        /// What must come from outside before any shares satisfy everybody, expected present value, EUR; 0: nothing.
        grant: f64,
    },
    /// A threshold is settled on expected numbers, without the chance that decides whether a small group meets it.
    ChanceIgnored {
        /// The clause.
        clause: ClauseOf,
        /// Which result, where it measures several.
        result: Option<String>,
    },
    /// A budget is measured of which the payer holds nothing.
    HoldsNothing {
        /// The clause.
        clause: ClauseOf,
        /// The budget.
        budget: usize,
    },
    /// A party wants to be paid for risk, and expected numbers hold no chance between people.
    RiskWithoutChance {
        /// Arrangement.
        arrangement: usize,
        /// Who.
        party: usize,
    },
    /// Delivery depends on the gain of a party that is never paid and never pays, so it always stays away.
    TakesNoPart {
        /// Arrangement.
        arrangement: usize,
        /// Who.
        party: usize,
    },
    /// A party stays away, so nothing is delivered.
    NotDelivered {
        /// Strategy.
        strategy: usize,
        /// Arrangement.
        arrangement: usize,
        /// Who stays away.
        party: usize,
        /// What it may expect to gain, present value, EUR.
        expected: f64,
        /// What it wants more than, EUR.
        premium: f64,
    },
}

/// A clause of an arrangement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClauseOf {
    /// Arrangement.
    pub arrangement: usize,
    /// Its position in the arrangement.
    pub clause: usize,
}

impl Warning {
    /// One sentence for programs: in English, with identifiers in back quotes and whole euros.
    #[must_use]
    pub fn text(&self, scenario: &Scenario) -> String {
        let id = |of: &ClauseOf| &scenario.arrangements[of.arrangement].clauses[of.clause].id;
        let party = |party: usize| &scenario.parties.list[party].id;
        match self {
            Self::WithoutDraws => {
                "no draws were run: terms that rest on expectations were taken from the base case".to_owned()
            }
            Self::NobodySaves { clause, .. } => format!(
                "clause `{}` shares costs in proportion to expected benefit, but none of its parties is expected to save \
                 anything: they share equally instead",
                id(clause)
            ),
            Self::BetterAlone { clause, members, paying, by, grant, .. } => {
                let name = |member: &Payer| match *member {
                    Payer::Insurers => "`insurers`".to_owned(),
                    Payer::Party(index) => format!("`{}`", party(index)),
                };
                let who: Vec<String> = members.iter().map(name).collect();
                let who = match who.split_last() {
                    Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
                    _ => who.concat(),
                };
                let what = match paying {
                    true => format!("would be better off by EUR {by:.0} paying without the others"),
                    false => format!("would pay EUR {by:.0} more than they save"),
                };
                let outside = match *grant > 0.0 {
                    true => format!("; no shares satisfy everybody unless EUR {grant:.0} comes from outside"),
                    false => String::new(),
                };
                format!("clause `{}`: {who} {what}, in expected present value{outside}", id(clause))
            }
            Self::ChanceIgnored { clause, result } => {
                let what = match result {
                    None => "a threshold".to_owned(),
                    Some(result) => format!("the threshold of `{result}`"),
                };
                format!(
                    "clause `{}` settles {what} on expected numbers: chance, which decides whether a small group meets it, \
                     is ignored",
                    id(clause)
                )
            }
            Self::HoldsNothing { clause, budget } => format!(
                "clause `{}` measures budget `{}`, of which its payer holds nothing: it counts for nothing",
                id(clause),
                scenario.budgets[*budget].id
            ),
            Self::RiskWithoutChance { arrangement, party: wants } => format!(
                "what `{}` wants for the risk under arrangement `{}` is too little: expected numbers hold no chance between \
                 people, so its result varies less than it would; use the engine `counts` or `individual`",
                party(*wants),
                scenario.arrangements[*arrangement].id
            ),
            Self::TakesNoPart { arrangement, party: stays } => format!(
                "`{}`, on whose gain delivery under arrangement `{}` depends, is never paid and never pays there, so it always \
                 stays away: is it the party that delivers?",
                party(*stays),
                scenario.arrangements[*arrangement].id
            ),
            Self::NotDelivered { arrangement, party: stays, expected, premium, .. } => format!(
                "nothing is delivered under arrangement `{}`: `{}` may expect a gain of EUR {expected:.0} and wants more than \
                 EUR {premium:.0} for the risk",
                scenario.arrangements[*arrangement].id,
                party(*stays)
            ),
        }
    }
}
