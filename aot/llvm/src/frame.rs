//! One function being lowered: its registers, blocks and ways out.

use std::collections::BTreeMap;

use inkwell::basic_block::BasicBlock;
use inkwell::values::{
    BasicMetadataValueEnum, BasicValueEnum, FunctionValue, IntValue, PointerValue,
};
use rustc_hash::FxHashMap;
use snow_bytecode::inst::Inst;
use snow_bytecode::layout::Slot;
use snow_bytecode::module::{FuncId, Function, Label, Reg};

use crate::build::{Build, Class, Likely, result};
use crate::crash::Crashes;
use crate::live::Needed;
use crate::loops::Loops;
use crate::own::{Known, Variant, View};
use crate::signature::Convention;
use crate::small::{LONGEST, Row, in_loops};
use crate::unit::{COUNTING, Unit};

/// The state of lowering one function.
pub struct Frame<'u, 'c, 'm> {
    /// The object.
    pub unit: &'u Unit<'c, 'm>,
    /// The function's number.
    pub id: FuncId,
    /// The function.
    pub func: &'m Function,
    /// Its LLVM function.
    pub value: FunctionValue<'c>,
    /// How it is called.
    pub convention: &'u Convention,
    /// The context.
    pub ctx: PointerValue<'c>,
    /// Which variant of the function this is.
    pub variant: Variant,
    /// What can be known about its lists.
    pub lists: View<'u>,
    /// The instruction being lowered.
    pub at: u32,
    /// The own lists before it.
    pub known: Known,
    /// The own lists behind it, and where it jumps.
    pub behind: Known,
    /// What crashes need.
    pub crashes: Crashes<'c>,
    /// Where it may be suspended, and the registers that it needs then.
    pub needed: Needed,
    registers: Vec<PointerValue<'c>>,
    /// Its loops.
    loops: Loops,
    /// By the header of a loop and a list that it only reads: where the list's parts are while it runs.
    parts: FxHashMap<(usize, Reg), Parts<'c>>,
    /// Which instructions are in loops.
    in_loops: Vec<bool>,
    /// Which instructions begin blocks.
    starts: Vec<bool>,
    /// The versions of blocks that are reached.
    blocks: FxHashMap<(usize, Known), BasicBlock<'c>>,
    /// Those that are not lowered yet.
    open: BTreeMap<(usize, u32), (Known, BasicBlock<'c>)>,
    /// The safe points of loop turns that jumps and comparisons make.
    turns: FxHashMap<(usize, Known), BasicBlock<'c>>,
    scratch: PointerValue<'c>,
}

/// Memory in the frame for the parts of a list, which become registers.
#[derive(Clone, Copy)]
pub struct Parts<'c> {
    /// The address of the first element.
    pub first: PointerValue<'c>,
    /// The length.
    pub len: PointerValue<'c>,
    /// The tag.
    pub tag: PointerValue<'c>,
}

impl<'u, 'c, 'm> Frame<'u, 'c, 'm> {
    /// Begins a function: its entry block has the registers, and is left open.
    pub fn new(
        unit: &'u Unit<'c, 'm>,
        id: FuncId,
        variant: Variant,
        value: FunctionValue<'c>,
        crashes: Crashes<'c>,
    ) -> Self {
        let func = unit.program.module.func(id);
        let b = &unit.b;
        b.begin(value);
        let registers = func
            .regs
            .iter()
            .map(|slot| b.alloca(b.t.slot(*slot)))
            .collect();
        let loops = Loops::of(unit.program.module, func);
        let parts = loops.lists().map(|key| (key, parts(b))).collect();
        let scratch = b.alloca(b.t.i64.array_type(scratch_words(unit, func)));
        let frame = Frame {
            unit,
            id,
            func,
            value,
            convention: unit.convention(id),
            ctx: value
                .get_nth_param(0)
                .expect("the context comes first")
                .into_pointer_value(),
            variant,
            lists: unit.program.ownership.view(unit.program.module, id),
            at: 0,
            known: Known::NOTHING,
            behind: Known::NOTHING,
            crashes,
            needed: unit.needed(id),
            registers,
            loops,
            parts,
            in_loops: in_loops(func, id),
            starts: func.block_starts(),
            blocks: FxHashMap::default(),
            open: BTreeMap::new(),
            turns: FxHashMap::default(),
            scratch,
        };
        frame.locate();
        frame
    }

    /// The builder.
    pub fn b(&self) -> &'u Build<'c> {
        &self.unit.b
    }

    // ---- registers

    /// Kind of a register.
    pub fn slot(&self, reg: Reg) -> Slot {
        self.func.regs[reg.0 as usize]
    }

    /// Value of a register.
    pub fn get(&self, reg: Reg) -> BasicValueEnum<'c> {
        let b = self.b();
        b.load(b.t.slot(self.slot(reg)), self.registers[reg.0 as usize])
    }

    /// Value of a register that holds a word.
    pub fn int(&self, reg: Reg) -> IntValue<'c> {
        self.get(reg).into_int_value()
    }

    /// Value of a register that holds a float.
    pub fn float(&self, reg: Reg) -> inkwell::values::FloatValue<'c> {
        self.get(reg).into_float_value()
    }

    /// Value of a register that holds a reference.
    pub fn cell(&self, reg: Reg) -> PointerValue<'c> {
        self.get(reg).into_pointer_value()
    }

    /// Value of a register as the word that stands for it in memory.
    pub fn word(&self, reg: Reg) -> IntValue<'c> {
        self.b().as_word(self.get(reg))
    }

    /// Sets a register.
    pub fn set(&self, reg: Reg, value: impl Into<BasicValueEnum<'c>>) {
        let value: BasicValueEnum<'c> = value.into();
        self.b().store(self.registers[reg.0 as usize], value);
    }

    /// Sets a register of any kind from memory of a class.
    pub fn set_from(&self, reg: Reg, class: Class, from: PointerValue<'c>) {
        let b = self.b();
        self.set(reg, b.load_as(class, b.t.slot(self.slot(reg)), from));
    }

    // ---- blocks

    /// From now on an instruction begins a block.
    pub fn begin_block_at(&mut self, index: usize) {
        self.starts[index] = true;
    }

    /// Whether an instruction begins a block.
    pub fn begins_block(&self, index: usize) -> bool {
        self.starts[index]
    }

    /// Whether the instruction being lowered is in a loop.
    pub fn is_in_loop(&self) -> bool {
        self.in_loops[self.at as usize]
    }

    /// The row of arithmetic in a loop that begins at an instruction, all in one block.
    pub fn row(&self, index: usize) -> Option<Row> {
        if !self.in_loops[index] {
            return None;
        }
        let code = &self.func.code[index..];
        let next = (1..code.len().min(LONGEST)).find(|next| self.starts[index + next]);
        Row::of(&code[..next.unwrap_or(code.len())])
    }

    /// The block that begins at an instruction, for what is known there.
    pub fn block(&mut self, index: usize, known: Known) -> BasicBlock<'c> {
        let known = self.lists.version(self.variant, index, known);
        let block = self.version(index, known);
        self.through_entry(index, block)
    }

    /// Begins the function's code at an instruction, which may be in loops.
    pub fn start(&mut self, index: usize, known: Known) {
        for (header, list) in self.loops.kept_at(index) {
            self.keep_parts(list, self.parts[&(header, list)]);
        }
        let known = self.lists.version(self.variant, index, known);
        let block = self.version(index, known);
        self.b().jump(block);
    }

    /// Where a jump from the instruction being lowered to this block goes: where it enters a loop, the parts of the lists that the loop keeps are read
    /// before.
    fn through_entry(&self, index: usize, block: BasicBlock<'c>) -> BasicBlock<'c> {
        let lists = self.loops.entered(index, self.at as usize);
        if lists.is_empty() {
            return block;
        }
        let b = self.b();
        let here = b.here();
        let entry = b.block("before");
        b.at(entry);
        for list in lists {
            self.keep_parts(*list, self.parts[&(index, *list)]);
        }
        b.jump(block);
        b.at(here);
        entry
    }

    /// The parts of a list, where they were read before the loop that is being lowered.
    pub fn kept_parts(&self, list: Reg) -> Option<Parts<'c>> {
        let header = self.loops.kept(list, self.at as usize)?;
        Some(self.parts[&(header, list)])
    }

    /// A version of the block that begins at an instruction.
    fn version(&mut self, index: usize, known: Known) -> BasicBlock<'c> {
        if let Some(block) = self.blocks.get(&(index, known)) {
            return *block;
        }
        let block = self.b().block(&format!("i{index}"));
        let number = self.blocks.len() as u32;
        self.blocks.insert((index, known), block);
        self.open.insert((index, number), (known, block));
        block
    }

    /// The next block to be lowered, in the order of instructions.
    pub fn next_open(&mut self) -> Option<(usize, Known, BasicBlock<'c>)> {
        let ((index, _), (known, block)) = self.open.pop_first()?;
        Some((index, known, block))
    }

    /// Where a jump to a label goes: the label's block, or for a loop turn a block with a safe point before it.
    pub fn target(&mut self, label: Label) -> BasicBlock<'c> {
        if label.0 > self.at {
            return self.block(label.0 as usize, self.behind);
        }
        let key = (label.0 as usize, self.behind);
        let is_plain = only_jumps(&self.func.code[self.at as usize]);
        if let Some(turn) = self.turns.get(&key).filter(|_| is_plain) {
            return *turn;
        }
        let b = self.b();
        let here = b.here();
        let next = self.next_turn(label.0 as usize, self.behind);
        let turn = b.block("turn");
        b.at(turn);
        self.safe_point(next);
        b.at(here);
        if is_plain {
            self.turns.insert(key, turn);
        }
        turn
    }

    /// Where a loop goes on. When lists that it changes are not known to be own, it looks whether they are.
    pub fn next_turn(&mut self, index: usize, known: Known) -> BasicBlock<'c> {
        let plain = self.block(index, known);
        let Some((better, unknown)) = self.lists.promotion(self.variant, index, known) else {
            return plain;
        };
        let better = self.version(index, better);
        let (b, better) = (self.b(), self.through_entry(index, better));
        let look = b.block("look");
        b.at(look);
        for reg in unknown {
            self.look(reg, plain);
        }
        b.jump(better);
        look
    }

    /// Compares the stack pointer with the limit and goes on to `next`, past a safe point when that fails.
    pub fn safe_point(&mut self, next: BasicBlock<'c>) {
        let b = self.b();
        let slow = b.block("pause");
        b.branch(self.limit_is_hit(), slow, next, Likely::Else);
        b.at(slow);
        let status = self
            .call("snow_safe_point", &[self.ctx.into()])
            .into_int_value();
        self.check_status(status);
        b.jump(next);
    }

    /// The instruction after the one being lowered.
    pub fn next(&mut self) -> BasicBlock<'c> {
        self.block(self.at as usize + 1, self.behind)
    }

    // ---- calls of the runtime

    /// Calls a function of the runtime that has a result.
    pub fn call(&self, name: &str, args: &[BasicMetadataValueEnum<'c>]) -> BasicValueEnum<'c> {
        let call = self.b().call(self.unit.runtime(name), args);
        if COUNTING.contains(&name) {
            self.b().touches(call, Class::Counting);
        }
        result(call)
    }

    /// Calls a function of the runtime that has none.
    pub fn run(&self, name: &str, args: &[BasicMetadataValueEnum<'c>]) {
        self.b().call(self.unit.runtime(name), args);
    }

    /// Calls a function of the runtime with this frame's scratch memory as its last argument, and leaves the function when it crashes.
    pub fn try_call(
        &mut self,
        name: &str,
        args: &[BasicMetadataValueEnum<'c>],
    ) -> PointerValue<'c> {
        let mut args = args.to_vec();
        args.push(self.scratch.into());
        let status = self.call(name, &args).into_int_value();
        self.check_status(status);
        self.scratch
    }

    /// Copies registers to the frame's scratch memory, from word `from` on; gives the address of the first.
    pub fn gather(&self, from: u64, regs: &[Reg]) -> PointerValue<'c> {
        let b = self.b();
        let first = b.word_at(self.scratch, from);
        for (index, reg) in regs.iter().enumerate() {
            b.store_as(Class::Row, b.word_at(first, index as u64), self.get(*reg));
        }
        first
    }

    /// The frame's scratch memory.
    pub fn scratch(&self) -> PointerValue<'c> {
        self.scratch
    }

    // ---- counting

    /// Counts one more reference to a value of a kind.
    pub fn dup(&self, value: PointerValue<'c>, slot: Slot) {
        let helpers = &self.unit.helpers;
        match slot {
            Slot::Ref(_) => self.b().call(helpers.dup, &[value.into()]),
            _ => self.b().call(helpers.dup_nullable, &[value.into()]),
        };
    }

    /// Gives up a value of a kind.
    pub fn drop(&self, value: PointerValue<'c>, slot: Slot) {
        let helpers = &self.unit.helpers;
        let args = [self.ctx.into(), value.into()];
        match slot {
            Slot::Ref(_) => {
                self.b().call(helpers.drop, &args);
            }
            Slot::Token(words) => {
                self.run(
                    "snow_free_token",
                    &[args[0], args[1], self.b().i32(words.into()).into()],
                );
            }
            _ => {
                self.b().call(helpers.drop_nullable, &args);
            }
        }
    }
}

fn parts<'c>(b: &Build<'c>) -> Parts<'c> {
    Parts {
        first: b.alloca(b.t.ptr),
        len: b.alloca(b.t.i64),
        tag: b.alloca(b.t.i64),
    }
}

/// Words of scratch memory that a function needs: the longest row of operands of an instruction, and room for three results.
fn scratch_words(unit: &Unit<'_, '_>, func: &Function) -> u32 {
    let rows = func.code.iter().map(|inst| {
        let mut count = 0u32;
        inst.accesses(unit.program.module.callee_params(inst), &mut |_| count += 1);
        count
    });
    rows.max().unwrap_or(0) + 4
}

/// Whether an instruction does nothing but jump. Where several such lead back to one place, they share a safe point: what the frame owns is the same
/// before each of them, and LLVM does more with a loop that has one way back.
fn only_jumps(inst: &Inst) -> bool {
    matches!(
        inst,
        Inst::Jump { .. }
            | Inst::BranchIf { .. }
            | Inst::BranchUnless { .. }
            | Inst::BranchInt { .. }
            | Inst::BranchIntImm { .. }
            | Inst::BranchFloat { .. }
            | Inst::BranchFloatNot { .. }
    )
}
