//! Instructions, driven by their table.

use super::lexer::Token;
use super::{AsmError, Parsed, Parser};
use crate::inst::{
    BitField, Cond, CrashKind, FloatOp, FloatUnOp, Inst, InstInfo, IntOp, OperandMut, TextForm,
};
use crate::module::{ConstId, Label, NativeId, Place, Reg};
use rustc_hash::FxHashMap;

/// Labels of a function while its code is read.
#[derive(Default)]
struct Labels {
    /// Where each name is defined.
    defined: FxHashMap<String, u32>,
    /// Names in order of their first use; instructions refer to these numbers until the end.
    used: Vec<(String, u32)>,
}

/// Code and line table.
type Code = (Vec<Inst>, Vec<(u32, Place)>);

impl Parser {
    /// Code up to the closing brace.
    pub(super) fn code(&mut self) -> Parsed<Code> {
        let (mut code, mut lines, mut labels) = (Vec::new(), Vec::new(), Labels::default());
        while !self.take_mark("}") {
            let index = code.len() as u32;
            if let Some(Token::Label(name)) = self.peek().cloned() {
                self.next += 1;
                self.mark(":")?;
                labels.defined.insert(name, index);
            } else if self.take_word(".line") {
                lines.push((index, self.line()?));
            } else {
                code.push(self.inst(&mut labels)?);
            }
        }
        for inst in &mut code {
            labels.resolve(inst)?;
        }
        Ok((code, lines))
    }

    fn inst(&mut self, labels: &mut Labels) -> Parsed<Inst> {
        let results = self.results()?;
        let mnemonic = self.word("an instruction")?;
        let info = InstInfo::by_mnemonic(&mnemonic);
        let Some(mut inst) = info.and_then(|info| Inst::blank(info.code)) else {
            return self.fail(format!("unknown instruction `{mnemonic}`"));
        };
        let mut results = results.into_iter();
        let mut outcome = Ok(());
        inst.operands_mut(&mut |operand| {
            if outcome.is_ok() {
                outcome = self.operand(operand, &mut results, labels);
            }
        });
        outcome?;
        match results.next() {
            None => Ok(inst),
            Some(_) => self.fail(format!("`{mnemonic}` has fewer results")),
        }
    }

    /// What stands before `=`: registers, and lists of registers of which some may be missing.
    fn results(&mut self) -> Parsed<Vec<Vec<Option<Reg>>>> {
        let is_reg = |token: &Token| matches!(token, Token::Word(word) if word.starts_with('r') && word[1..].parse::<u32>().is_ok());
        let mut results = Vec::new();
        while results.is_empty()
            && self
                .peek()
                .is_some_and(|token| is_reg(token) || *token == Token::Mark("["))
            || self.take_mark(",")
        {
            results.push(match self.peek() {
                Some(Token::Mark("[")) => self.list("[", "]", Parser::opt_reg)?,
                _ => vec![Some(self.reg()?)],
            });
        }
        if !results.is_empty() {
            self.mark("=")?;
        }
        Ok(results)
    }

    fn opt_reg(&mut self) -> Parsed<Option<Reg>> {
        if self.take_word("_") {
            Ok(None)
        } else {
            self.reg().map(Some)
        }
    }

    fn operand(
        &mut self,
        operand: OperandMut<'_>,
        results: &mut dyn Iterator<Item = Vec<Option<Reg>>>,
        labels: &mut Labels,
    ) -> Parsed<()> {
        match operand {
            OperandMut::Def(reg) => match results.next().as_deref() {
                Some([Some(found)]) => *reg = *found,
                _ => return self.fail("a result register is missing"),
            },
            OperandMut::Defs(regs) => match results.next().map(|regs| regs.into_iter().collect()) {
                Some(Some(found)) => *regs = found,
                _ => return self.fail("a list of result registers is missing"),
            },
            OperandMut::OptDefs(regs) => match results.next() {
                Some(found) => *regs = found,
                None => return self.fail("a list of result registers is missing"),
            },
            OperandMut::Use(reg) | OperandMut::Take(reg) => *reg = self.reg()?,
            OperandMut::Uses(regs) | OperandMut::Takes(regs) | OperandMut::Args(regs) => {
                *regs = self.list("[", "]", Parser::reg)?
            }
            OperandMut::FieldTakes(fields) => *fields = self.list("[", "]", Parser::field_take)?,
            OperandMut::Imm(value) => *value = self.id("", "an integer")?,
            OperandMut::FloatBits(bits) => *bits = self.float()?,
            OperandMut::Field(number) => *number = self.id("", "a slot number")?,
            OperandMut::Tag(tag) => *tag = self.id("", "a tag")?,
            OperandMut::Type(id) => *id = self.type_id()?,
            OperandMut::Func(id) => *id = self.func()?,
            OperandMut::NativeRef(id) => *id = NativeId(self.id("n", "a native like `n0`")?),
            OperandMut::Const(id) => *id = ConstId(self.id("c", "a constant like `c0`")?),
            OperandMut::Target(label) => *label = self.label(labels)?,
            OperandMut::Targets(targets) => *targets = self.list("[", "]", |p| p.label(labels))?,
            OperandMut::IntOp(op) => *op = self.coded(IntOp::from_name)?,
            OperandMut::FloatOp(op) => *op = self.coded(FloatOp::from_name)?,
            OperandMut::FloatUnOp(op) => *op = self.coded(FloatUnOp::from_name)?,
            OperandMut::Cond(cond) => *cond = self.coded(Cond::from_name)?,
            OperandMut::CrashKind(kind) => *kind = self.coded(CrashKind::from_name)?,
            OperandMut::TextForm(form) => *form = self.coded(TextForm::from_name)?,
            OperandMut::Bits(field) => *field = self.coded(BitField::from_name)?,
        }
        Ok(())
    }

    fn coded<T>(&mut self, from_name: fn(&str) -> Option<T>) -> Parsed<T> {
        let name = self.word("an operation")?;
        match from_name(&name) {
            Some(value) => Ok(value),
            None => self.fail(format!("unknown operation `{name}`")),
        }
    }

    fn field_take(&mut self) -> Parsed<(u16, Reg)> {
        let slot = self.id("", "a slot number")?;
        self.mark(":")?;
        Ok((slot, self.reg()?))
    }

    fn float(&mut self) -> Parsed<u64> {
        let word = self.word("a float")?;
        let parsed = match word.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => word.parse::<f64>().ok().map(f64::to_bits),
        };
        match parsed {
            Some(bits) => Ok(bits),
            None => self.fail(format!("`{word}` is no float")),
        }
    }

    fn label(&mut self, labels: &mut Labels) -> Parsed<Label> {
        match self.peek().cloned() {
            Some(Token::Label(name)) => {
                let line = self.tokens[self.next].1;
                self.next += 1;
                labels.used.push((name, line));
                Ok(Label(labels.used.len() as u32 - 1))
            }
            _ => self.expected("a label like `@0`"),
        }
    }
}

impl Labels {
    /// Replaces the numbers of uses by the places of definitions. A number that is defined nowhere stands for itself.
    fn resolve(&self, inst: &mut Inst) -> Parsed<()> {
        let mut outcome = Ok(());
        inst.targets_mut(&mut |label| {
            let (name, line) = &self.used[label.0 as usize];
            match self
                .defined
                .get(name)
                .copied()
                .or_else(|| name.parse().ok())
            {
                Some(index) => *label = Label(index),
                None => {
                    outcome = Err(AsmError {
                        line: *line,
                        message: format!("label `@{name}` is not defined"),
                    })
                }
            }
        });
        outcome
    }
}
