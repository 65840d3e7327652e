//! Which functions may be suspended: those that call natives that wait, and whoever calls those. A call of a closure may be of any in the program.

use snow_bytecode::inst::Inst;
use snow_bytecode::module::{FuncId, FuncKind, Function, Module, NativeId};
use snow_vm::native::WAITING;

use crate::live::When;

/// The functions and natives of a module that may be suspended.
pub struct Waits {
    functions: Vec<bool>,
    natives: Vec<bool>,
    /// Whether some closure may be suspended.
    closures: bool,
}

impl Waits {
    /// Analyses a module.
    pub fn of(module: &Module) -> Waits {
        let natives = module.natives.iter();
        let natives = natives
            .map(|native| WAITING.contains(&native.symbol.as_str()))
            .collect();
        let mut waits = Waits {
            functions: vec![false; module.funcs.len()],
            natives,
            closures: false,
        };
        let mut changed = true;
        while changed {
            changed = false;
            for (index, func) in module.funcs.iter().enumerate() {
                if !waits.functions[index] && waits.any_in(func) {
                    waits.functions[index] = true;
                    waits.closures |= matches!(func.kind, FuncKind::Closure { .. });
                    changed = true;
                }
            }
        }
        waits
    }

    fn any_in(&self, func: &Function) -> bool {
        func.code.iter().any(|inst| match inst {
            Inst::TailCall { func, .. } => self.functions[func.0 as usize],
            Inst::TailCallClosure { .. } => self.closures,
            inst => self.when(inst).is_some(),
        })
    }

    /// When a function may be suspended at an instruction, if it may.
    pub fn when(&self, inst: &Inst) -> Option<When> {
        let may = |may: bool, when| may.then_some(when);
        match inst {
            Inst::Call { func, .. } => may(self.functions[func.0 as usize], When::During),
            Inst::CallClosure { .. } | Inst::CallClosureKeep { .. } => {
                may(self.closures, When::During)
            }
            Inst::CallNative { native, .. } => may(self.is_waiting(*native), When::Before),
            _ => None,
        }
    }

    fn is_waiting(&self, native: NativeId) -> bool {
        self.natives[native.0 as usize]
    }

    /// Whether a function may be suspended.
    pub fn function(&self, func: FuncId) -> bool {
        self.functions[func.0 as usize]
    }

    /// The instructions of a function that call natives that wait: where it goes on when it was suspended itself.
    pub fn points(&self, func: &Function) -> Vec<u32> {
        let waits = |inst: &Inst| matches!(inst, Inst::CallNative { native, .. } if self.is_waiting(*native));
        (0..)
            .zip(&func.code)
            .filter(|(_, inst)| waits(inst))
            .map(|(index, _)| index)
            .collect()
    }
}
