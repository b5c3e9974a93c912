//! The families of distributions an uncertain number may have.

use super::incomplete_beta::UnitBeta;
use super::incomplete_gamma::UnitGamma;
use super::normal::{normal_cdf, normal_inverse};

/// What a parameter of the model may be distributed as.
///
/// A plain value: build it from what a scenario file states with [`fit`](super::fit()), or write it in code and
/// ask [`problem`](Distribution::problem) whether its numbers make a distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distribution {
    /// Certain: always this value.
    Fixed(f64),
    /// Normal.
    Normal {
        /// Mean μ.
        mean: f64,
        /// Standard deviation σ > 0.
        sd: f64,
    },
    /// Lognormal: the logarithm is normal. Median `exp(μ)`, mean `exp(μ + σ²/2)`.
    LogNormal {
        /// Mean μ of the logarithm.
        mean_log: f64,
        /// Standard deviation σ > 0 of the logarithm.
        sd_log: f64,
    },
    /// Beta on (0, 1): density ∝ `x^(α−1) (1 − x)^(β−1)`, mean `α/(α + β)`.
    Beta {
        /// α > 0; after α events and β non-events, the count of events.
        alpha: f64,
        /// β > 0.
        beta: f64,
    },
    /// Gamma on (0, ∞): density ∝ `x^(k−1) e^(−x/θ)`, mean `kθ`.
    Gamma {
        /// Shape k > 0.
        shape: f64,
        /// Scale θ > 0 (one over the rate).
        scale: f64,
    },
    /// Weibull on (0, ∞): `F(x) = 1 − exp(−(x/λ)^k)`.
    Weibull {
        /// Shape k > 0.
        shape: f64,
        /// Scale λ > 0.
        scale: f64,
    },
    /// Uniform between two bounds.
    Uniform {
        /// Lowest value.
        low: f64,
        /// Highest value.
        high: f64,
    },
    /// Triangular.
    Triangular {
        /// Lowest value.
        low: f64,
        /// Most likely value.
        mode: f64,
        /// Highest value.
        high: f64,
    },
    /// PERT: a beta distribution stretched over [low, high] with `α = 1 + 4(mode − low)/(high − low)` and
    /// `β = 1 + 4(high − mode)/(high − low)`, so that the mean is `(low + 4 mode + high)/6`.
    Pert {
        /// Lowest value.
        low: f64,
        /// Most likely value.
        mode: f64,
        /// Highest value.
        high: f64,
    },
}

impl Distribution {
    /// The quantile: the x with `F(x) = u`. At `u ≤ 0` and `u ≥ 1` the ends of the [`support`](Self::support).
    ///
    /// `F(F⁻¹(u)) = u` within 1e-10 wherever neighbouring floating-point numbers are that close in probability.
    /// To invert many times, build [`quantile_function`](Self::quantile_function) once.
    pub fn inverse_cdf(&self, u: f64) -> f64 {
        self.quantile_function().at(u)
    }

    /// The inverse distribution function with its constants worked out, for many evaluations.
    pub fn quantile_function(&self) -> QuantileFunction {
        let form = match *self {
            Self::Fixed(value) => Form::Fixed(value),
            Self::Normal { mean, sd } => Form::Normal { mean, sd },
            Self::LogNormal { mean_log, sd_log } => Form::LogNormal { mean_log, sd_log },
            Self::Beta { alpha, beta } => {
                Form::Beta { low: 0.0, range: 1.0, beta: UnitBeta::new(alpha, beta) }
            }
            Self::Gamma { shape, scale } => Form::Gamma { scale, gamma: UnitGamma::new(shape) },
            Self::Weibull { shape, scale } => Form::Weibull { inverse_shape: 1.0 / shape, scale },
            Self::Uniform { low, high } => Form::Uniform { low, range: high - low },
            Self::Triangular { low, mode, high } => Form::Triangular { low, mode, high },
            Self::Pert { low, mode, high } => {
                let (alpha, beta) = pert_shapes(low, mode, high);
                Form::Beta { low, range: high - low, beta: UnitBeta::new(alpha, beta) }
            }
        };
        let (low, high) = self.support();
        QuantileFunction { form, low, high }
    }

    /// The distribution function `F(x)`: the chance of a value of at most x.
    pub fn cdf(&self, x: f64) -> f64 {
        let (low, high) = self.support();
        if x.is_nan() {
            return f64::NAN;
        }
        if x < low {
            return 0.0;
        }
        if x >= high {
            return 1.0;
        }
        match *self {
            Self::Fixed(_) => 1.0,
            Self::Normal { mean, sd } => normal_cdf((x - mean) / sd),
            Self::LogNormal { mean_log, sd_log } => normal_cdf((libm::log(x) - mean_log) / sd_log),
            Self::Beta { alpha, beta } => UnitBeta::new(alpha, beta).cdf(x),
            Self::Gamma { shape, scale } => UnitGamma::new(shape).cdf(x / scale),
            Self::Weibull { shape, scale } => -libm::expm1(-libm::pow(x / scale, shape)),
            Self::Uniform { low, high } => (x - low) / (high - low),
            Self::Triangular { low, mode, high } => {
                if x < mode {
                    (x - low) * (x - low) / ((high - low) * (mode - low))
                } else {
                    1.0 - (high - x) * (high - x) / ((high - low) * (high - mode))
                }
            }
            Self::Pert { low, mode, high } => {
                let (alpha, beta) = pert_shapes(low, mode, high);
                UnitBeta::new(alpha, beta).cdf((x - low) / (high - low))
            }
        }
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        match *self {
            Self::Fixed(value) => value,
            Self::Normal { mean, .. } => mean,
            Self::LogNormal { mean_log, sd_log } => libm::exp(mean_log + 0.5 * sd_log * sd_log),
            Self::Beta { alpha, beta } => alpha / (alpha + beta),
            Self::Gamma { shape, scale } => shape * scale,
            Self::Weibull { shape, scale } => scale * libm::tgamma(1.0 + 1.0 / shape),
            Self::Uniform { low, high } => 0.5 * (low + high),
            Self::Triangular { low, mode, high } => (low + mode + high) / 3.0,
            Self::Pert { low, mode, high } => (low + 4.0 * mode + high) / 6.0,
        }
    }

    /// The standard deviation.
    pub fn sd(&self) -> f64 {
        let beta_sd = |a: f64, b: f64| libm::sqrt(a / (a + b) * (b / (a + b)) / (a + b + 1.0));
        match *self {
            Self::Fixed(_) => 0.0,
            Self::Normal { sd, .. } => sd,
            Self::LogNormal { sd_log, .. } => self.mean() * libm::sqrt(libm::expm1(sd_log * sd_log)),
            Self::Beta { alpha, beta } => beta_sd(alpha, beta),
            Self::Gamma { shape, scale } => scale * libm::sqrt(shape),
            Self::Weibull { shape, scale } => {
                let mean = libm::tgamma(1.0 + 1.0 / shape);
                scale * libm::sqrt((libm::tgamma(1.0 + 2.0 / shape) - mean * mean).max(0.0))
            }
            Self::Uniform { low, high } => (high - low) / libm::sqrt(12.0),
            Self::Triangular { low, mode, high } => {
                let (left, right) = (mode - low, high - mode);
                libm::sqrt((left * left + left * right + right * right) / 18.0)
            }
            Self::Pert { low, mode, high } => {
                let (alpha, beta) = pert_shapes(low, mode, high);
                (high - low) * beta_sd(alpha, beta)
            }
        }
    }

    /// The 2.5% and 97.5% percentiles.
    pub fn ci95(&self) -> (f64, f64) {
        let quantile = self.quantile_function();
        (quantile.at(0.025), quantile.at(0.975))
    }

    /// The name scenario files use: `normal`, `lognormal`, `beta` …
    pub fn name(&self) -> &'static str {
        self.family().name()
    }

    /// The family this distribution is of.
    pub fn family(&self) -> Family {
        match self {
            Self::Fixed(_) => Family::Fixed,
            Self::Normal { .. } => Family::Normal,
            Self::LogNormal { .. } => Family::LogNormal,
            Self::Beta { .. } => Family::Beta,
            Self::Gamma { .. } => Family::Gamma,
            Self::Weibull { .. } => Family::Weibull,
            Self::Uniform { .. } => Family::Uniform,
            Self::Triangular { .. } => Family::Triangular,
            Self::Pert { .. } => Family::Pert,
        }
    }

    /// The lowest and the highest value possible, infinite where there is none.
    pub fn support(&self) -> (f64, f64) {
        match *self {
            Self::Fixed(value) => (value, value),
            Self::Normal { .. } => (f64::NEG_INFINITY, f64::INFINITY),
            Self::LogNormal { .. } | Self::Gamma { .. } | Self::Weibull { .. } => (0.0, f64::INFINITY),
            Self::Beta { .. } => (0.0, 1.0),
            Self::Uniform { low, high }
            | Self::Triangular { low, high, .. }
            | Self::Pert { low, high, .. } => (low, high),
        }
    }

    /// What is wrong with the numbers, as a sentence that says what to do; `None` for a proper distribution.
    pub fn problem(&self) -> Option<String> {
        let finite = |key: &str, value: f64| {
            (!value.is_finite()).then(|| format!("{key} is {value}; give a finite number"))
        };
        let positive = |key: &str, value: f64| {
            finite(key, value).or_else(|| {
                (value <= 0.0).then(|| format!("{key} is {value} and must be more than 0; correct it"))
            })
        };
        let ordered =
            |low: f64, mode: f64, high: f64| {
                finite("low", low).or_else(|| finite("mode", mode)).or_else(|| finite("high", high)).or_else(
                    || {
                        (low >= high || mode < low || mode > high).then(|| {
                    format!("low {low}, mode {mode} and high {high} must stand in this order; correct them")
                })
                    },
                )
            };
        match *self {
            Self::Fixed(value) => finite("value", value),
            Self::Normal { mean, sd } => finite("mean", mean).or_else(|| positive("sd", sd)),
            Self::LogNormal { mean_log, sd_log } => {
                finite("meanlog", mean_log).or_else(|| positive("sdlog", sd_log))
            }
            Self::Beta { alpha, beta } => positive("alpha", alpha).or_else(|| positive("beta", beta)),
            Self::Gamma { shape, scale } | Self::Weibull { shape, scale } => {
                positive("shape", shape).or_else(|| positive("scale", scale))
            }
            Self::Uniform { low, high } => ordered(low, low, high),
            Self::Triangular { low, mode, high } | Self::Pert { low, mode, high } => ordered(low, mode, high),
        }
    }
}

fn pert_shapes(low: f64, mode: f64, high: f64) -> (f64, f64) {
    (1.0 + 4.0 * (mode - low) / (high - low), 1.0 + 4.0 * (high - mode) / (high - low))
}

/// The inverse distribution function of one distribution, its constants worked out.
#[derive(Debug, Clone, Copy)]
pub struct QuantileFunction {
    form: Form,
    low: f64,
    high: f64,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Fixed(f64),
    Normal { mean: f64, sd: f64 },
    LogNormal { mean_log: f64, sd_log: f64 },
    Beta { low: f64, range: f64, beta: UnitBeta },
    Gamma { scale: f64, gamma: UnitGamma },
    Weibull { inverse_shape: f64, scale: f64 },
    Uniform { low: f64, range: f64 },
    Triangular { low: f64, mode: f64, high: f64 },
}

impl QuantileFunction {
    /// The x with `F(x) = u`; at `u ≤ 0` and `u ≥ 1` the ends of the support.
    pub fn at(&self, u: f64) -> f64 {
        if u.is_nan() {
            return f64::NAN;
        }
        if u <= 0.0 {
            return self.low;
        }
        if u >= 1.0 {
            return self.high;
        }
        match self.form {
            Form::Fixed(value) => value,
            Form::Normal { mean, sd } => mean + sd * normal_inverse(u),
            Form::LogNormal { mean_log, sd_log } => libm::exp(mean_log + sd_log * normal_inverse(u)),
            Form::Beta { low, range, beta } => low + range * beta.quantile(u),
            Form::Gamma { scale, gamma } => scale * gamma.quantile(u),
            Form::Weibull { inverse_shape, scale } => scale * libm::pow(-libm::log1p(-u), inverse_shape),
            Form::Uniform { low, range } => low + range * u,
            Form::Triangular { low, mode, high } => {
                let range = high - low;
                if u * range < mode - low {
                    low + libm::sqrt(u * range * (mode - low))
                } else {
                    high - libm::sqrt((1.0 - u) * range * (high - mode))
                }
            }
        }
    }
}

/// A family of distributions, as the key `dist` of a scenario file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A certain number.
    Fixed,
    /// Normal.
    Normal,
    /// Lognormal.
    LogNormal,
    /// Beta.
    Beta,
    /// Gamma.
    Gamma,
    /// Weibull.
    Weibull,
    /// Uniform.
    Uniform,
    /// Triangular.
    Triangular,
    /// PERT.
    Pert,
}

impl Family {
    /// Every family, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Fixed,
        Self::Normal,
        Self::LogNormal,
        Self::Beta,
        Self::Gamma,
        Self::Weibull,
        Self::Uniform,
        Self::Triangular,
        Self::Pert,
    ];

    /// The family of that name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }

    /// The name scenario files use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Normal => "normal",
            Self::LogNormal => "lognormal",
            Self::Beta => "beta",
            Self::Gamma => "gamma",
            Self::Weibull => "weibull",
            Self::Uniform => "uniform",
            Self::Triangular => "triangular",
            Self::Pert => "pert",
        }
    }
}

#[cfg(test)]
#[path = "distribution_tests.rs"]
mod tests;
