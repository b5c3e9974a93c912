//! Scenario files: reading, checking, explaining.

pub mod checked;
pub mod diagnostic;
pub mod embedded;
pub mod explain;
pub mod grammar;
pub mod merge;
pub mod schema;
pub mod sources;
pub mod tree;

pub use checked::Scenario;
