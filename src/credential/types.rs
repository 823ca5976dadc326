//! Credential types: data, not code.
//!
//! The text of a `templates/TYPE/type.toml` comes in and a checked [`CredentialType`] goes out. A new type is a new
//! folder; the same text travels in trust lists, so that a verifier who never saw the template can name the fields.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::kind::{Choice, Kind, Labels, TEXT_MAX, label_for};

/// Longest text of a type: room for a dozen languages, and no more for whoever sends us one.
pub const TYPE_TEXT_MAX: usize = 64 * 1024;

/// Words that no credential may have a field for: what they say can get the holder killed.
const FORBIDDEN: [&str; 9] =
    ["religion", "ethnic", "tribe", "clan", "caste", "vulnerab", "disabilit", "sexual", "political"];

/// Which format a credential of a type travels in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// Our own `NP1:` (docs/FORMAT.md).
    Nansen,
    /// MOSIP Claim 169.
    Claim169,
    /// The EU Digital COVID Certificate and WHO HCERT.
    Hcert,
}

impl std::fmt::Display for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nansen => "nansen",
            Self::Claim169 => "claim169",
            Self::Hcert => "hcert",
        })
    }
}

/// Where a field stands in the signed claims.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Key {
    /// In claim 169, under a number of MOSIP's Claim 169.
    Identity(i64),
    /// In our private-use claim, under a number that the type chooses.
    Own(i64),
    /// In the DCC map of an HCERT: `v.tg`, or `nam.fn` for what stands outside the group.
    Hcert(String),
}

/// One field of a type.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// Column name in lists and in `claims`.
    pub name: String,
    /// Place in the signed claims.
    pub key: Key,
    /// What it may hold.
    pub kind: Kind,
    /// Whether a row without it is refused.
    pub required: bool,
    /// Whether it is printed in the field table (names have a place of their own).
    pub print: bool,
    /// What it is called on paper and on the screen.
    pub label: Labels,
}

impl Field {
    /// The label in `language`, in English, or the column name.
    pub fn label_in(&self, language: &str) -> &str {
        label_for(&self.label, language).or_else(|| label_for(&self.label, "en")).unwrap_or(&self.name)
    }
}

/// A kind of credential: its fields and how they travel.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CredentialType {
    /// Number of a built-in type on the wire; organisations' own types travel by name.
    pub id: Option<i64>,
    /// Folder name, such as `diploma`.
    pub name: String,
    /// Format in which it travels unless the operator says otherwise.
    pub wire: Wire,
    /// Column that says whom the credential is about; a subject holds one current credential of a type.
    pub subject: String,
    /// Column by which rows are grouped into one credential, for types with members.
    pub group: Option<String>,
    /// Column that says the language of the document; without a value `language` is used.
    pub language: String,
    /// Language of the second words of everything fixed on the paper.
    pub second_language: String,
    /// At least one of these columns must have a value.
    pub any_of: Vec<String>,
    /// Title of the document.
    pub title: Labels,
    /// Fields in the order of print.
    pub fields: Vec<Field>,
    /// Fields of each member.
    pub members: Vec<Field>,
    /// The text that it was read from.
    pub source: String,
}

impl CredentialType {
    /// The field of this column.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field that holds the members, for types that have some.
    pub fn members_field(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.kind == Kind::Members)
    }

    /// The title in `language`, or in English, or the name.
    pub fn title_in(&self, language: &str) -> &str {
        label_for(&self.title, language).or_else(|| label_for(&self.title, "en")).unwrap_or(&self.name)
    }

    /// Reads the text of a `type.toml`.
    pub fn parse(text: &str) -> Result<Self, TypeError> {
        if text.len() > TYPE_TEXT_MAX {
            return Err(TypeError::TooLong { bytes: text.len() });
        }
        let raw: RawType = toml::from_str(text).map_err(|source| TypeError::Toml { source: Box::new(source) })?;
        let fields = raw.field.into_iter().map(Field::try_from).collect::<Result<Vec<_>, _>>()?;
        let members = raw.member.into_iter().map(Field::try_from).collect::<Result<Vec<_>, _>>()?;
        let made = Self {
            id: raw.id,
            name: raw.name,
            wire: raw.wire,
            subject: raw.subject,
            group: raw.group,
            language: raw.language,
            second_language: raw.second_language,
            any_of: raw.any_of,
            title: raw.title,
            fields,
            members,
            source: text.to_owned(),
        };
        made.check()?;
        Ok(made)
    }

    fn check(&self) -> Result<(), TypeError> {
        let plain = |name: &str| {
            !name.is_empty()
                && name.len() <= 40
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
        };
        if !plain(&self.name) {
            return Err(TypeError::Name { found: self.name.chars().take(40).collect() });
        }
        for fields in [&self.fields, &self.members] {
            let mut names = BTreeSet::new();
            let mut keys = BTreeSet::new();
            for field in fields {
                if !plain(&field.name) {
                    return Err(TypeError::Name { found: field.name.chars().take(40).collect() });
                }
                if let Some(word) = FORBIDDEN.iter().find(|word| field.name.contains(**word)) {
                    return Err(TypeError::Forbidden { field: field.name.clone(), word });
                }
                if !names.insert(&field.name) || !keys.insert(&field.key) {
                    return Err(TypeError::Twice { field: field.name.clone() });
                }
            }
        }
        self.check_columns()
    }

    fn check_columns(&self) -> Result<(), TypeError> {
        for column in std::iter::once(&self.subject).chain(&self.group) {
            if self.field(column).is_none() {
                return Err(TypeError::NoSuchField { column: column.clone() });
            }
        }
        let fields = if self.members.is_empty() { &self.fields } else { &self.members };
        for column in &self.any_of {
            if !fields.iter().any(|field| field.name == *column) {
                return Err(TypeError::NoSuchField { column: column.clone() });
            }
        }
        if self.group.is_some() != self.members_field().is_some() || self.members.is_empty() == self.group.is_some() {
            return Err(TypeError::Members);
        }
        Ok(())
    }
}

/// Why a text is not a credential type.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TypeError {
    /// Not TOML, or not these keys; the source names line and column.
    #[error("not a type.toml")]
    Toml {
        /// What the parser says, with line and column.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// Longer than any type needs.
    #[error("{bytes} bytes, where a type has at most {TYPE_TEXT_MAX}")]
    TooLong {
        /// Bytes found.
        bytes: usize,
    },
    /// A name that cannot be a folder and a column.
    #[error("{found:?} is not a name: wanted small letters, digits, - and _")]
    Name {
        /// As found.
        found: String,
    },
    /// A field that must not exist.
    #[error("field {field}: no credential may say anything of {word:?}, because it can endanger the holder")]
    Forbidden {
        /// The field.
        field: String,
        /// The word in its name.
        word: &'static str,
    },
    /// Two fields with one name or one key.
    #[error("field {field}: its name or key is taken by another field")]
    Twice {
        /// The second one.
        field: String,
    },
    /// `subject`, `group` or `any_of` names a column that is no field.
    #[error("{column} is not a field of the type")]
    NoSuchField {
        /// The column.
        column: String,
    },
    /// `group`, `[[member]]` and a field of kind `members` go together.
    #[error("group, member fields and a field of kind members go together")]
    Members,
    /// A key such as `169.x`.
    #[error("field {field}: {found:?} is not a key: wanted 169.N, a number from 0 to 65535, or hcert.PATH")]
    Key {
        /// The field.
        field: String,
        /// As found.
        found: String,
    },
    /// A kind that does not exist, or lacks its values.
    #[error("field {field}: {found:?} is not a kind")]
    Kind {
        /// The field.
        field: String,
        /// As found.
        found: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawType {
    id: Option<i64>,
    name: String,
    wire: Wire,
    subject: String,
    group: Option<String>,
    #[serde(default = "english")]
    language: String,
    #[serde(default = "english")]
    second_language: String,
    #[serde(default)]
    any_of: Vec<String>,
    title: Labels,
    field: Vec<RawField>,
    #[serde(default)]
    member: Vec<RawField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    name: String,
    key: toml::Value,
    kind: String,
    #[serde(default)]
    required: bool,
    #[serde(default = "yes")]
    print: bool,
    max: Option<i64>,
    min: Option<i64>,
    #[serde(default)]
    past: bool,
    #[serde(default)]
    values: Vec<RawChoice>,
    label: Labels,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawChoice {
    name: String,
    code: i64,
    wire: Option<String>,
    #[serde(default)]
    label: Labels,
}

fn english() -> String {
    "en".to_owned()
}

fn yes() -> bool {
    true
}

impl TryFrom<RawField> for Field {
    type Error = TypeError;

    fn try_from(raw: RawField) -> Result<Self, TypeError> {
        let key = key(&raw)?;
        let kind = kind(&raw)?;
        Ok(Self { key, kind, name: raw.name, required: raw.required, print: raw.print, label: raw.label })
    }
}

fn key(raw: &RawField) -> Result<Key, TypeError> {
    let wrong = || TypeError::Key { field: raw.name.clone(), found: raw.key.to_string() };
    match &raw.key {
        toml::Value::Integer(number) if (0..=65535).contains(number) => Ok(Key::Own(*number)),
        toml::Value::String(text) => match text.split_once('.') {
            Some(("169", number)) => number.parse().map(Key::Identity).map_err(|_| wrong()),
            Some(("hcert", path)) => Ok(Key::Hcert(path.to_owned())),
            _ => Err(wrong()),
        },
        _ => Err(wrong()),
    }
}

fn kind(raw: &RawField) -> Result<Kind, TypeError> {
    let letters = |default: usize| raw.max.and_then(|max| usize::try_from(max).ok()).unwrap_or(default).min(4096);
    Ok(match raw.kind.as_str() {
        "text" => Kind::Text { max: letters(TEXT_MAX) },
        "name" => Kind::Name,
        "identifier" => Kind::Identifier,
        "date" => Kind::Date { past: raw.past },
        "country" => Kind::Country,
        "language" => Kind::Language,
        "integer" => Kind::Integer { min: raw.min.unwrap_or(0), max: raw.max.unwrap_or(i64::from(i32::MAX)) },
        "url" => Kind::Url,
        "members" => Kind::Members,
        "choice" if !raw.values.is_empty() => Kind::Choice(raw.values.iter().map(choice).collect()),
        _ => return Err(TypeError::Kind { field: raw.name.clone(), found: raw.kind.clone() }),
    })
}

fn choice(raw: &RawChoice) -> Choice {
    Choice { name: raw.name.clone(), code: raw.code, wire: raw.wire.clone(), label: raw.label.clone() }
}

/// The types that a desk or a verifier knows, found by name or by number.
#[derive(Clone, Debug, Default)]
pub struct Types(Vec<CredentialType>);

impl Types {
    /// Knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a type; an earlier one of the same name stays in force.
    pub fn add(&mut self, made: CredentialType) {
        if self.by_name(&made.name).is_none() {
            self.0.push(made);
        }
    }

    /// By folder name.
    pub fn by_name(&self, name: &str) -> Option<&CredentialType> {
        self.0.iter().find(|t| t.name == name)
    }

    /// By the number of a built-in type.
    pub fn by_id(&self, id: i64) -> Option<&CredentialType> {
        self.0.iter().find(|t| t.id == Some(id))
    }

    /// All of them, in the order of being added.
    pub fn iter(&self) -> impl Iterator<Item = &CredentialType> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        name = "permit"
        wire = "nansen"
        subject = "number"
        title = { en = "Permit" }
        [[field]]
        name = "number"
        key = 0
        kind = "identifier"
        label = { en = "Number" }
    "#;

    #[test]
    fn a_new_type_is_only_text() {
        let made = CredentialType::parse(SMALL).unwrap();
        assert_eq!(made.field("number").unwrap().label_in("fr"), "Number");
        assert_eq!(made.title_in("en"), "Permit");
    }

    #[test]
    fn a_type_says_its_second_language_or_has_english() {
        assert_eq!(CredentialType::parse(SMALL).unwrap().second_language, "en");
        let french = SMALL.replace("wire =", "second_language = \"fr\"\n        wire =");
        assert_eq!(CredentialType::parse(&french).unwrap().second_language, "fr");
    }

    #[test]
    fn a_type_that_endangers_its_holder_is_refused() {
        let text = SMALL
            .replace("subject = \"number\"", "subject = \"religion\"")
            .replace("name = \"number\"", "name = \"religion\"");
        let error = CredentialType::parse(&text).unwrap_err();
        assert!(error.to_string().starts_with("field religion: no credential may say anything"), "{error}");
    }

    #[test]
    fn mistakes_in_a_type_are_named() {
        for (from, to, expect) in [
            ("key = 0", "key = -1", "field number: \"-1\" is not a key"),
            ("kind = \"identifier\"", "kind = \"number\"", "field number: \"number\" is not a kind"),
            ("subject = \"number\"", "subject = \"id\"", "id is not a field of the type"),
            ("name = \"permit\"", "name = \"../x\"", "\"../x\" is not a name"),
            ("title =", "tittle =", "not a type.toml"),
        ] {
            let error = CredentialType::parse(&SMALL.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.starts_with(expect), "{error}");
        }
    }
}
