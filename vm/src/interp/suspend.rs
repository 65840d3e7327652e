//! Frames that compiled code has left become frames of the interpreter, on top of the one that had entered it.

use super::code::Code;
use super::program::{Position, Program};
use super::{Frames, Vm};
use crate::carrier::Overflow;
use rustc_hash::FxHashMap;

/// What is known of places where code was suspended.
pub struct Points {
    all: FxHashMap<(u32, u32), Point>,
    /// Those that were asked for last, by the low bits of function and instruction.
    latest: Box<[Point; LATEST]>,
}

/// Places that are found without the table.
const LATEST: usize = 64;

/// A place where code is suspended.
#[derive(Clone, Copy)]
pub struct Point {
    at: (u32, u32),
    /// The first word of the instruction.
    first: *const Code,
    /// The last.
    last: *const Code,
    /// Internal code that goes on in compiled code there; null when there is none, or it is not known yet.
    stub: *const Code,
}

impl Point {
    /// No place.
    const NONE: Point = Point {
        at: (u32::MAX, u32::MAX),
        first: std::ptr::null(),
        last: std::ptr::null(),
        stub: std::ptr::null(),
    };
}

impl Default for Points {
    /// Nothing is known.
    fn default() -> Points {
        Points {
            all: FxHashMap::default(),
            latest: Box::new([Point::NONE; LATEST]),
        }
    }
}

impl Vm {
    /// Makes frames of what compiled code has left in the context, which the innermost frame had entered. The stack has room for them, or they are dropped.
    pub(super) fn take_up(&mut self, frames: &mut Frames) -> Result<(), Overflow> {
        if self.ctx.suspended.len() == 1 {
            return self.take_up_only(frames);
        }
        let mut suspended = std::mem::take(&mut self.ctx.suspended);
        let mut result = Ok(());
        // The outermost has the arguments where it was entered; each other one is called by the one before it.
        while suspended.pop(|at, registers| match result {
            Ok(()) => self.take_up_one(frames, at, registers),
            Err(Overflow) => self.drop_owned(at, registers.as_ptr().cast_mut()),
        }) {
            if !suspended.is_empty() && result.is_ok() {
                result = self.make_room(frames);
                if result.is_ok() {
                    self.begin_callee(frames);
                }
            }
        }
        // Its memory serves the next.
        self.ctx.suspended = suspended;
        result
    }

    /// As [`Vm::take_up`], when there is one frame.
    #[inline]
    fn take_up_only(&mut self, frames: &mut Frames) -> Result<(), Overflow> {
        let (at, registers) = self.ctx.suspended.take_only();
        // SAFETY: the registers stay where they are until code is suspended again.
        let registers = unsafe { &*registers };
        self.take_up_one(frames, at, registers);
        Ok(())
    }

    /// The innermost frame is at an instruction, with these registers.
    fn take_up_one(&mut self, frames: &mut Frames, at: Position, registers: &[u64]) {
        // SAFETY: a stack has room for a frame of any function above a base that `make_room` has admitted.
        unsafe {
            std::ptr::copy_nonoverlapping(registers.as_ptr(), frames.base, registers.len());
        }
        let point = self.point(at);
        frames.pc = point.first;
        frames.entry = point.stub;
    }

    #[inline]
    fn point(&mut self, at: Position) -> Point {
        let key = (at.func.0, at.inst as u32);
        let latest = self.points.latest[(key.0 ^ key.1 << 3) as usize % LATEST];
        if latest.at == key && !latest.stub.is_null() {
            return latest;
        }
        self.find_point(at, key)
    }

    #[inline(never)]
    fn find_point(&mut self, at: Position, key: (u32, u32)) -> Point {
        let program = &self.program;
        let point = self.points.all.entry(key);
        let point = point.or_insert_with(|| program.words_of(at));
        if point.stub.is_null() {
            point.stub = program.wait_stub(at);
        }
        self.points.latest[(key.0 ^ key.1 << 3) as usize % LATEST] = *point;
        *point
    }

    /// Sees to it that the frame of a callee has room.
    fn make_room(&mut self, frames: &mut Frames) -> Result<(), Overflow> {
        let distance = self.call_link(frames).1;
        // SAFETY: the address is only compared.
        while frames.base.wrapping_byte_add(distance) > frames.stack.limit() {
            frames.grow(&mut self.ctx.carrier.budget)?;
        }
        Ok(())
    }

    /// The link of the call at which the innermost frame is, and the distance to the callee's frame.
    fn call_link(&mut self, frames: &Frames) -> (*const Code, usize) {
        let at = self
            .program
            .position(frames.pc)
            .expect("frames are at instructions of the program");
        let link = self.point(at).last;
        // SAFETY: a call ends with its link.
        let distance = unsafe { (*link).operands() >> 32 } as usize;
        (link, distance)
    }

    /// The innermost frame is now that of the callee of the call at which it was.
    fn begin_callee(&mut self, frames: &mut Frames) {
        let (link, distance) = self.call_link(frames);
        // SAFETY: `make_room` saw to the room; the words below a base are its return address and the operands of the link.
        unsafe {
            let base = frames.base.byte_add(distance);
            *base.sub(1) = link.add(1) as u64;
            *base.sub(2) = (*link).operands();
            frames.base = base;
        }
    }

    /// Where frames go on: at an entry of compiled code, if there is one for the place where they were suspended.
    pub(super) fn go_on_at(&mut self, frames: &mut Frames) -> *const Code {
        match std::mem::replace(&mut frames.entry, std::ptr::null()) {
            entry if entry.is_null() => self.program.carry_on(frames.pc),
            entry => entry,
        }
    }
}

impl Program {
    /// The words of an instruction.
    fn words_of(&self, at: Position) -> Point {
        let (first, end) = self.words(at);
        Point {
            at: (at.func.0, at.inst as u32),
            first: self.code.at(first),
            last: self.code.at(end - 1),
            stub: std::ptr::null(),
        }
    }

    /// Internal code that goes on in compiled code at an instruction that waits; null when there is none.
    fn wait_stub(&self, at: Position) -> *const Code {
        if !self.tier.has_loops() {
            return std::ptr::null();
        }
        let stub = self.tier.loop_stub(at.func, at.inst as u32);
        stub.unwrap_or(std::ptr::null())
    }
}
