//! The bytes of a list before they are rows: encoding, byte order mark, separator, and a limit on one row.

use std::io::{self, BufRead, BufReader, Read};

/// Longest row of a list, in bytes: far beyond any person, far below what an unclosed quote would swallow.
pub const ROW_MAX: u64 = 1024 * 1024;

/// Why a file is not a list at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The file cannot be read.
    #[error("the list cannot be read")]
    Io(#[from] io::Error),
    /// No byte in it.
    #[error("the list is empty")]
    Empty,
    /// A spreadsheet's "Unicode text".
    #[error("the list is UTF-16, line 1: wanted UTF-8")]
    Utf16,
    /// Not a text file, such as a spreadsheet in its own format.
    #[error("the list is {what}, not text")]
    NotText {
        /// What it looks like.
        what: &'static str,
    },
}

/// A list whose first bytes have been looked at.
pub struct Source<R> {
    inner: BufReader<R>,
    /// `,`, `;` or a tab.
    pub separator: u8,
    taken_since_row: u64,
    /// The last byte was a carriage return: a line feed that follows belongs to it.
    after_return: bool,
}

impl<R: Read> Source<R> {
    /// Looks at the first bytes, drops a byte order mark and finds the separator of the header.
    pub fn open(inner: R) -> Result<Self, SourceError> {
        let mut inner = BufReader::with_capacity(64 * 1024, inner);
        let start = inner.fill_buf()?;
        if start.is_empty() {
            return Err(SourceError::Empty);
        }
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Err(SourceError::Utf16);
        }
        for (magic, what) in [
            (&b"PK\x03\x04"[..], "a spreadsheet or ZIP file"),
            (b"%PDF", "a PDF"),
            (b"\xd0\xcf\x11\xe0", "an old spreadsheet"),
        ] {
            if start.starts_with(magic) {
                return Err(SourceError::NotText { what });
            }
        }
        let mark = if start.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
        let header: Vec<u8> = start[mark..].iter().copied().take_while(|byte| !matches!(byte, b'\n' | b'\r')).collect();
        if header.contains(&0) {
            return Err(SourceError::NotText { what: "binary" });
        }
        inner.consume(mark);
        let count = |separator: u8| header.split(|byte| *byte == separator).count() - 1;
        let separator = [b',', b';', b'\t'].into_iter().rev().max_by_key(|s| count(*s)).unwrap_or(b',');
        let separator = if count(separator) == 0 { b',' } else { separator };
        Ok(Self { inner, separator, taken_since_row: 0, after_return: false })
    }

    /// Tells that a row has ended, so that the limit on one row starts again.
    pub fn row_ended(&mut self) {
        self.taken_since_row = 0;
    }
}

impl<R> Source<R> {
    /// Makes every line end one line feed, so that lines are counted alike whoever wrote the list. Returns how many
    /// bytes are left.
    fn one_line_end(&mut self, bytes: &mut [u8]) -> usize {
        let mut kept = 0;
        for at in 0..bytes.len() {
            let byte = bytes[at];
            if byte == b'\n' && self.after_return {
                self.after_return = false;
                continue;
            }
            self.after_return = byte == b'\r';
            bytes[kept] = if self.after_return { b'\n' } else { byte };
            kept += 1;
        }
        kept
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken_since_row > ROW_MAX {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a row is longer than 1 MiB, perhaps an unclosed quote",
            ));
        }
        loop {
            let taken = self.inner.read(buffer)?;
            self.taken_since_row += taken as u64;
            let kept = self.one_line_end(&mut buffer[..taken]);
            if kept > 0 || taken == 0 {
                return Ok(kept);
            }
        }
    }
}
