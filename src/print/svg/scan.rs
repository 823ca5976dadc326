//! Text of an SVG file → an XML document of plain drawing, or the first thing in it that is none, with its line.

use std::collections::HashMap;

use usvg::roxmltree::{Document, Error, Node, NodeId, ParsingOptions};

use super::{SvgError, SvgProblem, whole_file};

/// Elements within elements.
const DEPTH_AT_MOST: usize = 64;
/// Nodes of the document: elements, texts, comments.
const NODES_AT_MOST: u32 = 20_000;
/// Elements after every `use` is replaced by what it names.
const USED_AT_MOST: usize = 20_000;

const SVG: &str = "http://www.w3.org/2000/svg";

/// Elements that draw, group, or say something to people.
const DRAWING: [&str; 14] = [
    "svg", "g", "defs", "use", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "title", "desc",
    "metadata",
];

/// Where editors keep their own notes, which are not drawn.
const NOTES: [&str; 5] = [
    "http://www.inkscape.org/namespaces/inkscape",
    "http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://creativecommons.org/ns#",
    "http://purl.org/dc/elements/1.1/",
];

/// Properties that only work by reference, or mix colours.
const PROPERTIES: [&str; 9] = [
    "filter",
    "mask",
    "clip-path",
    "marker",
    "marker-start",
    "marker-mid",
    "marker-end",
    "mix-blend-mode",
    "stroke-dasharray",
];

/// Parses what may be parsed.
pub(super) fn check(text: &str) -> Result<Document<'_>, SvgError> {
    if let Some(at) = too_deep(text) {
        let line = text[..at].matches('\n').count() + 1;
        return Err(SvgError { line, problem: SvgProblem::TooDeep { most: DEPTH_AT_MOST } });
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES_AT_MOST, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        Error::NodesLimitReached => whole_file(SvgProblem::TooMany { what: "elements", most: NODES_AT_MOST as usize }),
        error => {
            SvgError { line: error.pos().row as usize, problem: SvgProblem::NotSvg { message: error.to_string() } }
        }
    })?;
    let root = document.root_element();
    if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some(SVG) {
        let message = format!("the outermost element is <{}>", root.tag_name().name());
        return Err(whole_file(SvgProblem::NotSvg { message }));
    }
    for node in document.descendants() {
        if node.is_pi() {
            let name = node.pi().map(|pi| format!("?{}", pi.target)).unwrap_or_default();
            return Err(at(&node, SvgProblem::Element { name }));
        }
        if node.is_element() {
            element(&node).map_err(|problem| at(&node, problem))?;
        }
    }
    uses(&document)?;
    Ok(document)
}

fn at(node: &Node<'_, '_>, problem: SvgProblem) -> SvgError {
    SvgError { line: node.document().text_pos_at(node.range().start).row as usize, problem }
}

/// Where a file goes deeper than anyone draws. Runs before the parser, which goes down with it.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut place = 0;
    while let Some(found) = bytes.get(place..)?.iter().position(|byte| *byte == b'<') {
        let start = place + found;
        let rest = &text[start..];
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")];
        if let Some((open, close)) = skipped.iter().find(|(open, _)| rest.starts_with(open)) {
            place = start + open.len() + rest[open.len()..].find(close)? + close.len();
            continue;
        }
        let end = tag_end(&bytes[start..])? + start;
        if rest.starts_with("</") {
            depth = depth.saturating_sub(1);
        } else if bytes[end - 1] != b'/' && !rest.starts_with("<!") {
            depth += 1;
            if depth > DEPTH_AT_MOST {
                return Some(start);
            }
        }
        place = end + 1;
    }
    None
}

/// The `>` that ends a tag: not one in a quoted value.
fn tag_end(tag: &[u8]) -> Option<usize> {
    let mut quote = None;
    tag.iter().position(|byte| match (quote, *byte) {
        (None, b'>') => true,
        (None, b'"' | b'\'') => {
            quote = Some(*byte);
            false
        }
        (Some(open), byte) if open == byte => {
            quote = None;
            false
        }
        _ => false,
    })
}

fn element(node: &Node<'_, '_>) -> Result<(), SvgProblem> {
    let (name, namespace) = (node.tag_name().name(), node.tag_name().namespace());
    if namespace.is_some_and(|namespace| NOTES.contains(&namespace)) {
        return Ok(());
    }
    let is_nested = name == "svg" && node.parent_element().is_some();
    if namespace == Some(SVG) && name == "style" {
        return style_sheet(node);
    }
    if namespace != Some(SVG) || is_nested || !DRAWING.contains(&name) {
        return Err(SvgProblem::Element { name: name.to_owned() });
    }
    node.attributes().try_for_each(|attribute| {
        let value = attribute.value();
        let key = attribute.name();
        let lower = value.to_ascii_lowercase();
        let names_property = |property: &&str| {
            key == *property && lower.trim() != "none" || key == "style" && declares(&lower, property)
        };
        let why = if key.starts_with("on") {
            "nothing happens on paper"
        } else if key == "base" || key == "href" && !value.starts_with('#') {
            "references stay inside the file"
        } else if lower.contains("url(") || lower.contains('\\') || lower.contains("@import") {
            "colours are plain"
        } else if PROPERTIES.iter().any(names_property) {
            "only plain lines and areas are printed"
        } else {
            return Ok(());
        };
        Err(SvgProblem::Attribute { element: name.to_owned(), name: key.to_owned(), why })
    })
}

/// Whether a `style` attribute sets a property to something.
fn declares(style: &str, property: &str) -> bool {
    style
        .split(';')
        .filter_map(|rule| rule.split_once(':'))
        .any(|(key, value)| key.trim() == property && value.trim() != "none")
}

fn style_sheet(node: &Node<'_, '_>) -> Result<(), SvgProblem> {
    let text: String = node.descendants().filter_map(|inner| inner.text()).collect::<String>().to_ascii_lowercase();
    let suspicious = ["@", "url(", "\\", "filter", "mask", "clip-path", "marker", "blend", "dasharray", "<"];
    match suspicious.into_iter().find(|found| text.contains(found)) {
        Some(found) => Err(SvgProblem::StyleSheet { found }),
        None => Ok(()),
    }
}

/// `use` names a thing that uses nothing itself, so that a file cannot grow without end.
fn uses(document: &Document<'_>) -> Result<(), SvgError> {
    let is_use = |node: &Node<'_, '_>| node.is_element() && node.tag_name().name() == "use";
    let by_id: HashMap<&str, NodeId> =
        document.descendants().filter_map(|node| Some((node.attribute("id")?, node.id()))).collect();
    let mut total = 0usize;
    for node in document.descendants().filter(is_use) {
        let href = node.attributes().find(|attribute| attribute.name() == "href");
        let wanted = href.map(|href| href.value().trim_start_matches('#')).unwrap_or_default();
        let wrong = |why| at(&node, SvgProblem::Attribute { element: "use".to_owned(), name: "href".to_owned(), why });
        let named =
            by_id.get(wanted).and_then(|id| document.get_node(*id)).ok_or_else(|| wrong("nothing has this id"))?;
        if named.descendants().any(|inner| is_use(&inner)) || node.ancestors().any(|above| above == named) {
            return Err(wrong("what is used must not use anything itself"));
        }
        total += named.descendants().count();
        if total > USED_AT_MOST {
            return Err(at(&node, SvgProblem::TooMany { what: "elements in use", most: USED_AT_MOST }));
        }
    }
    Ok(())
}
