//! What a PDF says of the images in it: its bytes in, the sides of the largest image out.
//!
//! Told from the dictionaries before the data of the images, which are never packed (ISO 32000-1 §7.5.7, §8.9.5), so nothing
//! has to be opened for it. That is for large files of honest people: whoever means harm has other ways to say a size.

/// A dictionary is looked for within so many bytes before its data.
const DICTIONARY: usize = 4096;

/// Pixels in a row and rows of the largest image.
pub fn largest_image(pdf: &[u8]) -> Option<(u32, u32)> {
    let mut largest = None;
    let mut from = 0;
    while let Some(at) = find(&pdf[from..], b"stream") {
        let end = from + at;
        let before = &pdf[from.max(end.saturating_sub(DICTIONARY))..end];
        let start = before.windows(3).rposition(|window| window == b"obj").unwrap_or(0);
        let sides = (number(&before[start..], b"/Width"), number(&before[start..], b"/Height"));
        if let (Some(width), Some(height)) = sides {
            largest = largest.max(Some((u64::from(width) * u64::from(height), width, height)));
        }
        from = end + b"stream".len();
    }
    largest.map(|(_, width, height)| (width, height))
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// The number after a name; the largest that there is when it has more digits.
fn number(dictionary: &[u8], name: &[u8]) -> Option<u32> {
    let mut rest = dictionary;
    while let Some(at) = find(rest, name) {
        rest = &rest[at + name.len()..];
        let value = rest.trim_ascii_start();
        let digits = value.iter().take_while(|byte| byte.is_ascii_digit());
        let number = digits.fold(0_u32, |all, digit| all.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
        if number > 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_image_is_told_by_its_dictionary() {
        let file =
            b"%PDF-1.7\n1 0 obj <</Type/XObject/Subtype/Image/Width 10/Height 3000>>\nstream\nxx\nendstream endobj\n\
            2 0 obj <</Widths [1] /Width\n 600 /Height\r200 /BitsPerComponent 8>> stream\nyy\nendstream endobj\n\
            3 0 obj <</Width 9999>> stream\nendstream";
        assert_eq!(largest_image(file), Some((600, 200)));
    }

    #[test]
    fn sides_without_measure_and_files_without_images_are_no_trouble() {
        let file = b"1 0 obj <</Width 99999999999999999999/Height 88888888888888888888>> stream";
        assert_eq!(largest_image(file), Some((u32::MAX, u32::MAX)));
        for file in [&b""[..], b"stream", b"streamstream", b"/Width 1 /Height stream", b"obj /Width /Height stream"] {
            assert_eq!(largest_image(file), None);
        }
    }
}
