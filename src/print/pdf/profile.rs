//! The sRGB colour space as an ICC profile (ICC.1:2004-10, version 4.2): what the red, green and blue of a page mean.
//!
//! Built from the numbers of IEC 61966-2-1 instead of carried as a file: 500 bytes, and every one has a reason.

/// Encodes a number as `s15Fixed16Number` (§4.6).
fn fixed(number: f64) -> [u8; 4] {
    ((number * 65_536.0).round() as i32).to_be_bytes()
}

/// The white of the profile connection space, D50 (§7.2.16).
const D50: [f64; 3] = [0.964_2, 1.0, 0.824_9];

/// The primaries of sRGB, adapted from D65 to D50 by the Bradford matrix (ICC.1 annex E).
const RED: [f64; 3] = [0.436_065_674, 0.222_488_403, 0.013_916_016];
const GREEN: [f64; 3] = [0.385_147_095, 0.716_873_169, 0.097_076_416];
const BLUE: [f64; 3] = [0.143_081_665, 0.060_607_910, 0.714_096_069];

/// Bradford's matrix from D65 to D50, row by row.
const ADAPTATION: [f64; 9] = [
    1.047_882_080,
    0.022_918_701,
    -0.050_201_416,
    0.029_586_792,
    0.990_478_516,
    -0.017_059_326,
    -0.009_231_567,
    0.015_075_684,
    0.751_678_467,
];

/// The curve of IEC 61966-2-1: `((x + 0.055) / 1.055) ^ 2.4` above 0.04045 and `x / 12.92` below (ICC.1 §10.15, type 3).
const CURVE: [f64; 5] = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.040_45];

fn xyz(values: [f64; 3]) -> Vec<u8> {
    let mut data = b"XYZ \0\0\0\0".to_vec();
    data.extend(values.into_iter().flat_map(fixed));
    data
}

/// A text in one language (§10.13).
fn text(words: &str) -> Vec<u8> {
    let utf16: Vec<u8> = words.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut data = b"mluc\0\0\0\0".to_vec();
    for number in [1, 12] {
        data.extend(u32::to_be_bytes(number));
    }
    data.extend(b"enUS");
    data.extend((utf16.len() as u32).to_be_bytes());
    data.extend(28u32.to_be_bytes());
    data.extend(utf16);
    data
}

/// The profile.
pub(super) fn srgb() -> Vec<u8> {
    const HEADER: usize = 128;
    const ENTRY: usize = 12;
    let mut curve = b"para\0\0\0\0\0\x03\0\0".to_vec();
    curve.extend(CURVE.into_iter().flat_map(fixed));
    let mut adaptation = b"sf32\0\0\0\0".to_vec();
    adaptation.extend(ADAPTATION.into_iter().flat_map(fixed));
    let elements: [(&[&[u8; 4]], Vec<u8>); 8] = [
        (&[b"desc"], text("sRGB")),
        (&[b"cprt"], text("CC0")),
        (&[b"wtpt"], xyz(D50)),
        (&[b"chad"], adaptation),
        (&[b"rXYZ"], xyz(RED)),
        (&[b"gXYZ"], xyz(GREEN)),
        (&[b"bXYZ"], xyz(BLUE)),
        (&[b"rTRC", b"gTRC", b"bTRC"], curve),
    ];
    let tags: usize = elements.iter().map(|(names, _)| names.len()).sum();
    let mut directory = (tags as u32).to_be_bytes().to_vec();
    let mut data = Vec::new();
    for (names, element) in elements {
        let start = HEADER + 4 + ENTRY * tags + data.len();
        for name in names {
            directory.extend(*name);
            directory.extend((start as u32).to_be_bytes());
            directory.extend((element.len() as u32).to_be_bytes());
        }
        data.extend(element);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut profile = header((HEADER + directory.len() + data.len()) as u32);
    profile.extend(directory);
    profile.extend(data);
    profile
}

/// §7.2: a display profile, version 4.2, perceptual.
fn header(size: u32) -> Vec<u8> {
    let mut header = size.to_be_bytes().to_vec();
    header.extend([0; 4]);
    header.extend([4, 0x20, 0, 0]);
    header.extend(b"mntrRGB XYZ ");
    // The date of the standard's numbers: a profile must have one, and the clock is never asked.
    for number in [1999u16, 10, 18, 0, 0, 0] {
        header.extend(number.to_be_bytes());
    }
    header.extend(b"acsp");
    header.extend([0; 28]);
    header.extend(D50.into_iter().flat_map(fixed));
    header.resize(128, 0);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_says_its_own_length_and_all_tags_lie_inside_it() {
        let profile = srgb();
        let number = |at: usize| u32::from_be_bytes(profile[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!(number(0), profile.len());
        assert_eq!(&profile[36..40], b"acsp");
        for tag in 0..number(128) {
            let at = 132 + 12 * tag;
            assert_eq!(number(at + 4) % 4, 0);
            assert!(number(at + 4) + number(at + 8) <= profile.len());
        }
    }

    #[test]
    fn red_green_and_blue_together_are_white() {
        for axis in 0..3 {
            let sum = RED[axis] + GREEN[axis] + BLUE[axis];
            assert!((sum - D50[axis]).abs() < 2e-3, "{axis}: {sum}");
        }
    }
}
