//! The numbered fields of Claim 169 and the columns that they are read into.

use crate::cbor::{Value as Cbor, get};
use crate::credential::country::Country;
use crate::credential::date::PartialDate;
use crate::credential::kind::Kind;
use crate::credential::types::{CredentialType, Key};
use crate::credential::{Photo, PhotoFormat, Record, Value};
use crate::cwt::{PHOTO, PHOTO_FORMAT, photo_format};
use crate::format::alpha2::country_of_alpha2;
use crate::format::claims::{hex, kind_of, shown};

/// `YYYYMMDD`, `YYYY-MM-DD`, or a part of it.
pub const DATE_OF_BIRTH: i64 = 8;
/// 1 male, 2 female, 3 other.
pub const GENDER: i64 = 9;
/// 1 unmarried, 2 married, 3 divorced.
const MARITAL_STATUS: i64 = 14;
/// Positions of the best fingers.
const BEST_FINGERS: i64 = 18;

/// Number and column of each field; where our registration has the field, its column. 16 and 17, the photo, and 50 to
/// 65, biometrics, are no columns.
const COLUMNS: [(i64, &str); 21] = [
    (1, "individual_id"),
    (4, "full_name"),
    (5, "given_names"),
    (6, "middle_name"),
    (7, "family_name"),
    (19, "native_name"),
    (20, "native_language"),
    (DATE_OF_BIRTH, "date_of_birth"),
    (GENDER, "sex"),
    (13, "nationality"),
    (22, "legal_status"),
    (10, "address"),
    (11, "email"),
    (12, "phone"),
    (MARITAL_STATUS, "marital_status"),
    (15, "guardian"),
    (21, "location"),
    (23, "issuing_country"),
    (2, "version"),
    (3, "language"),
    (BEST_FINGERS, "best_fingers"),
];

/// What the biometric fields hold, from 50 on.
const BIOMETRICS: [&str; 16] = [
    "right thumb",
    "right pointer finger",
    "right middle finger",
    "right ring finger",
    "right little finger",
    "left thumb",
    "left pointer finger",
    "left middle finger",
    "left ring finger",
    "left little finger",
    "right iris",
    "left iris",
    "face",
    "right palm",
    "left palm",
    "voice",
];

/// First of the biometric fields.
const FIRST_BIOMETRIC: i64 = 50;

/// Number ↔ letter of a sex; the words are those seen in the field.
const SEXES: [(i128, &str, &[&str]); 3] = [
    (1, "M", &["1", "m", "male", "masculin", "masculino"]),
    (2, "F", &["2", "f", "female", "feminin", "féminin", "femenino"]),
    (3, "X", &["3", "x", "o", "other", "others", "unspecified"]),
];

/// The same fields with numbers for keys. A key that is neither a number nor the text of one is left out.
pub fn numbered(fields: Vec<(Cbor, Cbor)>) -> Vec<(Cbor, Cbor)> {
    let number = |key: &Cbor| match key {
        Cbor::Integer(number) => Some(*number),
        Cbor::Text(digits) => digits.parse().ok(),
        _ => None,
    };
    fields.into_iter().filter_map(|(key, item)| Some((Cbor::Integer(number(&key)?), item))).collect()
}

/// The fields by column. `made` is the registration type, whose closed lists are used when it is known.
pub fn record(fields: &[(Cbor, Cbor)], made: Option<&CredentialType>) -> Record {
    let mut record: Record = COLUMNS
        .into_iter()
        .filter_map(|(number, column)| Some((column.to_owned(), value(number, get(fields, number)?, made)?)))
        .collect();
    let biometrics: Vec<_> = (FIRST_BIOMETRIC..)
        .zip(BIOMETRICS)
        .filter(|(number, _)| get(fields, *number).is_some())
        .map(|(_, name)| name)
        .collect();
    if !biometrics.is_empty() {
        record.set("biometrics", Value::Text(biometrics.join(", ")));
    }
    record
}

fn value(number: i64, item: &Cbor, made: Option<&CredentialType>) -> Option<Value> {
    let text = match (number, item) {
        (_, Cbor::Null) => return None,
        (GENDER, Cbor::Integer(code)) => {
            let known = SEXES.iter().find(|(known, ..)| known == code);
            return Some(Value::Choice(known.map_or_else(|| format!("#{code}"), |(_, name, _)| (*name).to_owned())));
        }
        (MARITAL_STATUS, Cbor::Integer(code)) => {
            let known =
                [(1, "unmarried"), (2, "married"), (3, "divorced")].into_iter().find(|(known, _)| known == code);
            return Some(Value::Choice(known.map_or_else(|| format!("#{code}"), |(_, name)| name.to_owned())));
        }
        (_, Cbor::Integer(code)) => code.to_string(),
        (_, Cbor::Text(text)) => text.clone(),
        (BEST_FINGERS, Cbor::Array(fingers)) => {
            let positions = fingers.iter().filter_map(|finger| match finger {
                Cbor::Integer(position) => Some(position.to_string()),
                _ => None,
            });
            positions.collect::<Vec<_>>().join(", ")
        }
        (_, Cbor::Bytes(bytes)) => hex(bytes),
        (_, other) => format!("({})", kind_of(other)),
    };
    if text.is_empty() {
        return None;
    }
    Some(typed(number, &text, made).unwrap_or_else(|| Value::Text(shown(&text))))
}

fn typed(number: i64, text: &str, made: Option<&CredentialType>) -> Option<Value> {
    match number {
        DATE_OF_BIRTH => date(text).map(Value::Date),
        GENDER => {
            let word = text.to_lowercase();
            let sex = SEXES.iter().find(|(_, _, words)| words.contains(&word.as_str()))?;
            Some(Value::Choice(sex.1.to_owned()))
        }
        13 | 23 => country_of_alpha2(text).or_else(|| Country::parse(text).ok()).map(Value::Country),
        _ => {
            let field = made?.fields.iter().find(|field| field.key == Key::Identity(number))?;
            let Kind::Choice(choices) = &field.kind else { return None };
            let word = text.to_lowercase();
            let same = |words: &String| words.to_lowercase() == word;
            let choice = choices.iter().find(|c| same(&c.name) || c.label.values().any(same))?;
            Some(Value::Choice(choice.name.clone()))
        }
    }
}

/// `YYYYMMDD` as the specification wants it, or any form that our lists allow.
fn date(text: &str) -> Option<PartialDate> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return PartialDate::parse(&format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..])).ok();
    }
    PartialDate::parse(text).ok()
}

/// Fields 16 and 17. A photo of a format that nobody has named is left out.
pub fn photo(fields: &[(Cbor, Cbor)]) -> Option<Photo> {
    let bytes = match get(fields, PHOTO)? {
        Cbor::Bytes(bytes) => bytes.clone(),
        Cbor::Text(digits) => from_hex(digits)?,
        _ => return None,
    };
    let format = match get(fields, PHOTO_FORMAT) {
        Some(Cbor::Integer(number)) => photo_format(*number)?,
        Some(Cbor::Text(number)) => photo_format(number.parse().ok()?)?,
        _ => seen_format(&bytes)?,
    };
    Some(Photo { format, bytes })
}

/// The format that the first bytes show, for photos without field 17.
fn seen_format(bytes: &[u8]) -> Option<PhotoFormat> {
    match bytes {
        [0xff, 0xd8, ..] => Some(PhotoFormat::Jpeg),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(PhotoFormat::WebP),
        [0, 0, 0, 0x0c, b'j', b'P', ..] | [0xff, 0x4f, 0xff, 0x51, ..] => Some(PhotoFormat::Jpeg2000),
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f', ..] => Some(PhotoFormat::Avif),
        _ => None,
    }
}

fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.as_bytes().chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor::{int, text};

    #[test]
    fn dates_are_read_in_every_form_that_is_seen() {
        for (found, expect) in
            [("19840118", "1984-01-18"), ("1975-04-04", "1975-04-04"), ("1987~", "1987~"), ("18/01/1984", "18/01/1984")]
        {
            let record = record(&[(int(DATE_OF_BIRTH), text(found))], None);
            assert_eq!(record.text("date_of_birth"), expect);
        }
    }

    #[test]
    fn biometrics_are_named_and_not_copied() {
        let record = record(&[(int(50), Cbor::Array(vec![])), (int(62), Cbor::Array(vec![]))], None);
        assert_eq!(record.text("biometrics"), "right thumb, face");
    }

    #[test]
    fn a_photo_without_a_format_is_known_by_its_first_bytes() {
        let jpeg = Cbor::Bytes(vec![0xff, 0xd8, 0xff]);
        assert_eq!(photo(&[(int(16), jpeg.clone())]).unwrap().format, PhotoFormat::Jpeg);
        assert_eq!(photo(&[(int(16), jpeg), (int(17), int(9))]), None);
        assert_eq!(photo(&[(int(16), text("ffd"))]), None);
    }
}
