//! `--camera`: frames until a symbol is read.

use super::Failure;
use crate::scan::Found;

/// Looks through camera `number` and hands over the symbols of the first frame that has some.
#[cfg(feature = "camera")]
pub fn watch(number: u32, take: &mut dyn FnMut(Vec<Found>) -> Result<(), Failure>) -> Result<(), Failure> {
    use crate::scan::frames::{FrameSource as _, nokhwa::Camera};
    use crate::scan::{Effort, Options, scan_image};

    let mut camera = Camera::open(number).map_err(|error| {
        Failure::new(error).hint("check that the camera is connected and that no other program uses it")
    })?;
    eprintln!("hold the paper before the camera; Ctrl-C ends");
    let options = Options { effort: Effort::Fast, ..Options::default() };
    while let Some(frame) = camera.next_frame().map_err(Failure::new)? {
        let readings = scan_image(&frame, &options);
        let found: Vec<Found> = readings.into_iter().flat_map(|reading| reading.found).collect();
        if !found.is_empty() {
            return take(found);
        }
    }
    Ok(())
}

/// This build has no camera.
#[cfg(not(feature = "camera"))]
pub fn watch(_: u32, _: &mut dyn FnMut(Vec<Found>) -> Result<(), Failure>) -> Result<(), Failure> {
    Err(Failure::new("this nansen was built without a camera")
        .hint("build it with --features camera, or photograph the paper and verify the picture"))
}
