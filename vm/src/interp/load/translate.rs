//! From portable instructions to internal ones: which subject each belongs to.

use super::LoadError;
use super::emitter::Emitter;
use snow_bytecode::inst::{Inst, Operand};

/// Most registers that one instruction may name in rows.
const MAX_OPERANDS: usize = 60_000;

impl Emitter<'_> {
    /// Emits the whole function.
    pub fn translate_all(&mut self) -> Result<(), LoadError> {
        let func = self.func;
        for (at, inst) in func.code.iter().enumerate() {
            self.begin(at);
            self.check_operands(inst)?;
            match self.plan.replace(at, inst) {
                Some(inst) => self.translate(&inst),
                None => self.translate(inst),
            }
        }
        self.finish()
    }

    /// Emits the internal code of one portable instruction.
    fn translate(&mut self, inst: &Inst) {
        match inst {
            Inst::ConstInt { .. }
            | Inst::ConstFloat { .. }
            | Inst::ConstStr { .. }
            | Inst::ConstAtom { .. }
            | Inst::ConstNull { .. }
            | Inst::Move { .. }
            | Inst::Dup { .. }
            | Inst::Drop { .. }
            | Inst::Cast { .. } => self.word(inst),
            Inst::IntBin { .. }
            | Inst::IntBinImm { .. }
            | Inst::IntImmBin { .. }
            | Inst::IntNeg { .. }
            | Inst::IntCmp { .. }
            | Inst::IntCmpImm { .. }
            | Inst::Not { .. }
            | Inst::IntToFloat { .. } => self.int(inst),
            Inst::FloatBin { .. }
            | Inst::FloatUn { .. }
            | Inst::FloatCmp { .. }
            | Inst::FloatToInt { .. } => {
                self.float(inst);
            }
            Inst::Jump { .. }
            | Inst::BranchIf { .. }
            | Inst::BranchUnless { .. }
            | Inst::BranchInt { .. }
            | Inst::BranchIntImm { .. }
            | Inst::BranchFloat { .. }
            | Inst::BranchFloatNot { .. }
            | Inst::BranchNull { .. }
            | Inst::Switch { .. }
            | Inst::SwitchTag { .. }
            | Inst::BranchTagNot { .. }
            | Inst::GetTag { .. }
            | Inst::Crash { .. }
            | Inst::Panic { .. } => self.control(inst),
            Inst::Return { .. }
            | Inst::Call { .. }
            | Inst::TailCall { .. }
            | Inst::CallClosure { .. }
            | Inst::CallClosureKeep { .. }
            | Inst::TailCallClosure { .. }
            | Inst::CallNative { .. }
            | Inst::MakeClosure { .. }
            | Inst::Capture { .. } => self.call(inst),
            Inst::New { .. }
            | Inst::NewReuse { .. }
            | Inst::Load { .. }
            | Inst::LoadDup { .. }
            | Inst::Unpack { .. }
            | Inst::UnpackReuse { .. }
            | Inst::DropReuse { .. }
            | Inst::TakeSlot { .. }
            | Inst::Update { .. }
            | Inst::Box { .. }
            | Inst::Unbox { .. }
            | Inst::UnboxTake { .. } => self.cell(inst),
            Inst::ListNew { .. }
            | Inst::ListLen { .. }
            | Inst::ListGet { .. }
            | Inst::ListGetDup { .. }
            | Inst::ListAppend { .. }
            | Inst::ListPrepend { .. }
            | Inst::ListUncons { .. }
            | Inst::ListDrop { .. }
            | Inst::ListSet { .. }
            | Inst::ListTake { .. }
            | Inst::ListFill { .. }
            | Inst::ListConcat { .. } => self.list(inst),
            Inst::Concat { .. }
            | Inst::AppendText { .. }
            | Inst::Equal { .. }
            | Inst::Compare { .. }
            | Inst::Hash { .. }
            | Inst::StrEqConst { .. }
            | Inst::StrStripPrefix { .. } => self.text(inst),
            Inst::BytesLen { .. }
            | Inst::BytesGet { .. }
            | Inst::BytesGetAt { .. }
            | Inst::BytesScalar { .. }
            | Inst::BytesSlice { .. }
            | Inst::BytesDrop { .. }
            | Inst::BytesNew { .. }
            | Inst::BytesPut { .. }
            | Inst::BytesPutScalar { .. } => self.bytes(inst),
            Inst::MapNew { .. }
            | Inst::MapGet { .. }
            | Inst::MapPut { .. }
            | Inst::MapHas { .. }
            | Inst::MapNext { .. }
            | Inst::MapKeyAt { .. }
            | Inst::MapValueAt { .. }
            | Inst::MapTake { .. }
            | Inst::MapFill { .. } => self.map(inst),
        }
    }

    /// Refuses instructions with more operands than a short operand can count.
    fn check_operands(&self, inst: &Inst) -> Result<(), LoadError> {
        let mut count = 0;
        inst.operands(&mut |operand| {
            count += match operand {
                Operand::Defs(regs)
                | Operand::Uses(regs)
                | Operand::Takes(regs)
                | Operand::Args(regs) => regs.len(),
                Operand::OptDefs(regs) => regs.len(),
                Operand::FieldTakes(fields) => fields.len() * 2,
                _ => 0,
            };
        });
        // Elements of a list are counted by a wider operand, but must fit the scratch space, too.
        if count > MAX_OPERANDS {
            return Err(LoadError::TooManyOperands {
                function: self.func.name.clone(),
                count,
            });
        }
        Ok(())
    }
}
