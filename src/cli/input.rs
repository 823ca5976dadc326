//! The bytes of an input, and what a person does about one that cannot be looked at.

use std::io::Read as _;
use std::path::Path;

use super::Failure;
use crate::scan::ScanError;

/// Largest file that is read.
const FILE_MAX: u64 = 256 * 1024 * 1024;

/// What a person does about an input that cannot be looked at.
pub fn what_next(error: &ScanError) -> &'static str {
    match error {
        ScanError::TooLarge { .. } | ScanError::TooMuchMemory { .. } | ScanError::TooHeavy { .. } => {
            "scan at a lower resolution, such as 300 dpi"
        }
        ScanError::TooManyPages { .. } | ScanError::OutOfTime { .. } => "split the document",
        ScanError::EncryptedPdf => "remove the password first",
        _ => "check that it is an image or a PDF, and that it has arrived whole",
    }
}

/// A text without the line end that a file or a keyboard-wedge scanner puts behind it. Spaces stay: Base45 has them.
pub fn without_line_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
    &text[..end]
}

/// The bytes of a file or of standard input, up to a limit.
pub fn read_input(path: &Path) -> Result<Vec<u8>, Failure> {
    let shown = path.display();
    let fail = |error: &std::io::Error| {
        Failure::new(format!("{shown} cannot be read: {error}")).hint("check the name and who may read it")
    };
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().lock().take(FILE_MAX + 1).read_to_end(&mut bytes).map_err(|error| fail(&error))?;
    } else {
        if path.is_dir() {
            return Err(Failure::new(format!("{shown} is a folder, where an image or a PDF is wanted"))
                .hint(format!("name the files, such as {shown}/*")));
        }
        let file = std::fs::File::open(path).map_err(|error| fail(&error))?;
        file.take(FILE_MAX + 1).read_to_end(&mut bytes).map_err(|error| fail(&error))?;
    }
    if bytes.len() as u64 > FILE_MAX {
        return Err(Failure::new(format!("{shown} has more than {} MiB", FILE_MAX >> 20))
            .hint("scan at 300 dpi in grey, or split the PDF"));
    }
    Ok(bytes)
}
