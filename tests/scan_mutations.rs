//! Ten thousand damaged symbols, and pictures that only look like some: never a panic, never a wrong text.
//!
//! A picture is made from its number alone: `picture(number)` makes the one that a failure names again. With `NANSEN_PICTURES` set to
//! a number, so many are tried instead, each with all the time that a reading may take by default.

#[path = "support/mutations.rs"]
mod mutations;

use mutations::{
    Dice, Drawn, View, at, blocks_erased, change, draw, finder, moire, nested_finders, quadrants_swapped, random_data,
    rows_and_columns_lost, straight, symbols, viewed, zone_plates,
};
use nansen::scan::{Effort, GreyImage, Options, ReaderChoice, scan_image};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

const PICTURES: usize = 10_000;
/// Time for a picture, short because there are many. A fast machine sees more of every picture, and must find no wrong text there.
const BUDGET: Duration = Duration::from_millis(120);
/// Every so many pictures of a kind are read thoroughly.
const THOROUGH: usize = 20;

/// A picture, and the symbols that may be read in it.
type Made = (GreyImage, Vec<Drawn>);
/// Makes a picture of its kind.
type Kind = fn(&[Drawn], &mut Dice) -> Made;

/// What is done to symbols, and what is read where there is none. The kinds that leave most symbols legible come first.
const KINDS: [(&str, Kind); 27] = [
    ("untouched", |all, dice| one(all, dice, |_, _| (), |image, _| image.clone())),
    ("turned, scaled, mirrored", turned),
    ("in perspective", in_perspective),
    ("one half inverted", |all, dice| one(all, dice, |_, _| (), half_inverted)),
    ("several on a page", several),
    ("modules flipped", |all, dice| one(all, dice, flip_modules, |image, _| image.clone())),
    ("pixel noise", |all, dice| one(all, dice, |_, _| (), noisy)),
    ("blocks erased", |all, dice| one(all, dice, |_, _| (), blocks_erased)),
    ("rows and columns lost", |all, dice| one(all, dice, |_, _| (), rows_and_columns_lost)),
    ("cut off", |all, dice| one(all, dice, |_, _| (), cut_off)),
    ("sheared", sheared),
    ("stretched", stretched),
    ("blended with another", blended),
    ("quadrants swapped", |all, dice| one(all, dice, |_, _| (), quadrants_swapped)),
    ("finder patterns overwritten", |all, dice| one(all, dice, overwrite_finders, |image, _| image.clone())),
    ("modules of another", chimera),
    ("format information of another", foreign_format),
    ("data of nobody", |all, dice| nothing_in(one(all, dice, random_data, |image, _| image.clone()))),
    ("data of nobody, few codewords", |all, dice| {
        nothing_in(one(&all[..16], dice, random_data, |image, _| image.clone()))
    }),
    ("among finder patterns", among_finders),
    ("nested finder patterns", |_, dice| (nested_finders(150 + dice.roll(150) as u32, dice.between(1.0, 9.0)), vec![])),
    ("a few pixels", a_few_pixels),
    ("checkerboard", |_, dice| (checkerboard(dice), vec![])),
    ("timing patterns everywhere", |_, dice| (timing(dice), vec![])),
    ("moiré of lines", |_, dice| (moire(200, 150, dice), vec![])),
    ("moiré of circles", |_, dice| (zone_plates(200, 150, dice.between(6.0, 60.0)), vec![])),
    ("noise", |_, dice| (noise(dice), vec![])),
];

#[test]
fn damaged_symbols_are_read_rightly_or_not_at_all() {
    let all = symbols();
    let asked = std::env::var("NANSEN_PICTURES").ok().map(|count| count.parse().expect("a number of pictures"));
    let (pictures, budget) = asked.map_or((PICTURES, BUDGET), |count| (count, Options::default().image_budget));
    let outcomes: Vec<Outcome> = (0..pictures).into_par_iter().map(|number| read(number, &all, budget)).collect();
    let mut wrong = Vec::new();
    println!("{:32} {:>8} {:>8} {:>8}", "", "pictures", "read", "texts");
    for (kind, (name, _)) in KINDS.iter().enumerate() {
        let of_kind: Vec<&Outcome> = outcomes.iter().skip(kind).step_by(KINDS.len()).collect();
        let read = of_kind.iter().filter(|outcome| outcome.right > 0).count();
        let texts: usize = of_kind.iter().map(|outcome| outcome.right).sum();
        println!("{name:32} {:8} {read:8} {texts:8}", of_kind.len());
        wrong.extend(of_kind.iter().flat_map(|outcome| &outcome.wrong).map(|what| format!("{name}, {what}")));
        if kind < 3 {
            assert!(read * 2 > of_kind.len(), "{name}: a test that reads nothing shows nothing");
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What came of a picture.
#[derive(Default)]
struct Outcome {
    right: usize,
    wrong: Vec<String>,
}

fn picture(number: usize, all: &[Drawn]) -> Made {
    KINDS[number % KINDS.len()].1(all, &mut Dice::new(number as u64))
}

fn read(number: usize, all: &[Drawn], image_budget: Duration) -> Outcome {
    let (image, symbols) = picture(number, all);
    let thorough = (number / KINDS.len()).is_multiple_of(THOROUGH);
    let effort = if thorough { Effort::Thorough } else { Effort::Fast };
    let options = Options { effort, reader: ReaderChoice::Own, image_budget, ..Options::default() };
    let Ok(readings) = catch_unwind(AssertUnwindSafe(|| scan_image(&image, &options))) else {
        return Outcome { right: 0, wrong: vec![format!("picture {number}: panic")] };
    };
    let mut outcome = Outcome::default();
    for found in readings.into_iter().flat_map(|reading| reading.found) {
        if symbols.iter().any(|symbol| symbol.text.as_bytes() == found.bytes) {
            outcome.right += 1;
        } else {
            let (kind, version, text) = (found.kind, found.version, String::from_utf8_lossy(&found.bytes));
            outcome.wrong.push(format!("picture {number} {effort:?}: {kind} {version:?} {text:?}"));
        }
    }
    outcome
}

fn any<'a>(all: &'a [Drawn], dice: &mut Dice) -> &'a Drawn {
    &all[dice.roll(all.len())]
}

/// A symbol whose modules are changed, then drawn, then its pixels are changed.
fn one(
    all: &[Drawn],
    dice: &mut Dice,
    modules: fn(&mut Drawn, &mut Dice),
    pixels: fn(&GreyImage, &mut Dice) -> GreyImage,
) -> Made {
    let mut symbol = any(all, dice).clone();
    modules(&mut symbol, dice);
    let image = straight(&symbol, dice);
    (pixels(&image, dice), vec![symbol])
}

/// The same picture, in which there is nothing to be read.
fn nothing_in(made: Made) -> Made {
    (made.0, Vec::new())
}

fn turned(all: &[Drawn], dice: &mut Dice) -> Made {
    let mut symbol = any(all, dice).clone();
    if dice.percent(20) {
        symbol.modules.iter_mut().for_each(|row| row.reverse());
    }
    let size = dice.between(2.5, 5.0);
    let view = View::turned(size, dice.between(0.0, 360.0));
    (viewed(&symbol, view, size * 1.4, dice), vec![symbol])
}

fn in_perspective(all: &[Drawn], dice: &mut Dice) -> Made {
    let symbol = any(all, dice).clone();
    let size = dice.between(3.0, 5.0);
    let tilt = (dice.between(-0.35, 0.35), dice.between(-0.35, 0.35));
    let view = View { tilt, ..View::turned(size, dice.between(0.0, 360.0)) };
    (viewed(&symbol, view, size * 1.5, dice), vec![symbol])
}

fn sheared(all: &[Drawn], dice: &mut Dice) -> Made {
    let symbol = any(all, dice).clone();
    let mut entry = |middle: f32| middle + dice.between(-0.22, 0.22);
    let view = View { matrix: [[entry(0.4), entry(0.0)], [entry(0.0), entry(0.4)]], tilt: (0.0, 0.0) };
    (viewed(&symbol, view, 4.0, dice), vec![symbol])
}

fn stretched(all: &[Drawn], dice: &mut Dice) -> Made {
    let symbol = any(all, dice).clone();
    let (x, y) = if dice.percent(50) { (dice.between(2.0, 30.0), 2.0) } else { (1.5, dice.between(1.5, 30.0)) };
    let view = View { matrix: [[1.0 / x, 0.0], [0.0, 1.0 / y]], tilt: (0.0, 0.0) };
    let side = (symbol.width() + 8) as f32;
    (draw(&symbol.modules, (side * x) as u32, (side * y) as u32, view, dice), vec![symbol])
}

fn half_inverted(image: &GreyImage, dice: &mut Dice) -> GreyImage {
    let (middle, by_row) = (i64::from(image.width() / 2), dice.percent(50));
    let whole = dice.percent(50);
    change(image, |x, y| {
        let pixel = at(image, x, y);
        if whole || (if by_row { y } else { x }) < middle { 255 - pixel } else { pixel }
    })
}

fn several(all: &[Drawn], dice: &mut Dice) -> Made {
    let symbols: Vec<Drawn> = (0..2 + dice.roll(3)).map(|_| all[dice.roll(all.len() / 2)].clone()).collect();
    let images: Vec<GreyImage> = symbols.iter().map(|symbol| straight(symbol, dice)).collect();
    let widest = images.iter().map(GreyImage::width).max().unwrap_or(1);
    let rows: Vec<(&GreyImage, u32)> =
        images.iter().flat_map(|image| (0..image.height()).map(move |y| (image, y))).collect();
    let pixel = |x: u32, y: u32| at(rows[y as usize].0, i64::from(x), i64::from(rows[y as usize].1));
    (GreyImage::from_fn(widest, rows.len() as u32, pixel), symbols)
}

fn flip_modules(symbol: &mut Drawn, dice: &mut Dice) {
    let share = dice.between(0.0, 0.5).powi(2);
    let (area, width) = (symbol.width().pow(2), symbol.width());
    for _ in 0..(area as f32 * share) as usize {
        let (x, y) = (dice.roll(width), dice.roll(width));
        symbol.modules[y][x] ^= true;
    }
}

fn noisy(image: &GreyImage, dice: &mut Dice) -> GreyImage {
    let (chance, most) = (dice.roll(101), 1.0 + dice.between(0.0, 14.0).powi(2));
    change(image, |x, y| {
        let noise = if dice.percent(chance) { dice.between(-most, most) } else { 0.0 };
        (f32::from(at(image, x, y)) + noise) as u8
    })
}

fn cut_off(image: &GreyImage, dice: &mut Dice) -> GreyImage {
    let (w, h) = (image.width() as usize, image.height() as usize);
    let (left, top) = (dice.roll(w / 3) as u32, dice.roll(h / 3) as u32);
    let (width, height) = if dice.percent(50) { (w, h) } else { (dice.roll(w), dice.roll(h)) };
    image.cut(left, top, width as u32, height as u32)
}

fn blended(all: &[Drawn], dice: &mut Dice) -> Made {
    let (a, b) = (any(all, dice).clone(), any(all, dice).clone());
    let (below, above) = (straight(&a, dice), straight(&b, dice));
    let (share, dx, dy) = (dice.between(0.0, 1.0), dice.roll(60) as i64 - 30, dice.roll(60) as i64 - 30);
    let mix = |a: u8, b: u8| (f32::from(a) * (1.0 - share) + f32::from(b) * share) as u8;
    (change(&below, |x, y| mix(at(&below, x, y), at(&above, x + dx, y + dy))), vec![a, b])
}

/// Finder patterns where there are none, and none where they were.
fn overwrite_finders(symbol: &mut Drawn, dice: &mut Dice) {
    let last = symbol.width() - 7;
    for _ in 0..=dice.roll(4) {
        let (x0, y0) = match dice.roll(5) {
            0 => (0, 0),
            1 => (last, 0),
            2 => (0, last),
            3 => (last, last),
            _ => (dice.roll(last), dice.roll(last)),
        };
        let what = dice.roll(4);
        for (x, y) in (0..49).map(|i| (i % 7, i / 7)) {
            let new = [finder(x, y), false, true, dice.percent(50)][what];
            symbol.modules[y0 + y][x0 + x] = new;
        }
    }
}

/// Modules of two symbols of one version: the left of one and the right of the other, or a window.
fn chimera(all: &[Drawn], dice: &mut Dice) -> Made {
    let a = any(all, dice);
    let same: Vec<&Drawn> = all.iter().filter(|other| other.width() == a.width()).collect();
    let b = same[dice.roll(same.len())];
    let (left, top) = (dice.roll(a.width()), if dice.percent(50) { 0 } else { dice.roll(a.width()) });
    let mut mixed = a.clone();
    for y in top..a.width() {
        mixed.modules[y][left..].copy_from_slice(&b.modules[y][left..]);
    }
    (straight(&mixed, dice), vec![a.clone(), b.clone()])
}

/// The modules around the finder patterns that say level and mask (ISO/IEC 18004 §7.9) from another symbol.
fn foreign_format(all: &[Drawn], dice: &mut Dice) -> Made {
    let mut symbol = any(all, dice).clone();
    let (other, width) = (any(all, dice), symbol.width());
    let there = |place: usize| if place < 9 { place } else { other.width() - (width - place) };
    for place in (0..9).chain(width - 8..width).filter(|place| *place != 6) {
        symbol.modules[8][place] = other.modules[8][there(place)];
        symbol.modules[place][8] = other.modules[there(place)][8];
    }
    (straight(&symbol, dice), vec![symbol])
}

fn among_finders(all: &[Drawn], dice: &mut Dice) -> Made {
    let symbol = any(&all[..32], dice).clone();
    let inner = straight(&symbol, dice);
    let (size, edge) = (dice.between(1.0, 3.0), 20 + dice.roll(60) as i64);
    let side = inner.width() + 2 * edge as u32;
    let field = nested_finders(side, size);
    let pixel = |x: i64, y: i64| {
        let (u, v) = (x - edge, y - edge);
        let inside = u.min(v) >= 0 && u.max(v) < i64::from(inner.width());
        if inside { at(&inner, u, v) } else { at(&field, x, y) }
    };
    (change(&field, pixel), vec![symbol])
}

/// One pixel, a line of them, or fewer than any symbol has modules.
fn a_few_pixels(all: &[Drawn], dice: &mut Dice) -> Made {
    let image = straight(any(all, dice), dice);
    let mut side = || [1, 2, 3, 7, 20, 400][dice.roll(6)] as u32;
    let (width, height) = (side(), side());
    if width.min(height) > 20 {
        return (GreyImage::from_fn(1, 1, |_, _| 0), Vec::new());
    }
    (GreyImage::from_fn(width, height, |x, y| at(&image, i64::from(x) + 5, i64::from(y) + 5)), Vec::new())
}

fn checkerboard(dice: &mut Dice) -> GreyImage {
    let (u, v) = (dice.between(1.0, 9.0), dice.between(1.0, 9.0));
    let lean = dice.between(-0.3, 0.3);
    GreyImage::from_fn(180, 180, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let square = ((x + lean * y) / u).floor() + ((y - lean * x) / v).floor();
        if square.rem_euclid(2.0) < 1.0 { 15 } else { 240 }
    })
}

/// Stripes that alternate as timing patterns do, across three finder patterns.
fn timing(dice: &mut Dice) -> GreyImage {
    let width = 21 + 4 * dice.roll(10);
    let by_row = dice.roll(3);
    let dark = |x: usize, y: usize| match by_row {
        0 => x.is_multiple_of(2),
        1 => y.is_multiple_of(2),
        _ => (x + y).is_multiple_of(2) || x * y % 3 == 1,
    };
    let module = |x: usize, y: usize| {
        let (near_x, near_y) = (x.min(width - 1 - x), y.min(width - 1 - y));
        let is_corner = near_x < 8 && near_y < 8 && (x < 8 || y < 8);
        if is_corner { finder(near_x, near_y) } else { dark(x, y) }
    };
    let modules = (0..width).map(|y| (0..width).map(|x| module(x, y)).collect()).collect();
    straight(&Drawn { text: String::new(), modules }, dice)
}

fn noise(dice: &mut Dice) -> GreyImage {
    let grain = dice.between(1.0, 7.0);
    let side = (120.0 / grain) as i64 + 2;
    let grains: Vec<u8> = (0..side * side).map(|_| dice.roll(256) as u8).collect();
    let (two, straight) = (dice.percent(50), |value: u8| if value < 128 { 10 } else { 245 });
    GreyImage::from_fn(120, 120, |x, y| {
        let grain = grains[((y as f32 / grain) as i64 * side + (x as f32 / grain) as i64) as usize];
        if two { straight(grain) } else { grain }
    })
}
