//! Prices and qualities of what happens: euros per budget and QALYs.
pub mod flows;
