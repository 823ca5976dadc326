//! Where the modules of a symbol come to lie: whole printer dots, quiet zone inside the box (ISO/IEC 18004 §9.1).

use super::layout::Area;

/// Light modules around a QR symbol (ISO/IEC 18004 §9.1).
pub(super) const QUIET_ZONE: usize = 4;

/// Fewest printer dots on the side of a module: below that, cheap printers close the gaps.
const DOTS_AT_LEAST: u32 = 4;

/// Least side of a module in mm: four dots at 300 dpi, whatever the printer.
const MODULE_AT_LEAST: f32 = 4.0 * 25.4 / 300.0;

/// Space between the symbols of one credential beyond their quiet zones, in mm.
const BETWEEN: f32 = 2.0;

/// A symbol that would need smaller modules than a printer can print.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TooSmall {
    /// Side of the box that would be needed for each symbol, in mm.
    pub(super) wanted: f32,
    /// Side that there is for each, in mm.
    pub(super) found: f32,
}

/// A symbol's place: the corner of its first module, and the side of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Placed {
    /// Left edge of the first module, in mm.
    pub(super) x: f32,
    /// Top edge of the first module, in mm.
    pub(super) y: f32,
    /// Side of a module, in mm.
    pub(super) module: f32,
    /// The symbol with its quiet zone.
    pub(super) frame: Area,
}

/// Places `count` symbols of `modules` on a side (the widest of them) in rows and columns of one box.
pub(super) fn place(
    area: Area,
    count: usize,
    modules: usize,
    largest: f32,
    dots_per_inch: f32,
) -> Result<Vec<Placed>, TooSmall> {
    let dot = 25.4 / dots_per_inch;
    let across = (modules + 2 * QUIET_ZONE) as f32;
    let columns = best_columns(area, count);
    let rows = count.div_ceil(columns);
    let side = side(area, count, largest);
    let fewest = fewest_dots(dots_per_inch);
    let dots = (side / across / dot + 1e-3).floor() as u32;
    if dots < fewest {
        return Err(TooSmall { wanted: across * dot * fewest as f32, found: side });
    }
    let module = dots as f32 * dot;
    let frame = module * across;
    let step = frame + BETWEEN;
    let middle = |start: f32, length: f32, n: usize| start + (length - (step * n as f32 - BETWEEN)) / 2.0;
    let (left, top) = (middle(area.x, area.width, columns), middle(area.y, area.height, rows));
    let on_dots = |place: f32| (place / dot).round() * dot;
    Ok((0..count)
        .map(|place| {
            let x = on_dots(left + step * (place % columns) as f32);
            let y = on_dots(top + step * (place / columns) as f32);
            let quiet = module * QUIET_ZONE as f32;
            Placed { x: x + quiet, y: y + quiet, module, frame: Area { x, y, width: frame, height: frame } }
        })
        .collect())
}

/// Fewest printer dots on the side of a module.
pub(super) fn fewest_dots(dots_per_inch: f32) -> u32 {
    DOTS_AT_LEAST.max((MODULE_AT_LEAST * dots_per_inch / 25.4 - 0.01).ceil() as u32)
}

/// Height that `count` placed symbols take, in mm.
pub(super) fn height(area: Area, count: usize, placed: &[Placed]) -> f32 {
    let rows = count.div_ceil(best_columns(area, count)) as f32;
    placed.first().map_or(0.0, |one| rows * (one.frame.height + BETWEEN) - BETWEEN)
}

/// Side of the square that each of `count` symbols with its quiet zone may take in a box, in mm.
pub(super) fn side(area: Area, count: usize, largest: f32) -> f32 {
    let columns = best_columns(area, count);
    cell_side(area, columns, count.div_ceil(columns)).min(largest)
}

fn cell_side(area: Area, columns: usize, rows: usize) -> f32 {
    let side = |length: f32, n: usize| (length - BETWEEN * (n - 1) as f32) / n as f32;
    side(area.width, columns).min(side(area.height, rows))
}

fn best_columns(area: Area, count: usize) -> usize {
    let side = |columns: usize| cell_side(area, columns, count.div_ceil(columns));
    (1..=count.max(1)).fold(1, |best, columns| if side(columns) > side(best) { columns } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOX: Area = Area { x: 100.0, y: 200.0, width: 60.0, height: 60.0 };

    #[test]
    fn a_module_is_a_whole_number_of_dots_and_lies_on_them() {
        for modules in (21..=125).step_by(4) {
            let placed = place(BOX, 1, modules, 60.0, 300.0).unwrap()[0];
            let dot = 25.4 / 300.0;
            for length in [placed.module, placed.x, placed.y] {
                let dots = length / dot;
                assert!((dots - dots.round()).abs() < 1e-2, "{modules}: {dots}");
            }
            assert!(placed.module / dot > 3.99);
            assert!(placed.frame.width <= 60.0);
        }
    }

    #[test]
    fn a_symbol_that_does_not_fit_says_what_it_needs() {
        let error = place(BOX, 1, 177, 60.0, 300.0).unwrap_err();
        assert!((error.wanted - 62.7).abs() < 0.1, "{}", error.wanted);
    }

    #[test]
    fn a_module_is_a_third_of_a_millimetre_also_on_a_fine_printer() {
        assert!(place(BOX, 1, 177, 60.0, 1200.0).is_err());
    }

    #[test]
    fn parts_stand_beside_each_other_without_touching() {
        let wide = Area { width: 130.0, ..BOX };
        let placed = place(wide, 2, 97, 60.0, 300.0).unwrap();
        assert!(!placed[0].frame.overlaps(&placed[1].frame));
        assert!((placed[0].y - placed[1].y).abs() < 1e-6);
    }
}
