//! What the tests of whole checks share: the standard library from the repository's sources, and projects given as one text.

// Each test is a crate of its own and uses a part of this.
#![allow(dead_code, unused_imports)]

mod files;
pub mod random;

pub use files::files;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use snow_lang::check::{StdImage, check};
use snow_lang::diagnostics::render::{Colours, Renderer};
use snow_lang::diagnostics::{Diagnostic, FileSet, Sink};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The checked standard library.
pub fn std_image() -> &'static StdImage {
    static IMAGE: OnceLock<StdImage> = OnceLock::new();
    IMAGE.get_or_init(|| {
        let sources = sources(&root().join("stdlib/snow"));
        let sources: Vec<(String, String)> = sources
            .into_iter()
            .map(|(path, text)| (format!("std/{path}"), text))
            .collect();
        let sources: Vec<(&str, &str)> = sources
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        StdImage::build(&sources)
            .unwrap_or_else(|errors| panic!("the standard library has errors:\n{errors}"))
    })
}

/// All Snow sources below a folder, with their paths in it.
pub fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut pending = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(&next).expect("the folder can be read") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|ext| ext == "snow") {
                let name = path.strip_prefix(folder).expect("below the folder");
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                found.push((name.to_string_lossy().into_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// `geometry/plane.snow` is `Geometry.Plane`.
pub fn module_name(path: &str) -> String {
    let parts = path.trim_end_matches(".snow").split('/');
    let pascal = |part: &str| -> String {
        part.split('_')
            .map(|word| word[..1].to_uppercase() + &word[1..])
            .collect()
    };
    parts.map(pascal).collect::<Vec<_>>().join(".")
}

/// What there is to say about a project, the first of whose files is the main one.
pub fn diagnose(files: &[(String, String)]) -> (Vec<Diagnostic>, FileSet) {
    let std = std_image();
    let mut sink = Sink::new();
    let mut project = std.project();
    for (path, text) in files {
        project.add(path.as_str(), module_name(path), text, &mut sink);
    }
    project.main = Some(0);
    let program = check(&project, std, &mut sink);
    if let Some(program) = program
        && program.main.is_none()
    {
        return (
            vec![snow_lang::check::missing_main(&project)],
            project.files,
        );
    }
    (sink.into_sorted(), project.files)
}

/// The diagnostics as a person reads them.
pub fn rendered(diagnostics: &[Diagnostic], files: &FileSet) -> String {
    let mut renderer = Renderer::new(files, Colours::Off);
    let texts = diagnostics
        .iter()
        .map(|one| renderer.render(one).trim_end().to_owned() + "\n");
    let lines: String = texts.collect();
    lines
        .lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}
