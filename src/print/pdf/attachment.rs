//! Files inside the file: associated files of PDF/A-3 (ISO 19005-3 §6.8, annex E), found by their page, and by name where there
//! is only one.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use pdf_writer::types::AssociationKind;
use pdf_writer::{Filter, Finish, Name, Ref, Str, TextStr};
use sha2::{Digest, Sha256};

use super::flate::deflate;
use super::metadata::date;
use super::objects::Pieces;
use crate::print::page::Attachment;

/// The attachments of a file.
#[derive(Default)]
pub(in crate::print) struct Attachments {
    known: HashMap<[u8; 32], Ref>,
    first: Option<(Vec<u8>, Ref)>,
}

impl Attachments {
    /// The file specification of an attachment that is already in the file.
    pub(super) fn get(&self, attachment: &Attachment) -> Option<Ref> {
        self.known.get(&digest(attachment)).copied()
    }

    /// Notes an attachment.
    pub(super) fn add(&mut self, attachment: &Attachment, id: Ref) {
        self.known.insert(digest(attachment), id);
        self.first.get_or_insert_with(|| (key(&attachment.name), id));
    }

    /// The only attachment of the file, with its name as the name tree has it (ISO 32000-1 §7.9.6).
    pub(in crate::print) fn only(&self) -> Option<(&[u8], Ref)> {
        let (name, id) = self.first.as_ref().filter(|_| self.known.len() == 1)?;
        Some((name, *id))
    }
}

fn digest(attachment: &Attachment) -> [u8; 32] {
    let Attachment { name, media_type, description, bytes } = attachment;
    let mut digest = Sha256::new();
    for part in [name.as_bytes(), media_type.as_bytes(), description.as_bytes(), bytes] {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// A name as the tree sorts it: a text string (§7.9.2.2).
fn key(name: &str) -> Vec<u8> {
    if name.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return name.as_bytes().to_vec();
    }
    [0xFE, 0xFF].into_iter().chain(name.encode_utf16().flat_map(u16::to_be_bytes)).collect()
}

/// An attachment that is not in the file yet, with the numbers of its two objects.
pub(super) struct NewFile {
    pub(super) specification: Ref,
    pub(super) stream: Ref,
    pub(super) attachment: Arc<Attachment>,
}

/// Writes the file and what is said about it.
pub(super) fn write(pieces: &mut Pieces, file: &NewFile, time: Timestamp) {
    let NewFile { specification, stream, attachment } = file;
    let packed = deflate(&attachment.bytes);
    // Signatures do not shrink.
    let shrinks = packed.len() < attachment.bytes.len();
    let data = if shrinks { &packed } else { &attachment.bytes };
    let mut embedded = pieces.whole(*stream).embedded_file(*stream, data);
    if shrinks {
        embedded.filter(Filter::FlateDecode);
    }
    embedded.subtype(Name(attachment.media_type.as_bytes()));
    embedded.params().size(attachment.bytes.len() as i32).modification_date(date(time));
    embedded.finish();
    let mut spec = pieces.small(*specification).file_spec(*specification);
    // Readers of the first days of the format look into F, which has no place for other letters.
    let plain: String = attachment.name.chars().map(|c| if matches!(c, ' '..='~') { c } else { '_' }).collect();
    spec.path(Str(plain.as_bytes())).unic_file(TextStr(&attachment.name));
    spec.insert(Name(b"EF")).dict().pair(Name(b"F"), *stream).pair(Name(b"UF"), *stream);
    if !attachment.description.is_empty() {
        spec.description(TextStr(&attachment.description));
    }
    // The page shows what the signed credential says: the credential is the data and the page its presentation.
    spec.association_kind(AssociationKind::Data);
}
