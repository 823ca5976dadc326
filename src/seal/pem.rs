//! PEM (RFC 7468) as people paste it: lines of any width, text around the blocks.

use base64ct::{Base64, Base64Unpadded, Encoding as _};

/// The blocks of a text: label and content. A block that is damaged ends the text with `None`.
pub(super) fn blocks(text: &str) -> impl Iterator<Item = Option<(&str, Vec<u8>)>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (_, from_label) = rest.split_once("-----BEGIN ")?;
        let block = block(from_label);
        rest = block.as_ref().map_or("", |(_, _, after)| after);
        Some(block.map(|(label, content, _)| (label, content)))
    })
}

fn block(from_label: &str) -> Option<(&str, Vec<u8>, &str)> {
    let (label, rest) = from_label.split_once("-----")?;
    let (body, rest) = rest.split_once("-----END ")?;
    let (end, after) = rest.split_once("-----")?;
    if end != label {
        return None;
    }
    Some((label, base64(body)?, after))
}

/// Base64 with spaces and line ends anywhere, padded or not.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_ascii_whitespace().collect();
    Base64::decode_vec(&text).or_else(|_| Base64Unpadded::decode_vec(text.trim_end_matches('='))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_between_other_text_and_in_lines_of_any_width() {
        let text = "Subject: x\n-----BEGIN A-----\nAQ\nID\n-----END A-----\nmore\n-----BEGIN B C-----\r\nBA==\r\n-----END B C-----";
        let found: Vec<_> = blocks(text).map(Option::unwrap).collect();
        assert_eq!(found, [("A", vec![1, 2, 3]), ("B C", vec![4])]);
    }

    #[test]
    fn a_damaged_block_is_noticed() {
        for text in
            ["-----BEGIN A-----", "-----BEGIN A-----AQ==-----END B-----", "-----BEGIN A-----\n?\n-----END A-----"]
        {
            assert_eq!(blocks(text).collect::<Vec<_>>(), [None], "{text}");
        }
        assert_eq!(blocks("no block").count(), 0);
    }
}
