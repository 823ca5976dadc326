//! What happens to a printed symbol between the printer and the reader.
//!
//! A raster as the printer makes it and the place of a symbol on it come in; a picture as a scanner or a telephone would take
//! it goes out. The mixtures and their strengths are those of the project's stress set for readers: the telephone tilts,
//! blurs, smears, shades and packs; the wallet folds, crumples, fades and stains. All lengths are in modules, so that a
//! strength means the same on every printer. Everything follows from the seed.

use super::plane::{Field, Plane, quantile};
use super::seeded::Seeded;
use crate::scan::GreyImage;

/// Reflectance of the paper.
const PAPER: f32 = 0.90;
/// Reflectance of ink.
const INK: f32 = 0.06;
/// Reflectance of the table that the paper lies on.
const TABLE: f32 = 0.55;
/// Modules around the symbol that are in the picture: its quiet zone and some of the page.
const MARGIN: f32 = 10.0;
/// Pixels for a module in a good picture.
const GOOD_PITCH: f32 = 5.0;

/// A kind of life that a paper may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mix {
    /// A new print, photographed by a hand that shakes: tilt, defocus, motion, shadow, noise, JPEG, falling resolution.
    Phone,
    /// Folded and carried: crumples, faded ink, dropout, stains, creases; a good camera.
    Wallet,
}

/// Where a symbol stands on a raster, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Left edge of the first module.
    pub x: f32,
    /// Top edge of the first module.
    pub y: f32,
    /// Side of a module.
    pub module: f32,
    /// Modules on a side.
    pub modules: usize,
}

/// Takes a picture of the symbol at `place` after a life of this kind. A `severity` of 1 is ordinary, of 10 hopeless.
pub fn degrade(raster: &GreyImage, place: Place, mix: Mix, severity: f32, seed: u64) -> GreyImage {
    let mut seeded = Seeded::new(seed);
    match mix {
        Mix::Phone => phone(&Patch::cut(raster, place), severity, &mut seeded),
        Mix::Wallet => wallet(Patch::cut(raster, place), severity, &mut seeded),
    }
}

/// The part of a raster around a symbol.
struct Patch {
    plane: Plane,
    /// Pixels for a module.
    module: f32,
    /// Modules of the symbol.
    modules: f32,
    /// Modules of the patch.
    across: f32,
}

impl Patch {
    fn cut(raster: &GreyImage, place: Place) -> Self {
        let modules = place.modules as f32;
        let across = modules + 2.0 * MARGIN;
        let side = (across * place.module).ceil() as usize;
        let (left, top) = ((place.x - MARGIN * place.module).round(), (place.y - MARGIN * place.module).round());
        let plane = Plane::from_fn(side, side, |x, y| {
            let (x, y) = (left + x as f32, top + y as f32);
            if x < 0.0 || y < 0.0 || x >= raster.width() as f32 || y >= raster.height() as f32 {
                return TABLE;
            }
            INK + (PAPER - INK) * f32::from(raster.row(y as u32)[x as usize]) / 255.0
        });
        Self { plane, module: place.module, modules, across }
    }

    /// Changes every pixel, which is at a place in modules.
    fn change(&mut self, mut change: impl FnMut(f32, f32, f32) -> f32) {
        let (width, module) = (self.plane.width, self.module);
        for (at, value) in self.plane.values.iter_mut().enumerate() {
            let place = |at: usize| (at as f32 + 0.5) / module;
            *value = change(place(at % width), place(at / width), *value);
        }
    }

    /// Values of a field on the symbol, for its quantiles.
    fn on_symbol(&self, field: &Field) -> Vec<f32> {
        let count = (self.modules * 2.0) as usize;
        let place = |at: usize| MARGIN + at as f32 / 2.0;
        (0..count * count).map(|at| field.at(place(at % count), place(at / count))).collect()
    }

    /// Takes a picture with `pitch` pixels for a module. `aim` says which place of the patch a place of the picture shows,
    /// both in modules around the centre.
    fn capture(&self, pitch: f32, zoom: f32, aim: impl Fn(f32, f32) -> (f32, f32)) -> Plane {
        const FINE: usize = 2;
        let side = (self.across * pitch * zoom).ceil() as usize;
        let fine_pitch = pitch * FINE as f32;
        let density = self.module / fine_pitch;
        // Fine rasters are smoothed before they are sampled coarsely.
        let smooth = (density > 1.3).then(|| self.plane.clone().blurred(0.35 * density));
        let source = smooth.as_ref().unwrap_or(&self.plane);
        let middle = (side * FINE) as f32 / 2.0;
        Plane::from_fn(side, side, |x, y| {
            let mut sum = 0.0;
            for part in 0..FINE * FINE {
                let fine = |at: usize, part: usize| ((at * FINE + part) as f32 + 0.5 - middle) / fine_pitch;
                let (u, v) = aim(fine(x, part % FINE), fine(y, part / FINE));
                sum += source.at((u + self.across / 2.0) * self.module, (v + self.across / 2.0) * self.module, TABLE);
            }
            sum / (FINE * FINE) as f32
        })
    }
}

fn phone(patch: &Patch, severity: f32, seeded: &mut Seeded) -> GreyImage {
    let pitch = 5.2 - 0.28 * severity;
    let turn = seeded.between(-25.0, 25.0).to_radians();
    let view = Tilt::new((4.0 * severity).to_radians(), seeded.direction(), 2.0 * patch.modules);
    let shift = (seeded.between(-0.5, 0.5) / pitch, seeded.between(-0.5, 0.5) / pitch);
    let seen = patch.capture(pitch, 1.25, |x, y| {
        let (x, y) = rotated(x + shift.0, y + shift.1, turn);
        view.on_paper(x, y)
    });
    let motion = (0.12 * severity * pitch).max(0.3);
    let mut seen = seen.blurred(0.065 * severity * pitch).smeared(motion, seeded.direction());
    let side = seen.width as f32;
    let shade = Field::new(side, side, side / 2.0, seeded);
    let width = seen.width;
    for (at, value) in seen.values.iter_mut().enumerate() {
        let depth = 0.5 + 0.5 * (2.0 * shade.at((at % width) as f32, (at / width) as f32)).tanh();
        *value *= (1.0 - 0.07 * severity * depth).clamp(0.15, 1.0);
    }
    packed(seen.exposed(1.0 + severity, seeded), 95.0 - 5.0 * severity)
}

fn wallet(mut patch: Patch, severity: f32, seeded: &mut Seeded) -> GreyImage {
    wear(&mut patch, severity, seeded);
    stain(&mut patch, severity, seeded);
    // Crumpling shifts the print by a slow field; its correlation is 18 modules.
    let crumples = [(); 2].map(|()| Field::new(patch.across, patch.across, 18.0, seeded));
    let turn = seeded.between(-3.0, 3.0).to_radians();
    let half = patch.across / 2.0;
    let seen = patch.capture(GOOD_PITCH, 1.0, |x, y| {
        let (x, y) = rotated(x, y, turn);
        let shift = |field: &Field| 0.11 * severity * field.at(x + half, y + half);
        (x + shift(&crumples[0]), y + shift(&crumples[1]))
    });
    packed(seen.blurred(0.2 * GOOD_PITCH).exposed(3.0, seeded), 80.0)
}

/// Ink that has come off: in blobs, along two folds, and everywhere a little.
fn wear(patch: &mut Patch, severity: f32, seeded: &mut Seeded) {
    let blobs = Field::new(patch.across, patch.across, 0.6, seeded);
    let bare = quantile(patch.on_symbol(&blobs), 0.02 * severity);
    let folds = [(); 2].map(|()| patch.across / 2.0 + seeded.between(-0.2, 0.2) * patch.modules);
    patch.change(|u, v, value| {
        let mut ink = (PAPER - value) / (PAPER - INK);
        if blobs.at(u, v) < bare {
            ink *= 0.15;
        }
        ink *= 1.0 - 0.07 * severity;
        for distance in [(u - folds[0]).abs(), (v - folds[1]).abs()] {
            ink *= (distance / (0.05 * severity)).clamp(0.0, 1.0);
        }
        PAPER + (INK - PAPER) * ink.clamp(-0.2, 1.0)
    });
}

fn stain(patch: &mut Patch, severity: f32, seeded: &mut Seeded) {
    let stains = Field::new(patch.across, patch.across, patch.modules / 3.5, seeded);
    let dry = quantile(patch.on_symbol(&stains), 1.0 - 0.03 * severity);
    patch.change(|u, v, value| if stains.at(u, v) > dry { value * 0.55 } else { value });
}

fn rotated(x: f32, y: f32, angle: f32) -> (f32, f32) {
    let (sin, cos) = angle.sin_cos();
    (cos * x + sin * y, cos * y - sin * x)
}

/// Paper seen from aslant through a pinhole.
struct Tilt {
    sin: f32,
    cos: f32,
    towards: f32,
    distance: f32,
}

impl Tilt {
    fn new(angle: f32, towards: f32, distance: f32) -> Self {
        Self { sin: angle.sin(), cos: angle.cos(), towards, distance }
    }

    /// The place on the paper that is seen at a place of the picture.
    fn on_paper(&self, x: f32, y: f32) -> (f32, f32) {
        let (along, across) = rotated(x, y, self.towards);
        // The ray through (along, across) at the pinhole's distance meets the tilted plane at this multiple of it.
        let reach = (self.distance * self.cos - along * self.sin).max(1e-3);
        let factor = self.distance / reach;
        rotated(along * factor, across * factor * self.cos, -self.towards)
    }
}

/// Through JPEG and back.
fn packed(image: GreyImage, quality: f32) -> GreyImage {
    use image::codecs::jpeg::JpegEncoder;
    use image::{ExtendedColorType, ImageFormat};
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, quality.clamp(1.0, 100.0) as u8);
    let done = { encoder }.encode(image.pixels(), image.width(), image.height(), ExtendedColorType::L8);
    let decoded = done.and_then(|()| image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg));
    match decoded {
        Ok(decoded) => {
            let (width, height) = (decoded.width(), decoded.height());
            GreyImage::new(width, height, decoded.into_luma8().into_raw()).unwrap_or(image)
        }
        Err(_) => image,
    }
}
