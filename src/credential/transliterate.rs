//! Names in Latin letters by the tables of ICAO Doc 9303-3 §6 (A Latin, B Cyrillic, C Arabic).
//!
//! Used only where a list gives no Latin name. A script that the tables do not have is an honest `None`: guessing a
//! name would put a false one on a signed paper.

use unicode_normalization::UnicodeNormalization as _;

/// `name` in the letters A–Z with spaces and hyphens kept, or `None` when a letter is in none of the tables.
/// `language` decides where a table differs by language (Ukrainian, Belarusian, Serbian, Macedonian, Bulgarian).
pub fn to_latin(name: &str, language: &str) -> Option<String> {
    let mut out = String::with_capacity(name.len() * 2);
    let mut at_start = true;
    for c in name.nfc() {
        let letters = match c {
            ' ' | '-' | '\'' | '’' | '.' => {
                out.push(c);
                at_start = true;
                continue;
            }
            // Joiners and marks that the tables leave out.
            '\u{200c}' | '\u{200d}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' => continue,
            c if c.is_ascii_alphabetic() => {
                out.push(c.to_ascii_uppercase());
                at_start = false;
                continue;
            }
            c => latin(c).or_else(|| cyrillic(c, language, at_start)).or_else(|| arabic(c)).or_else(|| bare(c))?,
        };
        out.push_str(&letters);
        at_start = false;
    }
    (!out.trim().is_empty()).then(|| out.trim().to_owned())
}

/// `name` as in a machine-readable zone: A–Z, with `<` for spaces, hyphens and what is left (ICAO Doc 9303-3 §4.6).
pub fn to_mrz(name: &str, language: &str) -> Option<String> {
    let latin = to_latin(name, language)?;
    let kept: String = latin.chars().filter(|c| !matches!(c, '\'' | '’' | '.')).collect();
    let words: Vec<&str> = kept.split(|c: char| !c.is_ascii_uppercase()).filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join("<"))
}

/// Table A: letters whose transcription is not the base letter.
fn latin(c: char) -> Option<String> {
    let upper: String = c.to_uppercase().collect();
    Some(
        match upper.as_str() {
            "Ä" | "Æ" | "Ǽ" => "AE",
            "Å" => "AA",
            "Ö" | "Ø" | "Œ" => "OE",
            "Ü" => "UE",
            "SS" | "ẞ" => "SS",
            "Þ" => "TH",
            "Ð" | "Đ" => "D",
            "Ñ" => "N",
            "Ł" => "L",
            "Ħ" => "H",
            "Ŧ" => "T",
            "Ŋ" => "N",
            "Ĳ" => "IJ",
            "Ə" => "E",
            _ => return None,
        }
        .to_owned(),
    )
}

/// Any other Latin letter with a mark is its base letter.
fn bare(c: char) -> Option<String> {
    let base: String = c.nfd().filter(char::is_ascii_alphabetic).collect();
    (base.len() == 1).then(|| base.to_ascii_uppercase())
}

/// Table B.
fn cyrillic(c: char, language: &str, at_start: bool) -> Option<String> {
    let ukrainian = language.starts_with("uk");
    let belarusian = language.starts_with("be");
    let south = language.starts_with("sr") || language.starts_with("mk");
    let upper: String = c.to_uppercase().collect();
    Some(
        match upper.as_str() {
            "А" => "A",
            "Б" => "B",
            "В" => "V",
            "Г" if ukrainian || belarusian || language.starts_with("sr") => "H",
            "Г" | "Ґ" => "G",
            "Д" => "D",
            "Е" => "E",
            "Ё" if belarusian => "IO",
            "Ё" | "Э" => "E",
            "Ж" if south => "Z",
            "Ж" => "ZH",
            "З" => "Z",
            "И" if ukrainian => "Y",
            "И" | "Й" | "І" => "I",
            "К" => "K",
            "Л" => "L",
            "М" => "M",
            "Н" => "N",
            "О" => "O",
            "П" => "P",
            "Р" => "R",
            "С" => "S",
            "Т" => "T",
            "У" | "Ў" | "Ү" => "U",
            "Ф" => "F",
            "Х" if south => "H",
            "Х" => "KH",
            "Ц" if south => "C",
            "Ц" => "TS",
            "Ч" if south => "C",
            "Ч" => "CH",
            "Ш" if south => "S",
            "Ш" => "SH",
            "Щ" if language.starts_with("bg") => "SHT",
            "Щ" => "SHCH",
            "Ъ" => "IE",
            "Ы" => "Y",
            "Ь" | "ʼ" => "",
            "Ю" if ukrainian && at_start => "YU",
            "Ю" => "IU",
            "Я" if ukrainian && at_start => "YA",
            "Я" => "IA",
            "Є" if ukrainian && at_start => "YE",
            "Є" => "IE",
            "Ї" if ukrainian && at_start => "YI",
            "Ї" => "I",
            "Ђ" => "D",
            "Ј" => "J",
            "Љ" => "LJ",
            "Њ" => "NJ",
            "Ћ" => "C",
            "Џ" => "DZ",
            "Ѓ" => "G",
            "Ѕ" => "DZ",
            "Ќ" => "K",
            _ => return None,
        }
        .to_owned(),
    )
}

/// Table C: Arabic, Persian, Pashto and Urdu letters.
fn arabic(c: char) -> Option<String> {
    Some(
        match c {
            '\u{621}' => "XE",
            '\u{622}' => "XAA",
            '\u{623}' => "XAE",
            '\u{624}' => "U",
            '\u{625}' => "I",
            '\u{626}' => "XI",
            '\u{627}' => "A",
            '\u{628}' => "B",
            '\u{629}' => "XAH",
            '\u{62a}' => "T",
            '\u{62b}' => "XTH",
            '\u{62c}' => "J",
            '\u{62d}' => "XH",
            '\u{62e}' => "XKH",
            '\u{62f}' => "D",
            '\u{630}' => "XDH",
            '\u{631}' => "R",
            '\u{632}' => "Z",
            '\u{633}' => "S",
            '\u{634}' => "XSH",
            '\u{635}' => "XSS",
            '\u{636}' => "XDZ",
            '\u{637}' => "XTT",
            '\u{638}' => "XZZ",
            '\u{639}' => "E",
            '\u{63a}' => "G",
            '\u{641}' => "F",
            '\u{642}' => "Q",
            '\u{643}' => "K",
            '\u{644}' => "L",
            '\u{645}' => "M",
            '\u{646}' => "N",
            '\u{647}' => "H",
            '\u{648}' => "W",
            '\u{649}' => "XAY",
            '\u{64a}' | '\u{6d0}' => "Y",
            '\u{671}' => "XXA",
            '\u{679}' => "XXT",
            '\u{67c}' => "XRT",
            '\u{67e}' => "P",
            '\u{681}' => "XKE",
            '\u{685}' => "XXH",
            '\u{686}' => "XC",
            '\u{688}' => "XXD",
            '\u{689}' => "XDR",
            '\u{691}' => "XXR",
            '\u{693}' => "XRR",
            '\u{696}' => "XRX",
            '\u{698}' => "XJ",
            '\u{69a}' => "XXS",
            '\u{6a9}' => "XKK",
            '\u{6ab}' => "XXK",
            '\u{6ad}' => "XNG",
            '\u{6af}' => "XGG",
            '\u{6ba}' => "XNN",
            '\u{6bc}' => "XXN",
            '\u{6be}' => "XDO",
            '\u{6c0}' => "XYH",
            '\u{6c1}' => "XXG",
            '\u{6c2}' => "XGE",
            '\u{6c3}' => "XTG",
            '\u{6cc}' => "XYA",
            '\u{6cd}' => "XXY",
            '\u{6d2}' => "XYB",
            '\u{6d3}' => "XBE",
            _ => return None,
        }
        .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_tables_of_icao_9303() {
        for (name, language, expect) in [
            ("Євгеній Згурська", "uk", "YEVHENII ZHURSKA"),
            ("Щербаков", "ru", "SHCHERBAKOV"),
            ("محمد", "ar", "MXHMD"),
            ("Noëlla Nuñez", "fr", "NOELLA NUNEZ"),
            ("Jürgen Groß", "de", "JUERGEN GROSS"),
        ] {
            assert_eq!(to_latin(name, language).as_deref(), Some(expect));
        }
    }

    #[test]
    fn a_script_without_a_table_is_not_guessed() {
        assert_eq!(to_latin("ሂሩት በቀለ", "am"), None);
        assert_eq!(to_latin("", "en"), None);
    }

    #[test]
    fn a_machine_readable_name_has_letters_and_fillers_only() {
        assert_eq!(to_mrz("Kabongo wa-Kabongo", "fr").as_deref(), Some("KABONGO<WA<KABONGO"));
        assert_eq!(to_mrz("N'Simba", "fr").as_deref(), Some("NSIMBA"));
    }
}
