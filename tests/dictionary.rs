//! The preset dictionary in the repository is the one that its word lists make.

#[path = "../examples/build_dictionary/builder/mod.rs"]
mod builder;

use std::path::Path;

#[test]
fn the_dictionary_is_what_the_word_lists_make() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let built = builder::build(root).unwrap();
    let kept = nansen::envelope::dictionary::numbered(1).unwrap().bytes();
    assert!(built == kept, "run: cargo run --release --example build_dictionary");
}
