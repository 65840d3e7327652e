//! Calling the compiler: sources in, a typed program or bytecode out, mistakes reported.

use std::path::Path;

use snow_bytecode::module::Module;
use snow_lang::check::{StdImage, check, missing_main};
use snow_lang::compile::compile;
use snow_lang::diagnostics::Sink;
use snow_lang::examples::examples;
use snow_lang::incremental::{self, Source};
use snow_lang::lint::untyped;
use snow_lang::resolve::Project;
use snow_lang::typed::Program;

use crate::args::ReportArgs;
use crate::error::CliError;
use crate::memory::Kept;
use crate::project::Sources;
use crate::report::report;
use crate::testing::{Covered, Suite, example_path};

/// What [`StdImage::encode`] gave for the sources of the standard library.
const IMAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/std.image"));

/// Checks a program, and reports what is wrong with it. What the last check of it found is made use of.
pub fn check_sources(path: &Path, sources: &Sources, args: ReportArgs) -> Result<(), CliError> {
    let std = standard_library();
    let kept = Kept::of(path, sources);
    let memory = kept.as_ref().map(Kept::load).unwrap_or_default();
    let modules: Vec<Source<'_>> = sources
        .modules
        .iter()
        .map(|module| Source {
            path: &module.path,
            module: &module.module,
            text: &module.text,
        })
        .collect();
    let outcome = incremental::check(&modules, &std, memory);
    if let Some(kept) = kept.filter(|_| outcome.inferred > 0) {
        kept.save(&outcome.memory);
    }
    report(&outcome.diagnostics, &outcome.files, args)
}

/// Suggests what would make a program better, though nothing is wrong with it.
pub fn lint_sources(sources: &Sources, args: ReportArgs) -> Result<(), CliError> {
    let std = standard_library();
    let mut sink = Sink::new();
    let project = parse(sources, &std, &mut sink);
    let program = check(&project, &std, &mut sink).ok_or(CliError::NoReason)?;
    report(&untyped(&project, &program), &project.files, args)
}

/// Compiles a program; mistakes are reported, and an error when there are some.
pub fn compile_sources(sources: &Sources, args: ReportArgs) -> Result<Module, CliError> {
    let std = standard_library();
    let mut sink = Sink::new();
    let project = parse(sources, &std, &mut sink);
    let program = check_project(&project, &std, &mut sink);
    // The trees are not needed any more, and their memory is.
    let files = project.files;
    drop(project.modules);
    let module = program.and_then(|program| compile(&program, &files, &mut sink));
    report(&sink.into_sorted(), &files, args)?;
    module.ok_or(CliError::NoReason)
}

/// What the code of tests counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// How often each line runs.
    Lines,
    /// Nothing.
    Nothing,
}

/// Compiles the tests of a program, and the examples in its doc comments; mistakes are reported, and an error when there are some.
pub fn compile_suite(
    sources: &Sources,
    counting: Counting,
    args: ReportArgs,
) -> Result<Suite, CliError> {
    let std = standard_library();
    let mut sink = Sink::new();
    let mut project = parse(sources, &std, &mut sink);
    for (number, source) in sources.modules.iter().enumerate() {
        for example in examples(&source.text) {
            let path = example_path(&source.path, example.line);
            project.extend(number, example.start, path, &example.test(), &mut sink);
        }
    }
    let program = check(&project, &std, &mut sink);
    let suite = program.and_then(|program| {
        let covered = match counting {
            Counting::Lines => Some(Covered::of(&program, &project.files)),
            Counting::Nothing => None,
        };
        Suite::compile(&program, covered, &project.files, &mut sink)
    });
    report(&sink.into_sorted(), &project.files, args)?;
    suite.ok_or(CliError::NoReason)
}

fn parse(sources: &Sources, std: &StdImage, sink: &mut Sink) -> Project {
    let mut project = std.project();
    for source in &sources.modules {
        project.add(
            source.path.as_str(),
            source.module.as_str(),
            &source.text,
            sink,
        );
    }
    // The loader puts the module with `main` first.
    project.main = Some(0);
    project
}

/// Checks a project that is to be run, so that it needs a `main`.
fn check_project(project: &Project, std: &StdImage, sink: &mut Sink) -> Option<Program> {
    let program = check(project, std, sink)?;
    if program.main.is_none() {
        sink.push(missing_main(project));
        return None;
    }
    Some(program)
}

/// The standard library as `build.rs` has checked it.
fn standard_library() -> StdImage {
    StdImage::decode(IMAGE).expect("the image was made by the compiler that it is linked with")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_image_is_what_the_sources_give() {
        let fresh = StdImage::build(&snow_stdlib::texts()).expect("it has no errors");
        let bytes = fresh.encode().expect("it has a serialised form");
        assert!(bytes == IMAGE, "the image is out of date");
        assert_eq!(
            format!("{:?}", standard_library()),
            format!("{fresh:?}"),
            "decoding lost something"
        );
    }
}
