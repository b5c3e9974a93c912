//! Whether payments for measured results follow the effect or luck.
//!
//! Every clause that pays for measured results is settled for the programme and for one that does nothing
//! ([`crate::settle::noise`]). Over the whole contract, with x what is measured (added up over settlements),
//!
//! - P(pays | no effect) is the share of draws in which a programme that does nothing is paid in some year,
//! - P(does not pay | effect) the share in which the programme is never paid,
//! - the *signal* is E(x | effect) − E(x | no effect) and the *noise* the standard deviation of x without any effect.
//!
//! A settlement is **mostly noise** when one of the two chances is above 20% and the signal is below 2.80 times the noise, so
//! that no target could tell an effect from none with 80% power at the two-sided 5% level (2.80 = 1.96 + 0.84). *Example:* a
//! share of every euro that is measured as saved pays for nothing every second time, and never misses an effect that is large
//! beside the noise; the two chances are 50% and 0. Where they are together more than one half (a coin that is tossed has
//! one) it is said more strongly. A signal at or below 0 is no effect in the direction that is paid for, however large. The signal grows with the number of participants n and noise that is chance
//! with its square root. With the noise's variance split in chance C and doubt about parameters P, n participants tell the
//! two apart from
//!
//! n* = n · 2.80² · C / (signal² − 2.80² · P),
//!
//! and no number does where the denominator is not positive: the benchmark itself is in doubt. *Example:* 200 participants, a
//! signal of EUR 10,000 and a noise of 20,000, all of it chance: n* = 200 · 7.85 · 4 = 6,280.
//!
//! Part of C may grow with n and not with its square root, as doubt does: where draws are not repeated C holds the doubt P
//! too, and the luck of a control group of stated size is multiplied with n. Of that part, B, the number is
//! n · 2.80² (C − B) / (signal² − 2.80² (P + B)); in a settlement that is mostly noise it is larger than n* whatever B is, so n*
//! is the *least* number then. An error of measurement that the contract states is one of this many participants; what it
//! would be of others nobody has said, so no number is given. And where the programme does no better than nothing, none is
//! enough.

use super::business_case::Settlement;
use super::outcomes::participating_rows;
use super::statistics::{Series, Summary};
use crate::formula::Lane;
use crate::scenario::Scenario;
use crate::scenario::checked::{CountBenchmark, Engine};
use crate::settle::Books;
use crate::settle::noise::WITHOUT_EFFECT;
use crate::value::flows::Evidence;

/// Standard deviations between an effect and none that tell them apart: 5% two-sided, 80% power.
const APART: f64 = 2.801_585_2;

/// A chance of error above this is too large for the results of a contract to follow the effect.
const TOO_OFTEN: f64 = 0.2;

/// Two chances of error that together are more than this are near those of a coin.
const COIN: f64 = 0.5;

/// How much of the payments of one clause is luck.
#[derive(Clone, Debug)]
pub struct ClauseNoise {
    /// Clause.
    pub clause: usize,
    /// Participants of its programme, persons.
    pub participants: Summary,
    /// What is paid less what is paid back, EUR, not discounted.
    pub payment: Summary,
    /// The same for a programme that does nothing.
    pub payment_without_effect: Summary,
    /// By result that is measured.
    pub results: Vec<ResultNoise>,
}

/// How much of one measured result is luck; results are added up over settlements.
#[derive(Clone, Debug)]
pub struct ResultNoise {
    /// Which one of several; empty where there is one.
    pub name: String,
    /// Unit of what is measured.
    pub unit: &'static str,
    /// What is measured.
    pub measured: Summary,
    /// What is measured of a programme that does nothing.
    pub measured_without_effect: Summary,
    /// 1 in draws in which it pays in some year; the mean is the chance.
    pub pays: Summary,
    /// The same for a programme that does nothing.
    pub pays_without_effect: Summary,
    /// Settlements of the contract: years, or one for the whole.
    pub settlements: usize,
    /// What to make of it.
    pub verdict: Verdict,
}

/// What to make of a measured result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// It tells a programme that works from one that does not.
    Informative,
    /// It does not depend on the effect at all: persons who reach a step, say.
    Unrelated,
    /// There is no chance in it, so nothing can be said about luck.
    WithoutChance,
    /// It hardly pays, or pays anyway, because of its target and not by chance.
    Target,
    /// On average it measures no more than of a programme that does nothing: the effect is not in the direction that is paid
    /// for.
    NoEffect,
    /// It is mostly noise; with so many participants it would not be.
    Noise {
        /// How many.
        needed: Needed,
        /// Whether it is near the toss of a coin.
        coin: bool,
    },
}

/// Participants with which a result would not be mostly noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Needed {
    /// About so many, persons.
    About(f64),
    /// At least so many, persons; more, or no number is enough, as far as the noise does not shrink with their number.
    AtLeast(f64),
    /// No number is enough.
    None,
    /// It rests on a stated error, of which nobody has said how it depends on their number.
    NotKnown,
}

/// What is known of how noise depends on the number of participants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scaling {
    /// What is not doubt is chance between them, or all of it is.
    Chance,
    /// Part of what is not known to be doubt may be as doubt is.
    PartlyChance,
    /// It rests on a stated error.
    Stated,
}

impl Scaling {
    /// `split`: whether chance and doubt are told apart.
    fn of(scenario: &Scenario, stated_error: bool, stated_controls: bool, split: bool) -> Self {
        // Without uncertain parameters all of it is chance.
        let split = split || scenario.parameters.plan.uncertain.is_empty();
        match (stated_error, stated_controls || !split) {
            (true, _) => Self::Stated,
            (false, true) => Self::PartlyChance,
            (false, false) => Self::Chance,
        }
    }
}

/// How much of the decision at a gate is luck.
#[derive(Clone, Debug)]
pub struct GateNoise {
    /// Participants before it, persons.
    pub participants: Summary,
    /// What is measured before it, above its threshold.
    pub measured: Summary,
    /// What is measured of a programme that does nothing.
    pub measured_without_effect: Summary,
    /// 1 in draws in which enrolment goes on.
    pub continues: Summary,
    /// The same for a programme that does nothing.
    pub continues_without_effect: Summary,
    /// Of the draws in which the programme's true result is above the threshold, the share in which it is stopped; `None`
    /// where it never is, and where steps are counted.
    pub stopped_though_it_works: Option<f64>,
    /// What to make of it.
    pub verdict: Verdict,
}

/// Luck at an arrangement's gate; `None` without one, without draws, or for a strategy that does not offer what it
/// measures.
pub fn gate(scenario: &Scenario, arrangement: usize, settlement: &Settlement<'_>) -> Option<GateNoise> {
    let gate = scenario.arrangements[arrangement].gate.as_ref()?;
    let arm = settlement.arm;
    arm.base().gate?;
    if settlement.draws == 0 {
        return None;
    }
    let design = arm.design();
    let seen = |of: fn(&Evidence) -> Lane| arm.series(|flows| flows.gate.as_ref().map_or(Lane::ZERO, of));
    let (measured, nothing) = (seen(|e| e.measured), seen(|e| e.measured_without_effect));
    let (continues, worthless) = (seen(|e| e.continues), seen(|e| e.continues_without_effect));
    let works = seen(|e| e.works);
    let stopped = works.zip(&continues, |works, continues| works * (1.0 - continues));
    let share = |part: &Series, of: &Series| (of.expected() > 0.0).then(|| part.expected() / of.expected());
    let shape = &arm.base().shape;
    let programme = gate.result.counts.programme;
    let rows: Vec<usize> = participating_rows(scenario, shape)
        .into_iter()
        .filter(|&row| shape.steps[row].0 == programme)
        .collect();
    let until = gate.year.min(shape.years);
    let participants = arm
        .series(|flows| {
            let of_row = |&row: &usize| flows.reached.row(row)[..until].iter();
            rows.iter().flat_map(of_row).fold(Lane::ZERO, |sum, &persons| sum + persons)
        })
        .summary(design);
    let chance = scenario.uncertainty.engine != Engine::Expected || gate.result.error_sd.is_some();
    let verdict = if measured.draws == nothing.draws {
        Verdict::Unrelated
    } else {
        judge(
            [measured.expected(), nothing.expected()],
            [continues.expected(), worthless.expected()],
            &nothing.summary(design),
            chance.then_some(participants.expected()),
            |split| {
                let controls = matches!(gate.result.benchmark, CountBenchmark::Control(_));
                Scaling::of(scenario, gate.result.error_sd.is_some(), controls, split)
            },
        )
    };
    Some(GateNoise {
        participants,
        measured: measured.summary(design),
        measured_without_effect: nothing.summary(design),
        continues: continues.summary(design),
        continues_without_effect: worthless.summary(design),
        stopped_though_it_works: share(&stopped, &works),
        verdict,
    })
}

/// Noise of every clause of a settlement that pays for measured results; nothing without draws.
pub fn noise(scenario: &Scenario, arrangement: usize, settlement: &Settlement<'_>) -> Vec<ClauseNoise> {
    if settlement.draws == 0 {
        return Vec::new();
    }
    let clauses = &scenario.arrangements[arrangement].clauses;
    let read = Reader { scenario, arrangement, settlement };
    (0..clauses.len())
        .filter_map(|clause| {
            let programme = clauses[clause].terms.measures()?;
            let chance = scenario.uncertainty.engine != Engine::Expected
                || clauses[clause].terms.measures_with_error();
            read.clause(clause, programme, chance)
        })
        .collect()
}

struct Reader<'a> {
    scenario: &'a Scenario,
    arrangement: usize,
    settlement: &'a Settlement<'a>,
}

impl Reader<'_> {
    fn position(&self, clause: usize, name: &str) -> Option<usize> {
        let figures = &self.settlement.base.figures;
        figures.iter().position(|figure| figure.clause == clause && figure.name == name)
    }

    /// A figure added up over years, or whether it is above zero in any.
    fn over_years(&self, position: usize, any: bool) -> Series {
        self.settlement.series(|books: &Books| {
            let years = books.figures[position].by_year.iter();
            let fold = |sum: Lane, &year: &Lane| if any { sum.max(year) } else { sum + year };
            years.fold(Lane::ZERO, fold)
        })
    }

    fn clause(&self, clause: usize, programme: usize, chance: bool) -> Option<ClauseNoise> {
        let design = self.settlement.arm.design();
        let total = |name: &str| Some(self.over_years(self.position(clause, name)?, false));
        let payment = total("payment")?.summary(design);
        let payment_without_effect = total(&format!("payment{WITHOUT_EFFECT}"))?.summary(design);
        let shape = &self.settlement.arm.base().shape;
        let rows: Vec<usize> = participating_rows(self.scenario, shape)
            .into_iter()
            .filter(|&row| shape.steps[row].0 == programme)
            .collect();
        let participants = self
            .settlement
            .arm
            .series(|flows| rows.iter().fold(Lane::ZERO, |sum, &row| sum + flows.reached.total(row)))
            .summary(design);
        let of_clause = self.settlement.base.figures.iter().filter(|figure| figure.clause == clause);
        let results = of_clause
            .filter_map(|figure| figure.name.strip_suffix("measured_result").map(|name| (name, figure.unit)))
            .filter_map(|(name, unit)| {
                self.result(clause, name, unit, chance.then_some(participants.expected()))
            })
            .collect();
        Some(ClauseNoise { clause, participants, payment, payment_without_effect, results })
    }

    /// How often a result of a clause is settled.
    fn settlements(&self, clause: usize, result: &str) -> usize {
        let clause = &self.scenario.arrangements[self.arrangement].clauses[clause];
        let horizon = self.settlement.arm.base().shape.years;
        let in_force = |year: &usize| clause.years.as_ref().is_none_or(|years| years.contains(year));
        match clause.terms.settles_as_one(result) {
            true => 1,
            false => (0..horizon).filter(in_force).count(),
        }
    }

    /// `name` stands before the figures of a result; `participants` is `None` where there is no chance in it.
    fn result(
        &self,
        clause: usize,
        name: &str,
        unit: &'static str,
        participants: Option<f64>,
    ) -> Option<ResultNoise> {
        let design = self.settlement.arm.design();
        let figure =
            |of: &str, any: bool| Some(self.over_years(self.position(clause, &format!("{name}{of}"))?, any));
        let both =
            |of: &str, any: bool| Some([figure(of, any)?, figure(&format!("{of}{WITHOUT_EFFECT}"), any)?]);
        let [measured, measured_without] = both("measured_result", false)?;
        let [pays, pays_without] = both("pays", true)?;
        let verdict = if measured.draws == measured_without.draws {
            Verdict::Unrelated
        } else {
            let chances = [pays.expected(), pays_without.expected()];
            let means = [measured.expected(), measured_without.expected()];
            let terms = &self.scenario.arrangements[self.arrangement].clauses[clause].terms;
            judge(means, chances, &measured_without.summary(design), participants, |split| {
                Scaling::of(self.scenario, terms.measures_with_error(), terms.controls_are_stated(), split)
            })
        };
        Some(ResultNoise {
            name: name.trim_end_matches('.').to_owned(),
            unit,
            measured: measured.summary(design),
            measured_without_effect: measured_without.summary(design),
            pays: pays.summary(design),
            pays_without_effect: pays_without.summary(design),
            settlements: self.settlements(clause, name.trim_end_matches('.')),
            verdict,
        })
    }
}

/// What to make of a result, from its mean and its chance of payment with the effect and without, and its spread
/// without.
fn judge(
    measured: [f64; 2],
    pays: [f64; 2],
    without: &Summary,
    participants: Option<f64>,
    scaling: impl Fn(bool) -> Scaling,
) -> Verdict {
    let (Some(spread), Some(participants)) = (without.spread, participants) else {
        return Verdict::WithoutChance;
    };
    // One draw has no spread.
    if !spread.sd.is_finite() {
        return Verdict::WithoutChance;
    }
    if measured[0] <= measured[1] {
        return Verdict::NoEffect;
    }
    let (missed, for_nothing) = (1.0 - pays[0], pays[1]);
    if missed <= TOO_OFTEN && for_nothing <= TOO_OFTEN {
        return Verdict::Informative;
    }
    let signal = (measured[0] - measured[1]).powi(2);
    let needed = APART * APART;
    if signal >= needed * spread.sd * spread.sd {
        return Verdict::Target;
    }
    let (chance, doubt) = match spread.split {
        Some(split) => (split.chance, split.parameters),
        None => (spread.sd * spread.sd, 0.0),
    };
    let left = signal - needed * doubt;
    let number = participants * needed * chance / left;
    let needed = match scaling(spread.split.is_some()) {
        Scaling::Stated => Needed::NotKnown,
        _ if left <= 0.0 => Needed::None,
        Scaling::PartlyChance => Needed::AtLeast(number),
        Scaling::Chance => Needed::About(number),
    };
    Verdict::Noise { needed, coin: missed + for_nothing > COIN }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::statistics::{Split, Spread};

    fn summary(sd: f64, split: Option<Split>) -> Summary {
        let spread = Spread { mean: 0.0, sd, mcse: 0.0, p2_5: 0.0, p50: 0.0, p97_5: 0.0, n: 1000, split };
        Summary { base: 0.0, spread: Some(spread) }
    }

    #[test]
    fn an_effect_of_half_the_noise_needs_thirty_one_times_as_many_participants() {
        // 2.8016² · (20,000 / 10,000)² = 31.396; times 200.
        let spread = summary(20_000.0, None);
        let verdict = judge([10_000.0, 0.0], [0.6, 0.5], &spread, Some(200.0), |_| Scaling::Chance);
        let Verdict::Noise { needed: Needed::About(needed), coin: true } = verdict else {
            panic!("{verdict:?}")
        };
        approx::assert_relative_eq!(needed, 6_279.1, epsilon = 0.1);
    }

    #[test]
    fn noise_that_is_doubt_does_not_shrink_with_the_number_of_participants() {
        // Signal 10, variance 25 in all: as chance of 9 and doubt of 16, 100 − 7.849 · 16 < 0: no number is enough; as
        // chance of 16 and doubt of 9, 100 · 7.849 · 16 / (100 − 7.849 · 9) = 427.8.
        let of = |chance, parameters| {
            let split = Some(Split { parameters, chance });
            judge([10.0, 0.0], [0.5, 0.3], &summary(5.0, split), Some(100.0), |_| Scaling::Chance)
        };
        assert_eq!(of(9.0, 16.0), Verdict::Noise { needed: Needed::None, coin: true });
        let Verdict::Noise { needed: Needed::About(needed), .. } = of(16.0, 9.0) else { panic!() };
        approx::assert_relative_eq!(needed, 427.8, epsilon = 0.1);
    }

    #[test]
    fn a_settlement_that_seldom_errs_is_informative_and_a_target_out_of_reach_is_no_noise() {
        let spread = summary(1.0, None);
        let judge = |measured, pays, participants| {
            judge([measured, 0.0], pays, &spread, participants, |_| Scaling::Chance)
        };
        assert_eq!(judge(2.0, [0.8, 0.2], Some(100.0)), Verdict::Informative);
        assert_eq!(judge(10.0, [0.0, 0.0], Some(100.0)), Verdict::Target);
        assert_eq!(judge(0.1, [0.5, 0.5], None), Verdict::WithoutChance);
        assert_eq!(judge(-10.0, [0.0, 0.0], Some(100.0)), Verdict::NoEffect);
    }

    #[test]
    fn a_share_of_every_euro_pays_for_nothing_every_second_time_and_is_noise_though_it_never_misses() {
        // Signal 2 and noise 1: 100 · 2.8016² / 4 = 196.2 participants. The chances are 50% and 0; at 20% and 0 nothing is said.
        let spread = summary(1.0, None);
        let judge = |pays| judge([2.0, 0.0], pays, &spread, Some(100.0), |_| Scaling::Chance);
        let Verdict::Noise { needed: Needed::About(needed), coin: false } = judge([1.0, 0.5]) else {
            panic!()
        };
        approx::assert_relative_eq!(needed, 196.2, epsilon = 0.1);
        assert_eq!(judge([1.0, 0.2]), Verdict::Informative);
        assert!(matches!(judge([0.7, 0.0]), Verdict::Noise { coin: false, .. }));
        assert!(matches!(judge([0.7, 0.3]), Verdict::Noise { coin: true, .. }));
    }

    #[test]
    fn of_one_draw_nothing_is_said_about_chance() {
        let judge = |sd| judge([1.0, 0.0], [1.0, 1.0], &summary(sd, None), Some(100.0), |_| Scaling::Chance);
        assert_eq!(judge(f64::NAN), Verdict::WithoutChance);
    }

    #[test]
    fn an_effect_in_the_other_direction_is_none_however_large() {
        let of = |measured| {
            judge([measured, 0.0], [0.5, 0.5], &summary(1.0, None), Some(100.0), |_| Scaling::Chance)
        };
        assert_eq!(of(-100.0), Verdict::NoEffect);
        assert_eq!(of(100.0), Verdict::Target);
    }

    #[test]
    fn where_part_of_the_noise_may_not_shrink_the_number_is_the_least_and_of_a_stated_error_none_is_given() {
        // Signal 10, variance 25, 100 participants: as chance alone 100 · 7.849 · 25 / 100 = 196.2. If 4 of the 25 grow with
        // the number (controls of a stated size) it is 100 · 7.849 · 21 / (100 − 7.849 · 4) = 240.2, and if 13 do none is
        // enough: at least 196.
        let judge =
            |scaling| judge([10.0, 0.0], [0.5, 0.3], &summary(5.0, None), Some(100.0), move |_| scaling);
        let Verdict::Noise { needed: Needed::AtLeast(least), .. } = judge(Scaling::PartlyChance) else {
            panic!()
        };
        approx::assert_relative_eq!(least, 196.2, epsilon = 0.1);
        assert!(least < 100.0 * 7.849 * 21.0 / (100.0 - 7.849 * 4.0));
        assert_eq!(judge(Scaling::Stated), Verdict::Noise { needed: Needed::NotKnown, coin: true });
    }
}
