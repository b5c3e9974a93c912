//! Scenario files: reading, checking, explaining.

pub mod diagnostic;
pub mod embedded;
pub mod grammar;
pub mod merge;
pub mod sources;
pub mod tree;
