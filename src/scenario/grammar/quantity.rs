//! A number with its uncertainty, unit and source.

use super::documentation::{DESIGN, OVERRIDE};
use super::negotiation::NEGOTIABLE;
use super::{Key, Kind, Shape, key};

/// The table that may stand wherever a number is wanted.
pub static QUANTITY: Shape = Shape::new("quantity", QUANTITY_KEYS).whole();

/// A quantity in `[parameters]`, which may also hold several numbers that are drawn together.
pub static PARAMETER: Shape = Shape::new("parameter", PARAMETER_KEYS).sharing(&[&QUANTITY]).whole();

static QUANTITY_KEYS: &[Key] = &[
    key(
        "value",
        Kind::NumberOrFormula,
        "The stated value: what a run without uncertainty uses. The mean, except for a lognormal with `ci95` (the \
         median) and for triangular and pert (the most likely value).",
        "value = 0.34",
    ),
    key(
        "dist",
        Kind::Choice(&[
            "normal",
            "lognormal",
            "beta",
            "gamma",
            "weibull",
            "uniform",
            "triangular",
            "pert",
            "dirichlet",
            "samples",
            "fixed",
        ]),
        "The distribution of the uncertainty about the value. `dirichlet` and `samples` stand in [parameters] only.",
        "dist = \"lognormal\"",
    )
    .default("beta where `n` is given, fixed where nothing else is"),
    key("sd", Kind::Number, "Standard deviation of the uncertainty about the value.", "sd = 0.05"),
    key(
        "se",
        Kind::Number,
        "Standard error of the estimate; means the same as `sd`, and says that it is not the spread between people.",
        "se = 0.02",
    ),
    key(
        "ci95",
        Kind::List(&Kind::Number),
        "The 95% confidence interval as published; `dist` says which distribution is fitted to it.",
        "ci95 = [0.71, 0.83]",
    ),
    key(
        "n",
        Kind::Number,
        "Number of people on whom a proportion was observed; gives a beta distribution.",
        "n = 1200",
    )
    .unit("persons"),
    key("low", Kind::Number, "Lowest possible value, for uniform, triangular and pert.", "low = 230"),
    key("high", Kind::Number, "Highest possible value, for uniform, triangular and pert.", "high = 350"),
    key("mean", Kind::Number, "Mean of a normal distribution; the same as `value`.", "mean = 12.5"),
    key("meanlog", Kind::Number, "Mean of the logarithm, for lognormal.", "meanlog = -0.26"),
    key("sdlog", Kind::Number, "Standard deviation of the logarithm, for lognormal.", "sdlog = 0.04"),
    key("alpha", Kind::Number, "First shape of a beta distribution (successes).", "alpha = 40"),
    key("beta", Kind::Number, "Second shape of a beta distribution (failures).", "beta = 160"),
    key("shape", Kind::Number, "Shape of a gamma or Weibull distribution.", "shape = 2.5"),
    key("scale", Kind::Number, "Scale of a gamma or Weibull distribution, in the value's unit.", "scale = 120"),
    key("rate", Kind::Number, "One divided by the scale of a gamma distribution.", "rate = 0.008"),
    key("unit", Kind::Text, "Unit of the value, for the list of inputs.", "unit = \"EUR per participant\""),
    key(
        "price_year",
        Kind::Integer,
        "The year in whose prices an amount is stated; it is moved to the price year of the valuation.",
        "price_year = 2023",
    )
    .default("the price year of the valuation"),
    key(
        "nominal",
        Kind::Boolean,
        "Whether a contract amount stays the same number of euros each year, so that inflation wears it down.",
        "nominal = true",
    )
    .default("false"),
    key(
        "negotiable",
        Kind::Table(&NEGOTIABLE),
        "Says that parties can negotiate the number, and between which values: `ounce deal` settles them all. Only a \
         quantity of a clause, or a parameter that nothing but clauses use, is negotiable. `value` is what `ounce run` \
         uses, without it the middle.",
        "negotiable = { low = 0, high = 1, step = 0.1 }",
    ),
    key(
        "source",
        Kind::Reference("an entry of [sources]"),
        "Where the value comes from. A number of evidence has this or `assumption`; `ounce check` warns otherwise.",
        "source = \"sherrington2019\"",
    ),
    key(
        "assumption",
        Kind::Text,
        "Why the value is taken, where no source gives it.",
        "assumption = \"range of three local offers\"",
    ),
    DESIGN,
    key(
        "local",
        Kind::Boolean,
        "Marks a value that differs from place to place: `ounce new` asks for it.",
        "local = true",
    )
    .default("false"),
    key(
        "question",
        Kind::Localised,
        "What to ask whoever fills in a local value.",
        "question = { en = \"Which share of those invited comes?\", nl = \"Welk deel van de genodigden komt?\" }",
    ),
    OVERRIDE,
];

static PARAMETER_KEYS: &[Key] = &[
    key(
        "components",
        Kind::Map { keys: "names", kind: &Kind::Number, whole: true },
        "For dirichlet: what is divided, each with its count of observations. Each becomes a parameter, called \
         after this one with a dot between.",
        "components = { course = 70, exercise = 20, none = 10 }",
    ),
    key(
        "file",
        Kind::Text,
        "For samples: a CSV whose rows are joint draws. Each column becomes a parameter, called after this one with \
         a dot between.",
        "file = \"data/posterior.csv\"",
    ),
];
