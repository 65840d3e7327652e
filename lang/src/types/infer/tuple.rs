//! The functions of the module `Tuple` that take tuples of every size: Snow has no type for them, so they are typed here.

use super::pending::Wait;
use super::{Infer, hole};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::ast::Span;
use crate::typed::{Con, Expr, ExprKind, FuncId, Imp, Stmt};
use crate::types::arena::TyId;
use crate::types::mismatch::Why;

/// What such a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The part with this number.
    Fixed(i64),
    /// The part whose number is the second argument.
    Nth,
    /// How many parts there are.
    Size,
}

/// A call of such a function.
#[derive(Debug)]
pub struct PartOf {
    /// The number of the part; none for the size.
    number: Option<i64>,
    /// The tuple.
    pub value: Box<Expr>,
    /// Type of the result.
    pub result: TyId,
}

impl Infer<'_, '_> {
    /// What a function gives that the library declares as such.
    fn tuple_function(&self, id: FuncId) -> Option<Part> {
        let Imp::Native { symbol, .. } = &self.world.program.funcs[id.0 as usize].imp else {
            return None;
        };
        match symbol.as_str() {
            "tuple.first" => Some(Part::Fixed(0)),
            "tuple.second" => Some(Part::Fixed(1)),
            "tuple.nth" => Some(Part::Nth),
            "tuple.size" => Some(Part::Size),
            _ => None,
        }
    }

    /// A call of a function by name with its arguments in order.
    pub(super) fn call_kind(
        &mut self,
        id: FuncId,
        types: &[TyId],
        args: Vec<Expr>,
        result: TyId,
        span: Span,
    ) -> ExprKind {
        match self.tuple_function(id) {
            Some(part) => self.tuple_part(part, args, result, span),
            None => ExprKind::Call(id, super::holes(types), args),
        }
    }

    /// Whether a function cannot be a value as it is, but only within a closure that calls it.
    pub(super) fn needs_closure(&self, id: FuncId) -> bool {
        self.tuple_function(id).is_some()
    }

    fn tuple_part(&mut self, part: Part, args: Vec<Expr>, result: TyId, span: Span) -> ExprKind {
        let mut args = args.into_iter();
        let Some(value) = args.next() else {
            return ExprKind::Unit;
        };
        let number = match (part, args.next()) {
            (Part::Fixed(number), _) => Some(number),
            (Part::Size, _) => None,
            (Part::Nth, index) => match index.map(|index| (index.kind, index.span)) {
                Some((ExprKind::Int(number), _)) => Some(number),
                other => {
                    self.no_number(other.map_or(span, |(_, span)| span));
                    return self.no_part(result);
                }
            },
        };
        let value = Box::new(value);
        self.await_type(
            Wait::Part(PartOf {
                number,
                value,
                result,
            }),
            span,
        )
    }

    /// The part of a value whose type is known by now.
    pub(super) fn decide_part(&mut self, wanted: PartOf, span: Span) -> ExprKind {
        let PartOf {
            number,
            value,
            result,
        } = wanted;
        let ty = self.type_of(&value);
        let parts = match self.arena.known(ty) {
            Some((Con::Tuple, parts)) => parts.to_vec(),
            Some(_) => {
                self.no_tuple(&value, ty);
                return self.no_part(result);
            }
            None => return self.no_part(result),
        };
        let Some(number) = number else {
            let size = Expr {
                kind: ExprKind::Int(parts.len() as i64),
                ty: hole::of_type(TyId::INT),
                span,
            };
            return ExprKind::Block(vec![Stmt::Expr(*value)], Box::new(size));
        };
        let part = usize::try_from(number).ok();
        match part.and_then(|part| parts.get(part)) {
            Some(&found) => {
                self.demand(span, result, found, Why::Unknown);
                ExprKind::Field(value, number as u32)
            }
            None => {
                self.out_of_range(ty, number, parts.len(), span);
                self.no_part(result)
            }
        }
    }

    /// What stands for a part that was reported.
    fn no_part(&mut self, result: TyId) -> ExprKind {
        let _agrees = self.unify_quietly(result, TyId::ERROR);
        ExprKind::Unit
    }

    fn no_number(&mut self, span: Span) {
        self.sink.push(
            Diagnostic::new(
                Code::AMBIGUOUS_TYPE,
                span,
                "the number of a tuple's part must be written out, because it decides the type",
            )
            .label("not a number")
            .help("parts that are counted at run time belong into a list"),
        );
    }

    fn no_tuple(&mut self, value: &Expr, ty: TyId) {
        let text = self.show_one(ty);
        self.sink.push(
            Diagnostic::new(
                Code::TYPE_MISMATCH,
                value.span,
                format!("types differ: expected a tuple, found `{text}`"),
            )
            .label(format!("this is `{text}`")),
        );
    }

    fn out_of_range(&mut self, ty: TyId, number: i64, size: usize, span: Span) {
        let text = self.show_one(ty);
        self.sink.push(
            Diagnostic::new(
                Code::UNKNOWN_FIELD,
                span,
                format!("`{text}` has no part {number}"),
            )
            .label(format!("its parts are 0 to {}", size.saturating_sub(1))),
        );
    }
}
