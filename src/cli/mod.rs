//! The command line: the only place that reads the clock, the arguments and the terminal.

mod outcome;
pub mod read;
pub mod register;

pub use outcome::{Exit, Failure};

/// Runs the command that the process was started with.
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::from(Exit::Done.code())
}
