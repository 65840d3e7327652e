//! What the body of a native sees: arguments by number, and ways to return each kind of result.

use std::panic::{AssertUnwindSafe, catch_unwind};

use snow_bytecode::types::TypeId;

use super::{NativeParam, NativeTypes};
use crate::ctx::{Ctx, Status};
use crate::types::{Form, RuntimeTypes};
use crate::value::{build, text};

/// Why a native gives no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Crash of the actor, with this reason.
    Crash(String),
    /// The program ends with this code.
    Exit(i32),
    /// It is not ready: see [`Status::Pending`].
    Pending,
}

impl<T: Into<String>> From<T> for Fault {
    fn from(reason: T) -> Fault {
        Fault::Crash(reason.into())
    }
}

/// One call of a native.
pub struct Call<'a> {
    /// The context.
    pub ctx: &'a mut Ctx,
    types: &'a NativeTypes,
    args: *const u64,
    ret: *mut u64,
}

/// Runs the body of a native at the border: panics become crashes, faults become statuses.
///
/// # Safety
/// The arguments are those of [`super::NativeFn`], checked against the native's declaration, and `body` is its body.
pub unsafe fn enter(
    ctx: *mut Ctx,
    types: *const NativeTypes,
    args: *const u64,
    ret: *mut u64,
    body: impl FnOnce(&mut Call<'_>) -> Result<(), Fault>,
) -> Status {
    // SAFETY: the caller lends context and types for the time of the call.
    let (ctx, types) = unsafe { (&mut *ctx, &*types) };
    let mut call = Call {
        ctx,
        types,
        args,
        ret,
    };
    match catch_unwind(AssertUnwindSafe(|| body(&mut call))) {
        Ok(Ok(())) => Status::Ok,
        Ok(Err(Fault::Crash(reason))) => call.ctx.crash(reason),
        Ok(Err(Fault::Exit(code))) => call.ctx.exit(code),
        Ok(Err(Fault::Pending)) => Status::Pending,
        Err(_) => call.ctx.crash("internal error in a native function"),
    }
}

impl<'a> Call<'a> {
    fn param(&self, index: usize) -> &'a NativeParam {
        &self.types.params[index]
    }

    /// The types of the import.
    pub fn native_types(&self) -> &'a NativeTypes {
        self.types
    }

    /// The loaded types.
    pub fn runtime_types(&self) -> &RuntimeTypes {
        self.ctx.types()
    }

    /// Type of the result.
    pub fn ret_type(&self) -> TypeId {
        self.types.ret
    }

    /// Type of a parameter.
    pub fn param_type(&self, index: usize) -> TypeId {
        self.param(index).ty
    }

    /// First (mostly only) word of a parameter. Of an `own` parameter the body must consume it.
    pub fn word(&self, index: usize) -> u64 {
        // SAFETY: the import was checked to have the words of the declaration.
        unsafe { *self.args.add(usize::from(self.param(index).offset)) }
    }

    /// All words of a parameter.
    pub fn words(&self, index: usize) -> [u64; 3] {
        let param = self.param(index);
        let layouts = self.ctx.types().layouts();
        let len = if param.is_element {
            1
        } else {
            layouts.slots(param.ty).len()
        };
        let mut words = [0; 3];
        for (i, word) in words.iter_mut().take(len).enumerate() {
            // SAFETY: as in `word`.
            *word = unsafe { *self.args.add(usize::from(param.offset) + i) };
        }
        words
    }

    /// An Int parameter.
    pub fn int(&self, index: usize) -> i64 {
        self.word(index) as i64
    }

    /// A Float parameter.
    pub fn float(&self, index: usize) -> f64 {
        f64::from_bits(self.word(index))
    }

    /// A Bool parameter.
    pub fn bool(&self, index: usize) -> bool {
        self.word(index) & 1 == 1
    }

    /// A borrowed String parameter.
    pub fn str(&self, index: usize) -> &'a str {
        debug_assert_eq!(self.param_type(index), self.ctx.types().string());
        // SAFETY: the declaration says String, and borrowed arguments stay alive and unchanged during the call.
        unsafe { text::str(self.word(index)) }
    }

    /// A borrowed Bytes (or String) parameter.
    pub fn bytes(&self, index: usize) -> &'a [u8] {
        // SAFETY: as in `str`.
        unsafe { text::bytes(self.word(index)) }
    }

    /// Returns one word, which the caller gets owned.
    pub fn return_word(&mut self, word: u64) -> Result<(), Fault> {
        // SAFETY: every native has room for at least one result word.
        unsafe { *self.ret = word };
        Ok(())
    }

    /// Returns the words of a value of the result type.
    pub fn return_words(&mut self, words: &[u64]) -> Result<(), Fault> {
        let layouts = self.ctx.types().layouts();
        let room = if self.types.ret_is_element {
            1
        } else {
            layouts.slots(self.types.ret).len()
        };
        assert!(words.len() <= room, "more words than the result has");
        for (i, &word) in words.iter().enumerate() {
            // SAFETY: the caller has room for the result's slots.
            unsafe { *self.ret.add(i) = word };
        }
        Ok(())
    }

    /// Returns an Int.
    pub fn return_int(&mut self, value: i64) -> Result<(), Fault> {
        self.return_word(value as u64)
    }

    /// Returns a length or position.
    pub fn return_size(&mut self, value: usize) -> Result<(), Fault> {
        self.return_word(value as u64)
    }

    /// Returns a Float.
    pub fn return_float(&mut self, value: f64) -> Result<(), Fault> {
        self.return_word(value.to_bits())
    }

    /// Returns a Bool.
    pub fn return_bool(&mut self, value: bool) -> Result<(), Fault> {
        self.return_word(value.into())
    }

    /// Returns the unit value.
    pub fn return_unit(&mut self) -> Result<(), Fault> {
        self.return_word(0)
    }

    /// A new String.
    pub fn new_str(&mut self, value: &str) -> u64 {
        let ty = self.ctx.types().string();
        text::new(&mut self.ctx.heap, ty, value.as_bytes())
    }

    /// Returns a new String.
    pub fn return_str(&mut self, value: &str) -> Result<(), Fault> {
        let word = self.new_str(value);
        self.return_word(word)
    }

    /// New Bytes.
    pub fn new_bytes(&mut self, value: &[u8]) -> u64 {
        let ty = self.ctx.types().bytes();
        text::new(&mut self.ctx.heap, ty, value)
    }

    /// Returns `Some(…)` or `Ok(…)` of a value given by its words.
    pub fn return_yes(&mut self, words: &[u64]) -> Result<(), Fault> {
        let (yes, _) = self.outcome_tags();
        self.return_variant(yes, &[words])
    }

    /// Returns `Err(…)` of a value given by its words, or with no words `None`.
    pub fn return_no(&mut self, words: &[u64]) -> Result<(), Fault> {
        let (_, no) = self.outcome_tags();
        if words.is_empty() {
            self.return_variant(no, &[])
        } else {
            self.return_variant(no, &[words])
        }
    }

    /// Returns `Some` of a one-word value, or `None`.
    pub fn return_option(&mut self, word: Option<u64>) -> Result<(), Fault> {
        match word {
            Some(word) => self.return_yes(&[word]),
            None => self.return_no(&[]),
        }
    }

    /// Returns `Err` of a text, for results of type `Result<T, String>`.
    pub fn return_err(&mut self, reason: &str) -> Result<(), Fault> {
        let word = self.new_str(reason);
        self.return_no(&[word])
    }

    /// Returns a variant of the result type.
    pub fn return_variant(&mut self, tag: u8, fields: &[&[u64]]) -> Result<(), Fault> {
        let ty = self.types.ret;
        // SAFETY: the signature was bound to a type with this variant.
        let words = unsafe { build::variant(&mut self.ctx.heap, ty, tag, fields) };
        let len = self.ctx.types().layouts().slots(ty).len();
        self.return_words(&words[..len])
    }

    fn outcome_tags(&self) -> (u8, u8) {
        match &self.ctx.types().info(self.types.ret).form {
            Form::Aggregate(form) => form.outcome.expect("the signature says Option or Result"),
            _ => unreachable!("the signature says Option or Result"),
        }
    }
}
