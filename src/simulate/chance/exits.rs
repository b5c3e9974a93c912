//! The exits of a state in one run: who stays, who leaves by which exit, and for how long they are at risk.

use super::occurrences::leaver_time;
use super::samplers::{binomial, multinomial};
use crate::formula::Lane;
use crate::sample::Stream;

/// Hazards of a state's exits within one cycle, in one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exits {
    /// Hazard of each exit, per person-year.
    pub hazards: Vec<f64>,
    /// Their sum.
    pub total: f64,
    /// Person-time at risk per person at the start of the cycle, years.
    pub time: f64,
    /// Probability of staying.
    pub staying: f64,
}

impl Exits {
    /// Reads one lane of a row.
    #[inline]
    pub fn read(&mut self, hazards: &[Lane], time: Lane, staying: Lane, lane: usize) {
        self.hazards.clear();
        self.hazards.extend(hazards.iter().map(|hazard| hazard[lane]));
        self.total = self.hazards.iter().fold(0.0, |sum, &hazard| sum + hazard);
        (self.time, self.staying) = (time[lane], staying[lane]);
    }

    /// Probability of an exit.
    #[inline]
    pub fn probability(&self, exit: usize) -> f64 {
        self.hazards[exit] * self.time
    }

    /// Draws who of `people` leaves by which exit; adds them to `moves`, and returns how many stay.
    #[inline]
    pub fn draw(&self, people: u32, moves: &mut [u32], stream: &mut Stream) -> u32 {
        let leavers = binomial(u64::from(people), self.total * self.time, stream) as u32;
        multinomial(leavers, &self.hazards, moves, stream);
        people - leavers
    }

    /// Person-time at risk of people who stayed and people who left, years.
    #[inline]
    pub fn at_risk(&self, stayers: u32, leavers: u32, cycle_length: f64) -> f64 {
        let stayed = f64::from(stayers) * cycle_length;
        if leavers == 0 {
            return stayed;
        }
        let x = self.total * cycle_length;
        stayed + f64::from(leavers) * leaver_time(x, self.time, self.staying, cycle_length)
    }
}
