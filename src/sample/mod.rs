//! Distributions, designs and draws.
mod distribution;
mod incomplete_beta;
mod incomplete_gamma;
mod normal;
pub use distribution::{Distribution, Family, QuantileFunction};
