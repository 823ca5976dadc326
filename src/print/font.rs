//! The embedded fonts: parsed once, shared between threads.
//!
//! `fonts/fonts.toml` names them with their scripts, source, licence and SHA-256.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use harfrust::{Direction, Feature, Language, ShapePlan};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use unicode_script::Script;

use super::paragraph::Shaped;
use super::pdf::program::Program;
use super::recent::Recent;
use crate::credential::language::primary;

static FONTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/fonts");

/// Plans kept for one font; more are made afresh each time, so that hostile language tags cost no memory.
const PLANS_KEPT: usize = 64;

/// A font folder that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FontError {
    /// `fonts.toml` is missing or not UTF-8.
    #[error("fonts.toml is missing or not UTF-8")]
    NoList,
    /// `fonts.toml` does not parse.
    #[error("fonts.toml is not a list of fonts")]
    BadList(#[source] toml::de::Error),
    /// A font of the list is not there.
    #[error("font file {file} is missing")]
    Missing {
        /// File name.
        file: String,
    },
    /// A file is not a font.
    #[error("font file {file} cannot be read as a font")]
    NotAFont {
        /// File name.
        file: String,
    },
    /// A script is not one of ISO 15924.
    #[error("{script:?} of font {file} is not a script of ISO 15924")]
    NotAScript {
        /// File name.
        file: String,
        /// As found.
        script: String,
    },
}

/// A family that a style can ask for. Scripts that have one design only take that.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Without serifs.
    #[default]
    Sans,
    /// With serifs.
    Serif,
}

/// A weight that a style can ask for.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    /// 400.
    #[default]
    Regular,
    /// 700.
    Bold,
}

impl Weight {
    fn number(self) -> u16 {
        match self {
            Self::Regular => 400,
            Self::Bold => 700,
        }
    }
}

#[derive(Deserialize)]
struct FontList {
    font: Vec<FontEntry>,
}

#[derive(Deserialize)]
struct FontEntry {
    file: String,
    family: String,
    weight: u16,
    scripts: Vec<String>,
    #[serde(default)]
    languages: Vec<String>,
    scale: Option<f32>,
    #[cfg_attr(not(test), allow(dead_code))]
    sha256: String,
}

/// Which font of the [`Fonts`].
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FontId(u8);

impl FontId {
    /// What a PDF's pages call the font.
    pub(super) fn resource(self) -> String {
        format!("F{}", self.0)
    }
}

/// What decides which features of a font are on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Look {
    /// Whether the text runs from right to left.
    pub(super) right_to_left: bool,
    /// Whether its letters are moved apart.
    pub(super) tracked: bool,
}

type PlanKey = (Look, [u8; 4], Option<Arc<str>>);

/// One font.
pub struct Font {
    file: String,
    family: String,
    weight: u16,
    scripts: Vec<Script>,
    languages: Vec<String>,
    scale: f32,
    shaping: harfrust::Font,
    program: Program,
    plans: RwLock<HashMap<PlanKey, Arc<ShapePlan>>>,
}

impl Font {
    /// For shaping.
    pub(super) fn shaping(&self) -> &harfrust::Font {
        &self.shaping
    }

    /// For the PDF.
    pub(super) fn program(&self) -> &Program {
        &self.program
    }

    /// Units of the em square.
    pub(super) fn units_per_em(&self) -> f32 {
        f32::from(self.shaping.units_per_em()).max(1.0)
    }

    /// How much larger than Latin the font is set, so that both look the same size.
    pub(super) fn scale(&self) -> f32 {
        self.scale
    }

    /// Whether the font has a glyph for `c`.
    pub(super) fn covers(&self, c: char) -> bool {
        self.shaping.charmap().map_unicode(c).is_some_and(|glyph| glyph.to_u32() != 0)
    }

    /// Whether the font has a glyph of its own for `c` with a variation selector after it.
    pub(super) fn covers_variant(&self, c: char, selector: char) -> bool {
        self.shaping.charmap().map_unicode_variant(c, selector).is_some()
    }

    /// The shaping plan of a script and language, made once.
    pub(super) fn plan(&self, look: Look, script: Script, language: Option<&Arc<str>>) -> Arc<ShapePlan> {
        let key = (look, tag_of(script), language.cloned());
        if let Some(plan) = self.plans.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(plan);
        }
        let direction = if look.right_to_left { Direction::RightToLeft } else { Direction::LeftToRight };
        let language = language.and_then(|language| Language::new(language.as_bytes()));
        let features = features(look);
        let plan =
            Arc::new(ShapePlan::new(&self.shaping, direction, shaping_script(script), language.as_ref(), features));
        let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        if plans.len() < PLANS_KEPT {
            plans.insert(key, Arc::clone(&plan));
        }
        plan
    }

    fn is_first_for(&self, script: Script, language: Option<&str>) -> bool {
        self.scripts.contains(&script)
            && (self.languages.is_empty()
                || language.is_some_and(|language| self.languages.iter().any(|own| own == primary(language))))
    }
}

/// Features that shaping departs from the font's defaults in.
///
/// Optional ligatures are off where letters are moved apart, and from right to left. Of our fonts for scripts that run so,
/// only Naskh has any, and all of them are the word Allah with marks over it that nobody typed: names such as Najibullah are
/// printed as they are written, and some PDF readers would copy the ligature with its letters turned round. What Arabic
/// cannot do without is in `rlig` and stays, as is all of Nastaliq.
pub(super) fn features(look: Look) -> &'static [Feature] {
    const NO_LIGATURES: &[Feature] = &[off(*b"liga"), off(*b"clig")];
    if look.right_to_left || look.tracked { NO_LIGATURES } else { &[] }
}

const fn off(tag: [u8; 4]) -> Feature {
    Feature { tag: harfrust::Tag::new(&tag), value: 0, start: Feature::GLOBAL_START, end: Feature::GLOBAL_END }
}

/// The script in the shaper's own type.
pub(super) fn shaping_script(script: Script) -> Option<harfrust::Script> {
    harfrust::Script::from_iso15924_tag(harfrust::Tag::new(&tag_of(script)))
}

fn tag_of(script: Script) -> [u8; 4] {
    script.short_name().as_bytes().try_into().unwrap_or(*b"Zyyy")
}

/// All fonts of the program, and what was lately set in them. A clone shares them.
#[derive(Clone)]
pub struct Fonts {
    shared: Arc<Shared>,
}

struct Shared {
    fonts: Vec<Font>,
    stacks: RwLock<HashMap<StackKey, Arc<[FontId]>>>,
    shaped: Recent<Shaped>,
}

/// Script, the language when a font is for it in particular, and the look.
type StackKey = (Script, Option<(usize, usize)>, Family, Weight);

/// Glyphs of a generation of [`Recent`] texts: the fixed words of all languages at once, and some hundreds of people's.
const GLYPHS_KEPT: usize = 60_000;

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fonts({})", self.shared.fonts.len())
    }
}

impl Fonts {
    /// The fonts that the program carries.
    pub fn embedded() -> Result<Self, FontError> {
        let list = list()?;
        let fonts = list.font.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        let shared = Shared { fonts, stacks: RwLock::default(), shaped: Recent::new(GLYPHS_KEPT) };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The font of an identifier that these fonts gave out.
    pub(super) fn get(&self, id: FontId) -> &Font {
        &self.shared.fonts[usize::from(id.0)]
    }

    /// The name of the font's file below `fonts/`.
    pub fn file(&self, id: FontId) -> &str {
        &self.get(id).file
    }

    /// The texts that were set lately.
    pub(super) fn shaped(&self) -> &Recent<Shaped> {
        &self.shared.shaped
    }

    /// Fonts in the order in which they are asked for `script`.
    pub(super) fn stack(
        &self,
        script: Script,
        language: Option<&str>,
        family: Family,
        weight: Weight,
    ) -> Arc<[FontId]> {
        // Only a language that a font is for in particular makes a difference; so there are few stacks.
        let place = |(font, of): (usize, &Font)| {
            let language = primary(language?);
            of.languages.iter().position(|own| own == language).map(|place| (font, place))
        };
        let special = self.shared.fonts.iter().enumerate().find_map(place);
        let key = (script, special, family, weight);
        let known = self.shared.stacks.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        known.unwrap_or_else(|| {
            let stack: Arc<[FontId]> = self.ordered(script, language, family, weight).into();
            let mut stacks = self.shared.stacks.write().unwrap_or_else(PoisonError::into_inner);
            stacks.insert(key, Arc::clone(&stack));
            stack
        })
    }

    fn ordered(&self, script: Script, language: Option<&str>, family: Family, weight: Weight) -> Vec<FontId> {
        let family = match family {
            Family::Sans => "sans",
            Family::Serif => "serif",
        };
        let mut order: Vec<(u8, u8)> = (0u8..)
            .zip(self.shared.fonts.iter())
            .map(|(index, font)| {
                let first = font.is_first_for(script, language);
                let rank = match () {
                    // A font for this language in particular goes before one for the script.
                    () if first && !font.languages.is_empty() => 0,
                    () if first && font.family == family && font.weight == weight.number() => 1,
                    () if first && font.family != "serif" && font.weight == weight.number() => 2,
                    () if first && font.weight == 400 => 3,
                    () if first => 4,
                    () if !font.languages.is_empty() => 8,
                    () if font.family == family && font.weight == weight.number() => 5,
                    () if font.weight == 400 => 6,
                    () => 7,
                };
                (rank, index)
            })
            .collect();
        order.sort_unstable();
        order.into_iter().map(|(_, index)| FontId(index)).collect()
    }
}

fn list() -> Result<FontList, FontError> {
    let text = FONTS.get_file("fonts.toml").and_then(|file| file.contents_utf8()).ok_or(FontError::NoList)?;
    toml::from_str(text).map_err(FontError::BadList)
}

fn parse(entry: FontEntry) -> Result<Font, FontError> {
    let file = entry.file;
    let bytes: &'static [u8] =
        FONTS.get_file(&file).ok_or_else(|| FontError::Missing { file: file.clone() })?.contents();
    let not_a_font = || FontError::NotAFont { file: file.clone() };
    let shaping = harfrust::Font::new(bytes, 0).ok_or_else(not_a_font)?;
    let program = Program::new(bytes).ok_or_else(not_a_font)?;
    let scripts = entry
        .scripts
        .into_iter()
        .map(|name| {
            Script::from_short_name(&name)
                .ok_or_else(|| FontError::NotAScript { file: file.clone(), script: name.clone() })
        })
        .collect::<Result<_, _>>()?;
    Ok(Font {
        file,
        family: entry.family,
        weight: entry.weight,
        scripts,
        languages: entry.languages,
        scale: entry.scale.unwrap_or(1.0),
        shaping,
        program,
        plans: RwLock::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    #[test]
    fn every_font_file_has_the_digest_that_the_list_states() {
        let list = list().unwrap();
        for entry in &list.font {
            let bytes = FONTS.get_file(&entry.file).unwrap().contents();
            let digest = Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
            assert_eq!(digest, entry.sha256, "{}", entry.file);
        }
        let files = FONTS.files().filter(|file| file.path().extension().is_some_and(|end| end == "ttf")).count();
        assert_eq!(files, list.font.len(), "a font without an entry in the list");
    }

    #[test]
    fn all_fonts_together_stay_under_ten_megabytes() {
        assert!(FONTS.files().map(|file| file.contents().len()).sum::<usize>() < 10_000_000);
    }

    #[test]
    fn urdu_is_set_in_nastaliq_and_pashto_in_naskh() {
        let fonts = Fonts::embedded().unwrap();
        let first = |language| {
            let stack = fonts.stack(Script::Arabic, Some(language), Family::Sans, Weight::Regular);
            fonts.get(stack[0]).family.clone()
        };
        assert_eq!(first("ur"), "nastaliq");
        assert_eq!(first("ur-PK"), "nastaliq");
        assert_eq!(first("ps"), "naskh");
    }

    #[test]
    fn a_weight_that_a_script_does_not_have_falls_back_to_the_one_it_has() {
        let fonts = Fonts::embedded().unwrap();
        let stack = fonts.stack(Script::Ethiopic, Some("am"), Family::Serif, Weight::Bold);
        assert!(fonts.get(stack[0]).covers('ሀ'));
    }
}
