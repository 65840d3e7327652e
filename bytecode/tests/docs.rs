//! `docs/bytecode.md` lists the instructions, operand kinds and rules as the tables in the code have them.
//!
//! `SNOW_UPDATE_DOCS=1 cargo test -p snow-bytecode --test docs` rewrites the lists.

use snow_bytecode::inst::{InstInfo, OperandKind, TABLE};
use snow_bytecode::verify::Rule;
use std::fmt::Write;
use std::path::Path;

/// The lines of a doc comment as one.
fn flow(doc: &str) -> String {
    doc.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

/// Results before `=`, as in the listing.
fn form(info: &InstInfo) -> String {
    let is_result = |kind: &OperandKind| {
        matches!(
            kind,
            OperandKind::Def | OperandKind::Defs | OperandKind::OptDefs
        )
    };
    let names = |results: bool, separator: &str| {
        let found = info
            .operands
            .iter()
            .filter(|(_, kind)| is_result(kind) == results);
        found
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(separator)
    };
    let (results, operands) = (names(true, ", "), names(false, " "));
    let equals = if results.is_empty() { "" } else { " = " };
    format!("{results}{equals}{} {operands}", info.mnemonic)
        .trim_end()
        .to_string()
}

fn instructions() -> String {
    let mut out = String::from("| code | instruction | operands | meaning |\n|---|---|---|---|\n");
    for info in TABLE {
        let kinds: Vec<String> = info
            .operands
            .iter()
            .map(|(name, kind)| format!("{name}: {kind:?}"))
            .collect();
        let (form, kinds, doc) = (form(info), kinds.join(", "), flow(info.doc));
        writeln!(out, "| 0x{:02X} | `{form}` | {kinds} | {doc} |", info.code)
            .expect("writing to a String");
    }
    out
}

fn operands() -> String {
    let mut out = String::from("| kind | meaning |\n|---|---|\n");
    for (kind, doc) in OperandKind::ALL {
        writeln!(out, "| {kind:?} | {} |", flow(doc)).expect("writing to a String");
    }
    out
}

fn rules() -> String {
    let mut out = String::from("| message | rule |\n|---|---|\n");
    for (_, text, doc) in Rule::ALL {
        writeln!(out, "| {text} | {} |", flow(doc)).expect("writing to a String");
    }
    out
}

/// Replaces what stands between the marks of a list.
fn replace(page: &str, name: &str, list: &str) -> String {
    let (open, close) = (
        format!("<!-- {name} -->\n"),
        format!("<!-- end of {name} -->"),
    );
    let (before, rest) = page
        .split_once(&open)
        .unwrap_or_else(|| panic!("no `{open}` in the page"));
    let (_, after) = rest
        .split_once(&close)
        .unwrap_or_else(|| panic!("no `{close}` in the page"));
    format!("{before}{open}{list}{close}{after}")
}

#[test]
fn the_page_lists_what_the_tables_have() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/bytecode.md");
    let page = std::fs::read_to_string(&path).expect("the page exists");
    let lists = [
        ("instructions", instructions()),
        ("operands", operands()),
        ("rules", rules()),
    ];
    let fresh = lists.iter().fold(page.clone(), |page, (name, list)| {
        replace(&page, name, list)
    });
    if std::env::var_os("SNOW_UPDATE_DOCS").is_some() {
        std::fs::write(&path, fresh).expect("the page can be written");
        return;
    }
    assert!(
        page == fresh,
        "docs/bytecode.md is out of date: SNOW_UPDATE_DOCS=1 cargo test -p snow-bytecode --test docs"
    );
}
