//! Hashing by structure, keyed per runtime. Equal values have equal hashes; maps and sets hash without regard to order.

use snow_bytecode::types::TypeId;

use crate::types::{Elem, Form, RuntimeTypes};

use super::walk::{Value, float_key};
use super::{list, map, text};

const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

#[inline(always)]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

#[inline(always)]
fn mix(key: [u64; 2], state: u64, word: u64) -> u64 {
    fold(state.rotate_left(23) ^ word ^ key[0], key[1] | 1).wrapping_add(MIX)
}

/// Hash of one plain word.
#[inline(always)]
pub fn word(key: [u64; 2], word: u64) -> u64 {
    fold(word ^ key[0], key[1] | 1)
}

/// Hash of bytes.
#[inline]
pub fn bytes(key: [u64; 2], all: &[u8]) -> u64 {
    let read8 = |at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&all[at..at + 8]);
        u64::from_le_bytes(word)
    };
    let read4 = |at: usize| {
        let mut word = [0; 4];
        word.copy_from_slice(&all[at..at + 4]);
        u64::from(u32::from_le_bytes(word))
    };
    let len = all.len();
    let mut state = key[0] ^ (len as u64).wrapping_mul(MIX);
    let mut at = 0;
    while len - at > 16 {
        state = fold(read8(at) ^ key[1], read8(at + 8) ^ state);
        at += 16;
    }
    let (a, b) = match len {
        0 => (0, 0),
        1..4 => (
            u64::from(all[0]) << 8 | u64::from(all[len / 2]),
            all[len - 1].into(),
        ),
        4..8 => (read4(0), read4(len - 4)),
        // The last 16 bytes, overlapping what was read already.
        8..=16 => (read8(0), read8(len - 8)),
        _ => (read8(len - 16), read8(len - 8)),
    };
    fold(fold(a ^ key[1], b ^ state), key[1] | 1)
}

/// Hash of an element word.
///
/// # Safety
/// The word is a live element of that type.
pub unsafe fn element(types: &RuntimeTypes, elem: Elem, word: u64) -> u64 {
    // SAFETY: by contract.
    unsafe { walk(types, Value::element(elem, word)) }
}

/// Hash of a value in registers.
///
/// # Safety
/// The words are the slots of a live value of the type.
pub unsafe fn value(types: &RuntimeTypes, ty: TypeId, words: &[u64]) -> u64 {
    // SAFETY: by contract.
    unsafe { walk(types, Value::new(ty, words)) }
}

/// Work that is left.
enum Frame {
    Value(Value),
    Items {
        elem: Elem,
        list: u64,
        at: usize,
    },
    /// The entries from number `from` on; hashes of earlier ones are in `sum`, what came before the map in `outer`.
    Entries {
        key: Elem,
        value: Option<Elem>,
        map: u64,
        from: i64,
        sum: u64,
        outer: u64,
    },
}

unsafe fn walk(types: &RuntimeTypes, root: Value) -> u64 {
    let secret = types.hash_key();
    let mut state = secret[1];
    let mut stack = vec![Frame::Value(root)];
    // SAFETY: every value reached is a part of the root, and live with it.
    unsafe {
        while let Some(frame) = stack.pop() {
            match frame {
                Frame::Value(value) => state = enter(types, value, state, &mut stack),
                Frame::Items { elem, list, at } => {
                    if let Some(word) = list::get(list, at as i64) {
                        stack.push(Frame::Items {
                            elem,
                            list,
                            at: at + 1,
                        });
                        stack.push(Frame::Value(Value::element(elem, word)));
                    }
                }
                Frame::Entries {
                    key,
                    value,
                    map,
                    from,
                    sum,
                    outer,
                } => {
                    let sum = if from == 0 {
                        sum
                    } else {
                        sum.wrapping_add(state)
                    };
                    let Some(number) = map::next(map, from) else {
                        state = mix(secret, outer, sum);
                        continue;
                    };
                    state = secret[0];
                    let from = number + 1;
                    stack.push(Frame::Entries {
                        key,
                        value,
                        map,
                        from,
                        sum,
                        outer,
                    });
                    if let (Some(elem), Some(word)) = (value, map::value_at(types, map, number)) {
                        stack.push(Frame::Value(Value::element(elem, word)));
                    }
                    if let Some(word) = map::key_at(types, map, number) {
                        stack.push(Frame::Value(Value::element(key, word)));
                    }
                }
            }
        }
    }
    state
}

/// Mixes a scalar into the state, or schedules the parts of a value.
unsafe fn enter(types: &RuntimeTypes, value: Value, state: u64, stack: &mut Vec<Frame>) -> u64 {
    let secret = types.hash_key();
    let first = value.words[0];
    // SAFETY: the value is live and of its type.
    unsafe {
        match &types.info(value.ty).form {
            Form::Int | Form::Bool | Form::Unit | Form::Atom | Form::Pid | Form::Ref => {
                mix(secret, state, first)
            }
            Form::Float => mix(secret, state, float_key(first)),
            Form::String | Form::Bytes => mix(secret, state, bytes(secret, text::bytes(first))),
            Form::Range => mix(secret, mix(secret, state, first), value.words[1]),
            Form::Fun { .. } => mix(secret, state, first),
            Form::List(elem) => {
                stack.push(Frame::Items {
                    elem: *elem,
                    list: first,
                    at: 0,
                });
                mix(secret, state, list::len(first) as u64)
            }
            Form::Map(key, item) => enter_map(*key, Some(*item), first, state, stack),
            Form::Set(key) => enter_map(*key, None, first, state, stack),
            Form::Aggregate(form) => {
                let tag = value.tag(form);
                if let Some(tag) = tag {
                    for field in form.variants[tag].fields.iter().rev() {
                        stack.push(Frame::Value(value.field(form, field)));
                    }
                }
                if form.variants.len() > 1 {
                    mix(secret, state, tag.map_or(u64::MAX, |tag| tag as u64))
                } else {
                    state
                }
            }
        }
    }
}

fn enter_map(key: Elem, value: Option<Elem>, map: u64, state: u64, stack: &mut Vec<Frame>) -> u64 {
    stack.push(Frame::Entries {
        key,
        value,
        map,
        from: 0,
        sum: 0,
        outer: state,
    });
    state
}
