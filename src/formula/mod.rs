//! The small expression language of scenario files.
