//! The functions every formula may call.

/// A built-in function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    If,
    Min,
    Max,
    Exp,
    Ln,
    Sqrt,
    Pow,
    Abs,
    Clamp,
    Floor,
    RateToProb,
    ProbToRate,
    OddsToProb,
    ProbToOdds,
    Logistic,
}

/// Every function with its name and how it is called.
const FUNCTIONS: [(Function, &str, &str); 15] = [
    (Function::If, "if", "if(condition, then, otherwise)"),
    (Function::Min, "min", "min(a, b, ...)"),
    (Function::Max, "max", "max(a, b, ...)"),
    (Function::Exp, "exp", "exp(x)"),
    (Function::Ln, "ln", "ln(x)"),
    (Function::Sqrt, "sqrt", "sqrt(x)"),
    (Function::Pow, "pow", "pow(base, exponent)"),
    (Function::Abs, "abs", "abs(x)"),
    (Function::Clamp, "clamp", "clamp(x, lowest, highest)"),
    (Function::Floor, "floor", "floor(x)"),
    (Function::RateToProb, "rate_to_prob", "rate_to_prob(rate[, years])"),
    (Function::ProbToRate, "prob_to_rate", "prob_to_rate(probability[, years])"),
    (Function::OddsToProb, "odds_to_prob", "odds_to_prob(odds)"),
    (Function::ProbToOdds, "prob_to_odds", "prob_to_odds(probability)"),
    (Function::Logistic, "logistic", "logistic(x)"),
];

impl Function {
    /// The function of this name.
    pub(super) fn named(name: &str) -> Option<Function> {
        FUNCTIONS.iter().find(|(_, known, _)| *known == name).map(|(function, ..)| *function)
    }

    /// The names of all functions.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        FUNCTIONS.iter().map(|(_, name, _)| *name)
    }

    /// How the function is called, for messages.
    pub(super) fn usage(self) -> &'static str {
        FUNCTIONS.iter().find(|(function, ..)| *function == self).map_or("", |(_, _, usage)| usage)
    }

    /// The fewest and the most arguments the function takes.
    pub(super) fn arguments(self) -> (usize, usize) {
        match self {
            Function::If | Function::Clamp => (3, 3),
            Function::Min | Function::Max => (2, usize::MAX),
            Function::Pow => (2, 2),
            Function::RateToProb | Function::ProbToRate => (1, 2),
            Function::Exp
            | Function::Ln
            | Function::Sqrt
            | Function::Abs
            | Function::Floor
            | Function::OddsToProb
            | Function::ProbToOdds
            | Function::Logistic => (1, 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_is_found_by_its_name_and_shows_its_own_usage() {
        for name in Function::names() {
            let function = Function::named(name).unwrap();
            assert!(function.usage().starts_with(&format!("{name}(")), "{name}");
        }
        assert_eq!(Function::named("mean"), None);
    }
}
