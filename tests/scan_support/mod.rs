//! Symbols drawn for the tests of reading, and files built around them.
#![allow(dead_code, missing_docs)]

use nansen::scan::{Found, GreyImage, Options, PageResult, ScanError, Summary, scan_bytes};
use std::fmt::Write;
use std::ops::ControlFlow;

/// The modules of a QR symbol, `true` for dark.
pub fn qr(message: &[u8]) -> Vec<Vec<bool>> {
    let code = qrcode::QrCode::with_error_correction_level(message, qrcode::EcLevel::M).unwrap();
    let dark = code.to_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect::<Vec<_>>();
    dark.chunks(code.width()).map(<[bool]>::to_vec).collect()
}

/// Modules written as rows of `#` and `.`.
pub fn modules(rows: &[&str]) -> Vec<Vec<bool>> {
    rows.iter().map(|row| row.bytes().map(|byte| byte == b'#').collect()).collect()
}

/// A symbol on paper: modules, centre, pixels for a module, and degrees of rotation.
pub type Placed<'a> = (&'a [Vec<bool>], (f32, f32), f32, f32);

/// Paints symbols on white paper.
pub fn paint(width: u32, height: u32, symbols: &[Placed<'_>]) -> GreyImage {
    let dark = |x: f32, y: f32| {
        symbols.iter().any(|(modules, (cx, cy), size, degrees)| {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let (dx, dy) = ((x - cx) / size, (y - cy) / size);
            let column = cos * dx + sin * dy + modules[0].len() as f32 / 2.0;
            let row = cos * dy - sin * dx + modules.len() as f32 / 2.0;
            column >= 0.0
                && row >= 0.0
                && modules.get(row as usize).and_then(|row| row.get(column as usize)).copied().unwrap_or(false)
        })
    };
    GreyImage::from_fn(width, height, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let ink = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)]
            .into_iter()
            .filter(|(dx, dy)| dark(x + dx, y + dy))
            .count();
        (235 - ink * 50) as u8
    })
}

/// One symbol in the middle of its paper.
pub fn page(modules: &[Vec<bool>], size: f32, degrees: f32) -> GreyImage {
    let side = ((modules[0].len().max(modules.len()) + 10) as f32 * size * 1.42) as u32;
    paint(side, side, &[(modules, (side as f32 / 2.0, side as f32 / 2.0), size, degrees)])
}

pub fn pgm(image: &GreyImage) -> Vec<u8> {
    let mut bytes = format!("P5 {} {} 255\n", image.width(), image.height()).into_bytes();
    bytes.extend_from_slice(image.pixels());
    bytes
}

pub fn encode(image: &GreyImage, format: image::ImageFormat) -> Vec<u8> {
    let buffer = image::GrayImage::from_raw(image.width(), image.height(), image.pixels().to_vec()).unwrap();
    let mut out = std::io::Cursor::new(Vec::new());
    image::DynamicImage::ImageLuma8(buffer).to_rgb8().write_to(&mut out, format).unwrap();
    out.into_inner()
}

/// Everything that a scan gives.
pub fn scan(bytes: &[u8], options: &Options) -> (Vec<PageResult>, Result<Summary, ScanError>) {
    let mut pages = Vec::new();
    let result = scan_bytes(bytes, options, &mut |page| {
        pages.push(page);
        ControlFlow::Continue(())
    });
    (pages, result)
}

/// The symbols of a scan that succeeds.
pub fn symbols(bytes: &[u8]) -> Vec<Found> {
    let (pages, result) = scan(bytes, &Options::default());
    result.unwrap();
    pages.iter().flat_map(PageResult::found).collect()
}

/// A PDF of numbered objects; the first must be the catalogue.
pub fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        offsets.push(out.len());
        out.extend(format!("{number} 0 obj\n").into_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    for offset in offsets {
        out.extend(format!("{offset:010} 00000 n \n").into_bytes());
    }
    let end = format!("trailer\n<</Size {} /Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    out.extend(end.into_bytes());
    out
}

pub fn stream(dict: &str, data: &[u8]) -> Vec<u8> {
    [format!("<<{dict} /Length {}>>\nstream\n", data.len()).as_bytes(), data, b"\nendstream"].concat()
}

/// References to numbered objects.
pub fn references(numbers: impl Iterator<Item = usize>) -> String {
    numbers.fold(String::new(), |all, number| all + &format!("{number} 0 R "))
}

/// Drawing commands for a symbol with its lower left corner at `x`, `y` points.
pub fn commands(modules: &[Vec<bool>], x: f32, y: f32, size: f32) -> String {
    let mut out = String::from("0 g\n");
    for (row, line) in modules.iter().rev().enumerate() {
        for (column, _) in line.iter().enumerate().filter(|(_, dark)| **dark) {
            let (x, y) = (x + column as f32 * size, y + row as f32 * size);
            writeln!(out, "{x} {y} {size} {size} re f").unwrap();
        }
    }
    out
}

/// A PDF with one A4 page for each content.
pub fn document(contents: &[String]) -> Vec<u8> {
    let kids = references((0..contents.len()).map(|i| 3 + 2 * i));
    let mut objects = vec![
        b"<</Type /Catalog /Pages 2 0 R>>".to_vec(),
        format!("<</Type /Pages /Kids [{kids}] /Count {}>>", contents.len()).into_bytes(),
    ];
    for (i, content) in contents.iter().enumerate() {
        let page = format!("<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R>>", 4 + 2 * i);
        objects.push(page.into_bytes());
        objects.push(stream("", content.as_bytes()));
    }
    pdf(&objects)
}
