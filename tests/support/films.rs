//! Films of a symbol that are worse than any picture of it: made frame by frame, each from its number.

use nansen::scan::GreyImage;
use nansen::symbol::{EcLevel, Matrix, bits_needed, capacity, encode};

/// `SplitMix64` (Steele, Lea, Flood 2014): the same film in every run.
pub struct Dice(u64);

impl Dice {
    /// Numbers that belong to this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Evenly between two numbers.
    pub fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * ((self.bits() >> 40) as f32 / (1_u32 << 24) as f32)
    }

    /// Around zero with a standard deviation of one.
    pub fn normal(&mut self) -> f32 {
        let (a, b) = (self.bits(), self.bits());
        let sum: u64 = [a, a >> 16, a >> 32, a >> 48, b, b >> 16, b >> 32, b >> 48].iter().map(|n| n & 0xffff).sum();
        (sum as f32 - 4.0 * 65_535.0) / (65_536.0 * 0.816_496_6)
    }
}

/// A symbol, nearly full, with the text in it.
pub fn symbol(version: u8, level: EcLevel, seed: u64) -> (Matrix, String) {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut dice = Dice::new(seed);
    let room = capacity(version, level);
    let mut text = String::new();
    while bits_needed(&text, version) + 20 < room {
        text.push(LETTERS[dice.between(0.0, 44.99) as usize] as char);
    }
    (encode(&text, version, level).expect("the text fits"), text)
}

/// What a frame suffers.
#[derive(Clone, Copy, Debug)]
pub struct Damage {
    /// Standard deviation of the sensor's noise, in grey values.
    pub noise: f32,
    /// Standard deviation of the defocus, in modules.
    pub blur: f32,
    /// Length of a motion from left to right, in modules.
    pub smear: f32,
    /// Pixels of any colour, from 0 to 1.
    pub salt: f32,
    /// Radius of a patch of glare, in modules.
    pub glare: f32,
    /// Where the glare lies, in modules from the middle of the frame; anywhere on the symbol, and elsewhere in each frame, if not set.
    pub glare_at: Option<(f32, f32)>,
    /// Largest shift and turn from frame to frame, in modules and degrees.
    pub sway: (f32, f32),
    /// Light on the paper, 1 is good.
    pub light: f32,
}

/// A film of a paper in good light.
pub const GOOD: Damage =
    Damage { noise: 2.0, blur: 0.0, smear: 0.0, salt: 0.0, glare: 0.0, glare_at: None, sway: (1.0, 3.0), light: 1.0 };

/// A camera that is held over a paper.
#[derive(Clone, Copy, Debug)]
pub struct Shot {
    /// Pixels of a frame.
    pub size: (u32, u32),
    /// Pixels of a module.
    pub pitch: f32,
    /// Degrees by which the paper leans away.
    pub tilt: f32,
    /// Where the middle of the symbol is, in modules from the middle of the frame.
    pub at: (f32, f32),
}

impl Shot {
    /// A symbol and some paper around it.
    pub fn around(matrix: &Matrix, pitch: f32) -> Self {
        let side = ((matrix.width() as f32 + 20.0) * pitch) as u32;
        Self { size: (side, side), pitch, tilt: 0.0, at: (0.0, 0.0) }
    }
}

/// One frame.
pub fn frame(matrix: &Matrix, shot: Shot, damage: Damage, seed: u64) -> GreyImage {
    let mut dice = Dice::new(seed);
    let (width, height) = shot.size;
    let middle = matrix.width() as f32 / 2.0;
    let (sway, turn) = damage.sway;
    let shift = (dice.between(-sway, sway) - shot.at.0, dice.between(-sway, sway) - shot.at.1);
    let (sin, cos) = dice.between(-turn, turn).to_radians().sin_cos();
    let (lean, far) = (shot.tilt.to_radians(), 2.0 * matrix.width() as f32);
    let reflectance = |x: f32, y: f32| {
        let (x, y) =
            ((x - width as f32 / 2.0) / shot.pitch + shift.0, (y - height as f32 / 2.0) / shot.pitch + shift.1);
        let (x, y) = (cos * x + sin * y, cos * y - sin * x);
        let deep = far / (far * lean.cos() - y * lean.sin()).max(1.0);
        let (u, v) = (x * deep + middle, y * deep * lean.cos().max(0.01) / lean.cos().max(0.01) + middle);
        let inside = |p: f32| p >= 0.0 && p < matrix.width() as f32;
        if inside(u) && inside(v) && matrix.is_dark(u as usize, v as usize) { 0.06 } else { 0.9 }
    };
    let mut pixels = vec![0.0; width as usize * height as usize];
    for (at, pixel) in pixels.iter_mut().enumerate() {
        let (x, y) = ((at % width as usize) as f32, (at / width as usize) as f32);
        let parts = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)];
        *pixel = parts.iter().map(|(dx, dy)| reflectance(x + dx, y + dy)).sum::<f32>() / 4.0;
    }
    let pixels = blurred(pixels, width as usize, damage.blur * shot.pitch);
    let pixels = smeared(pixels, width as usize, (damage.smear * shot.pitch) as usize);
    let reach = middle * shot.pitch;
    let anywhere = (dice.between(-reach, reach), dice.between(-reach, reach));
    let glare = damage.glare_at.map_or(anywhere, |(x, y)| (x * shot.pitch, y * shot.pitch));
    let glare = (glare.0 + width as f32 / 2.0, glare.1 + height as f32 / 2.0);
    let radius = damage.glare * shot.pitch;
    GreyImage::from_fn(width, height, |x, y| {
        if damage.salt > 0.0 && dice.between(0.0, 1.0) < damage.salt {
            return if dice.between(0.0, 1.0) < 0.5 { 0 } else { 255 };
        }
        let away = (x as f32 - glare.0).hypot(y as f32 - glare.1);
        let shine = if radius > 0.0 { (2.0 * (1.3 - away / radius)).clamp(0.0, 1.0) } else { 0.0 };
        let light = pixels[y as usize * width as usize + x as usize] * damage.light + shine;
        (light * 255.0 + damage.noise * dice.normal()).clamp(0.0, 255.0) as u8
    })
}

/// Motion: the mean of so many pixels of a row.
fn smeared(pixels: Vec<f32>, width: usize, length: usize) -> Vec<f32> {
    if length < 2 {
        return pixels;
    }
    let mean = |at: usize| {
        let row = at / width * width;
        let from = (at % width).saturating_sub(length / 2);
        let part = &pixels[row + from..row + (from + length).min(width)];
        part.iter().sum::<f32>() / part.len() as f32
    };
    (0..pixels.len()).map(mean).collect()
}

/// Defocus: a Gaussian of this standard deviation in pixels.
fn blurred(pixels: Vec<f32>, width: usize, sigma: f32) -> Vec<f32> {
    if sigma < 0.05 {
        return pixels;
    }
    let reach = (sigma * 3.0).ceil() as isize;
    let weights: Vec<f32> = (-reach..=reach).map(|d| (-0.5 * (d as f32 / sigma).powi(2)).exp()).collect();
    let total: f32 = weights.iter().sum();
    let height = pixels.len() / width;
    let along = |pixels: &[f32], rows: bool| -> Vec<f32> {
        (0..pixels.len())
            .map(|at| {
                let (x, y) = ((at % width) as isize, (at / width) as isize);
                let value = |d: isize| {
                    let x = if rows { (x + d).clamp(0, width as isize - 1) } else { x };
                    let y = if rows { y } else { (y + d).clamp(0, height as isize - 1) };
                    pixels[y as usize * width + x as usize]
                };
                weights.iter().zip(-reach..).map(|(weight, d)| weight * value(d)).sum::<f32>() / total
            })
            .collect()
    };
    along(&along(&pixels, true), false)
}
