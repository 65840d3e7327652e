//! Names: locals, functions and variants, bare or after a path.

use smol_str::format_smolstr;

use super::shape::Shaped;
use super::{Expect, Infer, holes};
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::scope::{Access, dotted};
use crate::syntax::ast::{Ident, Name, Span};
use crate::typed::{Clause, Expr, ExprKind, FuncId, LocalId, Owner, Pat, PatKind};
use crate::types::arena::{Needs, Origin, TyId};
use crate::types::hole;
use crate::types::mailbox::SlotId;
use crate::types::messages;

/// An instance of a function's signature.
#[derive(Debug)]
pub(super) struct Instance {
    /// Type arguments; empty for functions of the group at hand, whose parameters are not known yet.
    pub args: Vec<TyId>,
    /// Parameter types.
    pub params: Vec<TyId>,
    /// Result type.
    pub ret: TyId,
    /// What it receives.
    pub slot: SlotId,
}

impl Infer<'_, '_> {
    pub(super) fn name(&mut self, name: &Name, span: Span, expect: Expect) -> Expr {
        if let Some(&local) = self.f.scope.get(name) {
            return self.local(local, span, expect);
        }
        if let Some(hit) = self.world.find_value(self.f.module, name) {
            let id = self.world.note(hit);
            return self.func_value(id, span, expect);
        }
        if let Some(special) = self.special_of(name) {
            return self.special_value(special, span, expect);
        }
        self.unknown_name(name, span);
        self.error(span)
    }

    pub(super) fn local(&mut self, id: LocalId, span: Span, expect: Expect) -> Expr {
        self.f.used[id.0 as usize] = true;
        let (ty, args) = match self.f.schemes.get(&id) {
            Some(scheme) => self.arena.instantiate_local(scheme),
            None => {
                let ty = hole::as_type(&self.f.locals[id.0 as usize].ty);
                (ty.unwrap_or(TyId::ERROR), Vec::new())
            }
        };
        self.settle_due();
        let open = self.arena.is_var(ty);
        let local = self.done(ExprKind::Local(id, holes(&args)), ty, span, expect);
        if open {
            self.note_decision(id, ty, span);
        }
        local
    }

    /// Notes the use of a local that decided its type, for messages about later uses.
    pub(super) fn note_decision(&mut self, id: LocalId, ty: TyId, span: Span) {
        if !self.arena.is_var(ty)
            && let Some(decided) = self.f.decided.get_mut(id.0 as usize)
        {
            decided.get_or_insert(span);
        }
    }

    pub(super) fn func_value(&mut self, id: FuncId, span: Span, expect: Expect) -> Expr {
        let instance = self.instance(id, span);
        self.instance_value(id, instance, span, expect)
    }

    /// An instance of a function as a value.
    pub(super) fn instance_value(
        &mut self,
        id: FuncId,
        instance: Instance,
        span: Span,
        expect: Expect,
    ) -> Expr {
        self.settle_due();
        if self.needs_closure(id) {
            let Instance {
                args, params, ret, ..
            } = instance;
            let call = |this: &mut Self, locals| this.call_kind(id, &args, locals, ret, span);
            return self.eta(&params, ret, span, expect, call);
        }
        let ty = self.arena.fun(&instance.params, instance.ret);
        self.arena.set_slot(ty, instance.slot);
        self.done(ExprKind::Func(id, holes(&instance.args)), ty, span, expect)
    }

    /// A fresh instance of a function's signature; `span` is the use.
    pub(super) fn instance(&mut self, id: FuncId, span: Span) -> Instance {
        if id != self.f.func
            && let Some(index) = id.0.checked_sub(self.world.first_func)
        {
            self.world.used_funcs[index as usize] = true;
            let file = |id: FuncId| self.world.program.funcs[id.0 as usize].span.file;
            let (from, to) = (file(self.f.func), file(id));
            if from != to {
                self.world.uses.insert((from, to));
            }
        }
        let method = matches!(
            self.world.program.funcs[id.0 as usize].owner,
            Owner::Interface(_)
        );
        // What is written of another function's type says all about it.
        let written = id != self.f.func && self.is_ready(id);
        if let Some(member) = self.members.iter().find(|member| member.func == id)
            && !method
            && !written
        {
            return Instance {
                args: Vec::new(),
                params: member.params.clone(),
                ret: member.ret,
                slot: member.slot,
            };
        }
        if !self.is_ready(id) {
            return self.not_ready(id, span);
        }
        let func = &self.world.program.funcs[id.0 as usize];
        let args: Vec<TyId> = func
            .type_params
            .iter()
            .map(|_| self.arena.fresh())
            .collect();
        for (param, &var) in func.type_params.iter().zip(&args) {
            for bound in &param.bounds {
                let origin = Origin {
                    span,
                    why: Needs::Call(id),
                };
                let inputs = self.world.program.interface(bound.interface).params;
                let need = self.arena.instantiate_bound(bound, inputs, &args);
                self.arena.require(var, need, origin);
            }
        }
        let params = func
            .params
            .iter()
            .map(|(_, ty)| self.arena.instantiate(ty, &args))
            .collect();
        let ret = self.arena.instantiate(&func.ret, &args);
        let slot = self.arena.slots.fresh();
        let mut instance = Instance {
            args,
            params,
            ret,
            slot,
        };
        self.tie_instance(id, &mut instance, span);
        instance
    }

    /// Whether a function's signature is known.
    fn is_ready(&self, id: FuncId) -> bool {
        match id.0.checked_sub(self.world.first_func) {
            Some(index) => self.ready[index as usize],
            None => true,
        }
    }

    /// A method call found a function that is typed later: its type has to be written.
    fn not_ready(&mut self, id: FuncId, span: Span) -> Instance {
        let func = &self.world.program.funcs[id.0 as usize];
        self.sink.push(
            Diagnostic::new(
                Code::AMBIGUOUS_TYPE,
                span,
                format!("the type of `{}` is not known yet here", func.name),
            )
            .label("used before its type is inferred")
            .secondary(func.span, "annotate its parameters and result"),
        );
        let arity = self
            .world
            .func_source(id)
            .map_or(0, crate::resolve::source_arity);
        Instance {
            args: Vec::new(),
            params: vec![TyId::ERROR; arity],
            ret: TyId::ERROR,
            slot: SlotId::NOWHERE,
        }
    }

    /// `Circle` or `None` without arguments, or a name that stands for nothing.
    pub(super) fn upper(&mut self, name: &Name, span: Span, expect: Expect) -> Expr {
        let path = [Ident {
            name: name.clone(),
            span,
        }];
        match self.shaped(&path, expect.ty()) {
            Some(shaped) => self.variant_value(shaped, span, expect),
            None => self.error(span),
        }
    }

    /// A variant that is not called: a value without fields, or a function that builds it.
    pub(super) fn variant_value(&mut self, shaped: Shaped, span: Span, expect: Expect) -> Expr {
        let (ty, fields) = self.instance_of(shaped);
        self.put_into_data(&fields, span);
        self.require_of_parts(shaped, ty, span);
        if fields.is_empty() {
            let kind = ExprKind::Construct {
                variant: shaped.variant,
                fields: Vec::new(),
            };
            return self.done(kind, ty, span, expect);
        }
        let built = |_: &mut Self, locals: Vec<Expr>| ExprKind::Construct {
            variant: shaped.variant,
            fields: locals,
        };
        self.eta(&fields, ty, span, expect, built)
    }

    /// A closure that takes `params` and builds an expression of type `ret` from them.
    pub(super) fn eta(
        &mut self,
        params: &[TyId],
        ret: TyId,
        span: Span,
        expect: Expect,
        build: impl FnOnce(&mut Self, Vec<Expr>) -> ExprKind,
    ) -> Expr {
        let mut pats = Vec::with_capacity(params.len());
        let mut args = Vec::with_capacity(params.len());
        for (index, &ty) in params.iter().enumerate() {
            let local = self.hidden(&format_smolstr!("_{index}"), ty, span);
            pats.push(Pat {
                kind: PatKind::Bind(local),
                ty: hole::of_type(ty),
                span,
            });
            args.push(Expr {
                kind: ExprKind::Local(local, Vec::new()),
                ty: hole::of_type(ty),
                span,
            });
        }
        let body = Expr {
            kind: build(self, args),
            ty: hole::of_type(ret),
            span,
        };
        let clause = Clause {
            params: pats,
            guard: None,
            body,
            span,
        };
        let ty = self.arena.fun(params, ret);
        self.done(ExprKind::Lambda(vec![clause]), ty, span, expect)
    }

    /// The function that `path.name` means; `None` when there is none, which is reported.
    pub(super) fn module_func(&mut self, path: &[Ident], name: &Ident) -> Option<FuncId> {
        let Some(hit) = self.world.find_module(self.f.module, path) else {
            if self.world.find_type(self.f.module, &dotted(path)).is_some() {
                self.no_type_function(path, name);
                return None;
            }
            messages::unknown_module(self.world, self.f.module, path, self.sink);
            return None;
        };
        let module = self.world.note(hit);
        match self.world.func_in(self.f.module, module, &name.name) {
            Access::Found(id) => Some(id),
            Access::Private(span) => self.not_in(module, name, Some(span)),
            Access::Missing => self.not_in(module, name, None),
        }
    }
}
