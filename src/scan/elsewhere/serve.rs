//! The other end of `elsewhere`: questions in, answers out.

use super::wire::{Question, drawn_to_bytes, found_to_bytes, opened_to_bytes};
use crate::scan::attached::Attached;
use crate::scan::deadline::Deadline;
use crate::scan::error::ScanError;
use crate::scan::grey::GreyImage;
use crate::scan::others;
use crate::scan::pdf::DrawnPage;
use crate::scan::pdf::drawing::{check_streams, draw, open};
use hayro::RenderCache;
use hayro::hayro_syntax::Pdf;

/// Opens one document after the other, draws its pages, and looks for symbols in images. Panics are not caught here.
#[derive(Default)]
pub struct Server(Option<Pdf>);

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Server").field(&self.0.is_some()).finish()
    }
}

impl Server {
    /// Answers a question; one that is none, with nothing.
    pub fn answer(&mut self, request: &[u8]) -> Vec<u8> {
        match Question::parse(request) {
            Some(Question::Open(bytes)) => opened_to_bytes(&self.open(bytes)),
            Some(Question::Draw { page, dpi }) => drawn_to_bytes(&self.draw(page, dpi)),
            Some(Question::Close) => {
                self.0 = None;
                Vec::new()
            }
            Some(Question::Look { image, last }) => found_to_bytes(&look(&image, last)),
            None => Vec::new(),
        }
    }

    fn open(&mut self, bytes: &[u8]) -> Result<(u32, Attached), ScanError> {
        self.0 = None;
        check_streams(bytes, Deadline::never())?;
        let (pdf, pages, attached) = open(bytes.to_vec())?;
        self.0 = Some(pdf);
        Ok((pages, attached))
    }

    /// A page with what hayro keeps of it thrown away, for it never forgets by itself.
    fn draw(&self, page: u32, dpi: u32) -> DrawnPage {
        let page = self.0.as_ref().and_then(|pdf| pdf.pages().get((page as usize).checked_sub(1)?));
        let drawn = page.and_then(|page| draw(page, dpi as f32, &RenderCache::new()));
        drawn.unwrap_or(DrawnPage { image: None, dpi, is_picture: false })
    }
}

fn look(image: &GreyImage, last: bool) -> Vec<crate::scan::found::Found> {
    if last { others::last(image, Deadline::never()) } else { others::first(image, Deadline::never()) }
}
