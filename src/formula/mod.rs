//! The small expression language of scenario files.
pub mod lane;
pub mod math;
pub use lane::{LANES, Lane};
