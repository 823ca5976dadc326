//! Links both modules without the names of their functions; with `NANSEN_WASM_NAMES=1` they stay, so that one can see what takes the
//! bytes. Said here and not in the profile: there it would be another profile, for which every crate is compiled anew.

use std::env::var;

fn main() {
    println!("cargo::rerun-if-env-changed=NANSEN_WASM_NAMES");
    if var("CARGO_CFG_TARGET_ARCH").as_deref() == Ok("wasm32") && var("NANSEN_WASM_NAMES").is_err() {
        println!("cargo::rustc-link-arg-cdylib=--strip-all");
    }
}
