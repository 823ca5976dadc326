//! Short forms of identifiers and dates (docs/FORMAT.md §2).
//!
//! Identifiers are capital letters and digits, so three of them fit into two bytes; a date fits into an integer of at
//! most three bytes. Both forms are exact: what is unpacked is what was packed, letter by letter.

use jiff::civil::Date;

use crate::credential::date::{Certainty, FIRST_YEAR, PartialDate};

/// The forty characters of a packed identifier; place 0 pads the end.
const ALPHABET: &[u8; 40] = b"\x000123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-/.";

/// Day 0 of a packed date.
const EPOCH: Date = Date::constant(1900, 1, 1);

/// Packs `text`, three characters to two bytes, or `None` when a character is not in the alphabet.
pub fn pack_identifier(text: &str) -> Option<Vec<u8>> {
    let places: Option<Vec<u16>> = text
        .bytes()
        .map(|byte| ALPHABET.iter().skip(1).position(|&a| a == byte).map(|place| place as u16 + 1))
        .collect();
    let pack = |triple: &[u16]| {
        let place = |i: usize| triple.get(i).copied().unwrap_or(0);
        (place(0) * 1600 + place(1) * 40 + place(2)).to_be_bytes()
    };
    Some(places?.chunks(3).flat_map(pack).collect())
}

/// Unpacks [`pack_identifier`]; `None` when the bytes are not such a form.
pub fn unpack_identifier(bytes: &[u8]) -> Option<String> {
    if !bytes.len().is_multiple_of(2) || bytes.is_empty() {
        return None;
    }
    let mut text = String::with_capacity(bytes.len() / 2 * 3);
    let mut ended = false;
    for pair in bytes.chunks_exact(2) {
        let number = u16::from_be_bytes([pair[0], pair[1]]);
        if number >= 64000 {
            return None;
        }
        for place in [number / 1600, number / 40 % 40, number % 40] {
            match (place, ended) {
                (0, _) => ended = true,
                (_, true) => return None,
                (place, false) => text.push(ALPHABET[usize::from(place)] as char),
            }
        }
        // Padding fills the last pair only, and never all of it.
        if number / 1600 == 0 {
            return None;
        }
    }
    Some(text)
}

/// Packs a date: a whole day as its number since 1900-01-01; a month or a year, with its certainty, as
/// `-1 - ((year - 1800) · 52 + month · 4 + certainty)`, month 0 being unknown. `None` when neither fits.
pub fn pack_date(date: &PartialDate) -> Option<i64> {
    let certainty = match date.certainty() {
        Certainty::Sure => 0,
        Certainty::Uncertain => 1,
        Certainty::Approximate => 2,
        Certainty::Both => 3,
    };
    match date.full() {
        Some(day) if certainty == 0 && day >= EPOCH => Some(i64::from((day - EPOCH).get_days())),
        Some(_) => None,
        None => {
            let month = i64::from(date.month().unwrap_or(0));
            Some(-1 - (i64::from(date.year() - FIRST_YEAR) * 52 + month * 4 + certainty))
        }
    }
}

/// Unpacks [`pack_date`].
pub fn unpack_date(number: i64) -> Option<PartialDate> {
    if number >= 0 {
        // 2999-12-31 is day 401,767; anything beyond is no date of a paper.
        let days = i32::try_from(number).ok().filter(|days| *days <= 401_767)?;
        let day = EPOCH.checked_add(jiff::Span::new().days(days)).ok()?;
        return PartialDate::new(day.year(), Some(day.month()), Some(day.day()), Certainty::Sure).ok();
    }
    let rest = -1 - number;
    let year = i16::try_from(rest / 52).ok()?.checked_add(FIRST_YEAR)?;
    let month = (rest % 52 / 4) as i8;
    let certainty = match rest % 4 {
        0 => Certainty::Sure,
        1 => Certainty::Uncertain,
        2 => Certainty::Approximate,
        _ => Certainty::Both,
    };
    PartialDate::new(year, (month > 0).then_some(month), None, certainty).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_characters_take_two_bytes() {
        assert_eq!(pack_identifier("KEN-19C00000").unwrap().len(), 8);
        assert_eq!(pack_identifier("0").unwrap(), [0x06, 0x40]);
        assert_eq!(pack_identifier("a"), None);
        assert_eq!(unpack_identifier(&[0, 0]), None);
        assert_eq!(unpack_identifier(&[0xff, 0xff]), None);
    }

    #[test]
    fn dates_take_at_most_three_bytes_in_living_memory() {
        for text in ["1987-03-14", "2079-06-05", "1987~", "1938-11?", "2026"] {
            let packed = pack_date(&PartialDate::parse(text).unwrap()).unwrap();
            assert!((-65536..65536).contains(&packed), "{text} {packed}");
            assert_eq!(unpack_date(packed).unwrap().to_string(), text);
        }
        assert_eq!(pack_date(&PartialDate::parse("1987-03-14~").unwrap()), None);
        assert_eq!(unpack_date(i64::MIN), None);
        assert_eq!(unpack_date(i64::MAX), None);
    }

    proptest! {
        #[test]
        fn identifiers_survive(text in "[0-9A-Z./-]{1,40}") {
            prop_assert_eq!(unpack_identifier(&pack_identifier(&text).unwrap()), Some(text));
        }

        #[test]
        fn only_one_packed_form_means_an_identifier(bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
            if let Some(text) = unpack_identifier(&bytes) {
                prop_assert_eq!(pack_identifier(&text), Some(bytes));
            }
        }

        #[test]
        fn only_one_number_means_a_date(number in -70_000i64..500_000) {
            if let Some(date) = unpack_date(number) {
                prop_assert_eq!(pack_date(&date), Some(number));
            }
        }
    }
}
