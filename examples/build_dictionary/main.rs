//! Builds the preset dictionary from the word lists in `docs/dictionary` and writes it where the library takes it in.
//!
//! ```text
//! cargo run --release --example build_dictionary
//! ```

mod builder;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dictionary = builder::build(root)?;
    let path = root.join("src/envelope/dictionary1.bin");
    std::fs::write(&path, &dictionary)?;
    println!("{}: {} bytes", path.display(), dictionary.len());
    Ok(())
}
