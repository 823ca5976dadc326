//! Credential → the payload of an HCERT with a DCC of schema version 1.3.0.

use crate::cbor::{self, Value as Cbor, int, text};
use crate::credential::kind::Kind;
use crate::credential::transliterate::to_mrz;
use crate::credential::types::{CredentialType, Field, Key};
use crate::credential::{Credential, Value};
use crate::format::alpha2::alpha2_of;
use crate::format::claims::registered;
use crate::format::error::dropped_beside_fields;
use crate::format::{Format, Issuer, WriteError, Written};

use super::columns::CERTIFICATE_ID;
use super::schema::departures;
use super::uvci::Uvci;
use super::{DCC, HCERT};

/// Longest name and text (DCC schema 1.3.0).
const TEXT_MAX: usize = 80;

/// The parts of a DCC while they are put together.
#[derive(Default)]
struct Dcc {
    names: Vec<(Cbor, Cbor)>,
    birth: String,
    /// Key of the group, such as `v`, and its one entry.
    group: Option<(String, Vec<(Cbor, Cbor)>)>,
    dropped: Vec<String>,
}

/// Makes the payload: claims 1, 4, 6, −260, and 65535 when there is a status list.
pub fn write(credential: &Credential, made: &CredentialType, issuer: &Issuer<'_>) -> Result<Written, WriteError> {
    let alpha2 = issuer.country.and_then(alpha2_of).ok_or(WriteError::IssuerCountry)?;
    let mut dcc = Dcc { dropped: dropped_beside_fields(credential), ..Dcc::default() };
    if credential.photo.is_some() {
        dcc.dropped.push("photo".to_owned());
    }
    for (column, value) in credential.record.iter() {
        let path = made.field(column).and_then(|field| match &field.key {
            Key::Hcert(path) => Some((field, path.as_str())),
            _ => None,
        });
        match path {
            Some((field, path)) => dcc.put(field, path, value, credential, alpha2)?,
            None => dcc.dropped.push(column.to_owned()),
        }
    }
    let dropped = std::mem::take(&mut dcc.dropped);
    let dcc = dcc.finish(made)?;
    let mut claims = registered(alpha2, credential);
    claims.push((int(HCERT), Cbor::Map(vec![(int(DCC), Cbor::Map(dcc))])));
    Ok(Written { payload: cbor::encode(&Cbor::Map(claims)), dropped })
}

impl Dcc {
    fn put(
        &mut self,
        field: &Field,
        path: &str,
        value: &Value,
        credential: &Credential,
        alpha2: &str,
    ) -> Result<(), WriteError> {
        match path.split_once('.') {
            None if path == "dob" => self.put_birth(&field.name, value),
            Some(("nam", name @ ("fn" | "gn"))) => return self.put_name(&field.name, name, &value.to_string()),
            Some((_, CERTIFICATE_ID)) => {
                let number = value.to_string();
                let uvci = Uvci { number: number.clone(), serial: credential.serial };
                let identifier = uvci
                    .write(alpha2)
                    .ok_or_else(|| WriteError::NotInUvci { column: field.name.clone(), found: number })?;
                self.put_entry(path, text(at_most(&field.name, identifier)?));
            }
            Some(_) => self.put_entry(path, item(field, value)?),
            None => self.dropped.push(field.name.clone()),
        }
        Ok(())
    }

    /// A DCC has no way to say that a date is an estimate.
    fn put_birth(&mut self, column: &str, value: &Value) {
        let birth = value.to_string();
        let plain = birth.trim_end_matches(['~', '?', '%']).to_owned();
        if plain != birth {
            self.dropped.push(format!("{column}: {}", &birth[plain.len()..]));
        }
        self.birth = plain;
    }

    /// A name as it is written, and standardised by ICAO Doc 9303.
    fn put_name(&mut self, column: &str, key: &str, name: &str) -> Result<(), WriteError> {
        let standard = to_mrz(name, "")
            .ok_or_else(|| WriteError::NotLatin { column: column.to_owned(), found: name.to_owned() })?;
        self.names.push((text(key), text(at_most(column, name.to_owned())?)));
        self.names.push((text(format!("{key}t")), text(at_most(column, standard)?)));
        Ok(())
    }

    fn put_entry(&mut self, path: &str, item: Cbor) {
        let (group, name) = path.split_once('.').unwrap_or((path, ""));
        let (_, entry) = self.group.get_or_insert_with(|| (group.to_owned(), Vec::new()));
        entry.push((text(name), item));
    }

    fn finish(self, made: &CredentialType) -> Result<Vec<(Cbor, Cbor)>, WriteError> {
        // A name of one part that is a given name can only be said from schema version 1.3.2 on.
        let surname = cbor::get_text(&self.names, "fnt").is_some();
        let version = if surname { "1.3.0" } else { "1.3.2" };
        let (group, entry) = self
            .group
            .ok_or_else(|| WriteError::TypeDoesNotFit { type_name: made.name.clone(), format: Format::Hcert })?;
        let dcc = vec![
            (text("ver"), text(version)),
            (text("nam"), Cbor::Map(self.names)),
            (text("dob"), text(self.birth)),
            (text(group), Cbor::Array(vec![Cbor::Map(entry)])),
        ];
        match departures(&dcc).into_iter().next() {
            Some(departure) => Err(WriteError::Schema(departure)),
            None => Ok(dcc),
        }
    }
}

fn item(field: &Field, value: &Value) -> Result<Cbor, WriteError> {
    let column = || field.name.clone();
    Ok(match (value, &field.kind) {
        (Value::Choice(name), Kind::Choice(choices)) => {
            let code = choices.iter().find(|choice| choice.name == *name).and_then(|choice| choice.wire.clone());
            text(code.unwrap_or_else(|| name.clone()))
        }
        (Value::Integer(number), _) => int(*number),
        (Value::Country(country), _) => {
            let found = || country.to_string();
            text(alpha2_of(*country).ok_or_else(|| WriteError::NoAlpha2 { column: column(), found: found() })?)
        }
        (Value::Date(date), _) => match date.full() {
            Some(day) if date.to_string() == day.to_string() => text(day.to_string()),
            _ => return Err(WriteError::NotAWholeDate { column: column(), found: date.to_string() }),
        },
        (other, _) => text(at_most(&field.name, other.to_string())?),
    })
}

fn at_most(column: &str, words: String) -> Result<String, WriteError> {
    let letters = words.chars().count();
    if letters > TEXT_MAX {
        return Err(WriteError::TooLong { column: column.to_owned(), letters, most: TEXT_MAX });
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::super::statement;
    use super::*;
    use crate::credential::country::Country;
    use crate::credential::{Record, Serial, Types};
    use crate::format::Group;
    use jiff::Timestamp;
    use jiff::civil::Date;

    const CELLS: [(&str, &str); 13] = [
        ("vaccination_number", "KKM/00017"),
        ("given_names", "Noëlla"),
        ("family_name", "Mukwege-N'Simba"),
        ("date_of_birth", "1987-03"),
        ("disease", "covid-19"),
        ("vaccine", "mrna"),
        ("product", "comirnaty"),
        ("manufacturer", "biontech-manufacturing-gmbh"),
        ("dose", "2"),
        ("doses", "2"),
        ("date", "2026-01-08"),
        ("country", "KEN"),
        ("certificate_issuer", "Ministry of Health"),
    ];

    fn vaccination() -> CredentialType {
        CredentialType::parse(include_str!("../../../templates/vaccination/type.toml")).unwrap()
    }

    fn credential(changes: &[(&str, &str)]) -> Credential {
        let made = vaccination();
        let today = Date::constant(2026, 11, 21);
        let record: Record = CELLS
            .into_iter()
            .map(|(column, cell)| {
                (column, changes.iter().find(|(changed, _)| *changed == column).map_or(cell, |(_, cell)| *cell))
            })
            .filter_map(|(column, cell)| {
                Some((column.to_owned(), made.field(column)?.kind.parse(cell, today).unwrap()?))
            })
            .collect();
        Credential {
            type_name: "vaccination".into(),
            serial: Serial::from_bytes([1, 2, 3, 4, 5]),
            issued: Timestamp::constant(1_795_000_000, 0),
            not_before: None,
            expires: Some(Timestamp::constant(1_890_000_000, 0)),
            status: None,
            copy: None,
            supersedes: None,
            record,
            photo: None,
        }
    }

    fn kenya() -> Issuer<'static> {
        Issuer { name: "Kakuma desk", country: Some(Country::parse("KEN").unwrap()) }
    }

    #[test]
    fn a_vaccination_survives_as_a_dcc() {
        let credential = credential(&[]);
        let written = write(&credential, &vaccination(), &kenya()).unwrap();
        assert!(written.dropped.is_empty());

        let mut types = Types::new();
        types.add(vaccination());
        let seen = statement(&written.payload, &types).unwrap();
        assert_eq!(seen.record, credential.record);
        assert_eq!(seen.serial, Some(credential.serial.to_string()));
        assert_eq!(seen.said_issuer.as_deref(), Some("KE"));
        assert_eq!(seen.usage, Some(Group::Vaccination));
        assert_eq!(seen.expires, credential.expires);
        assert_eq!(seen.departures, []);
    }

    #[test]
    fn a_reader_without_the_type_sees_the_codes() {
        let written = write(&credential(&[]), &vaccination(), &kenya()).unwrap();
        let seen = statement(&written.payload, &Types::new()).unwrap();
        assert_eq!(seen.type_name.as_deref(), Some("vaccination"));
        assert_eq!(seen.record.text("product"), "EU/1/20/1528");
        assert_eq!(seen.record.text("country"), "KEN");
    }

    #[test]
    fn a_person_with_one_name_is_not_given_another() {
        let written = write(&credential(&[("family_name", "")]), &vaccination(), &kenya()).unwrap();
        let seen = statement(&written.payload, &Types::new()).unwrap();
        assert_eq!((seen.record.text("given_names"), seen.record.get("family_name")), ("Noëlla".into(), None));
    }

    #[test]
    fn an_estimated_birth_loses_its_sign_and_says_so() {
        let written = write(&credential(&[("date_of_birth", "1987~")]), &vaccination(), &kenya()).unwrap();
        assert_eq!(written.dropped, ["date_of_birth: ~"]);
    }

    #[test]
    fn what_a_dcc_cannot_say_is_refused() {
        for (change, expect) in [
            (("date", "2026-01"), "date: 2026-01 is not a whole date"),
            (("country", "XXA"), "country: XXA has no code of two letters (ISO 3166-1 alpha-2)"),
            (
                ("given_names", "ሂሩት"),
                "given_names: \"ሂሩት\" cannot be written in Latin letters by the tables of ICAO Doc 9303",
            ),
            (("vaccination_number", "V-17"), "vaccination_number: \"V-17\" has a character other than A-Z, 0-9 and /"),
            (("vaccination_number", ""), "not what the DCC schema allows: v.ci is missing"),
            (
                ("date_of_birth", "1815"),
                "not what the DCC schema allows: dob is \"1815\", where a year or date from 1900 to 2099, or nothing was wanted",
            ),
        ] {
            let error = write(&credential(&[change]), &vaccination(), &kenya()).unwrap_err();
            assert_eq!(error.to_string(), expect);
        }
        let error = write(&credential(&[]), &vaccination(), &Issuer { country: None, ..kenya() }).unwrap_err();
        assert_eq!(error, WriteError::IssuerCountry);
    }
}
