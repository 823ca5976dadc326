//! The planner's table: for each layout, what its printer and paper have room for.

use crate::desk::templates::paper;
use crate::issue::photo::PHOTO_BYTES;
use crate::print::Layout;
use crate::symbol::{EcLevel, Heads, MAX_VERSION, PlanError, Room, Spread, bytes_that_fit, spread};

/// `NP1:` before the Base45, and the head of a part (docs/FORMAT.md).
const HEADS: Heads = Heads { characters: 4, part: 10 };

/// Whether a layout is printed on this paper.
pub fn is_paper(layout: &Layout, wanted: &str) -> bool {
    let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    plain(&paper(layout)) == plain(wanted)
}

/// The lines of the table. `bytes` is what the largest sample takes without a photo; `parts` is whether its format can be
/// spread over several symbols.
pub fn table(layouts: &[(&str, Layout)], bytes: usize, parts: bool) -> Vec<String> {
    let mut lines = vec![
        format!("the largest sample takes {bytes} bytes without a photo; a photo takes {PHOTO_BYTES} or less"),
        format!(
            "{:<11} {:<8} {:>5}  {:<15} {:>7}  {:>6} {:>6}  {:>10}  {:<22} {}",
            "layout",
            "paper",
            "dpi",
            "smallest module",
            "version",
            "Q",
            "M",
            "photo left",
            "without photo",
            "with photo"
        ),
    ];
    for (name, layout) in layouts {
        let rooms = rooms(layout, parts);
        let dpi = layout.dots_per_inch;
        let Some((q, m)) = rooms[0].capacity(EcLevel::Q, 4).zip(rooms[0].capacity(EcLevel::M, 4)) else {
            lines.push(format!("{name:<11} {:<8} {dpi:>5}  no room for any symbol", paper(layout)));
            continue;
        };
        let left = |bytes_there: usize| bytes_there.saturating_sub(bytes);
        lines.push(format!(
            "{name:<11} {:<8} {dpi:>5}  {:<15} {:>7}  {:>6} {:>6}  {:>10}  {:<22} {}",
            paper(layout),
            format!("{} dots {:.2} mm", q.dots_per_module, q.module_mm),
            q.version,
            q.bytes,
            m.bytes,
            format!("Q {} M {}", left(q.bytes), left(m.bytes)),
            planned(bytes, &rooms),
            planned(bytes + PHOTO_BYTES, &rooms),
        ));
    }
    lines
}

/// What would be printed for a message of so many bytes.
fn planned(bytes: usize, rooms: &[Room]) -> String {
    match spread(bytes, HEADS, rooms) {
        Ok(Spread { needed, printed, plan }) => {
            let parts = if printed == 1 { String::new() } else { format!(", {needed} of {printed}") };
            format!("v{} {} {:.0} mm{parts}", plan.version, plan.level, plan.side_mm)
        }
        Err(PlanError::NoRoom { needed, needed_mm, .. }) => format!("no: needs v{needed}, {needed_mm:.0} mm"),
        Err(_) => format!("no: more than {} bytes", bytes_that_fit(MAX_VERSION, EcLevel::L, HEADS.characters)),
    }
}

/// The places for one symbol, for each of two, and so on; one place only for formats that cannot be spread.
fn rooms(layout: &Layout, parts: bool) -> Vec<Room> {
    let mut rooms = crate::desk::issue::rooms(layout);
    rooms.truncate(if parts { rooms.len() } else { 1 });
    rooms
}

/// Why a layout has no symbol even without a photo, and what it has room for.
pub fn refusals(layouts: &[(&str, Layout)], bytes: usize, parts: bool) -> Vec<String> {
    let refusal = |(name, layout): &(&str, Layout)| {
        let rooms = rooms(layout, parts);
        let error = spread(bytes, HEADS, &rooms).err()?;
        let most = rooms[0].capacity(EcLevel::L, HEADS.characters).map_or(0, |found| found.bytes);
        Some(format!("layout {name} at {} dpi: {error}; {most} bytes would fit", layout.dots_per_inch))
    };
    layouts.iter().filter_map(refusal).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = "[page]\nsize = \"ID-1\"\nsymbol-from-edge = 1.5\n[[box]]\nname = \"s\"\nshow = \"symbol\"\nat = [10, 3]\nsize = [46.8, 46.8]\n";

    #[test]
    fn papers_have_the_names_that_people_use() {
        let card = Layout::from_toml(CARD).unwrap();
        assert!(is_paper(&card, "id-1") && !is_paper(&card, "A4"));
        let roll = Layout::from_toml(&CARD.replace("\"ID-1\"", "[70, 200]\nroll = true")).unwrap();
        assert!(is_paper(&roll, "70 mm"));
    }

    #[test]
    fn the_table_shows_what_is_left_for_a_photo() {
        let layouts = [("card", Layout::from_toml(CARD).unwrap())];
        let lines = table(&layouts, 150, true);
        assert!(lines[2].contains("4 dots 0.34 mm") && lines[2].contains("Q 628 M 938"), "{}", lines[2]);
        assert!(lines[2].contains("v11 Q"), "{}", lines[2]);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_would() {
        let layouts = [("card", Layout::from_toml(CARD).unwrap())];
        assert_eq!(refusals(&layouts, 150, false), [""; 0]);
        assert_eq!(
            refusals(&layouts, 1800, false),
            [
                "layout card at 300 dpi: the text needs version 32 (51.8 mm), but there is room for version 27; 1418 bytes would fit"
            ]
        );
    }
}
