//! The trust list: its content, its bytes, its signature.

use jiff::Timestamp;

use crate::cbor::{self, CborError, Value};
use crate::seal::{
    Authentic, KeyError, OpenError, PublicKey, Sealed, SigningKey, TRUST_LIST_TYPE, TYP, sign_with_headers,
};

/// Version of this format.
const VERSION: i64 = 1;

const LIST_VERSION: i64 = 1;
const LIST_SEQUENCE: i64 = 2;
const LIST_ISSUED: i64 = 3;
const LIST_STALE_AFTER: i64 = 4;
const LIST_ROOT_NAME: i64 = 5;
const LIST_ISSUERS: i64 = 6;
const LIST_TYPES: i64 = 7;
const LIST_LABELS: [i64; 7] =
    [LIST_VERSION, LIST_SEQUENCE, LIST_ISSUED, LIST_STALE_AFTER, LIST_ROOT_NAME, LIST_ISSUERS, LIST_TYPES];

const ISSUER_NAME: i64 = 1;
const ISSUER_COUNTRY: i64 = 2;
const ISSUER_KEYS: i64 = 3;

const KEY_KID: i64 = 1;
const KEY_SPKI: i64 = 2;
const KEY_FORMAT: i64 = 3;
const KEY_TYPES: i64 = 4;
const KEY_VALID_FROM: i64 = 5;
const KEY_VALID_UNTIL: i64 = 6;

/// Bytes of a signed list at most: a thousand issuers with their types need a fifth.
pub const MAX_LIST_BYTES: usize = 4 * 1024 * 1024;
/// Issuers, keys of one issuer, credential types of one list, types of one key: none has more.
const MAX_ENTRIES: usize = 10_000;
/// Characters of a name.
const MAX_NAME_CHARS: usize = 200;
/// Bytes of another format's key identifier.
const MAX_KID_BYTES: usize = 64;
/// Bytes of one credential type's description.
const MAX_TYPE_BYTES: usize = 64 * 1024;
/// Days that a list may call itself usable: ten years.
const MAX_STALE_AFTER_DAYS: u32 = 3_660;

/// Why a list cannot be read, or should not be signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    /// Longer than any list needs to be.
    #[error("a trust list of {found} bytes, where at most {MAX_LIST_BYTES} are read")]
    TooLong {
        /// Its length.
        found: usize,
    },
    /// Not signed by the root, or not a signed message at all.
    #[error("the trust list is not one that its root key signed")]
    Seal(#[source] OpenError),
    /// Not deterministic CBOR.
    #[error("the trust list is not deterministic CBOR")]
    NotCbor(#[source] CborError),
    /// A list of a later version of this format.
    #[error("a trust list of version {found}, where version {VERSION} was wanted")]
    Version {
        /// Its version.
        found: i128,
    },
    /// An entry is missing, of the wrong kind or out of its bounds.
    #[error("the {part} has no usable {entry}")]
    Entry {
        /// List, issuer or key.
        part: &'static str,
        /// The entry.
        entry: &'static str,
    },
    /// The list holds something that this version does not know.
    #[error("the {part} has an entry {label} that version {VERSION} does not know")]
    UnknownEntry {
        /// List, issuer or key.
        part: &'static str,
        /// The entry's label.
        label: String,
    },
    /// A key in a list to be signed cannot be used.
    #[error("a key of the list cannot be used")]
    Key(#[source] KeyError),
}

/// The format of papers that a key signs.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum KeyFormat {
    /// Our own.
    Nansen,
    /// EU Digital COVID Certificate and WHO HCERT.
    Hcert,
    /// MOSIP Claim 169.
    Claim169,
}

impl KeyFormat {
    /// Every format known here.
    pub const ALL: [Self; 3] = [Self::Nansen, Self::Hcert, Self::Claim169];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nansen => "nansen",
            Self::Hcert => "hcert",
            Self::Claim169 => "claim169",
        }
    }

    fn number(self) -> i64 {
        match self {
            Self::Nansen => 0,
            Self::Hcert => 1,
            Self::Claim169 => 2,
        }
    }

    fn from_number(number: i128) -> Option<Self> {
        Self::ALL.into_iter().find(|format| i128::from(format.number()) == number)
    }
}

/// A key and what it may be used for.
#[derive(Clone, Debug, PartialEq)]
pub struct IssuerKey {
    /// As it stands in the header of what the key signs. Empty when the issuer's messages carry none or anything:
    /// then the key is tried for every message of its format.
    pub kid: Vec<u8>,
    /// The key.
    pub key: PublicKey,
    /// The format of its papers.
    pub format: KeyFormat,
    /// Credential types it may sign; empty means every type.
    pub types: Vec<String>,
    /// First moment at which its signatures count.
    pub valid_from: Option<Timestamp>,
    /// Last moment at which its signatures count.
    pub valid_until: Option<Timestamp>,
}

impl IssuerKey {
    /// Whether the key may sign credentials of this type.
    pub fn may_sign(&self, credential_type: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|allowed| allowed == credential_type)
    }

    /// Whether a signature made at `time` counts.
    pub fn valid_at(&self, time: Timestamp) -> bool {
        self.valid_from.is_none_or(|from| from <= time) && self.valid_until.is_none_or(|until| time <= until)
    }
}

/// Who issues.
#[derive(Clone, Debug, PartialEq)]
pub struct Issuer {
    /// For people.
    pub name: String,
    /// ISO 3166-1 alpha-3, or what ICAO 9303 uses beside it (`UNO`, `EUE`).
    pub country: Option<String>,
    /// Its keys.
    pub keys: Vec<IssuerKey>,
}

/// A trust list.
#[derive(Clone, Debug, PartialEq)]
pub struct TrustList {
    /// Grows with each list of the root.
    pub sequence: u64,
    /// When the root signed it.
    pub issued: Timestamp,
    /// Days after which it should not be relied on.
    pub stale_after_days: u32,
    /// Who keeps the list, for people.
    pub root_name: String,
    /// Whom it names.
    pub issuers: Vec<Issuer>,
    /// Descriptions of credential types (`type.toml`), for verifiers who have no templates.
    pub types: Vec<String>,
    /// Keys left out in reading because this version cannot use them.
    pub unusable_keys: usize,
}

impl TrustList {
    /// Signs the list with the root's key.
    ///
    /// # Errors
    /// When a reader would refuse it.
    pub fn sign(&self, root: &SigningKey) -> Result<Vec<u8>, ListError> {
        let payload = cbor::encode(&self.to_value());
        // What we sign must be what a reader reads, bounds included.
        Self::from_payload(&payload)?;
        let bytes = sign_with_headers(&payload, &[(TYP, cbor::text(TRUST_LIST_TYPE))], root);
        if bytes.len() > MAX_LIST_BYTES { Err(ListError::TooLong { found: bytes.len() }) } else { Ok(bytes) }
    }

    /// Reads a list that `root` signed.
    ///
    /// # Errors
    /// When it did not, or the list is not in order.
    pub fn open(bytes: &[u8], root: &PublicKey) -> Result<Authentic<Self>, ListError> {
        if bytes.len() > MAX_LIST_BYTES {
            return Err(ListError::TooLong { found: bytes.len() });
        }
        let sealed = Sealed::parse_strict_typed(bytes, TRUST_LIST_TYPE).map_err(ListError::Seal)?;
        let payload = sealed.open_with(root).map_err(ListError::Seal)?;
        payload.try_map(|payload| Self::from_payload(&payload))
    }

    /// Every key with its issuer.
    pub fn keys(&self) -> impl Iterator<Item = (&Issuer, &IssuerKey)> {
        self.issuers.iter().flat_map(|issuer| issuer.keys.iter().map(move |key| (issuer, key)))
    }

    fn to_value(&self) -> Value {
        let mut entries = vec![
            (LIST_VERSION, cbor::int(VERSION)),
            (LIST_SEQUENCE, cbor::int(self.sequence)),
            (LIST_ISSUED, cbor::int(self.issued.as_second())),
            (LIST_STALE_AFTER, cbor::int(self.stale_after_days)),
            (LIST_ROOT_NAME, cbor::text(&self.root_name)),
            (LIST_ISSUERS, Value::Array(self.issuers.iter().map(issuer_value).collect())),
        ];
        if !self.types.is_empty() {
            entries.push((LIST_TYPES, texts(&self.types)));
        }
        map(entries)
    }

    fn from_payload(payload: &[u8]) -> Result<Self, ListError> {
        let value = cbor::decode_strict(payload).map_err(ListError::NotCbor)?;
        let entries = Entries::of(&value, "trust list")?;
        match entries.get(LIST_VERSION) {
            Some(Value::Integer(version)) if *version == i128::from(VERSION) => {}
            Some(Value::Integer(found)) => return Err(ListError::Version { found: *found }),
            _ => return Err(entries.wrong("version")),
        }
        let sequence = entries.number(LIST_SEQUENCE, "sequence number")?;
        let issued = entries.time(LIST_ISSUED, "time of issue")?.ok_or_else(|| entries.wrong("time of issue"))?;
        let stale_after_days = u32::try_from(entries.number(LIST_STALE_AFTER, "number of days")?)
            .ok()
            .filter(|days| (1..=MAX_STALE_AFTER_DAYS).contains(days))
            .ok_or_else(|| entries.wrong("number of days"))?;
        let root_name = entries.name(LIST_ROOT_NAME, "root name")?;
        let mut unusable_keys = 0;
        let issuers = entries
            .array(LIST_ISSUERS, "list of issuers")?
            .iter()
            .map(|issuer| issuer_from(issuer, &mut unusable_keys))
            .collect::<Result<_, _>>()?;
        let types = match entries.get(LIST_TYPES) {
            None => Vec::new(),
            Some(_) => entries.texts(LIST_TYPES, "list of types", MAX_TYPE_BYTES)?,
        };
        entries.only(&LIST_LABELS)?;
        Ok(Self { sequence, issued, stale_after_days, root_name, issuers, types, unusable_keys })
    }
}

fn issuer_value(issuer: &Issuer) -> Value {
    let mut entries = vec![
        (ISSUER_NAME, cbor::text(&issuer.name)),
        (ISSUER_KEYS, Value::Array(issuer.keys.iter().map(key_value).collect())),
    ];
    entries.extend(issuer.country.iter().map(|country| (ISSUER_COUNTRY, cbor::text(country))));
    map(entries)
}

fn key_value(key: &IssuerKey) -> Value {
    let mut entries = vec![
        (KEY_KID, Value::Bytes(key.kid.clone())),
        (KEY_SPKI, Value::Bytes(key.key.to_spki_der())),
        (KEY_FORMAT, cbor::int(key.format.number())),
    ];
    if !key.types.is_empty() {
        entries.push((KEY_TYPES, texts(&key.types)));
    }
    entries.extend(key.valid_from.map(|time| (KEY_VALID_FROM, cbor::int(time.as_second()))));
    entries.extend(key.valid_until.map(|time| (KEY_VALID_UNTIL, cbor::int(time.as_second()))));
    map(entries)
}

fn issuer_from(value: &Value, unusable_keys: &mut usize) -> Result<Issuer, ListError> {
    let entries = Entries::of(value, "issuer")?;
    let name = entries.name(ISSUER_NAME, "name")?;
    let country = match entries.get(ISSUER_COUNTRY) {
        None => None,
        Some(Value::Text(code)) if is_country(code) => Some(code.clone()),
        Some(_) => return Err(entries.wrong("country")),
    };
    let mut keys = Vec::new();
    for key in entries.array(ISSUER_KEYS, "list of keys")? {
        match key_from(key)? {
            Some(key) => keys.push(key),
            None => *unusable_keys += 1,
        }
    }
    entries.only(&[ISSUER_NAME, ISSUER_COUNTRY, ISSUER_KEYS])?;
    Ok(Issuer { name, country, keys })
}

/// `None` for a kind of key or a format that this version cannot use: the rest of the list still counts.
fn key_from(value: &Value) -> Result<Option<IssuerKey>, ListError> {
    let entries = Entries::of(value, "key")?;
    let kid = match entries.get(KEY_KID) {
        Some(Value::Bytes(kid)) if kid.len() <= MAX_KID_BYTES => kid.clone(),
        _ => return Err(entries.wrong("key identifier")),
    };
    let Some(Value::Bytes(spki)) = entries.get(KEY_SPKI) else { return Err(entries.wrong("public key")) };
    let Some(Value::Integer(format)) = entries.get(KEY_FORMAT) else { return Err(entries.wrong("format")) };
    let types = match entries.get(KEY_TYPES) {
        None => Vec::new(),
        Some(_) => entries.texts(KEY_TYPES, "list of types", MAX_NAME_CHARS)?,
    };
    let valid_from = entries.time(KEY_VALID_FROM, "start of validity")?;
    let valid_until = entries.time(KEY_VALID_UNTIL, "end of validity")?;
    let (Ok(key), Some(format)) = (PublicKey::from_spki_der(spki), KeyFormat::from_number(*format)) else {
        return Ok(None);
    };
    // A limit that is not understood must not be overlooked; a key that cannot be used needs none.
    entries.only(&[KEY_KID, KEY_SPKI, KEY_FORMAT, KEY_TYPES, KEY_VALID_FROM, KEY_VALID_UNTIL])?;
    Ok(Some(IssuerKey { kid, key, format, types, valid_from, valid_until }))
}

/// Whether a text can stand for a country: `KEN`, `D`, `UNO`.
pub fn is_country(code: &str) -> bool {
    (1..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_uppercase())
}

/// Whether a text can be shown as a name: some characters, none that steer a terminal or turn the line around.
pub fn is_name(name: &str) -> bool {
    let steers = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !name.trim().is_empty() && name.chars().count() <= MAX_NAME_CHARS && !name.chars().any(steers)
}

fn map(entries: Vec<(i64, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(label, value)| (cbor::int(label), value)).collect())
}

fn texts(texts: &[String]) -> Value {
    Value::Array(texts.iter().map(cbor::text).collect())
}

/// The entries of one map, read by label.
struct Entries<'a> {
    entries: &'a [(Value, Value)],
    part: &'static str,
}

impl<'a> Entries<'a> {
    fn of(value: &'a Value, part: &'static str) -> Result<Self, ListError> {
        match value {
            Value::Map(entries) => Ok(Self { entries, part }),
            _ => Err(ListError::Entry { part, entry: "map" }),
        }
    }

    fn wrong(&self, entry: &'static str) -> ListError {
        ListError::Entry { part: self.part, entry }
    }

    fn get(&self, label: i64) -> Option<&'a Value> {
        cbor::get(self.entries, label)
    }

    fn number(&self, label: i64, entry: &'static str) -> Result<u64, ListError> {
        match self.get(label) {
            Some(Value::Integer(number)) => u64::try_from(*number).map_err(|_| self.wrong(entry)),
            _ => Err(self.wrong(entry)),
        }
    }

    fn time(&self, label: i64, entry: &'static str) -> Result<Option<Timestamp>, ListError> {
        match self.get(label) {
            None => Ok(None),
            Some(Value::Integer(seconds)) => i64::try_from(*seconds)
                .ok()
                .and_then(|seconds| Timestamp::from_second(seconds).ok())
                .map(Some)
                .ok_or_else(|| self.wrong(entry)),
            Some(_) => Err(self.wrong(entry)),
        }
    }

    fn name(&self, label: i64, entry: &'static str) -> Result<String, ListError> {
        match self.get(label) {
            Some(Value::Text(name)) if is_name(name) => Ok(name.clone()),
            _ => Err(self.wrong(entry)),
        }
    }

    fn array(&self, label: i64, entry: &'static str) -> Result<&'a [Value], ListError> {
        match self.get(label) {
            Some(Value::Array(items)) if items.len() <= MAX_ENTRIES => Ok(items),
            _ => Err(self.wrong(entry)),
        }
    }

    fn texts(&self, label: i64, entry: &'static str, max_bytes: usize) -> Result<Vec<String>, ListError> {
        self.array(label, entry)?
            .iter()
            .map(|item| match item {
                Value::Text(text) if text.len() <= max_bytes => Ok(text.clone()),
                _ => Err(self.wrong(entry)),
            })
            .collect()
    }

    fn only(&self, known: &[i64]) -> Result<(), ListError> {
        let stranger = self.entries.iter().find(|(label, _)| !known.iter().any(|&k| *label == cbor::int(k)));
        match stranger {
            None => Ok(()),
            Some((label, _)) => {
                let label = if let Value::Integer(number) = label { number.to_string() } else { "of text".to_owned() };
                Err(ListError::UnknownEntry { part: self.part, label })
            }
        }
    }
}
