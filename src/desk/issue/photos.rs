//! The photo of a row: the file that the list names, or the one in the folder that has the person's number for a name.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use super::Order;
use super::order::Photos;
use crate::desk::Failure;
use crate::desk::output::folder_of;
use crate::issue::list::{Fault, PHOTO, PHOTO_CROP, Problem, Row};
use crate::issue::photo::{self, FILE_BYTES_MAX, Face, PhotoError};

/// Endings of files that are looked for.
const ENDINGS: [&str; 12] = ["jpg", "jpeg", "png", "webp", "tif", "tiff", "JPG", "JPEG", "PNG", "WEBP", "heic", "HEIC"];

/// A photo that was found.
#[derive(Clone, Debug)]
pub enum Found<'a> {
    /// A file.
    File(PathBuf),
    /// The bytes of one.
    Memory(&'a [u8]),
}

impl Found<'_> {
    /// Which one it is, for people.
    pub fn shown(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Memory(bytes) => format!("a picture of {} bytes", bytes.len()),
        }
    }
}

/// The photo of this row, when there is one.
pub fn find<'a>(order: &'a Order, row: &Row, subject: &str) -> Result<Option<Found<'a>>, Problem> {
    if let Photos::Rows(photos) = &order.photos {
        return Ok(photos.get(&row.number).map(|bytes| Found::Memory(bytes)));
    }
    if let Some(named) = &row.photo {
        return named_file(order, row, named).map(Found::File).map(Some);
    }
    let Photos::Folder(folder) = &order.photos else { return Ok(None) };
    // A number that is no plain file name must not lead out of the folder.
    if subject.is_empty() || subject.contains(['/', '\\']) || subject.starts_with('.') {
        return Ok(None);
    }
    let names = ENDINGS.map(|ending| folder.join(format!("{subject}.{ending}")));
    Ok(names.into_iter().find(|path| path.is_file()).map(Found::File))
}

/// The file that the list names, in the folder of photos or beside the list, and nowhere else.
fn named_file(order: &Order, row: &Row, named: &str) -> Result<PathBuf, Problem> {
    let beside = order.list.path().map_or(Path::new("."), folder_of);
    let folder = order.photos.folder().unwrap_or(beside);
    let problem = |fault: &str, wanted: String| Problem {
        line: row.line,
        column: Some(PHOTO.to_owned()),
        kind: Fault::NoPhoto,
        fault: fault.to_owned(),
        found: named.chars().take(200).collect(),
        wanted,
    };
    let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if named.contains('\\') || !Path::new(named).components().all(inside) {
        return Err(problem(
            "leads out of the folder of photos",
            format!("the name of a file in {}", folder.display()),
        ));
    }
    let path = folder.join(named);
    if path.is_file() {
        return Ok(path);
    }
    Err(problem("no such photo", format!("the name of a file in {}, or no name", folder.display())))
}

/// The face in the file, in at most `budget` bytes.
pub fn face(found: &Found<'_>, budget: usize, row: &Row) -> Result<Face, Problem> {
    bytes(found).and_then(|file| photo::face(&file, budget, row.crop)).map_err(|error| {
        let by_crop = matches!(error, PhotoError::Crop(_)) || row.crop.is_some_and(|_| is_size(&error));
        let (column, wanted) = match &error {
            PhotoError::TooManyBytes { .. } => (PHOTO, "a picture of at most 50 MB".to_owned()),
            PhotoError::Heif { .. } => (PHOTO, "a JPEG, PNG or WebP picture: telephones can export one".to_owned()),
            _ if by_crop => (PHOTO_CROP, "a rectangle inside the picture, of at least 40 × 50 pixels".to_owned()),
            _ => (PHOTO, "a JPEG, PNG or WebP picture of a face".to_owned()),
        };
        Problem {
            line: row.line,
            column: Some(column.to_owned()),
            kind: if by_crop { Fault::Crop } else { Fault::BadPhoto },
            fault: Failure::new(error).to_string(),
            found: if by_crop { row.crop.map_or_else(String::new, |crop| crop.to_string()) } else { found.shown() },
            wanted,
        }
    })
}

fn bytes<'a>(found: &Found<'a>) -> Result<Cow<'a, [u8]>, PhotoError> {
    match found {
        Found::File(path) => read(path).map(Cow::Owned),
        Found::Memory(bytes) => Ok(Cow::Borrowed(bytes)),
    }
}

/// The bytes of a photo's file, unless there are more than a photo has.
fn read(path: &Path) -> Result<Vec<u8>, PhotoError> {
    let file = File::open(path)?;
    let most = FILE_BYTES_MAX;
    let bytes = file.metadata()?.len();
    if bytes > most {
        return Err(PhotoError::TooManyBytes { bytes, most });
    }
    let mut read = Vec::new();
    file.take(most).read_to_end(&mut read)?;
    Ok(read)
}

fn is_size(error: &PhotoError) -> bool {
    matches!(error, PhotoError::TooSmall { .. })
}
