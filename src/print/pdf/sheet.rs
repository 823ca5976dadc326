//! Sheet → its objects: page, content, structure elements, pictures, attachments.
//!
//! In three steps, of which every core takes a share of the first and the last: [`Plan::of`] looks at a sheet,
//! [`State::number`] gives numbers to all that is new in it, in the order of the sheets, and [`Numbered::encode`] makes bytes.

use std::collections::HashMap;
use std::sync::Arc;

use pdf_writer::types::TabOrder;
use pdf_writer::{Finish, Name, Rect, Ref};

use super::attachment::{self, Attachments, NewFile};
use super::codes::{Codes, Full, Need};
use super::draw::{POINTS, draw};
use super::image::{self, PictureDigest};
use super::objects::{Packed, Pieces};
use super::path;
use super::structure::Tree;
use super::text::Reading;
use crate::print::background::Background;
use crate::print::book::BookMeta;
use crate::print::certificate::Picture;
use crate::print::font::Fonts;
use crate::print::page::{Item, Page, Sheet};

/// Pages under one node of the page tree.
pub(super) const PAGES_A_NODE: usize = 64;

/// Largest side of a page in points (ISO 32000-1 annex C).
const LARGEST: f64 = 14_400.0;

/// Dots in an inch where no page of a sheet says how many.
const USUAL_DOTS: f32 = 300.0;

/// What the file keeps of the sheets that are in it.
pub(in crate::print) struct State {
    pub(in crate::print) meta: BookMeta,
    pub(in crate::print) fonts: Fonts,
    pub(in crate::print) codes: Codes,
    pub(in crate::print) attachments: Attachments,
    pictures: HashMap<PictureDigest, Ref>,
    backgrounds: Vec<(Arc<Background>, Ref)>,
    /// The `Document` element, above all others.
    pub(super) document: Ref,
    /// The dictionary of all fonts.
    pub(super) font_list: Ref,
    pub(super) pages: Vec<Ref>,
    pub(super) nodes: Vec<Ref>,
    pub(super) sections: Vec<Ref>,
    pub(super) parents: Vec<Ref>,
}

/// What is to be known of a sheet before its objects have numbers.
pub(in crate::print) struct Plan<'s> {
    sheet: &'s Sheet,
    tree: Tree,
    needs: Vec<Need>,
    pictures: Vec<(PictureDigest, &'s Arc<Picture>)>,
    width: f64,
    height: f64,
    /// Width of a printer's dot, in points.
    dot: f64,
}

impl<'s> Plan<'s> {
    /// Looks at a sheet; `None` when no PDF page can be of its size.
    pub(in crate::print) fn of(sheet: &'s Sheet, state: &State) -> Option<Self> {
        let dots = sheet.faces.first().map_or(USUAL_DOTS, |placed| placed.page.dots_per_inch);
        let dot = 72.0 / f64::from(if dots >= 1.0 { dots } else { USUAL_DOTS });
        let width = f64::from(sheet.width) * POINTS;
        // A whole number of dots high: what lies on dots from the top then also does for printers that count from the bottom.
        let height = (f64::from(sheet.height) * POINTS / dot).round() * dot;
        if !(width > 0.0 && height > 0.0 && width <= LARGEST && height <= LARGEST) {
            return None;
        }
        let pages = || sheet.faces.iter().map(|placed| &placed.page);
        let tree = Tree::of(pages(), &state.meta.language);
        let mut plan = Self { sheet, tree, needs: Vec::new(), pictures: Vec::new(), width, height, dot };
        for item in pages().flat_map(Page::items).chain(&sheet.marks) {
            plan.note(item, state);
        }
        Some(plan)
    }

    fn note(&mut self, item: &'s Item, state: &State) {
        match item {
            Item::Text { run, .. } => {
                let facts = state.fonts.get(run.font).program().facts();
                for (glyph, text) in Reading::of(run).glyphs(facts) {
                    if state.codes.get(facts, run.font, glyph, text).is_none() {
                        self.needs.push(Codes::need(facts, run.font, glyph, text));
                    }
                }
            }
            Item::Picture { picture, .. } => self.pictures.push((image::digest(picture), picture)),
            Item::Fill { .. } | Item::Symbol { .. } => {}
        }
    }
}

/// Backgrounds that are not in the file yet.
type NewBackgrounds = Vec<(Ref, Arc<Background>)>;

/// A sheet all of whose objects have numbers.
pub(in crate::print) struct Numbered<'s> {
    plan: Plan<'s>,
    page: Ref,
    contents: Ref,
    node: Ref,
    /// Key in the parent tree.
    key: usize,
    parents: Ref,
    first_element: Ref,
    first_stream: Ref,
    files: Vec<Ref>,
    new_files: Vec<NewFile>,
    pictures: Vec<Ref>,
    new_pictures: Vec<(Ref, &'s Arc<Picture>)>,
    /// By face.
    backgrounds: Vec<Option<usize>>,
    background_ids: Vec<(usize, Ref)>,
    new_backgrounds: NewBackgrounds,
}

impl State {
    pub(in crate::print) fn new(meta: BookMeta, fonts: Fonts, document: Ref, font_list: Ref) -> Self {
        Self {
            meta,
            fonts,
            codes: Codes::default(),
            attachments: Attachments::default(),
            pictures: HashMap::new(),
            backgrounds: Vec::new(),
            document,
            font_list,
            pages: Vec::new(),
            nodes: Vec::new(),
            sections: Vec::new(),
            parents: Vec::new(),
        }
    }

    /// Gives numbers to all that is new in a sheet; `reserve` sets numbers aside.
    pub(in crate::print) fn number<'s>(
        &mut self,
        mut plan: Plan<'s>,
        mut reserve: impl FnMut(usize) -> Ref,
    ) -> Result<Numbered<'s>, Full> {
        for need in std::mem::take(&mut plan.needs) {
            self.codes.add(&self.fonts, need)?;
        }
        if self.pages.len().is_multiple_of(PAGES_A_NODE) {
            self.nodes.push(reserve(1));
        }
        let node = self.nodes.last().copied().unwrap_or(self.document);
        let elements = plan.tree.elements.len();
        let [page, contents, parents] = {
            let first = reserve(3).get();
            [first, first + 1, first + 2].map(Ref::new)
        };
        let first_element = reserve(elements);
        let key = self.pages.len();
        self.pages.push(page);
        self.parents.push(parents);
        let section = |&index: &usize| Ref::new(first_element.get() + index as i32);
        self.sections.extend(plan.tree.sections.iter().map(section));
        let (files, new_files) = self.files(plan.sheet, &mut reserve);
        let (pictures, new_pictures) = self.pictures(&plan, &mut reserve);
        let (backgrounds, new_backgrounds) = self.backgrounds(plan.sheet, &mut reserve);
        let mut used: Vec<usize> = backgrounds.iter().copied().flatten().collect();
        used.sort_unstable();
        used.dedup();
        let background_ids = used.into_iter().map(|number| (number, self.backgrounds[number].1)).collect();
        // The page, the list of parents and each new file's specification are small objects, as all elements are.
        let first_stream = reserve(Pieces::streams_for(elements + 2 + new_files.len()));
        Ok(Numbered {
            plan,
            page,
            contents,
            node,
            key,
            parents,
            first_element,
            first_stream,
            files,
            new_files,
            pictures,
            new_pictures,
            backgrounds,
            background_ids,
            new_backgrounds,
        })
    }

    fn files(&mut self, sheet: &Sheet, reserve: &mut impl FnMut(usize) -> Ref) -> (Vec<Ref>, Vec<NewFile>) {
        let (mut files, mut new) = (Vec::new(), Vec::new());
        for attachment in sheet.faces.iter().flat_map(|placed| &placed.page.attachments) {
            let id = self.attachments.get(attachment).unwrap_or_else(|| {
                let specification = reserve(1);
                let file = NewFile { specification, stream: reserve(1), attachment: Arc::clone(attachment) };
                self.attachments.add(attachment, specification);
                new.push(file);
                specification
            });
            if !files.contains(&id) {
                files.push(id);
            }
        }
        (files, new)
    }

    fn pictures<'s>(
        &mut self,
        plan: &Plan<'s>,
        reserve: &mut impl FnMut(usize) -> Ref,
    ) -> (Vec<Ref>, Vec<(Ref, &'s Arc<Picture>)>) {
        let mut new = Vec::new();
        let mut id = |&(digest, picture): &(PictureDigest, &'s Arc<Picture>)| {
            *self.pictures.entry(digest).or_insert_with(|| {
                let id = reserve(1);
                new.push((id, picture));
                id
            })
        };
        let ids = plan.pictures.iter().map(&mut id).collect();
        (ids, new)
    }

    fn backgrounds(
        &mut self,
        sheet: &Sheet,
        reserve: &mut impl FnMut(usize) -> Ref,
    ) -> (Vec<Option<usize>>, NewBackgrounds) {
        let mut new = Vec::new();
        let mut numbers = Vec::new();
        for placed in &sheet.faces {
            let number = placed.page.background.as_ref().map(|background| {
                let same = |(known, _): &(Arc<Background>, Ref)| Arc::ptr_eq(known, background) || known == background;
                self.backgrounds.iter().position(same).unwrap_or_else(|| {
                    let id = reserve(1);
                    self.backgrounds.push((Arc::clone(background), id));
                    new.push((id, Arc::clone(background)));
                    self.backgrounds.len() - 1
                })
            });
            numbers.push(number);
        }
        (numbers, new)
    }
}

impl Numbered<'_> {
    /// Makes the bytes.
    pub(in crate::print) fn encode(mut self, state: &State) -> Packed {
        let mut pieces = Pieces::new();
        let plan = &mut self.plan;
        let size = (plan.height, plan.dot);
        let content = draw(plan.sheet, &mut plan.tree, &state.fonts, &state.codes, &self.backgrounds, size);
        pieces.stream(self.contents, content.bytes(), |_| ());
        self.write_page(&mut pieces, state);
        self.plan.tree.write(&mut pieces, self.first_element, state.document, self.page, self.parents);
        for (id, picture) in &self.new_pictures {
            image::write(&mut pieces, *id, picture);
        }
        for file in &self.new_files {
            attachment::write(&mut pieces, file, state.meta.created);
        }
        for (id, background) in &self.new_backgrounds {
            write_background(&mut pieces, *id, background);
        }
        pieces.pack(self.first_stream)
    }

    fn write_page(&self, pieces: &mut Pieces, state: &State) {
        let mut page = pieces.small(self.page).page(self.page);
        page.parent(self.node).contents(self.contents);
        page.media_box(Rect::new(0.0, 0.0, self.plan.width as f32, self.plan.height as f32));
        page.struct_parents(self.key as i32).tab_order(TabOrder::StructureOrder);
        if !self.files.is_empty() {
            page.insert(Name(b"AF")).array().items(self.files.iter().copied());
        }
        let mut resources = page.resources();
        resources.pair(Name(b"Font"), state.font_list);
        if !self.background_ids.is_empty() || !self.pictures.is_empty() {
            let mut objects = resources.x_objects();
            for (number, id) in &self.background_ids {
                objects.pair(Name(format!("B{number}").as_bytes()), *id);
            }
            for (number, id) in self.pictures.iter().enumerate() {
                objects.pair(Name(format!("P{number}").as_bytes()), *id);
            }
            objects.finish();
        }
    }
}

/// Writes a background as a form that any number of pages show.
fn write_background(pieces: &mut Pieces, id: Ref, background: &Background) {
    let content = path::background(background);
    let bounds = path::bounds(background);
    pieces.stream(id, content.bytes(), |stream| {
        stream.pair(Name(b"Type"), Name(b"XObject")).pair(Name(b"Subtype"), Name(b"Form"));
        stream.pair(Name(b"BBox"), bounds);
        stream.insert(Name(b"Resources")).dict();
    });
}
