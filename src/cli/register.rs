//! `nansen register list|show`: what was issued, to whom, how often printed.

mod list;
mod readback;
mod show;
mod table;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;

use super::{Exit, Failure};
use crate::desk::Home;
use crate::desk::register::failure;
use crate::register::{Register, RegisterError};

/// What was issued, to whom, how often printed
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List issued credentials, newest first
    List(list::Args),
    /// Show everything about single credentials
    Show(show::Args),
    Reprint(super::reprint::Args),
    Readback(readback::Args),
}

/// Answers from the register of `home`, on stdout.
pub fn run(args: &Args, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    if let Command::Reprint(args) = &args.command {
        return super::reprint::run(args, home, now);
    }
    if let Command::Readback(args) = &args.command {
        return readback::run(args, home, now);
    }
    let register_path = &home.register();
    let mut out = io::BufWriter::new(io::stdout().lock());
    match answer(args, register_path, now, &mut out).and_then(|()| Ok(out.flush()?)) {
        Ok(()) => Ok(Exit::Done),
        // The reader has seen enough, as with `| head`.
        Err(Stop::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(Stop::Output(error)) => Err(Failure::from(error)),
        Err(Stop::Register(error)) => Err(failure(error)),
        Err(Stop::Usage(failure)) => Err(failure),
    }
}

/// Why an answer ended early.
enum Stop {
    Register(RegisterError),
    Output(io::Error),
    Usage(Failure),
}

impl From<RegisterError> for Stop {
    fn from(error: RegisterError) -> Self {
        Self::Register(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

fn answer(args: &Args, register_path: &Path, now: Timestamp, out: &mut dyn Write) -> Result<(), Stop> {
    let register = Register::open_existing(register_path)?;
    match &args.command {
        Command::List(args) => list::run(args, &register, now, out),
        Command::Show(args) => show::run(args, &register, now, out),
        Command::Reprint(_) | Command::Readback(_) => Ok(()),
    }
}
