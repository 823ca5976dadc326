//! `nansen draw-pdf`: what a server starts for each document of a stranger, and nobody types. Questions on stdin, answers on
//! stdout; memory, files and time are limited before the first byte is read.

use std::io::{self, stdin, stdout};
use std::process::ExitCode;
use std::thread;

use super::Exit;
use crate::scan::draw_for_another;

/// The argument that starts it.
pub const ARGUMENT: &str = "draw-pdf";
/// Bytes that the process may have, its program and stacks among them.
#[cfg(unix)]
const MEMORY: u64 = 1 << 30;
/// Seconds of a core that a document may take: whoever has started this ends it long before.
#[cfg(unix)]
const SECONDS: u64 = 300;
/// For objects that are nested as deeply as an upload can nest them; who needs more is ended by the system.
const STACK_BYTES: usize = 128 << 20;

/// Draws until no more is asked.
pub fn run() -> ExitCode {
    let drawn = limit().and_then(|()| {
        let drawing = thread::Builder::new().stack_size(STACK_BYTES);
        let drawing = drawing.spawn(|| draw_for_another(stdin().lock(), stdout().lock()))?;
        drawing.join().unwrap_or_else(|_| Err(io::Error::other("a panic")))
    });
    ExitCode::from(if drawn.is_ok() { Exit::Done } else { Exit::Usage }.code())
}

/// Without limits nothing is read.
#[cfg(unix)]
fn limit() -> io::Result<()> {
    use rlimit::{Resource, setrlimit};
    setrlimit(Resource::AS, MEMORY, MEMORY)?;
    setrlimit(Resource::CPU, SECONDS, SECONDS)?;
    // No file is written, and no core either, in which a paper would lie.
    setrlimit(Resource::FSIZE, 0, 0)?;
    setrlimit(Resource::CORE, 0, 0)
}

#[cfg(not(unix))]
fn limit() -> io::Result<()> {
    Ok(())
}
