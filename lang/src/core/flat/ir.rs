//! Flat Core: structured code over one-slot variables, whose statements are bytecode instructions.
//!
//! A variable is a virtual register: it is assigned once and has one kind of word. Operands follow the instruction table, so that reference
//! counting and register allocation need no knowledge of single instructions. Control stays structured (blocks, joins and
//! jumps as in Core); labels inside instructions mean nothing, except for instructions that may fail in the middle of a block (`MapGet`), whose
//! label is an index into [`Func::crashes`].
//!
//! Before reference counting, instructions that read references out of other values stand in their borrowing forms (`Load`, `Unbox`,
//! `ListGet`, …), consuming ones in their owning forms, and a variable may be consumed any number of times. Afterwards each owned variable is
//! consumed exactly once on every path that does not crash.

use snow_bytecode::inst::Inst;
use snow_bytecode::layout::{Layouts, Slot};
use snow_bytecode::module::{Const, ConstId, Export, FuncId, FuncKind, Mode, Native, Reg};
use snow_bytecode::types::TypeTable;

use crate::core::ir::JoinId;
use crate::core::ir::{Inlined, Site};

/// A variable of one function: index into [`Func::vars`].
pub type Var = Reg;

/// A program of flat functions.
#[derive(Debug)]
pub struct Program {
    /// Types.
    pub types: TypeTable,
    /// Their layouts.
    pub layouts: Layouts,
    /// Functions, with the numbers that they have in the module.
    pub funcs: Vec<Func>,
    /// Constants.
    pub consts: Vec<Const>,
    /// Imports.
    pub natives: Vec<Native>,
    /// Exports.
    pub exports: Vec<Export>,
    /// `main`.
    pub entry: FuncId,
}

/// A function.
#[derive(Debug)]
pub struct Func {
    /// As in stack traces.
    pub name: String,
    /// What it is for.
    pub kind: FuncKind,
    /// Parameters, one a slot.
    pub params: Vec<Param>,
    /// Kinds of the results.
    pub results: Vec<Slot>,
    /// All variables.
    pub vars: Vec<VarInfo>,
    /// Number of join points.
    pub joins: u32,
    /// Crashes in the middle of blocks: text and place.
    pub crashes: Vec<(ConstId, Site)>,
    /// Code.
    pub body: Block,
    /// Calls that were inlined.
    pub inlined: Vec<Inlined>,
    /// Its name in the source.
    pub span: Site,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// The variable that it arrives in.
    pub var: Var,
    /// Whether the function owns it.
    pub mode: Mode,
}

/// A variable.
#[derive(Clone, Copy, Debug)]
pub struct VarInfo {
    /// Kind of its word.
    pub slot: Slot,
    /// Its value, when that is a known integer.
    pub constant: Option<i64>,
}

/// Statements, then how control goes on.
#[derive(Clone, Debug)]
pub struct Block {
    /// In order.
    pub stmts: Vec<Stmt>,
    /// Last.
    pub end: End,
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Stmt {
    /// An instruction that goes on to the next one (or crashes).
    Inst(Inst, Site),
    /// A join point, in scope in the rest of the block and, when looping, in its own body.
    Join(Box<Join>),
}

/// A join point.
#[derive(Clone, Debug)]
pub struct Join {
    /// Its number.
    pub id: JoinId,
    /// Variables that jumps set.
    pub params: Vec<Var>,
    /// Whether its body jumps to it.
    pub looping: bool,
    /// Its code.
    pub body: Block,
}

/// How a block ends.
#[derive(Clone, Debug)]
pub enum End {
    /// An instruction that leaves the function: `Return`, `TailCall`, `TailCallClosure`, `Crash`, `Panic`.
    Leave(Inst, Site),
    /// To a join point.
    Jump(JoinId, Vec<Var>),
    /// A branching instruction.
    Branch {
        /// The instruction; its label means nothing.
        inst: Inst,
        /// Place, for reports.
        span: Site,
        /// Where it goes on.
        fall: Box<Block>,
        /// Where it jumps.
        target: Box<Block>,
    },
    /// `Switch` or `SwitchTag` with as many targets as the highest arm needs.
    Switch {
        /// The instruction; its labels mean nothing.
        inst: Inst,
        /// Place, for reports.
        span: Site,
        /// Index among the targets, and code; ascending.
        arms: Vec<(u32, Block)>,
        /// For all other values.
        default: Box<Block>,
    },
}

impl Func {
    /// A new variable.
    pub fn fresh(&mut self, slot: Slot) -> Var {
        let var = Reg(self.vars.len() as u32);
        self.vars.push(VarInfo {
            slot,
            constant: None,
        });
        var
    }

    /// Kind of a variable's word.
    pub fn slot(&self, var: Var) -> Slot {
        self.vars[var.0 as usize].slot
    }

    /// Whether a variable holds a counted reference or a token.
    pub fn is_ref(&self, var: Var) -> bool {
        self.slot(var).is_ref()
    }

    /// The variable's value when it is a known integer.
    pub fn constant(&self, var: Var) -> Option<i64> {
        self.vars[var.0 as usize].constant
    }
}

impl Block {
    /// Whether the block does nothing but crash with a fixed text, so that it need not drop anything.
    pub fn only_crashes(&self) -> bool {
        self.stmts.is_empty() && matches!(self.end, End::Leave(Inst::Crash { .. }, _))
    }
}

impl End {
    /// The blocks below it, in order.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        let (arms, rest): (&[(u32, Block)], [Option<&Block>; 2]) = match self {
            End::Leave(..) | End::Jump(..) => (&[], [None, None]),
            End::Branch { fall, target, .. } => (&[], [Some(fall), Some(target)]),
            End::Switch { arms, default, .. } => (arms, [Some(default), None]),
        };
        arms.iter()
            .map(|(_, block)| block)
            .chain(rest.into_iter().flatten())
    }

    /// The blocks below it, in order, to be changed.
    pub fn blocks_mut(&mut self) -> impl Iterator<Item = &mut Block> {
        let (arms, rest): (&mut [(u32, Block)], [Option<&mut Block>; 2]) = match self {
            End::Leave(..) | End::Jump(..) => (&mut [], [None, None]),
            End::Branch { fall, target, .. } => (&mut [], [Some(fall), Some(target)]),
            End::Switch { arms, default, .. } => (arms, [Some(default), None]),
        };
        arms.iter_mut()
            .map(|(_, block)| block)
            .chain(rest.into_iter().flatten())
    }
}
