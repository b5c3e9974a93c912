//! Distributions, designs and draws.
mod correlation;
mod design;
mod distribution;
mod draws;
pub mod environment;
mod incomplete_beta;
mod incomplete_gamma;
mod normal;
mod sobol;
mod stream;
pub use design::{Design, DesignKind, FEWEST_DRAWS_TO_SPLIT, RANDOMISATIONS, blocks, mcse};
pub use distribution::{Distribution, Family, QuantileFunction};
pub use draws::{Draws, Plan, SampleError, Uncertain, UncertainKind, sample};
pub use environment::{Environment, QuantityError};
pub use sobol::SOBOL_DIMENSIONS;
pub use stream::{Stream, hash_of_name, open_unit, uniform};
