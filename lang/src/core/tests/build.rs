//! Typed trees by hand, for what the surface language cannot say or before a phase exists.

use std::sync::Arc;

use crate::syntax::ast::Span;
use crate::typed::*;

pub fn ty(con: Con, args: &[Ty]) -> Ty {
    Ty::App(con, args.into())
}

pub fn int() -> Ty {
    ty(Con::Int, &[])
}

pub fn bool_ty() -> Ty {
    ty(Con::Bool, &[])
}

pub fn list(item: Ty) -> Ty {
    ty(Con::List, &[item])
}

pub fn expr(kind: ExprKind, ty: Ty) -> Expr {
    Expr {
        kind,
        ty,
        span: Span::default(),
    }
}

pub fn num(value: i64) -> Expr {
    expr(ExprKind::Int(value), int())
}

pub fn local(id: u32, ty: Ty) -> Expr {
    expr(ExprKind::Local(LocalId(id), Vec::new()), ty)
}

pub fn arith(op: Arith, a: Expr, b: Expr) -> Expr {
    let ty = a.ty.clone();
    expr(ExprKind::Arith(op, Box::new(a), Box::new(b)), ty)
}

pub fn compare(rel: Rel, a: Expr, b: Expr) -> Expr {
    expr(ExprKind::Compare(rel, Box::new(a), Box::new(b)), bool_ty())
}

pub fn if_else(cond: Expr, then: Expr, otherwise: Expr) -> Expr {
    let ty = then.ty.clone();
    expr(
        ExprKind::If(Box::new(cond), Box::new(then), Box::new(otherwise)),
        ty,
    )
}

pub fn call(func: u32, args: Vec<Expr>, ret: Ty) -> Expr {
    expr(ExprKind::Call(FuncId(func), Vec::new(), args), ret)
}

pub fn pat(kind: PatKind, ty: Ty) -> Pat {
    Pat {
        kind,
        ty,
        span: Span::default(),
    }
}

pub fn bind(id: u32, ty: Ty) -> Pat {
    pat(PatKind::Bind(LocalId(id)), ty)
}

pub fn clause(params: Vec<Pat>, guard: Option<Expr>, body: Expr) -> Clause {
    Clause {
        params,
        guard,
        body,
        span: Span::default(),
    }
}

pub fn func(
    name: &str,
    params: Vec<Ty>,
    ret: Ty,
    locals: Vec<(&str, Ty)>,
    clauses: Vec<Clause>,
) -> Func {
    let locals = locals.into_iter().map(|(name, ty)| Local {
        name: name.into(),
        ty,
        span: Span::default(),
    });
    Func {
        name: name.into(),
        module: ModuleId(0),
        public: false,
        type_params: Vec::new(),
        params: params.into_iter().map(|ty| ("".into(), ty)).collect(),
        ret,
        imp: Imp::Body(Arc::new(Body {
            locals: locals.collect(),
            clauses,
        })),
        span: Span::default(),
        doc: None,
    }
}

pub fn program(funcs: Vec<Func>) -> Program {
    Program {
        modules: vec![Module {
            name: "Main".into(),
            std: false,
            parent: None,
            public: true,
            doc: None,
        }],
        funcs,
        ..Program::default()
    }
}
