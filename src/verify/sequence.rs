//! Symbols that carry one message together (ISO/IEC 18004:2015 §8, structured append): pieces in, in any order and from any
//! picture; the message out when its pieces are all there and their parity is right.
//!
//! Total and parity are all that names a message, so two messages may go by one name: different pieces for one place are kept
//! beside each other, and the parity decides.

use crate::scan::StructuredAppend;

/// The most symbols of one message (§8.1).
const MOST_SYMBOLS: u8 = 16;
/// Different pieces kept for one place.
const MOST_VERSIONS: usize = 4;
/// Pieces kept in all; when more come, the oldest message is given up. A symbol holds at most 7,089 bytes.
const MOST_PIECES: usize = 1024;
/// Choices of pieces that are tried when one more has come.
const MOST_CHOICES: usize = 1024;

/// A document of which symbols are missing.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Missing {
    /// Symbols that were seen.
    pub have: u8,
    /// Symbols that are enough.
    pub need: u8,
    /// Symbols that there are.
    pub of: u8,
    /// The places of those that were not seen, counted from 1.
    pub absent: Vec<u8>,
    /// Whether enough were seen, and do not make a document.
    pub damaged: bool,
}

/// Messages that are being put together, in the order in which their first pieces came.
#[derive(Debug, Default)]
pub(super) struct Sequences(Vec<Sequence>);

#[derive(Debug)]
struct Sequence {
    total: u8,
    parity: u8,
    pieces: Vec<Piece>,
    /// The first input with a piece of it.
    input: usize,
}

#[derive(Debug)]
struct Piece {
    index: u8,
    bytes: Vec<u8>,
    /// Exclusive or of its bytes.
    parity: u8,
    /// The message to which it belongs, once that is complete: positions in `pieces`, by index.
    message: Option<Vec<usize>>,
    /// The last input in which that message was handed out.
    answered: Option<usize>,
}

impl Sequences {
    /// Takes a piece; gives the message that it completes, or the complete one that it belongs to when that has not been
    /// given in this input. Where pieces of several messages are mixed, eight bits of parity cannot tell them apart: then only
    /// what `is_signed` counts.
    pub(super) fn add(
        &mut self,
        place: StructuredAppend,
        bytes: &[u8],
        input: usize,
        is_signed: &dyn Fn(&[u8]) -> bool,
    ) -> Option<Vec<u8>> {
        let StructuredAppend { index, total, parity } = place;
        if total > MOST_SYMBOLS || index >= total {
            return None;
        }
        let known = self.0.iter().position(|one| (one.total, one.parity) == (total, parity));
        let at = known.unwrap_or_else(|| {
            self.0.push(Sequence { total, parity, pieces: Vec::new(), input });
            self.0.len() - 1
        });
        let message = self.0[at].add(index, bytes, input, is_signed);
        while self.0.len() > 1 && self.0.iter().map(|one| one.pieces.len()).sum::<usize>() > MOST_PIECES {
            self.0.remove(0);
        }
        message
    }

    /// The same in numbers.
    pub(super) fn progress(&self) -> impl Iterator<Item = Missing> {
        self.0.iter().filter(|one| one.pieces.iter().all(|piece| piece.message.is_none())).map(|one| {
            let absent: Vec<u8> = one.absent().map(|index| index + 1).collect();
            let have = one.total - absent.len() as u8;
            Missing { have, need: one.total, of: one.total, damaged: absent.is_empty(), absent }
        })
    }

    /// What is missing of each message, with the input of its first piece.
    pub(super) fn missing(&self) -> Vec<(usize, String)> {
        self.0.iter().filter_map(|one| Some((one.input, one.missing()?))).collect()
    }
}

impl Sequence {
    fn add(&mut self, index: u8, bytes: &[u8], input: usize, is_signed: &dyn Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
        if let Some(known) = self.pieces.iter().position(|piece| piece.index == index && piece.bytes == bytes) {
            return self.answer(known, input);
        }
        if self.pieces.iter().filter(|piece| piece.index == index).count() >= MOST_VERSIONS {
            return None;
        }
        let parity = bytes.iter().fold(0, |parity, byte| parity ^ byte);
        self.pieces.push(Piece { index, bytes: bytes.to_vec(), parity, message: None, answered: None });
        let newest = self.pieces.len() - 1;
        let chosen = self.choose(newest, is_signed)?;
        for at in &chosen {
            self.pieces[*at].message = Some(chosen.clone());
        }
        self.answer(newest, input)
    }

    /// The complete message of a piece, once for each input.
    fn answer(&mut self, of: usize, input: usize) -> Option<Vec<u8>> {
        let message = self.pieces[of].message.clone().filter(|_| self.pieces[of].answered != Some(input))?;
        for at in &message {
            self.pieces[*at].answered = Some(input);
        }
        Some(self.joined(&message))
    }

    fn joined(&self, pieces: &[usize]) -> Vec<u8> {
        pieces.iter().flat_map(|at| self.pieces[*at].bytes.iter().copied()).collect()
    }

    /// One piece for each place, the newest among them, with the right parity. Pieces that have their message come last.
    fn choose(&self, newest: usize, is_signed: &dyn Fn(&[u8]) -> bool) -> Option<Vec<usize>> {
        let mut places: Vec<Vec<usize>> = vec![Vec::new(); usize::from(self.total)];
        for (at, piece) in self.pieces.iter().enumerate() {
            if piece.index != self.pieces[newest].index || at == newest {
                places[usize::from(piece.index)].push(at);
            }
        }
        for place in &mut places {
            place.sort_by_key(|at| self.pieces[*at].message.is_some());
        }
        let choices = places.iter().try_fold(1_usize, |product, place| product.checked_mul(place.len()))?;
        (0..choices.min(MOST_CHOICES)).find_map(|mut number| {
            let mut chosen = Vec::with_capacity(places.len());
            for place in &places {
                chosen.push(place[number % place.len()]);
                number /= place.len();
            }
            let parity = chosen.iter().fold(0, |parity, at| parity ^ self.pieces[*at].parity);
            let is_message = parity == self.parity && (choices == 1 || is_signed(&self.joined(&chosen)));
            is_message.then_some(chosen)
        })
    }

    /// Places of which no piece was seen.
    fn absent(&self) -> impl Iterator<Item = u8> {
        (0..self.total).filter(|index| self.pieces.iter().all(|piece| piece.index != *index))
    }

    /// What a person is told who still waits for the message; nothing when there is none to wait for.
    fn missing(&self) -> Option<String> {
        if self.pieces.iter().any(|piece| piece.message.is_some()) {
            return None;
        }
        let missing: Vec<u8> = self.absent().collect();
        Some(match &missing[..] {
            [] => format!("all {} symbols are there and do not make one text: one of them is of another", self.total),
            [one] => format!("symbol {} of {} is still needed", one + 1, self.total),
            [first @ .., last] => {
                let first = first.iter().map(|index| (index + 1).to_string()).collect::<Vec<_>>().join(", ");
                format!("symbols {first} and {} of {} are still needed", last + 1, self.total)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pieces(text: &[u8], total: u8) -> Vec<(StructuredAppend, Vec<u8>)> {
        let parity = text.iter().fold(0, |parity, byte| parity ^ byte);
        let length = text.len().div_ceil(usize::from(total));
        (0..total)
            .map(|index| {
                let bytes = text.iter().skip(usize::from(index) * length).take(length).copied().collect();
                (StructuredAppend { index, total, parity }, bytes)
            })
            .collect()
    }

    fn add(sequences: &mut Sequences, piece: &(StructuredAppend, Vec<u8>), input: usize) -> Option<Vec<u8>> {
        sequences.add(piece.0, &piece.1, input, &|_| true)
    }

    fn told(sequences: &Sequences) -> Vec<String> {
        sequences.missing().into_iter().map(|(_, told)| told).collect()
    }

    #[test]
    fn pieces_make_the_message_in_any_order_and_once() {
        let pieces = pieces(b"NP1:IN THREE SYMBOLS", 3);
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let mut sequences = Sequences::default();
            assert_eq!(add(&mut sequences, &pieces[order[0]], 0), None);
            assert_eq!(add(&mut sequences, &pieces[order[0]], 0), None, "a duplicate is no news");
            assert_eq!(add(&mut sequences, &pieces[order[1]], 0), None);
            assert_eq!(add(&mut sequences, &pieces[order[2]], 0).as_deref(), Some(&b"NP1:IN THREE SYMBOLS"[..]));
            assert_eq!(add(&mut sequences, &pieces[0], 0), None, "it was answered in this input");
            assert!(add(&mut sequences, &pieces[0], 1).is_some(), "and is answered once in another");
            assert_eq!(told(&sequences), [""; 0]);
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let pieces = pieces(b"ABCDEFGHIJ", 5);
        let mut sequences = Sequences::default();
        for index in [4, 0, 2] {
            add(&mut sequences, &pieces[index], 7);
        }
        assert_eq!(sequences.missing(), [(7, "symbols 2 and 4 of 5 are still needed".to_owned())]);
        add(&mut sequences, &pieces[1], 8);
        assert_eq!(sequences.missing(), [(7, "symbol 4 of 5 is still needed".to_owned())]);
    }

    #[test]
    fn mixed_pieces_make_no_message_that_nobody_signed() {
        let (one, other) = (pieces(b"ABCD", 2), pieces(b"AAEA", 2));
        let mut sequences = Sequences::default();
        for piece in [&one[0], &other[0], &one[1], &other[1]] {
            assert_eq!(sequences.add(piece.0, &piece.1, 0, &|_| false), None);
        }
        assert_eq!(told(&sequences), ["all 2 symbols are there and do not make one text: one of them is of another"]);
    }

    #[test]
    fn pieces_of_another_message_are_told_by_the_parity() {
        let mut right = pieces(b"ABCDEF", 2);
        let mut sequences = Sequences::default();
        let mut wrong = right[1].clone();
        wrong.1[0] ^= 1;
        add(&mut sequences, &right[0], 0);
        assert_eq!(add(&mut sequences, &wrong, 0), None);
        assert_eq!(told(&sequences), ["all 2 symbols are there and do not make one text: one of them is of another"]);
        assert_eq!(add(&mut sequences, &right.remove(1), 0).as_deref(), Some(&b"ABCDEF"[..]));
        assert_eq!(told(&sequences), [""; 0]);
    }

    #[test]
    fn two_messages_of_one_total_and_parity_are_kept_apart() {
        let (one, other) = (pieces(b"ABCD", 2), pieces(b"AAEA", 2));
        assert_eq!(one[0].0, other[0].0);
        let mut sequences = Sequences::default();
        assert_eq!(add(&mut sequences, &other[0], 0), None);
        assert_eq!(add(&mut sequences, &one[0], 0), None);
        assert_eq!(add(&mut sequences, &one[1], 0).as_deref(), Some(&b"ABCD"[..]));
        assert_eq!(add(&mut sequences, &other[1], 0).as_deref(), Some(&b"AAEA"[..]));
    }

    #[test]
    fn hostile_places_and_endless_pieces_cost_little() {
        let mut sequences = Sequences::default();
        for (index, total) in [(0, 17), (2, 2), (255, 255)] {
            assert_eq!(sequences.add(StructuredAppend { index, total, parity: 0 }, b"A", 0, &|_| true), None);
        }
        assert!(sequences.missing().is_empty());
        for number in 0..20_000_u32 {
            let (index, parity) = (number as u8 % 16, (number >> 10) as u8);
            sequences.add(StructuredAppend { index, total: 16, parity }, &number.to_be_bytes(), 0, &|_| false);
        }
        let kept: usize = sequences.0.iter().map(|one| one.pieces.len()).sum();
        assert!(kept <= MOST_PIECES, "{kept}");
    }

    proptest! {
        #[test]
        fn any_message_is_put_together(text in prop::collection::vec(any::<u8>(), 1..200), total in 2..=16_u8, turn in 0..16_usize) {
            let mut pieces = pieces(&text, total);
            pieces.rotate_left(turn % usize::from(total));
            let mut sequences = Sequences::default();
            let (last, first) = pieces.split_last().unwrap();
            for piece in first {
                prop_assert_eq!(add(&mut sequences, piece, 0), None);
            }
            prop_assert_eq!(add(&mut sequences, last, 0), Some(text));
        }
    }
}
