//! Sheet → content stream: what is drawn, each part marked as what it is or as an artifact (ISO 32000-1 §14.6, §14.8.2).

use super::codes::Codes;
use super::content::Content;
use super::path;
use super::structure::{Kind, Tree, is_language};
use super::text;
use crate::print::font::{FontId, Fonts};
use crate::print::layout::Area;
use crate::print::page::{Block, Item, Placed, Sheet, Turn};
use crate::symbol::Matrix;

/// Points in a millimetre.
pub(super) const POINTS: f64 = 72.0 / 25.4;

/// Where the millimetres of a page come to lie on the sheet: the transform of a point right of and *above* the page's top left
/// corner, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    turn: Turn,
    x: f64,
    y: f64,
}

impl Frame {
    /// The frame of a page on a sheet `height` points high; it is moved to the nearest whole dot of the printer, `dot` points
    /// wide, so that what lies on whole dots of the page lies on whole dots of the sheet.
    pub(super) fn of(placed: &Placed, height: f64, dot: f64) -> Self {
        let (width, tall) = (placed.page.width, placed.page.height);
        let (x, y) = match placed.turn {
            Turn::None => (placed.x, placed.y),
            Turn::Quarter => (placed.x + tall, placed.y),
            Turn::Half => (placed.x + width, placed.y + tall),
            Turn::ThreeQuarters => (placed.x, placed.y + width),
        };
        let on_dots = |length: f32| (f64::from(length) * POINTS / dot).round() * dot;
        Self { turn: placed.turn, x: on_dots(x), y: height - on_dots(y) }
    }

    fn of_sheet(height: f64) -> Self {
        Self { turn: Turn::None, x: 0.0, y: height }
    }

    /// The matrix of `cm`, and the frame within it.
    fn matrix(self) -> [f64; 6] {
        let Self { turn, x, y } = self;
        match turn {
            Turn::None => [1.0, 0.0, 0.0, 1.0, x, y],
            Turn::Quarter => [0.0, -1.0, 1.0, 0.0, x, y],
            Turn::Half => [-1.0, 0.0, 0.0, -1.0, x, y],
            Turn::ThreeQuarters => [0.0, 1.0, -1.0, 0.0, x, y],
        }
    }

    /// An area of the page on the sheet: left, bottom, right, top.
    fn area(self, area: &Area) -> [f32; 4] {
        let m = self.matrix();
        let corner = |x: f32, y: f32| {
            let (right, up) = (f64::from(x) * POINTS, -f64::from(y) * POINTS);
            ((m[0] * right + m[2] * up + m[4]) as f32, (m[1] * right + m[3] * up + m[5]) as f32)
        };
        let (x1, y1) = corner(area.x, area.y);
        let (x2, y2) = corner(area.x + area.width, area.y + area.height);
        [x1.min(x2), y1.min(y2), x1.max(x2), y1.max(y2)]
    }
}

/// Draws one sheet.
pub(super) struct Pen<'a> {
    content: Content,
    codes: &'a Codes,
    fonts: &'a Fonts,
    /// Width of a printer's dot, in points.
    dot: f64,
    /// Zero of the page that is being drawn, in points.
    x: f64,
    y: f64,
    colour: Option<[u8; 3]>,
    font: Option<(FontId, f32)>,
    pictures: usize,
}

/// Draws a sheet; `backgrounds` has the number of each face's background. Figures of the tree learn where they are.
pub(super) fn draw(
    sheet: &Sheet,
    tree: &mut Tree,
    fonts: &Fonts,
    codes: &Codes,
    backgrounds: &[Option<usize>],
    (height, dot): (f64, f64),
) -> Content {
    let content = Content::with_capacity(40_000);
    let mut pen = Pen { content, codes, fonts, dot, x: 0.0, y: 0.0, colour: None, font: None, pictures: 0 };
    for ((face, placed), background) in sheet.faces.iter().enumerate().zip(backgrounds) {
        let frame = Frame::of(placed, height, dot);
        pen.enter(frame);
        if let Some(background) = background {
            let scale = f64::from(path::UNIT) * POINTS;
            pen.begin_artifact();
            pen.push([scale, 0.0, 0.0, -scale, pen.x, pen.y]);
            pen.content.raw(format!("/B{background} Do\n").as_bytes());
            pen.pop();
            pen.end();
        }
        for (number, block) in placed.page.blocks.iter().enumerate() {
            pen.block(block, tree, tree.marks[face][number], &placed.page.language);
            let owner = tree.marks[face][number].map(|mark| tree.owners[mark]);
            if let Some(Kind::Figure(_, place)) = owner.map(|owner| &mut tree.elements[owner].kind) {
                *place = frame.area(&bounds(block));
            }
        }
        pen.leave(frame);
    }
    if !sheet.marks.is_empty() {
        pen.enter(Frame::of_sheet(height));
        pen.begin_artifact();
        pen.items(&sheet.marks, None);
        pen.end();
    }
    pen.content
}

impl Pen<'_> {
    fn enter(&mut self, frame: Frame) {
        if frame.turn == Turn::None {
            (self.x, self.y) = (frame.x, frame.y);
        } else {
            self.push(frame.matrix());
            (self.x, self.y) = (0.0, 0.0);
        }
    }

    fn leave(&mut self, frame: Frame) {
        if frame.turn != Turn::None {
            self.pop();
        }
    }

    fn push(&mut self, matrix: [f64; 6]) {
        self.content.op("q");
        for number in matrix {
            self.content.exact(number);
        }
        self.content.op("cm");
    }

    /// Back to the state before; what it was is not remembered but set anew.
    fn pop(&mut self) {
        self.content.op("Q");
        (self.colour, self.font) = (None, None);
    }

    fn begin_artifact(&mut self) {
        self.content.raw(b"/Artifact BMC\n");
    }

    fn end(&mut self) {
        self.content.op("EMC");
    }

    fn block(&mut self, block: &Block, tree: &Tree, mark: Option<usize>, page: &str) {
        if block.items.is_empty() {
            return;
        }
        let Some(mark) = mark else {
            self.begin_artifact();
            self.items(&block.items, None);
            return self.end();
        };
        let owner = tree.owners[mark];
        let tag = tree.elements[owner].kind.tag();
        self.content.raw(format!("/{tag}<</MCID {mark}>>BDC\n").as_bytes());
        self.items(&block.items, Some(tree.language(owner).unwrap_or(page)));
        self.end();
    }

    /// Draws items; texts in another language than `around` say so.
    fn items(&mut self, items: &[Item], around: Option<&str>) {
        let mut rectangles = 0;
        for item in items {
            if rectangles > 0 && !matches!(item, Item::Fill { colour, .. } if self.colour == Some(*colour)) {
                self.content.op("f");
                rectangles = 0;
            }
            match item {
                Item::Text { x, y, size, run } => {
                    let own = run.language.as_deref().filter(|own| around.is_some_and(|around| around != *own));
                    let own = own.filter(|own| is_language(own));
                    if let Some(own) = own {
                        self.content.raw(format!("/Span<</Lang({own})>>BDC\n").as_bytes());
                    }
                    self.ink(run.face.colour);
                    if self.font != Some((run.font, *size)) {
                        self.font = Some((run.font, *size));
                        self.content.raw(format!("/{}", run.font.resource()).as_bytes());
                        self.content.number(f64::from(*size)).op("Tf");
                    }
                    self.content.op("BT");
                    self.place(*x, *y).op("Td");
                    text::show(&mut self.content, run, *size, self.fonts.get(run.font).program().facts(), self.codes);
                    self.content.op("ET");
                    if own.is_some() {
                        self.end();
                    }
                }
                Item::Fill { area, colour } => {
                    self.ink(*colour);
                    self.place(area.x, area.y + area.height);
                    let size = [area.width, area.height].map(|side| f64::from(side) * POINTS);
                    self.content.number(size[0]).number(size[1]).op("re");
                    rectangles += 1;
                }
                Item::Symbol { x, y, module, matrix } => self.symbol((*x, *y), *module, matrix),
                Item::Picture { area, .. } => self.picture(area),
            }
        }
        if rectangles > 0 {
            self.content.op("f");
        }
    }

    fn place(&mut self, x: f32, y: f32) -> &mut Content {
        let (x, y) = (self.x + f64::from(x) * POINTS, self.y - f64::from(y) * POINTS);
        self.content.number(x).number(y)
    }

    fn ink(&mut self, colour: [u8; 3]) {
        if self.colour != Some(colour) {
            self.colour = Some(colour);
            path::colour(&mut self.content, colour, ["g", "rg"]);
        }
    }

    /// Places and module sides that are whole dots but for rounding become whole dots exactly.
    fn symbol(&mut self, (x, y): (f32, f32), module: f32, matrix: &Matrix) {
        const NEARLY: f64 = 0.05;
        let on_dots = |length: f32| {
            let length = f64::from(length) * POINTS;
            let dots = length / self.dot;
            if (dots - dots.round()).abs() < NEARLY { dots.round() * self.dot } else { length }
        };
        let module = on_dots(module);
        let (x, y) = (self.x + on_dots(x), self.y - on_dots(y));
        self.push([module, 0.0, 0.0, -module, x, y]);
        self.colour = None;
        self.ink([0; 3]);
        path::symbol(&mut self.content, matrix);
        self.pop();
    }

    fn picture(&mut self, area: &Area) {
        let [width, height] = [area.width, area.height].map(|side| f64::from(side) * POINTS);
        let (x, y) = (self.x + f64::from(area.x) * POINTS, self.y - f64::from(area.y) * POINTS - height);
        self.push([width, 0.0, 0.0, height, x, y]);
        self.content.raw(format!("/P{} Do\n", self.pictures).as_bytes());
        self.pictures += 1;
        self.pop();
    }
}

/// What a block takes up of its page.
fn bounds(block: &Block) -> Area {
    let areas = block.items.iter().map(|item| match item {
        Item::Text { x, y, size, run } => {
            let em = size / POINTS as f32;
            Area { x: *x, y: y - em, width: run.width * em, height: em * 1.3 }
        }
        Item::Fill { area, .. } | Item::Picture { area, .. } => *area,
        Item::Symbol { x, y, module, matrix } => {
            let side = matrix.width() as f32 * module;
            Area { x: *x, y: *y, width: side, height: side }
        }
    });
    areas
        .reduce(|a, b| {
            let (x, y) = (a.x.min(b.x), a.y.min(b.y));
            let right = (a.x + a.width).max(b.x + b.width);
            let bottom = (a.y + a.height).max(b.y + b.height);
            Area { x, y, width: right - x, height: bottom - y }
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::layout::Layout;
    use crate::print::{Certificate, Printer, Words};

    #[test]
    fn a_page_fills_its_place_however_it_is_turned() {
        let fonts = Fonts::embedded().unwrap();
        let layout = Layout::from_toml(include_str!("../../../templates/registration/a4.toml")).unwrap();
        let symbols = vec![Matrix::new(21, vec![true; 441], 1, crate::symbol::EcLevel::M)];
        let title = Words::one("A title");
        let certificate = Certificate { title, symbols, issuer: "An issuer".to_owned(), ..Certificate::default() };
        let mut page = Printer::new(&layout, &fonts).faces(&certificate).unwrap().remove(0);
        (page.width, page.height) = (50.8, 76.2);
        let whole = Area { x: 0.0, y: 0.0, width: 50.8, height: 76.2 };
        let corner = Area { width: 25.4, height: 25.4, ..whole };
        // The place's left top corner is an inch from those of the sheet, which is ten inches high.
        for (turn, wide, tall, at) in [
            (Turn::None, 2.0, 3.0, [1.0, 8.0]),
            (Turn::Quarter, 3.0, 2.0, [3.0, 8.0]),
            (Turn::Half, 2.0, 3.0, [2.0, 6.0]),
            (Turn::ThreeQuarters, 3.0, 2.0, [1.0, 7.0]),
        ] {
            let frame = Frame::of(&Placed { x: 25.4, y: 25.4, turn, page: page.clone() }, 720.0, 0.24);
            let inches = |area: &Area| frame.area(area).map(|side| side / 72.0);
            let near = |found: [f32; 4], wanted: [f32; 4]| found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 0.01);
            assert!(near(inches(&whole), [1.0, 9.0 - tall, 1.0 + wide, 9.0]), "{turn:?}: {:?}", inches(&whole));
            let [left, bottom] = at;
            assert!(near(inches(&corner), [left, bottom, left + 1.0, bottom + 1.0]), "{turn:?}: {:?}", inches(&corner));
        }
    }
}
