//! Calls and closures.

use super::error::{Check, Fault, Rule, ensure};
use super::scope::Scope;
use crate::layout::Slot;
use crate::module::{FuncId, FuncKind, Function, NativeId, ParamSlot, Reg};
use crate::types::Type;

impl<'m> Scope<'m> {
    pub(super) fn call(&self, func: FuncId, dsts: &[Reg], args: &[Reg]) -> Check {
        let callee = self.direct(func)?;
        self.args(args, &callee.params)?;
        self.writes_all(dsts, &callee.results)
    }

    pub(super) fn tail_call(&self, func: FuncId, args: &[Reg]) -> Check {
        let callee = self.direct(func)?;
        self.args(args, &callee.params)?;
        self.gives_our_results(&callee.results)
    }

    pub(super) fn call_native(&self, native: NativeId, dsts: &[Reg], args: &[Reg]) -> Check {
        let callee = self.module.native(native);
        self.args(args, &callee.params)?;
        self.writes_all(dsts, &callee.results)
    }

    /// Checks closure and arguments; gives the results.
    pub(super) fn call_closure(&self, closure: Reg, args: &[Reg]) -> Check<&'m [Slot]> {
        let (ty, found) = self.cell_type(closure)?;
        let Type::Fun { params, ret } = found else {
            return Err(Fault::new(
                Rule::Sort,
                format!("{closure} is a reference to {ty}, which is no function type"),
            ));
        };
        let needed: Vec<Slot> = params
            .iter()
            .flat_map(|ty| self.slots(*ty).iter().copied())
            .collect();
        self.reads_all(args, &needed)?;
        Ok(self.slots(*ret))
    }

    pub(super) fn tail_call_closure(&self, closure: Reg, args: &[Reg]) -> Check {
        let results = self.call_closure(closure, args)?;
        self.gives_our_results(results)
    }

    pub(super) fn make_closure(&self, dst: Reg, func: FuncId, captures: &[Reg]) -> Check {
        let FuncKind::Closure {
            fun_type,
            captures: needed,
        } = &self.module.func(func).kind
        else {
            return Err(Fault::new(
                Rule::Sort,
                format!("{func} is not the code of a closure"),
            ));
        };
        self.reads_all(captures, needed)?;
        self.writes(dst, Slot::Ref(*fun_type))
    }

    fn direct(&self, func: FuncId) -> Check<&'m Function> {
        let callee = self.module.func(func);
        ensure(callee.kind == FuncKind::Direct, Rule::Sort, || {
            format!("{func} is the code of a closure")
        })?;
        Ok(callee)
    }

    fn args(&self, args: &[Reg], params: &[ParamSlot]) -> Check {
        let (found, needed) = (args.len(), params.len());
        ensure(found == needed, Rule::Operands, || {
            format!("{found} arguments are given, {needed} are needed")
        })?;
        args.iter()
            .zip(params)
            .try_for_each(|(reg, param)| self.reads(*reg, param.slot))
    }

    fn gives_our_results(&self, results: &[Slot]) -> Check {
        let ours = &self.func.results;
        let fits = results.len() == ours.len()
            && results.iter().zip(ours).all(|(slot, our)| slot.fits(*our));
        ensure(fits, Rule::Kind, || {
            "the callee has other results than this function".into()
        })
    }
}
