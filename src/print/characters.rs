//! Which characters of a text would not be seen on paper, or would change how the ones around them are seen.
//!
//! A text comes in, and every character that has to be refused goes out with its place and its name in Unicode.

use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// Marks that a letter may carry: a Latin or Arabic one, and one of a script that writes vowels as marks.
const MARKS_AT_MOST: (usize, usize) = (4, 9);

/// A character that cannot be printed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Refused {
    /// Place in the text, from 1.
    pub(super) number: usize,
    /// Its name, or what kind of character it is.
    pub(super) name: &'static str,
    /// The character.
    pub(super) character: char,
}

/// The characters of `text` that cannot be printed.
pub(super) fn refused(text: &str) -> Vec<Refused> {
    let mut found = Vec::new();
    if text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_control()) {
        return found;
    }
    let mut script = Script::Common;
    let mut marks = 0;
    for (place, character) in text.chars().enumerate() {
        marks = if is_combining_mark(character) { marks + 1 } else { 0 };
        let name = match character {
            '\u{200C}' | '\u{200D}' if joins(script) => None,
            '\u{200B}' if is_unspaced(script) => None,
            _ if marks == 1 + most_marks(script) => Some("one mark too many on one letter"),
            _ => invisible(character),
        };
        found.extend(name.map(|name| Refused { number: place + 1, name, character }));
        if !matches!(character.script(), Script::Common | Script::Inherited) {
            script = character.script();
        } else if character.is_whitespace() {
            script = Script::Common;
        }
    }
    found
}

/// Whether the spelling of a script needs the joiner and the non-joiner.
fn joins(script: Script) -> bool {
    use Script::{Arabic, Hanifi_Rohingya, Mongolian, Nko, Syriac};
    has_vowel_marks(script) || matches!(script, Arabic | Hanifi_Rohingya | Mongolian | Nko | Syriac)
}

/// Whether words of a script are kept apart by a space of no width.
fn is_unspaced(script: Script) -> bool {
    matches!(script, Script::Khmer | Script::Lao | Script::Myanmar | Script::Thai)
}

fn has_vowel_marks(script: Script) -> bool {
    use Script::{
        Bengali, Devanagari, Gujarati, Gurmukhi, Kannada, Khmer, Lao, Malayalam, Myanmar, Oriya, Sinhala, Tamil,
        Telugu, Thai, Tibetan,
    };
    matches!(
        script,
        Bengali
            | Devanagari
            | Gujarati
            | Gurmukhi
            | Kannada
            | Khmer
            | Lao
            | Malayalam
            | Myanmar
            | Oriya
            | Sinhala
            | Tamil
            | Telugu
            | Thai
            | Tibetan
    )
}

fn most_marks(script: Script) -> usize {
    let (few, many) = MARKS_AT_MOST;
    if has_vowel_marks(script) { many } else { few }
}

/// The name of a character that nobody sees, or that reorders others. Direction marks are harmless and stay.
pub(super) fn invisible(c: char) -> Option<&'static str> {
    Some(match c {
        '\0' => "NULL",
        '\t' => "CHARACTER TABULATION",
        '\n' => "LINE FEED",
        '\r' => "CARRIAGE RETURN",
        '\u{1B}' => "ESCAPE",
        '\u{85}' => "NEXT LINE",
        c if c.is_control() => "a control character",
        '\u{AD}' => "SOFT HYPHEN",
        '\u{34F}' => "COMBINING GRAPHEME JOINER",
        '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' => "a Hangul filler, which nobody sees",
        '\u{17B4}' | '\u{17B5}' => "a Khmer inherent vowel, which nobody sees",
        '\u{180B}'..='\u{180F}' => "a Mongolian selector",
        '\u{200B}' => "ZERO WIDTH SPACE",
        '\u{200C}' => "ZERO WIDTH NON-JOINER",
        '\u{200D}' => "ZERO WIDTH JOINER",
        '\u{2028}' => "LINE SEPARATOR",
        '\u{2029}' => "PARAGRAPH SEPARATOR",
        '\u{202A}' => "LEFT-TO-RIGHT EMBEDDING",
        '\u{202B}' => "RIGHT-TO-LEFT EMBEDDING",
        '\u{202C}' => "POP DIRECTIONAL FORMATTING",
        '\u{202D}' => "LEFT-TO-RIGHT OVERRIDE",
        '\u{202E}' => "RIGHT-TO-LEFT OVERRIDE",
        '\u{2060}' => "WORD JOINER",
        '\u{2061}'..='\u{2064}' => "an invisible operator",
        '\u{2065}' => "not assigned",
        '\u{2066}' => "LEFT-TO-RIGHT ISOLATE",
        '\u{2067}' => "RIGHT-TO-LEFT ISOLATE",
        '\u{2068}' => "FIRST STRONG ISOLATE",
        '\u{2069}' => "POP DIRECTIONAL ISOLATE",
        '\u{206A}'..='\u{206F}' => "a deprecated format character",
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}' => "a private use character",
        '\u{FDD0}'..='\u{FDEF}' => "not a character",
        '\u{FEFF}' => "ZERO WIDTH NO-BREAK SPACE, or a byte order mark",
        '\u{FFF9}'..='\u{FFFB}' => "an annotation character",
        '\u{FFFC}' => "OBJECT REPLACEMENT CHARACTER",
        '\u{FFFD}' => "REPLACEMENT CHARACTER, left by a damaged file",
        '\u{E0000}'..='\u{E007F}' => "a tag character",
        '\u{E0100}'..='\u{E01EF}' => "a variation selector",
        '\u{E0080}'..='\u{E0FFF}' => "an invisible character",
        c if u32::from(c) & 0xFFFE == 0xFFFE => "not a character",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(usize, &'static str)> {
        refused(text).into_iter().map(|refused| (refused.number, refused.name)).collect()
    }

    #[test]
    fn spelling_that_needs_joiners_and_many_marks_stays() {
        for text in
            ["نجیب\u{200C}الله", "ه\u{200D}", "ক্\u{200D}ষ", "ស្ត្រី\u{200B}ខ្មែរ", "မြွှေို့်", "مُحَمَّدٌ", "Nguyễn", "a\u{323}\u{302}"]
        {
            assert_eq!(names(text), [], "{text}");
        }
    }

    #[test]
    fn a_joiner_where_nothing_joins_is_refused() {
        assert_eq!(names("Ali\u{200D}Baba"), [(4, "ZERO WIDTH JOINER")]);
        assert_eq!(names("Ali\u{200B}Baba"), [(4, "ZERO WIDTH SPACE")]);
        assert_eq!(names("\u{200C}علي"), [(1, "ZERO WIDTH NON-JOINER")]);
        assert_eq!(names("علي \u{200C}"), [(5, "ZERO WIDTH NON-JOINER")]);
    }

    #[test]
    fn marks_heaped_on_one_letter_are_refused_once() {
        assert_eq!(names(&format!("Z{}algo", "\u{301}".repeat(5))), [(6, "one mark too many on one letter")]);
        assert_eq!(names(&format!("Z{}", "\u{301}".repeat(50))).len(), 1);
        assert_eq!(names(&format!("Z{}", "\u{301}".repeat(4))), []);
        assert_eq!(names(&format!("က{}", "\u{1031}".repeat(10))).len(), 1);
    }

    #[test]
    fn what_nobody_sees_is_named() {
        for (c, name) in [
            ('\u{202E}', "RIGHT-TO-LEFT OVERRIDE"),
            ('\u{2067}', "RIGHT-TO-LEFT ISOLATE"),
            ('\u{AD}', "SOFT HYPHEN"),
            ('\u{E0041}', "a tag character"),
            ('\u{E0100}', "a variation selector"),
            ('\u{F8FF}', "a private use character"),
            ('\u{10FFFE}', "not a character"),
            ('\u{FDD0}', "not a character"),
            ('\u{7}', "a control character"),
        ] {
            assert_eq!(names(&format!("Ali{c}")), [(4, name)]);
        }
    }
}
