//! Any text: a tree and mistakes, whose places can be shown; no panic, no hang.
#![no_main]

use libfuzzer_sys::fuzz_target;
use snow_syntax::diagnostics::render::{Colours, Renderer};
use snow_syntax::diagnostics::{FileSet, Sink};
use snow_syntax::syntax::parse;

fuzz_target!(|text: &str| {
    let mut files = FileSet::new();
    let id = files.add("fuzz.snow", text);
    let mut sink = Sink::new();
    let file = parse(id, text, &mut sink);
    assert!(file.items.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
    let mut renderer = Renderer::new(&files, Colours::Off);
    for diagnostic in sink.diagnostics() {
        assert!(diagnostic.primary.span.end as usize <= text.len());
        assert!(!renderer.render(diagnostic).is_empty());
    }
});
