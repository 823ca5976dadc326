//! `web/built` is of the sources beside it. No WebAssembly toolchain is needed: `web/build.sh` wrote down what it opened.

use flate2::read::GzDecoder;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}; run web/build.sh"))
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// What follows a word at the beginning of lines.
fn fields<'a>(sources: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    sources.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(' '))
}

/// A part of a TOML file: from the line of its name to the next table, as `web/build.sh` takes it.
fn section(toml: &str, name: &str) -> String {
    let mut lines = toml.lines().skip_while(|line| *line != name);
    let head = lines.next().unwrap_or_default();
    let rest = lines.take_while(|line| !line.starts_with('['));
    std::iter::once(head).chain(rest).fold(String::new(), |all, line| all + line + "\n")
}

/// Whether `Cargo.lock` has this version of a crate, by its checksum.
fn is_locked(lock: &str, entry: &str) -> bool {
    let mut words = entry.split(' ');
    let (name, version, checksum) = (words.next(), words.next(), words.next());
    let said = |key: &str, value: Option<&str>| value.map(|value| format!("{key} = \"{value}\""));
    lock.split("\n\n").any(|package| {
        [said("name", name), said("version", version), said("checksum", checksum)]
            .iter()
            .all(|wanted| wanted.as_ref().is_some_and(|wanted| package.lines().any(|line| line == wanted)))
    })
}

/// A line for everything that is no longer as it was when the module was built.
fn changed(sources: &str) -> Vec<String> {
    let (manifest, lock) = (text("Cargo.toml"), text("Cargo.lock"));
    let mut changed = Vec::new();
    for entry in fields(sources, "crate") {
        if !is_locked(&lock, entry) {
            changed.push(format!("Cargo.lock: no longer has {entry}"));
        }
    }
    for entry in fields(sources, "part") {
        let (was, name) = entry.split_once(" Cargo.toml ").unwrap_or_default();
        if digest(section(&manifest, name).as_bytes()) != was {
            changed.push(format!("Cargo.toml: {name}"));
        }
    }
    for entry in fields(sources, "file") {
        let (was, path) = entry.split_once(' ').unwrap_or_default();
        if std::fs::read(root().join(path)).map(|bytes| digest(&bytes)).ok().as_deref() != Some(was) {
            changed.push(path.to_owned());
        }
    }
    changed
}

#[test]
fn the_module_for_browsers_is_of_the_sources_beside_it() {
    let sources = text("web/built/SOURCES");
    let inputs: String = sources
        .lines()
        .filter(|line| ["crate ", "part ", "file "].iter().any(|kind| line.starts_with(kind)))
        .fold(String::new(), |all, line| all + line + "\n");
    assert_eq!(
        fields(&sources, "inputs").next(),
        Some(digest(inputs.as_bytes()).as_str()),
        "web/built/SOURCES was edited"
    );
    for needed in ["src/gate/mod.rs", "src/verify/decide.rs", "web/wasm/src/lib.rs", "web/wasm/Cargo.toml"] {
        assert!(fields(&sources, "file").any(|entry| entry.ends_with(needed)), "{needed} is not in it");
    }
    let changed = changed(&sources);
    assert!(
        changed.is_empty(),
        "web/built is of other sources, run web/build.sh; changed since:\n{}",
        changed.join("\n")
    );
}

#[test]
fn the_packed_modules_are_those_that_are_described() {
    let sources = text("web/built/SOURCES");
    for name in ["nansen", "nansen-pdf"] {
        let packed = std::fs::read(root().join(format!("web/built/{name}.wasm.gz"))).expect("a module in web/built");
        let mut module = Vec::new();
        GzDecoder::new(&packed[..]).read_to_end(&mut module).expect("gzip");
        assert!(module.starts_with(b"\0asm\x01\0\0\0"));
        let said = format!("{name} {} {} bytes", digest(&module), module.len());
        assert!(fields(&sources, "wasm").any(|entry| entry == said), "{name}: run web/build.sh");
        let smaller = std::fs::read(root().join(format!("web/built/{name}.wasm.br"))).expect("the same by Brotli");
        let mut same = Vec::new();
        brotli_decompressor::Decompressor::new(&smaller[..], 1 << 16).read_to_end(&mut same).expect("Brotli");
        assert!(same == module, "{name}: the two packed forms are not the same module, run web/build.sh");
        assert!(smaller.len() <= 900_000, "{name}: {} bytes, and telephones load it", smaller.len());
        // Neither time nor name, so that the same module gives the same file.
        assert_eq!(packed[3..8], [0; 5]);
    }
}
