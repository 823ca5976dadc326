//! Time to read a camera frame, ours beside rxing, and the ratio of the two.
//!
//! ```text
//! NANSEN_SHARED=DIR cargo bench --bench reader
//! ```
//!
//! First comes divan's listing, then a line for each frame in which the readers took turns, so that what else the machine does
//! meets all of them. With `NANSEN_SHARED`, photographs are read too.

#[path = "../tests/support/scans.rs"]
#[allow(dead_code)]
mod scans;
#[path = "../tests/support/stopwatch.rs"]
mod stopwatch;

use std::fmt;
use std::sync::OnceLock;

use divan::Bencher;
use nansen::scan::{Effort, GreyImage, Options, ReaderChoice, scan_image};
use nansen::symbol::{EcLevel, bits_needed, capacity, encode};
use stopwatch::Stopwatch;

/// Sides of a frame, in pixels.
const FRAME: (u32, u32) = (1280, 960);
/// Version of the symbol in it.
const VERSION: u8 = 20;
/// Times that every reader has its turn.
const TURNS: usize = 15;
/// Of so many photographs one is read.
const PHOTOGRAPHS: usize = 4;

/// What a frame shows.
#[derive(Clone, Copy, Debug)]
enum Frame {
    /// A clean symbol with this many pixels a module, turned by so many degrees.
    Symbol(f32, f32),
    /// Paper and desk.
    Empty,
    /// Leaves, gravel, a carpet.
    Noisy,
}

const FRAMES: [Frame; 5] =
    [Frame::Symbol(5.0, 0.0), Frame::Symbol(8.0, 0.0), Frame::Symbol(7.0, 12.0), Frame::Empty, Frame::Noisy];

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Symbol(size, degrees) => write!(f, "version {VERSION}, {size} px/module, {degrees}°"),
            Self::Empty => f.write_str("nothing on it"),
            Self::Noisy => f.write_str("noisy background"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Reader {
    Fast,
    Thorough,
    Rxing,
}

const READERS: [Reader; 3] = [Reader::Fast, Reader::Thorough, Reader::Rxing];

impl Reader {
    /// Symbols in an image.
    fn read(self, image: &GreyImage) -> usize {
        let (reader, effort) = match self {
            Self::Fast => (ReaderChoice::Own, Effort::Fast),
            Self::Thorough => (ReaderChoice::Own, Effort::Thorough),
            Self::Rxing => (ReaderChoice::Rxing, Effort::Thorough),
        };
        let readings = scan_image(image, &Options { reader, effort, ..Options::default() });
        readings.iter().map(|reading| reading.found.len()).sum()
    }

    fn milliseconds(self, image: &GreyImage) -> f64 {
        let watch = Stopwatch::start();
        divan::black_box(self.read(image));
        watch.ms()
    }
}

#[divan::bench(args = FRAMES)]
fn fast(bencher: Bencher, frame: Frame) {
    bench(bencher, Reader::Fast, frame);
}

#[divan::bench(args = FRAMES, sample_count = 20)]
fn thorough(bencher: Bencher, frame: Frame) {
    bench(bencher, Reader::Thorough, frame);
}

#[divan::bench(args = FRAMES)]
fn rxing(bencher: Bencher, frame: Frame) {
    bench(bencher, Reader::Rxing, frame);
}

#[divan::bench(args = [Reader::Fast, Reader::Rxing], sample_count = 3, sample_size = 1)]
fn photographs(bencher: Bencher, reader: Reader) {
    bencher.bench_local(|| photographs_at_hand().iter().map(|image| reader.read(image)).sum::<usize>());
}

fn bench(bencher: Bencher, reader: Reader, frame: Frame) {
    let image = frame.image();
    bencher.bench_local(|| reader.read(divan::black_box(&image)));
}

fn main() {
    divan::main();
    if std::env::args().any(|word| word == "--bench") {
        ratios();
    }
}

/// A line for each frame: milliseconds of every reader, and what ours take of the time of rxing.
fn ratios() {
    let [head, ms, ratio] = ["frame", "fast thorough rxing, ms", "fast and thorough ÷ rxing"];
    println!("\n{head:34} {ms:>30} {ratio:>28}");
    for frame in FRAMES {
        let image = frame.image();
        let read = READERS.map(|reader| reader.read(&image));
        if matches!(frame, Frame::Symbol(..)) {
            assert_eq!(read, [1; 3], "{frame}: every reader reads a clean symbol");
        }
        line(&frame.to_string(), std::slice::from_ref(&image), &READERS);
    }
    if !photographs_at_hand().is_empty() {
        line(&format!("every {PHOTOGRAPHS}th photograph"), photographs_at_hand(), &[Reader::Fast, Reader::Rxing]);
    }
}

/// The sum over the images of the median of every reader's turns.
fn line(name: &str, images: &[GreyImage], readers: &[Reader]) {
    let turns = if images.len() > 1 { 3 } else { TURNS };
    let mut sums = vec![0.0; readers.len()];
    for image in images {
        let mut times = vec![Vec::new(); readers.len()];
        for _ in 0..turns {
            for (times, reader) in times.iter_mut().zip(readers) {
                times.push(reader.milliseconds(image));
            }
        }
        for (sum, times) in sums.iter_mut().zip(&mut times) {
            times.sort_by(f64::total_cmp);
            *sum += times[turns / 2];
        }
    }
    let (rxing, ours) = sums.split_last().expect("rxing is the last of the readers");
    let ms: Vec<String> = sums.iter().map(|sum| format!("{sum:9.2}")).collect();
    let ratios: Vec<String> = ours.iter().map(|sum| format!("{:9.2}", sum / rxing)).collect();
    println!("{name:34} {:>30} {:>28}", ms.join(" "), ratios.join(" "));
}

impl Frame {
    /// As a camera sees it: a sheet of paper on a darker desk, light that falls off a little, and a little noise.
    fn image(self) -> GreyImage {
        let mut noise = Noise(7);
        let modules = symbol();
        let (width, height) = (FRAME.0 as f32, FRAME.1 as f32);
        let dark = |x: f32, y: f32| {
            let Self::Symbol(size, degrees) = self else { return false };
            let (sin, cos) = degrees.to_radians().sin_cos();
            let (dx, dy) = ((x - width / 2.0) / size, (y - height / 2.0) / size);
            let half = modules.len() as f32 / 2.0;
            let (u, v) = (cos * dx + sin * dy + half, cos * dy - sin * dx + half);
            u >= 0.0 && v >= 0.0 && u < half * 2.0 && v < half * 2.0 && modules[v as usize][u as usize]
        };
        GreyImage::from_fn(FRAME.0, FRAME.1, |x, y| {
            let (x, y) = (x as f32, y as f32);
            let is_paper = (width / 2.0 - x).abs() < 610.0 && (height / 2.0 - y).abs() < 465.0;
            let (paper, grain) = match self {
                Self::Noisy => (128.0, 110.0),
                _ if is_paper => (215.0, 4.0),
                _ => (95.0, 10.0),
            };
            let ink = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)];
            let ink = ink.into_iter().filter(|(dx, dy)| dark(x + dx, y + dy)).count() as f32 / 4.0;
            let light = 1.0 - 0.2 * x / width;
            ((paper - ink * 170.0) * light + grain * noise.next()) as u8
        })
    }
}

/// The modules of a symbol that is nearly full.
fn symbol() -> &'static [Vec<bool>] {
    static MODULES: OnceLock<Vec<Vec<bool>>> = OnceLock::new();
    MODULES.get_or_init(|| {
        let room = capacity(VERSION, EcLevel::M);
        let mut text = "NP1:".to_owned() + &"2NZ7.K0+A9:QX*4/".repeat(room / 80);
        while bits_needed(&text, VERSION) > room {
            text.pop();
        }
        let matrix = encode(&text, VERSION, EcLevel::M).expect("the text fits");
        (0..matrix.width()).map(|y| (0..matrix.width()).map(|x| matrix.is_dark(x, y)).collect()).collect()
    })
}

/// Some of the shared photographs.
fn photographs_at_hand() -> &'static [GreyImage] {
    static IMAGES: OnceLock<Vec<GreyImage>> = OnceLock::new();
    IMAGES.get_or_init(|| {
        let scans = scans::Scan::all().unwrap_or_default();
        let load = |scan: &scans::Scan| {
            let grey = image::open(&scan.path).expect("a photograph of the index").into_luma8();
            GreyImage::new(grey.width(), grey.height(), grey.into_raw()).expect("a photograph has pixels")
        };
        scans.iter().step_by(PHOTOGRAPHS).map(load).collect()
    })
}

/// Between −1 and 1, the same every time (xorshift64*).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }
}
