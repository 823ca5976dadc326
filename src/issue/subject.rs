//! Whom a record is about, and who looks like whom.

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use crate::credential::record::{Record, Value};

/// Letters of a shown name at most: the register takes no more.
const NAME_MOST: usize = 1000;

/// Sixteen bytes that stand for a text: lists of a million rows fit into memory, and no name stays there.
pub type Digest = [u8; 16];

/// The digest of some texts, which are kept apart.
pub fn digest(texts: &[&str]) -> Digest {
    let mut sha = Sha256::new();
    for text in texts {
        sha.update((text.len() as u64).to_be_bytes());
        sha.update(text.as_bytes());
    }
    sha.finalize()[..16].try_into().expect("SHA-256 has 32 bytes")
}

/// What two rows of one person probably share: the Latin name without accents, case and punctuation, its words in any
/// order, and the date of birth. `None` when either is missing.
pub fn name_key(record: &Record) -> Option<String> {
    let name = ["full_name", "given_names", "family_name"].map(|column| record.text(column)).join(" ");
    let plain: String = name.nfd().filter(|c| c.is_alphabetic() || *c == ' ').flat_map(char::to_lowercase).collect();
    let mut words: Vec<&str> = plain.split_whitespace().collect();
    words.sort_unstable();
    let birth = record.get("date_of_birth")?;
    (!words.is_empty()).then(|| format!("{} {birth}", words.join(" ")))
}

/// The name as a clerk wants to see it in a list: in Latin letters, and in its own script. Of a household, the names of
/// its members.
pub fn shown_name(record: &Record) -> String {
    let latin = ["full_name", "given_names", "family_name"].map(|column| record.text(column)).join(" ");
    let latin = latin.split_whitespace().collect::<Vec<_>>().join(" ");
    let own = record.text("native_name");
    let mut names: Vec<String> =
        vec![[latin, own].into_iter().filter(|n| !n.is_empty()).collect::<Vec<_>>().join(" · ")];
    for (_, value) in record.iter() {
        if let Value::Members(members) = value {
            names.extend(members.iter().map(shown_name));
        }
    }
    names.retain(|name| !name.is_empty());
    names.join(", ").chars().take(NAME_MOST).collect()
}
