//! A loaded program: internal code, and the way back from it to functions, instructions and sources.

use super::code::Code;
use crate::atoms::Atoms;
use crate::heap::Statics;
use crate::native::NativeTypes;
use crate::types::RuntimeTypes;
use crate::value::closure::ClosureEntry;
use snow_bytecode::module::{Frame, FuncId, Module};
use std::sync::Arc;

/// Where a function's internal code lies.
pub struct FuncInfo {
    /// First word.
    pub start: usize,
    /// `(word from the start, portable instruction)`, ascending: the words from there on belong to the instruction.
    marks: Box<[(u32, u32)]>,
}

impl FuncInfo {
    /// The code from word `start` on.
    pub fn new(start: usize, marks: Vec<(u32, u32)>) -> FuncInfo {
        FuncInfo {
            start,
            marks: marks.into_boxed_slice(),
        }
    }
}

/// What stands before the instruction to which an outermost frame returns, in place of a call: the words `third` and `link`.
pub const EXIT: [Code; 2] = [
    Code {
        head: 0,
        a: 2,
        b: 0,
        cd: 0,
    },
    Code {
        head: 0,
        a: 0,
        b: 1,
        cd: 0,
    },
];

/// A portable instruction of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The function.
    pub func: FuncId,
    /// Index in its code.
    pub inst: usize,
}

/// Code and constants of a program; nothing here changes while it runs.
pub struct Program {
    /// Internal code of all functions.
    pub code: Box<[Code]>,
    /// The functions, in the module's order, which is that of their code.
    pub funcs: Vec<FuncInfo>,
    /// Most words that a frame needs above its base.
    pub extent: usize,
    /// The words that stand for the module's constants.
    pub constants: Vec<u64>,
    /// Atoms of the constants.
    pub atoms: Atoms,
    /// The portable form, for traces and liveness.
    pub module: Arc<Module>,
    /// The types.
    pub types: Arc<RuntimeTypes>,
    /// What the code refers to by address.
    pub(super) _statics: Statics,
    pub(super) _natives: Box<[NativeTypes]>,
    pub(super) _entries: Vec<Option<Box<ClosureEntry>>>,
}

impl Program {
    /// Address of a function's first instruction.
    pub fn entry(&self, func: FuncId) -> *const Code {
        &raw const self.code[self.funcs[func.0 as usize].start]
    }

    /// What lies below the base of an outermost frame: the operands of a link that leaves the results in registers 0 to 2, and the
    /// instruction at which control arrives then.
    pub fn exit(&self) -> (u64, *const Code) {
        (EXIT[1].operands(), &raw const self.code[EXIT.len()])
    }

    /// The portable instruction that a word of code belongs to; None for an address outside the functions.
    pub fn position(&self, pc: *const Code) -> Option<Position> {
        let bytes = pc.addr().checked_sub(self.code.as_ptr().addr())?;
        let word = bytes / size_of::<Code>();
        if word >= self.code.len() {
            return None;
        }
        let func = self
            .funcs
            .partition_point(|info| info.start <= word)
            .checked_sub(1)?;
        let info = &self.funcs[func];
        let mark = info
            .marks
            .partition_point(|mark| mark.0 as usize <= word - info.start)
            - 1;
        Some(Position {
            func: FuncId(func as u32),
            inst: info.marks[mark].1 as usize,
        })
    }

    /// The frames of a trace that an instruction stands for, innermost first.
    pub fn frames(&self, position: Position) -> impl Iterator<Item = Frame<'_>> {
        let func = &self.module.funcs[position.func.0 as usize];
        func.frames_at(position.inst as u32)
    }
}
