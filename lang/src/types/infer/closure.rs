//! Closures and trailing blocks.

use super::{Expect, Infer};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::{self, Block, Param, Span, TrailingBlock};
use crate::typed::{Clause, Con, Expr, ExprKind, Pat};
use crate::types::arena::TyId;
use crate::types::mismatch::Why;

/// A clause as both forms of closures write it.
struct ClauseParts<'e> {
    params: &'e [Param],
    guard: Option<&'e ast::Expr>,
    body: &'e Block,
    span: Span,
}

impl ClauseParts<'_> {
    /// Whether its text could not be read, so that nobody knows what it takes.
    fn is_broken(&self) -> bool {
        let [ast::Stmt::Expr(only)] = self.body.stmts.as_slice() else {
            return false;
        };
        self.params.is_empty()
            && matches!(only.kind, ast::ExprKind::Error)
            && only.span == self.span
    }
}

impl Infer<'_, '_> {
    pub(super) fn closure(&mut self, closure: &ast::Closure, span: Span, expect: Expect) -> Expr {
        let clauses: Vec<ClauseParts<'_>> = closure
            .clauses
            .iter()
            .map(|clause| ClauseParts {
                params: &clause.params,
                guard: clause.guard.as_ref(),
                body: &clause.body,
                span: clause.span,
            })
            .collect();
        self.lambda(&clauses, span, expect)
    }

    /// `do |x| … end` as a closure.
    pub(super) fn trailing_block(&mut self, block: &TrailingBlock, expect: Expect) -> Expr {
        let clause = ClauseParts {
            params: &block.params,
            guard: None,
            body: &block.body,
            span: block.span,
        };
        self.lambda(&[clause], block.span, expect)
    }

    fn lambda(&mut self, clauses: &[ClauseParts<'_>], span: Span, expect: Expect) -> Expr {
        if clauses.iter().any(ClauseParts::is_broken) {
            return self.error(span);
        }
        let arity = clauses.first().map_or(0, |clause| clause.params.len());
        if let Some(odd) = clauses.iter().find(|clause| clause.params.len() != arity) {
            return self.clause_arity(clauses[0].span, arity, odd);
        }
        let (params, ret) = match expect.ty().and_then(|ty| self.arena.known(ty)) {
            Some((Con::Fun, parts)) if parts.len() == arity + 1 => {
                (parts[..arity].to_vec(), parts[arity])
            }
            // Nothing is known of what a function that was reported gives its closure.
            _ if expect.ty().is_some_and(|ty| self.arena.is_error(ty)) => {
                (vec![TyId::ERROR; arity], TyId::ERROR)
            }
            _ => {
                let params = (0..arity).map(|_| self.arena.fresh()).collect();
                (params, self.arena.fresh())
            }
        };
        let why = match expect {
            Expect::Type(_, why) => why,
            _ => Why::Unknown,
        };
        let outer = std::mem::replace(&mut self.f.ret, (ret, why));
        self.f.loops.push(None);
        self.f.closures += 1;
        let slot = self.arena.slots.fresh();
        let around = std::mem::replace(&mut self.f.slot, slot);
        let typed = clauses
            .iter()
            .map(|clause| self.lambda_clause(clause, &params))
            .collect();
        self.f.closures -= 1;
        self.f.loops.pop();
        let ret = std::mem::replace(&mut self.f.ret, outer).0;
        self.f.slot = around;
        let ty = self.arena.fun(&params, ret);
        self.arena.set_slot(ty, slot);
        self.done(ExprKind::Lambda(typed), ty, span, expect)
    }

    fn lambda_clause(&mut self, clause: &ClauseParts<'_>, types: &[TyId]) -> Clause {
        self.scoped(|this| {
            let params = this.params(clause.params, types);
            let guard = this.guard(clause.guard);
            let (ret, why) = this.f.ret;
            let body = this.block(clause.body, Expect::Type(ret, why));
            if why == Why::Unknown {
                // Later clauses and `return`s are held against the first one's value.
                this.f.ret.1 = Why::Branch(super::branch::value_span(&body));
            }
            Clause {
                params,
                guard,
                body,
                span: clause.span,
            }
        })
    }

    /// Parameters of a clause: patterns with optional annotations.
    pub(in crate::types) fn params(&mut self, params: &[Param], types: &[TyId]) -> Vec<Pat> {
        self.pattern_names(|this| {
            params
                .iter()
                .zip(types)
                .map(|(param, &ty)| {
                    let mut why = Why::Unknown;
                    if let Some(written) = &param.ty {
                        let annotated = this.annotation(written);
                        this.demand(written.span, ty, annotated, Why::Unknown);
                        why = Why::Annotation(written.span);
                    }
                    this.pattern_part(&param.pattern, ty, why)
                })
                .collect()
        })
    }

    fn clause_arity(&mut self, first: Span, arity: usize, odd: &ClauseParts<'_>) -> Expr {
        self.sink.push(
            Diagnostic::new(
                Code::CLAUSE_ARITY,
                odd.span,
                "the clauses of a closure must take the same number of parameters",
            )
            .label(format!("this one takes {}", odd.params.len()))
            .secondary(first, format!("this one takes {arity}")),
        );
        self.error(odd.span)
    }
}
