//! Sealed bytes ↔ symbol text: compressed when that is smaller, Base45 or digits, size caps, k-of-n parts.
//!
//! A signed message (`COSE_Sign1`, RFC 9052) comes in; out goes the text of one QR symbol, or of several. An
//! *envelope* is what stands between the two: one codec byte, then a body. `docs/FORMAT.md` specifies all of it.
//!
//! ```
//! use nansen::envelope::{SymbolText, pack, to_text, unpack};
//!
//! let message = b"\xd2\x84\x43\xa1\x01\x26\xa0\x41\x01\x41\x02";
//! let text = to_text(&pack(message))?;
//! assert!(text.starts_with("NP1:"));
//!
//! let read = SymbolText::parse(text.as_bytes())?;
//! assert_eq!(unpack(&read.envelope)?.cose, message);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod base45;
mod codec;
mod collector;
pub mod deflate;
pub mod dictionary;
mod dynamic;
mod gf256;
mod huffman;
mod matches;
mod optimal;
pub mod parts;
mod text;

pub use codec::{Codec, EnvelopeError, Layout, MAX_MESSAGE, Unpacked, pack, unpack};
pub use collector::{Added, Collector, Progress};
pub use parts::{Part, PartError, Set, SetId, split};
pub use text::{AddressFault, MAX_ADDRESS, MAX_TEXT, SymbolText, TextError, TextForm, to_text, to_url};

#[cfg(test)]
mod tests {
    use super::*;

    /// A signed message of the usual shape; nobody checks the signature here.
    fn message() -> Vec<u8> {
        let payload = &dictionary::current().bytes()[100..170];
        let head = [0xd2, 0x84, 0x4d, 0xa2, 0x01, 0x26, 0x04, 0x48, 1, 2, 3, 4, 5, 6, 7, 8, 0xa0, 0x58];
        let signature: Vec<u8> = (0u32..64).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        [&head[..], &[payload.len() as u8], payload, &[0x58, 0x40], &signature].concat()
    }

    /// xorshift64, so that a failure can be had again.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, bound: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 16) as usize % bound
        }

        /// One to three changes such as hands, readers and attackers make.
        fn change(&mut self, text: &[u8]) -> Vec<u8> {
            let alphabet = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:#a\n\xff";
            let mut text = text.to_vec();
            for _ in 0..=self.below(3) {
                let at = self.below(text.len().max(1)).min(text.len());
                let new = alphabet[self.below(alphabet.len())];
                match self.below(6) {
                    0 => text.truncate(at),
                    1 => text.insert(at, new),
                    2 => drop(text.drain(at..(at + 1 + self.below(9)).min(text.len()))),
                    3 => text.extend_from_within(at..),
                    _ => text.iter_mut().skip(at).take(1).for_each(|byte| *byte = new),
                }
            }
            text
        }
    }

    #[test]
    fn a_hundred_thousand_changed_texts_are_read_within_bounds_or_refused() {
        let envelope = pack(&message());
        assert_eq!(envelope[0], 0x12);
        let mut texts = vec![to_text(&envelope).unwrap(), to_url("https://v.example/", &envelope).unwrap()];
        texts.extend(split(&envelope, 2, 3).unwrap().iter().map(|part| to_text(part).unwrap()));
        let mut dice = Dice(20_261_121);
        let (mut collector, mut opened) = (Collector::new(), 0);
        for number in 0..100_000 {
            let text = dice.change(texts[number % texts.len()].as_bytes());
            let Ok(read) = SymbolText::parse(&text) else { continue };
            assert!(read.envelope.len() <= text.len());
            if let Ok(Unpacked { cose, codec }) = unpack(&read.envelope) {
                assert!(cose.len() <= MAX_MESSAGE);
                if codec.layout == Layout::SplitEs256 {
                    assert!(cose.starts_with(&message()[..8]));
                }
                opened += 1;
            }
            if let Ok(Added::Completed(joined)) = collector.add(&read.envelope) {
                assert_eq!(joined, envelope);
            }
        }
        assert!(opened > 1000, "{opened}: the changes should not all be refused at the door");
    }
}
