//! Scenario files: reading, checking, explaining.
pub mod checked;
pub use checked::Scenario;
