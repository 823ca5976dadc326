//! The list of a batch's sheets: which serial is on which, who signed for it, and a line for who hands them over.
//!
//! Holders' names are left out unless the caller puts them in: the list goes through more hands than the papers.

use super::certificate::{Cell, Certificate, Direction, FieldLine, Table, Words};
use super::compose::{Canvas, Part};
use super::font::{Fonts, Weight};
use super::layout::{Align, Area, Layout, LayoutBox, Show, Style};
use super::page::{Block, Item, Page, Role, Sheet};
use super::preflight::{ENTRIES_AT_MOST, Problem, check_texts};
use super::words::{FixedWords, Languages, ManifestWords, WordList};

/// Most rows: a batch far beyond what a desk prints at once.
const ROWS_AT_MOST: usize = 100_000;
/// Distance of everything from the edge of the page, in mm.
const MARGIN: f32 = 18.0;
/// Height of the head of the first page, in mm.
const HEAD: f32 = 58.0;
/// Height of the foot of every page, in mm.
const FOOT: f32 = 12.0;
/// Height that the lines for names and signatures need, in mm.
const SIGNATURES: f32 = 38.0;
/// Colour of titles and lines.
const INK: [u8; 3] = [0x1d, 0x3a, 0x5c];
/// Colour of labels.
const GREY: [u8; 3] = [0x51, 0x60, 0x6f];

/// A batch of papers.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Manifest {
    /// Language of the list (BCP 47).
    pub language: String,
    /// What the papers are.
    pub papers: Words,
    /// Who issued them.
    pub issuer: String,
    /// The key that signed them.
    pub kid: String,
    /// Number of the batch.
    pub batch: String,
    /// Date of the batch, as printed.
    pub date: String,
    /// Sheets of paper.
    pub sheets: usize,
    /// The papers, in the order of the sheets.
    pub rows: Vec<ManifestRow>,
}

/// A paper of the batch.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ManifestRow {
    /// The sheet that it is on, from 1.
    pub sheet: usize,
    /// Its serial.
    pub serial: String,
    /// The holder, when names are wanted on the list.
    pub name: Option<String>,
    /// Who signed for it.
    pub signed_by: String,
    /// Number of the copy, when it is not the first.
    pub copy: Option<u16>,
}

/// Composes the list on pages of `width × height` mm, such as A4's 210 × 297.
pub fn manifest(manifest: &Manifest, (width, height): (f32, f32), fonts: &Fonts) -> Result<Vec<Sheet>, Vec<Problem>> {
    if manifest.rows.len() > ROWS_AT_MOST {
        return Err(vec![Problem::TooMany { what: "rows", found: manifest.rows.len(), most: ROWS_AT_MOST }]);
    }
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
    let certificate = view(manifest, &layout.words);
    check(&certificate)?;
    let mut canvas = Canvas::new(&certificate, &layout, fonts, None);
    let pages = draw(&mut canvas, (width, height));
    if !canvas.problems.is_empty() {
        return Err(canvas.problems);
    }
    let page = |blocks| Page {
        width,
        height,
        dots_per_inch: layout.dots_per_inch,
        language: manifest.language.as_str().into(),
        blocks,
        attachments: Vec::new(),
        background: None,
        fonts: fonts.clone(),
    };
    Ok(pages.into_iter().map(page).map(Sheet::from).collect())
}

/// The list as what a page shows: title, issuer, labelled values, a table.
fn view(manifest: &Manifest, words: &WordList) -> Certificate {
    let languages = Languages { first: &manifest.language, second: "en" };
    let word = |word: fn(&ManifestWords) -> &str| words.pick(languages, |all: &FixedWords| word(&all.manifest));
    let fixed = |word: fn(&FixedWords) -> &str| words.pick(languages, word);
    let field = |label: Words, value: String, direction, name: &str| FieldLine {
        label,
        value,
        direction,
        language: None,
        name: name.to_owned(),
    };
    let number = Direction::LeftToRight;
    let named = manifest.rows.iter().any(|row| row.name.is_some());
    let copies = manifest.rows.iter().any(|row| row.copy.is_some());
    let mut head = vec![word(|words| &words.sheet), fixed(|words| &words.serial)];
    head.extend(named.then(|| word(|words| &words.name)));
    head.push(word(|words| &words.signed_by));
    head.extend(copies.then(|| fixed(|words| &words.copy)));
    let row = |row: &ManifestRow| {
        let cell = |text: String, direction| Cell { text, direction, language: None };
        let mut cells = vec![cell(row.sheet.to_string(), number), cell(row.serial.clone(), number)];
        cells.extend(named.then(|| cell(row.name.clone().unwrap_or_default(), Direction::Auto)));
        cells.push(cell(row.signed_by.clone(), Direction::Auto));
        cells.extend(copies.then(|| cell(row.copy.map(|copy| copy.to_string()).unwrap_or_default(), number)));
        cells
    };
    Certificate {
        language: manifest.language.clone(),
        title: word(|words| &words.title),
        issuer: manifest.issuer.clone(),
        issuer_country: Some(manifest.papers.first().to_owned()).filter(|papers| !papers.is_empty()),
        fields: vec![
            field(word(|words| &words.batch), manifest.batch.clone(), number, "batch"),
            field(word(|words| &words.date), manifest.date.clone(), number, "date"),
            field(word(|words| &words.key), manifest.kid.clone(), number, "key"),
            field(word(|words| &words.papers), manifest.rows.len().to_string(), number, "papers"),
            field(word(|words| &words.sheets), manifest.sheets.to_string(), number, "sheets"),
        ],
        table: Some(Table { head, rows: manifest.rows.iter().map(row).collect() }),
        ..Certificate::default()
    }
}

/// All texts, as many rows at a time as a page may have.
fn check(certificate: &Certificate) -> Result<(), Vec<Problem>> {
    let Some(table) = &certificate.table else { return Ok(()) };
    let mut part = Certificate { table: None, ..certificate.clone() };
    let mut problems = check_texts(&part);
    for rows in table.rows.chunks(ENTRIES_AT_MOST) {
        part.fields.clear();
        part.table = Some(Table { head: table.head.clone(), rows: rows.to_vec() });
        problems.extend(check_texts(&part));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// The blocks of each page.
fn draw(canvas: &mut Canvas<'_>, (width, height): (f32, f32)) -> Vec<Vec<Block>> {
    let inner = Area { x: MARGIN, y: MARGIN, width: width - 2.0 * MARGIN, height: height - 2.0 * MARGIN - FOOT };
    let (value, label) =
        (Style::plain(9.5, 6.5, Weight::Regular, [0; 3]), Style::plain(7.0, 5.5, Weight::Regular, GREY));
    let below = |y: f32, height: f32| Area { y: inner.y + y, height, ..inner };
    let bold = Style::plain(10.5, 7.0, Weight::Bold, INK);
    let issuer =
        LayoutBox::fixed("issuer", Show::Issuer, below(0.0, 12.0), bold, Style::plain(8.5, 7.0, Weight::Regular, GREY));
    canvas.issuer(&issuer, issuer.area);
    let title = Style::plain(20.0, 12.0, Weight::Regular, INK);
    let title =
        LayoutBox::fixed("title", Show::Title, below(14.0, 18.0), title, Style::plain(9.5, 7.0, Weight::Regular, GREY));
    canvas.title(&title, title.area);
    let fields = LayoutBox { columns: 5, ..LayoutBox::fixed("batch", Show::Fields, below(36.0, 16.0), value, label) };
    canvas.fields(&fields, fields.area);
    let first = std::mem::take(&mut canvas.blocks);

    let table = LayoutBox::fixed("sheets", Show::Table, inner, value, label);
    let mut pages = canvas.paged_table(&table, below(HEAD, inner.height - HEAD), inner);
    if let Some((blocks, _)) = pages.first_mut() {
        blocks.splice(0..0, first);
    } else {
        pages.push((first, inner.y + HEAD));
    }
    let end = pages.last().map_or(inner.y, |(_, bottom)| *bottom);
    if end + SIGNATURES > inner.y + inner.height {
        pages.push((Vec::new(), inner.y));
    }
    let count = pages.len();
    for (number, (blocks, bottom)) in pages.iter_mut().enumerate() {
        canvas.blocks = std::mem::take(blocks);
        if number + 1 == count {
            signatures(canvas, Area { y: *bottom + 8.0, height: SIGNATURES - 8.0, ..inner }, label);
        }
        foot(canvas, below(inner.height + 3.0, FOOT - 3.0), number + 1, count);
        *blocks = std::mem::take(&mut canvas.blocks);
    }
    pages.into_iter().map(|(blocks, _)| blocks).collect()
}

/// Two lines: who hands the sheets over, and who takes them.
fn signatures(canvas: &mut Canvas<'_>, area: Area, label: Style) {
    let words: [fn(&FixedWords) -> &str; 2] = [|words| &words.manifest.handed_over, |words| &words.manifest.received];
    let half = (area.width - 10.0) / 2.0;
    for (place, word) in words.into_iter().enumerate() {
        let mut place = Area { x: area.x + (half + 10.0) * place as f32, width: half, ..area };
        if canvas.right_to_left {
            place = place.mirrored(area.width + 2.0 * area.x);
        }
        let line = Area { y: area.y + 14.0, height: 0.25, ..place };
        canvas.decoration(Item::Fill { area: line, colour: INK });
        let under = Area { y: area.y + 15.0, height: area.height - 15.0, ..place };
        let one = LayoutBox::fixed("signatures", Show::Caption, under, label, label);
        let spans = canvas.label(&canvas.word(word), &label);
        let part = Part { spans, style: label, before: 0.0, field: "signatures", shrinks: true, role: Role::Paragraph };
        canvas.block(&one, under, vec![part]);
    }
}

/// The bar of known length, and which page of the list this is.
fn foot(canvas: &mut Canvas<'_>, area: Area, number: usize, count: usize) {
    let small = Style::plain(6.5, 5.0, Weight::Regular, GREY);
    let wide = Area { width: area.width * 0.7, ..area };
    let right_to_left = canvas.right_to_left;
    let page_width = area.width + 2.0 * area.x;
    let mirrored = |area: Area| if right_to_left { area.mirrored(page_width) } else { area };
    let mark = LayoutBox { largest: 50.0, ..LayoutBox::fixed("scale mark", Show::ScaleMark, wide, small, small) };
    canvas.scale_mark(&mark, mirrored(wide));
    let narrow = Area { x: area.x + area.width * 0.75, width: area.width * 0.25, ..area };
    let mut one = LayoutBox::fixed("page number", Show::SheetNumber, narrow, small, small);
    one.align = Align::End;
    canvas.number = Some((number, count));
    canvas.sheet_number(&one, mirrored(narrow));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(rows: usize, language: &str) -> Manifest {
        let row = |number: usize| ManifestRow {
            sheet: number / 10 + 1,
            serial: format!("K7QX-{number:04}"),
            name: None,
            signed_by: "0f3a91c2d4e5b607".to_owned(),
            copy: (number == 3).then_some(2),
        };
        Manifest {
            language: language.to_owned(),
            papers: Words::one("Certificate of registration"),
            issuer: "Kakuma desk".to_owned(),
            kid: "0f3a91c2d4e5b607".to_owned(),
            batch: "2026-11-21/3".to_owned(),
            date: "2026-11-21".to_owned(),
            sheets: rows.div_ceil(10),
            rows: (0..rows).map(row).collect(),
        }
    }

    fn texts(sheet: &Sheet) -> String {
        let items = sheet.faces.iter().flat_map(|face| face.page.items());
        items.map(|item| if let Item::Text { run, .. } = item { run.text.clone() } else { String::new() }).collect()
    }

    #[test]
    fn a_list_takes_as_many_pages_as_it_needs_and_ends_with_signatures() {
        let fonts = Fonts::embedded().unwrap();
        for language in ["en", "ar"] {
            for (rows, pages) in [(0, 1), (1, 1), (20, 1), (250, 7)] {
                let sheets = manifest(&batch(rows, language), (210.0, 297.0), &fonts).unwrap();
                assert!(sheets.len().abs_diff(pages) <= 1, "{rows} rows: {} pages", sheets.len());
                let all: String = sheets.iter().map(texts).collect();
                for row in 0..rows {
                    assert_eq!(all.matches(&format!("K7QX-{row:04}")).count(), 1, "{language} {row}");
                }
                assert!(texts(sheets.last().unwrap()).contains("Handed over by"), "{rows}");
                assert!(texts(&sheets[0]).contains(&format!("1 / {}", sheets.len())));
            }
        }
    }

    #[test]
    fn a_list_can_be_set_in_every_language() {
        let fonts = Fonts::embedded().unwrap();
        for language in WordList::embedded().unwrap().languages() {
            let mut named = batch(3, language);
            named.rows[1].copy = Some(2);
            named.rows[1].name = Some("Wolfeschlegelsteinhausenbergerdorff-Nguyễn Thị Hồng".to_owned());
            assert!(manifest(&named, (210.0, 297.0), &fonts).is_ok(), "{language}");
        }
    }

    #[test]
    fn nothing_lies_below_the_margin() {
        let fonts = Fonts::embedded().unwrap();
        for rows in 20..60 {
            for sheet in manifest(&batch(rows, "en"), (210.0, 297.0), &fonts).unwrap() {
                for item in sheet.faces[0].page.items() {
                    if let Item::Text { y, .. } = item {
                        assert!(*y < 297.0 - 10.0, "{rows}: {y}");
                    }
                }
            }
        }
    }

    #[test]
    fn names_are_on_the_list_only_when_they_are_given() {
        let fonts = Fonts::embedded().unwrap();
        let mut named = batch(3, "en");
        assert!(!texts(&manifest(&named, (210.0, 297.0), &fonts).unwrap()[0]).contains("Rania"));
        named.rows[1].name = Some("Rania Haddad".to_owned());
        assert!(texts(&manifest(&named, (210.0, 297.0), &fonts).unwrap()[0]).contains("Rania"));
    }

    #[test]
    fn texts_that_cannot_be_printed_are_refused() {
        let fonts = Fonts::embedded().unwrap();
        let mut bad = batch(250, "en");
        bad.rows[240].name = Some("a\u{202e}b".to_owned());
        assert!(manifest(&bad, (210.0, 297.0), &fonts).is_err());
    }
}
