//! The rules of `docs/ARCHITECTURE.md`, held against the source files: nothing here is compiled, only read.

#[path = "support/rust_source.rs"]
mod rust_source;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rust_source::{Token, heads_by_super, heads_of, test_files, tokens};

/// The floor of each module of the library. An import goes to a lower floor or stays on its own, never up.
const FLOORS: [(&str, u8); 19] = [
    ("cbor", 0),
    ("credential", 1),
    ("seal", 1),
    ("envelope", 1),
    ("symbol", 1),
    ("cwt", 2),
    ("scan", 2),
    ("print", 2),
    ("status", 2),
    ("trust", 2),
    ("register", 2),
    ("format", 3),
    ("issue", 3),
    ("readback", 3),
    ("verify", 4),
    ("desk", 5),
    ("gate", 5),
    ("web", 6),
    ("cli", 6),
];

/// What a module must be given by its caller unless [`MAY_TOUCH`] names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum World {
    /// Files, folders, the network.
    Files,
    /// The time of day.
    Clock,
    /// A timer for deadlines, which knows no date.
    Timer,
    /// Random numbers.
    Randomness,
    /// Arguments, environment, other processes.
    Process,
}

/// Places that touch the world themselves: the beginning of a path under `src/`, and what it may touch.
const MAY_TOUCH: [(&str, World); 17] = [
    ("main.rs", World::Process),
    ("cli/", World::Files),
    ("cli/", World::Clock),
    ("cli/", World::Timer),
    ("cli/", World::Randomness),
    ("cli/", World::Process),
    ("desk/", World::Files),
    ("desk/output", World::Process),
    ("scan/pdf/apart", World::Process),
    ("web/", World::Files),
    ("web/", World::Clock),
    ("web/", World::Timer),
    ("web/app", World::Randomness),
    ("register/", World::Files),
    ("trust/cache", World::Files),
    ("scan/frames", World::Files),
    ("scan/", World::Timer),
];

/// A source file, by its path under `src/`.
struct Source {
    path: String,
    tokens: Vec<Token>,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), tokens: tokens(text) }
    }

    /// `scan/frames/mod.rs` is the module `["scan", "frames"]`.
    fn module(&self) -> Vec<&str> {
        let parts = self.path.trim_end_matches(".rs").split('/');
        parts.filter(|part| !matches!(*part, "mod" | "lib" | "main")).collect()
    }
}

/// The files of the library; `main.rs` only hands over to it and `lib.rs` only lists it.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("src can be listed") {
            let path = entry.expect("an entry of src").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let under = path.strip_prefix(&root).expect("a path under src");
                let name = under.to_string_lossy().replace('\\', "/");
                found.push(Source::new(&name, &std::fs::read_to_string(&path).expect("a source file is text")));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn floors() -> BTreeMap<&'static str, u8> {
    FLOORS.into_iter().collect()
}

type Edges = BTreeMap<String, BTreeSet<String>>;

/// Who imports whom, and the imports that the floors forbid.
fn examine(floors: &BTreeMap<&str, u8>, sources: &[Source]) -> (Edges, Vec<String>) {
    let mut edges = Edges::new();
    let mut wrong = Vec::new();
    for source in sources {
        let module = source.module();
        let Some(from) = module.first() else { continue };
        let Some(floor) = floors.get(from) else {
            wrong.push(format!("src/{}: module {from} has no floor", source.path));
            continue;
        };
        let mut heads = heads_of(&source.tokens, "crate");
        heads.extend(heads_by_super(&source.tokens, module.len()));
        for head in heads {
            let place = format!("src/{}:{}", source.path, head.line);
            match floors.get(head.name.as_str()) {
                None => wrong.push(format!("{place}: {} is no module; import from the defining one", head.name)),
                Some(above) if above > floor => {
                    wrong.push(format!("{place}: {from} (floor {floor}) imports {} (floor {above})", head.name));
                }
                Some(_) if head.name != **from => {
                    edges.entry((*from).to_owned()).or_default().insert(head.name);
                }
                Some(_) => {}
            }
        }
    }
    (edges, wrong)
}

/// A way from a module back to itself.
fn circle(edges: &Edges) -> Option<String> {
    fn walk<'a>(edges: &'a Edges, way: &mut Vec<&'a str>, done: &mut BTreeSet<&'a str>) -> Option<String> {
        let here = *way.last()?;
        for next in edges.get(here).into_iter().flatten() {
            if let Some(start) = way.iter().position(|module| module == next) {
                return Some(format!("{} → {next}", way[start..].join(" → ")));
            }
            if !done.contains(next.as_str()) {
                way.push(next);
                if let Some(found) = walk(edges, way, done) {
                    return Some(found);
                }
                way.pop();
            }
        }
        done.insert(here);
        None
    }
    let mut done = BTreeSet::new();
    edges.keys().find_map(|start| walk(edges, &mut vec![start], &mut done))
}

/// Where the world is touched outside of the places that may.
fn touches(sources: &[Source]) -> Vec<String> {
    let for_tests: BTreeSet<String> = sources.iter().flat_map(test_modules).collect();
    let mut wrong = Vec::new();
    for source in sources {
        let name = source.module().join("/");
        if for_tests.iter().any(|test| name == *test || name.starts_with(&format!("{test}/"))) {
            continue;
        }
        for (world, what, line) in world_named(&source.tokens) {
            if !MAY_TOUCH.iter().any(|(place, may)| source.path.starts_with(place) && *may == world) {
                wrong.push(format!("src/{}:{line}: {what} ({world:?}) must come from the caller", source.path));
            }
        }
    }
    wrong
}

/// The modules that a file declares for tests only, as paths under `src/`.
fn test_modules(source: &Source) -> Vec<String> {
    let module = source.module().join("/");
    test_files(&source.tokens).into_iter().map(|name| format!("{module}/{name}")).collect()
}

fn world_named(tokens: &[Token]) -> Vec<(World, String, usize)> {
    let mut found = Vec::new();
    for head in heads_of(tokens, "std").into_iter().filter(|head| !head.in_test) {
        let world = match head.name.as_str() {
            "fs" | "net" => World::Files,
            "env" | "process" => World::Process,
            _ => continue,
        };
        found.push((world, format!("std::{}", head.name), head.line));
    }
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| !token.in_test) {
        let asks_now = tokens.get(at + 1..at + 3).is_some_and(|two| two[0].text == "::" && two[1].text == "now");
        let world = match token.text.as_str() {
            "SystemTime" => World::Clock,
            "Timestamp" | "Zoned" if asks_now => World::Clock,
            "Instant" if asks_now => World::Timer,
            "SysRng" | "OsRng" | "getrandom" | "thread_rng" => World::Randomness,
            _ => continue,
        };
        found.push((world, token.text.clone(), token.line));
    }
    found
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "docs/ARCHITECTURE.md says no:\n{}", wrong.join("\n"));
}

#[test]
fn imports_go_down_only_and_in_no_circle() {
    let (edges, wrong) = examine(&floors(), &sources());
    assert_none(&wrong);
    assert_eq!(circle(&edges), None);
    assert!(edges["cli"].len() > 3, "the imports were not seen at all: {edges:?}");
}

#[test]
fn every_module_has_a_floor_and_every_floor_its_module() {
    let there: BTreeSet<String> =
        sources().iter().filter_map(|source| source.module().first().map(ToString::to_string)).collect();
    let named: BTreeSet<String> = floors().keys().map(ToString::to_string).collect();
    assert_eq!(there, named);
}

#[test]
fn files_clock_and_randomness_are_touched_where_the_table_says() {
    assert_none(&touches(&sources()));
}

#[test]
fn lib_rs_defines_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let found = tokens(&std::fs::read_to_string(root).expect("lib.rs is text"));
    let definitions = ["fn", "struct", "enum", "trait", "impl", "const", "static", "type", "union", "macro_rules"];
    let defined: Vec<&Token> = found.iter().filter(|token| definitions.contains(&token.text.as_str())).collect();
    assert!(defined.is_empty(), "{defined:?}");
}

mod on_a_tree_that_is_made_up {
    use super::*;

    fn wrong_in(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
        examine(&floors(), &sources).1
    }

    fn circle_in(files: &[(&str, &str)]) -> Option<String> {
        let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
        circle(&examine(&floors(), &sources).0)
    }

    fn touched_in(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> = files.iter().map(|(path, text)| Source::new(path, text)).collect();
        touches(&sources)
    }

    #[test]
    fn an_upward_import_is_named_with_its_line() {
        let wrong = wrong_in(&[("seal/kid.rs", "//! Kids.\n\nuse crate::trust::List;\n")]);
        assert_eq!(wrong, ["src/seal/kid.rs:3: seal (floor 1) imports trust (floor 2)"]);
    }

    #[test]
    fn a_path_without_use_counts() {
        assert_eq!(wrong_in(&[("cwt/mod.rs", "fn f() { crate::verify::decide(); }")]).len(), 1);
    }

    #[test]
    fn every_branch_of_a_group_counts() {
        let group = "use crate::{cbor::{self, Reader}, verify::{Reason, Verdict}, cli};";
        assert_eq!(wrong_in(&[("format/mod.rs", group)]).len(), 2);
    }

    #[test]
    fn climbing_by_super_counts() {
        assert_eq!(wrong_in(&[("seal/pem.rs", "use super::super::cli::run;")]).len(), 1);
        assert_eq!(wrong_in(&[("seal/mod.rs", "use super::cli;")]).len(), 1);
        assert_eq!(wrong_in(&[("seal/mod.rs", "mod tests { fn f() { super::super::cli::run() } }")]).len(), 1);
    }

    #[test]
    fn super_within_the_module_is_its_own_affair() {
        assert!(wrong_in(&[("seal/mod.rs", "mod tests { use super::cli; } mod more { use super::cli; }")]).is_empty());
        assert!(wrong_in(&[("cbor/reader.rs", "use super::verify;")]).is_empty());
    }

    #[test]
    fn tests_are_no_excuse() {
        assert_eq!(wrong_in(&[("cbor/mod.rs", "#[cfg(test)] mod tests { use crate::seal::open; }")]).len(), 1);
    }

    #[test]
    fn comments_and_literals_import_nothing() {
        let text = r##"
            //! See [`crate::cli`].
            /* crate::cli /* crate::cli */ crate::cli */
            const A: &str = "crate::cli \" crate::cli";
            const B: &str = r#"crate::cli " crate::cli"#;
            const C: (char, char) = ('"', '\'');
            fn f<'a>(x: &'a str) -> &'a str { x }
        "##;
        assert!(wrong_in(&[("cbor/mod.rs", text)]).is_empty());
        let after = format!("{text}\nuse crate::cli;");
        assert_eq!(wrong_in(&[("cbor/mod.rs", &after)]).len(), 1, "what follows them is still read");
    }

    #[test]
    fn the_whole_crate_and_unknown_names_are_refused() {
        assert_eq!(wrong_in(&[("cli/mod.rs", "use crate::*;")]).len(), 1);
        assert_eq!(wrong_in(&[("cli/mod.rs", "use crate::{self};")]).len(), 1);
        assert_eq!(wrong_in(&[("cli/mod.rs", "use crate::Verdict;")]).len(), 1);
        assert_eq!(wrong_in(&[("util/mod.rs", "")]), ["src/util/mod.rs: module util has no floor"]);
    }

    #[test]
    fn a_circle_on_one_floor_is_found() {
        let files = [
            ("print/mod.rs", "use crate::scan::Image;"),
            ("scan/mod.rs", "use crate::{cbor, register::Entry};"),
            ("register/mod.rs", "use crate::print::Page;"),
        ];
        assert!(wrong_in(&files).is_empty());
        assert_eq!(circle_in(&files).as_deref(), Some("print → scan → register → print"));
        assert_eq!(circle_in(&files[..2]), None);
    }

    #[test]
    fn the_world_is_seen_however_it_is_named() {
        let files = [
            ("print/book.rs", "use std::{fs, io};"),
            ("issue/sign.rs", "fn f() { let now = Timestamp::now(); }"),
            ("verify/mod.rs", "use std::time::SystemTime;"),
            ("seal/mod.rs", "use getrandom::SysRng;"),
            ("trust/list.rs", "fn f() { std::fs::read(\"x\"); }"),
            ("cwt/mod.rs", "fn f() { std::env::var(\"x\"); }"),
        ];
        for file in files {
            assert!(!touched_in(&[file]).is_empty(), "{file:?}");
        }
    }

    #[test]
    fn tests_and_the_places_of_the_table_may_touch_it() {
        let files = [
            ("trust/cache.rs", "use std::fs::File;"),
            ("scan/deadline.rs", "fn f() { Instant::now(); }"),
            ("cli/mod.rs", "fn f() { Timestamp::now(); }"),
            ("seal/mod.rs", "#[cfg(test)]\nmod vectors;\n#[cfg(test)]\nmod tests { use getrandom::SysRng; }"),
            ("seal/vectors.rs", "use std::fs::read;"),
            ("print/mod.rs", "fn f(now: Timestamp) { age(Timestamp, now) }"),
        ];
        assert_eq!(touched_in(&files), Vec::<String>::new());
    }
}
