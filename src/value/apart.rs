//! People apart from the participants: what controls, or an earlier year, show by person-year.
//!
//! A control group is like the participants in everything but the programme, and has luck of its own. So it is the same
//! cohorts without effects, followed in the same draw with other random numbers. Where as many other persons are compared
//! as take part, their rate is c = C/Y: counts (or costs) by person-years. Of n_c persons instead of the n who have enrolled
//! by the end of the year, followed from the same moments as these, the rate has the same expectation μ and a variance of
//! n/n_c times that of c, as for any mean of persons; so
//!
//! rate = μ + (c − μ) · √(n/n_c),
//!
//! with μ from expected numbers in the same draw. *Example:* a hundred who enrol in the middle of a year live 50
//! person-years in it, and four hundred controls 200: √(100/400) halves the luck. Where others enrol in later years the n_c
//! stand for all who have. Of few controls and rare events this can be below 0, which no group shows;
//! cut off there, controls would on average have more events than μ, and a programme that does nothing would avoid them.
//! What is counted is linear in the rate, so its mean and variance are right as it is. A model that has none uses c as it is: as many controls as participants.
//!
//! What is known of participants from **before** is their count in a year without the programme. The model begins when the
//! programme may, so the first year since enrolment stands for it, without effects and with other luck; it is pooled over
//! all who have enrolled by the end of the year measured. The participants grow older and the year before does not: where
//! risks rise with age a comparison with it hides part of an effect.
//!
//! **Regression to the mean is not in it.** Who is picked *because* the year before was a bad one (people who have fallen,
//! say) has a better year next, programme or not; the stand-in for the year before has no bad year in it. So a real comparison
//! with such a year shows more effect, and pays more for nothing, than it does here. And everybody lived through the real
//! year before, whereas in the stand-in some die.
//!
//! In expected numbers there is no luck: controls are the shadows themselves.

use super::flows::{Flows, Followed, Grid};
use crate::formula::Lane;

/// Reads amounts and person-years of people apart.
pub struct Rates<'a> {
    years: usize,
    /// Participants who have enrolled by the end of each year.
    enrolled: Vec<Lane>,
    /// Amount of a row in a year, of people apart.
    seen: Box<dyn Fn(usize, usize) -> Lane + 'a>,
    /// The same in expected numbers.
    expected: Option<Box<dyn Fn(usize, usize) -> Lane + 'a>>,
}

impl<'a> Rates<'a> {
    /// Rows are those of what clauses asked for, of participants of a programme.
    #[must_use]
    pub fn of_requests(flows: &'a Flows, programme: usize) -> Self {
        let (years, enrolled) = (flows.shape.years, enrolled(flows, programme));
        let at = |grid: &'a Grid| -> Box<dyn Fn(usize, usize) -> Lane + 'a> {
            Box::new(move |row, year| grid.at(row, year))
        };
        match &flows.apart {
            None => Self { years, enrolled, seen: at(&flows.requested), expected: None },
            Some(apart) => Self {
                years,
                enrolled,
                seen: at(&apart.requested),
                expected: apart.expected.as_ref().map(|(_, requested)| at(requested)),
            },
        }
    }

    /// Costs of a programme's participants on a budget; see [`Self::COSTS`] and the rows after it.
    #[must_use]
    pub fn of_costs(flows: &'a Flows, programme: usize, budget: usize) -> Self {
        let (years, enrolled) = (flows.shape.years, enrolled(flows, programme));
        let lines: Vec<usize> =
            (0..flows.shape.lines.len()).filter(|&line| flows.shape.lines[line].budget == budget).collect();
        let at = |all: &'a [Followed]| -> Box<dyn Fn(usize, usize) -> Lane + 'a> {
            let (followed, lines) = (&all[programme], lines.clone());
            Box::new(move |row, year| {
                let sum = |grid: &Grid| lines.iter().fold(Lane::ZERO, |sum, &line| sum + grid.at(line, year));
                match row {
                    Self::COSTS => sum(&followed.costs),
                    Self::YEARS => followed.person_years.at(0, year),
                    Self::FIRST_COSTS => sum(&followed.first_costs),
                    _ => followed.first_person_years.at(0, year),
                }
            })
        };
        match &flows.apart {
            None => Self { years, enrolled, seen: at(&flows.shadows), expected: None },
            Some(apart) => Self {
                years,
                enrolled,
                seen: at(&apart.shadows),
                expected: apart.expected.as_ref().map(|(shadows, _)| at(shadows)),
            },
        }
    }

    /// Row of costs.
    pub const COSTS: usize = 0;
    /// Row of person-years.
    pub const YEARS: usize = 1;
    /// Row of costs in the first year since enrolment.
    pub const FIRST_COSTS: usize = 2;
    /// Row of person-years in the first year since enrolment.
    pub const FIRST_YEARS: usize = 3;

    /// Amount per person-year of so many controls, by year; nothing where nobody takes part.
    #[must_use]
    pub fn control(&self, amount: usize, years: usize, persons: Lane) -> Vec<Lane> {
        (0..self.years)
            .map(|year| {
                let (of_years, seen) = ((self.seen)(years, year), (self.seen)(amount, year));
                let rate = ratio(seen, of_years);
                let Some(expected) = &self.expected else { return rate };
                let mean = ratio(expected(amount, year), expected(years, year));
                Lane::from_fn(|lane| {
                    let scale = (self.enrolled[year][lane] / persons[lane]).sqrt();
                    mean[lane] + (rate[lane] - mean[lane]) * scale
                })
            })
            .collect()
    }

    /// Amount per person-year in the year before enrolment, by year measured, of all who have enrolled by then.
    #[must_use]
    pub fn before(&self, amount: usize, years: usize) -> Vec<Lane> {
        let (mut amounts, mut of_years) = (Lane::ZERO, Lane::ZERO);
        (0..self.years)
            .map(|year| {
                amounts += (self.seen)(amount, year);
                of_years += (self.seen)(years, year);
                ratio(amounts, of_years)
            })
            .collect()
    }
}

/// Participants of a programme who have enrolled by the end of each year.
fn enrolled(flows: &Flows, programme: usize) -> Vec<Lane> {
    let by_year = flows.enrolled.row(programme).iter();
    by_year
        .scan(Lane::ZERO, |sum, &persons| {
            *sum += persons;
            Some(*sum)
        })
        .collect()
}

fn ratio(amount: Lane, of: Lane) -> Lane {
    amount.zip(of, |amount, of| if of > 0.0 { amount / of } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(seen: [f64; 2], expected: Option<[f64; 2]>) -> Rates<'static> {
        let of = |amounts: [f64; 2]| -> Box<dyn Fn(usize, usize) -> Lane> {
            Box::new(move |row, _| Lane::splat(amounts[row]))
        };
        Rates { years: 2, enrolled: vec![Lane::splat(100.0); 2], seen: of(seen), expected: expected.map(of) }
    }

    #[test]
    fn a_control_group_four_times_as_large_has_half_the_luck() {
        // 100 person-years with 130 falls where 100 are expected: 1.3; of 400 controls 1 + 0.3 · √(100/400) = 1.15; of 25
        // controls 1 + 0.3 · 2 = 1.6.
        let rates = rates([130.0, 100.0], Some([100.0, 100.0]));
        approx::assert_relative_eq!(rates.control(0, 1, Lane::splat(400.0))[0][0], 1.15, epsilon = 1e-12);
        approx::assert_relative_eq!(rates.control(0, 1, Lane::splat(25.0))[0][0], 1.6, epsilon = 1e-12);
    }

    #[test]
    fn controls_are_persons_also_in_a_year_in_which_they_are_followed_for_half_of_it() {
        // A hundred from mid-year: 65 falls in 50 person-years where 50 are expected, 1.3; of 400 controls 1 + 0.3 · √(100/400)
        // = 1.15, not 1 + 0.3 · √(50/400) = 1.106.
        let rates = rates([65.0, 50.0], Some([50.0, 50.0]));
        approx::assert_relative_eq!(rates.control(0, 1, Lane::splat(400.0))[0][0], 1.15, epsilon = 1e-12);
    }

    #[test]
    fn few_controls_of_a_rare_event_have_as_many_events_on_average_as_are_expected() {
        // One fracture is expected in 100 person-years; 0, 1 or 2 are seen, each as often. Of 25 controls that is 0.01 + (0 −
        // 0.01) · 2 = −0.01, 0.01 and 0.03 a person-year: 0.01 on average (0.0133 if cut off at 0).
        let of = |seen: f64| {
            let rates = rates([seen, 100.0], Some([1.0, 100.0]));
            rates.control(0, 1, Lane::splat(25.0))[0][0]
        };
        let seen = [of(0.0), of(1.0), of(2.0)];
        approx::assert_relative_eq!(seen[..], [-0.01, 0.01, 0.03], epsilon = 1e-12);
        approx::assert_relative_eq!(seen.iter().sum::<f64>() / 3.0, 0.01, epsilon = 1e-12);
    }

    #[test]
    fn without_expected_numbers_there_are_as_many_controls_as_participants() {
        let rates = rates([130.0, 100.0], None);
        assert_eq!(rates.control(0, 1, Lane::splat(25.0))[1], Lane::splat(1.3));
    }

    #[test]
    fn the_year_before_is_pooled_over_all_who_have_enrolled() {
        // First years of 10 and then 30 person-years with 5 and 9 falls: 0.5, then 14/40 = 0.35.
        let seen = |row: usize, year: usize| Lane::splat([[5.0, 9.0], [10.0, 30.0]][row][year]);
        let enrolled = vec![Lane::splat(10.0), Lane::splat(40.0)];
        let rates = Rates { years: 2, enrolled, seen: Box::new(seen), expected: None };
        let before: Vec<f64> = rates.before(0, 1).iter().map(|rate| rate[0]).collect();
        approx::assert_relative_eq!(before[..], [0.5, 0.35], epsilon = 1e-12);
    }
}
