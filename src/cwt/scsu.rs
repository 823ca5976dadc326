//! The Standard Compression Scheme for Unicode (UTS #6), single-byte mode: about one byte a letter in any script.
//!
//! Names in Arabic, Ethiopic or Burmese script take two or three bytes a letter in UTF-8. The encoder writes only
//! letters, window changes and window definitions; the decoder reads all of single-byte mode and refuses the Unicode
//! mode, reserved bytes, control characters and text that is not NFC, so that no second spelling of a name is signed.

use unicode_normalization::is_nfc;

/// Quotes one character from a static (0x00–0x7F) or dynamic (0x80–0xFF) window: SQ0–SQ7.
const SQ0: u8 = 0x01;
/// Defines an extended window: SDX.
const SDX: u8 = 0x0b;
/// Quotes one UTF-16 unit: SQU.
const SQU: u8 = 0x0e;
/// Changes to a window: SC0–SC7.
const SC0: u8 = 0x10;
/// Defines a window and changes to it: SD0–SD7.
const SD0: u8 = 0x18;

/// Where the dynamic windows stand at the start (UTS #6 table 6).
const START: [u32; 8] = [0x80, 0xc0, 0x400, 0x600, 0x900, 0x3040, 0x30a0, 0xff00];
/// The static windows (UTS #6 table 5).
const STATIC: [u32; 8] = [0, 0x80, 0x100, 0x300, 0x2000, 0x2080, 0x2100, 0x3000];
/// Window offsets F9–FF (UTS #6 table 4).
const FIXED: [u32; 7] = [0xc0, 0x250, 0x370, 0x530, 0x3040, 0x30a0, 0xff60];

/// The window that the byte of an `SDn` command means.
fn window_start(byte: u8) -> Option<u32> {
    match byte {
        0x01..=0x67 => Some(u32::from(byte) * 0x80),
        0x68..=0xa7 => Some(u32::from(byte) * 0x80 + 0xac00),
        0xf9..=0xff => Some(FIXED[usize::from(byte - 0xf9)]),
        _ => None,
    }
}

/// Writes `text`, or `None` when it has a character that single-byte mode cannot say shortly: a control character, or
/// one from the scripts between U+3400 and U+DFFF (Chinese, Korean), where UTF-8 is shorter anyway.
pub fn encode(text: &str) -> Option<Vec<u8>> {
    let mut windows = START;
    let mut active = 0;
    let mut next_new = 1;
    let mut out = Vec::with_capacity(text.len());
    let letters: Vec<u32> = text.chars().map(u32::from).collect();
    for (at, &c) in letters.iter().enumerate() {
        if (0x20..0x80).contains(&c) {
            out.push(c as u8);
            continue;
        }
        let holds = |start: u32| (start..start + 0x80).contains(&c);
        let low = |start: u32| (c - start) as u8 | 0x80;
        if holds(windows[active]) {
            out.push(low(windows[active]));
        } else if let Some(other) = (0..8).find(|&n| holds(windows[n])) {
            // A single visitor is quoted; from two letters on the window is changed.
            let stays = letters[at + 1..]
                .iter()
                .find(|&&c| c >= 0x80)
                .is_some_and(|c| (windows[other]..windows[other] + 0x80).contains(c));
            if stays {
                active = other;
                out.extend([SC0 + other as u8, low(windows[other])]);
            } else {
                out.extend([SQ0 + other as u8, low(windows[other])]);
            }
        } else if let Some(n) = (0..8).find(|&n| (STATIC[n]..STATIC[n] + 0x80).contains(&c)) {
            out.extend([SQ0 + n as u8, (c - STATIC[n]) as u8]);
        } else {
            let new = next_new % 8;
            next_new += 1;
            active = new;
            windows[new] = define(c, new as u8, &mut out)?;
            out.push(low(windows[new]));
        }
    }
    Some(out)
}

/// Writes the definition of window `n` around the character `c` and returns where it starts.
fn define(c: u32, n: u8, out: &mut Vec<u8>) -> Option<u32> {
    let block = c / 0x80;
    match c {
        0x80..0x3400 => out.extend([SD0 + n, block as u8]),
        0xe000..0x1_0000 => out.extend([SD0 + n, (block - 0x158) as u8]),
        0x1_0000.. => {
            let number = u16::from(n) << 13 | (block - 0x200) as u16;
            out.push(SDX);
            out.extend(number.to_be_bytes());
        }
        _ => return None,
    }
    Some(block * 0x80)
}

/// Reads single-byte mode; `None` when the bytes are not such a text.
pub fn decode(bytes: &[u8]) -> Option<String> {
    let mut windows = START;
    let mut active = 0usize;
    let mut text = String::with_capacity(bytes.len() * 2);
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        let code = match byte {
            0x20..=0x7f => u32::from(byte),
            0x80.. => windows[active] + u32::from(byte & 0x7f),
            0x01..=0x08 => {
                let window = usize::from(byte - SQ0);
                match rest.next()? {
                    low @ 0x00..=0x7f => STATIC[window] + u32::from(low),
                    low => windows[window] + u32::from(low & 0x7f),
                }
            }
            SQU => u32::from(rest.next()?) << 8 | u32::from(rest.next()?),
            SDX => {
                let number = u32::from(rest.next()?) << 8 | u32::from(rest.next()?);
                active = (number >> 13) as usize;
                windows[active] = 0x1_0000 + (number & 0x1fff) * 0x80;
                continue;
            }
            0x10..=0x17 => {
                active = usize::from(byte - SC0);
                continue;
            }
            0x18..=0x1f => {
                active = usize::from(byte - SD0);
                windows[active] = window_start(rest.next()?)?;
                continue;
            }
            _ => return None,
        };
        text.push(char::from_u32(code).filter(|c| !c.is_control())?);
    }
    is_nfc(&text).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_examples_of_uts_6_are_read() {
        // UTS #6 §9.1 and §9.2, German and Russian.
        assert_eq!(decode(b"\xd6l flie\xdft").as_deref(), Some("Öl fließt"));
        assert_eq!(decode(&[0x12, 0x9c, 0xbe, 0xc1, 0xba, 0xb2, 0xb0]).as_deref(), Some("Москва"));
    }

    #[test]
    fn names_take_about_a_byte_a_letter() {
        for (name, at_most) in [
            ("فاطمة الحسين", 13),
            ("Євгеній Згурська", 17),
            ("သိန်းအောင် ခိုင်", 18),
            ("கவிதா செல்வநாயகம்", 19),
            ("নুর জাহান", 11),
            ("ትዕግስት ወልዴ", 19),
            ("نجیب\u{200c}الله حسینی", 25),
            ("Noëlla", 6),
        ] {
            let short = encode(name).unwrap();
            assert!(short.len() <= at_most && short.len() < name.len(), "{name}: {}", short.len());
            assert_eq!(decode(&short).as_deref(), Some(name));
        }
    }

    #[test]
    fn what_is_not_single_byte_text_is_refused() {
        for bytes in [&[0x0f, 0, 0x41][..], &[0x0c], &[0x18], &[0x18, 0], &[0x18, 0xa8], &[0x01], &[0x00], b"e\x04\x08"]
        {
            assert_eq!(decode(bytes), None, "{bytes:02x?}");
        }
    }

    proptest! {
        #[test]
        fn any_composed_text_survives_or_is_left_to_utf_8(text in "\\PC{0,40}") {
            use unicode_normalization::UnicodeNormalization as _;
            let text: String = text.nfc().collect();
            if let Some(short) = encode(&text) {
                prop_assert_eq!(decode(&short), Some(text));
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = decode(&bytes);
        }
    }
}
