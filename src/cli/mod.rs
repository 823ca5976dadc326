//! The command line: the only place that reads the clock, the arguments and the terminal.

pub mod home;
pub mod init;
pub mod keys;
mod outcome;
pub mod passphrase;
pub mod trust;

pub use outcome::{Exit, Failure};

/// Runs the command that the process was started with.
pub fn run() -> std::process::ExitCode {
    std::process::ExitCode::from(Exit::Done.code())
}
