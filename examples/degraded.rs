//! How much of every layout is read after a telephone and a wallet: `cargo run --release --example degraded -- 20`.
//!
//! Prints a table: each layout of each type, printed at three resolutions, with so many seeds at several severities. A second
//! word leaves out what does not contain it in `TYPE LAYOUT`; a third leaves out every life but those of the must-show.
//! With `calibrate` for the number it prints the read rate of 40 plain symbols at every severity instead, to be held against
//! the rates of another set of degradations.

#[path = "../tests/support/papers.rs"]
mod papers;
#[path = "../tests/support/samples.rs"]
#[allow(dead_code)]
mod samples;

use std::time::Instant;

use nansen::print::Fonts;
use nansen::readback::{Expected, Mix, Place, check, degrade, printed, read, symbols};
use nansen::scan::GreyImage;
use nansen::symbol::{EcLevel, Matrix, bits_needed, capacity, encode};
use rayon::prelude::*;

/// Mixes and severities; those of the must-show first.
const LIVES: [(Mix, f32); 4] = [(Mix::Phone, 3.0), (Mix::Wallet, 1.0), (Mix::Phone, 4.0), (Mix::Wallet, 2.0)];

/// Those of the must-show.
const MUST: &[(Mix, f32)] = LIVES.split_at(2).0;

/// Keeps a picture that was not read in the folder `NANSEN_MISSED`, when there is one.
fn keep(image: &GreyImage, name: &str) -> std::io::Result<()> {
    let Some(folder) = std::env::var_os("NANSEN_MISSED") else { return Ok(()) };
    let mut bytes = format!("P5 {} {} 255\n", image.width(), image.height()).into_bytes();
    bytes.extend(image.pixels());
    std::fs::write(std::path::Path::new(&folder).join(format!("{name}.pgm")), bytes)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args().nth(1).is_some_and(|word| word == "calibrate") {
        return calibrate();
    }
    let seeds: u64 = std::env::args().nth(1).map_or(Ok(20), |count| count.parse())?;
    let fonts = Fonts::embedded()?;
    let only = std::env::args().nth(2).unwrap_or_default();
    let lives = if std::env::args().nth(3).is_some() { MUST } else { &LIVES };
    print!("{:<14} {:<10} {:>4} {:>8} {:>7}", "type", "layout", "dpi", "version", "dots");
    lives.iter().for_each(|(mix, severity)| print!(" {:>9}", format!("{mix:?} {severity}").to_lowercase()));
    println!();
    let (mut all, mut read_back, mut pages, mut spent) = ([0; LIVES.len()], [0; LIVES.len()], 0, 0.0);
    for paper in papers::papers(&fonts, &[203, 300, 600]) {
        let dpi = paper.dpi;
        if !format!("{} {}", paper.type_name, paper.layout).contains(&only) {
            continue;
        }
        let started = Instant::now();
        let expected = Expected { row: 1, serial: &paper.serial, texts: &paper.texts };
        let whole = check(&paper.sheets, &[expected], dpi);
        spent += started.elapsed().as_secs_f64();
        pages += paper.sheets.len();
        let mut text = paper.texts.iter();
        let mut counts = [0; LIVES.len()];
        let mut missed = Vec::new();
        let mut symbol_count = 0;
        let mut size = (0, 0.0);
        for sheet in &paper.sheets {
            let places = symbols(sheet);
            if places.is_empty() {
                continue;
            }
            let raster = printed(sheet, dpi)?;
            for (place, text) in places.iter().zip(text.by_ref()) {
                symbol_count += 1;
                let place = place.on_raster(dpi);
                size = ((place.modules - 17) / 4, place.module);
                for (count, (mix, severity)) in counts.iter_mut().zip(lives.iter().copied()) {
                    let is_missed = |seed: &u64| {
                        let image = degrade(&raster, place, mix, severity, *seed);
                        !read(&image).iter().any(|found| found == text.as_bytes())
                    };
                    let seeds_missed: Vec<u64> = (0..seeds).into_par_iter().filter(is_missed).collect();
                    *count += seeds as usize - seeds_missed.len();
                    if MUST.contains(&(mix, severity)) && !seeds_missed.is_empty() {
                        missed.push(format!("{mix:?} {seeds_missed:?}").to_lowercase());
                        for seed in seeds_missed {
                            let name =
                                format!("{}-{}-{dpi}-{symbol_count}-{mix:?}-{seed}", paper.type_name, paper.layout);
                            keep(&degrade(&raster, place, mix, severity, seed), &name)?;
                        }
                    }
                }
            }
        }
        let symbol = format!("{}{}", size.0, paper.level);
        print!("{:<14} {:<10} {dpi:>4} {symbol:>8} {:>7.1}", paper.type_name, paper.layout, size.1);
        for (at, count) in counts.iter().enumerate().take(lives.len()) {
            all[at] += symbol_count * seeds as usize;
            read_back[at] += count;
            print!(" {:>8.1}%", 100.0 * *count as f64 / (symbol_count * seeds as usize) as f64);
        }
        println!(
            " {}{}",
            missed.join(" "),
            whole.err().map(|error| format!("  NOT READ BACK: {error}")).unwrap_or_default()
        );
    }
    let total: Vec<String> =
        all.iter().zip(read_back).take(lives.len()).map(|(all, read)| format!("{read} of {all}")).collect();
    println!("all: {}", total.join(", "));
    println!("read-back: {:.0} ms a page", 1e3 * spent / pages as f64);
    Ok(())
}

/// Read rates of 40 symbols of usual sizes, at severities 1 to 10.
fn calibrate() -> Result<(), Box<dyn std::error::Error>> {
    const CODES: [(u8, EcLevel); 5] =
        [(10, EcLevel::M), (15, EcLevel::Q), (20, EcLevel::M), (20, EcLevel::L), (25, EcLevel::M)];
    const DOTS: usize = 5;
    let mut symbols = Vec::new();
    for (version, level) in CODES {
        for number in 0..8_usize {
            let letters = b"K7QX2M9D%ZB.0/+R$:1-";
            let mut text = format!("ST1:{number}");
            while bits_needed(&text, version) + 22 <= capacity(version, level) {
                text.push(char::from(letters[(text.len() * 7 + number * 3 + text.len() / 11) % letters.len()]));
            }
            symbols.push((encode(&text, version, level)?, text));
        }
    }
    for mix in [Mix::Phone, Mix::Wallet] {
        let rate = |severity: u8| {
            let good = |(seed, (matrix, text)): (usize, &(Matrix, String))| {
                let side = (matrix.width() + 24) * DOTS;
                let raster = GreyImage::from_fn(side as u32, side as u32, |x, y| {
                    let module = |at: u32| (at as usize / DOTS).checked_sub(12).filter(|at| *at < matrix.width());
                    let dark = module(x).zip(module(y)).is_some_and(|(x, y)| matrix.is_dark(x, y));
                    if dark { 0 } else { 255 }
                });
                let corner = 12.0 * DOTS as f32;
                let place = Place { x: corner, y: corner, module: DOTS as f32, modules: matrix.width() };
                let image = degrade(&raster, place, mix, f32::from(severity), seed as u64);
                read(&image).iter().any(|found| found == text.as_bytes())
            };
            let read = symbols.par_iter().enumerate().filter(|one| good(*one)).count();
            format!("{:.0}", 100.0 * read as f64 / symbols.len() as f64)
        };
        println!("{mix:?}: {}", (1..=10).map(rate).collect::<Vec<_>>().join("/"));
    }
    Ok(())
}
