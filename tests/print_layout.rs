//! Layout files: every mistake names its line and its box.

use nansen::print::{Layout, LayoutProblem};

const GOOD: &str = r#"
[page]
size = "A4"

[style.value]
size = 10.0

[[box]]
name = "symbol"
show = "symbol"
at = [130, 200]
size = [60, 60]

[[box]]
name = "values"
show = "fields"
at = [20, 100]
size = [100, 60]
style = "value"
"#;

fn refused(from: &str, to: &str) -> (LayoutProblem, usize, Option<String>) {
    assert!(GOOD.contains(from), "{from}");
    let error = Layout::from_toml(&GOOD.replacen(from, to, 1)).unwrap_err();
    (error.problem, error.line, error.box_name)
}

#[test]
fn the_layouts_of_all_types_can_be_read() {
    for text in [
        include_str!("../templates/registration/a4.toml"),
        include_str!("../templates/diploma/a4.toml"),
        include_str!("../templates/training/a4.toml"),
        include_str!("../templates/household/a4.toml"),
        include_str!("../templates/vaccination/a4.toml"),
    ] {
        Layout::from_toml(text).unwrap();
    }
}

#[test]
fn a_box_that_overlaps_another_is_refused_by_line_and_name() {
    let (problem, line, name) = refused("at = [20, 100]\nsize = [100, 60]", "at = [100, 180]\nsize = [100, 60]");
    assert_eq!(problem, LayoutProblem::Overlap { other: "symbol".to_owned() });
    assert_eq!((line, name.as_deref()), (15, Some("values")));
}

#[test]
fn a_box_that_leaves_the_page_is_refused() {
    let (problem, _, name) = refused("at = [20, 100]", "at = [150, 100]");
    assert_eq!(problem, LayoutProblem::OffPage { width: 210.0, height: 297.0 });
    assert_eq!(name.as_deref(), Some("values"));
}

#[test]
fn a_box_at_no_place_is_refused() {
    for nowhere in ["nan", "inf", "-inf", "-1.0"] {
        let (problem, ..) = refused("at = [20, 100]", &format!("at = [{nowhere}, 100]"));
        assert_eq!(problem, LayoutProblem::OffPage { width: 210.0, height: 297.0 }, "{nowhere}");
    }
    assert!(matches!(refused("size = [100, 60]", "size = [nan, 60]").0, LayoutProblem::Range { .. }));
}

#[test]
fn a_symbol_near_the_edge_is_refused() {
    let (problem, line, name) = refused("at = [130, 200]", "at = [145, 200]");
    assert_eq!(problem, LayoutProblem::NearEdge { least: 10.0 });
    assert_eq!((line, name.as_deref()), (9, Some("symbol")));
}

#[test]
fn an_unknown_style_is_refused_where_it_is_used() {
    let (problem, line, name) = refused("style = \"value\"", "style = \"valeu\"");
    assert_eq!(problem, LayoutProblem::UnknownStyle { found: "valeu".to_owned() });
    assert_eq!((line, name.as_deref()), (19, Some("values")));
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let (problem, line, _) = refused("style = \"value\"", "stile = \"value\"");
    assert!(matches!(problem, LayoutProblem::Syntax { .. }), "{problem}");
    assert!(line >= 14, "{line}");
}

#[test]
fn a_page_without_a_symbol_is_refused() {
    let (problem, ..) = refused("show = \"symbol\"", "show = \"caption\"");
    assert_eq!(problem, LayoutProblem::NoSymbol);
}

#[test]
fn sizes_and_colours_out_of_range_are_refused() {
    assert!(matches!(refused("size = 10.0", "size = 1000.0").0, LayoutProblem::Range { what: "size", .. }));
    assert!(matches!(refused("size = 10.0", "size = 10.0\ncolour = \"red\"").0, LayoutProblem::Colour { .. }));
    assert!(matches!(refused("size = \"A4\"", "size = \"A5½\"").0, LayoutProblem::PageSize { .. }));
}

#[test]
fn two_boxes_of_one_name_are_refused() {
    let (problem, ..) = refused("name = \"values\"", "name = \"symbol\"");
    assert_eq!(problem, LayoutProblem::TwiceTheName { first: 9 });
}

#[test]
fn an_error_names_file_line_and_box() {
    let error = Layout::from_toml(&GOOD.replace("at = [130, 200]", "at = [145, 200]")).unwrap_err();
    let text = error.in_file("templates/x/a4.toml").to_string();
    assert_eq!(
        text,
        "templates/x/a4.toml: line 9: box \"symbol\": a symbol stays at least 10 mm from the edge of the page"
    );
}

#[test]
fn only_cards_and_rolls_may_have_a_symbol_near_the_edge() {
    let text = GOOD.replace("size = \"A4\"", "size = \"A4\"\nsymbol-from-edge = 3");
    let error = Layout::from_toml(&text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 4: symbol-from-edge is 3: below 10 mm only on a card or a roll, which are cut to size"
    );
    let card = "[page]\nsize = \"ID-1\"\nsymbol-from-edge = 1.5\n[[box]]\nname = \"s\"\nshow = \"symbol\"\nat = [1.5, 1.5]\nsize = [51, 51]\n";
    Layout::from_toml(card).unwrap();
    assert!(Layout::from_toml(&card.replace("= 1.5\n[", "= 1\n[")).is_err());
    assert!(
        Layout::from_toml(&card.replace("[1.5, 1.5]", "[1.4, 1.5]"))
            .unwrap_err()
            .to_string()
            .contains("at least 1.5 mm")
    );
}

#[test]
fn boxes_on_two_sides_do_not_meet() {
    let back = "at = [130, 200]\nside = \"back\"";
    let text = GOOD
        .replace("at = [130, 200]", back)
        .replace("at = [20, 100]\nsize = [100, 60]", "at = [100, 180]\nsize = [100, 60]");
    Layout::from_toml(&text).unwrap();
    let (problem, ..) = refused("at = [130, 200]", "at = [130, 200]\nside = \"inside-left\"");
    assert_eq!(
        problem.to_string(),
        "the page has no side inside-left: inside-left and inside-right are for a sheet with fold = \"quarter\""
    );
}

#[test]
fn hostile_files_are_refused_before_they_cost_time() {
    let many = format!(
        "{GOOD}{}",
        (0..10_000)
            .map(|n| format!("[[box]]\nname = \"{n}\"\nshow = \"rule\"\nat = [1, 1]\nsize = [1, 1]\n"))
            .collect::<String>()
    );
    assert!(Layout::from_toml(&many).is_err());
    let boxes: String =
        (0..4_000).map(|n| format!("[[box]]\nname=\"{n}\"\nshow=\"rule\"\nat=[1,1]\nsize=[1,1]\n")).collect();
    let error = Layout::from_toml(&format!("{GOOD}{boxes}")).unwrap_err().to_string();
    assert_eq!(error, "line 1: 4002 boxes: at most 300 are read");
    let error = Layout::from_toml(&" ".repeat(300_000)).unwrap_err().to_string();
    assert_eq!(error, "line 1: 300000 bytes: a layout has at most 262144");
    for deep in [
        "[".repeat(100_000),
        format!("a = {}", "[".repeat(100_000)),
        format!("a = {}", "{a=".repeat(50_000)),
        "a.".repeat(50_000),
    ] {
        assert!(Layout::from_toml(&deep).is_err());
    }
    for number in ["1e39", "-1e39", "nan", "inf", "99999999999999999999"] {
        assert!(
            Layout::from_toml(&GOOD.replace("size = [60, 60]", &format!("size = [{number}, 60]"))).is_err(),
            "{number}"
        );
        assert!(
            Layout::from_toml(&GOOD.replace("size = \"A4\"", &format!("size = [{number}, 297]"))).is_err(),
            "{number}"
        );
        assert!(
            Layout::from_toml(&GOOD.replace("size = \"A4\"", &format!("size = \"A4\"\ndots-per-inch = {number}")))
                .is_err(),
            "{number}"
        );
    }
}

#[test]
fn a_roll_has_one_side_and_its_own_height() {
    let roll = GOOD.replace("size = \"A4\"", "size = [210, 297]\nroll = true");
    Layout::from_toml(&roll).unwrap();
    let back = roll.replace("show = \"fields\"", "show = \"fields\"\nside = \"back\"");
    assert_eq!(Layout::from_toml(&back).unwrap_err().problem.to_string(), "a roll has one side, and no back");
}

#[test]
fn a_scale_mark_fits_its_box() {
    let mark = |size: &str| {
        format!("{GOOD}\n[[box]]\nname = \"m\"\nshow = \"scale-mark\"\nat = [20, 20]\nsize = [{size}, 8]\n")
    };
    Layout::from_toml(&mark("50")).unwrap();
    let error = Layout::from_toml(&mark("40")).unwrap_err().to_string();
    assert!(error.contains("length of the scale mark is 50: wanted 10 to 40"), "{error}");
}
