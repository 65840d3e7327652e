//! Which registers a crash must drop.
//!
//! The set for an instruction is what its frame owns *while it runs*: owned before it, less the registers that it takes. Takes are gone
//! whether the instruction succeeds or crashes (a callee that crashes has dropped its owned arguments; an instruction that crashes drops
//! what it took), and a crashing instruction has written nothing. The source of a `Move` or `Cast` is not taken in this sense: a `Cast` that
//! crashes leaves it owned. A register in the set may hold null (`Null`, `Any`, tokens), and its cell may have holes; dropping skips both.
//!
//! The sets come from the verifier's own dataflow, so a module that passes cannot make them wrong.

#[cfg(test)]
mod tests;

use crate::layout::Layouts;
use crate::module::{FuncId, Module, Reg};
use crate::verify::flow::Flow;
use crate::verify::scope::Scope;
use crate::verify::{Place, VerifyError};

/// The analysis of one function of a verified module.
#[derive(Clone, Debug)]
pub struct Liveness {
    func: FuncId,
    flow: Flow,
}

impl Liveness {
    /// Analyses a function. Fails only when the module does not verify; `layouts` are those of its types.
    pub fn compute(
        module: &Module,
        layouts: &Layouts,
        func: FuncId,
    ) -> Result<Liveness, VerifyError> {
        let function = module.func(func);
        let flow = Flow::analyse(&Scope::new(module, layouts, function));
        let flow = flow.map_err(|(index, fault)| {
            fault.at(Place::Inst {
                function: function.name.clone(),
                index,
            })
        })?;
        Ok(Liveness { func, flow })
    }

    /// The registers that the frame owns while instruction `index` runs, ascending; empty for code that no path reaches. Costs a walk
    /// from the start of the instruction's block: keep the answer for a place that is asked about often.
    pub fn owned_during(&self, module: &Module, layouts: &Layouts, index: u32) -> Vec<Reg> {
        self.flow
            .owned_during(&Scope::new(module, layouts, module.func(self.func)), index)
    }

    /// Calls `visit` with every instruction that a path reaches, in order, and the registers that the frame owns while it runs, ascending: as
    /// [`Liveness::owned_during`] for all of them, in one walk.
    pub fn each_owned_during(
        &self,
        module: &Module,
        layouts: &Layouts,
        visit: &mut dyn FnMut(u32, &[Reg]),
    ) {
        let scope = Scope::new(module, layouts, module.func(self.func));
        self.flow.each_owned_during(&scope, visit);
    }
}
