//! Other readers as they come, with one look each: what the cascade is measured against.

use super::deadline::Deadline;
use super::grey::GreyImage;
use super::readers::{Readings, SymbolReader};
use super::threshold::{Threshold, binarise};
use super::{datamatrix, rqrr, rxing};

/// rxing with one look, the baseline that the cascade is measured against.
#[derive(Clone, Copy, Debug)]
pub struct Rxing;

impl SymbolReader for Rxing {
    fn name(&self) -> &'static str {
        "rxing"
    }

    fn read(&self, image: &GreyImage, deadline: Deadline) -> Readings {
        let Some(bits) = binarise(image, Threshold::Hybrid) else { return Readings::default() };
        let mut found = rxing::look(&bits, false, deadline).found;
        if found.is_empty() && !deadline.has_passed() {
            found = datamatrix::look(&bits, false);
        }
        found.into()
    }
}

/// rqrr with one look.
#[derive(Clone, Copy, Debug)]
pub struct Rqrr;

impl SymbolReader for Rqrr {
    fn name(&self) -> &'static str {
        "rqrr"
    }

    fn read(&self, image: &GreyImage, deadline: Deadline) -> Readings {
        rqrr::look(image, deadline).into()
    }
}
