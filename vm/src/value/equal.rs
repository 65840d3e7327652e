//! Equality by structure, with an explicit worklist.

use snow_bytecode::types::TypeId;

use crate::types::{Elem, Form, RuntimeTypes};

use super::walk::{Value, float_key, same_variant};
use super::{list, map, text};

/// How floats are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Floats {
    /// As `==` does: NaN differs from itself.
    Ieee,
    /// As keys: there is one NaN.
    Keys,
}

/// Whether two values in registers are equal, as `==` says.
///
/// # Safety
/// The words are the slots of live values of the type.
#[inline]
pub unsafe fn values(types: &RuntimeTypes, ty: TypeId, a: &[u64], b: &[u64]) -> bool {
    // SAFETY: by contract.
    unsafe { walk(types, Value::new(ty, a), Value::new(ty, b), Floats::Ieee) }
}

/// Whether two element words are equal as keys.
///
/// # Safety
/// The words are live elements of that type.
pub unsafe fn elements(types: &RuntimeTypes, elem: Elem, a: u64, b: u64) -> bool {
    // SAFETY: by contract.
    unsafe {
        walk(
            types,
            Value::element(elem, a),
            Value::element(elem, b),
            Floats::Keys,
        )
    }
}

/// What has to be equal still.
enum Frame {
    Pair(Value, Value, Floats),
    Items {
        elem: Elem,
        a: u64,
        b: u64,
        at: usize,
        floats: Floats,
    },
    /// The entries of `a` from a number on must be in `b`.
    Entries {
        key: Elem,
        value: Option<Elem>,
        a: u64,
        b: u64,
        from: i64,
        floats: Floats,
    },
    /// The key of entry `number` of `a` is compared with the first of `candidates`, entries of `b`; when it differs, the next is tried.
    Choice {
        key: Elem,
        value: Option<Elem>,
        a: u64,
        b: u64,
        number: i64,
        candidates: Vec<u32>,
        floats: Floats,
    },
}

unsafe fn walk(types: &RuntimeTypes, a: Value, b: Value, floats: Floats) -> bool {
    let mut stack = Vec::new();
    // SAFETY: every value reached is a part of the two, and live with them.
    unsafe {
        let mut equal = enter(types, a, b, floats, &mut stack);
        loop {
            if !equal && !next_choice(types, &mut stack) {
                return false;
            }
            let Some(frame) = stack.pop() else {
                return true;
            };
            equal = step(types, frame, &mut stack);
        }
    }
}

/// Goes back to the last choice that has candidates left, and takes the next.
unsafe fn next_choice(types: &RuntimeTypes, stack: &mut Vec<Frame>) -> bool {
    while let Some(frame) = stack.pop() {
        let Frame::Choice {
            key,
            value,
            a,
            b,
            number,
            mut candidates,
            floats,
        } = frame
        else {
            continue;
        };
        candidates.pop();
        let Some(&candidate) = candidates.last() else {
            continue;
        };
        // SAFETY: candidates are entries of `b`, the number is one of `a`.
        unsafe {
            let words =
                map::key_at(types, a, number).zip(map::key_at(types, b, i64::from(candidate)));
            let Some((x, y)) = words else { continue };
            stack.push(Frame::Choice {
                key,
                value,
                a,
                b,
                number,
                candidates,
                floats,
            });
            let (x, y) = (Value::element(key, x), Value::element(key, y));
            stack.push(Frame::Pair(x, y, Floats::Keys));
        }
        return true;
    }
    false
}

unsafe fn step(types: &RuntimeTypes, frame: Frame, stack: &mut Vec<Frame>) -> bool {
    // SAFETY: frames hold live values.
    unsafe {
        match frame {
            Frame::Pair(a, b, floats) => enter(types, a, b, floats, stack),
            Frame::Items {
                elem,
                a,
                b,
                at,
                floats,
            } => {
                let Some((x, y)) = list::get(a, at as i64).zip(list::get(b, at as i64)) else {
                    return true;
                };
                stack.push(Frame::Items {
                    elem,
                    a,
                    b,
                    at: at + 1,
                    floats,
                });
                enter(
                    types,
                    Value::element(elem, x),
                    Value::element(elem, y),
                    floats,
                    stack,
                )
            }
            Frame::Entries {
                key,
                value,
                a,
                b,
                from,
                floats,
            } => {
                let Some(number) = map::next(a, from) else {
                    return true;
                };
                let Some(word) = map::key_at(types, a, number) else {
                    return false;
                };
                let mut candidates = map::candidates(types, b, word);
                stack.push(Frame::Entries {
                    key,
                    value,
                    a,
                    b,
                    from: number + 1,
                    floats,
                });
                // `next_choice` takes the top away first.
                candidates.push(0);
                stack.push(Frame::Choice {
                    key,
                    value,
                    a,
                    b,
                    number,
                    candidates,
                    floats,
                });
                false
            }
            Frame::Choice {
                value,
                a,
                b,
                number,
                candidates,
                floats,
                ..
            } => {
                let Some((elem, &candidate)) = value.zip(candidates.last()) else {
                    return true;
                };
                let words = map::value_at(types, a, number).zip(map::value_at(
                    types,
                    b,
                    i64::from(candidate),
                ));
                let Some((x, y)) = words else { return false };
                enter(
                    types,
                    Value::element(elem, x),
                    Value::element(elem, y),
                    floats,
                    stack,
                )
            }
        }
    }
}

/// Compares scalars, and schedules the parts of other values.
#[inline]
unsafe fn enter(
    types: &RuntimeTypes,
    a: Value,
    b: Value,
    floats: Floats,
    stack: &mut Vec<Frame>,
) -> bool {
    let (x, y) = (a.words[0], b.words[0]);
    // SAFETY: the values are live and of their type.
    unsafe {
        match &types.info(a.ty).form {
            Form::Int
            | Form::Bool
            | Form::Unit
            | Form::Atom
            | Form::Pid
            | Form::Ref
            | Form::Fun { .. } => x == y,
            Form::Float if floats == Floats::Ieee => f64::from_bits(x) == f64::from_bits(y),
            Form::Float => float_key(x) == float_key(y),
            Form::String | Form::Bytes => x == y || text::equals(x, text::bytes(y)),
            Form::Range => x == y && a.words[1] == b.words[1],
            Form::List(elem) => {
                stack.push(Frame::Items {
                    elem: *elem,
                    a: x,
                    b: y,
                    at: 0,
                    floats,
                });
                list::len(x) == list::len(y)
            }
            Form::Map(key, value) => {
                let value = Some(*value);
                stack.push(Frame::Entries {
                    key: *key,
                    value,
                    a: x,
                    b: y,
                    from: 0,
                    floats,
                });
                map::len(x) == map::len(y)
            }
            Form::Set(key) => {
                stack.push(Frame::Entries {
                    key: *key,
                    value: None,
                    a: x,
                    b: y,
                    from: 0,
                    floats,
                });
                map::len(x) == map::len(y)
            }
            Form::Aggregate(form) => {
                let Ok(variant) = same_variant(form, &a, &b) else {
                    return false;
                };
                for field in variant.iter().flat_map(|v| v.fields.iter().rev()) {
                    stack.push(Frame::Pair(
                        a.field(form, field),
                        b.field(form, field),
                        floats,
                    ));
                }
                true
            }
        }
    }
}
