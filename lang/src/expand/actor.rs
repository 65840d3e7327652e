//! An actor is a function; what it does when it ends is said at the beginning of each turn.

use super::Build;
use crate::syntax::ast::*;

/// The function that a clause of an actor is.
pub fn function(def: &ActorDef) -> FnClause {
    let mut body = def.body.clone();
    if let Some(block) = &def.terminate {
        body.stmts.insert(0, Stmt::Expr(on_terminate(block)));
    }
    FnClause {
        name: def.name.clone(),
        type_params: def.type_params.clone(),
        params: def.params.clone(),
        ret: None,
        bounds: def.bounds.clone(),
        guard: def.guard.clone(),
        body: Some(FnBody::Block(body)),
        role: Role::Actor,
        span: def.span,
    }
}

/// `Process.on_terminate(fn -> block; () end)`.
fn on_terminate(block: &Block) -> Expr {
    let build = Build { span: block.span };
    let mut body = block.stmts.clone();
    body.push(Stmt::Expr(build.unit()));
    build.std("Process", "on_terminate", vec![build.closure(&[], body)])
}
