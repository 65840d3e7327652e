//! What the compiler says about wrong programs: the pages in `messages/` hold programs (`# file: NAME` starts another file of one),
//! each with the text that a person reads.
//!
//! `SNOW_ACCEPT=1 cargo test -p snow-lang --test messages` writes the texts anew; read every change before you commit it.

mod support;

use std::fs;
use std::path::PathBuf;

/// A program and the text that belongs to it.
struct Case {
    title: String,
    program: String,
    expected: String,
}

#[test]
fn every_program_gets_its_message() {
    let accept = std::env::var_os("SNOW_ACCEPT").is_some();
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in pages() {
        let page = fs::read_to_string(&path).expect("a page");
        let cases = cases(&page);
        count += cases.len();
        let found: Vec<String> = cases.iter().map(|case| message(&case.program)).collect();
        if accept {
            fs::write(&path, written(&page, &cases, &found)).expect("the page can be written");
            continue;
        }
        for (case, found) in cases.iter().zip(found) {
            if case.expected != found {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                wrong.push(format!("{name}, {}: now it is\n{found}", case.title));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 250, "only {count} programs");
}

/// Codes and words that the language page fixes.
const WORDS: &[(&str, &[&str])] = &[
    ("E0001", &["expected", "found"]),
    ("E0012", &["Amber"]),
    ("E0018", &["must return Pid"]),
    ("E0022", &["catch-all"]),
    ("E0028", &["cannot derive"]),
    ("E0029", &["requires", "Eq"]),
    ("E0031", &["not found", "Math.Vektor"]),
    ("E0032", &["break"]),
    ("E0033", &["continue"]),
    ("E0034", &["aera", "not exported"]),
    ("E0035", &["private", "pub"]),
    ("E0036", &["requires function to return"]),
    ("E0037", &["requires `Result` or `Option`"]),
    ("E0038", &["not JSON-serializable"]),
    ("E0040", &["missing associated type"]),
    ("E0041", &["not declared by the trait"]),
];

#[test]
fn words_of_the_language_page_are_in_messages() {
    let texts = pages().into_iter().flat_map(|path| {
        let page = fs::read_to_string(&path).expect("a page");
        cases(&page).into_iter().map(|case| case.expected)
    });
    let texts: Vec<String> = texts.collect();
    for (code, words) in WORDS {
        let code = format!("[{code}]");
        let says = |text: &&String| text.contains(&code) && words.iter().all(|w| text.contains(w));
        assert!(texts.iter().any(|text| says(&text)), "{code} {words:?}");
    }
}

fn pages() -> Vec<PathBuf> {
    let folder = support::root().join("lang/tests/messages");
    let entries = fs::read_dir(folder).expect("the pages");
    let mut pages: Vec<PathBuf> = entries.map(|entry| entry.expect("a page").path()).collect();
    pages.sort();
    pages
}

fn message(program: &str) -> String {
    let (diagnostics, files) = support::diagnose(&support::files(program));
    assert!(!diagnostics.is_empty(), "nothing is wrong with\n{program}");
    support::rendered(&diagnostics, &files)
}

fn cases(page: &str) -> Vec<Case> {
    let sections = page.split("\n## ").skip(1);
    let block = |section: &str, language: &str| {
        let start = section.split_once(&format!("```{language}\n"));
        let block = start.and_then(|(_, rest)| rest.split_once("```"));
        block.map_or_else(String::new, |(block, _)| block.to_owned())
    };
    let case = |section: &str| Case {
        title: section.lines().next().unwrap_or_default().to_owned(),
        program: block(section, "snow"),
        expected: block(section, "text"),
    };
    sections.map(case).collect()
}

fn written(page: &str, cases: &[Case], messages: &[String]) -> String {
    let mut out = page.split("\n## ").next().unwrap_or_default().to_owned();
    for (case, message) in cases.iter().zip(messages) {
        out.push_str(&format!(
            "\n## {}\n\n```snow\n{}```\n\n```text\n{message}```\n",
            case.title, case.program
        ));
    }
    out
}
