//! The parameters of all functions and natives, which decide what arguments of calls are consumed.

use snow_bytecode::inst::Inst;
use snow_bytecode::module::ParamSlot;

use crate::core::flat::ir::Program;

/// Parameters by function and native.
pub(super) struct Signatures {
    funcs: Vec<Vec<ParamSlot>>,
    natives: Vec<Vec<ParamSlot>>,
}

impl Signatures {
    /// Those of a program, as they are now.
    pub fn of(program: &Program) -> Signatures {
        let funcs = program.funcs.iter().map(|func| {
            let params = func.params.iter().map(|param| ParamSlot {
                slot: func.slot(param.var),
                mode: param.mode,
            });
            params.collect()
        });
        let natives = program.natives.iter().map(|native| native.params.clone());
        Signatures {
            funcs: funcs.collect(),
            natives: natives.collect(),
        }
    }

    /// The parameters of what an instruction calls by id.
    pub fn callee(&self, inst: &Inst) -> Option<&[ParamSlot]> {
        match inst {
            Inst::Call { func, .. } | Inst::TailCall { func, .. } => {
                self.funcs.get(func.0 as usize).map(Vec::as_slice)
            }
            Inst::CallNative { native, .. } => {
                self.natives.get(native.0 as usize).map(Vec::as_slice)
            }
            _ => None,
        }
    }
}
