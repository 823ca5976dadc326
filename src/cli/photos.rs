//! The face on a checked paper: saved as a file that any viewer opens, or shown in the terminal.

use std::io::Write;
use std::path::Path;

use super::Failure;
use super::output::{cannot_write, write_whole};
use crate::format::photo::PhotoFile;
use crate::format::{Format, Statement};
use crate::gate::json::hex;
use crate::issue::paper::signed_picture;
use crate::issue::subject::digest;
use crate::verify::Finding;

/// Columns that a face takes in a terminal.
const COLUMNS: u32 = 24;

/// Saves the photo of a checked paper as `SERIAL.webp` or what its format is.
pub fn save(folder: &Path, kid: &[u8], said: &Statement) -> Result<(), Failure> {
    let Some(photo) = &said.photo else { return Ok(()) };
    let Some(file) = PhotoFile::of(said) else { return Ok(()) };
    // A serial of another issuer's paper is not a file name until it is made one.
    let plain =
        |text: &str| text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(64).collect::<String>();
    let serial = plain(said.serial.as_deref().unwrap_or_default());
    // Papers without a serial, and equal serials of two issuers, must not overwrite each other's faces.
    let digest = hex(&digest(&[&hex(kid), &format!("{:?}", photo.bytes)])[..4]);
    let name = match said.format {
        Format::Nansen => serial,
        _ if serial.is_empty() => format!("paper-{digest}"),
        _ => format!("{serial}-{digest}"),
    };
    let path = folder.join(format!("{name}.{}", file.ending));
    std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    write_whole(&path, &file.bytes)
}

/// Shows the photo of a checked paper in half blocks, two rows of pixels to a line.
pub fn show(out: &mut impl Write, finding: &Finding) -> Result<(), Failure> {
    let photo = finding.said.as_ref().and_then(|said| said.get().photo.as_ref());
    let Some(picture) = photo.and_then(|photo| signed_picture(photo.format, &photo.bytes)) else { return Ok(()) };
    let rows = picture.height() * COLUMNS / picture.width().max(1);
    let pixel = |column: u32, row: u32| {
        let (x, y) = (column * picture.width() / COLUMNS, row.min(rows - 1) * picture.height() / rows);
        let at = (y * picture.width() + x) as usize * 3;
        let rgb = &picture.rgb()[at..at + 3];
        format!("{};{};{}", rgb[0], rgb[1], rgb[2])
    };
    for row in (0..rows).step_by(2) {
        write!(out, "  ")?;
        for column in 0..COLUMNS {
            write!(out, "\x1b[38;2;{}m\x1b[48;2;{}m▀", pixel(column, row), pixel(column, row + 1))?;
        }
        writeln!(out, "\x1b[0m")?;
    }
    writeln!(out)?;
    Ok(())
}
