//! Pictures that look like thousands of symbols: every reader comes back within bounded time and memory, and with nothing.
//!
//! Hostile files are in `scan_hostile.rs`; these are pictures that any camera may meet. They have a process of their own, because a
//! reader that is left behind by its deadline may go on for minutes.

#[path = "support/mutations.rs"]
#[allow(dead_code)]
mod mutations;
#[path = "support/scans.rs"]
#[allow(dead_code)]
mod scans;
#[path = "support/stopwatch.rs"]
mod stopwatch;

use mutations::{Dice, Drawn, View, draw, finder, moire, nested_finders, random_data, zone_plates};
use nansen::scan::{Effort, GreyImage, Options, ReaderChoice, scan_image};
use nansen::symbol::{EcLevel, encode};
use std::time::Duration;
use stopwatch::Stopwatch;

/// Time for each reading.
const BUDGET: Duration = Duration::from_millis(400);
/// What a reading may take beyond that, in milliseconds: far more than it should. Waiting for a core does not count, so that a
/// busy machine fails nobody.
const SLACK_MS: f64 = 15_000.0;
/// What the whole process may take, in kilobytes.
const MOST_MEMORY: u64 = 900_000;

const READERS: [(&str, ReaderChoice, Effort); 4] = [
    ("fast", ReaderChoice::Own, Effort::Fast),
    ("own", ReaderChoice::Own, Effort::Thorough),
    ("rxing", ReaderChoice::Rxing, Effort::Thorough),
    ("rqrr", ReaderChoice::Rqrr, Effort::Thorough),
];

fn pictures() -> Vec<(&'static str, GreyImage)> {
    vec![
        ("finder patterns of one pixel a module", finders(1500, 1500, |_| 1.0)),
        ("finder patterns of every size", finders(1500, 1200, |place| 1.0 + place * 6.0)),
        ("nested finder patterns", nested_finders(1400, 20.0)),
        ("one finder pattern in another", nested_finders(1400, 155.0)),
        ("moiré of lines", moire(1600, 1200, &mut Dice::new(3))),
        ("rings", GreyImage::from_fn(1200, 1200, |x, y| rings(x as f32 - 600.0, y as f32 - 600.0))),
        ("a wall of symbols that nobody encoded", wall(2, 2.0, 16)),
        ("a wall of larger symbols that nobody encoded", wall(10, 2.0, 6)),
        ("a symbol of version 40 that nobody encoded", wall(40, 6.0, 1)),
        ("alignment patterns everywhere", alignment_patterns()),
        ("a long line", GreyImage::from_fn(200_000, 3, |x, _| if finder(x as usize % 9, 3) { 10 } else { 240 })),
        ("a tall line", GreyImage::from_fn(2, 300_000, |_, y| if finder(3, y as usize % 9) { 10 } else { 240 })),
        // Last, because rqrr takes minutes for them and is left behind.
        ("moiré of circles, coarse", zone_plates(1400, 1000, 40.0)),
        ("moiré of circles, fine", zone_plates(1400, 1000, 16.0)),
    ]
}

#[test]
fn pictures_that_look_like_thousands_of_symbols_end_within_the_budget() {
    println!("{:50} {:>8} {:>8} {:>8} {:>8}", "seconds", "fast", "own", "rxing", "rqrr");
    for (name, image) in pictures() {
        let mut seconds = Vec::new();
        for (reader, choice, effort) in READERS {
            let options = Options { effort, reader: choice, image_budget: BUDGET, ..Options::default() };
            let watch = Stopwatch::start();
            let found = scan_image(&image, &options).remove(0).found;
            let ms = watch.ms();
            seconds.push(format!("{:8.2}", ms / 1e3));
            assert!(found.is_empty(), "{name}, {reader}: {found:?}");
            assert!(ms < BUDGET.as_millis() as f64 + SLACK_MS, "{name}, {reader}: {ms} ms");
        }
        println!("{name:50} {}", seconds.join(" "));
        let memory = peak_memory();
        assert!(memory < MOST_MEMORY, "{name}: {memory} kilobytes");
    }
    println!("at most {} kilobytes", peak_memory());
}

#[test]
fn a_photograph_that_makes_rqrr_panic_makes_nobody_else() {
    let Some(scans) = scans::Scan::all() else { return };
    // Not in every copy of the folder.
    let Some(scan) = scans.iter().find(|scan| scan.name == "zxing-6/0006.jpg") else { return };
    let grey = image::open(&scan.path).unwrap().into_luma8();
    let image = GreyImage::new(grey.width(), grey.height(), grey.into_raw()).unwrap();
    for (reader, choice, effort) in READERS {
        let found = scan_image(&image, &Options { effort, reader: choice, ..Options::default() }).remove(0).found;
        assert!(found.iter().all(|found| scan.holds(&found.bytes)), "{reader}: {found:?}");
    }
}

/// The most memory that this process ever had, in kilobytes; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

/// Finder patterns side by side, their modules as large as the place in the picture (0 to 1 from left to right) says.
fn finders(width: u32, height: u32, module: fn(f32) -> f32) -> GreyImage {
    let mut columns = Vec::new();
    let mut left = 0.0;
    while left < width as f32 {
        let size = module(left / width as f32);
        columns.push((left, size));
        left += 8.0 * size;
    }
    GreyImage::from_fn(width, height, |x, y| {
        let column = columns.partition_point(|(left, _)| *left <= x as f32) - 1;
        let (left, size) = columns[column];
        let (u, v) = ((x as f32 - left) / size, (y as f32 / size) % 8.0);
        if finder(u as usize, v as usize) { 15 } else { 240 }
    })
}

/// One ring in another, as wide as those of a finder pattern a few pixels from the middle, and ever wider.
fn rings(x: f32, y: f32) -> u8 {
    let ring = (x.hypot(y).max(3.0) / 3.0).ln() / 0.51;
    if ring.rem_euclid(2.0) < 1.0 { 15 } else { 240 }
}

/// Symbols with all their function patterns around data of chance.
fn wall(version: u8, pixels_per_module: f32, count: u32) -> GreyImage {
    let matrix = encode("NOBODY", version, EcLevel::L).unwrap();
    let width = matrix.width();
    let mut dice = Dice::new(u64::from(version));
    let side = ((width + 8) as f32 * pixels_per_module) as u32;
    let tiles: Vec<GreyImage> = (0..count * count)
        .map(|_| {
            let modules = (0..width).map(|y| (0..width).map(|x| matrix.is_dark(x, y)).collect()).collect();
            let mut symbol = Drawn { text: String::new(), modules };
            random_data(&mut symbol, &mut dice);
            draw(&symbol.modules, side, side, View::straight(pixels_per_module), &mut dice)
        })
        .collect();
    let pixel = |x: u32, y: u32| tiles[(y / side * count + x / side) as usize].row(y % side)[(x % side) as usize];
    GreyImage::from_fn(side * count, side * count, pixel)
}

/// The finder patterns of version 40 around nothing but alignment patterns.
fn alignment_patterns() -> GreyImage {
    let matrix = encode("NOBODY", 40, EcLevel::L).unwrap();
    let width = matrix.width();
    let module = |x: usize, y: usize| {
        let is_corner = (x < 8 || x >= width - 8) && (y < 8 || y >= width - 8) && !(x >= width - 8 && y >= width - 8);
        let ring = (x % 6).abs_diff(2).max((y % 6).abs_diff(2));
        if is_corner { matrix.is_dark(x, y) } else { ring == 0 || ring == 2 }
    };
    let modules: Vec<Vec<bool>> = (0..width).map(|y| (0..width).map(|x| module(x, y)).collect()).collect();
    draw(&modules, 950, 950, View::straight(5.0), &mut Dice::new(40))
}
