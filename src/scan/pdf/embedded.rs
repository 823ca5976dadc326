//! An open PDF in, the files embedded in it out (ISO 32000-2 §7.11.4 embedded files, §14.13 associated files).
//!
//! They are looked for where a writer may put them: in the name tree `EmbeddedFiles`, in `AF` of the catalogue, and in `AF` and
//! the annotations `FileAttachment` (§12.5.6.15) of each page, which alone say to which page a file belongs. A specification may
//! name one file for old readers (`EF/F`) and another for new ones (`EF/UF`): both are listed. Of a hostile file no more than the limits below is looked at:
//! trees may be deep, may bite their own tail, and may name the same file a million times.

use crate::scan::attached::{Attached, AttachedFile, Content};
use crate::scan::inflated;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Array, Dict, MaybeRef, Name, Object, ObjectIdentifier, Stream, String as PdfString};
use std::collections::HashSet;

/// The file name ending of a credential.
const ENDING: &str = ".cwt";
/// The media type of a credential (RFC 8392 §9.2).
pub const MEDIA_TYPE: &str = "application/cwt";

/// Most files that are listed: two for each page of the largest document.
const MOST_FILES: usize = 5000;
/// Most bytes of one credential, packed or not; the largest that a symbol of eight parts carries is below 24 kB.
const MOST_BYTES: usize = 32 << 10;
/// Most bytes of all credentials together: they are kept until the last page was read.
const MOST_BYTES_TOGETHER: usize = 16 << 20;
/// Most specifications and annotations that are looked at, however often pages name the same.
const MOST_SPECIFICATIONS: usize = 200_000;
/// Most nodes of the name tree that are visited.
const MOST_NODES: usize = 20_000;
/// Deepest node of the name tree; 64 names a node make a tree of 5,000 three deep.
const DEEPEST: usize = 32;
/// Longest name that is kept, in letters.
const LONGEST_NAME: usize = 200;

/// Lists the embedded files of a document.
pub(super) fn list(pdf: &Pdf) -> Attached {
    let mut listing = Listing::default();
    if let Some(catalogue) = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) {
        if let Some(names) = catalogue.get::<Dict<'_>>("Names") {
            listing.tree(pdf, names.get_raw::<Object<'_>>("EmbeddedFiles"));
        }
        listing.associated(pdf, &catalogue, None);
    }
    for (page, number) in pdf.pages().iter().zip(1..) {
        listing.associated(pdf, page.raw(), Some(number));
        listing.annotations(pdf, page.raw(), number);
        if listing.attached.more {
            break;
        }
    }
    listing.attached
}

#[derive(Default)]
struct Listing {
    attached: Attached,
    /// The stream of each file of the list.
    streams: Vec<ObjectIdentifier>,
    /// Bytes of the credentials in the list.
    bytes: usize,
    /// Specifications and annotations that were looked at.
    specifications: usize,
}

impl Listing {
    /// Walks the name tree (ISO 32000-2 §7.9.6) without recursion.
    fn tree<'a>(&mut self, pdf: &'a Pdf, root: Option<MaybeRef<Object<'a>>>) {
        let mut visited = HashSet::new();
        let mut waiting: Vec<_> = root.into_iter().map(|root| (root, 0)).collect();
        while let Some((node, depth)) = waiting.pop() {
            if node.as_obj_ref().is_some_and(|id| !visited.insert(ObjectIdentifier::from(id))) {
                continue;
            }
            if visited.len() > MOST_NODES || waiting.len() > MOST_NODES || depth > DEEPEST {
                self.attached.more = true;
                return;
            }
            let Some(node) = dict(pdf, node) else { continue };
            if let Some(names) = node.get::<Array<'_>>("Names") {
                for specification in names.raw_iter().skip(1).step_by(2) {
                    if !self.add(dict(pdf, specification), None) {
                        return;
                    }
                }
            }
            if let Some(kids) = node.get::<Array<'_>>("Kids") {
                let kids: Vec<_> = kids.raw_iter().take(MOST_NODES + 1).map(|kid| (kid, depth + 1)).collect();
                waiting.extend(kids.into_iter().rev());
            }
        }
    }

    /// The files of an `AF` entry: an array of file specifications, or one.
    fn associated<'a>(&mut self, pdf: &'a Pdf, owner: &Dict<'a>, page: Option<u32>) {
        if let Some(one) = owner.get::<Dict<'_>>("AF") {
            self.add(Some(one), page);
        } else if let Some(all) = owner.get::<Array<'_>>("AF") {
            for specification in all.raw_iter() {
                if !self.add(dict(pdf, specification), page) {
                    return;
                }
            }
        }
    }

    /// The files that are pinned to a page.
    fn annotations<'a>(&mut self, pdf: &'a Pdf, page: &Dict<'a>, number: u32) {
        let Some(all) = page.get::<Array<'_>>("Annots") else { return };
        for annotation in all.raw_iter() {
            if self.specifications == MOST_SPECIFICATIONS {
                self.attached.more = true;
                return;
            }
            self.specifications += 1;
            let Some(annotation) = dict(pdf, annotation) else { continue };
            let is_file = annotation.get::<Name<'_>>("Subtype").is_some_and(|kind| kind.as_str() == "FileAttachment");
            if is_file && !self.add(annotation.get::<Dict<'_>>("FS"), Some(number)) {
                return;
            }
        }
    }

    /// Adds the files of a specification, or their page when they are known; `false` when the list is full.
    fn add(&mut self, specification: Option<Dict<'_>>, page: Option<u32>) -> bool {
        if self.specifications == MOST_SPECIFICATIONS {
            self.attached.more = true;
            return false;
        }
        self.specifications += 1;
        let Some(specification) = specification else { return true };
        let Some(embedded) = specification.get::<Dict<'_>>("EF") else { return true };
        let (new, old) = (embedded.get::<Stream<'_>>("UF"), embedded.get::<Stream<'_>>("F"));
        let other = old.filter(|old| new.as_ref().is_none_or(|new| new.obj_id() != old.obj_id()));
        new.into_iter().chain(other).all(|stream| self.add_stream(&specification, &stream, page))
    }

    fn add_stream(&mut self, specification: &Dict<'_>, stream: &Stream<'_>, page: Option<u32>) -> bool {
        let known = self.streams.iter().rposition(|known| *known == stream.obj_id());
        let at = match known {
            Some(at) => at,
            None if self.streams.len() == MOST_FILES || self.bytes > MOST_BYTES_TOGETHER => {
                self.attached.more = true;
                return false;
            }
            None => {
                let file = file(specification, stream);
                if let Content::Credential(bytes) = &file.content {
                    self.bytes += bytes.len();
                }
                self.streams.push(stream.obj_id());
                self.attached.files.push(file);
                self.streams.len() - 1
            }
        };
        let pages = &mut self.attached.files[at].pages;
        pages.extend(page.filter(|page| pages.last() != Some(page)));
        true
    }
}

fn dict<'a>(pdf: &'a Pdf, object: MaybeRef<Object<'a>>) -> Option<Dict<'a>> {
    match object {
        MaybeRef::Ref(id) => pdf.xref().get::<Dict<'a>>(id.into()),
        MaybeRef::NotRef(Object::Dict(dict)) => Some(dict),
        MaybeRef::NotRef(_) => None,
    }
}

fn file(specification: &Dict<'_>, stream: &Stream<'_>) -> AttachedFile {
    let name = specification.get::<PdfString<'_>>("UF").or_else(|| specification.get::<PdfString<'_>>("F"));
    let name = name.map(|name| text(name.as_bytes())).unwrap_or_default();
    let media_type = stream.dict().get::<Name<'_>>("Subtype").map(|name| shortened(name.as_str().chars()));
    let is_credential = name.to_ascii_lowercase().ends_with(ENDING)
        || media_type.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(MEDIA_TYPE));
    let content = if is_credential { unpacked(stream) } else { Content::Other };
    AttachedFile { name, media_type, pages: Vec::new(), content }
}

/// The bytes, when neither packed nor unpacked they are more than a credential can have.
fn unpacked(stream: &Stream<'_>) -> Content {
    let raw = stream.raw_data();
    let is_packed = !stream.filters().is_empty();
    if raw.len() > MOST_BYTES || is_packed && inflated::stream_exceeds(&raw, MOST_BYTES as u64) {
        return Content::TooLarge;
    }
    match stream.decoded() {
        Ok(bytes) if bytes.len() > MOST_BYTES => Content::TooLarge,
        Ok(bytes) => Content::Credential(bytes.into_owned()),
        Err(_) => Content::Damaged,
    }
}

/// A text string (ISO 32000-2 §7.9.2.2): UTF-16 or UTF-8 by its byte order mark, else letters that ASCII has.
fn text(bytes: &[u8]) -> String {
    match bytes {
        [0xfe, 0xff, rest @ ..] => {
            let units = rest.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            shortened(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)))
        }
        [0xef, 0xbb, 0xbf, rest @ ..] => shortened(String::from_utf8_lossy(rest).chars()),
        other => shortened(String::from_utf8_lossy(other).chars()),
    }
}

fn shortened(letters: impl Iterator<Item = char>) -> String {
    letters.take(LONGEST_NAME).collect()
}
