//! Word lists and templates → the bytes of the preset dictionary, the same bytes every time.
//!
//! Invented credentials are written from the lists, in about the proportions that a registration desk meets. Their
//! payloads fall into items (keys, heads, words) and gaps (what differs on every paper). Runs of items are the
//! fragments a dictionary can hold. It grows by those that would still save most bits for each of their bytes, and the
//! oftenest used stand last, because a near match costs fewer bits than a far one.

mod corpus;
mod items;
mod lists;
mod price;
mod select;

use std::path::Path;

/// Bytes of the finished dictionary: with the payload behind it, all of it stays within reach of deflate (32 KiB).
pub const LENGTH: usize = 32 * 1024 - 512;

/// Builds the dictionary from the lists and templates below `root`.
pub fn build(root: &Path) -> std::io::Result<Vec<u8>> {
    let lists = lists::Lists::read(&root.join("docs/dictionary"))?;
    let types = corpus::Templates::read(&root.join("templates"))?;
    let payloads = corpus::payloads(&lists, &types);
    let fragments = items::fragments(&payloads, &types);
    Ok(select::grow(&Corpus { payloads, types, fragments }, LENGTH))
}

/// What the dictionary is measured on, and what it may be made of.
struct Corpus {
    payloads: Vec<corpus::Payload>,
    types: corpus::Templates,
    fragments: Vec<Vec<u8>>,
}
