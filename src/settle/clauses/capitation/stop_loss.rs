//! A stop-loss: what single persons cost above a limit is carried by the payer.
//!
//! **Rule.** What one head costs the receiver in a year is X; the payer carries a share of Σ max(0, X − L) over the heads,
//! with a limit L in EUR per head and year. A model simulates a part only of what makes single persons dear (one of falls
//! knows falls), and settlement knows what h heads cost together, C. So the spread of yearly costs between persons is a
//! term that is stated, and its shape is lognormal: mean m = C / h and coefficient of variation cv.
//!
//! With σ² = ln(1 + cv²), ln X is normal with mean ln m − σ²/2 and variance σ². With the standard normal distribution
//! function Φ, d₁ = (ln(m / L) + σ²/2) / σ and d₂ = d₁ − σ,
//!
//! - P(X > L) = Φ(d₂), and the means of X and X² over X > L are E(X; X > L) = m Φ(d₁), E(X²; X > L) = m² (1 + cv²) Φ(d₁ + σ)
//!   (each power of X shifts the normal by σ);
//! - expected excess e = E max(0, X − L) = m Φ(d₁) − L Φ(d₂);
//! - E max(0, X − L)² = m² (1 + cv²) Φ(d₁ + σ) − 2 L m Φ(d₁) + L² Φ(d₂).
//!
//! Without spread (cv = 0) e = max(0, m − L) and nothing varies. Heads are independent, so the excess of all has mean h e
//! and variance v = h (E max(0, X − L)² − e²). It is drawn once a year from the clause's own stream, from the gamma
//! distribution with this mean and variance: shape (h e)² / v and scale v / (h e). That is never negative, has both moments
//! right, and for rare excesses is nearly always close to nothing and sometimes large, as the sum itself is. (A normal
//! distribution would pay a negative excess in many years.) At the stated values the excess is its mean.
//!
//! **What the books show.** Resource costs are the mean over what chance makes of persons, under any contract. The payer's
//! spread is as it will be. The receiver's is shown too wide: what it is paid above h e in a dear year is what dear heads
//! cost it in that year, which is not in its costs. For the same reason the corridor looks at C − h e, not at C less what
//! was drawn: that would take a year with dear heads for a cheap one.
//!
//! **Example.** A head costs EUR 1,000 a year on average, cv 3, limit 10,000: σ² = ln 10 = 2.3026, d₁ = −0.7587,
//! d₂ = −2.2761, e = 1,000 · 0.22401 − 10,000 · 0.011419 = EUR 109.82 a head. For 1,000 heads 109,824 of the million is the
//! payer's, with a standard deviation of √(1,000 · 4,409,459) = EUR 66,404.

use super::costs_of_receiver;
use crate::formula::Lane;
use crate::sample::Distribution;
use crate::sample::normal::{normal_cdf, normal_inverse};
use crate::scenario::checked::StopLoss;
use crate::settle::SettleError;
use crate::settle::chance;
use crate::settle::contract::{Contract, Range};

/// Gamma shapes beyond which the distribution is normal to the last digits that matter (its skewness is 2/√shape).
const NORMAL_FROM: f64 = 1e10;

/// What heads cost above the limit, by year, EUR.
#[derive(Clone, Debug)]
pub(super) struct Excess {
    /// What the payer carries of it.
    pub(super) carried: Vec<Lane>,
    /// Its mean over what chance makes of single persons, whoever carries it.
    pub(super) mean: Vec<Lane>,
}

/// What heads cost above the limit in each year in which the clause is in force.
pub(super) fn excess(
    contract: &Contract<'_>,
    terms: &StopLoss,
    heads: &[Lane],
) -> Result<Excess, SettleError> {
    let costs = costs_of_receiver(contract, &terms.base)?;
    let limit = contract.quantity(&terms.limit, Range::Positive)?;
    let cv = contract.quantity(&terms.cv, Range::NotNegative)?;
    let carried = contract.quantity(&terms.carried, Range::Share)?;
    let mut excess = Excess { carried: vec![Lane::ZERO; heads.len()], mean: vec![Lane::ZERO; heads.len()] };
    for year in (0..heads.len()).filter(|&year| contract.in_force(year)) {
        // The limit is held against costs of the year, whenever they are paid.
        let limit = limit * contract.deflator(year)?;
        let chance = chance::uniform(contract, "stop-loss", year);
        let all = |lane: usize| OfAll::new(heads[year][lane], costs[year][lane], cv[lane], limit[lane]);
        excess.mean[year] = Lane::from_fn(|lane| all(lane).mean);
        let drawn = chance.map_or(excess.mean[year], |u| Lane::from_fn(|lane| all(lane).at(u[lane])));
        excess.carried[year] = drawn * carried;
    }
    Ok(excess)
}

/// What some heads together cost above the limit in a year: EUR, and EUR².
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct OfAll {
    pub(super) mean: f64,
    pub(super) variance: f64,
}

impl OfAll {
    /// Of so many heads with these costs together.
    pub(super) fn new(heads: f64, costs: f64, cv: f64, limit: f64) -> Self {
        // Nobody, or nothing that anybody costs.
        if !(heads > 0.0 && costs > 0.0) {
            return Self { mean: 0.0, variance: 0.0 };
        }
        let (mean, square) = of_one(costs / heads, cv, limit);
        // Rounding may leave more than all costs; and far from the limit, differences of nearly equal numbers below nothing.
        Self { mean: (heads * mean).min(costs), variance: (heads * (square - mean * mean)).max(0.0) }
    }

    /// The excess at a number evenly spread between 0 and 1.
    pub(super) fn at(&self, u: f64) -> f64 {
        let Self { mean, variance } = *self;
        if !(mean > 0.0 && variance > 0.0) {
            return mean;
        }
        let shape = mean / variance * mean;
        if shape > NORMAL_FROM {
            return mean + variance.sqrt() * normal_inverse(u);
        }
        // Smaller than the smallest numbers: nothing to be carried.
        if shape < f64::MIN_POSITIVE {
            return 0.0;
        }
        Distribution::Gamma { shape, scale: variance / mean }.inverse_cdf(u)
    }
}

/// Means of max(0, X − limit) and of its square, of one head's costs X with this mean (above 0) and coefficient of
/// variation.
fn of_one(mean: f64, cv: f64, limit: f64) -> (f64, f64) {
    let sigma = libm::sqrt(libm::log1p(cv * cv));
    if sigma == 0.0 || limit == f64::INFINITY {
        let excess = (mean - limit).max(0.0);
        return (excess, excess * excess);
    }
    let d1 = (libm::log(mean / limit) + 0.5 * sigma * sigma) / sigma;
    let above = normal_cdf(d1 - sigma);
    let first = mean * normal_cdf(d1);
    let second = mean * mean * (1.0 + cv * cv) * normal_cdf(d1 + sigma);
    let excess = (first - limit * above).max(0.0);
    (excess, (second - 2.0 * limit * first + limit * limit * above).max(0.0))
}
