//! Templates as a person who has never seen TOML meets them.

use crate::desk::{Desk, err, out, shown};

#[test]
fn a_new_template_is_good_and_prints_and_is_never_written_over() {
    let desk = Desk::new();
    for (name, more) in
        [("membership", &[][..]), ("refugee", &["--from", "registration"]), ("family", &["--from", "household"])]
    {
        let made = desk.run(&[&["template", "new", name], more].concat());
        assert_eq!(made.status.code(), Some(0), "{}", err(&made));
        let checked = desk.run(&["template", "check", name]);
        assert_eq!(checked.status.code(), Some(0), "{}", err(&checked));
        assert!(out(&checked).contains("layouts a4, card, cards, cards-fold, foldout, label, label80, letter"));
        let list = format!("{name}/sample.csv");
        let issued = desk.run(&["issue", name, &list, "--template", name, "-o", &format!("{name}.pdf")]);
        assert_eq!(issued.status.code(), Some(0), "{}", err(&issued));
        assert!(desk.verify(&[&format!("{name}.pdf")]).1.iter().all(|found| found["verdict"] == "valid"));
    }
    desk.write("membership/type.toml", "mine");
    let again = desk.run(&["template", "new", "membership"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(err(&again).contains("is there already") && err(&again).contains("next: "), "{}", err(&again));
    assert_eq!(std::fs::read_to_string(desk.path("membership/type.toml")).unwrap(), "mine");
}

#[test]
fn names_that_are_no_names_make_no_folder() {
    let desk = Desk::empty();
    for name in ["", "../x", "Membership", "a/b", "9", "diploma", "-x", "a b"] {
        let made = desk.run(&["template", "new", "--", name]);
        assert_eq!(made.status.code(), Some(2), "{name}");
        assert_eq!(std::fs::read_dir(desk.path(".")).unwrap().count(), 0, "{name}");
    }
}

#[test]
fn every_layout_can_be_seen() {
    let desk = Desk::empty();
    for (layout, sides, width) in
        [("a4", 1, 496), ("card", 2, 202), ("cards", 2, 496), ("label", 1, 137), ("foldout", 1, 496)]
    {
        let name = format!("{layout}.png");
        let drawn = desk.run(&["template", "preview", "registration", "--layout", layout, "--dpi", "60", "-o", &name]);
        assert_eq!(drawn.status.code(), Some(0), "{}", err(&drawn));
        assert_eq!(out(&drawn).lines().count(), sides, "{layout}");
        let picture = image::open(desk.path(&name)).unwrap();
        assert!(picture.width().abs_diff(width) <= 1, "{layout}: {}", picture.width());
    }
    assert!(desk.path("card-2.png").exists());
    let drawn = desk.run(&["template", "preview", "diploma", "--language", "ar", "--row", "99", "-o", "x.png"]);
    assert!(err(&drawn).contains("good rows, and row 99 is wanted"), "{}", err(&drawn));
}

#[test]
fn an_unknown_layout_is_answered_with_what_there_is() {
    let desk = Desk::empty();
    let drawn = desk.run(&["template", "preview", "diploma", "--layout", "poster", "-o", "x.png"]);
    assert_eq!(drawn.status.code(), Some(2));
    assert!(err(&drawn).contains("there are a4, card, cards, cards-fold, foldout, label, label80, letter"));
}

#[test]
fn a_mistake_is_named_by_file_line_and_box() {
    let desk = Desk::empty();
    assert_eq!(desk.run(&["template", "new", "membership"]).status.code(), Some(0));
    let path = desk.path("membership/a4.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let wrong = text.replace("at = [130, 205]", "at = [100, 205]");
    std::fs::write(&path, &wrong).unwrap();
    let checked = desk.run(&["template", "check", "membership"]);
    assert_eq!(checked.status.code(), Some(2));
    let told = err(&checked);
    assert!(told.contains("membership/a4.toml: line ") && told.contains("overlaps box \"symbol\""), "{told}");
    std::fs::write(&path, text.replace("background = \"guilloche\"", "background = \"stamp.svg\"")).unwrap();
    desk.write(
        "membership/stamp.svg",
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 210 297'>\n<script/></svg>",
    );
    let told = err(&desk.run(&["template", "check", &shown(&desk.path("membership"))]));
    assert!(told.contains("stamp.svg: line 2: <script> is not allowed in a background"), "{told}");
}

#[test]
fn the_planner_says_what_a_printer_and_a_paper_have_room_for() {
    let desk = Desk::empty();
    let planned = desk.run(&["template", "check", "--printer", "203dpi", "--paper", "58mm"]);
    assert_eq!(planned.status.code(), Some(0), "{}", err(&planned));
    let label =
        out(&planned).lines().find(|line| line.trim_start().starts_with("label ")).map(ToOwned::to_owned).unwrap();
    assert!(label.contains("4 dots 0.50 mm") && label.contains(" 17 ") && label.contains("2 of 3"), "{label}");
    let unknown = desk.run(&["template", "check", "--paper", "10mm"]);
    assert!(err(&unknown).contains("no layout of registration is for paper \"10mm\""), "{}", err(&unknown));
    let odd = desk.run(&["template", "check", "--printer", "7dpi"]);
    assert!(err(&odd).contains("such as 203dpi, 300dpi or 600dpi"), "{}", err(&odd));
}
