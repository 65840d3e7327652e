//! Text that could not be read: what may be missing because of it.

use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::syntax::ast::{FnBody, FnClause, Item, ItemKind, Span};

use super::Project;

/// The bodies of a project's functions.
pub fn bodies(project: &Project) -> Vec<Span> {
    let mut found = Vec::new();
    for module in &project.modules {
        collect(&module.tree.items, &mut found);
    }
    found
}

fn collect(items: &[Item], into: &mut Vec<Span>) {
    for item in items {
        match &item.kind {
            ItemKind::Fn(clause) => into.extend(body(clause)),
            ItemKind::Test(test) => into.extend(body(&test.function)),
            ItemKind::Interface(def) => {
                into.extend(def.methods.iter().filter_map(|method| body(&method.clause)));
            }
            ItemKind::Impl(def) => {
                into.extend(def.methods.iter().filter_map(|method| body(&method.clause)));
            }
            ItemKind::Module(def) => collect(&def.items, into),
            _ => {}
        }
    }
}

fn body(clause: &FnClause) -> Option<Span> {
    match clause.body.as_ref()? {
        FnBody::Expr(expr) => Some(expr.span),
        FnBody::Block(block) => Some(block.span),
    }
}

/// Whether a mistake in the text may have cost items: only one within a body, where all blocks and brackets match, has not.
pub fn may_lose_items(error: &Diagnostic, bodies: &[Span]) -> bool {
    let breaks_blocks = matches!(
        error.code,
        Code::MISSING_END
            | Code::UNMATCHED_CLOSER
            | Code::UNCLOSED_BRACKET
            | Code::UNTERMINATED_STRING
            | Code::UNTERMINATED_COMMENT
            | Code::MISSING_DO
            | Code::TOO_DEEP
    );
    let place = error.primary.span;
    let inside =
        |body: &Span| body.file == place.file && body.start <= place.start && place.end <= body.end;
    error.severity == Severity::Error && (breaks_blocks || !bodies.iter().any(inside))
}
