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
    use rlimit::{Resource, getrlimit, setrlimit};
    // What was limited before stays so.
    let set = |resource: Resource, most: u64| {
        let most = getrlimit(resource).map_or(most, |(_, before)| most.min(before));
        setrlimit(resource, most, most)
    };
    // When the system has too little memory, this process is the one to end. Not everywhere can it say so.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    // On macOS no program starts in so little address space.
    if cfg!(not(target_os = "macos")) {
        set(Resource::AS, MEMORY)?;
    }
    set(Resource::CPU, SECONDS)?;
    // No file is written, and no core either, in which a paper would lie.
    set(Resource::FSIZE, 0)?;
    set(Resource::CORE, 0)
}

#[cfg(not(unix))]
fn limit() -> io::Result<()> {
    Ok(())
}
