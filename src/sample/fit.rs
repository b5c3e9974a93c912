//! From what a source states about a number to its distribution.
//!
//! Sources give a value with a standard error or a 95% interval, rarely a distribution's own parameters.
//!
//! | stated | distribution |
//! |---|---|
//! | lognormal, 95% interval | median = value (else `√(lo·hi)`), `σ = ln(hi/lo)/3.92` |
//! | lognormal, mean and sd | `σ² = ln(1 + sd²/mean²)`, `μ = ln mean − σ²/2` |
//! | beta, mean m and sd | `α + β = m(1 − m)/sd² − 1`, `α = m(α + β)` |
//! | beta, proportion m of n | `α = m n`, `β = (1 − m) n` |
//! | gamma, mean and sd | `k = (mean/sd)²`, `θ = sd²/mean` |
//! | normal, 95% interval | mean = value (else the middle), `σ = (hi − lo)/(2 · 1.96)` |
//! | beta or gamma, 95% interval | mean = value, the spread such that the 95% interval is as *wide* as stated; without a value both bounds are met |
//!
//! A mean and a width leave the place of the interval to the family, so the interval achieved is reported
//! beside the stated one, with a warning where they differ by more than a tenth of the width.
//! Formulas: Briggs, Claxton & Sculpher 2006, *Decision Modelling for Health Economic Evaluation*, ch. 4.

use super::distribution::{Distribution, Family};
use super::fit_error::FitError;
use super::interval;
use super::normal::normal_inverse;
use super::stated::Stated;

/// A share of the stated width: an interval achieved that is off by more is warned of.
const NOTABLE: f64 = 0.1;

/// Shapes beyond this make a distribution narrower than any source can mean (a relative standard deviation
/// below 1/10,000).
const LARGEST_SHAPE: f64 = 1e8;

/// The width of a 95% interval in standard deviations, as published intervals are made with.
const WIDTH_IN_SD: f64 = 3.92;

/// A number's distribution and how well it meets what was stated.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The distribution.
    pub distribution: Distribution,
    /// The base-case value: `value` as stated; without it the mean of the distribution, for a lognormal
    /// distribution given by its interval or by `meanlog` the median.
    pub value: f64,
    /// The 2.5% and 97.5% percentiles of the distribution.
    pub achieved_ci95: (f64, f64),
    /// What a reader should know, as sentences.
    pub warnings: Vec<String>,
}

/// The distribution of a number from what is stated about it.
///
/// # Errors
/// Each [`FitError`] names the key at fault, carries the numbers and says what to do.
pub fn fit(stated: &Stated) -> Result<Fit, FitError> {
    for (key, number) in stated.numbers() {
        if let Some(value) = number
            && !value.is_finite()
        {
            return Err(FitError::NotFinite { key, value });
        }
    }
    let family = stated.resolved_family()?;
    let keys = Stated::keys_of(family);
    for (key, number) in stated.numbers() {
        if number.is_some() && !keys.contains(&key) {
            return Err(FitError::NotUsed { family: family.name(), key, keys: keys.join(", ") });
        }
    }
    if let Some((low, high)) = stated.ci95 {
        if low >= high {
            return Err(FitError::IntervalOrder { low, high });
        }
        if let Some(value) = stated.value.filter(|value| *value < low || *value > high) {
            return Err(FitError::OutsideInterval { value, low, high });
        }
    }
    let statement = Statement { stated, family };
    let (distribution, value) = match family {
        Family::Fixed => {
            let value = statement.needs("value")?;
            (Distribution::Fixed(value), value)
        }
        Family::Normal => statement.normal()?,
        Family::LogNormal => statement.log_normal()?,
        Family::Beta => statement.beta()?,
        Family::Gamma => statement.gamma()?,
        Family::Weibull => {
            let (shape, scale) = (statement.positive("shape")?, statement.positive("scale")?);
            statement.with_mean(Distribution::Weibull { shape, scale })
        }
        Family::Uniform | Family::Triangular | Family::Pert => statement.bounded()?,
    };
    statement.checked(distribution)?;
    let achieved_ci95 = distribution.ci95();
    let warnings = statement.warnings(&distribution, value, achieved_ci95);
    Ok(Fit { distribution, value, achieved_ci95, warnings })
}

/// What is stated, read as a family.
struct Statement<'a> {
    stated: &'a Stated,
    family: Family,
}

/// How the spread around the value is stated.
enum Spread {
    Sd(f64),
    Interval(f64, f64),
    /// By the family's own parameters.
    Own,
}

impl Statement<'_> {
    fn needs(&self, key: &'static str) -> Result<f64, FitError> {
        self.stated.get(key).ok_or(FitError::Missing {
            family: self.family.name(),
            key,
            keys: Stated::keys_of(self.family).join(", "),
        })
    }

    fn positive(&self, key: &'static str) -> Result<f64, FitError> {
        let value = self.needs(key)?;
        if value > 0.0 {
            Ok(value)
        } else {
            Err(FitError::NotPositive { family: self.family.name(), key, value })
        }
    }

    /// The mean of the distribution: `mean`, else `value`, within the family's support.
    fn centre(&self) -> Result<f64, FitError> {
        let key = if self.stated.mean.is_some() { "mean" } else { "value" };
        let value = self.needs(key)?;
        let (low, high) = match self.family {
            Family::Beta => (0.0, 1.0),
            Family::LogNormal | Family::Gamma => (0.0, f64::INFINITY),
            _ => return Ok(value),
        };
        if value > low && value < high {
            return Ok(value);
        }
        Err(FitError::OutsideSupport { family: self.family.name(), key, value, low, high })
    }

    /// The one way in which the spread is stated; `own` are the family's own parameters.
    fn spread(&self, own: &[&'static str]) -> Result<Spread, FitError> {
        let given: Vec<&'static str> =
            own.iter().copied().filter(|key| self.stated.get(key).is_some()).take(1).collect();
        let ways: Vec<&'static str> = given
            .into_iter()
            .chain(["sd", "se", "ci95"].into_iter().filter(|key| self.stated.get(key).is_some()))
            .collect();
        match ways[..] {
            [] => Err(FitError::NoSpread {
                family: self.family.name(),
                keys: Stated::keys_of(self.family).join(", "),
            }),
            [_, second, ..] => Err(FitError::Conflict { first: ways[0], second }),
            ["sd"] => Ok(Spread::Sd(self.positive("sd")?)),
            ["se"] => Ok(Spread::Sd(self.positive("se")?)),
            ["ci95"] => {
                let (low, high) = self.stated.ci95.unwrap_or_default();
                let (least, most, open) = match self.family {
                    Family::Beta => (0.0, 1.0, false),
                    Family::Gamma => (0.0, f64::INFINITY, false),
                    Family::LogNormal => (0.0, f64::INFINITY, true),
                    _ => (f64::NEG_INFINITY, f64::INFINITY, false),
                };
                if low < least || high > most || open && low == least {
                    return Err(FitError::IntervalOutsideSupport { family: self.family.name(), low, high });
                }
                Ok(Spread::Interval(low, high))
            }
            [_] => Ok(Spread::Own),
        }
    }

    /// The distribution with `value` as the base case, its mean where there is none.
    fn with_mean(&self, distribution: Distribution) -> (Distribution, f64) {
        (distribution, self.stated.value.unwrap_or_else(|| distribution.mean()))
    }

    fn normal(&self) -> Result<(Distribution, f64), FitError> {
        let (mean, sd) = match self.spread(&[])? {
            Spread::Interval(low, high) => {
                let mean = self.stated.mean.or(self.stated.value).unwrap_or(0.5 * (low + high));
                (mean, (high - low) / (2.0 * normal_inverse(0.975)))
            }
            Spread::Sd(sd) => (self.centre()?, sd),
            Spread::Own => (self.centre()?, self.positive("sd")?),
        };
        Ok(self.with_mean(Distribution::Normal { mean, sd }))
    }

    fn log_normal(&self) -> Result<(Distribution, f64), FitError> {
        match self.spread(&["meanlog", "sdlog"])? {
            Spread::Own => {
                if self.stated.mean.is_some() {
                    return Err(FitError::Conflict { first: "mean", second: "meanlog" });
                }
                let (mean_log, sd_log) = (self.needs("meanlog")?, self.positive("sdlog")?);
                let value = self.stated.value.unwrap_or_else(|| libm::exp(mean_log));
                Ok((Distribution::LogNormal { mean_log, sd_log }, value))
            }
            Spread::Interval(low, high) => {
                if self.stated.mean.is_some() {
                    return Err(FitError::Conflict { first: "mean", second: "ci95" });
                }
                let median = self.stated.value.unwrap_or_else(|| libm::sqrt(low) * libm::sqrt(high));
                let sd_log = libm::log(high / low) / WIDTH_IN_SD;
                Ok((Distribution::LogNormal { mean_log: libm::log(median), sd_log }, median))
            }
            Spread::Sd(sd) => {
                let mean = self.centre()?;
                let variance_log = libm::log1p((sd / mean) * (sd / mean));
                let mean_log = libm::log(mean) - 0.5 * variance_log;
                let sd_log = libm::sqrt(variance_log);
                Ok((Distribution::LogNormal { mean_log, sd_log }, self.stated.value.unwrap_or(mean)))
            }
        }
    }

    fn beta(&self) -> Result<(Distribution, f64), FitError> {
        let around =
            |mean: f64, total: f64| Distribution::Beta { alpha: mean * total, beta: (1.0 - mean) * total };
        let n_alone = self.stated.n.is_some()
            && self.stated.ci95.is_none()
            && self.stated.sd.or(self.stated.se).is_none();
        if n_alone {
            if let Some(own) = ["alpha", "beta"].into_iter().find(|key| self.stated.get(key).is_some()) {
                return Err(FitError::Conflict { first: own, second: "n" });
            }
            let n = self.positive("n")?;
            return Ok(self.with_mean(around(self.centre()?, n)));
        }
        let distribution = match self.spread(&["alpha", "beta"])? {
            Spread::Own => {
                if self.stated.mean.is_some() {
                    return Err(FitError::Conflict { first: "mean", second: "alpha" });
                }
                Distribution::Beta { alpha: self.positive("alpha")?, beta: self.positive("beta")? }
            }
            Spread::Sd(sd) => {
                let mean = self.centre()?;
                let largest = libm::sqrt(mean * (1.0 - mean));
                if sd >= largest {
                    return Err(FitError::SpreadTooLarge {
                        family: self.family.name(),
                        key: if self.stated.se.is_some() { "se" } else { "sd" },
                        mean,
                        sd,
                        largest,
                    });
                }
                around(mean, mean * (1.0 - mean) / (sd * sd) - 1.0)
            }
            Spread::Interval(low, high) => {
                let sd = (high - low) / WIDTH_IN_SD;
                let start =
                    |mean: f64| (mean * (1.0 - mean) / (sd * sd) - 1.0).max(1.0 / mean.min(1.0 - mean));
                self.by_interval((low, high), around, start)?
            }
        };
        Ok(self.with_mean(distribution))
    }

    fn gamma(&self) -> Result<(Distribution, f64), FitError> {
        let around = |mean: f64, shape: f64| Distribution::Gamma { shape, scale: mean / shape };
        let distribution = match self.spread(&["shape", "scale", "rate"])? {
            Spread::Own => {
                if self.stated.mean.is_some() {
                    return Err(FitError::Conflict { first: "mean", second: "shape" });
                }
                if self.stated.scale.is_some() && self.stated.rate.is_some() {
                    return Err(FitError::Conflict { first: "scale", second: "rate" });
                }
                let shape = self.positive("shape")?;
                let scale = if self.stated.rate.is_some() {
                    1.0 / self.positive("rate")?
                } else {
                    self.positive("scale")?
                };
                Distribution::Gamma { shape, scale }
            }
            Spread::Sd(sd) => {
                let mean = self.centre()?;
                Distribution::Gamma { shape: (mean / sd) * (mean / sd), scale: sd * (sd / mean) }
            }
            Spread::Interval(low, high) => {
                let sd = (high - low) / WIDTH_IN_SD;
                self.by_interval((low, high), around, |mean| ((mean / sd) * (mean / sd)).max(1.0))?
            }
        };
        Ok(self.with_mean(distribution))
    }

    /// A distribution with the stated mean and width; without a stated mean, with both stated bounds.
    /// `around` makes the distribution of a mean and a concentration, `start` guesses the concentration.
    fn by_interval(
        &self,
        (low, high): (f64, f64),
        around: impl Fn(f64, f64) -> Distribution,
        start: impl Fn(f64) -> f64,
    ) -> Result<Distribution, FitError> {
        let with_mean = |mean: f64| interval::of_width(|c| around(mean, c), start(mean), high - low);
        if self.stated.value.or(self.stated.mean).is_none() {
            if start(0.5 * (low + high)) > LARGEST_SHAPE {
                return Err(self.too_narrow());
            }
            return Ok(interval::of_bounds(with_mean, low, high));
        }
        let mean = self.centre()?;
        if start(mean) > LARGEST_SHAPE { Err(self.too_narrow()) } else { Ok(with_mean(mean)) }
    }

    /// Distributions between bounds; `value` is the most likely value where the family has one.
    fn bounded(&self) -> Result<(Distribution, f64), FitError> {
        let (low, high) = (self.needs("low")?, self.needs("high")?);
        if low >= high {
            return Err(FitError::RangeOrder { low, high });
        }
        let family = self.family.name();
        if let Some(value) = self.stated.value.filter(|value| *value < low || *value > high) {
            return Err(FitError::OutsideRange { family, value, low, high });
        }
        Ok(match self.family {
            Family::Uniform => self.with_mean(Distribution::Uniform { low, high }),
            Family::Triangular => {
                let mode = self.needs("value")?;
                (Distribution::Triangular { low, mode, high }, mode)
            }
            _ => {
                let mode = self.needs("value")?;
                (Distribution::Pert { low, mode, high }, mode)
            }
        })
    }

    fn too_narrow(&self) -> FitError {
        let key = ["sd", "se", "ci95", "n", "alpha", "beta", "shape", "sdlog"]
            .into_iter()
            .find(|key| self.stated.get(key).is_some())
            .unwrap_or("value");
        FitError::TooNarrow { family: self.family.name(), key }
    }

    /// Refuses numbers that floating point turned into no distribution or one too narrow to compute with.
    fn checked(&self, distribution: Distribution) -> Result<(), FitError> {
        let narrow = match distribution {
            Distribution::Beta { alpha, beta } => alpha.min(beta) > LARGEST_SHAPE,
            Distribution::Gamma { shape, .. } => shape > LARGEST_SHAPE,
            _ => false,
        };
        if narrow || distribution.problem().is_some() { Err(self.too_narrow()) } else { Ok(()) }
    }

    fn warnings(&self, distribution: &Distribution, value: f64, achieved: (f64, f64)) -> Vec<String> {
        let mut warnings = Vec::new();
        let name = self.family.name();
        let shown = |x: f64| rounded(x);
        if let Some((low, high)) = self.stated.ci95 {
            let width = high - low;
            let (below, above) = (shown(achieved.0), shown(achieved.1));
            if ((achieved.1 - achieved.0) / width - 1.0).abs() > NOTABLE {
                warnings.push(format!(
                    "no {name} distribution around {} has a 95% interval as wide as {low} to {high}; \
                     the closest has {below} to {above}: check the numbers or choose another dist",
                    shown(value)
                ));
            } else if (achieved.0 - low).abs().max((achieved.1 - high).abs()) > NOTABLE * width {
                warnings.push(format!(
                    "the 95% interval becomes {below} to {above} instead of {low} to {high}: around {} a {name} \
                     distribution lies differently; check the numbers or choose another dist",
                    shown(value)
                ));
            }
        } else if value < achieved.0 || value > achieved.1 {
            let (below, above) = (shown(achieved.0), shown(achieved.1));
            if self.family != Family::Triangular && self.family != Family::Pert {
                warnings.push(format!(
                    "the value {} lies outside the distribution's own 95% interval, {below} to {above}: \
                     check the numbers",
                    shown(value)
                ));
            }
        }
        if let (Some(n), Some(sd)) = (self.stated.n, self.stated.sd)
            && n > 1.0
        {
            warnings.push(format!(
                "sd = {sd} is taken as the uncertainty of the value itself; if it is the spread between the \
                 {n} persons, write se = {} (sd/√n) instead",
                shown(sd / libm::sqrt(n))
            ));
        } else if let Some(n) = self.stated.n
            && (self.stated.se.is_some() || self.stated.ci95.is_some())
        {
            warnings.push(format!(
                "n = {n} is not used: the stated spread already says how certain the value is"
            ));
        }
        if let Distribution::Beta { alpha, beta } = distribution
            && *alpha < 1.0
            && *beta < 1.0
        {
            warnings.push(format!(
                "the spread is so large that 0 and 1 become the likeliest values (alpha {}, beta {}): \
                 check whether it is the uncertainty of the mean",
                shown(*alpha),
                shown(*beta)
            ));
        }
        warnings
    }
}

/// A number to four significant digits, for messages.
fn rounded(x: f64) -> f64 {
    format!("{x:.3e}").parse().unwrap_or(x)
}

#[cfg(test)]
#[path = "fit_tests.rs"]
mod tests;
