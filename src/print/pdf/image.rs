//! Photo → image as an external object (ISO 32000-1 §8.9.5): the very pixels, losslessly, because the printed photo and the signed one are
//! the same picture.

use pdf_writer::{Finish, Name, Ref};
use sha2::{Digest, Sha256};

use super::objects::Pieces;
use crate::print::certificate::Picture;

/// What makes two pictures the same.
pub(super) type PictureDigest = [u8; 32];

const CHANNELS: usize = 3;

/// Digest of size and pixels.
pub(super) fn digest(picture: &Picture) -> PictureDigest {
    let mut digest = Sha256::new();
    digest.update(picture.width().to_be_bytes());
    digest.update(picture.height().to_be_bytes());
    digest.update(picture.rgb());
    digest.finalize().into()
}

/// Writes the object.
pub(super) fn write(pieces: &mut Pieces, id: Ref, picture: &Picture) {
    let (width, height) = (picture.width() as i32, picture.height() as i32);
    pieces.stream(id, &predicted(picture), |stream| {
        stream.pair(Name(b"Type"), Name(b"XObject")).pair(Name(b"Subtype"), Name(b"Image"));
        stream.pair(Name(b"Width"), width).pair(Name(b"Height"), height);
        stream.pair(Name(b"ColorSpace"), Name(b"DeviceRGB")).pair(Name(b"BitsPerComponent"), 8);
        let mut parameters = stream.insert(Name(b"DecodeParms")).dict();
        parameters.pair(Name(b"Predictor"), 15).pair(Name(b"Colors"), CHANNELS as i32).pair(Name(b"Columns"), width);
        parameters.finish();
    });
}

/// Every byte less what its neighbours let expect (PNG filter 4, Paeth: ISO 15948 §9.4): photos shrink by a third more.
fn predicted(picture: &Picture) -> Vec<u8> {
    const PAETH: u8 = 4;
    let length = picture.width() as usize * CHANNELS;
    let mut rows = Vec::with_capacity((length + 1) * picture.height() as usize);
    let mut above: &[u8] = &vec![0; length];
    for row in picture.rgb().chunks_exact(length) {
        rows.push(PAETH);
        for (at, (&byte, &up)) in row.iter().zip(above).enumerate() {
            let before = |row: &[u8]| at.checked_sub(CHANNELS).map_or(0, |left| row[left]);
            rows.push(byte.wrapping_sub(paeth(before(row), up, before(above))));
        }
        above = row;
    }
    rows
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, up, corner].map(i16::from);
    let guess = a + b - c;
    let [from_left, from_up, from_corner] = [a, b, c].map(|value| (guess - value).abs());
    if from_left <= from_up && from_left <= from_corner {
        left
    } else if from_up <= from_corner {
        up
    } else {
        corner
    }
}
