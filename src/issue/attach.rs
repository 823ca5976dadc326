//! Signed message → the file in the PDF that says what the symbol says, for whoever has the PDF and no camera.

use std::sync::Arc;

use crate::credential::Serial;
use crate::envelope::{Added, Collector, SymbolText, parts, unpack};
use crate::format::{claim169, hcert};
use crate::print::Attachment;

/// The media type of a CBOR Web Token (RFC 8392 §9.2).
pub const MEDIA_TYPE: &str = "application/cwt";

/// The attachment of one credential: the `COSE_Sign1` message as it was signed, without the layers of its symbol.
pub fn attachment(serial: Serial, message: Vec<u8>) -> Arc<Attachment> {
    Arc::new(Attachment {
        name: format!("{serial}.cwt"),
        media_type: MEDIA_TYPE.to_owned(),
        description: format!("signed credential {serial}"),
        bytes: message,
    })
}

/// The signed message that the texts of a credential's symbols carry; `None` when they are not whole.
pub fn message(texts: &[String]) -> Option<Vec<u8>> {
    let first = texts.first()?;
    if let Ok(own) = SymbolText::parse(first.as_bytes()) {
        let envelope = if parts::is_part(&own.envelope) { joined(texts)? } else { own.envelope };
        return Some(unpack(&envelope).ok()?.cose);
    }
    // HCERT has the layers of Claim 169 behind a prefix.
    claim169::inflate(first.strip_prefix(hcert::PREFIX).unwrap_or(first).as_bytes()).ok()
}

fn joined(texts: &[String]) -> Option<Vec<u8>> {
    let mut collector = Collector::new();
    texts.iter().find_map(|text| {
        let part = SymbolText::parse(text.as_bytes()).ok()?.envelope;
        match collector.add(&part).ok()? {
            Added::Completed(envelope) => Some(envelope),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::{pack, split, to_text};
    use crate::format::{Format, to_text as format_text};

    /// A message that does not compress, so that parts of it are worth making.
    fn noise(bytes: usize) -> Vec<u8> {
        let mut state = 7u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..bytes).map(|_| next()).collect()
    }

    #[test]
    fn the_message_of_every_format_comes_out_of_its_symbol_as_it_was_signed() {
        let cose = noise(300);
        for format in [Format::Nansen, Format::Hcert, Format::Claim169] {
            let texts = [format_text(format, &cose).unwrap()];
            assert_eq!(message(&texts), Some(cose.clone()), "{format}");
        }
        let parts = split(&pack(&cose), 2, 3).unwrap();
        let texts: Vec<String> = parts.iter().map(|part| to_text(part).unwrap()).collect();
        assert_eq!(message(&texts[1..]), Some(cose));
        assert_eq!(message(&texts[..1]), None);
        assert_eq!(message(&[]), None);
        assert_eq!(message(&["hello".to_owned()]), None);
    }

    #[test]
    fn an_attachment_is_named_by_its_serial() {
        let serial: Serial = "K7QX-2M9D".parse().unwrap();
        let attached = attachment(serial, vec![1]);
        assert_eq!(attached.name, "K7QX-2M9D.cwt");
        assert_eq!(attached.description, "signed credential K7QX-2M9D");
        assert_eq!(attached.media_type, "application/cwt");
    }
}
