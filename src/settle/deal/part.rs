//! Clauses that depend on the same terms, settled together.

use super::dependence::{Dependence, sides};
use super::{Agreements, Negotiated, Opened, Steps};
use crate::formula::{LANES, Lane};
use crate::scenario::Scenario;
use crate::scenario::checked::{Clause, Payer};
use crate::settle::books::{BookLine, discount_factors};
use crate::settle::contract::Block;
use crate::settle::phases::post_phase;
use crate::settle::{Account, Books, Expectations, LineKind, Phase, SettleError};
use rayon::prelude::*;

/// Combinations that are settled together at most.
const TOGETHER: usize = 64;

/// Bytes that settling may hold before it is put together. What each block of draws brings is kept for each of the
/// combinations that are settled together: several times the room of the result.
pub const WORKING: usize = 1 << 26;

/// Clauses of an arrangement that depend on the same terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Positions of the terms among those of the arrangement.
    pub terms: Vec<usize>,
    /// Clauses.
    pub clauses: Vec<usize>,
    /// Those clauses and all that they read.
    needed: Vec<usize>,
    /// Whether savings and costs of delivery belong to it.
    pub fixed: bool,
    /// Positions of the parties that it may bring something, among those whose position is wanted.
    pub seats: Vec<usize>,
}

/// What a part brings parties, by position in [`Part::seats`].
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    /// Present value in each draw, EUR: `[party][draw]`.
    pub present: Vec<Vec<f64>>,
    /// Expected amount by year, EUR, not discounted: `[party][year]`.
    pub expected: Vec<Vec<f64>>,
    /// The same of what is paid by decision (programme costs and clauses).
    pub paid: Vec<Vec<f64>>,
    /// Expected sum of absolute amounts, EUR: `[party]`.
    pub turnover: Vec<f64>,
}

impl Settlement {
    /// Numbers that it holds for each party: present values, two amounts a year, and the turnover.
    #[must_use]
    pub(super) fn numbers(draws: usize, years: usize) -> usize {
        draws + 2 * years + 1
    }
}

/// What one block of draws brings one party, at one combination.
struct InBlock {
    present: Lane,
    /// Sums over the block's draws: by year all amounts, by year those paid by decision, and the turnover.
    sums: Vec<f64>,
}

impl InBlock {
    /// Bytes that it takes.
    fn room(years: usize) -> usize {
        size_of::<Self>() + (2 * years + 1) * size_of::<f64>()
    }
}

impl Part {
    /// The parts of an arrangement: first what depends on no term, then by clause.
    pub(super) fn all(
        scenario: &Scenario,
        clauses: &[Clause],
        dependence: &Dependence,
        parties: &[usize],
    ) -> Vec<Self> {
        let mut parts = vec![Self {
            terms: Vec::new(),
            clauses: Vec::new(),
            needed: Vec::new(),
            fixed: true,
            seats: (0..parties.len()).collect(),
        }];
        for (clause, written) in clauses.iter().enumerate() {
            let terms = &dependence.terms[clause];
            let index = match parts.iter().position(|part| part.terms == *terms) {
                Some(index) => index,
                None => {
                    let empty = Vec::new;
                    parts.push(Self {
                        terms: terms.clone(),
                        clauses: empty(),
                        needed: empty(),
                        fixed: false,
                        seats: empty(),
                    });
                    parts.len() - 1
                }
            };
            let part = &mut parts[index];
            part.clauses.push(clause);
            part.needed.extend(dependence.reads[clause].iter().chain([&clause]));
            part.needed.sort_unstable();
            part.needed.dedup();
            let sides = sides(written);
            part.seats.extend((0..parties.len()).filter(|&seat| {
                sides.iter().any(|&side| scenario.parties.overlap(side, Payer::Party(parties[seat])))
            }));
            part.seats.sort_unstable();
            part.seats.dedup();
        }
        parts
    }

    /// Steps of its terms at a point.
    #[must_use]
    pub fn steps(&self, point: &[i64]) -> Steps {
        self.terms.iter().map(|&term| point[term]).collect()
    }

    /// Whether a line is one of its own.
    fn owns(&self, line: &BookLine) -> bool {
        match line.kind {
            LineKind::Clause(clause) | LineKind::Repayment(clause) => self.clauses.contains(&clause),
            _ => self.fixed,
        }
    }
}

impl Negotiated<'_> {
    /// Settles a part at some combinations of its terms. Blocks of draws are settled in parallel and put together in
    /// their order, so results do not depend on the number of threads.
    ///
    /// # Errors
    /// A quantity out of range, or an amount that is no finite number.
    pub fn settle_part(&self, part: &Part, combinations: &[Steps]) -> Result<Vec<Settlement>, SettleError> {
        let agreed = self.agreements(&part.needed, &part.terms, combinations)?;
        let factors = discount_factors(self.rate, self.years);
        let mut settlements = Vec::with_capacity(combinations.len());
        for chunk in combinations.chunks(self.together(part)) {
            settlements.extend(self.settle_chunk(part, chunk, &agreed, &factors)?);
        }
        Ok(settlements)
    }

    /// Combinations of a part that are settled together.
    fn together(&self, part: &Part) -> usize {
        let each = part.seats.len() * self.blocks.len() * InBlock::room(self.years);
        WORKING.checked_div(each).unwrap_or(TOGETHER).clamp(1, TOGETHER)
    }

    fn settle_chunk(
        &self,
        part: &Part,
        combinations: &[Steps],
        agreed: &Agreements,
        factors: &[f64],
    ) -> Result<Vec<Settlement>, SettleError> {
        let expectations: Vec<Expectations> =
            combinations.iter().map(|steps| self.expectations(agreed, &part.terms, steps)).collect();
        let blocks: Vec<Result<Vec<InBlock>, SettleError>> = self
            .blocks
            .par_iter()
            .enumerate()
            .map(|(index, opened)| {
                let lanes = (self.draws - index * LANES).min(LANES);
                let mut books = self.open_books(opened);
                let before = books.lines.len();
                let mut results = Vec::with_capacity(combinations.len() * part.seats.len());
                for (steps, expectations) in combinations.iter().zip(&expectations) {
                    books.lines.truncate(before);
                    self.post(part, opened, steps, expectations, &mut books)?;
                    // What was there before any clause belongs to the part that depends on nothing.
                    let lines = if part.fixed { &books.lines } else { &books.lines[before..] };
                    let own: Vec<&BookLine> = lines.iter().filter(|line| part.owns(line)).collect();
                    for &seat in &part.seats {
                        let account = Account::Party(self.seats[seat]);
                        results.push(self.in_block(&own, account, factors, lanes));
                    }
                }
                Ok(results)
            })
            .collect();
        let blocks: Vec<Vec<InBlock>> = blocks.into_iter().collect::<Result<_, _>>()?;
        let settlements: Vec<Settlement> = (0..combinations.len())
            .into_par_iter()
            .map(|combination| self.gather(part, &blocks, combination))
            .collect();
        let finite = settlements.iter().all(|settlement| settlement.turnover.iter().all(|t| t.is_finite()));
        if !finite {
            let arrangement = &self.scenario.arrangements[self.arrangement];
            let names: Vec<String> =
                part.clauses.iter().map(|&clause| format!("`{}`", arrangement.clauses[clause].id)).collect();
            let what = format!("what is paid under {}", names.join(", "));
            return Err(SettleError::NotFinite { arrangement: arrangement.id.clone(), what });
        }
        Ok(settlements)
    }

    /// Books before any clause.
    fn open_books(&self, opened: &Opened<'_>) -> Books {
        let mut books = Books { years: self.years, ..Books::default() };
        books.lines.extend(opened.savings.lines.iter().cloned());
        books.lines.extend(opened.costs.lines.iter().cloned());
        books
    }

    fn post(
        &self,
        part: &Part,
        opened: &Opened<'_>,
        steps: &[i64],
        expectations: &Expectations,
        books: &mut Books,
    ) -> Result<(), SettleError> {
        let environment = self.environment(opened, &part.terms, steps)?;
        let block = Block { environment: &environment, ..opened.block.clone() };
        for phase in Phase::ALL {
            let wanted = |clause: usize| part.needed.contains(&clause);
            let posted = post_phase(&block, &self.rules, expectations, phase, books, wanted)?;
            books.lines.extend(posted);
        }
        Ok(())
    }

    fn in_block(&self, lines: &[&BookLine], account: Account, factors: &[f64], lanes: usize) -> InBlock {
        let mut present = Lane::ZERO;
        let mut sums = vec![0.0; 2 * self.years + 1];
        for line in lines {
            let sign = line.sign(account);
            if sign == 0.0 {
                continue;
            }
            let paid = line.kind.is_payment();
            for (year, &amount) in line.amounts.iter().enumerate() {
                present += amount * (sign * factors[year]);
                let draws = &amount.0[..lanes];
                let sum = draws.iter().fold(0.0, |sum, value| sum + value) * sign;
                sums[year] += sum;
                if paid {
                    sums[self.years + year] += sum;
                }
                sums[2 * self.years] += draws.iter().fold(0.0, |sum, value| sum + value.abs());
            }
        }
        InBlock { present, sums }
    }

    /// Puts the blocks of one combination together.
    fn gather(&self, part: &Part, blocks: &[Vec<InBlock>], combination: usize) -> Settlement {
        let parties = part.seats.len();
        let mut result = Settlement {
            present: vec![Vec::with_capacity(self.draws); parties],
            expected: Vec::with_capacity(parties),
            paid: Vec::with_capacity(parties),
            turnover: Vec::with_capacity(parties),
        };
        for party in 0..parties {
            let mut sums = vec![0.0; 2 * self.years + 1];
            for block in blocks {
                let found = &block[combination * parties + party];
                result.present[party].extend_from_slice(&found.present.0);
                for (sum, amount) in sums.iter_mut().zip(&found.sums) {
                    *sum += amount;
                }
            }
            result.present[party].truncate(self.draws);
            for sum in &mut sums {
                *sum /= self.draws as f64;
            }
            result.turnover.extend(sums.pop());
            result.paid.push(sums.split_off(self.years));
            result.expected.push(sums);
        }
        result
    }
}
