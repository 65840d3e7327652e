//! Comparisons, by the type of the operands.

use smol_str::SmolStr;
use snow_bytecode::inst::Cond;
use snow_bytecode::types::Type;

use super::{Lower, Res};
use crate::core::ir::{Op, Var};
use crate::syntax::ast::Span;
use crate::typed::{Con, Expr, ExprKind, InterfaceId, Rel};

impl<'a> Lower<'_, 'a> {
    pub(super) fn compare(&mut self, rel: Rel, a: &'a Expr, b: &'a Expr, span: Span) -> Res<Var> {
        let literal = match (rel, &a.kind, &b.kind) {
            (Rel::Eq | Rel::Ne, ExprKind::Str(text), _) => Some((b, text)),
            (Rel::Eq | Rel::Ne, _, ExprKind::Str(text)) => Some((a, text)),
            _ => None,
        };
        if let Some((value, text)) = literal {
            let value = self.value(value)?;
            return self.equals_literal(rel, value, text, span);
        }
        let a = self.value(a)?;
        let b = self.value(b)?;
        self.compare_vars(rel, a, b, span)
    }

    /// `<` and its like where code of the program has a part in the order.
    fn compare_by_code(&mut self, rel: Rel, a: Var, b: Var, span: Span) -> Res<Var> {
        let order = self.order_vars(a, b, span)?;
        let (name, negated) = match rel {
            Rel::Lt => ("is_less", false),
            Rel::Ge => ("is_less", true),
            Rel::Gt => ("is_greater", false),
            _ => ("is_greater", true),
        };
        let func = self.mono.library("Ordering", name, span)?;
        let holds = self.call_with(func, Vec::new(), vec![order], span)?;
        if !negated {
            return Ok(holds);
        }
        let bool_type = self.con(Con::Bool)?;
        Ok(self.emit(bool_type, Op::Not(holds), span))
    }

    /// A Bool: how two values of one type compare.
    pub(super) fn compare_vars(&mut self, rel: Rel, a: Var, b: Var, span: Span) -> Res<Var> {
        let bool_type = self.con(Con::Bool)?;
        let cond = condition(rel);
        match (self.mono.types.get(self.type_of(a)), rel) {
            (Type::Int | Type::Bool, _)
            | (Type::Atom | Type::Pid(_) | Type::Ref, Rel::Eq | Rel::Ne) => {
                Ok(self.emit(bool_type, Op::IntCmp(cond, a, b), span))
            }
            (Type::Float, _) => Ok(self.emit(bool_type, Op::FloatCmp(cond, a, b), span)),
            (_, Rel::Eq) => self.equal_vars(a, b, span),
            (_, Rel::Ne) => {
                let equal = self.equal_vars(a, b, span)?;
                Ok(self.emit(bool_type, Op::Not(equal), span))
            }
            _ => {
                let ty = self.type_of(a);
                if self.mono.types.is_custom(InterfaceId::ORD, ty) {
                    return self.compare_by_code(rel, a, b, span);
                }
                // The tag word of the Ordering: Less 0, Equal 1, Greater 2.
                let int = self.con(Con::Int)?;
                let order = self.emit(int, Op::Compare(a, b), span);
                let equal = self.int(1, span)?;
                Ok(self.emit(bool_type, Op::IntCmp(cond, order, equal), span))
            }
        }
    }

    fn equals_literal(&mut self, rel: Rel, value: Var, text: &SmolStr, span: Span) -> Res<Var> {
        let bool_type = self.con(Con::Bool)?;
        let equal = self.emit(bool_type, Op::StrEq(value, text.clone()), span);
        Ok(match rel {
            Rel::Ne => self.emit(bool_type, Op::Not(equal), span),
            _ => equal,
        })
    }
}

fn condition(rel: Rel) -> Cond {
    match rel {
        Rel::Eq => Cond::Eq,
        Rel::Ne => Cond::Ne,
        Rel::Lt => Cond::Lt,
        Rel::Le => Cond::Le,
        Rel::Gt => Cond::Gt,
        Rel::Ge => Cond::Ge,
    }
}
