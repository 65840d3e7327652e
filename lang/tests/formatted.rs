//! The standard library and the examples are written in the one style.
//!
//! `SNOW_ACCEPT=1 cargo test -p snow-lang --test formatted` puts them into it, as `snow fmt` does.

mod support;

use std::fs;

use snow_lang::diagnostics::Sink;
use snow_lang::format::format;
use snow_lang::syntax::ast::FileId;
use snow_lang::syntax::parse;

#[test]
fn the_library_and_the_examples_are_formatted() {
    let accept = std::env::var_os("SNOW_ACCEPT").is_some();
    let mut others = Vec::new();
    for folder in ["stdlib/snow", "examples"] {
        let folder = support::root().join(folder);
        for (path, text) in support::sources(&folder) {
            let mut sink = Sink::new();
            let tree = parse(FileId(0), &text, &mut sink);
            assert!(!sink.has_errors(), "{path}: {:?}", sink.diagnostics());
            let formatted = format(&text, &tree);
            if formatted != text && accept {
                fs::write(folder.join(&path), formatted).expect("it can be written");
            } else if formatted != text {
                others.push(path);
            }
        }
    }
    assert!(others.is_empty(), "not formatted: {}", others.join(", "));
}
