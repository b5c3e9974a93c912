//! Statistics over draws.
pub mod acceptability;
pub mod arm;
pub mod dominance;
pub mod statistics;
