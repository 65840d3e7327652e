//! Snapshots of typed programs and of errors, one file a construct; each shows source and result together.

/// Asserts a snapshot of the check of a program of several files.
macro_rules! check_files {
    ($($name:ident: $($file:literal = $text:literal),*;)*) => { $(
        #[test]
        fn $name() {
            let result = $crate::types::tests::snap_files(&[$(($file, $text)),*]);
            $crate::types::tests::assert_snap(result, stringify!($name), module_path!());
        }
    )* };
}

/// Asserts a snapshot of a program's check.
macro_rules! check {
    ($($name:ident: $text:literal;)*) => { $(
        #[test]
        fn $name() {
            $crate::types::tests::assert_snap($crate::types::tests::snap($text), stringify!($name), module_path!());
        }
    )* };
}

mod print;

mod actors;
mod bytes;
mod closures;
mod control;
mod expressions;
mod functions;
mod interfaces;
mod limits;
mod modules;
mod names;
mod operators;
mod patterns;
mod types;

use std::path::Path;
use std::sync::OnceLock;

use crate::check::StdImage;
use crate::diagnostics::Sink;
use crate::diagnostics::render::{Colours, Renderer};

/// The sources of the standard library as they are in the repository.
fn std_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../stdlib/snow");
    let mut sources: Vec<(String, String)> = std::fs::read_dir(root)
        .expect("the standard library has sources")
        .map(|entry| {
            let path = entry.expect("the folder can be read").path();
            let name = path
                .file_name()
                .expect("a file")
                .to_string_lossy()
                .into_owned();
            (
                format!("std/{name}"),
                std::fs::read_to_string(&path).expect("readable source"),
            )
        })
        .collect();
    sources.sort();
    sources
}

/// The checked standard library.
pub(crate) fn std_image() -> &'static StdImage {
    static IMAGE: OnceLock<StdImage> = OnceLock::new();
    IMAGE.get_or_init(|| {
        let sources = std_sources();
        let sources: Vec<(&str, &str)> = sources
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        StdImage::build(&sources)
            .unwrap_or_else(|errors| panic!("the standard library has errors:\n{errors}"))
    })
}

/// Checks files given as `(module, text)`; the first is run. Gives the typed program and what there is to say.
fn outcome(files: &[(&str, &str)]) -> String {
    let std = std_image();
    let mut sink = Sink::new();
    let mut project = std.project();
    for (name, text) in files {
        let path = format!("{}.snow", name.to_lowercase().replace('.', "/"));
        project.add(path, *name, text, &mut sink);
    }
    project.main = Some(0);
    let program = crate::check::check(&project, std, &mut sink);
    let mut renderer = Renderer::new(&project.files, Colours::Off);
    let mut out = program.as_ref().map(print::program).unwrap_or_default();
    for diagnostic in sink.into_sorted() {
        out.push_str(&renderer.render(&diagnostic));
    }
    out
}

/// Compares with the snapshot of a test.
fn assert_snap(result: String, name: &str, module: &str) {
    let file = module.rsplit("::").next().unwrap_or(module);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(format!("{file}__{name}"), result);
    });
}

/// Source and result of a program of one file.
fn snap(text: &str) -> String {
    let text = unindent(text);
    format!("{text}\n----------\n{}", outcome(&[("Main", &text)]))
}

/// Source and result of a program of several files.
fn snap_files(files: &[(&str, &str)]) -> String {
    let files: Vec<(&str, String)> = files
        .iter()
        .map(|(name, text)| (*name, unindent(text)))
        .collect();
    let views: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let mut out = String::new();
    for (name, text) in &files {
        out.push_str(&format!("# {name}\n{text}\n"));
    }
    format!("{out}----------\n{}", outcome(&views))
}

/// Takes the common indentation of a multi-line text away.
pub(crate) fn unindent(text: &str) -> String {
    let lines: Vec<&str> = text.trim_start_matches('\n').trim_end().lines().collect();
    let filled = lines.iter().filter(|line| !line.trim().is_empty());
    let depth = filled
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = lines
        .iter()
        .map(|line| line.get(depth..).unwrap_or(""))
        .collect();
    lines.join("\n")
}
