//! What a scenario file states about an uncertain number.

use super::distribution::Family;
use super::fit_error::FitError;

/// What a scenario file states about a number; `None` for every key that is not written.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Stated {
    /// `dist`.
    pub family: Option<Family>,
    /// The value; what it is of the distribution (mean, median, mode) depends on the family.
    pub value: Option<f64>,
    /// Standard deviation of the uncertainty about the value.
    pub sd: Option<f64>,
    /// Standard error: the same as `sd`, in the word of a source that estimates a mean.
    pub se: Option<f64>,
    /// 95% interval.
    pub ci95: Option<(f64, f64)>,
    /// Number of persons a proportion was observed in.
    pub n: Option<f64>,
    /// Lowest value.
    pub low: Option<f64>,
    /// Highest value.
    pub high: Option<f64>,
    /// First shape of a beta.
    pub alpha: Option<f64>,
    /// Second shape of a beta.
    pub beta: Option<f64>,
    /// Shape of a gamma or Weibull.
    pub shape: Option<f64>,
    /// Scale of a gamma or Weibull.
    pub scale: Option<f64>,
    /// Rate of a gamma, one over its scale.
    pub rate: Option<f64>,
    /// Mean of the distribution, where it is to differ from `value`.
    pub mean: Option<f64>,
    /// Mean of the logarithm (`meanlog`).
    pub mean_log: Option<f64>,
    /// Standard deviation of the logarithm (`sdlog`).
    pub sd_log: Option<f64>,
}

impl Stated {
    /// Every key that holds a number, with its name in scenario files.
    pub(super) fn numbers(&self) -> [(&'static str, Option<f64>); 16] {
        [
            ("value", self.value),
            ("mean", self.mean),
            ("sd", self.sd),
            ("se", self.se),
            ("ci95", self.ci95.map(|(low, _)| low)),
            ("ci95", self.ci95.map(|(_, high)| high)),
            ("n", self.n),
            ("low", self.low),
            ("high", self.high),
            ("alpha", self.alpha),
            ("beta", self.beta),
            ("shape", self.shape),
            ("scale", self.scale),
            ("rate", self.rate),
            ("meanlog", self.mean_log),
            ("sdlog", self.sd_log),
        ]
    }

    pub(super) fn get(&self, key: &str) -> Option<f64> {
        self.numbers().into_iter().find(|(name, _)| *name == key).and_then(|(_, number)| number)
    }

    /// The family: stated, or plain from the keys (a value alone is certain, a value with n a proportion).
    pub(super) fn resolved_family(&self) -> Result<Family, FitError> {
        if let Some(family) = self.family {
            return Ok(family);
        }
        let mut others =
            self.numbers().into_iter().filter(|(key, number)| number.is_some() && *key != "value");
        match (others.next(), others.next()) {
            (None, _) => Ok(Family::Fixed),
            (Some(("n", _)), None) => Ok(Family::Beta),
            (Some((key, _)), _) => Err(FitError::FamilyMissing { key, suggestion: self.suggestion(key) }),
        }
    }

    /// Which family suits what is stated, in words.
    fn suggestion(&self, key: &str) -> &'static str {
        let (low, high) = self.ci95.unwrap_or_else(|| {
            let centre = self.value.or(self.mean).unwrap_or(0.0);
            (centre, centre)
        });
        match key {
            "low" | "high" => {
                "dist = \"pert\" or \"triangular\" (value is the most likely), or \"uniform\" (all equally likely)"
            }
            "alpha" | "beta" => "dist = \"beta\"",
            "shape" | "scale" | "rate" => "dist = \"gamma\" (or \"weibull\")",
            "meanlog" | "sdlog" => "dist = \"lognormal\"",
            _ if low >= 0.0 && high <= 1.0 => {
                "dist = \"beta\" for a share, probability or utility, \"lognormal\" for a ratio or rate"
            }
            _ if low > 0.0 => "dist = \"gamma\" for a cost, \"lognormal\" for a ratio or rate",
            _ => "dist = \"normal\"",
        }
    }

    /// The keys a family understands.
    pub(super) fn keys_of(family: Family) -> &'static [&'static str] {
        match family {
            Family::Fixed => &["value"],
            Family::Normal => &["value", "mean", "sd", "se", "ci95", "n"],
            Family::LogNormal => &["value", "mean", "sd", "se", "ci95", "n", "meanlog", "sdlog"],
            Family::Beta => &["value", "mean", "sd", "se", "ci95", "n", "alpha", "beta"],
            Family::Gamma => &["value", "mean", "sd", "se", "ci95", "n", "shape", "scale", "rate"],
            Family::Weibull => &["value", "shape", "scale"],
            Family::Uniform | Family::Triangular | Family::Pert => &["value", "low", "high"],
        }
    }
}
