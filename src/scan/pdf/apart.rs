//! A document that a process of its own opens and draws: nothing else keeps hayro from taking all memory.
//!
//! What a PDF says of its images may be wrong, and hayro believes what stands inside them. So a server that reads documents
//! of strangers starts itself once more for each, with an argument that makes it read questions (`elsewhere::wire`) and
//! write answers, each after its length in 32 bits; that process limits its own memory, and is ended when it takes too long.

use super::DrawnPage;
use crate::scan::attached::Attached;
use crate::scan::deadline::Deadline;
use crate::scan::elsewhere::Server;
use crate::scan::elsewhere::wire::{self, Request};
use crate::scan::error::ScanError;
use crate::scan::guard::guarded;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// How long opening a document or drawing one page may take.
const SLOWEST: Duration = Duration::from_secs(20);
/// Bytes of a question or an answer at most: a drawn page has 36 million.
const MESSAGE_MAX: u32 = 256 << 20;

static PROGRAM: OnceLock<(PathBuf, &'static str)> = OnceLock::new();

/// From now on documents are opened and drawn by `program`, started with `argument`; it does [`draw_for_another`].
///
/// # Errors
/// When it does not answer; then no document can be read.
pub fn draw_apart(program: PathBuf, argument: &'static str) -> io::Result<()> {
    PROGRAM.get_or_init(|| (program, argument));
    let mut process = Process::start()?;
    process.ask(Request::Close)?;
    process.answers.recv_timeout(SLOWEST).map(drop).map_err(|_| io::ErrorKind::BrokenPipe.into())
}

/// Whether documents are drawn by another process.
pub(super) fn is_wanted() -> bool {
    PROGRAM.get().is_some()
}

/// Answers the questions of the process that has started this one, until it asks no more.
///
/// # Errors
/// When the other end is gone, or sends what is no question.
pub fn draw_for_another(mut questions: impl Read, mut answers: impl Write) -> io::Result<()> {
    let mut server = Server::default();
    while let Some(question) = receive(&mut questions)? {
        let answer = guarded(|| server.answer(&question)).unwrap_or_default();
        send(&mut answers, &answer)?;
    }
    Ok(())
}

/// A message; `None` at the end.
fn receive(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    if from.read(&mut length[..1])? == 0 {
        return Ok(None);
    }
    from.read_exact(&mut length[1..])?;
    let length = u32::from_le_bytes(length);
    if length > MESSAGE_MAX {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut message = Vec::new();
    from.take(length.into()).read_to_end(&mut message)?;
    if message.len() < length as usize { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(Some(message)) }
}

fn send(to: &mut impl Write, message: &[u8]) -> io::Result<()> {
    let length = u32::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(message)?;
    to.flush()
}

/// Ended, and taken leave of, when this is dropped.
#[derive(Debug)]
struct Mortal(Child);

impl Drop for Mortal {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The other process.
#[derive(Debug)]
struct Process {
    _child: Mortal,
    questions: ChildStdin,
    answers: Receiver<Vec<u8>>,
}

impl Process {
    fn start() -> io::Result<Self> {
        let (program, argument) = PROGRAM.get().ok_or(io::ErrorKind::NotFound)?;
        let mut command = Command::new(program);
        // Address space for more heaps than one is what glibc takes first, and what is limited.
        command.env_clear().env("MALLOC_ARENA_MAX", "1");
        command.arg(argument).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = Mortal(command.spawn()?);
        let (Some(questions), Some(mut from)) = (child.0.stdin.take(), child.0.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (sender, answers) = sync_channel(1);
        // Ends with the process, whose end closes the pipe, or with the one who listens.
        std::thread::Builder::new().name("pdf answers".into()).spawn(move || {
            while let Ok(Some(answer)) = receive(&mut from) {
                if sender.send(answer).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { _child: child, questions, answers })
    }

    fn ask(&mut self, question: Request<'_>) -> io::Result<()> {
        send(&mut self.questions, &question.to_bytes())
    }
}

/// An open document.
#[derive(Debug)]
pub(super) struct Document {
    process: std::sync::Mutex<Process>,
    pub(super) pages: u32,
    pub(super) attached: Attached,
}

impl Document {
    /// Opens a document that needs no password.
    pub(super) fn open(bytes: &[u8], deadline: Deadline) -> Result<Self, ScanError> {
        let mut process = Process::start().map_err(|_| ScanError::NoPdfReader)?;
        // Who has gone does not read to the end; that is known from the answer that does not come.
        let _ = process.ask(Request::Open(bytes));
        let answer = match process.answers.recv_timeout(deadline.remaining(SLOWEST)) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Disconnected) => return Err(ScanError::BadPdf),
            Err(RecvTimeoutError::Timeout) => return Err(ScanError::OutOfTime { page: 0 }),
        };
        let (pages, attached) = wire::opened(&answer).ok_or(ScanError::BadPdf)??;
        Ok(Self { process: process.into(), pages, attached })
    }

    /// Asks for a page, counted from 1, so that it is drawn meanwhile.
    pub(super) fn request(&self, page: u32, dpi: u32) {
        let Ok(mut process) = self.process.lock() else { return };
        // A process that is gone is noticed when the page is received.
        let _ = process.ask(Request::Draw { page, dpi });
    }

    /// The page that was asked for first.
    pub(super) fn receive(&self, page: u32, deadline: Deadline) -> Result<DrawnPage, ScanError> {
        let process = self.process.lock().map_err(|_| ScanError::BadPdf)?;
        match process.answers.recv_timeout(deadline.remaining(SLOWEST)) {
            Ok(answer) => Ok(wire::drawn(&answer).unwrap_or(DrawnPage { image: None, dpi: 0, is_picture: false })),
            Err(RecvTimeoutError::Disconnected) => Err(ScanError::TooHeavy { page }),
            Err(RecvTimeoutError::Timeout) if deadline.has_passed() => Err(ScanError::OutOfTime { page: page - 1 }),
            Err(RecvTimeoutError::Timeout) => Err(ScanError::SlowPage { page, seconds: SLOWEST.as_secs() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_answered_one_after_the_other_until_there_are_none() {
        let pdf = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/sample-scans/two-on-one-page.pdf")).unwrap();
        let mut questions = Vec::new();
        for question in [Request::Open(&pdf), Request::Draw { page: 1, dpi: 60 }, Request::Open(b"%PDF-")] {
            send(&mut questions, &question.to_bytes()).unwrap();
        }
        let mut answers = Vec::new();
        draw_for_another(&questions[..], &mut answers).unwrap();
        let mut answers = &answers[..];
        let opened = wire::opened(&receive(&mut answers).unwrap().unwrap()).unwrap().unwrap();
        assert_eq!(opened.0, 1);
        let drawn = wire::drawn(&receive(&mut answers).unwrap().unwrap()).unwrap();
        assert_eq!((drawn.dpi, drawn.image.is_some()), (60, true));
        assert!(matches!(wire::opened(&receive(&mut answers).unwrap().unwrap()), Some(Err(ScanError::BadPdf))));
        assert!(receive(&mut answers).unwrap().is_none());
    }

    #[test]
    fn a_message_that_is_too_long_or_ends_early_is_refused() {
        assert!(receive(&mut &u32::MAX.to_le_bytes()[..]).is_err());
        assert!(receive(&mut &[3, 0, 0, 0, 1][..]).is_err());
        assert!(receive(&mut &[3, 0][..]).is_err());
    }
}
