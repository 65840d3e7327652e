//! Ends of blocks: branches that do their test themselves, switches, returns.

use snow_bytecode::inst::{Cond, CrashKind, Inst, IntOp};
use snow_bytecode::layout::{Repr, Slot};
use snow_bytecode::module::Label;

use super::func::{Flattener, Test};
use super::ir::{Block, End, Var};
use super::ops::negated;
use super::{Result, internal};
use crate::core::ir;

/// Label of a structured branch: means nothing.
const NOWHERE: Label = Label(0);

/// At most this many arms are compared one after the other.
const FEW: usize = 4;

/// One arm of a switch on a word.
type Arm<'a> = (i64, &'a ir::Block);

/// The code for all other words, and the word when it can be only one.
type Default<'a> = (Option<i64>, &'a ir::Block);

impl<'a> Flattener<'a> {
    /// The end of a Core block.
    pub(super) fn end(&mut self, end: &'a ir::End) -> Result<End> {
        match end {
            ir::End::Return(value) => self.return_value(*value),
            ir::End::Jump(id, args) => self.jump(*id, args),
            ir::End::If(test, yes, no) => {
                match test_is_value(yes, no) {
                    Some(ir::End::Return(_)) => return self.return_value(*test),
                    Some(ir::End::Jump(id, _)) => return self.jump(*id, &[*test]),
                    _ => {}
                }
                let test = self.one(*test)?;
                self.branch(test, yes, no)
            }
            ir::End::Switch { on, arms, default } => self.switch(*on, arms, default.as_deref()),
            ir::End::SwitchInt { on, arms, default } => {
                let word = self.one(*on)?;
                let arms: Vec<Arm<'a>> = arms.iter().map(|(value, arm)| (*value, arm)).collect();
                self.switch_word((*on, word), &arms, Some(default))
            }
            ir::End::Crash { text, span } => {
                let text = self.shared.pools.text(text);
                let kind = CrashKind::Message;
                Ok(End::Leave(Inst::Crash { kind, text }, *span))
            }
            ir::End::Panic { text, span } => {
                let text = self.one(*text)?;
                Ok(End::Leave(Inst::Panic { text }, *span))
            }
            ir::End::Unreachable => Ok(self.unreachable()),
        }
    }

    fn return_value(&mut self, value: ir::Var) -> Result<End> {
        let values = self.row(value)?.to_vec();
        if let Some(end) = self.take_tail_call(&values) {
            return Ok(end);
        }
        Ok(End::Leave(Inst::Return { values }, self.span))
    }

    fn unreachable(&mut self) -> End {
        let text = self.shared.pools.text("unreachable code was reached");
        let kind = CrashKind::Message;
        End::Leave(Inst::Crash { kind, text }, self.span)
    }

    fn branch(&mut self, test: Var, yes: &'a ir::Block, no: &'a ir::Block) -> Result<End> {
        if let Some(value) = self.out.constant(test) {
            return self.rest(if value == 0 { no } else { yes });
        }
        let target = NOWHERE;
        let inst = match self.tests.get(&test).copied() {
            Some(Test::Not(inner)) => return self.branch(inner, no, yes),
            Some(Test::Int(cond, a, b)) => self.branch_int(negated(cond), a, b),
            Some(Test::Float(cond, a, b)) => Inst::BranchFloatNot { cond, a, b, target },
            Some(Test::Prefix(text, prefix, length)) => {
                return self.branch_prefix(text, prefix, length, yes, no);
            }
            Some(Test::HasKey(entry)) => return self.branch_key(test, entry, yes, no),
            None => Inst::BranchUnless { a: test, target },
        };
        let (span, fall, target) = (self.span, self.block(yes)?, self.block(no)?);
        Ok(branch_end(inst, span, fall, target))
    }

    fn branch_int(&self, cond: Cond, a: Var, b: Var) -> Inst {
        let target = NOWHERE;
        match self.out.constant(b) {
            Some(imm) => Inst::BranchIntImm {
                cond,
                a,
                imm,
                target,
            },
            None => Inst::BranchInt { cond, a, b, target },
        }
    }

    fn branch_prefix(
        &mut self,
        text: Var,
        prefix: snow_bytecode::module::ConstId,
        length: u32,
        yes: &'a ir::Block,
        no: &'a ir::Block,
    ) -> Result<End> {
        let slot = self.out.slot(text);
        let (span, dst) = (self.span, self.out.fresh(slot));
        let before = self.stripped.insert((text, length), dst);
        let fall = self.block(yes)?;
        match before {
            Some(rest) => self.stripped.insert((text, length), rest),
            None => self.stripped.remove(&(text, length)),
        };
        let target = self.block(no)?;
        let inst = Inst::StrStripPrefix {
            dst,
            a: text,
            prefix,
            target: NOWHERE,
        };
        Ok(branch_end(inst, span, fall, target))
    }

    fn switch(
        &mut self,
        on: ir::Var,
        arms: &'a [(u8, ir::Block)],
        default: Option<&'a ir::Block>,
    ) -> Result<End> {
        let (ty, row) = (self.ty(on)?, self.row(on)?);
        match self.layouts().repr(ty).clone() {
            Repr::Nullable { some, .. } => self.switch_null(row.get(0), some, arms, default),
            Repr::Plain(Slot::Word) | Repr::UnboxedSum { .. } => {
                let arms: Vec<Arm<'a>> = arms
                    .iter()
                    .map(|(tag, arm)| (i64::from(*tag), arm))
                    .collect();
                self.switch_word((on, row.get(0)), &arms, default)
            }
            Repr::Boxed { cells } if cells.len() > 1 => {
                self.switch_tag(row.get(0), cells.len(), arms, default)
            }
            // One variant: nothing to decide.
            Repr::UnboxedStruct { .. } | Repr::Boxed { .. } => {
                match arms.first().map(|(_, arm)| arm).or(default) {
                    Some(arm) => self.rest(arm),
                    None => Err(internal(self.span, "switch without arms")),
                }
            }
            Repr::Plain(_) => Err(internal(self.span, "switch on a value that is no sum")),
        }
    }

    fn switch_null(
        &mut self,
        on: Var,
        some: u8,
        arms: &'a [(u8, ir::Block)],
        default: Option<&'a ir::Block>,
    ) -> Result<End> {
        let find = |wanted: bool| {
            let arm = arms.iter().find(|(tag, _)| (*tag == some) == wanted);
            arm.map(|(_, arm)| arm).or(default)
        };
        let (Some(full), Some(empty)) = (find(true), find(false)) else {
            return Err(internal(
                self.span,
                "switch that does not cover all variants",
            ));
        };
        if matches!(self.out.slot(on), Slot::Ref(_)) {
            return self.rest(full);
        }
        let (span, fall, target) = (self.span, self.block(full)?, self.block(empty)?);
        let inst = Inst::BranchNull {
            a: on,
            target: NOWHERE,
        };
        Ok(branch_end(inst, span, fall, target))
    }

    /// A switch on the header tag of a boxed sum with `variants` variants.
    fn switch_tag(
        &mut self,
        on: Var,
        variants: usize,
        arms: &'a [(u8, ir::Block)],
        default: Option<&'a ir::Block>,
    ) -> Result<End> {
        let span = self.span;
        if let ([(tag, arm)], Some(other)) | ([(tag, arm), (_, other)], None) = (arms, default) {
            let inst = Inst::BranchTagNot {
                a: on,
                tag: *tag,
                target: NOWHERE,
            };
            let (fall, target) = (self.block(arm)?, self.block(other)?);
            return Ok(branch_end(inst, span, fall, target));
        }
        let mut flat = Vec::with_capacity(arms.len());
        for (tag, arm) in arms {
            flat.push((u32::from(*tag), self.block(arm)?));
        }
        flat.sort_by_key(|(tag, _)| *tag);
        let default = match (default, flat.last()) {
            (Some(default), _) => self.block(default)?,
            (None, Some((tag, _))) if *tag as usize + 1 == variants && flat.len() == variants => {
                flat.pop().map(|(_, arm)| arm).unwrap_or_else(|| Block {
                    stmts: Vec::new(),
                    end: self.unreachable(),
                })
            }
            (None, _) => Block {
                stmts: Vec::new(),
                end: self.unreachable(),
            },
        };
        Ok(End::Switch {
            inst: Inst::SwitchTag {
                a: on,
                targets: Vec::new(),
                default: NOWHERE,
            },
            span,
            arms: flat,
            default: Box::new(default),
        })
    }

    /// A switch on the first word of a value; without `default` the last arm is for all other words.
    fn switch_word(
        &mut self,
        on: (ir::Var, Var),
        arms: &[Arm<'a>],
        default: Option<&'a ir::Block>,
    ) -> Result<End> {
        if let Some(value) = self.out.constant(on.1) {
            let arm = arms.iter().find(|(wanted, _)| *wanted == value);
            return match arm.map(|(_, arm)| *arm).or(default) {
                Some(arm) => self.rest(arm),
                None => Ok(self.unreachable()),
            };
        }
        let mut arms = arms.to_vec();
        let default = match default {
            Some(default) => (None, default),
            None => match arms.pop() {
                Some((value, last)) => (Some(value), last),
                None => return Ok(self.unreachable()),
            },
        };
        arms.sort_by_key(|(value, _)| *value);
        if arms.len() < FEW {
            return self.compare_each(on, &arms, default);
        }
        self.dense(on, &arms, default)
    }

    /// Code in which the first word of `on` is known, if `value` is: a further switch on it is decided.
    fn known(&mut self, on: ir::Var, value: Option<i64>, block: &'a ir::Block) -> Result<End> {
        if let Some(value) = value {
            let (word, row) = (self.int(value), self.row(on)?);
            self.bind(on, row.with(0, word));
        }
        self.rest(block)
    }

    fn compare_each(
        &mut self,
        on: (ir::Var, Var),
        arms: &[Arm<'a>],
        default: Default<'a>,
    ) -> Result<End> {
        let Some(((value, arm), others)) = arms.split_first() else {
            return self.known(on.0, default.0, default.1);
        };
        let span = self.span;
        let inst = Inst::BranchIntImm {
            cond: Cond::Ne,
            a: on.1,
            imm: *value,
            target: NOWHERE,
        };
        let fall = self.nested(|this| this.known(on.0, Some(*value), arm))?;
        let target = self.nested(|this| {
            this.span = span;
            this.compare_each(on, others, default)
        })?;
        Ok(branch_end(inst, span, fall, target))
    }

    /// A jump table when the values lie close together.
    fn dense(&mut self, on: (ir::Var, Var), arms: &[Arm<'a>], default: Default<'a>) -> Result<End> {
        let (Some((low, _)), Some((high, _))) = (arms.first(), arms.last()) else {
            return self.known(on.0, default.0, default.1);
        };
        let spread = high.checked_sub(*low);
        if spread.is_none_or(|spread| spread >= 4 * arms.len() as i64) {
            return self.compare_each(on, arms, default);
        }
        let span = self.span;
        let index = match low {
            0 => on.1,
            low => {
                let dst = self.out.fresh(Slot::Word);
                self.push(Inst::IntBinImm {
                    op: IntOp::WrappingSub,
                    dst,
                    a: on.1,
                    imm: *low,
                });
                dst
            }
        };
        let mut flat = Vec::with_capacity(arms.len());
        for (value, arm) in arms {
            let arm = self.nested(|this| this.known(on.0, Some(*value), arm))?;
            flat.push(((value - low) as u32, arm));
        }
        let default = self.nested(|this| this.known(on.0, default.0, default.1))?;
        let default = Box::new(default);
        Ok(End::Switch {
            inst: Inst::Switch {
                a: index,
                targets: Vec::new(),
                default: NOWHERE,
            },
            span,
            arms: flat,
            default,
        })
    }
}

pub(super) fn branch_end(
    inst: Inst,
    span: crate::core::ir::Site,
    fall: Block,
    target: Block,
) -> End {
    End::Branch {
        inst,
        span,
        fall: Box::new(fall),
        target: Box::new(target),
    }
}

/// For a branch that gives true in one block and false in the other: what is done with the value.
fn test_is_value<'b>(yes: &'b ir::Block, no: &ir::Block) -> Option<&'b ir::End> {
    let single = |block: &ir::Block, wanted: bool| match block.stmts.as_slice() {
        [
            ir::Stmt::Let {
                var,
                op: ir::Op::Bool(value),
                ..
            },
        ] if *value == wanted => Some(*var),
        _ => None,
    };
    let (yes_value, no_value) = (single(yes, true)?, single(no, false)?);
    let same = match (&yes.end, &no.end) {
        (ir::End::Return(a), ir::End::Return(b)) => (*a, *b) == (yes_value, no_value),
        (ir::End::Jump(to, a), ir::End::Jump(other, b)) => {
            to == other && *a == [yes_value] && *b == [no_value]
        }
        _ => false,
    };
    same.then_some(&yes.end)
}
