//! Scenario files: reading, checking, explaining.

pub mod checked;
pub mod diagnostic;
pub mod embedded;
pub mod sources;
pub mod tree;

pub use checked::Scenario;
