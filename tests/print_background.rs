//! Backgrounds drawn by strangers: refused by file, line and name, or plain vectors.

use nansen::print::{Layout, LayoutError, TemplateFile};

const LAYOUT: &str = r#"
[page]
size = "A4"
background = "background.svg"

[[box]]
name = "symbol"
show = "symbol"
at = [130, 200]
size = [60, 60]
"#;

fn read(svg: &[u8]) -> Result<Layout, LayoutError> {
    Layout::from_files("a4.toml", &|name| {
        let bytes = match name {
            "a4.toml" => LAYOUT.as_bytes().to_vec(),
            "background.svg" => svg.to_vec(),
            _ => return None,
        };
        Some(TemplateFile { shown: format!("x/{name}"), bytes })
    })
}

#[test]
fn hostile_drawings_are_refused_for_the_stated_reason() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/svg/refuse");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "svg") {
            continue;
        }
        seen += 1;
        let wanted = std::fs::read_to_string(path.with_extension("txt")).unwrap();
        let error = read(&std::fs::read(&path).unwrap()).expect_err(&path.display().to_string()).to_string();
        let wanted = format!("x/background.svg: {}", wanted.trim_end());
        // The parser's own words may change; what we say of it may not.
        assert!(error.starts_with(&wanted), "{}:\n{error}\n{wanted}", path.display());
    }
    assert!(seen >= 30, "{seen}");
}

#[test]
fn what_is_too_large_is_refused_before_it_costs_time() {
    let head = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 210 297">"#;
    let huge = format!("{head}{}</svg>", " ".repeat(1 << 20));
    assert!(read(huge.as_bytes()).unwrap_err().to_string().contains("a background has at most 1048576"));
    let many = format!("{head}{}</svg>", "<g/>".repeat(30_000));
    assert!(read(many.as_bytes()).unwrap_err().to_string().contains("more than 20000 elements"));
    let long = format!("{head}<path d=\"M0 0{}\"/></svg>", "h1v1".repeat(40_000));
    assert!(read(long.as_bytes()).unwrap_err().to_string().contains("more than 50000 lines and curves"));
    let deep = format!("{head}{}", "<g>".repeat(100_000));
    assert!(read(deep.as_bytes()).unwrap_err().to_string().contains("nested more than 64 deep"));
    let quoted = format!("{head}{}", "<g id='>'>".repeat(60_000));
    assert!(read(quoted.as_bytes()).unwrap_err().to_string().contains("nested more than 64 deep"));
    let bytes = [0xff; 100];
    assert!(read(&bytes).unwrap_err().to_string().contains("not SVG"));
}

#[test]
fn an_editors_own_notes_do_no_harm() {
    let text = r#"<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"
  xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" width="210mm" height="297mm" viewBox="0 0 210 297">
  <sodipodi:namedview inkscape:zoom="0.7"/><defs/>
  <style>.a { fill: #abcdef }</style>
  <g inkscape:label="Layer 1" transform="translate(5 5)"><circle class="a" cx="30" cy="30" r="9" style="opacity:0.5"/></g>
</svg>"#;
    read(text.as_bytes()).unwrap();
}

#[test]
fn a_file_outside_the_template_is_not_opened() {
    for name in ["../secret.svg", "/etc/passwd", ".hidden", "a/b.svg", ""] {
        let text = LAYOUT.replace("background.svg", name);
        let error = Layout::from_files("a4.toml", &|file| {
            assert_eq!(file, "a4.toml", "{file} was asked for");
            Some(TemplateFile { shown: file.to_owned(), bytes: text.clone().into_bytes() })
        })
        .unwrap_err();
        assert!(error.to_string().contains("is not a plain file name"), "{error}");
    }
    let missing = Layout::from_toml(LAYOUT).unwrap_err().to_string();
    assert_eq!(missing, "line 4: there is no file \"background.svg\" in the template's folder");
}
