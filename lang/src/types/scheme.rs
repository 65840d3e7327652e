//! Instantiation and generalisation: between finished signatures and inference types.

use rustc_hash::FxHashMap;

use super::arena::{Arena, Need, Node, Origin, TyId};
use super::hole;
use crate::typed::{Bound, Ty};

/// The type of a let-generalised local.
#[derive(Clone, Debug)]
pub struct LocalScheme {
    /// Its type, with [`Node::LetParam`]s.
    pub ty: TyId,
    /// The parameters it abstracts over, with their bounds.
    pub params: Vec<LocalParam>,
}

/// A parameter of a let-generalised local.
#[derive(Clone, Debug)]
pub struct LocalParam {
    /// Its number in the function.
    pub number: u32,
    /// What an instance must have.
    pub bounds: Vec<(Need, Origin)>,
}

impl Arena {
    /// A finished type with `args` for its parameters.
    pub fn instantiate(&mut self, ty: &Ty, args: &[TyId]) -> TyId {
        match ty {
            Ty::App(con, parts) => {
                let parts: Vec<TyId> = parts
                    .iter()
                    .map(|part| self.instantiate(part, args))
                    .collect();
                self.app(*con, &parts)
            }
            Ty::Param(number) => match hole::as_type(ty) {
                Some(hole::OPEN) => self.fresh(),
                Some(id) => id,
                None => args.get(*number as usize).copied().unwrap_or(TyId::ERROR),
            },
        }
    }

    /// Turns the variables of `ty` that belong to the `let` just inferred into parameters numbered from `*next`.
    pub fn generalise_local(&mut self, ty: TyId, next: &mut u32) -> Vec<LocalParam> {
        let mut params = Vec::new();
        let mut seen = rustc_hash::FxHashSet::default();
        let mut work = vec![ty];
        while let Some(ty) = work.pop() {
            let root = self.root(ty);
            match self.node(root) {
                Node::App(_, args) if seen.insert(root) => {
                    work.extend(self.args(args).iter().rev());
                }
                Node::Var { bounds, .. } if self.is_general(root) => {
                    let bounds: Vec<(Need, Origin)> = self.bounds(bounds).collect();
                    for (need, _) in &bounds {
                        work.extend(self.args(need.args).iter().rev());
                    }
                    self.generalise(root, *next);
                    params.push(LocalParam {
                        number: *next,
                        bounds,
                    });
                    *next += 1;
                }
                _ => {}
            }
        }
        params
    }

    /// A fresh instance of a local's scheme, and the arguments chosen.
    pub fn instantiate_local(&mut self, scheme: &LocalScheme) -> (TyId, Vec<TyId>) {
        let mut map = FxHashMap::default();
        let mut args = Vec::with_capacity(scheme.params.len());
        for param in &scheme.params {
            let var = self.fresh();
            map.insert(param.number, var);
            args.push(var);
        }
        let mut memo = FxHashMap::default();
        for (param, &var) in scheme.params.iter().zip(&args) {
            for (need, origin) in &param.bounds {
                let need = self.copy_need(*need, &map, &mut memo);
                self.require(var, need, *origin);
            }
        }
        let ty = self.copy(scheme.ty, &map, &mut memo);
        (ty, args)
    }

    fn copy_need(
        &mut self,
        need: Need,
        map: &FxHashMap<u32, TyId>,
        memo: &mut FxHashMap<TyId, TyId>,
    ) -> Need {
        let old = self.args(need.args).to_vec();
        if old.is_empty() {
            return need;
        }
        let new: Vec<TyId> = old.iter().map(|&arg| self.copy(arg, map, memo)).collect();
        self.need(need.interface, &new, need.inputs)
    }

    /// A finished bound with `args` for its parameters.
    pub fn instantiate_bound(&mut self, bound: &Bound, inputs: u32, args: &[TyId]) -> Need {
        if bound.args.is_empty() {
            return Need::from(bound.interface);
        }
        let parts: Vec<TyId> = bound
            .args
            .iter()
            .map(|part| self.instantiate(part, args))
            .collect();
        self.need(bound.interface, &parts, inputs)
    }

    fn copy(
        &mut self,
        ty: TyId,
        map: &FxHashMap<u32, TyId>,
        memo: &mut FxHashMap<TyId, TyId>,
    ) -> TyId {
        let root = self.root(ty);
        match self.node(root) {
            Node::LetParam(number) => map.get(&number).copied().unwrap_or(root),
            Node::App(con, args) if !self.args(args).is_empty() => {
                if let Some(&done) = memo.get(&root) {
                    return done;
                }
                let old = self.args(args).to_vec();
                let new: Vec<TyId> = old.iter().map(|&arg| self.copy(arg, map, memo)).collect();
                let unchanged = old
                    .iter()
                    .zip(&new)
                    .all(|(&a, &b)| self.root(a) == self.root(b));
                let copied = if unchanged { root } else { self.app(con, &new) };
                self.copy_slot(root, copied);
                memo.insert(root, copied);
                copied
            }
            _ => root,
        }
    }
}
