//! `ounce schema`: the JSON Schema of scenario files.

use std::process::ExitCode;

use super::UNFINISHED;

/// Prints the schema.
#[must_use]
pub fn schema() -> ExitCode {
    match serde_json::to_string_pretty(&crate::scenario::schema::schema()) {
        Ok(text) => super::print(&(text + "\n")),
        Err(error) => super::complain(&format!("cannot write the schema: {error}"), UNFINISHED),
    }
}
