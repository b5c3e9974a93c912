//! Distributions, designs and draws.
pub mod environment;
pub use environment::{Environment, QuantityError};
