//! The natives' tables and the Snow declarations agree, and the natives do what they say without leaks.

mod behaviour;
mod harness;
mod promised;

use std::collections::{BTreeMap, BTreeSet};

use snow_vm::native::Signature;

use crate::{SOURCES, TABLES};

/// Symbol and signature of each native declaration, the latter in the form of the tables.
fn declarations() -> Vec<(&'static str, String)> {
    let texts = SOURCES.iter();
    let begun = texts.flat_map(|source| source.text.split("native fn ").skip(1));
    let natives = begun.filter_map(|rest| {
        let (head, symbol) = rest.split_once('"')?;
        let (symbol, _) = symbol.split_once('"')?;
        // A long declaration stands on several lines.
        let words: Vec<&str> = head
            .trim_end()
            .strip_suffix('=')?
            .split_whitespace()
            .collect();
        let head = words.join(" ").replace("( ", "(").replace(" )", ")");
        Some((symbol, table_form(&head)))
    });
    natives
        .filter(|(symbol, _)| symbol.starts_with("snow_"))
        .collect()
}

/// `name<T>(xs :: own List<T>) -> Int where T: Ord` as `<T>(own List<T>) -> Int`.
fn table_form(head: &str) -> String {
    let head = head.split(" where ").next().expect("there is a first part");
    let start = head.find(['<', '(']).expect("a parameter list");
    let open = head.find('(').expect("a parameter list");
    let (params, ret) = head[open + 1..]
        .rsplit_once(") -> ")
        .expect("a result type");
    let types: Vec<&str> = split_params(params)
        .into_iter()
        .map(|param| param.split_once(" :: ").expect("`name :: type`").1)
        .collect();
    format!("{}({}) -> {ret}", &head[start..open], types.join(", "))
}

/// Splits at the commas that separate parameters.
fn split_params(params: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in params.char_indices() {
        match c {
            '<' | '(' => depth += 1,
            // The head of an arrow closes nothing.
            '>' if params[..at].ends_with('-') => {}
            '>' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(params[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    if !params[start..].trim().is_empty() {
        parts.push(params[start..].trim());
    }
    parts
}

#[test]
fn declarations_and_tables_agree() {
    let table: BTreeMap<&str, &str> = TABLES
        .iter()
        .flat_map(|table| table.iter())
        .map(|i| (i.symbol, i.signature))
        .collect();
    let mut declared = BTreeSet::new();
    for (symbol, signature) in declarations() {
        assert_eq!(table.get(symbol), Some(&signature.as_str()), "{symbol}");
        declared.insert(symbol);
    }
    let unused: Vec<_> = table
        .keys()
        .filter(|symbol| !declared.contains(*symbol))
        .collect();
    assert!(
        unused.is_empty(),
        "natives that no module declares: {unused:?}"
    );
}

#[test]
fn signatures_can_be_read() {
    for intrinsic in TABLES.iter().flat_map(|table| table.iter()) {
        let parsed = Signature::parse(intrinsic.signature);
        assert!(parsed.is_ok(), "{}: {parsed:?}", intrinsic.symbol);
    }
}

#[test]
fn every_source_file_is_listed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("snow");
    let files = std::fs::read_dir(folder).expect("the folder of sources");
    let mut names: Vec<String> = files
        .map(|file| {
            format!(
                "std/{}",
                file.expect("readable").file_name().to_string_lossy()
            )
        })
        .collect();
    names.sort();
    let mut listed: Vec<&str> = SOURCES.iter().map(|source| source.path).collect();
    listed.sort();
    assert_eq!(listed, names);
}

/// What is public only for other modules and generated code has an ordinary comment.
#[test]
fn every_public_function_is_documented() {
    for source in SOURCES {
        let lines: Vec<&str> = source.text.lines().collect();
        for pair in lines.windows(2) {
            let public = ["pub fn ", "pub native fn "]
                .iter()
                .any(|p| pair[1].starts_with(p));
            assert!(
                !public || pair[0].starts_with("## ") || pair[0].starts_with("# "),
                "{}: {}",
                source.path,
                pair[1]
            );
        }
    }
}

#[test]
fn natives_are_found_by_the_linker_under_the_symbols_that_executables_name() {
    #[allow(
        improper_ctypes,
        reason = "only the address crosses, and both sides are Rust"
    )]
    unsafe extern "C" {
        #[link_name = "snow_native.snow_int_pow"]
        static POW: snow_vm::native::Intrinsic;
    }
    assert_eq!(snow_vm::abi::executable::NATIVE_PREFIX, "snow_native.");
    // SAFETY: the symbol is that of the static in the table.
    let linked = unsafe { &POW };
    let found = crate::intrinsics()
        .lookup("snow_int_pow")
        .expect("a native");
    assert!(std::ptr::eq(linked, found));
}
