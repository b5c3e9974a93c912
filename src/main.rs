//! The program `ounce`.
use std::process::ExitCode;

fn main() -> ExitCode {
    ounce::cli::main()
}
