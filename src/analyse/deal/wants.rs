//! On what conditions a party signs, and how much it lacks.
//!
//! With V a party's net present value in a draw, n_y its expected net receipts in year y, o_y what it is expected to pay
//! by decision in year y less what it is paid so (both not discounted), and V⁰ its net present value under the fallback:
//!
//! | condition | holds when |
//! |---|---|
//! | `net_at_least` = x | E V ≥ x |
//! | `gain_at_least` = x | E V − E V⁰ ≥ x |
//! | `chance_of_no_loss` = p | P(V ≥ 0) ≥ p |
//! | `worst_at_least` = x | mean of the lowest twentieth of V ≥ x |
//! | `payback_within` = k | Σ_{y≤Y} n_y ≥ 0 for every Y ≥ k − 1 |
//! | `budget_per_year` = x | o_y ≤ x in every year |
//!
//! **Shortfall.** What a party lacks is one number in euros: the least present value of money from outside with which
//! all its conditions hold, paid when it is needed. The budget takes max(0, o_y − x) in each year. The payback takes, in
//! each year Y ≥ k − 1, what Σ_{y≤Y} n_y and the money so far are below 0. The conditions on V take money at any time:
//! x − E V, x − (E V − E V⁰), x − the mean of the lowest twentieth, and minus the ⌈pN⌉-th largest of the N values of V. If
//! the largest of these is more than the present value of what goes to budget and payback, it is the shortfall, else that.
//!
//! **In one draw** a party is content when V is at least every level that its conditions on V name (x, V⁰ + x, 0 and x),
//! where less than 10⁻⁹ of the turnover is rounding, as it is for the shortfall;
//! the chance that its conditions hold is the share of such draws, and 0 where payback or budget, which are about the
//! expected flow, do not hold.
//!
//! *Example.* Net receipts −60, 20, 50; a budget of 50 a year, payback within two years, no discounting. 10 is needed in
//! the first year for the budget. Then the sum is −50, −30, +20, so that 30 is needed in the second year: together 40.

use super::Position;
use crate::analyse::cash_flow::{expected_shortfall, payback};
use crate::analyse::statistics::mean;
use crate::sample::{Environment, QuantityError};
use crate::scenario::checked::{Quantity, Seat};

/// Part of a party's turnover below which a shortfall is rounding.
const ROUNDING: f64 = 1e-9;

/// Euros below which nothing is told of a condition that does not hold.
const CENT: f64 = 0.01;

/// The share of draws that are the worst.
pub const WORST: f64 = 0.05;

/// Conditions of a party, as numbers at the stated values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wants {
    /// Index of the party.
    pub party: usize,
    /// Whether nothing happens without it.
    pub needed: bool,
    /// Expected net present value, EUR.
    pub net: Option<f64>,
    /// The same over that of the fallback, EUR.
    pub gain: Option<f64>,
    /// Probability of no loss.
    pub chance: Option<f64>,
    /// Mean net present value in the worst draws, EUR.
    pub worst: Option<f64>,
    /// Years.
    pub payback: Option<usize>,
    /// EUR a year.
    pub budget: Option<f64>,
    /// Bargaining power.
    pub weight: f64,
}

/// What a party has without a deal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Without {
    /// Net present value by draw, EUR; empty: 0.
    pub present: Vec<f64>,
    /// Its mean, EUR.
    pub expected: f64,
    /// Expected sum of absolute amounts, EUR: the measure for rounding.
    pub turnover: f64,
}

/// How a party judges a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Expected net present value, EUR.
    pub net: f64,
    /// Over that of the fallback, EUR.
    pub gain: f64,
    /// Share of draws in which the net present value is not negative.
    pub no_loss: f64,
    /// Mean net present value over the worst twentieth of draws, EUR.
    pub worst: f64,
    /// Year index from which its expected money is back; `None` if never.
    pub payback: Option<usize>,
    /// Most that it is expected to pay by decision in a year, less what it is paid so, EUR; 0 if it is paid in all years.
    pub outlay: f64,
    /// What it lacks, EUR; 0: its conditions hold.
    pub shortfall: f64,
    /// Chance that its conditions hold in a draw.
    pub chance: f64,
}

/// A condition and its level, asked or reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Condition {
    /// Expected net present value, EUR.
    Net(f64),
    /// The same over that of the fallback, EUR.
    Gain(f64),
    /// Probability of no loss.
    Chance(f64),
    /// Mean net present value in the worst draws, EUR.
    Worst(f64),
    /// Years until its money is back; `None`: it never is.
    Payback(Option<usize>),
    /// Most that it pays in a year, EUR.
    Budget(f64),
}

impl Condition {
    /// Whether a level that is reached is enough.
    fn holds(self, reached: Self) -> bool {
        match (self, reached) {
            (Self::Net(asked), Self::Net(has))
            | (Self::Gain(asked), Self::Gain(has))
            | (Self::Worst(asked), Self::Worst(has)) => has >= asked - CENT,
            (Self::Chance(asked), Self::Chance(has)) => has >= asked - ROUNDING,
            (Self::Payback(Some(asked)), Self::Payback(has)) => has.is_some_and(|has| has <= asked),
            (Self::Budget(asked), Self::Budget(has)) => has <= asked + CENT,
            _ => true,
        }
    }
}

impl Wants {
    /// All its conditions.
    #[must_use]
    pub fn conditions(&self) -> Vec<Condition> {
        let all = [
            self.net.map(Condition::Net),
            self.gain.map(Condition::Gain),
            self.chance.map(Condition::Chance),
            self.worst.map(Condition::Worst),
            self.payback.map(|years| Condition::Payback(Some(years))),
            self.budget.map(Condition::Budget),
        ];
        all.into_iter().flatten().collect()
    }

    /// Conditions that do not hold at a point, each with the level that is reached there: if the party asked no more than
    /// this, it would sign.
    #[must_use]
    pub fn unmet(&self, judged: &Judged) -> Vec<(Condition, Condition)> {
        let reached = |condition: &Condition| match condition {
            Condition::Net(_) => Condition::Net(judged.net),
            Condition::Gain(_) => Condition::Gain(judged.gain),
            Condition::Chance(_) => Condition::Chance(judged.no_loss),
            Condition::Worst(_) => Condition::Worst(judged.worst),
            Condition::Payback(_) => Condition::Payback(judged.payback.map(|year| year + 1)),
            Condition::Budget(_) => Condition::Budget(judged.outlay),
        };
        // Where no money moves none has to come back.
        let nothing = judged.net == 0.0 && judged.outlay == 0.0;
        let applies = |condition: &Condition| !(nothing && matches!(condition, Condition::Payback(_)));
        let all = self.conditions().into_iter().filter(applies);
        all.map(|asked| (asked, reached(&asked))).filter(|(asked, has)| !asked.holds(*has)).collect()
    }

    /// The conditions of a party at the table.
    ///
    /// # Errors
    /// A condition that cannot be computed.
    pub fn of(seat: &Seat, base: &Environment) -> Result<Self, QuantityError> {
        let value = |quantity: &Option<Quantity>| {
            quantity.as_ref().map(|quantity| base.quantity(quantity).map(|value| value[0])).transpose()
        };
        Ok(Self {
            party: seat.party,
            needed: seat.needed,
            net: value(&seat.net_at_least)?,
            gain: value(&seat.gain_at_least)?,
            chance: value(&seat.chance_of_no_loss)?,
            worst: value(&seat.worst_at_least)?,
            payback: seat.payback_within,
            budget: value(&seat.budget_per_year)?,
            weight: base.quantity(&seat.weight)?[0],
        })
    }

    /// Judges a position. Clears `content` in draws in which the party is not content.
    #[must_use]
    pub fn judge(
        &self,
        position: &Position<'_>,
        without: &Without,
        factors: &[f64],
        content: &mut [bool],
    ) -> Judged {
        let present = position.present;
        let draws = present.len() as f64;
        let net = mean(present);
        let gain = net - without.expected;
        let worst = expected_shortfall(present, WORST).unwrap_or(net);
        let (timed, outlay) = self.timed(position, factors);
        let needs = [
            self.net.map(|least| least - net),
            self.gain.map(|least| least - gain),
            self.worst.map(|least| least - worst),
            self.chance.map(|chance| for_chance(present, chance)),
        ];
        let level = needs.into_iter().flatten().fold(0.0_f64, f64::max);
        let shortfall = timed.max(level);
        let slack = ROUNDING * position.turnover.max(without.turnover);
        let shortfall = if shortfall <= slack { 0.0 } else { shortfall };
        let own = self.content(present, &without.present, slack, content);
        let in_time = timed <= slack;
        if !in_time {
            content.fill(false);
        }
        Judged {
            net,
            gain,
            no_loss: present.iter().filter(|&&value| value >= 0.0).count() as f64 / draws,
            worst,
            payback: payback(position.expected),
            outlay,
            shortfall,
            chance: if in_time { own as f64 / draws } else { 0.0 },
        }
    }

    /// Marks draws in which the party is not content; gives the number of those in which it is.
    fn content(&self, present: &[f64], fallback: &[f64], slack: f64, content: &mut [bool]) -> usize {
        let fixed = [self.net, self.worst, self.chance.map(|_| 0.0)];
        let level = fixed.into_iter().flatten().fold(f64::NEG_INFINITY, f64::max);
        let mut count = 0;
        for (draw, (&value, all)) in present.iter().zip(content).enumerate() {
            let without = fallback.get(draw).copied().unwrap_or(0.0);
            let own = value >= level - slack && self.gain.is_none_or(|gain| value - without >= gain - slack);
            count += usize::from(own);
            *all &= own;
        }
        count
    }

    /// Present value of the money that budget and payback need, and the largest yearly outlay.
    fn timed(&self, position: &Position<'_>, factors: &[f64]) -> (f64, f64) {
        let outlay = position.paid.iter().fold(0.0_f64, |most, paid| most.max(-paid));
        let (mut total, mut sum) = (0.0, 0.0);
        for (year, &factor) in factors.iter().enumerate() {
            let for_budget = self.budget.map_or(0.0, |budget| (-position.paid[year] - budget).max(0.0));
            sum += position.expected[year] + for_budget;
            // What is never due within the term is due at its end.
            let due = self.payback.is_some_and(|years| year + 1 >= years.min(factors.len()));
            let for_payback = if due { (-sum).max(0.0) } else { 0.0 };
            sum += for_payback;
            total += (for_budget + for_payback) * factor;
        }
        (total, outlay)
    }
}

/// What must be added to every value so that the share of them that is not negative is at least `chance`.
fn for_chance(values: &[f64], chance: f64) -> f64 {
    let count = (chance * values.len() as f64 - ROUNDING).ceil().max(0.0) as usize;
    if count == 0 {
        return 0.0;
    }
    let mut sorted = values.to_vec();
    let place = sorted.len() - count.min(sorted.len());
    let (_, least, _) = sorted.select_nth_unstable_by(place, f64::total_cmp);
    (-*least).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants() -> Wants {
        Wants { weight: 1.0, ..Wants::default() }
    }

    fn judge(
        wants: &Wants,
        present: &[f64],
        fallback: &[f64],
        expected: &[f64],
        paid: &[f64],
    ) -> (Judged, Vec<bool>) {
        let mut content = vec![true; present.len()];
        let position = Position { present, expected, paid, turnover: 1000.0 };
        let factors = vec![1.0; expected.len()];
        let expected = fallback.iter().sum::<f64>() / fallback.len().max(1) as f64;
        let without = Without { present: fallback.to_vec(), expected, turnover: 0.0 };
        (wants.judge(&position, &without, &factors, &mut content), content)
    }

    #[test]
    fn an_expected_net_below_what_is_asked_lacks_the_difference() {
        // Mean 5 against 8 asked; 5 more than a fallback of 0, 3 asked.
        let present = [-10.0, 0.0, 10.0, 20.0];
        let (judged, content) =
            judge(&Wants { net: Some(8.0), gain: Some(3.0), ..wants() }, &present, &[0.0; 4], &[5.0], &[0.0]);
        assert_eq!((judged.net, judged.gain, judged.shortfall), (5.0, 5.0, 3.0));
        // In two of four draws there is at least 8.
        assert_eq!((judged.chance, content), (0.5, vec![false, false, true, true]));
    }

    #[test]
    fn a_chance_of_no_loss_needs_the_loss_at_its_quantile() {
        // Three of four must not lose: the third largest is −10, so 10 is lacking. Half do not lose already.
        let present = [-40.0, -10.0, 0.0, 20.0];
        for (chance, lacks) in [(0.75, 10.0), (0.5, 0.0), (1.0, 40.0), (0.0, 0.0)] {
            let (judged, _) =
                judge(&Wants { chance: Some(chance), ..wants() }, &present, &[], &[-7.5], &[0.0]);
            assert_eq!(judged.shortfall, lacks, "{chance}");
            assert_eq!(judged.no_loss, 0.5);
        }
    }

    #[test]
    fn the_worst_twentieth_of_forty_draws_are_two() {
        // The lowest are −30 and −10: −20 on average, 5 below the −15 that is asked.
        let mut present = vec![4.0; 40];
        (present[3], present[17]) = (-30.0, -10.0);
        let (judged, _) = judge(&Wants { worst: Some(-15.0), ..wants() }, &present, &[], &[3.0], &[0.0]);
        assert_eq!((judged.worst, judged.shortfall), (-20.0, 5.0));
    }

    #[test]
    fn budget_and_payback_take_money_when_it_is_needed() {
        // As in the head of this file: 10 in the first year and 30 in the second.
        let wants = Wants { budget: Some(50.0), payback: Some(2), ..wants() };
        let flow = [-60.0, 20.0, 50.0];
        let (judged, content) = judge(&wants, &[10.0, 10.0], &[], &flow, &[-60.0, 0.0, 0.0]);
        assert_eq!((judged.shortfall, judged.outlay, judged.payback), (40.0, 60.0, Some(2)));
        assert_eq!((judged.chance, content), (0.0, vec![false, false]));
        let later = Wants { budget: Some(60.0), payback: Some(3), ..wants };
        assert_eq!(judge(&later, &[10.0, 10.0], &[], &flow, &[-60.0, 0.0, 0.0]).0.shortfall, 0.0);
    }

    #[test]
    fn money_that_must_be_back_after_the_term_must_be_back_at_its_end() {
        // −60, 20 and 30 leave 10 to be paid, whether within three years or within five.
        for years in [3, 5] {
            let wants = Wants { payback: Some(years), ..wants() };
            let (judged, _) = judge(&wants, &[-10.0], &[], &[-60.0, 20.0, 30.0], &[-60.0, 0.0, 0.0]);
            assert_eq!((judged.shortfall, judged.chance), (10.0, 0.0), "{years}");
        }
    }

    #[test]
    fn a_level_that_is_reached_up_to_rounding_is_reached_in_each_draw() {
        // 0.1 + 0.2 is a little more than 0.3: who has 0.3 under both has not lost.
        let wants = Wants { gain: Some(0.0), net: Some(0.1 + 0.2), ..wants() };
        let (judged, content) = judge(&wants, &[0.3, 0.3], &[0.1 + 0.2; 2], &[0.3], &[0.0]);
        assert_eq!((judged.shortfall, judged.chance, content), (0.0, 1.0, vec![true, true]));
    }

    #[test]
    fn money_for_the_budget_counts_towards_the_expected_net() {
        // 10 for the budget; 25 is lacking in present value: 25 in all, not 35.
        let wants = Wants { budget: Some(50.0), net: Some(35.0), ..wants() };
        let (judged, _) = judge(&wants, &[10.0, 10.0], &[], &[-60.0, 70.0], &[-60.0, 0.0]);
        assert_eq!(judged.shortfall, 25.0);
    }

    #[test]
    fn conditions_that_do_not_hold_are_told_with_what_is_reached() {
        // 60 is paid in the first year; 20 and 50 come back, so the money is there after the third.
        let wants =
            Wants { budget: Some(50.0), payback: Some(2), net: Some(5.0), chance: Some(0.9), ..wants() };
        let (judged, _) = judge(&wants, &[0.0, 20.0], &[], &[-60.0, 20.0, 50.0], &[-60.0, 0.0, 0.0]);
        let unmet = [
            (Condition::Payback(Some(2)), Condition::Payback(Some(3))),
            (Condition::Budget(50.0), Condition::Budget(60.0)),
        ];
        assert_eq!(wants.unmet(&judged), unmet);
    }

    #[test]
    fn what_is_gained_is_compared_with_the_fallback_in_the_same_draw() {
        let wants = Wants { gain: Some(0.0), ..wants() };
        let (judged, content) = judge(&wants, &[1.0, 5.0], &[2.0, 3.0], &[3.0], &[0.0]);
        assert_eq!((judged.gain, judged.shortfall), (0.5, 0.0));
        assert_eq!(content, [false, true]);
    }
}
