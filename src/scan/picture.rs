//! A page of a PDF in, whether it is a picture out: a scan has an image as large as the page, a printed file draws.
//!
//! Images of a photo's size do not count. Only what the page and its forms name is looked at, not where it is placed.

use hayro::hayro_syntax::object::{Dict, Name, Stream};
use hayro::hayro_syntax::page::Resources;

/// The least a scanner takes, in dots per inch.
const LEAST_DPI: f32 = 100.0;
/// How much of a page's width, or height, an image must have to be its scan, or a strip of it.
const LEAST_PART: f32 = 0.9;
/// Most entries of a page's resources that are looked at.
const MOST_ENTRIES: usize = 200;
/// Deepest form in a form.
const DEEPEST: usize = 3;

/// Whether a page of this many inches has an image of a scanner.
pub(super) fn is_scan(resources: &Resources<'_>, width: f32, height: f32) -> bool {
    has_scan(&resources.x_objects, width.min(height), DEEPEST)
}

fn has_scan(objects: &Dict<'_>, inches: f32, depth: usize) -> bool {
    objects.keys().take(MOST_ENTRIES).any(|name| {
        let Some(stream) = objects.get::<Stream<'_>>(name.as_ref()) else { return false };
        let dict = stream.dict();
        if dict.get::<Name<'_>>("Subtype").is_some_and(|kind| kind.as_str() == "Image") {
            let side = |key: &str| dict.get::<u32>(key).unwrap_or(0);
            return side("Width").max(side("Height")) as f32 >= inches * LEAST_DPI * LEAST_PART;
        }
        let own = dict.get::<Dict<'_>>("Resources").and_then(|own| own.get::<Dict<'_>>("XObject"));
        depth > 0 && own.is_some_and(|own| has_scan(&own, inches, depth - 1))
    })
}
