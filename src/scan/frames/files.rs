//! Image files as frames: the files of a folder in the order of their names, or one file.

use super::{FrameError, FrameSource, MOST_FRAME_PIXELS};
use crate::scan::error::ScanError;
use crate::scan::file_type::{FileType, sniff};
use crate::scan::grey::GreyImage;
use crate::scan::load;
use std::path::{Path, PathBuf};

/// The images of a folder, or a single one.
#[derive(Debug)]
pub struct Folder {
    paths: std::vec::IntoIter<PathBuf>,
    number: u64,
}

impl Folder {
    /// Lists a folder, or takes the one file that `path` is. Hidden files are left out.
    ///
    /// # Errors
    /// When there is nothing of that name or it cannot be listed.
    pub fn open(path: &Path) -> Result<Self, FrameError> {
        let mut paths = Vec::new();
        if path.is_dir() {
            for entry in std::fs::read_dir(path)? {
                let entry = entry?;
                let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
                if !hidden && entry.path().is_file() {
                    paths.push(entry.path());
                }
            }
            paths.sort();
        } else {
            std::fs::metadata(path)?;
            paths.push(path.to_owned());
        }
        Ok(Self { paths: paths.into_iter(), number: 0 })
    }
}

impl FrameSource for Folder {
    fn next_frame(&mut self) -> Result<Option<GreyImage>, FrameError> {
        let Some(path) = self.paths.next() else { return Ok(None) };
        self.number += 1;
        let bytes = std::fs::read(&path)?;
        let image = match sniff(&bytes) {
            Ok(FileType::Image(kind)) => load::image(&bytes, kind, MOST_FRAME_PIXELS),
            Ok(FileType::Pdf) => Err(ScanError::UnknownType { magic: "25504446".into() }),
            Err(error) => Err(error),
        };
        image.map(Some).map_err(|source| FrameError::BadFrame { number: self.number, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_images_in_order_and_names_a_bad_one() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("b.pgm"), b"P5 2 1 255 \x01\x02").unwrap();
        std::fs::write(folder.path().join("a.pgm"), b"P5 1 1 255 \x07").unwrap();
        std::fs::write(folder.path().join("c.txt"), b"nothing to see").unwrap();
        std::fs::write(folder.path().join(".hidden"), b"P5").unwrap();
        let mut frames = Folder::open(folder.path()).unwrap();
        assert_eq!(frames.next_frame().unwrap().unwrap().width(), 1);
        assert_eq!(frames.next_frame().unwrap().unwrap().width(), 2);
        assert!(matches!(frames.next_frame(), Err(FrameError::BadFrame { number: 3, .. })));
        assert!(frames.next_frame().unwrap().is_none());
        assert!(matches!(Folder::open(&folder.path().join("none")), Err(FrameError::Io(_))));
    }
}
