//! Building the internal code of one function: words, labels, distances, and where each instruction came from.

use super::super::code::{Code, ROW};
use super::super::dispatch;
use super::super::opcode::{Op, SEQUENCES};
use super::place::{Plan, jump_targets};
use super::reg::RegNumber;
use super::{LoadContext, LoadError};
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, Function, Label, Reg};

/// Words between two frames: the return address and the link's operands.
pub const FRAME_LINK: usize = 2;

/// Marks a label whose instruction is not emitted yet.
const UNPLACED: u32 = u32::MAX;

/// Where a jump distance is to be written.
enum Place {
    /// The `cd` operand of the word.
    Operand,
    /// The `index`th four-byte entry of the table that begins at the word behind.
    Table(usize),
}

/// A jump distance to be written once its target has a place.
struct Fixup {
    /// Word of the jumping instruction, from which the distance counts.
    word: usize,
    place: Place,
    target: Label,
}

/// A function being translated.
pub struct Emitter<'a> {
    /// The program's parts.
    pub cx: &'a LoadContext<'a>,
    /// The function.
    pub func: &'a Function,
    /// Index of the portable instruction being translated.
    pub at: usize,
    /// Internal code so far.
    pub code: Vec<Code>,
    /// Where the instructions begin, and what they are.
    ops: Vec<(u32, Op)>,
    /// Words with the code address of a function in their head.
    pub calls: Vec<(u32, FuncId)>,
    /// `(word, portable instruction)`: which instruction the words from here on belong to.
    pub marks: Vec<(u32, u32)>,
    /// Which arguments are computed in place.
    pub plan: Plan,
    labels: Vec<u32>,
    fixups: Vec<Fixup>,
    /// Largest number of scratch words that an instruction uses above the registers.
    scratch: usize,
}

impl<'a> Emitter<'a> {
    /// Starts on a function.
    pub fn new(cx: &'a LoadContext<'a>, func: &'a Function) -> Result<Emitter<'a>, LoadError> {
        if func.regs.len() + FRAME_LINK + 1 > usize::from(u16::MAX) - 16 {
            return Err(LoadError::TooManyRegisters {
                function: func.name.clone(),
                count: func.regs.len(),
            });
        }
        let targets = jump_targets(func);
        let distance = func.regs.len() + 1 + FRAME_LINK;
        let plan = Plan::new(func, &targets, distance);
        Ok(Emitter {
            cx,
            func,
            at: 0,
            code: Vec::with_capacity(func.code.len() * 5 / 4),
            ops: Vec::with_capacity(func.code.len()),
            calls: Vec::new(),
            marks: Vec::new(),
            plan,
            labels: vec![UNPLACED; func.code.len()],
            fixups: Vec::new(),
            scratch: 0,
        })
    }

    /// Kind of a register.
    pub fn slot(&self, reg: Reg) -> Slot {
        self.func.regs[reg.0 as usize]
    }

    /// The register for the loader's own use.
    pub fn spare(&self) -> u16 {
        self.func.regs.len() as u16
    }

    /// First word above the registers, from the base.
    pub fn scratch_start(&self) -> u16 {
        self.spare() + 1
    }

    /// Words from this frame's base to that of a frame called from it.
    pub fn distance(&self) -> usize {
        usize::from(self.scratch_start()) + FRAME_LINK
    }

    /// Reserves scratch words above the registers for the time of one instruction.
    pub fn use_scratch(&mut self, words: usize) -> u16 {
        self.scratch = self.scratch.max(words);
        self.scratch_start()
    }

    /// Words that a frame needs above its base.
    pub fn extent(&self) -> usize {
        self.distance() + self.scratch.max(self.plan.outgoing)
    }

    /// Begins the translation of the portable instruction `at`.
    pub fn begin(&mut self, at: usize) {
        self.at = at;
        self.labels[at] = self.here();
        self.mark(at);
    }

    /// Says that the words from here on belong to a portable instruction: crashes are reported and cleaned up for it.
    pub fn mark(&mut self, at: usize) {
        let mark = (self.here(), at as u32);
        match self.marks.last_mut() {
            Some(last) if last.0 == mark.0 => *last = mark,
            _ => self.marks.push(mark),
        }
    }

    fn here(&self) -> u32 {
        self.code.len() as u32
    }

    /// An instruction with short operands.
    pub fn op(&mut self, op: Op, shorts: [u16; 4]) {
        self.ops.push((self.here(), op));
        self.code.push(Code::of_shorts(dispatch::head(op), shorts));
    }

    /// An instruction with two short operands and a signed one.
    pub fn op_imm(&mut self, op: Op, a: u16, b: u16, imm: i32) {
        self.ops.push((self.here(), op));
        self.code.push(Code::of_imm(dispatch::head(op), a, b, imm));
    }

    /// An extension word.
    pub fn data(&mut self, head: u64, shorts: [u16; 4]) {
        self.code.push(Code::of_shorts(head, shorts));
    }

    /// Extension words with nothing but a row of short operands.
    pub fn row(&mut self, shorts: &[u16]) {
        for chunk in shorts.chunks(ROW) {
            let mut row = [0; ROW];
            row[..chunk.len()].copy_from_slice(chunk);
            self.code.push(Code::of_row(row));
        }
    }

    /// A jumping instruction; a jump back goes through a loop turn, so that it costs a reduction.
    pub fn branch(&mut self, op: Op, a: u16, b: u16, target: Label) {
        let word = self.code.len();
        self.op_imm(op, a, b, 0);
        self.fixups.push(Fixup {
            word,
            place: Place::Operand,
            target,
        });
    }

    /// A table of jump distances for the instruction `word`.
    pub fn table(&mut self, word: usize, targets: &[Label]) {
        for _ in 0..targets.len().div_ceil(size_of::<Code>() / size_of::<i32>()) {
            self.data(0, [0; 4]);
        }
        for (index, target) in targets.iter().enumerate() {
            self.fixups.push(Fixup {
                word,
                place: Place::Table(index),
                target: *target,
            });
        }
    }

    /// The link word of a call.
    pub fn link(&mut self, target: u64, dsts: &[Reg]) {
        if let Some(third) = dsts.get(2) {
            self.data(0, [third.n(), 0, 0, 0]);
        }
        let dst = |index: usize| dsts.get(index).map_or(0, |reg| reg.n());
        let distance = self.distance() * size_of::<u64>();
        self.code.push(Code {
            head: target,
            a: dst(0),
            b: dst(1),
            cd: distance as u32,
        });
    }

    /// Ends the function: gives every jump its distance.
    pub fn finish(&mut self) -> Result<(), LoadError> {
        let fixups = std::mem::take(&mut self.fixups);
        let mut turns: Vec<(u32, Label)> = Vec::new();
        for fixup in &fixups {
            let target = self.destination(fixup, &mut turns);
            let distance = i64::from(target) - fixup.word as i64;
            let distance = i32::try_from(distance).map_err(|_| LoadError::TooLong {
                function: self.func.name.clone(),
            })?;
            self.set_distance(fixup, distance);
        }
        // A profile is to show the parts.
        if !cfg!(snow_profile) {
            self.join();
        }
        Ok(())
    }

    /// Gives the first of several instructions that are a sequence the head of the sequence.
    fn join(&mut self) {
        let mut at = 0;
        while at < self.ops.len() {
            let Some((op, length)) = self.longest_sequence(at) else {
                at += 1;
                continue;
            };
            for later in at + 1..at + length {
                self.chain(later, op, later - at);
            }
            self.code[self.ops[at].0 as usize].head = dispatch::head(op);
            at += length;
        }
    }

    /// The longest sequence that begins with the instruction `at`, and its length.
    fn longest_sequence(&self, at: usize) -> Option<(Op, usize)> {
        let (_, first) = self.ops[at];
        let begins = |parts: &[Op]| {
            parts[0] == first
                && at + parts.len() <= self.ops.len()
                && parts
                    .iter()
                    .enumerate()
                    .skip(1)
                    .all(|(index, part)| self.fits(at + index, *part))
        };
        let fitting = SEQUENCES.iter().filter(|(_, parts)| begins(parts));
        fitting
            .max_by_key(|(_, parts)| parts.len())
            .map(|(op, parts)| (*op, parts.len()))
    }

    /// Whether the instruction `at` can be this part of a sequence.
    fn fits(&self, at: usize, part: Op) -> bool {
        let (word, op) = self.ops[at];
        let Some(whole) = part.chained_form_of() else {
            return op == part;
        };
        let written = self.code[self.ops[at - 1].0 as usize].a;
        let code = &self.code[word as usize];
        let operands = if op.reads_a_first() {
            [code.a, code.b]
        } else {
            [code.b, code.c()]
        };
        op == whole && (operands[0] == written || (op.commutes() && operands[1] == written))
    }

    /// Makes the operand that a chained part takes from the instruction before its first one.
    fn chain(&mut self, at: usize, sequence: Op, index: usize) {
        let parts = SEQUENCES
            .iter()
            .find(|(op, _)| *op == sequence)
            .map(|(_, parts)| parts[index]);
        let written = self.code[self.ops[at - 1].0 as usize].a;
        let (word, op) = self.ops[at];
        let code = &mut self.code[word as usize];
        if parts.and_then(Op::chained_form_of).is_none() || !op.commutes() {
            return;
        }
        if op.reads_a_first() {
            if code.a != written {
                std::mem::swap(&mut code.a, &mut code.b);
            }
        } else if code.b != written {
            let (b, c) = (code.b, code.c());
            code.b = c;
            code.cd = code.cd & 0xFFFF_0000 | u32::from(b);
        }
    }

    /// Word that a jump leads to: the target, or for a jump back that is not itself a loop turn a turn behind the code.
    fn destination(&mut self, fixup: &Fixup, turns: &mut Vec<(u32, Label)>) -> u32 {
        let target = self.labels[fixup.target.0 as usize];
        let is_turn = self.code[fixup.word].head == dispatch::head(Op::Turn);
        if target > fixup.word as u32 || is_turn {
            return target;
        }
        if let Some((word, _)) = turns.iter().find(|(_, label)| *label == fixup.target) {
            return *word;
        }
        let word = self.here();
        self.mark(fixup.target.0 as usize);
        self.op_imm(Op::Turn, 0, 0, target as i32 - word as i32);
        turns.push((word, fixup.target));
        word
    }

    fn set_distance(&mut self, fixup: &Fixup, distance: i32) {
        match fixup.place {
            Place::Operand => self.code[fixup.word].cd = distance as u32,
            Place::Table(index) => {
                let word = &mut self.code[fixup.word + 1 + index / 4];
                match index % 4 {
                    0 => word.head = word.head & !0xFFFF_FFFF | u64::from(distance as u32),
                    1 => word.head = word.head & 0xFFFF_FFFF | u64::from(distance as u32) << 32,
                    2 => (word.a, word.b) = (distance as u16, (distance as u32 >> 16) as u16),
                    _ => word.cd = distance as u32,
                }
            }
        }
    }
}
