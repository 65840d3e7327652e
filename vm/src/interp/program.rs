//! A loaded program: internal code, and the way back from it to functions, instructions and sources.

use super::code::{Code, CodeBlock};
use super::dispatch;
use super::opcode::Op;
use super::tier::Tier;
use super::unit::{NativeUnit, Sample};
use crate::atoms::Atoms;
use crate::heap::Statics;
use crate::native::Import;
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

/// Code and constants of a program. While it runs, only [`Tier`] changes, and what it leads to.
pub struct Program {
    /// Internal code of all functions.
    pub(super) code: CodeBlock,
    /// The functions, in the module's order, which is that of their code.
    pub funcs: Vec<FuncInfo>,
    /// Most words that a frame needs above its base.
    pub extent: usize,
    /// Which functions are compiled.
    pub(super) tier: Tier,
    /// What compiled code needs of all this; see [`crate::abi::pool`].
    pub pool: Box<[u64]>,
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
    pub(super) _natives: Box<[Import]>,
    pub(super) closures: Vec<Option<Box<ClosureEntry>>>,
}

impl Program {
    /// Address of a function's first instruction.
    pub(super) fn interpreted(&self, func: FuncId) -> *const Code {
        self.code.at(self.funcs[func.0 as usize].start)
    }

    /// Most words that a function has as parameters.
    pub fn most_params(&self) -> usize {
        let params = self.module.funcs.iter().map(|func| func.params.len());
        params.max().unwrap_or(0)
    }

    /// Installs compiled code: calls from now on go there.
    pub fn install(&self, unit: NativeUnit) {
        self.tier
            .install(unit, &self.module, &self.code, &self.closures);
    }

    /// What lies below the base of an outermost frame: the operands of a link that leaves the results in registers 0 to 2, and the
    /// instruction at which control arrives then.
    pub(super) fn exit(&self) -> (u64, *const Code) {
        (EXIT[1].operands(), self.code.at(EXIT.len()))
    }

    /// The portable instruction that a word of code belongs to; None for an address outside the functions. A stub belongs to the first
    /// instruction of its function, which has not begun there.
    pub(super) fn position(&self, pc: *const Code) -> Option<Position> {
        if let Some(func) = self.tier.function_of_stub(pc) {
            return Some(Position { func, inst: 0 });
        }
        let word = self.code.word_at(pc)?;
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

    /// The words of an instruction: the first, and the one behind the last.
    pub(super) fn words(&self, at: Position) -> (usize, usize) {
        let info = &self.funcs[at.func.0 as usize];
        let mut marks = info.marks.iter();
        let position = marks.position(|mark| mark.1 as usize == at.inst);
        let position = position.expect("the instruction has words");
        let end = match info.marks.get(position + 1) {
            Some(next) => info.start + next.0 as usize,
            None => self
                .funcs
                .get(at.func.0 as usize + 1)
                .map_or(self.code.len(), |next| next.start),
        };
        (info.start + info.marks[position].0 as usize, end)
    }

    /// What a compiler wants to know of the place where a slice ended.
    pub(super) fn sample(&self, pc: *const Code) -> Option<Sample> {
        let func = self.position(pc)?.func;
        let header = self.turn_at(pc).and_then(|header| self.position(header));
        Some(Sample {
            func,
            header: header.map(|at| at.inst as u32),
        })
    }

    /// Where the loop turn at this word leads, if it is one.
    fn turn_at(&self, pc: *const Code) -> Option<*const Code> {
        self.code.word_at(pc)?;
        // SAFETY: just checked.
        let code = unsafe { &*pc };
        let is_turn = code.head == dispatch::head(Op::Turn);
        is_turn.then(|| pc.wrapping_offset(code.imm() as isize))
    }

    /// Where a frame that is about to run the word at `pc` goes on: in compiled code, when it is at a turn of a loop with an entry.
    pub(super) fn carry_on(&self, pc: *const Code) -> *const Code {
        if !self.tier.has_loops() {
            return pc;
        }
        let header = self.turn_at(pc).and_then(|header| self.position(header));
        let stub = header.and_then(|at| self.tier.loop_stub(at.func, at.inst as u32));
        stub.unwrap_or(pc)
    }

    /// The frames of a trace that an instruction stands for, innermost first.
    pub fn frames(&self, position: Position) -> impl Iterator<Item = Frame<'_>> {
        let func = &self.module.funcs[position.func.0 as usize];
        func.frames_at(position.inst as u32)
    }
}
