//! Source texts with words exchanged: most of them parse, so that they reach the checker and what comes behind it.

use std::sync::LazyLock;

use snow_bytecode::verify::verify;
use snow_lang::check::{StdImage, check as check_project};
use snow_lang::compile::compile;
use snow_lang::diagnostics::Sink;
use snow_lang::diagnostics::render::{Colours, Renderer};

use crate::mutate::{self, MAX_BYTES, Numbers};

static LIBRARY: LazyLock<StdImage> = LazyLock::new(|| {
    StdImage::build(&snow_stdlib::texts()).expect("the standard library has no mistakes")
});

/// Checks a program; one without mistakes must compile to code that verifies, and mistakes must be shown.
pub fn check(text: &str) {
    let mut sink = Sink::new();
    let mut project = LIBRARY.project();
    project.add("fuzz.snow", "Main", text, &mut sink);
    project.main = Some(0);
    if let Some(program) = check_project(&project, &LIBRARY, &mut sink)
        && program.main.is_some()
        && let Some(module) = compile(&program, &project.files, &mut sink)
        && let Err(error) = verify(&module)
    {
        panic!("emitted code does not verify: {error}");
    }
    let mut renderer = Renderer::new(&project.files, Colours::Off);
    for diagnostic in sink.into_sorted() {
        let shown = renderer.render(&diagnostic);
        assert!(!shown.contains("E0901"), "{shown}");
    }
}

/// A file of the corpus with a few words exchanged for others, now and then damaged further.
pub fn mutate(corpus: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    if numbers.below(10) == 0 {
        return mutate::mutate(corpus, numbers);
    }
    let text = pick(corpus, numbers);
    let other = pick(corpus, numbers);
    let mut words = words(&text);
    let others = self::words(&other);
    for _ in 0..=numbers.below(4) {
        change(&mut words, &others, numbers);
    }
    let mut input = words.concat().into_bytes();
    input.truncate(MAX_BYTES);
    input
}

fn pick(corpus: &[Vec<u8>], numbers: &mut Numbers) -> String {
    String::from_utf8_lossy(&corpus[numbers.below(corpus.len())]).into_owned()
}

fn change(words: &mut Vec<String>, others: &[String], numbers: &mut Numbers) {
    let (to, from) = (numbers.below(words.len()), numbers.below(words.len()));
    match numbers.below(6) {
        0 if !others.is_empty() => words[to] = others[numbers.below(others.len())].clone(),
        1 => words.swap(from, to),
        2 => drop(words.remove(to)),
        3 => {
            // A row of words, such as a whole line, stands again elsewhere.
            let end = (from + numbers.below(30)).min(words.len());
            let copy = words[from..end].to_vec();
            words.splice(to..to, copy);
        }
        _ => words[to] = words[from].clone(),
    }
    if words.is_empty() {
        words.push(String::new());
    }
}

/// Names, numbers, and single other characters.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut in_name = false;
    for c in text.chars() {
        let name = c.is_alphanumeric() || c == '_';
        match words.last_mut() {
            Some(last) if name && in_name => last.push(c),
            _ => words.push(c.to_string()),
        }
        in_name = name;
    }
    words
}
