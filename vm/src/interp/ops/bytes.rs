//! Bytes.

use snow_bytecode::inst::BitField;
use snow_bytecode::types::TypeId;

use crate::interp::state::{Flow, State, rest};
use crate::value::{bytes, text};

/// `a` = number of bytes of `b`
#[inline(always)]
pub fn len(s: State) -> Flow {
    // SAFETY: the register holds bytes.
    s.give(unsafe { text::len(s.get(s.code().b)) } as u64)
}

/// The bytes in register `b`, and the field of the extension word.
#[inline(always)]
fn operands<'a>(s: State) -> (&'a [u8], BitField) {
    // SAFETY: the register holds bytes, which stay as they are while the instruction runs.
    let bytes = unsafe { text::bytes(s.get(s.code().b)) };
    (bytes, BitField::of_packed(s.ext(1).head))
}

/// Ends an instruction that reads a field.
#[inline(always)]
fn read(s: State, value: Option<u64>) -> Flow {
    match value {
        Some(value) => {
            s.set(s.code().a, value);
            s.next(2)
        }
        None => s.stop(s.vm().crash(bytes::OUT_OF_RANGE)),
    }
}

rest! {
    /// [`get`] near the end of the bytes.
    GetRest(s) {
        let (all, field) = operands(s);
        read(s, bytes::get(all, 0, field))
    }
}

/// `a` = the field of the extension word in `b`
#[inline(always)]
pub fn get(s: State) -> Flow {
    let (all, field) = operands(s);
    match bytes::get_near(all, 0, field) {
        Some(value) => read(s, Some(value)),
        None => s.rest::<GetRest>(),
    }
}

rest! {
    /// [`byte`] where there is none.
    ByteRest(s) {
        s.stop(s.vm().crash(bytes::OUT_OF_RANGE))
    }
}

/// `a` = byte `c` of `b`
#[inline(always)]
pub fn byte(s: State) -> Flow {
    // SAFETY: the register holds bytes.
    let all = unsafe { text::bytes(s.get(s.code().b)) };
    match all.get(usize::from(s.code().c())) {
        Some(byte) => s.give(u64::from(*byte)),
        None => s.rest::<ByteRest>(),
    }
}

rest! {
    /// [`get_at`] near the end of the bytes.
    GetAtRest(s) {
        let (all, field) = operands(s);
        read(s, bytes::get(all, s.int(s.code().c()), field))
    }
}

/// `a` = the field of the extension word in `b`, from byte `c` on
#[inline(always)]
pub fn get_at(s: State) -> Flow {
    let (all, field) = operands(s);
    match bytes::get_near(all, s.int(s.code().c()), field) {
        Some(value) => read(s, Some(value)),
        None => s.rest::<GetAtRest>(),
    }
}

rest! {
    /// `a` = the code point at byte `c` of `b` with its length, or -1
    pub Scalar(s) {
        let code = s.code();
        // SAFETY: the register holds bytes.
        let all = unsafe { text::bytes(s.get(code.b)) };
        s.set(code.a, bytes::scalar(all, s.int(code.c())) as u64);
        s.next(1)
    }
}

/// Ends an instruction that gives bytes.
#[inline(always)]
fn store(s: State, word: Option<u64>) -> Flow {
    match word {
        Some(word) => {
            s.set(s.code().a, word);
            s.next(1)
        }
        None => s.stop(s.vm().crash(bytes::OUT_OF_RANGE)),
    }
}

rest! {
    /// `a` = bytes `c` up to `d` of `b`
    pub Slice(s) {
        let code = s.code();
        let (from, to) = (s.int(code.c()), s.int(code.d()));
        // SAFETY: the register holds bytes.
        store(s, unsafe { bytes::slice(&mut s.vm().ctx.heap, s.get(code.b), from, to) })
    }
}

rest! {
    /// `a` = `b` without its first `c` bytes
    pub DropFirst(s) {
        let code = s.code();
        // SAFETY: the register owns bytes.
        store(s, unsafe { bytes::drop_first(&mut s.vm().ctx.heap, s.get(code.b), s.int(code.c())) })
    }
}

rest! {
    /// `a` = no bytes of type `b`, with room for `imm`: `[op | dst, , capacity] [type]`
    pub New(s) {
        let code = s.code();
        let ty = TypeId(s.ext(1).head as u32);
        let cell = bytes::with_capacity(&mut s.vm().ctx.heap, ty, i64::from(code.imm()));
        s.set(code.a, cell.word());
        s.next(2)
    }
}

rest! {
    /// `a` = `b` with `c` as the field of the extension word behind it
    pub Put(s) {
        let code = s.code();
        let field = BitField::of_packed(s.ext(1).head);
        // SAFETY: the register owns bytes.
        let word = unsafe { bytes::put(&mut s.vm().ctx.heap, s.get(code.b), s.get(code.c()), field) };
        s.set(code.a, word);
        s.next(2)
    }
}

rest! {
    /// `a` = `b` with code point `c` behind it
    pub PutScalar(s) {
        let code = s.code();
        let value = s.int(code.c());
        // SAFETY: the register owns bytes.
        match unsafe { bytes::put_scalar(&mut s.vm().ctx.heap, s.get(code.b), value) } {
            Some(word) => {
                s.set(code.a, word);
                s.next(1)
            }
            None => s.stop(s.vm().crash(bytes::no_scalar(value))),
        }
    }
}
