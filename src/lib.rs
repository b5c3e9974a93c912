//! Business cases and deals for prevention programmes.
#![warn(missing_docs)]
pub mod analyse;
pub mod cli;
pub mod formula;
pub mod report;
pub mod sample;
pub mod scenario;
pub mod settle;
pub mod simulate;
pub mod value;
