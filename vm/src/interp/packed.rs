//! Frames of actors that wait, without a stack.
//!
//! An actor that waits has a few small frames, most often one. They are copied to a block of just their size, and the stack serves the next actor. Nothing in
//! frames depends on where they are: they refer to each other by distances.

use super::code::Code;
use super::load::FRAME_LINK;
use super::program::Program;
use super::{Frames, Vm};
use snow_bytecode::module::FuncId;
use std::sync::atomic::Ordering::Relaxed;

/// Words that are copied at most; larger frames keep their stack.
const MOST_WORDS: usize = 128;

/// The frames of a run that waits or has not begun; or room for some.
pub struct Packed {
    /// Empty when there are no frames.
    words: Vec<u64>,
    /// Words below the innermost frame.
    base: u32,
    pc: *const Code,
    entry: *const Code,
    func: FuncId,
    max_stack: usize,
}

impl Packed {
    /// Frames that are about to call a function with these argument words, which it owns. Its stacks may take `max_stack` bytes together.
    ///
    /// # Safety
    /// The words are as the function's parameters say.
    pub unsafe fn call(program: &Program, func: FuncId, args: &[u64], max_stack: usize) -> Packed {
        let (link, done) = program.exit();
        let mut words = vec![0; FRAME_LINK + args.len()];
        words[FRAME_LINK - 2] = link;
        words[FRAME_LINK - 1] = done as u64;
        words[FRAME_LINK..].copy_from_slice(args);
        Packed {
            words,
            base: FRAME_LINK as u32,
            pc: program.tier.entries()[func.0 as usize].load(Relaxed),
            entry: std::ptr::null(),
            func,
            max_stack,
        }
    }
}

impl Vm {
    /// Packs frames whose last outcome was [`super::Outcome::Waiting`], unless they are large: then they are given back. The machine keeps the stack.
    pub fn pack(&mut self, frames: Frames, to: &mut Packed) -> Option<Frames> {
        // SAFETY: the base is inside the stack; at a call of a native, which is what waits, scratch space begins where the registers of the frame end.
        let (base, used) = unsafe {
            let base = frames.base.offset_from(frames.stack.start()) as usize;
            (base, base + usize::from((*frames.pc).c()))
        };
        if used > MOST_WORDS {
            return Some(frames);
        }
        // SAFETY: these words of the stack are in use.
        let words = unsafe { std::slice::from_raw_parts(frames.stack.start(), used) };
        to.words.reserve_exact(used);
        to.words.extend_from_slice(words);
        to.base = base as u32;
        to.pc = frames.pc;
        to.entry = frames.entry;
        to.func = frames.func;
        to.max_stack = frames.max_stack;
        self.keep_stack(frames.stack);
        None
    }

    /// The frames on a stack again; their room is kept for the next time.
    pub fn unpack(&mut self, packed: &mut Packed) -> Frames {
        let stack = self.free_stack();
        // SAFETY: a stack has room for so few words above those that any frame needs.
        let base = unsafe {
            let start = stack.start();
            std::ptr::copy_nonoverlapping(packed.words.as_ptr(), start, packed.words.len());
            start.add(packed.base as usize)
        };
        packed.words.clear();
        Frames {
            stack,
            pc: packed.pc,
            base,
            entry: packed.entry,
            func: packed.func,
            max_stack: packed.max_stack,
        }
    }

    /// Keeps the stack of frames that are gone for others.
    pub fn keep_frames(&mut self, frames: Frames) {
        self.keep_stack(frames.stack);
    }
}

impl Packed {
    /// Whether there are no frames.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

impl Default for Packed {
    /// Room without frames.
    fn default() -> Packed {
        Packed {
            words: Vec::new(),
            base: 0,
            pc: std::ptr::null(),
            entry: std::ptr::null(),
            func: FuncId(0),
            max_stack: 0,
        }
    }
}
