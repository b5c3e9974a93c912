//! What would make a deal possible that is not.
//!
//! - **One party that asks less**: of the points at which all others have what they ask, the one at which it lacks least,
//!   and what it would have to be content with there.
//! - **A grant** from outside, at the terms of the space: Σ of what parties lack, at the point where that is least.
//! - **Payments between parties** beyond what the terms allow: if Σ B_i of those who are needed is at least C the programme
//!   can be paid from their savings, and only the division is at fault.
//! - **A wider range of one term**, all others staying within theirs. From the `START` points with the least shortfalls,
//!   and the one with the least at each value of each term (at most `MOST` in all), the term is moved beyond its lowest and its highest value, 1, 2, 4, … and at most `FARTHEST` steps, until a point is
//!   feasible, and then halved back. This finds the least widening where more of it never hurts; a deal far from these
//!   points may be missed. Where a value is no longer one that the term may have (a share above 1) the search halves towards
//!   the last that is.

use super::Contract;
use super::point::Point;
use super::solutions::Solutions;
use super::space::Space;
use crate::settle::SettleError;
use crate::settle::deal::Steps;
use std::collections::BTreeSet;

/// Nearest points from which a term is moved.
const START: usize = 10;

/// Most points from which a term is moved.
const MOST: usize = 200;

/// Steps beyond a range that are tried.
const FARTHEST: i64 = 32;

/// Something that would open a deal.
#[derive(Clone, Debug, PartialEq)]
pub enum Opening {
    /// Money from outside, EUR in present value, to each party by seat, at a point.
    Grant {
        /// The point.
        point: usize,
        /// By seat.
        to: Vec<f64>,
    },
    /// One party asks less.
    Condition {
        /// The party.
        seat: usize,
        /// A point at which all others have what they ask, and it lacks least.
        point: usize,
    },
    /// Another range for one term.
    Term {
        /// Index among the scenario's terms.
        term: usize,
        /// The value that it would have to reach.
        value: f64,
        /// The terms with which a deal is possible then.
        point: Box<Point>,
    },
}

/// What would open a deal; nothing where one is possible.
pub(super) fn openings(
    space: &Space<'_>,
    points: &[Point],
    contracts: &[Contract],
    solutions: &Solutions,
) -> Result<Vec<Opening>, SettleError> {
    if solutions.max_min.is_some() {
        return Ok(Vec::new());
    }
    let (point, _) = solutions.grant;
    let to = points[point].parties.iter().map(|party| party.shortfall).collect();
    let mut openings = vec![Opening::Grant { point, to }];
    let most = |point: &Point| point.parties.iter().map(|party| party.shortfall).fold(0.0, f64::max);
    let mut near: Vec<usize> = (0..points.len()).filter(|&point| points[point].is_delivered()).collect();
    near.sort_by(|&one, &other| most(&points[one]).total_cmp(&most(&points[other])).then(one.cmp(&other)));
    let mut seen = BTreeSet::new();
    let mut rank = 0;
    near.retain(|&point| {
        let Point { contract, steps, .. } = &points[point];
        // Every value is noted, not just the first that is new.
        let new =
            steps.iter().enumerate().filter(|(term, step)| seen.insert((*contract, *term, **step))).count();
        rank += 1;
        rank <= START || new > 0
    });
    near.truncate(MOST);
    let mut terms: Vec<usize> =
        contracts.iter().flat_map(|contract| contract.terms.iter().copied()).collect();
    terms.sort_unstable();
    terms.dedup();
    for term in terms {
        let starts: Vec<(usize, usize, &Steps)> = near
            .iter()
            .filter_map(|&point| {
                let contract = points[point].contract;
                let position = contracts[contract].terms.iter().position(|other| *other == term)?;
                Some((contract, position, &points[point].steps))
            })
            .collect();
        let (up, down) = (widen(space, term, &starts, 1)?, widen(space, term, &starts, -1)?);
        let least = up.into_iter().chain(down).min_by_key(|(steps, _)| *steps);
        if let Some((_, point)) = least {
            let position =
                contracts[point.contract].terms.iter().position(|other| *other == term).unwrap_or(0);
            let value = space.scenario.negotiation.terms[term].value(point.steps[position]);
            openings.push(Opening::Term { term, value, point: Box::new(point) });
        }
    }
    openings.extend((0..space.seats.len()).filter_map(|seat| asking_less(points, seat)));
    Ok(openings)
}

/// Where a party lacks least while all others have what they ask; of equals the first.
fn asking_less(points: &[Point], seat: usize) -> Option<Opening> {
    let content = |point: &Point| {
        let mut others = point.parties.iter().enumerate().filter(|(other, _)| *other != seat);
        point.is_delivered() && others.all(|(_, judged)| judged.shortfall == 0.0)
    };
    let lacks = |point: usize| points[point].parties[seat].shortfall;
    let among = (0..points.len()).filter(|&point| content(&points[point]));
    let least = among.reduce(|best, next| if lacks(next) < lacks(best) { next } else { best })?;
    Some(Opening::Condition { seat, point: least })
}

/// What there is at a number of steps beyond a range.
enum Look {
    /// A feasible point.
    Deal(Point),
    /// None.
    NoDeal,
    /// A value that the term cannot have.
    TooFar,
}

/// The least number of steps beyond a range with which there is a feasible point, and the first of these.
fn widen(
    space: &Space<'_>,
    term: usize,
    starts: &[(usize, usize, &Steps)],
    direction: i64,
) -> Result<Option<(i64, Point)>, SettleError> {
    let end = match direction {
        1 => space.scenario.negotiation.terms[term].count() as i64 - 1,
        _ => 0,
    };
    let look = |beyond: i64| -> Result<Look, SettleError> {
        let mut found = Look::TooFar;
        for contract in 0..space.negotiated.len() {
            let mut moved: Vec<Steps> = starts
                .iter()
                .filter(|(of, ..)| *of == contract)
                .map(|(_, position, steps)| {
                    let mut steps = (*steps).clone();
                    steps[*position] = end + direction * beyond;
                    steps
                })
                .collect();
            moved.sort_unstable();
            moved.dedup();
            if moved.is_empty() {
                continue;
            }
            match space.judge(contract, &moved) {
                Ok(points) => match points.into_iter().find(Point::is_feasible) {
                    Some(point) => return Ok(Look::Deal(point)),
                    None => found = Look::NoDeal,
                },
                // Out of range in this arrangement; another may allow it.
                Err(SettleError::Quantity(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    };
    let (mut without, mut beyond) = (0, 1);
    let mut too_far = None;
    let (mut with, mut found) = loop {
        match look(beyond)? {
            Look::Deal(point) => break (beyond, point),
            Look::NoDeal => without = beyond,
            Look::TooFar => too_far = Some(beyond),
        }
        // Once a value was too far, halve towards the last that is allowed.
        beyond = match too_far {
            Some(end) if end - without > 1 => (without + end) / 2,
            None if beyond < FARTHEST => 2 * beyond,
            _ => return Ok(None),
        };
    };
    while with - without > 1 {
        let middle = (with + without) / 2;
        match look(middle)? {
            Look::Deal(point) => (with, found) = (middle, point),
            Look::NoDeal | Look::TooFar => without = middle,
        }
    }
    Ok(Some((with, found)))
}
