//! The command line: the only place that reads the clock, the arguments and the terminal.
//!
//! One file a command; this one says which there are and hands over (docs: the contract in `README.md`).

mod camera;
pub mod demo;
mod draw_pdf;
pub mod home;
pub mod init;
mod input;
pub mod inspect;
mod interrupt;
pub mod issue;
pub mod keys;
mod outcome;
pub mod passphrase;
mod photos;
mod progress;
pub mod read;
pub mod register;
mod reprint;
pub mod revoke;
pub mod serve;
pub mod template;
mod terminal;
pub mod trust;
pub mod verdict_text;
pub mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use jiff::Timestamp;

pub use crate::desk::Failure;
pub use outcome::Exit;

use crate::desk::Home;

/// Signed credentials on paper, and the scanner that checks them without a network
#[derive(Debug, Parser)]
#[command(name = "nansen", version, max_term_width = 100)]
struct Cli {
    /// Data folder: keys, trust lists, register [default: `NANSEN_HOME`, else the platform's]
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Init(init::Args),
    Issue(Box<issue::Args>),
    Verify(verify::Args),
    Read(read::Args),
    Inspect(inspect::Args),
    Trust(trust::Args),
    Key(keys::Args),
    Revoke(revoke::RevokeArgs),
    Reinstate(revoke::ReinstateArgs),
    Register(register::Args),
    Template(template::Args),
    Serve(serve::Args),
    #[command(hide = true)]
    DrawPdf,
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            let _ = error.print();
            return ExitCode::from(exit.code());
        }
    };
    if let Command::DrawPdf = cli.command {
        return draw_pdf::run();
    }
    let exit = home::resolve(cli.home).and_then(|home| dispatch(&cli.command, &home, Timestamp::now()));
    let exit = exit.unwrap_or_else(|failure| {
        if failure.is_broken_pipe() {
            // The reader has seen enough, as with `| head`.
            return Exit::Done;
        }
        eprintln!("error: {failure}");
        Exit::from(&failure)
    });
    ExitCode::from(exit.code())
}

fn dispatch(command: &Command, home: &Home, now: Timestamp) -> Result<Exit, Failure> {
    match command {
        Command::Demo(args) => demo::run(args, now),
        Command::Init(args) => init::run(args, home, now),
        Command::Issue(args) => issue::run(args, home, now),
        Command::Verify(args) => verify::run(args, home, now),
        Command::Read(args) => read::run(args),
        Command::Inspect(args) => inspect::run(args, home),
        Command::Trust(args) => trust::run(args, home, now),
        Command::Key(args) => keys::run(args, home, now),
        Command::Revoke(args) => revoke::revoke(args, home, now),
        Command::Reinstate(args) => revoke::reinstate(args, home, now),
        Command::Register(args) => register::run(args, home, now),
        Command::Template(args) => template::run(args, home, now),
        Command::Serve(args) => serve::run(args, home, now),
        // Has no data folder, and was begun before one was looked for.
        Command::DrawPdf => Ok(Exit::Done),
    }
}
