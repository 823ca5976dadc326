//! Sheets that carry data in symbols, and say in large print what they carry: what people compare before a machine reads it.

use super::certificate::{Certificate, Direction, FieldLine, Words};
use super::compose::{Canvas, Part};
use super::font::{Fonts, Weight};
use super::layout::{Area, Layout, LayoutBox, Show, Style};
use super::page::{Block, Page, Role, Sheet};
use super::preflight::{Problem, check_texts};
use super::words::WordList;
use crate::symbol::Matrix;

/// Symbols on one sheet, in two rows of two.
const A_SHEET: usize = 4;
/// Distance of everything from the edge of the page, in mm.
const MARGIN: f32 = 15.0;
/// Height of what is above the symbols, in mm.
const HEAD: f32 = 84.0;
/// Colour of titles and lines.
const INK: [u8; 3] = [0x1d, 0x3a, 0x5c];
/// Colour of labels.
const GREY: [u8; 3] = [0x51, 0x60, 0x6f];

/// What the sheets carry. All texts are in one language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SymbolSheets {
    /// Language of the texts (BCP 47).
    pub language: String,
    /// Whose it is.
    pub owner: String,
    /// What it is.
    pub title: String,
    /// Labels and values that are the same on each sheet.
    pub fields: Vec<(String, String)>,
    /// Label and value of what is compared letter by letter, such as a fingerprint.
    pub compared: (String, String),
    /// What to do with the sheets.
    pub explanation: String,
    /// The word for a sheet, a label.
    pub sheet: String,
    /// The symbols, in their order.
    pub symbols: Vec<Matrix>,
}

/// Composes the sheets on pages of `width × height` mm, such as A4's 210 × 297, for a printer of 300 dpi.
///
/// # Errors
/// When a text cannot be printed.
pub fn symbol_sheets(
    sheets: &SymbolSheets,
    (width, height): (f32, f32),
    fonts: &Fonts,
) -> Result<Vec<Sheet>, Vec<Problem>> {
    let words = WordList::embedded().unwrap_or_else(|error| unreachable!("the program's own words: {error}"));
    let layout = Layout {
        width,
        height,
        dots_per_inch: 300.0,
        ink: INK,
        roll: false,
        boxes: [].into(),
        sheet: None,
        background: None,
        microprint: Vec::new(),
        words: words.into(),
    };
    let count = sheets.symbols.len().div_ceil(A_SHEET);
    let mut pages = Vec::with_capacity(count);
    for (number, symbols) in sheets.symbols.chunks(A_SHEET).enumerate() {
        let certificate = view(sheets, symbols, (number + 1, count));
        let problems = check_texts(&certificate);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut canvas = Canvas::new(&certificate, &layout, fonts, None);
        draw(&mut canvas, sheets, (width, height));
        if !canvas.problems.is_empty() {
            return Err(canvas.problems);
        }
        pages.push(page(&layout, &sheets.language, canvas.blocks, fonts));
    }
    Ok(pages.into_iter().map(Sheet::from).collect())
}

fn page(layout: &Layout, language: &str, blocks: Vec<Block>, fonts: &Fonts) -> Page {
    Page {
        width: layout.width,
        height: layout.height,
        dots_per_inch: layout.dots_per_inch,
        language: language.into(),
        blocks,
        attachments: Vec::new(),
        background: None,
        fonts: fonts.clone(),
    }
}

/// One sheet as what a page shows.
fn view(sheets: &SymbolSheets, symbols: &[Matrix], (number, count): (usize, usize)) -> Certificate {
    let field = |(label, value): &(String, String)| FieldLine {
        label: Words::one(label.clone()),
        value: value.clone(),
        direction: Direction::LeftToRight,
        language: None,
        name: label.clone(),
    };
    let place = (sheets.sheet.clone(), format!("{number} / {count}"));
    Certificate {
        language: sheets.language.clone(),
        title: Words::one(sheets.title.clone()),
        issuer: sheets.owner.clone(),
        fields: std::iter::once(&place).chain(&sheets.fields).map(field).collect(),
        symbols: symbols.to_vec(),
        ..Certificate::default()
    }
}

fn draw(canvas: &mut Canvas<'_>, sheets: &SymbolSheets, (width, height): (f32, f32)) {
    let inner = Area { x: MARGIN, y: MARGIN, width: width - 2.0 * MARGIN, height: height - 2.0 * MARGIN };
    let below = |y: f32, height: f32| Area { y: inner.y + y, height, ..inner };
    let label = Style::plain(8.0, 6.0, Weight::Regular, GREY);
    let bold = Style::plain(16.0, 9.0, Weight::Bold, INK);
    let issuer = LayoutBox::fixed("owner", Show::Issuer, below(0.0, 14.0), bold, label);
    canvas.issuer(&issuer, issuer.area);
    let title = Style::plain(24.0, 14.0, Weight::Regular, INK);
    let title = LayoutBox::fixed("title", Show::Title, below(15.0, 13.0), title, label);
    canvas.title(&title, title.area);
    let value = Style::plain(16.0, 9.0, Weight::Regular, [0; 3]);
    let fields = LayoutBox::fixed("fields", Show::Fields, below(30.0, 15.0), value, label);
    canvas.fields(&fields, fields.area);
    paragraphs(canvas, below(46.0, 21.0), [(&sheets.compared.0, label), (&sheets.compared.1, value)]);
    let explained = Style::plain(9.0, 6.5, Weight::Regular, [0x26, 0x32, 0x3e]);
    paragraphs(canvas, below(69.0, 13.0), [(&sheets.explanation, explained)]);
    let symbols = LayoutBox::fixed("symbols", Show::Symbol, below(HEAD, inner.height - HEAD), label, label);
    canvas.symbol(&symbols, symbols.area);
}

/// Texts under each other.
fn paragraphs<'t, const N: usize>(canvas: &mut Canvas<'_>, area: Area, texts: [(&'t String, Style); N]) {
    let one = LayoutBox::fixed("text", Show::Caption, area, texts[0].1, texts[0].1);
    let part = |canvas: &Canvas<'_>, (text, style): (&'t String, Style)| Part {
        spans: canvas.label(&Words::one(text.clone()), &style),
        style,
        before: 0.5,
        field: "text",
        shrinks: true,
        role: Role::Paragraph,
    };
    let parts = texts.into_iter().map(|text| part(canvas, text)).collect();
    canvas.block(&one, area, parts);
}

#[cfg(test)]
mod tests {
    use super::super::page::Item;
    use super::*;
    use crate::symbol::{EcLevel, encode};

    fn sheets(symbols: usize) -> SymbolSheets {
        SymbolSheets {
            language: "en".to_owned(),
            owner: "مفوضية اللاجئين, Kakuma".to_owned(),
            title: "Trust list 12".to_owned(),
            fields: vec![("Signed on".to_owned(), "2026-11-21".to_owned())],
            compared: ("Fingerprint".to_owned(), "0f3a 91c2 d4e5 b607 ".repeat(4).trim().to_owned()),
            explanation: "Any 7 of the 9 symbols are enough.".to_owned(),
            sheet: "Sheet".to_owned(),
            symbols: vec![encode("NT1:ABC", 28, EcLevel::M).unwrap(); symbols],
        }
    }

    #[test]
    fn each_sheet_says_whose_it_is_and_which_it_is_of_how_many() {
        let fonts = Fonts::embedded().unwrap();
        let composed = symbol_sheets(&sheets(9), (210.0, 297.0), &fonts).unwrap();
        assert_eq!(composed.len(), 3);
        for (number, sheet) in composed.iter().enumerate() {
            let items: Vec<&Item> = sheet.faces.iter().flat_map(|face| face.page.items()).collect();
            let text = |item: &&Item| if let Item::Text { run, .. } = item { run.text.clone() } else { String::new() };
            let all: String = items.iter().map(text).collect();
            for wanted in [&format!("{} / 3", number + 1), "Trust list 12", "2026-11-21", "0f3a 91c2", "Kakuma"] {
                assert!(all.contains(wanted), "{wanted}: {all}");
            }
            let symbols = items.iter().filter(|item| matches!(item, Item::Symbol { .. })).count();
            assert_eq!(symbols, if number == 2 { 1 } else { 4 });
        }
    }

    #[test]
    fn texts_that_cannot_be_printed_are_refused() {
        let bad = SymbolSheets { owner: "a\u{202e}b".to_owned(), ..sheets(1) };
        assert!(symbol_sheets(&bad, (210.0, 297.0), &Fonts::embedded().unwrap()).is_err());
    }
}
