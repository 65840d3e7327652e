//! Floats: IEEE arithmetic and comparisons.

use crate::interp::state::{First, Flow, State, Stop};

/// An operation on two floats.
pub trait FloatOperation {
    /// The result.
    fn apply(a: f64, b: f64) -> f64;
}

/// An operation on one float.
pub trait FloatUnary {
    /// The result.
    fn apply(a: f64) -> f64;
}

/// A comparison of two floats.
pub trait FloatCondition {
    /// Whether it holds.
    fn holds(a: f64, b: f64) -> bool;
}

macro_rules! operations {
    ($( $name:ident: $trait:ident::$method:ident($($arg:ident),*) -> $ret:ty = $result:expr; )*) => { $(
        #[doc = concat!("`", stringify!($result), "`")]
        pub struct $name;
        impl $trait for $name {
            #[inline(always)]
            fn $method($($arg: f64),*) -> $ret { $result }
        }
    )* };
}

operations! {
    Add: FloatOperation::apply(a, b) -> f64 = a + b;
    Sub: FloatOperation::apply(a, b) -> f64 = a - b;
    Mul: FloatOperation::apply(a, b) -> f64 = a * b;
    Div: FloatOperation::apply(a, b) -> f64 = a / b;
    Rem: FloatOperation::apply(a, b) -> f64 = a % b;
    Neg: FloatUnary::apply(a) -> f64 = -a;
    Abs: FloatUnary::apply(a) -> f64 = a.abs();
    Sqrt: FloatUnary::apply(a) -> f64 = a.sqrt();
    Floor: FloatUnary::apply(a) -> f64 = a.floor();
    Ceil: FloatUnary::apply(a) -> f64 = a.ceil();
    Trunc: FloatUnary::apply(a) -> f64 = a.trunc();
    Eq: FloatCondition::holds(a, b) -> bool = a == b;
    Ne: FloatCondition::holds(a, b) -> bool = a != b;
    Lt: FloatCondition::holds(a, b) -> bool = a < b;
    Le: FloatCondition::holds(a, b) -> bool = a <= b;
}

#[inline(always)]
fn first<F: First>(s: State, reg: u16) -> f64 {
    f64::from_bits(F::get(s, reg))
}

/// `a = b op c`
#[inline(always)]
pub fn binary<O: FloatOperation, F: First>(s: State) -> Flow {
    s.give_float(O::apply(first::<F>(s, s.code().b), s.float(s.code().c())))
}

/// `a = op b`
#[inline(always)]
pub fn unary<O: FloatUnary>(s: State) -> Flow {
    s.give_float(O::apply(s.float(s.code().b)))
}

/// `a = (b cond c)`
#[inline(always)]
pub fn compare<C: FloatCondition>(s: State) -> Flow {
    let code = s.code();
    s.give(u64::from(C::holds(s.float(code.b), s.float(code.c()))))
}

/// Jumps by the distance when `a cond b`.
#[inline(always)]
pub fn branch<C: FloatCondition>(s: State) -> Flow {
    let code = s.code();
    if C::holds(s.float(code.a), s.float(code.b)) {
        s.jump(code.imm())
    } else {
        s.next(1)
    }
}

/// Jumps by the distance unless `a cond b`.
#[inline(always)]
pub fn branch_not<C: FloatCondition>(s: State) -> Flow {
    let code = s.code();
    if C::holds(s.float(code.a), s.float(code.b)) {
        s.next(1)
    } else {
        s.jump(code.imm())
    }
}

/// `a = b` truncated to an Int
#[inline(always)]
pub fn to_int(s: State) -> Flow {
    let value = s.float(s.code().b).trunc();
    // The bounds are exact doubles: -2^63 fits, 2^63 does not.
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
        s.set(s.code().a, value as i64 as u64);
        s.next(1)
    } else {
        s.stop(Stop::FloatRange)
    }
}
