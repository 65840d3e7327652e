//! The verifier: what passes can neither corrupt memory, leak, nor read unset registers in the VM or in native code.
//!
//! It trusts nothing: tables (`tables`), signatures and line tables (`function`), ids and operand lists (`operands`), the kinds that each
//! instruction needs (`insts` and the files per section), and ownership along every path (`flow`). Its cost is linear in the module's size.
//!
//! It does not check what words mean: see [`crate::layout`], and the instructions' docs for what crashes at run time. Imports of natives have
//! their shape checked here; that a native exists with that shape is for the loader.

mod bytes;
mod calls;
mod cells;
pub(crate) mod error;
pub(crate) mod flow;
mod function;
mod insts;
mod lists;
mod maps;
mod operands;
pub(crate) mod scope;
mod tables;
#[cfg(test)]
mod tests;
mod text;

pub use error::{Place, Rule, VerifyError};

use crate::layout::Layouts;
use crate::module::{Function, Module};
use error::Fault;
use flow::Flow;
use scope::Scope;

/// Checks a whole module. Gives the layouts of its types, which every user of the module needs.
pub fn verify(module: &Module) -> Result<Layouts, VerifyError> {
    let layouts = Layouts::compute(&module.types).map_err(|error| {
        let fault = Fault::new(Rule::Layout, error.to_string());
        fault.at(Place::Module)
    })?;
    tables::check(module, &layouts).map_err(|fault| fault.at(Place::Module))?;
    for func in &module.funcs {
        function::check(module, &layouts, func)
            .map_err(|fault| fault.at(Place::Function(func.name.clone())))?;
    }
    for func in &module.funcs {
        check_code(module, &layouts, func)?;
    }
    Ok(layouts)
}

/// Checks the code of a function; the signatures of all functions are sound.
fn check_code(module: &Module, layouts: &Layouts, func: &Function) -> Result<(), VerifyError> {
    let scope = Scope::new(module, layouts, func);
    let at = |(index, fault): (u32, Fault)| {
        fault.at(Place::Inst {
            function: func.name.clone(),
            index,
        })
    };
    for (index, inst) in func.code.iter().enumerate() {
        let checked = scope.operands(inst).and_then(|()| scope.kinds(inst));
        checked.map_err(|fault| at((index as u32, fault)))?;
    }
    Flow::analyse(&scope).map_err(at)?;
    Ok(())
}
