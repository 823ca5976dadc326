//! Symbols made by the `qrcode` crate, damaged and read.

use super::super::blocks::{Blocks, LEVELS};
use super::super::soft::MOST;
use super::*;
use crate::symbol::EcLevel;
use proptest::prelude::*;
use qrcode::bits::Bits;
use qrcode::canvas::{Canvas, MaskPattern, Module};

const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mode {
    Numeric,
    Alphanumeric,
    Byte,
    Kanji,
}

struct Symbol {
    version: Version,
    format: Format,
    bytes: Vec<u8>,
    dark: Vec<bool>,
}

impl Symbol {
    /// A symbol that one segment of this mode fills to a share of `full` / 4.
    fn new(number: u8, level: EcLevel, mask: u8, mode: Mode, full: usize) -> Self {
        let version = qrcode::Version::Normal(number.into());
        let room = (Bits::new(version).max_len(level.into()).unwrap() - 20) * full / 4;
        let mut bits = Bits::new(version);
        let bytes: Vec<u8> = match mode {
            Mode::Numeric => (0..room * 3 / 10).map(|at| b'0' + (at * at % 10) as u8).collect(),
            Mode::Alphanumeric => (0..room * 2 / 11).map(|at| b"NP1:K%3 X.B/0+Z$"[at * at % 16]).collect(),
            Mode::Byte => (0..room / 8).map(|at| (at * at * 7 + 3 * at) as u8).collect(),
            Mode::Kanji => (0..room / 13).flat_map(|at| [0x88 + (at % 20) as u8, 0x40 + (at * 5 % 60) as u8]).collect(),
        };
        match mode {
            Mode::Numeric => bits.push_numeric_data(&bytes),
            Mode::Alphanumeric => bits.push_alphanumeric_data(&bytes),
            Mode::Byte => bits.push_byte_data(&bytes),
            Mode::Kanji => bits.push_kanji_data(&bytes),
        }
        .unwrap();
        Self::of(bits, number, level, mask, bytes)
    }

    fn of(mut bits: Bits, number: u8, level: EcLevel, mask: u8, bytes: Vec<u8>) -> Self {
        bits.push_terminator(level.into()).unwrap();
        Self::of_codewords(&bits.into_bytes(), number, level, mask, bytes)
    }

    fn of_codewords(data: &[u8], number: u8, level: EcLevel, mask: u8, bytes: Vec<u8>) -> Self {
        let version = qrcode::Version::Normal(number.into());
        let (data, ec) = qrcode::ec::construct_codewords(data, version, level.into()).unwrap();
        let mut canvas = Canvas::new(version, level.into());
        canvas.draw_all_functional_patterns();
        canvas.draw_data(&data, &ec);
        canvas.apply_mask(MASKS[usize::from(mask)]);
        let version = Version::new(number).unwrap();
        let width = version.modules();
        let dark = |at: usize| match canvas.get((at % width) as i16, (at / width) as i16) {
            Module::Masked(colour) | Module::Unmasked(colour) => colour == qrcode::Color::Dark,
            Module::Empty => false,
        };
        let dark = (0..width * width).map(dark).collect();
        Self { version, format: Format { level, mask }, bytes, dark }
    }

    fn soft(&self) -> SoftModules {
        SoftModules::certain(self.version.modules(), &self.dark).unwrap()
    }

    /// Places of the modules of a codeword of a block.
    fn places(&self, block: usize, position: usize) -> [usize; 8] {
        let codeword = usize::from(Blocks::of(self.version, self.format.level).codewords(block)[position]);
        std::array::from_fn(|bit| usize::from(Patterns::of(self.version).data[codeword * 8 + bit]))
    }

    /// Spoils so many codewords of each block, from a first one on.
    fn spoilt(&self, first: usize, count: usize, mut spoil: impl FnMut(&mut f32)) -> SoftModules {
        let mut soft = self.soft();
        let blocks = Blocks::of(self.version, self.format.level);
        for block in 0..blocks.count() {
            let len = blocks.codewords(block).len();
            for at in 0..count {
                for place in self.places(block, (first + 7 * block + at) % len) {
                    spoil(&mut soft.values[place]);
                }
            }
        }
        soft
    }

    fn outcome(&self, soft: &SoftModules, depth: Depth) -> Outcome {
        decode(soft, self.version, depth).unwrap()
    }

    #[track_caller]
    fn read(&self, soft: &SoftModules, depth: Depth) -> Decoded {
        match self.outcome(soft, depth) {
            Outcome::Read(read) => *read,
            Outcome::Doubtful(all, _) => panic!("{} doubtful, {:?}", all.len(), all.first().map(|read| read.assurance)),
            Outcome::Failed(failed) => panic!("{} of {} blocks", failed.blocks_solved, failed.blocks),
        }
    }
}

fn sample() -> Symbol {
    Symbol::new(14, EcLevel::M, 3, Mode::Byte, 4)
}

#[test]
fn every_version_level_and_mask_is_read_in_every_mode() {
    let modes = [Mode::Numeric, Mode::Alphanumeric, Mode::Byte, Mode::Kanji];
    for (version, level) in (1..=40).flat_map(|version| LEVELS.map(|level| (version, level))) {
        for (mask, mode) in (0..8).map(|mask| (mask, modes[usize::from(mask + version) % 4])) {
            let symbol = Symbol::new(version, level, mask, mode, 1 + usize::from(mask) % 4);
            let read = symbol.read(&symbol.soft(), Depth::Quick);
            assert_eq!(read.message, Message { bytes: symbol.bytes, ..Message::default() }, "{version}-{level} {mask}");
            assert_eq!((read.format, read.mirrored, read.errors_corrected), (symbol.format, false, 0));
            assert!(read.modules == symbol.dark, "{version}-{level} {mask}");
        }
    }
}

#[test]
fn every_mode_is_read_in_every_length_of_its_count() {
    for version in [1, 9, 10, 26, 27, 40] {
        for mode in [Mode::Numeric, Mode::Alphanumeric, Mode::Byte, Mode::Kanji] {
            let symbol = Symbol::new(version, EcLevel::L, version % 8, mode, 4);
            assert_eq!(symbol.read(&symbol.soft(), Depth::Quick).message.bytes, symbol.bytes, "{version} {mode:?}");
        }
    }
}

#[test]
fn a_mirrored_symbol_is_read_and_its_modules_stay_as_sampled() {
    let symbol = sample();
    let soft = symbol.soft().transposed();
    let read = symbol.read(&soft, Depth::Quick);
    assert!(read.mirrored);
    assert_eq!(read.message.bytes, symbol.bytes);
    assert_eq!(SoftModules::certain(soft.width, &read.modules), Some(soft));
}

#[test]
fn errors_are_corrected_to_capacity() {
    for (version, level) in [(2, EcLevel::H), (5, EcLevel::Q), (14, EcLevel::M), (20, EcLevel::L), (40, EcLevel::H)] {
        let symbol = Symbol::new(version, level, 1, Mode::Alphanumeric, 4);
        let blocks = Blocks::of(symbol.version, level);
        let soft = symbol.spoilt(3, blocks.ec_per_block / 2, |value| *value = -*value);
        let read = symbol.read(&soft, Depth::Quick);
        assert_eq!(read.message.bytes, symbol.bytes);
        assert_eq!(read.errors_corrected as usize, blocks.ec_per_block / 2 * blocks.count());
        assert!(read.modules == symbol.dark);
    }
}

#[test]
fn confident_errors_beyond_capacity_are_never_read_as_something_else() {
    for (version, level) in [(2, EcLevel::H), (5, EcLevel::Q), (14, EcLevel::M)] {
        let symbol = Symbol::new(version, level, 1, Mode::Alphanumeric, 4);
        let soft = symbol.spoilt(3, Blocks::of(symbol.version, level).ec_per_block / 2 + 1, |value| *value = -*value);
        for depth in [Depth::Quick, Depth::Deep] {
            if let Outcome::Read(read) = symbol.outcome(&soft, depth) {
                assert_eq!(read.message.bytes, symbol.bytes, "{version}-{level} {depth:?}");
            }
        }
    }
}

#[test]
fn erasures_are_filled_in_beyond_the_capacity_for_errors() {
    for (version, level) in [(2, EcLevel::H), (5, EcLevel::Q), (14, EcLevel::M), (20, EcLevel::L), (40, EcLevel::H)] {
        let symbol = Symbol::new(version, level, 1, Mode::Alphanumeric, 4);
        // Less what it takes to be sure.
        let count = Blocks::of(symbol.version, level).ec_per_block - 4;
        for depth in [Depth::Quick, Depth::Deep] {
            let read = symbol.read(&symbol.spoilt(3, count, |value| *value = 0.0), depth);
            assert_eq!(read.message.bytes, symbol.bytes);
            assert!(read.modules == symbol.dark);
        }
    }
}

#[test]
fn a_symbol_with_as_many_erasures_as_corrections_is_doubtful() {
    let symbol = sample();
    let soft = symbol.spoilt(0, Blocks::of(symbol.version, symbol.format.level).ec_per_block, |value| *value = 0.0);
    let Outcome::Doubtful(all, _) = symbol.outcome(&soft, Depth::Deep) else { panic!("not doubtful") };
    assert!(all.iter().any(|read| read.message.bytes == symbol.bytes));
}

#[test]
fn weak_values_that_lean_the_right_way_make_a_filled_symbol_sure() {
    let symbol = sample();
    let ec = Blocks::of(symbol.version, symbol.format.level).ec_per_block;
    let soft = symbol.spoilt(0, ec, |value| *value *= 0.1);
    assert_eq!(symbol.read(&soft, Depth::Deep).message.bytes, symbol.bytes);
}

#[test]
fn blocks_that_were_read_are_told_when_others_were_not() {
    let symbol = sample();
    let mut soft = symbol.soft();
    for place in (0..40).flat_map(|position| symbol.places(2, position)) {
        soft.values[place] = -soft.values[place];
    }
    let Outcome::Failed(failed) = symbol.outcome(&soft, Depth::Deep) else { panic!("not failed") };
    assert_eq!((failed.blocks_solved, failed.blocks, failed.format), (8, 9, symbol.format));
    let known = failed.solved.iter().zip(&symbol.dark).filter(|(solved, _)| solved.is_some());
    assert!(known.clone().all(|(solved, dark)| *solved == Some(*dark)));
    assert!(known.count() > symbol.dark.len() * 3 / 4);
}

#[test]
fn a_block_of_padding_need_not_be_read() {
    let symbol = Symbol::new(14, EcLevel::M, 3, Mode::Byte, 2);
    let mut soft = symbol.soft();
    for place in (0..64).flat_map(|position| symbol.places(7, position)) {
        soft.values[place] = 0.0;
    }
    let read = symbol.read(&soft, Depth::Quick);
    assert_eq!(read.message.bytes, symbol.bytes);
    assert!(read.modules == symbol.dark);
}

#[test]
fn eci_and_structured_append_are_told() {
    // Part 2 of 3 with parity 5A, ECI 26, two bytes, terminator.
    let mut codewords = vec![0x31, 0x25, 0xA7, 0x1A, 0x40, 0x2C, 0x3A, 0x90];
    codewords.extend([0xEC, 0x11].repeat(13));
    let symbol = Symbol::of_codewords(&codewords, 3, EcLevel::Q, 0, "é".into());
    let message = symbol.read(&symbol.soft(), Depth::Quick).message;
    assert_eq!((message.bytes, message.eci), (symbol.bytes, vec![26]));
    assert_eq!(message.structured_append.map(|part| (part.index, part.total, part.parity)), Some((1, 3, 0x5A)));
}

#[test]
fn modules_of_another_width_are_refused() {
    assert_eq!(decode(&sample().soft(), Version::new(13).unwrap(), Depth::Quick), None);
}

#[test]
fn a_symbol_of_one_colour_is_not_read() {
    for version in [1, 2, 7, 40].into_iter().filter_map(Version::new) {
        let width = version.modules();
        for value in [MOST, -MOST, 0.0] {
            let soft = SoftModules::new(width, vec![value; width * width]).unwrap();
            let outcome = decode(&soft, version, Depth::Deep).unwrap();
            assert!(!matches!(outcome, Outcome::Read(_)), "{} {value}", version.number());
        }
    }
}

#[test]
fn a_symbol_that_is_nothing_but_its_mask_is_not_read() {
    // Zeros are a word of the code; so regular a texture may well be on a page.
    for number in [1, 7, 20] {
        let symbol = Symbol::new(number, EcLevel::L, 1, Mode::Byte, 4);
        let mut dark = symbol.dark.clone();
        for place in Patterns::of(symbol.version).data.iter().map(|place| usize::from(*place)) {
            dark[place] = (place / symbol.version.modules()).is_multiple_of(2);
        }
        let soft = SoftModules::certain(symbol.version.modules(), &dark).unwrap();
        assert!(!matches!(symbol.outcome(&soft, Depth::Deep), Outcome::Read(_)), "{number}");
    }
}

#[test]
fn a_blot_of_one_colour_is_taken_as_unknown() {
    let symbol = sample();
    let width = symbol.version.modules();
    for value in [MOST, -MOST] {
        let mut soft = symbol.soft();
        for place in (0..30 * 30).map(|at| (20 + at / 30) * width + 22 + at % 30) {
            soft.values[place] = value;
        }
        // 17 % of the modules; errors alone allow 19 % of the codewords, and a blot spoils more codewords than modules.
        let read = symbol.read(&soft, Depth::Quick);
        assert_eq!(read.message.bytes, symbol.bytes);
        assert!(read.modules == symbol.dark);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn noise_is_never_read(version in 1_u8..=6, noise in prop::collection::vec(-MOST..=MOST, 41 * 41), mixed in any::<bool>()) {
        let version = Version::new(version).unwrap();
        let width = version.modules();
        let value = |value: &f32| if mixed { *value } else { value.signum() * MOST };
        let soft = SoftModules::new(width, noise[..width * width].iter().map(value).collect()).unwrap();
        for depth in [Depth::Quick, Depth::Deep] {
            prop_assert!(!matches!(decode(&soft, version, depth), Some(Outcome::Read(_))));
        }
    }
}
