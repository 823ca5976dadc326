//! Why an input could not be looked at. That no symbol was found is not an error.

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// An input that cannot be scanned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// There are no bytes.
    #[error("empty input")]
    Empty,
    /// The first bytes are those of no type that is read.
    #[error("unknown file type, it begins with {magic}")]
    UnknownType {
        /// The first bytes in hexadecimal digits.
        magic: String,
    },
    /// More pixels than are decoded.
    #[error("image of {width} × {height} pixels is too large, the limit is {limit} pixels")]
    TooLarge {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Most pixels that are decoded.
        limit: u64,
    },
    /// More memory than an image may take.
    #[error("image of {width} × {height} pixels takes more than {limit} bytes to decode")]
    TooMuchMemory {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Most bytes that an image may take.
        limit: u64,
    },
    /// The image is truncated or its bytes are wrong.
    #[error("damaged {format} image")]
    BadImage {
        /// Its type, such as `JPEG`.
        format: &'static str,
        /// What the decoder said.
        #[source]
        source: Cause,
    },
    /// An image where none are decoded.
    #[error("{format} image, and only the pixels of images are taken here")]
    NoDecoder {
        /// Its type, such as `JPEG`.
        format: &'static str,
    },
    /// The file begins as a PDF and has no page that can be found.
    #[error("damaged PDF, no page can be found")]
    BadPdf,
    /// The part that reads PDFs is loaded after the others, and is not there yet.
    #[error("PDF, and the reader of PDFs is not loaded")]
    NoPdfReader,
    /// The PDF asks for a password.
    #[error("encrypted PDF")]
    EncryptedPdf,
    /// More pages than are read.
    #[error("PDF of {pages} pages, at most {limit} are read")]
    TooManyPages {
        /// Pages in the file.
        pages: u32,
        /// Most pages that are read.
        limit: u32,
    },
    /// A compressed stream that grows beyond all use.
    #[error("PDF with a stream that unpacks to more than {limit} bytes")]
    PdfBomb {
        /// Most bytes that a stream may have.
        limit: u64,
    },
    /// A page that cannot be drawn, or only at a lower resolution.
    #[error("page {page} cannot be drawn at {dpi} dots per inch")]
    NotDrawn {
        /// Counted from 1.
        page: u32,
        /// The resolution that was wanted.
        dpi: u32,
    },
    /// A page that takes too long to draw.
    #[error("page {page} takes more than {seconds} s to draw")]
    SlowPage {
        /// Counted from 1.
        page: u32,
        /// Most seconds that a page may take.
        seconds: u64,
    },
    /// A page, or with 0 the document, that needs more memory than the process that draws it may have.
    #[error("page {page} of the PDF needs more memory than a document may take")]
    TooHeavy {
        /// Counted from 1; 0 when the document could not be opened.
        page: u32,
    },
    /// The budget for the whole document is spent.
    #[error("time is up after page {page}")]
    OutOfTime {
        /// Last page that was read, counted from 1; 0 when it was up before the first.
        page: u32,
    },
}
