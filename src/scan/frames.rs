//! Frames in, one after the other: from a camera, or from files that stand for one in tests and at desks without a camera.

mod files;
mod mjpeg;
#[cfg(feature = "camera")]
mod nokhwa;
mod y4m;

pub use files::Folder;
pub use mjpeg::Mjpeg;
#[cfg(feature = "camera")]
pub use nokhwa::Camera;
pub use y4m::Y4m;

use super::error::ScanError;
use super::grey::GreyImage;

/// Most bytes of one encoded frame.
const MOST_FRAME_BYTES: usize = 64 << 20;
/// Most pixels of a frame.
const MOST_FRAME_PIXELS: u64 = 36_000_000;

/// Something that yields frames.
pub trait FrameSource {
    /// The next frame; `None` when there are no more.
    ///
    /// # Errors
    /// When the source is damaged or gone. Asking again may give the next frame or the same error.
    fn next_frame(&mut self) -> Result<Option<GreyImage>, FrameError>;
}

/// Why no frame came.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The bytes could not be read.
    #[error("frames cannot be read")]
    Io(#[from] std::io::Error),
    /// A frame is no image.
    #[error("frame {number} is not an image")]
    BadFrame {
        /// Counted from 1.
        number: u64,
        /// What is wrong with it.
        #[source]
        source: ScanError,
    },
    /// The stream breaks the rules of its format.
    #[error("not a {format} stream")]
    BadStream {
        /// Name of the format.
        format: &'static str,
    },
    /// A frame is larger than frames are taken.
    #[error("frame {number} is too large")]
    TooLarge {
        /// Counted from 1.
        number: u64,
    },
    /// The camera does not answer.
    #[error("camera {index} does not answer")]
    Camera {
        /// Number of the camera, from 0.
        index: u32,
        /// What its driver said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
