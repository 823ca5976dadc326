//! What a file ends with: fonts, the trees of pages, structure and names, and the catalog (ISO 32000-1 §7.7).

use pdf_writer::types::{Direction, OutputIntentSubtype, PageLayout};
use pdf_writer::{Finish, Name, Ref, Str, TextStr};

use super::objects::Pieces;
use super::profile::srgb;
use super::sheet::{PAGES_A_NODE, State};
use super::{font, metadata};
use crate::print::font::FontId;

/// Entries of one leaf of the parent tree.
const PARENTS_A_LEAF: usize = 128;

/// Numbers of the objects that every file has.
pub(in crate::print) struct Fixed {
    pub(in crate::print) catalog: Ref,
    pub(in crate::print) info: Ref,
    metadata: Ref,
    profile: Ref,
    pages: Ref,
    tree: Ref,
    parent_tree: Ref,
    pub(in crate::print) document: Ref,
    pub(in crate::print) font_list: Ref,
}

impl Fixed {
    /// How many they are.
    pub(in crate::print) const COUNT: usize = 9;

    /// Numbers from `first`.
    pub(in crate::print) fn new(first: Ref) -> Self {
        let at = |place: i32| Ref::new(first.get() + place);
        Self {
            catalog: at(0),
            info: at(1),
            metadata: at(2),
            profile: at(3),
            pages: at(4),
            tree: at(5),
            parent_tree: at(6),
            document: at(7),
            font_list: at(8),
        }
    }

    /// Everything but the fonts themselves; `fonts` are their numbers.
    pub(in crate::print) fn write(
        &self,
        state: &State,
        fonts: &[(FontId, Ref)],
        mut reserve: impl FnMut(usize) -> Ref,
    ) -> Pieces {
        let mut pieces = Pieces::new();
        metadata::write(&mut pieces, self.metadata, self.info, &state.meta);
        pieces.stream(self.profile, &srgb(), |stream| {
            stream.pair(Name(b"N"), 3);
        });
        let mut list = pieces.small(self.font_list).indirect(self.font_list).dict();
        for (font, id) in fonts {
            list.pair(Name(font.resource().as_bytes()), *id);
        }
        list.finish();
        self.write_pages(&mut pieces, state);
        self.write_structure(&mut pieces, state, &mut reserve);
        self.write_catalog(&mut pieces, state);
        pieces
    }

    fn write_pages(&self, pieces: &mut Pieces, state: &State) {
        let mut root = pieces.small(self.pages).pages(self.pages);
        root.count(state.pages.len() as i32).kids(state.nodes.iter().copied());
        root.finish();
        for (id, pages) in state.nodes.iter().zip(state.pages.chunks(PAGES_A_NODE)) {
            let mut node = pieces.small(*id).pages(*id);
            node.parent(self.pages).count(pages.len() as i32).kids(pages.iter().copied());
        }
    }

    fn write_structure(&self, pieces: &mut Pieces, state: &State, reserve: &mut impl FnMut(usize) -> Ref) {
        let mut root = pieces.small(self.tree).indirect(self.tree).dict();
        root.pair(Name(b"Type"), Name(b"StructTreeRoot"));
        root.insert(Name(b"K")).array().item(self.document);
        root.pair(Name(b"ParentTree"), self.parent_tree);
        root.pair(Name(b"ParentTreeNextKey"), state.parents.len() as i32);
        root.finish();
        let mut document = pieces.small(self.document).indirect(self.document).dict();
        document.pair(Name(b"Type"), Name(b"StructElem")).pair(Name(b"S"), Name(b"Document"));
        document.pair(Name(b"P"), self.tree);
        document.insert(Name(b"K")).array().items(state.sections.iter().copied());
        document.finish();
        let leaves = state.parents.chunks(PARENTS_A_LEAF);
        let first = reserve(leaves.len());
        let leaf = |number: usize| Ref::new(first.get() + number as i32);
        let mut tree = pieces.small(self.parent_tree).indirect(self.parent_tree).dict();
        tree.insert(Name(b"Kids")).array().items((0..leaves.len()).map(leaf));
        tree.finish();
        for (number, parents) in leaves.enumerate() {
            let from = number * PARENTS_A_LEAF;
            let mut node = pieces.small(leaf(number)).indirect(leaf(number)).dict();
            node.insert(Name(b"Limits")).array().item(from as i32).item((from + parents.len() - 1) as i32);
            let mut entries = node.insert(Name(b"Nums")).array();
            for (key, id) in (from..).zip(parents) {
                entries.item(key as i32).item(*id);
            }
        }
    }

    fn write_catalog(&self, pieces: &mut Pieces, state: &State) {
        let mut catalog = pieces.small(self.catalog).indirect(self.catalog).start::<pdf_writer::writers::Catalog<'_>>();
        catalog.pages(self.pages).metadata(self.metadata).page_layout(PageLayout::SinglePage);
        catalog.lang(TextStr(&state.meta.language));
        catalog.mark_info().marked(true);
        catalog.pair(Name(b"StructTreeRoot"), self.tree);
        let mut preferences = catalog.viewer_preferences();
        preferences.display_doc_title(true);
        if state.meta.right_to_left {
            preferences.direction(Direction::R2L);
        }
        preferences.finish();
        let mut intents = catalog.output_intents();
        let mut intent = intents.push();
        intent.subtype(OutputIntentSubtype::PDFA).dest_output_profile(self.profile);
        intent.output_condition_identifier(TextStr("sRGB")).info(TextStr("sRGB (IEC 61966-2-1)"));
        intent.finish();
        intents.finish();
        // The file *is* the certificate when there is one attachment, and not only its page. Those of several belong to their
        // pages and to nothing else: a page that is taken out of the file must not carry the others' data along.
        if let Some((name, only)) = state.attachments.only() {
            let mut names = catalog.names();
            let mut tree = names.insert(Name(b"EmbeddedFiles")).dict();
            tree.insert(Name(b"Names")).array().item(Str(name)).item(only);
            tree.finish();
            names.finish();
            catalog.insert(Name(b"AF")).array().item(only);
        }
    }
}

/// Makes one font's objects.
pub(in crate::print) fn font(state: &State, font: FontId, first: Ref) -> Result<Pieces, subsetter::Error> {
    let codes = state.codes.of(font);
    font::write(state.fonts.get(font).program(), codes, first)
}
