//! Whom a programme looks at: cells, or persons where it asks for what only persons have.
//!
//! Eligibility, chances and sizes may be formulas of a risk factor or of the past. Then each person stands for
//! themselves: the first of a cell in each of the eight runs share a *row*, in which every run has its own values, and
//! so do the second, and so on. Once it is known who came to a step, only these keep a row.

use super::cohorts::Strategy;
use super::drive::{Drive, Ranks};
use super::invite::{Candidate, Chosen};
use crate::formula::{LANES, Lane};
use crate::scenario::checked::{Scenario, Variables};
use crate::simulate::engine::Block;
use crate::simulate::enrolment::Moment as Enrolling;
use crate::simulate::profiles::programme_quantities;

/// People who may be invited at one moment, by row: a cell, or somebody of it in each run.
pub(super) struct Rows {
    /// The moment, with the points of the rows.
    pub moment: Enrolling,
    /// The same with the points of the cells.
    pub moment_of_cells: Enrolling,
    /// Cell of each row.
    pub cells: Vec<usize>,
    /// By run and row.
    pub people: Vec<Vec<Vec<Candidate>>>,
}

/// Variables that differ between persons and that the quantities of a programme use.
pub(super) fn asked(scenario: &Scenario, programme: usize) -> Vec<usize> {
    let quantities = programme_quantities(scenario, programme);
    let used = quantities.iter().flat_map(|quantity| quantity.program.variables().iter().copied());
    let mut asked: Vec<usize> = used.filter(|&variable| scenario.variables.is_lane(variable)).collect();
    asked.sort_unstable();
    asked.dedup();
    asked
}

impl Strategy<'_> {
    /// A row for each person; the first of a cell in each run share one, and so on.
    pub(super) fn rows(
        &self,
        moment: &Enrolling,
        asked: &[usize],
        by_cell: Vec<Vec<Vec<Candidate>>>,
    ) -> Rows {
        let mut cells = Vec::new();
        let mut people: Vec<Vec<Vec<Candidate>>> = vec![Vec::new(); by_cell.len()];
        for cell in 0..self.cells.len() {
            let most = by_cell.iter().map(|cells| cells[cell].len()).max().unwrap_or(0);
            cells.extend(std::iter::repeat_n(cell, most));
            for (rows, here) in people.iter_mut().zip(&by_cell) {
                rows.extend((0..most).map(|rank| here[cell].get(rank).copied().into_iter().collect()));
            }
        }
        let at_rows = self.at_rows(moment, asked, &cells, &people);
        Rows { moment: at_rows, moment_of_cells: moment.clone(), cells, people }
    }

    /// Rows of those who came to a step only, without gaps.
    pub(super) fn close_ranks(
        &self,
        rows: &Rows,
        asked: &[usize],
        chosen: &mut [Chosen],
        steps: usize,
    ) -> Rows {
        let mut ranks: Vec<usize> = Vec::new();
        let mut kept: Vec<(usize, Vec<Option<Candidate>>)> = Vec::new();
        let mut first_of_cell = 0;
        let mut places: Vec<Vec<(usize, usize)>> = vec![Vec::new(); chosen.len()];
        for (row, &cell) in rows.cells.iter().enumerate() {
            if row == 0 || rows.cells[row - 1] != cell {
                first_of_cell = kept.len();
                ranks = vec![0; chosen.len()];
            }
            for (lane, chosen) in chosen.iter().enumerate() {
                let at = row * steps..(row + 1) * steps;
                let somewhere = chosen.members[at.clone()].iter().any(|members| !members.is_empty());
                if !somewhere && chosen.turned_away[at].iter().all(|&persons| persons == 0) {
                    continue;
                }
                let place = first_of_cell + ranks[lane];
                ranks[lane] += 1;
                if place == kept.len() {
                    kept.push((cell, vec![None; rows.people.len()]));
                }
                kept[place].1[lane] = rows.people[lane][row].first().copied();
                places[lane].push((row, place));
            }
        }
        for (chosen, places) in chosen.iter_mut().zip(places) {
            let (members, turned_away) = (kept.len() * steps, vec![0; kept.len() * steps]);
            let mut closed = Chosen { members: vec![Vec::new(); members], turned_away };
            for (row, place) in places {
                for step in 0..steps {
                    closed.members[place * steps + step] =
                        std::mem::take(&mut chosen.members[row * steps + step]);
                    closed.turned_away[place * steps + step] = chosen.turned_away[row * steps + step];
                }
            }
            *chosen = closed;
        }
        let cells: Vec<usize> = kept.iter().map(|(cell, _)| *cell).collect();
        let people: Vec<Vec<Vec<Candidate>>> = (0..chosen.len())
            .map(|lane| kept.iter().map(|(_, people)| people[lane].into_iter().collect()).collect())
            .collect();
        let moment = self.at_rows(&rows.moment_of_cells, asked, &cells, &people);
        Rows { moment, cells, people, moment_of_cells: rows.moment_of_cells.clone() }
    }

    /// A moment at the persons of each row, with what the programme asks for.
    fn at_rows(
        &self,
        moment: &Enrolling,
        asked: &[usize],
        cells: &[usize],
        people: &[Vec<Vec<Candidate>>],
    ) -> Enrolling {
        let picked: Vec<u32> = cells.iter().map(|&cell| cell as u32).collect();
        let mut moment = Enrolling { points: moment.points.pick(&picked), ..moment.clone() };
        let mut values = vec![vec![Lane::ZERO; cells.len()]; asked.len()];
        for (row, &cell) in cells.iter().enumerate() {
            let mut known: Option<Vec<f64>> = None;
            let mut missing = Vec::new();
            for lane in 0..LANES {
                let somebody = people.get(lane).and_then(|rows| rows[row].first());
                match somebody {
                    Some(candidate) => {
                        let own = self.asked_of(candidate, cell, lane, moment.boundary, asked);
                        for (column, &value) in values.iter_mut().zip(&own) {
                            column[row][lane] = value;
                        }
                        known = Some(own);
                    }
                    None => missing.push(lane),
                }
            }
            // Where a run has nobody in the row, formulas see somebody of another run.
            for (column, value) in values.iter_mut().zip(known.into_iter().flatten()) {
                for &lane in &missing {
                    column[row][lane] = value;
                }
            }
        }
        for (&variable, values) in asked.iter().zip(values) {
            moment.points.set_lanes(variable, values);
        }
        moment
    }

    /// What a programme asks for of somebody at a boundary.
    fn asked_of(
        &self,
        candidate: &Candidate,
        cell: usize,
        lane: usize,
        boundary: usize,
        asked: &[usize],
    ) -> Vec<f64> {
        let Block { scenario, plan, rates, runs, .. } = *self.block;
        let profile = self.enrolment.cells.list[cell].profile;
        let entry = plan.profiles.list[profile].enters * scenario.time.cycles_per_year;
        let length = scenario.time.cycle_length();
        let mut ranks = Ranks::new(scenario, plan.model, &runs.luck(lane), candidate.family);
        let own = Drive::new(self.block, profile, lane).own(self.block, &mut ranks, candidate.number);
        let life = self.present.life(lane, candidate.person, boundary, entry);
        let factors = &scenario.models[plan.model].factors;
        asked
            .iter()
            .map(|&variable| {
                if variable == Variables::TIME_IN_STATE {
                    return (boundary - life.entered) as f64 * length;
                }
                if let Some(factor) = factors.iter().position(|factor| factor.variable == variable) {
                    let years = (boundary - entry) as f64 * length;
                    return rates.factors.value_of(profile, factor, lane, own.deviations[factor], years);
                }
                let past = self.present.pasts.events.iter().position(|&(_, known)| known == variable);
                past.map_or(0.0, |at| f64::from(self.present.pasts.of(life.past)[at]))
            })
            .collect()
    }
}
