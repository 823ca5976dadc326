//! `--camera` and `--frames`: a film is watched, and the person with the camera is told what would help.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::time::Duration;

use super::Failure;
use crate::scan::{
    Doubtful, Effort, Folder, Found, FrameError, FrameSource, Hint, Mjpeg, Options, Video, Watched, Y4m,
};

/// Time for a frame of a live camera.
#[cfg(feature = "camera")]
const LIVE: Duration = Duration::from_millis(60);
/// Time for a frame of a film, which waits.
const RECORDED: Duration = Duration::from_millis(250);

/// What a frame brought.
#[derive(Debug)]
pub struct Symbols {
    /// Symbols that were not read from a frame before.
    pub found: Vec<Found>,
    /// What other symbols may say.
    pub doubtful: Vec<Doubtful>,
}

/// Takes the symbols of a frame, and says whether that is enough.
pub type Take<'a> = &'a mut dyn FnMut(Symbols) -> Result<bool, Failure>;

/// Looks through camera `number` until it has seen enough.
#[cfg(feature = "camera")]
pub fn watch(number: u32, take: Take<'_>) -> Result<(), Failure> {
    let mut camera = crate::scan::Camera::open(number).map_err(|error| {
        Failure::new(error).hint("check that the camera is connected and that no other program uses it")
    })?;
    eprintln!("hold the paper before the camera; Ctrl-C ends");
    follow(&mut camera, LIVE, take).map(|_| ())
}

/// This build has no camera.
#[cfg(not(feature = "camera"))]
pub fn watch(_: u32, _: Take<'_>) -> Result<(), Failure> {
    Err(Failure::new("this nansen was built without a camera")
        .hint("build it with --features camera, or photograph the paper and verify the picture"))
}

/// Looks at a film from its beginning until it has seen enough; says whether a symbol was in view at its end that could not be read.
pub fn play(path: &Path, take: Take<'_>) -> Result<bool, Failure> {
    let mut film = open(path).map_err(|error| {
        Failure::new(format!("{}: {}", path.display(), Failure::new(error)))
            .hint("give a .y4m or .mjpeg film, or a folder of pictures")
    })?;
    follow(film.as_mut(), RECORDED, take)
}

/// A folder of pictures, or a file whose first bytes tell what it is.
fn open(path: &Path) -> Result<Box<dyn FrameSource>, FrameError> {
    if path.is_dir() {
        return Ok(Box::new(Folder::open(path)?));
    }
    let mut file = BufReader::new(File::open(path)?);
    if file.fill_buf()?.starts_with(b"YUV4MPEG2") {
        return Ok(Box::new(Y4m::new(file)?));
    }
    let is_stream =
        path.extension().is_some_and(|end| end.eq_ignore_ascii_case("mjpeg") || end.eq_ignore_ascii_case("mjpg"));
    if is_stream {
        return Ok(Box::new(Mjpeg::new(file)));
    }
    Ok(Box::new(Folder::open(path)?))
}

fn follow(source: &mut dyn FrameSource, image_budget: Duration, take: Take<'_>) -> Result<bool, Failure> {
    let mut video = Video::new(Options { effort: Effort::Fast, image_budget, ..Options::default() });
    let mut said = None;
    loop {
        let frame = match source.next_frame() {
            Ok(Some(frame)) => frame,
            Ok(None) => return Ok(video.has_unread()),
            Err(error @ (FrameError::BadFrame { .. } | FrameError::TooLarge { .. })) => {
                eprintln!("warning: {}", Failure::new(error));
                continue;
            }
            Err(error) => return Err(Failure::new(error)),
        };
        let watched = video.add(&frame);
        let hint = watched.hint.map(words);
        if hint != said {
            if let Some(words) = hint {
                eprintln!("{words}");
            }
            said = hint;
        }
        let Watched { mut found, summed, doubtful, .. } = watched;
        found.extend(summed);
        if !(found.is_empty() && doubtful.is_empty()) && take(Symbols { found, doubtful })? {
            return Ok(false);
        }
    }
}

/// What a person is told.
fn words(hint: Hint) -> &'static str {
    match hint {
        Hint::NoSymbol => "no symbol in view",
        Hint::TooDark { .. } => "more light",
        Hint::CutOff => "the symbol is cut off: further away, or to the middle",
        Hint::TooSmall { .. } => "closer",
        Hint::Tilted { .. } => "hold the paper flat towards the camera",
        Hint::Glare { .. } => "a light is reflected: turn the paper a little",
        Hint::OutOfFocus { .. } => "out of focus: a little further away, or wait for the camera",
        Hint::Moving { .. } => "hold still",
        Hint::Hold { .. } => "hold it there",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_known_by_its_first_bytes_and_a_folder_is_one_too() {
        let folder = tempfile::tempdir().unwrap();
        let film = folder.path().join("film");
        std::fs::write(&film, b"YUV4MPEG2 W2 H1 Cmono\nFRAME\nabFRAME\ncd").unwrap();
        let mut frames = open(&film).unwrap();
        assert_eq!(frames.next_frame().unwrap().unwrap().pixels(), b"ab");
        std::fs::remove_file(&film).unwrap();
        std::fs::write(folder.path().join("1.pgm"), b"P5 2 1 255 xy").unwrap();
        assert_eq!(open(folder.path()).unwrap().next_frame().unwrap().unwrap().pixels(), b"xy");
        let mut symbols = 0;
        play(folder.path(), &mut |frame| {
            symbols += frame.found.len();
            Ok(false)
        })
        .unwrap();
        assert_eq!(symbols, 0);
        assert!(play(&folder.path().join("none"), &mut |_| Ok(true)).unwrap_err().to_string().contains("next: give"));
    }
}
