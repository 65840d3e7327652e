//! The check of `terminate` blocks: a collection that one names is kept for it, so that each update in that turn copies.

use crate::diagnostics::{Code, Diagnostic, Sink};
use crate::syntax::ast::Span;
use crate::typed::walk::{children, clause_children};
use crate::typed::{Body, Clause, Con, Expr, ExprKind, LocalId, Pat, PatKind, Program, Stmt, Ty};

/// Warns about collections among the parameters that a `terminate` block names.
pub fn check(program: &Program, body: &Body, sink: &mut Sink) {
    for clause in &body.clauses {
        let Some(block) = terminate_of(program, clause) else {
            continue;
        };
        let mut params = Vec::new();
        clause.params.iter().for_each(|pat| bound(pat, &mut params));
        for (local, span) in named(block) {
            let info = &body.locals[local.0 as usize];
            if params.contains(&local) && is_collection(program, &info.ty) {
                sink.push(warning(&info.name, span));
                break;
            }
        }
    }
}

fn warning(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::KEPT_COLLECTION,
        span,
        format!("`{name}` is kept for `terminate`, so changing it copies it in every turn"),
    )
    .label("a collection that the block names")
    .help("name only what the block needs, for example its size as a parameter of its own")
}

/// The closure that an actor's clause registers before anything else.
fn terminate_of<'p>(program: &Program, clause: &'p Clause) -> Option<&'p [Clause]> {
    let ExprKind::Block(stmts, _) = &clause.body.kind else {
        return None;
    };
    let Some(Stmt::Expr(first)) = stmts.first() else {
        return None;
    };
    let ExprKind::Call(id, _, args) = &first.kind else {
        return None;
    };
    let func = &program.funcs[id.0 as usize];
    let module = &program.modules[func.module.0 as usize];
    let registers = module.std && module.name == "Process" && func.name == "on_terminate";
    match args.first().map(|arg| &arg.kind) {
        Some(ExprKind::Lambda(block)) if registers => Some(block),
        _ => None,
    }
}

/// The locals that a closure names, with their places.
fn named(block: &[Clause]) -> Vec<(LocalId, Span)> {
    let mut found = Vec::new();
    let mut waiting: Vec<&Expr> = Vec::new();
    for clause in block {
        clause_children(clause, &mut |expr| waiting.push(expr));
    }
    while let Some(expr) = waiting.pop() {
        if let ExprKind::Local(local, _) = &expr.kind {
            found.push((*local, expr.span));
        }
        children(expr, &mut |child| waiting.push(child));
    }
    found.sort_unstable_by_key(|(_, span)| span.start);
    found
}

fn bound(pat: &Pat, out: &mut Vec<LocalId>) {
    match &pat.kind {
        PatKind::Bind(local) => out.push(*local),
        PatKind::As(inner, local) => {
            out.push(*local);
            bound(inner, out);
        }
        _ => {}
    }
}

fn is_collection(program: &Program, ty: &Ty) -> bool {
    match ty {
        Ty::App(Con::List | Con::Map | Con::Set, _) => true,
        Ty::App(Con::Adt(id), _) => Some(*id) == program.known.queue,
        _ => false,
    }
}
