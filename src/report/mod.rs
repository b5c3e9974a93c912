//! Results as files and words.
pub mod csv;
pub mod parquet;
pub mod table;
