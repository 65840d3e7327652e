//! Checks that an implementation's type has what the interface requires, and finds what that determines.

use super::arena::{Needs, Node, TyId};
use super::infer::Infer;
use crate::typed::{Con, ImplId, Ty};

impl Infer<'_, '_> {
    /// Checks an implementation and fills in the slots that the interface has from what it requires.
    pub fn implementation(mut self, id: ImplId) {
        let decl = self.world.program.implementation(id).clone();
        if decl.con().is_none() {
            return;
        }
        self.f.module = decl.module;
        self.f.rigid = self.rigid_params(None, &decl.type_params);
        let rigid = self.f.rigid.clone();
        let slots = self.world.program.interface(decl.interface).slots.clone();
        let mut all = vec![self.arena.instantiate(&decl.target, &rigid)];
        for arg in &decl.args {
            all.push(self.arena.instantiate(arg, &rigid));
        }
        while all.len() < slots.len() {
            all.push(self.arena.fresh());
        }
        for (slot, &ty) in slots.iter().zip(&all) {
            for bound in &slot.bounds {
                let inputs = self.inputs(bound.interface);
                let need = self.arena.instantiate_bound(bound, inputs, &all);
                self.require_need(ty, need, decl.span, Needs::Impl(id));
            }
        }
        self.settle_due();
        while !self.stuck.is_empty() && self.retry_stuck() {}
        self.report_stuck();
        let found: Vec<Ty> = all[1 + decl.args.len()..]
            .iter()
            .map(|&ty| self.close(ty, &rigid, 0))
            .collect();
        self.world.program.impls[id.0 as usize].args.extend(found);
    }

    /// A type in terms of the parameters of the implementation.
    fn close(&self, ty: TyId, rigid: &[TyId], depth: u32) -> Ty {
        match self.arena.node(ty) {
            Node::App(con, args) if depth < super::arena::MAX_DEPTH => {
                let args = self.arena.args(args).iter();
                let args: Vec<Ty> = args.map(|&arg| self.close(arg, rigid, depth + 1)).collect();
                Ty::app(con, args)
            }
            Node::Rigid(_) => {
                let root = self.arena.root(ty);
                let at = rigid.iter().position(|&own| self.arena.root(own) == root);
                at.map_or_else(super::hole::error_type, |at| Ty::Param(at as u32))
            }
            // Reported where it is needed, or of no consequence.
            _ => Ty::con(Con::Unit),
        }
    }
}
