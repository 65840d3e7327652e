//! Any text that parses: its formatted form parses too, and formatting that changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use snow_syntax::diagnostics::Sink;
use snow_syntax::format::format;
use snow_syntax::syntax::ast::{File, FileId};
use snow_syntax::syntax::parse;

fn parsed(text: &str) -> Option<File> {
    let mut sink = Sink::new();
    let file = parse(FileId(0), text, &mut sink);
    (!sink.has_errors()).then_some(file)
}

fuzz_target!(|text: &str| {
    if let Some(file) = parsed(text) {
        let formatted = format(text, &file);
        let again = parsed(&formatted).expect("formatted text parses");
        assert_eq!(file.comments.len(), again.comments.len());
        assert_eq!(format(&formatted, &again), formatted);
    }
});
