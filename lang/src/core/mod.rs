//! The middle end: monomorphic Core and what is done to it.

pub mod flat;
pub mod ir;
pub mod lower;
pub mod mono;
pub mod opt;
pub mod print;
pub mod rc;
pub mod validate;
mod visit;

use crate::coverage::Coverage;
use crate::diagnostics::{Diagnostic, Sink};
use crate::syntax::ast::Span;
use crate::typed;

/// Lowers and optimises a checked program. `None` when something was reported. Debug builds check Core after each pass.
pub fn build(
    program: &typed::Program,
    roots: mono::Roots,
    coverage: Option<&Coverage>,
    sink: &mut Sink,
) -> Option<ir::Program> {
    let mut core = mono::lower_program(program, roots, coverage, sink)?;
    if !is_valid(&core, "lowering", sink) {
        return None;
    }
    opt::optimise(&mut core);
    is_valid(&core, "optimisation", sink).then_some(core)
}

fn is_valid(core: &ir::Program, pass: &str, sink: &mut Sink) -> bool {
    if !cfg!(debug_assertions) {
        return true;
    }
    let problems = validate::program(core);
    if problems.is_empty() {
        return true;
    }
    let message = format!("Core is broken after {pass}: {}", problems.join("; "));
    sink.push(Diagnostic::internal(Span::default(), message));
    false
}

#[cfg(test)]
mod tests;
