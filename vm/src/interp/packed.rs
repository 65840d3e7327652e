//! Frames of actors that wait, without a stack.
//!
//! An actor that waits has a few small frames, most often one. They are copied to a block of just their size, and the stack serves the next actor. Nothing in
//! frames depends on where they are: they refer to each other by distances.

use super::code::Code;
use super::load::FRAME_LINK;
use super::nested::LARGEST_SPARE;
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
    /// Packs frames whose last outcome was [`super::Outcome::Waiting`]; false when they are large, and are left as they are. The stack is free then.
    #[inline]
    pub fn pack(&mut self, frames: &Frames, to: &mut Packed) -> bool {
        // SAFETY: the base is inside the stack; at a call of a native, which is what waits, scratch space begins where the registers of the frame end.
        let (base, used) = unsafe {
            let base = frames.base.offset_from(frames.stack.start()) as usize;
            (base, base + usize::from((*frames.pc).c()))
        };
        if used > MOST_WORDS {
            return false;
        }
        to.words.clear();
        to.words.reserve_exact(used);
        // SAFETY: these words of the stack are in use, and there is room for as many. They are few: copying them here costs less than a call.
        unsafe {
            let (from, words) = (frames.stack.start(), to.words.as_mut_ptr());
            for at in 0..used {
                *words.add(at) = *from.add(at);
            }
            to.words.set_len(used);
        }
        to.base = base as u32;
        to.pc = frames.pc;
        to.entry = frames.entry;
        to.func = frames.func;
        to.max_stack = frames.max_stack;
        true
    }

    /// Puts packed frames on a stack that is free; their room is kept for the next time.
    #[inline]
    pub fn unpack(&mut self, packed: &mut Packed, to: &mut Frames) {
        // SAFETY: a stack has room for so few words above those that any frame needs.
        unsafe {
            let start = to.stack.start();
            for (at, word) in packed.words.iter().enumerate() {
                *start.add(at) = *word;
            }
            to.base = start.add(packed.base as usize);
        }
        packed.words.clear();
        to.pc = packed.pc;
        to.entry = packed.entry;
        to.func = packed.func;
        to.max_stack = packed.max_stack;
    }

    /// Frames on a free stack, which are nobody's yet.
    pub fn free_frames(&mut self) -> Box<Frames> {
        Box::new(Frames::none(self.free_stack()))
    }
}

impl Frames {
    /// Whether their stack is one to keep for other frames.
    #[inline]
    pub fn are_small(&self) -> bool {
        self.stack.bytes() <= LARGEST_SPARE
    }

    /// Their stack for other frames, unless it has become large.
    pub fn kept(self: Box<Frames>) -> Option<Box<Frames>> {
        self.are_small().then_some(self)
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
