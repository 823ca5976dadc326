//! Payloads → fragments: the runs of bytes that come again on other papers, and how often they do.

use std::collections::HashMap;

use nansen::credential::kind::Kind;
use nansen::credential::types::{CredentialType, Field, Key};
use nansen::cwt::{CTI, EXP, IAT, IDENTITY, NBF, OWN, STATUS};

use super::corpus::{Payload, Templates};

/// Shortest and longest fragment, in bytes.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=72;

/// Most items in a fragment.
const ITEMS: usize = 14;

/// Fewer occurrences than this are chance.
const LEAST: u32 = 3;

/// Calls `seen` with the start and end of every fragment of `payload`.
pub fn each(payload: &Payload, types: &Templates, seen: &mut dyn FnMut(usize, usize)) {
    for run in Walk::over(&payload.bytes, &types.0[payload.made]).runs() {
        for (first, from) in run.iter().enumerate() {
            for until in run[first..].iter().take(ITEMS) {
                let length = until.1 - from.0;
                if length > *LENGTHS.end() {
                    break;
                }
                if length >= *LENGTHS.start() {
                    seen(from.0, until.1);
                }
            }
        }
    }
}

/// The fragments that are no chance, in the order of their bytes.
pub fn fragments(payloads: &[Payload], types: &Templates) -> Vec<Vec<u8>> {
    let mut counts: HashMap<&[u8], u32> = HashMap::new();
    for payload in payloads {
        each(payload, types, &mut |from, until| *counts.entry(&payload.bytes[from..until]).or_default() += 1);
    }
    let mut found: Vec<_> =
        counts.into_iter().filter(|(_, count)| *count >= LEAST).map(|(bytes, _)| bytes.to_vec()).collect();
    found.sort_unstable();
    found
}

/// Item boundaries of one payload, `None` standing for a gap.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    items: Vec<Option<(usize, usize)>>,
}

/// What stands behind a head.
#[derive(Clone, Copy)]
enum Content {
    /// The same again and again.
    Constant,
    /// Different on every paper, after so many bytes.
    Varies(usize),
    Words,
}

impl<'a> Walk<'a> {
    fn over(bytes: &'a [u8], made: &CredentialType) -> Self {
        let mut walk = Self { bytes, at: 0, items: Vec::new() };
        for _ in 0..walk.head().1 {
            let (_, key) = walk.head();
            match key {
                IAT | EXP | NBF => walk.value(Content::Varies(1)),
                CTI => walk.value(Content::Varies(0)),
                STATUS => walk.status(),
                IDENTITY | OWN => walk.fields(&made.fields, &made.members, key == IDENTITY),
                _ => walk.value(Content::Constant),
            }
        }
        walk
    }

    /// The runs of items between gaps.
    fn runs(&self) -> impl Iterator<Item = Vec<(usize, usize)>> {
        self.items.split(Option::is_none).map(|run| run.iter().flatten().copied().collect())
    }

    /// Reads a head as one item: its major type and its number.
    fn head(&mut self) -> (u8, i64) {
        let start = self.at;
        let byte = self.bytes[start];
        let more = match byte & 31 {
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => 0,
        };
        self.at += 1 + more;
        let number = match more {
            0 => i64::from(byte & 31),
            _ => self.bytes[start + 1..self.at].iter().fold(0, |n, &b| n << 8 | i64::from(b)),
        };
        self.items.push(Some((start, self.at)));
        (byte >> 5, if byte >> 5 == 1 { -1 - number } else { number })
    }

    fn value(&mut self, content: Content) {
        let start = self.at;
        let (major, number) = self.head();
        if major < 2 {
            if let Content::Varies(known) = content {
                self.items.pop();
                self.items.push(Some((start, self.at.min(start + 1 + known))));
                self.items.extend((self.at > start + 1 + known).then_some(None));
            }
            return;
        }
        let start = self.at;
        self.at += number as usize;
        match content {
            Content::Constant => self.items.push(Some((start, self.at))),
            Content::Varies(known) => {
                self.items.extend((known > 0).then_some(Some((start, self.at.min(start + known)))));
                self.items.push(None);
            }
            Content::Words => self.words(start),
        }
    }

    /// Items of a text: words, the spaces between them, and numbers as gaps.
    fn words(&mut self, start: usize) {
        let kind = |byte: u8| match byte {
            b' ' => 0,
            b'0'..=b'9' => 1,
            b',' | b'-' | b'/' => 2,
            _ => 3,
        };
        let mut from = start;
        while from < self.at {
            let this = kind(self.bytes[from]);
            let length = self.bytes[from..self.at].iter().take_while(|&&byte| kind(byte) == this).count();
            self.items.push((this != 1).then_some((from, from + length)));
            from += length;
        }
    }

    fn status(&mut self) {
        // {"status_list": {"idx": …, "uri": "np:0"}}
        self.head();
        self.value(Content::Constant);
        for _ in 0..self.head().1 {
            let start = self.at + 1;
            self.value(Content::Constant);
            let varies = &self.bytes[start..self.at] == b"idx";
            self.value(if varies { Content::Varies(0) } else { Content::Constant });
        }
    }

    fn fields(&mut self, fields: &[Field], members: &[Field], identity: bool) {
        for _ in 0..self.head().1 {
            let (_, key) = self.head();
            let field = fields.iter().find(|field| match field.key {
                Key::Identity(number) => identity && number == key,
                Key::Own(number) => !identity && number == key,
                Key::Hcert(_) => false,
            });
            match field.map(|field| &field.kind) {
                Some(Kind::Members) => {
                    for _ in 0..self.head().1 {
                        self.fields(members, &[], false);
                    }
                }
                Some(Kind::Identifier) if field.is_some_and(|f| f.name == "isced_f") => self.value(Content::Constant),
                // Identifiers often begin with the letters of a place or a desk, dates with those of the last years.
                Some(Kind::Identifier) => self.value(Content::Varies(2)),
                Some(Kind::Date { .. }) => self.value(Content::Varies(1)),
                Some(Kind::Name | Kind::Text { .. } | Kind::Url) => self.value(Content::Words),
                _ => self.value(Content::Constant),
            }
        }
    }
}
