//! Objects → the file (ISO 32000-1 §7.5): header, objects as they come, object streams, cross-reference stream.
//!
//! [`Pieces`] are made apart from the file, so that every core can make some; [`Objects`] writes them one after the other and
//! keeps nothing of an object but its place.

use std::io::{self, Write};

use pdf_writer::{Chunk, Filter, Finish, Name, Ref, Settings, Str, Stream};
use sha2::{Digest, Sha256};

use super::flate::deflate;

/// Says PDF 1.7 (what PDF/A-3 is built on) and, by four bytes above 127, that the file is binary (§7.5.2).
const HEADER: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";

/// What stands after an object that is not in an object stream.
const END: &str = "\nendobj\n";

/// Most objects of one object stream: readers unpack a stream whole to get at one of them.
const OBJECTS_A_STREAM: usize = 200;

/// Where an object is, packed into eight bytes: a file of 20,000 certificates has more than a million objects.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Place(u64);

impl Place {
    const IN_STREAM: u64 = 1 << 63;

    fn at(offset: u64) -> Self {
        Self(offset)
    }

    fn in_stream(stream: Ref, index: usize) -> Self {
        Self(Self::IN_STREAM | (stream.get() as u64) << 16 | index as u64 & 0xFFFF)
    }

    /// Fields of the cross-reference stream (§7.5.8.3, table 18).
    fn fields(self) -> (u8, u64, u16) {
        match self.0 {
            0 => (0, 0, u16::MAX),
            packed if packed & Self::IN_STREAM == 0 => (1, packed, 0),
            packed => (2, (packed & !Self::IN_STREAM) >> 16, packed as u16),
        }
    }
}

/// Objects in their final bytes that have not been written yet.
pub(in crate::print) struct Pieces {
    /// Streams and whatever else stands by itself.
    whole: Chunk,
    whole_starts: Vec<(Ref, usize)>,
    /// Objects that go into an object stream.
    small: Chunk,
    small_starts: Vec<(Ref, usize)>,
}

impl Pieces {
    pub(super) fn new() -> Self {
        let chunk = || Chunk::with_settings(Settings { pretty: false });
        Self { whole: chunk(), whole_starts: Vec::new(), small: chunk(), small_starts: Vec::new() }
    }

    /// Where the next small object is to be written, and exactly one: it goes into an object stream.
    pub(super) fn small(&mut self, id: Ref) -> &mut Chunk {
        self.small_starts.push((id, self.small.len()));
        &mut self.small
    }

    /// Where the next stream is to be written, and exactly one.
    pub(super) fn whole(&mut self, id: Ref) -> &mut Chunk {
        self.whole_starts.push((id, self.whole.len()));
        &mut self.whole
    }

    /// A compressed stream.
    pub(super) fn stream(&mut self, id: Ref, bytes: &[u8], fill: impl FnOnce(&mut Stream<'_>)) {
        let packed = deflate(bytes);
        let mut stream = self.whole(id).stream(id, &packed);
        stream.filter(Filter::FlateDecode);
        fill(&mut stream);
    }

    /// Number of object streams that the small objects need.
    fn object_streams(&self) -> usize {
        self.small_starts.len().div_ceil(OBJECTS_A_STREAM)
    }

    /// Packs the small objects into object streams numbered from `first`, as many as [`Pieces::streams_for`] says.
    pub(super) fn pack(self, first: Ref) -> Packed {
        let mut places: Vec<(Ref, Place)> = Vec::with_capacity(self.whole_starts.len() + self.small_starts.len());
        let mut whole = self.whole;
        let mut starts = self.whole_starts;
        let small = self.small.as_bytes();
        let ends = self.small_starts.iter().skip(1).map(|&(_, start)| start).chain([small.len()]);
        let bodies: Vec<(Ref, &[u8])> =
            self.small_starts.iter().zip(ends).map(|(&(id, start), end)| (id, body(id, &small[start..end]))).collect();
        for (number, bodies) in bodies.chunks(OBJECTS_A_STREAM).enumerate() {
            let id = Ref::new(first.get() + number as i32);
            let (head, data) = object_stream(bodies);
            places.extend(bodies.iter().enumerate().map(|(index, &(inner, _))| (inner, Place::in_stream(id, index))));
            starts.push((id, whole.len()));
            let packed = deflate(&data);
            let mut stream = whole.stream(id, &packed);
            stream.filter(Filter::FlateDecode);
            stream.pair(Name(b"Type"), Name(b"ObjStm"));
            stream.pair(Name(b"N"), bodies.len() as i32);
            stream.pair(Name(b"First"), head as i32);
        }
        Packed { bytes: whole.as_bytes().to_vec(), starts, places }
    }

    /// How many object streams a number of small objects needs.
    pub(super) fn streams_for(small: usize) -> usize {
        small.div_ceil(OBJECTS_A_STREAM)
    }
}

/// The object itself, without the words around it that an object stream does not have (§7.5.7).
fn body(id: Ref, object: &[u8]) -> &[u8] {
    let head = format!("{} 0 obj\n", id.get()).len();
    object.get(head..object.len() - END.len()).unwrap_or_default()
}

/// Numbers and offsets, then the objects; with the length of the first part.
fn object_stream(bodies: &[(Ref, &[u8])]) -> (usize, Vec<u8>) {
    let mut data = Vec::with_capacity(bodies.iter().map(|(_, body)| body.len() + 12).sum());
    let mut offset = 0;
    for (id, body) in bodies {
        data.extend(format!("{} {offset} ", id.get()).bytes());
        offset += body.len() + 1;
    }
    let head = data.len();
    for (_, body) in bodies {
        data.extend_from_slice(body);
        data.push(b' ');
    }
    (head, data)
}

/// Objects ready to be written.
pub(in crate::print) struct Packed {
    bytes: Vec<u8>,
    starts: Vec<(Ref, usize)>,
    places: Vec<(Ref, Place)>,
}

/// The file in the making.
pub(in crate::print) struct Objects<W> {
    out: W,
    written: u64,
    /// By object number; number 0 is always free (§7.5.4).
    places: Vec<Place>,
    digest: Sha256,
}

impl<W: Write> Objects<W> {
    /// Writes the header.
    pub(in crate::print) fn new(out: W) -> io::Result<Self> {
        let mut objects = Self { out, written: 0, places: vec![Place::default()], digest: Sha256::new() };
        objects.put(HEADER)?;
        Ok(objects)
    }

    /// Sets object numbers aside, the first of which it gives.
    pub(in crate::print) fn reserve(&mut self, count: usize) -> Ref {
        let first = self.places.len();
        self.places.resize(first + count, Place::default());
        Ref::new(first as i32)
    }

    /// Writes objects.
    pub(in crate::print) fn write(&mut self, packed: &Packed) -> io::Result<()> {
        for &(id, start) in &packed.starts {
            self.set(id, Place::at(self.written + start as u64));
        }
        for &(id, place) in &packed.places {
            self.set(id, place);
        }
        self.put(&packed.bytes)
    }

    /// Packs and writes objects that were made at the end of the file.
    pub(in crate::print) fn write_pieces(&mut self, pieces: Pieces) -> io::Result<()> {
        let first = self.reserve(pieces.object_streams());
        self.write(&pieces.pack(first))
    }

    /// Writes the cross-reference stream and gives the sink back.
    pub(in crate::print) fn finish(mut self, root: Ref, info: Ref) -> io::Result<W> {
        // No clock and no chance: the name of the file is what is in it (§14.4 asks for no more than a unique one).
        let digest = self.digest.clone().finalize();
        let name = &digest[..16];
        let id = self.reserve(1);
        self.set(id, Place::at(self.written));
        let widths = [1, bytes_for(self.written), 2];
        let row = widths.iter().sum::<usize>();
        let packed = deflate(&rows(&self.places, widths));
        let mut chunk = Chunk::with_settings(Settings { pretty: false });
        let mut stream = chunk.stream(id, &packed);
        stream.filter(Filter::FlateDecode);
        stream.insert(Name(b"DecodeParms")).dict().pair(Name(b"Predictor"), 12).pair(Name(b"Columns"), row as i32);
        stream.pair(Name(b"Type"), Name(b"XRef"));
        stream.pair(Name(b"Size"), self.places.len() as i32);
        stream.insert(Name(b"W")).array().items(widths.map(|width| width as i32));
        stream.pair(Name(b"Root"), root);
        stream.pair(Name(b"Info"), info);
        stream.insert(Name(b"ID")).array().item(Str(name)).item(Str(name));
        stream.finish();
        let start = self.written;
        self.put(chunk.as_bytes())?;
        self.put(format!("startxref\n{start}\n%%EOF\n").as_bytes())?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn set(&mut self, id: Ref, place: Place) {
        self.places[id.get() as usize] = place;
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.digest.update(bytes);
        self.written += bytes.len() as u64;
        Ok(())
    }
}

/// Fewest bytes that a number fits into.
fn bytes_for(number: u64) -> usize {
    (8 - number.leading_zeros() as usize / 8).max(1)
}

/// Rows of the cross-reference stream, each less the one above (predictor 12): neighbours differ in little.
fn rows(places: &[Place], widths: [usize; 3]) -> Vec<u8> {
    const UP: u8 = 2;
    let length = widths.iter().sum();
    let mut above = vec![0u8; length];
    let mut rows = Vec::with_capacity(places.len() * (length + 1));
    for place in places {
        let (kind, second, third) = place.fields();
        let mut row = vec![kind];
        row.extend_from_slice(&second.to_be_bytes()[8 - widths[1]..]);
        row.extend_from_slice(&third.to_be_bytes());
        rows.push(UP);
        rows.extend(row.iter().zip(&above).map(|(new, old)| new.wrapping_sub(*old)));
        above = row;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_file_and_one_in_a_stream_keep_their_numbers() {
        assert_eq!(Place::default().fields(), (0, 0, 65535));
        assert_eq!(Place::at(5_000_000_000).fields(), (1, 5_000_000_000, 0));
        assert_eq!(Place::in_stream(Ref::new(1_400_000), 199).fields(), (2, 1_400_000, 199));
    }

    #[test]
    fn a_number_takes_as_many_bytes_as_it_needs() {
        assert_eq!([0, 255, 256, u64::from(u32::MAX), 1 << 32].map(bytes_for), [1, 1, 2, 4, 5]);
    }

    #[test]
    fn an_object_stream_lists_its_objects_and_where_they_begin() {
        let (head, data) = object_stream(&[(Ref::new(7), b"<</A 1>>"), (Ref::new(9), b"[1]")]);
        assert_eq!(data, b"7 0 9 9 <</A 1>> [1] ");
        assert_eq!(head, 8);
    }
}
