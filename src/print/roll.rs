//! Paper from a roll: boxes take the height that they need, what stands below moves up, and the paper ends with the last.
//!
//! A layout gives every box the most that it may take, so that nothing can overlap; what is left free across the whole width
//! is cut out. Cuts are whole printer dots, so that symbols stay on them.

use super::layout::Area;

/// A box after its content was composed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Used {
    /// The whole box.
    pub(super) area: Area,
    /// Where its content ends, in mm from the top of the page; `None` when it has none.
    pub(super) bottom: Option<f32>,
}

/// What is cut out of a page: stretches of its height, from top to bottom.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cuts(Vec<(f32, f32)>);

impl Cuts {
    /// Finds what is free in all boxes at once; `dot` is the side of a printer dot in mm.
    pub(super) fn find(boxes: &[Used], dot: f32) -> Self {
        let bottom_of = |one: &Used| one.area.y + one.area.height;
        let mut cuts: Vec<(f32, f32)> = Vec::new();
        for one in boxes {
            let end = bottom_of(one);
            match one.bottom {
                Some(used) => cuts.push((used, end)),
                // An empty box goes with the space that kept it from the next.
                None => {
                    let below =
                        boxes.iter().map(|other| other.area.y).filter(|y| *y >= end).fold(f32::INFINITY, f32::min);
                    cuts.push((one.area.y, if below.is_finite() { below } else { end }));
                }
            }
        }
        for one in boxes {
            let Some(used) = one.bottom else { continue };
            cuts = cuts.into_iter().flat_map(|cut| without(cut, (one.area.y, used))).collect();
        }
        cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut merged: Vec<(f32, f32)> = Vec::new();
        for (from, to) in cuts {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        let whole = |(from, to): (f32, f32)| (from, from + ((to - from) / dot + 1e-3).floor() * dot);
        Self(merged.into_iter().map(whole).filter(|(from, to)| to > from).collect())
    }

    /// How far what stands at `y` moves up, in mm.
    pub(super) fn above(&self, y: f32) -> f32 {
        self.0.iter().filter(|(_, to)| *to <= y + 0.01).map(|(from, to)| to - from).sum()
    }

    /// Height of all cuts, in mm.
    pub(super) fn height(&self) -> f32 {
        self.0.iter().map(|(from, to)| to - from).sum()
    }
}

/// What is left of a stretch when another is taken out of it.
fn without((from, to): (f32, f32), (start, end): (f32, f32)) -> impl Iterator<Item = (f32, f32)> {
    let pieces = if end <= from || start >= to { [(from, to), (to, to)] } else { [(from, start), (end, to)] };
    pieces.into_iter().filter(|(from, to)| to - from > 1e-4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(y: f32, height: f32, bottom: Option<f32>) -> Used {
        Used { area: Area { x: 0.0, y, width: 10.0, height }, bottom }
    }

    #[test]
    fn what_stands_below_a_half_empty_box_moves_up() {
        let cuts = Cuts::find(&[used(2.0, 10.0, Some(6.0)), used(14.0, 5.0, Some(19.0))], 0.5);
        assert!((cuts.above(14.0) - 6.0).abs() < 1e-3 && cuts.above(2.0) == 0.0);
        assert!((cuts.height() - 6.0).abs() < 1e-3);
    }

    #[test]
    fn an_empty_box_takes_its_distance_with_it() {
        let cuts = Cuts::find(&[used(2.0, 10.0, None), used(14.0, 5.0, Some(19.0))], 0.5);
        assert!((cuts.above(14.0) - 12.0).abs() < 1e-3);
    }

    #[test]
    fn nothing_is_cut_where_a_neighbour_still_stands() {
        let cuts =
            Cuts::find(&[used(2.0, 10.0, Some(4.0)), used(2.0, 10.0, Some(9.0)), used(12.0, 4.0, Some(16.0))], 0.5);
        assert!((cuts.above(12.0) - 3.0).abs() < 1e-3);
    }

    #[test]
    fn cuts_are_whole_dots() {
        let cuts = Cuts::find(&[used(2.0, 10.0, Some(6.13)), used(14.0, 5.0, Some(19.0))], 0.5);
        assert!((cuts.above(14.0) / 0.5).fract().abs() < 1e-3);
    }
}
