//! The smallest deflate stream for a short payload behind a long dictionary (RFC 1951).
//!
//! Ordinary compressors take the longest match. Behind a 32 KiB dictionary that is often wrong: a far match costs
//! up to 13 bits more than a near one. Here every way to write the payload is weighed by its exact number of bits:
//! a shortest path through (position, kind of block). Blocks with the fixed code, stored blocks for what does not
//! compress (a photo), and, once the first path has shown which symbols occur, blocks with a code of their own.

use super::dynamic::Counts;
use super::huffman::{BitWriter, Code, DISTANCES, END_OF_BLOCK, LITERALS, MIN_MATCH, distance_symbol, length_symbol};
use super::matches::{Finder, Index, Match};

/// Longest payload taken on: its positions and the dictionary's together fit into 16 bits, and no symbol holds more.
pub(super) const MAX_PAYLOAD: usize = 16 * 1024;

/// Where a path stands at one position: between two blocks, in a stored block, or in a block of code `layer - 2`.
const BETWEEN: usize = 0;
const STORED: usize = 1;
const CODED: usize = 2;

/// How often a code is made from the path before it; each path fits its code better.
const CODES_TRIED: usize = 4;

/// Streams shorter than this do not repay the header of a code, which takes 300 bits and more.
const LEAST_BITS: u32 = 1000;

/// How the best path came to a place.
#[derive(Clone, Copy, Debug)]
enum Step {
    Start,
    /// A stored or coded block ends here; the field is its layer.
    Close(u8),
    /// A block begins here.
    Open,
    /// One byte, as a literal or inside a stored block.
    Byte,
    Match {
        length: u16,
        distance: u16,
    },
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    bits: u32,
    step: Step,
}

/// The smallest stream that inflates to `payload` behind `dictionary`, whose index is `index`.
pub(super) fn deflate(dictionary: &[u8], index: &Index, payload: &[u8]) -> Vec<u8> {
    let matches = all_matches(dictionary, index, payload);
    let mut codes = vec![Code::fixed()];
    let mut path = Path::shortest(payload, &matches, &codes);
    let mut stream = path.write(payload, &codes);
    for _ in 0..CODES_TRIED {
        if path.bits < LEAST_BITS {
            break;
        }
        codes.truncate(1);
        codes.push(Code::of_counts(&path.counts(payload)));
        path = Path::shortest(payload, &matches, &codes);
        if path.bits.div_ceil(8) as usize >= stream.len() {
            break;
        }
        stream = path.write(payload, &codes);
    }
    stream
}

/// The matches of each position, one after another, and where each position's begin.
struct Matches {
    found: Vec<Match>,
    begins: Vec<usize>,
}

fn all_matches(dictionary: &[u8], index: &Index, payload: &[u8]) -> Matches {
    let mut finder = Finder::new(dictionary, index, payload);
    let (mut found, mut here) = (Vec::new(), Vec::new());
    let mut begins = Vec::with_capacity(payload.len() + 1);
    for position in 0..payload.len() {
        begins.push(found.len());
        finder.at(position, &mut here);
        found.append(&mut here);
    }
    begins.push(found.len());
    Matches { found, begins }
}

/// The cheapest way to write a payload.
struct Path {
    bits: u32,
    /// From the start of the payload: the layer entered or left, and how.
    steps: Vec<(usize, Step)>,
}

impl Path {
    fn shortest(payload: &[u8], matches: &Matches, codes: &[Code]) -> Self {
        let mut grid = Grid::new(payload.len(), CODED + codes.len());
        let prices: Vec<_> = codes.iter().map(Prices::new).collect();
        for position in 0..=payload.len() {
            grid.change_blocks(position, codes, &prices);
            let Some(&byte) = payload.get(position) else { break };
            grid.offer(position + 1, STORED, grid.bits(position, STORED).saturating_add(8), Step::Byte);
            let here = &matches.found[matches.begins[position]..matches.begins[position + 1]];
            for (number, prices) in prices.iter().enumerate() {
                grid.write_symbols(position, CODED + number, byte, here, prices);
            }
        }
        grid.trace(payload.len())
    }

    /// The symbols that coded blocks hold on this path.
    fn counts(&self, payload: &[u8]) -> Counts {
        let mut counts = Counts::new();
        let mut position = 0;
        for &(layer, step) in &self.steps {
            match step {
                Step::Byte => {
                    counts.literals[usize::from(payload[position])] += u32::from(layer >= CODED);
                    position += 1;
                }
                Step::Match { length, distance } => {
                    counts.literals[length_symbol(length.into()).number] += 1;
                    counts.distances[distance_symbol(distance.into()).number] += 1;
                    position += usize::from(length);
                }
                Step::Start | Step::Open | Step::Close(_) => {}
            }
        }
        counts
    }

    fn write(&self, payload: &[u8], codes: &[Code]) -> Vec<u8> {
        let mut out = BitWriter::default();
        let mut position = 0;
        let last_open = self.steps.iter().rposition(|(_, step)| matches!(step, Step::Open));
        for (number, &(layer, step)) in self.steps.iter().enumerate() {
            let code = layer.checked_sub(CODED).map(|code| &codes[code]);
            match (step, code) {
                (Step::Open, Some(code)) => {
                    out.write(u32::from(Some(number) == last_open), 1);
                    code.header.iter().for_each(|&(value, bits)| out.write(value, bits));
                }
                (Step::Open, None) => {
                    out.write(u32::from(Some(number) == last_open), 1);
                    out.write(0b00, 2);
                    out.align();
                    let length = self.steps[number + 1..].iter().take_while(|(_, s)| matches!(s, Step::Byte)).count();
                    out.write(length as u32, 16);
                    out.write(!(length as u32) & 0xffff, 16);
                }
                (Step::Byte, code) => {
                    let byte = payload[position];
                    match code {
                        Some(code) => code.write_literal(usize::from(byte), &mut out),
                        None => out.write(u32::from(byte), 8),
                    }
                    position += 1;
                }
                (Step::Match { length, distance }, Some(code)) => {
                    code.write_match(usize::from(length), usize::from(distance), &mut out);
                    position += usize::from(length);
                }
                (Step::Close(layer), _) => {
                    if let Some(code) = usize::from(layer).checked_sub(CODED) {
                        codes[code].write_literal(END_OF_BLOCK, &mut out);
                    }
                }
                (Step::Start | Step::Match { .. }, _) => {}
            }
        }
        debug_assert_eq!(out.bits(), self.bits as usize, "the prices are those of the words");
        out.into_bytes()
    }
}

/// What each literal, length and distance costs in one code, in bits, extra bits included.
struct Prices {
    header: u32,
    literals: [u32; LITERALS],
    lengths: [u32; 259],
    distances: [u32; DISTANCES],
}

/// A symbol that the code has no word for.
const UNWRITABLE: u32 = 1 << 20;

impl Prices {
    fn new(code: &Code) -> Self {
        let price = |bits: &[u8], symbol: usize| match bits.get(symbol) {
            None | Some(0) => UNWRITABLE,
            Some(&bits) => u32::from(bits),
        };
        let distance_extra = |symbol: usize| (symbol as u32 / 2).saturating_sub(1);
        Self {
            header: 1 + code.header.iter().map(|(_, bits)| bits).sum::<u32>(),
            literals: std::array::from_fn(|symbol| price(&code.literals.bits, symbol)),
            lengths: std::array::from_fn(|length| {
                let symbol = length_symbol(length.max(MIN_MATCH));
                price(&code.literals.bits, symbol.number) + symbol.extra_bits
            }),
            distances: std::array::from_fn(|symbol| price(&code.distances.bits, symbol) + distance_extra(symbol)),
        }
    }
}

/// The cheapest way known to each (position, layer).
struct Grid {
    layers: usize,
    cells: Vec<Cell>,
}

impl Grid {
    fn new(length: usize, layers: usize) -> Self {
        let mut cells = vec![Cell { bits: u32::MAX, step: Step::Start }; (length + 1) * layers];
        cells[BETWEEN].bits = 0;
        Self { layers, cells }
    }

    fn bits(&self, position: usize, layer: usize) -> u32 {
        self.cells[position * self.layers + layer].bits
    }

    fn offer(&mut self, position: usize, layer: usize, bits: u32, step: Step) {
        let cell = &mut self.cells[position * self.layers + layer];
        if bits < cell.bits {
            *cell = Cell { bits, step };
        }
    }

    /// Ends and begins blocks at `position`. Padding rounds up, so the cheapest path stays the cheapest after it.
    fn change_blocks(&mut self, position: usize, codes: &[Code], prices: &[Prices]) {
        self.offer(position, BETWEEN, self.bits(position, STORED), Step::Close(STORED as u8));
        for layer in CODED..CODED + codes.len() {
            let end = prices[layer - CODED].literals[END_OF_BLOCK];
            let bits = self.bits(position, layer).saturating_add(end);
            self.offer(position, BETWEEN, bits, Step::Close(layer as u8));
        }
        let between = self.bits(position, BETWEEN);
        self.offer(position, STORED, (between + 3).next_multiple_of(8) + 32, Step::Open);
        for layer in CODED..CODED + codes.len() {
            self.offer(position, layer, between + prices[layer - CODED].header, Step::Open);
        }
    }

    fn write_symbols(&mut self, position: usize, layer: usize, byte: u8, matches: &[Match], prices: &Prices) {
        let bits = self.bits(position, layer);
        self.offer(position + 1, layer, bits.saturating_add(prices.literals[usize::from(byte)]), Step::Byte);
        let mut shortest = MIN_MATCH;
        for &Match { length: longest, distance } in matches {
            let bits = bits.saturating_add(prices.distances[distance_symbol(distance).number]);
            for length in shortest..=longest {
                let step = Step::Match { length: length as u16, distance: distance as u16 };
                self.offer(position + length, layer, bits.saturating_add(prices.lengths[length]), step);
            }
            shortest = longest + 1;
        }
    }

    fn trace(&self, length: usize) -> Path {
        let (mut position, mut layer) = (length, BETWEEN);
        let mut steps = Vec::new();
        loop {
            let Cell { step, .. } = self.cells[position * self.layers + layer];
            if let Step::Start = step {
                break;
            }
            steps.push((layer, step));
            match step {
                Step::Start => {}
                Step::Close(closed) => layer = usize::from(closed),
                Step::Open => layer = BETWEEN,
                Step::Byte => position -= 1,
                Step::Match { length, .. } => position -= usize::from(length),
            }
        }
        steps.reverse();
        Path { bits: self.bits(length, BETWEEN), steps }
    }
}
