//! The total order of values by structure, with an explicit worklist.

use std::cmp::Ordering;

use snow_bytecode::types::TypeId;

use crate::actor::Pid;
use crate::types::{Elem, Form, RuntimeTypes};

use super::walk::{Value, same_variant};
use super::{list, map, text};

/// Compares two values in registers. Floats are ordered with one NaN, above all others. Maps, sets and functions have no order of their own:
/// the type checker lets no program ask for it, and here they are ordered by size and address.
///
/// # Safety
/// The words are the slots of live values of the type.
#[inline]
pub unsafe fn values(types: &RuntimeTypes, ty: TypeId, a: &[u64], b: &[u64]) -> Ordering {
    // SAFETY: by contract.
    unsafe { walk(types, Value::new(ty, a), Value::new(ty, b)) }
}

/// Compares two element words.
///
/// # Safety
/// The words are live elements of that type.
pub unsafe fn elements(types: &RuntimeTypes, elem: Elem, a: u64, b: u64) -> Ordering {
    // SAFETY: by contract.
    unsafe { walk(types, Value::element(elem, a), Value::element(elem, b)) }
}

/// The total order of floats.
#[inline]
pub fn floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b)
        .unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// What is compared when all before was equal.
enum Frame {
    Pair(Value, Value),
    Items {
        elem: Elem,
        a: u64,
        b: u64,
        at: usize,
    },
}

unsafe fn walk(types: &RuntimeTypes, a: Value, b: Value) -> Ordering {
    let mut stack = Vec::new();
    // SAFETY: every value reached is a part of the two, and live with them.
    unsafe {
        let mut order = enter(types, a, b, &mut stack);
        while order == Ordering::Equal {
            let Some(frame) = stack.pop() else { break };
            order = match frame {
                Frame::Pair(a, b) => enter(types, a, b, &mut stack),
                Frame::Items { elem, a, b, at } => {
                    match (list::get(a, at as i64), list::get(b, at as i64)) {
                        (Some(x), Some(y)) => {
                            stack.push(Frame::Items {
                                elem,
                                a,
                                b,
                                at: at + 1,
                            });
                            let (x, y) = (Value::element(elem, x), Value::element(elem, y));
                            enter(types, x, y, &mut stack)
                        }
                        (x, y) => x.is_some().cmp(&y.is_some()),
                    }
                }
            };
        }
        order
    }
}

unsafe fn enter(types: &RuntimeTypes, a: Value, b: Value, stack: &mut Vec<Frame>) -> Ordering {
    let (x, y) = (a.words[0], b.words[0]);
    // SAFETY: the values are live and of their type.
    unsafe {
        match &types.info(a.ty).form {
            Form::Int => (x as i64).cmp(&(y as i64)),
            Form::Pid => types.compare_pids(Pid::from_word(x), Pid::from_word(y)),
            Form::Bool | Form::Unit | Form::Atom | Form::Ref | Form::Fun { .. } => x.cmp(&y),
            Form::Float => floats(f64::from_bits(x), f64::from_bits(y)),
            Form::String | Form::Bytes => text::bytes(x).cmp(text::bytes(y)),
            Form::Range => {
                let key = |v: &Value| (v.words[0] as i64, v.words[1] as i64);
                key(&a).cmp(&key(&b))
            }
            Form::List(elem) => {
                stack.push(Frame::Items {
                    elem: *elem,
                    a: x,
                    b: y,
                    at: 0,
                });
                Ordering::Equal
            }
            Form::Map(..) | Form::Set(_) => map::len(x).cmp(&map::len(y)),
            Form::Aggregate(form) => match same_variant(form, &a, &b) {
                Err(order) => order,
                Ok(variant) => {
                    for field in variant.iter().flat_map(|v| v.fields.iter().rev()) {
                        stack.push(Frame::Pair(a.field(form, field), b.field(form, field)));
                    }
                    Ordering::Equal
                }
            },
        }
    }
}
