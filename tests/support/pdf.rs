//! A reader of PDF files, just large enough to look at what the printer wrote: cross-reference and object streams, no repair.

use std::collections::BTreeMap;
use std::io::Read;

/// A PDF object (ISO 32000-1 §7.3).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Name(String),
    Text(Vec<u8>),
    Array(Vec<Value>),
    Dict(BTreeMap<String, Value>),
    Ref(usize),
    Stream(BTreeMap<String, Value>, Vec<u8>),
    /// An operator of a content stream.
    Word(String),
}

/// A file, read whole.
pub struct File {
    pub objects: BTreeMap<usize, Value>,
    pub trailer: Value,
}

impl File {
    pub fn read(bytes: &[u8]) -> Self {
        let tail = String::from_utf8_lossy(&bytes[bytes.len() - 40..]).into_owned();
        let start: usize = tail.split("startxref\n").nth(1).unwrap().lines().next().unwrap().parse().unwrap();
        let (_, trailer) = indirect(bytes, start);
        let widths: Vec<usize> = trailer.get("W").array().iter().map(|width| width.number() as usize).collect();
        let row = widths.iter().sum::<usize>();
        let mut objects = BTreeMap::new();
        let mut inside = Vec::new();
        let rows = unpredicted(&trailer.data(), row);
        for (id, fields) in rows.chunks(row).enumerate() {
            let (kind, rest) = fields.split_at(widths[0]);
            let (second, third) = rest.split_at(widths[1]);
            let number = |bytes: &[u8]| bytes.iter().fold(0usize, |number, byte| number << 8 | usize::from(*byte));
            match number(kind) {
                1 => {
                    let (found, value) = indirect(bytes, number(second));
                    assert_eq!(found, id, "the cross-reference stream points at another object");
                    objects.insert(id, value);
                }
                2 => inside.push((id, number(second), number(third))),
                _ => {}
            }
        }
        for (id, stream, index) in inside {
            let packed: &Value = &objects[&stream];
            let data = packed.data();
            let mut head = Reader { bytes: &data, at: 0 };
            let pairs: Vec<(usize, usize)> = (0..packed.get("N").number() as usize)
                .map(|_| (head.value().number() as usize, head.value().number() as usize))
                .collect();
            assert_eq!(pairs[index].0, id, "the object stream has another object there");
            let at = packed.get("First").number() as usize + pairs[index].1;
            objects.insert(id, Reader { bytes: &data, at }.value());
        }
        Self { objects, trailer }
    }

    /// The object that a reference names, or the value itself.
    pub fn follow<'f>(&'f self, value: &'f Value) -> &'f Value {
        match value {
            Value::Ref(id) => self.objects.get(id).unwrap_or_else(|| panic!("object {id} is not defined")),
            other => other,
        }
    }

    /// What a dictionary has under a key, references followed.
    pub fn get<'f>(&'f self, value: &'f Value, key: &str) -> &'f Value {
        self.follow(self.follow(value).get(key))
    }

    pub fn catalog(&self) -> &Value {
        self.get(&self.trailer, "Root")
    }

    /// Pages in their order, with their object numbers.
    pub fn pages(&self) -> Vec<(usize, &Value)> {
        let mut pages = Vec::new();
        self.collect(self.catalog().get("Pages"), &mut pages);
        pages
    }

    fn collect<'f>(&'f self, node: &'f Value, pages: &mut Vec<(usize, &'f Value)>) {
        let Value::Ref(id) = node else { panic!("a page is no reference") };
        let node = self.follow(node);
        if node.get("Type") == &Value::Name("Page".to_owned()) {
            return pages.push((*id, node));
        }
        node.get("Kids").array().iter().for_each(|kid| self.collect(kid, pages));
    }
}

impl Value {
    pub fn get(&self, key: &str) -> &Value {
        match self {
            Self::Dict(dict) | Self::Stream(dict, _) => dict.get(key).unwrap_or(&Self::Null),
            _ => &Self::Null,
        }
    }

    pub fn array(&self) -> &[Value] {
        if let Self::Array(items) = self { items } else { &[] }
    }

    pub fn number(&self) -> f64 {
        if let Self::Number(number) = self { *number } else { panic!("{self:?} is no number") }
    }

    pub fn name(&self) -> &str {
        if let Self::Name(name) = self { name } else { "" }
    }

    /// A text string (§7.9.2.2).
    pub fn text(&self) -> String {
        let Self::Text(bytes) = self else { return String::new() };
        match bytes.strip_prefix(&[0xFE, 0xFF]) {
            Some(wide) => {
                let units: Vec<u16> = wide.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
                String::from_utf16(&units).unwrap()
            }
            None => String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    /// What a stream holds, unpacked.
    pub fn data(&self) -> Vec<u8> {
        let Self::Stream(dict, bytes) = self else { panic!("{self:?} is no stream") };
        if !dict.contains_key("Filter") {
            return bytes.clone();
        }
        let mut data = Vec::new();
        flate2::read::ZlibDecoder::new(&bytes[..]).read_to_end(&mut data).unwrap();
        data
    }

    /// Calls `see` for every reference inside.
    pub fn references(&self, see: &mut impl FnMut(usize)) {
        match self {
            Self::Ref(id) => see(*id),
            Self::Array(items) => items.iter().for_each(|item| item.references(see)),
            Self::Dict(dict) | Self::Stream(dict, _) => dict.values().for_each(|value| value.references(see)),
            _ => {}
        }
    }
}

/// Operators of a content stream with their operands.
pub fn operations(data: &[u8]) -> Vec<(String, Vec<Value>)> {
    let mut reader = Reader { bytes: data, at: 0 };
    let (mut operations, mut operands) = (Vec::new(), Vec::new());
    while !reader.is_at_end() {
        match reader.value() {
            Value::Word(word) => operations.push((word, std::mem::take(&mut operands))),
            operand => operands.push(operand),
        }
    }
    operations
}

/// Undoes PNG prediction "up" (predictor 12).
fn unpredicted(data: &[u8], row: usize) -> Vec<u8> {
    let mut rows: Vec<u8> = Vec::new();
    for coded in data.chunks(row + 1) {
        assert_eq!(coded[0], 2);
        let above = rows.len().checked_sub(row);
        for (place, byte) in coded[1..].iter().enumerate() {
            let up = above.map_or(0, |above| rows[above + place]);
            rows.push(byte.wrapping_add(up));
        }
    }
    rows
}

fn indirect(bytes: &[u8], at: usize) -> (usize, Value) {
    let mut reader = Reader { bytes, at };
    let id = reader.value().number() as usize;
    reader.value();
    assert_eq!(reader.value(), Value::Word("obj".to_owned()), "no object at {at}");
    let value = reader.value();
    let after = reader.at;
    if let Value::Dict(dict) = &value {
        if reader.value() == Value::Word("stream".to_owned()) {
            let length = dict["Length"].number() as usize;
            let start = reader.at + 1;
            return (id, Value::Stream(dict.clone(), bytes[start..start + length].to_vec()));
        }
        reader.at = after;
    }
    assert_eq!(reader.value(), Value::Word("endobj".to_owned()));
    (id, value)
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn skip(&mut self) {
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn is_at_end(&mut self) -> bool {
        self.skip();
        self.at >= self.bytes.len()
    }

    fn takes(&mut self, mark: &[u8]) -> bool {
        self.skip();
        let is_there = self.bytes[self.at..].starts_with(mark);
        self.at += if is_there { mark.len() } else { 0 };
        is_there
    }

    fn value(&mut self) -> Value {
        if self.takes(b"<<") {
            let mut dict = BTreeMap::new();
            while !self.takes(b">>") {
                let key = self.value().name().to_owned();
                dict.insert(key, self.value());
            }
            return Value::Dict(dict);
        }
        if self.takes(b"[") {
            let mut items = Vec::new();
            while !self.takes(b"]") {
                items.push(self.value());
            }
            return Value::Array(items);
        }
        if self.takes(b"(") {
            return Value::Text(self.literal());
        }
        if self.takes(b"<") {
            let digits: Vec<u8> = self.until(|byte| byte == b'>').to_vec();
            self.at += 1;
            let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
            return Value::Text(digits.chunks(2).map(pair).collect());
        }
        let is_name = self.takes(b"/");
        let is_end = |byte: u8| byte.is_ascii_whitespace() || b"()<>[]{}/%".contains(&byte);
        let word = String::from_utf8(self.until(is_end).to_vec()).unwrap();
        if is_name {
            return Value::Name(unescaped(&word));
        }
        match (word.as_str(), word.parse::<f64>()) {
            ("true", _) => Value::Bool(true),
            ("false", _) => Value::Bool(false),
            ("null", _) => Value::Null,
            (_, Ok(number)) => self.reference(number).unwrap_or(Value::Number(number)),
            _ => Value::Word(word),
        }
    }

    fn until(&mut self, is_end: impl Fn(u8) -> bool) -> &[u8] {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(|byte| !is_end(*byte)) {
            self.at += 1;
        }
        &self.bytes[start..self.at]
    }

    /// `12 0 R`, of which the number has been read.
    fn reference(&mut self, number: f64) -> Option<Value> {
        let rest = self.bytes.get(self.at..)?.strip_prefix(b" 0 R")?;
        let ends = rest.first().is_none_or(|byte| !byte.is_ascii_alphanumeric());
        ends.then(|| {
            self.at += 4;
            Value::Ref(number as usize)
        })
    }

    fn literal(&mut self) -> Vec<u8> {
        let (mut text, mut depth) = (Vec::new(), 0);
        loop {
            let byte = self.bytes[self.at];
            self.at += 1;
            match byte {
                b'\\' => {
                    let escaped = self.bytes[self.at];
                    self.at += 1;
                    match escaped {
                        b'n' => text.push(b'\n'),
                        b'r' => text.push(b'\r'),
                        b't' => text.push(b'\t'),
                        b'0'..=b'7' => {
                            let octal = std::str::from_utf8(&self.bytes[self.at - 1..self.at + 2]).unwrap();
                            text.push(u8::from_str_radix(octal, 8).unwrap());
                            self.at += 2;
                        }
                        other => text.push(other),
                    }
                    continue;
                }
                b'(' => depth += 1,
                b')' if depth == 0 => return text,
                b')' => depth -= 1,
                _ => {}
            }
            text.push(byte);
        }
    }
}

fn unescaped(name: &str) -> String {
    let mut parts = name.split('#');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let (code, rest) = part.split_at(2);
        name + &char::from(u8::from_str_radix(code, 16).unwrap()).to_string() + rest
    })
}
