//! A hypothesis in, the symbol out if it can be read: from the plain plane to the bent grid, from plain samples to the equaliser.

use super::decode::{Decoded, Depth, Failed, Outcome, decode};
use super::equaliser::{Taps, equalise, plain};
use super::geometry::{Homography, Pair, Point};
use super::hypothesis::Hypothesis;
use super::landmarks::{far_corner, landmarks, settle};
use super::lattice;
use super::light::Light;
use super::patterns::{Patterns, Version};
use super::rectified::Rectified;
use super::sampling::{Grid, Samples};
use super::soft::SoftModules;
use crate::scan::deadline::Deadline;
use crate::scan::grey::GreyImage;
use std::time::Duration;

/// Where the function patterns agree less than this, 0 being chance, nothing is decoded.
const LEAST_AGREEMENT: f32 = 0.3;
/// The same before a deep search.
const LEAST_AGREEMENT_DEEP: f32 = 0.5;

/// From here on nobody doubts that there is a symbol: textures that are none reached 0.73 on the photographs of
/// `zxing-falsepos`.
const CLEAR_AGREEMENT: f32 = 0.78;
/// What decoding takes where there is no clock.
const QUICK: Duration = Duration::from_millis(1);
const DEEP: Duration = Duration::from_millis(5);
/// The same for each module of a symbol: to sample it and measure the light on it, and to bend the grid before.
const NANOSECONDS_TO_SAMPLE: u64 = 350;
const NANOSECONDS_TO_BEND: u64 = 800;

/// What an attempt gave.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) decoded: Decoded,
    /// Centres of the outermost modules' outer corners in pixels: top left, top right, bottom right, bottom left.
    pub(super) corners: [Point; 4],
}

/// A symbol whose modules were seen and not read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// Its version, as far as can be told.
    pub(in crate::scan) version: Version,
    /// What was seen of its modules.
    pub(in crate::scan) soft: SoftModules,
    /// How well the function patterns agree: 1 is all of them, 0 is chance.
    pub(in crate::scan) agreement: f32,
    /// Where it lies in pixels: top left, top right, bottom right, bottom left.
    pub(super) corners: [Point; 4],
}

impl Unread {
    /// Where it lies in pixels: top left, top right, bottom right, bottom left.
    pub fn corners(&self) -> [(f32, f32); 4] {
        self.corners.map(|corner| (corner.x, corner.y))
    }

    /// Whether it is a symbol beyond doubt, worth telling a person of.
    pub fn is_clear(&self) -> bool {
        self.agreement >= CLEAR_AGREEMENT
    }

    /// The same in an image of another scale.
    pub(in crate::scan) fn scaled(mut self, factor: f32) -> Self {
        self.corners = self.corners.map(|corner| corner * factor);
        self
    }
}

/// One hypothesis being followed up in one image.
pub(super) struct Attempt<'a> {
    image: &'a GreyImage,
    hypothesis: &'a Hypothesis,
    deadline: Deadline,
    /// Readings that need a proof from outside.
    pub(super) doubtful: Vec<Reading>,
    /// The best modules that could not be read, to be added to those of other pictures of the same symbol.
    pub(super) unread: Option<Unread>,
}

/// Samples with the light on them.
struct Look {
    grid: Grid,
    samples: Samples,
    light: Light,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(image: &'a GreyImage, hypothesis: &'a Hypothesis, deadline: Deadline) -> Self {
        Self { image, hypothesis, deadline, doubtful: Vec::new(), unread: None }
    }

    /// The least that reads a symbol in good condition.
    pub(super) fn at_once(&mut self) -> Option<Reading> {
        let plane = far_corner(self.image, self.hypothesis);
        let look = self.look(Grid::Plane(plane));
        let soft = plain(&look.samples, &look.light)?;
        self.decode(&look, &soft, Depth::Quick).ok()
    }

    /// All landmarks and the equaliser.
    pub(super) fn with_care(&mut self) -> Option<Reading> {
        let (plane, marks) = self.settled();
        let look = self.look(Grid::Plane(plane));
        if let Some(read) = self.equalised(&look, Depth::Quick) {
            return Some(read);
        }
        if self.deadline.has_passed() {
            return None;
        }
        let bent = self.bend(&plane, &marks)?;
        self.equalised(&bent, Depth::Quick)
    }

    /// The plane of the landmarks and the longest filter, for strong blur.
    pub(super) fn widely(&mut self) -> Option<Reading> {
        let marks = landmarks(self.image, self.hypothesis);
        let look = self.look(Grid::Plane(settle(&self.hypothesis.plane, &marks, self.hypothesis.version)));
        let soft = equalise(&look.samples, &look.light, self.known(), Taps::FortyNine)?;
        self.decode(&look, &soft, Depth::Quick).ok()
    }

    /// Everything: both grids, longer filters, deep decoding.
    pub(super) fn thoroughly(&mut self) -> Option<Reading> {
        let (plane, marks) = self.settled();
        let mut looks = vec![self.look(Grid::Plane(plane))];
        if self.deadline.has_passed() {
            return None;
        }
        looks.extend(self.bend(&plane, &marks));
        let mut softs: Vec<(f32, usize, SoftModules)> = Vec::new();
        for (at, look) in looks.iter().enumerate() {
            for soft in self.softs(look) {
                softs.push((self.agreement(&soft), at, soft));
            }
        }
        softs.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, at, soft) in softs.iter().take(4) {
            if self.deadline.has_passed() {
                return None;
            }
            match self.decode(&looks[*at], soft, Depth::Deep) {
                Ok(read) => return Some(read),
                Err(Some(failed)) if failed.blocks_solved > 0 => {
                    if let Some(read) = self.again(&looks[*at], failed) {
                        return Some(read);
                    }
                }
                Err(_) => {}
            }
        }
        None
    }

    /// The plane that the landmarks agree on best, and the landmarks.
    fn settled(&self) -> (Homography, Vec<Pair>) {
        let plane = far_corner(self.image, self.hypothesis);
        let marks = landmarks(self.image, &Hypothesis { plane, ..self.hypothesis.clone() });
        (settle(&plane, &marks, self.hypothesis.version), marks)
    }

    fn look(&self, grid: Grid) -> Look {
        self.spend(NANOSECONDS_TO_SAMPLE);
        let samples = Samples::take(self.image, &grid, self.hypothesis.version.modules());
        let light = Light::measure(&samples.modules(), samples.width);
        Look { grid, samples, light }
    }

    /// Says that something is done with each module.
    fn spend(&self, nanoseconds: u64) {
        let modules = self.hypothesis.version.modules() as u64;
        self.deadline.spend(Duration::from_nanos(nanoseconds * modules * modules));
    }

    fn bend(&self, plane: &Homography, marks: &[Pair]) -> Option<Look> {
        self.spend(NANOSECONDS_TO_BEND);
        let version = self.hypothesis.version;
        // Where few landmarks lie on one plane, the finder patterns alone are a better beginning.
        let on_plane =
            marks.iter().filter(|(at, pixel, _)| plane.at(*at).distance(*pixel) < plane.scale_at(*at)).count();
        let expected = version.alignment_patterns().len() + self.hypothesis.anchors.len();
        let plane = if 2 * on_plane < expected { &self.hypothesis.plane } else { plane };
        let rectified = Rectified::new(self.image, plane, version.modules());
        let finders: Vec<lattice::Anchor> =
            marks.iter().zip(&self.hypothesis.axes).map(|((at, pixel, _), axes)| (*at, *pixel, *axes)).collect();
        lattice::track(&rectified, plane, version, &finders).map(|warp| self.look(Grid::Bent(warp)))
    }

    fn known(&self) -> &'static [Option<bool>] {
        &Patterns::of(self.hypothesis.version).known
    }

    /// Soft modules by every filter that can be trained.
    fn softs(&self, look: &Look) -> Vec<SoftModules> {
        let train = |taps| equalise(&look.samples, &look.light, self.known(), taps);
        let mut all: Vec<SoftModules> = [Taps::TwentyFive, Taps::FortyNine].into_iter().filter_map(train).collect();
        if all.is_empty() {
            all.extend(train(Taps::Nine));
        }
        all.extend(plain(&look.samples, &look.light));
        all
    }

    fn equalised(&mut self, look: &Look, depth: Depth) -> Option<Reading> {
        let trained = [Taps::TwentyFive, Taps::Nine]
            .into_iter()
            .find_map(|taps| equalise(&look.samples, &look.light, self.known(), taps));
        let soft = trained.or_else(|| plain(&look.samples, &look.light))?;
        match self.decode(look, &soft, depth) {
            Ok(read) => Some(read),
            Err(Some(failed)) if failed.blocks_solved > 0 => self.again(look, failed),
            Err(_) => None,
        }
    }

    /// Trains the filter on what has been read so far too, as long as that brings more.
    fn again(&mut self, look: &Look, failed: Failed) -> Option<Reading> {
        let mut failed = failed;
        for round in 0..3 {
            if self.deadline.has_passed() {
                return None;
            }
            let known: Vec<Option<bool>> =
                self.known().iter().zip(&failed.solved).map(|(pattern, solved)| pattern.or(*solved)).collect();
            let taps = if round == 1 { Taps::FortyNine } else { Taps::TwentyFive };
            let soft = equalise(&look.samples, &look.light, &known, taps)?;
            let before = failed.blocks_solved;
            match self.decode(look, &soft, Depth::Quick) {
                Ok(read) => return Some(read),
                Err(Some(next)) if next.blocks_solved >= before => failed = next,
                Err(_) => {}
            }
        }
        None
    }

    fn decode(&mut self, look: &Look, soft: &SoftModules, depth: Depth) -> Result<Reading, Option<Failed>> {
        let least = if depth == Depth::Deep { LEAST_AGREEMENT_DEEP } else { LEAST_AGREEMENT };
        if self.agreement(soft) < least {
            return Err(None);
        }
        self.deadline.spend(if depth == Depth::Deep { DEEP } else { QUICK });
        match decode(soft, self.hypothesis.version, depth) {
            Some(Outcome::Read(decoded)) => Ok(self.reading(look, *decoded)),
            Some(Outcome::Doubtful(all, failed)) => {
                self.keep(look, soft);
                for decoded in all {
                    let reading = self.reading(look, decoded);
                    self.doubtful.push(reading);
                }
                Err(Some(*failed))
            }
            Some(Outcome::Failed(failed)) => {
                self.keep(look, soft);
                Err(Some(*failed))
            }
            None => Err(None),
        }
    }

    /// Keeps modules that were not read if they are the best so far and surely those of a symbol.
    fn keep(&mut self, look: &Look, soft: &SoftModules) {
        let agreement = self.agreement(soft);
        if agreement > self.unread.as_ref().map_or(LEAST_AGREEMENT_DEEP, |unread| unread.agreement) {
            let (version, corners) = (self.hypothesis.version, self.corners(look));
            self.unread = Some(Unread { version, soft: soft.clone(), agreement, corners });
        }
    }

    fn corners(&self, look: &Look) -> [Point; 4] {
        let side = self.hypothesis.version.modules() as f32;
        [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)].map(|(u, v)| look.grid.at(Point::new(u, v)))
    }

    fn reading(&self, look: &Look, decoded: Decoded) -> Reading {
        Reading { decoded, corners: self.corners(look) }
    }

    /// How well soft modules agree with the function patterns, −1 to 1.
    fn agreement(&self, soft: &SoftModules) -> f32 {
        let (mut sum, mut all) = (0.0, 0.0);
        for (value, known) in soft.values.iter().zip(self.known()) {
            if let Some(dark) = known {
                sum += if *dark { value.signum() } else { -value.signum() };
                all += 1.0;
            }
        }
        sum / f32::max(all, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::drawing;
    use super::super::geometry::Homography;
    use super::super::hypothesis::finder_places;
    use super::*;
    use crate::symbol::EcLevel;

    #[test]
    fn wavy_paper_is_read_with_care_and_not_at_once() {
        let (text, matrix) = drawing::symbol(14, EcLevel::M);
        let version = Version::new(14).unwrap();
        let image = drawing::wavy(&matrix, 5.0, 0.9);
        let plane = Homography::affine(Point::new(30.0, 30.0), Point::new(5.0, 0.0), Point::new(0.0, 5.0));
        let anchors = finder_places(version).map(|at| (at, plane.at(at - drawing::wave(at, 0.8))));
        let hypothesis =
            Hypothesis { version, plane, anchors: anchors.to_vec(), axes: vec![None; 3], plausibility: 1.0 };
        let mut attempt = Attempt::new(&image, &hypothesis, Deadline::never());
        assert!(attempt.at_once().is_none());
        let reading = attempt.with_care().unwrap();
        assert_eq!(reading.decoded.message.bytes, text.as_bytes());
    }

    #[test]
    fn what_is_no_symbol_is_not_even_kept() {
        let image = GreyImage::from_fn(300, 300, |x, y| (x * y % 251) as u8);
        let plane = Homography::affine(Point::new(30.0, 30.0), Point::new(4.0, 0.0), Point::new(0.0, 4.0));
        let version = Version::new(7).unwrap();
        let anchors = finder_places(version).map(|at| (at, plane.at(at)));
        let hypothesis =
            Hypothesis { version, plane, anchors: anchors.to_vec(), axes: vec![None; 3], plausibility: 1.0 };
        let mut attempt = Attempt::new(&image, &hypothesis, Deadline::never());
        assert!(attempt.at_once().is_none() && attempt.with_care().is_none() && attempt.thoroughly().is_none());
        assert!(attempt.unread.is_none() && attempt.doubtful.is_empty());
    }
}
