//! The tests of a project.

use std::collections::HashMap;

use snow_bytecode::module::{FuncId, Module};
use snow_lang::diagnostics::{FileSet, Sink};
use snow_lang::syntax::ast::Span;
use snow_lang::typed::{Owner, Program};

use super::Covered;

/// A test.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its module.
    pub module: String,
    /// What stands behind `test`.
    pub title: String,
    /// The file it is in, as messages show it.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its code.
    pub function: FuncId,
}

/// The tests of a project, compiled.
pub struct Suite {
    /// In the order in which they are written.
    pub cases: Vec<Case>,
    /// Their code; none where there are no tests.
    pub module: Option<Module>,
    /// What counts which lines run, if that was asked for.
    pub covered: Option<Covered>,
}

impl Suite {
    /// Compiles the tests of a checked program. `None` when something was reported.
    pub fn compile(
        program: &Program,
        covered: Option<Covered>,
        files: &FileSet,
        sink: &mut Sink,
    ) -> Option<Suite> {
        let funcs = program.funcs.iter();
        let tests: Vec<_> = funcs.filter(|func| func.owner == Owner::Test).collect();
        if tests.is_empty() {
            let (cases, module) = (Vec::new(), None);
            return Some(Suite {
                cases,
                module,
                covered,
            });
        }
        let places = covered.as_ref().map(|covered| &covered.places);
        let module = snow_lang::compile::compile_tests(program, places, files, sink)?;
        let exports = module.exports.iter();
        let codes: HashMap<&str, FuncId> = exports
            .filter_map(|export| Some((export.name.as_str(), export.code.as_ref()?.func)))
            .collect();
        let cases = tests.iter().map(|func| {
            let home = &program.modules[func.module.0 as usize];
            let name = format!("{}.{}", home.name, func.name);
            let (file, line) = place(files, func.span);
            Some(Case {
                module: home.name.to_string(),
                title: title(&func.name),
                file,
                line,
                function: *codes.get(name.as_str())?,
            })
        });
        let cases = cases.collect::<Option<Vec<_>>>()?;
        Some(Suite {
            cases,
            module: Some(module),
            covered,
        })
    }
}

/// File and line of a test. What stands in for an example is at the example.
fn place(files: &FileSet, span: Span) -> (String, usize) {
    let Some(file) = files.get(span.file) else {
        return (String::new(), 0);
    };
    match example_of(file.path()) {
        Some((path, line)) => (path.to_owned(), line),
        None => (
            file.path().to_owned(),
            file.line_column(span.start).line as usize,
        ),
    }
}

/// What messages call the text of the test that stands in for an example.
pub fn example_path(path: &str, line: usize) -> String {
    format!("{path} (example in line {line})")
}

/// The file and the line of an example, from what [`example_path`] gave.
fn example_of(path: &str) -> Option<(&str, usize)> {
    let (file, rest) = path.rsplit_once(" (example in line ")?;
    Some((file, rest.strip_suffix(')')?.parse().ok()?))
}

/// The title in the name of a test's function, `test "title"`.
fn title(name: &str) -> String {
    let quoted = name.strip_prefix("test ").unwrap_or(name);
    let inside = quoted
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    inside
        .unwrap_or(quoted)
        .replace("\\\"", "\"")
        .replace("\\\\", "\\")
}
