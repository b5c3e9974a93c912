//! Distributions, designs and draws.
//!
//! An uncertain number goes through three steps.
//!
//! 1. [`fit()`] turns what a source states ([`Stated`]: a value with its 95% interval, standard error or sample
//!    size) into a [`Distribution`], and reports how well the two agree.
//! 2. A [`Plan`] gathers all uncertain parameters, with the rank correlations between them, and a [`Design`]
//!    says how many draws to make and how to spread them.
//! 3. [`sample()`] makes the [`Draws`], and [`mcse()`] tells how precise a mean over them is.
//!
//! # From uniform numbers to values
//!
//! Every value is `x = F⁻¹(u)`, the inverse distribution function at one number u in the open interval (0, 1).
//! Nothing is drawn by rejection, so a small change of a parameter changes a value a little, two runs that
//! differ in one distribution still share their luck, and an evenly spread u gives an evenly spread x. The
//! functions are written on `libm`, so that the bits are the same on every machine.
//!
//! # Where the uniform numbers come from
//!
//! | design | number of draw d for parameter p |
//! |---|---|
//! | random | Philox at the address (seed, name of p, d) (Salmon et al. 2011) |
//! | Latin hypercube | `(π(d) + v)/n` with a permutation π and a jitter v from the stream (seed, name of p) (McKay, Beckman & Conover 1979) |
//! | Sobol | coordinate r of point d, r the rank of p's name among all names (Joe & Kuo 2008), scrambled (Owen 1995) |
//!
//! Under the first two designs the numbers of a parameter follow from its name alone: another parameter in the
//! file changes no bit of them. A Sobol design is one object in all its dimensions, so there it holds as long as
//! the set of uncertain parameters stays the same.
//!
//! Latin hypercube and Sobol designs of at least [`FEWEST_DRAWS_TO_SPLIT`] draws consist of [`RANDOMISATIONS`]
//! independent ones, one after the other in equal blocks of draws. Their points are no independent sample, so
//! the usual `sd/√n` would overstate the error of a mean, often many times; the spread between the
//! randomisations shows it honestly. Sobol points are at their best where a block is a power of two: 5,120 or
//! 10,240 draws.
//!
//! # Correlation
//!
//! A Spearman correlation ρ between two parameters becomes the correlation `2 sin(πρ/6)` between the normal
//! scores `Φ⁻¹(u)` of their uniforms; these are mixed by the Cholesky factor and taken back to uniforms, so every
//! parameter keeps its own distribution. Parameters that no correlation touches keep their numbers to the bit.
//! Mixing leaves the columns after the first of a group less evenly spread than the design made them.
//!
//! # Example
//!
//! ```
//! use ounce::sample::{Design, DesignKind, Family, Plan, Stated, Uncertain, UncertainKind, fit, mcse, sample};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let stated = Stated {
//!     family: Some(Family::LogNormal),
//!     value: Some(0.77),
//!     ci95: Some((0.71, 0.83)),
//!     ..Stated::default()
//! };
//! let rate_ratio = fit(&stated)?;
//! let plan = Plan {
//!     uncertain: vec![Uncertain {
//!         name: "rate_ratio".to_owned(),
//!         kind: UncertainKind::Distribution(rate_ratio.distribution),
//!     }],
//!     rank_correlations: Vec::new(),
//! };
//! let draws = sample(&plan, &Design { kind: DesignKind::Sobol, draws: 1280, seed: 1 })?;
//! let values = &draws.columns[0];
//! let mean = values.iter().sum::<f64>() / values.len() as f64;
//! let error = mcse(values, draws.randomisations);
//! assert!((mean - rate_ratio.distribution.mean()).abs() < 5.0 * error && error < 1e-4);
//! # Ok(())
//! # }
//! ```
mod correlation;
mod design;
mod distribution;
mod draws;
pub(crate) mod environment;
mod fit;
mod fit_error;
mod incomplete_beta;
mod incomplete_gamma;
mod interval;
pub(crate) mod normal;
pub mod parts;
pub mod ranges;
mod sobol;
mod stated;
mod stream;
pub use design::{Design, DesignKind, FEWEST_DRAWS_TO_SPLIT, RANDOMISATIONS, blocks, mcse};
pub use distribution::{Distribution, Family, QuantileFunction};
pub use draws::{Draws, Plan, SampleError, Uncertain, UncertainKind, sample};
pub use environment::{Environment, QuantityError};
pub use fit::{Fit, fit};
pub use fit_error::FitError;
pub use ranges::check_ranges;
pub use sobol::SOBOL_DIMENSIONS;
pub use stated::Stated;
pub use stream::{Stream, hash_of_name, open_unit, uniform};
