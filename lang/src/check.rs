//! The door to the front end: from parsed files to a typed program.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::diagnostics::render::{Colours, Renderer};
use crate::diagnostics::{Code, Diagnostic, FileSet, Sink, did_you_mean};
use crate::patterns;
use crate::resolve::scope::module_name_of_path;
use crate::resolve::{self, Project, SourceModule, World};
use crate::syntax;
use crate::syntax::ast::{FileId, Item, ItemKind, Span};
use crate::typed::{FuncId, Program};
use crate::types;

/// The checked standard library, which every program starts with.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StdImage {
    /// Its modules, types and functions: a prefix of every program's.
    pub program: Program,
    /// Its sources as `(path, text)`: the first files of every program's file set.
    pub files: Vec<(String, Arc<str>)>,
}

impl StdImage {
    /// Checks the sources of the standard library, given as `(path, text)`. The error is the text of all diagnostics.
    pub fn build(sources: &[(&str, &str)]) -> Result<StdImage, String> {
        let mut sink = Sink::new();
        let mut project = Project::default();
        for (path, text) in sources {
            let name = match *path {
                "std/io.snow" => SmolStr::new_static("IO"),
                path => module_name_of_path(path.trim_start_matches("std/")),
            };
            project.add(*path, name, text, &mut sink);
        }
        let Some(program) = run(&project, &Program::default(), &mut sink) else {
            return Err(rendered(sink, &project.files));
        };
        let files = project.files.iter();
        Ok(StdImage {
            program,
            files: files
                .map(|(_, file)| (file.path().to_owned(), file.shared_text()))
                .collect(),
        })
    }

    /// The image as bytes, for [`StdImage::decode`].
    pub fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_allocvec(self)
    }

    /// Reads what [`StdImage::encode`] of the same compiler wrote. Bodies of functions are decoded when they are used.
    pub fn decode(bytes: &[u8]) -> Result<StdImage, postcard::Error> {
        postcard::from_bytes(bytes)
    }

    /// A file set with the sources of the standard library, for a user's files to be added to.
    pub fn file_set(&self) -> FileSet {
        let mut files = FileSet::new();
        for (path, text) in &self.files {
            files.add(path.clone(), Arc::clone(text));
        }
        files
    }

    /// An empty project on top of this standard library.
    pub fn project(&self) -> Project {
        Project {
            files: self.file_set(),
            ..Project::default()
        }
    }
}

fn rendered(sink: Sink, files: &FileSet) -> String {
    let mut renderer = Renderer::new(files, Colours::Off);
    let diagnostics = sink.into_sorted();
    diagnostics
        .iter()
        .map(|diagnostic| renderer.render(diagnostic))
        .collect()
}

impl Project {
    /// Parses a file and adds it as a module.
    pub fn add(
        &mut self,
        path: impl Into<String>,
        name: impl Into<SmolStr>,
        text: &str,
        sink: &mut Sink,
    ) {
        let file = self.files.add(path, text);
        let mut tree = syntax::parse(file, text, sink);
        let name = name.into();
        crate::expand::expand(&mut tree, &name, sink);
        self.modules.push(SourceModule { name, file, tree });
    }
}

impl Project {
    /// Parses a text and adds its items to a module, as if they stood at the end of the innermost nested module around the place `at`, or
    /// of the file. Messages call it by `path`.
    pub fn extend(
        &mut self,
        module: usize,
        at: usize,
        path: impl Into<String>,
        text: &str,
        sink: &mut Sink,
    ) {
        let file = self.files.add(path, text);
        let mut tree = syntax::parse(file, text, sink);
        crate::expand::expand(&mut tree, &self.modules[module].name, sink);
        innermost(&mut self.modules[module].tree.items, at as u32).extend(tree.items);
    }
}

/// The items of the innermost nested module around a place.
fn innermost(items: &mut Vec<Item>, at: u32) -> &mut Vec<Item> {
    let around = items.iter().position(|item| {
        matches!(item.kind, ItemKind::Module(_)) && item.span.start <= at && at < item.span.end
    });
    let Some(index) = around else { return items };
    match &mut items[index].kind {
        ItemKind::Module(def) => innermost(&mut def.items, at),
        _ => unreachable!("it is a module"),
    }
}

/// Checks a project. `None` when there are errors, all of which are in the sink.
pub fn check(project: &Project, std: &StdImage, sink: &mut Sink) -> Option<Program> {
    run(project, &std.program, sink)
}

fn run(project: &Project, base: &Program, sink: &mut Sink) -> Option<Program> {
    let mut world = resolve::resolve(project, base, sink);
    world.program.main = main_of(&world, project, sink);
    types::check(&mut world, sink);
    patterns::check(&world.program, sink);
    if sink.has_errors() {
        sink.drop_warnings();
        return None;
    }
    sink.extend(std::mem::take(&mut world.warnings));
    resolve::unused::report(&world, project, sink);
    Some(world.program)
}

/// The error for a program without a `main`.
pub fn missing_main(project: &Project) -> Diagnostic {
    let module = project.modules.first();
    let place = Span {
        file: module.map_or(FileId(0), |module| module.file),
        start: 0,
        end: 0,
    };
    let items = module.into_iter().flat_map(|module| &module.tree.items);
    let functions = items.filter_map(|item| match &item.kind {
        ItemKind::Fn(clause) => Some(clause.name.name.as_str()),
        _ => None,
    });
    let near = did_you_mean("main", functions);
    let near = near.unwrap_or_else(|| "a program starts with `fn main() do … end`".to_owned());
    Diagnostic::new(Code::BAD_MAIN, place, "this program has no `main`")
        .label("expected a function `main` in this file")
        .help(near)
}

/// The function that a run starts with.
pub(crate) fn main_of(world: &World<'_>, project: &Project, sink: &mut Sink) -> Option<FuncId> {
    let module = project.modules.get(project.main?)?;
    let scope = world.scope(*world.user_modules.get(&module.name)?);
    let id = *scope.values.get("main")?;
    let params = world.func_source(id).map_or(0, resolve::source_arity);
    if params > 0 {
        let span = world.program.funcs[id.0 as usize].span;
        sink.push(
            Diagnostic::new(Code::BAD_MAIN, span, "`main` takes no parameters")
                .label("cannot be started with arguments")
                .help("the arguments of the program are in `Env.args()`"),
        );
    }
    Some(id)
}
