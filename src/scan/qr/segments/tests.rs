use super::*;
use proptest::prelude::*;

/// Codewords from groups of bits such as `"0100 00000010"`.
fn codewords(bits: &str) -> Vec<u8> {
    let bits: Vec<u8> = bits.bytes().filter(u8::is_ascii_digit).map(|bit| bit - b'0').collect();
    bits.chunks(8).map(|chunk| chunk.iter().enumerate().fold(0, |byte, (at, bit)| byte | bit << (7 - at))).collect()
}

fn parsed(bits: &str) -> Result<Parsed, SegmentError> {
    parse(&codewords(bits), codewords(bits).len(), Version::new(1).unwrap())
}

fn message(bits: &str) -> Message {
    parsed(bits).unwrap().message
}

#[test]
fn digits_are_those_of_the_example_of_the_standard() {
    let message = message("0001 0000001000 0000001100 0101011001 1000011 0000");
    assert_eq!(message.bytes, b"01234567");
}

#[test]
fn characters_are_those_of_the_example_of_the_standard() {
    assert_eq!(message("0010 000000101 00111001110 11100111001 000010 0000").bytes, b"AC-42");
}

#[test]
fn kanji_are_their_two_bytes() {
    let message = message("1000 00000010 0110110011111 1101010101010 0000");
    assert_eq!(message.bytes, [0x93, 0x5F, 0xE4, 0xAA]);
}

#[test]
fn hanzi_are_their_two_bytes() {
    // GB 2312 B0A1 is (B0 - A6) * 60 hexadecimal.
    assert_eq!(message("1101 0001 00000001 0001111000000 0000").bytes, [0xB0, 0xA1]);
}

#[test]
fn an_eci_is_designated_in_one_two_and_three_codewords() {
    let message = message(concat!(
        "0111 00011010",
        "0111 10 00001110000000",
        "0111 110 011110100001000111111",
        "0100 00000001 11111111 0000"
    ));
    assert_eq!(message.eci, [26, 896, 999_999]);
    assert_eq!(message.bytes, [0xFF]);
}

#[test]
fn a_part_says_which_it_is() {
    let part = message("0011 0010 0100 10100101 0100 00000000 0000").structured_append;
    assert_eq!(part, Some(StructuredAppend { index: 2, total: 5, parity: 0xA5 }));
}

#[test]
fn percent_signs_separate_only_under_fnc1() {
    // "%1%%" in alphanumeric mode.
    let characters = "0010 000000100 11010101111 11011010100 0000";
    assert_eq!(message(characters).bytes, b"%1%%");
    assert_eq!(message(&format!("0101 {characters}")).bytes, b"\x1D1%");
    let second = message(&format!("1001 00100101 {characters}"));
    assert_eq!((second.fnc1, &second.bytes[..]), (Some(Fnc1::Second(37)), &b"\x1D1%"[..]));
}

#[test]
fn a_terminator_may_be_cut_short_or_missing() {
    for (bits, is_terminated) in [
        ("0001 0000000010 0000001 000", true),
        ("0001 0000000010 0000001 001", false),
        ("0001 0000000011 0000000001", true),
        ("0100 00000001 00000001 0000 11101100", true),
    ] {
        assert_eq!(parsed(bits).unwrap().is_terminated, is_terminated, "{bits}");
    }
    assert_eq!(parsed("0100 00000001 00000001 0000 11101100").unwrap().used, 3);
}

#[test]
fn a_message_that_ends_early_needs_no_more_codewords() {
    let bits = codewords("0100 00000001 01000001 0000");
    assert_eq!(parse(&bits, 19, Version::new(1).unwrap()).unwrap().message.bytes, b"A");
    assert!(parse(&bits[..2], 19, Version::new(1).unwrap()).is_err());
}

#[test]
fn broken_segments_are_refused_for_the_stated_reason() {
    for (bits, expect) in [
        ("0110 0000", "no mode has the indicator 0b0110 at bit 0"),
        ("0100 00000010 00000000", "16 bits wanted at bit 12, of 24"),
        ("0001 0000000011 1111101000", "no characters have the value 1000 at bit 14"),
        ("0010 000000010 11111101001", "no characters have the value 2025 at bit 13"),
        ("0010 000000001 101101", "no characters have the value 45 at bit 13"),
        ("1000 00000001 0000000111111", "no characters have the value 63 at bit 12"),
        ("0111 11100000 0000", "no ECI is designated by 0xe0 at bit 4"),
        ("0111 11001111 01000010 01000000", "no ECI is designated by 0xf4240 at bit 4"),
        ("0011 0010 0001 00000000", "symbol 2 of 2 at bit 0"),
    ] {
        assert_eq!(parsed(bits).unwrap_err().to_string(), expect);
    }
}

proptest! {
    #[test]
    fn random_codewords_never_panic(
        codewords in prop::collection::vec(any::<u8>(), 0..400),
        more in 0_usize..40,
        version in 1_u8..=40,
    ) {
        let version = Version::new(version).unwrap();
        if let Ok(parsed) = parse(&codewords, codewords.len() + more, version) {
            prop_assert!(parsed.message.bytes.len() <= codewords.len() * 3);
        }
    }
}
