//! The part of a photograph that an operator has chosen: left, top, width, height, in pixels or in percent.

/// A rectangle in a picture as it is looked at (after the turning that EXIF asks for).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Crop {
    /// Left, top, width, height.
    Pixels([u32; 4]),
    /// The same, in percent of the picture's width and height.
    Percent([f32; 4]),
}

// Percents are parsed, never computed, and none of them is NaN.
impl Eq for Crop {}

impl std::fmt::Display for Crop {
    /// As it stands in a list.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pixels(four) => write!(f, "{}", four.map(|number| number.to_string()).join(" ")),
            Self::Percent(four) => write!(f, "{}", four.map(|number| format!("{number}%")).join(" ")),
        }
    }
}

/// Why a rectangle is none.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CropError {
    /// Not four numbers.
    #[error("not four numbers")]
    NotFour,
    /// One of the four is no number, or below 0.
    #[error("{found:?} is no number of pixels or percent")]
    NotANumber {
        /// As it stands.
        found: String,
    },
    /// Less than nothing.
    #[error("{found:?} is below 0")]
    Below {
        /// As it stands.
        found: String,
    },
    /// More than the whole picture.
    #[error("{found:?} is more than 100 %")]
    Above {
        /// As it stands.
        found: String,
    },
    /// Some in pixels, some in percent.
    #[error("pixels and percent are mixed")]
    Mixed,
    /// It does not lie in the picture.
    #[error("the rectangle reaches to {right} × {bottom}, and the picture has {width} × {height} pixels")]
    Outside {
        /// Where it ends.
        right: u64,
        /// Where it ends.
        bottom: u64,
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
}

impl Crop {
    /// Reads `120 40 400 500` or `10% 5% 80% 90%`; commas and semicolons may stand between the numbers.
    pub fn parse(text: &str) -> Result<Self, CropError> {
        // `10 %` is one number.
        let text = joined(text);
        let words: Vec<&str> =
            text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).filter(|word| !word.is_empty()).collect();
        let words: [&str; 4] = words.try_into().map_err(|_| CropError::NotFour)?;
        let wrong = |word: &str| {
            let found = word.chars().take(20).collect();
            match word.trim_end_matches('%').parse::<f64>() {
                Ok(number) if number < 0.0 => CropError::Below { found },
                Ok(number) if number > 100.0 && word.ends_with('%') => CropError::Above { found },
                _ => CropError::NotANumber { found },
            }
        };
        match words.iter().filter(|word| word.ends_with('%')).count() {
            0 => {
                let mut numbers = [0; 4];
                for (number, word) in numbers.iter_mut().zip(words) {
                    *number = word.parse().map_err(|_| wrong(word))?;
                }
                Ok(Self::Pixels(numbers))
            }
            4 => {
                let mut numbers = [0.0; 4];
                for (number, word) in numbers.iter_mut().zip(words) {
                    let parsed: f32 = word.trim_end_matches('%').parse().map_err(|_| wrong(word))?;
                    *number = if (0.0..=100.0).contains(&parsed) { parsed } else { return Err(wrong(word)) };
                }
                Ok(Self::Percent(numbers))
            }
            _ => Err(CropError::Mixed),
        }
    }

    /// Left, top, width and height in a picture of this size.
    pub fn inside(self, width: u32, height: u32) -> Result<[u32; 4], CropError> {
        let [x, y, w, h] = match self {
            Self::Pixels(pixels) => pixels,
            Self::Percent(percent) => {
                let of = |part: f32, whole: u32| (f64::from(part) / 100.0 * f64::from(whole)).round() as u32;
                let [x, y, w, h] = percent;
                [of(x, width), of(y, height), of(w, width), of(h, height)]
            }
        };
        let (mut right, mut bottom) = (u64::from(x) + u64::from(w), u64::from(y) + u64::from(h));
        if let Self::Percent([x, y, w, h]) = self {
            // 33.3 % and 66.7 % are all of it, however they are rounded.
            right = if x + w <= 100.0 { right.min(width.into()) } else { right.max(u64::from(width) + 1) };
            bottom = if y + h <= 100.0 { bottom.min(height.into()) } else { bottom.max(u64::from(height) + 1) };
        }
        if right > width.into() || bottom > height.into() {
            return Err(CropError::Outside { right, bottom, width, height });
        }
        Ok([x, y, (right - u64::from(x)) as u32, (bottom - u64::from(y)) as u32])
    }
}

/// The text with every percent sign at its number.
fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '%' {
            joined.truncate(joined.trim_end().len());
        }
        joined.push(c);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_and_percent_are_read_with_any_separator() {
        assert_eq!(Crop::parse(" 120, 40;400  500 "), Ok(Crop::Pixels([120, 40, 400, 500])));
        assert_eq!(Crop::parse("10 % 5% 80 % 90%"), Crop::parse("10% 5% 80% 90%"));
        let percent = Crop::parse("10% 5% 80% 90%").unwrap();
        assert_eq!(percent.inside(200, 400), Ok([20, 20, 160, 360]));
        assert_eq!(Crop::parse("33.3% 0% 66.7% 100%").unwrap().inside(101, 50), Ok([34, 0, 67, 50]));
    }

    #[test]
    fn a_rectangle_that_is_none_is_refused_with_what_it_is() {
        for (text, expect) in [
            ("1 2 3", "not four numbers"),
            ("1 2 3 4 5", "not four numbers"),
            ("1 2 3 x", "\"x\" is no number of pixels or percent"),
            ("-1 2 3 4", "\"-1\" is below 0"),
            ("NaN% 2% 3% 4%", "\"NaN%\" is no number of pixels or percent"),
            ("1 2 300% 4", "pixels and percent are mixed"),
            ("0% 0% 101% 5%", "\"101%\" is more than 100 %"),
            ("0 % 0% 200 % 5%", "\"200%\" is more than 100 %"),
            ("0% -5% 20% 5%", "\"-5%\" is below 0"),
            ("4294967296 0 1 1", "\"4294967296\" is no number of pixels or percent"),
        ] {
            assert_eq!(Crop::parse(text).unwrap_err().to_string(), expect, "{text}");
        }
    }

    #[test]
    fn a_rectangle_that_leaves_the_picture_is_refused_with_both_sizes() {
        for (text, expect) in [
            ("100 0 200 100", "the rectangle reaches to 300 × 100, and the picture has 200 × 100 pixels"),
            (
                "4294967295 0 4294967295 1",
                "the rectangle reaches to 8589934590 × 1, and the picture has 200 × 100 pixels",
            ),
            ("50% 0% 60% 10%", "the rectangle reaches to 220 × 10, and the picture has 200 × 100 pixels"),
        ] {
            assert_eq!(Crop::parse(text).unwrap().inside(200, 100).unwrap_err().to_string(), expect, "{text}");
        }
    }
}
