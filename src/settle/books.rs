//! Postings between accounts, by calendar year, for one block of draws.

use crate::formula::Lane;

/// Part of an account's turnover below which its net is rounding.
const ROUNDING: f64 = 1e-12;

/// A side of a posting: a party, or one of three accounts that belong to nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// A party by index.
    Party(usize),
    /// Care and support that budgets pay for: it receives less when costs are avoided.
    Care,
    /// Capacity that is freed but goes on being paid for: shown, and nobody's result.
    Capacity,
    /// Staff, rooms and materials that a programme uses.
    Resources,
}

impl Account {
    /// The party, if it is one.
    #[must_use]
    pub fn party(self) -> Option<usize> {
        match self {
            Self::Party(party) => Some(party),
            _ => None,
        }
    }
}

/// What a posting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineKind {
    /// Avoided costs of a budget, to whoever holds it (an insurer: on those it buys for when they enrolled), before what
    /// does not become cash, equalisation, switching and free riding; negative when costs rise.
    Savings {
        /// Index of the budget.
        budget: usize,
    },
    /// Avoided costs of a budget that do not become cash: from whoever holds it to freed capacity.
    FreedCapacity {
        /// Index of the budget.
        budget: usize,
    },
    /// What risk equalisation takes back of savings.
    Equalisation {
        /// Index of the budget.
        budget: usize,
    },
    /// Cash savings, after equalisation, on participants who have gone to another insurer.
    Switching {
        /// Index of the budget.
        budget: usize,
    },
    /// Cash savings, after equalisation, on people insured elsewhere, where one insurer buys for the whole region.
    FreeRiding {
        /// Index of the budget.
        budget: usize,
    },
    /// A resource cost of a programme.
    ProgrammeCost {
        /// Row in the shape's items.
        item: usize,
    },
    /// What a clause pays.
    Clause(usize),
    /// What is paid back under a clause: unspent grant, a share of losses.
    Repayment(usize),
}

impl LineKind {
    /// Whether it is paid by decision (programme costs and clauses) rather than by what happens to care.
    #[must_use]
    pub fn is_payment(self) -> bool {
        matches!(self, Self::ProgrammeCost { .. } | Self::Clause(_) | Self::Repayment(_))
    }
}

/// One posting by year.
#[derive(Clone, Debug, PartialEq)]
pub struct BookLine {
    /// Who pays.
    pub from: Account,
    /// Who is paid.
    pub to: Account,
    /// What for.
    pub kind: LineKind,
    /// EUR of the valuation's price year, undiscounted, by year index; years missing at the end are zero. A
    /// negative amount flows the other way.
    pub amounts: Vec<Lane>,
    /// Years between the year an amount concerns and the year it is booked in.
    pub lag: usize,
}

impl BookLine {
    /// A posting; years at the end that are zero in every draw are not stored.
    #[must_use]
    pub fn new(from: Account, to: Account, kind: LineKind, mut amounts: Vec<Lane>) -> Self {
        while amounts.last().is_some_and(|amount| amount.all(|value| value == 0.0)) {
            amounts.pop();
        }
        amounts.shrink_to_fit();
        Self { from, to, kind, amounts, lag: 0 }
    }

    /// Amount that concerns a year, whenever it is booked.
    #[must_use]
    pub fn concerning(&self, year: usize) -> Lane {
        self.at(year + self.lag)
    }

    /// Amount in a year.
    #[must_use]
    pub fn at(&self, year: usize) -> Lane {
        self.amounts.get(year).copied().unwrap_or(Lane::ZERO)
    }

    /// +1 for who is paid, −1 for who pays, 0 for anyone else.
    #[must_use]
    pub fn sign(&self, account: Account) -> f64 {
        f64::from(i8::from(self.to == account) - i8::from(self.from == account))
    }
}

/// A posting seen from one account.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry<'a> {
    /// Position of the line in the books; the same in every block.
    pub line: usize,
    /// What for.
    pub kind: LineKind,
    /// The other side.
    pub counterparty: Account,
    /// +1 when the account is paid, −1 when it pays: amounts times this are what it gains.
    pub sign: f64,
    /// Amounts by year, before the sign.
    pub amounts: &'a [Lane],
}

/// All postings of one block of draws. Every block of a run has the same lines in the same order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Books {
    /// Years that postings may fall in: the horizon and the years after it that lags reach.
    pub years: usize,
    /// The postings.
    pub lines: Vec<BookLine>,
    /// What clauses show beside their payments.
    pub figures: Vec<Figure>,
}

/// Something that a clause shows beside its payments.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Clause.
    pub clause: usize,
    /// What it is.
    pub name: String,
    /// Unit.
    pub unit: &'static str,
    /// By year index.
    pub by_year: Vec<Lane>,
}

impl Books {
    /// The postings of a party, one per line: who pays it what for, and whom it pays.
    pub fn entries(&self, party: usize) -> impl Iterator<Item = Entry<'_>> {
        let account = Account::Party(party);
        self.lines.iter().enumerate().filter_map(move |(line, posting)| {
            let sign = posting.sign(account);
            let counterparty = if sign > 0.0 { posting.from } else { posting.to };
            (sign != 0.0).then_some(Entry {
                line,
                kind: posting.kind,
                counterparty,
                sign,
                amounts: &posting.amounts,
            })
        })
    }

    /// Net of an account by year, EUR undiscounted: what it is paid less what it pays. Less than 10⁻¹² of its
    /// turnover over all years is rounding and counts as zero: a provider whose costs are paid in full must not
    /// end below zero in half of the draws.
    #[must_use]
    pub fn balance(&self, account: Account) -> Vec<Lane> {
        self.sum(account, BookLine::at)
    }

    /// Net of a party by the years that postings concern, EUR undiscounted: as [`Self::net`], with what is paid with a
    /// lag in the year it is paid for.
    #[must_use]
    pub fn net_concerning(&self, party: usize) -> Vec<Lane> {
        self.sum(Account::Party(party), BookLine::concerning)
    }

    fn sum(&self, account: Account, amount: impl Fn(&BookLine, usize) -> Lane) -> Vec<Lane> {
        let mut net = vec![Lane::ZERO; self.years];
        let mut turnover = Lane::ZERO;
        for line in &self.lines {
            let sign = line.sign(account);
            if sign != 0.0 {
                for (year, sum) in net.iter_mut().enumerate() {
                    let amount = amount(line, year);
                    *sum += amount * sign;
                    turnover += amount.abs();
                }
            }
        }
        for net in &mut net {
            *net =
                net.zip(turnover, |net, turnover| if net.abs() <= ROUNDING * turnover { 0.0 } else { net });
        }
        net
    }

    /// What a party saves by year, net of leakages, EUR undiscounted: costs avoided that become cash, less what
    /// equalisation takes and what goes with those who have left; payments under contracts do not count.
    #[must_use]
    pub fn saved(&self, party: usize) -> Vec<Lane> {
        let mut saved = vec![Lane::ZERO; self.years];
        for entry in self.entries(party).filter(|entry| !entry.kind.is_payment()) {
            for (sum, &amount) in saved.iter_mut().zip(entry.amounts) {
                *sum += amount * entry.sign;
            }
        }
        saved
    }

    /// Net of a party by year, EUR undiscounted.
    #[must_use]
    pub fn net(&self, party: usize) -> Vec<Lane> {
        self.balance(Account::Party(party))
    }

    /// Present value of a party's net, EUR: Σ net_y (1 + r)^−(y + ½).
    #[must_use]
    pub fn present_value(&self, party: usize, rate: f64) -> Lane {
        present_value(&self.net(party), rate)
    }

    /// Present value of what a party pays by decision, EUR: programme costs and clauses in which money goes
    /// from it, gross of what others pay it.
    #[must_use]
    pub fn put_in(&self, party: usize, rate: f64) -> Lane {
        let mut paid = vec![Lane::ZERO; self.years];
        for entry in self.entries(party).filter(|entry| entry.kind.is_payment()) {
            for (sum, &amount) in paid.iter_mut().zip(entry.amounts) {
                *sum += (amount * -entry.sign).max(Lane::ZERO);
            }
        }
        present_value(&paid, rate)
    }

    /// Gross flows of each draw over all years, EUR: the sum of absolute amounts, the measure that rounding
    /// errors are compared with.
    #[must_use]
    pub fn gross(&self) -> Lane {
        self.lines.iter().flat_map(|line| &line.amounts).fold(Lane::ZERO, |sum, amount| sum + amount.abs())
    }
}

/// Factors (1 + r)^−(y + ½) for year indices 0, 1, …: mid-year discounting at the yearly rate r.
#[must_use]
pub fn discount_factors(rate: f64, years: usize) -> Vec<f64> {
    let growth = 1.0 + rate;
    let mut factor = 1.0 / growth.sqrt();
    let mut factors = Vec::with_capacity(years);
    for _ in 0..years {
        factors.push(factor);
        factor /= growth;
    }
    factors
}

/// Σ amount_y (1 + r)^−(y + ½).
#[must_use]
pub fn present_value(by_year: &[Lane], rate: f64) -> Lane {
    by_year
        .iter()
        .zip(discount_factors(rate, by_year.len()))
        .fold(Lane::ZERO, |sum, (&amount, factor)| sum + amount * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(from: usize, to: usize, kind: LineKind, amounts: &[f64]) -> BookLine {
        BookLine::new(
            Account::Party(from),
            Account::Party(to),
            kind,
            amounts.iter().map(|&amount| Lane::splat(amount)).collect(),
        )
    }

    #[test]
    fn a_posting_is_minus_for_who_pays_and_plus_for_who_is_paid() {
        let books = Books {
            years: 2,
            lines: vec![line(5, 6, LineKind::Clause(0), &[30.0, 10.0])],
            ..Books::default()
        };
        assert_eq!(books.net(5), vec![Lane::splat(-30.0), Lane::splat(-10.0)]);
        assert_eq!(books.net(6), vec![Lane::splat(30.0), Lane::splat(10.0)]);
        assert_eq!(books.net(7), vec![Lane::ZERO; 2]);
    }

    #[test]
    fn years_that_are_zero_in_every_draw_are_not_stored_at_the_end() {
        let posting = line(5, 6, LineKind::Clause(0), &[0.0, 4.0, 0.0, 0.0]);
        assert_eq!(posting.amounts.len(), 2);
        assert_eq!(posting.at(1), Lane::splat(4.0));
        assert_eq!(posting.at(3), Lane::ZERO);
    }

    #[test]
    fn the_middle_of_the_year_is_when_money_counts() {
        // 100 in the first year at 4%: 100 / √1.04 = 98.058…; in the second 100 / 1.04^1.5 = 94.286…
        let first =
            Books { years: 2, lines: vec![line(5, 6, LineKind::Clause(0), &[100.0])], ..Books::default() };
        let second = Books {
            years: 2,
            lines: vec![line(5, 6, LineKind::Clause(0), &[0.0, 100.0])],
            ..Books::default()
        };
        approx::assert_relative_eq!(first.present_value(6, 0.04)[0], 98.058_067_569, epsilon = 1e-8);
        approx::assert_relative_eq!(second.present_value(6, 0.04)[0], 94.286_603_432, epsilon = 1e-8);
    }

    #[test]
    fn costs_that_are_paid_in_full_leave_nothing_and_no_rounding() {
        // Costs of 0.1 and 0.2 are paid with 0.3, and 0.3 − 0.1 − 0.2 is −2.8e-17 in binary.
        let lines = [(6, 5, 0.3), (5, 6, 0.1), (5, 6, 0.2)]
            .map(|(from, to, amount)| line(from, to, LineKind::Clause(0), &[amount]));
        assert_ne!(0.3 - 0.1 - 0.2, 0.0);
        assert_eq!(Books { years: 1, lines: lines.to_vec(), ..Books::default() }.net(5), [Lane::ZERO]);
    }

    #[test]
    fn what_a_party_puts_in_is_gross_and_leaves_savings_out() {
        // Pays 30 and is paid 20 in the same year: it put in 30. A rise in care costs is not put in.
        let mut books = Books {
            years: 1,
            lines: vec![line(5, 6, LineKind::Clause(0), &[30.0]), line(6, 5, LineKind::Clause(1), &[20.0])],
            ..Books::default()
        };
        books.lines.push(BookLine::new(
            Account::Care,
            Account::Party(5),
            LineKind::Savings { budget: 0 },
            vec![Lane::splat(-7.0)],
        ));
        assert_eq!(books.put_in(5, 0.0), Lane::splat(30.0));
        assert_eq!(books.net(5)[0], Lane::splat(-17.0));
        assert_eq!(books.gross(), Lane::splat(57.0));
    }

    #[test]
    fn an_entry_names_the_other_side() {
        let books =
            Books { years: 1, lines: vec![line(5, 6, LineKind::Clause(0), &[30.0])], ..Books::default() };
        let paid: Vec<_> = books.entries(6).map(|entry| (entry.counterparty, entry.sign)).collect();
        assert_eq!(paid, vec![(Account::Party(5), 1.0)]);
    }
}
