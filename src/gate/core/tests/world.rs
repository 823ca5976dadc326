//! A root, a desk, and a gate that trusts the root.

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::credential::country::Country;
use crate::credential::{Credential, Photo, PhotoFormat, Record, Serial, StatusRef, Types, built_in};
use crate::envelope;
use crate::format::{self, Format};
use crate::gate::Core;
use crate::seal::{SigningKey, sign};
use crate::status::{Status, StatusClaims, StatusList, native_uri};
use crate::symbol::{EcLevel, Matrix, encode};
use crate::trust::{Bundle, Issuer, IssuerKey, KeyFormat, TrustList};

pub const DAY: i64 = 86_400_000;

/// The first moment, in milliseconds.
pub const START: i64 = 1_795_000_000_000;

pub fn time(at: i64) -> Timestamp {
    Timestamp::from_millisecond(START + at).unwrap()
}

pub fn new_key() -> SigningKey {
    SigningKey::generate_p256(&mut UnwrapErr(SysRng))
}

pub struct World {
    pub root: SigningKey,
    pub desk: SigningKey,
    pub core: Core,
    types: Types,
}

impl World {
    /// A gate that trusts nobody.
    pub fn new() -> Self {
        Self { root: new_key(), desk: new_key(), core: Core::new(), types: built_in::types() }
    }

    /// A gate with list 1 of the root.
    pub fn trusting() -> Self {
        let mut world = Self::new();
        let reply = world.import(&world.bundle(1, 0), 0, &json!({"accept": true}));
        assert_eq!(reply["state"], "new", "{reply}");
        world
    }

    pub fn list(&self, sequence: u64, issued: i64) -> TrustList {
        let key = self.desk.public();
        TrustList {
            sequence,
            issued: time(issued),
            stale_after_days: 90,
            root_name: "Root of Kakuma".to_owned(),
            issuers: vec![Issuer {
                name: "Desk 4, Kakuma".to_owned(),
                country: Some("KEN".to_owned()),
                keys: vec![IssuerKey {
                    kid: key.kid().as_bytes().to_vec(),
                    key,
                    format: KeyFormat::Nansen,
                    types: vec![],
                    valid_from: None,
                    valid_until: None,
                }],
            }],
            types: vec![],
            unusable_keys: 0,
        }
    }

    pub fn bundle(&self, sequence: u64, issued: i64) -> Vec<u8> {
        self.bundle_with(&self.list(sequence, issued), vec![])
    }

    pub fn bundle_with(&self, list: &TrustList, tokens: Vec<Vec<u8>>) -> Vec<u8> {
        let list = list.sign(&self.root).unwrap();
        Bundle { root_spki: self.root.public().to_spki_der(), list, tokens }.to_bytes()
    }

    /// The status list of the desk, with one entry that is not valid.
    pub fn token(&self, index: u64, status: Status) -> Vec<u8> {
        let mut list = StatusList::new();
        list.set(index, status).unwrap();
        StatusClaims { uri: native_uri(1), issued: time(0), expires: None, ttl: None, list }.sign(&self.desk)
    }

    pub fn credential(&self) -> Credential {
        let mut record = Record::new();
        let made = self.types.by_name("registration").unwrap();
        for (column, cell) in [
            ("individual_id", "KEN-1"),
            ("given_names", "Senait"),
            ("family_name", "Tesfay"),
            ("native_name", "ሰናይት ተስፋይ"),
            ("native_language", "ti"),
            ("date_of_birth", "1987~"),
            ("sex", "F"),
            ("nationality", "ERI"),
        ] {
            let kind = &made.field(column).unwrap().kind;
            record.set(column, kind.parse(cell, Date::constant(2026, 11, 21)).unwrap().unwrap());
        }
        Credential {
            type_name: "registration".to_owned(),
            serial: Serial::from_bytes([0x5a, 0, 0, 0, 7]),
            issued: Timestamp::from_second(START / 1000).unwrap(),
            not_before: None,
            expires: None,
            status: None,
            copy: None,
            supersedes: None,
            record,
            photo: None,
        }
    }

    /// With a status of the desk's list.
    pub fn with_status(&self, index: u64) -> Credential {
        Credential { status: Some(StatusRef { uri: native_uri(1), index }), ..self.credential() }
    }

    /// With a frame of a face.
    pub fn with_photo(&self) -> Credential {
        let photo = Photo { format: PhotoFormat::WebP, bytes: vec![0x30, 1, 0, 0x9d, 1, 0x2a, 1, 0, 1] };
        Credential { photo: Some(photo), ..self.credential() }
    }

    /// The signed message.
    pub fn message(&self, credential: &Credential, key: &SigningKey) -> Vec<u8> {
        let made = self.types.by_name(&credential.type_name).unwrap();
        let issuer = format::Issuer { name: "Desk 4", country: Country::parse("KEN").ok() };
        sign(&format::write(Format::Nansen, credential, made, &issuer).unwrap().payload, key)
    }

    /// The text of its symbol.
    pub fn text(&self, credential: &Credential) -> String {
        envelope::to_text(&envelope::pack(&self.message(credential, &self.desk))).unwrap()
    }

    pub fn call(&mut self, header: &Value, payload: &[u8]) -> Value {
        let reply = self.core.call(header.to_string().as_bytes(), payload);
        serde_json::from_slice(&reply.header).unwrap()
    }

    pub fn import(&mut self, bundle: &[u8], at: i64, more: &Value) -> Value {
        let mut header = json!({"do": "import", "now": START + at});
        header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.call(&header, bundle)
    }

    /// Asks about a text.
    pub fn ask(&mut self, text: &str, at: i64) -> Value {
        self.call(&json!({"do": "text", "now": START + at}), text.as_bytes())
    }

    /// Verdict and reason of the one answer to a text.
    pub fn verdict(&mut self, text: &str, at: i64) -> (String, String) {
        let reply = self.ask(text, at);
        let answers = reply["answers"].as_array().unwrap_or_else(|| panic!("{reply}"));
        assert_eq!(answers.len(), 1, "{reply}");
        let word = |name: &str| answers[0][name].as_str().unwrap_or_default().to_owned();
        (word("verdict"), word("reason"))
    }
}

/// The symbol of a text.
pub fn symbol(text: &str) -> Matrix {
    (1..=40).find_map(|version| encode(text, version, EcLevel::M).ok()).unwrap()
}

/// Symbols on grey paper, one below the other, with four pixels a module: width, height, pixels.
pub fn paint(symbols: &[Matrix]) -> (u32, u32, Vec<u8>) {
    let side = 4 * (symbols.iter().map(Matrix::width).max().unwrap_or(0) + 10);
    let mut pixels = vec![230; side * side * symbols.len().max(1)];
    for (number, symbol) in symbols.iter().enumerate() {
        for y in 0..symbol.width() * 4 {
            for x in (0..symbol.width() * 4).filter(|x| symbol.is_dark(x / 4, y / 4)) {
                pixels[(number * side + 20 + y) * side + 20 + x] = 20;
            }
        }
    }
    (side as u32, (side * symbols.len().max(1)) as u32, pixels)
}

/// A PDF of one page with these symbols, drawn as rectangles.
pub fn pdf(symbols: &[Matrix]) -> Vec<u8> {
    let mut content = String::new();
    for (number, symbol) in symbols.iter().enumerate() {
        let bottom = 20 + 300 * number;
        for y in 0..symbol.width() {
            for x in (0..symbol.width()).filter(|x| symbol.is_dark(*x, y)) {
                let (x, y) = (20 + 2 * x, bottom + 2 * (symbol.width() - y));
                content.push_str(&format!("{x} {y} 2 2 re f\n"));
            }
        }
    }
    let page = "<</Type /Page /Parent 2 0 R /MediaBox [0 0 300 700] /Contents 4 0 R>>";
    let objects = [
        "<</Type /Catalog /Pages 2 0 R>>".to_owned(),
        "<</Type /Pages /Kids [3 0 R] /Count 1>>".to_owned(),
        page.to_owned(),
        format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
    ];
    let mut file = "%PDF-1.7\n".to_owned();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(file.len());
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", number + 1));
    }
    let table = file.len();
    file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1));
    places.iter().for_each(|place| file.push_str(&format!("{place:010} 00000 n \n")));
    file.push_str(&format!("trailer\n<</Size {} /Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1));
    file.into_bytes()
}
