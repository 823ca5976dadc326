//! Operators of content streams (ISO 32000-1 §7.8.2, annex A), in as few bytes as they can be written.

/// A content stream in the making.
#[derive(Debug, Default)]
pub(super) struct Content {
    bytes: Vec<u8>,
}

/// Digits after the point of a length in points: a thousandth of a millimetre is 0.003.
const PLACES: usize = 2;
/// Digits after the point where whole printer dots have to come out.
const EXACT_PLACES: usize = 5;

impl Content {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A number rounded to hundredths.
    pub(super) fn number(&mut self, number: f64) -> &mut Self {
        self.decimal(number, PLACES)
    }

    /// A number to five places.
    pub(super) fn exact(&mut self, number: f64) -> &mut Self {
        self.decimal(number, EXACT_PLACES)
    }

    /// A whole number.
    pub(super) fn integer(&mut self, number: i64) -> &mut Self {
        self.space();
        self.digits(number);
        self
    }

    /// An operator.
    pub(super) fn op(&mut self, operator: &str) -> &mut Self {
        self.space();
        self.raw(operator.as_bytes());
        self.bytes.push(b'\n');
        self
    }

    /// Bytes as they are.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// A string of two-byte characters (§7.3.4.2).
    pub(super) fn string(&mut self, codes: &[u16]) -> &mut Self {
        self.bytes.push(b'(');
        for byte in codes.iter().flat_map(|code| code.to_be_bytes()) {
            match byte {
                b'(' | b')' | b'\\' => self.bytes.extend_from_slice(&[b'\\', byte]),
                // A bare carriage return would be read as a line feed.
                b'\r' => self.bytes.extend_from_slice(b"\\r"),
                _ => self.bytes.push(byte),
            }
        }
        self.bytes.push(b')');
        self
    }

    /// Between two operands, unless a delimiter already parts them (§7.2.2).
    fn space(&mut self) {
        if !matches!(self.bytes.last(), None | Some(b'\n' | b' ' | b')' | b']' | b'[' | b'>')) {
            self.bytes.push(b' ');
        }
    }

    fn decimal(&mut self, number: f64, places: usize) -> &mut Self {
        let scale = 10_i64.pow(places as u32);
        let scaled = (number * scale as f64).round() as i64;
        self.space();
        if scaled < 0 {
            self.bytes.push(b'-');
        }
        let (whole, mut part) = (scaled.abs() / scale, scaled.abs() % scale);
        if whole != 0 || part == 0 {
            self.digits(whole);
        }
        if part != 0 {
            self.bytes.push(b'.');
            let mut place = scale / 10;
            while part != 0 {
                self.bytes.push(b'0' + (part / place) as u8);
                part %= place;
                place /= 10;
            }
        }
        self
    }

    fn digits(&mut self, number: i64) {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = number.unsigned_abs();
        loop {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if number < 0 {
            self.bytes.push(b'-');
        }
        self.bytes.extend_from_slice(&digits[at..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Content)) -> String {
        let mut content = Content::default();
        write(&mut content);
        String::from_utf8(content.bytes).unwrap()
    }

    #[test]
    fn numbers_have_no_more_digits_than_they_need() {
        let text = written(|content| {
            for number in [0.0, 1.0, -1.0, 0.5, -0.25, 12.346, 100.0, 0.001, -0.004, 841.92] {
                content.number(number);
            }
            content.exact(1.2).exact(0.00001);
        });
        assert_eq!(text, "0 1 -1 .5 -.25 12.35 100 0 0 841.92 1.2 .00001");
    }

    #[test]
    fn a_string_escapes_what_would_end_or_change_it() {
        let text = written(|content| {
            content.string(&[0x2829, 0x5C0D, 0x4142]);
        });
        assert_eq!(text, "(\\(\\)\\\\\\rAB)");
    }
}
