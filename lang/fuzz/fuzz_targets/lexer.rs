//! Any text: tokens lie in the text, in order, on character boundaries.
#![no_main]

use libfuzzer_sys::fuzz_target;
use snow_syntax::diagnostics::Sink;
use snow_syntax::syntax::ast::FileId;
use snow_syntax::syntax::lexer::lex;

fuzz_target!(|text: &str| {
    let mut sink = Sink::new();
    let lexed = lex(FileId(0), text, &mut sink);
    let mut last = 0;
    for token in &lexed.tokens {
        assert!(last <= token.start && token.start <= token.end);
        assert!(text.get(token.start as usize..token.end as usize).is_some());
        last = token.end;
    }
});
