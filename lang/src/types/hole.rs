//! Holes: how the typed tree refers to things that are not known while it is built.
//!
//! Inference builds the typed tree directly. A type in it is `Ty::Param` with the top bit set and the number of an
//! inference type; an expression that waits for a type is `ExprKind::Local` with the top bit set and the number of a
//! pending decision. [`super::finish`] replaces both, so that neither leaves this phase.

use super::arena::TyId;
use crate::typed::{ExprKind, LocalId, Ty};

const HOLE: u32 = 1 << 31;

/// The stand-in for an inference type.
pub fn of_type(id: TyId) -> Ty {
    Ty::Param(HOLE | id.0)
}

/// The inference type that a stand-in names.
pub fn as_type(ty: &Ty) -> Option<TyId> {
    match ty {
        Ty::Param(number) if number & HOLE != 0 => Some(TyId(number & !HOLE)),
        _ => None,
    }
}

/// What a bare `Pid` in an annotation takes: it is inferred, at each place anew.
pub const OPEN: TyId = TyId(HOLE - 1);

/// Whether a type has parts that are to be inferred.
pub fn is_open(ty: &Ty) -> bool {
    match ty {
        Ty::Param(_) => as_type(ty) == Some(OPEN),
        Ty::App(_, parts) => parts.iter().any(is_open),
    }
}

/// The type of a declaration that was reported; agrees with every type.
pub fn error_type() -> Ty {
    of_type(TyId::ERROR)
}

/// The stand-in for a pending decision.
pub fn of_pending(index: usize) -> ExprKind {
    ExprKind::Local(LocalId(HOLE | index as u32), Vec::new())
}

/// The pending decision that a stand-in names.
pub fn as_pending(kind: &ExprKind) -> Option<usize> {
    match kind {
        ExprKind::Local(LocalId(number), _) if number & HOLE != 0 => {
            Some((number & !HOLE) as usize)
        }
        _ => None,
    }
}
