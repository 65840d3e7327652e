//! Text, and operations that follow the structure of a type.

use crate::interp::code::row_words;
use crate::interp::state::{Flow, State, rest};
use crate::value::{compare, equal, hash, show, text};
use snow_bytecode::inst::TextForm;
use snow_bytecode::types::TypeId;

rest! {
    /// `a` = `b` <> `c`
    pub Concat(s) {
        let code = s.code();
        // SAFETY: the registers hold two strings or two bytes, the first owned.
        let word = unsafe { text::concat(&mut s.vm().ctx.heap, s.get(code.b), s.get(code.c())) };
        s.set(code.a, word);
        s.next(1)
    }
}

/// `a` = 1 when String `b` is the constant of the extension word
#[inline(always)]
pub fn equals_constant(s: State) -> Flow {
    // SAFETY: the register holds a string, the constant is a static one.
    let equal = unsafe { text::equals(s.get(s.code().b), text::bytes(s.ext(1).head)) };
    s.set(s.code().a, u64::from(equal));
    s.next(2)
}

rest! {
    /// `a` = what follows the constant of the extension word in String `b`, or a jump
    pub StripPrefix(s) {
        let code = s.code();
        // SAFETY: the register holds a string, the constant is a static one.
        let rest = unsafe {
            let prefix = text::bytes(s.ext(1).head);
            text::strip_prefix(&mut s.vm().ctx.heap, s.get(code.b), prefix)
        };
        match rest {
            Some(rest) => {
                s.set(code.a, rest);
                s.next(2)
            }
            None => s.jump(code.imm()),
        }
    }
}

/// The words of a value whose registers have been copied to the scratch space.
#[inline(always)]
fn gathered<'a>(s: State, scratch: u16, regs: &[u16]) -> &'a [u64] {
    // SAFETY: the words have just been written; nothing else writes scratch space before the instruction ends.
    unsafe { std::slice::from_raw_parts(s.gather(scratch, regs), regs.len()) }
}

/// The slots of two values of a type: `[op | dst, slots of one, scratch] [type] [slots of both…]`
#[inline(always)]
fn pair<'a>(s: State) -> (TypeId, &'a [u64], &'a [u64]) {
    let count = s.code().b as usize;
    let words = gathered(s, s.code().c(), s.row(2, count * 2));
    let (a, b) = words.split_at(count);
    (TypeId(s.ext(1).head as u32), a, b)
}

/// Ends an instruction on a pair.
#[inline(always)]
fn store_pair(s: State, result: u64) -> Flow {
    s.set(s.code().a, result);
    s.next(2 + row_words(s.code().b as usize * 2))
}

rest! {
    /// `a` = 1 when two values are equal; see [`pair`]
    pub EqualValues(s) {
        let (ty, a, b) = pair(s);
        // SAFETY: the words are two values of the type.
        store_pair(
            s,
            u64::from(unsafe { equal::values(s.vm().ctx.types(), ty, a, b) }),
        )
    }
}

rest! {
    /// `a` = 0, 1, 2 when a value is less than, equal to, greater than another; see [`pair`]
    pub CompareValues(s) {
        let (ty, a, b) = pair(s);
        // SAFETY: the words are two values of the type.
        let ordering = unsafe { compare::values(s.vm().ctx.types(), ty, a, b) };
        store_pair(s, (ordering as i64 + 1) as u64)
    }
}

rest! {
    /// `a` = hash of a value: `[op | dst, slots, scratch] [type] [slots…]`
    pub HashValue(s) {
        let count = s.code().b as usize;
        let words = gathered(s, s.code().c(), s.row(2, count));
        // SAFETY: the words are a value of the type.
        let hash = unsafe { hash::value(s.vm().ctx.types(), TypeId(s.ext(1).head as u32), words) };
        s.set(s.code().a, hash);
        s.next(2 + row_words(count))
    }
}

/// `a` = String `b` with a value's text appended: `[op | dst, text, slots, scratch] [type] [slots…]`
#[inline(always)]
fn append(s: State, form: TextForm) -> Flow {
    let code = s.code();
    let count = code.c() as usize;
    let words = gathered(s, code.d(), s.row(2, count));
    // SAFETY: the register owns a string, the words are a value of the type.
    let word = unsafe {
        let ctx = &mut s.vm().ctx;
        show::append(
            &mut ctx.heap,
            &ctx.atoms,
            form,
            s.get(code.b),
            TypeId(s.ext(1).head as u32),
            words,
        )
    };
    s.set(code.a, word);
    s.next(2 + row_words(count))
}

rest! {
    /// [`append`] as `${}` shows it
    pub AppendDisplay(s) {
        append(s, TextForm::Display)
    }
}

rest! {
    /// [`append`] as `inspect` shows it
    pub AppendDebug(s) {
        append(s, TextForm::Debug)
    }
}
