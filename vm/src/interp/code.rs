//! The internal code: fixed-width words that the loader makes from portable instructions.
//!
//! An instruction is one [`Code`] word, followed by extension words where it has more operands than fit. The
//! first eight bytes of an instruction say what runs (a handler's address, or an opcode for the loop); those of an
//! extension word are data.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

/// One word of internal code.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug, Default)]
pub struct Code {
    /// What runs; in extension words a 64-bit constant or an address.
    pub head: u64,
    /// First operand, most often the destination register.
    pub a: u16,
    /// Second operand.
    pub b: u16,
    /// Third and fourth operand, or one signed 32-bit operand (an immediate or a jump distance).
    pub cd: u32,
}

impl Code {
    /// Third operand.
    #[inline(always)]
    pub fn c(&self) -> u16 {
        self.cd as u16
    }

    /// Fourth operand.
    #[inline(always)]
    pub fn d(&self) -> u16 {
        (self.cd >> 16) as u16
    }

    /// Third and fourth operand as one signed number.
    #[inline(always)]
    pub fn imm(&self) -> i32 {
        self.cd as i32
    }

    /// The four short operands in order.
    #[inline(always)]
    pub fn shorts(&self) -> [u16; 4] {
        [self.a, self.b, self.c(), self.d()]
    }

    /// The operands as they lie in memory.
    #[inline(always)]
    pub fn operands(&self) -> u64 {
        u64::from(self.a) | u64::from(self.b) << 16 | u64::from(self.cd) << 32
    }

    /// A word with four short operands.
    pub fn of_shorts(head: u64, shorts: [u16; 4]) -> Code {
        Code {
            head,
            a: shorts[0],
            b: shorts[1],
            cd: u32::from(shorts[2]) | u32::from(shorts[3]) << 16,
        }
    }

    /// A word full of short operands, in order of their addresses.
    pub fn of_row(row: [u16; ROW]) -> Code {
        // SAFETY: both are sixteen bytes of plain numbers.
        unsafe { std::mem::transmute(row) }
    }

    /// A word with two short operands and a signed one.
    pub fn of_imm(head: u64, a: u16, b: u16, imm: i32) -> Code {
        Code {
            head,
            a,
            b,
            cd: imm as u32,
        }
    }
}

/// Short operands in an extension word that holds nothing else.
pub const ROW: usize = size_of::<Code>() / size_of::<u16>();

/// Number of extension words that hold a row of `count` short operands.
#[inline(always)]
pub fn row_words(count: usize) -> usize {
    count.div_ceil(ROW)
}

/// Internal code at fixed addresses. While it runs, the heads of links and stubs change (see [`super::tier`]), so it is only known by address.
pub struct CodeBlock {
    words: NonNull<Code>,
    len: usize,
}

// SAFETY: the words are plain numbers; those that change are read and written atomically.
unsafe impl Send for CodeBlock {}
// SAFETY: as above.
unsafe impl Sync for CodeBlock {}

impl CodeBlock {
    /// These words.
    pub fn new(words: Vec<Code>) -> CodeBlock {
        let words = Box::leak(words.into_boxed_slice());
        CodeBlock {
            len: words.len(),
            words: NonNull::from(words).cast(),
        }
    }

    /// Number of words.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Address of a word.
    pub fn at(&self, word: usize) -> *const Code {
        assert!(word < self.len, "a word of the block");
        // SAFETY: just checked.
        unsafe { self.words.add(word) }.as_ptr()
    }

    /// Number of the word at an address.
    pub fn word_at(&self, pc: *const Code) -> Option<usize> {
        let bytes = pc.addr().checked_sub(self.words.addr().get())?;
        Some(bytes / size_of::<Code>()).filter(|word| *word < self.len)
    }

    /// Changes the head of a word.
    pub fn set_head(&self, word: usize, head: u64) {
        // SAFETY: the word is part of the block.
        unsafe { AtomicU64::from_ptr(&raw mut (*self.at(word).cast_mut()).head) }
            .store(head, Ordering::Release);
    }
}

impl Drop for CodeBlock {
    fn drop(&mut self) {
        let words = std::ptr::slice_from_raw_parts_mut(self.words.as_ptr(), self.len);
        // SAFETY: `new` leaked a box of this length.
        drop(unsafe { Box::from_raw(words) });
    }
}

/// The head of a word that may change while the code runs.
///
/// # Safety
/// `word` points to a word of a [`CodeBlock`].
#[inline(always)]
pub unsafe fn changing_head(word: *const Code) -> u64 {
    // SAFETY: by contract.
    unsafe { AtomicU64::from_ptr(&raw mut (*word.cast_mut()).head) }.load(Ordering::Relaxed)
}
