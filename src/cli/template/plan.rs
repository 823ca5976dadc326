//! The planner's table: for each layout, what its printer and paper have room for.

use crate::issue::carrier::PARTS_MAX;
use crate::issue::photo::PHOTO_BYTES;
use crate::print::Layout;
use crate::symbol::{EcLevel, Heads, Room, Spread, spread};

/// `NP1:` before the Base45, and the head of a part (docs/FORMAT.md).
const HEADS: Heads = Heads { characters: 4, part: 10 };

/// Sizes that people call by a name, in mm.
const PAPERS: [(&str, f32, f32); 5] =
    [("A4", 210.0, 297.0), ("A5", 148.0, 210.0), ("A6", 105.0, 148.0), ("Letter", 215.9, 279.4), ("ID-1", 85.6, 54.0)];

/// What the paper of a layout is called.
fn paper(layout: &Layout) -> String {
    if layout.roll {
        return format!("{:.0}mm", layout.width);
    }
    let (width, height) =
        layout.sheet.as_ref().map_or((layout.width, layout.height), |sheet| (sheet.width, sheet.height));
    let near = |one: f32, other: f32| (one - other).abs() < 0.6;
    let named = PAPERS.iter().find(|(_, w, h)| near(*w, width) && near(*h, height));
    named.map_or_else(|| format!("{width} × {height} mm"), |(name, ..)| (*name).to_owned())
}

/// Whether a layout is printed on this paper.
pub fn is_paper(layout: &Layout, wanted: &str) -> bool {
    let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    plain(&paper(layout)) == plain(wanted)
}

/// The lines of the table. `bytes` is what the largest sample takes without a photo.
pub fn table(layouts: &[(&str, Layout)], bytes: usize) -> Vec<String> {
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
        let rooms: Vec<Room> = (1..=usize::from(PARTS_MAX)).map(|count| layout.room(count)).collect();
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
        Err(error) => {
            let most = rooms[0].capacity(EcLevel::L, HEADS.characters).map_or(0, |found| found.bytes);
            let _ = error;
            format!("no: at most {most} bytes")
        }
    }
}
