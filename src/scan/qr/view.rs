//! The ways in which an image is looked at for finder patterns, the cheap and fruitful ones first.

use super::pyramid::DOUBLED;
use crate::scan::binarisation::Threshold;
use crate::scan::filter::Filter;

/// One way to look for finder patterns.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    /// The image is made smaller by this, or [`DOUBLED`].
    pub(super) factor: u32,
    pub(super) filter: Filter,
    pub(super) threshold: Threshold,
}

const fn view(factor: u32, filter: Filter, threshold: Threshold) -> View {
    View { factor, filter, threshold }
}

const fn local(radius: usize, percent: u32) -> Threshold {
    Threshold::Local { radius, percent }
}

/// The views of a fast reading.
pub(super) const FAST: &[View] = &[view(1, Filter::None, Threshold::Blocks), view(2, Filter::None, local(10, 4))];

/// The views that camera frames take turns with, for what those of a fast reading do not see: the first sees through noise, the
/// second through defocus.
pub(super) const GLANCES: &[View] = &[view(2, Filter::Smooth, local(10, 4)), view(1, Filter::Smooth, local(7, 1))];

/// Those of a thorough one, in groups: hypotheses are followed up after each.
pub(super) const THOROUGH: &[&[View]] = &[
    &[view(1, Filter::None, Threshold::Blocks), view(1, Filter::None, local(12, 5))],
    &[
        view(2, Filter::Smooth, local(10, 4)),
        view(1, Filter::Median, local(14, 3)),
        view(1, Filter::Smooth, local(7, 1)),
    ],
    &[
        view(1, Filter::None, local(30, 3)),
        view(3, Filter::None, local(10, 4)),
        view(1, Filter::None, Threshold::Global),
    ],
    &[
        view(1, Filter::Sharpen, local(10, 3)),
        view(1, Filter::GrowInk, local(10, 5)),
        view(1, Filter::ShrinkInk, local(20, 0)),
    ],
    &[
        view(DOUBLED, Filter::None, local(12, 3)),
        view(2, Filter::None, local(25, 8)),
        view(4, Filter::None, local(10, 3)),
    ],
];
