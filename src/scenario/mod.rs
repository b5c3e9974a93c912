//! Scenario files: reading, checking, explaining.

pub mod diagnostic;
pub mod embedded;
pub mod sources;
pub mod tree;
