//! Maps and sets.

use crate::interp::state::{Flow, State, rest};
use crate::value::map;
use snow_bytecode::types::TypeId;

/// `a` = an empty map or set of type `imm`
#[inline(always)]
pub fn new(s: State) -> Flow {
    let word = map::empty(&s.vm().ctx.heap, TypeId(s.code().cd));
    s.set(s.code().a, word);
    s.next(1)
}

rest! {
    /// `a` = value in map `b` under the key in the extension word's first operand, or a jump
    pub Get(s) {
        let code = s.code();
        // SAFETY: the registers hold a map and a key of its type.
        match unsafe { map::get(&s.vm().ctx.heap, s.get(code.b), s.get(s.ext(1).a)) } {
            Some(value) => {
                s.set(code.a, value);
                s.next(2)
            }
            None => s.jump(code.imm()),
        }
    }
}

rest! {
    /// `a` = `b` with value `d` under key `c`
    pub Put(s) {
        let code = s.code();
        // SAFETY: the registers own a map, and a key and a value of its types.
        let word = unsafe {
            map::put(
                &mut s.vm().ctx.heap,
                s.get(code.b),
                s.get(code.c()),
                s.get(code.d()),
            )
        };
        s.set(code.a, word);
        s.next(1)
    }
}

rest! {
    /// `a` = 1 when `b` has key `c`
    pub Has(s) {
        let code = s.code();
        // SAFETY: the registers hold a map or set, and a key of its type.
        let has = unsafe { map::has(&s.vm().ctx.heap, s.get(code.b), s.get(code.c())) };
        s.set(code.a, u64::from(has));
        s.next(1)
    }
}

/// `a` = number of the first entry of `b` at or after number `c`, or -1
#[inline(always)]
pub fn next(s: State) -> Flow {
    let code = s.code();
    // SAFETY: the register holds a map or set.
    let number = unsafe { map::next(s.get(code.b), s.int(code.c())) };
    s.set(code.a, number.unwrap_or(-1) as u64);
    s.next(1)
}

/// Stores what an entry number gave, or crashes.
#[inline(always)]
fn store_entry(s: State, part: Option<u64>) -> Flow {
    match part {
        Some(word) => {
            s.set(s.code().a, word);
            s.next(1)
        }
        None => s.stop(s.vm().crash(map::NO_ENTRY)),
    }
}

rest! {
    /// `a` = key of entry `c` of `b`
    pub KeyAt(s) {
        let code = s.code();
        // SAFETY: the register holds a map or set.
        store_entry(s, unsafe {
            map::key_at(s.vm().ctx.types(), s.get(code.b), s.int(code.c()))
        })
    }
}

rest! {
    /// `a` = value of entry `c` of `b`
    pub ValueAt(s) {
        let code = s.code();
        // SAFETY: the register holds a map.
        store_entry(s, unsafe {
            map::value_at(s.vm().ctx.types(), s.get(code.b), s.int(code.c()))
        })
    }
}

rest! {
    /// `a` = value under key `d` moved out of `c`, `b` = the map with a hole there
    pub Take(s) {
        let code = s.code();
        // SAFETY: the registers own a map and hold a key of its type.
        match unsafe { map::take(&mut s.vm().ctx.heap, s.get(code.c()), s.get(code.d())) } {
            Some((value, word)) => {
                s.set(code.a, value);
                s.set(code.b, word);
                s.next(1)
            }
            None => s.stop(s.vm().crash(map::NO_KEY)),
        }
    }
}

rest! {
    /// `a` = `b` with value `d` in the hole under key `c`
    pub Fill(s) {
        let code = s.code();
        // SAFETY: the registers own a map with a hole under the key, and a value of its type.
        match unsafe {
            map::fill(
                &mut s.vm().ctx.heap,
                s.get(code.b),
                s.get(code.c()),
                s.get(code.d()),
            )
        } {
            Some(word) => {
                s.set(code.a, word);
                s.next(1)
            }
            None => s.stop(s.vm().crash(map::NO_KEY)),
        }
    }
}
