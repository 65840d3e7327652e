pub(crate) mod dump;
mod expressions;
mod items;
mod layout;
mod mistakes;
mod patterns;
mod robustness;
mod strings;

use std::path::{Path, PathBuf};

use super::ast::{FnBody, Item, ItemKind};
use super::*;
use crate::diagnostics::FileSet;
use crate::diagnostics::render::{Colours, Renderer};

/// All Snow sources under a folder of the repository.
pub(crate) fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(folder),
    ];
    while let Some(dir) = open.pop() {
        let entries = std::fs::read_dir(&dir)
            .into_iter()
            .flatten()
            .filter_map(Result::ok);
        for entry in entries.map(|entry| entry.path()) {
            if entry.is_dir() {
                open.push(entry);
            } else if entry
                .extension()
                .is_some_and(|extension| extension == "snow")
            {
                found.push(entry);
            }
        }
    }
    found.sort();
    found
}

pub(crate) fn parse_text(text: &str) -> (File, String) {
    let mut files = FileSet::new();
    let id = files.add("test.snow", text);
    let mut sink = Sink::new();
    let file = parse(id, text, &mut sink);
    let mut renderer = Renderer::new(&files, Colours::Off);
    let drawn = sink
        .into_sorted()
        .iter()
        .map(|d| renderer.render(d))
        .collect();
    (file, drawn)
}

/// Source, tree and mistakes together, for snapshots of items.
fn items(text: &str) -> String {
    let (file, errors) = parse_text(text);
    format!(
        "{}\n---\n{}{errors}",
        text.trim_end(),
        dump::tree(&file.items)
    )
}

/// The trees of expressions or statements, one a line of the source, without mistakes.
fn statements(lines: &str) -> String {
    let mut out = String::new();
    for line in lines.trim().lines().map(str::trim) {
        let (file, errors) = parse_text(&format!("fn f() do\n{line}\nend"));
        let [
            Item {
                kind: ItemKind::Fn(clause),
                ..
            },
        ] = file.items.as_slice()
        else {
            panic!("{line}: {errors}")
        };
        let Some(FnBody::Block(block)) = &clause.body else {
            panic!("{line}: {errors}")
        };
        for stmt in &block.stmts {
            out += &format!(
                "{line}\n    {}\n",
                dump::tree(stmt).trim_end().replace('\n', "\n    ")
            );
        }
        out += &errors;
    }
    out
}

/// The mistakes in a text, as people see them.
fn mistakes(text: &str) -> String {
    parse_text(text).1
}

#[test]
fn corpus_parses() {
    let mut failures = 0;
    for folder in ["tests/programs", "stdlib", "examples"] {
        for path in sources(folder) {
            let text = std::fs::read_to_string(&path).expect("test sources are UTF-8");
            let (_, errors) = parse_text(&text);
            let wrong_on_purpose = path
                .components()
                .any(|part| part.as_os_str() == "diagnostics");
            if !errors.is_empty() && !wrong_on_purpose {
                failures += 1;
                println!("{}\n{errors}", path.display());
            }
        }
    }
    assert_eq!(failures, 0);
}
