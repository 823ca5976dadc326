//! Damage to bytes: 100,000 changed symbol texts, none of which may panic or be called valid.

use jiff::Timestamp;
use nansen::credential::{StatusRef, Types};
use nansen::format::Format;
use nansen::seal::{PublicKey, SigningKey};
use nansen::verify::{Issuer, Known, Pile, StatusKnown, Trust, TrustUsed, Verdict, examine_symbol};
use serde_json::Value;

/// Trusts one key for everything.
struct Trusting(PublicKey);

impl Trust for Trusting {
    fn keys(&self, kid: Option<&[u8]>, _: Format, _: Timestamp) -> Vec<Known> {
        vec![Known {
            key: self.0.clone(),
            named: kid == Some(self.0.kid().as_bytes()),
            issuer: Issuer { name: "Desk".into(), country: None },
            types: Vec::new(),
            valid_from: None,
            valid_until: None,
            list: TrustUsed { root: "Desk".into(), sequence: 1, age_days: 0, state: "fresh" },
            root: Vec::new(),
            list_is_stale: false,
        }]
    }

    fn status(&self, _: &PublicKey, _: &StatusRef, _: Timestamp) -> StatusKnown {
        StatusKnown::InForce
    }
}

/// xorshift64*: the same changes in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % below
    }
}

const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

fn change(text: &str, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=dice.roll(3) {
        if bytes.is_empty() {
            break;
        }
        let at = dice.roll(bytes.len());
        match dice.roll(6) {
            0 => drop(bytes.remove(at)),
            1 => bytes.insert(at, ALPHABET[dice.roll(45)]),
            2 => bytes[at] = dice.roll(256) as u8,
            3 => bytes.truncate(at),
            4 => {
                let other = dice.roll(bytes.len());
                bytes.swap(at, other);
            }
            _ => bytes[at] = ALPHABET[dice.roll(45)],
        }
    }
    bytes
}

#[test]
fn a_hundred_thousand_changed_texts_are_never_valid_and_never_a_panic() {
    let vectors: Value = serde_json::from_str(include_str!("data/vectors.json")).unwrap();
    let key = SigningKey::from_pem(include_str!("data/vectors-p256.pem"), None).unwrap();
    let trust = Trusting(key.public());
    let types = Types::new();
    let now = Timestamp::constant(1_796_000_000, 0);
    let texts: Vec<&str> = vectors["vectors"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| !one["message"].as_str().unwrap().starts_with("d2844da20127"))
        .flat_map(|one| [one["text"].as_str().unwrap(), one["address"].as_str().unwrap()])
        .collect();
    for text in &texts {
        let findings = examine_symbol(text.as_bytes(), &mut Pile::new(), &trust, &types, now);
        assert_eq!(findings[0].verdict(), Verdict::Valid, "unchanged: {:?}", findings[0].detail);
    }
    let mut dice = Dice(20_261_121);
    let mut counts = std::collections::BTreeMap::new();
    for number in 0..100_000 {
        let text = texts[number % texts.len()];
        let changed = change(text, &mut dice);
        if changed == text.as_bytes() {
            continue;
        }
        for finding in examine_symbol(&changed, &mut Pile::new(), &trust, &types, now) {
            // Only the address in front of the # is not signed: a change there leaves the paper what it was.
            if finding.verdict() == Verdict::Valid {
                let only_address = text.starts_with("https") && same_message(&changed, text);
                assert!(only_address, "{}", String::from_utf8_lossy(&changed));
            }
            *counts.entry(finding.reason().map_or("same".to_owned(), |r| r.to_string())).or_insert(0) += 1;
        }
    }
    eprintln!("{counts:?}");
    assert!(counts["bad-signature"] > 1000 && counts["malformed"] > 1000, "the changes reach every layer: {counts:?}");
}

fn same_message(changed: &[u8], text: &str) -> bool {
    let message = |text: &[u8]| {
        let parsed = nansen::envelope::SymbolText::parse(text).ok()?;
        Some(nansen::envelope::unpack(&parsed.envelope).ok()?.cose)
    };
    message(changed) == message(text.as_bytes())
}
