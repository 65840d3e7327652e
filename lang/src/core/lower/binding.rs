//! Statements: expressions for their effect, and the forms of `let`.

use super::matching::Row;
use super::{Fault, Lower, Res};
use crate::core::ir::{End, JoinId, Var};
use crate::syntax::ast::Span;
use crate::typed::{Expr, LocalId, Pat, PatKind, Stmt};

impl<'a> Lower<'_, 'a> {
    /// Statements in order.
    pub(super) fn statements(&mut self, stmts: &'a [Stmt]) -> Res<()> {
        for stmt in stmts {
            match stmt {
                Stmt::Expr(expr) => self.effect(expr)?,
                Stmt::Let {
                    pat,
                    value,
                    otherwise,
                } => {
                    let value = self.value(value)?;
                    self.bind_pattern(pat, value, otherwise.as_ref())?;
                }
                Stmt::LetPoly {
                    local,
                    params,
                    value,
                } => self.bind_poly(*local, params, value)?,
            }
        }
        Ok(())
    }

    /// Matches `value` with `pat`, whose locals are bound in what follows; `otherwise` leaves when it does not match.
    fn bind_pattern(&mut self, pat: &'a Pat, value: Var, otherwise: Option<&'a Expr>) -> Res<()> {
        match &pat.kind {
            PatKind::Bind(local) => {
                self.bind(*local, value);
                return Ok(());
            }
            PatKind::Wildcard => return Ok(()),
            _ => {}
        }
        let mut locals = Vec::new();
        pattern_locals(pat, &mut locals);
        let join = self.join();
        let mut rows = vec![Row {
            pats: std::slice::from_ref(pat),
            guard: None,
        }];
        rows.extend(otherwise.map(|_| Row {
            pats: &[],
            guard: None,
        }));
        let span = pat.span;
        let after = self.block(|lower| {
            let fail = End::Crash {
                text: "no matching clause in let".into(),
                span: span.into(),
            };
            lower.matching(
                &[value],
                rows,
                span,
                fail,
                &mut |lower, row| match (row, otherwise) {
                    (0, _) => lower.enter_with(join, &locals, span),
                    (_, Some(otherwise)) => {
                        lower.effect(otherwise)?;
                        lower.end(End::Unreachable)
                    }
                    _ => Err(Fault::internal(span, "a row that is not there").into()),
                },
            )
        })?;
        let params = locals.iter().map(|local| self.bind_fresh(*local));
        let params = params.collect::<Result<Vec<_>, _>>()?;
        self.resume(join, params, after)
    }

    /// Jumps to a join with the values of locals.
    fn enter_with(&mut self, join: JoinId, locals: &[LocalId], span: Span) -> Res<()> {
        let args = locals.iter().map(|local| self.local(*local, &[], span));
        let args = args.collect::<Res<Vec<_>>>()?;
        self.jump(join, args)
    }
}

/// The locals that a pattern binds, each once.
pub(super) fn pattern_locals(pat: &Pat, locals: &mut Vec<LocalId>) {
    let mut waiting = vec![pat];
    while let Some(pat) = waiting.pop() {
        match &pat.kind {
            PatKind::Bind(local) => add(locals, *local),
            PatKind::As(inner, local) => {
                add(locals, *local);
                waiting.push(inner);
            }
            PatKind::Tuple(parts) | PatKind::Construct { fields: parts, .. } => {
                waiting.extend(parts)
            }
            // All alternatives bind the same locals.
            PatKind::Or(alternatives) => waiting.extend(alternatives.first()),
            PatKind::List(lead, rest) => {
                waiting.extend(lead);
                waiting.extend(rest.as_deref());
            }
            PatKind::Prefix(_, rest) => waiting.push(rest),
            PatKind::Map(entries) => waiting.extend(entries.iter().map(|(_, value)| value)),
            PatKind::Segments(segments) => {
                waiting.extend(segments.iter().map(|segment| &segment.value));
            }
            PatKind::Wildcard
            | PatKind::Unit
            | PatKind::Bool(_)
            | PatKind::Int(_)
            | PatKind::Float(_)
            | PatKind::Str(_)
            | PatKind::Atom(_)
            | PatKind::Range(..) => {}
        }
    }
}

fn add(locals: &mut Vec<LocalId>, local: LocalId) {
    if !locals.contains(&local) {
        locals.push(local);
    }
}
