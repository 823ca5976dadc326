//! A frame and the symbol in it in, what the person with the camera could do better out.
//!
//! What a hint names is measured, not guessed from a reading that failed: light over the frame, sharpness at the edges of the finder
//! patterns (ISO/IEC 18004 §6.3.3), whose shape is known, and glare in windows that the mask leaves neither all light nor all dark.

use crate::scan::grey::GreyImage;
use crate::scan::qr::{Outline, Unread};
use std::collections::VecDeque;

/// What would help.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Hint {
    /// Nothing looks like a symbol.
    NoSymbol,
    /// There is too little light.
    TooDark {
        /// Grey value that only two pixels of a hundred exceed.
        brightest: u8,
    },
    /// A part of the symbol lies outside of the frame: it is too near, or not in the middle.
    CutOff,
    /// The symbol is too far away.
    TooSmall {
        /// Side of a module.
        pixels_per_module: f32,
    },
    /// The paper is seen from too far aside.
    Tilted {
        /// Angle between the paper and the sensor.
        degrees: f32,
    },
    /// A light is reflected by the paper.
    Glare {
        /// Part of the symbol that is washed out.
        percent: f32,
    },
    /// The camera has not focused on the paper.
    OutOfFocus {
        /// Standard deviation of the blur, in modules.
        modules: f32,
    },
    /// The paper or the camera moves.
    Moving {
        /// Standard deviation of the blur, in modules.
        modules: f32,
    },
    /// The symbol is in view, and more frames will do.
    Hold {
        /// Frames of it so far.
        frames: usize,
    },
}

/// Paper darker than this leaves ink no room below it.
const DARK: u8 = 70;
/// Pixels that a module should have at least; good pictures are read with fewer.
const LEAST_PIXELS: f32 = 2.5;
/// Pictures from farther aside are read badly.
const MOST_TILT: f32 = 55.0;
/// So much of the symbol washed out, in per cent, is more than a dense symbol can afford beside other damage.
const MOST_GLARE: f32 = 2.5;
/// Blur from which readings fail, in modules: at 0.65 single pictures are lost.
const MOST_BLUR: f32 = 0.5;
/// Blur so many times as strong in one direction as in the other is motion.
const ONE_SIDED: f32 = 1.6;
/// A symbol that lies so many modules from where it was in the last frame moves.
const FAST: f32 = 1.5;
/// A hint is shown once so many of the latest frames have asked for it.
const HELD: usize = 5;
/// So many frames are the latest ones.
const LATEST: usize = 8;

/// What is known of a frame.
pub(super) struct Sight<'a> {
    pub(super) image: &'a GreyImage,
    /// The symbol that is in view and was not read.
    pub(super) symbol: Option<&'a Unread>,
    /// By how many modules it has moved since the last frame, and in how many frames it was seen.
    pub(super) moved: f32,
    pub(super) frames: usize,
    /// Finder patterns: centres and modules in pixels.
    pub(super) finders: Vec<((f32, f32), f32)>,
}

/// What would help most.
pub(super) fn advise(sight: &Sight<'_>) -> Hint {
    let light = Light::of(sight.image);
    if light.high < DARK {
        return Hint::TooDark { brightest: light.high };
    }
    match sight.symbol.and_then(|symbol| Some((symbol, Outline::of(symbol)?))) {
        Some((symbol, outline)) => about(sight, symbol, &outline),
        None => without_symbol(sight, &light),
    }
}

fn about(sight: &Sight<'_>, symbol: &Unread, outline: &Outline) -> Hint {
    let (width, height, module) = (sight.image.width() as f32, sight.image.height() as f32, symbol.module());
    let inside = |(x, y): &(f32, f32)| x.min(width - x) > -0.5 * module && y.min(height - y) > -0.5 * module;
    if !symbol.corners().iter().all(inside) {
        return Hint::CutOff;
    }
    if module < LEAST_PIXELS {
        return Hint::TooSmall { pixels_per_module: module };
    }
    let degrees = (1.0 / outline.stretch().max(1.0)).acos().to_degrees();
    if degrees > MOST_TILT {
        return Hint::Tilted { degrees };
    }
    let percent = glare(sight.image, outline);
    if percent > MOST_GLARE {
        return Hint::Glare { percent };
    }
    let (across, down) = blur(sight.image, outline);
    let modules = across.max(down);
    if modules > MOST_BLUR {
        let one_sided = modules > ONE_SIDED * across.min(down);
        return if one_sided || sight.moved > FAST { Hint::Moving { modules } } else { Hint::OutOfFocus { modules } };
    }
    Hint::Hold { frames: sight.frames }
}

/// What may be wrong where no symbol was made out.
fn without_symbol(sight: &Sight<'_>, light: &Light) -> Hint {
    let finders = &sight.finders;
    if finders.len() >= 2 {
        let mut modules: Vec<f32> = finders.iter().map(|(_, module)| *module).collect();
        modules.sort_by(f32::total_cmp);
        let pixels_per_module = modules[modules.len() / 2];
        if pixels_per_module < LEAST_PIXELS {
            return Hint::TooSmall { pixels_per_module };
        }
    }
    if finders.len() == 2 && third_is_outside(sight.image, finders[0], finders[1]) {
        return Hint::CutOff;
    }
    // In focus, the sharpest edges of a picture take no more than two pixels.
    if finders.is_empty() && light.contrast() > 60 && f32::from(light.steepest) < 0.3 * f32::from(light.contrast()) {
        return Hint::OutOfFocus { modules: 1.0 };
    }
    Hint::NoSymbol
}

/// Whether the third finder pattern of a symbol may lie beyond the edge.
fn third_is_outside(image: &GreyImage, a: ((f32, f32), f32), b: ((f32, f32), f32)) -> bool {
    let ((ax, ay), (bx, by)) = (a.0, b.0);
    if !(0.6..1.7).contains(&(a.1 / b.1.max(1e-3))) {
        return false;
    }
    let (dx, dy, margin) = (bx - ax, by - ay, 3.5 * f32::midpoint(a.1, b.1));
    let outside = |x: f32, y: f32| {
        x < margin || y < margin || x > image.width() as f32 - margin || y > image.height() as f32 - margin
    };
    // On either side of the two, beside both of them.
    [1.0, -1.0].iter().any(|side| outside(ax - side * dy, ay + side * dx) && outside(bx - side * dy, by + side * dx))
}

/// Brightness and edges of a frame, from some of its pixels.
struct Light {
    low: u8,
    high: u8,
    /// Difference over two pixels that only one in a thousand exceeds.
    steepest: u8,
}

impl Light {
    fn of(image: &GreyImage) -> Self {
        let (mut grey, mut edges) = ([0_u32; 256], [0_u32; 256]);
        for y in (0..image.height()).step_by(3) {
            let row = image.row(y);
            for pair in row.windows(3).step_by(2) {
                grey[usize::from(pair[0])] += 1;
                edges[usize::from(pair[2].abs_diff(pair[0]))] += 1;
            }
        }
        Self { low: quantile(&grey, 0.02), high: quantile(&grey, 0.98), steepest: quantile(&edges, 0.999) }
    }

    fn contrast(&self) -> u8 {
        self.high - self.low
    }
}

fn quantile(counts: &[u32; 256], part: f32) -> u8 {
    let wanted = counts.iter().sum::<u32>() as f32 * part;
    let mut sum = 0.0;
    let reached = counts.iter().position(|count| {
        sum += *count as f32;
        sum >= wanted
    });
    reached.unwrap_or(255) as u8
}

/// Part of the symbol, in per cent, that lies in windows of 5 × 5 modules as light as can be.
fn glare(image: &GreyImage, outline: &Outline) -> f32 {
    const WINDOW: usize = 5;
    /// Mean grey value of a window that is washed out.
    const WASHED_OUT: f32 = 247.0;
    let side = outline.side();
    let mut sums = vec![0.0; (side + 1) * (side + 1)];
    for y in 0..side {
        let mut row = 0.0;
        for x in 0..side {
            row += outline.brightness(image, (x as f32 + 0.5, y as f32 + 0.5));
            sums[(y + 1) * (side + 1) + x + 1] = sums[y * (side + 1) + x + 1] + row;
        }
    }
    let at = |x: usize, y: usize| sums[y * (side + 1) + x];
    let windows = side + 1 - WINDOW;
    let washed_out = (0..windows * windows)
        .filter(|number| {
            let (x, y) = (number % windows, number / windows);
            let sum = at(x + WINDOW, y + WINDOW) - at(x, y + WINDOW) - at(x + WINDOW, y) + at(x, y);
            sum >= WASHED_OUT * (WINDOW * WINDOW) as f32
        })
        .count();
    100.0 * washed_out as f32 / (windows * windows) as f32
}

/// Standard deviation of the blur across and down, in modules, from the edges of the finder patterns.
fn blur(image: &GreyImage, outline: &Outline) -> (f32, f32) {
    /// Distance over which a slope is measured, in modules.
    const SPAN: f32 = 0.6;
    const STEPS: usize = 36;
    let finders = outline.finders();
    let mean = |places: &mut dyn Iterator<Item = (f32, f32)>| {
        let (mut sum, mut count) = (0.0, 0.0_f32);
        for place in places {
            sum += outline.brightness(image, place);
            count += 1.0;
        }
        sum / count.max(1.0)
    };
    let square = |reach: f32| {
        (0..25)
            .map(move |at| ((at % 5) as f32 / 2.0 - 1.0, (at / 5) as f32 / 2.0 - 1.0))
            .map(move |(u, v)| (reach * u, reach * v))
    };
    let ink = mean(&mut finders.iter().flat_map(|(x, y)| square(0.6).map(move |(u, v)| (x + u, y + v))));
    // The quiet zone outside of each pattern.
    let middle = outline.side() as f32 / 2.0;
    let out = |at: f32| if at < middle { at - 5.5 } else { at + 5.5 };
    let paper = mean(&mut finders.iter().flat_map(|&(x, y)| {
        (-3..=3).flat_map(move |along| {
            let along = along as f32;
            [(out(x), y + along), (x + along, out(y))]
        })
    }));
    let steepest = |turned: bool| {
        let profile = |step: usize| {
            let away = step as f32 / 10.0;
            mean(&mut finders.iter().flat_map(|&(x, y)| {
                (-10..=10).flat_map(move |along| {
                    let along = along as f32 / 10.0;
                    [away, -away].map(|away| if turned { (x + along, y + away) } else { (x + away, y + along) })
                })
            }))
        };
        let values: Vec<f32> = (0..STEPS).map(profile).collect();
        let span = (SPAN * 10.0) as usize;
        values.iter().zip(&values[span..]).map(|(a, b)| (b - a).abs()).fold(0.0, f32::max) / SPAN
    };
    let sigma = |slope: f32| unmixed((paper - ink).max(1.0) / (slope.max(1.0) * std::f32::consts::TAU.sqrt()));
    (sigma(steepest(false)), sigma(steepest(true)))
}

/// The blur that makes an edge beside two others, one and two modules away, as flat as one of `alone` makes a single edge.
fn unmixed(alone: f32) -> f32 {
    let mut sigma = alone;
    for _ in 0..8 {
        let beside = |modules: f32| (-modules * modules / (2.0 * sigma * sigma).max(1e-6)).exp();
        sigma = f32::midpoint(sigma, alone * (1.0 - beside(1.0) + beside(2.0)));
    }
    sigma
}

/// A hint that does not flicker.
#[derive(Debug, Default)]
pub(super) struct Steady {
    latest: VecDeque<Option<Hint>>,
    shown: Option<Hint>,
}

impl Steady {
    /// The hint of the last frame.
    pub(super) fn latest(&self) -> Option<Hint> {
        self.latest.back().copied().flatten()
    }

    /// Takes the hint of a frame and gives the one to show: that which most of the last frames asked for.
    pub(super) fn take(&mut self, hint: Option<Hint>) -> Option<Hint> {
        let same = |a: &Option<Hint>, b: &Option<Hint>| {
            a.as_ref().map(std::mem::discriminant) == b.as_ref().map(std::mem::discriminant)
        };
        if self.latest.len() == LATEST {
            self.latest.pop_front();
        }
        self.latest.push_back(hint);
        let times = self.latest.iter().filter(|other| same(other, &hint)).count();
        if times >= HELD || same(&self.shown, &hint) {
            self.shown = hint;
        }
        self.shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_shown_once_it_has_held_and_stays_until_another_has() {
        let mut steady = Steady::default();
        let dark = |brightest| Some(Hint::TooDark { brightest });
        let shown: Vec<Option<Hint>> = [10, 20, 30, 40, 50].into_iter().map(|at| steady.take(dark(at))).collect();
        assert_eq!(shown, [None, None, None, None, dark(50)]);
        assert_eq!(steady.take(Some(Hint::CutOff)), dark(50));
        assert_eq!(steady.take(dark(60)), dark(60));
        assert_eq!((0..LATEST).map(|_| steady.take(None)).last(), Some(None));
    }
}
