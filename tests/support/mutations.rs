//! Symbols drawn on paper, and what can happen to them: damage by design, and pictures that only look like symbols.
//!
//! Everything follows from a seed, so that a picture that made a test fail can be made again.

use nansen::scan::GreyImage;
use nansen::symbol::{EcLevel, Matrix, bits_needed, capacity, encode};

/// xorshift64*: the same changes in every run.
pub struct Dice(u64);

impl Dice {
    /// Seeds that lie side by side give numbers that do not.
    pub fn new(seed: u64) -> Self {
        let mut dice = Self((seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        dice.roll(2);
        dice
    }

    /// 0 to `below - 1`.
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % below.max(1)
    }

    /// Between two numbers.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.roll(1 << 20) as f32 / (1 << 20) as f32
    }

    /// Whether one of a hundred equal chances, so many of which say yes, does.
    pub fn percent(&mut self, chance: usize) -> bool {
        self.roll(100) < chance
    }
}

/// Modules in rows, `true` for dark, and the text in them.
#[derive(Clone)]
pub struct Drawn {
    pub text: String,
    pub modules: Vec<Vec<bool>>,
}

impl Drawn {
    fn new(matrix: &Matrix, text: String) -> Self {
        let width = matrix.width();
        let row = |y| (0..width).map(|x| matrix.is_dark(x, y)).collect();
        Self { text, modules: (0..width).map(row).collect() }
    }

    /// Modules on a side.
    pub fn width(&self) -> usize {
        self.modules.len()
    }
}

/// Symbols of every version from 1 to 10 at every level, nearly full, each with a text of its own.
pub fn symbols() -> Vec<Drawn> {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut dice = Dice::new(1);
    let mut all = Vec::new();
    for version in 1..=10 {
        for level in [EcLevel::L, EcLevel::M, EcLevel::Q, EcLevel::H] {
            for _ in 0..2 {
                let room = capacity(version, level);
                let mut text: String = (0..room / 5).map(|_| LETTERS[dice.roll(45)] as char).collect();
                while bits_needed(&text, version) > room {
                    text.pop();
                }
                let matrix = encode(&text, version, level).expect("the text fits");
                all.push(Drawn::new(&matrix, text));
            }
        }
    }
    all
}

/// How modules become pixels: pixel from the middle of the picture → module from the middle of the symbol.
#[derive(Clone, Copy)]
pub struct View {
    /// Two rows of a matrix that takes pixels to modules.
    pub matrix: [[f32; 2]; 2],
    /// How fast the distance grows to the right and to the bottom, for a square symbol of width one.
    pub tilt: (f32, f32),
}

impl View {
    /// Straight from above.
    pub fn straight(pixels_per_module: f32) -> Self {
        Self { matrix: [[1.0 / pixels_per_module, 0.0], [0.0, 1.0 / pixels_per_module]], tilt: (0.0, 0.0) }
    }

    /// Turned by this angle.
    pub fn turned(pixels_per_module: f32, degrees: f32) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let s = pixels_per_module;
        Self { matrix: [[cos / s, sin / s], [-sin / s, cos / s]], tilt: (0.0, 0.0) }
    }
}

/// Draws modules in the middle of a sheet of paper.
pub fn draw(modules: &[Vec<bool>], width: u32, height: u32, view: View, dice: &mut Dice) -> GreyImage {
    let (paper, ink) = (dice.between(170.0, 250.0), dice.between(5.0, 90.0));
    let (rows, columns) = (modules.len() as f32, modules[0].len() as f32);
    let (jx, jy) = (dice.between(-0.5, 0.5), dice.between(-0.5, 0.5));
    let [across, down] = view.matrix;
    let dark = |x: f32, y: f32| {
        let (x, y) = (x - width as f32 / 2.0 + jx, y - height as f32 / 2.0 + jy);
        let (u, v) = (across[0] * x + across[1] * y, down[0] * x + down[1] * y);
        let depth = 1.0 + (view.tilt.0 * u + view.tilt.1 * v) / rows;
        let (u, v) = (u / depth + columns / 2.0, v / depth + rows / 2.0);
        depth > 0.05 && u >= 0.0 && v >= 0.0 && u < columns && v < rows && modules[v as usize][u as usize]
    };
    GreyImage::from_fn(width, height, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let share = (u8::from(dark(x + 0.25, y + 0.3)) + u8::from(dark(x + 0.75, y + 0.7))) as f32 / 2.0;
        (paper + (ink - paper) * share) as u8
    })
}

/// A symbol with its quiet zone, straight.
pub fn straight(symbol: &Drawn, dice: &mut Dice) -> GreyImage {
    let size = dice.between(2.0, 5.0);
    let side = ((symbol.width() + 8) as f32 * size) as u32;
    draw(&symbol.modules, side, side, View::straight(size), dice)
}

/// A symbol with room around it, seen with this view.
pub fn viewed(symbol: &Drawn, view: View, side: f32, dice: &mut Dice) -> GreyImage {
    let side = ((symbol.width() + 8) as f32 * side) as u32;
    draw(&symbol.modules, side, side, view, dice)
}

/// The pixel, or paper where there is none.
pub fn at(image: &GreyImage, x: i64, y: i64) -> u8 {
    let inside = (0..i64::from(image.width())).contains(&x) && (0..i64::from(image.height())).contains(&y);
    if inside { image.row(y as u32)[x as usize] } else { 230 }
}

/// A picture of the same size, pixel by pixel.
pub fn change(image: &GreyImage, mut pixel: impl FnMut(i64, i64) -> u8) -> GreyImage {
    GreyImage::from_fn(image.width(), image.height(), |x, y| pixel(i64::from(x), i64::from(y)))
}

/// Rows and columns left out, or twice there.
pub fn rows_and_columns_lost(image: &GreyImage, dice: &mut Dice) -> GreyImage {
    let mut keep = |side: u32| {
        let mut kept: Vec<i64> = (0..i64::from(side)).collect();
        for _ in 0..dice.roll(12) {
            let place = dice.roll(kept.len());
            if dice.percent(50) && kept.len() > 1 {
                kept.remove(place);
            } else {
                kept.insert(place, kept[place]);
            }
        }
        kept
    };
    let (columns, rows) = (keep(image.width()), keep(image.height()));
    let pixel = |x: u32, y: u32| at(image, columns[x as usize], rows[y as usize]);
    GreyImage::from_fn(columns.len() as u32, rows.len() as u32, pixel)
}

/// Rectangles of one grey.
pub fn blocks_erased(image: &GreyImage, dice: &mut Dice) -> GreyImage {
    let (w, h) = (image.width() as usize, image.height() as usize);
    let blocks: Vec<[usize; 5]> = (0..=dice.roll(6))
        .map(|_| [dice.roll(w), dice.roll(h), dice.roll(w / 3), dice.roll(h / 3), dice.roll(256)])
        .collect();
    change(image, |x, y| {
        let inside = |b: &&[usize; 5]| {
            (b[0]..b[0] + b[2]).contains(&(x as usize)) && (b[1]..b[1] + b[3]).contains(&(y as usize))
        };
        blocks.iter().find(inside).map_or_else(|| at(image, x, y), |block| block[4] as u8)
    })
}

/// The quarters of the picture in another order.
pub fn quadrants_swapped(image: &GreyImage, dice: &mut Dice) -> GreyImage {
    let (w, h) = (i64::from(image.width() / 2), i64::from(image.height() / 2));
    let (a, b) = (dice.roll(4) as i64, 1 + dice.roll(3) as i64);
    change(image, |x, y| {
        let here = i64::from(x >= w) + 2 * i64::from(y >= h);
        let from = if here == a {
            (a + b) % 4
        } else if here == (a + b) % 4 {
            a
        } else {
            here
        };
        at(image, x % w + (from % 2) * w, y % h + (from / 2) * h)
    })
}

/// Whether a module of a finder pattern is dark; outside of its seven modules it is the separator.
pub fn finder(x: usize, y: usize) -> bool {
    x < 7 && y < 7 && x.abs_diff(3).max(y.abs_diff(3)) != 2
}

/// Finder patterns over the whole picture, and one in the middle of each of them, and so on.
pub fn nested_finders(side: u32, module: f32) -> GreyImage {
    fn dark(x: f32, y: f32, module: f32) -> bool {
        let (u, v) = (x / module, y / module);
        let in_stone = (2.0..5.0).contains(&u) && (2.0..5.0).contains(&v);
        if in_stone && module >= 4.0 {
            return dark(x - 2.0 * module, y - 2.0 * module, module * 3.0 / 7.0);
        }
        u >= 0.0 && v >= 0.0 && finder(u as usize, v as usize)
    }
    let pitch = module * 9.0;
    GreyImage::from_fn(side, side, |x, y| {
        if dark((x as f32 + 0.5) % pitch, (y as f32 + 0.5) % pitch, module) { 20 } else { 235 }
    })
}

/// Two or three gratings over each other, as in a photograph of a screen.
pub fn moire(width: u32, height: u32, dice: &mut Dice) -> GreyImage {
    let mut wave = || {
        let (angle, pitch) = (dice.between(0.0, std::f32::consts::TAU), dice.between(1.8, 14.0));
        (angle.cos() / pitch, angle.sin() / pitch, dice.between(0.0, 0.01))
    };
    let waves = [wave(), wave(), wave()];
    let hard = dice.percent(50);
    GreyImage::from_fn(width, height, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let value = |(kx, ky, chirp): &(f32, f32, f32)| {
            let phase = kx * x + ky * y + chirp * (x * kx).powi(2);
            (phase * std::f32::consts::TAU).cos()
        };
        let sum: f32 = waves.iter().map(value).sum();
        if hard { if sum > 0.0 { 240 } else { 10 } } else { (128.0 + sum * 42.0) as u8 }
    })
}

/// Rings around every point of a grid, `pitch` pixels apart: what a sensor sees of circles that are finer than its pixels. Their
/// widths are nearly those of a finder pattern.
pub fn zone_plates(width: u32, height: u32, pitch: f32) -> GreyImage {
    GreyImage::from_fn(width, height, |x, y| {
        let (x, y) = (x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0);
        let phase = std::f32::consts::PI * ((x * x + y * y) / pitch).rem_euclid(2.0);
        (128.0 - 110.0 * phase.cos()) as u8
    })
}

/// Finder, timing and format patterns of a symbol around modules that nobody encoded.
pub fn random_data(symbol: &mut Drawn, dice: &mut Dice) {
    let (width, dark) = (symbol.width(), 20 + dice.roll(60));
    for (x, y) in (0..width * width).map(|i| (i % width, i / width)) {
        let in_corner = (x < 9 || x >= width - 8) && (y < 9 || y >= width - 8) && !(x >= width - 8 && y >= width - 8);
        if !in_corner && x != 6 && y != 6 {
            symbol.modules[y][x] = dice.percent(dark);
        }
    }
}
