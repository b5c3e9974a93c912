//! Statistics over draws.
pub mod acceptability;
pub mod arm;
pub mod cash_flow;
pub mod cost_effectiveness;
pub mod dominance;
pub mod goals;
pub mod measures;
pub mod outcomes;
pub mod statistics;
