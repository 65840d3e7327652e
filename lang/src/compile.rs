//! The door to the whole compiler: from a typed program to bytecode.

use snow_bytecode::module::Module;

use crate::core;
use crate::core::mono::Roots;
use crate::coverage::Coverage;
use crate::diagnostics::{FileSet, Sink};
use crate::emit;
use crate::typed::Program;

/// Compiles a checked program with a `main`. `None` when something was reported, which is then in the sink.
pub fn compile(program: &Program, files: &FileSet, sink: &mut Sink) -> Option<Module> {
    compile_roots(program, Roots::Program, None, files, sink)
}

/// Compiles the tests of a checked program, of which there must be one. They are what the module exports. With counters it counts what runs.
pub fn compile_tests(
    program: &Program,
    coverage: Option<&Coverage>,
    files: &FileSet,
    sink: &mut Sink,
) -> Option<Module> {
    compile_roots(program, Roots::Tests, coverage, files, sink)
}

fn compile_roots(
    program: &Program,
    roots: Roots,
    coverage: Option<&Coverage>,
    files: &FileSet,
    sink: &mut Sink,
) -> Option<Module> {
    let core = core::build(program, roots, coverage, sink)?;
    match emit::emit(core, files) {
        Ok(module) => Some(module),
        Err(diagnostic) => {
            sink.push(*diagnostic);
            None
        }
    }
}
