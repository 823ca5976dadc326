//! `nansen register list|show`: what was issued, to whom, how often printed.

mod list;
mod readback;
mod readback_words;
mod show;
mod table;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::home::Home;
use super::{Exit, Failure};
use crate::register::{Entry, Register, RegisterError, Status};

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

/// A register's error, with what the clerk should do next. For every command that opens the register.
pub fn failure(error: RegisterError) -> Failure {
    let hint = match &error {
        RegisterError::Missing { .. } => "run `nansen init` first, or name the data folder with --home",
        RegisterError::NoFile { .. } | RegisterError::CannotOpen(_) | RegisterError::ReadOnly(_) => {
            "check the folder and who may write in it, or name another data folder with --home"
        }
        RegisterError::NotADatabase(_) | RegisterError::Foreign { .. } => {
            "put the register back from a backup, or name the right data folder with --home"
        }
        RegisterError::Corrupt(_) | RegisterError::Damaged { .. } | RegisterError::Disk(_) => {
            "issue nothing more here; copy the data folder, then put the register back from a backup"
        }
        RegisterError::Newer { .. } => "install the newest nansen",
        RegisterError::NoWriteAheadLog { .. } => "keep the data folder on a local disk, not on a network drive",
        RegisterError::Busy(_) => "wait until the other nansen is done, then run this again",
        RegisterError::Full(_) => "free some room on the disk, then run this again: it goes on where it stopped",
        RegisterError::AlreadyHolds { .. } => "to replace that credential, issue with --reissue",
        RegisterError::RowTaken { .. } => "another nansen works on the same list: wait, then run this again",
        RegisterError::UnknownSerial { .. } => "look it up with `nansen register list --search NAME`",
        RegisterError::Replaced { .. } => "revoke the newer credential and issue again with --reissue",
        _ => return Failure::new(error),
    };
    Failure::new(error).hint(hint)
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

/// The status as a clerk sees it: a valid credential that ran out is `expired`.
fn state(entry: &Entry, now: Timestamp) -> &'static str {
    if entry.status == Status::Valid && entry.expires.is_some_and(|expires| now >= expires) {
        return "expired";
    }
    entry.status.as_str()
}

/// The day, in UTC.
pub fn day(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC).date().to_string()
}

/// The facts of one line, as JSON.
fn entry_json(entry: &Entry, now: Timestamp) -> serde_json::Map<String, serde_json::Value> {
    let object = serde_json::json!({
        "serial": entry.serial.to_string(),
        "type": entry.type_name,
        "subject": entry.subject,
        "name": entry.name,
        "issued": entry.issued.to_string(),
        "expires": entry.expires.map(|expires| expires.to_string()),
        "status": state(entry, now),
        "current": entry.current,
        "printed": entry.prints,
        "copy": entry.copy,
        "supersedes": entry.supersedes.map(|serial| serial.to_string()),
        "batch": entry.batch.to_string().parse::<i64>().ok(),
        "row": entry.row,
        "wire": entry.wire,
        "status_list": entry.slot.map(|slot| slot.list),
        "status_index": entry.slot.map(|slot| slot.index),
    });
    match object {
        serde_json::Value::Object(map) => map,
        _ => unreachable!("json! of braces is an object"),
    }
}
