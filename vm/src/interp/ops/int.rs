//! Integers: checked, wrapping and bitwise arithmetic, comparisons.

use crate::interp::state::{First, Flow, State, Stop};

/// An operation on two integers.
pub trait IntOperation {
    /// The result, or why there is none.
    fn apply(a: i64, b: i64) -> Result<i64, Stop>;
}

/// A comparison of two integers.
pub trait IntCondition {
    /// Whether it holds.
    fn holds(a: i64, b: i64) -> bool;
}

macro_rules! operations {
    ($( $name:ident($a:ident, $b:ident) = $result:expr; )*) => { $(
        #[doc = concat!("`", stringify!($result), "`")]
        pub struct $name;
        impl IntOperation for $name {
            #[inline(always)]
            fn apply($a: i64, $b: i64) -> Result<i64, Stop> { $result }
        }
    )* };
}

operations! {
    Add(a, b) = a.checked_add(b).ok_or(Stop::Overflow);
    Sub(a, b) = a.checked_sub(b).ok_or(Stop::Overflow);
    Mul(a, b) = a.checked_mul(b).ok_or(Stop::Overflow);
    Div(a, b) = if b == 0 { Err(Stop::DivisionByZero) } else { a.checked_div(b).ok_or(Stop::Overflow) };
    Rem(a, b) = if b == 0 { Err(Stop::DivisionByZero) } else { Ok(a.wrapping_rem(b)) };
    WrappingAdd(a, b) = Ok(a.wrapping_add(b));
    WrappingSub(a, b) = Ok(a.wrapping_sub(b));
    WrappingMul(a, b) = Ok(a.wrapping_mul(b));
    And(a, b) = Ok(a & b);
    Or(a, b) = Ok(a | b);
    Xor(a, b) = Ok(a ^ b);
    Shl(a, b) = if (0..64).contains(&b) { Ok(a << b) } else { Err(Stop::BadShift) };
    Shr(a, b) = if (0..64).contains(&b) { Ok(a >> b) } else { Err(Stop::BadShift) };
}

macro_rules! conditions {
    ($( $name:ident($a:ident, $b:ident) = $result:expr; )*) => { $(
        #[doc = concat!("`", stringify!($result), "`")]
        pub struct $name;
        impl IntCondition for $name {
            #[inline(always)]
            fn holds($a: i64, $b: i64) -> bool { $result }
        }
    )* };
}

conditions! {
    Eq(a, b) = a == b;
    Ne(a, b) = a != b;
    Lt(a, b) = a < b;
    Le(a, b) = a <= b;
    Gt(a, b) = a > b;
    Ge(a, b) = a >= b;
}

#[inline(always)]
fn finish(s: State, result: Result<i64, Stop>) -> Flow {
    match result {
        Ok(value) => s.give(value as u64),
        Err(stop) => s.stop(stop),
    }
}

#[inline(always)]
fn first<F: First>(s: State, reg: u16) -> i64 {
    F::get(s, reg) as i64
}

/// `a = b op c`
#[inline(always)]
pub fn reg_reg<O: IntOperation, F: First>(s: State) -> Flow {
    finish(s, O::apply(first::<F>(s, s.code().b), s.int(s.code().c())))
}

/// `a = b op imm`
#[inline(always)]
pub fn reg_imm<O: IntOperation, F: First>(s: State) -> Flow {
    finish(
        s,
        O::apply(first::<F>(s, s.code().b), i64::from(s.code().imm())),
    )
}

/// `a = imm op b`
#[inline(always)]
pub fn imm_reg<O: IntOperation>(s: State) -> Flow {
    finish(s, O::apply(i64::from(s.code().imm()), s.int(s.code().b)))
}

/// `a = -b`
#[inline(always)]
pub fn neg(s: State) -> Flow {
    finish(s, s.int(s.code().b).checked_neg().ok_or(Stop::Overflow))
}

/// `a = (b cond c)`
#[inline(always)]
pub fn compare<C: IntCondition>(s: State) -> Flow {
    s.give(u64::from(C::holds(s.int(s.code().b), s.int(s.code().c()))))
}

/// `a = (b cond imm)`
#[inline(always)]
pub fn compare_imm<C: IntCondition>(s: State) -> Flow {
    s.give(u64::from(C::holds(
        s.int(s.code().b),
        i64::from(s.code().imm()),
    )))
}

/// `a` = 1 when `b` is 0, else 0
#[inline(always)]
pub fn not(s: State) -> Flow {
    s.give(u64::from(s.get(s.code().b) == 0))
}

/// `a = b` as a Float
#[inline(always)]
pub fn to_float<F: First>(s: State) -> Flow {
    s.give_float(first::<F>(s, s.code().b) as f64)
}

/// Jumps by the distance when `a cond b`.
#[inline(always)]
pub fn branch<C: IntCondition, F: First>(s: State) -> Flow {
    let code = s.code();
    if C::holds(first::<F>(s, code.a), s.int(code.b)) {
        s.jump(code.imm())
    } else {
        s.next(1)
    }
}

/// Jumps by the distance when `a cond b`, `b` being a signed 16-bit immediate.
#[inline(always)]
pub fn branch_imm<C: IntCondition, F: First>(s: State) -> Flow {
    let code = s.code();
    if C::holds(first::<F>(s, code.a), i64::from(code.b as i16)) {
        s.jump(code.imm())
    } else {
        s.next(1)
    }
}
