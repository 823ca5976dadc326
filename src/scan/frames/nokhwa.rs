//! A live camera through nokhwa: V4L2, `AVFoundation` or Media Foundation.

use super::{FrameError, FrameSource};
use crate::scan::grey::GreyImage;
use ::nokhwa::pixel_format::LumaFormat;
use ::nokhwa::utils::{CameraIndex, RequestedFormat, RequestedFormatType};

/// A camera that is switched on.
pub struct Camera {
    camera: ::nokhwa::Camera,
    index: u32,
}

impl Camera {
    /// Switches on camera `index`, counted from 0, at the highest resolution it has.
    ///
    /// # Errors
    /// When there is no such camera or it is in use.
    pub fn open(index: u32) -> Result<Self, FrameError> {
        let failed = |source| FrameError::Camera { index, source: Box::new(source) };
        let format = RequestedFormat::new::<LumaFormat>(RequestedFormatType::AbsoluteHighestResolution);
        let mut camera = ::nokhwa::Camera::new(CameraIndex::Index(index), format).map_err(failed)?;
        camera.open_stream().map_err(failed)?;
        Ok(Self { camera, index })
    }
}

impl FrameSource for Camera {
    fn next_frame(&mut self) -> Result<Option<GreyImage>, FrameError> {
        let failed = |source| FrameError::Camera { index: self.index, source: Box::new(source) };
        let frame = self.camera.frame().map_err(failed)?;
        let grey = frame.decode_image::<LumaFormat>().map_err(failed)?;
        let (width, height) = grey.dimensions();
        Ok(GreyImage::new(width, height, grey.into_raw()))
    }
}
