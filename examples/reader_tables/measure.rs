//! Readers and what they make of an image, with the time it takes them.

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use nansen::scan::{Effort, GreyImage, Options, ReaderChoice, scan_image};

use crate::cases::Case;
use crate::stopwatch::Stopwatch;

/// A reader with its effort.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reader {
    /// Ours, thorough.
    Own,
    /// Ours, as for a camera frame.
    Fast,
    /// rxing.
    Rxing,
    /// rqrr.
    Rqrr,
}

impl Reader {
    /// All of them, in the order of the columns.
    pub const ALL: [Self; 4] = [Self::Own, Self::Fast, Self::Rxing, Self::Rqrr];

    /// Its name in the arguments, the tables and the JSON lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Fast => "fast",
            Self::Rxing => "rxing",
            Self::Rqrr => "rqrr",
        }
    }

    fn options(self) -> Options {
        let (reader, effort) = match self {
            Self::Own => (ReaderChoice::Own, Effort::Thorough),
            Self::Fast => (ReaderChoice::Own, Effort::Fast),
            Self::Rxing => (ReaderChoice::Rxing, Effort::Thorough),
            Self::Rqrr => (ReaderChoice::Rqrr, Effort::Thorough),
        };
        Options { reader, effort, ..Options::default() }
    }

    /// Reads an image within the time that [`Options::default`] gives.
    pub fn read(self, image: &GreyImage, case: &Case) -> Outcome {
        let watch = Stopwatch::start();
        let readings = catch_unwind(AssertUnwindSafe(|| scan_image(image, &self.options())));
        let (ms, wall_ms) = (watch.ms(), watch.wall_ms());
        let panicked = readings.is_err();
        let found = readings.unwrap_or_default().into_iter().flat_map(|reading| reading.found);
        let texts: Vec<Vec<u8>> = found.map(|found| found.bytes).collect();
        Outcome {
            read: texts.iter().any(|text| case.holds(text)),
            wrong: texts.iter().any(|text| !case.holds(text)),
            panicked,
            texts,
            ms,
            wall_ms,
        }
    }
}

/// What a reader made of an image.
pub struct Outcome {
    /// Everything it read.
    pub texts: Vec<Vec<u8>>,
    /// What the image holds was among it.
    pub read: bool,
    /// Something else was among it.
    pub wrong: bool,
    /// It panicked.
    pub panicked: bool,
    /// Milliseconds, without those in which the thread was ready and another had the core.
    pub ms: f64,
    /// Milliseconds by the clock.
    pub wall_ms: f64,
}

impl Outcome {
    /// A line in the format of the scoring tool of the stress set.
    pub fn json(&self, case: &Case, reader: Reader) -> String {
        let hex = |text: &Vec<u8>| {
            text.iter().fold(String::new(), |mut all, byte| {
                let _ = write!(all, "{byte:02x}");
                all
            })
        };
        let texts: Vec<String> = self.texts.iter().map(hex).collect();
        let ms = (self.ms * 1e3).round() / 1e3;
        serde_json::json!({ "img": case.path, "dec": reader.name(), "texts": texts, "ms": ms }).to_string()
    }
}
