//! Blocks → the structure tree (ISO 32000-1 §14.7, §14.8): what a reader that hears the page is told, and in which order.
//!
//! Each face of a sheet is a `Sect` of the document. Labels with their values become one list, cells one table, both as long as
//! nothing but decoration stands between.

use std::sync::Arc;

use pdf_writer::types::{StructRole, TableHeaderScope};
use pdf_writer::{Finish, Rect, Ref, TextStr};

use super::objects::Pieces;
use crate::print::page::{Block, Item, Page, Role};

/// An element of the tree.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) kind: Kind,
    /// Index of the parent; `None`: the document.
    parent: Option<usize>,
    kids: Vec<Kid>,
    language: Option<Arc<str>>,
}

/// What an element is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Section,
    Heading,
    Paragraph,
    List,
    ListItem,
    Label,
    Body,
    Table,
    Row,
    Head,
    Cell,
    /// With its alternative text; where it is (left, bottom, right, top in points), once that is known.
    Figure(String, [f32; 4]),
}

#[derive(Clone, Copy, Debug)]
enum Kid {
    Element(usize),
    Content(usize),
}

impl Kind {
    fn role(&self) -> StructRole {
        match self {
            Self::Section => StructRole::Sect,
            Self::Heading => StructRole::H1,
            Self::Paragraph => StructRole::P,
            Self::List => StructRole::L,
            Self::ListItem => StructRole::LI,
            Self::Label => StructRole::Lbl,
            Self::Body => StructRole::LBody,
            Self::Table => StructRole::Table,
            Self::Row => StructRole::TR,
            Self::Head => StructRole::TH,
            Self::Cell => StructRole::TD,
            Self::Figure(..) => StructRole::Figure,
        }
    }

    /// Name of the marked content that belongs to such an element.
    pub(super) fn tag(&self) -> &'static str {
        match self {
            Self::Section => "Sect",
            Self::Heading => "H1",
            Self::Paragraph => "P",
            Self::List => "L",
            Self::ListItem => "LI",
            Self::Label => "Lbl",
            Self::Body => "LBody",
            Self::Table => "Table",
            Self::Row => "TR",
            Self::Head => "TH",
            Self::Cell => "TD",
            Self::Figure(..) => "Figure",
        }
    }
}

/// The elements of one sheet, parents before their children.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) elements: Vec<Element>,
    /// Which elements are faces.
    pub(super) sections: Vec<usize>,
    /// By number of marked content: the element that it belongs to.
    pub(super) owners: Vec<usize>,
    /// By face and block: its number of marked content; `None` for what is an artifact.
    pub(super) marks: Vec<Vec<Option<usize>>>,
}

/// What the next block may belong to.
#[derive(Clone, Copy)]
enum Open {
    Nothing,
    List { list: usize, item: Option<usize> },
    Table { table: usize, row: Option<(usize, usize)> },
}

impl Tree {
    /// The tree of the faces of a sheet in a file whose language is `language`.
    pub(super) fn of<'p>(pages: impl Iterator<Item = &'p Page>, language: &str) -> Self {
        let mut tree = Self::default();
        for page in pages {
            let own = Some(&page.language).filter(|own| !own.is_empty() && ***own != *language).cloned();
            let section = tree.add(None, Kind::Section, own);
            tree.sections.push(section);
            let mut open = Open::Nothing;
            let marks = page.blocks.iter().map(|block| tree.block(section, &mut open, block, &page.language)).collect();
            tree.marks.push(marks);
        }
        tree
    }

    fn block(&mut self, section: usize, open: &mut Open, block: &Block, page: &str) -> Option<usize> {
        let is_cell = matches!(block.role, Role::Cell { .. });
        if block.role == Role::Decoration || (is_empty(block) && !is_cell) {
            return None;
        }
        let language = common_language(block).filter(|language| **language != *page);
        let (parent, kind) = match &block.role {
            Role::Label | Role::Value => self.in_list(section, open, &block.role),
            Role::Cell { row, .. } => self.in_table(section, open, *row),
            other => {
                *open = Open::Nothing;
                (
                    section,
                    match other {
                        Role::Title => Kind::Heading,
                        Role::Figure { alternative } if alternative.is_empty() => return None,
                        Role::Figure { alternative } => Kind::Figure(alternative.clone(), [0.0; 4]),
                        _ => Kind::Paragraph,
                    },
                )
            }
        };
        let element = self.add(Some(parent), kind, language);
        if is_empty(block) {
            return None;
        }
        let mark = self.owners.len();
        self.owners.push(element);
        self.elements[element].kids.push(Kid::Content(mark));
        Some(mark)
    }

    /// A label opens an item of the list, the value after it closes it.
    fn in_list(&mut self, section: usize, open: &mut Open, role: &Role) -> (usize, Kind) {
        let (list, item) = match *open {
            Open::List { list, item } => (list, item),
            _ => (self.add(Some(section), Kind::List, None), None),
        };
        let is_label = *role == Role::Label;
        let item = item.filter(|_| !is_label).unwrap_or_else(|| self.add(Some(list), Kind::ListItem, None));
        *open = Open::List { list, item: is_label.then_some(item) };
        (item, if is_label { Kind::Label } else { Kind::Body })
    }

    fn in_table(&mut self, section: usize, open: &mut Open, number: usize) -> (usize, Kind) {
        let (table, row) = match *open {
            Open::Table { table, row } if row.is_none_or(|(last, _)| last <= number) => (table, row),
            _ => (self.add(Some(section), Kind::Table, None), None),
        };
        let row = match row {
            Some((last, row)) if last == number => row,
            _ => self.add(Some(table), Kind::Row, None),
        };
        *open = Open::Table { table, row: Some((number, row)) };
        (row, if number == 0 { Kind::Head } else { Kind::Cell })
    }

    fn add(&mut self, parent: Option<usize>, kind: Kind, language: Option<Arc<str>>) -> usize {
        let index = self.elements.len();
        self.elements.push(Element { kind, parent, kids: Vec::new(), language });
        if let Some(parent) = parent {
            self.elements[parent].kids.push(Kid::Element(index));
        }
        index
    }

    /// Language of what an element says, where it is not that of the page.
    pub(super) fn language(&self, element: usize) -> Option<&str> {
        self.elements[element].language.as_deref()
    }

    /// Writes the elements, numbered from `first`, and the list from marked content to element under `parents`.
    pub(super) fn write(&self, pieces: &mut Pieces, first: Ref, document: Ref, page: Ref, parents: Ref) {
        let id = |index: usize| Ref::new(first.get() + index as i32);
        for (index, element) in self.elements.iter().enumerate() {
            let mut target = pieces.small(id(index)).struct_element(id(index));
            target.kind(element.kind.role()).parent(element.parent.map_or(document, id));
            if let Some(language) = &element.language {
                target.lang(TextStr(language));
            }
            match &element.kind {
                Kind::Figure(alternative, [left, bottom, right, top]) => {
                    target.alt(TextStr(alternative));
                    target.attributes().push().layout().bbox(Rect::new(*left, *bottom, *right, *top));
                }
                Kind::Head => {
                    target.attributes().push().table().scope(TableHeaderScope::Column);
                }
                _ => {}
            }
            if element.kids.iter().any(|kid| matches!(kid, Kid::Content(_))) {
                target.page(page);
            }
            if element.kids.is_empty() {
                continue;
            }
            let mut kids = target.children();
            for kid in &element.kids {
                match *kid {
                    Kid::Element(kid) => kids.struct_element(id(kid)),
                    Kid::Content(mark) => kids.marked_content_id(mark as i32),
                };
            }
            kids.finish();
        }
        pieces.small(parents).indirect(parents).array().items(self.owners.iter().map(|&owner| id(owner)));
    }
}

/// Whether nothing of a block is to be seen.
pub(super) fn is_empty(block: &Block) -> bool {
    block.items.iter().all(|item| matches!(item, Item::Text { run, .. } if run.glyphs.is_empty()))
}

/// The language of all texts of a block, when they agree and each has one.
fn common_language(block: &Block) -> Option<Arc<str>> {
    let mut languages = block.items.iter().filter_map(|item| match item {
        Item::Text { run, .. } => Some(run.language.as_ref()),
        _ => None,
    });
    let first = languages.next()??;
    languages.all(|language| language == Some(first)).then(|| Arc::clone(first))
}
