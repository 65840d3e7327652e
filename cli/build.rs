//! Checks the standard library once, so that the command starts with the result (`src/compiler.rs`).

use std::path::PathBuf;
use std::{env, fs};

use snow_lang::check::StdImage;

fn main() {
    // The library's sources are in a crate that this is linked with; cargo runs it again when such a crate changes.
    println!("cargo::rerun-if-changed=build.rs");
    let image = StdImage::build(&snow_stdlib::texts())
        .unwrap_or_else(|errors| panic!("the standard library has errors:\n{errors}"));
    let bytes = image.encode().expect("an image has a serialised form");
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(folder.join("std.image"), bytes).expect("cargo's folder can be written");
}
