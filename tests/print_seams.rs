//! No light seams between dark modules, and modules on whole dots of the printer, in poppler, mupdf and ghostscript.
//!
//! Each is asked as it comes, with whatever smoothing it does by itself; one that is not installed is named and skipped.

#[path = "support/print_people.rs"]
#[allow(dead_code)]
mod people;

use std::path::Path;
use std::process::Command;

use image::GrayImage;
use nansen::print::page::{Item, Placed, Turn};
use nansen::print::{Book, BookMeta, Fonts, Layout, Printer, Sheet};
use nansen::symbol::Matrix;

/// Grey above which a dot between two dark modules is a seam.
const DARK_AT_MOST: u8 = 40;

/// Grey below which a dot of a light module is not light.
const LIGHT_AT_LEAST: u8 = 160;

/// A symbol as it lies on the sheet: top left corner and module in mm.
struct Found {
    x: f32,
    y: f32,
    module: f32,
    matrix: Matrix,
}

/// A sheet with a certificate upright in its place, and the symbol on it.
fn sheet(x: f32, y: f32) -> (Sheet, Found) {
    let fonts = Fonts::embedded().unwrap();
    let layout = Layout::from_toml(include_str!("../templates/registration/a4.toml")).unwrap();
    let page = Printer::new(&layout, &fonts).faces(&people::registrations()[0].1).unwrap().remove(0);
    let found = page.items().find_map(|item| match item {
        Item::Symbol { x: left, y: top, module, matrix } => {
            Some(Found { x: x + left, y: y + top, module: *module, matrix: (**matrix).clone() })
        }
        _ => None,
    });
    let (width, height) = (page.width + x, page.height + y);
    let faces = vec![Placed { x, y, turn: Turn::None, page }];
    (Sheet { width, height, faces, marks: Vec::new() }, found.unwrap())
}

/// Renders a page with one of the tools; `None` when the tool is not there.
fn render(tool: &str, pdf: &Path, dots: u32) -> Option<GrayImage> {
    let stem = pdf.with_extension(format!("{tool}.{dots}"));
    let out = format!("{}.pgm", stem.display());
    let mut command = Command::new(tool);
    match tool {
        "pdftoppm" => command.args(["-gray", "-singlefile", "-r", &dots.to_string()]).arg(pdf).arg(&stem),
        "mutool" => command.args(["draw", "-q", "-c", "gray", "-r", &dots.to_string(), "-o", &out]).arg(pdf),
        _ => command
            .args(["-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pgmraw", &format!("-r{dots}")])
            .arg(format!("-sOutputFile={out}"))
            .arg(pdf),
    };
    if let Err(error) = command.output() {
        eprintln!("skipped: {tool} is not there: {error}");
        return None;
    }
    Some(image::open(&out).unwrap_or_else(|error| panic!("{tool}: {error}")).into_luma8())
}

const TOOLS: [&str; 3] = ["pdftoppm", "mutool", "gs"];

fn printed(sheet: Sheet, folder: &Path) -> std::path::PathBuf {
    let mut book = Book::new(Vec::new(), &BookMeta::default()).unwrap();
    book.add(&[sheet]).unwrap();
    let pdf = folder.join("page.pdf");
    std::fs::write(&pdf, book.finish().unwrap()).unwrap();
    pdf
}

/// Light dots on the way from the middle of each dark module to the middle of the dark ones right of it and below it.
fn seams(image: &GrayImage, found: &Found, dots: u32) -> usize {
    let Found { x, y, module, matrix } = found;
    let dot = |length: f32| length / 25.4 * dots as f32;
    let middle = |start: f32, place: usize| (dot(start + module * (place as f32 + 0.5))) as u32;
    let is_light = |x: u32, y: u32| image.get_pixel(x, y).0[0] > DARK_AT_MOST;
    let width = matrix.width();
    let mut seams = 0;
    for row in 0..width {
        for column in 0..width {
            if !matrix.is_dark(column, row) {
                continue;
            }
            let (left, top) = (middle(*x, column), middle(*y, row));
            if column + 1 < width && matrix.is_dark(column + 1, row) {
                seams += usize::from((left..=middle(*x, column + 1)).any(|at| is_light(at, top)));
            }
            if row + 1 < width && matrix.is_dark(column, row + 1) {
                seams += usize::from((top..=middle(*y, row + 1)).any(|at| is_light(left, at)));
            }
        }
    }
    seams
}

#[test]
fn no_light_shows_between_dark_modules() {
    let folder = tempfile::tempdir().unwrap();
    // The second lies on no whole dot of any printer.
    for (x, y) in [(0.0, 0.0), (3.333, 7.777)] {
        let (sheet, found) = sheet(x, y);
        let pdf = printed(sheet, folder.path());
        for tool in TOOLS {
            for dots in [200, 300, 600] {
                let Some(image) = render(tool, &pdf, dots) else { break };
                assert_eq!(seams(&image, &found, dots), 0, "{tool} at {dots} dpi");
            }
        }
    }
}

#[test]
fn modules_are_whole_dots_at_the_printers_resolution_and_at_twice_it() {
    let folder = tempfile::tempdir().unwrap();
    let (sheet, found) = sheet(0.0, 0.0);
    let pdf = printed(sheet, folder.path());
    for tool in TOOLS {
        for dots in [300, 600] {
            let Some(image) = render(tool, &pdf, dots) else { break };
            let dot = |length: f32| (length / 25.4 * dots as f32).round() as u32;
            let (left, top, module) = (dot(found.x), dot(found.y), dot(found.module));
            let mut wrong = 0;
            for row in 0..found.matrix.width() as u32 * module {
                for column in 0..found.matrix.width() as u32 * module {
                    let dark = found.matrix.is_dark((column / module) as usize, (row / module) as usize);
                    let grey = image.get_pixel(left + column, top + row).0[0];
                    // poppler also tints, by an eighth, the dots right of and below what it fills.
                    wrong += usize::from(if dark { grey > DARK_AT_MOST } else { grey < LIGHT_AT_LEAST });
                }
            }
            assert_eq!(wrong, 0, "dots of the wrong colour: {tool} at {dots} dpi");
        }
    }
}
