//! An actor is a function; what it does when it ends is said at the beginning of each turn.

use smol_str::SmolStr;

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
        span: def.span,
    }
}

/// `Process.on_terminate(fn -> block; () end)`.
fn on_terminate(block: &Block) -> Expr {
    let span = block.span;
    let at = |kind| Expr { kind, span };
    let mut body = block.clone();
    body.stmts.push(Stmt::Expr(at(ExprKind::Unit)));
    let clause = ClosureClause {
        params: Vec::new(),
        guard: None,
        body,
        span,
    };
    let closure = at(ExprKind::Closure(Closure {
        clauses: vec![clause],
    }));
    let module = at(ExprKind::Upper(SmolStr::new_static("Process")));
    let name = Ident {
        name: SmolStr::new_static("on_terminate"),
        span,
    };
    let call = Call {
        callee: at(ExprKind::Field(Box::new(module), name)),
        args: vec![Arg {
            name: None,
            value: closure,
        }],
        trailing: None,
    };
    at(ExprKind::Call(Box::new(call)))
}
