//! Results as files and words.
pub mod csv;
pub mod folder;
pub mod parquet;
pub mod table;
pub mod tables;
pub mod words;
