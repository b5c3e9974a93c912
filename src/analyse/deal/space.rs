//! All points of a space, settled part by part while they go by.

use super::point::{Point, Room, Share};
use super::wants::{Judged, Wants, Without};
use crate::analyse::statistics::mean;
use crate::scenario::Scenario;
use crate::settle::SettleError;
use crate::settle::books::discount_factors;
use crate::settle::deal::{Negotiated, Part, Settlement, Steps};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Points that are looked at together at most.
const TOGETHER: usize = 1024;

/// The space of a negotiation.
pub(super) struct Space<'a> {
    pub(super) scenario: &'a Scenario,
    /// Arrangements to choose from.
    pub(super) negotiated: &'a [Negotiated<'a>],
    /// Who negotiates.
    pub(super) seats: &'a [Wants],
    /// What each has without a deal, by seat.
    pub(super) fallback: &'a [Without],
    /// Bytes that settled parts of an arrangement may take together: half of them at most those that are kept, the rest
    /// those that are settled while points go by, of which at least one point's are there.
    pub(super) room: usize,
}

/// A part at some combinations of its terms.
type Settled = BTreeMap<Steps, Settlement>;

impl Space<'_> {
    /// Every point, judged.
    pub(super) fn points(&self) -> Result<Vec<Point>, SettleError> {
        let mut points = Vec::new();
        for (contract, negotiated) in self.negotiated.iter().enumerate() {
            let counts: Vec<usize> =
                negotiated.terms.iter().map(|&term| self.scenario.negotiation.terms[term].count()).collect();
            points.extend(self.judge(contract, &all_steps(&counts))?);
        }
        Ok(points)
    }

    /// Some points of a contract, judged, in the order of `steps`.
    pub(super) fn judge(&self, contract: usize, steps: &[Steps]) -> Result<Vec<Point>, SettleError> {
        let negotiated = &self.negotiated[contract];
        let references: Vec<&[i64]> = steps.iter().map(Vec::as_slice).collect();
        let possible = negotiated.possible(&references)?;
        let wanted: Vec<&[i64]> = references
            .into_iter()
            .zip(&possible)
            .filter(|(_, possible)| **possible)
            .map(|(s, _)| s)
            .collect();
        // Parts that fit are settled once, the smallest first; others again for each group of points.
        let combinations: Vec<Vec<Steps>> =
            negotiated.parts().iter().map(|part| distinct(part, &wanted)).collect();
        let mut order: Vec<usize> = (0..combinations.len()).collect();
        let size = |part: usize| combinations[part].len() * negotiated.room_of(&negotiated.parts()[part]);
        order.sort_by_key(|&part| (size(part), part));
        let (mut taken, mut passing) = (0_usize, 0);
        let mut kept: Vec<Option<Settled>> = vec![None; order.len()];
        for part in order {
            if taken.saturating_add(size(part)) <= self.room / 2 {
                taken += size(part);
                kept[part] = Some(settle(negotiated, &negotiated.parts()[part], &combinations[part])?);
            } else {
                passing += negotiated.room_of(&negotiated.parts()[part]);
            }
        }
        let together = (self.room - taken).checked_div(passing).unwrap_or(TOGETHER).clamp(1, TOGETHER);
        let factors = discount_factors(negotiated.rate, negotiated.years);
        let mut judged = Vec::with_capacity(wanted.len());
        for group in wanted.chunks(together) {
            let mut passed: Vec<Option<Settled>> = vec![None; kept.len()];
            for (part, passed) in passed.iter_mut().enumerate().filter(|(part, _)| kept[*part].is_none()) {
                let part = &negotiated.parts()[part];
                *passed = Some(settle(negotiated, part, &distinct(part, group))?);
            }
            let settled: Vec<&Settled> = kept
                .iter()
                .zip(&passed)
                .filter_map(|(kept, passed)| kept.as_ref().or(passed.as_ref()))
                .collect();
            judged.par_extend(group.par_iter().map_init(Room::default, |room, point| {
                let shares = shares(negotiated, &settled, point);
                room.judge(negotiated, self.seats, self.fallback, &shares, &factors)
            }));
        }
        let judged: Vec<(Vec<Judged>, f64, bool)> = judged.into_iter().collect::<Result<_, SettleError>>()?;
        let mut judged = judged.into_iter();
        let point = |(steps, possible): (&Steps, &bool)| {
            let found = if *possible { judged.next() } else { None };
            let (parties, chance, declined) = found.unwrap_or_default();
            Point { contract, steps: steps.clone(), parties, declined, chance }
        };
        Ok(steps.iter().zip(&possible).map(point).collect())
    }
}

/// What each part brings at a point.
fn shares<'a>(negotiated: &'a Negotiated<'_>, settled: &[&'a Settled], point: &[i64]) -> Vec<Share<'a>> {
    let of =
        |(part, settled): (&'a Part, &&'a Settled)| (part.seats.as_slice(), &settled[&part.steps(point)]);
    negotiated.parts().iter().zip(settled).map(of).collect()
}

fn settle(negotiated: &Negotiated<'_>, part: &Part, combinations: &[Steps]) -> Result<Settled, SettleError> {
    let settlements = negotiated.settle_part(part, combinations)?;
    Ok(combinations.iter().cloned().zip(settlements).collect())
}

/// The combinations of a part's terms among some points.
fn distinct(part: &Part, points: &[&[i64]]) -> Vec<Steps> {
    let mut all: Vec<Steps> = points.iter().map(|point| part.steps(point)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// All combinations of steps, the last varying fastest.
fn all_steps(counts: &[usize]) -> Vec<Steps> {
    let mut all = vec![Vec::new()];
    for &count in counts {
        all = all
            .into_iter()
            .flat_map(|steps: Steps| {
                (0..count as i64).map(move |step| steps.iter().copied().chain([step]).collect())
            })
            .collect();
    }
    all
}

/// What each party has under an arrangement that is opened at its stated values.
///
/// # Errors
/// As for settling it by itself, shares of costs above one among them.
pub(super) fn stated(stated: &Negotiated<'_>) -> Result<Vec<Without>, SettleError> {
    stated.check_stated()?;
    let settlements: Vec<Settlement> = stated
        .parts()
        .iter()
        .map(|part| stated.settle_part(part, &[Steps::new()]).map(|mut all| all.remove(0)))
        .collect::<Result<_, _>>()?;
    let shares: Vec<Share<'_>> =
        stated.parts().iter().zip(&settlements).map(|(part, s)| (part.seats.as_slice(), s)).collect();
    let mut room = Room::default();
    let all: Vec<Without> = (0..stated.seats.len())
        .map(|seat| {
            room.position(seat, &shares, |position, _| Without {
                present: position.present.to_vec(),
                expected: mean(position.present),
                turnover: position.turnover,
            })
        })
        .collect();
    let stays_away = stated.enters().map(|seat| stated.stays_away(&all[seat].present)).transpose()?;
    Ok(if stays_away == Some(true) { vec![Without::default(); all.len()] } else { all })
}
