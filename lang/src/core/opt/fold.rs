//! Operations whose result is known.

use smol_str::SmolStr;
use snow_bytecode::inst::{Cond, FloatOp, FloatUnOp, IntOp};

use crate::core::ir::{FuncId, Op, Var};

/// What is known about a variable's value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fact {
    Int(i64),
    Float(f64),
    Bool(bool),
    Str(SmolStr),
    /// Constructor and fields.
    Fields(u8, Vec<Var>),
    /// Constructor.
    Tag(u8),
    Range(Var, Var),
    /// Start and end of a list literal's length.
    Length(usize),
    Closure,
    Func(FuncId),
    Not(Var),
    Compared(Cond, Var, Var),
}

/// What an operation's operands make of it.
pub(super) enum Folded {
    /// The value of another variable.
    Var(Var),
    /// A simpler operation.
    Op(Op),
    /// The operation as it is.
    No,
}

/// The fact that an operation establishes about its result.
pub(super) fn fact_of(op: &Op) -> Option<Fact> {
    Some(match op {
        Op::Int(value) => Fact::Int(*value),
        Op::Float(value) => Fact::Float(*value),
        Op::Bool(value) => Fact::Bool(*value),
        Op::Str(text) => Fact::Str(text.clone()),
        Op::Construct(tag, fields) => Fact::Fields(*tag, fields.clone()),
        Op::Range(start, end) => Fact::Range(*start, *end),
        Op::List(items) => Fact::Length(items.len()),
        Op::Closure(..) => Fact::Closure,
        Op::FuncValue(func) => Fact::Func(*func),
        Op::Not(value) => Fact::Not(*value),
        Op::IntCmp(cond, a, b) => Fact::Compared(*cond, *a, *b),
        _ => return None,
    })
}

/// Simplifies an operation by what `fact` knows of its operands.
pub(super) fn fold<'f>(op: &Op, fact: &impl Fn(Var) -> Option<&'f Fact>) -> Folded {
    let int = |var: Var| match fact(var) {
        Some(Fact::Int(value)) => Some(*value),
        _ => None,
    };
    let float = |var: Var| match fact(var) {
        Some(Fact::Float(value)) => Some(*value),
        _ => None,
    };
    match op {
        Op::Copy(var) => Folded::Var(*var),
        Op::IntBin(op, a, b) => int_bin(*op, (*a, int(*a)), (*b, int(*b))),
        Op::IntNeg(a) => int(*a)
            .and_then(i64::checked_neg)
            .map_or(Folded::No, |value| Folded::Op(Op::Int(value))),
        Op::IntCmp(cond, a, b) => match (int(*a), int(*b)) {
            (Some(a), Some(b)) => Folded::Op(Op::Bool(holds(*cond, &a, &b))),
            _ => Folded::No,
        },
        Op::FloatBin(op, a, b) => match (float(*a), float(*b)) {
            (Some(a), Some(b)) => Folded::Op(Op::Float(float_bin(*op, a, b))),
            _ => Folded::No,
        },
        Op::FloatUn(FloatUnOp::Neg, a) => {
            float(*a).map_or(Folded::No, |value| Folded::Op(Op::Float(-value)))
        }
        Op::FloatCmp(cond, a, b) => match (float(*a), float(*b)) {
            (Some(a), Some(b)) => Folded::Op(Op::Bool(holds(*cond, &a, &b))),
            _ => Folded::No,
        },
        Op::Not(a) => match fact(*a) {
            Some(Fact::Bool(value)) => Folded::Op(Op::Bool(!value)),
            Some(Fact::Not(inner)) => Folded::Var(*inner),
            Some(Fact::Compared(cond, a, b)) => Folded::Op(Op::IntCmp(opposite(*cond), *a, *b)),
            _ => Folded::No,
        },
        Op::Project { value, tag, field } => match fact(*value) {
            Some(Fact::Fields(own, fields)) if own == tag => fields
                .get(*field as usize)
                .map_or(Folded::No, |var| Folded::Var(*var)),
            _ => Folded::No,
        },
        Op::RangeStart(range) => match fact(*range) {
            Some(Fact::Range(start, _)) => Folded::Var(*start),
            _ => Folded::No,
        },
        Op::RangeEnd(range) => match fact(*range) {
            Some(Fact::Range(_, end)) => Folded::Var(*end),
            _ => Folded::No,
        },
        Op::ListLen(list) => match fact(*list) {
            Some(Fact::Length(length)) => Folded::Op(Op::Int(*length as i64)),
            _ => Folded::No,
        },
        Op::StrEq(a, literal) => match fact(*a) {
            Some(Fact::Str(text)) => Folded::Op(Op::Bool(text == literal)),
            _ => Folded::No,
        },
        Op::Concat(a, b) => concat(*a, *b, fact),
        Op::CallClosure(callee, args) => match fact(*callee) {
            Some(Fact::Func(func)) => Folded::Op(Op::Call(*func, args.clone())),
            _ => Folded::No,
        },
        _ => Folded::No,
    }
}

fn concat<'f>(a: Var, b: Var, fact: &impl Fn(Var) -> Option<&'f Fact>) -> Folded {
    match (fact(a), fact(b)) {
        (Some(Fact::Str(a)), Some(Fact::Str(b))) if a.len() + b.len() <= 4096 => {
            Folded::Op(Op::Str(format!("{a}{b}").into()))
        }
        (Some(Fact::Str(text)), _) if text.is_empty() => Folded::Var(b),
        (_, Some(Fact::Str(text))) if text.is_empty() => Folded::Var(a),
        _ => Folded::No,
    }
}

fn int_bin(
    op: IntOp,
    (a, known_a): (Var, Option<i64>),
    (b, known_b): (Var, Option<i64>),
) -> Folded {
    let value = match (known_a, known_b) {
        (Some(a), Some(b)) => constant_int(op, a, b),
        _ => None,
    };
    if let Some(value) = value {
        return Folded::Op(Op::Int(value));
    }
    use IntOp::{Add, Div, Mul, Or, Shl, Shr, Sub, WrappingAdd, WrappingMul, WrappingSub, Xor};
    match (op, known_a, known_b) {
        (Add | WrappingAdd | Or | Xor, Some(0), _) | (Mul | WrappingMul, Some(1), _) => {
            Folded::Var(b)
        }
        (Add | WrappingAdd | Sub | WrappingSub | Or | Xor | Shl | Shr, _, Some(0))
        | (Mul | WrappingMul | Div, _, Some(1)) => Folded::Var(a),
        _ => Folded::No,
    }
}

/// The result of constants; `None` when the operation crashes.
fn constant_int(op: IntOp, a: i64, b: i64) -> Option<i64> {
    match op {
        IntOp::Add => a.checked_add(b),
        IntOp::Sub => a.checked_sub(b),
        IntOp::Mul => a.checked_mul(b),
        IntOp::Div => a.checked_div(b),
        IntOp::Rem if b == -1 => Some(0),
        IntOp::Rem => a.checked_rem(b),
        IntOp::WrappingAdd => Some(a.wrapping_add(b)),
        IntOp::WrappingSub => Some(a.wrapping_sub(b)),
        IntOp::WrappingMul => Some(a.wrapping_mul(b)),
        IntOp::And => Some(a & b),
        IntOp::Or => Some(a | b),
        IntOp::Xor => Some(a ^ b),
        IntOp::Shl | IntOp::Shr if !(0..64).contains(&b) => None,
        IntOp::Shl => Some(a << b),
        IntOp::Shr => Some(a >> b),
    }
}

fn float_bin(op: FloatOp, a: f64, b: f64) -> f64 {
    match op {
        FloatOp::Add => a + b,
        FloatOp::Sub => a - b,
        FloatOp::Mul => a * b,
        FloatOp::Div => a / b,
        FloatOp::Rem => a % b,
    }
}

fn holds<T: PartialOrd>(cond: Cond, a: &T, b: &T) -> bool {
    match cond {
        Cond::Eq => a == b,
        Cond::Ne => a != b,
        Cond::Lt => a < b,
        Cond::Le => a <= b,
        Cond::Gt => a > b,
        Cond::Ge => a >= b,
    }
}

fn opposite(cond: Cond) -> Cond {
    match cond {
        Cond::Eq => Cond::Ne,
        Cond::Ne => Cond::Eq,
        Cond::Lt => Cond::Ge,
        Cond::Le => Cond::Gt,
        Cond::Gt => Cond::Le,
        Cond::Ge => Cond::Lt,
    }
}
